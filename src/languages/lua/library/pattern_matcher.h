// Lua patterns: matching by backtracking, exactly as the reference does it, with bounded recursion (the reference's
// own limit of 200 levels) and fuel charged for every step.
//
// The matcher looks at raw bytes: nothing may be allocated while match() or search() runs. Captures are offsets, so
// they outlive a move; after one, rebase() gives the new addresses.
#pragma once

#include <cstdint>
#include <string_view>

#include "languages/lua/library/library_support.h"

namespace devvm::lua {

class PatternMatcher {
 public:
  static constexpr int kMaxCaptures = 32;
  static constexpr int kMaxDepth = 200;
  static constexpr int64_t kNoMatch = -1;
  static constexpr int64_t kPosition = -2;    ///< length of a position capture
  static constexpr int64_t kUnfinished = -1;  ///< length of an open capture

  /// `pattern` without its anchor.
  PatternMatcher(NativeCall& call, std::string_view subject, std::string_view pattern);
  /// The same bytes at new addresses.
  void rebase(std::string_view subject, std::string_view pattern);

  /// Matches at offset `at` exactly: the offset behind the match, or kNoMatch (also after an error, see failed()).
  int64_t match(size_t at);
  /// First match at or behind `at`: sets `start`; the offset behind it or kNoMatch.
  int64_t search(size_t at, size_t& start);

  bool failed() const { return error_ != Error::kNone; }
  /// Raises the error that made a match fail.
  NativeResult raise();
  /// Charges what is not yet charged; to be called once before the native returns. False: return raisePending().
  [[nodiscard]] bool chargeRest();

  /// Captures of the last successful match.
  int captures() const { return level_; }
  struct Range {
    size_t start;
    int64_t length;  ///< or kPosition, kUnfinished
  };
  Range capture(int i) const { return captures_[i]; }
  /// Raises the errors of using capture i (from 0) after a match; true if it may be used. Capture 0 is the whole match
  /// if there are none.
  [[nodiscard]] bool checkCapture(int i);

 private:
  using Byte = uint8_t;
  enum class Error : uint8_t {
    kNone,
    kTooComplex,
    kEndsWithPercent,
    kMissingBracket,
    kMissingBalance,
    kMissingFrontierSet,
    kTooManyCaptures,
    kInvalidIndex,
    kInvalidCapture,
    kStopped,
  };
  struct Set {
    int64_t at = -1;  ///< offset of its '[' in the pattern
    size_t end = 0;   ///< offset behind its ']'
    uint64_t bits[4];
  };
  /// One character class of the pattern.
  struct Item {
    enum class Kind : uint8_t { kAny, kByte, kClass, kSet } kind;
    Byte byte;       ///< kByte
    bool negated;    ///< kClass
    uint16_t mask;   ///< kClass
    const Set* set;  ///< kSet: in sets_, so gone when other sets were met, see refresh()
    const Byte* begin;
    const Byte* end;  ///< behind it: at its repetition sign, if any
  };

  const Byte* doMatch(const Byte* s, const Byte* p);
  const Byte* expandMost(const Byte* s, const Item& item);
  const Byte* expandLeast(const Byte* s, Item item);
  const Byte* matchBalance(const Byte* s, const Byte* p);
  const Byte* matchBack(const Byte* s, int digit);
  const Byte* startCapture(const Byte* s, const Byte* p, int64_t what);
  const Byte* endCapture(const Byte* s, const Byte* p);
  bool readItem(const Byte* p, Item& out);
  const Set* readSet(const Byte* p);
  void refresh(Item& item) {
    if (item.kind == Item::Kind::kSet) item.set = readSet(item.begin);
  }
  static bool matches(const Item& item, Byte c);
  const Byte* skipMatching(const Byte* s, const Item& item) const;
  const Byte* findMatching(const Byte* s, const Item& item) const;
  /// The byte that must come next for the pattern at p to match, or -1 if unknown.
  int requiredByte(const Byte* p) const;
  int openCapture() const;
  const Byte* fail(Error e) {
    error_ = e;
    return nullptr;
  }
  /// Counts work; false when the guest must stop.
  bool work(uint64_t steps) {
    steps_ += steps;
    return steps_ < kChunk || chargeChunk();
  }
  bool chargeChunk();

  static constexpr uint64_t kChunk = 4096;
  NativeCall& call_;
  const Byte *source_, *sourceEnd_, *pattern_, *patternEnd_;
  uint64_t steps_ = 0;
  int depth_ = kMaxDepth;
  int level_ = 0;
  int badIndex_ = 0;
  Error error_ = Error::kNone;
  Range captures_[kMaxCaptures];
  static constexpr size_t kSets = 4;
  Set sets_[kSets];
};

}  // namespace devvm::lua
