let () = Printf.printf "%d %s %5.2f %c %b\n" 1 "a" 2.5 'x' true
let () = List.iter (fun x -> Printf.printf "%d;" x) (List.map (fun x -> x * 2) [1;2;3]); print_newline ()
module M = Map.Make (struct type t = string let compare = compare end)
let m = M.add "a" 1 (M.add "b" 2 M.empty)
let () = M.iter (fun k v -> Printf.printf "%s=%d\n" k v) m
let h = Hashtbl.create 16
let () = Hashtbl.add h "x" 1; Hashtbl.replace h "y" 2; Hashtbl.iter (fun k v -> Printf.printf "%s:%d " k v) h; print_newline ()
let () = print_endline (String.concat "," (List.sort compare ["c";"a";"b"]))
let () = print_endline (Printf.sprintf "%-5s|%5s|%05d|%x" "ab" "cd" 42 255)
