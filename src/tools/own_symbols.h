// Names of this program's own functions by address, out of its symbol table: what machine code calls.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace devvm::tools {

class OwnSymbols {
 public:
  /// Reads /proc/self/exe. A stripped program has no names.
  OwnSymbols();
  /// Name of the function that begins at the address, without namespaces and arguments; empty: not known.
  std::string nameAt(uintptr_t address) const;

 private:
  struct Symbol {
    uintptr_t address;
    uint32_t name;  ///< in names_
  };
  std::vector<Symbol> symbols_;  ///< ascending
  std::string names_;
};

}  // namespace devvm::tools
