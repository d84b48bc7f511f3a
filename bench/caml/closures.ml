(* Functions that are passed, returned, partially applied. *)
let compose f g x = f (g x)
let rec iterate n f x = if n = 0 then x else iterate (n - 1) f (f x)
let add a b = a + b

let run () =
  let sum = ref 0 in
  for i = 1 to 2_000 do
    let inc = add i in
    let twice = compose inc (fun x -> x land 0xFFFF) in
    sum := !sum + iterate 100 twice i;
    sum := !sum + List.fold_left add 0 (List.map (fun x -> x * i) [ 1; 2; 3; 4; 5; 6; 7; 8 ])
  done;
  !sum
