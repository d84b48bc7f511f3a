#include "tools/module_input.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "bytecode/assembler.h"
#include "bytecode/module_file.h"
#include "bytecode/verifier.h"
#include "languages/lua/compiler/compiler.h"
#include "languages/lua/lua_chunk.h"

namespace devvm::tools {

namespace {

bool readBytes(const char* path, std::string& contents) {
  bool input = std::strcmp(path, "-") == 0;
  std::FILE* f = input ? stdin : std::fopen(path, "rb");
  if (f == nullptr) {
    std::fprintf(stderr, "devvm: cannot open %s: %s\n", path, std::strerror(errno));
    return false;
  }
  char buffer[65536];
  size_t n;
  while ((n = std::fread(buffer, 1, sizeof buffer, f)) > 0) contents.append(buffer, n);
  bool failed = std::ferror(f) != 0;
  int error = errno;
  if (!input) std::fclose(f);
  if (failed) std::fprintf(stderr, "devvm: cannot read %s: %s\n", path, std::strerror(error));
  return !failed;
}

bool isAssembly(const std::string& path) { return path.size() > 4 && path.compare(path.size() - 4, 4, ".dvs") == 0; }

}  // namespace

bool readModuleInput(const char* path, bytecode::Module& module, std::string& text) {
  std::string contents;
  if (!readBytes(path, contents)) return false;
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(contents.data()), contents.size());
  if (!contents.empty() && contents[0] == '\x1b') {
    bytecode::ModuleFileError error;
    if (bytecode::readModule(bytes, module, error)) return true;
    std::fprintf(stderr, "devvm: %s: %s\n", path, error.text().c_str());
    return false;
  }
  if (isAssembly(path)) {
    std::vector<bytecode::AssemblyError> errors;
    text = contents;
    if (bytecode::assemble(contents, std::string("@") + path, module, errors)) return true;
    for (const auto& e : errors) std::fprintf(stderr, "devvm: %s:%s\n", path, e.text().c_str());
    return false;
  }
  if (!contents.empty() && contents[0] == '#') {  // the first line is for the shell
    size_t end = contents.find('\n');
    contents.erase(0, end == contents.npos ? contents.size() : end);
  }
  text = contents;
  lua::CompileResult result =
      lua::compile(contents, std::strcmp(path, "-") == 0 ? std::string("=stdin") : std::string("@") + path);
  if (!result.ok) {
    std::fprintf(stderr, "devvm: %s\n", result.error.message.c_str());
    return false;
  }
  module = std::move(*result.module);
  return true;
}

bool verifyModule(const char* path, const bytecode::Module& module) {
  bytecode::VerifyError error;
  if (bytecode::verify(module, error)) return true;
  std::fprintf(stderr, "devvm: %s: %s\n", path, error.text(module).c_str());
  return false;
}

bool writeFile(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::string temporary = path + ".tmp";
  std::FILE* f = std::fopen(temporary.c_str(), "wb");
  bool ok = f != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size();
  if (f != nullptr && std::fclose(f) != 0) ok = false;
  if (ok && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  std::fprintf(stderr, "devvm: cannot write %s: %s\n", path.c_str(), std::strerror(errno));
  std::remove(temporary.c_str());
  return false;
}

std::string withEnding(const std::string& path, const char* ending) {
  size_t slash = path.rfind('/'), dot = path.rfind('.');
  bool has = dot != path.npos && (slash == path.npos || dot > slash + 1);
  return (has ? path.substr(0, dot) : path) + ending;
}

}  // namespace devvm::tools
