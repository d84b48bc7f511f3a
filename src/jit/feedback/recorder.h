// Fills feedback vectors: looks at the instructions of a profiled slice before they run (docs/feedback.md).
#pragma once

#include <cstdint>
#include <vector>

#include "jit/feedback/feedback.h"
#include "runtime/isolate.h"

namespace devvm::jit {

class Recorder {
 public:
  /// Instructions of a slice. One costs some 20 ns more than without: a slice is short beside a compilation.
  static constexpr uint32_t kSlice = 2'000;

  /// Begins a slice, or prolongs the running one.
  void begin(runtime::Isolate& isolate);
  /// Tiers::observe().
  void observe(runtime::Isolate& isolate);
  /// Tiers::collected(): what became of the tables that were followed.
  void collected(heap::Heap& heap);
  /// A function is freed: what waits for its results forgets it.
  void forget(const runtime::Code& code);

  uint64_t slices = 0;  ///< begun
  uint64_t steps = 0;   ///< instructions looked at

 private:
  /// An instruction that has begun: where it leads is seen when its frame goes on.
  struct Begun {
    const runtime::Fiber* fiber;
    const runtime::Code* code;
    uint32_t frame;   ///< distance from the stack's high end
    uint32_t offset;  ///< of the instruction
    uint32_t end;     ///< offset behind it, its tail excluded
    TypeSet left;     ///< of a tail that is an operation: its left operand
  };
  static constexpr size_t kMostBegun = 32;

  /// A table that a site made, until the next collection.
  struct Followed {
    heap::Object* table;
    const runtime::Code* code;
    uint32_t offset;
  };
  static constexpr size_t kMostFollowed = 256;

  void follow(const Begun& begun, heap::Value table);
  void end(runtime::Isolate& isolate);
  void settle(const runtime::Fiber& f, const Begun& begun, FeedbackVector& vector, uint32_t offset);
  void record(runtime::Isolate& isolate, const runtime::Fiber& f, FeedbackVector& vector, Site& site);
  void recordCall(const runtime::Fiber& f, FeedbackVector& vector, Site& site, const uint8_t* pc);

  uint32_t left_ = 0;  ///< instructions of the slice
  std::vector<Begun> begun_;
  std::vector<Followed> followed_;
};

}  // namespace devvm::jit
