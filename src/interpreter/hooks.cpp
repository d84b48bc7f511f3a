// Debug hooks (debug.sethook): while a fiber has any, its opcodes are dispatched through a table in which every entry
// first asks hookStep(). Without hooks nothing of this is on any path.
//
// A hook runs as a guest call made by a hidden native frame (kHookInfo) on top of the stopped frame; when it returns,
// the instruction is dispatched again and hookStep() goes on with the stage after the one that fired.

#include <span>

#include "bytecode/decode.h"
#include "events/event_bus.h"
#include "interpreter/calls.h"
#include "interpreter/dispatch.h"
#include "interpreter/drive.h"
#include "interpreter/frame_layout.h"
#include "interpreter/interpreter.h"
#include "runtime/frames.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

enum HookBit : uint8_t { kCallHook = 1, kReturnHook = 2, kLineHook = 4, kCountHook = 8 };
enum Stage : uint8_t { kStageCall, kStageCount, kStageLine, kStageReturn, kStageDone };

/// Arguments: event name, line or nil, the stopped frame's open count, and whether that list is what the stopped frame
/// returns as soon as the hook is over (its link then says kTail).
NativeResult runHook(NativeCall& c) {
  if (c.state() == 0) {
    c.push(c.fiber.hook);
    c.push(c.arg(0));
    c.push(c.arg(1));
    return c.call(2, 0, 1);
  }
  c.fiber.hookActive = false;
  c.fiber.openCount = static_cast<uint32_t>(c.arg(2).asInt());
  applyHooks(c.isolate);
  if (!c.arg(3).isTrue()) return c.ret();
  auto count = static_cast<uint32_t>(c.arg(2).asInt());
  if (!c.ensure(count)) return c.raisePending();
  for (uint32_t i = 0; i < count; i++) {
    const Value* callee = c.fiber.fp + 2 + linkOf(c.fiber.fp).extra();
    c.push(callee[count - i]);
  }
  return c.retTop(count);
}

/// Pushes the hook's frame; it comes back to `returnAddress`, or `returns` the open list from the stopped frame.
Step fire(Isolate& iso, const char* event, int line, const uint8_t* returnAddress, bool returns = false) {
  Fiber& f = *iso.fiber;
  Value name = intern(iso, event);
  if (name.isNil()) {
    iso.raiseOutOfMemory();
    return Step::raise();
  }
  if (f.sp - 64 < f.limit && !growStack(f, 64)) {
    raiseStackOverflow(iso);
    return Step::raise();
  }
  f.hookActive = true;
  applyHooks(iso);
  uint32_t open = f.openCount;
  *--f.sp = iso.hookNative;
  *--f.sp = name;
  *--f.sp = line >= 0 ? Value::smallInt(line) : Value::nil();
  *--f.sp = Value::smallInt(open);
  *--f.sp = Value::boolean(returns);
  return Step::invoke(4, returns ? Link::kTail : 0, returnAddress);
}

bool isReturn(bytecode::Op op) {
  return op == Op::kReturn || op == Op::kReturn0 || op == Op::kReturn1 || op == Op::kReturnVar || op == Op::kReturnL;
}

/// Makes the calls that handlers would do without a frame, so that they have their events. False: not such a call.
bool callWithoutShortcut(Isolate& iso, Fiber& f) {
  // The count is read here and not before: the last instruction of a function may be a single byte.
  auto hasShortcut = [&f](uint32_t open) {
    Value callee = f.sp[f.pc[1] + open];
    return isKind(callee, Kind::kNative) && as<Native>(callee)->info->fast != nullptr;
  };
  switch (bytecode::readOp(f.pc)) {
    case Op::kCall:
      if (!hasShortcut(0)) return false;
      slowCall(iso);
      return true;
    case Op::kCallOpen:
      if (!hasShortcut(0)) return false;
      slowCallOpen(iso);
      return true;
    case Op::kCallVar:
      if (!hasShortcut(f.openCount)) return false;
      slowCallVar(iso);
      return true;
    case Op::kCallVarOpen:
      if (!hasShortcut(f.openCount)) return false;
      slowCallVarOpen(iso);
      return true;
    case Op::kTailCall:
      if (!hasShortcut(0)) return false;
      slowTailCall(iso);
      return true;
    case Op::kForIn:
      if (!isKind(f.fp[-1 - static_cast<int64_t>(f.pc[1])], Kind::kNative)) return false;
      slowForInCall(iso);
      return true;
    default: return false;
  }
}

/// The first jump of a generic `for` to the call of its iterator, which is no step of its own then: where it leads, or
/// UINT32_MAX for any other instruction.
uint32_t entersIteration(const Code& code, uint32_t offset) {
  if (code.entry[offset] != static_cast<uint8_t>(Op::kJump)) return UINT32_MAX;
  std::span<const uint8_t> bytes(code.entry, code.codeSize);
  bytecode::Instruction jump = bytecode::decodeVerified(bytes, offset);
  auto target = static_cast<uint32_t>(jump.target());
  bytecode::Instruction call = bytecode::decodeVerified(bytes, target);
  if (call.op != Op::kForIn && call.op != Op::kForInCall) return UINT32_MAX;
  // It stands in front of the body, to which the loop goes back; jumps inside the body do not.
  bytecode::Instruction test = bytecode::decodeVerified(bytes, call.end());
  return test.op == Op::kForInTest && test.target() == int64_t{jump.end()} ? target : UINT32_MAX;
}

