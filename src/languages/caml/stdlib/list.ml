type 'a t = 'a list
let rec length_from n = function [] -> n | _ :: rest -> length_from (n + 1) rest
let length l = length_from 0 l
let cons x l = x :: l
let hd = function [] -> failwith "hd" | x :: _ -> x
let tl = function [] -> failwith "tl" | _ :: l -> l
let nth l n =
  if n < 0 then invalid_arg "List.nth" else
  let rec go l n = match l with [] -> failwith "nth" | x :: rest -> if n = 0 then x else go rest (n - 1) in
  go l n
let nth_opt l n =
  if n < 0 then invalid_arg "List.nth" else
  let rec go l n = match l with [] -> None | x :: rest -> if n = 0 then Some x else go rest (n - 1) in
  go l n
let append a b = a @ b
let rec rev_append a b = match a with [] -> b | x :: rest -> rev_append rest (x :: b)
let rev l = rev_append l []
let init n f =
  if n < 0 then invalid_arg "List.init" else
  let rec go i acc = if i >= n then rev acc else go (i + 1) (f i :: acc) in
  go 0 []
let rec flatten = function [] -> [] | l :: rest -> l @ flatten rest
let concat = flatten
let rec map f = function [] -> [] | x :: rest -> let y = f x in y :: map f rest
let rec mapi_from i f = function [] -> [] | x :: rest -> let y = f i x in y :: mapi_from (i + 1) f rest
let mapi f l = mapi_from 0 f l
let rev_map f l = let rec go acc = function [] -> acc | x :: rest -> go (f x :: acc) rest in go [] l
let rec iter f = function [] -> () | x :: rest -> f x; iter f rest
let rec iteri_from i f = function [] -> () | x :: rest -> f i x; iteri_from (i + 1) f rest
let iteri f l = iteri_from 0 f l
let rec fold_left f acc = function [] -> acc | x :: rest -> fold_left f (f acc x) rest
let rec fold_right f l acc = match l with [] -> acc | x :: rest -> f x (fold_right f rest acc)
let rec map2 f a b = match a, b with
  | [], [] -> [] | x :: r, y :: s -> let z = f x y in z :: map2 f r s | _ -> invalid_arg "List.map2"
let rec iter2 f a b = match a, b with
  | [], [] -> () | x :: r, y :: s -> f x y; iter2 f r s | _ -> invalid_arg "List.iter2"
let rec rev_map2_from acc f a b = match a, b with
  | [], [] -> acc | x :: r, y :: s -> rev_map2_from (f x y :: acc) f r s | _ -> invalid_arg "List.rev_map2"
let rev_map2 f a b = rev_map2_from [] f a b
let rec fold_left2 f acc a b = match a, b with
  | [], [] -> acc | x :: r, y :: s -> fold_left2 f (f acc x y) r s | _ -> invalid_arg "List.fold_left2"
let rec fold_right2 f a b acc = match a, b with
  | [], [] -> acc | x :: r, y :: s -> f x y (fold_right2 f r s acc) | _ -> invalid_arg "List.fold_right2"
let rec for_all p = function [] -> true | x :: rest -> p x && for_all p rest
let rec exists p = function [] -> false | x :: rest -> p x || exists p rest
let rec for_all2 p a b = match a, b with
  | [], [] -> true | x :: r, y :: s -> p x y && for_all2 p r s | _ -> invalid_arg "List.for_all2"
let rec exists2 p a b = match a, b with
  | [], [] -> false | x :: r, y :: s -> p x y || exists2 p r s | _ -> invalid_arg "List.exists2"
