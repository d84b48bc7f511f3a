#include "jit/feedback/saved_feedback.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <unordered_map>

#include "base/bytes.h"
#include "runtime/isolate.h"

namespace devvm::jit {

using namespace runtime;
using base::appendLittle;

namespace {

// magic, version, checksum of all that follows, number of functions, functions
constexpr uint8_t kMagic[] = {'D', 'V', 'F', 'B'};
constexpr size_t kChecked = 12;  ///< offset of the first byte that the checksum covers
constexpr size_t kLeastFunction = 29, kLeastSite = 26;
constexpr size_t kMostName = 255;

/// CRC-32 (the polynomial of Ethernet and zip).
uint32_t checksum(std::span<const uint8_t> bytes) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> t{};
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t c = i;
      for (int bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320u ^ c >> 1 : c >> 1;
      t[i] = c;
    }
    return t;
  }();
  uint32_t crc = 0xFFFFFFFF;
  for (uint8_t b : bytes) crc = table[(crc ^ b) & 0xFF] ^ crc >> 8;
  return ~crc;
}

SavedTarget readTarget(base::ByteReader& in) {
  SavedTarget t;
  t.isNative = in.read<uint8_t>() != 0;
  if (t.isNative) {
    std::span<const uint8_t> name = in.readBytes(in.read<uint8_t>());
    t.native.assign(name.begin(), name.end());
  } else {
    t.module = in.read<uint64_t>();
    t.index = in.read<uint32_t>();
  }
  t.count = in.read<uint32_t>();
  return t;
}

bool readSite(base::ByteReader& in, SavedSite& s) {
  s.offset = in.read<uint32_t>();
  s.op = in.read<uint16_t>();
  for (uint16_t& types : s.types) types = TypeSet::fromBits(in.read<uint16_t>()).bits();
  s.access = in.read<uint8_t>();
  s.paths = in.read<uint8_t>();
  s.count = in.read<uint32_t>();
  s.other = in.read<uint32_t>();
  s.megamorphic = in.read<uint8_t>() != 0;
  unsigned targets = in.read<uint8_t>();
  if (targets > CallTargets::kMost) return false;
  for (unsigned i = 0; i < targets; i++) s.targets.push_back(readTarget(in));
  return in.ok();
}

bool readFunction(base::ByteReader& in, SavedFunction& f) {
  f.codeSize = in.read<uint32_t>();
  f.compiled = in.read<uint8_t>() != 0;
  f.calls = in.read<uint32_t>();
  f.loopPolls = in.read<uint32_t>();
  auto sites = in.read<uint32_t>();
  if (!in.ok() || sites > in.remaining() / kLeastSite) return false;
  f.sites.resize(sites);
  for (size_t i = 0; i < sites; i++) {
    if (!readSite(in, f.sites[i])) return false;
    if (i > 0 && f.sites[i].offset <= f.sites[i - 1].offset) return false;
  }
  return true;
}

void appendFunction(std::vector<uint8_t>& out, const SavedFunction& f) {
  appendLittle<uint32_t>(out, f.codeSize);
  out.push_back(f.compiled);
  appendLittle<uint32_t>(out, f.calls);
  appendLittle<uint32_t>(out, f.loopPolls);
  appendLittle<uint32_t>(out, static_cast<uint32_t>(f.sites.size()));
  for (const SavedSite& s : f.sites) {
    appendLittle<uint32_t>(out, s.offset);
    appendLittle<uint16_t>(out, s.op);
    for (uint16_t types : s.types) appendLittle<uint16_t>(out, types);
    out.push_back(s.access);
    out.push_back(s.paths);
    appendLittle<uint32_t>(out, s.count);
    appendLittle<uint32_t>(out, s.other);
    out.push_back(s.megamorphic);
    out.push_back(static_cast<uint8_t>(s.targets.size()));
    for (const SavedTarget& t : s.targets) {
      out.push_back(t.isNative);
      if (t.isNative) {
        out.push_back(static_cast<uint8_t>(t.native.size()));
        out.insert(out.end(), t.native.begin(), t.native.end());
      } else {
        appendLittle<uint64_t>(out, t.module);
        appendLittle<uint32_t>(out, t.index);
      }
      appendLittle<uint32_t>(out, t.count);
    }
  }
}

void saveTargets(const CallTargets& targets, SavedSite& to) {
  to.other = targets.others;
  to.megamorphic = targets.megamorphic;
  for (const CallTargets::Target& t : targets.targets) {
    if (!t.isUsed()) continue;
    if (t.native != nullptr) {
      if (t.native->name == nullptr || std::strlen(t.native->name) > kMostName) continue;
      to.targets.push_back({true, t.native->name, 0, 0, t.count});
    } else if (const Code* code = t.function->code) {
      if (code->module->codeHash != 0) to.targets.push_back({false, {}, code->module->codeHash, code->index, t.count});
    }
  }
}

