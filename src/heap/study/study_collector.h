// Collectors for study: textbook algorithms, each in one file, behind the interface of the heap. They stop the program,
// have one generation and no barriers, and serve interpreted programs only. The references are to R. Jones, A. Hosking,
// E. Moss, "The Garbage Collection Handbook" (2nd edition, 2023).
//
// The heap keeps what is not the algorithm: when to collect, limits, weak references and finalizers (Tracer), objects
// that must not move (the fixed space), and large ones.
#pragma once

#include <cstddef>
#include <memory>

#include "heap/growable.h"
#include "heap/heap.h"
#include "heap/object.h"
#include "heap/tracer.h"

namespace devvm::heap {

struct HeapImpl;

class StudyCollector {
 public:
  virtual ~StudyCollector() = default;
  /// Bytes for a small object that may move; null where the collector has no such space (the object then goes to the
  /// fixed space), or it is full and a collection is due, or the system has no memory.
  virtual char* allocate(size_t bytes) = 0;
  /// Whether it has a space for those.
  virtual bool hasSpace() const = 0;
  virtual bool contains(const Object* o) const = 0;
  /// Bytes of objects in that space, dead ones included.
  virtual size_t used() const = 0;
  /// Bytes of memory that it has touched.
  virtual size_t committed() const = 0;
  /// Stops the program and frees what is dead.
  virtual void collect() = 0;
  /// While Heap::forwarded() has to ask (HeapImpl::setSlides): the address that a live object is going to have.
  virtual Object* newAddress(Object* o) const { return o; }
};

/// Null for the generational one.
std::unique_ptr<StudyCollector> makeStudyCollector(HeapImpl& heap, CollectorChoice choice);
std::unique_ptr<StudyCollector> makeStudyMarkSweep(HeapImpl& heap);
std::unique_ptr<StudyCollector> makeStudySemispace(HeapImpl& heap);
std::unique_ptr<StudyCollector> makeStudyMarkCompact(HeapImpl& heap);

/// A range of addresses in which objects are allocated one behind the other. Pages take memory when first touched.
struct BumpSpace {
  char* start = nullptr;
  char* free = nullptr;
  char* end = nullptr;

  bool create(size_t bytes);
  void destroy();
  char* allocate(size_t bytes) {
    if (bytes > static_cast<size_t>(end - free)) return nullptr;
    char* p = free;
    free += bytes;
    return p;
  }
  size_t used() const { return static_cast<size_t>(free - start); }
  bool contains(const Object* o) const {
    return reinterpret_cast<uintptr_t>(o) - reinterpret_cast<uintptr_t>(start) < static_cast<size_t>(end - start);
  }
};

/// Finds everything reachable, depth first with a stack of its own: the system's would overflow on long lists.
/// (Deutsch, Schorr and Waite reverse pointers instead and need no stack; Handbook 2.5 says why few do that.)
///
/// In Dijkstra's colours (Handbook 2.2): white objects have not been seen, grey ones are marked and on the stack, black
/// ones are marked and scanned. At the end nothing is grey and no black object refers to a white one: white is garbage.
/// The mark is a bit of the header whose meaning swaps with each collection (HeapImpl::color), so that nobody has to
/// clear it: what survived is white at once when the next one begins. New objects are born with the current mark.
class StudyTracer : public Tracer {
 public:
  /// Makes everything white, then all that lives black; weak references are settled.
  void run();
  void traceSlot(Value* s) override { meet(s); }
  void drain() override;

 protected:
  explicit StudyTracer(HeapImpl& impl) : Tracer(impl) {}
  /// Sees to it that `o` lives on, and tells its address afterwards.
  virtual Object* reach(Object* o) = 0;
  /// Makes a white object grey; false if it is not white.
  bool mark(Object* o);
  void scan(Object* o);

  void visitSlots(Value* first, size_t count) override {
    for (size_t i = 0; i < count; i++) meet(first + i);
  }
  void visitPointer(Object** p) override { *p = reach(*p); }

  Growable<Object*> stack_;

 private:
  void meet(Value* s);
};

}  // namespace devvm::heap
