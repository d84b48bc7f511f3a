// devvm profile: what the compilers learnt of a program, and what it allocates where.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "inspect/allocation_profile.h"
#include "jit/feedback/report.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

/// What the command line asks for besides runtime options.
struct Wishes {
  bool feedback = false, allocations = false, json = false;
  std::string file;   ///< -o; empty: standard output
  std::string flame;  ///< of --allocations: a picture
  uint64_t interval = inspect::kSampleBytes;
};

bool writeTo(Session& session, const std::string& report, const std::string& file) {
  std::FILE* out = file.empty() ? stdout : std::fopen(file.c_str(), "w");
  bool ok = out != nullptr && std::fwrite(report.data(), 1, report.size(), out) == report.size();
  ok = out != nullptr && (out == stdout ? std::fflush(out) : std::fclose(out)) == 0 && ok;
  if (!ok) session.complain("cannot write " + (file.empty() ? "the report" : file) + ": " + std::strerror(errno));
  return ok;
}

/// Writes the reports. False after saying why not.
bool write(Session& session, const Wishes& wishes, const inspect::AllocationProfile* allocations,
           const std::string& program) {
  if (allocations == nullptr) {
    std::string report = wishes.json ? jit::feedbackJson(session.isolate()) : jit::feedbackText(session.isolate());
    return writeTo(session, report.empty() ? "no function got warm\n" : report, wishes.file);
  }
  bool ok = wishes.flame.empty() || writeTo(session, inspect::allocationFlame(*allocations, program), wishes.flame);
  bool quiet = !wishes.flame.empty() && !wishes.json && wishes.file.empty();
  if (quiet) return ok;
  return writeTo(session,
                 wishes.json ? inspect::allocationJson(*allocations, program)
                             : inspect::allocationText(*allocations, program),
                 wishes.file) &&
         ok;
}

}  // namespace

int runProfile(const Arguments& arguments) {
  const Command& command = commandNamed("profile");
  runtime::IsolateOptions options = programOptions();
  Wishes wishes;
  auto own = [&wishes](std::string_view argument, const char* next, bool& usedNext, std::string& error) {
    std::string every;
    if (argument == "--feedback") {
      wishes.feedback = true;
    } else if (argument == "--allocations") {
      wishes.allocations = true;
    } else if (argument == "--json") {
      wishes.json = true;
    } else if (takeValue(argument, next, "--flame", usedNext, wishes.flame)) {
      if (wishes.flame.empty()) error = "--flame needs a file";
    } else if (takeValue(argument, next, "--every", usedNext, every)) {
      if (!parseBytes(every, wishes.interval) || wishes.interval == 0) error = "--every needs a number of bytes";
    } else if (argument == "-o") {
      if (next == nullptr) {
        error = "-o needs a file";
        return ParseResult::kWrong;
      }
      wishes.file = next;
      usedNext = true;
    } else {
      return ParseResult::kOther;
    }
    return error.empty() ? ParseResult::kTaken : ParseResult::kWrong;
  };
  // What the feedback is for is the baseline compiler's, whatever the program runs with elsewhere.
  for (const char* a : arguments) {
    if (std::string_view(a) == "--feedback") options.jit.mode = runtime::JitOptions::Mode::kBaseline;
  }
  size_t i = 0;
  if (int status = parseOptions(command, arguments, own, "which program?", options, i); status != 0) return status;
  if (wishes.feedback == wishes.allocations) return usageError(command, "which profile? (--feedback or --allocations)");
  if (wishes.feedback && !wishes.flame.empty()) return usageError(command, "--flame is for --allocations");
  Session session(options, {});
  if (!session.ready()) return kFailed;
  if (wishes.feedback && session.isolate().tiers == nullptr) {
    session.complain("nothing is recorded: there are no compilers");
  }
  Program program(session, "profile", arguments, i);
  if (!program.loaded()) return session.finish(true);
  std::unique_ptr<inspect::AllocationProfile> profile;
  if (wishes.allocations) {
    profile = std::make_unique<inspect::AllocationProfile>(session.isolate(), wishes.interval);
  }
  bool failed = !program.call();
  std::fflush(stdout);
  if (profile != nullptr) profile->stop();
  failed |= !write(session, wishes, profile.get(), arguments[i]);
  return session.finish(failed);
}

}  // namespace devvm::tools
