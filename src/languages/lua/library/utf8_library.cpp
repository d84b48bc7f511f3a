// The utf8 library. "Lax" decoding takes the original UTF-8 of up to six bytes, 31 bits.
#include "languages/lua/library/library.h"
#include "languages/lua/library/library_support.h"
#include "languages/lua/library/string_builder.h"

namespace devvm::lua {

using runtime::asString;
using runtime::Rooted;

namespace {

constexpr uint32_t kLastUnicode = 0x10FFFF;
constexpr uint32_t kLastLax = 0x7FFFFFFF;

bool isContinuation(char byte) { return (byte & 0xC0) == 0x80; }

/// A position from the end made one from the start; 0 if it lies before the start.
int64_t absolutePosition(int64_t i, size_t length) {
  if (i >= 0) return i;
  if (uint64_t{0} - static_cast<uint64_t>(i) > length) return 0;
  return static_cast<int64_t>(length) + i + 1;
}

/// Decodes the sequence at `at`: its length, or 0 if it is invalid. A NUL must end the string.
size_t decode(const char* at, bool lax, uint32_t& code) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(at[i]); };
  uint32_t first = byte(0);
  size_t length = 1;
  if (first < 0x80) {
    code = first;
  } else {
    static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000};
    if (first < 0xC0 || first >= 0xFE) return 0;
    uint32_t lead = 0x40, value = 0;
    for (; first & lead; lead >>= 1, length++) {
      if (!isContinuation(at[length])) return 0;
      value = value << 6 | (byte(length) & 0x3F);
    }
    value |= (first & (lead - 1)) << (6 * (length - 1));
    if (value < kLeast[length]) return 0;
    code = value;
  }
  if (!lax && (code > kLastUnicode || (code >= 0xD800 && code <= 0xDFFF))) return 0;
  return length;
}

size_t encode(uint32_t code, char* to) {
  if (code < 0x80) {
    to[0] = static_cast<char>(code);
    return 1;
  }
  size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : code < 0x200000 ? 4 : code < 0x4000000 ? 5 : 6;
  for (size_t i = length - 1; i > 0; i--, code >>= 6) to[i] = static_cast<char>(0x80 | (code & 0x3F));
  to[0] = static_cast<char>((0xFF00u >> length) | code);
  return length;
}

NativeResult utf8Len(NativeCall& c) {
  int64_t i, j;
  if (!c.checkString(0) || !c.optInteger(1, 1, i) || !c.optInteger(2, -1, j)) return c.raisePending();
  size_t length = c.stringArg(0).size();
  int64_t at = absolutePosition(i, length), last = absolutePosition(j, length), n = 0;
  bool lax = !c.arg(3).isFalsy();
  if (at < 1 || at - 1 > static_cast<int64_t>(length)) return c.argError(1, "initial position out of bounds");
  if (last - 1 >= static_cast<int64_t>(length)) return c.argError(2, "final position out of bounds");
  at--;
  last--;
  if (last > at && !chargeBytes(c, static_cast<uint64_t>(last - at) * 4)) return c.raisePending();
  const char* bytes = asString(c.arg(0))->bytes;
  while (at <= last) {
    uint32_t code;
    size_t size = decode(bytes + at, lax, code);
    if (size == 0) return c.ret(Value::nil(), Value::smallInt(at + 1));
    at += static_cast<int64_t>(size);
    n++;
  }
  return c.ret(Value::smallInt(n));
}

NativeResult utf8Codepoint(NativeCall& c) {
  int64_t i, j;
  if (!c.checkString(0) || !c.optInteger(1, 1, i)) return c.raisePending();
  size_t length = c.stringArg(0).size();
  int64_t at = absolutePosition(i, length);
  if (!c.optInteger(2, at, j)) return c.raisePending();
  int64_t last = absolutePosition(j, length);
  bool lax = !c.arg(3).isFalsy();
  if (at < 1) return c.argError(1, "out of bounds");
  if (last > static_cast<int64_t>(length)) return c.argError(2, "out of bounds");
  if (at > last) return c.ret();
  uint64_t most = static_cast<uint64_t>(last - at) + 1;
  if (!ensureOr(c, most, "string slice too long") || !chargeElements(c, most)) return c.raisePending();
  const char* bytes = asString(c.arg(0))->bytes;
  uint32_t n = 0;
  for (at--; at < last;) {
    uint32_t code;
    size_t size = decode(bytes + at, lax, code);
    if (size == 0) return c.error("invalid UTF-8 code");
    c.push(Value::smallInt(code));
    at += static_cast<int64_t>(size);
    n++;
  }
  return c.retTop(n);
}

