// Regular expressions, by Oniguruma with the syntax that the reference gives it.
#include <oniguruma.h>

#include <map>
#include <memory>
#include <string>

#include "languages/jq/library.h"
#include "languages/jq/utf8.h"

namespace devvm::jq {

using namespace runtime;

namespace {

struct FreeRegex {
  void operator()(regex_t* regex) const { onig_free(regex); }
};
using Regex = std::unique_ptr<regex_t, FreeRegex>;

/// Compiled once by text and options; few programs have many. null: `error` says why. The cache owns what it gives,
/// until the next call.
regex_t* compiled(const std::string& pattern, OnigOptionType options, std::string& error) {
  constexpr size_t kMostKept = 500;
  static thread_local std::map<std::pair<std::string, unsigned>, Regex> cache;
  auto known = cache.find({pattern, options});
  if (known != cache.end()) return known->second.get();
  auto* begin = reinterpret_cast<const OnigUChar*>(pattern.data());
  OnigErrorInfo info;
  regex_t* regex = nullptr;
  int status = onig_new(&regex, begin, begin + pattern.size(), options, ONIG_ENCODING_UTF8, ONIG_SYNTAX_PERL_NG, &info);
  if (status == ONIG_NORMAL) {
    if (cache.size() >= kMostKept) cache.clear();
    return cache.emplace(std::pair(pattern, options), Regex(regex)).first->second.get();
  }
  OnigUChar message[ONIG_MAX_ERROR_MESSAGE_LEN];
  int n = onig_error_code_to_str(message, status, &info);
  error = std::string(reinterpret_cast<char*>(message), static_cast<size_t>(n)) +
          " (at offset 0) is not a valid regex: " + pattern;
  return nullptr;
}

/// Sets string, offset and length of a piece; for captures the name, too.
bool setPiece(Isolate& isolate, Handle object, const std::string& s, int begin, int end) {
  Rooted v(isolate, Value::nil());
  bool absent = begin < 0;
  v.set(Value::number(
      absent ? -1 : static_cast<double>(codePoints(std::string_view(s).substr(0, static_cast<size_t>(begin))))));
  if (!setMemberNamed(isolate, object, "offset", v)) return false;
  std::string_view piece =
      absent ? std::string_view()
             : std::string_view(s).substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  v.set(Value::number(static_cast<double>(codePoints(piece))));
  if (!setMemberNamed(isolate, object, "length", v)) return false;
  v.set(absent ? Value::nil() : newString(isolate, piece));
  return (absent || !(*v).isNil()) && setMemberNamed(isolate, object, "string", v);
}

struct Names {
  std::map<int, std::string> byGroup;
};
int collectName(const OnigUChar* name, const OnigUChar* end, int count, int* groups, regex_t*, void* context) {
  for (int i = 0; i < count; i++) {
    static_cast<Names*>(context)->byGroup[groups[i]] =
        std::string(reinterpret_cast<const char*>(name), static_cast<size_t>(end - name));
  }
  return 0;
}

/// (input, expression, flags or null, whether to test only)
NativeResult match(NativeCall& c) {
  Isolate& isolate = c.isolate;
  if (!c.arg(0).isString())
    return raiseText(c, describe(isolate, c.arg(0)) + " cannot be matched, as it is not a string");
  if (!c.arg(1).isString())
    return raiseText(c, describe(isolate, c.arg(1)) + " cannot be matched, as it is not a string");
  if (!c.arg(2).isString() && !c.arg(2).isNil()) return raiseText(c, describe(isolate, c.arg(2)) + " is not a string");
  OnigOptionType options = ONIG_OPTION_CAPTURE_GROUP;
  bool all = false, skipEmpty = false;
  if (c.arg(2).isString()) {
    for (char f : c.stringArg(2)) {
      switch (f) {
        case 'g': all = true; break;
        case 'i': options |= ONIG_OPTION_IGNORECASE; break;
        case 'x': options |= ONIG_OPTION_EXTEND; break;
        case 's': options |= ONIG_OPTION_SINGLELINE; break;
        case 'p': options |= ONIG_OPTION_MULTILINE | ONIG_OPTION_SINGLELINE; break;
        case 'l': options |= ONIG_OPTION_FIND_LONGEST; break;
        case 'n': skipEmpty = true; break;
        default: return raiseText(c, std::string(c.stringArg(2)) + " is not a valid modifier string");
      }
    }
  }
  if (skipEmpty) options |= ONIG_OPTION_FIND_NOT_EMPTY;
  std::string s(c.stringArg(0)), error;
  regex_t* regex = compiled(std::string(c.stringArg(1)), options, error);
  if (regex == nullptr) return raiseText(c, error);
  bool testOnly = c.arg(3).isTrue();
  onig_set_retry_limit_in_match(10'000'000);
  Names names;
  onig_foreach_name(regex, collectName, &names);
  auto* begin = reinterpret_cast<const OnigUChar*>(s.data());
  const OnigUChar *end = begin + s.size(), *at = begin;
  OnigRegion* region = onig_region_new();
  struct Free {
    OnigRegion* region;
    ~Free() { onig_region_free(region, 1); }
  } freeing{region};
  Rooted out(isolate, newArray(isolate, 4)), one(isolate, Value::nil()), captures(isolate, Value::nil()),
      piece(isolate, Value::nil()), name(isolate, Value::nil());
  if ((*out).isNil()) return c.outOfMemory();
  while (true) {
    int status = onig_search(regex, begin, end, at, end, region, ONIG_OPTION_NONE);
    if (status == ONIG_MISMATCH) break;
    if (status < 0) {
      OnigUChar message[ONIG_MAX_ERROR_MESSAGE_LEN];
      int n = onig_error_code_to_str(message, status);
      return raiseText(c, std::string(reinterpret_cast<char*>(message), static_cast<size_t>(n)));
    }
    if (testOnly) return c.ret(Value::boolean(true));
    if (!c.charge(s.size() / 16 + 1)) return c.raisePending();
    one.set(newObject(isolate, 4));
    captures.set(newArray(isolate, static_cast<uint32_t>(region->num_regs)));
    if ((*one).isNil() || (*captures).isNil()) return c.outOfMemory();
    if (!setPiece(isolate, one, s, region->beg[0], region->end[0])) return c.outOfMemory();
    for (int i = 1; i < region->num_regs; i++) {
      piece.set(newObject(isolate, 4));
      if ((*piece).isNil() || !setPiece(isolate, piece, s, region->beg[i], region->end[i])) return c.outOfMemory();
      auto it = names.byGroup.find(i);
      name.set(it == names.byGroup.end() ? Value::nil() : newString(isolate, it->second));
      if (!setMemberNamed(isolate, piece, "name", name) || arrayPush(isolate, captures, piece).isNil())
        return c.outOfMemory();
    }
    if (!setMemberNamed(isolate, one, "captures", captures) || arrayPush(isolate, out, one).isNil())
      return c.outOfMemory();
    if (!all) break;
    const OnigUChar* next = begin + region->end[0];
    if (region->end[0] == region->beg[0]) {
      if (next >= end) break;
      size_t offset = static_cast<size_t>(next - begin);
      nextCodePoint(s, offset);
      next = begin + offset;
    }
    at = next;
    if (at > end) break;
  }
  return c.ret(testOnly ? Value::boolean(false) : *out);
}

}  // namespace

void addRegexFilters(FilterList& list) { list.push_back({"_match/3", match}); }

}  // namespace devvm::jq
