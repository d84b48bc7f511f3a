-- Mixed mutation for a given time, by actors that each know what they must hold: contents are functions of keys and of
-- plain counters, so every check recomputes what should be there. Any operation may end in "not enough memory"; an
-- actor counts what it did only after it is done, so the counters are right whatever was interrupted.
-- Arguments: seconds, seed, limit in KiB (0: no storms). Runs in the reference implementation, too.
local seconds, seed, limit = tonumber(arg[1]) or 5, tonumber(arg[2]) or 1, tonumber(arg[3]) or 0
local random = math.random
math.randomseed(seed)

local OUT = "not enough memory"
local stats = {rounds = 0, checks = 0, memory = 0, storms = 0, finalized = 0, loaded = 0, resumed = 0}

local function lost(what, ...)
  io.stdout:write("lost: ", what, ": ", table.concat({...}, " "), "\n")
  io.stdout:flush()
  os.exit(1)
end
local function check(ok, what, ...)
  stats.checks = stats.checks + 1
  if not ok then
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    lost(what, table.unpack(words))
  end
end
local function mix(n) return (n * 2654435761 + 12345) & 0xFFFFFFFF end

-- Raises what pcall caught unless it is the lack of memory; true if it was.
local function short(ok, message)
  if ok then return false end
  if message ~= OUT then lost("unexpected error", tostring(message)) end
  stats.memory = stats.memory + 1
  return true
end

-- Takes out one of a list of n; the last one takes its place.
local function drop(list, i, n)
  list[i] = list[n]
  list[n] = nil
end

local actors = {}

-- Records in a map with keys of several types, linked among each other.
do
  local map, live, low, high = {}, 0, 1, 0
  local function key(n)
    local kind = n % 3
    if kind == 0 then return n elseif kind == 1 then return "key" .. n else return n + 0.5 end
  end
  local function insert(n)
    local previous = high >= low and map[key(high)] or false
    local record = {id = n, text = "record " .. n, hash = mix(n), list = {n, n + 1, tostring(n)}, previous = previous}
    if n % 5 == 0 then record.extra, record.more, record["f" .. n % 97] = n, {n}, n end
    map[key(n)] = record
    high, live = n, live + 1
  end
  local function remove()
    local follower = low < high and map[key(low + 1)]
    if follower then follower.previous = false end
    map[key(low)] = nil
    low, live = low + 1, live - 1
  end
  actors.records = {
    grow = function() for _ = 1, random(200) do insert(high + 1) end end,
    shrink = function() for _ = 1, math.min(random(300), live) do remove() end end,
    check = function()
      local n = 0
      for k, r in next, map do
        n = n + 1
        check(k == key(r.id), "key of a record", k, r.id)
        check(r.hash == mix(r.id) and r.text == "record " .. r.id, "contents of a record", r.id)
        check(r.list[1] == r.id and r.list[2] == r.id + 1 and r.list[3] == tostring(r.id), "list of a record", r.id)
        check(r.id % 5 ~= 0 or (r.extra == r.id and r.more[1] == r.id and r["f" .. r.id % 97] == r.id), "extras", r.id)
        check(not r.previous or r.previous.id == r.id - 1, "link of a record", r.id)
      end
      check(n == live and live == high - low + 1, "records", n, live)
    end,
  }
end

-- Long arrays of numbers, strings and small tables, changed in the middle.
do
  local arrays, count = {}, 0
  local function element(a, i)
    local kind = (a + i) % 4
    if kind == 0 then return mix(a + i) elseif kind == 1 then return i + 0.25 elseif kind == 2 then return "e" .. a + i end
  end
  actors.arrays = {
    grow = function()
      local id, n, t = random(1000000), random(2000), {}
      for i = 1, n do t[i] = element(id, i) or {i, id} end
      arrays[count + 1] = {id = id, n = n, items = t}
      count = count + 1
    end,
    shrink = function()
      for _ = 1, math.min(random(3), count) do
        drop(arrays, random(count), count)
        count = count - 1
      end
    end,
    mutate = function()
      if count == 0 then return end
      local a = arrays[random(count)]
      for _ = 1, 100 do
        local i = random(a.n)
        a.items[i] = element(a.id, i) or {i, a.id}
      end
    end,
    check = function()
      for i = 1, count do
        local a = arrays[i]
        for j = 1, a.n do
          local want, is = element(a.id, j), a.items[j]
          if want == nil then
            check(type(is) == "table" and is[1] == j and is[2] == a.id, "table in an array", a.id, j)
          else
            check(is == want, "element of an array", a.id, j, is, want)
          end
        end
      end
    end,
  }
end

