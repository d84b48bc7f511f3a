// Feedback in a file, so that a known program compiles at its first calls what it compiled in an earlier run
// (docs/feedback.md has the format). Reading is safe on any bytes; what is read are hints, and checked again against
// the bytecode to which they are applied.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "jit/feedback/feedback.h"

namespace devvm::jit {

struct SavedTarget {
  bool isNative = false;
  std::string native;   ///< name of a native function
  uint64_t module = 0;  ///< of a bytecode function: hash of its module
  uint32_t index = 0;   ///< and its number there
  uint32_t count = 0;
};

struct SavedSite {
  uint32_t offset = 0;
  uint16_t op = 0;
  uint16_t types[Site::kOperands + 1] = {};  ///< operands, result: TypeSet::bits
  uint8_t access = 0, paths = 0;
  uint32_t count = 0, other = 0;  ///< as Site's; `other` for branches and loops, and calls of further functions
  bool megamorphic = false;
  std::vector<SavedTarget> targets;
};

struct SavedFunction {
  uint32_t codeSize = 0;
  bool compiled = false;  ///< it had machine code: worth compiling at its first call
  uint32_t calls = 0, loopPolls = 0;
  std::vector<SavedSite> sites;  ///< ascending by offset
};

class SavedFeedback {
 public:
  static constexpr uint32_t kVersion = 1;
  /// Larger files are refused, and what is beyond is not written.
  static constexpr size_t kMostBytes = size_t{64} << 20;
  /// Hash of a module's bytecode (bytecode/code_hash.h), and the function's number in it.
  using Key = std::pair<uint64_t, uint32_t>;

  /// Reads a file's bytes. False: `why` says what is wrong, and the object is empty.
  bool parse(std::span<const uint8_t> bytes, std::string& why);
  std::vector<uint8_t> bytes() const;

  const SavedFunction* find(Key key) const;
  void add(Key key, SavedFunction function);
  /// Adds what an isolate's functions have recorded, keeping what is there of the modules that it has loaded and
  /// dropping the rest.
  void collect(const runtime::Isolate& isolate);
  size_t size() const { return functions_.size(); }
  /// Bytes of memory that it takes, about.
  size_t memory() const;
  void clear() { functions_.clear(); }

 private:
  std::map<Key, SavedFunction> functions_;
};

/// Puts saved feedback of this very function into its vector. Sites that do not fit are left out.
void applySaved(const SavedFunction& saved, runtime::Isolate& isolate, FeedbackVector& vector);

/// Reads a file; what would take more than `most` bytes of memory is refused. False: `why` says what is wrong, and
/// `out` is empty.
bool readFeedbackFile(const std::string& path, size_t most, SavedFeedback& out, std::string& why);
/// Writes a file, whole or not at all. False: `why` says what is wrong.
bool writeFeedbackFile(const std::string& path, const SavedFeedback& feedback, std::string& why);

}  // namespace devvm::jit
