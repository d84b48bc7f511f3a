// Random operations on tables against a map, in all modes of tables and of the heap.
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"

namespace devvm::runtime::testing {
namespace {

/// A key or value independent of the heap: what it is, and a number.
struct Token {
  enum Kind { kInteger, kString, kFloat, kObject, kBoolean } kind;
  int64_t number;
  auto operator<=>(const Token&) const = default;
};

class Model {
 public:
  Model(Mode mode, uint64_t seed, bool verify) : t_(mode, verify), random_(seed), table_(t_.table()) {
    for (int i = 0; i < 40; i++) objects_.push_back(t_.table());
    for (int i = 0; i < 4; i++) metatables_.push_back(t_.table());
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); i++) step();
    traverse(false);
  }

 private:
  uint64_t pick(uint64_t n) { return random_() % n; }

  Value make(Token k) {
    switch (k.kind) {
      case Token::kInteger: return makeInteger(*t_, k.number);
      case Token::kString: return newString(*t_, "key " + std::to_string(k.number));
      case Token::kFloat: return Value::number(static_cast<double>(k.number) + 0.5);
      case Token::kObject: return *objects_[static_cast<size_t>(k.number)];
      case Token::kBoolean: return Value::boolean(k.number != 0);
    }
    return Value::nil();
  }

  Token tokenOf(Value v) {
    if (v.isAnyInt()) return {Token::kInteger, integerOf(v)};
    if (v.isString()) return {Token::kString, std::stoll(std::string(asString(v)->view().substr(4)))};
    if (v.isDouble()) return {Token::kFloat, static_cast<int64_t>(std::floor(v.asDouble()))};
    if (v.isBoolean()) return {Token::kBoolean, v.isTrue()};
    for (size_t i = 0; i < objects_.size(); i++) {
      if (v == *objects_[i]) return {Token::kObject, static_cast<int64_t>(i)};
    }
    ADD_FAILURE() << "unknown object";
    return {Token::kBoolean, -1};
  }

  Token randomKey() {
    switch (style_ == 0 ? pick(12) : style_ == 1 ? pick(6) : 6 + pick(2)) {
      case 0:
      case 1:
      case 2: return {Token::kInteger, static_cast<int64_t>(pick(60)) + 1};
      case 3: return {Token::kInteger, t_.length(table_) + 1};
      case 4: return {Token::kInteger, std::max<int64_t>(t_.length(table_), 1)};
      case 5: return {Token::kInteger, static_cast<int64_t>(pick(500)) - 20};
      case 6:
      case 7: return {Token::kString, static_cast<int64_t>(pick(100))};
      case 8: return {Token::kFloat, static_cast<int64_t>(pick(50))};
      case 9: return {Token::kObject, static_cast<int64_t>(pick(objects_.size()))};
      case 10: return {Token::kBoolean, static_cast<int64_t>(pick(2))};
      default: return {Token::kInteger, INT64_MAX - static_cast<int64_t>(pick(10))};
    }
  }
  Token randomValue() {
    return pick(3) == 0 ? Token{Token::kObject, static_cast<int64_t>(pick(objects_.size()))}
                        : Token{pick(2) ? Token::kString : Token::kInteger, static_cast<int64_t>(pick(1000))};
  }

  void set(Token key, Token value) {
    Rooted k(*t_, make(key));
    Rooted v(*t_, make(value));
    if (key.kind == Token::kInteger && pick(2)) {
      ASSERT_TRUE(tableSetInt(*t_, table_, key.number, v));
    } else {
      ASSERT_TRUE(tableSet(*t_, table_, k, v));
    }
    model_[key] = value;
  }

  void remove(Token key) {
    Rooted k(*t_, make(key)), v(*t_, Value::nil());
    ASSERT_TRUE(tableSet(*t_, table_, k, v));
    model_.erase(key);
  }

  void check(Token key) {
    Rooted k(*t_, make(key));
    Value v = t_.get(table_, *k);
    auto it = model_.find(key);
    ASSERT_EQ(v.isNil(), it == model_.end()) << key.kind << " " << key.number;
    if (!v.isNil()) {
      ASSERT_EQ(tokenOf(v), it->second) << key.kind << " " << key.number;
    }
  }

