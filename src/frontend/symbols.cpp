#include "frontend/symbols.h"

namespace devvm::frontend {
namespace {

/// Mixes eight bytes a step; long literals are hashed whole, because sources may be hostile but the hash
/// only serves this one compilation.
uint32_t hashText(std::string_view text) {
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15u;
  uint64_t hash = text.size() * kMultiplier;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 29;
  }
  uint64_t rest = 0;
  for (unsigned shift = 0; i < text.size(); ++i, shift += 8) {
    rest |= uint64_t{static_cast<uint8_t>(text[i])} << shift;
  }
  hash = (hash ^ rest) * kMultiplier;
  return static_cast<uint32_t>(hash >> 32);
}

}  // namespace

Symbol* SymbolTable::intern(std::string_view text, bool stable) {
  uint32_t hash = hashText(text);
  size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (Symbol* symbol = slots_[i]) {
    if (symbol->hash == hash && symbol->text == text) return symbol;
    i = (i + 1) & mask;
  }
  auto* symbol = arena_.make<Symbol>(stable ? text : arena_.copy(text), hash, count_);
  slots_[i] = symbol;
  if (++count_ * 2 > slots_.size()) rehash();
  return symbol;
}

void SymbolTable::rehash() {
  std::vector<Symbol*> old(slots_.size() * 2);
  old.swap(slots_);
  size_t mask = slots_.size() - 1;
  for (Symbol* symbol : old) {
    if (symbol == nullptr) continue;
    size_t i = symbol->hash & mask;
    while (slots_[i] != nullptr) i = (i + 1) & mask;
    slots_[i] = symbol;
  }
}

}  // namespace devvm::frontend
