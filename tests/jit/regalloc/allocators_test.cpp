#include <gtest/gtest.h>

#include <ctime>

#include "jit/regalloc/allocation.h"
#include "random_program.h"

namespace devvm::jit::regalloc {
namespace {

/// Both methods have to pass.
class Allocators : public testing::TestWithParam<Method> {
 protected:
  void expectRight(uint32_t seed, const ProgramShape& shape);
  uint32_t foundOtherwise_ = 0;  ///< programs for which the method found nothing
};

void Allocators::expectRight(uint32_t seed, const ProgramShape& shape) {
  RandomProgram program(seed, shape);
  Allocation a = allocate(program.graph, program.constraints, GetParam());
  foundOtherwise_ += a.method != GetParam();
  ASSERT_EQ(a.failure, nullptr) << "seed " << seed << ": " << a.failure;
  std::string fault = check(program.constraints, a);
  ASSERT_EQ(fault, "") << "seed " << seed << "\n" << text(program.constraints, a);
}

TEST_P(Allocators, RandomPrograms) {
  for (uint32_t seed = 1; seed <= 300; seed++) expectRight(seed, {});
  EXPECT_LE(foundOtherwise_, 3u);
}

TEST_P(Allocators, FewRegisters) {
  for (uint32_t seed = 1; seed <= 300; seed++) {
    expectRight(seed, {.statements = 80, .values = 20, .gprs = 4, .xmms = 3});
  }
  EXPECT_LE(foundOtherwise_, 3u);
}

TEST_P(Allocators, ManyCalls) {
  for (uint32_t seed = 1; seed <= 300; seed++) {
    expectRight(seed, {.statements = 80, .values = 15, .callsInHundred = 30, .rareInHundred = 60});
  }
  EXPECT_LE(foundOtherwise_, 3u);
}

TEST_P(Allocators, LargePrograms) {
  for (uint32_t seed = 1; seed <= 10; seed++) {
    expectRight(seed, {.statements = 2000, .values = 40, .callsInHundred = 3});
  }
}

INSTANTIATE_TEST_SUITE_P(Both, Allocators, testing::Values(Method::kLinear, Method::kColouring),
                         [](const auto& method) { return method.param == Method::kLinear ? "Linear" : "Colouring"; });

/// A wrong allocation does not pass: any move or store left out, any place changed.
TEST(Checker, SeesFaults) {
  uint32_t seen = 0, made = 0;
  for (uint32_t seed = 1; seed <= 60; seed++) {
    RandomProgram program(seed, {.statements = 60, .values = 12, .callsInHundred = 10, .gprs = 5, .xmms = 4});
    Allocation right = allocate(program.graph, program.constraints);
    ASSERT_EQ(right.failure, nullptr);
    for (size_t i = 0; i < right.moves.size(); i += 3) {
      Allocation wrong = allocate(program.graph, program.constraints);
      wrong.moves[i].to = Place::gpr(wrong.moves[i].to == Place::gpr(1) ? 2 : 1);
      made++;
      seen += !check(program.constraints, wrong).empty();
    }
    for (auto& v : right.values) {
      if (!v.store.isWord()) continue;
      Place was = v.store;
      v.store = Place{};
      made++;
      seen += !check(program.constraints, right).empty();
      v.store = was;
    }
  }
  EXPECT_GT(made, 300u);
  // A move may be of a value that nobody needs there any more; almost all are needed.
  EXPECT_GT(seen * 100, made * 85);
}

/// Not a limit of time, which depends on the machine, but of growth: twice the program takes about twice as long.
TEST(LinearScan, GrowsNearlyLinearly) {
  auto secondsOf = [](uint32_t statements) {
    double best = 1e9;
    RandomProgram program(7, {.statements = statements, .values = 30, .callsInHundred = 2});
    for (int i = 0; i < 3; i++) {
      std::clock_t began = std::clock();
      Allocation a = allocate(program.graph, program.constraints);
      best = std::min(best, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
      EXPECT_EQ(a.failure, nullptr);
      if (i == 0) {
        std::printf("%u nodes, %zu values, %zu pieces, %zu moves\n", program.graph.nodeCount(), a.values.size(),
                    a.pieces.size(), a.moves.size());
      }
    }
    return best;
  };
  double small = secondsOf(3000), large = secondsOf(12000);
  std::printf("3000 statements: %.2f ms, 12000: %.2f ms\n", small * 1e3, large * 1e3);
  EXPECT_LT(large, small * 16);
}

}  // namespace
}  // namespace devvm::jit::regalloc
