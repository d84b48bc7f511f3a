// Values: operators, variables, calls, tables, closures.
#include <algorithm>

#include "languages/lua/compiler/codegen.h"
#include "languages/lua/compiler/operands.h"

namespace devvm::lua {
namespace {

/// Whether the left operand is pushed after the right one.
bool leftComesLast(const BinaryExpr* e) { return e->right->hasCall && isReadLate(strip(e->left)); }

/// Likewise for the object of an index operation. An upvalue too is read when the key is known.
bool objectComesLast(const IndexExpr* e) {
  if (!e->key->hasCall) return false;
  Expr* object = strip(e->object);
  return isReadLate(object) || isReassignedUpvalue(object);
}

/// A comparison with a constant on the left: evaluated with its sides exchanged, because fused instructions
/// have the constant on the right. The constant has no effects, so nobody can tell.
bool isMirrored(const BinaryExpr* e) {
  return isComparison(e->op) && isLiteral(strip(e->left)) && !isLiteral(strip(e->right));
}

Op opcodeOf(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd: return Op::kAdd;
    case BinaryOp::kSub: return Op::kSub;
    case BinaryOp::kMul: return Op::kMul;
    case BinaryOp::kMod: return Op::kMod;
    case BinaryOp::kPow: return Op::kPow;
    case BinaryOp::kDiv: return Op::kDiv;
    case BinaryOp::kIDiv: return Op::kIDiv;
    case BinaryOp::kBitAnd: return Op::kBAnd;
    case BinaryOp::kBitOr: return Op::kBOr;
    case BinaryOp::kBitXor: return Op::kBXor;
    case BinaryOp::kShl: return Op::kShl;
    case BinaryOp::kShr: return Op::kShr;
    case BinaryOp::kEq: return Op::kEq;
    case BinaryOp::kNe: return Op::kNe;
    case BinaryOp::kLt: return Op::kLt;
    case BinaryOp::kLe: return Op::kLe;
    case BinaryOp::kGt: return Op::kGt;
    case BinaryOp::kGe: break;
  }
  return Op::kGe;
}

BinaryOp mirrored(BinaryOp op) {
  switch (op) {
    case BinaryOp::kLt: return BinaryOp::kGt;
    case BinaryOp::kLe: return BinaryOp::kGe;
    case BinaryOp::kGt: return BinaryOp::kLt;
    case BinaryOp::kGe: return BinaryOp::kLe;
    default: return op;
  }
}

Op opcodeOf(UnaryOp op) {
  switch (op) {
    case UnaryOp::kMinus: return Op::kUnm;
    case UnaryOp::kBitNot: return Op::kBNot;
    case UnaryOp::kNot: return Op::kNot;
    case UnaryOp::kLength: break;
  }
  return Op::kLen;
}

/// What an operation still has to push when its first operand is on the stack; null if nothing.
Expr* secondOperand(Expr* e) {
  if (e->kind == ExprKind::kBinary) {
    auto* binary = static_cast<BinaryExpr*>(e);
    return strip(isMirrored(binary) ? binary->left : binary->right);
  }
  if (e->kind == ExprKind::kIndex) return strip(static_cast<IndexExpr*>(e)->key);
  return nullptr;
}

}  // namespace

// ---- the spine --------------------------------------------------------------------------------------

/// The operand to push first, if code for `e` begins with pushing an operand.
Expr* FunctionGenerator::firstOperand(Expr* e) const {
  switch (e->kind) {
    case ExprKind::kUnary: return static_cast<UnaryExpr*>(e)->operand;
    case ExprKind::kBinary: {
      auto* binary = static_cast<BinaryExpr*>(e);
      if (leftComesLast(binary)) return nullptr;
      return isMirrored(binary) ? binary->right : binary->left;
    }
    case ExprKind::kIndex: {
      auto* index = static_cast<IndexExpr*>(e);
      return objectComesLast(index) ? nullptr : index->object;
    }
    case ExprKind::kCall: return static_cast<CallExpr*>(e)->callee;
    case ExprKind::kMethodCall: return static_cast<MethodCallExpr*>(e)->object;
    default: return nullptr;
  }
}

/// Trees may be as deep to the left as the source is long (a + b + c ..., a.b.c ..., f()()...), so this walks
/// down to the first operand and back up without recursion.
void FunctionGenerator::push(Expr* e) {
  e = strip(e);
  const size_t base = spine_.size();
  while (Expr* first = firstOperand(e)) {
    spine_.push_back(e);
    e = strip(first);
  }
  pushLeaf(e, spine_.size() > base ? spine_.back() : nullptr);
  while (spine_.size() > base) {
    Expr* operation = spine_.back();
    spine_.pop_back();
    finish(operation);
  }
}

