#include "runtime/strings.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "heap/os_memory.h"
#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

// Odd numbers without structure: the fractional bits of the square roots of 2, 3 and 5.
constexpr uint64_t kMix0 = 0x6A09'E667'F3BC'C909, kMix1 = 0xBB67'AE85'84CA'A73B, kMix2 = 0x3C6E'F372'FE94'F82B;

uint64_t load64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
uint64_t load32(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
/// Both halves of the 128-bit product, folded.
uint64_t fold(uint64_t a, uint64_t b) {
  unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint32_t hashBytes(uint64_t seed, const char* p, size_t n) {
  uint64_t a, b, h = seed ^ kMix0;
  if (n <= 16) {
    if (n >= 8) {
      a = load64(p);
      b = load64(p + n - 8);
    } else if (n >= 4) {
      a = load32(p);
      b = load32(p + n - 4);
    } else if (n > 0) {
      auto byte = [p](size_t i) { return uint64_t{static_cast<unsigned char>(p[i])}; };
      a = byte(0) << 16 | byte(n / 2) << 8 | byte(n - 1);
      b = 0;
    } else {
      a = b = 0;
    }
  } else {
    size_t left = n;
    const char* q = p;
    for (; left > 16; left -= 16, q += 16) h = fold(load64(q) ^ kMix1, load64(q + 8) ^ h);
    a = load64(p + n - 16);
    b = load64(p + n - 8);
  }
  h = fold(a ^ kMix1 ^ seed, b ^ h);
  h = fold(h ^ kMix2, n ^ kMix1);
  return static_cast<uint32_t>(h);
}

/// A string of `length` bytes in the given space, its final NUL set by the heap's zeroing.
String* allocateString(Isolate& isolate, size_t length, heap::Space space) {
  return static_cast<String*>(
      isolate.heap.allocate(static_cast<uint8_t>(Kind::kString), static_cast<uint32_t>(length), 0, space));
}

}  // namespace

Value newStringRaw(Isolate& isolate, size_t length) {
  if (length > kMaxString) return Value::nil();
  String* s = allocateString(isolate, length, heap::Space::kNursery);
  return s != nullptr ? stringValue(s) : Value::nil();
}

Value newString(Isolate& isolate, std::string_view bytes) {
  if (bytes.size() <= 1) {
    return bytes.empty() ? isolate.emptyString : isolate.singleBytes[static_cast<unsigned char>(bytes[0])];
  }
  Value v = newStringRaw(isolate, bytes.size());
  if (!v.isNil()) std::memcpy(asString(v)->bytes, bytes.data(), bytes.size());
  return v;
}

Value substring(Isolate& isolate, Value source, size_t from, size_t length) {
  if (length <= 1) {
    return length == 0 ? isolate.emptyString
                       : isolate.singleBytes[static_cast<unsigned char>(asString(source)->bytes[from])];
  }
  if (length == asString(source)->length()) return source;
  Rooted keep(isolate, source);
  Value v = newStringRaw(isolate, length);
  if (!v.isNil()) std::memcpy(asString(v)->bytes, keep.string()->bytes + from, length);
  return v;
}

uint32_t stringHash(Isolate& isolate, String* string) {
  if (!(string->flags & String::kHashed)) {
    string->hash = hashBytes(isolate.hashSeed, string->bytes, string->word);
    string->flags |= String::kHashed;
  }
  return string->hash;
}

namespace {

/// From the table, and to stay there: it may be waiting to be swept.
String* lookUp(Isolate& isolate, std::string_view bytes, uint32_t hash) {
  String* s = isolate.interned.find(bytes, hash);
  if (s != nullptr) isolate.heap.revive(s);
  return s;
}

/// Makes the fixed twin of bytes that are not in the table. `source` is read after the allocation.
template <typename GetBytes>
Value internNew(Isolate& isolate, size_t length, uint32_t hash, GetBytes source) {
  String* s = allocateString(isolate, length, heap::Space::kFixed);
  if (s == nullptr) return Value::nil();
  std::memcpy(s->bytes, source(), length);
  s->hash = hash;
  s->flags = String::kInterned | String::kHashed;
  size_t before = isolate.interned.bytes();
  isolate.interned.insert(s);
  if (isolate.interned.bytes() > before) {
    isolate.heap.adjustExternal(static_cast<ptrdiff_t>(isolate.interned.bytes() - before));
  }
  return stringValue(s);
}

}  // namespace

Value intern(Isolate& isolate, std::string_view bytes) {
  uint32_t hash = hashBytes(isolate.hashSeed, bytes.data(), bytes.size());
  if (String* s = lookUp(isolate, bytes, hash)) return stringValue(s);
  if (bytes.size() > kMaxString) return Value::nil();
  return internNew(isolate, bytes.size(), hash, [bytes] { return bytes.data(); });
}

Value intern(Isolate& isolate, Value string) {
  if (String* found = findInterned(isolate, asString(string))) return stringValue(found);
  Rooted keep(isolate, string);
  return internNew(isolate, keep.string()->word, keep.string()->hash,
                   [&keep] { return static_cast<const char*>(keep.string()->bytes); });
}

String* findInterned(Isolate& isolate, String* string) {
  if (string->interned()) return string;
  return lookUp(isolate, string->view(), stringHash(isolate, string));
}

String* findInterned(Isolate& isolate, std::string_view bytes) {
  return lookUp(isolate, bytes, hashBytes(isolate.hashSeed, bytes.data(), bytes.size()));
}

bool stringEquals(const String* a, const String* b) {
  return a == b || (a->word == b->word && std::memcmp(a->bytes, b->bytes, a->word) == 0);
}

int stringCompare(const String* a, const String* b) {
  size_t n = a->word < b->word ? a->word : b->word;
  int order = std::memcmp(a->bytes, b->bytes, n);
  if (order != 0) return order;
  return a->word < b->word ? -1 : a->word > b->word;
}

// ---- the set of interned strings ----

namespace {

// Where a string was removed; probing goes on behind it.
constexpr uint64_t kRemoved = 1;
constexpr size_t kMinCapacity = 1024;
constexpr uint64_t kTagMask = ~Value::kPayloadMask;

uint64_t tagOf(uint32_t hash) { return uint64_t{hash >> 16} << heap::kTagShift; }
uint64_t slotFor(const String* s) { return reinterpret_cast<uint64_t>(s) | tagOf(s->hash); }
String* stringIn(uint64_t slot) { return reinterpret_cast<String*>(slot & Value::kPayloadMask); }

}  // namespace

InternTable::~InternTable() { std::free(slots_); }

String* InternTable::find(std::string_view bytes, uint32_t hash) const {
  if (capacity_ == 0) return nullptr;
  size_t mask = capacity_ - 1;
  uint64_t tag = tagOf(hash);
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    uint64_t slot = slots_[i];
    if (slot == 0) return nullptr;
    if ((slot & kTagMask) != tag || slot == kRemoved) continue;
    String* s = stringIn(slot);
    if (s->hash == hash && s->word == bytes.size() && std::memcmp(s->bytes, bytes.data(), bytes.size()) == 0) return s;
  }
}

