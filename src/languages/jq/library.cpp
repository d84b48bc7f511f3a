// Registration of the native filters.
#include <cstring>
#include <unordered_set>

#include "languages/jq/library.h"

namespace devvm::jq {

using namespace runtime;

namespace {

const FilterList& filters() {
  static const FilterList kAll = [] {
    FilterList list;
    addCoreFilters(list);
    addPathFilters(list);
    addTextFilters(list);
    addMathFilters(list);
    addDateFilters(list);
    addRegexFilters(list);
    return list;
  }();
  return kAll;
}

}  // namespace

bool isNativeFilter(const std::string& name, size_t arity) {
  static const std::unordered_set<std::string> kNames = [] {
    std::unordered_set<std::string> names;
    for (const Filter& f : filters()) {
      if (std::strchr(f.name, '/') != nullptr) names.insert(f.name);
    }
    return names;
  }();
  return kNames.contains(name + "/" + std::to_string(arity));
}

std::vector<std::string> nativeNames() {
  std::vector<std::string> names;
  for (const Filter& f : filters()) {
    if (std::strchr(f.name, '/') != nullptr && f.name[0] != '_') names.emplace_back(f.name);
  }
  return names;
}

bool openLibrary(Isolate& isolate) {
  static const std::vector<LibraryEntry> kEntries = [] {
    std::vector<LibraryEntry> entries;
    for (const Filter& f : filters()) {
      LibraryEntry e{};
      e.key = f.name;
      e.info.function = f.function;
      e.info.name = f.name;
      e.info.fast = f.fast;
      e.info.oneResult = std::strcmp(f.name, "emit") != 0;
      entries.push_back(e);
    }
    return entries;
  }();
  return registerLibrary(isolate, Handle(&isolate.globals), kEntries.data(), kEntries.size());
}

}  // namespace devvm::jq
