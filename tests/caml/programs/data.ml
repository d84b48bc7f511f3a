type point = { x : float; mutable y : float }
let p = { x = 1.0; y = 2.0 }
let () = p.y <- p.y +. 0.5; Printf.printf "%g %g\n" p.x p.y
let q = { p with x = 9.0 }
let () = Printf.printf "%g %g\n" q.x q.y
type 'a tree = Leaf | Node of 'a tree * 'a * 'a tree
let rec insert x = function
  | Leaf -> Node (Leaf, x, Leaf)
  | Node (l, y, r) as t -> if x < y then Node (insert x l, y, r) else if x > y then Node (l, y, insert x r) else t
let rec to_list = function Leaf -> [] | Node (l, x, r) -> to_list l @ [x] @ to_list r
let () = List.iter (Printf.printf "%d ") (to_list (List.fold_left (fun t x -> insert x t) Leaf [5; 2; 8; 1; 9; 2])); print_newline ()
type shape = Circle of { r : float } | Rect of { w : float; h : float }
let area = function Circle { r } -> 3.0 *. r *. r | Rect { w; h } -> w *. h
let () = Printf.printf "%g %g\n" (area (Circle { r = 2.0 })) (area (Rect { w = 2.0; h = 3.0 }))
type color = Red | Green | Blue | Custom of int | Mixed of color * color
let rec name = function
  | Red -> "red" | Green -> "green" | Blue -> "blue"
  | Custom 0 -> "none" | Custom n when n < 0 -> "negative" | Custom n -> string_of_int n
  | Mixed ((Red | Green), Blue) -> "warm-blue" | Mixed (a, b) -> name a ^ "+" ^ name b
let () = List.iter (fun c -> print_endline (name c)) [Red; Green; Blue; Custom 0; Custom (-3); Custom 7; Mixed (Red, Blue); Mixed (Blue, Custom 1)]
let classify c = match c with 'a' .. 'z' -> "lower" | 'A' .. 'Z' -> "upper" | '0' .. '9' -> "digit" | ' ' | '\t' -> "blank" | _ -> "other"
let () = String.iter (fun c -> print_string (classify c ^ " ")) "aZ5 -"; print_newline ()
let rec even n = n = 0 || odd (n - 1) and odd n = n <> 0 && even (n - 1)
let () = Printf.printf "%b %b\n" (even 10001) (odd 10001)
let () = Printf.printf "%d %d %d\n" max_int min_int (max_int + 1)
let () = Printf.printf "%d %d %d %d\n" (7 / 2) (-7 / 2) (7 mod -2) (-7 mod 2)
let () = Printf.printf "%d %d %d\n" (1 lsl 61) (-1 lsr 1) (-8 asr 1)
let () = print_string (String.concat "," (List.map string_of_int (List.sort (fun a b -> compare b a) [3; 1; 2]))); print_newline ()
let rec ones = 1 :: ones
let () = match ones with a :: b :: _ -> Printf.printf "%d%d\n" a b | _ -> ()
let l = lazy (print_string "once "; 42)
let () = Printf.printf "%d\n" (Lazy.force l + Lazy.force l)
let compose f g x = f (g x)
let () = Printf.printf "%d\n" (compose (fun x -> x + 1) (fun x -> x * 2) 5)
let curry3 a = fun b -> fun c -> a + b * c
let () = Printf.printf "%d %d\n" (curry3 1 2 3) (let f = curry3 1 in let g = f 2 in g 3)
let counter = let n = ref 0 in fun () -> incr n; !n
let () = let a = counter () in let b = counter () in Printf.printf "%d %d\n" a b
let () = let f = ref (fun x -> x) in for i = 1 to 3 do let g = !f in f := (fun x -> g x + i) done; Printf.printf "%d\n" (!f 0)
let () = try ignore (List.find (fun x -> x > 5) [1; 2]) with Not_found -> print_endline "not found"
let () = try failwith "boom" with Failure s -> print_endline s
let () = try ignore (1 / (List.length [])) with Division_by_zero -> print_endline "div"
let () = print_endline (match int_of_string "12x" with n -> string_of_int n | exception Failure m -> m)
let rec loop n acc = if n = 0 then acc else loop (n - 1) (acc + n)
let () = Printf.printf "%d\n" (loop 1000000 0)
let rec deep n = if n = 0 then 0 else 1 + deep (n - 1)
let () = Printf.printf "%d\n" (deep 50000)
let a = Array.init 5 (fun i -> i * i)
let () = Array.iteri (fun i x -> Printf.printf "%d:%d " i x) a; print_newline ()
let m = Array.make_matrix 2 3 0
let () = m.(1).(2) <- 7; Printf.printf "%d %d\n" m.(1).(2) m.(0).(2)
let b = Bytes.of_string "hello"
let () = Bytes.set b 0 'J'; print_endline (Bytes.to_string b)
let f x = match x with | (1, _) | (_, 1) -> "one" | (a, b) when a = b -> "same" | _ -> "other"
let () = print_endline (f (1, 2) ^ f (2, 1) ^ f (3, 3) ^ f (2, 3))
let () = Printf.printf "%s %S %c %C %5d|%-5d|%05d %x %o %e %.3f %g %b %%\n" "s" "q\"\n" 'c' 'd' 42 42 42 255 8 1234.5 3.14159 0.1 true
let () = print_float 3.0; print_newline (); print_endline (string_of_float 0.1)
let () = assert (1 + 1 = 2)
let () = let t = (1, "a", 2.5) in let (a, b, c) = t in Printf.printf "%d %s %g\n" a b c
let g = function [] -> "empty" | [_] -> "one" | [_; _] -> "two" | _ :: _ :: _ -> "many"
let () = List.iter (fun l -> print_string (g l ^ " ")) [[]; [1]; [1; 2]; [1; 2; 3]]; print_newline ()
let () = let side s v = print_string s; v in let t = (side "a" 1, side "b" 2) in ignore t; print_int (side "x" 1 + side "y" 2); print_newline ()
let () = Printf.printf "%b %b %b\n" (compare [1; 2] [1; 3] < 0) ((1, "a") = (1, "a")) ([| 1 |] == [| 1 |])
