#include "tools/cache_states.h"

#include <algorithm>

#include "runtime/code.h"

namespace devvm::tools {

using namespace runtime;
using bytecode::Op;

namespace {

constexpr size_t kMostFields = 8;

bool hasCache(const bytecode::Instruction& in) {
  std::array<bytecode::Instruction, 4> parts;
  unsigned count = bytecode::expandComponents(in, parts);
  return std::any_of(parts.begin(), parts.begin() + count, [](const bytecode::Instruction& p) {
    return p.op == Op::kGetField || p.op == Op::kGetProperty || p.op == Op::kSetField || p.op == Op::kSetFieldL ||
           p.op == Op::kSelf || p.op == Op::kInitField || p.op == Op::kGetGlobal || p.op == Op::kSetGlobal;
  });
}

const char* wordsFor(CacheKind how) {
  switch (how) {
    case CacheKind::kEmpty: return "nowhere";
    case CacheKind::kOwnInline: return "in the object";
    case CacheKind::kOwnOverflow: return "in its overflow array";
    case CacheKind::kHolderInline:
    case CacheKind::kHolderOverflow: return "in a prototype";
    case CacheKind::kAbsent: return "absent";
    case CacheKind::kAddInline: return "added to the object";
    case CacheKind::kAddOverflow: return "added to its overflow array";
    case CacheKind::kFunction: return "by a metamethod";
  }
  return "?";
}

CachedShape describe(Isolate& iso, uint32_t id, const char* how) {
  CachedShape out;
  out.how = how;
  out.strings = id == CacheWay::kStrings;
  if (out.strings) return out;
  Shape& shape = iso.shapes[id];
  out.metatable = !shape.metatable.isNil();
  out.fieldCount = shape.dictionary() ? 0 : shape.slotCount;
  for (uint32_t i = 0; i < out.fieldCount && i < kMostFields; i++) {
    Value key = iso.shapes.keyAt(shape, i);
    out.fields.push_back(key.isString() ? std::string(asString(key)->view()) : "?");
  }
  return out;
}

}  // namespace

std::string CachedShape::text() const {
  if (strings) return "string " + how;
  std::string out = "{";
  for (size_t i = 0; i < fields.size(); i++) out += (i != 0 ? ", " : "") + fields[i];
  if (fieldCount > fields.size()) out += ", ... " + std::to_string(fieldCount - fields.size()) + " more";
  out += metatable ? "}+metatable " : "} ";
  return out + how;
}

std::string CacheState::text() const {
  std::string out = std::string("cache ") + state;
  if (stale) out += " (stale)";
  for (size_t i = 0; i < shapes.size(); i++) out += (i == 0 ? ": " : "; ") + shapes[i].text();
  uint64_t sum = 0;
  for (const auto& [why, count] : misses) sum += count;
  if (sum == 0) return out;
  out += "; missed " + std::to_string(sum) + (sum == 1 ? " time (" : " times (");
  for (size_t i = 0; i < misses.size(); i++) {
    if (i != 0) out += ", ";
    if (misses.size() > 1) out += std::to_string(misses[i].second) + " ";
    out += misses[i].first;
  }
  return out + ")";
}

std::optional<CacheState> cacheStateOf(Isolate& iso, const Code& code, const bytecode::Instruction& in,
                                       const CacheMissLog& log) {
  int operand = in.find('f');
  if (operand < 0 || !hasCache(in)) return std::nullopt;
  CacheState out;
  auto index = static_cast<uint32_t>(in.operands[static_cast<unsigned>(operand)]);
  if (const CacheMissLog::Counts* counts = log.find(code, in.offset)) {
    for (size_t i = 0; i < counts->size(); i++) {
      if ((*counts)[i] != 0) out.misses.emplace_back(cacheMissWords(static_cast<CacheMiss>(i)), (*counts)[i]);
    }
  }
  if (index == bytecode::kSharedFeedbackSlot || index >= code.feedbackCount) {
    out.state = "none";
    return out;
  }
  const FeedbackCell& cell = code.feedback()[index];
  if (cell.shape != 0) out.shapes.push_back(describe(iso, cell.shape, wordsFor(CacheKind::kOwnInline)));
  for (const CacheWay& way : cell.ways) {
    if (way.shape == 0) continue;
    auto how = static_cast<CacheKind>(way.how);
    bool own = how == CacheKind::kOwnInline || how == CacheKind::kOwnOverflow;
    out.stale = out.stale || (!own && cell.epoch != iso.shapes.prototypeEpoch);
    if (way.shape != cell.shape) out.shapes.push_back(describe(iso, way.shape, wordsFor(how)));
  }
  bool full = out.shapes.size() >= FeedbackCell::kWays && cell.misses > FeedbackCell::kWays;
  size_t n = out.shapes.size();
  out.state = n == 0 ? "empty" : n == 1 ? "mono" : full && n > FeedbackCell::kWays ? "mega" : "poly";
  return out;
}

}  // namespace devvm::tools
