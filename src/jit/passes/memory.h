// Which operations read and write which memory. Memory is divided into kinds, finer than ir::Alias: inline fields of
// one offset are a kind, so are further fields of one index.
#pragma once

#include <array>
#include <cstdint>

#include "jit/ir/ir.h"

namespace devvm::jit::passes {

inline constexpr uint32_t kMemoryKinds = 128;

class KindSet {
 public:
  void add(uint32_t kind) { words_[kind >> 6] |= uint64_t{1} << (kind & 63); }
  void remove(uint32_t kind) { words_[kind >> 6] &= ~(uint64_t{1} << (kind & 63)); }
  void addAll() { words_.fill(~uint64_t{0}); }
  void add(const KindSet& o) {
    for (size_t i = 0; i < words_.size(); i++) words_[i] |= o.words_[i];
  }
  bool has(uint32_t kind) const { return words_[kind >> 6] >> (kind & 63) & 1; }

 private:
  std::array<uint64_t, kMemoryKinds / 64> words_{};
};

/// The kind of memory that a load, store or guard (R or W, not Alias::kAll) is about.
uint32_t memoryKind(const ir::Node* n);
/// Whether the operation may write memory that programs see; `written` gets the kinds.
bool addWritten(const ir::Node* n, KindSet& written);
/// Whether two tables, cells, closures or arrays are certainly not the same.
bool areDistinct(const ir::Node* a, const ir::Node* b);
/// Whether two indices (raw) are certainly not the same.
bool areDistinctIndices(const ir::Node* a, const ir::Node* b);

/// What each loop writes, by the number of its header.
std::vector<KindSet> writtenInLoops(const ir::Graph& graph);

}  // namespace devvm::jit::passes
