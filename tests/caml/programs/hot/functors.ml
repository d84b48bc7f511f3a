(* Functors applied to several modules, with hot functions inside. *)
module type MONOID = sig type t val zero : t val plus : t -> t -> t end
module Fold (M : MONOID) = struct
  let sum l = List.fold_left M.plus M.zero l
  let rec times n x = if n = 0 then M.zero else M.plus x (times (n - 1) x)
end
module Ints = Fold (struct type t = int let zero = 0 let plus = ( + ) end)
module Floats = Fold (struct type t = float let zero = 0. let plus = ( +. ) end)
module Strings = Fold (struct type t = string let zero = "" let plus = ( ^ ) end)
module type ORDER = sig type t val compare : t -> t -> int end
module Heap (O : ORDER) = struct
  type t = Empty | Node of int * O.t * t * t
  let rank = function Empty -> 0 | Node (r, _, _, _) -> r
  let make x a b = if rank a >= rank b then Node (rank b + 1, x, a, b) else Node (rank a + 1, x, b, a)
  let rec merge a b = match a, b with
    | Empty, h | h, Empty -> h
    | Node (_, x, l, r), Node (_, y, l', r') ->
      if O.compare x y <= 0 then make x l (merge r b) else make y l' (merge a r')
  let insert x h = merge (Node (1, x, Empty, Empty)) h
  let pop = function Empty -> None | Node (_, x, l, r) -> Some (x, merge l r)
  let sort l =
    let rec drain acc h = match pop h with None -> List.rev acc | Some (x, rest) -> drain (x :: acc) rest in
    drain [] (List.fold_left (fun h x -> insert x h) Empty l)
end
module IntHeap = Heap (Int)
module PairHeap = Heap (struct type t = string * int let compare (a, i) (b, j) = let c = compare a b in if c <> 0 then c else compare j i end)

let () =
  let l = List.init 500 (fun i -> i * 7919 mod 1009) in
  Printf.printf "%d %.1f %s\n" (Ints.sum l) (Floats.sum (List.map float_of_int l)) (Strings.times 5 "ab");
  let sorted = IntHeap.sort l in
  for _ = 1 to 20 do ignore (IntHeap.sort l) done;
  Printf.printf "%d %b\n" (List.nth sorted 250) (sorted = List.sort compare l);
  List.iter (fun (s, i) -> Printf.printf "%s%d " s i)
    (PairHeap.sort (List.map (fun x -> (String.make 1 (Char.chr (97 + x mod 5)), x)) (List.filter (fun x -> x < 60) l)));
  print_newline ()
