// One piece of memory at two addresses: one may be written, the other executed, neither both.
#pragma once

#include <cstddef>
#include <cstdint>

namespace devvm::jit {

/// Reserves address space for `limit` bytes twice; memory is taken by `grow`. Not for several threads at once.
class TwoViews {
 public:
  TwoViews() = default;
  ~TwoViews() { close(); }
  TwoViews(const TwoViews&) = delete;
  TwoViews& operator=(const TwoViews&) = delete;

  /// `limit`: bytes, a multiple of the page size. The executable view is put within reach of 32-bit distances from
  /// `near` if there is room. nullptr, or what the system refused ("memfd_create: Operation not permitted"; also in
  /// errno).
  /// `debuggable`: a debugger may write into the executable view, which it may not into shared memory.
  const char* open(size_t limit, uintptr_t near, bool debuggable = false);
  void close();
  bool isOpen() const { return writable_ != nullptr; }

  uint8_t* writable() const { return writable_; }
  const uint8_t* executable() const { return executable_; }
  /// Takes memory for the first `bytes` bytes (a multiple of the page size, at least size()). False: there is none.
  bool grow(size_t bytes);
  /// To be called after writing: the executable view shows it, even in pages where a debugger has written.
  void written(size_t offset, size_t bytes);
  /// Gives the memory behind the first `bytes` bytes back.
  void shrink(size_t bytes);
  size_t size() const { return size_; }
  size_t limit() const { return limit_; }

  // Shared memory stays shared over fork(): without these, parent and child would change each other's code.
  /// Before a fork: copies all. Afterwards the parent drops the copy and the child maps it in place of the original;
  /// adoptCopy is false when there is none: then the child can neither run nor write code.
  void makeCopy();
  void dropCopy();
  bool adoptCopy();

 private:
  bool map(int file, void* executableAt);
  const char* refuse(const char* call);

  uint8_t* writable_ = nullptr;
  uint8_t* executable_ = nullptr;
  size_t limit_ = 0;
  size_t size_ = 0;
  bool debuggable_ = false;
  int file_ = -1;
  int copy_ = -1;
  char refusal_[96];
};

}  // namespace devvm::jit
