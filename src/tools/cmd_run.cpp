// devvm run: a program with the runtime options.

#include <string>

#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

/// --lang=NAME: the language of the program, whatever its file is called.
ParseResult takeLanguage(std::string_view argument, const char* next, bool& usedNext, SessionSettings& settings,
                         std::string& error) {
  std::string name;
  if (!takeValue(argument, next, "--lang", usedNext, name)) return ParseResult::kOther;
  settings.language = frontend::frontEndNamed(name);
  if (settings.language != nullptr || name == "lua") return ParseResult::kTaken;
  error = "unknown language '" + name + "' (lua";
  for (const frontend::FrontEnd* f : frontend::frontEnds()) error += std::string(", ") + f->name;
  error += ")";
  return ParseResult::kWrong;
}

}  // namespace

int runRun(const Arguments& arguments) {
  runtime::IsolateOptions options = programOptions();
  SessionSettings settings;
  OwnOption own = [&settings](std::string_view argument, const char* next, bool& usedNext, std::string& error) {
    return takeLanguage(argument, next, usedNext, settings, error);
  };
  size_t i = 0;
  if (int status = parseOptions(commandNamed("run"), arguments, own, "which program?", options, i); status != 0) {
    return status;
  }
  Session session(options, settings);
  if (!session.ready()) return kFailed;
  Program program(session, "run", arguments, i);
  return session.finish(!program.loaded() || !program.call());
}

}  // namespace devvm::tools
