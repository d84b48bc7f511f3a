// The native filters of jq, and what they share with the command.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "languages/jq/values.h"

namespace devvm::jq {

/// What filters ask of the program that runs them. One for each isolate, kept by the command.
struct Host : runtime::LibraryState {
  std::function<void(Value)> emit;  ///< an output; must not allocate in the heap
  /// The next input into the handle: 1 there is one, 0 the end, -1 `error` says what is wrong.
  std::function<int(Handle, std::string& error)> input;
  std::function<Value(Isolate&)> inputFilename;
  uint64_t inputLine = 0;
  bool halted = false;
  int haltStatus = 0;
  uint64_t labels = 0;
  std::vector<std::string> searchList;
};
Host& hostOf(Isolate& isolate);

/// Registers all natives in the globals. MAY COLLECT. False: out of memory.
bool openLibrary(Isolate& isolate);

using runtime::NativeCall;
using runtime::NativeResult;

/// Raises an error value, or a message.
NativeResult raiseValue(NativeCall& c, Value v);
NativeResult raiseText(NativeCall& c, const std::string& message);
/// A new string as the result.
NativeResult text(NativeCall& c, std::string_view s);
NativeResult number(NativeCall& c, double d);
inline NativeResult give(NativeCall& c, Value v) { return v.isNil() ? c.outOfMemory() : c.ret(v); }

/// One native filter: `name` is "name/arity", argument 0 its input.
struct Filter {
  const char* name;
  runtime::NativeFunction function;
  runtime::FastFunction fast = nullptr;
};
using FilterList = std::vector<Filter>;
void addCoreFilters(FilterList& list);
void addPathFilters(FilterList& list);
void addTextFilters(FilterList& list);
void addMathFilters(FilterList& list);
void addDateFilters(FilterList& list);
void addRegexFilters(FilterList& list);

}  // namespace devvm::jq
