"""devvm profile --allocations: estimates, stacks in all tiers, the flame graph."""
import json
import re
import unittest
import xml.etree.ElementTree as ElementTree

from support import ProgramTest

PROGRAM = """local function pair(a, b)
  local t = {first = a, second = b}
  return t
end
local function pairs_(n)
  local last
  for i = 1, n do
    last = pair(i, last and last.first)
  end
  return last
end
local function texts(n)
  local sum = 0
  for i = 1, n do
    sum = sum + #(("text"):rep(25) .. i)
  end
  return sum
end
local function counters(n)
  local f
  for i = 1, n do
    f = function() return i end
  end
  return f
end
local run = coroutine.wrap(function(n)
  counters(n)
  return 1
end)
pairs_(300000)
texts(60000)
run(150000)
local big = {}
for i = 1, 300000 do
  big[i] = i
end
"""
TIERS = {
    "interpreter": ["--jit=off"],
    "baseline": ["--jit=baseline", "--jit-threshold=2"],
    "optimizing": ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"],
}


class Allocations(ProgramTest):
    def profile(self, text, *options):
        result = self.devvm("profile", "--allocations", "--every=16k", "--json", "-o", "out.json", *options,
                            self.write("program.lua", text))
        self.expect(result, 0, err="")
        return json.loads(self.read("out.json"))

    def stacks(self, profile):
        """Samples as (kind, bytes, objects, [innermost "function:line", ...])."""
        names = [f"{f['function']}:{f['line']}" if "line" in f else f["function"] for f in profile["frames"]]
        return [(s["kind"], s["bytes"], s["objects"], [names[i] for i in s["stack"]]) for s in profile["samples"]]

    def test_estimates_and_stacks_in_all_tiers(self):
        for tier, options in TIERS.items():
            with self.subTest(tier=tier):
                profile = self.profile(PROGRAM, *options)
                samples = self.stacks(profile)
                allocated, estimate = profile["allocated"], sum(s[1] for s in samples)
                self.assertAlmostEqual(estimate / allocated, 1, delta=0.1)
                self.assertEqual(profile["total"]["bytes"] // 1000, estimate // 1000)
                tables = [s for s in samples if s[0] == "table" and s[3][0] == "pair:2"]
                self.assertAlmostEqual(sum(s[2] for s in tables) / 300000, 1, delta=0.15)
                # Whoever called it, inlined or not.
                for kind, size, objects, stack in tables:
                    self.assertEqual(stack, ["pair:2", "pairs_:8", "main chunk:30"])
                texts = [s for s in samples if s[0] == "string"]
                for kind, size, objects, stack in texts:
                    if stack[0] == "string.rep":
                        stack = stack[1:]
                    self.assertEqual(stack[:2], ["texts:15", "main chunk:31"])
                self.assertAlmostEqual(sum(s[1] for s in texts) / (60000 * 240), 1, delta=0.2)
                # The coroutine stands on the stack of who resumed it.
                closures = [s for s in samples if s[0] == "closure"]
                self.assertAlmostEqual(sum(s[2] for s in closures) / 150000, 1, delta=0.2)
                for kind, size, objects, stack in closures:
                    self.assertEqual(stack[:2], ["counters:22", "function:27"])
                    self.assertEqual(stack[-1], "main chunk:32")
                arrays = sum(s[1] for s in samples if s[0] == "array storage" and s[3][0] == "main chunk:35")
                self.assertGreater(arrays, 100 << 10)  # what does not grow in place

    def test_table_for_people(self):
        result = self.devvm("profile", "--allocations", "--every=16k", self.write("program.lua", PROGRAM))
        self.expect(result, 0, err="")
        self.assertRegex(result.out, r"^allocations of program.lua: [\d.]+ MiB, \d+ samples, one each 16.0 KiB or so\n")
        self.assertRegex(result.out, r"MiB +\d+\.\d% +\d+  table\n")
        self.assertRegex(result.out, r"MiB +\d+\.\d% +\d+  pair program.lua:2\n")
        self.assertRegex(result.out, r"MiB +\d+\.\d% +\d+  texts program.lua:15 \(string.rep\)\n")
        self.assertRegex(result.out, r"with all that was called there\n +[\d.]+ MiB +\d+\.\d% +\d+  main chunk program.lua:31\n")
        self.assertIn("          pair program.lua:2\n          pairs_ program.lua:8\n          main chunk program.lua:30\n",
                      result.out)

    def test_too_little_for_samples(self):
        result = self.devvm("profile", "--allocations", "--every=1G", self.write("program.lua", "print(1)"))
        self.expect(result, 0, err="")
        self.assertIn("too little for samples", result.out)

    def test_flame_graph(self):
        result = self.devvm("profile", "--allocations", "--every=16k", "--flame=out.svg", self.write("a&b.lua", PROGRAM))
        self.expect(result, 0, "", "")
        root = ElementTree.fromstring(self.read("out.svg"))
        space = "{http://www.w3.org/2000/svg}"
        titles = [t.text for t in root.iter(space + "title")]
        self.assertTrue(any(re.match(r"pair a&b.lua:2\n[\d.]+ MiB, \d+\.\d%, \d+ objects", t) for t in titles), titles)
        boxes = {g.get("n"): g for g in root.iter(space + "g")}
        inner, outer = boxes["pair a&b.lua:2"], boxes["pairs_ a&b.lua:8"]
        self.assertGreaterEqual(float(inner.get("x0")), float(outer.get("x0")))
        self.assertLessEqual(float(inner.get("x1")), float(outer.get("x1")) + 1e-6)
        self.assertEqual(int(inner.get("d")), int(outer.get("d")) + 1)
        self.assertEqual([b.get("d") for n, b in boxes.items() if n == "all"], ["0"])

    def test_with_a_moving_collector_and_a_limit(self):
        for options in (["--gc-stress=move:300"], ["--gc-stress=mark"], ["--memory-limit=16M"], ["--nursery=256k"]):
            with self.subTest(options=options):
                samples = self.stacks(self.profile(PROGRAM.replace("00000", "0000"), *options))
                self.assertIn(["pair:2", "pairs_:8", "main chunk:30"], [s[3] for s in samples])

    def test_deep_stacks_are_cut(self):
        text = "local function f(n) local t = {n} if n == 0 then return t end return (f(n - 1)) end f(3000) f(3000) f(3000)"
        samples = self.stacks(self.profile(text))
        self.assertTrue(all(len(s[3]) <= 201 for s in samples))
        self.assertIn("(deeper stacks)", [s[3][-1] for s in samples])

    def test_wrong_use(self):
        name = self.write("program.lua", "")
        self.expect(self.devvm("profile", name), 2, err="which profile?")
        self.expect(self.devvm("profile", "--allocations", "--every=none", name), 2, err="--every needs a number of bytes")
        self.expect(self.devvm("profile", "--feedback", "--flame=x.svg", name), 2, err="--flame is for --allocations")
        self.expect(self.devvm("profile", "--allocations", "--flame=/nowhere/x.svg", name), 1, err="cannot write /nowhere/x.svg")


if __name__ == "__main__":
    unittest.main()
