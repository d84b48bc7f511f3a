#include "inspect/object_names.h"

#include "runtime/code.h"
#include "runtime/dict.h"
#include "runtime/fiber.h"
#include "runtime/kinds.h"
#include "runtime/native.h"
#include "runtime/numbers.h"
#include "runtime/objects.h"
#include "runtime/tables.h"

namespace devvm::inspect {

using namespace runtime;

namespace {

constexpr size_t kMostText = 200;
constexpr uint32_t kMostFields = 4;

std::string_view baseName(std::string_view source) {
  if (source.starts_with('@') || source.starts_with('=')) source.remove_prefix(1);
  if (size_t slash = source.rfind('/'); slash != source.npos) source.remove_prefix(slash + 1);
  return source.substr(0, 40);
}

}  // namespace

std::string ObjectNames::functionName(const Code& code) {
  const bytecode::Function& f = *code.function;
  std::string place(baseName(code.module->source));
  if (f.lineDefined == 0) return "main chunk of " + place;
  std::string name = f.name.empty() ? "function" : f.name;
  return name + " (" + place + ":" + std::to_string(f.lineDefined) + ")";
}

/// The part in front of the dot or colon in the name of the first method that has one.
const std::string& ObjectNames::className(Value metatable) {
  auto [at, fresh] = classes_.try_emplace(metatable.bits());
  std::string& name = at->second;
  if (!fresh) return name;
  Table* t = asTable(metatable);
  if (Value v = metamethodOf(iso_, metatable, Meta::kName); v.isString()) return name = asString(v)->view();
  auto look = [&](Value v) {
    if (!isKind(v, Kind::kClosure)) return false;
    const std::string& full = as<Closure>(v)->code->function->name;
    size_t end = full.find_last_of(".:");
    if (end == full.npos || end == 0) return false;
    name = full.substr(0, end);
    return true;
  };
  auto lookThrough = [&](Table* fields) {
    Shape& shape = iso_.shapes.of(fields);
    if (shape.dictionary()) {
      if (!fields->props.isHeap()) return false;
      Dict* d = as<Dict>(fields->props);
      for (uint32_t i = 0; i < d->used; i++) {
        if (look(d->entries[i].value)) return true;
      }
      return false;
    }
    for (uint32_t i = 0; i < shape.slotCount; i++) {
      Value v = i < fields->aux ? fields->inlineSlots[i] : as<ValueArray>(fields->props)->slots[i - fields->aux];
      if (look(v)) return true;
    }
    return false;
  };
  if (lookThrough(t)) return name;
  Value index = metamethodOf(iso_, metatable, Meta::kIndex);
  if (index.isTable() && !(index == metatable)) lookThrough(asTable(index));
  return name;
}

std::string ObjectNames::tableName(Table* t) {
  Shape& shape = iso_.shapes.of(t);
  if (!shape.metatable.isNil()) {
    if (const std::string& name = className(shape.metatable); !name.empty()) return name;
  }
  if (shape.dictionary()) return "table (dictionary)";
  if (shape.slotCount == 0) return t->arrayStorage()->length != 0 ? "table (elements)" : "table (empty)";
  std::string name = "{";
  for (uint32_t i = 0; i < shape.slotCount && i < kMostFields; i++) {
    if (i != 0) name += ", ";
    name += asString(iso_.shapes.keyAt(shape, i))->view().substr(0, 24);
  }
  return name + (shape.slotCount > kMostFields ? ", ...}" : "}");
}

std::string ObjectNames::nameOf(Object* o) {
  switch (kindOf(o)) {
    case Kind::kString: return std::string(static_cast<String*>(o)->view().substr(0, kMostText));
    case Kind::kTable: return tableName(static_cast<Table*>(o));
    case Kind::kClosure: return functionName(*static_cast<Closure*>(o)->code);
    case Kind::kNative: {
      const NativeInfo* info = static_cast<Native*>(o)->info;
      return std::string("native ") + (info->name != nullptr ? info->name : "function");
    }
    case Kind::kPrototype: {
      const Code* code = static_cast<PrototypeObject*>(o)->code;
      return code != nullptr ? "code of " + functionName(*code) : "code";
    }
    case Kind::kUserdata: {
      Value metatable = static_cast<Userdata*>(o)->metatable;
      const std::string& name = metatable.isNil() ? std::string() : className(metatable);
      return name.empty() ? "userdata" : name;
    }
    case Kind::kFiber:
      return static_cast<FiberObject*>(o)->fiber != nullptr && static_cast<FiberObject*>(o)->fiber->isMain
                 ? "main coroutine"
                 : "coroutine";
    default: return kKindInfos[o->kind].name;
  }
}

std::string ObjectNames::keyText(Value key) {
  if (key.isString()) return std::string(asString(key)->view().substr(0, kMostText));
  if (key.isNumber()) {
    char text[64];
    return "[" + std::string(text, formatNumber(key, text)) + "]";
  }
  if (key.isBoolean()) return key == Value::boolean(true) ? "[true]" : "[false]";
  return std::string("[") + typeName(key) + "]";
}

}  // namespace devvm::inspect
