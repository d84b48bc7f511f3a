#include "jit/tiering/code_records.h"

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
  open_[&code] = &r;
  return &r;
}

void CodeRecords::takeCounts(CodeRecord& record, const MachineCode& machine) {
  record.callsFromInterpreter = machine.calls;
  record.loopEntries = machine.loopEntries;
  if (record.counters == nullptr) return;
  record.callsFromMachineCode = record.counters[record.bytecodeBytes];
  record.rareSteps = 0;
  for (uint32_t i = 0; i < record.bytecodeBytes; i++) record.rareSteps += record.counters[i];
}

void CodeRecords::ended(const Code& code, const MachineCode& machine, const char* why) {
  auto at = open_.find(&code);
  if (at == open_.end()) return;
  takeCounts(*at->second, machine);
  at->second->end = why;
  open_.erase(at);
}

void CodeRecords::dead(const Code& code) {
  auto [first, last] = alive_.equal_range(&code);
  for (auto at = first; at != last; ++at) {
    CodeRecord& r = *at->second;
    r.code = nullptr;
    r.machine = {};
    r.tags = {};
    r.counters = nullptr;
  }
  alive_.erase(first, last);
  misses.forget(code);
}

void CodeRecords::left(Isolate& isolate) {
  Frame frame;
  if (!innermostFrame(*isolate.fiber, frame)) return;
  // A frame that was only laid out, or belongs to the interpreter, was pushed by the one below it.
  bool begins = !frame.isNative() && frame.offset() == 0;
  if (begins && (Fiber::optimizedCaller(frame.fp) != nullptr || !callerFrame(frame, frame))) return;
  if (frame.isNative()) return;
  const Code* code = frame.code();
  auto at = open_.find(code);
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
    for (const MachineCode::Place& p : code->machine->returns) {
      if (p.bytecode == offset) return;
    }
  }
  at->second->exits[offset]++;
}

const std::vector<std::unique_ptr<CodeRecord>>& CodeRecords::all() {
  for (auto& [code, record] : open_) takeCounts(*record, *code->machine);
  return records_;
}

}  // namespace devvm::jit
