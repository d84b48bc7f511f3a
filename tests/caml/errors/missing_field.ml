let f x y z = let u = 1 in match z with 1 -> true | 1 -> false
type t = {a:int;b:string}
let z = {a=1}
