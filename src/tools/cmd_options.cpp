// devvm options: the option table.

#include <cstdio>
#include <cstring>

#include "tools/command.h"
#include "tools/options.h"
#include "tools/session.h"

namespace devvm::tools {

namespace {

/// Text in lines that fit a terminal, indented.
std::string wrapped(std::string_view text) {
  constexpr size_t kWidth = 92;
  std::string out;
  while (!text.empty()) {
    size_t end = text.size();
    if (end > kWidth) {
      end = text.rfind(' ', kWidth);
      if (end == text.npos) end = kWidth;
    }
    out += "    " + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(end < text.size() ? end + 1 : end);
  }
  return out;
}

}  // namespace

int runOptions(const Arguments& arguments) {
  bool json = false;
  for (const char* a : arguments) {
    if (std::strcmp(a, "--json") != 0)
      return usageError(commandNamed("options"), std::string("unexpected argument '") + a + "'");
    json = true;
  }
  static constexpr const char* kTypes[] = {"flag", "number", "bytes", "duration", "word", "flag or word", "list"};
  static constexpr const char* kPlaceholders[] = {"", "N", "BYTES", "TIME", "WORD", "WORD]", "A,B"};
  size_t count;
  const OptionInfo* table = optionTable(count);
  if (json) std::puts("[");
  for (size_t i = 0; i < count; i++) {
    const OptionInfo& o = table[i];
    const char* type = kTypes[static_cast<int>(o.type)];
    if (json) {
      std::string meaning;
      for (const char* p = o.meaning; *p; p++) {
        if (*p == '"' || *p == '\\') meaning += '\\';
        meaning += *p;
      }
      std::printf("  {\"name\": \"%s\", \"type\": \"%s\", \"default\": \"%s\", \"meaning\": \"%s\"}%s\n", o.name, type,
                  o.standard, meaning.c_str(), i + 1 < count ? "," : "");
    } else {
      std::string title = std::string("--") + o.name;
      if (o.type != OptionType::kFlag)
        title += std::string(o.type == OptionType::kFlagOrWord ? "[=" : "=") + kPlaceholders[static_cast<int>(o.type)];
      std::printf("%-24s %-9s default %s\n%s", title.c_str(), type, o.standard, wrapped(o.meaning).c_str());
    }
  }
  if (json) std::puts("]");
  return kOk;
}

}  // namespace devvm::tools
