// What is the same whenever the code runs, or else ends it (runtime::ShapeFact): functions in the tables of globals and
// modules, methods behind shapes, captured variables that nobody assigns. It costs neither loads nor guards.

#include <algorithm>
#include <deque>

#include "jit/builder/graph_builder.h"
#include "runtime/field_ways.h"
#include "runtime/tables.h"

namespace devvm::jit {

using heap::Value;
using runtime::Meta;
using runtime::Shape;
using runtime::ShapeFact;
using runtime::ShapeTable;
using runtime::String;

namespace {

constexpr int kDeepest = 16;
/// Compiled code that was wrong so often about the keys of a table does not rely on them again.
constexpr uint8_t kMostChanges = 4;

}  // namespace

/// A value as a constant of the graph; null: it cannot be one.
ir::Node* FunctionBuilder::known(Value v) {
  if (!v.isHeap()) return v.isNil() || v.isBoolean() || v.isNumber() ? constant(v) : nullptr;
  bool isSized = runtime::isKind(v, runtime::Kind::kBlock) || runtime::isKind(v, runtime::Kind::kArray) ||
                 runtime::isKind(v, runtime::Kind::kBuffer);
  if (!v.isTable() && !v.isFunction() && !isSized) return nullptr;
  auto& objects = context_.reliance.objects;
  if (objects == nullptr) objects = std::make_unique<runtime::CodeObjects>();
  auto at = std::find_if(objects->begin(), objects->end(), [v](const auto& o) { return o.value == v; });
  if (at == objects->end()) {
    bool isClosure = v.isFunction() && runtime::isKind(v, runtime::Kind::kClosure);
    objects->push_back({v, isClosure ? runtime::as<runtime::Closure>(v)->code : nullptr});
    at = objects->end() - 1;
  }
  return graph_.object(&*at);
}

/// The object that the node is for certain, or null.
const Value* FunctionBuilder::objectOf(const Node* n) {
  return n->op == ir::Op::kObject ? &n->pointer<runtime::CodeObject>()->value : nullptr;
}

/// False: the code cannot rely on that.
bool FunctionBuilder::relyOnFacts(const std::vector<ShapeFact>& facts) {
  ShapeTable& shapes = context_.request.isolate.shapes;
  for (const ShapeFact& f : facts) {
    if (f.what == ShapeFact::kKeys && shapes[f.shape].watchedChanges >= kMostChanges) return false;
  }
  auto& all = context_.reliance.facts;
  for (const ShapeFact& f : facts) {
    if (std::find(all.begin(), all.end(), f) == all.end()) all.push_back(f);
    if (f.shape != ShapeFact::kNoShape) relyOn(f.shape);
  }
  return true;
}

/// What tables of the shape find by __index, if they do not have the key themselves.
FunctionBuilder::Lookup FunctionBuilder::lookUpBehind(uint32_t shape, const String* key, Found& found,
                                                      std::vector<ShapeFact>& facts) const {
  runtime::Isolate& isolate = context_.request.isolate;
  Shape* s = &isolate.shapes[shape];
  // Others that share the shape share its metatable.
  if (s->unique()) facts.push_back({s->id, ShapeFact::kKeys});
  for (int i = 0; i < kDeepest; i++) {
    if (s->metatable.isNil()) return Lookup::kAbsent;
    Shape& meta = isolate.shapes.of(runtime::asTable(s->metatable));
    if (!meta.unique()) return Lookup::kUnknown;
    const String* index = runtime::asString(isolate.metaNames[static_cast<size_t>(Meta::kIndex)]);
    uint32_t slot = isolate.shapes.find(meta, index);
    if (slot == ShapeTable::kNone) {
      facts.push_back({meta.id, ShapeFact::kKeys});
      return Lookup::kAbsent;
    }
    if (!meta.isConstant(slot)) return Lookup::kUnknown;
    facts.push_back({meta.id, slot});
    Value holder = heap::loadSlot(runtime::namedSlot(runtime::asTable(meta.owner), slot));
    if (holder.isNil()) return Lookup::kAbsent;  // until that slot gets a value
    if (!holder.isTable()) return Lookup::kUnknown;
    s = &isolate.shapes.of(runtime::asTable(holder));
    if (!s->unique()) return Lookup::kUnknown;
    slot = isolate.shapes.find(*s, key);
    if (slot != ShapeTable::kNone) {
      found = {s, slot};
      facts.push_back({s->id, ShapeFact::kExists});
      return Lookup::kFound;
    }
    facts.push_back({s->id, ShapeFact::kKeys});
  }
  return Lookup::kUnknown;
}

/// Whether stores of new fields into tables of the shape concern nobody else, for certain.
bool FunctionBuilder::isWithoutNewIndex(uint32_t shape) {
  runtime::Isolate& isolate = context_.request.isolate;
  const Shape& s = isolate.shapes[shape];
  std::vector<ShapeFact> facts;
  if (s.unique()) facts.push_back({s.id, ShapeFact::kKeys});
  if (!s.metatable.isNil()) {
    Shape& meta = isolate.shapes.of(runtime::asTable(s.metatable));
    const String* name = runtime::asString(isolate.metaNames[static_cast<size_t>(Meta::kNewIndex)]);
    if (!meta.unique() || isolate.shapes.find(meta, name) != ShapeTable::kNone) return false;
    facts.push_back({meta.id, ShapeFact::kKeys});
  }
  return relyOnFacts(facts);
}

/// Whether no table has the metamethod (a Meta), or strings have their first metatable (kStringsChanged), for certain.
bool FunctionBuilder::isUnused(unsigned meta) {
  bool used = context_.request.isolate.shapes.usedMeta >> meta & 1;
  return !used && relyOnFacts({{ShapeFact::kNoShape, meta}});
}

/// Whether methods of strings are in the table that the way says, for certain.
bool FunctionBuilder::stringsFind(const Way& way) {
  runtime::Isolate& isolate = context_.request.isolate;
  Value metatable = isolate.typeMetatables[static_cast<int>(runtime::BasicType::kString)];
  if (!metatable.isTable()) return false;
  Shape& meta = isolate.shapes.of(runtime::asTable(metatable));
  if (!meta.unique()) return false;
  const String* index = runtime::asString(isolate.metaNames[static_cast<size_t>(Meta::kIndex)]);
  uint32_t slot = isolate.shapes.find(meta, index);
  if (slot == ShapeTable::kNone || !meta.isConstant(slot)) return false;
  Value holder = heap::loadSlot(runtime::namedSlot(runtime::asTable(metatable), slot));
  return holder.isTable() && runtime::asTable(holder)->word == way.holderShape && isUnused(runtime::kStringsChanged) &&
         relyOnFacts({{meta.id, slot}, {way.holderShape, ShapeFact::kExists}});
}

/// The value in a slot that never got another one, or null.
ir::Node* FunctionBuilder::constantSlot(const Shape& holder, uint32_t slot) {
  if (!holder.isConstant(slot) || !holder.owner.isTable()) return nullptr;
  Value value = heap::loadSlot(runtime::namedSlot(runtime::asTable(holder.owner), slot));
  if (value.isNil()) return nullptr;
  Node* n = known(value);
  return n != nullptr && relyOnFacts({{holder.id, slot}}) ? n : nullptr;
}

/// A field of a table that is known, or of one behind it, if that never got another value; else null.
ir::Node* FunctionBuilder::constantField(Value table, String* key) {
  runtime::Isolate& isolate = context_.request.isolate;
  Shape& s = isolate.shapes.of(runtime::asTable(table));
  if (!s.unique()) return nullptr;
  uint32_t slot = isolate.shapes.find(s, key);
  if (slot != ShapeTable::kNone) return constantSlot(s, slot);
  std::vector<ShapeFact> facts;
  Found found;
  Lookup lookup = lookUpBehind(s.id, key, found, facts);
  if (lookup == Lookup::kUnknown) return nullptr;
  if (lookup == Lookup::kAbsent) return relyOnFacts(facts) ? nil() : nullptr;
  return found.holder->isConstant(found.slot) && relyOnFacts(facts) ? constantSlot(*found.holder, found.slot) : nullptr;
}

/// The closure that runs.
ir::Node* FunctionBuilder::closureHere() {
  if (callee_ != nullptr || depth_ != 0) return callee_;
  ir::Block* entry = graph_.entry();
  for (Node* n = entry->first; n != nullptr; n = n->next) {
    if (n->op == ir::Op::kCallee) return n;
  }
  Node* n = graph_.newNode(ir::Op::kCallee, {});
  n->origin = {function_, 0};
  graph_.insertAtStart(entry, n);
  return n;
}

ir::Node* FunctionBuilder::cellOf(uint32_t upvalue) {
  Node* closure = knownClosure_ != nullptr ? knownClosure_ : closureHere();
  return emit(ir::Op::kLoadUpvalue, {closure}, upvalue);
}

/// The value of a captured variable that nobody assigns, or null. It lies in a cell, or was copied into the closure.
ir::Node* FunctionBuilder::constantUpvalue(uint32_t upvalue, bool isCell) {
  Node* closure = depth_ == 0 ? knownClosure_ : callee_;
  const Value* object = closure != nullptr ? objectOf(closure) : nullptr;
  if (object == nullptr || upvalue >= 64 || (code_.constantUpvalues >> upvalue & 1) == 0) return nullptr;
  Value v = heap::loadSlot(&runtime::as<runtime::Closure>(*object)->upvalues[upvalue]);
  if (isCell) v = heap::loadSlot(&runtime::as<runtime::Cell>(v)->value);
  Node* n = known(v);
  if (n != nullptr) context_.reliance.upvalues = true;
  return n;
}

ir::Node* FunctionBuilder::loadUpvalue(uint32_t upvalue) {
  if (Node* n = constantUpvalue(upvalue, true)) return n;
  return emit(ir::Op::kLoadCell, {cellOf(upvalue)});
}

/// Code of a function of which there is one closure so far is code of that closure. The guard has a place of its own in
/// the log of failures, within the first instruction: what that expects is another matter.
void FunctionBuilder::expectClosure() {
  Value closure = context_.request.closure;
  uint32_t place = whole_.offset + 1;
  bool wasWrong = context_.request.failures && context_.request.failures(code_, place) > 0;
  if (!closure.isFunction() || code_.constantUpvalues == 0 || code_.function->upvalues.empty() || wasWrong) return;
  Node* expected = known(closure);
  emit(ir::Op::kCheckTrue, {emit(ir::Op::kSame, {closureHere(), expected})})->origin.offset = place;
  knownClosure_ = expected;
}

/// What a call is of, if that is a constant: its code, or null.
const runtime::Code* FunctionBuilder::constantCallee(const Node* callee) {
  return callee->op == ir::Op::kObject ? callee->pointer<runtime::CodeObject>()->code : nullptr;
}

// ---- classes of new tables ----

void FunctionBuilder::noteShape(Node* table, uint32_t shape) {
  while (table->op == ir::Op::kCheckTable || table->op == ir::Op::kCheckShape || table->op == ir::Op::kCheckShapes) {
    table = table->input(0);
  }
  if (table->op == ir::Op::kNewTable) newShapes_.emplace_back(table, shape);
}

/// setmetatable of a table that was made here. False: nothing was done.
bool FunctionBuilder::setClass(Node* table, Node* metatable) {
  const Value* meta = objectOf(metatable);
  const Node* made = table;
  while (made->op == ir::Op::kCheckTable || made->op == ir::Op::kCheckShape || made->op == ir::Op::kCheckShapes) {
    made = made->input(0);
  }
  if (made->op != ir::Op::kNewTable || meta == nullptr || !meta->isTable() || failures() > 0) return false;
  ShapeTable& shapes = context_.request.isolate.shapes;
  auto noted = std::find_if(newShapes_.rbegin(), newShapes_.rend(), [made](const auto& n) { return n.first == made; });
  auto fields = static_cast<uint32_t>(made->aux >> 32);
  uint32_t before = noted != newShapes_.rend() ? noted->second : shapes.root(ShapeTable::inlineClass(fields)).id;
  Shape &s = shapes[before], &m = shapes.of(runtime::asTable(*meta));
  if (s.owned() || s.dictionary() || !s.metatable.isNil()) return false;
  // Neither weak nor to be finalized.
  if (!m.unique() || !(m.flags & runtime::kIsPrototype)) return false;
  for (Meta special : {Meta::kMode, Meta::kGc}) {
    const String* name = runtime::asString(context_.request.isolate.metaNames[static_cast<size_t>(special)]);
    if (shapes.find(m, name) != ShapeTable::kNone) return false;
  }
  uint32_t after = shapes.withMetatable(s, *meta);
  if (after == 0 || !relyOnFacts({{m.id, ShapeFact::kKeys}})) return false;
  relyOn(after);
  emit(ir::Op::kStoreShape, {checkShape(table, before)}, after);
  noteShape(table, after);
  return true;
}

}  // namespace devvm::jit
