// Mark and compact by sliding (Haddon and Waite, "A compaction procedure for variable-length storage elements",
// Computer Journal 10(2), 1967, and the "Lisp 2" collector; Handbook 3.2), with new addresses computed from the marks
// instead of kept in the objects, and the destination in a range of its own (Kermany and Petrank, "The Compressor:
// concurrent, incremental, and parallel compaction", PLDI 2006; Handbook 3.4).
//
//   marks    |11..1...111.|  a bit for each word of a live object, set while marking
//   before   |0     3     |  how many bits are set in front of each group of 64 words
//   from     | a  b   c   |  first all references are updated, where the objects are;
//   to       |abc         |  then they move, in the order of their addresses; pages of `from` go back on the way
//
//   new address of p  =  to + before[group of p] + number of bits set in the group in front of p
//
// The order of objects is kept, which later marking and the program's caches like: what was allocated together stays
// together. Memory is what is alive, the tables (3% of the range) and a step of the move: not twice, as for copying.
// The price is that everything alive is looked at three times, to mark, to update and to move it.
//
// Lisp 2 slides within one range, and an object's new address may be another one's old address. Here it never is:
// asking for the new address of what was updated already gives it back (newAddress), so that a reference which several
// owners report, or which the embedder has already brought up to date, does no harm. An object whose header and body
// are intact until it moves also lets custom visits look at other objects through references that were not updated yet.
//
// Weak references are settled while nothing has moved; only what the embedder updates by itself has to be told new
// addresses then (HeapImpl::setSlides).
#include <algorithm>
#include <bit>
#include <cstring>

#include "heap/heap_impl.h"
#include "heap/os_memory.h"
#include "heap/phase_scope.h"
#include "heap/study/study_collector.h"

namespace devvm::heap {

namespace {

constexpr size_t kLeastSpace = size_t{4} << 20;
constexpr size_t kWord = 8, kGroup = 64;
/// So much of the old range is given back at a time.
constexpr size_t kGiveBack = size_t{1} << 20;

/// Which words of a range are alive, and how many in front of each.
class LiveWords {
 public:
  void begin(const BumpSpace& space) {
    words_ = space.used() / kWord;
    bits_.assignBytes(words_ / kGroup + 1, 0);
    before_.assignBytes(bits_.size(), 0);
  }

  void set(size_t from, size_t count) {
    while (count > 0) {
      size_t at = from % kGroup, n = std::min(kGroup - at, count);
      uint64_t ones = n == kGroup ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
      bits_[from / kGroup] |= ones << at;
      from += n;
      count -= n;
    }
  }

  /// Sums up; returns the number of live words.
  size_t settle() {
    uint64_t sum = 0;
    for (size_t g = 0; g < bits_.size(); g++) {
      before_[g] = sum;
      sum += static_cast<unsigned>(std::popcount(bits_[g]));
    }
    return sum;
  }

  /// Live words in front of `word`.
  size_t rank(size_t word) const {
    uint64_t inFront = (uint64_t{1} << (word % kGroup)) - 1;
    return before_[word / kGroup] + static_cast<unsigned>(std::popcount(bits_[word / kGroup] & inFront));
  }

  /// The first word from `word` on that is alive (or not: `wanted`), or the end.
  size_t next(size_t word, bool wanted) const {
    while (word < words_) {
      uint64_t bits = (wanted ? bits_[word / kGroup] : ~bits_[word / kGroup]) >> (word % kGroup);
      if (bits != 0) return std::min(words_, word + static_cast<unsigned>(std::countr_zero(bits)));
      word = (word / kGroup + 1) * kGroup;
    }
    return words_;
  }

  /// Nobody asks until the next collection.
  void release() {
    bits_.release();
    before_.release();
  }

 private:
  size_t words_ = 0;
  Growable<uint64_t> bits_, before_;
};

class MarkCompact;

/// The first pass. Nothing moves; what lies in other spaces and has references is listed for the second.
class Marker final : public StudyTracer {
 public:
  Marker(HeapImpl& impl, MarkCompact& compact) : StudyTracer(impl), c_(compact) { moves_ = false; }
  Growable<Object*> elsewhere;

 protected:
  Object* reach(Object* o) override;
  void markingIsOver() override;

 private:
  MarkCompact& c_;
};

/// The second pass: gives all references of an object their targets' new addresses. What is weak has been cleared, so
/// that all that is left refers to something alive.
class Updater final : public SlotVisitor {
 public:
  explicit Updater(const MarkCompact& compact) : c_(compact) {}

 protected:
  void visitSlots(Value* first, size_t count) override;
  void visitPointer(Object** p) override;
  void visitWeak(Value* s) override { visitSlots(s, 1); }
  void visitEphemeron(Value* key, Value* value) override {
    visitSlots(key, 1);
    visitSlots(value, 1);
  }
  void visitWeakPair(Value* key, Value* value) override { visitEphemeron(key, value); }
  void visitDeferred(Object*) override {}  // the embedder has done it

