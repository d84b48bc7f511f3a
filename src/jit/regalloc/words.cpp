// Words of the frame for values that are in memory somewhere. A value has one word for all its life. What lives across
// a guest call has to lie above the callee's slot; below it the new frame comes (docs/optimizing-jit.md). Where there
// is not enough room, callees lie lower.

#include <algorithm>

#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

namespace {

using Ranges = std::vector<Range>;

Ranges rangesOf(const Interval* first) {
  Ranges all;
  for (const Interval* i = first; i != nullptr; i = i->next) {
    for (const Range* r = i->ranges; r != nullptr; r = r->next) {
      if (!all.empty() && all.back().to >= r->from) {
        all.back().to = r->to;
      } else {
        all.push_back({r->from, r->to});
      }
    }
  }
  return all;
}

class Words {
 public:
  Words(const LiveIntervals& live, Allocation& out) : live_(live), c_(live.constraints()), out_(out) {}
  const char* run(const std::vector<uint8_t>& needsWord, std::vector<int32_t>& words);

 private:
  uint32_t limitOf(const Ranges& ranges, const ir::Node* value);
  bool isFree(uint32_t word, const Ranges& ranges) const;
  void occupy(uint32_t word, const Ranges& ranges);
  void relatives(uint32_t v, std::vector<uint32_t>& out) const;

  const LiveIntervals& live_;
  const Constraints& c_;
  Allocation& out_;
  std::vector<std::pair<Position, uint32_t>> calls_;  ///< where, word of the callee
  std::vector<Ranges> taken_;                         ///< by word, ascending
};

/// Words below this number survive all calls that the value lives across, without a gap. The calls are noted.
uint32_t Words::limitOf(const Ranges& ranges, const ir::Node* value) {
  uint32_t limit = c_.mostWords;
  auto call = calls_.begin();
  for (const Range& r : ranges) {
    call = std::lower_bound(call, calls_.end(), std::pair{r.from, 0u});
    for (; call != calls_.end() && call->first < r.to; ++call) {
      limit = std::min(limit, call->second);
      out_.across.push_back({stepAt(call->first), value});
    }
  }
  return limit;
}

bool Words::isFree(uint32_t word, const Ranges& ranges) const {
  if (word >= taken_.size()) return true;
  const Ranges& taken = taken_[word];
  auto at = taken.begin();
  for (const Range& r : ranges) {
    at = std::lower_bound(at, taken.end(), r.from, [](const Range& t, Position p) { return t.to <= p; });
    if (at == taken.end()) return true;
    if (at->from < r.to) return false;
  }
  return true;
}

void Words::occupy(uint32_t word, const Ranges& ranges) {
  if (word >= taken_.size()) taken_.resize(word + 1);
  Ranges both;
  both.reserve(taken_[word].size() + ranges.size());
  std::merge(taken_[word].begin(), taken_[word].end(), ranges.begin(), ranges.end(), std::back_inserter(both),
             [](const Range& x, const Range& y) { return x.from < y.from; });
  // Neighbours become one.
  size_t end = 0;
  for (const Range& r : both) {
    if (end != 0 && both[end - 1].to >= r.from) {
      both[end - 1].to = std::max(both[end - 1].to, r.to);
    } else {
      both[end++] = r;
    }
  }
  both.resize(end);
  taken_[word] = std::move(both);
}

/// Values from which or into which this one flows: a common word saves moves.
void Words::relatives(uint32_t v, std::vector<uint32_t>& out) const {
  const LiveIntervals::Value& value = live_.values[v];
  out.clear();
  if (!value.isPhi) return;
  for (uint32_t i = 0; i < value.node->inputCount(); i++) {
    uint32_t in = live_.valueOf[value.node->input(i)->id];
    if (in != UINT32_MAX) out.push_back(in);
  }
}

const char* Words::run(const std::vector<uint8_t>& needsWord, std::vector<int32_t>& words) {
  words.assign(live_.values.size(), INT32_MAX);
  std::vector<uint32_t> waiting;
  for (uint32_t i = 0; i < c_.steps.size(); i++) {
    const Step& step = c_.steps[i];
    if (step.isGuestCall) calls_.emplace_back(clobberAt(i), step.calleeWord);
    if (!step.hasHome || step.home < 0) continue;
    // Nobody else may have the word until it has been read.
    occupy(static_cast<uint32_t>(step.home), {{0, writeAt(i) + 1}});
  }
  for (uint32_t v = 0; v < live_.values.size(); v++) {
    const LiveIntervals::Value& value = live_.values[v];
    if (needsWord[v] == 0) continue;
    const Step* step = value.isPhi ? nullptr : &c_.steps[stepAt(value.definedAt)];
    if (step == nullptr || !step->hasHome) {
      waiting.push_back(v);
      continue;
    }
    words[v] = step->home;
    Ranges ranges = rangesOf(value.first);
    if (step->home >= 0 && limitOf(ranges, value.node) <= static_cast<uint32_t>(step->home)) {
      return "a parameter lives below a call";
    }
    if (step->home >= 0) occupy(static_cast<uint32_t>(step->home), ranges);
  }
  // Those that have the least choice first.
  std::vector<std::pair<uint32_t, uint32_t>> order;
  std::vector<Ranges> ranges(live_.values.size());
  for (uint32_t v : waiting) {
    ranges[v] = rangesOf(live_.values[v].first);
    order.emplace_back(limitOf(ranges[v], live_.values[v].node), v);
  }
  std::sort(order.begin(), order.end());
  std::vector<uint32_t> near;
  for (auto [limit, v] : order) {
    uint32_t word = UINT32_MAX;
    relatives(v, near);
    for (uint32_t n : near) {
      if (words[n] == INT32_MAX || words[n] < 0) continue;
      auto candidate = static_cast<uint32_t>(words[n]);
      if (candidate < limit && isFree(candidate, ranges[v])) word = candidate;
    }
    // The gap grows as it must; who was given a word already is content with more room.
    for (uint32_t w = 0; word == UINT32_MAX && w < std::min(limit + c_.mostGap, c_.mostWords); w++) {
      if (isFree(w, ranges[v])) word = w;
    }
    if (word != UINT32_MAX && word >= limit) out_.gap = std::max(out_.gap, word - limit + 1);
    if (word == UINT32_MAX) return "more values live across a call than words of the frame lie above it";
    words[v] = static_cast<int32_t>(word);
    occupy(word, ranges[v]);
  }
  out_.words = static_cast<uint32_t>(taken_.size());
  std::sort(out_.across.begin(), out_.across.end(), [](const auto& a, const auto& b) {
    return a.step != b.step ? a.step < b.step : a.value->id < b.value->id;
  });
  return nullptr;
}

}  // namespace

const char* assignWords(const LiveIntervals& live, const std::vector<uint8_t>& needsWord, std::vector<int32_t>& words,
                        Allocation& allocation) {
  return Words(live, allocation).run(needsWord, words);
}

}  // namespace devvm::jit::regalloc