uint32_t FunctionGenerator::firstLine(Expr* e) const {
  for (;;) {
    e = strip(e);
    if (Expr* first = firstOperand(e)) {
      e = first;
    } else if (e->kind == ExprKind::kLogical) {
      e = static_cast<LogicalExpr*>(e)->operands.front();
    } else if (e->kind == ExprKind::kConcat) {
      e = static_cast<ConcatExpr*>(e)->operands.front();
    } else {
      return e->line != 0 ? e->line : builder_.currentLine();
    }
  }
}

void FunctionGenerator::pushLeaf(Expr* e, Expr* parent) {
  // Operands that take no instruction in the reference do not count as steps of their own: they get the
  // position of the operation that uses them, if that comes right behind them.
  Expr* second = parent != nullptr ? secondOperand(parent) : nullptr;
  bool isOperand = parent != nullptr && isLocalOrLiteral(e) && parent->kind != ExprKind::kCall &&
                   parent->kind != ExprKind::kMethodCall;
  if (isOperand && parent->kind == ExprKind::kUnary)
    isOperand = !isLiteral(e) && static_cast<UnaryExpr*>(parent)->op != UnaryOp::kNot;
  if (isOperand && (second == nullptr || isLocalOrLiteral(second))) {
    at(parent);
  } else if (isOperand && (e->kind == ExprKind::kInteger || e->kind == ExprKind::kFloat)) {
    onLine(firstLine(second));  // the reference loads a numeral behind the other operand
  } else if (isLiteral(e) || e->kind == ExprKind::kLocal || e->kind == ExprKind::kUpvalue ||
             e->kind == ExprKind::kVararg) {
    if (e->line != 0) onLine(e->line);
  } else if (e->line != 0) {
    at(e);
  }
  if (isSimple(e)) return pushSimple(e);
  switch (e->kind) {
    case ExprKind::kVararg: emit(Op::kVararg, 1); break;
    case ExprKind::kFunction: pushClosure(static_cast<FunctionExpr*>(e)); break;
    case ExprKind::kLocal:
    case ExprKind::kUpvalue: pushVariable(e); break;
    case ExprKind::kGlobal: pushGlobal(static_cast<GlobalExpr*>(e)); break;
    case ExprKind::kIndex: {
      auto* index = static_cast<IndexExpr*>(e);
      push(index->key);
      at(index);
      pushVariable(strip(index->object));
      emit(Op::kSwap);
      emit(Op::kGetIndex);
      break;
    }
    case ExprKind::kBinary: {
      auto* binary = static_cast<BinaryExpr*>(e);
      push(binary->right);
      at(binary);
      pushVariable(strip(binary->left));
      emit(Op::kSwap);
      emit(opcodeOf(binary->op));
      break;
    }
    case ExprKind::kLogical: pushLogical(static_cast<LogicalExpr*>(e)); break;
    case ExprKind::kConcat: pushConcat(static_cast<ConcatExpr*>(e)); break;
    case ExprKind::kTable: pushTable(static_cast<TableExpr*>(e)); break;
    default: break;  // not leaves
  }
}

/// A literal or a local, at the current position.
void FunctionGenerator::pushSimple(Expr* e) {
  switch (e->kind) {
    case ExprKind::kNil: emit(Op::kNil); break;
    case ExprKind::kTrue: emit(Op::kTrue); break;
    case ExprKind::kFalse: emit(Op::kFalse); break;
    case ExprKind::kInteger:
      if (prepare()) builder_.emitConstant(static_cast<IntegerExpr*>(e)->value);
      break;
    case ExprKind::kFloat:
      if (prepare()) builder_.emitConstant(static_cast<FloatExpr*>(e)->value);
      break;
    case ExprKind::kString: emitString(static_cast<StringExpr*>(e)->value); break;
    default: pushVariable(e); break;
  }
}

/// The first operand is on the stack.
void FunctionGenerator::finish(Expr* e) {
  switch (e->kind) {
    case ExprKind::kBinary: finishBinary(static_cast<BinaryExpr*>(e)); break;
    case ExprKind::kIndex: finishIndex(static_cast<IndexExpr*>(e)); break;
    case ExprKind::kUnary: finishUnary(static_cast<UnaryExpr*>(e)); break;
    default: finishCall(e, {Results::Kind::kFixed, 1}); break;
  }
}

