// What went otherwise than the code of a function expected, so that compiling it again converges.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace devvm::jit {

/// Where the machine code of a function was left since something was not as expected. `Place`: offsets, or what else
/// tells instructions apart.
template <typename Place>
class SpeculationLog {
 public:
  /// Compilations of a function until one expects nothing any more.
  static constexpr uint32_t kMostCompilations = 20;

  /// The code was left at `place`. True: often enough to discard it.
  bool note(const Place& place) {
    Record& p = places_[place];
    if (p.lastCompilation != compilations) {
      p.lastCompilation = compilations;
      p.compilations++;
      p.times = 0;
    }
    total_++;
    return ++p.times >= kMostTimes || total_ >= kMostInAll;
  }
  void discarded() { total_ = 0; }
  /// How many compilations were left there.
  uint32_t failures(const Place& place) const {
    auto at = places_.find(place);
    return at != places_.end() ? at->second.compilations : 0;
  }
  /// Places at which so many compilations were left, ascending.
  std::vector<Place> left(uint32_t compilations) const {
    std::vector<Place> all;
    for (const auto& [place, p] : places_) {
      if (p.compilations >= compilations) all.push_back(place);
    }
    return all;
  }

  uint32_t compilations = 0;  ///< of the function

 private:
  static constexpr uint32_t kMostTimes = 2, kMostInAll = 6;
  struct Record {
    uint32_t lastCompilation = 0, compilations = 0, times = 0;
  };
  std::map<Place, Record> places_;
  uint32_t total_ = 0;
};

}  // namespace devvm::jit
