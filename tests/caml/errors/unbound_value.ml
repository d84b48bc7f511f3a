let () = foo 1
