#include "tools/optimized_listing.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <unordered_map>

#include "bytecode/decode.h"
#include "jit/feedback/feedback.h"
#include "jit/feedback/report.h"
#include "jit/tiering/tiers.h"
#include "tools/cache_states.h"
#include "tools/jit_listing.h"
#include "tools/jit_report.h"
#include "tools/machine_names.h"

namespace devvm::tools {

using jit::CodeRecord;
using runtime::Isolate;

bool isAlive(const Isolate& isolate, const runtime::Code* code) {
  for (const runtime::Code* c = isolate.codes; c != nullptr; c = c->next) {
    if (c == code) return true;
  }
  return false;
}

std::string seenAt(Isolate& isolate, const runtime::Code* code, uint32_t offset) {
  if (code == nullptr || !isAlive(isolate, code) || offset >= code->codeSize) return {};
  std::string text = jit::siteText(*code, offset);
  bytecode::Instruction in = bytecode::decodeVerified({code->entry, code->codeSize}, offset);
  if (auto cache = cacheStateOf(isolate, *code, in, jit::codeRecords(isolate)->misses);
      cache && !cache->shapes.empty()) {
    text += (text.empty() ? "" : "; ") + cache->text();
  }
  return text;
}

namespace {

struct Operation {
  const jit::DescribedNode* node = nullptr;
  const jit::DescribedBlock* block = nullptr;
};

struct MachineLine {
  MachineInstruction code;
  CodeSection section = CodeSection::kStraight;
  std::string note;
};

struct View {
  std::unordered_map<uint32_t, Operation> operations;  ///< by id
  std::vector<MachineLine> machine;
  std::string error;
};

const char* kindName(const CodeRecord::Exit& e) {
  return e.kind == jit::ExitKind::kCall   ? "call"
         : e.kind == jit::ExitKind::kPoll ? "poll"
                                          : jit::ir::opInfo(e.reason).mnemonic;
}

std::string functionName(const std::string& name, uint32_t line) {
  return !name.empty() ? name : line != 0 ? "function of line " + std::to_string(line) : "main chunk";
}

View makeView(Isolate& iso, const CodeRecord& r) {
  View view;
  if (r.description != nullptr && r.description->last() != nullptr) {
    for (const jit::DescribedBlock& b : r.description->last()->blocks) {
      for (const jit::DescribedNode& n : b.nodes) view.operations[n.id] = {&n, &b};
    }
  }
  OwnSymbols symbols;
  MachineNames names(iso, r, symbols);
  std::vector<MachineInstruction> machine;
  std::span<const uint8_t> bytes(r.machine.data(), r.sections.constants);
  if (!disassembleMachineCode(bytes, reinterpret_cast<uintptr_t>(r.address), machine, view.error)) return view;
  std::map<uint32_t, const CodeRecord::Exit*> exits;  // by where their call begins
  std::map<uint32_t, const CodeRecord::Exit*> returns;
  for (const CodeRecord::Exit& e : r.leaves) returns[e.machine] = &e;
  for (const MachineInstruction& m : machine) {
    if (auto at = returns.find(m.offset + m.length); at != returns.end()) exits[m.offset] = at->second;
  }
  for (MachineInstruction& m : machine) {
    std::string note = names.note(m);
    uint64_t target = m.target - reinterpret_cast<uintptr_t>(r.address);
    if (m.hasTarget && target < r.sections.constants) {
      auto at = exits.find(static_cast<uint32_t>(target));
      CodeSection to = sectionAt(r, static_cast<uint32_t>(target));
      if (at != exits.end() && at->second->kind == jit::ExitKind::kGuard) {
        note = std::string("leaves: ") + kindName(*at->second) + ", line " + std::to_string(at->second->line);
      } else {
        note = to == sectionAt(r, m.offset) ? "" : sectionName(to);
      }
    }
    view.machine.push_back({std::move(m), sectionAt(r, m.offset), std::move(note)});
  }
  return view;
}

/// Of a call site: what it called, and why that was taken in or not.
struct CallLine {
  const jit::DescribedCall* call;
  uint32_t seen = 0;  ///< times, of the site
};

std::vector<CallLine> callsOf(const Isolate& iso, const jit::Description& d) {
  std::vector<CallLine> lines;
  for (const jit::DescribedCall& c : d.calls) {
    CallLine line{&c};
    if (isAlive(iso, c.caller)) {
      const jit::FeedbackVector* feedback = jit::feedbackOf(*c.caller);
      const jit::Site* site = feedback != nullptr ? feedback->find(c.offset) : nullptr;
      if (site != nullptr) line.seen = site->count;
    }
    lines.push_back(line);
  }
  return lines;
}

/// Call sites of the functions in the graph of whose callee the builder knew nothing.
struct UnknownCall {
  std::string caller;
  uint32_t line = 0;
  std::string seen;
};

std::vector<UnknownCall> unknownCalls(Isolate& iso, const jit::Description& d) {
  std::vector<UnknownCall> found;
  std::vector<const runtime::Code*> looked;
  for (const jit::DescribedFunction& f : d.functions) {
    if (!isAlive(iso, f.code) || std::find(looked.begin(), looked.end(), f.code) != looked.end()) continue;
    looked.push_back(f.code);
    const jit::FeedbackVector* feedback = jit::feedbackOf(*f.code);
    if (feedback == nullptr) continue;
    for (const jit::Site& s : feedback->sites()) {
      if (s.kind != jit::SiteKind::kCall) continue;
      bool known = std::any_of(d.calls.begin(), d.calls.end(),
                               [&](const jit::DescribedCall& c) { return c.caller == f.code && c.offset == s.offset; });
      if (known) continue;
      std::string seen = jit::siteText(*f.code, s.offset);
      found.push_back({functionName(f.name, f.line), runtime::lineAt(*f.code, s.offset),
                       seen.empty() ? "never seen to be made" : seen});
    }
  }
  return found;
}

class OptimizedListing {
 public:
  OptimizedListing(Isolate& iso, const CodeRecord& r, bool colours)
      : iso_(iso), record_(r), colours_(colours), view_(makeView(iso, r)) {}

