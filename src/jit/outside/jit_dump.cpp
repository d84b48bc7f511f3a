// The dump file of Linux perf: code, names and lines with the time of each, so that `perf inject --jit` can make small
// object files of them, and perf annotate shows guest functions with their source.
//
// The format is that of tools/perf/Documentation/jitdump-specification.txt in the kernel's sources, version 1. perf
// finds the file by a mapping of it with the right to execute, which the recorded process makes.
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/bytes.h"
#include "jit/outside/code_watcher.h"

namespace devvm::jit {

namespace {

constexpr uint32_t kMagic = 0x4A695444, kVersion = 1;
enum RecordId : uint32_t { kLoad = 0, kDebugInfo = 2, kClose = 3 };
/// A program may make code forever; nothing is written beyond this.
constexpr uint64_t kMostBytes = uint64_t{1} << 30;

/// What `perf record -k 1` uses, too (CLOCK_MONOTONIC).
uint64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

/// Bytes of one record.
class Record {
 public:
  explicit Record(RecordId id) {
    u32(id);
    u32(0);
    u64(now());
  }
  void u32(uint32_t v) { add(&v, sizeof v); }
  void u64(uint64_t v) { add(&v, sizeof v); }
  void text(const std::string& s) { add(s.c_str(), s.size() + 1); }
  void add(const void* p, size_t n) {
    const auto* b = static_cast<const uint8_t*>(p);
    bytes_.insert(bytes_.end(), b, b + n);
  }
  const std::vector<uint8_t>& finish() {
    base::writeLittle<uint32_t>(bytes_.data() + 4, static_cast<uint32_t>(bytes_.size()));
    return bytes_;
  }

 private:
  std::vector<uint8_t> bytes_;
};

class JitDump final : public CodeWatcher {
 public:
  JitDump(std::FILE* file, void* marker, size_t markerBytes)
      : file_(file), marker_(marker), markerBytes_(markerBytes), process_(getpid()) {}
  ~JitDump() override {
    write(Record(kClose).finish());
    munmap(marker_, markerBytes_);
    std::fclose(file_);
  }

  void placed(const WatchedCode& code) override {
    if (!code.file.empty() && !code.lines.empty()) write(debugInfo(code));
    Record r(kLoad);
    r.u32(static_cast<uint32_t>(process_));
    r.u32(static_cast<uint32_t>(syscall(SYS_gettid)));
    r.u64(reinterpret_cast<uintptr_t>(code.address));
    r.u64(reinterpret_cast<uintptr_t>(code.address));
    r.u64(code.bytes);
    r.u64(++index_);
    r.text(code.label);
    r.add(code.address, code.bytes);
    write(r.finish());
    std::fflush(file_);
  }

 private:
  /// Lines stand in front of the code that they belong to.
  static std::vector<uint8_t> debugInfo(const WatchedCode& code) {
    Record r(kDebugInfo);
    r.u64(reinterpret_cast<uintptr_t>(code.address));
    r.u64(code.lines.size());
    for (const WatchedCode::Line& l : code.lines) {
      r.u64(reinterpret_cast<uintptr_t>(code.address) + l.machine);
      r.u32(l.line);
      r.u32(0);
      r.text(code.file);
    }
    return r.finish();
  }

  void write(const std::vector<uint8_t>& bytes) {
    // A child of fork() shares the file and must leave it alone.
    if (written_ + bytes.size() > kMostBytes || getpid() != process_) return;
    written_ += bytes.size();
    std::fwrite(bytes.data(), 1, bytes.size(), file_);
  }

  std::FILE* file_;
  void* marker_;
  size_t markerBytes_;
  pid_t process_;
  uint64_t written_ = 0, index_ = 0;
};

bool writeHeader(std::FILE* file) {
  struct {
    uint32_t magic = kMagic, version = kVersion, bytes = 40, machine = EM_X86_64, unused = 0, process;
    uint64_t time, flags = 0;
  } head;
  static_assert(sizeof head == 40);
  head.process = static_cast<uint32_t>(getpid());
  head.time = now();
  return std::fwrite(&head, sizeof head, 1, file) == 1 && std::fflush(file) == 0;
}

}  // namespace

std::unique_ptr<CodeWatcher> makeJitDump(const std::string& folder) {
  std::string path = (folder.empty() ? "." : folder) + "/jit-" + std::to_string(getpid()) + ".dump";
  int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return nullptr;
  std::FILE* file = fdopen(descriptor, "w+");
  auto pageBytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* marker = MAP_FAILED;
  if (writeHeader(file)) marker = mmap(nullptr, pageBytes, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0);
  if (marker == MAP_FAILED) {
    std::fclose(file);
    return nullptr;
  }
  return std::make_unique<JitDump>(file, marker, pageBytes);
}

}  // namespace devvm::jit
