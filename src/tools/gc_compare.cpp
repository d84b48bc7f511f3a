#include "tools/gc_compare.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

using heap::CollectorChoice;

struct Contender {
  const char* name;
  CollectorChoice collector;
  uint64_t pauseTarget;  ///< nanoseconds, 0: none
};

constexpr Contender kContenders[] = {
    {"generational", CollectorChoice::kGenerational, 0},
    {"generational, 1 ms", CollectorChoice::kGenerational, 1'000'000},
    {"study-marksweep", CollectorChoice::kStudyMarkSweep, 0},
    {"study-semispace", CollectorChoice::kStudySemispace, 0},
    {"study-markcompact", CollectorChoice::kStudyMarkCompact, 0},
};

uint64_t nanosOf(const timeval& t) {
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_usec) * 1000;
}

/// In the process that is there for this: runs the program.
inspect::CollectorRun runHere(const runtime::IsolateOptions& options, const Arguments& arguments, size_t first) {
  inspect::CollectorRun run;
  run.status = kFailed;
  std::unique_ptr<inspect::CollectionLog> log;  // listens until the session's end
  Session session(options, {});
  if (!session.ready()) return run;
  log = std::make_unique<inspect::CollectionLog>(session.isolate().heap, inspect::LogForm::kNone, nullptr, true);
  session.listen(*log, events::kCollectionEvents);
  int status;
  {
    Program program(session, "gc", arguments, first);
    bool failed = !program.loaded() || !program.call();
    status = session.finish(failed);
  }
  run = inspect::runOf(log->records(), log->elapsed(), session.isolate().heap.stats());
  run.status = status;
  return run;
}

void toNowhere(int descriptor) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0) dup2(null, descriptor);
}

}  // namespace

bool runWithEachCollector(const runtime::IsolateOptions& options, const Arguments& arguments, size_t first,
                          std::vector<inspect::CollectorRun>& runs) {
  auto refused = [](const char* what) {
    std::fprintf(stderr, "devvm gc: cannot %s: %s\n", what, std::strerror(errno));
    return false;
  };
  for (const Contender& c : kContenders) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return refused("make a pipe");
    std::fflush(nullptr);
    pid_t child = fork();
    if (child < 0) return refused("start a process");
    if (child == 0) {
      if (!runs.empty()) {
        for (int descriptor : {0, 1, 2}) toNowhere(descriptor);
      }
      runtime::IsolateOptions mine = options;
      mine.jit.mode = runtime::JitOptions::Mode::kOff;
      mine.heap.collector = c.collector;
      if (c.pauseTarget != 0) mine.heap.pauseTarget = c.pauseTarget;
      inspect::CollectorRun run = runHere(mine, arguments, first);
      std::fflush(nullptr);
      bool sent = write(ends[1], &run, sizeof run) == sizeof run;
      _exit(sent ? kOk : kFailed);
    }
    close(ends[1]);
    inspect::CollectorRun run;
    bool received = read(ends[0], &run, sizeof run) == sizeof run;
    close(ends[0]);
    int ended = 0;
    rusage used{};
    while (wait4(child, &ended, 0, &used) < 0 && errno == EINTR) {
    }
    if (!received) {
      run = inspect::CollectorRun{};
      run.status = WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
    }
    std::snprintf(run.name, sizeof run.name, "%s", c.name);
    run.processor = nanosOf(used.ru_utime) + nanosOf(used.ru_stime);
    run.mostResident = static_cast<uint64_t>(used.ru_maxrss) * 1024;
    runs.push_back(run);
  }
  return true;
}

}  // namespace devvm::tools
