let id x = x
let pair = (id 1, id "a", id 2.5)
let () = let (a, b, c) = pair in Printf.printf "%d %s %g\n" a b c
let rec length = function [] -> 0 | _ :: r -> 1 + length r
let () = Printf.printf "%d %d\n" (length [1; 2]) (length ["a"])
let flip f x y = f y x
let () = Printf.printf "%d\n" (flip ( - ) 1 10)
type ('a, 'b) either = L of 'a | R of 'b
let map_either f g = function L a -> L (f a) | R b -> R (g b)
let () = match map_either string_of_int (fun x -> x *. 2.0) (R 2.0 : (int, float) either) with L s -> print_endline s | R f -> Printf.printf "%g\n" f
type 'a nested = Flat of 'a | Nest of ('a * 'a) nested
let rec size : 'a. 'a nested -> int = function Flat _ -> 1 | Nest n -> 2 * size n
let () = Printf.printf "%d\n" (size (Nest (Nest (Flat ((1, 2), (3, 4))))))
let apply_all fs x = List.map (fun f -> f x) fs
let () = List.iter (Printf.printf "%d ") (apply_all [succ; pred; (fun x -> x * x); ( + ) 5; min 3] 4); print_newline ()
let sum = List.fold_left ( + ) 0
let () = Printf.printf "%d %d\n" (sum [1; 2; 3]) (sum [])
let uncurry f (a, b) = f a b
let () = Printf.printf "%d %b\n" (uncurry ( * ) (6, 7)) (uncurry ( < ) (1.5, 2.5))
let max_of cmp = function [] -> None | x :: r -> Some (List.fold_left (fun a b -> if cmp a b >= 0 then a else b) x r)
let () = match max_of compare [3; 9; 2] with Some n -> Printf.printf "%d\n" n | None -> ()
let empty = []
let a = 1 :: empty and b = "x" :: empty
let () = Printf.printf "%d %d\n" (List.length a) (List.length b)
let compose_all l = List.fold_right (fun f g x -> f (g x)) l (fun x -> x)
let () = Printf.printf "%d\n" (compose_all [(fun x -> x + 1); (fun x -> x * 10)] 5)
