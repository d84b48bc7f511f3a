#include "bytecode/decode.h"

namespace devvm::bytecode {
namespace {

constexpr std::array<uint8_t, kOpTableSize> makeSizes() {
  std::array<uint8_t, kOpTableSize> sizes{};
#define OP(name, mnemonic, operands, ...)                                                                        \
  {                                                                                                              \
    unsigned size = 0;                                                                                           \
    bool fixed = true;                                                                                           \
    for (char letter : std::string_view(operands)) {                                                             \
      size += operandBytes(letter);                                                                              \
      fixed = fixed && letter != 's';                                                                            \
    }                                                                                                            \
    sizes[static_cast<size_t>(Op::k##name)] = fixed ? static_cast<uint8_t>(opcodeBytes(Op::k##name) + size) : 0; \
  }
#include "bytecode/opcodes.def"
  return sizes;
}
constexpr auto kSizes = makeSizes();

int64_t readOperand(char letter, const uint8_t* p) {
  using base::readLittle;
  switch (letter) {
    case 'i': return static_cast<int8_t>(*p);
    case 'I': return readLittle<int16_t>(p);
    case 'j': return readLittle<int32_t>(p);
    default: break;
  }
  switch (operandBytes(letter)) {
    case 1: return *p;
    case 2: return readLittle<uint16_t>(p);
    default: return readLittle<uint32_t>(p);
  }
}

/// Fills everything but the bounds checks; the caller knows that `size` bytes can be read.
void fill(const uint8_t* code, uint32_t offset, Op op, uint32_t size, Instruction& out) {
  out.op = op;
  out.info = &opInfo(op);
  out.offset = offset;
  out.length = size;
  out.operandCount = 0;
  out.switchCases = 0;
  out.switchTable = nullptr;
  const uint8_t* p = code + offset + opcodeBytes(op);
  for (char letter : out.info->operands) {
    if (letter == 's') {
      out.switchCases = base::readLittle<uint16_t>(p);
      out.switchTable = p + 2;
      out.operands[out.operandCount++] = out.switchCases;
      return;
    }
    int64_t value = readOperand(letter, p);
    if (letter == 'j') value += int64_t{offset} + size;
    out.operands[out.operandCount++] = value;
    p += operandBytes(letter);
  }
}

}  // namespace

uint32_t encodedSize(Op op) {
  auto i = static_cast<size_t>(op);
  return i < kSizes.size() ? kSizes[i] : 0;
}

DecodeStatus decode(std::span<const uint8_t> code, uint32_t offset, Instruction& out) {
  size_t left = code.size() - offset;
  if (left == 0) return DecodeStatus::kTruncated;
  const uint8_t* p = code.data() + offset;
  if (p[0] == kPrefixByte && left < 2) return DecodeStatus::kTruncated;
  Op op = readOp(p);
  if (opInfo(op).mnemonic.empty()) return DecodeStatus::kNoSuchOpcode;
  size_t size = encodedSize(op);
  if (size == 0) {
    size_t head = opcodeBytes(op) + 2;
    if (left < head) return DecodeStatus::kTruncated;
    size = head + (size_t{base::readLittle<uint16_t>(p + head - 2)} + 1) * 4;
  }
  if (left < size) return DecodeStatus::kTruncated;
  fill(code.data(), offset, op, static_cast<uint32_t>(size), out);
  return DecodeStatus::kOk;
}

uint32_t instructionLength(const uint8_t* p) {
  Op op = readOp(p);
  uint32_t size = encodedSize(op);
  if (size != 0) return size;
  auto head = static_cast<uint32_t>(opcodeBytes(op) + 2);
  return head + (uint32_t{base::readLittle<uint16_t>(p + head - 2)} + 1) * 4;
}

Instruction decodeVerified(std::span<const uint8_t> code, uint32_t offset) {
  Instruction out;
  const uint8_t* p = code.data() + offset;
  fill(code.data(), offset, readOp(p), instructionLength(p), out);
  return out;
}

unsigned expandComponents(const Instruction& instruction, std::array<Instruction, 4>& out) {
  const FusionInfo* fusion = fusionOf(instruction.op);
  if (fusion == nullptr) {
    out[0] = instruction;
    return 1;
  }
  unsigned count = fusion->count - fusion->tail;
  unsigned from = 0;
  for (unsigned c = 0; c < count; ++c) {
    Instruction& component = out[c];
    component.op = fusion->components[c];
    component.info = &opInfo(component.op);
    component.offset = instruction.offset;
    component.length = instruction.length;
    component.switchCases = 0;
    component.switchTable = nullptr;
    component.operandCount = static_cast<uint8_t>(component.info->operands.size());
    for (unsigned i = 0; i < component.operandCount; ++i) component.operands[i] = instruction.operands[from++];
  }
  return count;
}

Op tailOf(Op op) {
  const FusionInfo* fusion = fusionOf(op);
  return fusion != nullptr && fusion->tail ? fusion->components[fusion->count - 1u] : Op::kNop;
}

}  // namespace devvm::bytecode
