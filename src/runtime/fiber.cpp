// Fiber stacks: allocation, growth by copying, what the collector sees of them.

#include "runtime/fiber.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

constexpr size_t kFirstSlots = 96;      ///< a coroutine's first stack
constexpr size_t kMarginSlots = 16;     ///< between limit and low: header writes of the handlers
constexpr size_t kReserveSlots = 8192;  ///< beyond the stack limit, for message handlers after an overflow

constexpr size_t kMemorySlack = size_t{128} << 10;  ///< beyond the memory limit, see fitsLimit()

size_t maxSlots(const Fiber& f) { return f.isolate->options.limits.stackBytes / sizeof(Value); }

/// Whether a stack may take so many more bytes. Nothing can be collected where stacks grow, so what is in use may be
/// garbage for the most part: a little beyond the limit is fine, and the next allocation collects.
bool fitsLimit(Isolate& isolate, size_t more) {
  if (isolate.heap.adjustExternal(static_cast<ptrdiff_t>(more))) return true;
  return isolate.heap.bytesInUse() + isolate.externalBytes() + more <= isolate.heap.limit() + kMemorySlack;
}

/// Only the part above sp is kept; it stands at the high end.
bool moveStack(Fiber& f, size_t slots) {
  auto* block = static_cast<Value*>(std::malloc(slots * sizeof(Value)));
  if (block == nullptr) return false;
  Value* high = block + slots;
  auto used = static_cast<size_t>(f.high - f.sp);
  if (used != 0) std::memcpy(static_cast<void*>(high - used), f.sp, used * sizeof(Value));
  size_t before = f.stackBytes();
  f.fp = f.fp ? high - (f.high - f.fp) : nullptr;
  f.sp = high - used;
  std::free(f.low);
  f.low = block;
  f.high = high;
  f.limit = block + kMarginSlots;
  f.isolate->external += f.stackBytes() - before;
  if (f.isolate->fiber == &f) f.isolate->stackLimit = f.limit;
  return true;
}

/// The main fiber's stack is reserved once and committed by use.
bool reserveMainStack(Fiber& f) {
  size_t slots = maxSlots(f) + kReserveSlots + kMarginSlots;
  void* p =
      mmap(nullptr, slots * sizeof(Value), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return false;
  f.low = static_cast<Value*>(p);
  f.high = f.low + slots;
  f.limit = f.low + kReserveSlots + kMarginSlots;
  f.sp = f.high;
  return true;
}

/// The intact copy of an object while a collection moves things: slots may be updated now or later.
const Object* whereItIs(const Object* o) {
  return o->gc & heap::kForwarded ? *reinterpret_cast<Object* const*>(o + 1) : o;
}

}  // namespace

bool FrameList::grow() {
  uint32_t wanted = capacity == 0 ? 8 : 2 * capacity;
  auto* block = static_cast<uint32_t*>(std::realloc(items, wanted * sizeof(uint32_t)));
  if (block == nullptr) return false;
  items = block;
  capacity = wanted;
  return true;
}

bool growStack(Fiber& f, size_t slots) {
  if (f.isMain) {
    if (f.low == nullptr) return reserveMainStack(f);
    if (!f.reserveOpen) return false;
    return f.sp - slots >= f.low + kMarginSlots;
  }
  auto used = static_cast<size_t>(f.high - f.sp);
  size_t limit = maxSlots(f) + (f.reserveOpen ? kReserveSlots : 0);
  size_t needed = used + slots + kMarginSlots;
  if (needed > limit) return false;
  size_t wanted = f.low ? 2 * static_cast<size_t>(f.high - f.low) : kFirstSlots;
  while (wanted < needed) wanted *= 2;
  if (wanted > limit) wanted = limit;
  if (f.isolate->heap.limit() != 0 &&
      !fitsLimit(*f.isolate, (wanted - static_cast<size_t>(f.high - f.low)) * sizeof(Value))) {
    return false;
  }
  return moveStack(f, wanted);
}

void Fiber::enlist(Isolate& owner) {
  isolate = &owner;
  next = owner.fibers;
  if (next != nullptr) next->previous = this;
  owner.fibers = this;
}

Fiber::~Fiber() {
  if (isolate == nullptr) return;
  (previous != nullptr ? previous->next : isolate->fibers) = next;
  if (next != nullptr) next->previous = previous;
}

void releaseFiberMemory(Fiber* f) {
  if (f->low == nullptr) return;
  if (f->isMain) {
    munmap(f->low, f->stackBytes());
  } else {
    f->isolate->external -= f->stackBytes();
    std::free(f->low);
  }
  f->low = f->high = f->sp = f->fp = f->limit = nullptr;
}

