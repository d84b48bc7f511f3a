// The assembler of x86-64: a method for each instruction, typed operands, the shortest encoding.
//
// Names are those of the manuals, with the size of the operands in bits behind those that have several: add32, mov64,
// movzx8to32, cvtsi2sd64. Operands stand in the order of the manuals (destination first):
//
//   a.mov64(rax, {rbx, 8});                     load        a.add64(rax, rcx);          registers
//   a.mov64({rbx, rcx, Scale::k8, 16}, rax);    store       a.cmp32({rbx, 4}, 100);     memory, constant
//   a.addsd(xmm0, a.literal(0.5));              constant of the pool
//   a.jcc(Condition::kLess, loop);              label       a.call(Outside(&helper));   address outside
//
// Which instructions there are is in forms.def (families) and below (the rest). Nothing is checked at run time but by
// assertions; memory that is missing sets failed() (code_buffer.h). SSE2 is assumed; who emits later extensions
// (SSE4.1, POPCNT, LZCNT, BMI, AVX, FMA) asks the processor first (cpu.h).
#pragma once

#include <bit>

#include "jit/assembler/x64/registers.h"

namespace devvm::jit::x64 {

class Assembler : public CodeBuffer {
 public:
  using CodeBuffer::CodeBuffer;

  // -- Constants behind the code, as memory operands.
  Mem literal(double value) { return Mem::at(constant64(std::bit_cast<uint64_t>(value))); }
  Mem literal64(uint64_t bits) { return Mem::at(constant64(bits)); }
  Mem literal128(uint64_t low, uint64_t high) { return Mem::at(constant128(low, high)); }

  // -- Families.
#define DEVVM_ALU_OF_SIZE(name, bits, extension)                                                   \
  void name##bits(Gpr dst, Gpr src) { registers<bits>((extension) << 3, code(src), code(dst)); }   \
  void name##bits(Gpr dst, const Mem& src) { memory<bits>((extension) << 3 | 2, code(dst), src); } \
  void name##bits(const Mem& dst, Gpr src) { memory<bits>((extension) << 3, code(src), dst); }     \
  void name##bits(Gpr dst, Imm value) { aluImmediate<bits>(extension, dst, value.value()); }       \
  void name##bits(const Mem& dst, Imm value) { aluImmediate<bits>(extension, dst, value.value()); }
#define X64_ALU(name, extension)         \
  DEVVM_ALU_OF_SIZE(name, 8, extension)  \
  DEVVM_ALU_OF_SIZE(name, 16, extension) \
  DEVVM_ALU_OF_SIZE(name, 32, extension) \
  DEVVM_ALU_OF_SIZE(name, 64, extension)

#define DEVVM_UNARY_OF_SIZE(name, bits, opcode, extension)             \
  void name##bits(Gpr dst) { extended<bits>(opcode, extension, dst); } \
  void name##bits(const Mem& dst) { commit(extended<bits>(opcode, extension, dst, 0)); }
#define X64_UNARY(name, opcode, extension)         \
  DEVVM_UNARY_OF_SIZE(name, 8, opcode, extension)  \
  DEVVM_UNARY_OF_SIZE(name, 16, opcode, extension) \
  DEVVM_UNARY_OF_SIZE(name, 32, opcode, extension) \
  DEVVM_UNARY_OF_SIZE(name, 64, opcode, extension)

#define DEVVM_SHIFT_OF_SIZE(name, bits, extension)                                         \
  void name##bits(Gpr dst, uint8_t count) { shiftBy<bits>(extension, dst, count); }        \
  void name##bits(const Mem& dst, uint8_t count) { shiftBy<bits>(extension, dst, count); } \
  void name##bits##Cl(Gpr dst) { extended<bits>(0xD2, extension, dst); }                   \
  void name##bits##Cl(const Mem& dst) { commit(extended<bits>(0xD2, extension, dst, 0)); }
#define X64_SHIFT(name, extension)         \
  DEVVM_SHIFT_OF_SIZE(name, 8, extension)  \
  DEVVM_SHIFT_OF_SIZE(name, 16, extension) \
  DEVVM_SHIFT_OF_SIZE(name, 32, extension) \
  DEVVM_SHIFT_OF_SIZE(name, 64, extension)

#define X64_SHIFT_X(name, prefix)                                                                                     \
  void name##32(Gpr dst, Gpr src, Gpr count) { vex({prefix, 2, 0xF7, 0}, 0, code(dst), code(count), code(src)); }     \
  void name##64(Gpr dst, Gpr src, Gpr count) { vex({prefix, 2, 0xF7, kWide}, 0, code(dst), code(count), code(src)); } \
  void name##32(Gpr dst, const Mem& src, Gpr count) { vex({prefix, 2, 0xF7, 0}, 0, code(dst), code(count), src); }    \
  void name##64(Gpr dst, const Mem& src, Gpr count) { vex({prefix, 2, 0xF7, kWide}, 0, code(dst), code(count), src); }

#define DEVVM_BIT_TEST_OF_SIZE(name, bits, opcode, extension)                                       \
  void name##bits(Gpr dst, Gpr bit) { direct({0, 1, opcode, wide<bits>()}, code(bit), code(dst)); } \
  void name##bits(Gpr dst, uint8_t bit) {                                                           \
    commit(put(directPart({0, 1, 0xBA, wide<bits>()}, extension, code(dst)), bit));                 \
  }                                                                                                 \
  void name##bits(const Mem& dst, uint8_t bit) {                                                    \
    commit(put(inMemory({0, 1, 0xBA, wide<bits>()}, extension, dst, 1), bit));                      \
  }
