#include "inspect/collector_comparison.h"

#include <algorithm>

#include "base/json_writer.h"
#include "inspect/units.h"

namespace devvm::inspect {

CollectorRun runOf(std::span<const CollectionRecord> records, uint64_t elapsed, const heap::HeapStats& stats) {
  CollectorRun r;
  r.elapsed = elapsed;
  r.allocated = stats.bytesAllocated;
  r.copied = stats.bytesCopied;
  r.marked = stats.bytesMarked;
  for (const CollectionRecord& c : records) {
    r.mostInUse = std::max<uint64_t>({r.mostInUse, c.before.inUse(), c.after.inUse()});
  }
  r.minor = summarize(records, Which::kMinor);
  r.full = summarize(records, Which::kFull);
  r.all = summarize(records, Which::kAll);
  return r;
}

std::string comparisonText(std::string_view program, std::span<const CollectorRun> runs, bool colour) {
  constexpr size_t kName = 19, kColumn = 10;
  std::string out = colour ? "\033[1m" : "";
  out += "collectors on " + std::string(program) + ", interpreted\n";
  out += padRight("", kName);
  for (const char* heading :
       {"time", "in GC", "of time", "number", "median", "p99", "longest", "objects", "resident", "copied", "marked"}) {
    out += padLeft(heading, kColumn);
  }
  out += colour ? "\033[0m\n" : "\n";
  for (const CollectorRun& r : runs) {
    auto pause = [&r](uint64_t nanos) { return r.all.count == 0 ? std::string("-") : durationText(nanos); };
    double part = r.elapsed == 0 ? 0 : static_cast<double>(r.all.total) / static_cast<double>(r.elapsed);
    out += padRight(r.name, kName);
    for (const std::string& cell :
         {durationText(r.elapsed), durationText(r.all.total), percentText(part), std::to_string(r.all.count),
          pause(r.all.median), pause(r.all.p99), pause(r.all.longest), bytesText(r.mostInUse),
          bytesText(r.mostResident), bytesText(r.copied), bytesText(r.marked)}) {
      out += padLeft(cell, kColumn);
    }
    if (r.status != 0) out += "  ended with status " + std::to_string(r.status);
    out += "\n";
  }
  return out;
}

std::string comparisonJson(std::string_view program, std::span<const CollectorRun> runs) {
  base::JsonWriter w;
  w.beginObject();
  w.field("program", program);
  w.key("collectors");
  w.beginArray();
  for (const CollectorRun& r : runs) {
    w.line();
    w.beginObject();
    w.field("name", std::string_view(r.name));
    w.field("status", static_cast<uint64_t>(r.status));
    w.field("elapsedNanos", r.elapsed);
    w.field("processorNanos", r.processor);
    w.field("allocated", r.allocated);
    w.field("copied", r.copied);
    w.field("marked", r.marked);
    w.field("mostInUse", r.mostInUse);
    w.field("mostResident", r.mostResident);
    w.key("pauses");
    w.beginObject();
    writePauses(w, "minor", r.minor);
    writePauses(w, "full", r.full);
    writePauses(w, "all", r.all);
    w.endObject();
    w.endObject();
  }
  w.endArray();
  w.endObject();
  return w.take() + "\n";
}

}  // namespace devvm::inspect
