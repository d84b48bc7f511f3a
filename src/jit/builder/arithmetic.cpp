// Arithmetic and comparisons: raw operations where the types are certain or were always the same.

#include <utility>

#include "jit/builder/graph_builder.h"
#include "jit/feedback/metamethod_of.h"
#include "runtime/language.h"
#include "runtime/numbers.h"

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using ir::Type;

/// What the node can be: by its type, or as the instruction saw its operand so far. Empty: nobody knows.
TypeSet FunctionBuilder::typesOf(ir::Node* n, unsigned operand) const {
  switch (n->type) {
    case Type::kInt: return TypeSet::kInt;
    case Type::kFloat: return TypeSet::kFloat;
    case Type::kBool: return TypeSet::kBoolean;
    default: break;
  }
  switch (n->op) {
    case ir::Op::kConstant: return TypeSet::of(n->value());
    case ir::Op::kCheckTable:
    case ir::Op::kCheckShape:
    case ir::Op::kCheckShapes:
    case ir::Op::kNewTable: return TypeSet::kTable;
    case ir::Op::kObject: return TypeSet::of(*objectOf(n));
    case ir::Op::kCheckString: return TypeSet::kString;
    case ir::Op::kCheckClosure:
    case ir::Op::kNewClosure: return TypeSet::kFunction;
    default: break;
  }
  TypeSet seen = site_ != nullptr ? site_->operands[operand] : TypeSet();
  // Where a loop is entered, locals are what they are now.
  const Value* frame = context_.request.frame;
  if (seen.isEmpty() && n->op == ir::Op::kSlot && frame != nullptr && context_.request.entryOffset != 0) {
    return TypeSet::of(frame[-1 - static_cast<int64_t>(n->aux)]);
  }
  return seen;
}

FunctionBuilder::Mode FunctionBuilder::modeOf(Node* a, Node* b) const {
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  if (x.isEmpty() || y.isEmpty()) return failures() > 0 ? Mode::kGeneric : Mode::kUnseen;
  // Twice wrong: only what is certain counts.
  auto isRaw = [](const Node* n) { return n->type == Type::kInt || n->type == Type::kFloat; };
  if (failures() > 1 && !(isRaw(a) && isRaw(b))) return Mode::kGeneric;
  if (x.isOnlyInts() && y.isOnlyInts()) return Mode::kInts;
  if (x.isOnlyNumbers() && y.isOnlyNumbers() && (x.isOnlyFloats() || y.isOnlyFloats())) return Mode::kFloats;
  return Mode::kGeneric;
}

ir::Node* FunctionBuilder::toInt(Node* n) {
  if (n->type == Type::kInt) return n;
  if (n->type == Type::kFloat) return emit(ir::Op::kCheckIntegral, {n});
  return emit(ir::Op::kCheckInt, {n});
}

ir::Node* FunctionBuilder::toFloat(Node* n, TypeSet types) {
  if (n->type == Type::kFloat) return n;
  if (n->op == ir::Op::kIntConstant) return graph_.floatConstant(static_cast<double>(n->integer()));
  if (n->type == Type::kInt) return emit(ir::Op::kIntToFloat, {n});
  if (types.isOnlyFloats()) return emit(ir::Op::kCheckFloat, {n});
  if (types.isOnlyInts()) return emit(ir::Op::kIntToFloat, {emit(ir::Op::kCheckInt, {n})});
  return emit(ir::Op::kCheckNumber, {n});
}

/// As toFloat(), for comparisons: integers that are no immediate ones may have no exact float.
ir::Node* FunctionBuilder::toExactFloat(Node* n, TypeSet types) {
  bool wide = n->type == Type::kInt && !(n->op == ir::Op::kIntConstant && Value::fitsInt(n->integer()));
  return toFloat(wide ? emit(ir::Op::kCheckSmall, {n}) : n, types);
}

/// A value that was just loaded, raw if it always was of one type.
ir::Node* FunctionBuilder::asLoaded(Node* n, TypeSet seen) {
  if (failures() > 0) return n;
  if (seen.isOnlyInts()) return emit(ir::Op::kCheckInt, {n});
  if (seen.isOnlyFloats()) return emit(ir::Op::kCheckFloat, {n});
  return n;
}

