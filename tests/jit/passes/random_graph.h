// Random loose graphs, made as the graph builder makes them: locals, structured control flow, a frame state everywhere.
#pragma once

#include <random>
#include <vector>

#include "evaluator.h"
#include "jit/ir/ir.h"

namespace devvm::jit::ir::testing {

/// Slots: 0 to 1 integers, 2 a float, 3 and 4 tables with fields 24 and 32, 5 a cell, 6 anything.
inline constexpr uint32_t kSlots = 7;

/// Fills a graph with a function that returns and whose loops end.
void makeRandomGraph(Graph& graph, uint32_t seed);
/// Words at entry that mostly are what the graph expects. The objects live in `objects`.
std::vector<Datum> makeSlots(std::mt19937& random, std::vector<std::unique_ptr<Object>>& objects);

}  // namespace devvm::jit::ir::testing
