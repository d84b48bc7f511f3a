exception A
exception B of int
exception C of string * int
let f n = match n with 0 -> raise A | 1 -> raise (B 7) | 2 -> raise (C ("c", 3)) | 3 -> failwith "three" | 4 -> invalid_arg "four" | n -> n
let show n = try string_of_int (f n) with A -> "A" | B n when n > 10 -> "big" | B n -> "B" ^ string_of_int n | C (s, n) -> s ^ string_of_int n | Failure s | Invalid_argument s -> s
let () = for i = 0 to 5 do print_string (show i ^ " ") done; print_newline ()
let nested () = try (try raise (B 1) with A -> 1) with B n -> n + 10
let () = Printf.printf "%d\n" (nested ())
let () = Printf.printf "%d\n" (1 + (try 2 + raise A with A -> 40))
let () = print_int (List.fold_left (fun acc x -> acc + (try if x = 2 then raise Exit else x with Exit -> 100)) 0 [1; 2; 3]); print_newline ()
let r = ref []
let () = (try Fun.protect ~finally:(fun () -> r := "finally" :: !r) (fun () -> raise A) with A -> r := "caught" :: !r); print_endline (String.concat "," (List.rev !r))
let rec depth n = try if n = 0 then raise A else depth (n - 1) + 1 with B _ -> 0
let () = try print_int (depth 100) with A -> print_endline "through"
let () = match f 9 with 9 -> print_endline "nine" | _ -> () | exception A -> print_endline "never"
let () = match f 0 with _ -> () | exception A -> print_endline "exception case"
let () = try let exception Local of int in raise (Local 3) with _ -> print_endline "local"
let () = print_endline (Printexc.to_string (C ("x", 1)) ^ Printexc.to_string A ^ Printexc.to_string (Failure "f"))
let () = try ignore "abc".[5] with Invalid_argument s -> print_endline s
let () = try ignore (Hashtbl.find (Hashtbl.create 3) 1) with Not_found -> print_endline "nothing"
let () = at_exit (fun () -> print_endline "at exit")
let () = raise (C ("end", -1))
