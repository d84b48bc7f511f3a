#include "jit/tiering/tiers.h"

#include <algorithm>

#include "interpreter/interpreter.h"
#include "jit/tiering/code_chain.h"
#include "jit/tiering/jit_tiers.h"

namespace devvm::jit {

JitTiers::JitTiers(const JitOptions& options) : options_(options) {
  // Whoever looks at compilations wants to find the same ones each time.
  background_ = policy_.enabled() && options.background && !options.record;
  if (options.record) records_ = std::make_unique<CodeRecords>();
}

JitTiers::~JitTiers() {
  endBackground();
  if (stubs_.block) outside_.freed(stubs_);
  for (CodeBlock* block : {&stubs_.block, &optimizedStubs_.block, &codegenStubs_.block}) {
    if (*block) memory_->free(*block);
  }
}

const char* JitTiers::prepare(Isolate& isolate) {
  if (options_.refuseMemory) return "refused by an option";
  outsideProblem_ = outside_.open(options_);
  if (outside_.any() || records_ != nullptr) openCode(isolate);
  return refusal_;
}

const char* JitTiers::openMemory() {
  memory_.emplace(CodeMemoryOptions{.limit = options_.codeBytes, .debuggable = options_.gdb});
  if (!memory_->available()) return memory_->refusal();
  if (!stubs_.make(*memory_)) return "no room for machine code";
  if (policy_.enabled() && (!optimizedStubs_.make(*memory_, stubs_) || !codegenStubs_.make(*memory_))) {
    return "no room for machine code";
  }
  return nullptr;
}

bool JitTiers::openCode(Isolate& isolate) {
  if (memory_.has_value()) return refusal_ == nullptr;
  refusal_ = openMemory();
  if (refusal_ == nullptr) outside_.placed(stubs_);
  for (Code* code = isolate.codes; code != nullptr; code = code->next) {
    if (refusal_ == nullptr) {
      code->machineEntry = reinterpret_cast<const uint8_t*>(stubs_.interpreted);
    } else {
      leaveInterpreted(*code);
    }
  }
  return refusal_ == nullptr;
}

void JitTiers::leaveInterpreted(Code& code) {
  code.start = code.entry;
  code.heat = code.loopHeat = 0;
}

void JitTiers::loaded(Code& code) {
  if (refusal_ != nullptr) return leaveInterpreted(code);
  code.warm = options_.threshold <= 1;
  countFromStart(code);
  if (const SavedFunction* saved = savedOf(code); saved != nullptr && saved->compiled) {
    code.heat = code.loopHeat = 1;
    code.warm = true;
  }
}

bool JitTiers::loadFeedback(Isolate& isolate, std::string& why) {
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

bool JitTiers::saveFeedback(Isolate& isolate, std::string& why) {
  if (options_.saveFeedback.empty()) return true;
  saved_.collect(isolate);
  return writeFeedbackFile(options_.saveFeedback, saved_, why);
}

void JitTiers::functionIsHot(Isolate& isolate, Code& code) {
  if (code.machine != nullptr && code.machine->awaitsSlice) return beginSlice(isolate, code);
  if (refusal_ != nullptr) return leaveInterpreted(code);
  if (code.machine != nullptr && code.machine->dormant) {
    if (awaitsEndOfSlice(isolate, code) || wantsBeginning(isolate, code)) {
      code.heat = 2;  // this call is counted again
      return;
    }
    return optimize(isolate, code, 0, "calls") ? void() : wake(code);
  }
  if (code.warm) {
    compile(isolate, code, "calls", isolate.fiber->fp);
    if (policy_.atOnce()) optimizeAtOnce(isolate, code, 0);
    return;
  }
  becomesWarm(isolate, code);
  code.heat = heat_.untilHot(code) + 1;  // this call is counted again
}

void JitTiers::observe(Isolate& isolate) {
  recorder_.observe(isolate);
  if (isolate.profiling) return;
  endSlices(isolate);
  if (policy_.enabled()) isolate.requestPoll();  // what waited for the slice is compiled
}

void JitTiers::requestSlice(Isolate& isolate, Code& code) {
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

const uint8_t* JitTiers::loopReached(Isolate& isolate, Code& code, uint32_t offset) {
  if (code.machine != nullptr && code.machine->awaitsSlice) {
    beginSlice(isolate, code);
    return nullptr;
  }
  if (operandsLieLow(*isolate.fiber, code)) return nullptr;
  if (code.machine != nullptr && !code.machine->discarded) {
    if (awaitsEndOfSlice(isolate, code)) return nullptr;
    if (hasOnlyBaselineLoop(code, offset)) optimize(isolate, code, offset, "loop");
    return loopEntry(code, offset);
  }
  if (code.loopHeat == 0) return nullptr;
  if (auto* feedback = feedbackOf(code)) feedback->loopPolls++;
  if (--code.loopHeat != 0) {
    if (!code.warm) becomesWarm(isolate, code);
    return nullptr;
  }
  compile(isolate, code, "loop", isolate.fiber->fp);
  if (policy_.atOnce()) optimizeAtOnce(isolate, code, offset);
  return loopEntry(code, offset);
}

void JitTiers::enter(Isolate& isolate, const uint8_t* address, Value* calleeSlot, Value result) {
  stubs_.enter(&isolate, address, calleeSlot, result.bits());
  if (records_ != nullptr) records_->left(isolate);
}

void JitTiers::release(Code& code) {
  forgetJobs(code);
  recorder_.forget(code);
  if (auto* feedback = feedbackOf(code)) feedbackBytes_ -= feedback->accounted;
  speculations_.erase(&code);
  policy_.forget(code);
  for (auto& [shape, dependents] : dependents_) {
    std::erase_if(dependents, [&code](const Dependent& d) { return d.code == &code; });
  }
  std::erase_if(awaited_, [&code](const AwaitedSlice& s) { return s.code == &code; });
  if (code.machine != nullptr) take(code, "the function is dead");
  if (records_ != nullptr) records_->dead(code);
}

bool JitTiers::compileAhead(Isolate& isolate, Code& code) {
  if (code.machine == nullptr) compile(isolate, code, "asked for", nullptr);
  return code.machine != nullptr;
}

void JitTiers::polled(Isolate& isolate, bool optimized) {
  polls_++;
  if (!jobs_.empty()) lookAfterJobs(isolate);
  bool stress = options_.stress != JitOptions::Stress::kNone && options_.stress != JitOptions::Stress::kDeopt;
  if (records_ != nullptr && !isNativeFrame(isolate.fiber->fp)) records_->polled(*codeOf(isolate.fiber->fp));
  if (!isolate.profiling) endSlices(isolate);
  if (policy_.enabled()) optimized ? policy_.ran(*codeOf(isolate.fiber->fp)) : sample(isolate);
  if (options_.stress == JitOptions::Stress::kSlices) {
    stress = false;
    if (isolate.nativeStack != nullptr && !optimized && !isNativeFrame(isolate.fiber->fp)) {
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

void JitTiers::deoptimized(Isolate& isolate, Code& code, const uint8_t* from) {
  const MachineCode* left = code.machine->returnedTo(from);
  if (left != nullptr && left->maps != nullptr) return optimizedWasLeft(isolate, code, *left, from);
  const Fiber& f = *isolate.fiber;
  uint32_t offset = code.offsetOf(f.pc);
  tell(isolate, code, events::EventKind::kDeoptimization, bytecode::opInfo(bytecode::readOp(f.pc)).mnemonic, -1,
       offset);
  // Frames may still have code that was discarded: nothing is to be learnt from that.
  if (left == nullptr || left->discarded) return;
  SpeculationLog<uint32_t>& log = speculations_[&code];
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
  if (left != code.machine.get()) {
    // Optimized code stays in front of it, and goes on in the code that takes its place.
    if (!budget_.allows(monotonicNanos())) return;
    log.discarded();
    const_cast<MachineCode*>(left)->discarded = true;
    compile(isolate, code, "left too often", f.fp);
    settle(code);
    return;
  }
  log.discarded();
  discardCode(code);
  tell(isolate, code, events::EventKind::kCodeDiscarded, "left too often", -1);
}

void JitTiers::countCalls(Code& code, uint32_t heat) {
  code.start = interpreter::kCountCode;
  code.machineEntry = reinterpret_cast<const uint8_t*>(stubs_.interpreted);
  code.heat = heat;
}

void JitTiers::countFromStart(Code& code) {
  countCalls(code, heat_.untilHot(code));
  code.loopHeat = heat_.loopPolls();
}

void JitTiers::beginSlice(Isolate& isolate, Code& code) {
  code.start = code.entry;
  for (AwaitedSlice& s : awaited_) {
    if (s.code != &code) continue;
    if (s.begun) return;  // its loops are reached again and again meanwhile
    s.begun = true;
  }
  recorder_.begin(isolate);
}

void JitTiers::endSlices(Isolate& isolate) {
  size_t ended = std::erase_if(awaited_, [this](const AwaitedSlice& s) {
    MachineCode* machine = s.code->machine.get();
    auto* state = policy_.find(*s.code);
    bool asked = state != nullptr && state->phase == OptimizingPolicy::Phase::kAsked;
    if (machine == nullptr || !machine->awaitsSlice) {  // gone, or discarded
      if (asked) policy_.cool(*state);
      return true;
    }
    if (!s.begun) return false;
    machine->awaitsSlice = false;
    accountFeedback(*s.code->isolate, *s.code);
    wake(*s.code);
    if (asked) {
      state->phase = OptimizingPolicy::Phase::kReady;
      putToSleep(*s.code);  // the next call is seen
    }
    return true;
  });
  if (ended != 0) isolate.requestPoll();  // which finds those that are in a loop
}

void JitTiers::becomesWarm(Isolate& isolate, Code& code) {
  code.warm = true;
  if (!openCode(isolate)) return refuse(isolate, code, "warm", refusal_);
  if (feedbackBytes_ > kMostFeedback) return;
  uint32_t calls = options_.threshold / 2 - std::min(code.heat, options_.threshold / 2);
  if (!makeFeedback(isolate, code)) return;
  feedbackOf(code)->calls += calls;
  recorder_.begin(isolate);
}

const SavedFunction* JitTiers::savedOf(const Code& code) const {
  if (saved_.size() == 0 || code.module->codeHash == 0) return nullptr;
  const SavedFunction* saved = saved_.find({code.module->codeHash, code.index});
  return saved != nullptr && saved->codeSize == code.codeSize ? saved : nullptr;
}

bool JitTiers::makeFeedback(Isolate& isolate, Code& code) {
  auto vector = FeedbackVector::make(code);
  if (vector == nullptr) return false;
  if (const SavedFunction* saved = savedOf(code)) applySaved(*saved, isolate, *vector);
  code.feedbackVector = std::move(vector);
  accountFeedback(isolate, code);
  return true;
}

void JitTiers::accountFeedback(Isolate& isolate, Code& code) {
  FeedbackVector& vector = *feedbackOf(code);
  size_t more = vector.bytes() - vector.accounted;
  if (more == 0) return;
  vector.accounted += more;
  feedbackBytes_ += more;
  code.accounted += more;
  isolate.external += more;
  isolate.heap.adjustExternal(static_cast<ptrdiff_t>(more));
}

void JitTiers::compile(Isolate& isolate, Code& code, const char* reason, const Value* frame) {
  leaveInterpreted(code);
  if (!openCode(isolate)) return refuse(isolate, code, reason, refusal_);
  if (code.feedbackVector != nullptr) accountFeedback(isolate, code);
  if (code.feedbackVector == nullptr && savedOf(code) != nullptr && feedbackBytes_ <= kMostFeedback) {
    makeFeedback(isolate, code);
  }
  uint64_t began = monotonicNanos();
  if (options_.threshold > 1 && frame != nullptr && !budget_.allows(began)) {
    refuse(isolate, code, reason, "compilations had their share of the time: later");
    return countFromStart(code);
  }
  if (polls_ < roomless_.until && frame != nullptr) return lacksRoom(isolate, code, reason, roomless_.why);
  CompileBudget::Spending spending(budget_, began);
  assembler_.reset();
  SpeculationLog<uint32_t>& log = speculations_[&code];
  // What was learnt the first time did not help where two compilations were left.
  std::vector<uint32_t> left = log.left(1), leftOften = log.left(2);
  Compiler compiler(assembler_, code, stubs_,
                    {.feedback = feedbackOf(code),
                     .frame = frame,
                     .speculates = log.compilations++ < SpeculationLog<uint32_t>::kMostCompilations,
                     .left = left,
                     .leftOften = leftOften},
                    compilerMemory_);
  std::unique_ptr<uint64_t[]> counters;
  bool recorded = records_ != nullptr && !records_->paused();
  if (recorded && options_.count && !records_->full()) counters = std::make_unique<uint64_t[]>(code.codeSize + 1);
  if (recorded || outside_.any()) compiler.describe(counters.get());
  if (!compiler.compile()) return refuse(isolate, code, reason, compiler.refusal());
  const char* why = nullptr;
  auto placed = place(isolate, assembler_, &why);
  if (placed == nullptr) return lacksRoom(isolate, code, reason, why);
  placed->callEntry = placed->start + compiler.callEntry;
  placed->bodyEntry = placed->start + compiler.bodyEntry;
  placed->returns = std::move(compiler.returns);
  placed->loops = std::move(compiler.loops);
  placed->shapes = std::move(compiler.shapes);
  placed->shapeChecks = std::move(compiler.shapeChecks);
  placed->instructions = compiler.components;
  placed->sections = compiler.sections;
  placed->compileNanos = monotonicNanos() - began;
  // Frames may still have what came before: it stays, and until here it stays the function's.
  install(isolate, code, assembler_, std::move(placed));
  enterFirst(code);
  if (recorded) {
    if (CodeRecord* r = records_->compiled(code, code.machine.get(), reason)) {
      r->tags.assign(assembler_.tags().begin(), assembler_.tags().end());
      r->counters = std::move(counters);
    }
  }
  tell(isolate, code, events::EventKind::kTierUp, reason, code.machine->size);
}

std::unique_ptr<PlacedCode> JitTiers::place(const Isolate& isolate, x64::Assembler& assembler, const char** why) {
  auto placed = std::make_unique<PlacedCode>();
  CodeMemoryError error = CodeMemoryError::kNone;
  placed->block = memory_->place(assembler, &error);
  if (!placed->block) {
    *why = codeMemoryErrorText(error);
    return nullptr;
  }
  placed->start = placed->block.address;
  placed->size = placed->block.bytes;
  if (size_t limit = isolate.heap.limit(); limit != 0 && bytes_ + placed->size > limit / kShareOfLimit) {
    memory_->free(placed->block);
    *why = "machine code has its share of the memory limit";
    return nullptr;
  }
  return placed;
}

void JitTiers::install(Isolate& isolate, Code& code, const x64::Assembler& assembler,
                       std::unique_ptr<PlacedCode> placed) {
  size_t bytes = placed->size + sizeof *placed + placed->tables +
                 (placed->returns.capacity() + placed->loops.capacity()) * sizeof(MachineCode::Place) +
                 placed->shapes.capacity() * sizeof(uint32_t) +
                 placed->shapeChecks.capacity() * sizeof(MachineCode::ShapeCheck);
  placed->accounted = bytes;
  bytes_ += bytes;
  code.accounted += bytes;
  isolate.external += bytes;
  isolate.heap.adjustExternal(static_cast<ptrdiff_t>(bytes));
  outside_.placed(code, *placed, assembler.tags());
  addToChain(code, std::move(placed));
}

void JitTiers::refuse(Isolate& isolate, const Code& code, const char* reason, const char* why, const char* tier) {
  if (records_ != nullptr && tier == nullptr) {
    if (CodeRecord* r = records_->compiled(code, nullptr, reason)) r->refusal = why;
  }
  tell(isolate, code, events::EventKind::kCompilationRefused, why, -1, -1, tier);
}

void JitTiers::tell(Isolate& isolate, const Code& code, events::EventKind kind, std::string_view reason, int64_t bytes,
                    int64_t offset, const char* tier) {
  if (isolate.events == nullptr || !isolate.events->wants(events::kCompilationEvents)) return;
  std::string name = code.module->shortName + ":" + std::to_string(code.function->lineDefined);
  int line = offset >= 0 ? static_cast<int>(lineAt(code, static_cast<uint32_t>(offset))) : -1;
  isolate.events->publish(
      {.kind = kind, .line = line, .offset = offset, .bytes = bytes, .function = name, .text = reason, .tier = tier});
}

namespace {

JitTiers& tiersOf(Isolate& isolate) { return static_cast<JitTiers&>(*isolate.tiers); }

}  // namespace

bool enable(Isolate& isolate, const char** reason) {
  auto tiers = std::make_unique<JitTiers>(isolate.options.jit);
  const char* why = tiers->prepare(isolate);
  if (reason != nullptr) *reason = why != nullptr ? why : tiers->outsideProblem();
  if (why != nullptr) return false;
  if (CodeRecords* records = tiers->records()) isolate.cacheMisses = &records->misses;
  isolate.tiers = std::move(tiers);
  const JitOptions& options = isolate.options.jit;
  if (options.stress == JitOptions::Stress::kDeopt) {
    isolate.guardsUntilExit = options.stressEvery;
  } else if (options.stress != JitOptions::Stress::kNone) {
    isolate.longestSlice = options.stressEvery;
  }
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
  JitTiers& tiers = tiersOf(isolate);
  for (const StubInfo& stub : stubInfos(tiers.stubs())) {
    if (stub.address == address) return stub.name;
  }
  const OptimizedStubs& optimized = tiers.optimizedStubs();
  if (address == optimized.exit) return "exit";
  if (address == optimized.poll) return "poll";
  if (address == optimized.grow) return "grow";
  if (address == tiers.codegenStubs().leaf) return "leaf";
  if (address == tiers.codegenStubs().store) return "store";
  return {};
}

}  // namespace devvm::jit
