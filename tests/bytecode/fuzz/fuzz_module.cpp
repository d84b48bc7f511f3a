// libFuzzer target: any bytes as a module file. What reads must verify or be rejected without harm, and keep
// its bytes through the text form and the file format.
#include <cstdlib>

#include "bytecode/assembler.h"
#include "bytecode/disassembler.h"
#include "bytecode/module_file.h"
#include "bytecode/verifier.h"

using namespace devvm::bytecode;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Module module;
  ModuleFileError fileError;
  if (!readModule({data, size}, module, fileError)) return 0;
  VerifyError verifyError;
  bool good = verify(module, verifyError);
  listing(module, {true, "one\ntwo"});
  listingJson(module);
  std::vector<uint8_t> bytes = writeModule(module);
  Module again;
  std::vector<AssemblyError> errors;
  if (!assemble(disassemble(module), "", again, errors) || writeModule(again) != bytes) std::abort();
  if (!good) return 0;
  std::vector<OperandKind> found;
  for (const Function& f : module.functions) {
    OperandKinds kinds(f);
    for (uint32_t offset = 0; offset < f.code.size() && offset < 1000; ++offset) kinds.at(offset, found);
  }
  return 0;
}
