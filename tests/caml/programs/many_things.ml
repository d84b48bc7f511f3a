(* Interpreter for a small language *)
type expr =
  | Num of int | Var of string | Add of expr * expr | Mul of expr * expr | Let of string * expr * expr
  | If of expr * expr * expr | Fun of string * expr | App of expr * expr | Eq of expr * expr
type value = Int of int | Closure of string * expr * env
and env = (string * value) list
exception Type_error of string
let rec eval env = function
  | Num n -> Int n
  | Var x -> (try List.assoc x env with Not_found -> raise (Type_error ("unbound " ^ x)))
  | Add (a, b) -> arith ( + ) env a b
  | Mul (a, b) -> arith ( * ) env a b
  | Let (x, a, b) -> eval ((x, eval env a) :: env) b
  | If (c, a, b) -> (match eval env c with Int 0 -> eval env b | Int _ -> eval env a | _ -> raise (Type_error "if"))
  | Fun (x, b) -> Closure (x, b, env)
  | App (f, a) -> (match eval env f with
      | Closure (x, b, e) -> let v = eval env a in eval ((x, v) :: e) b
      | Int _ -> raise (Type_error "app"))
  | Eq (a, b) -> (match eval env a, eval env b with Int x, Int y -> Int (if x = y then 1 else 0) | _ -> raise (Type_error "eq"))
and arith op env a b = match eval env a, eval env b with
  | Int x, Int y -> Int (op x y)
  | _, _ -> raise (Type_error "arith")
let rec show = function Int n -> string_of_int n | Closure (x, _, _) -> "<fun " ^ x ^ ">"
let () =
  let prog = Let ("twice", Fun ("f", Fun ("x", App (Var "f", App (Var "f", Var "x")))),
    App (App (Var "twice", Fun ("n", Mul (Var "n", Num 3))), Num 7)) in
  print_endline (show (eval [] prog));
  (try print_endline (show (eval [] (Add (Num 1, Fun ("x", Var "x"))))) with Type_error m -> print_endline ("error " ^ m))
module G = struct
  type t = { n : int; adj : int list array }
  let make n = { n; adj = Array.make n [] }
  let add g a b = g.adj.(a) <- b :: g.adj.(a); g.adj.(b) <- a :: g.adj.(b)
  let bfs g s =
    let dist = Array.make g.n (-1) in
    let q = Queue.create () in
    dist.(s) <- 0; Queue.add s q;
    while not (Queue.is_empty q) do
      let u = Queue.pop q in
      List.iter (fun v -> if dist.(v) < 0 then begin dist.(v) <- dist.(u) + 1; Queue.push v q end) g.adj.(u)
    done;
    dist
end
let () =
  let g = G.make 6 in
  List.iter (fun (a, b) -> G.add g a b) [0, 1; 1, 2; 2, 3; 0, 4];
  Array.iter (fun d -> Printf.printf "%d " d) (G.bfs g 0); print_newline ()
let sieve n =
  let p = Array.make (n + 1) true in
  p.(0) <- false; p.(1) <- false;
  let i = ref 2 in
  while !i * !i <= n do
    if p.(!i) then begin let j = ref (!i * !i) in while !j <= n do p.(!j) <- false; j := !j + !i done end;
    incr i
  done;
  Array.fold_left (fun a b -> if b then a + 1 else a) 0 p
let () = Printf.printf "%d primes\n" (sieve 10000)
let words s = String.split_on_char ' ' s |> List.filter (fun w -> w <> "")
let count ws =
  let h = Hashtbl.create 10 in
  List.iter (fun w -> Hashtbl.replace h w (1 + try Hashtbl.find h w with Not_found -> 0)) ws;
  Hashtbl.fold (fun k v acc -> (k, v) :: acc) h [] |> List.sort compare
let () = List.iter (fun (w, n) -> Printf.printf "%s=%d " w n) (count (words "the cat the dog a cat the end")); print_newline ()
module StringMap = Map.Make (String)
let () =
  let m = List.fold_left (fun m (k, v) -> StringMap.add k v m) StringMap.empty ["x", 1; "y", 2; "a", 3] in
  StringMap.iter (Printf.printf "%s->%d ") m;
  Printf.printf "%d\n" (StringMap.fold (fun _ v a -> v + a) m 0)
let rec hanoi n a b c = if n > 0 then begin hanoi (n - 1) a c b; Printf.printf "%c%c " a b; hanoi (n - 1) c b a end
let () = hanoi 3 'A' 'B' 'C'; print_newline ()
let rec perms = function [] -> [[]] | l -> List.concat_map (fun x -> List.map (fun p -> x :: p) (perms (List.filter (fun y -> y <> x) l))) l
let () = List.iter (fun p -> print_string (String.concat "" (List.map string_of_int p) ^ " ")) (perms [1; 2; 3]); print_newline ()
let memo = Hashtbl.create 100
let rec fibm n = if n < 2 then n else match Hashtbl.find_opt memo n with Some v -> v | None -> let v = fibm (n - 1) + fibm (n - 2) in Hashtbl.add memo n v; v
let () = Printf.printf "%d\n" (fibm 80)
let pi_approx n = let s = ref 0.0 in for k = 0 to n do s := !s +. (if k mod 2 = 0 then 4.0 else -4.0) /. float_of_int (2 * k + 1) done; !s
let () = Printf.printf "%.6f\n" (pi_approx 10000)
let () = Buffer.(let b = create 3 in add_string b "abc"; add_char b 'd'; print_endline (contents b))
type 'a stream = Cons of 'a * 'a stream Lazy.t
let rec from n = Cons (n, lazy (from (n + 1)))
let rec take n (Cons (x, rest)) = if n = 0 then [] else x :: take (n - 1) (Lazy.force rest)
let () = List.iter (Printf.printf "%d ") (take 5 (from 3)); print_newline ()
let ( let* ) o f = match o with None -> None | Some x -> f x
let () = match (let* a = Some 1 in let* b = Some 2 in Some (a + b)) with Some n -> Printf.printf "%d\n" n | None -> ()
let rec gcd a b = if b = 0 then a else gcd b (a mod b)
let () = Printf.printf "%d %d\n" (gcd 48 18) (abs (-5))
let swap (a, b) = (b, a)
let () = let (x, y) = swap (1, "one") in Printf.printf "%s %d\n" x y
let () = try (try raise Exit with Not_found -> print_endline "no") with Exit -> print_endline "exit"
