// The devvm program: finds the command and runs it.

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "languages/lox/lox.h"
#include "tools/command.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

constexpr Command kCommands[] = {
#define COMMAND(id, name, runsPrograms, summary, help) {name, runsPrograms, summary, help, run##id},
#include "tools/commands.def"
#undef COMMAND
};

void showHelp(std::FILE* out) {
  std::fputs(
      "Usage: devvm COMMAND [arguments]\n\n"
      "A multi-language virtual machine. Commands:\n",
      out);
  for (const Command& c : kCommands) std::fprintf(out, "  %-10s %s\n", c.name, c.summary);
  std::fputs(
      "\n'devvm COMMAND --help' tells more of each. Examples:\n"
      "  devvm run program.lua\n"
      "  devvm lua -e 'print(\"hello\")'\n",
      out);
}

const Command* findCommand(std::string_view name) {
  for (const Command& c : kCommands) {
    if (name == c.name) return &c;
  }
  return nullptr;
}

int unknownCommand(const char* name) {
  std::fprintf(stderr, "devvm: unknown command '%s'\nTry 'devvm --help'.\n", name);
  return kUsage;
}

/// Commands that run programs leave everything behind the first argument to those.
bool wantsHelp(const Command& command, const Arguments& arguments) {
  for (const char* a : arguments) {
    if (std::strcmp(a, "--help") == 0 || (std::strcmp(a, "-h") == 0 && std::strcmp(command.name, "lua") != 0))
      return true;
    if (command.runsPrograms || std::strcmp(a, "--") == 0) break;
  }
  return false;
}

}  // namespace

const Command* commandTable(size_t& count) {
  count = std::size(kCommands);
  return kCommands;
}

namespace {
std::string thisProgram = "devvm";
}

void setProgramPath(const char* path) { thisProgram = path; }
const std::string& programPath() { return thisProgram; }

const Command& commandNamed(std::string_view name) {
  const Command* c = findCommand(name);
  if (c == nullptr) std::abort();
  return *c;
}

int usageError(const Command& command, std::string_view message) {
  std::fprintf(stderr, "devvm %s: %.*s\nTry 'devvm %s --help'.\n", command.name, static_cast<int>(message.size()),
               message.data(), command.name);
  return kUsage;
}

bool colours(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) && std::getenv("NO_COLOR") == nullptr && term != nullptr && std::strcmp(term, "dumb") != 0;
}

static int run(int argc, char** argv) {
  if (argc < 2) {
    showHelp(stderr);
    return kUsage;
  }
  std::string_view name = argv[1];
  if (name == "help" && argc > 2) {
    name = argv[2];
    const Command* c = findCommand(name);
    if (c == nullptr) return unknownCommand(argv[2]);
    std::fputs(c->help, stdout);
    return kOk;
  }
  if (name == "--help" || name == "-h" || name == "help") {
    showHelp(stdout);
    return kOk;
  }
  if (name == "--version" || name == "-v") {
    std::puts("devvm 0.1.0 (Lua 5.4)");
    return kOk;
  }
  const Command* command = findCommand(name);
  if (command == nullptr) return unknownCommand(argv[1]);
  Arguments arguments(argv + 2, argv + argc);
  if (wantsHelp(*command, arguments)) {
    std::fputs(command->help, stdout);
    return kOk;
  }
  int status = command->run(arguments);
  // What a command tells is lost when it cannot be written; programs that are run look after their own output.
  if (!command->runsPrograms && (std::fflush(stdout) != 0 || std::ferror(stdout))) {
    std::fprintf(stderr, "devvm: cannot write standard output: %s\n", std::strerror(errno));
    return kFailed;
  }
  return status;
}

}  // namespace devvm::tools

int main(int argc, char** argv) {
  devvm::frontend::registerFrontEnd(devvm::lox::kFrontEnd);
  // A reader that went away ends the program quietly.
  std::signal(SIGPIPE, SIG_DFL);
  // Called by the name of the reference interpreter (through a link, say), it is that.
  std::string_view name = argc > 0 ? argv[0] : "";
  name = name.substr(name.rfind('/') == name.npos ? 0 : name.rfind('/') + 1);
  if (name == "lua" || name.substr(0, 4) == "lua5") {
    return devvm::tools::runLuaAs(argv[0], devvm::tools::Arguments(argv + 1, argv + argc));
  }
  devvm::tools::setProgramPath(argc > 0 ? argv[0] : "devvm");
  return devvm::tools::run(argc, argv);
}
