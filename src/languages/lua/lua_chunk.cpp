#include "languages/lua/lua_chunk.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <span>

#include "bytecode/module_file.h"
#include "bytecode/verifier.h"
#include "languages/lua/compiler/compiler.h"
#include "languages/lua/library/waiting.h"
#include "runtime/code.h"

namespace devvm::lua {

using runtime::Handle;
using runtime::Isolate;
using runtime::Kind;
using runtime::Rooted;
using runtime::Value;

namespace {

constexpr char kEscape = '\x1B';  // first byte of binary chunks

bool readBinary(std::string_view bytes, std::string_view chunkName, bytecode::Module& module, std::string& error) {
  std::span<const uint8_t> data(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  std::string name(chunkName);
  if (!name.empty() && (name[0] == '@' || name[0] == '=')) {
    name.erase(0, 1);
  } else if (!name.empty() && name[0] == kEscape) {
    name = "binary string";
  }
  auto fail = [&](const std::string& why) {
    error = name + ": bad binary format (" + why + ")";
    return false;
  };
  if (data.size() <= sizeof bytecode::kModuleMagic) return fail("truncated chunk");
  if (!bytecode::isModuleFile(data)) return fail("not a binary chunk");
  bytecode::ModuleFileError fileError;
  if (!bytecode::readModule(data, module, fileError)) return fail(fileError.text());
  bytecode::VerifyError verifyError;
  if (!bytecode::verify(module, verifyError)) return fail(verifyError.text(module));
  if (module.source.empty()) module.source = "=?";
  return true;
}

/// Gives a main closure its environment and fresh variables for its other upvalues (a dumped function may have any).
bool fillUpvalues(Isolate& isolate, Handle closure, Handle environment) {
  const auto& upvalues = closure.as<runtime::Closure>()->code->function->upvalues;
  for (size_t i = 0; i < upvalues.size(); i++) {
    bool isCell = upvalues[i].from != bytecode::Upvalue::From::kParentValue;
    Rooted value(isolate, i == 0 ? *environment : Value::nil());
    if (isCell) {
      heap::Object* cell = isolate.heap.allocate(static_cast<uint8_t>(Kind::kCell), 0, 0);
      if (cell == nullptr) return false;
      heap::initSlot(&reinterpret_cast<runtime::Cell*>(cell)->value, *value);
      value.set(runtime::otherValue(cell));
    }
    auto* c = closure.as<runtime::Closure>();
    isolate.heap.store(c, &c->upvalues[i], *value);
  }
  return true;
}

uint64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

/// Keeps a compilation within the isolate's memory and time.
struct CompileWatch {
  Isolate& isolate;
  uint64_t deadline = 0;  ///< of a compilation outside of any call
  bool outOfMemory = false;

  /// Whether the memory limit leaves too little for a syntax tree of so many bytes and what is made from it: code
  /// generation and loading need about as much again as the tree, twice.
  static bool exceedsLimit(const Isolate& iso, size_t treeBytes) {
    constexpr size_t kBytesPerTreeByte = 3;
    size_t limit = iso.options.limits.memoryBytes;
    return limit != 0 && iso.heap.bytesInUse() + iso.externalBytes() + kBytesPerTreeByte * treeBytes > limit;
  }

  /// Whether a text of so many bytes will probably not fit as the heap is, and is small enough to be copied meanwhile.
  static bool isTight(Isolate& iso, size_t bytes) {
    constexpr size_t kTreeBytesPerByte = 8, kLeast = size_t{85} << 10;
    return bytes <= iso.options.limits.memoryBytes / 16 && exceedsLimit(iso, kLeast + kTreeBytesPerByte * bytes);
  }

  static bool mayGoOn(void* context, size_t bytes) {
    auto& watch = *static_cast<CompileWatch*>(context);
    Isolate& iso = watch.isolate;
    if (exceedsLimit(iso, bytes)) {
      watch.outOfMemory = true;
      return false;
    }
    if (iso.hostDepth != 0) return iso.poll();
    if (watch.deadline != 0 && now() >= watch.deadline) {
      iso.failure = runtime::Failure::kDeadline;
      return false;
    }
    return true;
  }
};

}  // namespace

unsigned parseChunkMode(std::string_view mode) {
  return (mode.find('t') != mode.npos ? kTextChunks : 0u) | (mode.find('b') != mode.npos ? kBinaryChunks : 0u);
}

bool loadChunk(Isolate& isolate, std::string_view bytes, std::string_view chunkName, unsigned mode,
               std::string_view modeText, Handle environment, Handle result, ChunkError& error) {
  bool binary = !bytes.empty() && bytes[0] == kEscape;
  if (!(mode & (binary ? kBinaryChunks : kTextChunks))) {
    error.message = std::string("attempt to load a ") + (binary ? "binary" : "text") + " chunk (mode is '" +
                    std::string(modeText) + "')";
    return false;
  }
  // Garbage must not be what keeps a chunk from being compiled. The texts may lie in strings that move.
  std::string keptBytes, keptName, keptMode;
  if (CompileWatch::isTight(isolate, bytes.size())) {
    bytes = keptBytes = bytes;
    chunkName = keptName = chunkName;
    modeText = keptMode = modeText;
    isolate.heap.collectFull("load");
  }
  bytecode::Module module;
  if (binary) {
    if (!readBinary(bytes, chunkName, module, error.message)) return false;
  } else {
    CompileWatch watch{isolate};
    if (isolate.hostDepth == 0 && isolate.options.limits.timeoutNanos != 0) {
      watch.deadline = now() + isolate.options.limits.timeoutNanos;
    }
    CompileResult compiled = compile(bytes, chunkName, {.watcher = {CompileWatch::mayGoOn, &watch}});
    if (!compiled.ok) {
      error.outOfMemory = watch.outOfMemory;
      error.stopped = compiled.stopped && !watch.outOfMemory;
      error.message = std::move(compiled.error.message);
      error.incomplete = compiled.incomplete;
      return false;
    }
    module = std::move(*compiled.module);
  }
  Rooted prototype(isolate, runtime::loadModule(isolate, std::move(module)));
  if ((*prototype).isNil()) {
    error.outOfMemory = true;
    return false;
  }
  result.set(runtime::newClosure(isolate, *prototype));
  error.outOfMemory = (*result).isNil() || !fillUpvalues(isolate, result, environment);
  return !error.outOfMemory;
}

bool isHopeless(Isolate& isolate, std::string_view beginning, std::string_view chunkName) {
  CompileWatch watch{isolate};
  CompileResult first = compile(beginning, chunkName, {.watcher = {CompileWatch::mayGoOn, &watch}});
  if (first.stopped) return true;
  if (first.ok || first.incomplete) return false;
  // The error may lie in a last token that is cut off: then other continuations give other errors, or none.
  for (char next : {' ', 'a', '1', '=', '.', '[', '"'}) {
    CompileResult other = compile(std::string(beginning) + next, chunkName);
    if (other.ok || other.incomplete || other.error.message != first.error.message) return false;
  }
  return true;
}

bool readChunkFile(const std::string& path, size_t limit, std::string& contents, std::string& error, Isolate* isolate) {
  std::string name = path.empty() ? "stdin" : path;
  errno = 0;
  std::FILE* file = stdin;
  if (!path.empty() && isolate == nullptr) file = std::fopen(path.c_str(), "rb");
  if (!path.empty() && isolate != nullptr && !openStream(*isolate, path.c_str(), "rb", file)) {
    return false;
  }
  if (file == nullptr) {
    error = "cannot open " + name + ": " + std::strerror(errno);
    return false;
  }
  contents.clear();
  char buffer[16384];
  size_t n;
  bool stopped = false, waits = isolate != nullptr && mayWait(file);
  auto read = [&]() -> size_t {
    if (!waits) return std::fread(buffer, 1, sizeof buffer, file);
    // What has come, and no more.
    if (file->_IO_read_ptr == file->_IO_read_end && !waitForInput(*isolate, fileno(file))) {
      stopped = true;
      return 0;
    }
    int next = std::getc(file);
    if (next == EOF) return 0;
    buffer[0] = static_cast<char>(next);
    auto more = static_cast<size_t>(file->_IO_read_end - file->_IO_read_ptr);
    return 1 + std::fread(buffer + 1, 1, std::min(more, sizeof buffer - 1), file);
  };
  while ((n = read()) > 0) {
    contents.append(buffer, n);
    if (contents.size() > limit) {
      error = "cannot read " + name + ": not enough memory";
      break;
    }
  }
  if (error.empty() && std::ferror(file)) error = "cannot read " + name + ": " + std::strerror(errno);
  if (file == stdin) {
    std::clearerr(file);
  } else {
    std::fclose(file);
  }
  if (stopped || !error.empty()) return false;
  if (contents.starts_with("\xEF\xBB\xBF")) contents.erase(0, 3);
  if (contents.starts_with("#")) {
    size_t end = contents.find('\n');
    // The line's end stays, so that lines are numbered as in the file; binary chunks must begin with their mark.
    size_t keep = end == contents.npos                                        ? contents.size()
                  : contents.size() > end + 1 && contents[end + 1] == kEscape ? end + 1
                                                                              : end;
    contents.erase(0, keep);
  }
  return true;
}

}  // namespace devvm::lua
