let id x = x
let const c _ = c
let flip f x y = f y x
let negate p x = not (p x)
exception Finally_raised of exn
let protect ~(finally : unit -> unit) work =
  match work () with
  | result -> finally (); result
  | exception e -> finally (); raise e