/// What is done for an error or for the machine, not for the program: no line begins there.
bool isNoStep(bytecode::Op op) { return op == Op::kLoopHead || op == Op::kCloseError || op == Op::kRethrow; }

/// Where control is after the instruction at `offset` if that does not jump, or jumps over nothing but another jump:
/// `if c then break end`.
uint32_t nextOffset(const Code& code, uint32_t offset) {
  const uint8_t* pc = code.entry + offset;
  uint32_t end = offset + bytecode::instructionLength(pc);
  if (bytecode::tailOf(bytecode::readOp(pc)) != Op::kNop) end += bytecode::instructionLength(code.entry + end);
  bool skips = end < code.codeSize && code.entry[end] == static_cast<uint8_t>(Op::kJump) &&
               lineAt(code, end) == lineAt(code, offset);
  return skips && bytecode::readOp(pc) != Op::kJump ? end + bytecode::instructionLength(code.entry + end) : end;
}

bool isTraced(const Isolate& iso) { return iso.events != nullptr && iso.events->wants(events::kSteppingEvents); }

bool wantsCalls(const Isolate& iso) { return iso.events != nullptr && iso.events->wants(events::kCallEvents); }

std::string functionName(Value callee) {
  if (isKind(callee, Kind::kNative)) {
    const char* name = as<Native>(callee)->info->name;
    return name != nullptr ? name : "?";
  }
  if (!isKind(callee, Kind::kClosure)) return "?";
  const Code* code = as<Closure>(callee)->code;
  return code->module->shortName + ":" + std::to_string(code->function->lineDefined);
}

/// A native begins or ends.
void traceNative(Isolate& iso, events::EventKind kind) {
  const NativeInfo* info = as<Native>(iso.fiber->fp[2])->info;
  if (!info->hidden && wantsCalls(iso))
    iso.events->publish({.kind = kind, .function = info->name != nullptr ? info->name : "?"});
}

/// The events of the instruction that is about to run.
void traceStep(Isolate& iso) {
  using events::EventKind;
  const Fiber& f = *iso.fiber;
  const Code* code = codeOf(f.fp);
  uint32_t offset = code->offsetOf(f.pc);
  bytecode::Op op = bytecode::readOp(f.pc);
  int line = static_cast<int>(lineAt(*code, offset));
  std::string name = functionName(f.fp[2]);
  auto allocated = iso.heap.stats().bytesAllocated;
  if (allocated > iso.events->allocatedBefore) {
    auto bytes = static_cast<int64_t>(allocated - iso.events->allocatedBefore);
    iso.events->publish({.kind = EventKind::kAllocation, .offset = offset, .bytes = bytes, .function = name});
  }
  iso.events->allocatedBefore = allocated;
  if (offset == 0) iso.events->publish({.kind = EventKind::kCall, .line = line, .function = name});
  iso.events->publish(
      {.kind = EventKind::kInstruction, .offset = offset, .function = name, .text = bytecode::opInfo(op).mnemonic});
  if (isReturn(op)) iso.events->publish({.kind = EventKind::kReturn, .line = line, .function = name});
}

}  // namespace

const NativeInfo kHookInfo = {.function = runHook, .name = "(hook)", .hidden = true};

void applyHooks(Isolate& iso) {
  const Fiber& f = *iso.fiber;
  bool on = f.hookMask != 0 && !f.hookActive && !f.hook.isNil();
  on = on || isTraced(iso);
  iso.hooksOn = on;
  iso.takesApart = on || iso.profiling;
  iso.dispatch = dispatchTable(iso);
}

void eventsChanged(Isolate& iso) { applyHooks(iso); }

void setProfiling(Isolate& iso, bool on) {
  iso.profiling = on;
  applyHooks(iso);
}

void traceFiber(Isolate& iso, const Fiber& f, events::EventKind kind, std::string_view reason) {
  if (!wantsCalls(iso)) return;
  Value function;
  if (f.fp == nullptr) {
    if (!f.started && f.sp != nullptr && f.sp < f.high) function = f.high[-1];
  } else {
    Value* fp = f.fp;
    while (Value* caller = Fiber::callerOf(fp)) fp = caller;
    function = fp[2];
  }
  std::string name;  // nothing is left of it where a coroutine has returned
  if (!function.isNil()) name = functionName(function);
  iso.events->publish({.kind = kind, .function = name, .text = reason});
}

