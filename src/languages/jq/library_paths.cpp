// Indexing, slices, paths: reading, setting, deleting.
#include <algorithm>
#include <cmath>

#include "languages/jq/library.h"
#include "languages/jq/utf8.h"

namespace devvm::jq {

using namespace runtime;

namespace {

constexpr double kMostElements = 536870911;

std::string describeKey(Isolate& isolate, Value k) { return describe(isolate, k); }

/// Bounds of a slice {"start", "end"} in something of length n; false if they are no numbers.
bool sliceBounds(Isolate& isolate, Value key, uint32_t n, uint32_t& from, uint32_t& to) {
  Value start = memberNamed(isolate, key, "start"), end = memberNamed(isolate, key, "end");
  auto bound = [&](Value v, double otherwise, bool up, uint32_t& out) {
    double d = otherwise;
    if (!v.isAbsent() && !v.isNil()) {
      if (!isNumber(v)) return false;
      d = numberOf(v);
      if (d != d) d = otherwise;
      if (d < 0) d += n;
      d = up ? std::ceil(d) : std::floor(d);
    }
    out = static_cast<uint32_t>(std::clamp(d, 0.0, static_cast<double>(n)));
    return true;
  };
  if (!bound(start, 0, false, from) || !bound(end, n, true, to)) return false;
  to = std::max(to, from);
  return true;
}

struct Failed {
  std::string message;
  bool outOfMemory = false;
};

/// v[key]; false with a message.
bool indexValue(Isolate& isolate, Handle v, Handle key, Handle out, Failed& failed) {
  if ((*v).isTable() && (*key).isString()) {
    Value m = member(isolate, *v, (*key).isString() ? asString(*key) : nullptr);
    out.set(m.isAbsent() ? Value::nil() : m);
    return true;
  }
  if (isArray(*v) && isNumber(*key)) {
    double d = numberOf(*key);
    uint32_t n = arrayLength(*v);
    if (d != d) {
      out.set(Value::nil());
      return true;
    }
    d = std::floor(d);
    if (d < 0) d += n;
    out.set(d >= 0 && d < n ? arrayAt(*v, static_cast<uint32_t>(d)) : Value::nil());
    return true;
  }
  if ((*key).isTable() && ((*v).isNil() || isArray(*v) || (*v).isString())) {
    if ((*v).isNil()) {
      out.set(Value::nil());
      return true;
    }
    uint32_t from, to;
    bool isText = (*v).isString();
    uint32_t n = isText ? static_cast<uint32_t>(codePoints(asString(*v)->view())) : arrayLength(*v);
    if (!sliceBounds(isolate, *key, n, from, to)) {
      failed.message = "Start and end indices of an array slice must be numbers";
      return false;
    }
    if (isText) {
      size_t begin = byteOffset(asString(*v)->view(), from), end = byteOffset(asString(*v)->view(), to);
      out.set(substring(isolate, *v, begin, end - begin));
    } else {
      Value a = newArray(isolate, to - from);
      if (!a.isNil()) {
        for (uint32_t i = from; i < to; i++) arraySet(isolate, a, i - from, arrayAt(*v, i));
        setLength(a, to - from);
      }
      out.set(a);
    }
    failed.outOfMemory = (*out).isNil();
    return !failed.outOfMemory;
  }
  if (isArray(*v) && isArray(*key)) {
    Rooted found(isolate, newArray(isolate, 4)), at(isolate, Value::nil());
    if ((*found).isNil()) return failed.outOfMemory = true, false;
    uint32_t n = arrayLength(*v), m = arrayLength(*key);
    for (uint32_t i = 0; m > 0 && i + m <= n; i++) {
      bool same = true;
      for (uint32_t k = 0; k < m && same; k++) same = equals(isolate, arrayAt(*v, i + k), arrayAt(*key, k));
      if (!same) continue;
      at.set(Value::number(i));
      if (arrayPush(isolate, found, at).isNil()) return failed.outOfMemory = true, false;
    }
    out.set(m == 0 ? Value::nil() : *found);
    return true;
  }
  if ((*v).isNil() && ((*key).isString() || isNumber(*key))) {
    out.set(Value::nil());
    return true;
  }
  failed.message = std::string("Cannot index ") + jq::typeName(*v) + " with " + describeKey(isolate, *key);
  return false;
}

NativeResult report(NativeCall& c, const Failed& f) {
  return f.outOfMemory ? c.outOfMemory() : raiseText(c, f.message);
}

NativeResult index(NativeCall& c) {
  Rooted out(c.isolate, Value::nil());
  Failed f;
  return indexValue(c.isolate, c.argHandle(0), c.argHandle(1), out, f) ? c.ret(*out) : report(c, f);
}
Value fastIndex(Isolate& isolate, const Value* a, uint32_t) {
  Value v = a[0], k = a[-1];
  if (v.isTable() && k.isString()) {
    Value m = member(isolate, v, asString(k));
    return m.isAbsent() ? Value::nil() : m;
  }
  if (isArray(v) && k.isDouble()) {
    double d = k.asDouble();
    if (d >= 0 && d < arrayLength(v)) return arrayAt(v, static_cast<uint32_t>(d));
    return Value::absent();
  }
  return v.isNil() && (k.isString() || k.isDouble()) ? Value::nil() : Value::absent();
}

NativeResult sliceKey(NativeCall& c) {
  Rooted out(c.isolate, newObject(c.isolate, 2));
  if ((*out).isNil() || !setMemberNamed(c.isolate, out, "start", c.argHandle(0)) ||
      !setMemberNamed(c.isolate, out, "end", c.argHandle(1))) {
    return c.outOfMemory();
  }
  return c.ret(*out);
}

/// The value with `rest` of the path (from `at`) replaced. Recursive: paths are short or end in an error.
bool setIn(Isolate& isolate, Handle v, Handle path, uint32_t at, Handle value, Handle out, Failed& f) {
  if (at == arrayLength(*path)) {
    out.set(*value);
    return true;
  }
  if (at > 10000) {
    f.message = "Path too deep";
    return false;
  }
  Rooted key(isolate, arrayAt(*path, at)), old(isolate, Value::nil()), changed(isolate, Value::nil());
  bool keyIsSlice = (*key).isTable();
  if (isArray(*v) && isArray(*key)) {
    f.message = "Cannot update field at array index of array";
    return false;
  }
  if (!indexValue(isolate, v, key, old, f)) return false;
  if (!setIn(isolate, old, path, at + 1, value, changed, f)) return false;
  auto memory = [&](bool ok) {
    f.outOfMemory = !ok;
    return ok;
  };
  if ((*key).isString()) {
    out.set((*v).isNil() ? newObject(isolate, 4) : copyObject(isolate, v));
    return memory(!(*out).isNil() && setMember(isolate, out, key, changed));
  }
  if (isNumber(*key)) {
    double d = numberOf(*key);
    uint32_t n = (*v).isNil() ? 0 : arrayLength(*v);
    d = d != d ? 0 : std::trunc(d);
    if (d < 0) d += n;
    if (d < 0) {
      f.message = "Out of bounds negative array index";
      return false;
    }
    if (d > kMostElements) {
      f.message = "Array index too large";
      return false;
    }
    auto i = static_cast<uint32_t>(d);
    uint32_t length = std::max(n, i + 1);
    if (size_t limit = isolate.options.limits.memoryBytes; limit != 0 && size_t{length} * 8 > limit)
      return memory(false);
    out.set((*v).isNil() ? newArray(isolate, length) : arrayCopy(isolate, v, length));
    if ((*out).isNil()) return memory(false);
    arraySet(isolate, *out, i, *changed);
    setLength(*out, length);
    return true;
  }
  if (keyIsSlice) {
    if (!(*v).isNil() && !isArray(*v)) {
      f.message = std::string("Cannot update field at object index of ") + jq::typeName(*v);
      return false;
    }
    if (!isArray(*changed)) {
      f.message = "A slice of an array can only be assigned another array";
      return false;
    }
    uint32_t n = (*v).isNil() ? 0 : arrayLength(*v), from, to;
    if (!sliceBounds(isolate, *key, n, from, to)) {
      f.message = "Start and end indices of an array slice must be numbers";
      return false;
    }
    uint32_t m = arrayLength(*changed);
    Value a = newArray(isolate, n - (to - from) + m);
    if (a.isNil()) return memory(false);
    for (uint32_t i = 0; i < from; i++) arraySet(isolate, a, i, arrayAt(*v, i));
    for (uint32_t i = 0; i < m; i++) arraySet(isolate, a, from + i, arrayAt(*changed, i));
    for (uint32_t i = to; i < n; i++) arraySet(isolate, a, from + m + i - to, arrayAt(*v, i));
    setLength(a, n - (to - from) + m);
    out.set(a);
    return true;
  }
  f.message = std::string("Invalid path component: ") + describe(isolate, *key);
  return false;
}

NativeResult setPath(NativeCall& c) {
  if (!isArray(c.arg(1))) return raiseText(c, "Path must be specified as an array");
  Rooted out(c.isolate, Value::nil());
  Failed f;
  return setIn(c.isolate, c.argHandle(0), c.argHandle(1), 0, c.argHandle(2), out, f) ? c.ret(*out) : report(c, f);
}

NativeResult getPath(NativeCall& c) {
  if (!isArray(c.arg(1))) return raiseText(c, "Path must be specified as an array");
  Rooted v(c.isolate, c.arg(0)), key(c.isolate, Value::nil());
  Failed f;
  for (uint32_t i = 0; i < arrayLength(c.arg(1)); i++) {
    if ((*v).isNil()) break;
    key.set(arrayAt(c.arg(1), i));
    Rooted next(c.isolate, Value::nil());
    if (!indexValue(c.isolate, v, key, next, f)) return report(c, f);
    v.set(*next);
  }
  return c.ret(*v);
}

/// Without the element at path[at ...].
bool deleteIn(Isolate& isolate, Handle v, Handle path, uint32_t at, Handle out, Failed& f) {
  if ((*v).isNil()) {
    out.set(*v);
    return true;
  }
  Rooted key(isolate, arrayAt(*path, at));
  auto memory = [&] {
    f.outOfMemory = (*out).isNil();
    return !f.outOfMemory;
  };
  if (at + 1 < arrayLength(*path)) {
    Rooted inner(isolate, Value::nil()), changed(isolate, Value::nil());
    if (!indexValue(isolate, v, key, inner, f)) return false;
    if ((*inner).isNil()) {
      out.set(*v);
      return true;
    }
    if (!deleteIn(isolate, inner, path, at + 1, changed, f)) return false;
    Rooted one(isolate, newArray(isolate, 1));
    if ((*one).isNil() || arrayPush(isolate, one, key).isNil()) return f.outOfMemory = true, false;
    return setIn(isolate, v, one, 0, changed, out, f);
  }
  if ((*v).isTable() && (*key).isString()) {
    String* k = findInterned(isolate, asString(*key));
    out.set(k == nullptr ? *v : copyObject(isolate, v, stringValue(k)));
    return memory();
  }
  if (isArray(*v) && (isNumber(*key) || (*key).isTable())) {
    uint32_t n = arrayLength(*v), from, to;
    if ((*key).isTable()) {
      if (!sliceBounds(isolate, *key, n, from, to)) {
        f.message = "Start and end indices of an array slice must be numbers";
        return false;
      }
    } else {
      double d = std::trunc(numberOf(*key));
      if (d < 0) d += n;
      if (!(d >= 0 && d < n)) {
        out.set(*v);
        return true;
      }
      from = static_cast<uint32_t>(d);
      to = from + 1;
    }
    Value a = newArray(isolate, n - (to - from));
    if (!a.isNil()) {
      for (uint32_t i = 0; i < n; i++) {
        if (i < from || i >= to) arraySet(isolate, a, i < from ? i : i - (to - from), arrayAt(*v, i));
      }
      setLength(a, n - (to - from));
    }
    out.set(a);
    return memory();
  }
  f.message = std::string("Cannot delete field at ") +
              ((*key).isString() ? "object index of "
               : isNumber(*key)  ? "array index of "
                                 : "index of ") +
              jq::typeName(*v);
  return false;
}

NativeResult deletePaths(NativeCall& c) {
  if (c.arg(1).isNil()) return c.ret(c.arg(0));
  if (!isArray(c.arg(1))) return raiseText(c, "Paths must be specified as an array");
  std::vector<Value> paths;
  for (uint32_t i = 0; i < arrayLength(c.arg(1)); i++) {
    if (!isArray(arrayAt(c.arg(1), i))) return raiseText(c, "Path must be specified as an array");
    paths.push_back(arrayAt(c.arg(1), i));
  }
  // The last ones first, so that the others stay where they are.
  std::sort(paths.begin(), paths.end(), [&](Value a, Value b) { return compare(c.isolate, a, b) > 0; });
  Rooted sorted(c.isolate, arrayOf(c.isolate, paths.data(), static_cast<uint32_t>(paths.size())));
  if ((*sorted).isNil()) return c.outOfMemory();
  Rooted v(c.isolate, c.arg(0)), path(c.isolate, Value::nil()), out(c.isolate, Value::nil());
  Failed f;
  for (uint32_t i = 0; i < arrayLength(*sorted); i++) {
    path.set(arrayAt(*sorted, i));
    if (arrayLength(*path) == 0) {
      v.set(Value::nil());
      break;
    }
    if (!c.charge(1)) return c.raisePending();
    if (!deleteIn(c.isolate, v, path, 0, out, f)) return report(c, f);
    v.set(*out);
  }
  return c.ret(*v);
}

// ---- paths under way: an array; nil while nobody wants them; false where none leads ----
NativeResult invalidPath(NativeCall& c, Value v, const std::string& near = "") {
  return raiseText(c, "Invalid path expression" + (near.empty() ? " with result " + toJson(c.isolate, v) : near));
}

/// (path, key, value at path): the longer path.
NativeResult pathAdd(NativeCall& c) {
  if (c.arg(0).isNil()) return c.ret(Value::nil());
  if (!isArray(c.arg(0))) {
    std::string key = toJson(c.isolate, c.arg(1));
    return invalidPath(c, c.arg(2), " near attempt to access element " + key + " of " + toJson(c.isolate, c.arg(2)));
  }
  Rooted copy(c.isolate, arrayCopy(c.isolate, c.argHandle(0), arrayLength(c.arg(0)) + 1));
  if ((*copy).isNil()) return c.outOfMemory();
  return give(c, arrayPush(c.isolate, copy, c.argHandle(1)));
}
/// (path, keys or nil, slot): the path of an element.
NativeResult pathAt(NativeCall& c) {
  if (!isArray(c.arg(0))) return c.ret(c.arg(0));
  auto i = static_cast<uint32_t>(integerOf(c.arg(2))) - kArrayHead;
  Rooted key(c.isolate, isArray(c.arg(1)) ? arrayAt(c.arg(1), i) : Value::number(i));
  Rooted copy(c.isolate, arrayCopy(c.isolate, c.argHandle(0), arrayLength(c.arg(0)) + 1));
  if ((*copy).isNil()) return c.outOfMemory();
  return give(c, arrayPush(c.isolate, copy, key));
}
NativeResult iterateKeys(NativeCall& c) {
  if (c.arg(1).isFalse())
    return invalidPath(c, c.arg(0), " near attempt to iterate through " + toJson(c.isolate, c.arg(0)));
  if (!c.arg(0).isTable() || c.arg(1).isNil()) return c.ret(Value::nil());
  return give(c, keysOf(c.isolate, c.argHandle(0), false));
}
/// (path, value there, some value): the path if it is that value.
NativeResult pathOf(NativeCall& c) {
  if (c.arg(0).isNil()) return c.ret(Value::nil());
  return c.ret(c.arg(1) == c.arg(2) && !c.arg(0).isFalse() ? c.arg(0) : Value::boolean(false));
}
NativeResult checkPath(NativeCall& c) {
  if (isArray(c.arg(0)) || c.arg(0).isNil()) return c.ret(Value::nil());
  return invalidPath(c, c.arg(1));
}
NativeResult pathJoin(NativeCall& c) {
  if (!isArray(c.arg(1))) return raiseText(c, "Path must be specified as an array");
  if (c.arg(0).isNil()) return c.ret(Value::nil());
  if (!isArray(c.arg(0))) return invalidPath(c, c.arg(2));
  uint32_t n = arrayLength(c.arg(0)), m = arrayLength(c.arg(1));
  Value copy = arrayCopy(c.isolate, c.argHandle(0), n + m);
  if (copy.isNil()) return c.outOfMemory();
  for (uint32_t i = 0; i < m; i++) arraySet(c.isolate, copy, n + i, arrayAt(c.arg(1), i));
  setLength(copy, n + m);
  return c.ret(copy);
}
/// A list of paths, which may be nil so far, and one more.
NativeResult pathListPush(NativeCall& c) {
  Rooted list(c.isolate, c.arg(0).isNil() ? newArray(c.isolate, 8) : c.arg(0));
  if ((*list).isNil()) return c.outOfMemory();
  return give(c, arrayPush(c.isolate, list, c.argHandle(1)));
}

}  // namespace

void addPathFilters(FilterList& list) {
  const Filter all[] = {
      {"index", index, fastIndex}, {"sliceKey", sliceKey},     {"setPath", setPath},   {"setpath/2", setPath},
      {"getPath", getPath},        {"getPathOrNull", getPath}, {"getpath/1", getPath}, {"deletePaths", deletePaths},
      {"delpaths/1", deletePaths}, {"pathAdd", pathAdd},       {"pathAt", pathAt},     {"iterateKeys", iterateKeys},
      {"pathOf", pathOf},          {"checkPath", checkPath},   {"pathJoin", pathJoin}, {"pathListPush", pathListPush},
  };
  list.insert(list.end(), std::begin(all), std::end(all));
}

}  // namespace devvm::jq
