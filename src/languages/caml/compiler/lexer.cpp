#include "languages/caml/compiler/lexer.h"

#include <cctype>
#include <unordered_map>

namespace devvm::caml {

namespace {

bool isLower(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
// Letters of Latin-1 are letters to the reference as well.
bool isLatin(char c) {
  auto u = static_cast<unsigned char>(c);
  return u >= 0xC0 && u != 0xD7 && u != 0xF7;
}
bool isNameChar(char c) { return isLower(c) || isUpper(c) || isDigit(c) || c == '\'' || isLatin(c); }
bool isOperatorChar(char c) {
  return c != '\0' && std::string_view("!$%&*+-./:<=>?@^|~").find(c) != std::string_view::npos;
}

const std::unordered_map<std::string_view, Tok>& keywords() {
  static const std::unordered_map<std::string_view, Tok> words = {
#define KEYWORD(Name, text) {text, Tok::k##Name},
#define SYMBOL(Name, text)
#include "languages/caml/compiler/tokens.def"
#undef KEYWORD
#undef SYMBOL
      {"mod", Tok::kTimesOp}, {"land", Tok::kTimesOp}, {"lor", Tok::kTimesOp}, {"lxor", Tok::kTimesOp},
      {"lsl", Tok::kPowerOp}, {"lsr", Tok::kPowerOp},  {"asr", Tok::kPowerOp},
  };
  return words;
}

}  // namespace

Lexer::Lexer(std::string_view text, base::Arena& arena, Diagnostics& diagnostics, uint32_t begin)
    : text_(text), arena_(arena), diagnostics_(diagnostics), at_(begin) {
  if (begin == 0 && text.starts_with("#!")) {
    while (at_ < text_.size() && text_[at_] != '\n') at_++;
  }
}

Token Lexer::make(Tok kind, uint32_t begin) {
  Token t;
  t.kind = kind;
  t.span = {begin, at_};
  t.text = text_.substr(begin, at_ - begin);
  return t;
}

Token Lexer::fail(uint32_t begin, uint32_t end, std::string message) {
  if (!failed_) diagnostics_.error({begin, end}, std::move(message));
  failed_ = true;
  at_ = static_cast<uint32_t>(text_.size());
  return make(Tok::kEof, at_);
}

bool Lexer::skipSpace() {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      at_++;
    } else if (c == '(' && at(at_ + 1) == '*' && at(at_ + 2) != ')') {
      if (!skipComment(at_)) return false;
    } else if (c == '(' && at(at_ + 1) == '*') {
      // `(*)` begins a comment, too.
      if (!skipComment(at_)) return false;
    } else {
      break;
    }
  }
  return true;
}

bool Lexer::skipComment(uint32_t begin) {
  std::vector<uint32_t> open{begin};
  at_ += 2;
  while (!open.empty()) {
    if (at_ >= text_.size()) {
      fail(open.back(), open.back() + 2, "Comment not terminated");
      return false;
    }
    char c = text_[at_];
    if (c == '(' && at(at_ + 1) == '*') {
      open.push_back(at_);
      at_ += 2;
    } else if (c == '*' && at(at_ + 1) == ')') {
      open.pop_back();
      at_ += 2;
    } else if (c == '"') {
      uint32_t start = at_++;
      while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
      if (at_ >= text_.size()) {
        fail(open.back(), open.back() + 2, "This comment contains an unterminated string literal");
        diagnostics_.all().back().notes.push_back({{start, start + 1}, "String literal begins here"});
        return false;
      }
      at_++;
    } else if (c == '{') {
      uint32_t start = at_;
      Token ignored;
      if (!quotedString(start, ignored)) at_ = start + 1;
      if (failed_) return false;
    } else if (c == '\'') {
      // Character literals, so that '"' does not begin a string.
      if (at(at_ + 1) == '\\' && at_ + 3 < text_.size()) {
        uint32_t i = at_ + 3;
        while (i < text_.size() && i < at_ + 7 && text_[i] != '\'') i++;
        at_ = at(i) == '\'' ? i + 1 : at_ + 1;
      } else {
        at_ += at(at_ + 2) == '\'' && at(at_ + 1) != '\'' ? 3 : 1;
      }
    } else {
      at_++;
    }
  }
  return true;
}

Token Lexer::next() {
  if (failed_ || !skipSpace()) return make(Tok::kEof, static_cast<uint32_t>(text_.size()));
  uint32_t begin = at_;
  if (at_ >= text_.size()) return make(Tok::kEof, at_);
  char c = text_[at_];
  if (isLower(c) || isUpper(c) || isLatin(c)) return name(begin);
  if (isDigit(c)) return number(begin);
  if (c == '"') return string(begin);
  if (c == '\'') return quote(begin);
  if (c == '{') {
    Token token;
    if (quotedString(begin, token) || failed_) return failed_ ? make(Tok::kEof, at_) : token;
  }
  return symbol(begin);
}

