#include "tools/machine_names.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "bytecode/decode.h"
#include "jit/assembler/x64/far_jump.h"
#include "jit/baseline/layout.h"
#include "jit/tiering/tiers.h"

namespace devvm::tools {

using namespace runtime;
namespace offset = jit::offset;

namespace {

struct NamedOffset {
  int offset;
  const char* name;
};

const NamedOffset kIsolateFields[] = {
    {offset::kBudget, "budget"},
    {offset::kFiber, "fiber"},
    {offset::kStackLimit, "stackLimit"},
    {offset::kNativeStack, "nativeStack"},
    {offset::kHooksOn, "hooksOn"},
    {offset::kPrototypeEpoch, "prototypeEpoch"},
    {offset::kReturnSlot, "machineReturn.calleeSlot"},
    {offset::kScratchHolder, "scratch.holder"},
    {offset::kScratchSlot, "scratch.slot"},
    {offset::kShapes, "shapes"},
    {offset::kNurseryStart, "nursery start"},
    {offset::kNurserySize, "nursery size"},
    {offset::kMarking, "marking"},
};

std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

bool is(uint8_t encoded, jit::Gpr r) { return encoded == static_cast<uint8_t>(r); }

}  // namespace

const char* sectionName(CodeSection section) {
  static constexpr const char* kNames[] = {"straight line", "cold path", "rare case", "way back", "constants"};
  return kNames[static_cast<size_t>(section)];
}

CodeSection sectionAt(const jit::CodeRecord& record, uint32_t offset) {
  const CodeSections& s = record.sections;
  return offset < s.cold        ? CodeSection::kStraight
         : offset < s.rare      ? CodeSection::kCold
         : offset < s.entries   ? CodeSection::kRare
         : offset < s.constants ? CodeSection::kEntries
                                : CodeSection::kConstants;
}

std::string hexBytes(const jit::CodeRecord& record, const MachineInstruction& m) {
  std::string bytes;
  for (uint32_t i = 0; i < m.length; i++) {
    char text[4];
    std::snprintf(text, sizeof text, "%02x", record.machine[m.offset + i]);
    bytes += text;
  }
  return bytes;
}

uint32_t bytecodeAt(const jit::CodeRecord& record, uint32_t offset) {
  auto behind = std::upper_bound(record.tags.begin(), record.tags.end(), offset,
                                 [](uint32_t wanted, const jit::CodeTag& t) { return wanted < t.position; });
  return behind == record.tags.begin() ? 0 : (behind - 1)->tag;
}

uint64_t MachineNames::wordAt(uint32_t offset) const {
  uint64_t word = 0;
  if (offset + 8 <= record_.machine.size()) std::memcpy(&word, record_.machine.data() + offset, 8);
  return word;
}

std::string MachineNames::outside(uint64_t address) const {
  if (std::string stub = jit::stubNameAt(isolate_, address); !stub.empty()) return "stub " + stub;
  return symbols_.nameAt(address);
}

std::string MachineNames::target(uint64_t address, CodeSection from) const {
  uint64_t at = address - reinterpret_cast<uintptr_t>(record_.address);
  if (at >= record_.machine.size()) return outside(address);
  auto where = static_cast<uint32_t>(at);
  CodeSection to = sectionAt(record_, where);
  // Targets out of reach are behind the constants, in jumps of their own.
  if (to == CodeSection::kConstants) return outside(wordAt(where + jit::x64::kFarJumpBytes - 8));
  std::string text = to != from || to != CodeSection::kStraight ? std::string(sectionName(to)) + " of " : "";
  return text + std::to_string(bytecodeAt(record_, where));
}

std::string MachineNames::slot(int64_t displacement, uint32_t at) const {
  if (displacement % 8 != 0) return {};
  int64_t word = displacement / 8;
  if (word == 0) return "link";
  if (word == 1) return "return address";
  if (word == 2) return "callee";
  if (word > 0) return {};
  auto index = static_cast<uint64_t>(-word - 1);
  if (record_.isOptimized()) return "word " + std::to_string(index);
  const Code& code = *record_.code;
  if (index > code.locals) return "operand " + std::to_string(index - code.locals - 1);
  if (index == code.locals) return "spare word";
  for (const bytecode::VariableEntry& v : code.function->variables) {
    if (v.slot != index || at < v.start || at >= v.end) continue;
    return v.isCell ? v.name + "'s cell" : v.name;
  }
  // A variable begins behind the instruction that gives it its first value.
  uint32_t next = at + bytecode::instructionLength(code.entry + at);
  for (const bytecode::VariableEntry& v : code.function->variables) {
    if (v.slot == index && v.start == next && next < v.end) return v.name;
  }
  return "local " + std::to_string(index);
}

/// A word that may be a value, or point to something of ours.
std::string MachineNames::word(uint64_t bits) const {
  const Code& code = *record_.code;
  if (uint64_t at = bits - reinterpret_cast<uintptr_t>(code.entry); at < code.codeSize) {
    return "bytecode " + std::to_string(at);
  }
  if (uint64_t at = bits - reinterpret_cast<uintptr_t>(code.feedback());
      at < code.feedbackCount * sizeof(FeedbackCell)) {
    return "cache " + std::to_string(at / sizeof(FeedbackCell));
  }
  if (record_.counters != nullptr) {
    uint64_t at = (bits - reinterpret_cast<uintptr_t>(record_.counters.get())) / 8;
    if (at == code.codeSize) return "count of calls";
    if (at < code.codeSize) return "count of rare cases of " + std::to_string(at);
  }
  if (std::string name = outside(bits); !name.empty()) return name;
  Value v = Value::fromBits(bits);
  if (v.isNil()) return "nil";
  if (v.isBoolean()) return v.isTrue() ? "true" : "false";
  if (v.isAbsent()) return "absent";
  if (bits == heap::tagBits(heap::Tag::kInt)) return "tag of integers, 0";
  if (v.isInt()) return std::to_string(v.asInt());
  if (v.isString()) {
    for (uint32_t i = 0; i < code.constantCount; i++) {
      if (code.constant(i) == v) return "\"" + std::string(asString(v)->view()) + "\"";
    }
  }
  return {};
}

std::string MachineNames::memory(const MachineInstruction& m) const {
  uint32_t bytecode = bytecodeAt(record_, m.offset);
  if (m.ripRelative) {
    uint64_t at = static_cast<uint64_t>(m.displacement) - reinterpret_cast<uintptr_t>(record_.address);
    if (at >= record_.machine.size()) return {};
    uint64_t bits = wordAt(static_cast<uint32_t>(at));
    std::string name = word(bits);
    if (!name.empty()) return name;
    if (Value::fromBits(bits).isDouble() && m.bytes == 8) {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", Value::fromBits(bits).asDouble());
      return text;
    }
    return hex(bits);
  }
  bool indexed = m.index != MachineInstruction::kNoRegister;
  if (is(m.base, jit::kFrame) && !indexed) return slot(m.displacement, bytecode);
  if (is(m.base, jit::kIsolate) && !indexed) {
    for (const NamedOffset& f : kIsolateFields) {
      if (f.offset == m.displacement) return std::string("isolate.") + f.name;
    }
    return {};
  }
  if (is(m.index, jit::kTableBias) || is(m.base, jit::kTableBias)) {
    if (m.displacement == offset::kTableArray) return "array of the table";
    if (m.displacement == offset::kTableProps) return "overflow fields of the table";
    if (m.displacement == offset::kWord && m.bytes == 4) return "shape of the table";
    if (m.displacement >= Table::kInlineOffset) {
      return "field slot " + std::to_string((m.displacement - Table::kInlineOffset) / 8) + " of the table";
    }
  }
  return {};
}

std::string MachineNames::note(MachineInstruction& m) const {
  if (m.hasTarget) {
    uint64_t at = m.target - reinterpret_cast<uintptr_t>(record_.address);
    if (at < record_.sections.constants) m.text = m.text.substr(0, m.text.find(' ')) + " " + hex(at);
    return target(m.target, sectionAt(record_, m.offset));
  }
  std::string text;
  bool address = m.text.starts_with("lea ");
  if (address && m.ripRelative)
    return "address of " + hex(static_cast<uint64_t>(m.displacement) - reinterpret_cast<uintptr_t>(record_.address));
  if (m.hasMemory) text = memory(m);
  if (address && !text.empty()) text = "address of " + text;
  if (m.hasImmediate && (m.immediate > UINT32_MAX || m.immediate >= 0x10000)) {
    std::string value = word(m.immediate);
    if (!value.empty()) text += (text.empty() ? "" : " = ") + value;
  }
  return text;
}

}  // namespace devvm::tools
