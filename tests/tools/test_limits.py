"""Limits and capabilities: what a program that does not want to be stopped, or wants more than it may, gets."""
import os
import shutil
import signal
import subprocess
import time

from support import MIB, SCALE, VM, ProgramTest

# Programs that never end by themselves or would run for very long.
ENDLESS = {
    "loop": "while true do end",
    "goto": "::a:: goto a",
    "repeat": "repeat until false",
    "for": "for i = 1, math.maxinteger do end",
    "tail calls": "local function f() return f() end f()",
    "pcall around a loop": "while true do pcall(function() while true do end end) end",
    "pcall in pcall": "local function f() pcall(f) while true do pcall(f) end end f()",
    "xpcall with a looping handler": "while true do xpcall(error, function() while true do end end) end",
    "looping __close": "while true do pcall(function() local a <close> = setmetatable({}, {__close = function() while true do end end}) end) end",
    "looping __gc": "for i = 1, 100 do setmetatable({}, {__gc = function() while true do end end}) end while true do collectgarbage() end",
    "__gc that makes more": "local function g() setmetatable({}, {__gc = g}) end g() while true do collectgarbage() end",
    "coroutines": "while true do local f = coroutine.wrap(function() while true do coroutine.yield() end end) for i = 1, 50 do f() end end",
    "coroutine that loops": "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
    "coroutine.close": "while true do local co = coroutine.create(function() local a <close> = setmetatable({}, {__close = function() while true do end end}) coroutine.yield() end) coroutine.resume(co) coroutine.close(co) end",
    "metamethods": "local t = setmetatable({}, {__index = function(t, k) while true do end end}) local x = t.x",
    "iterator": "for x in function() return 1 end do end",
    "hook": "debug.sethook(function() end, '', 1) while true do end",
    "pattern backtracking": "string.find(string.rep('a', 40), string.rep('a?', 40) .. string.rep('a', 40) .. 'b')",
    "pattern of stars": "string.find(string.rep('a', 300000), '.*.*.*x')",
    "pattern of minimal matches": "string.find(string.rep('a', 100000), '.-.-.-.-b')",
    "pattern of brackets": "for i = 1, 1e9 do string.find(string.rep('(', 300000), '%b()') end",
    "plain find": "local s, p = string.rep('a', 1e7), string.rep('a', 1e6) .. 'b' while true do string.find(s, p, 1, true) end",
    "gsub": "local s = string.rep('a', 1e6) while true do string.gsub(s, '', 'x') end",
    "gsub with a table": "local s = string.rep('a', 1e6) while true do string.gsub(s, '%w', {a = 'b'}) end",
    "gsub with a function": "string.gsub(string.rep('a', 1e6), '.', function() while true do end end)",
    "gmatch": "local s = string.rep('a ', 1e6) while true do for w in string.gmatch(s, '%a+') do end end",
    "rep": "while true do string.rep('x', 1e8) end",
    "concat": "local t = {} for i = 1, 1e5 do t[i] = 'xxxxxxxx' end while true do table.concat(t, ', ') end",
    "concat of nothing": "while true do pcall(table.concat, setmetatable({}, {__index = function() return '' end}), '', 1, 1e9 // 1 | 0) end",
    "sort": "local t = {} for i = 1, 1e6 do t[i] = i % 7 end while true do table.sort(t) end",
    "sort with a bad order": "local t = {} for i = 1, 1e5 do t[i] = i end while true do pcall(table.sort, t, function(a, b) return true end) end",
    "sort with a random order": "local t = {} for i = 1, 1e5 do t[i] = i end while true do pcall(table.sort, t, function(a, b) return math.random() < 0.5 end) end",
    "sort of a huge sequence": "table.sort(setmetatable({}, {__len = function() return 1 << 30 end, __index = function() return 1 end, __newindex = function() end}))",
    "format": "local s = string.rep('x', 1e7) while true do string.format('%s', s) string.format('%q', s) string.format('%99.99f', 1e308) end",
    "pack": "local f, t = string.rep('i16', 200), {} for i = 1, 200 do t[i] = i end while true do string.unpack(f, (string.pack(f, table.unpack(t)))) end",
    "packsize": "local f = string.rep('b', 1e6) while true do string.packsize(f) end",
    "utf8": "local s = string.rep('é', 5e6) while true do utf8.len(s) pcall(utf8.offset, s, 4e6 // 1 | 0) for p, c in utf8.codes(s) do end end",
    "case and reversal": "local s = string.rep('a', 5e7) while true do s:upper() s:lower() s:reverse() s:sub(2) end",
    "byte": "local s = string.rep('a', 1e5) while true do pcall(string.byte, s, 1, -1) end",
    "string comparison": "local a, b = string.rep('a', 5e7) .. 'x', string.rep('a', 5e7) .. 'y' while true do local c = a < b end",
    "string equality": "local a, b = string.rep('a', 5e7) .. 'x', string.rep('a', 5e7) .. 'y' while true do local c = a == b end",
    "concatenation": "local s = string.rep('a', 5e7) while true do local x = s .. s end",
    "tonumber": "local s = string.rep('9', 1e7) while true do tonumber(s) tonumber(s, 10) end",
    "arithmetic on a long numeral": "local s = string.rep('9', 1e6) while true do local x = s + 1 end",
    "long numerals as arguments": "local s = string.rep('9', 1e6) while true do math.abs(s) pcall(string.rep, '', s) math.tointeger(s) end",
    "long numerals as limits": "local s = string.rep('9', 1e6) while true do for i = 1, s do break end end",
    "levels of the stack": "local function f(n) if n > 0 then return 1 + f(n - 1) end while true do pcall(error, 'x', 99999) debug.getinfo(99999) end end f(1e5)",
    "lines of a function": "local f = load(string.rep('x = 1\\n', 1e5)) while true do debug.getinfo(f, 'L') end",
    "many options": "local s = string.rep('S', 1e5) while true do debug.getinfo(print, s) end",
    "many arguments": "local function g() end local function f(...) while true do g(...) end end f(table.unpack({}, 1, 1e5))",
    "many results": "local function f(...) return ... end local function g(...) while true do f(...) end end g(table.unpack({}, 1, 1e5))",
    "many elements": "local function f(...) while true do local t = {...} end end f(table.unpack({}, 1, 1e5))",
    "load": "local s = string.rep('x=1 ', 1e6) while true do load(s) end",
    "load of much": "load(string.rep('x = 1 ', 2e7))",
    "load of a huge table": "load('return {' .. string.rep('1,', 4e7) .. '}')",
    "load from a function": "load(function() return 'x = 1 ' end)",
    "load of spaces": "load(function() return '    ' end)",
    "dump": "local f = load(string.rep('x=1 ', 1e5)) while true do string.dump(f) end",
    "move": "table.move({}, 1, math.maxinteger - 1, 2)",
    "move with metamethods": "table.move(setmetatable({}, {__index = function() return 1 end}), 1, 1 << 50, 2, setmetatable({}, {__newindex = function() end}))",
    "unpack": "while true do pcall(table.unpack, {}, 1, 200000) end",
    "insert": "local t = {} for i = 1, 1e6 do t[i] = i end while true do table.insert(t, 1, 1) table.remove(t, 1) end",
    "next over removed keys": "local t = {} for i = 1, 3e5 do t['k' .. i] = i end for i = 1, 3e5 do t['k' .. i] = nil end while true do next(t) end",
    "collections": "local t = {} for i = 1, 3e5 do t[i] = {} end while true do collectgarbage() end",
    "collection steps": "while true do collectgarbage('step', 0) end",
    "chain of ephemerons": "local t, k = setmetatable({}, {__mode = 'k'}), {} local first = k for i = 1, 1e5 do local n = {} t[k] = n k = n end while true do collectgarbage() end",
    "date": "while true do os.date(string.rep('%c', 1000)) end",
    "require": "package.path = string.rep('./?;', 1e5) while true do pcall(require, 'x' .. math.random(1 << 30)) end",
    "traceback": "local function f(n) if n > 0 then return 1 + f(n - 1) end while true do debug.traceback('x') end end f(1e4)",
    "call chain": "local t = setmetatable({}, {}) getmetatable(t).__call = t t()",
    "print": "while true do print('x') end",
    "endless file": "local f = io.open('/dev/zero') while true do f:read(1000) end",
    "endless line": "io.open('/dev/zero'):read('l')",
    "endless numbers": "local f = io.open('/dev/zero') while true do f:read('n') end",
    "endless output": "local f = io.open('/dev/null', 'w') local s = string.rep('x', 1e5) while true do f:write(s) end",
    "endless process": "for l in io.popen('yes'):lines() do end",
}
# Waiting costs no fuel.
WAITING = {
    "command": "os.execute('sleep 30')",
    "pipe": "io.popen('sleep 30'):read('a')",
    "closing a pipe": "io.popen('sleep 30'):close()",
    "standard input": "io.read()",
    "number from standard input": "io.read('n')",
    "all of standard input": "io.read('a')",
}
# Nobody is at the other end of `fifo`; standard input and output are pipes that nobody writes to or reads from.
BLOCKED = {
    "FIFO to read": "io.open('fifo'):read()",
    "FIFO to read all": "local f = io.open('fifo') f:read('a')",
    "FIFO to write": "io.open('fifo', 'w')",
    "FIFO to append to": "io.open('fifo', 'a')",
    "lines of a FIFO": "for l in io.lines('fifo') do end",
    "FIFO as input": "io.input('fifo') io.read('n')",
    "FIFO as output": "io.output('fifo')",
    "loadfile": "loadfile('fifo')",
    "dofile": "dofile('fifo')",
    "dofile of standard input": "dofile()",
    "require": "package.path = './?' require('fifo')",
    "caught": "while true do pcall(io.read) end",
    "print": "while true do print(string.rep('x', 100)) end",
    "print of much": "print(string.rep('x', 1e6))",
    "write": "while true do io.write('x') end",
    "write of much": "io.write(string.rep('x', 1e6))",
    "unbuffered": "io.stdout:setvbuf('no') while true do io.write('xy') end",
    "by lines": "io.stdout:setvbuf('line') while true do io.write('xy\\n') end",
    "large buffer": "io.stdout:setvbuf('full', 1 << 20) while true do io.write(string.rep('x', 1000)) end",
    "flush": "while true do io.write('xxxxxxxxxx') io.flush() end",
    "process that does not read": "local p = io.popen('exec sleep 30 2> /dev/null > /dev/null', 'w') while true do p:write('xxxxxxxxxx') end",
    "closing a pipe": "local p = io.popen('exec sleep 30 2> /dev/null > /dev/null', 'w') for i = 1, 65536 do p:write('x') end p:write('more') p:close()",
}
# Where the size of the parts matters more than their number, a unit may take a few microseconds.
FUEL = 300_000


