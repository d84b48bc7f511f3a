// Patterns and types.
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

Pattern* Parser::constructPattern(std::string_view name, Span span, Pattern* argument) {
  auto* p = arena_.make<Pattern>();
  p->kind = PatternKind::kConstruct;
  p->span = span;
  p->path = onePart(name, span);
  if (argument != nullptr) p->items = seqOf(arena_, std::vector<Pattern*>{argument});
  return p;
}

Pattern* Parser::variablePattern(const Name& name) {
  auto* p = arena_.make<Pattern>();
  p->kind = PatternKind::kVariable;
  p->span = p->nameSpan = name.span;
  p->name = name.text;
  return p;
}

/// With `as`, which binds weakest, and `exception`.
Pattern* Parser::pattern() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  Pattern* p = patternOr();
  while (accept(Tok::kAs)) {
    Name name = valueName();
    Pattern* alias = make<Pattern>(PatternKind::kAlias, begin);
    alias->name = name.text;
    alias->nameSpan = name.span;
    alias->items = seqOf(arena_, std::vector<Pattern*>{p});
    p = alias;
    while (is(Tok::kBar) && !failed_) {
      take();
      Pattern* right = patternTuple();
      Pattern* either = makeOf<Pattern>(PatternKind::kOr, {p, right}, begin);
      p = either;
    }
  }
  attributes();
  return p;
}

Pattern* Parser::patternOr() {
  uint32_t begin = now().span.begin;
  Pattern* p = patternTuple();
  while (accept(Tok::kBar)) {
    Pattern* right = patternTuple();
    Pattern* either = makeOf<Pattern>(PatternKind::kOr, {p, right}, begin);
    p = either;
  }
  return p;
}

Pattern* Parser::patternTuple() {
  uint32_t begin = now().span.begin;
  Pattern* first = patternCons();
  if (!is(Tok::kComma)) return first;
  std::vector<Pattern*> items{first};
  while (accept(Tok::kComma)) items.push_back(patternCons());
  return makeOf<Pattern>(PatternKind::kTuple, items, begin);
}

Pattern* Parser::patternCons() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  Pattern* head = patternApply();
  if (!accept(Tok::kColonColon)) return head;
  Pattern* tail = patternCons();
  Pattern* both = makeOf<Pattern>(PatternKind::kTuple, {head, tail}, begin);
  return constructPattern("::", from(begin), both);
}

bool Parser::startsPattern() const {
  switch (now().kind) {
    case Tok::kLowerName:
    case Tok::kUpperName:
    case Tok::kInteger:
    case Tok::kFloat:
    case Tok::kString:
    case Tok::kChar:
    case Tok::kUnderscore:
    case Tok::kLeftParen:
    case Tok::kLeftBracket:
    case Tok::kLeftBrace:
    case Tok::kLeftArray:
    case Tok::kTrue:
    case Tok::kFalse:
    case Tok::kBackquote: return true;
    default: return false;
  }
}

Pattern* Parser::patternApply() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  if (accept(Tok::kLazy)) return makeAround(PatternKind::kLazy, patternSimple(), begin);
  if (accept(Tok::kException)) return makeAround(PatternKind::kException, patternApply(), begin);
  if (is(Tok::kUpperName)) {
    Path name = path(false, true);
    if (is(Tok::kDot)) return at_ -= 2 * name.parts.size - 1, patternSimple();  // M.(pattern)
    Pattern* p = make<Pattern>(PatternKind::kConstruct, begin);
    p->path = name;
    if (startsPattern()) {
      p->items = seqOf(arena_, std::vector<Pattern*>{patternApply()});
      p->span = from(begin);
    }
    return p;
  }
  return patternSimple();
}

Pattern* Parser::recordPattern() {
  Token open = take();
  std::vector<FieldPattern> fields;
  bool isOpen = false;
  while (!failed_) {
    if (accept(Tok::kUnderscore)) {
      isOpen = true;
      accept(Tok::kSemi);
      break;
    }
    FieldPattern f{};
    f.name = path(true, false);
    TypeExpr* annotated = accept(Tok::kColon) ? type() : nullptr;
    if (accept(Tok::kEqual)) {
      f.pattern = pattern();
    } else {
      f.pattern = variablePattern({f.name.last(), f.name.span});
    }
    if (annotated != nullptr) {
      Pattern* p = make<Pattern>(PatternKind::kConstraint, f.name.span.begin);
      p->items = seqOf(arena_, std::vector<Pattern*>{f.pattern});
      p->type = annotated;
      f.pattern = p;
    }
    fields.push_back(f);
    if (!accept(Tok::kSemi) || is(Tok::kRightBrace)) break;
  }
  close(Tok::kRightBrace, open, "}");
  Pattern* p = make<Pattern>(PatternKind::kRecord, open.span.begin);
  p->fields = seqOf(arena_, fields);
  p->open = isOpen;
  return p;
}

