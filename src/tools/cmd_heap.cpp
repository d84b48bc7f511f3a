// devvm heap: what takes the memory of a program, from its end or from snapshots.

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "inspect/heap_report.h"
#include "inspect/heap_snapshot.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

struct HeapCommand {
  std::string
      output;  ///< file of the report; empty: standard error for programs, standard output for snapshots; "-": that
  std::string snapshot;  ///< to be written; empty: none
  inspect::HeapReportOptions report;
};

bool isSnapshot(std::string_view path) { return path.ends_with(".heapsnapshot"); }

ParseResult takeOwn(HeapCommand& out, std::string_view a, const char* next, bool& usedNext, std::string& error) {
  std::string value;
  if (takeValue(a, next, "--snapshot", usedNext, out.snapshot)) {
    if (out.snapshot.empty()) error = "--snapshot needs a file";
  } else if (takeValue(a, next, "--output", usedNext, out.output) || takeValue(a, next, "-o", usedNext, out.output)) {
    if (out.output.empty()) error = "--output needs a file";
  } else if (takeValue(a, next, "--rows", usedNext, value)) {
    size_t& rows = out.report.rows;
    auto r = std::from_chars(value.data(), value.data() + value.size(), rows);
    bool whole = r.ec == std::errc() && r.ptr == value.data() + value.size();
    if (!whole || rows < 1 || rows > 10000) error = "--rows takes a number from 1 to 10000";
  } else {
    return ParseResult::kOther;
  }
  return error.empty() ? ParseResult::kTaken : ParseResult::kWrong;
}

/// Closes the file unless it is a standard stream. False: it could not be written (errno).
bool finish(std::FILE* file, bool ok) {
  bool standard = file == stdout || file == stderr;
  return (standard ? std::fflush(file) : std::fclose(file)) == 0 && ok;
}

bool writeText(const std::string& text, const std::string& path, std::FILE* standard) {
  std::FILE* out = path.empty() ? standard : path == "-" ? stdout : std::fopen(path.c_str(), "w");
  return out != nullptr && finish(out, std::fwrite(text.data(), 1, text.size(), out) == text.size());
}

void complain(const std::string& path, const std::string& why) {
  std::fprintf(stderr, "devvm: %s: %s\n", path.c_str(), why.c_str());
}

/// One snapshot is shown, two are compared.
int showSnapshots(const Arguments& files, HeapCommand& command) {
  if (files.size() > 2) return usageError(commandNamed("heap"), "one snapshot, or two to compare");
  std::vector<inspect::HeapGraph> graphs(files.size());
  for (size_t i = 0; i < files.size(); i++) {
    std::string problem;
    if (readSnapshot(files[i], graphs[i], problem)) continue;
    complain(files[i], problem);
    return kFailed;
  }
  command.report.colour = command.output.empty() && colours(STDOUT_FILENO);
  std::string text =
      graphs.size() == 1 ? heapText(graphs[0], command.report) : growthText(graphs[0], graphs[1], command.report);
  if (writeText(text, command.output, stdout)) return kOk;
  complain(command.output, std::strerror(errno));
  return kFailed;
}

}  // namespace

int runHeap(const Arguments& arguments) {
  runtime::IsolateOptions options = programOptions();
  HeapCommand command;
  size_t first = 0;
  auto own = [&command](auto&&... argument) { return takeOwn(command, argument...); };
  if (int status = parseOptions(commandNamed("heap"), arguments, own, "which program, or snapshot?", options, first);
      status != 0) {
    return status;
  }
  if (isSnapshot(arguments[first])) {
    return showSnapshots(Arguments(arguments.begin() + static_cast<std::ptrdiff_t>(first), arguments.end()), command);
  }
  Session session(options, {});
  if (!session.ready()) return kFailed;
  Program program(session, "heap", arguments, first);
  if (!program.loaded()) return session.finish(true);
  bool failed = !program.call();
  std::fflush(stdout);
  inspect::HeapGraph graph = inspect::captureHeap(session.isolate());
  if (!command.snapshot.empty()) {
    std::FILE* file = std::fopen(command.snapshot.c_str(), "w");
    if (file == nullptr || !finish(file, writeSnapshot(graph, file))) {
      complain(command.snapshot, std::strerror(errno));
      failed = true;
    }
  }
  command.report.colour = command.output.empty() && colours(STDERR_FILENO);
  if (!writeText(heapText(graph, command.report), command.output, stderr)) {
    complain(command.output, std::strerror(errno));
    failed = true;
  }
  return session.finish(failed);
}

}  // namespace devvm::tools