class Endless(ProgramTest):
    def test_timeout(self):
        for name, text in ENDLESS.items():
            with self.subTest(program=name):
                r = self.program(text, "--timeout=150ms", "--memory-limit=512M", stdout=subprocess.DEVNULL)
                self.assertEqual(r.status, 1, (name, r))
                self.assertRegex(r.err, "^devvm: (time limit exceeded|.*not enough memory)", (name, r))
                self.assertLess(r.seconds, 1.5 * SCALE, name)

    def test_timeout_of_code_without_loops(self):
        # One unit of fuel is a call, however long the function is: the clock is looked at more often.
        text = "local f = load(string.rep('x = 1 ', 1e5)) while true do f() end"
        r = self.program(text, "--timeout=150ms")
        self.expect(r, 1, "", "devvm: time limit exceeded\n")
        self.assertLess(r.seconds, 1.5 * SCALE)

    def test_fuel(self):
        for name, text in ENDLESS.items():
            with self.subTest(program=name):
                r = self.program(text, f"--fuel={FUEL}", "--memory-limit=1G", stdout=subprocess.DEVNULL)
                self.assertEqual(r.status, 1, (name, r))
                self.assertRegex(r.err, "^devvm: (fuel exhausted|.*not enough memory)")
                self.assertLess(r.seconds, 10 * SCALE, name)

    def test_waiting(self):
        for name, text in WAITING.items():
            with self.subTest(program=name):
                # Commands must not keep the pipes of this test open.
                text = text.replace("sleep 30", "exec sleep 30 2> /dev/null")
                self.write("program.lua", text)
                read, write = os.pipe()
                started = time.monotonic()
                p = subprocess.Popen([VM, "run", "--timeout=300ms", "program.lua"], stdin=read, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, cwd=self.folder)
                out, err = p.communicate(timeout=20 * SCALE)
                os.close(read)
                os.close(write)
                self.assertEqual((p.returncode, err), (1, b"devvm: time limit exceeded\n"), name)
                self.assertLess(time.monotonic() - started, 2 * SCALE)


