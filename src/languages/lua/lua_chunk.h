// From the text or the bytes of a chunk to a closure.
#pragma once

#include <string>
#include <string_view>

#include "runtime/isolate.h"

namespace devvm::lua {

/// Which kinds of chunks a caller accepts: bits.
enum ChunkMode : unsigned { kTextChunks = 1, kBinaryChunks = 2 };
/// As the mode argument of load(): which of 't' and 'b' it contains.
unsigned parseChunkMode(std::string_view mode);

/// Why a chunk did not become a function.
struct ChunkError {
  std::string message;
  bool incomplete = false;   ///< text that more text may complete (an interactive reader asks for it)
  bool outOfMemory = false;  ///< then there is no message
  bool stopped = false;      ///< by a limit, a kill or an interrupt while compiling: Isolate::failure says which
};

/// Compiles a text chunk, or reads and verifies a binary one, into a closure whose first upvalue is `environment`.
/// `bytes` must lie outside the heap; `modeText` is what messages call the mode. MAY COLLECT. False with an error.
bool loadChunk(runtime::Isolate& isolate, std::string_view bytes, std::string_view chunkName, unsigned mode,
               std::string_view modeText, runtime::Handle environment, runtime::Handle result, ChunkError& error);

/// Whether a text that is the beginning of a chunk has an error that nothing which may follow can mend, or is too long
/// for the isolate's limits.
bool isHopeless(runtime::Isolate& isolate, std::string_view beginning, std::string_view chunkName);

/// The contents of a file as load() wants them: without byte order mark, and with a first line that begins with '#'
/// emptied. `path` empty: standard input. At most `limit` bytes are read. False with the error's text
/// ("cannot open x: ..."), which names the file. With `isolate` it waits for pipes and the like within the limits of
/// that: an empty error says that it must stop (Isolate::failure).
bool readChunkFile(const std::string& path, size_t limit, std::string& contents, std::string& error,
                   runtime::Isolate* isolate = nullptr);

}  // namespace devvm::lua
