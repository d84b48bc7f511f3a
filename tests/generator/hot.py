"""Parts of random programs that become hot, and then meet what they did not expect.

A part has a few small functions, perhaps a class, and one function with loops. That function is called some hundred times, or
runs a loop of some thousand rounds, with values of the same kinds; then variables change their kind, objects their shape,
classes their methods, arguments become what they never were. Every loop has a bound that is known when it is written, so that
such a part needs no fuel. Numbers are computed so that errors are rare before the change: otherwise nothing would become hot.
"""

SMALL = ["0", "1", "2", "3", "-1", "-2", "5", "7", "10", "31", "100"]
NONZERO = ["1", "2", "3", "-1", "-3", "7", "10", "-8", "64", "1000003"]
EDGES = ["math.maxinteger", "math.mininteger", "140737488355327", "-140737488355328", "140737488355328", "281474976710655",
         "281474976710656", "-281474976710656", "0x7fffffff", "-2147483648", "0xffffffff", "9007199254740992", "9007199254740993",
         "4611686018427387904", "-4611686018427387905", "math.maxinteger - 1", "math.mininteger + 1"]
FLOATS = ["0.0", "-0.0", "0.5", "-0.5", "1.0", "1.5", "-2.5", "0.1", "3.0", "1e10", "2.0 ^ 31", "2.0 ^ 47", "2.0 ^ 48", "2.0 ^ 53",
          "2.0 ^ 63", "-2.0 ^ 63", "1e308", "5e-324", "math.pi", "1 / 3", "math.huge", "-math.huge"]
STRINGS = ["'a'", "'abc'", "'10'", "'-3'", "'0x1p4'", "'1.5'", "' 7 '", "'x=1,y=2'", "('ab'):rep(20)", "''"]
FIELDS = ["x", "y", "n", "z", "w", "extra"]
ODD = ["nil", "true", "'12'", "'x'", "1.5", "-0.0", "0 / 0", "math.huge", "math.mininteger", "1 << 47", "2 ^ 53", "{}", "type",
       "setmetatable({}, {__add = function() return 7 end, __lt = function() return true end, __index = function() return 1 end})"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "~="]

PROLOGUE = """\
local digest = 17
local function fold(...)
  for i = 1, select("#", ...) do
    local v = (select(i, ...))
    local kind = math.type(v) or type(v)
    if kind == "integer" then digest = (digest * 31 ~ v) & 0xffffffffffff
    elseif kind == "float" then digest = v ~= v and digest + 1 or (digest * 33 + #("%.17g"):format(v) + (math.tointeger(v) or 5)) & 0xffffffffffff
    elseif kind == "string" then digest = (digest * 37 + #v + (v:byte(-1) or 0)) & 0xffffffffffff
    else digest = (digest * 41 + #kind) & 0xffffffffffff end
  end
end
local function val(v) return type(v) == "table" and rawget(v, "x") or tonumber(v) or 1 end
local function apply(f, ...) return f(...) end
local function map(t, f) local s = 0 for i = 1, #t do s = s + val(f(t[i])) end return s end
local function drive(f, ...)
  local co = coroutine.create(f)
  local r = table.pack(coroutine.resume(co, ...))
  for i = 1, 30 do
    if coroutine.status(co) == "dead" then break end
    r = table.pack(coroutine.resume(co, i))
  end
  return table.unpack(r, 1, r.n)
end
"""


