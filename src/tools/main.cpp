// The devvm program: finds the command and runs it.

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tools/command.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

constexpr Command kCommands[] = {
#define COMMAND(id, name, summary, help) {name, summary, help, run##id},
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

}  // namespace

const Command* commandTable(size_t& count) {
  count = std::size(kCommands);
  return kCommands;
}

const Command& commandNamed(std::string_view name) {
  for (const Command& c : kCommands) {
    if (name == c.name) return c;
  }
  std::abort();
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
  if (name == "--help" || name == "-h" || name == "help") {
    showHelp(stdout);
    return kOk;
  }
  if (name == "--version" || name == "-v") {
    std::puts("devvm 0.1.0 (Lua 5.4)");
    return kOk;
  }
  for (const Command& c : kCommands) {
    if (name != c.name) continue;
    Arguments arguments(argv + 2, argv + argc);
    // Commands that run scripts leave --help behind the script to it.
    if (!arguments.empty() && std::strcmp(arguments[0], "--help") == 0) {
      std::fputs(c.help, stdout);
      return kOk;
    }
    return c.run(arguments);
  }
  std::fprintf(stderr, "devvm: unknown command '%s'\nTry 'devvm --help'.\n", argv[1]);
  return kUsage;
}

}  // namespace devvm::tools

int main(int argc, char** argv) {
  // A reader that went away ends the program quietly.
  std::signal(SIGPIPE, SIG_DFL);
  return devvm::tools::run(argc, argv);
}
