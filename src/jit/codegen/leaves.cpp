#include "jit/codegen/leaves.h"

#include <cmath>

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

Value leafFloorDivide(Isolate* iso, Value a, Value b) {
  if (!a.isAnyInt() || !b.isAnyInt() || integerOf(b) == 0) return Value::absent();
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

}  // namespace

LeafFunction leafFunction(ir::Leaf leaf) {
  switch (leaf) {
    case ir::Leaf::kGetElement: return {addressOf(&leafElement)};
    case ir::Leaf::kSetElement: return {addressOf(&leafSetElement), true};
    case ir::Leaf::kGetField: return {addressOf(&leafGetField)};
    case ir::Leaf::kSetField: return {addressOf(&leafSetField), true};
    case ir::Leaf::kNext: return {addressOf(&leafNext)};
    case ir::Leaf::kLength: return {addressOf(&leafLength)};
    case ir::Leaf::kEqual: return {addressOf(&leafEqual)};
    case ir::Leaf::kAdd: return {addressOf(&leafArithmetic<Arith::kAdd>)};
    case ir::Leaf::kSub: return {addressOf(&leafArithmetic<Arith::kSub>)};
    case ir::Leaf::kMul: return {addressOf(&leafArithmetic<Arith::kMul>)};
    case ir::Leaf::kMod: return {addressOf(&leafRemainder)};
    case ir::Leaf::kIDiv: return {addressOf(&leafFloorDivide)};
    case ir::Leaf::kConcat: return {addressOf(&leafConcatTwo)};
    default: return {};
  }
}

}  // namespace devvm::jit
