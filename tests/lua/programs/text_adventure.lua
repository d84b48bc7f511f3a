-- The parser and world of a small text adventure: vocabulary, noun phrases with adjectives,
-- prepositions, pronouns, "all", several commands in a line, disambiguation, and a transcript.

-- Vocabulary ------------------------------------------------------------------------------

local verbs = {}
local function verb(name, spec, ...)
  for _, word in ipairs {name, ...} do verbs[word] = {name = name, spec = spec} end
end
verb("look", {object = "optional", prepositions = {at = true, ["in"] = true}}, "l", "examine", "x", "inspect")
verb("take", {object = "many", prepositions = {from = true}}, "get", "grab")
verb("drop", {object = "many"}, "discard")
verb("put", {object = "many", prepositions = {["in"] = true, on = true, into = true}, second = true}, "insert", "place")
verb("open", {object = "one", prepositions = {with = true}})
verb("close", {object = "one"}, "shut")
verb("unlock", {object = "one", prepositions = {with = true}, second = true})
verb("light", {object = "one", prepositions = {with = true}}, "ignite")
verb("read", {object = "one"})
verb("give", {object = "one", prepositions = {to = true}, second = true}, "offer")
verb("inventory", {object = "none"}, "i", "inv")
verb("go", {object = "direction"}, "walk", "run")
verb("wait", {object = "none"}, "z")
verb("score", {object = "none"})

local directions = {n = "north", s = "south", e = "east", w = "west", u = "up", d = "down"}
for _, long in ipairs {"north", "south", "east", "west", "up", "down"} do directions[long] = long end
local articles = {the = true, a = true, an = true, some = true, my = true}
local fillers = {please = true, now = true, carefully = true, quickly = true}
local prepositions = {at = true, ["in"] = true, on = true, with = true, to = true, from = true, into = true, under = true}
local pronouns = {it = true, them = true}

-- The world -------------------------------------------------------------------------------

local World = {}
World.__index = World

