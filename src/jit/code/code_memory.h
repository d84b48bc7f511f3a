// Executable memory: places finished code, frees it, patches it. Never writable and executable at one address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "jit/assembler/code_buffer.h"
#include "jit/code/fork_guard.h"
#include "jit/code/free_ranges.h"
#include "jit/code/two_views.h"

namespace devvm::jit {

struct CodeMemoryOptions {
  /// Bytes of code at most (64 KiB to 1 GiB; rounded up to whole pages). Address space for all of it is reserved, so
  /// that all code reaches all other by 32-bit distances; memory is taken as it is needed. Where the process may not
  /// have that much address space, less will do, down to 16 MiB (CodeMemoryUse::limit tells).
  size_t limit = size_t{256} << 20;
  /// Behave as if the system refused executable memory.
  bool forceRefusal = false;
  /// Code is put where 32-bit distances reach this address, if possible; 0 means the VM's own code, so that calls of
  /// its functions are direct.
  uintptr_t near = 0;
  /// A debugger shall be able to set breakpoints in the code.
  bool debuggable = false;
};

enum class CodeMemoryError : uint8_t {
  kNone,
  kRefused,      // the system gives no executable memory: available() is false
  kLimit,        // the limit is reached
  kOutOfMemory,  // the system has no memory
  kBadCode,      // the buffer has failed, or was not finished
};
const char* codeMemoryErrorText(CodeMemoryError error);

/// Code in its place. A plain value; whoever placed it frees it.
struct CodeBlock {
  const uint8_t* address = nullptr;  // where it runs, a multiple of CodeBuffer::kPlaceAlignment; nullptr: no block
  uint32_t bytes = 0;                // code, constants and jumps to far targets
  uint32_t range = 0;                // of the allocator
  explicit operator bool() const { return address != nullptr; }
  bool contains(const void* p) const {
    return reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(address) < bytes;
  }
};

struct CodeMemoryUse {
  size_t used;       // bytes of blocks, with what rounding adds
  size_t committed;  // bytes taken from the system
  size_t limit;
  size_t blocks;
  size_t freeRanges;
  size_t largestFree;  // bytes, of what is committed
};

/// All functions may be called by several threads; each takes one lock. Over fork() both processes keep their code, and
/// neither sees what the other does with it. (Should there be no memory for the child's copy, available() is false in
/// the child, and its code is gone: running it ends the child.)
class CodeMemory final : ForkGuarded {
 public:
  explicit CodeMemory(const CodeMemoryOptions& options = {});
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;
  CodeMemory& operator=(const CodeMemory&) = delete;

  /// Whether there is executable memory at all.
  bool available() const { return refusal_ == nullptr; }
  /// Why not, in words; nullptr when available.
  const char* refusal() const { return refusal_; }

  /// Copies the finished code into executable memory and resolves its relocations. Calls and jumps to targets out of
  /// reach go through jumps behind the code. The result is empty on failure, with the reason in `error`.
  CodeBlock place(const CodeBuffer& code, CodeMemoryError* error = nullptr);
  /// Frees a block, which nothing may execute any more, and fills it with traps (int3). Sets `block` to empty; freeing
  /// an empty block does nothing.
  void free(CodeBlock& block);
  /// Changes placed code. Bytes within one aligned word of 8 change at once for every thread (the result is true);
  /// others one after the other (false): then nothing may be executing them.
  bool write(const uint8_t* address, std::span<const uint8_t> bytes);
  /// Makes all threads of the process see code that this thread has placed or written before: for threads that run
  /// already, and code that another thread installs or patches.
  static void synchronizeThreads();
  /// Gives unused memory at the end back to the system.
  void trim();

  bool contains(const void* p) const {
    return reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(views_.executable()) < views_.limit() &&
           views_.isOpen();
  }
  /// Whether code at any place in this memory reaches `target` by a 32-bit distance.
  bool reaches(uintptr_t target) const;
  CodeMemoryUse use() const;

 private:
  static constexpr uint32_t kGranule = CodeBuffer::kPlaceAlignment;

  void beforeFork() override;
  void afterFork(bool inChild) override;
  CodeMemoryError ensure(uint32_t granules, uint32_t* range);

  mutable std::mutex mutex_;
  TwoViews views_;
  FreeRanges ranges_;
  size_t used_ = 0;
  size_t blocks_ = 0;
  const char* refusal_ = nullptr;
};

}  // namespace devvm::jit
