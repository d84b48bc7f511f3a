let () = print_endline "hi"
exception E of int * string
let rec f n = if n = 0 then raise (E (1,"x")) else 1 + f (n-1)
let _ = f 3
