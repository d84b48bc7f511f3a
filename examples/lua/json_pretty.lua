-- Reads JSON and prints it again with indentation and sorted keys.
--
--   devvm run examples/lua/json_pretty.lua file.json
--   echo '{"b":[1,2,{"c":null}],"a":"x"}' | devvm run examples/lua/json_pretty.lua
--
-- Options: --compact       one line instead
--          --get a.b.2     only the value at this path (elements of arrays count from 1)

local null = setmetatable({}, {__tostring = function() return "null" end})
local Array = {}  -- the metatable of arrays, so that [] and {} differ

-- Reading: one function for each kind of value, all working on `text` from `at`.
local function decode(text)
  local at = 1

  local function fail(what)
    local line = select(2, text:sub(1, at - 1):gsub("\n", "")) + 1
    local column = at - (text:sub(1, at - 1):match(".*()\n") or 0)
    error(("%d:%d: %s"):format(line, column, what), 0)
  end
  local function skip() at = text:find("[^ \t\r\n]", at) or #text + 1 end
  local function expect(c)
    if text:sub(at, at) ~= c then fail("'" .. c .. "' expected") end
    at = at + 1
  end

  local escapes = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/"}
  local function string_()
    expect '"'
    local parts = {}
    while true do
      local stop = text:find('[%c"\\]', at)
      if not stop then fail("unfinished string") end
      parts[#parts + 1] = text:sub(at, stop - 1)
      at = stop + 1
      local c = text:sub(stop, stop)
      if c == '"' then return table.concat(parts) end
      if c ~= "\\" then fail("control character in string") end
      local e = text:sub(at, at)
      if e == "u" then
        local code = tonumber(text:match("^%x%x%x%x", at + 1) or fail("four hexadecimal digits expected"), 16)
        at = at + 5
        if code >= 0xD800 and code < 0xDC00 then
          local low = tonumber(text:match("^\\u(%x%x%x%x)", at) or "0", 16)
          if low < 0xDC00 or low > 0xDFFF then fail("second half of a surrogate pair expected") end
          code = 0x10000 + (code - 0xD800 << 10) + (low - 0xDC00)
          at = at + 6
        end
        parts[#parts + 1] = utf8.char(code)
      else
        parts[#parts + 1] = escapes[e] or fail("unknown escape")
        at = at + 1
      end
    end
  end

  local value
  local function items(open, close, item)
    expect(open)
    skip()
    if text:sub(at, at) == close then
      at = at + 1
      return
    end
    while true do
      item()
      skip()
      if text:sub(at, at) ~= "," then break end
      at = at + 1
      skip()
    end
    expect(close)
  end
  local words = {["true"] = true, ["false"] = false, null = null}
  function value()
    skip()
    local c = text:sub(at, at)
    if c == "{" then
      local t = {}
      items("{", "}", function()
        local key = string_()
        skip()
        expect ":"
        t[key] = value()
      end)
      return t
    elseif c == "[" then
      local t = setmetatable({}, Array)
      items("[", "]", function() t[#t + 1] = value() end)
      return t
    elseif c == '"' then
      return string_()
    end
    local word = text:match("^%a+", at)
    if word and words[word] ~= nil then
      at = at + #word
      return words[word]
    end
    local number = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
    if not number or not tonumber(number) then fail("value expected") end
    at = at + #number
    return math.tointeger(tonumber(number)) or tonumber(number)
  end

  local result = value()
  skip()
  if at <= #text then fail("end of text expected") end
  return result
end

local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c)
    return ({["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\"})[c] or ("\\u%04x"):format(c:byte())
  end) .. '"'
end

-- Writing: short arrays and objects stay on one line if they fit into 80 columns.
local function encode(value, indent, compact)
  if value == null or type(value) == "boolean" then return tostring(value) end
  if type(value) == "string" then return quote(value) end
  if type(value) == "number" then return math.type(value) == "integer" and tostring(value) or ("%.17g"):format(value) end
  local isArray = getmetatable(value) == Array
  local open, close = isArray and "[" or "{", isArray and "]" or "}"
  local parts, keys = {}, {}
  if isArray then
    for i = 1, #value do parts[i] = encode(value[i], indent .. "  ", compact) end
  else
    for k in pairs(value) do keys[#keys + 1] = k end
    table.sort(keys)
    for i, k in ipairs(keys) do parts[i] = quote(k) .. (compact and ":" or ": ") .. encode(value[k], indent .. "  ", compact) end
  end
  if compact then return open .. table.concat(parts, ",") .. close end
  local line = open .. table.concat(parts, ", ") .. close
  if #parts == 0 or #indent + #line <= 80 and not line:find("\n") then return line end
  return open .. "\n" .. indent .. "  " .. table.concat(parts, ",\n" .. indent .. "  ") .. "\n" .. indent .. close
end

local compact, path, name = false, nil, nil
local i = 1
while arg[i] do
  if arg[i] == "--compact" then compact = true
  elseif arg[i] == "--get" then
    i = i + 1
    path = arg[i]
  else name = arg[i] end
  i = i + 1
end
local file, problem = io.stdin, nil
if name then file, problem = io.open(name, "rb") end
if not file then
  io.stderr:write("json_pretty: ", problem, "\n")
  os.exit(1)
end
local ok, value = pcall(decode, file:read "a")
if not ok then
  io.stderr:write("json_pretty: ", name or "standard input", ":", value, "\n")
  os.exit(1)
end
for key in (path or ""):gmatch "[^.]+" do
  if type(value) == "table" then value = value[math.tointeger(tonumber(key)) or key] else value = nil end
  if value == nil then
    io.stderr:write("json_pretty: nothing at '", path, "'\n")
    os.exit(1)
  end
end
print(encode(value, "", compact))
