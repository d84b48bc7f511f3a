// Compilations by the compiler thread: the isolate's side of it (docs/tiering.md, "In the background").

#include <algorithm>

#include "jit/tiering/jit_tiers.h"

namespace devvm::jit {

namespace {

/// What was seen of a function is old by then.
constexpr uint64_t kLongestWait = 2'000'000'000;  // nanoseconds
/// Polls between two looks for jobs that wait too long.
constexpr uint64_t kLookPolls = 256;

}  // namespace

bool JitTiers::enqueue(Isolate& isolate, OptimizeRequest request, OptimizingPolicy::State& state, const char* reason) {
  auto& code = const_cast<Code&>(request.code);
  uint32_t entry = request.entryOffset;
  CompileThread& thread = CompileThread::ofProcess();
  auto full = [&] {
    state.refused.erase(entry);
    policy_.cool(state);
    refuse(isolate, code, reason, "too many compilations wait: later", kOptimizingTier);
    return false;
  };
  if (!thread.hasRoom()) return full();
  // The other thread sees the log as it is now.
  auto log = std::make_shared<const SpeculationLog<OptimizingPolicy::Place>>(state.log);
  request.failures = [log](const Code& where, uint32_t offset) { return log->failures({&where, offset}); };
  auto job = std::make_unique<CompileJob>(request, OptimizedCodeStubs{stubs_, optimizedStubs_, codegenStubs_});
  job->reason = reason;
  job->finished = &finishedJobs_;
  job->heat = state.samples;
  job->queuedNanos = monotonicNanos();
  if (!job->compilation.build()) {
    return installOptimized(isolate, code, entry, reason, job->compilation, job->assembler);
  }
  job->bytesBuilt = job->compilation.bytes();
  watch(isolate, job->compilation.made.facts);
  if (!usesThread_) {
    usesThread_ = true;
    thread.join();
  }
  root(isolate, *job);
  jobs_.push_back(std::move(job));
  CompileJob& queued = *jobs_.back();
  if (!thread.submit(queued)) {
    std::unique_ptr<CompileJob> mine = std::move(jobs_.back());
    jobs_.pop_back();
    drop(isolate, std::move(mine));
    return full();
  }
  tell(isolate, code, events::EventKind::kCompilationQueued, reason, static_cast<int64_t>(queued.bytesBuilt),
       entry == 0 ? int64_t{-1} : entry, kOptimizingTier);
  return false;
}

void JitTiers::root(Isolate& isolate, CompileJob& job) {
  for (const Code* f : job.compilation.functions()) {
    job.prototypes.push_back(Value::pointer(heap::Tag::kOther, f->prototype));
  }
  for (Value& v : job.prototypes) job.roots.push_back(&v);
  if (auto& objects = job.compilation.made.objects) {
    for (CodeObject& object : *objects) job.roots.push_back(&object.value);
  }
  // Some came from where nothing is kept alive. To a collector that marks already they are values that were there
  // before.
  for (const Value* place : job.roots) {
    Value v = *place;
    if (!isolate.heap.isYoung(v.asObject())) isolate.heap.store(job.code.prototype, &v, v);
  }
  isolate.permanentRoots.insert(isolate.permanentRoots.end(), job.roots.begin(), job.roots.end());
}

void JitTiers::drop(Isolate& isolate, std::unique_ptr<CompileJob> job) {
  // A job that a fork has lost stays as it is, with its roots: the thread may have been anywhere in it.
  if (!CompileThread::ofProcess().withdraw(*job)) return (void)job.release();
  const auto& roots = job->roots;
  std::erase_if(isolate.permanentRoots,
                [&roots](Value* root) { return std::find(roots.begin(), roots.end(), root) != roots.end(); });
}

void JitTiers::cancel(CompileJob& job, const char* why) {
  if (job.useless != nullptr) return;
  job.useless = why;
  job.cancel();
  // The function may be asked for again.
  if (auto* state = policy_.find(job.code)) state->refused.erase(job.entry);
}

void JitTiers::lookAfterJobs(Isolate& isolate) {
  bool looks = polls_ % kLookPolls == 0;
  bool useless = std::any_of(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->useless != nullptr; });
  if (!looks && !useless && finishedJobs_.load(std::memory_order_relaxed) == 0) return;
  finishedJobs_.store(0, std::memory_order_relaxed);
  CompileThread& thread = CompileThread::ofProcess();
  uint64_t now = looks ? monotonicNanos() : 0;
  for (size_t i = 0; i < jobs_.size();) {
    CompileJob& job = *jobs_[i];
    bool done = thread.isDone(job);
    const MachineCode* machine = job.code.machine.get();
    // Optimized code stands beside baseline code that is in force.
    bool stands = machine != nullptr && !machine->discarded;
    if (!stands) cancel(job, "the function's code is gone");
    if (!done && looks && now - job.queuedNanos > kLongestWait) {
      cancel(job, "it has waited too long");
    }
    bool waits = job.useless == nullptr && (!done || machine->awaitsSlice);
    if (waits) {
      i++;
      continue;
    }
    std::unique_ptr<CompileJob> taken = std::move(jobs_[i]);
    jobs_.erase(jobs_.begin() + static_cast<ptrdiff_t>(i));
    if (taken->useless == nullptr) {
      installOptimized(isolate, taken->code, taken->entry, taken->reason, taken->compilation, taken->assembler);
    } else {
      tell(isolate, taken->code, events::EventKind::kCompilationCancelled, taken->useless, -1, -1, kOptimizingTier);
    }
    drop(isolate, std::move(taken));
  }
  // One that is done and waits for the end of a slice is looked at again.
  if (!jobs_.empty() && std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& j) { return thread.isDone(*j); })) {
    finishedJobs_.store(1, std::memory_order_relaxed);
  }
}

void JitTiers::cancelJobs(const Code& code) {
  for (const auto& job : jobs_) {
    if (&job->code == &code) cancel(*job, "the function's code was discarded");
  }
}

void JitTiers::forgetJobs(const Code& code) {
  // Functions that live cannot be dead while a job names them: the isolate ends.
  std::erase_if(jobs_, [&](std::unique_ptr<CompileJob>& job) {
    const auto& named = job->compilation.functions();
    if (std::find(named.begin(), named.end(), &code) == named.end()) return false;
    if (!CompileThread::ofProcess().withdraw(*job)) (void)job.release();
    return true;
  });
}

void JitTiers::endBackground() {
  for (auto& job : jobs_) {
    if (!CompileThread::ofProcess().withdraw(*job)) (void)job.release();
  }
  jobs_.clear();
  if (usesThread_) CompileThread::ofProcess().leave();
  usesThread_ = false;
}

}  // namespace devvm::jit
