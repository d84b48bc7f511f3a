-- Writes a document as JSON, compact and indented, parses both texts and compares, and parses a
-- broken text: a recursive-descent parser and a tree of objects of five classes.
-- Size: number of documents of 100 records.
local documents = tonumber(arg[1]) or 100

local RECORDS = 100

local function class(parent)
  local c = {}
  c.__index = c
  return setmetatable(c, {__index = parent})
end

-- Writer ---------------------------------------------------------------------------------------

local Writer = class()

-- With an indent, elements stand on lines of their own.
function Writer.new(indent)
  return setmetatable({parts = {}, indent = indent, level = 0}, Writer)
end

function Writer:put(text)
  self.parts[#self.parts + 1] = text
end

function Writer:newLine()
  if self.indent then
    self:put("\n" .. self.indent:rep(self.level))
  end
end

function Writer:open(bracket)
  self:put(bracket)
  self.level = self.level + 1
  self:newLine()
end

function Writer:separate()
  self:put(",")
  self:newLine()
end

function Writer:close(bracket)
  self.level = self.level - 1
  self:newLine()
  self:put(bracket)
end

local ESCAPES = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t",
}

function Writer:putQuoted(text)
  local escaped = text:gsub('[%c"\\]', function(char)
    return ESCAPES[char] or string.format("\\u%04x", char:byte())
  end)
  self:put('"' .. escaped .. '"')
end

function Writer:finish()
  return table.concat(self.parts)
end

-- Values ---------------------------------------------------------------------------------------

-- Subclasses define writeTo(writer) and weigh(), a number that depends on all of the contents.
local Value = class()

function Value:toJson(indent)
  local writer = Writer.new(indent)
  self:writeTo(writer)
  return writer:finish()
end

function Value:asNumber()
  error("not a number")
end

local Literal = class(Value)

function Literal.new(text, weight)
  return setmetatable({text = text, weight = weight}, Literal)
end

function Literal:writeTo(writer)
  writer:put(self.text)
end

function Literal:weigh()
  return self.weight
end

local NULL, FALSE, TRUE = Literal.new("null", 1), Literal.new("false", 2), Literal.new("true", 3)

local Number = class(Value)

function Number.new(value)
  return setmetatable({value = value}, Number)
end

function Number:writeTo(writer)
  local value = self.value
  if value == math.floor(value) then
    writer:put(string.format("%d", value))
  else
    writer:put(string.format("%.2f", value))
  end
end

function Number:weigh()
  return math.floor(self.value * 4)
end

function Number:asNumber()
  return self.value
end

local String = class(Value)

function String.new(text)
  return setmetatable({text = text}, String)
end

function String:writeTo(writer)
  writer:putQuoted(self.text)
end

function String:weigh()
  return #self.text
end

local Array = class(Value)

function Array.new()
  return setmetatable({items = {}}, Array)
end

