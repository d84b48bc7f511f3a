// devvm jit --graphs: what the optimizing compiler would make of each function, as far as its graph.
#pragma once

#include <string>

#include "runtime/isolate.h"

namespace devvm::tools {

enum class GraphForm : uint8_t {
  kText,
  kDot,   ///< Graphviz: a digraph for each stage
  kJson,  ///< blocks, nodes and edges of each stage
  kDiff,  ///< what each pass removed and added
};

/// A line for each function of which anything was seen, for its entry and each of its loops; or, of the functions
/// called `name`, the graphs. Other forms have the graphs of all functions if `name` is empty.
std::string graphReport(runtime::Isolate& isolate, const std::string& name, GraphForm form = GraphForm::kText);

}  // namespace devvm::tools
