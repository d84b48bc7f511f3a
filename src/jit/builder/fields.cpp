// Fields by the shapes that sites met, in inline caches and in profiled slices.

#include "runtime/field_ways.h"

#include <algorithm>

#include "jit/builder/graph_builder.h"
#include "runtime/language.h"
#include "runtime/tables.h"

namespace devvm::jit {

using heap::Value;
using runtime::CacheKind;
using runtime::CacheWay;
using runtime::FeedbackCell;
using runtime::Shape;
using runtime::String;

namespace {

/// Misses of a site until it counts as one that sees many shapes, whatever its cell holds now.
constexpr uint16_t kMostMisses = 12;
constexpr uint32_t kMostSlots = 1u << 20;
/// Shapes for which a site has a way of its own.
constexpr size_t kMostWays = 6;
/// Compilations that were left at a site until it has no ways any more. Each of a function's entries may be left
/// because of the same shape, which was new to all of them.
constexpr uint32_t kMostFailures = 3;

CacheKind kindOf(const CacheWay& w) { return static_cast<CacheKind>(w.how); }
bool isHolder(const CacheWay& w) {
  return kindOf(w) == CacheKind::kHolderInline || kindOf(w) == CacheKind::kHolderOverflow;
}

}  // namespace

/// The ways of the site for the shapes that it met; `complete`: all of them, as far as is known.
FunctionBuilder::Ways FunctionBuilder::waysOf(uint32_t index, String* key, bool stores, bool& complete) const {
  runtime::Isolate& isolate = context_.request.isolate;
  const FeedbackCell& cell = code_.feedback()[index];
  bool isFresh = cell.epoch == isolate.shapes.prototypeEpoch;
  const ShapesMet* met = feedback_ != nullptr && site_ != nullptr ? feedback_->shapesOf(*site_) : nullptr;
  // A cell that is full misses all further shapes, even if it is but one: slices have seen which.
  complete = cell.misses <= kMostMisses || (met != nullptr && !met->more && failures() == 0);
  Ways ways;
  auto consider = [&](uint32_t shape, const CacheWay* cached) {
    if (shape == 0 || std::any_of(ways.begin(), ways.end(), [&](const Way& w) { return w.shape == shape; })) return;
    std::optional<CacheWay> way;
    if (shape != CacheWay::kStrings && isolate.shapes.byId[shape] != nullptr) {
      way = stores ? runtime::wayToStore(isolate, shape, key) : runtime::wayToRead(isolate, shape, key);
    }
    if (!way && cached != nullptr && isFresh) way = *cached;
    bool fits = way && way->slot <= kMostSlots && ways.size() < kMostWays;
    if (fits) {
      CacheKind how = kindOf(*way);
      fits = stores ? shape != CacheWay::kStrings && (how == CacheKind::kOwnInline || how == CacheKind::kOwnOverflow ||
                                                      how == CacheKind::kAddInline)
                    : how <= CacheKind::kAbsent;
    }
    if (fits) ways.push_back(Way{*way});
    complete = complete && fits;
  };
  CacheWay first{cell.shape, cell.offset, 0, static_cast<uint16_t>(CacheKind::kOwnInline), cell.plain};
  consider(cell.shape, &first);
  for (const CacheWay& w : cell.ways) consider(w.shape, &w);
  if (met != nullptr) {
    for (uint32_t shape : met->shapes) consider(shape, nullptr);
    complete = complete && !met->more;
  }
  // Strings have no shape to tell them from others by.
  if (ways.size() > 1 && std::erase_if(ways, [](const Way& w) { return w.shape == CacheWay::kStrings; }) != 0) {
    complete = false;
  }
  return ways;
}

ir::Node* FunctionBuilder::toTable(Node* n) {
  if (n->op == ir::Op::kCheckTable || n->op == ir::Op::kCheckShape || n->op == ir::Op::kCheckShapes ||
      n->op == ir::Op::kNewTable) {
    return n;
  }
  if (const Value* object = objectOf(n); object != nullptr && object->isTable()) return n;
  return emit(ir::Op::kCheckTable, {n});
}

/// The code is useless when the shape is freed.
void FunctionBuilder::relyOn(uint32_t shape) {
  auto& shapes = context_.reliance.shapes;
  if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
}

ir::Node* FunctionBuilder::checkShape(Node* table, uint32_t shape) {
  if (const Value* object = objectOf(table); object != nullptr && object->isTable()) {
    // A table with a shape of its own keeps it until it gets a dictionary.
    bool keeps = context_.request.isolate.shapes[shape].unique() && runtime::asTable(*object)->word == shape;
    if (keeps && relyOnFacts({{shape, runtime::ShapeFact::kExists}})) return table;
  }
  relyOn(shape);
  return emit(ir::Op::kCheckShape, {toTable(table)}, shape);
}

void FunctionBuilder::checkEpoch() { emit(ir::Op::kCheckEpoch, {}, context_.request.isolate.shapes.prototypeEpoch); }

/// Does something for each shape that the object can have: each(table, way), in a block of its own where there are
/// several, and `otherwise(table)` for all other shapes, if there may be any. What it gives comes together, if it has a
/// result.
template <typename Each, typename Otherwise>
ir::Node* FunctionBuilder::byShape(Node* object, const Ways& ways, bool hasResult, Rest rest, Each each,
                                   Otherwise otherwise) {
  bool open = rest != Rest::kNone;
  if (ways.size() == 1 && !open) {
    bool isString = ways[0].shape == CacheWay::kStrings;
    return each(isString ? emit(ir::Op::kCheckString, {object}) : checkShape(object, ways[0].shape), ways[0]);
  }
  Node* table = toTable(object);
  auto isAlike = [&](const Way& w) {
    const Way& first = ways[0];
    return w.how == first.how && w.slot == first.slot && w.holderShape == first.holderShape && w.plain == first.plain &&
           w.certain == first.certain;
  };
  if (!open && std::all_of(ways.begin(), ways.end(), isAlike)) {
    uint32_t shapes[kMostWays];
    for (size_t i = 0; i < ways.size(); i++) relyOn(shapes[i] = ways[i].shape);
    const auto* set = graph_.shapeSet({shapes, ways.size()});
    return each(emit(ir::Op::kCheckShapes, {table}, reinterpret_cast<uintptr_t>(set)), ways[0]);
  }
  ir::Block* join = graph_.newBlock();
  Node* phi = hasResult ? newPhi(join, whole_.offset) : nullptr;
  auto meet = [&](Node* result) {
    joinAt(join);
    if (phi != nullptr) graph_.addInput(phi, result);
  };
  for (size_t i = 0; i < ways.size(); i++) {
    ir::Block* next = nullptr;
    if (i + 1 < ways.size() || open) {
      relyOn(ways[i].shape);
      next = branchAway(emit(ir::Op::kHasShape, {table}, ways[i].shape));
    } else {
      table = checkShape(table, ways[i].shape);
    }
    meet(each(table, ways[i]));
    block_ = next;
  }
  if (open) {
    block_->isRare = rest == Rest::kRare;
    meet(otherwise(table));
  }
  block_ = join;
  if (phi != nullptr) phi->mark = kComplete;
  return phi;
}

ir::Node* FunctionBuilder::loadWay(Node* table, const Way& way, String* key) {
  Node* value;
  switch (kindOf(way)) {
    case CacheKind::kAbsent: return nil();
    case CacheKind::kOwnInline: value = emit(ir::Op::kLoadField, {table}, way.slot); break;
    case CacheKind::kOwnOverflow: value = emit(ir::Op::kLoadProp, {emit(ir::Op::kLoadProps, {table})}, way.slot); break;
    default: {
      const Shape& holder = context_.request.isolate.shapes[way.holderShape];
      if (Node* constant = constantOf(way)) return constant;
      relyOn(way.holderShape);
      Node* owner = way.certain ? known(holder.owner) : nullptr;
      if (owner == nullptr) owner = emit(ir::Op::kShapeOwner, {}, reinterpret_cast<uintptr_t>(&holder));
      value = kindOf(way) == CacheKind::kHolderInline
                  ? emit(ir::Op::kLoadField, {owner}, way.slot)
                  : emit(ir::Op::kLoadProp, {emit(ir::Op::kLoadProps, {owner})}, way.slot);
      break;
    }
  }
  // nil may mean that a metatable has a say.
  bool mayBeNil = kindOf(way) <= CacheKind::kOwnOverflow && way.plain != 0;
  if (mayBeNil || failures() < 2) return mayBeNil ? value : emit(ir::Op::kCheckNotNil, {value});
  ir::Block *isNil = branchAway(emit(ir::Op::kNot, {emit(ir::Op::kIsNil, {value})})), *join = graph_.newBlock();
  Node* phi = newPhi(join, whole_.offset);
  graph_.addInput(phi, value);
  joinAt(join);
  block_ = isNil;
  isNil->isRare = true;
  graph_.addInput(phi,
                  leaf(ir::Leaf::kGetField, {table, graph_.constant(heap::Value::pointer(heap::Tag::kString, key))}));
  joinAt(join);
  block_ = join;
  return phi;
}

uint32_t FunctionBuilder::slotOf(const Shape& holder, const CacheWay& way) {
  bool isInline = kindOf(way) == CacheKind::kHolderInline || kindOf(way) == CacheKind::kOwnInline;
  return isInline ? (way.slot - static_cast<uint32_t>(runtime::Table::kInlineOffset)) / 8
                  : way.slot + holder.inlineCapacity;
}

/// Makes ways that go through metatables certain, where facts allow that. True: for some the epoch has to be asked.
bool FunctionBuilder::asksEpoch(Ways& ways, String* key, bool stores) {
  bool asks = false;
  for (Way& w : ways) {
    if (w.shape == CacheWay::kStrings) {
      w.certain = stringsFind(w);
      asks = asks || !w.certain;
      continue;
    }
    if (stores) {
      bool adds = kindOf(w) == CacheKind::kAddInline;
      bool hasSay = adds || w.plain == 2 || w.plain == 0;
      if (!hasSay) continue;
      w.certain = isWithoutNewIndex(w.shape);
      if (w.certain && !adds) w.plain = 2;
      asks = asks || (!w.certain && (adds || w.plain == 2));
      continue;
    }
    bool own = kindOf(w) <= CacheKind::kOwnOverflow;
    if (own && w.plain == 1) continue;
    std::vector<runtime::ShapeFact> facts;
    Found found;
    Lookup lookup = lookUpBehind(w.shape, key, found, facts);
    bool fits = own ? lookup == Lookup::kAbsent
                    : (lookup == Lookup::kAbsent) == (kindOf(w) == CacheKind::kAbsent) &&
                          (lookup == Lookup::kAbsent ||
                           (lookup == Lookup::kFound && isHolder(w) && found.holder->id == w.holderShape));
    w.certain = fits && relyOnFacts(facts);
    if (w.certain && own) w.plain = 2;
    asks = asks || (!w.certain && (!own || w.plain == 2));
  }
  return asks;
}

/// What other shapes the site meets. It knows those because of which it was left before.
FunctionBuilder::Rest FunctionBuilder::restOf(bool complete) const {
  return !complete ? Rest::kSome : failures() > 0 ? Rest::kRare : Rest::kNone;
}

/// The ways of a site that reads, with what they rely on; `ways` is empty if there is none.
FunctionBuilder::WaysHere FunctionBuilder::waysToRead(String* key, uint32_t cell) {
  WaysHere here;
  bool complete;
  here.ways = waysOf(cell, key, false, complete);
  if (failures() > (complete ? kMostFailures : 1)) here.ways.clear();
  if (here.ways.empty()) return here;
  here.asksEpoch = asksEpoch(here.ways, key, false);
  if (here.ways[0].shape != CacheWay::kStrings) here.rest = restOf(complete);
  return here;
}

/// What the way finds behind a metatable, if that is a constant; else null.
ir::Node* FunctionBuilder::constantOf(const Way& way) {
  if (!way.certain || !isHolder(way)) return nullptr;
  const Shape& holder = context_.request.isolate.shapes[way.holderShape];
  return constantSlot(holder, slotOf(holder, way));
}

/// null: the block ends.
ir::Node* FunctionBuilder::getField(Node* object, uint32_t key, uint32_t cell) {
  String* name = runtime::asString(code_.constant(key));
  if (const Value* table = objectOf(object); table != nullptr && table->isTable()) {
    if (Node* constant = constantField(*table, name)) return constant;
  }
  WaysHere here = waysToRead(name, cell);
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  auto anyShape = [&](Node* table) { return leaf(ir::Leaf::kGetField, {table, graph_.constant(code_.constant(key))}); };
  if (here.ways.empty()) {
    bool wasMet = code_.feedback()[cell].misses != 0 || failures() > 0;
    TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
    if (!wasMet || (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable))) {
      exit();
      return nullptr;
    }
    return asLoaded(anyShape(toTable(object)), seen);
  }
  if (here.asksEpoch) checkEpoch();
  auto load = [&](Node* table, const Way& w) { return loadWay(table, w, name); };
  Node* value = byShape(object, here.ways, true, here.rest, load, anyShape);
  return value->isConstant() ? value : asLoaded(value, seen);
}

