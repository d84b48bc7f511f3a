// debug.sethook and gethook, and what a hook can ask about the call or return that it was called for.

#include <string>

#include "bytecode/decode.h"
#include "interpreter/drive.h"
#include "languages/lua/library/debug_parts.h"
#include "runtime/code.h"

namespace devvm::lua {

using runtime::asString;
using runtime::Fiber;
using runtime::Frame;
using runtime::Rooted;

namespace {

/// Bits of Fiber::hookMask, in the order of the reference.
struct HookLetter {
  char letter;
  uint8_t bit;
};
constexpr HookLetter kHookLetters[] = {{'c', 1}, {'r', 2}, {'l', 4}};
constexpr uint8_t kCountHook = 8;

/// Lines are told when they change: the one that sets the hook has begun already.
void noteCurrentLine(Fiber& fiber) {
  Frame frame;
  if (!runtime::frameAtLevel(fiber, 1, frame) || frame.isNative()) return;
  fiber.hookLine = runtime::currentLine(frame);
  fiber.hookLineFrame = static_cast<uint32_t>(fiber.high - frame.fp);
  fiber.hookOffset = frame.offset();
  fiber.hookNext = static_cast<uint32_t>(fiber.pc - frame.code()->entry);
  fiber.hookSkip = UINT32_MAX;
}

/// The engine's frame that runs a hook for `frame`, or null.
Value* hookFrameAbove(const Frame& frame) {
  Value* above = nullptr;
  for (Value* fp = frame.fiber->fp; fp != nullptr && fp != frame.fp; fp = Fiber::callerOf(fp)) above = fp;
  if (above == nullptr || !runtime::isNativeFrame(above)) return nullptr;
  const NativeInfo* info = runtime::as<runtime::Native>(above[2])->info;
  return info->hidden && std::string_view(info->name) == "(hook)" ? above : nullptr;
}

int activeVariables(const Frame& frame) {
  int n = 0;
  for (const auto& v : frame.code()->function->variables) n += frame.offset() >= v.start && frame.offset() < v.end;
  return n;
}

/// Results of the return instruction of a bytecode frame.
void returnedValues(const Frame& frame, int openCount, int& first, int& count) {
  using bytecode::Op;
  const runtime::Code& code = *frame.code();
  bytecode::Instruction i = bytecode::decodeVerified({code.entry, code.codeSize}, frame.offset());
  switch (i.op) {
    case Op::kReturn: count = static_cast<int>(i.operands[0]); break;
    case Op::kReturn1: count = 1; break;
    case Op::kTailCall:
    case Op::kTailCallVar: count = openCount; break;  // of a native that has returned
    case Op::kReturnVar: count = static_cast<int>(i.operands[0]) + openCount; break;
    case Op::kReturnL: {
      count = 1;
      for (const auto& v : code.function->variables) {
        if (frame.offset() < v.start || frame.offset() >= v.end) continue;
        first++;
        if (v.slot == i.operands[0]) return;
      }
      return;
    }
    default: count = 0; break;
  }
  auto operands = static_cast<int>(frame.fp - 1 - code.locals - frame.sp);
  first = activeVariables(frame) + operands - count + 1;
}

}  // namespace

bool transferredValues(const Frame& frame, int& first, int& count) {
  first = count = 0;
  Value* hook = hookFrameAbove(frame);
  if (hook == nullptr) return false;
  auto argument = [hook](uint32_t i) { return hook[1 + runtime::linkOf(hook).extra() - i]; };
  std::string_view event = asString(argument(0))->view();
  if (event == "call" || event == "tail call") {
    first = 1;
    count = frame.isNative() ? static_cast<int>(runtime::linkOf(frame.fp).extra()) - 1 : frame.code()->parameters;
  } else if (event == "return" && frame.isNative()) {
    count = static_cast<int>(frame.fp[-1].asInt());  // left there by the call machine
    auto slots = static_cast<int>(frame.fp - 1 - frame.sp);
    first = static_cast<int>(runtime::linkOf(frame.fp).extra()) - 1 + slots - count + 1;
  } else if (event == "return") {
    returnedValues(frame, static_cast<int>(argument(2).asInt()), first, count);
  }
  if (count == 0) first = 0;
  return count != 0;
}

NativeResult debugSethook(NativeCall& c) {
  uint32_t offset;
  Fiber& fiber = debuggedFiber(c, offset);
  uint8_t mask = 0;
  int64_t count = 0;
  if (!c.isNoneOrNil(offset)) {
    if (!c.checkString(offset + 1)) return c.raisePending();
    if (!c.arg(offset).isFunction()) return c.typeError(offset, "function");
    if (!c.optInteger(offset + 2, 0, count)) return c.raisePending();
    for (HookLetter h : kHookLetters) {
      if (c.stringArg(offset + 1).find(h.letter) != std::string_view::npos) mask |= h.bit;
    }
    if (static_cast<int>(count) > 0) mask |= kCountHook;
  }
  fiber.hook = mask != 0 ? c.arg(offset) : Value::nil();
  fiber.hookMask = mask;
  fiber.hookCount = fiber.hookCountdown = mask != 0 ? static_cast<int>(count) : 0;
  touchFiber(c.isolate, fiber);
  if (&fiber == c.isolate.fiber) {
    noteCurrentLine(fiber);
    interpreter::applyHooks(c.isolate);
  }
  return c.ret();
}

NativeResult debugGethook(NativeCall& c) {
  uint32_t offset;
  Fiber& fiber = debuggedFiber(c, offset);
  if (fiber.hook.isNil()) return c.ret(Value::nil());
  std::string letters;
  for (HookLetter h : kHookLetters) {
    if (fiber.hookMask & h.bit) letters += h.letter;
  }
  c.push(fiber.hook);
  c.push(runtime::newString(c.isolate, letters));
  if (c.top().isNil()) return c.outOfMemory();
  c.push(Value::smallInt(fiber.hookCount));
  return c.retTop(3);
}

}  // namespace devvm::lua
