module type OrderedType = sig type t val compare : t -> t -> int end
module Make (Ord : OrderedType) = struct
  module M = Map.Make (Ord)
  type elt = Ord.t
  type t = unit M.t
  let empty = M.empty
  let is_empty s = M.is_empty s
  let mem x s = M.mem x s
  let add x s = if M.mem x s then s else M.add x () s
  let singleton x = M.singleton x ()
  let remove x s = M.remove x s
  let iter f s = M.iter (fun x () -> f x) s
  let fold f s acc = M.fold (fun x () acc -> f x acc) s acc
  let union a b = fold add b a
  let inter a b = fold (fun x acc -> if mem x b then add x acc else acc) a empty
  let diff a b = fold (fun x acc -> if mem x b then acc else add x acc) a empty
  let for_all p s = M.for_all (fun x () -> p x) s
  let exists p s = M.exists (fun x () -> p x) s
  let subset a b = for_all (fun x -> mem x b) a
  let filter p s = M.filter (fun x () -> p x) s
  let partition p s = (filter p s, filter (fun x -> not (p x)) s)
  let cardinal s = M.cardinal s
  let elements s = List.rev (fold (fun x acc -> x :: acc) s [])
  let to_list = elements
  let min_elt s = fst (M.min_binding s)
  let max_elt s = fst (M.max_binding s)
  let min_elt_opt s = if is_empty s then None else Some (min_elt s)
  let max_elt_opt s = if is_empty s then None else Some (max_elt s)
  let choose = min_elt
  let choose_opt = min_elt_opt
  let find x s = if mem x s then List.find (fun y -> Ord.compare x y = 0) (elements s) else raise Not_found
  let find_opt x s = List.find_opt (fun y -> Ord.compare x y = 0) (elements s)
  let of_list l = List.fold_left (fun s x -> add x s) empty l
  let map f s = fold (fun x acc -> add (f x) acc) s empty
  let filter_map f s = fold (fun x acc -> match f x with None -> acc | Some y -> add y acc) s empty
  let split x s = (filter (fun y -> Ord.compare y x < 0) s, mem x s, filter (fun y -> Ord.compare y x > 0) s)
  let compare a b =
    let rec go a b = match a, b with
      | [], [] -> 0 | [], _ -> -1 | _, [] -> 1
      | x :: r, y :: s -> let c = Ord.compare x y in if c <> 0 then c else go r s in
    go (elements a) (elements b)
  let equal a b = compare a b = 0
  let disjoint a b = is_empty (inter a b)
  let to_seq s = List.to_seq (elements s)
  let add_seq q s = Seq.fold_left (fun s x -> add x s) s q
  let of_seq q = add_seq q empty
end
