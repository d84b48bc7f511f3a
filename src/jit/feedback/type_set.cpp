#include "jit/feedback/type_set.h"

namespace devvm::jit {

const char* typeBitName(unsigned bit) {
  static constexpr const char* kNames[] = {"int",      "float", "wide",    "string", "table",
                                           "function", "nil",   "boolean", "other"};
  static_assert(sizeof kNames / sizeof *kNames == TypeSet::kBits);
  return bit < TypeSet::kBits ? kNames[bit] : "?";
}

std::string TypeSet::text() const {
  std::string out;
  for (unsigned i = 0; i < kBits; i++) {
    if ((bits_ >> i & 1) == 0) continue;
    if (!out.empty()) out += '|';
    out += typeBitName(i);
  }
  return out.empty() ? "-" : out;
}

}  // namespace devvm::jit
