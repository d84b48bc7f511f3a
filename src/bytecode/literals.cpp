#include "bytecode/literals.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace devvm::bytecode {

std::string constantKey(const Constant& value) {
  std::string key(1, static_cast<char>('0' + value.index()));
  auto addBits = [&key](uint64_t bits) {
    char bytes[8];
    std::memcpy(bytes, &bits, 8);
    key.append(bytes, 8);
  };
  if (auto* flag = std::get_if<bool>(&value)) key.push_back(*flag ? 1 : 0);
  if (auto* integer = std::get_if<int64_t>(&value)) addBits(static_cast<uint64_t>(*integer));
  if (auto* number = std::get_if<double>(&value)) addBits(std::bit_cast<uint64_t>(*number));
  if (auto* text = std::get_if<std::string>(&value)) key += *text;
  return key;
}

std::string quoteText(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string result = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '\n': result += "\\n"; break;
      case '\t': result += "\\t"; break;
      case '\r': result += "\\r"; break;
      case '"': result += "\\\""; break;
      case '\\': result += "\\\\"; break;
      default:
        if (byte >= 0x20 && byte < 0x7F) {
          result += c;
        } else {
          result += "\\x";
          result += kHex[byte >> 4];
          result += kHex[byte & 15];
        }
    }
  }
  return result + '"';
}

std::string floatText(double value) {
  if (value != value) return std::bit_cast<uint64_t>(value) >> 63 ? "-nan" : "nan";
  if (value - value != 0) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string constantText(const Constant& value) {
  if (auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (auto* integer = std::get_if<int64_t>(&value)) return std::to_string(*integer);
  if (auto* number = std::get_if<double>(&value)) return floatText(*number);
  if (auto* text = std::get_if<std::string>(&value)) return quoteText(*text);
  return "nil";
}

}  // namespace devvm::bytecode
