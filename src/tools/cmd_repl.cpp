// devvm repl: the prompt.

#include <cstdio>
#include <string>

#include "tools/command.h"
#include "tools/interactive.h"
#include "tools/options.h"
#include "tools/session.h"

namespace devvm::tools {

int runRepl(const Arguments& arguments) {
  const Command& command = commandNamed("repl");
  runtime::IsolateOptions options = programOptions();
  std::string error;
  for (size_t i = 0; i < arguments.size(); i++) {
    bool usedNext;
    const char* next = i + 1 < arguments.size() ? arguments[i + 1] : nullptr;
    switch (parseOption(arguments[i], next, usedNext, options, error)) {
      case ParseResult::kTaken: i += usedNext; continue;
      case ParseResult::kWrong: return usageError(command, error);
      case ParseResult::kOther: return usageError(command, std::string("unexpected argument '") + arguments[i] + "'");
    }
  }
  Session session(options, {});
  if (!session.ready()) return kFailed;
  std::puts("DevVM 0.1.0, Lua 5.4. Tab completes, Ctrl-D ends.");
  interact(session, true);
  return session.finish(false);
}

}  // namespace devvm::tools
