// Fields by the shapes that inline caches saw, elements of array parts, upvalues.

#include <algorithm>

#include "jit/builder/graph_builder.h"

namespace devvm::jit {

using heap::Value;
using ir::Type;
using runtime::CacheKind;
using runtime::CacheWay;
using runtime::FeedbackCell;

namespace {

/// Misses of a site until it counts as one that sees many shapes, whatever its cell holds now.
constexpr uint16_t kMostMisses = 12;

}  // namespace

/// The closure that runs.
ir::Node* FunctionBuilder::closureHere() {
  if (callee_ == nullptr && depth_ == 0) {
    ir::Block* entry = graph_.entry();
    for (Node* n = entry->first; n != nullptr; n = n->next) {
      if (n->op == ir::Op::kCallee) return n;
    }
    Node* n = graph_.newNode(ir::Op::kCallee, {});
    n->origin = {function_, 0};
    graph_.insertAtStart(entry, n);
    return n;
  }
  return callee_;
}

ir::Node* FunctionBuilder::cellOf(uint32_t upvalue) { return emit(ir::Op::kLoadUpvalue, {closureHere()}, upvalue); }

/// The one way that the site's cell has, if it may be relied on.
std::optional<CacheWay> FunctionBuilder::onlyWay(uint32_t index) const {
  const FeedbackCell& cell = code_.feedback()[index];
  if (cell.misses > kMostMisses) return std::nullopt;
  std::optional<CacheWay> only;
  if (cell.shape != 0) {
    only = CacheWay{cell.shape, cell.offset, 0, static_cast<uint16_t>(CacheKind::kOwnInline), cell.plain};
  }
  for (const CacheWay& w : cell.ways) {
    if (w.shape == 0) continue;
    if (only) return std::nullopt;
    only = w;
  }
  if (!only || only->slot > (1u << 20)) return std::nullopt;
  bool throughMetatable = static_cast<CacheKind>(only->how) > CacheKind::kOwnOverflow || only->plain == 2;
  if (throughMetatable && cell.epoch != context_.request.isolate.shapes.prototypeEpoch) return std::nullopt;
  return only;
}

ir::Node* FunctionBuilder::toTable(Node* n) {
  if (n->op == ir::Op::kCheckTable || n->op == ir::Op::kCheckShape || n->op == ir::Op::kNewTable) return n;
  return emit(ir::Op::kCheckTable, {n});
}

ir::Node* FunctionBuilder::checkShape(Node* table, uint32_t shape) {
  auto& shapes = context_.reliance.shapes;
  if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
  return emit(ir::Op::kCheckShape, {toTable(table)}, shape);
}

void FunctionBuilder::checkEpoch() { emit(ir::Op::kCheckEpoch, {}, context_.request.isolate.shapes.prototypeEpoch); }

/// null: the block ends.
ir::Node* FunctionBuilder::getField(Node* object, uint32_t cell) {
  std::optional<CacheWay> way = onlyWay(cell);
  if (!way || static_cast<CacheKind>(way->how) > CacheKind::kAbsent || failures() > 1) {
    if (failures() > 0) {
      refuse("a field of objects of many shapes");
    } else {
      exit();
    }
    return nullptr;
  }
  auto how = static_cast<CacheKind>(way->how);
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  Node* table =
      way->shape == CacheWay::kStrings ? emit(ir::Op::kCheckString, {object}) : checkShape(object, way->shape);
  bool own = how <= CacheKind::kOwnOverflow;
  if (!own || way->plain == 2) checkEpoch();
  Node* value;
  switch (how) {
    case CacheKind::kAbsent: return nil();
    case CacheKind::kOwnInline: value = emit(ir::Op::kLoadField, {table}, way->slot); break;
    case CacheKind::kOwnOverflow:
      value = emit(ir::Op::kLoadProp, {emit(ir::Op::kLoadProps, {table})}, way->slot);
      break;
    default: {
      const runtime::Shape& holder = context_.request.isolate.shapes[way->holderShape];
      auto& shapes = context_.reliance.shapes;
      if (std::find(shapes.begin(), shapes.end(), way->holderShape) == shapes.end()) {
        shapes.push_back(way->holderShape);
      }
      Node* owner = emit(ir::Op::kShapeOwner, {}, reinterpret_cast<uintptr_t>(&holder));
      value = how == CacheKind::kHolderInline ? emit(ir::Op::kLoadField, {owner}, way->slot)
                                              : emit(ir::Op::kLoadProp, {emit(ir::Op::kLoadProps, {owner})}, way->slot);
      break;
    }
  }
  if (failures() == 0 && (seen.isOnlyInts() || seen.isOnlyFloats())) return asLoaded(value, seen);
  // nil may mean that a metatable has a say.
  bool mayBeNil = own && way->plain != 0;
  return mayBeNil ? value : emit(ir::Op::kCheckNotNil, {value});
}

/// False: the block ends.
bool FunctionBuilder::setField(Node* object, Node* value, uint32_t cell) {
  std::optional<CacheWay> way = onlyWay(cell);
  auto how = way ? static_cast<CacheKind>(way->how) : CacheKind::kEmpty;
  bool adds = how == CacheKind::kAddInline;
  bool known = how == CacheKind::kOwnInline || how == CacheKind::kOwnOverflow || adds;
  if (!known || failures() > 1 || way->shape == CacheWay::kStrings) {
    if (failures() > 0) {
      refuse("a store to fields of objects of many shapes");
    } else {
      exit();
    }
    return false;
  }
  Node* table = checkShape(object, way->shape);
  auto mayBeNil = [](const Node* n) {
    return (n->type == Type::kTagged && !(n->op == ir::Op::kConstant && !n->value().isNil()) &&
            n->op != ir::Op::kCheckNotNil && n->op != ir::Op::kNewTable && n->op != ir::Op::kCheckTable &&
            n->op != ir::Op::kCheckShape && n->op != ir::Op::kNewClosure) ||
           n->type == Type::kSame;
  };
  if (adds) {
    checkEpoch();
    auto& shapes = context_.reliance.shapes;
    if (std::find(shapes.begin(), shapes.end(), way->holderShape) == shapes.end()) shapes.push_back(way->holderShape);
    // nil makes no field.
    if (mayBeNil(value)) value = emit(ir::Op::kCheckNotNil, {value});
    emit(ir::Op::kStoreShape, {table}, way->holderShape);
    emit(ir::Op::kStoreField, {table, value}, way->slot);
    return true;
  }
  Node* props = how == CacheKind::kOwnOverflow ? emit(ir::Op::kLoadProps, {table}) : nullptr;
  if (way->plain == 2) checkEpoch();
  if (way->plain == 0) {
    Node* old =
        props != nullptr ? emit(ir::Op::kLoadProp, {props}, way->slot) : emit(ir::Op::kLoadField, {table}, way->slot);
    emit(ir::Op::kCheckNotNil, {old});
  }
  if (props != nullptr) {
    emit(ir::Op::kStoreProp, {props, value}, way->slot);
  } else {
    emit(ir::Op::kStoreField, {table, value}, way->slot);
  }
  return true;
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
    failures() > 0 ? refuse("elements of other things than tables") : exit();
    return nullptr;
  }
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  Node* table = toTable(object);
  bool inArray = site_ != nullptr && site_->access == kInArray && keys.isOnlyInts() && !seen.has(TypeSet::kNil);
  if (!inArray || failures() > 1) {
    return asLoaded(leaf(ir::Leaf::kGetElement, {table, key}), seen);
  }
  Node* array = emit(ir::Op::kLoadArray, {table});
  Node* length = emit(ir::Op::kLoadLength, {array});
  Node* from0 = emit(ir::Op::kIntSub, {toInt(key), graph_.intConstant(1)});
  Node* index = emit(ir::Op::kCheckIndex, {from0, length});
  Node* value = emit(ir::Op::kLoadElement, {array, index});
  if (failures() == 0 && (seen.isOnlyInts() || seen.isOnlyFloats())) return asLoaded(value, seen);
  return emit(ir::Op::kCheckNotNil, {value});
}

