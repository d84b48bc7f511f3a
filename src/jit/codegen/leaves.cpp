#include "jit/codegen/leaves.h"

#include <cmath>
#include <cstring>
#include <type_traits>

#include "jit/baseline/layout.h"
#include "runtime/code.h"
#include "runtime/numbers.h"

namespace devvm::jit {

using namespace runtime;

Value leafInteger(Isolate* iso, int64_t i) {
  if (Value::fitsInt(i)) return Value::smallInt(i);
  Object* box = iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kWideInt), sizeof(WideInt));
  if (box == nullptr) return Value::absent();
  reinterpret_cast<WideInt*>(box)->value = i;
  return Value::pointer(Tag::kWideInt, box);
}

Value leafNewClosure(Isolate* iso, const Value* prototype, const Value* upvalues, uint64_t count) {
  Object* o = iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kClosure), static_cast<uint32_t>(count), 0);
  if (o == nullptr) return Value::absent();
  auto* closure = reinterpret_cast<Closure*>(o);
  closure->code = as<PrototypeObject>(*prototype)->code;
  heap::initSlot(&closure->prototype, *prototype);
  for (uint64_t i = 0; i < count; i++) {
    heap::initSlot(&closure->upvalues[i], upvalues[-static_cast<int64_t>(i)]);
  }
  return functionValue(o);
}

Value leafTypeName(Isolate* iso, Value v) {
  String* name = findInterned(*iso, typeName(v));
  return name != nullptr ? stringValue(name) : Value::absent();
}

double leafFloatMod(double a, double b) { return std::bit_cast<double>(Value::canonical(floorModDouble(a, b)).bits()); }
double leafFloatPow(double a, double b) {
  return std::bit_cast<double>(Value::canonical(b == 2 ? a * a : std::pow(a, b)).bits());
}

