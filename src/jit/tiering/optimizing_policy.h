// Which functions are worth the optimizing compiler, and when (docs/tiering.md).
#pragma once

#include <algorithm>
#include <set>
#include <unordered_map>
#include <vector>

#include "jit/tiering/speculation_log.h"
#include "runtime/isolate.h"

namespace devvm::jit {

class OptimizingPolicy {
 public:
  enum class Phase : uint8_t {
    kCold,   ///< polls that find its baseline code running are counted
    kAsked,  ///< a profiled slice is to see what it does now
    kReady,  ///< it is compiled at its next call, and at loops that are reached
    kNever,  ///< it was tried too often
  };
  /// An instruction, of the function itself or of one that was taken in.
  struct Place {
    const runtime::Code* code;
    uint32_t offset;
    auto operator<=>(const Place&) const = default;
  };
  struct State {
    Phase phase = Phase::kCold;
    uint32_t samples = 0;
    SpeculationLog<Place> log;   ///< compilations: how many times it was compiled anew, the first one included
    std::set<uint32_t> refused;  ///< entries that the compiler did not take, or that were compiled
    State() { log.compilations = 1; }
  };
  /// Codes with entries at loops that one function may have.
  static constexpr uint32_t kMostLoops = 8;

  explicit OptimizingPolicy(const runtime::JitOptions& options)
      : enabled_(options.mode == runtime::JitOptions::Mode::kOptimizing),
        atOnce_(options.optimizeAtOnce),
        threshold_(options.optimizeThreshold) {}

  bool enabled() const { return enabled_; }
  bool atOnce() const { return atOnce_; }
  State& of(const runtime::Code& code) { return states_[&code]; }
  /// Null: nothing is known of it.
  State* find(const runtime::Code& code) {
    auto at = states_.find(&code);
    return at != states_.end() ? &at->second : nullptr;
  }
  /// A poll found the function's baseline code running. True: it is hot, as of now.
  bool sampled(State& state) const {
    // Each failed compilation makes it wait for longer.
    return state.phase == Phase::kCold && ++state.samples >= threshold_ << std::min(state.log.compilations - 1, 8u);
  }
  /// Whether the function may be compiled for an entry.
  bool mayCompile(const State& state, uint32_t entry) const {
    return state.phase == Phase::kReady && !state.refused.contains(entry) && state.refused.size() <= kMostLoops;
  }
  /// It has to become hot again.
  void cool(State& state) const {
    state.samples = 0;
    state.phase = state.log.compilations > SpeculationLog<Place>::kMostCompilations ? Phase::kNever : Phase::kCold;
  }
  /// Its code was discarded: everything begins anew, unless that has been often enough.
  void discarded(State& state) const {
    state.log.discarded();
    state.log.compilations++;
    state.refused.clear();
    cool(state);
  }
  /// The function is dead.
  void forget(const runtime::Code& code) { states_.erase(&code); }

 private:
  bool enabled_, atOnce_;
  uint32_t threshold_;
  std::unordered_map<const runtime::Code*, State> states_;
};

}  // namespace devvm::jit
