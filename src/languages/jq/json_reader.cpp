#include "languages/jq/json_reader.h"

#include <cmath>
#include <cstring>

#include "languages/jq/utf8.h"

namespace devvm::jq {

using namespace runtime;

namespace {
constexpr size_t kDeepest = 10000;
bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
}  // namespace

bool JsonReader::more() {
  if (ended_ || !refill_) return false;
  size_t before = text_.size();
  if (!refill_(text_) || text_.size() == before) {
    ended_ = true;
    return false;
  }
  return true;
}

bool JsonReader::skipSpace() {
  while (true) {
    while (at_ < text_.size() && isSpace(text_[at_])) at_++;
    if (at_ < text_.size()) return true;
    if (!more()) return false;
  }
}

void JsonReader::position(uint64_t& line, uint64_t& column) const {
  line = droppedLines_ + 1;
  column = droppedColumn_;
  for (size_t i = 0; i < at_ && i < text_.size(); i++) {
    if (text_[i] == '\n') {
      line++;
      column = 0;
    } else {
      column++;
    }
  }
}

bool JsonReader::fail(std::string message) {
  if (!error_.empty()) return false;
  uint64_t line, column;
  position(line, column);
  error_ = message + " at line " + std::to_string(line) + ", column " + std::to_string(column);
  return false;
}

bool JsonReader::noMemory() {
  outOfMemory_ = true;
  return false;
}

uint64_t JsonReader::lines() {
  size_t end = at_ < counted_ ? counted_ : text_.find('\n', at_);
  end = end == std::string::npos ? text_.size() : at_ < counted_ ? end : end + 1;
  for (; counted_ < end; counted_++) countedLines_ += text_[counted_] == '\n';
  return countedLines_;
}

JsonReader::Outcome JsonReader::next(Handle result) {
  if (!error_.empty()) return Outcome::kEnd;
  // What was read goes, so that a stream takes no more memory than its values.
  if (refill_ && at_ > (size_t{1} << 17)) {
    lines();
    for (size_t i = 0; i < at_; i++) {
      if (text_[i] == '\n') {
        droppedLines_++;
        droppedColumn_ = 0;
      } else {
        droppedColumn_++;
      }
    }
    counted_ = counted_ > at_ ? counted_ - at_ : 0;
    text_.erase(0, at_);
    at_ = 0;
  }
  if (!skipSpace()) return Outcome::kEnd;
  bool ok = value(result);
  if (outOfMemory_) return Outcome::kOutOfMemory;
  if (!ok) return Outcome::kError;
  return Outcome::kValue;
}

bool JsonReader::value(Handle result) {
  char c = text_[at_];
  if (c == '"') return string(result, false);
  if (c == '[' || c == '{') return container(result);
  return literal(result);
}

bool JsonReader::literal(Handle result) {
  size_t begin = at_;
  while (true) {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (isSpace(c) || c == ',' || c == ':' || c == ']' || c == '}' || c == '[' || c == '{' || c == '"') break;
      at_++;
    }
    if (at_ < text_.size() || !more()) break;
  }
  std::string_view t(text_.data() + begin, at_ - begin);
  bool atEnd = at_ >= text_.size();
  auto wrong = [&](const char* what) {
    if (!atEnd) at_++;
    return fail(std::string(what) + (atEnd ? " at EOF" : ""));
  };
  if (t.empty()) {
    char c = text_[at_++];
    if (c == ']' || c == '}') return fail(std::string("Unmatched '") + c + "'");
    return fail(c == ',' ? "Expected value before ','" : c == ':' ? "':' not as part of an object" : "Invalid literal");
  }
  // Integers of up to 15 digits are the usual case.
  size_t i = t[0] == '-' ? 1 : 0;
  if (t.size() - i <= 15 && i < t.size() && t[i] >= '1' && t[i] <= '9') {
    int64_t n = 0;
    while (i < t.size() && t[i] >= '0' && t[i] <= '9') n = n * 10 + (t[i++] - '0');
    if (i == t.size()) {
      result.set(Value::number(static_cast<double>(t[0] == '-' ? -n : n)));
      return true;
    }
  }
  if (t == "null") {
    result.set(Value::nil());
  } else if (t == "true" || t == "false") {
    result.set(Value::boolean(t == "true"));
  } else if (t == "nan" || t == "NaN" || t == "-nan" || t == "-NaN") {
    result.set(Value::canonical(std::nan("")));
  } else if (t == "Infinity" || t == "-Infinity" || t == "infinity" || t == "-infinity") {
    result.set(Value::number(t[0] == '-' ? -HUGE_VAL : HUGE_VAL));
  } else if (t == "'" || t[0] == '\'') {
    return fail(std::string("Invalid string literal; expected \", but got '") + (atEnd ? " at EOF" : ""));
  } else {
    char c = t[0];
    if (c == 'n' || c == 't' || c == 'f') {
      // The reference tells these from numbers by their first letter and length.
      const char* word = c == 'n' ? "null" : c == 't' ? "true" : "false";
      if (t.size() == std::strlen(word) || std::string_view(word).starts_with(t)) return wrong("Invalid literal");
    }
    std::string copy(t);
    double number;
    std::string exact;
    bool digits = false, good = true;
    for (size_t k = 0; k < copy.size() && good; k++) {
      char d = copy[k];
      digits = digits || (d >= '0' && d <= '9');
      good = (d >= '0' && d <= '9') || d == '.' || d == '-' || d == '+' || d == 'e' || d == 'E';
    }
    if (!good || !digits) return wrong("Invalid numeric literal");
    Value v = numberFromText(isolate_, copy);
    number = v.isNil() ? 0 : numberOf(v);
    if (v.isNil()) {
      outOfMemory_ = true;
      return false;
    }
    if (number != number) return wrong("Invalid numeric literal");
    result.set(v);
  }
  return true;
}