namespace {

/// In the array part or elsewhere.
Value leafElement(Isolate* iso, Value table, Value key) {
  if (key.isInt()) {
    const ValueArray* a = asTable(table)->arrayStorage();
    uint64_t index = static_cast<uint64_t>(key.asInt()) - 1;
    if (index < a->length && !a->slots[index].isNil()) return heap::loadSlot(&a->slots[index]);
  }
  return leafGetElement(iso, table, key);
}

/// An own field, nil included.
Value leafProperty(Isolate* iso, Value table, Value key) {
  FieldPlace place = fieldPlace(*iso, asTable(table), asString(key));
  if (place.how == FieldPlace::How::kInline || place.how == FieldPlace::How::kOverflow) {
    return heap::loadSlot(fieldSlot(asTable(table), place));
  }
  Value v = tableGetString(*iso, asTable(table), asString(key));
  return v.isNil() ? Value::absent() : v;
}

/// Of numbers of any kind: what leafArithmetic() has is integers.
template <Arith op>
Value leafNumbers(Isolate* iso, Value a, Value b) {
  if (a.isInt() && b.isInt() && op != Arith::kMul) {
    int64_t i = op == Arith::kAdd ? a.asInt() + b.asInt() : a.asInt() - b.asInt();
    if (Value::fitsInt(i)) [[likely]]
      return Value::smallInt(i);
  }
  auto plain = [](Value v, double& d) {
    if (v.isDouble()) {
      d = v.asDouble();
    } else if (v.isInt()) {
      d = static_cast<double>(v.asInt());
    } else {
      return v.isNumber() && toDouble(v, d);
    }
    return true;
  };
  if (a.isAnyInt() && b.isAnyInt()) return leafArithmetic<op>(iso, a, b);
  double x, y;
  if (!plain(a, x) || !plain(b, y)) return Value::absent();
  return Value::canonical(op == Arith::kAdd ? x + y : op == Arith::kSub ? x - y : x * y);
}

Value leafAnyLength(Isolate* iso, Value v) {
  if (v.isTable()) [[likely]]
    return leafLength(iso, v);
  return v.isString() ? Value::smallInt(asString(v)->length()) : Value::absent();
}

Value leafFloorDivide(Isolate* iso, Value a, Value b) {
  double x, y;
  bool areInts = a.isAnyInt() && b.isAnyInt();
  if (!areInts && a.isNumber() && b.isNumber() && toDouble(a, x) && toDouble(b, y)) {
    return Value::canonical(std::floor(x / y));
  }
  if (!areInts || integerOf(b) == 0) return Value::absent();
  return leafInteger(iso, floorDiv(integerOf(a), integerOf(b)));
}

Value leafRemainder(Isolate* iso, Value a, Value b) {
  if (a.isAnyInt() && b.isAnyInt()) {
    return integerOf(b) == 0 ? Value::absent() : leafInteger(iso, floorMod(integerOf(a), integerOf(b)));
  }
  return leafArithmetic<Arith::kMod>(iso, a, b);
}

Value leafConcatTwo(Isolate* iso, Value a, Value b) {
  Value both[] = {b, a};
  return leafConcat(iso, both, 2);
}

// ---- what may need memory: without an answer arguments are kept, and it is asked again where it may collect ----

/// Room for what such a function makes at most: a string of two, a box.
constexpr size_t kLeafBytes = 2048;

template <auto function, typename... Arguments>
auto remembering(Isolate* iso, Arguments... arguments) {
  auto answer = function(iso, arguments...);
  bool failed;
  if constexpr (std::is_same_v<decltype(answer), bool>) {
    failed = !answer;
  } else {
    failed = answer == Value::absent();
  }
  if (failed) [[unlikely]] {
    Value* at = iso->leafArguments;
    ((*at++ = arguments), ...);
  }
  return answer;
}

/// With room in the nursery.
template <auto function>
Value withRoom(Isolate* iso) {
  Value* with = iso->leafArguments;
  Value answer = iso->heap.reserve(kLeafBytes) ? function(iso, with[0], with[1]) : Value::absent();
  for (Value& v : iso->leafArguments) v = Value::nil();
  return answer;
}

template <auto function>
LeafFunction needingRoom() {
  return {addressOf(&remembering<function, Value, Value>), false, &withRoom<function>};
}

/// Any store in a table that no metatable has a say in; of strings as keys only those that are interned.
template <auto set>
Value storeAnywhere(Isolate* iso) {
  runtime::Handle table(&iso->leafArguments[0]), key(&iso->leafArguments[1]), value(&iso->leafArguments[2]);
  Value metatable = tableMetatable(*iso, table.table()), k = *key;
  if (iso->shapes.of(table.table()).owned()) return Value::absent();  // code may rely on what is in it
  bool can = metatable.isNil() || metamethodOf(*iso, metatable, Meta::kNewIndex).isNil();
  can = can && !k.isNil() && !(k.isDouble() && std::isnan(k.asDouble())) && !(k.isString() && !asString(k)->interned());
  if (can && !set(*iso, table, key, value)) {
    iso->failure = Failure::kNone;  // the interpreter does it once more
    can = false;
  }
  for (Value& v : iso->leafArguments) v = Value::nil();
  return can ? Value::nil() : Value::absent();
}

// ---- arrays and buffers: small ones; the interpreter charges for others ----

constexpr int64_t kMostItems = 1024, kMostBufferBytes = 4096;

Value madeItems(Object* o, Value item) {
  if (o == nullptr) return Value::absent();
  for (uint32_t i = 0; i < o->word; i++) heap::initSlot(&reinterpret_cast<List*>(o)->slots[i], item);
  return otherValue(o);
}
Value madeBuffer(Object* o) {
  if (o == nullptr) return Value::absent();
  std::memset(reinterpret_cast<Buffer*>(o)->bytes, 0, o->word);
  return otherValue(o);
}
bool isCount(Value count, int64_t most) { return count.isInt() && count.asInt() >= 0 && count.asInt() <= most; }

Value leafNewItems(Isolate* iso, Value count, Value item) {
  if (!isCount(count, kMostItems)) return Value::absent();
  auto n = static_cast<uint32_t>(count.asInt());
  Object* o = iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kArray), n, 0);
  return madeItems(o, item);
}
Value newItemsAnywhere(Isolate* iso) {
  Value answer = Value::absent();
  if (isCount(iso->leafArguments[0], kMostItems)) {
    auto n = static_cast<uint32_t>(iso->leafArguments[0].asInt());
    Object* o = iso->heap.allocate(static_cast<uint8_t>(Kind::kArray), n, 0);
    answer = madeItems(o, iso->leafArguments[1]);
    if (o != nullptr) iso->heap.writeBarrierAll(o);
  }
  for (Value& v : iso->leafArguments) v = Value::nil();
  return answer;
}

