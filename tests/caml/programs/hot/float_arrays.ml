(* Arrays of floats: sums, products, comparisons with NaN, infinities, zeros. *)
let dot a b = let s = ref 0. in for i = 0 to Array.length a - 1 do s := !s +. a.(i) *. b.(i) done; !s
let largest a = Array.fold_left (fun m x -> if x > m then x else m) neg_infinity a
let scale k a = for i = 0 to Array.length a - 1 do a.(i) <- k *. a.(i) done
let count p a = Array.fold_left (fun n x -> if p x then n + 1 else n) 0 a
let rec power x n = if n = 0 then 1. else if n land 1 = 0 then power (x *. x) (n / 2) else x *. power x (n - 1)

let () =
  let a = Array.init 1000 (fun i -> sin (float_of_int i)) in
  let b = Array.map (fun x -> x *. x) a in
  for _ = 1 to 50 do scale 1.01 b done;
  Printf.printf "%.6f %.6f %.6f\n" (dot a b) (largest a) (largest b);
  let odd = [| nan; 1.; -0.; 0.; infinity; neg_infinity; epsilon_float |] in
  for _ = 1 to 300 do ignore (count (fun x -> x = x) odd) done;
  Printf.printf "%d %d %d %d %d\n" (count (fun x -> x = x) odd) (count (fun x -> x < 1.) odd) (count (fun x -> x <> x) odd)
    (count (fun x -> x >= 0.) odd) (count (fun x -> not (x <= 0.)) odd);
  Printf.printf "%g %g %b\n" (1. /. odd.(2)) (power 1.0001 10_000) (compare nan nan = 0);
  let t = ref 0 in
  for i = -2000 to 2000 do t := !t + truncate (float_of_int i /. 3.) + int_of_float (floor (float_of_int i *. 0.7)) done;
  Printf.printf "%d %.3f %.3f\n" !t (abs_float (-2.5)) (sqrt 2.)
