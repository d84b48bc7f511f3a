type 'a cell = Nil | Cons of { content : 'a; mutable next : 'a cell }
type 'a t = { mutable length : int; mutable first : 'a cell; mutable last : 'a cell }
exception Empty
let create () = { length = 0; first = Nil; last = Nil }
let clear q = q.length <- 0; q.first <- Nil; q.last <- Nil
let add x q =
  let cell = Cons { content = x; next = Nil } in
  (match q.last with Nil -> q.first <- cell | Cons last -> last.next <- cell);
  q.last <- cell; q.length <- q.length + 1
let push = add
let peek q = match q.first with Nil -> raise Empty | Cons { content; _ } -> content
let top = peek
let peek_opt q = match q.first with Nil -> None | Cons { content; _ } -> Some content
let take q = match q.first with
  | Nil -> raise Empty
  | Cons { content; next } ->
    (match next with Nil -> clear q | Cons _ -> q.length <- q.length - 1; q.first <- next);
    content
let pop = take
let take_opt q = if q.length = 0 then None else Some (take q)
let is_empty q = q.length = 0
let length q = q.length
let iter f q = let rec go = function Nil -> () | Cons { content; next } -> f content; go next in go q.first
let fold f acc q = let rec go acc = function Nil -> acc | Cons { content; next } -> go (f acc content) next in go acc q.first
let copy q = let r = create () in iter (fun x -> add x r) q; r
let transfer a b = iter (fun x -> add x b) a; clear a
let to_seq q = List.to_seq (List.rev (fold (fun acc x -> x :: acc) [] q))
