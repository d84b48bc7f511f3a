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
  std::string path = std::string_view(arguments[i]) == "-" ? "" : arguments[i];
  runtime::Rooted chunk(session.isolate(), Value::nil());
  std::vector<Value> values;
  RootedValues roots(session.isolate(), values);
  if (!setScriptArguments(session, (programPath() + " run").c_str(), arguments, i, values)) return kFailed;
  roots.registerAll();
  if (!session.loadFile(path, chunk)) return session.finish(true);
  return session.finish(!session.call(chunk, values));
}

}  // namespace devvm::tools
