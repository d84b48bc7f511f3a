// Lexing helpers: character classes, a cursor over a text that knows spans, names, numerals and string escapes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "frontend/source.h"

namespace devvm::frontend {

// Classes of bytes, the same in every locale. Bytes from 0x80 up belong to none.
constexpr bool isDigit(int c) { return c >= '0' && c <= '9'; }
constexpr bool isNameStart(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool isNamePart(int c) { return isNameStart(c) || isDigit(c); }
/// Value of a hexadecimal digit, or -1.
constexpr int hexDigit(int c) {
  return isDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// A place in a text. Reading beyond the end gives -1, so any text is safe.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  int peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : -1;
  }
  bool atEnd() const { return at_ == text_.size(); }
  uint32_t offset() const { return static_cast<uint32_t>(at_); }
  int next() { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_++]) : -1; }
  /// Takes the byte if it comes next.
  bool take(char c) {
    if (peek() != static_cast<unsigned char>(c)) return false;
    ++at_;
    return true;
  }
  template <typename Predicate>
  void takeWhile(Predicate belongs) {
    while (at_ < text_.size() && belongs(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  Span since(uint32_t begin) const { return {begin, offset()}; }
  std::string_view textSince(uint32_t begin) const { return text_.substr(begin, at_ - begin); }

  /// Letters, digits, underscores. The first one has been looked at.
  std::string_view takeName() {
    uint32_t begin = offset();
    takeWhile(isNamePart);
    return textSince(begin);
  }
  /// Digits, and a point with digits behind it; with `exponent` also e, a sign, digits. base::parseNumber reads it.
  std::string_view takeDecimal(bool exponent);
  /// One escape sequence, its backslash already taken: \n \t \r \0 \\ \" \' \xHH \u{H...} (UTF-8). False: `why` says
  /// what is wrong with it; the cursor stands behind what was read.
  bool takeEscape(std::string& out, std::string& why);

 private:
  std::string_view text_;
  size_t at_ = 0;
};

/// Appends a code point as UTF-8 (up to 0x10FFFF).
void appendUtf8(std::string& out, uint32_t codePoint);

}  // namespace devvm::frontend