bool JsonReader::string(Handle result, bool key) {
  size_t begin = ++at_;
  bool plain = true, ascii = true;
  while (true) {
    const char* p = text_.data();
    size_t n = text_.size();
    while (at_ < n) {
      auto c = static_cast<unsigned char>(p[at_]);
      if (c == '"') break;
      if (c == '\\') {
        plain = false;
        if (at_ + 1 >= n) break;
        at_ += 2;
        continue;
      }
      ascii = ascii && c < 0x80;
      at_++;
    }
    if (at_ < text_.size() && text_[at_] == '"') break;
    if (!more()) {
      at_ = text_.size();
      return fail("Unfinished string at EOF");
    }
  }
  std::string_view raw(text_.data() + begin, at_ - begin);
  at_++;
  std::string_view final = raw;
  if (!plain) {
    scratch_.clear();
    for (size_t i = 0; i < raw.size(); i++) {
      char c = raw[i];
      if (c != '\\') {
        scratch_ += c;
        continue;
      }
      c = raw[++i];
      switch (c) {
        case 'n': scratch_ += '\n'; break;
        case 't': scratch_ += '\t'; break;
        case 'r': scratch_ += '\r'; break;
        case 'b': scratch_ += '\b'; break;
        case 'f': scratch_ += '\f'; break;
        case '/':
        case '\\':
        case '"': scratch_ += c; break;
        case 'u': {
          auto unit = [&](size_t from, uint32_t& out) {
            out = 0;
            if (from + 4 > raw.size()) return false;
            for (size_t k = from; k < from + 4; k++) {
              char h = raw[k];
              uint32_t d = h >= '0' && h <= '9'                 ? static_cast<uint32_t>(h - '0')
                           : (h | 32) >= 'a' && (h | 32) <= 'f' ? static_cast<uint32_t>((h | 32) - 'a' + 10)
                                                                : 16;
              if (d == 16) return false;
              out = out * 16 + d;
            }
            return true;
          };
          uint32_t u, low;
          if (!unit(i + 1, u)) return fail("Invalid escape");
          i += 4;
          if (u >= 0xD800 && u < 0xDC00) {
            if (i + 2 < raw.size() && raw[i + 1] == '\\' && raw[i + 2] == 'u' && unit(i + 3, low) && low >= 0xDC00 &&
                low < 0xE000) {
              u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
              i += 6;
            } else {
              return fail("Invalid \\uXXXX\\uXXXX surrogate pair escape");
            }
          }
          if (u >= 0xDC00 && u < 0xE000) u = 0xFFFD;
          appendUtf8(scratch_, u);
          break;
        }
        default: return fail("Invalid escape");
      }
    }
    final = scratch_;
  }
  std::string replaced;
  if (!ascii && !isValidUtf8(final)) final = replaced = replaceInvalidUtf8(final);
  Value v = key ? intern(isolate_, final) : newString(isolate_, final);
  if (v.isNil()) {
    outOfMemory_ = true;
    return false;
  }
  result.set(v);
  return true;
}

