// Code made for small programs, against code_cases.txt. DEVVM_BLESS=1 in the environment rewrites the
// expectations, to be reviewed before they are committed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "helpers.h"

namespace devvm::lua {
namespace {

struct Case {
  std::string name, source, code;
};

/// "=== name", the source, "---", the code.
std::vector<Case> readCases(const std::string& path, std::string& header) {
  std::vector<Case> cases;
  std::istringstream file(test::readFile(path));
  std::string line;
  bool inCode = false;
  while (std::getline(file, line)) {
    if (line.starts_with("=== ")) {
      cases.push_back({line.substr(4), {}, {}});
      inCode = false;
    } else if (line == "---") {
      inCode = true;
    } else if (cases.empty()) {
      header += line + "\n";
    } else {
      (inCode ? cases.back().code : cases.back().source) += line + "\n";
    }
  }
  return cases;
}

TEST(Code, IsAsExpected) {
  std::string path = std::string(DEVVM_FRONTEND_TESTS) + "/code_cases.txt";
  std::string header;
  std::vector<Case> cases = readCases(path, header);
  EXPECT_GT(cases.size(), 40u);
  bool bless = std::getenv("DEVVM_BLESS") != nullptr;
  std::string blessed = header;
  for (const Case& c : cases) {
    CompileResult result = compile(c.source, "=code");
    ASSERT_TRUE(result.ok) << c.name << ": " << result.error.message;
    EXPECT_EQ(test::verdict(c.source), "OK") << c.name;
    std::string code = test::codeOf(*result.module);
    if (!bless) EXPECT_EQ(code, c.code) << c.name;
    blessed += "=== " + c.name + "\n" + c.source + "---\n" + code;
  }
  if (bless) std::ofstream(path, std::ios::binary) << blessed;
}

TEST(Code, NamesVariables) {
  CompileResult result = test::load(
      "local a, b = 1; do local c <const> = 2; local d = c; d = d + c end for i = 1, 2 do end for k, v in x do end "
      "local function f(p) return a, p end");
  ASSERT_TRUE(result.ok);
  auto describe = [](const bytecode::Function& function) {
    std::string out;
    for (const bytecode::VariableEntry& v : function.variables)
      out += v.name + ":" + std::to_string(v.slot) + (v.isCell ? "c " : " ");
    return out;
  };
  EXPECT_EQ(describe(result.module->functions[0]),
            "a:0c b:1 d:2 (for state):2 (for state):3 (for state):4 (for state):2 (for state):3 (for state):4 (for "
            "state):5 f:2 ");
  const bytecode::Function& inner = result.module->functions[1];
  EXPECT_EQ(describe(inner), "p:0 ");
  ASSERT_EQ(inner.upvalues.size(), 1u);
  EXPECT_EQ(inner.upvalues[0].name, "a");
  EXPECT_EQ(inner.name, "f");
}

TEST(Code, DescribesFunctions) {
  CompileResult result = test::load("\nfunction a.b:c(x, ...)\n\nend\nlocal f = function() end");
  ASSERT_TRUE(result.ok);
  const bytecode::Module& module = *result.module;
  ASSERT_EQ(module.functions.size(), 3u);
  EXPECT_EQ(module.mainFunction, 0u);
  EXPECT_EQ(module.language, "lua");
  EXPECT_TRUE(module.functions[0].isVararg());
  EXPECT_TRUE(module.functions[0].flags & bytecode::kMainChunk);
  EXPECT_EQ(module.functions[0].upvalues.size(), 1u);
  EXPECT_EQ(module.functions[0].upvalues[0].name, "_ENV");
  EXPECT_EQ(module.functions[1].name, "a.b:c");
  EXPECT_EQ(module.functions[1].lineDefined, 2u);
  EXPECT_EQ(module.functions[1].lastLine, 4u);
  EXPECT_EQ(module.functions[1].parameters, 2u);
  EXPECT_TRUE(module.functions[1].isVararg());
  EXPECT_EQ(module.functions[2].name, "f");
  EXPECT_FALSE(module.functions[2].isVararg());
}

}  // namespace
}  // namespace devvm::lua