Token Lexer::name(uint32_t begin) {
  while (isNameChar(at(at_))) at_++;
  std::string_view text = text_.substr(begin, at_ - begin);
  if (text == "_") return make(Tok::kUnderscore, begin);
  auto word = keywords().find(text);
  if (word != keywords().end()) {
    // let* and and* are operators of their own.
    if ((word->second == Tok::kLet || word->second == Tok::kAnd) && isOperatorChar(at(at_)) && at(at_) != '.' &&
        at(at_) != '!' && at(at_) != '%' && at(at_) != '~' && at(at_) != '?' && at(at_) != ':') {
      Tok kind = word->second == Tok::kLet ? Tok::kLetOp : Tok::kAndOp;
      while (isOperatorChar(at(at_))) at_++;
      return make(kind, begin);
    }
    return make(word->second, begin);
  }
  return make(isUpper(text[0]) ? Tok::kUpperName : Tok::kLowerName, begin);
}

Token Lexer::number(uint32_t begin) {
  unsigned base = 10;
  bool isFloat = false;
  std::string digits;
  if (at(at_) == '0' && std::string_view("xXoObB").find(at(at_ + 1)) != std::string_view::npos && at(at_ + 1) != '\0') {
    char kind = static_cast<char>(std::tolower(at(at_ + 1)));
    base = kind == 'x' ? 16 : kind == 'o' ? 8 : 2;
    at_ += 2;
  }
  auto isDigitOfBase = [&](char c) {
    if (base == 16) return std::isxdigit(static_cast<unsigned char>(c)) != 0;
    return c >= '0' && c < static_cast<char>('0' + base);
  };
  if (!isDigitOfBase(at(at_)))
    return fail(begin, at_, "Invalid literal " + std::string(text_.substr(begin, at_ - begin)));
  auto run = [&](bool keep) {
    while (isDigitOfBase(at(at_)) || at(at_) == '_') {
      if (at(at_) != '_' && keep) digits += at(at_);
      at_++;
    }
  };
  run(true);
  if (base == 10 || base == 16) {
    if (at(at_) == '.') {
      isFloat = true;
      digits += '.';
      at_++;
      run(true);
    }
    char e = at(at_);
    bool exponent = base == 10 ? e == 'e' || e == 'E' : e == 'p' || e == 'P';
    if (exponent) {
      uint32_t i = at_ + 1;
      if (at(i) == '+' || at(i) == '-') i++;
      if (isDigit(at(i))) {
        isFloat = true;
        digits += e;
        if (i == at_ + 2) digits += at(at_ + 1);
        at_ = i;
        while (isDigit(at(at_)) || at(at_) == '_') {
          if (at(at_) != '_') digits += at(at_);
          at_++;
        }
      }
    }
  }
  char suffix = 0;
  if (!isFloat && (at(at_) == 'l' || at(at_) == 'L' || at(at_) == 'n')) suffix = at(at_++);
  if (isNameChar(at(at_)) && at(at_) != '\'') {
    while (isNameChar(at(at_))) at_++;
    return fail(begin, at_, "Invalid literal " + std::string(text_.substr(begin, at_ - begin)));
  }
  Token t = make(isFloat ? Tok::kFloat : Tok::kInteger, begin);
  t.suffix = suffix;
  if (isFloat) {
    t.text = arena_.copy(base == 16 ? "0x" + digits : digits);
    return t;
  }
  uint64_t value = 0;
  bool tooLarge = false;
  for (char d : digits) {
    auto digit = static_cast<uint64_t>(isDigit(d) ? d - '0' : std::tolower(d) - 'a' + 10);
    if (value > (UINT64_MAX - digit) / base) tooLarge = true;
    value = value * base + digit;
  }
  // Decimal literals may be as large as -min_int; the parser checks the sign. Others may use all bits.
  uint64_t most = suffix == 'l' ? uint64_t{1} << 31 : suffix != 0 ? uint64_t{1} << 63 : uint64_t{1} << 62;
  if (base != 10) most = suffix == 'l' ? UINT32_MAX : suffix != 0 ? UINT64_MAX : UINT64_MAX >> 1;
  if (tooLarge || value > most) {
    const char* type = suffix == 'l' ? "int32" : suffix == 'L' ? "int64" : suffix == 'n' ? "nativeint" : "int";
    return fail(begin, at_, std::string("Integer literal exceeds the range of representable integers of type ") + type);
  }
  if (base != 10 && suffix == 'l') value = static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(value)));
  if (base != 10 && suffix == 0) value = static_cast<uint64_t>(static_cast<int64_t>(value << 1) >> 1);
  t.integer = static_cast<int64_t>(value);
  t.text = base == 10 ? std::string_view("d") : std::string_view("x");
  return t;
}

