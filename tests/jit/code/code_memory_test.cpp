// Placing, freeing, growing, patching, refusing; that nothing is ever writable and executable; forks; threads.
#include <gtest/gtest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "jit/assembler/x64/assembler.h"
#include "jit/code/code_memory.h"

namespace devvm::jit {
namespace {

using namespace x64;

template <typename F>
F* entry(const CodeBlock& block) {
  return reinterpret_cast<F*>(const_cast<uint8_t*>(block.address));
}

// A function that returns `value`, `padding` bytes longer than needed.
CodeBlock placeConstant(CodeMemory& memory, int value, uint32_t padding = 0, CodeMemoryError* error = nullptr) {
  Assembler a;
  a.mov32(rax, static_cast<uint32_t>(value));
  a.ret();
  for (uint32_t i = 0; i < padding; ++i) a.int3();
  EXPECT_TRUE(a.finish());
  return memory.place(a, error);
}

int run(const CodeBlock& block) { return entry<int()>(block)(); }

// The mappings of this process that are both writable and executable, and all that belong to code memory.
void mappings(std::vector<std::string>* both, std::vector<std::string>* ours) {
  std::ifstream in("/proc/self/maps");
  for (std::string line; std::getline(in, line);) {
    std::string rights = line.substr(line.find(' ') + 1, 4);
    if (rights[1] == 'w' && rights[2] == 'x') both->push_back(line);
    if (line.find("devvm-code") != std::string::npos) ours->push_back(line);
  }
}

TEST(CodeMemory, RunsCode) {
  CodeMemory memory;
  ASSERT_TRUE(memory.available()) << memory.refusal();
  CodeBlock block = placeConstant(memory, 42);
  ASSERT_TRUE(block);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(block.address) % CodeBuffer::kPlaceAlignment, 0u);
  EXPECT_TRUE(memory.contains(block.address));
  EXPECT_TRUE(block.contains(block.address + block.bytes - 1));
  EXPECT_FALSE(block.contains(block.address + block.bytes));
  EXPECT_EQ(run(block), 42);
  EXPECT_EQ(memory.use().blocks, 1u);
  memory.free(block);
  EXPECT_FALSE(block);
  EXPECT_EQ(memory.use().blocks, 0u);
  EXPECT_EQ(memory.use().used, 0u);
}

// As a debugger writes: into memory that this process may not write.
bool writeAsDebugger(const uint8_t* address, uint8_t byte) {
  int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
  bool done = pwrite(memory, &byte, 1, static_cast<off_t>(reinterpret_cast<uintptr_t>(address))) == 1;
  close(memory);
  return done;
}

TEST(CodeMemory, DebuggersMayWriteIfAsked) {
  CodeMemory shared;
  CodeBlock other = placeConstant(shared, 1);
  EXPECT_FALSE(writeAsDebugger(other.address + 1, 2));
  CodeMemory memory({.debuggable = true});
  ASSERT_TRUE(memory.available()) << memory.refusal();
  CodeBlock first = placeConstant(memory, 1), second = placeConstant(memory, 2);
  if (!writeAsDebugger(first.address + 1, 77)) GTEST_SKIP() << "the system lets nobody write there";
  EXPECT_EQ(run(first), 77);
  // In the same page: what is placed, patched and freed appears, and what the debugger has written stays.
  CodeBlock third = placeConstant(memory, 3);
  EXPECT_EQ(run(third), 3);
  const uint8_t patch[] = {0xB8, 4, 0, 0, 0};
  memory.write(second.address, patch);
  EXPECT_EQ(run(second), 4);
  EXPECT_EQ(run(first), 77);
  const uint8_t* freed = second.address;
  memory.free(second);
  EXPECT_EQ(*freed, 0xCC);
  CodeBlock fourth = placeConstant(memory, 5);
  EXPECT_EQ(fourth.address, freed);
  EXPECT_EQ(run(fourth), 5);
  EXPECT_EQ(run(first), 77);
  std::vector<std::string> both, ours;
  mappings(&both, &ours);
  EXPECT_TRUE(both.empty()) << both.front();
}

TEST(CodeMemory, NeverWritableAndExecutable) {
  {
    CodeMemory memory;
    CodeBlock block = placeConstant(memory, 1);
    const uint8_t patch[] = {0xB8, 2, 0, 0, 0};
    memory.write(block.address, patch);
    std::vector<std::string> both, ours;
    mappings(&both, &ours);
    EXPECT_TRUE(both.empty()) << both.front();
    EXPECT_EQ(ours.size(), 2u);  // one view to write, one to execute
    EXPECT_EQ(std::count_if(ours.begin(), ours.end(), [](const std::string& s) { return s.find("r-xs") != s.npos; }),
              1);
    EXPECT_EQ(std::count_if(ours.begin(), ours.end(), [](const std::string& s) { return s.find("rw-s") != s.npos; }),
              1);
  }
  std::vector<std::string> both, ours;
  mappings(&both, &ours);
  EXPECT_TRUE(ours.empty()) << ours.front();
}

TEST(CodeMemory, LeavesNoFileOpen) {
  auto countFiles = [] {
    int n = 0;
    for (int file = 0; file < 256; ++file) n += fcntl(file, F_GETFD) >= 0;
    return n;
  };
  int before = countFiles();
  {
    CodeMemory memory;
    EXPECT_EQ(countFiles(), before + 1);
    for (int file = 0; file < 256; ++file) {
      char name[64], target[64] = {};
      std::snprintf(name, sizeof name, "/proc/self/fd/%d", file);
      if (readlink(name, target, sizeof target - 1) > 0 && std::strstr(target, "devvm-code") != nullptr) {
        EXPECT_EQ(fcntl(file, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
      }
    }
  }
  EXPECT_EQ(countFiles(), before);
}

TEST(CodeMemory, FreedCodeTraps) {
  CodeMemory memory;
  CodeBlock block = placeConstant(memory, 7, 100);
  const uint8_t* address = block.address;
  uint32_t bytes = block.bytes;
  EXPECT_NE(address[0], 0xCC);
  memory.free(block);
  for (uint32_t i = 0; i < bytes; ++i) ASSERT_EQ(address[i], 0xCC) << i;
}

TEST(CodeMemory, ReusesAndJoinsFreedRanges) {
  CodeMemory memory;
  CodeBlock a = placeConstant(memory, 1, 1000), b = placeConstant(memory, 2, 1000), c = placeConstant(memory, 3, 1000);
  CodeBlock fence = placeConstant(memory, 4);
  const uint8_t* start = a.address;
  uint32_t bytes = a.bytes;
  memory.free(b);
  CodeBlock again = placeConstant(memory, 5, 1000);
  EXPECT_EQ(again.address, start + 1024) << "the hole fits exactly";
  EXPECT_EQ(again.bytes, bytes);
  memory.free(again);
  memory.free(a);
  memory.free(c);
  CodeBlock joined = placeConstant(memory, 6, 3000);
  EXPECT_EQ(joined.address, start) << "three neighbours make one range";
  EXPECT_EQ(run(joined), 6);
  EXPECT_EQ(run(fence), 4);
}

TEST(CodeMemory, Grows) {
  CodeMemory memory;
  EXPECT_EQ(memory.use().committed, 0u);
  std::vector<CodeBlock> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(placeConstant(memory, i, 4000));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(run(blocks[static_cast<size_t>(i)]), i);
  CodeMemoryUse use = memory.use();
  EXPECT_GE(use.used, 4000u * 1000);
  EXPECT_GE(use.committed, use.used);
  EXPECT_LT(use.committed, use.used + (size_t{2} << 20)) << "steps are bounded";
  for (CodeBlock& block : blocks) memory.free(block);
  EXPECT_EQ(memory.use().freeRanges, 1u);
  EXPECT_EQ(memory.use().largestFree, memory.use().committed);
  memory.trim();
  EXPECT_EQ(memory.use().committed, 0u);
  CodeBlock after = placeConstant(memory, 9);
  EXPECT_EQ(run(after), 9);
  memory.trim();
  EXPECT_EQ(memory.use().committed, 4096u);
  EXPECT_EQ(run(after), 9);
}

TEST(CodeMemory, Limit) {
  CodeMemory memory({.limit = size_t{128} << 10});
  std::vector<CodeBlock> blocks;
  CodeMemoryError error = CodeMemoryError::kNone;
  for (;;) {
    CodeBlock block = placeConstant(memory, static_cast<int>(blocks.size()), 1000, &error);
    if (!block) break;
    blocks.push_back(block);
  }
  EXPECT_EQ(error, CodeMemoryError::kLimit);
  EXPECT_EQ(blocks.size(), 128u);
  for (size_t i = 0; i < blocks.size(); ++i) ASSERT_EQ(run(blocks[i]), static_cast<int>(i));
  memory.free(blocks[17]);
  CodeBlock again = placeConstant(memory, 99, 1000, &error);
  ASSERT_TRUE(again) << codeMemoryErrorText(error);
  EXPECT_EQ(run(again), 99);
  CodeMemory small({.limit = size_t{64} << 10});
  EXPECT_FALSE(placeConstant(small, 1, 70000, &error));
  EXPECT_EQ(error, CodeMemoryError::kLimit);
}

TEST(CodeMemory, Refusal) {
  CodeMemory memory({.forceRefusal = true});
  EXPECT_FALSE(memory.available());
  ASSERT_NE(memory.refusal(), nullptr);
  EXPECT_STREQ(memory.refusal(), "refused by an option");
  CodeMemoryError error;
  EXPECT_FALSE(placeConstant(memory, 1, 0, &error));
  EXPECT_EQ(error, CodeMemoryError::kRefused);
  EXPECT_EQ(memory.use().limit, 0u);
  memory.trim();
}

TEST(CodeMemory, RefusedBySystem) {
  // In a child that may open no more files, so that the system refuses.
  pid_t child = fork();
  if (child == 0) {
    rlimit none{0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    CodeMemory memory;
    bool right = !memory.available() && std::strstr(memory.refusal(), "memfd_create: ") == memory.refusal();
    _exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEVVM_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DEVVM_SANITIZED 1
#endif
#endif

#ifndef DEVVM_SANITIZED  // these take more address space than the test leaves
TEST(CodeMemory, LittleAddressSpace) {
  for (size_t megabytes : {200, 100, 20}) {
    pid_t child = fork();
    if (child == 0) {
      // The limit counts what is mapped already.
      long pages = 0;
      std::ifstream("/proc/self/statm") >> pages;
      rlimit few{static_cast<size_t>(pages) * 4096 + (megabytes << 20), RLIM_INFINITY};
      setrlimit(RLIMIT_AS, &few);
      CodeMemory memory;
      if (megabytes == 20) _exit(!memory.available() && std::strstr(memory.refusal(), "mmap") != nullptr ? 0 : 1);
      bool right = memory.available() && memory.use().limit == (megabytes == 200 ? 64u : 32u) << 20;
      _exit(right && run(placeConstant(memory, 5)) == 5 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << megabytes;
  }
}
#endif

TEST(CodeMemory, RefusesUnfinishedCode) {
  CodeMemory memory;
  CodeMemoryError error;
  Assembler unfinished;
  unfinished.ret();
  EXPECT_FALSE(memory.place(unfinished, &error));
  EXPECT_EQ(error, CodeMemoryError::kBadCode);
  Assembler failed;
  Label label;
  failed.jmp(label);
  EXPECT_FALSE(failed.finish());
  EXPECT_FALSE(memory.place(failed, &error));
  EXPECT_EQ(error, CodeMemoryError::kBadCode);
}

TEST(CodeMemory, Patches) {
  CodeMemory memory;
  Assembler a;
  a.align(8);
  a.mov32(rax, 1);  // 5 bytes within one word
  a.ret();
  ASSERT_TRUE(a.finish());
  CodeBlock block = memory.place(a);
  EXPECT_EQ(run(block), 1);
  const uint8_t other[] = {0xB8, 0x78, 0x56, 0x34, 0x12};
  EXPECT_TRUE(memory.write(block.address, other));
  EXPECT_EQ(run(block), 0x12345678);
  const uint8_t crossing[] = {0, 0, 0, 0, 0xC3, 0xC3, 0xC3, 0xC3};
  EXPECT_FALSE(memory.write(block.address + 1, crossing));
  EXPECT_EQ(run(block), 0);
  CodeMemory::synchronizeThreads();
}

int addTwo(int x) { return x + 2; }

TEST(CodeMemory, CallsOutside) {
  CodeMemory memory;
  double (*farFunction)(double) = &std::cbrt;  // in a shared library: out of reach
  Assembler a;
  a.push(rbx);
  a.mov32(rbx, rdi);
  a.call(Outside(&addTwo));
  a.xorps(xmm0, xmm0);
  a.cvtsi2sd32(xmm0, rax);
  a.call(Outside(farFunction));
  a.call(Outside(farFunction));  // shares the jump
  a.cvttsd2si32(rax, xmm0);
  a.add32(rax, rbx);
  a.pop(rbx);
  a.ret();
  ASSERT_TRUE(a.finish());
  CodeBlock block = memory.place(a);
  ASSERT_TRUE(block);
  EXPECT_EQ(entry<int(int)>(block)(510), 512 / 256 + 510);
  EXPECT_TRUE(memory.reaches(reinterpret_cast<uintptr_t>(&addTwo))) << "code memory lies near the program";
  if (!memory.reaches(reinterpret_cast<uintptr_t>(farFunction))) {
    EXPECT_EQ(block.bytes, (a.bytes().size() + 15) / 16 * 16 + 16);
  }
  CodeMemory far({.near = reinterpret_cast<uintptr_t>(&addTwo) ^ (uintptr_t{1} << 45)});
  CodeBlock farBlock = far.place(a);
  EXPECT_EQ(entry<int(int)>(farBlock)(510), 512 / 256 + 510);
}

TEST(CodeMemory, JumpsOutside) {
  CodeMemory memory;
  Assembler a;  // addTwo(x) if x is even, else x
  a.test32(rdi, 1);
  a.jcc(Condition::kZero, Outside(&addTwo));
  a.mov32(rax, rdi);
  a.ret();
  ASSERT_TRUE(a.finish());
  CodeBlock block = memory.place(a);
  EXPECT_EQ(entry<int(int)>(block)(40), 42);
  EXPECT_EQ(entry<int(int)>(block)(41), 41);
  Assembler b;
  b.add32(rdi, 1);
  b.jmp(Outside(&addTwo));
  ASSERT_TRUE(b.finish());
  CodeBlock other = memory.place(b);
  EXPECT_EQ(entry<int(int)>(other)(39), 42);
}

TEST(CodeMemory, ErrorsHaveTexts) {
  EXPECT_STREQ(codeMemoryErrorText(CodeMemoryError::kLimit), "the limit of code memory is reached");
  EXPECT_STREQ(codeMemoryErrorText(CodeMemoryError::kRefused), "executable memory is refused");
}

TEST(CodeMemory, ForkedProcessesDoNotShare) {
  CodeMemory memory;
  Assembler a;
  a.mov32(rax, 1);
  a.ret();
  ASSERT_TRUE(a.finish());
  CodeBlock block = memory.place(a);
  int toChild[2], toParent[2];
  ASSERT_EQ(pipe(toChild), 0);
  ASSERT_EQ(pipe(toParent), 0);
  char byte = 0;
  pid_t child = fork();
  const uint8_t two[] = {0xB8, 2, 0, 0, 0}, three[] = {0xB8, 3, 0, 0, 0};
  if (child == 0) {
    close(toChild[1]);
    (void)!read(toChild[0], &byte, 1);  // the parent has patched
    bool right = run(block) == 1;
    memory.write(block.address, three);
    right = right && run(block) == 3 && memory.available();
    CodeBlock own = placeConstant(memory, 77);
    right = right && own && run(own) == 77;
    (void)!write(toParent[1], &byte, 1);
    _exit(right ? 0 : 1);
  }
  close(toParent[1]);  // should the child crash, reading ends
  memory.write(block.address, two);
  (void)!write(toChild[1], &byte, 1);
  (void)!read(toParent[0], &byte, 1);
  EXPECT_EQ(run(block), 2);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (int file : {toChild[0], toChild[1], toParent[0]}) close(file);
}

TEST(CodeMemory, ForkWithoutCopy) {
  CodeMemory memory;
  CodeBlock block = placeConstant(memory, 6);
  // No file can be opened while the process forks, so there is no copy for the child.
  rlimit files;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  rlimit none{0, files.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  pid_t child = fork();
  if (child == 0) {
    CodeMemoryError error;
    bool right = !memory.available() && std::strcmp(memory.refusal(), "no memory for a copy at fork") == 0;
    right = right && !placeConstant(memory, 1, 0, &error) && error == CodeMemoryError::kRefused;
    memory.free(block);
    const uint8_t patch[] = {0xC3};
    right = right && !memory.write(memory.contains(block.address) ? block.address : nullptr, patch);
    memory.trim();
    _exit(right ? 0 : 1);
  }
  setrlimit(RLIMIT_NOFILE, &files);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(run(block), 6);
}

TEST(CodeMemory, SeveralThreads) {
  CodeMemory memory;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::minstd_rand random(static_cast<unsigned>(t + 1));
      std::vector<std::pair<CodeBlock, int>> own;
      for (int i = 0; i < 2000; ++i) {
        if (own.size() > 20 || (!own.empty() && random() % 3 == 0)) {
          size_t at = random() % own.size();
          if (run(own[at].first) != own[at].second) ++wrong;
          memory.free(own[at].first);
          own[at] = own.back();
          own.pop_back();
        } else {
          int value = t * 10000 + i;
          own.emplace_back(placeConstant(memory, value, random() % 500), value);
          if (run(own.back().first) != value) ++wrong;
        }
      }
      for (auto& [block, value] : own) {
        if (run(block) != value) ++wrong;
        memory.free(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(memory.use().used, 0u);
  EXPECT_EQ(memory.use().freeRanges, 1u);
}

}  // namespace
}  // namespace devvm::jit
