#include "frontend/names.h"

#include <algorithm>

namespace devvm::frontend {

namespace {

constexpr size_t kLongest = 64;  ///< longer names get no suggestions: sources may be hostile

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equalButForCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

uint32_t editDistance(std::string_view a, std::string_view b, uint32_t limit) {
  size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit) return limit + 1;
  // Rows of the table of distances of prefixes: this one, the one before, the one before that.
  std::vector<uint32_t> now(b.size() + 1), before(b.size() + 1), earlier;
  for (size_t j = 0; j <= b.size(); j++) now[j] = static_cast<uint32_t>(j);
  for (size_t i = 1; i <= a.size(); i++) {
    earlier = before;
    std::swap(before, now);
    now[0] = static_cast<uint32_t>(i);
    uint32_t least = now[0];
    for (size_t j = 1; j <= b.size(); j++) {
      uint32_t replaced = before[j - 1] + (a[i - 1] != b[j - 1]);
      now[j] = std::min({replaced, before[j] + 1, now[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], earlier[j - 2] + 1);
      least = std::min(least, now[j]);
    }
    if (least > limit) return limit + 1;
  }
  return std::min(now[b.size()], limit + 1);
}

std::string_view nearestName(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.empty() || name.size() > kLongest) return {};
  uint32_t limit = std::max<uint32_t>(1, static_cast<uint32_t>(name.size()) / 3);
  if (name.size() == 1) limit = 0;  // any other letter would be near
  std::string_view best;
  for (std::string_view candidate : candidates) {
    if (candidate == name || candidate.empty() || candidate.size() > kLongest) continue;
    uint32_t distance = equalButForCase(name, candidate) ? 0 : editDistance(name, candidate, limit);
    bool nearer = best.empty() ? distance <= limit : distance < limit;
    // With nothing but the limit in common it is another name.
    if (!nearer || distance >= candidate.size()) continue;
    best = candidate;
    limit = distance;
    if (distance == 0) break;
  }
  return best;
}

std::string didYouMean(std::string_view name, const std::vector<std::string_view>& candidates) {
  std::string_view nearest = nearestName(name, candidates);
  return nearest.empty() ? std::string() : "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace devvm::frontend
