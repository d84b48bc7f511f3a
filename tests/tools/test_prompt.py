"""The prompt on a terminal: `devvm lua`, `devvm lua -i` and `devvm repl` as a person at a keyboard meets them."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from support import LUA, SCALE, VM, ProgramTest

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\([A-Z]|\r")
CTRL_C, CTRL_D, TAB, UP, CTRL_A, CTRL_U = "\x03", "\x04", "\t", "\x1b[A", "\x01", "\x15"


class Terminal:
    """A program on a terminal of its own. What it shows is compared without movements of the cursor."""

    def __init__(self, test, arguments, folder, env):
        self.test = test
        self.shown = ""  # not yet expected
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                os.execve(arguments[0], arguments, env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def _read(self, seconds):
        """More output, or False at the end or after so long."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.shown += CONTROL.sub("", data.decode(errors="replace"))
        return bool(data)

    def expect(self, pattern, seconds=10):
        """Waits until the pattern has been shown; everything up to its end counts as seen."""
        end = time.monotonic() + seconds * SCALE
        while not (found := re.search(pattern, self.shown)):
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                self.test.fail(f"no {pattern!r} in {self.shown!r}")
        self.shown = self.shown[found.end():]
        return found

    def send(self, text, edited=True):
        """Types. The editing library shows the prompt a moment before it takes the terminal over: what is `edited`
        waits for that, or the terminal itself would echo it."""
        end = time.monotonic() + 5 * SCALE
        while edited and termios.tcgetattr(self.fd)[3] & termios.ECHO and time.monotonic() < end:
            time.sleep(0.001)
        os.write(self.fd, text.encode())

    def line(self, text, pattern, prompt="> "):
        """Types a line at the prompt; the pattern must be what comes between it and the next prompt."""
        self.send(text + "\n")
        self.expect(re.escape(text) + r" *\n")
        if pattern is not None:
            self.expect(r"\A" + pattern + "(?=" + re.escape(prompt) + ")")
        self.expect(r"\A" + re.escape(prompt))

    def end(self, seconds=10):
        """Waits for the program's end; its exit status, or minus the signal's number."""
        until = time.monotonic() + seconds * SCALE
        while self._read(max(0.0, until - time.monotonic())):
            pass
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > until:
                self.test.fail(f"still running; shown: {self.shown!r}")
            else:
                time.sleep(0.01)
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class PromptTest(ProgramTest):
    def start(self, *arguments, program=VM, **env):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        terminal = Terminal(self, [program, *arguments], self.folder, environment | env)
        self.addCleanup(terminal.close)
        return terminal

    def prompt(self, *arguments, **env):
        """A program that stands at its first prompt."""
        terminal = self.start(*arguments, **env)
        terminal.expect(r"(^|\n)> ")
        return terminal


