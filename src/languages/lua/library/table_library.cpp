// The table library, except for sort.
#include <algorithm>

#include "languages/lua/library/library.h"
#include "languages/lua/library/string_builder.h"
#include "languages/lua/library/table_sort.h"

namespace devvm::lua {

using runtime::asTable;
using runtime::Rooted;
using runtime::Table;
using runtime::ValueArray;

namespace {

/// Elements between two charges of fuel.
constexpr int64_t kChunk = 1024;

/// Charges when `done` elements of a long loop make another chunk.
bool chargeSome(NativeCall& c, int64_t done) { return done % kChunk != 0 || c.charge(kChunk / kElementsPerUnit); }

/// The elements of an array part that a raw loop may use: [1, count].
ValueArray* arrayPart(Value table) { return asTable(table)->arrayStorage(); }

/// Moves n slots within one array part, which may overlap.
void moveSlots(Isolate& isolate, ValueArray* a, int64_t to, int64_t from, int64_t n) {
  Value* slots = a->slots;
  if (to < from) {
    for (int64_t i = 0; i < n; i++) heap::initSlot(&slots[to + i], heap::loadSlot(&slots[from + i]));
  } else {
    for (int64_t i = n; i-- > 0;) heap::initSlot(&slots[to + i], heap::loadSlot(&slots[from + i]));
  }
  isolate.heap.writeBarrierAll(a);
}

// ---- insert and remove ----

/// Appends without allocating: there is room, and nothing else to look at.
Value fastInsert(Isolate& isolate, const Value* args, uint32_t count) {
  if (count != 2 || !args[0].isTable() || args[-1].isNil()) return Value::absent();
  Table* t = asTable(args[0]);
  ValueArray* a = t->arrayStorage();
  const runtime::Shape& shape = isolate.shapes.of(t);
  if (a->length == a->capacity() || shape.dictionary() || !shape.metatable.isNil()) return Value::absent();
  isolate.heap.store(a, &a->slots[a->length], args[-1]);
  a->length++;
  return Value::nil();
}

/// Takes the last element of an array.
Value fastRemove(Isolate& isolate, const Value* args, uint32_t count) {
  if (count != 1 || !args[0].isTable()) return Value::absent();
  Table* t = asTable(args[0]);
  ValueArray* a = t->arrayStorage();
  if (a->length == 0 || !isolate.shapes.of(t).metatable.isNil()) return Value::absent();
  Value last = heap::loadSlot(&a->slots[a->length - 1]);
  isolate.heap.store(a, &a->slots[a->length - 1], Value::nil());
  // The last element of an array part is never nil.
  do a->length--;
  while (a->length > 0 && heap::loadSlot(&a->slots[a->length - 1]).isNil());
  return last;
}

struct InsertLocals {
  int64_t position, i;
};

NativeResult tableInsert(NativeCall& c) {
  InsertLocals v{};
  int64_t length, empty;
  if (c.state() == 0 && c.count() == 2 && isPlainTable(c.isolate, c.arg(0), kReads | kWrites | kHasLength)) {
    if (!fastInsert(c.isolate, c.argSlot(0), 2).isAbsent()) return c.ret();
    length = runtime::tableLength(c.isolate, asTable(c.arg(0)));
    if (!runtime::tableSetInt(c.isolate, c.argHandle(0), length + 1, c.argHandle(1))) return c.outOfMemory();
    return c.ret();
  }
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      if (!checkTableLike(c, 0, kReads | kWrites | kHasLength)) return c.raisePending();
      c.setSlots(localSlots<InsertLocals>());
      DEVVM_AWAIT(c, v, getLength(c, c.argHandle(0)), 1);
      if (!takeLength(c, length)) return c.raisePending();
      empty = runtime::wrapAdd(length, 1);
      if (c.count() == 2) {
        v.position = empty;
      } else if (c.count() == 3) {
        if (!c.checkInteger(1, v.position)) return c.raisePending();
        if (static_cast<uint64_t>(v.position) - 1 >= static_cast<uint64_t>(empty))
          return c.argError(1, "position out of bounds");
        v.i = empty;
        if (v.i > v.position && isPlainTable(c.isolate, c.arg(0), kReads | kWrites) &&
            arrayPart(c.arg(0))->length == static_cast<uint64_t>(length)) {
          // The last element makes room; the others move in one go.
          c.push(runtime::arrayElement(asTable(c.arg(0)), static_cast<uint64_t>(length)));
          if (!runtime::tableSetInt(c.isolate, c.argHandle(0), v.i, Handle(c.fiber.sp))) return c.outOfMemory();
          c.pop();
          if (ValueArray* a = arrayPart(c.arg(0)); static_cast<uint64_t>(length) <= a->length) {
            if (!chargeElements(c, static_cast<uint64_t>(v.i - v.position) / 4)) return c.raisePending();
            moveSlots(c.isolate, a, v.position, v.position - 1, length - v.position);
            v.i = v.position;
          } else {
            v.i--;
          }
        }
        for (; v.i > v.position; v.i--) {
          if (!chargeSome(c, v.i)) return c.raisePending();
          DEVVM_AWAIT(c, v, getIndex(c, c.argHandle(0), v.i - 1), 1);
          DEVVM_AWAIT(c, v, setIndex(c, c.argHandle(0), v.i), 0);
        }
      } else {
        return c.error("wrong number of arguments to 'insert'");
      }
      c.push(c.arg(c.count() - 1));
      DEVVM_AWAIT(c, v, setIndex(c, c.argHandle(0), v.position), 0);
      break;
    default: break;
  }
  return c.ret();
}

struct RemoveLocals {
  int64_t size, position;
};

NativeResult tableRemove(NativeCall& c) {
  RemoveLocals v{};
  if (c.state() == 0) {
    Value last = fastRemove(c.isolate, c.argSlot(0), c.count());
    if (!last.isAbsent()) return c.ret(last);
  }
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      if (!checkTableLike(c, 0, kReads | kWrites | kHasLength)) return c.raisePending();
      c.setSlots(localSlots<RemoveLocals>());
      DEVVM_AWAIT(c, v, getLength(c, c.argHandle(0)), 1);
      if (!takeLength(c, v.size) || !c.optInteger(1, v.size, v.position)) return c.raisePending();
      if (v.position != v.size && static_cast<uint64_t>(v.position) - 1 > static_cast<uint64_t>(v.size))
        return c.argError(0, "position out of bounds");
      DEVVM_AWAIT(c, v, getIndex(c, c.argHandle(0), v.position), 1);  // the result stays there
      if (v.position < v.size && v.position > 0 && isPlainTable(c.isolate, c.arg(0), kReads | kWrites) &&
          static_cast<uint64_t>(v.size) <= arrayPart(c.arg(0))->length) {
        if (!chargeElements(c, static_cast<uint64_t>(v.size - v.position) / 4)) return c.raisePending();
        moveSlots(c.isolate, arrayPart(c.arg(0)), v.position - 1, v.position, v.size - v.position);
        v.position = v.size;
      }
      for (; v.position < v.size; v.position++) {
        if (!chargeSome(c, v.position)) return c.raisePending();
        DEVVM_AWAIT(c, v, getIndex(c, c.argHandle(0), v.position + 1), 1);
        DEVVM_AWAIT(c, v, setIndex(c, c.argHandle(0), v.position), 0);
      }
      c.push(Value::nil());
      DEVVM_AWAIT(c, v, setIndex(c, c.argHandle(0), v.position), 0);
      break;
    default: break;
  }
  return c.retTop(1);
}

