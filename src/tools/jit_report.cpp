#include "tools/jit_report.h"

#include <algorithm>
#include <cstdio>

namespace devvm::tools {

using jit::CodeRecord;

namespace {

std::string decimal(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

double ratio(uint64_t a, uint64_t b) { return b != 0 ? static_cast<double>(a) / static_cast<double>(b) : 0; }

std::string micros(uint64_t nanos) { return decimal(static_cast<double>(nanos) / 1000, 1); }

/// Columns as wide as they must be.
class Table {
 public:
  explicit Table(std::vector<std::pair<std::string, bool>> heads) {
    std::vector<std::string> names;
    for (auto& [name, left] : heads) {
      names.push_back(name);
      left_.push_back(left);
    }
    width_.resize(names.size());
    add(std::move(names));
  }
  void add(std::vector<std::string> row) {
    for (size_t i = 0; i < row.size(); i++) width_[i] = std::max(width_[i], row[i].size());
    rows_.push_back(std::move(row));
  }
  std::string text(bool colours) const {
    std::string out;
    for (size_t r = 0; r < rows_.size(); r++) {
      std::string line;
      for (size_t i = 0; i < rows_[r].size(); i++) {
        std::string fill(width_[i] - rows_[r][i].size(), ' ');
        if (i != 0) line += "  ";
        line += left_[i] ? rows_[r][i] + fill : fill + rows_[r][i];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += (r == 0 && colours ? "\x1b[1m" + line + "\x1b[0m" : line) + "\n";
    }
    return out;
  }

 private:
  std::vector<bool> left_;
  std::vector<size_t> width_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

std::string placeOf(const CodeRecord& record) {
  return record.line != 0 ? record.source + ":" + std::to_string(record.line) : record.source;
}

std::string nameOf(const CodeRecord& record) {
  if (!record.name.empty()) {
    std::string name = record.name;  // of a module file, perhaps: terminals must not obey it
    for (char& c : name) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    return name;
  }
  return record.line != 0 ? "(anonymous)" : "main chunk";
}

std::string tierOf(const CodeRecord& r) {
  return r.isOptimized() ? std::string(r.tier) + " -O" + std::to_string(r.profile.level) : r.tier;
}

std::string entryOf(const CodeRecord& r) {
  return r.entry == 0 ? "calls" : "the loop of line " + std::to_string(r.entryLine);
}

JitTotals totalsOf(const JitRecordList& records) {
  JitTotals t;
  for (const auto& r : records) {
    if (!r->compiled()) {
      t.refused++;
      continue;
    }
    t.compiled++;
    t.ended += !r->end.empty();
    t.instructions += r->instructions;
    t.bytecodeBytes += r->bytecodeBytes;
    t.machineBytes += r->bytes;
    t.nanos += r->nanos;
    t.calls += r->calls();
    t.loopEntries += r->loopEntries;
    t.rareSteps += r->rareSteps;
    t.exits += r->exitCount();
  }
  return t;
}

double millionsPerSecond(uint64_t instructions, uint64_t nanos) { return 1000 * ratio(instructions, nanos); }

std::string jitTable(const JitRecordList& records, size_t omitted, bool counted, bool colours) {
  JitTotals t = totalsOf(records);
  std::string out;
  if (t.compiled != 0) {
    Table table({{"function", true},
                 {"place", true},
                 {"tier", true},
                 {"reason", true},
                 {"instr.", false},
                 {"bytecode", false},
                 {"machine", false},
                 {"ratio", false},
                 {"compile us", false},
                 {"calls", false},
                 {"loops", false},
                 {"rare", false},
                 {"exits", false},
                 {"state", true}});
    for (const auto& r : records) {
      if (!r->compiled()) continue;
      std::string tier = tierOf(*r);
      if (r->isOptimized() && r->entry != 0) tier += ", loop of " + std::to_string(r->entryLine);
      if (r->number > 1) tier += ", #" + std::to_string(r->number);
      table.add({nameOf(*r), placeOf(*r), tier, r->reason, std::to_string(r->instructions),
                 std::to_string(r->bytecodeBytes), std::to_string(r->bytes),
                 decimal(ratio(r->bytes, r->bytecodeBytes), 1), micros(r->nanos), std::to_string(r->calls()),
                 std::to_string(r->loopEntries), counted && !r->isOptimized() ? std::to_string(r->rareSteps) : "-",
                 std::to_string(r->exitCount()), r->end.empty() ? "in use" : r->end});
    }
    out += table.text(colours);
  }
  for (const auto& r : records) {
    if (r->compiled()) continue;
    out += std::string("not ") + (r->isOptimized() ? "optimized" : "compiled") + ": " + nameOf(*r) + "  " +
           placeOf(*r) + "  " + r->refusal + "\n";
  }
  if (!out.empty()) out += "\n";
  out += std::to_string(t.compiled) + (t.compiled == 1 ? " function" : " functions") + " compiled";
  if (t.refused != 0) out += ", " + std::to_string(t.refused) + " refused";
  if (t.ended != 0) out += ", " + std::to_string(t.ended) + " gone again";
  if (omitted != 0) out += ", " + std::to_string(omitted) + " more that are not listed";
  out += "\n";
  if (t.compiled == 0) return out;
  out += std::to_string(t.instructions) + " instructions, " + std::to_string(t.bytecodeBytes) + " bytes of bytecode, " +
         std::to_string(t.machineBytes) +
         " bytes of machine code: " + decimal(ratio(t.machineBytes, t.instructions), 1) + " an instruction, " +
         decimal(ratio(t.machineBytes, t.bytecodeBytes), 1) + " a byte\n";
  out += "compiled in " + decimal(static_cast<double>(t.nanos) / 1e6, 3) +
         " ms: " + decimal(millionsPerSecond(t.instructions, t.nanos), 2) + " million instructions a second\n";
  return out;
}

/// What an optimizing compilation took, in nanoseconds of processor time.
void profileJson(base::JsonWriter& out, const jit::CompileProfile& p) {
  out.beginObject();
  out.field("instructions", uint64_t{p.instructions});
  out.field("functions", uint64_t{p.functions});
  out.field("nodesBuilt", uint64_t{p.nodesBuilt});
  out.field("nodes", uint64_t{p.nodes});
  out.field("graphBytes", uint64_t{p.graphBytes});
  out.field("nanos", p.nanos());
  out.key("steps");
  out.beginObject();
  out.field("build", p.buildNanos);
  for (size_t i = 0; i < jit::passes::kPassCount; i++) {
    const auto id = static_cast<jit::passes::PassId>(i);
    if (p.passes.runs[i] != 0) out.field(jit::passes::passOf(id).name, p.passes.nanoseconds[i]);
  }
  out.field("order", p.orderNanos);
  out.field("instruction selection", p.codegen.selectNanos);
  out.field(p.codegen.coloured ? "allocate (colouring)" : "allocate", p.codegen.allocateNanos);
  out.field("emit", p.codegen.emitNanos);
  out.endObject();
  out.endObject();
}

void jitJson(base::JsonWriter& out, const CodeRecord& r, bool counted) {
  out.field("name", nameOf(r));
  out.field("source", r.source);
  out.field("line", uint64_t{r.line});
  out.field("tier", r.tier);
  out.field("reason", r.reason);
  out.field("bytecodeBytes", uint64_t{r.bytecodeBytes});
  if (r.isOptimized()) {
    out.field("level", static_cast<uint64_t>(r.profile.level));
    out.field("entry", r.entry == 0 ? "calls" : "loop");
    if (r.entry != 0) out.field("entryLine", uint64_t{r.entryLine});
    out.field("compilation", uint64_t{r.number});
    out.key("profile");
    profileJson(out, r.profile);
  }
  if (!r.compiled()) {
    out.field("refusal", r.refusal);
    return;
  }
  out.field("instructions", uint64_t{r.instructions});
  out.field("machineBytes", uint64_t{r.bytes});
  char address[24];
  std::snprintf(address, sizeof address, "0x%llx",
                static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(r.address)));
  out.field("address", address);
  out.key("sections");
  out.beginObject();
  out.field("straight", uint64_t{r.sections.cold});
  out.field("cold", uint64_t{r.sections.rare - r.sections.cold});
  out.field("rare", uint64_t{r.sections.entries - r.sections.rare});
  out.field("entries", uint64_t{r.sections.constants - r.sections.entries});
  out.field("constants", uint64_t{r.bytes - r.sections.constants});
  out.endObject();
  out.field("compileNanos", r.nanos);
  out.field("callsFromInterpreter", r.callsFromInterpreter);
  if (counted) out.field("callsFromMachineCode", r.callsFromMachineCode);
  out.field("loopEntries", r.loopEntries);
  if (counted) out.field("rareSteps", r.rareSteps);
  out.field("exits", r.exitCount());
  out.key("exitsAt");
  out.beginArray();
  for (const auto& [offset, count] : r.exits) {
    out.beginObject();
    out.field("offset", uint64_t{offset});
    out.field("count", count);
    out.endObject();
  }
  out.endArray();
  if (r.isOptimized()) {
    out.key("leaves");
    out.beginArray();
    for (const CodeRecord::Exit& e : r.leaves) {
      out.beginObject();
      out.field("kind", e.kind == jit::ExitKind::kCall ? "call" : e.kind == jit::ExitKind::kPoll ? "poll" : "guard");
      if (e.kind == jit::ExitKind::kGuard) out.field("operation", jit::ir::opInfo(e.reason).mnemonic);
      out.field("function", e.name);
      out.field("line", uint64_t{e.line});
      out.field("depth", uint64_t{e.depth});
      out.field("machine", uint64_t{e.machine});
      out.field("count", e.count);
      out.endObject();
    }
    out.endArray();
  }
  out.key("end");
  r.end.empty() ? out.null() : out.text(r.end);
}

void jitJson(base::JsonWriter& out, const JitRecordList& records, size_t omitted, bool counted) {
  out.key("functions");
  out.beginArray();
  for (const auto& r : records) {
    if (!r->compiled()) continue;
    out.line();
    out.beginObject();
    jitJson(out, *r, counted);
    out.endObject();
  }
  out.endArray();
  out.line();
  out.key("refused");
  out.beginArray();
  for (const auto& r : records) {
    if (r->compiled()) continue;
    out.line();
    out.beginObject();
    jitJson(out, *r, counted);
    out.endObject();
  }
  out.endArray();
  JitTotals t = totalsOf(records);
  out.line();
  out.key("totals");
  out.beginObject();
  out.field("compiled", uint64_t{t.compiled});
  out.field("refused", uint64_t{t.refused});
  out.field("ended", uint64_t{t.ended});
  out.field("notListed", uint64_t{omitted});
  out.field("instructions", t.instructions);
  out.field("bytecodeBytes", t.bytecodeBytes);
  out.field("machineBytes", t.machineBytes);
  out.field("compileNanos", t.nanos);
  out.key("millionInstructionsPerSecond");
  out.decimal(millionsPerSecond(t.instructions, t.nanos), 3);
  out.field("calls", t.calls);
  out.field("loopEntries", t.loopEntries);
  out.field("rareSteps", t.rareSteps);
  out.field("exits", t.exits);
  out.endObject();
}

}  // namespace devvm::tools
