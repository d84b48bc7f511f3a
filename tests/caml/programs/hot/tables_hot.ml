(* Hash tables with keys of several types, maps and sets of ordered types. *)
module S = Set.Make (String)
module M = Map.Make (struct type t = int * int let compare = compare end)

let () =
  let h = Hashtbl.create 7 in
  for i = 0 to 4999 do
    let key = "k" ^ string_of_int (i mod 100) in
    Hashtbl.replace h key (i + try Hashtbl.find h key with Not_found -> 0)
  done;
  Printf.printf "%d %d\n" (Hashtbl.length h) (Hashtbl.find h "k42");
  let pairs = Hashtbl.create 16 in
  for i = 0 to 999 do Hashtbl.add pairs (i mod 10, Some (i mod 3)) i done;
  Printf.printf "%d %d\n" (List.length (Hashtbl.find_all pairs (3, Some 1))) (Hashtbl.find pairs (7, Some 0));
  while Hashtbl.mem pairs (3, Some 1) do Hashtbl.remove pairs (3, Some 1) done;
  Printf.printf "%d\n" (Hashtbl.fold (fun (a, b) v n -> n + a + v + match b with Some k -> k | None -> 0) pairs 0);
  let m = ref M.empty in
  for i = 0 to 1999 do
    let k = (i mod 13, i mod 17) in
    m := M.update k (function None -> Some i | Some v -> Some (v lxor i)) !m
  done;
  Printf.printf "%d %d\n" (M.cardinal !m) (M.fold (fun (a, b) v n -> (n * 31 + a + b + v) land 0xFFFFFF) !m 0);
  let s = List.fold_left (fun s i -> S.add (string_of_int (i * i mod 211)) s) S.empty (List.init 500 (fun i -> i)) in
  let t = S.filter (fun x -> String.length x = 2) s in
  Printf.printf "%d %d %s %b\n" (S.cardinal s) (S.cardinal t) (S.max_elt s) (S.subset t s);
  let floats = Hashtbl.create 5 in
  List.iter (fun x -> Hashtbl.replace floats x (1 + try Hashtbl.find floats x with Not_found -> 0)) [ 1.5; 2.5; 1.5; -0.; 0.; 1.5 ];
  Printf.printf "%d %d\n" (Hashtbl.length floats) (Hashtbl.find floats 1.5)
