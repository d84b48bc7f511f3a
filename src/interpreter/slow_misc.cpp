// Slow paths without a file of their own: allocation, loops, closing, exceptions.

#include <cmath>
#include <cstring>

#include "bytecode/opcode.h"
#include "interpreter/operand_names.h"
#include "interpreter/slow_paths.h"

namespace devvm::interpreter {

using namespace runtime;

namespace {

template <typename T>
T operand(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

Value& local(Fiber& f, uint32_t i) { return f.fp[-1 - static_cast<int64_t>(i)]; }

void outOfMemory(Isolate& iso) {
  if (iso.failure == Failure::kNone) iso.raiseOutOfMemory();
  fail(iso);
}

}  // namespace

void slowNewTable(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Value t = newTable(iso, operand<uint16_t>(f.pc + 1), operand<uint16_t>(f.pc + 3));
  if (t.isNil()) return outOfMemory(iso);
  *--f.sp = t;
  f.pc += 7;
}

void slowNewCell(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Object* cell = iso.heap.allocate(static_cast<uint8_t>(Kind::kCell), 0, 0);
  if (cell == nullptr) return outOfMemory(iso);
  Value& slot = local(f, f.pc[1]);
  heap::initSlot(&reinterpret_cast<Cell*>(cell)->value, slot);
  slot = otherValue(cell);
  f.pc += 2;
}

void slowClosure(Isolate& iso) {
  Fiber& f = *iso.fiber;
  const Code* code = codeOf(f.fp);
  Value v = newClosure(iso, code->children[operand<uint16_t>(f.pc + 1)]);
  if (v.isNil()) return outOfMemory(iso);
  auto* closure = as<Closure>(v);
  code = codeOf(f.fp);
  auto* parent = as<Closure>(f.fp[2]);
  const auto& upvalues = closure->code->function->upvalues;
  for (uint32_t i = 0; i < upvalues.size(); i++) {
    const auto& u = upvalues[i];
    Value captured =
        u.from == bytecode::Upvalue::From::kParentUpvalue ? loadSlot(&parent->upvalues[u.index]) : local(f, u.index);
    iso.heap.store(closure, &closure->upvalues[i], captured);
  }
  *--f.sp = v;
  f.pc += 3;
}

void slowInitIndex(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Value key = f.sp[1];
  if (key.isNil()) {
    iso.raiseError("table index is nil");
    return fail(iso);
  }
  if (key.isDouble() && key.asDouble() != key.asDouble()) {
    iso.raiseError("table index is NaN");
    return fail(iso);
  }
  if (!tableSet(iso, Handle(&f.sp[2]), Handle(&f.sp[1]), Handle(&f.sp[0]))) return outOfMemory(iso);
  f.sp += 2;
  f.pc += 1;
}

static void setList(Isolate& iso, uint32_t count, uint32_t start) {
  Fiber& f = *iso.fiber;
  iso.chargeList(count);
  if (!tableInitList(iso, Handle(&f.sp[count]), start, f.sp + count - 1, count)) return outOfMemory(iso);
  f.sp += count;
  f.pc += 6;
}

void slowSetList(Isolate& iso) {
  Fiber& f = *iso.fiber;
  setList(iso, f.pc[1], operand<uint32_t>(f.pc + 2));
}

void slowSetListVar(Isolate& iso) {
  Fiber& f = *iso.fiber;
  setList(iso, f.pc[1] + f.openCount, operand<uint32_t>(f.pc + 2));
}

void slowPackList(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t count = f.pc[1] + f.openCount;
  Object* o = iso.heap.allocate(static_cast<uint8_t>(Kind::kList), count, 0);
  if (o == nullptr) return outOfMemory(iso);
  auto* list = reinterpret_cast<List*>(o);
  for (uint32_t i = 0; i < count; i++) heap::initSlot(&list->slots[i], f.sp[count - 1 - i]);
  iso.heap.writeBarrierAll(o);
  f.sp += count;
  *--f.sp = otherValue(o);
  f.pc += 2;
}

void slowUnpackList(Isolate& iso) {
  Fiber& f = *iso.fiber;
  if (!isKind(f.sp[0], Kind::kList)) {
    iso.raiseError("attempt to unpack a value that is no list");
    return fail(iso);
  }
  uint32_t count = as<List>(f.sp[0])->word;
  iso.chargeList(count);
  if (f.sp - (count + kNativeSlots) < f.limit && !growStack(f, count + kNativeSlots)) {
    iso.raiseError("stack overflow");
    return fail(iso);
  }
  auto* list = as<List>(*f.sp++);
  for (uint32_t i = 0; i < count; i++) *--f.sp = loadSlot(&list->slots[i]);
  f.openCount = count;
  f.pc += 1;
}

void slowVarargOpen(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t total = linkOf(f.fp).extra() - 1, fixed = codeOf(f.fp)->parameters;
  uint32_t count = total > fixed ? total - fixed : 0;
  iso.chargeList(count);
  if (f.sp - (count + kNativeSlots) < f.limit && !growStack(f, count + kNativeSlots)) {
    iso.raiseError("stack overflow");
    return fail(iso);
  }
  Value* first = f.fp + 2 + total - fixed;  // argument `fixed`
  for (uint32_t i = 0; i < count; i++) *--f.sp = first[-static_cast<int64_t>(i)];
  f.openCount = count;
  f.pc += 1;
}

// ---- numeric for
// -----------------------------------------------------------------------------------------------------

namespace {

bool forError(Isolate& iso, const char* what, Value v) {
  std::string type = typeNameFull(iso, v);
  return iso.raiseError("bad 'for' %s (number expected, got %s)", what, type.c_str());
}

/// The reference's forlimit: clips a limit to the integers. False: an error was raised or the loop does not run
/// (`skip`).
bool forLimit(Isolate& iso, int64_t start, Value limit, int64_t step, int64_t& out, bool& skip) {
  skip = false;
  if (limit.isAnyInt()) {
    out = integerOf(limit);
  } else {
    double d;
    if (!toDouble(limit, d)) return forError(iso, "limit", limit);
    double rounded = step < 0 ? std::ceil(d) : std::floor(d);
    if (!doubleToInteger(rounded, out)) {
      if (0 < d) {
        if (step < 0) skip = true;
        out = INT64_MAX;
      } else {  // NaN too
        if (step > 0) skip = true;
        out = INT64_MIN;
      }
    }
  }
  if (!skip) skip = step > 0 ? start > out : start < out;
  return true;
}

}  // namespace

void slowForPrep(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t l = f.pc[1];
  int32_t offset = operand<int32_t>(f.pc + 2);
  const uint8_t* next = f.pc + 6;
  Value start = local(f, l), limit = local(f, l + 1), step = local(f, l + 2);
  for (Value v : {start, limit, step}) iso.chargeNumeral(v);
  if (start.isAnyInt() && step.isAnyInt()) {
    int64_t init = integerOf(start), by = integerOf(step), last;
    if (by == 0) {
      iso.raiseError("'for' step is zero");
      return fail(iso);
    }
    bool skip;
    if (!forLimit(iso, init, limit, by, last, skip)) return fail(iso);
    if (skip) {
      f.pc = next + offset;
      return;
    }
    uint64_t count = by > 0 ? static_cast<uint64_t>(last) - static_cast<uint64_t>(init)
                            : static_cast<uint64_t>(init) - static_cast<uint64_t>(last);
    if (by > 0) {
      if (by != 1) count /= static_cast<uint64_t>(by);
    } else {
      count /= static_cast<uint64_t>(-(by + 1)) + 1u;
    }
    Value c = makeInteger(iso, static_cast<int64_t>(count));
    if (c.isNil()) return outOfMemory(iso);
    local(f, l + 1) = c;
    local(f, l + 3) = local(f, l);
    f.pc = next;
    return;
  }
  double dinit, dlimit, dstep;
  if (!toDouble(limit, dlimit)) {
    forError(iso, "limit", limit);
    return fail(iso);
  }
  if (!toDouble(step, dstep)) {
    forError(iso, "step", step);
    return fail(iso);
  }
  if (!toDouble(start, dinit)) {
    forError(iso, "initial value", start);
    return fail(iso);
  }
  if (dstep == 0) {
    iso.raiseError("'for' step is zero");
    return fail(iso);
  }
  if (dstep > 0 ? dlimit < dinit : dinit < dlimit) {  // a NaN does not skip the first iteration
    f.pc = next + offset;
    return;
  }
  local(f, l) = Value::number(dinit);
  local(f, l + 1) = Value::number(dlimit);
  local(f, l + 2) = Value::number(dstep);
  local(f, l + 3) = Value::number(dinit);
  f.pc = next;
}

/// Loops whose index, count or step is no immediate; also tolerates anything that hand-written code left there.
void slowForLoop(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t l = f.pc[1];
  int32_t offset = operand<int32_t>(f.pc + 2);
  const uint8_t* next = f.pc + 6;
  Value index = local(f, l), limit = local(f, l + 1), step = local(f, l + 2);
  if (index.isAnyInt() && limit.isAnyInt() && step.isAnyInt()) {
    auto count = static_cast<uint64_t>(integerOf(limit));
    if (count == 0) {
      f.pc = next;
      return;
    }
    int64_t value = wrapAdd(integerOf(index), integerOf(step));
    Value c = makeInteger(iso, static_cast<int64_t>(count - 1));
    local(f, l + 1) = c;
    Value v = makeInteger(iso, value);
    if (v.isNil() || c.isNil()) return outOfMemory(iso);
    local(f, l) = v;
    local(f, l + 3) = v;
  } else if (index.isDouble() && limit.isDouble() && step.isDouble()) {
    double v = index.asDouble() + step.asDouble();
    if (step.asDouble() > 0 ? !(v <= limit.asDouble()) : !(limit.asDouble() <= v)) {
      f.pc = next;
      return;
    }
    local(f, l) = Value::canonical(v);
    local(f, l + 3) = Value::canonical(v);
  } else {
    forError(iso, "initial value", index);
    return fail(iso);
  }
  f.pc = next + offset;
  if (--iso.budget < 0) safepoint(iso);
}

// ---- generic for
// -----------------------------------------------------------------------------------------------------

namespace {

/// The end of a traversal by ipairs of a table without a metatable: nothing is called for it.
bool isIpairsEnd(Isolate& iso, Value iterator, Value table, Value control) {
  if (iso.hooksOn || !isKind(iterator, Kind::kNative) || !table.isTable() || !control.isInt()) return false;
  if (as<Native>(iterator)->info->intrinsic != Intrinsic::kInextIterator) return false;
  Table* t = asTable(table);
  return iso.shapes.of(t).metatable.isNil() && control.asInt() < Value::kIntMax &&
         tableGet(iso, t, Value::smallInt(control.asInt() + 1)).isNil();
}

}  // namespace

void slowForInCall(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t l = f.pc[1];
  if (bytecode::readOp(f.pc) == bytecode::Op::kForIn &&
      isIpairsEnd(iso, local(f, l), local(f, l + 1), local(f, l + 2))) {
    f.pc += 12;  // for_in and for_in_test
    return;
  }
  *--f.sp = local(f, l);
  *--f.sp = local(f, l + 1);
  *--f.sp = local(f, l + 2);
  invoke(iso, 2, f.pc[2], f.pc + 5);
}

// ---- to-be-closed variables
// ------------------------------------------------------------------------------------------

namespace {

Value closable(Fiber& f, uint32_t l) {
  Value v = local(f, l);
  return isKind(v, Kind::kCell) ? loadSlot(&as<Cell>(v)->value) : v;
}

std::string variableName(const Code& code, uint32_t slot, uint32_t offset) {
  for (const auto& v : code.function->variables) {
    if (v.slot == slot && v.start <= offset + 8 && offset < v.end) return v.name;
  }
  return "?";
}

void closeWith(Isolate& iso, Value error, uint32_t l, const uint8_t* next) {
  Fiber& f = *iso.fiber;
  Value v = closable(f, l);
  if (v.isFalsy()) {
    f.pc = next;
    return;
  }
  Value mm = metamethod(iso, v, Meta::kClose);
  if (mm.isNil() && !error.isNil()) {  // taken away since; while unwinding the reference knows neither place nor name
    iso.raiseErrorText("attempt to call a nil value", false);
    return fail(iso);
  }
  *--f.sp = mm;
  *--f.sp = v;
  *--f.sp = error;
  invoke(iso, 2, 0, next);
}

}  // namespace

void slowMarkClose(Isolate& iso) {
  Fiber& f = *iso.fiber;
  uint32_t l = f.pc[1];
  Value v = closable(f, l);
  if (!v.isFalsy() && metamethod(iso, v, Meta::kClose).isNil()) {
    const Code* code = codeOf(f.fp);
    std::string name = variableName(*code, l, code->offsetOf(f.pc));
    iso.raiseError("variable '%s' got a non-closable value", name.c_str());
    return fail(iso);
  }
  f.pc += 2;
}

void slowClose(Isolate& iso) {
  Fiber& f = *iso.fiber;
  closeWith(iso, Value::nil(), f.pc[1], f.pc + 2);
}

void slowCloseError(Isolate& iso) {
  Fiber& f = *iso.fiber;
  closeWith(iso, f.sp[0], f.pc[1], f.pc + 2);
}

void slowThrow(Isolate& iso) {
  Fiber& f = *iso.fiber;
  iso.raise(*f.sp++);
  unwind(iso);
}

void slowRethrow(Isolate& iso) {
  Fiber& f = *iso.fiber;
  Value error = *f.sp++;
  // A close without an error went through as nil.
  if (f.closing && error.isNil() && static_cast<uint32_t>(f.high - f.fp) <= f.closeBoundary) error = Value::absent();
  iso.raise(error);
  iso.errorHandled = true;
  unwind(iso);
}

// ---- calls
// -----------------------------------------------------------------------------------------------------------

void slowCall(Isolate& iso) {
  const uint8_t* pc = iso.fiber->pc;
  invoke(iso, pc[1], pc[2], pc + 5);
}
void slowCallNative(Isolate& iso) { invoke(iso, iso.calling.count, iso.calling.wanted, iso.calling.next); }
void slowCallMetamethod(Isolate& iso) {
  invokeMetamethod(iso, iso.calling.count, iso.calling.wanted, iso.calling.next);
}
void slowCallOpen(Isolate& iso) {
  const uint8_t* pc = iso.fiber->pc;
  invoke(iso, pc[1], Link::kOpen, pc + 4);
}
void slowCallVar(Isolate& iso) {
  const uint8_t* pc = iso.fiber->pc;
  invoke(iso, pc[1] + iso.fiber->openCount, pc[2], pc + 5);
}
void slowCallVarOpen(Isolate& iso) {
  const uint8_t* pc = iso.fiber->pc;
  invoke(iso, pc[1] + iso.fiber->openCount, Link::kOpen, pc + 4);
}
void slowTailCall(Isolate& iso) { invokeTail(iso, iso.fiber->pc[1]); }
void slowTailCallVar(Isolate& iso) { invokeTail(iso, iso.fiber->pc[1] + iso.fiber->openCount); }
void slowReturn(Isolate& iso) { returnValues(iso, iso.fiber->pc[1]); }
void slowReturn0(Isolate& iso) { returnValues(iso, 0); }
void slowReturn1(Isolate& iso) { returnValues(iso, 1); }
void slowReturnVar(Isolate& iso) {
  uint32_t count = iso.fiber->pc[1] + iso.fiber->openCount;
  iso.chargeList(count);
  returnValues(iso, count);
}
void slowStubNative(Isolate& iso) { resumeNative(iso); }
void slowStubFiber(Isolate& iso) { fiberReturned(iso); }

}  // namespace devvm::interpreter
