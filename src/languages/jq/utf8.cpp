#include "languages/jq/utf8.h"

namespace devvm::jq {

int32_t nextCodePoint(std::string_view text, size_t& at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char c = byte(at++);
  if (c < 0x80) return c;
  int more = c >= 0xF0 && c < 0xF5 ? 3 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xC2 && c < 0xE0 ? 1 : 0;
  if (more == 0) return -1;
  int32_t value = c & (0x3F >> more);
  for (int i = 0; i < more; i++) {
    if (at >= text.size() || (byte(at) & 0xC0) != 0x80) return -1;
    value = (value << 6) | (byte(at++) & 0x3F);
  }
  constexpr int32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (value < kLeast[more] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return -1;
  return value;
}

bool isValidUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      at++;
    } else if (nextCodePoint(text, at) < 0) {
      return false;
    }
  }
  return true;
}

std::string replaceInvalidUtf8(std::string_view text) {
  if (isValidUtf8(text)) return std::string(text);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    int32_t c = nextCodePoint(text, at);
    appendUtf8(out, c < 0 ? 0xFFFD : static_cast<uint32_t>(c));
  }
  return out;
}

size_t byteOffset(std::string_view text, size_t index) {
  size_t at = 0;
  while (at < text.size()) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && index-- == 0) return at;
    at++;
  }
  return text.size();
}

}  // namespace devvm::jq
