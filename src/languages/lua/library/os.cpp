// The library `os`, without dates (os_date.cpp).

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <unistd.h>

#include "languages/lua/library/base.h"
#include "languages/lua/library/io_file.h"
#include "languages/lua/library/library.h"
#include "languages/lua/library/os_date.h"
#include "languages/lua/library/process.h"

namespace devvm::lua {

using runtime::Capability;
using runtime::Rooted;

namespace {

NativeResult returnString(NativeCall& c, std::string_view text) {
  Value v = runtime::newString(c.isolate, text);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

/// Processor time of this isolate's thread: other threads of the host do not count.
NativeResult clock(NativeCall& c) {
  if (!checkCapability(c, Capability::kClock)) return c.raisePending();
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return c.ret(Value::number(static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9));
}

NativeResult execute(NativeCall& c) {
  if (!c.isNoneOrNil(0) && !c.checkString(0)) return c.raisePending();
  if (!checkCapability(c, Capability::kProcesses)) return c.raisePending();
  if (!flushPrinted(c.isolate)) return c.raisePending();
  errno = 0;
  if (c.isNoneOrNil(0)) return c.ret(Value::boolean(std::system(nullptr) != 0));
  int status;
  if (!runCommand(c.isolate, std::string(c.stringArg(0)).c_str(), status)) return c.raisePending();
  return processResult(c, status);
}

NativeResult exitNative(NativeCall& c) {
  int64_t status = EXIT_SUCCESS;
  if (c.arg(0).isBoolean()) {
    status = c.arg(0).isTrue() ? EXIT_SUCCESS : EXIT_FAILURE;
  } else if (!c.optInteger(0, EXIT_SUCCESS, status)) {
    return c.raisePending();
  }
  if (!flushPrinted(c.isolate)) return c.raisePending();
  c.isolate.failure = runtime::Failure::kExit;
  c.isolate.exitStatus = static_cast<int>(status);
  c.isolate.closeOnExit = !c.arg(1).isFalsy();
  return c.raisePending();
}

NativeResult getenvNative(NativeCall& c) {
  if (!c.checkString(0) || !checkCapability(c, Capability::kEnvironment)) return c.raisePending();
  const char* value = std::getenv(std::string(c.stringArg(0)).c_str());
  return value ? returnString(c, value) : c.ret(Value::nil());
}

NativeResult removeNative(NativeCall& c) {
  if (!c.checkString(0) || !checkCapability(c, Capability::kFiles)) return c.raisePending();
  std::string name(c.stringArg(0));
  errno = 0;
  return fileResult(c, std::remove(name.c_str()) == 0, name.c_str());
}

NativeResult renameNative(NativeCall& c) {
  if (!c.checkString(0) || !c.checkString(1) || !checkCapability(c, Capability::kFiles)) return c.raisePending();
  std::string from(c.stringArg(0)), to(c.stringArg(1));
  errno = 0;
  return fileResult(c, std::rename(from.c_str(), to.c_str()) == 0, nullptr);
}

/// Only the C locale exists: numbers and letters mean the same everywhere, and isolates do not disturb each other.
NativeResult setlocaleNative(NativeCall& c) {
  static const char* const kCategories[] = {"all", "collate", "ctype", "monetary", "numeric", "time", nullptr};
  int category;
  if ((!c.isNoneOrNil(0) && !c.checkString(0)) || !c.checkOption(1, "all", kCategories, category))
    return c.raisePending();
  if (!c.isNoneOrNil(0)) {
    std::string_view name = c.stringArg(0);
    if (!name.empty() && name != "C" && name != "POSIX") return c.ret(Value::nil());
  }
  return returnString(c, "C");
}

NativeResult tmpname(NativeCall& c) {
  if (!checkCapability(c, Capability::kFiles)) return c.raisePending();
  char name[] = "/tmp/lua_XXXXXX";
  int file = mkstemp(name);
  if (file == -1) return c.error("unable to generate a unique filename");
  ::close(file);
  return returnString(c, name);
}

const LibraryEntry kEntries[] = {
    {"clock",
     {.function = clock,
      .name = "os.clock",
      .signature = "clock()",
      .documentation = "Returns the processor time that the program's thread has used, in seconds."}},
    {"date",
     {.function = osDate,
      .name = "os.date",
      .signature = "date([format [, time]])",
      .documentation = "Formats a time, or returns a table of its fields for the format \"*t\"."}},
    {"difftime",
     {.function = osDifftime,
      .name = "os.difftime",
      .signature = "difftime(t2, t1)",
      .documentation = "Returns the seconds from time t1 to time t2."}},
    {"execute",
     {.function = execute,
      .name = "os.execute",
      .signature = "execute([command])",
      .documentation = "Runs a command of the system's shell and tells how it ended."}},
    {"exit",
     {.function = exitNative,
      .name = "os.exit",
      .signature = "exit([code [, close]])",
      .documentation = "Ends the program with an exit status."}},
    {"getenv",
     {.function = getenvNative,
      .name = "os.getenv",
      .signature = "getenv(varname)",
      .documentation = "Returns an environment variable, or nil."}},
    {"remove",
     {.function = removeNative,
      .name = "os.remove",
      .signature = "remove(filename)",
      .documentation = "Deletes a file or an empty folder."}},
    {"rename",
     {.function = renameNative,
      .name = "os.rename",
      .signature = "rename(oldname, newname)",
      .documentation = "Renames a file or folder."}},
    {"setlocale",
     {.function = setlocaleNative,
      .name = "os.setlocale",
      .signature = "setlocale(locale [, category])",
      .documentation = "Returns \"C\", the only locale, or nil if asked for another."}},
    {"time",
     {.function = osTime,
      .name = "os.time",
      .signature = "time([table])",
      .documentation = "Returns the current time, or that of a table of fields, which it normalises."}},
    {"tmpname",
     {.function = tmpname,
      .name = "os.tmpname",
      .signature = "tmpname()",
      .documentation = "Makes an empty temporary file and returns its name."}},
};

}  // namespace

bool openOs(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil());
  return newModule(isolate, globals, "os", kEntries, std::size(kEntries), module);
}

}  // namespace devvm::lua