ir::Node* FunctionBuilder::leaf(ir::Leaf f, std::initializer_list<Node*> inputs) {
  return emit(ir::Op::kCallLeaf, inputs, static_cast<uint64_t>(f));
}

void FunctionBuilder::arithmetic(Op op) {
  Node *b = pop(), *a = pop();
  Mode mode = modeOf(a, b);
  if (mode == Mode::kUnseen) return exit();
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  if (mode == Mode::kGeneric && (x.has(TypeSet::kTable) || y.has(TypeSet::kTable))) {
    if (Node * result; callMetamethod(metaOf(op), a, b, result)) {
      if (block_ != nullptr) push(result);
      return;
    }
  }
  if (op == Op::kAdd && code_.language != nullptr && code_.language->joinsStrings && x.isOnly(TypeSet::kString) &&
      y.isOnly(TypeSet::kString) && failures() < 2) {
    Node *l = emit(ir::Op::kCheckString, {a}), *r = emit(ir::Op::kCheckString, {b});
    return push(leaf(ir::Leaf::kConcat, {l, r}));
  }
  bool always = op == Op::kDiv || op == Op::kPow;  // floats, whatever the operands
  if (always && x.isOnlyNumbers() && y.isOnlyNumbers()) mode = Mode::kFloats;
  if (mode == Mode::kInts) {
    if (Node* result = ints(op, a, b)) push(result);
    return;
  }
  bool mayBeMixed = op == Op::kAdd || op == Op::kSub || op == Op::kMul;
  if (mode == Mode::kGeneric && mayBeMixed && failures() < 2 && x.isOnlyNumbers() && y.isOnlyNumbers()) {
    return push(mixed(op, a, b));
  }
  if (mode == Mode::kGeneric) {
    if (op == Op::kSub && literalZero_) return exit();  // see floatSum
    switch (op) {
      case Op::kAdd: return push(leaf(ir::Leaf::kAdd, {a, b}));
      case Op::kSub: return push(leaf(ir::Leaf::kSub, {a, b}));
      case Op::kMul: return push(leaf(ir::Leaf::kMul, {a, b}));
      case Op::kMod: return push(leaf(ir::Leaf::kMod, {a, b}));
      case Op::kIDiv: return push(leaf(ir::Leaf::kIDiv, {a, b}));
      default: return exit();
    }
  }
  Node *l = toFloat(a, x), *r = toFloat(b, y);
  switch (op) {
    case Op::kAdd:
    case Op::kSub: return push(floatSum(op, l, r));
    case Op::kMul: return push(emit(ir::Op::kFloatMul, {l, r}));
    case Op::kDiv: return push(emit(ir::Op::kFloatDiv, {l, r}));
    case Op::kMod: return push(emit(ir::Op::kFloatMod, {l, r}));
    case Op::kPow:
      if (r->op == ir::Op::kFloatConstant && r->number() == 2.0) return push(emit(ir::Op::kFloatMul, {l, l}));
      return push(emit(ir::Op::kFloatPow, {l, r}));
    default: return push(emit(ir::Op::kFloatFloor, {emit(ir::Op::kFloatDiv, {l, r})}));
  }
}

/// A literal is subtracted by adding its opposite, and the integer 0 has only one: -0.0 - 0 is 0.0.
ir::Node* FunctionBuilder::floatSum(Op op, Node* a, Node* b) {
  bool adds = op == Op::kAdd || literalZero_;
  return emit(adds ? ir::Op::kFloatAdd : ir::Op::kFloatSub, {a, b});
}

/// Of numbers that are now integers, now floats.
ir::Node* FunctionBuilder::mixed(Op op, Node* a, Node* b) {
  ir::Block *floats = graph_.newBlock(), *join = graph_.newBlock();
  auto integer = [&](Node* n) {
    if (n->type == Type::kInt) return n;
    ir::Block* other = branchAway(emit(ir::Op::kIsInt, {n}));
    ir::Block* here = std::exchange(block_, other);
    joinAt(floats);
    block_ = here;
    return emit(ir::Op::kUnboxInt, {n});
  };
  Node *l = integer(a), *r = integer(b);
  Node* phi = newPhi(join, whole_.offset);
  graph_.addInput(phi, ints(op, l, r));
  joinAt(join);
  block_ = floats;
  l = toFloat(a, typesOf(a, 0));
  r = toFloat(b, typesOf(b, 1));
  graph_.addInput(phi, op == Op::kMul ? emit(ir::Op::kFloatMul, {l, r}) : floatSum(op, l, r));
  joinAt(join);
  block_ = join;
  return phi;
}