#define X64_BIT_TEST(name, opcode, extension)         \
  DEVVM_BIT_TEST_OF_SIZE(name, 32, opcode, extension) \
  DEVVM_BIT_TEST_OF_SIZE(name, 64, opcode, extension)

#define X64_BIT_SCAN(name, prefix, opcode)                                                             \
  void name##32(Gpr dst, Gpr src) { direct({prefix, 1, opcode, 0}, code(dst), code(src)); }            \
  void name##64(Gpr dst, Gpr src) { direct({prefix, 1, opcode, kWide}, code(dst), code(src)); }        \
  void name##32(Gpr dst, const Mem& src) { commit(inMemory({prefix, 1, opcode, 0}, code(dst), src)); } \
  void name##64(Gpr dst, const Mem& src) { commit(inMemory({prefix, 1, opcode, kWide}, code(dst), src)); }

#define X64_WIDEN(method, name, from, to, map, opcode)                                                           \
  void method(Gpr dst, Gpr src) {                                                                                \
    direct({0, map, opcode, static_cast<uint8_t>(wide<to>() | byteRex<from>(code(src)))}, code(dst), code(src)); \
  }                                                                                                              \
  void method(Gpr dst, const Mem& src) { commit(inMemory({0, map, opcode, wide<to>()}, code(dst), src)); }

#define X64_PLAIN(method, text, ...)                   \
  void method() {                                      \
    static constexpr uint8_t kBytes[] = {__VA_ARGS__}; \
    uint8_t* p = reserve();                            \
    for (uint8_t byte : kBytes) *p++ = byte;           \
    commit(p);                                         \
  }

#define X64_SSE(name, prefix, map, opcode, bits)                                          \
  void name(Xmm dst, Xmm src) { direct({prefix, map, opcode, 0}, code(dst), code(src)); } \
  void name(Xmm dst, const Mem& src) { commit(inMemory({prefix, map, opcode, 0}, code(dst), src)); }

#define X64_SSE_IMM(name, prefix, map, opcode, bits)                                \
  void name(Xmm dst, Xmm src, uint8_t value) {                                      \
    commit(put(directPart({prefix, map, opcode, 0}, code(dst), code(src)), value)); \
  }                                                                                 \
  void name(Xmm dst, const Mem& src, uint8_t value) {                               \
    commit(put(inMemory({prefix, map, opcode, 0}, code(dst), src, 1), value));      \
  }

#define X64_SSE_MOVE(name, loadPrefix, load, storePrefix, store, bits)                               \
  void name(Xmm dst, Xmm src) { direct({loadPrefix, 1, load, 0}, code(dst), code(src)); }            \
  void name(Xmm dst, const Mem& src) { commit(inMemory({loadPrefix, 1, load, 0}, code(dst), src)); } \
  void name(const Mem& dst, Xmm src) { commit(inMemory({storePrefix, 1, store, 0}, code(src), dst)); }

#define X64_SSE_SHIFT(name, opcode, extension) \
  void name(Xmm dst, uint8_t count) { commit(put(directPart({0x66, 1, opcode, 0}, extension, code(dst)), count)); }

#define X64_AVX(name, prefix, map, w, opcode)                                                          \
  void name(Xmm dst, Xmm a, Xmm b) { vex({prefix, map, opcode, w}, 0, code(dst), code(a), code(b)); }  \
  void name(Ymm dst, Ymm a, Ymm b) { vex({prefix, map, opcode, w}, 1, code(dst), code(a), code(b)); }  \
  void name(Xmm dst, Xmm a, const Mem& b) { vex({prefix, map, opcode, w}, 0, code(dst), code(a), b); } \
  void name(Ymm dst, Ymm a, const Mem& b) { vex({prefix, map, opcode, w}, 1, code(dst), code(a), b); }

