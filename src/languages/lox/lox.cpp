#include "languages/lox/lox.h"

#include "languages/lox/generator.h"
#include "languages/lox/parser.h"
#include "languages/lox/runtime.h"

namespace devvm::lox {

namespace {

bool compile(frontend::Diagnostics& said, const frontend::CompileRequest& request, bytecode::Module& module) {
  const frontend::SourceFile& source = said.source();
  base::Arena arena(request.watcher);
  Parser parser(arena, said, source.text());
  Function* main = parser.parse();
  if (arena.stopped()) said.error("lox.limit", {}, "Out of memory or time.");
  if (!said.ok()) return false;
  std::string error;
  uint32_t line = 0;
  if (generate(main, source, request.chunkName, module, error, line)) return true;
  said.error("lox.limit", main->place, "Line " + std::to_string(line) + ": " + error + ".");
  return false;
}

/// As the reference: [line 1] Error at ')': Expect expression.
std::string report(const frontend::Diagnostics& said) {
  const frontend::SourceFile& source = said.source();
  std::string out;
  for (const auto& d : said.all()) {
    out += "[line " + std::to_string(source.positionOf(d->span.end).line) + "] Error";
    if (d->code == kSyntaxCode || d->code == kScopeCode) {
      bool atEnd = d->span.begin >= source.text().size();
      out += atEnd ? std::string(" at end") : " at '" + std::string(source.slice(d->span)) + "'";
    }
    out += ": " + d->message + '\n';
  }
  return out;
}

}  // namespace

const frontend::FrontEnd kFrontEnd = {.name = "lox",
                                      .extensions = {".lox"},
                                      .summary = "the language of \"Crafting Interpreters\"",
                                      .compile = compile,
                                      .report = report,
                                      .open = open,
                                      .environment = environment,
                                      .messageHandler = &kMessageHandler,
                                      .compileStatus = 65,
                                      .errorStatus = 70};

}  // namespace devvm::lox
