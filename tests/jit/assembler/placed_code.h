// Runs what a test has assembled.
#pragma once

#include <gtest/gtest.h>

#include "jit/assembler/x64/macro_assembler.h"
#include "jit/code/code_memory.h"

namespace devvm::jit::test {

/// One code memory for all tests of the program.
inline CodeMemory& testMemory() {
  static CodeMemory memory;
  return memory;
}

/// Finished and placed code, as a function; freed at the end.
template <typename F>
class PlacedCode {
 public:
  explicit PlacedCode(x64::Assembler& a) {
    EXPECT_TRUE(a.finish()) << codeErrorText(a.error());
    block_ = testMemory().place(a);
    EXPECT_TRUE(block_);
  }
  ~PlacedCode() { testMemory().free(block_); }
  template <typename... A>
  auto operator()(A... arguments) const {
    return reinterpret_cast<F*>(const_cast<uint8_t*>(block_.address))(arguments...);
  }
  const CodeBlock& block() const { return block_; }

 private:
  CodeBlock block_;
};

}  // namespace devvm::jit::test
