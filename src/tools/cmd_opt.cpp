// devvm opt: runs passes of the optimizing compiler on the text of a graph.

#include <cstdio>
#include <cstring>

#include "jit/passes/pass.h"
#include "tools/command.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

namespace passes = jit::passes;

bool readAll(const char* path, std::string& text) {
  FILE* file = std::strcmp(path, "-") == 0 ? stdin : std::fopen(path, "rb");
  if (file == nullptr) return false;
  char piece[4096];
  for (size_t n; (n = std::fread(piece, 1, sizeof piece, file)) > 0;) text.append(piece, n);
  if (file != stdin) std::fclose(file);
  return true;
}

void show(void*, std::string_view when, const char* pass, const jit::ir::Graph& graph) {
  std::printf("; %.*s %s\n%s", static_cast<int>(when.size()), when.data(), pass, print(graph).c_str());
}

int list() {
  for (size_t i = 0; i < passes::kPassCount; i++) {
    const passes::Pass& p = passes::passOf(static_cast<passes::PassId>(i));
    std::printf("%-16s %s\n", p.name, p.summary);
  }
  return kOk;
}

int fail(const char* path, const std::string& what) {
  std::fprintf(stderr, "devvm: %s: %s\n", path, what.c_str());
  return kFailed;
}

}  // namespace

int runOpt(const Arguments& arguments) {
  const char* path = nullptr;
  std::vector<passes::PassId> chosen;
  bool pipeline = false, times = false;
  passes::PassOptions options;
  options.verify = true;
  options.print = show;
  for (const char* a : arguments) {
    std::string_view argument = a;
    std::string unknown;
    passes::PassSet* set = nullptr;
    if (argument == "--list") return list();
    if (argument == "--time") {
      times = options.measure = true;
    } else if (argument.starts_with("--level=") && argument.size() == 9 && argument[8] >= '1' && argument[8] <= '3') {
      options.level = argument[8] - '0';
      pipeline = true;
    } else if (argument.starts_with("--passes=")) {
      for (std::string_view rest = argument.substr(9); !rest.empty();) {
        size_t end = std::min(rest.find(','), rest.size());
        passes::PassId id;
        if (!findPass(rest.substr(0, end), id)) {
          return usageError(commandNamed("opt"), "there is no pass '" + std::string(rest.substr(0, end)) + "'");
        }
        chosen.push_back(id);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    } else if (argument.starts_with("--disable=")) {
      set = &options.disabled;
    } else if (argument.starts_with("--print-before=")) {
      set = &options.printBefore;
    } else if (argument.starts_with("--print-after=")) {
      set = &options.printAfter;
    } else if (argument.starts_with("--") || path != nullptr) {
      return usageError(commandNamed("opt"), "unexpected argument '" + std::string(argument) + "'");
    } else {
      path = a;
    }
    if (set != nullptr && !passes::addPasses(argument.substr(argument.find('=') + 1), *set, unknown)) {
      return usageError(commandNamed("opt"), "there is no pass '" + unknown + "'");
    }
  }
  if (path == nullptr) return usageError(commandNamed("opt"), "a file is missing");
  std::string text, error;
  if (!readAll(path, text)) return fail(path, "cannot be read");
  jit::ir::Graph graph;
  if (!parse(text, graph, error)) return fail(path, error);
  error = verify(graph);
  if (!error.empty()) return fail(path, error);
  passes::PassReport report;
  bool good = !pipeline || runPipeline(graph, options, report);
  for (size_t i = 0; good && i < chosen.size(); i++) good = runPass(chosen[i], graph, options, report);
  std::fputs(print(graph).c_str(), stdout);
  if (!good) return fail(path, report.fault);
  for (size_t i = 0; times && i < passes::kPassCount; i++) {
    if (report.runs[i] == 0) continue;
    std::fprintf(stderr, "%-16s %2u runs %6u changes %9.1f us\n", passes::passOf(static_cast<passes::PassId>(i)).name,
                 report.runs[i], report.changes[i], static_cast<double>(report.nanoseconds[i]) / 1000);
  }
  return kOk;
}

}  // namespace devvm::tools
