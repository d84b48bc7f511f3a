"""What is recorded of a program's functions: devvm profile --feedback."""
import json
import random
import struct
import zlib

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

    def test_slices_are_repeated(self):
        text = ("local function f(x) return x + 1 end\n"
                "local function loop(n) local s = 0 for i = 1, n do s = s + i end return s end\n"
                "local t = 0 for i = 1, 30000 do t = f(t) end for i = 1, 40 do t = t + loop(20000) end print(t)")
        first, again = (self.profile(text, *options) for options in ([], ["--jit-stress=slices:1000"]))
        for r, _ in (first, again):
            self.assertEqual(r.out, "8000430000\n")
        for line, all in ((1, 2 * 30000), (2, 2 * 40 * 20000)):
            once, often = first[1][line]["recorded"], again[1][line]["recorded"]
            self.assertGreater(often, 5 * once, line)
            self.assertLess(often, 0.7 * all)  # in between it goes back to its machine code

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

    def test_machine_code_tells_what_it_left_to_the_interpreter(self):
        text = ("local mt = { __add = function() return 1 end }\nlocal function f(a, b) return a + b end\n"
                "for i = 1, 1000 do f(i, i) end\nlocal function g(a, b) return a + b end\nfor i = 1, 1000 do g(i, i) end\n"
                "for i = 1, 10 do f(setmetatable({}, mt), 1) end")
        _, functions = self.profile(text)
        self.assertEqual(self.sites(functions[2], "arithmetic")[0].get("paths"), ["interpreter"])
        self.assertNotIn("paths", self.sites(functions[4], "arithmetic")[0])

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


class Files(ProgramTest):
    def tier_ups(self, *options):
        r = self.devvm("run", "--jit=baseline", "--trace=compilation", "--trace-file=events", *options, "program.lua")
        events = [json.loads(line) for line in self.read("events").decode().splitlines()]
        return r, [e["function"] for e in events if e["event"] == "tier_up"], events

    def test_a_known_program_is_compiled_at_once(self):
        few = PROGRAM.replace("300", "3").replace("400", "3")
        self.write("program.lua", PROGRAM)
        r, often, _ = self.tier_ups("--save-feedback=f")
        self.expect(r, 0, "7500.0\n", "")
        self.assertIn("program.lua:1", often)
        r, again, events = self.tier_ups("--load-feedback=f")
        self.expect(r, 0, "7500.0\n", "")
        self.assertLessEqual({f for f in often if f.startswith("program.lua")}, set(again))
        # The same bytecode, but far from any threshold.
        self.write("program.lua", few)
        r, none, _ = self.tier_ups()
        self.assertEqual(none, [])
        self.devvm("run", "--jit=baseline", "--jit-threshold=2", "--save-feedback=few", "program.lua")
        r, known, _ = self.tier_ups("--load-feedback=few")
        self.expect(r, 0, "75.0\n", "")
        self.assertIn("program.lua:1", known)
        self.assertIn("program.lua:18", known)

    def test_what_was_learnt_is_kept(self):
        self.write("program.lua", PROGRAM)
        self.devvm("run", "--jit=baseline", "--save-feedback=f", "program.lua")
        first = self.read("f")
        self.devvm("run", "--jit=baseline", "--load-feedback=f", "--save-feedback=g", "program.lua")
        report = self.devvm("profile", "--feedback", "--load-feedback=g", "program.lua").out
        self.assertRegex(report, r"(?m)^ +4 +[0-9a-f]{4} +mul +int, float -> float")
        self.assertIn(b"math.abs", first)
        self.assertIn(b"math.abs", self.read("g"))

    def test_files_that_do_not_fit_are_ignored(self):
        self.write("program.lua", PROGRAM)
        self.devvm("run", "--jit=baseline", "--save-feedback=f", "program.lua")
        good = self.read("f")
        bad = {"damaged": good[:100] + b"\xff\xff" + good[102:], "short": good[:50], "empty": b"", "text": b"hello",
               "newer": good[:4] + b"\x09" + good[5:]}
        for name, data in bad.items():
            self.write("bad", data)
            r, _, events = self.tier_ups("--load-feedback=bad")
            self.expect(r, 0, "7500.0\n", "devvm: ignored bad: it")
            self.assertEqual([e["reason"] for e in events if e["event"] == "feedback_ignored"], [r.err.split(": ")[2].strip()], name)
        r, _, _ = self.tier_ups("--load-feedback=missing")
        self.expect(r, 0, "7500.0\n", "ignored missing: No such file")
        # Another program: nothing fits, nothing is said.
        self.write("program.lua", "local function f(x) return x .. 'a' end for i = 1, 1000 do f(i) end print('other')")
        r, compiled, _ = self.tier_ups("--load-feedback=f", "--save-feedback=g")
        self.expect(r, 0, "other\n", "")
        self.assertNotIn(b"math.abs", self.read("g"))

    def test_what_is_loaded_counts_against_the_memory_limit(self):
        # A file that is right, with many functions that the program does not have.
        def function(i, sites):
            site = b"".join(struct.pack("<IHHHHHBBIIBB", 3 * n, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0) for n in range(sites))
            return struct.pack("<QIIBIII", 1, i, 100, 1, 1, 0, sites) + site

        def file(functions, sites):
            body = struct.pack("<I", functions) + b"".join(function(i, sites) for i in range(functions))
            return b"DVFB" + struct.pack("<II", 1, zlib.crc32(body)) + body

        self.write("large", file(2000, 50))
        self.write("larger", file(2000, 200))
        # What a program finds of its memory.
        self.write("program.lua", "local t = {} while pcall(function() t[#t + 1] = ('x'):rep(1 << 16) .. #t end) do end print(#t)")
        most = int(self.devvm("run", "--jit=on", "--memory-limit=64M", "program.lua").out)
        r = self.devvm("run", "--jit=on", "--load-feedback=large", "--memory-limit=64M", "program.lua")
        self.expect(r, 0, None, "")
        self.assertLess(int(r.out), most - 60)
        for name in ("large", "larger"):
            r = self.devvm("run", "--jit=on", f"--load-feedback={name}", "--memory-limit=32M", "program.lua")
            self.expect(r, 0, None, f"ignored {name}: it is too long for the memory limit")
        self.write("program.lua", "print(1)")
        self.expect(self.devvm("run", "--jit=on", "--load-feedback=larger", "--memory-limit=1G", "program.lua"), 0, "1\n", "")

    def test_random_damage(self):
        self.write("program.lua", PROGRAM)
        self.devvm("run", "--jit=baseline", "--save-feedback=f", "program.lua")
        good = self.read("f")
        for _ in range(40):
            body = bytearray(good[12:])
            for _ in range(random.randrange(1, 30)):
                body[random.randrange(len(body))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
            data = good[:8] + struct.pack("<I", zlib.crc32(body)) + body
            self.write("bad", data)
            r = self.devvm("run", "--jit=baseline", "--load-feedback=bad", "--save-feedback=out", "program.lua")
            self.assertEqual((r.status, r.out), (0, "7500.0\n"), (r, data.hex()))

    def test_files_that_cannot_be_written(self):
        self.write("program.lua", "print(1)")
        self.expect(self.devvm("run", "--jit=baseline", "--save-feedback=no/such/file", "program.lua"), 1, "1\n",
                    "cannot write no/such/file: No such file")
        self.expect(self.devvm("run", "--jit=off", "--save-feedback=f", "program.lua"), 1, "1\n", "nothing was learnt without compilers")
        self.assertEqual(self.names(), ["program.lua"])
