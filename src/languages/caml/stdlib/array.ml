type 'a t = 'a array
external length : 'a array -> int = "%array_length"
external get : 'a array -> int -> 'a = "%array_get"
external set : 'a array -> int -> 'a -> unit = "%array_set"
external unsafe_get : 'a array -> int -> 'a = "%array_get"
external unsafe_set : 'a array -> int -> 'a -> unit = "%array_set"
external caml_make : int -> 'a -> 'a array = "%array_make"
let make n x = if n < 0 then invalid_arg "Array.make" else caml_make n x
let create = make
let create_float n = make n 0.0
let init n f =
  if n = 0 then [||] else if n < 0 then invalid_arg "Array.init" else begin
    let a = make n (f 0) in
    for i = 1 to n - 1 do set a i (f i) done;
    a
  end
let make_matrix n m x =
  if n = 0 then [||] else begin
    let a = make n [||] in
    for i = 0 to n - 1 do set a i (make m x) done;
    a
  end
let copy a = let n = length a in
  if n = 0 then [||] else begin
    let b = make n (get a 0) in
    for i = 1 to n - 1 do set b i (get a i) done;
    b
  end
let sub a from n =
  if from < 0 || n < 0 || from > length a - n then invalid_arg "Array.sub"
  else if n = 0 then [||] else begin
    let b = make n (get a from) in
    for i = 1 to n - 1 do set b i (get a (from + i)) done;
    b
  end
let append a b =
  let n = length a and m = length b in
  if n = 0 then copy b else if m = 0 then copy a else begin
    let c = make (n + m) (get a 0) in
    for i = 1 to n - 1 do set c i (get a i) done;
    for i = 0 to m - 1 do set c (n + i) (get b i) done;
    c
  end
let fill a from n x =
  if from < 0 || n < 0 || from > length a - n then invalid_arg "Array.fill"
  else for i = from to from + n - 1 do set a i x done
let blit a from b to_ n =
  if n < 0 || from < 0 || from > length a - n || to_ < 0 || to_ > length b - n then invalid_arg "Array.blit"
  else if from < to_ then for i = n - 1 downto 0 do set b (to_ + i) (get a (from + i)) done
  else for i = 0 to n - 1 do set b (to_ + i) (get a (from + i)) done
let iter f a = for i = 0 to length a - 1 do f (get a i) done
let iteri f a = for i = 0 to length a - 1 do f i (get a i) done
let iter2 f a b =
  if length a <> length b then invalid_arg "Array.iter2: arrays must have the same length"
  else for i = 0 to length a - 1 do f (get a i) (get b i) done
let map f a = let n = length a in
  if n = 0 then [||] else begin
    let b = make n (f (get a 0)) in
    for i = 1 to n - 1 do set b i (f (get a i)) done;
    b
  end
let mapi f a = let n = length a in
  if n = 0 then [||] else begin
    let b = make n (f 0 (get a 0)) in
    for i = 1 to n - 1 do set b i (f i (get a i)) done;
    b
  end
let map2 f a b =
  if length a <> length b then invalid_arg "Array.map2: arrays must have the same length"
  else init (length a) (fun i -> f (get a i) (get b i))
let fold_left f acc a = let r = ref acc in for i = 0 to length a - 1 do r := f !r (get a i) done; !r
let fold_right f a acc = let r = ref acc in for i = length a - 1 downto 0 do r := f (get a i) !r done; !r
let to_list a = let rec go i acc = if i < 0 then acc else go (i - 1) (get a i :: acc) in go (length a - 1) []
let of_list = function
  | [] -> [||]
  | x :: rest as l ->
    let a = make (List.length l) x in
    let rec fill i = function [] -> () | y :: r -> set a i y; fill (i + 1) r in
    fill 1 rest; a
let rec concat = function [] -> [||] | a :: rest -> append a (concat rest)
let exists p a = let n = length a in let rec go i = i < n && (p (get a i) || go (i + 1)) in go 0
let for_all p a = let n = length a in let rec go i = i >= n || (p (get a i) && go (i + 1)) in go 0
let mem x a = exists (fun y -> compare x y = 0) a
let memq x a = exists (fun y -> x == y) a
let stable_sort cmp a =
  let sorted = List.stable_sort cmp (to_list a) in
  List.iteri (fun i x -> set a i x) sorted
let sort = stable_sort
let fast_sort = stable_sort
let to_seq a = let rec go i () = if i < length a then Seq.Cons (get a i, go (i + 1)) else Seq.Nil in go 0
let of_seq s = of_list (List.of_seq s)
let find_opt p a = let n = length a in
  let rec go i = if i >= n then None else if p (get a i) then Some (get a i) else go (i + 1) in go 0
let split a = (map fst a, map snd a)
let combine a b = map2 (fun x y -> (x, y)) a b
