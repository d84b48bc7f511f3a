// Messages for bad sources, against what the reference says (syntax_errors.txt).
#include <gtest/gtest.h>

#include <sstream>

#include "helpers.h"

namespace devvm::lua {
namespace {

using test::load;
using test::verdict;

std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'x':
        out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default: out += text[i]; break;
    }
  }
  return out;
}

TEST(Errors, ReadAsTheReferences) {
  std::istringstream file(test::readFile(std::string(DEVVM_FRONTEND_TESTS) + "/syntax_errors.txt"));
  std::string line, source;
  bool header = true, wantsMessage = false;
  size_t cases = 0;
  while (std::getline(file, line)) {
    if (line.empty()) {
      header = wantsMessage = false;
    } else if (header) {
      continue;
    } else if (!wantsMessage) {
      source = unescape(line);
      wantsMessage = true;
    } else {
      EXPECT_EQ(verdict(source), unescape(line)) << source;
      ++cases;
    }
  }
  EXPECT_GT(cases, 800u);
}

TEST(Errors, HavePlaces) {
  CompileResult result = load("x = 1\ny = = 2");
  ASSERT_FALSE(result.ok);
  EXPECT_EQ(result.error.line, 2u);
  EXPECT_EQ(result.error.column, 5u);
  EXPECT_FALSE(result.module);
  EXPECT_FALSE(result.incomplete);
  result = load("x = 'abc\\q'");
  EXPECT_EQ(result.error.line, 1u);
  EXPECT_EQ(result.error.column, 5u);
}

TEST(Errors, KnowIncompleteTexts) {
  for (const char* text : {"x =", "if x then", "function f(", "x = {1,", "x = [[abc", "--[[ abc", "x = 'abc", "f(",
                           "a.b", "repeat", "for i", "local x <"}) {
    CompileResult result = load(text);
    EXPECT_FALSE(result.ok) << text;
    EXPECT_TRUE(result.incomplete) << text;
  }
  for (const char* text :
       {"x = )", "x = 'abc\n", "end", "x = 3x", "goto x", "break", "x = '\\q", "local x <foo> = 1"}) {
    CompileResult result = load(text);
    EXPECT_FALSE(result.ok) << text;
    EXPECT_FALSE(result.incomplete) << text;
  }
}

TEST(Errors, NameTheChunk) {
  EXPECT_EQ(compile("x", "@dir/file.lua").error.message, "dir/file.lua:1: syntax error near <eof>");
  EXPECT_EQ(compile("x", "=stdin").error.message, "stdin:1: syntax error near <eof>");
  EXPECT_EQ(compile("x", "=").error.message, ":1: syntax error near <eof>");
}

}  // namespace
}  // namespace devvm::lua
