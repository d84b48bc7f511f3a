// Syntax trees to bytecode (docs/jq.md): filters in continuation-passing style, where the continuation is mostly code
// that is emitted in place, and a closure where it is needed more than once or by a recursive function.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bytecode/module.h"
#include "languages/jq/ast.h"
#include "languages/jq/parser.h"

namespace devvm::jq {

/// A number literal whose text says more than a double: the loader puts it into the globals under `name`.
struct LiteralConstant {
  std::string name;
  std::string text;
};

struct CompiledProgram {
  std::unique_ptr<bytecode::Module> module;  ///< main takes the input and calls the global `emit` for every output
  std::vector<LiteralConstant> literals;
};

/// How a variable that the command line defines ($name) is found: by a global of that name with '$' in front.
struct CompileOptions {
  std::vector<std::string> globals;
  /// Reads the source of a module (`data`: its JSON text) for import; false with a message.
  std::function<bool(const Import& import, const std::string& from, std::string& path, std::string& text,
                     std::string& error)>
      readModule;
};

/// All messages of errors in the form of the reference, in `messages`. Null then.
std::unique_ptr<CompiledProgram> compile(std::string_view source, const CompileOptions& options,
                                         std::vector<std::string>& messages);

/// Names of all builtin filters as "name/arity".
std::vector<std::string> builtinNames();

}  // namespace devvm::jq
