// devvm run: a program with the runtime options.

#include <string>

#include "tools/command.h"
#include "tools/options.h"
#include "tools/script_arguments.h"
#include "tools/session.h"

namespace devvm::tools {

int runRun(const Arguments& arguments) {
  const Command& command = commandNamed("run");
  runtime::IsolateOptions options = programOptions();
  size_t i = 0;
  std::string error;
  for (; i < arguments.size() && arguments[i][0] == '-' && arguments[i][1] != '\0'; i++) {
    if (std::string_view(arguments[i]) == "--") {
      i++;
      break;
    }
    bool usedNext;
    const char* next = i + 1 < arguments.size() ? arguments[i + 1] : nullptr;
    switch (parseOption(arguments[i], next, usedNext, options, error)) {
      case ParseResult::kTaken: i += usedNext; continue;
      case ParseResult::kWrong: return usageError(command, error);
      case ParseResult::kOther:
        return usageError(command, std::string("unknown option '") + arguments[i] + "' (see 'devvm options')");
    }
  }
  if (i == arguments.size()) return usageError(command, "which program?");
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
