#include "bytecode/chunk_id.h"

#include <gtest/gtest.h>

namespace devvm::bytecode {
namespace {

std::string times(size_t n, const char* text) {
  std::string result;
  while (n-- > 0) result += text;
  return result;
}

TEST(ChunkId, TextsAreQuoted) {
  EXPECT_EQ(chunkId("x = 1"), "[string \"x = 1\"]");
  EXPECT_EQ(chunkId(""), "[string \"\"]");
  EXPECT_EQ(chunkId("x = 1\ny = 2"), "[string \"x = 1...\"]");
  EXPECT_EQ(chunkId("\n"), "[string \"...\"]");
}

TEST(ChunkId, LongTextsLoseTheirEnd) {
  EXPECT_EQ(chunkId(times(44, "a")), "[string \"" + times(44, "a") + "\"]");
  EXPECT_EQ(chunkId(times(45, "a")), "[string \"" + times(45, "a") + "...\"]");
  EXPECT_EQ(chunkId(times(99, "a")), "[string \"" + times(45, "a") + "...\"]");
  EXPECT_EQ(chunkId(times(99, "a")).size(), 59u);
}

TEST(ChunkId, FilesLoseTheirBeginning) {
  EXPECT_EQ(chunkId("@dir/file.lua"), "dir/file.lua");
  EXPECT_EQ(chunkId("@" + times(59, "a")), times(59, "a"));
  EXPECT_EQ(chunkId("@b" + times(59, "a")), "..." + times(56, "a"));
  EXPECT_EQ(chunkId("@"), "");
}

TEST(ChunkId, LiteralNamesAreCut) {
  EXPECT_EQ(chunkId("=stdin"), "stdin");
  EXPECT_EQ(chunkId("=" + times(80, "a")), times(59, "a"));
  EXPECT_EQ(chunkId("=a\nb"), "a\nb");
}

TEST(ChunkId, ZeroBytesEndNames) {
  using namespace std::string_view_literals;
  EXPECT_EQ(chunkId("x\0y"sv), "[string \"x\"]");
  EXPECT_EQ(chunkId("@x\0y"sv), "x");
}

}  // namespace
}  // namespace devvm::bytecode
