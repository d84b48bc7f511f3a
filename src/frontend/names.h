// Which known name a misspelt one may mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace devvm::frontend {

/// The least number of insertions, deletions, replacements of a byte and exchanges of two neighbours that make `a` into
/// `b` (optimal string alignment: Damerau, "A technique for computer detection and correction of spelling errors",
/// 1964), or `limit` + 1 if it is above `limit`. Time and memory in O(|a| * limit).
uint32_t editDistance(std::string_view a, std::string_view b, uint32_t limit);

/// The candidate nearest to `name`, or empty if none is near: a third of its bytes may be wrong, and of short names
/// one. Of equally near ones the first. Differences of upper and lower case alone count as near.
std::string_view nearestName(std::string_view name, const std::vector<std::string_view>& candidates);

/// For hints: "did you mean 'count'?", or empty.
std::string didYouMean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace devvm::frontend
