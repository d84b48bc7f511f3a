#include "languages/lua/library/library_support.h"

#include <cstdio>
#include <string>

namespace devvm::lua {

using runtime::asTable;
using runtime::Meta;
using runtime::Rooted;
using runtime::Table;

namespace {

// The reference gives up after so many tables that are each other's __index or __newindex.
constexpr int kLongestChain = 2000;

bool raiseIndexError(NativeCall& c, Value v) {
  return raiseText(c, "attempt to index a " + runtime::typeNameFull(c.isolate, v) + " value");
}

}  // namespace

bool raiseText(NativeCall& c, std::string_view text) { return c.isolate.raiseErrorText(text, false); }

Step getTop(NativeCall& c) {
  Isolate& iso = c.isolate;
  for (int i = 0; i < kLongestChain; i++) {
    Value object = c.top(1), key = c.top(0), handler;
    if (object.isTable()) {
      Value v = runtime::tableGet(iso, asTable(object), key);
      handler = v.isNil() ? runtime::metamethod(iso, object, Meta::kIndex) : Value::nil();
      if (!v.isNil() || handler.isNil()) {
        c.pop();
        c.pop();
        c.push(v);
        return Step::done();
      }
    } else {
      handler = runtime::metamethod(iso, object, Meta::kIndex);
      if (handler.isNil()) {
        raiseIndexError(c, object);
        return Step::raised();
      }
    }
    if (handler.isFunction()) {
      c.pop();
      c.pop();
      c.push(handler);
      c.push(object);
      c.push(key);
      return Step::call(2);
    }
    c.fiber.sp[1] = handler;
  }
  iso.raiseErrorText("'__index' chain too long; possible loop", false);
  return Step::raised();
}

Step getIndexSlow(NativeCall& c, Handle object, int64_t i) {
  if ((*object).isTable()) {
    Value v = runtime::tableGetInt(c.isolate, object.table(), i);
    if (!v.isNil() || runtime::metamethod(c.isolate, *object, Meta::kIndex).isNil()) {
      c.push(v);
      return Step::done();
    }
  }
  c.push(*object);
  c.push(runtime::makeInteger(c.isolate, i));
  if (c.top().isNil()) {
    c.isolate.raiseOutOfMemory();
    return Step::raised();
  }
  return getTop(c);
}

Step setIndexSlow(NativeCall& c, Handle object, int64_t i) {
  Isolate& iso = c.isolate;
  c.push(*object);
  // Top: the table or handler reached so far, below it the value.
  for (int n = 0; n < kLongestChain; n++) {
    Value target = c.top(), handler;
    if (target.isTable()) {
      bool present = !runtime::tableGetInt(iso, asTable(target), i).isNil();
      handler = present ? Value::nil() : runtime::metamethod(iso, target, Meta::kNewIndex);
      if (handler.isNil()) {
        if (!runtime::tableSetInt(iso, Handle(c.fiber.sp), i, Handle(c.fiber.sp + 1))) {
          iso.raiseOutOfMemory();
          return Step::raised();
        }
        c.pop();
        c.pop();
        return Step::done();
      }
    } else {
      handler = runtime::metamethod(iso, target, Meta::kNewIndex);
      if (handler.isNil()) {
        raiseIndexError(c, target);
        return Step::raised();
      }
    }
    if (handler.isFunction()) {
      c.push(handler);
      Value key = runtime::makeInteger(iso, i);  // top: handler, target, value
      if (key.isNil()) {
        iso.raiseOutOfMemory();
        return Step::raised();
      }
      Value h = c.pop(), t = c.pop(), v = c.pop();
      c.push(h);
      c.push(t);
      c.push(key);
      c.push(v);
      return Step::call(3);
    }
    c.fiber.sp[0] = handler;
  }
  iso.raiseErrorText("'__newindex' chain too long; possible loop", false);
  return Step::raised();
}

Step getLength(NativeCall& c, Handle object) {
  Isolate& iso = c.isolate;
  Value v = *object;
  if (v.isString()) {
    c.push(Value::smallInt(runtime::asString(v)->length()));
    return Step::done();
  }
  Value handler = runtime::metamethod(iso, v, Meta::kLen);
  if (!handler.isNil()) {
    c.push(handler);
    c.push(v);
    c.push(v);
    return Step::call(2);
  }
  if (!v.isTable()) {
    raiseText(c, "attempt to get length of a " + runtime::typeNameFull(iso, v) + " value");
    return Step::raised();
  }
  c.push(Value::smallInt(runtime::tableLength(iso, asTable(v))));
  return Step::done();
}

bool takeLength(NativeCall& c, int64_t& out) {
  // Strings count if they look like an integer, as everywhere in the C API.
  Value v = c.pop();
  c.isolate.chargeNumeral(v);
  if (runtime::toInteger(v, out)) return true;
  c.error("object length is not an integer");
  return false;
}

bool numberLess(Value a, Value b) {
  if (a.isDouble()) {
    if (b.isDouble()) return a.asDouble() < b.asDouble();
    return runtime::lessDoubleInt(a.asDouble(), runtime::integerOf(b));
  }
  if (b.isDouble()) return runtime::lessIntDouble(runtime::integerOf(a), b.asDouble());
  return runtime::integerOf(a) < runtime::integerOf(b);
}

Step lessThan(NativeCall& c, Value a, Value b) {
  Isolate& iso = c.isolate;
  if (a.isNumber() && b.isNumber()) {
    c.push(Value::boolean(numberLess(a, b)));
    return Step::done();
  }
  if (a.isString() && b.isString()) {
    c.push(Value::boolean(runtime::stringCompare(runtime::asString(a), runtime::asString(b)) < 0));
    return Step::done();
  }
  Value handler = runtime::metamethod(iso, a, Meta::kLt);
  if (handler.isNil()) handler = runtime::metamethod(iso, b, Meta::kLt);
  if (handler.isNil()) {
    std::string x = runtime::typeNameFull(iso, a), y = runtime::typeNameFull(iso, b);
    raiseText(c, x == y ? "attempt to compare two " + x + " values" : "attempt to compare " + x + " with " + y);
    return Step::raised();
  }
  c.push(handler);
  c.push(a);
  c.push(b);
  return Step::call(2);
}

Step equals(NativeCall& c, Value a, Value b) {
  Isolate& iso = c.isolate;
  bool same = runtime::rawEquals(a, b);
  bool objects = (a.isTable() && b.isTable()) || (runtime::isUserdata(a) && runtime::isUserdata(b));
  Value handler;
  if (!same && objects) {
    handler = runtime::metamethod(iso, a, Meta::kEq);
    if (handler.isNil()) handler = runtime::metamethod(iso, b, Meta::kEq);
  }
  if (handler.isNil()) {
    c.push(Value::boolean(same));
    return Step::done();
  }
  c.push(handler);
  c.push(a);
  c.push(b);
  return Step::call(2);
}

size_t formatIdentity(Isolate& isolate, Handle v, char* buffer) {
  Value value = *v;
  if (value.isLight()) {
    return static_cast<size_t>(
        std::snprintf(buffer, 24, "0x%014llx", static_cast<unsigned long long>(value.lightPayload())));
  }
  if (!value.isHeap() || value.isWideInt()) {
    std::memcpy(buffer, "(null)", 6);
    return 6;
  }
  // The reference interns short strings: equal ones have one address there.
  if (value.isString() && runtime::asString(value)->length() <= 40) {
    value = runtime::intern(isolate, value);
    if (value.isNil()) value = *v;
  }
  return static_cast<size_t>(
      std::snprintf(buffer, 24, "0x%014llx", static_cast<unsigned long long>(isolate.identityOf(value))));
}

Step getText(NativeCall& c, Value v) {
  Isolate& iso = c.isolate;
  Value handler = runtime::metamethod(iso, v, Meta::kToString);
  if (!handler.isNil()) {
    c.push(handler);
    c.push(v);
    return Step::call(1);
  }
  if (v.isString()) {
    c.push(v);
    return Step::done();
  }
  char text[64];
  if (v.isNumber()) {
    c.push(runtime::newString(iso, {text, runtime::formatNumber(v, text)}));
  } else if (v.isNil() || v.isBoolean()) {
    c.push(runtime::newString(iso, v.isNil() ? "nil" : v.isTrue() ? "true" : "false"));
  } else {
    c.push(v);
    Value name = runtime::metamethod(iso, v, Meta::kName);
    std::string kind(name.isString() ? runtime::asString(name)->view() : runtime::typeName(v));
    kind += ": ";
    kind.append(text, formatIdentity(iso, Handle(c.fiber.sp), text));
    c.fiber.sp[0] = runtime::newString(iso, kind);
  }
  if (c.top().isNil()) {
    iso.raiseOutOfMemory();
    return Step::raised();
  }
  return Step::done();
}

bool takeText(NativeCall& c) {
  Value v = c.top();
  if (v.isString()) return true;
  if (!v.isNumber()) {
    c.error("'__tostring' must return a string");
    return false;
  }
  char text[64];
  v = runtime::newString(c.isolate, {text, runtime::formatNumber(v, text)});
  c.fiber.sp[0] = v;
  return !v.isNil() || c.isolate.raiseOutOfMemory();
}

bool isPlainTable(Isolate& isolate, Value v, unsigned abilities) {
  if (!v.isTable()) return false;
  Value mt = runtime::tableMetatable(isolate, asTable(v));
  if (mt.isNil()) return true;
  if ((abilities & kReads) && !runtime::metamethodOf(isolate, mt, Meta::kIndex).isNil()) return false;
  if ((abilities & kWrites) && !runtime::metamethodOf(isolate, mt, Meta::kNewIndex).isNil()) return false;
  return !(abilities & kHasLength) || runtime::metamethodOf(isolate, mt, Meta::kLen).isNil();
}

bool checkTableLike(NativeCall& c, uint32_t i, unsigned abilities) {
  Value v = c.arg(i);
  if (v.isTable()) return true;
  Isolate& iso = c.isolate;
  Value mt = c.has(i) ? runtime::metatableOf(iso, v) : Value::nil();
  auto lacks = [&](TableAbility ability, Meta m) {
    return (abilities & ability) && runtime::metamethodOf(iso, mt, m).isNil();
  };
  if (!mt.isNil() && !lacks(kReads, Meta::kIndex) && !lacks(kWrites, Meta::kNewIndex) && !lacks(kHasLength, Meta::kLen))
    return true;
  return c.checkTable(i);
}

bool ensureOr(NativeCall& c, uint64_t n, const char* what) {
  if (n < 24) return true;  // natives have room for 32
  if (n < kMostSlots && c.ensure(static_cast<uint32_t>(n))) return true;
  c.error("stack overflow (%s)", what);
  return false;
}

}  // namespace devvm::lua