function Array:add(value)
  self.items[#self.items + 1] = value
  return self
end

function Array:writeTo(writer)
  local items = self.items
  if #items == 0 then
    writer:put("[]")
    return
  end
  writer:open("[")
  for i, item in ipairs(items) do
    if i > 1 then
      writer:separate()
    end
    item:writeTo(writer)
  end
  writer:close("]")
end

function Array:weigh()
  local sum = #self.items
  for i, item in ipairs(self.items) do
    sum = sum + i % 3 * item:weigh()
  end
  return sum
end

-- Members keep the order in which they were added.
local Object = class(Value)

function Object.new()
  return setmetatable({names = {}, members = {}}, Object)
end

function Object:set(name, value)
  if not self.members[name] then
    self.names[#self.names + 1] = name
  end
  self.members[name] = value
  return self
end

function Object:get(name)
  return self.members[name]
end

function Object:writeTo(writer)
  if #self.names == 0 then
    writer:put("{}")
    return
  end
  writer:open("{")
  for i, name in ipairs(self.names) do
    if i > 1 then
      writer:separate()
    end
    writer:putQuoted(name)
    writer:put(writer.indent and ": " or ":")
    self.members[name]:writeTo(writer)
  end
  writer:close("}")
end

function Object:weigh()
  local sum = 0
  for _, name in ipairs(self.names) do
    sum = sum + #name + self.members[name]:weigh()
  end
  return sum
end

-- Parser ---------------------------------------------------------------------------------------

local byte = string.byte

local QUOTE, BACKSLASH, COMMA, COLON, MINUS, PLUS, DOT =
  byte('"'), byte("\\"), byte(","), byte(":"), byte("-"), byte("+"), byte(".")
local OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET =
  byte("{"), byte("}"), byte("["), byte("]")
local LETTER_E, LETTER_E_LARGE, LETTER_F, LETTER_N, LETTER_T, LETTER_U =
  byte("e"), byte("E"), byte("f"), byte("n"), byte("t"), byte("u")
local DIGIT_0, DIGIT_9 = byte("0"), byte("9")
local SPACE, TAB, LINE_FEED, RETURN = byte(" "), byte("\t"), byte("\n"), byte("\r")

local UNESCAPES = {
  [QUOTE] = '"', [BACKSLASH] = "\\", [byte("/")] = "/", [byte("b")] = "\b", [LETTER_F] = "\f",
  [LETTER_N] = "\n", [byte("r")] = "\r", [LETTER_T] = "\t",
}

local Parser = class()

-- Thrown for malformed text, with the place counted from 1.
local SyntaxError = class()

function Parser.new(text)
  return setmetatable({text = text, position = 1, current = byte(text, 1)}, Parser)
end

function Parser:fail(message)
  error(setmetatable({message = message, position = self.position}, SyntaxError))
end

function Parser:advance()
  self.position = self.position + 1
  self.current = byte(self.text, self.position)
end

function Parser:skipSpace()
  local current = self.current
  while current == SPACE or current == LINE_FEED or current == TAB or current == RETURN do
    self:advance()
    current = self.current
  end
end

-- Skips space and the given byte, and says whether that byte was there.
function Parser:accept(wanted)
  self:skipSpace()
  if self.current ~= wanted then
    return false
  end
  self:advance()
  return true
end

function Parser:expect(wanted)
  if not self:accept(wanted) then
    self:fail("expected " .. string.char(wanted))
  end
end

function Parser:parseDocument()
  local value = self:parseValue()
  self:skipSpace()
  if self.current then
    self:fail("text after the end")
  end
  return value
end

function Parser:parseValue()
  self:skipSpace()
  local current = self.current
  if current == OPEN_BRACE then
    return self:parseObject()
  elseif current == OPEN_BRACKET then
    return self:parseArray()
  elseif current == QUOTE then
    return String.new(self:parseString())
  elseif current == LETTER_N then
    return self:parseLiteral(NULL)
  elseif current == LETTER_F then
    return self:parseLiteral(FALSE)
  elseif current == LETTER_T then
    return self:parseLiteral(TRUE)
  end
  return self:parseNumber()
end

function Parser:parseObject()
  local object = Object.new()
  self:advance()
  if self:accept(CLOSE_BRACE) then
    return object
  end
  repeat
    self:skipSpace()
    if self.current ~= QUOTE then
      self:fail("expected a name")
    end
    local name = self:parseString()
    self:expect(COLON)
    object:set(name, self:parseValue())
  until not self:accept(COMMA)
  self:expect(CLOSE_BRACE)
  return object
end

function Parser:parseArray()
  local array = Array.new()
  self:advance()
  if self:accept(CLOSE_BRACKET) then
    return array
  end
  repeat
    array:add(self:parseValue())
  until not self:accept(COMMA)
  self:expect(CLOSE_BRACKET)
  return array
end

function Parser:parseLiteral(literal)
  local text = literal.text
  for i = 1, #text do
    if self.current ~= byte(text, i) then
      self:fail("expected " .. text)
    end
    self:advance()
  end
  return literal
end

function Parser:parseString()
  self:advance()
  local start = self.position
  local pieces = nil
  while self.current ~= QUOTE do
    local current = self.current
    if not current or current < SPACE then
      self:fail("unfinished string")
    end
    if current == BACKSLASH then
      pieces = pieces or {}
      pieces[#pieces + 1] = self.text:sub(start, self.position - 1)
      self:advance()
      pieces[#pieces + 1] = self:parseEscape()
      start = self.position
    else
      self:advance()
    end
  end
  local last = self.text:sub(start, self.position - 1)
  self:advance()
  if not pieces then
    return last
  end
  pieces[#pieces + 1] = last
  return table.concat(pieces)
end

function Parser:parseEscape()
  local current = self.current
  if current == LETTER_U then
    local code = tonumber(self.text:sub(self.position + 1, self.position + 4), 16)
    if not code or code > 127 then
      self:fail("unknown character")
    end
    for _ = 1, 5 do
      self:advance()
    end
    return string.char(code)
  end
  local char = UNESCAPES[current]
  if not char then
    self:fail("unknown escape")
  end
  self:advance()
  return char
end

function Parser:skipDigits()
  local current = self.current
  if not current or current < DIGIT_0 or current > DIGIT_9 then
    self:fail("expected a digit")
  end
  while current and current >= DIGIT_0 and current <= DIGIT_9 do
    self:advance()
    current = self.current
  end
end

function Parser:parseNumber()
  local start = self.position
  if self.current == MINUS then
    self:advance()
  end
  self:skipDigits()
  if self.current == DOT then
    self:advance()
    self:skipDigits()
  end
  if self.current == LETTER_E or self.current == LETTER_E_LARGE then
    self:advance()
    if self.current == PLUS or self.current == MINUS then
      self:advance()
    end
    self:skipDigits()
  end
  return Number.new(tonumber(self.text:sub(start, self.position - 1)))
end

local function parse(text)
  return Parser.new(text):parseDocument()
end

-- Documents ------------------------------------------------------------------------------------

local NAMES = {"Ada", "Bohr", "Curie", "Darwin", "Euler", "Fermi", "Gauss", "Hopper"}
local NOTES = {
  "plain text", "two\nlines", "a \"quoted\" word", "back\\slash and\ttab", "bell\7 and null\0",
}

local function makeRecord(number)
  local seed = number * 7919 % 65536
  local function random(limit)
    seed = (seed * 25173 + 13849) % 65536
    return seed % limit
  end
  local tags = Array.new()
  for _ = 1, random(6) do
    tags:add(String.new("tag" .. random(100)))
  end
  local point = Object.new()
    :set("x", Number.new((random(2000) - 1000) / 4))
    :set("y", Number.new((random(2000) - 1000) / 4))
  return Object.new()
    :set("id", Number.new(number))
    :set("name", String.new(NAMES[random(8) + 1]))
    :set("active", random(2) == 0 and TRUE or FALSE)
    :set("score", Number.new(random(4000) / 4))
    :set("parent", random(3) == 0 and NULL or Number.new(random(1000)))
    :set("tags", tags)
    :set("point", point)
    :set("note", String.new(NOTES[random(5) + 1]))
end

local function makeDocument(index)
  local records = Array.new()
  for i = 1, RECORDS do
    records:add(makeRecord(index * RECORDS + i))
  end
  return Object.new()
    :set("version", Number.new(index))
    :set("empty", Object.new())
    :set("records", records)
end

-- The place at which parsing a text fails.
local function placeOfError(text)
  local ok, problem = pcall(parse, text)
  if ok or getmetatable(problem) ~= SyntaxError then
    error("the text is not malformed")
  end
  return problem.position
end

local length, checksum = 0, 0
for index = 1, documents do
  local document = makeDocument(index)
  local compact = document:toJson()
  local parsed = parse(compact)
  local indented = parsed:toJson("  ")
  local again = parse(indented)
  if again:toJson() ~= compact then
    error("the texts differ")
  end
  local scores = 0
  for _, record in ipairs(again:get("records").items) do
    scores = scores + record:get("score"):asNumber()
  end
  length = length + #compact + #indented
  checksum = (checksum * 31 + parsed:weigh() + math.floor(scores)
    + placeOfError(compact:sub(1, math.floor(#compact / 2)))) % 1000003
end
print(string.format("json %d: %d %d", documents, length, checksum))
