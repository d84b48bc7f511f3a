// libFuzzer target: modules that are changed where it hurts (see module_mutator.h). What the verifier accepts must keep
// its bytes through the file format, answer for its operand kinds, and run for a while in all tiers without
// harm.
#include <cstdint>
#include <cstdlib>

#include "bytecode/module_file.h"
#include "bytecode/verifier.h"
#include "guest.h"
#include "module_mutator.h"

using namespace devvm::bytecode;

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t maximum);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maximum, unsigned seed) {
  Module module;
  ModuleFileError error;
  if (seed % 16 == 0 || !readModule({data, size}, module, error)) return LLVMFuzzerMutate(data, size, maximum);
  ModuleMutator(seed).mutate(module);
  std::vector<uint8_t> bytes = writeModule(module);
  if (bytes.size() > maximum) return LLVMFuzzerMutate(data, size, maximum);
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Module module, again;
  ModuleFileError fileError;
  VerifyError verifyError;
  if (!readModule({data, size}, module, fileError) || !verify(module, verifyError)) return 0;
  std::vector<uint8_t> bytes = writeModule(module);
  if (!readModule(bytes, again, fileError) || writeModule(again) != bytes || !verify(again, verifyError)) std::abort();
  std::vector<OperandKind> found;
  for (const Function& f : module.functions) {
    OperandKinds kinds(f);
    for (uint32_t offset = 0; offset < f.code.size() && offset < 1000; ++offset) kinds.at(offset, found);
  }
  runInAllTiers(bytes.data(), bytes.size(), DEVVM_LOAD_BINARY);
  return 0;
}
