#include "jit/tiering/tiers.h"

#include <algorithm>
#include <ctime>
#include <string>
#include <unordered_map>

#include "events/event_bus.h"
#include "interpreter/interpreter.h"
#include "jit/baseline/compiler.h"
#include "jit/tiering/speculation_log.h"
#include "jit/feedback/recorder.h"
#include "jit/feedback/saved_feedback.h"
#include "jit/tiering/code_records.h"
#include "jit/tiering/outside_tools.h"
#include "jit/tiering/code_use.h"
#include "jit/tiering/compile_budget.h"
#include "jit/tiering/heat.h"

namespace devvm::jit {

using namespace runtime;

namespace {

/// Calls of a function whose code was discarded until it is compiled again: time to see what it does now.
constexpr uint32_t kCallsAfterDiscard = 4;

/// The part of the isolate's memory limit that machine code may take, and what is loaded of an earlier run's feedback:
/// the program keeps the rest.
constexpr size_t kShareOfLimit = 8;

/// Memory of all feedback vectors at most; functions that get warm later are compiled without.
constexpr size_t kMostFeedback = size_t{16} << 20;

/// Polls between two looks for machine code that is not entered; what is left alone for two of them is discarded.
constexpr uint64_t kSweepPolls = 16'384;
/// So much code may lie idle.
constexpr size_t kLittleCode = size_t{1} << 20;
/// Frames and functions that may be looked at for each poll that passes.
constexpr size_t kWalkedPerPoll = 8;
/// Where there was no room, a function has to be so much hotter to be asked for again, and for so many polls nothing is
/// compiled at all.
constexpr uint32_t kPatience = 8, kRoomlessPolls = 16;

/// Polls at which machine code is left, so that a loop of which a slice was asked for gets to the interpreter; later it
/// waits for the function's next call.
constexpr uint32_t kLeavingPolls = 4;

struct PlacedCode : MachineCode {
  CodeBlock block;
  size_t accounted = 0;  ///< bytes, with the tables
};

uint64_t nanos() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

class JitTiers final : public Tiers {
 public:
  explicit JitTiers(const JitOptions& options)
      : options_(options),
        memory_(
            {.limit = options.codeBytes, .forceRefusal = options.refuseMemory, .near = 0, .debuggable = options.gdb}) {
    if (options.record) records_ = std::make_unique<CodeRecords>();
  }
  ~JitTiers() override {
    if (stubs_.block) outside_.freed(stubs_);
    memory_.free(stubs_.block);
  }

  const char* prepare() {
    if (!memory_.available()) return memory_.refusal();
    if (!stubs_.make(memory_)) return "no room for machine code";
    outsideProblem_ = outside_.open(options_);
    outside_.placed(stubs_);
    return nullptr;
  }

  void loaded(Code& code) override {
    code.warm = options_.threshold <= 1;
    countFromStart(code);
    if (const SavedFunction* saved = savedOf(code); saved != nullptr && saved->compiled) {
      code.heat = code.loopHeat = 1;
      code.warm = true;
    }
  }

  bool loadFeedback(Isolate& isolate, std::string& why) {
    if (options_.loadFeedback.empty()) return true;
    size_t limit = isolate.heap.limit();
    if (readFeedbackFile(options_.loadFeedback, limit != 0 ? limit / kShareOfLimit : SIZE_MAX, saved_, why)) {
      // Until the isolate ends.
      size_t bytes = saved_.memory();
      isolate.external += bytes;
      isolate.heap.adjustExternal(static_cast<ptrdiff_t>(bytes));
      return true;
    }
    if (isolate.events != nullptr && isolate.events->wants(events::kCompilationEvents)) {
      isolate.events->publish({.kind = events::EventKind::kFeedbackIgnored, .text = why});
    }
    return false;
  }

  bool saveFeedback(Isolate& isolate, std::string& why) {
    if (options_.saveFeedback.empty()) return true;
    saved_.collect(isolate);
    return writeFeedbackFile(options_.saveFeedback, saved_, why);
  }

  void functionIsHot(Isolate& isolate, Code& code) override {
    if (code.machine != nullptr && code.machine->awaitsSlice) return beginSlice(isolate, code);
    if (code.machine != nullptr && code.machine->dormant) return wake(code);
    if (code.warm) return compile(isolate, code, "calls", isolate.fiber->fp);
    becomesWarm(isolate, code);
    code.heat = heat_.untilHot(code) + 1;  // this call is counted again
  }

