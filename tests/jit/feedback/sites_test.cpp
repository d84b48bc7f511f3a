// The sites of instructions.
#include <gtest/gtest.h>

#include "jit/feedback/feedback.h"

namespace devvm::jit {
namespace {

// Feedback is found by the offset of an instruction alone: that holds while no fused one has two sites in front of its
// tail.
TEST(Sites, AFusedInstructionIsOneSiteAtMost) {
  size_t count;
  const bytecode::FusionInfo* fusions = bytecode::fusions(count);
  ASSERT_GT(count, 50u);
  size_t withSites = 0;
  for (size_t i = 0; i < count; i++) {
    unsigned sites = 0;
    for (unsigned c = 0; c + fusions[i].tail < fusions[i].count; c++) {
      SiteKind kind;
      sites += isSite(fusions[i].components[c], kind);
    }
    EXPECT_LE(sites, 1u) << bytecode::opInfo(fusions[i].fused).mnemonic;
    withSites += sites;
  }
  EXPECT_GT(withSites, 40u);
}

TEST(TypeSets, NamesAndQuestions) {
  TypeSet s;
  EXPECT_TRUE(s.isEmpty());
  EXPECT_FALSE(s.isOnlyInts());
  EXPECT_EQ(s.text(), "-");
  s.add(TypeSet::of(heap::Value::smallInt(1)));
  EXPECT_TRUE(s.isOnlyInts());
  s.add(TypeSet::of(heap::Value::number(0.5)));
  EXPECT_FALSE(s.isOnlyInts());
  EXPECT_TRUE(s.isOnlyNumbers());
  s.add(TypeSet::of(heap::Value::nil()));
  EXPECT_FALSE(s.isOnlyNumbers());
  EXPECT_EQ(s.text(), "int|float|nil");
  EXPECT_EQ(TypeSet::of(heap::Value::boolean(true)).text(), "boolean");
  EXPECT_EQ(TypeSet::of(heap::Value::light(5)).text(), "other");
  EXPECT_EQ(TypeSet::fromBits(0xFFFF).text(), "int|float|wide|string|table|function|nil|boolean|other");
}

}  // namespace
}  // namespace devvm::jit
