(* Formats are checked when the program is compiled; at run time they are strings that are read as they are written. *)
type any
external any : 'a -> any = "%identity"
external the : any -> 'a = "%identity"
external caml_format_int : string -> int -> int -> string = "caml_format_int"
external caml_format_float : string -> float -> string = "caml_format_float"

let is_flag c = c = '-' || c = '+' || c = ' ' || c = '#' || c = '0'
let is_digit c = c >= '0' && c <= '9'
let is_long s i n = i + 1 < n && (match s.[i + 1] with 'd' | 'i' | 'u' | 'x' | 'X' | 'o' -> true | _ -> false)

let count s =
  let n = String.length s in
  let rec go i found =
    if i >= n then found
    else if s.[i] <> '%' then go (i + 1) found
    else spec (i + 1) found
  and spec i found =
    if i >= n then found
    else match s.[i] with
      | '%' | '!' | ',' | '@' -> go (i + 1) found
      | '*' -> spec (i + 1) (found + 1)
      | 'a' -> go (i + 1) (found + 2)
      | c when is_flag c || is_digit c || c = '.' -> spec (i + 1) found
      | 'l' | 'L' | 'n' when is_long s i n -> go (i + 2) (found + 1)
      | _ -> go (i + 1) (found + 1) in
  go 0 0

let rec collect n args (k : any list -> any) : any =
  if n = 0 then k (List.rev args)
  else any (fun x -> collect (n - 1) (x :: args) k)

let pad spec text =
  (* %-10s and %10s *)
  let n = String.length spec in
  let left = ref false and width = ref 0 in
  String.iteri (fun i c ->
    if i > 0 && i < n - 1 then
      if c = '-' then left := true
      else if is_digit c then width := !width * 10 + int_of_char c - 48) spec;
  let missing = !width - String.length text in
  if missing <= 0 then text
  else if !left then text ^ String.make missing ' ' else String.make missing ' ' ^ text

let run s args (emit : string -> unit) (custom : any -> any -> unit) (thunk : any -> unit) (flush : unit -> unit) =
  let n = String.length s in
  let args = ref args in
  let next () = match !args with x :: rest -> args := rest; x | [] -> invalid_arg "Printf" in
  let rec text from i =
    if i >= n then (if i > from then emit (String.sub s from (i - from)))
    else if s.[i] = '%' then begin
      if i > from then emit (String.sub s from (i - from));
      spec (i + 1) "%"
    end else text from (i + 1)
  and spec i made =
    let c = s.[i] in
    let continue () = text (i + 1) (i + 1) in
    if is_flag c || is_digit c || c = '.' then spec (i + 1) (made ^ caml_char_string c)
    else match c with
      | '*' -> let width : int = the (next ()) in spec (i + 1) (made ^ string_of_int width)
      | '%' -> emit "%"; continue ()
      | '@' -> emit "@"; continue ()
      | '!' -> flush (); continue ()
      | ',' -> continue ()
      | 'd' | 'i' | 'u' | 'x' | 'X' | 'o' ->
        emit (caml_format_int (made ^ caml_char_string c) (the (next ())) 63); continue ()
      | 'l' | 'n' | 'L' when is_long s i n ->
        emit (caml_format_int (made ^ caml_char_string s.[i + 1]) (the (next ())) (if c = 'l' then 32 else 64));
        text (i + 2) (i + 2)
      | 's' -> let x : string = the (next ()) in emit (if made = "%" then x else pad (made ^ "s") x); continue ()
      | 'S' -> let x : string = the (next ()) in emit (pad (made ^ "s") ("\"" ^ String.escaped x ^ "\"")); continue ()
      | 'c' -> let x : char = the (next ()) in emit (caml_char_string x); continue ()
      | 'C' -> let x : char = the (next ()) in emit ("'" ^ Char.escaped x ^ "'"); continue ()
      | 'b' | 'B' -> let x : bool = the (next ()) in emit (pad (made ^ "s") (string_of_bool x)); continue ()
      | 'a' -> let f = next () in let x = next () in custom f x; continue ()
      | 't' -> let f = next () in thunk f; continue ()
      | _ -> emit (caml_format_float (made ^ caml_char_string c) (the (next ()))); continue () in
  text 0 0

let kfprintf (k : out_channel -> 'd) (o : out_channel) (fmt : ('a, out_channel, unit, 'd) format4) : 'a =
  let s = string_of_format fmt in
  the (collect (count s) [] (fun args ->
    run s args (fun text -> output_string o text) (fun f x -> (the f : out_channel -> any -> unit) o x)
      (fun f -> (the f : out_channel -> unit) o) (fun () -> flush o);
    any (k o)))
let fprintf o (fmt : ('a, out_channel, unit) format) : 'a = kfprintf (fun _ -> ()) o fmt
let printf (fmt : ('a, out_channel, unit) format) : 'a = kfprintf (fun _ -> ()) stdout fmt
let eprintf (fmt : ('a, out_channel, unit) format) : 'a = kfprintf (fun _ -> ()) stderr fmt
let ksprintf (k : string -> 'd) (fmt : ('a, unit, string, 'd) format4) : 'a =
  let s = string_of_format fmt in
  the (collect (count s) [] (fun args ->
    let b = Buffer.create 64 in
    run s args (fun text -> Buffer.add_string b text) (fun f x -> Buffer.add_string b ((the f : unit -> any -> string) () x))
      (fun f -> Buffer.add_string b ((the f : unit -> string) ())) (fun () -> ());
    any (k (Buffer.contents b))))
let kprintf = ksprintf
let sprintf (fmt : ('a, unit, string) format) : 'a = ksprintf (fun s -> s) fmt
let bprintf (b : Buffer.t) (fmt : ('a, Buffer.t, unit) format) : 'a =
  let s = string_of_format fmt in
  the (collect (count s) [] (fun args ->
    run s args (fun text -> Buffer.add_string b text) (fun f x -> (the f : Buffer.t -> any -> unit) b x)
      (fun f -> (the f : Buffer.t -> unit) b) (fun () -> ());
    any ()))
let ifprintf _ (fmt : ('a, 'b, unit) format) : 'a =
  the (collect (count (string_of_format fmt)) [] (fun _ -> any ()))
