// Expressions: operators, applications, literals.
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

namespace {

// Levels of binary operators, weakest first.
enum Level : int { kAssignment = 1, kTuple, kOrLevel, kAndLevel, kCompare, kAppend, kCons, kSum, kProduct, kPower };

struct Operator {
  int level = 0;  ///< 0: no binary operator
  bool right = false;
};

Operator operatorOf(const Token& t) {
  switch (t.kind) {
    case Tok::kColonEqual:
    case Tok::kLeftArrow: return {kAssignment, true};
    case Tok::kComma: return {kTuple, false};
    case Tok::kBarBar:
    case Tok::kOr: return {kOrLevel, true};
    case Tok::kAmpAmp:
    case Tok::kAmp: return {kAndLevel, true};
    case Tok::kEqual:
    case Tok::kLess:
    case Tok::kGreater:
    case Tok::kCompareOp: return {kCompare, false};
    case Tok::kAppendOp: return {kAppend, true};
    case Tok::kColonColon: return {kCons, true};
    case Tok::kPlus:
    case Tok::kMinus:
    case Tok::kPlusDot:
    case Tok::kMinusDot:
    case Tok::kPlusOp: return {kSum, false};
    case Tok::kStar:
    case Tok::kTimesOp: return {kProduct, false};
    case Tok::kPowerOp: return {kPower, true};
    default: return {};
  }
}

}  // namespace

Expr* Parser::nameExpr(std::string_view text, Span span) {
  auto* e = arena_.make<Expr>();
  e->kind = ExprKind::kName;
  e->span = span;
  e->path = onePart(text, span);
  return e;
}

Expr* Parser::constructExpr(std::string_view name, Span span, Expr* argument) {
  auto* e = arena_.make<Expr>();
  e->kind = ExprKind::kConstruct;
  e->span = span;
  e->path = onePart(name, span);
  if (argument != nullptr) e->items = seqOf(arena_, std::vector<Expr*>{argument});
  return e;
}

Expr* Parser::unitExpr(Span span) { return constructExpr("()", span, nullptr); }

Expr* Parser::applyNamed(std::string_view function, Span functionSpan, std::vector<Expr*> arguments, uint32_t begin) {
  Expr* e = makeOf<Expr>(ExprKind::kApply, {nameExpr(function, functionSpan)}, begin);
  std::vector<Argument> list;
  for (Expr* a : arguments) list.push_back({Label::kNone, {}, a});
  e->arguments = seqOf(arena_, list);
  return e;
}

Expr* Parser::applyPath(std::vector<std::string_view> function, std::vector<Expr*> arguments, uint32_t begin) {
  Expr* e = applyNamed("", from(begin), std::move(arguments), begin);
  e->items[0]->path.parts = seqOf(arena_, function);
  return e;
}

/// e; e; ...
Expr* Parser::sequence() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  Expr* first = expression();
  if (!is(Tok::kSemi)) return first;
  std::vector<Expr*> items{first};
  while (accept(Tok::kSemi)) {
    if (!startsExpression()) break;
    items.push_back(expression());
  }
  if (items.size() == 1) return first;
  return makeOf<Expr>(ExprKind::kSequence, items, begin);
}

Expr* Parser::expression() {
  Expr* e = binary(kAssignment);
  attributes();
  return e;
}

