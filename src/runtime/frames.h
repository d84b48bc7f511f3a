// Looking at frames of a stopped fiber: names, lines, locals, tracebacks, and what an error message calls a value.
//
// Natives of the engine itself (NativeInfo::hidden) have no level of their own: they are passed over, but they decide
// what the functions that they call are called (a hook, a finalizer).
//
// A frame of optimized code that is asked for becomes the interpreter's frames for which it stands: whoever looks sees
// those, and the machine code does not go on.
#pragma once

#include <string>

#include "runtime/fiber.h"
#include "runtime/objects.h"

namespace devvm::runtime {

/// One activation. Valid until the fiber runs or its stack moves.
struct Frame {
  Fiber* fiber = nullptr;
  Value* fp = nullptr;
  Value* sp = nullptr;          ///< lowest word of this frame (operands included; callee and arguments of a call
                                ///< under way excluded)
  const uint8_t* pc = nullptr;  ///< bytecode frames: the current instruction (for callers: their call instruction)
  bool isNative() const { return isNativeFrame(fp); }
  Value callee() const { return fp[2]; }
  const Code* code() const { return codeOf(fp); }
  uint32_t offset() const { return codeOf(fp)->offsetOf(pc); }
};

/// The innermost frame of a fiber; false if it has none (not started, or dead).
bool innermostFrame(Fiber& fiber, Frame& out);
/// The frame that called `frame`; false if it is the fiber's outermost. Hidden frames are passed over, except that an
/// outermost host entry frame counts, as the reference's C function that runs a program does.
bool callerFrame(const Frame& frame, Frame& out);
/// Level 0 is the innermost frame.
bool frameAtLevel(Fiber& fiber, int level, Frame& out);

/// Current line of a bytecode frame, -1 for natives or if unknown.
int currentLine(const Frame& frame);

/// What the reference's getfuncname says: name and kind ("global", "local", "method", "field", "upvalue", "constant",
/// "metamethod", "for iterator", "hook") of the function running in `frame`, judged by its caller's instruction.
struct CalledAs {
  std::string name;
  const char* kind = "";  ///< empty: unknown
};
CalledAs calledAs(const Frame& frame);
/// Whether the function in `frame` was called by a tail call.
bool isTailCall(const Frame& frame);
/// Name of `function` in package.loaded, as tracebacks and argument errors use it: "string.rep", "print"; "" if none.
std::string globalFunctionName(Isolate& isolate, Value function);

/// The reference's varinfo for the operand `depth` slots below the top at the instruction of `frame`:
/// " (local 'x')", " (field 'y')", " (global 'z')", " (upvalue 'u')", " (constant 'c')", or "".
/// The stack is taken as it is before the instruction: operands that a fused instruction names itself are not on it.
std::string operandDescription(const Frame& frame, uint32_t depth);
/// The same for an explicit local slot or upvalue operand of the (fused) instruction.
std::string localDescription(const Frame& frame, uint32_t local);
std::string upvalueDescription(const Frame& frame, uint32_t upvalue);
/// The same for the value that the instruction of `frame` wants to call: " (metamethod 'add')" and
/// " (for iterator 'for iterator')" are possible too.
std::string calleeDescription(const Frame& frame);

/// Where a local variable lives.
struct LocalPlace {
  std::string name;
  Value* slot = nullptr;  ///< null: there is no such variable
  Object* holder =
      nullptr;  ///< the cell that the slot belongs to (stores need Heap::store then), or null: a stack slot
};
/// Local variable n (from 1; negative: variable arguments) of a frame, as debug.getlocal counts and names them.
LocalPlace localVariable(const Frame& frame, int n);
/// The frame goes on in the interpreter, wherever it was: machine code relies on what it knows of its locals. For who
/// changes a local of another function's frame.
void interpretFrame(const Frame& frame);
/// Name of parameter n (from 1) of a closure, or null.
const char* parameterName(const Code& code, int n);

/// As luaL_traceback: "message\nstack traceback:\n\t...".
std::string traceback(Isolate& isolate, Fiber& fiber, const std::string* message, int level);

}  // namespace devvm::runtime