  std::string run() {
    head();
    if (record_.description != nullptr) {
      calls();
      passes();
    }
    exits();
    guards();
    machine();
    if (record_.description != nullptr && !record_.description->allocation.empty()) {
      line(kHeading, "\n-- where values are (docs/regalloc.md)");
      out_ += record_.description->allocation;
    }
    return std::move(out_);
  }

 private:
  enum Paint { kPlain, kHeading, kSource, kNode, kNote };

  std::string paint(Paint p, const std::string& text) const {
    static constexpr const char* kCodes[] = {"0", "1", "32", "36", "2"};
    return colours_ && p != kPlain ? std::string("\x1b[") + kCodes[p] + "m" + text + "\x1b[0m" : text;
  }
  void line(Paint p, const std::string& text) { out_ += paint(p, text) + "\n"; }
  static std::string padded(std::string text, size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
  }
  std::string nameOfFunction(uint32_t number) const {
    const jit::DescribedFunction& f = record_.description->functions[number];
    return functionName(f.name, f.line);
  }

  void head() {
    const CodeRecord& r = record_;
    const runtime::CodeSections& s = r.sections;
    line(kHeading, nameOf(r) + "  " + placeOf(r));
    char micros[40];
    std::snprintf(micros, sizeof micros, "%.1f", static_cast<double>(r.nanos) / 1000);
    out_ += tierOf(r) + " code for " + entryOf(r) + ", because of: " + r.reason + "; compilation " +
            std::to_string(r.number) + " for it, in " + micros + " us" + (r.end.empty() ? "" : "; gone: " + r.end) +
            "\n";
    out_ += std::to_string(r.instructions) + " instructions, " + std::to_string(r.bytecodeBytes) +
            " bytes of bytecode; " + std::to_string(r.bytes) + " bytes of machine code: " + std::to_string(s.cold) +
            " straight line, " + std::to_string(s.rare - s.cold) + " cold, " + std::to_string(s.entries - s.rare) +
            " exits, " + std::to_string(r.bytes - s.constants) + " constants\n";
    if (const jit::Description* d = r.description.get()) {
      out_ += "graph: " + std::to_string(d->nodesBuilt) + " operations in " + std::to_string(d->blocksBuilt) +
              " blocks when it was built, " + std::to_string(d->last()->nodeCount()) + " in " +
              std::to_string(d->last()->blocks.size()) + " at the end; " + std::to_string(d->functions.size() - 1) +
              " calls taken in\n";
    }
    out_ += "entered " + std::to_string(r.callsFromInterpreter) + " times from the interpreter, " +
            std::to_string(r.loopEntries) + " times at loops; left " + std::to_string(r.exitCount()) + " times\n";
  }

