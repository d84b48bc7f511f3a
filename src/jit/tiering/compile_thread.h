// The thread of the optimizing compiler: one for the process, shared by all isolates that have compilations done in the
// background (docs/tiering.md). It runs only while there are such isolates.
//
// Work belongs to its isolate. The thread has it from submit() until it is done or withdrawn; what it does meanwhile
// touches neither the isolate nor its heap.
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "jit/code/fork_guard.h"

namespace devvm::jit {

/// Something for the compiler thread to do.
class BackgroundWork {
 public:
  virtual ~BackgroundWork() = default;
  /// Done by the thread, once.
  virtual void run() = 0;
  /// By any thread: run() ends soon.
  virtual void cancel() = 0;
  /// Memory that it takes while it waits; the same each time.
  virtual size_t bytes() const = 0;

  uint32_t heat = 0;                          ///< before submit(): the hottest are done first
  std::atomic<uint32_t>* finished = nullptr;  ///< before submit(): counts those that are done; may be null

 private:
  friend class CompileThread;
  enum class State : uint8_t { kMine, kQueued, kRunning, kDone } state_ = State::kMine;  // under the thread's lock
};

class CompileThread final : ForkGuarded {
 public:
  /// Beyond these nothing is queued.
  static constexpr size_t kMostQueued = 64, kMostBytes = size_t{64} << 20;

  static CompileThread& ofProcess();
  CompileThread() { guardForks(this); }
  /// Nobody uses it any more.
  ~CompileThread() { unguardForks(this); }
  CompileThread(const CompileThread&) = delete;
  CompileThread& operator=(const CompileThread&) = delete;

  /// Isolates that use it. The last one that leaves ends the thread; it has withdrawn its work before.
  void join();
  void leave();

  /// Whether something may be queued; others may be faster.
  bool hasRoom();
  /// False: the queue is full, or there is no thread.
  bool submit(BackgroundWork& work);
  /// It is hotter than was known.
  void heat(BackgroundWork& work);
  bool isDone(const BackgroundWork& work);
  /// Takes the work back, done or not; cancels it and waits if it is under way. False: a fork has lost the thread in
  /// the middle of it, and it must not be touched any more.
  bool withdraw(BackgroundWork& work);

 private:
  void beforeFork() override { mutex_.lock(); }
  void afterFork(bool inChild) override;
  bool start();
  static void* main(void* self);
  void work();

  std::mutex mutex_;
  // Replaced in a forked child, where nobody waits for them any more.
  std::unique_ptr<std::condition_variable> wake_ = std::make_unique<std::condition_variable>();
  std::unique_ptr<std::condition_variable> done_ = std::make_unique<std::condition_variable>();
  std::vector<BackgroundWork*> queue_;
  size_t bytes_ = 0;  ///< of the queue
  BackgroundWork* running_ = nullptr;
  std::vector<BackgroundWork*> lost_;  ///< what ran when the process forked
  uint32_t isolates_ = 0;
  bool hasThread_ = false, ends_ = false;
  pthread_t thread_ = {};
};

}  // namespace devvm::jit
