#include "interpreter/operand_names.h"

#include "bytecode/decode.h"
#include "bytecode/opcode.h"
#include "runtime/frames.h"

namespace devvm::interpreter {

using namespace runtime;
using bytecode::Op;

namespace {

/// Where each operand of the operation came from: the fused components before it, then the stack.
struct Source {
  Op op = Op::kNop;      ///< kNop: the stack
  uint32_t operand = 0;  ///< its first operand
};

}  // namespace

std::string describeOperand(Isolate& iso, uint32_t index, uint32_t operands, uint32_t extra) {
  Frame frame;
  if (!innermostFrame(*iso.fiber, frame) || frame.isNative()) return "";
  Op op = bytecode::readOp(frame.pc);
  Source sources[4];
  uint32_t fromCode = 0;
  const uint8_t* p = frame.pc + bytecode::opcodeBytes(op);
  Op operation = op;
  if (const auto* fusion = bytecode::fusionOf(op)) {
    uint32_t pushes = fusion->count - 1u - fusion->tail;
    for (uint32_t i = 0; i < pushes && fromCode < 4; i++) {
      Op component = fusion->components[i];
      sources[fromCode++] = {component, static_cast<uint32_t>(component == Op::kConst ? p[0] | p[1] << 8 : p[0])};
      for (char c : bytecode::opInfo(component).operands) p += bytecode::operandBytes(c);
    }
    operation = fusion->components[pushes];
  }
  if (operation == Op::kSetFieldL || operation == Op::kSetIndexLL || operation == Op::kSetIndexLI) {
    // The table (and key) are operands; the value is on the stack or was pushed by a component, above nothing of ours.
    fromCode = 0;
    sources[fromCode++] = {Op::kGetLocal, p[0]};
    if (operation == Op::kSetIndexLL) sources[fromCode++] = {Op::kGetLocal, p[1]};
    if (operation == Op::kSetIndexLI) sources[fromCode++] = {Op::kInt8, p[1]};
    if (index >= fromCode) return "";
    return sources[index].op == Op::kGetLocal ? localDescription(frame, sources[index].operand) : "";
  }
  if (op == Op::kGetGlobal || op == Op::kSetGlobal) {
    return index == 0 ? upvalueDescription(frame, p[0]) : "";
  }
  uint32_t fromStack = operands > fromCode ? operands - fromCode : 0;
  if (index >= fromStack) {
    const Source& s = sources[index - fromStack];
    switch (s.op) {
      case Op::kGetLocal: return localDescription(frame, s.operand);
      case Op::kGetUpvalue: return upvalueDescription(frame, s.operand);
      case Op::kConst: {
        Value v = frame.code()->constant(s.operand);
        return v.isString() ? " (constant '" + std::string(asString(v)->bytes) + "')" : "";
      }
      default: return "";
    }
  }
  return operandDescription(frame, fromStack - 1 - index + extra);
}

}  // namespace devvm::interpreter