void FunctionGenerator::finishBinary(BinaryExpr* e) {
  Expr* second = secondOperand(e);
  if (isLocalOrLiteral(second)) {
    at(e);
    pushSimple(second);
  } else {
    push(second);
  }
  at(e);
  emit(opcodeOf(isMirrored(e) ? mirrored(e->op) : e->op));
}

void FunctionGenerator::finishIndex(IndexExpr* e) {
  Expr* key = strip(e->key);
  if (key->kind == ExprKind::kString) {
    at(e);
    getField(static_cast<StringExpr*>(key)->value);
    return;
  }
  if (isLocalOrLiteral(key)) {
    at(e);
    pushSimple(key);
  } else {
    push(key);
  }
  at(e);
  emit(Op::kGetIndex);
}

void FunctionGenerator::finishUnary(UnaryExpr* e) {
  // The reference gives a `not` no line of its own.
  if (e->op == UnaryOp::kNot) {
    onLine(firstLine(e->operand));
  } else {
    at(e);
  }
  emit(opcodeOf(e->op));
}

void FunctionGenerator::getField(Symbol* name) {
  if (isShort(name)) return emit(Op::kGetField, symbolConstant(name));
  emitString(name);
  emit(Op::kGetIndex);
}

// ---- variables --------------------------------------------------------------------------------------

/// A local or upvalue.
void FunctionGenerator::pushVariable(Expr* e) {
  if (e->kind == ExprKind::kUpvalue) return emit(Op::kGetUpvalue, static_cast<UpvalueExpr*>(e)->index);
  LocalVariable* variable = static_cast<LocalExpr*>(e)->variable;
  emit(variable->captured ? Op::kGetCell : Op::kGetLocal, variable->slot);
}

void FunctionGenerator::pushGlobal(GlobalExpr* e) {
  Expr* environment = strip(e->environment);
  if (environment->kind == ExprKind::kUpvalue && isShort(e->name)) {
    emit(Op::kGetGlobal, static_cast<UpvalueExpr*>(environment)->index, symbolConstant(e->name));
    return;
  }
  pushLeaf(environment, e);
  at(e);
  getField(e->name);
}

void FunctionGenerator::pushClosure(FunctionExpr* e) {
  uint32_t index = module_.addFunction(e->function);
  auto child = static_cast<int64_t>(out_.children.size());
  if (child > UINT16_MAX) return module_.fail("too many functions (limit is 65536)", e->line);
  out_.children.push_back(index);
  emit(Op::kClosure, child);
}

// ---- several values ---------------------------------------------------------------------------------

void FunctionGenerator::pushMany(Expr* e, uint32_t count) {
  if (e->kind != ExprKind::kVararg) return pushCall(e, {Results::Kind::kFixed, count});
  at(e);
  if (count > 0) emit(Op::kVararg, count);
}

void FunctionGenerator::pushOpen(Expr* e) {
  if (e->kind != ExprKind::kVararg) return pushCall(e, {Results::Kind::kOpen});
  at(e);
  emit(Op::kVarargOpen);
}

/// Evaluates for the effects only.
void FunctionGenerator::discard(Expr* e) {
  if (isMulti(e)) return pushMany(e, 0);
  if (isSimple(strip(e))) return;
  push(e);
  emit(Op::kPop);
}

// ---- calls ------------------------------------------------------------------------------------------

void FunctionGenerator::pushCall(Expr* e, Results results) {
  push(firstOperand(e));
  finishCall(e, results);
}

/// Pushes arguments; true if the last one is an open list, which `count` does not include.
bool FunctionGenerator::pushArguments(ExprList& arguments, uint32_t& count) {
  for (auto* node = arguments.first(); node != nullptr; node = node->next) {
    if (node->next == nullptr && isMulti(node->value)) {
      pushOpen(node->value);
      return true;
    }
    push(node->value);
    ++count;
  }
  return false;
}

