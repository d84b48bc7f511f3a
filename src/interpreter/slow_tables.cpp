// Reading and writing fields and elements beyond the handlers' fast cases: metamethod chains, cache filling, errors.

#include "bytecode/opcode.h"
#include "interpreter/operand_names.h"
#include "interpreter/slow_paths.h"
#include "runtime/cache_misses.h"
#include "runtime/language.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

constexpr int kMaxChain = 2000;

/// The site's cell: the feedback operand is the last two bytes of the instruction (tail excluded).
FeedbackCell& cellOf(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint16_t index;
  __builtin_memcpy(&index, f.pc + iso.scratch.length - 2, 2);
  return codeOf(f.fp)->feedback()[index];
}

/// Why the cell of a site does not know what to do with `object`.
CacheMiss whyMissed(Isolate& iso, const FeedbackCell& cell, Value object, Meta asked) {
  if (&cell == codeOf(iso.fiber->fp)->feedback()) return CacheMiss::kNoCache;
  bool empty = cell.shape == 0 && cell.ways[0].shape == 0;
  if (!object.isTable()) return empty && object.isString() ? CacheMiss::kFirst : CacheMiss::kNoTable;
  const Shape& shape = iso.shapes.of(asTable(object));
  if (shape.dictionary()) return CacheMiss::kDictionary;
  const CacheWay* way = cell.find(asTable(object)->word);
  if (way != nullptr || cell.shape == asTable(object)->word) {
    if (cell.epoch != iso.shapes.prototypeEpoch) return CacheMiss::kStale;
    if (way != nullptr && way->how == static_cast<uint16_t>(CacheKind::kFunction)) return CacheMiss::kMetamethod;
    if (way != nullptr && way->how == static_cast<uint16_t>(CacheKind::kAddOverflow)) return CacheMiss::kFull;
    return CacheMiss::kNil;
  }
  if (!shape.metatable.isNil() && metamethodOf(iso, shape.metatable, asked).isFunction()) return CacheMiss::kMetamethod;
  if (empty) return cell.misses == 0 ? CacheMiss::kFirst : CacheMiss::kStale;
  return cell.misses > FeedbackCell::kWays ? CacheMiss::kManyShapes : CacheMiss::kOtherShape;
}

/// Tells whoever keeps a log; the instruction has done nothing yet.
void noteMiss(Isolate& iso, const FeedbackCell& cell, Value object, Meta asked) {
  const Code* code = codeOf(iso.fiber->fp);
  iso.cacheMisses->note(code, code->offsetOf(iso.fiber->pc), whyMissed(iso, cell, object, asked));
}

constexpr uint32_t kInlineBase = Table::kInlineOffset;

/// Puts a way into the cell; inline own fields of a site's first shape go where the handlers look first. Sites that
/// miss often find it in the shared cache.
void remember(Isolate& iso, FeedbackCell& cell, SharedCache& shared, Value key, const CacheWay& way) {
  if (cell.misses < UINT16_MAX) cell.misses++;
  if (cell.misses > FeedbackCell::kWays) shared.add(key, iso.shapes.prototypeEpoch, way);
  cell.renew(iso.shapes.prototypeEpoch);
  if (way.how == static_cast<uint16_t>(CacheKind::kOwnInline) && (cell.shape == 0 || cell.shape == way.shape)) {
    cell.shape = way.shape;
    cell.offset = way.slot;
    cell.plain = static_cast<uint8_t>(way.plain);
    return;
  }
  for (CacheWay& w : cell.ways) {
    if (w.shape == way.shape) {
      w = way;
      return;
    }
  }
  cell.victim() = way;
}

CacheWay makeWay(uint32_t shape, CacheKind how, uint32_t slot, uint32_t holderShape, uint16_t plain = 0) {
  return {shape, slot, holderShape, static_cast<uint16_t>(how), plain};
}

CacheWay ownWay(uint32_t shape, FieldPlace place, uint16_t plain) {
  bool isInline = place.how == FieldPlace::How::kInline;
  return makeWay(shape, isInline ? CacheKind::kOwnInline : CacheKind::kOwnOverflow,
                 isInline ? kInlineBase + 8 * place.slot : place.slot, 0, plain);
}

