let f (x : int list list) = x
let y = f [["a"]]
