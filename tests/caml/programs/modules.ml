module type STACK = sig
  type 'a t
  val empty : 'a t
  val push : 'a -> 'a t -> 'a t
  val pop : 'a t -> ('a * 'a t) option
end
module Stack1 : STACK = struct
  type 'a t = 'a list
  let empty = []
  let push x s = x :: s
  let pop = function [] -> None | x :: r -> Some (x, r)
end
let s = Stack1.push 1 (Stack1.push 2 Stack1.empty)
let () = match Stack1.pop s with Some (x, _) -> print_int x; print_newline () | None -> ()
module type SHOW = sig type t val show : t -> string end
module Pair (A : SHOW) (B : SHOW) = struct
  type t = A.t * B.t
  let show (a, b) = "(" ^ A.show a ^ ", " ^ B.show b ^ ")"
end
module Int_show = struct type t = int let show = string_of_int end
module Str_show = struct type t = string let show s = "\"" ^ s ^ "\"" end
module P = Pair (Int_show) (Str_show)
module Q = Pair (P) (P)
let () = print_endline (Q.show ((1, "a"), (2, "b")))
module IntSet = Set.Make (Int)
let () = List.iter (fun x -> print_int x; print_char ' ') (IntSet.elements (IntSet.of_list [3; 1; 2; 3])); print_newline ()
module Inner = struct
  let x = 1
  module Deep = struct let y = x + 1 end
  include Deep
end
let () = print_int Inner.(x + y + Deep.y); print_newline ()
open Inner
let () = print_int (x + y); print_newline ()
let () = let open List in print_int (length [1; 2]); print_newline ()
module F (X : sig val n : int end) : sig val twice : int end = struct let twice = 2 * X.n end
let () = let module R = F (struct let n = 21 end) in print_int R.twice; print_newline ()
