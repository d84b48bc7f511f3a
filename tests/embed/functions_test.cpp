// Host functions: user data, continuations, nested calls, coroutines.
#include "host_fixture.h"

namespace {

devvm_answer add(devvm_activation* a, void* userData) {
  int64_t x, y;
  devvm_isolate* vm = devvm_isolate_of(a);
  if (!devvm_get_integer(vm, devvm_argument(a, 0), &x)) return devvm_raise_argument(a, 0, "integer expected");
  if (!devvm_get_integer(vm, devvm_argument(a, 1), &y)) return devvm_raise_argument(a, 1, "integer expected");
  ++*static_cast<int*>(userData);
  return devvm_return_one(a, devvm_integer(vm, x + y));
}

/// map(f, ...): f of each argument, one call after the other.
devvm_answer map(devvm_activation* a, void*) {
  devvm_isolate* vm = devvm_isolate_of(a);
  auto index = static_cast<uint32_t>(devvm_state(a));  // arguments done so far, plus the one under way
  devvm_ref list;
  if (index == 0) {
    list = devvm_table(vm, devvm_argument_count(a), 0);
    devvm_set_local(a, 0, list);
  } else {
    list = devvm_local(a, 0);
    devvm_set_element(vm, list, index, devvm_result(a, 0));
  }
  if (index + 1 >= devvm_argument_count(a)) return devvm_return_one(a, list);
  devvm_ref argument = devvm_argument(a, index + 1);
  return devvm_call_then(a, devvm_argument(a, 0), &argument, 1, static_cast<int32_t>(index + 1));
}

devvm_answer attempt(devvm_activation* a, void*) {
  if (devvm_state(a) == 0) return devvm_call_protected_then(a, devvm_argument(a, 0), nullptr, 0, 1);
  devvm_isolate* vm = devvm_isolate_of(a);
  devvm_ref values[] = {devvm_text(vm, devvm_failed(a) ? "failed" : "went well"), devvm_result(a, 0)};
  return devvm_return(a, values, 2);
}

devvm_answer twice(devvm_activation* a, void*) {
  if (devvm_state(a) == 0) {
    devvm_ref v = devvm_argument(a, 0);
    return devvm_yield(a, &v, 1, 1);
  }
  devvm_ref values[] = {devvm_result(a, 0), devvm_result(a, 0)};
  return devvm_return(a, values, 2);
}

devvm_answer nested(devvm_activation* a, void*) {
  devvm_isolate* vm = devvm_isolate_of(a);
  devvm_ref argument = devvm_argument(a, 1), r;
  if (devvm_call(vm, devvm_argument(a, 0), &argument, 1, &r, 1, nullptr) == DEVVM_OK) return devvm_return_one(a, r);
  devvm_ref text = devvm_text(vm, (std::string("caught: ") + devvm_error_message(vm, nullptr)).c_str());
  return devvm_return_one(a, text);
}

devvm_answer hand(devvm_activation* a, void*) {
  devvm_ref argument = devvm_argument(a, 1);
  return devvm_tail_call(a, devvm_argument(a, 0), &argument, 1);
}

devvm_answer raiseIt(devvm_activation* a, void*) {
  return devvm_argument_count(a) == 0 ? devvm_raise_text(a, "said so") : devvm_raise(a, devvm_argument(a, 0));
}

devvm_answer many(devvm_activation* a, void*) {
  devvm_isolate* vm = devvm_isolate_of(a);
  std::vector<devvm_ref> values;
  for (int i = 0; i < 5000; i++) values.push_back(devvm_integer(vm, i));
  return devvm_return(a, values.data(), 5000);
}

class Functions : public ::testing::TestWithParam<uint32_t> {
 protected:
  static devvm_config config() {
    devvm_config c = {};
    c.flags = GetParam();
    c.jit_threshold = 1;
    return c;
  }
};

TEST_P(Functions, UserDataAndArgumentErrors) {
  Host vm(config());
  int calls = 0;
  ASSERT_EQ(devvm_register(vm, "add", add, &calls), DEVVM_OK);
  EXPECT_EQ(vm.run("return add(40, 2)"), DEVVM_OK);
  EXPECT_EQ(vm.result, "42");
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(vm.run("return add(40)"), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "test:1: bad argument #2 to 'add' (integer expected)");
}

TEST_P(Functions, Continuations) {
  Host vm(config());
  devvm_register(vm, "map", map, nullptr);
  devvm_register(vm, "attempt", attempt, nullptr);
  EXPECT_EQ(vm.run("return table.concat(map(function(x) return x .. '!' end, 'a', 'b', 'c'))"), DEVVM_OK);
  EXPECT_EQ(vm.result, "a!b!c!");
  EXPECT_EQ(vm.run("return table.concat({attempt(function() error('no', 0) end)}, ' ')"), DEVVM_OK);
  EXPECT_EQ(vm.result, "failed no");
  EXPECT_EQ(vm.run("return table.concat({attempt(function() return 'yes' end)}, ' ')"), DEVVM_OK);
  EXPECT_EQ(vm.result, "went well yes");
  // The callee yields across the host function.
  EXPECT_EQ(vm.run("local co = coroutine.wrap(function() return map(coroutine.yield, 1, 2) end)\n"
                   "local log = co() .. co('x') local t = co('y') return log .. t[1] .. t[2]"),
            DEVVM_OK)
      << vm.message();
  EXPECT_EQ(vm.result, "12xy");
}

TEST_P(Functions, YieldAndTailCall) {
  Host vm(config());
  devvm_register(vm, "twice", twice, nullptr);
  devvm_register(vm, "hand", hand, nullptr);
  EXPECT_EQ(
      vm.run("local co = coroutine.wrap(function() return twice('out') end) local o = co() local a, b = co('in')\n"
             "return o .. a .. b"),
      DEVVM_OK);
  EXPECT_EQ(vm.result, "outinin");
  EXPECT_EQ(vm.run("return hand(string.rep, 'x') "), DEVVM_ERROR);
  EXPECT_EQ(vm.run("return hand(string.upper, 'x') "), DEVVM_OK);
  EXPECT_EQ(vm.result, "X");
}

TEST_P(Functions, NestedCalls) {
  Host vm(config());
  devvm_register(vm, "nested", nested, nullptr);
  EXPECT_EQ(vm.run("return nested(function(x) return x * 2 end, 21)"), DEVVM_OK);
  EXPECT_EQ(vm.result, "42");
  EXPECT_EQ(vm.run("return nested(function(x) error(x, 0) end, 'inner')"), DEVVM_OK);
  EXPECT_EQ(vm.result, "caught: inner");
  EXPECT_EQ(vm.run("return coroutine.wrap(function() return nested(coroutine.yield, 1) end)()"), DEVVM_OK);
  EXPECT_EQ(vm.result, "caught: attempt to yield across a C-call boundary");
  EXPECT_EQ(vm.run("local function deep(n) return nested(deep, n + 1) end return deep(1)"), DEVVM_OK);
  EXPECT_EQ(vm.result, "caught: C stack overflow");
  // Coroutines inside a nested call, and a nested call inside a coroutine.
  EXPECT_EQ(vm.run("return coroutine.wrap(function() return nested(function(x)\n"
                   "  local co = coroutine.wrap(function() coroutine.yield(x) return 'end' end)\n"
                   "  return co() .. co() end, 'begin ') end)()"),
            DEVVM_OK);
  EXPECT_EQ(vm.result, "begin end");
}

TEST_P(Functions, ErrorsAndManyResults) {
  Host vm(config());
  devvm_register(vm, "raiseIt", raiseIt, nullptr);
  devvm_register(vm, "many", many, nullptr);
  EXPECT_EQ(vm.run("return select(2, pcall(raiseIt))"), DEVVM_OK);
  EXPECT_EQ(vm.result, "said so");
  EXPECT_EQ(vm.run("raiseIt()"), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "test:1: said so");
  EXPECT_EQ(vm.run("local t = {} local ok, e = pcall(raiseIt, t) return e == t"), DEVVM_OK);
  EXPECT_EQ(vm.result, "true");
  EXPECT_EQ(vm.run("return select('#', many()) + select(-1, many())"), DEVVM_OK);
  EXPECT_EQ(vm.result, "9999");
}

TEST(FunctionData, IsDestroyedWithTheIsolate) {
  int destroyed = 0;
  {
    Host vm;
    devvm_new_function(vm, "f", raiseIt, &destroyed, [](void* p) { ++*static_cast<int*>(p); });
    devvm_collect(vm);
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 1);
}

INSTANTIATE_TEST_SUITE_P(Modes, Functions,
                         ::testing::Values(0u, static_cast<uint32_t>(DEVVM_SWITCH_DISPATCH),
                                           static_cast<uint32_t>(DEVVM_GC_STRESS), static_cast<uint32_t>(DEVVM_JIT),
                                           static_cast<uint32_t>(DEVVM_JIT | DEVVM_GC_STRESS)));

}  // namespace
