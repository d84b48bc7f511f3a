let f x = match x with Some y -> y
let g = 1 + "a"
