#include "languages/lua/compiler/fold.h"

#include <cmath>
#include <optional>

namespace devvm::lua {
namespace {

struct Value {
  bool isInteger = true;
  int64_t integer = 0;
  double number = 0;

  double asFloat() const { return isInteger ? static_cast<double>(integer) : number; }
};

std::optional<Value> literalNumber(Expr* e) {
  e = strip(e);
  if (e->kind == ExprKind::kInteger) return Value{true, static_cast<IntegerExpr*>(e)->value, 0};
  if (e->kind == ExprKind::kFloat) return Value{false, 0, static_cast<FloatExpr*>(e)->value};
  return std::nullopt;
}

/// The integer that a number stands for in bit operations, if it stands for one.
std::optional<int64_t> asInteger(const Value& value) {
  if (value.isInteger) return value.integer;
  if (!(value.number >= -0x1p63 && value.number < 0x1p63) || std::floor(value.number) != value.number)
    return std::nullopt;
  return static_cast<int64_t>(value.number);
}

uint64_t shiftLeft(uint64_t value, int64_t count) {
  if (count <= -64 || count >= 64) return 0;
  return count >= 0 ? value << count : value >> -count;
}

Expr* makeInteger(Arena& arena, uint64_t value) { return arena.make<IntegerExpr>(static_cast<int64_t>(value)); }

Expr* makeFloat(Arena& arena, double value) {
  if (std::isnan(value) || value == 0) return nullptr;
  return arena.make<FloatExpr>(value);
}

Expr* foldBits(Arena& arena, BinaryOp op, const Value& left, const Value& right) {
  std::optional<int64_t> x = asInteger(left), y = asInteger(right);
  if (!x || !y) return nullptr;
  auto a = static_cast<uint64_t>(*x), b = static_cast<uint64_t>(*y);
  switch (op) {
    case BinaryOp::kBitAnd: return makeInteger(arena, a & b);
    case BinaryOp::kBitOr: return makeInteger(arena, a | b);
    case BinaryOp::kBitXor: return makeInteger(arena, a ^ b);
    case BinaryOp::kShl: return makeInteger(arena, shiftLeft(a, *y));
    default: return makeInteger(arena, *y == INT64_MIN ? 0 : shiftLeft(a, -*y));
  }
}

Expr* foldIntegers(Arena& arena, BinaryOp op, int64_t x, int64_t y) {
  auto a = static_cast<uint64_t>(x), b = static_cast<uint64_t>(y);
  switch (op) {
    case BinaryOp::kAdd: return makeInteger(arena, a + b);
    case BinaryOp::kSub: return makeInteger(arena, a - b);
    case BinaryOp::kMul: return makeInteger(arena, a * b);
    case BinaryOp::kMod: {
      if (y == 0) return nullptr;
      if (y == -1) return makeInteger(arena, 0);
      int64_t rest = x % y;
      if (rest != 0 && (rest ^ y) < 0) rest += y;
      return makeInteger(arena, static_cast<uint64_t>(rest));
    }
    case BinaryOp::kIDiv: {
      if (y == 0) return nullptr;
      if (y == -1) return makeInteger(arena, 0 - a);
      int64_t quotient = x / y;
      if ((x ^ y) < 0 && x % y != 0) --quotient;
      return makeInteger(arena, static_cast<uint64_t>(quotient));
    }
    default: return nullptr;  // division and power are float operations
  }
}

Expr* foldFloats(Arena& arena, BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd: return makeFloat(arena, a + b);
    case BinaryOp::kSub: return makeFloat(arena, a - b);
    case BinaryOp::kMul: return makeFloat(arena, a * b);
    case BinaryOp::kDiv: return b == 0 ? nullptr : makeFloat(arena, a / b);
    case BinaryOp::kPow: return makeFloat(arena, b == 2 ? a * a : std::pow(a, b));
    case BinaryOp::kIDiv: return b == 0 ? nullptr : makeFloat(arena, std::floor(a / b));
    case BinaryOp::kMod: {
      if (b == 0) return nullptr;
      double rest = std::fmod(a, b);
      if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
      return makeFloat(arena, rest);
    }
    default: return nullptr;
  }
}

}  // namespace

Expr* foldBinary(Arena& arena, BinaryOp op, Expr* left, Expr* right) {
  if (isComparison(op)) return nullptr;
  std::optional<Value> a = literalNumber(left);
  if (!a) return nullptr;
  std::optional<Value> b = literalNumber(right);
  if (!b) return nullptr;
  if (op >= BinaryOp::kBitAnd) return foldBits(arena, op, *a, *b);
  if (a->isInteger && b->isInteger && op != BinaryOp::kDiv && op != BinaryOp::kPow) {
    return foldIntegers(arena, op, a->integer, b->integer);
  }
  return foldFloats(arena, op, a->asFloat(), b->asFloat());
}

Expr* foldUnary(Arena& arena, UnaryOp op, Expr* operand) {
  operand = strip(operand);
  if (op == UnaryOp::kNot) {
    if (!isLiteral(operand)) return nullptr;
    return arena.make<Expr>(isFalsyLiteral(operand) ? ExprKind::kTrue : ExprKind::kFalse);
  }
  std::optional<Value> value = literalNumber(operand);
  if (!value) return nullptr;
  if (op == UnaryOp::kMinus) {
    if (value->isInteger) return makeInteger(arena, 0 - static_cast<uint64_t>(value->integer));
    return makeFloat(arena, -value->number);
  }
  if (op == UnaryOp::kBitNot) {
    std::optional<int64_t> integer = asInteger(*value);
    return integer ? makeInteger(arena, ~static_cast<uint64_t>(*integer)) : nullptr;
  }
  return nullptr;
}

}  // namespace devvm::lua
