let f ?(x = 1) ~y z = x + y * z
let () = print_int (f ~y:2 3); print_newline ()
let () = print_int (f ~x:10 ~y:2 3); print_newline ()
let () = print_int (f ~y:2 ~x:5 3); print_newline ()
let g = f ~x:4
let () = print_int (g ~y:1 1); print_newline ()
let h ~first ~second = first - second
let () = print_int (h ~second:1 ~first:10); print_newline ()
let k = h ~second:3
let () = print_int (k ~first:9); print_newline ()
let () = print_int (h 5 4); print_newline ()
let opt ?a () = match a with None -> "none" | Some s -> s
let () = print_endline (opt ()); print_endline (opt ~a:"some" ()); print_endline (opt ?a:(Some "direct") ())
