"""devvm jit: the report on compiled functions, its forms, and what it leaves to the program."""
import json

from support import ProgramTest

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
        text = ("local mt = {__len = function() return 7 end} local o = setmetatable({}, mt) "
                "local function size(t) return #t + 1 end local n = 0 for i = 1, 1000 do n = n + size(o) end print(n)")
        facts, r = self.facts(text, "--jit-threshold=1")
        self.assertEqual(r.out, "8000\n")
        self.assertEqual(facts["by"]["size"]["rareSteps"], 1000)

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
