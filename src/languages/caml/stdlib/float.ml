type t = float
let zero = 0.0
let one = 1.0
let minus_one = -1.0
let pi = 0x1.921fb54442d18p+1
let infinity = infinity
let neg_infinity = neg_infinity
let nan = nan
let max_float = max_float
let min_float = min_float
let epsilon = epsilon_float
let neg x = -. x
let add a b = a +. b
let sub a b = a -. b
let mul a b = a *. b
let div a b = a /. b
let rem a b = mod_float a b
let abs x = abs_float x
let of_int x = float_of_int x
let to_int x = int_of_float x
let of_string s = float_of_string s
let of_string_opt s = float_of_string_opt s
let to_string x = string_of_float x
external pow : float -> float -> float = "caml_power"
external sqrt : float -> float = "%sqrtfloat"
external exp : float -> float = "caml_exp"
external log : float -> float = "caml_log"
external log2 : float -> float = "caml_log2"
external log10 : float -> float = "caml_log10"
external cbrt : float -> float = "caml_cbrt"
external sin : float -> float = "caml_sin"
external cos : float -> float = "caml_cos"
external tan : float -> float = "caml_tan"
external atan : float -> float = "caml_atan"
external atan2 : float -> float -> float = "caml_atan2"
external hypot : float -> float -> float = "caml_hypot"
external trunc : float -> float = "caml_trunc"
external round : float -> float = "caml_round"
external ceil : float -> float = "caml_ceil"
external floor : float -> float = "%floorfloat"
let is_nan (x : float) = x <> x
let is_integer x = x = trunc x && abs_float x < infinity
let is_finite (x : float) = x -. x = 0.0
let equal (a : float) b = compare a b = 0
let compare (a : float) b = compare a b
let min (a : float) b = if a <= b then a else b
let max (a : float) b = if a >= b then a else b
external bits_of : float -> int64 = "caml_bits_of_float"
