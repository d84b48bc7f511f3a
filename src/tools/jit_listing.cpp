#include "tools/jit_listing.h"

#include <cstdio>
#include <map>

#include "bytecode/decode.h"
#include "bytecode/disassembler.h"
#include "jit/tiering/tiers.h"
#include "languages/lua/lua_chunk.h"
#include "tools/cache_states.h"
#include "tools/jit_report.h"
#include "tools/machine_names.h"

namespace devvm::tools {

using jit::CodeRecord;
using runtime::Isolate;

namespace {

struct BytecodeLine {
  uint32_t offset = 0, line = 0;
  std::string text, names;
  uint64_t rare = 0, exits = 0;
  std::optional<CacheState> cache;
};

struct MachineLine {
  MachineInstruction code;
  uint32_t bytecode = 0;
  CodeSection section = CodeSection::kStraight;
  std::string note;
};

struct View {
  std::map<uint32_t, BytecodeLine> bytecode;  ///< by offset
  std::vector<MachineLine> machine;
  std::string error;  ///< why there is no machine code
};

View makeView(Isolate& iso, const CodeRecord& r) {
  View view;
  const runtime::Code& code = *r.code;
  jit::CodeRecords& records = *jit::codeRecords(iso);
  for (const bytecode::Instruction& in : bytecode::Instructions({code.entry, code.codeSize})) {
    BytecodeLine& line = view.bytecode[in.offset];
    line.offset = in.offset;
    line.line = runtime::lineAt(code, in.offset);
    line.text = bytecode::instructionText(*code.function, in.offset);
    line.names = bytecode::instructionNames(*code.function, in.offset);
    line.rare = r.counters != nullptr ? r.counters[in.offset] : 0;
    line.cache = cacheStateOf(iso, code, in, records.misses);
  }
  for (const auto& [offset, count] : r.exits) {
    auto at = view.bytecode.upper_bound(offset);
    if (at != view.bytecode.begin()) std::prev(at)->second.exits += count;
  }
  OwnSymbols symbols;
  MachineNames names(iso, r, symbols);
  std::vector<MachineInstruction> machine;
  std::span<const uint8_t> bytes(r.machine.data(), r.sections.constants);
  if (!disassembleMachineCode(bytes, reinterpret_cast<uintptr_t>(r.address), machine, view.error)) return view;
  for (MachineInstruction& m : machine) {
    std::string note = names.note(m);
    view.machine.push_back({std::move(m), bytecodeAt(r, m.offset), sectionAt(r, m.offset), std::move(note)});
  }
  return view;
}

std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

class Listing {
 public:
  Listing(Isolate& iso, const CodeRecord& r, bool counted, bool colours)
      : record_(r), counted_(counted), colours_(colours), view_(makeView(iso, r)), source_(sourceLines(*r.code)) {}

  std::string run() {
    head();
    if (!view_.error.empty()) line(kNote, "no machine code to be seen: " + view_.error);
    CodeSection section = CodeSection::kConstants;
    uint32_t bytecode = UINT32_MAX;
    for (const MachineLine& m : view_.machine) {
      if (m.section != section) {
        section = m.section;
        bytecode = UINT32_MAX;
        line(kHeading, std::string("\n") + heading(section));
      }
      if (section == CodeSection::kStraight && m.code.offset < record_.bodyEntry) {
        if (m.code.offset == record_.callEntry) line(kHeading, "  entry for compiled callers:");
        machine(m);
        continue;
      }
      if (m.bytecode != bytecode) {
        if (section == CodeSection::kStraight) {
          // Instructions that need no machine code of their own stand in front of the next that does.
          auto at = bytecode == UINT32_MAX ? view_.bytecode.begin() : view_.bytecode.upper_bound(bytecode);
          for (; at != view_.bytecode.end() && at->first < m.bytecode; ++at) straight(at->second);
        }
        bytecode = m.bytecode;
        if (auto at = view_.bytecode.find(bytecode); at != view_.bytecode.end()) {
          section == CodeSection::kStraight
              ? straight(at->second)
              : line(kBytecode, "  " + padded(std::to_string(bytecode), 5) + at->second.text);
        }
      }
      machine(m);
    }
    if (view_.machine.empty()) {
      for (const auto& [offset, one] : view_.bytecode) instruction(one);
    }
    return std::move(out_);
  }

