// The basic functions, without those that load code (base_load.cpp) and the collector's (base_memory.cpp).

#include "languages/lua/library/base.h"
#include "languages/lua/library/waiting.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <unistd.h>

#include "languages/lua/library/base_parts.h"
#include "languages/lua/library/library.h"

namespace devvm::lua {

using runtime::asString;
using runtime::asTable;
using runtime::Capability;
using runtime::Intrinsic;
using runtime::Meta;
using runtime::Rooted;

namespace {

// ---- output ----

std::atomic<bool> printPending{false};
std::atomic<int64_t> lastFlush{0};

/// A print() is finished: its text goes out at once to a terminal, and otherwise soon.
[[nodiscard]] bool finishPrint(Isolate& isolate) {
  static const bool terminal = isatty(STDOUT_FILENO) != 0;
  constexpr int64_t kLongestDelay = 20'000'000;  // nanoseconds
  printPending.store(true, std::memory_order_relaxed);
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  int64_t now = int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  if (!terminal && now - lastFlush.load(std::memory_order_relaxed) < kLongestDelay) return true;
  lastFlush.store(now, std::memory_order_relaxed);
  return flushPrinted(isolate);
}

/// Part of what print() shows. False when the isolate must stop meanwhile; errors in writing are not told.
[[nodiscard]] bool printPart(Isolate& isolate, std::string_view text) {
  bool ok;
  return writeStream(isolate, stdout, text, ok);
}

struct Index {
  int64_t i;
};

NativeResult print(NativeCall& c) {
  Index v{0};
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      c.setSlots(localSlots<Index>());
      for (v.i = 0; v.i < c.count(); v.i++) {
        DEVVM_AWAIT(c, v, getText(c, c.arg(static_cast<uint32_t>(v.i))), 1);
        if (!takeText(c)) return c.raisePending();
        {
          std::string_view text = asString(c.top())->view();
          if (!chargeBytes(c, text.size())) return c.raisePending();
          if (v.i > 0 && !printPart(c.isolate, "\t")) return c.raisePending();
          if (!printPart(c.isolate, text)) return c.raisePending();
          c.pop();
        }
      }
  }
  if (!printPart(c.isolate, "\n") || !finishPrint(c.isolate)) return c.raisePending();
  return c.ret();
}

NativeResult warnNative(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  for (uint32_t i = 1; i < c.count(); i++) {
    if (!c.checkString(i)) return c.raisePending();
  }
  if (c.count() == 1 && c.stringArg(0).starts_with("@")) {
    if (c.stringArg(0) == "@on") setWarnings(c.isolate, true);
    if (c.stringArg(0) == "@off") setWarnings(c.isolate, false);
    return c.ret();
  }
  std::string message;
  for (uint32_t i = 0; i < c.count(); i++) message += c.stringArg(i);
  showWarning(c.isolate, message);
  return c.ret();
}

// ---- errors ----

NativeResult raiseWithLevel(NativeCall& c, Value message, int level) {
  if (!message.isString() || level <= 0) return c.raise(message);
  std::string where = c.isolate.where(level);
  if (where.empty()) return c.raise(message);
  // The message may be long: it is copied once, within the heap.
  size_t length = asString(message)->view().size();
  if (length > runtime::kMaxString - where.size()) return c.outOfMemory();
  Rooted kept(c.isolate, message);
  Value text = runtime::newStringRaw(c.isolate, where.size() + length);
  if (text.isNil()) return c.outOfMemory();
  char* to = asString(text)->bytes;
  std::memcpy(to, where.data(), where.size());
  std::memcpy(to + where.size(), asString(*kept)->bytes, length);
  return c.raise(text);
}

NativeResult error(NativeCall& c) {
  int64_t level;
  if (!c.optInteger(1, 1, level)) return c.raisePending();
  return raiseWithLevel(c, c.arg(0), static_cast<int>(level));
}

NativeResult assertNative(NativeCall& c) {
  if (!c.arg(0).isFalsy()) {
    if (!c.ensure(c.count())) return c.raisePending();
    for (uint32_t i = 0; i < c.count(); i++) c.push(c.arg(i));
    return c.retTop(c.count());
  }
  if (!c.checkAny(0)) return c.raisePending();
  if (c.has(1)) return raiseWithLevel(c, c.arg(1), 1);
  return c.error("assertion failed!");
}

Value assertFast(Isolate&, const Value* args, uint32_t count) {
  return count > 0 && !args[0].isFalsy() ? args[0] : Value::absent();
}

/// Pushes the arguments from `first` on. False after raising.
bool pushArguments(NativeCall& c, uint32_t first) {
  if (!c.ensure(c.count() + 2)) return false;
  for (uint32_t i = first; i < c.count(); i++) c.push(c.arg(i));
  return true;
}

/// The end of a protected call: `true` lies below the results.
NativeResult finishProtected(NativeCall& c) {
  if (c.failed()) {
    Value e = c.pop();
    return c.ret(Value::boolean(false), e);
  }
  return c.retTop(c.results() + 1);
}

NativeResult pcall(NativeCall& c) {
  if (c.state() != 0) return finishProtected(c);
  if (!c.checkAny(0)) return c.raisePending();
  c.push(Value::boolean(true));
  if (!pushArguments(c, 0)) return c.raisePending();
  return c.callProtected(c.count() - 1, -1, 1);
}

/// The message handler stays in slot 0, where unwinding looks for it.
NativeResult xpcall(NativeCall& c) {
  if (c.state() != 0) return finishProtected(c);
  if (!c.arg(1).isFunction()) return c.typeError(1, "function");
  c.push(c.arg(1));
  c.push(Value::boolean(true));
  c.push(c.arg(0));
  if (!pushArguments(c, 2)) return c.raisePending();
  return c.callProtected(c.count() - 2, -1, 1);
}

// ---- types and metatables ----

/// The name of a type as a value that the isolate keeps anyway, or absent.
Value typeNameFast(Isolate& isolate, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  runtime::String* s = runtime::findInterned(isolate, runtime::typeName(args[0]));
  return s ? runtime::stringValue(s) : Value::absent();
}

NativeResult type(NativeCall& c) {
  if (!c.checkAny(0)) return c.raisePending();
  Value name = runtime::intern(c.isolate, runtime::typeName(c.arg(0)));
  return name.isNil() ? c.outOfMemory() : c.ret(name);
}

NativeResult tostring(NativeCall& c) {
  if (c.state() == 0) {
    if (!c.checkAny(0)) return c.raisePending();
    Step step = getText(c, c.arg(0));
    if (step.isRaised()) return c.raisePending();
    if (!step.isDone()) return c.call(step.arguments(), 1, 1);
  }
  return takeText(c) ? c.retTop(1) : c.raisePending();
}

Value tostringFast(Isolate& isolate, const Value* args, uint32_t count) {
  return count > 0 && args[0].isString() && runtime::metamethod(isolate, args[0], Meta::kToString).isNil()
             ? args[0]
             : Value::absent();
}

/// Digits of `text` in `base`; false if it is no numeral.
bool parseInBase(std::string_view text, int base, int64_t& out) {
  auto isSpace = [](char ch) { return ch == ' ' || (ch >= '\t' && ch <= '\r'); };
  size_t i = 0, n = text.size();
  while (i < n && isSpace(text[i])) i++;
  bool negative = false;
  if (i < n && (text[i] == '-' || text[i] == '+')) negative = text[i++] == '-';
  uint64_t value = 0;
  size_t digits = 0;
  for (; i < n; i++, digits++) {
    char ch = text[i];
    int digit;
    if (ch >= '0' && ch <= '9') {
      digit = ch - '0';
    } else if (char lower = static_cast<char>(ch | 0x20); lower >= 'a' && lower <= 'z') {
      digit = lower - 'a' + 10;
    } else {
      break;
    }
    if (digit >= base) return false;
    value = value * static_cast<uint64_t>(base) + static_cast<uint64_t>(digit);
  }
  if (digits == 0) return false;
  while (i < n && isSpace(text[i])) i++;
  if (i != n) return false;
  out = static_cast<int64_t>(negative ? 0 - value : value);
  return true;
}

NativeResult returnInteger(NativeCall& c, int64_t i) {
  Value v = runtime::makeInteger(c.isolate, i);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult tonumber(NativeCall& c) {
  if (c.isNoneOrNil(1)) {
    Value v = c.arg(0);
    if (v.isNumber()) return c.ret(v);
    if (!v.isString()) return c.checkAny(0) ? c.ret(Value::nil()) : c.raisePending();
    if (!chargeBytes(c, asString(v)->length())) return c.raisePending();
    runtime::Number n;
    if (!runtime::parseNumber(c.stringArg(0), n)) return c.ret(Value::nil());
    return n.isInteger ? returnInteger(c, n.integer) : c.ret(Value::canonical(n.real));
  }
  int64_t base, value;
  if (!c.checkInteger(1, base)) return c.raisePending();
  if (!c.arg(0).isString()) return c.typeError(0, "string");
  if (base < 2 || base > 36) return c.argError(1, "base out of range");
  if (!chargeBytes(c, asString(c.arg(0))->length())) return c.raisePending();
  if (!parseInBase(c.stringArg(0), static_cast<int>(base), value)) return c.ret(Value::nil());
  return returnInteger(c, value);
}

Value tonumberFast(Isolate&, const Value* args, uint32_t count) {
  return count == 1 && args[0].isNumber() ? args[0] : Value::absent();
}

NativeResult getmetatable(NativeCall& c) {
  if (!c.checkAny(0)) return c.raisePending();
  Value mt = runtime::metatableOf(c.isolate, c.arg(0));
  if (mt.isNil()) return c.ret(mt);
  Value shown = runtime::metamethodOf(c.isolate, mt, Meta::kMetatable);
  return c.ret(shown.isNil() ? mt : shown);
}

Value getmetatableFast(Isolate& isolate, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  Value mt = runtime::metatableOf(isolate, args[0]);
  if (mt.isNil()) return mt;
  Value shown = runtime::metamethodOf(isolate, mt, Meta::kMetatable);
  return shown.isNil() ? mt : shown;
}

Value setmetatableFast(Isolate& isolate, const Value* args, uint32_t count) {
  if (count != 2 || !args[0].isTable() || !args[-1].isTable()) return Value::absent();
  runtime::Table* t = asTable(args[0]);
  bool plain = tableMetatable(isolate, t).isNil() && tableSetClass(isolate, t, args[-1]);
  return plain ? args[0] : Value::absent();
}

NativeResult setmetatable(NativeCall& c) {
  if (!c.checkTable(0)) return c.raisePending();
  if (!c.has(1) || (!c.arg(1).isNil() && !c.arg(1).isTable())) return c.typeError(1, "nil or table");
  Isolate& iso = c.isolate;
  if (!runtime::metamethod(iso, c.arg(0), Meta::kMetatable).isNil())
    return c.error("cannot change a protected metatable");
  if (!runtime::tableSetMetatable(iso, c.argHandle(0), c.argHandle(1))) return c.outOfMemory();
  return c.ret(c.arg(0));
}

// ---- raw access ----

NativeResult rawequal(NativeCall& c) {
  if (!c.checkAny(0) || !c.checkAny(1)) return c.raisePending();
  return c.ret(Value::boolean(runtime::rawEquals(c.arg(0), c.arg(1))));
}

Value rawequalFast(Isolate&, const Value* args, uint32_t count) {
  return count >= 2 ? Value::boolean(runtime::rawEquals(args[0], args[-1])) : Value::absent();
}

Value rawlenFast(Isolate& isolate, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (args[0].isTable()) return Value::smallInt(runtime::tableLength(isolate, asTable(args[0])));
  return args[0].isString() ? Value::smallInt(asString(args[0])->length()) : Value::absent();
}

NativeResult rawlen(NativeCall& c) {
  Value v = c.arg(0);
  if (!v.isTable() && !v.isString()) return c.typeError(0, "table or string");
  return c.ret(rawlenFast(c.isolate, &v, 1));
}

NativeResult rawget(NativeCall& c) {
  if (!c.checkTable(0) || !c.checkAny(1)) return c.raisePending();
  return c.ret(runtime::tableGet(c.isolate, asTable(c.arg(0)), c.arg(1)));
}

Value rawgetFast(Isolate& isolate, const Value* args, uint32_t count) {
  if (count < 2 || !args[0].isTable()) return Value::absent();
  return runtime::tableGet(isolate, asTable(args[0]), args[-1]);
}

NativeResult rawset(NativeCall& c) {
  if (!c.checkTable(0) || !c.checkAny(1) || !c.checkAny(2)) return c.raisePending();
  Value key = c.arg(1);
  if (key.isNil()) {
    raiseText(c, "table index is nil");
    return c.raisePending();
  }
  if (key.isDouble() && key.asDouble() != key.asDouble()) {
    raiseText(c, "table index is NaN");
    return c.raisePending();
  }
  if (!runtime::tableSet(c.isolate, c.argHandle(0), c.argHandle(1), c.argHandle(2))) return c.outOfMemory();
  return c.ret(c.arg(0));
}

// ---- iteration ----

NativeResult next(NativeCall& c) {
  if (!c.checkTable(0)) return c.raisePending();
  Value key, value;
  if (!runtime::tableNext(c.isolate, asTable(c.arg(0)), c.arg(1), key, value)) {
    raiseText(c, "invalid key to 'next'");
    return c.raisePending();
  }
  return key.isNil() ? c.ret(key) : c.ret(key, value);
}

/// Upvalue 0 is the function `next`.
NativeResult pairs(NativeCall& c) {
  if (c.state() != 0) return c.retTop(3);
  if (!c.checkAny(0)) return c.raisePending();
  Value handler = runtime::metamethod(c.isolate, c.arg(0), Meta::kPairs);
  if (handler.isNil()) return c.ret(*c.upvalue(0), c.arg(0), Value::nil());
  c.push(handler);
  c.push(c.arg(0));
  return c.call(1, 3, 1);
}

NativeResult ipairsNext(NativeCall& c) {
  int64_t i;
  if (c.state() == 0) {
    if (!c.checkInteger(1, i)) return c.raisePending();
    Value index = runtime::makeInteger(c.isolate, runtime::wrapAdd(i, 1));
    if (index.isNil()) return c.outOfMemory();
    c.push(index);
    Step step = getIndex(c, c.argHandle(0), runtime::wrapAdd(i, 1));
    if (step.isRaised()) return c.raisePending();
    if (!step.isDone()) return c.call(step.arguments(), 1, 1);
  }
  return c.top().isNil() ? c.retTop(1) : c.retTop(2);
}

/// Upvalue 0 is the iterator.
NativeResult ipairs(NativeCall& c) {
  if (!c.checkAny(0)) return c.raisePending();
  return c.ret(*c.upvalue(0), c.arg(0), Value::smallInt(0));
}

Value selectFast(Isolate&, const Value* args, uint32_t count) {
  if (count == 0) return Value::absent();
  if (args[0].isInt()) {
    int64_t n = args[0].asInt();
    if (n < 0) n += count;
    if (n < 1) return Value::absent();
    return n < count ? args[-n] : Value::nil();
  }
  if (args[0].isString() && asString(args[0])->bytes[0] == '#') return Value::smallInt(int64_t{count} - 1);
  return Value::absent();
}

NativeResult select(NativeCall& c) {
  int64_t n, count = c.count();
  if (c.arg(0).isString() && asString(c.arg(0))->bytes[0] == '#') return c.ret(Value::smallInt(count - 1));
  if (!c.checkInteger(0, n)) return c.raisePending();
  if (n < 0) {
    n += count;
  } else if (n > count) {
    n = count;
  }
  if (n < 1) return c.argError(0, "index out of range");
  if (!pushArguments(c, static_cast<uint32_t>(n))) return c.raisePending();
  return c.retTop(static_cast<uint32_t>(count - n));
}

constexpr NativeInfo kIpairsNext = {.function = ipairsNext,
                                    .name = "ipairs iterator",
                                    .documentation = "Gives the next index of a sequence and its value.",
                                    .intrinsic = Intrinsic::kInextIterator};

const LibraryEntry kEntries[] = {
    {"assert",
     {.function = assertNative,
      .name = "assert",
      .fast = assertFast,
      .signature = "assert(v [, message, ...])",
      .documentation = "Returns its arguments, or raises the message if the first is false or nil."}},
    {"error",
     {.function = error,
      .name = "error",
      .signature = "error(message [, level])",
      .documentation = "Raises an error with the given value, with the position of a caller before a string."}},
    {"getmetatable",
     {.function = getmetatable,
      .name = "getmetatable",
      .fast = getmetatableFast,
      .oneResult = true,
      .signature = "getmetatable(object)",
      .documentation = "Returns the metatable of a value, or its field __metatable if it has one."}},
    {"next",
     {.function = next,
      .name = "next",
      .signature = "next(table [, index])",
      .documentation = "Returns the entry of a table that follows an index: key and value, or nil at the end.",
      .intrinsic = Intrinsic::kNext}},
    {"pcall",
     {.function = pcall,
      .name = "pcall",
      .signature = "pcall(f [, ...])",
      .documentation = "Calls a function; returns true and its results, or false and the error.",
      .intrinsic = Intrinsic::kPcall}},
    {"print",
     {.function = print,
      .name = "print",
      .signature = "print(...)",
      .documentation = "Writes its arguments, as tostring gives them, to the standard output."}},
    {"rawequal",
     {.function = rawequal,
      .name = "rawequal",
      .fast = rawequalFast,
      .oneResult = true,
      .signature = "rawequal(v1, v2)",
      .documentation = "Tells whether two values are equal, without metamethods."}},
    {"rawget",
     {.function = rawget,
      .name = "rawget",
      .fast = rawgetFast,
      .oneResult = true,
      .signature = "rawget(table, index)",
      .documentation = "Returns an element of a table, without metamethods."}},
    {"rawlen",
     {.function = rawlen,
      .name = "rawlen",
      .fast = rawlenFast,
      .oneResult = true,
      .signature = "rawlen(v)",
      .documentation = "Returns the length of a table or string, without metamethods."}},
    {"rawset",
     {.function = rawset,
      .name = "rawset",
      .signature = "rawset(table, index, value)",
      .documentation = "Sets an element of a table, without metamethods, and returns the table."}},
    {"select",
     {.function = select,
      .name = "select",
      .fast = selectFast,
      .signature = "select(n, ...)",
      .documentation = "Returns the arguments from number n on, or with '#' how many there are."}},
    {"setmetatable",
     {.function = setmetatable,
      .name = "setmetatable",
      .fast = setmetatableFast,
      .oneResult = true,
      .signature = "setmetatable(table, metatable)",
      .documentation = "Sets or removes the metatable of a table and returns the table."}},
    {"tonumber",
     {.function = tonumber,
      .name = "tonumber",
      .fast = tonumberFast,
      .oneResult = true,
      .signature = "tonumber(e [, base])",
      .documentation = "Converts a string to a number, in the given base; returns nil if it is no numeral."}},
    {"tostring",
     {.function = tostring,
      .name = "tostring",
      .fast = tostringFast,
      .oneResult = true,
      .signature = "tostring(v)",
      .documentation = "Converts any value to a string that a person can read."}},
    {"type",
     {.function = type,
      .name = "type",
      .fast = typeNameFast,
      .oneResult = true,
      .signature = "type(v)",
      .documentation = "Returns the name of the type of a value."}},
    {"warn",
     {.function = warnNative,
      .name = "warn",
      .signature = "warn(msg1, ...)",
      .documentation = "Shows a warning, or switches warnings with \"@on\" and \"@off\"."}},
    {"xpcall",
     {.function = xpcall,
      .name = "xpcall",
      .signature = "xpcall(f, handler [, ...])",
      .documentation = "As pcall, with a function that is given the error where it happens.",
      .intrinsic = Intrinsic::kXpcall,
      .messageHandler = true}},
};

// They keep another function, and are stored once only: code relies on globals that never got a second value.
const LibraryEntry kIpairs = {"ipairs",
                              {.function = ipairs,
                               .name = "ipairs",
                               .signature = "ipairs(t)",
                               .documentation = "Returns an iterator over t[1], t[2], ... up to the first nil."}};
const LibraryEntry kPairs = {
    "pairs",
    {.function = pairs,
     .name = "pairs",
     .signature = "pairs(t)",
     .documentation = "Returns an iterator over all entries of a table, or what its metamethod __pairs gives."}};

/// Puts a function into `table` whose upvalue 0 is `value`.
bool bind(Isolate& isolate, Handle table, const LibraryEntry& entry, Handle value) {
  Rooted native(isolate, runtime::newNative(isolate, &entry.info, 1));
  if ((*native).isNil()) return false;
  auto* n = native.as<runtime::Native>();
  isolate.heap.store(n, &n->upvalues[0], *value);
  return runtime::tableSetName(isolate, table, entry.key, native);
}

constexpr std::string_view kWarningsField = "_WARNINGS";

}  // namespace

void flushPrinted() {
  if (printPending.exchange(false, std::memory_order_relaxed)) std::fflush(stdout);
}

bool flushPrinted(Isolate& isolate) {
  bool ok;
  return !printPending.exchange(false, std::memory_order_relaxed) || flushStream(isolate, stdout, ok);
}

void setWarnings(Isolate& isolate, bool on) {
  Rooted registry(isolate, isolate.registry), value(isolate, Value::boolean(on));
  (void)runtime::tableSetName(isolate, registry, kWarningsField, value);
}

void showWarning(Isolate& isolate, std::string_view message) {
  if (!runtime::tableGetName(isolate, asTable(isolate.registry), kWarningsField).isTrue()) return;
  flushPrinted();
  std::fprintf(stderr, "Lua warning: %.*s\n", static_cast<int>(message.size()), message.data());
  std::fflush(stderr);
}

bool checkCapability(NativeCall& c, Capability capability) {
  if (c.isolate.options.capabilities.has(capability)) return true;
  static constexpr const char* kNames[] = {"files", "processes", "environment", "clock", "network"};
  const char* name = runtime::as<runtime::Native>(c.callee())->info->name;
  (void)c.error("'%s' is not allowed: the capability '%s' was denied", name, kNames[static_cast<int>(capability)]);
  return false;
}

size_t readLimit(Isolate& isolate) {
  size_t limit = isolate.heap.limit();
  if (limit == 0) return runtime::kMaxString;
  size_t used = isolate.heap.bytesInUse() + isolate.externalBytes();
  return used < limit ? limit - used : 0;
}

bool openBase(Isolate& isolate, Handle globals) {
  isolate.warning = [](Isolate& iso, std::string_view text, bool) { showWarning(iso, text); };
  if (!runtime::registerLibrary(isolate, globals, kEntries, std::size(kEntries)) || !openBaseLoad(isolate, globals) ||
      !openBaseMemory(isolate, globals)) {
    return false;
  }
  Rooted value(isolate, runtime::tableGetName(isolate, globals.table(), "next"));
  if (!bind(isolate, globals, kPairs, value)) return false;
  value.set(runtime::newNative(isolate, &kIpairsNext));
  if ((*value).isNil() || !bind(isolate, globals, kIpairs, value)) return false;
  value.set(runtime::newString(isolate, "Lua 5.4"));
  if ((*value).isNil() || !runtime::tableSetName(isolate, globals, "_VERSION", value)) return false;
  return runtime::tableSetName(isolate, globals, "_G", globals) && setLoaded(isolate, "_G", globals);
}

}  // namespace devvm::lua
