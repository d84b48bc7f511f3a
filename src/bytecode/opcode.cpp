#include "bytecode/opcode.h"

namespace devvm::bytecode {
namespace {

constexpr uint8_t R = kMayRaise, A = kMayAllocate, G = kMayRunGuest, J = kJumps, T = kTerminates;
constexpr uint8_t P = kProducesOpen, C = kConsumesOpen;

template <typename... Ops>
constexpr FusionInfo makeFusion(Op fused, uint8_t tail, Ops... ops) {
  FusionInfo info{fused, tail, sizeof...(ops), {}};
  size_t i = 0;
  ((info.components[i++] = ops), ...);
  return info;
}

using enum Op;
#define OP(...)
#define OP1(...)
constexpr FusionInfo kFusions[] = {
#define EXPAND_1(a) k##a
#define EXPAND_2(a, b) k##a, k##b
#define EXPAND_3(a, b, c) k##a, k##b, k##c
#define EXPAND_4(a, b, c, d) k##a, k##b, k##c, k##d
#define EXPAND_PICK(_1, _2, _3, _4, NAME, ...) NAME
#define EXPAND(...) EXPAND_PICK(__VA_ARGS__, EXPAND_4, EXPAND_3, EXPAND_2, EXPAND_1)(__VA_ARGS__)
#define FUSED(name, mnemonic, operands, tail, ...) makeFusion(k##name, tail, EXPAND(__VA_ARGS__)),
#include "bytecode/fusions.def"
#undef FUSED
};
#undef OP
#undef OP1

/// A fused opcode's flags follow from its components: only the last one can jump or end the block.
constexpr uint8_t fusedFlags(const FusionInfo& fusion, const std::array<OpInfo, kOpTableSize>& table) {
  uint8_t flags = 0;
  for (unsigned i = 0; i < fusion.count; ++i) flags |= table[static_cast<size_t>(fusion.components[i])].flags;
  return flags;
}

constexpr std::array<OpInfo, kOpTableSize> makeTable() {
  std::array<OpInfo, kOpTableSize> table{};
#define OP(name, mnemonic, operands, effect, flags, family, meaning) \
  table[static_cast<size_t>(Op::k##name)] =                          \
      OpInfo{mnemonic, operands, effect, static_cast<uint8_t>(flags), family, meaning};
#include "bytecode/opcodes.def"
  for (const FusionInfo& fusion : kFusions) {
    table[static_cast<size_t>(fusion.fused)].flags = fusedFlags(fusion, table);
  }
  return table;
}
constexpr auto kTable = makeTable();

}  // namespace

const OpInfo& opInfo(Op op) {
  static constexpr OpInfo kNone{};
  auto i = static_cast<size_t>(op);
  return i < kTable.size() ? kTable[i] : kNone;
}

const FusionInfo* fusions(size_t& count) {
  count = std::size(kFusions);
  return kFusions;
}

const FusionInfo* fusionOf(Op op) {
  // Position in kFusions plus one, by opcode; 0 for an opcode that is not fused.
  static constexpr auto kIndex = [] {
    std::array<uint8_t, kOpTableSize> index{};
    for (size_t i = 0; i < std::size(kFusions); ++i)
      index[static_cast<size_t>(kFusions[i].fused)] = static_cast<uint8_t>(i + 1);
    return index;
  }();
  static_assert(std::size(kFusions) < 255);
  auto i = static_cast<size_t>(op);
  if (i >= kIndex.size() || kIndex[i] == 0) return nullptr;
  return &kFusions[kIndex[i] - 1];
}

}  // namespace devvm::bytecode
