// The tail-call dispatcher: every handler is a function that ends in a jump to the next (docs/interpreter.md).

#include "interpreter/dispatch.h"
#include "interpreter/interpreter.h"

#if defined(__clang__) && defined(__has_attribute)
#if __has_attribute(preserve_none) && __has_attribute(musttail) && (defined(__x86_64__) || defined(__aarch64__))
#define DEVVM_TAIL_DISPATCH 1
#endif
#endif

#ifdef DEVVM_TAIL_DISPATCH

namespace devvm::interpreter {

namespace {

#define HANDLER_PARAMETERS                                                                                \
  [[maybe_unused]] Isolate *iso, [[maybe_unused]] const uint8_t *pc, [[maybe_unused]] Value *sp,          \
      [[maybe_unused]] Value *fp, [[maybe_unused]] char *base, [[maybe_unused]] const void *const *table, \
      [[maybe_unused]] Value tos
#define HANDLER_CONVENTION __attribute__((preserve_none, no_sanitize("address", "undefined", "thread")))

using Handler = HANDLER_CONVENTION void (*)(HANDLER_PARAMETERS);

// Every handler path jumps on by itself: the processor predicts each jump from its own history.
#define DISPATCH()                                                                                     \
  [[clang::nomerge, clang::musttail]] return reinterpret_cast<Handler>(const_cast<void*>(table[*pc]))( \
      iso, pc, sp, fp, base, table, tos)
#define HANDLER(Name) HANDLER_CONVENTION static void handle##Name(HANDLER_PARAMETERS)
#define PART(Name) HANDLER_CONVENTION __attribute__((noinline)) static void part##Name(HANDLER_PARAMETERS)
#define GO(Name) [[clang::musttail]] return part##Name(iso, pc, sp, fp, base, table, tos)
#define NEXT(n) \
  do {          \
    pc += (n);  \
    DISPATCH(); \
  } while (0)
#define SLOW(function) [[clang::musttail]] return slowTail<function>(iso, pc, sp, fp, base, table, tos)
#define WIDE(op) [[clang::musttail]] return wideTail<op>(iso, pc, sp, fp, base, table, tos)
#define BARRIER() [[clang::musttail]] return barrierTail(iso, pc, sp, fp, base, table, tos)
#define APPEND() [[clang::musttail]] return appendTail(iso, pc, sp, fp, base, table, tos)
#define GET_ELSEWHERE() [[clang::musttail]] return getElsewhereTail(iso, pc, sp, fp, base, table, tos)
#define SET_ELSEWHERE() [[clang::musttail]] return setElsewhereTail(iso, pc, sp, fp, base, table, tos)
#define WAYS_GET() [[clang::musttail]] return waysGetTail(iso, pc, sp, fp, base, table, tos)
#define WAYS_SELF() [[clang::musttail]] return waysSelfTail(iso, pc, sp, fp, base, table, tos)
#define WAYS_SET(otherwise) [[clang::musttail]] return waysSetTail<otherwise>(iso, pc, sp, fp, base, table, tos)
// The tail of a fused instruction, entered without a dispatch; hooks and profiles see it as an instruction of its own.
#define GO_ON(Name)                                                             \
  do {                                                                          \
    if (iso->takesApart) [[unlikely]]                                           \
      DISPATCH();                                                               \
    [[clang::musttail]] return handle##Name(iso, pc, sp, fp, base, table, tos); \
  } while (0)
// After a function that left the fiber where it goes on.
#define RELOAD()                                            \
  do {                                                      \
    LOAD();                                                 \
    table = static_cast<const void* const*>(iso->dispatch); \
    DISPATCH();                                             \
  } while (0)
#define LEAVE() return

#define OP(name, ...) HANDLER(name);
#include "bytecode/opcodes.def"

template <void (*function)(Isolate&)>
HANDLER_CONVENTION __attribute__((noinline)) void slowTail(HANDLER_PARAMETERS) {
  SAVE();
  function(*iso);
  LOAD();
  table = static_cast<const void* const*>(iso->dispatch);
  DISPATCH();
}

/// Integer arithmetic with operands or a result outside the immediate range; everything else goes on to the slow path.
template <Arith op>
HANDLER_CONVENTION __attribute__((noinline)) void wideTail(HANDLER_PARAMETERS){WIDE_BODY(op)}

/// The write barrier's rare case.
HANDLER_CONVENTION __attribute__((noinline)) void barrierTail(HANDLER_PARAMETERS) {
  iso->heap.store(iso->scratch.holder, iso->scratch.slot, iso->scratch.a);
  DISPATCH();
}

#include "interpreter/handlers_metamethods.inc"

// What follows is out of line so that the handlers need few registers; operands are in iso->scratch.

HANDLER_CONVENTION __attribute__((noinline)) void getElsewhereTail(HANDLER_PARAMETERS){
    GET_ELSEWHERE_BODY} HANDLER_CONVENTION
    __attribute__((noinline)) void setElsewhereTail(HANDLER_PARAMETERS){SET_ELSEWHERE_BODY} HANDLER_CONVENTION
    __attribute__((noinline)) void appendTail(HANDLER_PARAMETERS){APPEND_BODY} HANDLER_CONVENTION
    __attribute__((noinline)) void waysGetTail(HANDLER_PARAMETERS){WAYS_GET_BODY} HANDLER_CONVENTION
    __attribute__((noinline)) void waysSelfTail(HANDLER_PARAMETERS) {
  WAYS_SELF_BODY
}
template <void (*otherwise)(Isolate&)>
HANDLER_CONVENTION __attribute__((noinline)) void waysSetTail(HANDLER_PARAMETERS) {
  WAYS_SET_BODY(otherwise)
}

#include "interpreter/handlers_basic.inc"
#include "interpreter/handlers_arithmetic.inc"
#include "interpreter/handlers_tables.inc"
#include "interpreter/handlers_natives.inc"
#include "interpreter/handlers_calls.inc"
#include "interpreter/handlers_typed.inc"
#include "interpreter/handlers_prefix.inc"

}  // namespace

namespace {

HANDLER(Prefix) {
  [[clang::musttail]] return reinterpret_cast<Handler>(const_cast<void*>(table[bytecode::kPage1 + pc[1]]))(
      iso, pc, sp, fp, base, table, tos);
}

struct HandlerTable {
  const void* entries[bytecode::kOpTableSize];
};

const HandlerTable& handlerTable() {
  static const HandlerTable table = [] {
    HandlerTable t;
    for (auto& e : t.entries) e = reinterpret_cast<const void*>(handleInvalid);
#define OP(name, ...) t.entries[static_cast<size_t>(Op::k##name)] = reinterpret_cast<const void*>(handle##name);
#include "bytecode/opcodes.def"
    t.entries[kStubCount] = reinterpret_cast<const void*>(handleStubCount);
    t.entries[kStubEnterMachine] = reinterpret_cast<const void*>(handleStubEnterMachine);
    t.entries[kStubMachineReturn] = reinterpret_cast<const void*>(handleStubMachineReturn);
    t.entries[kStubNativeStart] = reinterpret_cast<const void*>(handleStubNativeStart);
    t.entries[kStubNativeFinish] = reinterpret_cast<const void*>(handleStubNativeFinish);
    t.entries[kStubNativeReturn] = reinterpret_cast<const void*>(handleStubNativeReturn);
    t.entries[kStubHostReturn] = reinterpret_cast<const void*>(handleStubHostReturn);
    t.entries[kStubFiberReturn] = reinterpret_cast<const void*>(handleStubFiberReturn);
    t.entries[bytecode::kPrefixByte] = reinterpret_cast<const void*>(handlePrefix);
    return t;
  }();
  return table;
}

/// Every opcode of the hooking table: hooks first, then the plain handler.
HANDLER(Hooked) {
  SAVE();
  bool go = hookStep(*iso);
  LOAD();
  table = static_cast<const void* const*>(iso->dispatch);
  if (!go) DISPATCH();
  [[clang::musttail]] return reinterpret_cast<Handler>(const_cast<void*>(handlerTable().entries[*pc]))(
      iso, pc, sp, fp, base, table, tos);
}

const HandlerTable& hookTable() {
  static const HandlerTable table = [] {
    HandlerTable t = handlerTable();
    for (size_t i = 0; i < bytecode::kPage1; i++) t.entries[i] = reinterpret_cast<const void*>(handleHooked);
    return t;
  }();
  return table;
}

/// Every opcode of the profiling table: the compilers look at its operands, then the plain handler runs.
HANDLER(Profiled) {
  SAVE();
  iso->tiers->observe(*iso);
  LOAD();
  table = static_cast<const void* const*>(iso->dispatch);
  [[clang::musttail]] return reinterpret_cast<Handler>(const_cast<void*>(handlerTable().entries[*pc]))(
      iso, pc, sp, fp, base, table, tos);
}

const HandlerTable& profileTable() {
  static const HandlerTable table = [] {
    HandlerTable t = handlerTable();
    for (size_t i = 0; i < bytecode::kPage1; i++) {
      if (i < kFirstStub || i == bytecode::kPrefixByte) t.entries[i] = reinterpret_cast<const void*>(handleProfiled);
    }
    return t;
  }();
  return table;
}

HANDLER(Leave) {
  SAVE();
  LEAVE();
}

const HandlerTable& leavingTable() {
  static const HandlerTable table = [] {
    HandlerTable t;
    for (auto& e : t.entries) e = reinterpret_cast<const void*>(handleLeave);
    return t;
  }();
  return table;
}

/// The one way in: from the C++ convention to the handlers'. The first instruction is that of `first`, whatever table
/// the isolate has for those after it.
__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) void trampoline(Isolate* iso,
                                                                                         const void* const* first) {
  const uint8_t* pc;
  Value *sp, *fp, tos;
  char* base;
  LOAD();
  auto* table = static_cast<const void* const*>(iso->dispatch);
  reinterpret_cast<Handler>(const_cast<void*>(first[*pc]))(iso, pc, sp, fp, base, table, tos);
}

}  // namespace

const void* dispatchTable(const Isolate& iso) {
  if (!(iso.takesApart | iso.stepping)) [[likely]]
    return handlerTable().entries;
  return (iso.stepping ? leavingTable() : iso.hooksOn ? hookTable() : profileTable()).entries;
}

void runTail(Isolate& iso) {
  iso.dispatch = dispatchTable(iso);
  trampoline(&iso, static_cast<const void* const*>(iso.dispatch));
}

void stepTail(Isolate& iso) {
  iso.dispatch = leavingTable().entries;
  trampoline(&iso, handlerTable().entries);
}

}  // namespace devvm::interpreter

#else

namespace devvm::interpreter {
void runTail(Isolate& iso) { runSwitch(iso); }
void stepTail(Isolate& iso) { runSwitch(iso); }
const void* dispatchTable(const Isolate&) { return nullptr; }
}  // namespace devvm::interpreter

#endif
