// Source text to tokens.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"
#include "frontend/symbols.h"
#include "languages/lua/compiler/error.h"
#include "languages/lua/compiler/token.h"

namespace devvm::lua {

/// Reads one token at a time. After the first error, its own or one reported through error(), every token
/// is the end of the text, so that a parser unwinds by itself.
class Lexer {
 public:
  /// `text` must outlive the lexer and every symbol; `chunkId` is put before error messages.
  Lexer(std::string_view text, std::string chunkId, frontend::SymbolTable& symbols);

  Token next();

  bool failed() const { return failed_; }
  /// Whether the error is that the text ended too early.
  bool failedAtEnd() const { return failedAtEnd_; }
  const CompileError& firstError() const { return error_; }

  /// Reports `message` at the place reached by the lexer, which is the end of `at`, followed by
  /// "near" that token. Errors after the first one are ignored.
  void errorNear(std::string_view message, const Token& at);
  /// The same without naming a token.
  void error(std::string_view message, const Token& at);
  /// The parser's nesting limit.
  void stackOverflow(const Token& at);

  frontend::SymbolTable& symbols() { return symbols_; }

  /// Bytes [begin, end) of the source.
  std::string_view slice(uint32_t begin, uint32_t end) const { return {begin_ + begin, end - begin}; }

  /// How messages name a token kind: '=', 'end', <name>, <eof> ...
  static std::string describe(Tok kind);

 private:
  int peek() const { return p_ < end_ ? static_cast<unsigned char>(*p_) : -1; }
  int peekAt(size_t distance) const {
    return distance < static_cast<size_t>(end_ - p_) ? static_cast<unsigned char>(p_[distance]) : -1;
  }
  uint32_t offset(const char* p) const { return static_cast<uint32_t>(p - begin_); }

  void skipLineEnd();
  bool skipComment();
  Tok scan(Token& token);
  Tok one(char c);
  Tok oneOrTwo(char c, char second, Tok two);
  Tok readName(Token& token);
  Tok readNumeral(Token& token);
  Tok readString(Token& token, char quote);
  Tok readLongString(Token* token, const char* start, size_t level);
  bool readEscape(const char* start);
  bool readDecimalEscape(const char* start);
  bool readHexEscape(const char* start);
  bool readUnicodeEscape(const char* start);
  bool badEscape(const char* start, const char* message, bool takeCharacter);
  size_t longBracketLevel() const;

  std::string nearText(const Token& at) const;
  void fail(std::string_view message, std::string_view nearText, uint32_t column);
  Tok failToken(std::string_view message, std::string_view nearText, const char* start);

  const char* begin_;
  const char* p_;
  const char* end_;
  const char* lineStart_;
  uint32_t line_ = 1;
  bool failed_ = false;
  bool failedAtEnd_ = false;
  CompileError error_;
  std::string chunkId_;
  std::string buffer_;  // the text of a string literal, as far as it was read
  frontend::SymbolTable& symbols_;
};

}  // namespace devvm::lua
