#!/usr/bin/env python3
"""Writes a random Lua 5.4 program that terminates and prints what it computes.

The same seed gives the same program. The program avoids what may legitimately differ between
implementations: the order of pairs, addresses, memory figures, the length of tables with holes,
and the line of a division by zero, which the reference often gets wrong.
Statements are wrapped in protected calls, so that errors are part of the output too.
"""

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hot  # noqa: E402

INTEGERS = ["0", "1", "-1", "2", "3", "-3", "7", "10", "64", "100", "255", "-128", "1000003", "0x7fffffff", "-2147483648",
            "0xffffffff", "140737488355327", "-140737488355328", "140737488355328", "9007199254740991", "9007199254740992",
            "9007199254740993", "-9007199254740993", "4611686018427387904", "math.maxinteger", "math.mininteger",
            "math.maxinteger - 1", "math.mininteger + 1"]
SMALL = [str(n) for n in range(-4, 9)]
FLOATS = ["0.0", "-0.0", "1.0", "-1.0", "0.5", "-0.5", "1.5", "-2.5", "0.1", "3.0", "1e15", "1e16", "1e100", "-1e100", "1e308",
          "5e-324", "2.0 ^ 31", "2.0 ^ 47", "2.0 ^ 53", "2.0 ^ 63", "-2.0 ^ 63", "9007199254740993.0", "math.huge", "-math.huge",
          "1 / 3", "100.25", "math.pi"]
STRINGS = ["''", "'a'", "'b'", "'abc'", "'10'", "'-3'", "'0x10'", "'1e2'", "' 5 '", "'1.5'", "'nan'", "'hello world'", "'a,b,c'",
           "'x=1;y=2'", "'A\\0B'", "'tab\\there'", "'\\u{e9}'", "('ab'):rep(7)", "'%d'", "'zz top'"]
PATTERNS = ["'%a'", "'%d+'", "'%w+'", "'[abc]'", "'(%w)(%w)'", "'.'", "'l+'", "'^%s*'", "'%s'", "'()'", "'[^,;]+'", "'(.)%1'", "'%f[%w]%w+'",
            "'.-o'", "'x*'", "'%b()'", "'a?b'", "'.$'"]
FIELDS = ["a", "b", "c", "x", "y", "name", "count", "list"]
ARITHMETIC = ["+", "-", "*", "/", "//", "%", "^"]
BITWISE = ["&", "|", "~", "<<", ">>"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "~="]

PROLOGUE = """\
-- seed {seed}
local fuel = {fuel}
local names = {names}
local function show(v, depth)
  local kind = math.type(v) or type(v)
  if kind == "float" then return v ~= v and {nan} or ("%.17g"):format(v) .. "f" end
  if kind == "string" then return ("%q"):format(#v > 120 and v:sub(1, 120) or v) end
  if kind ~= "table" then return (kind == "function" or kind == "thread" or kind == "userdata") and kind or tostring(v) end
  if (depth or 0) > 2 then return "{{...}}" end
  local parts = {{}}
  for k, e in next, v do
    if type(k) == "string" or type(k) == "number" then parts[#parts + 1] = show(k) .. "=" .. show(e, (depth or 0) + 1) end
  end
  table.sort(parts)
  return "{{" .. table.concat(parts, ",") .. "}}"
end
local function emit(name, ...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = show(t[i]) end
  print(name, table.concat(t, " "))
end
local function text(e)
  if type(e) ~= "string" then return show(e) end
  if not names then e = e:gsub(" %(%a[%a ]* '[^']*'%)", "") end
  -- The reference gives the line of an earlier instruction for these two.
  e = e:gsub(":%d+: (attempt to divide by zero)", ": %1"):gsub(":%d+: (attempt to perform 'n%%+0')", ": %1")
  return e
end
local function guard(name, f, ...)
  local t = table.pack(pcall(f, ...))
  if not t[1] then return print(name, "error", text(t[2])) end
  emit(name, table.unpack(t, 2, t.n))
end
local function burn()
  fuel = fuel - 1
  if fuel < 0 then error("out of fuel", 0) end
end
local function only(v) return v end
local function cut(s) if #s > 200 then return s:sub(1, 60) end return s end
local function str(v) return (tostring(v):gsub("0x%x+", "")) end
local function small(n) return math.tointeger(n) and math.tointeger(n) % 7 or 3 end
local function index(n, size) return size == 0 and 1 or (math.tointeger(n) or 1) % size + 1 end
{hot}-- the program
"""