// ---- move ----

struct MoveLocals {
  int64_t from, to, count, i;
  uint32_t target, upwards;
};

NativeResult tableMove(NativeCall& c) {
  MoveLocals v{};
  int64_t last;
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      if (!c.checkInteger(1, v.from) || !c.checkInteger(2, last) || !c.checkInteger(3, v.to)) return c.raisePending();
      v.target = c.isNoneOrNil(4) ? 0 : 4;
      if (!checkTableLike(c, 0, kReads) || !checkTableLike(c, v.target, kWrites)) return c.raisePending();
      if (last < v.from) break;
      if (v.from <= 0 && last >= runtime::wrapAdd(INT64_MAX, v.from)) return c.argError(2, "too many elements to move");
      v.count = last - v.from + 1;
      if (v.to > INT64_MAX - v.count + 1) return c.argError(3, "destination wrap around");
      c.setSlots(localSlots<MoveLocals>());
      if (v.to > last || v.to <= v.from) {
        v.upwards = 1;
      } else if (v.target != 0) {
        DEVVM_AWAIT(c, v, equals(c, c.arg(0), c.arg(v.target)), 1);
        v.upwards = c.pop().isFalsy();
      }
      for (v.i = 0; v.i < v.count; v.i++) {
        if (!chargeSome(c, v.i)) return c.raisePending();
        DEVVM_AWAIT(c, v, getIndex(c, c.argHandle(0), v.from + (v.upwards ? v.i : v.count - 1 - v.i)), 1);
        DEVVM_AWAIT(c, v, setIndex(c, c.argHandle(v.target), v.to + (v.upwards ? v.i : v.count - 1 - v.i)), 0);
      }
      break;
    default: break;
  }
  return c.ret(c.arg(v.target));
}

// ---- concat ----

struct ConcatLocals {
  int64_t i, last;
};
constexpr uint32_t kConcatBuffer = localSlots<ConcatLocals>();

