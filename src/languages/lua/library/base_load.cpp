// load, loadfile, dofile.

#include <string>

#include "languages/lua/library/base.h"
#include "languages/lua/library/base_parts.h"
#include "languages/lua/library/string_builder.h"
#include "languages/lua/lua_chunk.h"

namespace devvm::lua {

using runtime::asString;
using runtime::Capability;
using runtime::Fiber;
using runtime::Rooted;

namespace {

/// Raises its argument. It runs under load's protection, so that a message handler sees errors of loading itself.
NativeResult raiseArgument(NativeCall& c) { return c.raise(c.arg(0)); }
constexpr NativeInfo kRaiser = {.function = raiseArgument, .name = "(load error)", .hidden = true};

/// The message handler that an error raised here would get: that of the nearest protected call of this fiber.
Value enclosingHandler(Fiber& fiber) {
  for (Value* fp = Fiber::callerOf(fiber.fp); fp != nullptr; fp = Fiber::callerOf(fp)) {
    if (!runtime::isNativeFrame(fp) || !(fp[-1].asInt() & runtime::kProtectedState)) continue;
    return runtime::as<runtime::Native>(fp[2])->info->messageHandler ? fp[-2] : Value::nil();
  }
  return Value::nil();
}

/// nil and the message.
NativeResult returnFailure(NativeCall& c, std::string_view message) {
  Value text = runtime::newString(c.isolate, message);
  return text.isNil() ? c.outOfMemory() : c.ret(Value::nil(), text);
}

/// Compiles and returns what load() returns. `envArgument`: number of the argument that gives the environment.
NativeResult finishLoad(NativeCall& c, const std::string& bytes, const std::string& chunkName, const std::string& mode,
                        uint32_t envArgument) {
  Isolate& iso = c.isolate;
  if (!chargeSource(c, bytes.size())) return c.raisePending();
  Rooted environment(iso, c.has(envArgument) ? c.arg(envArgument) : iso.globals);
  Rooted closure(iso, Value::nil());
  ChunkError error;
  if (loadChunk(iso, bytes, chunkName, parseChunkMode(mode), mode, environment, closure, error)) return c.ret(*closure);
  if (error.outOfMemory) return c.outOfMemory();
  if (error.stopped) return c.raisePending();
  return returnFailure(c, error.message);
}

std::string optionalString(NativeCall& c, uint32_t i, std::string_view otherwise) {
  return std::string(c.isNoneOrNil(i) ? otherwise : c.stringArg(i));
}
bool checkOptionalString(NativeCall& c, uint32_t i) { return c.isNoneOrNil(i) || c.checkString(i); }

enum LoadState : int32_t { kStart, kReading, kFailed };
enum LoadSlot : uint32_t { kHandlerSlot, kTextSlot, kTriedSlot = kTextSlot + 2, kLoadSlots };  // the text takes two

/// The reference compiles while it reads, and stops at the first error. Here the text so far is looked at: after every
/// piece while it is short, then each time its length has doubled.
bool isTimeToLook(NativeCall& c, size_t length) {
  constexpr size_t kShortText = 1024;
  if (length > kShortText && length < 2 * static_cast<size_t>(c.slot(kTriedSlot).asInt())) return false;
  c.setSlot(kTriedSlot, Value::smallInt(static_cast<int64_t>(length)));
  return true;
}

/// Whether reading on is in vain.
bool stopsReading(NativeCall& c, const std::string& text) {
  bool binary = text[0] == '\x1B';
  if (!(parseChunkMode(optionalString(c, 2, "bt")) & (binary ? kBinaryChunks : kTextChunks))) return true;
  return !binary && (!chargeSource(c, text.size()) || isHopeless(c.isolate, text, optionalString(c, 1, "=(load)")));
}

/// Goes on as if load's reader had raised `message`.
NativeResult failReading(NativeCall& c, std::string_view message) {
  c.push(runtime::newNative(c.isolate, &kRaiser));
  if (c.top().isNil()) return c.outOfMemory();
  c.push(runtime::newString(c.isolate, c.isolate.where(1) + std::string(message)));
  if (c.top().isNil()) return c.outOfMemory();
  return c.callProtected(1, 1, kFailed);
}

NativeResult load(NativeCall& c) {
  if (c.state() == kStart) {
    if (!checkOptionalString(c, 2)) return c.raisePending();
    if (c.arg(0).isString() || c.arg(0).isNumber()) {
      if (!c.checkString(0) || !checkOptionalString(c, 1)) return c.raisePending();
      std::string bytes(c.stringArg(0));
      return finishLoad(c, bytes, optionalString(c, 1, bytes), optionalString(c, 2, "bt"), 3);
    }
    if (!checkOptionalString(c, 1)) return c.raisePending();
    if (!c.arg(0).isFunction()) return c.typeError(0, "function");
    c.setSlots(kLoadSlots);
    c.setSlot(kHandlerSlot, enclosingHandler(c.fiber));
    c.setSlot(kTriedSlot, Value::smallInt(0));
  }
  if (c.failed()) {
    Value e = c.pop();
    return c.ret(Value::nil(), e);
  }
  StringBuilder text(c, kTextSlot);
  if (c.state() == kReading) {
    if (c.top().isNumber() && !takeText(c)) return c.raisePending();
    Value piece = c.top();
    if (!piece.isNil() && !piece.isString()) return failReading(c, "reader function must return a string");
    bool ends = piece.isNil() || asString(piece)->length() == 0;
    if (!ends) {
      if (!chargeBytes(c, asString(piece)->length()) || !text.append(Handle(c.fiber.sp))) return c.raisePending();
    }
    c.pop();
    if (ends || isTimeToLook(c, text.length())) {
      Value whole = text.finish();
      if (whole.isNil()) return c.outOfMemory();
      std::string bytes(asString(whole)->view());
      bool stops = ends || stopsReading(c, bytes);
      if (c.isolate.failure != runtime::Failure::kNone) return c.raisePending();
      if (stops) {
        return finishLoad(c, bytes, optionalString(c, 1, "=(load)"), optionalString(c, 2, "bt"), 3);
      }
    }
  }
  if (!text.suspend()) return c.raisePending();
  c.push(c.arg(0));
  return c.callProtected(0, 1, kReading);
}

/// The file named by argument 0 (standard input if there is none), as a string. False after raising or with `error`.
bool readArgumentFile(NativeCall& c, std::string& bytes, std::string& chunkName, std::string& error) {
  std::string path = optionalString(c, 0, "");
  chunkName = path.empty() ? "=stdin" : "@" + path;
  if (path.empty() && !flushPrinted(c.isolate)) return false;
  return readChunkFile(path, readLimit(c.isolate), bytes, error, &c.isolate);
}

NativeResult loadfile(NativeCall& c) {
  if (!checkOptionalString(c, 0) || !checkOptionalString(c, 1)) return c.raisePending();
  if (!c.isNoneOrNil(0) && !checkCapability(c, Capability::kFiles)) return c.raisePending();
  std::string bytes, chunkName, error;
  if (!readArgumentFile(c, bytes, chunkName, error)) return error.empty() ? c.raisePending() : returnFailure(c, error);
  return finishLoad(c, bytes, chunkName, optionalString(c, 1, "bt"), 2);
}

NativeResult dofile(NativeCall& c) {
  if (c.state() != 0) return c.retTop(c.results());
  if (!checkOptionalString(c, 0)) return c.raisePending();
  if (!c.isNoneOrNil(0) && !checkCapability(c, Capability::kFiles)) return c.raisePending();
  Isolate& iso = c.isolate;
  std::string bytes, chunkName;
  ChunkError error;
  if (readArgumentFile(c, bytes, chunkName, error.message)) {
    if (!chargeSource(c, bytes.size())) return c.raisePending();
    Rooted environment(iso, iso.globals), closure(iso, Value::nil());
    if (loadChunk(iso, bytes, chunkName, kTextChunks | kBinaryChunks, "bt", environment, closure, error)) {
      c.push(*closure);
      return c.call(0, -1, 1);
    }
    if (error.outOfMemory) return c.outOfMemory();
    if (error.stopped) return c.raisePending();
  }
  if (!error.message.empty()) raiseText(c, error.message);  // else the isolate must stop
  return c.raisePending();
}

const LibraryEntry kEntries[] = {
    {"dofile",
     {.function = dofile,
      .name = "dofile",
      .signature = "dofile([filename])",
      .documentation = "Runs a file (or the standard input) as a Lua chunk and returns its results."}},
    {"load",
     {.function = load,
      .name = "load",
      .signature = "load(chunk [, chunkname [, mode [, env]]])",
      .documentation = "Compiles a chunk given as a string, or in pieces by a function, into a function.",
      .messageHandler = true}},
    {"loadfile",
     {.function = loadfile,
      .name = "loadfile",
      .signature = "loadfile([filename [, mode [, env]]])",
      .documentation = "Compiles a file (or the standard input) into a function."}},
};

}  // namespace

bool openBaseLoad(Isolate& isolate, Handle globals) {
  return runtime::registerLibrary(isolate, globals, kEntries, std::size(kEntries));
}

}  // namespace devvm::lua
