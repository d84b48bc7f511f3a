"""Tools outside of the VM: the files for perf, and gdb."""
import pathlib
import re
import shutil
import struct
import subprocess
import unittest

from support import SCALE, VM, ProgramTest

FIB = """local function fib(n)
  if n < 2 then
    return n
  end
  return fib(n - 1) + fib(n - 2)
end
print(fib(%d))
"""
BASELINE = "--jit=baseline"


class Dump:
    """A jitdump file, read as the kernel's specification says."""

    def __init__(self, data):
        magic, version, size, machine, _, self.pid, self.time, flags = struct.unpack_from("<IIIIIIQQ", data)
        assert (magic, version, size, machine, flags) == (0x4A695444, 1, 40, 62, 0)
        self.loads, self.lines, self.closed, self.times = [], {}, False, [self.time]
        at = size
        while at < len(data):
            kind, length, time = struct.unpack_from("<IIQ", data, at)
            assert length >= 16 and at + length <= len(data)
            self.times.append(time)
            self.record(kind, data[at + 16:at + length])
            at += length
        assert at == len(data)

    def record(self, kind, body):
        assert not self.closed
        if kind == 0:
            pid, tid, vma, address, size, index = struct.unpack_from("<IIQQQQ", body)
            name, _, code = body[40:].partition(b"\0")
            assert pid == self.pid and tid > 0 and vma == address and len(code) == size
            self.loads.append((name.decode(), address, code, index))
        elif kind == 2:
            address, count = struct.unpack_from("<QQ", body)
            at, entries = 16, []
            for _ in range(count):
                where, line, discriminator = struct.unpack_from("<QII", body, at)
                end = body.index(b"\0", at + 16)
                entries.append((where - address, line, body[at + 16:end].decode()))
                assert discriminator == 0
                at = end + 1
            assert at == len(body)
            self.lines[address] = entries
        else:
            assert kind == 3
            self.closed = True


class Perf(ProgramTest):
    def test_dump_file(self):
        r = self.program(FIB % 20, BASELINE, "--jit-dump")
        self.expect(r, 0, "6765\n", "")
        (path,) = self.folder.glob("jit-*.dump")
        dump = Dump(path.read_bytes())
        self.assertEqual(path.name, f"jit-{dump.pid}.dump")
        self.assertTrue(dump.closed)
        self.assertEqual(dump.times, sorted(dump.times))
        self.assertEqual([load[0] for load in dump.loads if "stub" not in load[0]], ["fib (program.lua:1)"])
        self.assertIn("(stub leave)", [load[0] for load in dump.loads])
        self.assertEqual([load[3] for load in dump.loads], list(range(1, len(dump.loads) + 1)))
        _, address, code, _ = dump.loads[-1]
        entries = dump.lines[address]
        self.assertEqual({e[2] for e in entries}, {str((self.folder / "program.lua").resolve())})
        self.assertEqual(entries[0][:2], (0, 1))
        self.assertLessEqual({e[1] for e in entries}, {1, 2, 3, 5})
        self.assertEqual([e[0] for e in entries], sorted({e[0] for e in entries}))
        self.assertLess(entries[-1][0], len(code))

    def test_dump_goes_to_a_folder(self):
        (self.folder / "there").mkdir()
        self.expect(self.program(FIB % 20, BASELINE, "--jit-dump=there"), 0, "6765\n", "")
        self.assertEqual(len(list(self.folder.glob("there/jit-*.dump"))), 1)
        self.expect(self.program(FIB % 5, BASELINE, "--jit-dump=nowhere"), 0, "5\n", "the dump file for perf cannot be written")

    def test_every_code_is_dumped(self):
        text = "local s = 0 for i = 1, 200 do s = s + load('return ' .. i)() end collectgarbage() print(s)"
        self.expect(self.program(text, BASELINE, "--jit-threshold=1", "--jit-dump"), 0, "20100\n", "")
        (path,) = self.folder.glob("jit-*.dump")
        dump = Dump(path.read_bytes())
        self.assertEqual(len([l for l in dump.loads if l[0].startswith("(main chunk) (")]), 201)

    def test_children_leave_the_dump_alone(self):
        text = FIB % 20 + "local p = io.popen('true') p:close() os.execute('true')"
        self.expect(self.program(text, BASELINE, "--jit-dump"), 0, "6765\n", "")
        (path,) = self.folder.glob("jit-*.dump")
        self.assertTrue(Dump(path.read_bytes()).closed)

    def test_map_file(self):
        text = FIB % 20 + "local f = io.open('/proc/self/stat') print(f:read('n'))"
        r = self.program(text, BASELINE, "--jit-perf-map")
        self.expect(r, 0, None, "")
        path = pathlib.Path(f"/tmp/perf-{r.out.split()[1]}.map")
        self.addCleanup(path.unlink)
        lines = path.read_text().splitlines()
        self.assertRegex(lines[0], r"^[0-9a-f]+ [0-9a-f]+ \(stub enter\)$")
        self.assertRegex(lines[-1], r"^[0-9a-f]+ [0-9a-f]+ fib \(program\.lua:1\)$")

    def test_perf_names_functions_and_lines(self):
        if shutil.which("perf") is None:
            self.skipTest("perf is not installed")
        self.write("fib.lua", FIB % 30)
        record = self.command(["perf", "record", "-q", "-k", "1", "-e", "cpu-clock:u", "-o", "data", VM, "run", BASELINE,
                               "--jit-dump", "fib.lua"], seconds=60)
        if record.status != 0 or "832040" not in record.out:
            self.skipTest("perf may not record here: " + record.err[:100])
        self.expect(self.command(["perf", "inject", "--jit", "-i", "data", "-o", "injected"], seconds=60), 0)
        report = self.command(["perf", "report", "-i", "injected", "--stdio"], seconds=60)
        self.assertRegex(report.out, r"jitted-\d+-\d+\.so +\[\.\] fib \(fib\.lua:1\)")
        if shutil.which("objdump"):
            annotated = self.command(["perf", "annotate", "-i", "injected", "--stdio", "-l"], seconds=60)
            self.assertIn("return fib(n - 1) + fib(n - 2)", annotated.out)
            self.assertRegex(annotated.out, r"fib\.lua:\d")


