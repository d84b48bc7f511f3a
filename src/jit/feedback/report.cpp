#include "jit/feedback/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "bytecode/decode.h"
#include "jit/feedback/feedback.h"

namespace devvm::jit {

using namespace runtime;
using bytecode::Instruction;

namespace {

struct Names {
  uint8_t bit;
  const char* text;
};
constexpr Names kAccessNames[] = {{kInArray, "array"},
                                  {kAppended, "append"},
                                  {kElsewhere, "elsewhere"},
                                  {kByString, "string key"},
                                  {kNotATable, "no table"}};
constexpr Names kPathNames[] = {{kRare, "interpreter"}};

std::string nameOf(const Code& code) {
  return code.module->shortName + ":" + std::to_string(code.function->lineDefined);
}

/// What a site's inline cache knows.
struct CacheState {
  unsigned shapes = 0, misses = 0;
};

/// All that is printed of a site.
struct View {
  const Site& site;
  const FeedbackVector& vector;
  uint32_t line;
  std::string_view mnemonic;  ///< of the instruction as it stands in the code
  CacheState cache;
};

CacheState cacheOf(const Code& code, const Site& site, const Instruction& whole) {
  CacheState state;
  if (site.kind != SiteKind::kField && site.kind != SiteKind::kSetField) return state;
  std::array<Instruction, 4> parts;
  unsigned count = bytecode::expandComponents(whole, parts);
  for (unsigned i = 0; i < count; i++) {
    int at = parts[i].op == site.op ? parts[i].find('f') : -1;
    if (at < 0) continue;
    const FeedbackCell& cell = code.feedback()[parts[i].operands[static_cast<unsigned>(at)]];
    state.shapes = cell.shape != 0;
    for (const CacheWay& way : cell.ways) state.shapes += way.shape != 0 && way.shape != cell.shape;
    state.misses = cell.misses;
  }
  return state;
}

/// Functions with feedback, in order of module and line.
std::vector<const Code*> functionsOf(const Isolate& isolate) {
  struct Loaded {
    const Code* code;
    size_t order;  ///< the latest first
  };
  std::vector<Loaded> loaded;
  for (const Code* c = isolate.codes; c != nullptr; c = c->next) {
    if (c->feedbackVector != nullptr) loaded.push_back({c, loaded.size()});
  }
  std::sort(loaded.begin(), loaded.end(), [](const Loaded& a, const Loaded& b) {
    int names = a.code->module->shortName.compare(b.code->module->shortName);
    if (names != 0) return names < 0;
    uint32_t x = a.code->function->lineDefined, y = b.code->function->lineDefined;
    return x != y ? x < y : a.order > b.order;
  });
  std::vector<const Code*> found;
  found.reserve(loaded.size());
  for (const Loaded& l : loaded) found.push_back(l.code);
  return found;
}

template <typename Do>
void forEachSite(const Code& code, Do show) {
  const FeedbackVector& vector = *feedbackOf(code);
  for (const Site& site : vector.sites()) {
    if (!site.wasSeen()) continue;
    Instruction whole = bytecode::decodeVerified({code.entry, code.codeSize}, site.offset);
    show(View{site, vector, lineAt(code, site.offset), whole.info->mnemonic, cacheOf(code, site, whole)});
  }
}

std::string targetName(const CallTargets::Target& t) {
  if (t.native != nullptr) return t.native->name != nullptr ? t.native->name : "(native)";
  return t.function->code != nullptr ? nameOf(*t.function->code) : "(freed)";
}

template <size_t n>
std::string bitNames(const Names (&names)[n], uint8_t bits) {
  std::string out;
  for (const Names& name : names) {
    if ((bits & name.bit) == 0) continue;
    if (!out.empty()) out += ", ";
    out += name.text;
  }
  return out;
}

std::string percent(uint32_t part, uint32_t rest) {
  double all = double{static_cast<double>(part)} + rest;
  char text[16];
  std::snprintf(text, sizeof text, "%.0f%%", all > 0 ? 100 * part / all : 0.0);
  return text;
}

// ---- for people ----

std::string describe(const View& v) {
  const Site& s = v.site;
  std::string out;
  switch (s.kind) {
    case SiteKind::kBranch:
    case SiteKind::kLoop:
      out = (s.kind == SiteKind::kLoop ? "again " : "taken ") + std::to_string(s.count) +
            (s.kind == SiteKind::kLoop ? ", ended " : ", not ") + std::to_string(s.other) + " (" +
            percent(s.count, s.other) + ")";
      if (!s.operands[0].isEmpty()) out += (s.kind == SiteKind::kLoop ? ", index " : ", of ") + s.operands[0].text();
      return out;
    case SiteKind::kCall: {
      const CallTargets* targets = v.vector.targetsOf(s);
      if (targets != nullptr) {
        for (const CallTargets::Target& t : targets->targets) {
          if (!t.isUsed()) continue;
          out += (out.empty() ? "" : ", ") + targetName(t) + " x" + std::to_string(t.count);
        }
        if (targets->others != 0) out += (out.empty() ? "others x" : ", others x") + std::to_string(targets->others);
        if (targets->megamorphic) out += ", megamorphic";
      }
      break;
    }
    case SiteKind::kAllocation: {
      const AllocationFate& fate = v.vector.fateOf(s);
      out = "x" + std::to_string(s.count);
      if (fate.sampled != 0) {
        out += ", of " + std::to_string(fate.survived + fate.died) + " followed " + std::to_string(fate.survived) +
               " lived on; up to " + std::to_string(fate.elements) + " elements (" + fate.elementTypes.text() + "), " +
               std::to_string(fate.fields) + " fields";
      }
      return out;
    }
    default:
      for (unsigned i = 0; i < Site::kOperands; i++) {
        if (s.operands[i].isEmpty()) continue;
        if (!out.empty()) out += i == 2 && s.kind != SiteKind::kLoopPrepare ? " <- " : ", ";
        out += s.operands[i].text();
      }
      break;
  }
  if (!s.result.isEmpty()) out += " -> " + s.result.text();
  if (s.access != 0) out += "  [" + bitNames(kAccessNames, s.access) + "]";
  if (v.cache.shapes != 0) {
    out += "  [" + std::to_string(v.cache.shapes) + (v.cache.shapes == 1 ? " shape" : " shapes");
    if (v.cache.misses > 1) out += ", " + std::to_string(v.cache.misses) + " misses";
    out += "]";
  }
  if (s.paths != 0) out += "  (machine code: " + bitNames(kPathNames, s.paths) + ")";
  return out;
}

// ---- for programs ----

/// Quoted; bytes beyond ASCII as code points of Latin-1.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    char escape[8];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string typesJson(TypeSet types) {
  std::string out = "[";
  for (unsigned i = 0; i < TypeSet::kBits; i++) {
    if ((types.bits() >> i & 1) != 0) out += (out.size() > 1 ? "," : "") + quoted(typeBitName(i));
  }
  return out + "]";
}

template <size_t n>
std::string bitsJson(const Names (&names)[n], uint8_t bits) {
  std::string out = "[";
  for (const Names& name : names) {
    if ((bits & name.bit) != 0) out += (out.size() > 1 ? "," : "") + quoted(name.text);
  }
  return out + "]";
}

std::string number(const char* name, uint64_t value) {
  return ",\"" + std::string(name) + "\":" + std::to_string(value);
}

std::string siteJson(const View& v) {
  const Site& s = v.site;
  std::string out = "{\"offset\":" + std::to_string(s.offset) + number("line", v.line) +
                    ",\"instruction\":" + quoted(v.mnemonic) + ",\"kind\":" + quoted(siteKindName(s.kind));
  if (s.isBranch()) {
    out += number("taken", s.count) + number("notTaken", s.other);
  } else {
    out += number("count", s.count);
  }
  out += ",\"operands\":[" + typesJson(s.operands[0]) + "," + typesJson(s.operands[1]) + "," +
         typesJson(s.operands[2]) + "],\"result\":" + typesJson(s.result);
  if (s.kind == SiteKind::kElement || s.kind == SiteKind::kSetElement)
    out += ",\"access\":" + bitsJson(kAccessNames, s.access);
  if (v.cache.shapes != 0) out += number("shapes", v.cache.shapes) + number("misses", v.cache.misses);
  if (s.paths != 0) out += ",\"paths\":" + bitsJson(kPathNames, s.paths);
  if (const CallTargets* targets = s.kind == SiteKind::kCall ? v.vector.targetsOf(s) : nullptr) {
    out += ",\"targets\":[";
    for (const CallTargets::Target& t : targets->targets) {
      if (!t.isUsed()) continue;
      if (out.back() != '[') out += ',';
      out += "{\"function\":" + quoted(targetName(t)) + ",\"native\":" + (t.native != nullptr ? "true" : "false") +
             number("count", t.count) + "}";
    }
    out += "]" + number("others", targets->others) + ",\"megamorphic\":" + (targets->megamorphic ? "true" : "false");
  }
  if (s.kind == SiteKind::kAllocation) {
    const AllocationFate& fate = v.vector.fateOf(s);
    out += number("sampled", fate.sampled) + number("survived", fate.survived) + number("died", fate.died) +
           number("elements", fate.elements) + number("fields", fate.fields) +
           ",\"elementTypes\":" + typesJson(fate.elementTypes);
  }
  return out + "}";
}

}  // namespace