class Prompts(PromptTest):
    COMMANDS = (["lua"], ["lua", "-i"], ["repl"])

    def test_banner(self):
        self.start("lua").expect(r"^Lua 5\.4\.4 .*\n> ")
        self.start("lua", "-i").expect(r"^Lua 5\.4\.4 .*\n> ")
        self.start("repl").expect(r"^DevVM .*Tab.*Ctrl-D.*\n> ")

    def test_statements_and_results(self):
        for command in self.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.line("x = 20", "")
                t.line("x + 1", "21\n")
                t.line("x, nil, 'two'", "20\tnil\ttwo\n")
                t.line("return x", "20\n")
                t.line("=x + 2", "22\n")
                t.line("print(x) print('more')", "20\nmore\n")
                t.line("nil", "nil\n")
                t.line("", "")
                t.line("local y = 1", "")
                t.line("y", "nil\n")  # every chunk has locals of its own
                t.send(CTRL_D)
                self.assertEqual(t.end(), 0)

    def test_several_lines(self):
        for command in self.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.line("for i = 1, 2 do", "", ">> ")
                t.line("  print('n', i)", "", ">> ")
                t.line("end", "n\t1\nn\t2\n")
                t.line("s = [[one", "", ">> ")
                t.line("two]]", "")
                t.line("#s", "7\n")
                t.line("function f()", "", ">> ")
                t.line("  return 'f'", "", ">> ")
                t.line("end", "")
                t.line("f()", "f\n")

    def test_own_prompts(self):
        for command in self.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.line("_PROMPT, _PROMPT2 = 'ask: ', 'more: '", "", "ask: ")
                t.line("do", "", "more: ")
                t.line("end", "", "ask: ")
                t.line("_PROMPT = nil", "")

    def test_errors_go_on(self):
        for command in self.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.line("error('oh')", r"stdin:1: oh\nstack traceback:\n\t\[C\]: in function 'error'\n(\t.*\n)*")
                t.line("x = = 1", r"stdin:1: unexpected symbol near '='\n")
                t.line("local a <const> = 1; a = 2", r"stdin:1: attempt to assign to const variable 'a'\n")
                t.line("nowhere.field", r"stdin:1: attempt to index a nil value \(global 'nowhere'\)\nstack traceback:\n(\t.*\n)*")
                t.line("error({})", r"\(error object is a table value\)\n(stack traceback:\n(\t.*\n)*)?")
                t.line("error(setmetatable({}, {__tostring = function() return 'own text' end}))", r"own text\n")
                t.line("print = 7", "")
                t.line("1", r"(.*\n)*.*error calling 'print'.*\n")
                t.line("io.write('alive\\n') print = nil", "alive\n")

    def test_as_the_reference(self):
        """The whole dialogue, without editing keys, is that of lua5.4."""
        if LUA is None:
            self.skipTest("no lua5.4")
        lines = ["x = 1", "x", "=x", "  =x", "for i = 1, 2 do", "print(i)", "end", "x =", "2", "x", "error 'e'", "1, 2", "return", "",
                 "goto l", "::l::", "(", "1)", "x y", "f(", ")", "--[[", "]]", "os.exit(3)"]

        def dialogue(program, *arguments):
            t = self.start(*arguments, program=program, TERM="dumb")
            for line in lines:
                t.expect(r"(?m)^>>? $")
                t.send(line + "\n", edited=False)
            status = t.end()
            return status

        self.assertEqual(dialogue(VM, "lua"), dialogue(LUA))

        # Without a terminal both can be compared to the letter, but for the lines that the reference's library repeats.
        text = "\n".join(lines) + "\n"
        ours = self.command([VM, "lua", "-i"], stdin=text)
        theirs = self.command([LUA, "-i"], stdin=text)
        self.assertEqual(ours.status, theirs.status)
        shown, rest = "", theirs.out.split("\n", 1)[1]
        for line in lines if "> x = 1\n" in rest else []:
            before, rest = rest.split(line + "\n", 1)
            shown += before
        self.assertEqual(ours.out.split("\n", 1)[1], shown + rest)
        self.assertEqual(re.sub("(?m)^lua: ", "", ours.err), re.sub(r"(?m)^lua5\.4: ", "", theirs.err))


class Ending(PromptTest):
    def test_end_of_input(self):
        for command in Prompts.COMMANDS:
            t = self.prompt(*command)
            t.send(CTRL_D)
            self.assertEqual(t.end(), 0)
            self.assertTrue(t.shown.endswith("\n"), t.shown)

    def test_in_the_middle_of_a_statement(self):
        for command in Prompts.COMMANDS:
            t = self.prompt(*command)
            t.line("for i = 1, 2 do", "", ">> ")
            t.send(CTRL_D)
            t.expect(r"'end' expected near <eof>")

    def test_exit(self):
        for command in Prompts.COMMANDS:
            t = self.prompt(*command)
            t.send("os.exit(7)\n")
            self.assertEqual(t.end(), 7)

    def test_finalizers_run(self):
        t = self.prompt("lua")
        t.line("setmetatable({}, {__gc = function() print('gc ran') end}) x = 1", "")
        t.send(CTRL_D)
        t.expect("gc ran\n")
        self.assertEqual(t.end(), 0)

    def test_after_a_script(self):
        self.write("s.lua", "value = 42 print('script', ...)")
        t = self.start("lua", "-i", "s.lua", "arg")
        t.expect(r"script\targ\n> |script\s+arg\n> ")
        t.line("value", "42\n")


