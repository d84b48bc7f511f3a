// Small questions about nodes that several passes ask.
#pragma once

#include "heap/object.h"
#include "jit/ir/ir.h"
#include "runtime/machine_code.h"

namespace devvm::jit::passes {

/// The operation gives the same with its two inputs exchanged.
inline bool isCommutative(ir::Op op) {
  switch (op) {
    case ir::Op::kIntAdd:
    case ir::Op::kIntMul:
    case ir::Op::kIntAnd:
    case ir::Op::kIntOr:
    case ir::Op::kIntXor:
    case ir::Op::kIntEq:
    case ir::Op::kFloatAdd:
    case ir::Op::kFloatMul:
    case ir::Op::kFloatEq:
    case ir::Op::kSame: return true;
    default: return false;
  }
}

/// The node is a table for certain.
inline bool isTable(const ir::Node* n) {
  switch (n->op) {
    case ir::Op::kCheckTable:
    case ir::Op::kCheckShape:
    case ir::Op::kCheckShapes:
    case ir::Op::kNewTable:
    case ir::Op::kShapeOwner: return true;
    // A collection may be moving it, if this is the compiler thread; a table it stays.
    case ir::Op::kObject: return heap::loadSlot(&n->pointer<runtime::CodeObject>()->value).isTable();
    default: return false;
  }
}

/// The node (tagged) is something else than nil for certain.
inline bool isNeverNil(const ir::Node* n) {
  switch (n->op) {
    case ir::Op::kConstant: return !n->value().isNil();
    case ir::Op::kCheckIs: return !n->value().isNil();
    case ir::Op::kObject:
    case ir::Op::kCheckString:
    case ir::Op::kCheckClosure:
    case ir::Op::kCheckNative:
    case ir::Op::kCheckNotNil:
    case ir::Op::kCheckBlock:
    case ir::Op::kCheckBlockField:
    case ir::Op::kCheckItems:
    case ir::Op::kCheckBuffer:
    case ir::Op::kNewBlock:
    case ir::Op::kNewCell:
    case ir::Op::kNewClosure:
    case ir::Op::kCallee:
    case ir::Op::kBoxSmall:
    case ir::Op::kBoxInt:
    case ir::Op::kBoxFloat:
    case ir::Op::kBoxBool: return true;
    default: return isTable(n);
  }
}

/// The node (tagged) is neither nil nor false for certain.
inline bool isNeverFalsy(const ir::Node* n) {
  switch (n->op) {
    case ir::Op::kConstant:
    case ir::Op::kCheckIs: return !n->value().isFalsy();
    case ir::Op::kCheckNotNil:
    case ir::Op::kBoxBool: return false;
    default: return isNeverNil(n);
  }
}

/// The node is a block, array object or buffer for certain.
inline bool isSizedObject(const ir::Node* n) {
  return n->op == ir::Op::kCheckBlock || n->op == ir::Op::kCheckBlockField || n->op == ir::Op::kCheckItems ||
         n->op == ir::Op::kCheckBuffer || n->op == ir::Op::kNewBlock;
}

/// The object or value that guards only hand on: what they check is not asked.
inline ir::Node* unguarded(ir::Node* n) {
  for (;;) {
    switch (n->op) {
      case ir::Op::kCheckTable:
      case ir::Op::kCheckString:
      case ir::Op::kCheckShape:
      case ir::Op::kCheckShapes:
      case ir::Op::kCheckClosure:
      case ir::Op::kCheckNative:
      case ir::Op::kCheckIdentity:
      case ir::Op::kCheckNoFloat:
      case ir::Op::kCheckBlock:
      case ir::Op::kCheckBlockField:
      case ir::Op::kCheckItems:
      case ir::Op::kCheckBuffer:
      case ir::Op::kCheckNotNil: n = n->input(0); break;
      default: return n;
    }
  }
}

}  // namespace devvm::jit::passes
