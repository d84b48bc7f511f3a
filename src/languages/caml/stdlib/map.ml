module type OrderedType = sig type t val compare : t -> t -> int end
module Make (Ord : OrderedType) = struct
  type key = Ord.t
  type 'a t = Empty | Node of { l : 'a t; v : key; d : 'a; r : 'a t; h : int }
  let empty = Empty
  let height = function Empty -> 0 | Node { h; _ } -> h
  let create l v d r = let a = height l and b = height r in Node { l; v; d; r; h = (if a >= b then a + 1 else b + 1) }
  let singleton v d = Node { l = Empty; v; d; r = Empty; h = 1 }
  let bal l v d r =
    let hl = height l and hr = height r in
    if hl > hr + 2 then match l with
      | Empty -> invalid_arg "Map.bal"
      | Node { l = ll; v = lv; d = ld; r = lr; _ } ->
        if height ll >= height lr then create ll lv ld (create lr v d r)
        else (match lr with
          | Empty -> invalid_arg "Map.bal"
          | Node { l = lrl; v = lrv; d = lrd; r = lrr; _ } -> create (create ll lv ld lrl) lrv lrd (create lrr v d r))
    else if hr > hl + 2 then match r with
      | Empty -> invalid_arg "Map.bal"
      | Node { l = rl; v = rv; d = rd; r = rr; _ } ->
        if height rr >= height rl then create (create l v d rl) rv rd rr
        else (match rl with
          | Empty -> invalid_arg "Map.bal"
          | Node { l = rll; v = rlv; d = rld; r = rlr; _ } -> create (create l v d rll) rlv rld (create rlr rv rd rr))
    else Node { l; v; d; r; h = (if hl >= hr then hl + 1 else hr + 1) }
  let is_empty = function Empty -> true | _ -> false
  let rec add x data = function
    | Empty -> Node { l = Empty; v = x; d = data; r = Empty; h = 1 }
    | Node { l; v; d; r; h } ->
      let c = Ord.compare x v in
      if c = 0 then Node { l; v = x; d = data; r; h }
      else if c < 0 then bal (add x data l) v d r
      else bal l v d (add x data r)
  let rec find x = function
    | Empty -> raise Not_found
    | Node { l; v; d; r; _ } -> let c = Ord.compare x v in if c = 0 then d else find x (if c < 0 then l else r)
  let rec find_opt x = function
    | Empty -> None
    | Node { l; v; d; r; _ } -> let c = Ord.compare x v in if c = 0 then Some d else find_opt x (if c < 0 then l else r)
  let rec mem x = function
    | Empty -> false
    | Node { l; v; r; _ } -> let c = Ord.compare x v in c = 0 || mem x (if c < 0 then l else r)
  let rec min_binding = function
    | Empty -> raise Not_found | Node { l = Empty; v; d; _ } -> (v, d) | Node { l; _ } -> min_binding l
  let rec max_binding = function
    | Empty -> raise Not_found | Node { r = Empty; v; d; _ } -> (v, d) | Node { r; _ } -> max_binding r
  let min_binding_opt m = if is_empty m then None else Some (min_binding m)
  let max_binding_opt m = if is_empty m then None else Some (max_binding m)
  let choose = min_binding
  let choose_opt = min_binding_opt
  let rec remove_min = function
    | Empty -> invalid_arg "Map.remove_min_elt"
    | Node { l = Empty; r; _ } -> r
    | Node { l; v; d; r; _ } -> bal (remove_min l) v d r
  let merge2 a b = match a, b with
    | Empty, t -> t | t, Empty -> t
    | _ -> let (x, d) = min_binding b in bal a x d (remove_min b)
  let rec remove x = function
    | Empty -> Empty
    | Node { l; v; d; r; _ } ->
      let c = Ord.compare x v in
      if c = 0 then merge2 l r else if c < 0 then bal (remove x l) v d r else bal l v d (remove x r)
  let update x f m = match f (find_opt x m) with None -> remove x m | Some d -> add x d m
  let rec iter f = function Empty -> () | Node { l; v; d; r; _ } -> iter f l; f v d; iter f r
  let rec map f = function
    | Empty -> Empty
    | Node { l; v; d; r; h } -> let l = map f l in let d = f d in let r = map f r in Node { l; v; d; r; h }
  let rec mapi f = function
    | Empty -> Empty
    | Node { l; v; d; r; h } -> let l = mapi f l in let d = f v d in let r = mapi f r in Node { l; v; d; r; h }
  let rec fold f m acc = match m with Empty -> acc | Node { l; v; d; r; _ } -> fold f r (f v d (fold f l acc))
  let rec for_all p = function Empty -> true | Node { l; v; d; r; _ } -> p v d && for_all p l && for_all p r
  let rec exists p = function Empty -> false | Node { l; v; d; r; _ } -> p v d || exists p l || exists p r
  let filter p m = fold (fun k d acc -> if p k d then add k d acc else acc) m empty
  let filter_map f m = fold (fun k d acc -> match f k d with None -> acc | Some e -> add k e acc) m empty
  let partition p m = (filter p m, filter (fun k d -> not (p k d)) m)
  let rec cardinal = function Empty -> 0 | Node { l; r; _ } -> cardinal l + 1 + cardinal r
  let bindings m = List.rev (fold (fun k d acc -> (k, d) :: acc) m [])
  let union f a b = fold (fun k d acc -> match find_opt k acc with
    | None -> add k d acc
    | Some e -> (match f k e d with None -> remove k acc | Some r -> add k r acc)) b a
  let merge f a b =
    let step k acc = match f k (find_opt k a) (find_opt k b) with None -> acc | Some d -> add k d acc in
    let acc = fold (fun k _ acc -> step k acc) a empty in
    fold (fun k _ acc -> if mem k a then acc else step k acc) b acc
  let split x m =
    (filter (fun k _ -> Ord.compare k x < 0) m, find_opt x m, filter (fun k _ -> Ord.compare k x > 0) m)
  let compare cmp a b =
    let rec go a b = match a, b with
      | [], [] -> 0 | [], _ -> -1 | _, [] -> 1
      | (k, d) :: r, (l, e) :: s ->
        let c = Ord.compare k l in if c <> 0 then c else let c = cmp d e in if c <> 0 then c else go r s in
    go (bindings a) (bindings b)
  let equal eq a b = compare (fun x y -> if eq x y then 0 else 1) a b = 0
  let find_first p m = match List.find_opt (fun (k, _) -> p k) (bindings m) with Some b -> b | None -> raise Not_found
  let find_first_opt p m = List.find_opt (fun (k, _) -> p k) (bindings m)
  let to_seq m = List.to_seq (bindings m)
  let add_seq s m = Seq.fold_left (fun m (k, d) -> add k d m) m s
  let of_seq s = add_seq s empty
end
