// The library `io`: its functions and the methods of files.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "languages/lua/library/base.h"
#include "languages/lua/library/io_file.h"
#include "languages/lua/library/process.h"
#include "languages/lua/library/waiting.h"
#include "languages/lua/library/library.h"

namespace devvm::lua {

using runtime::asTable;
using runtime::Capability;
using runtime::Rooted;

namespace {

constexpr const char* kInput = "_IO_input";  // fields of the registry: the default files
constexpr const char* kOutput = "_IO_output";
constexpr uint32_t kMostLineFormats = 250;

Value defaultFile(Isolate& isolate, const char* field) {
  return runtime::tableGetName(isolate, asTable(isolate.registry), field);
}

/// The stream of a default file; null after raising.
std::FILE* defaultStream(NativeCall& c, const char* field) {
  FileHandle* h = toFileHandle(defaultFile(c.isolate, field));
  if (h != nullptr && h->kind != FileKind::kClosed) return h->stream;
  (void)c.error("default %s file is closed", field + 4);
  return nullptr;
}

/// A handle for a stream just opened; nil after closing it when out of memory.
Value adoptStream(Isolate& isolate, std::FILE* stream, FileKind kind) {
  Value v = newFileHandle(isolate, stream, kind);
  if (v.isNil()) std::fclose(stream);
  return v;
}

/// Opens a file for io.lines, io.input and io.output: failure is an error. nil after raising.
Value openOrRaise(NativeCall& c, uint32_t argument, const char* mode) {
  if (!checkCapability(c, Capability::kFiles)) return Value::nil();
  std::string name(c.stringArg(argument));
  std::FILE* stream;
  if (!openStream(c.isolate, name.c_str(), mode, stream)) return Value::nil();
  if (stream == nullptr) {
    (void)c.error("cannot open file '%s' (%s)", name.c_str(), std::strerror(errno));
    return Value::nil();
  }
  Value v = adoptStream(c.isolate, stream, FileKind::kFile);
  if (v.isNil()) c.isolate.raiseOutOfMemory();
  return v;
}

bool isOpenMode(std::string_view mode) {
  if (mode.empty() || (mode[0] != 'r' && mode[0] != 'w' && mode[0] != 'a')) return false;
  mode.remove_prefix(1);
  if (mode.starts_with("+")) mode.remove_prefix(1);
  return mode.find_first_not_of('b') == mode.npos;
}

NativeResult open(NativeCall& c) {
  if (!c.checkString(0) || (!c.isNoneOrNil(1) && !c.checkString(1))) return c.raisePending();
  std::string name(c.stringArg(0)), mode(c.isNoneOrNil(1) ? "r" : c.stringArg(1));
  if (!isOpenMode(mode)) return c.argError(1, "invalid mode");
  if (!checkCapability(c, Capability::kFiles)) return c.raisePending();
  std::FILE* stream;
  if (!openStream(c.isolate, name.c_str(), mode.c_str(), stream)) return c.raisePending();
  if (stream == nullptr) return fileResult(c, false, name.c_str());
  Value v = adoptStream(c.isolate, stream, FileKind::kFile);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult popenNative(NativeCall& c) {
  if (!c.checkString(0) || (!c.isNoneOrNil(1) && !c.checkString(1))) return c.raisePending();
  std::string command(c.stringArg(0)), mode(c.isNoneOrNil(1) ? "r" : c.stringArg(1));
  if (mode != "r" && mode != "w") return c.argError(1, "invalid mode");
  if (!checkCapability(c, Capability::kProcesses)) return c.raisePending();
  if (!flushPrinted(c.isolate)) return c.raisePending();
  std::fflush(nullptr);
  errno = 0;
  pid_t process;
  std::FILE* stream = openPipe(c.isolate, command.c_str(), mode.c_str(), process);
  if (stream == nullptr) return fileResult(c, false, command.c_str());
  Value v = newFileHandle(c.isolate, stream, FileKind::kPipe, process);
  if (v.isNil()) std::fclose(stream);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult tmpfileNative(NativeCall& c) {
  if (!checkCapability(c, Capability::kFiles)) return c.raisePending();
  errno = 0;
  std::FILE* stream = std::tmpfile();
  if (stream == nullptr) return fileResult(c, false, nullptr);
  Value v = adoptStream(c.isolate, stream, FileKind::kFile);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult typeNative(NativeCall& c) {
  if (!c.checkAny(0)) return c.raisePending();
  FileHandle* h = toFileHandle(c.arg(0));
  if (h == nullptr) return c.ret(Value::nil());
  Value name = runtime::newString(c.isolate, h->kind == FileKind::kClosed ? "closed file" : "file");
  return name.isNil() ? c.outOfMemory() : c.ret(name);
}

NativeResult fileClose(NativeCall& c) { return checkOpenFile(c, 0) ? closeFileHandle(c, c.arg(0)) : c.raisePending(); }

NativeResult close(NativeCall& c) {
  if (c.has(0)) return fileClose(c);
  Value file = defaultFile(c.isolate, kOutput);
  FileHandle* h = toFileHandle(file);
  if (h == nullptr || h->kind == FileKind::kClosed) return c.error("attempt to use a closed file");
  return closeFileHandle(c, file);
}

/// io.input and io.output.
NativeResult setDefault(NativeCall& c, const char* field, const char* mode) {
  Isolate& iso = c.isolate;
  if (!c.isNoneOrNil(0)) {
    Rooted file(iso, c.arg(0)), registry(iso, iso.registry);
    if (c.arg(0).isString() || c.arg(0).isNumber()) {
      if (!c.checkString(0)) return c.raisePending();
      file.set(openOrRaise(c, 0, mode));
      if ((*file).isNil()) return c.raisePending();
    } else if (checkOpenFile(c, 0) == nullptr) {
      return c.raisePending();
    }
    if (!runtime::tableSetName(iso, registry, field, file)) return c.outOfMemory();
  }
  return c.ret(defaultFile(iso, field));
}

NativeResult input(NativeCall& c) { return setDefault(c, kInput, "r"); }
NativeResult output(NativeCall& c) { return setDefault(c, kOutput, "w"); }

NativeResult readArguments(NativeCall& c, std::FILE* stream, uint32_t first) {
  if (stream == nullptr) return c.raisePending();
  uint32_t pushed;
  ReadFormats formats{c.count() > first ? c.count() - first : 0, first, 0, false};
  return readFile(c, stream, formats, pushed) ? c.retTop(pushed) : c.raisePending();
}

NativeResult read(NativeCall& c) { return readArguments(c, defaultStream(c, kInput), 0); }
NativeResult fileRead(NativeCall& c) { return readArguments(c, checkOpenFile(c, 0), 1); }

NativeResult write(NativeCall& c) {
  std::FILE* stream = defaultStream(c, kOutput);
  return stream ? writeFile(c, stream, 0, defaultFile(c.isolate, kOutput)) : c.raisePending();
}
NativeResult fileWrite(NativeCall& c) {
  std::FILE* stream = checkOpenFile(c, 0);
  return stream ? writeFile(c, stream, 1, c.arg(0)) : c.raisePending();
}

// ---- lines: an iterator whose upvalues are the file, whether to close it at its end, and the formats ----

enum LineUpvalue : uint32_t { kLineFile, kLineCloses, kLineFormats };

NativeResult nextLine(NativeCall& c) {
  FileHandle* h = toFileHandle(*c.upvalue(kLineFile));
  if (h->kind == FileKind::kClosed) return c.error("file is already closed");
  ReadFormats formats{runtime::as<runtime::Native>(c.callee())->word - kLineFormats, 1, kLineFormats, true};
  uint32_t pushed;
  if (!readFile(c, h->stream, formats, pushed)) return c.raisePending();
  if (!c.top(pushed - 1).isFalsy()) return c.retTop(pushed);
  if (pushed > 1 && c.top(pushed - 2).isString()) {
    return c.error("%s", std::string(runtime::asString(c.top(pushed - 2))->view()).c_str());
  }
  if ((*c.upvalue(kLineCloses)).isTrue()) {
    if (closeFileHandle(c, *c.upvalue(kLineFile)).action == NativeResult::Action::kThrow) return c.raisePending();
  }
  return c.ret();
}

constexpr NativeInfo kNextLine = {.function = nextLine,
                                  .name = "lines iterator",
                                  .documentation = "Reads the next values from a file, which it may close at its end."};

/// Pushes the iterator over `file` with the formats in the arguments from 1 on. False after raising.
bool pushLines(NativeCall& c, Handle file, bool closes) {
  uint32_t formats = c.count() > 1 ? c.count() - 1 : 0;
  if (formats > kMostLineFormats) {
    (void)c.argError(kMostLineFormats + 1, "too many arguments");
    return false;
  }
  Value native = runtime::newNative(c.isolate, &kNextLine, kLineFormats + formats);
  if (native.isNil()) return c.isolate.raiseOutOfMemory();
  auto* n = runtime::as<runtime::Native>(native);
  heap::initSlot(&n->upvalues[kLineFile], *file);
  heap::initSlot(&n->upvalues[kLineCloses], Value::boolean(closes));
  for (uint32_t i = 0; i < formats; i++) heap::initSlot(&n->upvalues[kLineFormats + i], c.arg(1 + i));
  c.push(native);
  return true;
}

NativeResult lines(NativeCall& c) {
  Rooted file(c.isolate, Value::nil());
  if (c.isNoneOrNil(0)) {
    file.set(defaultFile(c.isolate, kInput));
    FileHandle* h = toFileHandle(*file);
    if (h == nullptr || h->kind == FileKind::kClosed) return c.error("attempt to use a closed file");
    return pushLines(c, file, false) ? c.retTop(1) : c.raisePending();
  }
  if (!c.checkString(0)) return c.raisePending();
  file.set(openOrRaise(c, 0, "r"));
  if ((*file).isNil() || !pushLines(c, file, true)) return c.raisePending();
  c.push(Value::nil());
  c.push(Value::nil());
  c.push(*file);  // the closing value of a generic for
  return c.retTop(4);
}

NativeResult fileLines(NativeCall& c) {
  if (checkOpenFile(c, 0) == nullptr || !pushLines(c, c.argHandle(0), false)) return c.raisePending();
  return c.retTop(1);
}

// ---- other methods ----

NativeResult fileSeek(NativeCall& c) {
  static const char* const kNames[] = {"set", "cur", "end", nullptr};
  static const int kModes[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  std::FILE* stream = checkOpenFile(c, 0);
  int mode;
  int64_t offset;
  if (stream == nullptr || !c.checkOption(1, "cur", kNames, mode) || !c.optInteger(2, 0, offset))
    return c.raisePending();
  errno = 0;
  if (stream == stdout && !flushPrinted(c.isolate)) return c.raisePending();
  if (fseeko(stream, offset, kModes[mode]) != 0) return fileResult(c, false, nullptr);
  Value v = runtime::makeInteger(c.isolate, ftello(stream));
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult fileSetvbuf(NativeCall& c) {
  static const char* const kNames[] = {"no", "full", "line", nullptr};
  static const int kModes[] = {_IONBF, _IOFBF, _IOLBF};
  std::FILE* stream = checkOpenFile(c, 0);
  int mode;
  int64_t size;
  if (stream == nullptr || !c.checkOption(1, nullptr, kNames, mode) || !c.optInteger(2, BUFSIZ, size)) {
    return c.raisePending();
  }
  errno = 0;
  // Where writing may wait, it goes by pieces that fit (waiting.h).
  if (size > BUFSIZ && mayWait(stream)) size = 0;
  return fileResult(c, std::setvbuf(stream, nullptr, kModes[mode], static_cast<size_t>(size)) == 0, nullptr);
}

NativeResult flushFile(NativeCall& c, std::FILE* stream) {
  if (stream == nullptr) return c.raisePending();
  bool ok;
  if (stream == stdout && !flushPrinted(c.isolate)) return c.raisePending();
  errno = 0;
  return flushStream(c.isolate, stream, ok) ? fileResult(c, ok, nullptr) : c.raisePending();
}

NativeResult flush(NativeCall& c) { return flushFile(c, defaultStream(c, kOutput)); }
NativeResult fileFlush(NativeCall& c) { return flushFile(c, checkOpenFile(c, 0)); }

/// The finalizer and the close metamethod: closed files are left alone.
NativeResult fileGc(NativeCall& c) {
  FileHandle* h = checkFileHandle(c, 0);
  if (h == nullptr) return c.raisePending();
  if (h->kind == FileKind::kClosed || h->kind == FileKind::kStandard) return c.ret();
  NativeResult r = closeFileHandle(c, c.arg(0));
  return r.action == NativeResult::Action::kThrow ? r : c.ret();
}

NativeResult fileToString(NativeCall& c) {
  FileHandle* h = checkFileHandle(c, 0);
  if (h == nullptr) return c.raisePending();
  std::string text = "file (closed)";
  if (h->kind != FileKind::kClosed) {
    char identity[24];
    text = "file (" + std::string(identity, formatIdentity(c.isolate, c.argHandle(0), identity)) + ")";
  }
  Value v = runtime::newString(c.isolate, text);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

const LibraryEntry kEntries[] = {
    {"close",
     {.function = close,
      .name = "io.close",
      .signature = "close([file])",
      .documentation = "Closes a file (the default output)."}},
    {"flush",
     {.function = flush,
      .name = "io.flush",
      .signature = "flush()",
      .documentation = "Writes out what the default output has buffered."}},
    {"input",
     {.function = input,
      .name = "io.input",
      .signature = "input([file])",
      .documentation = "Sets the default input to a file or the file of that name; returns it."}},
    {"lines",
     {.function = lines,
      .name = "io.lines",
      .signature = "lines([filename, ...])",
      .documentation = "Returns an iterator that reads a file by formats and closes it at its end."}},
    {"open",
     {.function = open,
      .name = "io.open",
      .signature = "open(filename [, mode])",
      .documentation = "Opens a file; returns nil, a message and a code if that fails."}},
    {"output",
     {.function = output,
      .name = "io.output",
      .signature = "output([file])",
      .documentation = "Sets the default output to a file or the file of that name; returns it."}},
    {"popen",
     {.function = popenNative,
      .name = "io.popen",
      .signature = "popen(prog [, mode])",
      .documentation = "Starts a program and returns a file to read its output or write its input."}},
    {"read",
     {.function = read,
      .name = "io.read",
      .signature = "read(...)",
      .documentation = "Reads from the default input by formats."}},
    {"tmpfile",
     {.function = tmpfileNative,
      .name = "io.tmpfile",
      .signature = "tmpfile()",
      .documentation = "Opens a temporary file, which is removed at the end."}},
    {"type",
     {.function = typeNative,
      .name = "io.type",
      .signature = "type(obj)",
      .documentation = "Returns \"file\", \"closed file\", or nil for anything that is no file."}},
    {"write",
     {.function = write,
      .name = "io.write",
      .signature = "write(...)",
      .documentation = "Writes its arguments to the default output and returns it."}},
};

const LibraryEntry kMethods[] = {
    {"close",
     {.function = fileClose, .name = "file:close", .signature = "file:close()", .documentation = "Closes the file."}},
    {"flush",
     {.function = fileFlush,
      .name = "file:flush",
      .signature = "file:flush()",
      .documentation = "Writes out what the file has buffered."}},
    {"lines",
     {.function = fileLines,
      .name = "file:lines",
      .signature = "file:lines(...)",
      .documentation = "Returns an iterator that reads the file by formats and leaves it open."}},
    {"read",
     {.function = fileRead,
      .name = "file:read",
      .signature = "file:read(...)",
      .documentation = "Reads by formats: \"n\", \"l\", \"L\", \"a\" or a number of bytes."}},
    {"seek",
     {.function = fileSeek,
      .name = "file:seek",
      .signature = "file:seek([whence [, offset]])",
      .documentation = "Sets and returns the position in the file."}},
    {"setvbuf",
     {.function = fileSetvbuf,
      .name = "file:setvbuf",
      .signature = "file:setvbuf(mode [, size])",
      .documentation = "Sets the buffering mode: \"no\", \"full\" or \"line\"."}},
    {"write",
     {.function = fileWrite,
      .name = "file:write",
      .signature = "file:write(...)",
      .documentation = "Writes strings and numbers and returns the file."}},
};

const LibraryEntry kMetamethods[] = {
    {"__close", {.function = fileGc, .name = "file:__close", .documentation = "Closes the file."}},
    {"__gc", {.function = fileGc, .name = "file:__gc", .documentation = "Closes the file."}},
    {"__tostring", {.function = fileToString, .name = "file:__tostring", .documentation = "Describes the file."}},
};

/// Makes the handle of a standard stream; `field` is the default it serves as, or null.
bool addStandard(Isolate& isolate, Handle module, const char* name, std::FILE* stream, const char* field) {
  Rooted file(isolate, newFileHandle(isolate, stream, FileKind::kStandard)), registry(isolate, isolate.registry);
  return !(*file).isNil() && runtime::tableSetName(isolate, module, name, file) &&
         (field == nullptr || runtime::tableSetName(isolate, registry, field, file));
}

}  // namespace

bool openIo(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil());
  return newModule(isolate, globals, "io", kEntries, std::size(kEntries), module) &&
         registerFileMethods(isolate, kMethods, std::size(kMethods), kMetamethods, std::size(kMetamethods)) &&
         addStandard(isolate, module, "stdin", stdin, kInput) &&
         addStandard(isolate, module, "stdout", stdout, kOutput) &&
         addStandard(isolate, module, "stderr", stderr, nullptr);
}

}  // namespace devvm::lua
