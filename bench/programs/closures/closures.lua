-- Closures made and called in the usual ways: counters that own a variable, pipelines of
-- map, filter and fold, composed functions, callbacks that share state.
-- Size: number of rounds.
local rounds = tonumber(arg[1]) or 8000
local ITEMS = 1000

local function makeCounter(step)
  local value = 0
  return function()
    value = value + step
    return value
  end
end

local function compose(f, g)
  return function(x)
    return f(g(x))
  end
end

local function adder(n)
  return function(x)
    return x + n
  end
end

local function map(list, f)
  local out = {}
  for i = 1, #list do
    out[i] = f(list[i])
  end
  return out
end

local function filter(list, keep)
  local out = {}
  for i = 1, #list do
    local item = list[i]
    if keep(item) then
      out[#out + 1] = item
    end
  end
  return out
end

local function fold(list, initial, f)
  local result = initial
  for i = 1, #list do
    result = f(result, list[i])
  end
  return result
end

-- A listener table in which all functions see the same two variables.
local function makeAccount(balance)
  local operations = 0
  return {
    deposit = function(amount)
      operations = operations + 1
      balance = balance + amount
    end,
    withdraw = function(amount)
      operations = operations + 1
      if amount <= balance then
        balance = balance - amount
      end
    end,
    summary = function()
      return balance + operations
    end,
  }
end

local function runRound(number, items)
  local offset = number % 10
  local shifted = map(items, function(x) return x * 3 + offset end)
  local odd = filter(shifted, function(x) return x % 2 == 1 end)
  local sum = fold(odd, 0, function(a, b) return (a + b) % 1000003 end)

  local counters = {}
  for i = 1, 20 do
    counters[i] = makeCounter(i)
  end
  local counted = 0
  for _ = 1, 50 do
    for i = 1, 20 do
      counted = counted + counters[i]()
    end
  end

  local composed = adder(0)
  for i = 1, 30 do
    composed = compose(adder(i), composed)
  end
  for i = 1, 30 do
    counted = counted + composed(i)
  end

  local account = makeAccount(number)
  for i = 1, 200 do
    account.deposit(i % 13)
    account.withdraw(i % 11)
  end
  return (sum + counted + account.summary()) % 1000003
end

local items = {}
for i = 1, ITEMS do
  items[i] = i * 7 % 1009
end
local checksum = 0
for number = 1, rounds do
  checksum = (checksum * 31 + runRound(number, items)) % 1000003
end
print(string.format("closures %d: %d", rounds, checksum))
