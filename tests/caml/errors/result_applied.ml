let x = (fun y -> y) 1 2
