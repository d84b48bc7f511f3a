type 'a t = 'a option
let none = None
let some v = Some v
let value o ~default = match o with Some v -> v | None -> default
let get = function Some v -> v | None -> invalid_arg "option is None"
let bind o f = match o with None -> None | Some v -> f v
let join = function Some o -> o | None -> None
let map f o = match o with None -> None | Some v -> Some (f v)
let fold ~none ~some = function Some v -> some v | None -> none
let iter f = function Some v -> f v | None -> ()
let is_none = function None -> true | Some _ -> false
let is_some = function None -> false | Some _ -> true
let equal eq a b = match a, b with Some x, Some y -> eq x y | None, None -> true | _ -> false
let compare cmp a b = match a, b with
  | Some x, Some y -> cmp x y | None, None -> 0 | None, Some _ -> -1 | Some _, None -> 1
let to_result ~none = function None -> Error none | Some v -> Ok v
let to_list = function None -> [] | Some v -> [v]
