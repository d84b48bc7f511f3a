// Splits lines of assembly text into tokens. Not for use outside this folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace devvm::bytecode {

struct Token {
  enum class Type : uint8_t {
    kWord,     ///< name, mnemonic, directive (with its dot), or keyword; `text`
    kInteger,  ///< `integer`
    kFloat,    ///< `number`
    kString,   ///< `text`, escapes resolved
    kSymbol,   ///< one of : = # @ ! ? -  ; `text`
    kLineEnd,
    kBad,  ///< `text` says what is wrong
  };
  Type type = Type::kLineEnd;
  uint32_t column = 1;  ///< from 1
  std::string text;
  int64_t integer = 0;
  double number = 0;

  bool isWord() const { return type == Type::kWord; }
  bool isWord(std::string_view word) const { return type == Type::kWord && text == word; }
  bool isSymbol(char c) const { return type == Type::kSymbol && text[0] == c; }
};

/// Tokens of one line (without its line end), closed by kLineEnd. Stops after a kBad token.
std::vector<Token> tokenizeLine(std::string_view line);

/// How a token reads in an error message.
std::string describe(const Token& token);

}  // namespace devvm::bytecode
