// What people would call an object: the class of a table, the name of a function, the beginning of a string.
#pragma once

#include <string>
#include <unordered_map>

#include "runtime/isolate.h"

namespace devvm::inspect {

class ObjectNames {
 public:
  explicit ObjectNames(runtime::Isolate& isolate) : iso_(isolate) {}

  /// "Account" (the class of a table: its metatable's __name, or what its methods say), "{x, y}" (fields of a table
  /// without one), "table of 3 elements or more", "function f (file.lua:3)", "coroutine", the text of a string. Never
  /// collects.
  std::string nameOf(runtime::Object* o);
  /// A key as the source would write it: x, [3], [true], [table].
  std::string keyText(runtime::Value key);

 private:
  const std::string& className(runtime::Value metatable);
  std::string tableName(runtime::Table* t);
  std::string functionName(const runtime::Code& code);

  runtime::Isolate& iso_;
  std::unordered_map<uint64_t, std::string> classes_;  // by the bits of the metatable
};

}  // namespace devvm::inspect