CALLS = """local t = {}
for i = 1, 10 do t['k' .. i] = i end
local function look(key)
  local v = t[key]
  return v
end
local function work(n)
  local s = 0
  for i = 1, n do
    s = s + look('k' .. i % 10 + 1)
  end
  return s
end
print(work(6000))
"""


@unittest.skipIf(shutil.which("gdb") is None, "gdb is not installed")
class Gdb(ProgramTest):
    def gdb(self, text, *commands, options=()):
        """What gdb says to its commands, each introduced by a line "-- command"."""
        self.write("p.lua", text)
        script = ["set confirm off", "set pagination off", "set width 0", "set breakpoint pending on", "set auto-load off",
                  "set debuginfod enabled off"]
        for c in commands:
            script += [f"echo -- {c}\\n", c]
        self.write("commands", "\n".join(script) + "\n")
        r = self.command(["gdb", "-nx", "-q", "-batch", "-x", "commands", "--args", VM, "run", BASELINE, "--jit-gdb", *options,
                          "p.lua"], seconds=60)
        if "ptrace" in r.err and "not permitted" in r.err:
            self.skipTest("gdb may not start programs here")
        return r.out + r.err

    def test_breakpoint_and_backtrace(self):
        out = self.gdb(CALLS, "break look", "run", "backtrace")
        self.assertRegex(out, r"Breakpoint 1, look \(\) at p\.lua:3\n3\tlocal function look\(key\)")
        self.assertRegex(out, r"#0 +look \(\) at p\.lua:3\n#1 +0x[0-9a-f]+ in work \(\) at p\.lua:10\n"
                              r"#2 .* in devvm::jit::.*enter\(")
        self.assertRegex(out, r"#\d+ .* in main \(")

    def test_lines_and_steps(self):
        out = self.gdb(CALLS, "break p.lua:5", "ignore 1 4000", "run", "delete", "finish")
        self.assertRegex(out, r"Breakpoint 1, look \(\) at p\.lua:5\n5\t  return v")
        self.assertRegex(out, r"-- finish\n(?:Run till exit.*\n)?0x[0-9a-f]+ in work \(\) at p\.lua:10\n")

    def test_backtrace_out_of_the_runtime(self):
        """C++ that machine code calls runs on another stack than the guest."""
        out = self.gdb(CALLS, "break devvm::jit::leafGetElement", "ignore 1 4000", "run", "backtrace 5")
        self.assertRegex(out, r"#0 .*leafGetElement\(.*\n#1 .* in __morestack \(\)\n#2 .* in look \(\) at p\.lua:4\n"
                              r"#3 .* in work \(\) at p\.lua:10\n#4 .* in devvm::jit::.*enter\(")

    def test_recursion(self):
        out = self.gdb(FIB % 24, "break fib", "ignore 1 500", "run", "backtrace")
        frames = re.findall(r"^#\d+ .*fib \(\) at p\.lua:(\d+)", out, re.M)
        self.assertGreater(len(frames), 3, out)
        self.assertEqual(set(frames[1:]), {"5"})
        self.assertNotIn("corrupt", out)

    def test_freed_code_is_taken_back(self):
        text = ("local function alive(x) return x + 1 end for i = 1, 500 do alive(i) end "
                "local dead = load('local function dead(x) return x end for i = 1, 500 do dead(i) end return dead')() "
                "os.rename('no', 'file') dead = nil collectgarbage() collectgarbage() os.rename('no', 'file')")
        out = self.gdb(text, "break rename", "run", "info symbol alive", "info symbol dead", "continue", "info symbol alive",
                       "info symbol dead")
        first, second = out.split("-- continue")
        for part, wanted in ((first, True), (second, False)):
            self.assertRegex(part, r"alive in section \.text of <in-memory")
            self.assertEqual(bool(re.search(r"dead in section \.text of <in-memory", part)), wanted, part)

    def test_without_a_debugger(self):
        r = self.program("local s = 0 for i = 1, 2000 do s = s + load('return ' .. i)() end print(s)", BASELINE,
                         "--jit-threshold=1", "--jit-gdb", seconds=60)
        self.expect(r, 0, "2001000\n", "")
