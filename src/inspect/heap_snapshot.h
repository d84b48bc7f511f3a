// Heap graphs as files: the format that Chrome's DevTools open (Memory, Load), which other tools read as well.
#pragma once

#include <cstdio>
#include <string>

#include "inspect/heap_graph.h"

namespace devvm::inspect {

/// Writes JSON. False: the file took not all of it (errno).
bool writeSnapshot(const HeapGraph& graph, std::FILE* file);
/// Reads what writeSnapshot() wrote, or another program's file with the same fields. False: `problem` says what is
/// wrong with it.
bool readSnapshot(const std::string& path, HeapGraph& graph, std::string& problem);

}  // namespace devvm::inspect
