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
    uint32_t polls = 0;          ///< that found its optimized code running
    uint32_t pollsThen = 0;      ///< as many as there were when that code was left where compiling again is no help
    uint32_t credit = kCredit;   ///< times that it may be left there
    uint32_t beginnings = 0;     ///< slices that began with its call, since those before had not seen its beginning
    bool hadGap = false;         ///< some of its frames may have had OptimizedFunction::gap
    State() { log.compilations = 1; }
  };
  /// Compilations of a function that follow as soon as the code before is found wrong; later ones wait.
  static constexpr uint32_t kEager = 8;
  /// Compilations that were left at a place until that is taken as it is: for what nobody had seen, and for guards.
  static constexpr uint32_t kUnseenOften = 1, kGuardOften = 3;
  static constexpr uint32_t kCredit = 60;
  /// Guards fail so often until the code is discarded, and all together: what else comes there is learnt meanwhile, and
  /// compiling takes as long as some hundred exits.
  static constexpr uint32_t kGuardTimes = 8, kGuardsInAll = 24;
  /// Times that a slice is recorded where code was left at one place.
  static constexpr uint32_t kSlicesOfPlace = 2;
  static constexpr uint32_t kMostBeginnings = 2;
  /// Codes with entries at loops that one function may have.
  static constexpr uint32_t kMostLoops = 8;

  explicit OptimizingPolicy(const runtime::JitOptions& options)
      : enabled_(options.mode >= runtime::JitOptions::Mode::kOn),
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
  /// Code was left where another compilation would not do better: a leaf function without an answer, an instruction
  /// without a graph. False: that happens too often for what the code is worth.
  bool mayLeave(State& state) const {
    // It is worth as much as it works in between.
    state.credit = std::min<uint64_t>(uint64_t{state.credit} + (state.polls - state.pollsThen), kCredit);
    state.pollsThen = state.polls;
    if (state.credit == 0) return false;
    state.credit--;
    return true;
  }
  /// One of its codes was discarded for good; others may be worth more.
  void gaveUp(State& state) const { state.credit = kCredit; }
  /// It has to become hot again.
  void cool(State& state) const {
    state.samples = 0;
    state.phase = state.log.compilations > SpeculationLog<Place>::kMostCompilations ? Phase::kNever : Phase::kCold;
  }
  /// Code with this entry was found wrong: it is compiled anew, unless that has been often enough.
  void discarded(State& state, uint32_t entry) const {
    state.log.discarded();
    state.log.compilations++;
    state.refused.erase(entry);
    if (state.phase == Phase::kNever) return;
    if (state.log.compilations > kEager) return cool(state);
    state.phase = Phase::kReady;
  }
  /// All of its code is useless.
  void discarded(State& state) const {
    state.log.discarded();
    state.log.compilations++;
    state.refused.clear();
    cool(state);
  }
  /// A poll found the function's optimized code running.
  void ran(const runtime::Code& code) {
    if (&code != lastCode_) {
      last_ = find(code);
      lastCode_ = &code;
    }
    if (last_ != nullptr) last_->polls++;
  }
  /// The function is dead.
  void forget(const runtime::Code& code) {
    states_.erase(&code);
    lastCode_ = nullptr;
  }

 private:
  bool enabled_, atOnce_;
  uint32_t threshold_;
  std::unordered_map<const runtime::Code*, State> states_;
  const runtime::Code* lastCode_ = nullptr;  ///< that ran
  State* last_ = nullptr;                    ///< its state
};

}  // namespace devvm::jit