/// CacheWay::plain for a shape that has no metatable: one that belongs to a table keeps its id when it gets one.
uint16_t withoutMetatable(const Shape& shape) { return shape.unique() ? 2 : 1; }

bool isSlot(FieldPlace p) { return p.how == FieldPlace::How::kInline || p.how == FieldPlace::How::kOverflow; }

/// Remembers how `key` was found from receivers like `receiver`. MAY COLLECT (prototypes get shapes of their own): the
/// caller has the result in a root or reads it again.
void fillGetCache(Isolate& iso, FeedbackCell& cell, Handle receiver, Handle key) {
  Table* t = receiver.table();
  Shape& shape = iso.shapes.of(t);
  if (shape.dictionary()) return;
  FieldPlace place = fieldPlace(iso, t, key.string());
  bool own = isSlot(place);
  if (own) {
    bool plain = shape.metatable.isNil();
    remember(iso, cell, iso.readCache, key, ownWay(t->word, place, plain ? withoutMetatable(shape) : 0));
    if (plain || !tableGet(iso, t, key).isNil()) return;
  }
  // Not an own field, or nil there: look along the chain of __index tables, which get shapes of their own.
  if (!own && shape.unique() && !(shape.flags & kIsPrototype)) return;  // it may get the key without changing its shape
  Value mt = shape.metatable;
  for (int depth = 0; depth < 16; depth++) {
    if (mt.isNil()) {
      uint32_t id = receiver.table()->word;
      return remember(iso, cell, iso.readCache, key,
                      own ? ownWay(id, place, 2) : makeWay(id, CacheKind::kAbsent, 0, 0));
    }
    Rooted holder(iso, metamethodOf(iso, mt, Meta::kIndex));
    if (holder.get().isNil()) {
      mt = Value::nil();
      continue;
    }
    if (!holder.get().isTable() || !tableMakeUnique(iso, holder, true)) return;
    Shape& hs = iso.shapes.of(holder.table());
    if (!hs.unique()) return;
    FieldPlace p = fieldPlace(iso, holder.table(), key.string());
    if (isSlot(p)) {
      if (own) return;
      bool isInline = p.how == FieldPlace::How::kInline;
      return remember(iso, cell, iso.readCache, key,
                      makeWay(receiver.table()->word, isInline ? CacheKind::kHolderInline : CacheKind::kHolderOverflow,
                              isInline ? kInlineBase + 8 * p.slot : p.slot, hs.id));
    }
    mt = hs.metatable;
  }
}

/// Remembers that `table` has the method `key` of strings, if it is their __index itself. MAY COLLECT.
void fillStringCache(Isolate& iso, FeedbackCell& cell, Value table, Handle key) {
  Value mt = iso.typeMetatables[static_cast<int>(BasicType::kString)];
  if (!mt.isTable() || !(iso.shapes.of(asTable(mt)).flags & kIsPrototype)) return;
  Rooted holder(iso, table);
  if (!(metamethodOf(iso, mt, Meta::kIndex) == table) || !tableMakeUnique(iso, holder, true)) return;
  Shape& shape = iso.shapes.of(holder.table());
  FieldPlace p = fieldPlace(iso, holder.table(), key.string());
  if (!shape.unique() || !isSlot(p)) return;
  bool isInline = p.how == FieldPlace::How::kInline;
  remember(iso, cell, iso.readCache, key,
           makeWay(CacheWay::kStrings, isInline ? CacheKind::kHolderInline : CacheKind::kHolderOverflow,
                   isInline ? kInlineBase + 8 * p.slot : p.slot, shape.id, isInline ? 0 : 1));
}

/// Remembers that tables like `t`, which has no field `key`, call the function that their metatable has as `m`.
void fillFunctionCache(Isolate& iso, FeedbackCell& cell, Table* t, String* key, Meta m) {
  Shape& shape = iso.shapes.of(t);
  if (shape.dictionary() || (shape.unique() && !(shape.flags & kIsPrototype)) || shape.metatable.isNil()) return;
  if (isSlot(fieldPlace(iso, t, key))) return;
  Table* mt = asTable(shape.metatable);
  Shape& holder = iso.shapes.of(mt);
  FieldPlace p = fieldPlace(iso, mt, asString(iso.metaNames[static_cast<int>(m)]));
  if (!holder.unique() || !(holder.flags & kIsPrototype) || !isSlot(p)) return;
  bool isInline = p.how == FieldPlace::How::kInline;
  remember(iso, cell, m == Meta::kNewIndex ? iso.writeCache : iso.readCache, stringValue(key),
           makeWay(t->word, CacheKind::kFunction, isInline ? kInlineBase + 8 * p.slot : p.slot, holder.id,
                   isInline ? 0 : 1));
}

