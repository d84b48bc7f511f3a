#include "jit/baseline/leaf_calls.h"

#include <cmath>
#include <cstring>

#include "interpreter/element_access.h"
#include "interpreter/slow_paths.h"
#include "runtime/field_ways.h"
#include "runtime/strings.h"

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
  double x = asDouble(a), y = asDouble(b);
  if constexpr (op == Arith::kMod) return Value::number(floorModDouble(x, y));
  if constexpr (op == Arith::kAdd) return Value::number(x + y);
  if constexpr (op == Arith::kSub) return Value::number(x - y);
  if constexpr (op == Arith::kMul) return Value::number(x * y);
  return Value::absent();
}
template <>
Value leafArithmetic<Arith::kPow>(Isolate*, Value a, Value b) {
  if (!a.isNumber() || !b.isNumber()) return Value::absent();
  double x = asDouble(a), y = asDouble(b);
  return Value::canonical(y == 2 ? x * x : std::pow(x, y));
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

namespace {

/// Whether tables with this metatable (nil: without one) surely have no such metamethod.
bool isWithout(Isolate* iso, Value metatable, Meta m) {
  if (metatable.isNil()) return true;
  return (iso->shapes.of(asTable(metatable)).absentMeta >> static_cast<unsigned>(m) & 1) != 0 ||
         metamethodOf(*iso, metatable, m).isNil();
}

}  // namespace

Value leafEqual(Isolate* iso, Value a, Value b) {
  constexpr uint32_t kFree = 1024;  // what is longer costs fuel
  if (a.isString() && b.isString()) {
    const String *x = asString(a), *y = asString(b);
    if (x != y && x->length() > kFree) return Value::absent();
    return Value::boolean(stringEqualsFast(x, y));
  }
  if (a.isNumber() && b.isNumber()) return Value::boolean(rawEquals(a, b));
  if (a.isDouble() || b.isDouble() || a.tag() != b.tag()) return Value::boolean(false);
  if (a.isFunction() || a.isNil() || a.isBoolean()) return Value::boolean(a == b);
  if (!a.isTable()) return Value::absent();
  if (a == b) return Value::boolean(true);
  const Shape &left = iso->shapes.of(asTable(a)), &right = iso->shapes.of(asTable(b));
  if (!isWithout(iso, left.metatable, Meta::kEq)) return Value::absent();
  if (&left != &right && !isWithout(iso, right.metatable, Meta::kEq)) return Value::absent();
  return Value::boolean(false);
}

Value leafGetElement(Isolate* iso, Value table, Value key) {
  ValueArray* a = asTable(table)->arrayStorage();
  if (key.isInt() && static_cast<uint64_t>(key.asInt()) - 1 < a->length) {  // a hole
    return isWithout(iso, iso->shapes.of(asTable(table)).metatable, Meta::kIndex) ? Value::nil() : Value::absent();
  }
  return interpreter::elementElsewhere(*iso, asTable(table), key);
}

bool leafSetElement(Isolate* iso, Value table, Value key, Value value) {
  Table* t = asTable(table);
  ValueArray* a = t->arrayStorage();
  uint64_t index = key.isInt() ? static_cast<uint64_t>(key.asInt()) - 1 : UINT64_MAX;
  if (index <= a->length && key.isInt()) {
    // Without a value there the metatable may have a say.
    bool isNew = index == a->length || a->slots[index].isNil();
    if (isNew && !isWithout(iso, iso->shapes.of(t).metatable, Meta::kNewIndex)) return false;
    if (index == a->length) return !value.isNil() && tableTryAppend(*iso, t, value);
    iso->heap.store(a, &a->slots[index], value);
    if (value.isNil() && index + 1 == a->length) {
      do a->length--;
      while (a->length > 0 && a->slots[a->length - 1].isNil());
    }
    return true;
  }
  return interpreter::storeElsewhere(*iso, t, key, value);
}

namespace {

/// The slot to which a way of a table leads, and what holds it.
Value* slotOfWay(Table* t, const CacheWay& way, heap::Object*& holder) {
  if (way.how == static_cast<uint16_t>(CacheKind::kOwnInline)) {
    holder = t;
    return reinterpret_cast<Value*>(reinterpret_cast<char*>(t) + way.slot);
  }
  auto* props = as<ValueArray>(t->props);
  holder = props;
  return &props->slots[way.slot];
}

/// What the isolate's cache knows of a field; absent: nothing.
Value cachedField(Isolate* iso, Table* t, Value key) {
  const CacheWay* way = iso->readCache.find(t->word, key, iso->shapes.prototypeEpoch);
  if (way == nullptr) return Value::absent();
  heap::Object* holder;
  switch (static_cast<CacheKind>(way->how)) {
    case CacheKind::kOwnInline:
    case CacheKind::kOwnOverflow: {
      Value v = loadSlot(slotOfWay(t, *way, holder));
      return v.isNil() && way->plain == 0 ? Value::absent() : v;
    }
    case CacheKind::kHolderInline:
    case CacheKind::kHolderOverflow: {
      Value owner = iso->shapes[way->holderShape].owner;
      if (!owner.isTable()) return Value::absent();
      // The kinds of holders come in the order of those of own fields.
      constexpr uint16_t kToOwn =
          static_cast<uint16_t>(CacheKind::kHolderInline) - static_cast<uint16_t>(CacheKind::kOwnInline);
      CacheWay own = *way;
      own.how = static_cast<uint16_t>(own.how - kToOwn);
      Value v = loadSlot(slotOfWay(asTable(owner), own, holder));
      return v.isNil() ? Value::absent() : v;
    }
    case CacheKind::kAbsent: return Value::nil();
    default: return Value::absent();
  }
}

[[gnu::noinline]] Value lookUpField(Isolate* iso, Value table, Value key) {
  constexpr int kDeepest = 50;
  if (auto way = wayToRead(*iso, asTable(table)->word, asString(key))) {
    iso->readCache.add(key, iso->shapes.prototypeEpoch, *way);
  }
  for (int i = 0; i < kDeepest; i++) {
    Value v = tableGetString(*iso, asTable(table), asString(key));
    if (!v.isNil()) return v;
    Value metatable = iso->shapes.of(asTable(table)).metatable;
    if (isWithout(iso, metatable, Meta::kIndex)) return Value::nil();
    table = metamethodOf(*iso, metatable, Meta::kIndex);
    if (!table.isTable()) return Value::absent();
  }
  return Value::absent();
}

}  // namespace

Value leafGetField(Isolate* iso, Value table, Value key) {
  Value cached = cachedField(iso, asTable(table), key);
  return cached != Value::absent() ? cached : lookUpField(iso, table, key);
}

namespace {

/// Gives a table an empty field, if there is room.
bool addField(Isolate* iso, Table* t, Shape& shape, String* key, FieldPlace& place) {
  uint32_t slot = shape.slotCount;
  bool isInline = slot < t->aux;
  ValueArray* props = isInline || t->props.isNil() ? nullptr : as<ValueArray>(t->props);
  if (!isInline && (props == nullptr || slot - t->aux >= props->capacity())) return false;
  uint32_t next = iso->shapes.addField(shape, key);
  if (next == 0) return false;
  place = {isInline ? FieldPlace::How::kInline : FieldPlace::How::kOverflow, isInline ? slot : slot - t->aux};
  if (!isInline && props->length <= place.slot) props->length = place.slot + 1;
  t->word = next;
  return true;
}

}  // namespace

bool leafSetField(Isolate* iso, Value table, Value key, Value value) {
  Table* t = asTable(table);
  // What others look up through this table is remembered in many places.
  Shape& shape = iso->shapes.of(t);
  if (const CacheWay* way = iso->writeCache.find(t->word, key, iso->shapes.prototypeEpoch);
      way != nullptr && way->how <= static_cast<uint16_t>(CacheKind::kOwnOverflow)) {
    heap::Object* holder;
    Value* slot = slotOfWay(t, *way, holder);
    if (way->plain != 0 || !loadSlot(slot).isNil()) {
      iso->heap.store(holder, slot, value);
      return true;
    }
  }
  if (shape.owned()) return false;
  if (shape.dictionary())
    return !tableGetString(*iso, t, asString(key)).isNil() && interpreter::storeElsewhere(*iso, t, key, value);
  FieldPlace place = fieldPlace(*iso, t, asString(key));
  bool isNew = place.how != FieldPlace::How::kInline && place.how != FieldPlace::How::kOverflow;
  // Without a value there the metatable may have a say.
  if ((isNew || loadSlot(fieldSlot(t, place)).isNil()) && !isWithout(iso, shape.metatable, Meta::kNewIndex))
    return false;
  if (isNew && !addField(iso, t, shape, asString(key), place)) return false;
  if (!isNew) {
    if (auto way = wayToStore(*iso, t->word, asString(key))) {
      iso->writeCache.add(key, iso->shapes.prototypeEpoch, *way);
    }
  }
  Value* slot = fieldSlot(t, place);
  heap::Object* holder = place.how == FieldPlace::How::kInline ? static_cast<heap::Object*>(t) : t->props.asObject();
  iso->heap.store(holder, slot, value);
  return true;
}

Value leafNext(Isolate* iso, Value table, Value key) {
  Value next, value;
  return tableNext(*iso, asTable(table), key, next, value) ? next : Value::absent();
}

Value leafNewTable(Isolate* iso, uint64_t elements, uint64_t fields) {
  Value t = tryNewTable(*iso, static_cast<uint32_t>(elements), static_cast<uint32_t>(fields));
  return t.isNil() ? Value::absent() : t;
}

Value leafNewCell(Isolate* iso, Value value) {
  Object* cell = iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kCell), 0, 0);
  if (cell == nullptr) return Value::absent();
  heap::initSlot(&reinterpret_cast<Cell*>(cell)->value, value);
  return otherValue(cell);
}

