type t = string
external length : string -> int = "caml_string_length"
external get : string -> int -> char = "caml_string_get"
external unsafe_get : string -> int -> char = "caml_string_get"
external sub : string -> int -> int -> string = "caml_string_sub"
external concat : string -> string list -> string = "caml_string_concat"
external escaped : string -> string = "caml_escaped"
let empty = ""
let make n c = if n < 0 then invalid_arg "String.make" else Bytes.to_string (Bytes.make n c)
let init n f = if n < 0 then invalid_arg "String.init" else Bytes.to_string (Bytes.init n f)
let cat a b = a ^ b
let of_bytes = Bytes.to_string
let to_bytes = Bytes.of_string
let blit s from b to_ n = Bytes.blit_string s from b to_ n
let iter f s = for i = 0 to length s - 1 do f (get s i) done
let iteri f s = for i = 0 to length s - 1 do f i (get s i) done
let map f s = init (length s) (fun i -> f (get s i))
let mapi f s = init (length s) (fun i -> f i (get s i))
let fold_left f acc s = let r = ref acc in for i = 0 to length s - 1 do r := f !r (get s i) done; !r
let fold_right f s acc = let r = ref acc in for i = length s - 1 downto 0 do r := f (get s i) !r done; !r
let for_all p s = let n = length s in let rec go i = i >= n || (p (get s i) && go (i + 1)) in go 0
let exists p s = let n = length s in let rec go i = i < n && (p (get s i) || go (i + 1)) in go 0
let is_space = function ' ' | '\012' | '\n' | '\r' | '\t' -> true | _ -> false
let trim s =
  let n = length s in
  let rec left i = if i < n && is_space (get s i) then left (i + 1) else i in
  let rec right i = if i > 0 && is_space (get s (i - 1)) then right (i - 1) else i in
  let l = left 0 in
  if l = n then "" else sub s l (right n - l)
let rec index_rec s n i c = if i >= n then raise Not_found else if get s i = c then i else index_rec s n (i + 1) c
let index s c = index_rec s (length s) 0 c
let index_opt s c = try Some (index s c) with Not_found -> None
let index_from s i c = if i < 0 || i > length s then invalid_arg "String.index_from / Bytes.index_from" else index_rec s (length s) i c
let index_from_opt s i c = if i < 0 || i > length s then invalid_arg "String.index_from_opt / Bytes.index_from_opt" else try Some (index_rec s (length s) i c) with Not_found -> None
let rec rindex_rec s i c = if i < 0 then raise Not_found else if get s i = c then i else rindex_rec s (i - 1) c
let rindex s c = rindex_rec s (length s - 1) c
let rindex_opt s c = try Some (rindex s c) with Not_found -> None
let rindex_from s i c = if i < -1 || i >= length s then invalid_arg "String.rindex_from / Bytes.rindex_from" else rindex_rec s i c
let contains s c = match index s c with _ -> true | exception Not_found -> false
let contains_from s i c = match index_from s i c with _ -> true | exception Not_found -> false
let uppercase_ascii s = map Char.uppercase_ascii s
let lowercase_ascii s = map Char.lowercase_ascii s
let capitalize_ascii s = if s = "" then s else mapi (fun i c -> if i = 0 then Char.uppercase_ascii c else c) s
let uncapitalize_ascii s = if s = "" then s else mapi (fun i c -> if i = 0 then Char.lowercase_ascii c else c) s
let starts_with ~prefix s = length s >= length prefix && sub s 0 (length prefix) = prefix
let ends_with ~suffix s = length s >= length suffix && sub s (length s - length suffix) (length suffix) = suffix
let split_on_char sep s =
  let r = ref [] and j = ref (length s) in
  for i = length s - 1 downto 0 do
    if get s i = sep then begin r := sub s (i + 1) (!j - i - 1) :: !r; j := i end
  done;
  sub s 0 !j :: !r
let compare (a : string) b = compare a b
let equal (a : string) b = a = b
let to_seq s = let rec go i () = if i < length s then Seq.Cons (get s i, go (i + 1)) else Seq.Nil in go 0
let of_seq s = concat "" (List.of_seq (Seq.map caml_char_string s))
