#include "fixture.h"

namespace devvm::runtime::testing {

namespace {
IsolateOptions optionsFor(Mode mode, bool verify) {
  IsolateOptions o;
  o.deterministic = true;
  o.heap.verify = verify && mode != Mode::kNormal;
  o.heap.moveAlways = mode == Mode::kMoveAlways;
  if (mode != Mode::kNormal) {
    o.heap.nurseryBytes = 64 << 10;
    o.heap.mostNurseryBytes = 0;
  }
  return o;
}
}  // namespace

TestIsolate::TestIsolate(Mode mode, bool verify) : isolate(optionsFor(mode, verify)) {}

TestIsolate::~TestIsolate() { EXPECT_EQ(isolate.heap.verify(), ""); }

Handle TestIsolate::root(Value v) {
  roots_.push_back(v);
  isolate.permanentRoots.push_back(&roots_.back());
  return Handle(&roots_.back());
}

void TestIsolate::set(Handle t, Value key, Value value) {
  Rooted k(isolate, key), v(isolate, value);
  ASSERT_TRUE(tableSet(isolate, t, k, v));
}

void TestIsolate::set(Handle t, std::string_view key, Value value) {
  Rooted v(isolate, value);
  ASSERT_TRUE(tableSetName(isolate, t, key, v));
}

Handle TestIsolate::metatable(std::string_view field, Value value) {
  Rooted keep(isolate, value);
  Handle mt = table();
  set(mt, field, *keep);
  return mt;
}

}  // namespace devvm::runtime::testing