void InternTable::insert(String* s) {
  if ((used_ + 1) * 3 > capacity_ * 2) grow();
  size_t mask = capacity_ - 1, i = s->hash & mask;
  while (slots_[i] > kRemoved) i = (i + 1) & mask;
  used_ += slots_[i] == 0;
  slots_[i] = slotFor(s);
  count_++;
}

bool InternTable::resize(size_t capacity) {
  auto* fresh = static_cast<uint64_t*>(std::calloc(capacity, sizeof(uint64_t)));
  if (fresh == nullptr) return false;
  for (size_t i = 0; i < capacity_; i++) {
    uint64_t slot = slots_[i];
    if (slot <= kRemoved) continue;
    size_t j = stringIn(slot)->hash & (capacity - 1);
    while (fresh[j] != 0) j = (j + 1) & (capacity - 1);
    fresh[j] = slot;
  }
  std::free(slots_);
  slots_ = fresh;
  capacity_ = capacity;
  used_ = count_;
  swept_ = 0;  // a sweep under way starts over
  return true;
}

void InternTable::grow() {
  size_t wanted = capacity_ == 0 ? kMinCapacity : count_ * 2 > capacity_ ? capacity_ * 2 : capacity_;
  // Without a larger table probing gets slower; only a full one cannot go on.
  if (!resize(wanted) && used_ + 1 >= capacity_) heap::fatal("no memory for the table of interned strings");
}

bool InternTable::sweepSome(heap::Heap& heap, size_t entries) {
  for (size_t end = swept_ + std::min(entries, capacity_ - swept_); swept_ < end; swept_++) {
    uint64_t slot = slots_[swept_];
    if (slot <= kRemoved || heap.isLive(stringIn(slot))) continue;
    slots_[swept_] = kRemoved;
    count_--;
  }
  if (swept_ < capacity_) return false;
  // Mostly empty after a program dropped many keys: shrinking also forgets the removed ones.
  if (capacity_ > kMinCapacity && count_ * 8 < capacity_) resize(std::bit_ceil(count_ * 2 + kMinCapacity / 2));
  return true;
}

}  // namespace devvm::runtime
