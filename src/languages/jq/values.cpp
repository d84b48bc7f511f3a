#include "languages/jq/values.h"

#include <algorithm>
#include <cstring>

namespace devvm::jq {

using namespace runtime;

int compareNumbers(Value a, Value b);

Type typeOf(Value v) {
  if (v.isNil()) return Type::kNull;
  if (v.isBoolean()) return v.isTrue() ? Type::kTrue : Type::kFalse;
  if (v.isString()) return Type::kString;
  if (v.isTable()) return Type::kObject;
  return isArray(v) ? Type::kArray : Type::kNumber;
}

const char* typeName(Value v) {
  constexpr const char* kNames[] = {"null", "boolean", "boolean", "number", "string", "array", "object"};
  return kNames[static_cast<int>(typeOf(v))];
}

Value newArray(Isolate& isolate, uint32_t capacity) {
  heap::Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kArray), capacity + kArrayHead, 0);
  if (o == nullptr) return Value::nil();
  heap::initSlot(&reinterpret_cast<Block*>(o)->slots[0], Value::smallInt(0));
  return otherValue(o);
}

void setLength(Value array, uint32_t length) { heap::initSlot(&asBlock(array)->slots[0], Value::smallInt(length)); }

void arraySet(Isolate& isolate, Value array, uint32_t i, Value v) {
  Block* b = asBlock(array);
  isolate.heap.store(b, &b->slots[kArrayHead + i], v);
}

Value arrayOf(Isolate& isolate, const Value* values, uint32_t count) {
  // Nothing may move before the values lie in it. They may be more than the stack of roots has room for.
  heap::Object* o = isolate.heap.allocateNoCollect(static_cast<uint8_t>(Kind::kArray), count + kArrayHead, 0);
  if (o == nullptr) return Value::nil();
  Value a = otherValue(o);
  for (uint32_t i = 0; i < count; i++) arraySet(isolate, a, i, values[i]);
  setLength(a, count);
  return a;
}

Value arrayCopy(Isolate& isolate, Handle array, uint32_t capacity) {
  Value copy = newArray(isolate, capacity);
  if (copy.isNil()) return copy;
  uint32_t n = std::min(arrayLength(*array), capacity);
  for (uint32_t i = 0; i < n; i++) heap::initSlot(&asBlock(copy)->slots[kArrayHead + i], arrayAt(*array, i));
  isolate.heap.writeBarrierAll(copy.asObject());
  setLength(copy, n);
  return copy;
}

Value arrayPush(Isolate& isolate, Handle array, Handle value) {
  uint32_t n = arrayLength(*array);
  if (n + kArrayHead >= asBlock(*array)->word) {
    Value longer = arrayCopy(isolate, array, n < 4 ? 8 : n * 2);
    if (longer.isNil()) return longer;
    array.set(longer);
  }
  arraySet(isolate, *array, n, *value);
  setLength(*array, n + 1);
  return *array;
}

Value newObject(Isolate& isolate, uint32_t fields) { return newTable(isolate, 0, fields); }

Value member(Isolate& isolate, Value object, String* key) {
  if (!key->interned()) key = findInterned(isolate, key);
  if (key == nullptr) return Value::absent();
  Value v = tableGetString(isolate, asTable(object), key);
  return v.isNil() ? Value::absent() : fromSlot(v);
}

Value memberNamed(Isolate& isolate, Value object, std::string_view key) {
  String* k = findInterned(isolate, key);
  return k == nullptr ? Value::absent() : member(isolate, object, k);
}

bool setMember(Isolate& isolate, Handle object, Handle key, Handle value) {
  Rooted k(isolate, intern(isolate, *key)), v(isolate, toSlot(*value));
  return !(*k).isNil() && tableSetString(isolate, object, k, v);
}

bool setMemberNamed(Isolate& isolate, Handle object, std::string_view key, Handle value) {
  Rooted k(isolate, intern(isolate, key));
  return !(*k).isNil() && setMember(isolate, object, k, value);
}

uint32_t memberCount(Isolate& isolate, Value object) {
  uint32_t n = 0;
  forEachMember(isolate, object, [&](Value, Value) { n++; });
  return n;
}

Value copyObject(Isolate& isolate, Handle object, Value without) {
  // Keys never move (they are interned), values may: all go to roots first where there are many.
  Rooted out(isolate, newObject(isolate, std::min<uint32_t>(memberCount(isolate, *object), 60)));
  if ((*out).isNil()) return Value::nil();
  Rooted key(isolate, Value::nil()), value(isolate, Value::nil());
  uint32_t at = 0;
  while (true) {
    Value k, v;
    at = tableNextAt(isolate, object.table(), at, k, v);
    if (k.isNil()) break;
    if (!(k == without)) {
      key.set(k);
      value.set(v);
      if (!tableSetString(isolate, out, key, value)) return Value::nil();
    }
    if (at == UINT32_MAX) break;
  }
  return *out;
}

