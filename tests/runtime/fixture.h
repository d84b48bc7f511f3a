// An isolate for tests, and short ways to make and look at values.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/isolate.h"
#include "runtime/weak.h"

namespace devvm::runtime::testing {

/// How the heap behaves.
enum class Mode { kNormal, kSmallNursery, kMoveAlways };

struct TestIsolate {
  explicit TestIsolate(Mode mode = Mode::kNormal, bool verify = true);
  /// Fails the test if the heap is not sound.
  ~TestIsolate();

  Isolate& operator*() { return isolate; }
  Isolate* operator->() { return &isolate; }

  /// A root that lives as long as this object.
  Handle root(Value v = Value::nil());
  Handle table(uint32_t elements = 0, uint32_t fields = 0) { return root(newTable(isolate, elements, fields)); }
  Handle string(std::string_view s) { return root(intern(isolate, s)); }

  void set(Handle t, Value key, Value value);
  void set(Handle t, std::string_view key, Value value);
  void set(Handle t, int64_t key, Value value) { ASSERT_TRUE(tableSetInt(isolate, t, key, Rooted(isolate, value))); }
  Value get(Handle t, Value key) { return tableGet(isolate, t.table(), key); }
  Value get(Handle t, std::string_view key) { return tableGetName(isolate, t.table(), key); }
  Value get(Handle t, int64_t key) { return tableGetInt(isolate, t.table(), key); }
  void setMetatable(Handle t, Handle metatable) { ASSERT_TRUE(tableSetMetatable(isolate, t, metatable)); }
  /// A table as metatable with one field.
  Handle metatable(std::string_view field, Value value);
  void collect() { isolate.heap.collectFull("test"); }
  int64_t length(Handle t) { return tableLength(isolate, t.table()); }
  Shape& shape(Handle t) { return isolate.shapes.of(t.table()); }

  Isolate isolate;

 private:
  std::deque<Value> roots_;
};

inline Value integer(int64_t i) { return Value::smallInt(i); }
inline Value number(double d) { return Value::number(d); }

}  // namespace devvm::runtime::testing
