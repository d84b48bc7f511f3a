#include "tools/explain.h"

#include <algorithm>
#include <array>
#include <map>

#include "bytecode/decode.h"
#include "bytecode/disassembler.h"
#include "jit/feedback/feedback.h"
#include "jit/feedback/report.h"
#include "jit/tiering/tiers.h"
#include "tools/cache_states.h"
#include "tools/jit_listing.h"
#include "tools/optimized_listing.h"

namespace devvm::tools {

using bytecode::Instruction;
using jit::CodeRecord;
using jit::Site;
using jit::SiteKind;
using jit::TypeSet;
using runtime::Code;
using runtime::Isolate;

namespace {

// What an iteration loses by each, in comparison. These are guesses that give an order, not measurements.
constexpr double kInterpreted = 1, kLeft = 0.9, kMegamorphic = 0.7, kElementCall = 0.6, kMetamethod = 0.6,
                 kUnknownCall = 0.55, kMixedNumbers = 0.5, kFieldCall = 0.5, kConcat = 0.5, kWide = 0.4,
                 kNativeCall = 0.3, kNotInlined = 0.25, kAllocation = 0.25, kManyShapes = 0.2, kGlobal = 0.15,
                 kOtherLeaf = 0.1;
constexpr double kOutsideOfLoops = 0.4;  ///< a function may be called in somebody else's
constexpr double kLeastShare = 0.01;     ///< of functions that are worth a word
constexpr const char kOptimized[] = "optimized";
constexpr size_t kMostFindings = 8;  ///< of one function, if nobody asked for it

struct Reason {
  const char* what;
  const char* help;
};

/// What it means that an operation's guard failed.
Reason reasonOf(jit::ir::Op op) {
  using jit::ir::Op;
  switch (op) {
    case Op::kCheckInt: return {"a value was no small integer", "Keep the value an integer, or a float, all the time."};
    case Op::kCheckFloat:
    case Op::kCheckNumber:
      return {"a value was no float", "Keep the value a float all the time: begin with 0.0 instead of 0."};
    case Op::kCheckTable: return {"a value was no table", "Test for other types in a branch of its own."};
    case Op::kCheckString: return {"a value was no string", "Test for other types in a branch of its own."};
    case Op::kCheckShape:
      return {"a table had other fields than those seen before",
              "Give all objects the same fields in the same order, at best where they are made."};
    case Op::kCheckClosure:
    case Op::kCheckNative: return {"another function was called than before", "Call few different functions here."};
    case Op::kCheckNotNil: return {"a value was nil", "Give fields and elements a value before they are read."};
    case Op::kCheckIndex:
      return {"an index was outside of the table's array part",
              "Fill tables from 1 on without holes, and do not read behind their end."};
    case Op::kCheckNotZero: return {"a divisor was 0", "Test for 0 before."};
    case Op::kCheckSmall:
    case Op::kBoxInt: return {"an integer did not fit into 48 bits", "Use floats, or keep integers small with & or %."};
    case Op::kCheckIntegral: return {"a float had no integral value", "Use // or math.floor where integers are meant."};
    case Op::kCheckEpoch: return {"a metatable had been changed", "Make classes complete before objects are used."};
    case Op::kCallLeaf:
      return {"the operation had no quick answer",
              "Look for metamethods, strings used as numbers, and missing fields."};
    case Op::kCallFast:
      return {"a library function had no quick answer", "Look for unusual arguments, and results that are long."};
    case Op::kExit:
      return {"the interpreter has to do the instruction", "Write it another way, or keep it out of what runs often."};
    default: return {"something was not as expected", "See the feedback: devvm jit --function=NAME."};
  }
}

class Explainer {
 public:
  Explainer(Isolate& iso, const Code& code, Explanation& out) : iso_(iso), code_(code), out_(out) {}