/// Whether the language has an error for methods that are not there.
bool FunctionBuilder::isStrict() const { return code_.language != nullptr && code_.language->noMethod != nullptr; }

/// An own field, nil included. null: the block ends.
ir::Node* FunctionBuilder::getProperty(Node* object, uint32_t key, uint32_t cell) {
  bool complete;
  Ways ways = waysOf(cell, runtime::asString(code_.constant(key)), false, complete);
  // What is found elsewhere is for the language to say.
  if (std::erase_if(ways, [](const Way& w) { return kindOf(w) > CacheKind::kOwnOverflow; }) != 0) complete = false;
  for (Way& w : ways) w.plain = 1;
  if (failures() > (complete ? kMostFailures : 1)) ways.clear();
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  auto anyShape = [&](Node* table) {
    return leaf(ir::Leaf::kGetProperty, {table, graph_.constant(code_.constant(key))});
  };
  if (ways.empty()) {
    TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
    bool wasMet = code_.feedback()[cell].misses != 0 || failures() > 0;
    if (!wasMet || (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable))) {
      exit();
      return nullptr;
    }
    return asLoaded(anyShape(toTable(object)), seen);
  }
  auto load = [&](Node* table, const Way& w) { return loadWay(table, w, nullptr); };
  return asLoaded(byShape(object, ways, true, restOf(complete), load, anyShape), seen);
}

