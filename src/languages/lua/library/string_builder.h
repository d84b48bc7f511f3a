// Builds a string piece by piece inside a native. Short results live in the C++ frame; longer ones in a heap Buffer
// that a native slot holds, so that memory limits see them and an unwound native leaves nothing behind.
#pragma once

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

class StringBuilder {
 public:
  /// Uses the native slots `slot` and `slot` + 1, which must exist: nil at first, or what suspend() left there.
  StringBuilder(NativeCall& call, uint32_t slot);
  StringBuilder(const StringBuilder&) = delete;
  StringBuilder& operator=(const StringBuilder&) = delete;

  size_t length() const { return length_; }
  /// Room for n more bytes: to be filled and commit()ted before anything else that may collect. MAY COLLECT: strings
  /// move. nullptr after raising "not enough memory".
  char* reserve(size_t n) {
    if (!inHeap_ && length_ + n <= sizeof local_) [[likely]]
      return local_ + length_;
    return reserveSlow(n);
  }
  void commit(size_t n) { length_ += n; }
  /// Appends bytes that are not in the heap. MAY COLLECT. False after raising.
  [[nodiscard]] bool append(std::string_view bytes) {
    char* to = reserve(bytes.size());
    if (to == nullptr) return false;
    std::memcpy(to, bytes.data(), bytes.size());
    length_ += bytes.size();
    return true;
  }
  [[nodiscard]] bool append(char byte) {
    char* to = reserve(1);
    if (to == nullptr) return false;
    *to = byte;
    length_++;
    return true;
  }
  /// Appends string[from, from + n). MAY COLLECT. False after raising.
  [[nodiscard]] bool append(Handle string, size_t from, size_t n) {
    char* to = reserve(n);
    if (to == nullptr) return false;
    std::memcpy(to, string.string()->bytes + from, n);
    length_ += n;
    return true;
  }
  [[nodiscard]] bool append(Handle string) { return append(string, 0, string.string()->length()); }

  /// Puts everything into the slots: to be called before the native is left for a guest call. MAY COLLECT. False after
  /// raising.
  [[nodiscard]] bool suspend();
  /// The string. MAY COLLECT. nil when out of memory (nothing raised).
  Value finish();

 private:
  char* reserveSlow(size_t n);
  NativeCall& call_;
  uint32_t slot_;
  bool inHeap_;
  size_t length_;
  char local_[512];
};

}  // namespace devvm::lua
