// Names and string literals of a source text, each stored once, so that front ends compare pointers.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace devvm::frontend {

/// One distinct text. Symbols of one table are equal exactly if their addresses are.
struct Symbol {
  std::string_view text;
  uint32_t hash = 0;
  uint32_t id = 0;        ///< dense, from 0 in order of first appearance
  uint32_t bindings = 0;  ///< for resolvers: how many visible local variables have this name
  uint16_t keyword = 0;   ///< for lexers: the token if the text is a reserved word, else 0
};

class SymbolTable {
 public:
  explicit SymbolTable(base::Arena& arena) : arena_(arena), slots_(kInitialSlots) {}

  /// The symbol of `text`. With `stable` the characters outlive the table (they are part of the source
  /// text, say) and are not copied.
  Symbol* intern(std::string_view text, bool stable);

  uint32_t size() const { return count_; }

 private:
  static constexpr size_t kInitialSlots = 256;

  void rehash();

  base::Arena& arena_;
  std::vector<Symbol*> slots_;  // open addressing, a power of two of them
  uint32_t count_ = 0;
};

}  // namespace devvm::frontend
