// Where machine code goes: what nobody enters, what was discarded, what relied on a shape that is freed.

#include <algorithm>

#include "interpreter/interpreter.h"
#include "jit/tiering/code_chain.h"
#include "jit/tiering/code_use.h"
#include "jit/tiering/jit_tiers.h"

namespace devvm::jit {

void JitTiers::maintain(Isolate& isolate) {
  if (options_.stress == JitOptions::Stress::kReclaim) {
    if (mayWalk()) discardUnused(isolate, "stress");
  } else if (polls_ - lastSweep_ >= kSweepPolls &&
             (options_.stress == JitOptions::Stress::kNone || options_.stress == JitOptions::Stress::kDeopt)) {
    lastSweep_ = polls_;
    if (bytes_ >= kLittleCode && mayWalk()) sweep(isolate);
  }
}

void JitTiers::discardIdle(Isolate& isolate, Code& code, const char* why) {
  size_t bytes = 0;
  for (const MachineCode* m = code.machine.get(); m != nullptr; m = m->previous.get()) {
    bytes += static_cast<const PlacedCode*>(m)->accounted;
  }
  code.accounted -= bytes;
  isolate.external -= bytes;
  isolate.heap.adjustExternal(-static_cast<ptrdiff_t>(bytes));
  take(code, why);
  code.start = code.entry;
  code.machineEntry = reinterpret_cast<const uint8_t*>(stubs_.interpreted);
}

void JitTiers::findShapes(const Isolate& isolate, std::vector<uint8_t>& used) const {
  for (const auto& job : jobs_) {
    for (uint32_t shape : job->compilation.shapes()) used[shape] = 1;
  }
  for (const Code* code = isolate.codes; code != nullptr; code = code->next) {
    for (const MachineCode* m = code->machine.get(); m != nullptr; m = m->previous.get()) {
      if (m->discarded) continue;
      for (uint32_t shape : m->shapes) used[shape] = 1;
    }
  }
}

void JitTiers::shapesFreed(Isolate& isolate, const std::vector<uint8_t>& fate, uint8_t dead) {
  std::erase_if(dependents_, [&](const auto& d) { return d.first < fate.size() && fate[d.first] == dead; });
  for (const auto& job : jobs_) {
    for (uint32_t shape : job->compilation.shapes()) {
      if (shape < fate.size() && fate[shape] == dead) cancel(*job, "a shape is gone");
    }
  }
  for (Code* code = isolate.codes; code != nullptr; code = code->next) {
    bool baseline = false, optimized = false;  // which is useless now
    for (MachineCode* m = code->machine.get(); m != nullptr; m = m->previous.get()) {
      bool stale = false;
      for (uint32_t shape : m->shapes) stale = stale || (shape < fate.size() && fate[shape] == dead);
      if (!stale) continue;
      // A number that no shape has; wherever the code is now, it asks before it relies on a shape again.
      static constexpr uint8_t kNoShape[] = {0xFF, 0xFF, 0xFF, 0xFF};
      for (const MachineCode::ShapeCheck& c : m->shapeChecks) {
        size_t bytes = c.isByte ? 1 : 4;
        memory_->write(m->start + c.end - bytes, {kNoShape, bytes});
      }
      m->shapes.clear();
      m->shapeChecks.clear();
      if (m->discarded) continue;
      m->discarded = true;
      if (records_ != nullptr) records_->ended(*m, "a shape is gone");
      (m->maps != nullptr ? optimized : baseline) = true;
    }
    if (optimized) policy_.discarded(policy_.of(*code));
    if (optimized || baseline) settle(*code);
  }
}

void JitTiers::putToSleep(Code& code) {
  code.machine->dormant = true;
  countCalls(code, 1);
}

void JitTiers::wake(Code& code) {
  code.machine->dormant = false;
  code.start = interpreter::kEnterMachineCode;
  code.machineEntry = code.machine->callEntry;
}

void JitTiers::discard(Isolate& isolate, Code& code, const char* why) {
  tell(isolate, code, events::EventKind::kCodeDiscarded, why, code.machine->size);
  discardIdle(isolate, code, why);
  countFromStart(code);
}

bool JitTiers::isReturnedTo(const Code& code) {
  for (const MachineCode* m = code.machine.get(); m != nullptr; m = m->previous.get()) {
    if (m->returnsTo) return true;
  }
  return false;
}

void JitTiers::freeDiscarded(Isolate& isolate, Code& code) {
  size_t bytes = 0;
  for (std::unique_ptr<MachineCode>* at = &code.machine; *at != nullptr;) {
    MachineCode& m = **at;
    bool unused = m.discarded && !m.returnsTo;
    m.returnsTo = m.onStack = false;
    if (!unused) {
      at = &m.previous;
      continue;
    }
    std::unique_ptr<MachineCode> rest = std::move(m.previous);
    bytes += free(static_cast<PlacedCode&>(m));
    *at = std::move(rest);
  }
  code.accounted -= bytes;
  isolate.external -= bytes;
  isolate.heap.adjustExternal(-static_cast<ptrdiff_t>(bytes));
  if (code.machine == nullptr) code.machineEntry = reinterpret_cast<const uint8_t*>(stubs_.interpreted);
}

void JitTiers::sweep(Isolate& isolate) {
  size_t looked = markCodeInUse(isolate);
  for (Code* code = isolate.codes; code != nullptr; code = code->next) {
    looked++;
    if (code->machine == nullptr) continue;
    bool used = isReturnedTo(*code) || code->machine->onStack;
    freeDiscarded(isolate, *code);
    MachineCode* machine = code->machine.get();
    if (machine == nullptr || machine->discarded || machine->awaitsSlice) continue;
    if (!machine->dormant) {
      putToSleep(*code);
    } else if (!used) {
      discard(isolate, *code, "not entered for long");
    }
  }
  walked(looked);
}

void JitTiers::discardUnused(Isolate& isolate, const char* why) {
  size_t looked = markCodeInUse(isolate);
  for (Code* code = isolate.codes; code != nullptr; code = code->next) {
    looked++;
    if (code->machine == nullptr) continue;
    bool used = isReturnedTo(*code);
    freeDiscarded(isolate, *code);
    if (!used && code->machine != nullptr) discard(isolate, *code, why);
  }
  walked(looked);
}

void JitTiers::lacksRoom(Isolate& isolate, Code& code, const char* reason, const char* why) {
  refuse(isolate, code, reason, why);
  countFromStart(code);
  code.heat = std::max(code.heat, options_.threshold) * kPatience;
  code.loopHeat = kPatience;
  if (polls_ >= roomless_.until) roomless_ = {polls_ + kRoomlessPolls, why};
  if (isolate.nativeStack == nullptr && mayWalk()) sweep(isolate);
}

void JitTiers::discardCode(Code& code) {
  code.machine->discarded = true;
  settle(code);
}

void JitTiers::settle(Code& code) {
  if (orderChain(code)) return enterFirst(code);
  code.machine->dormant = code.machine->awaitsSlice = false;
  countCalls(code, options_.threshold > 1 ? kCallsAfterDiscard : 1);
  code.loopHeat = 1;
}

size_t JitTiers::free(PlacedCode& placed) {
  if (records_ != nullptr) records_->freed(placed);
  outside_.freed(placed.start);
  std::erase(withYoung_, &placed);
  memory_->free(placed.block);
  bytes_ -= placed.accounted;
  roomless_.until = 0;
  return placed.accounted;
}

void JitTiers::take(Code& code, const char* why) {
  while (code.machine != nullptr) {
    std::unique_ptr<MachineCode> machine = std::move(code.machine);
    if (records_ != nullptr) records_->ended(*machine, why);
    code.machine = std::move(machine->previous);
    free(static_cast<PlacedCode&>(*machine));
  }
  roomless_.until = 0;
}

}  // namespace devvm::jit
