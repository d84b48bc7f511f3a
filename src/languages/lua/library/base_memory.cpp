// collectgarbage.

#include <algorithm>

#include "languages/lua/library/base_parts.h"

namespace devvm::lua {

using runtime::Rooted;

namespace {

/// Upvalues of collectgarbage: what programs may set and ask back.
enum Setting : uint32_t {
  kGenerational,    ///< the mode
  kPause,           ///< percent of what was alive at which the incremental mode collects again
  kStepMultiplier,  ///< of the incremental mode: 100 is kStepNanos in a slice
  kMajor,           ///< percent of growth after which the generational mode looks at old objects, too
  kHostTarget,      ///< nanoseconds: the pause target that the host has set, which programs do not change
  kStepCredit,      ///< bytes that steps of the incremental mode have worked off
  kSettings
};

constexpr int64_t kSmallestStep = 64 << 10;  // bytes of credit
/// A slice of the incremental mode, at the usual step multiplier; and what any multiplier makes of it.
constexpr int64_t kStepNanos = 2'000'000, kLeastStepNanos = 250'000, kMostStepNanos = 50'000'000;
/// Collections at smaller growth than this, in percent of what is alive, would be all that a program does.
constexpr int64_t kLeastGrowth = 110;

int64_t setting(NativeCall& c, Setting s) { return (*c.upvalue(s)).asInt(); }

/// Gives the collector what the program has set for the mode it is in. The nursery and the size of steps find their
/// measure by themselves.
void apply(NativeCall& c) {
  heap::HeapOptions& options = c.isolate.heap.options();
  bool generational = (*c.upvalue(kGenerational)).isTrue();
  int64_t growth = generational ? 100 + setting(c, kMajor) : setting(c, kPause);
  options.growthPercent = static_cast<unsigned>(std::max(growth, kLeastGrowth));
  int64_t target = setting(c, kHostTarget);
  if (target == 0 && !generational) {
    target = std::clamp(kStepNanos * setting(c, kStepMultiplier) / 100, kLeastStepNanos, kMostStepNanos);
  }
  options.pauseTarget = static_cast<uint64_t>(target);
}

size_t bytesInUse(Isolate& iso) { return iso.heap.bytesInUse() + iso.externalBytes(); }

/// The reference keeps a quarter of a parameter in a byte.
int64_t storedParameter(int64_t v) { return static_cast<uint8_t>(static_cast<int>(v) / 4) * 4; }

/// Charged by what there is to look at, so that programs which only collect come to their end as others do.
void fullCollection(Isolate& iso) {
  constexpr size_t kBytesPerUnit = 256;
  iso.heap.collectFull("collectgarbage");
  iso.budget -= static_cast<int64_t>(bytesInUse(iso) / kBytesPerUnit);
}

/// One step; true if a cycle ended with it.
bool step(NativeCall& c, int64_t kilobytes) {
  Isolate& iso = c.isolate;
  int64_t bytes = kilobytes > 0 && kilobytes < (int64_t{1} << 40) ? kilobytes * 1024 : 0;
  if ((*c.upvalue(kGenerational)).isTrue()) {
    if (bytes >= static_cast<int64_t>(bytesInUse(iso))) {
      fullCollection(iso);
    } else {
      iso.heap.collectMinor("collectgarbage");
    }
    return false;  // as the reference: its generational mode never ends a cycle
  }
  int64_t credit = (*c.upvalue(kStepCredit)).asInt() + (bytes > kSmallestStep ? bytes : kSmallestStep);
  bool ends = credit >= static_cast<int64_t>(bytesInUse(iso));
  if (ends) {
    fullCollection(iso);
    credit = 0;
  } else {
    iso.heap.collectMinor("collectgarbage");
  }
  c.setUpvalue(kStepCredit, Value::smallInt(credit));
  return ends;
}

NativeResult collectgarbage(NativeCall& c) {
  enum Option { kStop, kRestart, kCollect, kCount, kStep, kSetPause, kSetStepMul, kIsRunning, kGen, kInc };
  static const char* const kNames[] = {"stop",       "restart",   "collect",      "count",       "step", "setpause",
                                       "setstepmul", "isrunning", "generational", "incremental", nullptr};
  int option;
  if (!c.checkOption(0, "collect", kNames, option)) return c.raisePending();
  Isolate& iso = c.isolate;
  switch (option) {
    case kStop:
    case kRestart: iso.heap.setAutomatic(option == kRestart); break;
    case kCount: return c.ret(Value::number(static_cast<double>(bytesInUse(iso)) / 1024.0));
    case kIsRunning: return c.ret(Value::boolean(iso.heap.automatic()));
    case kStep: {
      int64_t n;
      if (!c.optInteger(1, 0, n)) return c.raisePending();
      return c.ret(Value::boolean(step(c, n)));
    }
    case kSetPause:
    case kSetStepMul: {
      int64_t n;
      if (!c.optInteger(1, 0, n)) return c.raisePending();
      Setting which = option == kSetPause ? kPause : kStepMultiplier;
      Value before = *c.upvalue(which);
      c.setUpvalue(which, Value::smallInt(storedParameter(n)));
      apply(c);
      return c.ret(before);
    }
    case kGen:
    case kInc: {
      int64_t values[3] = {0, 0, 0};
      for (uint32_t i = 0; i < (option == kGen ? 2u : 3u); i++) {
        if (!c.optInteger(i + 1, 0, values[i])) return c.raisePending();
      }
      if (option == kInc && values[0] != 0) c.setUpvalue(kPause, Value::smallInt(storedParameter(values[0])));
      if (option == kInc && values[1] != 0) c.setUpvalue(kStepMultiplier, Value::smallInt(storedParameter(values[1])));
      if (option == kGen && values[1] != 0) c.setUpvalue(kMajor, Value::smallInt(storedParameter(values[1])));
      bool before = (*c.upvalue(kGenerational)).isTrue();
      c.setUpvalue(kGenerational, Value::boolean(option == kGen));
      apply(c);
      Value name = runtime::newString(iso, before ? "generational" : "incremental");
      return name.isNil() ? c.outOfMemory() : c.ret(name);
    }
    default: fullCollection(iso); break;
  }
  return c.ret(Value::smallInt(0));
}

const LibraryEntry kEntry = {
    "collectgarbage",
    {.function = collectgarbage,
     .name = "collectgarbage",
     .signature = "collectgarbage([opt [, arg]])",
     .documentation = "Runs the garbage collector, or asks it something, as the option says."}};

}  // namespace

bool openBaseMemory(Isolate& isolate, Handle globals) {
  Rooted native(isolate, runtime::newNative(isolate, &kEntry.info, kSettings));
  if ((*native).isNil()) return false;
  auto* n = native.as<runtime::Native>();
  const heap::HeapOptions& options = isolate.heap.options();
  auto set = [n](Setting s, int64_t v) { heap::initSlot(&n->upvalues[s], Value::smallInt(v)); };
  heap::initSlot(&n->upvalues[kGenerational], Value::boolean(true));  // the reference's program starts so
  set(kPause, 200);
  set(kStepMultiplier, 100);
  set(kMajor, std::max<int64_t>(options.growthPercent, 100) - 100);
  set(kHostTarget, static_cast<int64_t>(std::min<uint64_t>(options.pauseTarget, uint64_t{1} << 40)));
  set(kStepCredit, 0);
  return runtime::tableSetName(isolate, globals, kEntry.key, native);
}

}  // namespace devvm::lua
