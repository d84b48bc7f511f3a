// Looking at frames of a stopped fiber: names, lines, locals, tracebacks, and what an error message calls a value.
#pragma once

#include <string>

#include "runtime/fiber.h"
#include "runtime/objects.h"

namespace devvm::runtime {

/// One activation. Valid until the fiber runs or its stack moves.
struct Frame {
  Fiber* fiber = nullptr;
  Value* fp = nullptr;
  Value* sp = nullptr;             ///< lowest word of this frame (operands included)
  const uint8_t* pc = nullptr;     ///< bytecode frames: the current instruction (for callers: their call instruction)
  bool isNative() const { return isNativeFrame(fp); }
  Value callee() const { return fp[2]; }
  const Code* code() const { return codeOf(fp); }
  uint32_t offset() const { return static_cast<uint32_t>(pc - codeOf(fp)->entry); }
};

/// The innermost frame of a fiber; false if it has none (not started, or dead).
bool innermostFrame(Fiber& fiber, Frame& out);
/// The frame that called `frame`; false if it is the fiber's outermost. Host entry frames are passed over.
bool callerFrame(const Frame& frame, Frame& out);
/// Level 0 is the innermost frame.
bool frameAtLevel(Fiber& fiber, int level, Frame& out);

/// Current line of a bytecode frame, -1 for natives or if unknown.
int currentLine(const Frame& frame);

/// What the reference's getfuncname says: name and kind ("global", "local", "method", "field", "upvalue", "constant",
/// "metamethod", "for iterator", "hook") of the function running in `frame`, judged by its caller's instruction.
struct CalledAs {
  std::string name;  ///< empty: unknown
  const char* kind = "";
};
CalledAs calledAs(const Frame& frame);
/// Whether the function in `frame` was called by a tail call.
bool isTailCall(const Frame& frame);

/// The reference's varinfo for the operand `depth` slots below the top at the instruction of `frame`:
/// " (local 'x')", " (field 'y')", " (global 'z')", " (upvalue 'u')", " (constant 'c')", or "".
std::string operandDescription(const Frame& frame, uint32_t depth);
/// The same for an explicit local slot or upvalue operand of the (fused) instruction.
std::string localDescription(const Frame& frame, uint32_t local);
std::string upvalueDescription(const Frame& frame, uint32_t upvalue);

/// Local variable n (from 1; negative: variable arguments) of a frame, as debug.getlocal: its name, and in `slot` the
/// address of its value (looked through cells); nullptr if there is none.
const char* localVariable(const Frame& frame, int n, Value*& slot, std::string& nameBuffer);

/// The same for the callee of the call instruction of `frame` (used when it is no function).
std::string calleeDescription(const Frame& frame);
/// Name under which a function value is found in package.loaded ("string.rep", "print"), or "".
std::string globalFunctionName(Isolate& isolate, Value function);

/// As luaL_traceback: "message\nstack traceback:\n\t...".
std::string traceback(Isolate& isolate, Fiber& fiber, const std::string* message, int level);

}  // namespace devvm::runtime
