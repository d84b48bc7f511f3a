// devvm options: the option table.

#include <cstdio>
#include <cstring>

#include "tools/command.h"
#include "tools/options.h"
#include "tools/session.h"

namespace devvm::tools {

int runOptions(const Arguments& arguments) {
  bool json = false;
  for (const char* a : arguments) {
    if (std::strcmp(a, "--json") != 0) return usageError(commandNamed("options"), std::string("unexpected argument '") + a + "'");
    json = true;
  }
  static constexpr const char* kTypes[] = {"flag", "number", "bytes", "duration", "word", "list"};
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
      std::printf("--%-16s %-9s default %-7s %s\n", o.name, type, o.standard, o.meaning);
    }
  }
  if (json) std::puts("]");
  return kOk;
}

}  // namespace devvm::tools
