#include "languages/lua/compiler/lexer.h"

#include <array>
#include <cstring>

#include "base/numeral.h"

namespace devvm::lua {
namespace {

enum CharClass : uint8_t { kLetter = 1, kDigit = 2, kHex = 4, kPrintable = 8, kBlank = 16 };

constexpr std::array<uint8_t, 256> makeClasses() {
  std::array<uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    uint8_t bits = 0;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') bits |= kLetter;
    if (c >= '0' && c <= '9') bits |= kDigit | kHex;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHex;
    if (c >= 32 && c < 127) bits |= kPrintable;
    if (c == ' ' || (c >= 9 && c <= 13)) bits |= kBlank;
    classes[c] = bits;
  }
  return classes;
}
constexpr auto kClasses = makeClasses();

/// Whether the character is of one of these classes; -1, the end of the text, is of none.
bool is(int c, uint8_t bits) { return c >= 0 && (kClasses[static_cast<size_t>(c)] & bits) != 0; }

int hexValue(int c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

constexpr std::string_view kWords[] = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                       "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                       "repeat",   "return", "then", "true", "until",  "while"};
constexpr std::string_view kOthers[] = {"//", "..", "...",   "==",       ">=",        "<=",     "~=",      "<<",
                                        ">>", "::", "<eof>", "<number>", "<integer>", "<name>", "<string>"};

void appendUtf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  // Up to 31 bits in up to six bytes: the language allows more than Unicode has.
  char bytes[6];
  int count = 0;
  uint32_t firstLimit = 0x3F;
  do {
    bytes[count++] = static_cast<char>(0x80 | (code & 0x3F));
    code >>= 6;
    firstLimit >>= 1;
  } while (code > firstLimit);
  bytes[count++] = static_cast<char>((~firstLimit << 1) | code);
  while (count > 0) out += bytes[--count];
}

}  // namespace

Lexer::Lexer(std::string_view text, std::string chunkId, frontend::SymbolTable& symbols)
    : begin_(text.data()),
      p_(begin_),
      end_(begin_ + text.size()),
      lineStart_(begin_),
      chunkId_(std::move(chunkId)),
      symbols_(symbols) {
  for (size_t i = 0; i < std::size(kWords); ++i) {
    symbols_.intern(kWords[i], true)->keyword = static_cast<uint16_t>(static_cast<size_t>(Tok::kFirstWord) + i);
  }
}

// ---- errors -----------------------------------------------------------------------------------------

std::string Lexer::describe(Tok kind) {
  auto code = static_cast<unsigned>(kind);
  if (code < 256) {
    if (is(static_cast<int>(code), kPrintable)) return {'\'', static_cast<char>(code), '\''};
    return "'<\\" + std::to_string(code) + ">'";
  }
  std::string_view text = kind < Tok::kFirstOther ? kWords[code - static_cast<unsigned>(Tok::kFirstWord)]
                                                  : kOthers[code - static_cast<unsigned>(Tok::kFirstOther)];
  if (kind >= Tok::kEndOfText) return std::string(text);
  return '\'' + std::string(text) + '\'';
}

std::string Lexer::nearText(const Token& at) const {
  switch (at.kind) {
    case Tok::kName:
    case Tok::kInteger:
    case Tok::kFloat: return '\'' + std::string(begin_ + at.begin, begin_ + at.end) + '\'';
    case Tok::kString: {
      // The delimiters as written, the content as understood, up to a zero byte.
      const char* open = begin_ + at.begin;
      size_t delimiter = 1;
      if (*open == '[') {
        while (open[delimiter] != '[') ++delimiter;
        ++delimiter;
      }
      std::string text(open, delimiter);
      text += at.symbol->text;
      text.append(begin_ + at.end - delimiter, delimiter);
      if (size_t zero = text.find('\0'); zero != std::string::npos) text.resize(zero);
      return '\'' + text + '\'';
    }
    default: return describe(at.kind);
  }
}

void Lexer::fail(std::string_view message, std::string_view nearText, uint32_t column) {
  if (failed_) return;
  failed_ = true;
  error_.message = chunkId_ + ':' + std::to_string(line_) + ": ";
  error_.message += message;
  if (!nearText.empty()) {
    error_.message += " near ";
    error_.message += nearText;
  }
  error_.line = line_;
  error_.column = column;
}

