// A reference model of the mock VM: the same objects by identity in a map, reachability by plain search. A World makes
// random changes to both and compares them after every collection.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "heap/mock_vm.h"

namespace devvm::heap::test {

/// What a slot holds, as far as the model knows: an identity, or one of the marks below, or a number.
using Ref = uint64_t;
inline constexpr Ref kNilRef = 0;
inline constexpr Ref kAbsentRef = ~uint64_t{0};
inline constexpr Ref kNumberRef = uint64_t{1} << 62;  ///< plus the number
inline bool isObjectRef(Ref r) { return r != kNilRef && r < kNumberRef; }

struct ModelObject {
  Kind kind;
  std::vector<Ref> slots;
};
using IdSet = std::unordered_set<uint64_t>;

struct WorldOptions {
  HeapOptions heap;
  uint64_t seed = 1;
  size_t roots = 48;
  uint32_t bigVector = 3000;   ///< slots of the occasional large vector
  bool collectOften = false;   ///< explicit collections in the mix
  bool stopSometimes = false;  ///< switches automatic collection off and on
};

class World {
 public:
  explicit World(const WorldOptions& options);
  /// Runs `count` random operations. Stops at the first difference.
  void run(size_t count);
  /// Collects fully and compares.
  void finish();
  const std::string& error() const { return error_; }
  MockVm vm;

 private:
  void step();
  void allocate();
  void storeSomething();
  void changeRoot();
  void useQueue();
  void useLeaves();
  void collectNow();
  /// A random object reachable from a root by a few steps, kNilRef if the walk ends nowhere.
  Value randomObject();
  Value randomValue();
  Ref refOf(Value v) const;
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }

  void afterPossibleCollection();
  void compare(bool full);
  void compareObject(Object* o, bool full, bool several, const IdSet& before, const IdSet& after);
  /// Everything strongly reachable from `from`, ephemerons included, added to `set`.
  void close(IdSet& set, std::vector<uint64_t> from) const;
  void fail(const std::string& what);

  WorldOptions options_;
  std::mt19937_64 random_;
  std::unordered_map<uint64_t, ModelObject> model_;
  std::vector<Ref> roots_;
  std::vector<Ref> pointerRoots_;
  std::vector<uint64_t> finalizable_, queue_;
  uint64_t cycles_ = 0;  // markings in slices that were over at the last check
  IdSet externals_;
  size_t releasedSeen_ = 0;
  uint64_t minorSeen_ = 0, fullSeen_ = 0;
  std::string error_;
  size_t steps_ = 0;
};

}  // namespace devvm::heap::test
