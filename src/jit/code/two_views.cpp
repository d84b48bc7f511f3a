#include "jit/code/two_views.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U  // Linux 6.3 and newer
#endif

namespace devvm::jit {

namespace {

int createFile() {
  int file = memfd_create("devvm-code", MFD_CLOEXEC | MFD_EXEC);
  // Older kernels do not know the flag (all files may be executed there).
  if (file < 0 && errno == EINVAL) file = memfd_create("devvm-code", MFD_CLOEXEC);
  return file;
}

bool allocate(int file, size_t from, size_t to) {
  int status;
  do {
    status = fallocate(file, 0, static_cast<off_t>(from), static_cast<off_t>(to - from));
  } while (status != 0 && errno == EINTR);
  // Without fallocate missing memory would show as a signal at the first write; no known kernel lacks it for memfd.
  return status == 0;
}

// Who calls code may look at the bytes before it (the sanitizer of undefined behaviour does, for the type of a
// function): a page that can be read stands before the executable view.
constexpr size_t kBefore = 4096;

// Address space within reach of `near`, else anywhere; nullptr when there is none.
uint8_t* reserveNear(size_t bytes, uintptr_t near) {
  constexpr uintptr_t kStep = uintptr_t{64} << 20, kReach = (uintptr_t{1} << 31) - kStep;
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  uintptr_t middle = near & ~(kStep - 1);
  // Below first: above a program its heap grows.
  for (bool below : {true, false}) {
    for (uintptr_t distance = kStep; near != 0 && distance + bytes < kReach; distance += kStep) {
      if (below && middle < distance + bytes + kStep) break;
      uintptr_t at = below ? middle - distance - bytes : middle + distance;
      // A hint, and no demand: what is in use there stays, and the system chooses another place.
      void* p = mmap(reinterpret_cast<void*>(at & ~(kBefore - 1)), bytes, PROT_NONE, kFlags, -1, 0);
      if (p == MAP_FAILED) return nullptr;
      auto got = reinterpret_cast<uintptr_t>(p);
      uintptr_t away = got < near ? near - got : got + bytes - near;
      if (away < kReach) return static_cast<uint8_t*>(p);
      munmap(p, bytes);
    }
  }
  void* p = mmap(nullptr, bytes, PROT_NONE, kFlags, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<uint8_t*>(p);
}

}  // namespace

const char* TwoViews::refuse(const char* call) {
  int error = errno;
  std::snprintf(refusal_, sizeof refusal_, "%s: %s", call, std::strerror(error));
  // For the caller, past the cleaning up.
  close();
  errno = error;
  return refusal_;
}

// Maps the whole limit at once; what lies behind the end of the file cannot be touched. The executable view replaces
// what is at `executableAt`; the writable one may be anywhere, as no code knows its address.
bool TwoViews::map(int file, void* executableAt) {
  void* writable = mmap(nullptr, limit_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (writable == MAP_FAILED) return false;
  // A child made without our handlers must not write into code that its parent runs.
  madvise(writable, limit_, MADV_DONTFORK);
  // A private mapping shows what is written to the file, too, but for pages that a debugger got its own copy of.
  int kind = debuggable_ ? MAP_PRIVATE | MAP_NORESERVE : MAP_SHARED;
  void* executable = mmap(executableAt, limit_, PROT_READ | PROT_EXEC, kind | MAP_FIXED, file, 0);
  if (executable == MAP_FAILED) {
    int error = errno;
    munmap(writable, limit_);
    errno = error;
    return false;
  }
  writable_ = static_cast<uint8_t*>(writable);
  executable_ = static_cast<uint8_t*>(executable);
  return true;
}

const char* TwoViews::open(size_t limit, uintptr_t near, bool debuggable) {
  limit_ = limit;
  debuggable_ = debuggable;
  file_ = createFile();
  if (file_ < 0) return refuse("memfd_create");
  uint8_t* place = reserveNear(limit + kBefore, near);
  if (place == nullptr) return refuse("mmap of address space");
  mprotect(place, kBefore, PROT_READ);
  if (!map(file_, place + kBefore)) {
    int error = errno;
    munmap(place, limit + kBefore);
    errno = error;
    return refuse("mmap of executable memory");
  }
  return nullptr;
}

void TwoViews::close() {
  if (writable_ != nullptr) munmap(writable_, limit_);
  if (executable_ != nullptr) munmap(executable_ - kBefore, limit_ + kBefore);
  dropCopy();
  if (file_ >= 0) ::close(file_);
  writable_ = executable_ = nullptr;
  file_ = -1;
  size_ = 0;
}

bool TwoViews::grow(size_t bytes) {
  if (!allocate(file_, size_, bytes)) return false;
  size_ = bytes;
  return true;
}

void TwoViews::written(size_t offset, size_t bytes) {
  if (!debuggable_) return;
  // Only these bytes, so that breakpoints elsewhere stay. The system lets a process write into its own read-only
  // memory by this file, as it lets a debugger.
  int memory = ::open("/proc/self/mem", O_RDWR | O_CLOEXEC);
  auto at = static_cast<off_t>(reinterpret_cast<uintptr_t>(executable_) + offset);
  bool done = memory >= 0 && pwrite(memory, writable_ + offset, bytes, at) == static_cast<ssize_t>(bytes);
  if (memory >= 0) ::close(memory);
  if (done) return;
  // Otherwise the file's pages take the place of the debugger's copies, with breakpoints lost.
  auto pageBytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t first = offset / pageBytes * pageBytes;
  madvise(executable_ + first, offset + bytes - first, MADV_DONTNEED);
}

void TwoViews::shrink(size_t bytes) {
  if (ftruncate(file_, static_cast<off_t>(bytes)) == 0) size_ = bytes;
}

void TwoViews::makeCopy() {
  copy_ = createFile();
  if (copy_ < 0) return;
  for (size_t done = 0; done < size_;) {
    ssize_t n = pwrite(copy_, writable_ + done, size_ - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      dropCopy();
      return;
    }
    done += static_cast<size_t>(n);
  }
}

void TwoViews::dropCopy() {
  if (copy_ >= 0) ::close(copy_);
  copy_ = -1;
}

bool TwoViews::adoptCopy() {
  // The child has not inherited the writable view, and others may have taken its addresses since.
  writable_ = nullptr;
  if (copy_ >= 0 && map(copy_, executable_)) {
    ::close(file_);
    file_ = copy_;
    copy_ = -1;
    return true;
  }
  // Code that the parent may change at any time must not stay executable.
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  if (mmap(executable_, limit_, PROT_NONE, kFlags, -1, 0) == MAP_FAILED) std::abort();
  dropCopy();
  return false;
}

}  // namespace devvm::jit
