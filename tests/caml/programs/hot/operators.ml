(* Logic, comparisons of all kinds, evaluation from right to left, shadowing, operators of the program's own. *)
let ( +++ ) a b = a @ [ b ]
let ( |>> ) x f = f (f x)
let between lo hi x = lo <= x && x <= hi
let order = Buffer.create 16
let note s v = Buffer.add_string order s; v
let xor a b = (a || b) && not (a && b)

let () =
  let l = ref [] in
  for i = 1 to 60 do l := !l +++ i done;
  Printf.printf "%d %d\n" (List.length !l) (3 |>> fun x -> x * x);
  let n = ref 0 in
  for i = -300 to 300 do
    if between (-10) 10 i || (between 100 200 i && i mod 3 = 0) then incr n;
    if xor (i > 0) (i land 1 = 0) then n := !n + 2;
    if not (i <> 5) then n := !n + 1000
  done;
  Printf.printf "%d\n" !n;
  let _ = (note "a" 1) + (note "b" 2) * (note "c" 3) in
  let _ = (note "d" 1, note "e" 2, [ note "f" 3; note "g" 4 ]) in
  print_endline (Buffer.contents order);
  let lt a b = a < b and ge a b = a >= b in
  for _ = 1 to 300 do ignore (lt 1 2) done;
  Printf.printf "%b %b %b %b\n" (lt 1.5 1.25) (lt "a" "b") (ge [ 1 ] [ 0; 5 ]) (ge (Some 1) (Some 1));
  Printf.printf "%b %b %b\n" (1 == 1) ([ 1 ] == [ 1 ]) ("a" = "a");
  Printf.printf "%d %d %d %d\n" (max 3 9) (min 'a' 'b' |> Char.code) (compare true false) (lnot 7);
  let x = 1 in let x = x + 1 in let f x = x * 10 in let x = f x in
  Printf.printf "%d\n" x