NativeResult utf8Char(NativeCall& c) {
  c.setSlots(2);
  StringBuilder out(c, 0);
  for (uint32_t i = 0; i < c.count(); i++) {
    int64_t code;
    char bytes[8];
    if (!c.checkInteger(i, code)) return c.raisePending();
    if (static_cast<uint64_t>(code) > kLastLax) return c.argError(i, "value out of range");
    if (!out.append({bytes, encode(static_cast<uint32_t>(code), bytes)})) return c.raisePending();
  }
  Value result = out.finish();
  return result.isNil() ? c.outOfMemory() : c.ret(result);
}

NativeResult utf8Offset(NativeCall& c) {
  int64_t n, i;
  if (!c.checkString(0) || !c.checkInteger(1, n)) return c.raisePending();
  std::string_view s = c.stringArg(0);
  int64_t length = static_cast<int64_t>(s.size());
  if (!c.optInteger(2, n >= 0 ? 1 : length + 1, i)) return c.raisePending();
  int64_t at = absolutePosition(i, s.size());
  if (at < 1 || at - 1 > length) return c.argError(2, "position out of bounds");
  at--;
  const char* bytes = asString(c.arg(0))->bytes;  // the byte behind the last is a NUL: no continuation
  int64_t from = at;
  if (n == 0) {
    while (at > 0 && isContinuation(bytes[at])) at--;
  } else {
    if (isContinuation(bytes[at])) return c.error("initial position is a continuation byte");
    for (; n < 0 && at > 0; n++) {
      do at--;
      while (at > 0 && isContinuation(bytes[at]));
    }
    if (n > 0) {
      for (n--; n > 0 && at < length; n--) {
        do at++;
        while (isContinuation(bytes[at]));
      }
    }
  }
  if (!chargeBytes(c, static_cast<uint64_t>(at > from ? at - from : from - at) * 4)) return c.raisePending();
  return c.ret(n == 0 ? Value::smallInt(at + 1) : Value::nil());
}

template <bool lax>
NativeResult nextCode(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  std::string_view s = c.stringArg(0);
  int64_t before = 0;
  runtime::toInteger(c.arg(1), before);
  uint64_t at = static_cast<uint64_t>(before);
  if (at < s.size()) {
    while (isContinuation(s.data()[at])) at++;
  }
  if (at >= s.size()) return c.ret();
  uint32_t code;
  if (decode(s.data() + at, lax, code) == 0) return c.error("invalid UTF-8 code");
  return c.ret(Value::smallInt(static_cast<int64_t>(at) + 1), Value::smallInt(code));
}

constexpr NativeInfo kNextStrict{.function = nextCode<false>,
                                 .name = "utf8.codes iterator",
                                 .signature = "iterator(s, i)",
                                 .documentation = "Gives the next character."};
constexpr NativeInfo kNextLax{.function = nextCode<true>,
                              .name = "utf8.codes iterator",
                              .signature = "iterator(s, i)",
                              .documentation = "Gives the next character."};

NativeResult utf8Codes(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  Value iterator = runtime::newNative(c.isolate, c.arg(1).isFalsy() ? &kNextStrict : &kNextLax);
  if (iterator.isNil()) return c.outOfMemory();
  return c.ret(iterator, c.arg(0), Value::smallInt(0));
}

const LibraryEntry kEntries[] = {
    {"char",
     {.function = utf8Char,
      .name = "utf8.char",
      .signature = "char(...)",
      .documentation = "Gives the characters with these code points as one string."}},
    {"codepoint",
     {.function = utf8Codepoint,
      .name = "utf8.codepoint",
      .signature = "codepoint(s [, i [, j [, lax]]])",
      .documentation = "Gives the code points of the characters that start between positions i and j."}},
    {"codes",
     {.function = utf8Codes,
      .name = "utf8.codes",
      .signature = "codes(s [, lax])",
      .documentation = "Gives an iterator over positions and code points of all characters."}},
    {"len",
     {.function = utf8Len,
      .name = "utf8.len",
      .signature = "len(s [, i [, j [, lax]]])",
      .documentation = "Counts the characters that start between positions i and j."}},
    {"offset",
     {.function = utf8Offset,
      .name = "utf8.offset",
      .signature = "offset(s, n [, i])",
      .documentation = "Gives the position where the n-th character, counted from position i, starts."}},
};

}  // namespace

bool openUtf8(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil());
  if (!newModule(isolate, globals, "utf8", kEntries, std::size(kEntries), module)) return false;
  static constexpr char kPattern[] = "[\0-\x7F\xC2-\xFD][\x80-\xBF]*";
  Rooted pattern(isolate, runtime::newString(isolate, {kPattern, sizeof kPattern - 1}));
  return !(*pattern).isNil() && runtime::tableSetName(isolate, module, "charpattern", pattern);
}

}  // namespace devvm::lua
