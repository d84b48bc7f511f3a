let x = 1
let () = let y = 3 in
  print_int (x + 
