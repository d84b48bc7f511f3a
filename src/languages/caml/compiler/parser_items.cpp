// Structures, signatures, modules, declarations.
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

Program* Parser::parseProgram() {
  auto* program = arena_.make<Program>();
  program->items = structureItems(true);
  return failed_ || diagnostics_.hasErrors() ? nullptr : program;
}

Seq<Item*> Parser::structureItems(bool isFile) {
  std::vector<Item*> items;
  bool mayBeExpression = true;
  while (!failed_) {
    while (accept(Tok::kSemiSemi)) mayBeExpression = true;
    attributes();
    if (is(isFile ? Tok::kEof : Tok::kEnd)) break;
    Item* item = nullptr;
    bool isItem = true;
    switch (now().kind) {
      case Tok::kLet:
      case Tok::kType:
      case Tok::kException:
      case Tok::kModule:
      case Tok::kOpen:
      case Tok::kInclude:
      case Tok::kExternal: break;
      default: isItem = false;
    }
    if (!isItem) {
      if (!mayBeExpression || !startsExpression()) {
        failHere();
        break;
      }
      item = make<Item>(ItemKind::kEval, now().span.begin);
      item->expr = sequence();
      item->span = item->expr->span;
      mayBeExpression = false;
    } else {
      item = structureItem();
      mayBeExpression = false;
    }
    attributes();
    // Behind `let x = e in body`, which is an expression, another one needs ;; as well.
    items.push_back(item);
  }
  return seqOf(arena_, items);
}

Item* Parser::structureItem() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  switch (t.kind) {
    case Tok::kLet: {
      size_t mark = at_;
      take();
      if (is(Tok::kOpen) || is(Tok::kModule) || is(Tok::kException)) {
        at_ = mark;
        Item* item = make<Item>(ItemKind::kEval, begin);
        item->expr = sequence();
        item->span = from(begin);
        return item;
      }
      attributes();
      bool recursive = accept(Tok::kRec);
      Seq<Binding> list = bindings();
      if (is(Tok::kIn)) {
        take();
        Expr* body = sequence();
        Expr* e = make<Expr>(ExprKind::kLet, begin);
        e->recursive = recursive;
        e->bindings = list;
        e->items = seqOf(arena_, std::vector<Expr*>{body});
        Item* item = make<Item>(ItemKind::kEval, begin);
        item->expr = e;
        return item;
      }
      Item* item = make<Item>(ItemKind::kLet, begin);
      item->recursive = recursive;
      item->bindings = list;
      return item;
    }
    case Tok::kExternal: {
      take();
      Name name = valueName();
      expect(Tok::kColon);
      TypeExpr* ty = polyType();
      expect(Tok::kEqual);
      std::vector<std::string_view> primitive;
      while (is(Tok::kString)) primitive.push_back(take().text);
      if (primitive.empty()) failHere();
      Item* item = make<Item>(ItemKind::kExternal, begin);
      item->name = name.text;
      item->nameSpan = name.span;
      item->type = ty;
      item->primitive = seqOf(arena_, primitive);
      return item;
    }
    case Tok::kType: {
      Item* item = make<Item>(ItemKind::kType, begin);
      take();
      item->recursive = !accept(Tok::kNonrec);
      item->types = typeDeclarations();
      item->span = from(begin);
      return item;
    }
    case Tok::kException: {
      Item* item = make<Item>(ItemKind::kException, begin);
      take();
      item->exception = exceptionDecl();
      item->span = from(begin);
      return item;
    }
    case Tok::kModule: {
      take();
      if (accept(Tok::kType)) return moduleTypeItem(begin);
      if (is(Tok::kRec)) fail(now().span, "Recursive modules are not supported");
      return moduleItem(begin);
    }
    case Tok::kOpen:
    case Tok::kInclude: {
      take();
      if (t.kind == Tok::kOpen) accept(Tok::kBang);
      Item* item = make<Item>(t.kind == Tok::kOpen ? ItemKind::kOpen : ItemKind::kInclude, begin);
      item->module = moduleExpr();
      item->span = from(begin);
      return item;
    }
    default: failHere(); return make<Item>(ItemKind::kEval, begin);
  }
}