  void run() {
    records();
    exits();
    if (latest_ != nullptr && latest_->description != nullptr) graph(*latest_->description);
    sites();
    std::sort(out_.findings.begin(), out_.findings.end(),
              [](const Finding& a, const Finding& b) { return a.cost != b.cost ? a.cost > b.cost : a.line < b.line; });
  }

 private:
  void add(const char* kind, const Code& where, uint32_t offset, double weight, std::string what, std::string help) {
    addAt(kind, where.module->shortName, runtime::lineAt(where, offset), weight, std::move(what), std::move(help));
  }
  /// One finding of a kind for each line: the worst.
  void addAt(const char* kind, const std::string& source, uint32_t line, double weight, std::string what,
             std::string help) {
    Finding f{kind, line, source, std::move(what), std::move(help), out_.share * weight};
    for (Finding& other : out_.findings) {
      if (std::string_view(other.kind) != kind || other.line != line || other.source != source) continue;
      if (other.cost < f.cost) other = std::move(f);
      return;
    }
    out_.findings.push_back(std::move(f));
  }

  /// In which tier the function is, and why not in a better one.
  void records() {
    const CodeRecord *used = nullptr, *ended = nullptr, *refused = nullptr;
    bool baseline = false;
    for (const auto& r : jit::codeRecords(iso_)->all()) {
      if (r->code != &code_) continue;
      records_.push_back(r.get());
      if (!r->isOptimized()) {
        baseline = baseline || r->inUse();
        if (!r->compiled()) refused = r.get();
      } else if (!r->compiled()) {
        refused = r.get();
      } else {
        (r->inUse() ? used : ended) = r.get();
      }
    }
    latest_ = used != nullptr ? used : ended;
    out_.state = used != nullptr ? kOptimized : baseline ? "baseline code" : "interpreted";
    if (used != nullptr) return;
    const uint32_t line = code_.function->lineDefined;
    const std::string& source = code_.module->shortName;
    if (ended != nullptr) {
      return addAt("optimized code was given up", source, line, kInterpreted,
                   "The optimized code was given up after " + std::to_string(ended->number) +
                       (ended->number == 1 ? " compilation: " : " compilations: ") + ended->end + ".",
                   "See the exits below: without them the code would have stayed.");
    }
    if (refused != nullptr) {
      bool isLong = refused->refusal.find("long") != std::string::npos ||
                    refused->refusal.find("large") != std::string::npos ||
                    refused->refusal.find("many") != std::string::npos;
      return addAt("not compiled", source, line, kInterpreted, "It was not compiled: " + refused->refusal + ".",
                   isLong ? "Split the function: put what runs often into a function of its own." : "");
    }
    if (iso_.options.jit.mode >= runtime::JitOptions::Mode::kOn) {
      addAt("not hot", source, line, kInterpreted,
            baseline ? "The optimizing compiler was never asked for it: it did not run for long enough."
                     : "It was never compiled: it did not run often enough.",
            "");
    }
  }

  /// Places at which optimized code was left again and again.
  void exits() {
    std::map<std::tuple<std::string, uint32_t, jit::ir::Op>, std::pair<uint64_t, const CodeRecord::Exit*>> all;
    for (const CodeRecord* r : records_) {
      for (const CodeRecord::Exit& e : r->leaves) {
        if (e.count == 0 || e.kind != jit::ExitKind::kGuard) continue;
        auto& [count, exit] = all[{e.source, e.line, e.reason}];
        count += e.count;
        exit = &e;
      }
    }
    for (const auto& [key, value] : all) {
      const auto& [count, e] = value;
      if (count < 2 && out_.state == kOptimized) continue;  // something rare
      Reason reason = reasonOf(e->reason);
      std::string what = "Optimized code was left here " + std::to_string(count) + " times: " + reason.what;
      if (isAlive(iso_, e->code)) {
        what += " (" + bytecode::instructionText(*e->code->function, e->offset);
        std::string seen = jit::siteText(*e->code, e->offset);
        what += (seen.empty() ? "" : ": " + seen) + ")";
      }
      addAt("exits", e->source, e->line, kLeft * std::min(1.0, static_cast<double>(count) / 50), what + ".",
            reason.help);
    }
  }