#define X64_AVX_SCALAR(name, prefix, map, w, opcode)                                                  \
  void name(Xmm dst, Xmm a, Xmm b) { vex({prefix, map, opcode, w}, 0, code(dst), code(a), code(b)); } \
  void name(Xmm dst, Xmm a, const Mem& b) { vex({prefix, map, opcode, w}, 0, code(dst), code(a), b); }

#define X64_AVX_UNARY(name, prefix, map, w, opcode)                                           \
  void name(Xmm dst, Xmm src) { vex({prefix, map, opcode, w}, 0, code(dst), 0, code(src)); }  \
  void name(Ymm dst, Ymm src) { vex({prefix, map, opcode, w}, 1, code(dst), 0, code(src)); }  \
  void name(Xmm dst, const Mem& src) { vex({prefix, map, opcode, w}, 0, code(dst), 0, src); } \
  void name(Ymm dst, const Mem& src) { vex({prefix, map, opcode, w}, 1, code(dst), 0, src); }

#define X64_AVX_MOVE(name, prefix, load, store)                                            \
  void name(Xmm dst, Xmm src) { vexMove(prefix, load, store, 0, code(dst), code(src)); }   \
  void name(Ymm dst, Ymm src) { vexMove(prefix, load, store, 1, code(dst), code(src)); }   \
  void name(Xmm dst, const Mem& src) { vex({prefix, 1, load, 0}, 0, code(dst), 0, src); }  \
  void name(Ymm dst, const Mem& src) { vex({prefix, 1, load, 0}, 1, code(dst), 0, src); }  \
  void name(const Mem& dst, Xmm src) { vex({prefix, 1, store, 0}, 0, code(src), 0, dst); } \
  void name(const Mem& dst, Ymm src) { vex({prefix, 1, store, 0}, 1, code(src), 0, dst); }

#include "jit/assembler/x64/forms.def"

#undef DEVVM_ALU_OF_SIZE
#undef DEVVM_UNARY_OF_SIZE
#undef DEVVM_SHIFT_OF_SIZE
#undef DEVVM_BIT_TEST_OF_SIZE
#undef X64_ALU
#undef X64_UNARY
#undef X64_SHIFT
#undef X64_SHIFT_X
#undef X64_BIT_TEST
#undef X64_BIT_SCAN
#undef X64_WIDEN
#undef X64_PLAIN
#undef X64_SSE
#undef X64_SSE_IMM
#undef X64_SSE_MOVE
#undef X64_SSE_SHIFT
#undef X64_AVX
#undef X64_AVX_SCALAR
#undef X64_AVX_UNARY
#undef X64_AVX_MOVE

  // -- Moves. A move to a register of 32 bits clears the upper half.
#define DEVVM_MOVES(bits)                                                                            \
  void mov##bits(Gpr dst, Gpr src) { registers<bits>(0x88, code(src), code(dst)); }                  \
  void mov##bits(Gpr dst, const Mem& src) { memory<bits>(0x8A, code(dst), src); }                    \
  void mov##bits(const Mem& dst, Gpr src) { memory<bits>(0x88, code(src), dst); }                    \
  void mov##bits(const Mem& dst, Imm value) {                                                        \
    commit(putImmediate<bits>(extended<bits>(0xC6, 0, dst, immediateBytes<bits>()), value.value())); \
  }                                                                                                  \
  void test##bits(Gpr a, Gpr b) { registers<bits>(0x84, code(b), code(a)); }                         \
  void test##bits(const Mem& a, Gpr b) { memory<bits>(0x84, code(b), a); }                           \
  void test##bits(const Mem& a, Imm value) {                                                         \
    commit(putImmediate<bits>(extended<bits>(0xF6, 0, a, immediateBytes<bits>()), value.value()));   \
  }                                                                                                  \
  void test##bits(Gpr a, Imm value) { testImmediate<bits>(a, value.value()); }                       \
  void xchg##bits(Gpr a, Gpr b) { exchange<bits>(a, b); }                                            \
  /* Always atomic, without lock(). */                                                               \
  void xchg##bits(const Mem& a, Gpr b) { memory<bits>(0x86, code(b), a); }                           \
  /* If dst equals al, ax, eax, rax: dst <- src and ZF is set; else the latter <- dst. */            \
  void cmpxchg##bits(const Mem& dst, Gpr src) { memory<bits>(0xB0, code(src), dst, 1); }             \
  void cmpxchg##bits(Gpr dst, Gpr src) { registers<bits>(0xB0, code(src), code(dst), 1); }           \
  /* dst <- dst + src, src <- old dst. */                                                            \
  void xadd##bits(const Mem& dst, Gpr src) { memory<bits>(0xC0, code(src), dst, 1); }
  DEVVM_MOVES(8)
  DEVVM_MOVES(16)
  DEVVM_MOVES(32)
  DEVVM_MOVES(64)
