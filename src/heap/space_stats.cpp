#include "heap/space_stats.h"

#include "heap/heap_impl.h"

namespace devvm::heap {

uint64_t recordedStores(const Heap& heap) { return HeapImpl::of(heap).recordedStores; }

SpaceStats spaceStats(const Heap& heap) {
  const HeapImpl& impl = HeapImpl::of(heap);
  SpaceStats s;
  s.eden = impl.nursery.edenBytes();
  s.edenUsed = impl.edenUsed();
  s.survivors = impl.nursery.survivorBytes();
  s.oldLines = impl.old.bytesUsed() + (impl.study != nullptr ? impl.study->used() : 0);
  s.oldLive = impl.old.bytesMarked();
  s.oldBlocks = impl.old.bytesInBlocks();
  s.fixed = impl.fixed.bytesUsed();
  s.large = impl.large.bytesUsed();
  s.committed = heap.bytesCommitted();
  s.external = impl.embedder.externalBytes();
  s.threshold = impl.threshold;
  return s;
}

}  // namespace devvm::heap
