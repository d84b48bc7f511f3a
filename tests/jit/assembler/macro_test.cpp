// The portable operations, run: every aliasing of operands, edges of numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "placed_code.h"

namespace devvm::jit::test {
namespace {

using x64::MacroAssembler;
using enum x64::Gpr;
using x64::Gpr, x64::Xmm;

const int64_t kIntegers[] = {
    0, 1, -1, 2, 7, -8, 63, 1000003, INT32_MAX, INT32_MIN, int64_t{1} << 40, INT64_MAX, INT64_MIN, INT64_MIN + 1};
const double kDoubles[] = {0.0, -0.0, 1.0, -1.5, 1e300, -1e-300, INFINITY, -INFINITY, NAN, 3.0};

// (int64, int64) -> int64; the operands in registers that may be the same as the destination's or as each other.
struct Operands {
  Gpr dst, a, b;
};
const Operands kOperands[] = {{kRax, kRcx, kRdx}, {kRcx, kRcx, kRdx}, {kRdx, kRcx, kRdx}, {kRax, kRcx, kRcx},
                              {kRcx, kRcx, kRcx}, {kR12, kR13, kRbx}, {kR13, kRbp, kR13}, {kRbp, kRbp, kR12}};
const Gpr kSaved[] = {kRbx, kRbp, kR12, kR13, kR14, kR15};

void enter(MacroAssembler& m) {
  for (Gpr r : kSaved) m.push(r);
}
void leave(MacroAssembler& m) {
  for (int i = 5; i >= 0; --i) m.pop(kSaved[i]);
  m.ret();
}

using Emit = std::function<void(MacroAssembler&, Gpr, Gpr, Gpr)>;

void checkIntegers(const char* what, const Emit& emit, const std::function<int64_t(int64_t, int64_t)>& expected) {
  for (const Operands& o : kOperands) {
    MacroAssembler m;
    enter(m);
    m.move(o.a, kRdi);
    if (o.b != o.a) m.move(o.b, kRsi);
    emit(m, o.dst, o.a, o.b);
    m.move(kRax, o.dst);
    leave(m);
    PlacedCode<int64_t(int64_t, int64_t)> run(m);
    for (int64_t a : kIntegers) {
      for (int64_t b : kIntegers) {
        ASSERT_EQ(run(a, b), expected(a, o.a == o.b ? a : b)) << what << " " << a << " " << b;
      }
    }
  }
}

uint64_t bits(int64_t x) { return static_cast<uint64_t>(x); }

TEST(Macro, Integers) {
#define BINARY(name, expression)                                              \
  checkIntegers(                                                              \
      #name, [](MacroAssembler& m, Gpr d, Gpr a, Gpr b) { m.name(d, a, b); }, \
      [](int64_t a, int64_t b) { return static_cast<int64_t>(expression); })
  BINARY(add64, bits(a) + bits(b));
  BINARY(sub64, bits(a) - bits(b));
  BINARY(mul64, bits(a) * bits(b));
  BINARY(and64, a & b);
  BINARY(or64, a | b);
  BINARY(xor64, a ^ b);
#define UNARY(name, call, expression)                                                \
  checkIntegers(                                                                     \
      name, [](MacroAssembler& m, Gpr d, Gpr a, [[maybe_unused]] Gpr b) { m.call; }, \
      [](int64_t a, [[maybe_unused]] int64_t b) { return static_cast<int64_t>(expression); })
  UNARY("move", move(d, a), a);
  UNARY("addConstant64", addConstant64(d, a, -1000), bits(a) - 1000);
  UNARY("andConstant64", andConstant64(d, a, -256), a & -256);
  UNARY("shiftLeft64", shiftLeft64(d, a, 17), bits(a) << 17);
  UNARY("shiftLeft64 by 1", shiftLeft64(d, a, 1), bits(a) << 1);
  UNARY("shiftRight64", shiftRight64(d, a, 60), bits(a) >> 60);
  UNARY("shiftRightSigned64", shiftRightSigned64(d, a, 60), a >> 60);
  UNARY("negate64", negate64(d, a), 0 - bits(a));
  UNARY("not64", not64(d, a), ~a);
  UNARY("extendSign32", extendSign32(d, a), static_cast<int32_t>(a));
  UNARY("extendZero32", extendZero32(d, a), static_cast<uint32_t>(a));
  UNARY("through double", moveBits(Xmm::k3, a); m.moveBits(d, Xmm::k3), a);
}

TEST(Macro, CheckedIntegers) {
  constexpr int64_t kOverflowed = 0x5EED;
#define CHECKED(name, builtin)                                \
  checkIntegers(                                              \
      #name,                                                  \
      [](MacroAssembler& m, Gpr d, Gpr a, Gpr b) {            \
        Label overflow, done;                                 \
        m.name(d, a, b, overflow);                            \
        m.jump(done);                                         \
        m.bind(overflow);                                     \
        m.moveConstant(d, kOverflowed);                       \
        m.bind(done);                                         \
      },                                                      \
      [](int64_t a, int64_t b) {                              \
        int64_t result;                                       \
        return builtin(a, b, &result) ? kOverflowed : result; \
      })
  CHECKED(addChecked64, __builtin_add_overflow);
  CHECKED(subChecked64, __builtin_sub_overflow);
  CHECKED(mulChecked64, __builtin_mul_overflow);
}

TEST(Macro, Constants) {
  for (int64_t value : kIntegers) {
    MacroAssembler m;
    m.moveConstant(kRax, value);
    m.ret();
    EXPECT_EQ(PlacedCode<int64_t()>(m)(), value);
  }
  for (double value : kDoubles) {
    MacroAssembler m;
    m.moveConstantDouble(Xmm::k0, value);
    m.moveBits(kRax, Xmm::k0);
    m.ret();
    EXPECT_EQ(PlacedCode<uint64_t()>(m)(), std::bit_cast<uint64_t>(value)) << value;
  }
}

TEST(Macro, Branches) {
  const std::pair<IntCondition, std::function<bool(int64_t, int64_t)>> kConditions[] = {
      {IntCondition::kEqual, std::equal_to<int64_t>()},
      {IntCondition::kNotEqual, std::not_equal_to<int64_t>()},
      {IntCondition::kLess, std::less<int64_t>()},
      {IntCondition::kLessEqual, std::less_equal<int64_t>()},
      {IntCondition::kGreater, std::greater<int64_t>()},
      {IntCondition::kGreaterEqual, std::greater_equal<int64_t>()},
      {IntCondition::kBelow, [](int64_t a, int64_t b) { return bits(a) < bits(b); }},
      {IntCondition::kBelowEqual, [](int64_t a, int64_t b) { return bits(a) <= bits(b); }},
      {IntCondition::kAbove, [](int64_t a, int64_t b) { return bits(a) > bits(b); }},
      {IntCondition::kAboveEqual, [](int64_t a, int64_t b) { return bits(a) >= bits(b); }},
  };
  auto yesOrNo = [](MacroAssembler& m, Label& yes) {
    m.moveConstant(kRax, 0);
    m.ret();
    m.bind(yes);
    m.moveConstant(kRax, 1);
    m.ret();
  };
  for (const auto& [condition, holds] : kConditions) {
    MacroAssembler m;
    Label yes;
    m.branch64(condition, kRdi, kRsi, yes);
    yesOrNo(m, yes);
    PlacedCode<int64_t(int64_t, int64_t)> run(m);
    for (int64_t a : kIntegers) {
      for (int64_t b : kIntegers) ASSERT_EQ(run(a, b), holds(a, b)) << a << " " << b;
    }
    for (int32_t b : {0, 1, -1, 127, 128, INT32_MAX, INT32_MIN}) {
      MacroAssembler n;
      Label constantYes;
      n.branchConstant64(condition, kRdi, b, constantYes);
      yesOrNo(n, constantYes);
      PlacedCode<int64_t(int64_t)> compare(n);
      for (int64_t a : kIntegers) ASSERT_EQ(compare(a), holds(a, b)) << a << " " << b;
    }
  }
  for (int32_t mask : {1, 0xF0, -1, INT32_MIN}) {
    MacroAssembler m, n;
    Label yes, no;
    m.branchIfBits64(kRdi, mask, yes);
    yesOrNo(m, yes);
    n.branchIfNoBits64(kRdi, mask, no);
    yesOrNo(n, no);
    PlacedCode<int64_t(int64_t)> some(m), none(n);
    for (int64_t a : kIntegers) {
      EXPECT_EQ(some(a), (a & mask) != 0);
      EXPECT_EQ(none(a), (a & mask) == 0);
    }
  }
}

TEST(Macro, DoubleBranches) {
  const std::pair<DoubleCondition, std::function<bool(double, double)>> kConditions[] = {
      {DoubleCondition::kEqual, [](double a, double b) { return a == b; }},
      {DoubleCondition::kLess, [](double a, double b) { return a < b; }},
      {DoubleCondition::kLessEqual, [](double a, double b) { return a <= b; }},
      {DoubleCondition::kGreater, [](double a, double b) { return a > b; }},
      {DoubleCondition::kGreaterEqual, [](double a, double b) { return a >= b; }},
  };
  for (const auto& [condition, holds] : kConditions) {
    for (bool opposite : {false, true}) {
      MacroAssembler m;
      Label yes;
      m.branchDouble(opposite ? negate(condition) : condition, Xmm::k0, Xmm::k1, yes);
      m.moveConstant(kRax, 0);
      m.ret();
      m.bind(yes);
      m.moveConstant(kRax, 1);
      m.ret();
      PlacedCode<int64_t(double, double)> run(m);
      for (double a : kDoubles) {
        for (double b : kDoubles) ASSERT_EQ(run(a, b), holds(a, b) != opposite) << a << " " << b;
      }
    }
  }
}

TEST(Macro, Doubles) {
  using EmitDouble = std::function<void(MacroAssembler&, Xmm, Xmm, Xmm)>;
  auto check = [](const char* what, const EmitDouble& emit, const std::function<double(double, double)>& expected) {
    const Xmm kChoices[][3] = {{Xmm::k2, Xmm::k0, Xmm::k1},
                               {Xmm::k0, Xmm::k0, Xmm::k1},
                               {Xmm::k1, Xmm::k0, Xmm::k1},
                               {Xmm::k9, Xmm::k0, Xmm::k0},
                               {Xmm::k0, Xmm::k0, Xmm::k0}};
    for (const auto& o : kChoices) {
      MacroAssembler m;
      emit(m, o[0], o[1], o[2]);
      m.moveDouble(Xmm::k0, o[0]);
      m.ret();
      PlacedCode<double(double, double)> run(m);
      for (double a : kDoubles) {
        for (double b : kDoubles) {
          double right = expected(a, o[1] == o[2] ? a : b), got = run(a, b);
          if (std::isnan(right)) {
            ASSERT_TRUE(std::isnan(got)) << what;
          } else {
            ASSERT_EQ(std::bit_cast<uint64_t>(got), std::bit_cast<uint64_t>(right)) << what << " " << a << " " << b;
          }
        }
      }
    }
  };
#define DOUBLE(call, expression)                                                      \
  check(                                                                              \
      #call, [](MacroAssembler& m, Xmm d, Xmm a, [[maybe_unused]] Xmm b) { m.call; }, \
      [](double a, [[maybe_unused]] double b) -> double { return expression; })
  DOUBLE(addDouble(d, a, b), a + b);
  DOUBLE(subDouble(d, a, b), a - b);
  DOUBLE(mulDouble(d, a, b), a * b);
  DOUBLE(divDouble(d, a, b), a / b);
  DOUBLE(sqrtDouble(d, a), std::sqrt(a));
  DOUBLE(negateDouble(d, a), -a);

  MacroAssembler m, n;
  m.int64ToDouble(Xmm::k0, kRdi);
  m.ret();
  PlacedCode<double(int64_t)> toDouble(m);
  for (int64_t a : kIntegers) EXPECT_EQ(toDouble(a), static_cast<double>(a));
  n.doubleToInt64(kRax, Xmm::k0);
  n.ret();
  PlacedCode<int64_t(double)> toInteger(n);
  for (double a : {0.0, -0.0, 1.9, -1.9, 4503599627370497.5, -9223372036854775808.0})
    EXPECT_EQ(toInteger(a), static_cast<int64_t>(a));
}

TEST(Macro, LoadsAndStores) {
  MacroAssembler m;  // (from, to, index): copies with every width
  m.load64(kRax, m.address(kRdi, 0));
  m.store64(m.address(kRsi, 0), kRax);
  m.load32(kRax, m.address(kRdi, 8));
  m.store64(m.address(kRsi, 8), kRax);
  m.load16(kRax, m.address(kRdi, 8));
  m.store64(m.address(kRsi, 16), kRax);
  m.load8(kRax, m.address(kRdi, 8));
  m.store64(m.address(kRsi, 24), kRax);
  m.load32Signed(kRax, m.address(kRdi, 8));
  m.store64(m.address(kRsi, 32), kRax);
  m.load64(kRax, m.element(kRdi, kRdx, 3, -8));
  m.store32(m.address(kRsi, 40), kRax);
  m.store16(m.address(kRsi, 48), kRax);
  m.store8(m.address(kRsi, 56), kRax);
  m.loadDouble(Xmm::k0, m.address(kRdi, 0));
  m.storeDouble(m.element(kRsi, kRdx, 3, 48), Xmm::k0);
  m.ret();
  PlacedCode<void(const uint64_t*, uint64_t*, int64_t)> run(m);
  const uint64_t from[] = {0x0123456789ABCDEF, 0xFEDCBA9887654321};
  uint64_t to[9] = {};
  run(from, to, 2);
  const uint64_t expected[] = {from[0],    0x87654321, 0x4321, 0x21,   0xFFFFFFFF87654321,
                               0x87654321, 0x4321,     0x21,   from[0]};
  for (int i = 0; i < 9; ++i) EXPECT_EQ(to[i], expected[i]) << i;
}

TEST(Macro, Control) {
  MacroAssembler m;  // calls a label, a register and jumps through a register: 3 * 7 + 1
  Label function, start, end;
  m.jump(start);
  m.bind(function);
  m.addConstant64(kRax, kRax, 7);
  m.ret();
  m.bind(start);
  m.moveConstant(kRax, 0);
  m.call(function);
  m.call(function);
  m.moveAddressOf(kRcx, function);
  m.call(kRcx);
  m.moveAddressOf(kRdx, end);
  m.jump(kRdx);
  m.trap();
  m.bind(end);
  m.addConstant64(kRax, kRax, 1);
  m.ret();
  EXPECT_EQ(PlacedCode<int64_t()>(m)(), 22);
}

}  // namespace
}  // namespace devvm::jit::test
