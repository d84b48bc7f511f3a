// table.sort: quicksort (Sedgewick) with the pivots of the reference, so that inconsistent orders show alike.
//
// Twice: over raw slots where all elements are numbers or all are strings and nothing can call guest code, and as a
// resumable machine for everything else.
#include "languages/lua/library/table_sort.h"

namespace devvm::lua {

using runtime::asString;
using runtime::asTable;
using runtime::ValueArray;

namespace {

/// Longer intervals that were split badly get pivots chosen at random.
constexpr uint32_t kRandomPivotFrom = 100;
/// A split is bad if the larger part has more than so many times the elements of the smaller.
constexpr uint32_t kBadSplit = 128;
/// Intervals that wait while the smaller part of each split is sorted first: at most one for each halving.
constexpr uint32_t kMostWaiting = 32;
/// Comparisons between two charges of fuel.
constexpr uint64_t kChunk = 1024;

struct Interval {
  uint32_t low, high, random;
};

/// A number that nobody outside can foresee, so that nobody can prepare the worst case.
uint32_t pivotSeed(Isolate& isolate, uint32_t low, uint32_t high) {
  uint64_t x = (isolate.hashSeed ^ (uint64_t{low} << 32 | high)) * 0x9E3779B97F4A7C15;
  return static_cast<uint32_t>(x >> 32) | 1;
}

uint32_t pivotOf(const Interval& v) {
  if (v.high - v.low < kRandomPivotFrom || v.random == 0) return (v.low + v.high) / 2;
  uint32_t quarter = (v.high - v.low) / 4;
  return v.random % (quarter * 2) + (v.low + quarter);
}

/// After a partition around p: `v` becomes the smaller part, and the larger one is given back to wait.
Interval split(Isolate& isolate, Interval& v, uint32_t p) {
  Interval waiting = v;
  uint32_t smaller;
  if (p - v.low < v.high - p) {
    smaller = p - v.low;
    waiting.low = p + 1;
    v.high = p - 1;
  } else {
    smaller = v.high - p;
    waiting.high = p - 1;
    v.low = p + 1;
  }
  // Unsigned as in the reference: an empty part that waits counts as huge.
  if ((waiting.high - waiting.low) / kBadSplit > smaller) waiting.random = pivotSeed(isolate, v.low, v.high);
  return waiting;
}

// ---- over raw slots ----

enum class Outcome : uint8_t { kSorted, kBadOrder, kStopped };

struct IntLess {
  bool operator()(Value a, Value b) const { return a.asInt() < b.asInt(); }
};
struct DoubleLess {
  bool operator()(Value a, Value b) const { return a.asDouble() < b.asDouble(); }
};
struct NumberLess {
  bool operator()(Value a, Value b) const { return numberLess(a, b); }
};
struct StringLess {
  bool operator()(Value a, Value b) const { return runtime::stringCompare(asString(a), asString(b)) < 0; }
};

/// Sorts a[1] .. a[n] (from 1, as the algorithm is told best). Nothing may be allocated meanwhile.
template <typename Less>
Outcome sortSlots(NativeCall& c, Value* a, uint32_t n, uint64_t costOfLess) {
  Less less;
  Interval waiting[kMostWaiting];
  uint32_t depth = 0;
  Interval v{1, n, 0};
  uint64_t compared = 0;
  auto exchange = [a](uint32_t i, uint32_t j) {
    Value x = a[i];
    a[i] = a[j];
    a[j] = x;
  };
  for (;;) {
    while (v.low >= v.high) {
      if (depth == 0) return c.charge(compared * costOfLess / kElementsPerUnit) ? Outcome::kSorted : Outcome::kStopped;
      v = waiting[--depth];
    }
    if (compared >= kChunk) {
      if (!c.charge(compared * costOfLess / kElementsPerUnit)) return Outcome::kStopped;
      compared = 0;
    }
    compared += v.high - v.low + 1;
    if (less(a[v.high], a[v.low])) exchange(v.low, v.high);
    if (v.high - v.low == 1) {
      v.low = v.high;
      continue;
    }
    uint32_t p = pivotOf(v);
    if (less(a[p], a[v.low])) {
      exchange(p, v.low);
    } else if (less(a[v.high], a[p])) {
      exchange(p, v.high);
    }
    if (v.high - v.low == 2) {
      v.low = v.high;
      continue;
    }
    Value pivot = a[p];
    exchange(p, v.high - 1);
    uint32_t i = v.low, j = v.high - 1;
    for (;;) {
      while (less(a[++i], pivot)) {
        if (i == v.high - 1) return Outcome::kBadOrder;
      }
      while (less(pivot, a[--j])) {
        if (j < i) return Outcome::kBadOrder;
      }
      if (j < i) break;
      exchange(i, j);
    }
    exchange(v.high - 1, i);
    Interval larger = split(c.isolate, v, i);
    if (larger.low < larger.high) waiting[depth++] = larger;
  }
}

enum class Elements : uint8_t { kOther, kInts, kDoubles, kNumbers, kStrings };

Elements elementsOf(const ValueArray* a, uint32_t n) {
  bool ints = true, doubles = true, numbers = true, strings = true;
  for (uint32_t i = 0; i < n; i++) {
    Value e = heap::loadSlot(&a->slots[i]);
    ints &= e.isInt();
    doubles &= e.isDouble();
    numbers &= e.isNumber();
    strings &= e.isString();
    if (!numbers && !strings) return Elements::kOther;
  }
  return ints ? Elements::kInts : doubles ? Elements::kDoubles : numbers ? Elements::kNumbers : Elements::kStrings;
}

/// Sorts a plain table without a comparison function. False: not that simple, nothing was done.
bool sortPlain(NativeCall& c, uint32_t n, NativeResult& result) {
  if (!isPlainTable(c.isolate, c.arg(0), kReads | kWrites)) return false;
  ValueArray* a = asTable(c.arg(0))->arrayStorage();
  if (a->length < n) return false;
  Outcome outcome = Outcome::kSorted;
  Value* slots = a->slots - 1;
  switch (elementsOf(a, n)) {
    case Elements::kOther: return false;
    case Elements::kInts: outcome = sortSlots<IntLess>(c, slots, n, 1); break;
    case Elements::kDoubles: outcome = sortSlots<DoubleLess>(c, slots, n, 1); break;
    case Elements::kNumbers: outcome = sortSlots<NumberLess>(c, slots, n, 1); break;
    case Elements::kStrings: outcome = sortSlots<StringLess>(c, slots, n, 4); break;
  }
  if (outcome != Outcome::kStopped) c.isolate.heap.writeBarrierAll(asTable(c.arg(0))->arrayStorage());
  result = outcome == Outcome::kSorted     ? c.ret()
           : outcome == Outcome::kBadOrder ? c.error("invalid order function for sorting")
                                           : c.raisePending();
  return true;
}

// ---- with calls ----

struct SortLocals {
  Interval v;
  uint32_t p, i, j, depth, compared;
};
// Behind the locals: pivot, two elements being compared, then the waiting intervals, three slots each.
constexpr uint32_t kPivot = localSlots<SortLocals>(), kLeft = kPivot + 1, kRight = kPivot + 2, kWaiting = kPivot + 3;
constexpr uint32_t kSlots = kWaiting + 3 * kMostWaiting;

void saveInterval(NativeCall& c, uint32_t at, const Interval& v) { saveLocals(c, v, kWaiting + 3 * at); }

/// Pushes whether slot a < slot b, or the call of the comparison function.
Step compare(NativeCall& c, uint32_t a, uint32_t b) {
  if (c.isNoneOrNil(1)) return lessThan(c, c.slot(a), c.slot(b));
  c.push(c.arg(1));
  c.push(c.slot(a));
  c.push(c.slot(b));
  return Step::call(2);
}

/// Pops an element into a slot.
void take(NativeCall& c, uint32_t slot) { c.setSlot(slot, c.pop()); }

NativeResult tableSortMachine(NativeCall& c) {
  SortLocals l{};
  int64_t length;
  NativeResult result = c.raisePending();
  if (c.state() != 0) loadLocals(c, l);
#define GET(index, into)                                    \
  DEVVM_AWAIT(c, l, getIndex(c, c.argHandle(0), index), 1); \
  take(c, into)
#define SET(index, from) \
  c.push(c.slot(from));  \
  DEVVM_AWAIT(c, l, setIndex(c, c.argHandle(0), index), 0)
#define COMPARE(left, right)                                                                       \
  if (++l.compared % kChunk == 0 && !c.charge(kChunk / kElementsPerUnit)) return c.raisePending(); \
  DEVVM_AWAIT(c, l, compare(c, left, right), 1)
  switch (c.state()) {
    case 0:
      if (!checkTableLike(c, 0, kReads | kWrites | kHasLength)) return c.raisePending();
      if (!c.ensure(kSlots + 32)) return c.raisePending();
      c.setSlots(kSlots);
      DEVVM_AWAIT(c, l, getLength(c, c.argHandle(0)), 1);
      if (!takeLength(c, length)) return c.raisePending();
      if (length <= 1) return c.ret();
      if (length >= INT32_MAX) return c.argError(0, "array too big");
      if (!c.isNoneOrNil(1) && !c.arg(1).isFunction()) return c.typeError(1, "function");
      if (c.isNoneOrNil(1) && sortPlain(c, static_cast<uint32_t>(length), result)) return result;
      l.v = {1, static_cast<uint32_t>(length), 0};
      for (;;) {
        while (l.v.low >= l.v.high) {
          if (l.depth == 0) return c.ret();
          loadLocals(c, l.v, kWaiting + 3 * --l.depth);
        }
        GET(l.v.low, kLeft);
        GET(l.v.high, kRight);
        COMPARE(kRight, kLeft);
        if (!c.pop().isFalsy()) {
          SET(l.v.low, kRight);
          SET(l.v.high, kLeft);
        }
        if (l.v.high - l.v.low == 1) {
          l.v.low = l.v.high;
          continue;
        }
        l.p = pivotOf(l.v);
        GET(l.p, kLeft);
        GET(l.v.low, kRight);
        COMPARE(kLeft, kRight);
        if (!c.pop().isFalsy()) {
          SET(l.p, kRight);
          SET(l.v.low, kLeft);
        } else {
          GET(l.v.high, kRight);
          COMPARE(kRight, kLeft);
          if (!c.pop().isFalsy()) {
            SET(l.p, kRight);
            SET(l.v.high, kLeft);
          }
        }
        if (l.v.high - l.v.low == 2) {
          l.v.low = l.v.high;
          continue;
        }
        GET(l.p, kPivot);
        GET(l.v.high - 1, kRight);
        SET(l.p, kRight);
        SET(l.v.high - 1, kPivot);
        l.i = l.v.low;
        l.j = l.v.high - 1;
        for (;;) {
          for (;;) {
            l.i++;
            GET(l.i, kLeft);
            COMPARE(kLeft, kPivot);
            if (c.pop().isFalsy()) break;
            if (l.i == l.v.high - 1) return c.error("invalid order function for sorting");
          }
          for (;;) {
            l.j--;
            GET(l.j, kRight);
            COMPARE(kPivot, kRight);
            if (c.pop().isFalsy()) break;
            if (l.j < l.i) return c.error("invalid order function for sorting");
          }
          if (l.j < l.i) break;
          SET(l.i, kRight);
          SET(l.j, kLeft);
        }
        SET(l.v.high - 1, kLeft);
        SET(l.i, kPivot);
        if (Interval larger = split(c.isolate, l.v, l.i); larger.low < larger.high) saveInterval(c, l.depth++, larger);
      }
    default: break;
  }
#undef GET
#undef SET
#undef COMPARE
  return c.ret();
}

}  // namespace

NativeResult tableSort(NativeCall& c) { return tableSortMachine(c); }

}  // namespace devvm::lua
