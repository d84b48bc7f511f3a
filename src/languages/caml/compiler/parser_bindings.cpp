// Functions, bindings, matchings and loops.
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

// ---- let, fun, match ------------------------------------------------------------------------------

bool Parser::parameter(std::vector<Parameter>& parameters) {
  Token t = now();
  Parameter p;
  if (t.kind == Tok::kLabel || t.kind == Tok::kOptionLabel) {
    take();
    p.label = t.kind == Tok::kLabel ? Label::kLabelled : Label::kOptional;
    p.name = t.text;
    if (p.label == Label::kOptional && is(Tok::kLeftParen)) {
      Token open = take();
      p.pattern = pattern();
      if (accept(Tok::kColon)) {
        Pattern* c = make<Pattern>(PatternKind::kConstraint, open.span.begin);
        c->items = seqOf(arena_, std::vector<Pattern*>{p.pattern});
        c->type = type();
        p.pattern = c;
      }
      if (accept(Tok::kEqual)) p.otherwise = sequence();
      close(Tok::kRightParen, open, ")");
    } else {
      p.pattern = patternSimple();
    }
  } else if (t.kind == Tok::kTilde || t.kind == Tok::kQuestion) {
    take();
    p.label = t.kind == Tok::kTilde ? Label::kLabelled : Label::kOptional;
    bool paren = is(Tok::kLeftParen);
    Token open = now();
    if (paren) take();
    Name name = lowerName();
    p.name = name.text;
    p.pattern = variablePattern(name);
    if (paren) {
      if (accept(Tok::kColon)) {
        Pattern* c = make<Pattern>(PatternKind::kConstraint, name.span.begin);
        c->items = seqOf(arena_, std::vector<Pattern*>{p.pattern});
        c->type = type();
        c->span = from(name.span.begin);
        p.pattern = c;
      }
      if (p.label == Label::kOptional && accept(Tok::kEqual)) p.otherwise = sequence();
      close(Tok::kRightParen, open, ")");
    }
  } else if (t.kind == Tok::kLeftParen && ahead().kind == Tok::kType) {
    take();
    take();
    while (is(Tok::kLowerName)) {
      Token name = take();
      Parameter newtype;
      newtype.name = name.text;
      newtype.newtypeSpan = name.span;
      parameters.push_back(newtype);  // without a pattern
    }
    close(Tok::kRightParen, t, ")");
    return true;
  } else if (startsPattern()) {
    p.pattern = patternSimple();
  } else {
    return false;
  }
  parameters.push_back(p);
  return true;
}

Expr* Parser::makeFun(std::vector<Parameter> parameters, Expr* body, TypeExpr* result, uint32_t begin) {
  // fun a -> fun b -> e takes both at once.
  if (result == nullptr && body->kind == ExprKind::kFun && body->name.empty() && !body->isFunction) {
    for (const Parameter& p : body->parameters) parameters.push_back(p);
    result = body->type;
    body = body->items[0];
  }
  Expr* e = makeAround(ExprKind::kFun, body, begin);
  e->parameters = seqOf(arena_, parameters);
  e->type = result;
  return e;
}

Expr* Parser::funExpr() {
  uint32_t begin = take().span.begin;
  std::vector<Parameter> parameters;
  while (!failed_ && parameter(parameters)) {
  }
  if (parameters.empty()) failHere();
  TypeExpr* result = accept(Tok::kColon) ? typeTuple() : nullptr;
  expect(Tok::kArrow);
  Expr* body = sequence();
  return makeFun(std::move(parameters), body, result, begin);
}

/// function cases: fun x -> match x with cases, where x has a name that no program can write.
Expr* Parser::functionExpr() {
  uint32_t begin = take().span.begin;
  Seq<Case> list = cases();
  Parameter p;
  p.pattern = variablePattern({"*function*", {begin, begin}});
  Expr* match = makeOf<Expr>(ExprKind::kMatch, {nameExpr("*function*", {begin, begin})}, begin);
  match->cases = list;
  match->isFunction = true;
  return makeFun({p}, match, nullptr, begin);
}

Seq<Case> Parser::cases() {
  std::vector<Case> list;
  accept(Tok::kBar);
  while (!failed_) {
    Case c{};
    c.pattern = pattern();
    if (accept(Tok::kWhen)) c.guard = sequence();
    expect(Tok::kArrow);
    if (is(Tok::kDot)) {
      uint32_t begin = take().span.begin;
      c.body = make<Expr>(ExprKind::kUnreachable, begin);
    } else {
      c.body = sequence();
    }
    list.push_back(c);
    if (!accept(Tok::kBar)) break;
  }
  return seqOf(arena_, list);
}

Expr* Parser::matchExpr(bool isTry) {
  uint32_t begin = take().span.begin;
  attributes();
  Expr* subject = sequence();
  expect(Tok::kWith);
  Seq<Case> list = cases();
  Expr* e = make<Expr>(isTry ? ExprKind::kTry : ExprKind::kMatch, begin);
  e->items = seqOf(arena_, std::vector<Expr*>{subject});
  e->cases = list;
  return e;
}

Expr* Parser::ifExpr() {
  uint32_t begin = take().span.begin;
  Expr* condition = sequence();
  expect(Tok::kThen);
  Expr* yes = expression();
  std::vector<Expr*> items{condition, yes};
  if (accept(Tok::kElse)) items.push_back(expression());
  return makeOf<Expr>(ExprKind::kIf, items, begin);
}

Expr* Parser::whileExpr() {
  uint32_t begin = take().span.begin;
  Expr* condition = sequence();
  Token open = expect(Tok::kDo);
  Expr* body = is(Tok::kDone) ? unitExpr(now().span) : sequence();
  close(Tok::kDone, open, "done");
  return makeOf<Expr>(ExprKind::kWhile, {condition, body}, begin);
}

