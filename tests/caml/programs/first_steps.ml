let rec fib n = if n < 2 then n else fib (n-1) + fib (n-2)
let () = print_int (fib 20); print_newline ()
let add x y = x + y
let inc = add 1
let () = print_int (inc 41); print_newline ()
type t = A | B of int | C of t * t
let rec sum = function A -> 0 | B n -> n | C (a,b) -> sum a + sum b
let () = print_int (sum (C (B 1, C (A, B 41)))); print_newline ()
let () = try raise Not_found with Not_found -> print_endline "nf"
let r = ref 0
let () = for i = 1 to 10 do r := !r + i done; print_int !r; print_newline ()
let () = print_endline (string_of_float (1.5 *. 2.0))
exception E of int * string
let () = try raise (E (1,"x")) with E (n, s) -> print_int n; print_endline s
let a = [|1;2;3|]
let () = a.(1) <- 5; print_int (a.(0) + a.(1)); print_newline ()
let () = print_int (try a.(7) with Invalid_argument s -> print_endline s; 3); print_newline ()