void FunctionBuilder::setIndex(Node* object, Node* key, Node* value) {
  TypeSet keys = typesOf(key, 1);
  TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
  if (failures() == 0 && (keys.isEmpty() || objects.isEmpty())) return exit();
  if (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable)) {
    return failures() > 0 ? refuse("elements of other things than tables") : exit();
  }
  Node* table = toTable(object);
  TypeSet values = typesOf(value, 2);
  bool inArray = site_ != nullptr && site_->access == kInArray && keys.isOnlyInts() && !values.has(TypeSet::kNil);
  if (!inArray || failures() > 1) {
    leaf(ir::Leaf::kSetElement, {table, key, value});
    return;
  }
  Node* array = emit(ir::Op::kLoadArray, {table});
  Node* length = emit(ir::Op::kLoadLength, {array});
  Node* from0 = emit(ir::Op::kIntSub, {toInt(key), graph_.intConstant(1)});
  Node* index = emit(ir::Op::kCheckIndex, {from0, length});
  // Over nil a metatable may have a say, and nil may shorten the array.
  emit(ir::Op::kCheckNotNil, {emit(ir::Op::kLoadElement, {array, index})});
  if (value->type == Type::kTagged || value->type == Type::kSame) {
    if (values.isOnlyFloats()) {
      value = emit(ir::Op::kCheckFloat, {value});
    } else if (values.isOnlyInts()) {
      value = emit(ir::Op::kCheckInt, {value});
    } else {
      value = emit(ir::Op::kCheckNotNil, {value});
    }
  }
  emit(ir::Op::kStoreElement, {array, index, value});
}

}  // namespace devvm::jit
