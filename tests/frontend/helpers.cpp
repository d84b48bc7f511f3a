#include "helpers.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "bytecode/decode.h"
#include "bytecode/disassembler.h"
#include "bytecode/verifier.h"

namespace devvm::test {

std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

lua::CompileResult load(std::string_view text) { return lua::compile(text, text); }

std::string verdict(std::string_view text) {
  lua::CompileResult result = load(text);
  if (!result.ok) return result.error.message;
  bytecode::VerifyError error;
  if (!bytecode::verify(*result.module, error)) return "verifier: " + error.text(*result.module);
  return "OK";
}

std::string codeOf(const bytecode::Module& module) {
  std::string out;
  for (size_t i = 0; i < module.functions.size(); ++i) {
    const bytecode::Function& function = module.functions[i];
    if (module.functions.size() > 1) out += "function " + std::to_string(i) + "\n";
    size_t next = 0;
    uint32_t line = 0;
    for (const bytecode::Instruction& in : bytecode::Instructions(function.code)) {
      while (next < function.lines.size() && function.lines[next].offset <= in.offset)
        line = function.lines[next++].line;
      char place[40];
      std::snprintf(place, sizeof place, "%5u [%u] ", in.offset, line);
      out += place + bytecode::instructionText(function, in.offset) + "\n";
    }
    for (const bytecode::ExceptionRegion& region : function.regions) {
      out += "      finally " + std::to_string(region.start) + ".." + std::to_string(region.end) + " at " +
             std::to_string(region.handler) + "\n";
    }
  }
  return out;
}

std::string times(size_t count, std::string_view text) {
  std::string out;
  out.reserve(count * text.size());
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace devvm::test
