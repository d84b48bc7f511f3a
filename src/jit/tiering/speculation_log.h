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

  static constexpr uint32_t kMostTimes = 2, kMostInAll = 6;

  /// The code was left at `place`. True: often enough to discard it, which is so many times, or in all.
  bool note(const Place& place, uint32_t mostTimes = kMostTimes, uint32_t mostInAll = kMostInAll) {
    Record& p = places_[place];
    if (p.lastCompilation != compilations) {
      p.lastCompilation = compilations;
      p.compilations++;
      p.times = 0;
    }
    total_++;
    return ++p.times >= mostTimes || total_ >= mostInAll;
  }
  void discarded() { total_ = 0; }
  /// How many compilations were left there.
  uint32_t failures(const Place& place) const {
    auto at = places_.find(place);
    return at != places_.end() ? at->second.compilations : 0;
  }
  /// How often the present one was.
  uint32_t times(const Place& place) const {
    auto at = places_.find(place);
    return at != places_.end() && at->second.lastCompilation == compilations ? at->second.times : 0;
  }
  /// The same, without the present one.
  uint32_t earlierFailures(const Place& place) const {
    auto at = places_.find(place);
    if (at == places_.end()) return 0;
    return at->second.compilations - (at->second.lastCompilation == compilations ? 1 : 0);
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
  struct Record {
    uint32_t lastCompilation = 0, compilations = 0, times = 0;
  };
  std::map<Place, Record> places_;
  uint32_t total_ = 0;
};

}  // namespace devvm::jit
