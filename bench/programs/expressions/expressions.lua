-- An interpreter of syntax trees: every kind of node is a class with a method that evaluates it
-- in a frame of variables, and the program in the tree counts primes and sums up remainders.
-- Size: number of runs.
local runs = tonumber(arg[1]) or 130
local tick = arg[2] and function() io.write(".\n") io.flush() end
local LIMIT = 600

local function class()
  local c = {}
  c.__index = c
  return c
end

local Constant = class()
function Constant.new(value)
  return setmetatable({value = value}, Constant)
end
function Constant:evaluate()
  return self.value
end

local Variable = class()
function Variable.new(slot)
  return setmetatable({slot = slot}, Variable)
end
function Variable:evaluate(frame)
  return frame[self.slot]
end

local Add = class()
function Add.new(left, right)
  return setmetatable({left = left, right = right}, Add)
end
function Add:evaluate(frame)
  return self.left:evaluate(frame) + self.right:evaluate(frame)
end

local Multiply = class()
function Multiply.new(left, right)
  return setmetatable({left = left, right = right}, Multiply)
end
function Multiply:evaluate(frame)
  return self.left:evaluate(frame) * self.right:evaluate(frame)
end

local Remainder = class()
function Remainder.new(left, right)
  return setmetatable({left = left, right = right}, Remainder)
end
function Remainder:evaluate(frame)
  return self.left:evaluate(frame) % self.right:evaluate(frame)
end

-- Comparisons give 0 or 1.
local Equal = class()
function Equal.new(left, right)
  return setmetatable({left = left, right = right}, Equal)
end
function Equal:evaluate(frame)
  return self.left:evaluate(frame) == self.right:evaluate(frame) and 1 or 0
end

local LessOrEqual = class()
function LessOrEqual.new(left, right)
  return setmetatable({left = left, right = right}, LessOrEqual)
end
function LessOrEqual:evaluate(frame)
  return self.left:evaluate(frame) <= self.right:evaluate(frame) and 1 or 0
end

local Assign = class()
function Assign.new(slot, value)
  return setmetatable({slot = slot, value = value}, Assign)
end
function Assign:evaluate(frame)
  local value = self.value:evaluate(frame)
  frame[self.slot] = value
  return value
end

local If = class()
function If.new(condition, body)
  return setmetatable({condition = condition, body = body}, If)
end
function If:evaluate(frame)
  if self.condition:evaluate(frame) ~= 0 then
    return self.body:evaluate(frame)
  end
  return 0
end

local While = class()
function While.new(condition, body)
  return setmetatable({condition = condition, body = body}, While)
end
function While:evaluate(frame)
  local value = 0
  while self.condition:evaluate(frame) ~= 0 do
    value = self.body:evaluate(frame)
  end
  return value
end

local Block = class()
function Block.new(...)
  return setmetatable({statements = {...}}, Block)
end
function Block:evaluate(frame)
  local value = 0
  local statements = self.statements
  for i = 1, #statements do
    value = statements[i]:evaluate(frame)
  end
  return value
end

-- The variables of the program, by their slots.
local NUMBER, DIVISOR, PRIME, PRIMES, SUM, LAST = 1, 2, 3, 4, 5, 6

local function v(slot)
  return Variable.new(slot)
end

local function c(value)
  return Constant.new(value)
end

local function makeProgram()
  return Block.new(
    Assign.new(NUMBER, c(2)),
    Assign.new(PRIMES, c(0)),
    Assign.new(SUM, c(0)),
    While.new(LessOrEqual.new(v(NUMBER), v(LAST)), Block.new(
      Assign.new(PRIME, c(1)),
      Assign.new(DIVISOR, c(2)),
      While.new(LessOrEqual.new(Multiply.new(v(DIVISOR), v(DIVISOR)), v(NUMBER)), Block.new(
        Assign.new(SUM, Remainder.new(
          Add.new(Multiply.new(v(SUM), c(31)), Remainder.new(v(NUMBER), v(DIVISOR))), c(1000003))),
        If.new(Equal.new(Remainder.new(v(NUMBER), v(DIVISOR)), c(0)), Assign.new(PRIME, c(0))),
        Assign.new(DIVISOR, Add.new(v(DIVISOR), c(1)))
      )),
      If.new(v(PRIME), Assign.new(PRIMES, Add.new(v(PRIMES), c(1)))),
      Assign.new(NUMBER, Add.new(v(NUMBER), c(1)))
    )),
    Add.new(v(SUM), v(PRIMES))
  )
end

local program = makeProgram()
local total, primes = 0, 0
for run = 1, runs do
  local frame = {0, 0, 0, 0, 0, LIMIT + run % 10}
  total = (total + program:evaluate(frame)) % 1000003
  primes = primes + frame[PRIMES]
  if tick then
    tick()
  end
end
print(string.format("expressions %d: %d %d", runs, primes, total))
