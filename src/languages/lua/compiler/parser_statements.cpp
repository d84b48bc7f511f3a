// Statements, blocks and the chunk.
#include "languages/lua/compiler/parser.h"

namespace devvm::lua {

Parser::Parser(Arena& arena, Lexer& lexer, uint32_t nesting)
    : arena_(arena), lexer_(lexer), nesting_(nesting), resolver_(arena, lexer, token_) {}

// ---- tokens -----------------------------------------------------------------------------------------

void Parser::advance() {
  if (arena_.stopped()) lexer_.error("stopped", token_);
  lastLine_ = currentLine();
  lastEnd_ = token_.end;
  if (hasAhead_) {
    token_ = ahead_;
    hasAhead_ = false;
    // An error in between has ended the text.
    if (lexer_.failed()) token_.kind = Tok::kEndOfText;
  } else {
    token_ = lexer_.next();
  }
}

Tok Parser::lookAhead() {
  ahead_ = lexer_.next();
  hasAhead_ = true;
  return ahead_.kind;
}

bool Parser::accept(Tok kind) {
  if (token_.kind != kind) return false;
  advance();
  return true;
}

void Parser::expect(Tok kind) {
  if (!accept(kind)) syntaxError(Lexer::describe(kind) + " expected");
}

void Parser::expectClosing(Tok closing, Tok opening, uint32_t line) {
  if (accept(closing)) return;
  std::string message = Lexer::describe(closing) + " expected";
  if (line != currentLine()) {
    message += " (to close " + Lexer::describe(opening) + " at line " + std::to_string(line) + ")";
  }
  syntaxError(message);
}

Symbol* Parser::expectName() {
  if (!at(Tok::kName)) {
    syntaxError("<name> expected");
    return lexer_.symbols().intern("?", true);
  }
  Symbol* name = token_.symbol;
  advance();
  return name;
}

bool Parser::blockEnds(bool withUntil) const {
  // After an error nothing may be read any more, whatever the current token was.
  if (lexer_.failed()) return true;
  switch (token_.kind) {
    case Tok::kElse:
    case Tok::kElseif:
    case Tok::kEnd:
    case Tok::kEndOfText: return true;
    case Tok::kUntil: return withUntil;
    default: return false;
  }
}

// ---- blocks -----------------------------------------------------------------------------------------

Function* Parser::parseChunk() {
  auto* function = make<Function>();
  function->isVararg = true;
  function->body = make<Block>();
  resolver_.openFunction(function);
  resolver_.openBlock(function->body);
  advance();
  parseStatements(function->body);
  if (!at(Tok::kEndOfText)) syntaxError("<eof> expected");
  function->body->endLine = lastLine_;
  resolver_.closeFunction();
  return function;
}

void Parser::parseStatements(Block* block) {
  Block* around = block_;
  block_ = block;
  while (!blockEnds(true)) {
    bool isReturn = at(Tok::kReturn);
    Stat* stat = parseStatement();
    if (stat != nullptr) block->statements.append(arena_, stat);
    if (isReturn) break;
  }
  block->endLine = lastLine_;
  block_ = around;
}

Block* Parser::parseBlock() {
  auto* block = make<Block>();
  resolver_.openBlock(block);
  parseStatements(block);
  resolver_.closeBlock();
  return block;
}

/// Null for statements that leave nothing behind.
Stat* Parser::parseStatement() {
  Level level(*this, token_);
  if (lexer_.failed()) return nullptr;
  uint32_t line = currentLine();
  uint32_t column = token_.column;
  Stat* stat = nullptr;
  switch (token_.kind) {
    case tok(';'): advance(); break;
    case Tok::kIf: stat = parseIf(line); break;
    case Tok::kWhile: stat = parseWhile(line); break;
    case Tok::kDo: {
      advance();
      Block* body = parseBlock();
      expectClosing(Tok::kEnd, Tok::kDo, line);
      stat = make<DoStat>(body);
      break;
    }
    case Tok::kFor: stat = parseFor(line); break;
    case Tok::kRepeat: stat = parseRepeat(line); break;
    case Tok::kFunction: stat = parseFunctionStatement(line); break;
    case Tok::kLocal:
      advance();
      stat = accept(Tok::kFunction) ? parseLocalFunction() : parseLocal();
      break;
    case Tok::kDoubleColon:
      advance();
      parseLabel(block_, line);
      break;
    case Tok::kReturn:
      advance();
      stat = parseReturn();
      break;
    case Tok::kBreak: stat = parseBreak(line); break;
    case Tok::kGoto:
      advance();
      stat = parseGoto(line);
      break;
    default: stat = parseExpressionStatement(); break;
  }
  resolver_.setRegisters(resolver_.slotLevel());
  if (stat != nullptr) {
    stat->line = line;
    stat->column = column;
    if (stat->endLine == 0) stat->endLine = lastLine_;
  }
  return stat;
}

// ---- control ----------------------------------------------------------------------------------------

Stat* Parser::parseIf(uint32_t line) {
  auto* stat = make<IfStat>();
  do {
    advance();  // if or elseif
    IfClause clause;
    clause.condition = parseExpression();
    expect(Tok::kThen);
    discharge(clause.condition);
    clause.body = parseBlock();
    stat->clauses.append(arena_, clause);
  } while (at(Tok::kElseif) && !lexer_.failed());
  if (accept(Tok::kElse)) stat->otherwise = parseBlock();
  expectClosing(Tok::kEnd, Tok::kIf, line);
  return stat;
}

Stat* Parser::parseWhile(uint32_t line) {
  auto* stat = make<WhileStat>();
  advance();
  stat->condition = parseExpression();
  discharge(stat->condition);
  stat->breakLabel = make<Label>();
  stat->breakLabel->afterBlock = true;
  stat->body = make<Block>();
  resolver_.openBlock(stat->body, stat->breakLabel);
  expect(Tok::kDo);
  parseStatements(stat->body);
  expectClosing(Tok::kEnd, Tok::kWhile, line);
  resolver_.closeBlock();
  return stat;
}

Stat* Parser::parseRepeat(uint32_t line) {
  auto* stat = make<RepeatStat>();
  stat->breakLabel = make<Label>();
  stat->breakLabel->afterBlock = true;
  // Two blocks: breaks leave the outer one, the condition sees the variables of the inner one.
  auto* loop = make<Block>();
  resolver_.openBlock(loop, stat->breakLabel);
  stat->body = make<Block>();
  resolver_.openBlock(stat->body);
  advance();
  parseStatements(stat->body);
  expectClosing(Tok::kUntil, Tok::kRepeat, line);
  stat->condition = parseExpression();
  discharge(stat->condition);
  resolver_.closeBlock();
  resolver_.closeBlock();
  return stat;
}

Stat* Parser::parseFor(uint32_t line) {
  auto* loop = make<Block>();
  auto* breakLabel = make<Label>();
  resolver_.openBlock(loop, breakLabel);
  advance();
  Symbol* name = expectName();
  Stat* stat = nullptr;
  if (at('=')) {
    auto* numeric = make<NumericForStat>();
    numeric->breakLabel = breakLabel;
    parseNumericFor(numeric, name, line);
    stat = numeric;
  } else if (at(',') || at(Tok::kIn)) {
    auto* generic = make<GenericForStat>();
    generic->breakLabel = breakLabel;
    parseGenericFor(generic, name);
    stat = generic;
  } else {
    syntaxError("'=' or 'in' expected");
  }
  expectClosing(Tok::kEnd, Tok::kFor, line);
  resolver_.closeBlock();
  return stat;
}

void Parser::parseNumericFor(NumericForStat* stat, Symbol* name, uint32_t) {
  stat->base = resolver_.slotLevel();
  for (int i = 0; i < 3; ++i) resolver_.declareHidden("(for state)");
  stat->variable = resolver_.declare(name);
  auto parseBound = [this] {
    uint32_t level = resolver_.registers();
    Expr* e = parseExpression();
    toRegister(e, level);
    return e;
  };
  expect('=');
  stat->start = parseBound();
  expect(',');
  stat->limit = parseBound();
  if (accept(',')) {
    stat->step = parseBound();
  } else {
    resolver_.reserve(1);
  }
  resolver_.activate(3);
  stat->body = parseForBody(stat->doLine, 1);
}

void Parser::parseGenericFor(GenericForStat* stat, Symbol* name) {
  stat->base = resolver_.slotLevel();
  for (int i = 0; i < 4; ++i) resolver_.declareHidden("(for state)");
  stat->variables.append(arena_, resolver_.declare(name));
  while (accept(',')) stat->variables.append(arena_, resolver_.declare(expectName()));
  expect(Tok::kIn);
  stat->valuesLine = currentLine();
  uint32_t level = resolver_.registers();
  parseExpressionList(stat->values);
  discharge(stat->values.back());
  resolver_.setRegisters(level);
  resolver_.reserve(4);
  resolver_.activate(4);
  resolver_.markClose();
  resolver_.reserve(3);
  resolver_.setRegisters(resolver_.slotLevel());
  stat->body = parseForBody(stat->doLine, stat->variables.size());
}

Block* Parser::parseForBody(uint32_t& doLine, uint32_t variables) {
  auto* scope = make<Block>();
  expect(Tok::kDo);
  doLine = lastLine_;
  resolver_.openBlock(scope);
  resolver_.activate(variables);
  resolver_.reserve(variables);
  Block* body = parseBlock();
  resolver_.closeBlock();
  return body;
}

Stat* Parser::parseGoto(uint32_t line) {
  auto* stat = make<GotoStat>();
  Symbol* name = expectName();
  resolver_.addGoto(stat, name, line);
  return stat;
}

Stat* Parser::parseBreak(uint32_t line) {
  auto* stat = make<GotoStat>();
  advance();
  resolver_.addBreak(stat, line);
  return stat;
}

void Parser::parseLabel(Block* block, uint32_t line) {
  Symbol* name = expectName();
  expect(Tok::kDoubleColon);
  // Void statements that follow belong to the label: nothing but them may stand between it and the end of
  // the block if it is to count as the end.
  while ((at(';') || at(Tok::kDoubleColon)) && !lexer_.failed()) parseStatement();
  resolver_.checkRepeated(name);
  auto* stat = make<LabelStat>(resolver_.addLabel(name, line, blockEnds(false)));
  stat->line = line;
  stat->endLine = lastLine_;
  block->statements.append(arena_, stat);
}

Stat* Parser::parseReturn() {
  auto* stat = make<ReturnStat>();
  if (!blockEnds(true) && !at(';')) {
    uint32_t level = resolver_.registers();
    parseExpressionList(stat->values);
    Expr* last = stat->values.back();
    discharge(last);
    // A single value is returned from where it is.
    if (stat->values.size() > 1 || isMulti(last)) endList(last, level, stat->values.size());
  }
  stat->endLine = lastLine_;
  accept(';');
  return stat;
}

// ---- definitions ------------------------------------------------------------------------------------

Stat* Parser::parseFunctionStatement(uint32_t line) {
  auto* stat = make<FunctionStat>();
  advance();
  uint32_t nameBegin = token_.begin;
  uint32_t level = resolver_.registers();
  stat->target = parseVariable();
  bool method = false;
  while ((at('.') || at(':')) && !method) {
    method = at(':');
    stat->target = parseField(stat->target, level);
  }
  // Tools show the name as it is written.
  std::string_view name = lexer_.failed() ? std::string_view() : lexer_.slice(nameBegin, lastEnd_);
  stat->function = parseFunction(method, line, name);
  resolver_.assign(stat->target);
  return stat;
}

Stat* Parser::parseLocalFunction() {
  Symbol* name = expectName();
  auto* stat = make<LocalFunctionStat>(resolver_.declare(name));
  resolver_.activate(1);
  stat->function = parseFunction(false, currentLine(), name->text);
  return stat;
}

Attribute Parser::parseAttribute() {
  if (!accept('<')) return Attribute::kNone;
  Symbol* name = expectName();
  expect('>');
  if (name->text == "const") return Attribute::kConst;
  if (name->text == "close") return Attribute::kClose;
  lexer_.error("unknown attribute '" + std::string(name->text) + "'", token_);
  return Attribute::kNone;
}

Stat* Parser::parseLocal() {
  auto* stat = make<LocalStat>();
  LocalVariable* last = nullptr;
  do {
    last = resolver_.declare(expectName());
    last->attribute = parseAttribute();
    stat->variables.append(arena_, last);
    if (last->attribute == Attribute::kClose) {
      if (stat->closed != nullptr) lexer_.error("multiple to-be-closed variables in local list", token_);
      stat->closed = last;
    }
  } while (accept(','));
  uint32_t variables = stat->variables.size();
  if (accept('=')) {
    uint32_t level = resolver_.registers();
    parseExpressionList(stat->values);
    endList(stat->values.back(), level, stat->values.size());
    resolver_.setRegisters(level);
  }
  Expr* value = stat->values.size() == variables ? strip(stat->values.back()) : nullptr;
  if (last->attribute == Attribute::kConst && value != nullptr && isLiteral(value)) {
    last->constant = value;
    value->line = 0;  // it belongs to no line: each use has its own
  } else if (stat->values.size() == 1 && variables == 1 && value->kind == ExprKind::kFunction) {
    Function* function = static_cast<FunctionExpr*>(value)->function;
    if (function->name.empty()) function->name = last->name->text;
  }
  resolver_.reserve(last->constant != nullptr ? variables - 1 : variables);
  resolver_.activate(variables);
  if (stat->closed != nullptr) resolver_.markClose();
  return stat;
}

Stat* Parser::parseExpressionStatement() {
  Expr* e = parseSuffixed();
  if (at('=') || at(',')) {
    auto* stat = make<AssignStat>();
    stat->targets.append(arena_, e);
    parseAssignment(stat);
    return stat;
  }
  if (e->kind != ExprKind::kCall && e->kind != ExprKind::kMethodCall) syntaxError("syntax error");
  return make<CallStat>(e);
}

/// After the first target.
void Parser::parseAssignment(AssignStat* stat) {
  uint32_t levels = 0;
  for (;;) {
    Expr* target = stat->targets.back();
    bool assignable = target->kind == ExprKind::kLocal || target->kind == ExprKind::kUpvalue ||
                      target->kind == ExprKind::kGlobal || target->kind == ExprKind::kIndex;
    if (!assignable) syntaxError("syntax error");
    resolver_.assign(target);
    if (!accept(',')) break;
    stat->targets.append(arena_, parseSuffixed());
    // The reference recurses here.
    ++levels;
    if (++nesting_ >= kMaxNesting) lexer_.stackOverflow(token_);
    if (lexer_.failed()) break;
  }
  expect('=');
  uint32_t level = resolver_.registers();
  parseExpressionList(stat->values);
  discharge(stat->values.back());
  if (stat->values.size() != stat->targets.size()) {
    endList(stat->values.back(), level, stat->values.size());
    resolver_.setRegisters(level);
    resolver_.reserve(stat->targets.size());
  }
  nesting_ -= levels;
}

}  // namespace devvm::lua