  void calls() {
    const jit::Description& d = *record_.description;
    auto unknown = unknownCalls(iso_, d);
    if (d.calls.empty() && unknown.empty()) return;
    line(kHeading, "\n-- calls");
    for (const CallLine& c : callsOf(iso_, d)) {
      out_ += "  " + std::string(2 * (c.call->depth - 1), ' ') + "line " + std::to_string(c.call->line) + ": " +
              functionName(c.call->name, c.call->calleeLine) + (c.call->inlined ? " taken in: " : " called: ") +
              c.call->reason + " (" + std::to_string(c.call->bytes) + " bytes, depth " + std::to_string(c.call->depth) +
              ", the place was seen " + std::to_string(c.seen) + " times)\n";
    }
    for (const UnknownCall& c : unknown) {
      out_ += "  line " + std::to_string(c.line) + " of " + c.caller +
              ": no function of bytecode is expected: " + c.seen + "\n";
    }
  }

  void passes() {
    const jit::Description& d = *record_.description;
    if (d.passes.empty()) return;
    line(kHeading, "\n-- checks and loads, pass by pass");
    for (const jit::PassChanges& p : d.passes) {
      out_ += "  " + p.pass + "\n";
      for (const jit::CheckChange& c : p.changes) {
        std::string what;
        if (c.removed != 0) what = std::to_string(c.removed) + " removed";
        if (c.added != 0) what = std::to_string(c.added) + " added";
        if (c.moved != 0) what = std::to_string(c.moved) + " moved out of a loop";
        out_ += "    line " + padded(std::to_string(c.line), 5) + padded(jit::ir::opInfo(c.op).mnemonic, 15) + what +
                (c.function != 0 ? "  in " + nameOfFunction(c.function) : "") + "\n";
      }
    }
  }

  void exits() {
    line(kHeading, "\n-- exits to the interpreter");
    size_t guards = 0;
    for (const CodeRecord::Exit& e : record_.leaves) guards += e.kind == jit::ExitKind::kGuard;
    out_ += "  " + std::to_string(guards) + " at guards, " + std::to_string(record_.leaves.size() - guards) +
            " at calls and polls\n";
    std::vector<const CodeRecord::Exit*> taken;
    for (const CodeRecord::Exit& e : record_.leaves) {
      if (e.count != 0) taken.push_back(&e);
    }
    std::sort(taken.begin(), taken.end(),
              [](auto* a, auto* b) { return a->count != b->count ? a->count > b->count : a->machine < b->machine; });
    for (const CodeRecord::Exit* e : taken) {
      out_ += "  " + padded(std::to_string(e->count) + " times", 12) + padded(kindName(*e), 15) + "line " +
              std::to_string(e->line) + (e->depth != 0 ? " of " + functionName(e->name, 0) : "") + "\n";
    }
  }

