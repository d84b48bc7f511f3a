-- A tiny Lisp in one page: reader, evaluator, a dozen functions.
--
--   devvm run examples/lua/lisp.lua               an interactive session
--   devvm run examples/lua/lisp.lua program.lisp  runs a file
--   echo '(display (* 6 7))' | devvm run examples/lua/lisp.lua
--
-- Lists are Lua tables, symbols are strings with a mark, and #f and the empty list are false.

local Symbol = {__tostring = function(s) return s.name end}
local symbols = {}
local function symbol(name)
  symbols[name] = symbols[name] or setmetatable({name = name}, Symbol)
  return symbols[name]
end
local function isSymbol(x) return getmetatable(x) == Symbol end

-- Text to data. Returns the value and the position behind it, or nil at the end of the text.
local function read(text, at)
  at = text:match("^[%s]*()", at)
  while text:sub(at, at) == ";" do at = text:match("^[^\n]*%s*()", at) end
  local c = text:sub(at, at)
  if c == "" then return nil, at end
  if c == "(" then
    local items = {}
    at = at + 1
    while true do
      at = text:match("^%s*()", at)
      if text:sub(at, at) == ")" then return items, at + 1 end
      local item, after = read(text, at)
      if item == nil then error("missing )", 0) end
      items[#items + 1] = item
      at = after
    end
  elseif c == ")" then error("unexpected )", 0)
  elseif c == "'" then
    local item, after = read(text, at + 1)
    return {symbol "quote", item}, after
  elseif c == '"' then
    local s, after = text:match('^"([^"]*)"()', at)
    if not s then error("unfinished string", 0) end
    return {symbol "string", s}, after
  end
  local word, after = text:match("^([^%s()';\"]+)()", at)
  if word == "#t" then return true, after elseif word == "#f" then return false, after end
  return tonumber(word) or symbol(word), after
end

local function show(x)
  if type(x) == "table" and not isSymbol(x) then
    if x.call then return "<function>" end
    local parts = {}
    for i, v in ipairs(x) do parts[i] = show(v) end
    return "(" .. table.concat(parts, " ") .. ")"
  end
  if type(x) == "function" then return "<primitive>" end
  if type(x) == "boolean" then return x and "#t" or "#f" end
  return tostring(x)
end

-- Environments are tables that look into the outer one through __index.
local function extend(outer, names, values)
  local env = setmetatable({}, {__index = outer})
  for i, n in ipairs(names) do env[n.name] = values[i] end
  return env
end

local forms = {}

local function eval(x, env)
  while true do
    if isSymbol(x) then
      local v = env[x.name]
      if v == nil then error("'" .. x.name .. "' is not defined", 0) end
      return v
    end
    if type(x) ~= "table" then return x end
    if #x == 0 then return x end
    local head = x[1]
    local form = isSymbol(head) and forms[head.name]
    local f
    if form then
      -- A form gives a value, or another expression to go on with: a tail call without recursion.
      local value, again, inner = form(x, env)
      if not again then return value end
      x, env = again, inner
    else
      f = eval(head, env)
      local values = {}
      for i = 2, #x do values[i - 1] = eval(x[i], env) end
      if type(f) == "function" then return f(table.unpack(values)) end
      if type(f) ~= "table" or not f.call then error(show(f) .. " cannot be called", 0) end
      env = extend(f.env, f.call, values)
      for i = 1, #f.body - 1 do eval(f.body[i], env) end
      x = f.body[#f.body]
    end
  end
end

function forms.quote(x) return x[2] end
forms.string = forms.quote
forms["if"] = function(x, env)
  if eval(x[2], env) ~= false then return nil, x[3], env end
  if x[4] == nil then return false end
  return nil, x[4], env
end
function forms.lambda(x, env) return {call = x[2], body = {table.unpack(x, 3)}, env = env} end
function forms.define(x, env)
  if isSymbol(x[2]) then
    rawset(env, x[2].name, eval(x[3], env))
    return x[2]
  end
  local name = x[2][1]
  rawset(env, name.name, {call = {table.unpack(x[2], 2)}, body = {table.unpack(x, 3)}, env = env})
  return name
end
function forms.let(x, env)
  local names, values = {}, {}
  for i, binding in ipairs(x[2]) do names[i], values[i] = binding[1], eval(binding[2], env) end
  local inner = extend(env, names, values)
  for i = 3, #x - 1 do eval(x[i], inner) end
  return nil, x[#x], inner
end

local global = {
  ["+"] = function(a, ...) for _, b in ipairs {...} do a = a + b end return a end,
  ["-"] = function(a, b) if b then return a - b end return -a end,
  ["*"] = function(a, ...) for _, b in ipairs {...} do a = a * b end return a end,
  ["/"] = function(a, b) return a / b end,
  mod = function(a, b) return a % b end,
  ["="] = function(a, b) return a == b end,
  ["<"] = function(a, b) return a < b end,
  list = function(...) return {...} end,
  cons = function(a, l) return {a, table.unpack(l)} end,
  car = function(l) return l[1] end,
  cdr = function(l) return {table.unpack(l, 2)} end,
  ["null?"] = function(l) return type(l) == "table" and #l == 0 end,
  length = function(l) return #l end,
  display = function(...) print(show(...)) return false end,
}

local function run(text, print_)
  local at = 1
  while true do
    local form, after = read(text, at)
    if form == nil then return end
    local value = eval(form, global)
    if print_ then print(show(value)) end
    at = after
  end
end

run [[
(define (map f l) (if (null? l) l (cons (f (car l)) (map f (cdr l)))))
(define (filter p l) (if (null? l) l (if (p (car l)) (cons (car l) (filter p (cdr l))) (filter p (cdr l)))))
(define (fold f a l) (if (null? l) a (fold f (f a (car l)) (cdr l))))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) (list)))
]]

if arg[1] then
  local file, problem = io.open(arg[1])
  if not file then
    io.stderr:write("lisp: ", problem, "\n")
    os.exit(1)
  end
  local ok, message = pcall(run, file:read "a")
  if not ok then
    io.stderr:write("lisp: ", tostring(message), "\n")
    os.exit(1)
  end
else
  print("A tiny Lisp. Try (map (lambda (x) (* x x)) (range 1 6)); end with end of file.")
  local text = ""
  for line in io.lines() do
    text = text .. line .. "\n"
    local ok, message = pcall(run, text, true)
    -- An unfinished expression goes on in the next line.
    local unfinished = not ok and message == "missing )"
    if not ok and not unfinished then print("error: " .. tostring(message)) end
    if not unfinished then text = "" end
  end
end
