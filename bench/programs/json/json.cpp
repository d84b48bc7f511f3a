// Writes a document as JSON, compact and indented, parses both texts and compares, and parses a
// broken text: a recursive-descent parser and a tree of objects of five classes.
// Size: number of documents of 100 records.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using namespace std::string_literals;

constexpr int kRecords = 100;

// Without an indent the text is compact; with one, elements stand on lines of their own.
class Writer {
 public:
  explicit Writer(const char* indent) : indent_(indent) {}

  void put(std::string_view text) { text_ += text; }
  bool indented() const { return indent_ != nullptr; }

  void newLine() {
    if (!indent_) return;
    put("\n");
    for (int i = 0; i < level_; i++) put(indent_);
  }

  void open(const char* bracket) {
    put(bracket);
    level_++;
    newLine();
  }

  void separate() {
    put(",");
    newLine();
  }

  void close(const char* bracket) {
    level_--;
    newLine();
    put(bracket);
  }

  void putQuoted(const std::string& text) {
    text_ += '"';
    for (char c : text) {
      switch (c) {
        case '"': put("\\\""); break;
        case '\\': put("\\\\"); break;
        case '\b': put("\\b"); break;
        case '\f': put("\\f"); break;
        case '\n': put("\\n"); break;
        case '\r': put("\\r"); break;
        case '\t': put("\\t"); break;
        default:
          if (static_cast<unsigned char>(c) < 32) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", c);
            put(escape);
          } else {
            text_ += c;
          }
      }
    }
    text_ += '"';
  }

  std::string finish() { return std::move(text_); }

 private:
  std::string text_;
  const char* indent_;
  int level_ = 0;
};

class Value {
 public:
  virtual ~Value() = default;
  virtual void writeTo(Writer& writer) const = 0;
  // A number that depends on all of the contents.
  virtual long weigh() const = 0;
  virtual double asNumber() const { throw std::logic_error("not a number"); }

  std::string toJson(const char* indent = nullptr) const {
    Writer writer(indent);
    writeTo(writer);
    return writer.finish();
  }
};

using ValuePointer = std::shared_ptr<const Value>;

class Literal final : public Value {
 public:
  Literal(const char* text, int weight) : text_(text), weight_(weight) {}
  const char* text() const { return text_; }
  void writeTo(Writer& writer) const override { writer.put(text_); }
  long weigh() const override { return weight_; }

 private:
  const char* text_;
  int weight_;
};

using LiteralPointer = std::shared_ptr<const Literal>;

const LiteralPointer kNull = std::make_shared<Literal>("null", 1);
const LiteralPointer kFalse = std::make_shared<Literal>("false", 2);
const LiteralPointer kTrue = std::make_shared<Literal>("true", 3);

class Number final : public Value {
 public:
  explicit Number(double value) : value_(value) {}
  void writeTo(Writer& writer) const override {
    char text[32];
    if (value_ == std::floor(value_)) {
      std::snprintf(text, sizeof text, "%ld", static_cast<long>(value_));
    } else {
      std::snprintf(text, sizeof text, "%.2f", value_);
    }
    writer.put(text);
  }
  long weigh() const override { return static_cast<long>(std::floor(value_ * 4)); }
  double asNumber() const override { return value_; }

 private:
  double value_;
};

class String final : public Value {
 public:
  explicit String(std::string text) : text_(std::move(text)) {}
  void writeTo(Writer& writer) const override { writer.putQuoted(text_); }
  long weigh() const override { return static_cast<long>(text_.size()); }

 private:
  std::string text_;
};

class Array final : public Value {
 public:
  void add(ValuePointer value) { items_.push_back(std::move(value)); }
  const std::vector<ValuePointer>& items() const { return items_; }

  void writeTo(Writer& writer) const override {
    if (items_.empty()) {
      writer.put("[]");
      return;
    }
    writer.open("[");
    bool first = true;
    for (const ValuePointer& item : items_) {
      if (!first) writer.separate();
      first = false;
      item->writeTo(writer);
    }
    writer.close("]");
  }

  long weigh() const override {
    long sum = static_cast<long>(items_.size());
    for (size_t i = 0; i < items_.size(); i++) {
      sum += static_cast<long>((i + 1) % 3) * items_[i]->weigh();
    }
    return sum;
  }

 private:
  std::vector<ValuePointer> items_;
};

