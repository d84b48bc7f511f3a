// Slow paths of the handlers. Each works on the running fiber's saved registers, fiber.pc at its instruction, and
// leaves the fiber where execution goes on. "scratch": operands in isolate.scratch (see Isolate::Scratch). All MAY RUN
// GUEST CODE in the sense that they push the frames for it.
#pragma once

#include "interpreter/calls.h"
#include "runtime/isolate.h"

namespace devvm::interpreter {

using runtime::Arith;

enum class Compare : uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };

// ---- slow_arithmetic.cpp (scratch) ----
void slowArithmetic(Isolate& iso, Arith op);
void slowConcat(Isolate& iso);
void slowLength(Isolate& iso);
void slowToInteger(Isolate& iso);
template <Arith op>
void slowArith(Isolate& iso) {
  slowArithmetic(iso, op);
}

/// a op b of integers of any width, boxing in the nursery; absent if that has no room. Never collects.
template <Arith op>
Value wideArithmetic(Isolate& iso, Value a, Value b);

// ---- slow_compare.cpp (scratch; jump: a jump_if_false stands behind the instruction) ----
void slowComparison(Isolate& iso, Compare op, bool jump);
template <Compare op, bool jump>
void slowCompare(Isolate& iso) {
  slowComparison(iso, op, jump);
}
extern const runtime::NativeInfo kCompareInfo, kConcatInfo, kSelfInfo;

// ---- slow_tables.cpp ----
/// scratch.a[scratch.b]; the result is pushed. `cache` null or the site's cell (then b is an interned string constant).
void slowGet(Isolate& iso);
void slowGetCached(Isolate& iso);  ///< scratch.b constant string; feedback operand is the last of the instruction
void slowSelf(Isolate& iso);
void slowGetProperty(Isolate& iso);
/// scratch.a[scratch.b] = top of stack.
void slowSet(Isolate& iso);
void slowSetCached(Isolate& iso);

// ---- slow_misc.cpp ----
void slowNewTable(Isolate& iso);
void slowNewCell(Isolate& iso);
void slowClosure(Isolate& iso);
void slowInitField(Isolate& iso);
void slowInitIndex(Isolate& iso);
void slowSetList(Isolate& iso);
void slowSetListVar(Isolate& iso);
void slowPackList(Isolate& iso);
void slowUnpackList(Isolate& iso);
void slowVarargOpen(Isolate& iso);
void slowForPrep(Isolate& iso);
void slowForLoop(Isolate& iso);
void slowForInCall(Isolate& iso);
void slowMarkClose(Isolate& iso);
void slowClose(Isolate& iso);
void slowCloseError(Isolate& iso);
void slowThrow(Isolate& iso);
void slowRethrow(Isolate& iso);
void slowPage1(Isolate& iso);  ///< opcodes of page 1 without a handler of their own

// ---- calls: operands from the instruction ----
void slowCall(Isolate& iso);            ///< call n r f
void slowCallNative(Isolate& iso);      ///< as isolate.calling says
void slowCallMetamethod(Isolate& iso);  ///< the same
void slowCallOpen(Isolate& iso);        ///< call_open n f
void slowCallVar(Isolate& iso);         ///< call_var n r f
void slowCallVarOpen(Isolate& iso);     ///< call_var_open n f
void slowTailCall(Isolate& iso);
void slowTailCallVar(Isolate& iso);
void slowReturn(Isolate& iso);  ///< return n
void slowReturn0(Isolate& iso);
void slowReturn1(Isolate& iso);
void slowReturnVar(Isolate& iso);
void slowHotFunction(Isolate& iso);    ///< fiber.pc is the counting stub
void slowEnterMachine(Isolate& iso);   ///< fiber.pc is the stub in front of the machine code
void slowMachineReturn(Isolate& iso);  ///< as isolate.machineReturn says
void slowSafepoint(Isolate& iso);      ///< budget exhausted, fiber.pc is where to go on
/// Before an instruction while hooks are set: true to go on with it, false if the fiber stands elsewhere now.
bool hookStep(Isolate& iso);
void startNative(Isolate& iso);
void finishNative(Isolate& iso);
void slowStubNative(Isolate& iso);
void slowStubFiber(Isolate& iso);

}  // namespace devvm::interpreter
