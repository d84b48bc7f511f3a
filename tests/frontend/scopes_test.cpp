#include "frontend/scopes.h"

#include <gtest/gtest.h>

#include "base/numeral.h"
#include "frontend/cursor.h"
#include "frontend/emitter.h"
#include "frontend/front_end.h"

namespace devvm::frontend {
namespace {

TEST(Cursor, NamesNumeralsAndTheEnd) {
  Cursor c("a_1 12.5e3x 7.");
  EXPECT_EQ(c.takeName(), "a_1");
  EXPECT_TRUE(c.take(' '));
  EXPECT_FALSE(c.take(' '));
  EXPECT_EQ(c.takeDecimal(true), "12.5e3");
  EXPECT_EQ(c.next(), 'x');
  c.next();
  EXPECT_EQ(c.takeDecimal(true), "7") << "a point with nothing behind it stays";
  EXPECT_EQ(c.next(), '.');
  EXPECT_TRUE(c.atEnd());
  EXPECT_EQ(c.peek(), -1);
  EXPECT_EQ(c.peek(100), -1);
  EXPECT_EQ(c.next(), -1);
  EXPECT_EQ(c.offset(), 14u);
  Cursor e("1e+");
  EXPECT_EQ(e.takeDecimal(true), "1");
  Cursor f("1e5");
  EXPECT_EQ(f.takeDecimal(false), "1");
}

TEST(Cursor, Escapes) {
  std::string out, why;
  Cursor good("n\\x41u{e4}u{1F600}0");
  EXPECT_TRUE(good.takeEscape(out, why));
  good.next();
  EXPECT_TRUE(good.takeEscape(out, why));
  EXPECT_TRUE(good.takeEscape(out, why));
  EXPECT_TRUE(good.takeEscape(out, why));
  EXPECT_TRUE(good.takeEscape(out, why));
  EXPECT_EQ(out, std::string("\nA\xC3\xA4\xF0\x9F\x98\x80\0", 9));
  for (const char* bad : {"q", "x4", "u41", "u{}", "u{110000}", "u{12", ""}) {
    Cursor c(bad);
    why.clear();
    EXPECT_FALSE(c.takeEscape(out, why)) << bad;
    EXPECT_FALSE(why.empty()) << bad;
  }
}

class ScopesTest : public testing::Test {
 protected:
  Symbol* symbol(std::string_view name) { return symbols.intern(name, false); }
  Variable* declare(std::string_view name) {
    Variable* v = scopes.declare(symbol(name), {});
    v->isReady = true;
    return v;
  }
  base::Arena arena;
  SymbolTable symbols{arena};
  Scopes scopes{arena};
};

TEST_F(ScopesTest, BlocksShadowAndReuseSlots) {
  FunctionScope* main = scopes.openFunction(1);
  Variable* outer = declare("a");
  EXPECT_EQ(outer->slot, 1);
  scopes.openBlock();
  EXPECT_EQ(scopes.inThisBlock(symbol("a")), nullptr);
  Variable* inner = declare("a");
  EXPECT_EQ(scopes.inThisBlock(symbol("a")), inner);
  EXPECT_EQ(scopes.find(symbol("a")), inner);
  EXPECT_EQ(inner->slot, 2);
  scopes.closeBlock();
  EXPECT_EQ(scopes.find(symbol("a")), outer);
  EXPECT_EQ(declare("b")->slot, 2);
  EXPECT_EQ(scopes.find(symbol("c")), nullptr);
  scopes.closeFunction();
  EXPECT_EQ(main->slots, 3u);
}

TEST_F(ScopesTest, CapturesAreCopiedWhereThatIsAsGood) {
  scopes.openFunction();
  Variable* copied = declare("copied");
  Variable* assigned = declare("assigned");
  Variable* shared = declare("shared");
  Variable* early = scopes.declare(symbol("early"), {});
  Variable* looped = declare("looped");
  Variable* unused = declare("unused");
  FunctionScope* f = scopes.openFunction();
  for (const char* name : {"copied", "copied", "assigned", "shared", "early"}) scopes.find(symbol(name));
  scopes.openFunction();
  scopes.find(symbol("copied"));
  scopes.closeFunction();
  EXPECT_EQ(f->captures.size(), 4u);
  scopes.closeFunction();
  early->isReady = true;
  assigned->isAssigned = true;
  scopes.openFunction();
  scopes.find(symbol("shared"));
  scopes.closeFunction();
  scopes.openLoop();
  scopes.openFunction();
  scopes.find(symbol("looped"));
  scopes.closeFunction();
  scopes.closeLoop();
  scopes.closeFunction();
  EXPECT_TRUE(copied->isCaptured && !copied->needsCell());
  EXPECT_TRUE(assigned->needsCell());
  EXPECT_TRUE(shared->needsCell()) << "two closures";
  EXPECT_TRUE(early->needsCell()) << "captured before it has its value";
  EXPECT_TRUE(looped->needsCell()) << "many closures";
  EXPECT_FALSE(unused->isCaptured || unused->isUsed);
}

TEST(Emitter, TooManyCapturedVariablesAreAnError) {
  base::Arena arena;
  SymbolTable symbols(arena);
  Scopes scopes(arena);
  SourceFile source("a", "text");
  FunctionScope* outer = scopes.openFunction();
  std::vector<Variable*> variables;
  for (int i = 0; i < 300; i++) variables.push_back(scopes.declare(symbols.intern(std::to_string(i), false), {}));
  FunctionScope* inner = scopes.openFunction();
  for (Variable* v : variables) {
    v->isReady = true;
    scopes.find(v->name);
  }
  scopes.closeFunction();
  scopes.closeFunction();
  ModuleEmitter module(source, "@a", "test");
  FunctionEmitter main(module, nullptr, outer, {.isMain = true});
  FunctionEmitter f(module, &main, inner, {.name = "f", .place = {0, 4}});
  for (Variable* v : variables) {
    f.load(v);
    f.emit(bytecode::Op::kPop);
  }
  f.emit(bytecode::Op::kReturn0);
  f.finish();
  main.closure(f);
  main.emit(bytecode::Op::kReturn1);
  main.finish();
  bytecode::Module made;
  std::string error;
  uint32_t line = 0;
  EXPECT_FALSE(module.take(made, error, line));
  EXPECT_EQ(error, "too many captured variables in function");
  EXPECT_EQ(line, 1u);
}

TEST(FrontEnds, AreFoundByNameAndEnding) {
  static const FrontEnd language = {.name = "test", .extensions = {".tst", ".test"}};
  registerFrontEnd(language);
  registerFrontEnd(language);
  EXPECT_EQ(frontEnds().size(), 1u);
  EXPECT_EQ(frontEndNamed("test"), &language);
  EXPECT_EQ(frontEndNamed("tes"), nullptr);
  EXPECT_EQ(frontEndFor("folder/a.test"), &language);
  EXPECT_EQ(frontEndFor("a.tst"), &language);
  EXPECT_EQ(frontEndFor(".tst"), nullptr) << "a name without anything before the ending";
  EXPECT_EQ(frontEndFor("tst"), nullptr);
}

}  // namespace
}  // namespace devvm::frontend
