// What `devvm jit` says of compiled functions as a whole: a table, or JSON.
#pragma once

#include <string>
#include <vector>

#include "base/json_writer.h"
#include "jit/tiering/code_records.h"

namespace devvm::tools {

/// Sums over compiled functions.
struct JitTotals {
  size_t compiled = 0, refused = 0, ended = 0;
  uint64_t instructions = 0, bytecodeBytes = 0, machineBytes = 0, nanos = 0;
  uint64_t calls = 0, loopEntries = 0, rareSteps = 0, exits = 0;
};
using JitRecordList = std::vector<std::unique_ptr<jit::CodeRecord>>;
JitTotals totalsOf(const JitRecordList& records);

/// Millions of instructions a second.
double millionsPerSecond(uint64_t instructions, uint64_t nanos);
/// "file:line", or "file" for a main chunk.
std::string placeOf(const jit::CodeRecord& record);
/// What a function is called: its name, "main chunk" or "(anonymous)".
std::string nameOf(const jit::CodeRecord& record);

/// "baseline", or "optimizing -O2".
std::string tierOf(const jit::CodeRecord& record);
/// Where optimized code is entered: "calls", or "the loop of line 9".
std::string entryOf(const jit::CodeRecord& record);

/// A table with a line for each compiled function, then what was refused, then totals. `counted`: calls between
/// machine code and rare cases were counted.
std::string jitTable(const JitRecordList& records, size_t omitted, bool counted, bool colours);
/// Writes the same facts: keys "functions" and "totals" of an object that is open.
void jitJson(base::JsonWriter& out, const JitRecordList& records, size_t omitted, bool counted);
/// The fields of one function, into an object that is open.
void jitJson(base::JsonWriter& out, const jit::CodeRecord& record, bool counted);

}  // namespace devvm::tools
