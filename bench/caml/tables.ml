(* Hash tables and maps. *)
module M = Map.Make (Int)

let run () =
  let h = Hashtbl.create 16 in
  for i = 1 to 100_000 do
    let k = i * 7919 mod 10_007 in
    match Hashtbl.find_opt h k with
    | Some n -> Hashtbl.replace h k (n + 1)
    | None -> Hashtbl.add h k 1
  done;
  let m = ref M.empty in
  for i = 1 to 20_000 do
    m := M.add (i * 7919 mod 10_007) i !m
  done;
  Hashtbl.fold (fun k n sum -> sum + k * n) h 0 + M.fold (fun k v sum -> sum + k + v) !m 0
