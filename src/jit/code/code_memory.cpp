#include "jit/code/code_memory.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "jit/assembler/x64/far_jump.h"

namespace devvm::jit {

namespace {

constexpr size_t kPage = 4096;
// Less than this is not tried when there is no address space for the limit asked for.
constexpr size_t kLeastLimit = size_t{16} << 20;
// Memory is taken in steps: the first covers a small program, later ones keep system calls rare.
constexpr size_t kSmallestStep = size_t{64} << 10, kLargestStep = size_t{1} << 20;

size_t roundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

// The distinct targets of a unit that need a jump behind the code.
class FarTargets {
 public:
  // The number of the target, or UINT32_MAX without memory.
  uint32_t numberOf(uintptr_t target) {
    for (uint32_t i = 0; i < targets_.size(); ++i) {
      if (targets_[i] == target) return i;
    }
    return targets_.append(target) ? targets_.size() - 1 : UINT32_MAX;
  }
  const PodList<uintptr_t>& all() const { return targets_; }

 private:
  PodList<uintptr_t> targets_;
};

}  // namespace

const char* codeMemoryErrorText(CodeMemoryError error) {
  switch (error) {
    case CodeMemoryError::kNone: return "no error";
    case CodeMemoryError::kRefused: return "executable memory is refused";
    case CodeMemoryError::kLimit: return "the limit of code memory is reached";
    case CodeMemoryError::kOutOfMemory: return "out of memory";
    case CodeMemoryError::kBadCode: return "the code is not complete";
  }
  return "unknown error";
}

CodeMemory::CodeMemory(const CodeMemoryOptions& options) {
  if (options.forceRefusal) {
    refusal_ = "refused by an option";
    return;
  }
  size_t limit = roundUp(options.limit, kPage);
  if (limit < kSmallestStep) limit = kSmallestStep;
  if (limit > size_t{1} << 30) limit = size_t{1} << 30;
  uintptr_t near = options.near != 0 ? options.near : reinterpret_cast<uintptr_t>(&codeMemoryErrorText);
  refusal_ = views_.open(limit, near, options.debuggable);
  while (refusal_ != nullptr && errno == ENOMEM && limit / 2 >= kLeastLimit) {
    limit = roundUp(limit / 2, kPage);
    refusal_ = views_.open(limit, near, options.debuggable);
  }
  if (refusal_ == nullptr) guardForks(this);
}

CodeMemory::~CodeMemory() { unguardForks(this); }

bool CodeMemory::reaches(uintptr_t target) const {
  auto start = reinterpret_cast<uintptr_t>(views_.executable());
  auto fits = [](uintptr_t distance) { return static_cast<intptr_t>(distance) == static_cast<int32_t>(distance); };
  return fits(target - start) && fits(target - (start + views_.limit()));
}

// Finds or makes room; the lock is held.
CodeMemoryError CodeMemory::ensure(uint32_t granules, uint32_t* range) {
  *range = ranges_.take(granules);
  if (*range != FreeRanges::kNone) return CodeMemoryError::kNone;
  size_t wanted = size_t{granules} * kGranule, step = views_.size();
  if (step < kSmallestStep) step = kSmallestStep;
  if (step > kLargestStep) step = kLargestStep;
  if (step < wanted) step = roundUp(wanted, kPage);
  size_t left = views_.limit() - views_.size();
  if (step > left) step = left;
  // The free end of what there is counts, too; a step that is too small fails in take().
  if (step == 0) return CodeMemoryError::kLimit;
  size_t size = views_.size();
  if (!views_.grow(size + step)) return CodeMemoryError::kOutOfMemory;
  if (!ranges_.extend(static_cast<uint32_t>(step / kGranule))) {
    views_.shrink(size);
    return CodeMemoryError::kOutOfMemory;
  }
  *range = ranges_.take(granules);
  return *range != FreeRanges::kNone ? CodeMemoryError::kNone : CodeMemoryError::kLimit;
}

CodeBlock CodeMemory::place(const CodeBuffer& code, CodeMemoryError* error) {
  CodeMemoryError ignored;
  CodeMemoryError& result = error != nullptr ? *error : ignored;
  if (!available()) {
    result = CodeMemoryError::kRefused;
    return {};
  }
  std::span<const uint8_t> bytes = code.bytes();
  if (code.failed() || !code.isFinished() || bytes.empty()) {
    result = CodeMemoryError::kBadCode;
    return {};
  }
  FarTargets far;
  for (const Relocation& relocation : code.relocations()) {
    if (relocation.kind == RelocationKind::kRelative32 && !reaches(relocation.target) &&
        far.numberOf(relocation.target) == UINT32_MAX) {
      result = CodeMemoryError::kOutOfMemory;
      return {};
    }
  }
  size_t farStart = far.all().size() == 0 ? bytes.size() : roundUp(bytes.size(), x64::kFarJumpBytes);
  size_t total = farStart + far.all().size() * x64::kFarJumpBytes;
  if (total > views_.limit()) {
    result = CodeMemoryError::kLimit;
    return {};
  }
  std::lock_guard lock(mutex_);
  auto granules = static_cast<uint32_t>((total + kGranule - 1) / kGranule);
  uint32_t range;
  result = ensure(granules, &range);
  if (result != CodeMemoryError::kNone) return {};
  size_t offset = size_t{ranges_.start(range)} * kGranule;
  uint8_t* to = views_.writable() + offset;
  const uint8_t* address = views_.executable() + offset;
  std::memcpy(to, bytes.data(), bytes.size());
  std::memset(to + bytes.size(), x64::kTrap, size_t{granules} * kGranule - bytes.size());
  for (uint32_t i = 0; i < far.all().size(); ++i)
    x64::writeFarJump(to + farStart + i * x64::kFarJumpBytes, far.all()[i]);
  for (const Relocation& relocation : code.relocations()) {
    uint8_t* field = to + relocation.position;
    if (relocation.kind == RelocationKind::kOwnAbsolute64) {
      base::writeLittle<uint64_t>(field, base::readLittle<uint64_t>(field) + reinterpret_cast<uintptr_t>(address));
    } else {
      uintptr_t target = relocation.target;
      if (!reaches(target)) {
        target = reinterpret_cast<uintptr_t>(address) + farStart + far.numberOf(target) * x64::kFarJumpBytes;
      }
      uintptr_t fieldEnd = reinterpret_cast<uintptr_t>(address) + relocation.position + 4;
      base::writeLittle<uint32_t>(field, static_cast<uint32_t>(target - fieldEnd));
    }
  }
  views_.written(offset, size_t{granules} * kGranule);
  used_ += size_t{granules} * kGranule;
  ++blocks_;
  return {address, static_cast<uint32_t>(total), range};
}

void CodeMemory::free(CodeBlock& block) {
  if (!block) return;
  std::lock_guard lock(mutex_);
  if (!available()) {  // after a fork without a copy
    block = {};
    return;
  }
  assert(ranges_.isTaken(block.range) && contains(block.address));
  size_t offset = size_t{ranges_.start(block.range)} * kGranule, bytes = size_t{ranges_.size(block.range)} * kGranule;
  assert(views_.executable() + offset == block.address);
  std::memset(views_.writable() + offset, x64::kTrap, bytes);
  views_.written(offset, bytes);
  ranges_.release(block.range);
  used_ -= bytes;
  --blocks_;
  block = {};
}

bool CodeMemory::write(const uint8_t* address, std::span<const uint8_t> bytes) {
  std::lock_guard lock(mutex_);
  if (!available()) return false;
  assert(contains(address));
  auto offset = static_cast<size_t>(address - views_.executable());
  assert(offset + bytes.size() <= views_.size());
  uint8_t* to = views_.writable() + offset;
  size_t inWord = offset % 8;
  if (inWord + bytes.size() > 8) {
    std::memcpy(to, bytes.data(), bytes.size());
    views_.written(offset, bytes.size());
    return false;
  }
  auto* word = reinterpret_cast<uint64_t*>(to - inWord);
  uint64_t value = __atomic_load_n(word, __ATOMIC_RELAXED);
  std::memcpy(reinterpret_cast<uint8_t*>(&value) + inWord, bytes.data(), bytes.size());
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
  views_.written(offset, bytes.size());
  return true;
}

void CodeMemory::synchronizeThreads() {
  // Processors may hold decoded instructions of before. The kernel can make each of them start over.
  static const bool kRegistered =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0) == 0;
  if (kRegistered) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
}

void CodeMemory::trim() {
  std::lock_guard lock(mutex_);
  if (!available()) return;
  constexpr uint32_t kPerPage = kPage / kGranule;
  // Whole pages only: what is kept starts at the last taken granule.
  uint32_t tail = ranges_.total() - ranges_.endOfTaken();
  uint32_t keep = (kPerPage - ranges_.endOfTaken() % kPerPage) % kPerPage;
  if (tail <= keep) return;
  ranges_.cutTail(keep);
  views_.shrink(size_t{ranges_.total()} * kGranule);
}

CodeMemoryUse CodeMemory::use() const {
  std::lock_guard lock(mutex_);
  return {used_,   views_.size(),       available() ? views_.limit() : 0,
          blocks_, ranges_.freeCount(), size_t{ranges_.largestFree()} * kGranule};
}

void CodeMemory::beforeFork() {
  mutex_.lock();
  if (views_.isOpen()) views_.makeCopy();
}

void CodeMemory::afterFork(bool inChild) {
  if (!inChild) {
    views_.dropCopy();
  } else if (views_.isOpen() && !views_.adoptCopy()) {
    refusal_ = "no memory for a copy at fork";
  }
  mutex_.unlock();
}

}  // namespace devvm::jit