  const Code* alive(const jit::Description& d, uint32_t function) const {
    const Code* c = d.functions[function].code;
    return isAlive(iso_, c) ? c : nullptr;
  }

  /// What the final graph still does by calls, or again and again.
  void graph(const jit::Description& d) {
    using jit::ir::Op;
    if (d.last() == nullptr) return;
    for (const jit::DescribedBlock& b : d.last()->blocks) {
      if (b.isRare) continue;
      for (const jit::DescribedNode& n : b.nodes) {
        const Code* where = alive(d, n.function);
        if (where == nullptr) continue;
        double factor = b.loopDepth != 0 ? 1 : kOutsideOfLoops;
        const jit::FeedbackVector* feedback = jit::feedbackOf(*where);
        const Site* site = feedback != nullptr ? feedback->find(n.offset) : nullptr;
        switch (n.op) {
          case Op::kCall: call(d, *where, n, site, factor); break;
          case Op::kCallLeaf: leaf(*where, n, site, factor); break;
          case Op::kIsInt: mixed(*where, n, factor); break;
          case Op::kNewTable:
          case Op::kNewClosure:
            if (b.loopDepth == 0) break;
            add("allocation", *where, n.offset, kAllocation,
                n.op == Op::kNewTable ? "A table is made in each iteration of the loop."
                                      : "A function is made in each iteration of the loop.",
                "Make it once in front of the loop, if it need not be a new one each time.");
            break;
          default: global(*where, n, b.loopDepth); break;
        }
      }
    }
  }

  void global(const Code& where, const jit::DescribedNode& n, uint32_t loopDepth) {
    if (loopDepth == 0 || !jit::isCheckOrLoad(n.op) || n.offset >= where.codeSize) return;
    Instruction whole = bytecode::decodeVerified({where.entry, where.codeSize}, n.offset);
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(whole, parts);
    bool isGlobal = std::any_of(parts.begin(), parts.begin() + count, [](const Instruction& i) {
      return i.op == bytecode::Op::kGetGlobal || i.op == bytecode::Op::kSetGlobal;
    });
    if (!isGlobal) return;
    add("global", where, n.offset, kGlobal,
        "A global is looked up in each iteration (" + bytecode::instructionText(*where.function, n.offset) + ").",
        "Use a local instead: local x = x in front of the loop.");
  }

  void call(const jit::Description& d, const Code& where, const jit::DescribedNode& n, const Site* site,
            double factor) {
    const jit::FeedbackVector* feedback = jit::feedbackOf(where);
    const jit::CallTargets* targets =
        site != nullptr && site->kind == SiteKind::kCall ? feedback->targetsOf(*site) : nullptr;
    if (callees(where, n.offset, targets, factor)) return;
    for (const jit::DescribedCall& c : d.calls) {
      if (c.caller != &where || c.offset != n.offset || c.inlined) continue;
      bool isLarge = c.reason.find("large") != std::string::npos;
      return add("call", where, n.offset, kNotInlined * factor,
                 "The call of " + (c.name.empty() ? "line " + std::to_string(c.calleeLine) : c.name) +
                     " is not taken in: " + c.reason + " (" + std::to_string(c.bytes) + " bytes of bytecode, depth " +
                     std::to_string(c.depth) + ").",
                 isLarge ? "Put what runs seldom into a function of its own." : "");
    }
    add("unknown callee", where, n.offset, kUnknownCall * factor,
        "Nothing is known of the function that is called here" +
            (site != nullptr && site->wasSeen() ? ": " + jit::siteText(where, n.offset) : std::string()) + ".",
        "Call a local function, or a method of objects that are made alike.");
  }

