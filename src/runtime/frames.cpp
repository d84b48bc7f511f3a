// Walking frames, their lines and locals, and tracebacks.

#include "runtime/frames.h"

#include "bytecode/decode.h"
#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

/// The instruction that contains byte `offset`. Starts at the last line entry before it: those are boundaries.
const uint8_t* instructionAround(const Code& code, uint32_t offset) {
  uint32_t at = 0;
  const auto& lines = code.function->lines;
  size_t low = 0, high = lines.size();
  while (low < high) {  // first entry behind offset
    size_t middle = (low + high) / 2;
    if (lines[middle].offset <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low > 0) at = lines[low - 1].offset;
  while (at < code.codeSize) {
    uint32_t end = at + bytecode::instructionLength(code.entry + at);
    if (offset < end) break;
    at = end;
  }
  return code.entry + at;
}

/// The outermost frame is never hidden: a host that runs a program stands where the reference has its C function.
bool isHidden(const Value* fp) {
  return isNativeFrame(fp) && as<Native>(fp[2])->info->hidden && linkOf(fp).callerDistance() != 0;
}

/// Whether this frame of the engine came between two instructions: it returns to the one that has not run yet.
bool interrupts(const Value* fp) {
  if (!isHidden(fp)) return false;
  std::string_view name = as<Native>(fp[2])->info->name;
  return name == "(hook)" || name == "(finalizers)";
}

/// The frame below `frame` on the stack, hidden or not.
bool rawCaller(const Frame& frame, Frame& out) {
  frame.fiber->settleCaller(frame.fp);
  Value* fp = Fiber::callerOf(frame.fp);
  if (fp == nullptr) return false;
  out.fiber = frame.fiber;
  out.sp = calleeSlotOf(frame.fp) + 1;
  out.pc = nullptr;
  if (!isNativeFrame(fp)) {
    const Code* code = codeOf(fp);
    const uint8_t* address = code->resumePoint(frame.fp);
    uint32_t offset = code->offsetOf(address);
    if (interrupts(frame.fp)) {
      out.pc = address;
    } else {
      // The return address lies behind the call, or (message handlers) inside the current instruction.
      out.pc = offset - 1 < code->codeSize ? instructionAround(*code, offset - 1) : code->entry;
    }
  }
  out.fp = fp;
  return true;
}

/// Passes hidden frames over.
bool skipHidden(Frame& frame) {
  while (isHidden(frame.fp)) {
    Frame next;
    if (!rawCaller(frame, next)) return false;
    frame = next;
  }
  return true;
}

}  // namespace

bool innermostFrame(Fiber& fiber, Frame& out) {
  if (fiber.fp == nullptr) return false;
  out.fiber = &fiber;
  out.fp = fiber.fp;
  out.sp = fiber.sp;
  out.pc = isNativeFrame(fiber.fp) ? nullptr : fiber.pc;
  return skipHidden(out);
}

bool callerFrame(const Frame& frame, Frame& out) { return rawCaller(frame, out) && skipHidden(out); }

bool frameAtLevel(Fiber& fiber, int level, Frame& out) {
  constexpr int kFramesPerUnit = 8;
  if (level < 0 || !innermostFrame(fiber, out)) return false;
  int passed = 0;
  Frame next;
  while (passed < level && callerFrame(out, next)) {
    out = next;
    passed++;
  }
  fiber.isolate->budget -= passed / kFramesPerUnit;
  return passed == level;
}

int currentLine(const Frame& frame) {
  if (frame.isNative()) return -1;
  uint32_t line = lineAt(*frame.code(), frame.offset());
  return line == 0 ? -1 : static_cast<int>(line);
}

bool isTailCall(const Frame& frame) { return linkOf(frame.fp).bits & Link::kTailCalled; }

const char* parameterName(const Code& code, int n) {
  if (n < 1 || n > code.parameters) return nullptr;
  for (const auto& v : code.function->variables) {
    if (v.slot == n - 1) return v.name.c_str();  // the first variable of the slot is the parameter
  }
  return nullptr;
}

