// Strings, bytes, and numbers as text.
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "languages/caml/library/natives.h"
#include "runtime/isolate.h"
#include "runtime/numbers.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::caml {

using namespace runtime;

namespace {

NativeResult returnText(NativeCall& c, std::string_view text) {
  Value v = newString(c.isolate, text);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}
NativeResult returnInt(NativeCall& c, int64_t i) {
  Value v = makeInteger(c.isolate, i);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}
int64_t intArg(NativeCall& c, uint32_t i) { return integerOf(c.arg(i)); }
NativeResult bounds(NativeCall& c) { return raiseNamed(c, "Invalid_argument", "index out of bounds"); }

Buffer* bufferArg(NativeCall& c, uint32_t i) { return as<Buffer>(c.arg(i)); }
bool isInside(int64_t offset, int64_t length, int64_t size) {
  return offset >= 0 && length >= 0 && length <= size && offset <= size - length;
}

NativeResult stringLength(NativeCall& c) { return c.ret(Value::smallInt(asString(c.arg(0))->length())); }

NativeResult stringGet(NativeCall& c) {
  int64_t i = intArg(c, 1);
  std::string_view s = c.stringArg(0);
  if (i < 0 || static_cast<size_t>(i) >= s.size()) return bounds(c);
  return c.ret(Value::smallInt(static_cast<unsigned char>(s[static_cast<size_t>(i)])));
}

Value stringLengthHere(Isolate&, const Value* args, uint32_t) { return Value::smallInt(asString(args[0])->length()); }
Value stringGetHere(Isolate&, const Value* args, uint32_t) {
  if (!args[-1].isInt()) return Value::absent();
  std::string_view s = asString(args[0])->view();
  auto i = static_cast<uint64_t>(args[-1].asInt());
  return i < s.size() ? Value::smallInt(static_cast<unsigned char>(s[i])) : Value::absent();
}

NativeResult stringAppend(NativeCall& c) {
  size_t n = asString(c.arg(0))->length(), m = asString(c.arg(1))->length();
  Value v = newStringRaw(c.isolate, n + m);
  if (v.isNil()) return c.outOfMemory();
  char* to = asString(v)->bytes;
  std::memcpy(to, asString(c.arg(0))->bytes, n);
  std::memcpy(to + n, asString(c.arg(1))->bytes, m);
  return c.ret(v);
}

/// caml_string_sub s offset length: the caller has checked.
NativeResult stringSub(NativeCall& c) {
  int64_t from = intArg(c, 1), n = intArg(c, 2);
  if (!isInside(from, n, asString(c.arg(0))->length()))
    return raiseNamed(c, "Invalid_argument", "String.sub / Bytes.sub");
  Value v = substring(c.isolate, c.arg(0), static_cast<size_t>(from), static_cast<size_t>(n));
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

Value newBuffer(NativeCall& c, int64_t n) {
  if (n < 0 || n > static_cast<int64_t>(kMaxString)) return Value::nil();
  Object* o = c.isolate.heap.allocate(static_cast<uint8_t>(Kind::kBuffer), static_cast<uint32_t>(n), 0);
  return o == nullptr ? Value::nil() : otherValue(o);
}

NativeResult bytesOfString(NativeCall& c) {
  uint32_t n = asString(c.arg(0))->length();
  Value v = newBuffer(c, n);
  if (v.isNil()) return c.outOfMemory();
  std::memcpy(as<Buffer>(v)->bytes, asString(c.arg(0))->bytes, n);
  return c.ret(v);
}

/// caml_bytes_sub_string b offset length
NativeResult bytesSubString(NativeCall& c) {
  int64_t from = intArg(c, 1), n = intArg(c, 2);
  if (!isInside(from, n, bufferArg(c, 0)->word)) return raiseNamed(c, "Invalid_argument", "String.sub / Bytes.sub");
  Value v = newStringRaw(c.isolate, static_cast<size_t>(n));
  if (v.isNil()) return c.outOfMemory();
  std::memcpy(asString(v)->bytes, bufferArg(c, 0)->bytes + from, static_cast<size_t>(n));
  return c.ret(v);
}

/// caml_bytes_blit source offset to offset length
NativeResult bytesBlit(NativeCall& c) {
  int64_t from = intArg(c, 1), to = intArg(c, 3), n = intArg(c, 4);
  if (!isInside(from, n, bufferArg(c, 0)->word) || !isInside(to, n, bufferArg(c, 2)->word)) {
    return raiseNamed(c, "Invalid_argument", "Bytes.blit");
  }
  std::memmove(bufferArg(c, 2)->bytes + to, bufferArg(c, 0)->bytes + from, static_cast<size_t>(n));
  return returnUnit(c);
}

NativeResult bytesBlitString(NativeCall& c) {
  int64_t from = intArg(c, 1), to = intArg(c, 3), n = intArg(c, 4);
  if (!isInside(from, n, asString(c.arg(0))->length()) || !isInside(to, n, bufferArg(c, 2)->word)) {
    return raiseNamed(c, "Invalid_argument", "String.blit / Bytes.blit_string");
  }
  std::memcpy(bufferArg(c, 2)->bytes + to, asString(c.arg(0))->bytes + from, static_cast<size_t>(n));
  return returnUnit(c);
}

NativeResult bytesFill(NativeCall& c) {
  int64_t from = intArg(c, 1), n = intArg(c, 2);
  if (!isInside(from, n, bufferArg(c, 0)->word)) return raiseNamed(c, "Invalid_argument", "String.fill / Bytes.fill");
  std::memset(bufferArg(c, 0)->bytes + from, static_cast<int>(intArg(c, 3)), static_cast<size_t>(n));
  return returnUnit(c);
}

// ---- numbers --------------------------------------------------------------------------------------

/// caml_int_of_string s bits
NativeResult intOfString(NativeCall& c) {
  std::string s(c.stringArg(0));
  auto bits = static_cast<int>(intArg(c, 1));
  size_t i = 0;
  bool negative = false;
  if (i < s.size() && (s[i] == '-' || s[i] == '+')) negative = s[i++] == '-';
  unsigned base = 10;
  bool isSigned = true;
  if (i + 1 < s.size() && s[i] == '0') {
    char k = static_cast<char>(s[i + 1] | 0x20);
    if (k == 'x' || k == 'o' || k == 'b' || k == 'u') {
      base = k == 'x' ? 16 : k == 'o' ? 8 : k == 'b' ? 2 : 10;
      isSigned = false;
      i += 2;
    }
  }
  auto bad = [&] {
    return raiseNamed(c, "Failure", bits == 63 ? "int_of_string" : bits == 32 ? "Int32.of_string" : "Int64.of_string");
  };
  uint64_t value = 0;
  bool any = false;
  for (; i < s.size(); i++) {
    if (s[i] == '_' && any) continue;
    unsigned d = s[i] >= '0' && s[i] <= '9'                     ? static_cast<unsigned>(s[i] - '0')
                 : (s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f' ? static_cast<unsigned>((s[i] | 0x20) - 'a' + 10)
                                                                : 99;
    if (d >= base) return bad();
    if (value > (UINT64_MAX - d) / base) return bad();
    value = value * base + d;
    any = true;
  }
  if (!any) return bad();
  uint64_t half = uint64_t{1} << (bits - 1);
  if (isSigned ? value > half - (negative ? 0 : 1) : bits < 64 && value > half * 2 - 1) return bad();
  auto result = static_cast<int64_t>(negative ? 0 - value : value);
  int shift = 64 - bits;
  return returnInt(c, static_cast<int64_t>(static_cast<uint64_t>(result) << shift) >> shift);
}

NativeResult floatOfString(NativeCall& c) {
  std::string s;
  for (char ch : c.stringArg(0)) {
    if (ch != '_') s += ch;
  }
  char* end = nullptr;
  double d = s.empty() || std::isspace(static_cast<unsigned char>(s[0])) ? 0 : std::strtod(s.c_str(), &end);
  if (end == nullptr || *end != '\0' || end == s.c_str() || end != s.c_str() + s.size())
    return raiseNamed(c, "Failure", "float_of_string");
  return c.ret(Value::canonical(d));
}

std::string formatFloat(const std::string& spec, double d) {
  char text[512];
  std::snprintf(text, sizeof text, spec.c_str(), d);
  return text;
}

/// With a point, if it would look like an integer.
std::string withPoint(std::string s) {
  for (char ch : s) {
    if ((ch < '0' || ch > '9') && ch != '-') return s;
  }
  return s + ".";
}

std::string shownSpecial(double d) { return d != d ? "nan" : d > 0 ? "infinity" : "neg_infinity"; }

NativeResult stringOfFloat(NativeCall& c) {
  double d = doubleOf(c.arg(0));
  if (!std::isfinite(d)) return returnText(c, d != d ? (std::signbit(d) ? "-nan" : "nan") : d > 0 ? "inf" : "-inf");
  return returnText(c, withPoint(formatFloat("%.12g", d)));
}

NativeResult stringOfInt(NativeCall& c) { return returnText(c, std::to_string(intArg(c, 0))); }

bool isSpec(const std::string& s, const char* conversions) {
  if (s.size() < 2 || s[0] != '%' || s.size() > 40) return false;
  if (std::strchr(conversions, s.back()) == nullptr) return false;
  for (size_t i = 1; i + 1 < s.size(); i++) {
    if (std::strchr("-+ #0123456789.", s[i]) == nullptr) return false;
  }
  return true;
}

/// caml_format_int spec i bits: a conversion of printf without length; unsigned ones show `bits` bits.
NativeResult formatInt(NativeCall& c) {
  std::string spec(c.stringArg(0));
  int64_t i = intArg(c, 1);
  auto bits = static_cast<int>(intArg(c, 2));
  if (!isSpec(spec, "diuxXo")) return raiseNamed(c, "Invalid_argument", "format_int: bad format");
  char conversion = spec.back();
  spec.pop_back();
  spec += "ll";
  spec += conversion;
  char text[512];
  if (conversion == 'd' || conversion == 'i') {
    std::snprintf(text, sizeof text, spec.c_str(), static_cast<long long>(i));
  } else {
    uint64_t mask = bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
    std::snprintf(text, sizeof text, spec.c_str(), static_cast<unsigned long long>(static_cast<uint64_t>(i) & mask));
  }
  return returnText(c, text);
}

/// caml_format_float spec d: e, f, g as in C; F and h as the reference's.
NativeResult formatFloatNative(NativeCall& c) {
  std::string spec(c.stringArg(0));
  double d = doubleOf(c.arg(1));
  if (!isSpec(spec, "eEfFgGhH")) return raiseNamed(c, "Invalid_argument", "format_float: bad format");
  char conversion = spec.back();
  if (conversion == 'F') {
    if (!std::isfinite(d)) return returnText(c, shownSpecial(d));
    size_t dot = spec.find('.');
    std::string precise = dot == std::string::npos ? "%.12g" : "%" + spec.substr(dot, spec.size() - dot - 1) + "g";
    if (dot == std::string::npos) {
      // The shortest of 12, 15, 17 digits that reads back the same.
      std::string s = formatFloat("%.12g", d);
      if (std::strtod(s.c_str(), nullptr) != d) s = formatFloat("%.15g", d);
      if (std::strtod(s.c_str(), nullptr) != d) s = formatFloat("%.18g", d);
      return returnText(c, withPoint(s));
    }
    return returnText(c, withPoint(formatFloat(precise, d)));
  }
  if (conversion == 'h' || conversion == 'H') {
    spec.back() = conversion == 'h' ? 'a' : 'A';
    return returnText(c, formatFloat(spec, d));
  }
  return returnText(c, formatFloat(spec, d));
}

/// caml_escaped s: as String.escaped.
NativeResult escaped(NativeCall& c) {
  std::string out;
  for (char ch : c.stringArg(0)) {
    switch (ch) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      case '\b': out += "\\b"; break;
      default:
        if (ch >= ' ' && ch <= '~') {
          out += ch;
        } else {
          char text[8];
          std::snprintf(text, sizeof text, "\\%03d", static_cast<unsigned char>(ch));
          out += text;
        }
    }
  }
  return returnText(c, out);
}

/// caml_string_concat separator list
NativeResult stringConcat(NativeCall& c) {
  std::string out;
  std::string separator(c.stringArg(0));
  bool first = true;
  for (Value v = c.arg(1); v.isOther();) {
    auto* cell = as<List>(v);
    if (!first) out += separator;
    first = false;
    out += asString(loadSlot(&cell->slots[0]))->view();
    v = loadSlot(&cell->slots[1]);
  }
  if (!c.charge(out.size() / 64)) return c.raisePending();
  return returnText(c, out);
}

/// The argument of an exception as the reference's toplevel shows it; `kind` says its type.
std::string shownArgument(Value v, char kind) {
  switch (kind) {
    case 'i': return std::to_string(integerOf(v));
    case 'b': return v.isTrue() ? "true" : "false";
    case 'u': return "()";
    case 'f': {
      double d = doubleOf(v);
      return std::isfinite(d) ? withPoint(formatFloat("%.12g", d)) : shownSpecial(d);
    }
    case 'c': {
      char ch = static_cast<char>(v.asInt());
      if (ch == '\'') return "'\\''";
      if (ch == '\n') return "'\\n'";
      return std::string("'") + ch + "'";
    }
    case 's': {
      std::string out = "\"";
      for (char ch : asString(v)->view()) {
        if (ch == '"' || ch == '\\') out += '\\';
        if (ch == '\n') {
          out += "\\n";
        } else if (ch == '\t') {
          out += "\\t";
        } else {
          out += ch;
        }
      }
      return out + '"';
    }
    default: break;
  }
  if (v.isInt()) return std::to_string(v.asInt());
  if (v.isString()) return shownArgument(v, 's');
  if (v.isOther() && isKind(v, Kind::kBlock) && v.asObject()->aux == 0 && v.asObject()->word > 1) {
    std::string out = "(";
    auto* block = as<List>(v);
    for (uint32_t i = 0; i < block->word; i++)
      out += (i != 0 ? ", " : "") + shownArgument(loadSlot(&block->slots[i]), '?');
    return out + ")";
  }
  return "_";
}

NativeResult exceptionText(NativeCall& c) {
  // As Printexc.to_string: Name(arguments).
  Value v = c.arg(0);
  if (!isKind(v, Kind::kBlock)) return returnText(c, "?");
  auto* exception = as<List>(v);
  auto* id = as<List>(loadSlot(&exception->slots[0]));
  std::string out(asString(loadSlot(&id->slots[0]))->view());
  std::string kinds(asString(loadSlot(&id->slots[1]))->view());
  if (exception->word > 1) {
    out += '(';
    if (exception->word == 2 && kinds == "_" && isKind(loadSlot(&exception->slots[1]), Kind::kBlock)) {
      std::string inner = shownArgument(loadSlot(&exception->slots[1]), '_');
      out += inner.starts_with('(') && inner.size() > 2 ? inner.substr(1, inner.size() - 2) : inner;
    } else {
      for (uint32_t i = 1; i < exception->word; i++) {
        char k = i - 1 < kinds.size() ? kinds[i - 1] : '_';
        out += (i > 1 ? ", " : "") +
               (k == 'f' || k == 'c' ? std::string(k == 'f' ? shownArgument(loadSlot(&exception->slots[i]), 'f') : "_")
                                     : shownArgument(loadSlot(&exception->slots[i]), k == 'i' || k == 's' ? k : '?'));
      }
    }
    out += ')';
  }
  return returnText(c, out);
}

constexpr NativeEntry kEntries[] = {
    {"caml_string_length", stringLength, stringLengthHere},
    {"caml_string_get", stringGet, stringGetHere},
    {"caml_string_append", stringAppend},
    {"caml_string_sub", stringSub},
    {"caml_bytes_of_string", bytesOfString},
    {"caml_bytes_sub_string", bytesSubString},
    {"caml_bytes_blit", bytesBlit},
    {"caml_bytes_blit_string", bytesBlitString},
    {"caml_bytes_fill", bytesFill},
    {"caml_int_of_string", intOfString},
    {"caml_float_of_string", floatOfString},
    {"caml_string_of_float", stringOfFloat},
    {"caml_string_of_int", stringOfInt},
    {"caml_format_int", formatInt},
    {"caml_format_float", formatFloatNative},
    {"caml_escaped", escaped},
    {"caml_string_concat", stringConcat},
    {"caml_exception_text", exceptionText},
};

}  // namespace

std::span<const NativeEntry> textNatives() { return kEntries; }

std::string describeUncaught(Isolate&, Value v) {
  if (v.isString()) {
    std::string_view text = asString(v)->view();
    if (text.find("stack overflow") != std::string_view::npos)
      return "Stack overflow during evaluation (looping recursion?).\n";
    if (text.find("division by zero") != std::string_view::npos) return "Exception: Division_by_zero.\n";
    if (text.find("not enough memory") != std::string_view::npos) return "Out of memory during evaluation.\n";
    if (text.find("invalid array length") != std::string_view::npos)
      return "Exception: Invalid_argument \"Array.make\".\n";
    if (text.find("invalid buffer length") != std::string_view::npos)
      return "Exception: Invalid_argument \"Bytes.create\".\n";
    if (text.find(" outside a") != std::string_view::npos)
      return "Exception: Invalid_argument \"index out of bounds\".\n";
    return "Exception: " + std::string(text) + "\n";
  }
  if (!isKind(v, Kind::kBlock)) return "Exception: ?\n";
  auto* exception = as<List>(v);
  auto* id = as<List>(loadSlot(&exception->slots[0]));
  std::string name(asString(loadSlot(&id->slots[0]))->view());
  std::string kinds(asString(loadSlot(&id->slots[1]))->view());
  if (name == "Stack_overflow") return "Stack overflow during evaluation (looping recursion?).\n";
  if (name == "Out_of_memory") return "Out of memory during evaluation.\n";
  std::string out = "Exception: " + name;
  if (exception->word == 2) {
    std::string shown = shownArgument(loadSlot(&exception->slots[1]), kinds.empty() ? '_' : kinds[0]);
    out += ' ' + (shown.starts_with('-') ? "(" + shown + ")" : shown);
  } else if (exception->word > 2) {
    out += " (";
    for (uint32_t i = 1; i < exception->word; i++) {
      out += (i > 1 ? ", " : "") +
             shownArgument(loadSlot(&exception->slots[i]), i - 1 < kinds.size() ? kinds[i - 1] : '_');
    }
    out += ')';
  }
  return out + ".\n";
}

}  // namespace devvm::caml
