// Every Lua program of the repository compiles to code that the verifier accepts, and so does every text made
// from their tokens that compiles at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "bytecode/verifier.h"
#include "helpers.h"

namespace devvm::lua {
namespace {

std::vector<std::string> programs() {
  std::vector<std::string> result;
  for (const char* root : {DEVVM_LUA_PROGRAMS, DEVVM_BENCH_PROGRAMS}) {
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().extension() == ".lua") result.push_back(entry.path().string());
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string sourceOf(const std::string& path) {
  std::string text = test::readFile(path);
  if (text.starts_with('#')) text.erase(0, text.find('\n'));
  return text;
}

TEST(Corpus, ProgramsCompile) {
  std::vector<std::string> paths = programs();
  EXPECT_GT(paths.size(), 50u);
  for (const std::string& path : paths) {
    CompileResult result = compile(sourceOf(path), "@" + path);
    EXPECT_TRUE(result.ok) << result.error.message;
    bytecode::VerifyError error;
    if (result.ok && !bytecode::verify(*result.module, error))
      ADD_FAILURE() << path << ": " << error.text(*result.module);
  }
}

TEST(Corpus, TruncatedProgramsGetOneError) {
  std::mt19937 random(3);
  for (const std::string& path : programs()) {
    std::string text = sourceOf(path);
    for (int i = 0; i < 5 && !text.empty(); ++i) {
      CompileResult result = compile(std::string_view(text).substr(0, random() % text.size()), "=t");
      EXPECT_EQ(result.ok, result.error.message.empty());
      EXPECT_EQ(result.ok, result.module != nullptr);
    }
  }
}

/// Cuts a text into words, numbers and single characters.
std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> result;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    auto isWord = [&](size_t k) { return std::isalnum(static_cast<unsigned char>(text[k])) || text[k] == '_'; };
    if (isWord(i)) {
      while (end < text.size() && isWord(end)) ++end;
    }
    result.push_back(text.substr(i, end - i));
    i = end;
  }
  return result;
}

TEST(Corpus, ShuffledTokensNeverBreakTheCompiler) {
  std::mt19937 random(4);
  const char* extra[] = {" local x <close> = y ",
                         " goto a ",
                         " ::a:: ",
                         " end ",
                         " break ",
                         " return ",
                         " local c <const> = 1 ",
                         "...",
                         "(",
                         "{",
                         "function(",
                         " do ",
                         "\n"};
  size_t compiled = 0;
  for (const std::string& path : programs()) {
    std::vector<std::string> parts = pieces(sourceOf(path));
    if (parts.empty()) continue;
    for (int round = 0; round < 40; ++round) {
      size_t start = random() % parts.size();
      size_t end = std::min(parts.size(), start + random() % 100);
      std::string text;
      for (size_t i = start; i < end; ++i) {
        if (random() % 150 == 0) text += extra[random() % std::size(extra)];
        if (random() % 200 != 0) text += parts[i];
      }
      std::string verdict = test::verdict(text);
      EXPECT_FALSE(verdict.starts_with("verifier")) << verdict << "\n" << text;
      compiled += verdict == "OK";
    }
  }
  EXPECT_GT(compiled, 50u);
}

}  // namespace
}  // namespace devvm::lua
