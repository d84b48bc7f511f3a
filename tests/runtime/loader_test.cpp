#include "fixture.h"
#include "runtime/code.h"

namespace devvm::runtime::testing {
namespace {

bytecode::Module sample() {
  bytecode::Module m;
  m.source = "@dir/file.lua";
  m.language = "lua";
  m.functions.resize(2);
  bytecode::Function& main = m.functions[0];
  main.flags = bytecode::kMainChunk | bytecode::kVararg;
  main.locals = 2;
  main.maxStack = 3;
  main.feedbackSlots = 2;
  main.constants = {std::string("name"), int64_t{7}, 1.5, true, std::monostate{}, INT64_MAX};
  main.children = {1};
  main.upvalues.resize(1);
  main.lines = {{0, 10, 0}, {4, 11, 0}, {9, 15, 0}};
  main.code = {static_cast<uint8_t>(bytecode::Op::kReturn0)};
  m.functions[1].code = main.code;
  return m;
}

class Loader : public ::testing::TestWithParam<Mode> {
 protected:
  TestIsolate t{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Modes, Loader, ::testing::Values(Mode::kNormal, Mode::kMoveAlways));

TEST_P(Loader, LoadsConstantsAndChildren) {
  size_t externalBefore = t->external;
  Handle p = t.root(loadModule(*t, sample()));
  ASSERT_TRUE(isKind(*p, Kind::kPrototype));
  t.collect();
  const Code& code = *p.as<PrototypeObject>()->code;
  EXPECT_EQ(asString(code.constant(0))->view(), "name");
  EXPECT_TRUE(asString(code.constant(0))->interned());
  EXPECT_TRUE(code.constant(1) == integer(7));
  EXPECT_TRUE(code.constant(2) == number(1.5));
  EXPECT_TRUE(code.constant(3).isTrue());
  EXPECT_TRUE(code.constant(4).isNil());
  EXPECT_EQ(integerOf(code.constant(5)), INT64_MAX);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(code.base) % sizeof(FeedbackCell), 0u);
  EXPECT_EQ(code.feedback()[1].shape, 0u);
  EXPECT_TRUE(code.vararg && code.mainChunk && !code.raw);
  EXPECT_EQ(code.module->shortName, "dir/file.lua");
  EXPECT_EQ(code.childCount, 1u);
  EXPECT_EQ(as<PrototypeObject>(code.children[0])->code->module, code.module);
  EXPECT_GT(t->external, externalBefore);

  Handle env = t.table();
  Handle main = t.root(newMainClosure(*t, *p, *env));
  t.collect();
  EXPECT_EQ(main.as<Closure>()->code, &code);
  EXPECT_TRUE(as<Cell>(main.as<Closure>()->upvalues[0])->value == *env);

  main.set(Value::nil());
  p.set(Value::nil());
  t.collect();
  EXPECT_EQ(t->external, externalBefore);
  EXPECT_EQ(t->codes, nullptr);
}

TEST_P(Loader, Lines) {
  Handle p = t.root(loadModule(*t, sample()));
  const Code& code = *p.as<PrototypeObject>()->code;
  EXPECT_EQ(lineAt(code, 0), 10u);
  EXPECT_EQ(lineAt(code, 3), 10u);
  EXPECT_EQ(lineAt(code, 4), 11u);
  EXPECT_EQ(lineAt(code, 100), 15u);
  EXPECT_EQ(lineAt(*as<PrototypeObject>(code.children[0])->code, 0), 0u);
}

TEST(Names, OfTypes) {
  TestIsolate t;
  EXPECT_STREQ(typeName(Value::nil()), "nil");
  EXPECT_STREQ(typeName(Value::boolean(true)), "boolean");
  EXPECT_STREQ(typeName(number(1.5)), "number");
  EXPECT_STREQ(typeName(integer(1)), "number");
  EXPECT_STREQ(typeName(t->emptyString), "string");
  EXPECT_STREQ(typeName(*t.table()), "table");
  EXPECT_STREQ(typeName(Value::light(5)), "userdata");
  EXPECT_EQ(typeNameFull(*t, Value::light(5)), "light userdata");
  Handle a = t.table();
  t.setMetatable(a, t.metatable("__name", intern(*t, "My Type")));
  EXPECT_EQ(typeNameFull(*t, *a), "My Type");
}

}  // namespace
}  // namespace devvm::runtime::testing
