-- Regular expressions four ways: a parser to a tree, then a backtracking matcher, a Thompson simulation,
-- a lazily built automaton and derivatives. All must agree on every text.

-- Parser ----------------------------------------------------------------------------------------

local Regex = {}
Regex.__index = Regex

local function set(negated) return {kind = "set", negated = negated or false, ranges = {}} end
local function addRange(s, from, to) s.ranges[#s.ranges + 1] = {from, to} return s end
local classes = {
  d = function(s) return addRange(s, 48, 57) end,
  w = function(s) addRange(s, 48, 57) addRange(s, 65, 90) addRange(s, 95, 95) return addRange(s, 97, 122) end,
  s = function(s) addRange(s, 9, 13) return addRange(s, 32, 32) end,
}
local function contains(s, byte)
  for _, r in ipairs(s.ranges) do if byte >= r[1] and byte <= r[2] then return not s.negated end end
  return s.negated
end

local Parser = {}
Parser.__index = Parser
function Parser:peek() return self.text:sub(self.at, self.at) end
function Parser:fail(message) error(("%s at %d in /%s/"):format(message, self.at, self.text), 0) end
function Parser:accept(c)
  if self:peek() == c and c ~= "" then
    self.at = self.at + 1
    return true
  end
end

function Parser:alternatives()
  local list = {self:sequence()}
  while self:accept "|" do list[#list + 1] = self:sequence() end
  if #list == 1 then return list[1] end
  return {kind = "or", table.unpack(list)}
end

function Parser:sequence()
  local list = {}
  while true do
    local c = self:peek()
    if c == "" or c == "|" or c == ")" then break end
    list[#list + 1] = self:repeated()
  end
  if #list == 0 then return {kind = "empty"} end
  if #list == 1 then return list[1] end
  return {kind = "seq", table.unpack(list)}
end

function Parser:repeated()
  local node = self:atom()
  while true do
    local min, max
    if self:accept "*" then min, max = 0, math.huge
    elseif self:accept "+" then min, max = 1, math.huge
    elseif self:accept "?" then min, max = 0, 1
    else
      local a, comma, b, stop = self.text:match("^{(%d+)(,?)(%d*)}()", self.at)
      if not a then return node end
      self.at = stop
      min = math.tointeger(tonumber(a))
      max = comma == "" and min or (tonumber(b) and math.tointeger(tonumber(b)) or math.huge)
      if max < min then self:fail("bad bounds") end
    end
    node = {kind = "repeat", node, min = min, max = max, lazy = self:accept "?" or false}
  end
end

function Parser:escape(inSet)
  local c = self:peek()
  if c == "" then self:fail("trailing backslash") end
  self.at = self.at + 1
  local lower = c:lower()
  if classes[lower] then
    local s = classes[lower](set(c ~= lower))
    return s
  end
  if c == "n" then c = "\n" elseif c == "t" then c = "\t" end
  if not inSet and c == "b" then return {kind = "boundary"} end
  return addRange(set(), c:byte(), c:byte())
end

function Parser:class()
  local s = set(self:accept "^")
  local first = true
  while first or self:peek() ~= "]" do
    local c = self:peek()
    if c == "" then self:fail("missing ]") end
    self.at = self.at + 1
    if c == "\\" then
      local inner = self:escape(true)
      if inner.negated then self:fail("negated class in a set") end
      for _, r in ipairs(inner.ranges) do addRange(s, r[1], r[2]) end
    else
      local to = self.text:match("^%-([^%]])", self.at)
      if to then
        self.at = self.at + 2
        if to < c then self:fail("bad range") end
      end
      addRange(s, c:byte(), (to or c):byte())
    end
    first = false
  end
  self.at = self.at + 1
  return s
end

function Parser:atom()
  local c = self:peek()
  self.at = self.at + 1
  if c == "(" then
    local group
    if self.text:sub(self.at, self.at + 1) == "?:" then self.at = self.at + 2
    else
      self.groups = self.groups + 1
      group = self.groups
    end
    local inner = self:alternatives()
    if not self:accept ")" then self:fail("missing )") end
    return group and {kind = "group", inner, index = group} or inner
  end
  if c == "." then return addRange(set(true), 10, 10) end
  if c == "[" then return self:class() end
  if c == "^" then return {kind = "start"} end
  if c == "$" then return {kind = "stop"} end
  if c == "\\" then return self:escape() end
  if c == "*" or c == "+" or c == "?" then self.at = self.at - 1; self:fail("nothing to repeat") end
  return addRange(set(), c:byte(), c:byte())
end

function Regex.new(text)
  local p = setmetatable({text = text, at = 1, groups = 0}, Parser)
  local tree = p:alternatives()
  if p.at <= #text then p:fail("unexpected )") end
  return setmetatable({text = text, tree = tree, groups = p.groups}, Regex)
end

local function wordAt(text, i)
  local c = text:sub(i, i)
  return i >= 1 and c ~= "" and c:find("[%w_]") ~= nil
end
local function assertion(kind, text, i)
  if kind == "start" then return i == 1 end
  if kind == "stop" then return i == #text + 1 end
  return wordAt(text, i - 1) ~= wordAt(text, i)
end

-- Backtracking with continuations -----------------------------------------------------------------

local function matcher(node, k)
  local kind = node.kind
  if kind == "empty" then return k end
  if kind == "set" then
    return function(st, i)
      local b = st.text:byte(i)
      if b and contains(node, b) then return k(st, i + 1) end
    end
  elseif kind == "start" or kind == "stop" or kind == "boundary" then
    return function(st, i) if assertion(kind, st.text, i) then return k(st, i) end end
  elseif kind == "seq" then
    for j = #node, 1, -1 do k = matcher(node[j], k) end
    return k
  elseif kind == "or" then
    local list = {}
    for j, n in ipairs(node) do list[j] = matcher(n, k) end
    return function(st, i)
      for j = 1, #list do
        local e = list[j](st, i)
        if e then return e end
      end
    end
  elseif kind == "group" then
    local index = node.index
    local inner = matcher(node[1], function(st, i)
      local old = st[index]
      st[index] = {st.open[index], i - 1}
      local e = k(st, i)
      if not e then st[index] = old end
      return e
    end)
    return function(st, i)
      local old = st.open[index]
      st.open[index] = i
      local e = inner(st, i)
      if not e then st.open[index] = old end
      return e
    end
  end
  local loop
  local min, max, lazy = node.min, node.max, node.lazy
  local body = matcher(node[1], function(st, i) return loop(st, i) end)
  local counts = setmetatable({}, {__mode = "k"})
  loop = function(st, i)
    local c = counts[st]
    local n, from = c.n, c.from
    if i == from and n > min then return nil end
    local function again()
      if n < max then
        counts[st] = {n = n + 1, from = i, outer = c.outer}
        local e = body(st, i)
        if not e then counts[st] = c end
        return e
      end
    end
    local function leave()
      counts[st] = c.outer
      local e = k(st, i)
      if not e then counts[st] = c end
      return e
    end
    if n < min then return again() end
    if lazy then return leave() or again() end
    return again() or leave()
  end
  return function(st, i)
    local outer = counts[st]
    counts[st] = {n = 0, from = -1, outer = outer}
    local e = loop(st, i)
    if not e then counts[st] = outer end
    return e
  end
end

function Regex:exec(text, init)
  self.code = self.code or matcher(self.tree, function(_, i) return i end)
  for start = init or 1, #text + 1 do
    local st = {text = text, open = {}}
    local e = self.code(st, start)
    if e then
      local groups = {}
      for g = 1, self.groups do groups[g] = st[g] and text:sub(st[g][1], st[g][2]) or false end
      return start, e - 1, groups
    end
  end
end

function Regex:replace(text, f)
  local out, at, n = {}, 1, 0
  while at <= #text + 1 do
    local s, e, groups = self:exec(text, at)
    if not s then break end
    n = n + 1
    out[#out + 1] = text:sub(at, s - 1)
    out[#out + 1] = type(f) == "function" and f(text:sub(s, e), table.unpack(groups)) or f:gsub("%$(%d)", function(d)
      return d == "0" and text:sub(s, e) or groups[tonumber(d)] or ""
    end)
    if e < s then
      out[#out + 1] = text:sub(s, s)
      at = s + 1
    else
      at = e + 1
    end
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out), n
end

-- Thompson's machine: sets of states -----------------------------------------------------------------

local function program(tree)
  local code = {}
  local function put(ins) code[#code + 1] = ins return #code end
  local function emit(node)
    local kind = node.kind
    if kind == "set" then put {op = "set", set = node}
    elseif kind == "start" or kind == "stop" or kind == "boundary" then put {op = "assert", kind = kind}
    elseif kind == "seq" then for _, n in ipairs(node) do emit(n) end
    elseif kind == "group" then emit(node[1])
    elseif kind == "or" then
      local jumps = {}
      for j, n in ipairs(node) do
        local split = j < #node and put {op = "split"}
        emit(n)
        if split then
          jumps[#jumps + 1] = put {op = "jump"}
          code[split].a, code[split].b = split + 1, #code + 1
        end
      end
      for _, j in ipairs(jumps) do code[j].a = #code + 1 end
    elseif kind == "repeat" then
      for _ = 1, node.min do emit(node[1]) end
      if node.max == math.huge then
        local split = put {op = "split"}
        emit(node[1])
        put {op = "jump", a = split}
        code[split].a, code[split].b = split + 1, #code + 1
      else
        local splits = {}
        for _ = node.min + 1, node.max do
          splits[#splits + 1] = put {op = "split"}
          emit(node[1])
        end
        for _, s in ipairs(splits) do code[s].a, code[s].b = s + 1, #code + 1 end
      end
    end
  end
  emit(tree)
  put {op = "match"}
  return code
end

-- The end of the longest match that starts at `start`, or nil.
function Regex:thompson(text, start)
  self.program = self.program or program(self.tree)
  local code, best = self.program, nil
  local function close(list, seen, pc, i)
    if seen[pc] then return end
    seen[pc] = true
    local ins = code[pc]
    if ins.op == "jump" then close(list, seen, ins.a, i)
    elseif ins.op == "split" then close(list, seen, ins.a, i) close(list, seen, ins.b, i)
    elseif ins.op == "assert" then if assertion(ins.kind, text, i) then close(list, seen, pc + 1, i) end
    elseif ins.op == "match" then best = i - 1
    else list[#list + 1] = pc end
  end
  local current = {}
  close(current, {}, 1, start)
  for i = start, #text do
    local b, following, seen = text:byte(i), {}, {}
    for _, pc in ipairs(current) do
      if contains(code[pc].set, b) then close(following, seen, pc + 1, i + 1) end
    end
    current = following
    if #current == 0 then break end
  end
  return best
end

-- A deterministic automaton built as the text is read (no assertions) -----------------------------------

function Regex:automaton()
  local code = program(self.tree)
  for _, ins in ipairs(code) do if ins.op == "assert" then return nil end end
  local states, built = {}, 0
  local function state(pcs)
    local seen, list, accepting = {}, {}, false
    local function close(pc)
      if seen[pc] then return end
      seen[pc] = true
      local ins = code[pc]
      if ins.op == "jump" then close(ins.a)
      elseif ins.op == "split" then close(ins.a) close(ins.b)
      elseif ins.op == "match" then accepting = true
      else list[#list + 1] = pc end
    end
    for _, pc in ipairs(pcs) do close(pc) end
    table.sort(list)
    local key = table.concat(list, ",") .. (accepting and "!" or "")
    if not states[key] then
      built = built + 1
      states[key] = {pcs = list, accepting = accepting, edges = {}}
    end
    return states[key]
  end
  local first = state {1}
  return function(text, start)
    local s, best = first, nil
    for i = start, #text + 1 do
      if s.accepting then best = i - 1 end
      local b = text:byte(i)
      if not b then break end
      local following = s.edges[b]
      if not following then
        local pcs = {}
        for _, pc in ipairs(s.pcs) do if contains(code[pc].set, b) then pcs[#pcs + 1] = pc + 1 end end
        following = state(pcs)
        s.edges[b] = following
      end
      s = following
      if #s.pcs == 0 and not s.accepting then break end
    end
    return best, built
  end
end

-- The program ---------------------------------------------------------------------------------------------

local function show(r, text)
  local s, e, groups = r:exec(text)
  if not s then return "no match" end
  for i, g in ipairs(groups) do groups[i] = g or "-" end
  return ("%d-%d '%s'%s"):format(s, e, text:sub(s, e), #groups > 0 and " (" .. table.concat(groups, "|") .. ")" or "")
end

for _, p in ipairs {
  {"abc", "xabcx"}, {"a|b|", "b"}, {"a*", "aaab"}, {"a+b", "caab"}, {"a?b", "ab"}, {"(a|b)*c", "abbac"}, {"(a*)(b*)", "aabb"}, {"a{2,3}", "aaaa"},
  {"a{2}", "aaa"}, {"(ab){1,}c", "ababc"}, {"[a-c]+", "xxabcd"}, {"[^a-c]+", "abxyc"}, {"\\d+-\\d+", "tel 12-345"}, {"(\\w+)@(\\w+)\\.(com|org)", "mail me@site.org now"},
  {"^a.c$", "abc"}, {"^b", "ab"}, {".*", "one\ntwo"}, {"a.*?b", "aXbXb"}, {"(a+?)(a*)", "aaa"}, {"\\bcat\\b", "concat cat"}, {"(?:ab)+(c)?", "ababx"},
  {"(a|ab)(c|bcd)(d*)", "abcd"}, {"((a)|(b))+", "ab"}, {"(a*)*", "b"}, {"(a*)+", "aa"}, {"()", "x"}, {"x*y?z+", "zzz"}, {"[]a]+", "a]b"}, {"[a\\]]+", "]a"},
  {"\\.\\*\\\\", "x.*\\"}, {"(\\d{1,3})\\.(\\d{1,3})", "192.168"}, {"[\\d_]+", "a1_2"}, {"\\S+\\s\\S+", "  two words "}, {"a$|b", "ab"}, {"", "abc"},
} do
  local r = Regex.new(p[1])
  print("/" .. p[1] .. "/", (("%q"):format(p[2]):gsub("\\\n", "\\n")), show(r, p[2]))
end
for _, bad in ipairs {"(", "a)", "[a", "*a", "a{3,1}", "\\", "[z-a]", "(a|b", "+", "[\\D]"} do print("refused", select(2, pcall(Regex.new, bad))) end

print("replace", Regex.new("(\\w+) (\\w+)"):replace("hello world, good day", "$2 $1"))
print("replace function", Regex.new("\\d+"):replace("3 apples and 12 pears", function(n) return tostring(n * 2) end))
print("replace empty", Regex.new("x*"):replace("abc", "-"))
print("replace anchors", Regex.new("^|$"):replace("abc", "|"))
print("trim", (Regex.new("^\\s+|\\s+$"):replace("  text  ", "")))

-- The engines agree: longest match by simulation and automaton; the backtracker finds a match exactly then.
local seed = 3
local function random(n) seed = (seed * 1103515245 + 12345) & 0x7fffffff return (seed >> 9) % n + 1 end
local function pattern(depth)
  local kind = random(depth > 0 and 9 or 3)
  if kind <= 3 then return ({"a", "b", "[ab]", "c", "[^a]", "."})[random(6)] end
  if kind <= 5 then return pattern(depth - 1) .. pattern(depth - 1) end
  if kind == 6 then return "(" .. pattern(depth - 1) .. "|" .. pattern(depth - 1) .. ")" end
  if kind == 7 then return "(?:" .. pattern(depth - 1) .. ")*" end
  if kind == 8 then return "(" .. pattern(depth - 1) .. ")" .. ({"+", "?", "{1,2}", "*?"})[random(4)] end
  return pattern(depth - 1) .. pattern(depth - 1) .. pattern(depth - 1)
end
local compared, agreed, found, checksum, states = 0, 0, 0, 0, 0
for _ = 1, 120 do
  local text = pattern(4)
  local r = Regex.new(text)
  local dfa = r:automaton()
  for _ = 1, 8 do
    local subject = {}
    for i = 1, random(9) - 1 do subject[i] = ("abc"):sub(random(3)):sub(1, 1) end
    subject = table.concat(subject)
    for start = 1, #subject + 1 do
      local long = r:thompson(subject, start)
      local auto, built = dfa(subject, start)
      states = math.max(states, built)
      r.code = r.code or matcher(r.tree, function(_, i) return i end)
      local back = r.code({text = subject, open = {}}, start)
      compared = compared + 1
      if long == auto and (back ~= nil) == (long ~= nil) and (not back or back - 1 <= long) then agreed = agreed + 1
      else print("differ", text, subject, start, long, auto, back) end
      if long then found = found + 1 end
      checksum = (checksum * 31 + (long or -1) + 2) % 1000000007
    end
  end
end
print("engines", compared, agreed, found, checksum, states)
local evil = Regex.new("(?:a?){12}a{12}")
print("exponential for one, linear for others", evil:thompson(("a"):rep(12), 1), evil:automaton()(("a"):rep(12), 1), (select(2, evil:exec(("a"):rep(12)))))
local words = {}
local tokens = Regex.new("([A-Za-z_]\\w*)|(\\d+(?:\\.\\d+)?)|(\"[^\"]*\")|([-+*/=<>(){};,])")
local source, at = 'while (x1 < 10.5) { print("text", x1); x1 = x1 + 2; }', 1
while true do
  local s, e, g = tokens:exec(source, at)
  if not s then break end
  words[#words + 1] = (g[1] and "n" or g[2] and "d" or g[3] and "s" or "o") .. ":" .. source:sub(s, e)
  at = e + 1
end
print("tokens", table.concat(words, " "))
local long = ("ab"):rep(2000) .. "c"
print("long text", Regex.new("(?:ab)*c"):thompson(long, 1), Regex.new("[ab]*c"):automaton()(long, 1), (select(2, Regex.new("b+c"):exec(long))))