SavedFunction saved(const Code& code) {
  const FeedbackVector& vector = *feedbackOf(code);
  SavedFunction f{code.codeSize, code.machine != nullptr, vector.calls, vector.loopPolls, {}};
  for (const Site& site : vector.sites()) {
    if (!site.wasSeen()) continue;
    SavedSite& s = f.sites.emplace_back();
    s.offset = site.offset;
    s.op = static_cast<uint16_t>(site.op);
    for (unsigned i = 0; i < Site::kOperands; i++) s.types[i] = site.operands[i].bits();
    s.types[Site::kOperands] = site.result.bits();
    s.access = site.access;
    s.paths = site.paths;
    s.count = site.count;
    if (site.isBranch()) s.other = site.other;
    if (const CallTargets* targets = site.kind == SiteKind::kCall ? vector.targetsOf(site) : nullptr) {
      saveTargets(*targets, s);
    }
  }
  return f;
}

uint32_t sumOf(uint32_t a, uint32_t b) { return a + b < a ? UINT32_MAX : a + b; }

bool isSame(const SavedTarget& a, const SavedTarget& b) {
  return a.isNative == b.isNative && a.native == b.native && a.module == b.module && a.index == b.index;
}

/// What two runs (or two copies of a function) have seen at one place.
void merge(SavedSite& into, const SavedSite& more) {
  for (size_t i = 0; i < std::size(into.types); i++) into.types[i] |= more.types[i];
  into.access |= more.access;
  into.paths |= more.paths;
  // Counts tell proportions: the larger observation stands for both.
  bool larger = sumOf(more.count, more.other) > sumOf(into.count, into.other);
  if (larger) into.count = more.count, into.other = more.other;
  into.megamorphic |= more.megamorphic;
  for (const SavedTarget& t : more.targets) {
    auto at =
        std::find_if(into.targets.begin(), into.targets.end(), [&t](const SavedTarget& o) { return isSame(o, t); });
    if (at != into.targets.end()) {
      at->count = std::max(at->count, t.count);
    } else if (into.targets.size() < CallTargets::kMost) {
      into.targets.push_back(t);
    } else {
      into.megamorphic = true;
    }
  }
}

void merge(SavedFunction& into, SavedFunction&& more) {
  into.compiled |= more.compiled;
  into.calls = std::max(into.calls, more.calls);
  into.loopPolls = std::max(into.loopPolls, more.loopPolls);
  for (SavedSite& s : more.sites) {
    auto at = std::lower_bound(into.sites.begin(), into.sites.end(), s.offset,
                               [](const SavedSite& a, uint32_t offset) { return a.offset < offset; });
    if (at == into.sites.end() || at->offset != s.offset) {
      into.sites.insert(at, std::move(s));
    } else if (at->op == s.op) {
      merge(*at, s);
    }
  }
}

}  // namespace

bool SavedFeedback::parse(std::span<const uint8_t> bytes, std::string& why) {
  functions_.clear();
  base::ByteReader in(bytes);
  std::span<const uint8_t> magic = in.readBytes(sizeof kMagic);
  if (!std::equal(magic.begin(), magic.end(), std::begin(kMagic), std::end(kMagic))) {
    why = "it is no feedback file";
    return false;
  }
  auto version = in.read<uint32_t>();
  if (in.ok() && version != kVersion) {
    why = "its version is " + std::to_string(version) + ", not " + std::to_string(kVersion);
    return false;
  }
  auto sum = in.read<uint32_t>();
  if (!in.ok() || checksum(bytes.subspan(kChecked)) != sum) {
    why = "it is damaged";
    return false;
  }
  why = "its contents make no sense";
  auto count = in.read<uint32_t>();
  bool ok = in.ok() && count <= in.remaining() / kLeastFunction;
  for (uint32_t i = 0; ok && i < count; i++) {
    auto module = in.read<uint64_t>();
    auto index = in.read<uint32_t>();
    SavedFunction f;
    ok = readFunction(in, f) && functions_.emplace(Key{module, index}, std::move(f)).second;
  }
  if (!ok || in.remaining() != 0) {
    functions_.clear();
    return false;
  }
  why.clear();
  return true;
}

std::vector<uint8_t> SavedFeedback::bytes() const {
  std::vector<uint8_t> body;
  uint32_t count = 0;
  for (const auto& [key, f] : functions_) {
    size_t before = body.size();
    appendLittle<uint64_t>(body, key.first);
    appendLittle<uint32_t>(body, key.second);
    appendFunction(body, f);
    if (body.size() > kMostBytes - 16) {
      body.resize(before);
      break;
    }
    count++;
  }
  std::vector<uint8_t> checked;
  appendLittle<uint32_t>(checked, count);
  checked.insert(checked.end(), body.begin(), body.end());
  std::vector<uint8_t> out(std::begin(kMagic), std::end(kMagic));
  appendLittle<uint32_t>(out, kVersion);
  appendLittle<uint32_t>(out, checksum(checked));
  out.insert(out.end(), checked.begin(), checked.end());
  return out;
}

