// The library `debug`: upvalues, metatables, user values, and the table of entries.

#include <cstdio>
#include <string>

#include "languages/lua/library/base.h"
#include "languages/lua/library/debug_parts.h"
#include "languages/lua/library/library.h"
#include "languages/lua/lua_chunk.h"
#include "runtime/code.h"
#include "runtime/field_ways.h"

namespace devvm::lua {

using runtime::asString;
using runtime::BasicType;
using runtime::Cell;
using runtime::Closure;
using runtime::Fiber;
using runtime::FiberObject;
using runtime::Kind;
using runtime::Native;
using runtime::Rooted;
using runtime::Userdata;

Fiber& debuggedFiber(NativeCall& c, uint32_t& offset) {
  offset = runtime::isFiber(c.arg(0)) ? 1 : 0;
  return offset ? *runtime::as<FiberObject>(c.arg(0))->fiber : c.fiber;
}

void touchFiber(Isolate& isolate, Fiber& fiber) {
  if (fiber.dirty) return;
  fiber.dirty = true;
  isolate.dirtyFibers.push_back(&fiber);
}

namespace {

bool isClosure(Value f) { return runtime::kindOf(f.asObject()) == Kind::kClosure; }

// ---- upvalues ----

/// Where the content of upvalue n (from 1) of a function is: the slot, and the object that it belongs to.
struct UpvaluePlace {
  Value* slot = nullptr;  ///< null: there is no such upvalue
  heap::Object* holder = nullptr;
  std::string_view name;
};

/// Objects that only the engine knows never reach programs.
bool isInternal(Value v) { return v.isOther() && !runtime::isFiber(v) && !runtime::isUserdata(v); }

UpvaluePlace upvaluePlace(Value function, int64_t n) {
  heap::Object* f = function.asObject();
  if (n < 1 || n > f->word) return {};
  auto i = static_cast<size_t>(n - 1);
  if (!isClosure(function)) {
    auto* native = reinterpret_cast<Native*>(f);
    return isInternal(native->upvalues[i]) ? UpvaluePlace{} : UpvaluePlace{&native->upvalues[i], f, ""};
  }
  auto* closure = reinterpret_cast<Closure*>(f);
  const auto& info = closure->code->function->upvalues[i];
  std::string_view name = info.name.empty() ? std::string_view("(no name)") : std::string_view(info.name);
  Value v = heap::loadSlot(&closure->upvalues[i]);
  if (info.from == bytecode::Upvalue::From::kParentValue) return {&closure->upvalues[i], f, name};
  auto* cell = runtime::as<Cell>(v);
  return {&cell->value, cell, name};
}

/// Checks the arguments function and upvalue number. False after raising.
bool checkUpvalue(NativeCall& c, uint32_t function, uint32_t number, int64_t& n) {
  if (!c.checkInteger(number, n)) return false;
  if (c.arg(function).isFunction()) return true;
  (void)c.typeError(function, "function");
  return false;
}

NativeResult getupvalue(NativeCall& c) {
  int64_t n;
  if (!checkUpvalue(c, 0, 1, n)) return c.raisePending();
  UpvaluePlace place = upvaluePlace(c.arg(0), n);
  if (place.slot == nullptr) return c.ret();
  Rooted value(c.isolate, heap::loadSlot(place.slot));
  Value name = runtime::newString(c.isolate, place.name);
  return name.isNil() ? c.outOfMemory() : c.ret(name, *value);
}

NativeResult setupvalue(NativeCall& c) {
  int64_t n;
  if (!c.checkAny(2) || !checkUpvalue(c, 0, 1, n)) return c.raisePending();
  // What natives keep in their upvalues they trust: it cannot be set.
  UpvaluePlace place = isClosure(c.arg(0)) ? upvaluePlace(c.arg(0), n) : UpvaluePlace{};
  if (place.slot == nullptr) return c.ret();
  c.isolate.heap.store(place.holder, place.slot, c.arg(2));
  if (c.isolate.tiers != nullptr) c.isolate.tiers->upvalueChanged(c.isolate);
  Value name = runtime::newString(c.isolate, place.name);
  return name.isNil() ? c.outOfMemory() : c.ret(name);
}

/// Upvalues are told apart by the cell that they share; those that no other function can share by their place.
NativeResult upvalueid(NativeCall& c) {
  int64_t n;
  if (!checkUpvalue(c, 0, 1, n)) return c.raisePending();
  UpvaluePlace place = upvaluePlace(c.arg(0), n);
  if (place.slot == nullptr) return c.ret(Value::nil());
  bool shared = place.holder != c.arg(0).asObject();
  Rooted holder(c.isolate, shared ? runtime::otherValue(place.holder) : c.arg(0));
  uint64_t identity = c.isolate.identityOf(*holder);
  return c.ret(Value::light(((identity << 8) | (shared ? 0u : static_cast<uint64_t>(n))) & (~uint64_t{0} >> 17)));
}

NativeResult upvaluejoin(NativeCall& c) {
  int64_t n1, n2;
  if (!checkUpvalue(c, 0, 1, n1)) return c.raisePending();
  if (upvaluePlace(c.arg(0), n1).slot == nullptr) return c.argError(1, "invalid upvalue index");
  if (!checkUpvalue(c, 2, 3, n2)) return c.raisePending();
  if (upvaluePlace(c.arg(2), n2).slot == nullptr) return c.argError(3, "invalid upvalue index");
  if (!isClosure(c.arg(0))) return c.argError(0, "Lua function expected");
  if (!isClosure(c.arg(2))) return c.argError(2, "Lua function expected");
  // Code of other front ends may capture values instead of variables: those cannot be shared, only copied.
  Isolate& iso = c.isolate;
  if (iso.tiers != nullptr) iso.tiers->upvalueChanged(iso);
  UpvaluePlace to = upvaluePlace(c.arg(0), n1), from = upvaluePlace(c.arg(2), n2);
  if (to.holder == c.arg(0).asObject()) {
    iso.heap.store(to.holder, to.slot, heap::loadSlot(from.slot));
    return c.ret();
  }
  Rooted shared(iso, heap::loadSlot(&runtime::as<Closure>(c.arg(2))->upvalues[n2 - 1]));
  if (from.holder == c.arg(2).asObject()) {
    heap::Object* cell = iso.heap.allocate(static_cast<uint8_t>(Kind::kCell), 0, 0);
    if (cell == nullptr) return c.outOfMemory();
    heap::initSlot(&reinterpret_cast<Cell*>(cell)->value, *shared);
    shared.set(runtime::otherValue(cell));
  }
  auto* closure = runtime::as<Closure>(c.arg(0));
  iso.heap.store(closure, &closure->upvalues[n1 - 1], *shared);
  return c.ret();
}

// ---- metatables, user values, registry ----

NativeResult getmetatable(NativeCall& c) {
  return c.checkAny(0) ? c.ret(runtime::metatableOf(c.isolate, c.arg(0))) : c.raisePending();
}

BasicType basicType(Value v) {
  if (v.isNil()) return BasicType::kNil;
  if (v.isBoolean()) return BasicType::kBoolean;
  if (v.isLight()) return BasicType::kLight;
  if (v.isNumber()) return BasicType::kNumber;
  if (v.isString()) return BasicType::kString;
  return v.isFunction() ? BasicType::kFunction : BasicType::kThread;
}

NativeResult setmetatable(NativeCall& c) {
  if (!c.has(1) || (!c.arg(1).isNil() && !c.arg(1).isTable())) return c.typeError(1, "nil or table");
  Isolate& iso = c.isolate;
  if (c.arg(0).isTable()) {
    if (!runtime::tableSetMetatable(iso, c.argHandle(0), c.argHandle(1))) return c.outOfMemory();
    return c.ret(c.arg(0));
  }
  if (c.arg(1).isTable()) runtime::tableMakeUnique(iso, c.argHandle(1), true);
  if (runtime::isUserdata(c.arg(0))) {
    auto* u = runtime::as<Userdata>(c.arg(0));
    iso.heap.store(u, &u->metatable, c.arg(1));
    if (!iso.registerFinalizer(c.argHandle(0))) return c.outOfMemory();
  } else {
    iso.typeMetatables[static_cast<int>(basicType(c.arg(0)))] = c.arg(1);
    if (c.arg(0).isString()) iso.shapes.noteMeta(runtime::kStringsChanged);
    iso.shapes.prototypeEpoch++;  // ends the caches of what was found through the old one
  }
  return c.ret(c.arg(0));
}

NativeResult getuservalue(NativeCall& c) {
  int64_t n;
  if (!c.optInteger(1, 1, n)) return c.raisePending();
  if (!runtime::isUserdata(c.arg(0))) return c.ret(Value::nil());
  auto* u = runtime::as<Userdata>(c.arg(0));
  if (n < 1 || n > u->aux) return c.ret(Value::nil());
  return c.ret(heap::loadSlot(&u->userValues[n - 1]), Value::boolean(true));
}

NativeResult setuservalue(NativeCall& c) {
  int64_t n;
  if (!c.optInteger(2, 1, n)) return c.raisePending();
  if (!runtime::isUserdata(c.arg(0))) return c.typeError(0, "userdata");
  if (!c.checkAny(1)) return c.raisePending();
  auto* u = runtime::as<Userdata>(c.arg(0));
  if (n < 1 || n > u->aux) return c.ret(Value::nil());
  c.isolate.heap.store(u, &u->userValues[n - 1], c.arg(1));
  return c.ret(c.arg(0));
}

NativeResult getregistry(NativeCall& c) { return c.ret(c.isolate.registry); }

NativeResult setcstacklimit(NativeCall& c) {
  int64_t limit;
  return c.checkInteger(0, limit) ? c.ret(Value::smallInt(200)) : c.raisePending();
}

// ---- interactive ----

/// Shows the error on top as the reference's loop does.
void showError(NativeCall& c) {
  if (c.top().isString()) {
    std::string_view text = asString(c.top())->view();
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  } else {
    std::fprintf(stderr, "(error object is a %s value)\n", runtime::typeName(c.top()));
  }
  std::fflush(stderr);
}

NativeResult debugLoop(NativeCall& c) {
  if (c.failed()) showError(c);
  Isolate& iso = c.isolate;
  for (;;) {
    c.setSlots(0);
    flushPrinted();
    std::fputs("lua_debug> ", stderr);
    std::fflush(stderr);
    char line[250];
    if (std::fgets(line, sizeof line, stdin) == nullptr || std::string_view(line) == "cont\n") return c.ret();
    Rooted environment(iso, iso.globals), chunk(iso, Value::nil());
    ChunkError error;
    if (loadChunk(iso, line, "=(debug command)", kTextChunks, "t", environment, chunk, error)) {
      c.push(*chunk);
      return c.callProtected(0, 0, 1);
    }
    if (error.outOfMemory) return c.outOfMemory();
    std::fprintf(stderr, "%s\n", error.message.c_str());
  }
}

const LibraryEntry kEntries[] = {
    {"debug",
     {.function = debugLoop,
      .name = "debug.debug",
      .signature = "debug()",
      .documentation = "Reads and runs lines from the standard input until one says cont."}},
    {"gethook",
     {.function = debugGethook,
      .name = "debug.gethook",
      .signature = "gethook([thread])",
      .documentation = "Returns a coroutine's hook, its mask and its count."}},
    {"getinfo",
     {.function = debugGetinfo,
      .name = "debug.getinfo",
      .signature = "getinfo([thread,] f [, what])",
      .documentation = "Returns a table with facts about a function or a level of the stack."}},
    {"getlocal",
     {.function = debugGetlocal,
      .name = "debug.getlocal",
      .signature = "getlocal([thread,] f, local)",
      .documentation = "Returns name and value of a local variable, or the name of a parameter."}},
    {"getmetatable",
     {.function = getmetatable,
      .name = "debug.getmetatable",
      .signature = "getmetatable(value)",
      .documentation = "Returns the metatable of a value, protected or not."}},
    {"getregistry",
     {.function = getregistry,
      .name = "debug.getregistry",
      .signature = "getregistry()",
      .documentation = "Returns the registry."}},
    {"getupvalue",
     {.function = getupvalue,
      .name = "debug.getupvalue",
      .signature = "getupvalue(f, up)",
      .documentation = "Returns name and value of an upvalue of a function."}},
    {"getuservalue",
     {.function = getuservalue,
      .name = "debug.getuservalue",
      .signature = "getuservalue(u, n)",
      .documentation = "Returns a user value of a userdata."}},
    {"setcstacklimit",
     {.function = setcstacklimit,
      .name = "debug.setcstacklimit",
      .signature = "setcstacklimit(limit)",
      .documentation = "Does nothing; exists for compatibility."}},
    {"sethook",
     {.function = debugSethook,
      .name = "debug.sethook",
      .signature = "sethook([thread,] hook, mask [, count])",
      .documentation = "Has a function called at calls, returns, lines or every so many instructions."}},
    {"setlocal",
     {.function = debugSetlocal,
      .name = "debug.setlocal",
      .signature = "setlocal([thread,] level, local, value)",
      .documentation = "Sets a local variable and returns its name."}},
    {"setmetatable",
     {.function = setmetatable,
      .name = "debug.setmetatable",
      .signature = "setmetatable(value, table)",
      .documentation = "Sets the metatable of any value, or of its type."}},
    {"setupvalue",
     {.function = setupvalue,
      .name = "debug.setupvalue",
      .signature = "setupvalue(f, up, value)",
      .documentation = "Sets an upvalue of a function and returns its name."}},
    {"setuservalue",
     {.function = setuservalue,
      .name = "debug.setuservalue",
      .signature = "setuservalue(udata, value, n)",
      .documentation = "Sets a user value of a userdata."}},
    {"traceback",
     {.function = debugTraceback,
      .name = "debug.traceback",
      .signature = "traceback([thread,] [message [, level]])",
      .documentation = "Returns a message followed by the calls that are under way."}},
    {"upvalueid",
     {.function = upvalueid,
      .name = "debug.upvalueid",
      .signature = "upvalueid(f, n)",
      .documentation = "Returns a value that is the same for upvalues that share a variable."}},
    {"upvaluejoin",
     {.function = upvaluejoin,
      .name = "debug.upvaluejoin",
      .signature = "upvaluejoin(f1, n1, f2, n2)",
      .documentation = "Makes an upvalue of one function share the variable of another's."}},
};

}  // namespace

bool openDebug(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil());
  return newModule(isolate, globals, "debug", kEntries, std::size(kEntries), module);
}

}  // namespace devvm::lua
