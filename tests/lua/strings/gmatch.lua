-- string.gmatch: iteration, captures, empty matches, anchors, init.
local function all(s, p, ...) local t = {} for a, b, c in s:gmatch(p, ...) do t[#t + 1] = tostring(a) .. (b and "/" .. tostring(b) or "") .. (c and "/" .. tostring(c) or "") end return "[" .. table.concat(t, "][") .. "]" end
local function fails(name, f, ...) print(name, select(2, pcall(f, ...))) end
print("words", all("one two  three", "%a+")); print("pairs", all("a=1, b=2, c=3", "(%w+)=(%w+)")); print("triples", all("1-2-3 4-5-6", "(%d)-(%d)-(%d)"))
print("empty matches", all("abc", "")); print("star", all("abc", "x*")); print("optional", all("a1b2", "%d?")); print("dash", all("abc", ".-")); print("digits star", all("a12b3", "%d*"))
print("positions", all("abc", "()")); print("position and text", all("hello", "()l")); print("captures with position", all("ab", "(.)()"))
print("anchor matches once", all("aaa", "^a")); print("anchor in middle", all("a^a", "^a")); print("end anchor", all("abab", "b$")); print("anchor only", all("abc", "^")); print("dollar only", all("abc", "$"))
print("init", all("one two three", "%a+", 5)); print("init negative", all("one two three", "%a+", -5)); print("init beyond", all("abc", ".", 4)); print("init far beyond", all("abc", ".", 100)); print("init with empty", all("abc", "", 4)); print("init anchor", all("abab", "^ab", 3)); print("init zero", all("abc", ".", 0))
print("overlap", all("aaaa", "aa")); print("greedy", all("aXbXc", ".*X")); print("lazy", all("aXbXc", ".-X")); print("lines", all("l1\nl2\n\nl4", "([^\n]*)\n?")); print("fields", all("a,b,,c", "([^,]*)")); print("balanced", all("(a)(b(c))", "%b()")); print("frontier", all("The Quick brown Fox", "%f[%u]%a+")); print("zeros", (all("a\0b\0", "%Z*"):gsub("%z", "0"))); print("back reference", all("aabbcdd", "(.)%1"))
local it = ("abc"):gmatch("."); print("by hand", it(), it(), it(), it(), it()); print("type", type(it)); print("extra arguments ignored", (function() local i = ("ab"):gmatch("."); return i("x", "y"), i() end)())
print("two at once", (function() local a, b = ("ab"):gmatch("."), ("xy"):gmatch("."); return a() .. b() .. a() .. b() end)())
print("changed inside", (function() local s, out = "abc", {} for c in s:gmatch(".") do s = "zzz"; out[#out + 1] = c end return table.concat(out) end)())
print("nested", (function() local n = 0 for w in ("ab cd"):gmatch("%a+") do for c in w:gmatch(".") do n = n + c:byte() end end return n end)())
print("collected", (function() local n = 0 for w in ("w "):rep(1000):gmatch("%a") do if n % 100 == 0 then collectgarbage() end n = n + 1 end return n end)())
fails("none", string.gmatch); fails("one", string.gmatch, "x"); fails("table", string.gmatch, {}, "x"); fails("malformed later", function() for _ in ("x"):gmatch("[a") do end end); fails("malformed not at once", function() return type(("x"):gmatch("[a")) end); fails("bad init", string.gmatch, "x", "x", {})
local co = coroutine.wrap(function() for w in ("a b c"):gmatch("%a") do coroutine.yield(w) end end); print("coroutine", co(), co(), co())
print("csv", (function() local out = {} for q, f in ('"a,b",c,"d""e"'):gmatch('("?)([^",]*)%1') do if #f > 0 then out[#out + 1] = f end end return table.concat(out, "|") end)())
print("tokens", (function() local out = {} for t in ("x = 10 + foo(3.5)"):gmatch("%S") do out[#out + 1] = t end return #out .. table.concat(out) end)())
print("url", (function() local t = {} for k, v in ("a=1&b=2&c=x%20y"):gmatch("([^&=]+)=([^&=]+)") do t[#t + 1] = k .. ":" .. v:gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end) end return table.concat(t, ";") end)())