/// Appends the value on top and pops it. False after raising. MAY COLLECT.
bool appendElement(NativeCall& c, StringBuilder& out, int64_t i) {
  Value e = c.top();
  bool ok;
  if (e.isString()) {
    ok = out.append(Handle(c.fiber.sp));
  } else if (e.isNumber()) {
    char text[64];
    ok = out.append({text, runtime::formatNumber(e, text)});
  } else {
    c.error("invalid value (%s) at index %lld in table for 'concat'", runtime::typeName(e), static_cast<long long>(i));
    return false;
  }
  c.pop();
  return ok;
}

/// The usual case: an array of strings (and numbers) in the array part. The length is counted first, so that the result
/// is written in its place. False: not that case, nothing was done.
bool concatArray(NativeCall& c, int64_t first, int64_t last, NativeResult& result) {
  if (!c.arg(0).isTable() || first < 1) return false;
  ValueArray* a = arrayPart(c.arg(0));
  if (last < first || static_cast<uint64_t>(last) > a->length) return false;
  size_t separator = c.isNoneOrNil(1) ? 0 : c.stringArg(1).size();
  size_t total = separator * static_cast<size_t>(last - first);
  char text[64];
  for (int64_t i = first - 1; i < last; i++) {
    Value e = heap::loadSlot(&a->slots[i]);
    if (e.isString()) {
      total += runtime::asString(e)->length();
    } else if (e.isAnyInt()) {
      total += runtime::formatInteger(runtime::integerOf(e), text);
    } else {
      return false;
    }
  }
  if (!chargeBytes(c, total)) return result = c.raisePending(), true;
  Value string = total <= runtime::kMaxString ? runtime::newStringRaw(c.isolate, total) : Value::nil();
  if (string.isNil()) return result = c.outOfMemory(), true;
  a = arrayPart(c.arg(0));
  const char* gap = separator != 0 ? runtime::asString(c.arg(1))->bytes : nullptr;
  char* to = runtime::asString(string)->bytes;
  for (int64_t i = first - 1; i < last; i++) {
    Value e = heap::loadSlot(&a->slots[i]);
    if (e.isString()) {
      runtime::String* s = runtime::asString(e);
      std::memcpy(to, s->bytes, s->length());
      to += s->length();
    } else {
      size_t n = runtime::formatInteger(runtime::integerOf(e), text);
      std::memcpy(to, text, n);
      to += n;
    }
    if (separator != 0 && i + 1 < last) {
      std::memcpy(to, gap, separator);
      to += separator;
    }
  }
  if (total <= 1) string = total == 0 ? c.isolate.emptyString : c.isolate.singleBytes[static_cast<uint8_t>(to[-1])];
  result = c.ret(string);
  return true;
}

NativeResult tableConcat(NativeCall& c) {
  ConcatLocals v{};
  if (c.state() != 0) {
    loadLocals(c, v);
  } else {
    if (!checkTableLike(c, 0, kReads | kHasLength)) return c.raisePending();
    c.setSlots(kConcatBuffer + 2);
  }
  StringBuilder out(c, kConcatBuffer);
  NativeResult result = c.raisePending();
  switch (c.state()) {
    case 0:
      DEVVM_AWAIT(c, v, getLength(c, c.argHandle(0)), 1);
      if (!takeLength(c, v.last)) return c.raisePending();
      if (!c.isNoneOrNil(1) && !c.checkString(1)) return c.raisePending();
      if (!c.optInteger(2, 1, v.i) || !c.optInteger(3, v.last, v.last)) return c.raisePending();
      if (concatArray(c, v.i, v.last, result)) return result;
      for (; v.i <= v.last; v.i++) {
        if (!chargeSome(c, v.i)) return c.raisePending();
        if (!out.suspend()) return c.raisePending();
        DEVVM_AWAIT(c, v, getIndex(c, c.argHandle(0), v.i), 1);
        if (!appendElement(c, out, v.i)) return c.raisePending();
        if (v.i == v.last) break;  // it may be the greatest integer
        if (!c.isNoneOrNil(1) && !out.append(c.argHandle(1))) return c.raisePending();
      }
      break;
    default: break;
  }
  if (!chargeBytes(c, out.length())) return c.raisePending();
  Value string = out.finish();
  return string.isNil() ? c.outOfMemory() : c.ret(string);
}

// ---- pack and unpack ----

NativeResult tablePack(NativeCall& c) {
  uint32_t n = c.count();
  c.push(runtime::newTable(c.isolate, n, 1));
  if (c.top().isNil()) return c.outOfMemory();
  Handle table = c.slotHandle(0);
  if (!chargeElements(c, n)) return c.raisePending();
  for (uint32_t i = 0; i < n; i++) {
    if (!runtime::tableSetInt(c.isolate, table, i + 1, c.argHandle(i))) return c.outOfMemory();
  }
  c.push(Value::smallInt(n));
  if (!runtime::tableSetName(c.isolate, table, "n", c.slotHandle(1))) return c.outOfMemory();
  return c.ret(c.slot(0));
}

