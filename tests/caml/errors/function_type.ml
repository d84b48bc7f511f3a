let g (h : int -> string -> bool * int) = h
let k (x : (int * string) list -> int) = g x
