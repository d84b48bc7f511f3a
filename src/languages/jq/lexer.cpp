#include "languages/jq/lexer.h"

#include <algorithm>

#include "languages/jq/utf8.h"

namespace devvm::jq {

namespace {

constexpr std::string_view kKeywords[] = {"as",       "import", "include", "module",  "def",    "if",  "then",
                                          "else",     "elif",   "reduce",  "foreach", "end",    "and", "or",
                                          "not_used", "try",    "catch",   "label",   "__loc__"};

bool isStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isPart(char c) { return isStart(c) || isDigit(c); }

class Lexer {
 public:
  Lexer(std::string_view source, std::vector<LexError>& errors) : source_(source), errors_(errors) {}

  std::vector<Token> run() {
    while (true) {
      skipSpace();
      if (at_ >= source_.size()) break;
      next();
    }
    add(TokenKind::kEnd, at_, "");
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  void add(TokenKind kind, size_t begin, std::string text) {
    tokens_.push_back({kind, std::move(text), static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)});
  }

  void skipSpace() {
    while (at_ < source_.size()) {
      char c = source_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at_++;
      } else if (c == '#') {
        skipComment();
      } else {
        break;
      }
    }
  }

  /// A backslash before the line end continues the comment, as in Tcl; an even number of them does not.
  void skipComment() {
    while (at_ < source_.size() && source_[at_] != '\n') {
      if (source_[at_] == '\\' && at_ + 1 < source_.size()) {
        at_ += peek(1) == '\r' && peek(2) == '\n' ? 3 : 2;
      } else {
        at_++;
      }
    }
    at_ = std::min(at_, source_.size());
  }

  size_t identifierEnd(size_t from) const {
    size_t i = from;
    while (i < source_.size() && isPart(source_[i])) i++;
    while (i + 2 < source_.size() && source_[i] == ':' && source_[i + 1] == ':' && isStart(source_[i + 2])) {
      i += 2;
      while (i < source_.size() && isPart(source_[i])) i++;
    }
    return i;
  }

