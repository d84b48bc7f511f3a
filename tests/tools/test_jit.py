"""The baseline compiler and limits: programs end at the same point in both tiers, and hostile ones stay bounded."""
import json
import pathlib
import random
import resource
import signal
import subprocess
import time

from support import MIB, SCALE, VM, ProgramTest
from test_limits import ENDLESS

AT_ONCE = ["--jit=baseline", "--jit-threshold=1"]
LOOPS = pathlib.Path(__file__).resolve().parent / "fuel_loops.lua"


class Exactness(ProgramTest):
    def run_loop(self, name, fuel, *options):
        r = subprocess.run([VM, "lua", f"--fuel={fuel}", *options, str(LOOPS), name], capture_output=True, cwd=self.folder,
                           timeout=30 * SCALE)
        return r.returncode, r.stdout, r.stderr

    def test_fuel_ends_at_the_same_point(self):
        names = self.devvm("lua", str(LOOPS), "list").out.split()
        self.assertGreater(len(names), 20)
        first = random.randrange(1, 40)
        for name in names:
            for fuel in range(first, 500, 40):
                expected = self.run_loop(name, fuel)
                self.assertIn(b"fuel exhausted", expected[2], (name, fuel))
                for threshold in (1, 7):
                    got = self.run_loop(name, fuel, "--jit=baseline", f"--jit-threshold={threshold}")
                    self.assertEqual(got, expected, (name, fuel, threshold))

    def test_interrupt_has_the_same_traceback(self):
        self.write("p.lua", "local i = 0\nlocal function inner()\n  io.write('go') io.flush()\n"
                            "  while true do i = i + 1 end\nend\nlocal function outer()\n  inner()\n  return 1\nend\nouter()\n")
        seen = []
        for options in ([], AT_ONCE):
            p = subprocess.Popen([VM, "lua", *options, "p.lua"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)
            self.assertEqual(p.stdout.read(2), b"go")
            time.sleep(0.2)
            p.send_signal(signal.SIGINT)
            seen.append((p.communicate(timeout=20 * SCALE)[1], p.returncode))
        self.assertEqual(seen[0], seen[1])
        self.assertIn(b"interrupted!", seen[0][0])

    def test_stack_overflow_has_the_same_traceback(self):
        self.write("p.lua", "local function f(n)\n  return 1 + f(n + 1)\nend\nlocal function g() return f(1) + 0 end\ng()\n")
        seen = [(r.status, r.err) for r in (self.devvm("lua", *o, "p.lua") for o in ([], AT_ONCE))]
        self.assertEqual(seen[0], seen[1])
        self.assertIn("stack overflow", seen[0][1])


class Bounds(ProgramTest):
    def events(self, text, *options):
        r = self.program(text, *AT_ONCE, "--trace=compilation", "--trace-file=events", *options, seconds=60)
        return r, [json.loads(line) for line in self.read("events").decode().splitlines()]

    def test_endless_programs_meet_the_time_limit(self):
        for name, text in ENDLESS.items():
            with self.subTest(program=name):
                r = self.program(text, *AT_ONCE, "--timeout=150ms", "--memory-limit=512M", stdout=subprocess.DEVNULL)
                self.assertEqual(r.status, 1, (name, r))
                self.assertRegex(r.err, "^devvm: (time limit exceeded|.*not enough memory)", (name, r))
                self.assertLess(r.seconds, 1.5 * SCALE, name)

    def test_code_of_dead_functions_is_freed(self):
        text = "local s = 0 for i = 1, 20000 do s = s + load('local x = ... for i = 1, 3 do x = x + i end return x')(i) end print(s)"
        self.expect(self.program(text, *AT_ONCE, "--memory-limit=16M", seconds=60), 0, "200130000\n", "")

    def test_machine_code_leaves_the_memory_limit_to_the_program(self):
        text = ("local f = {} for i = 1, 8000 do f[i] = load('local x = ... local t = {} for i = 1, 3 do x = x + i t[i] = x end "
                "return x + #t + ' .. i) f[i](1) end local s = 0 for i = 1, #f do s = s + f[i](i) end print(s)")
        expected = self.program(text, "--memory-limit=24M")
        self.expect(expected, 0, None, "")
        r, events = self.events(text, "--memory-limit=24M")
        self.expect(r, 0, expected.out, "")
        reasons = {e["reason"] for e in events if e["event"] == "compilation_refused"}
        self.assertEqual(reasons, {"machine code has its share of the memory limit"})

    def test_full_code_memory(self):
        text = ("local f = {} for i = 1, 3000 do f[i] = load('local x = ... for i = 1, 3 do x = x + i end return x + ' .. i) f[i](1) end "
                "local s = 0 for i = 1, #f do s = s + f[i](i) end print(s)")
        r, events = self.events(text, "--jit-memory=1M")
        self.expect(r, 0, "9021000\n", "")
        self.assertTrue([e for e in events if e["event"] == "tier_up"])
        self.assertTrue([e for e in events if e["event"] == "compilation_refused"])

    def test_functions_that_are_too_long(self):
        text = ("local t = {'local a, b = ... '} for i = 1, 200000 do t[#t + 1] = 'a = a + b * ' .. i % 100 .. ' ' end "
                "t[#t + 1] = 'return a' print(load(table.concat(t))(1, 2))")
        r, events = self.events(text)
        self.expect(r, 0, "19800001\n", "")
        self.assertIn("the function is too long", {e.get("reason") for e in events})

    def test_refused_memory(self):
        self.expect(self.program("local s = 0 for i = 1, 1000 do s = s + i end print(s)", *AT_ONCE, "--jit-refuse"), 0, "500500\n", "")

    def test_memory_that_the_system_refuses(self):
        """Address space is short enough for the program, and too short for machine code, within these steps."""
        self.write("p.lua", "local function f(x) return x + 1 end local s = 0 for i = 1, 200000 do s = f(s) end print(s)")
        refused = 0
        for megabytes in range(25, 90, 5):
            limit = megabytes * MIB
            r = subprocess.run([VM, "run", "--trace-jit", "p.lua"], capture_output=True, text=True, cwd=self.folder,
                               timeout=20 * SCALE,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
            if r.stdout == "" and "not enough memory" in r.stderr:
                continue  # not even for the heap
            self.assertEqual((r.stdout, r.returncode), ("200000\n", 0), (megabytes, r.stderr))
            lines = r.stderr.splitlines()
            if any("compilation refused" in line and "executable memory" in line for line in lines):
                self.assertEqual(len(lines), 1, lines)  # nothing is counted or asked for again
                refused += 1
        self.assertGreater(refused, 0)
