// Elements of array parts.

#include <algorithm>
#include <iterator>
#include <utility>

#include "jit/builder/graph_builder.h"

namespace devvm::jit {

using heap::Value;
using ir::Type;

/// Whether all tables that were met here as a first operand are without a metatable.
bool FunctionBuilder::hasPlainTables() const {
  const ShapesMet* met = feedback_ != nullptr && site_ != nullptr ? feedback_->shapesOf(*site_) : nullptr;
  if (met == nullptr || failures() > 0) return false;
  const auto& shapes = context_.request.isolate.shapes;
  return std::all_of(std::begin(met->shapes), std::end(met->shapes), [&](uint32_t shape) {
    return shape == 0 || shapes.byId[shape] == nullptr || shapes.byId[shape]->metatable.isNil();
  });
}

ir::Node* FunctionBuilder::getIndex(Node* object, Node* key) {
  TypeSet keys = typesOf(key, 1);
  TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
  if (keys.isEmpty() || objects.isEmpty()) {
    if (failures() == 0) {
      exit();
      return nullptr;
    }
  } else if (!objects.isOnly(TypeSet::kTable)) {
    exit();
    return nullptr;
  }
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  Node* table = toTable(object);
  bool inArray = site_ != nullptr && (site_->access & kInArray) != 0 && keys.isOnlyInts();
  bool isSure = inArray && site_->access == kInArray && !seen.has(TypeSet::kNil) && failures() == 0;
  if (!inArray || failures() > 2) return asLoaded(leaf(ir::Leaf::kGetElement, {table, key}), seen);
  Node* array = emit(ir::Op::kLoadArray, {table});
  Node* length = emit(ir::Op::kLoadLength, {array});
  Node* from0 = emit(ir::Op::kIntSub, {toInt(key), graph_.intConstant(1)});
  if (!isSure) {
    // Where nil was never seen, what comes out of the array needs no test for it but that of its type.
    bool seesNil = seen.has(TypeSet::kNil) || failures() > 1;
    return arrayOrElsewhere(
        array, from0, length, seesNil,
        [&](Node* element) {
          if (seesNil || seen.isOnlyInts() || seen.isOnlyFloats()) return asLoaded(element, seen);
          return emit(ir::Op::kCheckNotNil, {element});
        },
        [&] { return asLoaded(leaf(ir::Leaf::kGetElement, {table, key}), seen); });
  }
  Node* index = emit(ir::Op::kCheckIndex, {from0, length});
  Node* value = emit(ir::Op::kLoadElement, {array, index});
  if (seen.isOnlyInts() || seen.isOnlyFloats()) return asLoaded(value, seen);
  return emit(ir::Op::kCheckNotNil, {value});
}

/// What is in the array part (and not nil, where that `seesNil`) goes one way: inArray(element); everything else goes
/// the other: elsewhere(). What they give comes together; no result is null.
template <typename InArray, typename Elsewhere>
ir::Node* FunctionBuilder::arrayOrElsewhere(Node* array, Node* from0, Node* length, bool seesNil, InArray inArray,
                                            Elsewhere elsewhere) {
  ir::Block *found = graph_.newBlock(), *other = graph_.newBlock(), *join = graph_.newBlock();
  bool isRare = (site_->access & kAppended) == 0;
  // An edge from a branch leads to a block of its own.
  auto leaves = [&](ir::Block* out) {
    ir::Block* here = std::exchange(block_, out);
    out->isRare = isRare;
    joinAt(other);
    block_ = here;
  };
  other->isRare = isRare;
  leaves(branchAway(emit(ir::Op::kIntLtU, {from0, length})));
  Node* element = emit(ir::Op::kLoadElement, {array, from0});
  if (seesNil) leaves(branchAway(emit(ir::Op::kNot, {emit(ir::Op::kIsNil, {element})})));
  joinAt(found);
  block_ = found;
  Node* here = inArray(element);
  joinAt(join);
  block_ = other;
  Node* there = elsewhere();
  joinAt(join);
  block_ = join;
  if (here == nullptr) return nullptr;
  Node* phi = newPhi(join, whole_.offset);
  graph_.addInput(phi, here);
  graph_.addInput(phi, there);
  return phi;
}

/// Right behind the last element of a plain table; otherwise elsewhere().
template <typename Elsewhere>
void FunctionBuilder::appendOr(Node* table, Node* array, Node* from0, Node* length, Node* value, Elsewhere elsewhere) {
  ir::Block *other = branchAway(emit(ir::Op::kIntEq, {from0, length})), *join = graph_.newBlock();
  other->isRare = (site_->access & kElsewhere) == 0;
  emit(ir::Op::kCheckPlain, {table});
  emit(ir::Op::kAppendElement, {table, array, value});
  joinAt(join);
  block_ = other;
  elsewhere();
  joinAt(join);
  block_ = join;
}

void FunctionBuilder::setIndex(Node* object, Node* key, Node* value) {
  TypeSet keys = typesOf(key, 1);
  TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
  if (failures() == 0 && (keys.isEmpty() || objects.isEmpty())) return exit();
  if (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable)) return exit();
  Node* table = toTable(object);
  TypeSet values = typesOf(value, 2);
  uint8_t access = site_ != nullptr && keys.isOnlyInts() && !values.has(TypeSet::kNil) ? site_->access : 0;
  bool inArray = (access & kInArray) != 0, appends = (access & kAppended) != 0 && failures() == 0;
  if ((!inArray && !appends) || failures() > 2) {
    leaf(ir::Leaf::kSetElement, {table, key, value});
    return;
  }
  auto notNil = [&] {
    if (value->type != Type::kTagged && value->type != Type::kSame) return value;
    if (failures() == 0 && values.isOnlyFloats()) return emit(ir::Op::kCheckFloat, {value});
    if (failures() == 0 && values.isOnlyInts()) return emit(ir::Op::kCheckInt, {value});
    return emit(ir::Op::kCheckNotNil, {value});
  };
  Node* array = emit(ir::Op::kLoadArray, {table});
  Node* length = emit(ir::Op::kLoadLength, {array});
  Node* from0 = emit(ir::Op::kIntSub, {toInt(key), graph_.intConstant(1)});
  if (appends && access == kAppended) {
    value = notNil();
    emit(ir::Op::kCheckPlain, {table});
    emit(ir::Op::kCheckTrue, {emit(ir::Op::kIntEq, {from0, length})});
    emit(ir::Op::kAppendElement, {table, array, value});
    return;
  }
  if (access != kInArray || failures() > 0) {
    value = notNil();
    arrayOrElsewhere(
        array, from0, length, true,
        [&](Node*) -> Node* {
          emit(ir::Op::kStoreElement, {array, from0, value});
          return nullptr;
        },
        [&]() -> Node* {
          if (appends) {
            appendOr(table, array, from0, length, value, [&] { leaf(ir::Leaf::kSetElement, {table, key, value}); });
          } else {
            leaf(ir::Leaf::kSetElement, {table, key, value});
          }
          return nullptr;
        });
    return;
  }
  Node* index = emit(ir::Op::kCheckIndex, {from0, length});
  // Over nil a metatable may have a say, and nil may shorten the array.
  emit(ir::Op::kCheckNotNil, {emit(ir::Op::kLoadElement, {array, index})});
  emit(ir::Op::kStoreElement, {array, index, notNil()});
}

}  // namespace devvm::jit
