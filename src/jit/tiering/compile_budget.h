// The share of the time that compilations may take.
#pragma once

#include <cstdint>

namespace devvm::jit {

/// The first kAllowance is free: it pays for the start of any ordinary program. Then compilations may have one part in
/// kShare of the time that has passed. A program that makes hot functions without end so runs at least at
/// (kShare - 1) / kShare of the interpreter's speed.
class CompileBudget {
 public:
  static constexpr uint64_t kAllowance = 100'000'000;  ///< nanoseconds
  static constexpr uint64_t kShare = 4;

  explicit CompileBudget(uint64_t now) : began_(now) {}
  /// Whether a compilation may begin at the time `now`.
  bool allows(uint64_t now) const { return spent_ <= kAllowance + (now - began_) / kShare; }
  uint64_t spent() const { return spent_; }

  /// A compilation in scope, from the time `began` on.
  class Spending {
   public:
    Spending(CompileBudget& budget, uint64_t began) : budget_(budget), began_(began) {}
    ~Spending();
    Spending(const Spending&) = delete;
    Spending& operator=(const Spending&) = delete;

   private:
    CompileBudget& budget_;
    uint64_t began_;
  };

 private:
  uint64_t began_, spent_ = 0;
};

}  // namespace devvm::jit