// ---- types and exceptions -------------------------------------------------------------------------

Seq<TypeDecl> Parser::typeDeclarations() {
  std::vector<TypeDecl> list{typeDeclaration()};
  while (!failed_) {
    attributes();
    if (!accept(Tok::kAnd)) break;
    list.push_back(typeDeclaration());
  }
  return seqOf(arena_, list);
}

TypeDecl Parser::typeDeclaration() {
  TypeDecl d{};
  uint32_t begin = now().span.begin;
  std::vector<std::string_view> parameters;
  auto one = [&] {
    if (is(Tok::kPlus) || is(Tok::kMinus)) take();
    if (accept(Tok::kBang)) {
      // injectivity
    }
    if (accept(Tok::kUnderscore)) {
      parameters.emplace_back("_");
      return;
    }
    expect(Tok::kQuote);
    parameters.push_back(take().text);
  };
  if (is(Tok::kLeftParen)) {
    Token open = take();
    one();
    while (accept(Tok::kComma)) one();
    close(Tok::kRightParen, open, ")");
  } else if (is(Tok::kQuote) || is(Tok::kPlus) || is(Tok::kMinus) || is(Tok::kUnderscore)) {
    one();
  }
  Name name = lowerName();
  d.name = name.text;
  d.nameSpan = name.span;
  d.parameters = seqOf(arena_, parameters);
  if (accept(Tok::kEqual)) typeBody(d);
  while (accept(Tok::kConstraint)) {
    type();
    expect(Tok::kEqual);
    type();
  }
  d.span = from(begin);
  return d;
}

void Parser::typeBody(TypeDecl& d) {
  if (accept(Tok::kPrivate)) d.isPrivate = true;
  if (accept(Tok::kDotDot)) {
    d.kind = TypeDeclKind::kOpen;
    return;
  }
  auto startsVariant = [&] {
    if (is(Tok::kBar)) return true;
    if (is(Tok::kUpperName)) return ahead().kind != Tok::kDot;
    if (is(Tok::kLeftBracket)) return ahead().kind == Tok::kRightBracket;
    return is(Tok::kLeftParen) && (ahead().kind == Tok::kColonColon || (ahead().kind == Tok::kRightParen));
  };
  if (!startsVariant() && !is(Tok::kLeftBrace)) {
    d.manifest = type();
    if (!accept(Tok::kEqual)) return;
    if (accept(Tok::kPrivate)) d.isPrivate = true;
  }
  if (is(Tok::kLeftBrace)) {
    d.kind = TypeDeclKind::kRecord;
    d.labels = labels();
    return;
  }
  d.kind = TypeDeclKind::kVariant;
  std::vector<ConstructorDecl> list;
  accept(Tok::kBar);
  while (!failed_) {
    list.push_back(constructorDecl());
    if (!accept(Tok::kBar)) break;
  }
  d.constructors = seqOf(arena_, list);
}

ConstructorDecl Parser::constructorDecl() {
  ConstructorDecl c{};
  uint32_t begin = now().span.begin;
  if (is(Tok::kLeftBracket) && ahead().kind == Tok::kRightBracket) {
    take();
    take();
    c.name = "[]";
  } else if (is(Tok::kLeftParen)) {
    take();
    if (accept(Tok::kColonColon)) {
      c.name = "::";
    } else {
      c.name = "()";
    }
    expect(Tok::kRightParen);
  } else if (is(Tok::kTrue) || is(Tok::kFalse)) {
    c.name = take().text;
  } else {
    c.name = expect(Tok::kUpperName).text;
  }
  auto arguments = [&] {
    if (is(Tok::kLeftBrace)) {
      c.record = labels();
      return;
    }
    std::vector<TypeExpr*> list{typeApplied()};
    while (accept(Tok::kStar)) list.push_back(typeApplied());
    c.arguments = seqOf(arena_, list);
  };
  if (accept(Tok::kOf)) {
    arguments();
  } else if (accept(Tok::kColon)) {
    arguments();
    if (accept(Tok::kArrow)) {
      c.result = typeApplied();
    } else {
      c.result = c.arguments.empty() ? nullptr : c.arguments[0];
      c.arguments = {};
    }
  }
  attributes();
  c.span = from(begin);
  return c;
}

