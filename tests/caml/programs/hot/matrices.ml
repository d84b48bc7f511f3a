(* Arrays of arrays, of integers, floats and tuples. *)
let multiply a b n =
  Array.init n (fun i -> Array.init n (fun j -> let s = ref 0 in for k = 0 to n - 1 do s := !s + a.(i).(k) * b.(k).(j) done; !s))
let transpose m = let n = Array.length m in for i = 0 to n - 1 do for j = i + 1 to n - 1 do
      let t = m.(i).(j) in m.(i).(j) <- m.(j).(i); m.(j).(i) <- t done done
let life grid n =
  Array.init n (fun i -> Array.init n (fun j ->
    let c = ref 0 in
    for di = -1 to 1 do for dj = -1 to 1 do
      if (di <> 0 || dj <> 0) && grid.((i + di + n) mod n).((j + dj + n) mod n) then incr c done done;
    !c = 3 || (grid.(i).(j) && !c = 2)))

let () =
  let n = 20 in
  let a = Array.init n (fun i -> Array.init n (fun j -> i - j)) in
  let p = ref a in
  for _ = 1 to 6 do p := multiply !p a n; transpose !p done;
  Printf.printf "%d %d\n" !p.(3).(5) (Array.fold_left (fun s row -> Array.fold_left ( + ) s row) 0 !p);
  let g = ref (Array.init 16 (fun i -> Array.init 16 (fun j -> (i * 3 + j * 5) mod 7 < 3))) in
  for _ = 1 to 30 do g := life !g 16 done;
  Array.iter (fun row -> Array.iter (fun c -> print_char (if c then '#' else '.')) row; print_newline ()) !g;
  let tuples = Array.make_matrix 4 4 (0, "") in
  for i = 0 to 3 do for j = 0 to 3 do tuples.(i).(j) <- (i * j, String.make j 'y') done done;
  Printf.printf "%d %s\n" (fst tuples.(3).(2)) (snd tuples.(1).(3));
  let shared = Array.make 3 (Array.make 2 0.) in
  shared.(0).(1) <- 2.5;
  Printf.printf "%.1f %d\n" shared.(2).(1) (Array.length (Array.concat [ a.(0); a.(1) ]))
