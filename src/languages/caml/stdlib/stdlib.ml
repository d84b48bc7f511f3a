(* The initial environment of Caml programs. Externals that begin with % are instructions, others natives. *)
exception Match_failure of (string * int * int)
exception Assert_failure of (string * int * int)
exception Invalid_argument of string
exception Failure of string
exception Not_found
exception Out_of_memory
exception Stack_overflow
exception Sys_error of string
exception End_of_file
exception Division_by_zero
exception Exit

external raise : exn -> 'a = "%raise"
external raise_notrace : exn -> 'a = "%raise"
let failwith s = raise (Failure s)
let invalid_arg s = raise (Invalid_argument s)

external ( = ) : 'a -> 'a -> bool = "%equal"
external ( <> ) : 'a -> 'a -> bool = "%notequal"
external ( < ) : 'a -> 'a -> bool = "%lessthan"
external ( > ) : 'a -> 'a -> bool = "%greaterthan"
external ( <= ) : 'a -> 'a -> bool = "%lessequal"
external ( >= ) : 'a -> 'a -> bool = "%greaterequal"
external compare : 'a -> 'a -> int = "%compare"
external ( == ) : 'a -> 'a -> bool = "%eq"
external ( != ) : 'a -> 'a -> bool = "%noteq"
let min a b = if a <= b then a else b
let max a b = if a >= b then a else b

external not : bool -> bool = "%boolnot"
external ( && ) : bool -> bool -> bool = "%sequand"
external ( || ) : bool -> bool -> bool = "%sequor"
external ( & ) : bool -> bool -> bool = "%sequand"
external ( or ) : bool -> bool -> bool = "%sequor"
external ( |> ) : 'a -> ('a -> 'b) -> 'b = "%revapply"
external ( @@ ) : ('a -> 'b) -> 'a -> 'b = "%apply"

external ( ~- ) : int -> int = "%negint"
external ( ~+ ) : int -> int = "%identity"
external succ : int -> int = "%succint"
external pred : int -> int = "%predint"
external ( + ) : int -> int -> int = "%addint"
external ( - ) : int -> int -> int = "%subint"
external ( * ) : int -> int -> int = "%mulint"
external ( / ) : int -> int -> int = "%divint"
external ( mod ) : int -> int -> int = "%modint"
external ( land ) : int -> int -> int = "%andint"
external ( lor ) : int -> int -> int = "%orint"
external ( lxor ) : int -> int -> int = "%xorint"
external ( lsl ) : int -> int -> int = "%lslint"
external ( lsr ) : int -> int -> int = "%lsrint"
external ( asr ) : int -> int -> int = "%asrint"
let lnot x = x lxor (-1)
let abs x = if x >= 0 then x else - x
let max_int = 0x3FFF_FFFF_FFFF_FFFF
let min_int = - 0x3FFF_FFFF_FFFF_FFFF - 1

external ( ~-. ) : float -> float = "%negfloat"
external ( ~+. ) : float -> float = "%identity"
external ( +. ) : float -> float -> float = "%addfloat"
external ( -. ) : float -> float -> float = "%subfloat"
external ( *. ) : float -> float -> float = "%mulfloat"
external ( /. ) : float -> float -> float = "%divfloat"
external ( ** ) : float -> float -> float = "caml_power"
external exp : float -> float = "caml_exp"
external log : float -> float = "caml_log"
external log10 : float -> float = "caml_log10"
external expm1 : float -> float = "caml_expm1"
external log1p : float -> float = "caml_log1p"
external sqrt : float -> float = "%sqrtfloat"
external sin : float -> float = "caml_sin"
external cos : float -> float = "caml_cos"
external tan : float -> float = "caml_tan"
external asin : float -> float = "caml_asin"
external acos : float -> float = "caml_acos"
external atan : float -> float = "caml_atan"
external atan2 : float -> float -> float = "caml_atan2"
external sinh : float -> float = "caml_sinh"
external cosh : float -> float = "caml_cosh"
external tanh : float -> float = "caml_tanh"
external hypot : float -> float -> float = "caml_hypot"
external ceil : float -> float = "caml_ceil"
external floor : float -> float = "%floorfloat"
external abs_float : float -> float = "%absfloat"
external copysign : float -> float -> float = "caml_copysign"
external mod_float : float -> float -> float = "caml_fmod"
external frexp_mantissa : float -> int -> float = "caml_frexp_part"
external frexp_exponent : float -> int -> int = "caml_frexp_part"
let frexp x = (frexp_mantissa x 0, frexp_exponent x 1)
external caml_ldexp : float -> float -> float = "caml_ldexp"
external float : int -> float = "%floatofint"
external float_of_int : int -> float = "%floatofint"
external truncate : float -> int = "%intoffloat"
external int_of_float : float -> int = "%intoffloat"
let ldexp x n = caml_ldexp x (float_of_int n)
let infinity = 1.0 /. 0.0
let neg_infinity = -1.0 /. 0.0
let nan = infinity -. infinity
let nan = copysign nan 1.0
let max_float = 1.79769313486231570815e+308
let min_float = 2.22507385850720138309e-308
let epsilon_float = 2.22044604925031308085e-16
let modf x = let whole = if x >= 0.0 then floor x else ceil x in
  ((if abs_float x = infinity then copysign 0.0 x else x -. whole), whole)