Value keysOf(Isolate& isolate, Handle object, bool sorted) {
  std::vector<Value> keys;
  forEachMember(isolate, *object, [&](Value k, Value) { keys.push_back(k); });
  if (sorted) {
    std::sort(keys.begin(), keys.end(), [](Value a, Value b) { return stringCompare(asString(a), asString(b)) < 0; });
  }
  return arrayOf(isolate, keys.data(), static_cast<uint32_t>(keys.size()));
}

Value newBlock(Isolate& isolate, uint8_t tag, Handle a, Handle b) {
  heap::Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kBlock), 2, tag);
  if (o == nullptr) return Value::nil();
  heap::initSlot(&reinterpret_cast<Block*>(o)->slots[0], *a);
  heap::initSlot(&reinterpret_cast<Block*>(o)->slots[1], *b);
  return otherValue(o);
}

namespace {

std::vector<Value> sortedKeys(Isolate& isolate, Value object) {
  std::vector<Value> keys;
  forEachMember(isolate, object, [&](Value k, Value) { keys.push_back(k); });
  std::sort(keys.begin(), keys.end(), [](Value a, Value b) { return stringCompare(asString(a), asString(b)) < 0; });
  return keys;
}

}  // namespace

int compare(Isolate& isolate, Value a, Value b) {
  Type ta = typeOf(a), tb = typeOf(b);
  if (ta != tb) return ta < tb ? -1 : 1;
  switch (ta) {
    case Type::kNumber: return compareNumbers(a, b);
    case Type::kString: return stringCompare(asString(a), asString(b));
    case Type::kArray: {
      uint32_t n = std::min(arrayLength(a), arrayLength(b));
      for (uint32_t i = 0; i < n; i++) {
        if (int c = compare(isolate, arrayAt(a, i), arrayAt(b, i)); c != 0) return c;
      }
      return arrayLength(a) < arrayLength(b) ? -1 : arrayLength(a) > arrayLength(b);
    }
    case Type::kObject: {
      std::vector<Value> ka = sortedKeys(isolate, a), kb = sortedKeys(isolate, b);
      for (size_t i = 0; i < ka.size() && i < kb.size(); i++) {
        if (int c = stringCompare(asString(ka[i]), asString(kb[i])); c != 0) return c;
      }
      if (ka.size() != kb.size()) return ka.size() < kb.size() ? -1 : 1;
      for (Value k : ka) {
        if (int c = compare(isolate, member(isolate, a, asString(k)), member(isolate, b, asString(k))); c != 0)
          return c;
      }
      return 0;
    }
    default: return 0;
  }
}

bool equals(Isolate& isolate, Value a, Value b) {
  if (a.isDouble() && b.isDouble()) return a.asDouble() == b.asDouble();
  if (isNumber(a) && isNumber(b) && (numberOf(a) != numberOf(a) || numberOf(b) != numberOf(b))) return false;
  return compare(isolate, a, b) == 0;
}

// ---- text ----------------------------------------------------------------------------------------------------

namespace {

// As the reference: null, false, true, numbers, strings, arrays, objects, keys of objects.
std::string colourOf[8] = {"\x1b[0;90m", "\x1b[0;39m", "\x1b[0;39m", "\x1b[0;39m",
                           "\x1b[0;32m", "\x1b[1;39m", "\x1b[1;39m", "\x1b[34;1m"};
constexpr const char* kReset = "\x1b[0m";

class Writer {
 public:
  Writer(Isolate& isolate, const WriteOptions& options, std::string& out) : isolate_(isolate), o_(options), out_(out) {}

  void write(Value v, int depth) {
    Type t = typeOf(v);
    if (depth > 10000) {
      out_ += "<skipped: too deep>";
      return;
    }
    if (o_.colours) out_ += colourOf[static_cast<int>(t)];
    switch (t) {
      case Type::kNull: out_ += "null"; break;
      case Type::kFalse: out_ += "false"; break;
      case Type::kTrue: out_ += "true"; break;
      case Type::kNumber:
        if (isLiteral(v)) {
          out_ += asString(asBlock(v)->slots[1])->view();
        } else {
          char text[40];
          out_.append(text, jq::formatNumber(numberOf(v), text));
        }
        break;
      case Type::kString: writeString(asString(v)->view(), o_.ascii, out_); break;
      case Type::kArray: array(v, depth); return;
      case Type::kObject: object(v, depth); return;
    }
    if (o_.colours) out_ += kReset;
  }