  void observe(Isolate& isolate) override {
    recorder_.observe(isolate);
    if (!isolate.profiling) endSlices(isolate);
  }

  void requestSlice(Isolate& isolate, Code& code) override {
    if (code.feedbackVector == nullptr && (feedbackBytes_ > kMostFeedback || !makeFeedback(isolate, code))) return;
    MachineCode* machine = code.machine.get();
    if (machine == nullptr || machine->discarded) return recorder_.begin(isolate);
    if (machine->awaitsSlice) return;
    machine->awaitsSlice = true;
    machine->dormant = false;
    countCalls(code, 1);
    awaited_.push_back({&code, false});
    leavingPolls_ = kLeavingPolls;
  }

  const uint8_t* loopIsHot(Isolate& isolate, Code& code, uint32_t offset) override {
    if (code.machine != nullptr && code.machine->awaitsSlice) {
      beginSlice(isolate, code);
      return nullptr;
    }
    if (code.loopHeat == 0) return nullptr;
    if (auto* feedback = feedbackOf(code)) feedback->loopPolls++;
    if (--code.loopHeat != 0) {
      if (!code.warm) becomesWarm(isolate, code);
      return nullptr;
    }
    compile(isolate, code, "loop", isolate.fiber->fp);
    return code.machine != nullptr && !code.machine->discarded ? code.machine->loopEntry(offset) : nullptr;
  }

  void enter(Isolate& isolate, const uint8_t* address, Value* calleeSlot, Value result) override {
    stubs_.enter(&isolate, address, calleeSlot, result.bits());
    if (records_ != nullptr) records_->left(isolate);
  }

  void release(Code& code) override {
    recorder_.forget(code);
    if (auto* feedback = feedbackOf(code)) feedbackBytes_ -= feedback->accounted;
    speculations_.erase(&code);
    std::erase_if(awaited_, [&code](const AwaitedSlice& s) { return s.code == &code; });
    if (code.machine != nullptr) take(code, "the function is dead");
    if (records_ != nullptr) records_->dead(code);
  }

  /// What outside tools do not get; null: nothing is wrong.
  const char* outsideProblem() const { return outsideProblem_; }
  CodeRecords* records() { return records_.get(); }
  const Stubs& stubs() const { return stubs_; }

  bool compileAhead(Isolate& isolate, Code& code) {
    if (code.machine == nullptr) compile(isolate, code, "asked for", nullptr);
    return code.machine != nullptr;
  }

  void polled(Isolate& isolate) override {
    polls_++;
    bool stress = options_.stress != JitOptions::Stress::kNone;
    if (!isolate.profiling) endSlices(isolate);
    if (options_.stress == JitOptions::Stress::kSlices) {
      stress = false;
      if (isolate.nativeStack != nullptr && !isNativeFrame(isolate.fiber->fp)) {
        requestSlice(isolate, *const_cast<Code*>(codeOf(isolate.fiber->fp)));
      }
    }
    if (!awaited_.empty() && leavingPolls_ > 0 && isolate.nativeStack != nullptr) {
      leavingPolls_--;
      isolate.leavesMachine = true;
    }
    if (!stress && polls_ % HeatPolicy::kDecayPolls == 0) heat_.decay(isolate);
    // Code is freed by the interpreter: it gets its turn.
    if ((stress || polls_ - lastSweep_ >= kSweepPolls) && isolate.nativeStack != nullptr) isolate.leavesMachine = true;
  }

  void collected(heap::Heap& heap) override { recorder_.collected(heap); }

  void maintain(Isolate& isolate) override {
    if (options_.stress == JitOptions::Stress::kReclaim) {
      if (mayWalk()) discardUnused(isolate, "stress");
    } else if (polls_ - lastSweep_ >= kSweepPolls && options_.stress == JitOptions::Stress::kNone) {
      lastSweep_ = polls_;
      if (bytes_ >= kLittleCode && mayWalk()) sweep(isolate);
    }
  }

