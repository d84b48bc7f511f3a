#include "jit/codegen/codegen.h"

#include <algorithm>
#include <utility>

#include "base/thread_time.h"
#include "bytecode/module.h"
#include "jit/codegen/emitter.h"
#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;

namespace {

/// Of rax and xmm0 moves and emitters make use, rbx, rbp, rsp, r12 and r15 have their meaning, r13 and r14 others
/// expect something in: they come last.
constexpr uint16_t bits(std::initializer_list<Gpr> registers) {
  unsigned all = 0;
  for (Gpr r : registers) all |= 1u << code(r);
  return static_cast<uint16_t>(all);
}
constexpr uint16_t kGprs = bits({rcx, rdx, rsi, rdi, r8, r9, r10, r11, r13, r14});
constexpr uint16_t kXmms = 0xFFFE;
/// What a frame may grow to: far more than any function of the languages needs.
constexpr uint32_t kMostWords = 4000;

/// Where the interpreter looks for operands by their distance from the frame, they may not lie lower than it has them.
uint32_t mostGap(const runtime::Code* code) {
  constexpr uint32_t kMost = 64;
  if (code == nullptr || code->function == nullptr || code->raw) return 0;
  const auto& regions = code->function->regions;
  bool keepOperands = std::any_of(regions.begin(), regions.end(), [](const auto& r) { return r.depth != 0; });
  return keepOperands ? 0 : kMost;
}

}  // namespace

bool generate(const CodegenRequest& request, Assembler& assembler, OptimizedCode& out, const char** refusal,
              bool describe) {
  uint64_t began = base::threadNanos();
  auto spent = [&began] {
    uint64_t now = base::threadNanos();
    return now - std::exchange(began, now);
  };
  Selection selection;
  *refusal = select(request.graph, selection);
  if (*refusal != nullptr) return false;
  selection.constraints.gprs = kGprs;
  selection.constraints.lastGprs = bits({r13, r14});
  selection.constraints.xmms = kXmms;
  selection.constraints.mostWords = kMostWords;
  selection.constraints.mostGap = mostGap(request.code);
  out.profile.selectNanos = spent();
  regalloc::Allocation allocation = regalloc::allocate(request.graph, selection.constraints, request.allocator);
  out.profile.allocateNanos = spent();
  out.profile.coloured = allocation.method == regalloc::Method::kColouring;
  out.profile.values = static_cast<uint32_t>(allocation.values.size());
  out.profile.moves = static_cast<uint32_t>(allocation.moves.size());
  out.profile.words = allocation.words;
  if (describe) out.allocation = regalloc::text(selection.constraints, allocation);
  if (allocation.failure != nullptr) {
    *refusal = allocation.failure;
    return false;
  }
#ifndef NDEBUG
  assert(regalloc::check(selection.constraints, allocation).empty());
#endif
  if (request.verify && !regalloc::check(selection.constraints, allocation).empty()) {
    *refusal = "the register allocation loses a value";
    return false;
  }
  out.gap = allocation.gap;
  spent();
  *refusal = Emitter(request, selection, allocation, assembler, out).run();
  out.profile.emitNanos = spent();
  return *refusal == nullptr;
}

}  // namespace devvm::jit
