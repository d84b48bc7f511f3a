// Bytes of the small files that outside tools read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace devvm::jit {

class ByteSink {
 public:
  size_t size() const { return bytes_.size(); }
  std::vector<uint8_t> take() { return std::move(bytes_); }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

  void u8(unsigned v) { bytes_.push_back(static_cast<uint8_t>(v)); }
  void u16(unsigned v) { little<uint16_t>(static_cast<uint16_t>(v)); }
  void u32(uint64_t v) { little<uint32_t>(static_cast<uint32_t>(v)); }
  void u64(uint64_t v) { little<uint64_t>(v); }
  void address(const void* p) { u64(reinterpret_cast<uintptr_t>(p)); }
  /// With its end.
  void text(std::string_view s) {
    bytes_.insert(bytes_.end(), s.begin(), s.end());
    u8(0);
  }
  void raw(const void* p, size_t n) {
    const auto* b = static_cast<const uint8_t*>(p);
    bytes_.insert(bytes_.end(), b, b + n);
  }
  void raw(const ByteSink& other) { raw(other.bytes_.data(), other.size()); }
  void uleb(uint64_t v) {
    for (; v >= 0x80; v >>= 7) u8(0x80 | (v & 0x7F));
    u8(static_cast<unsigned>(v));
  }
  void sleb(int64_t v) {
    while (v < -64 || v > 63) {
      u8(0x80 | static_cast<unsigned>(v & 0x7F));
      v >>= 7;
    }
    u8(static_cast<unsigned>(v & 0x7F));
  }
  void align(size_t to, unsigned fill = 0) {
    while (bytes_.size() % to != 0) u8(fill);
  }
  /// Overwrites four bytes.
  void patch32(size_t at, uint64_t v) { base::writeLittle<uint32_t>(bytes_.data() + at, static_cast<uint32_t>(v)); }

 private:
  template <typename T>
  void little(T v) {
    bytes_.resize(bytes_.size() + sizeof v);
    base::writeLittle<T>(bytes_.data() + bytes_.size() - sizeof v, v);
  }
  std::vector<uint8_t> bytes_;
};

}  // namespace devvm::jit
