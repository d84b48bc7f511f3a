// Structural comparison and hashing: of any values, without recursion.
#include <bit>
#include <cstring>
#include <tuple>
#include <vector>

#include "languages/caml/library/natives.h"
#include "runtime/isolate.h"
#include "runtime/numbers.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::caml {

using namespace runtime;

namespace {

constexpr int kUnordered = 2, kFunction = 3, kStopped = 4;

int sign(int64_t x) { return x < 0 ? -1 : x > 0 ? 1 : 0; }

/// -1, 0, 1; kUnordered if a NaN decides and `total` is false; kFunction if functions are compared.
/// kStopped if `charge`, which is asked every 4096 steps, says so.
template <typename Charge>
int compareValues(Value a, Value b, bool total, Charge charge) {
  std::vector<std::pair<Value, Value>> todo;
  uint32_t steps = 0;
  Value x = a, y = b;
  auto next = [&] {
    if (todo.empty()) return false;
    std::tie(x, y) = todo.back();
    todo.pop_back();
    return true;
  };
  for (bool more = true; more; more = next()) {
    if (++steps % 4096 == 0 && !charge()) return kStopped;
    if (x.isDouble() || y.isDouble()) {
      if (!x.isDouble() || !y.isDouble()) return x.isDouble() ? 1 : -1;
      double p = x.asDouble(), q = y.asDouble();
      if (p == q) continue;
      if (p < q) return -1;
      if (p > q) return 1;
      if (!total) return kUnordered;
      // compare treats NaN as equal to itself and less than any other float.
      bool pNan = p != p, qNan = q != q;
      if (pNan && qNan) continue;
      return pNan ? -1 : 1;
    }
    if (x == y && total) continue;
    if (x.isAnyInt() || y.isAnyInt()) {
      if (x.isAnyInt() && y.isAnyInt()) {
        int64_t p = integerOf(x), q = integerOf(y);
        if (p != q) return p < q ? -1 : 1;
        continue;
      }
      return x.isAnyInt() ? -1 : 1;  // constant constructors come before blocks
    }
    if (x.isBoolean() && y.isBoolean()) {
      if (x == y) continue;
      return x.isFalse() ? -1 : 1;
    }
    if (x.isString() && y.isString()) {
      std::string_view p = asString(x)->view(), q = asString(y)->view();
      // By bytes, then by length.
      int order = std::memcmp(p.data(), q.data(), std::min(p.size(), q.size()));
      if (order == 0) order = sign(static_cast<int64_t>(p.size()) - static_cast<int64_t>(q.size()));
      if (order != 0) return sign(order);
      continue;
    }
    if (x.isFunction() || y.isFunction()) {
      return kFunction;
    }
    if (!x.isOther() || !y.isOther()) return x.bits() < y.bits() ? -1 : 1;
    Object* p = x.asObject();
    Object* q = y.asObject();
    if (kindOf(p) != kindOf(q)) return kindOf(p) < kindOf(q) ? -1 : 1;
    if (kindOf(p) == Kind::kBuffer) {
      auto *s = reinterpret_cast<Buffer*>(p), *t = reinterpret_cast<Buffer*>(q);
      int order = std::memcmp(s->bytes, t->bytes, std::min(s->word, t->word));
      if (order == 0) order = sign(static_cast<int64_t>(s->word) - static_cast<int64_t>(t->word));
      if (order != 0) return sign(order);
      continue;
    }
    if (kindOf(p) == Kind::kBlock && p->aux != q->aux) return p->aux < q->aux ? -1 : 1;
    if (p->word != q->word) return p->word < q->word ? -1 : 1;
    auto *s = reinterpret_cast<List*>(p), *t = reinterpret_cast<List*>(q);
    for (uint32_t i = p->word; i-- > 0;) todo.emplace_back(loadSlot(&s->slots[i]), loadSlot(&t->slots[i]));
  }
  return 0;
}

/// An answer to a comparison, of what compareValues says.
template <typename Answer>
NativeResult decide(NativeCall& c, bool total, Answer answer) {
  int order = compareValues(c.arg(0), c.arg(1), total, [&c] { return c.charge(64); });
  if (order == kStopped) return c.raisePending();
  if (order == kFunction) return raiseNamed(c, "Invalid_argument", "compare: functional value");
  return c.ret(answer(order));
}
template <bool total, auto answer>
NativeResult comparison(NativeCall& c) {
  return decide(c, total, answer);
}
/// The same where it is short and finds no functions.
template <bool total, auto answer>
Value comparisonHere(Isolate&, const Value* args, uint32_t count) {
  if (count != 2) return Value::absent();
  int order = compareValues(args[0], args[-1], total, [] { return false; });
  return order == kStopped || order == kFunction ? Value::absent() : answer(order);
}

constexpr auto kCompare = [](int o) { return Value::smallInt(o); };
constexpr auto kEqual = [](int o) { return Value::boolean(o == 0); };
constexpr auto kNotEqual = [](int o) { return Value::boolean(o != 0); };
constexpr auto kLess = [](int o) { return Value::boolean(o == -1); };
constexpr auto kLessEqual = [](int o) { return Value::boolean(o == -1 || o == 0); };
constexpr auto kGreater = [](int o) { return Value::boolean(o == 1); };
constexpr auto kGreaterEqual = [](int o) { return Value::boolean(o == 1 || o == 0); };

// ---- hashing: MurmurHash3 (Appleby), over the words and in the order that the reference's Hashtbl.hash takes ----

uint32_t rotate(uint32_t x, int n) { return std::rotl(x, n); }

uint32_t mix(uint32_t h, uint32_t d) {
  d *= 0xcc9e2d51;
  d = rotate(d, 15);
  d *= 0x1b873593;
  h ^= d;
  h = rotate(h, 13);
  return h * 5 + 0xe6546b64;
}

uint32_t mixWide(uint32_t h, int64_t d) {
  auto n = static_cast<uint32_t>((d >> 32) ^ (d >> 63) ^ d);
  return mix(h, n);
}

uint32_t mixFloat(uint32_t h, double d) {
  auto bits = std::bit_cast<uint64_t>(d);
  auto high = static_cast<uint32_t>(bits >> 32), low = static_cast<uint32_t>(bits);
  if ((high & 0x7FF00000) == 0x7FF00000 && (low | (high & 0xFFFFF)) != 0) {
    high = 0x7FF00000;
    low = 1;
  } else if (high == 0x80000000 && low == 0) {
    high = 0;
  }
  return mix(mix(h, low), high);
}

uint32_t mixBytes(uint32_t h, std::string_view s) {
  size_t n = std::min<size_t>(s.size(), 255);
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    uint32_t w;
    std::memcpy(&w, s.data() + i, 4);
    h = mix(h, w);
  }
  uint32_t w = 0;
  auto byte = [&](size_t k) { return static_cast<uint32_t>(static_cast<unsigned char>(s[k])); };
  switch (n & 3) {
    case 3: w = byte(i + 2) << 16; [[fallthrough]];
    case 2: w |= byte(i + 1) << 8; [[fallthrough]];
    case 1:
      w |= byte(i);
      h = mix(h, w);
      break;
    default: break;
  }
  return h ^ static_cast<uint32_t>(s.size());
}