class Blocked(ProgramTest):
    def blocked(self, text, *options):
        """A program between pipes that are silent and, after a while, full."""
        if not (self.folder / "fifo").exists():
            os.mkfifo(self.folder / "fifo")
        self.write("program.lua", text)
        ends = [*os.pipe(), *os.pipe()]
        for end in ends:
            self.addCleanup(os.close, end)
        return subprocess.Popen([VM, "run", *options, "program.lua"], stdin=ends[0], stdout=ends[3],
                                stderr=subprocess.PIPE, cwd=self.folder)

    def test_timeout(self):
        for name, text in BLOCKED.items():
            with self.subTest(program=name):
                started = time.monotonic()
                p = self.blocked(text, "--timeout=200ms")
                _, err = p.communicate(timeout=20 * SCALE)
                self.assertEqual((p.returncode, err), (1, b"devvm: time limit exceeded\n"), name)
                self.assertLess(time.monotonic() - started, 2 * SCALE, name)

    def test_interrupt(self):
        for name, text in BLOCKED.items():
            if name == "caught" or "popen" in text:
                continue
            with self.subTest(program=name):
                p = self.blocked("io.stderr:write('ready\\n') " + text)
                self.assertEqual(p.stderr.readline(), b"ready\n")
                time.sleep(0.1 * SCALE)
                p.send_signal(signal.SIGINT)
                _, err = p.communicate(timeout=20 * SCALE)
                self.assertEqual(p.returncode, 1, (name, err))
                self.assertRegex(err.decode(), "interrupted!\n|stopped", name)

    def test_nothing_is_lost(self):
        os.mkfifo(self.folder / "fifo")
        self.write("reader.lua", "local f = io.open('fifo') local n = 0 for l in f:lines() do n = n + 1 assert(l == 'line ' .. n) end print(n, f:read())")
        self.write("writer.lua", "local f = io.open('fifo', 'w') for i = 1, 50000 do f:write('line ', i, '\\n') end f:close()")
        for order in (("reader.lua", "writer.lua"), ("writer.lua", "reader.lua")):
            with self.subTest(first=order[0]):
                started = []
                for name in order:
                    started.append(subprocess.Popen([VM, "run", "--timeout=20s", name], stdout=subprocess.PIPE, cwd=self.folder))
                    time.sleep(0.2 * SCALE)
                outs = {name: p.communicate(timeout=20 * SCALE)[0] for name, p in zip(order, started)}
                self.assertEqual([p.returncode for p in started], [0, 0])
                self.assertEqual(outs["reader.lua"], b"50000\tnil\n")
        self.write("big.lua", "io.write(string.rep('0123456789', 300000)) io.write('end\\n') print(string.rep('y', 100000)) io.stdout:setvbuf('no') io.write(string.rep('z', 70000), 1, 2.5)")
        r = self.command(["/bin/sh", "-c", f"'{VM}' run big.lua | (sleep 0.3; cat)"])
        self.assertEqual(r.out, "0123456789" * 300000 + "end\n" + "y" * 100000 + "\n" + "z" * 70000 + "12.5")
        r = self.program("local p = io.popen('cat; exit 3', 'w') p:write(string.rep('ab', 200000)) print(p:close())")
        self.assertEqual(r.out, "ab" * 200000 + "nil\texit\t3\n")


