// The compilers of an isolate, as one class: what is compiled when (tiers.cpp), the optimizing compiler's share of that
// (optimizing_tier.cpp), and where code goes (reclaiming.cpp). Private to this folder; others see tiers.h.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/event_bus.h"
#include "jit/baseline/compiler.h"
#include "jit/codegen/stubs.h"
#include "jit/deopt/deoptimizer.h"
#include "jit/deopt/stubs.h"
#include "jit/feedback/recorder.h"
#include "jit/feedback/saved_feedback.h"
#include "jit/tiering/code_records.h"
#include "jit/tiering/compile_budget.h"
#include "jit/tiering/compile_job.h"
#include "jit/tiering/heat.h"
#include "jit/tiering/optimizing_policy.h"
#include "jit/tiering/outside_tools.h"

namespace devvm::jit {

using namespace runtime;

/// Calls of a function whose code was discarded until it is compiled again: time to see what it does now.
inline constexpr uint32_t kCallsAfterDiscard = 4;

/// The part of the isolate's memory limit that machine code may take, and what is loaded of an earlier run's feedback:
/// the program keeps the rest.
inline constexpr size_t kShareOfLimit = 8;

/// Memory of all feedback vectors at most; functions that get warm later are compiled without.
inline constexpr size_t kMostFeedback = size_t{16} << 20;

/// Polls between two looks for machine code that is not entered; what is left alone for two of them is discarded.
inline constexpr uint64_t kSweepPolls = 16'384;
/// So much code may lie idle.
inline constexpr size_t kLittleCode = size_t{1} << 20;
/// Frames and functions that may be looked at for each poll that passes.
inline constexpr size_t kWalkedPerPoll = 8;
/// Where there was no room, a function has to be so much hotter to be asked for again, and for so many polls nothing is
/// compiled at all.
inline constexpr uint32_t kPatience = 8, kRoomlessPolls = 16;

/// Polls at which machine code is left, so that a loop of which a slice was asked for gets to the interpreter; later it
/// waits for the function's next call.
inline constexpr uint32_t kLeavingPolls = 4;

struct PlacedCode : MachineCode {
  CodeBlock block;
  size_t tables = 0;     ///< bytes of `maps`
  size_t accounted = 0;  ///< bytes, with the tables
};

class JitTiers final : public Tiers {
 public:
  explicit JitTiers(const JitOptions& options);
  ~JitTiers() override;

  /// Null: functions can be compiled as they get hot. Otherwise why they cannot be, as far as that is known by now.
  const char* prepare(Isolate& isolate);

  void loaded(Code& code) override;

  bool loadFeedback(Isolate& isolate, std::string& why);

  bool saveFeedback(Isolate& isolate, std::string& why);

  void functionIsHot(Isolate& isolate, Code& code) override;

  void observe(Isolate& isolate) override;

  void requestSlice(Isolate& isolate, Code& code) override;

  const uint8_t* loopReached(Isolate& isolate, Code& code, uint32_t offset) override;

  void enter(Isolate& isolate, const uint8_t* address, Value* calleeSlot, Value result) override;

  void release(Code& code) override;

  /// What outside tools do not get; null: nothing is wrong.
  const char* outsideProblem() const { return outsideProblem_; }
  CodeRecords* records() { return records_.get(); }
  const Stubs& stubs() const { return stubs_; }
  const OptimizedStubs& optimizedStubs() const { return optimizedStubs_; }
  const CodegenStubs& codegenStubs() const { return codegenStubs_; }

  bool compileAhead(Isolate& isolate, Code& code);

  void polled(Isolate& isolate, bool optimized) override;

  void collected(heap::Heap& heap) override { recorder_.collected(heap); }

  void maintain(Isolate& isolate) override;

  void discardIdle(Isolate& isolate, Code& code, const char* why);

  void materialize(Fiber& fiber, Value* callee) override { jit::materialize(fiber, callee); }
  void materializeReturned(Fiber& fiber, const uint8_t* address) override { jit::materializeReturned(fiber, address); }

  void deoptimized(Isolate& isolate, Code& code, const uint8_t* from) override;

  void factChanged(Isolate& isolate, const ShapeFact& fact) override;
  void upvalueChanged(Isolate& isolate) override;
  void visitYoung(heap::SlotVisitor& visitor) override;

  void findShapes(const Isolate& isolate, std::vector<uint8_t>& used) const override;
  void shapesFreed(Isolate& isolate, const std::vector<uint8_t>& fate, uint8_t dead) override;

