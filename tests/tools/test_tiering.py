"""When functions are compiled, and when their code goes away again; programs that try to have too much of it."""
import json
import subprocess

from support import SCALE, ProgramTest

# Many functions of some size: make(n) gives n of them.
MAKE = """
local function make(n, salt)
  local f = {}
  for i = 1, n do
    f[i] = load('local x, t = ... for i = 1, 3 do x = x + i * t[1] t[i] = x % 7 end return x + ' .. i * 1000 + salt)
  end
  return f
end
local t = { 1, 2, 3 }
local function all(f, times)
  local s = 0
  for k = 1, times do for i = 1, #f do s = s + f[i](i, t) end end
  return s
end
"""


class EventsTest(ProgramTest):
    def events(self, text, *options, seconds=60):
        r = self.program(text, "--jit=on", "--trace=compilation", "--trace-file=events", *options, seconds=seconds)
        return r, [json.loads(line) for line in self.read("events").decode().splitlines()]

    def same_as_interpreted(self, text, *options, seconds=60):
        expected = self.program(text, "--jit=off", seconds=seconds)
        self.assertEqual(expected.status, 0, expected)
        r, events = self.events(text, *options, seconds=seconds)
        self.expect(r, 0, expected.out, "")
        return events


class Tiering(EventsTest):
    def test_calls_far_apart_do_not_add_up(self):
        seldom = "local function f(x) return x + 1 end local s = 0 for i = 1, 300 do s = s + f(i) for j = 1, %d do s = s + j end end print(s)"
        often = self.same_as_interpreted(seldom % 100)
        self.assertIn("program.lua:1", [e["function"] for e in often if e["event"] == "tier_up"])
        rarely = self.same_as_interpreted(seldom % 150000)
        self.assertNotIn("program.lua:1", [e["function"] for e in rarely if e["event"] == "tier_up"])

    def test_code_outlives_the_objects_of_a_burst(self):
        # Six full collections find no point: twice as many as a shape that nobody has survives.
        text = """
local Point = {}
Point.__index = Point
function Point.new(x, y) return setmetatable({x = x, y = y}, Point) end
function Point:sum() return self.x + self.y end
local sum = 0
for burst = 1, 4 do
  for i = 1, 200000 do sum = sum + Point.new(i, burst):sum() end
  for _ = 1, 6 do collectgarbage() end
end
print(sum)
"""
        def compiled(events):
            return sorted(e["function"] for e in events if e["event"] == "tier_up" and e["function"] != "program.lua:0")
        once = compiled(self.same_as_interpreted(text.replace("burst = 1, 4", "burst = 1, 1")))
        often = compiled(self.same_as_interpreted(text))
        self.assertEqual(once, often)

    def test_idle_code_is_discarded_and_comes_back(self):
        text = MAKE + ("local f = make(1200, 0) print(all(f, 250)) local s = 0 for i = 1, 70000000 do s = s + (i & 3) end print(s) "
                       "print(all(f, 250))")
        events = self.same_as_interpreted(text, seconds=90)
        order = [e["event"] for e in events]
        self.assertGreater([e.get("reason") for e in events].count("not entered for long"), 1000)
        back = order[len(order) - order[::-1].index("code_discarded"):]
        self.assertGreater(back.count("tier_up"), 1000)

    def test_new_functions_get_the_room_of_old_ones(self):
        text = MAKE + ("for phase = 1, 3 do local f = make(900, phase) keep = keep or {} keep[phase] = f print(all(f, 6000)) end "
                       "print(all(keep[1], 3))")
        events = self.same_as_interpreted(text, "--jit-memory=1M", "--jit-threshold=20", seconds=120)
        names = [e["event"] for e in events]
        self.assertIn("code_discarded", names)
        self.assertIn("compilation_refused", names)
        last = len(names) - names[::-1].index("tier_up")
        self.assertGreater(last, names.index("code_discarded"))

    def test_trace_for_people(self):
        r = self.program("local function f(x) return x end for i = 1, 1000 do f(i) end print('done')", "--jit=on", "--trace-jit")
        self.expect(r, 0, "done\n")
        self.assertRegex(r.err, r"(?m)^jit: tier up program.lua:1, \d+ bytes: calls$")

    def test_words(self):
        for mode in ("off", "baseline", "on"):
            self.expect(self.program("print(1)", f"--jit={mode}"), 0, "1\n", "")
        for wrong in ("--jit=fast", "--jit-stress=osr", "--jit-stress=osr:0", "--jit-stress=osr:x", "--jit-stress=all:3"):
            self.expect(self.program("print(1)", wrong), 2, "", wrong.split("=")[0])