type fpclass = FP_normal | FP_subnormal | FP_zero | FP_infinite | FP_nan
let classify_float x =
  if x <> x then FP_nan else if x = infinity || x = neg_infinity then FP_infinite
  else if x = 0.0 then FP_zero else if abs_float x < min_float then FP_subnormal else FP_normal

external ( ^ ) : string -> string -> string = "caml_string_append"
external int_of_char : char -> int = "%intid"
external unsafe_char_of_int : int -> char = "%intid"
let char_of_int n = if n < 0 || n > 255 then invalid_arg "char_of_int" else unsafe_char_of_int n
external ignore : 'a -> unit = "%ignore"
let string_of_bool b = if b then "true" else "false"
let bool_of_string = function "true" -> true | "false" -> false | _ -> invalid_arg "bool_of_string"
let bool_of_string_opt = function "true" -> Some true | "false" -> Some false | _ -> None
external string_of_int : int -> string = "caml_string_of_int"
external caml_int_of_string : string -> int -> int = "caml_int_of_string"
let int_of_string s = caml_int_of_string s 63
let int_of_string_opt s = try Some (int_of_string s) with Failure _ -> None
external string_of_float : float -> string = "caml_string_of_float"
external float_of_string : string -> float = "caml_float_of_string"
let float_of_string_opt s = try Some (float_of_string s) with Failure _ -> None

external fst : 'a * 'b -> 'a = "%fst"
external snd : 'a * 'b -> 'b = "%snd"

let rec ( @ ) a b = match a with
  | [] -> b
  | [x] -> x :: b
  | x :: y :: rest -> x :: y :: (rest @ b)

type 'a ref = { mutable contents : 'a }
let ref x = { contents = x }
let ( ! ) r = r.contents
let ( := ) r x = r.contents <- x
let incr r = r.contents <- r.contents + 1
let decr r = r.contents <- r.contents - 1

type ('a, 'b) result = Ok of 'a | Error of 'b

type in_channel = In of int
type out_channel = Out of int
external caml_output : int -> string -> unit = "caml_output"
external caml_flush : int -> unit = "caml_flush"
external caml_input_line : int -> string = "caml_input_line"
external caml_input_char : int -> char = "caml_input_char"
let stdin = In 0
let stdout = Out 1
let stderr = Out 2
let output_string (Out c) s = caml_output c s
let flush (Out c) = caml_flush c
let flush_all () = caml_flush 1; caml_flush 2
external caml_char_string : char -> string = "caml_char_string"
let print_string s = caml_output 1 s
let print_char c = caml_output 1 (caml_char_string c)
let output_char (Out o) c = caml_output o (caml_char_string c)
let print_int n = caml_output 1 (string_of_int n)
let print_float x = caml_output 1 (string_of_float x)
let print_newline () = caml_output 1 "\n"; caml_flush 1
let print_endline s = caml_output 1 s; caml_output 1 "\n"; caml_flush 1
let prerr_string s = caml_output 2 s
let prerr_char c = caml_output 2 (caml_char_string c)
let prerr_int n = caml_output 2 (string_of_int n)
let prerr_float x = caml_output 2 (string_of_float x)
let prerr_newline () = caml_output 2 "\n"
let prerr_endline s = caml_output 2 s; caml_output 2 "\n"
let input_line (In c) = caml_input_line c
let input_char (In c) = caml_input_char c
let read_line () = caml_flush 1; caml_input_line 0
let read_int () = int_of_string (read_line ())
let read_int_opt () = int_of_string_opt (read_line ())
let read_float () = float_of_string (read_line ())

type ('a, 'b, 'c, 'd) format4 = ('a, 'b, 'c, 'c, 'c, 'd) format6
type ('a, 'b, 'c) format = ('a, 'b, 'c, 'c) format4
external string_of_format : ('a, 'b, 'c, 'd, 'e, 'f) format6 -> string = "%identity"
external unsafe_format_of_string : string -> ('a, 'b, 'c, 'd, 'e, 'f) format6 = "%identity"
external format_of_string : ('a, 'b, 'c, 'd, 'e, 'f) format6 -> ('a, 'b, 'c, 'd, 'e, 'f) format6 = "%identity"
let ( ^^ ) a b = unsafe_format_of_string (string_of_format a ^ string_of_format b)

external caml_sys_exit : int -> 'a = "caml_sys_exit"
external caml_set_global : string -> 'a -> unit = "caml_set_global"
let exit_functions = ref ([] : (unit -> unit) list)
let at_exit f = exit_functions := f :: !exit_functions
let rec do_at_exit () = match !exit_functions with
  | [] -> ()
  | f :: rest -> exit_functions := rest; f (); do_at_exit ()
let () = caml_set_global "do_at_exit" do_at_exit
let exit n = do_at_exit (); caml_sys_exit n

external caml_magic : 'a -> 'b = "%identity"
exception Undefined
type caml_lazy = { mutable state : int; mutable payload : int -> int }
let caml_force l =
  let l : caml_lazy = caml_magic l in
  if l.state = 1 then caml_magic l.payload
  else if l.state = 2 then raise Undefined
  else begin
    let f = l.payload in
    l.state <- 2;
    match caml_magic f 0 with
    | v -> l.payload <- caml_magic v; l.state <- 1; caml_magic v
    | exception e -> l.payload <- caml_magic (fun _ -> raise e); l.state <- 0; raise e
  end
let () = caml_set_global "CamlLazy.force" (caml_magic caml_force)
