"""When functions are optimized, what happens where that was wrong, and that the program does not notice."""
import json

from support import ProgramTest

SUM = """
local function sum(a)
  local s = 0
  for i = 1, #a do s = s + a[i] end
  return s
end
local t = {}
for i = 1, 1000 do t[i] = i end
local x = 0
for k = 1, 1000 do x = x + sum(t) end
print(x)
"""
OTHER_TYPE = """
t[500] = setmetatable({}, {__add = function(a) return a end})
for k = 1, 1000 do x = x + sum(t) end
print(x)
"""


class Optimizing(ProgramTest):
    def events(self, text, *options):
        expected = self.program(text, "--jit=off")
        r = self.program(text, "--jit=optimizing", "--trace=compilation", "--trace-file=events", *options)
        self.expect(r, 0, expected.out, "")
        return [json.loads(line) for line in self.read("events").decode().splitlines()]

    @staticmethod
    def of(events, kind, tier="optimizing", function="program.lua:2"):
        return [e for e in events
                if e["event"] == kind and e.get("tier", "baseline") == tier and e["function"] == function]

    def test_samples_make_a_function_optimized(self):
        events = self.events(SUM)
        self.assertTrue(self.of(events, "tier_up"))
        self.assertFalse(self.of(events, "code_discarded"))
        self.assertFalse(self.of(self.events(SUM, "--jit-optimize-threshold=100000"), "tier_up"))

    def test_unless_only_the_baseline_compiler_is_asked_for(self):
        for mode, optimizes in ((("--jit=baseline",), False), (("--jit=on",), True), ((), True)):
            r = self.program(SUM, *mode, "--trace=compilation", "--trace-file=events")
            self.assertEqual(r.status, 0)
            self.assertEqual(b"optimizing" in self.read("events"), optimizes, mode)

    def test_what_was_wrong_is_learnt(self):
        events = self.events(SUM + OTHER_TYPE)
        left = self.of(events, "deoptimization")
        discarded = self.of(events, "code_discarded")
        self.assertTrue(left)
        self.assertTrue(discarded)
        self.assertEqual(discarded[0]["reason"], "left too often")
        # It ends.
        self.assertLessEqual(len(discarded), 20)

    def test_a_program_under_the_deopt_stress_is_left_again_and_again(self):
        events = self.events(SUM, "--jit-stress=deopt:50")
        self.assertGreater(len(self.of(events, "deoptimization")), 20)
        self.assertFalse(self.of(events, "code_discarded"))

    def test_fuel_ends_at_the_same_unit(self):
        text = ("local n = 0 local function f(x) n = n + 1 return x + 1 end "
                "local ok = pcall(function() for i = 1, 1e9 do f(i) end end)")
        for fuel in (200_000, 200_001, 200_002, 200_003):
            outs = []
            for jit in ("off", "optimizing"):
                r = self.program(text, f"--jit={jit}", f"--fuel={fuel}")
                outs.append((r.status, r.err))
            self.assertEqual(outs[0], outs[1])

    def test_fuel_taken_ahead_is_given_back(self):
        # Three inlined calls take their units at once; guards between them are left (deopt:5: every fifth one).
        text = """local function a(x) return x + 1 end
          local function b(x) return x * 3 end
          local function c(x) return x - 2 end
          local function step(x, t) local u = a(x) local v = b(t[1]) local w = c(u + t[2]) return u + v + w end
          local n, t = 0, {1, 2}
          while true do t[2] = n % 5 step(n, t) n = n + 1 io.stdout:write(n, '\\n') end"""
        ends = self.write("p.lua", text.replace("while true", "while n < 9000"))
        graphs = self.devvm("jit", "--graphs", "--function=step", ends)
        self.assertIn("poll_many 4", graphs.err + graphs.out)
        for fuel in range(3000, 3006):
            outs = []
            at_once = ("--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once")
            for options in ((), at_once, (*at_once, "--jit-stress=deopt:5")):
                r = self.program(text, f"--fuel={fuel}", *options)
                outs.append(r.out[-20:])
            self.assertEqual(outs, outs[:1] * 3, fuel)

    def test_fuel_of_the_next_round_is_given_back(self):
        # The end of a round takes the unit of the call that the next one begins with; guards in front of that are left.
        text = '''local function sum(x, y) return x + y end
          local t = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
          local n, s = 0, 0
          while true do
            for i = 1, 10 do s = s + sum(t[i], i) n = n + 1 end
            io.stdout:write(n, ' ', s, '\\n')
            t[n // 10 % 10 + 1] = n % 7 == 0 and 0.5 or n
          end'''
        for fuel in range(20000, 20024, 3):
            outs = []
            at_once = ("--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once")
            for options in (("--jit=off",), at_once, (*at_once, "--jit-stress=deopt:5")):
                r = self.program(text, f"--fuel={fuel}", *options)
                outs.append(r.out)
            self.assertEqual(outs, outs[:1] * 3, fuel)

    def test_what_is_too_large_stays_as_it_is(self):
        def program(statements, calls):
            body = "\n".join(f"x = (x * 3 + {k}) % 1009" for k in range(statements))
            return f"""local function large(x)
                for i = 1, 30 do
                  {body}
                end
                return x
              end
              local s = 0
              for n = 1, {calls} do s = s + large(n) end
              print(s)"""
        events = self.events(program(9000, 150))
        refused = self.of(events, "compilation_refused", function="program.lua:1")
        self.assertEqual({e["reason"] for e in refused}, {"the function is too large"})
        self.assertLessEqual(len(refused), 2)  # for calls, and for the loop
        self.assertFalse(self.of(events, "tier_up", function="program.lua:1"))
        events = self.events(program(500, 1000))
        self.assertTrue(self.of(events, "tier_up", function="program.lua:1"))

    def test_in_the_background(self):
        events = self.events(SUM.replace("1000 do x", "20000 do x"), "--jit-background=on")
        queued = self.of(events, "compilation_queued")
        self.assertTrue(queued)
        ends = [e for kind in ("tier_up", "compilation_refused", "compilation_cancelled") for e in self.of(events, kind)]
        self.assertTrue(ends)
        self.assertLess(events.index(queued[0]), events.index(ends[0]))
        self.assertFalse(self.of(self.events(SUM), "compilation_queued"))
