"""Every command: help, wrong use, bad files, what is written."""
import json
import os
import subprocess
import unittest

from support import VM, ProgramTest

COMMANDS = ["run", "lua", "repl", "dis", "asm", "verify", "compile", "options", "check", "lox"]
READERS = ["run", "lua", "dis", "asm", "verify", "compile"]


class Help(ProgramTest):
    def test_help_of_the_program(self):
        for arguments in (["--help"], ["-h"], ["help"]):
            r = self.devvm(*arguments)
            self.expect(r, 0, err="")
            for c in COMMANDS:
                self.assertIn(f"\n  {c} ", r.out)

    def test_help_of_commands(self):
        for c in COMMANDS:
            with self.subTest(command=c):
                r = self.devvm(c, "--help")
                self.expect(r, 0, err="")
                self.assertTrue(r.out.startswith(f"Usage: devvm {c}"), r)
                self.assertIn("Example", r.out)
                self.assertLess(max(map(len, r.out.splitlines())), 100)
                self.assertEqual(self.devvm("help", c).out, r.out)
                if c != "lua":
                    self.assertEqual(self.devvm(c, "-h").out, r.out)

    def test_help_behind_other_arguments(self):
        self.assertTrue(self.devvm("dis", "--json", "--help").out.startswith("Usage:"))
        self.write("a.lua", "print(...)")
        self.expect(self.devvm("run", "a.lua", "--help"), 0, "--help\n", "")

    def test_version(self):
        self.assertRegex(self.devvm("--version").out, r"^devvm \d+\.\d+\.\d+")

    def test_wrong_commands(self):
        self.expect(self.devvm(), 2, "", "Usage: devvm COMMAND")
        self.expect(self.devvm("nope"), 2, "", "unknown command 'nope'")
        self.expect(self.devvm("help", "nope"), 2, "", "unknown command 'nope'")
        self.expect(self.devvm("-x"), 2, "", "unknown command '-x'")
        self.expect(self.devvm(""), 2, "", "unknown command ''")


class WrongUse(ProgramTest):
    def test_unknown_options(self):
        for c in COMMANDS:
            if c == "lua":
                continue
            with self.subTest(command=c):
                r = self.devvm(c, "--nope", "x")
                self.expect(r, 2, "", "--nope")
                self.assertIn(f"Try 'devvm {c} --help'.", r.err)
        # the reference's usage error has the reference's status
        self.expect(self.devvm("lua", "--nope"), 1, "", "unrecognized option '--nope'")

    def test_missing_arguments(self):
        for c in ("run", "dis", "asm", "verify", "compile"):
            self.expect(self.devvm(c), 2, "", "which ")
        self.expect(self.devvm("compile", "a.lua", "-o"), 2, "", "-o needs a file name")
        self.expect(self.devvm("dis", "a", "b"), 2, "", "one file")
        self.expect(self.devvm("dis", "--json", "--text", "a"), 2, "", "not both")
        self.expect(self.devvm("asm", "--strip", "a.dvs"), 2, "", "unknown option '--strip'")
        self.expect(self.devvm("options", "extra"), 2, "", "extra")
        self.expect(self.devvm("repl", "extra"), 2, "", "extra")
        self.assertEqual(self.names(), [])

    def test_wrong_values_of_options(self):
        wrong = ["--fuel=x", "--fuel=0", "--fuel=-1", "--fuel=1.5", "--fuel=99999999999999999999", "--timeout=0", "--timeout=1h",
                 "--timeout=.", "--timeout=1..5s", "--timeout=-1s", "--memory-limit=0", "--memory-limit=1X", "--memory-limit=M",
                 "--memory-limit=99999999999T", "--stack-limit=1", "--allow=everything", "--deny=", "--deny=files,",
                 "--dispatch=fast", "--seed=x", "--nursery=1", "--gc-growth=1", "--gc-stress=maybe", "--gc-stress=move:0",
                 "--trace=nothing", "--trace=", "--trace-file=", "--deterministic=yes", "--gc-verify=1"]
        self.write("a.lua", "print('must not run')")
        for o in wrong:
            for c in ("run", "repl", "lua"):
                with self.subTest(option=o, command=c):
                    r = self.devvm(c, o, *(["a.lua"] if c != "repl" else []))
                    self.expect(r, 2, "", "'" + o.split("=")[0] + "'")
        for name in ("--fuel", "--timeout", "--memory-limit", "--deny", "--trace"):
            self.expect(self.devvm("run", name), 2, "", f"'{name}' needs a value")
        self.expect(self.devvm("run", "--trace=calls,nope", "a.lua"), 2, "", "'nope'")
        self.expect(self.devvm("run", "--deny=files,nope", "a.lua"), 2, "", "'nope'")

    def test_values_of_options(self):
        self.write("a.lua", "print(...)")
        for o in (["--fuel", "1000000"], ["--timeout=1.5s"], ["--timeout", "0.5m"], ["--timeout=5000000us"], ["--memory-limit=64M"],
                  ["--stack-limit=1M"], ["--deny=all", "--allow=files,clock"], ["--seed=0"], ["--deterministic"],
                  ["--dispatch=switch"], ["--nursery=64k"], ["--gc-growth=150"], ["--gc-stress=move:100"], ["--gc-verify"],
                  ["--verify-all"]):
            with self.subTest(options=o):
                self.expect(self.devvm("run", *o, "a.lua", "x"), 0, "x\n", "")


