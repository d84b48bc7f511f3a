// string.format.
#include <charconv>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "languages/lua/library/string_builder.h"
#include "languages/lua/library/string_library.h"

namespace devvm::lua {

using runtime::asString;

namespace {

/// What format knows while __tostring runs.
struct FormatLocals {
  uint32_t at;        ///< offset behind the conversion in the format string
  uint32_t argument;  ///< the argument it converts
  uint32_t begin;     ///< offset of the conversion's '%'
};
constexpr uint32_t kBuffer = localSlots<FormatLocals>();  // StringBuilder's two slots lie behind the locals

// What may stand between '%' and the letter.
constexpr const char* kFloatFlags = "-+#0 ";
constexpr const char* kHexFlags = "-#0";
constexpr const char* kIntegerFlags = "-+0 ";
constexpr const char* kUnsignedFlags = "-0";
constexpr const char* kTextFlags = "-";

/// Longest conversion, without '%' and the terminator.
constexpr size_t kLongestSpec = 22;
/// Longest text of one number: "%.99f" of the largest double.
constexpr size_t kLongestNumber = 110 + 308;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// One conversion: '%', flags, width, precision, letter.
struct Spec {
  char text[kLongestSpec + 12];  ///< with its terminator, and room for a length modifier
  size_t length;                 ///< with '%' and the letter
  char letter() const { return text[length - 1]; }
  bool plain() const { return length == 2; }

  /// Reads it at `from`, the byte behind '%' (the string ends with NUL). False if it is too long.
  bool read(const char* from) {
    size_t n = std::strspn(from, "-+#0 123456789.") + 1;
    if (n >= kLongestSpec) return false;
    text[0] = '%';
    std::memcpy(text + 1, from, n);
    length = n + 1;
    text[length] = '\0';
    return true;
  }
  /// Whether it has only these flags, at most two digits of width, and of precision if allowed.
  bool valid(const char* flags, bool precision) const {
    const char* p = text + 1;
    p += std::strspn(p, flags);
    if (*p != '0') {
      p = skipTwoDigits(p);
      if (*p == '.' && precision) p = skipTwoDigits(p + 1);
    }
    return isLetter(*p);
  }
  /// Puts "ll" in front of the letter.
  void lengthen() {
    char c = letter();
    text[length - 1] = 'l';
    text[length] = 'l';
    text[length + 1] = c;
    text[length + 2] = '\0';
  }
  void setLetter(char c) { text[length - 1] = c; }

