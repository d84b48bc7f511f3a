#include "jit/code/fork_guard.h"

#include <pthread.h>

#include <mutex>

namespace devvm::jit {

namespace {

std::mutex gMutex;
ForkGuarded* gFirst = nullptr;
bool gRegistered = false;

}  // namespace

struct ForkHandlers {
  static void before() {
    gMutex.lock();
    for (ForkGuarded* one = gFirst; one != nullptr; one = one->next_) one->beforeFork();
  }
  static void inParent() {
    for (ForkGuarded* one = gFirst; one != nullptr; one = one->next_) one->afterFork(false);
    gMutex.unlock();
  }
  static void inChild() {
    for (ForkGuarded* one = gFirst; one != nullptr; one = one->next_) one->afterFork(true);
    gMutex.unlock();
  }
};

void guardForks(ForkGuarded* one) {
  std::lock_guard lock(gMutex);
  if (!gRegistered)
    gRegistered = pthread_atfork(ForkHandlers::before, ForkHandlers::inParent, ForkHandlers::inChild) == 0;
  one->next_ = gFirst;
  gFirst = one;
}

void unguardForks(ForkGuarded* one) {
  std::lock_guard lock(gMutex);
  for (ForkGuarded** place = &gFirst; *place != nullptr; place = &(*place)->next_) {
    if (*place == one) {
      *place = one->next_;
      return;
    }
  }
}

}  // namespace devvm::jit