-- Closures that count, pairwise sharing a captured variable.
do
  local list, count = {}, 0
  local function pair(id)
    local shared = id
    local function up() shared = shared + 1 return shared end
    local function get() return shared, id end
    return {id = id, calls = 0, up = up, get = get}
  end
  actors.closures = {
    grow = function() for _ = 1, random(100) do list[count + 1] = pair(random(1 << 40)) count = count + 1 end end,
    shrink = function()
      for _ = 1, math.min(random(120), count) do
        drop(list, random(count), count)
        count = count - 1
      end
    end,
    mutate = function()
      for _ = 1, math.min(200, count) do
        local c = list[random(count)]
        c.up()
        c.calls = c.calls + 1
      end
    end,
    check = function()
      for i = 1, count do
        local c = list[i]
        local value, id = c.get()
        check(id == c.id and value == c.id + c.calls, "closure", id, c.id, value, c.calls)
      end
    end,
  }
end

-- Strings: built in several ways, found again by equal ones.
do
  local set, count, next_ = {}, 0, 0
  local function text(n)
    local kind = n % 4
    if kind == 0 then return "short" .. n end
    if kind == 1 then return ("<%d|%s|%x>"):format(n, n, n) .. ("%d,"):format(n):rep(30) end
    if kind == 2 then
      local parts = {}
      for i = 1, 20 do parts[i] = n * i end
      return table.concat(parts, ";")
    end
    return string.rep(string.char(97 + n % 26), 64 + n % 3000) .. n
  end
  local first = 1
  actors.strings = {
    grow = function()
      for _ = 1, random(50) do
        set[text(next_ + 1)] = next_ + 1
        next_, count = next_ + 1, count + 1
      end
    end,
    shrink = function()
      for _ = 1, math.min(random(80), count) do
        local t = text(first)
        set[t] = nil
        first, count = first + 1, count - 1
      end
    end,
    check = function()
      for n = first, next_ do
        local t = text(n)
        check(set[t] == n, "string", n, #t)
        check(n % 4 ~= 3 or t:sub(-#tostring(n)) == tostring(n), "end of a string", n)
      end
    end,
  }
end

-- Coroutines, suspended in nested calls with locals of all kinds.
do
  local list, count = {}, 0
  local function deep(n, id, k)
    if n > 0 then return 1 + deep(n - 1, id, k) end
    local box = {id, k}
    coroutine.yield(id + k, box)
    return box[2] - k
  end
  local function body(id)
    local k, kept = 0, {}
    while true do
      k = k + 1
      kept[k % 5 + 1] = {id = id, k = k}
      local depth = id % 20
      if deep(depth, id, k) ~= depth then lost("coroutine's stack", tostring(id)) end
      local e = kept[k % 5 + 1]
      if e.id ~= id or e.k ~= k then lost("coroutine's locals", tostring(id)) end
    end
  end
  local function step(c)
    local ok, sum, box = coroutine.resume(c.thread)
    if not ok then  -- died for lack of memory: another takes its place
      c.dead = true
      short(ok, sum)
      return
    end
    c.k = c.k + 1
    stats.resumed = stats.resumed + 1
    check(sum == c.id + c.k and box[1] == c.id and box[2] == c.k, "coroutine", c.id, c.k, sum)
  end
  actors.coroutines = {
    grow = function()
      for _ = 1, random(30) do
        local c = {id = random(1000000), k = 0, thread = coroutine.create(body)}
        local ok, sum = coroutine.resume(c.thread, c.id)
        if short(ok, sum) then error(OUT, 0) end
        check(sum == c.id + 1, "first step of a coroutine", c.id)
        c.k = 1
        list[count + 1] = c
        count = count + 1
      end
    end,
    shrink = function()
      for _ = 1, math.min(random(40), count) do
        local i = random(count)
        if random(2) == 1 then coroutine.close(list[i].thread) end
        drop(list, i, count)
        count = count - 1
      end
    end,
    mutate = function()
      for _ = 1, math.min(60, count) do
        local i = random(count)
        local c = list[i]
        if not c.dead then step(c) end
        if c.dead then
          drop(list, i, count)
          count = count - 1
          if count == 0 then return end
        end
      end
    end,
    check = function()
      for i = 1, count do
        check(list[i].dead or coroutine.status(list[i].thread) == "suspended", "status of a coroutine")
      end
    end,
  }
end

-- Weak tables: what is held elsewhere stays, what is not goes at a full collection.
do
  local held, count, made = {}, 0, 0
  local byKey = setmetatable({}, {__mode = "k"})      -- ephemerons: each value refers to its key
  local byName = setmetatable({}, {__mode = "v"})
  local both = setmetatable({}, {__mode = "kv"})
  actors.weak = {
    grow = function()
      for _ = 1, random(100) do
        local id = made + 1
        local o = {id = id, name = "weak" .. id}
        byKey[o] = {back = o, id = id}
        byName[id] = o
        both[o] = o
        made = id
        if id % 2 == 0 then
          held[count + 1] = o
          count = count + 1
        end
      end
    end,
    shrink = function()
      for _ = 1, math.min(random(80), count) do
        drop(held, random(count), count)
        count = count - 1
      end
    end,
    check = function()
      for i = 1, count do
        local o = held[i]
        check(byName[o.id] == o and both[o] == o, "weak entry", o.id)
        check(byKey[o] and byKey[o].back == o and byKey[o].id == o.id, "ephemeron", o.id)
        check(o.name == "weak" .. o.id, "held object", o.id)
      end
    end,
    collected = function()
      local keys, names, pairs_ = 0, 0, 0
      for k, v in next, byKey do check(v.back == k, "ephemeron's pair") keys = keys + 1 end
      for id, o in next, byName do check(o.id == id, "weak value") names = names + 1 end
      for k, v in next, both do check(rawequal(k, v), "weak pair") pairs_ = pairs_ + 1 end
      check(keys == count and names == count and pairs_ == count, "dead weak entries are left", keys, names, pairs_, count)
    end,
  }
end

-- Finalizers: each runs once, some keep their object alive for another round, some raise errors.
do
  local alive, made, again, finalized, list = 0, 0, {}, 0, {}
  local meta = {}
  function meta.__gc(o)
    if o.id ~= o.box[1] then lost("a finalized object's contents", tostring(o.id)) end
    if o.id % 7 == 0 and not o.second then
      o.second = true
      again[#again + 1] = o
      setmetatable(o, meta)  -- finalized a second time
      return
    end
    finalized = finalized + 1
    stats.finalized = stats.finalized + 1
    if o.done then lost("finalized twice", tostring(o.id)) end
    o.done = true
    if o.id % 11 == 0 then error("in a finalizer") end
  end
  actors.finalizers = {
    grow = function()
      for _ = 1, random(40) do
        local o = {id = made + 1, box = {made + 1}}
        list[alive + 1] = o
        setmetatable(o, meta)
        made, alive = made + 1, alive + 1
      end
    end,
    shrink = function()
      for _ = 1, math.min(random(50), alive) do
        drop(list, random(alive), alive)
        alive = alive - 1
      end
    end,
    check = function()
      for i = 1, alive do check(not list[i].done, "finalized while alive", list[i].id) end
      check(finalized <= made - alive, "finalized too many", finalized, made, alive)
    end,
    finalizes = true,
    collected = function()
      for _ = 1, 4 do
        for i = #again, 1, -1 do again[i] = nil end
        collectgarbage()
      end
      check(#again == 0 and finalized == made - alive, "finalizers that did not run", finalized, made - alive, #again)
    end,
  }
end

-- Errors through many frames, and closing of variables on the way.
do
  local function dive(n, log)
    local guard <close> = setmetatable({}, {__close = function() log.closed = log.closed + 1 end})
    if n == 0 then error({code = log.code, deep = {log.code}}) end
    return dive(n - 1, log) + 1
  end
  actors.errors = {
    mutate = function()
      for _ = 1, 10 do
        local log = {closed = 0, code = random(1000000)}
        local depth = random(50)
        local ok, e = pcall(dive, depth, log)
        if e == OUT then error(OUT, 0) end
        check(not ok and type(e) == "table" and e.code == log.code and e.deep[1] == log.code, "error value", tostring(e))
        check(log.closed == depth + 1, "closed variables", log.closed, depth + 1)
        local _, text = xpcall(function() local x = nil; return x.field end, debug.traceback)
        if type(text) ~= "string" then lost("traceback", tostring(text)) end
      end
    end,
  }
end

-- Code made, run and dropped.
do
  local kept, count = {}, 0
  actors.code = {
    mutate = function()
      for _ = 1, 3 do
        local a, b = random(1000), random(1000)
        local source = ("local t = {...} local function f(x) return x * %d + %d end\n local s = 0 for i = 1, 100 do s = s + f(i) + #t end\n return s, f")
          :format(a, b)
        local chunk, message = load(source, "=soak" .. a)
        if not chunk then
          short(false, message:match("not enough memory") or message)
          error(OUT, 0)
        end
        local sum, f = chunk(1, 2)
        check(sum == 5050 * a + 100 * b + 200, "result of loaded code", sum, a, b)
        stats.loaded = stats.loaded + 1
        local i = random(50)
        kept[i] = {a = a, b = b, f = f, dump = string.dump(chunk)}
        count = i
      end
    end,
    check = function()
      for _, k in next, kept do
        check(k.f(10) == 10 * k.a + k.b, "loaded function")
        local chunk = load(k.dump, "dump", "b")
        if chunk then check(chunk() == 5050 * k.a + 100 * k.b, "dumped function") end
      end
    end,
  }
end

-- What fills memory up to the edge of the limit: blocks of several sizes, replaced in random order.
local ballast, blocks = {}, 0
local function addBallast()
  local n = blocks + 1
  local kind = n % 3
  local b
  if kind == 0 then
    b = string.rep(string.char(n % 256), 20000) .. n
  elseif kind == 1 then
    b = {}
    for i = 1, 400 do b[i] = {i, n} end
  else
    b = table.pack(string.byte(string.rep(string.char(n % 256), 900), 1, -1))
  end
  ballast[n] = b
  blocks = n
end
local function checkBallast()
  for n = 1, blocks do
    local b, kind = ballast[n], n % 3
    if kind == 0 then
      check(#b == 20000 + #tostring(n) and b:byte(random(20000)) == n % 256, "ballast text", n)
    elseif kind == 1 then
      for i = 1, 400, 7 do check(b[i][1] == i and b[i][2] == n, "ballast table", n) end
    else
      check(b.n == 900 and b[random(900)] == n % 256, "ballast array", n)
    end
  end
end

-- Allocation without end, in several shapes: must end in the error, and leave everything else as it was.
local storms = {
  function() local t = {} for i = 1, math.huge do t[i] = {i} end end,
  function() local t = {} for i = 1, math.huge do t[i] = ("x"):rep(1000) .. i end end,
  function() local s = "0123456789abcdef" while true do s = s .. s end end,
  function() local t = {} for i = 1, math.huge do t["k" .. i] = i end end,
  function() local t = {} for i = 1, math.huge do t[i] = coroutine.wrap(function() coroutine.yield() end) t[i]() end end,
  function() local c for i = 1, math.huge do local d = c c = function() return d, i end end end,
  function() local t = {} for i = 1, math.huge do t[i] = setmetatable({i}, {__gc = function() end}) end end,
}
local function storm()
  local ok, message = pcall(storms[random(#storms)])
  check(not ok and tostring(message):find(OUT, 1, true), "a storm's error", tostring(message))
  stats.storms = stats.storms + 1
end

local names = {}
for name in pairs(actors) do names[#names + 1] = name end
table.sort(names)

-- A check needs memory, too: where there is none, ballast goes, and when all of that is gone what the actors hold.
local function checkWithRoom(name)
  for _ = 1, 2000 do
    if not short(pcall(actors[name].check)) then return end
    if blocks > 0 then
      ballast[blocks] = nil
      blocks = blocks - 1
    else
      for _, other in ipairs(names) do
        if actors[other].shrink then short(pcall(actors[other].shrink)) end
      end
    end
    collectgarbage()
  end
  error("no room to check " .. name .. ": " .. collectgarbage("count") // 1 .. " KiB in use")
end

local function checkAll()
  for _, name in ipairs(names) do
    if actors[name].check then checkWithRoom(name) end
  end
  checkBallast()
end

local function report()
  local words = {}
  for k, v in pairs(stats) do words[#words + 1] = k .. "=" .. v end
  table.sort(words)
  io.stdout:write("soak ", table.concat(words, " "), " live=", collectgarbage("count") // 1 | 0, "\n")
  io.stdout:flush()
end

local edge = limit > 0 and limit * 0.94 or 20000  -- KiB alive that are aimed at
local finish = os.time() + seconds
local said = os.time()
while os.time() < finish do
  stats.rounds = stats.rounds + 1
  for _ = 1, 40 do
    local actor = actors[names[random(#names)]]
    local operation = random(3)
    -- Random walks would run away: what is large is more likely to shrink.
    local f = operation == 1 and actor.grow or operation == 2 and actor.shrink or actor.mutate or actor.grow
    if f and short(pcall(f)) and actor.shrink then
      for _ = 1, 5 do short(pcall(actor.shrink)) end
    end
  end
  if stats.rounds % 4 == 0 then
    collectgarbage()
    local live = collectgarbage("count")
    if live > edge then
      local drop = random(20) + blocks // 4
      for _ = 1, math.min(drop, blocks) do ballast[blocks] = nil blocks = blocks - 1 end
      if blocks == 0 then
        for _, name in ipairs(names) do
          if actors[name].shrink then for _ = 1, 10 do short(pcall(actors[name].shrink)) end end
        end
      end
    else
      while collectgarbage("count") < edge do if short(pcall(addBallast)) then break end end
    end
  end
  if limit > 0 and stats.rounds % 16 == 0 then storm() end
  if stats.rounds % 8 == 0 then checkAll() end
  if stats.rounds % 32 == 0 then
    for _, name in ipairs(names) do
      local actor = actors[name]
      if actor.collected then
        collectgarbage()
        actor.collected()
      end
    end
  end
  if os.time() > said then
    said = os.time()
    report()
  end
end
checkAll()
report()
io.stdout:write("sound\n")
