"""devvm jit: the report on compiled functions, its forms, and what it leaves to the program."""
import json
import pathlib
import sys

from support import VM, ProgramTest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench" / "run.py"

PROGRAM = """
local function double(x) return x + x end
local function apply(f, n) local s = 0 for i = 1, n do s = s + f(i) end return s end
print(apply(double, 5000))
io.stderr:write('from the program\\n')
"""


class Report(ProgramTest):
    def jit(self, text, *options, arguments=(), **more):
        return self.devvm("jit", *options, self.write("p.lua", text), *arguments, **more)

    def facts(self, text, *options, **more):
        """The JSON report, with functions by name, and the result."""
        r = self.jit(text, "--json", "--output=report", *options, **more)
        facts = json.loads(self.read("report"))
        facts["by"] = {f["name"]: f for f in facts["functions"]}
        return facts, r

    def test_table_comes_behind_the_program(self):
        r = self.jit(PROGRAM)
        self.expect(r, 0, "25005000\n", "from the program\nfunction ")
        self.assertRegex(r.err, r"\ndouble +p\.lua:2 +baseline +calls +\d+ +\d+ +\d+ ")
        self.assertRegex(r.err, r"\napply +p\.lua:3 +baseline +loop ")
        self.assertRegex(r.err, r"\n2 functions compiled\n\d+ instructions, \d+ bytes of bytecode, \d+ bytes of machine code")
        self.assertNotIn("\x1b", r.err)

    def test_report_goes_where_it_is_told(self):
        r = self.jit(PROGRAM, "--output=report")
        self.expect(r, 0, "25005000\n")
        self.assertEqual(r.err, "from the program\n")
        self.assertIn(b"2 functions compiled", self.read("report"))
        r = self.jit(PROGRAM, "-o", "-")
        self.assertEqual(r.err, "from the program\n")
        self.assertTrue(r.out.startswith("25005000\nfunction "), r)
        self.expect(self.jit(PROGRAM, "--output=no/such/folder"), 1, "", "cannot write no/such/folder")

    def test_counts(self):
        facts, r = self.facts(PROGRAM)
        double, apply = facts["by"]["double"], facts["by"]["apply"]
        self.assertEqual(r.out, "25005000\n")
        calls = double["callsFromInterpreter"] + double["callsFromMachineCode"]
        self.assertGreater(double["callsFromMachineCode"], 2000)
        self.assertLess(calls, 5000)
        self.assertEqual((apply["loopEntries"], apply["callsFromMachineCode"], apply["line"]), (1, 0, 3))
        self.assertEqual(sum(double["sections"].values()), double["machineBytes"])
        self.assertEqual(facts["totals"]["compiled"], 2)
        self.assertEqual(facts["totals"]["machineBytes"], double["machineBytes"] + apply["machineBytes"])
        plain, _ = self.facts(PROGRAM, "--no-counts")
        self.assertLess(plain["by"]["double"]["machineBytes"], double["machineBytes"])
        self.assertNotIn("callsFromMachineCode", plain["by"]["double"])

    def test_rare_cases_are_counted(self):
        # Metamethods of variable arguments are called by the interpreter.
        text = ("local mt = {__len = function(...) return 7 end} local o = setmetatable({}, mt) "
                "local function size(t) return #t + 1 end local n = 0 for i = 1, 1000 do n = n + size(o) end print(n)")
        facts, r = self.facts(text, "--jit-threshold=1")
        self.assertEqual(r.out, "8000\n")
        # The first versions were left, since they expected no metamethod; the last one comes back from each.
        versions = [f for f in facts["functions"] if f["name"] == "size"]
        self.assertGreater(len(versions), 1)
        last = versions[-1]
        self.assertEqual(last["rareSteps"], last["callsFromMachineCode"] + last["callsFromInterpreter"])
        self.assertGreater(last["rareSteps"], 900)

    def test_metamethods_are_no_rare_cases(self):
        text = ("local mt = {__len = function() return 7 end} local o = setmetatable({}, mt) "
                "local function size(t) return #t + 1 end local n = 0 for i = 1, 1000 do n = n + size(o) end print(n)")
        facts, r = self.facts(text, "--jit-threshold=1")
        self.assertEqual(r.out, "8000\n")
        last = [f for f in facts["functions"] if f["name"] == "size"][-1]
        self.assertGreater(last["callsFromMachineCode"], 900)
        self.assertEqual(last["rareSteps"], 0)

    def test_status_and_report_of_programs_that_fail(self):
        for ending, status in (("error('boom')", 1), ("os.exit(7)", 7), ("os.exit(true)", 0), ("", 0)):
            facts, r = self.facts(PROGRAM + ending)
            self.assertEqual(r.status, status, ending)
            self.assertEqual(facts["totals"]["compiled"], 2, ending)
        facts, r = self.facts(PROGRAM + "while true do end", "--fuel=100000")
        self.expect(r, 1, None, "fuel exhausted")
        self.assertIn("main chunk", facts["by"])
        self.expect(self.jit("x ="), 1, "", "p.lua:1: unexpected symbol")

    def test_arguments_and_input(self):
        self.expect(self.jit("print(...)", arguments=("--json", "b")), 0, "--json\tb\n")
        self.expect(self.devvm("jit", "-", stdin="print(1)"), 0, "1\n", "0 functions compiled")

    def test_compile_all_runs_nothing(self):
        facts, r = self.facts(PROGRAM, "--compile-all", "--rounds=5")
        self.expect(r, 0, "", "")
        self.assertEqual([f["name"] for f in facts["functions"]], ["main chunk", "double", "apply"])
        self.assertEqual(len(facts["processorNanos"]), 5)
        self.assertGreater(min(facts["processorNanos"]), 0)
        self.assertEqual({f["reason"] for f in facts["functions"]}, {"asked for"})
        self.assertRegex(self.jit(PROGRAM, "--compile-all", "--rounds=3").err, r"3 rounds: \d+\.\d\d million instructions a second")

    def test_functions_that_die_are_told_of(self):
        text = "local s = 0 for i = 1, 3000 do s = s + load('return ' .. i)() end print(s) collectgarbage()"
        facts, r = self.facts(text, "--jit-threshold=1", seconds=60)
        self.assertEqual(r.out, "4501500\n")
        ends = [f["end"] for f in facts["functions"]]
        self.assertEqual(len(ends), 3001)
        self.assertGreater(ends.count("the function is dead"), 2900)
        self.assertEqual(facts["totals"]["ended"], ends.count("the function is dead"))

    def test_refusals_have_their_reason(self):
        text = ("local t = {'local a, b = ... '} for i = 1, 200000 do t[#t + 1] = 'a = a + b * ' .. i % 100 .. ' ' end "
                "t[#t + 1] = 'return a' print(load(table.concat(t))(1, 2))")
        facts, r = self.facts(text, "--jit-threshold=1")
        self.assertEqual([f["refusal"] for f in facts["refused"]], ["the function is too long"])
        self.assertIn("nothing is compiled: ", self.jit("print(1)", "--jit-refuse").err)
        self.expect(self.jit("print(1)", "--jit=off"), 0, "1\n", "nothing is compiled: --jit=off")

    def test_wrong_use(self):
        for options in ((), ("--rounds=0", "--compile-all", "p.lua"), ("--rounds=3", "p.lua"), ("--nonsense", "p.lua"), ("--function", "")):
            self.expect(self.devvm("jit", *options), 2, "", "Try 'devvm jit --help'")


