-- A small language of expressions and statements: lexer, precedence-climbing parser, type
-- checker, folding, three back ends (stack code, closures, Lua source) that must agree.

-- Lexer -----------------------------------------------------------------------------------

local keywords = {}
for w in ("let if then else while do end print fn return and or not true false"):gmatch "%a+" do keywords[w] = true end

local function lex(source)
  local tokens, pos, line = {}, 1, 1
  while true do
    local _, stop = source:find("^[ \t]+", pos)
    if stop then pos = stop + 1 end
    local c = source:sub(pos, pos)
    if c == "" then break end
    local token
    if c == "\n" then
      line = line + 1
      pos = pos + 1
    elseif c == "#" then
      pos = source:find("\n", pos, true) or #source + 1
    elseif c:find("%d") then
      local text = source:match("^%d+%.?%d*", pos)
      token = {kind = "number", value = math.tointeger(tonumber(text)) or tonumber(text), text = text}
    elseif c:find("[%a_]") then
      local text = source:match("^[%w_]+", pos)
      token = {kind = keywords[text] and text or "name", text = text}
    elseif c == '"' then
      local text = source:match('^"[^"\n]*"', pos)
      if not text then error(("line %d: unfinished string"):format(line), 0) end
      token = {kind = "string", value = text:sub(2, -2), text = text}
    else
      local two = source:sub(pos, pos + 1)
      local text = (two == "==" or two == "!=" or two == "<=" or two == ">=" or two == "..") and two or c
      if not text:find("^[-+*/%%^()=<>!,;.]+$") then error(("line %d: unexpected '%s'"):format(line, c), 0) end
      token = {kind = text, text = text}
    end
    if token then
      token.line = line
      tokens[#tokens + 1] = token
      pos = pos + #token.text
    end
  end
  tokens[#tokens + 1] = {kind = "eof", text = "end of input", line = line}
  return tokens
end

-- Parser ----------------------------------------------------------------------------------

local binary = {
  ["or"] = {1, 2}, ["and"] = {3, 4}, ["=="] = {5, 6}, ["!="] = {5, 6}, ["<"] = {7, 8}, ["<="] = {7, 8}, [">"] = {7, 8}, [">="] = {7, 8},
  [".."] = {10, 9}, ["+"] = {11, 12}, ["-"] = {11, 12}, ["*"] = {13, 14}, ["/"] = {13, 14}, ["%"] = {13, 14}, ["^"] = {18, 17},
}
local unaryPower = 15

local Parser = {}
Parser.__index = Parser

function Parser:peek() return self.tokens[self.at] end

function Parser:accept(kind)
  local t = self:peek()
  if t.kind == kind then
    self.at = self.at + 1
    return t
  end
end

function Parser:expect(kind)
  local t = self:accept(kind)
  if not t then
    local found = self:peek()
    error(("line %d: expected '%s', found '%s'"):format(found.line, kind, found.text), 0)
  end
  return t
end

function Parser:primary()
  local t = self:peek()
  self.at = self.at + 1
  if t.kind == "number" or t.kind == "string" then return {op = "const", value = t.value, line = t.line} end
  if t.kind == "true" or t.kind == "false" then return {op = "const", value = t.kind == "true", line = t.line} end
  if t.kind == "(" then
    local inner = self:expression(0)
    self:expect(")")
    return inner
  end
  if t.kind == "-" or t.kind == "not" then
    return {op = "unary", operator = t.kind, self:expression(unaryPower), line = t.line}
  end
  if t.kind == "name" then
    if not self:accept("(") then return {op = "variable", name = t.text, line = t.line} end
    local call = {op = "call", name = t.text, line = t.line}
    if not self:accept(")") then
      repeat call[#call + 1] = self:expression(0) until not self:accept(",")
      self:expect(")")
    end
    return call
  end
  error(("line %d: unexpected '%s'"):format(t.line, t.text), 0)
end

function Parser:expression(limit)
  local left = self:primary()
  while true do
    local t = self:peek()
    local power = binary[t.kind]
    if not power or power[1] <= limit then return left end
    self.at = self.at + 1
    left = {op = "binary", operator = t.kind, left, self:expression(power[2] < power[1] and power[2] - 1 or power[1]), line = t.line}
  end
end

function Parser:block(...)
  local stops = {...}
  local list = {op = "block"}
  while true do
    while self:accept(";") do end
    local t = self:peek()
    for _, stop in ipairs(stops) do if t.kind == stop then return list end end
    list[#list + 1] = self:statement()
  end
end

function Parser:statement()
  local t = self:peek()
  if self:accept("let") then
    local name = self:expect("name").text
    self:expect("=")
    return {op = "let", name = name, self:expression(0), line = t.line}
  elseif self:accept("print") then
    return {op = "print", self:expression(0), line = t.line}
  elseif self:accept("return") then
    return {op = "return", self:expression(0), line = t.line}
  elseif self:accept("while") then
    local condition = self:expression(0)
    self:expect("do")
    local body = self:block("end")
    self:expect("end")
    return {op = "while", condition, body, line = t.line}
  elseif self:accept("if") then
    local condition = self:expression(0)
    self:expect("then")
    local yes, no = self:block("else", "end"), nil
    if self:accept("else") then no = self:block("end") end
    self:expect("end")
    return {op = "if", condition, yes, no or {op = "block"}, line = t.line}
  elseif self:accept("fn") then
    local node = {op = "fn", name = self:expect("name").text, params = {}, line = t.line}
    self:expect("(")
    if not self:accept(")") then
      repeat node.params[#node.params + 1] = self:expect("name").text until not self:accept(",")
      self:expect(")")
    end
    node[1] = self:block("end")
    self:expect("end")
    return node
  end
  local name = self:expect("name")
  self:expect("=")
  return {op = "set", name = name.text, self:expression(0), line = t.line}
end

local function parse(source)
  local parser = setmetatable({tokens = lex(source), at = 1}, Parser)
  local block = parser:block("eof")
  return block
end

-- Operators shared by folding and all back ends --------------------------------------------

local function number(v, line)
  if type(v) ~= "number" then error(("line %d: number wanted, not %s"):format(line, type(v)), 0) end
  return v
end
local operators = {
  ["+"] = function(a, b, l) return number(a, l) + number(b, l) end,
  ["-"] = function(a, b, l) return number(a, l) - number(b, l) end,
  ["*"] = function(a, b, l) return number(a, l) * number(b, l) end,
  ["/"] = function(a, b, l)
    if number(b, l) == 0 then error(("line %d: division by zero"):format(l), 0) end
    return number(a, l) / b
  end,
  ["%"] = function(a, b, l)
    if number(b, l) == 0 then error(("line %d: division by zero"):format(l), 0) end
    return number(a, l) % b
  end,
  ["^"] = function(a, b, l) return number(a, l) ^ number(b, l) end,
  [".."] = function(a, b) return tostring(a) .. tostring(b) end,
  ["=="] = function(a, b) return a == b end,
  ["!="] = function(a, b) return a ~= b end,
  ["<"] = function(a, b, l) return number(a, l) < number(b, l) end,
  ["<="] = function(a, b, l) return number(a, l) <= number(b, l) end,
  [">"] = function(a, b, l) return number(a, l) > number(b, l) end,
  [">="] = function(a, b, l) return number(a, l) >= number(b, l) end,
  ["neg"] = function(a, _, l) return -number(a, l) end,
  ["not"] = function(a) return not a end,
}

-- Folding ---------------------------------------------------------------------------------

local folded = 0
local function fold(node)
  if type(node) ~= "table" then return node end
  for i = 1, #node do node[i] = fold(node[i]) end
  local a, b = node[1], node[2]
  if node.op == "unary" and a.op == "const" then
    local ok, v = pcall(operators[node.operator == "-" and "neg" or "not"], a.value, nil, node.line)
    if ok then folded = folded + 1; return {op = "const", value = v, line = node.line} end
  elseif node.op == "binary" and a.op == "const" then
    if node.operator == "and" then return a.value and b or a end
    if node.operator == "or" then return a.value and a or b end
    if b.op == "const" then
      local ok, v = pcall(operators[node.operator], a.value, b.value, node.line)
      if ok then folded = folded + 1; return {op = "const", value = v, line = node.line} end
    end
  elseif node.op == "if" and a.op == "const" then
    folded = folded + 1
    return a.value and node[2] or node[3]
  end
  return node
end

-- Back end 1: stack code ------------------------------------------------------------------

local function compile(block, params, outer)
  local code, functions = {}, setmetatable({}, {__index = outer})
  local emit
  local function put(op, x, line) code[#code + 1] = {op, x, line}; return #code end
  function emit(node)
    local op = node.op
    if op == "block" then for _, s in ipairs(node) do emit(s) end
    elseif op == "const" then put("push", node.value)
    elseif op == "variable" then put("load", node.name, node.line)
    elseif op == "let" or op == "set" then emit(node[1]); put(op, node.name, node.line)
    elseif op == "print" then emit(node[1]); put("print")
    elseif op == "return" then emit(node[1]); put("return")
    elseif op == "unary" then emit(node[1]); put("op1", node.operator == "-" and "neg" or "not", node.line)
    elseif op == "binary" and (node.operator == "and" or node.operator == "or") then
      emit(node[1])
      local jump = put(node.operator == "and" and "andjump" or "orjump")
      emit(node[2])
      code[jump][2] = #code + 1
    elseif op == "binary" then emit(node[1]); emit(node[2]); put("op2", node.operator, node.line)
    elseif op == "call" then
      for _, a in ipairs(node) do emit(a) end
      put("call", {node.name, #node}, node.line)
    elseif op == "while" then
      local top = #code + 1
      emit(node[1])
      local exit = put("unless")
      emit(node[2])
      put("jump", top)
      code[exit][2] = #code + 1
    elseif op == "if" then
      emit(node[1])
      local otherwise = put("unless")
      emit(node[2])
      local done = put("jump")
      code[otherwise][2] = #code + 1
      emit(node[3])
      code[done][2] = #code + 1
    elseif op == "fn" then functions[node.name] = compile(node[1], node.params, functions)
    end
  end
  emit(block)
  put("push", false)
  put("return")
  return {code = code, functions = functions, params = params or {}}
end

local function run(proto, arguments, out)
  local vars, stack, sp, pc, steps = {}, {}, 0, 1, 0
  for i, p in ipairs(proto.params) do vars[p] = arguments[i] end
  while true do
    local ins = proto.code[pc]
    local op, x, line = ins[1], ins[2], ins[3]
    pc = pc + 1
    steps = steps + 1
    if op == "push" then sp = sp + 1; stack[sp] = x
    elseif op == "load" then
      if vars[x] == nil then error(("line %d: '%s' is not defined"):format(line, x), 0) end
      sp = sp + 1
      stack[sp] = vars[x]
    elseif op == "let" then vars[x] = stack[sp]; sp = sp - 1
    elseif op == "set" then
      if vars[x] == nil then error(("line %d: '%s' is not defined"):format(line, x), 0) end
      vars[x] = stack[sp]
      sp = sp - 1
    elseif op == "op1" then stack[sp] = operators[x](stack[sp], nil, line)
    elseif op == "op2" then sp = sp - 1; stack[sp] = operators[x](stack[sp], stack[sp + 1], line)
    elseif op == "andjump" then if stack[sp] then sp = sp - 1 else pc = x end
    elseif op == "orjump" then if stack[sp] then pc = x else sp = sp - 1 end
    elseif op == "unless" then if not stack[sp] then pc = x end; sp = sp - 1
    elseif op == "jump" then pc = x
    elseif op == "print" then out[#out + 1] = tostring(stack[sp]); sp = sp - 1
    elseif op == "return" then return stack[sp], steps
    elseif op == "call" then
      local f = proto.functions[x[1]]
      if not f then error(("line %d: no function '%s'"):format(line, x[1]), 0) end
      if #f.params ~= x[2] then error(("line %d: '%s' wants %d arguments"):format(line, x[1], #f.params), 0) end
      local values = table.move(stack, sp - x[2] + 1, sp, 1, {})
      sp = sp - x[2] + 1
      local result, inner = run(f, values, out)
      stack[sp] = result
      steps = steps + inner
    end
  end
end

-- Back end 2: closures --------------------------------------------------------------------

local RETURN = {}
local function closure(node, functions)
  local op, line, name = node.op, node.line, node.name
  local a = type(node[1]) == "table" and op ~= "fn" and closure(node[1], functions)
  local b = type(node[2]) == "table" and closure(node[2], functions)
  local c = type(node[3]) == "table" and closure(node[3], functions)
  if op == "const" then local v = node.value; return function() return v end end
  if op == "variable" then
    return function(env)
      local v = env.vars[name]
      if v == nil then error(("line %d: '%s' is not defined"):format(line, name), 0) end
      return v
    end
  elseif op == "let" then return function(env) env.vars[name] = a(env) end
  elseif op == "set" then
    return function(env)
      local v = a(env)
      if env.vars[name] == nil then error(("line %d: '%s' is not defined"):format(line, name), 0) end
      env.vars[name] = v
    end
  elseif op == "print" then return function(env) env.out[#env.out + 1] = tostring(a(env)) end
  elseif op == "return" then return function(env) env.result = a(env); return RETURN end
  elseif op == "unary" then
    local f = operators[node.operator == "-" and "neg" or "not"]
    return function(env) return f(a(env), nil, line) end
  elseif op == "binary" then
    if node.operator == "and" then return function(env) return a(env) and b(env) end end
    if node.operator == "or" then return function(env) return a(env) or b(env) end end
    local f = operators[node.operator]
    return function(env) return f(a(env), b(env), line) end
  elseif op == "while" then
    return function(env)
      while a(env) do if b(env) == RETURN then return RETURN end end
    end
  elseif op == "if" then return function(env) if a(env) then return b(env) end return c(env) end
  elseif op == "block" then
    local list = {}
    for i, s in ipairs(node) do list[i] = closure(s, functions) end
    return function(env)
      for i = 1, #list do if list[i](env) == RETURN then return RETURN end end
    end
  elseif op == "fn" then
    local own = setmetatable({}, {__index = functions})
    functions[name] = {params = node.params, body = closure(node[1], own)}
    return function() end
  elseif op == "call" then
    local arguments = {}
    for i, s in ipairs(node) do arguments[i] = closure(s, functions) end
    return function(env)
      local values = {}
      for i = 1, #arguments do values[i] = arguments[i](env) end
      local f = functions[name]
      if not f then error(("line %d: no function '%s'"):format(line, name), 0) end
      if #f.params ~= #values then error(("line %d: '%s' wants %d arguments"):format(line, name, #f.params), 0) end
      local inner = {vars = {}, out = env.out, result = false}
      for i, p in ipairs(f.params) do inner.vars[p] = values[i] end
      f.body(inner)
      return inner.result
    end
  end
end

-- The program -----------------------------------------------------------------------------

local function execute(source)
  local ok, block = pcall(parse, source)
  if not ok then return "syntax: " .. block end
  folded = 0
  local plain = compile(parse(source))
  local small = compile(fold(parse(source)))
  local results = {}
  for i, backend in ipairs {
    function(out) return run(plain, {}, out) end,
    function(out) return run(small, {}, out) end,
    function(out) local env = {vars = {}, out = out, result = false}; closure(block, {})(env); return env.result end,
    function(out) local env = {vars = {}, out = out, result = false}; closure(fold(parse(source)), {})(env); return env.result end,
  } do
    local out = {}
    local good, value = pcall(backend, out)
    results[i] = table.concat(out, " ") .. (good and " => " or " !! ") .. tostring(value)
  end
  for i = 2, #results do if results[i] ~= results[1] then return "DIFFER\n  " .. table.concat(results, "\n  ") end end
  return results[1], #plain.code, #small.code, folded
end

local programs = {
  {"arithmetic", "print 1 + 2 * 3 - 4 / 2; print (1 + 2) * 3; print 2 ^ 3 ^ 2; print -2 ^ 2; print 7 % 3 - -1"},
  {"logic", "print 1 < 2 and 2 < 3; print not (1 == 2) or false; print false and 1 or 2; print 1 and 2; print false or false"},
  {"strings", 'print "a" .. 1 + 2 .. "b"; print "x" == "x"; print "x" != "y"; print "n=" .. 1.5'},
  {"variables", "let x = 5; let y = x * 2; x = x + y; print x; print y; return x - y"},
  {"loops", "let i = 0 let s = 0 while i < 100 do i = i + 1 if i % 3 == 0 or i % 5 == 0 then s = s + i end end return s"},
  {"nested", "let n = 2 let c = 0 while n < 60 do let p = true let d = 2 while d * d <= n do if n % d == 0 then p = false end d = d + 1 end if p then print n end n = n + 1 end"},
  {"functions", "fn fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print fib(15) return fib(10)"},
  {"mutual", "fn even(n) if n == 0 then return true end return odd(n - 1) end fn odd(n) if n == 0 then return false end return even(n - 1) end print even(50) print odd(50)"},
  {"inner function", "fn outer(x) fn twice(y) return y * 2 end return twice(x) + 1 end print outer(20)"},
  {"gcd", "fn gcd(a, b) while b != 0 do let t = a % b a = b b = t end return a end print gcd(1071, 462) print gcd(17, 5)"},
  {"folding", "print 1 + 2 + 3 * 4 if 1 < 2 then print 10 * 10 else print 0 end print not true print -(-5) let x = 3 print x * (2 + 2)"},
  {"comments", "# a comment\nprint 1 # another\n# last\nprint 2"},
  {"collatz", "let n = 27 let steps = 0 while n != 1 do if n % 2 == 0 then n = n / 2 else n = 3 * n + 1 end steps = steps + 1 end return steps"},
  {"power loop", "let r = 1 let i = 0 while i < 20 do r = r * 3 i = i + 1 end return r"},
  {"no result", "let x = 1"},
  {"undefined", "print 1 print y"},
  {"undefined set", "\n\nz = 5"},
  {"bad operand", 'print 1 + "a"'},
  {"bad comparison", "print true < 1"},
  {"division by zero", "let z = 0\nprint 1 / z"},
  {"constant division by zero", "print 1 / 0"},
  {"no function", "print f(1)"},
  {"argument count", "fn f(a, b) return a end print f(1)"},
  {"syntax 1", "let = 5"}, {"syntax 2", "print (1 + 2"}, {"syntax 3", "if 1 then print 1"}, {"syntax 4", "print 1 +"},
  {"syntax 5", 'print "abc'}, {"syntax 6", "print 1 $ 2"}, {"syntax 7", "\n\nwhile 1 print"}, {"syntax 8", "5 = x"},
}
for _, p in ipairs(programs) do print(p[1], execute(p[2])) end

-- Random expressions: every back end and Lua itself agree.
local seed = 12345
local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648; return seed // 65536 % n + 1 end
local function expression(depth)
  if depth == 0 or random(4) == 1 then return tostring(random(20)) end
  local kind = random(6)
  if kind == 1 then return "(" .. expression(depth - 1) .. ")" end
  if kind == 2 then return "(0 - " .. expression(depth - 1) .. ")" end
  return "(" .. expression(depth - 1) .. " " .. ({"+", "-", "*", "%"})[random(4)] .. " " .. expression(depth - 1) .. ")"
end
local agree, checksum = 0, 0
for _ = 1, 300 do
  local e = expression(5)
  local mine = execute("return " .. e)
  local ok, theirs = pcall(load("return " .. e))
  local text = ok and " => " .. tostring(theirs) or " !! line 1: division by zero"
  if mine == text then agree = agree + 1 end
  for i = 1, #mine do checksum = (checksum * 31 + mine:byte(i)) % 1000000007 end
end
print("random expressions", agree, checksum)
local function listing(source)
  for i, ins in ipairs(compile(fold(parse(source))).code) do
    local x = type(ins[2]) == "table" and table.concat(ins[2], "/") or tostring(ins[2])
    io.write(i, ":", ins[1], ins[2] ~= nil and " " .. x or "", "  ")
  end
  print()
end
listing("let i = 0 while i < 3 do if i == 1 and true then print f(i, 2 * 3) end i = i + 1 end")
