// The optimizing compiler's share of tiering: hot baseline code is compiled again, and goes back into force where that
// was wrong.

#include "interpreter/interpreter.h"
#include "jit/optimizer/optimizer.h"
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
  if (policy_.mayCompile(state, offset) && hasOnlyBaselineLoop(code, offset)) isolate.leavesMachine = true;
}

void JitTiers::optimizeAtOnce(Isolate& isolate, Code& code, uint32_t entry) {
  if (code.machine == nullptr || code.machine->discarded) return;
  OptimizingPolicy::State& state = policy_.of(code);
  if (state.phase != OptimizingPolicy::Phase::kNever) state.phase = OptimizingPolicy::Phase::kReady;
  optimize(isolate, code, entry, entry == 0 ? "calls" : "loop");
}

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
  assembler_.reset();
  OptimizedFunction made;
  const char* why = nullptr;
  auto failures = [state](const Code& where, uint32_t offset) { return state->log.failures({&where, offset}); };
  const Value* frame = entry != 0 ? isolate.fiber->fp : nullptr;
  if (!jit::optimize({isolate, code, entry, frame, failures, options_.stress == JitOptions::Stress::kDeopt},
                     {stubs_, optimizedStubs_, codegenStubs_}, assembler_, made, &why)) {
    refuse(isolate, code, reason, why, kOptimizingTier);
    return false;
  }
  auto placed = place(isolate, &why);
  if (placed == nullptr) {
    refuse(isolate, code, reason, why, kOptimizingTier);
    return false;
  }
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
  state->hadGap = state->hadGap || made.gap != 0;
  placed->tables = made.exits.bytes();
  placed->maps = std::make_unique<ExitTable>(std::move(made.exits));
  for (const Code* f : made.functions) keep(isolate, *placed, code, *f);
  placed->compileNanos = monotonicNanos() - began;
  const PlacedCode& installed = *placed;
  install(isolate, code, std::move(placed));
  orderChain(code);
  enterFirst(code);
  if (policy_.mayCompile(*state, 0)) putToSleep(code);  // its next call is seen
  tell(isolate, code, events::EventKind::kTierUp, reason, installed.size, entry == 0 ? -1 : entry, kOptimizingTier);
  return true;
}

void JitTiers::keep(Isolate& isolate, MachineCode& machine, const Code& code, const Code& other) {
  Value prototype = heap::Value::pointer(heap::Tag::kOther, other.prototype);
  machine.functions.push_back(prototype);
  // To a collector that marks already this is a value that was there before.
  isolate.heap.store(code.prototype, &prototype, prototype);
}

void JitTiers::optimizedWasLeft(Isolate& isolate, Code& code, const MachineCode& machine, const uint8_t* from) {
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
  if (op == Op::kNewTable || op == Op::kNewCell || op == Op::kNewClosure || op == Op::kBoxInt) return;
  if (machine.discarded) return;
  OptimizingPolicy::State& state = policy_.of(code);
  OptimizingPolicy::Place place{record.origin, record.originOffset};
  // Leaf functions are what there is for those of which nothing is expected.
  uint32_t often = op == Op::kExit ? OptimizingPolicy::kUnseenOften : OptimizingPolicy::kGuardOften;
  bool isFutile = op == Op::kCallLeaf || op == Op::kCallFast || state.log.earlierFailures(place) >= often;
  if (isFutile) {
    if (policy_.mayLeave(state)) return;
    policy_.gaveUp(state);
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
  const_cast<MachineCode&>(machine).discarded = true;
  settle(code);
  if (!code.machine->discarded && policy_.mayCompile(policy_.of(code), 0)) putToSleep(code);  // its next call is seen
  tell(isolate, code, events::EventKind::kCodeDiscarded, why, -1, -1, kOptimizingTier);
}

bool JitTiers::awaitsEndOfSlice(const Isolate& isolate, const Code& code) {
  if (!isolate.profiling || policy_.atOnce()) return false;
  const OptimizingPolicy::State* state = policy_.find(code);
  return state != nullptr && state->phase == OptimizingPolicy::Phase::kReady && state->log.compilations > 1;
}

}  // namespace devvm::jit
