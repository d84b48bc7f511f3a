-- A JSON reader and writer with positions in errors, pretty printing, pointers, patches and a
-- schema checker, exercised on documents built here.

local Json = {}
Json.null = setmetatable({}, {__tostring = function() return "null" end})
local arrayTag = {__name = "JsonArray"}

function Json.array(t) return setmetatable(t or {}, arrayTag) end
function Json.isArray(t) return getmetatable(t) == arrayTag end

-- Reader ----------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

function Reader.new(text) return setmetatable({text = text, pos = 1}, Reader) end

function Reader:position()
  local line, last = 1, 0
  for at in self.text:sub(1, self.pos - 1):gmatch("()\n") do
    line = line + 1
    last = at
  end
  return line, self.pos - last
end

function Reader:fail(message)
  local line, column = self:position()
  error({message = message, line = line, column = column}, 0)
end

function Reader:space()
  self.pos = self.text:find("[^ \t\r\n]", self.pos) or #self.text + 1
end

function Reader:peek() return self.text:sub(self.pos, self.pos) end

function Reader:expect(c)
  if self:peek() ~= c then
    local found = self:peek()
    self:fail(("expected '%s', found %s"):format(c, found == "" and "end of text" or "'" .. found .. "'"))
  end
  self.pos = self.pos + 1
end

local escapes = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/"}

function Reader:hex4()
  local digits = self.text:match("^%x%x%x%x", self.pos)
  if not digits then self:fail("bad \\u escape") end
  self.pos = self.pos + 4
  return tonumber(digits, 16)
end

function Reader:unicode()
  local code = self:hex4()
  if code >= 0xD800 and code < 0xDC00 then
    if self.text:sub(self.pos, self.pos + 1) ~= "\\u" then self:fail("lone high surrogate") end
    self.pos = self.pos + 2
    local low = self:hex4()
    if low < 0xDC00 or low > 0xDFFF then self:fail("bad low surrogate") end
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
  elseif code >= 0xDC00 and code < 0xE000 then
    self:fail("lone low surrogate")
  end
  return utf8.char(code)
end