Pattern* Parser::patternSimple() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  if (failed_) return make<Pattern>(PatternKind::kAny, begin);
  switch (t.kind) {
    case Tok::kUnderscore: take(); return make<Pattern>(PatternKind::kAny, begin);
    case Tok::kLowerName: take(); return variablePattern({t.text, t.span});
    case Tok::kTrue:
    case Tok::kFalse: take(); return constructPattern(t.text, t.span, nullptr);
    case Tok::kUpperName: {
      Path name = path(false, true);
      if (accept(Tok::kDot)) {
        // M.(p), M.[p], M.{p}
        Pattern* inner = patternSimple();
        Pattern* p = makeAround(PatternKind::kOpen, inner, begin);
        p->path = name;
        return p;
      }
      Pattern* p = make<Pattern>(PatternKind::kConstruct, begin);
      p->path = name;
      return p;
    }
    case Tok::kMinus:
    case Tok::kMinusDot:
    case Tok::kPlus:
    case Tok::kInteger:
    case Tok::kFloat:
    case Tok::kString:
    case Tok::kChar: {
      bool negative = t.kind == Tok::kMinus || t.kind == Tok::kMinusDot;
      if (negative || t.kind == Tok::kPlus) take();
      if (negative && !is(Tok::kInteger) && !is(Tok::kFloat)) failHere();
      Constant c;
      if (!constant(c, negative)) failHere();
      Pattern* p = make<Pattern>(PatternKind::kConstant, begin);
      p->constant = c;
      if (is(Tok::kDotDot)) {
        take();
        bool lastNegative = accept(Tok::kMinus);
        if (!constant(p->last, lastNegative)) failHere();
        p->kind = PatternKind::kInterval;
        p->span = from(begin);
      }
      return p;
    }
    case Tok::kLeftBrace: return recordPattern();
    case Tok::kLeftArray:
    case Tok::kLeftBracket: {
      take();
      bool isList = t.kind == Tok::kLeftBracket;
      Tok end = isList ? Tok::kRightBracket : Tok::kRightArray;
      std::vector<Pattern*> items;
      while (!is(end) && !failed_) {
        items.push_back(pattern());
        if (!accept(Tok::kSemi)) break;
      }
      close(end, t, isList ? "]" : "|]");
      if (!isList) {
        return makeOf<Pattern>(PatternKind::kArray, items, begin);
      }
      Span whole = from(begin);
      Pattern* list = constructPattern("[]", {whole.end - 1, whole.end}, nullptr);
      if (items.empty()) list->span = whole;
      for (size_t i = items.size(); i-- > 0;) {
        auto* both = arena_.make<Pattern>();
        both->kind = PatternKind::kTuple;
        both->span = {items[i]->span.begin, whole.end};
        both->items = seqOf(arena_, std::vector<Pattern*>{items[i], list});
        list = constructPattern("::", i == 0 ? whole : both->span, both);
      }
      return list;
    }
    case Tok::kLeftParen: {
      if (isValueName()) return variablePattern(valueName());
      take();
      if (accept(Tok::kRightParen)) return constructPattern("()", from(begin), nullptr);
      if (accept(Tok::kModule)) {
        fail(from(begin), "First-class modules are not supported");
        return make<Pattern>(PatternKind::kAny, begin);
      }
      Pattern* p = pattern();
      if (accept(Tok::kColon)) {
        TypeExpr* annotated = polyType();
        Pattern* constraint = makeAround(PatternKind::kConstraint, p, begin);
        constraint->type = annotated;
        p = constraint;
      }
      close(Tok::kRightParen, t, ")");
      p->span = from(begin);
      return p;
    }
    case Tok::kBackquote: fail(t.span, "Polymorphic variants are not supported"); break;
    default: failHere();
  }
  return make<Pattern>(PatternKind::kAny, begin);
}

// ---- types ----------------------------------------------------------------------------------------

/// 'a 'b. type
TypeExpr* Parser::polyType() {
  uint32_t begin = now().span.begin;
  if (is(Tok::kType)) {
    // type a b. type: the names are types in what follows
    take();
    std::vector<std::string_view> names;
    while (is(Tok::kLowerName)) names.push_back(take().text);
    expect(Tok::kDot);
    TypeExpr* inner = type();
    TypeExpr* t = makeAround(TypeKind::kPoly, inner, begin);
    t->variables = seqOf(arena_, names);
    t->name = "type";
    return t;
  }
  if (is(Tok::kQuote)) {
    size_t i = 0;
    while (ahead(i).kind == Tok::kQuote &&
           (ahead(i + 1).kind == Tok::kLowerName || ahead(i + 1).kind == Tok::kUpperName))
      i += 2;
    if (ahead(i).kind == Tok::kDot) {
      std::vector<std::string_view> names;
      while (accept(Tok::kQuote)) names.push_back(take().text);
      expect(Tok::kDot);
      TypeExpr* inner = type();
      TypeExpr* t = makeAround(TypeKind::kPoly, inner, begin);
      t->variables = seqOf(arena_, names);
      return t;
    }
  }
  return type();
}

