// What each collection did: gathered from the collection events and the heap's own counts, for the log and for reports.
#pragma once

#include <cstdio>
#include <vector>

#include "events/event_bus.h"
#include "heap/heap.h"
#include "heap/space_stats.h"

namespace devvm::inspect {

inline constexpr size_t kPhases = static_cast<size_t>(heap::CollectorPhase::kCount);

/// One collection. Times are nanoseconds; the program stood still from `begin` for `pause`.
struct CollectionRecord {
  bool full = false;
  std::string_view reason;  ///< a text of the heap's own, which never ends
  uint64_t begin = 0;       ///< since the log was begun
  uint64_t pause = 0;
  uint64_t phases[kPhases] = {};
  heap::SpaceStats before, after;
  uint64_t allocated = 0;  ///< bytes, by the program since the collection before
  uint64_t promoted = 0;   ///< bytes that went to the old generation

  size_t youngBefore() const { return before.edenUsed + before.survivors; }
  /// Part of the young bytes that lives on, 0 to 1.
  double survival() const {
    return youngBefore() == 0 ? 0.0
                              : static_cast<double>(after.survivors + promoted) / static_cast<double>(youngBefore());
  }
};

/// How a record is written when it is complete.
enum class LogForm : uint8_t { kNone, kText, kJsonLines };

/// Listens to one isolate's collections. The heap must live longer than the last event.
class CollectionLog final : public events::Subscriber {
 public:
  /// Writes each record to `out` (the caller's) unless the form is kNone; `keep`: records() has all of them.
  CollectionLog(const heap::Heap& heap, LogForm form, std::FILE* out, bool keep);
  void onEvent(const events::Event& event) override;

  const std::vector<CollectionRecord>& records() const { return records_; }
  /// Nanoseconds since the log was begun.
  uint64_t elapsed() const;

 private:
  void write(const CollectionRecord& r);

  const heap::Heap& heap_;
  LogForm form_;
  std::FILE* out_;
  bool keep_;
  uint64_t origin_;
  uint64_t count_ = 0;
  CollectionRecord current_;
  heap::HeapStats atBegin_;
  uint64_t allocatedBefore_ = 0;
  std::vector<CollectionRecord> records_;
};

/// A line for people, without a line end.
std::string recordText(const CollectionRecord& r, uint64_t number);
/// A JSON object, without a line end.
std::string recordJson(const CollectionRecord& r, uint64_t number);

}  // namespace devvm::inspect
