// Metatables, unique shapes, weak modes.
#include "runtime/tables_internal.h"

#include <vector>

namespace devvm::runtime {

Value metatableOf(Isolate& isolate, Value v) {
  auto basic = [&isolate](BasicType t) { return isolate.typeMetatables[static_cast<int>(t)]; };
  if (v.isTable()) return tableMetatable(isolate, asTable(v));
  if (v.isString()) return basic(BasicType::kString);
  if (v.isNumber()) return basic(BasicType::kNumber);
  if (v.isFunction()) return basic(BasicType::kFunction);
  if (v.isNil()) return basic(BasicType::kNil);
  if (v.isBoolean()) return basic(BasicType::kBoolean);
  if (v.isLight()) return basic(BasicType::kLight);
  if (isUserdata(v)) return as<Userdata>(v)->metatable;
  return isFiber(v) ? basic(BasicType::kThread) : Value::nil();
}

Value metamethodOf(Isolate& isolate, Value metatable, Meta m) {
  Table* t = asTable(metatable);
  Shape& s = isolate.shapes.of(t);
  uint32_t bit = 1u << static_cast<unsigned>(m);
  if (s.absentMeta & bit) return Value::nil();
  if (s.slots != nullptr) {
    if (uint32_t slot = s.slots->meta[static_cast<size_t>(m)]) return loadSlot(namedSlot(t, slot - 1));
  }
  String* name = asString(isolate.metaNames[static_cast<int>(m)]);
  if (s.dictionary()) {
    Dict* d = dictOf(t);
    Value v = dictValue(d, dictFindBits(d, stringValue(name)));
    if (v.isNil() && s.owned()) s.absentMeta |= bit;
    return v;
  }
  uint32_t slot = isolate.shapes.find(s, name);
  if (slot != ShapeTable::kNone) {
    // Finalizers are looked up once for each object, and where memory is out: nothing may be allocated for them.
    if (s.unique() && m != Meta::kGc) isolate.shapes.noteMetaSlot(s, m, slot);
    return loadSlot(namedSlot(t, slot));
  }
  // A removed field would come back without notice; only a shape that never had it is sure.
  if (s.owned()) s.absentMeta |= bit;
  return Value::nil();
}

bool tableMakeUnique(Isolate& isolate, Handle t, bool prototype) {
  isolate.shapes.makeRoom();
  Table* table = t.table();
  Shape* s = &isolate.shapes.of(table);
  if (!s->owned()) {
    if (!s->dictionary() && s->slotCount <= ShapeTable::kMaxUniqueFields) {
      s = &isolate.shapes.makeUnique(*s, *t);
    } else {
      s = &isolate.shapes.makeOwnedDictionary(*s, *t, s->weak());
    }
    table->word = s->id;
  }
  if (prototype && !(s->flags & kIsPrototype)) {
    s->flags |= kIsPrototype;
    isolate.shapes.noteMetas(*s);
  }
  return s->unique();
}

bool tableSetClass(Isolate& isolate, Table* t, Value metatable) {
  constexpr uint32_t kPlain = 1u << static_cast<unsigned>(Meta::kMode) | 1u << static_cast<unsigned>(Meta::kGc);
  const Shape& meta = isolate.shapes.of(asTable(metatable));
  Shape& s = isolate.shapes.of(t);
  if ((meta.absentMeta & kPlain) != kPlain || !(meta.flags & kIsPrototype) || s.owned() || s.dictionary()) return false;
  uint32_t id = isolate.shapes.withMetatable(s, metatable);
  if (id == 0) return false;
  t->word = id;
  return true;
}

bool tableSetMetatable(Isolate& isolate, Handle t, Handle metatable) {
  if (metatable.get().isTable() && tableSetClass(isolate, t.table(), *metatable)) return true;
  if (metatable.get().isTable()) tableMakeUnique(isolate, metatable, true);
  isolate.shapes.makeRoom();
  Table* table = t.table();
  Shape& s = isolate.shapes.of(table);
  if (s.owned()) {
    if (!(s.metatable == *metatable)) isolate.shapes.setOwnedMetatable(s, *metatable);
  } else if (s.dictionary()) {
    table->word = isolate.shapes.dictionary(*metatable, table->aux, s.weak()).id;
  } else {
    uint32_t id = isolate.shapes.withMetatable(s, *metatable);
    if (id == 0) {
      if (!tableToDictionary(isolate, t, false)) return false;
      table = t.table();
      id = isolate.shapes.dictionary(*metatable, table->aux, false).id;
    }
    table->word = id;
  }
  if (!updateWeakness(isolate, t)) return false;
  if (metatable.get().isNil() || metamethodOf(isolate, *metatable, Meta::kGc).isNil()) return true;
  return isolate.registerFinalizer(t);
}

// ---- weak modes ----

uint8_t weaknessOf(Isolate& isolate, Value metatable) {
  if (!metatable.isTable()) return 0;
  Value mode = metamethodOf(isolate, metatable, Meta::kMode);
  if (!mode.isString()) return 0;
  std::string_view text = asString(mode)->view();
  text = text.substr(0, text.find('\0'));
  auto has = [text](char c) { return text.find(c) != std::string_view::npos; };
  return static_cast<uint8_t>((has('k') ? Dict::kWeakKeys : 0) | (has('v') ? Dict::kWeakValues : 0));
}

bool metaFieldChanged(Isolate& isolate, Handle metatable, Handle key) {
  isolate.shapes.prototypeChanged(isolate.shapes.of(metatable.table()), key.string());
  if (!(*key == isolate.metaNames[static_cast<int>(Meta::kMode)])) return true;
  // Rare: metatables get their __mode before they get tables. So the tables that have it are searched for.
  std::vector<Value> affected;
  isolate.heap.forEachObject([&](Object* o) {
    if (kindOf(o) != Kind::kTable) return;
    if (isolate.shapes.of(static_cast<Table*>(o)).metatable == *metatable) affected.push_back(tableValue(o));
  });
  size_t before = isolate.permanentRoots.size();
  for (Value& v : affected) isolate.permanentRoots.push_back(&v);
  bool ok = true;
  for (Value& v : affected) ok = ok && updateWeakness(isolate, Handle(&v));
  isolate.permanentRoots.resize(before);
  return ok;
}

// ---- collector ----

void visitTable(Object* o, heap::SlotVisitor& v) {
  auto* t = static_cast<Table*>(o);
  v.slots(&t->array, size_t{2} + t->aux);
  if (v.minor()) return;  // (plainInMinor) shapes with young metatables are roots then
  ShapeTable& shapes = Isolate::traced()->shapes;
  if (shapes.marking()) shapes.visitStrong(t->word, v);
}

}  // namespace devvm::runtime
