// Events and who listens. An isolate without a bus pays one test of a null pointer where something rare happens, and
// nothing where something frequent does (calls and instructions go through the hooking dispatch table).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace devvm::events {

enum class EventKind : uint8_t {
#define EVENT(id, name, fields) id,
#include "events/events.def"
#undef EVENT
  kCount
};

using EventSet = uint32_t;
constexpr EventSet setOf(EventKind k) { return EventSet{1} << static_cast<unsigned>(k); }
inline constexpr EventSet kCallEvents = setOf(EventKind::kCall) | setOf(EventKind::kReturn) |
                                        setOf(EventKind::kResume) | setOf(EventKind::kYield) |
                                        setOf(EventKind::kCoroutineEnd);
inline constexpr EventSet kCollectionEvents = setOf(EventKind::kCollectionBegin) | setOf(EventKind::kCollectionEnd);
/// What the collector decides about itself.
inline constexpr EventSet kTuningEvents =
    setOf(EventKind::kEdenResized) | setOf(EventKind::kCollectionThreshold) | setOf(EventKind::kMarkingBegin);
inline constexpr EventSet kCompilationEvents =
    setOf(EventKind::kTierUp) | setOf(EventKind::kCompilationRefused) | setOf(EventKind::kDeoptimization) |
    setOf(EventKind::kCodeDiscarded) | setOf(EventKind::kFeedbackIgnored) | setOf(EventKind::kCompilationQueued) |
    setOf(EventKind::kCompilationCancelled);
/// Events that need a look at every instruction.
inline constexpr EventSet kSteppingEvents =
    kCallEvents | setOf(EventKind::kInstruction) | setOf(EventKind::kAllocation);

/// One event. Fields that the kind does not have are empty; texts live until the subscriber returns.
struct Event {
  EventKind kind;
  bool full = false;
  int line = -1;
  int64_t offset = -1;
  int64_t bytes = -1, before = -1;  ///< before: what bytes were before
  int64_t nanos = -1;
  int survival = -1;                          ///< percent
  std::string_view function = {}, text = {};  ///< text: mnemonic, reason or message
  const char* tier = nullptr;                 ///< of the compiler, unless it is the baseline's
};

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  /// Must neither allocate in the isolate's heap nor run guest code.
  virtual void onEvent(const Event& event) = 0;
};

/// Not owned by the isolate; must live longer. Used by the isolate's thread only.
class EventBus {
 public:
  void subscribe(Subscriber& s, EventSet events) {
    subscribers_.push_back({&s, events});
    wanted_ |= events;
  }
  bool wants(EventSet events) const { return wanted_ & events; }
  void publish(const Event& e) {
    for (auto& s : subscribers_) {
      if (s.events & setOf(e.kind)) s.subscriber->onEvent(e);
    }
  }
  uint64_t allocatedBefore = 0;  ///< the isolate's bytes at the last instruction looked at

 private:
  struct Entry {
    Subscriber* subscriber;
    EventSet events;
  };
  std::vector<Entry> subscribers_;
  EventSet wanted_ = 0;
};

}  // namespace devvm::events
