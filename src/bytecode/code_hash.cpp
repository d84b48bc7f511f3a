#include "bytecode/code_hash.h"

#include "base/bytes.h"

namespace devvm::bytecode {

namespace {

/// Spreads each bit over the word, by multiplication and folding.
uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

}  // namespace

uint64_t codeHash(const Module& module) {
  uint64_t hash = mix(0, module.functions.size());
  for (const Function& f : module.functions) {
    const uint8_t* bytes = f.code.data();
    size_t size = f.code.size(), at = 0;
    hash = mix(hash, size);
    for (; at + 8 <= size; at += 8) hash = mix(hash, base::readLittle<uint64_t>(bytes + at));
    uint64_t last = 0;
    for (; at < size; at++) last = last << 8 | bytes[at];
    hash = mix(hash, last);
  }
  return mix(hash, hash >> 32);
}

}  // namespace devvm::bytecode