TypeExpr* Parser::type() {
  uint32_t begin = now().span.begin;
  TypeExpr* t = typeArrow();
  while (accept(Tok::kAs)) {
    expect(Tok::kQuote);
    TypeExpr* alias = makeAround(TypeKind::kAlias, t, begin);
    alias->name = take().text;
    alias->span = from(begin);
    t = alias;
  }
  attributes();
  return t;
}

TypeExpr* Parser::typeArrow() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  Label label = Label::kNone;
  std::string_view name;
  if (is(Tok::kLabel) || is(Tok::kOptionLabel)) {
    Token t = take();
    label = t.kind == Tok::kLabel ? Label::kLabelled : Label::kOptional;
    name = t.text;
  } else if (is(Tok::kQuestion) && ahead().kind == Tok::kLowerName && ahead(2).kind == Tok::kColon) {
    take();
    label = Label::kOptional;
    name = take().text;
    take();
  } else if (is(Tok::kLowerName) && ahead().kind == Tok::kColon) {
    label = Label::kLabelled;
    name = take().text;
    take();
  }
  TypeExpr* left = typeTuple();
  if (!accept(Tok::kArrow)) {
    if (label != Label::kNone) failHere();
    return left;
  }
  TypeExpr* right = typeArrow();
  TypeExpr* t = make<TypeExpr>(TypeKind::kArrow, begin);
  t->label = label;
  t->name = name;
  t->items = seqOf(arena_, std::vector<TypeExpr*>{left, right});
  return t;
}

TypeExpr* Parser::typeTuple() {
  uint32_t begin = now().span.begin;
  TypeExpr* first = typeApplied();
  if (!is(Tok::kStar)) return first;
  std::vector<TypeExpr*> items{first};
  while (accept(Tok::kStar)) items.push_back(typeApplied());
  return makeOf<TypeExpr>(TypeKind::kTuple, items, begin);
}

TypeExpr* Parser::typeApplied() {
  uint32_t begin = now().span.begin;
  TypeExpr* t = typeSimple();
  while ((is(Tok::kLowerName) || is(Tok::kUpperName)) && !failed_) {
    TypeExpr* outer = makeAround(TypeKind::kConstructor, t, begin);
    outer->path = path(true, false);
    outer->span = from(begin);
    t = outer;
  }
  return t;
}

TypeExpr* Parser::typeSimple() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  if (failed_) return make<TypeExpr>(TypeKind::kAny, begin);
  switch (t.kind) {
    case Tok::kUnderscore: take(); return make<TypeExpr>(TypeKind::kAny, begin);
    case Tok::kQuote: {
      take();
      if (!is(Tok::kLowerName) && !is(Tok::kUpperName)) failHere();
      Token name = take();
      TypeExpr* v = make<TypeExpr>(TypeKind::kVariable, begin);
      v->name = name.text;
      return v;
    }
    case Tok::kLowerName:
    case Tok::kUpperName: {
      Path name = path(true, false);
      TypeExpr* c = make<TypeExpr>(TypeKind::kConstructor, begin);
      c->path = name;
      return c;
    }
    case Tok::kLeftParen: {
      take();
      if (accept(Tok::kModule)) {
        fail(from(begin), "First-class modules are not supported");
        return make<TypeExpr>(TypeKind::kAny, begin);
      }
      TypeExpr* first = type();
      if (is(Tok::kComma)) {
        std::vector<TypeExpr*> arguments{first};
        while (accept(Tok::kComma)) arguments.push_back(type());
        close(Tok::kRightParen, t, ")");
        TypeExpr* c = make<TypeExpr>(TypeKind::kConstructor, begin);
        c->path = path(true, false);
        c->items = seqOf(arena_, arguments);
        c->span = from(begin);
        return c;
      }
      close(Tok::kRightParen, t, ")");
      return first;
    }
    case Tok::kLeftBracket: fail(t.span, "Polymorphic variants are not supported"); break;
    case Tok::kLess: fail(t.span, "Objects are not supported"); break;
    default: failHere();
  }
  return make<TypeExpr>(TypeKind::kAny, begin);
}

}  // namespace devvm::caml