class Files(ProgramTest):
    def bad(self, name, message, commands=READERS):
        before = self.names()
        for c in commands:
            with self.subTest(command=c, file=name):
                r = self.devvm(c, name)
                self.expect(r, 1, "", message)
                self.assertIn(name, r.err)
                self.assertEqual(len(r.err.splitlines()), 1, r)
        self.assertEqual(self.names(), before)

    def test_missing(self):
        self.bad("missing.lua", "No such file")
        self.bad("missing/x.lua", "No such file")

    def test_directory(self):
        (self.folder / "folder").mkdir()
        self.bad("folder", "Is a directory")

    @unittest.skipIf(os.geteuid() == 0, "everything is readable to root")
    def test_unreadable(self):
        os.chmod(self.folder / self.write("secret.lua", "print(1)"), 0)
        self.bad("secret.lua", "Permission denied")

    def test_junk(self):
        self.write("junk.lua", bytes(range(128, 256)) * 8 + b"\0\1\2")
        self.bad("junk.lua", "junk.lua:1:", ["run", "lua", "dis", "verify", "compile"])
        self.write("junk.dvs", bytes(range(128, 256)) * 8 + b"\0\1\2")
        for c in ("run", "dis", "asm", "verify"):
            self.expect(self.devvm(c, "junk.dvs"), 1, "", "junk.dvs:1:")

    def test_syntax_errors_have_their_place(self):
        self.write("bad.lua", "local x = 1\n\nlocal y = = 2\n")
        self.bad("bad.lua", "bad.lua:3: unexpected symbol near '='", ["run", "lua", "dis", "verify", "compile"])

    def test_damaged_modules(self):
        self.write("good.lua", "local t = {1, 2.5, 'x'} for i, v in ipairs(t) do print(i, v) end return function() return t end")
        self.expect(self.devvm("compile", "good.lua"), 0, "", "")
        good = self.read("good.dvm")
        self.expect(self.devvm("run", "good.dvm"), 0, "1\t1\n2\t2.5\n3\tx\n", "")
        for length in list(range(1, 40)) + list(range(40, len(good), 17)):
            self.write("cut.dvm", good[:length])
            for c in ("run", "verify") if length % 5 == 0 else ("verify",):
                r = self.devvm(c, "cut.dvm")
                self.assertEqual(r.status, 1, (length, r))
                self.assertIn("cut.dvm", r.err)
        self.write("cut.dvm", good[:30])
        self.assertRegex(self.devvm("dis", "cut.dvm").err, r"cut\.dvm: byte \d+: ")
        # one bit changed anywhere: an error with its place, or a module that is still sound
        for at in range(0, len(good), 7):
            for bit in (0, 7):
                damaged = bytearray(good)
                damaged[at] ^= 1 << bit
                self.write("flip.dvm", bytes(damaged))
                r = self.devvm("verify", "flip.dvm")
                self.assertIn(r.status, (0, 1), (at, bit, r))
                if r.status == 1:
                    self.assertIn("flip.dvm", r.err)

    def test_empty_files(self):
        self.write("empty.lua", "")
        self.write("empty.dvs", "")
        for c in ("run", "lua"):
            self.expect(self.devvm(c, "empty.lua"), 0, "", "")
        self.expect(self.devvm("verify", "empty.lua"), 0, "empty.lua: 1 function, sound\n", "")
        self.expect(self.devvm("compile", "empty.lua"), 0, "", "")
        self.expect(self.devvm("run", "empty.dvm"), 0, "", "")  # the module of an empty program
        for text in ("", "#", "#!x\n", "print(1)"):
            self.write("none.dvm", text)
            for c in ("run", "verify", "dis"):
                self.expect(self.devvm(c, "none.dvm"), 1, "", "devvm: none.dvm: byte 0: this is no module\n")
        self.assertEqual(self.devvm("run", "empty.dvs").status, 1)

    def test_first_lines_for_the_shell_and_byte_order_marks(self):
        text = "print(debug.getinfo(1, 'l').currentline)"
        for start in ("#!/usr/bin/env devvm run\n", "\ufeff\n", "\ufeff#!x\n", "#\n"):
            self.write("a.lua", start + text)
            for c in ("run", "lua"):
                self.expect(self.devvm(c, "a.lua"), 0, "2\n", "")
            self.expect(self.devvm("compile", "a.lua"), 0, "", "")
            self.expect(self.devvm("run", "a.dvm"), 0, "2\n", "")

    def test_output_that_cannot_be_written(self):
        self.write("a.lua", "print(1)")
        (self.folder / "folder").mkdir()
        before = self.names()
        for target, why in (("folder", "Is a directory"), ("missing/a.dvm", "No such file"), ("/dev/full", "No space")):
            self.expect(self.devvm("compile", "a.lua", "-o", target), 1, "", f"cannot write {target}: {why}")
        self.expect(self.devvm("compile", "bad.lua", "-o", "a.lua"), 1, "", "bad.lua")
        self.assertEqual(self.read("a.lua"), b"print(1)")
        self.assertEqual(self.names(), before)
        self.expect(self.devvm("compile", "a.dvm"), 2, "", "replace the input")
        with open("/dev/full", "wb") as full:
            for arguments in (["dis", "a.lua"], ["options"], ["--help"][:0] or ["verify", "a.lua"]):
                self.expect(self.devvm(*arguments, stdout=full), 1, err="cannot write standard output")

    def test_standard_input_and_output(self):
        self.expect(self.devvm("run", "-", "x", stdin="print(arg[0], ...)"), 0, "-\tx\n", "")
        self.expect(self.devvm("run", "-", stdin="x = = 1"), 1, "", "stdin:1:")
        module = self.command(["sh", "-c", f"echo 'print(7)' | {VM} compile - -o - | {VM} run -"])
        self.expect(module, 0, "7\n", "")
        self.assertIn("get_global", self.devvm("dis", "-", stdin="print(1)").out)
        self.expect(self.devvm("verify", "-", stdin="print(1)"), 0, "-: 1 function, sound\n", "")

    def test_options_end(self):
        self.write("--fuel", "print('odd name', ...)")
        self.expect(self.devvm("run", "--", "--fuel", "--deny"), 0, "odd name\t--deny\n", "")