/// caml_hash count limit seed value
Value hashOf(int64_t count, int64_t limit, int64_t seed, Value value) {
  auto h = static_cast<uint32_t>(seed);
  limit = std::min<int64_t>(limit < 0 ? 256 : limit, 256);
  std::vector<Value> queue{value};
  for (size_t next = 0; next < queue.size() && count > 0; next++) {
    Value v = queue[next];
    if (v.isDouble()) {
      h = mixFloat(h, v.asDouble());
      count--;
    } else if (v.isAnyInt()) {
      h = mixWide(h, static_cast<int64_t>((static_cast<uint64_t>(integerOf(v)) << 1) | 1));
      count--;
    } else if (v.isBoolean()) {
      h = mixWide(h, v.isTrue() ? 3 : 1);
      count--;
    } else if (v.isString()) {
      h = mixBytes(h, asString(v)->view());
      count--;
    } else if (v.isOther()) {
      Object* o = v.asObject();
      if (kindOf(o) == Kind::kBuffer) {
        h = mixBytes(h, {reinterpret_cast<const char*>(reinterpret_cast<Buffer*>(o)->bytes), o->word});
        count--;
      } else if (kindOf(o) == Kind::kBlock || kindOf(o) == Kind::kArray) {
        uint32_t tag = kindOf(o) == Kind::kBlock ? o->aux : 0;
        h = mix(h, (o->word << 10) + tag);
        auto* fields = reinterpret_cast<List*>(o);
        for (uint32_t i = 0; i < o->word && queue.size() < static_cast<size_t>(limit); i++)
          queue.push_back(loadSlot(&fields->slots[i]));
      }
    }
  }
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  h ^= h >> 16;
  return Value::smallInt(h & 0x3FFFFFFF);
}
NativeResult hash(NativeCall& c) {
  return c.ret(hashOf(c.arg(0).asInt(), c.arg(1).asInt(), c.arg(2).asInt(), c.arg(3)));
}
Value hashHere(Isolate&, const Value* args, uint32_t count) {
  if (count != 4 || !args[0].isInt() || !args[-1].isInt() || !args[-2].isInt()) return Value::absent();
  return hashOf(args[0].asInt(), args[-1].asInt(), args[-2].asInt(), args[-3]);
}

constexpr NativeEntry kEntries[] = {
    {"caml_compare", comparison<true, kCompare>, comparisonHere<true, kCompare>},
    {"caml_equal", comparison<false, kEqual>, comparisonHere<false, kEqual>},
    {"caml_notequal", comparison<false, kNotEqual>, comparisonHere<false, kNotEqual>},
    {"caml_lessthan", comparison<false, kLess>, comparisonHere<false, kLess>},
    {"caml_lessequal", comparison<false, kLessEqual>, comparisonHere<false, kLessEqual>},
    {"caml_greaterthan", comparison<false, kGreater>, comparisonHere<false, kGreater>},
    {"caml_greaterequal", comparison<false, kGreaterEqual>, comparisonHere<false, kGreaterEqual>},
    {"caml_hash", hash, hashHere},
};

}  // namespace

std::span<const NativeEntry> compareNatives() { return kEntries; }

}  // namespace devvm::caml
