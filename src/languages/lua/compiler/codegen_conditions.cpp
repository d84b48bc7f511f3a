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

}  // namespace

void FunctionGenerator::jumpIfFalse(Expr* e, Target& target) {
  e = strip(e);
  if (isLiteral(e)) {
    if (isFalsyLiteral(e)) jump(Op::kJump, target);
    return;
  }
  if (UnaryExpr* inverted = negation(e)) return jumpIfTrue(inverted->operand, target);
  if (LogicalExpr* both = logical(e, true)) {
    for (Expr* operand : both->operands) jumpIfFalse(operand, target);
    return;
  }
  if (LogicalExpr* either = logical(e, false)) {
    Target isTrue;
    for (auto* node = either->operands.first(); node != nullptr; node = node->next) {
      if (node->next != nullptr) {
        jumpIfTrue(node->value, isTrue);
      } else {
        jumpIfFalse(node->value, target);
      }
    }
    return bind(isTrue);
  }
  push(e);
  jump(Op::kJumpIfFalse, target);
}

void FunctionGenerator::jumpIfTrue(Expr* e, Target& target) {
  e = strip(e);
  if (isLiteral(e)) {
    if (!isFalsyLiteral(e)) jump(Op::kJump, target);
    return;
  }
  if (UnaryExpr* inverted = negation(e)) return jumpIfFalse(inverted->operand, target);
  if (LogicalExpr* either = logical(e, false)) {
    for (Expr* operand : either->operands) jumpIfTrue(operand, target);
    return;
  }
  if (LogicalExpr* both = logical(e, true)) {
    Target isFalse;
    for (auto* node = both->operands.first(); node != nullptr; node = node->next) {
      if (node->next != nullptr) {
        jumpIfFalse(node->value, isFalse);
      } else {
        jumpIfTrue(node->value, target);
      }
    }
    return bind(isFalse);
  }
  push(e);
  if (isOrderedComparison(e)) {
    Target isFalse;
    jump(Op::kJumpIfFalse, isFalse);
    jump(Op::kJump, target);
    return bind(isFalse);
  }
  jump(Op::kJumpIfTrue, target);
}

void FunctionGenerator::jumpIfFalseKeep(Expr* e, Target& target) {
  e = strip(e);
  if (isTruthy(e) && isLiteral(e)) return;
  if (isFalsyLiteral(e)) {
    push(e);
    return jump(Op::kJump, target);
  }
  if (LogicalExpr* both = logical(e, true)) {
    for (Expr* operand : both->operands) jumpIfFalseKeep(operand, target);
    return;
  }
  if (LogicalExpr* either = logical(e, false)) {
    Target isTrue;
    for (auto* node = either->operands.first(); node != nullptr; node = node->next) {
      if (node->next != nullptr) {
        jumpIfTrue(node->value, isTrue);
      } else {
        jumpIfFalseKeep(node->value, target);
      }
    }
    return bind(isTrue);
  }
  push(e);
  jump(Op::kJumpIfFalseKeep, target);
}

void FunctionGenerator::jumpIfTrueKeep(Expr* e, Target& target) {
  e = strip(e);
  if (isFalsyLiteral(e)) return;
  if (isTruthy(e)) {
    push(e);
    return jump(Op::kJump, target);
  }
  if (LogicalExpr* either = logical(e, false)) {
    for (Expr* operand : either->operands) jumpIfTrueKeep(operand, target);
    return;
  }
  if (LogicalExpr* both = logical(e, true)) {
    Target isFalse;
    for (auto* node = both->operands.first(); node != nullptr; node = node->next) {
      if (node->next != nullptr) {
        jumpIfFalse(node->value, isFalse);
      } else {
        jumpIfTrueKeep(node->value, target);
      }
    }
    return bind(isFalse);
  }
  push(e);
  jump(Op::kJumpIfTrueKeep, target);
}

/// The value of `and` or `or`.
void FunctionGenerator::pushLogical(LogicalExpr* e) {
  Target end;
  for (auto* node = e->operands.first(); node != nullptr; node = node->next) {
    if (node->next == nullptr) {
      push(node->value);
    } else if (e->isAnd) {
      jumpIfFalseKeep(node->value, end);
    } else {
      jumpIfTrueKeep(node->value, end);
    }
  }
  bind(end);
}

}  // namespace devvm::lua
