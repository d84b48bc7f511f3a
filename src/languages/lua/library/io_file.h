// File handles of the library `io`: userdata around stdio streams.
#pragma once

#include <sys/types.h>

#include <cstdio>

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

enum class FileKind : uint8_t {
  kClosed,
  kFile,      ///< closed by fclose
  kPipe,      ///< closing waits for its process
  kStandard,  ///< cannot be closed by programs
};

/// The payload. It moves with its userdata: keep the stream, not its address, across anything that may collect.
struct FileHandle {
  std::FILE* stream;
  FileKind kind;
  pid_t process = 0;  ///< of a pipe
};

/// The payload of a file handle, or null for any other value.
FileHandle* toFileHandle(Value v);
/// Argument i as a file handle, open or not; null after raising.
FileHandle* checkFileHandle(NativeCall& c, uint32_t i);
/// The stream of argument i; null after raising ("attempt to use a closed file").
std::FILE* checkOpenFile(NativeCall& c, uint32_t i);

/// A new handle, with its finalizer. MAY COLLECT. nil when out of memory (the stream stays the caller's).
Value newFileHandle(Isolate& isolate, std::FILE* stream, FileKind kind, pid_t process = 0);
/// Closes the handle `v` and says how it went, as the close method does.
NativeResult closeFileHandle(NativeCall& c, Value v);
/// Makes the metatable of file handles with these methods. MAY COLLECT. False when out of memory.
bool registerFileMethods(Isolate& isolate, const LibraryEntry* methods, size_t methodCount,
                         const LibraryEntry* metamethods, size_t metamethodCount);

/// What a function returns that the system did or refused: true, or nil, "name: reason" (name may be null), errno.
NativeResult fileResult(NativeCall& c, bool ok, const char* name);
/// What a function returns about an ended process: true or nil, "exit" or "signal", code.
NativeResult processResult(NativeCall& c, int status);

/// Where formats of read come from: arguments of the native, or upvalues of an iterator.
struct ReadFormats {
  uint32_t count;
  uint32_t first;    ///< argument number of the first, as errors count them (from 0)
  uint32_t upvalue;  ///< number of the upvalue with the first, if fromUpvalues
  bool fromUpvalues;
};
/// Reads by formats (none: a line) and pushes the results, or nil, message, errno. Uses the native's slots 0 and 1.
/// False after raising.
[[nodiscard]] bool readFile(NativeCall& c, std::FILE* stream, const ReadFormats& formats, uint32_t& pushed);
/// Writes the arguments from `first` on; what write methods return, `handle` being the file.
NativeResult writeFile(NativeCall& c, std::FILE* stream, uint32_t first, Value handle);

}  // namespace devvm::lua
