"""Other languages than Lua: by the ending of a file, by --lang, by their own command; devvm check."""
import json

from support import ProgramTest


class Lox(ProgramTest):
    def test_by_ending_by_name_and_by_command(self):
        self.write("a.lox", 'print "hello";\n')
        self.write("noending", 'print 1 + 2;\n')
        self.expect(self.devvm("run", "a.lox"), 0, "hello\n", "")
        self.expect(self.devvm("lox", "a.lox"), 0, "hello\n", "")
        self.expect(self.devvm("lox", "noending"), 0, "3\n", "")
        self.expect(self.devvm("run", "--lang=lox", "noending"), 0, "3\n", "")
        self.expect(self.devvm("run", "--lang", "lox", "--jit=off", "noending"), 0, "3\n", "")
        self.expect(self.devvm("run", "--lang=cobol", "noending"), 2, "", "unknown language 'cobol' (lua, lox")

    def test_exit_statuses(self):
        self.write("a.lox", "print 1 +;\nvar = 2;\n")
        self.expect(self.devvm("run", "a.lox"), 65, "",
                    "[line 1] Error at ';': Expect expression.\n[line 2] Error at '=': Expect variable name.\n")
        self.write("a.lox", "print 1;\nprint missing;\n")
        r = self.devvm("run", "a.lox")
        self.expect(r, 70, "1\n")
        self.assertEqual(r.err, "Undefined variable 'missing'.\n[line 2] in script\n")
        self.assertEqual(self.devvm("lox").status, 2)
        self.expect(self.devvm("lox", "nothere.lox"), 1, "", "cannot open")

    def test_limits_hold(self):
        self.write("a.lox", "while (true) {}\n")
        self.expect(self.devvm("run", "--fuel=100000", "a.lox"), 70, "", "devvm: fuel exhausted\n")
        self.write("b.lox", 'var s = "x"; while (true) s = s + s;\n')
        self.expect(self.devvm("run", "--memory-limit=32M", "b.lox"), 70, "", "not enough memory")
        self.write("c.lox", "fun f() { f(); }\nf();\n")
        r = self.devvm("run", "--stack-limit=1M", "c.lox")
        self.expect(r, 70, "", "Stack overflow.\n[line 1] in f()\n")
        self.assertIn("calls left out\n", r.err)
        self.assertLess(len(r.err.splitlines()), 50)
        self.assertTrue(r.err.endswith("[line 2] in script\n"))

    def test_other_commands(self):
        self.write("a.lox", "class A { get() { return this.x; } }\nfun f(a) { return a; }\nprint f(1);\n")
        self.assertIn("get_property", self.devvm("dis", "a.lox").out)
        self.expect(self.devvm("verify", "a.lox"), 0)
        text = self.devvm("dis", "--text", "a.lox").out
        self.assertIn(" exact", text)
        self.write("a.dvs", text)
        self.expect(self.devvm("verify", "a.dvs"), 0)
        self.write("bad.lox", "print;\n")
        self.expect(self.devvm("dis", "bad.lox"), 1, "", "[line 1] Error at ';': Expect expression.")
        r = self.devvm("jit", "a.lox")
        self.expect(r, 0)

    def test_compiled_modules(self):
        self.write("a.lox", 'class A { get() { return "got"; } }\nprint A().get();\nprint missing;\n')
        self.expect(self.devvm("compile", "a.lox", "-o", "a.dvm"), 0, "", "")
        r = self.devvm("run", "a.dvm")
        self.expect(r, 70, "got\n")
        self.assertEqual(r.err, "Undefined variable 'missing'.\n[line 3] in script\n")


class Check(ProgramTest):
    def test_text_and_json(self):
        self.write("a.lox", "print 1 +;\n{ var a = a; }\n")
        r = self.devvm("check", "a.lox")
        self.assertEqual(r.status, 1)
        self.assertIn("a.lox:1:10: error[lox.syntax]: Expect expression.\n 1 | print 1 +;\n   |          ^\n", r.out)
        self.assertIn("a.lox:2:11: error[lox.scope]: Can't read local variable in its own initializer.\n", r.out)
        self.assertTrue(r.out.endswith("2 errors\n"))
        report = json.loads(self.devvm("check", "--json", "a.lox").out)
        self.assertEqual(report["errors"], 2)
        self.assertEqual(report["diagnostics"][0]["place"]["line"], 1)
        self.assertEqual(report["diagnostics"][0]["code"], "lox.syntax")

    def test_lua(self):
        self.write("a.lua", "local x = 1\nx = = 2\n")
        r = self.devvm("check", "a.lua")
        self.assertEqual(r.status, 1)
        self.assertIn("a.lua:2:", r.out)
        self.assertIn("error[lua.syntax]: unexpected symbol near '='", r.out)
        self.write("b.lua", "return 1\n")
        self.expect(self.devvm("check", "b.lua"), 0, "", "")
        self.expect(self.devvm("check"), 2, "", "which file?")
        self.expect(self.devvm("check", "--nope", "b.lua"), 2, "", "unknown option '--nope'")
        self.expect(self.devvm("check", "nothere.lua"), 1, "", "cannot open")
