// Isolates on several threads, each with its own compilers. What they share (the list of code memories, which fork()
// looks at) is the thread sanitizer's to watch: tests/all.sh runs this under it.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "host_fixture.h"

namespace {

// Allocates, collects, catches errors, switches coroutines, meets wrong expectations, and makes new functions all the
// time, so that code is compiled, left, discarded and freed. Its result depends on the argument alone.
const char* kWork = R"(
  local id = ...
  shared = id
  local Point = {}
  Point.__index = Point
  Point.__add = function(a, b) return setmetatable({x = a.x + b.x}, Point) end
  function Point:get() return self.x end
  local function sum(a, b) return a + b end
  local function walk(n) if n == 0 then error({id}) end return walk(n - 1) + 1 end
  local total = 0
  for round = 1, 40 do
    local f = load('local a, t = ... for i = 1, 20 do t[i] = (t[i] or 0) + a end return t[20] + ' .. round)
    local t = {}
    for i = 1, 20 do total = total + f(i, t) end
    local co = coroutine.wrap(function() for i = 1, 30 do coroutine.yield(sum(i, id)) end end)
    for i = 1, 30 do total = total + co() end
    local p = setmetatable({x = id}, Point)
    for i = 1, 30 do p = p + setmetatable({x = i}, Point) total = total + p:get() end
    if round % 8 == 0 then total = total + sum(0.5, 0.5) sum(1, setmetatable({}, {__add = function() return 0 end})) end
    local ok, e = pcall(walk, 30)
    assert(not ok and e[1] == id)
    local parts = {}
    for k, v in ipairs(t) do parts[#parts + 1] = k .. '=' .. v end
    total = total + #table.concat(parts, ',')
    if round % 10 == 0 then collectgarbage() end
  end
  assert(shared == id)
  return math.tointeger(total) or total
)";

struct Mode {
  const char* name;
  uint32_t flags;
  uint64_t threshold, bytes;
};
void PrintTo(const Mode& mode, std::ostream* out) { *out << mode.name; }

class Threads : public ::testing::TestWithParam<Mode> {
 protected:
  static devvm_config config() {
    devvm_config c = {};
    c.flags = GetParam().flags;
    c.jit_threshold = GetParam().threshold;
    c.jit_bytes = GetParam().bytes;
    return c;
  }
  static int64_t work(devvm_isolate* vm, devvm_ref f, int64_t id) {
    uint32_t scope = devvm_open_scope(vm);
    devvm_ref argument = devvm_integer(vm, id), r = DEVVM_NONE;
    EXPECT_EQ(devvm_call(vm, f, &argument, 1, &r, 1, nullptr), DEVVM_OK) << devvm_error_message(vm, nullptr);
    int64_t got = -1;
    EXPECT_TRUE(devvm_get_integer(vm, r, &got));
    devvm_close_scope(vm, scope);
    return got;
  }
};

TEST_P(Threads, IsolatesAreIndependent) {
  constexpr int64_t kThreads = 4;
  int64_t expected[kThreads];
  for (int64_t id = 0; id < kThreads; id++) {
    Host interpreted;
    expected[id] = work(interpreted, interpreted.load(kWork), id);
  }
  auto run = [&expected](int64_t id) {
    for (int isolates = 0; isolates < 2; isolates++) {
      Host vm(config());
      devvm_ref f = vm.load(kWork);
      for (int i = 0; i < 3; i++) EXPECT_EQ(work(vm, f, id), expected[id]);
    }
  };
  std::vector<std::thread> threads;
  for (int64_t id = 0; id < kThreads; id++) threads.emplace_back(run, id);
  for (std::thread& t : threads) t.join();
}

TEST_P(Threads, AnIsolateMovesFromThreadToThread) {
  Host vm(config());
  devvm_ref f = vm.load(kWork);
  int64_t first = work(vm, f, 7);
  for (int i = 0; i < 3; i++) {
    std::thread other([&] { EXPECT_EQ(work(vm, f, 7), first); });
    other.join();
  }
}

TEST_P(Threads, MachineCodeIsStoppedFromAnotherThread) {
  for (bool kill : {true, false}) {
    Host vm(config());
    std::atomic<bool> started{false};
    devvm_register(
        vm, "started",
        [](devvm_activation* a, void* p) {
          static_cast<std::atomic<bool>*>(p)->store(true);
          return devvm_return(a, nullptr, 0);
        },
        &started);
    std::thread stopper([&] {
      while (!started) std::this_thread::yield();
      kill ? devvm_kill(vm) : devvm_interrupt(vm);
    });
    EXPECT_EQ(vm.run("local function f(n) return n + 1 end local n = 0 for i = 1, 5000 do n = f(n) end started()\n"
                     "while true do n = f(n) end"),
              kill ? DEVVM_KILLED : DEVVM_ERROR);
    stopper.join();
  }
}

TEST_P(Threads, AProcessForksWhileOthersCompile) {
  std::atomic<bool> enough{false};
  std::thread other([&] {
    while (!enough) {
      Host vm(config());
      work(vm, vm.load(kWork), 1);
    }
  });
  Host vm(config());
  devvm_ref f = vm.load(kWork);
  int64_t expected = work(vm, f, 3);
  for (int i = 0; i < 3; i++) {
    pid_t child = fork();
    // The child has this isolate; the other thread's is not its own.
    if (child == 0) _exit(work(vm, f, 3) == expected ? 0 : 1);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  enough = true;
  other.join();
}

constexpr Mode kModes[] = {{"interpreted", 0, 0, 0},
                           {"compiled", DEVVM_JIT, 0, 0},
                           {"compiled at once", DEVVM_JIT, 1, 0},
                           {"little room", DEVVM_JIT, 2, 64u << 10}};
INSTANTIATE_TEST_SUITE_P(Modes, Threads, ::testing::ValuesIn(kModes));

TEST(MachineCode, IsAmongTheMemory) {
  size_t used[2];
  for (uint32_t jit : {0u, 1u}) {
    devvm_config config = {};
    config.flags = jit != 0 ? DEVVM_JIT | DEVVM_DETERMINISTIC : DEVVM_DETERMINISTIC;
    config.jit_threshold = 1;
    config.seed = 1;
    Host vm(config);
    devvm_ref f = vm.load("local s = 0 for i = 1, 10 do s = s + i end return s");
    for (int i = 0; i < 3; i++) EXPECT_EQ(devvm_call(vm, f, nullptr, 0, nullptr, 0, nullptr), DEVVM_OK);
    devvm_collect(vm);
    used[jit] = devvm_memory_used(vm);
  }
  EXPECT_GT(used[1], used[0]);
}

}  // namespace
