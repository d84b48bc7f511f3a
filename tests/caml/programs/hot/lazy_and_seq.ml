(* Lazy values, sequences, options and results in hot code. *)
let rec naturals n () = Seq.Cons (n, naturals (n + 1))
let rec take n s = if n = 0 then [] else match s () with Seq.Nil -> [] | Seq.Cons (x, rest) -> x :: take (n - 1) rest
let memo = Array.init 60 (fun _ -> lazy 0)
let () =
  for i = 0 to 59 do
    memo.(i) <- lazy (if i < 2 then i else Lazy.force memo.(i - 1) + Lazy.force memo.(i - 2))
  done
let safe_div a b = if b = 0 then Error "zero" else Ok (a / b)
let both a b = match a, b with Ok x, Ok y -> Ok (x + y) | Error e, _ | _, Error e -> Error e

let () =
  Printf.printf "%d\n" (Lazy.force memo.(59));
  let evens = Seq.filter (fun x -> x land 1 = 0) (Seq.map (fun x -> x * 3) (naturals 1)) in
  Printf.printf "%d\n" (List.fold_left ( + ) 0 (take 200 evens));
  let good = ref 0 and bad = ref 0 in
  for i = 0 to 2999 do
    match both (safe_div 100 (i mod 7)) (safe_div i (i mod 11)) with
    | Ok v -> good := !good + v
    | Error e -> bad := !bad + String.length e
  done;
  Printf.printf "%d %d\n" !good !bad;
  let once = ref 0 in
  let v = lazy (incr once; !once) in
  for _ = 1 to 500 do ignore (Lazy.force v) done;
  Printf.printf "%d\n" !once;
  let l = lazy (raise Not_found) in
  for _ = 1 to 3 do (try Lazy.force l with Not_found -> print_string "nf ") done;
  print_endline (match Option.map (fun x -> x + 1) (Some 41) with Some 42 -> "42" | _ -> "?")
