"""devvm heap and the module devvm.heap: what takes the memory."""

import json

from support import MIB, VM, ProgramTest

LEAKS = """
local heap = require "devvm.heap"
local Account = {} Account.__index = Account
function Account.new(n) return setmetatable({balance = n, history = {}}, Account) end
function Account:deposit(n) self.history[#self.history + 1] = {amount = n, note = "deposit " .. n} end
cache = {}
local weak = setmetatable({}, {__mode = "k"})
local function serve(i)
  local a = Account.new(i)
  a:deposit(i)
  cache["user" .. i] = a
  weak[a] = true
end
for i = 1, 1000 do serve(i) end
assert(heap.snapshot("before.heapsnapshot"))
for i = 1001, 1500 do serve(i) end
local big = string.rep("x", 300000)
assert(heap.snapshot("after.heapsnapshot"))
io.stderr:write(heap.report(5))
"""


class Snapshot:
    """A file of the format, by its own description of itself."""

    def __init__(self, text):
        data = json.loads(text)
        meta = data["snapshot"]["meta"]
        fields, edge_fields = meta["node_fields"], meta["edge_fields"]
        types, edge_types = meta["node_types"][0], meta["edge_types"][0]
        strings, words = data["strings"], data["nodes"]
        assert len(words) == data["snapshot"]["node_count"] * len(fields)
        assert len(data["edges"]) == data["snapshot"]["edge_count"] * len(edge_fields)
        self.nodes, edge = [], 0
        for i in range(0, len(words), len(fields)):
            n = dict(zip(fields, words[i:i + len(fields)]))
            n["type"], n["name"], n["edges"] = types[n["type"]], strings[n["name"]], []
            for _ in range(n["edge_count"]):
                kind, name, to = data["edges"][edge:edge + 3]
                assert to % len(fields) == 0
                kind = edge_types[kind]
                n["edges"].append((kind, name if kind == "element" else strings[name], to // len(fields)))
                edge += 3
            self.nodes.append(n)
        assert edge == len(data["edges"])

    def at(self, *names):
        node = self.nodes[0]
        for name in names:
            node = self.nodes[next(to for _, n, to in node["edges"] if n == name)]
        return node


class Heap(ProgramTest):
    def run_leaks(self):
        self.write("leaks.lua", LEAKS)
        r = self.command([VM, "run", "leaks.lua"])
        self.assertEqual((r.status, r.out), (0, ""), r)
        return r

    def test_snapshot(self):
        self.run_leaks()
        s = Snapshot(self.read("after.heapsnapshot"))
        accounts = [n for n in s.nodes if n["name"] == "Account" and n["type"] == "object"]
        self.assertEqual(len(accounts), 1500)
        self.assertEqual(len({n["id"] for n in s.nodes}), len(s.nodes))
        cache = s.at("(globals)", "cache")
        self.assertEqual(sum(1 for kind, name, _ in cache["edges"] if kind == "property" and name.startswith("user")), 1500)
        self.assertEqual(s.at("(globals)", "cache", "user7", "history", 1, "note")["name"], "deposit 7")
        main = s.at("(main coroutine)")
        local = {name for kind, name, _ in main["edges"] if kind == "context"}
        self.assertTrue({"Account in main chunk of leaks.lua", "weak in main chunk of leaks.lua"} <= local, local)
        # Weak keys keep nothing alive, and are told as such.
        weak = s.nodes[next(to for _, n, to in main["edges"] if n == "weak in main chunk of leaks.lua")]
        self.assertEqual(sum(1 for kind, _, _ in weak["edges"] if kind == "weak"), 1500)
        big = [n for n in s.nodes if n["type"] == "string" and n["self_size"] > 300000]
        self.assertEqual(len(big), 1)
        self.assertEqual(len({n["id"] for n in accounts} &
                             {n["id"] for n in Snapshot(self.read("before.heapsnapshot")).nodes}), 1000)

    def test_sizes_add_up(self):
        self.write("program.lua", "local heap = require 'devvm.heap' local t = {} for i = 1, 50000 do t[i] = {i, name = 'n' .. i} end\n"
                                  "collectgarbage() io.write(collectgarbage('count') * 1024) assert(heap.snapshot('x.heapsnapshot'))")
        r = self.command([VM, "run", "program.lua"])
        total = sum(n["self_size"] for n in Snapshot(self.read("x.heapsnapshot")).nodes)
        # Small objects share lines, and tables of the engine are nobody's.
        self.assertTrue(0.75 * float(r.out) < total < 1.05 * float(r.out), (total, r.out))

    def test_report(self):
        r = self.run_leaks()
        self.assertRegex(r.err, r"(?m)^ +1500 +.* Account$")
        self.assertRegex(r.err, r"(?m)^ +293 KiB .*\"x{60}\"   \(main coroutine\)\.big in main chunk")
        r = self.command([VM, "heap", "--rows=3", "after.heapsnapshot"])
        self.assertEqual((r.status, r.err), (0, ""), r)
        self.assertRegex(r.out, r"(?m)^ +\d+\.\d% +\d+ KiB +1500 of Account$")

    def test_growth(self):
        self.run_leaks()
        r = self.command([VM, "heap", "before.heapsnapshot", "after.heapsnapshot"])
        self.assertEqual((r.status, r.err), (0, ""), r)
        self.assertRegex(r.out, r"Account: 1000 -> 1500, 500 new ones of .*\n +500 at \(globals\)\.cache\[\*\]\n")
        r = self.command([VM, "heap", "after.heapsnapshot", "after.heapsnapshot"])
        self.assertIn("no type has more objects than before", r.out)

    def test_end_of_a_program(self):
        self.write("program.lua", "kept = {} for i = 1, 2000 do kept[i] = {value = i} end print('done')")
        r = self.command([VM, "heap", "--snapshot=end.heapsnapshot", "program.lua"])
        self.assertEqual((r.status, r.out), (0, "done\n"), r)
        self.assertRegex(r.err, r"(?m)^ +2000 .*\{value\}$")
        self.assertEqual(len(Snapshot(self.read("end.heapsnapshot")).at("(globals)", "kept")["edges"]), 2000)
        self.write("program.lua", "error('no', 0)")
        r = self.command([VM, "heap", "program.lua"])
        self.assertEqual(r.status, 1)
        self.assertRegex(r.err, r"^devvm: no\n")

    def test_coroutines_and_compiled_code(self):
        self.write("program.lua", """
local heap = require "devvm.heap"
local function holder() local treasure = {gold = {}} coroutine.yield() return treasure end
co = coroutine.create(holder) coroutine.resume(co)
local function hot(t, n) local kept = {n} for i = 1, n do t[i] = {i} end if n > 90 then heap.snapshot("x.heapsnapshot") end return kept end
for i = 1, 100 do hot({}, i) end
print(#hot({}, 5))
""")
        for options in ([], ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"], ["--jit=off"]):
            r = self.command([VM, "run", *options, "program.lua"])
            self.assertEqual((r.status, r.out), (0, "1\n"), (options, r))
            s = Snapshot(self.read("x.heapsnapshot"))
            self.assertEqual(s.at("(globals)", "co", "treasure in holder (program.lua:3)")["name"], "{gold}")
            self.assertTrue(any(name.startswith("kept in hot") for _, name, _ in s.at("(main coroutine)")["edges"]))

    def test_problems(self):
        self.write("program.lua", "print(require 'devvm.heap'.snapshot('missing/x'))")
        r = self.command([VM, "run", "program.lua"])
        self.assertEqual(r.out, "nil\tmissing/x: No such file or directory\t2\n")
        r = self.command([VM, "run", "--deny=files", "program.lua"])
        self.assertEqual(r.status, 1)
        self.assertEqual(self.names(), ["program.lua"])
        self.write("bad.heapsnapshot", "{}")
        for arguments, status, message in (((), 2, "which program"), (("--rows=0", "program.lua"), 2, "--rows takes"),
                                           (("bad.heapsnapshot",), 1, "bad.heapsnapshot: no field 'type'"),
                                           (("no.heapsnapshot",), 1, "No such file"),
                                           (("--snapshot=missing/x", "program.lua"), 1, "missing/x: No such file")):
            r = self.command([VM, "heap", *arguments])
            self.assertEqual(r.status, status, r)
            self.assertIn(message, r.err)

    def test_memory_limit(self):
        """A snapshot is the process's memory, not the program's."""
        self.write("program.lua", "local t = {} for i = 1, 20000 do t[i] = {i} end assert(require 'devvm.heap'.snapshot('x')) print(#t)")
        r = self.command([VM, "run", f"--memory-limit={8 * MIB}", "program.lua"])
        self.assertEqual((r.status, r.out), (0, "20000\n"), r)
