#include "jit/tiering/compile_thread.h"

#include <signal.h>

#include <algorithm>

namespace devvm::jit {

CompileThread& CompileThread::ofProcess() {
  // Never destroyed: isolates may end after main().
  static CompileThread& thread = *new CompileThread;
  return thread;
}

void CompileThread::join() {
  std::lock_guard lock(mutex_);
  isolates_++;
}

void CompileThread::leave() {
  pthread_t ended;
  {
    std::lock_guard lock(mutex_);
    if (--isolates_ != 0 || !hasThread_) return;
    ends_ = true;
    hasThread_ = false;
    ended = thread_;
    wake_->notify_all();
  }
  pthread_join(ended, nullptr);
  std::lock_guard lock(mutex_);
  ends_ = false;
  // Another isolate may have come meanwhile, and have found no thread.
  if (!queue_.empty() && !hasThread_) start();
}

bool CompileThread::start() {
  // Signals are for the host's threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  hasThread_ = pthread_create(&thread_, nullptr, main, this) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return hasThread_;
}

bool CompileThread::hasRoom() {
  std::lock_guard lock(mutex_);
  return queue_.size() < kMostQueued && bytes_ < kMostBytes;
}

bool CompileThread::submit(BackgroundWork& work) {
  std::lock_guard lock(mutex_);
  if (queue_.size() >= kMostQueued || bytes_ + work.bytes() > kMostBytes) return false;
  if (!hasThread_ && !ends_ && !start()) return false;
  work.state_ = BackgroundWork::State::kQueued;
  queue_.push_back(&work);
  bytes_ += work.bytes();
  wake_->notify_one();
  return true;
}

void CompileThread::heat(BackgroundWork& work) {
  std::lock_guard lock(mutex_);
  work.heat++;
}

bool CompileThread::isDone(const BackgroundWork& work) {
  std::lock_guard lock(mutex_);
  return work.state_ == BackgroundWork::State::kDone;
}

bool CompileThread::withdraw(BackgroundWork& work) {
  std::unique_lock lock(mutex_);
  if (std::find(lost_.begin(), lost_.end(), &work) != lost_.end()) return false;
  if (work.state_ == BackgroundWork::State::kQueued) {
    std::erase(queue_, &work);
    bytes_ -= work.bytes();
  }
  if (work.state_ == BackgroundWork::State::kRunning) {
    work.cancel();
    done_->wait(lock, [&work] { return work.state_ == BackgroundWork::State::kDone; });
  }
  work.state_ = BackgroundWork::State::kMine;
  return true;
}

void CompileThread::afterFork(bool inChild) {
  if (inChild) {
    // The thread is gone, and nobody waits. Who waits in the parent is not to be told.
    (void)wake_.release();
    (void)done_.release();
    wake_ = std::make_unique<std::condition_variable>();
    done_ = std::make_unique<std::condition_variable>();
    if (running_ != nullptr) lost_.push_back(running_);
    running_ = nullptr;
    hasThread_ = ends_ = false;
    // Those of other threads' isolates, which are gone, too, are compiled for nothing: they cannot be told apart.
    if (!queue_.empty()) start();
  }
  mutex_.unlock();
}

void* CompileThread::main(void* self) {
  static_cast<CompileThread*>(self)->work();
  return nullptr;
}

void CompileThread::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_->wait(lock, [this] { return ends_ || !queue_.empty(); });
    if (ends_) return;
    auto hottest = std::max_element(queue_.begin(), queue_.end(),
                                    [](const BackgroundWork* a, const BackgroundWork* b) { return a->heat < b->heat; });
    BackgroundWork& work = **hottest;
    queue_.erase(hottest);
    bytes_ -= work.bytes();
    work.state_ = BackgroundWork::State::kRunning;
    running_ = &work;
    lock.unlock();
    work.run();
    lock.lock();
    running_ = nullptr;
    work.state_ = BackgroundWork::State::kDone;
    if (work.finished != nullptr) work.finished->fetch_add(1, std::memory_order_relaxed);
    done_->notify_all();
  }
}

}  // namespace devvm::jit
