// Tells those who share memory with themselves that the process forks.
#pragma once

namespace devvm::jit {

/// The calls come in the thread that forks: beforeFork of all, then afterFork of all in both processes. Between them no
/// other thread of the process may change what is guarded, so beforeFork takes the locks and afterFork gives them back.
class ForkGuarded {
 public:
  virtual void beforeFork() = 0;
  virtual void afterFork(bool inChild) = 0;

 protected:
  ~ForkGuarded() = default;

 private:
  friend void guardForks(ForkGuarded* one);
  friend void unguardForks(ForkGuarded* one);
  friend struct ForkHandlers;
  ForkGuarded* next_ = nullptr;
};

void guardForks(ForkGuarded* one);
/// Does nothing for one that is not guarded.
void unguardForks(ForkGuarded* one);

}  // namespace devvm::jit
