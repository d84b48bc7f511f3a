// devvm jit: runs a program and tells what the compilers made of it.

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "jit/tiering/code_records.h"
#include "jit/tiering/tiers.h"
#include "tools/command.h"
#include "tools/explain.h"
#include "tools/graph_report.h"
#include "tools/jit_listing.h"
#include "tools/jit_report.h"
#include "tools/optimized_listing.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

struct JitCommand {
  std::string function;  ///< to be shown in detail; empty: the table
  std::string output;    ///< file of the report; empty: standard error, "-": standard output
  bool json = false;
  bool compileAll = false;  ///< compiles all functions of the file instead of running it
  bool counts = true;
  bool graphs = false;  ///< shows the optimizing compiler's graphs
  GraphForm form = GraphForm::kText;
  bool explain = false;  ///< says in words what keeps functions slow
  unsigned rounds = 0;   ///< compilations that are timed, with compileAll
};

ParseResult takeOwn(JitCommand& out, std::string_view a, const char* next, bool& usedNext, std::string& error) {
  std::string value;
  if (a == "--json") {
    out.json = true;
  } else if (a == "--compile-all") {
    out.compileAll = true;
  } else if (a == "--graphs") {
    out.graphs = true;
  } else if (a == "--dot" || a == "--diff") {
    out.graphs = true;
    out.form = a == "--dot" ? GraphForm::kDot : GraphForm::kDiff;
  } else if (a == "--explain") {
    out.explain = true;
  } else if (a == "--no-counts") {
    out.counts = false;
  } else if (takeValue(a, next, "--function", usedNext, out.function)) {
    if (out.function.empty()) error = "--function needs a name";
  } else if (takeValue(a, next, "--output", usedNext, out.output) || takeValue(a, next, "-o", usedNext, out.output)) {
    // Empty: standard error.
  } else if (takeValue(a, next, "--rounds", usedNext, value)) {
    auto r = std::from_chars(value.data(), value.data() + value.size(), out.rounds);
    bool whole = r.ec == std::errc() && r.ptr == value.data() + value.size();
    if (!whole || out.rounds < 1 || out.rounds > 1000) error = "--rounds takes a number from 1 to 1000";
  } else {
    return ParseResult::kOther;
  }
  return error.empty() ? ParseResult::kTaken : ParseResult::kWrong;
}

/// 0: `first` is the index of the program, else the exit status.
int parse(const Arguments& arguments, JitCommand& out, runtime::IsolateOptions& options, size_t& first) {
  const Command& command = commandNamed("jit");
  auto own = [&out](auto&&... argument) { return takeOwn(out, argument...); };
  int status = parseOptions(command, arguments, own, "which program?", options, first);
  if (status != 0) return status;
  if (out.json && out.form != GraphForm::kText) return usageError(command, "--json does not go with --dot and --diff");
  if (out.rounds != 0 && !out.compileAll) return usageError(command, "--rounds goes with --compile-all");
  return 0;
}

uint64_t processorNanos() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

/// Compiles every function of the chunk. The times of `rounds` compilations of all of them, of the processor, come
/// first; nothing is recorded while they are measured.
std::vector<uint64_t> compileChunk(Isolate& iso, Value chunk, unsigned rounds) {
  const auto* info = runtime::as<runtime::Closure>(chunk)->code->module.get();
  std::vector<runtime::Code*> codes;
  for (runtime::Code* c = iso.codes; c != nullptr; c = c->next) {
    if (c->module.get() == info) codes.push_back(c);
  }
  std::reverse(codes.begin(), codes.end());
  jit::CodeRecords& records = *jit::codeRecords(iso);
  std::vector<uint64_t> times;
  records.pause(true);
  for (unsigned i = 0; i < rounds; i++) {
    uint64_t began = processorNanos();
    for (runtime::Code* c : codes) jit::compileAhead(iso, *c);
    times.push_back(processorNanos() - began);
    for (runtime::Code* c : codes) {
      if (c->machine != nullptr) jit::discardIdle(iso, *c, "measured");
    }
  }
  records.pause(false);
  for (runtime::Code* c : codes) jit::compileAhead(iso, *c);
  return times;
}

std::string report(Isolate& iso, const JitCommand& command, std::vector<uint64_t> times, bool colour) {
  jit::CodeRecords& records = *jit::codeRecords(iso);
  const JitRecordList& list = records.all();
  JitTotals totals = totalsOf(list);
  if (command.json) {
    base::JsonWriter out;
    out.beginObject();
    jitJson(out, list, records.omitted(), command.counts);
    if (!times.empty()) {
      out.line();
      out.key("processorNanos");
      out.beginArray();
      for (uint64_t t : times) out.number(t);
      out.endArray();
    }
    out.endObject();
    return out.take() + "\n";
  }
  std::string text = jitTable(list, records.omitted(), command.counts, colour);
  if (!times.empty()) {
    uint64_t first = times[0];
    std::sort(times.begin(), times.end());
    uint64_t median = times[times.size() / 2];
    char line[200];
    std::snprintf(line, sizeof line,
                  "%zu rounds: %.2f million instructions a second of processor time (median; %.2f to %.2f, "
                  "first %.2f)\n",
                  times.size(), millionsPerSecond(totals.instructions, median),
                  millionsPerSecond(totals.instructions, times.back()),
                  millionsPerSecond(totals.instructions, times.front()), millionsPerSecond(totals.instructions, first));
    text += line;
  }
  return text;
}

