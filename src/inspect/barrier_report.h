// What write barriers cost: how many stores a program executes, how many of them the collector had to record, and what
// each way through the barrier takes on this machine.
#pragma once

#include <array>
#include <string>

#include "events/event_bus.h"
#include "inspect/collection_log.h"
#include "runtime/isolate.h"

namespace devvm::inspect {

/// Counts the instructions that store into objects. For an interpreted program whose instructions are told as events.
class StoreCounter final : public events::Subscriber {
 public:
  enum Kind : uint8_t { kFields, kElements, kCaptured, kConstructors, kKinds };
  void onEvent(const events::Event& event) override;
  uint64_t count(Kind kind) const { return counts_[kind]; }
  uint64_t instructions() const { return instructions_; }
  /// All but those of constructors, whose objects are new.
  uint64_t stores() const { return counts_[kFields] + counts_[kElements] + counts_[kCaptured]; }

 private:
  std::array<uint64_t, kKinds> counts_{};
  uint64_t instructions_ = 0;
};

/// Nanoseconds of one store by Heap::store, by what it meets.
struct StoreTimes {
  double plain = 0;     ///< no barrier at all
  double young = 0;     ///< into a young object: the first test ends it
  double number = 0;    ///< a number into an old object
  double old = 0;       ///< an old object into an old object: the second test ends it
  double recorded = 0;  ///< a young object into an old one that is not remembered
  double again = 0;     ///< into one that is
  double card = 0;      ///< a young object into a long old array
};
/// Measures them in `isolate`, whose heap gets some objects for that. MAY COLLECT. All zero: no memory.
StoreTimes measureStores(runtime::Isolate& isolate);

/// The report for people. `remembered`: nanoseconds in which minor collections scanned what was recorded, of `elapsed`.
std::string barrierText(const std::string& program, const StoreCounter& stores, uint64_t recorded, uint64_t remembered,
                        const StoreTimes& times);

}  // namespace devvm::inspect
