// Operations on tables whose metatable has a known function for them: calls like others, taken in like others.
//
//     v = a * 2      a: tables of one shape, whose metatable's __mul was never assigned again
//
//     n7 = check_shape n3 412                     the metatable belongs to the shape
//     n8 ... the body of the function, with n7 and 2
//
// The interpreter calls a metamethod where the operands were, and goes on behind the instruction with what it gives: so
// does a frame of optimized code.

#include <algorithm>
#include <utility>

#include "jit/builder/graph_builder.h"
#include "runtime/tables.h"

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using runtime::Meta;
using runtime::Shape;
using runtime::ShapeFact;
using runtime::ShapeTable;

/// The closure that tables of the shape have as a metamethod and never had another one, and the facts that this rests
/// on; nil: none.
Value FunctionBuilder::metamethodOf(uint32_t shape, Meta m, std::vector<ShapeFact>& facts) const {
  runtime::Isolate& isolate = context_.request.isolate;
  const Shape& s = isolate.shapes[shape];
  // A table with a shape of its own may get another metatable.
  if (s.owned() || s.metatable.isNil()) return Value::nil();
  Shape& meta = isolate.shapes.of(runtime::asTable(s.metatable));
  if (!meta.unique()) return Value::nil();
  uint32_t slot = isolate.shapes.find(meta, runtime::asString(isolate.metaNames[static_cast<size_t>(m)]));
  if (slot == ShapeTable::kNone || !meta.isConstant(slot)) return Value::nil();
  Value f = heap::loadSlot(runtime::namedSlot(runtime::asTable(meta.owner), slot));
  if (!f.isFunction() || !runtime::isKind(f, runtime::Kind::kClosure)) return Value::nil();
  facts.push_back({meta.id, slot});
  return f;
}

/// The metamethods of all shapes that the first table among the operands had here; empty: they are not known, or too
/// different.
FunctionBuilder::Metamethods FunctionBuilder::metamethodsHere(Meta m, std::vector<ShapeFact>& facts) const {
  const ShapesMet* met = feedback_ != nullptr && site_ != nullptr ? feedback_->shapesOf(*site_) : nullptr;
  if (met == nullptr || met->more || failures() > 1) return {};
  Metamethods all;
  for (uint32_t shape : met->shapes) {
    if (shape == 0 || context_.request.isolate.shapes.byId[shape] == nullptr) continue;
    Value f = metamethodOf(shape, m, facts);
    if (f.isNil()) return {};
    all.push_back({shape, f});
  }
  return all;
}

/// What the operation's metamethod gives, if all tables that came here had one that is known. False: nothing was done.
/// The block may end.
bool FunctionBuilder::callMetamethod(Meta m, Node* a, Node* b, Node*& result) {
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  bool isFirst = x.isOnly(TypeSet::kTable);
  // What is no table in front of one is a number.
  if (!isFirst && (!y.isOnly(TypeSet::kTable) || (!x.isOnlyInts() && !x.isOnlyFloats()))) return false;
  std::vector<ShapeFact> facts;
  Metamethods ways = metamethodsHere(m, facts);
  if (ways.empty() || !relyOnFacts(facts)) return false;
  if (!isFirst) a = x.isOnlyInts() ? toInt(a) : toFloat(a, x);
  Node* table = toTable(isFirst ? a : b);
  auto callHere = [&](const Metamethod& way) {
    (isFirst ? a : b) = table;
    Node* callee = known(way.function);
    Nodes results = callFunction(constantCallee(callee), callee, std::array<Node*, 2>{a, b}, 1);
    result = block_ != nullptr ? results[0] : nullptr;
  };
  bool isOne =
      std::all_of(ways.begin(), ways.end(), [&](const Metamethod& w) { return w.function == ways[0].function; });
  ir::Block* join = ways.size() > 1 ? graph_.newBlock() : nullptr;
  Node* phi = isOne || join == nullptr ? nullptr : newPhi(join, whole_.offset);
  for (size_t i = 0; i < ways.size() && context_.refusal == nullptr; i++) {
    ir::Block* next = nullptr;
    if (i + 1 < ways.size()) {
      relyOn(ways[i].shape);
      next = branchAway(emit(ir::Op::kHasShape, {table}, ways[i].shape));
    } else {
      table = checkShape(table, ways[i].shape);
    }
    if (join == nullptr) {
      callHere(ways[i]);
      return true;
    }
    if (isOne) {
      joinAt(join);
    } else {
      callHere(ways[i]);
      if (block_ != nullptr) {
        graph_.addInput(phi, result);
        joinBehind(join, {&result, 1});
      }
    }
    block_ = next;
  }
  if (context_.refusal != nullptr) return true;
  block_ = join->predecessors.empty() ? nullptr : join;
  result = phi;
  if (isOne) {
    table = isFirst ? a : b;
    callHere(ways[0]);
  }
  return true;
}

/// Whether the instruction's result is only asked for its truth, at once: the interpreter takes any value there.
bool FunctionBuilder::isTested() const {
  if (whole_.end() >= code_.codeSize) return false;
  Op next = bytecode::decodeVerified({code_.entry, code_.codeSize}, whole_.end()).op;
  return next == Op::kJumpIfFalse || next == Op::kJumpIfTrue;
}

/// A comparison of tables whose metamethod is known, in a condition. False: nothing was done.
bool FunctionBuilder::compareByMetamethod(Op op, Node* a, Node* b) {
  TypeSet x = typesOf(a, 0), y = typesOf(b, 1);
  // The opposite of what a metamethod says is made by a frame of its own.
  if (!x.isOnly(TypeSet::kTable) || !y.isOnly(TypeSet::kTable) || op == Op::kNe || !isTested()) return false;
  if (op == Op::kGt || op == Op::kGe) std::swap(a, b);
  bool isEqual = op == Op::kEq;
  Meta m = isEqual ? Meta::kEq : op == Op::kLt || op == Op::kGt ? Meta::kLt : Meta::kLe;
  if (isUnused(m)) return false;
  Node* result;
  if (!isEqual) {
    if (!callMetamethod(m, a, b, result)) return false;
    if (block_ != nullptr) push(emit(ir::Op::kNot, {isFalsy(result)}));
    return true;
  }
  std::vector<ShapeFact> facts;
  if (metamethodsHere(m, facts).empty() || !relyOnFacts(facts)) return false;
  // Nobody asks whether a table equals itself.
  a = toTable(a);
  b = toTable(b);
  ir::Block *differ = branchAway(emit(ir::Op::kSame, {a, b})), *join = graph_.newBlock();
  Node* phi = newPhi(join, whole_.offset);
  graph_.addInput(phi, graph_.boolConstant(true));
  joinAt(join);
  block_ = differ;
  callMetamethod(m, a, b, result);
  if (block_ != nullptr) {
    Node* truth = emit(ir::Op::kNot, {isFalsy(result)});
    graph_.addInput(phi, truth);
    joinBehind(join, {&truth, 1});
  }
  block_ = join;
  push(phi);
  return true;
}

}  // namespace devvm::jit
