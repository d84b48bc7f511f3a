(* Raises through many frames, some of which catch other exceptions. *)
exception Depth of int
exception Other

let rec down n limit = if n = limit then raise (Depth n) else 1 + down (n + 1) limit
let rec guarded n limit = if n = limit then raise (Depth n) else try 1 + guarded (n + 1) limit with Other -> 99
let rec finally n limit log = 
  if n = limit then raise Other
  else
    match finally (n + 1) limit log with
    | v -> v + 1
    | exception Other -> incr log; if n mod 4 = 0 then n else raise Other

let () =
  let total = ref 0 and log = ref 0 in
  for i = 1 to 3000 do
    (try total := !total + down 0 (i mod 20) with Depth d -> total := !total + d);
    (try total := !total + guarded 0 (i mod 10) with Depth d -> total := !total - d);
    total := !total + (try finally 1 (2 + i mod 13) log with Other -> -5)
  done;
  Printf.printf "%d %d\n" !total !log;
  let rec forever n = 1 + forever (n + 1) in
  print_endline (try string_of_int (forever 0) with Stack_overflow -> "overflow")
