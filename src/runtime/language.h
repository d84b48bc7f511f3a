// What a language has otherwise than the instruction set's generic operations, whose defaults are Lua's: one
// descriptor, which the slow paths of all tiers ask. Fast paths never do: they do what all languages agree on (numbers
// with numbers, fields that are there, functions called with as many arguments as they have parameters).
#pragma once

#include <string_view>

#include "runtime/handles.h"
#include "runtime/numbers.h"

namespace devvm::runtime {

class Isolate;
struct Code;

/// Functions that are null leave the default. All that return bool may raise (false), and MAY COLLECT; none runs guest
/// code. Values handed over by value are stale after anything that may collect.
struct Language {
  const char* name;  ///< Module::language of the code that it is for

  /// a op b for operands that are not both numbers; of unary operations b is a.
  bool (*arithmetic)(Isolate&, Arith op, Handle a, Handle b, Value& out) = nullptr;
  /// a < b, or a <= b if `orEqual`, for operands that are not both numbers.
  bool (*order)(Isolate&, bool orEqual, Value a, Value b, bool& out) = nullptr;
  /// get_property where the object has no own field `key` (an interned string), or is no table.
  bool (*property)(Isolate&, Handle object, Handle key, Value& out) = nullptr;
  /// The error of `self` that found nothing. With this set, an own field that is nil hides methods.
  bool (*noMethod)(Isolate&, Value object, Value key) = nullptr;
  /// The error of reading or storing a field of something that has none.
  bool (*notIndexable)(Isolate&, Value object, bool stores) = nullptr;
  /// The error of calling something that is no function.
  bool (*notCallable)(Isolate&, Value callee) = nullptr;
  /// The error of calling a function with exact arity (bytecode::kExactArity) with another number of arguments.
  bool (*wrongArity)(Isolate&, const Code& callee, uint32_t given) = nullptr;
  /// In place of an error: a native that does such a call. It gets the function and the arguments. Does not collect.
  Value (*applier)(Isolate&) = nullptr;
  /// `add` of two strings joins them: compilers need not ask.
  bool joinsStrings = false;
  /// Text of the error of too deep calls; it gets no position.
  const char* stackOverflow = nullptr;
};

/// Makes the isolate know a language, before its code is loaded. `language` lives as long as the isolate.
void addLanguage(Isolate& isolate, const Language& language);
/// The descriptor by name; null: the language has the defaults in everything.
const Language* findLanguage(const Isolate& isolate, std::string_view name);
/// That of the innermost frame, if it is of bytecode.
const Language* runningLanguage(const Isolate& isolate);

}  // namespace devvm::runtime