ir::Node* FunctionBuilder::ints(Op op, Node* a, Node* b) {
  Node *l = toInt(a), *r = toInt(b);
  switch (op) {
    case Op::kAdd: return emit(ir::Op::kIntAdd, {l, r});
    case Op::kSub: return emit(ir::Op::kIntSub, {l, r});
    case Op::kMul: return emit(ir::Op::kIntMul, {l, r});
    case Op::kIDiv:
    case Op::kMod:
      if (r->op != ir::Op::kIntConstant || r->integer() == 0) r = emit(ir::Op::kCheckNotZero, {r});
      return emit(op == Op::kMod ? ir::Op::kIntMod : ir::Op::kIntDiv, {l, r});
    default: exit(); return nullptr;
  }
}

/// Operands are integers, or floats that equal one.
ir::Node* FunctionBuilder::bitwise(Op op, Node* a, Node* b) {
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  if (x.isEmpty() || y.isEmpty()) {
    exit();
    return nullptr;
  }
  if (!x.isOnlyNumbers() || !y.isOnlyNumbers()) {
    // Boxes of wide integers, or metamethods.
    exit();
    return nullptr;
  }
  auto integer = [this](Node* n, TypeSet types) {
    if (n->type == Type::kInt || types.isOnlyInts()) return toInt(n);
    return emit(ir::Op::kCheckIntegral, {toFloat(n, types)});
  };
  Node *l = integer(a, x), *r = integer(b, y);
  if ((op == Op::kShl || op == Op::kShr) && r->op == ir::Op::kIntConstant) {
    int64_t by = op == Op::kShl ? r->integer() : -r->integer();
    if (by >= 64 || by <= -64) return graph_.intConstant(0);
    return by >= 0 ? emit(ir::Op::kIntShlBy, {l}, static_cast<uint64_t>(by))
                   : emit(ir::Op::kIntShrBy, {l}, static_cast<uint64_t>(-by));
  }
  switch (op) {
    case Op::kBAnd: return emit(ir::Op::kIntAnd, {l, r});
    case Op::kBOr: return emit(ir::Op::kIntOr, {l, r});
    case Op::kBXor: return emit(ir::Op::kIntXor, {l, r});
    case Op::kShl: return emit(ir::Op::kIntShl, {l, r});
    default: return emit(ir::Op::kIntShr, {l, r});
  }
}

void FunctionBuilder::negate() {
  Node* a = pop();
  TypeSet types = typesOf(a, 0);
  if (types.isOnlyInts()) return push(emit(ir::Op::kIntNeg, {toInt(a)}));
  if (types.isOnlyFloats()) return push(emit(ir::Op::kFloatNeg, {toFloat(a, types)}));
  if (Node * result; types.isOnly(TypeSet::kTable) && callMetamethod(runtime::Meta::kUnm, a, a, result)) {
    if (block_ != nullptr) push(result);
    return;
  }
  exit();
}

/// Comparisons of numbers; the operands of gt and ge are exchanged.
void FunctionBuilder::comparison(Op op) {
  Node *b = pop(), *a = pop();
  if (compareByMetamethod(op, a, b)) return;
  if (op == Op::kEq || op == Op::kNe) {
    Node* equal = equality(a, b);
    if (equal == nullptr) return;
    return push(op == Op::kEq ? equal : isFalsy(equal));
  }
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  if (x.isEmpty() || y.isEmpty()) return exit();
  if (!x.isOnlyNumbers() || !y.isOnlyNumbers()) {
    return exit();
  }
  bool swapped = op == Op::kGt || op == Op::kGe, strict = op == Op::kLt || op == Op::kGt;
  Node *l, *r;
  bool areInts = x.isOnlyInts() && y.isOnlyInts();
  if (areInts) {
    l = toInt(a);
    r = toInt(b);
  } else {
    if (!x.isOnlyFloats() && !y.isOnlyFloats() && failures() > 1) {
      return exit();
    }
    l = toExactFloat(a, x);
    r = toExactFloat(b, y);
  }
  if (swapped) std::swap(l, r);
  ir::Op compare =
      areInts ? (strict ? ir::Op::kIntLt : ir::Op::kIntLe) : (strict ? ir::Op::kFloatLt : ir::Op::kFloatLe);
  push(emit(compare, {l, r}));
}