METATABLE = """\
local {name} = {{}}
{name}.__index = {name}
{events}
function {name}:get() return self.v end
function {name}:set(v) self.v = v; return self end
function {name}:twice(f) return f(self.v), f(self.v) end
"""


class Variable:
    """A variable in scope: its name, the kind of value it holds, whether it may be assigned."""

    def __init__(self, name, kind, constant=False):
        self.name = name
        self.kind = kind
        self.constant = constant


class Generator(hot.HotParts):
    """Builds one program. Expressions are generated for a wanted kind of value:
    int, float, num, str, bool, arr (a sequence), rec (fields), obj (with a metatable), any."""

    def __init__(self, seed, size=12, names=False, nan_signs=True, hot_parts=3):
        self.random = random.Random(seed)
        self.seed = seed
        self.size = size
        self.names = names
        self.nan_signs = nan_signs
        self.hot_parts = hot_parts
        self.lines = []
        self.level = 0
        self.scopes = [[]]
        self.functions = []
        self.classes = []
        self.serial = 0
        self.loops = 0
        self.varargs = False
        self.in_coroutine = False

    # Small helpers -----------------------------------------------------------------------

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def pick(self, options):
        return options[self.random.randrange(len(options))]

    def fresh(self, prefix):
        self.serial += 1
        return f"{prefix}{self.serial}"

    def put(self, line):
        self.lines.append("  " * self.level + line)

    def declare(self, name, kind, constant=False):
        self.scopes[-1].append(Variable(name, kind, constant))

    def variables(self, kinds, assignable=False):
        found = []
        for scope in self.scopes:
            for v in scope:
                if v.kind in kinds and not (assignable and v.constant):
                    found.append(v.name)
        return found

    class Block:
        def __init__(self, generator):
            self.generator = generator

        def __enter__(self):
            self.generator.level += 1
            self.generator.scopes.append([])

        def __exit__(self, *_):
            self.generator.level -= 1
            self.generator.scopes.pop()

    def block(self):
        return Generator.Block(self)

    def without_varargs(self, kind, depth):
        """An expression for the body of a function that has no `...`."""
        outer, self.varargs = self.varargs, False
        text = self.expression(kind, depth)
        self.varargs = outer
        return text

    # Expressions ---------------------------------------------------------------------------

    def expression(self, kind, depth):
        names = self.variables({kind, "any"} if self.chance(3) else {kind})
        if kind == "num":
            names = self.variables({"int", "float", "num"})
        if names and (depth <= 0 or self.chance(35)):
            return self.pick(names)
        if kind == "any":
            kind = self.pick(["int", "float", "str", "bool", "num", "arr", "rec", "nil"])
        if self.chance(2):  # a surprise: usually an error, sometimes a coercion
            kind = self.pick(["str", "bool", "arr", "obj", "int", "nil"])
        return getattr(self, "make_" + kind)(depth)

    def element(self, kind, depth):
        """An expression that is never nil, for sequences: a hole would make their length uncertain."""
        return f"({self.expression(kind, depth)} or 0)"

    def make_nil(self, _depth):
        return "nil"

    def make_int(self, depth):
        if depth <= 0 or self.chance(20):
            return self.pick(INTEGERS if self.chance(40) else SMALL)
        e = lambda k="int": self.expression(k, depth - 1)
        choice = self.random.randrange(17)
        if choice < 6:
            return f"({e()} {self.pick(['+', '-', '*', '//', '%', '+', '-'])} {e()})"
        if choice < 9:
            return f"({e()} {self.pick(BITWISE)} {e()})"
        if choice == 9:
            return self.pick([f"(- {e()})", f"(~{e()})"])
        if choice == 10:
            return f"#{self.parenthesise(e('str'))}"
        if choice == 11:
            return f"#{self.parenthesise(e('arr'))}"
        if choice == 12:
            return self.pick([f"math.max({e()}, {e()})", f"math.min({e()}, {e()})", f"math.abs({e()})",
                              f"(math.tointeger({e('num')}) or {e()})", f"math.floor({e()})"])
        if choice == 13:
            return f"({e('bool')} and {e()} or {e()})"
        if choice == 14:
            return f"(({e('str')}):byte({self.pick(SMALL)}) or {e()})"
        if choice == 15 and self.varargs:
            return self.pick(["select('#', ...)", f"(select({self.pick(['1', '2', '-1'])}, ...) or 0)"])
        return self.call_of("int", depth) or f"({e()} + {e()})"

    def make_float(self, depth):
        if depth <= 0 or self.chance(25):
            return self.pick(FLOATS)
        e = lambda k="float": self.expression(k, depth - 1)
        choice = self.random.randrange(9)
        if choice < 4:
            return f"({e()} {self.pick(ARITHMETIC)} {e('num')})"
        if choice < 6:
            return f"({e('num')} {self.pick(['/', '^', '/'])} {e('num')})"
        if choice == 6:
            return f"(- {e()})"
        if choice == 7:
            return self.pick([f"math.sqrt({e('num')})", f"({e('int')} + 0.0)", f"math.fmod({e()}, {e()})", f"(({e()}) // 1)"])
        return f"({e('bool')} and {e()} or {e()})"

    def make_num(self, depth):
        return self.expression(self.pick(["int", "int", "float"]), depth)

    def make_str(self, depth):
        if depth <= 0 or self.chance(25):
            return self.pick(STRINGS)
        e = lambda k="str": self.expression(k, depth - 1)
        s = lambda: self.parenthesise(e())
        choice = self.random.randrange(14)
        if choice < 3:
            return f"cut({e()} .. {e(self.pick(['str', 'num', 'int']))})"
        if choice == 3:
            return f"{s()}:sub({self.pick(SMALL)}, {self.pick(SMALL)})"
        if choice == 4:
            return f"{s()}:{self.pick(['upper', 'lower', 'reverse'])}()"
        if choice == 5:
            return f"cut({s()}:rep(small({e('int')})))"
        if choice == 6:
            return f"str({e(self.pick(['int', 'bool', 'str', 'int']))})"
        if choice == 7:
            spec, kind = self.pick([("%d", "int"), ("%5d", "int"), ("%x", "int"), ("%g", "num"), ("%.3f", "int"), ("%s", "str"),
                                    ("%q", "str"), ("%-8s|", "str"), ("%i%%", "int"), ("%e", "num"), ("%5.1f", "int")])
            value = f"str({e(kind)})" if "s" in spec else e(kind)
            return f"cut(('{spec}'):format({value}))"
        if choice == 8:
            replacement = self.pick(["'<%0>'", "''", "'%1'", "string.upper", "function(x) burn() return x and 'k' end", "{a = 'A', b = false}"])
            return f"cut(({s()}:gsub({self.pick(PATTERNS)}, {replacement})))"
        if choice == 9:
            return f"({s()}:match({self.pick(PATTERNS)}) or {e()})"
        if choice == 10:
            return f"cut(table.concat({e('arr')}, ','))"
        if choice == 11:
            return f"string.char({self.pick(['65', '97', '48'])} + small({e('int')}))"
        if choice == 12:
            return f"({e('bool')} and {e()} or {e()})"
        return self.call_of("str", depth) or f"cut({e()} .. {e()})"

    def make_bool(self, depth):
        if depth <= 0 or self.chance(20):
            return self.pick(["true", "false"])
        choice = self.random.randrange(7)
        kind = self.pick(["int", "num", "num", "str"])
        e = lambda k: self.expression(k, depth - 1)
        if choice < 3:
            return f"({e(kind)} {self.pick(COMPARISONS)} {e(kind)})"
        if choice == 3:
            return f"(not {e('bool')})"
        if choice == 4:
            return f"({e('bool')} {self.pick(['and', 'or'])} {e('bool')})"
        if choice == 5:
            return f"({e('any')} == {e('any')})"
        return self.pick([f"math.ult({e('int')}, {e('int')})", f"rawequal({e('num')}, {e('num')})", f"(math.type({e('num')}) == 'float')"])

    def make_arr(self, depth):
        count = self.random.randrange(5)
        kind = self.pick(["int", "int", "float", "num", "str"])
        items = [self.element(kind, depth - 2) for _ in range(count)]
        if self.varargs and self.chance(15):
            return "{" + ", ".join(items + ["(select('#', ...))"]) + "}"
        if self.chance(10):
            return f"table.pack(table.unpack({{{', '.join(items)}}}))"
        return "{" + ", ".join(items) + "}"

    def make_rec(self, depth):
        fields = self.random.sample(FIELDS, self.random.randrange(1, 4))
        parts = []
        for f in fields:
            value = self.expression(self.pick(["int", "num", "str", "bool", "any"]), depth - 2)
            parts.append(f"['{f}'] = {value}" if self.chance(15) else f"{f} = {value}")
        if self.chance(20):
            parts.append(self.expression("int", depth - 2))
        return "{" + ", ".join(parts) + "}"

    def make_obj(self, depth):
        if not self.classes:
            return self.make_rec(depth)
        return f"setmetatable({{v = {self.expression('num', depth - 2)}}}, {self.pick(self.classes)})"

    def parenthesise(self, text):
        name = text.replace("_", "").isalnum() and not text[0].isdigit() and text not in ("true", "false", "nil")
        return text if name else f"({text})"

    def call_of(self, kind, depth):
        options = [f for f in self.functions if f[2] == kind]
        if not options:
            return None
        name, parameters, _ = self.pick(options)
        arguments = [self.expression(k, depth - 2) for k in parameters]
        if self.chance(5) and arguments:
            arguments.pop()
        if self.chance(5):
            arguments.append(self.expression("any", 0))
        return f"{name}({', '.join(arguments)})"

    # Statements ----------------------------------------------------------------------------

    def statements(self, count, depth):
        for _ in range(count):
            self.statement(depth)

    def statement(self, depth):
        choices = [self.local, self.local, self.assign, self.assign, self.emit, self.table_statement, self.table_statement, self.multiple]
        if depth > 0:
            choices += [self.condition, self.numeric_for, self.float_for, self.while_loop, self.repeat_loop, self.generic_for, self.goto_loop,
                        self.closure, self.protected, self.coroutine, self.vararg_call, self.object_statement, self.object_statement,
                        self.close_block, self.string_loop, self.counter]
        self.pick(choices)(depth)

    def local(self, depth):
        kind = self.pick(["int", "int", "float", "num", "str", "bool", "arr", "rec", "obj", "any"])
        value = self.expression(kind, 3)
        name = self.fresh("v")
        constant = self.chance(15)
        self.put(f"local {name}{' <const>' if constant else ''} = {value}")
        self.declare(name, kind, constant)

    def assign(self, depth):
        kind = self.pick(["int", "float", "num", "str", "bool", "any"])
        names = self.variables({kind}, assignable=True)
        if not names:
            return self.local(depth)
        self.put(f"{self.pick(names)} = {self.expression(kind, 3)}")

    def multiple(self, depth):
        names = self.variables({"int"}, assignable=True)
        if len(names) < 2:
            return self.local(depth)
        a, b = self.random.sample(names, 2)
        self.put(self.pick([f"{a}, {b} = {b}, {a}", f"{a}, {b} = {self.expression('int', 2)}, {a}",
                            f"{a}, {b} = (function() return {self.without_varargs('int', 2)}, {self.without_varargs('int', 1)} end)()"]))

    def emit(self, depth):
        values = [self.expression(self.pick(["int", "float", "str", "bool", "any", "num", "arr", "rec"]), 3) for _ in range(self.random.randrange(1, 4))]
        self.put(f"emit('{self.fresh('e')}', {', '.join(values)})")

    def key(self):
        """A key to store under. Where the key of an upvalue's element is a comparison or has a logical operator the
        reference (5.4.4) makes code that skips reading the upvalue, so such keys go through a call."""
        text = self.expression("str", 1)
        jumps = any(operator in text for operator in ("==", "~=", "<", ">", "and", "or", "not"))
        return f"only({text})" if jumps else text

    def table_statement(self, depth):
        kind = self.pick(["arr", "rec"])
        names = self.variables({kind})
        if not names:
            return self.local(depth)
        t = self.pick(names)
        if kind == "rec":
            f = self.pick(FIELDS)
            self.put(self.pick([f"{t}.{f} = {self.expression('any', 2)}", f"emit('{self.fresh('f')}', {t}.{f}, {t}['{self.pick(FIELDS)}'])",
                                f"{t}.{f} = ({t}.{f} or 0) + {self.expression('int', 1)}", f"{t}[{self.key()}] = {self.expression('int', 1)}"]))
            return
        self.put(self.pick([
            f"{t}[#{t} + 1] = {self.element('num', 2)}",
            f"{t}[index({self.expression('int', 1)}, #{t})] = {self.element('num', 2)}",
            f"table.insert({t}, {self.element('int', 2)})",
            f"table.insert({t}, index({self.expression('int', 1)}, #{t}), {self.element('float', 1)})",
            f"emit('{self.fresh('r')}', table.remove({t}))",
            f"emit('{self.fresh('r')}', #{t} > 0 and table.remove({t}, index({self.expression('int', 1)}, #{t})))",
            f"emit('{self.fresh('u')}', table.unpack({t}))",
            f"emit('{self.fresh('s')}', pcall(table.sort, {t}))",
            f"emit('{self.fresh('g')}', {t}[index({self.expression('int', 1)}, #{t})], {t}[{self.pick(['1.0', '0', '-1', '2.0 ^ 53', '1'])}])",
            f"emit('{self.fresh('m')}', table.move({t}, 1, #{t}, 2, {{}}))",
        ]))

    def condition(self, depth):
        self.put(f"if {self.expression('bool', 3)} then")
        with self.block():
            self.statements(self.random.randrange(1, 3), depth - 1)
        if self.chance(30):
            self.put(f"elseif {self.expression('bool', 2)} then")
            with self.block():
                self.statements(1, depth - 1)
        if self.chance(50):
            self.put("else")
            with self.block():
                self.statements(1, depth - 1)
        self.put("end")

    def loop_body(self, depth, extra=None):
        """The inside of a loop: fuel, statements, perhaps a break or a continue."""
        self.put("burn()")
        if extra:
            self.put(extra)
        label = self.fresh("continue") if self.chance(25) else None
        if label:
            self.put(f"if {self.expression('bool', 2)} then goto {label} end")
        with self.block():
            self.level -= 1
            self.put("do")
            self.level += 1
            self.statements(self.random.randrange(1, 3), depth - 1)
            self.level -= 1
            self.put("end")
            self.level += 1
        if self.chance(20):
            self.put(f"if {self.expression('bool', 2)} then break end")
        if label:
            self.put(f"::{label}::")

    def numeric_for(self, depth):
        i = self.fresh("i")
        start, stop, step = self.pick([
            ("1", "4", None), ("3", "1", "-1"), ("math.maxinteger - 1", "math.maxinteger", None), ("math.mininteger + 1", "math.mininteger", "-1"),
            ("-2", "2", "2"), ("1", "0", None), ("1", "3.7", None), ("math.maxinteger", "math.huge", None), ("5", "1", "-3"), ("1", "math.maxinteger", "1 << 62"),
            ("(1 << 47) - 1", "(1 << 47) + 1", None), ("small(%s)" % self.expression("int", 1), "5", None)])
        self.put(f"for {i} = {start}, {stop}{', ' + step if step else ''} do")
        with self.block():
            self.declare(i, "int")
            self.loop_body(depth)
        self.put("end")

    def float_for(self, depth):
        x = self.fresh("x")
        start, stop, step = self.pick([("0.0", "1", "0.25"), ("1", "2", "0.5"), ("3.0", "1.0", "-1"), ("0.1", "0.5", "0.1"), ("1.0", "0.0", None),
                                       ("-1.0", "1", None), ("2.0 ^ 53", "2 ^ 53 + 6", "2")])
        n = self.fresh("n")
        self.put(f"local {n} = 0")
        self.put(f"for {x} = {start}, {stop}{', ' + step if step else ''} do")
        with self.block():
            self.declare(x, "float")
            self.loop_body(depth, f"{n} = {n} + 1; if {n} > 6 then break end")
        self.put("end")

    def while_loop(self, depth):
        n = self.fresh("w")
        self.put(f"local {n} = 0")
        self.put(f"while {n} < {self.random.randrange(1, 5)} {self.pick(['', 'and ' + self.expression('bool', 2) + ' '])}do")
        with self.block():
            self.declare(n, "int", True)
            self.loop_body(depth, f"{n} = {n} + 1")
        self.put("end")

    def repeat_loop(self, depth):
        n, last = self.fresh("p"), self.fresh("q")
        self.put(f"local {n} = 0")
        self.put("repeat")
        with self.block():
            self.put("burn()")
            self.put(f"{n} = {n} + 1")
            self.put(f"local {last} = {self.expression('bool', 2)}")
            self.declare(n, "int", True)
            self.statements(1, depth - 1)
        self.put(f"until {n} >= {self.random.randrange(1, 4)} or {last}")

    def generic_for(self, depth):
        names = self.variables({"arr"})
        if not names:
            return self.numeric_for(depth)
        k, v = self.fresh("k"), self.fresh("e")
        self.put(f"for {k}, {v} in {self.pick(['ipairs', 'ipairs', 'next,'])} {{table.unpack({self.pick(names)})}} do")
        with self.block():
            self.declare(k, "int")
            self.declare(v, "any")
            # Only what does not depend on the order of `next` may be printed, and for a fresh
            # sequence that order is 1..n in every implementation under test.
            self.loop_body(depth)
        self.put("end")

    def goto_loop(self, depth):
        label, n, f = self.fresh("top"), self.fresh("n"), self.fresh("fs")
        self.put("do")
        with self.block():
            self.put(f"local {n}, {f} = 0, {{}}")
            self.put(f"::{label}::")
            inner = self.fresh("g")
            self.put(f"local {inner} = {self.expression('int', 2)}")
            self.put(f"{f}[#{f} + 1] = function() {inner} = {inner} + 1; return {inner} end")
            self.put(f"{n} = {n} + 1")
            self.put(f"if {n} < {self.random.randrange(2, 4)} then burn(); goto {label} end")
            self.put(f"for _, h in ipairs({f}) do emit('{self.fresh('h')}', h(), h()) end")
        self.put("end")

    def function_body(self, parameters, depth, varargs=False):
        """Statements of a function that starts with fuel and its own scope of labels and varargs."""
        outer, self.varargs = self.varargs, varargs
        with self.block():
            for name, kind in parameters:
                self.declare(name, kind)
            self.put("burn()")
            self.statements(self.random.randrange(1, 3), depth - 1)
            kind = self.pick(["int", "num", "str", "any"])
            values = [self.expression(kind, 2)]
            if self.chance(25):
                values.append(self.expression("any", 1))
            self.put(f"return {', '.join(values)}")
        self.varargs = outer

    def closure(self, depth):
        name = self.fresh("f")
        parameters = [(self.fresh("a"), self.pick(["int", "num", "str"])) for _ in range(self.random.randrange(0, 3))]
        self.put(f"local {name} = function({', '.join(p for p, _ in parameters)})")
        self.function_body(parameters, depth)
        self.put("end")
        arguments = ", ".join(self.expression(k, 1) for _, k in parameters)
        for _ in range(self.random.randrange(1, 3)):
            self.put(f"guard('{self.fresh('c')}', {name}{', ' + arguments if arguments else ''})")

    def counter(self, depth):
        name, n = self.fresh("counter"), self.fresh("n")
        self.put(f"local function {name}()")
        with self.block():
            self.put(f"local {n} = {self.without_varargs('int', 1)}")
            self.put(f"return function(d) {n} = {n} {self.pick(['+', '-', '*', '~'])} (d or 1); return {n} end, function() return {n} end")
        self.put("end")
        a, b, get = self.fresh("inc"), self.fresh("inc"), self.fresh("get")
        self.put(f"local {a}, {get} = {name}()")
        self.put(f"local {b} = {name}()")
        self.put(f"emit('{self.fresh('k')}', {a}({self.expression('int', 1)}), {a}(), {b}(), {get}())")

    def protected(self, depth):
        r = self.fresh("ok")
        how = self.pick(["pcall", "pcall", "xpcall"])
        self.put(f"local {r} = table.pack({how}(function(...)")
        outer, self.varargs = self.varargs, True
        with self.block():
            self.put("burn()")
            self.statements(self.random.randrange(1, 3), depth - 1)
            if self.chance(50):
                thrown = self.pick([f"error({self.expression('str', 1)})", f"error({self.expression('str', 1)}, {self.pick(['0', '1', '2'])})",
                                    f"error({{code = {self.expression('int', 1)}}})", f"error({self.expression('any', 1)}, 0)",
                                    f"assert({self.expression('bool', 2)}, {self.expression('str', 1)})"])
                self.put(f"if {self.expression('bool', 1)} then {thrown} end")
            self.put(f"return {self.expression('any', 2)}, ...")
        self.varargs = outer
        handler = ", function(m) return text(m) .. '!' end" if how == "xpcall" else ""
        self.put(f"end{handler}{self.pick(['', ', ' + self.expression('int', 1), ', nil, 2'])}))")
        self.put(f"if {r}[1] then emit('{self.fresh('y')}', table.unpack({r}, 1, {r}.n)) else print('{self.fresh('z')}', text({r}[2])) end")

    def coroutine(self, depth):
        co = self.fresh("co")
        self.put(f"local {co} = coroutine.create(function(...)")
        outer, self.varargs = self.varargs, True
        got = self.fresh("got")
        with self.block():
            self.put("burn()")
            i = self.fresh("i")
            self.put(f"for {i} = 1, {self.random.randrange(1, 4)} do")
            with self.block():
                self.declare(i, "int", True)
                self.put(f"local {got} = coroutine.yield({i}, {self.expression(self.pick(['int', 'str', 'num']), 2)})")
                self.declare(got, "any")
                self.statements(1, depth - 1)
                if self.chance(25):
                    self.put(f"local ok, e = pcall(function() coroutine.yield('inner'); if {self.without_varargs('bool', 1)} then error('in coroutine', 0) end end)")
                    self.put(f"emit('{self.fresh('ci')}', ok, text(e))")
            self.put("end")
            if self.chance(20):
                self.put(f"if {self.expression('bool', 1)} then error({self.expression('str', 1)}) end")
            self.put(f"return {self.expression('any', 2)}, ...")
        self.varargs = outer
        self.put("end)")
        j = self.fresh("j")
        self.put(f"for {j} = 1, {self.random.randrange(2, 6)} do")
        with self.block():
            self.put(f"local r = table.pack(coroutine.resume({co}, {j}, {self.expression('int', 1)}))")
            self.put("if not r[1] then r[2] = text(r[2]) end")
            self.put(f"emit('{self.fresh('co')}', coroutine.status({co}), table.unpack(r, 1, r.n))")
        self.put("end")
        if self.chance(30):
            self.put(f"emit('{self.fresh('cc')}', (coroutine.close({co})), coroutine.status({co}))")

    def vararg_call(self, depth):
        name = self.fresh("va")
        self.put(f"local function {name}({self.pick(['...', 'first, ...'])})")
        self.function_body([], depth, varargs=True)
        self.put("end")
        count = self.random.randrange(0, 4)
        arguments = [self.expression("any" if self.chance(30) else "int", 1) for _ in range(count)]
        self.put(f"guard('{self.fresh('va')}', {', '.join([name] + arguments)})")

    def object_statement(self, depth):
        names = self.variables({"obj"})
        if not names or not self.classes:
            name = self.fresh("o")
            self.put(f"local {name} = {self.make_obj(2)}")
            self.declare(name, "obj")
            return
        a, b = self.pick(names), self.pick(names)
        n = self.without_varargs(self.pick(["int", "num", "str"]), 1)
        operation = self.pick([
            f"return {a} {self.pick(ARITHMETIC)} {n}", f"return {n} {self.pick(ARITHMETIC)} {a}", f"return {a} {self.pick(ARITHMETIC)} {b}",
            f"return {a} {self.pick(BITWISE)} {b}", f"return {a} .. {n}", f"return {n} .. {a}", f"return -{a}", f"return #{a}", f"return ~{a}",
            f"return {a} {self.pick(COMPARISONS)} {b}", f"return {a} {self.pick(['<', '<='])} {n}", f"return {a}({n})", f"return {a}:get()", f"return {a}:set({n}):get()",
            f"return {a}.{self.pick(FIELDS)}", f"{a}.{self.pick(FIELDS)} = {n} return {a}", f"return str({a})", f"return rawget({a}, 'v'), rawlen({a})",
            f"return {a}:twice(function(v) burn() return v end)", f"return {a}.missing.field", f"return {a}:missing()"])
        self.put(f"guard('{self.fresh('o')}', function() {operation} end)")

    def close_block(self, depth):
        log = self.fresh("log")
        self.put(f"local {log} = {{}}")
        name = self.fresh("x")
        self.put(f"guard('{self.fresh('cl')}', function()")
        outer, self.varargs = self.varargs, False
        with self.block():
            for i in range(self.random.randrange(1, 3)):
                bad = f" error('close {i}', 0)" if self.chance(20) else ""
                self.put(f"local {name}{i} <close> = setmetatable({{}}, {{__close = function(_, e) {log}[#{log} + 1] = 'close {i} ' .. text(e);{bad} end}})")
            self.statements(1, depth - 1)
            if self.chance(30):
                self.put(f"if {self.expression('bool', 1)} then error('body', 0) end")
            self.put(f"return {self.expression('any', 1)}")
        self.varargs = outer
        self.put("end)")
        self.put(f"emit('{self.fresh('log')}', {log})")

    def string_loop(self, depth):
        w = self.fresh("m")
        self.put(f"for {w} in {self.parenthesise(self.expression('str', 2))}:gmatch({self.pick(PATTERNS)}) do")
        with self.block():
            self.declare(w, "any")
            self.loop_body(depth)
        self.put("end")

    # The program ---------------------------------------------------------------------------

    def make_class(self):
        name = self.fresh("Class")
        value = "(type(a) == 'table' and rawget(a, 'v') or tonumber(a) or 1)"
        other = "(type(b) == 'table' and rawget(b, 'v') or tonumber(b) or 1)"
        events = []
        for event, operator in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/"), ("mod", "%"), ("pow", "^"), ("idiv", "//")):
            if self.chance(55):
                events.append(f"function {name}.__{event}(a, b) burn() return setmetatable({{v = {value} {operator} {other}}}, {name}) end")
        for event, operator in (("band", "&"), ("bor", "|"), ("bxor", "~"), ("shl", "<<"), ("shr", ">>")):
            if self.chance(35):
                events.append(f"function {name}.__{event}(a, b) burn() return {value} {operator} {other} end")
        for event, operator in (("eq", "=="), ("lt", "<"), ("le", "<=")):
            if self.chance(50):
                events.append(f"function {name}.__{event}(a, b) burn() return {value} {operator} {other} end")
        if self.chance(60):
            events.append(f"function {name}.__concat(a, b) burn() return cut(show({value}) .. '..' .. show({other})) end")
        if self.chance(40):
            events.append(f"function {name}.__len(a) burn() return a.v end")
        if self.chance(40):
            events.append(f"function {name}.__unm(a) burn() return setmetatable({{v = -a.v}}, {name}) end")
        if self.chance(40):
            events.append(f"function {name}.__call(self, ...) burn() return self.v, select('#', ...), ... end")
        if self.chance(40):
            events.append(f"function {name}.__tostring(self) return '{name}:' .. show(self.v) end")
        if self.chance(30):
            events.append(f"function {name}.__index(t, k) burn() return {name}[k] or k == 'a' and 'index ' .. k or nil end")
        if self.chance(25):
            events.append(f"function {name}.__newindex(t, k, v) burn() rawset(t, k, {{v}}) end")
        if self.chance(30):
            events.append(f"{name}.__name = '{name}'")
        for line in METATABLE.format(name=name, events="\n".join(events)).split("\n"):
            if line:
                self.put(line)
        self.classes.append(name)

    def make_function(self):
        name = self.fresh("fn")
        kind = self.pick(["int", "int", "str"])
        parameters = [(self.fresh("a"), self.pick(["int", "num", "str"])) for _ in range(self.random.randrange(0, 4))]
        self.put(f"local function {name}({', '.join(p for p, _ in parameters)})")
        with self.block():
            for p, k in parameters:
                self.declare(p, k)
            self.put("burn()")
            self.statements(self.random.randrange(1, 4), 2)
            if self.chance(30):
                self.put(f"if {self.expression('bool', 2)} then return {self.expression(kind, 2)} end")
            self.put(f"return {self.expression(kind, 3)}")
        self.put("end")
        self.functions.append((name, [k for _, k in parameters], kind))

    def program(self):
        for line in PROLOGUE.format(seed=self.seed, fuel=3000, names=str(self.names).lower(),
                                    nan="tostring(v)" if self.nan_signs else "'nan'", hot=hot.PROLOGUE).split("\n"):
            if line:
                self.put(line)
        for _ in range(self.random.randrange(1, 3)):
            self.make_class()
        for _ in range(self.random.randrange(1, 4)):
            self.make_function()
        for name, kind in (("gi", "int"), ("gf", "float"), ("gs", "str"), ("gt", "arr"), ("gr", "rec")):
            self.put(f"{name} = {getattr(self, 'make_' + kind)(2)}" if kind not in ("int", "float", "str") else f"{name} = {self.pick({'int': SMALL, 'float': FLOATS, 'str': STRINGS}[kind])}")
            self.declare(name, kind)
        self.put("hotGlobal = 1")
        self.put("function hotCall(v) return v end")
        parts = [self.cold_part] * self.size + [self.hot_part] * self.hot_parts
        self.random.shuffle(parts)
        for part in parts:
            part()
        self.put("emit('end', gi, gf, gs, gt, gr, fuel > 0)")
        return "\n".join(self.lines) + "\n"

    def cold_part(self):
        self.put(f"guard('{self.fresh('part')}', function()")
        with self.block():
            self.put("burn()")
            self.statements(self.random.randrange(2, 6), 3)
        self.put("end)")


def generate(seed, size=12, names=False, nan_signs=True, hot_parts=3):
    """The text of the program for a seed."""
    return Generator(seed, size, names, nan_signs, hot_parts).program()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=12, help="number of parts that stay cold (default 12)")
    parser.add_argument("--hot", type=int, default=3, help="number of parts that become hot (default 3)")
    parser.add_argument("--names", action="store_true", help="keep the names of variables in error messages")
    parser.add_argument("--ignore-nan-signs", action="store_true", help="print NaN without its sign")
    options = parser.parse_args()
    sys.stdout.write(generate(options.seed, options.size, options.names, not options.ignore_nan_signs, options.hot))


if __name__ == "__main__":
    main()