class Uncatchable(ProgramTest):
    HANDLERS = """
local mt = {__close = function() print("close") end, __gc = function() print("gc") end}
local a <close> = setmetatable({}, mt)
local b = setmetatable({}, mt)
print(pcall(function() local c <close> = setmetatable({}, mt) while true do end end))
print(xpcall(function() while true do end end, function() print("handler") end))
local co = coroutine.wrap(function() while true do end end)
print(pcall(co))
print("went on")
"""

    def test_no_handler_runs(self):
        for option, message in (("--fuel=100000", "fuel exhausted"), ("--timeout=100ms", "time limit exceeded")):
            self.expect(self.program(self.HANDLERS, option), 1, "", f"devvm: {message}\n")

    def test_output_before_is_kept(self):
        r = self.program("print('before') io.write('partial') while true do end", "--fuel=100000")
        self.expect(r, 1, "before\npartial", "devvm: fuel exhausted\n")

    def test_fuel_is_exact(self):
        text = "local n = 0 for i = 1, 1e9 do n = n + 1 if n % 1000 == 0 then print(n) end end"
        counts = {self.program(text, "--fuel=50000", "--dispatch=" + d).out for d in ("tail", "switch")}
        self.assertEqual(len(counts), 1)
        last = int(counts.pop().split()[-1])
        self.assertLessEqual(last, 50000)
        self.assertGreater(last, 30000)
        self.expect(self.program("print(1)", "--fuel=1000"), 0, "1\n", "")
        self.expect(self.program("print(1) for i = 1, 1000 do end", "--fuel=100"), 1, err="fuel exhausted")

    def test_last_finalizers(self):
        text = "setmetatable({}, {__gc = function() print('last') while true do end end})"
        self.expect(self.program(text, "--fuel=100000"), 1, "last\n", "devvm: fuel exhausted\n")
        self.expect(self.program(text, "--timeout=100ms"), 1, "last\n", "devvm: time limit exceeded\n")

    def test_last_finalizers_share_the_deadline(self):
        """What the program left of its time is for its finalizers, also when it ended for want of memory."""
        text = "while true do setmetatable({}, {__gc = function(o) x = {x, o} end}) end"
        r = self.program(text, "--timeout=1500ms", "--memory-limit=64M")
        self.assertEqual(r.status, 1, r)
        self.assertTrue(r.err.endswith("devvm: time limit exceeded\n"), r)
        self.assertLess(r.seconds, 2.5 * SCALE)
        text = "setmetatable({}, {__gc = function() while true do end end}) local t = os.clock() + 0.6 while os.clock() < t do end"
        r = self.program(text, "--timeout=800ms")
        self.expect(r, 1, "", "devvm: time limit exceeded\n")
        self.assertLess(r.seconds, 1.2 * SCALE)

    def test_processes_end_with_the_program(self):
        self.write("program.lua", """
local f = io.open("kept", "w") f:write("text")
local p = io.popen("echo $$ > pid1; sleep 60; true", "w")
local q = io.popen("echo $$ > pid2; cat > copy; echo end >> copy", "w") q:write("lines ")
repeat local a = io.open("pid1") local b = io.open("pid2")
until a and b and a:read("n") and b:read("n")
io.write("ready") io.flush()
while true do end""")
        for option, why in (("--timeout=500ms", "time limit exceeded"), ("--fuel=100000000", "fuel exhausted")):
            for name in ("pid1", "pid2", "copy", "kept"):
                (self.folder / name).unlink(missing_ok=True)
            started = time.monotonic()
            self.expect(self.devvm("run", option, "program.lua"), 1, "ready", f"devvm: {why}\n")
            self.assertLess(time.monotonic() - started, 8 * SCALE)
            for name in ("pid1", "pid2"):
                with self.assertRaises(ProcessLookupError, msg=(option, name)):
                    os.kill(int(self.read(name)), 0)
            # What ends by itself when its pipe is closed may do so.
            self.assertEqual((self.read("kept"), self.read("copy")), (b"text", b"lines end\n"))

    def test_in_the_middle_of_loading(self):
        self.write("big.lua", "x = {" + "{1, 'two', three = 3}, " * 500000 + "}")
        r = self.devvm("run", "--timeout=50ms", "big.lua")
        self.expect(r, 1, "", "time limit exceeded")
        r = self.devvm("run", "--memory-limit=20M", "big.lua")
        self.expect(r, 1, "", "not enough memory")


