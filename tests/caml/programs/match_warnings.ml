type t = A | B of int | C of t * t
let f = function A -> 1 | B 0 -> 2
let g x = match x with (A, _) -> 1 | (_, A) -> 2
let h = function [] -> 0 | [x] -> 1
let k = function 1 -> 0 | 2 -> 1
let l = function "a" -> 0
let m = function 'a' -> 0
let Some n = Some 1
let o = function {contents = 1} -> 2
type r = {a:int; b:t}
let p = function {a=1} -> 2 | {b=A} -> 3
let q = function A -> 1 | _ -> 2 | B _ -> 3
let r = function [|1|] -> 2
let s = function 1.0 -> 2
let t x = match x with Some x when x > 1 -> 2 | None -> 3
let u = function Some (Some _) -> 1
let v = function C (A, _) -> 1 | C (_, C _) -> 2
let w = function (true, Some _) -> 1 | (false, None) -> 2