  /// A call whose callees are too many, or natives. True: something was said.
  bool callees(const Code& where, uint32_t offset, const jit::CallTargets* targets, double factor) {
    if (targets == nullptr) return false;
    if (targets->megamorphic) {
      add("megamorphic call", where, offset, kMegamorphic * factor,
          "One of many functions is called here (megamorphic): " + jit::siteText(where, offset) + ".",
          "Branch on the kind of object first, and call a known function in each branch.");
      return true;
    }
    if (targets->others != 0) {
      add("call metamethod", where, offset, kMetamethod * factor,
          "What is called here is no function, but has a call metamethod, in " + std::to_string(targets->others) +
              " of the calls that were seen.",
          "Call the function itself.");
      return true;
    }
    for (const jit::CallTargets::Target& t : targets->targets) {
      if (t.native == nullptr || t.native->fast != nullptr) continue;
      add("native call", where, offset, kNativeCall * factor,
          std::string("The library function ") + (t.native->name != nullptr ? t.native->name : "(native)") +
              " is called with a frame of its own: it has no quick form.",
          "Call it less often: once for many values, or in front of the loop.");
      return true;
    }
    return false;
  }

  /// Numbers that are told apart in place.
  void mixed(const Code& where, const jit::DescribedNode& n, double factor) {
    std::string seen = seenAt(iso_, &where, n.offset);
    add("mixed numbers", where, n.offset, kMixedNumbers * factor / 4,
        "Numbers of several kinds are computed with here" + (seen.empty() ? "" : ": " + seen) + ".",
        "Use only floats (0.0, x / y) or only integers (0, x // y) in this place.");
  }

  void leaf(const Code& where, const jit::DescribedNode& n, const Site* site, double factor) {
    size_t at = n.text.find("call_leaf ");
    std::string_view name = std::string_view(n.text).substr(at + 10);
    name = name.substr(0, name.find(' '));
    std::string seen = seenAt(iso_, &where, n.offset);
    std::string suffix = seen.empty() ? "." : " (" + seen + ").";
    if (name == "get_element" || name == "set_element") {
      element(where, n.offset, site, factor, suffix);
    } else if (name == "get_field" || name == "set_field") {
      add("field by call", where, n.offset, kFieldCall * factor,
          "The field is looked for by a function: tables of many kinds come here, or such with very many fields" +
              suffix,
          "Give all objects the same fields in the same order; use few fields set at different times.");
    } else if (name == "concat") {
      concat(where, n.offset, factor);
    } else if (name == "next" || name == "length" || name == "equal") {
      add("leaf call", where, n.offset, kOtherLeaf * factor,
          "A function does the operation: " + std::string(name) + suffix, "");
    } else {
      add("mixed numbers", where, n.offset, kMixedNumbers * factor,
          "Numbers of several kinds are computed with here, by a function (" + std::string(name) + ")" +
              (seen.empty() ? "" : ": " + seen) + ".",
          "Use only floats (0.0, x / y) or only integers (0, x // y) in this place.");
    }
  }

  void element(const Code& where, uint32_t offset, const Site* site, double factor, const std::string& suffix) {
    uint8_t access = site != nullptr ? site->access : 0;
    if ((access & jit::kByString) != 0) {
      add("computed string key", where, offset, kElementCall * factor,
          "An element is found by a string that is computed" + suffix,
          "Use a field with a fixed name, or integers from 1 on as keys.");
    } else {
      add("element by call", where, offset, kElementCall * factor,
          std::string("An element is looked for by a function") +
              ((access & jit::kElsewhere) != 0 ? ": it is not in the table's array part, which has holes, or does not "
                                                 "begin at 1"
                                               : "") +
              suffix,
          "Fill tables from 1 on, one after the other, without holes.");
    }
  }

  void concat(const Code& where, uint32_t offset, double factor) {
    add("concatenation", where, offset, kConcat * factor, "Strings are concatenated here, each time into a new one.",
        "Collect the pieces in a table, and join them once with table.concat.");
  }

  /// By how many loops of the bytecode an instruction is surrounded.
  static uint32_t loopDepth(const std::vector<std::pair<uint32_t, uint32_t>>& loops, uint32_t offset) {
    uint32_t depth = 0;
    for (const auto& [from, to] : loops) depth += offset >= from && offset <= to;
    return depth;
  }