void Lexer::errorNear(std::string_view message, const Token& at) {
  if (failed_) return;
  failedAtEnd_ = at.kind == Tok::kEndOfText;
  // A zero byte in the text is a token that cannot be named.
  fail(message, at.kind == Tok{0} ? std::string() : nearText(at), at.column);
}

void Lexer::error(std::string_view message, const Token& at) { fail(message, {}, at.column); }

void Lexer::stackOverflow(const Token& at) {
  if (failed_) return;
  fail({}, {}, at.column);
  error_.message = "C stack overflow";
  error_.stackOverflow = true;
}

Tok Lexer::failToken(std::string_view message, std::string_view nearText, const char* start) {
  bool atEnd = nearText.empty();
  std::string text = "<eof>";
  if (!atEnd) text = '\'' + std::string(nearText.substr(0, nearText.find('\0'))) + '\'';
  if (!failed_) failedAtEnd_ = atEnd;
  fail(message, text, start >= lineStart_ ? offset(start) - offset(lineStart_) + 1 : 0);
  return Tok::kEndOfText;
}

// ---- tokens -----------------------------------------------------------------------------------------

Token Lexer::next() {
  Token token;
  token.kind = failed_ ? Tok::kEndOfText : scan(token);
  if (failed_) token.kind = Tok::kEndOfText;
  token.end = offset(p_);
  token.line = line_;
  const char* start = begin_ + token.begin;
  token.column = start >= lineStart_ ? offset(start) - offset(lineStart_) + 1 : 0;
  return token;
}

void Lexer::skipLineEnd() {
  char first = *p_++;
  if (p_ < end_ && (*p_ == '\n' || *p_ == '\r') && *p_ != first) ++p_;
  ++line_;
  lineStart_ = p_;
}

/// At "--". False after an error.
bool Lexer::skipComment() {
  const char* start = p_;
  p_ += 2;
  if (peek() == '[') {
    if (size_t level = longBracketLevel(); level != 0) {
      readLongString(nullptr, start, level);
      return !failed_;
    }
  }
  while (p_ < end_ && *p_ != '\n' && *p_ != '\r') ++p_;
  return true;
}

Tok Lexer::one(char c) {
  ++p_;
  return tok(c);
}

Tok Lexer::oneOrTwo(char c, char second, Tok two) {
  ++p_;
  if (peek() != second) return tok(c);
  ++p_;
  return two;
}

Tok Lexer::scan(Token& token) {
  for (;;) {
    if (p_ == end_) {
      token.begin = offset(p_);
      return Tok::kEndOfText;
    }
    char c = *p_;
    token.begin = offset(p_);
    switch (c) {
      case '\n':
      case '\r': skipLineEnd(); continue;
      case ' ':
      case '\t':
      case '\v':
      case '\f': ++p_; continue;
      case '-':
        if (peekAt(1) != '-') return one(c);
        if (!skipComment()) return Tok::kEndOfText;
        continue;
      case '[': {
        size_t level = longBracketLevel();
        if (level != 0) return readLongString(&token, p_, level);
        if (peekAt(1) != '=') return one(c);
        const char* start = p_++;
        while (peek() == '=') ++p_;
        return failToken("invalid long string delimiter", {start, static_cast<size_t>(p_ - start)}, start);
      }
      case '=': return oneOrTwo(c, '=', Tok::kEqual);
      case '<':
        if (peekAt(1) == '<') {
          p_ += 2;
          return Tok::kShiftLeft;
        }
        return oneOrTwo(c, '=', Tok::kLessEqual);
      case '>':
        if (peekAt(1) == '>') {
          p_ += 2;
          return Tok::kShiftRight;
        }
        return oneOrTwo(c, '=', Tok::kGreaterEqual);
      case '/': return oneOrTwo(c, '/', Tok::kIntegerDivide);
      case '~': return oneOrTwo(c, '=', Tok::kNotEqual);
      case ':': return oneOrTwo(c, ':', Tok::kDoubleColon);
      case '"':
      case '\'': return readString(token, c);
      case '.':
        if (peekAt(1) == '.') {
          p_ += 2;
          if (peek() != '.') return Tok::kConcat;
          ++p_;
          return Tok::kDots;
        }
        return is(peekAt(1), kDigit) ? readNumeral(token) : one(c);
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9': return readNumeral(token);
      default:
        if (kClasses[static_cast<unsigned char>(c)] & kLetter) return readName(token);
        return one(c);
    }
  }
}

