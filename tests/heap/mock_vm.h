// A small virtual machine for testing the heap alone: a few kinds, roots, finalizers, and helpers to build objects.
#pragma once

#include <cstdint>
#include <vector>

#include "heap/heap.h"
#include "heap/os_memory.h"

#if defined(__SANITIZE_THREAD__)
#define DEVVM_HEAP_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DEVVM_HEAP_TEST_SANITIZED 1
#endif
#endif
#ifndef DEVVM_HEAP_TEST_SANITIZED
#define DEVVM_HEAP_TEST_SANITIZED DEVVM_HEAP_ASAN
#endif

namespace devvm::heap::test {

/// Every kind has a raw word (an identity, free for the test) behind the header.
enum Kind : uint8_t {
  kPair,         ///< two slots
  kVector,       ///< `word` slots
  kBytes,        ///< `word` raw bytes
  kWeakVector,   ///< `word` weak slots
  kEphemerons,   ///< `word` pairs of slots, ephemerons
  kWeakPairs,    ///< `word` pairs of slots, weak in both
  kDeferred,     ///< as kWeakPairs, cleared by the embedder (deferWeak)
  kFinalizable,  ///< two slots; the embedder keeps a list of those registered
  kExternal,     ///< one slot, counted when released
  kPointers,     ///< one untagged pointer, custom visit
  kKindCount,
};

struct Node : Object {
  uint64_t id;
  Value slots[1];
  Value* begin() { return slots; }
};
struct PointerNode : Object {
  uint64_t id;
  Object* target;
};
inline constexpr size_t kSlotsAt = 16;

class MockVm final : public Embedder {
 public:
  explicit MockVm(const HeapOptions& options = {});

  // Objects; each may collect. nullptr when the heap refuses.
  Object* make(Kind kind, uint32_t word = 0, Space space = Space::kNursery);
  static Node* node(Object* o) { return static_cast<Node*>(o); }
  static Node* node(Value v) { return static_cast<Node*>(v.asObject()); }
  /// The untagged pointer of a kPointers object.
  static Object*& target(Object* o) { return static_cast<PointerNode*>(o)->target; }
  static Value value(Object* o);
  static size_t slotCount(const Object* o);
  Value get(Value holder, size_t i) { return loadSlot(&node(holder)->slots[i]); }
  void set(Value holder, size_t i, Value v) { heap.store(holder.asObject(), &node(holder)->slots[i], v); }
  void registerFinalizer(Value v) { finalizable.push_back(v); }

  // Embedder
  void visitRoots(SlotVisitor& v, bool minor) override;
  void processWeak(Heap& heap, WeakPhase phase, bool minor) override;
  void clearWeak(Heap& heap, Object* owner, WeakPhase phase, bool minor) override;
  size_t externalBytes() const override { return external; }
  void collectionEvent(bool begin, bool full, const char* reason) override;
  void tuned(const Tuning& tuning) override { tunings.push_back(tuning); }
  bool sweepTables(Heap& heap, size_t entries) override;
  /// A kBytes object outside the nursery, into `leaves`.
  Object* makeLeaf(uint32_t bytes);
  /// From `leaves`, and alive from now on.
  Object* lookUpLeaf(size_t i);

  std::vector<Value> roots;
  std::vector<Object*> pointerRoots;
  std::vector<Value> finalizable;  ///< in order of registration
  std::vector<Value> finalizeQueue;
  std::vector<uint64_t> released;  ///< identities of kExternal objects, in order of release
  std::vector<Object*> leaves;     ///< held weakly, as interned strings are; those that died leave nullptr
  std::vector<Tuning> tunings;
  size_t sweptLeaves = 0;
  size_t external = 0;
  unsigned events = 0;
  uint64_t nextId = 1;
  Heap heap;
};

}  // namespace devvm::heap::test
