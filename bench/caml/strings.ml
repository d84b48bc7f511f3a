(* A buffer that grows, characters of strings. *)
let build n =
  let b = Buffer.create 16 in
  for i = 1 to n do
    Buffer.add_string b (string_of_int i);
    Buffer.add_char b (if i mod 7 = 0 then '\n' else ' ')
  done;
  Buffer.contents b

let sum s =
  let total = ref 0 and number = ref 0 in
  for i = 0 to String.length s - 1 do
    match s.[i] with
    | '0' .. '9' as c -> number := !number * 10 + Char.code c - Char.code '0'
    | _ -> total := !total + !number; number := 0
  done;
  !total

let run () = sum (build 200_000)
