// devvm run: a program with the runtime options.

#include <string>

#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

int runRun(const Arguments& arguments) {
  runtime::IsolateOptions options = programOptions();
  size_t i = 0;
  if (int status = parseOptions(commandNamed("run"), arguments, {}, "which program?", options, i); status != 0) {
    return status;
  }
  Session session(options, {});
  if (!session.ready()) return kFailed;
  Program program(session, "run", arguments, i);
  return session.finish(!program.loaded() || !program.call());
}

}  // namespace devvm::tools
