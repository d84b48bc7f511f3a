// Heap graphs for people: what takes the memory, what keeps it alive, and what became more between two of them.
#pragma once

#include <string>

#include "inspect/dominators.h"
#include "inspect/heap_graph.h"

namespace devvm::inspect {

struct HeapReportOptions {
  bool colour = false;
  size_t rows = 15;  ///< of each table at most
};

/// Types by size, the biggest objects with the ways to them, and the tree of dominators.
std::string heapText(const HeapGraph& graph, const HeapReportOptions& options);
/// Types that have more objects in `after` than in `before`, with the ways to the new ones.
std::string growthText(const HeapGraph& before, const HeapGraph& after, const HeapReportOptions& options);

}  // namespace devvm::inspect
