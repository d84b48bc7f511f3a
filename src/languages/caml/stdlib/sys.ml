external time : unit -> float = "caml_sys_time"
let int_size = 63
let word_size = 64
let max_string_length = 144115188075855863
let max_array_length = 18014398509481983
let big_endian = false
let ocaml_version = "4.13.1"
let os_type = "Unix"
let unix = true
let opaque_identity x = x
exception Break
