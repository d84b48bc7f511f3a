// The string library: simple functions, and the table of all.
#include "languages/lua/library/string_library.h"

#include <array>
#include <string>

#include "languages/lua/library/library.h"

namespace devvm::lua {

using runtime::asString;
using runtime::Rooted;
using runtime::String;

namespace {

/// "Some sizes are better limited to fit an int": the reference's limit for results of rep and packsize.
constexpr uint64_t kMostBytes = 0x7FFF'FFFF;

NativeResult answer(NativeCall& c, Value string) { return string.isNil() ? c.outOfMemory() : c.ret(string); }

// ---- length and bytes ----

NativeResult stringLen(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  return c.ret(Value::smallInt(asString(c.arg(0))->length()));
}
Value fastLen(Isolate&, const Value* args, uint32_t count) {
  return count > 0 && args[0].isString() ? Value::smallInt(asString(args[0])->length()) : Value::absent();
}

NativeResult stringByte(NativeCall& c) {
  int64_t i, j;
  if (!c.checkString(0) || !c.optInteger(1, 1, i) || !c.optInteger(2, i, j)) return c.raisePending();
  size_t length = c.stringArg(0).size();
  size_t first = startPosition(i, length), last = endPosition(j, length);
  if (first > last) return c.ret();
  size_t n = last - first + 1;
  if (!ensureOr(c, n, "string slice too long") || !chargeElements(c, n)) return c.raisePending();
  auto* bytes = reinterpret_cast<const uint8_t*>(asString(c.arg(0))->bytes);
  for (size_t k = first - 1; k < last; k++) c.push(Value::smallInt(bytes[k]));
  return c.retTop(static_cast<uint32_t>(n));
}
Value fastByte(Isolate&, const Value* args, uint32_t count) {
  if (count == 0 || count > 2 || !args[0].isString()) return Value::absent();
  String* s = asString(args[0]);
  int64_t i = 1;
  if (count == 2) {
    if (!args[-1].isInt()) return Value::absent();
    i = args[-1].asInt();
  }
  size_t length = s->length(), first = startPosition(i, length);
  if (first > endPosition(i, length)) return Value::nil();
  return Value::smallInt(static_cast<uint8_t>(s->bytes[first - 1]));
}

NativeResult stringChar(NativeCall& c) {
  uint32_t n = c.count();
  Value result = runtime::newStringRaw(c.isolate, n);
  if (result.isNil()) return c.outOfMemory();
  for (uint32_t i = 0; i < n; i++) {
    int64_t byte;
    // Raising allocates, but then the string is no longer needed.
    if (!c.checkInteger(i, byte)) return c.raisePending();
    if (static_cast<uint64_t>(byte) > 255) return c.argError(i, "value out of range");
    asString(result)->bytes[i] = static_cast<char>(byte);
  }
  if (n == 1) return c.ret(c.isolate.singleBytes[static_cast<uint8_t>(asString(result)->bytes[0])]);
  return c.ret(result);
}
Value fastChar(Isolate& isolate, const Value* args, uint32_t count) {
  if (count != 1 || !args[0].isInt() || static_cast<uint64_t>(args[0].asInt()) > 255) return Value::absent();
  return isolate.singleBytes[args[0].asInt()];
}

// ---- parts and copies ----

NativeResult stringSub(NativeCall& c) {
  int64_t i, j;
  if (!c.checkString(0) || !c.checkInteger(1, i) || !c.optInteger(2, -1, j)) return c.raisePending();
  size_t length = c.stringArg(0).size();
  size_t first = startPosition(i, length), last = endPosition(j, length);
  if (first > last) return c.ret(c.isolate.emptyString);
  if (first == 1 && last == length) return c.ret(c.arg(0));
  if (!chargeBytes(c, last - first)) return c.raisePending();
  return answer(c, runtime::substring(c.isolate, c.arg(0), first - 1, last - first + 1));
}
Value fastSub(Isolate& isolate, const Value* args, uint32_t count) {
  if (count < 2 || count > 3 || !args[0].isString() || !args[-1].isInt()) return Value::absent();
  int64_t j = -1;
  if (count == 3) {
    if (!args[-2].isInt()) return Value::absent();
    j = args[-2].asInt();
  }
  String* s = asString(args[0]);
  size_t length = s->length(), first = startPosition(args[-1].asInt(), length), last = endPosition(j, length);
  if (first > last) return isolate.emptyString;
  if (first == last) return isolate.singleBytes[static_cast<uint8_t>(s->bytes[first - 1])];
  return first == 1 && last == length ? args[0] : Value::absent();
}

template <typename F>
NativeResult mapBytes(NativeCall& c, F fill) {
  if (!c.checkString(0)) return c.raisePending();
  size_t length = c.stringArg(0).size();
  if (!chargeBytes(c, length)) return c.raisePending();
  Value result = runtime::newStringRaw(c.isolate, length);
  if (result.isNil()) return c.outOfMemory();
  fill(asString(result)->bytes, asString(c.arg(0))->bytes, length);
  if (length == 1) return c.ret(c.isolate.singleBytes[static_cast<uint8_t>(asString(result)->bytes[0])]);
  return c.ret(result);
}

NativeResult stringReverse(NativeCall& c) {
  return mapBytes(c, [](char* to, const char* from, size_t n) {
    for (size_t i = 0; i < n; i++) to[i] = from[n - 1 - i];
  });
}
NativeResult stringLower(NativeCall& c) {
  return mapBytes(c, [](char* to, const char* from, size_t n) {
    for (size_t i = 0; i < n; i++)
      to[i] = static_cast<char>(from[i] >= 'A' && from[i] <= 'Z' ? from[i] | 0x20 : from[i]);
  });
}
NativeResult stringUpper(NativeCall& c) {
  return mapBytes(c, [](char* to, const char* from, size_t n) {
    for (size_t i = 0; i < n; i++)
      to[i] = static_cast<char>(from[i] >= 'a' && from[i] <= 'z' ? from[i] & ~0x20 : from[i]);
  });
}

NativeResult stringRep(NativeCall& c) {
  int64_t n;
  if (!c.checkString(0) || !c.checkInteger(1, n)) return c.raisePending();
  bool separated = !c.isNoneOrNil(2);
  if (separated && !c.checkString(2)) return c.raisePending();
  uint64_t length = c.stringArg(0).size(), gap = separated ? c.stringArg(2).size() : 0;
  if (n <= 0 || length + gap == 0) return c.ret(c.isolate.emptyString);
  if (length + gap > kMostBytes / static_cast<uint64_t>(n)) return c.error("resulting string too large");
  if (n == 1) return c.ret(c.arg(0));
  uint64_t total = static_cast<uint64_t>(n) * (length + gap) - gap;
  if (!chargeBytes(c, total)) return c.raisePending();
  Value result = total <= runtime::kMaxString ? runtime::newStringRaw(c.isolate, total) : Value::nil();
  if (result.isNil()) return c.outOfMemory();
  char* to = asString(result)->bytes;
  // One unit, then what is there is doubled; the last unit has no separator behind it.
  uint64_t unit = length + gap, done = unit;
  std::memcpy(to, asString(c.arg(0))->bytes, length);
  if (gap > 0 && total >= unit) std::memcpy(to + length, asString(c.arg(2))->bytes, gap);
  while (done < total) {
    uint64_t more = done < total - done ? done : total - done;
    std::memcpy(to + done, to, more);
    done += more;
  }
  if (total == 1) return c.ret(c.isolate.singleBytes[static_cast<uint8_t>(to[0])]);
  return c.ret(result);
}

const LibraryEntry kEntries[] = {
    {"byte",
     {.function = stringByte,
      .name = "string.byte",
      .fast = fastByte,
      .signature = "byte(s [, i [, j]])",
      .documentation = "Gives the numeric codes of the bytes s[i] to s[j]."}},
    {"char",
     {.function = stringChar,
      .name = "string.char",
      .fast = fastChar,
      .oneResult = true,
      .signature = "char(...)",
      .documentation = "Gives a string of the bytes with these numeric codes."}},
    {"dump",
     {.function = stringDump,
      .name = "string.dump",
      .signature = "dump(function [, strip])",
      .documentation = "Gives a binary chunk that load turns into a copy of the function."}},
    {"find",
     {.function = stringFind,
      .name = "string.find",
      .signature = "find(s, pattern [, init [, plain]])",
      .documentation = "Gives the bounds of the first match of a pattern, and its captures."}},
    {"format",
     {.function = stringFormat,
      .name = "string.format",
      .oneResult = true,
      .signature = "format(formatstring, ...)",
      .documentation = "Gives the text of its arguments laid out as the format says."}},
    {"gmatch",
     {.function = stringGmatch,
      .name = "string.gmatch",
      .oneResult = true,
      .signature = "gmatch(s, pattern [, init])",
      .documentation = "Gives an iterator over the captures of all matches."}},
    {"gsub",
     {.function = stringGsub,
      .name = "string.gsub",
      .signature = "gsub(s, pattern, repl [, n])",
      .documentation = "Gives a copy of s with matches replaced, and how many there were."}},
    {"len",
     {.function = stringLen,
      .name = "string.len",
      .fast = fastLen,
      .oneResult = true,
      .signature = "len(s)",
      .documentation = "Gives the length of a string in bytes."}},
    {"lower",
     {.function = stringLower,
      .name = "string.lower",
      .oneResult = true,
      .signature = "lower(s)",
      .documentation = "Gives a copy with upper-case letters made lower-case."}},
    {"match",
     {.function = stringMatch,
      .name = "string.match",
      .signature = "match(s, pattern [, init])",
      .documentation = "Gives the captures of the first match of a pattern."}},
    {"pack",
     {.function = stringPack,
      .name = "string.pack",
      .oneResult = true,
      .signature = "pack(fmt, ...)",
      .documentation = "Gives a binary string of the values, laid out as the format says."}},
    {"packsize",
     {.function = stringPackSize,
      .name = "string.packsize",
      .oneResult = true,
      .signature = "packsize(fmt)",
      .documentation = "Gives the length of what pack makes with this format."}},
    {"rep",
     {.function = stringRep,
      .name = "string.rep",
      .oneResult = true,
      .signature = "rep(s, n [, sep])",
      .documentation = "Gives n copies of s, with sep between them."}},
    {"reverse",
     {.function = stringReverse,
      .name = "string.reverse",
      .oneResult = true,
      .signature = "reverse(s)",
      .documentation = "Gives the bytes of s in reverse order."}},
    {"sub",
     {.function = stringSub,
      .name = "string.sub",
      .fast = fastSub,
      .oneResult = true,
      .signature = "sub(s, i [, j])",
      .documentation = "Gives the bytes of s from i to j as a string."}},
    {"unpack",
     {.function = stringUnpack,
      .name = "string.unpack",
      .signature = "unpack(fmt, s [, pos])",
      .documentation = "Gives the values packed in s and the position behind them."}},
    {"upper",
     {.function = stringUpper,
      .name = "string.upper",
      .oneResult = true,
      .signature = "upper(s)",
      .documentation = "Gives a copy with lower-case letters made upper-case."}},
};

}  // namespace

bool openString(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil()), metatable(isolate, runtime::newTable(isolate));
  if ((*metatable).isNil() || !newModule(isolate, globals, "string", kEntries, std::size(kEntries), module))
    return false;
  // Method calls on strings go through both: their shapes tell inline caches that nothing changed.
  if (!runtime::tableMakeUnique(isolate, metatable, true) || !runtime::tableMakeUnique(isolate, module, true) ||
      !runtime::registerLibrary(isolate, metatable, kStringMetamethods, kStringMetamethodCount) ||
      !runtime::tableSetName(isolate, metatable, "__index", module))
    return false;
  isolate.typeMetatables[static_cast<int>(runtime::BasicType::kString)] = *metatable;
  return true;
}

}  // namespace devvm::lua
