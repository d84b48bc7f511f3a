// The bytes of one unit of machine code while it is being written: labels, constants, relocations, tags.
// Independent of the architecture, except that 4-byte fields hold distances (x86-64; the other assemblers link their
// own instruction fields). docs/assembler.md draws the parts.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "jit/assembler/pod_list.h"

namespace devvm::jit {

/// Why a buffer cannot be used; the first reason stays.
enum class CodeError : uint8_t {
  kNone,
  kOutOfMemory,
  kTooLarge,         // more bytes than the limit of the buffer
  kShortJumpTooFar,  // a jump that its writer called short does not reach
  kUnboundLabel,     // a label was used and never bound
};
const char* codeErrorText(CodeError error);

/// A place in the code, bound once and used any number of times before and after. Plain data, all zero when fresh, so
/// that arrays of labels can be allocated zeroed; a label may move in memory, but there must not be two copies in use.
/// Uses before binding form a list threaded through the fields that wait for the distance: no memory is allocated.
class Label {
 public:
  bool isBound() const { return bound_ != 0; }
  /// Whether something waits for it to be bound.
  bool isAwaited() const { return (nearUses_ | shortUses_) != 0; }
  /// Offset from the start of the code. Only when bound.
  uint32_t position() const {
    assert(isBound());
    return bound_ - 1;
  }

 private:
  friend class CodeBuffer;
  // Positions plus one; zero is none.
  uint32_t bound_ = 0;
  uint32_t nearUses_ = 0;
  uint32_t shortUses_ = 0;
};

/// How a jump to a label is encoded.
enum class Distance : uint8_t {
  kAuto,   // backwards the shortest that reaches, forwards 4 bytes
  kShort,  // 1 byte; a forward jump that does not reach fails the buffer (kShortJumpTooFar)
  kNear,   // always 4 bytes, so that the jump can be redirected later
};

/// A constant of the pool behind the code, by its number.
struct ConstantRef {
  uint32_t index;
};

/// An address outside of the code, called or jumped to by a distance that is known when the code is placed.
struct Outside {
  uintptr_t address;
  template <typename T>
  explicit Outside(T* pointer) : address(reinterpret_cast<uintptr_t>(pointer)) {}
  explicit Outside(uintptr_t a) : address(a) {}
};

/// What must be filled in when the place of the code is known.
enum class RelocationKind : uint8_t {
  kRelative32,     // 4 bytes: distance from the end of the field to `target`, an address outside
  kOwnAbsolute64,  // 8 bytes: hold an offset into this code, become its address
};
struct Relocation {
  uint32_t position;
  RelocationKind kind;
  uintptr_t target;
};

/// "From this position on the code belongs to `tag`" (for a compiler: the offset of a bytecode instruction).
struct CodeTag {
  uint32_t position;
  uint32_t tag;
};

/// A growing buffer of machine code. Errors, missing memory included, only set `failed()`: writing goes on into the old
/// bytes, so that a compiler checks once, at the end. A buffer is reused by `reset()`, which keeps its memory.
class CodeBuffer {
 public:
  /// What may be written after one `reserve()`.
  static constexpr uint32_t kReserve = 32;
  /// The most that labels can address.
  static constexpr uint32_t kLargest = 1u << 27;

  explicit CodeBuffer(uint32_t limit = kLargest) : limitBytes_(limit < kLargest ? limit : kLargest) { useScratch(); }
  ~CodeBuffer();
  CodeBuffer(const CodeBuffer&) = delete;
  CodeBuffer& operator=(const CodeBuffer&) = delete;

  /// Forgets all code; labels used with it are stale.
  void reset();

  bool failed() const { return error_ != CodeError::kNone; }
  CodeError error() const { return error_; }
  /// Declares the code unusable (a compiler's own reason may use it, too).
  void fail(CodeError error);

  uint32_t position() const { return static_cast<uint32_t>(cursor_ - begin_); }

  // -- Raw bytes. `reserve` gives the place to write, at least kReserve bytes; `commit` takes the place after.
  uint8_t* reserve() {
    if (cursor_ >= limit_) [[unlikely]]
      grow();
    return cursor_;
  }
  void commit(uint8_t* end) { cursor_ = end; }
  template <typename T>
  static uint8_t* put(uint8_t* p, T value) {
    base::writeLittle<T>(p, value);
    return p + sizeof(T);
  }
  void emit8(uint8_t value) { commit(put(reserve(), value)); }
  void emit32(uint32_t value) { commit(put(reserve(), value)); }
  void emit64(uint64_t value) { commit(put(reserve(), value)); }
  /// Appends `fill` until the position is a multiple of `alignment`, a power of two up to kPlaceAlignment.
  void fillTo(uint32_t alignment, uint8_t fill);