 private:
  /// Memory for code and the stubs in it, made when the first function gets warm: short programs do not pay for them.
  /// False: the system refused; nothing is compiled, or counted.
  bool openCode(Isolate& isolate);
  const char* openMemory();
  static void leaveInterpreted(Code& code);

  /// The function is interpreted from its next call on; so many of them are counted until it is asked for.
  void countCalls(Code& code, uint32_t heat);

  /// The function is interpreted, and its calls and loops are counted.
  void countFromStart(Code& code);

  // ---- profiled slices of functions that have machine code ----

  /// The interpreter is in a function of which a slice was asked for, and stays there.
  void beginSlice(Isolate& isolate, Code& code);
  /// The slice is over: functions that were seen go back to their machine code.
  void endSlices(Isolate& isolate);

  // ---- reclaiming ----

  /// The next call of the function is seen.
  void putToSleep(Code& code);
  void wake(Code& code);

  void discard(Isolate& isolate, Code& code, const char* why);

  /// Whether a frame returns into any of the function's code, as it is marked.
  static bool isReturnedTo(const Code& code);

  /// Frees code that was discarded while frames had it, where none is marked as having it now, and takes the marks
  /// away. The function is being counted already if nothing is left.
  void freeDiscarded(Isolate& isolate, Code& code);

  /// Discards what was dormant since the last sweep and is in no frame; the rest becomes dormant. No machine code is
  /// active on the host's stack.
  void sweep(Isolate& isolate);

  /// Discards all code to which no frame returns. No machine code is active on the host's stack.
  void discardUnused(Isolate& isolate, const char* why);

  /// Walks over deep stacks and many functions are paid by as many polls: they never take most of the time.
  bool mayWalk() const { return polls_ >= nextWalk_; }
  void walked(size_t looked) { nextWalk_ = polls_ + looked / kWalkedPerPoll; }

  /// There is no room for a function's machine code: it is asked for again later, and what nobody enters makes room.
  void lacksRoom(Isolate& isolate, Code& code, const char* reason, const char* why);

  /// The function's baseline code is not entered any more. Frames keep it.
  void discardCode(Code& code);

  /// After some of the function's code was discarded: calls and loops enter the best of what is in force. If that is
  /// nothing, it is interpreted, and soon compiled again.
  void settle(Code& code);

  /// Gives back the memory of one code, and says how much the function was charged for it.
  size_t free(PlacedCode& placed);

  /// Frees all machine code of the function.
  void take(Code& code, const char* why);

  /// Half of what makes a function hot is over: it gets a feedback vector, and a slice is recorded.
  void becomesWarm(Isolate& isolate, Code& code);

  /// What an earlier run learnt of the function, or null.
  const SavedFunction* savedOf(const Code& code) const;

  /// Gives a function a feedback vector, with what an earlier run learnt.
  bool makeFeedback(Isolate& isolate, Code& code);

  /// The function's feedback counts against the memory limit.
  void accountFeedback(Isolate& isolate, Code& code);

  /// Compiles the function; `reason` says what made it hot. It stays interpreted where that is not possible.
  /// `frame`: one of the function's that is running, or null.
  void compile(Isolate& isolate, Code& code, const char* reason, const Value* frame);

  /// Places the assembler's code. Null: `why` says why there is no room.
  std::unique_ptr<PlacedCode> place(const Isolate& isolate, x64::Assembler& assembler, const char** why);

  /// The code becomes the first of its function's. Its memory is the isolate's: machine code and its tables count
  /// against the limit.
  void install(Isolate& isolate, Code& code, const x64::Assembler& assembler, std::unique_ptr<PlacedCode> placed);

  // ---- the optimizing compiler ----

  /// The best entry in force for a loop, or null.
  static const uint8_t* loopEntry(Code& code, uint32_t offset);
  /// Whether operands of the fiber's innermost frame may lie lower than machine code has them.
  bool operandsLieLow(const Fiber& fiber, const Code& code);
  /// Whether optimized code for the loop would be a gain.
  static bool hasOnlyBaselineLoop(const Code& code, uint32_t offset);

  /// A poll outside of optimized code: if the function that runs has baseline code, it becomes hotter.
  void sample(Isolate& isolate);

  void optimizeAtOnce(Isolate& isolate, Code& code, uint32_t entry);

  /// Whether there is optimized code for the loop.
  static bool isOptimizedLoop(const Code& code, uint32_t offset);
  /// Compiles a function that has baseline code for one entry: 0, or a loop. False: nothing has changed yet.
  bool optimize(Isolate& isolate, Code& code, uint32_t entry, const char* reason);
  /// Puts finished code into force, and tells what came of the compilation. False: there is no code.
  bool installOptimized(Isolate& isolate, Code& code, uint32_t entry, const char* reason, Compilation& compilation,
                        x64::Assembler& assembler);

