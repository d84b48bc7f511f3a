// A growing array of plain values for the collector's stacks and lists: no constructors, no exceptions, and a push
// that inlines to a compare and a store.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

#include "heap/os_memory.h"

namespace devvm::heap {

template <typename T>
class Growable {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Growable() = default;
  ~Growable() { std::free(data_); }
  Growable(const Growable&) = delete;
  Growable& operator=(const Growable&) = delete;
  Growable(Growable&& o) noexcept { swap(o); }
  Growable& operator=(Growable&& o) noexcept {
    swap(o);
    return *this;
  }
  void swap(Growable& o) {
    std::swap(data_, o.data_);
    std::swap(top_, o.top_);
    std::swap(end_, o.end_);
  }

  void push(T v) {
    if (top_ == end_) [[unlikely]]
      grow(size() + 1);
    *top_++ = v;
  }
  T pop() { return *--top_; }
  bool empty() const { return top_ == data_; }
  size_t size() const { return static_cast<size_t>(top_ - data_); }
  size_t capacity() const { return static_cast<size_t>(end_ - data_); }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return top_; }
  const T* begin() const { return data_; }
  const T* end() const { return top_; }
  void clear() { top_ = data_; }
  void shrinkTo(size_t n) { top_ = data_ + n; }
  /// `n` elements, all with every byte equal to `byte`.
  void assignBytes(size_t n, int byte) {
    clear();
    if (capacity() < n) grow(n);
    top_ = data_ + n;
    std::memset(static_cast<void*>(data_), byte, n * sizeof(T));
  }
  /// Forgets the contents and the memory.
  void release() {
    std::free(data_);
    data_ = top_ = end_ = nullptr;
  }

 private:
  [[gnu::noinline, gnu::cold]] void grow(size_t need) {
    size_t used = size(), n = capacity() * 2;
    if (n < need) n = need;
    if (n < 64) n = 64;
    void* p = std::realloc(static_cast<void*>(data_), n * sizeof(T));
    if (p == nullptr) fatal("no memory for the collector's own lists");
    data_ = static_cast<T*>(p);
    top_ = data_ + used;
    end_ = data_ + n;
  }

  T* data_ = nullptr;
  T* top_ = nullptr;
  T* end_ = nullptr;
};

}  // namespace devvm::heap