 private:
  static const char* skipTwoDigits(const char* p) {
    if (isDigit(*p)) p++;
    return isDigit(*p) && isDigit(p[-1]) ? p + 1 : p;
  }
};

NativeResult invalidSpec(NativeCall& c, const Spec& spec) {
  return c.error("invalid conversion specification: '%s'", spec.text);
}

/// Appends text in the width and precision of a %s-like conversion. False after raising.
bool appendPadded(StringBuilder& out, const Spec& spec, const char* text) {
  char padded[kLongestNumber];
  return out.append({padded, static_cast<size_t>(std::snprintf(padded, sizeof padded, spec.text, text))});
}

/// Common float formats without flags go through to_chars, which is exact and much faster. 0: not possible.
size_t formatFloatFast(const Spec& spec, double d, char* to) {
  int precision = 6;
  if (!spec.plain()) {
    if (spec.text[1] != '.' || spec.length > 5) return 0;
    precision = 0;
    for (size_t i = 2; i < spec.length - 1; i++) precision = precision * 10 + (spec.text[i] - '0');
  }
  std::chars_format format;
  switch (spec.letter()) {
    case 'f': format = std::chars_format::fixed; break;
    case 'e': format = std::chars_format::scientific; break;
    case 'g': format = std::chars_format::general; break;
    default: return 0;
  }
  if (!std::isfinite(d)) return 0;
  auto result = std::to_chars(to, to + kLongestNumber, d, format, precision);
  return result.ec == std::errc() ? static_cast<size_t>(result.ptr - to) : 0;
}

// ---- %q ----

bool appendQuoted(StringBuilder& out, Handle s) {
  if (!out.append('"')) return false;
  size_t length = s.string()->length();
  for (size_t i = 0; i < length;) {
    // Runs of ordinary bytes at once; `s` may move at every append.
    const char* bytes = s.string()->bytes;
    size_t end = i;
    auto special = [](char ch) {
      auto b = static_cast<uint8_t>(ch);
      return b == '"' || b == '\\' || b < 32 || b == 127;
    };
    while (end < length && !special(bytes[end])) end++;
    char escape[8];
    size_t n = 0;
    if (end < length) {
      char ch = bytes[end];
      if (ch == '"' || ch == '\\' || ch == '\n') {
        escape[0] = '\\';
        escape[1] = ch;
        n = 2;
      } else {
        const char* format = isDigit(bytes[end + 1]) ? "\\%03d" : "\\%d";
        n = static_cast<size_t>(
            std::snprintf(escape, sizeof escape, format, static_cast<int>(static_cast<uint8_t>(ch))));
      }
    }
    if (!out.append(s, i, end - i) || !out.append({escape, n})) return false;
    i = end + 1;
  }
  return out.append('"');
}

NativeResult appendLiteral(NativeCall& c, StringBuilder& out, uint32_t i, bool& ok) {
  Value v = c.arg(i);
  char text[64];
  size_t n = 0;
  ok = true;
  if (v.isString()) {
    ok = appendQuoted(out, c.argHandle(i));
    return c.raisePending();
  }
  if (v.isAnyInt()) {
    int64_t value = runtime::integerOf(v);
    n = value == INT64_MIN
            ? static_cast<size_t>(std::snprintf(text, sizeof text, "0x%" PRIx64, static_cast<uint64_t>(value)))
            : runtime::formatInteger(value, text);
  } else if (v.isDouble()) {
    double d = v.asDouble();
    if (d != d) {
      n = static_cast<size_t>(std::snprintf(text, sizeof text, "(0/0)"));
    } else if (std::isinf(d)) {
      n = static_cast<size_t>(std::snprintf(text, sizeof text, d > 0 ? "1e9999" : "-1e9999"));
    } else {
      n = static_cast<size_t>(std::snprintf(text, sizeof text, "%a", d));
      // Whatever the locale's radix character is, the numeral has a dot.
      for (size_t k = 0; k < n; k++) {
        if (text[k] == ',') text[k] = '.';
      }
    }
  } else if (v.isNil() || v.isBoolean()) {
    n = static_cast<size_t>(std::snprintf(text, sizeof text, "%s", v.isNil() ? "nil" : v.isTrue() ? "true" : "false"));
  } else {
    ok = false;
    return c.argError(i, "value has no literal form");
  }
  ok = out.append({text, n});
  return c.raisePending();
}

// ---- %s ----

/// Appends the text on top of the slots as `spec` says and pops it. MAY COLLECT.
NativeResult appendText(NativeCall& c, StringBuilder& out, const Spec& spec, uint32_t i, bool& ok) {
  Handle text(c.fiber.sp);
  size_t length = text.string()->length();
  ok = false;
  if (spec.plain()) {
    ok = out.append(text);
  } else {
    if (std::strlen(text.string()->bytes) != length) return c.argError(i, "string contains zeros");
    if (!spec.valid(kTextFlags, true)) return invalidSpec(c, spec);
    if (std::strchr(spec.text, '.') == nullptr && length >= 100) {
      ok = out.append(text);
    } else {
      ok = appendPadded(out, spec, text.string()->bytes);  // at most 99 bytes come out
    }
  }
  c.pop();
  return c.raisePending();
}

/// Appends what needs no guest call. False: the answer is in `result`.
bool convert(NativeCall& c, StringBuilder& out, Spec& spec, uint32_t i, NativeResult& result) {
  char text[kLongestNumber];
  size_t n = 0;
  switch (spec.letter()) {
    case 'c': {
      int64_t code;
      if (!spec.valid(kTextFlags, false)) return result = invalidSpec(c, spec), false;
      if (!c.checkInteger(i, code)) return result = c.raisePending(), false;
      n = static_cast<size_t>(std::snprintf(text, sizeof text, spec.text, static_cast<int>(code)));
      break;
    }
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': {
      char letter = spec.letter();
      const char* flags = letter == 'd' || letter == 'i' ? kIntegerFlags : letter == 'u' ? kUnsignedFlags : kHexFlags;
      int64_t number;
      if (!c.checkInteger(i, number)) return result = c.raisePending(), false;
      if (!spec.valid(flags, true)) return result = invalidSpec(c, spec), false;
      if (spec.plain() && flags == kIntegerFlags) {
        n = runtime::formatInteger(number, text);
      } else {
        spec.lengthen();
        n = static_cast<size_t>(std::snprintf(text, sizeof text, spec.text, static_cast<long long>(number)));
      }
      break;
    }
    case 'a':
    case 'A':
    case 'f':
    case 'e':
    case 'E':
    case 'g':
    case 'G': {
      double d;
      // The reference looks at the specification of %a first.
      bool hex = (spec.letter() | 0x20) == 'a';
      if (hex && !spec.valid(kFloatFlags, true)) return result = invalidSpec(c, spec), false;
      if (!c.checkNumber(i, d)) return result = c.raisePending(), false;
      if (!hex && !spec.valid(kFloatFlags, true)) return result = invalidSpec(c, spec), false;
      n = formatFloatFast(spec, d, text);
      if (n == 0) n = static_cast<size_t>(std::snprintf(text, sizeof text, spec.text, d));
      break;
    }
    case 'p': {
      text[formatIdentity(c.isolate, c.argHandle(i), text)] = '\0';
      if (!spec.valid(kTextFlags, false)) return result = invalidSpec(c, spec), false;
      spec.setLetter('s');
      if (!appendPadded(out, spec, text)) return result = c.raisePending(), false;
      return true;
    }
    case 'q': {
      if (!spec.plain()) return result = c.error("specifier '%%q' cannot have modifiers"), false;
      bool ok;
      result = appendLiteral(c, out, i, ok);
      return ok;
    }
    default: return result = c.error("invalid conversion '%s' to 'format'", spec.text), false;
  }
  if (out.append({text, n})) return true;
  return result = c.raisePending(), false;
}

}  // namespace

