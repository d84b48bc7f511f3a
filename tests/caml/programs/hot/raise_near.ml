(* Raises whose handlers are in the same function, around calls that are taken in, and in loops. *)
exception A
exception B of int
exception C of string * int

let throw n = if n mod 3 = 0 then raise A else if n mod 3 = 1 then raise (B n) else raise (C ("c", n))

let classify n = try throw n with A -> 0 | B m -> m | C (s, m) -> String.length s + m * 1000

let nested n =
  try
    (try throw n with B m when m mod 2 = 0 -> m * 10) + 1
  with A -> -1 | B m -> -m | C (_, m) -> m

let find p a =
  let result = ref (-1) in
  (try
     Array.iteri (fun i x -> if p x then begin result := i; raise Exit end) a
   with Exit -> ());
  !result

let operands n = 1000 * n + (try if n land 1 = 0 then raise (B (n * 2)) else n with B m -> m + 7) + (try throw n with _ -> 3)

let rethrown n = try (try throw n with B _ as e -> raise e | A -> 5) with B k -> k + 100 | C (s, k) -> k + int_of_char s.[0]

let in_loop n =
  let total = ref 0 in
  for i = 1 to n do
    try
      if i mod 5 = 0 then raise A;
      if i mod 7 = 0 then raise (B i);
      total := !total + i
    with A -> decr total | B k -> total := !total - k
  done;
  !total

let () =
  let sum = ref 0 in
  for i = 0 to 2000 do
    sum := !sum + classify i + nested i + operands i + rethrown i
  done;
  Printf.printf "%d %d %d %d\n" !sum (in_loop 10_000) (find (fun x -> x > 50) (Array.init 100 (fun i -> i))) (find (fun x -> x < 0) [| 1; 2 |])