size_t SavedFeedback::memory() const {
  constexpr size_t kNode = sizeof(std::pair<const Key, SavedFunction>) + 4 * sizeof(void*);
  size_t sum = 0;
  for (const auto& [key, f] : functions_) {
    sum += kNode + f.sites.capacity() * sizeof(SavedSite);
    for (const SavedSite& s : f.sites) {
      sum += s.targets.capacity() * sizeof(SavedTarget);
      for (const SavedTarget& t : s.targets) sum += t.native.size();
    }
  }
  return sum;
}

const SavedFunction* SavedFeedback::find(Key key) const {
  auto at = functions_.find(key);
  return at != functions_.end() ? &at->second : nullptr;
}

void SavedFeedback::add(Key key, SavedFunction function) {
  auto [at, isNew] = functions_.try_emplace(key, std::move(function));
  if (!isNew && at->second.codeSize == function.codeSize) merge(at->second, std::move(function));
}

void SavedFeedback::collect(const Isolate& isolate) {
  std::set<uint64_t> loaded;
  for (const Code* c = isolate.codes; c != nullptr; c = c->next) loaded.insert(c->module->codeHash);
  std::erase_if(functions_, [&loaded](const auto& entry) { return !loaded.contains(entry.first.first); });
  for (const Code* c = isolate.codes; c != nullptr; c = c->next) {
    if (c->feedbackVector != nullptr && c->module->codeHash != 0) add({c->module->codeHash, c->index}, saved(*c));
  }
}

void applySaved(const SavedFunction& saved, Isolate& isolate, FeedbackVector& vector) {
  vector.calls = std::max(vector.calls, saved.calls);
  vector.loopPolls = std::max(vector.loopPolls, saved.loopPolls);
  std::map<SavedFeedback::Key, Code*> codes;
  bool calls =
      std::any_of(saved.sites.begin(), saved.sites.end(), [](const SavedSite& s) { return !s.targets.empty(); });
  for (Code* c = calls ? isolate.codes : nullptr; c != nullptr; c = c->next)
    codes.try_emplace({c->module->codeHash, c->index}, c);
  for (const SavedSite& s : saved.sites) {
    Site* site = vector.find(s.offset);
    if (site == nullptr || static_cast<uint16_t>(site->op) != s.op) continue;
    for (unsigned i = 0; i < Site::kOperands; i++) site->operands[i].add(TypeSet::fromBits(s.types[i]));
    site->result.add(TypeSet::fromBits(s.types[Site::kOperands]));
    site->access |= s.access;
    site->paths |= s.paths;
    site->count = std::max(site->count, s.count);
    if (site->isBranch()) site->other = std::max(site->other, s.other);
    if (site->kind != SiteKind::kCall || (s.targets.empty() && s.other == 0)) continue;
    CallTargets* targets = vector.makeTargets(*site);
    if (targets == nullptr) continue;
    targets->others = std::max(targets->others, s.other);
    targets->megamorphic |= s.megamorphic;
    for (const SavedTarget& t : s.targets) {
      auto at = t.isNative ? codes.end() : codes.find({t.module, t.index});
      // Natives have names in files only: the recorder meets them again.
      if (at != codes.end()) targets->add(*at->second, t.count);
    }
  }
}

// ---- files ----

bool readFeedbackFile(const std::string& path, size_t most, SavedFeedback& out, std::string& why) {
  out.clear();
  // In memory everything is larger than in the file.
  size_t mostBytes = std::min(most, SavedFeedback::kMostBytes);
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    why = std::strerror(errno);
    return false;
  }
  std::vector<uint8_t> bytes;
  uint8_t block[16384];
  size_t n = 0;
  while (bytes.size() <= mostBytes && (n = std::fread(block, 1, sizeof block, file)) > 0) {
    bytes.insert(bytes.end(), block, block + n);
  }
  bool failed = std::ferror(file) != 0;
  int error = errno;
  std::fclose(file);
  if (failed) {
    why = std::strerror(error);
    return false;
  }
  bool fits = bytes.size() <= mostBytes;
  if (fits && !out.parse(bytes, why)) return false;
  if (fits && out.memory() <= most) return true;
  out.clear();
  why = mostBytes < SavedFeedback::kMostBytes ? "it is too long for the memory limit" : "it is too long";
  return false;
}

bool writeFeedbackFile(const std::string& path, const SavedFeedback& feedback, std::string& why) {
  std::vector<uint8_t> bytes = feedback.bytes();
  std::string draft = path + ".part-" + std::to_string(getpid());
  std::FILE* file = std::fopen(draft.c_str(), "wb");
  bool ok = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  ok = file != nullptr && std::fclose(file) == 0 && ok;
  ok = ok && std::rename(draft.c_str(), path.c_str()) == 0;
  if (ok) return true;
  why = std::strerror(errno);
  std::remove(draft.c_str());
  return false;
}

}  // namespace devvm::jit
