// Natives of the library that are operations of the graph. What they do not cover leaves, or is called.

#include <cstring>

#include "jit/builder/graph_builder.h"
#include "runtime/native.h"

namespace devvm::jit {

using heap::Value;
using ir::Type;

/// One of two values, or raw numbers of one type, as `takeSecond` says.
ir::Node* FunctionBuilder::choose(Node* first, Node* second, Node* takeSecond) {
  emit(ir::Op::kBranch, {takeSecond});
  ir::Block *yes = graph_.newBlock(), *no = graph_.newBlock(), *join = graph_.newBlock();
  graph_.connect(block_, yes);
  graph_.connect(block_, no);
  Node* phi = newPhi(join, whole_.offset);
  for (ir::Block* way : {yes, no}) {
    block_ = way;
    emit(ir::Op::kJump, {})->state = before();
    graph_.connect(way, join);
    graph_.addInput(phi, way == yes ? second : first);
  }
  block_ = join;
  return phi;
}

/// A byte; where code was left since there was none, nil behind the end. Places in front of the string leave.
ir::Node* FunctionBuilder::byteOrNil(Node* string, Node* from0) {
  Node* length = emit(ir::Op::kStringLength, {string});
  auto byte = [&] { return emit(ir::Op::kStringByte, {string, emit(ir::Op::kCheckIndex, {from0, length})}); };
  if (failures() == 0) return byte();
  ir::Block* join = graph_.newBlock();
  Node* phi = newPhi(join, whole_.offset);
  ir::Block* behind = branchAway(emit(ir::Op::kIntLt, {from0, length}));
  graph_.addInput(phi, byte());
  joinAt(join);
  block_ = behind;
  graph_.addInput(phi, nil());
  joinAt(join);
  block_ = join;
  return phi;
}

/// string.byte of as many bytes as the caller wants. False: nothing was done.
bool FunctionBuilder::bytesOf(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments,
                              uint32_t wanted, Nodes& results) {
  if (native.name == nullptr || std::strcmp(native.name, "string.byte") != 0) return false;
  if (arguments.size() != 3 || wanted == 0 || failures() > 0) return false;
  for (Node* n : arguments) {
    if (n->type == Type::kFloat || n->type == Type::kBool) return false;
  }
  checkNative(native, callee);
  Node* string = emit(ir::Op::kCheckString, {arguments[0]});
  Node *from = toInt(arguments[1]), *to = toInt(arguments[2]);
  Node* more = emit(ir::Op::kIntSub, {to, from});
  emit(ir::Op::kCheckTrue, {emit(ir::Op::kIntEq, {more, graph_.intConstant(wanted - 1)})});
  Node* length = emit(ir::Op::kStringLength, {string});
  // Each byte has its own check, so that none is loaded earlier.
  for (uint32_t i = 0; i < wanted; i++) {
    Node* from0 = emit(ir::Op::kIntAdd, {from, graph_.intConstant(static_cast<int64_t>(i) - 1)});
    results.push_back(emit(ir::Op::kStringByte, {string, emit(ir::Op::kCheckIndex, {from0, length})}));
  }
  return true;
}

/// The first argument of `assert`; what fails leaves.
ir::Node* FunctionBuilder::asserted(Node* x) {
  Node* falsy = isFalsy(x);
  emit(ir::Op::kCheckFalse, {falsy});
  return x;
}

/// The comparison of what `type` gave with the name of a type. Null: it is none, or not that simple.
ir::Node* FunctionBuilder::typeTest(Node* a, Node* b) {
  if (b->op == ir::Op::kTypeName) std::swap(a, b);
  if (a->op != ir::Op::kTypeName || b->op != ir::Op::kConstant || !b->value().isString()) return nullptr;
  std::string_view name = runtime::asString(b->value())->view();
  if (name == "nil") return emit(ir::Op::kIsNil, {a->input(0)});
  constexpr std::string_view kNames[] = {"boolean", "number", "string", "table", "function"};
  for (size_t i = 0; i < std::size(kNames); i++) {
    if (name == kNames[i]) return emit(ir::Op::kIsOfType, {a->input(0)}, i);
  }
  return nullptr;
}

/// False: nothing was done.
bool FunctionBuilder::intrinsic(const runtime::NativeInfo& native, std::span<Node* const> arguments, Node*& result) {
  if (native.name == nullptr || arguments.empty() || arguments.size() > 2) return false;
  auto is = [&native](const char* name) { return std::strcmp(native.name, name) == 0; };
  Node* x = arguments[0];
  if (arguments.size() == 2) {
    Node* y = arguments[1];
    bool ints = x->type == Type::kInt && y->type == Type::kInt, floats = x->type == Type::kFloat && y->type == x->type;
    bool isMax = is("math.max");
    if (is("setmetatable")) {
      if (!setClass(x, y)) return false;
      result = x;
    } else if ((isMax || is("math.min")) && (ints || floats)) {
      // The first one stays where nothing can be said: NaN is neither less nor greater.
      ir::Op less = ints ? ir::Op::kIntLt : ir::Op::kFloatLt;
      result = choose(x, y, isMax ? emit(less, {x, y}) : emit(less, {y, x}));
    } else if (is("string.byte") && failures() < 2 && y->type != Type::kFloat && y->type != Type::kBool) {
      Node* string = emit(ir::Op::kCheckString, {x});
      Node* from0 = emit(ir::Op::kIntSub, {toInt(y), graph_.intConstant(1)});
      result = byteOrNil(string, from0);
    } else if (is("caml_string_get") && failures() == 0) {
      Node* string = emit(ir::Op::kCheckString, {x});
      Node* index = emit(ir::Op::kCheckIndex, {unboxed(y, false), emit(ir::Op::kStringLength, {string})});
      result = emit(ir::Op::kStringByte, {string, index});
    } else if (is("rawget") && failures() == 0 && y->type == Type::kInt) {
      // Holes have nil there. What is not in the array part leaves.
      Node* table = toTable(x);
      Node* length = emit(ir::Op::kLoadLength, {emit(ir::Op::kLoadArray, {table})});
      Node* index = emit(ir::Op::kCheckIndex, {emit(ir::Op::kIntSub, {y, graph_.intConstant(1)}), length});
      result = emit(ir::Op::kLoadElement, {length->input(0), index});
    } else if (is("assert") && failures() == 0) {
      result = asserted(x);
    } else {
      return false;
    }
    return true;
  }
  bool isInt = x->type == Type::kInt, isFloat = x->type == Type::kFloat;
  bool isFloor = is("math.floor") || is("floor");
  if (is("CamlIsInt")) {
    result = isInt ? graph_.boolConstant(true) : emit(ir::Op::kIsInt, {x});
  } else if (is("caml_string_length")) {
    result = emit(ir::Op::kStringLength, {emit(ir::Op::kCheckString, {x})});
  } else if (is("math.sqrt") || is("sqrt")) {
    if (!isInt && !isFloat) x = emit(ir::Op::kCheckNumber, {x});
    result = emit(ir::Op::kFloatSqrt, {toFloat(x, isInt ? TypeSet::kInt : TypeSet::kFloat)});
  } else if (isFloor || is("math.ceil")) {
    if (isInt) {
      result = x;
      return true;
    }
    // Who rounds expects floats.
    if (!isFloat && (x->type != Type::kTagged || failures() > 0)) return false;
    if (!isFloat) x = emit(ir::Op::kCheckFloat, {x});
    result = emit(ir::Op::kCheckIntegral, {emit(isFloor ? ir::Op::kFloatFloor : ir::Op::kFloatCeil, {x})});
  } else if (is("math.abs") || is("abs")) {
    if (!isInt && !isFloat) return false;
    result = isFloat ? emit(ir::Op::kFloatAbs, {x})
                     : choose(x, emit(ir::Op::kIntNeg, {x}), emit(ir::Op::kIntLt, {x, graph_.intConstant(0)}));
  } else if (is("type")) {
    result = emit(ir::Op::kTypeName, {x});
  } else if (is("assert") && failures() == 0) {
    result = asserted(x);
  } else if (is("string.len") && failures() == 0) {
    result = emit(ir::Op::kStringLength, {emit(ir::Op::kCheckString, {x})});
  } else {
    return false;
  }
  return true;
}

}  // namespace devvm::jit