namespace {

const Symbol* upvalueName(const Expr* e) {
  const LocalVariable* variable = static_cast<const UpvalueExpr*>(e)->variable;
  return variable != nullptr ? variable->name : nullptr;
}

/// An empty table that gets a metatable at once is an object whose fields come later: the first few have room in it.
/// (More room gains nothing in the programs that we have measured, and proxies, which never have a field, pay for it.)
void expectObject(CallExpr* call) {
  constexpr uint32_t kFields = 4;
  if (call->arguments.first() == nullptr) return;
  Expr* first = call->arguments.first()->value;
  const Expr* callee = call->callee;
  const Symbol* name = callee->kind == ExprKind::kGlobal    ? static_cast<const GlobalExpr*>(callee)->name
                       : callee->kind == ExprKind::kLocal   ? static_cast<const LocalExpr*>(callee)->variable->name
                       : callee->kind == ExprKind::kUpvalue ? upvalueName(callee)
                                                            : nullptr;
  if (name == nullptr || name->text != "setmetatable" || first->kind != ExprKind::kTable) return;
  auto* table = static_cast<TableExpr*>(first);
  if (table->fields.first() == nullptr) table->keyed = kFields;
}

}  // namespace

/// The callee, or the object of a method call, is on the stack.
void FunctionGenerator::finishCall(Expr* e, Results results) {
  uint32_t count = 0;
  bool open;
  if (e->kind == ExprKind::kMethodCall) {
    auto* call = static_cast<MethodCallExpr*>(e);
    builder_.setPosition(call->nameLine, call->nameColumn);
    if (isShort(call->name)) {
      emit(Op::kSelf, symbolConstant(call->name));
    } else {
      emit(Op::kDup);
      emitString(call->name);
      emit(Op::kGetIndex);
      emit(Op::kSwap);
    }
    count = 1;
    open = pushArguments(call->arguments, count);
  } else {
    auto* call = static_cast<CallExpr*>(e);
    expectObject(call);
    open = pushArguments(call->arguments, count);
  }
  at(e);
  switch (results.kind) {
    case Results::Kind::kFixed: emit(open ? Op::kCallVar : Op::kCall, count, results.count); break;
    case Results::Kind::kOpen: emit(open ? Op::kCallVarOpen : Op::kCallOpen, count); break;
    case Results::Kind::kTail: emit(open ? Op::kTailCallVar : Op::kTailCall, count); break;
  }
}

// ---- concatenation ----------------------------------------------------------------------------------

void FunctionGenerator::pushConcat(ConcatExpr* e) {
  for (Expr* operand : e->operands) push(operand);
  at(e);
  emit(Op::kConcat, e->operands.size());
}

// ---- tables -----------------------------------------------------------------------------------------

void FunctionGenerator::pushTable(TableExpr* e) {
  constexpr uint32_t kBatch = 50, kMaxHint = UINT16_MAX;
  emit(Op::kNewTable, std::min(e->positional, kMaxHint), std::min(e->keyed, kMaxHint));
  uint32_t pending = 0, stored = 0;
  bool early = false;
  auto storePending = [&](uint32_t line) {
    if (pending == 0) return;
    atLine(line);
    emit(Op::kSetList, pending, stored);
    stored += pending;
    pending = 0;
  };
  for (auto* node = e->fields.first(); node != nullptr && module_.mayGoOn(); node = node->next) {
    TableField& field = node->value;
    if (field.key == nullptr) {
      if (node->next == nullptr && isMulti(field.value)) {
        pushOpen(field.value);
        atLine(e->endLine);
        emit(Op::kSetListVar, pending, stored);
        return;
      }
      push(field.value);
      if (++pending == kBatch) storePending(field.line);
      continue;
    }
    Expr* key = strip(field.key);
    if (key->kind == ExprKind::kString && isShort(static_cast<StringExpr*>(key)->value)) {
      // Positional values never collide with names, so nobody can tell that they are stored early.
      early = early || pending > 0;
      storePending(field.line);
      push(field.value);
      atLine(field.line);
      emit(Op::kInitField, symbolConstant(static_cast<StringExpr*>(key)->value));
    } else {
      initialiseKey(field, pending);
    }
  }
  if (early && pending == 0 && stored < kBatch) {  // that is where the reference stores them
    onLine(e->endLine);
    emit(Op::kNop);
  }
  storePending(e->endLine);
}

/// Below are the table and `pending` values that will be stored after this field.
void FunctionGenerator::initialiseKey(TableField& field, uint32_t pending) {
  if (pending > 0) emit(Op::kPick, pending);
  Expr* key = strip(field.key);
  if (isReadLate(key) && field.value->hasCall) {
    push(field.value);
    atLine(field.line);
    pushVariable(key);
    emit(Op::kSwap);
  } else {
    push(key);
    push(field.value);
    atLine(field.line);
  }
  emit(Op::kInitIndex);
  if (pending > 0) emit(Op::kPop);
}

}  // namespace devvm::lua
