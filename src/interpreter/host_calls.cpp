// The host's side: Isolate::call, errors, fuel and deadlines.

#include <cstdarg>
#include <cstdio>
#include <ctime>

#include "events/event_bus.h"
#include "interpreter/calls.h"
#include "interpreter/drive.h"
#include "interpreter/interpreter.h"
#include "runtime/frames.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {
NativeResult neverCalled(NativeCall& c) { return c.ret(); }
}  // namespace

const NativeInfo kHostEntryInfo = {.function = neverCalled, .name = "(host)", .hidden = true, .messageHandler = true};

void run(Isolate& iso) {
  bool stepping = iso.stepping;
  iso.stepping = false;
  if (iso.options.dispatchSwitch) {
    runSwitch(iso);
  } else {
    runTail(iso);
  }
  iso.stepping = stepping;
  iso.dispatch = dispatchTable(iso);
}

void stepOne(Isolate& iso) {
  iso.stepping = true;
  if (iso.options.dispatchSwitch) {
    runSwitch(iso);
  } else {
    stepTail(iso);
  }
  iso.stepping = false;
  iso.dispatch = dispatchTable(iso);
}

}  // namespace devvm::interpreter

namespace devvm::runtime {

using namespace interpreter;

uint64_t monotonicNanos() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

namespace {
constexpr int64_t kSamplingSlice = 1'000;  // with compilers the polls also find hot loops
}  // namespace

bool Isolate::call(Value callee, const Value* arguments, uint32_t count, std::vector<Value>& results,
                   Value messageHandler) {
  Fiber& f = *fiber;
  // Frame of the host: a native that waits with the message handler in slot 0 and takes all results.
  failure = Failure::kNone;
  if (f.sp - (count + 64) < f.limit && !growStack(f, count + 64)) {
    raiseStackOverflow(*this);
    return false;
  }
  const uint8_t* savedPc = f.pc;
  Value* savedFp = f.fp;
  auto savedSp = static_cast<uint32_t>(f.high - f.sp);
  auto savedFpDistance = f.fp ? static_cast<uint32_t>(f.high - f.fp) : 0;
  (void)savedFp;
  if (hostDepth == 0 && !keepsDeadline) startDeadline(monotonicNanos());
  hostDepth++;
  *--f.sp = hostEntryNative;
  Value* fp = f.sp - 3;
  fp[2] = hostEntryNative;
  fp[1] = Value::fromBits(reinterpret_cast<uint64_t>(f.pc));
  fp[0] = Value::fromBits(Link::make(f.fp ? static_cast<uint32_t>(f.fp - fp) : 0, 1, 0).bits);
  fp[-1] = Value::smallInt(int64_t{Link::kOpen} << 32 | kProtectedState);
  fp[-2] = messageHandler;
  f.fp = fp;
  f.sp = fp - 2;
  *--f.sp = callee;
  for (uint32_t i = 0; i < count; i++) *--f.sp = arguments[i];
  f.unyieldable++;
  if (slice == 0) refillBudget();
  invoke(*this, count, Link::kOpen, kHostReturnCode);
  if (*f.pc != kStubHostReturn || fiber != &f) run(*this);
  f.unyieldable--;
  hostDepth--;
  bool ok = failure == Failure::kNone;
  results.clear();
  if (ok) {
    for (uint32_t i = f.openCount; i-- > 0;) results.push_back(f.sp[i]);
  }
  f.sp = f.high - savedSp;
  f.fp = savedFpDistance ? f.high - savedFpDistance : nullptr;
  f.pc = savedPc;
  return ok;
}

bool Isolate::raise(Value error) {
  failure = Failure::kError;
  pendingError = error;
  errorHandled = false;
  if (events != nullptr && events->wants(setOf(events::EventKind::kError))) {
    events->publish(
        {.kind = events::EventKind::kError, .text = error.isString() ? asString(error)->view() : typeName(error)});
  }
  return false;
}

bool Isolate::raiseOutOfMemory() {
  raise(memoryError);
  return false;
}

std::string Isolate::where(int level) {
  Frame frame;
  if (!frameAtLevel(*fiber, level, frame) || frame.isNative()) return "";
  int line = currentLine(frame);
  // Stripped code: natives leave the place out, the engine's own errors say -1, as in the reference.
  if (line <= 0 && level > 0) return "";
  return frame.code()->module->shortName + ":" + std::to_string(line) + ": ";
}

bool Isolate::raiseErrorText(std::string_view text, bool position) {
  std::string message;
  if (position) {
    // Natives' errors name the place of their caller; the engine's own the instruction.
    Frame frame;
    if (innermostFrame(*fiber, frame)) message = where(frame.isNative() ? 1 : 0);
  }
  message += text;
  Value s = newString(*this, message);
  return s.isNil() ? raiseOutOfMemory() : raise(s);
}

bool Isolate::raiseError(const char* format, ...) {
  char buffer[1024];
  va_list args;
  va_start(args, format);
  int n = std::vsnprintf(buffer, sizeof buffer, format, args);
  va_end(args);
  size_t length = n < 0 ? 0 : static_cast<size_t>(n) < sizeof buffer ? static_cast<size_t>(n) : sizeof buffer - 1;
  return raiseErrorText({buffer, length});
}

void Isolate::warnFinalizer(Value error) {
  if (warning == nullptr) return;
  char number[64];
  std::string text = "error in __gc (";
  text += error.isString()   ? std::string(asString(error)->view())
          : error.isNumber() ? std::string(number, formatNumber(error, number))
                             : "error object is not a string";
  text += ")";
  warning(*this, text, false);
}

void Isolate::startDeadline(uint64_t now) {
  deadline = options.limits.timeoutNanos ? now + options.limits.timeoutNanos : 0;
  if (fuelGiven) return;
  fuelGiven = true;
  fuelLeft = options.limits.fuel ? options.limits.fuel : UINT64_MAX;
}

uint64_t Isolate::fuelUsed() const {
  if (options.limits.fuel == 0 || !fuelGiven) return 0;
  // Below zero the budget is what natives overdrew; the next poll takes it off.
  uint64_t used = options.limits.fuel - fuelLeft - static_cast<uint64_t>(budget);
  return used < options.limits.fuel ? used : options.limits.fuel;
}

void Isolate::refillBudget() {
  int64_t wanted = longestSlice;
  if (tiers != nullptr && kSamplingSlice < longestSlice) {
    // A loop whose rounds divide the slice would be found at one and the same place each time. (Knuth, "The Art of
    // Computer Programming" 3.3.4: the multiplier.)
    sliceNoise = sliceNoise * 1664525 + 1013904223;
    wanted = kSamplingSlice * 3 / 4 + (sliceNoise >> 16) % (kSamplingSlice / 2);
  }
  slice = static_cast<uint64_t>(wanted) < fuelLeft ? wanted : static_cast<int64_t>(fuelLeft);
  if (fuelLeft != UINT64_MAX) fuelLeft -= static_cast<uint64_t>(slice);
  budget = slice;
}

bool Isolate::poll() {
  if (killRequested.load(std::memory_order_relaxed)) {
    failure = Failure::kKilled;
    return false;
  }
  if (budget < 0) {
    // What was overdrawn (native charges) comes off the next slice.
    auto overdrawn = static_cast<uint64_t>(-budget);
    if (options.limits.fuel != 0) {
      if (fuelLeft < overdrawn) {
        fuelLeft = 0;
        failure = Failure::kFuel;
        return false;
      }
      fuelLeft -= overdrawn;
    }
    refillBudget();
  }
  if (deadline != 0 && monotonicNanos() >= deadline) {
    failure = Failure::kDeadline;
    return false;
  }
  if (interruptRequested.exchange(false, std::memory_order_relaxed)) return raiseError("interrupted!");
  return true;
}

bool Isolate::pollQuietly() {
  if (killRequested.load(std::memory_order_relaxed) || interruptRequested.load(std::memory_order_relaxed)) return false;
  if (deadline != 0 && monotonicNanos() >= deadline) return false;
  if (budget >= 0) return true;
  auto overdrawn = static_cast<uint64_t>(-budget);
  if (options.limits.fuel != 0) {
    if (fuelLeft < overdrawn) return false;
    fuelLeft -= overdrawn;
  }
  refillBudget();
  return true;
}

}  // namespace devvm::runtime
