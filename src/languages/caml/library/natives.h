// Functions of Caml's library that are written in C++: what externals of src/languages/caml/stdlib name.
#pragma once

#include <span>
#include <string>

#include "runtime/native.h"

namespace devvm::caml {

/// Sets every native in the table of globals, which is their first upvalue. MAY COLLECT. False when out of memory.
bool registerNatives(runtime::Isolate& isolate, runtime::Handle globals);

/// What is written of an exception that nobody caught: "Exception: Not_found.\n".
std::string describeUncaught(runtime::Isolate& isolate, runtime::Value exception);

// ---- for the files of this folder ----

struct NativeEntry {
  const char* name;
  runtime::NativeFunction function;
  runtime::FastFunction fast = nullptr;
};
std::span<const NativeEntry> applyNatives();
std::span<const NativeEntry> compareNatives();
std::span<const NativeEntry> textNatives();
std::span<const NativeEntry> systemNatives();
std::span<const NativeEntry> floatNatives();

/// Raises a Caml exception that the library declares, with a string as argument (or none).
runtime::NativeResult raiseNamed(runtime::NativeCall& c, const char* exception, const char* argument = nullptr);
/// Results.
inline runtime::NativeResult returnUnit(runtime::NativeCall& c) { return c.ret(runtime::Value::smallInt(0)); }

}  // namespace devvm::caml
