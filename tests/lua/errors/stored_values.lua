-- The name of the table is told whatever is stored: a local, a constant, an element.
print(pcall(function() local t; local k, v = 1, 2; t[k] = v end))
print(pcall(function() local t; local k = 1; t[k] = true end))
print(pcall(function() local t; local k = 1; t[k] = false end))
print(pcall(function() local t, u = {}, nil; local k = 1; t[k] = u[k] end))
print(pcall(function() local t, u = nil, {5}; local k = 1; t[k] = u[k] end))
print(pcall(function() local t; local k, v = 1, 2; t[1] = v; return k end))
