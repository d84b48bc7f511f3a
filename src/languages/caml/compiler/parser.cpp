// Tokens, names and errors of the parser.
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

Parser::Parser(std::string_view text, base::Arena& arena, Diagnostics& diagnostics, uint32_t begin)
    : arena_(arena), diagnostics_(diagnostics) {
  Lexer lexer(text, arena, diagnostics, begin);
  do {
    tokens_.push_back(lexer.next());
  } while (tokens_.back().kind != Tok::kEof);
  // A bad token further on is of no interest before what stands in front of it: the reference reads as it parses. The
  // lexer's message is dropped if the parser finds an error first.
}

Token Parser::take() {
  Token t = tokens_[at_];
  if (t.kind != Tok::kEof) at_++;
  return t;
}

bool Parser::accept(Tok kind) {
  if (!is(kind)) return false;
  take();
  return true;
}

Token Parser::expect(Tok kind) {
  if (!is(kind)) failHere();
  return take();
}

void Parser::fail(Span span, std::string message, std::vector<Note> notes) {
  if (failed_) return;
  failed_ = true;
  // At a token that the lexer did not understand its own message is the better one.
  bool lexical = diagnostics_.hasErrors();
  if (lexical && now().kind == Tok::kEof) {
    at_ = tokens_.size() - 1;
    return;
  }
  if (lexical) diagnostics_.all().clear();
  diagnostics_.error(span, std::move(message), std::move(notes));
  at_ = tokens_.size() - 1;  // everything that follows ends at once
}

void Parser::failHere() { fail(now().span, "Syntax error"); }

void Parser::expecting(const char* what) { fail(now().span, std::string("Syntax error: ") + what + " expected."); }

void Parser::close(Tok kind, const Token& open, const char* closing) {
  if (accept(kind)) return;
  fail(now().span, std::string("Syntax error: '") + closing + "' expected",
       {{open.span, "This '" + std::string(open.text) + "' might be unmatched"}});
}

/// [@name ...], [@@name ...]: read and ignored.
bool Parser::attribute() {
  if (!is(Tok::kLeftBracket)) return false;
  const Token& op = ahead();
  if (op.kind != Tok::kAppendOp || op.text.empty() || op.text[0] != '@' || op.span.begin != now().span.end)
    return false;
  if (op.text.find_first_not_of('@') != std::string_view::npos) return false;
  uint32_t depth = 0;
  do {
    if (is(Tok::kLeftBracket) || is(Tok::kLeftArray)) depth++;
    if (is(Tok::kRightBracket) || is(Tok::kRightArray)) depth--;
    if (is(Tok::kEof)) {
      failHere();
      return false;
    }
    take();
  } while (depth > 0);
  return true;
}

void Parser::attributes() {
  while (attribute()) {
  }
}

// ---- names ----------------------------------------------------------------------------------------

Name Parser::lowerName() {
  Token t = expect(Tok::kLowerName);
  return {t.text, t.span};
}

bool Parser::isValueName() const {
  return is(Tok::kLowerName) ||
         (is(Tok::kLeftParen) && ahead(2).kind == Tok::kRightParen && ahead().kind != Tok::kRightParen &&
          ahead().kind != Tok::kLowerName && ahead().kind != Tok::kUnderscore && ahead().kind != Tok::kUpperName &&
          ahead().kind != Tok::kInteger && ahead().kind != Tok::kFloat && ahead().kind != Tok::kString &&
          ahead().kind != Tok::kChar && ahead().kind != Tok::kTrue && ahead().kind != Tok::kFalse);
}

/// The operator between parentheses; the token is taken.
bool Parser::operatorName(Name& name) {
  switch (now().kind) {
    case Tok::kPrefixOp:
    case Tok::kPowerOp:
    case Tok::kTimesOp:
    case Tok::kShiftOp:
    case Tok::kPlusOp:
    case Tok::kAppendOp:
    case Tok::kCompareOp:
    case Tok::kHashOp:
    case Tok::kLetOp:
    case Tok::kAndOp:
    case Tok::kColonEqual:
    case Tok::kEqual:
    case Tok::kStar:
    case Tok::kPlus:
    case Tok::kMinus:
    case Tok::kPlusDot:
    case Tok::kMinusDot:
    case Tok::kLess:
    case Tok::kGreater:
    case Tok::kAmpAmp:
    case Tok::kBarBar:
    case Tok::kAmp:
    case Tok::kBang:
    case Tok::kOr: {
      Token t = take();
      name = {t.text, t.span};
      return true;
    }
    case Tok::kDot: {
      // .() and the like
      return false;
    }
    default: return false;
  }
}

Name Parser::valueName() {
  if (!is(Tok::kLeftParen)) return lowerName();
  uint32_t begin = now().span.begin;
  take();
  Name name;
  if (!operatorName(name)) failHere();
  expect(Tok::kRightParen);
  name.span = from(begin);
  return name;
}

Path Parser::pathOf(std::vector<std::string_view> parts, uint32_t begin) {
  if (parts.empty()) parts.emplace_back("");
  Path p;
  p.parts = seqOf(arena_, parts);
  p.span = from(begin);
  return p;
}

Path Parser::onePart(std::string_view text, Span span) {
  Path p;
  p.parts = seqOf(arena_, std::vector<std::string_view>{text});
  p.span = span;
  return p;
}

/// A.B.c, ending in a lower-case name or in a capitalized one.
Path Parser::path(bool lower, bool upper) {
  std::vector<std::string_view> parts;
  uint32_t begin = now().span.begin;
  while (true) {
    if (is(Tok::kUpperName)) {
      parts.push_back(take().text);
      // F(X).t: functor applications in paths are not supported.
      bool goesOn = is(Tok::kDot) && (ahead().kind == Tok::kUpperName || (lower && ahead().kind == Tok::kLowerName));
      if (!goesOn) {
        if (!upper) failHere();
        break;
      }
      take();
      continue;
    }
    if (!lower || !is(Tok::kLowerName)) {
      failHere();
      break;
    }
    parts.push_back(take().text);
    break;
  }
  return pathOf(std::move(parts), begin);
}

}  // namespace devvm::caml
