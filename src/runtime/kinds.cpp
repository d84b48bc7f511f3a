#include "runtime/kinds.h"

#include <cstddef>

#include "runtime/code.h"
#include "runtime/fiber.h"
#include "runtime/isolate.h"
#include "runtime/objects.h"
#include "runtime/tables.h"

namespace devvm::runtime {

const heap::KindInfo kKindInfos[] = {
#define KIND(name, text, base, perWord, perAux, slotStart, tag, visit, release, plain) \
  {text, base, perWord, perAux, slotStart, Tag::tag, visit, release, plain},
#include "runtime/kinds.def"
#undef KIND
};

// kinds.def gives sizes as numbers; here they are held against the structs. Objects derive from their header, which
// makes offsetof conditionally supported: both compilers do it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
static_assert(offsetof(String, bytes) == 12);
static_assert(sizeof(WideInt) == 16);
static_assert(offsetof(Table, inlineSlots) == 24 && offsetof(Table, array) == 8);
static_assert(offsetof(ValueArray, slots) == 16);
static_assert(offsetof(Dict, entries) == 24 && sizeof(DictEntry) + 2 * sizeof(uint32_t) == 24);
static_assert(offsetof(Closure, upvalues) == 24 && offsetof(Closure, prototype) == 16);
static_assert(offsetof(Native, upvalues) == 16);
static_assert(offsetof(Cell, value) == 8 && sizeof(Cell) == 16);
static_assert(offsetof(Userdata, userValues) == 24 && offsetof(Userdata, metatable) == 8);
static_assert(offsetof(List, slots) == 8);
static_assert(offsetof(Buffer, bytes) == 8);
#pragma GCC diagnostic pop

void visitUserdata(Object* o, heap::SlotVisitor& v) {
  auto* u = static_cast<Userdata*>(o);
  v.slot(&u->metatable);
  v.slots(u->userValues, u->aux);
}

// ---- names of types ----

const char* typeName(Value v) {
  if (v.isNil()) return "nil";
  if (v.isBoolean()) return "boolean";
  if (v.isNumber()) return "number";
  if (v.isString()) return "string";
  if (v.isTable()) return "table";
  if (v.isFunction()) return "function";
  if (v.isLight() || isUserdata(v)) return "userdata";
  if (isFiber(v)) return "thread";
  return v.isOther() ? kKindInfos[static_cast<size_t>(kindOf(v.asObject()))].name : "internal";
}

std::string typeNameFull(Isolate& isolate, Value v) {
  if (v.isTable() || isUserdata(v)) {
    Value name = metamethod(isolate, v, Meta::kName);
    if (name.isString()) return std::string(asString(name)->view());
  }
  return v.isLight() ? "light userdata" : typeName(v);
}

}  // namespace devvm::runtime
