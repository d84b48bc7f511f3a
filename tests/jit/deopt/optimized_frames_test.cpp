// Optimized frames become the interpreter's wherever somebody looks, and whoever looks sees no difference.
#include <gtest/gtest.h>

#include "hand_made.h"

namespace devvm::jit::testing {
namespace {

struct Scenario {
  const char* name;
  const char* text;
  int settled;  ///< frames taken apart at least
  int exits;    ///< guards that failed
};

void PrintTo(const Scenario& s, std::ostream* out) { *out << s.name; }

const Scenario kScenarios[] = {
    {"PlainCall", "local seen; local v = outer(20, function(y) seen = y end, inner) return seen .. ' ' .. v", 0, 0},
    {"Native",
     "local t = setmetatable({}, {__tostring = function() return 'x' end}) "
     "return tostring(outer(20, select('#') and type, inner))",
     0, 0},
    {"Collection",
     "local junk = {} return tostring(outer(1, function(y) for i = 1, 50 do junk = {junk, y} end "
     "collectgarbage() collectgarbage('step') end, inner))",
     0, 0},
    {"NativeCollection", "return tostring(outer(1, collectgarbage == nil or function() end, inner))", 0, 0},
    {"Traceback", "local s local v = outer(20, function(y) s = debug.traceback('here', 1) end, inner) return s .. v", 1,
     0},
    {"NativeTraceback",
     "local s = {} local v = outer(20, function(y) s[1] = debug.traceback() end, inner) "
     "return s[1] .. v",
     1, 0},
    {"Locals", R"(
       local seen = {}
       local function look()
         for level = 2, 4 do
           local info = debug.getinfo(level, 'nSlf')
           seen[#seen + 1] = tostring(info.name) .. ':' .. info.currentline .. tostring(info.func == inner)
           for i = 1, 9 do
             local name, value = debug.getlocal(level, i)
             if not name then break end
             local shown = type(value) == 'function' and 'function' or tostring(value)
             seen[#seen + 1] = name .. '=' .. shown
           end
         end
       end
       local v = outer(20, look, inner)
       return table.concat(seen, ' ') .. ' ' .. v)",
     1, 0},
    {"SetLocal", R"(
       local v = outer(20, function() assert(debug.setlocal(2, 3, 7.25)) assert(debug.setlocal(3, 4, 100)) end, inner)
       return tostring(v))",
     1, 0},
    {"Error", "return select(2, pcall(outer, 20, function() error('no', 2) end, inner))", 1, 0},
    {"NativeError", "return select(2, pcall(outer, 20, setmetatable, inner))", 1, 0},
    {"NotCallable", "return select(2, pcall(outer, 20, 5, inner))", 1, 0},
    {"CallableTable",
     "local s local t = setmetatable({}, {__call = function(t, y) s = y end}) "
     "local v = outer(20, t, inner) return s .. ' ' .. v",
     0, 0},
    {"ErrorHandler", "return select(2, xpcall(outer, debug.traceback, 20, function() error('no') end, inner))", 1, 0},
    {"ErrorPassesThrough", "return tostring(select(2, pcall(outer, 20, function() error({}) end, inner))):sub(1, 5)", 0,
     0},
    {"Yield", R"(
       local co = coroutine.create(function() return outer(20, coroutine.yield, inner) end)
       local _, y = coroutine.resume(co)
       local junk = {} for i = 1, 100 do junk = {junk} end collectgarbage()
       local _, v = coroutine.resume(co)
       return y .. ' ' .. v .. coroutine.status(co))",
     0, 0},
    {"YieldAndTraceback", R"(
       local co = coroutine.create(function() return outer(20, function(y) coroutine.yield(y) end, inner) end)
       local _, y = coroutine.resume(co)
       local names = {}
       for level = 1, 3 do
         for i = 1, 9 do
           local name, value = debug.getlocal(co, level, i)
           if name then names[#names + 1] = name .. '=' .. type(value) end
         end
       end
       local trace = debug.traceback(co)
       collectgarbage() collectgarbage()
       local _, v = coroutine.resume(co)
       return y .. trace .. table.concat(names, ' ') .. v)",
     1, 0},
    {"DeadCoroutine", R"(
       local co = coroutine.create(function() return outer(20, function(y) error('no') end, inner) end)
       local _, message = coroutine.resume(co)
       return message .. debug.traceback(co))",
     1, 0},
    {"CloseCoroutine", R"(
       local co = coroutine.create(function() local x <close> = setmetatable({}, {__close = print == nil and 1 or
         function() closed = true end}) return outer(20, coroutine.yield, inner) end)
       coroutine.resume(co)
       return tostring(coroutine.close(co)) .. tostring(closed))",
     0, 0},
    {"HookSetWithin", R"(
       local lines = {}
       local v = outer(20, function() debug.sethook(function(e, l) lines[#lines + 1] = e .. l end, 'l') end, inner)
       debug.sethook()
       return table.concat(lines, ' ') .. ' ' .. v)",
     1, 0},
    {"FinalizerWithin", R"(
       local log = {}
       local function f() setmetatable({}, {__gc = function() log[#log + 1] = debug.traceback() end}) collectgarbage() end
       local v = outer(20, f, inner)
       for i = 1, 10 do f() end
       return tostring(#log > 0) .. v)",
     0, 0},
    {"WrongType", "return tostring(outer(20.5, function() end, inner))", 0, 1},
    {"Metamethod",
     "local t = setmetatable({}, {__add = function() return 3 end}) "
     "return tostring(outer(t, function() end, inner))",
     0, 1},
    {"WrongTypeError", "return select(2, pcall(outer, {}, function() end, inner))", 0, 1},
    {"OtherCallee", "return tostring(outer(20, function() end, function(x) return x end))", 0, 1},
    {"NativeCallee", "return tostring(outer(20, 2, math.max))", 0, 1},
    {"LateGuard", "return tostring(outer(1000000, function() end, inner))", 0, 1},
    {"Recursion", R"(
       local function down(n) if n == 0 then return debug.traceback() end
         local s = '' outer(n, function(y) s = down(n - 1) end, inner) return s end
       return down(30))",
     30, 0},
    {"RecursionInCoroutine", R"(
       local function down(n) if n == 0 then return 1 end
         local s = 0 outer(n, function(y) s = down(n - 1) + y end, inner) return s end
       local co = coroutine.wrap(function() return down(40) end)
       return tostring(co()))",
     0, 0},
    {"StackOverflow", R"(
       local depth = 0
       local function down(n) depth = depth + 1 outer(n, function(y) down(n) end, inner) end
       local ok, message = pcall(down, 1)
       return tostring(ok) .. message:match('stack overflow'))",
     0, 0},
};

class OptimizedFrames : public ::testing::TestWithParam<Scenario> {
 protected:
  void compare(const runtime::IsolateOptions& options) {
    HandMade interpreted(false, options), optimized(true, options);
    std::string expected = interpreted.run(GetParam().text);
    EXPECT_EQ(optimized.run(GetParam().text), expected);
    EXPECT_EQ(expected.find("attempt to compare"), expected.npos);
    EXPECT_GT(optimized.tiers().entries, 0);
    EXPECT_GE(optimized.tiers().settled, GetParam().settled);
    EXPECT_EQ(static_cast<int>(optimized.tiers().exits.size()), GetParam().exits);
    // It still runs as it should.
    EXPECT_EQ(optimized.run("return tostring(outer(20, function() end, inner))"), "82.0");
  }
};

TEST_P(OptimizedFrames, LookLikeTheInterpreters) { compare({}); }

TEST_P(OptimizedFrames, WhileEverythingMoves) {
  runtime::IsolateOptions options;
  options.heap.moveAlways = true;
  options.heap = {.nurseryBytes = 64 << 10};
  options.heap.stressInterval = 7;
  options.limits.stackBytes = 64 << 10;
  compare(options);
}

INSTANTIATE_TEST_SUITE_P(All, OptimizedFrames, ::testing::ValuesIn(kScenarios),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(OptimizedFuel, EndsAtTheSameUnit) {
  const char* program = "local n = 0 for i = 1, 1e9 do outer(i, function() n = i end, inner) last = n end";
  for (uint64_t fuel = 5000; fuel < 5040; fuel++) {
    runtime::IsolateOptions options;
    options.limits.fuel = fuel;
    HandMade interpreted(false, options), optimized(true, options);
    EXPECT_EQ(interpreted.run(program), "stopped: 2");
    EXPECT_EQ(optimized.run(program), "stopped: 2");
    auto last = [](HandMade& h) {
      runtime::Rooted key(h.isolate(), runtime::intern(h.isolate(), "last"));
      return runtime::tableGet(h.isolate(), runtime::asTable(h.isolate().globals), key.get()).bits();
    };
    EXPECT_EQ(last(interpreted), last(optimized)) << fuel;
    EXPECT_EQ(interpreted.isolate().fuelUsed(), optimized.isolate().fuelUsed());
  }
}

TEST(OptimizedPolls, GoOnWhereNobodyWantsAnything) {
  HandMade optimized(true);
  optimized.run("for i = 1, 100000 do outer(i % 100, type, inner) end");
  EXPECT_GT(optimized.tiers().quietPolls + optimized.tiers().polls, 50);
  EXPECT_TRUE(optimized.tiers().exits.empty());
}

}  // namespace
}  // namespace devvm::jit::testing
