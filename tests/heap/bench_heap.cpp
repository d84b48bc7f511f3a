// Speed of the heap alone: allocation, copying, marking, barrier; binary trees beside malloc at equal work.
//   bench_heap [NAME...]    runs the measurements whose names contain one of the words (default: all)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "heap/heap.h"

namespace {

using namespace devvm::heap;

struct Tree : Object {
  Value left, right;
};

constexpr KindInfo kKinds[] = {
    {.name = "tree", .base = 24, .slotStart = 8, .tag = Tag::kTable},
    {.name = "array", .base = 8, .perWord = 8, .slotStart = 8, .tag = Tag::kOther},
    {.name = "string", .base = 16, .perWord = 1, .tag = Tag::kString},
};
enum : uint8_t { kTree, kArray, kString };

class Vm final : public Embedder {
 public:
  explicit Vm(const HeapOptions& o = {}) : heap(o, *this, kKinds, std::size(kKinds)) { stack.reserve(1024); }
  void visitRoots(SlotVisitor& v, bool) override { v.slots(stack.data(), stack.size()); }
  void processWeak(Heap&, WeakPhase, bool) override {}
  void clearWeak(Heap&, Object*, WeakPhase, bool) override {}
  size_t externalBytes() const override { return 0; }
  void collectionEvent(bool, bool, const char*) override {}

  Value tree(unsigned depth) {
    if (depth == 0) return Value::pointer(Tag::kTable, heap.allocate(kTree, 0, 0));
    stack.push_back(tree(depth - 1));
    stack.push_back(tree(depth - 1));
    Object* o = heap.allocate(kTree, 0, 0);
    initSlot(&static_cast<Tree*>(o)->right, stack.back());
    stack.pop_back();
    initSlot(&static_cast<Tree*>(o)->left, stack.back());
    stack.pop_back();
    return Value::pointer(Tag::kTable, o);
  }
  static long check(Value v) {
    auto* t = static_cast<Tree*>(v.asObject());
    Value l = loadSlot(&t->left);
    return l.isNil() ? 1 : 1 + check(l) + check(loadSlot(&t->right));
  }