Expr* Parser::binary(int least) {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  Expr* left = unary();
  while (!failed_) {
    Token op = now();
    Operator o = operatorOf(op);
    if (o.level == 0 || o.level < least) break;
    if (o.level == kTuple) {
      std::vector<Expr*> items{left};
      while (accept(Tok::kComma)) items.push_back(binary(kTuple + 1));
      left = make<Expr>(ExprKind::kTuple, begin);
      left->items = seqOf(arena_, items);
      continue;
    }
    take();
    Expr* right = binary(o.right ? o.level : o.level + 1);
    if (op.kind == Tok::kColonColon) {
      Expr* both = makeOf<Expr>(ExprKind::kTuple, {left, right}, begin);
      left = constructExpr("::", from(begin), both);
      continue;
    }
    if (op.kind == Tok::kLeftArrow) {
      if (left->kind == ExprKind::kField) {
        left->kind = ExprKind::kSetField;
        left->items = seqOf(arena_, std::vector<Expr*>{left->items[0], right});
        left->span = from(begin);
      } else if (left->kind == ExprKind::kApply && left->isFunction) {
        // a.(i) and s.[i]
        left->items[0]->path.parts[1] = "set";
        std::vector<Argument> list(left->arguments.begin(), left->arguments.end());
        if (left->items[0]->path.parts[0] == "String") left->items[0]->path.parts[0] = "Bytes";
        list.push_back({Label::kNone, {}, right});
        left->arguments = seqOf(arena_, list);
        left->span = from(begin);
        left->isFunction = false;
      } else {
        fail(op.span, "Syntax error");
      }
      continue;
    }
    left = applyNamed(op.text, op.span, {left, right}, begin);
  }
  return left;
}

Expr* Parser::negated(Expr* e, bool isFloat, Span op, uint32_t begin) {
  if (e->kind == ExprKind::kConstant) {
    bool number = e->constant.kind == ConstantKind::kInt || e->constant.kind == ConstantKind::kInt32 ||
                  e->constant.kind == ConstantKind::kInt64 || e->constant.kind == ConstantKind::kNativeInt;
    if (number && !isFloat && !e->isFunction) {
      e->constant.integer = -e->constant.integer;
      if (e->constant.kind == ConstantKind::kInt)
        e->constant.integer = static_cast<int64_t>(static_cast<uint64_t>(e->constant.integer) << 1) >> 1;
      e->span = from(begin);
      e->isFunction = true;  // it has its sign
      return e;
    }
    if (e->constant.kind == ConstantKind::kFloat && e->constant.text[0] != '-') {
      e->constant.text = arena_.copy("-" + std::string(e->constant.text));
      e->span = from(begin);
      return e;
    }
  }
  return applyNamed(isFloat ? "~-." : "~-", op, {e}, begin);
}

Expr* Parser::unary() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  if (failed_) return make<Expr>(ExprKind::kUnreachable, begin);
  switch (t.kind) {
    case Tok::kMinus:
    case Tok::kMinusDot: take(); return negated(unary(), t.kind == Tok::kMinusDot, t.span, begin);
    case Tok::kPlus:
    case Tok::kPlusDot: {
      take();
      Expr* e = unary();
      return e->kind == ExprKind::kConstant ? e : applyNamed(t.kind == Tok::kPlus ? "~+" : "~+.", t.span, {e}, begin);
    }
    case Tok::kLet: return letExpr();
    case Tok::kLetOp: return bindingOperator();
    case Tok::kIf: return ifExpr();
    case Tok::kFun: return funExpr();
    case Tok::kFunction: return functionExpr();
    case Tok::kMatch: return matchExpr(false);
    case Tok::kTry: return matchExpr(true);
    case Tok::kFor: return forExpr();
    case Tok::kWhile: return whileExpr();
    default: return application();
  }
}

bool Parser::startsSimple() const {
  switch (now().kind) {
    case Tok::kLowerName:
    case Tok::kUpperName:
    case Tok::kInteger:
    case Tok::kFloat:
    case Tok::kString:
    case Tok::kChar:
    case Tok::kLeftParen:
    case Tok::kLeftBracket:
    case Tok::kLeftBrace:
    case Tok::kLeftArray:
    case Tok::kBegin:
    case Tok::kTrue:
    case Tok::kFalse:
    case Tok::kBang:
    case Tok::kPrefixOp:
    case Tok::kBackquote:
    case Tok::kNew:
    case Tok::kObject:
      return !(is(Tok::kLeftBracket) && ahead().kind == Tok::kAppendOp && ahead().text[0] == '@' &&
               ahead().span.begin == now().span.end);
    default: return false;
  }
}

bool Parser::startsExpression() const {
  switch (now().kind) {
    case Tok::kMinus:
    case Tok::kMinusDot:
    case Tok::kPlus:
    case Tok::kPlusDot:
    case Tok::kLet:
    case Tok::kLetOp:
    case Tok::kIf:
    case Tok::kFun:
    case Tok::kFunction:
    case Tok::kMatch:
    case Tok::kTry:
    case Tok::kFor:
    case Tok::kWhile:
    case Tok::kAssert:
    case Tok::kLazy: return true;
    default: return startsSimple();
  }
}

