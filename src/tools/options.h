// Runtime options of the command line, from options.def.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "events/event_bus.h"
#include "inspect/collection_log.h"
#include "runtime/isolate.h"
#include "tools/command.h"

namespace devvm::tools {

enum class OptionId {
#define OPTION(id, ...) id,
#include "tools/options.def"
#undef OPTION
  kCount
};

enum class OptionType { kFlag, kNumber, kBytes, kDuration, kWord, kFlagOrWord, kList };

struct OptionInfo {
  OptionId id;
  const char* name;
  OptionType type;
  const char* standard;
  const char* meaning;
};

/// What --trace, --trace-file and --gc-log asked for: the command line's, so one for the process.
struct TraceSettings {
  events::EventSet events = 0;
  std::string file;  ///< empty: standard error
  bool jit = false;  ///< --trace-jit: compilation events as text
  inspect::LogForm collections = inspect::LogForm::kNone;
  std::string collectionFile;  ///< empty: standard error
};
TraceSettings& traceSettings();

/// All options in table order.
const OptionInfo* optionTable(size_t& count);

/// What programs run with unless options say otherwise: with all compilers there are.
runtime::IsolateOptions programOptions();

enum class ParseResult {
  kOther,  ///< not a runtime option: somebody else's argument
  kTaken,
  kWrong,  ///< `error` says what is wrong
};

/// Takes argument `argument` ("--name" or "--name=value") if it is a runtime option; `next` is the argument after it
/// (null if none), and `usedNext` tells whether it was the value.
ParseResult parseOption(std::string_view argument, const char* next, bool& usedNext, runtime::IsolateOptions& options,
                        std::string& error);

/// Takes one of a command's own options; kWrong with `error`.
using OwnOption =
    std::function<ParseResult(std::string_view argument, const char* next, bool& usedNext, std::string& error)>;
/// The options of a command that runs programs, up to the program: its own (`own`, may be empty) and runtime options.
/// Gives 0, and `first` is the index of the program; or the exit status, after telling what is wrong. `missing` asks
/// for the program if there is none.
int parseOptions(const Command& command, const Arguments& arguments, const OwnOption& own, const char* missing,
                 runtime::IsolateOptions& options, size_t& first);

/// Whether an option that has a value was among those parsed in this process.
bool wasGiven(OptionId option);

/// For a command's own options: takes "--name=value", or "--name" with the value behind it.
bool takeValue(std::string_view argument, const char* next, std::string_view name, bool& usedNext, std::string& value);
/// A number of bytes with a suffix k, M, G or T, or none. False: it is none.
bool parseBytes(std::string_view text, uint64_t& out);

}  // namespace devvm::tools
