// NativeCall's members: what natives may do.

#include <cstdarg>
#include <cstdio>

#include "interpreter/calls.h"
#include "interpreter/drive.h"
#include "runtime/frames.h"

namespace devvm::runtime {

void NativeCall::setUpvalue(uint32_t i, Value v) {
  Object* o = fiber.fp[2].asObject();
  isolate.heap.store(o, &reinterpret_cast<Native*>(o)->upvalues[i], v);
}

void NativeCall::setSlots(uint32_t n) {
  Value* end = fiber.fp - 1 - n;
  Value* from = fiber.sp;
  fiber.sp = end;
  // Not by way of the fiber: each round would read it anew. Natives with large states call this every time.
  for (; end < from; end++) *end = Value::nil();
}

bool NativeCall::ensure(uint32_t n) {
  if (fiber.sp - (n + kNativeSlots) >= fiber.limit || growStack(fiber, n + kNativeSlots)) return true;
  interpreter::raiseStackOverflow(isolate);
  return false;
}

NativeResult NativeCall::callWith(uint32_t args, int wanted, int32_t next, bool isProtected) {
  uint8_t w = wanted < 0 ? Link::kOpen : static_cast<uint8_t>(wanted);
  fiber.fp[-1] =
      Value::smallInt(int64_t{static_cast<uint32_t>(next)} | int64_t{w} << 32 | (isProtected ? kProtectedState : 0));
  return {NativeResult::Action::kCall, w, args};
}

NativeResult NativeCall::yield(uint32_t n, int32_t next) {
  (void)callWith(0, -1, next, false);
  return {NativeResult::Action::kYield, Link::kOpen, n};
}

NativeResult NativeCall::resume(uint32_t n, int32_t next) {
  (void)callWith(0, -1, next, false);
  return {NativeResult::Action::kResume, Link::kOpen, n};
}

NativeResult NativeCall::closeFiber(int32_t next) {
  (void)callWith(0, -1, next, false);
  return {NativeResult::Action::kCloseFiber, Link::kOpen, 0};
}

NativeResult NativeCall::raise(Value error) {
  isolate.raise(error);
  return raisePending();
}

NativeResult NativeCall::error(const char* format, ...) {
  char buffer[512];
  va_list args;
  va_start(args, format);
  int n = std::vsnprintf(buffer, sizeof buffer, format, args);
  va_end(args);
  if (n >= static_cast<int>(sizeof buffer)) {
    std::string longer(static_cast<size_t>(n), '\0');
    va_start(args, format);
    std::vsnprintf(longer.data(), longer.size() + 1, format, args);
    va_end(args);
    isolate.raiseErrorText(longer);
  } else {
    isolate.raiseErrorText({buffer, static_cast<size_t>(n)});
  }
  return raisePending();
}

NativeResult NativeCall::argError(uint32_t i, std::string_view message) {
  Frame frame;
  innermostFrame(fiber, frame);
  CalledAs as = calledAs(frame);
  std::string name = as.name;
  uint32_t number = i + 1;
  if (std::string_view(as.kind) == "method") {
    number--;  // self does not count
    if (number == 0) {
      return error("calling '%s' on bad self (%.*s)", name.c_str(), static_cast<int>(message.size()), message.data());
    }
  }
  if (name.empty()) {
    name = globalFunctionName(isolate, frame.callee());
    if (name.empty()) name = "?";
  }
  return error("bad argument #%u to '%s' (%.*s)", number, name.c_str(), static_cast<int>(message.size()),
               message.data());
}

NativeResult NativeCall::typeError(uint32_t i, std::string_view expected) {
  std::string message(expected);
  message += " expected, got ";
  message += has(i) ? typeNameFull(isolate, arg(i)) : "no value";
  return argError(i, message);
}

NativeResult NativeCall::outOfMemory() {
  isolate.raiseOutOfMemory();
  return raisePending();
}

bool NativeCall::checkAny(uint32_t i) {
  if (has(i)) return true;
  (void)argError(i, "value expected");
  return false;
}

bool NativeCall::checkTable(uint32_t i) {
  if (arg(i).isTable()) return true;
  (void)typeError(i, "table");
  return false;
}

bool NativeCall::checkInteger(uint32_t i, int64_t& out) {
  Value v = arg(i);
  if (v.isInt()) {
    out = v.asInt();
    return true;
  }
  isolate.chargeNumeral(v);
  if (toInteger(v, out)) return true;
  double d;
  if (toDouble(v, d)) {
    (void)argError(i, "number has no integer representation");
  } else {
    (void)typeError(i, "number");
  }
  return false;
}

bool NativeCall::optInteger(uint32_t i, int64_t otherwise, int64_t& out) {
  if (isNoneOrNil(i)) {
    out = otherwise;
    return true;
  }
  return checkInteger(i, out);
}

bool NativeCall::checkNumber(uint32_t i, double& out) {
  Value v = arg(i);
  if (v.isDouble()) {
    out = v.asDouble();
    return true;
  }
  isolate.chargeNumeral(v);
  if (toDouble(v, out)) return true;
  (void)typeError(i, "number");
  return false;
}

bool NativeCall::optNumber(uint32_t i, double otherwise, double& out) {
  if (isNoneOrNil(i)) {
    out = otherwise;
    return true;
  }
  return checkNumber(i, out);
}

bool NativeCall::checkString(uint32_t i) {
  Value v = arg(i);
  if (v.isString()) return true;
  if (!v.isNumber()) {
    (void)typeError(i, "string");
    return false;
  }
  char buffer[64];
  size_t n = formatNumber(v, buffer);
  Value s = newString(isolate, {buffer, n});
  if (s.isNil()) {
    isolate.raiseOutOfMemory();
    return false;
  }
  *argSlot(i) = s;
  return true;
}

bool NativeCall::checkOption(uint32_t i, const char* otherwise, const char* const list[], int& out) {
  std::string name;
  if (otherwise != nullptr && isNoneOrNil(i)) {
    name = otherwise;
  } else {
    if (!checkString(i)) return false;
    name = std::string(stringArg(i));
  }
  for (int k = 0; list[k] != nullptr; k++) {
    if (name == list[k]) {
      out = k;
      return true;
    }
  }
  (void)argError(i, "invalid option '" + name + "'");
  return false;
}

bool NativeCall::charge(uint64_t units) { return isolate.charge(units); }

Value newNative(Isolate& isolate, const NativeInfo* info, uint32_t upvalues) {
  Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kNative), upvalues, 0);
  if (o == nullptr) return Value::nil();
  reinterpret_cast<Native*>(o)->info = info;
  return functionValue(o);
}

bool registerLibrary(Isolate& isolate, Handle table, const LibraryEntry* entries, size_t count) {
  for (size_t i = 0; i < count; i++) {
    Rooted native(isolate, newNative(isolate, &entries[i].info));
    if (native.get().isNil() || !tableSetName(isolate, table, entries[i].key, native)) return false;
  }
  return true;
}

}  // namespace devvm::runtime