  void traverse(bool clearing) {
    std::map<Token, Token> seen;
    Rooted key(*t_, Value::nil());
    uint32_t position = 0;
    bool byPosition = pick(2);
    for (;;) {
      Value k, v;
      if (byPosition) {
        position = tableNextAt(*t_, table_.table(), position, k, v);
      } else {
        ASSERT_TRUE(tableNext(*t_, table_.table(), *key, k, v)) << "lost its place";
      }
      key.set(k);
      if (k.isNil()) break;
      Token token = tokenOf(k);
      ASSERT_TRUE(seen.emplace(token, tokenOf(v)).second) << "met twice: " << token.kind << " " << token.number;
      ASSERT_EQ(model_.at(token), seen[token]);
      if (clearing && pick(3)) {
        remove(token);
        if (pick(10) == 0) t_->heap.collectMinor("test");
        if (pick(50) == 0) t_.collect();
      } else if (pick(5) == 0) {
        set(token, randomValue());  // existing fields may be assigned
        seen[token] = model_[token];
      }
    }
    for (auto& [k, v] : model_) ASSERT_TRUE(seen.count(k)) << "not met: " << k.kind << " " << k.number;
  }

  void checkLength() {
    int64_t n = t_.length(table_);
    auto has = [&](int64_t i) { return model_.count({Token::kInteger, i}) != 0; };
    ASSERT_TRUE(n == 0 ? !has(1) : has(n) && !has(n + 1)) << n;
  }

  void newTable() {
    model_.clear();
    style_ = pick(4);
    uint32_t elements = pick(2) ? static_cast<uint32_t>(pick(20)) : 0;
    table_.set(devvm::runtime::newTable(*t_, elements, pick(2) ? static_cast<uint32_t>(pick(70)) : 0));
    if (pick(3) == 0) {
      // A constructor's list.
      auto count = static_cast<uint32_t>(pick(12)) + 1;
      std::vector<Handle> values;
      for (uint32_t i = 0; i < count; i++) {
        bool hole = pick(4) == 0;
        Token v = randomValue();
        values.push_back(t_.root(hole ? Value::nil() : make(v)));
        if (!hole) model_[{Token::kInteger, int64_t{i} + 1}] = v;
      }
      std::vector<Value> stack;
      for (size_t i = count; i-- > 0;) stack.push_back(*values[i]);
      for (Value& v : stack) t_->permanentRoots.push_back(&v);
      ASSERT_TRUE(tableInitList(*t_, table_, 0, &stack.back(), count));
      t_->permanentRoots.resize(t_->permanentRoots.size() - count);
    }
  }

  void step() {
    switch (pick(40)) {
      case 0: return traverse(true);
      case 1: return traverse(false);
      case 2: return newTable();
      case 3:
        if (pick(4) == 0) t_.setMetatable(table_, pick(3) ? metatables_[pick(4)] : t_.root());
        return;
      case 4:
        if (pick(8) == 0) tableMakeUnique(*t_, table_, pick(2));
        return;
      case 5:
        if (pick(8) == 0) {
          ASSERT_TRUE(tableReserveArray(*t_, table_, static_cast<uint32_t>(pick(100))));
        }
        return;
      case 6:
        if (pick(10) == 0) t_.collect();
        return;
      case 7:
        if (pick(5) == 0) t_->heap.collectMinor("test");
        return;
      case 8: {
        // Removes most, from a random end: shrinking, compaction.
        if (pick(5) != 0) return;
        std::vector<Token> keys;
        for (auto& [k, v] : model_) keys.push_back(k);
        bool down = pick(2);
        for (size_t i = 0; i < keys.size(); i++) {
          if (pick(8)) remove(keys[down ? keys.size() - 1 - i : i]);
        }
        return;
      }
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
      case 15: return remove(randomKey());
      case 16:
      case 17:
      case 18:
      case 19:
      case 20: check(randomKey()); return;
      case 21: return checkLength();
      default: return set(randomKey(), randomValue());
    }
  }

  TestIsolate t_;
  std::mt19937_64 random_;
  Handle table_;
  std::vector<Handle> objects_, metatables_;
  std::map<Token, Token> model_;
  uint64_t style_ = 0;
};

TEST(TableModel, Plain) {
  for (uint64_t seed = 1; seed <= 12; seed++) {
    Model(Mode::kNormal, seed, false).run(20'000);
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

TEST(TableModel, SmallNursery) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    Model(Mode::kSmallNursery, seed, true).run(20'000);
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

TEST(TableModel, MovingAlways) {
  for (uint64_t seed = 1; seed <= 6; seed++) {
    Model(Mode::kMoveAlways, seed, seed % 2).run(1'000);
    if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace devvm::runtime::testing
