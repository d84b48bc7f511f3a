(* Mutually recursive functions: at top level, local, and with closures of variables around them. *)
let rec even n = n = 0 || odd (n - 1)
and odd n = n <> 0 && even (n - 1)

let count limit =
  let hits = ref 0 in
  let rec a n acc = if n > limit then acc else (incr hits; b (n + 1) (acc + n))
  and b n acc = if n > limit then -acc else if n mod 3 = 0 then c (n + 1) acc else a (n + 1) (acc - 1)
  and c n acc = a (n + limit / 50) (acc * 2 land 0xFFFFF) in
  let r = a 0 0 in
  r * 1000 + !hits

type tree = Leaf of int | Node of forest
and forest = Empty | More of tree * forest

let rec build d = if d = 0 then Leaf d else Node (trees d d)
and trees d n = if n = 0 then Empty else More (build (d - 1), trees d (n - 1))
let rec size = function Leaf _ -> 1 | Node f -> 1 + sizes f
and sizes = function Empty -> 0 | More (t, f) -> size t + sizes f

let () =
  for i = 1 to 200 do ignore (even i) done;
  Printf.printf "%b %b %d %d\n" (even 100_000) (odd 4321) (count 1000) (size (build 6));
  let sum = ref 0 in
  for i = 1 to 300 do sum := !sum + count i done;
  print_int !sum; print_newline ()
