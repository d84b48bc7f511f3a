#include "jit/baseline/leaf_calls.h"

#include "interpreter/element_access.h"
#include "interpreter/slow_paths.h"

namespace devvm::jit {

using namespace runtime;

namespace {

double asDouble(Value v) { return v.isDouble() ? v.asDouble() : static_cast<double>(integerOf(v)); }

}  // namespace

template <Arith op>
Value leafArithmetic(Isolate* iso, Value a, Value b) {
  if (a.isAnyInt() && b.isAnyInt()) {
    if constexpr (op == Arith::kAdd || op == Arith::kSub || op == Arith::kMul || op == Arith::kBAnd ||
                  op == Arith::kBOr || op == Arith::kBXor || op == Arith::kShl || op == Arith::kShr) {
      return interpreter::wideArithmetic<op>(*iso, a, b);
    }
    return Value::absent();
  }
  if (!a.isNumber() || !b.isNumber()) return Value::absent();
  if constexpr (op == Arith::kMod) return Value::number(floorModDouble(asDouble(a), asDouble(b)));
  return Value::absent();
}
template Value leafArithmetic<Arith::kAdd>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kSub>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kMul>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kMod>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kBAnd>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kBOr>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kBXor>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kShl>(Isolate*, Value, Value);
template Value leafArithmetic<Arith::kShr>(Isolate*, Value, Value);

Value leafEqual(Isolate* iso, Value a, Value b) {
  if (a.tag() != b.tag()) return Value::absent();
  if (a.isFunction()) return Value::boolean(a == b);
  if (!a.isTable()) return Value::absent();
  if (a == b) return Value::boolean(true);
  for (Value v : {a, b}) {
    Value mt = tableMetatable(*iso, asTable(v));
    if (!mt.isNil() && !metamethodOf(*iso, mt, Meta::kEq).isNil()) return Value::absent();
  }
  return Value::boolean(false);
}

Value leafGetElement(Isolate* iso, Value table, Value key) {
  return interpreter::elementElsewhere(*iso, asTable(table), key);
}

bool leafSetElement(Isolate* iso, Value table, Value key, Value value) {
  if (value.isNil()) return false;
  Table* t = asTable(table);
  ValueArray* a = t->arrayStorage();
  if (key == Value::smallInt(int64_t{a->length} + 1)) {
    const Shape& shape = iso->shapes.of(t);
    if (a->length >= a->capacity() || !shape.metatable.isNil() || shape.dictionary()) return false;
    iso->heap.store(a, &a->slots[a->length], value);
    a->length++;
    return true;
  }
  return interpreter::storeElsewhere(*iso, t, key, value);
}

bool leafSetPlace(Isolate* iso, Value table, const FeedbackCell* cell, Value key) {
  Table* t = asTable(table);
  bool current = cell->epoch == iso->shapes.prototypeEpoch;
  const CacheWay* way = cell->find(t->word);
  if (way == nullptr && current) way = iso->writeCache.find(t->word, key, cell->epoch);
  if (way == nullptr) return false;
  auto inlineSlot = [t, way] { return reinterpret_cast<Value*>(reinterpret_cast<char*>(t) + way->slot); };
  auto* props = t->props.isNil() ? nullptr : as<ValueArray>(t->props);
  switch (static_cast<CacheKind>(way->how)) {
    case CacheKind::kOwnInline:
      iso->scratch.holder = t;
      iso->scratch.slot = inlineSlot();
      return !iso->scratch.slot->isNil() || way->plain == 1 || (way->plain == 2 && current);
    case CacheKind::kOwnOverflow:
      iso->scratch.holder = props;
      iso->scratch.slot = &props->slots[way->slot];
      return !iso->scratch.slot->isNil() || way->plain == 1 || (way->plain == 2 && current);
    case CacheKind::kAddInline:
      if (!current) return false;
      t->word = way->holderShape;
      iso->scratch.holder = t;
      iso->scratch.slot = inlineSlot();
      return true;
    case CacheKind::kAddOverflow:
      if (!current || props == nullptr || way->slot >= props->capacity()) return false;
      t->word = way->holderShape;
      if (props->length <= way->slot) props->length = way->slot + 1;
      iso->scratch.holder = props;
      iso->scratch.slot = &props->slots[way->slot];
      return true;
    default: return false;
  }
}

void leafStore(Isolate* iso, heap::Object* holder, Value* slot, Value value) { iso->heap.store(holder, slot, value); }

uint64_t leafForIn(Isolate* iso, Value* first, uint64_t count) {
  Value iterator = first[0], state = first[-1], control = first[-2], key, value;
  if (!iterator.isFunction() || kindOf(iterator.asObject()) != Kind::kNative || !state.isTable()) return 0;
  switch (as<Native>(iterator)->info->intrinsic) {
    case Intrinsic::kNext:
      if (!tableNext(*iso, asTable(state), control, key, value)) return 0;
      break;
    case Intrinsic::kInextIterator: {
      if (!control.isInt()) return 0;
      int64_t i = control.asInt() + 1;
      value = tableGetInt(*iso, asTable(state), i);
      if (value.isNil()) return tableMetatable(*iso, asTable(state)).isNil() ? 1 : 0;
      if (!Value::fitsInt(i)) return 0;
      key = Value::smallInt(i);
      break;
    }
    default: return 0;
  }
  if (key.isNil()) return 1;
  first[-2] = first[-4] = key;
  if (count > 1) first[-5] = value;
  for (uint64_t i = 2; i < count; i++) first[-4 - static_cast<int64_t>(i)] = Value::nil();
  return 2;
}

}  // namespace devvm::jit