/// Whether something that is no number, or an immediate integer, equals an integer: no function is asked.
ir::Node* FunctionBuilder::equalsInt(Node* a, Node* integer) {
  Node* right = toInt(integer);
  ir::Block* join = graph_.newBlock();
  Node* phi = newPhi(join, whole_.offset);
  ir::Block* other = branchAway(emit(ir::Op::kIsInt, {a}));
  graph_.addInput(phi, emit(ir::Op::kIntEq, {emit(ir::Op::kUnboxInt, {a}), right}));
  joinAt(join);
  block_ = other;
  emit(ir::Op::kCheckFalse, {emit(ir::Op::kIsOfType, {a}, static_cast<uint64_t>(ir::ValueType::kNumber))});
  graph_.addInput(phi, graph_.boolConstant(false));
  joinAt(join);
  block_ = join;
  return phi;
}

/// null: the block ends.
ir::Node* FunctionBuilder::equality(Node* a, Node* b) {
  // Against nil, a boolean or (raw booleans) a condition, bits tell.
  auto isInterned = [](Node* n) {
    return n->op == ir::Op::kConstant && n->value().isString() && runtime::asString(n->value())->interned();
  };
  auto plain = [](Node* n) { return n->type == Type::kBool || (n->op == ir::Op::kConstant && !n->value().isString()); };
  if (Node* test = typeTest(a, b)) return test;
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  if (plain(a) || plain(b)) {
    bool number = a->type == Type::kInt || a->type == Type::kFloat || b->type == Type::kInt || b->type == Type::kFloat;
    if (number) return graph_.boolConstant(false);
    if (plain(b) && b->op == ir::Op::kConstant && b->value().isNil()) return emit(ir::Op::kIsNil, {a});
    return emit(ir::Op::kSame, {a, b});
  }
  if (x.isEmpty() || y.isEmpty()) {
    exit();
    return nullptr;
  }
  if (isInterned(b)) std::swap(a, b);
  if (isInterned(a) && b->type != Type::kInt && b->type != Type::kFloat && failures() == 0) {
    return emit(ir::Op::kSame, {emit(ir::Op::kCheckIdentity, {b}), a});
  }
  if (x.isOnlyInts() && y.isOnlyInts()) return emit(ir::Op::kIntEq, {toInt(a), toInt(b)});
  auto mayBeInt = [](TypeSet types) { return !types.has(TypeSet::kFloat) && !types.has(TypeSet::kWideInt); };
  if (failures() < 2 && (x.isOnlyInts() || y.isOnlyInts()) && mayBeInt(x) && mayBeInt(y)) {
    return x.isOnlyInts() ? equalsInt(b, a) : equalsInt(a, b);
  }
  if (x.isOnlyNumbers() && y.isOnlyNumbers() && failures() < 2) {
    return emit(ir::Op::kFloatEq, {toExactFloat(a, x), toExactFloat(b, y)});
  }
  bool raw = a->type == Type::kInt || a->type == Type::kFloat || b->type == Type::kInt || b->type == Type::kFloat;
  if (raw && failures() > 0) {
    exit();
    return nullptr;
  }
  // Without metamethods a table equals itself only.
  bool first = x.isOnly(TypeSet::kTable), second = y.isOnly(TypeSet::kTable);
  if ((first || second) && !raw && failures() < 2 && isUnused(runtime::Meta::kEq)) {
    return emit(ir::Op::kSame, {first ? toTable(a) : a, second && !first ? toTable(b) : b});
  }
  Node* answer = leaf(ir::Leaf::kEqual, {a, b});
  return emit(ir::Op::kSame, {answer, graph_.constant(Value::boolean(true))});
}

ir::Node* FunctionBuilder::isFalsy(Node* n) {
  switch (n->type) {
    case Type::kBool: return emit(ir::Op::kNot, {n});
    case Type::kInt:
    case Type::kFloat: return graph_.boolConstant(false);
    default: return emit(ir::Op::kIsFalsy, {n});
  }
}

}  // namespace devvm::jit
