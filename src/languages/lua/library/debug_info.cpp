// Looking at functions, frames and their variables.

#include <algorithm>
#include <cstring>
#include <string>

#include "bytecode/opcode.h"
#include "languages/lua/library/debug_parts.h"
#include "runtime/code.h"

namespace devvm::lua {

using runtime::asString;
using runtime::asTable;
using runtime::Closure;
using runtime::Code;
using runtime::Fiber;
using runtime::Frame;
using runtime::Kind;
using runtime::LocalPlace;
using runtime::Rooted;

namespace {

/// Fills the table that debug.getinfo returns.
class InfoTable {
 public:
  InfoTable(Isolate& isolate, Handle table) : isolate_(isolate), table_(table) {}
  bool ok() const { return ok_; }
  void set(std::string_view key, Value v) {
    Rooted value(isolate_, v);
    ok_ = ok_ && runtime::tableSetName(isolate_, table_, key, value);
  }
  void setInteger(std::string_view key, int64_t i) { set(key, Value::smallInt(i)); }
  void setString(std::string_view key, std::string_view text) {
    Value v = runtime::newString(isolate_, text);
    ok_ = ok_ && !v.isNil();
    set(key, v);
  }

 private:
  Isolate& isolate_;
  Handle table_;
  bool ok_ = true;
};

void addSource(InfoTable& info, const Code* code) {
  if (code == nullptr) {
    info.setString("source", "=[C]");
    info.setString("short_src", "[C]");
    info.setInteger("linedefined", -1);
    info.setInteger("lastlinedefined", -1);
    info.setString("what", "C");
    return;
  }
  info.setString("source", code->module->source);
  info.setString("short_src", code->module->shortName);
  info.setInteger("linedefined", code->function->lineDefined);
  info.setInteger("lastlinedefined", code->mainChunk ? 0 : code->function->lastLine);
  info.setString("what", code->mainChunk ? "main" : "Lua");
}

void addUpvalues(InfoTable& info, Value function, const Code* code) {
  info.setInteger("nups", function.asObject()->word);
  info.setInteger("nparams", code ? code->parameters : 0);
  info.set("isvararg", Value::boolean(code == nullptr || code->vararg));
}

/// The set of lines that have code.
bool addActiveLines(Isolate& iso, InfoTable& info, const Code& code) {
  Rooted lines(iso, runtime::newTable(iso)), present(iso, Value::boolean(true));
  if ((*lines).isNil()) return false;
  const auto& entries = code.function->lines;
  iso.budget -= static_cast<int64_t>(entries.size() / kElementsPerUnit);
  // Handlers of errors stand behind everything else and have no lines of their own.
  uint32_t handlers = UINT32_MAX;
  for (const auto& region : code.function->regions) handlers = std::min(handlers, region.handler);
  for (size_t i = 0; i < entries.size(); i++) {
    uint32_t start = entries[i].offset, end = i + 1 < entries.size() ? entries[i + 1].offset : code.codeSize;
    if (start >= handlers) break;
    // The mark of a loop does nothing: it makes no line active.
    if (end == start + 1 && code.entry[start] == static_cast<uint8_t>(bytecode::Op::kLoopHead)) continue;
    if (entries[i].line != 0 && !runtime::tableSetInt(iso, lines, entries[i].line, present)) return false;
  }
  // A function's end counts even where control cannot reach it.
  if (!code.mainChunk && !runtime::tableSetInt(iso, lines, code.function->lastLine, present)) return false;
  info.set("activelines", *lines);
  return true;
}

const Code* codeOfFunction(Value function) {
  return runtime::kindOf(function.asObject()) == Kind::kClosure ? runtime::as<Closure>(function)->code : nullptr;
}

/// Adds what one option letter asks for; `frame` is null when a function is asked about. False if there is no such.
bool addOption(Isolate& iso, InfoTable& info, char option, Value function, const Frame* frame) {
  const Code* code = codeOfFunction(function);
  switch (option) {
    case 'S': addSource(info, code); return true;
    case 'l': info.setInteger("currentline", frame ? runtime::currentLine(*frame) : -1); return true;
    case 'u': addUpvalues(info, function, code); return true;
    case 'n': {
      runtime::CalledAs called;
      if (frame != nullptr) called = runtime::calledAs(*frame);
      if (*called.kind) info.setString("name", called.name);
      info.setString("namewhat", called.kind);
      return true;
    }
    case 'r': {
      int first = 0, count = 0;
      if (frame != nullptr) transferredValues(*frame, first, count);
      info.setInteger("ftransfer", first);
      info.setInteger("ntransfer", count);
      return true;
    }
    case 't': info.set("istailcall", Value::boolean(frame && runtime::isTailCall(*frame))); return true;
    case 'f': info.set("func", function); return true;
    case 'L': return code == nullptr || addActiveLines(iso, info, *code);
    default: return false;
  }
}

}  // namespace

NativeResult debugGetinfo(NativeCall& c) {
  uint32_t offset;
  Fiber& fiber = debuggedFiber(c, offset);
  Isolate& iso = c.isolate;
  if (!c.isNoneOrNil(offset + 1) && !c.checkString(offset + 1)) return c.raisePending();
  std::string options(c.isNoneOrNil(offset + 1) ? "flnSrtu" : c.stringArg(offset + 1));
  if (!c.charge(options.size())) return c.raisePending();
  if (options.starts_with(">")) return c.argError(offset + 1, "invalid option '>'");
  Frame frame;
  bool isFunction = c.arg(offset).isFunction();
  if (!isFunction) {
    int64_t level;
    if (!c.checkInteger(offset, level)) return c.raisePending();
    if (level < 0 || level > INT32_MAX || !runtime::frameAtLevel(fiber, static_cast<int>(level), frame)) {
      return c.ret(Value::nil());
    }
  }
  for (char option : options) {
    if (std::string_view("SlunrtfL").find(option) == std::string_view::npos)
      return c.argError(offset + 1, "invalid option");
  }
  Rooted table(iso, runtime::newTable(iso, 0, 16)), function(iso, isFunction ? c.arg(offset) : frame.callee());
  if ((*table).isNil()) return c.outOfMemory();
  InfoTable info(iso, table);
  for (char option : options) {
    if (!addOption(iso, info, option, *function, isFunction ? nullptr : &frame)) return c.outOfMemory();
  }
  return info.ok() ? c.ret(*table) : c.outOfMemory();
}

NativeResult debugGetlocal(NativeCall& c) {
  uint32_t offset;
  Fiber& fiber = debuggedFiber(c, offset);
  int64_t n, level;
  if (!c.checkInteger(offset + 1, n)) return c.raisePending();
  if (c.arg(offset).isFunction()) {
    const Code* code = codeOfFunction(c.arg(offset));
    const char* name = code ? runtime::parameterName(*code, static_cast<int>(n)) : nullptr;
    if (name == nullptr) return c.ret(Value::nil());
    Value v = runtime::newString(c.isolate, name);
    return v.isNil() ? c.outOfMemory() : c.ret(v);
  }
  if (!c.checkInteger(offset, level)) return c.raisePending();
  Frame frame;
  if (!runtime::frameAtLevel(fiber, static_cast<int>(level), frame)) return c.argError(offset, "level out of range");
  LocalPlace place = runtime::localVariable(frame, static_cast<int>(n));
  if (place.slot == nullptr) return c.ret(Value::nil());
  Rooted value(c.isolate, heap::loadSlot(place.slot));
  Value name = runtime::newString(c.isolate, place.name);
  return name.isNil() ? c.outOfMemory() : c.ret(name, *value);
}

NativeResult debugSetlocal(NativeCall& c) {
  uint32_t offset;
  Fiber& fiber = debuggedFiber(c, offset);
  int64_t n, level;
  if (!c.checkInteger(offset, level) || !c.checkInteger(offset + 1, n)) return c.raisePending();
  Frame frame;
  if (!runtime::frameAtLevel(fiber, static_cast<int>(level), frame)) return c.argError(offset, "level out of range");
  if (!c.checkAny(offset + 2)) return c.raisePending();
  // What natives keep in their slots they trust: it cannot be set.
  LocalPlace place = frame.isNative() ? LocalPlace{} : runtime::localVariable(frame, static_cast<int>(n));
  if (place.slot == nullptr) return c.ret(Value::nil());
  if (place.holder != nullptr) {
    c.isolate.heap.store(place.holder, place.slot, c.arg(offset + 2));
  } else {
    *place.slot = c.arg(offset + 2);
    runtime::interpretFrame(frame);
    touchFiber(c.isolate, fiber);
  }
  Value name = runtime::newString(c.isolate, place.name);
  return name.isNil() ? c.outOfMemory() : c.ret(name);
}

NativeResult debugTraceback(NativeCall& c) {
  uint32_t offset;
  Fiber& fiber = debuggedFiber(c, offset);
  Value v = c.arg(offset);
  if (!v.isNil() && !v.isString() && !v.isNumber()) return c.ret(v);
  bool hasMessage = !v.isNil();
  if (hasMessage && !c.checkString(offset)) return c.raisePending();
  int64_t level;
  if (!c.optInteger(offset + 1, &fiber == &c.fiber ? 1 : 0, level)) return c.raisePending();
  if (level < INT32_MIN || level > INT32_MAX) level = INT32_MAX;
  constexpr uint64_t kSlotsPerUnit = 8;  // all frames are walked
  if (!c.charge(static_cast<uint64_t>(fiber.high - fiber.sp) / kSlotsPerUnit)) return c.raisePending();
  std::string levels = runtime::traceback(c.isolate, fiber, nullptr, static_cast<int>(level));
  // The message may be long: it is copied once, within the heap; as in the reference, a zero byte ends it.
  size_t length = hasMessage ? std::strlen(c.stringArg(offset).data()) + 1 : 0;
  if (length + levels.size() > runtime::kMaxString) return c.outOfMemory();
  Value text =
      length == 0 ? runtime::newString(c.isolate, levels) : runtime::newStringRaw(c.isolate, length + levels.size());
  if (text.isNil()) return c.outOfMemory();
  if (length != 0) {
    char* to = runtime::asString(text)->bytes;
    std::memcpy(to, c.stringArg(offset).data(), length - 1);
    to[length - 1] = '\n';
    std::memcpy(to + length, levels.data(), levels.size());
  }
  return c.ret(text);
}

}  // namespace devvm::lua
