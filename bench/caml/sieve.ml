(* An array of booleans. *)
let run () =
  let n = 2_000_000 in
  let composite = Array.make (n + 1) false in
  let count = ref 0 in
  for i = 2 to n do
    if not composite.(i) then begin
      incr count;
      let j = ref (i * i) in
      while !j <= n do
        composite.(!j) <- true;
        j := !j + i
      done
    end
  done;
  !count
