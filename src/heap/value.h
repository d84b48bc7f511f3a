// The tagged word: 64 bits, NaN-boxed (docs/decisions/0001-values.md).
//
//   0x0000_0000_0000_0000 .. 0xFFF8_0000_0000_0000   a double, stored as it is; only two NaNs exist inside the VM
//   0xFFF9                  nil, false, true, internal marks; light pointers (bit 47 set, 47-bit payload)
//   0xFFFA .. 0xFFFD        heap pointers by family: string, table, function, other
//   0xFFFE                  pointer to a boxed 64-bit integer outside the immediate range
//   0xFFFF                  an integer of 48 bits, sign in bit 47
//
// Only the bits are known here; what a value means to a language is the runtime's business.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace devvm::heap {

struct Object;

enum class Tag : uint16_t {
  kSpecial = 0xFFF9,
  kString = 0xFFFA,
  kTable = 0xFFFB,
  kFunction = 0xFFFC,  ///< guest closure or native function
  kOther = 0xFFFD,     ///< any other heap object
  kWideInt = 0xFFFE,   ///< boxed integer outside the immediate range
  kInt = 0xFFFF,
};

inline constexpr unsigned kTagShift = 48;
/// The tag in its place, payload zero.
constexpr uint64_t tagBits(Tag t) { return uint64_t{static_cast<uint16_t>(t)} << kTagShift; }

class Value {
 public:
  static constexpr uint64_t kPayloadMask = (uint64_t{1} << kTagShift) - 1;
  static constexpr uint64_t kLastDouble = 0xFFF8'0000'0000'0000;
  static constexpr uint64_t kNilBits = tagBits(Tag::kSpecial);
  static constexpr uint64_t kFalseBits = kNilBits + 1;
  static constexpr uint64_t kTrueBits = kNilBits + 2;
  static constexpr uint64_t kAbsentBits = kNilBits + 3;  ///< internal: "no such entry"; never visible to a program
  static constexpr uint64_t kLightBits = kNilBits | (uint64_t{1} << 47);
  static constexpr int64_t kIntMin = -(int64_t{1} << 47);
  static constexpr int64_t kIntMax = (int64_t{1} << 47) - 1;

  constexpr Value() : bits_(kNilBits) {}
  static constexpr Value fromBits(uint64_t bits) {
    Value v;
    v.bits_ = bits;
    return v;
  }
  constexpr uint64_t bits() const { return bits_; }

  static constexpr Value nil() { return Value(); }
  static constexpr Value absent() { return fromBits(kAbsentBits); }
  static constexpr Value boolean(bool b) { return fromBits(kFalseBits + (b ? 1 : 0)); }
  /// `d` must not be a NaN other than the two canonical ones: see canonical().
  static constexpr Value number(double d) { return fromBits(std::bit_cast<uint64_t>(d)); }
  /// A double from outside the VM: NaNs are made canonical, keeping their sign.
  static constexpr Value canonical(double d) {
    return d != d ? fromBits(0x7FF8'0000'0000'0000 | (std::bit_cast<uint64_t>(d) & 0x8000'0000'0000'0000)) : number(d);
  }
  static constexpr bool fitsInt(int64_t i) { return i >= kIntMin && i <= kIntMax; }
  /// `i` must satisfy fitsInt(); others need a box (runtime::makeInteger).
  static constexpr Value smallInt(int64_t i) {
    return fromBits(tagBits(Tag::kInt) | (static_cast<uint64_t>(i) & kPayloadMask));
  }
  static constexpr Value light(uint64_t payload47) { return fromBits(kLightBits | payload47); }
  static Value pointer(Tag tag, const Object* o) { return fromBits(tagBits(tag) | reinterpret_cast<uint64_t>(o)); }

  constexpr bool isDouble() const { return bits_ <= kLastDouble; }
  constexpr bool isInt() const { return bits_ >= tagBits(Tag::kInt); }  ///< an immediate integer
  constexpr bool isWideInt() const { return tag() == Tag::kWideInt; }
  constexpr bool isAnyInt() const { return bits_ >= tagBits(Tag::kWideInt); }
  constexpr bool isNumber() const { return isDouble() || isAnyInt(); }
  constexpr bool isNil() const { return bits_ == kNilBits; }
  constexpr bool isAbsent() const { return bits_ == kAbsentBits; }
  constexpr bool isBoolean() const { return bits_ - kFalseBits <= 1; }
  constexpr bool isTrue() const { return bits_ == kTrueBits; }
  constexpr bool isFalse() const { return bits_ == kFalseBits; }
  constexpr bool isFalsy() const { return bits_ - kNilBits <= 1; }  ///< nil or false
  constexpr bool isLight() const { return (bits_ >> 47) == (kLightBits >> 47); }
  constexpr bool isString() const { return tag() == Tag::kString; }
  constexpr bool isTable() const { return tag() == Tag::kTable; }
  constexpr bool isFunction() const { return tag() == Tag::kFunction; }
  constexpr bool isOther() const { return tag() == Tag::kOther; }
  /// Any heap pointer, boxed integers included.
  constexpr bool isHeap() const { return bits_ - tagBits(Tag::kString) < (uint64_t{5} << kTagShift); }

  constexpr Tag tag() const { return static_cast<Tag>(bits_ >> kTagShift); }
  constexpr double asDouble() const { return std::bit_cast<double>(bits_); }
  constexpr int64_t asInt() const { return static_cast<int64_t>(bits_ << 16) >> 16; }
  Object* asObject() const { return reinterpret_cast<Object*>(bits_ & kPayloadMask); }
  constexpr uint64_t lightPayload() const { return bits_ & (kPayloadMask >> 1); }

  /// Same bits: identity for objects, not number equality.
  friend constexpr bool operator==(Value a, Value b) { return a.bits_ == b.bits_; }

 private:
  uint64_t bits_;
};
static_assert(sizeof(Value) == 8);

}  // namespace devvm::heap
