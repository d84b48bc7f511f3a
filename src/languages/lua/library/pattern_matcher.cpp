#include "languages/lua/library/pattern_matcher.h"

#include <array>
#include <bit>

namespace devvm::lua {

namespace {

using Byte = uint8_t;

// Properties of characters in the C locale, one bit for each letter that names a class.
enum CharBit : uint16_t {
  kAlpha = 1,
  kControl = 2,
  kDigit = 4,
  kGraphic = 8,
  kLower = 16,
  kPunctuation = 32,
  kSpace = 64,
  kUpper = 128,
  kAlphanumeric = 256,
  kHexadecimal = 512,
  kZero = 1024,
};

constexpr uint16_t bitsOf(int c) {
  unsigned bits = 0;
  bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
  bool graphic = c > 32 && c < 127;
  if (lower) bits |= kLower;
  if (upper) bits |= kUpper;
  if (lower || upper) bits |= kAlpha;
  if (digit) bits |= kDigit;
  if (lower || upper || digit) bits |= kAlphanumeric;
  if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHexadecimal;
  if (graphic) bits |= kGraphic;
  if (graphic && !lower && !upper && !digit) bits |= kPunctuation;
  if (c == ' ' || (c >= 9 && c <= 13)) bits |= kSpace;
  if (c < 32 || c == 127) bits |= kControl;
  if (c == 0) bits |= kZero;
  return static_cast<uint16_t>(bits);
}

constexpr auto kCharBits = [] {
  std::array<uint16_t, 256> table{};
  for (int c = 0; c < 256; c++) table[static_cast<size_t>(c)] = bitsOf(c);
  return table;
}();

/// The property that a letter behind '%' names, 0 if it names none and stands for itself.
constexpr uint16_t classMask(Byte letter) {
  switch (letter | 0x20) {
    case 'a': return kAlpha;
    case 'c': return kControl;
    case 'd': return kDigit;
    case 'g': return kGraphic;
    case 'l': return kLower;
    case 'p': return kPunctuation;
    case 's': return kSpace;
    case 'u': return kUpper;
    case 'w': return kAlphanumeric;
    case 'x': return kHexadecimal;
    case 'z': return kZero;
    default: return 0;
  }
}
constexpr auto kClassMasks = [] {
  std::array<uint16_t, 256> table{};
  for (int c = 0; c < 256; c++) {
    if (bitsOf(c) & kAlpha) table[static_cast<size_t>(c)] = classMask(static_cast<Byte>(c));
  }
  return table;
}();

/// The characters of a class as a set.
struct ClassSet {
  uint64_t bits[4];
};
/// Index: bit number of the class.
constexpr auto kClassSets = [] {
  std::array<ClassSet, 11> sets{};
  for (size_t k = 0; k < sets.size(); k++) {
    for (unsigned c = 0; c < 256; c++) {
      if (kCharBits[c] >> k & 1) sets[k].bits[c >> 6] |= uint64_t{1} << (c & 63);
    }
  }
  return sets;
}();

inline bool inSet(const uint64_t* bits, Byte c) { return bits[c >> 6] >> (c & 63) & 1; }

/// Adds the characters low .. high, whole words at once.
void addRange(uint64_t* bits, unsigned low, unsigned high) {
  for (unsigned word = low >> 6; low <= high; word++) {
    unsigned last = high >> 6 == word ? high & 63 : 63;
    bits[word] |= (~uint64_t{0} >> (63 - last)) & (~uint64_t{0} << (low & 63));
    low = (word + 1) << 6;
  }
}

inline bool isRepetitionToZero(Byte c) { return c == '*' || c == '?' || c == '-'; }

const Byte* bytesOf(std::string_view s) { return reinterpret_cast<const Byte*>(s.data()); }

}  // namespace

PatternMatcher::PatternMatcher(NativeCall& call, std::string_view subject, std::string_view pattern) : call_(call) {
  rebase(subject, pattern);
}

void PatternMatcher::rebase(std::string_view subject, std::string_view pattern) {
  source_ = bytesOf(subject);
  sourceEnd_ = source_ + subject.size();
  pattern_ = bytesOf(pattern);
  patternEnd_ = pattern_ + pattern.size();
}

bool PatternMatcher::chargeChunk() {
  uint64_t units = steps_ / kMatchStepsPerUnit;
  steps_ %= kMatchStepsPerUnit;
  if (call_.charge(units)) return true;
  error_ = Error::kStopped;
  return false;
}

bool PatternMatcher::chargeRest() {
  uint64_t units = steps_ / kMatchStepsPerUnit;
  steps_ = 0;
  return units == 0 || call_.charge(units);
}

NativeResult PatternMatcher::raise() {
  switch (error_) {
    case Error::kTooComplex: return call_.error("pattern too complex");
    case Error::kEndsWithPercent: return call_.error("malformed pattern (ends with '%%')");
    case Error::kMissingBracket: return call_.error("malformed pattern (missing ']')");
    case Error::kMissingBalance: return call_.error("malformed pattern (missing arguments to '%%b')");
    case Error::kMissingFrontierSet: return call_.error("missing '[' after '%%f' in pattern");
    case Error::kTooManyCaptures: return call_.error("too many captures");
    case Error::kInvalidIndex: return call_.error("invalid capture index %%%d", badIndex_);
    case Error::kInvalidCapture: return call_.error("invalid pattern capture");
    case Error::kNone:
    case Error::kStopped: break;
  }
  return call_.raisePending();
}

bool PatternMatcher::checkCapture(int i) {
  if (i >= level_) {
    if (i == 0) return true;
    call_.error("invalid capture index %%%d", i + 1);
    return false;
  }
  if (captures_[i].length != kUnfinished) return true;
  call_.error("unfinished capture");
  return false;
}

// ---- single characters ----

const PatternMatcher::Set* PatternMatcher::readSet(const Byte* p) {
  int64_t at = p - pattern_;
  Set& set = sets_[static_cast<size_t>(at) % kSets];
  if (set.at == at) return &set;
  // The end first: a ']' in front (behind '^') stands for itself, '%' takes the next character with it. The byte
  // behind the pattern is a NUL.
  const Byte* q = p + 1;
  bool negated = *q == '^';
  if (negated) q++;
  const Byte* first = q;
  do {
    if (q == patternEnd_) {
      error_ = Error::kMissingBracket;
      return nullptr;
    }
    if (*q++ == '%' && q < patternEnd_) q++;
  } while (*q != ']');
  const Byte* last = q;  // at the closing ']'

  uint64_t bits[4] = {};
  auto add = [&](unsigned c) { bits[c >> 6] |= uint64_t{1} << (c & 63); };
  for (q = first; q < last; q++) {
    if (*q == '%') {
      q++;
      uint16_t mask = kClassMasks[*q];
      if (mask == 0) {
        add(*q);
        continue;
      }
      const ClassSet& members = kClassSets[static_cast<size_t>(std::countr_zero(mask))];
      uint64_t flip = *q & 0x20 ? 0 : ~uint64_t{0};
      for (int i = 0; i < 4; i++) bits[i] |= members.bits[i] ^ flip;
    } else if (q[1] == '-' && q + 2 < last) {
      addRange(bits, q[0], q[2]);
      q += 2;
    } else {
      add(*q);
    }
  }
  for (int i = 0; i < 4; i++) set.bits[i] = negated ? ~bits[i] : bits[i];
  set.at = at;
  set.end = static_cast<size_t>(last + 1 - pattern_);
  return &set;
}

bool PatternMatcher::readItem(const Byte* p, Item& out) {
  out.begin = p;
  switch (*p) {
    case '.':
      out.kind = Item::Kind::kAny;
      out.end = p + 1;
      return true;
    case '[': {
      const Set* set = readSet(p);
      if (set == nullptr) return false;
      out.kind = Item::Kind::kSet;
      out.set = set;
      out.end = pattern_ + set->end;
      return true;
    }
    case '%': {
      if (p + 1 == patternEnd_) {
        error_ = Error::kEndsWithPercent;
        return false;
      }
      uint16_t mask = kClassMasks[p[1]];
      out.kind = mask != 0 ? Item::Kind::kClass : Item::Kind::kByte;
      out.mask = mask;
      out.negated = !(p[1] & 0x20);
      out.byte = p[1];
      out.end = p + 2;
      return true;
    }
    default:
      out.kind = Item::Kind::kByte;
      out.byte = *p;
      out.end = p + 1;
      return true;
  }
}

inline bool PatternMatcher::matches(const Item& item, Byte c) {
  switch (item.kind) {
    case Item::Kind::kAny: return true;
    case Item::Kind::kByte: return item.byte == c;
    case Item::Kind::kClass: return ((kCharBits[c] & item.mask) != 0) != item.negated;
    case Item::Kind::kSet: return inSet(item.set->bits, c);
  }
  return false;
}

/// First byte from s on that does not match.
const PatternMatcher::Byte* PatternMatcher::skipMatching(const Byte* s, const Item& item) const {
  const Byte* end = sourceEnd_;
  switch (item.kind) {
    case Item::Kind::kAny: return end;
    case Item::Kind::kByte:
      while (s < end && *s == item.byte) s++;
      return s;
    case Item::Kind::kClass:
      while (s < end && ((kCharBits[*s] & item.mask) != 0) != item.negated) s++;
      return s;
    case Item::Kind::kSet:
      while (s < end && inSet(item.set->bits, *s)) s++;
      return s;
  }
  return s;
}

/// First byte from s on that matches, or the end.
const PatternMatcher::Byte* PatternMatcher::findMatching(const Byte* s, const Item& item) const {
  const Byte* end = sourceEnd_;
  switch (item.kind) {
    case Item::Kind::kAny: return s;
    case Item::Kind::kByte: {
      if (s == end) return s;
      auto* found = static_cast<const Byte*>(std::memchr(s, item.byte, static_cast<size_t>(end - s)));
      return found != nullptr ? found : end;
    }
    case Item::Kind::kClass:
      while (s < end && ((kCharBits[*s] & item.mask) != 0) == item.negated) s++;
      return s;
    case Item::Kind::kSet:
      while (s < end && !inSet(item.set->bits, *s)) s++;
      return s;
  }
  return s;
}

int PatternMatcher::requiredByte(const Byte* p) const {
  if (p < patternEnd_ && *p == ')' && openCapture() >= 0) p++;
  if (p >= patternEnd_) return -1;
  const Byte* end = p + 1;
  Byte byte = *p;
  switch (byte) {
    case '(':
    case ')':
    case '.':
    case '[': return -1;
    case '$':
      if (end == patternEnd_) return -1;
      break;
    case '%':
      if (end == patternEnd_ || (kCharBits[*end] & kAlphanumeric)) return -1;
      byte = *end++;
      break;
    default: break;
  }
  return end < patternEnd_ && isRepetitionToZero(*end) ? -1 : byte;
}

// ---- matching ----

int PatternMatcher::openCapture() const {
  for (int i = level_ - 1; i >= 0; i--) {
    if (captures_[i].length == kUnfinished) return i;
  }
  return -1;
}

// As many as possible, then one less each time. Where a certain byte must follow, positions in front of other bytes
// need not be tried: the attempt would fail without any error or effect.
const PatternMatcher::Byte* PatternMatcher::expandMost(const Byte* s, const Item& item) {
  const Byte* rest = item.end + 1;
  const Byte* most = skipMatching(s, item);
  if (!work(static_cast<uint64_t>(most - s))) return nullptr;
  if (rest == patternEnd_ && depth_ > 0) return most;
  int required = depth_ > 1 ? requiredByte(rest) : -1;
  for (const Byte* at = most; at >= s; at--) {
    if (required >= 0 && (at == sourceEnd_ || *at != required)) {
      if (!work(1)) return nullptr;
      continue;
    }
    const Byte* end = doMatch(at, rest);
    if (end != nullptr || failed()) return end;
  }
  return nullptr;
}

const PatternMatcher::Byte* PatternMatcher::expandLeast(const Byte* s, Item item) {
  const Byte* rest = item.end + 1;
  int required = depth_ > 1 ? requiredByte(rest) : -1;
  for (;;) {
    if (required >= 0 && (s == sourceEnd_ || *s != required)) {
      if (!work(1)) return nullptr;
    } else {
      const Byte* end = doMatch(s, rest);
      if (end != nullptr || failed()) return end;
      refresh(item);
    }
    if (s >= sourceEnd_ || !matches(item, *s)) return nullptr;
    s++;
  }
}

const PatternMatcher::Byte* PatternMatcher::matchBalance(const Byte* s, const Byte* p) {
  if (p >= patternEnd_ - 1) return fail(Error::kMissingBalance);
  if (*s != *p) return nullptr;  // at the end of the subject *s is its NUL
  Byte open = p[0], close = p[1];
  uint64_t depth = 1;
  const Byte* start = s;
  while (++s < sourceEnd_) {
    if (*s == close) {
      if (--depth == 0) return work(static_cast<uint64_t>(s - start)) ? s + 1 : nullptr;
    } else if (*s == open) {
      depth++;
    }
  }
  work(static_cast<uint64_t>(s - start));
  return nullptr;
}

const PatternMatcher::Byte* PatternMatcher::matchBack(const Byte* s, int digit) {
  int i = digit - '1';
  if (i < 0 || i >= level_ || captures_[i].length == kUnfinished) {
    badIndex_ = i + 1;
    return fail(Error::kInvalidIndex);
  }
  // A position capture never matches: its length is huge if taken as unsigned.
  uint64_t length = static_cast<uint64_t>(captures_[i].length);
  if (static_cast<uint64_t>(sourceEnd_ - s) < length) return nullptr;
  if (!work(length / 4)) return nullptr;
  return std::memcmp(source_ + captures_[i].start, s, length) == 0 ? s + length : nullptr;
}

const PatternMatcher::Byte* PatternMatcher::startCapture(const Byte* s, const Byte* p, int64_t what) {
  if (level_ >= kMaxCaptures) return fail(Error::kTooManyCaptures);
  captures_[level_++] = {static_cast<size_t>(s - source_), what};
  const Byte* end = doMatch(s, p);
  if (end == nullptr) level_--;
  return end;
}

const PatternMatcher::Byte* PatternMatcher::endCapture(const Byte* s, const Byte* p) {
  int i = openCapture();
  if (i < 0) return fail(Error::kInvalidCapture);
  captures_[i].length = s - source_ - static_cast<int64_t>(captures_[i].start);
  const Byte* end = doMatch(s, p);
  if (end == nullptr) captures_[i].length = kUnfinished;
  return end;
}

// Bounded recursion: depth_ levels of small frames.
const PatternMatcher::Byte* PatternMatcher::doMatch(const Byte* s, const Byte* p) {
  if (depth_ == 0) return fail(Error::kTooComplex);
  struct Level {
    int& depth;
    explicit Level(int& d) : depth(d) { depth--; }
    ~Level() { depth++; }
  } level(depth_);
  for (;;) {
    if (!work(1)) return nullptr;
    if (p == patternEnd_) return s;
    switch (*p) {
      case '(': return p[1] == ')' ? startCapture(s, p + 2, kPosition) : startCapture(s, p + 1, kUnfinished);
      case ')': return endCapture(s, p + 1);
      case '$':
        if (p + 1 == patternEnd_) return s == sourceEnd_ ? s : nullptr;
        break;
      case '%':
        if (p[1] == 'b') {
          s = matchBalance(s, p + 2);
          if (s == nullptr) return nullptr;
          p += 4;
          continue;
        }
        if (p[1] == 'f') {
          p += 2;
          if (*p != '[') return fail(Error::kMissingFrontierSet);
          const Set* set = readSet(p);
          if (set == nullptr) return nullptr;
          Byte previous = s == source_ ? 0 : s[-1];
          if (inSet(set->bits, previous) || !inSet(set->bits, *s)) return nullptr;  // *s is NUL at the end
          p = pattern_ + set->end;
          continue;
        }
        if (kCharBits[p[1]] & kDigit) {
          s = matchBack(s, p[1]);
          if (s == nullptr) return nullptr;
          p += 2;
          continue;
        }
        break;
      default: break;
    }
    Item item;
    if (!readItem(p, item)) return nullptr;
    Byte repetition = *item.end;  // NUL at the end of the pattern
    if (s >= sourceEnd_ || !matches(item, *s)) {
      if (!isRepetitionToZero(repetition)) return nullptr;
      p = item.end + 1;
      continue;
    }
    switch (repetition) {
      case '?': {
        const Byte* end = doMatch(s + 1, item.end + 1);
        if (end != nullptr || failed()) return end;
        p = item.end + 1;
        continue;
      }
      case '+': return expandMost(s + 1, item);
      case '*': return expandMost(s, item);
      case '-': return expandLeast(s, item);
      default:
        s++;
        p = item.end;
        continue;
    }
  }
}

int64_t PatternMatcher::match(size_t at) {
  level_ = 0;
  const Byte* end = doMatch(source_ + at, pattern_);
  return end != nullptr ? end - source_ : kNoMatch;
}

int64_t PatternMatcher::search(size_t at, size_t& start) {
  // If the pattern begins with a character that must be there (maybe inside captures), attempts elsewhere fail at once
  // and are skipped.
  const Byte* p = pattern_;
  while (p < patternEnd_ && *p == '(' && p[1] != ')' && p - pattern_ < kMaxCaptures) p++;
  bool single = p < patternEnd_ && *p != '(' && *p != ')' && *p != '$';
  if (single && *p == '%') single = !(p[1] == 'b' || p[1] == 'f' || (kCharBits[p[1]] & kDigit));
  Item item;
  if (single) {
    if (!readItem(p, item)) return kNoMatch;
    if (isRepetitionToZero(*item.end)) single = false;
  }
  const Byte* s = source_ + at;
  for (;; s++) {
    if (single) {
      const Byte* next = findMatching(s, item);
      if (!work(static_cast<uint64_t>(next - s))) return kNoMatch;
      s = next;
      if (s == sourceEnd_) return kNoMatch;
    }
    level_ = 0;
    const Byte* end = doMatch(s, pattern_);
    if (end != nullptr) {
      start = static_cast<size_t>(s - source_);
      return end - source_;
    }
    if (failed() || s == sourceEnd_) return kNoMatch;
    if (single) refresh(item);
  }
}

}  // namespace devvm::lua
