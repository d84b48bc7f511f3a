external caml_exception_text : exn -> string = "caml_exception_text"
let to_string e = match e with
  | Out_of_memory -> "Out of memory"
  | Stack_overflow -> "Stack overflow"
  | Match_failure (file, line, char) ->
    "File \"" ^ file ^ "\", line " ^ string_of_int line ^ ", characters " ^ string_of_int char ^ "-" ^ string_of_int (char + 5) ^ ": Pattern matching failed"
  | Assert_failure (file, line, char) ->
    "File \"" ^ file ^ "\", line " ^ string_of_int line ^ ", characters " ^ string_of_int char ^ "-" ^ string_of_int (char + 6) ^ ": Assertion failed"
  | _ -> caml_exception_text e
let print_backtrace (_ : out_channel) = ()
let record_backtrace (_ : bool) = ()
let get_backtrace () = ""
