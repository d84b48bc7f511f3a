// devvm dis, asm, verify, compile: modules in and out of their forms.

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "bytecode/disassembler.h"
#include "bytecode/module_file.h"
#include "tools/command.h"
#include "tools/module_input.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

/// Takes the argument that names the input; the status of a wrong use if it cannot be that.
int takeInput(const Command& command, const char* argument, const char*& path) {
  if (argument[0] == '-' && argument[1] != '\0') {
    return usageError(command, std::string("unknown option '") + argument + "'");
  }
  if (path != nullptr) return usageError(command, "one file at a time");
  path = argument;
  return 0;
}

}  // namespace

int runDis(const Arguments& arguments) {
  const Command& command = commandNamed("dis");
  bool json = false, text = false;
  const char* path = nullptr;
  for (const char* a : arguments) {
    if (std::strcmp(a, "--json") == 0) {
      json = true;
    } else if (std::strcmp(a, "--text") == 0) {
      text = true;
    } else if (int wrong = takeInput(command, a, path)) {
      return wrong;
    }
  }
  if (path == nullptr) return usageError(command, "which file?");
  if (json && text) return usageError(command, "--json or --text, not both");
  bytecode::Module module;
  std::string source, out;
  if (!readModuleInput(path, TextKind::kByEnding, module, source)) return kFailed;
  if (json) {
    out = bytecode::listingJson(module);
  } else if (text) {
    out = bytecode::disassemble(module);
  } else {
    out = bytecode::listing(module, {.colors = colours(1), .sourceText = source});
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  if (out.empty() || out.back() != '\n') std::fputc('\n', stdout);
  return kOk;
}

namespace {

/// Arguments of asm and compile: one input, -o OUT, perhaps --strip.
int convert(const Command& command, const Arguments& arguments, TextKind kind) {
  bool mayStrip = kind == TextKind::kLua;
  const char* path = nullptr;
  std::string out;
  bool strip = false;
  for (size_t i = 0; i < arguments.size(); i++) {
    const char* a = arguments[i];
    if (std::strcmp(a, "-o") == 0) {
      if (++i == arguments.size()) return usageError(command, "-o needs a file name");
      out = arguments[i];
    } else if (mayStrip && std::strcmp(a, "--strip") == 0) {
      strip = true;
    } else if (int wrong = takeInput(command, a, path)) {
      return wrong;
    }
  }
  if (path == nullptr) return usageError(command, "which file?");
  if (out.empty()) out = std::strcmp(path, "-") == 0 ? "out.dvm" : withEnding(path, ".dvm");
  if (out == path && out != "-") return usageError(command, "the output would replace the input; name another with -o");
  bytecode::Module module;
  std::string source;
  if (!readModuleInput(path, kind, module, source) || !verifyModule(path, module)) return kFailed;
  return writeFile(out, bytecode::writeModule(module, strip)) ? kOk : kFailed;
}

}  // namespace

int runAsm(const Arguments& arguments) { return convert(commandNamed("asm"), arguments, TextKind::kAssembly); }
int runCompile(const Arguments& arguments) { return convert(commandNamed("compile"), arguments, TextKind::kLua); }

int runVerify(const Arguments& arguments) {
  const Command& command = commandNamed("verify");
  if (arguments.empty()) return usageError(command, "which file?");
  bool ok = true;
  for (const char* path : arguments) {
    if (path[0] == '-' && path[1] != '\0') return usageError(command, std::string("unknown option '") + path + "'");
    bytecode::Module module;
    std::string source;
    if (readModuleInput(path, TextKind::kByEnding, module, source) && verifyModule(path, module)) {
      std::printf("%s: %zu function%s, sound\n", path, module.functions.size(),
                  module.functions.size() == 1 ? "" : "s");
    } else {
      ok = false;
    }
  }
  return ok ? kOk : kFailed;
}

}  // namespace devvm::tools
