type 'a t = 'a lazy_t
exception Undefined = Undefined
let force (l : 'a t) : 'a = caml_magic (caml_force (caml_magic l))
let force_val = force
let from_val (v : 'a) : 'a t = lazy v
let from_fun (f : unit -> 'a) : 'a t = lazy (f ())
let map f l = lazy (f (force l))
