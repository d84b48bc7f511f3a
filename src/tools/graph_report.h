// devvm jit --graphs: what the optimizing compiler would make of each function, as far as its graph.
#pragma once

#include <string>

#include "runtime/isolate.h"

namespace devvm::tools {

/// A line for each function of which anything was seen, for its entry and each of its loops; or, of the functions
/// called `name`, the graphs.
std::string graphReport(runtime::Isolate& isolate, const std::string& name);

}  // namespace devvm::tools