class Detail(Report):
    POINTS = """
local Point = {} Point.__index = Point
function Point.new(x, y) return setmetatable({x = x, y = y}, Point) end
function Point:sum() return self.x + self.y end
local function total(list)
  local s = 0
  for i = 1, #list do
    s = s + list[i].x
  end
  return s
end
local p = Point.new(3, 4)
local n = 0
for i = 1, 3000 do n = n + p:sum() end
print(n)
local l = {p, {x = 1}, {x = 1, y = 2}, {y = 2, x = 1}, {z = 1, y = 2, x = 1}}
for i = 1, 400 do total(l) end
local d = {}
for i = 1, 100 do d['k' .. i] = i end
d.x = 1
for i = 1, 300 do total({d}) end
"""

    def function(self, text, name, *options):
        facts, r = self.facts(text, f"--function={name}", *options)
        return facts["functions"][0], r

    def test_text_has_source_bytecode_and_machine_code(self):
        r = self.jit(self.POINTS, "--function=total")
        self.expect(r, 0, "21000\n")
        lines = r.err.splitlines()
        self.assertEqual(lines[0], "total  p.lua:5")
        order = ["-- straight line", "  entry for compiled callers:", "  entry from the interpreter:", "6    |   local s = 0", "  0    ",
                 "  entry at the loop of", "8    |     s = s + list[i].x", "10   |   return s", "-- cold paths", "-- rare cases", "-- ways back"]
        at = -1
        for wanted in order:
            at = next((i for i, line in enumerate(lines) if i > at and line.startswith(wanted)), None)
            self.assertIsNotNone(at, wanted)
        self.assertRegex(r.err, r'\n  \d+ +get_field "x" +\[rare \d+\]\n +cache mega: \{')
        for note in ("isolate.budget", "isolate.stackLimit", "; stub slow\n", "; stepOne\n", "; nil\n", "; list\n", "; s\n", "rare case of "):
            self.assertIn(note, r.err)
        self.assertNotRegex(r.err, r"\bdb 0x")

    def test_machine_code_is_whole_and_in_order(self):
        f, _ = self.function(self.POINTS, "total")
        at = 0
        for m in f["machineCode"]:
            self.assertEqual(m["offset"], at)
            at += len(m["bytes"]) // 2
        self.assertEqual(at, f["machineBytes"] - f["sections"]["constants"])
        sections = [m["section"] for m in f["machineCode"]]
        self.assertEqual(list(dict.fromkeys(sections)), ["straight line", "cold path", "rare case", "way back"])
        offsets = {b["offset"] for b in f["bytecode"]}
        self.assertLessEqual({m["bytecode"] for m in f["machineCode"]}, offsets)
        straight = [m["bytecode"] for m in f["machineCode"] if m["section"] == "straight line"]
        self.assertEqual(straight, sorted(straight))

    def test_cold_paths_belong_to_their_instruction(self):
        f, _ = self.function("local function f(a, b) local c = a + b local d = a * b return c - d end "
                             "for i = 1, 1000 do f(i, 2) f(i + 0.5, 2.5) end", "f")
        words = {b["offset"]: b["text"].split()[0] for b in f["bytecode"]}
        cold = {}
        for m in f["machineCode"]:
            if m["section"] == "cold path":
                cold.setdefault(words[m["bytecode"]], []).append(m["text"].split()[0])
        for op, instruction in (("add", "addsd"), ("mul", "mulsd"), ("sub", "subsd")):
            texts = [t for word, t in cold.items() if word.startswith(op)]
            self.assertTrue(any(instruction in t for t in texts), (op, cold))

    def test_inline_caches(self):
        f, _ = self.function(self.POINTS, "total")
        cache = next(b["cache"] for b in f["bytecode"] if "cache" in b)
        self.assertEqual(cache["state"], "mega")
        self.assertIn(["x", "y"], [s["fields"] for s in cache["shapes"]])
        self.assertEqual(cache["misses"]["no shape yet"], 1)
        self.assertGreaterEqual(cache["misses"]["another shape"], 3)
        self.assertEqual(cache["misses"]["a dictionary"], 300)
        f, _ = self.function(self.POINTS, "sum")
        caches = [b["cache"] for b in f["bytecode"] if "cache" in b]
        self.assertEqual([(c["state"], c["misses"]) for c in caches], [("mono", {"no shape yet": 1})] * 2)
        self.assertEqual(caches[0]["shapes"], [{"fields": ["x", "y"], "fieldCount": 2, "strings": False, "metatable": True, "how": "in the object"}])

    def test_more_states_of_caches(self):
        text = ("local t = setmetatable({}, {__index = function(_, k) return 1 end}) local e = {}"
                "local function get(o) return o.v end local function put(o) o.w = 1 end local function size(s) return s:len() end "
                "for i = 1, 500 do get(t) put(i %% 2 == 0 and {} or {a = 1}) size('x') end").replace("%%", "%")
        states = {}
        for name in ("get", "put", "size"):
            f, _ = self.function(text, name)
            states[name] = next(b["cache"] for b in f["bytecode"] if "cache" in b)
        self.assertEqual(states["get"]["shapes"][0]["how"], "by a metamethod")
        self.assertEqual(states["put"]["state"], "poly")
        self.assertEqual({s["how"] for s in states["put"]["shapes"]}, {"added to the object"} | {s["how"] for s in states["put"]["shapes"]})
        self.assertEqual(states["size"]["shapes"][0]["strings"], True)

    def test_functions_are_found_by_name_and_line(self):
        text = "local function f() return 1 end local M = {}\nfunction M.f() return 2 end\nfor i = 1, 500 do f() M.f() end"
        self.assertEqual([f["line"] for f in self.facts(text, "--function=f")[0]["functions"]], [1, 2])
        self.assertEqual([f["line"] for f in self.facts(text, "--function", "M.f")[0]["functions"]], [2])
        self.assertEqual([f["name"] for f in self.facts(text, "--function=f:1")[0]["functions"]], ["f"])
        self.assertEqual([f["name"] for f in self.facts(text, "--function=:2")[0]["functions"]], ["M.f"])
        self.assertEqual([f["line"] for f in self.facts(text, "--function=main", "--jit-threshold=1")[0]["functions"]], [0])
        self.expect(self.jit(text, "--function=g"), 1, "", "no function 'g' was compiled")

    def test_functions_without_source(self):
        text = "local f = load('local function f(x) return x + 1 end for i = 1, 500 do f(i) end') f()"
        self.assertIn("1    | local function f(x) return x + 1 end", self.jit(text, "--function=f", "--jit-threshold=1").err)
        self.expect(self.devvm("compile", "--strip", self.write("p.lua", self.POINTS), "-o", "p.dvm"), 0)
        r = self.devvm("jit", "--function=:5", "p.dvm")
        self.expect(r, 0, "21000\n", "local 1")


class CompileSpeed(ProgramTest):
    def test_bench_reports_speed_and_size(self):
        r = self.command([sys.executable, str(BENCH), "--compile", "--only", "fib,sieve", "--runs", "3", "--devvm", VM,
                          "--json", "figures"], seconds=60)
        self.expect(r, 0, None, "")
        self.assertRegex(r.out, r"(?m)^sieve +\d+ .*\nfib +\d+ .*\n-+\nall +\d+ ")
        figures = json.loads(self.read("figures"))["compile"]
        self.assertEqual(set(figures), {"fib", "sieve", "total"})
        for key in ("instructions", "bytecode_bytes", "machine_bytes"):
            self.assertEqual(figures["total"][key], figures["fib"][key] + figures["sieve"][key])
        fib = figures["fib"]
        self.assertAlmostEqual(fib["million_instructions_per_second"], 1000 * fib["instructions"] / fib["nanos"]["median"])
        self.assertEqual(fib["refused"], 0)