Expr* Parser::forExpr() {
  uint32_t begin = take().span.begin;
  Pattern* variable = pattern();
  if (!failed_ && variable->kind != PatternKind::kVariable && variable->kind != PatternKind::kAny) {
    fail(variable->span, "for _ = ...: only variables and _ are allowed");
  }
  expect(Tok::kEqual);
  Expr* first = sequence();
  bool downward = is(Tok::kDownto);
  if (!downward && !is(Tok::kTo)) failHere();
  take();
  Expr* last = sequence();
  Token open = expect(Tok::kDo);
  Expr* body = is(Tok::kDone) ? unitExpr(now().span) : sequence();
  close(Tok::kDone, open, "done");
  Expr* e = makeOf<Expr>(ExprKind::kFor, {first, last, body}, begin);
  e->pattern = variable;
  e->downward = downward;
  return e;
}

/// pattern : polymorphic type
Pattern* Parser::constrained(Pattern* pattern, uint32_t begin) {
  Pattern* c = makeAround(PatternKind::kConstraint, pattern, begin);
  c->type = polyType();
  c->span = from(begin);
  return c;
}

Binding Parser::binding() {
  Binding b{};
  uint32_t begin = now().span.begin;
  if (isValueName()) {
    size_t mark = at_;
    Name name = valueName();
    if (is(Tok::kEqual) || is(Tok::kColon)) {
      b.pattern = variablePattern(name);
      if (accept(Tok::kColon)) b.pattern = constrained(b.pattern, begin);
      expect(Tok::kEqual);
      b.value = sequence();
      b.span = from(begin);
      return b;
    }
    std::vector<Parameter> parameters;
    uint32_t first = now().span.begin;
    while (!failed_ && parameter(parameters)) {
    }
    if (!parameters.empty()) {
      TypeExpr* result = accept(Tok::kColon) ? type() : nullptr;
      expect(Tok::kEqual);
      b.pattern = variablePattern(name);
      Expr* body = sequence();
      b.value = makeFun(std::move(parameters), body, result, first);
      b.span = from(begin);
      return b;
    }
    at_ = failed_ ? at_ : mark;
  }
  b.pattern = pattern();
  if (accept(Tok::kColon)) b.pattern = constrained(b.pattern, begin);
  expect(Tok::kEqual);
  b.value = sequence();
  b.span = from(begin);
  return b;
}

Seq<Binding> Parser::bindings() {
  std::vector<Binding> list{binding()};
  while (!failed_) {
    attributes();
    if (!accept(Tok::kAnd)) break;
    list.push_back(binding());
  }
  return seqOf(arena_, list);
}

Expr* Parser::letExpr() {
  Depth depth(*this);
  uint32_t begin = take().span.begin;
  attributes();
  if (accept(Tok::kOpen)) {
    bool shadows = accept(Tok::kBang);
    (void)shadows;
    Path module = path(false, true);
    expect(Tok::kIn);
    Expr* body = sequence();
    Expr* e = makeAround(ExprKind::kOpen, body, begin);
    e->path = module;
    return e;
  }
  if (is(Tok::kModule)) {
    take();
    Token name = expect(Tok::kUpperName);
    ModuleExpr* m = moduleBody();
    Item* item = make<Item>(ItemKind::kModule, begin);
    item->name = name.text;
    item->nameSpan = name.span;
    item->module = m;
    expect(Tok::kIn);
    Expr* body = sequence();
    Expr* e = makeAround(ExprKind::kLetModule, body, begin);
    e->item = item;
    return e;
  }
  if (accept(Tok::kException)) {
    ExceptionDecl* decl = exceptionDecl();
    expect(Tok::kIn);
    Expr* body = sequence();
    Expr* e = makeAround(ExprKind::kLetException, body, begin);
    e->exception = decl;
    return e;
  }
  bool recursive = accept(Tok::kRec);
  Seq<Binding> list = bindings();
  if (!is(Tok::kIn)) failHere();
  take();
  Expr* body = sequence();
  Expr* e = make<Expr>(ExprKind::kLet, begin);
  e->recursive = recursive;
  e->bindings = list;
  e->items = seqOf(arena_, std::vector<Expr*>{body});
  return e;
}

/// let* p = e and* p = e in e
Expr* Parser::bindingOperator() {
  Depth depth(*this);
  Token op = take();
  uint32_t begin = op.span.begin;
  auto one = [&](Pattern*& p, Expr*& value) {
    if (is(Tok::kLowerName) && ahead().kind == Tok::kIn) {
      Token name = take();
      p = variablePattern({name.text, name.span});
      value = nameExpr(name.text, name.span);
      return;
    }
    Binding b = binding();
    p = b.pattern;
    value = b.value;
  };
  Pattern* p = nullptr;
  Expr* value = nullptr;
  one(p, value);
  while (is(Tok::kAndOp) && !failed_) {
    Token andOp = take();
    Pattern* p2 = nullptr;
    Expr* value2 = nullptr;
    one(p2, value2);
    value = applyNamed(andOp.text, andOp.span, {value, value2}, begin);
    Pattern* both = makeOf<Pattern>(PatternKind::kTuple, {p, p2}, begin);
    p = both;
  }
  expect(Tok::kIn);
  Expr* body = sequence();
  Parameter parameter;
  parameter.pattern = p;
  Expr* function = makeFun({parameter}, body, nullptr, begin);
  return applyNamed(op.text, op.span, {value, function}, begin);
}

}  // namespace devvm::caml
