(* Arrays of arrays of floats. *)
let make n f = Array.init n (fun i -> Array.init n (fun j -> f i j))

let multiply n a b =
  let c = Array.make_matrix n n 0. in
  for i = 0 to n - 1 do
    for j = 0 to n - 1 do
      let sum = ref 0. in
      for k = 0 to n - 1 do
        sum := !sum +. a.(i).(k) *. b.(k).(j)
      done;
      c.(i).(j) <- !sum
    done
  done;
  c

let run () =
  let n = 200 in
  let a = make n (fun i j -> float_of_int (i - j)) and b = make n (fun i j -> float_of_int (i + j)) in
  let c = multiply n a b in
  int_of_float (c.(0).(0) +. c.(n / 2).(n / 3))
