// The devvm program (first cut): runs Lua files.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "interpreter/engine.h"
#include "languages/lua/library/library.h"
#include "languages/lua/lua_chunk.h"
#include "runtime/isolate.h"

using namespace devvm;
using namespace devvm::runtime;

int main(int argc, char** argv) {
  IsolateOptions options;
  const char* file = nullptr;
  for (int i = 1; i < argc; i++) {
    if (!std::strcmp(argv[i], "--dispatch=switch")) options.dispatchSwitch = true;
    else if (!std::strcmp(argv[i], "--gc-stress=move")) options.heap.moveAlways = true;
    else if (!std::strcmp(argv[i], "--gc-verify")) options.heap.verify = true;
    else if (!std::strcmp(argv[i], "run") || !std::strcmp(argv[i], "lua")) continue;
    else { file = argv[i]; break; }
  }
  Isolate iso(options);
  if (!interpreter::initializeEngine(iso) || !lua::openAll(iso)) return 1;
  std::string text, message;
  if (!lua::readChunkFile(file, SIZE_MAX, text, message)) {
    std::fprintf(stderr, "devvm: %s\n", message.c_str());
    return 1;
  }
  Rooted chunk(iso, Value::nil());
  lua::ChunkError error;
  if (!lua::loadChunk(iso, text, std::string("@") + file, 3, "bt", Handle(&iso.globals), chunk, error)) {
    std::fprintf(stderr, "devvm: %s\n", error.message.c_str());
    return 1;
  }
  std::vector<Value> results;
  if (!iso.call(chunk, nullptr, 0, results)) {
    std::fflush(stdout);
    std::fprintf(stderr, "devvm: %s\n", iso.pendingError.isString() ? asString(iso.pendingError)->bytes : "error");
    return 1;
  }
  return 0;
}
