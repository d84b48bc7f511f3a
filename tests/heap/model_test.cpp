// Random graphs against the model, in every mode of the heap.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "heap/model.h"

namespace devvm::heap::test {
namespace {

uint64_t seedFromEnvironment(uint64_t fallback) {
  const char* text = std::getenv("DEVVM_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 0) : fallback;
}

void runWorld(WorldOptions options, size_t steps) {
  options.seed = seedFromEnvironment(options.seed);
  World world(options);
  world.run(steps);
  world.finish();
  EXPECT_EQ(world.error(), "");
  EXPECT_EQ(world.vm.heap.verify(), "");
  HeapStats s = world.vm.heap.stats();
  std::printf("  %zu steps, %zu minor, %zu full collections, %zu cycles\n", steps,
              static_cast<size_t>(s.minorCollections), static_cast<size_t>(s.fullCollections),
              static_cast<size_t>(s.cycles));
  if (options.heap.markAlways) EXPECT_GT(s.cycles, 2u);
}

TEST(HeapModel, SmallNursery) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    runWorld({.heap = {.nurseryBytes = 128u << 10, .verify = true}, .seed = seed, .collectOften = true}, 400'000);
  }
}

TEST(HeapModel, UsualNursery) { runWorld({.heap = {.nurseryBytes = 1u << 20}, .seed = 11}, 1'500'000); }

TEST(HeapModel, ManyRoots) {
  runWorld({.heap = {.nurseryBytes = 256u << 10}, .seed = 12, .roots = 2000, .collectOften = true}, 600'000);
}

TEST(HeapModel, StoppedAndRestarted) {
  runWorld({.heap = {.nurseryBytes = 128u << 10, .verify = true}, .seed = 13, .stopSometimes = true}, 400'000);
}

TEST(HeapModel, MoveAlways) {
  runWorld({.heap = {.nurseryBytes = 512u << 10, .moveAlways = true, .verify = true},
            .seed = 14,
            .roots = 12,
            .bigVector = 200},
           15'000);
  runWorld({.heap = {.nurseryBytes = 512u << 10, .moveAlways = true, .stressInterval = 13}, .seed = 15}, 100'000);
}

TEST(HeapModel, MarkedInSlices) {
  for (uint64_t seed = 21; seed <= 24; seed++) {
    runWorld({.heap = {.nurseryBytes = 64u << 10, .verify = true, .markAlways = true}, .seed = seed}, 600'000);
  }
  runWorld({.heap = {.nurseryBytes = 64u << 10, .markAlways = true}, .seed = 25, .roots = 2000, .collectOften = true},
           600'000);
  runWorld({.heap = {.nurseryBytes = 64u << 10, .verify = true, .markAlways = true}, .seed = 26, .stopSometimes = true},
           300'000);
}

TEST(HeapModel, StudyCollectors) {
  for (auto collector :
       {CollectorChoice::kStudyMarkSweep, CollectorChoice::kStudySemispace, CollectorChoice::kStudyMarkCompact}) {
    runWorld({.heap = {.verify = true, .collector = collector}, .seed = 31, .collectOften = true}, 300'000);
    runWorld({.heap = {.collector = collector}, .seed = 32, .roots = 2000, .collectOften = true}, 300'000);
    runWorld({.heap = {.moveAlways = true, .verify = true, .collector = collector},
              .seed = 33,
              .roots = 12,
              .bigVector = 200},
             10'000);
    runWorld({.heap = {.collector = collector}, .seed = 34, .stopSometimes = true}, 300'000);
  }
}

TEST(HeapModel, TightGrowth) {
  runWorld({.heap = {.nurseryBytes = 128u << 10, .growthPercent = 101}, .seed = 16, .roots = 500}, 600'000);
}

}  // namespace
}  // namespace devvm::heap::test