function Reader:string()
  self:expect('"')
  local parts = {}
  while true do
    local stop = self.text:find('[%c"\\]', self.pos)
    if not stop then
      self.pos = #self.text + 1
      self:fail("unfinished string")
    end
    parts[#parts + 1] = self.text:sub(self.pos, stop - 1)
    local c = self.text:sub(stop, stop)
    self.pos = stop + 1
    if c == '"' then return table.concat(parts) end
    if c ~= "\\" then
      self.pos = stop
      self:fail(("control character %d in string"):format(c:byte()))
    end
    local e = self:peek()
    self.pos = self.pos + 1
    if e == "u" then
      parts[#parts + 1] = self:unicode()
    elseif escapes[e] then
      parts[#parts + 1] = escapes[e]
    else
      self.pos = self.pos - 1
      self:fail("bad escape '\\" .. e .. "'")
    end
  end
end

function Reader:number()
  local start = self.pos
  local integer = self.text:match("^-?0", start) or self.text:match("^-?[1-9]%d*", start)
  if not integer then self:fail("bad number") end
  local rest = start + #integer
  local fraction = self.text:match("^%.%d+", rest) or ""
  local exponent = self.text:match("^[eE][+-]?%d+", rest + #fraction) or ""
  self.pos = rest + #fraction + #exponent
  if self.text:find("^[%w.]", self.pos) then self:fail("bad number") end
  if fraction == "" and exponent == "" then return math.tointeger(tonumber(integer)) or tonumber(integer) end
  return tonumber(integer .. fraction .. exponent)
end

local words = {t = {"true", true}, f = {"false", false}, n = {"null", Json.null}}

function Reader:value(depth)
  if depth > 100 then self:fail("nested too deeply") end
  self:space()
  local c = self:peek()
  if c == "{" then return self:object(depth) end
  if c == "[" then return self:list(depth) end
  if c == '"' then return self:string() end
  if c:find("[-%d]") then return self:number() end
  local word = words[c]
  if word and self.text:sub(self.pos, self.pos + #word[1] - 1) == word[1] then
    self.pos = self.pos + #word[1]
    return word[2]
  end
  self:fail(c == "" and "unexpected end of text" or "unexpected '" .. c .. "'")
end

function Reader:list(depth)
  local out = Json.array()
  self:expect("[")
  self:space()
  if self:peek() == "]" then
    self.pos = self.pos + 1
    return out
  end
  while true do
    out[#out + 1] = self:value(depth + 1)
    self:space()
    if self:peek() ~= "," then break end
    self.pos = self.pos + 1
  end
  self:expect("]")
  return out
end

function Reader:object(depth)
  local out = {}
  self:expect("{")
  self:space()
  if self:peek() == "}" then
    self.pos = self.pos + 1
    return out
  end
  while true do
    self:space()
    if self:peek() ~= '"' then self:fail("expected a key") end
    local key = self:string()
    self:space()
    self:expect(":")
    if out[key] ~= nil then self:fail("repeated key '" .. key .. "'") end
    out[key] = self:value(depth + 1)
    self:space()
    if self:peek() ~= "," then break end
    self.pos = self.pos + 1
  end
  self:expect("}")
  return out
end

function Json.decode(text)
  local reader = Reader.new(text)
  local ok, value = pcall(function()
    local v = reader:value(1)
    reader:space()
    if reader.pos <= #text then reader:fail("text after the value") end
    return v
  end)
  if ok then return value end
  if type(value) ~= "table" then error(value, 0) end
  return nil, ("%d:%d: %s"):format(value.line, value.column, value.message)
end

-- Writer ----------------------------------------------------------------------------------

local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c)
    for letter, raw in next, escapes do
      if raw == c and letter ~= "/" then return "\\" .. letter end
    end
    return ("\\u%04x"):format(c:byte())
  end) .. '"'
end

local function sortedKeys(t)
  local keys = {}
  for k in pairs(t) do
    if type(k) ~= "string" then error("key of type " .. type(k), 0) end
    keys[#keys + 1] = k
  end
  table.sort(keys)
  return keys
end

local function numberText(n)
  if n ~= n or n == math.huge or n == -math.huge then error("number cannot be written", 0) end
  if math.type(n) == "integer" then return ("%d"):format(n) end
  local short = ("%.15g"):format(n)
  if tonumber(short) ~= n then short = ("%.17g"):format(n) end
  return short:find("[.e]") and short or short .. ".0"
end

local function write(value, out, indent, level, seen)
  local kind = type(value)
  if value == Json.null then out[#out + 1] = "null"
  elseif kind == "boolean" then out[#out + 1] = tostring(value)
  elseif kind == "number" then out[#out + 1] = numberText(value)
  elseif kind == "string" then out[#out + 1] = quote(value)
  elseif kind ~= "table" then error("value of type " .. kind, 0)
  else
    if seen[value] then error("value contains itself", 0) end
    seen[value] = true
    local isArray = Json.isArray(value)
    local open, close = isArray and "[" or "{", isArray and "]" or "}"
    local keys = isArray and value or sortedKeys(value)
    local inner = indent and "\n" .. indent:rep(level + 1) or ""
    out[#out + 1] = open
    for i = 1, #keys do
      out[#out + 1] = (i > 1 and "," or "") .. inner
      if isArray then
        write(value[i], out, indent, level + 1, seen)
      else
        out[#out + 1] = quote(keys[i]) .. (indent and ": " or ":")
        write(value[keys[i]], out, indent, level + 1, seen)
      end
    end
    if indent and #keys > 0 then out[#out + 1] = "\n" .. indent:rep(level) end
    out[#out + 1] = close
    seen[value] = nil
  end
end

function Json.encode(value, indent)
  local out = {}
  write(value, out, indent, 0, {})
  return table.concat(out)
end

-- Pointers, equality, patches -------------------------------------------------------------

function Json.equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" or a == Json.null or b == Json.null then return a == b end
  if Json.isArray(a) ~= Json.isArray(b) then return false end
  for k, v in pairs(a) do if not Json.equal(v, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end

function Json.pointer(document, path)
  local value = document
  for token in path:gmatch("/([^/]*)") do
    token = token:gsub("~1", "/"):gsub("~0", "~")
    if type(value) ~= "table" or value == Json.null then return nil end
    if Json.isArray(value) then token = (math.tointeger(tonumber(token)) or -1) + 1 end
    value = value[token]
    if value == nil then return nil end
  end
  return value
end

function Json.merge(target, patch)
  if type(patch) ~= "table" or patch == Json.null or Json.isArray(patch) then return patch end
  local out = {}
  if type(target) == "table" and target ~= Json.null and not Json.isArray(target) then
    for k, v in pairs(target) do out[k] = v end
  end
  for k, v in pairs(patch) do
    if v == Json.null then out[k] = nil else out[k] = Json.merge(out[k], v) end
  end
  return out
end

-- Schema ----------------------------------------------------------------------------------

local function typeName(v)
  if v == Json.null then return "null" end
  if type(v) == "table" then return Json.isArray(v) and "array" or "object" end
  if type(v) == "number" then return math.type(v) == "integer" and "integer" or "number" end
  return type(v)
end

local function check(schema, value, path, problems)
  local kind = typeName(value)
  local fits = schema.type == nil or schema.type == kind or schema.type == "number" and kind == "integer"
  if not fits then
    problems[#problems + 1] = path .. ": expected " .. schema.type .. ", found " .. kind
    return
  end
  if schema.minimum and value < schema.minimum then problems[#problems + 1] = path .. ": below " .. schema.minimum end
  if schema.pattern and not value:find(schema.pattern) then problems[#problems + 1] = path .. ": does not match" end
  if schema.items then
    for i, item in ipairs(value) do check(schema.items, item, path .. "/" .. i - 1, problems) end
  end
  if schema.properties then
    for _, key in ipairs(schema.required or {}) do
      if value[key] == nil then problems[#problems + 1] = path .. ": '" .. key .. "' is missing" end
    end
    for _, key in ipairs(sortedKeys(value)) do
      local sub = schema.properties[key]
      if sub then check(sub, value[key], path .. "/" .. key, problems)
      elseif schema.closed then problems[#problems + 1] = path .. ": '" .. key .. "' is unknown" end
    end
  end
end

-- The program -----------------------------------------------------------------------------

for _, text in ipairs {
  "1", "-0", "0.5", "1e3", "-12.25E-2", "123456789012345678", "12345678901234567890", "1e400", "true", "false", "null",
  '""', '"a\\u00e9\\n\\"\\\\/\\/"', '"\\ud83d\\ude00"', "[]", "[1, 2.0, [3, []]]", "{}", ' {"b": [1], "a": {"x": null}} ',
  "\t\n[ 1 ,\r\n2 ]",
} do
  local value, problem = Json.decode(text)
  if problem then print("decode", problem)
  else
    local ok, back = pcall(Json.encode, value)
    print("round trip", back, ok and Json.equal(Json.decode(back), value))
  end
end

for _, text in ipairs {
  "", "  ", "tru", "nul", "[1,]", "[1 2]", "[", "{", '{"a"}', '{"a":}', '{a:1}', '{"a":1,}', '{"a":1 "b":2}', '{"a":1,"a":2}', "01", "1.", ".5",
  "+1", "1e", "0x10", "- 1", '"abc', '"a\nb"', '"\\x"', '"\\u12"', '"\\ud800"', '"\\ud800\\u0041"', '"\\udc00"', "1 2", "[1]]", "'a'",
  "[1,\n2,\n  x]", '{"k":\n\t[tru]}', ("["):rep(101), "NaN", "undefined", "[1,,2]",
} do
  local value, problem = Json.decode(text)
  print("error", (text:sub(1, 12):gsub("%c", "~")), value, problem)
end

local orders = Json.array()
for i = 1, 6 do
  local items = Json.array()
  for j = 1, i % 3 + 1 do items[j] = {sku = ("P%03d"):format(i * 10 + j), count = j, price = i * 1.25 + j / 10} end
  orders[i] = {id = i, customer = {name = "Customer " .. i, tags = Json.array(i % 2 == 0 and {"new", "vip"} or {})},
    items = items, paid = i % 2 == 1, note = i == 3 and Json.null or "n\"" .. i}
end
local document = {version = 2, orders = orders, ["a/b~c"] = "odd key"}
local text = Json.encode(document)
print("document", #text)
print(Json.encode(orders[2], "  "))
print("stable", Json.encode(Json.decode(text)) == text, Json.equal(Json.decode(text), document))
for _, path in ipairs {"/version", "/orders/0/id", "/orders/1/items/1/sku", "/orders/2/note", "/orders/9/id", "/a~1b~0c", "/version/x", "/orders/x"} do
  local v = Json.pointer(document, path)
  print("pointer", path, v == nil and "nothing" or tostring(v))
end
local total = 0
for _, order in ipairs(Json.decode(text).orders) do
  for _, item in ipairs(order.items) do total = total + item.count * item.price end
end
print("total", ("%.2f"):format(total))
local patched = Json.merge(Json.decode('{"a":1,"b":{"c":2,"d":3},"e":[1,2]}'), Json.decode('{"a":null,"b":{"c":9,"n":{}},"e":[3],"f":"new"}'))
print("merged", Json.encode(patched))
local schema = Json.decode [[{"type":"object","closed":true,"required":["id","name","zip"],"properties":{
  "id":{"type":"integer","minimum":1},"name":{"type":"string","pattern":"^%u"},"zip":{"type":"string","pattern":"^%d%d%d%d%d$"},
  "scores":{"type":"array","items":{"type":"number","minimum":0}}}}]]
for _, candidate in ipairs {
  '{"id":1,"name":"Ann","zip":"12345","scores":[1,2.5]}', '{"id":0,"name":"ann","zip":"1234"}', '{"id":1.5,"name":"Bob"}',
  '{"id":2,"name":"Bob","zip":"00000","scores":[1,-2,"x"],"extra":true}', "[]", "null",
} do
  local problems = {}
  check(schema, Json.decode(candidate), "", problems)
  print("schema", #problems == 0 and "fits" or table.concat(problems, "; "))
end
local loop = {}
loop.self = loop
print("cannot write", select(2, pcall(Json.encode, loop)), select(2, pcall(Json.encode, {print})), select(2, pcall(Json.encode, 1 / 0)))
local big = Json.array()
for i = 1, 3000 do big[i] = {i = i, s = ("x"):rep(i % 10), f = i / 8} end
local encoded = Json.encode(big)
local decoded = Json.decode(encoded)
print("large", #encoded, #decoded, decoded[3000].i, decoded[2999].s, decoded[17].f, Json.encode(decoded) == encoded)
