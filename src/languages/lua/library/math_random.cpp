#include "languages/lua/library/math_random.h"

#include <bit>
#include <random>

namespace devvm::lua {

namespace {

uint64_t nextRandom(Isolate& isolate) {
  uint64_t* s = isolate.randomState;
  uint64_t result = std::rotl(s[1] * 5, 7) * 9, shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

void seed(Isolate& isolate, uint64_t a, uint64_t b) {
  uint64_t* s = isolate.randomState;
  s[0] = a;
  s[1] = 0xFF;  // so that the state is never all zero
  s[2] = b;
  s[3] = 0;
  for (int i = 0; i < 16; i++) nextRandom(isolate);
}

/// The upper 53 bits as a fraction.
double toUnit(uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }

/// A number in [0, most] from a random one, drawing more while they fall outside.
uint64_t project(Isolate& isolate, uint64_t random, uint64_t most) {
  if ((most & (most + 1)) == 0) return random & most;
  uint64_t mask = ~uint64_t{0} >> std::countl_zero(most);
  while ((random &= mask) > most) random = nextRandom(isolate);
  return random;
}

NativeResult answer(NativeCall& c, int64_t i) {
  Value v = runtime::makeInteger(c.isolate, i);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

void systemSeed(Isolate& isolate, uint64_t& a, uint64_t& b) {
  if (isolate.options.deterministic) {
    a = isolate.options.hashSeed;
    b = 0;
    return;
  }
  std::random_device device;
  a = uint64_t{device()} << 32 | device();
  b = uint64_t{device()} << 32 | device();
}

}  // namespace

void seedFromSystem(Isolate& isolate) {
  uint64_t a, b;
  systemSeed(isolate, a, b);
  seed(isolate, a, b);
}

NativeResult mathRandom(NativeCall& c) {
  uint64_t random = nextRandom(c.isolate);
  int64_t low = 1, high;
  switch (c.count()) {
    case 0: return c.ret(Value::number(toUnit(random)));
    case 1:
      if (!c.checkInteger(0, high)) return c.raisePending();
      if (high == 0) return answer(c, static_cast<int64_t>(random));
      break;
    case 2:
      if (!c.checkInteger(0, low) || !c.checkInteger(1, high)) return c.raisePending();
      break;
    default: return c.error("wrong number of arguments");
  }
  if (low > high) return c.argError(0, "interval is empty");
  uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  return answer(c, static_cast<int64_t>(project(c.isolate, random, range) + static_cast<uint64_t>(low)));
}

Value fastRandom(Isolate& isolate, const Value* args, uint32_t count) {
  if (count == 0) return Value::number(toUnit(nextRandom(isolate)));
  if (count > 2 || !args[0].isInt()) return Value::absent();
  int64_t low = 1, high = args[0].asInt();
  if (count == 2) {
    if (!args[-1].isInt()) return Value::absent();
    low = high;
    high = args[-1].asInt();
  } else if (high == 0) {
    return Value::absent();
  }
  if (low > high) return Value::absent();
  uint64_t offset = project(isolate, nextRandom(isolate), static_cast<uint64_t>(high - low));
  return Value::smallInt(low + static_cast<int64_t>(offset));
}

NativeResult mathRandomSeed(NativeCall& c) {
  uint64_t a = 0, b = 0;
  if (!c.has(0)) {
    systemSeed(c.isolate, a, b);
  } else {
    int64_t x, y;
    if (!c.checkInteger(0, x) || !c.optInteger(1, 0, y)) return c.raisePending();
    a = static_cast<uint64_t>(x);
    b = static_cast<uint64_t>(y);
  }
  seed(c.isolate, a, b);
  c.push(runtime::makeInteger(c.isolate, static_cast<int64_t>(a)));
  if (c.top().isNil()) return c.outOfMemory();
  c.push(runtime::makeInteger(c.isolate, static_cast<int64_t>(b)));
  if (c.top().isNil()) return c.outOfMemory();
  return c.retTop(2);
}

}  // namespace devvm::lua
