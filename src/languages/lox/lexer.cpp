#include "languages/lox/lexer.h"

namespace devvm::lox {

using frontend::isDigit;
using frontend::isNameStart;

namespace {

constexpr struct {
  std::string_view text;
  Tok kind;
} kWords[] = {{"and", Tok::kAnd},   {"class", Tok::kClass}, {"else", Tok::kElse},     {"false", Tok::kFalse},
              {"for", Tok::kFor},   {"fun", Tok::kFun},     {"if", Tok::kIf},         {"nil", Tok::kNil},
              {"or", Tok::kOr},     {"print", Tok::kPrint}, {"return", Tok::kReturn}, {"super", Tok::kSuper},
              {"this", Tok::kThis}, {"true", Tok::kTrue},   {"var", Tok::kVar},       {"while", Tok::kWhile}};

Tok wordOf(std::string_view text) {
  for (const auto& w : kWords) {
    if (w.text == text) return w.kind;
  }
  return Tok::kName;
}

}  // namespace

void Lexer::skipBlanks() {
  for (;;) {
    cursor_.takeWhile([](int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    if (cursor_.peek() != '/' || cursor_.peek(1) != '/') return;
    cursor_.takeWhile([](int c) { return c != '\n'; });
  }
}

Token Lexer::next() {
  skipBlanks();
  uint32_t begin = cursor_.offset();
  std::string_view error;
  Tok kind = scan(error);
  return {kind, cursor_.since(begin), error};
}

Tok Lexer::scan(std::string_view& error) {
  if (cursor_.atEnd()) return Tok::kEnd;
  int c = cursor_.peek();
  if (isNameStart(c)) return wordOf(cursor_.takeName());
  if (isDigit(c)) {
    cursor_.takeDecimal(false);
    return Tok::kNumber;
  }
  auto orEqual = [this](Tok alone, Tok equal) { return cursor_.take('=') ? equal : alone; };
  switch (cursor_.next()) {
    case '(': return Tok::kLeftParen;
    case ')': return Tok::kRightParen;
    case '{': return Tok::kLeftBrace;
    case '}': return Tok::kRightBrace;
    case ';': return Tok::kSemicolon;
    case ',': return Tok::kComma;
    case '.': return Tok::kDot;
    case '-': return Tok::kMinus;
    case '+': return Tok::kPlus;
    case '/': return Tok::kSlash;
    case '*': return Tok::kStar;
    case '!': return orEqual(Tok::kBang, Tok::kBangEqual);
    case '=': return orEqual(Tok::kEqual, Tok::kEqualEqual);
    case '<': return orEqual(Tok::kLess, Tok::kLessEqual);
    case '>': return orEqual(Tok::kGreater, Tok::kGreaterEqual);
    case '"':
      cursor_.takeWhile([](int b) { return b != '"'; });
      if (cursor_.take('"')) return Tok::kString;
      error = "Unterminated string.";
      return Tok::kError;
    default: error = "Unexpected character."; return Tok::kError;
  }
}

}  // namespace devvm::lox
