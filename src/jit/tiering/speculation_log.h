// What went otherwise than the code of a function expected, so that compiling it again converges.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace devvm::jit {

/// Where the machine code of a function was left since something was not as expected.
class SpeculationLog {
 public:
  /// Compilations of a function until one expects nothing any more.
  static constexpr uint32_t kMostCompilations = 20;

  /// The code was left at `offset`. True: often enough to discard it.
  bool note(uint32_t offset) {
    Place& p = places_[offset];
    if (p.lastCompilation != compilations) {
      p.lastCompilation = compilations;
      p.compilations++;
      p.times = 0;
    }
    total_++;
    return ++p.times >= kMostTimes || total_ >= kMostInAll;
  }
  void discarded() { total_ = 0; }
  /// Offsets at which so many compilations were left, ascending.
  std::vector<uint32_t> left(uint32_t compilations) const {
    std::vector<uint32_t> all;
    for (const auto& [offset, p] : places_) {
      if (p.compilations >= compilations) all.push_back(offset);
    }
    return all;
  }

  uint32_t compilations = 0;  ///< of the function

 private:
  static constexpr uint32_t kMostTimes = 2, kMostInAll = 6;
  struct Place {
    uint32_t lastCompilation = 0, compilations = 0, times = 0;
  };
  std::map<uint32_t, Place> places_;
  uint32_t total_ = 0;
};

}  // namespace devvm::jit
