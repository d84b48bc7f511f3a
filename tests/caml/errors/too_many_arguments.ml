let f x y = x + y
let x = f 1 2 3
let z = 1 2
