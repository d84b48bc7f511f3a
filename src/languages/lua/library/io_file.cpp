#include "languages/lua/library/io_file.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <sys/wait.h>

#include "languages/lua/library/base.h"
#include "languages/lua/library/open_files.h"
#include "languages/lua/library/process.h"
#include "languages/lua/library/waiting.h"

namespace devvm::lua {

using runtime::asTable;
using runtime::Kind;
using runtime::Rooted;
using runtime::Userdata;
using runtime::UserdataClass;

namespace {
constexpr UserdataClass kFileClass = {"FILE*"};
}

FileHandle* toFileHandle(Value v) {
  if (!runtime::isUserdata(v)) return nullptr;
  auto* u = runtime::as<Userdata>(v);
  return u->type == &kFileClass ? static_cast<FileHandle*>(u->payload()) : nullptr;
}

FileHandle* checkFileHandle(NativeCall& c, uint32_t i) {
  FileHandle* h = toFileHandle(c.arg(i));
  if (h == nullptr) (void)c.typeError(i, kFileClass.name);
  return h;
}

std::FILE* checkOpenFile(NativeCall& c, uint32_t i) {
  FileHandle* h = checkFileHandle(c, i);
  if (h == nullptr) return nullptr;
  if (h->kind != FileKind::kClosed) return h->stream;
  (void)c.error("attempt to use a closed file");
  return nullptr;
}

Value newFileHandle(Isolate& isolate, std::FILE* stream, FileKind kind, pid_t process) {
  heap::Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kUserdata), sizeof(FileHandle), 0);
  if (o == nullptr) return Value::nil();
  auto* u = reinterpret_cast<Userdata*>(o);
  u->type = &kFileClass;
  Value metatable = runtime::tableGetName(isolate, asTable(isolate.registry), kFileClass.name);
  heap::initSlot(&u->metatable, metatable.isTable() ? metatable : Value::nil());  // programs reach the registry
  *static_cast<FileHandle*>(u->payload()) = {stream, kind, process};
  Rooted handle(isolate, runtime::otherValue(o));
  if (!isolate.registerFinalizer(handle)) return Value::nil();
  if (kind != FileKind::kStandard) noteOpenFile(isolate, stream, process);
  return *handle;
}

NativeResult closeFileHandle(NativeCall& c, Value v) {
  FileHandle* h = toFileHandle(v);
  std::FILE* stream = h->stream;
  FileKind kind = h->kind;
  pid_t process = h->process;
  if (stream == stdout && !flushPrinted(c.isolate)) return c.raisePending();
  if (kind == FileKind::kStandard) {
    Value text = runtime::newString(c.isolate, "cannot close standard file");
    return text.isNil() ? c.outOfMemory() : c.ret(Value::nil(), text);
  }
  h->kind = FileKind::kClosed;
  h->stream = nullptr;
  forgetOpenFile(c.isolate, stream);
  errno = 0;
  bool ok, goesOn = flushStream(c.isolate, stream, ok);
  int why = errno;
  bool closed = std::fclose(stream) == 0;
  if (closed) errno = why;
  if (kind == FileKind::kPipe) {
    int status;
    goesOn = goesOn && flushPrinted(c.isolate);
    // In any case: a process that nobody waits for stays in the system's tables.
    return waitForProcess(c.isolate, process, status) && goesOn ? processResult(c, status) : c.raisePending();
  }
  return goesOn ? fileResult(c, ok && closed, nullptr) : c.raisePending();
}

bool registerFileMethods(Isolate& isolate, const LibraryEntry* methods, size_t methodCount,
                         const LibraryEntry* metamethods, size_t metamethodCount) {
  Rooted metatable(isolate, runtime::newTable(isolate, 0, 8)), value(isolate, Value::nil());
  Rooted registry(isolate, isolate.registry);
  if ((*metatable).isNil()) return false;
  value.set(runtime::newString(isolate, kFileClass.name));
  if ((*value).isNil() || !runtime::tableSetName(isolate, metatable, "__name", value)) return false;
  if (!runtime::registerLibrary(isolate, metatable, metamethods, metamethodCount)) return false;
  value.set(runtime::newTable(isolate, 0, 8));
  return !(*value).isNil() && runtime::registerLibrary(isolate, value, methods, methodCount) &&
         runtime::tableSetName(isolate, metatable, "__index", value) &&
         runtime::tableSetName(isolate, registry, kFileClass.name, metatable);
}

NativeResult fileResult(NativeCall& c, bool ok, const char* name) {
  int code = errno;
  if (ok) return c.ret(Value::boolean(true));
  std::string text = name ? std::string(name) + ": " : "";
  // The reference asks for the reason even if the system gave none.
  text += std::strerror(code);
  Value message = runtime::newString(c.isolate, text);
  return message.isNil() ? c.outOfMemory() : c.ret(Value::nil(), message, Value::smallInt(code));
}

NativeResult processResult(NativeCall& c, int status) {
  if (status == -1 && errno != 0) return fileResult(c, false, nullptr);
  const char* what = "exit";
  if (WIFEXITED(status)) {
    status = WEXITSTATUS(status);
  } else if (WIFSIGNALED(status)) {
    status = WTERMSIG(status);
    what = "signal";
  }
  Value text = runtime::newString(c.isolate, what);
  if (text.isNil()) return c.outOfMemory();
  bool ok = *what == 'e' && status == 0;
  return c.ret(ok ? Value::boolean(true) : Value::nil(), text, Value::smallInt(status));
}

NativeResult writeFile(NativeCall& c, std::FILE* stream, uint32_t first, Value handle) {
  if ((stream == stdout || stream == stderr) && !flushPrinted(c.isolate)) return c.raisePending();
  c.push(handle);
  bool ok = true;
  auto put = [&](std::string_view text) {
    bool all = true;
    if (ok && !writeStream(c.isolate, stream, text, all)) return false;
    ok = ok && all;
    return true;
  };
  for (uint32_t i = first; i < c.count(); i++) {
    Value v = c.arg(i);
    char buffer[64];
    if (v.isAnyInt()) {
      size_t n = runtime::formatInteger(runtime::integerOf(v), buffer);
      if (!put({buffer, n})) return c.raisePending();
    } else if (v.isDouble()) {  // without the ".0" that tostring adds
      auto n = static_cast<size_t>(std::snprintf(buffer, sizeof buffer, "%.14g", v.asDouble()));
      if (!put({buffer, n})) return c.raisePending();
    } else {
      if (!c.checkString(i)) return c.raisePending();
      std::string_view text = c.stringArg(i);
      if (!chargeBytes(c, text.size()) || !put(text)) return c.raisePending();
    }
  }
  return ok ? c.retTop(1) : fileResult(c, false, nullptr);
}

}  // namespace devvm::lua
