// Which inline caches missed and why, for people who look (devvm jit). Nobody keeps such a log unless asked to
// (Isolate::cacheMisses); the slow paths then tell it, whichever tier missed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>

namespace devvm::runtime {

struct Code;

enum class CacheMiss : uint8_t {
#define MISS(name, words) k##name,
#include "runtime/cache_misses.def"
#undef MISS
  kCount
};

/// The reason in words.
constexpr const char* cacheMissWords(CacheMiss why) {
  constexpr const char* kWords[] = {
#define MISS(name, words) words,
#include "runtime/cache_misses.def"
#undef MISS
  };
  return kWords[static_cast<unsigned>(why)];
}

class CacheMissLog {
 public:
  using Counts = std::array<uint64_t, static_cast<size_t>(CacheMiss::kCount)>;

  void note(const Code* code, uint32_t offset, CacheMiss why) { sites_[code][offset][static_cast<size_t>(why)]++; }
  /// The function is about to be freed.
  void forget(const Code& code) { sites_.erase(&code); }
  /// Counts of the instruction at byte `offset`; null: it never missed.
  const Counts* find(const Code& code, uint32_t offset) const {
    auto function = sites_.find(&code);
    if (function == sites_.end()) return nullptr;
    auto site = function->second.find(offset);
    return site != function->second.end() ? &site->second : nullptr;
  }

 private:
  std::unordered_map<const Code*, std::map<uint32_t, Counts>> sites_;
};

}  // namespace devvm::runtime
