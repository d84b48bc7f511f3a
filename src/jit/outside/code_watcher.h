// Machine code as outside tools see it: an address, a name, lines of a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace devvm::jit {

/// Code that was placed. From offset `machine` on the code belongs to `line`, 0: to none.
struct WatchedCode {
  struct Line {
    uint32_t machine;
    uint32_t line;
  };
  const uint8_t* address = nullptr;
  uint32_t bytes = 0;         ///< all of it
  uint32_t instructions = 0;  ///< bytes of it that are instructions; constants follow
  std::string name;           ///< of the function: "update"; stubs have names in parentheses
  std::string label;          ///< name and place: "update (game.lua:12)"
  std::string file;           ///< absolute path of the source; empty: no lines
  /// How its caller is found (guest_frames.h): a frame of the guest, a stub that was called, a stub that was jumped to.
  enum class Frame : uint8_t { kNone, kGuest, kCalled, kJumped } frame = Frame::kGuest;
  std::vector<uint32_t> returns;  ///< offsets at which calls come back, ascending
  uint32_t line = 0;              ///< on which the function begins
  std::vector<Line> lines;        ///< ascending by offset, no two equal ones in a row
};

/// Who wants to know. Used by the isolate's thread only.
class CodeWatcher {
 public:
  virtual ~CodeWatcher() = default;
  /// Code stands at its address and will run.
  virtual void placed(const WatchedCode& code) = 0;
  /// The code at this address goes away, other code may come there.
  virtual void freed(const uint8_t* address) { (void)address; }
};

/// Writes /tmp/perf-PID.map (perf_map.cpp). Null if it cannot be written.
std::unique_ptr<CodeWatcher> makePerfMap();
/// Writes jit-PID.dump into `folder` for `perf inject --jit` (jit_dump.cpp). Null if it cannot be written.
std::unique_ptr<CodeWatcher> makeJitDump(const std::string& folder);

struct FrameFacts;
/// Puts the code on gdb's list (gdb_interface.cpp).
std::unique_ptr<CodeWatcher> makeGdbInterface(const FrameFacts& facts);

}  // namespace devvm::jit
