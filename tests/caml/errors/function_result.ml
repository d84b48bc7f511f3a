let f (g : int -> int list) = g 1
let y = f (fun x -> ["a"])