void fillSetCache(Isolate& iso, FeedbackCell& cell, Table* t, uint32_t shapeBefore, String* key) {
  Shape& before = iso.shapes[shapeBefore];
  if (iso.shapes.of(t).dictionary() || before.dictionary()) return;
  if ((before.flags & kIsPrototype) && key->length() >= 2 && key->bytes[0] == '_') return;
  FieldPlace place = fieldPlace(iso, t, key);
  if (!isSlot(place)) return;
  // Stores into constants are seen by everybody.
  const Shape& now = iso.shapes.of(t);
  bool isInlineSlot = place.how == FieldPlace::How::kInline;
  if (now.isConstant(isInlineSlot ? place.slot : place.slot + now.inlineCapacity)) return;
  uint16_t plain = withoutMetatable(before);
  if (!before.metatable.isNil()) plain = metamethodOf(iso, before.metatable, Meta::kNewIndex).isNil() ? 2 : 0;
  if (t->word == shapeBefore)
    return remember(iso, cell, iso.writeCache, stringValue(key), ownWay(t->word, place, plain));
  if (before.unique() || plain == 0) return;
  if (iso.shapes.of(t).parent != shapeBefore) return;
  bool isInline = place.how == FieldPlace::How::kInline;
  remember(iso, cell, iso.writeCache, stringValue(key),
           makeWay(shapeBefore, isInline ? CacheKind::kAddInline : CacheKind::kAddOverflow,
                   isInline ? kInlineBase + 8 * place.slot : place.slot, t->word));
}

void indexError(Isolate& iso, Value culprit, bool first, uint32_t operands, uint32_t extra) {
  if (const Language* l = runningLanguage(iso); l != nullptr && l->notIndexable != nullptr) {
    l->notIndexable(iso, culprit, extra != 0);
    return fail(iso);
  }
  std::string type = typeNameFull(iso, culprit);
  std::string name = first ? describeOperand(iso, 0, operands, extra) : "";
  iso.raiseError("attempt to index a %s value%s", type.c_str(), name.c_str());
  fail(iso);
}

void pushResult(Isolate& iso, Value v) {
  Fiber& f = *iso.fiber;
  f.sp += iso.scratch.pops;
  *--f.sp = v;
  f.pc += iso.scratch.length;
}

/// The lookup proper. Operands of the instruction for errors: 1 (field) or 2 (element).
void get(Isolate& iso, FeedbackCell* cell, uint32_t operands) {
  Value obj = iso.scratch.a, key = iso.scratch.b;
  for (int chain = 0; chain < kMaxChain; chain++) {
    Value mm;
    if (obj.isTable()) {
      Value v = tableGet(iso, asTable(obj), key);
      if (!v.isNil()) {
        if (cell != nullptr && iso.scratch.a.isTable()) {
          iso.scratch.b = key;
          Rooted result(iso, v);
          fillGetCache(iso, *cell, Handle(&iso.scratch.a), Handle(&iso.scratch.b));
          return pushResult(iso, result);
        }
        return pushResult(iso, v);
      }
      Value mt = tableMetatable(iso, asTable(obj));
      if (!mt.isNil()) mm = metamethodOf(iso, mt, Meta::kIndex);
      if (mm.isNil()) {
        if (cell != nullptr && iso.scratch.a.isTable()) {
          fillGetCache(iso, *cell, Handle(&iso.scratch.a), Handle(&iso.scratch.b));
        }
        return pushResult(iso, Value::nil());
      }
    } else {
      mm = metamethod(iso, obj, Meta::kIndex);
      if (mm.isNil()) return indexError(iso, obj, chain == 0, operands, 0);
    }
    if (mm.isFunction()) {
      if (cell != nullptr && chain == 0 && obj.isTable()) {
        fillFunctionCache(iso, *cell, asTable(obj), asString(key), Meta::kIndex);
      }
      Fiber& f = *iso.fiber;
      const uint8_t* next = f.pc + iso.scratch.length;
      f.sp += iso.scratch.pops;
      *--f.sp = mm;
      *--f.sp = obj;
      *--f.sp = key;
      return invokeMetamethod(iso, 2, 1, next);
    }
    obj = mm;
  }
  iso.raiseError("'__index' chain too long; possible loop");
  fail(iso);
}