bool hookStep(Isolate& iso) {
  Fiber& f = *iso.fiber;
  if (*f.pc >= kFirstStub && *f.pc != bytecode::kPrefixByte) return true;
  const Code* code = codeOf(f.fp);
  auto frame = static_cast<uint32_t>(f.high - f.fp);
  bool again = f.hookPc == f.pc && f.hookFrame == frame;
  if (isTraced(iso) && !again) traceStep(iso);
  if (f.hookMask == 0 || f.hookActive || f.hook.isNil()) return !wantsCalls(iso) || !callWithoutShortcut(iso, f);
  uint8_t stage = kStageCall;
  if (f.hookPc == f.pc && f.hookFrame == frame) {
    stage = f.hookStage;
  } else {
    f.hookPc = f.pc;
    f.hookFrame = frame;
  }
  uint32_t offset = code->offsetOf(f.pc);
  for (; stage < kStageDone; stage++) {
    f.hookStage = static_cast<uint8_t>(stage + 1);
    const char* event = nullptr;
    int line = -1;
    switch (stage) {
      case kStageCall:
        if (offset == 0) {
          f.hookLineFrame = frame;
          f.hookLine = -1;
          f.hookOffset = 0;
          f.hookNext = 0;
          f.hookSkip = UINT32_MAX;
          if (f.hookMask & kCallHook) event = (f.fp[0].bits() & Link::kTailCalled) ? "tail call" : "call";
        }
        break;
      case kStageCount:
        if ((f.hookMask & kCountHook) && --f.hookCountdown <= 0) {
          f.hookCountdown = f.hookCount;
          event = "count";
        }
        break;
      case kStageLine: {
        if (!(f.hookMask & kLineHook)) break;
        if (isNoStep(bytecode::readOp(f.pc))) {
          if (f.hookNext == offset) f.hookNext = nextOffset(*code, offset);
          break;
        }
        int now = static_cast<int>(lineAt(*code, offset));
        if (now == 0) break;
        bool cameBack = f.hookLineFrame != frame && offset != 0;
        // A jump to the jump back counts as going back itself.
        if (bytecode::readOp(f.pc) == Op::kLoop && !cameBack && offset > f.hookOffset && offset != f.hookNext) break;
        if (cameBack) {  // from a call: its line goes on
          f.hookLine = static_cast<int>(lineAt(*code, offset - 1));
          f.hookOffset = offset - 1;
        }
        bool fresh = now != f.hookLine || offset <= f.hookOffset;
        if (offset == f.hookSkip) fresh = false;
        f.hookSkip = entersIteration(*code, offset);
        f.hookLineFrame = frame;
        f.hookLine = now;
        f.hookOffset = offset;
        f.hookNext = nextOffset(*code, offset);
        if (fresh) {
          event = "line";
          line = now;
        }
        break;
      }
      default:
        if ((f.hookMask & kReturnHook) && isReturn(bytecode::readOp(f.pc))) event = "return";
        break;
    }
    if (event != nullptr) {
      drive(iso, fire(iso, event, line, f.pc));
      return false;
    }
  }
  f.hookPc = nullptr;
  return !((f.hookMask & (kCallHook | kReturnHook)) || wantsCalls(iso)) || !callWithoutShortcut(iso, f);
}

bool hookNativeCall(Isolate& iso, Step& step) {
  traceNative(iso, events::EventKind::kCall);
  if (!iso.hooksOn || iso.fiber->hookActive || !(iso.fiber->hookMask & kCallHook) ||
      as<Native>(iso.fiber->fp[2])->info->hidden)
    return false;
  step = fire(iso, "call", -1, kNativeStartCode);
  return true;
}

bool hookNativeReturn(Isolate& iso, Step& step) {
  traceNative(iso, events::EventKind::kReturn);
  Fiber& f = *iso.fiber;
  if (!iso.hooksOn || f.hookActive || !(f.hookMask & kReturnHook) || as<Native>(f.fp[2])->info->hidden) return false;
  f.fp[-1] = Value::smallInt(step.count);
  step = fire(iso, "return", -1, kNativeFinishCode);
  return true;
}

bool hookTailReturn(Isolate& iso, Step& step) {
  Fiber& f = *iso.fiber;
  Link link = linkOf(f.fp);
  if (link.wanted() != Link::kTail || as<Native>(f.fp[2])->info->hidden) return false;
  if (wantsCalls(iso)) {
    const Value* caller = Fiber::callerOf(f.fp);
    const Code* code = codeOf(caller);
    uint32_t offset = code->offsetOf(code->resumePoint(f.fp)) - kTailCallLength;
    iso.events->publish({.kind = events::EventKind::kReturn,
                         .line = static_cast<int>(lineAt(*code, offset)),
                         .function = functionName(caller[2])});
  }
  if (f.hookActive || !(f.hookMask & kReturnHook) || f.hook.isNil()) return false;
  f.fp[0] = Value::fromBits(Link::make(link.callerDistance(), link.extra(), Link::kOpen).bits);
  popFrame(f, step.count);
  step = fire(iso, "return", -1, f.pc - kTailCallLength, true);  // it stands at its call
  return true;
}

void startNative(Isolate& iso) {
  NativeCall call(iso, *iso.fiber);
  drive(iso, Step::native(as<Native>(iso.fiber->fp[2])->info->function(call)));
}

void finishNative(Isolate& iso) { drive(iso, Step::finished(static_cast<uint32_t>(iso.fiber->fp[-1].asInt()))); }

}  // namespace devvm::interpreter
