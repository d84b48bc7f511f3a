(* Allocation and matching of small blocks. *)
type tree = Leaf | Node of tree * tree

let rec make depth = if depth = 0 then Node (Leaf, Leaf) else Node (make (depth - 1), make (depth - 1))
let rec check = function Leaf -> 0 | Node (l, r) -> 1 + check l + check r

let run () =
  let sum = ref 0 in
  for i = 1 to 40 do
    sum := !sum + check (make 13) + i
  done;
  !sum
