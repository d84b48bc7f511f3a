#include "heap/sweeper.h"

#include <algorithm>
#include <bit>

#include "heap/heap_impl.h"
#include "heap/phase_scope.h"

namespace devvm::heap {

namespace {
/// What a step does, some microseconds each: objects of the list looked at, entries of the embedder's tables, blocks
/// given back to the system.
constexpr size_t kReleasesAtATime = 64, kEntriesAtATime = 256, kTrimmedAtATime = 16;
}  // namespace

void Sweeper::begin() {
  for (Chunk* c : h_.pool.chunks()) {
    c->unswept = 0;
    for (unsigned i = 1; i < kBlocksPerChunk; i++) {
      BlockState s = c->blocks[i].state;
      if (s == BlockState::kOld || s == BlockState::kFixed) c->unswept |= uint32_t{1} << i;
    }
  }
  h_.fixed.beginSweep();
  h_.large.beginSweep();
  stage_ = Stage::kRelease;
  released_ = 0;
  sweptTo_ = 0;
}

void Sweeper::releaseSome() {
  Growable<Object*>& list = h_.oldRelease;
  for (size_t n = 0; n < kReleasesAtATime && released_ < list.size(); n++) {
    Object* o = list[released_];
    if ((o->gc & kMarked) == h_.color) {
      released_++;
      continue;
    }
    h_.kind(o).release(o, h_.releaseContext);
    list[released_] = list[list.size() - 1];
    list.pop();
  }
}

void Sweeper::sweepSomeBlock() {
  auto& chunks = h_.pool.chunks();
  auto* at = std::lower_bound(chunks.begin(), chunks.end(), reinterpret_cast<Chunk*>(sweptTo_));
  while (at != chunks.end() && (*at)->unswept == 0) at++;
  if (at == chunks.end()) {
    stage_ = Stage::kLarge;
    return;
  }
  Chunk* c = *at;
  sweptTo_ = reinterpret_cast<uintptr_t>(c);
  auto i = static_cast<unsigned>(std::countr_zero(c->unswept));
  c->unswept &= c->unswept - 1;
  if (c->blocks[i].state == BlockState::kOld) {
    h_.old.sweepAhead(c, i);
  } else {
    h_.fixed.sweepBlock(c, i, h_.color, false);
  }
}

void Sweeper::step() {
  switch (stage_) {
    case Stage::kNone: break;
    case Stage::kRelease:
      releaseSome();
      if (released_ == h_.oldRelease.size()) stage_ = Stage::kTables;
      break;
    case Stage::kTables:
      // Asked by isLive(): the young live, and of the old those that were marked.
      h_.setLive(reinterpret_cast<uintptr_t>(h_.nursery.survivorsStart()),
                 std::max<size_t>(h_.nursery.survivorBytes(), 1), kOld | h_.color);
      if (h_.embedder.sweepTables(h_.heap, kEntriesAtATime)) stage_ = Stage::kBlocks;
      h_.setLive(0, 0, 0);
      break;
    case Stage::kBlocks: sweepSomeBlock(); break;
    case Stage::kLarge:
      if (!h_.large.sweepSome(h_.color)) break;
      stage_ = Stage::kTrim;
      h_.sweptAll();
      break;
    case Stage::kTrim:
      if (h_.giveBack(kTrimmedAtATime)) stage_ = Stage::kNone;
      break;
  }
}

bool Sweeper::work(unsigned steps, uint64_t deadline) {
  constexpr unsigned kBetweenLooks = 4;
  for (unsigned n = 0; pending(); n++) {
    if (n >= steps && n % kBetweenLooks == 0 && nowNanos() >= deadline) return false;
    step();
  }
  return true;
}

void Sweeper::finish() {
  while (pending() && stage_ != Stage::kTrim) step();
  stage_ = Stage::kNone;
}

}  // namespace devvm::heap
