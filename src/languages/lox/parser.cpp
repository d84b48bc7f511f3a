#include "languages/lox/parser.h"

#include <utility>

#include "base/numeral.h"

namespace devvm::lox {

namespace {

constexpr uint32_t kMostLocals = 255;
constexpr uint32_t kMostUpvalues = 254;
constexpr uint32_t kMostArguments = 254;  ///< the receiver is one, too
constexpr uint32_t kDeepest = 500;

struct Level {
  Tok operators[4];
};
/// Binary operators from weak to strong.
constexpr Level kLevels[] = {{{Tok::kOr, Tok::kEnd, Tok::kEnd, Tok::kEnd}},
                             {{Tok::kAnd, Tok::kEnd, Tok::kEnd, Tok::kEnd}},
                             {{Tok::kBangEqual, Tok::kEqualEqual, Tok::kEnd, Tok::kEnd}},
                             {{Tok::kGreater, Tok::kGreaterEqual, Tok::kLess, Tok::kLessEqual}},
                             {{Tok::kMinus, Tok::kPlus, Tok::kEnd, Tok::kEnd}},
                             {{Tok::kSlash, Tok::kStar, Tok::kEnd, Tok::kEnd}}};
constexpr int kLevelCount = std::size(kLevels);

}  // namespace

Parser::Parser(base::Arena& arena, frontend::Diagnostics& said, std::string_view text)
    : arena_(arena), said_(said), symbols_(arena), scopes_(arena), lexer_(text) {
  advance();
}

// ---- tokens and errors ----

void Parser::advance() {
  previous_ = current_;
  for (;;) {
    current_ = lexer_.next();
    if (current_.kind != Tok::kError) return;
    errorAt(current_, kLexicalCode, current_.error);
  }
}

bool Parser::match(Tok kind) {
  if (!check(kind)) return false;
  advance();
  return true;
}

void Parser::consume(Tok kind, const char* message) {
  if (!match(kind)) errorAt(current_, kSyntaxCode, message);
}

void Parser::errorAt(const Token& token, std::string_view code, std::string_view message) {
  if (panic_ || stopped_) return;
  panic_ = true;
  said_.error(code, token.span, std::string(message));
}

void Parser::synchronize() {
  panic_ = false;
  while (!check(Tok::kEnd)) {
    if (previous_.kind == Tok::kSemicolon) return;
    switch (current_.kind) {
      case Tok::kClass:
      case Tok::kFun:
      case Tok::kVar:
      case Tok::kFor:
      case Tok::kIf:
      case Tok::kWhile:
      case Tok::kPrint:
      case Tok::kReturn: return;
      default: advance();
    }
  }
}

/// One level deeper; false, and the rest of the text is skipped, if that is too deep.
bool Parser::enter() {
  if (++nesting_ <= kDeepest) return true;
  errorAt(current_, kSyntaxCode, "Too much nesting.");
  stopped_ = true;
  while (!check(Tok::kEnd)) advance();
  return false;
}

// ---- variables ----

Variable* Parser::declare(Symbol* name, Span place) {
  if (scopes_.locals() >= kMostLocals + !scopes_.isMain()) error("Too many local variables in function.");
  return scopes_.declare(name, place);
}

/// A variable of the innermost block; null for a global.
Variable* Parser::declareVariable(const Token& name) {
  if (scopes_.isMain() && scopes_.depth() == 0) return nullptr;
  Symbol* s = symbol(name);
  if (scopes_.inThisBlock(s) != nullptr) scopeError("Already a variable with this name in this scope.");
  return declare(s, name.span);
}

Variable* Parser::hidden(std::string_view name) {
  Variable* v = declare(symbols_.intern(name, true), previous_.span);
  v->isReady = true;
  return v;
}

void Parser::resolve(Expr* e, Symbol* name) {
  e->name = name;
  e->variable = scopes_.find(name);
  if (e->variable == nullptr) return;
  if (!e->variable->isReady && e->variable->owner == scopes_.function()) {
    scopeError("Can't read local variable in its own initializer.");
  }
  if (scopes_.function()->captures.size() > kMostUpvalues) scopeError("Too many closure variables in function.");
}

// ---- declarations ----

Function* Parser::parse() {
  auto* main = arena_.make<Function>();
  main->scope = scopes_.openFunction();
  functions_.push_back({FunctionKind::kScript, main});
  while (!check(Tok::kEnd) && !said_.full()) {
    if (Stat* s = declaration()) main->body.append(arena_, s);
  }
  main->place = {0, current_.span.end};
  scopes_.closeFunction();
  return main;
}

Stat* Parser::declaration() {
  Stat* s = match(Tok::kClass) ? classDeclaration()
            : match(Tok::kFun) ? funDeclaration()
            : match(Tok::kVar) ? varDeclaration()
                               : statement();
  if (panic_) synchronize();
  return s;
}

Stat* Parser::classDeclaration() {
  Stat* s = newStat(StatKind::kClass);
  consume(Tok::kName, "Expect class name.");
  Token name = previous_;
  s->place = name.span;
  s->name = symbol(name);
  s->variable = declareVariable(name);
  auto* c = s->klass = arena_.make<Class>(Class{.name = s->name});
  scopes_.openBlock();
  if (match(Tok::kLess)) {
    consume(Tok::kName, "Expect superclass name.");
    if (lexer_.text(previous_) == lexer_.text(name)) error("A class can't inherit from itself.");
    c->superclass = newExpr(ExprKind::kVariable, previous_.span);
    bool wasReady = s->variable == nullptr || std::exchange(s->variable->isReady, true);
    resolve(c->superclass, symbol(previous_));
    if (s->variable != nullptr) s->variable->isReady = wasReady;
    c->super = hidden("super");
  }
  c->methods = hidden("(methods)");
  c->metatable = hidden("(metatable)");
  c->setter = hidden("(setter)");
  c->init = hidden("(init)");
  classes_.push_back(c);
  consume(Tok::kLeftBrace, "Expect '{' before class body.");
  classBody(c);
  consume(Tok::kRightBrace, "Expect '}' after class body.");
  classes_.pop_back();
  makerOf(c);
  scopes_.closeBlock();
  if (s->variable != nullptr) s->variable->isReady = true;
  return s;
}

void Parser::classBody(Class* c) {
  while (!check(Tok::kRightBrace) && !check(Tok::kEnd)) {
    consume(Tok::kName, "Expect method name.");
    bool isInit = lexer_.text(previous_) == "init";
    Function* f = function(isInit ? FunctionKind::kInitializer : FunctionKind::kMethod, previous_);
    c->list.append(arena_, f);
    if (isInit) c->initializer = f;
  }
}

/// The scope of the function that makes instances: it copies the hidden variables that it needs.
void Parser::makerOf(Class* c) {
  if (c->superclass != nullptr && c->initializer == nullptr) return;
  c->maker = scopes_.openFunction(1);
  for (Variable* v : {c->metatable, c->setter}) scopes_.find(v->name);
  if (c->initializer != nullptr) {
    scopes_.find(c->init->name);
    for (Variable* p : c->initializer->parameters) scopes_.declare(p->name, p->declared);
  }
  scopes_.closeFunction();
}

Stat* Parser::funDeclaration() {
  Stat* s = newStat(StatKind::kFunction);
  consume(Tok::kName, "Expect function name.");
  s->name = symbol(previous_);
  s->variable = declareVariable(previous_);
  s->function = function(FunctionKind::kFunction, previous_);
  if (s->variable != nullptr) s->variable->isReady = true;
  return s;
}

Function* Parser::function(FunctionKind kind, const Token& name) {
  auto* f = arena_.make<Function>(Function{.name = symbol(name), .place = name.span});
  f->isInitializer = kind == FunctionKind::kInitializer;
  bool goesOn = enter();
  f->scope = scopes_.openFunction();
  functions_.push_back({kind, f});
  bool isMethod = kind != FunctionKind::kFunction;
  f->self = hidden(isMethod ? "this" : "(callee)");
  consume(Tok::kLeftParen, "Expect '(' after function name.");
  if (goesOn && !check(Tok::kRightParen)) {
    do {
      if (f->parameters.size() == kMostArguments) {
        errorAt(current_, kSyntaxCode, "Can't have more than 255 parameters.");
      }
      consume(Tok::kName, "Expect parameter name.");
      Variable* v = declareVariable(previous_);
      v->isReady = true;
      if (f->parameters.size() <= kMostArguments) f->parameters.append(arena_, v);
    } while (match(Tok::kComma));
  }
  consume(Tok::kRightParen, "Expect ')' after parameters.");
  consume(Tok::kLeftBrace, "Expect '{' before function body.");
  while (!check(Tok::kRightBrace) && !check(Tok::kEnd) && !said_.full()) {
    if (Stat* s = declaration()) f->body.append(arena_, s);
  }
  consume(Tok::kRightBrace, "Expect '}' after block.");
  f->place.end = previous_.span.end;
  functions_.pop_back();
  scopes_.closeFunction();
  nesting_--;
  return f;
}

Stat* Parser::varDeclaration() {
  Stat* s = newStat(StatKind::kVar);
  consume(Tok::kName, "Expect variable name.");
  s->place = previous_.span;
  s->name = symbol(previous_);
  s->variable = declareVariable(previous_);
  if (match(Tok::kEqual)) s->expr = expression();
  if (s->variable != nullptr) s->variable->isReady = true;
  consume(Tok::kSemicolon, "Expect ';' after variable declaration.");
  return s;
}

// ---- statements ----

Stat* Parser::statement() {
  if (match(Tok::kFor)) return forStatement();
  if (match(Tok::kIf)) return ifStatement();
  if (match(Tok::kWhile)) return whileStatement();
  if (match(Tok::kReturn)) return returnStatement();
  if (match(Tok::kLeftBrace)) return block();
  bool prints = match(Tok::kPrint);
  Stat* s = newStat(prints ? StatKind::kPrint : StatKind::kExpression);
  s->expr = expression();
  consume(Tok::kSemicolon, prints ? "Expect ';' after value." : "Expect ';' after expression.");
  return s;
}

Stat* Parser::block() {
  Stat* s = newStat(StatKind::kBlock);
  bool goesOn = enter();
  scopes_.openBlock();
  while (goesOn && !check(Tok::kRightBrace) && !check(Tok::kEnd) && !said_.full()) {
    if (Stat* inner = declaration()) s->list.append(arena_, inner);
  }
  consume(Tok::kRightBrace, "Expect '}' after block.");
  scopes_.closeBlock();
  nesting_--;
  return s;
}

/// A block with the initializer and a while loop.
Stat* Parser::forStatement() {
  Stat* outer = newStat(StatKind::kBlock);
  Stat* s = newStat(StatKind::kWhile);
  bool goesOn = enter();
  scopes_.openBlock();
  consume(Tok::kLeftParen, "Expect '(' after 'for'.");
  if (match(Tok::kVar)) {
    outer->list.append(arena_, varDeclaration());
  } else if (!match(Tok::kSemicolon)) {
    Stat* first = newStat(StatKind::kExpression);
    first->expr = expression();
    consume(Tok::kSemicolon, "Expect ';' after expression.");
    outer->list.append(arena_, first);
  }
  scopes_.openLoop();
  if (!match(Tok::kSemicolon)) {
    s->expr = expression();
    consume(Tok::kSemicolon, "Expect ';' after loop condition.");
  }
  if (!match(Tok::kRightParen)) {
    s->increment = expression();
    consume(Tok::kRightParen, "Expect ')' after for clauses.");
  }
  if (goesOn) s->then = statement();
  scopes_.closeLoop();
  scopes_.closeBlock();
  nesting_--;
  outer->list.append(arena_, s);
  return outer;
}

Stat* Parser::ifStatement() {
  // A chain of else-ifs has any length: it is no nesting.
  Stat* first = nullptr;
  Stat** to = &first;
  bool goesOn = enter();
  do {
    Stat* s = *to = newStat(StatKind::kIf);
    consume(Tok::kLeftParen, "Expect '(' after 'if'.");
    s->expr = expression();
    consume(Tok::kRightParen, "Expect ')' after condition.");
    if (!goesOn) break;
    s->then = statement();
    to = &s->otherwise;
    if (!match(Tok::kElse)) break;
    if (match(Tok::kIf)) continue;
    s->otherwise = statement();
    break;
  } while (!said_.full());
  nesting_--;
  return first;
}

Stat* Parser::whileStatement() {
  Stat* s = newStat(StatKind::kWhile);
  bool goesOn = enter();
  scopes_.openLoop();
  consume(Tok::kLeftParen, "Expect '(' after 'while'.");
  s->expr = expression();
  consume(Tok::kRightParen, "Expect ')' after condition.");
  if (goesOn) s->then = statement();
  scopes_.closeLoop();
  nesting_--;
  return s;
}

Stat* Parser::returnStatement() {
  Stat* s = newStat(StatKind::kReturn);
  FunctionKind kind = functions_.back().kind;
  if (kind == FunctionKind::kScript) scopeError("Can't return from top-level code.");
  if (match(Tok::kSemicolon)) return s;
  if (kind == FunctionKind::kInitializer) scopeError("Can't return a value from an initializer.");
  s->expr = expression();
  consume(Tok::kSemicolon, "Expect ';' after return value.");
  return s;
}

// ---- expressions ----

Expr* Parser::expression() {
  bool goesOn = enter();
  Expr* e = goesOn ? assignment() : newExpr(ExprKind::kNil, current_.span);
  nesting_--;
  return e;
}

Expr* Parser::assignment() {
  uint32_t begin = current_.span.begin;
  Expr* e = binary(0);
  if (!match(Tok::kEqual)) return e;
  Span place = previous_.span;
  bool isParenthesized = begin != e->place.begin && e->kind == ExprKind::kVariable;
  Variable* v = e->variable;
  if (e->kind == ExprKind::kVariable && !isParenthesized) {
    e->kind = ExprKind::kAssign;
    if (v != nullptr) v->isAssigned = true;
  } else if (e->kind == ExprKind::kGet && e->op != Tok::kLeftParen) {
    e->kind = ExprKind::kSet;
    if (!classes_.empty() && e->first->kind == ExprKind::kThis) functions_.back().node->fields++;
  } else {
    errorAt({Tok::kEqual, place}, kSyntaxCode, "Invalid assignment target.");
  }
  e->second = expression();
  return e;
}

Expr* Parser::binary(int level) {
  if (level == kLevelCount) return unary();
  Expr* e = binary(level + 1);
  for (;;) {
    bool found = false;
    for (Tok op : kLevels[level].operators) found = found || (op != Tok::kEnd && check(op));
    if (!found) return e;
    advance();
    Expr* whole = newExpr(level < 2 ? ExprKind::kLogical : ExprKind::kBinary, previous_.span);
    whole->op = previous_.kind;
    whole->first = e;
    whole->second = binary(level + 1);
    e = whole;
  }
}

Expr* Parser::unary() {
  if (!check(Tok::kBang) && !check(Tok::kMinus)) return call();
  advance();
  Expr* e = newExpr(ExprKind::kUnary, previous_.span);
  e->op = previous_.kind;
  bool goesOn = enter();
  e->first = goesOn ? unary() : newExpr(ExprKind::kNil, current_.span);
  nesting_--;
  return e;
}

Expr* Parser::call() {
  Expr* e = primary();
  for (;;) {
    if (match(Tok::kLeftParen)) {
      Expr* whole = newExpr(ExprKind::kCall, previous_.span);
      whole->first = e;
      arguments(whole);
      e = whole;
    } else if (match(Tok::kDot)) {
      consume(Tok::kName, "Expect property name after '.'.");
      Expr* whole = newExpr(ExprKind::kGet, previous_.span);
      whole->first = e;
      whole->name = symbol(previous_);
      e = whole;
    } else {
      return e;
    }
  }
}

void Parser::arguments(Expr* e) {
  if (!check(Tok::kRightParen)) {
    do {
      Expr* argument = expression();
      if (e->arguments.size() == kMostArguments) error("Can't have more than 255 arguments.");
      if (e->arguments.size() <= kMostArguments) e->arguments.append(arena_, argument);
    } while (match(Tok::kComma));
  }
  consume(Tok::kRightParen, "Expect ')' after arguments.");
  e->place = previous_.span;
}

Expr* Parser::primary() {
  advance();
  Span place = previous_.span;
  switch (previous_.kind) {
    case Tok::kNil: return newExpr(ExprKind::kNil, place);
    case Tok::kTrue: return newExpr(ExprKind::kTrue, place);
    case Tok::kFalse: return newExpr(ExprKind::kFalse, place);
    case Tok::kNumber: {
      Expr* e = newExpr(ExprKind::kNumber, place);
      base::Number n{};
      base::parseNumber(lexer_.text(previous_), n);
      e->number = n.isInteger ? static_cast<double>(n.integer) : n.real;
      return e;
    }
    case Tok::kString: {
      Expr* e = newExpr(ExprKind::kString, place);
      std::string_view text = lexer_.text(previous_);
      e->name = symbols_.intern(text.substr(1, text.size() - 2), true);
      return e;
    }
    case Tok::kName: {
      Expr* e = newExpr(ExprKind::kVariable, place);
      resolve(e, symbol(previous_));
      return e;
    }
    case Tok::kThis: {
      Expr* e = newExpr(ExprKind::kThis, place);
      if (classes_.empty()) {
        scopeError("Can't use 'this' outside of a class.");
      } else {
        resolve(e, symbol(previous_));
      }
      return e;
    }
    case Tok::kSuper: return superExpression();
    case Tok::kLeftParen: {
      Expr* e = expression();
      consume(Tok::kRightParen, "Expect ')' after expression.");
      if (e->kind == ExprKind::kGet) e->op = Tok::kLeftParen;  // nothing to assign to
      return e;
    }
    default: errorAt(previous_, kSyntaxCode, "Expect expression."); return newExpr(ExprKind::kNil, place);
  }
}

Expr* Parser::superExpression() {
  Expr* e = newExpr(ExprKind::kSuper, previous_.span);
  if (classes_.empty()) {
    scopeError("Can't use 'super' outside of a class.");
  } else if (classes_.back()->superclass == nullptr) {
    scopeError("Can't use 'super' in a class with no superclass.");
  } else {
    resolve(e, symbol(previous_));
    e->receiver = scopes_.find(symbols_.intern("this", true));
  }
  consume(Tok::kDot, "Expect '.' after 'super'.");
  consume(Tok::kName, "Expect superclass method name.");
  e->name = symbol(previous_);
  e->place = previous_.span;
  return e;
}

}  // namespace devvm::lox
