// What a language is to the program: one descriptor, which commands find by name or by the ending of a file.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "bytecode/module.h"
#include "frontend/diagnostics.h"

namespace devvm::runtime {
class Isolate;
struct NativeInfo;
}  // namespace devvm::runtime
namespace devvm::heap {
class Value;
}

namespace devvm::frontend {

struct CompileRequest {
  std::string chunkName;  ///< Module::source: "@file", "=name" or the text itself
  base::Watcher watcher;  ///< asked now and then whether to go on
};

struct FrontEnd {
  const char* name;                            ///< for --lang; also Module::language
  std::array<const char*, 3> extensions = {};  ///< with their dots, the usual one first
  const char* summary = "";

  /// Text (said.source()) to a module that passes the verifier. False after at least one error was said. Any text is
  /// safe input. Warnings may be said in any case.
  bool (*compile)(Diagnostics& said, const CompileRequest& request, bytecode::Module& module) = nullptr;
  /// The diagnostics as the language's reference writes them; null: renderAll().
  std::string (*report)(const Diagnostics& said) = nullptr;

  /// Makes an isolate know the language: its descriptor (runtime/language.h), its library. May be called again.
  /// MAY COLLECT. False: out of memory.
  bool (*open)(runtime::Isolate& isolate) = nullptr;
  /// The table of globals, which main functions get as their environment. Only after open().
  heap::Value (*environment)(runtime::Isolate& isolate) = nullptr;
  /// The message handler of uncaught errors: gives the text to show. Null: that of the command line.
  const runtime::NativeInfo* messageHandler = nullptr;
  /// Exit statuses of the command line.
  int compileStatus = 1, errorStatus = 1;
};

/// Makes a language known to the process; before any thread looks for one. `language` lives for ever.
void registerFrontEnd(const FrontEnd& language);
const std::vector<const FrontEnd*>& frontEnds();
/// By name; null: there is none.
const FrontEnd* frontEndNamed(std::string_view name);
/// By the ending of a path; null: none has it.
const FrontEnd* frontEndFor(std::string_view path);

}  // namespace devvm::frontend
