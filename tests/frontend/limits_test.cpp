// Limits: too deep, too many, too large. Nothing may exhaust the host's stack or take more than linear time.
#include <gtest/gtest.h>

#include "helpers.h"

namespace devvm::lua {
namespace {

using test::times;

std::string verdict(const std::string& text, uint32_t nesting = 2) {
  CompileResult result = compile(text, "=l", {nesting});
  return result.ok ? test::verdict(text) : result.error.message;
}

std::string nested(size_t count, std::string_view open, std::string_view middle, std::string_view close) {
  return times(count, open) + std::string(middle) + times(count, close);
}

/// Names joined by commas: prefix0,prefix1,...
std::string names(std::string_view prefix, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + std::string(prefix) + std::to_string(i);
  return out;
}

constexpr const char* kOverflow = "C stack overflow";

TEST(Limits, NestingIsThatOfTheReference) {
  struct Case {
    const char *before, *open, *middle, *close;
    size_t fits;
  };
  for (const Case& c :
       {Case{"return ", "(", "1", ")", 195}, Case{"", "do ", "", "end ", 197}, Case{"", "while x do ", "", "end ", 196},
        Case{"return ", "- ", "1", "", 195}, Case{"return ", "a .. ", "a", "", 195},
        Case{"return ", "a ^ ", "a", "", 195}, Case{"", "a, ", "a = 1", "", 195}, Case{"return ", "{", "", "}", 196},
        Case{"return ", "f(", "", ")", 196}, Case{"return ", "a[", "1", "]", 195},
        Case{"return ", "function() return ", "1", " end", 97}}) {
    EXPECT_EQ(verdict(c.before + nested(c.fits, c.open, c.middle, c.close)), "OK") << c.open;
    EXPECT_EQ(verdict(c.before + nested(c.fits + 1, c.open, c.middle, c.close)), kOverflow) << c.open;
    EXPECT_EQ(verdict(c.before + nested(100'000, c.open, c.middle, c.close)), kOverflow) << c.open;
  }
}

TEST(Limits, NestingCountsWhereCompilationBegan) {
  std::string text = "return " + nested(190, "(", "1", ")");
  EXPECT_EQ(verdict(text, 7), "OK");
  EXPECT_EQ(verdict(text, 8), kOverflow);
  EXPECT_EQ(verdict(text, 500), kOverflow);
  EXPECT_TRUE(compile(text, "=l", {8}).error.stackOverflow);
}

TEST(Limits, LongChainsAreNotNested) {
  constexpr size_t kMany = 20'000;
  for (std::string text :
       {"return a" + times(kMany, " + a"), "return a" + times(kMany, " and a"),
        "return a" + times(kMany, " or a and b"), "return a" + times(kMany, " < a"), "return a" + times(kMany, ".b"),
        "return a" + times(kMany, "[1]"), "a" + times(kMany, "()"), "a" + times(kMany, ":b()"),
        "a" + times(kMany, "'s'"), "a" + times(kMany, ".b") + " = 1",
        "if a then" + times(kMany, " elseif a then") + " end", times(kMany, ";"), times(kMany, "a = 1 "),
        "return {" + times(kMany, "1,") + "}", "return {" + times(kMany, "x = 1,") + "}",
        "if a" + times(kMany, " and b") + " then end", "while not (a" + times(kMany, " or b") + ") do end"}) {
    EXPECT_EQ(verdict(text), "OK") << text.substr(0, 20);
  }
}

TEST(Limits, Locals) {
  EXPECT_EQ(verdict("local " + names("a", 200)), "OK");
  EXPECT_EQ(verdict("local " + names("a", 201)),
            "l:1: too many local variables (limit is 200) in main function near <eof>");
  EXPECT_EQ(verdict("local function f() local " + names("a", 201) + " end"),
            "l:1: too many local variables (limit is 200) in function at line 1 near 'end'");
  EXPECT_EQ(verdict("local function f(" + names("a", 201) + ") end"),
            "l:1: too many local variables (limit is 200) in function at line 1 near ')'");
  EXPECT_EQ(verdict("local " + names("a", 197) + " for i = 1, 2 do end"),
            "l:1: too many local variables (limit is 200) in main function near '='");
  EXPECT_EQ(verdict("local " + names("a", 196) + " for i = 1, 2 do end"), "OK");
  EXPECT_EQ(verdict("do local " + names("a", 200) + " end do local " + names("b", 200) + " end"), "OK");
}

TEST(Limits, Upvalues) {
  auto text = [](size_t inner, size_t outer) {
    std::string use = "return {" + names("u", inner) + "," + names("v", outer) + "}";
    return "local " + names("u", inner) + "\nlocal function f()\nlocal " + names("v", outer) + "\nreturn function()\n" +
           use + "\nend\nend";
  };
  EXPECT_EQ(verdict(text(155, 100)), "OK");
  EXPECT_EQ(verdict(text(156, 100)), "l:5: too many upvalues (limit is 255) in function at line 4 near '}'");
}

TEST(Limits, Registers) {
  EXPECT_EQ(verdict("return " + times(253, "a,") + "a"), "OK");
  EXPECT_EQ(verdict("return " + times(254, "a,") + "a"),
            "l:1: function or expression needs too many registers near <eof>");
  EXPECT_EQ(verdict("f(" + times(252, "a,") + "a)"), "OK");
  EXPECT_EQ(verdict("f(" + times(253, "a,") + "a)"), "l:1: function or expression needs too many registers near <eof>");
}

TEST(Limits, ManyConstants) {
  // More names and literals than instructions with a 16-bit operand can tell apart.
  std::string text = "local t = {}\n";
  for (int i = 0; i < 70'000; ++i) text += "t.a" + std::to_string(i) + " = " + std::to_string(i) + ".5\n";
  text += "t.a69999, t.b = t.a69998, g69997\n g69999 = t:m69999(g69998)\n return {x69999 = 1, g69996}";
  EXPECT_EQ(verdict(text), "OK");
}

TEST(Limits, ManyFunctions) {
  EXPECT_EQ(verdict(times(60'000, "f(function() end)\n")), "OK");
  CompileResult result = compile(times(70'000, "f(function() end)\n"), "=l");
  EXPECT_FALSE(result.ok);
  EXPECT_FALSE(result.error.message.empty());
}

}  // namespace
}  // namespace devvm::lua