namespace {

/// Programs see values, not the engine's own objects: a cell stands for its content, nothing else may be touched.
LocalPlace checkedPlace(LocalPlace place) {
  if (place.slot == nullptr || !place.slot->isOther()) return place;
  switch (kindOf(place.slot->asObject())) {
    case Kind::kCell:
      place.holder = place.slot->asObject();
      place.slot = &reinterpret_cast<Cell*>(place.holder)->value;
      return place;
    case Kind::kFiber:
    case Kind::kUserdata:
    case Kind::kBlock:
    case Kind::kArray:
    case Kind::kBuffer: return place;
    default: return {};
  }
}

LocalPlace findLocal(const Frame& frame, int n) {
  LocalPlace place;
  uint32_t extra = linkOf(frame.fp).extra();
  if (frame.isNative()) {
    // Arguments first, then the native's own slots.
    auto arguments = static_cast<int>(extra) - 1;
    if (n < 1) return place;
    if (n <= arguments) {
      place.slot = frame.fp + 1 + extra - (n - 1);
    } else if (frame.fp - 2 - (n - arguments - 1) >= frame.sp) {
      place.slot = frame.fp - 2 - (n - arguments - 1);
    } else {
      return place;
    }
    place.name = "(C temporary)";
    return place;
  }
  const Code& code = *frame.code();
  if (n < 0) {
    if (!code.vararg) return place;
    int64_t index = int64_t{code.parameters} + (-int64_t{n}) - 1;  // of the argument
    if (index >= static_cast<int64_t>(extra) - 1) return place;
    place.name = "(vararg)";
    place.slot = frame.fp + 1 + extra - index;
    return place;
  }
  if (n == 0) return place;
  uint32_t offset = frame.offset();
  int active = 0;
  for (const auto& v : code.function->variables) {
    if (offset < v.start || offset >= v.end || ++active != n) continue;
    const auto& kinds = code.function->localKinds;
    if (v.slot < kinds.size() && kinds[v.slot] != bytecode::SlotKind::kValue) return place;  // raw bits
    place.name = v.name;
    place.slot = frame.fp - 1 - v.slot;
    return place;
  }
  // What is left are the operands.
  if (code.raw) return place;
  Value* slot = frame.fp - 2 - code.locals - (n - active - 1);
  if (slot >= frame.sp) {
    place.name = "(temporary)";
    place.slot = slot;
  }
  return place;
}

}  // namespace

void interpretFrame(const Frame& frame) {
  for (Value* fp = frame.fiber->fp; fp != nullptr; fp = Fiber::callerOf(fp)) {
    if (Fiber::callerOf(fp) != frame.fp || !linkOf(fp).returnsToMachine()) continue;
    auto address = reinterpret_cast<uintptr_t>(codeOf(frame.fp)->resumePoint(fp));
    fp[1] = Value::fromBits(address);
    fp[0] = Value::fromBits(fp[0].bits() & ~Link::kMachine);
    return;
  }
}

LocalPlace localVariable(const Frame& frame, int n) { return checkedPlace(findLocal(frame, n)); }

namespace {

constexpr int kFirstLevels = 10, kLastLevels = 11;

void describeFrame(Isolate& isolate, const Frame& frame, std::string& out) {
  const Code* code = frame.isNative() ? nullptr : frame.code();
  out += "\n\t";
  out += code ? code->module->shortName : "[C]";
  int line = currentLine(frame);
  if (line > 0) out += ":" + std::to_string(line);
  out += ": in ";
  std::string global = globalFunctionName(isolate, frame.callee());
  CalledAs called;
  if (!global.empty()) {
    out += "function '" + global + "'";
  } else if (called = calledAs(frame); *called.kind) {
    out += std::string(called.kind) + " '" + called.name + "'";
  } else if (code && code->mainChunk) {
    out += "main chunk";
  } else if (code) {
    out += "function <" + code->module->shortName + ":" + std::to_string(code->function->lineDefined) + ">";
  } else {
    out += "?";
  }
  if (isTailCall(frame)) out += "\n\t(...tail calls...)";
}

}  // namespace

std::string traceback(Isolate& isolate, Fiber& fiber, const std::string* message, int level) {
  std::string out;
  if (message != nullptr) out = *message + "\n";
  out += "stack traceback:";
  Frame frame;
  if (!frameAtLevel(fiber, level, frame)) return out;
  int count = 1;  // frames from `level` to the outermost
  for (Frame f = frame, next; callerFrame(f, next); f = next) count++;
  int skipped = count - 1 > kFirstLevels + kLastLevels ? count - kFirstLevels - kLastLevels : 0;
  for (int i = 0; i < count; i++) {
    if (skipped > 0 && i == kFirstLevels) {
      // The reference counts one less than it leaves out.
      out += "\n\t...\t(skipping " + std::to_string(skipped - 1) + " levels)";
      for (int k = 0; k < skipped; k++, i++) {
        Frame next;
        callerFrame(frame, next);
        frame = next;
      }
    }
    describeFrame(isolate, frame, out);
    Frame next;
    if (!callerFrame(frame, next)) break;
    frame = next;
  }
  return out;
}

}  // namespace devvm::runtime