  void next() {
    size_t begin = at_;
    char c = source_[at_];
    if (c == '"') return string();
    if (isDigit(c) || (c == '.' && isDigit(peek(1)))) return number();
    if (isStart(c)) {
      at_ = identifierEnd(at_);
      std::string name(source_.substr(begin, at_ - begin));
      TokenKind kind = isKeyword(name) ? TokenKind::kKeyword : TokenKind::kIdentifier;
      return add(kind, begin, std::move(name));
    }
    if (c == '.' && isStart(peek(1))) {
      at_++;
      while (isPart(peek())) at_++;
      return add(TokenKind::kField, begin, std::string(source_.substr(begin + 1, at_ - begin - 1)));
    }
    if (c == '$' && isStart(peek(1))) {
      at_ = identifierEnd(at_ + 1);
      return add(TokenKind::kVariable, begin, std::string(source_.substr(begin + 1, at_ - begin - 1)));
    }
    if (c == '@' && isPart(peek(1))) {
      at_++;
      while (isPart(peek())) at_++;
      return add(TokenKind::kFormat, begin, std::string(source_.substr(begin, at_ - begin)));
    }
    for (std::string_view op :
         {"?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "and", "or"}) {
      if (op == "?//=") continue;
      if (isStart(op[0])) continue;
      if (source_.substr(at_, op.size()) == op) {
        at_ += op.size();
        return add(TokenKind::kOperator, begin, std::string(op));
      }
    }
    at_++;
    if (std::string_view(".?=;,:|+-*/%$<>").find(c) != std::string_view::npos)
      return add(TokenKind::kOperator, begin, std::string(1, c));
    if (c == '(' || c == '[' || c == '{') {
      open_.push_back(c == '(' ? ')' : c == '[' ? ']' : '}');
      return add(TokenKind::kOperator, begin, std::string(1, c));
    }
    if (c == ')' || c == ']' || c == '}') {
      if (open_.empty() || open_.back() != c) return add(TokenKind::kBad, begin, std::string(1, c));
      open_.pop_back();
      return add(TokenKind::kOperator, begin, std::string(1, c));
    }
    while (at_ < source_.size() && (source_[at_] & 0xC0) == 0x80) at_++;
    add(TokenKind::kBad, begin, std::string(source_.substr(begin, at_ - begin)));
  }

  void number() {
    size_t begin = at_;
    while (isDigit(peek())) at_++;
    if (peek() == '.') {
      at_++;
      while (isDigit(peek())) at_++;
    }
    if (peek() == 'e' || peek() == 'E') {
      size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (isDigit(peek(sign))) {
        at_ += sign;
        while (isDigit(peek())) at_++;
      }
    }
    add(TokenKind::kNumber, begin, std::string(source_.substr(begin, at_ - begin)));
  }

  void string() {
    size_t begin = at_++;
    add(TokenKind::kStringStart, begin, "");
    std::string text;
    size_t from = at_;
    auto flush = [&] {
      if (!text.empty()) add(TokenKind::kStringText, from, replaceInvalidUtf8(text));
      text.clear();
    };
    while (at_ < source_.size()) {
      char c = source_[at_];
      if (c == '"') {
        flush();
        begin = at_++;
        return add(TokenKind::kStringEnd, begin, "");
      }
      if (c != '\\') {
        text += c;
        at_++;
        continue;
      }
      if (peek(1) == '(') {
        flush();
        begin = at_;
        at_ += 2;
        add(TokenKind::kInterpolationStart, begin, "");
        size_t depth = open_.size();
        open_.push_back(')');
        bool closed = false;
        while (true) {
          skipSpace();
          if (at_ >= source_.size()) break;
          if (source_[at_] == ')' && open_.size() == depth + 1) {
            open_.pop_back();
            begin = at_++;
            add(TokenKind::kInterpolationEnd, begin, ")");
            closed = true;
            break;
          }
          next();
        }
        if (!closed) return;
        from = at_;
        continue;
      }
      escape(text);
    }
    flush();
    // The parser finds the end of the text where the quote should be.
  }

  void escape(std::string& text) {
    size_t begin = at_;
    char c = peek(1);
    at_ = std::min(at_ + 2, source_.size());
    switch (c) {
      case 'n': text += '\n'; return;
      case 't': text += '\t'; return;
      case 'r': text += '\r'; return;
      case 'b': text += '\b'; return;
      case 'f': text += '\f'; return;
      case '/': text += '/'; return;
      case '\\': text += '\\'; return;
      case '"': text += '"'; return;
      case 'u': {
        uint32_t unit;
        if (!hex4(unit)) break;
        if (unit >= 0xD800 && unit < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
          size_t saved = at_;
          at_ += 2;
          uint32_t low;
          if (hex4(low) && low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
          } else {
            at_ = saved;
          }
        }
        if (unit >= 0xD800 && unit < 0xE000) unit = 0xFFFD;
        appendUtf8(text, unit);
        return;
      }
      default: break;
    }
    errors_.push_back({c == 'u' ? "Invalid \\uXXXX escape" : "Invalid escape", static_cast<uint32_t>(begin),
                       static_cast<uint32_t>(at_)});
  }

  bool hex4(uint32_t& out) {
    out = 0;
    if (at_ + 4 > source_.size()) return false;
    for (int i = 0; i < 4; i++) {
      char c = source_[at_ + static_cast<size_t>(i)];
      uint32_t digit;
      if (isDigit(c)) {
        digit = static_cast<uint32_t>(c - '0');
      } else if ((c | 32) >= 'a' && (c | 32) <= 'f') {
        digit = static_cast<uint32_t>((c | 32) - 'a') + 10;
      } else {
        return false;
      }
      out = out * 16 + digit;
    }
    at_ += 4;
    return true;
  }

  std::string_view source_;
  std::vector<LexError>& errors_;
  size_t at_ = 0;
  std::string open_;
  std::vector<Token> tokens_;
};

}  // namespace

bool isKeyword(std::string_view name) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
}

std::vector<Token> tokenize(std::string_view source, std::vector<LexError>& errors) {
  return Lexer(source, errors).run();
}

}  // namespace devvm::jq
