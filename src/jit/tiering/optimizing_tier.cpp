// The optimizing compiler's share of tiering: hot baseline code is compiled again, and goes back into force where that
// was wrong.

#include <algorithm>

#include "interpreter/interpreter.h"
#include "jit/builder/graph_builder.h"
#include "jit/tiering/code_chain.h"
#include "jit/tiering/jit_tiers.h"

namespace devvm::jit {

const uint8_t* JitTiers::loopEntry(Code& code, uint32_t offset) {
  MachineCode* best = code.machine != nullptr ? code.machine->bestForLoop(offset) : nullptr;
  if (best == nullptr) return nullptr;
  best->loopEntries++;
  return best->loopEntry(offset);
}

bool JitTiers::hasOnlyBaselineLoop(const Code& code, uint32_t offset) {
  const MachineCode* best = code.machine->bestForLoop(offset);
  return best != nullptr && best->maps == nullptr;
}

bool JitTiers::isOptimizedLoop(const Code& code, uint32_t offset) {
  const MachineCode* best = code.machine->bestForLoop(offset);
  return best != nullptr && best->maps != nullptr;
}

bool JitTiers::operandsLieLow(const Fiber& fiber, const Code& code) {
  const OptimizingPolicy::State* state = policy_.find(code);
  return state != nullptr && state->hadGap && fiber.sp != fiber.fp - 1 - code.locals;
}

void JitTiers::sample(Isolate& isolate) {
  using enum OptimizingPolicy::Phase;
  const Fiber& f = *isolate.fiber;
  // Programs whose rounds are as long as the time between two polls are found at the same place each time: the entry of
  // a function counts, too, though the interpreter stands there.
  if (isNativeFrame(f.fp)) return;
  auto& code = *const_cast<Code*>(codeOf(f.fp));
  if (code.machine == nullptr || code.machine->discarded || code.machine->awaitsSlice) return;
  OptimizingPolicy::State& state = policy_.of(code);
  for (const auto& job : jobs_) {
    if (&job->code == &code) CompileThread::ofProcess().heat(*job);
  }
  if (policy_.sampled(state)) {
    state.phase = kAsked;
    requestSlice(isolate, code);
    if (code.machine->awaitsSlice) return;
    state.phase = kReady;  // no memory for feedback
    putToSleep(code);
  }
  // Loops change over by way of the interpreter.
  if (isolate.nativeStack == nullptr) return;
  uint32_t offset = code.offsetOf(f.pc);
  if (hasOnlyBaselineLoop(code, offset) ? policy_.mayCompile(state, offset) : isOptimizedLoop(code, offset)) {
    isolate.leavesMachine = true;
  }
}

void JitTiers::optimizeAtOnce(Isolate& isolate, Code& code, uint32_t entry) {
  if (code.machine == nullptr || code.machine->discarded) return;
  OptimizingPolicy::State& state = policy_.of(code);
  if (state.phase != OptimizingPolicy::Phase::kNever) state.phase = OptimizingPolicy::Phase::kReady;
  optimize(isolate, code, entry, entry == 0 ? "calls" : "loop");
}

namespace {
int32_t varargsOf(const Value* frame) {
  auto given = static_cast<int32_t>(linkOf(frame).extra()) - 1;
  return std::max(given - static_cast<int32_t>(codeOf(frame)->parameters), 0);
}
}  // namespace

bool JitTiers::optimize(Isolate& isolate, Code& code, uint32_t entry, const char* reason) {
  if (!policy_.enabled() || polls_ < roomless_.until) return false;
  OptimizingPolicy::State* state = policy_.find(code);
  if (state == nullptr || !policy_.mayCompile(*state, entry)) return false;
  uint64_t began = monotonicNanos();
  if (!policy_.atOnce() && !budget_.allows(began)) {
    policy_.cool(*state);
    refuse(isolate, code, reason, "compilations had their share of the time: later", kOptimizingTier);
    return false;
  }
  state->refused.insert(entry);
  if (code.feedbackVector != nullptr) accountFeedback(isolate, code);
  CompileBudget::Spending spending(budget_, began);
  const Value* frame = entry != 0 ? isolate.fiber->fp : nullptr;
  const Value* running = isolate.fiber->fp;
  Value closure = !isNativeFrame(running) && codeOf(running) == &code ? running[2] : Value::nil();
  OptimizeRequest request{.isolate = isolate,
                          .code = code,
                          .entryOffset = entry,
                          .frame = frame,
                          .closure = closure,
                          .failures = {},
                          .forcesExits = options_.stress == JitOptions::Stress::kDeopt,
                          .varargs = closure.isNil() || !code.vararg ? -1 : varargsOf(running)};
  if (background_) return enqueue(isolate, std::move(request), *state, reason);
  request.failures = [state](const Code& where, uint32_t offset) { return state->log.failures({&where, offset}); };
  if (records_ != nullptr && records_->describes()) request.description = std::make_shared<Description>();
  assembler_.reset();
  Compilation compilation(request, {stubs_, optimizedStubs_, codegenStubs_}, assembler_);
  if (compilation.build()) compilation.finish();
  return installOptimized(isolate, code, entry, reason, compilation, assembler_);
}

bool JitTiers::installOptimized(Isolate& isolate, Code& code, uint32_t entry, const char* reason,
                                Compilation& compilation, x64::Assembler& assembler) {
  bool recorded = records_ != nullptr && !records_->paused();
  auto record = [&](const MachineCode* machine, const char* why) {
    if (recorded) records_->optimized(code, entry, machine, reason, why, compilation, assembler.tags());
  };
  auto refused = [&](const char* why) {
    record(nullptr, why);
    refuse(isolate, code, reason, why, kOptimizingTier);
    return false;
  };
  if (compilation.refusal() != nullptr) return refused(compilation.refusal());
  const char* why = nullptr;
  auto placed = place(isolate, assembler, &why);
  if (placed == nullptr) return refused(why);
  OptimizingPolicy::State& state = policy_.of(code);
  OptimizedFunction& made = compilation.made;
  if (entry == 0) {
    placed->callEntry = placed->start + made.callEntry;
    placed->bodyEntry = placed->start + made.bodyEntry;
  } else {
    placed->loops = {{made.loopEntry, entry}};
  }
  placed->returns = std::move(made.returns);
  placed->shapes = std::move(made.shapes);
  placed->shapeChecks = std::move(made.shapeChecks);
  placed->sections = made.sections;
  state.hadGap = state.hadGap || made.gap != 0;
  placed->tables = made.exits.bytes();
  placed->maps = std::make_unique<ExitTable>(std::move(made.exits));
  for (const Code* f : made.functions) keep(isolate, *placed, code, *f);
  placed->objects = std::move(made.objects);
  placed->reliesOnUpvalues = made.reliesOnUpvalues;
  placed->facts = std::move(made.facts);
  relyOn(isolate, code, *placed);
  placed->compileNanos = compilation.profile.nanos();
  const PlacedCode& installed = *placed;
  install(isolate, code, assembler, std::move(placed));
  record(&installed, "");
  orderChain(code);
  enterFirst(code);
  if (policy_.mayCompile(state, 0)) putToSleep(code);  // its next call is seen
  tell(isolate, code, events::EventKind::kTierUp, reason, installed.size, entry == 0 ? int64_t{-1} : entry,
       kOptimizingTier);
  return true;
}

void JitTiers::keep(Isolate& isolate, MachineCode& machine, const Code& code, const Code& other) {
  Value prototype = heap::Value::pointer(heap::Tag::kOther, other.prototype);
  machine.functions.push_back(prototype);
  // To a collector that marks already this is a value that was there before.
  isolate.heap.store(code.prototype, &prototype, prototype);
}

// ---- what code relies on (docs/deoptimization.md) ----

void JitTiers::watch(Isolate& isolate, const std::vector<ShapeFact>& facts) {
  for (const ShapeFact& f : facts) {
    if (f.shape != ShapeFact::kNoShape) isolate.shapes[f.shape].flags |= kWatchedShape;
  }
}

void JitTiers::relyOn(Isolate& isolate, Code& code, MachineCode& machine) {
  watch(isolate, machine.facts);
  for (const ShapeFact& f : machine.facts) {
    auto& dependents = dependents_[f.shape];
    Dependent d{&code, f.what};
    if (std::find(dependents.begin(), dependents.end(), d) == dependents.end()) dependents.push_back(d);
  }
  if (machine.objects == nullptr) return;
  for (CodeObject& object : *machine.objects) {
    if (object.code != nullptr && object.code != &code) keep(isolate, machine, code, *object.code);
    isolate.heap.store(code.prototype, &object.value, object.value);
  }
  heap_ = &isolate.heap;
  withYoung_.push_back(&machine);
}

void JitTiers::visitYoung(heap::SlotVisitor& visitor) {
  std::erase_if(withYoung_, [this, &visitor](MachineCode* m) {
    bool young = false;
    for (CodeObject& object : *m->objects) {
      young = young || heap_->isYoung(object.value.asObject());
      visitor.slot(&object.value);
    }
    return !young;
  });
}

void JitTiers::factChanged(Isolate& isolate, const ShapeFact& fact) {
  auto reliesOn = [&fact](const std::vector<ShapeFact>& facts) {
    return std::any_of(facts.begin(), facts.end(), [&fact](const ShapeFact& f) {
      return f.shape == fact.shape && (f.what == fact.what || fact.what == ShapeFact::kExists);
    });
  };
  for (const auto& job : jobs_) {
    if (reliesOn(job->compilation.made.facts)) cancel(*job, "what it relies on has changed");
  }
  auto at = dependents_.find(fact.shape);
  if (at == dependents_.end()) return;
  std::vector<Code*> wrong;
  std::erase_if(at->second, [&](const Dependent& d) {
    bool ends = d.what == fact.what || fact.what == ShapeFact::kExists;
    if (ends) wrong.push_back(d.code);
    return ends;
  });
  auto relies = [&reliesOn](const MachineCode& m) { return reliesOn(m.facts); };
  const char* why = fact.shape == ShapeFact::kNoShape ? "a metatable got a new metamethod, or strings another metatable"
                    : fact.what == ShapeFact::kExists ? "a table lost its shape"
                    : fact.what == ShapeFact::kKeys   ? "a prototype or module got another key or metatable"
                                                      : "a function or constant in a table was replaced";
  for (Code* code : wrong) invalidate(isolate, *code, relies, why);
}

void JitTiers::upvalueChanged(Isolate& isolate) {
  for (const auto& job : jobs_) {
    if (job->compilation.made.reliesOnUpvalues) cancel(*job, "a captured variable was set from outside");
  }
  auto relies = [](const MachineCode& m) { return m.reliesOnUpvalues; };
  for (Code* code = isolate.codes; code != nullptr; code = code->next) {
    // What joins variables of several functions may let others assign them.
    code->constantUpvalues = 0;
    if (code->machine != nullptr) invalidate(isolate, *code, relies, "a captured variable was set from outside");
  }
}

template <typename Relies>
void JitTiers::invalidate(Isolate& isolate, Code& code, Relies relies, const char* why) {
  std::vector<const MachineCode*> wrong;
  for (const MachineCode* m = code.machine.get(); m != nullptr; m = m->previous.get()) {
    if (m->maps != nullptr && relies(*m)) wrong.push_back(m);
  }
  for (const MachineCode* m : wrong) {
    if (m->discarded) continue;
    policy_.discarded(policy_.of(code), entryOf(*m));
    discardOptimized(isolate, code, *m, why);
  }
  if (!wrong.empty()) leaveFrames(isolate, code);
}

void JitTiers::leaveFrames(Isolate& isolate, const Code& code) {
  for (Fiber* f = isolate.fibers; f != nullptr; f = f->next) {
    for (Value* fp = f->fp; fp != nullptr; fp = Fiber::callerOf(fp)) {
      const Value* caller = Fiber::callerOf(fp);
      if (caller == nullptr || isNativeFrame(caller) || codeOf(caller) != &code || !linkOf(fp).returnsToMachine()) {
        continue;
      }
      const MachineCode* m = code.machine != nullptr ? code.machine->returnedTo(returnAddressOf(fp)) : nullptr;
      if (m != nullptr && m->discarded && m->maps != nullptr) jit::materialize(*f, fp);
    }
  }
}

void JitTiers::optimizedWasLeft(Isolate& isolate, Code& code, const MachineCode& machine, const uint8_t* from) {
  if (records_ != nullptr) records_->leftOptimized(machine, static_cast<uint32_t>(from - machine.start));
  ExitRecord record;
  static_cast<const ExitTable&>(*machine.maps).find(static_cast<uint32_t>(from - machine.start), record);
  const ExitFrame& inner = record.frames.back();
  tell(isolate, *inner.code, events::EventKind::kDeoptimization, ir::opInfo(record.reason).mnemonic, -1, inner.offset,
       kOptimizingTier);
  if (isolate.guardsUntilExit < 0) {  // forced by --jit-stress
    isolate.guardsUntilExit = options_.stressEvery;
    return;
  }
  // Where the nursery is full nothing was expected wrongly.
  using ir::Op;
  Op op = record.reason;
  if (op == Op::kLeave || op == Op::kNewBlock || op == Op::kNewTable || op == Op::kNewCell || op == Op::kNewClosure ||
      op == Op::kBoxInt)
    return;
  if (machine.discarded) return;
  OptimizingPolicy::State& state = policy_.of(code);
  OptimizingPolicy::Place place{record.origin, record.originOffset};
  // Leaf functions are what there is for those of which nothing is expected.
  uint32_t often = op == Op::kExit ? OptimizingPolicy::kUnseenOften : OptimizingPolicy::kGuardOften;
  bool isFutile = op == Op::kCallLeaf || op == Op::kCallFast || state.log.earlierFailures(place) >= often;
  if (isFutile) {
    if (policy_.mayLeave(state)) return;
    policy_.gaveUp(state);
    // What was taken in is better called.
    if (record.origin != &code) {
      state.log.note({record.origin, BuildRequest::kWhole});
      policy_.discarded(state, entryOf(machine));
    }
    discardOptimized(isolate, code, machine, "left too often for what it is worth");
    return;
  }
  if (state.log.times(place) < OptimizingPolicy::kSlicesOfPlace) recorder_.begin(isolate);
  bool discard = op == Op::kExit ? state.log.note(place)
                                 : state.log.note(place, OptimizingPolicy::kGuardTimes, OptimizingPolicy::kGuardsInAll);
  if (!discard) return;
  policy_.discarded(state, entryOf(machine));
  discardOptimized(isolate, code, machine, "left too often");
}

uint32_t JitTiers::entryOf(const MachineCode& machine) {
  return machine.callEntry != nullptr ? 0 : machine.loops.front().bytecode;
}

void JitTiers::discardOptimized(Isolate& isolate, Code& code, const MachineCode& machine, const char* why) {
  cancelJobs(code);
  const_cast<MachineCode&>(machine).discarded = true;
  if (records_ != nullptr) records_->ended(machine, why);
  settle(code);
  if (!code.machine->discarded && policy_.mayCompile(policy_.of(code), 0)) putToSleep(code);  // its next call is seen
  tell(isolate, code, events::EventKind::kCodeDiscarded, why, -1, -1, kOptimizingTier);
}

bool JitTiers::wantsBeginning(Isolate& isolate, const Code& code) {
  OptimizingPolicy::State* state = policy_.find(code);
  const FeedbackVector* feedback = feedbackOf(code);
  if (feedback == nullptr || feedback->sites().empty()) return false;
  const Site& first = feedback->sites().front();
  // (Baseline code counts where it leaves to the interpreter, and tells no types.)
  bool wasRecorded = !first.operands[0].isEmpty() || !first.result.isEmpty() || first.isBranch();
  bool wants = !wasRecorded && state != nullptr && !policy_.atOnce() && policy_.mayCompile(*state, 0);
  if (!wants || state->beginnings == OptimizingPolicy::kMostBeginnings) return false;
  state->beginnings++;
  recorder_.begin(isolate);
  return true;
}

bool JitTiers::awaitsEndOfSlice(const Isolate& isolate, const Code& code) {
  if (!isolate.profiling || policy_.atOnce()) return false;
  const OptimizingPolicy::State* state = policy_.find(code);
  return state != nullptr && state->phase == OptimizingPolicy::Phase::kReady && state->log.compilations > 1;
}

}  // namespace devvm::jit
