#include "jit/code/free_ranges.h"

#include <bit>
#include <cassert>

namespace devvm::jit {

FreeRanges::FreeRanges() {
  for (uint32_t& head : heads_) head = kNone;
}

uint32_t FreeRanges::classOf(uint32_t size) {
  auto log = static_cast<uint32_t>(std::bit_width(size) - 1);
  uint32_t fraction = log >= 2 ? (size >> (log - 2)) & 3 : (size << (2 - log)) & 3;
  return log * 4 + fraction;
}

uint32_t FreeRanges::newNode() {
  if (unused_ != kNone) {
    uint32_t n = unused_;
    unused_ = nodes_[n].next;
    return n;
  }
  return nodes_.append({}) ? nodes_.size() - 1 : kNone;
}

void FreeRanges::dropNode(uint32_t n) {
  nodes_[n].state = State::kUnused;
  nodes_[n].next = unused_;
  unused_ = n;
}

void FreeRanges::enlist(uint32_t n) {
  uint32_t c = classOf(nodes_[n].size);
  nodes_[n].state = State::kFree;
  nodes_[n].previous = kNone;
  nodes_[n].next = heads_[c];
  if (heads_[c] != kNone) nodes_[heads_[c]].previous = n;
  heads_[c] = n;
  filled_[c / 64] |= uint64_t{1} << (c % 64);
  ++freeCount_;
}

void FreeRanges::delist(uint32_t n) {
  Node& node = nodes_[n];
  if (node.next != kNone) nodes_[node.next].previous = node.previous;
  if (node.previous != kNone) {
    nodes_[node.previous].next = node.next;
  } else {
    uint32_t c = classOf(node.size);
    heads_[c] = node.next;
    if (node.next == kNone) filled_[c / 64] &= ~(uint64_t{1} << (c % 64));
  }
  --freeCount_;
}

uint32_t FreeRanges::firstClassFrom(uint32_t c) const {
  for (uint32_t word = c / 64; word < kClasses / 64; ++word) {
    uint64_t bits = filled_[word];
    if (word == c / 64) bits &= ~uint64_t{0} << (c % 64);
    if (bits != 0) return word * 64 + static_cast<uint32_t>(std::countr_zero(bits));
  }
  return kNone;
}

bool FreeRanges::extend(uint32_t size) {
  if (last_ != kNone && nodes_[last_].state == State::kFree) {
    delist(last_);
    nodes_[last_].size += size;
    enlist(last_);
  } else {
    uint32_t n = newNode();
    if (n == kNone) return false;
    nodes_[n] = {total_, size, last_, kNone, kNone, kNone, State::kFree};
    if (last_ != kNone) nodes_[last_].after = n;
    last_ = n;
    enlist(n);
  }
  total_ += size;
  return true;
}

uint32_t FreeRanges::take(uint32_t size) {
  assert(size > 0);
  // Its own class may hold ranges that are too small; those of all higher classes fit.
  uint32_t best = kNone, own = classOf(size);
  for (uint32_t n = heads_[own]; n != kNone; n = nodes_[n].next) {
    if (nodes_[n].size >= size && (best == kNone || nodes_[n].size < nodes_[best].size)) best = n;
  }
  if (best == kNone && own + 1 < kClasses) {
    uint32_t c = firstClassFrom(own + 1);
    if (c != kNone) best = heads_[c];
  }
  if (best == kNone) return kNone;
  uint32_t rest = nodes_[best].size - size;
  if (rest != 0) {
    uint32_t n = newNode();
    if (n == kNone) return kNone;
    delist(best);
    uint32_t after = nodes_[best].after;
    nodes_[n] = {nodes_[best].start + size, rest, best, after, kNone, kNone, State::kFree};
    nodes_[best].size = size;
    nodes_[best].after = n;
    if (after != kNone) {
      nodes_[after].before = n;
    } else {
      last_ = n;
    }
    enlist(n);
  } else {
    delist(best);
  }
  nodes_[best].state = State::kTaken;
  return best;
}

void FreeRanges::release(uint32_t range) {
  assert(isTaken(range));
  uint32_t before = nodes_[range].before, after = nodes_[range].after;
  if (after != kNone && nodes_[after].state == State::kFree) {
    delist(after);
    nodes_[range].size += nodes_[after].size;
    nodes_[range].after = nodes_[after].after;
    if (nodes_[range].after != kNone) {
      nodes_[nodes_[range].after].before = range;
    } else {
      last_ = range;
    }
    dropNode(after);
  }
  if (before != kNone && nodes_[before].state == State::kFree) {
    delist(before);
    nodes_[before].size += nodes_[range].size;
    nodes_[before].after = nodes_[range].after;
    if (nodes_[before].after != kNone) {
      nodes_[nodes_[before].after].before = before;
    } else {
      last_ = before;
    }
    dropNode(range);
    range = before;
  }
  enlist(range);
}

uint32_t FreeRanges::cutTail(uint32_t keep) {
  if (last_ == kNone || nodes_[last_].state != State::kFree || nodes_[last_].size <= keep) return 0;
  uint32_t n = last_, cut = nodes_[n].size - keep;
  delist(n);
  nodes_[n].size = keep;
  if (keep != 0) {
    enlist(n);
  } else {
    last_ = nodes_[n].before;
    if (last_ != kNone) nodes_[last_].after = kNone;
    dropNode(n);
  }
  total_ -= cut;
  return cut;
}

uint32_t FreeRanges::largestFree() const {
  for (uint32_t word = kClasses / 64; word-- > 0;) {
    if (filled_[word] == 0) continue;
    uint32_t largest = 0;
    for (uint32_t n = heads_[word * 64 + 63 - static_cast<uint32_t>(std::countl_zero(filled_[word]))]; n != kNone;
         n = nodes_[n].next) {
      if (nodes_[n].size > largest) largest = nodes_[n].size;
    }
    return largest;
  }
  return 0;
}

bool FreeRanges::check() const {
  uint32_t end = total_, after = kNone, seenFree = 0;
  for (uint32_t n = last_; n != kNone; n = nodes_[n].before) {
    const Node& node = nodes_[n];
    if (node.state == State::kUnused || node.size == 0 || node.start + node.size != end || node.after != after)
      return false;
    if (node.state == State::kFree) {
      ++seenFree;
      if (after != kNone && nodes_[after].state == State::kFree) return false;  // not joined
    }
    end = node.start;
    after = n;
  }
  uint32_t listed = 0;
  for (uint32_t c = 0; c < kClasses; ++c) {
    if ((heads_[c] != kNone) != ((filled_[c / 64] >> (c % 64) & 1) != 0)) return false;
    uint32_t previous = kNone;
    for (uint32_t n = heads_[c]; n != kNone; n = nodes_[n].next) {
      if (nodes_[n].state != State::kFree || classOf(nodes_[n].size) != c || nodes_[n].previous != previous)
        return false;
      previous = n;
      ++listed;
    }
  }
  return end == 0 && listed == seenFree && listed == freeCount_;
}

}  // namespace devvm::jit
