type t = A | B of int
let f = function A -> 1 | C -> 2
let f = function B -> 2