class HotParts:
    """Mixed into the generator, whose put, pick, chance, fresh and level it uses."""

    # Variables: name and kind. Kinds are int, float, num, str, arr (numbers, never empty), sparse, obj, fn (number to number).

    def hot_names(self, *kinds, assignable=False):
        return [name for scope in self.hot_scopes for name, kind, free in scope if kind in kinds and (free or not assignable)]

    def hot_declare(self, name, kind, assignable=True):
        self.hot_scopes[-1].append((name, kind, assignable))
        return name

    class HotBlock:
        def __init__(self, generator):
            self.generator = generator

        def __enter__(self):
            self.generator.level += 1
            self.generator.hot_scopes.append([])

        def __exit__(self, *_):
            self.generator.level -= 1
            self.generator.hot_scopes.pop()

    def hot_block(self):
        return HotParts.HotBlock(self)

    # Expressions ---------------------------------------------------------------------------

    def hot_int(self, depth=2):
        names = self.hot_names("int")
        if depth <= 0 or self.chance(25):
            if names and self.chance(75):
                return self.pick(names)
            return self.pick(EDGES) if self.chance(12) else self.pick(SMALL)
        e = lambda: self.hot_int(depth - 1)
        choice = self.random.randrange(20)
        if choice < 6:
            return f"({e()} {self.pick(['+', '-', '*', '+', '-'])} {e()})"
        if choice < 8:
            return self.pick([f"({e()} {self.pick(['//', '%'])} {self.pick(NONZERO)})", f"({e()} {self.pick(['//', '%'])} ({e()} | 1))"])
        if choice < 11:
            return self.pick([f"({e()} {self.pick(['&', '|', '~'])} {e()})",
                              f"({e()} {self.pick(['<<', '>>'])} {self.pick(['1', '3', '31', '63', '64', '-2'])})",
                              f"(~{e()})", f"(- {e()})", f"(({e()} << 13 | {e()} >> 51) & 0xffffffff)"])
        if choice == 11 and self.hot_names("arr"):
            return f"#{self.pick(self.hot_names('arr'))}"
        if choice == 12 and self.hot_names("str"):
            s = self.pick(self.hot_names("str"))
            return self.pick([f"#{s}", f"({s}:byte({e()} % 9) or 0)", f"({s}:byte(-1) or 1)"])
        if choice == 13:
            return self.pick([f"math.max({e()}, {e()})", f"math.min({e()}, {e()}, 50)", f"math.abs({e()})"])
        if choice == 14:
            return f"(math.tointeger({self.hot_num(depth - 1)}) or {e()})"
        if choice == 15:
            return f"({self.hot_bool(depth - 1)} and {e()} or {e()})"
        if choice == 16:
            return f"(math.tointeger(math.floor({self.hot_float(depth - 1)})) or 3)"
        if choice == 17 and self.hot_varargs:
            return self.pick(["select('#', ...)", "(math.tointeger((select(-1, 1, ...))) or 4)"])
        return f"({e()} + {e()})"

    def hot_float(self, depth=2):
        names = self.hot_names("float")
        if depth <= 0 or self.chance(25):
            return self.pick(names) if names and self.chance(75) else self.pick(FLOATS)
        e = lambda: self.hot_float(depth - 1)
        choice = self.random.randrange(12)
        if choice < 5:
            return f"({e()} {self.pick(['+', '-', '*', '/', '*'])} {self.pick([e(), self.hot_num(depth - 1)])})"
        if choice == 5:
            return f"({self.hot_num(depth - 1)} / {self.hot_num(depth - 1)})"
        if choice == 6:
            return self.pick([f"({e()} % {self.pick(['3.0', '0.7', '-2.5', 'math.huge'])})",
                              f"({e()} // {self.pick(['2.0', '-0.3', '0.0'])})",
                              f"({e()} ^ {self.pick(['2', '0.5', '3.0', '-1'])})"])
        if choice == 7:
            return self.pick([f"math.sqrt(math.abs({e()}))", f"math.fmod({e()}, 7.0)", f"(- {e()})", f"math.max({e()}, 0.0)"])
        if choice == 8:
            return f"({self.hot_int(depth - 1)} + 0.0)"
        if choice == 9:
            return f"({self.hot_bool(depth - 1)} and {e()} or {e()})"
        return f"({e()} + {e()})"

    def hot_num(self, depth=2):
        names = self.hot_names("num", "int", "float")
        if names and (depth <= 0 or self.chance(20)):
            return self.pick(names)
        choice = self.random.randrange(12)
        arrays, objects, functions = self.hot_names("arr"), self.hot_names("obj"), self.hot_names("fn")
        if choice < 3 and arrays:
            t = self.pick(arrays)
            return f"{t}[{self.hot_int(depth - 1)} % #{t} + 1]"
        if choice < 5 and objects:
            o, n = self.pick(objects), self.hot_num(depth - 1)
            return self.pick([f"{o}.x", f"{o}.x", f"{o}.y", f"({o}.{self.pick(FIELDS)} or 0)", f"({o}.missing or 2)",
                              f"val({o} {self.pick(['+', '-', '*', '/', '%', '//'])} {n})",
                              f"val({n} {self.pick(['+', '-', '*'])} {o})", f"val(-{o})", f"#{o}", f"{o}({n})", f"{o}:get()",
                              f"{o}:bump({n})", f"val({o} & 255)",
                              f"({o}[{self.hot_int(0)}] or 1)"])
        if choice < 7 and functions and depth > 0:
            f, n = self.pick(functions), self.hot_num(depth - 1)
            if arrays and self.chance(15):
                return f"map({self.pick(arrays)}, {f})"
            return self.pick([f"{f}({n})", f"{f}({n})", f"apply({f}, {n})"])
        if choice == 7 and self.hot_names("sparse"):
            return f"({self.pick(self.hot_names('sparse'))}[{self.pick([self.hot_int(0), self.hot_int(1), self.hot_float(0) + ' + 0'])}] or 1)"
        if choice == 8 and self.hot_names("str"):
            return f"({self.pick(['tonumber', 'tonumber'])}({self.pick(self.hot_names('str'))}) or {self.hot_int(0)})"
        if choice == 9:
            return f"({self.pick(['1', '10', '-3'])} + {self.pick(['10', '2.5'])} * {self.hot_int(depth - 1)})".replace("10 *", "'10' *")
        return self.hot_int(depth) if self.chance(60) else self.hot_float(depth)

    def hot_str(self, depth=2):
        names = self.hot_names("str")
        if depth <= 0 or self.chance(30):
            return self.pick(names) if names and self.chance(70) else self.pick(STRINGS)
        e = lambda: self.hot_str(depth - 1)
        return self.pick([f"cut({e()} .. {e()})", f"cut({e()} .. {self.hot_int(1)})",
                          f"({e()}):sub({self.pick(SMALL)}, {self.pick(SMALL)})",
                          f"string.char(65 + {self.hot_int(1)} % 26)", f"('%d|%s'):format({self.hot_int(1)}, str({e()})):sub(1, 30)",
                          f"str({self.hot_int(1)})",
                          f"({e()}):{self.pick(['upper', 'lower', 'reverse'])}()", f"({self.hot_bool(1)} and {e()} or {e()})",
                          f"cut(({e()}):rep(2, ','))",
                          f"cut(({e()}):gsub('%d', 'n'))"])

    def hot_bool(self, depth=2):
        if depth <= 0:
            return f"{self.hot_int(0)} {self.pick(COMPARISONS)} {self.hot_int(0)}"
        choice = self.random.randrange(10)
        if choice < 4:
            return f"{self.hot_int(depth - 1)} {self.pick(COMPARISONS)} {self.hot_int(depth - 1)}"
        if choice < 6:
            return f"{self.hot_num(depth - 1)} {self.pick(COMPARISONS)} {self.hot_num(depth - 1)}"
        if choice == 6:
            return f"{self.hot_str(0)} {self.pick(COMPARISONS)} {self.hot_str(1)}"
        if choice == 7:
            objects = self.hot_names("obj")
            if objects:
                return f"({self.pick(objects)} {self.pick(COMPARISONS)} {self.pick(objects)})"
            return f"({self.hot_num(0)} == {self.hot_str(0)})"
        if choice == 8:
            return f"not ({self.hot_bool(depth - 1)})"
        return self.pick([f"({self.hot_bool(depth - 1)} {self.pick(['and', 'or'])} {self.hot_bool(depth - 1)})",
                          f"math.type({self.hot_num(1)}) == 'integer'",
                          f"math.ult({self.hot_int(1)}, {self.hot_int(1)})"])

    # Statements ----------------------------------------------------------------------------

    def hot_statement(self, depth, room):
        """A statement whose loops together make at most `room` rounds."""
        simple = [self.hot_update] * 6 + [self.hot_local] * 2 + [self.hot_array] * 2 + [self.hot_object] * 3
        simple += [self.hot_string, self.hot_sparse, self.hot_results, self.hot_throw, self.hot_closure, self.hot_kept, self.hot_global]
        nested = [self.hot_if] * 3 + [self.hot_loop] * 2 + [self.hot_close, self.hot_yield]
        self.pick(simple + (nested if depth > 0 else []))(depth, room)

    def hot_statements(self, count, depth, room):
        for _ in range(count):
            self.hot_statement(depth, room)

    def hot_update(self, _depth, _room):
        kind = self.pick(["int", "int", "float", "num"])
        names = self.hot_names(kind, assignable=True)
        if not names:
            return self.hot_local(_depth, _room)
        v = self.pick(names)
        if kind == "int":
            e = self.hot_int(2)
            self.put(self.pick([f"{v} = {v} + {e}", f"{v} = {v} - {e}", f"{v} = {v} * {self.pick(['3', '31', '-1'])} ~ {e}", f"{v} = {e}",
                                f"{v} = ({v} + {e}) % 1000003",
                                f"{v} = {v} + 1"]))
        elif kind == "float":
            self.put(f"{v} = {self.pick([f'{v} * 0.5 + {self.hot_float(2)}', self.hot_float(2), f'{v} + {self.hot_num(1)} * 1.0'])}")
        else:
            self.put(f"{v} = {self.pick([self.hot_num(2), f'{v} + {self.hot_num(2)}'])}")

    def hot_local(self, _depth, _room):
        kind = self.pick(["int", "float", "num", "str"])
        value = getattr(self, "hot_" + kind)(2)
        name = self.fresh("h")
        self.put(f"local {name} = {value}")
        self.hot_declare(name, kind)

    def hot_array(self, _depth, _room):
        names = self.hot_names("arr")
        if not names:
            return self.hot_local(_depth, _room)
        t = self.pick(names)
        order = self.pick(["", ", function(a, b) return a > b end"])
        e = f"({self.hot_num(2)} or 0)"  # a hole would make the length uncertain
        self.put(self.pick([f"{t}[{self.hot_int(1)} % #{t} + 1] = {e}", f"{t}[{self.hot_int(0)} % #{t} + 1] = {self.hot_int(1)} or 0",
                            f"if #{t} < 40 then {t}[#{t} + 1] = {e} end",
                            f"if #{t} > 3 then {t}[#{t}] = nil end",
                            f"if #{t} < 30 then table.insert({t}, {self.pick(['1', '#' + t])}, {e}) end",
                            f"if #{t} > 2 then fold(table.remove({t}{self.pick(['', ', 1', ', 2'])})) end",
                            f"fold(table.unpack({t}, 1, 3))",
                            f"fold(#{t}, {t}[0], {t}[-1], {t}[#{t} + 1], {t}[1.0], {t}[2 ^ 53])", f"{t}[1], {t}[#{t}] = {t}[#{t}], {t}[1]",
                            f"fold(table.concat({{table.unpack({t}, 1, 4)}}, ','))",
                            f"do local q = {{}} for i = 1, 9 do q[#q + 1] = {t}[i] end "  # no holes: their lengths may differ
                            f"fold(pcall(table.sort, q{order})) fold(q[1], q[2]) end",
                            f"fold(table.unpack(table.move({t}, 1, math.min(#{t}, 5), 2, {{0}})))"]))

    def hot_object(self, _depth, _room):
        names = self.hot_names("obj")
        if not names:
            return self.hot_update(_depth, _room)
        o, e = self.pick(names), self.hot_num(1)
        f, made = self.pick(FIELDS), f"{self.pick(self.hot_classes)}.make({self.hot_int(0)})"
        self.put(self.pick([f"{o}.x = {e}", f"{o}.x = {o}.x + {e}", f"{o}.n = ({o}.n or 0) + 1", f"{o}.{f} = {e}",
                            f"{o}.{self.pick(FIELDS[2:])} = nil",
                            f"{o}:set({e})", f"fold({o}:get(), {o}.{f})", f"fold({o} .. {self.pick([self.hot_int(0), self.hot_str(0)])})",
                            f"fold({o}:twice())",
                            f"for _, q in ipairs({{{o}, {self.pick(names)}, {made}}}) do fold(q:get(), q.x) end",
                            f"fold(apply({o}.get, {o}), {o} ^ 2)", f"fold(pcall(function() return {o} | 1, {o} ~ 3, {o} << 2, ~{o} end))",
                            f"do local c = 0 for key in pairs({o}) do c = c + #str(key) end fold(c) end",
                            f"fold({o} == {self.pick(names)}, {o} ~= {e}, rawequal({o}, {self.pick(names)}))",
                            f"fold(pcall(function() return {o} < {e}, {o} <= {self.pick(names)} end))",
                            f"{o}[{self.hot_int(0)} % 5] = {e}", f"fold(rawget({o}, '{f}'), {o}['{f}'])", f"{o}.y, {o}.x = {o}.x, {e}"]))

    def hot_string(self, _depth, _room):
        names = self.hot_names("str", assignable=True)
        if not names:
            return self.hot_local(_depth, _room)
        self.put(f"{self.pick(names)} = {self.hot_str(2)}")

    def hot_sparse(self, _depth, _room):
        names = self.hot_names("sparse")
        if not names:
            return self.hot_update(_depth, _room)
        u = self.pick(names)
        key = self.pick([f"{self.hot_int(0)} % 50", f"{self.hot_int(1)} % 20 * 7", self.hot_int(0), f"({self.hot_float(0)} % 16.0)",
                         f"'k' .. {self.hot_int(0)} % 9"])
        if "float" not in key and "%" not in key and self.chance(60):
            key += " & 63"
        nan = key.startswith("(")
        value = self.pick([self.hot_num(1), "nil", self.hot_num(1)])
        self.put(f"if {key} == {key} then {u}[{key}] = {value} end" if nan else f"{u}[{key}] = {value}")

    def hot_results(self, _depth, _room):
        names = self.hot_names("num", assignable=True)
        if len(names) < 2 or not self.hot_multiple:
            return self.hot_update(_depth, _room)
        a, b = self.random.sample(names, 2)
        f = self.pick(self.hot_multiple)
        e = lambda: self.hot_num(1)
        self.put(self.pick([f"{a}, {b} = {f}({e()}, {e()})", f"{a}, {b} = {b}, {a}", f"fold({f}({e()}))",
                            f"fold(({f}({e()}, {e()}, {e()})))",
                            f"fold(select(2, {f}({e()}, {e()})))", f"{a} = #{{{f}({e()}, {e()})}}",
                            f"fold({f}(table.unpack({{{e()}, {e()}, {e()}}})))"]))

    def hot_throw(self, _depth, _room):
        """Errors caught in the middle: thrown on purpose, or by an operation that sometimes gets what it cannot use."""
        ok, error = self.fresh("ok"), self.fresh("er")
        condition = self.pick([f"{self.hot_int(0)} % {self.pick(['3', '7', '2'])} == 0", self.hot_bool(1)])
        thrown = self.pick(["error('thrown')", "error({1})", f"error({self.hot_int(1)})", f"error('at', {self.pick(['0', '1', '2'])})",
                            "local z = nil; z.f = 1", "local z = nil + 1",
                            "error()", "local z = {} < 1", "local z = #5", "assert(false, 'no')", "string.rep()",
                            f"local z = 1.5 | {self.hot_int(0)}",
                            f"local z = {self.hot_int(0)} // ({self.hot_int(0)} % 2)"])
        value = self.hot_num(1)
        body = f"function(...) if {condition} then {thrown} end return {value}{', ...' if self.chance(30) else ''} end"
        outer, self.hot_varargs = self.hot_varargs, False
        if self.chance(30):
            self.put(f"local {ok}, {error} = xpcall({body}, function(m) return text(m) end, {self.hot_num(0)})")
        else:
            self.put(f"local {ok}, {error} = pcall({body}, {self.hot_num(0)})")
        self.hot_varargs = outer
        self.put(f"fold({ok}, {ok} and {error} or text({error}))")

    def hot_closure(self, _depth, _room):
        """A closure of this round that reads and perhaps writes variables around it."""
        name, p = self.fresh("g"), self.fresh("a")
        with self.hot_block():
            self.level -= 1
            self.hot_declare(p, "num")
            outer, self.hot_varargs = self.hot_varargs, False
            variables = self.hot_names("int", "num", assignable=True)
            v = self.pick(variables)
            functions, self.hot_scopes = self.hot_scopes, [[entry for entry in scope if entry[1] != "fn"] for scope in self.hot_scopes]
            body = self.pick([f"return {self.hot_num(2)}", f"{v} = {v} + 1 return {self.hot_num(1)}",
                              f"local q = {self.hot_num(1)} return q * 2 - {p}"])
            self.hot_scopes = functions
            self.hot_varargs = outer
            self.level += 1
        self.put(f"local {name} = function({p}) {body} end")
        self.put(f"fold({name}({self.hot_num(1)}))")
        if self.chance(50):
            self.hot_declare(name, "fn")

    def hot_kept(self, _depth, _room):
        """Closures that outlive their round and write variables of it."""
        tables, variables = self.hot_names("fns"), self.hot_names("int", "num", assignable=True)
        if not tables:
            return self.hot_closure(_depth, _room)
        t, v = self.pick(tables), self.pick(variables)
        self.put(f"{t}[{self.hot_int(0)} % 4] = function(d) {v} = {v} {self.pick(['+', '-'])} d return {v} end")
        self.put(f"fold(({t}[{self.hot_int(0)} % 4] or only)({self.hot_int(0)}))")

    def hot_global(self, _depth, _room):
        self.put(self.pick([f"gi = (math.tointeger(gi) or 0) % 1000 + {self.hot_int(1)}", f"hotGlobal = {self.hot_num(1)}",
                            "fold(hotGlobal, hotCall(3))", f"fold(hotCall({self.hot_num(1)}))"]))

    def hot_if(self, depth, room):
        self.put(f"if {self.pick([self.hot_bool(2), f'{self.hot_int(0)} % {self.pick(NONZERO)} == {self.pick(SMALL)}'])} then")
        with self.hot_block():
            self.hot_statements(self.random.randrange(1, 3), depth - 1, room)
        if self.chance(50):
            self.put("else")
            with self.hot_block():
                self.hot_statements(1, depth - 1, room)
        self.put("end")

    def hot_close(self, depth, room):
        self.put("do")
        with self.hot_block():
            c = self.fresh("c")
            v = self.pick(self.hot_names("int", "num", assignable=True))
            self.put(f"local {c} <close> = setmetatable({{}}, {{__close = function(_, e) {v} = {v} + 1; fold(e and text(e)) end}})")
            self.hot_statements(1, depth - 1, room)
        self.put("end")

    def hot_yield(self, depth, _room):
        self.put(f"if coroutine.isyieldable() and {self.hot_int(0)} % 5 == 0 then fold(coroutine.yield({self.hot_num(1)})) end")

    def hot_loop(self, depth, room):
        if room < 2:
            return self.hot_update(depth, room)
        count = self.random.randrange(2, min(room, 12) + 1)
        i = self.fresh("i")
        header, kind, footer, step = self.hot_header(i, count)
        self.put(header)
        with self.hot_block():
            if kind:
                self.hot_declare(i, kind, False)
            if step:
                self.put(step)
            self.hot_body(depth - 1, room // count, i if kind == "int" else None)
        self.put(footer)

    def hot_header(self, i, count):
        """The first and last line of a loop, the kind of its variable, and what counts in it."""
        choice = self.random.randrange(17)
        if choice > 14:
            first, last = f"{self.hot_int(1)} % {count}", f"{self.hot_int(1)} % {count}"
            return f"for {i} = {first}, {last}, {self.pick(['1', '-1', '2', '0.5', '-3'])} do", "int", "end", None
        if choice < 5:
            header = self.pick([f"for {i} = 1, {count} do", f"for {i} = {count}, 1, -1 do", f"for {i} = {-count}, {count}, 2 do",
                                f"for {i} = 1, {count * 3}, 3 do", f"for {i} = {count * 5 + 2}, 2, -5 do"])
            return header, "int", "end", None
        if choice == 5:
            header = self.pick([f"for {i} = 0.0, {count / 4}, 0.25 do", f"for {i} = {count}, 0.5, -1 do",
                                f"for {i} = 1.0, {count} do", f"for {i} = 0.1, {count / 10}, 0.1 do"])
            return header, "num", "end", None
        if choice == 6:
            half = count // 2
            header = self.pick([f"for {i} = math.maxinteger - {count}, math.maxinteger do",
                                f"for {i} = math.mininteger + {count}, math.mininteger, -1 do",
                                f"for {i} = (1 << 47) - {half}, (1 << 47) + {half} do",
                                f"for {i} = -(1 << 48) - {half}, -(1 << 48) + {half} do",
                                f"for {i} = math.maxinteger - {count * 7}, math.maxinteger, 7 do", f"for {i} = 1, {count}.5 do"])
            return header, "int", "end", None
        if choice < 9:
            self.put(f"local {i} = 0")
            return f"while {i} < {count}{self.pick(['', ' and ' + self.hot_bool(1)])} do", "int", "end", f"{i} = {i} + 1"
        if choice < 11:
            self.put(f"local {i} = {count}")
            return "repeat", "int", f"until {i} <= 0{self.pick(['', ' or ' + self.hot_bool(1)])}", f"{i} = {i} - 1"
        if choice < 13 and self.hot_names("arr"):
            t, how = self.pick(self.hot_names("arr")), self.pick(["ipairs", "ipairs", "next,"])
            return f"for _, {i} in {how} {{table.unpack({t}, 1, {count})}} do", "num", "end", None
        if choice == 13:
            return f"for {i} in (function(n, c) c = c + 1 if c < n then return c end end), {count}, 0 do", "int", "end", None
        return f"for {i} in ('{'abcdef'[:max(1, count // 2)]}'):gmatch('.') do", "str", "end", None

    def hot_body(self, depth, room, i):
        """Statements of a round, with a break or a continue at times."""
        label = self.fresh("continue") if self.chance(20) else None
        if label:
            self.put(f"if {self.hot_bool(1)} then goto {label} end")
            self.put("do")
            self.level += 1
            self.hot_scopes.append([])
        self.hot_statements(self.random.randrange(1, 4), depth, room)
        if i and self.chance(10):
            self.put(f"if {i} == {self.pick(SMALL)} then break end")
        elif self.chance(5):
            self.put(f"if {self.hot_bool(2)} then break end")
        if label:
            self.hot_scopes.pop()
            self.level -= 1
            self.put("end")
            self.put(f"::{label}::")

    # What changes late ---------------------------------------------------------------------

    def hot_change(self):
        """Statements that make something what it was not."""
        kind = self.pick(["int", "int", "float", "num", "str", "arr", "obj", "obj", "fn", "sparse", "world"])
        names = self.hot_names(kind, assignable=True)
        if not names or kind == "world":
            return self.pick(["hotCall = function(v) return v * 2 end", "collectgarbage()", "hotCall = math.abs", "hotGlobal = 'text'",
                              "hotGlobal = nil", "gi = 1.5",
                              "collectgarbage('step')", "error('late')"])
        v = self.pick(names)
        if kind == "int":
            value = self.pick([f"{v} + 0.5", "1 << 47", "math.mininteger", "math.maxinteger", f"{v} .. ''", "2 ^ 53", "-0.0", "nil",
                               "{}", "'5'"])
            return f"{v} = {value}"
        if kind == "float":
            return f"{v} = " + self.pick(["1", "0 / 0", "-0.0", "math.huge", "'2.5'", "math.mininteger", "nil", "1 << 53 | 1"])
        if kind == "num":
            return f"{v} = {self.pick(ODD)}"
        if kind == "str":
            return f"{v} = " + self.pick(["5", "1.5", "''", "('z'):rep(300)", "nil", "{}"])
        if kind == "arr":  # with a length that stays certain
            return self.pick([f"{v}[1] = 1.5", f"{v}[#{v}] = '6'", f"{v} = {{'1', 2.5, 3}}", f"{v}[1] = 1 << 62",
                              f"setmetatable({v}, {{__len = function() return 2 end}})",
                              f"{v} = setmetatable({{}}, {{__index = function(_, k) return k end, __len = function() return 4 end, "
                              "__newindex = function() end})",
                              f"{v} = {{}}", f"{v}[2 ^ 53] = 1", f"{v}[1] = {{}}", f"{v}[1] = 0 / 0", f"{v}.name = 1",
                              f"{v} = {{n = 1, 5, 6, 7.5}}"])
        if kind == "obj":
            c = self.pick(self.hot_classes)
            return self.pick([f"setmetatable({v}, {c})", f"setmetatable({v}, nil)", f"{v}.x = nil", f"{v}.x = '3'", f"{v}.x = 1 << 60",
                              f"{v} = {c}.make(2)", f"{v}.fresh = 1",
                              f"function {c}:get() return 5 end", f"{c}.__index = function(t, k) return {c}[k] or 4 end",
                              f"{c}.bump = nil", f"{c}.__add = nil",
                              f"{c}.__eq = function() return true end", f"{c}.__newindex = function(t, k, e) rawset(t, k, e) end",
                              f"{v} = setmetatable({{x = 1.5, y = 2}}, {{__index = {c}}})",
                              f"for k = 1, 12 do {v}['f' .. k] = k end", f"{v} = nil", f"{c}.__lt = function(a, b) return false end",
                              f"{c}.__call = function(_, n) return n end"])
        if kind == "fn":
            return f"{v} = " + self.pick(["math.abs", "function(n) return n end", "setmetatable({}, {__call = function(_, n) return 2 end})",
                                          "nil", "math.floor", "function(n) error('fn') end"])
        return self.pick([f"{v} = setmetatable({v}, {{__index = function(_, k) return 9 end}})", f"{v} = {{}}",
                          f"for k = 1, 60 do {v}[k] = k end", f"setmetatable({v}, {{__newindex = function() end}})"])

    # Functions, classes and the part -----------------------------------------------------------

    def hot_class(self):
        name = self.fresh("Hot")
        self.put(f"local {name} = {{}}")
        base = self.pick(self.hot_classes) if self.hot_classes and self.chance(60) else None
        self.put(f"{name}.__index = {self.pick([name, name, name, f'function(t, k) return {name}[k] end'])}")
        if base:
            self.put(f"setmetatable({name}, {{__index = {base}}})")
        first, second = self.pick([("{x = k, y = k + 1}", "{y = 2, x = k}"), ("{x = k * 0.5, y = k}",
                                   "{n = 1, x = k, y = 3}"), ("{x = k, y = 0.5}", "{x = k, y = 0.5, z = 1, w = 2}")])
        self.put(f"function {name}.make(k) return setmetatable(k % {self.pick(['3', '7', '1', '1000'])} ~= 1 and {first} or {second}, {name}) end")
        operator = self.pick(["+", "-", "*"])
        methods = {"get": "return self.x", "set": "self.x = v return self",
                   "bump": f"self.n = (self.n or 0) + 1 return self.x {operator} v", "twice": "return self:get(), self:get()"}
        for method, body in methods.items():
            if not base or self.chance(40):
                self.put(f"function {name}:{method}(v) {body} end")
        result = self.pick([f"{name}.make(1):set(r)", "r", "r"])
        for event, operator in (("add", "+"), ("sub", "-"), ("mul", "*"), ("div", "/")):
            if self.chance(85):
                self.put(f"function {name}.__{event}(a, b) local r = val(a) {operator} val(b) return {result} end")
        self.put(f"function {name}.__mod(a, b) return val(a) % (val(b) + 0.5) end")
        self.put(f"function {name}.__idiv(a, b) return val(a) // (val(b) + 0.5) end")
        self.put(f"function {name}.__band(a, b) return (math.tointeger(val(a)) or 1) & 255 end")
        for event, operator in (("bor", "|"), ("bxor", "~"), ("shl", "<<"), ("shr", ">>"), ("bnot", "~")):
            if self.chance(50):
                a, b = "(math.tointeger(val(a)) or 3)", "(math.tointeger(val(b)) or 5)"
                self.put(f"function {name}.__{event}(a, b) return {f'~{a}' if event == 'bnot' else f'{a} {operator} {b}'} end")
        self.put(f"function {name}.__pow(a, b) return val(a) * 0.5 end")
        self.put(f"function {name}.__unm(a) return -val(a) end")
        self.put(f"function {name}.__len(a) return {self.pick(['2', 'math.tointeger(val(a)) or 3', '1.5'])} end")
        self.put(f"function {name}.__concat(a, b) return cut(str(val(a)) .. '|' .. str(val(b))) end")
        self.put(f"function {name}.__call(self, v) return {self.pick(['self.x', 'v', 'val(self)'])} end")
        for event, operator in (("eq", "=="), ("lt", "<"), ("le", "<=")):
            if event != "eq" or self.chance(60):
                self.put(f"function {name}.__{event}(a, b) return val(a) {operator} val(b) end")
        if self.chance(20):
            self.put(self.pick([f"function {name}.__newindex(t, k, v) rawset(t, k, v) end", f"{name}.__newindex = {{}}",
                                f"{name}.__newindex = function(t, k, v) rawset(t, k, v and 1) end"]))
        self.hot_classes.append(name)
        return name

    def hot_helper(self):
        """A small function, from a number to a number; some have state, call themselves, or give more results."""
        name = self.fresh("k")
        n = self.pick(SMALL[1:])
        one = [f"local function {name}(v) return v {self.pick(['+', '-', '*'])} {n} end",
               f"local {name} do local c = {n} {name} = function(v) c = (c + 1) % 100 return c + v end end",
               f"local function {name}(v, d) d = d or 4 if d == 0 then return v end return {name}(v + 1, d - 1) end",
               f"local function {name}(v, d) d = d or 3 if d == 0 then return v end return 1 + {name}(v, d - 1) * 2 end",
               f"local function {name}(v) if v == nil then return {n} end if v > {n} then return v - 1 end return v + 1.5 end",
               f"local {name} = coroutine.wrap(function(v) local c = 0 while true do c = c + 1 "
               f"v = coroutine.yield((tonumber(v) or 0) + c % 10) end end)",
               f"local function {name}(...) return (select('#', ...)) + (select(1, ...)) end",
               f"local function {name}(v) local f <const> = {n} return (function() return v * f end)() end",
               f"local function {name}(v) local s = 0 for q = 1, {self.random.randrange(2, 6)} do s = s + q * v end return s end",
               f"local function {name}(v) local s = {{}} for q = 1, 4 do s[q] = v + q end "
               f"local r = 0 for _, e in ipairs(s) do r = r + e end return r end",
               f"local function {name}(v) local ok, r = pcall(function() if v == {n} then error('helper') end return v end) "
               f"return ok and r or {n} end",
               f"local {name} = math.abs", f"local {name} = function(v) return math.max(v, {n}) end",
               f"local function {name}(v) local t = {{v, {n}, v}} return t[1] + #t end",
               f"local function {name}(v) local t = {{a = v, b = {n}}} t.c = 1 return t.a * t.b end"]
        many = [f"local function {name}(a, b) return b, a end", f"local function {name}(...) return ... end",
                f"local function {name}(a, ...) return a, select('#', ...), ... end",
                f"local function {name}(...) local t = table.pack(...) return t.n, table.unpack(t, 1, t.n) end",
                f"local function {name}(a, b) if a == b then return a end return a, b, {n} end",
                f"local function {name}(a, ...) if a == 0 then return end return (...), a end"]
        if self.chance(70):
            self.put(self.pick(one))
            self.hot_declare(name, "fn", assignable=True)
        else:
            self.put(self.pick(many))
            self.hot_multiple.append(name)

    def hot_part(self):
        """One part: helpers, classes, the function, and what calls it."""
        self.hot_scopes, self.hot_classes, self.hot_multiple, self.hot_varargs = [[]], [], [], False
        self.put("do")
        with self.hot_block():
            for _ in range(self.random.randrange(1, 4)):
                self.hot_class()
            for _ in range(self.random.randrange(1, 4)):
                self.hot_helper()
            (self.hot_many_calls if self.chance(65) else self.hot_long_loop)()
        self.put("end")

    def hot_variables(self):
        for kind, value in (("int", self.pick(SMALL)), ("float", self.pick(FLOATS[:12])), ("num", self.pick(["0", "0.5"])),
                            ("str", self.pick(STRINGS)), ("sparse", "{}"), ("fns", "{}")):
            if kind in ("int", "num") or self.chance(60):
                name = self.fresh("l")
                self.put(f"local {name} = {value}")
                self.hot_declare(name, kind)

    def hot_return(self):
        values = [self.pick(names) for names in map(self.hot_names, ("int", "num", "float", "str")) if names]
        if self.hot_multiple and self.chance(20):
            return f"return {self.pick(self.hot_multiple)}({', '.join(values)})"
        return f"return {', '.join(values)}"

    def hot_many_calls(self):
        name, total = self.fresh("hot"), self.random.randrange(250, 420) * self.pick([1] * 9 + [5])
        late = total - self.random.randrange(15, 40)
        rounds = self.random.randrange(3, 16)
        i = self.fresh("i")
        parameters = [("a", "int"), ("b", self.pick(["float", "int", "num"])), ("t", "arr"), ("o", "obj"), ("p", "obj"), ("s", "str")]
        self.put(f"local function {name}(late, a, b, t, o, p, s, ...)")
        with self.hot_block():
            self.hot_varargs = True
            for p, kind in parameters:
                self.hot_declare(p, kind)
            self.hot_variables()
            self.hot_statements(self.random.randrange(0, 3), 1, 6)
            self.put(f"for {i} = 1, {rounds} do")
            with self.hot_block():
                self.hot_declare(i, "int", False)
                self.put(f"if late > 0 and {i} == {self.random.randrange(1, rounds + 1)} then {self.hot_change()} end")
                self.hot_statements(self.random.randrange(1, 5), 2, 8)
            self.put("end")
            self.hot_statements(self.random.randrange(0, 2), 0, 1)
            self.put(self.hot_return())
            self.hot_varargs = False
        self.put("end")
        c, d = self.pick(self.hot_classes), self.pick(self.hot_classes)
        r, result = self.fresh("r"), self.fresh("res")
        self.put(f"for {r} = 1, {total} do")
        with self.hot_block():
            a, b = f"{r} % {self.pick(['7', '100', '3'])}", self.pick([f"{r} * 0.5", f"{r}", "1.5", f"{r} % 3"])
            t = self.pick(["{1, 2, 3}", "{0.5, 1.5, 2.5, 3.5}", "{1, 2.5, 3}", f"{{{r}}}"])
            self.put(f"local a, b, t, s = {a}, {b}, {t}, {self.pick(STRINGS)}")
            self.put(f"local o, p, late = {c}.make({r}), {d}.make({r} % 5), 0")
            self.hot_scopes[-1] += [(n, k, True) for n, k in (("a", "int"), ("b", "num"), ("t", "arr"), ("o", "obj"), ("p", "obj"), ("s",
                            "str"))]
            self.put(f"if {r} > {late} then")
            with self.hot_block():
                self.put(f"late = {self.pick(['1', f'{r} % 2', f'{r} % 3'])}")
                for _ in range(self.random.randrange(1, 4)):
                    change = f"pcall(function() {self.hot_change()} end)"
                    change = self.pick([change, change, *(f"{v} = {self.pick(ODD)}" for v in "abtos")])
                    self.put(f"if {r} % {self.random.randrange(1, 6)} == 0 then {change} end")
            self.put("end")
            how = self.pick(["pcall", "pcall", "pcall", "drive"])
            extra = self.pick(["", "", f", {r}", ", 1, 2, 3"])
            self.put(f"local {result} = table.pack({how}({name}, late, a, b, t, o, p, s{extra}))")
            self.put(f"if not {result}[1] then {result}[2] = text({result}[2]) end")
            self.put(f"fold(table.unpack({result}, 1, {result}.n))")
            shown = f"{r} > {late} or {r} % {97 * (total // 250)} == 0"
            self.put(f"if {shown} then emit('{self.fresh('hc')}', {r}, digest, table.unpack({result}, 1, {result}.n)) end")
        self.put("end")

    def hot_long_loop(self):
        """A loop of a few thousand rounds, entered once or a few times, which changes near its end."""
        total = self.random.randrange(1200, 3500) * self.pick([1] * 9 + [6])
        late = total - self.random.randrange(20, 300)
        i = self.fresh("i")
        runs = self.random.randrange(1, 3)
        self.put(f"for run = 1, {runs} do")
        self.level += 1
        self.put(f"guard('{self.fresh('hl')}', function(...)")
        with self.hot_block():
            self.hot_varargs = True
            self.hot_variables()
            for n, k, value in (("t", "arr", self.pick(["{1, 2, 3}", "{0.5, 1.5}", "{1, 2.5, 3, 4}"])), ("o", "obj",
                                                        f"{self.pick(self.hot_classes)}.make(2)"),
                                ("p", "obj", f"{self.pick(self.hot_classes)}.make(1)")):
                self.put(f"local {n} = {value}")
                self.hot_declare(n, k)
            header = self.pick([f"for {i} = 1, {total} do", f"for {i} = 1, {total} do", f"for {i} = {total}, 1, -1 do",
                                f"local {i} = 0 while {i} < {total} do", f"for {i} = 0, {total * 2}, 2 do"])
            when = total - late if "-1 do" in header else late * 2 // 2 * 2 if ", 2 do" in header else late
            self.put(header)
            with self.hot_block():
                self.hot_declare(i, "int", False)
                if "while" in header:
                    self.put(f"{i} = {i} + 1")
                self.put(f"if {i} == {when} then {self.hot_change()} end")
                if self.chance(40):
                    self.put(f"if {i} == {when + 7} then {self.hot_change()} end")
                self.hot_statements(self.random.randrange(1, 4), 1, 3)
                shown = ", ".join(self.hot_names("int", "float", "str")[:3])
                self.put(f"if {i} % 911 == 0 then emit('{self.fresh('hp')}', {i}, digest, {shown}) end")
            self.put("end")
            self.put(self.hot_return())
            self.hot_varargs = False
        self.put(f"end, run, {self.pick(SMALL)})")
        self.level -= 1
        self.put("end")
        self.put(f"emit('{self.fresh('hd')}', digest, gi, hotGlobal)")