class Memory(ProgramTest):
    GROWING = {
        "table": "local t = {} for i = 1, math.huge do t[i] = i end",
        "keys": "local t = {} for i = 1, math.huge do t['k' .. i] = i end",
        "tables": "local t = {} while true do t = {t} end",
        "string": "local s = 'x' while true do s = s .. s end",
        "gsub": "local s = 'x' while true do s = s:gsub('.', '%0%0') end",
        "rep": "local t = {} while true do t[#t + 1] = string.rep('x', 1e6 + #t) end",
        "concat": "local t = {} for i = 1, 1000 do t[i] = string.rep('x', 1000) end local u = {} while true do u[#u + 1] = table.concat(t) .. #u end",
        "format": "local s = string.rep('%s', 100) local x = string.rep('x', 1e6) local t = {} for i = 1, 100 do t[i] = x end string.format(s, table.unpack(t))",
        "pack": "string.pack('c200000000', '')",
        "closures": "local t = {} while true do local x t[#t + 1] = function() return x end end",
        "coroutines": "local t = {} while true do local co = coroutine.create(function() coroutine.yield() end) coroutine.resume(co) t[#t + 1] = co end",
        "load": "load(string.rep('x = 1 ', 1e7))",
        "loaded functions": "local t = {} while true do t[#t + 1] = load('return function() return ' .. #t .. ' end') end",
        "shapes": "local t = {} for i = 1, math.huge do local o = {} o['a' .. i] = 1 o['b' .. i] = 2 t[i] = o end",
        "weak tables": "local t = {} while true do t[#t + 1] = setmetatable({}, {__mode = 'k'}) end",
        "finalizers": "local t = {} while true do t[#t + 1] = setmetatable({}, {__gc = function() end}) end",
        "all of an endless file": "io.open('/dev/zero'):read('a')",
        "line of an endless file": "io.open('/dev/zero'):read('l')",
        "much of an endless file": "io.open('/dev/zero'):read(1 << 40)",
        "loadfile": "assert(loadfile('/dev/zero'))",
        "templates": "package.path = string.rep('?', 1e5) require(string.rep('x', 1e5))",
        "unpack": "local t = {} while true do t[#t + 1] = {table.unpack({}, 1, 100000)} end",
        "wide integers": "local t = {} for i = math.maxinteger, 0, -1 do t[#t + 1] = i end",
        "warnings": "local s = string.rep('x', 1e7) while true do s = s .. s warn('@off') end",
    }

    def test_the_error_is_clear(self):
        for name, text in self.GROWING.items():
            with self.subTest(program=name):
                r = self.program(text, "--memory-limit=64M", "--timeout=10s")
                self.assertEqual(r.status, 1, (name, r))
                self.assertRegex(r.err, r"not enough memory|too large", (name, r))

    def test_the_process_stays_small(self):
        measure = shutil.which("time", path="/usr/bin")
        if measure is None or SCALE > 1:
            self.skipTest("needs /usr/bin/time and no sanitizer")
        for name, text in self.GROWING.items():
            with self.subTest(program=name):
                self.write("program.lua", text)
                r = self.command([measure, "-f", "%M", "-o", "peak", VM, "run", "--memory-limit=64M", "--timeout=10s", "program.lua"])
                peak = int(self.read("peak").split()[-1]) * 1024
                self.assertLess(peak, 3 * 64 * MIB + 10 * MIB, (name, r))

    def test_shapes_count_at_once(self):
        """Each metatable brings shapes of its own; the program must not go far beyond its limit before the nursery is full."""
        text = """
local most, kept = 0, {}
print(pcall(function()
  while true do
    local o = setmetatable({}, {__index = kept})
    o.first, o.second = 1, 2
    kept[#kept + 1] = o
    if #kept % 64 == 0 then most = math.max(most, collectgarbage("count")) end
  end
end))
print(most * 1024 <= 32 << 20, #kept > 1000)
"""
        self.expect(self.program(text, "--memory-limit=32M", "--timeout=20s"), 0, "false\tnot enough memory\ntrue\ttrue\n", "")

    def test_long_messages_are_copied_once(self):
        measure = shutil.which("time", path="/usr/bin")
        if measure is None or SCALE > 1:
            self.skipTest("needs /usr/bin/time and no sanitizer")
        for name, text in {
            "traceback": "local s = 'x' while true do s = debug.traceback(s .. s) end",
            "error": "local s = 'x' repeat local _, e = pcall(function() error(s .. s) end) s = e until e == 'not enough memory' error(s, 0)",
        }.items():
            with self.subTest(program=name):
                self.write("program.lua", text)
                r = self.command([measure, "-f", "%M", "-o", "peak", VM, "run", "--memory-limit=64M", "program.lua"])
                self.expect(r, 1, "", "not enough memory")
                self.assertLess(int(self.read("peak").split()[-1]) * 1024, 80 * MIB, name)

    def test_it_can_be_caught(self):
        for name, text in self.GROWING.items():
            if "package" in text or "loadfile" in text:
                continue
            with self.subTest(program=name):
                r = self.program(f"local ok, e = pcall(function() {text} end)\nprint(ok, e) collectgarbage() print(#string.rep('x', 1e6))",
                                 "--memory-limit=64M", "--timeout=10s")
                self.assertEqual(r.status, 0, (name, r))
                self.assertRegex(r.out, r"^false\t.*(not enough memory|too large).*\n1000000\n$", (name, r))

    def test_finalizers_make_room_when_it_is_caught(self):
        growing = "pcall(function() " + self.GROWING["finalizers"] + " end)"
        self.expect(self.program(f"local ok, e = {growing}\nprint(ok, e)", "--memory-limit=64M", "--timeout=20s"),
                    0, "false\tnot enough memory\n", "")
        # Again and again, with finalizers that allocate and count; every one runs.
        text = """
local made, ran = 0, 0
local function collected(o) ran = ran + 1 o.text = "finalized " .. ran end
for round = 1, 3 do
  local ok, e = pcall(function()
    local t = {}
    while true do t[#t + 1] = setmetatable({}, {__gc = collected}) made = made + 1 end
  end)
  print(ok, e)
end
local s = {} for i = 1, 1000 do s[i] = "x" .. i end
collectgarbage() collectgarbage()
print(made - ran <= 1, ran > 10000, #table.concat(s))
"""
        self.expect(self.program(text, "--memory-limit=32M", "--timeout=60s", seconds=60), 0,
                    "false\tnot enough memory\n" * 3 + "true\ttrue\t3893\n", "")

    def test_garbage_with_finalizers(self):
        """What dies all the time never adds up, whatever its finalizers hold and allocate."""
        for limit in ("2M", "3M", "8M"):
            for body in ("setmetatable({i}, mt)", "local t = {} for k = 1, 50 do t[k] = setmetatable({t}, mt) end",
                         "setmetatable({string.rep('x', 10000) .. i}, mt)"):
                with self.subTest(limit=limit, body=body):
                    text = "local n = 0 local mt = {__gc = function(o) n = n + 1 local s = 'gone ' .. n end}\n" \
                           f"for i = 1, 30000 do {body} end collectgarbage() print(n >= 30000)"
                    self.expect(self.program(text, f"--memory-limit={limit}", "--nursery=256k", "--timeout=60s", seconds=60), 0, "true\n", "")

    def test_every_size_of_limit(self):
        """Each limit lets the memory run out somewhere else."""
        text = """
local function work()
  local t = setmetatable({}, {__index = function(t, k) return k .. "!" end})
  for i = 1, 2000 do
    t[i] = {name = "n" .. i, f = function() return t, i end, co = coroutine.wrap(function(...) coroutine.yield(...) end)}
    t[i].co(i)
  end
  local s = string.rep("abc", 5000):gsub("b", function(c) return c:upper() .. t[c] end)
  table.sort(t, function(a, b) return a.name < b.name end)
  local u = {table.unpack(t, 1, 200)}
  return #table.concat({s, s, s}) + #u + #string.format("%q", s) + load("return 1")() + #string.dump(work or function() end)
end
local ok, e
for i = 1, 3 do ok, e = pcall(work) collectgarbage() end
print(ok, ok and "" or e)
"""
        seen = set()
        for limit in list(range(1100, 3200, 61)) + list(range(3200, 9000, 411)):
            r = self.program(text, f"--memory-limit={limit}k", "--nursery=64k")
            self.assertIn(r.status, (0, 1), (limit, r))
            if r.status == 1:
                self.assertIn("not enough memory", r.err, (limit, r))
            else:
                self.assertRegex(r.out, r"^(true\t\n|false\t.*not enough memory\n)$", (limit, r))
            seen.add(r.out or r.err.splitlines()[0])
        self.assertGreaterEqual(len(seen), 2)

    def test_tiny_limits(self):
        for limit in ("1", "1k", "64k", "300k"):
            r = self.program("print(1)", f"--memory-limit={limit}")
            self.assertIn(r.status, (0, 1), r)
            if r.status:
                self.assertIn("not enough memory", r.err)