  std::vector<Value> stack;
  Heap heap;
};

/// Processor time of this thread: the machine may be busy with other things.
double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

void report(const Vm& vm, double seconds) {
  HeapStats s = vm.heap.stats();
  double gc = static_cast<double>(s.nanosMinor + s.nanosFull) / 1e9;
  std::printf("    %.3f s, collector %.3f s: %zu minor (%.3f s), %zu full (%.3f s), longest %.2f ms\n", seconds, gc,
              static_cast<size_t>(s.minorCollections), static_cast<double>(s.nanosMinor) / 1e9,
              static_cast<size_t>(s.fullCollections), static_cast<double>(s.nanosFull) / 1e9,
              static_cast<double>(s.longestPause) / 1e6);
  std::printf("   ");
  for (size_t p = 0; p < static_cast<size_t>(CollectorPhase::kCount); p++) {
    std::printf(" %s %.1f ms", collectorPhaseName(static_cast<CollectorPhase>(p)),
                static_cast<double>(s.phaseNanos[p]) / 1e6);
  }
  std::printf("\n    allocated %.1f MB, promoted %.1f MB, committed %.1f MB\n",
              static_cast<double>(s.bytesAllocated) / 1e6, static_cast<double>(s.bytesPromoted) / 1e6,
              static_cast<double>(vm.heap.bytesCommitted()) / 1e6);
}

// ---- binary trees ----

constexpr unsigned kMinDepth = 4, kMaxDepth = 18;

struct CNode {
  CNode *left, *right;
};
CNode* cTree(unsigned depth) {
  auto* n = static_cast<CNode*>(std::malloc(sizeof(CNode)));
  n->left = depth == 0 ? nullptr : cTree(depth - 1);
  n->right = depth == 0 ? nullptr : cTree(depth - 1);
  return n;
}
long cCheck(const CNode* n) { return n->left == nullptr ? 1 : 1 + cCheck(n->left) + cCheck(n->right); }
void cFree(CNode* n) {
  if (n->left != nullptr) {
    cFree(n->left);
    cFree(n->right);
  }
  std::free(n);
}

void binaryTrees() {
  double begin = now();
  long total = 0;
  size_t nodes = 0;
  {
    CNode* longLived = cTree(kMaxDepth);
    for (unsigned d = kMinDepth; d <= kMaxDepth; d += 4) {
      unsigned n = 1u << (kMaxDepth - d + kMinDepth);
      for (unsigned i = 0; i < n; i++) {
        CNode* t = cTree(d);
        long c = cCheck(t);
        total += c;
        nodes += static_cast<size_t>(c);
        cFree(t);
      }
    }
    total += cCheck(longLived);
    cFree(longLived);
  }
  double c = now() - begin;
  Vm vm;
  begin = now();
  long mine = 0;
  vm.stack.push_back(vm.tree(kMaxDepth));
  for (unsigned d = kMinDepth; d <= kMaxDepth; d += 4) {
    unsigned n = 1u << (kMaxDepth - d + kMinDepth);
    for (unsigned i = 0; i < n; i++) mine += Vm::check(vm.tree(d));
  }
  mine += Vm::check(vm.stack[0]);
  double ours = now() - begin;
  std::printf("binary trees, depth %u: malloc %.3f s, heap %.3f s (%.2f times as fast), %.2f ns/object%s\n", kMaxDepth,
              c, ours, c / ours, ours * 1e9 / static_cast<double>(nodes), mine == total ? "" : "  CHECKS DIFFER");
  report(vm, ours);
}

// ---- everything dies young ----

void shortLived() {
  for (uint32_t bytes : {16u, 24u, 64u, 256u}) {
    Vm vm;
    size_t n = size_t{100'000'000} * 16 / (bytes + 16);
    uint32_t word = (bytes - 8) / 8;
    double begin = now();
    for (size_t i = 0; i < n; i++) vm.heap.allocate(kArray, word, 0);
    double t = now() - begin;
    std::printf("short-lived arrays of %u bytes: %.2f ns/object, %.2f GB/s\n", bytes, t * 1e9 / static_cast<double>(n),
                static_cast<double>(n) * bytes / t / 1e9);
  }
  Vm vm;
  size_t n = 100'000'000;
  double begin = now();
  for (size_t i = 0; i < n; i++) vm.heap.allocate(kTree, 0, 0);
  double t = now() - begin;
  std::printf("short-lived nodes of 24 bytes: %.2f ns/object\n", t * 1e9 / static_cast<double>(n));
}

// ---- a window of objects that live for a while: survivors and promotion ----

void window() {
  for (size_t live : {size_t{20'000}, size_t{200'000}, size_t{2'000'000}}) {
    Vm vm;
    vm.stack.resize(live);
    double begin = now();
    size_t n = 40'000'000;
    for (size_t i = 0; i < n; i++) {
      Object* o = vm.heap.allocate(kTree, 0, 0);
      vm.stack[i % live] = Value::pointer(Tag::kTable, o);
    }
    double t = now() - begin;
    std::printf("window of %zu nodes in roots: %.2f ns/object\n", live, t * 1e9 / static_cast<double>(n));
    report(vm, t);
  }
}

// ---- copying and marking ----

void copying() {
  Vm vm({.nurseryBytes = 32u << 20});
  double copied = 0, seconds = 0;
  for (int round = 0; round < 20; round++) {
    vm.stack.assign(1, vm.tree(18));
    HeapStats before = vm.heap.stats();
    double begin = now();
    vm.heap.collectMinor("bench");
    vm.heap.collectMinor("bench");
    seconds += now() - begin;
    copied += 2 * static_cast<double>(vm.heap.stats().bytesPromoted - before.bytesPromoted);
    vm.stack[0] = Value::nil();
    vm.heap.collectFull("bench");
  }
  std::printf("copying a tree of 24-byte nodes twice: %.2f GB/s\n", copied / seconds / 1e9);
}

void marking() {
  Vm vm;
  vm.stack.push_back(vm.tree(22));
  vm.heap.collectFull("bench");
  double begin = now();
  for (int i = 0; i < 5; i++) vm.heap.collectFull("bench");
  double t = (now() - begin) / 5;
  std::printf("full collection of 8.4 million live nodes (tree): %.1f ms, %.1f ns/object\n", t * 1e3,
              t * 1e9 / 8388607);
  // The same in random order: an array of objects, shuffled.
  vm.stack.clear();
  vm.heap.collectFull("bench");
  size_t n = 4'000'000;
  vm.stack.push_back(Value::pointer(Tag::kOther, vm.heap.allocate(kArray, static_cast<uint32_t>(n), 0)));
  for (size_t i = 0; i < n; i++) {
    Object* o = vm.heap.allocate(kTree, 0, 0);
    auto* slots = reinterpret_cast<Value*>(vm.stack[0].asObject()) + 1;
    vm.heap.store(vm.stack[0].asObject(), slots + i, Value::pointer(Tag::kTable, o));
  }
  vm.heap.collectFull("bench");
  auto* slots = reinterpret_cast<Value*>(vm.stack[0].asObject()) + 1;
  uint64_t random = 1;
  for (size_t i = n - 1; i > 0; i--) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    std::swap(slots[i], slots[(random >> 33) % (i + 1)]);
  }
  begin = now();
  for (int i = 0; i < 5; i++) vm.heap.collectFull("bench");
  t = (now() - begin) / 5;
  std::printf("full collection of 4 million live nodes (random order): %.1f ms, %.1f ns/object\n", t * 1e3,
              t * 1e9 / static_cast<double>(n));
}

// ---- barrier ----

void barrier() {
  Vm vm;
  vm.stack.push_back(vm.tree(10));
  vm.heap.collectFull("bench");
  vm.stack.push_back(vm.tree(2));
  Value old = vm.stack[0], young = vm.stack[1];
  size_t n = 200'000'000;
  auto run = [&](const char* what, Value holder, Value v) {
    auto* t = static_cast<Tree*>(holder.asObject());
    double begin = now();
    for (size_t i = 0; i < n; i++) {
      vm.heap.store(t, &t->left, v);
      asm volatile("" ::: "memory");
    }
    std::printf("store %s: %.2f ns\n", what, (now() - begin) * 1e9 / static_cast<double>(n));
  };
  run("old into young", young, old);
  run("number into old", old, Value::smallInt(1));
  run("old into old", old, loadSlot(&static_cast<Tree*>(old.asObject())->right));
  run("young into old", old, young);
}

struct Measurement {
  const char* name;
  void (*run)();
};
constexpr Measurement kAll[] = {{"trees", binaryTrees}, {"short", shortLived}, {"window", window},
                                {"copy", copying},      {"mark", marking},     {"barrier", barrier}};

}  // namespace

int main(int argc, char** argv) {
  for (const Measurement& m : kAll) {
    bool wanted = argc < 2;
    for (int i = 1; i < argc; i++) wanted |= std::strstr(m.name, argv[i]) != nullptr;
    if (wanted) m.run();
  }
}
