// Cases for the comparison with the system assembler: what we emit, and the text that must give the same bytes.
#pragma once

#include <string>
#include <vector>

#include "jit/assembler/x64/assembler.h"

namespace devvm::jit::test {

/// How registers are written: "eax" for bits 32.
std::string name(x64::Gpr r, unsigned bits);
std::string name(x64::Xmm r);
std::string name(x64::Ymm r);

/// A memory operand and its text without the size: "[rax+rcx*8+16]".
struct MemoryCase {
  x64::Mem operand;
  std::string text;
};
/// "dword ptr [rax]"; bits 0 writes no size.
std::string sized(unsigned bits, const std::string& text);

/// Emits cases, each at a multiple of 16 bytes with int3 behind, and collects their texts.
class Cases {
 public:
  x64::Assembler& assembler() { return assembler_; }

  /// Begins a case; after it the caller emits one instruction (or the few that `text` names).
  void begin(const std::string& text);
  /// All cases have been emitted.
  void end();

  const std::vector<std::string>& texts() const { return texts_; }
  /// The first slot of each case.
  const std::vector<uint32_t>& slots() const { return slots_; }

  // -- Operands, each list small enough to be crossed with others.
  /// All 16.
  static const std::vector<x64::Gpr>& gprs();
  static const std::vector<x64::Xmm>& xmms();
  static const std::vector<x64::Ymm>& ymms();
  /// Every base with displacements of no, one and four bytes.
  static const std::vector<MemoryCase>& bases();
  /// Every base, index and scale, displacements at the edges; with and without base and index.
  static const std::vector<MemoryCase>& addresses();
  /// The values at the edges of one and of four bytes (of `bits` if those are fewer).
  static std::vector<int32_t> immediates(unsigned bits);

  /// Calls `emit(operand, text)` for every operand of bases() and for places in the code: a label before and behind the
  /// instruction, and a constant.
  template <typename Emit>
  void withMemory(Emit emit) {
    for (const MemoryCase& m : bases()) emit(m.operand, m.text);
    withLabels(emit);
  }
  template <typename Emit>
  void withLabels(Emit emit) {
    Label before, behind;
    std::string n = std::to_string(labels_++);
    begin("nop");
    assembler_.nop();
    texts_.back() = "nop\n.Lbefore" + n + ":";
    assembler_.bind(before);
    emit(x64::Mem::at(before), "[rip+.Lbefore" + n + "]");
    emit(x64::Mem::at(behind), "[rip+.Lbehind" + n + "]");
    begin("nop");
    assembler_.nop();
    texts_.back() = "nop\n.Lbehind" + n + ":";
    assembler_.bind(behind);
  }

 private:
  x64::Assembler assembler_;
  std::vector<std::string> texts_;
  std::vector<uint32_t> slots_;
  unsigned labels_ = 0;
};

/// The next value of a list, round and round: pairs one operand with all of another without crossing them.
template <typename T>
class Rotation {
 public:
  explicit Rotation(const std::vector<T>& values) : values_(values) {}
  T next() { return values_[at_++ % values_.size()]; }

 private:
  const std::vector<T>& values_;
  size_t at_ = 0;
};

// The families, by file.
void addIntegerCases(Cases& cases);  // encoding_cases.cpp
void addControlCases(Cases& cases);
void addVectorCases(Cases& cases);  // encoding_cases_vector.cpp

}  // namespace devvm::jit::test
