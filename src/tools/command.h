// The commands of the devvm program: one file each, listed in commands.def.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace devvm::tools {

/// Arguments after the command's name.
using Arguments = std::vector<const char*>;

struct Command {
  const char* name;
  bool runsPrograms;    ///< output and exit status are a program's
  const char* summary;  ///< one line for the list
  const char* help;     ///< text of `devvm NAME --help`
  int (*run)(const Arguments& arguments);
};

const Command* commandTable(size_t& count);
/// How this program was called (argv[0]); programs find it in their `arg`.
void setProgramPath(const char* path);
const std::string& programPath();
/// The `lua` command when the program itself is called `lua`: `path` is how.
int runLuaAs(const char* path, const Arguments& arguments);
/// Shows a usage error and returns the exit status for it.
int usageError(const Command& command, std::string_view message);
const Command& commandNamed(std::string_view name);
/// Whether standard output (or error) is a terminal that likes colours.
bool colours(int fd);

#define COMMAND(id, ...) int run##id(const Arguments& arguments);
#include "tools/commands.def"
#undef COMMAND

}  // namespace devvm::tools
