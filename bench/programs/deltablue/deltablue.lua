-- An incremental solver for one-way constraints, after the DeltaBlue algorithm of Freeman-Benson
-- and Maloney: a chain of equalities and a set of projections are built, edited and taken
-- apart. Many small methods on a deep hierarchy of classes. Size: number of rounds.
local rounds = tonumber(arg[1]) or 80

local CHAIN_LENGTH = 500
local PROJECTIONS = 500

local function class(parent)
  local c = {}
  c.__index = c
  return setmetatable(c, {__index = parent})
end

-- Strength -------------------------------------------------------------------------------------

-- How much a constraint matters; a lower level is stronger.
local Strength = class()

function Strength.new(level, name)
  return setmetatable({level = level, name = name}, Strength)
end

local REQUIRED = Strength.new(0, "required")
local STRONG_PREFERRED = Strength.new(1, "strong preferred")
local PREFERRED = Strength.new(2, "preferred")
local STRONG_DEFAULT = Strength.new(3, "strong default")
local NORMAL = Strength.new(4, "normal")
local WEAK_DEFAULT = Strength.new(5, "weak default")
local WEAKEST = Strength.new(6, "weakest")

local STRENGTHS = {
  STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST,
}

function Strength:isStrongerThan(other)
  return self.level < other.level
end

function Strength:isWeakerThan(other)
  return self.level > other.level
end

function Strength:weakerOf(other)
  return self:isWeakerThan(other) and self or other
end

function Strength:nextWeaker()
  return STRENGTHS[self.level + 1]
end

-- Variable -------------------------------------------------------------------------------------

local Variable = class()

function Variable.new(name, value)
  return setmetatable({
    name = name,
    value = value,
    constraints = {},
    determinedBy = nil,     -- the constraint that computes the value now
    mark = 0,
    walkStrength = WEAKEST, -- strength of the weakest constraint that could be overridden
    stay = true,            -- whether the value is fixed while a plan runs
  }, Variable)
end

