let f () = if true then "a"
let g = function 1 -> "x" | 2 -> 3
