// Small functions, run: control flow, tables of jumps, constants, vectors.
#include <gtest/gtest.h>

#include <bit>

#include "jit/assembler/x64/cpu.h"
#include "placed_code.h"

namespace devvm::jit::test {
namespace {

using namespace x64;

TEST(Run, Loop) {
  Assembler a;  // the sum of n elements
  Label loop, done;
  a.xor32(rax, rax);
  a.test64(rsi, rsi);
  a.jcc(Condition::kZero, done);
  a.align(16);
  a.bind(loop);
  a.add64(rax, {rdi, rsi, Scale::k8, -8});
  a.dec64(rsi);
  a.jcc(Condition::kNotZero, loop);
  a.bind(done);
  a.ret();
  PlacedCode<int64_t(const int64_t*, int64_t)> sum(a);
  const int64_t numbers[] = {1, 20, 300, 4000};
  EXPECT_EQ(sum(numbers, int64_t{4}), 4321);
  EXPECT_EQ(sum(numbers, int64_t{0}), 0);
}

TEST(Run, Recursion) {
  Assembler a;  // Fibonacci
  Label fib, small;
  a.bind(fib);
  a.mov32(rax, rdi);
  a.cmp32(rdi, 2);
  a.jcc(Condition::kLess, small, Distance::kShort);
  a.push(rbx);
  a.push(rdi);
  a.sub32(rdi, 1);
  a.call(fib);
  a.mov32(rbx, rax);
  a.pop(rdi);
  a.sub32(rdi, 2);
  a.call(fib);
  a.add32(rax, rbx);
  a.pop(rbx);
  a.bind(small);
  a.ret();
  EXPECT_EQ(PlacedCode<int(int)>(a)(20), 6765);
}

TEST(Run, JumpTable) {
  for (bool tableFirst : {false, true}) {
    Assembler a;
    Label table, code, cases[4], other;
    auto emitTable = [&] {
      a.fillTo(8, 0xCC);
      a.bind(table);
      for (Label& label : cases) a.emitAddressOf(label);
    };
    a.jmp(code);
    if (tableFirst) emitTable();
    a.bind(code);
    a.cmp32(rdi, 4);
    a.jcc(Condition::kAboveEqual, other);
    a.mov32(rdi, rdi);
    a.lea64(rax, Mem::at(table));
    a.jmp(Mem(rax, rdi, Scale::k8));
    for (int i = 0; i < 4; ++i) {
      a.bind(cases[i]);
      a.mov32(rax, static_cast<uint32_t>(i * i));
      a.ret();
    }
    a.bind(other);
    a.mov32(rax, 100);
    a.ret();
    if (!tableFirst) emitTable();
    EXPECT_EQ(a.relocations().size(), 4u);
    PlacedCode<int(int)> square(a);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(square(i), i * i);
    EXPECT_EQ(square(4), 100);
    EXPECT_EQ(square(-1), 100);
  }
}

TEST(Run, Constants) {
  Assembler a;
  Label no;
  a.addsd(xmm0, a.literal(0.5));
  a.mulsd(xmm0, a.literal(4.0));
  a.andpd(xmm0, a.literal128(INT64_MAX, 0));
  // An immediate behind the distance: it counts from the end of the instruction.
  a.cmp64(a.literal64(12345), 12345);
  a.jcc(Condition::kNotEqual, no);
  a.cmp8(a.literal64(77), 77);
  a.jcc(Condition::kNotEqual, no);
  a.cmp16(a.literal64(0x7777), 0x7777);
  a.jcc(Condition::kNotEqual, no);
  a.addsd(xmm0, a.literal(0.5));
  a.bind(no);
  a.ret();
  PlacedCode<double(double)> run(a);
  EXPECT_EQ(run(-3.0), 10.5);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(run.block().address + a.codeSize() + 15) / 16 * 16 % 16, 0u);
}

TEST(Run, FarConstant) {
  // Many constants and much code between: every link is found again.
  Assembler a;
  a.xor32(rax, rax);
  int64_t expected = 0;
  for (int64_t i = 0; i < 3000; ++i) {
    int64_t value = (i % 1500 + 1) * 0x100000001;
    a.add64(rax, a.literal64(static_cast<uint64_t>(value)));
    expected += value;
  }
  a.ret();
  PlacedCode<int64_t()> run(a);
  EXPECT_EQ(a.bytes().size() - a.codeSize(), 1500u * 8 + (8 - a.codeSize() % 8) % 8)
      << "equal constants are stored once";
  EXPECT_EQ(run(), expected);
}

TEST(Run, Conditions) {
  Assembler a;  // (a < b ? 1 : 0) + (a == b ? 10 : 0) + (below ? 100 : 0)
  a.xor32(rax, rax);
  a.xor32(rcx, rcx);
  a.xor32(rdx, rdx);
  a.cmp64(rdi, rsi);
  a.setcc(Condition::kLess, rax);
  a.setcc(Condition::kEqual, rcx);
  a.mov32(r8, 100);
  a.cmov32(Condition::kBelow, rdx, r8);
  a.imul32(rcx, rcx, 10);
  a.add32(rax, rcx);
  a.add32(rax, rdx);
  a.ret();
  PlacedCode<int(int64_t, int64_t)> run(a);
  EXPECT_EQ(run(int64_t{1}, int64_t{2}), 101);
  EXPECT_EQ(run(int64_t{-1}, int64_t{2}), 1);
  EXPECT_EQ(run(int64_t{2}, int64_t{-1}), 100);
  EXPECT_EQ(run(int64_t{2}, int64_t{2}), 10);
}

TEST(Run, Atomics) {
  Assembler a;  // adds 5 to *rdi atomically by comparing and exchanging; returns the old value
  Label again;
  a.mov64(rax, Mem(rdi));
  a.bind(again);
  a.lea64(rcx, {rax, 5});
  a.lock();
  a.cmpxchg64(Mem(rdi), rcx);
  a.jcc(Condition::kNotEqual, again);
  a.mfence();
  a.ret();
  int64_t cell = 37;
  EXPECT_EQ((PlacedCode<int64_t(int64_t*)>(a)(&cell)), 37);
  EXPECT_EQ(cell, 42);
}

TEST(Run, BitsAndBytes) {
  const uint64_t kValues[] = {1, 2, 0x8000000000000000, 0xFF00FF00FF00FF00, 0x123456789ABCDEF0};
  auto check = [&](void (*emit)(Assembler&), uint64_t (*expected)(uint64_t)) {
    Assembler a;
    emit(a);
    a.ret();
    PlacedCode<uint64_t(uint64_t)> run(a);
    for (uint64_t value : kValues) EXPECT_EQ(run(value), expected(value)) << std::hex << value;
  };
  using U = uint64_t;
  check([](Assembler& a) { a.bsr64(rax, rdi); }, [](U x) -> U { return 63 - static_cast<U>(std::countl_zero(x)); });
  check([](Assembler& a) { a.bsf64(rax, rdi); }, [](U x) -> U { return static_cast<U>(std::countr_zero(x)); });
  check([](Assembler& a) { a.mov64(rax, rdi), a.bswap64(rax); }, [](U x) -> U { return __builtin_bswap64(x); });
  if (cpuFeatures().popcnt) {
    check([](Assembler& a) { a.popcnt64(rax, rdi); }, [](U x) -> U { return static_cast<U>(std::popcount(x)); });
  }
  if (cpuFeatures().lzcnt) {
    check([](Assembler& a) { a.lzcnt64(rax, rdi); }, [](U x) -> U { return static_cast<U>(std::countl_zero(x)); });
  }
  if (cpuFeatures().bmi1) {
    check([](Assembler& a) { a.tzcnt64(rax, rdi); }, [](U x) -> U { return static_cast<U>(std::countr_zero(x)); });
  }
  if (cpuFeatures().bmi2) {
    check([](Assembler& a) { a.rorx64(rax, rdi, 12); }, [](U x) -> U { return std::rotr(x, 12); });
    check([](Assembler& a) { a.mov32(rcx, 7), a.shrx64(rax, rdi, rcx); }, [](U x) -> U { return x >> 7; });
  }
}

TEST(Run, Rounding) {
  if (!cpuFeatures().sse41) GTEST_SKIP();
  const std::pair<Rounding, double> kExpected[] = {
      {Rounding::kNearest, -2.0}, {Rounding::kDown, -3.0}, {Rounding::kUp, -2.0}, {Rounding::kTruncate, -2.0}};
  for (auto [rounding, expected] : kExpected) {
    Assembler a;
    a.roundsd(rounding, xmm0, xmm0);
    a.ret();
    EXPECT_EQ(PlacedCode<double(double)>(a)(-2.5), expected);
  }
  Assembler a;  // all ones where a < b
  a.cmpsd(DoublePredicate::kLess, xmm0, xmm1);
  a.movq(rax, xmm0);
  a.ret();
  PlacedCode<int64_t(double, double)> less(a);
  EXPECT_EQ(less(1.0, 2.0), -1);
  EXPECT_EQ(less(2.0, 1.0), 0);
}

TEST(Run, Vectors) {
  if (!cpuFeatures().avx2 || !cpuFeatures().fma) GTEST_SKIP();
  Assembler a;  // y[i] += factor * x[i], 4 at a time
  Label loop;
  a.movsd(xmm1, xmm0);
  a.vbroadcastsd(ymm0, xmm1);
  a.xor32(rax, rax);
  a.bind(loop);
  a.vmovupd(ymm1, Mem(rsi, rax, Scale::k8));
  a.vfmadd231pd(ymm1, ymm0, Mem(rdi, rax, Scale::k8));
  a.vmovupd(Mem(rsi, rax, Scale::k8), ymm1);
  a.add64(rax, 4);
  a.cmp64(rax, rdx);
  a.jcc(Condition::kLess, loop);
  a.vzeroupper();
  a.ret();
  PlacedCode<void(const double*, double*, int64_t, double)> run(a);
  double x[8], y[8];
  for (int i = 0; i < 8; ++i) {
    x[i] = i;
    y[i] = 100;
  }
  run(x, y, int64_t{8}, 2.5);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(y[i], 100 + 2.5 * i);
}

}  // namespace
}  // namespace devvm::jit::test
