// What code generation wants to know of operands before it decides on an order.
#pragma once

#include "languages/lua/compiler/ast.h"

namespace devvm::lua {

// All take stripped expressions.

inline bool isUncapturedLocal(const Expr* e) {
  return e->kind == ExprKind::kLocal && !static_cast<const LocalExpr*>(e)->variable->captured;
}

/// Pushing it has no effects, and nothing that runs in between can change what is pushed.
inline bool isSimple(const Expr* e) { return isLiteral(e) || isUncapturedLocal(e); }

/// The reference has it in a register or takes it as a constant: no instruction, so no step for debuggers.
inline bool isLocalOrLiteral(const Expr* e) { return isLiteral(e) || e->kind == ExprKind::kLocal; }

/// A captured variable that calls may change. The reference leaves it in its register while it evaluates the
/// operands after it, so that it is read late.
inline bool isReadLate(const Expr* e) {
  if (e->kind != ExprKind::kLocal) return false;
  const LocalVariable* variable = static_cast<const LocalExpr*>(e)->variable;
  return variable->captured && variable->reassigned;
}

/// An upvalue that calls may change. The reference reads it late where it is the table of an operation.
inline bool isReassignedUpvalue(const Expr* e) {
  if (e->kind != ExprKind::kUpvalue) return false;
  const LocalVariable* variable = static_cast<const UpvalueExpr*>(e)->variable;
  return variable == nullptr || variable->reassigned;
}

inline uint16_t slotOf(const Expr* local) { return static_cast<const LocalExpr*>(local)->variable->slot; }

/// Whether it is an integer that the instructions with an 8-bit operand take.
inline bool isSmallInteger(const Expr* e) {
  if (e->kind != ExprKind::kInteger) return false;
  int64_t value = static_cast<const IntegerExpr*>(e)->value;
  return value >= INT8_MIN && value <= INT8_MAX;
}

}  // namespace devvm::lua
