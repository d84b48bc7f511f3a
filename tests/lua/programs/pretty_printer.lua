-- A pretty-printer for Lua: a parser of the whole language to a tree, a layout engine that chooses line
-- breaks by width, and a printer. Printing a printed program must give the same text, and the
-- printed program must compute the same values.

-- Layout engine: documents of text, lines, groups and indentation -------------------------------

local Doc = {}
local LINE, SOFT, HARD = {"line"}, {"soft"}, {"hard"}
function Doc.group(...) return {"group", {...}} end
function Doc.indent(...) return {"indent", {...}} end
function Doc.join(list, separator)
  local out = {}
  for i, d in ipairs(list) do
    if i > 1 then for _, s in ipairs(separator) do out[#out + 1] = s end end
    out[#out + 1] = d
  end
  return {"concat", out}
end

-- Whether the document fits into the room when none of its own lines break.
local function fits(room, document)
  local work = {document}
  while #work > 0 do
    local d = table.remove(work)
    if type(d) == "string" then
      room = room - #d
    elseif d == LINE then
      room = room - 1
    elseif d ~= SOFT then
      for i = #d[2], 1, -1 do work[#work + 1] = d[2][i] end
    end
    if room < 0 then return false end
  end
  return true
end

local function containsHard(d)
  if d == HARD then return true end
  if type(d) ~= "table" or not d[2] then return false end
  if d.hard == nil then
    d.hard = false
    for _, x in ipairs(d[2]) do if containsHard(x) then d.hard = true break end end
  end
  return d.hard
end

local function layout(document, width)
  local out, column = {}, 0
  local stack = {{document, "break", 0}}
  while #stack > 0 do
    local item = table.remove(stack)
    local d, mode, level = item[1], item[2], item[3]
    if type(d) == "string" then
      out[#out + 1] = d
      column = column + #d
    elseif d == HARD or mode == "break" and (d == LINE or d == SOFT) then
      out[#out + 1] = "\n" .. ("  "):rep(level)
      column = level * 2
    elseif d == LINE then
      out[#out + 1] = " "
      column = column + 1
    elseif d ~= SOFT then
      local inner = mode
      if d[1] == "group" then inner = not containsHard(d) and fits(width - column, d) and "flat" or "break" end
      local deeper = d[1] == "indent" and level + 1 or level
      for i = #d[2], 1, -1 do stack[#stack + 1] = {d[2][i], inner, deeper} end
    end
  end
  return (table.concat(out):gsub("[ ]+\n", "\n"))
end

-- Lexer ----------------------------------------------------------------------------------------

local reserved = {}
for w in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch "%a+" do reserved[w] = true end
local symbols = {"...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", ".."}

local function tokenize(source)
  local list, pos = {}, 1
  while true do
    pos = source:find("%S", pos)
    if not pos then break end
    local level = source:match("^%-%-%[(=*)%[", pos)
    if level then
      pos = select(2, source:find("]" .. level .. "]", pos, true)) + 1
    elseif source:find("^%-%-", pos) then
      pos = source:find("\n", pos, true) or #source + 1
    else
      local text, kind
      level = source:match("^%[(=*)%[", pos)
      if level then
        text, kind = source:sub(pos, select(2, source:find("]" .. level .. "]", pos, true))), "string"
      elseif source:find("^[%a_]", pos) then
        text = source:match("^[%w_]+", pos)
        kind = reserved[text] and text or "name"
      elseif source:find("^%.?%d", pos) then
        text, kind = source:match("^0[xX][%x.]*[pP]?[+-]?%x*", pos) or source:match("^[%d.]+[eE][+-]?%d+", pos) or source:match("^[%d.]+", pos), "number"
        if text:find("^%d+%.%.") then text = text:match("^%d+") end
      elseif source:find("^[\"']", pos) then
        local quote, at = source:sub(pos, pos), pos + 1
        while source:sub(at, at) ~= quote do at = at + (source:sub(at, at) == "\\" and 2 or 1) end
        text, kind = source:sub(pos, at), "string"
      else
        for _, s in ipairs(symbols) do if source:sub(pos, pos + #s - 1) == s then text = s break end end
        text = text or source:sub(pos, pos)
        kind = text
      end
      list[#list + 1] = {kind = kind, text = text}
      pos = pos + #text
    end
  end
  list[#list + 1] = {kind = "eof", text = "<eof>"}
  return list
end

-- Parser: builds documents directly --------------------------------------------------------------

local priority = {
  ["or"] = {1, 1}, ["and"] = {2, 2}, ["<"] = {3, 3}, [">"] = {3, 3}, ["<="] = {3, 3}, [">="] = {3, 3}, ["~="] = {3, 3}, ["=="] = {3, 3},
  ["|"] = {4, 4}, ["~"] = {5, 5}, ["&"] = {6, 6}, ["<<"] = {7, 7}, [">>"] = {7, 7}, [".."] = {9, 8}, ["+"] = {10, 10}, ["-"] = {10, 10},
  ["*"] = {11, 11}, ["/"] = {11, 11}, ["//"] = {11, 11}, ["%"] = {11, 11}, ["^"] = {14, 13},
}

local P = {}
P.__index = P
function P:kind() return self.list[self.at].kind end
function P:next()
  local t = self.list[self.at]
  self.at = self.at + 1
  return t.text
end
function P:accept(kind) if self:kind() == kind then return self:next() end end
function P:expect(kind)
  if self:kind() ~= kind then error(("'%s' expected near '%s'"):format(kind, self.list[self.at].text), 0) end
  return self:next()
end

function P:names()
  local list = {}
  repeat
    local name = self:expect "name"
    if self:accept "<" then
      name = name .. " <" .. self:expect "name" .. ">"
      self:expect ">"
    end
    list[#list + 1] = name
  until not self:accept ","
  return table.concat(list, ", ")
end

function P:expressions()
  local list = {}
  repeat list[#list + 1] = self:expression(0) until not self:accept ","
  return list
end

local function commaList(list) return Doc.join(list, {",", LINE}) end
local function quoted(text)
  if text:sub(1, 1) == "'" and not text:find('"', 1, true) then return '"' .. text:sub(2, -2):gsub("\\'", "'") .. '"' end
  return text
end

function P:body()
  self:expect "("
  local params = {}
  while self:kind() ~= ")" do
    params[#params + 1] = self:accept "..." or self:expect "name"
    if not self:accept "," then break end
  end
  self:expect ")"
  local block = self:block()
  self:expect "end"
  local head = "(" .. table.concat(params, ", ") .. ")"
  if #block[2] == 0 then return {"concat", {head, " end"}} end
  return Doc.group(head, Doc.indent(LINE, block), LINE, "end")
end

function P:constructor()
  self:expect "{"
  local fields = {}
  while self:kind() ~= "}" do
    if self:accept "[" then
      local key = self:expression(0)
      self:expect "]"
      self:expect "="
      fields[#fields + 1] = {"concat", {"[", key, "] = ", self:expression(0)}}
    elseif self:kind() == "name" and self.list[self.at + 1].kind == "=" then
      local key = self:next()
      self:next()
      fields[#fields + 1] = {"concat", {key, " = ", self:expression(0)}}
    else
      fields[#fields + 1] = self:expression(0)
    end
    if not self:accept "," and not self:accept ";" then break end
  end
  self:expect "}"
  if #fields == 0 then return "{}" end
  return Doc.group("{", Doc.indent(SOFT, commaList(fields)), SOFT, "}")
end

function P:arguments()
  local list
  if self:kind() == "string" then list = {quoted(self:next())}
  elseif self:kind() == "{" then list = {self:constructor()}
  else
    self:expect "("
    if self:accept ")" then return "()" end
    list = self:expressions()
    self:expect ")"
  end
  return Doc.group("(", Doc.indent(SOFT, commaList(list)), SOFT, ")")
end

function P:suffixed()
  local parts, call = {}, false
  if self:accept "(" then
    parts[1] = Doc.group("(", self:expression(0), ")")
    self:expect ")"
  else
    parts[1] = self:expect "name"
  end
  while true do
    local k = self:kind()
    if k == "." then self:next(); parts[#parts + 1] = "." .. self:expect "name"; call = false
    elseif k == "[" then
      self:next()
      parts[#parts + 1] = {"concat", {"[", self:expression(0), "]"}}
      self:expect "]"
      call = false
    elseif k == ":" then
      self:next()
      parts[#parts + 1] = ":" .. self:expect "name"
      parts[#parts + 1] = self:arguments()
      call = true
    elseif k == "(" or k == "string" or k == "{" then parts[#parts + 1] = self:arguments(); call = true
    else return {"concat", parts}, call end
  end
end

function P:expression(limit)
  local left
  local k = self:kind()
  if k == "not" or k == "-" or k == "#" or k == "~" then
    local op = self:next()
    local operand = self:expression(12)
    local space = op == "not" or op == "-" and type(operand) == "table" and operand.unary
    left = {"concat", {op .. (space and " " or ""), operand}, unary = op == "-"}
  elseif k == "number" or k == "nil" or k == "true" or k == "false" or k == "..." then left = self:next()
  elseif k == "string" then left = quoted(self:next())
  elseif k == "{" then left = self:constructor()
  elseif self:accept "function" then left = {"concat", {"function", self:body()}}
  else left = self:suffixed() end
  while true do
    local op = self:kind()
    local p = priority[op]
    if not p or p[1] <= limit then return left end
    self:next()
    left = Doc.group(left, " " .. op, Doc.indent(LINE, self:expression(p[2])))
  end
end

function P:block()
  local statements = {}
  while true do
    while self:accept ";" do end
    local k = self:kind()
    if k == "end" or k == "else" or k == "elseif" or k == "until" or k == "eof" then break end
    statements[#statements + 1] = self:statement()
    if k == "return" then self:accept ";" break end
  end
  return Doc.join(statements, {HARD})
end

local function block(b) return #b[2] == 0 and "" or Doc.indent(HARD, b) end

function P:statement()
  local k = self:kind()
  if k == "local" then
    self:next()
    if self:accept "function" then return {"concat", {"local function " .. self:expect "name", self:body()}} end
    local names = self:names()
    if self:accept "=" then return Doc.group("local " .. names .. " =", Doc.indent(LINE, commaList(self:expressions()))) end
    return "local " .. names
  elseif k == "if" then
    local parts = {}
    repeat
      local word = self:next()
      parts[#parts + 1] = Doc.group(word .. " ", self:expression(0), " then")
      self:expect "then"
      parts[#parts + 1] = block(self:block())
      parts[#parts + 1] = HARD
    until self:kind() ~= "elseif"
    if self:accept "else" then
      parts[#parts + 1] = "else"
      parts[#parts + 1] = block(self:block())
      parts[#parts + 1] = HARD
    end
    parts[#parts + 1] = self:expect "end"
    return {"concat", parts}
  elseif k == "while" then
    self:next()
    local condition = self:expression(0)
    self:expect "do"
    local b = block(self:block())
    return {"concat", {"while ", condition, " do", b, HARD, self:expect "end"}}
  elseif k == "do" then
    self:next()
    local b = block(self:block())
    return {"concat", {"do", b, HARD, self:expect "end"}}
  elseif k == "for" then
    self:next()
    local head = {"for " .. self:names()}
    head[2] = self:kind() == "=" and " " .. self:next() .. " " or " " .. self:expect "in" .. " "
    head[3] = commaList(self:expressions())
    self:expect "do"
    local b = block(self:block())
    return {"concat", {Doc.group(table.unpack(head)), " do", b, HARD, self:expect "end"}}
  elseif k == "repeat" then
    self:next()
    local b = block(self:block())
    self:expect "until"
    return {"concat", {"repeat", b, HARD, "until ", self:expression(0)}}
  elseif k == "function" then
    self:next()
    local name = self:expect "name"
    while self:kind() == "." or self:kind() == ":" do name = name .. self:next() .. self:expect "name" end
    return {"concat", {"function " .. name, self:body()}}
  elseif k == "return" then
    self:next()
    local stop = self:kind()
    if stop == "end" or stop == "eof" or stop == "else" or stop == "elseif" or stop == "until" or stop == ";" then return "return" end
    local list = self:expressions()
    if #list == 1 then return {"concat", {"return ", list[1]}} end
    return Doc.group("return ", Doc.indent(commaList(list)))
  elseif k == "break" then return self:next()
  elseif k == "goto" then self:next() return "goto " .. self:expect "name"
  elseif k == "::" then
    self:next()
    local name = self:expect "name"
    self:expect "::"
    return "::" .. name .. "::"
  end
  local target, call = self:suffixed()
  if self:kind() ~= "=" and self:kind() ~= "," then
    if not call then error(("statement expected near '%s'"):format(self.list[self.at].text), 0) end
    return target
  end
  local targets = {target}
  while self:accept "," do targets[#targets + 1] = (self:suffixed()) end
  self:expect "="
  return Doc.group(commaList(targets), " =", Doc.indent(LINE, commaList(self:expressions())))
end

local function pretty(source, width)
  local parser = setmetatable({list = tokenize(source), at = 1}, P)
  local document = parser:block()
  parser:expect "eof"
  return layout(document, width) .. "\n"
end

-- The program ------------------------------------------------------------------------------------

local sources = {
  fibonacci = [[local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end return fib(15),fib(10)]],
  operators = [[local a,b=7,2 return a+b*a-b/a^b^2,-a^2,not a==b,a..b.."x"..1,a//b%3,(a+b)*-b,a<<b|1&3~5,#"abc"+1,- -a,-(-b),~a,a<b and a or b,(a or b)and(b)]],
  tables = [[local t={1,2,3;x=1,["y z"]=2,[10]=3,nested={a={b={c="deep"}}},f=function(...)return select('#',...),... end} return #t,t.x,t["y z"],t[10],t.nested.a.b.c,t.f(1,nil,3)]],
  control = [[local s=0 for i=1,10 do if i%2==0 then goto continue elseif i>7 then break else s=s+i end ::continue:: end local i=0 while true do i=i+1 if i>5 then break end end repeat local j=i i=i-1 until j<3 for k,v in ipairs{5,6} do s=s+k*v end do local s=1 end return s,i]],
  strings = [==[return 'single','it\'s',"double \"q\"",[[long
string]],[=[with ]] inside]=],'mixed "quotes"',"\65\x42\u{43}\z
     end"]==],
  methods = [[local C={} C.__index=C function C.new(v)return setmetatable({v=v},C)end function C:get()return self.v end function C:add(n)self.v=self.v+n return self end local o=C.new(5):add(1):add(2) return o:get(),C.get(o),("%d"):format(3),#("x"):rep(3)]],
  closures = [[local function counter() local n=0 return function() n=n+1 return n end end local c=counter() c() local x <const> = 5 local y <close> = nil return c(),(function(a,b,...) return b,a,... end)(1,2,3),x]],
  calls = [[local t={} local function get(...) t.n=select("#",...) return t end t.f=function(s,v) s.v=v end get"x".y=1 get{}.z={2} get(1,2,3):f(4) return t.y,t.z[1],t.n,t.v]],
  long = [[local result = some_rather_long_function_name("with a long argument", another_call(1, 2, 3, 4, 5), {key = "value", other = {1, 2, 3}}) or default_value_with_long_name
if result and result.field.subfield.another_field == "some constant string value" and not result.flag then handle(result, function(event, data) process(event) return data end) end]],
  comments = "-- a comment\nlocal a = 1 -- another\n--[[ long\ncomment ]] local b --[==[ inside ]==] = 2\nreturn a + b",
  numbers = [[return 1,1.5,.5,5.,1e10,1E-2,0xff,0x.8p1,3 ..4,7//2.0,2^-1,1 ..2]],
}
local order = {}
for name in pairs(sources) do order[#order + 1] = name end
table.sort(order)
for _, name in ipairs(order) do
  local source = sources[name]
  for _, width in ipairs {100, 50, 20} do
    local ok, text = pcall(pretty, source, width)
    if not ok then print(name, width, "refused: " .. text) break end
    local again = pretty(text, width)
    local before, after = load(source), load(text)
    local same = "not run"
    if name ~= "long" and before then
      local a, b = table.pack(before()), after and table.pack(after()) or {n = -1}
      same = a.n == b.n
      for i = 1, a.n do same = same and a[i] == b[i] end
    end
    local _, lines = text:gsub("\n", "")
    print(name, width, "stable " .. tostring(again == text), "same " .. tostring(same), "lines " .. lines)
    if width == 50 then print((text:gsub("\n$", ""))) end
  end
end
for _, bad in ipairs {"x =", "if x then", "f(", "return return", "local 1", "a b", "for i = 1 do end end", "{}", "goto 1"} do
  print("refused", bad, select(2, pcall(pretty, bad, 80)))
end
local file = arg and arg[0] and io.open(arg[0])
local own = file and file:read "a" or ""
local printed = pretty(own, 100)
print("itself", pretty(printed, 100) == printed, load(printed, "=self") ~= nil, pretty(pretty(printed, 60), 100) == printed)
