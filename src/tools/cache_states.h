// What inline caches know, in words, for `devvm jit`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bytecode/decode.h"
#include "runtime/cache_misses.h"
#include "runtime/isolate.h"

namespace devvm::tools {

/// One kind of receiver that a site met.
struct CachedShape {
  std::vector<std::string> fields;  ///< names of the shape's fields, in order; not all of long ones
  size_t fieldCount = 0;
  bool strings = false;  ///< any string, no table
  bool metatable = false;
  std::string how;  ///< where the field is
  std::string text() const;
};

struct CacheState {
  const char* state =
      "empty";         ///< "empty", "mono", "poly", "mega" (more shapes than it holds: the shared cache helps), "none"
  bool stale = false;  ///< a metatable changed: what was found through metatables does not hold
  std::vector<CachedShape> shapes;
  std::vector<std::pair<const char*, uint64_t>> misses;  ///< reasons and how often, in all tiers
  std::string text() const;
};

/// The state of the instruction's inline cache; nothing if it has none.
std::optional<CacheState> cacheStateOf(runtime::Isolate& isolate, const runtime::Code& code,
                                       const bytecode::Instruction& instruction, const runtime::CacheMissLog& misses);

}  // namespace devvm::tools
