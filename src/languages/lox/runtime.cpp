#include "languages/lox/runtime.h"

#include <cstdio>
#include <cstring>
#include <ctime>

#include "languages/lox/generator.h"
#include "runtime/code.h"
#include "runtime/frames.h"
#include "runtime/numbers.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::lox {

using namespace runtime;

namespace {

constexpr const char* kEnvironment = "lox.environment";
constexpr const char* kDefined = "lox.defined";
constexpr const char* kNameField = "name";

// ---- what values are ----

bool isClosure(Value v) { return isKind(v, Kind::kClosure) && v.isFunction(); }

/// The metatable that belongs to a class; nil: the value is no class.
Value metatableOfClass(Value v) {
  if (!isClosure(v)) return Value::nil();
  const auto* closure = as<Closure>(v);
  return closure->code->function->name.starts_with(kClassPrefix) ? heap::loadSlot(&closure->upvalues[0]) : Value::nil();
}

Value methodsOf(Isolate& iso, Value metatable) { return metamethodOf(iso, metatable, Meta::kIndex); }

std::string nameIn(Isolate& iso, Value metatable) {
  if (!metatable.isTable()) return "?";
  Value name = tableGetName(iso, asTable(metatable), kNameField);
  return name.isString() ? std::string(asString(name)->view()) : "?";
}

NativeResult boundCall(NativeCall& c);
const NativeInfo kBound = {.function = boundCall, .name = "(bound method)", .hidden = true};

std::string textOf(Isolate& iso, Value v) {
  if (v.isNil()) return "nil";
  if (v.isString()) return std::string(asString(v)->view());
  if (v.isNumber()) {
    double d = 0;
    toDouble(v, d);
    char text[32];
    std::snprintf(text, sizeof text, "%g", d);
    return text;
  }
  if (v.isTable()) return nameIn(iso, tableMetatable(iso, asTable(v))) + " instance";
  if (!v.isFunction()) return v.isTrue() ? "true" : v.isFalsy() ? "false" : typeName(v);
  if (isKind(v, Kind::kNative)) {
    if (as<Native>(v)->info != &kBound) return "<native fn>";
    v = heap::loadSlot(&as<Native>(v)->upvalues[1]);
    if (!isClosure(v)) return "<native fn>";
  }
  if (Value metatable = metatableOfClass(v); !metatable.isNil()) return nameIn(iso, metatable);
  return "<fn " + as<Closure>(v)->code->function->name + ">";
}

// ---- semantics ----

bool raiseText(Isolate& iso, const std::string& text) { return iso.raiseErrorText(text, false); }

bool arithmeticOf(Isolate& iso, Arith op, Handle a, Handle b, Value& out) {
  if (op == Arith::kAdd && a.get().isString() && b.get().isString()) {
    size_t left = a.string()->length(), total = left + b.string()->length();
    if (total > kMaxString) return raiseText(iso, "String too long.");
    constexpr size_t kBytesPerUnit = 64, kFree = 1024;
    if (total > kFree && !iso.charge(total / kBytesPerUnit)) return false;
    out = newStringRaw(iso, total);
    if (out.isNil()) return iso.raiseOutOfMemory();
    std::memcpy(asString(out)->bytes, a.string()->bytes, left);
    std::memcpy(asString(out)->bytes + left, b.string()->bytes, total - left);
    return true;
  }
  if (op == Arith::kAdd) return raiseText(iso, "Operands must be two numbers or two strings.");
  return raiseText(iso, op == Arith::kUnm ? "Operand must be a number." : "Operands must be numbers.");
}

bool orderOf(Isolate& iso, bool, Value, Value, bool&) { return raiseText(iso, "Operands must be numbers."); }

bool undefinedProperty(Isolate& iso, Value key) {
  return raiseText(iso, "Undefined property '" + std::string(asString(key)->view()) + "'.");
}

/// A method becomes a function that knows its receiver. MAY COLLECT.
Value bind(Isolate& iso, Handle receiver, Value method) {
  Rooted kept(iso, method);
  Value bound = newNative(iso, &kBound, 2);
  if (bound.isNil()) return bound;
  auto* native = as<Native>(bound);
  iso.heap.store(native, &native->upvalues[0], receiver);
  iso.heap.store(native, &native->upvalues[1], kept);
  return bound;
}

bool propertyOf(Isolate& iso, Handle object, Handle key, Value& out) {
  if (!object.get().isTable()) return raiseText(iso, "Only instances have properties.");
  Value metatable = tableMetatable(iso, object.table());
  Value methods = metatable.isNil() ? metatable : methodsOf(iso, metatable);
  if (!methods.isTable()) return undefinedProperty(iso, key);
  Value method = tableGetString(iso, asTable(methods), key.string());
  if (method.isNil()) return undefinedProperty(iso, key);
  out = bind(iso, object, method);
  return !out.isNil() || iso.raiseOutOfMemory();
}

bool noMethod(Isolate& iso, Value, Value key) { return undefinedProperty(iso, key); }
bool notIndexable(Isolate& iso, Value, bool stores) {
  return raiseText(iso, stores ? "Only instances have fields." : "Only instances have properties.");
}
bool notCallable(Isolate& iso, Value) { return raiseText(iso, "Can only call functions and classes."); }
bool wrongArity(Isolate& iso, const Code& callee, uint32_t given) {
  return raiseText(iso, "Expected " + std::to_string(callee.parameters - 1) + " arguments but got " +
                            std::to_string(given - 1) + ".");
}

const Language kLanguage = {.name = "lox",
                            .arithmetic = arithmeticOf,
                            .order = orderOf,
                            .property = propertyOf,
                            .noMethod = noMethod,
                            .notIndexable = notIndexable,
                            .notCallable = notCallable,
                            .wrongArity = wrongArity,
                            .joinsStrings = true,
                            .stackOverflow = "Stack overflow."};

// ---- natives of the generated code; none of them has a receiver ----

NativeResult raised(NativeCall& c, const std::string& text) {
  raiseText(c.isolate, text);
  return c.raisePending();
}

NativeResult boundCall(NativeCall& c) {
  uint32_t count = c.count();
  if (!c.ensure(count + 2)) return c.raisePending();
  c.push(*c.upvalue(1));
  c.push(*c.upvalue(0));
  for (uint32_t i = 1; i < count; i++) c.push(c.arg(i));
  return c.tailCall(count == 0 ? 1 : count);
}

NativeResult print(NativeCall& c) {
  std::string text = textOf(c.isolate, c.arg(0));
  text += '\n';
  constexpr size_t kBytesPerUnit = 16;
  if (!c.charge(text.size() / kBytesPerUnit)) return c.raisePending();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return c.ret();
}

/// define(name, value): a global variable, new or not.
NativeResult define(NativeCall& c) {
  Isolate& iso = c.isolate;
  Rooted yes(iso, Value::boolean(true)), environment(iso, lox::environment(iso));
  Rooted defined(iso, tableGetName(iso, asTable(iso.registry), kDefined));
  bool ok = tableSet(iso, defined, c.argHandle(0), yes) && tableSet(iso, environment, c.argHandle(0), c.argHandle(1));
  return ok ? c.ret() : c.outOfMemory();
}

bool isDefined(Isolate& iso, Value name) {
  Value defined = tableGetName(iso, asTable(iso.registry), kDefined);
  return !tableGet(iso, asTable(defined), name).isNil();
}

NativeResult undefinedVariable(NativeCall& c) {
  return raised(c, "Undefined variable '" + std::string(c.stringArg(1)) + "'.");
}

/// A global variable that is nil, or not there.
NativeResult getGlobal(NativeCall& c) {
  return isDefined(c.isolate, c.arg(1)) ? c.ret(Value::nil()) : undefinedVariable(c);
}
NativeResult setGlobal(NativeCall& c) {
  if (!isDefined(c.isolate, c.arg(1))) return undefinedVariable(c);
  return tableSet(c.isolate, c.argHandle(0), c.argHandle(1), c.argHandle(2)) ? c.ret() : c.outOfMemory();
}

/// superclass(value): the methods of a class.
NativeResult superclass(NativeCall& c) {
  Value metatable = metatableOfClass(c.arg(0));
  if (metatable.isNil()) return raised(c, "Superclass must be a class.");
  return c.ret(methodsOf(c.isolate, metatable));
}

/// class(name, methods of the superclass or nil): a table of methods, those of the superclass in it, and a metatable.
NativeResult makeClass(NativeCall& c) {
  Isolate& iso = c.isolate;
  Rooted methods(iso, newTable(iso)), metatable(iso, Value::nil()), key(iso, Value::nil()), value(iso, Value::nil());
  if ((*methods).isNil()) return c.outOfMemory();
  metatable.set(newTable(iso));
  if ((*metatable).isNil()) return c.outOfMemory();
  if (c.arg(1).isTable()) {
    for (uint32_t at = 0;;) {
      Value k, v;
      at = tableNextAt(iso, asTable(c.arg(1)), at, k, v);
      if (at == UINT32_MAX) break;
      key.set(k);
      value.set(v);
      if (!tableSet(iso, methods, key, value)) return c.outOfMemory();
    }
  }
  bool ok =
      tableSetName(iso, metatable, kNameField, c.argHandle(0)) && tableSetName(iso, metatable, "__index", methods);
  return ok ? c.ret(*methods, *metatable) : c.outOfMemory();
}

/// inherit(superclass, metatable): what makes instances of a class without an initializer of its own.
NativeResult inherit(NativeCall& c) {
  Value made = newClosure(c.isolate, heap::loadSlot(&as<Closure>(c.arg(0))->prototype));
  if (made.isNil()) return c.outOfMemory();
  auto *from = as<Closure>(c.arg(0)), *to = as<Closure>(made);
  for (size_t i = 0; i < from->code->function->upvalues.size(); i++) {
    c.isolate.heap.store(to, &to->upvalues[i], i == 0 ? c.arg(1) : heap::loadSlot(&from->upvalues[i]));
  }
  return c.ret(made);
}

NativeResult bindMethod(NativeCall& c) {
  Value bound = bind(c.isolate, c.argHandle(0), c.arg(1));
  return bound.isNil() ? c.outOfMemory() : c.ret(bound);
}

NativeResult clockNative(NativeCall& c) {
  return c.ret(Value::number(static_cast<double>(std::clock()) / CLOCKS_PER_SEC));
}

const LibraryEntry kLibrary[] = {
    {"(print)", {.function = print, .name = "(print)"}},
    {"(define)", {.function = define, .name = "(define)"}},
    {"(superclass)", {.function = superclass, .name = "(superclass)"}},
    {"(class)", {.function = makeClass, .name = "(class)"}},
    {"(inherit)", {.function = inherit, .name = "(inherit)"}},
    {"(bind)", {.function = bindMethod, .name = "(bind)"}},
    {"clock",
     {.function = clockNative,
      .name = "clock",
      .oneResult = true,
      .signature = "clock()",
      .documentation = "Returns the processor time that the program has used, in seconds."}},
};
const LibraryEntry kGlobalAccess[] = {
    {"__index", {.function = getGlobal, .name = "(undefined variable)", .hidden = true}},
    {"__newindex", {.function = setGlobal, .name = "(undefined variable)", .hidden = true}},
};

// ---- error reports ----

constexpr int kFirstFrames = 20, kLastFrames = 20;

NativeResult messageHandler(NativeCall& c) {
  Isolate& iso = c.isolate;
  std::string text = textOf(iso, c.arg(0));
  std::vector<std::string> calls;
  Frame frame;
  for (bool more = frameAtLevel(c.fiber, 1, frame); more;) {
    if (!frame.isNative()) {
      const std::string& name = frame.code()->function->name;
      bool isMain = frame.code()->mainChunk;
      if (isMain || !name.starts_with(kClassPrefix)) {
        calls.push_back("[line " + std::to_string(currentLine(frame)) + "] in " + (isMain ? "script" : name + "()"));
      }
    }
    Frame next;
    more = callerFrame(frame, next);
    frame = next;
  }
  auto count = static_cast<int>(calls.size());
  for (int i = 0; i < count; i++) {
    if (count > kFirstFrames + kLastFrames && i == kFirstFrames) {
      text += "\n... " + std::to_string(count - kFirstFrames - kLastFrames) + " calls left out";
      i = count - kLastFrames;
    }
    text += '\n' + calls[static_cast<size_t>(i)];
  }
  Value s = newString(iso, text);
  return s.isNil() ? c.outOfMemory() : c.ret(s);
}

}  // namespace

