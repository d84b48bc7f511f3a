// Random graphs do the same before and after passes: they return the same and leave the same in memory; where they
// leave, it is at a place by which the graph came before any pass, with the same values and writes; and they leave by
// no other way where the graph left before.
#include <gtest/gtest.h>

#include <cstdlib>

#include "evaluator.h"
#include "jit/passes/pass.h"
#include "random_graph.h"

namespace devvm::jit::ir::testing {
namespace {

uint32_t number(const char* name, uint32_t standard) {
  const char* text = std::getenv(name);
  return text != nullptr ? static_cast<uint32_t>(std::strtoul(text, nullptr, 10)) : standard;
}

std::string list(const std::vector<Datum>& values) {
  std::string text;
  for (const Datum& d : values) {
    text += d.kind == Datum::kObject ? d.object->name : std::to_string(d.kind) + ":" + std::to_string(d.bits);
    text += " ";
  }
  return text;
}

struct Counts {
  uint32_t returned = 0, left = 0, leftEarlier = 0;
};

/// What is wrong with the run of the changed graph; empty: nothing.
std::string compare(const Run& before, const Run& after, Counts& counts) {
  if (after.end == Run::kBroken) return after.leftBy;
  if (before.end == Run::kTooLong || after.end == Run::kTooLong) return "";
  if (after.end == Run::kReturned) {
    if (before.end != Run::kReturned) return "it returns where it left by " + before.leftBy;
    counts.returned++;
    if (before.results != after.results) return "it returns " + after.results + " not " + before.results;
    return before.trace == after.trace ? "" : "it writes other things";
  }
  (before.end == Run::kReturned ? counts.leftEarlier : counts.left)++;
  if (after.trace.size() > before.trace.size()) return "it writes more before it leaves";
  for (size_t i = 0; i < after.trace.size(); i++) {
    if (after.trace[i] != before.trace[i]) return "it writes " + after.trace[i] + " not " + before.trace[i];
  }
  return before.places.contains(after.leftBy) ? "" : "it leaves where it never was: " + after.leftBy;
}

void check(uint32_t seed, const std::vector<passes::PassId>& chosen, Counts& counts) {
  Graph original, changed;
  makeRandomGraph(original, seed);
  std::string fault = verify(original);
  ASSERT_EQ(fault, "") << "seed " << seed << "\n" << print(original);
  makeRandomGraph(changed, seed);
  passes::PassOptions options;
  options.verify = true;
  options.level = 2 + static_cast<int>(seed % 2);
  passes::PassReport report;
  bool good = true;
  if (chosen.empty()) {
    good = passes::runPipeline(changed, options, report);
  } else {
    for (passes::PassId id : chosen) good = good && passes::runPass(id, changed, options, report);
  }
  ASSERT_TRUE(good) << "seed " << seed << ": " << report.fault << "\n" << print(original) << "----\n" << print(changed);
  for (uint32_t k = 0; k < 6; k++) {
    std::vector<std::unique_ptr<Object>> first, second;
    std::mt19937 random(seed * 31 + k), again(seed * 31 + k);
    std::vector<Datum> slots = makeSlots(random, first), same = makeSlots(again, second);
    std::string words = list(slots);
    Run before = evaluate(original, slots);
    ASSERT_NE(before.end, Run::kBroken) << "seed " << seed << ": " << before.leftBy << "\n" << print(original);
    std::string wrong = compare(before, evaluate(changed, same), counts);
    ASSERT_EQ(wrong, "") << "seed " << seed << ", slots " << words << "\n"
                         << print(original) << "----\n"
                         << print(changed);
  }
}

TEST(RandomGraphs, PipelineKeepsTheirMeaning) {
  Counts counts;
  for (uint32_t seed = number("SEED", 1), end = seed + number("COUNT", 400); seed < end && !HasFatalFailure(); seed++) {
    check(seed, {}, counts);
  }
  // The comparison says something.
  EXPECT_GT(counts.returned, counts.leftEarlier);
  EXPECT_GT(counts.left, 0u);
  EXPECT_GT(counts.leftEarlier, 0u);
  std::printf("%u returned, %u left, %u left earlier\n", counts.returned, counts.left, counts.leftEarlier);
}

TEST(RandomGraphs, EachPassKeepsTheirMeaning) {
  Counts counts;
  for (uint32_t seed = number("SEED", 1000), end = seed + number("COUNT", 60); seed < end && !HasFatalFailure();
       seed++) {
    for (size_t i = 0; i < passes::kPassCount && !HasFatalFailure(); i++) {
      auto id = static_cast<passes::PassId>(i);
      check(seed, {passes::PassId::kRepresentation, id, passes::PassId::kGvn, id}, counts);
    }
  }
}

}  // namespace
}  // namespace devvm::jit::ir::testing
