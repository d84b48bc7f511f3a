// Runs one command and reports what it cost: measure OUTPUT TIMEOUT COMMAND [ARGUMENT...]
//
// The command's standard output goes to the file OUTPUT and its standard error to OUTPUT.err. After
// TIMEOUT seconds it is killed. One line goes to our own standard output:
//     wall-nanoseconds user-microseconds system-microseconds peak-kilobytes status timed-out
// where status is the exit status, or 128 plus the signal that ended the command.
//
// A small program of its own, because the kernel's figure for peak memory includes what the process
// was before it became the command: started from Python, every peer would seem to need Python's
// memory.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;
static volatile sig_atomic_t timedOut;

static void killChild(void) {
  if (child > 0) kill(-child, SIGKILL);
}

static void onAlarm(int signal) {
  (void)signal;
  timedOut = 1;
  killChild();
}

static void onInterrupt(int signal) {
  killChild();
  _exit(128 + signal);
}

// Asks for a signal when the parent ends, so that a killed runner leaves nothing running.
static void endWithParent(int signal) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, signal);
#else
  (void)signal;
#endif
}

static void redirect(const char* path, int descriptor) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
  close(file);
}

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: measure OUTPUT TIMEOUT COMMAND [ARGUMENT...]\n");
    return 2;
  }
  char errors[4096];
  snprintf(errors, sizeof errors, "%s.err", argv[1]);

  signal(SIGALRM, onAlarm);
  signal(SIGINT, onInterrupt);
  signal(SIGTERM, onInterrupt);
  endWithParent(SIGTERM);

  long long start = nanoseconds();
  child = fork();
  if (child < 0) {
    fprintf(stderr, "measure: cannot fork: %s\n", strerror(errno));
    return 1;
  }
  if (child == 0) {
    setpgid(0, 0);
    endWithParent(SIGKILL);
    redirect(argv[1], STDOUT_FILENO);
    redirect(errors, STDERR_FILENO);
    execvp(argv[3], argv + 3);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[3], strerror(errno));
    _exit(127);
  }
  setpgid(child, child);
  alarm((unsigned)atoi(argv[2]));

  int status;
  struct rusage usage;
  pid_t waited;
  do {
    waited = wait4(child, &status, 0, &usage);
  } while (waited < 0 && errno == EINTR);
  long long wall = nanoseconds() - start;
  alarm(0);

  int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  printf("%lld %lld %lld %ld %d %d\n", wall,
         usage.ru_utime.tv_sec * 1000000LL + usage.ru_utime.tv_usec,
         usage.ru_stime.tv_sec * 1000000LL + usage.ru_stime.tv_usec, usage.ru_maxrss, code,
         (int)timedOut);
  return 0;
}
