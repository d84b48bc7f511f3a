// Limits, kills from other threads, capabilities.
#include <atomic>
#include <chrono>
#include <thread>

#include "host_fixture.h"

namespace {

const char* kPcallLoop = "while true do pcall(function() while true do end end) end";

TEST(Limits, FuelEndsAtTheSamePlace) {
  for (uint64_t fuel : {1u, 100u, 19'999u, 20'000u, 20'001u, 123'457u}) {
    std::string first;
    for (uint32_t flags : {0u, static_cast<uint32_t>(DEVVM_SWITCH_DISPATCH), 0u, static_cast<uint32_t>(DEVVM_JIT)}) {
      devvm_config config = {};
      config.flags = flags;
      config.jit_threshold = 3;
      Host vm(config);
      devvm_set_fuel(vm, fuel);
      ASSERT_EQ(vm.run("n = 0 local function f() n = n + 1 end while true do f() n = n + 0.5 end"), DEVVM_FUEL);
      EXPECT_EQ(devvm_fuel_used(vm), fuel);
      devvm_set_fuel(vm, 0);
      ASSERT_EQ(vm.run("return n"), DEVVM_OK);
      if (first.empty()) first = vm.result;
      EXPECT_EQ(vm.result, first) << fuel;
    }
  }
}

TEST(Limits, FuelCountsExactly) {
  Host vm;
  devvm_set_fuel(vm, 1'000'000);
  ASSERT_EQ(vm.run("for i = 1, 1000 do end"), DEVVM_OK);
  uint64_t used = devvm_fuel_used(vm);
  EXPECT_GE(used, 1000u);
  for (int64_t less : {0, 1}) {
    devvm_set_fuel(vm, used - static_cast<uint64_t>(less));
    EXPECT_EQ(vm.run("for i = 1, 1000 do end"), less != 0 ? DEVVM_FUEL : DEVVM_OK);
  }
}

TEST(Limits, FuelCountsChargesOfNativesInAllTiers) {
  uint64_t used[2];
  for (uint32_t jit : {0u, 1u}) {
    devvm_config config = {};
    config.flags = jit != 0 ? static_cast<uint32_t>(DEVVM_JIT) : 0;
    config.jit_threshold = 1;
    Host vm(config);
    devvm_set_fuel(vm, 1000);
    // The compilation makes the next unit of work a poll, and there is none behind the charge.
    EXPECT_EQ(vm.run("math.abs('" + std::string(640, '0') + "') error('x')"), DEVVM_ERROR);
    used[jit] = devvm_fuel_used(vm);
  }
  EXPECT_GE(used[0], 40u);
  EXPECT_EQ(used[1], used[0]);
}

TEST(Limits, GuestCannotCatchThem) {
  devvm_config config = {};
  config.fuel = 1'000'000;
  Host vm(config);
  EXPECT_EQ(vm.run(kPcallLoop), DEVVM_FUEL);
  EXPECT_EQ(vm.run("return 1"), DEVVM_FUEL);  // stays exhausted
  devvm_set_fuel(vm, 0);
  EXPECT_EQ(vm.run("return 1"), DEVVM_OK);
  devvm_set_timeout(vm, 20'000'000);
  EXPECT_EQ(vm.run(kPcallLoop), DEVVM_DEADLINE);
  EXPECT_EQ(vm.run("return 1"), DEVVM_OK);
}

TEST(Limits, PassThroughHostFunctions) {
  Host vm;
  devvm_register(
      vm, "nested",
      [](devvm_activation* a, void*) {
        devvm_isolate* iso = devvm_isolate_of(a);
        devvm_ref f = devvm_argument(a, 0);
        EXPECT_EQ(devvm_call(iso, f, nullptr, 0, nullptr, 0, nullptr), DEVVM_FUEL);
        EXPECT_EQ(devvm_call(iso, f, nullptr, 0, nullptr, 0, nullptr), DEVVM_FUEL);
        return devvm_return_one(a, f);
      },
      nullptr);
  devvm_register(
      vm, "work",
      [](devvm_activation* a, void*) {
        if (!devvm_charge(a, 1'000'000)) return devvm_raise_pending(a);
        return devvm_return(a, nullptr, 0);
      },
      nullptr);
  devvm_set_fuel(vm, 100'000);
  EXPECT_EQ(vm.run("pcall(nested, function() while true do end end) went = true"), DEVVM_FUEL);
  devvm_set_fuel(vm, 100'000);
  EXPECT_EQ(vm.run("pcall(work) went = true"), DEVVM_FUEL);
  devvm_set_fuel(vm, 2'000'000);
  EXPECT_EQ(vm.run("work() return went"), DEVVM_OK);
  EXPECT_EQ(vm.result, "nil");
}

TEST(Limits, MemoryIsAnOrdinaryError) {
  devvm_config config = {};
  config.memory_bytes = 24u << 20;
  Host vm(config);
  const char* kGrow = "local t = {} for i = 1, 1e9 do t[i] = {i} end";
  EXPECT_EQ(vm.run(kGrow), DEVVM_MEMORY);
  EXPECT_NE(vm.message().find("not enough memory"), std::string::npos) << vm.message();
  EXPECT_EQ(vm.run(std::string("return select(2, pcall(function() ") + kGrow + " end))"), DEVVM_OK);
  EXPECT_EQ(vm.result, "not enough memory");
  devvm_collect(vm);
  EXPECT_LT(devvm_memory_used(vm), 12u << 20);
  EXPECT_EQ(vm.run("local s = 0 for i = 1, 1e5 do local t = {i} s = s + t[1] end return s"), DEVVM_OK);
  EXPECT_EQ(vm.result, "5000050000");
}

TEST(Limits, StackIsAnOrdinaryError) {
  devvm_config config = {};
  config.stack_bytes = 1u << 20;
  Host vm(config);
  EXPECT_EQ(vm.run("local function f() return 1 + f() end return f()"), DEVVM_ERROR);
  EXPECT_NE(vm.message().find("stack overflow"), std::string::npos);
  EXPECT_EQ(vm.run("return 1"), DEVVM_OK);
}

TEST(Limits, KillFromAnotherThread) {
  Host vm;
  std::atomic<bool> started{false};
  devvm_register(
      vm, "started",
      [](devvm_activation* a, void* p) {
        static_cast<std::atomic<bool>*>(p)->store(true);
        return devvm_return(a, nullptr, 0);
      },
      &started);
  std::thread killer([&] {
    while (!started) std::this_thread::yield();
    devvm_kill(vm);
  });
  EXPECT_EQ(vm.run(std::string("started() ") + kPcallLoop), DEVVM_KILLED);
  killer.join();
  EXPECT_EQ(vm.run("while true do end"), DEVVM_KILLED);
  devvm_revive(vm);
  EXPECT_EQ(vm.run("return 1"), DEVVM_OK);
}

TEST(Limits, InterruptCanBeCaught) {
  Host vm;
  devvm_interrupt(vm);
  EXPECT_EQ(vm.run("return select(2, pcall(function() while true do end end))"), DEVVM_OK);
  EXPECT_NE(vm.result.find("interrupted!"), std::string::npos) << vm.result;
}

TEST(Limits, CapabilitiesAreDeniedUnlessGiven) {
  Host vm;
  EXPECT_EQ(devvm_capabilities(vm), 0u);
  const char* kDenied[] = {"io.open('/etc/passwd')", "os.getenv('HOME')",         "os.execute('true')",
                           "io.popen('true')",       "os.remove('/nonexistent')", "dofile('/etc/passwd')",
                           "io.lines('/etc/passwd')"};
  for (const char* text : kDenied) {
    EXPECT_EQ(vm.run(text), DEVVM_ERROR) << text;
    EXPECT_NE(vm.message().find("not allowed"), std::string::npos) << text << ": " << vm.message();
  }
  devvm_set_capabilities(vm, DEVVM_FILES);
  EXPECT_EQ(vm.run("return io.type(io.open('/dev/null'))"), DEVVM_OK);
  EXPECT_EQ(vm.result, "file");
  EXPECT_EQ(vm.run("os.execute('true')"), DEVVM_ERROR);
}

TEST(Limits, MachineCodeMeetsLimits) {
  devvm_config config = {};
  config.flags = DEVVM_JIT;
  config.fuel = 1'000'000;
  Host vm(config);
  EXPECT_EQ(vm.run("local n = 0 while true do n = n + 1 end"), DEVVM_FUEL);
  devvm_set_fuel(vm, 0);
  devvm_set_timeout(vm, 50'000'000);
  EXPECT_EQ(vm.run("local function f(n) return n + 1 end local n = 0 while true do n = f(n) end"), DEVVM_DEADLINE);
}

}  // namespace