bool storable(Isolate& iso, Value key) {
  if (key.isNil()) return iso.raiseError("table index is nil");
  if (key.isDouble() && key.asDouble() != key.asDouble()) return iso.raiseError("table index is NaN");
  return true;
}

void set(Isolate& iso, FeedbackCell* cell, uint32_t operands) {
  Fiber& f = *iso.fiber;
  Rooted obj(iso, iso.scratch.a);
  Handle key(&iso.scratch.b);
  for (int chain = 0; chain < kMaxChain; chain++) {
    Value mm;
    if (obj.get().isTable()) {
      Value mt = tableMetatable(iso, obj.table());
      if (!mt.isNil()) {
        mm = metamethodOf(iso, mt, Meta::kNewIndex);
        if (!mm.isNil() && !tableGet(iso, obj.table(), key).isNil()) mm = Value::nil();
      }
      if (mm.isNil()) {
        if (!storable(iso, key)) return fail(iso);
        uint32_t before = obj.table()->word;
        bool isName = cell != nullptr && key.get().isString() && key.string()->interned();
        bool done = isName ? tableSetField(iso, obj, key, Handle(&f.sp[0])) : tableSet(iso, obj, key, Handle(&f.sp[0]));
        if (!done) {
          if (iso.failure == Failure::kNone) iso.raiseOutOfMemory();
          return fail(iso);
        }
        if (cell != nullptr && chain == 0) fillSetCache(iso, *cell, obj.table(), before, key.string());
        f.sp += iso.scratch.pops;
        f.pc += iso.scratch.length;
        return;
      }
    } else {
      mm = metamethod(iso, obj, Meta::kNewIndex);
      if (mm.isNil()) return indexError(iso, obj, chain == 0, operands, 1);
    }
    if (mm.isFunction()) {
      if (cell != nullptr && chain == 0 && obj.get().isTable()) {
        fillFunctionCache(iso, *cell, obj.table(), key.string(), Meta::kNewIndex);
      }
      const uint8_t* next = f.pc + iso.scratch.length;
      Value value = f.sp[0];
      f.sp += iso.scratch.pops;
      *--f.sp = mm;
      *--f.sp = obj;
      *--f.sp = key;
      *--f.sp = value;
      return invokeMetamethod(iso, 3, 0, next);
    }
    obj.set(mm);
  }
  iso.raiseError("'__newindex' chain too long; possible loop");
  fail(iso);
}

}  // namespace

void slowGet(Isolate& iso) { get(iso, nullptr, 2); }
void slowGetCached(Isolate& iso) {
  if (iso.cacheMisses != nullptr) noteMiss(iso, cellOf(iso), iso.scratch.a, Meta::kIndex);
  get(iso, &cellOf(iso), 1);
}
void slowSet(Isolate& iso) { set(iso, nullptr, 2); }
void slowSetCached(Isolate& iso) {
  if (iso.cacheMisses != nullptr) noteMiss(iso, cellOf(iso), iso.scratch.a, Meta::kNewIndex);
  set(iso, &cellOf(iso), 1);
}

void slowInitField(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Handle key(&iso.scratch.b);
  if (iso.cacheMisses != nullptr) noteMiss(iso, cellOf(iso), f.sp[1], Meta::kNewIndex);
  uint32_t before = asTable(f.sp[1])->word;
  if (!tableSetField(iso, Handle(&f.sp[1]), key, Handle(&f.sp[0]))) {
    iso.raiseOutOfMemory();
    return fail(iso);
  }
  fillSetCache(iso, cellOf(iso), asTable(f.sp[1]), before, key.string());
  f.sp++;
  f.pc += iso.scratch.length;
}

