#include "tools/show_value.h"

#include <vector>

#include "bytecode/literals.h"

namespace devvm::tools {

using namespace runtime;

namespace {

constexpr size_t kMostEntries = 60;  // of one table
constexpr size_t kLongestString = 80;
constexpr size_t kLine = 80;  // shorter constructors stay on one line
constexpr int kDeepest = 3;

bool isName(std::string_view s) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
  for (char c : s) {
    if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) return false;
  }
  return true;
}

class Shower {
 public:
  explicit Shower(Isolate& isolate) : isolate_(isolate) {}

  std::string table(Value v, int depth) {
    for (Value outer : open_) {
      if (outer == v) return "(itself)";
    }
    if (depth > kDeepest) return "{...}";
    open_.push_back(v);
    std::vector<std::string> parts;
    Value key, value;
    int64_t next = 1;
    for (Value k; tableNext(isolate_, asTable(v), k, key, value) && !key.isNil(); k = key) {
      if (parts.size() == kMostEntries) {
        parts.emplace_back("...");
        break;
      }
      std::string text = this->value(value, depth + 1);
      if (key.isAnyInt() && integerOf(key) == next) {
        next++;
      } else if (key.isString() && isName(asString(key)->view())) {
        text = std::string(asString(key)->view()) + " = " + text;
      } else {
        text = "[" + this->value(key, kDeepest + 1) + "] = " + text;
      }
      parts.push_back(std::move(text));
    }
    open_.pop_back();
    size_t length = 2 * static_cast<size_t>(depth) + 2;
    bool lines = false;
    for (const std::string& p : parts) {
      length += p.size() + 2;
      lines = lines || p.find('\n') != p.npos;
    }
    std::string indent(2 * static_cast<size_t>(depth), ' '), out = "{";
    for (size_t i = 0; i < parts.size(); i++) {
      if (lines || length > kLine) {
        out += "\n  " + indent + parts[i] + ",";
      } else {
        out += (i == 0 ? "" : ", ") + parts[i];
      }
    }
    return out + (lines || length > kLine ? "\n" + indent : "") + "}";
  }

 private:
  std::string value(Value v, int depth) {
    if (v.isString()) {
      std::string_view s = asString(v)->view();
      bool cut = s.size() > kLongestString;
      return bytecode::quoteText(std::string(s.substr(0, kLongestString))) + (cut ? "..." : "");
    }
    if (v.isNumber()) {
      char buffer[64];
      return std::string(buffer, formatNumber(v, buffer));
    }
    if (v.isBoolean()) return v.isTrue() ? "true" : "false";
    if (isPlainTable(isolate_, v)) return table(v, depth);
    Value name;
    Value metatable = metatableOf(isolate_, v);
    if (metatable.isTable()) name = tableGetName(isolate_, asTable(metatable), "__name");
    return "(" + std::string(name.isString() ? asString(name)->view() : std::string_view(typeName(v))) + ")";
  }

  Isolate& isolate_;
  std::vector<Value> open_;  ///< tables being shown; nothing here collects
};

}  // namespace

bool isPlainTable(Isolate& isolate, Value v) {
  if (!v.isTable()) return false;
  Value metatable = metatableOf(isolate, v);
  return metatable.isNil() || (metatable.isTable() && tableGetName(isolate, asTable(metatable), "__tostring").isNil() &&
                               tableGetName(isolate, asTable(metatable), "__name").isNil());
}

std::string showTable(Isolate& isolate, Value table) { return Shower(isolate).table(table, 0); }

}  // namespace devvm::tools
