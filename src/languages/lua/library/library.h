// The standard library of Lua 5.4. Each open function makes its module's table, sets it in `globals` and records it in
// package.loaded (the registry's field "_LOADED"). All of them MAY COLLECT and return false when out of memory.
#pragma once

#include "runtime/handles.h"
#include "runtime/isolate.h"

namespace devvm::lua {

/// Opens all libraries into isolate.globals.
bool openAll(runtime::Isolate& isolate);

bool openBase(runtime::Isolate& isolate, runtime::Handle globals);
bool openPackage(runtime::Isolate& isolate, runtime::Handle globals);
bool openCoroutine(runtime::Isolate& isolate, runtime::Handle globals);
bool openTable(runtime::Isolate& isolate, runtime::Handle globals);
bool openIo(runtime::Isolate& isolate, runtime::Handle globals);
bool openOs(runtime::Isolate& isolate, runtime::Handle globals);
bool openString(runtime::Isolate& isolate, runtime::Handle globals);
bool openMath(runtime::Isolate& isolate, runtime::Handle globals);
bool openUtf8(runtime::Isolate& isolate, runtime::Handle globals);
bool openDebug(runtime::Isolate& isolate, runtime::Handle globals);

/// Records `module` as package.loaded[name]. MAY COLLECT. False when out of memory.
bool setLoaded(runtime::Isolate& isolate, std::string_view name, runtime::Handle module);
/// Makes a table with the entries, sets it in `globals` and package.loaded under `name` and leaves it in `module`.
/// MAY COLLECT. False when out of memory.
bool newModule(runtime::Isolate& isolate, runtime::Handle globals, std::string_view name,
               const runtime::LibraryEntry* entries, size_t count, runtime::Handle module);

}  // namespace devvm::lua
