external caml_hash : int -> int -> int -> 'a -> int = "caml_hash"
let hash x = caml_hash 10 100 0 x
let seeded_hash seed x = caml_hash 10 100 seed x
let hash_param a b x = caml_hash a b 0 x
type ('a, 'b) bucket = Empty | Cons of { mutable key : 'a; mutable data : 'b; mutable next : ('a, 'b) bucket }
type ('a, 'b) t = { mutable size : int; mutable data : ('a, 'b) bucket array; initial_size : int }
let rec power_of_2_above x n = if x >= n then x else if x * 2 > 0x3FFFFFFF then x else power_of_2_above (x * 2) n
let create ?random n = ignore random; let s = power_of_2_above 16 n in { size = 0; data = Array.make s Empty; initial_size = s }
let clear h = if h.size > 0 then begin h.size <- 0; Array.fill h.data 0 (Array.length h.data) Empty end
let reset h = h.size <- 0; h.data <- Array.make h.initial_size Empty
let length h = h.size
let rec copy_bucket = function
  | Empty -> Empty
  | Cons { key; data; next } -> Cons { key; data; next = copy_bucket next }
let copy h = { h with data = Array.map copy_bucket h.data }
let key_index h key = caml_hash 10 100 0 key land (Array.length h.data - 1)
let insert_all h index odata ndata =
  let nsize = Array.length ndata in
  let tail = Array.make nsize Empty in
  let rec insert b = match b with
    | Empty -> ()
    | Cons c ->
      let next = c.next in
      let i = index h c.key in
      (match tail.(i) with Empty -> ndata.(i) <- b | Cons t -> t.next <- b);
      tail.(i) <- b;
      insert next in
  Array.iter insert odata;
  Array.iter (fun b -> match b with Empty -> () | Cons t -> t.next <- Empty) tail
let resize index h =
  let odata = h.data in
  let nsize = Array.length odata * 2 in
  let ndata = Array.make nsize Empty in
  h.data <- ndata;
  insert_all h index odata ndata
let add_with index h key data =
  let i = index h key in
  h.data.(i) <- Cons { key; data; next = h.data.(i) };
  h.size <- h.size + 1;
  if h.size > Array.length h.data * 2 then resize index h
let rec remove_bucket eq h i key prev b = match b with
  | Empty -> ()
  | Cons c ->
    if eq c.key key then begin
      h.size <- h.size - 1;
      (match prev with Empty -> h.data.(i) <- c.next | Cons p -> p.next <- c.next)
    end else remove_bucket eq h i key b c.next
let rec find_bucket eq key = function
  | Empty -> raise Not_found
  | Cons { key = k; data; next } -> if eq k key then data else find_bucket eq key next
let rec find_opt_bucket eq key = function
  | Empty -> None
  | Cons { key = k; data; next } -> if eq k key then Some data else find_opt_bucket eq key next
let rec mem_bucket eq key = function
  | Empty -> false
  | Cons { key = k; next; _ } -> eq k key || mem_bucket eq key next
let rec find_all_bucket eq key = function
  | Empty -> []
  | Cons { key = k; data; next } -> if eq k key then data :: find_all_bucket eq key next else find_all_bucket eq key next
let rec replace_bucket eq key data b = match b with
  | Empty -> true
  | Cons c -> if eq c.key key then begin c.key <- key; c.data <- data; false end else replace_bucket eq key data c.next
let replace_with index eq h key data =
  let i = index h key in
  let l = h.data.(i) in
  if replace_bucket eq key data l then begin
    h.data.(i) <- Cons { key; data; next = l };
    h.size <- h.size + 1;
    if h.size > Array.length h.data * 2 then resize index h
  end
let same a b = compare a b = 0
let add h key data = add_with key_index h key data
let remove h key = let i = key_index h key in remove_bucket same h i key Empty h.data.(i)
let find h key = find_bucket same key h.data.(key_index h key)
let find_opt h key = find_opt_bucket same key h.data.(key_index h key)
let find_all h key = find_all_bucket same key h.data.(key_index h key)
let mem h key = mem_bucket same key h.data.(key_index h key)
let replace h key data = replace_with key_index same h key data
let iter f h =
  let rec bucket = function Empty -> () | Cons { key; data; next } -> f key data; bucket next in
  let d = h.data in
  for i = 0 to Array.length d - 1 do bucket d.(i) done
let fold f h init =
  let rec bucket b acc = match b with Empty -> acc | Cons { key; data; next } -> bucket next (f key data acc) in
  let d = h.data in
  let acc = ref init in
  for i = 0 to Array.length d - 1 do acc := bucket d.(i) !acc done;
  !acc
let filter_map_inplace f h =
  let all = fold (fun k v acc -> (k, v) :: acc) h [] in
  List.iter (fun (k, v) -> match f k v with None -> remove h k | Some w -> replace h k w) all
let to_seq h = List.to_seq (List.rev (fold (fun k v acc -> (k, v) :: acc) h []))
let to_seq_keys h = Seq.map fst (to_seq h)
let to_seq_values h = Seq.map snd (to_seq h)
let add_seq h s = Seq.iter (fun (k, v) -> add h k v) s
let replace_seq h s = Seq.iter (fun (k, v) -> replace h k v) s
let of_seq s = let h = create 16 in replace_seq h s; h

module type HashedType = sig type t val equal : t -> t -> bool val hash : t -> int end
module Make (H : HashedType) = struct
  type key = H.t
  type nonrec 'a t = (H.t, 'a) t
  let index h key = H.hash key land max_int land (Array.length h.data - 1)
  let create n : 'a t = create n
  let clear = clear
  let reset = reset
  let copy = copy
  let length = length
  let iter = iter
  let fold = fold
  let add h key data = add_with index h key data
  let remove h key = let i = index h key in remove_bucket H.equal h i key Empty h.data.(i)
  let find h key = find_bucket H.equal key h.data.(index h key)
  let find_opt h key = find_opt_bucket H.equal key h.data.(index h key)
  let find_all h key = find_all_bucket H.equal key h.data.(index h key)
  let mem h key = mem_bucket H.equal key h.data.(index h key)
  let replace h key data = replace_with index H.equal h key data
  let to_seq = to_seq
end