 private:
  enum Paint { kPlain, kHeading, kSource, kBytecode, kNote, kCache };

  static const char* heading(CodeSection s) {
    switch (s) {
      case CodeSection::kStraight: return "-- straight line";
      case CodeSection::kCold: return "-- cold paths";
      case CodeSection::kRare: return "-- rare cases: the interpreter does the instruction";
      default: return "-- ways back to the straight line";
    }
  }

  std::string paint(Paint p, const std::string& text) const {
    static constexpr const char* kCodes[] = {"0", "1", "32", "36", "2", "33"};
    return colours_ && p != kPlain ? std::string("\x1b[") + kCodes[p] + "m" + text + "\x1b[0m" : text;
  }
  void line(Paint p, const std::string& text) { out_ += paint(p, text) + "\n"; }
  static std::string padded(std::string text, size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
  }

  void head() {
    const CodeRecord& r = record_;
    line(kHeading, nameOf(r) + "  " + placeOf(r));
    char micros[40];
    std::snprintf(micros, sizeof micros, "%.1f", static_cast<double>(r.nanos) / 1000);
    out_ += std::string(r.tier) + " code, because of: " + r.reason + "; compiled in " + micros + " us" +
            (r.end.empty() ? "" : "; gone: " + r.end) + "\n";
    const runtime::CodeSections& s = r.sections;
    out_ += std::to_string(r.instructions) + " instructions, " + std::to_string(r.bytecodeBytes) +
            " bytes of bytecode; " + std::to_string(r.bytes) + " bytes of machine code at " +
            hex(reinterpret_cast<uintptr_t>(r.address)) + ": " + std::to_string(s.cold) + " straight line, " +
            std::to_string(s.rare - s.cold) + " cold, " + std::to_string(s.entries - s.rare) + " rare, " +
            std::to_string(s.constants - s.entries) + " ways back, " + std::to_string(r.bytes - s.constants) +
            " constants\n";
    out_ += "entered " + std::to_string(r.callsFromInterpreter) + " times from the interpreter" +
            (counted_ ? ", " + std::to_string(r.callsFromMachineCode) + " times from machine code" : "") + ", " +
            std::to_string(r.loopEntries) + " times at loops; left " + std::to_string(r.exitCount()) + " times\n";
  }

  /// Bytecode in the straight line, below the entries that lead to it.
  void straight(const BytecodeLine& b) {
    if (b.offset == 0) line(kHeading, "  entry from the interpreter:");
    for (const auto& loop : record_.loops) {
      if (loop.bytecode == b.offset) line(kHeading, "  entry at the loop of " + std::to_string(b.offset) + ":");
    }
    instruction(b);
  }

  void instruction(const BytecodeLine& b) {
    if (b.line != shown_ && b.line >= 1 && b.line <= source_.size()) {
      line(kSource, padded(std::to_string(b.line), 5) + "| " + source_[b.line - 1]);
    }
    shown_ = b.line;
    std::string text = "  " + padded(std::to_string(b.offset), 5) + b.text;
    if (!b.names.empty()) text = padded(text, 32) + " ; " + b.names;
    std::string notes;
    if (b.rare != 0) notes += "rare " + std::to_string(b.rare);
    if (b.exits != 0) notes += (notes.empty() ? "" : ", ") + ("exits " + std::to_string(b.exits));
    if (!notes.empty()) text = padded(text, 52) + "  [" + notes + "]";
    line(kBytecode, text);
    if (b.cache) line(kCache, "         " + b.cache->text());
  }