 private:
  const MarkCompact& c_;
};

class MarkCompact final : public StudyCollector {
 public:
  explicit MarkCompact(HeapImpl& impl) : h_(impl) {
    if (!from_.create(kLeastSpace)) fatal("no memory for objects");
  }
  ~MarkCompact() override { from_.destroy(); }
  bool hasSpace() const override { return true; }
  bool contains(const Object* o) const override { return from_.contains(o); }
  size_t used() const override { return from_.used(); }
  size_t committed() const override { return from_.used(); }
  char* allocate(size_t bytes) override { return from_.allocate(bytes); }

  void collect() override {
    live_.begin(from_);
    Marker marker(h_, *this);
    marker.run();
    h_.releaseDead(true);
    {
      PhaseScope phase(h_.stats(), CollectorPhase::kMark);
      updateReferences(marker.elsewhere);
    }
    h_.setSlides(false);
    PhaseScope phase(h_.stats(), CollectorPhase::kSweep);
    slide();
    live_.release();
    bool trashFree = h_.options().moveAlways;
    h_.fixed.sweep(h_.color, trashFree);
    h_.large.sweep(h_.color);
    h_.stats().bytesCopied += from_.used();
    h_.stats().bytesMarked += from_.used() + h_.fixed.bytesUsed() + h_.large.bytesUsed();
  }

  void alive(const Object* o) { live_.set(wordOf(o), h_.sizeOf(o) / kWord); }

  /// Everything alive is marked: its new addresses are fixed, and there is room for as much again.
  void findAddresses() {
    size_t bytes = live_.settle() * kWord;
    if (!to_.create(std::max(kLeastSpace, bytes * 2))) fatal("the system refused memory in a collection");
    h_.setSlides(true);
  }

  Object* newAddress(Object* o) const override {
    if (!from_.contains(o)) return o;
    return reinterpret_cast<Object*>(to_.start + live_.rank(wordOf(o)) * kWord);
  }

 private:
  size_t wordOf(const Object* o) const {
    return static_cast<size_t>(reinterpret_cast<const char*>(o) - from_.start) / kWord;
  }

  void updateReferences(const Growable<Object*>& elsewhere) {
    Updater updater(*this);
    h_.embedder.visitRoots(updater, false);
    for (Object* o : elsewhere) update(o, updater);
    // Live objects begin where another one ends, or where the first bit after some dead words is set.
    size_t end = from_.used() / kWord;
    for (size_t w = live_.next(0, true); w < end; w = live_.next(w, true)) {
      auto* o = reinterpret_cast<Object*>(from_.start + w * kWord);
      w += h_.sizeOf(o) / kWord;
      update(o, updater);
    }
  }

  void update(Object* o, Updater& updater) {
    const KindLayout& k = h_.layouts[o->kind];
    if (k.scan == KindLayout::kSlots) {
      char* first = reinterpret_cast<char*>(o) + k.slotStart;
      updater.slots(reinterpret_cast<Value*>(first), (k.size(o) - k.slotStart) / sizeof(Value));
    } else if (k.scan == KindLayout::kCustom) {
      h_.kind(o).visit(o, updater);
    }
  }

  /// Neighbours move together.
  void slide() {
    size_t end = from_.used() / kWord, given = 0;
    for (size_t w = live_.next(0, true); w < end; w = live_.next(w, true)) {
      size_t behind = live_.next(w, false), bytes = (behind - w) * kWord;
      std::memcpy(to_.free, from_.start + w * kWord, bytes);
      to_.free += bytes;
      w = behind;
      size_t moved = (w * kWord) & ~(kGiveBack - 1);
      if (moved == given) continue;
      discardMemory(from_.start + given, moved - given);
      given = moved;
    }
    from_.destroy();
    from_ = to_;
    to_ = BumpSpace{};
  }

  HeapImpl& h_;
  BumpSpace from_;  // where objects are; between collections there is no other range
  BumpSpace to_;
  LiveWords live_;
};

Object* Marker::reach(Object* o) {
  if (!mark(o)) return o;
  if (c_.contains(o)) {
    c_.alive(o);
  } else if (h_.layouts[o->kind].scan != KindLayout::kLeaf) {
    elsewhere.push(o);
  }
  return o;
}

void Marker::markingIsOver() { c_.findAddresses(); }

void Updater::visitSlots(Value* first, size_t count) {
  for (size_t i = 0; i < count; i++) {
    Value v = loadSlot(first + i);
    if (!v.isHeap()) continue;
    Object* o = v.asObject();
    if (Object* to = c_.newAddress(o); to != o) initSlot(first + i, withAddress(v, to));
  }
}

void Updater::visitPointer(Object** p) { *p = c_.newAddress(*p); }

}  // namespace

std::unique_ptr<StudyCollector> makeStudyMarkCompact(HeapImpl& heap) { return std::make_unique<MarkCompact>(heap); }

}  // namespace devvm::heap