  /// Guards that are left, with what was seen where they come from.
  void guards() {
    if (record_.description == nullptr) return;
    const jit::Description& d = *record_.description;
    line(kHeading, "\n-- guards, and what was seen there");
    for (const jit::DescribedBlock& b : d.last()->blocks) {
      for (const jit::DescribedNode& n : b.nodes) {
        if ((jit::ir::opInfo(n.op).flags & jit::ir::kGuard) == 0) continue;
        std::string seen = seenAt(iso_, d.functions[n.function].code, n.offset);
        out_ +=
            "  line " + padded(std::to_string(n.line), 5) + padded(n.text + (n.note.empty() ? "" : "  " + n.note), 40) +
            (b.loopDepth != 0 ? "  in " + std::to_string(b.loopDepth) + (b.loopDepth == 1 ? " loop" : " loops") : "") +
            (seen.empty() ? "" : "   " + seen) + "\n";
      }
    }
  }

  void machine() {
    if (!view_.error.empty()) return line(kNote, "no machine code to be seen: " + view_.error);
    const std::vector<jit::CodeTag>* tags = record_.description != nullptr ? &record_.description->nodes : nullptr;
    size_t next = 0;
    CodeSection section = CodeSection::kConstants;
    uint32_t shownNode = UINT32_MAX;
    for (const MachineLine& m : view_.machine) {
      if (m.section != section) {
        section = m.section;
        shownNode = UINT32_MAX;
        shownLine_ = shownFunction_ = UINT32_MAX;
        line(kHeading, std::string("\n-- ") + (section == CodeSection::kStraight ? "machine code: straight line"
                                               : section == CodeSection::kCold   ? "machine code: cold pieces"
                                                                                 : "machine code: exits"));
      }
      while (tags != nullptr && next < tags->size() && (*tags)[next].position <= m.code.offset) {
        uint32_t id = (*tags)[next].tag;
        if (id != shownNode) operation(id);
        shownNode = id;
        next++;
      }
      char offset[16];
      std::snprintf(offset, sizeof offset, "%6x", m.code.offset);
      std::string text = "      " + std::string(offset) + "  ";
      out_ += m.note.empty() ? text + m.code.text + "\n"
                             : text + padded(m.code.text, 44) + paint(kNote, "; " + m.note) + "\n";
    }
  }

  void operation(uint32_t id) {
    auto at = view_.operations.find(id);
    if (at == view_.operations.end()) return;
    const jit::DescribedNode& n = *at->second.node;
    const jit::DescribedFunction& f = record_.description->functions[n.function];
    if (n.line != 0 && (n.line != shownLine_ || n.function != shownFunction_)) {
      shownLine_ = n.line;
      shownFunction_ = n.function;
      auto& lines = sources_[f.source];
      if (lines.empty() && isAlive(iso_, f.code)) lines = sourceLines(*f.code);
      std::string text = n.line <= lines.size() ? lines[n.line - 1] : "";
      line(kSource, padded(std::to_string(n.line), 5) + "| " + text +
                        (n.function != 0 ? "   -- in " + functionName(f.name, f.line) : ""));
    }
    line(kNode, "  " + n.text + (n.note.empty() ? "" : "  ; " + n.note));
  }

