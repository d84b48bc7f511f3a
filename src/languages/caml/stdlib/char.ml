type t = char
let code c = int_of_char c
let chr n = if n < 0 || n > 255 then invalid_arg "Char.chr" else unsafe_char_of_int n
let compare (a : char) b = compare a b
let equal (a : char) b = a = b
let lowercase_ascii c = if c >= 'A' && c <= 'Z' then unsafe_char_of_int (code c + 32) else c
let uppercase_ascii c = if c >= 'a' && c <= 'z' then unsafe_char_of_int (code c - 32) else c
external caml_escaped : string -> string = "caml_escaped"
let escaped c = if c = '\'' then "\\'" else if c = '"' then "\"" else caml_escaped (caml_char_string c)
