(* Records with mutable fields, of numbers and of others, copied and shared. *)
type point = { mutable x : float; mutable y : float; name : string }
type node = { mutable next : node option; mutable weight : int; point : point }

let move p dx dy = p.x <- p.x +. dx; p.y <- p.y +. dy
let rec chain n rest = if n = 0 then rest else
    chain (n - 1) (Some { next = rest; weight = n; point = { x = float_of_int n; y = 0.; name = "p" ^ string_of_int n } })
let rec sum = function None -> 0 | Some n -> n.weight + sum n.next
let rec reverse before = function
  | None -> before
  | Some n as here -> let after = n.next in n.next <- before; reverse here after

let () =
  let c = ref (chain 100 None) in
  for i = 1 to 500 do
    c := reverse None !c;
    (match !c with Some n -> n.weight <- n.weight + i; move n.point 0.5 (float_of_int i) | None -> ())
  done;
  (match !c with
   | Some n -> Printf.printf "%d %s %.1f %.1f\n" (sum !c) n.point.name n.point.x n.point.y
   | None -> print_endline "empty");
  let p = { x = 1.; y = 2.; name = "a" } in
  let copies = Array.init 200 (fun i -> { p with x = float_of_int i }) in
  Array.iter (fun q -> move q 1. 1.) copies;
  Printf.printf "%.1f %.1f %.1f\n" p.x copies.(199).x copies.(0).y;
  Printf.printf "%b %b\n" (copies.(3) = { x = 4.; y = 3.; name = "a" }) (copies.(3) == copies.(3))