bool Lexer::escape(std::string& out, bool) {
  uint32_t begin = at_ - 1;
  char c = at(at_);
  auto illegal = [&](uint32_t end, const char* where) {
    fail(begin, end,
         std::string("Illegal backslash escape in ") + where + " (" + std::string(text_.substr(begin, end - begin)) +
             ")");
    return false;
  };
  switch (c) {
    case 'n': out += '\n'; break;
    case 't': out += '\t'; break;
    case 'b': out += '\b'; break;
    case 'r': out += '\r'; break;
    case '\\':
    case '\'':
    case '"':
    case ' ': out += c; break;
    case 'x': {
      int v = 0;
      for (uint32_t i = 1; i <= 2; i++) {
        char d = at(at_ + i);
        if (!std::isxdigit(static_cast<unsigned char>(d))) return illegal(at_ + 1, "string or character");
        v = v * 16 + (isDigit(d) ? d - '0' : std::tolower(d) - 'a' + 10);
      }
      out += static_cast<char>(v);
      at_ += 2;
      break;
    }
    case 'o': {
      int v = 0;
      for (uint32_t i = 1; i <= 3; i++) {
        char d = at(at_ + i);
        if (d < '0' || d > '7') return illegal(at_ + 1, "string or character");
        v = v * 8 + (d - '0');
      }
      if (v > 255) return illegal(at_ + 4, "string or character");
      out += static_cast<char>(v);
      at_ += 3;
      break;
    }
    case 'u': {
      uint32_t v = 0, i = at_ + 2;
      if (at(at_ + 1) != '{') return illegal(at_ + 1, "string or character");
      while (std::isxdigit(static_cast<unsigned char>(at(i))) && i < at_ + 8) {
        v = v * 16 + static_cast<uint32_t>(isDigit(at(i)) ? at(i) - '0' : std::tolower(at(i)) - 'a' + 10);
        i++;
      }
      if (at(i) != '}' || i == at_ + 2 || v > 0x10FFFF || (v >= 0xD800 && v < 0xE000))
        return illegal(i, "string or character");
      if (v < 0x80) {
        out += static_cast<char>(v);
      } else if (v < 0x800) {
        out += static_cast<char>(0xC0 | (v >> 6));
        out += static_cast<char>(0x80 | (v & 63));
      } else if (v < 0x10000) {
        out += static_cast<char>(0xE0 | (v >> 12));
        out += static_cast<char>(0x80 | ((v >> 6) & 63));
        out += static_cast<char>(0x80 | (v & 63));
      } else {
        out += static_cast<char>(0xF0 | (v >> 18));
        out += static_cast<char>(0x80 | ((v >> 12) & 63));
        out += static_cast<char>(0x80 | ((v >> 6) & 63));
        out += static_cast<char>(0x80 | (v & 63));
      }
      at_ = i;
      break;
    }
    default: {
      if (!isDigit(c)) return illegal(at_ + 1, "string or character");
      int v = 0;
      for (uint32_t i = 0; i < 3; i++) {
        if (!isDigit(at(at_ + i))) return illegal(at_ + 1, "string or character");
        v = v * 10 + (at(at_ + i) - '0');
      }
      if (v > 255) return illegal(at_ + 3, "string or character");
      out += static_cast<char>(v);
      at_ += 2;
    }
  }
  at_++;
  return true;
}

Token Lexer::string(uint32_t begin) {
  std::string out;
  at_++;
  while (true) {
    if (at_ >= text_.size()) return fail(begin, begin + 1, "String literal not terminated");
    char c = text_[at_++];
    if (c == '"') break;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (at(at_) == '\n' || (at(at_) == '\r' && at(at_ + 1) == '\n')) {
      at_ += at(at_) == '\r' ? 2 : 1;
      while (at(at_) == ' ' || at(at_) == '\t') at_++;
      continue;
    }
    if (!escape(out, false)) return make(Tok::kEof, at_);
  }
  Token t = make(Tok::kString, begin);
  t.text = arena_.copy(out);
  return t;
}

bool Lexer::quotedString(uint32_t begin, Token& token) {
  uint32_t i = begin + 1;
  while (isLower(at(i))) i++;
  if (at(i) != '|') return false;
  std::string close = "|" + std::string(text_.substr(begin + 1, i - begin - 1)) + "}";
  size_t end = text_.find(close, i + 1);
  if (end == std::string_view::npos) {
    fail(begin, i + 1, "String literal not terminated");
    return false;
  }
  at_ = static_cast<uint32_t>(end + close.size());
  token = make(Tok::kString, begin);
  token.text = text_.substr(i + 1, end - i - 1);
  return true;
}

