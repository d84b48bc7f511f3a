// Operators, control and what every program needs.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "languages/jq/json_reader.h"
#include "languages/jq/library.h"
#include "languages/jq/utf8.h"

namespace devvm::jq {

using namespace runtime;

NativeResult raiseValue(NativeCall& c, Value v) {
  Rooted value(c.isolate, v), none(c.isolate, Value::nil());
  Value error = newBlock(c.isolate, kErrorTag, value, none);
  return error.isNil() ? c.outOfMemory() : c.raise(error);
}

NativeResult raiseText(NativeCall& c, const std::string& message) {
  Value s = newString(c.isolate, message);
  return s.isNil() ? c.outOfMemory() : raiseValue(c, s);
}

NativeResult text(NativeCall& c, std::string_view s) {
  Value v = newString(c.isolate, s);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult number(NativeCall& c, double d) { return c.ret(Value::canonical(d)); }

Host& hostOf(Isolate& isolate) { return *static_cast<Host*>(isolate.openFiles.get()); }

namespace {

NativeResult binaryError(NativeCall& c, const char* what) {
  return raiseText(c, describe(c.isolate, c.arg(0)) + " and " + describe(c.isolate, c.arg(1)) + " cannot be " + what);
}

bool bothDoubles(const Value* a) { return a[0].isDouble() && a[-1].isDouble(); }

Value fastAdd(Isolate&, const Value* a, uint32_t) {
  return bothDoubles(a) ? Value::canonical(a[0].asDouble() + a[-1].asDouble()) : Value::absent();
}
Value fastSubtract(Isolate&, const Value* a, uint32_t) {
  return bothDoubles(a) ? Value::canonical(a[0].asDouble() - a[-1].asDouble()) : Value::absent();
}
Value fastMultiply(Isolate&, const Value* a, uint32_t) {
  return bothDoubles(a) ? Value::canonical(a[0].asDouble() * a[-1].asDouble()) : Value::absent();
}
Value fastDivide(Isolate&, const Value* a, uint32_t) {
  return bothDoubles(a) && a[-1].asDouble() != 0 ? Value::canonical(a[0].asDouble() / a[-1].asDouble())
                                                 : Value::absent();
}

NativeResult add(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  if (a.isNil()) return c.ret(b);
  if (b.isNil()) return c.ret(a);
  if (isNumber(a) && isNumber(b)) return number(c, numberOf(a) + numberOf(b));
  if (a.isString() && b.isString()) {
    size_t n = asString(a)->length(), m = asString(b)->length();
    if (!c.charge((n + m) / 16)) return c.raisePending();
    if (n + m > kMaxString) return raiseText(c, "string is too long");
    Value s = newStringRaw(c.isolate, n + m);
    if (s.isNil()) return c.outOfMemory();
    std::memcpy(asString(s)->bytes, asString(c.arg(0))->bytes, n);
    std::memcpy(asString(s)->bytes + n, asString(c.arg(1))->bytes, m);
    return c.ret(s);
  }
  if (isArray(a) && isArray(b)) {
    uint32_t n = arrayLength(a), m = arrayLength(b);
    if (!c.charge((n + m) / 4)) return c.raisePending();
    Value out = arrayCopy(c.isolate, c.argHandle(0), n + m);
    if (out.isNil()) return c.outOfMemory();
    for (uint32_t i = 0; i < m; i++) arraySet(c.isolate, out, n + i, arrayAt(c.arg(1), i));
    setLength(out, n + m);
    return c.ret(out);
  }
  if (a.isTable() && b.isTable()) {
    Rooted out(c.isolate, copyObject(c.isolate, c.argHandle(0)));
    if ((*out).isNil()) return c.outOfMemory();
    Rooted key(c.isolate, Value::nil()), value(c.isolate, Value::nil());
    uint32_t at = 0;
    while (at != UINT32_MAX) {
      Value k, v;
      at = tableNextAt(c.isolate, asTable(c.arg(1)), at, k, v);
      if (k.isNil()) break;
      key.set(k);
      value.set(v);
      if (!c.charge(1)) return c.raisePending();
      if (!tableSetString(c.isolate, out, key, value)) return c.outOfMemory();
    }
    return c.ret(*out);
  }
  return binaryError(c, "added");
}

NativeResult subtract(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  if (isNumber(a) && isNumber(b)) return number(c, numberOf(a) - numberOf(b));
  if (!isArray(a) || !isArray(b)) return binaryError(c, "subtracted");
  std::vector<Value> kept;
  for (uint32_t i = 0; i < arrayLength(a); i++) {
    Value v = arrayAt(a, i);
    bool found = false;
    for (uint32_t k = 0; k < arrayLength(b) && !found; k++) found = equals(c.isolate, v, arrayAt(b, k));
    if (!found) kept.push_back(v);
    if (!c.charge(arrayLength(b) / 4 + 1)) return c.raisePending();
  }
  return give(c, arrayOf(c.isolate, kept.data(), static_cast<uint32_t>(kept.size())));
}

bool deepMerge(Isolate& isolate, Handle into, Handle from, int depth) {
  if (depth > 2000) return true;
  Rooted key(isolate, Value::nil()), value(isolate, Value::nil());
  uint32_t at = 0;
  while (at != UINT32_MAX) {
    Value k, v;
    at = tableNextAt(isolate, from.table(), at, k, v);
    if (k.isNil()) break;
    key.set(k);
    value.set(v);
    Value old = member(isolate, *into, asString(k));
    if (old.isTable() && v.isTable()) {
      Rooted oldRoot(isolate, old);
      Rooted merged(isolate, copyObject(isolate, oldRoot));
      if ((*merged).isNil() || !deepMerge(isolate, merged, value, depth + 1)) return false;
      value.set(*merged);
    }
    if (!tableSetString(isolate, into, key, value)) return false;
  }
  return true;
}

NativeResult repeatText(NativeCall& c, uint32_t stringArg, double times) {
  std::string_view s = c.stringArg(stringArg);
  if (times != times || times <= 0)
    return times == times || true ? (times < 0 || times != times ? c.ret(Value::nil()) : text(c, ""))
                                  : c.ret(Value::nil());
  double n = times < 1 ? 1 : std::floor(times);
  if (n * static_cast<double>(s.size()) > static_cast<double>(kMaxString) / 2)
    return raiseText(c, "Repeat string result too long");
  std::string out;
  auto count = static_cast<size_t>(n);
  if (!c.charge(count * s.size() / 16)) return c.raisePending();
  s = c.stringArg(stringArg);
  out.reserve(count * s.size());
  for (size_t i = 0; i < count; i++) out += s;
  return text(c, out);
}

NativeResult multiply(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  if (isNumber(a) && isNumber(b)) return number(c, numberOf(a) * numberOf(b));
  if (a.isString() && isNumber(b)) return repeatText(c, 0, numberOf(b));
  if (isNumber(a) && b.isString()) return repeatText(c, 1, numberOf(a));
  if (a.isTable() && b.isTable()) {
    Rooted out(c.isolate, copyObject(c.isolate, c.argHandle(0)));
    if ((*out).isNil() || !deepMerge(c.isolate, out, c.argHandle(1), 0)) return c.outOfMemory();
    return c.ret(*out);
  }
  return binaryError(c, "multiplied");
}

NativeResult splitText(NativeCall& c, uint32_t by) {
  Rooted out(c.isolate, newArray(c.isolate, 8)), part(c.isolate, Value::nil());
  if ((*out).isNil()) return c.outOfMemory();
  std::string s(c.stringArg(0)), separator(c.stringArg(by));
  if (s.empty()) return c.ret(*out);
  for (size_t at = 0; at <= s.size();) {
    size_t end;
    if (separator.empty()) {
      end = at;
      nextCodePoint(s, end);
    } else {
      end = s.find(separator, at);
      if (end == s.npos) end = s.size();
    }
    if (!c.charge(1)) return c.raisePending();
    part.set(newString(c.isolate, std::string_view(s).substr(at, end - at)));
    if ((*part).isNil() || arrayPush(c.isolate, out, part).isNil()) return c.outOfMemory();
    if (end >= s.size()) break;
    at = end + separator.size();
  }
  return c.ret(*out);
}

NativeResult divide(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  if (isNumber(a) && isNumber(b)) {
    if (numberOf(b) == 0) return binaryError(c, "divided because the divisor is zero");
    return number(c, numberOf(a) / numberOf(b));
  }
  if (a.isString() && b.isString()) return splitText(c, 1);
  return binaryError(c, "divided");
}

int64_t clampToInteger(double d) {
  return d != d                        ? 0
         : d >= 9223372036854775807.0  ? INT64_MAX
         : d <= -9223372036854775808.0 ? INT64_MIN
                                       : static_cast<int64_t>(d);
}

NativeResult modulo(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  if (!isNumber(a) || !isNumber(b)) return binaryError(c, "divided");
  double x = numberOf(a), y = numberOf(b);
  if (x != x || y != y) return number(c, std::nan(""));
  int64_t n = clampToInteger(x), m = clampToInteger(y);
  if (m == 0) return binaryError(c, "divided (remainder) because the divisor is zero");
  uint64_t un = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n),
           um = m < 0 ? 0 - static_cast<uint64_t>(m) : static_cast<uint64_t>(m);
  auto r = static_cast<double>(un % um);
  return number(c, n < 0 ? -r : r);
}

NativeResult negate(NativeCall& c) {
  Value a = c.arg(0);
  if (isLiteral(a)) {
    std::string t(asString(asBlock(a)->slots[1])->view());
    return give(c, numberFromText(c.isolate, t[0] == '-' ? t.substr(1) : "-" + t));
  }
  if (!isNumber(a)) return raiseText(c, describe(c.isolate, a) + " cannot be negated");
  return number(c, -numberOf(a));
}
Value fastNegate(Isolate&, const Value* a, uint32_t) {
  return a[0].isDouble() ? Value::canonical(-a[0].asDouble()) : Value::absent();
}

template <typename Test>
Value fastCompare(const Value* a, Test test) {
  if (!bothDoubles(a)) return Value::absent();
  double x = a[0].asDouble(), y = a[-1].asDouble();
  return x != x || y != y ? Value::absent() : Value::boolean(test(x, y));
}

template <int kOp>
NativeResult comparison(NativeCall& c) {
  Value a = c.arg(0), b = c.arg(1);
  bool r = false;
  if constexpr (kOp == 0) r = equals(c.isolate, a, b);
  if constexpr (kOp == 1) r = !equals(c.isolate, a, b);
  if constexpr (kOp == 2) r = compare(c.isolate, a, b) < 0;
  if constexpr (kOp == 3) r = compare(c.isolate, a, b) <= 0;
  if constexpr (kOp == 4) r = compare(c.isolate, a, b) > 0;
  if constexpr (kOp == 5) r = compare(c.isolate, a, b) >= 0;
  return c.ret(Value::boolean(r));
}
template <int kOp>
Value fastComparison(Isolate& isolate, const Value* a, uint32_t) {
  if (bothDoubles(a)) {
    return fastCompare(a, [](double x, double y) {
      if constexpr (kOp == 0) return x == y;
      if constexpr (kOp == 1) return x != y;
      if constexpr (kOp == 2) return x < y;
      if constexpr (kOp == 3) return x <= y;
      if constexpr (kOp == 4) return x > y;
      return x >= y;
    });
  }
  if constexpr (kOp < 2) {
    if (a[0].isString() && a[-1].isString())
      return Value::boolean(stringEqualsFast(asString(a[0]), asString(a[-1])) == (kOp == 0));
    (void)isolate;
  }
  return Value::absent();
}

NativeResult arrayNewNative(NativeCall& c) { return give(c, newArray(c.isolate, 4)); }
NativeResult arrayPushNative(NativeCall& c) { return give(c, arrayPush(c.isolate, c.argHandle(0), c.argHandle(1))); }
Value fastPush(Isolate& isolate, const Value* a, uint32_t) {
  uint32_t n = arrayLength(a[0]);
  if (n + kArrayHead >= asBlock(a[0])->word) return Value::absent();
  arraySet(isolate, a[0], n, a[-1]);
  setLength(a[0], n + 1);
  return a[0];
}

NativeResult objectFrom(NativeCall& c, Handle out, uint32_t first) {
  for (uint32_t i = first; i + 1 < c.count(); i += 2) {
    Value key = c.arg(i);
    if (!key.isString()) return raiseText(c, "Cannot use " + describe(c.isolate, key) + " as object key");
    if (!setMember(c.isolate, out, c.argHandle(i), c.argHandle(i + 1))) return c.outOfMemory();
  }
  return c.ret(*out);
}
NativeResult objectNative(NativeCall& c) {
  Rooted out(c.isolate, newObject(c.isolate, std::min<uint32_t>(c.count() / 2, 60)));
  return (*out).isNil() ? c.outOfMemory() : objectFrom(c, out, 0);
}
NativeResult objectMore(NativeCall& c) {
  Rooted out(c.isolate, c.arg(0));
  return objectFrom(c, out, 1);
}

NativeResult iterate(NativeCall& c) {
  Value v = c.arg(0);
  if (isArray(v)) return c.ret(v);
  if (!v.isTable()) return raiseText(c, std::string("Cannot iterate over ") + describe(c.isolate, v));
  std::vector<Value> values;
  forEachMember(c.isolate, v, [&](Value, Value m) { values.push_back(m); });
  if (!c.charge(values.size() / 4)) return c.raisePending();
  values.clear();
  forEachMember(c.isolate, c.arg(0), [&](Value, Value m) { values.push_back(m); });
  return give(c, arrayOf(c.isolate, values.data(), static_cast<uint32_t>(values.size())));
}
Value fastIterate(Isolate&, const Value* a, uint32_t) { return isArray(a[0]) ? a[0] : Value::absent(); }

NativeResult rangeCheck(NativeCall& c) {
  if (!isNumber(c.arg(0)) || !isNumber(c.arg(1))) return raiseText(c, "Range bounds must be numeric");
  return c.ret(Value::nil());
}
NativeResult toDoubleNative(NativeCall& c) { return number(c, numberOf(c.arg(0))); }

// ---- labels and errors ----
Value fastLabel(Isolate& isolate, const Value*, uint32_t) {
  return Value::smallInt(static_cast<int64_t>(++hostOf(isolate).labels));
}
NativeResult labelNew(NativeCall& c) { return c.ret(fastLabel(c.isolate, nullptr, 0)); }
NativeResult labelThrow(NativeCall& c) {
  Rooted none(c.isolate, Value::nil());
  Value b = newBlock(c.isolate, kBreakTag, c.argHandle(0), none);
  return b.isNil() ? c.outOfMemory() : c.raise(b);
}
NativeResult labelCaught(NativeCall& c) {
  Value e = c.arg(0);
  if (isBlock(e, kBreakTag) && asBlock(e)->slots[0] == c.arg(1)) return c.ret(Value::nil());
  return c.raise(e);
}
/// (exception, id of the try): the error's value, or it goes on.
NativeResult caught(NativeCall& c) {
  Value e = c.arg(0);
  if (isBlock(e, kErrorTag)) return c.ret(asBlock(e)->slots[0]);
  if (isBlock(e, kPassingTag) && asBlock(e)->slots[1] == c.arg(1)) return c.raise(asBlock(e)->slots[0]);
  if (e.isString()) return c.ret(e);  // the machine's own: stack overflow, not enough memory
  return c.raise(e);
}
NativeResult passThrough(NativeCall& c) {
  Value e = newBlock(c.isolate, kPassingTag, c.argHandle(0), c.argHandle(1));
  return e.isNil() ? c.outOfMemory() : c.raise(e);
}
NativeResult error0(NativeCall& c) { return raiseValue(c, c.arg(0)); }

// ---- input and output ----
NativeResult emitNative(NativeCall& c) {
  hostOf(c.isolate).emit(c.arg(0));
  return c.ret();
}
NativeResult inputNative(NativeCall& c) {
  Rooted v(c.isolate, Value::nil());
  std::string error;
  int there = hostOf(c.isolate).input ? hostOf(c.isolate).input(v, error) : 0;
  if (there < 0) return raiseText(c, error);
  if (there == 0) return raiseText(c, "break");
  return c.ret(*v);
}
NativeResult inputFilename(NativeCall& c) {
  Host& h = hostOf(c.isolate);
  return c.ret(h.inputFilename ? h.inputFilename(c.isolate) : Value::nil());
}
NativeResult inputLine(NativeCall& c) { return number(c, static_cast<double>(hostOf(c.isolate).inputLine)); }
NativeResult debugNative(NativeCall& c) {
  std::string s = "[\"DEBUG:\"," + toJson(c.isolate, c.arg(0)) + "]\n";
  std::fwrite(s.data(), 1, s.size(), stderr);
  return c.ret(c.arg(0));
}
NativeResult stderrNative(NativeCall& c) {
  std::string s = c.arg(0).isString() ? std::string(c.stringArg(0)) : toJson(c.isolate, c.arg(0));
  std::fwrite(s.data(), 1, s.size(), stderr);
  return c.ret(c.arg(0));
}
NativeResult halt(NativeCall& c, int status) {
  Host& h = hostOf(c.isolate);
  h.halted = true;
  h.haltStatus = status;
  c.isolate.failure = Failure::kExit;
  c.isolate.exitStatus = status;
  return c.raisePending();
}
NativeResult halt0(NativeCall& c) { return halt(c, 0); }
NativeResult haltError1(NativeCall& c) {
  if (!isNumber(c.arg(1))) return raiseText(c, "halt_error/1: number required");
  std::string s = c.arg(0).isString() ? std::string(c.stringArg(0)) : toJson(c.isolate, c.arg(0)) + "\n";
  std::fwrite(s.data(), 1, s.size(), stderr);
  return halt(c, static_cast<int>(numberOf(c.arg(1))));
}

// ---- types, lengths, members ----
NativeResult typeNative(NativeCall& c) { return text(c, jq::typeName(c.arg(0))); }
NativeResult notNative(NativeCall& c) { return c.ret(Value::boolean(c.arg(0).isFalsy())); }
Value fastNot(Isolate&, const Value* a, uint32_t) { return Value::boolean(a[0].isFalsy()); }
NativeResult length(NativeCall& c) {
  Value v = c.arg(0);
  switch (typeOf(v)) {
    case Type::kNull: return number(c, 0);
    case Type::kNumber: return number(c, std::fabs(numberOf(v)));
    case Type::kString: return number(c, static_cast<double>(codePoints(c.stringArg(0))));
    case Type::kArray: return number(c, arrayLength(v));
    case Type::kObject: return number(c, memberCount(c.isolate, v));
    default: return raiseText(c, describe(c.isolate, v) + " has no length");
  }
}
NativeResult keysNative(NativeCall& c, bool sorted) {
  Value v = c.arg(0);
  if (v.isTable()) return give(c, keysOf(c.isolate, c.argHandle(0), sorted));
  if (!isArray(v)) return raiseText(c, describe(c.isolate, v) + " has no keys");
  uint32_t n = arrayLength(v);
  Value out = newArray(c.isolate, n);
  if (out.isNil()) return c.outOfMemory();
  for (uint32_t i = 0; i < n; i++) arraySet(c.isolate, out, i, Value::number(i));
  setLength(out, n);
  return c.ret(out);
}
NativeResult keys(NativeCall& c) { return keysNative(c, true); }
NativeResult keysUnsorted(NativeCall& c) { return keysNative(c, false); }
NativeResult has(NativeCall& c) {
  Value v = c.arg(0), k = c.arg(1);
  if (v.isTable() && k.isString()) return c.ret(Value::boolean(!member(c.isolate, v, asString(k)).isAbsent()));
  if (isArray(v) && isNumber(k)) {
    double d = numberOf(k);
    return c.ret(Value::boolean(d >= 0 && d < arrayLength(v)));
  }
  return raiseText(c, std::string("Cannot check whether ") + jq::typeName(v) + " has a " +
                          (k.isString() ? "string" : jq::typeName(k)) + " key");
}
bool containsValue(Isolate& isolate, Value a, Value b) {
  if (a.isTable() && b.isTable()) {
    bool all = true;
    forEachMember(isolate, b, [&](Value k, Value v) {
      if (!all) return;
      Value m = member(isolate, a, asString(k));
      all = !m.isAbsent() && containsValue(isolate, m, v);
    });
    return all;
  }
  if (isArray(a) && isArray(b)) {
    for (uint32_t i = 0; i < arrayLength(b); i++) {
      bool any = false;
      for (uint32_t k = 0; k < arrayLength(a) && !any; k++) any = containsValue(isolate, arrayAt(a, k), arrayAt(b, i));
      if (!any) return false;
    }
    return true;
  }
  if (a.isString() && b.isString()) return asString(a)->view().find(asString(b)->view()) != std::string_view::npos;
  return equals(isolate, a, b);
}
NativeResult contains(NativeCall& c) {
  Type a = typeOf(c.arg(0)), b = typeOf(c.arg(1));
  auto boolean = [](Type t) { return t == Type::kTrue || t == Type::kFalse; };
  if (a != b && !(boolean(a) && boolean(b))) {
    return raiseText(c, describe(c.isolate, c.arg(0)) + " and " + describe(c.isolate, c.arg(1)) +
                            " cannot have their containment checked");
  }
  return c.ret(Value::boolean(containsValue(c.isolate, c.arg(0), c.arg(1))));
}

// ---- sorting ----
struct Entry {
  Value key, value;
  uint32_t place;
};
std::vector<Entry> sortedEntries(Isolate& isolate, Value array, Value keys) {
  std::vector<Entry> e(arrayLength(array));
  for (uint32_t i = 0; i < e.size(); i++) e[i] = {arrayAt(keys, i), arrayAt(array, i), i};
  // NaNs are less than themselves: no order that std::sort may be given. They keep their places among each other.
  auto isNan = [](Value v) { return v.isDouble() && v.asDouble() != v.asDouble(); };
  std::sort(e.begin(), e.end(), [&](const Entry& a, const Entry& b) {
    int order = isNan(a.key) && isNan(b.key) ? 0 : compare(isolate, a.key, b.key);
    return order != 0 ? order < 0 : a.place < b.place;
  });
  return e;
}
bool sortable(NativeCall& c, const char* what, NativeResult& error) {
  if (isArray(c.arg(0)) && (c.count() < 2 || (isArray(c.arg(1)) && arrayLength(c.arg(1)) == arrayLength(c.arg(0))))) {
    uint64_t n = arrayLength(c.arg(0));
    if (c.charge(n)) return true;
    error = c.raisePending();
    return false;
  }
  error = raiseText(c, describe(c.isolate, c.arg(0)) + " cannot be " + what + ", as it is not an array");
  return false;
}
NativeResult fromVector(NativeCall& c, const std::vector<Value>& v) {
  return give(c, arrayOf(c.isolate, v.data(), static_cast<uint32_t>(v.size())));
}
NativeResult sortBy(NativeCall& c) {
  NativeResult error;
  if (!sortable(c, "sorted", error)) return error;
  Value keys = c.count() > 1 ? c.arg(1) : c.arg(0);
  std::vector<Value> out;
  for (const Entry& e : sortedEntries(c.isolate, c.arg(0), keys)) out.push_back(e.value);
  return fromVector(c, out);
}
NativeResult groupBy(NativeCall& c) {
  NativeResult error;
  if (!sortable(c, "grouped", error)) return error;
  std::vector<Value> sorted;
  std::vector<uint32_t> ends;
  Value last;
  for (const Entry& e : sortedEntries(c.isolate, c.arg(0), c.arg(1))) {
    if (sorted.empty() || compare(c.isolate, last, e.key) != 0) ends.push_back(0);
    last = e.key;
    sorted.push_back(e.value);
    ends.back() = static_cast<uint32_t>(sorted.size());
  }
  Rooted all(c.isolate, arrayOf(c.isolate, sorted.data(), static_cast<uint32_t>(sorted.size())));
  if ((*all).isNil()) return c.outOfMemory();
  Rooted out(c.isolate, newArray(c.isolate, static_cast<uint32_t>(ends.size())));
  if ((*out).isNil()) return c.outOfMemory();
  uint32_t at = 0;
  Rooted group(c.isolate, Value::nil());
  for (uint32_t end : ends) {
    group.set(newArray(c.isolate, end - at));
    if ((*group).isNil()) return c.outOfMemory();
    for (uint32_t i = at; i < end; i++) arraySet(c.isolate, *group, i - at, arrayAt(*all, i));
    setLength(*group, end - at);
    if (arrayPush(c.isolate, out, group).isNil()) return c.outOfMemory();
    at = end;
  }
  return c.ret(*out);
}
NativeResult uniqueBy(NativeCall& c) {
  NativeResult error;
  if (!sortable(c, c.count() > 1 ? "grouped" : "sorted", error)) return error;
  std::vector<Value> out;
  Value last;
  for (const Entry& e : sortedEntries(c.isolate, c.arg(0), c.count() > 1 ? c.arg(1) : c.arg(0))) {
    if (out.empty() || compare(c.isolate, last, e.key) != 0) out.push_back(e.value);
    last = e.key;
  }
  return fromVector(c, out);
}
NativeResult extreme(NativeCall& c, bool greatest) {
  if (!isArray(c.arg(0))) {
    return raiseText(c, describe(c.isolate, c.arg(0)) + " and " +
                            describe(c.isolate, c.count() > 1 ? c.arg(1) : c.arg(0)) + " cannot be iterated over");
  }
  Value keys = c.count() > 1 ? c.arg(1) : c.arg(0), best, bestKey;
  for (uint32_t i = 0; i < arrayLength(c.arg(0)); i++) {
    int order = i == 0 ? 0 : compare(c.isolate, arrayAt(keys, i), bestKey);
    if (i == 0 || (greatest ? order >= 0 : order < 0)) {
      bestKey = arrayAt(keys, i);
      best = arrayAt(c.arg(0), i);
    }
  }
  return c.ret(best);
}
NativeResult minimum(NativeCall& c) { return extreme(c, false); }
NativeResult maximum(NativeCall& c) { return extreme(c, true); }
NativeResult bsearch(NativeCall& c) {
  if (!isArray(c.arg(0))) return raiseText(c, describe(c.isolate, c.arg(0)) + " cannot be searched from");
  uint32_t low = 0, high = arrayLength(c.arg(0));
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = compare(c.isolate, arrayAt(c.arg(0), middle), c.arg(1));
    if (order == 0) return number(c, middle);
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return number(c, -1.0 - low);
}
NativeResult reverseArray(NativeCall& c) {
  Value v = c.arg(0);
  if (v.isNil()) return give(c, newArray(c.isolate, 0));
  if (v.isString() && asString(v)->length() > 0)
    return raiseText(c, "Cannot index string with number (" + std::to_string(codePoints(c.stringArg(0)) - 1) + ")");
  if (v.isString()) return give(c, newArray(c.isolate, 0));
  if (v.isTable() && memberCount(c.isolate, v) > 0)
    return raiseText(c, "Cannot index object with number (" + std::to_string(memberCount(c.isolate, v) - 1) + ")");
  if (!isArray(v))
    return v.isTable() ? give(c, newArray(c.isolate, 0))
                       : raiseText(c, v.isBoolean() ? describe(c.isolate, v) + " has no length"
                                                    : std::string("Cannot index ") + jq::typeName(v) + " with number");
  std::vector<Value> out;
  for (uint32_t i = arrayLength(v); i-- > 0;) out.push_back(arrayAt(v, i));
  return fromVector(c, out);
}
NativeResult toJsonNative(NativeCall& c) { return text(c, toJson(c.isolate, c.arg(0))); }
NativeResult fromJson(NativeCall& c) {
  if (!c.arg(0).isString()) return raiseText(c, describe(c.isolate, c.arg(0)) + " only strings can be parsed");
  std::string source(c.stringArg(0));
  JsonReader reader(c.isolate, source);
  Rooted v(c.isolate, Value::nil()), extra(c.isolate, Value::nil());
  JsonReader::Outcome o = reader.next(v);
  if (o == JsonReader::Outcome::kOutOfMemory) return c.outOfMemory();
  if (o == JsonReader::Outcome::kValue && reader.next(extra) == JsonReader::Outcome::kValue) {
    return raiseText(c, "Unexpected extra JSON values (while parsing '" + source + "')");
  }
  if (!reader.error().empty()) return raiseText(c, reader.error() + " (while parsing '" + source + "')");
  return c.ret(*v);
}
NativeResult toNumber(NativeCall& c) {
  Value v = c.arg(0);
  if (isNumber(v)) return c.ret(v);
  if (!v.isString()) return raiseText(c, describe(c.isolate, v) + " cannot be parsed as a number");
  std::string s(c.stringArg(0));
  bool good = !s.empty() && s.find_first_not_of("0123456789+-.eE") == s.npos &&
              s.find_first_of("0123456789") != s.npos && s[0] != '+';
  Value n = good ? numberFromText(c.isolate, s) : Value::nil();
  if (good && n.isNil()) return c.outOfMemory();
  if (s == "nan" || s == "NaN") return number(c, std::nan(""));
  if (!good || numberOf(n) != numberOf(n))
    return raiseText(c, describe(c.isolate, c.arg(0)) + " cannot be parsed as a number");
  return c.ret(n);
}
NativeResult toBoolean(NativeCall& c) {
  Value v = c.arg(0);
  if (v.isBoolean()) return c.ret(v);
  if (v.isString() && (c.stringArg(0) == "true" || c.stringArg(0) == "false"))
    return c.ret(Value::boolean(c.stringArg(0) == "true"));
  return raiseText(c, describe(c.isolate, v) + " cannot be parsed as a boolean");
}
NativeResult split1(NativeCall& c) {
  if (!c.arg(0).isString() || !c.arg(1).isString()) return raiseText(c, "split input and separator must be strings");
  return splitText(c, 1);
}
NativeResult getSearchList(NativeCall& c) {
  Rooted out(c.isolate, newArray(c.isolate, 4)), s(c.isolate, Value::nil());
  if ((*out).isNil()) return c.outOfMemory();
  for (const std::string& p : hostOf(c.isolate).searchList) {
    s.set(newString(c.isolate, p));
    if ((*s).isNil() || arrayPush(c.isolate, out, s).isNil()) return c.outOfMemory();
  }
  return c.ret(*out);
}

}  // namespace

void addCoreFilters(FilterList& list) {
  const Filter all[] = {
      {"add", add, fastAdd},
      {"subtract", subtract, fastSubtract},
      {"multiply", multiply, fastMultiply},
      {"divide", divide, fastDivide},
      {"modulo", modulo},
      {"negate", negate, fastNegate},
      {"eq", comparison<0>, fastComparison<0>},
      {"ne", comparison<1>, fastComparison<1>},
      {"lt", comparison<2>, fastComparison<2>},
      {"le", comparison<3>, fastComparison<3>},
      {"gt", comparison<4>, fastComparison<4>},
      {"ge", comparison<5>, fastComparison<5>},
      {"arrayNew", arrayNewNative},
      {"arrayPush", arrayPushNative, fastPush},
      {"object", objectNative},
      {"objectMore", objectMore},
      {"iterate", iterate, fastIterate},
      {"rangeCheck", rangeCheck},
      {"toDouble", toDoubleNative},
      {"labelNew", labelNew, fastLabel},
      {"labelThrow", labelThrow},
      {"labelCaught", labelCaught},
      {"caught", caught},
      {"passThrough", passThrough},
      {"error/0", error0},
      {"emit", emitNative},
      {"input/0", inputNative},
      {"input_filename/0", inputFilename},
      {"input_line_number/0", inputLine},
      {"debug/0", debugNative},
      {"stderr/0", stderrNative},
      {"halt/0", halt0},
      {"halt_error/1", haltError1},
      {"type/0", typeNative},
      {"not/0", notNative, fastNot},
      {"length/0", length},
      {"keys/0", keys},
      {"keys_unsorted/0", keysUnsorted},
      {"has/1", has},
      {"contains/1", contains},
      {"sort/0", sortBy},
      {"_sort_by/1", sortBy},
      {"_group_by/1", groupBy},
      {"unique/0", uniqueBy},
      {"_unique_by/1", uniqueBy},
      {"min/0", minimum},
      {"max/0", maximum},
      {"_min_by/1", minimum},
      {"_max_by/1", maximum},
      {"bsearch/1", bsearch},
      {"reverse/0", reverseArray},
      {"tojson/0", toJsonNative},
      {"fromjson/0", fromJson},
      {"tonumber/0", toNumber},
      {"toboolean/0", toBoolean},
      {"split/1", split1},
      {"get_search_list/0", getSearchList},
  };
  list.insert(list.end(), std::begin(all), std::end(all));
}

}  // namespace devvm::jq