bool Parser::argument(std::vector<Argument>& arguments) {
  Token t = now();
  Argument a;
  if (t.kind == Tok::kLabel || t.kind == Tok::kOptionLabel) {
    take();
    a.label = t.kind == Tok::kLabel ? Label::kLabelled : Label::kOptional;
    a.name = t.text;
    a.value = postfix();
  } else if ((t.kind == Tok::kTilde || t.kind == Tok::kQuestion) && ahead().kind == Tok::kLowerName) {
    take();
    Token name = take();
    a.label = t.kind == Tok::kTilde ? Label::kLabelled : Label::kOptional;
    a.name = name.text;
    a.value = nameExpr(name.text, name.span);
  } else if (startsSimple()) {
    a.value = postfix();
  } else {
    return false;
  }
  arguments.push_back(a);
  return true;
}

Expr* Parser::application() {
  uint32_t begin = now().span.begin;
  if (accept(Tok::kAssert)) return makeAround(ExprKind::kAssert, postfix(), begin);
  if (accept(Tok::kLazy)) return makeAround(ExprKind::kLazy, postfix(), begin);
  Expr* head = postfix();
  if (head->kind == ExprKind::kConstruct && head->items.empty() && startsSimple() && head->path.last() != "()" &&
      head->path.last() != "[]" && head->path.last() != "true" && head->path.last() != "false") {
    head->items = seqOf(arena_, std::vector<Expr*>{postfix()});
    head->span = from(begin);
    return head;
  }
  std::vector<Argument> arguments;
  while (!failed_ && argument(arguments)) {
  }
  if (arguments.empty()) return head;
  Expr* e = makeAround(ExprKind::kApply, head, begin);
  e->arguments = seqOf(arena_, arguments);
  return e;
}

/// Fields, elements, and `#` operators.
Expr* Parser::postfix() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  Expr* e = simple();
  while (!failed_) {
    if (is(Tok::kHash)) fail(now().span, "Objects are not supported");
    if (is(Tok::kHashOp)) {
      Token op = take();
      Expr* right = simple();
      e = applyNamed(op.text, op.span, {e, right}, begin);
      continue;
    }
    if (!is(Tok::kDot)) break;
    if (ahead().kind == Tok::kLeftParen || ahead().kind == Tok::kLeftBracket) {
      take();
      Token open = take();
      bool isArray = open.kind == Tok::kLeftParen;
      Expr* index = sequence();
      close(isArray ? Tok::kRightParen : Tok::kRightBracket, open, isArray ? ")" : "]");
      e = applyPath({isArray ? "Array" : "String", "get"}, {e, index}, begin);
      e->isFunction = true;  // may stand before <-
      continue;
    }
    if (ahead().kind != Tok::kLowerName && ahead().kind != Tok::kUpperName) {
      take();
      failHere();
      break;
    }
    take();
    Path field = path(true, false);
    Expr* access = makeAround(ExprKind::kField, e, begin);
    access->field = field;
    access->span = from(begin);
    e = access;
  }
  return e;
}

bool Parser::constant(Constant& c, bool negative) {
  Token t = now();
  switch (t.kind) {
    case Tok::kInteger: {
      c.kind = t.suffix == 0     ? ConstantKind::kInt
               : t.suffix == 'l' ? ConstantKind::kInt32
               : t.suffix == 'L' ? ConstantKind::kInt64
                                 : ConstantKind::kNativeInt;
      c.integer = negative ? static_cast<int64_t>(0 - static_cast<uint64_t>(t.integer)) : t.integer;
      bool before = at_ > 0 && (tokens_[at_ - 1].kind == Tok::kMinus);
      uint64_t most = t.suffix == 0 ? uint64_t{1} << 62 : t.suffix == 'l' ? uint64_t{1} << 31 : uint64_t{1} << 63;
      if (t.text == "d" && static_cast<uint64_t>(t.integer) == most && !negative && !before) {
        const char* type = t.suffix == 0 ? "int" : t.suffix == 'l' ? "int32" : t.suffix == 'L' ? "int64" : "nativeint";
        fail(t.span, std::string("Integer literal exceeds the range of representable integers of type ") + type);
      }
      break;
    }
    case Tok::kFloat:
      c.kind = ConstantKind::kFloat;
      c.text = negative ? arena_.copy("-" + std::string(t.text)) : t.text;
      break;
    case Tok::kString:
      c.kind = ConstantKind::kString;
      c.text = t.text;
      break;
    case Tok::kChar:
      c.kind = ConstantKind::kChar;
      c.integer = t.integer;
      break;
    default: return false;
  }
  take();
  return true;
}

