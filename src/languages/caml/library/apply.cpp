// Calls of functions whose arity the caller does not know, partial applications, and exceptions of the machine.
//
// A partial application is a native function object: upvalue 0 the function, then the arguments so far. One with holes
// (labelled arguments given out of order) has a mask in upvalue 1.
#include <cstring>

#include "languages/caml/library/natives.h"
#include "runtime/code.h"
#include "runtime/isolate.h"
#include "runtime/language.h"
#include "runtime/numbers.h"
#include "runtime/strings.h"
#include "runtime/tables.h"

namespace devvm::caml {

using namespace runtime;

namespace {

NativeResult callPartial(NativeCall& c);
NativeResult callHoles(NativeCall& c);

const NativeInfo kPartial = {.function = callPartial, .name = "(partial application)", .hidden = true};
const NativeInfo kHoles = {.function = callHoles, .name = "(partial application with holes)", .hidden = true};

/// A native of the function and arguments so far, slots 0 to `count`.
NativeResult makePartial(NativeCall& c, uint32_t count) {
  Value made = newNative(c.isolate, &kPartial, count + 1);
  if (made.isNil()) return c.outOfMemory();
  auto* p = as<Native>(made);
  for (uint32_t i = 0; i <= count; i++) c.isolate.heap.store(p, &p->upvalues[i], c.arg(i));
  return c.ret(made);
}

/// The function with all arguments.
NativeResult callPartial(NativeCall& c) {
  uint32_t n = c.count(), had = as<Native>(c.callee())->word - 1;
  if (!c.ensure(n + had + 2)) return c.raisePending();
  for (uint32_t i = 0; i <= had; i++) c.push(as<Native>(c.callee())->upvalues[i]);
  for (uint32_t i = 0; i < n; i++) c.push(c.arg(i));
  return c.tailCall(had + n);
}

/// Upvalues: function, mask, arguments that were given.
NativeResult callHoles(NativeCall& c) {
  uint32_t n = c.count();
  std::string mask(asString(as<Native>(c.callee())->upvalues[1])->view());
  uint32_t holes = 0, filled = 0;
  for (char m : mask) holes += m == '_' ? 1 : 0;
  auto total = static_cast<uint32_t>(mask.size());
  if (!c.ensure(n + total + 3)) return c.raisePending();
  if (n < holes) {
    // A partial application of this.
    Value made = newNative(c.isolate, &kPartial, n + 1);
    if (made.isNil()) return c.outOfMemory();
    auto* p = as<Native>(made);
    c.isolate.heap.store(p, &p->upvalues[0], c.callee());
    for (uint32_t i = 0; i < n; i++) c.isolate.heap.store(p, &p->upvalues[i + 1], c.arg(i));
    return c.ret(made);
  }
  c.push(as<Native>(c.callee())->upvalues[0]);
  uint32_t next = 0;
  for (char m : mask) c.push(m == '_' ? c.arg(next++) : as<Native>(c.callee())->upvalues[2 + filled++]);
  for (; next < n; next++) c.push(c.arg(next));
  return c.tailCall(total + n - holes);
}

/// The applier: a function and arguments, more or fewer than its parameters.
NativeResult apply(NativeCall& c) {
  uint32_t n = c.count() - 1;
  Value f = c.arg(0);
  if (!isKind(f, Kind::kClosure)) return c.error("a value that is no function was applied");
  uint32_t arity = as<Closure>(f)->code->parameters;
  if (c.state() == 0 && n < arity) return makePartial(c, n);
  if (!c.ensure(n + 2)) return c.raisePending();
  if (c.state() == 0) {
    for (uint32_t i = 0; i <= arity; i++) c.push(c.arg(i));
    return c.call(arity, 1, 1);
  }
  // The result of the first arguments is applied to the others.
  Value result = c.top();
  c.push(result);
  for (uint32_t i = arity + 1; i <= n; i++) c.push(c.arg(i));
  return c.tailCall(n - arity);
}

/// holes f mask given...
NativeResult holes(NativeCall& c) {
  uint32_t n = c.count();
  Value made = newNative(c.isolate, &kHoles, n);
  if (made.isNil()) return c.outOfMemory();
  auto* p = as<Native>(made);
  for (uint32_t i = 0; i < n; i++) c.isolate.heap.store(p, &p->upvalues[i], c.arg(i));
  return c.ret(made);
}

/// Exceptions of the language stay as they are; an error of the machine, which is a text, becomes one.
NativeResult exceptionOf(NativeCall& c) {
  Value v = c.arg(0);
  if (!v.isString()) return c.ret(v);
  std::string_view text = asString(v)->view();
  auto has = [&](const char* part) { return text.find(part) != std::string_view::npos; };
  const char* name = has("stack overflow")      ? "Stack_overflow"
                     : has("division by zero")  ? "Division_by_zero"
                     : has("not enough memory") ? "Out_of_memory"
                                                : nullptr;
  Table* globals = asTable(*c.upvalue(0));
  if (name != nullptr) return c.ret(tableGetName(c.isolate, globals, name));
  const char* message = has(" outside a") || has("invalid array length") || has("invalid buffer length")
                            ? "index out of bounds"
                            : nullptr;
  if (has("invalid array length")) message = "Array.make";
  if (has("invalid buffer length")) message = "Bytes.create";
  std::string copy(message == nullptr ? std::string(text) : message);
  Rooted argument(c.isolate, newString(c.isolate, copy));
  Object* block = argument.get().isNil() ? nullptr : c.isolate.heap.allocate(static_cast<uint8_t>(Kind::kBlock), 2, 0);
  if (block == nullptr) return c.outOfMemory();
  auto* fields = reinterpret_cast<List*>(block);
  heap::initSlot(&fields->slots[0],
                 tableGetName(c.isolate, asTable(*c.upvalue(0)), message == nullptr ? "Failure" : "Invalid_argument"));
  heap::initSlot(&fields->slots[1], *argument);
  c.isolate.heap.writeBarrierAll(block);
  return c.ret(otherValue(block));
}

/// What is a value of the language already, as nearly all are.
Value exceptionAsItIs(Isolate&, const Value* args, uint32_t count) {
  return count == 1 && !args[0].isString() ? args[0] : Value::absent();
}

Value isIntHere(Isolate&, const Value* args, uint32_t) { return Value::boolean(args[0].isInt()); }
NativeResult isInt(NativeCall& c) { return c.ret(Value::boolean(c.arg(0).isInt())); }

constexpr NativeEntry kEntries[] = {{"CamlIsInt", isInt, isIntHere},
                                    {"CamlApply", apply},
                                    {"CamlHoles", holes},
                                    {"CamlExn", exceptionOf, exceptionAsItIs}};

}  // namespace

std::span<const NativeEntry> applyNatives() { return kEntries; }

NativeResult raiseNamed(NativeCall& c, const char* exception, const char* argument) {
  Isolate& iso = c.isolate;
  if (argument == nullptr) return c.raise(tableGetName(iso, asTable(*c.upvalue(0)), exception));
  Rooted text(iso, newString(iso, argument));
  Object* block = text.get().isNil() ? nullptr : iso.heap.allocate(static_cast<uint8_t>(Kind::kBlock), 2, 0);
  if (block == nullptr) return c.outOfMemory();
  auto* fields = reinterpret_cast<List*>(block);
  heap::initSlot(&fields->slots[0], tableGetName(iso, asTable(*c.upvalue(0)), exception));
  heap::initSlot(&fields->slots[1], *text);
  iso.heap.writeBarrierAll(block);
  return c.raise(otherValue(block));
}

// ---- registration ---------------------------------------------------------------------------------

namespace {

/// Key of the applier in the isolate's registry.
constexpr const char* kApplier = "caml.apply";

constexpr Language kLanguage = {.name = "caml", .applier = [](Isolate& isolate) {
                                  return tableGetName(isolate, asTable(isolate.registry), kApplier);
                                }};

}  // namespace

bool registerNatives(Isolate& isolate, Handle globals) {
  addLanguage(isolate, kLanguage);
  static const std::vector<NativeInfo>* infos = [] {
    auto* all = new std::vector<NativeInfo>();
    for (auto group : {applyNatives(), compareNatives(), textNatives(), systemNatives(), floatNatives()}) {
      for (const NativeEntry& e : group) {
        NativeInfo info;
        info.function = e.function;
        info.name = e.name;
        info.fast = e.fast;
        info.oneResult = true;
        all->push_back(info);
      }
    }
    return all;
  }();
  for (const NativeInfo& info : *infos) {
    Rooted native(isolate, newNative(isolate, &info, 1));
    if (native.get().isNil()) return false;
    isolate.heap.store(native.as<Native>(), &native.as<Native>()->upvalues[0], *globals);
    if (!tableSetName(isolate, globals, info.name, native)) return false;
    bool isApplier = info.function == apply;
    if (isApplier && !tableSetName(isolate, Handle(&isolate.registry), kApplier, native)) return false;
  }
  return true;
}

}  // namespace devvm::caml
