#include "tools/completion.h"

#include <algorithm>

namespace devvm::tools {

using namespace runtime;

namespace {

constexpr int kLongestChain = 16;  // __index tables that are followed
constexpr std::string_view kKeywords[] = {"and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
                                          "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
                                          "repeat",   "return", "then", "true", "until",  "while"};

/// The table where fields of `v` are looked up when it has none itself.
Value inherited(Isolate& isolate, Value v) {
  Value metatable = metatableOf(isolate, v);
  return metatable.isTable() ? tableGetName(isolate, asTable(metatable), "__index") : Value::nil();
}

Value field(Isolate& isolate, Value v, std::string_view name) {
  for (int i = 0; i < kLongestChain && !v.isNil(); i++) {
    if (v.isTable()) {
      Value found = tableGetName(isolate, asTable(v), name);
      if (!found.isNil()) return found;
    }
    v = inherited(isolate, v);
  }
  return Value::nil();
}

}  // namespace

std::vector<std::string> completions(Isolate& isolate, std::string_view word, std::string& prefix) {
  size_t split = word.find_last_of(".:");
  prefix = word.substr(split == word.npos ? 0 : split + 1);
  Value from = isolate.globals;
  for (size_t at = 0; split != word.npos && at <= split;) {
    size_t next = word.find_first_of(".:", at);
    from = field(isolate, from, word.substr(at, next - at));
    at = next + 1;
  }
  std::vector<std::string> names;
  if (split == word.npos) {
    for (std::string_view k : kKeywords) {
      if (k.starts_with(prefix)) names.emplace_back(k);
    }
  }
  for (int i = 0; i < kLongestChain && !from.isNil(); i++) {
    if (from.isTable()) {
      Value key, value;
      for (Value k; tableNext(isolate, asTable(from), k, key, value) && !key.isNil(); k = key) {
        if (key.isString() && asString(key)->view().starts_with(prefix)) names.emplace_back(asString(key)->view());
      }
    }
    from = inherited(isolate, from);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace devvm::tools