/// What stands between parentheses, the closing one included.
Expr* Parser::bracketed(const Token& open) {
  uint32_t begin = open.span.begin;
  if (accept(Tok::kRightParen)) return unitExpr(from(begin));
  Expr* e = sequence();
  if (is(Tok::kColon) || is(Tok::kColonGreater)) {
    bool coerce = is(Tok::kColonGreater);
    take();
    TypeExpr* t = type();
    if (accept(Tok::kColonGreater)) {
      coerce = true;
      t = type();
    }
    Expr* c = make<Expr>(coerce ? ExprKind::kCoerce : ExprKind::kConstraint, begin);
    c->items = seqOf(arena_, std::vector<Expr*>{e});
    c->type = t;
    e = c;
  }
  close(Tok::kRightParen, open, ")");
  e->span = from(begin);
  return e;
}

Expr* Parser::listLiteral() {
  Token open = take();
  uint32_t begin = open.span.begin;
  std::vector<Expr*> items;
  while (!is(Tok::kRightBracket) && !failed_) {
    items.push_back(expression());
    if (!accept(Tok::kSemi)) break;
  }
  close(Tok::kRightBracket, open, "]");
  Span whole = from(begin);
  Expr* list = constructExpr("[]", items.empty() ? whole : Span{whole.end - 1, whole.end}, nullptr);
  if (items.empty()) return list;
  // Long literals are no deep trees.
  Expr* e = make<Expr>(ExprKind::kConstruct, begin);
  e->path = onePart("::", whole);
  items.push_back(list);
  e->items = seqOf(arena_, items);
  e->downward = true;  // a whole list: items and the empty list
  return e;
}

Expr* Parser::arrayLiteral() {
  Token open = take();
  std::vector<Expr*> items;
  while (!is(Tok::kRightArray) && !failed_) {
    items.push_back(expression());
    if (!accept(Tok::kSemi)) break;
  }
  close(Tok::kRightArray, open, "|]");
  Expr* e = make<Expr>(ExprKind::kArray, open.span.begin);
  e->items = seqOf(arena_, items);
  return e;
}

Expr* Parser::braces() {
  Token open = take();
  uint32_t begin = open.span.begin;
  Expr* base = nullptr;
  std::vector<FieldValue> fields;
  // { e with ... }: what stands first is no field name followed by = ; : or }
  size_t i = at_;
  while (i + 2 < tokens_.size() && tokens_[i].kind == Tok::kUpperName && tokens_[i + 1].kind == Tok::kDot) i += 2;
  Tok behind = tokens_[std::min(i + 1, tokens_.size() - 1)].kind;
  bool isField = tokens_[i].kind == Tok::kLowerName &&
                 (behind == Tok::kEqual || behind == Tok::kSemi || behind == Tok::kColon || behind == Tok::kRightBrace);
  if (!isField) {
    base = postfix();
    if (startsSimple()) {
      // an application
      std::vector<Argument> arguments;
      while (!failed_ && argument(arguments)) {
      }
      Expr* e = make<Expr>(ExprKind::kApply, base->span.begin);
      e->items = seqOf(arena_, std::vector<Expr*>{base});
      e->arguments = seqOf(arena_, arguments);
      base = e;
    }
    expect(Tok::kWith);
  }
  while (!failed_) {
    FieldValue f{};
    f.name = path(true, false);
    TypeExpr* annotated = accept(Tok::kColon) ? type() : nullptr;
    f.value = accept(Tok::kEqual) ? expression() : nameExpr(f.name.last(), f.name.span);
    if (annotated != nullptr) {
      Expr* c = make<Expr>(ExprKind::kConstraint, f.value->span.begin);
      c->items = seqOf(arena_, std::vector<Expr*>{f.value});
      c->type = annotated;
      f.value = c;
    }
    fields.push_back(f);
    if (!accept(Tok::kSemi) || is(Tok::kRightBrace)) break;
  }
  close(Tok::kRightBrace, open, "}");
  Expr* e = make<Expr>(ExprKind::kRecord, begin);
  e->fields = seqOf(arena_, fields);
  if (base != nullptr) e->items = seqOf(arena_, std::vector<Expr*>{base});
  return e;
}

