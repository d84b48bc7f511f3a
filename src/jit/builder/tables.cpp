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
constexpr uint32_t kMostSlots = 1u << 20;

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

/// The ways that the site's cell has, if they are all that it met.
FunctionBuilder::Ways FunctionBuilder::waysOf(uint32_t index) const {
  const FeedbackCell& cell = code_.feedback()[index];
  Ways ways;
  if (cell.misses > kMostMisses) return ways;
  if (cell.shape != 0) {
    ways.push_back({cell.shape, cell.offset, 0, static_cast<uint16_t>(CacheKind::kOwnInline), cell.plain});
  }
  bool isFresh = cell.epoch == context_.request.isolate.shapes.prototypeEpoch;
  for (const CacheWay& w : cell.ways) {
    if (w.shape != 0 && w.shape != cell.shape) ways.push_back(w);
  }
  for (const CacheWay& w : ways) {
    bool throughMetatable = static_cast<CacheKind>(w.how) > CacheKind::kOwnOverflow || w.plain == 2;
    if (w.slot > kMostSlots || (throughMetatable && !isFresh)) return {};
  }
  // Strings have no shape to tell them from others by.
  if (ways.size() > 1) std::erase_if(ways, [](const CacheWay& w) { return w.shape == CacheWay::kStrings; });
  return ways;
}

ir::Node* FunctionBuilder::toTable(Node* n) {
  if (n->op == ir::Op::kCheckTable || n->op == ir::Op::kCheckShape || n->op == ir::Op::kNewTable) return n;
  return emit(ir::Op::kCheckTable, {n});
}

/// The code is useless when the shape is freed.
void FunctionBuilder::relyOn(uint32_t shape) {
  auto& shapes = context_.reliance.shapes;
  if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
}

ir::Node* FunctionBuilder::checkShape(Node* table, uint32_t shape) {
  relyOn(shape);
  return emit(ir::Op::kCheckShape, {toTable(table)}, shape);
}

void FunctionBuilder::checkEpoch() { emit(ir::Op::kCheckEpoch, {}, context_.request.isolate.shapes.prototypeEpoch); }

/// Does something for each shape that the object can have: each(table, way), in a block of its own where there are
/// several. What it gives comes together, if it has a result.
template <typename Each>
ir::Node* FunctionBuilder::byShape(Node* object, const Ways& ways, bool hasResult, Each each) {
  if (ways.size() == 1) {
    bool isString = ways[0].shape == CacheWay::kStrings;
    return each(isString ? emit(ir::Op::kCheckString, {object}) : checkShape(object, ways[0].shape), ways[0]);
  }
  Node* table = toTable(object);
  ir::Block* join = graph_.newBlock();
  Node* phi = hasResult ? newPhi(join, whole_.offset) : nullptr;
  for (size_t i = 0; i < ways.size(); i++) {
    ir::Block* next = nullptr;
    if (i + 1 < ways.size()) {
      relyOn(ways[i].shape);
      emit(ir::Op::kBranch, {emit(ir::Op::kHasShape, {table}, ways[i].shape)});
      ir::Block* match = graph_.newBlock();
      next = graph_.newBlock();
      graph_.connect(block_, match);
      graph_.connect(block_, next);
      block_ = match;
    } else {
      table = checkShape(table, ways[i].shape);
    }
    Node* result = each(table, ways[i]);
    emit(ir::Op::kJump, {})->state = before();
    graph_.connect(block_, join);
    if (phi != nullptr) graph_.addInput(phi, result);
    block_ = next;
  }
  block_ = join;
  return phi;
}

ir::Node* FunctionBuilder::loadWay(Node* table, const CacheWay& way) {
  auto how = static_cast<CacheKind>(way.how);
  Node* value;
  switch (how) {
    case CacheKind::kAbsent: return nil();
    case CacheKind::kOwnInline: value = emit(ir::Op::kLoadField, {table}, way.slot); break;
    case CacheKind::kOwnOverflow: value = emit(ir::Op::kLoadProp, {emit(ir::Op::kLoadProps, {table})}, way.slot); break;
    default: {
      const runtime::Shape& holder = context_.request.isolate.shapes[way.holderShape];
      relyOn(way.holderShape);
      Node* owner = emit(ir::Op::kShapeOwner, {}, reinterpret_cast<uintptr_t>(&holder));
      value = how == CacheKind::kHolderInline ? emit(ir::Op::kLoadField, {owner}, way.slot)
                                              : emit(ir::Op::kLoadProp, {emit(ir::Op::kLoadProps, {owner})}, way.slot);
      break;
    }
  }
  // nil may mean that a metatable has a say.
  bool mayBeNil = how <= CacheKind::kOwnOverflow && way.plain != 0;
  return mayBeNil ? value : emit(ir::Op::kCheckNotNil, {value});
}

/// null: the block ends.
ir::Node* FunctionBuilder::getField(Node* object, uint32_t key, uint32_t cell) {
  Ways ways = waysOf(cell);
  bool isKnown = !ways.empty() && failures() < 2, asksEpoch = false;
  for (const CacheWay& w : ways) {
    isKnown = isKnown && static_cast<CacheKind>(w.how) <= CacheKind::kAbsent;
    asksEpoch = asksEpoch || static_cast<CacheKind>(w.how) > CacheKind::kOwnOverflow || w.plain == 2;
  }
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  if (!isKnown) {
    bool wasMet = code_.feedback()[cell].misses != 0 || failures() > 0;
    TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
    if (!wasMet || (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable))) {
      failures() > 0 ? refuse("fields of other things than tables") : exit();
      return nullptr;
    }
    return asLoaded(leaf(ir::Leaf::kGetField, {toTable(object), graph_.constant(code_.constant(key))}), seen);
  }
  if (asksEpoch) checkEpoch();
  Node* value = byShape(object, ways, true, [this](Node* table, const CacheWay& w) { return loadWay(table, w); });
  return asLoaded(value, seen);
}

