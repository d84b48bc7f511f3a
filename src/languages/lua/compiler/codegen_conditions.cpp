// Tests, and the operators that evaluate their operands by jumps.
//
// In a condition nothing is materialised: comparisons are followed by the jump that tests them, `not`
// exchanges the jumps, `and` and `or` only place them. Ordered comparisons are tested by jump_if_false alone,
// because the fused instructions end in that (equality is inverted by the builder, which is always right).
#include "languages/lua/compiler/codegen.h"

namespace devvm::lua {
namespace {

bool isOrderedComparison(Expr* e) {
  return e->kind == ExprKind::kBinary && static_cast<BinaryExpr*>(e)->op >= BinaryOp::kLt;
}

LogicalExpr* logical(Expr* e, bool isAnd) {
  if (e->kind != ExprKind::kLogical) return nullptr;
  auto* result = static_cast<LogicalExpr*>(e);
  return result->isAnd == isAnd ? result : nullptr;
}

UnaryExpr* negation(Expr* e) {
  if (e->kind != ExprKind::kUnary) return nullptr;
  auto* result = static_cast<UnaryExpr*>(e);
  return result->op == UnaryOp::kNot ? result : nullptr;
}

/// Whether `e`, an operand of `or` (`isAnd`: of `and`) that is not the last, is known to give way to the next one but
/// ends in an operand that would be tested if it were reached: (false and x), (true or x).
bool hidesName(Expr* e, bool isAnd) {
  LogicalExpr* inner = logical(strip(e), !isAnd);
  if (inner == nullptr) return false;
  bool known = false;
  auto* node = inner->operands.first();
  for (; node->next != nullptr; node = node->next) {
    Expr* operand = strip(node->value);
    known = known || (isLiteral(operand) && isFalsyLiteral(operand) != isAnd);
  }
  Expr* last = strip(node->value);
  return known && !(isLiteral(last) && isFalsyLiteral(last) != isAnd);
}

/// Whether the value of `e` is a literal that is true.
bool isTrueLiteral(Expr* e) {
  e = strip(e);
  if (isLiteral(e)) return !isFalsyLiteral(e);
  LogicalExpr* all = logical(e, true);
  if (all == nullptr) return false;
  for (Expr* operand : all->operands) {
    if (!isTrueLiteral(operand)) return false;
  }
  return true;
}

}  // namespace

/// A condition that is known to be false is a step for debuggers all the same.
void FunctionGenerator::testConstant(const Expr* e) {
  if (e->line != 0) onLine(e->line);
  emit(Op::kNop);
}

// What `and` does with operands that are false, `or` does with operands that are true: `when` says which it is.

void FunctionGenerator::jumpIf(bool when, Expr* e, Target& target) {
  const Expr* condition = e;
  e = strip(e);
  if (isLiteral(e)) {
    if (isFalsyLiteral(e) == when) return;
    if (!when) testConstant(condition);
    return jump(Op::kJump, target);
  }
  if (UnaryExpr* inverted = negation(e)) {
    Expr* operand = strip(inverted->operand);
    if (!when && isLiteral(operand) && !isFalsyLiteral(operand)) testConstant(condition);
    // A variable is tested where the whole condition ends.
    if (operand->kind == ExprKind::kLocal) operand->line = condition->line;
    return jumpIf(!when, inverted->operand, target);
  }
  if (LogicalExpr* any = logical(e, !when)) {
    for (Expr* operand : any->operands) jumpIf(when, operand, target);
    return;
  }
  if (LogicalExpr* all = logical(e, when)) {
    Target otherwise;
    Expr* last = jumpUnlessLast(when, all, otherwise);
    jumpIf(when, last, target);
    return bind(otherwise);
  }
  push(e);
  if (when && isOrderedComparison(e)) {
    Target otherwise;
    jump(Op::kJumpIfFalse, otherwise);
    jump(Op::kJump, target);
    return bind(otherwise);
  }
  jump(when ? Op::kJumpIfTrue : Op::kJumpIfFalse, target);
}

void FunctionGenerator::jumpIfKeep(bool when, Expr* e, Target& target) {
  e = strip(e);
  if (isLiteral(e) && isFalsyLiteral(e) == when) return;
  if (isLiteral(e) || (when && isTruthy(e))) {
    push(e);
    return jump(Op::kJump, target);
  }
  if (LogicalExpr* any = logical(e, !when)) {
    for (Expr* operand : any->operands) jumpIfKeep(when, operand, target);
    return;
  }
  if (LogicalExpr* all = logical(e, when)) {
    Target otherwise;
    Expr* last = jumpUnlessLast(when, all, otherwise);
    jumpIfKeep(when, last, target);
    return bind(otherwise);
  }
  push(e);
  jump(when ? Op::kJumpIfTrueKeep : Op::kJumpIfFalseKeep, target);
}

/// Jumps to `otherwise` unless all operands but the last are as `when` says; gives the last.
Expr* FunctionGenerator::jumpUnlessLast(bool when, LogicalExpr* e, Target& otherwise) {
  auto* node = e->operands.first();
  for (; node->next != nullptr; node = node->next) jumpIf(!when, node->value, otherwise);
  return node->value;
}

/// The value of `and` or `or`.
void FunctionGenerator::pushLogical(LogicalExpr* e) {
  Target end;
  for (auto* node = e->operands.first(); node != nullptr; node = node->next) {
    if (node->next == nullptr) {
      push(node->value);
      continue;
    }
    // For the reference, a test that is never reached or always true still makes this the value of a condition, which
    // error messages do not call by the name of an operand.
    auto hideName = [&] {
      emit(e->isAnd ? Op::kTrue : Op::kFalse);
      jump(e->isAnd ? Op::kJumpIfFalseKeep : Op::kJumpIfTrueKeep, end);
    };
    if (!e->isAnd && isTrueLiteral(node->value)) hideName();
    jumpIfKeep(!e->isAnd, node->value, end);
    if (hidesName(node->value, e->isAnd)) hideName();
  }
  bind(end);
}

}  // namespace devvm::lua
