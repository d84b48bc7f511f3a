// Lox source to tokens.
#pragma once

#include <string_view>

#include "frontend/cursor.h"
#include "frontend/diagnostics.h"

namespace devvm::lox {

enum class Tok : uint8_t {
  kEnd,
  kError,
  kName,
  kString,
  kNumber,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kComma,
  kDot,
  kMinus,
  kPlus,
  kSemicolon,
  kSlash,
  kStar,
  kBang,
  kBangEqual,
  kEqual,
  kEqualEqual,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kAnd,
  kClass,
  kElse,
  kFalse,
  kFor,
  kFun,
  kIf,
  kNil,
  kOr,
  kPrint,
  kReturn,
  kSuper,
  kThis,
  kTrue,
  kVar,
  kWhile,
};

struct Token {
  Tok kind = Tok::kEnd;
  frontend::Span span;
  std::string_view error = {};  ///< of kError
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : cursor_(text), text_(text) {}
  Token next();
  std::string_view text(const Token& t) const { return text_.substr(t.span.begin, t.span.end - t.span.begin); }

 private:
  void skipBlanks();
  Tok scan(std::string_view& error);

  frontend::Cursor cursor_;
  std::string_view text_;
};

}  // namespace devvm::lox
