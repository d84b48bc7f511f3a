// devvm lox: a Lox program, as the reference's command takes it.

#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

int runLox(const Arguments& arguments) {
  runtime::IsolateOptions options = programOptions();
  size_t i = 0;
  if (int status = parseOptions(commandNamed("lox"), arguments, {}, "which program?", options, i); status != 0) {
    return status;
  }
  Session session(options, {.language = frontend::frontEndNamed("lox")});
  if (!session.ready()) return kFailed;
  Program program(session, "lox", arguments, i);
  return session.finish(!program.loaded() || !program.call());
}

}  // namespace devvm::tools
