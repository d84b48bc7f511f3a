// The queue of the compiler thread: order, bounds, cancellation, the end of isolates, and forks.
#include "jit/tiering/compile_thread.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace devvm::jit {
namespace {

/// What was done, in order.
struct Log {
  std::mutex mutex;
  std::string names;
  void add(char name) {
    std::lock_guard lock(mutex);
    names += name;
  }
  std::string text() {
    std::lock_guard lock(mutex);
    return names;
  }
};

/// Takes as long as it is told to, and says that it was done.
class Work final : public BackgroundWork {
 public:
  Work(Log& log, char name, uint32_t itsHeat = 0, size_t bytes = 1) : log_(log), name_(name), bytes_(bytes) {
    heat = itsHeat;
  }
  void run() override {
    began = true;
    while (waits && !cancelled) std::this_thread::yield();
    log_.add(cancelled ? '!' : name_);
  }
  void cancel() override { cancelled = true; }
  size_t bytes() const override { return bytes_; }

  std::atomic<bool> waits = false, began = false, cancelled = false;

 private:
  Log& log_;
  char name_;
  size_t bytes_;
};

void await(const std::atomic<bool>& what) {
  while (!what) std::this_thread::yield();
}
void awaitDone(CompileThread& thread, const Work& work) {
  while (!thread.isDone(work)) std::this_thread::yield();
}

class CompileThreadTest : public ::testing::Test {
 protected:
  void SetUp() override { thread.join(); }
  void TearDown() override { thread.leave(); }
  /// The thread is busy with it until it stops waiting.
  void occupy(Work& work) {
    work.waits = true;
    ASSERT_TRUE(thread.submit(work));
    await(work.began);
  }

  CompileThread thread;
  Log log;
};

TEST_F(CompileThreadTest, DoesWhatItGets) {
  Work a(log, 'a');
  std::atomic<uint32_t> finished = 0;
  a.finished = &finished;
  ASSERT_TRUE(thread.submit(a));
  awaitDone(thread, a);
  EXPECT_EQ(finished, 1u);
  EXPECT_EQ(log.text(), "a");
  EXPECT_TRUE(thread.withdraw(a));
  EXPECT_FALSE(a.cancelled);
}

TEST_F(CompileThreadTest, HottestFirst) {
  Work first(log, '1'), cold(log, 'c', 1), hot(log, 'h', 9), warm(log, 'w', 5), risen(log, 'r', 7);
  occupy(first);
  for (Work* w : {&cold, &hot, &warm, &risen}) ASSERT_TRUE(thread.submit(*w));
  for (int i = 0; i < 3; i++) thread.heat(risen);
  first.waits = false;
  awaitDone(thread, cold);
  EXPECT_EQ(log.text(), "1rhwc");
}

TEST_F(CompileThreadTest, NumberIsBounded) {
  Work first(log, '1');
  occupy(first);
  std::deque<Work> many;
  for (size_t i = 0; i < CompileThread::kMostQueued; i++) {
    EXPECT_TRUE(thread.hasRoom());
    ASSERT_TRUE(thread.submit(many.emplace_back(log, 'm')));
  }
  Work tooMuch(log, 't');
  EXPECT_FALSE(thread.hasRoom());
  EXPECT_FALSE(thread.submit(tooMuch));
  EXPECT_TRUE(thread.withdraw(many.back()));  // makes room
  EXPECT_TRUE(thread.submit(tooMuch));
  first.waits = false;
  awaitDone(thread, tooMuch);
  for (size_t i = 0; i + 1 < many.size(); i++) thread.withdraw(many[i]);
}

TEST_F(CompileThreadTest, MemoryIsBounded) {
  Work first(log, '1', 0, CompileThread::kMostBytes);
  occupy(first);  // what runs does not count any more
  Work large(log, 'l', 0, CompileThread::kMostBytes - 1), small(log, 's', 0, 1), tooMuch(log, 't', 0, 1);
  EXPECT_TRUE(thread.submit(large));
  EXPECT_TRUE(thread.submit(small));
  EXPECT_FALSE(thread.submit(tooMuch));
  EXPECT_TRUE(thread.withdraw(large));
  EXPECT_TRUE(thread.submit(tooMuch));
  first.waits = false;
  awaitDone(thread, tooMuch);
}

TEST_F(CompileThreadTest, WhatWaitsIsTakenBack) {
  Work first(log, '1'), waiting(log, 'w');
  occupy(first);
  ASSERT_TRUE(thread.submit(waiting));
  EXPECT_TRUE(thread.withdraw(waiting));
  first.waits = false;
  awaitDone(thread, first);
  EXPECT_EQ(log.text(), "1");
  EXPECT_FALSE(thread.isDone(waiting));
}

TEST_F(CompileThreadTest, WhatRunsIsCancelled) {
  Work endless(log, 'e');
  occupy(endless);
  EXPECT_TRUE(thread.withdraw(endless));  // comes back when it has ended
  EXPECT_TRUE(endless.cancelled);
  EXPECT_EQ(log.text(), "!");
}

TEST_F(CompileThreadTest, EndsWithTheLastIsolate) {
  thread.join();
  Work a(log, 'a');
  ASSERT_TRUE(thread.submit(a));
  awaitDone(thread, a);
  thread.leave();
  Work b(log, 'b');
  ASSERT_TRUE(thread.submit(b));  // the other is there still
  awaitDone(thread, b);
  thread.leave();
  thread.join();
  Work c(log, 'c');
  ASSERT_TRUE(thread.submit(c));  // a new thread
  awaitDone(thread, c);
  EXPECT_EQ(log.text(), "abc");
}

TEST_F(CompileThreadTest, ManyIsolatesShareIt) {
  std::vector<std::thread> isolates;
  std::atomic<int> done = 0;
  for (int i = 0; i < 8; i++) {
    isolates.emplace_back([this, &done] {
      for (int round = 0; round < 50; round++) {
        thread.join();
        Work kept(log, 'k'), taken(log, 't');
        bool queued = thread.submit(kept), also = thread.submit(taken);
        if (also) thread.withdraw(taken);
        if (queued) {
          awaitDone(thread, kept);
          thread.withdraw(kept);
          done++;
        }
        thread.leave();
      }
    });
  }
  for (std::thread& t : isolates) t.join();
  EXPECT_EQ(done, 8 * 50);
}

TEST_F(CompileThreadTest, ForkedChildHasItsOwn) {
  Work running(log, 'r'), waiting(log, 'w');
  occupy(running);
  ASSERT_TRUE(thread.submit(waiting));
  pid_t child = fork();
  if (child == 0) {
    alarm(20);
    awaitDone(thread, waiting);             // by a thread of the child
    bool lost = !thread.withdraw(running);  // the parent's thread has it
    bool back = thread.withdraw(waiting);
    Work more(log, 'm');
    bool queued = thread.submit(more);
    if (queued) awaitDone(thread, more);
    _exit(lost && back && queued ? 0 : 1);
  }
  running.waits = false;
  awaitDone(thread, waiting);
  EXPECT_EQ(log.text(), "rw");
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace devvm::jit
