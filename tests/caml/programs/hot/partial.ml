(* Functions with fewer and with more arguments than they have parameters, in hot loops. *)
let add3 a b c = a + (b * 10) + (c * 100)
let compose f g x = f (g x)
let flip f a b = f b a
let curried a = fun b -> fun c -> a - b - c
let twice f x = f (f x)
let choose n = if n land 1 = 0 then add3 n else curried n
let rec apply_all fs x = match fs with [] -> x | f :: rest -> apply_all rest (f x)

let () =
  let sum = ref 0 in
  for i = 1 to 2000 do
    let p = add3 i in
    let q = p 2 in
    sum := !sum + q 3 + p 4 5 + curried i 1 2 + (curried i 1) 2;
    sum := !sum + choose i 1 2 + compose (add3 1 2) (flip ( - ) 3) i + twice (twice (( + ) 1)) i;
    sum := !sum + apply_all [ ( * ) 2; add3 1 1; flip ( - ) 5; (fun x -> x land 0xFFFF) ] i;
    sum := !sum + List.fold_left (fun f x -> compose f (( + ) x)) (fun x -> x) [ 1; 2; 3 ] i
  done;
  Printf.printf "%d\n" !sum;
  let labelled ~a ~b c = a * b + c in
  let l = List.map (labelled ~b:3 ~a:2) [ 1; 2; 3 ] in
  List.iter (Printf.printf "%d ") l;
  let optional ?(by = 1) x = x + by in
  Printf.printf "%d %d\n" (optional 4) (optional ~by:10 4)
