// libFuzzer target: any text as assembly. What assembles must verify or be rejected without harm, and keep
// its bytes through the text form.
#include <cstdlib>
#include <string_view>

#include "bytecode/assembler.h"
#include "bytecode/disassembler.h"
#include "bytecode/module_file.h"
#include "bytecode/verifier.h"

using namespace devvm::bytecode;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Module module;
  std::vector<AssemblyError> errors;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!assemble(text, "@fuzz", module, errors)) return 0;
  VerifyError verifyError;
  verify(module, verifyError);
  std::vector<uint8_t> bytes = writeModule(module);
  Module again;
  if (!assemble(disassemble(module), "", again, errors) || writeModule(again) != bytes) std::abort();
  return 0;
}
