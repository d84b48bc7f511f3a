// What a guest may use up and what it may touch.
#pragma once

#include <cstddef>
#include <cstdint>

namespace devvm::runtime {

struct Limits {
  uint64_t fuel = 0;              ///< units (function entries, taken back-edges, native charges); 0: no limit
  uint64_t timeoutNanos = 0;      ///< wall-clock time from the start of a host's call; 0: none
  size_t memoryBytes = 0;         ///< heap and all else the isolate owns; 0: none
  size_t stackBytes = 24u << 20;  ///< one fiber's stack
};

enum class Capability : uint8_t { kFiles, kProcesses, kEnvironment, kClock, kNetwork, kCount };

struct Capabilities {
  uint8_t bits = 0xFF;
  bool has(Capability c) const { return bits & (1u << static_cast<unsigned>(c)); }
  void allow(Capability c) { bits = static_cast<uint8_t>(bits | (1u << static_cast<unsigned>(c))); }
  void deny(Capability c) { bits = static_cast<uint8_t>(bits & ~(1u << static_cast<unsigned>(c))); }
};

}  // namespace devvm::runtime
