// Stubs of calls and returns that a call site does not do itself: natives, bytecode functions whose parameters are not
// as many as the arguments, switches of coroutines, returns to whom they may concern. All in machine code; frames are
// exactly those of the interpreter's call machine (interpreter/calls.h), which does whatever is watched, does not fit,
// or is rare.
#pragma once

#include "jit/baseline/layout.h"

namespace devvm::jit {

class CallStubs {
 public:
  explicit CallStubs(x64::Assembler& assembler) : a(assembler) {}

  /// Stubs::call. At entry: rdi = number of arguments | results wanted << 32, rcx = machine code to come back to,
  /// rsi = sp, rdx = pc of the call; the callee stands below the arguments.
  void writeCall();
  /// In front of writeCall, registers as there: natives with a `fast` function.
  void writeFastNative();
  /// Stubs::compare. At entry: rax = the code of a metamethod, kFrame its frame, below that of the native that waits.
  void writeCompare();
  /// Stubs::tailCall. At entry: rdi = number of arguments, rsi = sp, rdx = pc, rax = the slow path that does it all.
  void writeTailCall();
  /// Stubs::giveBack. At entry: rsi = address above the first of the values, rcx = how many there are.
  void writeGiveBack();

  // ---- jumped to, bound by who places the stubs ----
  Label callGeneric;   ///< registers as at the entry of `call`, nothing done
  Label answered;      ///< rax: answer of the innermost native (a NativeResult), which is no plain return
  Label goOn;          ///< Stubs::goOn (for tailCall too)
  Label goOnAnywhere;  ///< goes on where the fiber stands
  Label giveGeneric;   ///< registers as at the entry of `giveBack`, nothing done

 private:
  void closure();
  void native();
  void runNative();
  void tailNative(Label& generic);
  void intrinsics(Label& plain);
  void callTable();
  void protectedCall(bool handler);
  void nativeWaitsUnlessPlain();
  void resume(bool plain);
  void yield();
  void deliver();
  void layNativeFrame(uint64_t state, uint64_t linkFlags);
  void untag(x64::Gpr r);
  void genericIf(x64::Condition c) { a.jcc(c, generic_); }
  void genericUnlessZero(const x64::Mem& byte);
  void checkRoom(x64::Gpr fiber, x64::Gpr values);

  x64::Assembler& a;
  Label generic_, deliver_, locals_, nativeWaits_;
};

}  // namespace devvm::jit