#undef DEVVM_MOVES
  void mov8(Gpr dst, uint8_t value) {
    uint8_t* p = putRex(reserve(), byteRex<8>(code(dst)), 0, 0, code(dst));
    *p++ = static_cast<uint8_t>(0xB0 | (code(dst) & 7));
    commit(put(p, value));
  }
  void mov16(Gpr dst, uint16_t value) {
    uint8_t* p = reserve();
    *p++ = 0x66;
    commit(put(putOpcodeAndRegister(p, 0, 0xB8, dst), value));
  }
  void mov32(Gpr dst, uint32_t value) { commit(put(putOpcodeAndRegister(reserve(), 0, 0xB8, dst), value)); }
  /// Any constant, 5 to 10 bytes (to zero a register, xor32 is shorter but changes the flags).
  void mov64(Gpr dst, int64_t value) {
    if (static_cast<uint64_t>(value) <= UINT32_MAX) {
      mov32(dst, static_cast<uint32_t>(value));
    } else if (value == static_cast<int32_t>(value)) {
      commit(put(directPart({0, 0, 0xC7, kWide}, 0, code(dst)), static_cast<int32_t>(value)));
    } else {
      mov64Full(dst, static_cast<uint64_t>(value));
    }
  }
  /// The same in 10 bytes whatever the value, which stands in the last 8.
  void mov64Full(Gpr dst, uint64_t value) { commit(put(putOpcodeAndRegister(reserve(), kWide, 0xB8, dst), value)); }

  void lea32(Gpr dst, const Mem& src) { commit(inMemory({0, 0, 0x8D, 0}, code(dst), src)); }
  void lea64(Gpr dst, const Mem& src) { commit(inMemory({0, 0, 0x8D, kWide}, code(dst), src)); }
  void push(Gpr src) { commit(putOpcodeAndRegister(reserve(), 0, 0x50, src)); }
  void push(const Mem& src) { commit(inMemory({0, 0, 0xFF, 0}, 6, src)); }
  void push(Imm value);
  void pop(Gpr dst) { commit(putOpcodeAndRegister(reserve(), 0, 0x58, dst)); }
  void pop(const Mem& dst) { commit(inMemory({0, 0, 0x8F, 0}, 0, dst)); }
  void bswap32(Gpr r) { byteSwap(r, 0); }
  void bswap64(Gpr r) { byteSwap(r, kWide); }
  void imul32(Gpr dst, Gpr src, Imm factor) { imulImmediate(0, dst, src, factor); }
  void imul64(Gpr dst, Gpr src, Imm factor) { imulImmediate(kWide, dst, src, factor); }
  void imul32(Gpr dst, const Mem& src, Imm factor) { imulImmediate(0, dst, src, factor); }
  void imul64(Gpr dst, const Mem& src, Imm factor) { imulImmediate(kWide, dst, src, factor); }
  void rorx32(Gpr dst, Gpr src, uint8_t n) { vex({0xF2, 3, 0xF0, 0}, 0, code(dst), 0, code(src), n); }
  void rorx64(Gpr dst, Gpr src, uint8_t n) { vex({0xF2, 3, 0xF0, kWide}, 0, code(dst), 0, code(src), n); }
  void rorx32(Gpr dst, const Mem& src, uint8_t n) { vex({0xF2, 3, 0xF0, 0}, 0, code(dst), 0, src, n); }
  void rorx64(Gpr dst, const Mem& src, uint8_t n) { vex({0xF2, 3, 0xF0, kWide}, 0, code(dst), 0, src, n); }

  // -- By condition.
  void cmov32(Condition c, Gpr dst, Gpr src) { direct({0, 1, ofCondition(0x40, c), 0}, code(dst), code(src)); }
  void cmov64(Condition c, Gpr dst, Gpr src) { direct({0, 1, ofCondition(0x40, c), kWide}, code(dst), code(src)); }
  void cmov32(Condition c, Gpr dst, const Mem& src) {
    commit(inMemory({0, 1, ofCondition(0x40, c), 0}, code(dst), src));
  }
  void cmov64(Condition c, Gpr dst, const Mem& src) {
    commit(inMemory({0, 1, ofCondition(0x40, c), kWide}, code(dst), src));
  }
  /// One byte, 0 or 1; the rest of the register stays.
  void setcc(Condition c, Gpr dst) { direct({0, 1, ofCondition(0x90, c), byteRex<8>(code(dst))}, 0, code(dst)); }
  void setcc(Condition c, const Mem& dst) { commit(inMemory({0, 1, ofCondition(0x90, c), 0}, 0, dst)); }

  // -- Control.
  void jmp(Label& target, Distance distance = Distance::kAuto) {
    uint8_t* p = reserve();
    if (isShort(target, distance)) {
      *p = 0xEB;
      linkShort(target, p + 1);
      commit(p + 2);
    } else {
      *p = 0xE9;
      linkNear(target, p + 1, 0);
      commit(p + 5);
    }
  }
  void jcc(Condition c, Label& target, Distance distance = Distance::kAuto) {
    uint8_t* p = reserve();
    if (isShort(target, distance)) {
      *p = ofCondition(0x70, c);
      linkShort(target, p + 1);
      commit(p + 2);
    } else {
      *p = 0x0F;
      p[1] = ofCondition(0x80, c);
      linkNear(target, p + 2, 0);
      commit(p + 6);
    }
  }
  void call(Label& target) {
    uint8_t* p = reserve();
    *p = 0xE8;
    linkNear(target, p + 1, 0);
    commit(p + 5);
  }
  void call(Gpr target) { direct({0, 0, 0xFF, 0}, 2, code(target)); }
  void call(const Mem& target) { commit(inMemory({0, 0, 0xFF, 0}, 2, target)); }
  void call(Outside target) {
    uint8_t* p = reserve();
    *p = 0xE8;
    linkOutside(p + 1, target.address);
    commit(p + 5);
  }
  void jmp(Gpr target) { direct({0, 0, 0xFF, 0}, 4, code(target)); }
  void jmp(const Mem& target) { commit(inMemory({0, 0, 0xFF, 0}, 4, target)); }
  void jmp(Outside target) {
    uint8_t* p = reserve();
    *p = 0xE9;
    linkOutside(p + 1, target.address);
    commit(p + 5);
  }
  void jcc(Condition c, Outside target) {
    uint8_t* p = reserve();
    *p = 0x0F;
    p[1] = ofCondition(0x80, c);
    linkOutside(p + 2, target.address);
    commit(p + 6);
  }
  /// `bytes` bytes that do nothing, as few instructions as can be.
  void nop(uint32_t bytes = 1);
  /// Fills with nops up to a multiple of `alignment` (a power of two, at most kPlaceAlignment).
  void align(uint32_t alignment) { nop((0u - position()) & (alignment - 1)); }
  /// Makes the next instruction atomic (add, cmpxchg, xadd ... to memory).
  void lock() { emit8(0xF0); }
  void prefetcht0(const Mem& address) { commit(inMemory({0, 1, 0x18, 0}, 1, address)); }
  void prefetchnta(const Mem& address) { commit(inMemory({0, 1, 0x18, 0}, 0, address)); }
  void prefetchw(const Mem& address) { commit(inMemory({0, 1, 0x0D, 0}, 1, address)); }

  // -- Between general and vector registers. Conversions from integers keep the upper half of dst and wait for it:
  // xorps(dst, dst) before them is cheaper.
  void movd(Xmm dst, Gpr src) { direct({0x66, 1, 0x6E, 0}, code(dst), code(src)); }
  void movd(Gpr dst, Xmm src) { direct({0x66, 1, 0x7E, 0}, code(src), code(dst)); }
  void movd(Xmm dst, const Mem& src) { commit(inMemory({0x66, 1, 0x6E, 0}, code(dst), src)); }
  void movd(const Mem& dst, Xmm src) { commit(inMemory({0x66, 1, 0x7E, 0}, code(src), dst)); }
  void movq(Xmm dst, Gpr src) { direct({0x66, 1, 0x6E, kWide}, code(dst), code(src)); }
  void movq(Gpr dst, Xmm src) { direct({0x66, 1, 0x7E, kWide}, code(src), code(dst)); }
  void cvtsi2sd32(Xmm dst, Gpr src) { direct({0xF2, 1, 0x2A, 0}, code(dst), code(src)); }
  void cvtsi2sd64(Xmm dst, Gpr src) { direct({0xF2, 1, 0x2A, kWide}, code(dst), code(src)); }
  void cvtsi2sd32(Xmm dst, const Mem& src) { commit(inMemory({0xF2, 1, 0x2A, 0}, code(dst), src)); }
  void cvtsi2sd64(Xmm dst, const Mem& src) { commit(inMemory({0xF2, 1, 0x2A, kWide}, code(dst), src)); }
  /// Truncates; what does not fit becomes the smallest integer.
  void cvttsd2si32(Gpr dst, Xmm src) { direct({0xF2, 1, 0x2C, 0}, code(dst), code(src)); }
  void cvttsd2si64(Gpr dst, Xmm src) { direct({0xF2, 1, 0x2C, kWide}, code(dst), code(src)); }
  void cvttsd2si32(Gpr dst, const Mem& src) { commit(inMemory({0xF2, 1, 0x2C, 0}, code(dst), src)); }
  void cvttsd2si64(Gpr dst, const Mem& src) { commit(inMemory({0xF2, 1, 0x2C, kWide}, code(dst), src)); }
  void movmskpd(Gpr dst, Xmm src) { direct({0x66, 1, 0x50, 0}, code(dst), code(src)); }
  void pinsrq(Xmm dst, Gpr src, uint8_t half) {
    commit(put(directPart({0x66, 3, 0x22, kWide}, code(dst), code(src)), half));
  }
  void pinsrq(Xmm dst, const Mem& src, uint8_t half) {
    commit(put(inMemory({0x66, 3, 0x22, kWide}, code(dst), src, 1), half));
  }
  void pextrq(Gpr dst, Xmm src, uint8_t half) {
    commit(put(directPart({0x66, 3, 0x16, kWide}, code(src), code(dst)), half));
  }
  void pextrq(const Mem& dst, Xmm src, uint8_t half) {
    commit(put(inMemory({0x66, 3, 0x16, kWide}, code(src), dst, 1), half));
  }
  void cmpsd(DoublePredicate predicate, Xmm dst, Xmm src) { cmpsd(dst, src, static_cast<uint8_t>(predicate)); }
  void roundsd(Rounding rounding, Xmm dst, Xmm src) { roundsd(dst, src, static_cast<uint8_t>(rounding)); }

  // -- AVX that fits no family.
  void vbroadcastsd(Ymm dst, Xmm src) { vex({0x66, 2, 0x19, 0}, 1, code(dst), 0, code(src)); }
  void vbroadcastsd(Ymm dst, const Mem& src) { vex({0x66, 2, 0x19, 0}, 1, code(dst), 0, src); }
  void vpbroadcastq(Ymm dst, Xmm src) { vex({0x66, 2, 0x59, 0}, 1, code(dst), 0, code(src)); }
  void vpbroadcastq(Ymm dst, const Mem& src) { vex({0x66, 2, 0x59, 0}, 1, code(dst), 0, src); }
  void vextractf128(Xmm dst, Ymm src, uint8_t half) { vex({0x66, 3, 0x19, 0}, 1, code(src), 0, code(dst), half); }
  void vextracti128(Xmm dst, Ymm src, uint8_t half) { vex({0x66, 3, 0x39, 0}, 1, code(src), 0, code(dst), half); }
  void vinsertf128(Ymm dst, Ymm a, Xmm b, uint8_t half) {
    vex({0x66, 3, 0x18, 0}, 1, code(dst), code(a), code(b), half);
  }
  void vmovmskpd(Gpr dst, Ymm src) { vex({0x66, 1, 0x50, 0}, 1, code(dst), 0, code(src)); }
  void vpsrlq(Ymm dst, Ymm src, uint8_t count) { vex({0x66, 1, 0x73, 0}, 1, 2, code(dst), code(src), count); }
  void vpsllq(Ymm dst, Ymm src, uint8_t count) { vex({0x66, 1, 0x73, 0}, 1, 6, code(dst), code(src), count); }

 private:
  // What distinguishes one instruction from another. `flags`: kWide is REX.W or VEX.W; kRex asks for a REX prefix
  // without bits, which makes codes 4 to 7 mean spl, bpl, sil, dil.
  struct Operation {
    uint8_t prefix;
    uint8_t map;
    uint8_t opcode;
    uint8_t flags;
  };
  static constexpr uint8_t kWide = 1, kRex = 2;

  template <unsigned kBits>
  static constexpr uint8_t wide() {
    return kBits == 64 ? kWide : 0;
  }
  template <unsigned kBits>
  static constexpr uint8_t byteRex(unsigned r) {
    return kBits == 8 && (r & 12) == 4 ? kRex : 0;
  }
  template <unsigned kBits>
  static constexpr unsigned immediateBytes() {
    return kBits == 64 ? 4 : kBits / 8;
  }
  static constexpr uint8_t ofCondition(uint8_t opcode, Condition c) {
    return static_cast<uint8_t>(opcode | static_cast<uint8_t>(c));
  }
  // Families with sizes have their 8-bit instruction at an even opcode and the others at the next.
  template <unsigned kBits>
  static constexpr Operation sized(unsigned opcode8, unsigned map) {
    return {kBits == 16 ? uint8_t{0x66} : uint8_t{0}, static_cast<uint8_t>(map),
            static_cast<uint8_t>(opcode8 | (kBits == 8 ? 0 : 1)), wide<kBits>()};
  }

  // `put...` functions write at a place and return the place after; they neither reserve nor commit.
  static uint8_t* putRex(uint8_t* p, unsigned flags, unsigned reg, unsigned index, unsigned base) {
    unsigned rex = 0x40 | (flags & kWide) << 3 | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3;
    if (rex != 0x40 || (flags & kRex) != 0) *p++ = static_cast<uint8_t>(rex);
    return p;
  }
  static uint8_t* putHead(uint8_t* p, Operation op, unsigned reg, unsigned index, unsigned base) {
    if (op.prefix != 0) *p++ = op.prefix;
    p = putRex(p, op.flags, reg, index, base);
    if (op.map != 0) *p++ = 0x0F;
    if (op.map == 2) *p++ = 0x38;
    if (op.map == 3) *p++ = 0x3A;
    *p++ = op.opcode;
    return p;
  }
  static uint8_t putModRm(unsigned reg, unsigned rm) { return static_cast<uint8_t>(0xC0 | (reg & 7) << 3 | (rm & 7)); }
  static uint8_t* putOpcodeAndRegister(uint8_t* p, unsigned flags, unsigned opcode, Gpr r) {
    p = putRex(p, flags, 0, 0, code(r));
    *p++ = static_cast<uint8_t>(opcode | (code(r) & 7));
    return p;
  }
  template <unsigned kBits>
  static uint8_t* putImmediate(uint8_t* p, int32_t value) {
    if constexpr (kBits == 8) return put(p, static_cast<int8_t>(value));
    if constexpr (kBits == 16) return put(p, static_cast<int16_t>(value));
    return put(p, value);
  }

  // Both operands registers. The `Part` leaves room for an immediate: not committed yet.
  uint8_t* directPart(Operation op, unsigned reg, unsigned rm) {
    uint8_t* p = putHead(reserve(), op, reg, 0, rm);
    *p++ = putModRm(reg, rm);
    return p;
  }
  void direct(Operation op, unsigned reg, unsigned rm) { commit(directPart(op, reg, rm)); }
  // One operand in memory; `trailing` bytes of immediate will follow. Not committed yet.
  uint8_t* inMemory(Operation op, unsigned reg, const Mem& m, unsigned trailing = 0);
  uint8_t* putAddress(uint8_t* p, unsigned reg, const Mem& m, unsigned trailing);

  template <unsigned kBits>
  void registers(unsigned opcode8, unsigned reg, unsigned rm, unsigned map = 0) {
    Operation op = sized<kBits>(opcode8, map);
    op.flags |= byteRex<kBits>(reg) | byteRex<kBits>(rm);
    direct(op, reg, rm);
  }
  template <unsigned kBits>
  void memory(unsigned opcode8, unsigned reg, const Mem& m, unsigned map = 0) {
    Operation op = sized<kBits>(opcode8, map);
    op.flags |= byteRex<kBits>(reg);
    commit(inMemory(op, reg, m));
  }
  // One operand; the other register field extends the opcode.
  template <unsigned kBits>
  uint8_t* extendedPart(unsigned opcode8, unsigned extension, Gpr r) {
    Operation op = sized<kBits>(opcode8, 0);
    op.flags |= byteRex<kBits>(code(r));
    return directPart(op, extension, code(r));
  }
  template <unsigned kBits>
  void extended(unsigned opcode8, unsigned extension, Gpr r) {
    commit(extendedPart<kBits>(opcode8, extension, r));
  }
  template <unsigned kBits>
  uint8_t* extended(unsigned opcode8, unsigned extension, const Mem& m, unsigned trailing) {
    return inMemory(sized<kBits>(opcode8, 0), extension, m, trailing);
  }

  template <unsigned kBits>
  static constexpr int32_t normalize(int32_t value) {
    assert(kBits > 8 || (value >= -128 && value <= 255));
    assert(kBits > 16 || (value >= -32768 && value <= 65535));
    return kBits == 8 ? static_cast<int8_t>(value) : kBits == 16 ? static_cast<int16_t>(value) : value;
  }
  template <unsigned kBits>
  void aluImmediate(unsigned extension, Gpr dst, int32_t value) {
    value = normalize<kBits>(value);
    if (kBits != 8 && value == static_cast<int8_t>(value)) {
      Operation op = sized<kBits>(0x82, 0);
      commit(put(directPart(op, extension, code(dst)), static_cast<int8_t>(value)));
    } else if (dst == rax) {
      commit(putImmediate<kBits>(putAccumulator<kBits>(reserve(), extension << 3 | 4), value));
    } else {
      commit(putImmediate<kBits>(extendedPart<kBits>(0x80, extension, dst), value));
    }
  }
  template <unsigned kBits>
  void aluImmediate(unsigned extension, const Mem& dst, int32_t value) {
    value = normalize<kBits>(value);
    if (kBits != 8 && value == static_cast<int8_t>(value)) {
      commit(put(extended<kBits>(0x82, extension, dst, 1), static_cast<int8_t>(value)));
    } else {
      commit(putImmediate<kBits>(extended<kBits>(0x80, extension, dst, immediateBytes<kBits>()), value));
    }
  }
  // Opcodes that imply al, ax, eax, rax.
  template <unsigned kBits>
  static uint8_t* putAccumulator(uint8_t* p, unsigned opcode8) {
    Operation op = sized<kBits>(opcode8, 0);
    return putHead(p, op, 0, 0, 0);
  }
  template <unsigned kBits>
  void testImmediate(Gpr a, int32_t value) {
    value = normalize<kBits>(value);
    uint8_t* p = a == rax ? putAccumulator<kBits>(reserve(), 0xA8) : extendedPart<kBits>(0xF6, 0, a);
    commit(putImmediate<kBits>(p, value));
  }
  template <unsigned kBits>
  void shiftBy(unsigned extension, Gpr dst, uint8_t count) {
    if (count == 1) {
      extended<kBits>(0xD0, extension, dst);
    } else {
      commit(put(extendedPart<kBits>(0xC0, extension, dst), count));
    }
  }
  template <unsigned kBits>
  void shiftBy(unsigned extension, const Mem& dst, uint8_t count) {
    if (count == 1) {
      commit(extended<kBits>(0xD0, extension, dst, 0));
    } else {
      commit(put(extended<kBits>(0xC0, extension, dst, 1), count));
    }
  }
  template <unsigned kBits>
  void exchange(Gpr a, Gpr b) {
    // One byte where rax takes part; of 32 bits rax with itself is no nop, as it clears the upper half.
    if (kBits != 8 && (a == rax || b == rax) && (a != b || kBits != 32)) {
      uint8_t* p = reserve();
      if (kBits == 16) *p++ = 0x66;
      commit(putOpcodeAndRegister(p, a != b ? wide<kBits>() : 0, 0x90, a == rax ? b : a));
    } else {
      registers<kBits>(0x86, code(b), code(a));
    }
  }
  void byteSwap(Gpr r, uint8_t flags) {
    uint8_t* p = putRex(reserve(), flags, 0, 0, code(r));
    *p++ = 0x0F;
    *p++ = static_cast<uint8_t>(0xC8 | (code(r) & 7));
    commit(p);
  }
  template <typename Operand>
  void imulImmediate(uint8_t flags, Gpr dst, const Operand& src, Imm factor) {
    bool small = factor.fits8();
    Operation op{0, 0, small ? uint8_t{0x6B} : uint8_t{0x69}, flags};
    uint8_t* p;
    if constexpr (std::is_same_v<Operand, Gpr>) {
      p = directPart(op, code(dst), code(src));
    } else {
      p = inMemory(op, code(dst), src, small ? 1 : 4);
    }
    commit(small ? put(p, static_cast<int8_t>(factor.value())) : put(p, factor.value()));
  }
  bool isShort(const Label& target, Distance distance) const {
    return distance == Distance::kShort || (distance == Distance::kAuto && reachesShort(target, 2));
  }

  // VEX-coded instructions: `length` 0 is 128 bits (and general registers), 1 is 256. `source` is the additional
  // register.
  static uint8_t* putVex(uint8_t* p, Operation op, unsigned length, unsigned reg, unsigned source, unsigned index,
                         unsigned base);
  void vex(Operation op, unsigned length, unsigned reg, unsigned source, unsigned rm);
  void vex(Operation op, unsigned length, unsigned reg, unsigned source, unsigned rm, uint8_t immediate);
  void vex(Operation op, unsigned length, unsigned reg, unsigned source, const Mem& m);
  void vex(Operation op, unsigned length, unsigned reg, unsigned source, const Mem& m, uint8_t immediate);
  void vexMove(uint8_t prefix, uint8_t load, uint8_t store, unsigned length, unsigned dst, unsigned src);
};

}  // namespace devvm::jit::x64