class Stack(ProgramTest):
    def test_overflow_can_be_caught(self):
        for text in ("local function f() return 1 + f() end print(pcall(f))",
                     "local function f() local t = setmetatable({}, {__index = f}) return t.x .. 'x' end print(pcall(f))",
                     "local function f(...) return 1 + f(1, ...) end print(pcall(f))",
                     "local function f() return (string.gsub('a', 'a', f)) end print(pcall(f))",
                     "local function f() table.sort({1, 2, 3}, f) end print(pcall(f))",
                     "local function f() return tostring(setmetatable({}, {__tostring = f})) end print(pcall(f))",
                     "local function f() local a <close> = setmetatable({}, {__close = f}) end print(pcall(f))",
                     "local t = setmetatable({}, {__concat = function(a, b) return a .. b end}) print(pcall(function() return t .. t end))",
                     "local function f() coroutine.wrap(f)() end print(pcall(f))"):
            for option in ("--stack-limit=1M", "--stack-limit=24M"):
                with self.subTest(text=text, option=option):
                    r = self.program(text + " print('alive')", option, "--timeout=20s")
                    self.assertEqual(r.status, 0, r)
                    self.assertRegex(r.out, r"^false\t.*(stack overflow|not enough memory)(.|\n)*alive\n$")

    def test_stacks_grow_where_most_memory_in_use_is_garbage(self):
        text = """
local function deep(n) if n > 0 then return 1 + deep(n - 1) end coroutine.yield() return 0 end
local kept, sum = {}, 0
while collectgarbage("count") < 3000 do kept[#kept + 1] = ("k"):rep(1000) .. #kept end
for i = 1, 3000 do
  local junk = {}
  for k = 1, i % 7 do junk[k] = ("x"):rep(1000 + i % 100) .. i end
  local c = coroutine.wrap(deep)
  local ok, e = pcall(c, 200 + i % 300)
  if not ok then print(i, e) break end
  sum = sum + c()
end
print(sum)
"""
        for limit in ("3300k", "3340k", "3380k", "3400k", "3460k"):
            for jit in ("on", "off"):
                with self.subTest(limit=limit, jit=jit):
                    r = self.program(text, "--deterministic", f"--memory-limit={limit}", f"--jit={jit}")
                    self.expect(r, 0, "1048500\n", "")

    def test_endless_recursion_is_an_error(self):
        r = self.program("local function f() return 1 + f() end f()")
        self.expect(r, 1, "", "stack overflow")
        self.assertIn("...\t(skipping", r.err)

    def test_200000_calls(self):
        r = self.program("local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end print(f(200000))\n"
                         "print(coroutine.wrap(f)(200000))\nlocal function p(n) if n == 0 then return 0 end local ok, x = pcall(p, n - 1) return x + 1 end print(p(150000))")
        self.expect(r, 0, "200000\n200000\n150000\n", "")

    def test_a_million_coroutines(self):
        if SCALE > 1:
            self.skipTest("sanitizers take more memory")
        r = self.program("local t = {} for i = 1, 1000000 do t[i] = coroutine.wrap(function() local x = i coroutine.yield(x) return x end) t[i]() end\n"
                         "local sum = 0 for i = 1, #t do sum = sum + t[i]() end print(sum)", "--memory-limit=2G", seconds=60)
        self.expect(r, 0, "500000500000\n", "")


