// The allocator alone: against a simple model, on random sequences.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "jit/code/free_ranges.h"

namespace devvm::jit {
namespace {

TEST(FreeRanges, TakesTheBestFit) {
  FreeRanges ranges;
  ASSERT_TRUE(ranges.extend(100));
  uint32_t a = ranges.take(10), fence1 = ranges.take(1), b = ranges.take(9), fence2 = ranges.take(1);
  EXPECT_EQ(ranges.start(a), 0u);
  EXPECT_EQ(ranges.start(b), 11u);
  ranges.release(a);
  ranges.release(b);
  EXPECT_EQ(ranges.freeCount(), 3u);
  uint32_t c = ranges.take(9);
  EXPECT_EQ(ranges.start(c), 11u) << "the hole of 9, not that of 10";
  EXPECT_TRUE(ranges.check());
  ranges.release(c);
  ranges.release(fence1);
  ranges.release(fence2);
  EXPECT_EQ(ranges.freeCount(), 1u);
  EXPECT_EQ(ranges.largestFree(), 100u);
  EXPECT_TRUE(ranges.check());
}

TEST(FreeRanges, FullAndEmpty) {
  FreeRanges ranges;
  EXPECT_EQ(ranges.take(1), FreeRanges::kNone);
  EXPECT_EQ(ranges.cutTail(0), 0u);
  ASSERT_TRUE(ranges.extend(8));
  uint32_t all = ranges.take(8);
  EXPECT_NE(all, FreeRanges::kNone);
  EXPECT_EQ(ranges.take(1), FreeRanges::kNone);
  EXPECT_EQ(ranges.largestFree(), 0u);
  ASSERT_TRUE(ranges.extend(4));
  EXPECT_EQ(ranges.endOfTaken(), 8u);
  EXPECT_EQ(ranges.cutTail(1), 3u);
  EXPECT_EQ(ranges.total(), 9u);
  EXPECT_EQ(ranges.cutTail(0), 1u);
  EXPECT_EQ(ranges.cutTail(0), 0u);
  ranges.release(all);
  EXPECT_EQ(ranges.cutTail(0), 8u);
  EXPECT_EQ(ranges.total(), 0u);
  EXPECT_TRUE(ranges.check());
}

TEST(FreeRanges, RandomSequences) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    FreeRanges ranges;
    std::vector<bool> taken;
    std::map<uint32_t, std::pair<uint32_t, uint32_t>> live;  // range -> start, size
    auto longestFree = [&] {
      uint32_t best = 0, run = 0;
      for (bool t : taken) {
        run = t ? 0 : run + 1;
        best = std::max(best, run);
      }
      return best;
    };
    for (int step = 0; step < 3000; ++step) {
      switch (random() % 8) {
        case 0: {
          uint32_t size = random() % 50 + 1;
          ASSERT_TRUE(ranges.extend(size));
          taken.resize(taken.size() + size, false);
          break;
        }
        case 1: {
          uint32_t cut = ranges.cutTail(random() % 4);
          for (uint32_t i = 0; i < cut; ++i) {
            ASSERT_FALSE(taken.back());
            taken.pop_back();
          }
          break;
        }
        case 2:
        case 3:
        case 4: {
          uint32_t size = random() % 20 + 1, range = ranges.take(size);
          if (range == FreeRanges::kNone) {
            ASSERT_LT(longestFree(), size) << "seed " << seed;
            break;
          }
          ASSERT_EQ(ranges.size(range), size);
          for (uint32_t i = 0; i < size; ++i) {
            ASSERT_FALSE(taken[ranges.start(range) + i]) << "seed " << seed;
            taken[ranges.start(range) + i] = true;
          }
          ASSERT_TRUE(live.emplace(range, std::pair(ranges.start(range), size)).second);
          break;
        }
        default: {
          if (live.empty()) break;
          auto one = std::next(live.begin(), static_cast<long>(random() % live.size()));
          for (uint32_t i = 0; i < one->second.second; ++i) taken[one->second.first + i] = false;
          ranges.release(one->first);
          live.erase(one);
        }
      }
      ASSERT_EQ(ranges.total(), taken.size());
      if (step % 16 == 0) {
        ASSERT_TRUE(ranges.check()) << "seed " << seed << " step " << step;
        ASSERT_EQ(ranges.largestFree(), longestFree());
      }
    }
  }
}

}  // namespace
}  // namespace devvm::jit
