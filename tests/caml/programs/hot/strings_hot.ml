(* Characters, bytes and buffers in loops. *)
let rot13 s =
  String.map (fun c -> match c with
    | 'a' .. 'z' -> Char.chr ((Char.code c - 97 + 13) mod 26 + 97)
    | 'A' .. 'Z' -> Char.chr ((Char.code c - 65 + 13) mod 26 + 65)
    | _ -> c) s
let reverse s = let n = String.length s in String.init n (fun i -> s.[n - 1 - i])
let is_palindrome s =
  let rec go i j = i >= j || (s.[i] = s.[j] && go (i + 1) (j - 1)) in go 0 (String.length s - 1)
let words s =
  let b = Buffer.create 8 and out = ref [] in
  let flush () = if Buffer.length b > 0 then begin out := Buffer.contents b :: !out; Buffer.clear b end in
  String.iter (fun c -> if c = ' ' then flush () else Buffer.add_char b c) s;
  flush ();
  List.rev !out
let sieve n =
  let b = Bytes.make (n + 1) '1' in
  for i = 2 to n do
    if Bytes.get b i = '1' then begin
      let j = ref (i * i) in
      while !j <= n do Bytes.set b !j '0'; j := !j + i done
    end
  done;
  b

let () =
  let text = "The quick brown fox jumps over the lazy dog" in
  let s = ref text in
  for _ = 1 to 301 do s := rot13 !s done;
  print_endline !s;
  print_endline (reverse (rot13 !s));
  Printf.printf "%b %b\n" (is_palindrome "abcdedcba") (is_palindrome text);
  for _ = 1 to 100 do ignore (words text) done;
  List.iter (Printf.printf "[%s]") (words text);
  let b = sieve 2000 in
  let count = ref 0 in
  Bytes.iteri (fun i c -> if i >= 2 && c = '1' then incr count) b;
  Printf.printf " %d %s\n" !count (Bytes.sub_string b 90 20);
  let total = ref 0 in
  for i = 0 to 999 do total := !total + String.length (string_of_int i ^ "," ^ String.make (i mod 4) 'x') done;
  Printf.printf "%d %b %b\n" !total ("abc" < "abd") (compare "b" "abc" > 0)
