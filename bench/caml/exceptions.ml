(* Errors that are caught near where they are raised, and far away. *)
exception Found of int
exception Stop

let first p a =
  try
    for i = 0 to Array.length a - 1 do
      if p a.(i) then raise (Found i)
    done;
    -1
  with Found i -> i

let rec deep n limit = if n = limit then raise Stop else 1 + deep (n + 1) limit

let run () =
  let a = Array.init 100 (fun i -> i * i) in
  let sum = ref 0 in
  for i = 1 to 20_000 do
    let wanted = (i mod 100) * (i mod 100) in
    sum := !sum + first (fun x -> x = wanted) a;
    (try sum := !sum + deep 0 10 with Stop -> incr sum)
  done;
  !sum
