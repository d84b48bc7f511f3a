// UTF-8: code points, lengths, replacing what is invalid.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace devvm::jq {

inline void appendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 63));
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 63));
    out += static_cast<char>(0x80 | ((c >> 6) & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
}

/// Reads one code point at `at` and moves behind it; -1 for an invalid sequence, of which the valid beginning is
/// skipped (one byte at least).
int32_t nextCodePoint(std::string_view text, size_t& at);
/// With U+FFFD for what is invalid.
std::string replaceInvalidUtf8(std::string_view text);
bool isValidUtf8(std::string_view text);
/// Code points of a valid text.
inline size_t codePoints(std::string_view text) {
  size_t n = 0;
  for (char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}
/// Byte offset of code point `index` of a valid text (its length if there are fewer).
size_t byteOffset(std::string_view text, size_t index);

}  // namespace devvm::jq