  /// What feedback alone says; calls and elements only if there is no graph that says it better.
  void sites() {
    const jit::FeedbackVector* feedback = jit::feedbackOf(code_);
    if (feedback == nullptr) return;
    std::vector<std::pair<uint32_t, uint32_t>> loops;
    for (const Instruction& i : bytecode::Instructions({code_.entry, code_.codeSize})) {
      if (i.has(bytecode::kJumps) && i.info->operands.ends_with('j') && i.target() <= i.offset) {
        loops.emplace_back(static_cast<uint32_t>(i.target()), i.offset);
      }
    }
    bool hasGraph = latest_ != nullptr && latest_->description != nullptr;
    for (const Site& s : feedback->sites()) {
      if (!s.wasSeen()) continue;
      double factor = loopDepth(loops, s.offset) != 0 ? 1 : kOutsideOfLoops;
      std::string seen = jit::siteText(code_, s.offset);
      switch (s.kind) {
        case SiteKind::kArithmetic:
        case SiteKind::kCompare: arithmetic(s, seen, factor, hasGraph); break;
        case SiteKind::kField:
        case SiteKind::kSetField: field(s, factor); break;
        case SiteKind::kElement:
        case SiteKind::kSetElement:
          if (!hasGraph && (s.access & (jit::kElsewhere | jit::kByString)) != 0) {
            element(code_, s.offset, &s, factor, " (" + seen + ").");
          }
          break;
        case SiteKind::kCall:
          if (!hasGraph) callees(code_, s.offset, feedback->targetsOf(s), factor);
          break;
        default: break;
      }
    }
  }

  void arithmetic(const Site& s, const std::string& seen, double factor, bool hasGraph) {
    TypeSet all = s.result;
    for (TypeSet t : s.operands) all.add(t);
    bool computes = s.kind == SiteKind::kArithmetic && s.op != bytecode::Op::kLen;
    if (s.op == bytecode::Op::kConcat) {
      if (!hasGraph && factor == 1) concat(code_, s.offset, factor);
      return;
    }
    if (computes && (s.operands[0].has(TypeSet::kTable) || s.operands[1].has(TypeSet::kTable))) {
      add("metamethod", code_, s.offset, kMetamethod * factor, "A metamethod does the operation (" + seen + ").",
          "Call a method instead, where the program is in a hurry.");
    } else if (computes && (s.operands[0].has(TypeSet::kString) || s.operands[1].has(TypeSet::kString))) {
      add("strings as numbers", code_, s.offset, kMixedNumbers * factor, "A string is used as a number (" + seen + ").",
          "Convert it once with tonumber.");
    }
    if (all.has(TypeSet::kWideInt)) {
      add("wide integers", code_, s.offset, kWide * factor,
          "Integers that need more than 48 bits are made here, each in an object of its own (" + seen + ").",
          "Keep integers small with & or %, or use floats where their precision is enough.");
    }
  }

  void field(const Site& s, double factor) {
    Instruction in = bytecode::decodeVerified({code_.entry, code_.codeSize}, s.offset);
    auto cache = cacheStateOf(iso_, code_, in, jit::codeRecords(iso_)->misses);
    if (!cache) return;
    bool isMega = std::string_view(cache->state) == "mega";
    if (!isMega && cache->shapes.size() < 3) return;
    add("many shapes", code_, s.offset, kManyShapes * factor * (isMega ? 2 : 1),
        "Tables of " + std::string(isMega ? "many" : std::to_string(cache->shapes.size())) +
            " kinds come to this field access (" + bytecode::instructionText(*code_.function, s.offset) +
            "): " + cache->text() + ".",
        "Give all objects the same fields in the same order, at best in one constructor.");
  }