void slowGetProperty(Isolate& iso) {
  if (iso.cacheMisses != nullptr) noteMiss(iso, cellOf(iso), iso.scratch.a, Meta::kIndex);
  Handle object(&iso.scratch.a), key(&iso.scratch.b);
  const Language* language = codeOf(iso.fiber->fp)->language;
  Value out;
  if (object.get().isTable()) {
    Table* t = object.table();
    FieldPlace place = fieldPlace(iso, t, key.string());
    if (isSlot(place)) {
      // Fields of a shape are not taken away, and no metatable has a say.
      if (&cellOf(iso) != codeOf(iso.fiber->fp)->feedback()) {
        FeedbackCell& cell = cellOf(iso);
        if (cell.misses < UINT16_MAX) cell.misses++;
        CacheWay way = ownWay(t->word, place, 1);
        if (way.how == static_cast<uint16_t>(CacheKind::kOwnInline) && cell.shape == 0) {
          cell.shape = way.shape;
          cell.offset = way.slot;
          cell.plain = 1;
        } else {
          cell.victim() = way;
        }
      }
      return pushResult(iso, heap::loadSlot(fieldSlot(t, place)));
    }
    out = tableGet(iso, t, key);
    if (!out.isNil()) return pushResult(iso, out);
  }
  if (language != nullptr && language->property != nullptr) {
    if (!language->property(iso, object, key, out)) return fail(iso);
    return pushResult(iso, out);
  }
  if (!object.get().isTable()) return indexError(iso, object, true, 1, 0);
  iso.raiseError("no property '%.*s'", static_cast<int>(key.string()->length()), key.string()->bytes);
  fail(iso);
}

void slowSelf(Isolate& iso) {
  // As get, with the object put above the result: a metamethod's result has to land below it.
  if (iso.cacheMisses != nullptr) noteMiss(iso, cellOf(iso), iso.scratch.a, Meta::kIndex);
  Fiber& f = *iso.fiber;
  Value object = iso.scratch.a;
  Value obj = object, key = iso.scratch.b;
  const Language* language = codeOf(f.fp)->language;
  bool isStrict = language != nullptr && language->noMethod != nullptr;
  // The library's methods of strings are another language's.
  if (isStrict && !obj.isTable()) return indexError(iso, obj, true, 1, 0);
  for (int chain = 0; chain < kMaxChain; chain++) {
    Value mm;
    if (obj.isTable()) {
      Value v = tableGet(iso, asTable(obj), key);
      bool hides = isStrict && chain == 0 && v.isNil() && isSlot(fieldPlace(iso, asTable(obj), asString(key)));
      if (v.isNil() && !hides) {
        Value mt = tableMetatable(iso, asTable(obj));
        if (!mt.isNil()) mm = metamethodOf(iso, mt, Meta::kIndex);
      }
      if (mm.isNil() && v.isNil() && isStrict && !hides) {
        language->noMethod(iso, object, key);
        return fail(iso);
      }
      if (mm.isNil()) {
        Rooted result(iso, v);
        if (object.isTable() && !hides) fillGetCache(iso, cellOf(iso), Handle(&iso.scratch.a), Handle(&iso.scratch.b));
        if (object.isString()) fillStringCache(iso, cellOf(iso), obj, Handle(&iso.scratch.b));
        f.sp += iso.scratch.pops;
        *--f.sp = result;
        *--f.sp = iso.scratch.a;
        f.pc += iso.scratch.length;
        return;
      }
    } else {
      mm = metamethod(iso, obj, Meta::kIndex);
      if (mm.isNil()) return indexError(iso, obj, chain == 0, 1, 0);
    }
    if (mm.isFunction()) {
      const uint8_t* next = f.pc + iso.scratch.length;
      f.sp += iso.scratch.pops;
      *--f.sp = iso.selfNative;
      *--f.sp = mm;
      *--f.sp = obj;
      *--f.sp = key;
      *--f.sp = object;
      return invokeMetamethod(iso, 4, 2, next);
    }
    obj = mm;
  }
  iso.raiseError("'__index' chain too long; possible loop");
  fail(iso);
}

namespace {
NativeResult selfNative(NativeCall& c) {
  if (c.state() == 0) {
    for (uint32_t i = 0; i < 3; i++) c.push(c.arg(i));
    return c.call(2, 1, 1);
  }
  c.push(c.arg(3));
  return c.retTop(2);
}
}  // namespace

const NativeInfo kSelfInfo = {.function = selfNative, .name = "(self)", .hidden = true};

}  // namespace devvm::interpreter
