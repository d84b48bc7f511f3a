// Machine code that all compiled functions share: the way in, the way out, and calls of C++.
#pragma once

#include <vector>

#include "jit/code/code_memory.h"
#include "runtime/isolate.h"

namespace devvm::jit {

struct Stubs {
  using Enter = void (*)(runtime::Isolate*, const uint8_t* address, heap::Value* calleeSlot, uint64_t result);
  Enter enter = nullptr;  ///< the way in, by the C convention
  uintptr_t leave = 0;    ///< jump: back to whoever entered, the fiber as it is
  /// jump, rsi = sp, rdx = pc: goes on there in the interpreter.
  uintptr_t exit = 0;
  /// call, rsi = sp, rdx = pc: the same, since something was not as the compiler expected. That is counted; it does not
  /// return.
  uintptr_t deoptimize = 0;
  /// call, rax = a slow path of the interpreter, rsi = sp, rdx = pc of the instruction. Gives the address in rax at
  /// which the fiber goes on (0: only the interpreter may); fp is set to its frame. All operand registers are lost.
  uintptr_t slow = 0;
  /// call, rax = a slow path: the same where the fiber's sp, fp and pc are as they must be already.
  uintptr_t slowAgain = 0;
  /// jump, rdi = number of arguments | results wanted << 32, rcx = machine code to come back to, rsi = sp, rdx = pc of
  /// the call: calls whatever stands below the arguments.
  uintptr_t call = 0;
  /// jump, rax = a slow path that calls or returns, rsi = sp, rdx = pc: goes on wherever the fiber then stands.
  uintptr_t goOn = 0;
  /// The same two where an open list lies on top: the fiber's own sp, fp and pc hold. callOpen adds the list's length
  /// to the number of arguments.
  uintptr_t callOpen = 0, goOnOpen = 0;
  /// jump, where an instruction left the fiber elsewhere: rdx = bytecode address behind it, rcx = machine code for that
  /// place, rdi = offset of the callee's slot from fp (low half) | results wanted << 32. A metamethod that was called
  /// will return to the machine code. Goes on wherever the fiber stands.
  uintptr_t called = 0;
  /// jump, rax = the code of a metamethod that layMetamethod laid below the native that waits for it, fp its frame.
  uintptr_t compare = 0;
  /// jump, rax = the slow path that does it all, rdi = number of arguments, rsi = sp, rdx = pc: replaces the frame by a
  /// call of what stands below the arguments. With an open list on top: the fiber's sp and pc hold.
  uintptr_t tailCall = 0, tailCallOpen = 0;
  /// jump, rsi = address above the first of some values, rcx = how many: returns them from the frame.
  uintptr_t giveBack = 0;
  /// call, rax = a table, ecx = its shape, rdx = a cell, xmm0 = the key: the field in rax by the cell's ways or the
  /// shared cache, or absent. Keeps the operand registers.
  uintptr_t fieldWays = 0;
  /// call, rax = a table, ecx = its shape, rdx = a cell, xmm0 = the key, xmm1 = a value: stores the field likewise; rax
  /// is 0 if that was not possible. Keeps the operand registers.
  uintptr_t setWays = 0;
  /// call, rax = a table, rcx = a key, xmm0 = a value: stores an element where the array part alone has no answer; al
  /// is 0 if that was not possible. Keeps the operand registers.
  uintptr_t setElement = 0;
  /// call, rdx = a C++ function of the isolate and up to three words, in rax, rcx and xmm0, that neither allocates nor
  /// looks at the frame. Its answer is in rax. Keeps the operand registers.
  uintptr_t leaf = 0;
  /// call, rax = an object, rcx = one of its slots, rdx = a value: stores it and tells the collector if that wants to
  /// know. Keeps the operand registers.
  uintptr_t store = 0;
  /// Code::machineEntry of functions without machine code.
  uintptr_t interpreted = 0;
  /// call, at the beginning of a function that finds no room: makes some, or raises and leaves.
  uintptr_t grow = 0;
  CodeBlock block;

  /// Places them. False: no executable memory.
  bool make(CodeMemory& memory);
};

/// The innermost frame was laid out by machine code: callee, arguments, header. Its function is interpreted from `pc`
/// on, unless the stack is full: then its caller has the error. MAY RUN GUEST CODE.
void interpretCallee(runtime::Isolate& isolate, const uint8_t* pc);

/// How machine code comes to a stub: by a call, by a jump from a frame that is still there, by a call of the guest's
/// own whose frame is laid out, or not at all.
enum class StubFrame : uint8_t { kEntry, kCalled, kJumped, kGuest };
/// One stub, for people and tools.
struct StubInfo {
  const char* name;
  uintptr_t address;
  StubFrame frame;
  uint32_t bytes = 0;  ///< up to the next one
};
/// All stubs, ascending by address (stub_names.cpp).
std::vector<StubInfo> stubInfos(const Stubs& stubs);

}  // namespace devvm::jit
