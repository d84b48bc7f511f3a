// Strings and formats.
#include <algorithm>
#include <cmath>

#include "languages/jq/library.h"
#include "languages/jq/utf8.h"

namespace devvm::jq {

using namespace runtime;

namespace {

bool isAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string asText(Isolate& isolate, Value v) {
  if (v.isString()) return std::string(asString(v)->view());
  return toJson(isolate, v);
}

NativeResult tostring(NativeCall& c) {
  return c.arg(0).isString() ? c.ret(c.arg(0)) : text(c, toJson(c.isolate, c.arg(0)));
}

NativeResult explode(NativeCall& c) {
  if (!c.arg(0).isString()) return raiseText(c, "explode input must be a string");
  uint32_t n = static_cast<uint32_t>(codePoints(c.stringArg(0)));
  Value out = newArray(c.isolate, n);
  if (out.isNil()) return c.outOfMemory();
  std::string_view s = c.stringArg(0);
  uint32_t i = 0;
  for (size_t at = 0; at < s.size() && i < n; i++) {
    arraySet(c.isolate, out, i, Value::number(nextCodePoint(s, at)));
  }
  setLength(out, i);
  return c.ret(out);
}

NativeResult implode(NativeCall& c) {
  if (!isArray(c.arg(0)))
    return raiseText(c, describe(c.isolate, c.arg(0)) + " cannot be imploded, must be an array of codepoints");
  std::string out;
  for (uint32_t i = 0; i < arrayLength(c.arg(0)); i++) {
    Value v = arrayAt(c.arg(0), i);
    if (!isNumber(v) || numberOf(v) != numberOf(v))
      return raiseText(c, describe(c.isolate, v) + " can't be imploded, unicode codepoint needs to be numeric");
    double d = numberOf(v);
    bool valid = d >= 0 && d <= 0x10FFFF && !(d >= 0xD800 && d < 0xE000);
    appendUtf8(out, valid ? static_cast<uint32_t>(d) : 0xFFFD);
  }
  return text(c, out);
}

NativeResult changeCase(NativeCall& c) {
  if (!c.arg(0).isString()) return raiseText(c, "explode input must be a string");
  std::string s(c.stringArg(0));
  for (char& ch : s) {
    if (c.arg(1).isTrue() ? ch >= 'a' && ch <= 'z' : ch >= 'A' && ch <= 'Z') ch = static_cast<char>(ch ^ 32);
  }
  return text(c, s);
}

template <bool kStart>
NativeResult affix(NativeCall& c) {
  if (!c.arg(0).isString() || !c.arg(1).isString())
    return raiseText(c, std::string(kStart ? "startswith" : "endswith") + "() requires string inputs");
  return c.ret(
      Value::boolean(kStart ? c.stringArg(0).starts_with(c.stringArg(1)) : c.stringArg(0).ends_with(c.stringArg(1))));
}

template <int kSides>
NativeResult trim(NativeCall& c) {
  if (!c.arg(0).isString()) return raiseText(c, describe(c.isolate, c.arg(0)) + " cannot be trimmed");
  std::string s(c.stringArg(0));
  size_t from = 0, to = s.size();
  while ((kSides & 1) && from < to && isAsciiSpace(s[from])) from++;
  while ((kSides & 2) && from < to && isAsciiSpace(s[to - 1])) to--;
  return text(c, s.substr(from, to - from));
}

NativeResult byteLength(NativeCall& c) {
  if (!c.arg(0).isString()) return raiseText(c, describe(c.isolate, c.arg(0)) + " only strings have UTF-8 byte length");
  return number(c, asString(c.arg(0))->length());
}

/// Positions of a text in the input, which overlap, in code points.
NativeResult indices(NativeCall& c) {
  if (c.arg(0).isNil()) return c.ret(Value::nil());
  if (!c.arg(0).isString() || !c.arg(1).isString()) {
    return raiseText(
        c, std::string("Cannot determine indices of ") + jq::typeName(c.arg(1)) + " in " + jq::typeName(c.arg(0)));
  }
  std::string s(c.stringArg(0)), sought(c.stringArg(1));
  std::vector<Value> found;
  if (sought.empty()) return c.ret(Value::nil());
  size_t point = 0, counted = 0;
  for (size_t at = s.find(sought); at != s.npos; at = s.find(sought, at + 1)) {
    point += codePoints(std::string_view(s).substr(counted, at - counted));
    counted = at;
    found.push_back(Value::number(static_cast<double>(point)));
  }
  return give(c, arrayOf(c.isolate, found.data(), static_cast<uint32_t>(found.size())));
}

// ---- formats ----
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kBase32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Groups of bits of the bytes as letters, padded.
std::string encodeBits(const std::string& s, int bits, const char* letters, size_t group) {
  std::string out;
  uint32_t buffer = 0;
  int held = 0;
  for (unsigned char c : s) {
    buffer = (buffer << 8) | c;
    held += 8;
    while (held >= bits) {
      held -= bits;
      out += letters[(buffer >> held) & ((1u << bits) - 1)];
    }
    buffer &= (1u << held) - 1;
  }
  if (held > 0) out += letters[(buffer << (bits - held)) & ((1u << bits) - 1)];
  while (out.size() % group != 0) out += '=';
  return out;
}

bool decodeBits(const std::string& s, int bits, std::string_view letters, std::string& out) {
  uint32_t buffer = 0;
  int held = 0;
  size_t end = s.size();
  while (end > 0 && s[end - 1] == '=') end--;
  for (size_t i = 0; i < end; i++) {
    size_t digit = letters.find(s[i]);
    if (digit == letters.npos) return false;
    buffer = (buffer << bits) | static_cast<uint32_t>(digit);
    held += bits;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((buffer >> held) & 0xFF);
      buffer &= (1u << held) - 1;
    }
  }
  return end == 0 || !out.empty();
}

std::string replaced(const std::string& s, std::initializer_list<std::pair<char, const char*>> table) {
  std::string out;
  for (char c : s) {
    auto it = std::find_if(table.begin(), table.end(), [c](const auto& e) { return e.first == c; });
    if (it == table.end()) {
      out += c;
    } else {
      out += it->second;
    }
  }
  return out;
}

std::string quotedForShell(const std::string& s) { return "'" + replaced(s, {{'\'', "'\\''"}}) + "'"; }

NativeResult rows(NativeCall& c, bool commas) {
  if (!isArray(c.arg(0)))
    return raiseText(c, describe(c.isolate, c.arg(0)) + " cannot be " + (commas ? "csv" : "tsv") +
                            "-formatted, only an array can be");
  std::string out;
  for (uint32_t i = 0; i < arrayLength(c.arg(0)); i++) {
    Value v = arrayAt(c.arg(0), i);
    if (i > 0) out += commas ? ',' : '\t';
    if (isContainer(v)) return raiseText(c, describe(c.isolate, v) + " is not valid in a csv row");
    if (v.isNil()) continue;
    if (!v.isString()) {
      out += toJson(c.isolate, v);
    } else if (commas) {
      out += '"' + replaced(std::string(asString(v)->view()), {{'"', "\"\""}}) + '"';
    } else {
      out += replaced(std::string(asString(v)->view()), {{'\t', "\\t"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\\', "\\\\"}});
    }
  }
  return text(c, out);
}

NativeResult formatAs(NativeCall& c, const std::string& name) {
  Value v = c.arg(0);
  if (name == "text") return tostring(c);
  if (name == "json") return text(c, toJson(c.isolate, v));
  if (name == "csv" || name == "tsv") return rows(c, name == "csv");
  if (name == "sh") {
    std::string out;
    if (!isArray(v)) {
      if (v.isTable()) return raiseText(c, describe(c.isolate, v) + " can not be escaped for shell");
      return text(c, v.isString() ? quotedForShell(asText(c.isolate, v)) : toJson(c.isolate, v));
    }
    for (uint32_t i = 0; i < arrayLength(v); i++) {
      Value e = arrayAt(v, i);
      if (isContainer(e)) return raiseText(c, describe(c.isolate, e) + " can not be escaped for shell");
      if (i > 0) out += ' ';
      out += e.isString() ? quotedForShell(asText(c.isolate, e)) : toJson(c.isolate, e);
    }
    return text(c, out);
  }
  std::string s = asText(c.isolate, v);
  if (name == "html")
    return text(c, replaced(s, {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'\'', "&apos;"}, {'"', "&quot;"}}));
  if (name == "uri") {
    std::string out;
    for (char ch : s) {
      bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' ||
                   ch == '_' || ch == '.' || ch == '~';
      if (plain) {
        out += ch;
      } else {
        constexpr char kHex[] = "0123456789ABCDEF";
        out += '%';
        out += kHex[(static_cast<unsigned char>(ch) >> 4) & 15];
        out += kHex[ch & 15];
      }
    }
    return text(c, out);
  }
  if (name == "urid") {
    std::string out;
    auto digit = [](char h) {
      return h >= '0' && h <= '9' ? h - '0' : (h | 32) >= 'a' && (h | 32) <= 'f' ? (h | 32) - 'a' + 10 : -1;
    };
    for (size_t i = 0; i < s.size(); i++) {
      if (s[i] != '%') {
        out += s[i];
      } else if (i + 2 < s.size() && digit(s[i + 1]) >= 0 && digit(s[i + 2]) >= 0) {
        out += static_cast<char>(digit(s[i + 1]) * 16 + digit(s[i + 2]));
        i += 2;
      } else {
        return raiseText(c, describe(c.isolate, c.arg(0)) + " is not a valid uri encoding");
      }
    }
    return text(c, replaceInvalidUtf8(out));
  }
  if (name == "base64") return text(c, encodeBits(s, 6, kBase64, 4));
  if (name == "base32") return text(c, encodeBits(s, 5, kBase32, 8));
  if (name == "base64d" || name == "base32d") {
    std::string out;
    bool wide = name == "base64d";
    if (!decodeBits(s, wide ? 6 : 5, wide ? std::string_view(kBase64, 64) : std::string_view(kBase32, 32), out)) {
      Rooted r(c.isolate, newString(c.isolate, s));
      return raiseText(c, describe(c.isolate, *r) + " is not valid " + (wide ? "base64" : "base32") + " data");
    }
    return text(c, replaceInvalidUtf8(out));
  }
  return raiseText(c, name + " is not a valid format");
}

NativeResult format(NativeCall& c) { return formatAs(c, std::string(c.stringArg(1).substr(1))); }
NativeResult format1(NativeCall& c) {
  if (!c.arg(1).isString()) return raiseText(c, describe(c.isolate, c.arg(1)) + " is not a valid format");
  return formatAs(c, std::string(c.stringArg(1)));
}
Value fastFormat(Isolate&, const Value* a, uint32_t) {
  return a[0].isString() && asString(a[-1])->view() == "@text" ? a[0] : Value::absent();
}

// The mark that `inputs` tells the end by.
NativeResult endMark(NativeCall& c) { return c.ret(Value::light(9)); }
NativeResult isEndMark(NativeCall& c) { return c.ret(Value::boolean(c.arg(0) == Value::light(9))); }

}  // namespace

void addTextFilters(FilterList& list) {
  const Filter all[] = {
      {"tostring/0", tostring},      {"explode/0", explode},
      {"implode/0", implode},        {"_case/1", changeCase},
      {"startswith/1", affix<true>}, {"endswith/1", affix<false>},
      {"trim/0", trim<3>},           {"ltrim/0", trim<1>},
      {"rtrim/0", trim<2>},          {"utf8bytelength/0", byteLength},
      {"_indices/1", indices},       {"format", format, fastFormat},
      {"format/1", format1},         {"_end/0", endMark},
      {"_is_end/0", isEndMark},
  };
  list.insert(list.end(), std::begin(all), std::end(all));
}

}  // namespace devvm::jq