class Statuses(ProgramTest):
    def test_statuses_of_programs(self):
        for text, status in (("", 0), ("os.exit(0)", 0), ("os.exit(7)", 7), ("os.exit(true)", 0), ("os.exit(false)", 1),
                             ("os.exit(256 + 3)", 3), ("os.exit(5, true)", 5), ("error('x')", 1), ("return 9", 0),
                             ("coroutine.wrap(function() os.exit(4) end)()", 4), ("pcall(os.exit, 6)", 6),
                             ("local a <close> = setmetatable({}, {__close = function() os.exit(8) end})", 8),
                             ("setmetatable({}, {__gc = function() os.exit(2) end}) collectgarbage()", 2)):
            with self.subTest(text=text):
                self.assertEqual(self.program(text).status, status)

    def test_errors_have_tracebacks(self):
        r = self.program("local function f() error('deep') end\nlocal function g() f() end\ng()")
        self.expect(r, 1, "", "devvm: program.lua:1: deep\nstack traceback:\n\t[C]: in function 'error'")
        self.assertIn("in main chunk", r.err)

    def test_arguments(self):
        r = self.program("print(arg[0], arg[1], arg[2], #arg, ...)", stdin="")
        self.assertEqual(r.out, "program.lua\tnil\tnil\t0\n")
        self.write("a.lua", "print(arg[0], #arg, ...) print(arg[-1])")
        r = self.devvm("run", "--fuel=100000", "a.lua", "-x", "", "a b")
        self.expect(r, 0, f"a.lua\t3\t-x\t\ta b\n{'--fuel=100000'}\n", "")

    def test_broken_pipes_end_quietly(self):
        self.write("a.lua", "for i = 1, 1000000 do print(i) end")
        for command in (f"{VM} run a.lua", f"{VM} lua a.lua", f"{VM} run --trace=instructions --trace-file=/dev/stdout a.lua"):
            r = self.command(["sh", "-c", command + " | head -n 1"])
            self.assertEqual((r.status, r.err), (0, ""), r)
            self.assertEqual(len(r.out.splitlines()), 1)
        self.write("big.lua", "x = {" + "1, " * 100000 + "}")
        r = self.command(["sh", "-c", f"{VM} dis big.lua | head -n 1"])
        self.assertEqual((r.status, r.err), (0, ""), r)

    def test_closed_standard_streams(self):
        self.write("a.lua", "print(1) io.write('x') io.stderr:write('y') print(pcall(io.read))")
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            r = self.command(["sh", "-c", f"{VM} run a.lua {closed}"])
            self.assertEqual(r.status, 0, (closed, r))


