(* Lists, recursion, closures that are passed on. *)
let rec ok row distance = function
  | [] -> true
  | q :: rest -> q <> row && q <> row + distance && q <> row - distance && ok row (distance + 1) rest

let rec place n left queens =
  if left = 0 then 1
  else begin
    let found = ref 0 in
    for row = 1 to n do
      if ok row 1 queens then found := !found + place n (left - 1) (row :: queens)
    done;
    !found
  end

let run () = place 9 9 []
