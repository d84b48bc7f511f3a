// What the collections of a run add up to: pauses, how much of the time was the program's, survival; and a picture.
#pragma once

#include <span>
#include <string>

#include "base/json_writer.h"
#include "inspect/collection_log.h"

namespace devvm::inspect {

/// Collections of one kind. Times in nanoseconds; percentiles are pauses that were there (nearest rank).
struct PauseSummary {
  uint64_t count = 0, total = 0, median = 0, p99 = 0, longest = 0;
};

/// What a report is about.
struct CollectionRun {
  std::span<const CollectionRecord> records;
  uint64_t elapsed = 0;    ///< nanoseconds of the whole run
  uint64_t allocated = 0;  ///< bytes, in the whole run
  std::string_view name;   ///< of the program
};

enum class Which : uint8_t { kMinor, kFull, kAll };
PauseSummary summarize(std::span<const CollectionRecord> records, Which which);
/// As member `name` of the object that is being written.
void writePauses(base::JsonWriter& w, const char* name, const PauseSummary& s);

/// The least part, 0 to 1, of any `window` nanoseconds of the run that the program had for itself: its minimum mutator
/// utilisation (Cheng & Blelloch, "A parallel, real-time garbage collector", PLDI 2001). 1 if the run was shorter and
/// without a pause.
double minimumUtilisation(std::span<const CollectionRecord> records, uint64_t elapsed, uint64_t window);

/// Tables for people; `colour`: with terminal colours.
std::string reportText(const CollectionRun& run, bool colour);
/// The same facts, and every collection, for programs.
std::string reportJson(const CollectionRun& run);
/// A picture of the run: memory in use over time, and the pauses below.
std::string timelineSvg(const CollectionRun& run);

}  // namespace devvm::inspect