Token Lexer::quote(uint32_t begin) {
  char c = at(at_ + 1);
  if (c == '\\') {
    std::string out;
    at_ += 2;
    if (!escape(out, false)) return make(Tok::kEof, at_);
    if (at(at_) != '\'' || out.size() != 1) return fail(begin, at_, "Illegal backslash escape in string or character");
    at_++;
    Token t = make(Tok::kChar, begin);
    t.integer = static_cast<unsigned char>(out[0]);
    return t;
  }
  if (at_ + 2 < text_.size() && text_[at_ + 2] == '\'' && c != '\'') {
    at_ += 3;
    Token t = make(Tok::kChar, begin);
    t.integer = static_cast<unsigned char>(c);
    return t;
  }
  at_++;
  return make(Tok::kQuote, begin);
}

Token Lexer::symbol(uint32_t begin) {
  char c = text_[at_];
  char d = at(at_ + 1);
  auto take = [&](uint32_t n, Tok kind) {
    at_ += n;
    return make(kind, begin);
  };
  auto operatorEnd = [&](uint32_t from) {
    while (isOperatorChar(at(from))) from++;
    return from;
  };
  switch (c) {
    case '(': return take(1, Tok::kLeftParen);
    case ')': return take(1, Tok::kRightParen);
    case '[': return d == '|' ? take(2, Tok::kLeftArray) : take(1, Tok::kLeftBracket);
    case ']': return take(1, Tok::kRightBracket);
    case '{': return take(1, Tok::kLeftBrace);
    case '}': return take(1, Tok::kRightBrace);
    case ',': return take(1, Tok::kComma);
    case ';': return d == ';' ? take(2, Tok::kSemiSemi) : take(1, Tok::kSemi);
    case '`': return take(1, Tok::kBackquote);
    case '.': return d == '.' ? take(2, Tok::kDotDot) : take(1, Tok::kDot);
    case ':':
      return d == ':'   ? take(2, Tok::kColonColon)
             : d == '=' ? take(2, Tok::kColonEqual)
             : d == '>' ? take(2, Tok::kColonGreater)
                        : take(1, Tok::kColon);
    default: break;
  }
  if (c == '~' || c == '?') {
    if (isLower(d) && !(c == '?' && false)) {
      uint32_t i = at_ + 1;
      while (isNameChar(at(i))) i++;
      if (at(i) == ':' && at(i + 1) != ':' && at(i + 1) != '=') {
        Token t = take(i + 1 - at_, c == '~' ? Tok::kLabel : Tok::kOptionLabel);
        t.text = text_.substr(begin + 1, i - begin - 1);
        return t;
      }
    }
    uint32_t end = operatorEnd(at_ + 1);
    if (end == at_ + 1) return take(1, c == '~' ? Tok::kTilde : Tok::kQuestion);
    return take(end - at_, Tok::kPrefixOp);
  }
  if (c == '|' && d == ']') return take(2, Tok::kRightArray);
  if (!isOperatorChar(c) && c != '#') {
    std::string shown;
    auto u = static_cast<unsigned char>(c);
    if (u >= 32 && u < 127) {
      shown = c;
    } else {
      char text[8];
      std::snprintf(text, sizeof text, "\\%03d", u);
      shown = text;
    }
    return fail(begin, begin + 1, "Illegal character (" + shown + ")");
  }
  uint32_t end = operatorEnd(at_ + 1);
  std::string_view text = text_.substr(begin, end - begin);
  uint32_t n = end - at_;
  static const std::unordered_map<std::string_view, Tok> fixed = {
      {"=", Tok::kEqual},   {"|", Tok::kBar},        {"->", Tok::kArrow},   {"<-", Tok::kLeftArrow}, {"*", Tok::kStar},
      {"+", Tok::kPlus},    {"-", Tok::kMinus},      {"+.", Tok::kPlusDot}, {"-.", Tok::kMinusDot},  {"<", Tok::kLess},
      {">", Tok::kGreater}, {"&&", Tok::kAmpAmp},    {"||", Tok::kBarBar},  {"&", Tok::kAmp},        {"!", Tok::kBang},
      {"#", Tok::kHash},    {"!=", Tok::kCompareOp},
  };
  if (auto f = fixed.find(text); f != fixed.end()) return take(n, f->second);
  switch (c) {
    case '!': return take(n, Tok::kPrefixOp);
    case '#': return take(n, Tok::kHashOp);
    case '*': return take(n, text.starts_with("**") ? Tok::kPowerOp : Tok::kTimesOp);
    case '/':
    case '%': return take(n, Tok::kTimesOp);
    case '+':
    case '-': return take(n, Tok::kPlusOp);
    case '^':
    case '@': return take(n, Tok::kAppendOp);
    default: return take(n, Tok::kCompareOp);
  }
}

}  // namespace devvm::caml
