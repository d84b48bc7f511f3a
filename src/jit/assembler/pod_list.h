// A growing array of plain values that tells of missing memory instead of ending the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

namespace devvm::jit {

/// Elements are copied as bytes and never constructed or destroyed. A failed append leaves the list as it was.
template <typename T>
class PodList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PodList() = default;
  PodList(const PodList&) = delete;
  PodList& operator=(const PodList&) = delete;
  ~PodList() { std::free(items_); }

  uint32_t size() const { return size_; }
  T& operator[](uint32_t i) { return items_[i]; }
  const T& operator[](uint32_t i) const { return items_[i]; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }
  /// Keeps the memory.
  void clear() { size_ = 0; }

  /// False when there is no memory.
  [[nodiscard]] bool append(const T& item) {
    if (size_ == capacity_ && !grow()) return false;
    items_[size_++] = item;
    return true;
  }

 private:
  [[gnu::noinline]] bool grow() {
    uint32_t capacity = capacity_ == 0 ? 64 : capacity_ * 2;
    auto* items = static_cast<T*>(std::realloc(static_cast<void*>(items_), size_t{capacity} * sizeof(T)));
    if (items == nullptr) return false;
    items_ = items;
    capacity_ = capacity;
    return true;
  }

  T* items_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace devvm::jit
