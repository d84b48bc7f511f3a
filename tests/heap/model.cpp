#include "heap/model.h"

#include <unordered_map>

#include <algorithm>
#include <deque>

namespace devvm::heap::test {

namespace {

bool isPairKind(Kind k) { return k == kEphemerons || k == kWeakPairs || k == kDeferred; }

}  // namespace

World::World(const WorldOptions& options) : vm(options.heap), options_(options), random_(options.seed) {
  vm.roots.resize(options.roots);
  roots_.resize(options.roots, kNilRef);
  vm.pointerRoots.resize(4, nullptr);
  pointerRoots_.resize(4, kNilRef);
}

Ref World::refOf(Value v) const {
  if (v.isNil()) return kNilRef;
  if (v.isAbsent()) return kAbsentRef;
  if (v.isInt()) return kNumberRef + static_cast<uint64_t>(v.asInt());
  return MockVm::node(v)->id;
}

void World::fail(const std::string& what) {
  if (error_.empty()) {
    error_ = what + " (seed " + std::to_string(options_.seed) + ", step " + std::to_string(steps_) + ")";
  }
}

// ---- random operations ----

Value World::randomObject() {
  Value v = vm.roots[below(vm.roots.size())];
  for (size_t n = below(8); n > 0 && v.isHeap(); n--) {
    size_t slots = MockVm::slotCount(v.asObject());
    if (slots == 0) break;
    Value next = vm.get(v, below(slots));
    if (next.isHeap()) v = next;
  }
  return v;
}

Value World::randomValue() {
  switch (below(8)) {
    case 0: return Value::nil();
    case 1: return Value::smallInt(static_cast<int64_t>(below(1000)));
    default: return randomObject();
  }
}

void World::allocate() {
  static constexpr Kind kMix[] = {kPair,        kPair,        kPair,       kVector,    kVector,
                                  kBytes,       kWeakVector,  kEphemerons, kWeakPairs, kDeferred,
                                  kFinalizable, kFinalizable, kExternal,   kPointers};
  Kind kind = kMix[below(std::size(kMix))];
  uint32_t word = 0;
  if (kind == kVector) {
    size_t dice = below(64);
    word = static_cast<uint32_t>(dice == 0 ? below(options_.bigVector) : dice < 4 ? 100 + below(900) : below(20));
  } else if (kind == kBytes) {
    word = static_cast<uint32_t>(below(64) == 0 ? below(50000) : below(200));
  } else if (kind == kWeakVector || isPairKind(kind)) {
    word = static_cast<uint32_t>(below(100) == 0 ? below(2000) : below(6));
  }
  Space space = below(16) == 0 ? Space::kOld : below(16) == 0 ? Space::kFixed : Space::kNursery;
  Object* o = vm.make(kind, word, space);
  afterPossibleCollection();
  if (o == nullptr) return fail("allocation failed");
  Node* n = MockVm::node(o);
  ModelObject m{kind, std::vector<Ref>(MockVm::slotCount(o), kNilRef)};
  // A fresh object may be filled without barriers, wherever it lies.
  for (size_t i = 0; i < m.slots.size(); i++) {
    if (!n->slots[i].isNil()) return fail("a fresh slot is not nil");
    if (below(2) == 0 && i < 8) {
      Value v = randomValue();
      initSlot(&n->slots[i], v);
      m.slots[i] = refOf(v);
    }
  }
  if (kind == kPointers) {
    Value v = randomObject();
    MockVm::target(n) = v.isHeap() ? v.asObject() : nullptr;
    m.slots.push_back(v.isHeap() ? refOf(v) : kNilRef);
  }
  if (kind == kFinalizable && below(4) != 0) {
    vm.registerFinalizer(MockVm::value(o));
    finalizable_.push_back(n->id);
  }
  if (kind == kExternal) externals_.insert(n->id);
  model_[n->id] = std::move(m);
  if (below(8) == 0) {
    size_t r = below(vm.pointerRoots.size());
    vm.pointerRoots[r] = o;
    pointerRoots_[r] = n->id;
  } else {
    size_t r = below(vm.roots.size());
    vm.roots[r] = MockVm::value(o);
    roots_[r] = n->id;
  }
}

void World::storeSomething() {
  Value holder = randomObject();
  if (!holder.isHeap()) return;
  Node* n = MockVm::node(holder);
  ModelObject& m = model_.at(n->id);
  if (m.kind == kPointers) {
    Value v = randomObject();
    if (!v.isHeap()) return;
    MockVm::target(n) = v.asObject();
    vm.heap.writeBarrierAll(n);
    m.slots[0] = refOf(v);
    return;
  }
  if (m.slots.empty()) return;
  if (m.kind == kVector && below(4) == 0) {
    // Many at once, with the barrier behind them.
    for (size_t first = below(m.slots.size()), i = first; i < m.slots.size() && i < first + 8; i++) {
      Value v = randomValue();
      initSlot(&n->slots[i], v);
      m.slots[i] = refOf(v);
    }
    return vm.heap.writeBarrierAll(n);
  }
  size_t i = below(m.slots.size());
  Value v = randomValue();
  vm.set(holder, i, v);
  m.slots[i] = refOf(v);
}

void World::changeRoot() {
  size_t r = below(vm.roots.size());
  Value v = below(3) == 0 ? Value::nil() : randomObject();
  vm.roots[r] = v;
  roots_[r] = refOf(v);
  if (below(20000) == 0) {
    // Now and then nearly everything dies.
    for (size_t i = 0; i + 2 < vm.roots.size(); i++) {
      vm.roots[i] = Value::nil();
      roots_[i] = kNilRef;
    }
    std::fill(vm.pointerRoots.begin(), vm.pointerRoots.end(), nullptr);
    std::fill(pointerRoots_.begin(), pointerRoots_.end(), kNilRef);
  }
}

void World::useQueue() {
  if (vm.finalizeQueue.empty()) return;
  if (below(4) == 0) {  // its finalizer stores it somewhere
    size_t r = below(vm.roots.size());
    vm.roots[r] = vm.finalizeQueue.back();
    roots_[r] = queue_.back();
  }
  vm.finalizeQueue.pop_back();
  queue_.pop_back();
}

void World::useLeaves() {
  size_t r = below(vm.roots.size());
  Object* leaf = nullptr;
  if (vm.leaves.size() < 4000 && below(2) == 0) {
    leaf = vm.makeLeaf(static_cast<uint32_t>(below(100) == 0 ? below(5000) : below(60)));
    afterPossibleCollection();
    if (leaf == nullptr) return fail("allocation failed");
    model_[MockVm::node(leaf)->id] = ModelObject{kBytes, {}};
  } else if (!vm.leaves.empty()) {
    leaf = vm.lookUpLeaf(below(vm.leaves.size()));
    if (leaf == nullptr) return;
    auto it = model_.find(MockVm::node(leaf)->id);
    if (it == model_.end() || it->second.kind != static_cast<Kind>(leaf->kind)) return fail("a leaf was overwritten");
  }
  vm.roots[r] = MockVm::value(leaf);
  roots_[r] = refOf(vm.roots[r]);
}

void World::collectNow() {
  if (below(8) == 0) {
    vm.heap.collectFull("test");
  } else {
    vm.heap.collectMinor("test");
  }
  afterPossibleCollection();
}

void World::step() {
  size_t dice = below(100);
  if (dice < 30) {
    allocate();
  } else if (dice < 75) {
    storeSomething();
  } else if (dice < 95) {
    changeRoot();
  } else if (dice < 98) {
    useQueue();
  } else {
    useLeaves();
  }
  if (options_.collectOften && below(2000) == 0) collectNow();
  if (options_.stopSometimes && below(5000) == 0) vm.heap.setAutomatic(!vm.heap.automatic());
}

void World::run(size_t count) {
  for (size_t i = 0; i < count && error_.empty(); i++) {
    steps_++;
    step();
  }
}

void World::finish() {
  if (!error_.empty()) return;
  vm.heap.collectFull("end");
  afterPossibleCollection();
}

// ---- comparison ----

void World::close(IdSet& set, std::vector<uint64_t> work) const {
  std::unordered_map<uint64_t, std::vector<Ref>> waiting;  // ephemeron values by key
  auto reach = [&](Ref r) {
    if (isObjectRef(r) && set.insert(r).second) work.push_back(r);
  };
  auto expand = [&](uint64_t id) {
    auto w = waiting.find(id);
    if (w != waiting.end()) {
      for (Ref r : w->second) reach(r);
    }
    const ModelObject& m = model_.at(id);
    if (m.kind == kWeakVector || m.kind == kWeakPairs || m.kind == kDeferred) return;
    if (m.kind == kEphemerons) {
      for (size_t i = 0; i < m.slots.size(); i += 2) {
        if (!isObjectRef(m.slots[i]) || set.count(m.slots[i]) != 0) {
          reach(m.slots[i + 1]);
        } else {
          waiting[m.slots[i]].push_back(m.slots[i + 1]);
        }
      }
      return;
    }
    for (Ref r : m.slots) reach(r);
  };
  // Ephemerons of an earlier closure must see keys of this one.
  std::vector<uint64_t> start;
  for (uint64_t id : set) {
    if (model_.at(id).kind == kEphemerons) start.push_back(id);
  }
  std::vector<uint64_t> seeds;
  seeds.swap(work);
  for (uint64_t id : seeds) reach(id);
  for (uint64_t id : start) expand(id);
  while (!work.empty()) {
    uint64_t id = work.back();
    work.pop_back();
    expand(id);
  }
}

void World::afterPossibleCollection() {
  HeapStats s = vm.heap.stats();
  if (s.minorCollections == minorSeen_ && s.fullCollections == fullSeen_) return;
  bool full = s.fullCollections != fullSeen_;
  minorSeen_ = s.minorCollections;
  fullSeen_ = s.fullCollections;
  compare(full);
}

void World::compareObject(Object* o, bool full, bool several, const IdSet& before, const IdSet& after) {
  Node* n = MockVm::node(o);
  auto it = model_.find(n->id);
  if (it == model_.end()) return fail("object unknown to the model: " + std::to_string(n->id));
  ModelObject& m = it->second;
  if (m.kind != static_cast<Kind>(o->kind)) return fail("kind changed");
  bool mayClear = vm.heap.automatic() || full;
  // Containers reached before finalizers had their weak values judged then. A minor collection takes every old
  // container for reachable.
  bool early = !full || before.count(n->id) != 0;
  auto dead = [](Ref r, const IdSet& set) { return isObjectRef(r) && set.count(r) == 0; };
  // Of several decisions in a row, one may find dead what the finalizers of that one make live for the next.
  const IdSet& clearable = several || early ? before : after;
  const IdSet& keepable = several || !early ? after : before;
  if (m.kind == kPointers) {
    Object* target = MockVm::target(n);
    if ((target == nullptr ? kNilRef : MockVm::node(target)->id) != m.slots[0]) fail("untagged pointer changed");
    return;
  }
  if (MockVm::slotCount(o) != m.slots.size()) return fail("size changed");
  for (size_t i = 0; i < m.slots.size(); i++) {
    Ref real = refOf(n->slots[i]);
    if (m.kind == kWeakVector) {
      bool isDead = dead(m.slots[i], clearable);
      if (real == kNilRef && m.slots[i] != kNilRef) {
        if (!isDead || !mayClear) fail("weak slot of a live target cleared");
        m.slots[i] = kNilRef;
      } else if (full && dead(m.slots[i], keepable)) {
        fail("weak slot of a dead target kept");
      }
    } else if (isPairKind(m.kind) && i % 2 == 0) {
      bool isDead = dead(m.slots[i], several ? before : after), mustGo = dead(m.slots[i], after);
      if (m.kind != kEphemerons) {
        isDead |= dead(m.slots[i + 1], clearable);
        mustGo |= dead(m.slots[i + 1], keepable);
      }
      bool cleared = real == kAbsentRef && n->slots[i + 1].isAbsent();
      if (cleared && (m.slots[i] != kAbsentRef || m.slots[i + 1] != kAbsentRef)) {
        if (!isDead || !mayClear) fail("weak entry cleared though alive");
        m.slots[i] = m.slots[i + 1] = kAbsentRef;
      } else if (full && mustGo) {
        fail("weak entry kept though dead");
      }
    }
    if (real != m.slots[i]) return fail("slot differs in object " + std::to_string(n->id));
  }
}

void World::compare(bool full) {
  IdSet before;
  std::vector<uint64_t> start;
  for (Ref r : roots_) {
    if (isObjectRef(r)) start.push_back(r);
  }
  for (Ref r : pointerRoots_) {
    if (isObjectRef(r)) start.push_back(r);
  }
  start.insert(start.end(), queue_.begin(), queue_.end());
  close(before, start);

  // Finalizers: those queued now must have been dead, after a full collection all dead ones must be queued, in order.
  std::vector<uint64_t> queued;
  for (size_t i = queue_.size(); i < vm.finalizeQueue.size(); i++) queued.push_back(refOf(vm.finalizeQueue[i]));
  std::vector<uint64_t> left, expected;
  IdSet queuedSet(queued.begin(), queued.end());
  // A full collection ends a marking that is under way first, and that a minor collection.
  uint64_t decisions = 1 + (vm.heap.stats().cycles - cycles_) * (full ? 2 : 1);
  cycles_ = vm.heap.stats().cycles;
  // What an object refers to that one decision found dead is alive for the next one.
  IdSet queuedReach = before;
  if (decisions > 1) close(queuedReach, queued);
  for (uint64_t id : finalizable_) {
    bool isDead = before.count(id) == 0;
    if (queuedSet.count(id) != 0) {
      expected.push_back(id);
      if (!isDead) fail("finalizer of a live object queued");
    } else {
      left.push_back(id);
      if (full && queuedReach.count(id) == 0) fail("finalizer of a dead object not queued");
    }
  }
  if (!queued.empty() && !full && !vm.heap.automatic()) fail("finalizer queued while collection is stopped");
  // One order of death for each decision about it: a minor collection, and a marking in slices that ended behind it.
  std::unordered_map<uint64_t, size_t> place;
  for (size_t i = 0; i < expected.size(); i++) place[expected[i]] = i;
  uint64_t orders = 1;
  for (size_t i = 1; i < queued.size(); i++) orders += place[queued[i]] < place[queued[i - 1]];
  if (place.size() != queued.size() || orders > decisions) fail("finalizer queue out of order");
  finalizable_ = left;
  queue_.insert(queue_.end(), queued.begin(), queued.end());
  IdSet after = before;
  close(after, queued);

  // The real graph, weakly held objects included.
  std::unordered_set<Object*> seen;
  std::vector<Object*> work;
  auto reach = [&](Value v) {
    if (v.isHeap() && seen.insert(v.asObject()).second) work.push_back(v.asObject());
  };
  for (size_t i = 0; i < roots_.size(); i++) {
    if (refOf(vm.roots[i]) != roots_[i]) return fail("root changed");
    reach(vm.roots[i]);
  }
  for (size_t i = 0; i < pointerRoots_.size(); i++) {
    Value v = MockVm::value(vm.pointerRoots[i]);
    if (refOf(v) != pointerRoots_[i]) return fail("untagged root changed");
    reach(v);
  }
  if (vm.finalizable.size() != finalizable_.size()) return fail("finalizer list has another length");
  for (size_t i = 0; i < finalizable_.size(); i++) {
    if (refOf(vm.finalizable[i]) != finalizable_[i]) return fail("finalizer list differs");
    reach(vm.finalizable[i]);
  }
  for (size_t i = 0; i < queue_.size(); i++) {
    if (refOf(vm.finalizeQueue[i]) != queue_[i]) return fail("finalizer queue differs");
    reach(vm.finalizeQueue[i]);
  }
  while (!work.empty() && error_.empty()) {
    Object* o = work.back();
    work.pop_back();
    compareObject(o, full, decisions > 1, before, after);
    if (o->kind == kPointers) {
      reach(MockVm::value(MockVm::target(o)));
    } else {
      for (size_t i = 0; i < MockVm::slotCount(o); i++) reach(MockVm::node(o)->slots[i]);
    }
  }

  for (; releasedSeen_ < vm.released.size(); releasedSeen_++) {
    uint64_t id = vm.released[releasedSeen_];
    if (externals_.erase(id) == 0) fail("released twice");
    if (after.count(id) != 0) fail("released though alive");
  }
  if (full) {
    for (uint64_t id : externals_) {
      if (after.count(id) == 0) fail("dead but not released");
    }
    for (auto it = model_.begin(); it != model_.end();) {
      it = after.count(it->first) != 0 ? std::next(it) : model_.erase(it);
    }
  }
}

}  // namespace devvm::heap::test
