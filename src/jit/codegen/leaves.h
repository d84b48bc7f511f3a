// C++ functions that generated code calls: they neither collect nor raise nor run guest code nor look at frames. Where
// they have no answer they say absent() (or false), and generated code leaves.
#pragma once

#include "jit/baseline/leaf_calls.h"
#include "jit/ir/ir.h"

namespace devvm::jit {

/// The value of any integer, boxed if it is wide.
Value leafInteger(Isolate* iso, int64_t i);
/// A closure of `*prototype` with `count` upvalues, the first one at `upvalues`, each below the one before.
Value leafNewClosure(Isolate* iso, const Value* prototype, const Value* upvalues, uint64_t count);
/// The name of the value's type, if there is such a string.
Value leafTypeName(Isolate* iso, Value v);
double leafFloatMod(double a, double b);
double leafFloatPow(double a, double b);

struct LeafFunction {
  int64_t address = 0;  ///< 0: there is none
  bool isBool = false;  ///< answers whether it could, instead of a value
  /// Null, or what to call when there was no answer: it takes what the function has left in Isolate::leafArguments, and
  /// may collect. Gives a value (nil for those that answer whether they could), or absent().
  Value (*again)(Isolate* isolate) = nullptr;
};
/// The function of a call_leaf: of the isolate and its inputs.
LeafFunction leafFunction(ir::Leaf leaf);
/// Whether a call_leaf is made by CodegenStubs::getField or setField, which keep all registers.
inline bool isFieldLeaf(const ir::Node* n) {
  if (n->op != ir::Op::kCallLeaf) return false;
  auto leaf = static_cast<ir::Leaf>(n->aux);
  return leaf == ir::Leaf::kGetField || leaf == ir::Leaf::kSetField;
}
/// Stores a value (the second) behind the last element of a table (the first) that check_plain has seen.
LeafFunction appendFunction();

}  // namespace devvm::jit
