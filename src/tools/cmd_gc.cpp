// devvm gc: runs a program and tells what its collections did.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "heap/space_stats.h"
#include "inspect/barrier_report.h"
#include "inspect/collection_report.h"
#include "tools/command.h"
#include "tools/gc_compare.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

struct GcCommand {
  std::string output;  ///< file of the report; empty: standard error, "-": standard output
  std::string svg;     ///< file of the picture; empty: none
  bool json = false;
  bool barriers = false;  ///< counts stores instead
  bool compare = false;   ///< runs the program with each collector instead
};

ParseResult takeOwn(GcCommand& out, std::string_view a, const char* next, bool& usedNext, std::string& error) {
  if (a == "--json") {
    out.json = true;
  } else if (a == "--barriers") {
    out.barriers = true;
  } else if (a == "--compare") {
    out.compare = true;
  } else if (takeValue(a, next, "--svg", usedNext, out.svg)) {
    if (out.svg.empty()) error = "--svg needs a file";
  } else if (takeValue(a, next, "--output", usedNext, out.output) || takeValue(a, next, "-o", usedNext, out.output)) {
    if (out.output.empty()) error = "--output needs a file";
  } else {
    return ParseResult::kOther;
  }
  return error.empty() ? ParseResult::kTaken : ParseResult::kWrong;
}

/// Writes `text` to a file, or to a stream for the names that say so. False after saying why not.
bool write(const std::string& text, const std::string& path, std::FILE* standard) {
  std::FILE* out = path.empty() ? standard : path == "-" ? stdout : std::fopen(path.c_str(), "w");
  bool ok = out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (out != nullptr) ok = (out == standard || out == stdout ? std::fflush(out) : std::fclose(out)) == 0 && ok;
  if (!ok) {
    std::fprintf(stderr, "devvm: cannot write %s: %s\n", path.empty() ? "the report" : path.c_str(),
                 std::strerror(errno));
  }
  return ok;
}

/// Runs the program in the interpreter, each instruction of it looked at.
int runBarriers(runtime::IsolateOptions options, const GcCommand& command, const Arguments& arguments, size_t first) {
  options.jit.mode = runtime::JitOptions::Mode::kOff;
  inspect::StoreCounter stores;
  Session session(options, {});
  if (!session.ready()) return kFailed;
  session.listen(stores, events::setOf(events::EventKind::kInstruction));
  int status;
  {
    Program program(session, "gc", arguments, first);
    if (!program.loaded()) return session.finish(true);
    bool failed = !program.call();
    status = session.finish(failed);
  }
  const heap::Heap& heap = session.isolate().heap;
  uint64_t recorded = heap::recordedStores(heap);
  uint64_t remembered = heap.stats().phaseNanos[static_cast<size_t>(heap::CollectorPhase::kRemembered)];
  inspect::StoreTimes times = inspect::measureStores(session.isolate());
  std::string report = inspect::barrierText(arguments[first], stores, recorded, remembered, times);
  return write(report, command.output, stderr) || status != kOk ? status : kFailed;
}

/// Runs the program with each collector. The exit status is that of the first run.
int runCompare(const runtime::IsolateOptions& options, const GcCommand& command, const Arguments& arguments,
               size_t first) {
  std::vector<inspect::CollectorRun> runs;
  if (!runWithEachCollector(options, arguments, first, runs)) return kFailed;
  bool toTerminal = command.output.empty() && colours(STDERR_FILENO);
  std::string report = command.json ? inspect::comparisonJson(arguments[first], runs)
                                    : inspect::comparisonText(arguments[first], runs, toTerminal);
  bool ok = write(report, command.output, stderr);
  return runs[0].status == kOk && !ok ? kFailed : runs[0].status;
}

}  // namespace

int runGc(const Arguments& arguments) {
  runtime::IsolateOptions options = programOptions();
  GcCommand command;
  size_t first = 0;
  auto own = [&command](auto&&... argument) { return takeOwn(command, argument...); };
  if (int status = parseOptions(commandNamed("gc"), arguments, own, "which program?", options, first); status != 0) {
    return status;
  }
  if (command.barriers) {
    if (command.json || !command.svg.empty()) return usageError(commandNamed("gc"), "--barriers has no other forms");
    return runBarriers(options, command, arguments, first);
  }
  if (command.compare) {
    if (!command.svg.empty()) return usageError(commandNamed("gc"), "--compare draws nothing");
    if (options.heap.collector != heap::CollectorChoice::kGenerational || wasGiven(OptionId::kJit)) {
      return usageError(commandNamed("gc"), "--compare runs each collector, interpreted: no --gc or --jit with it");
    }
    if (std::string_view(arguments[first]) == "-") {
      return usageError(commandNamed("gc"), "--compare reads the program several times: it needs a file");
    }
    return runCompare(options, command, arguments, first);
  }
  std::unique_ptr<inspect::CollectionLog> log;  // listens until the session's end
  Session session(options, {});
  if (!session.ready()) return kFailed;
  log = std::make_unique<inspect::CollectionLog>(session.isolate().heap, inspect::LogForm::kNone, nullptr, true);
  session.listen(*log, events::kCollectionEvents);
  int status;
  {
    Program program(session, "gc", arguments, first);
    if (!program.loaded()) return session.finish(true);
    bool failed = !program.call();
    status = session.finish(failed);
  }
  std::string name = std::string_view(arguments[first]) == "-" ? "standard input" : arguments[first];
  inspect::CollectionRun run{.records = log->records(),
                             .elapsed = log->elapsed(),
                             .allocated = session.isolate().heap.stats().bytesAllocated,
                             .name = name};
  bool toTerminal = command.output.empty() && colours(STDERR_FILENO);
  std::string report = command.json ? inspect::reportJson(run) : inspect::reportText(run, toTerminal);
  bool ok = write(report, command.output, stderr);
  if (!command.svg.empty()) ok = write(inspect::timelineSvg(run), command.svg, stdout) && ok;
  return status == kOk && !ok ? kFailed : status;
}

}  // namespace devvm::tools
