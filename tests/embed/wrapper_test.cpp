// The C++ wrapper.
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "devvm/devvm.hpp"

namespace {

devvm::Isolate make(const devvm::Config& config = {}) {
  auto vm = devvm::Isolate::create(config);
  if (!vm || !vm->openLibraries()) std::abort();
  return std::move(*vm);
}

TEST(Wrapper, RunsAndConverts) {
  devvm::Isolate vm = make();
  EXPECT_EQ(*vm.run<int64_t>("return 40 + 2"), 42);
  EXPECT_EQ(*vm.run<double>("return 0.5"), 0.5);
  EXPECT_EQ(*vm.run<std::string>("return 'a\\0b'"), std::string("a\0b", 3));
  EXPECT_TRUE(*vm.run<bool>("return 1 == 1"));
  EXPECT_EQ(*vm.run<std::optional<int>>("return nil"), std::nullopt);
  EXPECT_TRUE(vm.run("return nil")->isNil());
  EXPECT_TRUE(vm.run<devvm::Nothing>("x = 1"));
  EXPECT_EQ(*vm.run<int>("local a, b = ... return a + b", 3, int64_t{4}), 7);
  EXPECT_EQ(*vm.run<std::string>("return table.concat({...}, ',')", "x", std::string("y"), 1.5, 2), "x,y,1.5,2");
}

TEST(Wrapper, ErrorsAreValues) {
  devvm::Isolate vm = make();
  auto wrong = vm.run("return = 1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "host:1: unexpected symbol near '='");
  EXPECT_FALSE(wrong.error().incomplete);
  EXPECT_TRUE(vm.load("for i = 1, 2 do").error().incomplete);
  auto raised = vm.run("local function f() error('oh') end f()");
  ASSERT_FALSE(raised);
  EXPECT_EQ(raised.error().message, "host:1: oh");
  EXPECT_NE(raised.error().traceback.find("in local 'f'"), std::string::npos) << raised.error().traceback;
  EXPECT_FALSE(raised.error().isStop());
  auto mistyped = vm.run<int>("return {}");
  ASSERT_FALSE(mistyped);
  EXPECT_EQ(mistyped.error().message, "integer expected, got table");
  EXPECT_FALSE(vm.run<int8_t>("return 128"));
  auto exit = vm.run("os.exit(7)");
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().status, DEVVM_EXIT);
  EXPECT_EQ(exit.error().exitStatus, 7);
  EXPECT_EQ(*vm.run<int>("return 1"), 1);
}

TEST(Wrapper, Functions) {
  devvm::Isolate vm = make();
  int calls = 0;
  ASSERT_TRUE(vm.define("add", [&calls](int64_t a, double b) { return calls++, static_cast<double>(a) + b; }));
  ASSERT_TRUE(vm.define("greet", [](std::string_view name, std::optional<std::string> with) {
    return with.value_or("hello") + " " + std::string(name);
  }));
  ASSERT_TRUE(vm.define("two", [](const std::string& s) { return std::tuple(s + "1", s + "2"); }));
  ASSERT_TRUE(vm.define("count", [](const devvm::Rest& all) { return all.size(); }));
  ASSERT_TRUE(vm.define("nothing", [] {}));
  ASSERT_TRUE(vm.define("field", [](const devvm::Value& t, std::string_view key) { return t.get(key); }));
  ASSERT_TRUE(vm.define("half", [](int n) -> devvm::Result<int> {
    if (n % 2 != 0) return devvm::Error{DEVVM_ERROR, "odd"};
    return n / 2;
  }));
  EXPECT_EQ(*vm.run<double>("return add(1, 2.5)"), 3.5);
  EXPECT_EQ(*vm.run<std::string>("return greet('you') .. greet('me', 'bye')"), "hello youbye me");
  EXPECT_EQ(*vm.run<std::string>("local a, b = two('x') return a .. b"), "x1x2");
  EXPECT_EQ(*vm.run<int>("return count() + count(1, nil, 3, nil)"), 4);
  EXPECT_EQ(*vm.run<int>("return select('#', nothing())"), 0);
  EXPECT_EQ(*vm.run<int>("return field({a = 5}, 'a')"), 5);
  EXPECT_EQ(*vm.run<int>("return half(8)"), 4);
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(half, 7))"), "odd");
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(add, 'x', 1))"),
            "bad argument #1 to 'add' (integer expected, got string)");
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(add, 1))"),
            "bad argument #2 to 'add' (number expected, got no value)");
  EXPECT_EQ(calls, 1);
}