void FunctionBuilder::storeWay(Node* table, Node* value, const CacheWay& way) {
  auto how = static_cast<CacheKind>(way.how);
  if (how == CacheKind::kAddInline) {
    relyOn(way.holderShape);
    emit(ir::Op::kStoreShape, {table}, way.holderShape);
    emit(ir::Op::kStoreField, {table, value}, way.slot);
    return;
  }
  Node* props = how == CacheKind::kOwnOverflow ? emit(ir::Op::kLoadProps, {table}) : nullptr;
  if (way.plain == 0) {
    emit(ir::Op::kCheckNotNil,
         {props != nullptr ? emit(ir::Op::kLoadProp, {props}, way.slot) : emit(ir::Op::kLoadField, {table}, way.slot)});
  }
  if (props != nullptr) {
    emit(ir::Op::kStoreProp, {props, value}, way.slot);
  } else {
    emit(ir::Op::kStoreField, {table, value}, way.slot);
  }
}

/// False: the block ends.
bool FunctionBuilder::setField(Node* object, Node* value, uint32_t key, uint32_t cell) {
  Ways ways = waysOf(cell);
  bool isKnown = !ways.empty() && failures() < 2, asksEpoch = false;
  for (const CacheWay& w : ways) {
    auto how = static_cast<CacheKind>(w.how);
    bool isNew = how == CacheKind::kAddInline;
    isKnown = isKnown && (how == CacheKind::kOwnInline || how == CacheKind::kOwnOverflow || isNew) &&
              w.shape != CacheWay::kStrings;
    asksEpoch = asksEpoch || isNew || w.plain == 2;
  }
  if (!isKnown) {
    bool wasMet = code_.feedback()[cell].misses != 0 || failures() > 0;
    TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
    if (!wasMet || (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable)) || failures() > 2) {
      failures() > 0 ? refuse("a store to fields of objects of many shapes") : exit();
      return false;
    }
    leaf(ir::Leaf::kSetField, {toTable(object), graph_.constant(code_.constant(key)), value});
    return true;
  }
  if (asksEpoch) checkEpoch();
  byShape(object, ways, false, [&](Node* table, const CacheWay& w) {
    storeWay(table, value, w);
    return value;
  });
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
  bool inArray = site_ != nullptr && (site_->access & kInArray) != 0 && keys.isOnlyInts();
  bool isSure = inArray && site_->access == kInArray && !seen.has(TypeSet::kNil) && failures() < 2;
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
  if (failures() == 0 && (seen.isOnlyInts() || seen.isOnlyFloats())) return asLoaded(value, seen);
  return emit(ir::Op::kCheckNotNil, {value});
}

/// What is in the array part (and not nil, where that `seesNil`) goes one way: inArray(element); everything else goes
/// the other: elsewhere(). What they give comes together; no result is null.
template <typename InArray, typename Elsewhere>
ir::Node* FunctionBuilder::arrayOrElsewhere(Node* array, Node* from0, Node* length, bool seesNil, InArray inArray,
                                            Elsewhere elsewhere) {
  ir::Block *found = graph_.newBlock(), *other = graph_.newBlock(), *join = graph_.newBlock();
  auto goOn = [this](ir::Block* to) {
    emit(ir::Op::kJump, {})->state = before();
    graph_.connect(block_, to);
  };
  bool isRare = (site_->access & kAppended) == 0;
  // An edge from a branch leads to a block of its own.
  auto unless = [&](Node* condition, bool holds) {
    emit(ir::Op::kBranch, {condition});
    ir::Block *more = graph_.newBlock(), *out = graph_.newBlock(), *here = block_;
    graph_.connect(here, holds ? out : more);
    graph_.connect(here, holds ? more : out);
    out->isRare = isRare;
    block_ = out;
    goOn(other);
    block_ = more;
  };
  other->isRare = isRare;
  unless(emit(ir::Op::kIntLtU, {from0, length}), false);
  Node* element = emit(ir::Op::kLoadElement, {array, from0});
  if (seesNil) unless(emit(ir::Op::kIsNil, {element}), true);
  goOn(found);
  block_ = found;
  Node* here = inArray(element);
  goOn(join);
  block_ = other;
  Node* there = elsewhere();
  goOn(join);
  block_ = join;
  if (here == nullptr) return nullptr;
  Node* phi = newPhi(join, whole_.offset);
  graph_.addInput(phi, here);
  graph_.addInput(phi, there);
  return phi;
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
  bool inArray = site_ != nullptr && (site_->access & kInArray) != 0 && keys.isOnlyInts() && !values.has(TypeSet::kNil);
  if (!inArray || failures() > 2) {
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
  if (site_->access != kInArray || failures() > 1) {
    value = notNil();
    arrayOrElsewhere(
        array, from0, length, true,
        [&](Node*) -> Node* {
          emit(ir::Op::kStoreElement, {array, from0, value});
          return nullptr;
        },
        [&]() -> Node* {
          leaf(ir::Leaf::kSetElement, {table, key, value});
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
