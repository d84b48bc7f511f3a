// devvm jit --explain: what keeps functions slow, in words, and what would help.
#pragma once

#include <string>
#include <vector>

#include "jit/tiering/code_records.h"

namespace devvm::tools {

/// One thing that costs time at a line.
struct Finding {
  const char* kind;    ///< for programs: "exits", "megamorphic call" ...
  uint32_t line = 0;   ///< in `source`
  std::string source;  ///< short name of the chunk
  std::string what, help;
  double cost = 0;  ///< estimated, for the order only: from 0 (nothing) to 1
};

/// What was found out of a function.
struct Explanation {
  std::string name, place, state;
  double share = 0;  ///< of the polls that found this function running
  const runtime::Code* code = nullptr;
  std::vector<Finding> findings;  ///< the worst first
};

/// Of all functions that ran for a while, or of those called `name`: the most expensive first (explain.cpp).
std::vector<Explanation> explanations(runtime::Isolate& isolate, const std::string& name);
/// The same as text, or JSON.
std::string explain(runtime::Isolate& isolate, const std::string& name, bool json, bool colours);

}  // namespace devvm::tools
