// The few bytes that code memory writes itself: jumps to far targets, traps.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace devvm::jit::x64 {

/// Fills what must not be executed (int3).
inline constexpr uint8_t kTrap = 0xCC;
inline constexpr uint32_t kFarJumpBytes = 16;

/// Writes a jump to any address: an indirect jump through the 8 bytes behind it. Changes no register.
inline void writeFarJump(uint8_t* to, uintptr_t target) {
  static constexpr uint8_t kJump[] = {0xFF, 0x25, 0x02, 0x00, 0x00, 0x00, kTrap, kTrap};
  for (uint8_t byte : kJump) *to++ = byte;
  base::writeLittle<uint64_t>(to, target);
}

}  // namespace devvm::jit::x64