Value leafNewBuffer(Isolate* iso, Value count) {
  if (!isCount(count, kMostBufferBytes)) return Value::absent();
  return madeBuffer(
      iso->heap.tryAllocate(static_cast<uint8_t>(Kind::kBuffer), static_cast<uint32_t>(count.asInt()), 0));
}
Value newBufferAnywhere(Isolate* iso) {
  Value count = iso->leafArguments[0];
  for (Value& v : iso->leafArguments) v = Value::nil();
  if (!isCount(count, kMostBufferBytes)) return Value::absent();
  return madeBuffer(iso->heap.allocate(static_cast<uint8_t>(Kind::kBuffer), static_cast<uint32_t>(count.asInt()), 0));
}

Value leafRawEqual(Isolate*, Value a, Value b) { return Value::boolean(rawEquals(a, b)); }

bool leafAppend(Isolate* iso, Value table, Value value, Value) { return tableTryAppend(*iso, asTable(table), value); }

Value appendAnywhere(Isolate* iso) {
  runtime::Handle table(&iso->leafArguments[0]), value(&iso->leafArguments[1]);
  iso->leafArguments[2] = Value::nil();
  bool done = tableAppendDense(*iso, table, value);
  if (!done) iso->failure = Failure::kNone;  // the interpreter does it once more
  for (Value& v : iso->leafArguments) v = Value::nil();
  return done ? Value::nil() : Value::absent();
}

}  // namespace

LeafFunction appendFunction() {
  return {addressOf(&remembering<leafAppend, Value, Value, Value>), true, &appendAnywhere};
}

LeafFunction leafFunction(ir::Leaf leaf) {
  switch (leaf) {
    case ir::Leaf::kGetElement: return {addressOf(&leafElement)};
    case ir::Leaf::kSetElement:
      return {addressOf(&remembering<leafSetElement, Value, Value, Value>), true, &storeAnywhere<tableSet>};
    case ir::Leaf::kGetProperty: return {addressOf(&leafProperty)};
    case ir::Leaf::kGetField: return {addressOf(&leafGetField)};
    case ir::Leaf::kSetField:
      return {addressOf(&remembering<leafSetField, Value, Value, Value>), true, &storeAnywhere<tableSetField>};
    case ir::Leaf::kNext: return {addressOf(&leafNext)};
    case ir::Leaf::kLength: return {addressOf(&leafAnyLength)};
    case ir::Leaf::kEqual: return {addressOf(&leafEqual)};
    case ir::Leaf::kAdd: return needingRoom<leafNumbers<Arith::kAdd>>();
    case ir::Leaf::kSub: return needingRoom<leafNumbers<Arith::kSub>>();
    case ir::Leaf::kMul: return needingRoom<leafNumbers<Arith::kMul>>();
    case ir::Leaf::kMod: return needingRoom<leafRemainder>();
    case ir::Leaf::kIDiv: return needingRoom<leafFloorDivide>();
    case ir::Leaf::kRawEqual: return {addressOf(&leafRawEqual)};
    case ir::Leaf::kNewItems: return {addressOf(&remembering<leafNewItems, Value, Value>), false, &newItemsAnywhere};
    case ir::Leaf::kNewBuffer: return {addressOf(&remembering<leafNewBuffer, Value>), false, &newBufferAnywhere};
    case ir::Leaf::kConcat: return needingRoom<leafConcatTwo>();
    default: return {};
  }
}

}  // namespace devvm::jit