Tok Lexer::readName(Token& token) {
  const char* start = p_;
  while (p_ < end_ && (kClasses[static_cast<unsigned char>(*p_)] & (kLetter | kDigit)) != 0) ++p_;
  token.symbol = symbols_.intern({start, static_cast<size_t>(p_ - start)}, true);
  return token.symbol->keyword != 0 ? static_cast<Tok>(token.symbol->keyword) : Tok::kName;
}

Tok Lexer::readNumeral(Token& token) {
  // Takes all that could belong to a numeral, so that an error shows the whole of it.
  const char* start = p_;
  int exponentMark = 'e';
  if (*p_ == '0' && (peekAt(1) == 'x' || peekAt(1) == 'X')) {
    exponentMark = 'p';
    p_ += 2;
  }
  for (;;) {
    int c = peek();
    if (c >= 0 && (c | 0x20) == exponentMark) {
      ++p_;
      if (peek() == '+' || peek() == '-') ++p_;
    } else if (is(c, kHex) || c == '.') {
      ++p_;
    } else {
      break;
    }
  }
  if (is(peek(), kLetter)) ++p_;
  std::string_view text(start, static_cast<size_t>(p_ - start));
  base::Number number;
  if (!base::parseNumber(text, number)) return failToken("malformed number", text, start);
  if (number.isInteger) {
    token.integer = number.integer;
    return Tok::kInteger;
  }
  token.number = number.real;
  return Tok::kFloat;
}

// ---- strings ----------------------------------------------------------------------------------------

/// At '[': 1 + the number of '=' if a long bracket opens here, else 0.
size_t Lexer::longBracketLevel() const {
  size_t i = 1;
  while (peekAt(i) == '=') ++i;
  return peekAt(i) == '[' ? i : 0;
}

/// At '[' of a long bracket. `token` is null for a comment; `start` is where it began.
Tok Lexer::readLongString(Token* token, const char* start, size_t level) {
  uint32_t startLine = line_;
  p_ += level + 1;
  if (peek() == '\n' || peek() == '\r') skipLineEnd();
  const char* runStart = p_;
  bool copied = false;  // whether buffer_ holds what came before runStart
  buffer_.clear();
  for (;;) {
    if (p_ == end_) {
      std::string message = std::string("unfinished long ") + (token != nullptr ? "string" : "comment") +
                            " (starting at line " + std::to_string(startLine) + ")";
      return failToken(message, {}, start);
    }
    char c = *p_;
    if (c == ']') {
      size_t i = 1;
      while (i < level && peekAt(i) == '=') ++i;
      if (i == level && peekAt(i) == ']') break;
      // Skips the equal signs only: a bracket there may be the first one of the end.
      p_ += i;
    } else if (c == '\n' || c == '\r') {
      // Line ends in any form stand for one line feed; plain ones need no copy of the text.
      const char* lineEnd = p_;
      skipLineEnd();
      if (c == '\r' || p_ - lineEnd == 2) {
        buffer_.append(runStart, static_cast<size_t>(lineEnd - runStart));
        buffer_ += '\n';
        copied = true;
        runStart = p_;
      }
    } else {
      ++p_;
    }
  }
  std::string_view run(runStart, static_cast<size_t>(p_ - runStart));
  p_ += level + 1;
  if (token == nullptr) return Tok::kEndOfText;
  if (copied) {
    buffer_ += run;
    token->symbol = symbols_.intern(buffer_, false);
  } else {
    token->symbol = symbols_.intern(run, true);
  }
  return Tok::kString;
}