  Isolate& iso_;
  const CodeRecord& record_;
  bool colours_;
  View view_;
  std::map<std::string, std::vector<std::string>> sources_;
  uint32_t shownLine_ = UINT32_MAX, shownFunction_ = UINT32_MAX;
  std::string out_;
};

}  // namespace

std::string optimizedListing(Isolate& isolate, const CodeRecord& record, bool colours) {
  return OptimizedListing(isolate, record, colours).run();
}

void optimizedListingJson(base::JsonWriter& out, Isolate& iso, const CodeRecord& r) {
  View view = makeView(iso, r);
  if (const jit::Description* d = r.description.get()) {
    out.field("nodesBuilt", uint64_t{d->nodesBuilt});
    out.field("blocksBuilt", uint64_t{d->blocksBuilt});
    out.line();
    out.key("inlined");
    out.beginArray();
    for (const jit::DescribedFunction& f : d->functions) {
      out.beginObject();
      out.field("name", functionName(f.name, f.line));
      out.field("source", f.source);
      out.field("line", uint64_t{f.line});
      if (f.caller >= 0) {
        out.field("caller", static_cast<uint64_t>(f.caller));
        out.field("callLine", uint64_t{f.callLine});
      }
      out.endObject();
    }
    out.endArray();
    out.line();
    out.key("calls");
    out.beginArray();
    for (const CallLine& c : callsOf(iso, *d)) {
      out.beginObject();
      out.field("line", uint64_t{c.call->line});
      out.field("callee", functionName(c.call->name, c.call->calleeLine));
      out.field("bytes", uint64_t{c.call->bytes});
      out.field("depth", uint64_t{c.call->depth});
      out.field("seen", uint64_t{c.seen});
      out.key("inlined");
      out.boolean(c.call->inlined);
      out.field("reason", c.call->reason);
      out.endObject();
    }
    for (const UnknownCall& c : unknownCalls(iso, *d)) {
      out.beginObject();
      out.field("line", uint64_t{c.line});
      out.field("caller", c.caller);
      out.key("callee");
      out.null();
      out.key("inlined");
      out.boolean(false);
      out.field("reason", "no function of bytecode is expected: " + c.seen);
      out.endObject();
    }
    out.endArray();
    out.line();
    out.key("passes");
    out.beginArray();
    for (const jit::PassChanges& p : d->passes) {
      out.beginObject();
      out.field("pass", p.pass);
      out.key("changes");
      out.beginArray();
      for (const jit::CheckChange& c : p.changes) {
        out.beginObject();
        out.field("operation", jit::ir::opInfo(c.op).mnemonic);
        out.field("function", uint64_t{c.function});
        out.field("line", uint64_t{c.line});
        out.field("removed", uint64_t{c.removed});
        out.field("added", uint64_t{c.added});
        out.field("moved", uint64_t{c.moved});
        out.endObject();
      }
      out.endArray();
      out.endObject();
    }
    out.endArray();
    out.line();
    out.key("operations");
    out.beginArray();
    for (const jit::DescribedBlock& b : d->last()->blocks) {
      for (const jit::DescribedNode& n : b.nodes) {
        out.line();
        out.beginObject();
        out.field("id", uint64_t{n.id});
        out.field("operation", jit::ir::opInfo(n.op).mnemonic);
        out.field("text", n.text);
        if (!n.note.empty()) out.field("note", n.note);
        out.field("block", uint64_t{b.id});
        out.field("loopDepth", uint64_t{b.loopDepth});
        out.field("function", uint64_t{n.function});
        out.field("line", uint64_t{n.line});
        if ((jit::ir::opInfo(n.op).flags & jit::ir::kGuard) != 0) {
          out.key("guard");
          out.boolean(true);
          out.field("seen", seenAt(iso, d->functions[n.function].code, n.offset));
        }
        out.endObject();
      }
    }
    out.endArray();
    out.line();
    out.field("allocation", d->allocation);
  }
  out.line();
  out.key("machineCode");
  out.beginArray();
  const std::vector<jit::CodeTag>* tags = r.description != nullptr ? &r.description->nodes : nullptr;
  size_t next = 0;
  for (const MachineLine& m : view.machine) {
    while (tags != nullptr && next < tags->size() && (*tags)[next].position <= m.code.offset) next++;
    out.line();
    out.beginObject();
    out.field("offset", uint64_t{m.code.offset});
    out.field("section", sectionName(m.section));
    out.field("bytecode", uint64_t{bytecodeAt(r, m.code.offset)});
    out.field("bytes", hexBytes(r, m.code));
    if (next != 0) out.field("operation", uint64_t{(*tags)[next - 1].tag});
    out.field("text", m.code.text);
    if (!m.note.empty()) out.field("note", m.note);
    out.endObject();
  }
  out.endArray();
  if (!view.error.empty()) out.field("machineCodeMissing", view.error);
}

}  // namespace devvm::tools