const NativeInfo kMessageHandler = {.function = messageHandler, .name = "(error report)"};

Value environment(Isolate& iso) { return tableGetName(iso, asTable(iso.registry), kEnvironment); }

bool open(Isolate& iso) {
  if (!environment(iso).isNil()) return true;
  addLanguage(iso, kLanguage);
  Rooted table(iso, newTable(iso)), access(iso, Value::nil()), other(iso, Value::nil());
  if ((*table).isNil()) return false;
  access.set(newTable(iso));
  if ((*access).isNil()) return false;
  other.set(tableGetName(iso, asTable(iso.globals), "setmetatable"));  // known to the compilers
  bool ok = tableMakeUnique(iso, table, false) && tableSetName(iso, table, "(setter)", other) &&
            registerLibrary(iso, table, kLibrary, std::size(kLibrary)) &&
            registerLibrary(iso, access, kGlobalAccess, std::size(kGlobalAccess)) &&
            tableSetMetatable(iso, table, access) && tableSetName(iso, Handle(&iso.registry), kEnvironment, table);
  if (!ok) return false;
  table.set(newTable(iso));
  if ((*table).isNil() || !tableSetName(iso, Handle(&iso.registry), kDefined, table)) return false;
  other.set(Value::boolean(true));
  return tableSetName(iso, table, "clock", other);
}

}  // namespace devvm::lox