Tok Lexer::readString(Token& token, char quote) {
  const char* start = p_++;
  // Most literals have no escapes and are slices of the source.
  while (p_ < end_ && *p_ != quote && *p_ != '\\' && *p_ != '\n' && *p_ != '\r') ++p_;
  if (peek() == quote) {
    token.symbol = symbols_.intern({start + 1, static_cast<size_t>(p_ - start - 1)}, true);
    ++p_;
    return Tok::kString;
  }
  buffer_.assign(start, static_cast<size_t>(p_ - start));
  for (;;) {
    if (p_ == end_) return failToken("unfinished string", {}, start);
    char c = *p_;
    if (c == quote) break;
    if (c == '\n' || c == '\r') return failToken("unfinished string", buffer_, start);
    if (c == '\\') {
      if (!readEscape(start)) return Tok::kEndOfText;
    } else {
      buffer_ += c;
      ++p_;
    }
  }
  ++p_;
  token.symbol = symbols_.intern(std::string_view(buffer_).substr(1), false);
  return Tok::kString;
}

/// Reports a bad escape sequence. buffer_ holds the literal so far and the sequence; the character that is
/// wrong is shown as well if `takeCharacter` says so and there is one.
bool Lexer::badEscape(const char* start, const char* message, bool takeCharacter) {
  if (takeCharacter && p_ < end_) buffer_ += *p_;
  // The text may be cut at a zero byte, so it is told apart from the end of the text here.
  failToken(message, buffer_, start);
  return false;
}

/// At a backslash: appends what the sequence stands for to buffer_.
bool Lexer::readEscape(const char* start) {
  ++p_;
  char value = 0;
  switch (peek()) {
    case -1: return true;  // the caller reports the end of the text
    case 'a': value = '\a'; break;
    case 'b': value = '\b'; break;
    case 'f': value = '\f'; break;
    case 'n': value = '\n'; break;
    case 'r': value = '\r'; break;
    case 't': value = '\t'; break;
    case 'v': value = '\v'; break;
    case '\\':
    case '"':
    case '\'': value = *p_; break;
    case '\n':
    case '\r':
      skipLineEnd();
      buffer_ += '\n';
      return true;
    case 'x': return readHexEscape(start);
    case 'u': return readUnicodeEscape(start);
    case 'z':
      ++p_;
      while (p_ < end_ && is(peek(), kBlank)) {
        if (*p_ == '\n' || *p_ == '\r') {
          skipLineEnd();
        } else {
          ++p_;
        }
      }
      return true;
    default:
      if (is(peek(), kDigit)) return readDecimalEscape(start);
      buffer_ += '\\';
      return badEscape(start, "invalid escape sequence", true);
  }
  ++p_;
  buffer_ += value;
  return true;
}

bool Lexer::readDecimalEscape(const char* start) {
  const char* digits = p_;
  int value = 0;
  while (p_ - digits < 3 && is(peek(), kDigit)) value = value * 10 + (*p_++ - '0');
  if (value > 255) {
    buffer_ += '\\';
    buffer_.append(digits, p_);
    return badEscape(start, "decimal escape too large", true);
  }
  buffer_ += static_cast<char>(value);
  return true;
}

bool Lexer::readHexEscape(const char* start) {
  const char* sequence = p_ - 1;
  ++p_;
  int value = 0;
  for (int i = 0; i < 2; ++i, ++p_) {
    if (!is(peek(), kHex)) {
      buffer_.append(sequence, p_);
      return badEscape(start, "hexadecimal digit expected", true);
    }
    value = value * 16 + hexValue(peek());
  }
  buffer_ += static_cast<char>(value);
  return true;
}

bool Lexer::readUnicodeEscape(const char* start) {
  const char* sequence = p_ - 1;
  auto bad = [&](const char* message) {
    buffer_.append(sequence, p_);
    return badEscape(start, message, true);
  };
  ++p_;
  if (peek() != '{') return bad("missing '{'");
  ++p_;
  if (!is(peek(), kHex)) return bad("hexadecimal digit expected");
  uint32_t code = 0;
  while (is(peek(), kHex)) {
    if (code > 0x7FFFFFFu) return bad("UTF-8 value too large");
    code = code * 16 + static_cast<uint32_t>(hexValue(peek()));
    ++p_;
  }
  if (peek() != '}') return bad("missing '}'");
  ++p_;
  appendUtf8(buffer_, code);
  return true;
}

}  // namespace devvm::lua