// Members keep the order in which they were added.
class Object final : public Value {
 public:
  void set(std::string name, ValuePointer value) {
    auto [place, added] = members_.insert_or_assign(std::move(name), std::move(value));
    if (added) order_.push_back(&*place);
  }

  const Value& get(const std::string& name) const { return *members_.at(name); }

  void writeTo(Writer& writer) const override {
    if (order_.empty()) {
      writer.put("{}");
      return;
    }
    writer.open("{");
    bool first = true;
    for (const auto* member : order_) {
      if (!first) writer.separate();
      first = false;
      writer.putQuoted(member->first);
      writer.put(writer.indented() ? ": " : ":");
      member->second->writeTo(writer);
    }
    writer.close("}");
  }

  long weigh() const override {
    long sum = 0;
    for (const auto* member : order_) {
      sum += static_cast<long>(member->first.size()) + member->second->weigh();
    }
    return sum;
  }

 private:
  using Members = std::unordered_map<std::string, ValuePointer>;
  Members members_;
  std::vector<const Members::value_type*> order_;
};

// Thrown for malformed text, with the place counted from 1.
struct SyntaxError : std::runtime_error {
  SyntaxError(const std::string& message, size_t position)
      : std::runtime_error(message), position(position) {}
  size_t position;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { read(); }

  ValuePointer parseDocument() {
    ValuePointer value = parseValue();
    skipSpace();
    if (current_ >= 0) fail("text after the end");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw SyntaxError(message, position_ + 1);
  }

  // The current byte, -1 after the end.
  void read() {
    current_ = position_ < text_.size() ? static_cast<unsigned char>(text_[position_]) : -1;
  }

  void advance() {
    position_++;
    read();
  }

  void skipSpace() {
    while (current_ == ' ' || current_ == '\n' || current_ == '\t' || current_ == '\r') advance();
  }

  // Skips space and the given byte, and says whether that byte was there.
  bool accept(char wanted) {
    skipSpace();
    if (current_ != wanted) return false;
    advance();
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail("expected "s + wanted);
  }

  ValuePointer parseValue() {
    skipSpace();
    switch (current_) {
      case '{': return parseObject();
      case '[': return parseArray();
      case '"': return std::make_shared<String>(parseString());
      case 'n': return parseLiteral(kNull);
      case 'f': return parseLiteral(kFalse);
      case 't': return parseLiteral(kTrue);
      default: return parseNumber();
    }
  }

  ValuePointer parseObject() {
    auto object = std::make_shared<Object>();
    advance();
    if (accept('}')) return object;
    do {
      skipSpace();
      if (current_ != '"') fail("expected a name");
      std::string name = parseString();
      expect(':');
      object->set(std::move(name), parseValue());
    } while (accept(','));
    expect('}');
    return object;
  }

  ValuePointer parseArray() {
    auto array = std::make_shared<Array>();
    advance();
    if (accept(']')) return array;
    do {
      array->add(parseValue());
    } while (accept(','));
    expect(']');
    return array;
  }

  ValuePointer parseLiteral(const LiteralPointer& literal) {
    for (const char* c = literal->text(); *c; c++) {
      if (current_ != *c) fail("expected "s + literal->text());
      advance();
    }
    return literal;
  }

  std::string parseString() {
    advance();
    size_t start = position_;
    std::string result;
    while (current_ != '"') {
      if (current_ < ' ') fail("unfinished string");
      if (current_ == '\\') {
        result += text_.substr(start, position_ - start);
        advance();
        result += parseEscape();
        start = position_;
      } else {
        advance();
      }
    }
    result += text_.substr(start, position_ - start);
    advance();
    return result;
  }

  char parseEscape() {
    char result;
    switch (current_) {
      case 'u': {
        std::string digits(text_.substr(position_ + 1, 4));
        char* end;
        long code = std::strtol(digits.c_str(), &end, 16);
        if (digits.empty() || *end || code > 127) fail("unknown character");
        for (int i = 0; i < 5; i++) advance();
        return static_cast<char>(code);
      }
      case '"': result = '"'; break;
      case '\\': result = '\\'; break;
      case '/': result = '/'; break;
      case 'b': result = '\b'; break;
      case 'f': result = '\f'; break;
      case 'n': result = '\n'; break;
      case 'r': result = '\r'; break;
      case 't': result = '\t'; break;
      default: fail("unknown escape");
    }
    advance();
    return result;
  }