class Capabilities(ProgramTest):
    PROGRAMS = {
        "files": ["io.open('x')", "io.open('x', 'w')", "io.lines('x')", "io.input('x')", "io.output('x')", "io.tmpfile()", "os.remove('x')",
                  "os.rename('x', 'y')", "os.tmpname()", "loadfile('x')", "dofile('x')", "package.searchpath('x', './?')"],
        "processes": ["os.execute('true')", "io.popen('true')"],
        "environment": ["os.getenv('HOME')"],
        "clock": ["os.time()", "os.clock()", "os.date()"],
    }

    def attempt(self, calls, *options):
        text = "".join(f"print(select('#', pcall(function() return {c} end)), select(2, pcall(function() return {c} end)))\n" for c in calls)
        return self.program(text, *options)

    def test_denied_one_by_one(self):
        for capability, calls in self.PROGRAMS.items():
            for options in ([f"--deny={capability}"], ["--deny=all"], ["--deny", f"network,{capability}"]):
                r = self.attempt(calls, *options)
                self.assertEqual(r.status, 0, r)
                for call, line in zip(calls, r.out.splitlines(), strict=True):
                    self.assertIn(f"'{capability}'", line, (call, options))
            others = [c for k, v in self.PROGRAMS.items() if k != capability for c in v]
            for options in ([f"--deny={capability}"], ["--deny=all", "--allow=" + ",".join(k for k in self.PROGRAMS if k != capability)]):
                r = self.attempt(others, *options)
                self.assertNotIn("denied", r.out, options)

    def test_order_counts(self):
        self.assertNotIn("denied", self.attempt(["os.time()"], "--deny=all", "--allow=clock").out)
        self.assertIn("denied", self.attempt(["os.time()"], "--allow=clock", "--deny=all").out)

    def test_require_finds_no_files(self):
        self.write("m.lua", "return 'loaded'")
        self.expect(self.program("print(require 'm')"), 0, "loaded\tm.lua\n".replace("m.lua", "./m.lua"), "")
        self.expect(self.program("require 'm'", "--deny=files"), 1, "", "denied")

    def test_what_stays(self):
        text = "print(1) io.write('x\\n') print(io.read()) io.stderr:write('e') print(os.time{year=2020, month=1, day=1} ~= nil, os.setlocale())"
        self.expect(self.program(text, "--deny=all", stdin="line\n"), 0, "1\nx\nline\ntrue\tC\n", "e")

    def test_the_script_itself_is_read(self):
        self.expect(self.program("print(...)", "--deny=all"), 0, "\n", "")


