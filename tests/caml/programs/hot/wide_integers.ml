(* Integers beyond 48 bits, and what wraps at 63. *)
let rec fact n = if n = 0 then 1 else n * fact (n - 1)
let hash s = let h = ref 5381 in String.iter (fun c -> h := (!h lsl 5) + !h + Char.code c) s; !h
let next state = let x = !state in let x = x lxor (x lsl 13) in let x = x lxor (x lsr 7) in let x = x lxor (x lsl 17) in state := x; x

let () =
  for i = 0 to 25 do Printf.printf "%d " (fact i) done;
  print_newline ();
  for _ = 1 to 200 do ignore (fact 25) done;
  let state = ref 88172645463325252 and mix = ref 0 in
  for _ = 1 to 5000 do mix := !mix lxor next state done;
  Printf.printf "%d %d\n" !mix !state;
  Printf.printf "%d %d\n" (hash "the quick brown fox jumps over the lazy dog") (hash (String.make 100 'z'));
  let a = Array.make 10 max_int in
  for i = 0 to 9 do a.(i) <- a.(i) - (1 lsl (i * 6)) done;
  Array.iter (Printf.printf "%d ") a;
  let wrapped = ref max_int and steps = ref 0 in
  while !wrapped > 0 do incr wrapped; incr steps done;
  Printf.printf "%d %d\n" !wrapped !steps;
  List.iter (fun k -> Printf.printf "%d %d %d|" (max_int lsl k) (min_int asr k) (-1 lsr k)) [ 0; 1; 2; 31; 47; 61; 62 ];
  print_newline ();
  let sum = ref 0 in
  for i = 1 to 3000 do sum := !sum + (i * 123456789123 * i) / 7 - (i * 987654321987) mod 1000 done;
  Printf.printf "%d %d %d\n" !sum (compare max_int min_int) (abs min_int);
  Printf.printf "%x %o %u\n" max_int 511 17
