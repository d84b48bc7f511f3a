#include "jit/assembler/x64/assembler.h"

#include <cstring>

namespace devvm::jit::x64 {

uint8_t* Assembler::inMemory(Operation op, unsigned reg, const Mem& m, unsigned trailing) {
  uint8_t* p = putHead(reserve(), op, reg, code(m.index()), code(m.base()));
  return putAddress(p, reg, m, trailing);
}

// The byte ModRM, the byte SIB where there is an index or the base needs one, the displacement.
uint8_t* Assembler::putAddress(uint8_t* p, unsigned reg, const Mem& m, unsigned trailing) {
  unsigned regBits = (reg & 7) << 3, base = code(m.base()) & 7;
  if (m.kind() != Mem::Kind::kAddress) {
    *p++ = static_cast<uint8_t>(regBits | 5);
    if (m.kind() == Mem::Kind::kLabel) {
      linkNear(m.label(), p, trailing);
    } else {
      linkConstant(m.constant(), p, trailing);
    }
    return p + 4;
  }
  int32_t displacement = m.displacement();
  unsigned sib = static_cast<unsigned>(m.scale()) << 6 | (m.hasIndex() ? (code(m.index()) & 7) << 3 : 4 << 3);
  if (!m.hasBase()) {
    *p++ = static_cast<uint8_t>(regBits | 4);
    *p++ = static_cast<uint8_t>(sib | 5);
    return put(p, displacement);
  }
  // Without a displacement the code of rbp and r13 means something else; the code of rsp and r12 announces the SIB.
  bool none = displacement == 0 && base != 5, byte = displacement == static_cast<int8_t>(displacement);
  unsigned mode = none ? 0 : byte ? 0x40 : 0x80;
  if (m.hasIndex() || base == 4) {
    *p++ = static_cast<uint8_t>(mode | regBits | 4);
    *p++ = static_cast<uint8_t>(sib | base);
  } else {
    *p++ = static_cast<uint8_t>(mode | regBits | base);
  }
  if (none) return p;
  return byte ? put(p, static_cast<int8_t>(displacement)) : put(p, displacement);
}

void Assembler::push(Imm value) {
  uint8_t* p = reserve();
  if (value.fits8()) {
    *p = 0x6A;
    commit(put(p + 1, static_cast<int8_t>(value.value())));
  } else {
    *p = 0x68;
    commit(put(p + 1, value.value()));
  }
}

void Assembler::nop(uint32_t bytes) {
  // The lengths 1 to 9 that the processors' manuals recommend.
  static constexpr uint8_t kNops[9][9] = {
      {0x90},
      {0x66, 0x90},
      {0x0F, 0x1F, 0x00},
      {0x0F, 0x1F, 0x40, 0x00},
      {0x0F, 0x1F, 0x44, 0x00, 0x00},
      {0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00},
      {0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00},
      {0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
      {0x66, 0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
  };
  while (bytes != 0) {
    uint32_t n = bytes < 9 ? bytes : 9;
    uint8_t* p = reserve();
    std::memcpy(p, kNops[n - 1], n);
    commit(p + n);
    bytes -= n;
  }
}

uint8_t* Assembler::putVex(uint8_t* p, Operation op, unsigned length, unsigned reg, unsigned source, unsigned index,
                           unsigned base) {
  unsigned prefix = op.prefix == 0x66 ? 1 : op.prefix == 0xF3 ? 2 : op.prefix == 0xF2 ? 3 : 0;
  // The register bits are stored inverted.
  unsigned last = (~source & 15) << 3 | length << 2 | prefix, r = (~reg & 8) << 4;
  if (op.map == 1 && (op.flags & kWide) == 0 && (index | base) < 8) {
    *p++ = 0xC5;
    *p++ = static_cast<uint8_t>(r | last);
  } else {
    *p++ = 0xC4;
    *p++ = static_cast<uint8_t>(r | (~index & 8) << 3 | (~base & 8) << 2 | op.map);
    *p++ = static_cast<uint8_t>((op.flags & kWide) << 7 | last);
  }
  *p++ = op.opcode;
  return p;
}

void Assembler::vex(Operation op, unsigned length, unsigned reg, unsigned source, unsigned rm) {
  uint8_t* p = putVex(reserve(), op, length, reg, source, 0, rm);
  *p++ = putModRm(reg, rm);
  commit(p);
}

void Assembler::vex(Operation op, unsigned length, unsigned reg, unsigned source, unsigned rm, uint8_t immediate) {
  uint8_t* p = putVex(reserve(), op, length, reg, source, 0, rm);
  *p++ = putModRm(reg, rm);
  commit(put(p, immediate));
}

void Assembler::vex(Operation op, unsigned length, unsigned reg, unsigned source, const Mem& m) {
  uint8_t* p = putVex(reserve(), op, length, reg, source, code(m.index()), code(m.base()));
  commit(putAddress(p, reg, m, 0));
}

void Assembler::vex(Operation op, unsigned length, unsigned reg, unsigned source, const Mem& m, uint8_t immediate) {
  uint8_t* p = putVex(reserve(), op, length, reg, source, code(m.index()), code(m.base()));
  commit(put(putAddress(p, reg, m, 1), immediate));
}

// An extended register in the last place costs a byte, which the opcode of the store puts elsewhere.
void Assembler::vexMove(uint8_t prefix, uint8_t load, uint8_t store, unsigned length, unsigned dst, unsigned src) {
  if (src >= 8 && dst < 8) {
    vex({prefix, 1, store, 0}, length, src, 0, dst);
  } else {
    vex({prefix, 1, load, 0}, length, dst, 0, src);
  }
}

}  // namespace devvm::jit::x64
