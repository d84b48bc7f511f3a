"""What is recorded of a program's functions: devvm profile --feedback."""
import json

from support import ProgramTest

PROGRAM = """\
local function dot(a, b, n)
  local sum = 0
  for i = 1, n do
    sum = sum + a[i] * b[i]
  end
  return sum
end
local function branches(x)
  if x > 5 then return x else return -x end
end
local function sum(f, g, i)
  if i % 2 == 0 then return f(i) end
  return g(i)
end
local P = {}
P.__index = P
function P.new(x) return setmetatable({ x = x }, P) end
function P:add(d) self.x = self.x + d return self end
local a, b = { 1, 2, 3, 4 }, { 0.5, 1.5, 2.5, 3.5 }
local total = 0
for i = 1, 300 do
  total = total + dot(a, b, 4)
  branches(i % 10)
  sum(branches, math.abs, i)
  P.new(i):add('1')
end
local many = {}
for i = 1, 8 do many[i] = load('local x = ... return x + ' .. i) end
local function call(f, x) return f(x) end
for i = 1, 400 do call(many[i % 8 + 1], i) end
print(total)
"""


class Feedback(ProgramTest):
    def profile(self, text, *options):
        self.write("program.lua", text)
        r = self.devvm("profile", "--feedback", "--json", "-o", "out", *options, "program.lua")
        self.assertEqual(r.status, 0, r)
        functions = {f["line"]: f for f in json.loads(self.read("out"))["functions"] if f["function"].startswith("program.lua")}
        return r, functions

    def sites(self, function, kind):
        return [s for s in function["sites"] if s["kind"] == kind]

    def test_what_is_seen(self):
        for options in ([], ["--dispatch=switch"], ["--jit-refuse"]):
            with self.subTest(options=options):
                r, functions = self.profile(PROGRAM, *options)
                self.assertEqual(r.out, "7500.0\n")
                if options == ["--jit-refuse"]:
                    self.assertIn("nothing is recorded", r.err)
                    self.assertEqual(functions, {})
                    continue
                self.assertTrue(functions[1]["compiled"])
                product, addition = self.sites(functions[1], "arithmetic")
                self.assertEqual(product["operands"][:2], [["int"], ["float"]])
                self.assertEqual(product["result"], ["float"])
                self.assertEqual(addition["operands"][:2], [["int", "float"], ["float"]])
                self.assertEqual(addition["line"], 4)
                first, second = self.sites(functions[1], "element")
                self.assertEqual((first["result"], first["access"]), (["int"], ["array"]))
                self.assertEqual((second["result"], second["access"]), (["float"], ["array"]))
                loop, = self.sites(functions[1], "loop")
                self.assertGreater(loop["taken"], 2 * loop["notTaken"])
                branch, = self.sites(functions[8], "branch")
                self.assertGreater(branch["taken"], 0)
                self.assertGreater(branch["notTaken"], 0)
                targets = {t["function"]: t for s in self.sites(functions[11], "call") for t in s["targets"]}
                self.assertEqual(set(targets), {"program.lua:8", "math.abs"})
                self.assertTrue(targets["math.abs"]["native"])
                added, = self.sites(functions[18], "arithmetic")
                self.assertEqual(added["operands"][:2], [["int"], ["string"]])
                field, = self.sites(functions[18], "field")
                self.assertEqual(field["shapes"], 1)

    def test_many_targets(self):
        _, functions = self.profile(PROGRAM)
        line = PROGRAM.split("\n").index("local function call(f, x) return f(x) end") + 1
        site, = self.sites(functions[line], "call")
        self.assertEqual(len(site["targets"]), 4)
        self.assertTrue(site["megamorphic"])
        self.assertGreater(site["others"], 0)

    def test_text(self):
        self.write("program.lua", PROGRAM)
        r = self.devvm("profile", "--feedback", "program.lua")
        self.expect(r, 0, None, "")
        self.assertRegex(r.out, r"(?m)^program.lua:1: \d+ calls, .* compiled$")
        self.assertRegex(r.out, r"(?m)^ +4 +[0-9a-f]{4} +mul +int, float -> float")
        self.assertRegex(r.out, r"(?m)^ +12 .* (program.lua:8|math.abs) x\d+")

    def test_functions_that_are_freed_leave_nothing(self):
        text = ("local function call(f, x) return f(x) end\n"
                "for i = 1, 3000 do call(load('local x = ... return x + ' .. i), i) if i % 50 == 0 then collectgarbage() end end\n"
                "collectgarbage()")
        r, functions = self.profile(text, "--gc-verify")
        site, = self.sites(functions[1], "call")
        self.assertTrue(site["megamorphic"])
        self.assertEqual({t["function"] for t in site["targets"]}, {"(freed)"})

    def test_wrong_command_lines(self):
        self.write("program.lua", "")
        for arguments, message in ((["program.lua"], "which profile?"), (["--feedback"], "which program?"),
                                   (["--feedback", "-o"], "-o needs a file"), (["--feedback", "--nope", "program.lua"], "--nope")):
            self.expect(self.devvm("profile", *arguments), 2, "", message)
        self.expect(self.devvm("profile", "--feedback", "-o", "no/such/folder", "program.lua"), 1, "", "cannot write no/such/folder")
