(* Continuation passing, fixed points, streams: closures that call closures at their ends. *)
let rec fact_k n k = if n = 0 then k 1 else fact_k (n - 1) (fun r -> k (n * r land 0xFFFFFF))
let rec fib_k n k = if n < 2 then k n else fib_k (n - 1) (fun a -> fib_k (n - 2) (fun b -> k (a + b)))
let rec fix f x = f (fix f) x
type 'a stream = Cons of 'a * (unit -> 'a stream)
let rec from n = Cons (n, fun () -> from (n + 1))
let rec filter p (Cons (x, rest)) = if p x then Cons (x, fun () -> filter p (rest ())) else filter p (rest ())
let rec take n (Cons (x, rest)) = if n = 0 then [] else x :: take (n - 1) (rest ())
let rec primes (Cons (p, rest)) = Cons (p, fun () -> primes (filter (fun x -> x mod p <> 0) (rest ())))
let rec loop n f acc = if n = 0 then acc else loop (n - 1) f (f acc)

let () =
  let id x = x in
  let total = ref 0 in
  for i = 1 to 300 do total := !total + fact_k (i mod 20) id done;
  Printf.printf "%d %d\n" !total (fib_k 18 id);
  Printf.printf "%d\n" (fix (fun self n -> if n = 0 then 0 else n + self (n - 1)) 500);
  List.iter (Printf.printf "%d ") (take 30 (primes (from 2)));
  Printf.printf "\n%d\n" (loop 100_000 (fun x -> (x * 5 + 1) land 0xFFFF) 7);
  let rec count n k = if n = 0 then k () else count (n - 1) (fun () -> k ()) in
  Printf.printf "%s\n" (count 10_000 (fun () -> "done"))
