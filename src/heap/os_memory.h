// Memory from the system, and the marks that make stale pointers visible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#define DEVVM_HEAP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DEVVM_HEAP_ASAN 1
#endif
#endif
#ifndef DEVVM_HEAP_ASAN
#define DEVVM_HEAP_ASAN 0
#endif
#if DEVVM_HEAP_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace devvm::heap {

inline constexpr size_t kPageBytes = 4096;
inline constexpr bool kAsan = DEVVM_HEAP_ASAN != 0;
/// What freed memory is filled with in the stress mode: as a Value it is a double, as a pointer it faults.
inline constexpr int kPoisonByte = 0xDB;

/// Maps `bytes` (a multiple of the page size) of zeroed memory at a multiple of `align` (a power of two). Pages take
/// memory when first touched. nullptr when the system refuses.
void* mapMemory(size_t bytes, size_t align);
void unmapMemory(void* p, size_t bytes);
/// Gives the pages back but keeps the address range; they read as zero afterwards.
void discardMemory(void* p, size_t bytes);

/// Asks the system to back the range by huge pages where it can.
void adviseHugePages(void* p, size_t bytes);

/// Gives the system back the whole pages among what was freed to malloc, which keeps them otherwise: what has lived
/// there lies in pieces, and only the end of its memory shrinks by itself. Looks at every free piece.
void trimMalloc();

/// Message to standard error, then abort: for states in which the heap cannot go on.
[[noreturn]] void fatal(const char* message, const char* detail = "");

inline size_t roundUp(size_t n, size_t align) { return (n + align - 1) & ~(align - 1); }

/// Tells the address sanitizer, if there is one, that nobody may touch [p, p + bytes).
inline void poison([[maybe_unused]] const void* p, [[maybe_unused]] size_t bytes) {
#if DEVVM_HEAP_ASAN
  ASAN_POISON_MEMORY_REGION(p, bytes);
#endif
}
inline void unpoison([[maybe_unused]] const void* p, [[maybe_unused]] size_t bytes) {
#if DEVVM_HEAP_ASAN
  ASAN_UNPOISON_MEMORY_REGION(p, bytes);
#endif
}
/// Overwrites freed memory so that a stale pointer into it is noticed.
inline void trash(void* p, size_t bytes) {
  unpoison(p, bytes);
  std::memset(p, kPoisonByte, bytes);
  poison(p, bytes);
}

}  // namespace devvm::heap
