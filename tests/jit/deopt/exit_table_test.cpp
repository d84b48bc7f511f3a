// The table of places where optimized code stops.
#include "jit/deopt/exit_table.h"

#include <gtest/gtest.h>

#include <random>

#include "heap/heap.h"

namespace devvm::jit {
namespace {

using Place = ValuePlace;

ExitRecord callRecord(const runtime::Code& outer, const runtime::Code& inner) {
  ExitRecord r;
  r.machine = 300;
  r.kind = ExitKind::kCall;
  r.frames.push_back({.code = &outer, .offset = 40, .depth = 1, .wanted = 1, .values = {}});
  r.frames[0].values = {Place::word(0, Place::kTagged), Place::constant(0x7FFF'1234'5678'9ABC), Place::dead(),
                        Place::word(5, Place::kInt)};
  r.frames.push_back({.code = &inner, .offset = 7, .depth = 0, .wanted = 0xFF, .values = {}});
  r.frames[1].callee = Place::word(5, Place::kTagged);
  r.frames[1].values = {Place::word(130, Place::kFloat)};
  r.tagged = {9, 0, 5, 140};
  return r;
}

void expectSame(const ExitRecord& a, const ExitRecord& b) {
  EXPECT_EQ(a.machine, b.machine);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.reason, b.reason);
  ASSERT_EQ(a.frames.size(), b.frames.size());
  if (b.kind == ExitKind::kGuard) {
    EXPECT_EQ(a.origin, b.origin != nullptr ? b.origin : b.frames.back().code);
    EXPECT_EQ(a.originOffset, b.origin != nullptr ? b.originOffset : b.frames.back().offset);
  }
  for (size_t i = 0; i < a.frames.size(); i++) {
    const ExitFrame &x = a.frames[i], &y = b.frames[i];
    EXPECT_EQ(x.code, y.code);
    EXPECT_EQ(x.offset, y.offset);
    EXPECT_EQ(x.depth, y.depth);
    EXPECT_EQ(x.wanted, y.wanted);
    EXPECT_EQ(x.tailCalled, y.tailCalled);
    EXPECT_EQ(x.callee, y.callee);
    EXPECT_EQ(x.values, y.values);
  }
}

TEST(ExitTable, GivesBackWhatWasPutIn) {
  runtime::Code outer{}, inner{};
  outer.locals = 3;
  inner.locals = 1;
  ExitRecord guard{.machine = 17, .kind = ExitKind::kGuard, .reason = ir::Op::kCheckFloat, .frames = {}, .tagged = {}};
  guard.frames.push_back({.code = &inner, .offset = 70'000, .depth = 2, .values = {}});
  guard.frames[0].values = {Place::gpr(15, Place::kInt), Place::xmm(15), Place::gpr(6, Place::kBool)};
  ExitTableBuilder builder;
  builder.add(callRecord(outer, inner));
  builder.add(guard);
  ExitTable table = builder.finish();
  ASSERT_EQ(table.count(), 2u);
  EXPECT_EQ(table.machineOf(0), 17u);

  ExitRecord found;
  ASSERT_TRUE(table.find(300, found));
  ExitRecord call = callRecord(outer, inner);
  expectSame(found, call);
  EXPECT_EQ(found.tagged, (std::vector<uint32_t>{0, 5, 9, 140}));
  // outer: locals 0 to 2, spare, operand 4; callee 5, return address, link
  EXPECT_EQ(found.frames[0].firstLocal, 0u);
  EXPECT_EQ(found.frames[1].firstLocal, 8u);
  EXPECT_EQ(ExitTableBuilder::wordsOf(call.frames), 10u);
  ASSERT_TRUE(table.find(17, found));
  expectSame(found, guard);
  EXPECT_TRUE(found.tagged.empty());
  EXPECT_FALSE(table.find(18, found));
  EXPECT_FALSE(table.find(16, found));
  EXPECT_FALSE(table.find(301, found));

  std::vector<runtime::VirtualFrame> frames;
  table.frames(300, frames);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].code, &inner);
  EXPECT_EQ(frames[1].offset, 7u);
  EXPECT_EQ(text(call), "300 call @40 [w0 #7fff123456789abc - | w5:int] / w5 @7 [w130:float] tagged w9 w0 w5 w140");
}

struct Visitor final : heap::SlotVisitor {
  std::vector<const heap::Value*> seen;

