#include "languages/lua/compiler/compiler.h"

#include "bytecode/chunk_id.h"
#include "languages/lua/compiler/codegen.h"
#include "languages/lua/compiler/parser.h"

namespace devvm::lua {

CompileResult compile(std::string_view text, std::string_view chunkName, const CompileOptions& options) {
  CompileResult result;
  std::string chunkId = bytecode::chunkId(chunkName);
  // Offsets in the text have 32 bits.
  if (text.size() >= UINT32_MAX) {
    result.error.message = chunkId + ":1: chunk is too long";
    return result;
  }
  Arena arena(options.watcher);
  frontend::SymbolTable symbols(arena);
  Lexer lexer(text, chunkId, symbols);
  Parser parser(arena, lexer, options.nesting);
  Function* main = parser.parseChunk();
  if (arena.stopped()) {
    result.stopped = true;
    return result;
  }
  if (lexer.failed()) {
    result.error = lexer.firstError();
    result.incomplete = lexer.failedAtEnd();
    return result;
  }
  auto module = std::make_unique<bytecode::Module>();
  module->source = chunkName;
  module->language = "lua";
  ModuleGenerator generator(symbols.size(), options.watcher, arena.bytes());
  std::string message;
  uint32_t line = 0;
  if (!generator.generate(main, *module, message, line)) {
    result.stopped = generator.stopped();
    result.error.message = chunkId + ':' + std::to_string(line) + ": " + message;
    result.error.line = line;
    return result;
  }
  result.module = std::move(module);
  result.ok = true;
  return result;
}

}  // namespace devvm::lua
