"""--trace: events as JSON lines."""
import json

from support import ProgramTest


class Trace(ProgramTest):
    def trace(self, text, events, *options, status=0, **more):
        r = self.program(text, f"--trace={events}", "--trace-file=trace", *options, **more)
        self.assertEqual(r.status, status, r)
        lines = self.read("trace").decode("ascii").splitlines()
        parsed = [json.loads(line) for line in lines]
        times = [e["ns"] for e in parsed]
        self.assertEqual(times, sorted(times))
        for line in lines:
            self.assertTrue(line.startswith('{"event":"'), line)
        return parsed

    def test_calls_and_returns(self):
        events = self.trace("local function f(x) return x end\nfunction g(x) local y = f(x) return y end\ng(1) g(2)", "calls")
        names = [(e["event"], e["function"]) for e in events if e["function"] != "file:__gc"]  # the end closes files
        f, g, main = "program.lua:1", "program.lua:2", "program.lua:0"
        one = [("call", g), ("call", f), ("return", f), ("return", g)]
        self.assertEqual(names, [("call", main)] + one + one + [("return", main)])
        self.assertEqual({e["event"] for e in events} - {"call", "return"}, set())

    def test_tail_calls_of_natives_return(self):
        text = "local function f(x) return math.abs(x) end\nlocal function g(...) return select('#', ...) end\n" \
               "local function h() return pcall(f, 2) end\nf(1) g(1, 2) h() coroutine.wrap(function() return type(1) end)()"
        events = self.trace(text, "calls")
        open_calls = []
        for e in events:
            if e["event"] == "call":
                open_calls.append(e["function"])
            elif e["event"] == "return":
                self.assertEqual(open_calls.pop(), e["function"], events)
        self.assertEqual(open_calls, [])
        returned = [(e["function"], e.get("line")) for e in events if e["event"] == "return"]
        self.assertIn(("program.lua:1", 1), returned)
        self.assertIn(("program.lua:2", 2), returned)
        self.assertEqual([f for f, _ in returned].count("program.lua:1"), 2)

    def test_native_calls(self):
        events = self.trace("math.abs(-1) string.rep('x', 2)", "calls")
        self.assertIn("math.abs", [e.get("function") for e in events if e["event"] == "call"])

    def test_coroutines(self):
        events = self.trace("local f = coroutine.wrap(function() coroutine.yield(1) end) f() f()", "calls")
        kinds = [e["event"] for e in events]
        self.assertEqual(kinds.count("resume"), 2, kinds)
        self.assertEqual(kinds.count("yield"), 1, kinds)

    def test_instructions(self):
        events = self.trace("local x = 1 for i = 1, 3 do x = x + i end", "instructions")
        self.assertEqual({e["event"] for e in events}, {"instruction"})
        self.assertTrue(all(set(e) == {"event", "ns", "function", "offset", "mnemonic"} for e in events))
        self.assertEqual(events[-1]["mnemonic"], "return0")

    def test_allocation(self):
        events = self.trace("local t = {} for i = 1, 100 do t[i] = {} end", "allocation")
        self.assertEqual({e["event"] for e in events}, {"allocation"})
        self.assertGreater(sum(e["bytes"] for e in events), 1000)

    def test_collections(self):
        events = self.trace("collectgarbage() local t for i = 1, 300000 do t = {} end", "collections", "--nursery=64k")
        begins = [e for e in events if e["event"] == "collection_begin"]
        ends = [e for e in events if e["event"] == "collection_end"]
        self.assertEqual(len(begins), len(ends))
        self.assertIn(("collectgarbage", True), [(e["reason"], e["full"]) for e in begins])
        self.assertIn(False, [e["full"] for e in begins])
        self.assertTrue(all(e["bytes"] > 0 for e in ends))

    def test_tuning(self):
        events = self.trace("local t = {} for i = 1, 1000000 do t[i % 200000 + 1] = {i} end", "tuning", "--gc-pause-target=1ms")
        self.assertEqual({e["event"] for e in events}, {"eden_resized", "collection_threshold", "marking_begin"})
        for e in events:
            self.assertLessEqual({"event", "ns", "before", "bytes", "reason"}, set(e))
            if e["event"] != "collection_threshold":
                self.assertGreater(e["nanos"], 0)
        self.assertTrue(all(0 <= e["survival"] <= 300 for e in events if e["event"] == "eden_resized"))

    def test_errors(self):
        events = self.trace("pcall(error, 'caught') pcall(error, 'a\\0\\1\\n\\xff\"\\\\') local x = nil; x.y = 1", "errors", status=1)
        self.assertEqual({e["event"] for e in events}, {"error"})
        messages = [e["message"] for e in events]
        self.assertIn("caught", messages)
        self.assertIn("a\0\1\n\xff\"\\", messages)
        self.assertIn("program.lua:1: attempt to index a nil value (local 'x')", messages)

    def test_several_and_all(self):
        kinds = {e["event"] for e in self.trace("pcall(error, 'x') collectgarbage()", "errors,collections")}
        self.assertEqual(kinds, {"error", "collection_begin", "collection_end"})
        kinds = {e["event"] for e in self.trace("pcall(error, 'x') collectgarbage() local t = {}", "all")}
        self.assertLessEqual({"error", "collection_begin", "collection_end", "call", "return", "instruction", "allocation"}, kinds)

    def test_odd_function_names(self):
        events = self.trace("load('return 1', '=\"\\n\\255\\\\')()", "calls,instructions")
        self.assertGreater(len(events), 2)

    def test_both_dispatchers_tell_the_same(self):
        text = "local t = {} for i = 1, 20 do t[i] = string.rep('x', i) end table.sort(t, function(a, b) return #a > #b end) print(pcall(error, t[1]))"
        seen = []
        for dispatch in ("tail", "switch"):
            events = self.trace(text, "calls,errors,instructions", "--dispatch=" + dispatch, "--deterministic")
            seen.append([{k: v for k, v in e.items() if k != "ns"} for e in events])
        self.assertEqual(seen[0], seen[1])

    def test_standard_error_is_the_default(self):
        r = self.program("print(1) pcall(error, 'x')", "--trace=errors")
        self.expect(r, 0, "1\n")
        self.assertEqual([json.loads(line)["message"] for line in r.err.splitlines()], ["x"])

    def test_results_do_not_change(self):
        text = "local t = {} for i = 1, 50 do t[#t + 1] = (i * 7) % 13 end table.sort(t) print(table.concat(t, ' '), select('#', pcall(error)))"
        self.assertEqual(self.program(text, "--trace=all", "--trace-file=t").out, self.program(text).out)

    def test_files_that_cannot_be_written(self):
        self.expect(self.program("print('must not run')", "--trace=all", "--trace-file=missing/t"), 1, "",
                    "devvm: cannot write missing/t: No such file or directory\n")
        (self.folder / "folder").mkdir()
        self.expect(self.program("print('must not run')", "--trace=all", "--trace-file=folder"), 1, "", "cannot write folder: Is a directory")
