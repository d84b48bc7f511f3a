module M = struct type t = {a:int} let v = {a=1} end
let x = M.v + 1
let f x = 1; 2
