// The portable dispatcher: the same handlers as cases of one switch.

#include "interpreter/dispatch.h"
#include "interpreter/interpreter.h"

namespace devvm::interpreter {

namespace {

enum Case : unsigned {
#define OP(name, ...) case##name = static_cast<unsigned>(Op::k##name),
#include "bytecode/opcodes.def"
  caseStubCount = kStubCount,
  caseStubEnterMachine = kStubEnterMachine,
  caseStubMachineReturn = kStubMachineReturn,
  caseStubNativeStart = kStubNativeStart,
  caseStubNativeFinish = kStubNativeFinish,
  caseStubNativeReturn = kStubNativeReturn,
  caseStubHostReturn = kStubHostReturn,
  caseStubFiberReturn = kStubFiberReturn,
  caseInvalid = 0xFFFF,
};

}  // namespace

#define HANDLER(Name) case case##Name:
#define PART(Name) part##Name:
#define GO(Name) goto part##Name
#define NEXT(n) \
  do {          \
    pc += (n);  \
    goto next;  \
  } while (0)
#define SLOW(function) \
  do {                 \
    SAVE();            \
    (function)(*iso);  \
    LOAD();            \
    goto next;         \
  } while (0)
// What the tail dispatcher has out of line is in place here.
#define WIDE(op) IN_PLACE(WIDE_BODY(op))
#define BARRIER() IN_PLACE(iso->heap.store(iso->scratch.holder, iso->scratch.slot, iso->scratch.a); goto next;)
#define APPEND() goto append
#define GET_ELSEWHERE() goto getElsewhere
#define SET_ELSEWHERE() goto setElsewhere
#define WAYS_GET() goto waysGet
#define WAYS_SELF() goto waysSelf
#define WAYS_SET(otherwise) goto ways_##otherwise
#define IN_PLACE(...) \
  do {                \
    __VA_ARGS__       \
  } while (0)
#define GO_ON(Name) goto next
#define RELOAD() \
  do {           \
    LOAD();      \
    goto next;   \
  } while (0)
#define LEAVE() return

void runSwitch(Isolate& isolate) {
  Isolate* iso = &isolate;
  const uint8_t* pc;
  Value *sp, *fp, tos;
  char* base;
  LOAD();
  if (iso->stepping) goto first;
next:
  if (iso->takesApart | iso->stepping) [[unlikely]] {
    SAVE();
    if (iso->stepping) return;
    bool go = true;
    if (iso->hooksOn) {
      go = hookStep(*iso);
    } else if (*pc < kFirstStub || *pc == bytecode::kPrefixByte) {
      iso->tiers->observe(*iso);
    }
    LOAD();
    if (!go) goto next;
  }
first:
  switch (static_cast<unsigned>(bytecode::readOp(pc))) {
#include "interpreter/handlers_basic.inc"
#include "interpreter/handlers_arithmetic.inc"
#include "interpreter/handlers_tables.inc"
#include "interpreter/handlers_metamethods.inc"
#include "interpreter/handlers_natives.inc"
#include "interpreter/handlers_calls.inc"
#include "interpreter/handlers_typed.inc"
#include "interpreter/handlers_prefix.inc"
    default: {
      SAVE();
      invalidOpcode(*iso);
      return;
    }
  }
append: { APPEND_BODY }
getElsewhere: { GET_ELSEWHERE_BODY }
setElsewhere: { SET_ELSEWHERE_BODY }
waysGet: { WAYS_GET_BODY }
waysSelf: { WAYS_SELF_BODY }
ways_slowSetCached: { WAYS_SET_BODY(slowSetCached) }
ways_slowInitField: { WAYS_SET_BODY(slowInitField) }
}

}  // namespace devvm::interpreter
