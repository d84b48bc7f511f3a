#include "languages/lua/library/library.h"

namespace devvm::lua {

using runtime::Handle;
using runtime::Isolate;
using runtime::Rooted;
using runtime::Value;

bool setLoaded(Isolate& isolate, std::string_view name, Handle module) {
  Rooted registry(isolate, isolate.registry);
  Rooted loaded(isolate, runtime::tableGetName(isolate, registry.table(), "_LOADED"));
  if ((*loaded).isNil()) {
    loaded.set(runtime::newTable(isolate, 0, 16));
    if ((*loaded).isNil() || !runtime::tableSetName(isolate, registry, "_LOADED", loaded)) return false;
  }
  return runtime::tableSetName(isolate, loaded, name, module);
}

bool newModule(Isolate& isolate, Handle globals, std::string_view name, const runtime::LibraryEntry* entries,
               size_t count, Handle module) {
  module.set(runtime::newTable(isolate, 0, static_cast<uint32_t>(count)));
  return !(*module).isNil() && runtime::tableMakeUnique(isolate, module, false) &&
         runtime::registerLibrary(isolate, module, entries, count) &&
         runtime::tableSetName(isolate, globals, name, module) && setLoaded(isolate, name, module);
}

bool openAll(Isolate& isolate) {
  Rooted globals(isolate, isolate.globals);
  using Open = bool (*)(Isolate&, Handle);
  static constexpr Open kAll[] = {openBase, openPackage, openCoroutine, openTable, openIo,
                                  openOs,   openString,  openMath,      openUtf8,  openDebug};
  for (Open open : kAll) {
    if (!open(isolate, globals)) return false;
  }
  return true;
}

}  // namespace devvm::lua
