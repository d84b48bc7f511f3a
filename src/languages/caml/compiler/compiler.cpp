#include "languages/caml/compiler/compiler.h"

#include <pthread.h>

#include "languages/caml/compiler/checker.h"
#include "languages/caml/compiler/codegen.h"
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

namespace {

struct Work {
  std::string_view text, name;
  CompileResult result;
};

void compileNow(Work& work) {
  base::Arena arena;
  Diagnostics diagnostics;
  frontend::SourceFile source{std::string(work.name), std::string(work.text)};
  auto show = [&] {
    for (const Diagnostic& d : diagnostics.all()) work.result.diagnostics += render(d, source);
  };
  if (work.text.size() >= UINT32_MAX) {
    diagnostics.error({0, 0}, "This program is too long");
    return show();
  }
  Parser parser(source.text(), arena, diagnostics);
  Program* program = parser.parseProgram();
  if (program == nullptr) return show();
  Checker checker(arena, diagnostics);
  if (!checker.check(program, source.text())) return show();
  auto module = std::make_unique<bytecode::Module>();
  module->source = "@" + std::string(work.name);
  module->language = "caml";
  CodeGenerator generator(checker, arena, source);
  std::string error;
  if (generator.generate(*module, error)) {
    work.result.module = std::move(module);
  } else {
    diagnostics.error({0, 0}, error);
  }
  show();
}

void* run(void* work) {
  compileNow(*static_cast<Work*>(work));
  return nullptr;
}

}  // namespace

CompileResult compile(std::string_view text, std::string_view fileName) {
  // Parser::kMostNested nested constructs take less than this in every part of the front end; only what is touched
  // costs.
  constexpr size_t kStack = size_t{512} << 20;
  Work work{text, fileName, {}};
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  if (pthread_create(&thread, &attributes, run, &work) == 0) {
    pthread_join(thread, nullptr);
  } else {
    work.result.diagnostics = "devvm: not enough memory to compile\n";
  }
  pthread_attr_destroy(&attributes);
  return std::move(work.result);
}

}  // namespace devvm::caml