class Listings(ProgramTest):
    PROGRAM = """local t = {10, 2.5, "text\\0\\255", true, [0x7fffffffffffffff] = -0.0}
local function f(a, b, ...)
  local c <close> = setmetatable({}, {__close = function() end})
  for i = a, b do t[i] = (t[i] or 0) + select('#', ...) end
  return pcall(function() return a, b, c end)
end
return f(1, 2, 3)
"""

    def test_each_source_line_once(self):
        self.write("a.lua", self.PROGRAM)
        r = self.devvm("dis", "a.lua")
        self.expect(r, 0, err="")
        for i, line in enumerate(self.PROGRAM.splitlines(), 1):
            shown = [l for l in r.out.splitlines() if l.strip().startswith(f"{i} | ")]
            if line == "return f(1, 2, 3)":
                self.assertEqual(shown, [f"    {i:5} | {line}"])
        # never the same line twice without another in between
        last = None
        for l in r.out.splitlines():
            if l.strip().startswith("code"):
                last = None
            if " | " in l and l.split(" | ")[0].strip().isdigit():
                self.assertNotEqual(l, last)
                last = l
        for heading in ("upvalues", "constants", "variables", "exception regions", "child functions", "code"):
            self.assertIn(f"  {heading}\n", r.out)

    def test_colours_only_on_terminals(self):
        self.write("a.lua", self.PROGRAM)
        self.assertNotIn("\x1b", self.devvm("dis", "a.lua", env={"TERM": "xterm"}).out)
        import pty
        for env, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            parent, child = pty.openpty()
            environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | env
            process = subprocess.Popen([VM, "dis", "a.lua"], stdout=child, cwd=self.folder, env=environment)
            os.close(child)
            data = b""
            try:
                while chunk := os.read(parent, 65536):
                    data += chunk
            except OSError:
                pass
            os.close(parent)
            self.assertEqual(process.wait(), 0)
            self.assertEqual(b"\x1b[" in data, coloured, env)

    def test_json(self):
        self.write("a.lua", self.PROGRAM)
        module = json.loads(self.devvm("dis", "--json", "a.lua").out)
        self.assertEqual(module["language"], "lua")
        main = module["functions"][module["main"]]
        self.assertTrue(main["vararg"])
        self.assertEqual(len(module["functions"]), 4)
        self.assertTrue(all(set(f) >= {"code", "constants", "lines", "regions", "upvalues", "variables"} for f in module["functions"]))
        self.write("odd.lua", b"return '\xff\xfe\x00\"\\\\', \"\\n\\u{10FFFF}\", 1e999, 0/0, -0.0 --\xff")
        json.loads(self.devvm("dis", "--json", "odd.lua").out)

    def test_text_round_trips(self):
        self.write("a.lua", self.PROGRAM)
        text = self.devvm("dis", "--text", "a.lua").out
        self.write("b.dvs", text)
        self.expect(self.devvm("asm", "b.dvs", "-o", "b.dvm"), 0, "", "")
        self.assertEqual(self.devvm("dis", "--text", "b.dvm").out, text)
        self.expect(self.devvm("verify", "b.dvs", "b.dvm", "a.lua"), 0, "".join(f"{n}: 4 functions, sound\n" for n in ("b.dvs", "b.dvm", "a.lua")), "")

    def test_verify_goes_on_after_a_bad_file(self):
        self.write("a.lua", "x = 1")
        self.write("b.lua", "x = = 1")
        r = self.devvm("verify", "b.lua", "a.lua")
        self.expect(r, 1, "a.lua: 1 function, sound\n", "b.lua:1:")

    def test_strip(self):
        self.write("a.lua", "local name = nil; name.field = 1")
        self.expect(self.devvm("compile", "--strip", "a.lua", "-o", "s.dvm"), 0, "", "")
        self.assertNotIn(b"name", self.read("s.dvm").replace(b"", b""))
        self.expect(self.devvm("run", "s.dvm"), 1, "", "attempt to index a nil value")


class OptionList(ProgramTest):
    def test_all_options_are_listed(self):
        table = json.loads(self.devvm("options", "--json").out)
        text = self.devvm("options").out
        names = [o["name"] for o in table]
        for name in ("fuel", "timeout", "memory-limit", "stack-limit", "allow", "deny", "seed", "trace", "trace-file"):
            self.assertIn(name, names)
        for o in table:
            self.assertEqual(set(o), {"name", "type", "default", "meaning"})
            self.assertIn(f"--{o['name']}", text)
            self.assertIn(o["type"], ("flag", "number", "bytes", "duration", "word", "flag or word", "list"))
            self.assertTrue(o["meaning"].endswith("."))
        self.assertLess(max(map(len, text.splitlines())), 100)
