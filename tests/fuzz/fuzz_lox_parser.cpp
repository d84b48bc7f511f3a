// libFuzzer target: any bytes as a Lox text. It compiles to a module that the verifier accepts, or is an error with a
// place.
#include <cstdint>
#include <cstdlib>

#include "bytecode/verifier.h"
#include "languages/lox/generator.h"
#include "languages/lox/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace devvm;
  frontend::SourceFile source("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  frontend::Diagnostics said(source);
  base::Arena arena;
  lox::Parser parser(arena, said, source.text());
  lox::Function* main = parser.parse();
  if (!said.ok()) {
    if (frontend::renderAll(said).empty() || frontend::toJson(said).empty()) std::abort();
    return 0;
  }
  bytecode::Module module;
  std::string error;
  uint32_t line;
  if (!lox::generate(main, source, "=fuzz", module, error, line)) return 0;
  bytecode::VerifyError why;
  if (!bytecode::verify(module, why)) std::abort();
  return 0;
}
