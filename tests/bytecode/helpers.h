// Shared by the unit tests of the bytecode layer.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bytecode/assembler.h"
#include "bytecode/builder.h"
#include "bytecode/decode.h"
#include "bytecode/disassembler.h"
#include "bytecode/module_file.h"
#include "bytecode/verifier.h"

namespace devvm::bytecode {

/// Assembles, expecting success.
inline Module assembled(const std::string& text) {
  Module module;
  std::vector<AssemblyError> errors;
  bool good = assemble(text, "@test.dvs", module, errors);
  EXPECT_TRUE(good) << (errors.empty() ? "" : errors[0].text()) << "\n" << text;
  return module;
}

/// The verifier's message, or an empty string if it accepts.
inline std::string rejection(const Module& module) {
  VerifyError error;
  return verify(module, error) ? "" : error.text(module);
}

/// Function 0 of a module with just the given body.
inline std::string body(const std::string& attributes, const std::string& code) {
  return ".function main " + attributes + "\n" + code + "\n.end\n";
}

/// Mnemonics of the code, separated by spaces.
inline std::string mnemonicsOf(const Function& function) {
  std::string text;
  for (const Instruction& in : Instructions(function.code)) {
    if (!text.empty()) text += ' ';
    text += in.info->mnemonic;
  }
  return text;
}

/// Finishes a builder, expecting success, and gives the mnemonics.
inline std::string finished(FunctionBuilder& builder, Function& function, bool fuse = true) {
  std::string error;
  EXPECT_TRUE(builder.finish(error, fuse)) << error;
  return mnemonicsOf(function);
}

/// A small generator of reproducible pseudo-random numbers.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E37'79B9'7F4A'7C15u + 1) {}
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  uint64_t below(uint64_t limit) { return next() % limit; }

 private:
  uint64_t state_;
};

}  // namespace devvm::bytecode
