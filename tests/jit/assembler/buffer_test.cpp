// Labels, constants, tags, growth and failures of the code buffer.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "jit/assembler/x64/assembler.h"

namespace devvm::jit::test {
namespace {

using namespace x64;

std::vector<uint8_t> bytesOf(const CodeBuffer& buffer) { return {buffer.bytes().begin(), buffer.bytes().end()}; }

TEST(Buffer, ZeroedLabelsAreFresh) {
  alignas(Label) uint8_t memory[sizeof(Label)] = {};
  Label* label = reinterpret_cast<Label*>(memory);
  EXPECT_FALSE(label->isBound());
  EXPECT_FALSE(label->isAwaited());
}

TEST(Buffer, LabelsLinkAnyNumberOfUses) {
  Assembler a;
  Label label;
  std::vector<uint32_t> ends;
  for (int i = 0; i < 5000; ++i) {
    a.jmp(label);
    ends.push_back(a.position());
  }
  EXPECT_TRUE(label.isAwaited());
  a.bind(label);
  EXPECT_FALSE(label.isAwaited());
  EXPECT_EQ(label.position(), 25000u);
  for (int i = 0; i < 10; ++i) {
    a.jcc(Condition::kEqual, label, Distance::kNear);
    ends.push_back(a.position());
  }
  ASSERT_TRUE(a.finish());
  for (uint32_t end : ends) {
    EXPECT_EQ(end + base::readLittle<uint32_t>(a.bytes().data() + end - 4), label.position());
  }
}

TEST(Buffer, BackwardJumpsChooseTheirLength) {
  for (int gap : {0, 125, 126, 127, 1000}) {
    Assembler a;
    Label label;
    a.bind(label);
    for (int i = 0; i < gap; ++i) a.nop();
    a.jmp(label);
    EXPECT_EQ(a.position(), static_cast<uint32_t>(gap + (gap <= 126 ? 2 : 5)));
  }
}

TEST(Buffer, ShortJumpsThatDoNotReachFail) {
  for (int gap : {127, 128}) {
    Assembler a;
    Label label;
    a.jmp(label, Distance::kShort);
    for (int i = 0; i < gap; ++i) a.nop();
    a.bind(label);
    EXPECT_EQ(a.finish(), gap == 127);
    EXPECT_EQ(a.error(), gap == 127 ? CodeError::kNone : CodeError::kShortJumpTooFar);
  }
  Assembler backward;
  Label label;
  backward.bind(label);
  for (int i = 0; i < 127; ++i) backward.nop();
  backward.jmp(label, Distance::kShort);
  EXPECT_EQ(backward.error(), CodeError::kShortJumpTooFar);
  Assembler apart;  // two uses that cannot both reach
  Label other;
  apart.jmp(other, Distance::kShort);
  for (int i = 0; i < 300; ++i) apart.nop();
  apart.jmp(other, Distance::kShort);
  EXPECT_EQ(apart.error(), CodeError::kShortJumpTooFar);
  apart.bind(other);
  EXPECT_FALSE(apart.finish());
}

TEST(Buffer, UnboundLabelsFail) {
  Assembler a;
  Label label;
  a.lea64(rax, Mem::at(label));
  EXPECT_FALSE(a.finish());
  EXPECT_EQ(a.error(), CodeError::kUnboundLabel);
  EXPECT_STREQ(codeErrorText(a.error()), "a label is used but not bound");
}

TEST(Buffer, ConstantsAreStoredOnceAndAligned) {
  Assembler a;
  a.movsd(xmm0, a.literal(1.0));
  a.andpd(xmm0, a.literal128(1, 2));
  a.movsd(xmm1, a.literal(1.0));
  a.andpd(xmm1, a.literal128(1, 2));
  a.movsd(xmm2, a.literal(-0.0));
  a.movsd(xmm3, a.literal(0.0));
  a.movsd(xmm4, a.literal64(1));
  a.ret();
  uint32_t code = a.position();
  ASSERT_TRUE(a.finish());
  EXPECT_EQ(a.codeSize(), code);
  uint32_t pool = (code + 15) / 16 * 16;
  ASSERT_EQ(a.bytes().size(), pool + 16 + 4 * 8);
  for (uint32_t i = code; i < pool; ++i) EXPECT_EQ(a.bytes()[i], 0xCC);
  EXPECT_EQ(base::readLittle<uint64_t>(&a.bytes()[pool]), 1u);
  EXPECT_EQ(base::readLittle<uint64_t>(&a.bytes()[pool + 8]), 2u);
  EXPECT_EQ(base::readLittle<uint64_t>(&a.bytes()[pool + 16]), std::bit_cast<uint64_t>(1.0));
}

TEST(Operands, Conditions) {
  EXPECT_EQ(negate(Condition::kBelow), Condition::kAboveEqual);
  EXPECT_EQ(negate(Condition::kParity), Condition::kNoParity);
  EXPECT_EQ(negate(Condition::kGreater), Condition::kLessEqual);
  for (int i = 0; i < 16; ++i) {
    auto c = static_cast<Condition>(i);
    EXPECT_EQ(negate(negate(c)), c);
    EXPECT_EQ(swapSides(swapSides(c)), c);
  }
  EXPECT_EQ(swapSides(Condition::kLess), Condition::kGreater);
  EXPECT_EQ(swapSides(Condition::kAboveEqual), Condition::kBelowEqual);
  EXPECT_EQ(swapSides(Condition::kEqual), Condition::kEqual);
}

TEST(Operands, Immediates) {
  static_assert(Imm(sizeof(int)).value() == 4);
  static_assert(Imm(0x7FFFFFFFull).value() == INT32_MAX);
  static_assert(Imm(int64_t{INT32_MIN}).value() == INT32_MIN);
  EXPECT_TRUE(Imm(-128).fits8());
  EXPECT_TRUE(Imm(127).fits8());
  EXPECT_FALSE(Imm(128).fits8());
  EXPECT_FALSE(Imm(-129).fits8());
}

TEST(Buffer, Tags) {
  Assembler a;
  EXPECT_EQ(a.tagAt(0, 99), 99u);
  a.nop();
  a.mark(5);
  a.nop();
  a.mark(6);
  a.mark(7);
  a.nop(10);
  a.mark(8);
  ASSERT_EQ(a.tags().size(), 4u);
  EXPECT_EQ(a.tagAt(0, 99), 99u);
  EXPECT_EQ(a.tagAt(1, 99), 5u);
  EXPECT_EQ(a.tagAt(2, 99), 7u);
  EXPECT_EQ(a.tagAt(11, 99), 7u);
  EXPECT_EQ(a.tagAt(12, 99), 8u);
  EXPECT_EQ(a.tagAt(1000, 99), 8u);
}

// Everything that a buffer does, for the tests that repeat it.
void emitAll(Assembler& a, int rounds) {
  Label end;
  for (int i = 0; i < rounds; ++i) {
    Label skip;
    a.mark(static_cast<uint32_t>(i));
    a.jcc(Condition::kEqual, skip, Distance::kShort);
    a.mov64(rax, int64_t{0x123456789} * i);
    a.addsd(xmm0, a.literal(i));
    a.call(Outside(uintptr_t{0x1000}));
    a.jmp(end);
    a.emitAddressOf(end);
    a.bind(skip);
  }
  a.bind(end);
}

TEST(Buffer, ResetStartsAgain) {
  Assembler a, fresh;
  emitAll(a, 500);
  ASSERT_TRUE(a.finish());
  a.reset();
  EXPECT_EQ(a.position(), 0u);
  EXPECT_TRUE(a.tags().empty());
  EXPECT_TRUE(a.relocations().empty());
  emitAll(a, 20);
  emitAll(fresh, 20);
  ASSERT_TRUE(a.finish());
  ASSERT_TRUE(fresh.finish());
  EXPECT_EQ(bytesOf(a), bytesOf(fresh));
  EXPECT_EQ(a.codeSize(), fresh.codeSize());
  a.reset();
  Label label;
  a.jmp(label);
  EXPECT_FALSE(a.finish());
  a.reset();
  EXPECT_FALSE(a.failed());
}

TEST(Buffer, GrowthKeepsTheBytes) {
  Assembler a;
  for (uint32_t i = 0; i < 100000; ++i) a.emit32(i);
  ASSERT_TRUE(a.finish());
  for (uint32_t i = 0; i < 100000; ++i) ASSERT_EQ(base::readLittle<uint32_t>(&a.bytes()[i * 4]), i);
}

TEST(Buffer, TheLimitHolds) {
  for (uint32_t limit : {0u, 1u, 100u, 4096u, 5000u}) {
    Assembler a(limit);
    emitAll(a, 1000);
    EXPECT_FALSE(a.finish());
    EXPECT_EQ(a.error(), CodeError::kTooLarge) << limit;
    EXPECT_LE(a.bytes().size(), limit + CodeBuffer::kReserve);
    a.reset();
    emitAll(a, 1000);  // fails again, quietly
    EXPECT_FALSE(a.finish());
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DEVVM_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DEVVM_SANITIZED 1
#endif
#endif

#ifndef DEVVM_SANITIZED  // these reserve more address space than the test leaves
TEST(Buffer, MissingMemoryIsReported) {
  pid_t child = fork();
  if (child == 0) {
    rlimit few{size_t{64} << 20, size_t{64} << 20};
    setrlimit(RLIMIT_AS, &few);
    Assembler a;
    for (int i = 0; i < 3000; ++i) {
      emitAll(a, 1000);
      if (a.failed()) break;
    }
    bool right = a.error() == CodeError::kOutOfMemory && !a.finish() && a.error() == CodeError::kOutOfMemory;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

}  // namespace
}  // namespace devvm::jit::test
