#include "frontend/diagnostics.h"

#include <gtest/gtest.h>

namespace devvm::frontend {
namespace {

TEST(Diagnostics, ShowPlaceCodeNotesAndHint) {
  SourceFile source("a.lox", "var count = 1;\nprint coutn;\n");
  Diagnostics said(source);
  said.error("lox.undefined", {21, 26}, "no variable 'coutn'")
      .at({4, 9}, "this one is near")
      .note("a note")
      .hint("did you mean 'count'?");
  EXPECT_EQ(renderAll(said),
            "a.lox:2:7: error[lox.undefined]: no variable 'coutn'\n"
            " 2 | print coutn;\n"
            "   |       ^^^^^\n"
            " 1 | var count = 1;\n"
            "   |     ----- this one is near\n"
            "note: a note\n"
            "hint: did you mean 'count'?\n");
  EXPECT_EQ(render(*said.all()[0], source, {.excerpts = false}),
            "a.lox:2:7: error[lox.undefined]: no variable 'coutn'\n"
            "a.lox:1:5: note: this one is near\n"
            "note: a note\n"
            "hint: did you mean 'count'?\n");
}

TEST(Diagnostics, CaretsStandBelowTheirColumns) {
  SourceFile source("a", "\tx = \xC3\xA4 = 2\nnext");
  Diagnostics said(source);
  said.error("", {8, 9}, "tabs and characters of two bytes");
  said.warning("", {5, 13}, "over lines");
  said.error("", {17, 17}, "at the end");
  EXPECT_EQ(renderAll(said),
            "a:1:9: error: tabs and characters of two bytes\n"
            " 1 | \tx = \xC3\xA4 = 2\n"
            "   | \t      ^\n"
            "a:1:6: warning: over lines\n"
            " 1 | \tx = \xC3\xA4 = 2\n"
            "   | \t    ^^^^^...\n"
            "a:2:5: error: at the end\n"
            " 2 | next\n"
            "   |     ^\n"
            "2 errors, 1 warning\n");
}

TEST(Diagnostics, WithoutPlace) {
  SourceFile source("a", "");
  Diagnostic d{.severity = Severity::kNote, .hasPlace = false, .message = "no place"};
  EXPECT_EQ(render(d, source), "a: note: no place\n");
}

TEST(Diagnostics, TerminalsAreSafeAndLongLinesShort) {
  std::string text = "\x1b[2J" + std::string(100'000, 'a') + "!" + std::string(100'000, 'b');
  SourceFile source("a\x1b", text);
  Diagnostics said(source);
  said.error("", {0, 1}, "escape \x1b");
  said.error("", {100'004, 100'005}, "far");
  std::string shown = renderAll(said);
  EXPECT_EQ(shown.find('\x1b'), shown.npos);
  EXPECT_LT(shown.size(), 1000u);
  EXPECT_NE(shown.find("aaa!bbb"), shown.npos);
  std::string coloured = renderAll(said, {.colours = true});
  EXPECT_NE(coloured.find("\x1b[1;31merror: \x1b[0mescape ?"), coloured.npos);
}

TEST(Diagnostics, SortCountAndLimit) {
  SourceFile source("a", "0123456789");
  Diagnostics said(source, 3);
  said.error("", {5, 6}, "five");
  said.error("", {1, 2}, "one");
  EXPECT_FALSE(said.full());
  said.error("", {1, 2}, "one again");
  EXPECT_TRUE(said.full());
  said.error("", {3, 4}, "too many").hint("dropped, too");
  EXPECT_EQ(said.errors(), 4u);
  said.sort();
  ASSERT_EQ(said.all().size(), 3u);
  EXPECT_EQ(said.all()[0]->message, "one");
  EXPECT_EQ(said.all()[1]->message, "one again");
  EXPECT_EQ(said.all()[2]->message, "five");
}

TEST(Diagnostics, Json) {
  SourceFile source("a.x", "one\ntwo");
  Diagnostics said(source);
  said.warning("x.unused", {4, 7}, "say \"two\"").at({0, 3}, "here").note("n").hint("h");
  EXPECT_EQ(toJson(said),
            "{\"file\":\"a.x\",\"errors\":0,\"warnings\":1,\"diagnostics\":[\n"
            "{\"severity\":\"warning\",\"code\":\"x.unused\",\"message\":\"say \\\"two\\\"\","
            "\"place\":{\"line\":2,\"column\":1,\"endLine\":2,\"endColumn\":4,\"begin\":4,\"end\":7},"
            "\"related\":[{\"place\":{\"line\":1,\"column\":1,\"endLine\":1,\"endColumn\":4,\"begin\":0,\"end\":3},"
            "\"text\":\"here\"}],\"notes\":[\"n\"],\"hint\":\"h\"}\n]}\n");
}

}  // namespace
}  // namespace devvm::frontend