Seq<LabelDecl> Parser::labels() {
  Token open = take();
  std::vector<LabelDecl> list;
  while (!is(Tok::kRightBrace) && !failed_) {
    LabelDecl l{};
    uint32_t begin = now().span.begin;
    l.isMutable = accept(Tok::kMutable);
    Name name = lowerName();
    l.name = name.text;
    expect(Tok::kColon);
    l.type = polyType();
    l.span = from(begin);
    list.push_back(l);
    attributes();
    if (!accept(Tok::kSemi)) break;
    attributes();
  }
  close(Tok::kRightBrace, open, "}");
  return seqOf(arena_, list);
}

ExceptionDecl* Parser::exceptionDecl() {
  auto* d = arena_.make<ExceptionDecl>();
  if (is(Tok::kUpperName) && ahead().kind == Tok::kEqual) {
    uint32_t begin = now().span.begin;
    d->constructor.name = take().text;
    take();
    d->same = path(false, true);
    d->constructor.span = from(begin);
    return d;
  }
  d->constructor = constructorDecl();
  return d;
}

// ---- modules --------------------------------------------------------------------------------------

/// [(X : S)]... [: T] = M
ModuleExpr* Parser::moduleBody() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  if (is(Tok::kLeftParen)) {
    Token open = take();
    ModuleExpr* functor = make<ModuleExpr>(ModuleKind::kFunctor, begin);
    if (!is(Tok::kRightParen)) {
      functor->parameter = is(Tok::kUnderscore) ? take().text : expect(Tok::kUpperName).text;
      expect(Tok::kColon);
      functor->type = moduleType();
    }
    close(Tok::kRightParen, open, ")");
    functor->body = moduleBody();
    functor->span = from(begin);
    return functor;
  }
  ModuleType* annotated = accept(Tok::kColon) ? moduleType() : nullptr;
  expect(Tok::kEqual);
  ModuleExpr* m = moduleExpr();
  if (annotated == nullptr) return m;
  ModuleExpr* c = make<ModuleExpr>(ModuleKind::kConstraint, begin);
  c->span = m->span;
  c->body = m;
  c->type = annotated;
  return c;
}

Item* Parser::moduleItem(uint32_t begin) {
  Token name = is(Tok::kUnderscore) ? take() : expect(Tok::kUpperName);
  ModuleExpr* m = moduleBody();
  Item* item = make<Item>(ItemKind::kModule, begin);
  item->name = name.text;
  item->nameSpan = name.span;
  item->module = m;
  return item;
}

Item* Parser::moduleTypeItem(uint32_t begin) {
  Token name = is(Tok::kLowerName) ? take() : expect(Tok::kUpperName);
  ModuleType* t = accept(Tok::kEqual) ? moduleType() : nullptr;
  Item* item = make<Item>(ItemKind::kModuleType, begin);
  item->name = name.text;
  item->nameSpan = name.span;
  item->moduleType = t;
  return item;
}

