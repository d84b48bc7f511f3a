#include "bytecode/assembly_lexer.h"

#include <charconv>
#include <limits>

#include "bytecode/literals.h"

namespace devvm::bytecode {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
}
bool isWordPart(char c) { return isWordStart(c) || isDigit(c); }

class LineLexer {
 public:
  explicit LineLexer(std::string_view line) : line_(line) {}

  std::vector<Token> run() {
    while (true) {
      while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t' || line_[at_] == ',' || line_[at_] == '\r'))
        ++at_;
      Token token;
      token.column = static_cast<uint32_t>(at_ + 1);
      if (at_ >= line_.size() || line_[at_] == ';') {
        tokens_.push_back(std::move(token));
        return std::move(tokens_);
      }
      next(token);
      bool bad = token.type == Token::Type::kBad;
      tokens_.push_back(std::move(token));
      if (bad) return std::move(tokens_);
    }
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0'; }

  void bad(Token& token, std::string message) {
    token.type = Token::Type::kBad;
    token.text = std::move(message);
  }

  void next(Token& token) {
    char c = peek();
    bool sign = c == '-' || c == '+';
    if (c == '"') {
      string(token);
    } else if (isDigit(c) || (sign && isDigit(peek(1))) || (c == '.' && isDigit(peek(1)))) {
      number(token);
    } else if (sign && isWordStart(peek(1))) {
      size_t start = at_++;
      word(token);
      // -inf and -nan are the only words with a sign.
      if (token.text != "inf" && token.text != "nan") {
        at_ = start + 1;
        symbol(token, c);
        return;
      }
      toFloatWord(token);
      if (c == '-') token.number = -token.number;
    } else if (isWordStart(c)) {
      word(token);
      if (token.text == "inf" || token.text == "nan") toFloatWord(token);
    } else if (std::string_view(":=#@!?-").find(c) != std::string_view::npos) {
      ++at_;
      symbol(token, c);
    } else {
      bad(token, "unexpected character " + quoteText(line_.substr(at_, 1)));
    }
  }

  void symbol(Token& token, char c) {
    token.type = Token::Type::kSymbol;
    token.text.assign(1, c);
  }

  void word(Token& token) {
    size_t start = at_;
    while (isWordPart(peek())) ++at_;
    token.type = Token::Type::kWord;
    token.text = line_.substr(start, at_ - start);
  }

  void toFloatWord(Token& token) {
    token.type = Token::Type::kFloat;
    token.number =
        token.text == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }

  void number(Token& token) {
    size_t start = at_;
    bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    if (hex) at_ += 2;
    size_t digits = at_;
    bool isFloat = false;
    for (char c = peek(); isWordPart(c) || ((c == '-' || c == '+') && at_ > digits); c = peek()) {
      char before = at_ > digits ? line_[at_ - 1] : '\0';
      bool exponent = hex ? (before == 'p' || before == 'P') : (before == 'e' || before == 'E');
      if ((c == '-' || c == '+') && !exponent) break;
      isFloat = isFloat || c == '.' || (hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E');
      ++at_;
    }
    const char* first = line_.data() + digits;
    const char* last = line_.data() + at_;
    auto malformed = [&] { bad(token, "malformed number " + std::string(line_.substr(start, at_ - start))); };
    if (first == last) return malformed();
    if (isFloat) {
      double value = 0;
      auto result = std::from_chars(first, last, value, hex ? std::chars_format::hex : std::chars_format::general);
      if (result.ptr != last || (result.ec != std::errc{} && result.ec != std::errc::result_out_of_range))
        return malformed();
      if (result.ec == std::errc::result_out_of_range) return bad(token, "the float is out of range");
      token.type = Token::Type::kFloat;
      token.number = negative ? -value : value;
      return;
    }
    uint64_t value = 0;
    auto result = std::from_chars(first, last, value, hex ? 16 : 10);
    if (result.ec == std::errc::invalid_argument || result.ptr != last) return malformed();
    constexpr uint64_t kSignBit = uint64_t{1} << 63;
    bool tooLarge = result.ec == std::errc::result_out_of_range || (!hex && value > kSignBit - (negative ? 0 : 1));
    if (tooLarge) return bad(token, "the integer does not fit in 64 bits");
    token.type = Token::Type::kInteger;
    token.integer = static_cast<int64_t>(negative ? 0 - value : value);
  }

  static int hexDigit(char c) {
    if (isDigit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  void string(Token& token) {
    token.type = Token::Type::kString;
    for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      if (line_[at_] != '\\') {
        token.text += line_[at_];
        continue;
      }
      ++at_;
      switch (peek()) {
        case 'n': token.text += '\n'; break;
        case 't': token.text += '\t'; break;
        case 'r': token.text += '\r'; break;
        case '0': token.text += '\0'; break;
        case '"': token.text += '"'; break;
        case '\\': token.text += '\\'; break;
        case 'x': {
          int high = hexDigit(peek(1)), low = hexDigit(peek(2));
          if (high < 0 || low < 0) return bad(token, "\\x needs two hexadecimal digits");
          token.text += static_cast<char>(high * 16 + low);
          at_ += 2;
          break;
        }
        default: return bad(token, "unknown escape in string");
      }
    }
    if (at_ >= line_.size()) return bad(token, "the string is not closed");
    ++at_;
  }

  std::string_view line_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenizeLine(std::string_view line) { return LineLexer(line).run(); }

std::string describe(const Token& token) {
  switch (token.type) {
    case Token::Type::kWord:
    case Token::Type::kSymbol: return "'" + token.text + "'";
    case Token::Type::kInteger: return std::to_string(token.integer);
    case Token::Type::kFloat: return floatText(token.number);
    case Token::Type::kString: return quoteText(token.text);
    case Token::Type::kLineEnd: return "the end of the line";
    case Token::Type::kBad: break;
  }
  return token.text;
}

}  // namespace devvm::bytecode