  // -- Labels.
  void bind(Label& label) {
    assert(!label.isBound());
    label.bound_ = position() + 1;
    if (label.isAwaited()) resolve(label);
  }
  /// Emits 8 bytes that will hold the address of `label` (tables of jump targets).
  void emitAddressOf(Label& label);

  // For assemblers: fills the field at `field` with the distance from (field end + trailing) to `label`, now or when
  // the label is bound. `trailing` counts the bytes of the instruction behind the field, 0 to 8.
  void linkNear(Label& label, uint8_t* field, uint32_t trailing) {
    auto at = static_cast<uint32_t>(field - begin_);
    if (label.bound_ != 0) {
      base::writeLittle<uint32_t>(field, label.bound_ - 1 - (at + 4 + trailing));
    } else {
      base::writeLittle<uint32_t>(field, label.nearUses_ << 4 | trailing);
      label.nearUses_ = at + 1;
      ++awaited_;
    }
  }
  // The same for a field of one byte. A bound label must be within reach (reachesShort).
  void linkShort(Label& label, uint8_t* field);
  /// Whether a bound label is within reach of a 1-byte distance that ends `length` bytes after the position.
  bool reachesShort(const Label& label, uint32_t length) const {
    return label.bound_ != 0 && position() + length - (label.bound_ - 1) <= 128;
  }

  // -- Constants: equal ones are stored once.
  ConstantRef constant64(uint64_t bits) { return addConstant(bits, 0, 8); }
  ConstantRef constant128(uint64_t low, uint64_t high) { return addConstant(low, high, 16); }
  void linkConstant(ConstantRef constant, uint8_t* field, uint32_t trailing) {
    if (constant.index < constants_.size()) linkNear(constants_[constant.index].label, field, trailing);
  }

  // -- Addresses outside: records that the 4 bytes at `field` must become the distance to `target`.
  void linkOutside(uint8_t* field, uintptr_t target) {
    base::writeLittle<uint32_t>(field, 0);
    addRelocation({static_cast<uint32_t>(field - begin_), RelocationKind::kRelative32, target});
  }

  // -- Tags.
  /// What follows belongs to `tag`. Positions rise; of several tags at one position all are kept, in order.
  void mark(uint32_t tag) {
    if (!tags_.append({position(), tag})) fail(CodeError::kOutOfMemory);
  }
  std::span<const CodeTag> tags() const { return {tags_.begin(), tags_.size()}; }
  /// The tag in force at `position`, or `none` before the first. Of several at one position the last.
  uint32_t tagAt(uint32_t position, uint32_t none) const;

  // -- The end.
  /// Places the constants, aligned, behind the code and checks that all labels were bound. Nothing may be emitted after
  /// it. False when the buffer has failed.
  [[nodiscard]] bool finish();
  bool isFinished() const { return finished_; }
  /// Size of the code without the constants; only after finish().
  uint32_t codeSize() const { return codeSize_; }
  /// Code and constants as written so far (distances to the outside still open).
  std::span<const uint8_t> bytes() const { return {begin_, position()}; }
  std::span<const Relocation> relocations() const { return {relocations_.begin(), relocations_.size()}; }

  /// Code is placed at multiples of this, so alignment inside of it holds up to here.
  static constexpr uint32_t kPlaceAlignment = 32;

 private:
  struct Constant {
    uint64_t low, high;
    uint32_t bytes;
    Label label;
  };
  static constexpr uint32_t kAddressUse = 15;  // in place of `trailing`: the field is the low half of an own address

  void useScratch() { begin_ = cursor_ = limit_ = scratch_; }
  void grow();
  void resolve(Label& label);
  ConstantRef addConstant(uint64_t low, uint64_t high, uint32_t bytes);
  bool rehashConstants();
  void addRelocation(const Relocation& relocation) {
    if (!relocations_.append(relocation)) fail(CodeError::kOutOfMemory);
  }

  uint8_t* cursor_;
  uint8_t* limit_;  // from here on fewer than kReserve bytes may be left; the start while in scratch_
  uint8_t* begin_;
  uint32_t capacity_ = 0;  // 0: in scratch_
  uint32_t limitBytes_;
  uint32_t awaited_ = 0;  // uses of labels that are not bound yet
  uint32_t codeSize_ = 0;
  bool finished_ = false;
  CodeError error_ = CodeError::kNone;
  PodList<Relocation> relocations_;
  PodList<CodeTag> tags_;
  PodList<Constant> constants_;
  uint32_t* constantTable_ = nullptr;  // open addressing: number of the constant plus one
  uint32_t constantSlots_ = 0;
  uint8_t scratch_[kReserve];  // where writing goes while there is no memory at all
};

}  // namespace devvm::jit