Expr* Parser::simple() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  if (failed_) return make<Expr>(ExprKind::kUnreachable, begin);
  switch (t.kind) {
    case Tok::kInteger:
    case Tok::kFloat:
    case Tok::kString:
    case Tok::kChar: {
      Constant c;
      constant(c, false);
      Expr* e = make<Expr>(ExprKind::kConstant, begin);
      e->constant = c;
      return e;
    }
    case Tok::kLowerName: take(); return nameExpr(t.text, t.span);
    case Tok::kTrue:
    case Tok::kFalse: take(); return constructExpr(t.text, t.span, nullptr);
    case Tok::kUpperName: {
      std::vector<std::string_view> parts;
      while (is(Tok::kUpperName)) {
        parts.push_back(take().text);
        if (!is(Tok::kDot)) break;
        Tok behind = ahead().kind;
        if (behind == Tok::kUpperName) {
          take();
          continue;
        }
        if (behind == Tok::kLowerName) {
          take();
          parts.push_back(take().text);
          Expr* e = make<Expr>(ExprKind::kName, begin);
          e->path = pathOf(parts, begin);
          return e;
        }
        bool opens = behind == Tok::kLeftParen || behind == Tok::kLeftBracket || behind == Tok::kLeftBrace ||
                     behind == Tok::kLeftArray || behind == Tok::kBegin;
        if (!opens) {
          take();
          failHere();
          break;
        }
        Path module = pathOf(parts, begin);
        take();
        if (isValueName() && is(Tok::kLeftParen)) {
          Name name = valueName();
          parts.push_back(name.text);
          Expr* e = make<Expr>(ExprKind::kName, begin);
          e->path = pathOf(parts, begin);
          return e;
        }
        Expr* inner = simple();
        Expr* e = makeAround(ExprKind::kOpen, inner, begin);
        e->path = module;
        return e;
      }
      Expr* e = make<Expr>(ExprKind::kConstruct, begin);
      e->path = pathOf(parts, begin);
      return e;
    }
    case Tok::kLeftParen: {
      if (isValueName()) {
        Name name = valueName();
        return nameExpr(name.text, name.span);
      }
      take();
      if (is(Tok::kModule)) fail(now().span, "First-class modules are not supported");
      Expr* e = bracketed(t);
      return e;
    }
    case Tok::kBegin: {
      take();
      if (accept(Tok::kEnd)) return unitExpr(from(begin));
      Expr* e = sequence();
      close(Tok::kEnd, t, "end");
      e->span = from(begin);
      return e;
    }
    case Tok::kLeftBracket: return listLiteral();
    case Tok::kLeftArray: return arrayLiteral();
    case Tok::kLeftBrace: return braces();
    case Tok::kBang:
    case Tok::kPrefixOp: {
      take();
      Expr* inner = postfixOfPrefix();
      return applyNamed(t.text, t.span, {inner}, begin);
    }
    case Tok::kBackquote: fail(t.span, "Polymorphic variants are not supported"); break;
    case Tok::kNew:
    case Tok::kObject: fail(t.span, "Objects are not supported"); break;
    default: failHere();
  }
  return make<Expr>(ExprKind::kUnreachable, begin);
}

/// `!r.x` is `(!r).x`: prefix operators bind closest.
Expr* Parser::postfixOfPrefix() { return simple(); }

}  // namespace devvm::caml
