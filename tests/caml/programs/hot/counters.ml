(* Numbers of both kinds through branches, loops, references and polymorphic functions. *)
let id x = x
let pick b x y = if b then x else y
let collatz n = let rec go n steps = if n = 1 then steps else go (if n land 1 = 0 then n / 2 else 3 * n + 1) (steps + 1) in go n 0
let rec gcd a b = if b = 0 then a else gcd b (a mod b)
let isqrt n = let r = ref n in while !r * !r > n do r := (!r + n / !r) / 2 done; !r
let mean l = let s, n = List.fold_left (fun (s, n) x -> (s +. x, n + 1)) (0., 0) l in s /. float_of_int n

let () =
  let longest = ref 0 and at = ref 0 in
  for i = 1 to 3000 do
    let c = collatz i in
    if c > !longest then begin longest := c; at := i end
  done;
  Printf.printf "%d %d\n" !longest !at;
  let g = ref 0 in
  for a = 1 to 100 do for b = 1 to 50 do g := !g + gcd a b done done;
  Printf.printf "%d %d %d\n" !g (isqrt 1_000_000_007) (isqrt 15);
  let mixed = ref 0 in
  for i = 1 to 3000 do
    mixed := !mixed + pick (i mod 3 = 0) i (-i) + int_of_float (pick (i land 1 = 0) 1.5 2.5) + String.length (pick (i > 5) "a" "bc")
  done;
  Printf.printf "%d %.3f\n" !mixed (mean (List.init 100 (fun i -> float_of_int (id i) /. 7.)));
  let x = ref 0 and y = ref 0. in
  for i = 0 to 9999 do
    if i land 7 = 0 then x := - !x else if i mod 5 = 1 then y := -. !y else (x := !x + i; y := !y +. 0.25)
  done;
  Printf.printf "%d %.2f %d\n" !x !y (compare !x (truncate !y));
  let flags = Array.make 64 false in
  for i = 0 to 999 do flags.(i * i land 63) <- not flags.(i land 63) || i mod 3 = 0 done;
  print_endline (String.init 64 (fun i -> if flags.(i) then '1' else '0'))
