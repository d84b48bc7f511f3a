-- NaN and nil can be read as keys but never stored.
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
local nan = 0 / 0
local t = {}
print("read nan", t[nan], t[0 / 0], rawget(t, nan))
print("read nil", t[nil], rawget(t, nil))
fails("write nan", function() t[nan] = 1 end)
fails("write nan nil value", function() t[nan] = nil end)
fails("write nil", function() t[nil] = 1 end)
fails("write nil nil value", function() t[nil] = nil end)
fails("constructor nan", function() return {[nan] = 1} end)
fails("constructor nil", function() return {[nil] = 1} end)
fails("constant nan", function() t[0 / 0] = 1 end)
fails("rawset nan", rawset, t, nan, 1)
fails("rawset nil", rawset, t, nil, 1)
fails("table.insert nan position", table.insert, {}, nan, 1)
fails("next with nan", next, {}, nan)
fails("next with unknown key", next, {}, "unknown")
fails("next with unknown integer", next, {1, 2, 3}, 5)
fails("next with 1.5", next, {1, 2, 3}, 1.5)
print("next nil key", next({}, nil))
print("empty", next({}))

-- The cached path: the same site first stores a good key.
local function store(tab, k, v) tab[k] = v end
store(t, 1, "a"); store(t, "x", "b"); store(t, 1.5, "c")
fails("site nan", store, t, nan, 1)
fails("site nil", store, t, nil, 1)
store(t, 1, "again"); print("site works on", t[1], t.x, t[1.5])

-- With __newindex a NaN or nil key reaches the handler.
local log = {}
local p = setmetatable({}, {__newindex = function(_, k, v) log[#log + 1] = tostring(k) .. "=" .. tostring(v) end})
p[nil] = 1
p[nan] = 2
print("handler nil", log[1])
print("handler nan", (log[2]:gsub("-", "")))
local q = setmetatable({}, {__newindex = {}})
fails("handler table nil", function() q[nil] = 1 end)
fails("handler table nan", function() q[nan] = 1 end)
local r = setmetatable({}, {__index = function(_, k) return "got " .. type(k) end})
print("index nil", r[nil])
print("index nan", r[nan])
