#include "heap/space_stats.h"

#include "heap/heap_impl.h"

namespace devvm::heap {

SpaceStats spaceStats(const Heap& heap) {
  const HeapImpl& impl = HeapImpl::of(heap);
  SpaceStats s;
  s.eden = impl.nursery.edenBytes();
  s.edenUsed = impl.edenUsed();
  s.survivors = impl.nursery.survivorBytes();
  s.oldLines = impl.old.bytesUsed();
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
