type t = bytes
external length : bytes -> int = "%bytes_length"
external get : bytes -> int -> char = "%bytes_get"
external set : bytes -> int -> char -> unit = "%bytes_set"
external unsafe_get : bytes -> int -> char = "%bytes_get"
external unsafe_set : bytes -> int -> char -> unit = "%bytes_set"
external caml_create : int -> bytes = "%bytes_create"
external of_string : string -> bytes = "caml_bytes_of_string"
external caml_sub_string : bytes -> int -> int -> string = "caml_bytes_sub_string"
external caml_blit : bytes -> int -> bytes -> int -> int -> unit = "caml_bytes_blit"
external caml_blit_string : string -> int -> bytes -> int -> int -> unit = "caml_bytes_blit_string"
external caml_fill : bytes -> int -> int -> char -> unit = "caml_bytes_fill"
let create n = if n < 0 then invalid_arg "Bytes.create" else caml_create n
let sub_string b from n = caml_sub_string b from n
let to_string b = caml_sub_string b 0 (length b)
let unsafe_to_string = to_string
let unsafe_of_string = of_string
let fill b from n c = caml_fill b from n c
let make n c = let b = create n in caml_fill b 0 n c; b
let init n f = let b = create n in for i = 0 to n - 1 do set b i (f i) done; b
let blit a from b to_ n = caml_blit a from b to_ n
let blit_string s from b to_ n = caml_blit_string s from b to_ n
let sub b from n =
  if from < 0 || n < 0 || from > length b - n then invalid_arg "String.sub / Bytes.sub"
  else let r = create n in caml_blit b from r 0 n; r
let copy b = sub b 0 (length b)
let empty = create 0
let cat a b = let r = create (length a + length b) in
  caml_blit a 0 r 0 (length a); caml_blit b 0 r (length a) (length b); r
let extend b left right = let r = create (length b + left + right) in caml_blit b 0 r left (length b); r
let iter f b = for i = 0 to length b - 1 do f (get b i) done
let iteri f b = for i = 0 to length b - 1 do f i (get b i) done
let map f b = init (length b) (fun i -> f (get b i))
let mapi f b = init (length b) (fun i -> f i (get b i))
let compare (a : bytes) b = compare a b
let equal (a : bytes) b = a = b
let uppercase_ascii b = map Char.uppercase_ascii b
let lowercase_ascii b = map Char.lowercase_ascii b
