// How a debugger finds the caller of a frame of machine code: call frame information in DWARF's form.
#pragma once

#include "jit/outside/byte_sink.h"
#include "jit/outside/code_watcher.h"

namespace devvm::jit {

/// Where things lie that the rules need; all in bytes. rbp is the guest's frame, r13 the host's stack (layout.h).
struct FrameFacts {
  /// Registers that the way in has saved, by their DWARF number, and where they lie from r13 on.
  struct Saved {
    uint8_t reg;
    uint8_t offset;
  };
  std::vector<Saved> saved;
  uint8_t hostReturn = 0;      ///< from r13: the way in returns there
  uint8_t machineLinkBit = 0;  ///< of the link at rbp: the caller is machine code
  // From the callee's value to its machine code.
  uint8_t callee = 0;  ///< from rbp
  uint8_t closureCode = 0;
  uint32_t codeMachine = 0, machineEntry = 0;
};

/// Contents of a section .debug_frame for the code.
ByteSink frameSection(const WatchedCode& code, const FrameFacts& facts);

}  // namespace devvm::jit
