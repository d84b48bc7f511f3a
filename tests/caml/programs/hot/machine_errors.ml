(* Errors of the machine in hot code become exceptions. *)
let divide a b = try a / b with Division_by_zero -> -1
let remainder a b = try a mod b with Division_by_zero -> -2
let element a i = try a.(i) with Invalid_argument m -> String.length m
let byte b i = try Bytes.get b i with Invalid_argument _ -> '?'
let character s i = try s.[i] with Invalid_argument _ -> '!'

let () =
  let a = [| 10; 20; 30 |] and b = Bytes.of_string "abc" and sum = ref 0 in
  for i = -500 to 500 do
    let k = i mod 5 in
    sum := !sum + divide 1000 k + remainder i k + element a k;
    sum := !sum + Char.code (byte b k) + Char.code (character "xyz" k)
  done;
  Printf.printf "%d\n" !sum;
  Array.iter (fun (x, y) -> Printf.printf "%d %d|" (x / y) (x mod y))
    [| (7, 2); (-7, 2); (7, -2); (-7, -2); (min_int, -1); (min_int, 1); (max_int, 10); (min_int, 10); (0, 5) |];
  print_newline ()