class Interrupts(PromptTest):
    def test_at_the_prompt(self):
        for command in Prompts.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.send("half a line")
                t.expect("half a line")
                t.send(CTRL_C)
                t.expect(r"\^C\n> ")
                t.line("1 + 1", "2\n")
                t.line("do", "", ">> ")
                t.send(CTRL_C)  # gives up the whole statement
                t.expect(r"\^C\n> ")
                t.line("'back'", "back\n")
                t.send(CTRL_C + CTRL_C)
                t.expect(r"\^C\n> ")
                t.line("'still'", "still\n")

    def test_in_a_loop(self):
        for command in Prompts.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.line("function spin() while true do end end", "")
                t.send("print('runs') spin()\n")
                t.expect(r"\nruns\n")
                t.send(CTRL_C, edited=False)
                t.expect(r"stdin:1: interrupted!\nstack traceback:\n(\t.*\n)*?\tstdin:1: in function 'spin'\n(\t.*\n)*> ")
                t.line("'alive'", "alive\n")
                t.send("print('again') spin()\n")  # once more: the first one is forgotten
                t.expect(r"\nagain\n")
                t.send(CTRL_C, edited=False)
                t.expect(r"interrupted!\n(.*\n)*> ")

    def test_twice_ends_the_process(self):
        for command in Prompts.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.send("print('runs') while true do pcall(function() while true do end end) end\n")
                t.expect(r"\nruns\n")
                t.send(CTRL_C, edited=False)
                t.expect(r"\^C")
                time.sleep(0.2 * SCALE)
                t.send(CTRL_C, edited=False)
                self.assertEqual(t.end(), -signal.SIGINT)


class Editing(PromptTest):
    def test_completion(self):
        for command in (["repl"], ["lua"]):
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.send("coro" + TAB)
                t.expect("coroutine")
                t.send(".isy" + TAB)
                t.expect(r"isyieldable")
                t.send("()\n")
                t.expect(r"\nfalse\n> ")
                t.line("config = {colour = 'red', count = 3, inner = {deep = 'down'}}", "")
                t.send("config.col" + TAB)
                t.expect("config.colour")
                t.send("\n")
                t.expect(r"\nred\n> ")
                t.send("config.inner.d" + TAB + "\n")
                t.expect(r"\ndown\n> ")
                t.send("('x'):re" + CTRL_A + CTRL_U)
                t.send("config.co" + TAB)
                t.expect(r"colour\s+count")  # both are listed
                t.send("u" + TAB + "\n")
                t.expect(r"\n3\n> ")
                t.send("nosuchname" + TAB + "\n")
                t.expect(r"\nnil\n> ")

    def test_completion_runs_no_code(self):
        t = self.prompt("repl")
        t.line("m = {__index = function() print('ran') end}", "")
        t.line("t = setmetatable({}, m)", "")
        t.send("t.x.y" + TAB + TAB + CTRL_U)
        t.line("'done'", "done\n")
        self.assertNotIn("ran", t.shown)

    def test_completion_of_methods(self):
        t = self.prompt("repl")
        t.line("s = 'text'", "")
        t.send("s:upp" + TAB + "()\n")
        t.expect(r"\nTEXT\n> ")

    def test_history(self):
        for command in Prompts.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.line("a = 'first'", "")
                t.line("a .. '!'", "first!\n")
                t.send(UP)
                t.expect(r"a \.\. '!'")
                t.send("\n")
                t.expect(r"\nfirst!\n> ")
                t.send(UP + UP)
                t.expect("a = 'first'")
                t.send("\b" * len("'first'") + "'second'\n")
                t.expect(r"\n> ")
                t.line("a", "second\n")

    def test_history_is_kept(self):
        t = self.prompt("repl")
        t.line("kept = 'from before'", "")
        t.send(CTRL_D)
        self.assertEqual(t.end(), 0)
        self.assertIn(".devvm_history", self.names())
        t = self.prompt("repl")
        t.send(UP)
        t.expect("kept = 'from before'")
        t.send("\n")
        t.expect(r"\n> ")
        t.line("kept", "from before\n")
        t.send(CTRL_D)
        t.end()
        os.remove(self.folder / ".devvm_history")
        t = self.prompt("lua")
        t.line("x = 1", "")
        t.send(CTRL_D)
        t.end()
        self.assertNotIn(".devvm_history", self.names())  # the drop-in leaves no files

    def test_letters_beyond_ascii(self):
        t = self.prompt("repl")
        t.line("'grüße'", "grüße\n")
        t.line("#'ü'", "2\n")

    def test_tables_are_spread_out(self):
        t = self.prompt("repl")
        t.line("{1, 2, x = {y = 3}}", r"\{.*1, 2.*y = 3.*\}\n")


class Input(PromptTest):
    def test_programs_read_from_the_same_terminal(self):
        for command in Prompts.COMMANDS:
            with self.subTest(command=command):
                t = self.prompt(*command)
                t.send("name = io.read()\n")
                t.expect(r"io\.read\(\) *\n")
                time.sleep(0.2 * SCALE)
                t.send("Ada\n", edited=False)
                t.expect(r"\n> ")
                t.line("name", "Ada\n")
