// Expressions, calls, tables and function bodies.
#include "languages/lua/compiler/fold.h"
#include "languages/lua/compiler/parser.h"

namespace devvm::lua {
namespace {

/// How an operator is parsed: it binds its left operand with `left`, its right one with `right`; a higher
/// left than right makes it right associative.
struct Operator {
  enum class Kind : uint8_t { kNone, kBinary, kConcat, kAnd, kOr };
  Kind kind = Kind::kNone;
  BinaryOp op = BinaryOp::kAdd;
  uint8_t left = 0, right = 0;
};

constexpr int kUnaryPriority = 12;

Operator operatorOf(Tok kind) {
  using enum BinaryOp;
  constexpr auto kBinary = Operator::Kind::kBinary;
  switch (kind) {
    case tok('+'): return {kBinary, kAdd, 10, 10};
    case tok('-'): return {kBinary, kSub, 10, 10};
    case tok('*'): return {kBinary, kMul, 11, 11};
    case tok('%'): return {kBinary, kMod, 11, 11};
    case tok('^'): return {kBinary, kPow, 14, 13};
    case tok('/'): return {kBinary, kDiv, 11, 11};
    case Tok::kIntegerDivide: return {kBinary, kIDiv, 11, 11};
    case tok('&'): return {kBinary, kBitAnd, 6, 6};
    case tok('|'): return {kBinary, kBitOr, 4, 4};
    case tok('~'): return {kBinary, kBitXor, 5, 5};
    case Tok::kShiftLeft: return {kBinary, kShl, 7, 7};
    case Tok::kShiftRight: return {kBinary, kShr, 7, 7};
    case Tok::kEqual: return {kBinary, kEq, 3, 3};
    case Tok::kNotEqual: return {kBinary, kNe, 3, 3};
    case tok('<'): return {kBinary, kLt, 3, 3};
    case Tok::kLessEqual: return {kBinary, kLe, 3, 3};
    case tok('>'): return {kBinary, kGt, 3, 3};
    case Tok::kGreaterEqual: return {kBinary, kGe, 3, 3};
    case Tok::kConcat: return {Operator::Kind::kConcat, kAdd, 9, 8};
    case Tok::kAnd: return {Operator::Kind::kAnd, kAdd, 2, 2};
    case Tok::kOr: return {Operator::Kind::kOr, kAdd, 1, 1};
    default: return {};
  }
}

bool unaryOperatorOf(Tok kind, UnaryOp& op) {
  switch (kind) {
    case tok('-'): op = UnaryOp::kMinus; return true;
    case tok('~'): op = UnaryOp::kBitNot; return true;
    case tok('#'): op = UnaryOp::kLength; return true;
    case Tok::kNot: op = UnaryOp::kNot; return true;
    default: return false;
  }
}

/// Whether the reference leaves the value where it is while it evaluates what comes next.
bool needsNoRegister(Expr* e) {
  e = strip(e);
  return isLiteral(e) || e->kind == ExprKind::kLocal;
}

}  // namespace

void Parser::toRegister(Expr* e, uint32_t level) {
  discharge(e);
  resolver_.setRegisters(level);
  resolver_.reserve(1);
}

void Parser::holdOperand(Expr* e, uint32_t level) {
  discharge(e);
  resolver_.setRegisters(level);
  if (!needsNoRegister(e)) resolver_.reserve(1);
}

// ---- operators --------------------------------------------------------------------------------------

Expr* Parser::parseSubexpression(int limit) {
  Level nesting(*this, token_);
  uint32_t level = resolver_.registers();
  Expr* left = nullptr;
  if (UnaryOp unary; unaryOperatorOf(token_.kind, unary)) {
    Token operatorToken = token_;
    operatorToken.line = currentLine();
    advance();
    Expr* operand = parseSubexpression(kUnaryPriority);
    discharge(operand);
    left = makeUnary(unary, operand, operatorToken);
  } else {
    left = parseSimple();
  }
  for (;;) {
    Operator op = operatorOf(token_.kind);
    if (op.kind == Operator::Kind::kNone || op.left <= limit) return left;
    Token operatorToken = token_;
    operatorToken.line = currentLine();
    advance();
    bool logical = op.kind == Operator::Kind::kAnd || op.kind == Operator::Kind::kOr;
    if (logical) {
      discharge(left);
      resolver_.setRegisters(level);
    } else if (op.kind == Operator::Kind::kConcat) {
      toRegister(left, level);
    } else {
      holdOperand(left, level);
    }
    Expr* right = parseSubexpression(op.right);
    if (!logical) discharge(right);
    resolver_.setRegisters(level);
    if (logical) {
      left = makeLogical(op.kind == Operator::Kind::kAnd, left, right);
    } else if (op.kind == Operator::Kind::kConcat) {
      left = makeConcat(left, right, operatorToken);
    } else {
      left = makeBinary(op.op, left, right, operatorToken);
    }
  }
}

Expr* Parser::makeUnary(UnaryOp op, Expr* operand, const Token& at) {
  Expr* result = foldUnary(arena_, op, operand);
  if (result == nullptr) {
    result = make<UnaryExpr>(op, operand);
    result->hasCall = operand->hasCall;
    if (op != UnaryOp::kNot) result->line = at.line;  // a `not` has that of its use
  }
  result->textLine = at.line;
  result->column = at.column;
  return result;
}

Expr* Parser::makeBinary(BinaryOp op, Expr* left, Expr* right, const Token& at) {
  Expr* result = foldBinary(arena_, op, left, right);
  if (result == nullptr) {
    result = make<BinaryExpr>(op, left, right);
    result->hasCall = left->hasCall || right->hasCall;
    // Comparisons are not given the line of their operator: they keep that of the last operand.
    result->line = isComparison(op) ? lastLine_ : at.line;
  }
  result->textLine = at.line;
  result->column = at.column;
  return result;
}

Expr* Parser::makeLogical(bool isAnd, Expr* left, Expr* right) {
  Expr* value = strip(left);
  if (isLiteral(value) && isFalsyLiteral(value) != isAnd) {
    // The left operand never decides.
    return isMulti(right) ? make<ParenExpr>(right) : right;
  }
  LogicalExpr* result = nullptr;
  if (value->kind == ExprKind::kLogical && static_cast<LogicalExpr*>(value)->isAnd == isAnd) {
    result = static_cast<LogicalExpr*>(value);
  } else {
    result = make<LogicalExpr>(isAnd);
    result->operands.append(arena_, left);
    result->hasCall = left->hasCall;
    result->textLine = left->textLine;
  }
  result->operands.append(arena_, right);
  result->hasCall = result->hasCall || right->hasCall;
  result->line = 0;  // the last operand's value is needed anew
  return result;
}

Expr* Parser::makeConcat(Expr* left, Expr* right, const Token& at) {
  auto* result = as<ConcatExpr>(right, ExprKind::kConcat);
  if (result == nullptr) {
    // One instruction serves the whole chain; it keeps the position of the last operator.
    result = make<ConcatExpr>();
    result->operands.append(arena_, right);
    result->hasCall = right->hasCall;
    result->line = result->textLine = at.line;
    result->column = at.column;
  }
  result->operands.prepend(arena_, left);
  result->hasCall = result->hasCall || left->hasCall;
  return result;
}

// ---- operands ---------------------------------------------------------------------------------------

Expr* Parser::parseSimple() {
  Expr* e = nullptr;
  switch (token_.kind) {
    case Tok::kInteger: e = make<IntegerExpr>(token_.integer); break;
    case Tok::kFloat: e = make<FloatExpr>(token_.number); break;
    case Tok::kString: e = make<StringExpr>(token_.symbol); break;
    case Tok::kNil: e = make<Expr>(ExprKind::kNil); break;
    case Tok::kTrue: e = make<Expr>(ExprKind::kTrue); break;
    case Tok::kFalse: e = make<Expr>(ExprKind::kFalse); break;
    case Tok::kDots:
      if (!resolver_.function()->isVararg) syntaxError("cannot use '...' outside a vararg function");
      e = make<Expr>(ExprKind::kVararg);
      e->line = lastLine_;
      break;
    case tok('{'): return parseTable();
    case Tok::kFunction: advance(); return parseFunction(false, currentLine(), {});
    default: return parseSuffixed();
  }
  here(e);
  advance();
  return e;
}

Expr* Parser::parseVariable() {
  uint32_t textLine = token_.line, column = token_.column;
  Symbol* name = expectName();
  Expr* e = resolver_.resolve(name);
  e->textLine = textLine;
  e->column = column;
  return e;
}

Expr* Parser::parsePrimary() {
  if (at(Tok::kName)) return parseVariable();
  if (at('(')) {
    uint32_t line = currentLine();
    advance();
    Expr* inner = parseExpression();
    expectClosing(tok(')'), tok('('), line);
    discharge(inner);
    auto* e = make<ParenExpr>(inner);
    e->hasCall = inner->hasCall;
    e->line = inner->line;
    return e;
  }
  syntaxError("unexpected symbol");
  return make<Expr>(ExprKind::kNil);
}

Expr* Parser::parseSuffixed() {
  uint32_t line = currentLine();
  uint32_t level = resolver_.registers();
  Expr* e = parsePrimary();
  for (;;) {
    switch (token_.kind) {
      case tok('.'): e = parseField(e, level); break;
      case tok('['): e = parseIndex(e, level); break;
      case tok(':'): e = parseMethodCall(e, level, line); break;
      case tok('('):
      case tok('{'):
      case Tok::kString: {
        toRegister(e, level);
        auto* call = here(make<CallExpr>(e));
        call->line = line;
        call->hasCall = true;
        parseArguments(call->arguments, line);
        resolver_.setRegisters(level);
        resolver_.reserve(1);
        e = call;
        break;
      }
      default: return e;
    }
  }
}

/// At '.', or at the ':' of a function's name.
Expr* Parser::parseField(Expr* object, uint32_t level) {
  holdOperand(object, level);
  advance();
  auto* e = here(make<IndexExpr>(object, nullptr));
  e->key = make<StringExpr>(expectName());
  e->hasCall = object->hasCall;
  return e;
}

Expr* Parser::parseIndex(Expr* object, uint32_t level) {
  holdOperand(object, level);
  auto* e = here(make<IndexExpr>(object, nullptr));
  advance();
  uint32_t keyLevel = resolver_.registers();
  e->key = parseExpression();
  holdOperand(e->key, keyLevel);
  expect(']');
  e->hasCall = object->hasCall || e->key->hasCall;
  return e;
}

Expr* Parser::parseMethodCall(Expr* object, uint32_t level, uint32_t line) {
  advance();
  auto* call = make<MethodCallExpr>(object, nullptr);
  call->nameColumn = token_.column;
  call->name = expectName();
  call->nameLine = lastLine_;
  discharge(object);
  resolver_.setRegisters(level);
  resolver_.reserve(2);
  here(call);
  call->line = line;
  call->hasCall = true;
  parseArguments(call->arguments, line);
  resolver_.setRegisters(level);
  resolver_.reserve(1);
  return call;
}

void Parser::parseArguments(ExprList& arguments, uint32_t line) {
  uint32_t level = resolver_.registers();
  switch (token_.kind) {
    case tok('('):
      advance();
      if (accept(')')) return;
      parseExpressionList(arguments);
      if (arguments.back()->kind == ExprKind::kVararg) toRegister(arguments.back(), level + arguments.size() - 1);
      expectClosing(tok(')'), tok('('), line);
      break;
    case tok('{'): arguments.append(arena_, parseTable()); break;
    case Tok::kString:
      arguments.append(arena_, here(make<StringExpr>(token_.symbol)));
      advance();
      break;
    default: syntaxError("function arguments expected"); return;
  }
  endList(arguments.back(), level, arguments.size());
}

void Parser::parseExpressionList(ExprList& list) {
  uint32_t level = resolver_.registers();
  list.append(arena_, parseExpression());
  while (accept(',')) {
    toRegister(list.back(), level++);
    list.append(arena_, parseExpression());
  }
}

// ---- tables -----------------------------------------------------------------------------------------

Expr* Parser::parseTable() {
  auto* table = here(make<TableExpr>());
  table->line = lastLine_;
  uint32_t line = currentLine();
  resolver_.reserve(1);
  const uint32_t level = resolver_.registers();
  uint32_t pending = 0;
  expect('{');
  auto placeLast = [&] {
    if (table->fields.empty() || table->fields.back().key != nullptr) return;
    TableField& field = table->fields.back();
    field.line = lastLine_;
    toRegister(field.value, level + pending);
    if (++pending == kItemsPerStore) pending = 0;
  };
  do {
    if (at('}')) break;
    placeLast();
    resolver_.setRegisters(level + pending);
    TableField field = parseTableField();
    if (field.key != nullptr) {
      ++table->keyed;
    } else {
      ++table->positional;
    }
    table->fields.append(arena_, field);
    table->hasCall = table->hasCall || field.value->hasCall || (field.key != nullptr && field.key->hasCall);
  } while (accept(',') || accept(';'));
  expectClosing(tok('}'), tok('{'), line);
  placeLast();
  table->endLine = lastLine_;
  resolver_.setRegisters(level);
  return table;
}

TableField Parser::parseTableField() {
  TableField field;
  if (at(Tok::kName) && lookAhead() == tok('=')) {
    field.key = make<StringExpr>(expectName());
  } else if (at('[')) {
    uint32_t level = resolver_.registers();
    advance();
    field.key = parseExpression();
    holdOperand(field.key, level);
    expect(']');
  } else {
    field.value = parseExpression();
    return field;
  }
  expect('=');
  field.value = parseExpression();
  discharge(field.value);
  field.line = lastLine_;
  return field;
}

// ---- functions --------------------------------------------------------------------------------------

FunctionExpr* Parser::parseFunction(bool method, uint32_t line, std::string_view name) {
  auto* function = make<Function>();
  function->name = name;
  function->lineDefined = line;
  function->body = make<Block>();
  resolver_.openFunction(function);
  resolver_.openBlock(function->body);
  expect('(');
  if (method) {
    function->parameters.append(arena_, resolver_.declare(lexer_.symbols().intern("self", true)));
    resolver_.activate(1);
  }
  parseParameters(function);
  expect(')');
  parseStatements(function->body);
  function->lastLine = currentLine();
  expectClosing(Tok::kEnd, Tok::kFunction, line);
  function->body->endLine = lastLine_;
  resolver_.closeFunction();
  auto* e = make<FunctionExpr>(function);
  e->line = e->textLine = lastLine_;
  resolver_.reserve(1);
  return e;
}

void Parser::parseParameters(Function* function) {
  uint32_t count = 0;
  if (!at(')')) {
    do {
      if (at(Tok::kName)) {
        function->parameters.append(arena_, resolver_.declare(expectName()));
        ++count;
      } else if (accept(Tok::kDots)) {
        function->isVararg = true;
      } else {
        syntaxError("<name> or '...' expected");
      }
    } while (!function->isVararg && accept(','));
  }
  resolver_.activate(count);
  resolver_.setRegisters(resolver_.slotLevel());
}

}  // namespace devvm::lua