NativeResult stringFormat(NativeCall& c) {
  FormatLocals v{};
  bool resumed = c.state() != 0;
  if (resumed) {
    loadLocals(c, v);
  } else {
    if (!c.checkString(0)) return c.raisePending();
    c.setSlots(kBuffer + 2);
  }
  StringBuilder out(c, kBuffer);
  Handle format = c.argHandle(0);
  size_t length = format.string()->length();
  Spec spec;
  NativeResult result = c.raisePending();
  bool ok;
  if (resumed) {
    spec.read(format.string()->bytes + v.begin + 1);
    if (!takeText(c)) return c.raisePending();
    result = appendText(c, out, spec, v.argument, ok);
    if (!ok) return result;
  }
  while (v.at < length) {
    const char* text = format.string()->bytes;
    auto* percent = static_cast<const char*>(std::memchr(text + v.at, '%', length - v.at));
    size_t stop = percent != nullptr ? static_cast<size_t>(percent - text) : length;
    if (stop > v.at && !out.append(format, v.at, stop - v.at)) return c.raisePending();
    v.at = static_cast<uint32_t>(stop);
    if (stop == length) break;
    text = format.string()->bytes;
    if (text[stop + 1] == '%') {
      if (!out.append('%')) return c.raisePending();
      v.at += 2;
      continue;
    }
    v.argument++;
    if (!c.has(v.argument)) return c.argError(v.argument, "no value");
    if (!spec.read(text + stop + 1)) return c.error("invalid format (too long)");
    v.begin = static_cast<uint32_t>(stop);
    v.at = static_cast<uint32_t>(stop + spec.length);
    if (spec.letter() != 's') {
      if (!convert(c, out, spec, v.argument, result)) return result;
      continue;
    }
    Value value = c.arg(v.argument);
    if (value.isNumber() && spec.plain() && runtime::metamethod(c.isolate, value, runtime::Meta::kToString).isNil()) {
      char* to = out.reserve(64);
      if (to == nullptr) return c.raisePending();
      out.commit(runtime::formatNumber(c.arg(v.argument), to));
      continue;
    }
    Step step = getText(c, value);
    if (step.isRaised()) return c.raisePending();
    if (!step.isDone()) {
      if (!out.suspend()) return c.raisePending();
      saveLocals(c, v);
      return c.call(step.arguments(), 1, 1);
    }
    result = appendText(c, out, spec, v.argument, ok);
    if (!ok) return result;
  }
  if (!chargeBytes(c, out.length())) return c.raisePending();
  Value string = out.finish();
  return string.isNil() ? c.outOfMemory() : c.ret(string);
}

}  // namespace devvm::lua