Value leafClosure(Isolate* iso, uint64_t child, const Value* frame) {
  const Code* code = codeOf(frame);
  Value prototype = code->children[child];
  const Code* made = as<PrototypeObject>(prototype)->code;
  const auto& upvalues = made->function->upvalues;
  Object* o = iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kClosure), static_cast<uint32_t>(upvalues.size()), 0);
  if (o == nullptr) return Value::absent();
  auto* closure = reinterpret_cast<Closure*>(o);
  closure->code = made;
  heap::initSlot(&closure->prototype, prototype);
  const auto* parent = as<Closure>(frame[2]);
  for (uint32_t i = 0; i < upvalues.size(); i++) {
    const auto& u = upvalues[i];
    heap::initSlot(&closure->upvalues[i], u.from == bytecode::Upvalue::From::kParentUpvalue
                                              ? loadSlot(&parent->upvalues[u.index])
                                              : frame[-1 - static_cast<int64_t>(u.index)]);
  }
  return functionValue(o);
}

Value leafConcat(Isolate* iso, const Value* top, uint64_t count) {
  constexpr size_t kMost = 1024;  // what is longer costs fuel
  constexpr uint64_t kMostNumbers = 4;
  char digits[kMostNumbers][64];
  size_t lengths[kMostNumbers], total = 0;
  uint64_t numbers = 0;
  for (uint64_t i = count; i-- > 0;) {
    Value v = top[i];
    if (v.isString()) {
      total += asString(v)->length();
    } else {
      if (!v.isNumber() || numbers == kMostNumbers) return Value::absent();
      total += lengths[numbers] = formatNumber(v, digits[numbers]);
      numbers++;
    }
  }
  if (total > kMost || total < 2) return Value::absent();
  auto* s =
      static_cast<String*>(iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kString), static_cast<uint32_t>(total), 0));
  if (s == nullptr) return Value::absent();
  char* at = s->bytes;
  numbers = 0;
  for (uint64_t i = count; i-- > 0;) {
    Value v = top[i];
    const char* from = v.isString() ? asString(v)->bytes : digits[numbers];
    size_t length = v.isString() ? asString(v)->length() : lengths[numbers++];
    std::memcpy(at, from, length);
    at += length;
  }
  return stringValue(s);
}

bool leafVarargOpen(Isolate* iso, const Value* frame, Value* sp) {
  Fiber& f = *iso->fiber;
  uint32_t total = linkOf(frame).extra() - 1, fixed = codeOf(frame)->parameters;
  uint32_t count = total > fixed ? total - fixed : 0;
  if (count > Isolate::kShortList || sp - (count + kNativeSlots) < f.limit) return false;
  const Value* first = frame + 2 + total - fixed;  // argument `fixed`
  for (uint32_t i = 0; i < count; i++) *--sp = first[-static_cast<int64_t>(i)];
  f.sp = sp;
  f.openCount = count;
  return true;
}

bool leafIsAbsent(Isolate* iso, Value table, Value key) {
  Shape& shape = iso->shapes.of(asTable(table));
  return shape.unique() && iso->shapes.find(shape, asString(key)) == ShapeTable::kNone &&
         isWithout(iso, shape.metatable, Meta::kNewIndex);
}

Value leafLength(Isolate* iso, Value table) {
  Table* t = asTable(table);
  if (!isWithout(iso, iso->shapes.of(t).metatable, Meta::kLen)) return Value::absent();
  return Value::smallInt(tableLength(*iso, t));
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
