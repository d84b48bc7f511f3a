// The library `package` and `require`.
//
// Everything here that reads fields of the table `package` has that table as upvalue 0: what programs do to the global
// variable does not matter. Modules in C cannot be loaded; files of that kind are searched so that messages agree.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

#include "languages/lua/library/base.h"
#include "languages/lua/library/library.h"
#include "languages/lua/lua_chunk.h"

namespace devvm::lua {

using runtime::asString;
using runtime::asTable;
using runtime::Capability;
using runtime::Rooted;

namespace {

constexpr const char* kNoLibraries = "dynamic libraries not enabled; check your Lua installation";

#define DEVVM_LUA_SHARE "/usr/local/share/lua/5.4/"
#define DEVVM_LUA_LIB "/usr/local/lib/lua/5.4/"
constexpr std::string_view kDefaultPath = DEVVM_LUA_SHARE "?.lua;" DEVVM_LUA_SHARE "?/init.lua;" DEVVM_LUA_LIB
                                                          "?.lua;" DEVVM_LUA_LIB "?/init.lua;./?.lua;./?/init.lua";
constexpr std::string_view kDefaultCPath = DEVVM_LUA_LIB "?.so;" DEVVM_LUA_LIB "loadall.so;./?.so";
#undef DEVVM_LUA_SHARE
#undef DEVVM_LUA_LIB

/// False after raising: the result would take more memory than the program may have.
bool replaceAll(NativeCall& c, std::string_view text, std::string_view what, std::string_view with, std::string& out) {
  size_t limit = readLimit(c.isolate), from = 0;
  out.clear();
  for (size_t at; (at = text.find(what, from)) != text.npos; from = at + what.size()) {
    out += text.substr(from, at - from);
    out += with;
    if (out.size() > limit) return c.isolate.raiseOutOfMemory();
  }
  out += text.substr(from);
  return chargeBytes(c, out.size());
}

bool isReadable(const std::string& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // a FIFO is not waited for
  if (file < 0) return false;
  ::close(file);
  return true;
}

enum class Search { kFound, kNotFound, kRaised };

/// The first file that a path's templates give for a name; not found: the list of what was tried.
Search searchPath(NativeCall& c, std::string_view name, std::string_view path, std::string_view separator,
                  std::string_view replacement, std::string& file, std::string& tried) {
  constexpr uint64_t kUnitsPerFile = 500;  // asking the system takes a few microseconds
  std::string wanted(name), names;
  if (!separator.empty() && name.find(separator[0]) != name.npos &&
      !replaceAll(c, name, separator, replacement, wanted)) {
    return Search::kRaised;
  }
  if (!replaceAll(c, path, "?", wanted, names)) return Search::kRaised;
  for (size_t from = 0; !names.empty() && from <= names.size();) {
    size_t end = names.find(';', from);
    if (end == names.npos) end = names.size();
    file = names.substr(from, end - from);
    if (!c.charge(kUnitsPerFile)) return Search::kRaised;
    if (isReadable(file)) return Search::kFound;
    from = end + 1;
  }
  if (!replaceAll(c, names, ";", "'\n\tno file '", tried)) return Search::kRaised;
  tried = "no file '" + tried + "'";
  return Search::kNotFound;
}

NativeResult returnString(NativeCall& c, std::string_view text) {
  Value v = runtime::newString(c.isolate, text);
  return v.isNil() ? c.outOfMemory() : c.ret(v);
}

NativeResult searchpath(NativeCall& c) {
  for (uint32_t i = 4; i-- > 0;) {  // the reference looks at the last one first
    if ((i < 2 || !c.isNoneOrNil(i)) && !c.checkString(i)) return c.raisePending();
  }
  if (!checkCapability(c, Capability::kFiles)) return c.raisePending();
  std::string file, tried;
  std::string_view separator = c.isNoneOrNil(2) ? "." : c.stringArg(2);
  std::string_view replacement = c.isNoneOrNil(3) ? "/" : c.stringArg(3);
  Search found = searchPath(c, c.stringArg(0), c.stringArg(1), separator, replacement, file, tried);
  if (found == Search::kRaised) return c.raisePending();
  if (found == Search::kFound) return returnString(c, file);
  Value v = runtime::newString(c.isolate, tried);
  return v.isNil() ? c.outOfMemory() : c.ret(Value::nil(), v);
}

NativeResult loadlib(NativeCall& c) {
  if (!c.checkString(0) || !c.checkString(1)) return c.raisePending();
  c.push(Value::nil());
  c.push(runtime::newString(c.isolate, kNoLibraries));
  if (c.top().isNil()) return c.outOfMemory();
  c.push(runtime::newString(c.isolate, "absent"));
  return c.top().isNil() ? c.outOfMemory() : c.retTop(3);
}

// ---- searchers: given a name, they return a loader and its second argument, or a text that says why not ----

NativeResult searchPreload(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  Isolate& iso = c.isolate;
  Value preload = runtime::tableGetName(iso, asTable(iso.registry), "_PRELOAD");
  Value loader = preload.isTable() ? runtime::tableGet(iso, asTable(preload), c.arg(0)) : Value::nil();
  if (loader.isNil()) return returnString(c, "no field package.preload['" + std::string(c.stringArg(0)) + "']");
  c.push(loader);
  c.push(runtime::newString(iso, ":preload:"));
  return c.top().isNil() ? c.outOfMemory() : c.retTop(2);
}

/// Looks for a module's file along package.path or package.cpath.
Search findFile(NativeCall& c, std::string_view name, const char* field, std::string& file, std::string& tried) {
  Value path = runtime::tableGetName(c.isolate, (*c.upvalue(0)).isTable() ? c.upvalue(0).table() : nullptr, field);
  char number[64];
  std::string_view templates;
  if (path.isNumber()) {
    templates = {number, runtime::formatNumber(path, number)};
  } else if (path.isString()) {
    templates = asString(path)->view();
  } else {
    (void)c.error("'package.%s' must be a string", field);
    return Search::kRaised;
  }
  if (!c.isolate.options.capabilities.has(Capability::kFiles)) {
    tried = std::string("no search along package.") + field + ": the capability 'files' was denied";
    return Search::kNotFound;
  }
  return searchPath(c, name, templates, ".", "/", file, tried);
}

NativeResult loadingError(NativeCall& c, const std::string& file, const std::string& why) {
  return c.error("error loading module '%s' from file '%s':\n\t%s", std::string(c.stringArg(0)).c_str(), file.c_str(),
                 why.c_str());
}

NativeResult searchLua(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  std::string file, tried;
  Search found = findFile(c, c.stringArg(0), "path", file, tried);
  if (found == Search::kRaised) return c.raisePending();
  if (found == Search::kNotFound) return returnString(c, tried);
  Isolate& iso = c.isolate;
  std::string bytes;
  ChunkError error;
  if (!readChunkFile(file, readLimit(iso), bytes, error.message, &iso))
    return error.message.empty() ? c.raisePending() : loadingError(c, file, error.message);
  if (!chargeSource(c, bytes.size())) return c.raisePending();
  Rooted environment(iso, iso.globals), closure(iso, Value::nil());
  if (!loadChunk(iso, bytes, "@" + file, kTextChunks | kBinaryChunks, "bt", environment, closure, error)) {
    if (error.stopped) return c.raisePending();
    return error.outOfMemory ? c.outOfMemory() : loadingError(c, file, error.message);
  }
  c.push(*closure);
  c.push(runtime::newString(iso, file));
  return c.top().isNil() ? c.outOfMemory() : c.retTop(2);
}

NativeResult searchLibrary(NativeCall& c, std::string_view name) {
  std::string file, tried;
  switch (findFile(c, name, "cpath", file, tried)) {
    case Search::kFound: return loadingError(c, file, kNoLibraries);
    case Search::kNotFound: return returnString(c, tried);
    case Search::kRaised: break;
  }
  return c.raisePending();
}

NativeResult searchC(NativeCall& c) {
  return c.checkString(0) ? searchLibrary(c, std::string(c.stringArg(0))) : c.raisePending();
}

/// A submodule may be in the library of its root module.
NativeResult searchRoot(NativeCall& c) {
  if (!c.checkString(0)) return c.raisePending();
  std::string name(c.stringArg(0));
  size_t dot = name.find('.');
  return dot == name.npos ? c.ret() : searchLibrary(c, name.substr(0, dot));
}

constexpr NativeInfo kSearchers[] = {
    {.function = searchPreload, .name = "preload searcher", .documentation = "Finds a module in package.preload."},
    {.function = searchLua, .name = "Lua searcher", .documentation = "Finds a module's file along package.path."},
    {.function = searchC, .name = "C searcher", .documentation = "Finds a module's library along package.cpath."},
    {.function = searchRoot, .name = "C root searcher", .documentation = "Finds the library of a module's root."},
};

// ---- require ----

enum RequireState : int32_t { kStart, kSearched, kLoaded };
enum RequireSlot : uint32_t { kSearcherTable, kMessage, kIndex, kRequireSlots, kLoader = kRequireSlots, kLoaderData };

Value loadedTable(Isolate& iso) { return runtime::tableGetName(iso, asTable(iso.registry), "_LOADED"); }

/// Calls the next searcher.
NativeResult searchOn(NativeCall& c) {
  Isolate& iso = c.isolate;
  int64_t i = c.slot(kIndex).asInt() + 1;
  Value searcher = runtime::tableGetInt(iso, asTable(c.slot(kSearcherTable)), i);
  if (searcher.isNil()) {
    return c.error("module '%s' not found:%s", std::string(c.stringArg(0)).c_str(),
                   std::string(asString(c.slot(kMessage))->view()).c_str());
  }
  c.setSlot(kIndex, Value::smallInt(i));
  c.push(searcher);
  c.push(c.arg(0));
  return c.call(1, 2, kSearched);
}

/// A searcher gave two values.
NativeResult takeSearched(NativeCall& c) {
  Value first = c.top(1), data = c.top(0);
  if (first.isFunction()) {
    c.push(first);
    c.push(c.arg(0));
    c.push(data);
    return c.call(2, 1, kLoaded);
  }
  c.pop();
  if (first.isNumber() && !takeText(c)) return c.raisePending();
  if (c.top().isString()) {
    std::string message(asString(c.slot(kMessage))->view());
    message += "\n\t";
    message += asString(c.top())->view();
    Value v = runtime::newString(c.isolate, message);
    if (v.isNil()) return c.outOfMemory();
    c.setSlot(kMessage, v);
  }
  c.pop();
  return searchOn(c);
}

/// The loader returned: its result, or what it stored itself, is the module.
NativeResult takeLoaded(NativeCall& c) {
  Isolate& iso = c.isolate;
  Rooted loaded(iso, loadedTable(iso)), value(iso, c.pop());
  if (!(*loaded).isTable()) return c.error("'package.loaded' must be a table");
  if ((*value).isNil() && runtime::tableGet(iso, loaded.table(), c.arg(0)).isNil()) value.set(Value::boolean(true));
  if (!(*value).isNil() && !runtime::tableSet(iso, loaded, c.argHandle(0), value)) return c.outOfMemory();
  return c.ret(runtime::tableGet(iso, loaded.table(), c.arg(0)), c.slot(kLoaderData));
}

NativeResult require(NativeCall& c) {
  switch (c.state()) {
    case kSearched: return takeSearched(c);
    case kLoaded: return takeLoaded(c);
    default: break;
  }
  if (!c.checkString(0)) return c.raisePending();
  Isolate& iso = c.isolate;
  Value loaded = loadedTable(iso);
  Value module = loaded.isTable() ? runtime::tableGet(iso, asTable(loaded), c.arg(0)) : Value::nil();
  if (!module.isFalsy()) return c.ret(module);
  Value searchers = runtime::tableGetName(iso, c.upvalue(0).table(), "searchers");
  if (!searchers.isTable()) return c.error("'package.searchers' must be a table");
  c.setSlots(kRequireSlots);
  c.setSlot(kSearcherTable, searchers);
  c.setSlot(kMessage, iso.emptyString);
  c.setSlot(kIndex, Value::smallInt(0));
  return searchOn(c);
}

const LibraryEntry kEntries[] = {
    {"loadlib",
     {.function = loadlib,
      .name = "package.loadlib",
      .signature = "loadlib(libname, funcname)",
      .documentation = "Would link a C library; here it only tells that this is not possible."}},
    {"searchpath",
     {.function = searchpath,
      .name = "package.searchpath",
      .signature = "searchpath(name, path [, sep [, rep]])",
      .documentation = "Returns the first file that a path gives for a name, or nil and what was tried."}},
};

constexpr NativeInfo kRequire = {.function = require,
                                 .name = "require",
                                 .signature = "require(modname)",
                                 .documentation = "Loads a module unless it is loaded, and returns it."};

/// A native whose upvalue 0 is the table `package`. nil when out of memory.
Value newBound(Isolate& isolate, const NativeInfo* info, Handle package) {
  Value native = runtime::newNative(isolate, info, 1);
  if (!native.isNil()) heap::initSlot(&runtime::as<runtime::Native>(native)->upvalues[0], *package);
  return native;
}

/// The value of an environment variable, or null; null as well if the guest may not see the environment.
const char* environmentVariable(Isolate& isolate, const char* name) {
  if (!isolate.options.capabilities.has(Capability::kEnvironment)) return nullptr;
  return std::getenv(name);
}

/// Sets package.path or package.cpath from the environment; ";;" there stands for the default.
bool setPath(Isolate& isolate, Handle package, const char* field, const char* variable, std::string_view otherwise) {
  bool ignored = !runtime::tableGetName(isolate, asTable(isolate.registry), "LUA_NOENV").isFalsy();
  const char* value = ignored ? nullptr : environmentVariable(isolate, (std::string(variable) + "_5_4").c_str());
  if (value == nullptr && !ignored) value = environmentVariable(isolate, variable);
  std::string path(value ? std::string_view(value) : otherwise);
  size_t at = value != nullptr ? path.find(";;") : path.npos;
  if (at != path.npos) {
    std::string with;
    if (at > 0) with += ";";
    with += otherwise;
    if (at + 2 < path.size()) with += ";";
    path.replace(at, 2, with);
  }
  Rooted text(isolate, runtime::newString(isolate, path));
  return !(*text).isNil() && runtime::tableSetName(isolate, package, field, text);
}

}  // namespace

bool openPackage(Isolate& isolate, Handle globals) {
  Rooted package(isolate, Value::nil()), value(isolate, Value::nil()), item(isolate, Value::nil());
  Rooted registry(isolate, isolate.registry);
  if (!newModule(isolate, globals, "package", kEntries, std::size(kEntries), package)) return false;

  value.set(runtime::newTable(isolate, std::size(kSearchers), 0));
  if ((*value).isNil()) return false;
  for (size_t i = 0; i < std::size(kSearchers); i++) {
    item.set(newBound(isolate, &kSearchers[i], package));
    if ((*item).isNil() || !runtime::tableSetInt(isolate, value, static_cast<int64_t>(i) + 1, item)) return false;
  }
  if (!runtime::tableSetName(isolate, package, "searchers", value)) return false;

  if (!setPath(isolate, package, "path", "LUA_PATH", kDefaultPath)) return false;
  if (!setPath(isolate, package, "cpath", "LUA_CPATH", kDefaultCPath)) return false;
  value.set(runtime::newString(isolate, "/\n;\n?\n!\n-\n"));
  if ((*value).isNil() || !runtime::tableSetName(isolate, package, "config", value)) return false;

  value.set(loadedTable(isolate));
  if (!runtime::tableSetName(isolate, package, "loaded", value)) return false;
  value.set(runtime::newTable(isolate));
  if ((*value).isNil() || !runtime::tableSetName(isolate, registry, "_PRELOAD", value) ||
      !runtime::tableSetName(isolate, package, "preload", value)) {
    return false;
  }
  value.set(newBound(isolate, &kRequire, package));
  return !(*value).isNil() && runtime::tableSetName(isolate, globals, "require", value);
}

}  // namespace devvm::lua
