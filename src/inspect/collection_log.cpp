#include "inspect/collection_log.h"

#include "base/json_writer.h"
#include "heap/phase_scope.h"
#include "inspect/units.h"

namespace devvm::inspect {

CollectionLog::CollectionLog(const heap::Heap& heap, LogForm form, std::FILE* out, bool keep)
    : heap_(heap), form_(form), out_(out), keep_(keep), origin_(heap::nowNanos()) {
  allocatedBefore_ = heap.stats().bytesAllocated;
}

uint64_t CollectionLog::elapsed() const { return heap::nowNanos() - origin_; }

void CollectionLog::onEvent(const events::Event& event) {
  heap::HeapStats now = heap_.stats();
  if (event.kind == events::EventKind::kCollectionBegin) {
    current_ = {};
    current_.full = event.full;
    current_.reason = event.text;
    current_.begin = elapsed();
    current_.before = heap::spaceStats(heap_);
    current_.allocated = now.bytesAllocated - allocatedBefore_;
    allocatedBefore_ = now.bytesAllocated;
    atBegin_ = now;
    return;
  }
  if (event.kind != events::EventKind::kCollectionEnd) return;
  // The heap's own times leave out what verification took.
  current_.pause = now.nanosMinor + now.nanosFull - atBegin_.nanosMinor - atBegin_.nanosFull;
  for (size_t i = 0; i < kPhases; i++) current_.phases[i] = now.phaseNanos[i] - atBegin_.phaseNanos[i];
  current_.promoted = now.bytesPromoted - atBegin_.bytesPromoted;
  current_.after = heap::spaceStats(heap_);
  count_++;
  if (form_ != LogForm::kNone) write(current_);
  if (keep_) records_.push_back(current_);
}

void CollectionLog::write(const CollectionRecord& r) {
  std::string line = form_ == LogForm::kText ? "gc: " + recordText(r, count_) : recordJson(r, count_);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), out_);
}

std::string recordText(const CollectionRecord& r, uint64_t number) {
  std::string line = padLeft(durationText(r.begin), 8) + "  #" + std::to_string(number);
  line += r.full ? " full  " : " minor ";
  line += padLeft(durationText(r.pause), 8) + "  " + padLeft(bytesText(r.before.inUse()), 8) + " -> " +
          padLeft(bytesText(r.after.inUse()), 8);
  if (r.full) {
    line += ", waste " + percentText(r.after.fragmentation());
  } else {
    line += ", survived " + percentText(r.survival()) + ", promoted " + bytesText(r.promoted);
  }
  line += "  (";
  line += r.reason;
  line += ')';
  for (size_t i = 0; i < kPhases; i++) {
    // What is less than a twentieth of the pause tells nobody anything.
    if (r.phases[i] * 20 < r.pause || r.phases[i] == 0) continue;
    line += ' ';
    line += heap::collectorPhaseName(static_cast<heap::CollectorPhase>(i));
    line += ' ' + durationText(r.phases[i]);
  }
  return line;
}

namespace {

void spaces(base::JsonWriter& w, std::string_view name, const heap::SpaceStats& s) {
  w.key(name);
  w.beginObject();
  w.field("inUse", s.inUse());
  w.field("eden", s.edenUsed);
  w.field("survivors", s.survivors);
  w.field("old", s.oldLines);
  w.field("fixed", s.fixed);
  w.field("large", s.large);
  w.field("external", s.external);
  w.field("committed", s.committed);
  w.endObject();
}

}  // namespace

std::string recordJson(const CollectionRecord& r, uint64_t number) {
  base::JsonWriter w;
  w.beginObject();
  w.field("collection", number);
  w.field("kind", r.full ? "full" : "minor");
  w.field("reason", r.reason);
  w.field("beginNanos", r.begin);
  w.field("pauseNanos", r.pause);
  w.field("allocated", r.allocated);
  w.field("promoted", r.promoted);
  if (!r.full) {
    w.key("survival");
    w.decimal(r.survival(), 4);
  }
  spaces(w, "before", r.before);
  spaces(w, "after", r.after);
  w.key("fragmentation");
  w.decimal(r.after.fragmentation(), 4);
  w.key("phaseNanos");
  w.beginObject();
  for (size_t i = 0; i < kPhases; i++) {
    w.field(heap::collectorPhaseName(static_cast<heap::CollectorPhase>(i)), r.phases[i]);
  }
  w.endObject();
  w.endObject();
  return w.take();
}

}  // namespace devvm::inspect