 private:
  void visitSlots(heap::Value* first, size_t count) override {
    for (size_t i = 0; i < count; i++) seen.push_back(first + i);
  }
  void visitPointer(heap::Object**) override {}
  void visitWeak(heap::Value*) override {}
  void visitEphemeron(heap::Value*, heap::Value*) override {}
  void visitWeakPair(heap::Value*, heap::Value*) override {}
  void visitDeferred(heap::Object*) override {}
};

TEST(ExitTable, ShowsTheCollectorTaggedWordsOfCallsOnly) {
  runtime::Code outer{}, inner{};
  outer.locals = 3;
  inner.locals = 1;
  ExitTableBuilder builder;
  builder.add(callRecord(outer, inner));
  ExitRecord poll{.machine = 8, .kind = ExitKind::kPoll, .frames = {}, .tagged = {}};
  poll.frames.push_back({.code = &inner, .offset = 1, .values = {Place::word(0, Place::kTagged)}});
  builder.add(poll);
  ExitTable table = builder.finish();
  static heap::Object object;
  heap::Value words[160];
  for (heap::Value& w : words) w = heap::Value::pointer(heap::Tag::kOther, &object);
  heap::Value* fp = words + 150;
  Visitor v;
  table.visit(v, fp, 300);
  EXPECT_EQ(v.seen, (std::vector<const heap::Value*>{fp - 1, fp - 6, fp - 10, fp - 141}));
  v.seen.clear();
  table.visit(v, fp, 8);
  table.visit(v, fp, 9);
  EXPECT_TRUE(v.seen.empty());
}

TEST(ExitTable, ManyRandomRecordsAreFound) {
  std::mt19937 random(7);
  runtime::Code codes[3] = {};
  for (uint16_t i = 0; i < 3; i++) codes[i].locals = static_cast<uint16_t>(10 * i);
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  std::vector<ExitRecord> all;
  ExitTableBuilder builder;
  for (uint32_t i = 0; i < 500; i++) {
    ExitRecord r;
    r.machine = (i * 7919u) % 503u * 5u;
    r.kind = static_cast<ExitKind>(below(3));
    r.reason = static_cast<ir::Op>(below(40));
    if (below(2) != 0) {
      r.origin = &codes[below(3)];
      r.originOffset = below(1000);
    }
    for (uint32_t k = below(4) + 1; k > 0; k--) {
      ExitFrame f;
      f.code = &codes[below(3)];
      f.offset = below(1u << below(20));
      f.depth = below(5);
      f.wanted = static_cast<uint8_t>(below(256));
      f.tailCalled = below(2) != 0;
      if (!r.frames.empty()) f.callee = Place::word(below(300), Place::kTagged);
      for (uint32_t v = 0; v < f.code->locals + f.depth; v++) {
        auto form = static_cast<Place::Form>(below(Place::kForms));
        switch (below(Place::kKinds)) {
          case 0: f.values.push_back(Place::dead()); break;
          case 1: f.values.push_back(Place::constant(uint64_t{random()} << below(33), form)); break;
          case 2: f.values.push_back(Place::gpr(below(16), form)); break;
          case 3: f.values.push_back(Place::xmm(below(16), form)); break;
          default: f.values.push_back(Place::word(below(20'000), form)); break;
        }
        Place& last = f.values.back();
        bool isPlus = form == Place::kIntPlus && last.kind != Place::kDead && last.kind != Place::kConstant;
        if (isPlus) last = last.plus(static_cast<int64_t>(random() % 300) - 150);
      }
      r.frames.push_back(std::move(f));
    }
    builder.add(r);
    all.push_back(std::move(r));
  }
  ExitTable table = builder.finish();
  for (const ExitRecord& r : all) {
    ExitRecord found;
    ASSERT_TRUE(table.find(r.machine, found));
    expectSame(found, r);
  }
}

}  // namespace
}  // namespace devvm::jit
