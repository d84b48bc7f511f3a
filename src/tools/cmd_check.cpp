// devvm check: what is wrong with source files, without running them.

#include <unistd.h>

#include <cstdio>

#include "bytecode/chunk_id.h"
#include "frontend/front_end.h"
#include "languages/lua/compiler/compiler.h"
#include "languages/lua/lua_chunk.h"
#include "tools/command.h"
#include "tools/options.h"

namespace devvm::tools {

namespace {

/// Lua's compiler ends at the first error, whose message has its place in front.
void checkLua(frontend::Diagnostics& said, const std::string& chunkName) {
  const frontend::SourceFile& source = said.source();
  lua::CompileResult result = lua::compile(source.text(), chunkName);
  if (result.ok) return;
  const lua::CompileError& e = result.error;
  std::string_view message = e.message;
  std::string place = std::string(bytecode::chunkId(chunkName)) + ':' + std::to_string(e.line) + ": ";
  if (message.starts_with(place)) message.remove_prefix(place.size());
  std::string_view line = source.line(e.line);
  size_t begin = e.line == 0 ? 0 : static_cast<size_t>(line.data() - source.text().data());
  if (e.column > 0) begin += e.column - 1;
  auto at = static_cast<uint32_t>(begin);
  said.error("lua.syntax", {at, at}, std::string(message));
}

}  // namespace

int runCheck(const Arguments& arguments) {
  bool json = false, failed = false;
  std::vector<const char*> files;
  for (size_t i = 0; i < arguments.size(); i++) {
    std::string_view a = arguments[i];
    if (a == "--json") {
      json = true;
    } else if (a.starts_with('-') && a.size() > 1) {
      return usageError(commandNamed("check"), "unknown option '" + std::string(a) + "'");
    } else {
      files.push_back(arguments[i]);
    }
  }
  if (files.empty()) return usageError(commandNamed("check"), "which file?");
  for (const char* file : files) {
    bool isInput = std::string_view(file) == "-";
    std::string text, why;
    if (!lua::readChunkFile(isInput ? "" : file, SIZE_MAX, text, why)) {
      std::fprintf(stderr, "devvm: %s\n", why.c_str());
      failed = true;
      continue;
    }
    frontend::SourceFile source(isInput ? "stdin" : file, std::move(text));
    frontend::Diagnostics said(source);
    std::string chunkName = isInput ? "=stdin" : std::string("@") + file;
    if (const frontend::FrontEnd* language = frontend::frontEndFor(file)) {
      bytecode::Module module;
      language->compile(said, {.chunkName = chunkName, .watcher = {}}, module);
    } else {
      checkLua(said, chunkName);
    }
    std::string shown = json ? frontend::toJson(said) : frontend::renderAll(said, {.colours = colours(STDOUT_FILENO)});
    std::fwrite(shown.data(), 1, shown.size(), stdout);
    failed = failed || !said.ok();
  }
  return failed ? 1 : 0;
}

}  // namespace devvm::tools
