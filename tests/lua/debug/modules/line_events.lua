-- Tells the line events of a source in the order in which a hook is told of them.
-- Each piece of source is compiled alone, so that its lines count from 1.
local function id(...) return ... end
local function closer() return setmetatable({}, {__close = function() end}) end
local function stop() return nil end
local M = {}
local environment = {
  id = id, closer = closer, pairs = pairs, ipairs = ipairs, next = next, setmetatable = setmetatable, pcall = pcall,
  error = error, select = select, type = type, string = string, table = table, coroutine = coroutine, stop = stop,
  add = setmetatable({}, {__add = function() return 1 end, __index = function(t, k) return k end, __eq = function() return true end,
    __call = function(_, ...) return ... end, __concat = function() return "c" end, __lt = function() return true end}),
  flags = {yes = true, no = false},
}

function M.trace(name, text, ...)
  local f, message = load(text, "=" .. name, "t", setmetatable({}, {__index = environment}))
  if not f then
    print(name, message)
    return
  end
  local events = {}
  local function hook(_, line)
    local info = debug.getinfo(2, "S")
    if info.source == "=" .. name then events[#events + 1] = line end
    if #events > 400 then debug.sethook() error("too many lines") end
  end
  local co = coroutine.create(f)
  debug.sethook(co, hook, "l")
  local ok, why = coroutine.resume(co, ...)
  while ok and coroutine.status(co) == "suspended" do ok, why = coroutine.resume(co) end
  coroutine.close(co)
  print(name, ok and "" or tostring(why), table.concat(events, " "))
end

-- The lines that have code, of a function that the source returns.
function M.activeOf(name, text)
  local f = assert(load(text, "=" .. name))()
  local info = debug.getinfo(f, "LS")
  local lines = {}
  for line in pairs(info.activelines) do lines[#lines + 1] = line end
  table.sort(lines)
  print(name, info.linedefined, info.lastlinedefined, table.concat(lines, " "))
end

return M