class Interrupts(ProgramTest):
    def interrupted(self, text, times, *options):
        self.write("program.lua", text)
        p = subprocess.Popen([VM, "run", *options, "program.lua"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, cwd=self.folder)
        self.assertEqual(p.stdout.readline(), b"ready\n")
        for i in range(times):
            time.sleep(0.1 * SCALE)
            p.send_signal(2)
        out, err = p.communicate(timeout=20 * SCALE)
        return p.returncode, out.decode(), err.decode()

    READY = "io.write('ready\\n') io.stdout:flush() "

    def test_once_is_an_error(self):
        status, out, err = self.interrupted(self.READY + "\nlocal function spin() while true do end end\nspin()", 1)
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"^devvm: program\.lua:2: interrupted!\nstack traceback:\n")
        self.assertIn("program.lua:2: in local 'spin'", err)
        self.assertIn("in main chunk", err)

    def test_it_can_be_caught(self):
        status, out, err = self.interrupted(self.READY + "print(pcall(function() while true do end end)) os.exit(3)", 1)
        self.assertEqual((status, out, err), (3, "false\tprogram.lua:1: interrupted!\n", ""))

    def test_twice_ends_the_process(self):
        status, out, err = self.interrupted(self.READY + "while true do pcall(function() while true do end end) end", 2)
        self.assertEqual((status, out, err), (-2, "", ""))

    def test_in_library_functions(self):
        for work in ("string.find(string.rep('a', 300000), '.*.*.*x')", "table.sort(t, function(a, b) return math.random() < 0.5 end)",
                     "while true do load('return 1') end", "while true do s:upper() end"):
            status, out, err = self.interrupted("local t, s = {}, string.rep('a', 1e6) for i = 1, 3e6 do t[i] = i end " + self.READY + work, 1)
            self.assertEqual((status, out), (1, ""), work)
            self.assertIn("interrupted!", err)
