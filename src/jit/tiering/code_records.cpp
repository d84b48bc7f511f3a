#include "jit/tiering/code_records.h"

#include <algorithm>
#include <array>
#include <utility>

#include "bytecode/decode.h"
#include "interpreter/interpreter.h"
#include "runtime/frames.h"

namespace devvm::jit {

using namespace runtime;

uint64_t CodeRecord::exitCount() const {
  uint64_t sum = 0;
  for (const auto& [offset, count] : exits) sum += count;
  return sum;
}

CodeRecord* CodeRecords::compiled(const Code& code, const MachineCode* machine, const char* reason) {
  if (paused_) return nullptr;
  if (full()) {
    omitted_++;
    return nullptr;
  }
  CodeRecord& r = *records_.emplace_back(std::make_unique<CodeRecord>());
  r.name = code.function->name;
  r.source = code.module->shortName;
  r.line = code.function->lineDefined;
  r.reason = reason;
  r.bytecodeBytes = code.codeSize;
  r.code = &code;
  alive_.emplace(&code, &r);
  if (machine == nullptr) return &r;
  r.instructions = machine->instructions;
  r.nanos = machine->compileNanos;
  r.address = machine->start;
  r.bytes = machine->size;
  r.sections = machine->sections;
  r.callEntry = static_cast<uint32_t>(machine->callEntry - machine->start);
  r.bodyEntry = static_cast<uint32_t>(machine->bodyEntry - machine->start);
  r.loops = machine->loops;
  r.machine.assign(machine->start, machine->start + machine->size);
  open_[machine] = &r;
  return &r;
}

void CodeRecords::takeCounts(CodeRecord& record, const MachineCode& machine) {
  if (machine.discarded && record.end.empty()) record.end = "discarded";
  record.callsFromInterpreter = machine.calls;
  record.loopEntries = machine.loopEntries;
  if (record.counters == nullptr) return;
  record.callsFromMachineCode = record.counters[record.bytecodeBytes];
  record.rareSteps = 0;
  for (uint32_t i = 0; i < record.bytecodeBytes; i++) record.rareSteps += record.counters[i];
}

void CodeRecords::optimized(const Code& code, uint32_t entry, const MachineCode* machine, const char* reason,
                            const char* refusal, Compilation& compilation, std::span<const CodeTag> tags) {
  CodeRecord* r = compiled(code, machine, reason);
  if (r == nullptr) return;
  r->tier = kOptimizingTier;
  r->entry = entry;
  if (machine != nullptr) r->tags.assign(tags.begin(), tags.end());
  if (entry != 0) r->entryLine = lineAt(code, entry);
  auto [first, last] = alive_.equal_range(&code);
  for (auto at = first; at != last; ++at) {
    const CodeRecord& other = *at->second;
    if (&other != r && other.isOptimized() && other.compiled() && other.entry == entry) r->number++;
  }
  r->profile = compilation.profile;
  r->description = compilation.takeDescription();
  if (r->description != nullptr) {
    for (const DescribedGraph& g : r->description->graphs) describedNodes_ += g.nodeCount();
  }
  if (machine == nullptr) {
    r->refusal = refusal;
    return;
  }
  for (const bytecode::Instruction& i : bytecode::Instructions({code.entry, code.codeSize})) {
    std::array<bytecode::Instruction, 4> parts;
    r->instructions += bytecode::expandComponents(i, parts);
  }
  const auto& table = static_cast<const ExitTable&>(*machine->maps);
  ExitRecord record;
  for (size_t i = 0; i < table.count(); i++) {
    if (!table.find(table.machineOf(i), record) || record.frames.empty()) continue;
    CodeRecord::Exit& e = r->leaves.emplace_back();
    e.machine = table.machineOf(i);
    e.kind = record.kind;
    e.reason = record.reason;
    const ExitFrame& inner = record.frames.back();
    bool hasOrigin = record.kind == ExitKind::kGuard && record.origin != nullptr;
    e.code = hasOrigin ? record.origin : inner.code;
    e.offset = hasOrigin ? record.originOffset : inner.offset;
    e.name = e.code->function->name;
    e.source = e.code->module->shortName;
    e.line = lineAt(*e.code, e.offset);
    e.depth = static_cast<uint32_t>(record.frames.size()) - 1;
  }
}

void CodeRecords::ended(const MachineCode& machine, const char* why) {
  auto at = open_.find(&machine);
  if (at != open_.end() && at->second->end.empty()) at->second->end = why;
}

void CodeRecords::freed(const MachineCode& machine) {
  auto at = open_.find(&machine);
  if (at == open_.end()) return;
  takeCounts(*at->second, machine);
  if (at->second->end.empty()) at->second->end = "discarded";
  open_.erase(at);
}

void CodeRecords::leftOptimized(const MachineCode& machine, uint32_t at) {
  wasOptimized_ = true;
  auto found = open_.find(&machine);
  if (found == open_.end()) return;
  CodeRecord& r = *found->second;
  for (CodeRecord::Exit& e : r.leaves) {
    if (e.machine == at) e.count++;
  }
  auto behind = std::upper_bound(r.tags.begin(), r.tags.end(), at - 1,
                                 [](uint32_t wanted, const CodeTag& t) { return wanted < t.position; });
  r.exits[behind == r.tags.begin() ? 0 : (behind - 1)->tag]++;
}

void CodeRecords::dead(const Code& code) {
  auto [first, last] = alive_.equal_range(&code);
  for (auto at = first; at != last; ++at) {
    CodeRecord& r = *at->second;
    r.code = nullptr;
    r.machine = {};
    r.tags = {};
    r.counters = nullptr;
    if (r.description != nullptr) {
      for (const DescribedGraph& g : r.description->graphs) describedNodes_ -= g.nodeCount();
    }
    r.description = nullptr;
  }
  alive_.erase(first, last);
  misses.forget(code);
  polls_.erase(&code);
}

void CodeRecords::left(Isolate& isolate) {
  if (std::exchange(wasOptimized_, false)) return;
  Frame frame;
  if (!innermostFrame(*isolate.fiber, frame)) return;
  // A frame that was only laid out, or belongs to the interpreter, was pushed by the one below it.
  bool begins = !frame.isNative() && frame.offset() == 0;
  if (begins && (Fiber::optimizedCaller(frame.fp) != nullptr || !callerFrame(frame, frame))) return;
  if (frame.isNative()) return;
  const Code* code = frame.code();
  const MachineCode* machine = code->machine.get();
  while (machine != nullptr && (machine->discarded || machine->maps != nullptr)) machine = machine->previous.get();
  auto at = open_.find(machine);
  if (at == open_.end()) return;
  uint32_t offset = frame.offset();
  if (!begins) {
    // The interpreter does the returns to interpreted callers.
    using bytecode::Op;
    Op op = bytecode::readOp(code->entry + offset);
    bool returns =
        op == Op::kReturn || op == Op::kReturn0 || op == Op::kReturn1 || op == Op::kReturnL || op == Op::kReturnVar;
    if (returns && !linkOf(frame.fp).returnsToMachine()) return;
    // Behind a call it is no exit: a callee returned to a frame that is interpreted anyway.
    for (const MachineCode::Place& p : machine->returns) {
      if (p.bytecode == offset) return;
    }
  }
  at->second->exits[offset]++;
}

const std::vector<std::unique_ptr<CodeRecord>>& CodeRecords::all() {
  for (auto& [machine, record] : open_) takeCounts(*record, *machine);
  return records_;
}

}  // namespace devvm::jit