 private:
  void newLine(int depth) {
    if (o_.indent < 0 && !o_.tabs) return;
    out_ += '\n';
    if (o_.tabs) {
      out_.append(static_cast<size_t>(depth), '\t');
    } else {
      out_.append(static_cast<size_t>(depth * o_.indent), ' ');
    }
  }

  void array(Value v, int depth) {
    const std::string& colour = colourOf[static_cast<int>(Type::kArray)];
    out_ += '[';
    uint32_t n = arrayLength(v);
    for (uint32_t i = 0; i < n; i++) {
      if (i > 0) {
        if (o_.colours) out_ += colour;
        out_ += ',';
      }
      newLine(depth + 1);
      if (o_.colours) out_ += kReset;
      write(arrayAt(v, i), depth + 1);
    }
    if (o_.colours) out_ += colour;
    if (n > 0) newLine(depth);
    if (o_.colours && n > 0) out_ += colour;
    out_ += ']';
    if (o_.colours) out_ += kReset;
  }

  void object(Value v, int depth) {
    out_ += '{';
    bool first = true;
    const std::string& colour = colourOf[static_cast<int>(Type::kObject)];
    auto pair = [&](Value key, Value value) {
      if (!first) {
        if (o_.colours) out_ += colour;
        out_ += ',';
      }
      newLine(depth + 1);
      if (o_.colours) out_ += std::string(kReset) + colourOf[7];
      writeString(asString(key)->view(), o_.ascii, out_);
      if (o_.colours) out_ += std::string(kReset) + colour;
      out_ += ':';
      if (o_.indent >= 0 || o_.tabs) out_ += ' ';
      if (o_.colours) out_ += kReset;
      write(value, depth + 1);
      first = false;
    };
    if (o_.sortKeys) {
      for (Value k : sortedKeys(isolate_, v)) pair(k, member(isolate_, v, asString(k)));
    } else {
      forEachMember(isolate_, v, pair);
    }
    if (o_.colours) out_ += colour;
    if (!first) newLine(depth);
    if (o_.colours && !first) out_ += colour;
    out_ += '}';
    if (o_.colours) out_ += kReset;
  }

  Isolate& isolate_;
  const WriteOptions& o_;
  std::string& out_;
};

}  // namespace

void writeString(std::string_view s, bool ascii, std::string& out) {
  out += '"';
  size_t from = 0;
  auto hex = [&](unsigned unit) {
    constexpr char kHex[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> shift) & 15];
  };
  for (size_t i = 0; i < s.size(); i++) {
    auto c = static_cast<unsigned char>(s[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F && (c < 0x80 || !ascii)) continue;
    out.append(s, from, i - from);
    from = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (c < 0x80) {
          hex(c);
          break;
        }
        int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        unsigned point = c & (0x3Fu >> more);
        for (int k = 1; k <= more && i + static_cast<size_t>(k) < s.size(); k++)
          point = (point << 6) | (static_cast<unsigned char>(s[i + static_cast<size_t>(k)]) & 0x3F);
        i += static_cast<size_t>(more);
        from = i + 1;
        if (point >= 0x10000) {
          hex(0xD800 + ((point - 0x10000) >> 10));
          hex(0xDC00 + ((point - 0x10000) & 0x3FF));
        } else {
          hex(point);
        }
    }
  }
  if (from < s.size()) out.append(s, from, s.size() - from);
  out += '"';
}

void writeJson(Isolate& isolate, Value v, const WriteOptions& options, std::string& out) {
  Writer(isolate, options, out).write(v, 0);
}

std::string toJson(Isolate& isolate, Value v) {
  std::string out;
  writeJson(isolate, v, {}, out);
  return out;
}

std::string describe(Isolate& isolate, Value v) {
  std::string text = toJson(isolate, v);
  constexpr size_t kLongest = 29;
  if (text.size() > kLongest) {
    size_t end = 26;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
    text.resize(end);
    text += "...";
  }
  return std::string(typeName(v)) + " (" + text + ")";
}

bool setColours(const char* specification) {
  std::string_view s = specification;
  size_t i = 0;
  std::string parsed[8];
  for (size_t c = 0; c < 8 && i <= s.size(); c++) {
    size_t end = s.find(':', i);
    if (end == s.npos) end = s.size();
    std::string_view one = s.substr(i, end - i);
    if (one.find_first_not_of("0123456789;") != one.npos) return false;
    parsed[c] = "\x1b[" + std::string(one) + "m";
    i = end + 1;
  }
  for (size_t c = 0; c < 8; c++) {
    if (!parsed[c].empty()) colourOf[c] = parsed[c];
  }
  return true;
}

}  // namespace devvm::jq