let rec mem x = function [] -> false | y :: rest -> compare x y = 0 || mem x rest
let rec memq x = function [] -> false | y :: rest -> x == y || memq x rest
let rec assoc k = function [] -> raise Not_found | (a, b) :: rest -> if compare a k = 0 then b else assoc k rest
let rec assoc_opt k = function [] -> None | (a, b) :: rest -> if compare a k = 0 then Some b else assoc_opt k rest
let rec assq k = function [] -> raise Not_found | (a, b) :: rest -> if a == k then b else assq k rest
let rec assq_opt k = function [] -> None | (a, b) :: rest -> if a == k then Some b else assq_opt k rest
let rec mem_assoc k = function [] -> false | (a, _) :: rest -> compare a k = 0 || mem_assoc k rest
let rec mem_assq k = function [] -> false | (a, _) :: rest -> a == k || mem_assq k rest
let rec remove_assoc k = function [] -> [] | (a, b) :: rest -> if compare a k = 0 then rest else (a, b) :: remove_assoc k rest
let rec remove_assq k = function [] -> [] | (a, b) :: rest -> if a == k then rest else (a, b) :: remove_assq k rest
let rec find p = function [] -> raise Not_found | x :: rest -> if p x then x else find p rest
let rec find_opt p = function [] -> None | x :: rest -> if p x then Some x else find_opt p rest
let rec find_map f = function [] -> None | x :: rest -> (match f x with None -> find_map f rest | found -> found)
let filter p l =
  let rec go acc = function [] -> rev acc | x :: rest -> if p x then go (x :: acc) rest else go acc rest in go [] l
let find_all = filter
let filteri p l =
  let rec go i acc = function [] -> rev acc | x :: rest -> go (i + 1) (if p i x then x :: acc else acc) rest in go 0 [] l
let filter_map f l =
  let rec go acc = function [] -> rev acc | x :: rest -> (match f x with None -> go acc rest | Some y -> go (y :: acc) rest) in go [] l
let concat_map f l =
  let rec go acc = function [] -> rev acc | x :: rest -> let xs = f x in go (rev_append xs acc) rest in go [] l
let fold_left_map f acc l =
  let rec go acc out = function [] -> acc, rev out | x :: rest -> let acc, y = f acc x in go acc (y :: out) rest in go acc [] l
let partition p l =
  let rec go yes no = function [] -> (rev yes, rev no) | x :: rest -> if p x then go (x :: yes) no rest else go yes (x :: no) rest in go [] [] l
let rec split = function [] -> ([], []) | (x, y) :: rest -> let (a, b) = split rest in (x :: a, y :: b)
let rec combine a b = match a, b with
  | [], [] -> [] | x :: r, y :: s -> (x, y) :: combine r s | _ -> invalid_arg "List.combine"
let rec merge cmp a b = match a, b with
  | [], l -> l | l, [] -> l
  | x :: r, y :: s -> if cmp x y <= 0 then x :: merge cmp r b else y :: merge cmp a s
let rec rev_merge cmp a b acc = match a, b with
  | [], l | l, [] -> rev_append l acc
  | x :: r, y :: s -> if cmp x y <= 0 then rev_merge cmp r b (x :: acc) else rev_merge cmp a s (y :: acc)
let rec take_rev n l acc = if n = 0 then (acc, l) else match l with [] -> (acc, []) | x :: rest -> take_rev (n - 1) rest (x :: acc)
let stable_sort cmp l =
  let rec sort n l =
    if n <= 1 then (match l with [] -> ([], []) | x :: rest -> if n = 1 then ([x], rest) else ([], l))
    else begin
      let half = n / 2 in
      let (a, rest) = sort half l in
      let (b, rest) = sort (n - half) rest in
      (rev (rev_merge cmp a b []), rest)
    end in
  fst (sort (length l) l)
let sort = stable_sort
let fast_sort = stable_sort
let sort_uniq cmp l =
  let rec unique = function x :: y :: rest -> if cmp x y = 0 then unique (x :: rest) else x :: unique (y :: rest) | l -> l in
  unique (stable_sort cmp l)
let rec compare_lengths a b = match a, b with
  | [], [] -> 0 | [], _ -> -1 | _, [] -> 1 | _ :: r, _ :: s -> compare_lengths r s
let rec compare_length_with l n = match l with
  | [] -> if n = 0 then 0 else if n > 0 then -1 else 1
  | _ :: rest -> if n <= 0 then 1 else compare_length_with rest (n - 1)
let rec equal eq a b = match a, b with [], [] -> true | x :: r, y :: s -> eq x y && equal eq r s | _ -> false
let rec compare cmp a b = match a, b with
  | [], [] -> 0 | [], _ -> -1 | _, [] -> 1
  | x :: r, y :: s -> let c = cmp x y in if c <> 0 then c else compare cmp r s
let rec to_seq l () = match l with [] -> Seq.Nil | x :: rest -> Seq.Cons (x, to_seq rest)
let of_seq s = rev (Seq.fold_left (fun acc x -> x :: acc) [] s)
