(* Recursion over lists, not in tail position and in it; sorting; comparisons of structures. *)
let rec merge_sort l = match l with
  | [] | [ _ ] -> l
  | _ ->
    let rec split a b = function [] -> (a, b) | x :: rest -> split b (x :: a) rest in
    let rec merge a b = match a, b with
      | [], l | l, [] -> l
      | x :: a', y :: b' -> if x <= y then x :: merge a' b else y :: merge a b' in
    let a, b = split [] [] l in
    merge (merge_sort a) (merge_sort b)
let rec quick = function
  | [] -> []
  | p :: rest -> let small, large = List.partition (fun x -> x < p) rest in quick small @ (p :: quick large)
let rec permutations = function
  | [] -> [ [] ]
  | l -> List.concat_map (fun x -> List.map (fun p -> x :: p) (permutations (List.filter (( <> ) x) l))) l
let rec zip a b = match a, b with x :: a, y :: b -> (x, y) :: zip a b | _ -> []

let () =
  let l = List.init 2000 (fun i -> i * 7919 mod 2003) in
  Printf.printf "%b %b\n" (merge_sort l = List.sort compare l) (quick l = merge_sort l);
  Printf.printf "%d\n" (List.length (permutations [ 1; 2; 3; 4; 5; 6 ]));
  let pairs = zip l (List.map string_of_int l) in
  Printf.printf "%b %d\n" (List.for_all (fun (a, b) -> string_of_int a = b) pairs) (List.length pairs);
  Printf.printf "%s\n" (String.concat "," (List.map string_of_int (List.filteri (fun i _ -> i mod 400 = 0) (List.rev (merge_sort l)))));
  Printf.printf "%d %d %d\n" (compare [ 1; 2 ] [ 1; 2; 0 ]) (compare (Some 3) None) (compare (1, "a") (1, "b"));
  let floats = merge_sort (List.map (fun x -> 1. /. float_of_int (x + 1)) l) in
  Printf.printf "%.6f %.6f\n" (List.hd floats) (List.nth floats 1000);
  Printf.printf "%b\n" (merge_sort [ "pear"; "fig"; "apple" ] = [ "apple"; "fig"; "pear" ])