/// An array or object with all that is in it, without recursion: what is under construction lies on a stack of its own.
bool JsonReader::container(Handle result) {
  Rooted current(isolate_, Value::nil()), key(isolate_, Value::nil()), item(isolate_, Value::nil());
  Rooted stack(isolate_, newArray(isolate_, 16));
  if ((*stack).isNil()) return noMemory();
  std::vector<bool> outer;  // of the containers on the stack: objects
  bool isObject = false, inside = false;
  bool expectValue = true;  // else a separator or an end
  bool first = true;
  auto add = [&] {
    if (!isObject) return !arrayPush(isolate_, current, item).isNil();
    bool ok = setMember(isolate_, current, key, item);
    key.set(Value::nil());
    return ok;
  };
  // The value that stands where a separator should: the reference complains at its end.
  auto missingSeparator = [&] {
    char c = text_[at_];
    if (c == '[' || c == '{' || c == ']' || c == '}') {
      at_++;
    } else if (!value(item)) {
      return false;
    } else if (c != '"' && at_ < text_.size()) {
      at_++;
    }
    return fail("Expected separator between values");
  };
  while (true) {
    if (!skipSpace()) return fail("Unfinished JSON term at EOF");
    char c = text_[at_];
    if (expectValue && (c == '[' || c == '{') && (!isObject || !(*key).isNil())) {
      at_++;
      if (outer.size() >= kDeepest) return fail("Exceeds depth limit for parsing");
      if (inside) {
        if (arrayPush(isolate_, stack, current).isNil() || arrayPush(isolate_, stack, key).isNil()) return noMemory();
        outer.push_back(isObject);
      }
      inside = true;
      isObject = c == '{';
      current.set(isObject ? newObject(isolate_, 4) : newArray(isolate_, 4));
      if ((*current).isNil()) return noMemory();
      key.set(Value::nil());
      first = true;
      continue;
    }
    if (c == ']' || c == '}') {
      at_++;
      if (isObject != (c == '}'))
        return fail(std::string("Unmatched '") + c + "'" + (isObject ? " in the middle of an object" : ""));
      if (expectValue && !first)
        return fail(isObject ? "Objects must consist of key:value pairs" : "Expected another array element");
      item.set(*current);
      if (outer.empty()) {
        result.set(*item);
        return true;
      }
      uint32_t n = arrayLength(*stack);
      current.set(arrayAt(*stack, n - 2));
      key.set(arrayAt(*stack, n - 1));
      setLength(*stack, n - 2);
      isObject = outer.back();
      outer.pop_back();
      if (!add()) return noMemory();
      expectValue = first = false;
      continue;
    }
    if (!expectValue) {
      if (c != ',' && c != ':') return missingSeparator();
      at_++;
      if (c == ':') return fail("':' not as part of an object");
      expectValue = true;
      continue;
    }
    if (c == ',' || c == ':') {
      at_++;
      return fail(c == ':'   ? "':' not as part of an object"
                  : isObject ? "Objects must consist of key:value pairs"
                             : "Expected value before ','");
    }
    first = false;
    if (isObject) {
      if (c != '"') return value(item) ? fail("Object keys must be strings") : false;
      if (!string(key, true)) return false;
      if (!skipSpace()) return fail("Unfinished JSON term at EOF");
      char d = text_[at_];
      if (d != ':') {
        if (d != ',' && d != '}') return missingSeparator();
        at_++;
        return fail("Objects must consist of key:value pairs");
      }
      at_++;
      if (!skipSpace()) return fail("Unfinished JSON term at EOF");
      d = text_[at_];
      if (d == '[' || d == '{') continue;
      if (d == '}' || d == ',' || d == ']') {
        at_++;
        return fail("Objects must consist of key:value pairs");
      }
    }
    if (!value(item)) return false;
    if (!add()) return noMemory();
    expectValue = false;
  }
}

}  // namespace devvm::jq