local Thing = {}
Thing.__index = Thing
function Thing:is(flag) return self.flags[flag] == true end
function Thing:set(flag, value) self.flags[flag] = value or nil end
function Thing:name(definite)
  local words = {}
  for _, a in ipairs(self.adjectives) do words[#words + 1] = a end
  words[#words + 1] = self.noun
  local text = table.concat(words, " ")
  if definite then return "the " .. text end
  return (text:find("^[aeiou]") and "an " or "a ") .. text
end
Thing.__tostring = Thing.name
Thing.__lt = function(a, b) return a.order < b.order end

function World.new()
  local w = setmetatable({things = {}, rooms = {}, score = 0, turns = 0, out = {}}, World)
  local order = 0
  local function thing(id, noun, adjectives, place, flags, extra)
    order = order + 1
    local t = setmetatable({id = id, noun = noun, adjectives = adjectives, flags = {}, order = order, contents = {}}, Thing)
    for _, f in ipairs(flags or {}) do t.flags[f] = true end
    for k, v in pairs(extra or {}) do t[k] = v end
    w.things[id] = t
    t.place = place
    return t
  end
  local function room(id, title, text, exits, flags)
    w.rooms[id] = {id = id, title = title, text = text, exits = exits, flags = flags or {}, isRoom = true}
  end
  room("hall", "Hall", "Dust lies on the floor. Doors lead north and east; stairs go down.", {north = "library", east = "garden", down = "cellar"})
  room("library", "Library", "Shelves reach to the ceiling.", {south = "hall"})
  room("garden", "Garden", "Weeds have won. The house is to the west.", {west = "hall"})
  room("cellar", "Cellar", "It smells of earth. Stairs lead up, an iron door north.", {up = "hall", north = "vault"}, {dark = true})
  room("vault", "Vault", "A small room of stone.", {south = "cellar"}, {dark = true})
  thing("lamp", "lamp", {"brass"}, "hall", {"light source"}, {text = "An oil lamp of brass."})
  thing("matches", "matches", {}, "library", {"plural"}, {text = "A box of matches."})
  thing("oldbook", "book", {"old", "red"}, "library", {"readable"}, {text = "Its cover is red.", writing = "The vault opens to gold."})
  thing("newbook", "book", {"new", "blue"}, "library", {"readable"}, {text = "Its cover is blue.", writing = "A treatise on weeds."})
  thing("desk", "desk", {"wooden"}, "library", {"fixed", "surface"}, {text = "A desk of oak."})
  thing("chest", "chest", {"iron"}, "garden", {"fixed", "container", "openable", "locked"}, {text = "A rusty chest.", key = "smallkey"})
  thing("smallkey", "key", {"small", "brass"}, "desk", {}, {text = "A small key."})
  thing("goldkey", "key", {"large", "gold"}, "chest", {}, {text = "A heavy key of gold."})
  thing("door", "door", {"iron"}, "cellar", {"fixed", "openable", "locked"}, {text = "A door of iron.", key = "goldkey", blocks = "north"})
  thing("crown", "crown", {"silver"}, "vault", {"treasure"}, {text = "The crown of a forgotten king."})
  thing("cat", "cat", {"grey"}, "garden", {"animate", "fixed"}, {text = "It watches you."})
  thing("fish", "fish", {"dried"}, "cellar", {}, {text = "It smells."})
  w.here = "hall"
  return w
end

function World:say(format, ...) self.out[#self.out + 1] = select("#", ...) > 0 and format:format(...) or format end

function World:holder(t) return self.things[t.place] or self.rooms[t.place] or t.place end
function World:held(t) return t.place == "player" end

function World:lit()
  if not self.rooms[self.here].flags.dark then return true end
  local lamp = self.things.lamp
  return lamp:is "lit" and (self:held(lamp) or lamp.place == self.here)
end

function World:reachable(t)
  local place = t.place
  while self.things[place] do
    local outer = self.things[place]
    if outer:is "container" and not outer:is "open" then return false end
    place = outer.place
  end
  return place == "player" or place == self.here
end

function World:inside(place)
  local list = {}
  for _, t in pairs(self.things) do if t.place == place then list[#list + 1] = t end end
  table.sort(list)
  return list
end

-- Parsing ---------------------------------------------------------------------------------

local function words(line)
  local list = {}
  for w in line:lower():gsub("[,.;]", " %0 "):gmatch("%S+") do
    if not fillers[w] then list[#list + 1] = w end
  end
  return list
end

local function commands(list)
  local out, current = {}, {}
  local i = 1
  while i <= #list do
    local w = list[i]
    local splits = w == "." or w == ";" or w == "then"
    if (w == "and" or w == ",") and (verbs[list[i + 1]] or directions[list[i + 1]] or list[i + 1] == "then") then splits = true end
    if splits then
      if #current > 0 then out[#out + 1] = current end
      current = {}
    else
      current[#current + 1] = w
    end
    i = i + 1
  end
  if #current > 0 then out[#out + 1] = current end
  return out
end

function World:candidates(phrase)
  local found = {}
  for _, t in pairs(self.things) do
    if t.noun == phrase.noun or t.noun .. "s" == phrase.noun then
      local fits = self:reachable(t)
      for _, a in ipairs(phrase.adjectives) do
        local has = false
        for _, b in ipairs(t.adjectives) do has = has or a == b end
        fits = fits and has
      end
      if fits then found[#found + 1] = t end
    end
  end
  table.sort(found)
  return found
end

function World:known(word)
  for _, t in pairs(self.things) do
    if t.noun == word or t.noun .. "s" == word then return "noun" end
    for _, a in ipairs(t.adjectives) do if a == word then return "adjective" end end
  end
end

-- Reads one noun phrase starting at list[i]; returns the things (or nil and a message) and the next index.
function World:phrase(list, i)
  if articles[list[i]] then i = i + 1 end
  local w = list[i]
  if not w then return nil, "What do you mean?", i end
  if pronouns[w] then
    if not self.last then return nil, "I do not know what '" .. w .. "' stands for.", i end
    return self.last, nil, i + 1
  end
  if w == "all" or w == "everything" then
    local except = {}
    i = i + 1
    if list[i] == "except" or list[i] == "but" then
      local excluded, problem, after = self:things_(list, i + 1)
      if not excluded then return nil, problem, after end
      for _, t in ipairs(excluded) do except[t] = true end
      i = after
    end
    return {all = true, except = except}, nil, i
  end
  local phrase = {adjectives = {}}
  while list[i] do
    local kind = self:known(list[i])
    if kind == "noun" then
      phrase.noun = list[i]
      i = i + 1
      break
    elseif kind == "adjective" then
      phrase.adjectives[#phrase.adjectives + 1] = list[i]
      i = i + 1
    else
      return nil, ("I do not know the word '%s'."):format(list[i]), i
    end
  end
  if not phrase.noun then return nil, "You must say what.", i end
  local found = self:candidates(phrase)
  if #found == 0 then return nil, ("You see no %s here."):format(phrase.noun), i end
  if #found > 1 and not phrase.noun:find("s$") then
    local names = {}
    for k, t in ipairs(found) do names[k] = t:name(true) end
    return nil, ("Which %s: %s?"):format(phrase.noun, table.concat(names, " or ")), i
  end
  return found, nil, i
end

function World:things_(list, i)
  local all = {}
  repeat
    local some, problem, after = self:phrase(list, i)
    if not some then return nil, problem, after end
    if some.all then return some, nil, after end
    for _, t in ipairs(some) do all[#all + 1] = t end
    i = after
    local joined = list[i] == "and" or list[i] == ","
    while list[i] == "and" or list[i] == "," do i = i + 1 end
  until not joined
  return all, nil, i
end

function World:parse(list)
  if directions[list[1]] and #list == 1 then return {verb = "go", direction = directions[list[1]]} end
  local entry = verbs[list[1]]
  if not entry then return nil, ("I do not know how to '%s'."):format(list[1]) end
  local command, i = {verb = entry.name}, 2
  local spec = entry.spec
  if spec.object == "direction" then
    if list[2] == "to" then i = 3 end
    command.direction = directions[list[i]]
    if not command.direction then return nil, "Go where?" end
    i = i + 1
  elseif spec.object ~= "none" and list[i] then
    if spec.prepositions and spec.prepositions[list[i]] and not spec.second then i = i + 1 end
    local some, problem, after = self:things_(list, i)
    if not some then return nil, problem end
    if some.all and spec.object ~= "many" then return nil, ("You cannot %s everything at once."):format(entry.name) end
    if spec.object == "one" and #some > 1 then return nil, ("You can %s only one thing."):format(entry.name) end
    command.objects, i = some, after
    if list[i] and prepositions[list[i]] then
      if not (spec.prepositions and spec.prepositions[list[i]]) then return nil, ("You cannot %s something %s something."):format(entry.name, list[i]) end
      command.preposition = list[i]
      local second, why, later = self:things_(list, i + 1)
      if not second then return nil, why end
      if second.all or #second > 1 then return nil, "One thing at a time, please." end
      command.second, i = second[1], later
    end
  end
  if spec.object ~= "none" and spec.object ~= "optional" and spec.object ~= "direction" and not command.objects then
    return nil, ("What do you want to %s?"):format(entry.name)
  end
  if list[i] then return nil, ("I understood you only as far as '%s'."):format(list[i - 1]) end
  return command
end

-- Actions ---------------------------------------------------------------------------------

local actions = {}

function World:describe()
  local room = self.rooms[self.here]
  if not self:lit() then return self:say("It is dark.") end
  self:say("%s. %s", room.title, room.text)
  for _, t in ipairs(self:inside(self.here)) do
    local state = t:is "lit" and " (burning)" or t:is "openable" and (t:is "open" and " (open)" or " (closed)") or ""
    self:say("There is %s%s here.", t:name(), state)
    if t:is "surface" or t:is "open" then
      for _, inner in ipairs(self:inside(t.id)) do self:say("  With it: %s.", inner:name()) end
    end
  end
end

function actions.look(w, c)
  if not c.objects then return w:describe() end
  for _, t in ipairs(c.objects) do
    w:say(t.text)
    if t:is "open" or t:is "surface" then
      local names = {}
      for i, inner in ipairs(w:inside(t.id)) do names[i] = inner:name() end
      w:say(#names > 0 and "It holds " .. table.concat(names, ", ") .. "." or "It is empty.")
    end
  end
end

function actions.take(w, c)
  for _, t in ipairs(c.objects) do
    if w:held(t) then w:say("%s: you have it already.", t.noun)
    elseif t:is "animate" then w:say("%s: it does not let itself be taken.", t.noun)
    elseif t:is "fixed" then w:say("%s: it does not move.", t.noun)
    else
      t.place = "player"
      w:say("%s: taken.", t.noun)
      if t:is "treasure" then w.score = w.score + 10; t:set("treasure", false) end
    end
  end
end

function actions.drop(w, c)
  for _, t in ipairs(c.objects) do
    if w:held(t) then t.place = w.here; w:say("%s: dropped.", t.noun) else w:say("%s: you do not have it.", t.noun) end
  end
end

function actions.put(w, c)
  local target = c.second
  if not target then return w:say("Put it where?") end
  for _, t in ipairs(c.objects) do
    if t == target then w:say("%s: into itself?", t.noun)
    elseif not w:held(t) then w:say("%s: you do not have it.", t.noun)
    elseif target:is "surface" or target:is "container" and target:is "open" then t.place = target.id; w:say("%s: done.", t.noun)
    else w:say("You cannot put things there.") end
  end
end

function actions.open(w, c)
  local t = c.objects[1]
  if not t:is "openable" then w:say("It does not open.")
  elseif t:is "open" then w:say("It is open.")
  elseif t:is "locked" then w:say("It is locked.")
  else t:set("open", true); w.score = w.score + 1; w:say("You open %s.", t:name(true)) end
end

function actions.close(w, c)
  local t = c.objects[1]
  if t:is "open" then t:set("open", false); w:say("You close %s.", t:name(true)) else w:say("It is not open.") end
end

function actions.unlock(w, c)
  local t, key = c.objects[1], c.second
  if not t:is "locked" then w:say("It is not locked.")
  elseif not key then w:say("With what?")
  elseif not w:held(key) then w:say("You do not have %s.", key:name(true))
  elseif t.key ~= key.id then w:say("It does not fit.")
  else t:set("locked", false); w.score = w.score + 2; w:say("The lock clicks.") end
end

function actions.light(w, c)
  local t = c.objects[1]
  if not t:is "light source" then w:say("That would be unwise.")
  elseif t:is "lit" then w:say("It burns already.")
  elseif not w:held(w.things.matches) then w:say("You have no fire.")
  else t:set("lit", true); w:say("%s burns.", (t:name(true):gsub("^t", "T"))) end
end

function actions.read(w, c)
  local t = c.objects[1]
  if t.writing then w:say("\"%s\"", t.writing) else w:say("There is nothing to read.") end
end

function actions.give(w, c)
  local t, to = c.objects[1], c.second
  if not to or not to:is "animate" then w:say("To whom?")
  elseif not w:held(t) then w:say("You do not have it.")
  elseif t.id == "fish" then t.place = "nowhere"; w.score = w.score + 3; w:say("The cat eats the fish and purrs.")
  else w:say("The cat is not interested.") end
end

function actions.inventory(w)
  local list = w:inside "player"
  if #list == 0 then return w:say("You carry nothing.") end
  local names = {}
  for i, t in ipairs(list) do names[i] = t:name() end
  w:say("You carry %s.", table.concat(names, ", "))
end

function actions.go(w, c)
  local to = w.rooms[w.here].exits[c.direction]
  for _, t in pairs(w.things) do
    if t.place == w.here and t.blocks == c.direction and not t:is "open" then return w:say("%s is closed.", (t:name(true):gsub("^t", "T"))) end
  end
  if not to then return w:say("You cannot go %s.", c.direction) end
  w.here = to
  w:describe()
end

function actions.wait(w) w:say("Time passes.") end
function actions.score(w) w:say("%d points in %d turns.", w.score, w.turns) end

function World:perform(list)
  local command, problem = self:parse(list)
  if not command then return self:say(problem) end
  self.turns = self.turns + 1
  if not self:lit() and command.objects and command.verb ~= "light" and command.verb ~= "drop" then return self:say("It is too dark to see.") end
  if command.objects and command.objects.all then
    local place = command.verb == "take" and self.here or "player"
    local chosen = {}
    for _, t in ipairs(self:inside(place)) do
      if not command.objects.except[t] and not (command.verb == "take" and t:is "fixed") and t ~= command.second then chosen[#chosen + 1] = t end
    end
    if #chosen == 0 then return self:say("There is nothing to %s.", command.verb) end
    command.objects = chosen
  end
  if command.objects then self.last = command.objects end
  actions[command.verb](self, command)
end

-- The program -----------------------------------------------------------------------------

local world = World.new()
for line in ([[
look
take lamp and sing
take the brass lamp. i
light lamp
n
x desk
take all except the new book
read book; read the red book; read blue book
read it
put new book on the desk
take the new book and put it on the desk
light the lamp with the matches
inventory, then score
drop all but lamp, matches and key
take small key
s. e. look at cat
give lamp to the cat
open chest
unlock chest
unlock the iron chest with the brass lamp
unlock the iron chest with the small brass key, then open it
take key
take large key
x chest
put matches in chest. close chest. take matches
open chest. take matches
take cat, chest and crown
unlock everything
frobnicate the lamp
take
go sideways
west then down
take fish. north
unlock door with gold key; open door; go north
take crown
drop lamp. x crown
s
take lamp
n. take lamp. s. u. e
offer the fish to cat
eat fish
please carefully take all now
drop everything
take everything
put lamp in lamp
score]]):gmatch "[^\n]+" do
  world.out = {}
  for _, c in ipairs(commands(words(line))) do world:perform(c) end
  print("> " .. line)
  print("  " .. table.concat(world.out, "\n  "))
end
print("final", world.score, world.turns, #world:inside "player")
