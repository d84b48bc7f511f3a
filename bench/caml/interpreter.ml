(* Variants, a switch over constructors, exceptions, strings as keys. *)
type expr =
  | Int of int
  | Var of string
  | Add of expr * expr
  | Sub of expr * expr
  | Mul of expr * expr
  | Less of expr * expr
  | If of expr * expr * expr
  | Let of string * expr * expr
  | Fun of string * expr
  | Call of expr * expr
  | Raise of int
  | Try of expr * int * expr

type value = Number of int | Closure of string * expr * (string * value) list ref
exception Raised of int

let number = function Number n -> n | Closure _ -> failwith "a function is no number"

let rec eval env = function
  | Int n -> Number n
  | Var x -> List.assoc x env
  | Add (a, b) -> Number (number (eval env a) + number (eval env b))
  | Sub (a, b) -> Number (number (eval env a) - number (eval env b))
  | Mul (a, b) -> Number (number (eval env a) * number (eval env b))
  | Less (a, b) -> Number (if number (eval env a) < number (eval env b) then 1 else 0)
  | If (c, a, b) -> if number (eval env c) <> 0 then eval env a else eval env b
  | Let (x, a, b) -> eval ((x, eval env a) :: env) b
  | Fun (x, body) -> Closure (x, body, ref env)
  | Call (f, a) -> (
    match eval env f with
    | Closure (x, body, e) -> eval ((x, eval env a) :: !e) body
    | Number _ -> failwith "a number is no function")
  | Raise n -> raise (Raised n)
  | Try (a, n, b) -> ( try eval env a with Raised m when m = n -> eval env b)

let program =
  let body =
    If (Less (Var "n", Int 2), Try (Raise 1, 1, Var "n"),
        Add (Call (Var "fib", Sub (Var "n", Int 1)), Call (Var "fib", Sub (Var "n", Int 2)))) in
  fun n ->
    let env = ref [] in
    let fib = Closure ("n", body, env) in
    env := [ ("fib", fib) ];
    Call (Var "fib", Int n), !env

let run () =
  let e, env = program 19 in
  number (eval env e)
