#include "tools/options.h"

#include <charconv>

#include "events/json_lines.h"
#include "jit/assembler/x64/cpu.h"
#include "jit/passes/pass.h"

namespace devvm::tools {

namespace {

constexpr OptionInfo kTable[] = {
#define OPTION(id, name, type, standard, meaning) {OptionId::id, name, OptionType::type, standard, meaning},
#include "tools/options.def"
#undef OPTION
};

bool parseNumber(std::string_view text, uint64_t& out, std::string_view& rest) {
  auto r = std::from_chars(text.data(), text.data() + text.size(), out);
  if (r.ec != std::errc()) return false;
  rest = text.substr(static_cast<size_t>(r.ptr - text.data()));
  return true;
}

bool scaled(std::string_view text, uint64_t& out, std::initializer_list<std::pair<std::string_view, uint64_t>> units) {
  std::string_view suffix;
  if (!parseNumber(text, out, suffix)) return false;
  for (const auto& [name, factor] : units) {
    if (suffix != name) continue;
    return !__builtin_mul_overflow(out, factor, &out);
  }
  return false;
}

}  // namespace

bool parseBytes(std::string_view text, uint64_t& out) {
  constexpr uint64_t k = 1024;
  return scaled(text, out, {{"", 1}, {"k", k}, {"K", k}, {"M", k * k}, {"G", k * k * k}, {"T", k * k * k * k}});
}

namespace {

/// A number with up to nine decimals ("1.5s"), then a unit.
bool parseDuration(std::string_view text, uint64_t& out) {
  size_t point = text.find('.');
  if (point != text.npos) {
    size_t end = point + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') end++;
    if (end == point + 1 || end > point + 10) return false;
    uint64_t whole, part;
    std::string unit(text.substr(end)), decimals(text.substr(point + 1, end - point - 1));
    if (!parseDuration(std::string(text.substr(0, point)) + unit, whole) || !parseDuration(decimals + unit, part)) {
      return false;
    }
    for (size_t i = 0; i < decimals.size(); i++) part /= 10;
    return !__builtin_add_overflow(whole, part, &out);
  }
  return scaled(text, out,
                {{"", 1'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"m", 60'000'000'000}});
}

/// Inside, zero stands for a seed from the system; given as an option it is a seed like any other.
constexpr uint64_t kSeedForZero = 0x5EED'0000'5EED'0000;

bool parseCollector(std::string_view text, heap::CollectorChoice& out) {
  using enum heap::CollectorChoice;
  if (text == "generational") {
    out = kGenerational;
  } else if (text == "study-marksweep") {
    out = kStudyMarkSweep;
  } else if (text == "study-semispace") {
    out = kStudySemispace;
  } else if (text == "study-markcompact") {
    out = kStudyMarkCompact;
  } else {
    return false;
  }
  return true;
}

bool parseCapability(std::string_view text, uint8_t& bits) {
  static constexpr std::string_view kNames[] = {"files", "processes", "environment", "clock", "network"};
  if (text == "all") {
    bits = 0xFF;
    return true;
  }
  for (size_t i = 0; i < std::size(kNames); i++) {
    if (text == kNames[i]) {
      bits = static_cast<uint8_t>(1u << i);
      return true;
    }
  }
  return false;
}

/// "off", "osr:N", "reclaim:N" or "slices:N".
bool parseJitStress(std::string_view value, runtime::JitOptions& jit) {
  using Stress = runtime::JitOptions::Stress;
  size_t colon = value.find(':');
  std::string_view name = value.substr(0, colon), rest;
  jit.stress = name == "osr"       ? Stress::kOsr
               : name == "reclaim" ? Stress::kReclaim
               : name == "slices"  ? Stress::kSlices
               : name == "deopt"   ? Stress::kDeopt
                                   : Stress::kNone;
  if (jit.stress == Stress::kNone) return value == "off";
  uint64_t n = 0;
  if (colon == value.npos || !parseNumber(value.substr(colon + 1), n, rest) || !rest.empty()) return false;
  jit.stressEvery = static_cast<uint32_t>(n);
  return n > 0 && n <= 1'000'000;
}

/// False: `wrong`, all of the value or an item of a list, is not what the option takes.
bool apply(const OptionInfo& option, std::string_view value, runtime::IsolateOptions& o, std::string_view& wrong) {
  wrong = value;
  uint64_t n = 0;
  std::string_view rest;
  uint8_t bits = 0;
  switch (option.id) {
    case OptionId::kFuel:
      if (!parseNumber(value, n, rest) || !rest.empty() || n == 0) return false;
      o.limits.fuel = n;
      return true;
    case OptionId::kTimeout:
      if (!parseDuration(value, n) || n == 0) return false;
      o.limits.timeoutNanos = n;
      return true;
    case OptionId::kMemoryLimit:
      if (!parseBytes(value, n) || n == 0) return false;
      o.limits.memoryBytes = n;
      return true;
    case OptionId::kStackLimit:
      if (!parseBytes(value, n) || n < (64u << 10) || n > (uint64_t{16} << 30)) return false;
      o.limits.stackBytes = n;
      return true;
    case OptionId::kAllow:
    case OptionId::kDeny:
      for (bool more = true; more;) {
        size_t comma = value.find(',');
        wrong = value.substr(0, comma);
        if (!parseCapability(wrong, bits)) return false;
        o.capabilities.bits = static_cast<uint8_t>(option.id == OptionId::kAllow ? o.capabilities.bits | bits
                                                                                 : o.capabilities.bits & ~bits);
        more = comma != value.npos;
        if (more) value.remove_prefix(comma + 1);
      }
      return true;
    case OptionId::kDispatch: o.dispatchSwitch = value == "switch"; return value == "switch" || value == "tail";
    case OptionId::kJit:
      using Mode = runtime::JitOptions::Mode;
      o.jit.mode = value == "baseline"     ? Mode::kBaseline
                   : value == "on"         ? Mode::kOn
                   : value == "optimizing" ? Mode::kOptimizing
                                           : Mode::kOff;
      return value == "off" || o.jit.mode != Mode::kOff;
    case OptionId::kJitThreshold:
      if (!parseNumber(value, n, rest) || !rest.empty() || n == 0 || n > 1'000'000'000) return false;
      o.jit.threshold = static_cast<uint32_t>(n);
      return true;
    case OptionId::kJitOptimizeThreshold:
      if (!parseNumber(value, n, rest) || !rest.empty() || n == 0 || n > 1'000'000) return false;
      o.jit.optimizeThreshold = static_cast<uint32_t>(n);
      return true;
    case OptionId::kJitOptimizeAtOnce: o.jit.optimizeAtOnce = true; return true;
    case OptionId::kJitBackground: o.jit.background = value == "on"; return value == "on" || value == "off";
    case OptionId::kJitLevel:
      if (value.size() != 1 || value[0] < '1' || value[0] > '3') return false;
      jit::passes::standardOptions().level = value[0] - '0';
      return true;
    case OptionId::kJitAllocator: {
      using Allocator = jit::passes::PassOptions::Allocator;
      jit::passes::standardOptions().allocator = value == "linear" ? Allocator::kLinear : Allocator::kColouring;
      return value == "linear" || value == "colouring";
    }
    case OptionId::kJitCpu:
      if (value == "sse2") jit::x64::useSse2Alone();
      return value == "sse2" || value == "native";
    case OptionId::kJitWithout: {
      std::string unknown;
      return jit::passes::addPasses(value, jit::passes::standardOptions().disabled, unknown);
    }
    case OptionId::kJitVerify: jit::passes::standardOptions().verify = true; return true;
    case OptionId::kJitMemory:
      if (!parseBytes(value, n) || n < (64u << 10) || n > (uint64_t{1} << 30)) return false;
      o.jit.codeBytes = n;
      return true;
    case OptionId::kJitStress: return parseJitStress(value, o.jit);
    case OptionId::kGcLog: {
      bool text = value.empty() || value == "text";
      traceSettings().collections = text ? inspect::LogForm::kText : inspect::LogForm::kJsonLines;
      traceSettings().collectionFile = text || value == "json" ? std::string_view() : value;
      return true;
    }
    case OptionId::kTraceJit: traceSettings().jit = true; return true;
    case OptionId::kJitRefuse: o.jit.refuseMemory = true; return true;
    case OptionId::kJitPerfMap: o.jit.perfMap = true; return true;
    case OptionId::kLoadFeedback: o.jit.loadFeedback = value; return !value.empty();
    case OptionId::kSaveFeedback: o.jit.saveFeedback = value; return !value.empty();
    case OptionId::kJitDump:
      o.jit.dump = true;
      o.jit.dumpFolder = value;
      return true;
    case OptionId::kJitGdb: o.jit.gdb = true; return true;
    case OptionId::kSeed:
      if (!parseNumber(value, n, rest) || !rest.empty()) return false;
      o.hashSeed = n != 0 ? n : kSeedForZero;
      return true;
    case OptionId::kDeterministic: o.deterministic = true; return true;
    case OptionId::kNursery:
      if (!parseBytes(value, n) || n < (64u << 10) || n > (uint64_t{4} << 30)) return false;
      o.heap.nurseryBytes = n;
      o.heap.mostNurseryBytes = 0;
      return true;
    case OptionId::kGc: return parseCollector(value, o.heap.collector);
    case OptionId::kGcPauseTarget: return parseDuration(value, o.heap.pauseTarget);
    case OptionId::kGcGrowth:
      if (!parseNumber(value, n, rest) || !rest.empty() || n < 110 || n > 10000) return false;
      o.heap.growthPercent = static_cast<unsigned>(n);
      return true;
    case OptionId::kGcStress:
      if (value == "off") {
        o.heap.moveAlways = o.heap.markAlways = false;
        return true;
      }
      if (value == "mark") {
        o.heap.markAlways = true;
        o.heap.nurseryBytes = 64u << 10;
        o.heap.mostNurseryBytes = 0;
        return true;
      }
      if (value.substr(0, 4) != "move") return false;
      o.heap.moveAlways = true;
      if (value.size() == 4) return true;
      if (value[4] != ':' || !parseNumber(value.substr(5), n, rest) || !rest.empty() || n == 0 || n > 1'000'000)
        return false;
      o.heap.stressInterval = static_cast<unsigned>(n);
      return true;
    case OptionId::kGcVerify: o.heap.verify = true; return true;
    case OptionId::kVerifyAll: o.verifyAll = true; return true;
    case OptionId::kTrace: return events::parseEventSet(value, traceSettings().events, wrong);
    case OptionId::kTraceFile: traceSettings().file = value; return !value.empty();
    case OptionId::kCount: break;
  }
  return false;
}

/// The last value of each option that has one and was given.
std::string given[static_cast<size_t>(OptionId::kCount)];

/// The collectors for study have no nursery, which machine code allocates in, and stop the program. Interprets programs
/// then; what contradicts that, among all options given so far, is told: empty if nothing does.
std::string contradiction(const OptionInfo& option, std::string_view value, runtime::IsolateOptions& options) {
  given[static_cast<size_t>(option.id)] = value;
  if (options.heap.collector == heap::CollectorChoice::kGenerational) return {};
  options.jit.mode = runtime::JitOptions::Mode::kOff;
  for (const OptionInfo& other : kTable) {
    const std::string& text = given[static_cast<size_t>(other.id)];
    bool unfit = other.id == OptionId::kJit        ? text != "off"
                 : other.id == OptionId::kGcStress ? text == "mark"
                 : other.id == OptionId::kNursery  ? true
                                                   : other.id == OptionId::kGcPauseTarget;
    if (unfit && !text.empty()) {
      return "--" + std::string(other.name) + "=" + text +
             " does not go with --gc=" + given[static_cast<size_t>(OptionId::kGc)] +
             ": collectors for study have no nursery, stop the program, and interpret it";
    }
  }
  return {};
}

}  // namespace

TraceSettings& traceSettings() {
  static TraceSettings settings;
  return settings;
}

bool wasGiven(OptionId option) { return !given[static_cast<size_t>(option)].empty(); }

const OptionInfo* optionTable(size_t& count) {
  count = std::size(kTable);
  return kTable;
}

runtime::IsolateOptions programOptions() {
  runtime::IsolateOptions options;
  options.jit.mode = runtime::JitOptions::Mode::kOn;
  return options;
}

ParseResult parseOption(std::string_view argument, const char* next, bool& usedNext, runtime::IsolateOptions& options,
                        std::string& error) {
  usedNext = false;
  if (argument.substr(0, 2) != "--") return ParseResult::kOther;
  size_t equals = argument.find('=');
  std::string_view name = argument.substr(2, equals == argument.npos ? argument.npos : equals - 2);
  for (const OptionInfo& option : kTable) {
    if (name != option.name) continue;
    std::string_view value;
    if (option.type == OptionType::kFlag) {
      if (equals != argument.npos) {
        error = "option '--" + std::string(name) + "' takes no value";
        return ParseResult::kWrong;
      }
    } else if (equals != argument.npos) {
      value = argument.substr(equals + 1);
    } else if (option.type == OptionType::kFlagOrWord) {
      // The argument behind it is somebody else's.
    } else if (next != nullptr) {
      value = next;
      usedNext = true;
    } else {
      error = "option '--" + std::string(name) + "' needs a value";
      return ParseResult::kWrong;
    }
    std::string_view wrong;
    if (apply(option, value, options, wrong)) {
      error = contradiction(option, value, options);
      return error.empty() ? ParseResult::kTaken : ParseResult::kWrong;
    }
    error = "wrong value '" + std::string(wrong) + "' for option '--" + std::string(name) + "': " + option.meaning;
    return ParseResult::kWrong;
  }
  return ParseResult::kOther;
}

bool takeValue(std::string_view argument, const char* next, std::string_view name, bool& usedNext, std::string& value) {
  if (!argument.starts_with(name)) return false;
  argument.remove_prefix(name.size());
  if (argument.empty() && next != nullptr) {
    usedNext = true;
    value = next;
    return true;
  }
  if (!argument.starts_with('=')) return false;
  value = argument.substr(1);
  return true;
}

int parseOptions(const Command& command, const Arguments& arguments, const OwnOption& own, const char* missing,
                 runtime::IsolateOptions& options, size_t& first) {
  std::string error;
  size_t i = 0;
  for (; i < arguments.size() && arguments[i][0] == '-' && arguments[i][1] != '\0'; i++) {
    std::string_view argument = arguments[i];
    if (argument == "--") {
      i++;
      break;
    }
    const char* next = i + 1 < arguments.size() ? arguments[i + 1] : nullptr;
    bool usedNext = false;
    ParseResult result = own ? own(argument, next, usedNext, error) : ParseResult::kOther;
    if (result == ParseResult::kOther) result = parseOption(argument, next, usedNext, options, error);
    if (result == ParseResult::kOther) error = "unknown option '" + std::string(argument) + "' (see 'devvm options')";
    if (result != ParseResult::kTaken) return usageError(command, error);
    i += usedNext;
  }
  if (i == arguments.size()) return usageError(command, missing);
  first = i;
  return 0;
}

}  // namespace devvm::tools