struct UnpackLocals {
  int64_t i, last;
  uint32_t count, padding;
};

constexpr uint32_t kUnpacked = localSlots<UnpackLocals>();  // the object: there may be no argument at all

/// The usual case: elements of an array part. False: not that case, nothing was done.
bool unpackArray(NativeCall& c, NativeResult& result) {
  if (!isPlainTable(c.isolate, c.arg(0), kReads | kHasLength)) return false;
  const ValueArray* a = arrayPart(c.arg(0));
  int64_t first = 1, last = a->length;
  if (c.count() > 1) {
    if (!c.optInteger(1, 1, first) || !c.optInteger(2, last, last)) return result = c.raisePending(), true;
  }
  if (first < 1 || first > last || last > int64_t{a->length}) return false;
  uint64_t n = static_cast<uint64_t>(last - first) + 1;
  if (n > 24) {
    if (n >= kMostSlots || !c.ensure(static_cast<uint32_t>(n)))
      return result = c.error("too many results to unpack"), true;
    if (!chargeElements(c, n)) return result = c.raisePending(), true;
  }
  for (int64_t i = first - 1; i < last; i++) c.push(heap::loadSlot(&a->slots[i]));
  result = c.retTop(static_cast<uint32_t>(n));
  return true;
}

NativeResult tableUnpack(NativeCall& c) {
  UnpackLocals v{};
  NativeResult result = c.raisePending();
  if (c.state() == 0 && unpackArray(c, result)) return result;
  if (c.state() != 0) loadLocals(c, v);
  switch (c.state()) {
    case 0:
      c.setSlots(kUnpacked + 1);
      c.setSlot(kUnpacked, c.arg(0));
      if (!c.optInteger(1, 1, v.i)) return c.raisePending();
      if (c.isNoneOrNil(2)) {
        DEVVM_AWAIT(c, v, getLength(c, c.slotHandle(kUnpacked)), 1);
        if (!takeLength(c, v.last)) return c.raisePending();
      } else if (!c.checkInteger(2, v.last)) {
        return c.raisePending();
      }
      if (v.i > v.last) return c.ret();
      if (static_cast<uint64_t>(v.last) - static_cast<uint64_t>(v.i) >= kMostSlots)
        return c.error("too many results to unpack");
      v.count = static_cast<uint32_t>(v.last - v.i + 1);
      if (v.count > 16 && !c.ensure(v.count + 32)) return c.error("too many results to unpack");
      if (!chargeElements(c, v.count)) return c.raisePending();
      for (;; v.i++) {
        // Re-entered, the native has room for 32 values only.
        if (c.state() != 0 && !c.ensure(v.count + 32)) return c.error("too many results to unpack");
        DEVVM_AWAIT(c, v, getIndex(c, c.slotHandle(kUnpacked), v.i), 1);
        if (v.i == v.last) break;
      }
      break;
    default: break;
  }
  return c.retTop(v.count);
}

const LibraryEntry kEntries[] = {
    {"concat",
     {.function = tableConcat,
      .name = "table.concat",
      .oneResult = true,
      .signature = "concat(list [, sep [, i [, j]]])",
      .documentation = "Gives the elements i to j as one string, with sep between them."}},
    {"insert",
     {.function = tableInsert,
      .name = "table.insert",
      .fast = fastInsert,
      .signature = "insert(list, [pos,] value)",
      .documentation = "Inserts an element at a position, by default behind the last."}},
    {"move",
     {.function = tableMove,
      .name = "table.move",
      .signature = "move(a1, f, e, t [, a2])",
      .documentation = "Copies the elements f to e of a1 to position t of a2 and gives a2."}},
    {"pack",
     {.function = tablePack,
      .name = "table.pack",
      .oneResult = true,
      .signature = "pack(...)",
      .documentation = "Gives a table of its arguments, with their number in field n."}},
    {"remove",
     {.function = tableRemove,
      .name = "table.remove",
      .fast = fastRemove,
      .oneResult = true,
      .signature = "remove(list [, pos])",
      .documentation = "Removes the element at a position, by default the last, and gives it."}},
    {"sort",
     {.function = tableSort,
      .name = "table.sort",
      .signature = "sort(list [, comp])",
      .documentation = "Sorts the elements in place, by < or by a function."}},
    {"unpack",
     {.function = tableUnpack,
      .name = "table.unpack",
      .signature = "unpack(list [, i [, j]])",
      .documentation = "Gives the elements i to j as results."}},
};

}  // namespace

bool openTable(Isolate& isolate, Handle globals) {
  Rooted module(isolate, Value::nil());
  return newModule(isolate, globals, "table", kEntries, std::size(kEntries), module);
}

}  // namespace devvm::lua
