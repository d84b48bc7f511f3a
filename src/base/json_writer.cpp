#include "base/json_writer.h"

#include <cstdio>

namespace devvm::base {

namespace {

/// Bytes of the UTF-8 sequence at the beginning of a text; 0 if that is none.
size_t sequenceLength(std::string_view text) {
  auto byte = [text](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  unsigned first = byte(0);
  size_t length = first < 0x80                    ? 1
                  : first >= 0xC2 && first < 0xE0 ? 2
                  : (first & 0xF0) == 0xE0        ? 3
                  : first >= 0xF0 && first < 0xF5 ? 4
                                                  : 0;
  for (size_t i = 1; i < length; i++) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  bool outside = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

}  // namespace

void JsonWriter::separate() {
  if (comma_) out_ += ',';
  if (pendingLine_) out_ += '\n';
  pendingLine_ = false;
  comma_ = true;
}

void JsonWriter::open(char c) {
  separate();
  out_ += c;
  comma_ = false;
}

void JsonWriter::close(char c) {
  if (pendingLine_) out_ += '\n';
  pendingLine_ = false;
  out_ += c;
  comma_ = true;
}

void JsonWriter::word(std::string_view value) {
  separate();
  out_ += value;
}

void JsonWriter::decimal(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  word(buffer);
}

void JsonWriter::text(std::string_view value) {
  separate();
  out_ += '"';
  while (!value.empty()) {
    auto c = static_cast<unsigned char>(value[0]);
    size_t length = sequenceLength(value);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += value[0];
    } else if (c < 0x20 || c == 0x7F || length == 0) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
      out_ += buffer;
    } else {
      out_ += value.substr(0, length);
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  out_ += '"';
}

}  // namespace devvm::base