  Isolate& iso_;
  const Code& code_;
  Explanation& out_;
  std::vector<const CodeRecord*> records_;
  const CodeRecord* latest_ = nullptr;  ///< of the optimizing compiler
};

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f%%", 100 * share);
  return text;
}

}  // namespace

std::vector<Explanation> explanations(Isolate& iso, const std::string& name) {
  jit::CodeRecords& records = *jit::codeRecords(iso);
  uint64_t total = 0;
  for (const auto& [code, polls] : records.polls()) total += polls;
  std::vector<Explanation> all;
  for (const Code* c = iso.codes; c != nullptr; c = c->next) {
    auto at = records.polls().find(c);
    uint64_t polls = at != records.polls().end() ? at->second : 0;
    Explanation e;
    e.share = total != 0 ? static_cast<double>(polls) / static_cast<double>(total) : 0;
    uint32_t line = c->function->lineDefined;
    if (name.empty() ? e.share < kLeastShare : !isNamed(c->function->name, line, name)) continue;
    e.name = !c->function->name.empty() ? c->function->name : line == 0 ? "main chunk" : "(anonymous)";
    e.place = c->module->shortName + ":" + std::to_string(line);
    e.code = c;
    Explainer(iso, *c, e).run();
    all.push_back(std::move(e));
  }
  std::sort(all.begin(), all.end(), [](const Explanation& a, const Explanation& b) {
    return a.share != b.share ? a.share > b.share : a.place < b.place;
  });
  return all;
}

std::string explain(Isolate& iso, const std::string& name, bool json, bool colours) {
  std::vector<Explanation> all = explanations(iso, name);
  bool optimizes = iso.options.jit.mode >= runtime::JitOptions::Mode::kOn;
  if (json) {
    base::JsonWriter out;
    out.beginObject();
    out.key("optimizing");
    out.boolean(optimizes);
    out.key("functions");
    out.beginArray();
    for (const Explanation& e : all) {
      out.line();
      out.beginObject();
      out.field("name", e.name);
      out.field("place", e.place);
      out.field("state", e.state);
      out.key("share");
      out.decimal(e.share, 4);
      out.key("findings");
      out.beginArray();
      for (const Finding& f : e.findings) {
        out.line();
        out.beginObject();
        out.field("kind", f.kind);
        out.field("source", f.source);
        out.field("line", uint64_t{f.line});
        out.field("what", f.what);
        out.field("help", f.help);
        out.key("cost");
        out.decimal(f.cost, 4);
        out.endObject();
      }
      out.endArray();
      out.endObject();
    }
    out.endArray();
    out.endObject();
    return out.take() + "\n";
  }
  std::string text;
  if (!optimizes) text += "The optimizing compiler is off: --jit=optimizing turns it on.\n\n";
  if (all.empty()) {
    return text + (name.empty() ? "Nothing ran for long enough to be found running.\n"
                                : "There is no function called " + name + ".\n");
  }
  for (const Explanation& e : all) {
    std::string head = e.name + "  " + e.place;
    text += (colours ? "\x1b[1m" + head + "\x1b[0m" : head) + "  running at " + percent(e.share) + " of the polls, " +
            e.state + "\n";
    if (e.findings.empty()) text += "  nothing stands out\n";
    std::vector<std::string> lines = sourceLines(*e.code);
    size_t shown = name.empty() ? std::min(e.findings.size(), kMostFindings) : e.findings.size();
    for (size_t i = 0; i < shown; i++) {
      const Finding& f = e.findings[i];
      bool own = f.source == e.code->module->shortName;
      text += "  " + (own ? "" : f.source + ", ") + "line " + std::to_string(f.line) + ": " + f.what + "\n";
      if (own && f.line >= 1 && f.line <= lines.size()) text += "      |" + lines[f.line - 1] + "\n";
      if (!f.help.empty()) text += "      " + f.help + "\n";
    }
    if (shown < e.findings.size()) text += "  and " + std::to_string(e.findings.size() - shown) + " more: --function\n";
    text += "\n";
  }
  return text;
}

}  // namespace devvm::tools
