#include <gtest/gtest.h>

#include <map>
#include <random>

#include "jit/regalloc/allocation.h"

namespace devvm::jit::regalloc {
namespace {

using Key = std::pair<int, int32_t>;
Key keyOf(const Place& p) { return {p.kind, p.index}; }

TEST(ParallelMoves, RandomOnes) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; round++) {
    std::vector<Place> places;
    for (unsigned i = 0; i < 3; i++) {
      places.push_back(Place::gpr(i));
      places.push_back(Place::xmm(i));
      places.push_back(Place::word(static_cast<int32_t>(i)));
    }
    std::vector<Place> targets = places;
    std::shuffle(targets.begin(), targets.end(), random);
    std::vector<Move> moves;
    size_t count = random() % targets.size() + 1;
    for (size_t i = 0; i < count; i++) moves.push_back({places[random() % places.size()], targets[i], nullptr});
    std::map<Key, int> before, now;
    for (size_t i = 0; i < places.size(); i++) before[keyOf(places[i])] = static_cast<int>(i);
    now = before;
    std::vector<Move> ordered = moves;
    sequence(ordered);
    for (const Move& m : ordered) now[keyOf(m.to)] = now[keyOf(m.from)];
    for (const Move& m : moves) {
      ASSERT_EQ(now[keyOf(m.to)], before[keyOf(m.from)]) << "round " << round;
    }
    std::vector<Key> written;
    for (const Move& m : moves) written.push_back(keyOf(m.to));
    for (const auto& [key, content] : before) {
      if (std::find(written.begin(), written.end(), key) == written.end()) ASSERT_EQ(now[key], content);
    }
  }
}

}  // namespace
}  // namespace devvm::jit::regalloc
