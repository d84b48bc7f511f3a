#include "tools/heap_module.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

#include "inspect/heap_report.h"
#include "inspect/heap_snapshot.h"
#include "languages/lua/library/base.h"
#include "languages/lua/library/io_file.h"
#include "runtime/native.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::tools {

using namespace runtime;

namespace {

NativeResult snapshotNative(NativeCall& c) {
  if (!c.checkString(0) || !lua::checkCapability(c, Capability::kFiles)) return c.raisePending();
  std::string name(c.stringArg(0));
  inspect::HeapGraph graph = inspect::captureHeap(c.isolate);
  errno = 0;
  std::FILE* file = std::fopen(name.c_str(), "w");
  bool ok = file != nullptr && inspect::writeSnapshot(graph, file);
  if (file != nullptr) ok = std::fclose(file) == 0 && ok;
  return lua::fileResult(c, ok, name.c_str());
}

NativeResult reportNative(NativeCall& c) {
  int64_t rows = 0;
  if (!c.optInteger(0, 15, rows)) return c.raisePending();
  inspect::HeapReportOptions options;
  options.rows = static_cast<size_t>(std::clamp<int64_t>(rows, 1, 1000));
  std::string text = inspect::heapText(inspect::captureHeap(c.isolate), options);
  Value s = newString(c.isolate, text);
  return s.isNil() ? c.outOfMemory() : c.ret(s);
}

constexpr LibraryEntry kEntries[] = {
    {"report",
     {.function = reportNative,
      .name = "heap.report",
      .signature = "report([rows])",
      .documentation = "Returns a text: what takes the memory, and what keeps it alive."}},
    {"snapshot",
     {.function = snapshotNative,
      .name = "heap.snapshot",
      .signature = "snapshot(filename)",
      .documentation = "Writes all that is alive to a file that 'devvm heap' and Chrome's DevTools open."}},
};

NativeResult load(NativeCall& c) {
  Rooted module(c.isolate, newTable(c.isolate, 0, std::size(kEntries)));
  bool ok = !module.get().isNil() && registerLibrary(c.isolate, module, kEntries, std::size(kEntries));
  return ok ? c.ret(*module) : c.outOfMemory();
}

const NativeInfo kLoader = {.function = load, .name = "devvm.heap loader"};

}  // namespace

bool preloadHeapModule(Isolate& isolate) {
  Rooted loader(isolate, newNative(isolate, &kLoader));
  Rooted preload(isolate, tableGetName(isolate, asTable(isolate.registry), "_PRELOAD"));
  return !loader.get().isNil() && preload.get().isTable() && tableSetName(isolate, preload, "devvm.heap", loader);
}

}  // namespace devvm::tools