Value newFiber(Isolate& isolate, Handle function) {
  Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kFiber), 0, 0);
  if (o == nullptr) return Value::nil();
  auto* f = new (std::nothrow) Fiber;
  reinterpret_cast<FiberObject*>(o)->fiber = f;
  if (f == nullptr) return Value::nil();
  f->enlist(isolate);
  f->object = o;
  f->error = Value::absent();
  if (!growStack(*f, kFirstSlots - kMarginSlots)) return Value::nil();
  *--f->sp = function.get();
  isolate.external += sizeof(Fiber);
  f->dirty = true;
  isolate.dirtyFibers.push_back(f);
  return otherValue(o);
}

const MachineCode* Fiber::optimizedAt(const Code* code, const uint8_t* returnAddress) {
  const MachineCode* machine = code->machine != nullptr ? code->machine->returnedTo(returnAddress) : nullptr;
  return machine != nullptr && machine->maps != nullptr ? machine : nullptr;
}

void Fiber::settleMachineCaller(Value* callee) {
  if (optimizedCaller(callee) != nullptr) isolate->tiers->materialize(*this, callee);
}

void Fiber::visit(heap::SlotVisitor& v) {
  v.slot(&hook);
  v.slot(&error);
  Value* bottom = sp;
  const Value* called = nullptr;  // the frame that this one called
  for (Value* frame = fp; frame != nullptr; frame = callerOf(frame)) {
    Link link = linkOf(frame);
    Value* calleeSlot = frame + 2 + link.extra();
    // Looked at before it is visited: what a slot refers to then need not be there yet (heap/study/mark_compact.cpp).
    const Object* callee = whereItIs(frame[2].asObject());
    const Code* code = kindOf(callee) == Kind::kNative ? nullptr : static_cast<const Closure*>(callee)->code;
    v.slots(frame + 2, static_cast<size_t>(calleeSlot - (frame + 2)) + 1);
    if (code == nullptr) {
      v.slots(bottom, static_cast<size_t>(frame - 1 - bottom));
    } else {
      Value* spare = frame - 1 - code->locals;
      const MachineCode* optimized =
          called != nullptr && linkOf(called).returnsToMachine() ? optimizedAt(code, returnAddressOf(called)) : nullptr;
      const uint8_t* stopped = called == nullptr && isolate->fiber == this ? isolate->stopped.address : nullptr;
      if (stopped != nullptr) {
        const MachineCode* running = optimizedAt(code, stopped);
        running->maps->visitStopped(v, frame, static_cast<uint32_t>(stopped - running->start),
                                    isolate->stopped.registers);
        // What it has checked before it checks no more: it may go on to give tables of these shapes the next ones.
        for (uint32_t shape : running->shapes) {
          if (!v.minor() && isolate->shapes.marking()) isolate->shapes.visitStrong(shape, v);
        }
      } else if (optimized != nullptr) {
        optimized->maps->visit(v, frame, static_cast<uint32_t>(returnAddressOf(called) - optimized->start));
      } else if (code->raw) {
        visitRawFrame(v, code, frame, bottom, spare, called != nullptr ? code->resumePoint(called) : pc);
      } else {
        if (bottom < spare) v.slots(bottom, static_cast<size_t>(spare - bottom));
        v.slots(spare + 1, code->locals);
      }
    }
    called = frame;
    bottom = calleeSlot + 1;
    if (callerOf(frame) == nullptr) break;
  }
  if (fp == nullptr && sp != nullptr) v.slots(sp, static_cast<size_t>(high - sp));
}

void visitFiber(Object* o, heap::SlotVisitor& v) {
  Fiber* f = reinterpret_cast<FiberObject*>(o)->fiber;
  if (f == nullptr) return;
  f->object = o;
  if (!v.minor() && v.moves()) v.pointer(&f->object);  // `o` may be where it has been
  if (f->isMain) return;                               // its stack is a root
  f->visit(v);
  if (f->resumer != nullptr && f->resumer->object != nullptr) v.pointer(&f->resumer->object);
}

void releaseFiber(Object* o, void* context) {
  Fiber* f = reinterpret_cast<FiberObject*>(o)->fiber;
  (void)context;
  if (f == nullptr) return;
  Isolate& isolate = *f->isolate;
  if (f->dirty) {
    for (auto& d : isolate.dirtyFibers) {
      if (d == f) d = nullptr;
    }
  }
  releaseFiberMemory(f);
  isolate.external -= sizeof(Fiber);
  delete f;
}

}  // namespace devvm::runtime
