(* Formats in hot functions: closures of formats are made and applied again and again. *)
let f b = Printf.printf "%d %b\n" 1 b
let g i = Printf.sprintf "%d %b %s %c %5.2f|%-4d|%04d" i (i mod 2 = 0) (string_of_int i) 'x' (float_of_int i /. 3.) i i
let h width x = Printf.sprintf "%*d" width x

let () =
  for i = 1 to 300 do f (i mod 2 = 0) done;
  let n = ref 0 in
  for i = 1 to 500 do n := !n + String.length (g i) + String.length (h 8 i) done;
  Printf.printf "%d %s\n" !n (g 7);
  let b = Buffer.create 10 in
  for i = 1 to 100 do Printf.bprintf b "%x," i done;
  print_endline (Buffer.contents b);
  List.iter (Printf.printf "%s=%d;" "k") [ 1; 2; 3 ];
  let p = Printf.sprintf "%d-%d" in
  let q = p 5 in
  print_endline (q 6 ^ q 7)
