// The arithmetic operators on numbers, as the reference defines them.
//
// Floating operations must happen at run time and with their operands in order: what the hardware makes of NaNs (the
// sign of 0/0, which operand's NaN wins) is visible to programs. So no result is written as a constant here.
#include "runtime/isolate.h"
#include "runtime/numbers.h"

namespace devvm::runtime {

namespace {

/// Results of instructions on canonical operands are canonical; those of library calls need not be.
ArithStatus giveFloat(double d, Value& out) {
  out = Value::canonical(d);
  return ArithStatus::kOk;
}

ArithStatus giveInteger(Isolate& isolate, int64_t i, Value& out) {
  Value v = makeInteger(isolate, i);
  if (v.isNil()) return ArithStatus::kOutOfMemory;
  out = v;
  return ArithStatus::kOk;
}

ArithStatus bitwise(Isolate& isolate, Arith op, Value a, Value b, Value& out) {
  int64_t x, y;
  if (!toIntegerNoString(a, x) || !toIntegerNoString(b, y)) return ArithStatus::kNoInteger;
  switch (op) {
    case Arith::kBAnd: return giveInteger(isolate, x & y, out);
    case Arith::kBOr: return giveInteger(isolate, x | y, out);
    case Arith::kBXor: return giveInteger(isolate, x ^ y, out);
    case Arith::kShl: return giveInteger(isolate, shiftLeft(x, y), out);
    case Arith::kShr: return giveInteger(isolate, shiftLeft(x, wrapSub(0, y)), out);
    default: return giveInteger(isolate, ~x, out);
  }
}

ArithStatus onIntegers(Isolate& isolate, Arith op, int64_t x, int64_t y, Value& out) {
  switch (op) {
    case Arith::kAdd: return giveInteger(isolate, wrapAdd(x, y), out);
    case Arith::kSub: return giveInteger(isolate, wrapSub(x, y), out);
    case Arith::kMul: return giveInteger(isolate, wrapMul(x, y), out);
    case Arith::kMod:
      if (y == 0) return ArithStatus::kModByZero;
      return giveInteger(isolate, floorMod(x, y), out);
    case Arith::kIDiv:
      if (y == 0) return ArithStatus::kDivideByZero;
      return giveInteger(isolate, floorDiv(x, y), out);
    default: return giveInteger(isolate, wrapSub(0, x), out);
  }
}

ArithStatus onFloats(Arith op, double x, double y, Value& out) {
  switch (op) {
    case Arith::kAdd: return giveFloat(addFloats(x, y), out);
    case Arith::kSub: return giveFloat(x - y, out);
    case Arith::kMul: return giveFloat(multiplyFloats(x, y), out);
    case Arith::kDiv: return giveFloat(x / y, out);
    case Arith::kMod: return giveFloat(floorModDouble(x, y), out);
    case Arith::kPow: return giveFloat(y == 2 ? x * x : std::pow(x, y), out);
    case Arith::kIDiv: return giveFloat(std::floor(x / y), out);
    default: return giveFloat(-x, out);
  }
}

}  // namespace

ArithStatus arithmetic(Isolate& isolate, Arith op, Value a, Value b, Value& out) {
  if (!a.isNumber() || !b.isNumber()) return ArithStatus::kNotNumbers;
  switch (op) {
    case Arith::kBAnd:
    case Arith::kBOr:
    case Arith::kBXor:
    case Arith::kShl:
    case Arith::kShr:
    case Arith::kBNot: return bitwise(isolate, op, a, b, out);
    case Arith::kDiv:
    case Arith::kPow: return onFloats(op, doubleOf(a), doubleOf(b), out);
    default:
      if (a.isAnyInt() && b.isAnyInt()) return onIntegers(isolate, op, integerOf(a), integerOf(b), out);
      return onFloats(op, doubleOf(a), doubleOf(b), out);
  }
}

}  // namespace devvm::runtime
