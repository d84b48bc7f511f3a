// The same program run with several collectors, side by side.
#pragma once

#include <span>
#include <string>

#include "inspect/collection_report.h"

namespace devvm::inspect {

/// What one run came to. Plain bytes: it is sent from the process that ran the program.
struct CollectorRun {
  char name[32] = {};         ///< of the collector
  int status = 0;             ///< of the program
  uint64_t elapsed = 0;       ///< nanoseconds of the whole run
  uint64_t processor = 0;     ///< the same in processor time
  uint64_t allocated = 0;     ///< bytes, by the program
  uint64_t copied = 0;        ///< bytes that collections moved
  uint64_t marked = 0;        ///< bytes that collections found alive
  uint64_t mostInUse = 0;     ///< bytes of objects
  uint64_t mostResident = 0;  ///< bytes of memory that the process had, all things included
  PauseSummary minor, full, all;
};

/// Adds up what a log saw of a run; `stats` are the heap's at its end. Name, status, processor and resident are the
/// caller's.
CollectorRun runOf(std::span<const CollectionRecord> records, uint64_t elapsed, const heap::HeapStats& stats);
/// A table for people; `colour`: with terminal colours.
std::string comparisonText(std::string_view program, std::span<const CollectorRun> runs, bool colour);
/// The same facts for programs.
std::string comparisonJson(std::string_view program, std::span<const CollectorRun> runs);

}  // namespace devvm::inspect
