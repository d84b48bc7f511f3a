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
        """Of the baseline compiler, unless the options say something else."""
        if not any(str(o).startswith("--jit=") for o in options):
            options = ("--jit=baseline", *options)
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


class Optimized(Report):
    """What the viewer has of the optimizing compiler."""
    AREAS = """
local Circle = {} Circle.__index = Circle
local Square = {} Square.__index = Square
function Circle:area() return 3 * self.r * self.r end
function Square:area() return self.s * self.s end
local function total(list)
  local sum = 0
  for i = 1, #list do
    sum = sum + list[i]:area()
  end
  return sum
end
local l = {}
for i = 1, 200 do l[i] = i % 3 == 0 and setmetatable({s = i}, Square) or setmetatable({r = i}, Circle) end
local t = 0
for i = 1, 4000 do t = t + total(l) end
print(t)
"""
    OUTPUT = "25182888000\n"

    def optimized(self, text, name, *options):
        """Codes of the optimizing compiler of a function, with all that is known of them."""
        facts, r = self.facts(text, "--jit=optimizing", f"--function={name}", *options)
        return [f for f in facts["functions"] if f["tier"] == "optimizing"], r

    def test_list_has_optimized_code(self):
        facts, r = self.facts(self.AREAS, "--jit=optimizing")
        codes = [f for f in facts["functions"] if f["tier"] == "optimizing"]
        self.assertIn("total", [f["name"] for f in codes])
        for f in codes:
            self.assertIn(f["level"], (1, 2, 3))
            self.assertEqual(f["entry"] == "loop", "entryLine" in f)
            self.assertEqual(sum(f["sections"].values()), f["machineBytes"])
            self.assertEqual(sum(e["count"] for e in f["leaves"]), f["exits"])
            self.assertGreaterEqual(f["compilation"], 1)
        self.assertRegex(self.jit(self.AREAS, "--jit=optimizing").err, r"\ntotal +p\.lua:6 +optimizing -O\d")
        self.assertEqual({f["tier"] for f in self.facts(self.AREAS)[0]["functions"]}, {"baseline"})

    def test_exits_and_ends_are_told_of(self):
        text = ("local function add(a, b) return a + b end local s = 0 for i = 1, 300000 do s = add(s, 1) end "
                "for i = 1, 300000 do s = add(s, 0.5) end print(s)")
        facts, r = self.facts(text, "--jit=optimizing")
        self.assertEqual(r.out, "450000.0\n")
        codes = [f for f in facts["functions"] if f["tier"] == "optimizing"]
        left = [e for f in codes for e in f["leaves"] if e["count"] > 0]
        self.assertTrue(any(e["kind"] == "guard" and e["line"] == 1 for e in left), left)
        self.assertIn("left too often", {f["end"] for f in codes})
        self.assertTrue(any(f["compilation"] > 1 for f in codes), [f["compilation"] for f in codes])

    def test_one_function_in_detail(self):
        codes, r = self.optimized(self.AREAS, "total")
        self.assertEqual(r.out, self.OUTPUT)
        f = codes[-1]
        at = 0
        operations = {o["id"] for o in f["operations"]}
        for m in f["machineCode"]:
            self.assertEqual(m["offset"], at)
            at += len(m["bytes"]) // 2
        self.assertEqual(at, f["machineBytes"] - f["sections"]["constants"])
        tagged = {m["operation"] for m in f["machineCode"] if "operation" in m}
        self.assertGreater(len(tagged & operations), 10)
        # Both methods are in the graph, and what they do has the lines where they stand.
        self.assertEqual({c["callee"] for c in f["calls"] if c["inlined"]}, {"Circle:area", "Square:area"})
        self.assertEqual([(g["name"], g["callLine"]) for g in f["inlined"][1:]].count(("Square:area", 9)), 1)
        multiplications = {o["line"] for o in f["operations"] if o["operation"] == "int_mul"}
        self.assertEqual(multiplications, {4, 5})
        guards = [o for o in f["operations"] if o.get("guard")]
        shapes = next(o for o in guards if o["operation"] == "check_shape")
        self.assertRegex(shapes["seen"], r"table -> \w+.*cache (mono|poly)")
        changes = [c for p in f["passes"] for c in p["changes"]]
        self.assertTrue(any(c["operation"] == "check_table" and c["removed"] for c in changes), changes)
        self.assertIn("n", f["allocation"])

    def test_what_passes_move_is_told(self):
        text = ("local function total(t, n) local s = 0 for i = 1, n do s = s + t.k end return s end local n = 0 "
                "for i = 1, 3000 do n = n + total({k = 1}, 100) end print(n)")
        codes, r = self.optimized(text, "total")
        self.assertEqual(r.out, "300000\n")
        moved = {(p["pass"], c["operation"]) for p in codes[-1]["passes"] for c in p["changes"] if c["moved"]}
        self.assertIn(("licm", "check_shape"), moved)

    def test_text_in_detail(self):
        r = self.jit(self.AREAS, "--jit=optimizing", "--function=total")
        at = r.err.index("optimizing -O")
        for wanted in ("-- calls", "taken in: ", "-- checks and loads, pass by pass", "-- exits to the interpreter",
                       "-- guards, and what was seen there", "-- machine code: straight line", "9    |     sum = sum + list[i]:area()",
                       "-- in Circle:area", "leaves: check_", "-- where values are"):
            found = r.err.find(wanted, at)
            self.assertNotEqual(found, -1, wanted)

    def test_calls_that_are_not_taken_in(self):
        text = ("local function rest(...) return select('#', ...) end local n = 0 "
                f"for i = 1, 300000 do n = n + rest({', '.join('i' * 20)}) end print(n)")
        codes, r = self.optimized(text, "main")
        self.assertEqual(r.out, "6000000\n")
        calls = {c["callee"]: c for c in codes[-1]["calls"]}
        self.assertEqual((calls["rest"]["inlined"], calls["rest"]["reason"]), (False, "it has many variable arguments here"))
        self.assertGreater(calls["rest"]["bytes"], 0)

    def test_operations_without_a_name_for_their_function(self):
        # A tail call of a function that is not known.
        text = ("local fs = {} for i = 1, 9 do fs[i] = load('return function(x) return x + ' .. i .. ' end')() end "
                "local function go(i) return fs[i % 9 + 1](i) end local s = 0 for i = 1, 300000 do s = s + go(i) end print(s)")
        codes, r = self.optimized(text, "go", "--jit-threshold=2", "--jit-optimize-at-once")
        self.assertEqual((r.status, r.out), (0, "45001649994\n"))
        self.assertIn("tail_call", {o["operation"] for f in codes for o in f["operations"]})

    def test_graphs_for_programs(self):
        r = self.jit(self.AREAS, "--jit=optimizing", "--graphs", "--json", "--function=total", "--output=graphs")
        self.assertEqual(r.out, self.OUTPUT)
        graphs = json.loads(self.read("graphs"))["graphs"]
        self.assertEqual([g["entry"] == 0 for g in graphs], [True, False])
        stages = graphs[0]["stages"]
        self.assertEqual(stages[0]["stage"], "graph building")
        self.assertIn("gvn", [s["stage"] for s in stages])
        for s in stages:
            blocks = {b["id"] for b in s["blocks"]}
            nodes = {n["id"] for b in s["blocks"] for n in b["nodes"]}
            self.assertTrue(all(e["from"] in blocks and e["to"] in blocks for e in s["edges"]))
            self.assertLessEqual({i for b in s["blocks"] for n in b["nodes"] for i in n["inputs"]}, nodes, s["stage"])
            self.assertTrue(any(b["isLoop"] for b in s["blocks"]))
        self.expect(self.devvm("jit", "--json", "--dot", "p.lua"), 2, "", "--json does not go with")

    def test_graphs_for_graphviz(self):
        r = self.jit(self.AREAS, "--jit=optimizing", "--dot", "--function=total", "--output=graphs")
        text = self.read("graphs").decode()
        self.assertGreater(text.count("digraph "), 10)
        self.assertEqual(text.count("{"), text.count("}"))
        self.assertRegex(text, r'b\d+ \[label="b\d+: loop\\l')
        self.assertRegex(text, r"b\d+ -> b\d+ \[style=dashed\];")
        self.assertIn("after representation", text)

    def test_differences_between_passes(self):
        text = self.jit(self.AREAS, "--jit=optimizing", "--diff", "--function=total").err
        gvn = text[text.index("after gvn:"):]
        gvn = gvn[:gvn.index("after loads")]
        self.assertRegex(gvn, r"\n  - n\d+ = check_table n\d+\n")
        lines = [x for x in gvn.splitlines() if x.startswith("  ") and "nothing has changed" not in x]
        self.assertTrue(all(x[2] in "+-" for x in lines), lines)

    def explain(self, text, *options):
        """Findings of all functions as (function, kind, line)."""
        facts = json.loads(self.jit(text, "--jit=optimizing", "--explain", "--json", "-o", "-", *options).out.split("\n", 1)[1])
        return {(f["name"], g["kind"], g["line"]): g for f in facts["functions"] for g in f["findings"]}, facts

    def test_explanations(self):
        programs = {
            "mixed numbers": "local function f(n) local s = 0\nfor i = 1, n do\ns = s + (i % 2 == 0 and 1 or 0.5) end return s end",
            "megamorphic call": "local t = {} for i = 1, 9 do t[i] = load('return function(x) return x + ' .. i .. ' end')() end "
                                "local function f(n) local s = 0\nfor i = 1, n do\ns = s + t[i % 9 + 1](i) end return s end",
            "native call": "local function f(n) local s = 0\nfor i = 1, n do\ns = s + #string.rep('x', i % 7) end return s end",
            "wide integers": "local function f(n) local s = 1 << 60\nfor i = 1, n do\ns = s ~ (s << 1) end return s end",
            "allocation": "local keep = {} local function f(n) local s = 0\nfor i = 1, n do\nkeep[i % 100 + 1] = {i} end return #keep end",
            "metamethod": "local m = setmetatable({}, {__add = function(a, b) return b end}) "
                          "local function f(n) local s = 0\nfor i = 1, n do\ns = m + i end return s end",
            "concatenation": "local function f(n) local s = ''\nfor i = 1, n do\ns = s .. 'x' if #s > 50 then s = '' end end return #s end",
        }
        for kind, program in programs.items():
            found, facts = self.explain(program + "\nfor i = 1, 40 do f(20000) end print(1)")
            self.assertIn(("f", kind, 3), found, (kind, facts))
            finding = found["f", kind, 3]
            self.assertTrue(finding["what"].endswith("."), finding)
            self.assertTrue(finding["help"], finding)

    def test_explanations_are_sorted_and_have_source(self):
        found, facts = self.explain(self.AREAS)
        shares = [f["share"] for f in facts["functions"]]
        self.assertEqual(shares, sorted(shares, reverse=True))
        self.assertLessEqual(sum(shares), 1.01)
        for f in facts["functions"]:
            costs = [g["cost"] for g in f["findings"]]
            self.assertEqual(costs, sorted(costs, reverse=True))
        text = ("local function f(n) local s = 0\n  for i = 1, n do\n    s = s + (i % 2 == 0 and 1 or 0.5)\n  end\n  return s\nend\n"
                "for i = 1, 40 do f(20000) end")
        r = self.jit(text, "--jit=optimizing", "--explain")
        self.assertRegex(r.err, r"(?m)^f  p\.lua:1  running at \d+% of the polls, ")
        self.assertRegex(r.err, r"  line 3: Numbers of several kinds .*\n +\|    s = s \+ \(i % 2")
        self.assertIn("The optimizing compiler is off", self.jit(text, "--explain").err)
        self.assertIn("There is no function called nobody", self.jit(text, "--explain", "--function=nobody").err)


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