ModuleExpr* Parser::moduleExpr() {
  Depth depth(*this);
  uint32_t begin = now().span.begin;
  if (accept(Tok::kFunctor)) {
    Token open = expect(Tok::kLeftParen);
    ModuleExpr* functor = make<ModuleExpr>(ModuleKind::kFunctor, begin);
    if (!is(Tok::kRightParen)) {
      functor->parameter = is(Tok::kUnderscore) ? take().text : expect(Tok::kUpperName).text;
      expect(Tok::kColon);
      functor->type = moduleType();
    }
    close(Tok::kRightParen, open, ")");
    expect(Tok::kArrow);
    functor->body = moduleExpr();
    functor->span = from(begin);
    return functor;
  }
  ModuleExpr* m = moduleSimple();
  while (is(Tok::kLeftParen) && !failed_) {
    Token open = take();
    ModuleExpr* apply = make<ModuleExpr>(ModuleKind::kApply, begin);
    apply->body = m;
    if (!is(Tok::kRightParen)) {
      ModuleExpr* argument = moduleExpr();
      if (accept(Tok::kColon)) {
        ModuleExpr* c = make<ModuleExpr>(ModuleKind::kConstraint, argument->span.begin);
        c->body = argument;
        c->type = moduleType();
        argument = c;
      }
      apply->argument = argument;
    }
    close(Tok::kRightParen, open, ")");
    apply->span = from(begin);
    m = apply;
  }
  return m;
}

ModuleExpr* Parser::moduleSimple() {
  Token t = now();
  uint32_t begin = t.span.begin;
  switch (t.kind) {
    case Tok::kUpperName: {
      Path name = path(false, true);
      ModuleExpr* m = make<ModuleExpr>(ModuleKind::kName, begin);
      m->path = name;
      return m;
    }
    case Tok::kStruct: {
      take();
      Seq<Item*> items = structureItems(false);
      close(Tok::kEnd, t, "end");
      ModuleExpr* m = make<ModuleExpr>(ModuleKind::kStructure, begin);
      m->items = items;
      return m;
    }
    case Tok::kLeftParen: {
      take();
      if (is(Tok::kVal)) fail(now().span, "First-class modules are not supported");
      ModuleExpr* m = moduleExpr();
      if (accept(Tok::kColon)) {
        ModuleExpr* c = make<ModuleExpr>(ModuleKind::kConstraint, begin);
        c->body = m;
        c->type = moduleType();
        m = c;
      }
      close(Tok::kRightParen, t, ")");
      m->span = from(begin);
      return m;
    }
    default: failHere(); return make<ModuleExpr>(ModuleKind::kStructure, begin);
  }
}

ModuleType* Parser::moduleType() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  ModuleType* result = nullptr;
  switch (t.kind) {
    case Tok::kUpperName:
    case Tok::kLowerName: {
      Path name = path(true, true);
      result = make<ModuleType>(ModuleTypeKind::kName, begin);
      result->path = name;
      break;
    }
    case Tok::kSig: {
      take();
      Seq<Item*> items = signatureItems();
      close(Tok::kEnd, t, "end");
      result = make<ModuleType>(ModuleTypeKind::kSignature, begin);
      result->items = items;
      break;
    }
    case Tok::kFunctor: {
      take();
      Token open = expect(Tok::kLeftParen);
      result = make<ModuleType>(ModuleTypeKind::kFunctor, begin);
      if (!is(Tok::kRightParen)) {
        result->parameter = is(Tok::kUnderscore) ? take().text : expect(Tok::kUpperName).text;
        expect(Tok::kColon);
        result->parameterType = moduleType();
      }
      close(Tok::kRightParen, open, ")");
      expect(Tok::kArrow);
      result->body = moduleType();
      result->span = from(begin);
      break;
    }
    case Tok::kModule: {
      take();
      expect(Tok::kType);
      expect(Tok::kOf);
      ModuleExpr* m = moduleExpr();
      result = make<ModuleType>(ModuleTypeKind::kTypeOf, begin);
      result->module = m;
      break;
    }
    case Tok::kLeftParen: {
      take();
      result = moduleType();
      close(Tok::kRightParen, t, ")");
      break;
    }
    default: failHere(); return make<ModuleType>(ModuleTypeKind::kSignature, begin);
  }
  while (accept(Tok::kWith)) {
    std::vector<WithConstraint> list;
    do {
      WithConstraint w{};
      if (accept(Tok::kModule)) {
        w.isModule = true;
        w.path = path(false, true);
        w.destructive = is(Tok::kColonEqual);
        if (!accept(Tok::kEqual)) expect(Tok::kColonEqual);
        w.module = path(false, true);
      } else {
        expect(Tok::kType);
        std::vector<std::string_view> parameters;
        if (accept(Tok::kLeftParen)) {
          do {
            expect(Tok::kQuote);
            parameters.push_back(take().text);
          } while (accept(Tok::kComma));
          expect(Tok::kRightParen);
        } else if (accept(Tok::kQuote)) {
          parameters.push_back(take().text);
        }
        w.parameters = seqOf(arena_, parameters);
        w.path = path(true, false);
        w.destructive = is(Tok::kColonEqual);
        if (!accept(Tok::kEqual)) expect(Tok::kColonEqual);
        accept(Tok::kPrivate);
        w.type = typeArrow();
      }
      list.push_back(w);
    } while (accept(Tok::kAnd) && !failed_);
    ModuleType* with = make<ModuleType>(ModuleTypeKind::kWith, begin);
    with->body = result;
    with->constraints = seqOf(arena_, list);
    result = with;
  }
  if (is(Tok::kArrow)) {
    take();
    ModuleType* functor = make<ModuleType>(ModuleTypeKind::kFunctor, begin);
    functor->parameter = "_";
    functor->parameterType = result;
    functor->body = moduleType();
    functor->span = from(begin);
    return functor;
  }
  return result;
}