  void discardIdle(Isolate& isolate, Code& code, const char* why) {
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

  void deoptimized(Isolate& isolate, const uint8_t* from) override {
    const Fiber& f = *isolate.fiber;
    auto& code = *const_cast<Code*>(codeOf(f.fp));
    uint32_t offset = code.offsetOf(f.pc);
    tell(isolate, code, events::EventKind::kDeoptimization, bytecode::opInfo(bytecode::readOp(f.pc)).mnemonic, -1,
         offset);
    // Frames may still have code that was discarded: nothing is to be learnt from that.
    if (code.machine->discarded || !code.machine->returnsInto(from)) return;
    SpeculationLog& log = speculations_[&code];
    bool discard = log.note(offset);
    if (const auto* feedback = feedbackOf(code)) {
      const Site* site = feedback->find(offset);
      discard = discard || (site != nullptr && site->count > kVisitsUntilSeen);
    }
    // What was expected wrongly, and what comes behind, is to be seen.
    if (code.feedbackVector == nullptr) {
      becomesWarm(isolate, code);
    } else {
      recorder_.begin(isolate);
    }
    if (!discard) return;
    log.discarded();
    discardCode(code);
    tell(isolate, code, events::EventKind::kCodeDiscarded, "left too often", -1);
  }

  void shapesFreed(Isolate& isolate, const std::vector<uint8_t>& fate, uint8_t dead) override {
    for (Code* code = isolate.codes; code != nullptr; code = code->next) {
      for (MachineCode* m = code->machine.get(); m != nullptr; m = m->previous.get()) {
        bool stale = false;
        for (uint32_t shape : m->shapes) stale = stale || (shape < fate.size() && fate[shape] == dead);
        if (!stale) continue;
        // A number that no shape has; wherever the code is now, it asks before it relies on a shape again.
        static constexpr uint8_t kNoShape[] = {0xFF, 0xFF, 0xFF, 0xFF};
        for (const MachineCode::ShapeCheck& c : m->shapeChecks) {
          size_t bytes = c.isByte ? 1 : 4;
          memory_.write(m->start + c.end - bytes, {kNoShape, bytes});
        }
        m->shapes.clear();
        m->shapeChecks.clear();
        if (m == code->machine.get() && !m->discarded) discardCode(*code);
      }
    }
  }

 private:
  /// The function is interpreted from its next call on; so many of them are counted until it is asked for.
  void countCalls(Code& code, uint32_t heat) {
    code.start = interpreter::kCountCode;
    code.machineEntry = reinterpret_cast<const uint8_t*>(stubs_.interpreted);
    code.heat = heat;
  }

  /// The function is interpreted, and its calls and loops are counted.
  void countFromStart(Code& code) {
    countCalls(code, heat_.untilHot(code));
    code.loopHeat = heat_.loopPolls();
  }

  // ---- profiled slices of functions that have machine code ----

  /// The interpreter is in a function of which a slice was asked for, and stays there.
  void beginSlice(Isolate& isolate, Code& code) {
    for (AwaitedSlice& s : awaited_) {
      if (s.code == &code) s.begun = true;
    }
    code.start = code.entry;
    recorder_.begin(isolate);
  }
  /// The slice is over: functions that were seen go back to their machine code.
  void endSlices(Isolate& isolate) {
    if (awaited_.empty()) return;
    std::erase_if(awaited_, [this](const AwaitedSlice& s) {
      MachineCode* machine = s.code->machine.get();
      if (machine == nullptr || !machine->awaitsSlice) return true;  // gone, or discarded
      if (!s.begun) return false;
      machine->awaitsSlice = false;
      accountFeedback(*s.code->isolate, *s.code);
      wake(*s.code);
      return true;
    });
    isolate.requestPoll();  // which finds those that are in a loop
  }

  // ---- reclaiming ----

  /// The next call of the function is seen.
  void putToSleep(Code& code) {
    code.machine->dormant = true;
    countCalls(code, 1);
  }
  void wake(Code& code) {
    code.machine->dormant = false;
    code.start = interpreter::kEnterMachineCode;
    code.machineEntry = code.machine->callEntry;
  }

  void discard(Isolate& isolate, Code& code, const char* why) {
    tell(isolate, code, events::EventKind::kCodeDiscarded, why, code.machine->size);
    discardIdle(isolate, code, why);
    countFromStart(code);
  }

  /// Frees code that was discarded while frames had it. The function is being counted already.
  void dropDiscarded(Isolate& isolate, Code& code) {
    const uint8_t* start = code.start;
    discardIdle(isolate, code, "discarded");
    code.start = start;
  }

  /// Discards what was dormant since the last sweep and is in no frame; the rest becomes dormant. No machine code is
  /// active on the host's stack.
  void sweep(Isolate& isolate) {
    size_t looked = markCodeInUse(isolate);
    for (Code* code = isolate.codes; code != nullptr; code = code->next) {
      looked++;
      if (code->machine == nullptr) continue;
      MachineCode& machine = *code->machine;
      bool returnsTo = machine.returnsTo, used = returnsTo || machine.onStack;
      machine.returnsTo = machine.onStack = false;
      if (machine.discarded) {
        if (!returnsTo) dropDiscarded(isolate, *code);
      } else if (machine.awaitsSlice) {
        continue;
      } else if (!machine.dormant) {
        putToSleep(*code);
      } else if (!used) {
        discard(isolate, *code, "not entered for long");
      }
    }
    walked(looked);
  }

  /// Discards all code to which no frame returns. No machine code is active on the host's stack.
  void discardUnused(Isolate& isolate, const char* why) {
    size_t looked = markCodeInUse(isolate);
    for (Code* code = isolate.codes; code != nullptr; code = code->next) {
      looked++;
      if (code->machine == nullptr) continue;
      bool used = code->machine->returnsTo;
      code->machine->returnsTo = code->machine->onStack = false;
      if (used) continue;
      code->machine->discarded ? dropDiscarded(isolate, *code) : discard(isolate, *code, why);
    }
    walked(looked);
  }

  /// Walks over deep stacks and many functions are paid by as many polls: they never take most of the time.
  bool mayWalk() const { return polls_ >= nextWalk_; }
  void walked(size_t looked) { nextWalk_ = polls_ + looked / kWalkedPerPoll; }

  /// There is no room for a function's machine code: it is asked for again later, and what nobody enters makes room.
  void lacksRoom(Isolate& isolate, Code& code, const char* reason, const char* why) {
    refuse(isolate, code, reason, why);
    countFromStart(code);
    code.heat = std::max(code.heat, options_.threshold) * kPatience;
    code.loopHeat = kPatience;
    if (polls_ >= roomless_.until) roomless_ = {polls_ + kRoomlessPolls, why};
    if (isolate.nativeStack == nullptr && mayWalk()) sweep(isolate);
  }

  /// The function is interpreted from its next call or loop on, and soon compiled again. Frames keep the code.
  void discardCode(Code& code) {
    code.machine->discarded = true;
    code.machine->dormant = code.machine->awaitsSlice = false;
    countCalls(code, options_.threshold > 1 ? kCallsAfterDiscard : 1);
    code.loopHeat = 1;
  }

  /// Frees the machine code.
  void take(Code& code, const char* why) {
    if (records_ != nullptr) records_->ended(code, *code.machine, why);
    for (std::unique_ptr<MachineCode> machine = std::move(code.machine); machine != nullptr;) {
      auto* placed = static_cast<PlacedCode*>(machine.get());
      outside_.freed(placed->start);
      memory_.free(placed->block);
      bytes_ -= placed->accounted;
      machine = std::move(placed->previous);
    }
    roomless_.until = 0;
  }

  /// Half of what makes a function hot is over: it gets a feedback vector, and a slice is recorded.
  void becomesWarm(Isolate& isolate, Code& code) {
    code.warm = true;
    if (feedbackBytes_ > kMostFeedback) return;
    uint32_t calls = options_.threshold / 2 - std::min(code.heat, options_.threshold / 2);
    if (!makeFeedback(isolate, code)) return;
    feedbackOf(code)->calls += calls;
    recorder_.begin(isolate);
  }

  /// What an earlier run learnt of the function, or null.
  const SavedFunction* savedOf(const Code& code) const {
    if (saved_.size() == 0 || code.module->codeHash == 0) return nullptr;
    const SavedFunction* saved = saved_.find({code.module->codeHash, code.index});
    return saved != nullptr && saved->codeSize == code.codeSize ? saved : nullptr;
  }

  /// Gives a function a feedback vector, with what an earlier run learnt.
  bool makeFeedback(Isolate& isolate, Code& code) {
    auto vector = FeedbackVector::make(code);
    if (vector == nullptr) return false;
    if (const SavedFunction* saved = savedOf(code)) applySaved(*saved, isolate, *vector);
    code.feedbackVector = std::move(vector);
    accountFeedback(isolate, code);
    return true;
  }

  /// The function's feedback counts against the memory limit.
  void accountFeedback(Isolate& isolate, Code& code) {
    FeedbackVector& vector = *feedbackOf(code);
    size_t more = vector.bytes() - vector.accounted;
    if (more == 0) return;
    vector.accounted += more;
    feedbackBytes_ += more;
    code.accounted += more;
    isolate.external += more;
    isolate.heap.adjustExternal(static_cast<ptrdiff_t>(more));
  }

  /// Compiles the function; `reason` says what made it hot. It stays interpreted where that is not possible.
  /// `frame`: one of the function's that is running, or null.
  void compile(Isolate& isolate, Code& code, const char* reason, const Value* frame) {
    code.start = code.entry;
    code.heat = code.loopHeat = 0;
    if (code.feedbackVector != nullptr) accountFeedback(isolate, code);
    if (code.feedbackVector == nullptr && savedOf(code) != nullptr && feedbackBytes_ <= kMostFeedback) {
      makeFeedback(isolate, code);
    }
    uint64_t began = nanos();
    if (options_.threshold > 1 && frame != nullptr && !budget_.allows(began)) {
      refuse(isolate, code, reason, "compilations had their share of the time: later");
      return countFromStart(code);
    }
    if (polls_ < roomless_.until && frame != nullptr) return lacksRoom(isolate, code, reason, roomless_.why);
    CompileBudget::Spending spending(budget_, began);
    assembler_.reset();
    SpeculationLog& log = speculations_[&code];
    // What was learnt the first time did not help where two compilations were left.
    std::vector<uint32_t> left = log.left(1), leftOften = log.left(2);
    Compiler compiler(assembler_, code, stubs_,
                      {.feedback = feedbackOf(code),
                       .frame = frame,
                       .speculates = log.compilations++ < SpeculationLog::kMostCompilations,
                       .left = left,
                       .leftOften = leftOften},
                      compilerMemory_);
    std::unique_ptr<uint64_t[]> counters;
    bool recorded = records_ != nullptr && !records_->paused();
    if (recorded && options_.count && !records_->full()) counters = std::make_unique<uint64_t[]>(code.codeSize + 1);
    if (recorded || outside_.any()) compiler.describe(counters.get());
    if (!compiler.compile()) return refuse(isolate, code, reason, compiler.refusal());
    auto placed = std::make_unique<PlacedCode>();
    CodeMemoryError error = CodeMemoryError::kNone;
    placed->block = memory_.place(assembler_, &error);
    if (!placed->block) {
      return lacksRoom(isolate, code, reason, codeMemoryErrorText(error));
    }
    placed->start = placed->block.address;
    placed->size = placed->block.bytes;
    placed->callEntry = placed->start + compiler.callEntry;
    placed->bodyEntry = placed->start + compiler.bodyEntry;
    placed->returns = std::move(compiler.returns);
    placed->loops = std::move(compiler.loops);
    placed->shapes = std::move(compiler.shapes);
    placed->shapeChecks = std::move(compiler.shapeChecks);
    placed->instructions = compiler.components;
    placed->sections = compiler.sections;
    placed->compileNanos = nanos() - began;
    // The function's memory is the isolate's: machine code and its tables count against the limit.
    size_t bytes = placed->size + sizeof *placed +
                   (placed->returns.capacity() + placed->loops.capacity()) * sizeof(MachineCode::Place) +
                   placed->shapes.capacity() * sizeof(uint32_t) +
                   placed->shapeChecks.capacity() * sizeof(MachineCode::ShapeCheck);
    if (size_t limit = isolate.heap.limit(); limit != 0 && bytes_ + bytes > limit / kShareOfLimit) {
      memory_.free(placed->block);
      return lacksRoom(isolate, code, reason, "machine code has its share of the memory limit");
    }
    placed->accounted = bytes;
    bytes_ += bytes;
    code.accounted += bytes;
    isolate.external += bytes;
    isolate.heap.adjustExternal(static_cast<ptrdiff_t>(bytes));
    outside_.placed(code, *placed, assembler_.tags());
    code.machineEntry = placed->callEntry;
    // Frames may still have what came before: it stays, and until here it stays the function's.
    placed->previous = std::move(code.machine);
    code.machine = std::move(placed);
    code.start = interpreter::kEnterMachineCode;
    if (recorded) {
      if (CodeRecord* r = records_->compiled(code, code.machine.get(), reason)) {
        r->tags.assign(assembler_.tags().begin(), assembler_.tags().end());
        r->counters = std::move(counters);
      }
    }
    tell(isolate, code, events::EventKind::kTierUp, reason, code.machine->size);
  }

  /// The function stays interpreted.
  void refuse(Isolate& isolate, const Code& code, const char* reason, const char* why) {
    if (records_ != nullptr) {
      if (CodeRecord* r = records_->compiled(code, nullptr, reason)) r->refusal = why;
    }
    tell(isolate, code, events::EventKind::kCompilationRefused, why, -1);
  }

  static void tell(Isolate& isolate, const Code& code, events::EventKind kind, std::string_view reason, int64_t bytes,
                   int64_t offset = -1) {
    if (isolate.events == nullptr || !isolate.events->wants(events::kCompilationEvents)) return;
    std::string name = code.module->shortName + ":" + std::to_string(code.function->lineDefined);
    int line = offset >= 0 ? static_cast<int>(lineAt(code, static_cast<uint32_t>(offset))) : -1;
    isolate.events->publish(
        {.kind = kind, .line = line, .offset = offset, .bytes = bytes, .function = name, .text = reason});
  }

  JitOptions options_;
  CodeMemory memory_;
  std::unordered_map<const Code*, SpeculationLog> speculations_;
  size_t bytes_ = 0;  ///< of machine code and its tables
  size_t feedbackBytes_ = 0;
  HeatPolicy heat_{options_};
  CompileBudget budget_{nanos()};
  uint64_t polls_ = 0, lastSweep_ = 0;  ///< since the isolate began; at the last look for idle code
  uint64_t nextWalk_ = 0;               ///< poll from which on all frames may be looked at again
  struct {
    uint64_t until = 0;         ///< poll
    const char* why = nullptr;  ///< as the last compilation was told that found no room
  } roomless_;
  struct AwaitedSlice {
    Code* code;
    bool begun;
  };
  std::vector<AwaitedSlice> awaited_;  ///< functions that have machine code and are to be seen in the interpreter
  uint32_t leavingPolls_ = 0;          ///< polls at which machine code is left for them
  Recorder recorder_;
  SavedFeedback saved_;
  Stubs stubs_;
  x64::Assembler assembler_;
  Compiler::Memory compilerMemory_;
  OutsideTools outside_;
  const char* outsideProblem_ = nullptr;
  std::unique_ptr<CodeRecords> records_;
};

JitTiers& tiersOf(Isolate& isolate) { return static_cast<JitTiers&>(*isolate.tiers); }

}  // namespace

bool enable(Isolate& isolate, const char** reason) {
  auto tiers = std::make_unique<JitTiers>(isolate.options.jit);
  const char* why = tiers->prepare();
  if (reason != nullptr) *reason = why != nullptr ? why : tiers->outsideProblem();
  if (why != nullptr) return false;
  if (CodeRecords* records = tiers->records()) isolate.cacheMisses = &records->misses;
  isolate.tiers = std::move(tiers);
  const JitOptions& options = isolate.options.jit;
  if (options.stress != JitOptions::Stress::kNone) isolate.longestSlice = options.stressEvery;
  return true;
}

bool loadFeedback(Isolate& isolate, std::string& why) {
  return isolate.tiers == nullptr || tiersOf(isolate).loadFeedback(isolate, why);
}

bool saveFeedback(Isolate& isolate, std::string& why) {
  if (isolate.tiers != nullptr) return tiersOf(isolate).saveFeedback(isolate, why);
  why = "nothing was learnt without compilers";
  return isolate.options.jit.saveFeedback.empty();
}

CodeRecords* codeRecords(Isolate& isolate) { return isolate.tiers != nullptr ? tiersOf(isolate).records() : nullptr; }

bool compileAhead(Isolate& isolate, Code& code) { return tiersOf(isolate).compileAhead(isolate, code); }

void discardIdle(Isolate& isolate, Code& code, const char* why) { tiersOf(isolate).discardIdle(isolate, code, why); }

std::string stubNameAt(Isolate& isolate, uintptr_t address) {
  if (isolate.tiers == nullptr) return {};
  for (const StubInfo& stub : stubInfos(tiersOf(isolate).stubs())) {
    if (stub.address == address) return stub.name;
  }
  return {};
}

}  // namespace devvm::jit