void FunctionBuilder::storeWay(Node* table, Node* value, const CacheWay& way) {
  if (kindOf(way) == CacheKind::kAddInline) {
    relyOn(way.holderShape);
    emit(ir::Op::kStoreShape, {table}, way.holderShape);
    emit(ir::Op::kStoreField, {table, value}, way.slot);
    noteShape(table, way.holderShape);
    return;
  }
  Node* props = kindOf(way) == CacheKind::kOwnOverflow ? emit(ir::Op::kLoadProps, {table}) : nullptr;
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
  String* name = runtime::asString(code_.constant(key));
  bool complete;
  Ways ways = waysOf(cell, name, true, complete);
  auto anyShape = [&](Node* table) {
    leaf(ir::Leaf::kSetField, {table, graph_.constant(code_.constant(key)), value});
    return value;
  };
  if (ways.empty() || failures() > (complete ? kMostFailures : 1)) {
    bool wasMet = code_.feedback()[cell].misses != 0 || failures() > 0;
    TypeSet objects = site_ != nullptr ? site_->operands[0] : TypeSet();
    bool isHopeless = failures() > (ways.empty() || !complete ? 2 : kMostFailures + 1);
    if (!wasMet || (!objects.isEmpty() && !objects.isOnly(TypeSet::kTable)) || isHopeless) {
      exit();
      return false;
    }
    anyShape(toTable(object));
    return true;
  }
  if (asksEpoch(ways, name, true)) checkEpoch();
  byShape(
      object, ways, false, restOf(complete),
      [&](Node* table, const Way& w) {
        storeWay(table, value, w);
        return value;
      },
      anyShape);
  return true;
}

}  // namespace devvm::jit
