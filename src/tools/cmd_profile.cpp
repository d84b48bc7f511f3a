// devvm profile: what the compilers learnt of a program.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "jit/feedback/report.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

/// What the command line asks for besides runtime options.
struct Wishes {
  bool feedback = false, json = false;
  std::string file;  ///< -o; empty: standard output
};

/// Writes the report. False after saying why not.
bool write(Session& session, const Wishes& wishes) {
  std::string report = wishes.json ? jit::feedbackJson(session.isolate()) : jit::feedbackText(session.isolate());
  if (report.empty()) report = "no function got warm\n";
  std::FILE* out = wishes.file.empty() ? stdout : std::fopen(wishes.file.c_str(), "w");
  bool ok = out != nullptr && std::fwrite(report.data(), 1, report.size(), out) == report.size();
  ok = out != nullptr && (out == stdout ? std::fflush(out) : std::fclose(out)) == 0 && ok;
  if (!ok)
    session.complain("cannot write " + (wishes.file.empty() ? "the report" : wishes.file) + ": " +
                     std::strerror(errno));
  return ok;
}

}  // namespace

int runProfile(const Arguments& arguments) {
  const Command& command = commandNamed("profile");
  runtime::IsolateOptions options;
  options.jit.mode = runtime::JitOptions::Mode::kBaseline;
  Wishes wishes;
  auto own = [&wishes](std::string_view argument, const char* next, bool& usedNext, std::string& error) {
    if (argument == "--feedback") {
      wishes.feedback = true;
    } else if (argument == "--json") {
      wishes.json = true;
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
    return ParseResult::kTaken;
  };
  size_t i = 0;
  if (int status = parseOptions(command, arguments, own, "which program?", options, i); status != 0) return status;
  if (!wishes.feedback) return usageError(command, "which profile? (--feedback)");
  Session session(options, {});
  if (!session.ready()) return kFailed;
  if (session.isolate().tiers == nullptr) session.complain("nothing is recorded: there are no compilers");
  Program program(session, "profile", arguments, i);
  if (!program.loaded()) return session.finish(true);
  bool failed = !program.call();
  std::fflush(stdout);
  failed |= !write(session, wishes);
  return session.finish(failed);
}

}  // namespace devvm::tools
