#include "heap/os_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

namespace devvm::heap {

void* mapMemory(size_t bytes, size_t align) {
  size_t ask = align > kPageBytes ? bytes + align - kPageBytes : bytes;
  if (ask < bytes) return nullptr;
  void* p = mmap(nullptr, ask, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  auto start = reinterpret_cast<uintptr_t>(p);
  uintptr_t aligned = roundUp(start, align);
  // Cut off what alignment did not need.
  if (aligned > start) munmap(p, aligned - start);
  uintptr_t end = start + ask, wanted = aligned + bytes;
  if (end > wanted) munmap(reinterpret_cast<void*>(wanted), end - wanted);
  return reinterpret_cast<void*>(aligned);
}

void unmapMemory(void* p, size_t bytes) {
  // The range may be mapped again by somebody who knows nothing of our marks.
  unpoison(p, bytes);
  munmap(p, bytes);
}

void discardMemory(void* p, size_t bytes) { madvise(p, bytes, MADV_DONTNEED); }

void adviseHugePages([[maybe_unused]] void* p, [[maybe_unused]] size_t bytes) {
#ifdef MADV_HUGEPAGE
  madvise(p, bytes, MADV_HUGEPAGE);
#endif
}

void trimMalloc() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

void fatal(const char* message, const char* detail) {
  std::fprintf(stderr, "devvm: heap: %s%s\n", message, detail);
  std::abort();
}

}  // namespace devvm::heap