  // ---- compilations by the compiler thread (background.cpp) ----

  /// Builds the graph and leaves the rest to the compiler thread. Always false: nothing has changed yet.
  bool enqueue(Isolate& isolate, OptimizeRequest request, OptimizingPolicy::State& state, const char* reason);
  /// What the job names stays alive, and the job learns where it is.
  static void root(Isolate& isolate, CompileJob& job);
  /// Between two instructions of the program: installs what is finished, cancels what has waited too long.
  void lookAfterJobs(Isolate& isolate);
  /// Takes a job back from the compiler thread and forgets it.
  void drop(Isolate& isolate, std::unique_ptr<CompileJob> job);
  /// The job is not to be installed, and the function may be asked for again. The job ends at the next poll.
  void cancel(CompileJob& job, const char* why);
  /// Code of the function was discarded: what is compiled expects the same.
  void cancelJobs(const Code& code);
  /// The function is dead: nobody may look at it any more.
  void forgetJobs(const Code& code);
  void endBackground();

  /// The code relies on another function, or has constants of it.
  static void keep(Isolate& isolate, MachineCode& machine, const Code& code, const Code& other);

  /// This hears of changes of the facts from now on.
  static void watch(Isolate& isolate, const std::vector<ShapeFact>& facts);

  /// Facts and objects of new code are watched from now on.
  void relyOn(Isolate& isolate, Code& code, MachineCode& machine);

  /// Optimized code of the function that `relies` on what is about to change is never entered again.
  template <typename Relies>
  void invalidate(Isolate& isolate, Code& code, Relies relies, const char* why);

  /// Frames of the function's discarded optimized code become the interpreter's, in all fibers.
  static void leaveFrames(Isolate& isolate, const Code& code);

  /// Optimized code of the function was left at a guard; the interpreter goes on where the fiber stands.
  void optimizedWasLeft(Isolate& isolate, Code& code, const MachineCode& machine, const uint8_t* from);

  /// The bytecode offset at which optimized code is entered; 0: calls.
  static uint32_t entryOf(const MachineCode& machine);
  /// The code is not entered any more; others of the function are.
  void discardOptimized(Isolate& isolate, Code& code, const MachineCode& machine, const char* why);
  /// The function's optimized code was wrong, and what it does instead is being recorded: it is compiled again when
  /// that is over, and interpreted until then.
  bool awaitsEndOfSlice(const Isolate& isolate, const Code& code);
  /// A slice that began in a loop has not seen what is in front of it. True: one begins with this call.
  bool wantsBeginning(runtime::Isolate& isolate, const runtime::Code& code);

  /// The function stays as it is.
  void refuse(Isolate& isolate, const Code& code, const char* reason, const char* why, const char* tier = nullptr);

  static void tell(Isolate& isolate, const Code& code, events::EventKind kind, std::string_view reason, int64_t bytes,
                   int64_t offset = -1, const char* tier = nullptr);

  JitOptions options_;
  std::optional<CodeMemory> memory_;
  const char* refusal_ = nullptr;  ///< of memory for code
  std::unordered_map<const Code*, SpeculationLog<uint32_t>> speculations_;
  OptimizingPolicy policy_{options_};
  size_t bytes_ = 0;  ///< of machine code and its tables
  size_t feedbackBytes_ = 0;
  HeatPolicy heat_{options_};
  CompileBudget budget_{monotonicNanos()};
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
  /// A function whose code relies on a fact of a shape.
  struct Dependent {
    Code* code;
    uint32_t what;
    bool operator==(const Dependent&) const = default;
  };
  std::unordered_map<uint32_t, std::vector<Dependent>> dependents_;  ///< by shape
  std::vector<MachineCode*> withYoung_;                              ///< codes whose objects may be young
  heap::Heap* heap_ = nullptr;                                       ///< of the isolate
  Recorder recorder_;
  SavedFeedback saved_;
  Stubs stubs_;
  OptimizedStubs optimizedStubs_;
  CodegenStubs codegenStubs_;
  x64::Assembler assembler_;
  Compiler::Memory compilerMemory_;
  bool background_ = false;  ///< compilations are finished by the compiler thread
  bool usesThread_ = false;  ///< which knows of this isolate
  std::vector<std::unique_ptr<CompileJob>> jobs_;
  std::atomic<uint32_t> finishedJobs_ = 0;  ///< that were not looked at yet
  OutsideTools outside_;
  const char* outsideProblem_ = nullptr;
  std::unique_ptr<CodeRecords> records_;
};

}  // namespace devvm::jit
