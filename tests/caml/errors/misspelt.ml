let r = List.mapp 1
