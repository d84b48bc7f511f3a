#include "languages/lua/library/waiting.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace devvm::lua {

using runtime::Isolate;

namespace {

constexpr int kSlice = 20;  ///< milliseconds between looks at the isolate's limits
/// A pipe that can be written to has room for so much.
constexpr size_t kPiece = 4096;

bool waitFor(Isolate& isolate, int descriptor, short what) {
  for (;;) {
    pollfd wanted = {descriptor, what, 0};
    int n = ::poll(&wanted, 1, kSlice);
    if (n > 0 || (n < 0 && errno != EINTR)) return true;
    if (!isolate.poll()) return false;
  }
}

/// As waitFor; if the isolate must stop, nothing may be left that closing the stream would wait with.
bool waitForOutput(Isolate& isolate, std::FILE* stream) {
  if (waitFor(isolate, fileno(stream), POLLOUT)) return true;
  __fpurge(stream);
  return false;
}

/// Whether so many bytes go into the stream's memory and no further.
bool isHeld(const std::FILE* stream, size_t size) {
  constexpr int kLineBuffered = 0x200;  // _IO_LINE_BUF
  return stream->_IO_write_ptr != nullptr && (stream->_flags & kLineBuffered) == 0 &&
         size < static_cast<size_t>(stream->_IO_buf_end - stream->_IO_write_ptr);
}

}  // namespace

bool mayWait(std::FILE* stream) {
  struct stat what;
  return fstat(fileno(stream), &what) == 0 && !S_ISREG(what.st_mode);
}

bool waitForInput(Isolate& isolate, int descriptor) { return waitFor(isolate, descriptor, POLLIN); }

bool openStream(Isolate& isolate, const char* name, const char* mode, std::FILE*& stream) {
  struct stat what;
  if (stat(name, &what) != 0 || !S_ISFIFO(what.st_mode) || std::strchr(mode, '+') != nullptr) {
    errno = 0;
    stream = std::fopen(name, mode);
    return true;
  }
  stream = nullptr;
  int flags = mode[0] == 'r' ? O_RDONLY : mode[0] == 'a' ? O_WRONLY | O_APPEND : O_WRONLY;
  int descriptor;
  long pause = 200'000;                                                            // nanoseconds
  while ((descriptor = ::open(name, flags | O_NONBLOCK)) < 0 && errno == ENXIO) {  // nobody reads it
    timespec t = {0, pause};
    nanosleep(&t, nullptr);
    if (!isolate.poll()) return false;
    pause = std::min(pause * 2, kSlice * 1'000'000L);
  }
  if (descriptor < 0) return true;
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  stream = fdopen(descriptor, mode);
  if (stream == nullptr) ::close(descriptor);
  return true;
}

bool writeStream(Isolate& isolate, std::FILE* stream, std::string_view text, bool& ok) {
  if (isHeld(stream, text.size()) || !mayWait(stream)) {
    ok = fwrite_unlocked(text.data(), 1, text.size(), stream) == text.size();
    return true;
  }
  ok = true;
  while (ok && !text.empty()) {
    std::string_view piece = text.substr(0, kPiece);
    if (!isHeld(stream, piece.size())) {
      // One writing each time: first what is held, then the piece.
      if (!flushStream(isolate, stream, ok) || !waitForOutput(isolate, stream)) return false;
    }
    ok = ok && fwrite_unlocked(piece.data(), 1, piece.size(), stream) == piece.size();
    text.remove_prefix(piece.size());
  }
  return true;
}

bool flushStream(Isolate& isolate, std::FILE* stream, bool& ok) {
  if (__fpending(stream) != 0 && mayWait(stream) && !waitForOutput(isolate, stream)) return false;
  ok = std::fflush(stream) == 0;
  return true;
}

void flushOrDrop(std::FILE* stream) {
  if (__fpending(stream) != 0 && mayWait(stream)) {
    pollfd wanted = {fileno(stream), POLLOUT, 0};
    if (::poll(&wanted, 1, 0) == 0) __fpurge(stream);
  }
  std::fflush(stream);
}

}  // namespace devvm::lua
