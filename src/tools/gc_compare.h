// devvm gc --compare: the same program with each collector.
#pragma once

#include <vector>

#include "inspect/collector_comparison.h"
#include "runtime/isolate.h"
#include "tools/command.h"

namespace devvm::tools {

/// Runs arguments[first] with each collector, interpreted, in a process of its own. The first run is the program's to
/// all purposes: its output and input; that of the others goes nowhere. False after telling what the system refused.
bool runWithEachCollector(const runtime::IsolateOptions& options, const Arguments& arguments, size_t first,
                          std::vector<inspect::CollectorRun>& runs);

}  // namespace devvm::tools
