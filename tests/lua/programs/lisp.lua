-- A small Lisp: reader, macros with quasiquotation, an evaluator with proper tail calls, closures,
-- continuations for escapes, delayed lists, a compiler to closures, and a library written in itself.

local unpack = table.unpack

-- Data ------------------------------------------------------------------------------------------

local Symbol = {__name = "symbol"}
Symbol.__index = Symbol
Symbol.__tostring = function(s) return s.name end
local symbols = {}
local function sym(name)
  local s = symbols[name]
  if not s then
    s = setmetatable({name = name}, Symbol)
    symbols[name] = s
  end
  return s
end

local Pair = {__name = "pair"}
Pair.__index = Pair
local NIL = setmetatable({}, {__name = "nil", __tostring = function() return "()" end})
local function cons(a, d) return setmetatable({a, d}, Pair) end
local function isPair(x) return getmetatable(x) == Pair end
local function isSymbol(x) return getmetatable(x) == Symbol end
local function list(t, tail)
  local l = tail or NIL
  for i = #t, 1, -1 do l = cons(t[i], l) end
  return l
end
local function array(l)
  local t = {}
  while isPair(l) do
    t[#t + 1] = l[1]
    l = l[2]
  end
  return t, l
end

local Lambda = {__name = "procedure"}
Lambda.__index = Lambda

local show
local function showList(p)
  local parts = {}
  while isPair(p) do
    parts[#parts + 1] = show(p[1])
    p = p[2]
  end
  if p ~= NIL then parts[#parts + 1] = ". " .. show(p) end
  return "(" .. table.concat(parts, " ") .. ")"
end
local quotes = {quote = "'", quasiquote = "`", unquote = ",", ["unquote-splicing"] = ",@"}
function show(x)
  if x == nil then return "#<nothing>" end
  if type(x) == "boolean" then return x and "#t" or "#f" end
  if type(x) == "string" then return '"' .. x:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"' end
  if isPair(x) then
    if isSymbol(x[1]) and quotes[x[1].name] and isPair(x[2]) and x[2][2] == NIL then return quotes[x[1].name] .. show(x[2][1]) end
    return showList(x)
  end
  if type(x) == "function" or getmetatable(x) == Lambda then return "#<procedure" .. (type(x) == "table" and x.name and " " .. x.name or "") .. ">" end
  return tostring(x)
end
local function fail(format, ...) error({lisp = true, message = format:format(...)}, 0) end

-- Reader ----------------------------------------------------------------------------------------

local function reader(text)
  local pos = 1
  local read
  local function skip()
    while true do
      pos = text:find("[^%s]", pos) or #text + 1
      if text:sub(pos, pos) ~= ";" then return end
      pos = text:find("\n", pos, true) or #text + 1
    end
  end
  local prefixes = {["'"] = "quote", ["`"] = "quasiquote"}
  function read()
    skip()
    local c = text:sub(pos, pos)
    if c == "" then fail("unexpected end of input") end
    if c == "(" then
      pos = pos + 1
      local items, tail = {}, NIL
      while true do
        skip()
        local n = text:sub(pos, pos)
        if n == ")" then
          pos = pos + 1
          return list(items, tail)
        end
        if text:find("^%.[%s()]", pos) then
          pos = pos + 1
          tail = read()
          skip()
          if text:sub(pos, pos) ~= ")" then fail("bad dotted list") end
        else
          items[#items + 1] = read()
        end
      end
    elseif c == ")" then fail("unexpected )")
    elseif prefixes[c] then
      pos = pos + 1
      return list {sym(prefixes[c]), read()}
    elseif c == "," then
      local splice = text:sub(pos + 1, pos + 1) == "@"
      pos = pos + (splice and 2 or 1)
      return list {sym(splice and "unquote-splicing" or "unquote"), read()}
    elseif c == '"' then
      local parts, at = {}, pos + 1
      while true do
        local stop = text:find('["\\]', at)
        if not stop then fail("unfinished string") end
        parts[#parts + 1] = text:sub(at, stop - 1)
        if text:sub(stop, stop) == '"' then
          pos = stop + 1
          return table.concat(parts)
        end
        local e = text:sub(stop + 1, stop + 1)
        parts[#parts + 1] = e == "n" and "\n" or e
        at = stop + 2
      end
    end
    local word = text:match("^[^%s()'`,\";]+", pos)
    pos = pos + #word
    if word == "#t" then return true elseif word == "#f" then return false end
    local n = tonumber(word)
    if n and word:find("%d") then return n end
    return sym(word)
  end
  return function()
    skip()
    if pos > #text then return nil end
    return read()
  end
end

-- Compiler to closures: each form becomes function(env) -------------------------------------------

local special, macros, globals = {}, {}, {}
local compile

local function lookup(scope, name)
  local depth = 0
  while scope do
    local slot = scope.names[name]
    if slot then return depth, slot end
    scope, depth = scope.outer, depth + 1
  end
end

-- A tail call is a record that the trampoline in `apply` picks up.
local TAIL = {}
local function apply(f, arguments, n)
  while true do
    if type(f) == "function" then return f(unpack(arguments, 1, n)) end
    if getmetatable(f) ~= Lambda then fail("%s cannot be called", show(f)) end
    if n < f.required or n > f.required and not f.rest then
      fail("%s wants %d arguments, got %d", f.name or "procedure", f.required, n)
    end
    local env = {outer = f.env}
    for i = 1, f.required do env[i] = arguments[i] end
    if f.rest then env[f.required + 1] = list({unpack(arguments, f.required + 1, n)}) end
    local result = f.body(env)
    if result ~= TAIL then return result end
    f, arguments, n = TAIL.f, TAIL.arguments, TAIL.n
  end
end

local function sequence(forms, scope, tail)
  local items = array(forms)
  if #items == 0 then return function() return NIL end end
  for i, f in ipairs(items) do items[i] = compile(f, scope, tail and i == #items) end
  if #items == 1 then return items[1] end
  local last = items[#items]
  items[#items] = nil
  return function(env)
    for i = 1, #items do items[i](env) end
    return last(env)
  end
end

local function lambda(name, params, body, scope)
  local names, count, rest = {}, 0, false
  while isPair(params) do
    count = count + 1
    names[params[1].name] = count
    params = params[2]
  end
  if params ~= NIL then
    rest = true
    names[params.name] = count + 1
  end
  local inner = {names = names, outer = scope, size = count + (rest and 1 or 0)}
  local code = sequence(body, inner, true)
  return function(env) return setmetatable({name = name, required = count, rest = rest, body = code, env = env}, Lambda) end
end

function special.quote(x) local v = x[2][1] return function() return v end end
function special.lambda(x, scope) return lambda(nil, x[2][1], x[2][2], scope) end
special["if"] = function(x, scope, tail)
  local parts = array(x[2])
  local c, yes = compile(parts[1], scope), compile(parts[2], scope, tail)
  local no = parts[3] ~= nil and compile(parts[3], scope, tail) or function() return NIL end
  return function(env) if c(env) ~= false then return yes(env) end return no(env) end
end
function special.define(x, scope)
  local target, value, slot = x[2][1], nil, nil
  local name = isPair(target) and target[1].name or target.name
  if scope then
    -- The name comes first, so that a function can call itself.
    slot = scope.names[name]
    if not slot then
      scope.size = scope.size + 1
      slot = scope.size
      scope.names[name] = slot
    end
  end
  if isPair(target) then value = lambda(name, target[2], x[2][2], scope) else value = compile(x[2][2][1], scope) end
  if slot then return function(env) env[slot] = value(env) return sym(name) end end
  return function(env)
    local v = value(env)
    if getmetatable(v) == Lambda then v.name = v.name or name end
    globals[name] = v
    return sym(name)
  end
end
special["set!"] = function(x, scope)
  local name, value = x[2][1].name, compile(x[2][2][1], scope)
  local depth, slot = lookup(scope, name)
  if depth then
    return function(env)
      local e = env
      for _ = 1, depth do e = e.outer end
      e[slot] = value(env)
      return e[slot]
    end
  end
  return function(env)
    if globals[name] == nil then fail("%s is not defined", name) end
    globals[name] = value(env)
    return globals[name]
  end
end
function special.begin(x, scope, tail) return sequence(x[2], scope, tail) end
special["and"] = function(x, scope, tail)
  local items = array(x[2])
  for i, f in ipairs(items) do items[i] = compile(f, scope, tail and i == #items) end
  return function(env)
    local v = true
    for i = 1, #items do
      v = items[i](env)
      if v == false then return false end
    end
    return v
  end
end
special["or"] = function(x, scope, tail)
  local items = array(x[2])
  for i, f in ipairs(items) do items[i] = compile(f, scope, tail and i == #items) end
  return function(env)
    for i = 1, #items do
      local v = items[i](env)
      if v ~= false then return v end
    end
    return false
  end
end
special["define-macro"] = function(x)
  local head = x[2][1]
  local make = lambda(head[1].name, head[2], x[2][2], nil)
  macros[head[1].name] = make(nil)
  return function() return head[1] end
end
function special.quasiquote(x, scope)
  local function build(t, depth)
    if not isPair(t) then return list {sym "quote", t} end
    if t[1] == sym "unquote" then
      if depth == 1 then return t[2][1] end
      return list {sym "list", list {sym "quote", t[1]}, build(t[2][1], depth - 1)}
    end
    if t[1] == sym "quasiquote" then return list {sym "list", list {sym "quote", t[1]}, build(t[2][1], depth + 1)} end
    if isPair(t[1]) and t[1][1] == sym "unquote-splicing" and depth == 1 then return list {sym "append", t[1][2][1], build(t[2], depth)} end
    return list {sym "cons", build(t[1], depth), build(t[2], depth)}
  end
  return compile(build(x[2][1], 1), scope)
end

function compile(x, scope, tail)
  if isSymbol(x) then
    local depth, slot = lookup(scope, x.name)
    if depth == 0 then return function(env) return env[slot] end end
    if depth == 1 then return function(env) return env.outer[slot] end end
    if depth then
      return function(env)
        for _ = 1, depth do env = env.outer end
        return env[slot]
      end
    end
    local name = x.name
    return function()
      local v = globals[name]
      if v == nil then fail("%s is not defined", name) end
      return v
    end
  end
  if not isPair(x) then return function() return x end end
  local head = x[1]
  if isSymbol(head) and not lookup(scope, head.name) then
    if special[head.name] then return special[head.name](x, scope, tail) end
    local macro = macros[head.name]
    if macro then
      local arguments = array(x[2])
      return compile(apply(macro, arguments, #arguments), scope, tail)
    end
  end
  local f, arguments = compile(head, scope), array(x[2])
  local n = #arguments
  for i = 1, n do arguments[i] = compile(arguments[i], scope) end
  if tail then
    return function(env)
      local callee, values = f(env), {}
      for i = 1, n do values[i] = arguments[i](env) end
      TAIL.f, TAIL.arguments, TAIL.n = callee, values, n
      return TAIL
    end
  end
  return function(env)
    local callee, values = f(env), {}
    for i = 1, n do values[i] = arguments[i](env) end
    return apply(callee, values, n)
  end
end

-- Primitives ------------------------------------------------------------------------------------------

local function numeric(name, f, unit)
  globals[name] = function(first, ...)
    if first == nil then return unit end
    if type(first) ~= "number" then fail("%s: %s is not a number", name, show(first)) end
    local n = select("#", ...)
    if n == 0 then return f(unit, first) end
    for i = 1, n do
      local y = select(i, ...)
      if type(y) ~= "number" then fail("%s: %s is not a number", name, show(y)) end
      first = f(first, y)
    end
    return first
  end
end
numeric("+", function(a, b) return a + b end, 0)
numeric("*", function(a, b) return a * b end, 1)
numeric("-", function(a, b) return a - b end, 0)
numeric("/", function(a, b) if b == 0 then fail("/: division by zero") end return a % b == 0 and a // b or a / b end, 1)
local function comparison(name, f)
  globals[name] = function(...)
    for i = 1, select("#", ...) - 1 do
      local a, b = select(i, ...)
      if not f(a, b) then return false end
    end
    return true
  end
end
comparison("=", function(a, b) return a == b end)
comparison("<", function(a, b) return a < b end)
comparison(">", function(a, b) return a > b end)
comparison("<=", function(a, b) return a <= b end)
comparison(">=", function(a, b) return a >= b end)
local out = {}
for name, f in pairs {
  car = function(p) if not isPair(p) then fail("car: %s is not a pair", show(p)) end return p[1] end,
  cdr = function(p) if not isPair(p) then fail("cdr: %s is not a pair", show(p)) end return p[2] end,
  cons = cons,
  list = function(...) return list {...} end,
  ["null?"] = function(x) return x == NIL end,
  ["pair?"] = isPair,
  ["symbol?"] = isSymbol,
  ["number?"] = function(x) return type(x) == "number" end,
  ["string?"] = function(x) return type(x) == "string" end,
  ["procedure?"] = function(x) return type(x) == "function" or getmetatable(x) == Lambda end,
  ["eq?"] = rawequal,
  ["not"] = function(x) return x == false end,
  quotient = function(a, b) if b == 0 then fail("quotient: division by zero") end local q = a // b if q < 0 and q * b ~= a then q = q + 1 end return q end,
  modulo = function(a, b) if b == 0 then fail("modulo: division by zero") end return a % b end,
  append = function(a, b) return list((array(a)), b) end,
  ["string-append"] = function(...) return table.concat {...} end,
  ["number->string"] = tostring,
  ["symbol->string"] = function(s) return s.name end,
  ["string->symbol"] = sym,
  ["string-length"] = function(s) return #s end,
  display = function(x) out[#out + 1] = type(x) == "string" and x or show(x) return NIL end,
  newline = function() out[#out + 1] = "\n" return NIL end,
  apply = function(f, l) local t = array(l) return apply(f, t, #t) end,
  error = function(message, ...)
    local parts = {message}
    for i = 1, select("#", ...) do parts[#parts + 1] = show((select(i, ...))) end
    fail("%s", table.concat(parts, " "))
  end,
  ["set-car!"] = function(p, v) p[1] = v return NIL end,
  ["set-cdr!"] = function(p, v) p[2] = v return NIL end,
  gensym = (function() local n = 0 return function() n = n + 1 return setmetatable({name = "g" .. n}, Symbol) end end)(),
  ["call/ec"] = function(f)
    local token = {}
    local ok, result = pcall(apply, f, {function(v) error({escape = token, value = v}, 0) end}, 1)
    if ok then return result end
    if type(result) == "table" and result.escape == token then return result.value end
    error(result, 0)
  end,
  ["with-handler"] = function(handler, thunk)
    local ok, result = pcall(apply, thunk, {}, 0)
    if ok then return result end
    if type(result) == "table" and result.lisp then return apply(handler, {result.message}, 1) end
    error(result, 0)
  end,
} do globals[name] = f end

local function evaluate(text)
  local next_, value = reader(text), NIL
  while true do
    local form = next_()
    if form == nil then return value end
    value = compile(form, nil)(nil)
  end
end

-- The library, in the language itself -----------------------------------------------------------------

evaluate [[
(define-macro (let bindings . body)
  (if (symbol? bindings)
      `((lambda () (define (,bindings ,@(map car (car body))) ,@(cdr body)) (,bindings ,@(map cadr (car body)))))
      `((lambda ,(map car bindings) ,@body) ,@(map cadr bindings))))
(define (cadr x) (car (cdr x)))
(define (cddr x) (cdr (cdr x)))
(define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l)))))
(define-macro (let* bindings . body)
  (if (null? bindings) `(let () ,@body) `(let (,(car bindings)) (let* ,(cdr bindings) ,@body))))
(define-macro (cond . clauses)
  (if (null? clauses) ''()
      (if (eq? (car (car clauses)) 'else) `(begin ,@(cdr (car clauses)))
          `(if ,(car (car clauses)) (begin ,@(cdr (car clauses))) (cond ,@(cdr clauses))))))
(define-macro (when test . body) `(if ,test (begin ,@body)))
(define-macro (while test . body) `(let loop () (when ,test ,@body (loop))))
(define-macro (delay x) `(let ((done #f) (value #f)) (lambda () (if done value (begin (set! value ,x) (set! done #t) value)))))
(define (force p) (p))
(define-macro (stream-cons a b) `(cons ,a (delay ,b)))
(define (stream-tail s) (force (cdr s)))
(define (filter p l) (cond ((null? l) '()) ((p (car l)) (cons (car l) (filter p (cdr l)))) (else (filter p (cdr l)))))
(define (fold f a l) (if (null? l) a (fold f (f a (car l)) (cdr l))))
(define (reverse l) (fold (lambda (a x) (cons x a)) '() l))
(define (length l) (fold (lambda (a x) (+ a 1)) 0 l))
(define (range a b) (if (>= a b) '() (cons a (range (+ a 1) b))))
(define (for-each f l) (when (pair? l) (f (car l)) (for-each f (cdr l))))
(define (assoc k l) (cond ((null? l) #f) ((equal? k (car (car l))) (car l)) (else (assoc k (cdr l)))))
(define (equal? a b) (cond ((and (pair? a) (pair? b)) (and (equal? (car a) (car b)) (equal? (cdr a) (cdr b)))) (else (= a b))))
(define (list-tail l n) (if (= n 0) l (list-tail (cdr l) (- n 1))))
(define (sort l less)
  (define (split l) (if (or (null? l) (null? (cdr l))) (cons l '())
    (let ((rest (split (cddr l)))) (cons (cons (car l) (car rest)) (cons (cadr l) (cdr rest))))))
  (define (merge a b) (cond ((null? a) b) ((null? b) a) ((less (car b) (car a)) (cons (car b) (merge a (cdr b)))) (else (cons (car a) (merge (cdr a) b)))))
  (if (or (null? l) (null? (cdr l))) l (let ((halves (split l))) (merge (sort (car halves) less) (sort (cdr halves) less)))))
]]

-- The program -------------------------------------------------------------------------------------------

local function try(name, text)
  out = {}
  local ok, result = pcall(evaluate, text)
  if not ok then result = type(result) == "table" and result.lisp and "error: " .. result.message or error(result, 0) end
  print(name, ok and show(result) or result, #out > 0 and table.concat(out) or nil)
end
try("arithmetic", "(+ 1 (* 2 3) (- 10 4) (/ 9 3) (/ 7 2) (- 5))")
try("comparison", "(list (< 1 2 3) (< 1 3 2) (= 2 2.0) (>= 3 3 1) (not 5) (not #f))")
try("quote", "'(a (b . c) \"str\\\"ing\" 1.5 #t () 'x `(y ,z ,@w))")
try("quasiquote", "(let ((x 5) (l '(1 2 3))) `(x ,x ,@l (nested ,(+ x 1) ,@(cdr l)) . end))")
try("nested quasiquote", "`(a `(b ,(c ,(+ 1 2))))")
try("factorial", "(define (fact n) (if (= n 0) 1 (* n (fact (- n 1))))) (list (fact 10) (fact 20))")
try("fibonacci", "(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) (fib 16)")
try("tail calls", "(define (loop n acc) (if (= n 0) acc (loop (- n 1) (+ acc n)))) (loop 100000 0)")
try("mutual tail calls", "(define (even? n) (if (= n 0) #t (odd? (- n 1)))) (define (odd? n) (if (= n 0) #f (even? (- n 1)))) (list (even? 30001) (odd? 777))")
try("closures", "(define (counter) (let ((n 0)) (lambda () (set! n (+ n 1)) n))) (define a (counter)) (define b (counter)) (a) (a) (b) (list (a) (b))")
try("higher order", "(fold + 0 (map (lambda (x) (* x x)) (filter (lambda (x) (= 0 (modulo x 3))) (range 0 20))))")
try("rest arguments", "(define (f a . rest) (list a rest)) (list (f 1) (f 1 2 3) (apply f '(x y z)) ((lambda args args) 1 2))")
try("named let", "(let loop ((i 0) (acc '())) (if (= i 5) (reverse acc) (loop (+ i 1) (cons (* i i) acc))))")
try("let*", "(let* ((x 1) (y (+ x 1)) (z (* y 3))) (list x y z))")
try("cond", "(map (lambda (n) (cond ((< n 0) 'negative) ((= n 0) 'zero) (else 'positive))) '(-5 0 5))")
try("while", "(define i 0) (define s '()) (while (< i 5) (set! s (cons i s)) (set! i (+ i 1))) s")
try("inner define", "(define (hypotenuse a b) (define (square x) (* x x)) (define sum (+ (square a) (square b))) sum) (hypotenuse 3 4)")
try("sort", "(sort '(5 2 8 1 9 3 7 3) <)")
try("sort words", "(sort '(\"pear\" \"apple\" \"fig\") <)")
try("assoc", "(assoc '(1 2) '(((1) . a) ((1 2) . b)))")
try("streams", "(define (from n) (stream-cons n (from (+ n 1)))) (define (take s n) (if (= n 0) '() (cons (car s) (take (stream-tail s) (- n 1))))) " ..
  "(define (sieve s) (stream-cons (car s) (sieve (sfilter (lambda (x) (not (= 0 (modulo x (car s))))) (stream-tail s))))) " ..
  "(define (sfilter p s) (if (p (car s)) (stream-cons (car s) (sfilter p (stream-tail s))) (sfilter p (stream-tail s)))) (take (sieve (from 2)) 12)")
try("escape", "(+ 1 (call/ec (lambda (k) (for-each (lambda (x) (when (> x 3) (k x))) '(1 2 3 4 5)) 0)))")
try("handler", "(with-handler (lambda (m) (string-append \"caught: \" m)) (lambda () (car 5)))")
try("user error", "(with-handler (lambda (m) m) (lambda () (error \"bad thing\" '(1 2) \"s\")))")
try("macro", "(define-macro (swap! a b) (let ((t (gensym))) `(let ((,t ,a)) (set! ,a ,b) (set! ,b ,t)))) (define x 1) (define y 2) (swap! x y) (list x y)")
try("recursive macro", "(define-macro (my-or . l) (if (null? l) #f `(let ((t ,(car l))) (if t t (my-or ,@(cdr l)))))) (my-or #f #f 7)")
try("mutation", "(define l (list 1 2 3)) (set-car! (cdr l) 'two) (set-cdr! (cddr l) '(4)) l")
try("output", "(display \"hello \") (display '(1 \"two\")) (newline) (display 'done) 'ok")
try("queens", "(define (safe? q rest d) (or (null? rest) (and (not (= (car rest) q)) (not (= (car rest) (+ q d))) (not (= (car rest) (- q d))) (safe? q (cdr rest) (+ d 1))))) " ..
  "(define (queens n k board) (if (= k 0) 1 (fold (lambda (a q) (if (safe? q board 1) (+ a (queens n (- k 1) (cons q board))) a)) 0 (range 0 n)))) (map (lambda (n) (queens n n '())) '(4 5 6))")
try("hanoi", "(define moves 0) (define (hanoi n a b c) (when (> n 0) (hanoi (- n 1) a c b) (set! moves (+ moves 1)) (hanoi (- n 1) c b a))) (hanoi 8 'a 'b 'c) moves")
try("self interpreter", "(define (ev x env) (cond ((symbol? x) (cdr (assoc x env))) ((not (pair? x)) x) ((eq? (car x) 'lambda) (lambda (v) (ev (cadr (cdr x)) (cons (cons (car (cadr x)) v) env)))) " ..
  "((eq? (car x) 'add) (+ (ev (cadr x) env) (ev (cadr (cdr x)) env))) (else ((ev (car x) env) (ev (cadr x) env))))) (ev '(((lambda (x) (lambda (y) (add x y))) 3) 4) '())")
try("strings", "(list (string-append \"a\" \"b\") (string-length \"hello\") (symbol->string 'abc) (eq? 'x (string->symbol \"x\")) (number->string 42))")
try("printing procedures", "(list car map (lambda (x) x))")
for _, bad in ipairs {"(car '())", "(undefined 1)", "(1 2)", "(fact)", "(set! nowhere 1)", "(+ 1 'a)", "(/ 1 0)", "(", ")", "(a . b c)", "\"abc", "((lambda (x) x))", "(error \"stop\" 1)"} do
  try("refused " .. bad, bad)
end
local big = {}
for i = 1, 500 do big[i] = "(define v" .. i .. " (+ " .. (i > 1 and "v" .. i - 1 or "0") .. " " .. i .. "))" end
try("many definitions", table.concat(big, "\n") .. " v500")
try("deep list", "(length (fold (lambda (a x) (cons x a)) '() (range 0 500)))")