  bool atDigit() const { return current_ >= '0' && current_ <= '9'; }

  void skipDigits() {
    if (!atDigit()) fail("expected a digit");
    while (atDigit()) advance();
  }

  ValuePointer parseNumber() {
    size_t start = position_;
    if (current_ == '-') advance();
    skipDigits();
    if (current_ == '.') {
      advance();
      skipDigits();
    }
    if (current_ == 'e' || current_ == 'E') {
      advance();
      if (current_ == '+' || current_ == '-') advance();
      skipDigits();
    }
    std::string digits(text_.substr(start, position_ - start));
    return std::make_shared<Number>(std::strtod(digits.c_str(), nullptr));
  }

  std::string_view text_;
  size_t position_ = 0;
  int current_ = -1;
};

ValuePointer parse(std::string_view text) { return Parser(text).parseDocument(); }

const std::string kNames[] = {"Ada",   "Bohr",  "Curie", "Darwin",
                              "Euler", "Fermi", "Gauss", "Hopper"};
const std::string kNotes[] = {"plain text", "two\nlines", "a \"quoted\" word",
                              "back\\slash and\ttab", "bell\7 and null\0"s};

ValuePointer number(double value) { return std::make_shared<Number>(value); }
ValuePointer string(std::string text) { return std::make_shared<String>(std::move(text)); }

ValuePointer makeRecord(int index) {
  unsigned seed = static_cast<unsigned>(index) * 7919 % 65536;
  auto random = [&seed](int limit) {
    seed = (seed * 25173 + 13849) % 65536;
    return static_cast<int>(seed % limit);
  };
  auto tags = std::make_shared<Array>();
  for (int i = random(6); i > 0; i--) tags->add(string("tag" + std::to_string(random(100))));
  auto point = std::make_shared<Object>();
  point->set("x", number((random(2000) - 1000) / 4.0));
  point->set("y", number((random(2000) - 1000) / 4.0));
  auto record = std::make_shared<Object>();
  record->set("id", number(index));
  record->set("name", string(kNames[random(8)]));
  record->set("active", random(2) == 0 ? kTrue : kFalse);
  record->set("score", number(random(4000) / 4.0));
  record->set("parent", random(3) == 0 ? ValuePointer(kNull) : number(random(1000)));
  record->set("tags", tags);
  record->set("point", point);
  record->set("note", string(kNotes[random(5)]));
  return record;
}

ValuePointer makeDocument(int index) {
  auto records = std::make_shared<Array>();
  for (int i = 1; i <= kRecords; i++) records->add(makeRecord(index * kRecords + i));
  auto document = std::make_shared<Object>();
  document->set("version", number(index));
  document->set("empty", std::make_shared<Object>());
  document->set("records", records);
  return document;
}

[[noreturn]] void fail(const char* message) {
  std::fprintf(stderr, "json: %s\n", message);
  std::exit(1);
}

// The place at which parsing a text fails.
long placeOfError(std::string_view text) {
  try {
    parse(text);
  } catch (const SyntaxError& error) {
    return static_cast<long>(error.position);
  }
  fail("the text is not malformed");
}

}  // namespace

int main(int argc, char** argv) {
  int documents = argc > 1 ? std::atoi(argv[1]) : 100;
  long length = 0, checksum = 0;
  for (int index = 1; index <= documents; index++) {
    ValuePointer document = makeDocument(index);
    std::string compact = document->toJson();
    ValuePointer parsed = parse(compact);
    std::string indented = parsed->toJson("  ");
    ValuePointer again = parse(indented);
    if (again->toJson() != compact) fail("the texts differ");
    double scores = 0;
    const auto& object = static_cast<const Object&>(*again);
    const auto& records = static_cast<const Array&>(object.get("records"));
    for (const ValuePointer& record : records.items()) {
      scores += static_cast<const Object&>(*record).get("score").asNumber();
    }
    length += static_cast<long>(compact.size() + indented.size());
    checksum = (checksum * 31 + parsed->weigh() + static_cast<long>(scores) +
                placeOfError(std::string_view(compact).substr(0, compact.size() / 2))) %
               1000003;
  }
  std::printf("json %d: %ld %ld\n", documents, length, checksum);
  return 0;
}
