#include "frontend/cursor.h"

namespace devvm::frontend {

std::string_view Cursor::takeDecimal(bool exponent) {
  uint32_t begin = offset();
  takeWhile(isDigit);
  if (peek() == '.' && isDigit(peek(1))) {
    next();
    takeWhile(isDigit);
  }
  if (exponent && (peek() == 'e' || peek() == 'E')) {
    size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (isDigit(peek(1 + sign))) {
      at_ += 1 + sign;
      takeWhile(isDigit);
    }
  }
  return textSince(begin);
}

bool Cursor::takeEscape(std::string& out, std::string& why) {
  switch (int c = next(); c) {
    case 'n': out += '\n'; return true;
    case 't': out += '\t'; return true;
    case 'r': out += '\r'; return true;
    case '0': out += '\0'; return true;
    case '\\':
    case '"':
    case '\'': out += static_cast<char>(c); return true;
    case 'x': {
      int high = hexDigit(peek()), low = hexDigit(peek(1));
      if (high < 0 || low < 0) {
        why = "two hexadecimal digits expected";
        return false;
      }
      at_ += 2;
      out += static_cast<char>(high * 16 + low);
      return true;
    }
    case 'u': {
      uint32_t code = 0;
      bool any = false, ok = take('{');
      for (; ok && hexDigit(peek()) >= 0; any = true) {
        code = code * 16 + static_cast<uint32_t>(hexDigit(next()));
        ok = code <= 0x10FFFF;
      }
      if (!ok || !any || !take('}')) {
        why = "a code point in braces expected";
        return false;
      }
      appendUtf8(out, code);
      return true;
    }
    default: why = "unknown escape sequence"; return false;
  }
}

void appendUtf8(std::string& out, uint32_t c) {
  auto byte = [&out](uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
  }
  byte(0x80 | (c & 0x3F));
}

}  // namespace devvm::frontend
