-- Protected calls and errors.
local measure = dofile((arg[0]:match("^.*/") or "") .. "timing.lua")

local pcall, error = pcall, error

local function empty(n)
  for _ = 1, n do
  end
end

local function quiet()
end

local problem = {}
local function throw()
  error(problem)
end

local function throwText()
  error("wrong")
end

local function deep(level)
  if level == 0 then
    error(problem)
  end
  deep(level - 1)
  return level
end

measure("pcall without an error", function(n)
  for _ = 1, n do
    pcall(quiet)
  end
end, empty)

measure("pcall, error with a table", function(n)
  for _ = 1, n do
    pcall(throw)
  end
end, empty)

measure("pcall, error with a text and its place", function(n)
  for _ = 1, n do
    pcall(throwText)
  end
end, empty)

measure("pcall, error ten calls down", function(n)
  for _ = 1, n do
    pcall(deep, 10)
  end
end, empty)