class Hostile(EventsTest):
    def test_endless_load_meets_the_time_limit(self):
        text = "local i = 0 while true do i = i + 1 local f = load('local x = ... return x + ' .. i) for k = 1, 300 do f(k) end end"
        for options in ([], ["--jit-threshold=2"], ["--memory-limit=64M"]):
            r = self.program(text, "--jit=on", "--timeout=1s", *options, stdout=subprocess.DEVNULL)
            self.assertEqual(r.status, 1, r)
            self.assertIn("time limit exceeded", r.err)
            self.assertLess(r.seconds, 3 * SCALE)

    def test_thousands_of_functions(self):
        text = MAKE + "local f = make(6000, 0) print(all(f, 250))"
        events = self.same_as_interpreted(text)
        self.assertTrue([e for e in events if e["event"] == "tier_up"])
        limited, events = self.events(text, "--memory-limit=64M")
        self.expect(limited, 0, None, "")
        self.assertIn("machine code has its share of the memory limit", {e.get("reason") for e in events})

    def test_functions_with_many_instructions(self):
        parts = "".join(f"a = a + b * {i % 100} " for i in range(15000))
        text = f"local function f(a, b) {parts} return a end local s = 0 for i = 1, 210 do s = s + f(i, 2) end print(s)"
        events = self.same_as_interpreted(text)
        self.assertIn("program.lua:1", [e["function"] for e in events if e["event"] == "tier_up"])

    def test_thousands_of_shapes(self):
        text = ("local function get(t) return t.x end local function set(t, v) t.x = v end local s = 0 "
                "for i = 1, 5000 do local t = { ['k' .. i] = 1, x = i } set(t, get(t) + 1) s = s + get(t) end print(s)")
        self.same_as_interpreted(text)

    def test_thousands_of_call_targets(self):
        text = ("local function call(f, x) return f(x) end local s = 0 "
                "for i = 1, 5000 do s = s + call(load('return ... + ' .. i), i) end print(s)")
        self.same_as_interpreted(text, "--memory-limit=64M")


class Stress(ProgramTest):
    """tests/run.py has modes of these for all programs; here, that they do what they say."""

    TEXT = ("local function f(n) local s = 0 for i = 1, n do s = s + i end return s end "
            "local co = coroutine.wrap(function() while true do coroutine.yield(f(30)) end end) "
            "local function deep(n) if n == 0 then return f(50) + co() end return deep(n - 1) + 1 end "
            "local s = 0 for i = 1, 60 do s = s + deep(20) + f(10) end print(s)")

    def test_reclaiming(self):
        for n in (1, 2, 7, 50):
            r = self.program(self.TEXT, "--jit=on", "--jit-threshold=1", f"--jit-stress=reclaim:{n}", "--trace=compilation",
                             "--trace-file=events")
            self.expect(r, 0, "108900\n", "")
            reasons = [e.get("reason") for e in map(json.loads, self.read("events").decode().splitlines())]
            self.assertGreater(reasons.count("stress"), 10, n)

    def test_leaving_and_entering(self):
        for n in (1, 2, 7, 50):
            for more in ([], ["--gc-stress=move:5"], ["--fuel=1000000"]):
                r = self.program(self.TEXT, "--jit=on", "--jit-threshold=1", f"--jit-stress=osr:{n}", *more)
                self.expect(r, 0, "108900\n", "")