Seq<Item*> Parser::signatureItems() {
  std::vector<Item*> items;
  while (!failed_) {
    while (accept(Tok::kSemiSemi)) {
    }
    attributes();
    if (is(Tok::kEnd)) break;
    items.push_back(signatureItem());
    attributes();
  }
  return seqOf(arena_, items);
}

Item* Parser::signatureItem() {
  Depth depth(*this);
  Token t = now();
  uint32_t begin = t.span.begin;
  switch (t.kind) {
    case Tok::kVal: {
      take();
      Name name = valueName();
      expect(Tok::kColon);
      TypeExpr* ty = polyType();
      Item* item = make<Item>(ItemKind::kValue, begin);
      item->name = name.text;
      item->nameSpan = name.span;
      item->type = ty;
      return item;
    }
    case Tok::kExternal:
    case Tok::kType:
    case Tok::kException: return structureItem();
    case Tok::kInclude: {
      take();
      Item* item = make<Item>(ItemKind::kInclude, begin);
      item->moduleType = moduleType();
      item->span = from(begin);
      return item;
    }
    case Tok::kOpen: return structureItem();
    case Tok::kModule: {
      take();
      if (accept(Tok::kType)) return moduleTypeItem(begin);
      Token name = expect(Tok::kUpperName);
      Item* item = make<Item>(ItemKind::kModule, begin);
      item->name = name.text;
      item->nameSpan = name.span;
      // (X : S) before the type makes a functor's signature.
      std::vector<std::pair<std::string_view, ModuleType*>> parameters;
      while (is(Tok::kLeftParen) && !failed_) {
        take();
        std::string_view parameter = is(Tok::kUnderscore) ? take().text : expect(Tok::kUpperName).text;
        expect(Tok::kColon);
        parameters.emplace_back(parameter, moduleType());
        expect(Tok::kRightParen);
      }
      if (parameters.empty() && accept(Tok::kEqual)) {
        ModuleExpr* m = moduleExpr();
        item->module = m;
      } else {
        expect(Tok::kColon);
        ModuleType* body = moduleType();
        for (size_t i = parameters.size(); i-- > 0;) {
          ModuleType* functor = make<ModuleType>(ModuleTypeKind::kFunctor, begin);
          functor->parameter = parameters[i].first;
          functor->parameterType = parameters[i].second;
          functor->body = body;
          body = functor;
        }
        item->moduleType = body;
      }
      item->span = from(begin);
      return item;
    }
    default: failHere(); return make<Item>(ItemKind::kValue, begin);
  }
}

}  // namespace devvm::caml
