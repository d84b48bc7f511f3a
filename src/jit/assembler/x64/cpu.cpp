#include "jit/assembler/x64/cpu.h"

#include <atomic>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace devvm::jit::x64 {

namespace {

CpuFeatures ask() {
  CpuFeatures features;
#if defined(__x86_64__)
  __builtin_cpu_init();
  features.sse41 = __builtin_cpu_supports("sse4.1") != 0;
  features.popcnt = __builtin_cpu_supports("popcnt") != 0;
  features.bmi1 = __builtin_cpu_supports("bmi") != 0;
  features.bmi2 = __builtin_cpu_supports("bmi2") != 0;
  features.avx2 = __builtin_cpu_supports("avx2") != 0;
  features.fma = __builtin_cpu_supports("fma") != 0;
  unsigned a = 0, b = 0, c = 0, d = 0;
  features.lzcnt = __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
#endif
  return features;
}

std::atomic<bool> sse2Alone{false};

}  // namespace

const CpuFeatures& cpuFeatures() {
  static const CpuFeatures kFeatures = ask();
  static const CpuFeatures kNone;
  return sse2Alone.load(std::memory_order_relaxed) ? kNone : kFeatures;
}

void useSse2Alone() { sse2Alone.store(true, std::memory_order_relaxed); }

}  // namespace devvm::jit::x64