std::string feedbackText(const Isolate& isolate) {
  std::string out;
  for (const Code* code : functionsOf(isolate)) {
    const FeedbackVector& vector = *feedbackOf(*code);
    size_t seen = 0;
    forEachSite(*code, [&seen](const View&) { seen++; });
    out += nameOf(*code) + ": " + std::to_string(vector.calls) + " calls, " + std::to_string(vector.loopPolls) +
           " polls in loops, " + std::to_string(vector.steps) + " instructions recorded, " + std::to_string(seen) +
           " of " + std::to_string(vector.sites().size()) + " places seen, " +
           (code->machine != nullptr ? "compiled" : "interpreted") + "\n";
    forEachSite(*code, [&out](const View& v) {
      char place[64];
      std::snprintf(place, sizeof place, "  %5u  %04x  %-18.*s ", v.line, v.site.offset,
                    static_cast<int>(v.mnemonic.size()), v.mnemonic.data());
      out += place + describe(v) + "\n";
    });
  }
  return out;
}

std::string siteText(const Code& code, uint32_t offset) {
  const FeedbackVector* vector = feedbackOf(code);
  const Site* site = vector != nullptr ? vector->find(offset) : nullptr;
  if (site == nullptr || !site->wasSeen()) return {};
  Instruction whole = bytecode::decodeVerified({code.entry, code.codeSize}, offset);
  return describe({*site, *vector, lineAt(code, offset), whole.info->mnemonic, cacheOf(code, *site, whole)});
}

std::string feedbackJson(const Isolate& isolate) {
  std::string out = "{\"functions\":[";
  const char* between = "\n";
  for (const Code* code : functionsOf(isolate)) {
    const FeedbackVector& vector = *feedbackOf(*code);
    out += between;
    between = ",\n";
    out += "{\"function\":" + quoted(nameOf(*code)) + number("line", code->function->lineDefined) +
           number("calls", vector.calls) + number("loopPolls", vector.loopPolls) + number("recorded", vector.steps) +
           number("places", vector.sites().size()) + ",\"compiled\":" + (code->machine != nullptr ? "true" : "false") +
           ",\"sites\":[";
    const char* comma = "\n  ";
    forEachSite(*code, [&out, &comma](const View& v) {
      out += comma + siteJson(v);
      comma = ",\n  ";
    });
    out += "]}";
  }
  return out + "\n]}\n";
}

}  // namespace devvm::jit
