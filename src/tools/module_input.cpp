#include "tools/module_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "bytecode/assembler.h"
#include "bytecode/module_file.h"
#include "bytecode/verifier.h"
#include "frontend/front_end.h"
#include "languages/lua/compiler/compiler.h"
#include "languages/lua/lua_chunk.h"

namespace devvm::tools {

namespace {

bool isAssembly(const std::string& path) { return path.size() > 4 && path.compare(path.size() - 4, 4, ".dvs") == 0; }

}  // namespace

bool isNoModule(std::string_view path, std::string_view contents, std::string& error) {
  if (!path.ends_with(".dvm") || contents.starts_with('\x1b')) return false;
  error = std::string(path) + ": " + bytecode::ModuleFileError{0, "this is no module"}.text();
  return true;
}

bool readModuleInput(const char* path, TextKind kind, bytecode::Module& module, std::string& text) {
  bool input = std::strcmp(path, "-") == 0;
  std::string contents, why;
  if (!lua::readChunkFile(input ? "" : path, SIZE_MAX, contents, why)) {
    std::fprintf(stderr, "devvm: %s\n", why.c_str());
    return false;
  }
  if (isNoModule(path, contents, why)) {
    std::fprintf(stderr, "devvm: %s\n", why.c_str());
    return false;
  }
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(contents.data()), contents.size());
  if (!contents.empty() && contents[0] == '\x1b') {
    bytecode::ModuleFileError error;
    if (bytecode::readModule(bytes, module, error)) return true;
    std::fprintf(stderr, "devvm: %s: %s\n", path, error.text().c_str());
    return false;
  }
  if (kind == TextKind::kAssembly || (kind == TextKind::kByEnding && isAssembly(path))) {
    std::vector<bytecode::AssemblyError> errors;
    text = contents;
    if (bytecode::assemble(contents, std::string("@") + path, module, errors)) return true;
    for (const auto& e : errors) std::fprintf(stderr, "devvm: %s:%s\n", path, e.text().c_str());
    return false;
  }
  text = contents;
  if (const frontend::FrontEnd* language = frontend::frontEndFor(path)) {
    frontend::SourceFile source(path, contents);
    frontend::Diagnostics said(source);
    bool ok = language->compile(said, {.chunkName = std::string("@") + path, .watcher = {}}, module);
    std::fputs((language->report != nullptr ? language->report(said) : frontend::renderAll(said)).c_str(), stderr);
    return ok;
  }
  lua::CompileResult result = lua::compile(contents, input ? std::string("=stdin") : std::string("@") + path);
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
  auto failed = [&] {
    std::fprintf(stderr, "devvm: cannot write %s: %s\n", path.c_str(), std::strerror(errno));
    return false;
  };
  if (path == "-") return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() || failed();
  struct stat there;
  bool exists = ::stat(path.c_str(), &there) == 0;
  // Devices and pipes are written to; files are replaced when the new one is complete.
  bool direct = exists && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
  std::string name = direct ? path : path + "." + std::to_string(::getpid()) + ".tmp";
  int descriptor = ::open(name.c_str(), direct ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (descriptor < 0) return failed();
  size_t done = 0;
  bool ok = true;
  while (ok && done < bytes.size()) {
    ssize_t n = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    ok = n > 0 || (n < 0 && errno == EINTR);
    if (n > 0) done += static_cast<size_t>(n);
  }
  if (::close(descriptor) != 0) ok = false;
  if (direct) return ok || failed();
  if (ok && std::rename(name.c_str(), path.c_str()) == 0) return true;
  failed();
  std::remove(name.c_str());
  return false;
}

std::string withEnding(const std::string& path, const char* ending) {
  size_t slash = path.rfind('/'), dot = path.rfind('.');
  bool has = dot != path.npos && (slash == path.npos || dot > slash + 1);
  return (has ? path.substr(0, dot) : path) + ending;
}

}  // namespace devvm::tools
