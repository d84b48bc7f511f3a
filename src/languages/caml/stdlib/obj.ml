type t
external magic : 'a -> 'b = "%identity"
external repr : 'a -> t = "%identity"
external obj : t -> 'a = "%identity"