function Variable:addConstraint(constraint)
  self.constraints[#self.constraints + 1] = constraint
end

function Variable:removeConstraint(constraint)
  local list = self.constraints
  for i = 1, #list do
    if list[i] == constraint then
      table.remove(list, i)
      break
    end
  end
  if self.determinedBy == constraint then
    self.determinedBy = nil
  end
end

-- Constraint -----------------------------------------------------------------------------------

-- Subclasses define addToGraph, removeFromGraph, chooseMethod, isSatisfied, markUnsatisfied,
-- markInputs, inputsKnown, output, execute and recalculate.
local Constraint = class()

function Constraint:isInput()
  return false
end

function Constraint:activate(planner)
  self:addToGraph()
  planner:incrementalAdd(self)
end

function Constraint:destroy(planner)
  if self:isSatisfied() then
    planner:incrementalRemove(self)
  else
    self:removeFromGraph()
  end
end

-- Tries to enforce the constraint; returns the constraint that it overrides, if any.
function Constraint:satisfy(mark, planner)
  self:chooseMethod(mark)
  if not self:isSatisfied() then
    if self.strength == REQUIRED then
      error("cannot satisfy a required constraint")
    end
    return nil
  end
  self:markInputs(mark)
  local out = self:output()
  local overridden = out.determinedBy
  if overridden then
    overridden:markUnsatisfied()
  end
  out.determinedBy = self
  if not planner:addPropagate(self, mark) then
    error("cycle of constraints")
  end
  out.mark = mark
  return overridden
end

-- A constraint with one variable.
local UnaryConstraint = class(Constraint)

function UnaryConstraint.init(self, variable, strength, planner)
  self.variable = variable
  self.strength = strength
  self.satisfied = false
  self:activate(planner)
  return self
end

function UnaryConstraint:addToGraph()
  self.variable:addConstraint(self)
  self.satisfied = false
end

function UnaryConstraint:removeFromGraph()
  self.variable:removeConstraint(self)
  self.satisfied = false
end

function UnaryConstraint:chooseMethod(mark)
  local variable = self.variable
  self.satisfied = variable.mark ~= mark
    and self.strength:isStrongerThan(variable.walkStrength)
end

function UnaryConstraint:isSatisfied()
  return self.satisfied
end

function UnaryConstraint:markUnsatisfied()
  self.satisfied = false
end

function UnaryConstraint:markInputs()
end

function UnaryConstraint:inputsKnown()
  return true
end

function UnaryConstraint:output()
  return self.variable
end

function UnaryConstraint:execute()
end

function UnaryConstraint:recalculate()
  local variable = self.variable
  variable.walkStrength = self.strength
  variable.stay = not self:isInput()
  if variable.stay then
    self:execute()
  end
end

-- Asks that a variable keep its value.
local StayConstraint = class(UnaryConstraint)

function StayConstraint.new(variable, strength, planner)
  return UnaryConstraint.init(setmetatable({}, StayConstraint), variable, strength, planner)
end

-- Says that the program changes a variable.
local EditConstraint = class(UnaryConstraint)

function EditConstraint.new(variable, strength, planner)
  return UnaryConstraint.init(setmetatable({}, EditConstraint), variable, strength, planner)
end

function EditConstraint:isInput()
  return true
end

-- A constraint between two variables, either of which may be computed from the other.
local BinaryConstraint = class(Constraint)

local NONE, FORWARD, BACKWARD = 0, 1, 2

function BinaryConstraint.init(self, first, second, strength, planner)
  self.first = first
  self.second = second
  self.strength = strength
  self.direction = NONE
  self:activate(planner)
  return self
end

function BinaryConstraint:addToGraph()
  self.first:addConstraint(self)
  self.second:addConstraint(self)
  self.direction = NONE
end

function BinaryConstraint:removeFromGraph()
  self.first:removeConstraint(self)
  self.second:removeConstraint(self)
  self.direction = NONE
end

function BinaryConstraint:directionIfStronger(variable, direction)
  return self.strength:isStrongerThan(variable.walkStrength) and direction or NONE
end

function BinaryConstraint:chooseMethod(mark)
  local first, second = self.first, self.second
  if first.mark == mark then
    self.direction = second.mark ~= mark and self:directionIfStronger(second, FORWARD) or NONE
  elseif second.mark == mark then
    self.direction = self:directionIfStronger(first, BACKWARD)
  elseif first.walkStrength:isWeakerThan(second.walkStrength) then
    self.direction = self:directionIfStronger(first, BACKWARD)
  else
    self.direction = self:directionIfStronger(second, FORWARD)
  end
end

function BinaryConstraint:isSatisfied()
  return self.direction ~= NONE
end

function BinaryConstraint:markUnsatisfied()
  self.direction = NONE
end

function BinaryConstraint:input()
  return self.direction == FORWARD and self.first or self.second
end

function BinaryConstraint:output()
  return self.direction == FORWARD and self.second or self.first
end

function BinaryConstraint:markInputs(mark)
  self:input().mark = mark
end

function BinaryConstraint:inputsKnown(mark)
  local input = self:input()
  return input.mark == mark or input.stay or input.determinedBy == nil
end

function BinaryConstraint:recalculate()
  local input, output = self:input(), self:output()
  output.walkStrength = self.strength:weakerOf(input.walkStrength)
  output.stay = input.stay
  if output.stay then
    self:execute()
  end
end

local EqualityConstraint = class(BinaryConstraint)

function EqualityConstraint.new(first, second, strength, planner)
  return BinaryConstraint.init(setmetatable({}, EqualityConstraint), first, second, strength,
    planner)
end

function EqualityConstraint:execute()
  self:output().value = self:input().value
end

-- second = first * scale + offset, where scale and offset are variables that are only read.
local ScaleConstraint = class(BinaryConstraint)

function ScaleConstraint.new(first, scale, offset, second, strength, planner)
  local self = setmetatable({scale = scale, offset = offset}, ScaleConstraint)
  return BinaryConstraint.init(self, first, second, strength, planner)
end

function ScaleConstraint:addToGraph()
  BinaryConstraint.addToGraph(self)
  self.scale:addConstraint(self)
  self.offset:addConstraint(self)
end

function ScaleConstraint:removeFromGraph()
  BinaryConstraint.removeFromGraph(self)
  self.scale:removeConstraint(self)
  self.offset:removeConstraint(self)
end

function ScaleConstraint:markInputs(mark)
  BinaryConstraint.markInputs(self, mark)
  self.scale.mark = mark
  self.offset.mark = mark
end

function ScaleConstraint:execute()
  if self.direction == FORWARD then
    self.second.value = self.first.value * self.scale.value + self.offset.value
  else
    self.first.value = (self.second.value - self.offset.value) / self.scale.value
  end
end

function ScaleConstraint:recalculate()
  local input, output = self:input(), self:output()
  output.walkStrength = self.strength:weakerOf(input.walkStrength)
  output.stay = input.stay and self.scale.stay and self.offset.stay
  if output.stay then
    self:execute()
  end
end

-- Plan and planner -----------------------------------------------------------------------------

-- Constraints in an order in which executing them brings all values up to date.
local Plan = class()

function Plan.new()
  return setmetatable({steps = {}}, Plan)
end

function Plan:add(constraint)
  self.steps[#self.steps + 1] = constraint
end

function Plan:execute()
  for _, constraint in ipairs(self.steps) do
    constraint:execute()
  end
end

local Planner = class()

function Planner.new()
  return setmetatable({currentMark = 0}, Planner)
end

function Planner:newMark()
  self.currentMark = self.currentMark + 1
  return self.currentMark
end

-- Satisfies the constraint if it can be, then those that it overrides, one after the other.
function Planner:incrementalAdd(constraint)
  local mark = self:newMark()
  local overridden = constraint:satisfy(mark, self)
  while overridden do
    overridden = overridden:satisfy(mark, self)
  end
end

-- Removes a satisfied constraint and satisfies what has become possible, strongest first.
function Planner:incrementalRemove(constraint)
  local out = constraint:output()
  constraint:markUnsatisfied()
  constraint:removeFromGraph()
  local unsatisfied = self:removePropagateFrom(out)
  local strength = REQUIRED
  repeat
    for _, candidate in ipairs(unsatisfied) do
      if candidate.strength == strength then
        self:incrementalAdd(candidate)
      end
    end
    strength = strength:nextWeaker()
  until strength == WEAKEST
end

-- Recomputes what depends on the constraint's output; false if that leads back to a variable
-- with the mark, after removing the constraint.
function Planner:addPropagate(constraint, mark)
  local todo = {constraint}
  while #todo > 0 do
    local next = table.remove(todo)
    local out = next:output()
    if out.mark == mark then
      self:incrementalRemove(constraint)
      return false
    end
    next:recalculate()
    self:addConsumers(out, todo)
  end
  return true
end

-- Forgets the strengths downstream of `out`; returns the unsatisfied constraints found there.
function Planner:removePropagateFrom(out)
  out.determinedBy = nil
  out.walkStrength = WEAKEST
  out.stay = true
  local unsatisfied, todo = {}, {out}
  while #todo > 0 do
    local variable = table.remove(todo)
    for _, constraint in ipairs(variable.constraints) do
      if not constraint:isSatisfied() then
        unsatisfied[#unsatisfied + 1] = constraint
      end
    end
    local determining = variable.determinedBy
    for _, constraint in ipairs(variable.constraints) do
      if constraint ~= determining and constraint:isSatisfied() then
        constraint:recalculate()
        todo[#todo + 1] = constraint:output()
      end
    end
  end
  return unsatisfied
end

-- Adds to `list` the satisfied constraints that read the variable.
function Planner:addConsumers(variable, list)
  local determining = variable.determinedBy
  for _, constraint in ipairs(variable.constraints) do
    if constraint ~= determining and constraint:isSatisfied() then
      list[#list + 1] = constraint
    end
  end
end

function Planner:makePlan(todo)
  local mark = self:newMark()
  local plan = Plan.new()
  while #todo > 0 do
    local constraint = table.remove(todo)
    local out = constraint:output()
    if out.mark ~= mark and constraint:inputsKnown(mark) then
      plan:add(constraint)
      out.mark = mark
      self:addConsumers(out, todo)
    end
  end
  return plan
end

-- A plan for when the given constraints change their variables.
function Planner:planFrom(constraints)
  local sources = {}
  for _, constraint in ipairs(constraints) do
    if constraint:isInput() and constraint:isSatisfied() then
      sources[#sources + 1] = constraint
    end
  end
  return self:makePlan(sources)
end

-- Models ---------------------------------------------------------------------------------------

local function check(condition, message)
  if not condition then
    error(message)
  end
end

local function chainModel(length)
  local planner = Planner.new()
  local variables = {Variable.new("v0", 0)}
  for i = 1, length do
    variables[i + 1] = Variable.new("v" .. i, 0)
    EqualityConstraint.new(variables[i], variables[i + 1], REQUIRED, planner)
  end
  local first, last = variables[1], variables[length + 1]
  StayConstraint.new(last, STRONG_DEFAULT, planner)
  local edit = EditConstraint.new(first, PREFERRED, planner)
  local plan = planner:planFrom({edit})
  for i = 1, 100 do
    first.value = i
    plan:execute()
    check(last.value == i, "the chain is broken")
  end
  edit:destroy(planner)
  return variables
end

local function change(variable, value, planner)
  local edit = EditConstraint.new(variable, PREFERRED, planner)
  local plan = planner:planFrom({edit})
  for _ = 1, 10 do
    variable.value = value
    plan:execute()
  end
  edit:destroy(planner)
end

local function projectionModel(count)
  local planner = Planner.new()
  local scale, offset = Variable.new("scale", 10), Variable.new("offset", 1000)
  local source, target
  local targets = {}
  for i = 1, count do
    source = Variable.new("source", i)
    target = Variable.new("target", i)
    targets[i] = target
    StayConstraint.new(source, NORMAL, planner)
    ScaleConstraint.new(source, scale, offset, target, REQUIRED, planner)
  end
  change(source, 17, planner)
  check(target.value == 1170, "projection forwards")
  change(target, 1050, planner)
  check(source.value == 5, "projection backwards")
  change(scale, 5, planner)
  for i = 1, count - 1 do
    check(targets[i].value == i * 5 + 1000, "projection with another scale")
  end
  change(offset, 2000, planner)
  for i = 1, count - 1 do
    check(targets[i].value == i * 5 + 2000, "projection with another offset")
  end
  return targets
end

local function sumOf(variables)
  local sum = 0
  for _, variable in ipairs(variables) do
    sum = sum + variable.value
  end
  return sum
end

local total = 0
for round = 1, rounds do
  total = total + sumOf(chainModel(CHAIN_LENGTH + round % 10))
  total = total + sumOf(projectionModel(PROJECTIONS + round % 10))
end
print(string.format("deltablue %d: %.1f", rounds, total))
