"""devvm gc and --gc-log: what collections did."""

import json
import math
import re
import xml.etree.ElementTree as xml

from support import VM, ProgramTest

ALLOCATES = """
local kept = {}
for i = 1, 400000 do
  local t = {i, name = "n" .. i % 100}
  if i % 50 == 0 then kept[#kept + 1] = t end
end
collectgarbage()
print(#kept)
"""


def least_utilisation(pauses, elapsed, window):
    """By definition: the worst of all windows that begin or end where a pause does."""
    window = min(window, elapsed)
    starts = {min(b, elapsed - window) for b, _ in pauses} | {max(e - window, 0) for _, e in pauses}
    worst = max(sum(max(0, min(e, s + window) - max(b, s)) for b, e in pauses) for s in starts)
    return 1 - worst / window


class Collections(ProgramTest):
    def devvm(self, *arguments):
        return self.command([VM, *arguments])

    def test_report_for_people(self):
        self.write("program.lua", ALLOCATES)
        r = self.devvm("gc", "--nursery=1M", "program.lua")
        self.assertEqual((r.status, r.out), (0, "8000\n"), r)
        self.assertRegex(r.err, r"collections of program\.lua\n  run time .*, allocated .* MiB, in collections .*%")
        self.assertRegex(r.err, r"(?m)^  minor +\d+ .*\n  full +1 .*\n  all +\d+ ")
        self.assertRegex(r.err, r"(?m)^  in any 10 ms +\d+\.\d%$")

    def test_report_for_programs(self):
        self.write("program.lua", ALLOCATES)
        r = self.devvm("gc", "--json", "--output=report.json", "--nursery=256k", "program.lua")
        self.assertEqual((r.status, r.out, r.err), (0, "8000\n", ""), r)
        report = json.loads(self.read("report.json"))
        collections, pauses = report["collections"], report["pauses"]
        self.assertEqual([c["collection"] for c in collections], list(range(1, len(collections) + 1)))
        for kind in ("minor", "full"):
            mine = sorted(c["pauseNanos"] for c in collections if c["kind"] == kind)
            p = pauses[kind]
            self.assertEqual((p["count"], p["totalNanos"], p["longestNanos"]), (len(mine), sum(mine), mine[-1]), kind)
            rank = [mine[max(math.ceil(part * len(mine)), 1) - 1] for part in (0.5, 0.99)]
            self.assertEqual([p["medianNanos"], p["p99Nanos"]], rank, kind)
        self.assertGreater(pauses["minor"]["count"], 20)
        spans = [(c["beginNanos"], c["beginNanos"] + c["pauseNanos"]) for c in collections]
        self.assertTrue(all(spans[i][1] <= spans[i + 1][0] for i in range(len(spans) - 1)))
        for w in report["minimumUtilisation"]:
            self.assertAlmostEqual(w["part"], least_utilisation(spans, report["elapsedNanos"], w["windowNanos"]), 3)
        allocated = sum(c["allocated"] for c in collections)
        self.assertLessEqual(allocated, report["allocated"])
        self.assertGreater(allocated, report["allocated"] // 2)
        for c in collections:
            self.assertLessEqual(sum(c["phaseNanos"].values()), c["pauseNanos"], c)
            self.assertLessEqual(c["after"]["inUse"], c["before"]["inUse"], c)

    def test_picture(self):
        self.write("program & more.lua", ALLOCATES)
        r = self.devvm("gc", "--svg=picture.svg", "--nursery=256k", "program & more.lua")
        self.assertEqual(r.status, 0, r)
        root = xml.fromstring(self.read("picture.svg").decode())
        texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        self.assertTrue(any("program & more.lua" in t for t in texts), texts)
        self.assertGreater(len(list(root.iter("{http://www.w3.org/2000/svg}title"))), 5)

    def test_without_collections(self):
        self.write("program.lua", "print(1)")
        r = self.devvm("gc", "--svg=picture.svg", "program.lua")
        self.assertEqual((r.status, r.out), (0, "1\n"), r)
        self.assertIn("minor          0", r.err)
        xml.fromstring(self.read("picture.svg").decode())

    def test_status_is_the_programs(self):
        self.write("program.lua", "local t = {} for i = 1, 1e5 do t[i] = {} end error('no', 0)")
        r = self.devvm("gc", "program.lua")
        self.assertEqual(r.status, 1, r)
        self.assertRegex(r.err, r"^devvm: no\n(.|\n)*collections of program\.lua")
        self.write("program.lua", "os.exit(7)")
        self.assertEqual(self.devvm("gc", "program.lua").status, 7)

    def test_log(self):
        self.write("program.lua", ALLOCATES)
        r = self.devvm("run", "--gc-log", "--nursery=1M", "program.lua")
        lines = r.err.splitlines()
        for line in lines:
            self.assertRegex(line, r"^gc: +[\d.]+ \w+  #\d+ (minor|full) +[\d.]+ \w+ .* -> .*\([a-z ]+\)")
        self.assertTrue(any("full" in line and "(collectgarbage)" in line for line in lines), lines[-3:])
        r = self.devvm("run", "--gc-log=json", "--nursery=1M", "program.lua")
        self.assertEqual([json.loads(line)["collection"] for line in r.err.splitlines()], list(range(1, len(lines) + 1)))
        r = self.devvm("run", "--gc-log=log.jsonl", "--nursery=1M", "program.lua")
        self.assertEqual(r.err, "")
        self.assertEqual(len(self.read("log.jsonl").splitlines()), len(lines))

    def test_modes_of_collectgarbage(self):
        name = self.write("modes.lua", """
collectgarbage(table.unpack(load("return " .. arg[1])()))
local live = {}
for i = 1, 100000 do live[i] = {i} end
for r = 1, 60 do for i = 1, 10000 do live[(i * 7919 + r * 31) % 100000 + 1] = {r, i} end end
""")
        def run(parameters, *options):
            result = self.devvm("gc", "--json", "--nursery=512k", "-o", "-", *options, name, parameters)
            self.assertEqual(result.status, 0, result)
            report = json.loads(result.out)
            return report["pauses"]["full"]["count"], sum(c["phaseNanos"]["mark"] for c in report["collections"])
        often, marked = run('{"generational", 20, 10}')
        self.assertEqual(marked, 0)
        seldom, _ = run('{"generational", 20, 400}')
        self.assertGreater(often, 3 * max(seldom, 1))
        full, marked = run('{"incremental", 120}')
        self.assertLess(full, often / 3)  # slices do it
        self.assertGreater(marked, 0)
        # What the host wants counts in both modes.
        _, marked = run('{"generational"}', "--gc-pause-target=100us")
        self.assertGreater(marked, 0)

    COLLECTORS = ["generational", "generational, 1 ms", "study-marksweep", "study-semispace", "study-markcompact"]

    def test_comparison(self):
        self.write("program.lua", ALLOCATES + "io.stderr:write('once\\n')\nos.exit(#arg)")
        r = self.devvm("gc", "--compare", "--json", "--output=report.json", "program.lua", "a", "b")
        self.assertEqual((r.status, r.out, r.err), (2, "8000\n", "once\n"), r)
        report = json.loads(self.read("report.json"))
        self.assertEqual(report["program"], "program.lua")
        runs = {run["name"]: run for run in report["collectors"]}
        self.assertEqual(list(runs), self.COLLECTORS)
        for name, run in runs.items():
            self.assertEqual(run["status"], 2, name)
            # Tables with an array: 400000 of them, of 40 bytes and 32 at least.
            self.assertGreater(run["allocated"], 400000 * 72, name)
            self.assertGreater(run["mostResident"], run["mostInUse"] / 2, name)
            pauses = run["pauses"]
            self.assertEqual(pauses["all"]["count"], pauses["minor"]["count"] + pauses["full"]["count"], name)
            self.assertGreater(pauses["full"]["count"], 0, name)
            study = name.startswith("study-")
            self.assertEqual(pauses["minor"]["count"] == 0, study, name)
            # The 8000 tables are alive at the end, and collected there.
            self.assertGreater(run["marked"], 8000 * 72, name)
            self.assertEqual(run["copied"] == 0, name == "study-marksweep", name)
        self.assertGreater(runs["study-semispace"]["copied"], 8000 * 72)
        r = self.devvm("gc", "--compare", "program.lua")
        self.assertEqual((r.status, r.out), (0, "8000\n"), r)
        lines = r.err.splitlines()
        self.assertEqual(lines[:2], ["once", "collectors on program.lua, interpreted"], r)
        self.assertRegex(lines[2], r"^ +time +in GC +of time +number +median +p99 +longest +objects +resident")
        self.assertEqual([line[:19].rstrip() for line in lines[3:]], self.COLLECTORS, r)

    def test_comparison_tells_how_runs_ended(self):
        self.write("program.lua", "error('x')")
        r = self.devvm("gc", "--compare", "program.lua")
        self.assertEqual(r.status, 1, r)
        self.assertEqual(r.err.count("ended with status 1"), len(self.COLLECTORS), r)
        for wrong in (["--jit=off"], ["--gc=study-semispace"], ["--svg=a.svg"], ["-"]):
            r = self.devvm("gc", "--compare", *wrong, *([] if wrong == ["-"] else ["program.lua"]))
            self.assertEqual((r.status, r.out), (2, ""), r)
            self.assertIn("--compare", r.err, wrong)

    def test_collectors_for_study(self):
        self.write("program.lua", ALLOCATES)
        for name in self.COLLECTORS[2:]:
            r = self.devvm("run", "--gc=" + name, "--gc-log", "program.lua")
            self.assertEqual((r.status, r.out), (0, "8000\n"), r)
            self.assertNotIn(" minor ", r.err)
            for unfit in ("--jit=on", "--nursery=1M", "--gc-pause-target=1ms", "--gc-stress=mark"):
                for arguments in ([unfit, "--gc=" + name], ["--gc=" + name, unfit]):
                    r = self.devvm("run", *arguments, "program.lua")
                    self.assertEqual((r.status, r.out), (2, ""), r)
                    self.assertIn(f"{unfit} does not go with --gc={name}: ", r.err)
            # The tools for machine code find none.
            self.assertEqual(self.devvm("jit", "--gc=" + name, "program.lua").status, 0)
        self.assertEqual(self.devvm("run", "--gc=study", "program.lua").status, 2)

    def test_growth_follows_time(self):
        name = self.write("grow.lua", """
local live = {}
for i = 1, 400000 do live[i] = i end
for r = 1, 60 do local t = table.move(live, 1, 200000, 1, {}) end
""")
        def raised(*options):
            r = self.devvm("run", "--trace=tuning", *options, name)
            self.assertEqual(r.status, 0, r)
            events = [json.loads(line) for line in r.err.splitlines()]
            return [e["bytes"] for e in events if e.get("reason") == "collecting takes long"]
        self.assertNotEqual(raised(), [])
        self.assertLess(max(raised()), 100 << 20)
        self.assertEqual(raised("--gc-growth=210"), [])  # the user has set it
        self.assertLess(max(raised("--memory-limit=64M"), default=0), 64 << 20)

    def test_barriers(self):
        name = self.write("stores.lua", """
local old, other = {x = 0, list = {}}, {}
for i = 1, 8 do old.list[i] = false end
collectgarbage()
local captured = 0
local function add() captured = captured + 1 end
for i = 1, 1000 do
  old.x = i
  old.list[i % 8 + 1] = other
  add()
end
for i = 1, 300 do
  collectgarbage("step")
  collectgarbage("step")
  old.x = {}  -- a young one, each time after it was forgotten
end
""")
        result = self.devvm("gc", "--barriers", "-o", "-", name)
        self.assertEqual(result.status, 0, result)
        def number(row):
            return int(re.search(r"^  " + row + r" +(\d+)", result.out, re.M)[1])
        self.assertGreater(number("instructions"), 5000)
        self.assertEqual(number("stores into fields"), 1300)
        self.assertEqual(number("stores into elements"), 1008)
        self.assertEqual(number("stores into captured variables"), 1000)
        self.assertEqual(number("initializations, without barriers"), 2)
        self.assertGreaterEqual(number("recorded"), 300)
        self.assertLess(number("recorded"), 400)
        times = {row: float(re.search(r"^  " + row + r" +([\d.]+) ns", result.out, re.M)[1])
                 for row in ("without barrier", "into a young object", "recorded", "into a long array")}
        self.assertGreater(times["recorded"], times["without barrier"])
        self.assertRegex(result.out, r"\nat most [\d.]+ \w+ in stores, and [\d.]+ \w+ in collections\n$")
        self.assertEqual(self.devvm("gc", "--barriers", "--json", name).status, 2)

    def test_bad_command_lines(self):
        self.write("program.lua", "print(1)")
        for arguments, message in {
            (): r"which program\?",
            ("--what", "program.lua"): r"unknown option '--what'",
            ("--svg=", "program.lua"): r"--svg needs a file",
            ("--nursery=x", "program.lua"): r"nursery",
        }.items():
            r = self.devvm("gc", *arguments)
            self.assertEqual(r.status, 2, r)
            self.assertRegex(r.err, message)
        r = self.devvm("gc", "--svg=missing/picture.svg", "program.lua")
        self.assertEqual(r.status, 1, r)
        self.assertIn("cannot write missing/picture.svg", r.err)
        r = self.devvm("run", "--gc-log=missing/log", "program.lua")
        self.assertEqual((r.status, r.out), (1, ""), r)
        self.assertIn("cannot write missing/log", r.err)
