// How fast code is written: a mix as a baseline compiler emits it, about 40 bytes for each bytecode instruction.
//   bench_assembler [MILLIONS OF BYTECODE INSTRUCTIONS]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "jit/assembler/x64/assembler.h"

using namespace devvm::jit;
using namespace devvm::jit::x64;

namespace {

// Two operands checked to be integers, added with an overflow check, stored back; a call in the slow path.
[[gnu::noinline]] void emitOne(Assembler& a, uint32_t pc, int32_t slot, Label& slow) {
  a.mark(pc);
  a.mov64(rax, {rbx, slot});
  a.mov64(rcx, {rbx, slot + 8});
  a.mov64(rdx, rax);
  a.and64(rdx, rcx);
  a.cmp64(rdx, r14);
  a.jcc(Condition::kBelow, slow);
  a.add32(rax, rcx);
  a.jcc(Condition::kOverflow, slow);
  a.or64(rax, r14);
  a.mov64({rbx, slot}, rax);
}

}  // namespace

int main(int argc, char** argv) {
  double millions = argc > 1 ? std::atof(argv[1]) : 20;
  auto total = static_cast<uint64_t>(millions * 1e6);
  constexpr uint32_t kPerFunction = 200;
  Assembler a;
  uint64_t bytes = 0, bytecodes = 0;
  auto began = std::chrono::steady_clock::now();
  while (bytecodes < total) {
    a.reset();
    Label slow;
    for (uint32_t i = 0; i < kPerFunction; ++i) emitOne(a, i * 4, static_cast<int32_t>(i % 40) * 8, slow);
    a.bind(slow);
    a.mov32(rdi, 1);
    a.call(Outside(&emitOne));
    a.movsd(xmm0, a.literal(static_cast<double>(bytecodes)));
    a.ret();
    if (!a.finish()) return 1;
    bytes += a.bytes().size();
    bytecodes += kPerFunction;
  }
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("%.1f million bytecode instructions a second, %.1f bytes each, %.2f ns a machine instruction\n",
              static_cast<double>(bytecodes) / seconds / 1e6,
              static_cast<double>(bytes) / static_cast<double>(bytecodes),
              seconds * 1e9 / static_cast<double>(bytecodes) / 10);
  return 0;
}
