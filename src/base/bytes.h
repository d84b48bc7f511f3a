// Little-endian reading and writing of unaligned integers, and a bounds-checked reader over a byte span.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace devvm::base {

/// Reads a T at `p`, little endian, any alignment.
template <typename T>
inline T readLittle(const uint8_t* p) {
  static_assert(std::is_integral_v<T>);
  std::make_unsigned_t<T> value = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, p, sizeof(T));
  } else {
    for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<std::make_unsigned_t<T>>(p[i]) << (8 * i);
  }
  return static_cast<T>(value);
}

/// Writes the low sizeof(T) bytes of `value` at `p`, little endian, any alignment.
template <typename T>
inline void writeLittle(uint8_t* p, T value) {
  static_assert(std::is_integral_v<T>);
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = 0; i < sizeof(T); ++i) p[i] = static_cast<uint8_t>(bits >> (8 * i));
}

/// Appends `value` to `out`, little endian.
template <typename T>
inline void appendLittle(std::vector<uint8_t>& out, T value) {
  size_t at = out.size();
  out.resize(at + sizeof(T));
  writeLittle<T>(out.data() + at, value);
}

/// Reads from a span, never past its end. After the first failure every read gives zero or nothing,
/// `ok()` is false and `failedAt()` is the offset of the read that failed.
class ByteReader {
 public:
  explicit ByteReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return !failed_; }
  size_t offset() const { return offset_; }
  size_t failedAt() const { return failedAt_; }
  size_t remaining() const { return bytes_.size() - offset_; }

  template <typename T>
  T read() {
    if (!need(sizeof(T))) return 0;
    T value = readLittle<T>(bytes_.data() + offset_);
    offset_ += sizeof(T);
    return value;
  }

  /// `size` bytes, or an empty span after a failure. The span points into the input.
  std::span<const uint8_t> readBytes(size_t size) {
    if (!need(size)) return {};
    auto result = bytes_.subspan(offset_, size);
    offset_ += size;
    return result;
  }

  /// Marks the reader as failed at the current offset.
  void fail() {
    if (!failed_) {
      failed_ = true;
      failedAt_ = offset_;
    }
  }

 private:
  bool need(size_t size) {
    if (failed_) return false;
    if (size > remaining()) {
      fail();
      return false;
    }
    return true;
  }

  std::span<const uint8_t> bytes_;
  size_t offset_ = 0;
  size_t failedAt_ = 0;
  bool failed_ = false;
};

}  // namespace devvm::base
