// Tokens of jq source text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace devvm::jq {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,  ///< with module prefix a::b
  kField,       ///< .name: text is the name
  kVariable,    ///< $name (also $__loc__)
  kKeyword,
  kNumber,
  kFormat,       ///< @name
  kOperator,     ///< text: the operator or punctuation
  kStringStart,  ///< the opening quote
  kStringText,   ///< decoded text
  kInterpolationStart,
  kInterpolationEnd,
  kStringEnd,
  kBad,  ///< an invalid character
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  uint32_t begin = 0, end = 0;
};

struct LexError {
  std::string message;
  uint32_t begin = 0, end = 0;
};

/// All tokens of a text, the last one kEnd. Errors (bad escapes) are collected.
std::vector<Token> tokenize(std::string_view source, std::vector<LexError>& errors);
bool isKeyword(std::string_view name);

}  // namespace devvm::jq
