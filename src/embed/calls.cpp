// Loading, calling, and how calls end.

#include "embed/host.h"
#include "languages/lua/lua_chunk.h"

using namespace devvm;
using namespace devvm::runtime;
using namespace devvm::embed;

devvm_status devvm_isolate::takeFailure() {
  Isolate& iso = *isolate;
  errorValue = Value::nil();
  auto stopped = [&](const char* message, devvm_status status) {
    errorMessage = message;
    errorTraceback.clear();
    return status;
  };
  switch (iso.failure) {
    case Failure::kFuel: return stopped("fuel exhausted", DEVVM_FUEL);
    case Failure::kDeadline: return stopped("time limit exceeded", DEVVM_DEADLINE);
    case Failure::kKilled: return stopped("killed", DEVVM_KILLED);
    case Failure::kExit: exitStatus = iso.exitStatus; return stopped("the program called os.exit", DEVVM_EXIT);
    default: break;
  }
  errorValue = iso.pendingError;
  iso.pendingError = Value::nil();
  // A nested call's host function goes on as if nothing was raised.
  iso.failure = Failure::kNone;
  if (errorMessage.empty() && errorValue.isString()) errorMessage = asString(errorValue)->view();
  return errorValue == iso.memoryError ? DEVVM_MEMORY : DEVVM_ERROR;
}

extern "C" {

devvm_status devvm_load(devvm_isolate* host, const void* bytes, size_t length, const char* name, uint32_t modes,
                        devvm_ref* function) {
  Isolate& iso = *host->isolate;
  *function = DEVVM_NONE;
  host->errorIncomplete = false;
  unsigned mode =
      (modes & DEVVM_LOAD_TEXT ? lua::kTextChunks : 0u) | (modes & DEVVM_LOAD_BINARY ? lua::kBinaryChunks : 0u);
  const char* modeText = mode == lua::kTextChunks ? "t" : mode == lua::kBinaryChunks ? "b" : "bt";
  if (mode == 0) return host->misuse("devvm_load: no mode");
  lua::ChunkError error;
  Rooted result(iso, Value::nil());
  std::string_view text(length != 0 ? static_cast<const char*>(bytes) : "", length);
  if (lua::loadChunk(iso, text, name, mode, modeText, Handle(&iso.globals), result, error)) {
    *function = host->make(result);
    return DEVVM_OK;
  }
  if (error.outOfMemory) return host->outOfMemory();
  if (error.stopped) return host->takeFailure();
  host->errorIncomplete = error.incomplete;
  host->errorMessage = error.message;
  host->errorTraceback.clear();
  host->errorValue = newString(iso, error.message);
  return DEVVM_ERROR;
}

devvm_status devvm_call(devvm_isolate* host, devvm_ref function, const devvm_ref* arguments, uint32_t argumentCount,
                        devvm_ref* results, uint32_t wanted, uint32_t* count) {
  Isolate& iso = *host->isolate;
  for (uint32_t i = 0; i < wanted; i++) results[i] = DEVVM_NONE;
  if (count != nullptr) *count = 0;
  host->errorMessage.clear();
  host->errorTraceback.clear();
  host->errorIncomplete = false;
  host->errorValue = Value::nil();
  if (iso.hostDepth >= kMaxNestedCalls) {
    host->errorMessage = "C stack overflow";
    host->errorValue = newString(iso, host->errorMessage);
    return DEVVM_ERROR;
  }
  if (iso.hostDepth != 0 && isUncatchable(iso.failure)) return host->takeFailure();  // the guest must come to its end
  std::vector<Value> values, returned;
  values.reserve(argumentCount);
  for (uint32_t i = 0; i < argumentCount; i++) values.push_back(host->get(arguments[i]));
  uint32_t open = iso.fiber->openCount;
  bool ok = iso.call(host->get(function), values.data(), argumentCount, returned, host->recorder);
  iso.fiber->openCount = open;
  if (!ok) return host->takeFailure();
  for (uint32_t i = 0; i < wanted; i++) results[i] = host->make(i < returned.size() ? returned[i] : Value::nil());
  if (count != nullptr) *count = static_cast<uint32_t>(returned.size());
  return DEVVM_OK;
}

const char* devvm_error_message(devvm_isolate* host, size_t* length) {
  if (length != nullptr) *length = host->errorMessage.size();
  return host->errorMessage.c_str();
}

const char* devvm_error_traceback(devvm_isolate* host) { return host->errorTraceback.c_str(); }
devvm_ref devvm_error_value(devvm_isolate* host) { return host->make(host->errorValue); }
int devvm_exit_status(const devvm_isolate* host) { return host->exitStatus; }
bool devvm_error_incomplete(const devvm_isolate* host) { return host->errorIncomplete; }

}  // extern "C"