TEST(Wrapper, CallablesLiveAsLongAsTheIsolate) {
  auto counted = std::make_shared<int>(0);
  {
    devvm::Isolate vm = make();
    ASSERT_TRUE(vm.define("f", [counted] { return ++*counted; }));
    EXPECT_EQ(*vm.run<int>("f() f() f = nil collectgarbage() return 1"), 1);
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(counted.use_count(), 1);
  EXPECT_EQ(*counted, 2);
}

#if defined(__cpp_exceptions)
TEST(Wrapper, ExceptionsBecomeErrors) {
  devvm::Isolate vm = make();
  ASSERT_TRUE(vm.define("fail", []() -> int { throw std::runtime_error("thrown"); }));
  ASSERT_TRUE(vm.define("odd", []() -> int { throw 1; }));
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(fail))"), "thrown");
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(odd))"), "unknown exception in a function of the host");
}
#endif

TEST(Wrapper, ValuesStayThroughCollections) {
  devvm::Isolate vm = make({.flags = DEVVM_GC_STRESS});
  devvm::Value list = vm.table();
  for (int i = 1; i <= 50; i++) ASSERT_TRUE(list.set(i, "element " + std::to_string(i)));
  devvm::Value copy = list, f = *vm.run("return function(t, i) return t[i] .. '!' end");
  list = devvm::Value();
  vm.collect();
  EXPECT_EQ(copy.length(), 50);
  EXPECT_EQ(*f.call<std::string>(copy, 7), "element 7!");
  EXPECT_TRUE(copy == copy);
  EXPECT_FALSE(copy == f);
  EXPECT_FALSE(copy.set(nullptr, 1));
  EXPECT_EQ(vm.global("print").typeName(), std::string("function"));
}

TEST(Wrapper, LimitsStop) {
  devvm::Isolate vm = make({.memoryBytes = 16u << 20});
  vm.setFuel(100000);
  auto spun = vm.run("while true do pcall(function() while true do end end) end");
  ASSERT_FALSE(spun);
  EXPECT_EQ(spun.error().status, DEVVM_FUEL);
  EXPECT_TRUE(spun.error().isStop());
  vm.setFuel(0);
  auto big = vm.run("return string.rep('x', 1 << 30)");
  ASSERT_FALSE(big);
  vm.setTimeout(20'000'000);
  EXPECT_EQ(vm.run("while true do end").error().status, DEVVM_DEADLINE);
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(io.open, 'x'))").valueOr("").substr(0, 0).c_str(), '\0');
}

TEST(Wrapper, TwoThreads) {
  auto work = [](int seed) {
    devvm::Isolate vm = make({.nurseryBytes = 64u << 10});
    for (int round = 0; round < 20; round++) {
      auto sum = vm.run<int64_t>(
          "local t, n = {}, ... for i = 1, 2000 do t[i] = {i, name = 'n' .. i} end table.sort(t, function(a, b) return "
          "a.name < b.name end)\n"
          "local s = 0 for _, e in ipairs(t) do s = s + e[1] * n end return s",
          seed);
      if (!sum || *sum != 2001000 * seed) return false;
    }
    return true;
  };
  bool first = false, second = false;
  std::thread a([&] { first = work(3); }), b([&] { second = work(5); });
  a.join();
  b.join();
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
}

TEST(Wrapper, InterruptAndKillFromAnotherThread) {
  devvm::Isolate vm = make();
  std::thread interrupter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    vm.interrupt();
  });
  EXPECT_EQ(*vm.run<std::string>("return select(2, pcall(function() while true do end end))"), "host:1: interrupted!");
  interrupter.join();
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    vm.kill();
  });
  EXPECT_EQ(vm.run("while true do pcall(function() while true do end end) end").error().status, DEVVM_KILLED);
  killer.join();
  vm.revive();
  EXPECT_EQ(*vm.run<int>("return 1"), 1);
}

}  // namespace
