// Which instructions this processor has beyond SSE2.
#pragma once

namespace devvm::jit::x64 {

struct CpuFeatures {
  bool sse41 = false;   // roundsd, pinsrq, pextrq, pcmpeqq, ptest
  bool popcnt = false;  // popcnt
  bool lzcnt = false;   // lzcnt (elsewhere it runs as bsr, with other results)
  bool bmi1 = false;    // tzcnt (elsewhere it runs as bsf)
  bool bmi2 = false;    // shlx, sarx, shrx, rorx
  bool avx2 = false;    // everything with v... of 128 and 256 bits, but vfmadd
  bool fma = false;     // vfmadd231pd
};

/// Of this processor, as far as the system lets programs use it, or none after useSse2Alone(). All false on other
/// architectures. From any thread.
const CpuFeatures& cpuFeatures();

/// Compilers make code for the oldest processors from now on. Before any of them runs.
void useSse2Alone();

}  // namespace devvm::jit::x64
