#include "frontend/source.h"

#include <gtest/gtest.h>

#include "base/arena.h"
#include "frontend/symbols.h"

namespace devvm::frontend {
namespace {

TEST(SourceFile, FindsLines) {
  SourceFile source("a.lua", "one\ntwo\r\nthree\rfour\n\rfive");
  EXPECT_EQ(source.lineCount(), 5u);
  EXPECT_EQ(source.line(1), "one");
  EXPECT_EQ(source.line(2), "two");
  EXPECT_EQ(source.line(3), "three");
  EXPECT_EQ(source.line(4), "four");
  EXPECT_EQ(source.line(5), "five");
  EXPECT_EQ(source.line(0), "");
  EXPECT_EQ(source.line(6), "");
}

TEST(SourceFile, FindsPositions) {
  SourceFile source("a.lua", "one\ntwo\n");
  EXPECT_EQ(source.positionOf(0), (Position{1, 1}));
  EXPECT_EQ(source.positionOf(3), (Position{1, 4}));
  EXPECT_EQ(source.positionOf(4), (Position{2, 1}));
  EXPECT_EQ(source.positionOf(8), (Position{3, 1}));
  EXPECT_EQ(source.positionOf(99), (Position{3, 1}));
}

TEST(SymbolTable, EqualTextsAreOneSymbol) {
  base::Arena arena;
  SymbolTable symbols(arena);
  std::string text = "name";
  Symbol* first = symbols.intern(text, false);
  text = "other";
  EXPECT_EQ(symbols.intern("name", true), first);
  EXPECT_EQ(first->text, "name");
  for (int i = 0; i < 10'000; ++i) symbols.intern(std::to_string(i), false);
  EXPECT_EQ(symbols.size(), 10'001u);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(symbols.intern(std::to_string(i), false)->text, std::to_string(i));
  EXPECT_EQ(symbols.size(), 10'001u);
  EXPECT_EQ(symbols.intern("", true)->text, "");
}

}  // namespace
}  // namespace devvm::frontend
