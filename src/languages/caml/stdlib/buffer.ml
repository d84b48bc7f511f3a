type t = { mutable bytes : bytes; mutable position : int; initial : int }
let create n = let n = if n < 1 then 1 else n in { bytes = Bytes.create n; position = 0; initial = n }
let contents b = Bytes.sub_string b.bytes 0 b.position
let to_bytes b = Bytes.sub b.bytes 0 b.position
let length b = b.position
let clear b = b.position <- 0
let reset b = b.position <- 0; b.bytes <- Bytes.create b.initial
let nth b i = if i < 0 || i >= b.position then invalid_arg "Buffer.nth" else Bytes.get b.bytes i
let sub b from n = if from < 0 || n < 0 || from > b.position - n then invalid_arg "Buffer.sub" else Bytes.sub_string b.bytes from n
let resize b more =
  let size = ref (Bytes.length b.bytes) in
  while b.position + more > !size do size := 2 * !size done;
  let bigger = Bytes.create !size in
  Bytes.blit b.bytes 0 bigger 0 b.position;
  b.bytes <- bigger
let add_char b c =
  if b.position >= Bytes.length b.bytes then resize b 1;
  Bytes.set b.bytes b.position c;
  b.position <- b.position + 1
let add_string b s =
  let n = String.length s in
  if b.position + n > Bytes.length b.bytes then resize b n;
  Bytes.blit_string s 0 b.bytes b.position n;
  b.position <- b.position + n
let add_bytes b s = add_string b (Bytes.to_string s)
let add_substring b s from n = add_string b (String.sub s from n)
let add_buffer b other = add_string b (contents other)
let truncate b n = if n < 0 || n > b.position then invalid_arg "Buffer.truncate" else b.position <- n
let output_buffer o b = output_string o (contents b)
