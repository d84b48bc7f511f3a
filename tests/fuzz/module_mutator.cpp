#include "module_mutator.h"

#include <algorithm>
#include <cstring>

#include "bytecode/decode.h"

using namespace devvm::bytecode;

namespace {

/// Offset of the operand with this index from the start of the instruction.
uint32_t operandOffset(const Instruction& i, unsigned operand) {
  auto offset = static_cast<uint32_t>(opcodeBytes(i.op));
  for (unsigned at = 0; at < operand; ++at) offset += operandBytes(i.info->operands[at]);
  return offset;
}

void writeOperand(Function& f, const Instruction& i, unsigned operand, int64_t value) {
  std::memcpy(&f.code[i.offset + operandOffset(i, operand)], &value, operandBytes(i.info->operands[operand]));
}

bool decodeAt(const Function& f, uint32_t offset, Instruction& i) {
  return offset < f.code.size() && decode(f.code, offset, i) == DecodeStatus::kOk;
}

}  // namespace

std::vector<uint32_t> ModuleMutator::instructions(const Function& f) {
  std::vector<uint32_t> offsets;
  Instruction i;
  for (uint32_t offset = 0; decodeAt(f, offset, i); offset = i.end()) offsets.push_back(offset);
  return offsets;
}

void ModuleMutator::mutate(Module& module) {
  if (module.functions.empty()) return;
  for (uint32_t changes = 1 + below(4); changes > 0; --changes) {
    Function& f = module.functions[below(module.functions.size())];
    if (below(5) == 0) {
      changeFacts(module, f);
    } else {
      changeCode(module, f);
    }
  }
}

void ModuleMutator::changeCode(Module& module, Function& f) {
  std::vector<uint32_t> offsets = instructions(f);
  if (offsets.empty()) return;
  uint32_t offset = offsets[below(offsets.size())];
  switch (below(4)) {
    case 0: return changeOperand(f, offset);
    case 1: return changeOpcode(f, offset);
    case 2: return copyInstruction(module.functions[below(module.functions.size())], f, offset);
    default: return swapInstructions(f, offset);
  }
}

void ModuleMutator::changeOperand(Function& f, uint32_t offset) {
  Instruction i;
  if (!decodeAt(f, offset, i) || i.operandCount == 0) return;
  unsigned operand = below(i.operandCount);
  char letter = i.info->operands[operand];
  if (operandBytes(letter) == 0) return;
  int64_t value = i.operands[operand];
  if (letter == 'j') {
    std::vector<uint32_t> offsets = instructions(f);
    value = int64_t{offsets[below(offsets.size())]} - i.end();
  } else if (isFeedbackOperand(letter)) {
    value = below(2) == 0 ? 0 : below(f.feedbackSlots + 1u);
  } else {
    value = below(3) == 0 ? static_cast<int64_t>(random_()) : value + below(5) - 2;
  }
  writeOperand(f, i, operand, value);
}

void ModuleMutator::changeOpcode(Function& f, uint32_t offset) {
  Instruction i;
  if (!decodeAt(f, offset, i)) return;
  // The first opcode from a random place on that has the same operands, so that lengths stay.
  unsigned start = below(kOpTableSize);
  for (unsigned n = 0; n < kOpTableSize; ++n) {
    Op op = static_cast<Op>((start + n) % kOpTableSize);
    const OpInfo& info = opInfo(op);
    if (info.mnemonic.empty() || info.operands != i.info->operands || opcodeBytes(op) != opcodeBytes(i.op)) continue;
    f.code[offset + opcodeBytes(op) - 1] = static_cast<uint8_t>(static_cast<unsigned>(op) & 0xFF);
    return;
  }
}

void ModuleMutator::copyInstruction(const Function& from, Function& to, uint32_t offset) {
  std::vector<uint32_t> offsets = instructions(from);
  Instruction source;
  if (offsets.empty() || !decodeAt(from, offsets[below(offsets.size())], source)) return;
  std::vector<uint8_t> bytes(from.code.begin() + source.offset, from.code.begin() + source.end());
  // Its place: whole instructions, the rest of the last one filled with nops.
  uint32_t room = 0;
  Instruction i;
  while (room < bytes.size() && decodeAt(to, offset + room, i)) room += i.length;
  if (room < bytes.size()) return;
  std::fill_n(to.code.begin() + offset, room, static_cast<uint8_t>(Op::kNop));
  std::copy(bytes.begin(), bytes.end(), to.code.begin() + offset);
  if (!decodeAt(to, offset, i)) return;
  for (unsigned operand = 0; operand < i.operandCount; ++operand) {
    if (isFeedbackOperand(i.info->operands[operand])) writeOperand(to, i, operand, 0);
  }
}

void ModuleMutator::swapInstructions(Function& f, uint32_t offset) {
  Instruction first, second;
  if (!decodeAt(f, offset, first) || !decodeAt(f, first.end(), second)) return;
  std::rotate(f.code.begin() + first.offset, f.code.begin() + second.offset, f.code.begin() + second.end());
}

void ModuleMutator::changeFacts(Module& module, Function& f) {
  switch (below(9)) {
    case 0: f.parameters = static_cast<uint8_t>(f.parameters + below(3) - 1); break;
    case 1: f.locals = static_cast<uint16_t>(f.locals + below(5) - 2); break;
    case 2: f.maxStack = static_cast<uint16_t>(f.maxStack + below(5) - 2); break;
    case 3: f.flags = static_cast<uint8_t>(f.flags ^ (1u << below(3))); break;
    case 4: f.feedbackSlots = static_cast<uint16_t>(f.feedbackSlots + below(3) - 1); break;
    case 5:
      f.localKinds.resize(f.locals);
      if (f.locals > 0) f.localKinds[below(f.locals)] = static_cast<SlotKind>(below(3));
      break;
    case 6:
      if (!f.upvalues.empty()) {
        Upvalue& upvalue = f.upvalues[below(f.upvalues.size())];
        upvalue.from = static_cast<Upvalue::From>(below(3));
        upvalue.index = static_cast<uint8_t>(upvalue.index + below(3) - 1);
      }
      break;
    case 7:
      if (!f.children.empty()) f.children[below(f.children.size())] = below(module.functions.size() + 1);
      break;
    default: changeRegions(f);
  }
}

void ModuleMutator::changeRegions(Function& f) {
  std::vector<uint32_t> offsets = instructions(f);
  if (offsets.empty()) return;
  auto anyOffset = [&] { return offsets[below(offsets.size())]; };
  if (f.regions.empty() || below(4) == 0) {
    f.regions.push_back(
        {static_cast<ExceptionRegion::Kind>(below(2)), anyOffset(), anyOffset(), anyOffset(), below(3)});
    return;
  }
  ExceptionRegion& region = f.regions[below(f.regions.size())];
  switch (below(5)) {
    case 0: region.start = anyOffset(); break;
    case 1: region.end = anyOffset(); break;
    case 2: region.handler = anyOffset(); break;
    case 3: region.depth += below(3) - 1; break;
    default: region.kind = static_cast<ExceptionRegion::Kind>(below(2));
  }
}
