(* Matches over many constructors, constant and not, with guards, or-patterns and nested ones. *)
type op = Push of int | Add | Sub | Mul | Dup | Swap | Drop | Jump of int | Jz of int | Print | Halt

let run program fuel =
  let rec go pc stack fuel out =
    if fuel = 0 then ("fuel", out)
    else
      match program.(pc), stack with
      | Push n, s -> go (pc + 1) (n :: s) (fuel - 1) out
      | Add, a :: b :: s -> go (pc + 1) ((a + b) :: s) (fuel - 1) out
      | Sub, a :: b :: s -> go (pc + 1) ((b - a) :: s) (fuel - 1) out
      | Mul, a :: b :: s -> go (pc + 1) ((a * b land 0xFFFF) :: s) (fuel - 1) out
      | Dup, (a :: _ as s) -> go (pc + 1) (a :: s) (fuel - 1) out
      | Swap, a :: b :: s -> go (pc + 1) (b :: a :: s) (fuel - 1) out
      | Drop, _ :: s -> go (pc + 1) s (fuel - 1) out
      | Jump n, s -> go n s (fuel - 1) out
      | Jz n, 0 :: s -> go n s (fuel - 1) out
      | Jz _, _ :: s -> go (pc + 1) s (fuel - 1) out
      | Print, a :: s -> go (pc + 1) s (fuel - 1) (out + a)
      | Halt, _ -> ("halt", out)
      | (Add | Sub | Mul | Dup | Swap | Drop | Jz _ | Print), _ -> ("stack", out)
  in
  go 0 [] fuel 0

type shape = Circle of float | Square of float | Rect of { w : float; h : float } | Unit
type color = Red | Green | Blue | Other of string
let area = function Circle r -> 3.0 *. r *. r | Square a -> a *. a | Rect { w; h } -> w *. h | Unit -> 1.
let code = function Red -> 1 | Green -> 2 | Blue -> 3 | Other ("black" | "white") -> 4 | Other s when String.length s > 5 -> 5 | Other _ -> 6
let digit = function '0' .. '9' as c -> Char.code c - 48 | 'a' | 'A' -> 10 | 'b' .. 'f' -> 11 | _ -> -1
let bucket = function 0 | 1 | 2 -> 'a' | 3 -> 'b' | 7 -> 'c' | n when n < 0 -> 'n' | 100 -> 'h' | _ -> 'z'

let () =
  let program = [| Push 2000; Dup; Print; Push 1; Sub; Dup; Jz 8; Jump 1; Halt |] in
  for _ = 1 to 5 do let s, o = run program 100_000 in Printf.printf "%s %d\n" s o done;
  Printf.printf "%s %s\n" (fst (run [| Jump 0 |] 1000)) (fst (run [| Push 1; Add; Halt |] 10));
  let shapes = [| Circle 1.; Square 2.; Rect { w = 2.; h = 3. }; Unit |] and total = ref 0. in
  for i = 0 to 3999 do total := !total +. area shapes.(i land 3) done;
  Printf.printf "%.1f\n" !total;
  let colors = [| Red; Green; Blue; Other "black"; Other "white"; Other "turquoise"; Other "pink" |] and n = ref 0 in
  for i = 0 to 6999 do n := !n * 3 land 0xFFFFF + code colors.(i mod 7) done;
  Printf.printf "%d\n" !n;
  let d = ref 0 in
  for i = 0 to 5119 do d := !d + digit (Char.chr (i land 255)) * (i land 7) done;
  Printf.printf "%d %s\n" !d (String.init 200 (fun i -> bucket (i - 60)))