/// Functions of `command.function` in detail. False: `out` says why there is none.
bool details(Isolate& iso, const JitCommand& command, bool colour, std::string& out) {
  base::JsonWriter json;
  json.beginObject();
  json.key("functions");
  json.beginArray();
  const jit::CodeRecord* other = nullptr;  // that is named so, and cannot be shown
  bool any = false;
  for (const auto& r : jit::codeRecords(iso)->all()) {
    if (!isNamed(*r, command.function)) continue;
    if (!r->compiled() || r->code == nullptr) {
      other = r.get();
      continue;
    }
    if (any && !command.json) out += "\n";
    any = true;
    if (command.json) {
      json.beginObject();
      jitJson(json, *r, command.counts);
      r->isOptimized() ? optimizedListingJson(json, iso, *r) : jitListingJson(json, iso, *r);
      json.endObject();
    } else {
      out += r->isOptimized() ? optimizedListing(iso, *r, colour) : jitListing(iso, *r, command.counts, colour);
    }
  }
  if (any && command.json) {
    json.endArray();
    json.endObject();
    out = json.take() + "\n";
  }
  if (any) return true;
  if (other != nullptr) {
    out = nameOf(*other) + " (" + placeOf(*other) +
          ") cannot be shown: " + (other->compiled() ? other->end : "it was not compiled: " + other->refusal);
  } else {
    out = "no function '" + command.function + "' was compiled (--jit-threshold=1 compiles all that are called)";
  }
  return false;
}

/// Without compilers there is nothing to tell but why.
bool compilersReady(Session& session, const runtime::IsolateOptions& options) {
  if (session.isolate().tiers != nullptr) return true;
  const char* reason = "--jit=off";
  if (options.jit.mode != runtime::JitOptions::Mode::kOff) jit::enable(session.isolate(), &reason);
  session.complain(std::string("nothing is compiled: ") + reason);
  return false;
}

}  // namespace

int runJit(const Arguments& arguments) {
  JitCommand command;
  runtime::IsolateOptions options;
  options.jit.mode = runtime::JitOptions::Mode::kOn;
  options.jit.record = true;
  size_t first = 0;
  if (int status = parse(arguments, command, options, first)) return status;
  options.jit.count = command.counts = command.counts && !command.compileAll;
  std::FILE* out = command.output.empty() ? stderr : stdout;
  if (!command.output.empty() && command.output != "-") {
    out = std::fopen(command.output.c_str(), "w");
    if (out == nullptr) {
      std::fprintf(stderr, "devvm: cannot write %s: %s\n", command.output.c_str(), std::strerror(errno));
      return kFailed;
    }
  }
  Session session(options, {});
  if (!session.ready()) return kFailed;
  bool ready = compilersReady(session, options);
  if (ready) jit::codeRecords(session.isolate())->describe(!command.function.empty() || command.explain);
  Program program(session, "jit", arguments, first);
  std::vector<uint64_t> times;
  int status;
  if (!program.loaded()) {
    status = session.finish(true);
  } else if (command.compileAll) {
    if (ready) times = compileChunk(session.isolate(), program.chunk(), command.rounds);
    status = kOk;
  } else {
    status = session.finish(!program.call());
  }
  if (ready) {
    std::string text;
    if (command.graphs) {
      GraphForm form = command.json ? GraphForm::kJson : command.form;
      text = graphReport(session.isolate(), command.function, form);
    } else if (command.explain) {
      text = explain(session.isolate(), command.function, command.json, colours(fileno(out)));
    } else if (command.function.empty()) {
      text = report(session.isolate(), command, std::move(times), colours(fileno(out)));
    } else if (!details(session.isolate(), command, colours(fileno(out)), text)) {
      session.complain(text);
      text.clear();
      if (status == kOk) status = kFailed;
    }
    std::fwrite(text.data(), 1, text.size(), out);
  }
  bool written = std::fflush(out) == 0 && std::ferror(out) == 0;
  if (out != stdout && out != stderr) written = std::fclose(out) == 0 && written;
  if (!written) {
    std::fprintf(stderr, "devvm: cannot write the report: %s\n", std::strerror(errno));
    if (status == kOk) status = kFailed;
  }
  return status;
}

}  // namespace devvm::tools
