// What the collector sees of a frame with raw slots: the verifier's interpretation says which words are values.

#include "bytecode/verifier.h"
#include "runtime/fiber.h"

namespace devvm::runtime {

void Fiber::visitRawFrame(heap::SlotVisitor& v, const Code* code, Value* frame, Value* bottom, Value* spare,
                          const uint8_t* at) {
  const bytecode::Function& function = *code->function;
  for (uint32_t i = 0; i < code->locals; i++) {
    if (function.localKinds.empty() || function.localKinds[i] == bytecode::SlotKind::kValue) {
      v.slot(frame - 1 - static_cast<int64_t>(i));
    }
  }
  if (code->kinds == nullptr) code->kinds = std::make_unique<bytecode::OperandKinds>(function);
  std::vector<bytecode::OperandKind> kinds;
  uint32_t offset = code->offsetOf(at);
  bool known = code->kinds->at(offset, kinds);
  // What lies beyond the known kinds was pushed by the engine: values. Where control cannot come back to (a native in
  // tail position), only values are left too: the verifier lets a tail call consume everything.
  auto count = static_cast<size_t>(spare > bottom ? spare - bottom : 0);
  for (size_t i = 0; i < count; i++) {
    bool raw = known && i < kinds.size() &&
               (kinds[i] == bytecode::OperandKind::kI64 || kinds[i] == bytecode::OperandKind::kF64);
    if (!raw) v.slot(spare - 1 - static_cast<int64_t>(i));
  }
}

}  // namespace devvm::runtime
