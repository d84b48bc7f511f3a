// When a function is warm and when it is hot: what its counters begin at, and how they cool down.
#pragma once

#include "runtime/isolate.h"

namespace devvm::jit {

class HeatPolicy {
 public:
  /// Polls (of some 1,000 units of work each) after which all counters are halved. A function that is called less than
  /// once in 40,000 units so never gets hot, however long the program runs: compiling it would gain nothing.
  static constexpr uint64_t kDecayPolls = 4'096;

  explicit HeatPolicy(const runtime::JitOptions& options) : threshold_(options.threshold) {}

  /// Calls until a function is warm, or, if it is warm already, hot.
  uint32_t untilHot(const runtime::Code& code) const {
    if (threshold_ <= 1) return 1;
    return code.warm ? threshold_ - threshold_ / 2 : threshold_ / 2;
  }
  /// Polls that find the interpreter in a function until its loops are hot.
  uint32_t loopPolls() const { return threshold_ > 1 ? kLoopPolls : 1; }
  /// Half of what was counted is forgotten.
  void decay(runtime::Isolate& isolate) const;

 private:
  static constexpr uint32_t kLoopPolls = 2;
  uint32_t threshold_;
};

}  // namespace devvm::jit
