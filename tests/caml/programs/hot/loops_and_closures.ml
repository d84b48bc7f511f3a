(* Closures made in loops: each has its own variables; references are shared. *)
let () =
  let fs = ref [] and total = ref 0 in
  for i = 1 to 1000 do
    let k = i * i in
    let counter = ref i in
    fs := (fun d -> incr counter; total := !total + d; k + !counter) :: !fs
  done;
  let r = List.fold_left (fun acc f -> acc + f 1 + f 2) 0 !fs in
  Printf.printf "%d %d\n" r !total;
  let table = Array.init 50 (fun i -> fun x y -> (x * i) + y) in
  let sum = ref 0 in
  for round = 1 to 100 do
    for i = 0 to 49 do
      sum := !sum + table.(i) round (i - round)
    done
  done;
  Printf.printf "%d\n" !sum;
  let i = ref 0 and seen = ref 0 in
  while (incr i; !i < 5000) do
    let rec local n = if n <= 0 then !i else local (n - 3) in
    if local !i mod 2 = 0 then seen := !seen + local 5
  done;
  Printf.printf "%d %d\n" !i !seen;
  for i = 10 downto 1 do
    let rec up j = if j > i then () else (if j = i then Printf.printf "%d " j; up (j + 1)) in
    up 1
  done;
  for i = 5 to 4 do print_int i done;
  for i = max_int - 2 to max_int do Printf.printf "%d " (i - max_int) done;
  for i = min_int + 1 downto min_int do Printf.printf "%d " (i - min_int) done;
  print_newline ()