  void machine(const MachineLine& m) {
    char offset[16];
    std::snprintf(offset, sizeof offset, "%6x", m.code.offset);
    std::string text = "      " + std::string(offset) + "  ";
    if (m.note.empty()) {
      out_ += text + m.code.text + "\n";
    } else {
      out_ += text + padded(m.code.text, 44) + paint(kNote, "; " + m.note) + "\n";
    }
  }

  const CodeRecord& record_;
  bool counted_, colours_;
  View view_;
  std::vector<std::string> source_;
  uint32_t shown_ = 0;  ///< source line
  std::string out_;
};

}  // namespace

std::vector<std::string> sourceLines(const runtime::Code& code) {
  const std::string& source = code.module->source;
  std::string text, error;
  if (source.starts_with('@')) {
    if (!lua::readChunkFile(source.substr(1), size_t{64} << 20, text, error) || text.starts_with('\x1b')) return {};
  } else if (!source.starts_with('=')) {
    text = source;
  }
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    for (char& c : lines.back()) {
      if (c == '\t') c = ' ';
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    at = end + 1;
  }
  return lines;
}

bool isNamed(const CodeRecord& r, std::string_view wanted) { return isNamed(r.name, r.line, wanted); }

bool isNamed(const std::string& name, uint32_t line, std::string_view wanted) {
  size_t colon = wanted.rfind(':');
  if (colon != wanted.npos && colon + 1 < wanted.size() &&
      wanted.find_first_not_of("0123456789", colon + 1) == wanted.npos) {
    if (wanted.substr(colon + 1) != std::to_string(line)) return false;
    wanted = wanted.substr(0, colon);
    if (wanted.empty()) return true;
  }
  if (line == 0) return wanted == "main" || wanted == "main chunk";
  if (name == wanted || (name.empty() && wanted == "(anonymous)")) return true;
  size_t last = name.find_last_of(".:");
  return last != name.npos && std::string_view(name).substr(last + 1) == wanted;
}

std::string jitListing(Isolate& isolate, const CodeRecord& record, bool counted, bool colours) {
  return Listing(isolate, record, counted, colours).run();
}

void jitListingJson(base::JsonWriter& out, Isolate& isolate, const CodeRecord& record) {
  View view = makeView(isolate, record);
  out.line();
  out.key("bytecode");
  out.beginArray();
  for (const auto& [offset, b] : view.bytecode) {
    out.line();
    out.beginObject();
    out.field("offset", uint64_t{offset});
    out.field("line", uint64_t{b.line});
    out.field("text", b.text);
    out.field("names", b.names);
    out.field("rareSteps", b.rare);
    out.field("exits", b.exits);
    if (b.cache) {
      out.key("cache");
      out.beginObject();
      out.field("state", b.cache->state);
      out.key("stale");
      out.boolean(b.cache->stale);
      out.key("shapes");
      out.beginArray();
      for (const CachedShape& s : b.cache->shapes) {
        out.beginObject();
        out.key("fields");
        out.beginArray();
        for (const std::string& f : s.fields) out.text(f);
        out.endArray();
        out.field("fieldCount", uint64_t{s.fieldCount});
        out.key("strings");
        out.boolean(s.strings);
        out.key("metatable");
        out.boolean(s.metatable);
        out.field("how", s.how);
        out.endObject();
      }
      out.endArray();
      out.key("misses");
      out.beginObject();
      for (const auto& [why, count] : b.cache->misses) out.field(why, count);
      out.endObject();
      out.endObject();
    }
    out.endObject();
  }
  out.endArray();
  out.line();
  out.key("machineCode");
  out.beginArray();
  for (const MachineLine& m : view.machine) {
    out.line();
    out.beginObject();
    out.field("offset", uint64_t{m.code.offset});
    out.field("section", sectionName(m.section));
    out.field("bytecode", uint64_t{m.bytecode});
    out.field("bytes", hexBytes(record, m.code));
    out.field("text", m.code.text);
    if (!m.note.empty()) out.field("note", m.note);
    out.endObject();
  }
  out.endArray();
  if (!view.error.empty()) out.field("machineCodeMissing", view.error);
}

}  // namespace devvm::tools
