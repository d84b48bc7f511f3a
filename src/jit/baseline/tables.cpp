// Fields, elements, upvalues: through the same inline caches as the interpreter, which fills them.

#include "jit/baseline/compiler.h"
#include "jit/baseline/leaf_calls.h"

namespace devvm::jit {

using namespace x64;
using runtime::CacheKind;
using runtime::FeedbackCell;
using runtime::Meta;

namespace {

constexpr int way(int field, unsigned i = 0) {
  return offset::kCellWays + static_cast<int>(i * sizeof(runtime::CacheWay)) + field;
}
Imm kindOf(CacheKind k) { return Imm(static_cast<int32_t>(k)); }
Mem tableField(Gpr table, int field) { return Mem(table, kTableBias, Scale::k1, field); }

}  // namespace

/// Leaves the cell's address in rdx.
void Compiler::loadCell(uint32_t index) {
  a.mov64(rdx, static_cast<int64_t>(reinterpret_cast<uintptr_t>(code_.feedback() + index)));
}

/// Jumps unless the value is a table. Destroys rax.
void Compiler::checkTable(Gpr value, Label& otherwise) {
  a.mov64(rax, value);
  a.shr64(rax, heap::kTagShift);
  a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kTable)));
  a.jcc(Condition::kNotEqual, otherwise, Distance::kNear);
}

/// The same for an operand, in `value`: leaves, unless it is certain.
void Compiler::checkTable(const Operand& o, Gpr value) {
  if (knownOf(o) == Known::kTable) return;
  checkTable(value, slow());
  learn(o, Known::kTable);
}

void Compiler::loadUpvalue(Gpr to, uint32_t index) {
  a.mov64(to, Mem(kFrame, 16));
  a.shl64(to, 16);
  a.shr64(to, 16);
  a.mov64(to, Mem(to, Imm(offset::kUpvalues + 8 * static_cast<int32_t>(index))));
}

/// Whether the collector has to know of the store of a value, as "not zero". Values that are certain to be no objects
/// concern it only while it marks, for what they replace.
void Compiler::testBarrier(const Mem& gc, const Operand& value) {
  Known known = knownOf(value);
  bool object = !value.isConstant() && known != Known::kInt && known != Known::kFloat;
  if (value.isConstant() && Value::fromBits(value.bits).isString()) object = true;
  if (object) {
    a.test8(gc, Imm(heap::kNeedsBarrier));
  } else {
    a.cmp8(Mem(kIsolate, offset::kMarking), 0);
  }
}

/// Calls a leaf function: rax, rcx, xmm0 are its arguments.
void Compiler::callLeaf(int64_t function) {
  a.mov64(rdx, function);
  a.call(Outside(stubs_.leaf));
}

/// The field where the cell last found it, if the table has that shape; else the shape is in ecx and the cell in rdx.
void Compiler::fieldOfCell(const Operand& object, Gpr table, uint32_t index, Gpr result, Label& otherShape) {
  checkTable(object, table);
  a.mov32(rcx, tableField(table, offset::kWord));
  loadCell(index);
  a.cmp32(rcx, Mem(rdx, offset::kCellShape));
  a.jcc(Condition::kNotEqual, otherShape, Distance::kNear);
  a.mov32(rcx, Mem(rdx, offset::kCellOffset));
  a.add64(rcx, table);
  a.mov64(result, tableField(rcx, 0));
}

void Compiler::getField(const Operand& object, uint32_t key, uint32_t index) {
  if (getFieldOfShape(object, index)) return;
  mayCallMetamethod(Meta::kIndex, object, Operand::constant(code_.constant(key).bits()));
  Gpr table = toRegister(object), result = allocate();
  Label &otherShape = newLabel(), &isNil = newLabel(), &done = newLabel();
  fieldOfCell(object, table, index, result, otherShape);
  a.cmp64(result, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, isNil, Distance::kNear);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &otherShape, &isNil, &done, table, result, key, s] {
    Label& slow = slow_[s].label;
    a.mark(places_[slow_[s].place].offset);
    a.bind(isNil);
    a.cmp8(Mem(rdx, offset::kCellPlain), 1);
    a.jcc(Condition::kEqual, done);
    a.jmp(slow);
    a.bind(otherShape);
    otherWays(table, result, key, slow);
    a.jmp(done);
  });
  push(result);
}

/// Own fields alone: what the cell knows may be nil.
void Compiler::getProperty(const Operand& object, uint32_t index) {
  if (getFieldOfShape(object, index)) return;
  Gpr table = toRegister(object), result = allocate();
  Label &otherShape = newLabel(), &done = newLabel();
  fieldOfCell(object, table, index, result, otherShape);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &otherShape, &done, table, result, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(otherShape);
    for (unsigned i = 0; i < FeedbackCell::kWays; i++) {
      Label &next = newLabel(), &overflow = newLabel();
      a.cmp32(rcx, Mem(rdx, way(offset::kWayShape, i)));
      a.jcc(Condition::kNotEqual, next, Distance::kNear);
      a.cmp16(Mem(rdx, way(offset::kWayHow, i)), kindOf(CacheKind::kOwnInline));
      a.mov32(rcx, Mem(rdx, way(offset::kWaySlot, i)));
      a.jcc(Condition::kNotEqual, overflow, Distance::kNear);
      a.add64(rcx, table);
      a.mov64(result, tableField(rcx, 0));
      a.jmp(done);
      a.bind(overflow);
      a.mov64(rax, tableField(table, offset::kTableProps));
      a.add64(rax, kOtherBias);
      a.mov64(result, Mem(rax, rcx, Scale::k8, offset::kArraySlots));
      a.jmp(done);
      a.bind(next);
    }
    a.jmp(slow_[s].label);
  });
  push(result);
}

/// The field by all ways of the cell in rdx, the table's shape in ecx.
void Compiler::otherWays(Gpr table, Gpr result, uint32_t key, Label& otherwise) {
  a.mov64(rax, static_cast<int64_t>(code_.constant(key).bits()));
  a.movq(xmm0, rax);
  a.mov64(rax, table);
  a.call(Outside(stubs_.fieldWays));
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, otherwise, Distance::kNear);
  a.mov64(result, rax);
}

void Compiler::getGlobal(const Operand& table, uint32_t index) {
  if (getFieldOfShape(table, index)) return;
  // Environments have more fields than fit inline: the first way.
  Gpr t = toRegister(table), result = allocate();
  Label& done = newLabel();
  Label& other = newLabel();
  checkTable(t, slow());
  a.mov32(rcx, tableField(t, offset::kWord));
  loadCell(index);
  a.cmp32(rcx, Mem(rdx, way(offset::kWayShape)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.cmp16(Mem(rdx, way(offset::kWayHow)), kindOf(CacheKind::kOwnOverflow));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.mov32(rcx, Mem(rdx, way(offset::kWaySlot)));
  a.mov64(rax, tableField(t, offset::kTableProps));
  a.add64(rax, kOtherBias);
  a.mov64(result, Mem(rax, rcx, Scale::k8, offset::kArraySlots));
  a.cmp64(result, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, slow(), Distance::kNear);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &other, &done, t, result, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(other);
    a.mov32(rcx, tableField(t, offset::kWord));
    a.cmp32(rcx, Mem(rdx, offset::kCellShape));
    a.jcc(Condition::kNotEqual, slow_[s].label);
    a.mov32(rcx, Mem(rdx, offset::kCellOffset));
    a.add64(rcx, t);
    a.mov64(result, tableField(rcx, 0));
    a.cmp64(result, a.literal64(Value::kNilBits));
    a.jcc(Condition::kNotEqual, done);
    a.jmp(slow_[s].label);
  });
  push(result);
}

/// Methods come from a holder, the first way of most sites.
void Compiler::self(const Operand& object, uint32_t key, uint32_t index) {
  if (getFieldOfShape(object, index)) return stack_.push(object);
  Gpr table = toRegister(object), result = allocate();
  Label &noTable = newLabel(), &other = newLabel(), &done = newLabel();
  checkTable(table, noTable);
  a.mov32(rcx, tableField(table, offset::kWord));
  loadCell(index);
  a.cmp32(rcx, Mem(rdx, way(offset::kWayShape)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.cmp16(Mem(rdx, way(offset::kWayHow)), kindOf(CacheKind::kHolderInline));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.mov32(rax, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rax, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kNotEqual, slow(), Distance::kNear);
  a.mov32(rcx, Mem(rdx, way(offset::kWayHolder)));
  a.mov64(rax, Mem(kIsolate, offset::kShapes));
  a.mov64(rax, Mem(rax, rcx, Scale::k8));
  a.mov32(rcx, Mem(rdx, way(offset::kWaySlot)));
  a.add64(rcx, Mem(rax, offset::kShapeOwner));
  a.mov64(result, tableField(rcx, 0));
  a.cmp64(result, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, slow(), Distance::kNear);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &noTable, &other, &done, table, result, key, index, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(noTable);
    // Methods of strings have a way of their own.
    a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kString)));
    a.jcc(Condition::kNotEqual, slow_[s].label);
    loadCell(index);
    a.mov32(rcx, runtime::CacheWay::kStrings);
    a.bind(other);
    otherWays(table, result, key, slow_[s].label);
    a.cmp64(result, a.literal64(Value::kNilBits));
    a.jcc(Condition::kEqual, slow_[s].label);
    a.jmp(done);
  });
  push(result);
  stack_.push(object.isRegister() ? object : Operand::inRegister(table));
}

void Compiler::setField(Operand object, const Operand& value, uint32_t key, uint32_t index) {
  if (setFieldOfShape(object, value, index)) return;
  Operand name = Operand::constant(code_.constant(key).bits());
  mayCallMetamethod(Meta::kNewIndex, {&object, &name, &value});
  Gpr table = toRegister(object), v = toRegister(value), address = allocate();
  Label &isNil = newLabel(), &filled = newLabel(), &other = newLabel(), &done = newLabel();
  checkTable(object, table);
  a.mov32(rcx, tableField(table, offset::kWord));
  loadCell(index);
  a.cmp32(rcx, Mem(rdx, offset::kCellShape));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.mov32(address, Mem(rdx, offset::kCellOffset));
  a.add64(address, table);
  a.mov64(rcx, tableField(address, 0));
  a.cmp64(rcx, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, isNil, Distance::kNear);
  a.bind(filled);
  store(table, kTableBias, tableField(address, 0), value, v);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &isNil, &filled, &other, &done, table, v, key, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(isNil);
    a.cmp8(Mem(rdx, offset::kCellPlain), 1);
    a.jcc(Condition::kEqual, filled);
    a.jmp(slow_[s].label);
    a.bind(other);
    setByWays(table, v, key, slow_[s].label);
    a.jmp(done);
  });
  forgetShapes();
}

/// Stores a field by the other ways of the cell in rdx, the table's shape in ecx.
void Compiler::setByWays(Gpr table, Gpr value, uint32_t key, Label& otherwise) {
  a.mov64(rax, static_cast<int64_t>(code_.constant(key).bits()));
  a.movq(xmm0, rax);
  a.movq(xmm1, value);
  a.mov64(rax, table);
  a.call(Outside(stubs_.setWays));
  a.test32(rax, rax);
  Label& done = newLabel();
  a.jcc(Condition::kNotZero, done, Distance::kNear);
  // No cell knows of nil that is stored where nothing is, and makes no field.
  a.cmp64(value, a.literal64(Value::kNilBits));
  a.jcc(Condition::kNotEqual, otherwise);
  a.mov64(rax, static_cast<int64_t>(code_.constant(key).bits()));
  a.mov64(rcx, rax);
  a.mov64(rax, table);
  callLeaf(addressOf(&leafIsAbsent));
  a.test8(rax, rax);
  a.jcc(Condition::kZero, otherwise);
  a.bind(done);
}

/// A field of a table under construction.
void Compiler::initField(uint32_t key, uint32_t index) {
  Operand value = popValue(), object = popValue();
  if (setFieldOfShape(object, value, index)) return stack_.push(object);
  Gpr v = toRegister(value), table = toRegister(object), address = allocate();
  Label &other = newLabel(), &done = newLabel();
  checkTable(object, table);
  a.mov32(rcx, tableField(table, offset::kWord));
  loadCell(index);
  a.cmp32(rcx, Mem(rdx, way(offset::kWayShape)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.cmp16(Mem(rdx, way(offset::kWayHow)), kindOf(CacheKind::kAddInline));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.mov32(rax, Mem(rdx, offset::kCellEpoch));
  a.cmp32(rax, Mem(kIsolate, offset::kPrototypeEpoch));
  a.jcc(Condition::kNotEqual, slow(), Distance::kNear);
  a.mov32(address, Mem(rdx, way(offset::kWaySlot)));
  a.add64(address, table);
  a.mov32(rcx, Mem(rdx, way(offset::kWayHolder)));
  a.mov32(tableField(table, offset::kWord), rcx);
  store(table, kTableBias, tableField(address, 0), value, v);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &other, &done, table, v, key, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(other);
    setByWays(table, v, key, slow_[s].label);
    a.jmp(done);
  });
  forgetShapes();
  stack_.push(Operand::inRegister(table, speculates_ ? Known::kTable : knownOf(object)));
}

/// rcx = address of the array part's storage, rax = index from 0, checked. The key is in `keyRegister` unless it is a
/// constant.
void Compiler::elementAddress(Gpr table, const Operand& key, Gpr keyRegister, Label& otherwise) {
  a.mov64(rcx, tableField(table, offset::kTableArray));
  if (key.isIntConstant()) {
    a.mov64(rax, Value::fromBits(key.bits).asInt() - 1);
  } else if (key.isShifted()) {
    a.mov64(rax, keyRegister);
    a.sar64(rax, 16);
    a.sub64(rax, 1);
  } else {
    // One subtraction takes the tag and the 1 off an integer key; every other key becomes an index out of range.
    a.mov64(rax, keyRegister);
    a.sub64(rax, kIntTag);
    a.sub64(rax, 1);
  }
  a.mov32(rdx, Mem(rcx, kOtherBias, Scale::k1, offset::kArrayLength));
  a.cmp64(rax, rdx);
  a.jcc(Condition::kAboveEqual, otherwise, Distance::kNear);
  a.add64(rcx, kOtherBias);
}

/// Puts a key that is no constant into a register, as it is.
Gpr Compiler::keyRegister(const Operand& key) { return key.isShifted() ? key.reg : toRegister(key); }

/// rcx = the key, tagged.
void Compiler::loadKey(const Operand& key, Gpr keyRegister) {
  if (key.isConstant()) {
    a.mov64(rcx, static_cast<int64_t>(key.bits));
  } else {
    a.mov64(rcx, keyRegister);
    if (!key.isShifted()) return;
    a.shr64(rcx, 16);
    a.or64(rcx, kIntTag);
  }
}

void Compiler::getIndex(const Operand& object, const Operand& key) {
  mayCallMetamethod(Meta::kIndex, object, key);
  Gpr table = toRegister(object), index = key.isIntConstant() ? rax : keyRegister(key), result = allocate();
  Label &elsewhere = newLabel(), &done = newLabel();
  checkTable(object, table);
  elementAddress(table, key, index, elsewhere);
  a.mov64(result, Mem(rcx, rax, Scale::k8, offset::kArraySlots));
  a.cmp64(result, a.literal64(Value::kNilBits));
  a.jcc(Condition::kEqual, elsewhere, Distance::kNear);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &elsewhere, &done, table, key, index, result, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(elsewhere);
    a.mov64(rax, table);
    loadKey(key, index);
    callLeaf(addressOf(&leafGetElement));
    a.cmp64(rax, a.literal64(Value::kAbsentBits));
    a.jcc(Condition::kEqual, slow_[s].label);
    a.mov64(result, rax);
    a.jmp(done);
  });
  push(result, resultIsFloat());
}

void Compiler::setIndexOfLocals(const Operand& object, const Operand& key) {
  Operand value = popValue();
  setIndex(object, key, value);
}

void Compiler::setIndex(const Operand& object, const Operand& key, const Operand& value) {
  mayCallMetamethod(Meta::kNewIndex, {&object, &key, &value});
  Gpr table = toRegister(object), index = key.isIntConstant() ? rax : keyRegister(key);
  Gpr v = value.isXmm() ? rax : toRegister(value), address = allocate();
  Label &elsewhere = newLabel(), &done = newLabel();
  checkTable(object, table);
  elementAddress(table, key, index, elsewhere);
  a.lea64(address, Mem(rcx, rax, Scale::k8, offset::kArraySlots));
  // Neither the old nor the new value may be nil.
  a.mov64(rdx, a.literal64(Value::kNilBits));
  a.cmp64(rdx, Mem(address));
  a.jcc(Condition::kEqual, elsewhere, Distance::kNear);
  if (!isNeverNil(value)) {
    a.cmp64(v, rdx);
    a.jcc(Condition::kEqual, elsewhere, Distance::kNear);
  }
  Label& watched = newLabel();
  testBarrier(Mem(rcx, offset::kGc), value);
  a.jcc(Condition::kNotZero, watched, Distance::kNear);
  value.isXmm() ? a.movsd(Mem(address), value.xmm) : a.mov64(Mem(address), v);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &elsewhere, &watched, &done, table, key, index, value, v, address, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(watched);
    a.mov64(rax, rcx);
    a.mov64(rcx, address);
    value.isXmm() ? a.movq(rdx, value.xmm) : a.mov64(rdx, v);
    a.call(Outside(stubs_.store));
    a.jmp(done);
    a.bind(elsewhere);
    a.mov64(rax, table);
    loadKey(key, index);
    value.isXmm() ? a.movapd(xmm0, value.xmm) : a.movq(xmm0, v);
    a.call(Outside(stubs_.setElement));
    a.test8(rax, rax);
    a.jcc(Condition::kZero, slow_[s].label);
    a.jmp(done);
  });
  forgetShapes();  // a new key may have changed the table's
}

void Compiler::length(const Operand& o) {
  mayCallMetamethod(Meta::kLen, o, o);
  Gpr value = toRegister(o), result = allocate();
  Label &string = newLabel(), &other = newLabel(), &done = newLabel();
  if (knownOf(o) != Known::kTable) checkTable(value, string);
  // A sequence without a metatable and without other keys than fields.
  a.mov32(rcx, tableField(value, offset::kWord));
  a.mov64(rax, Mem(kIsolate, offset::kShapes));
  a.mov64(rax, Mem(rax, rcx, Scale::k8));
  a.mov64(rdx, a.literal64(Value::kNilBits));
  a.cmp64(rdx, Mem(rax, offset::kShapeMetatable));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.test8(Mem(rax, offset::kShapeFlags), Imm(runtime::kDictionaryShape | runtime::kWeakShape));
  a.jcc(Condition::kNotZero, other, Distance::kNear);
  a.mov64(rcx, tableField(value, offset::kTableArray));
  a.add64(rcx, kOtherBias);
  a.mov32(rax, Mem(rcx, offset::kArrayLength));
  // The last element is never nil, and without a dictionary there are no others.
  a.mov64(result, rax);
  a.or64(result, kIntTag);
  a.bind(done);
  uint32_t s = slowIndex();
  cold_.add([this, &string, &other, &done, value, result, s] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(other);
    a.mov64(rax, value);
    callLeaf(addressOf(&leafLength));
    a.cmp64(rax, a.literal64(Value::kAbsentBits));
    a.jcc(Condition::kEqual, slow_[s].label);
    a.mov64(result, rax);
    a.jmp(done);
    if (!string.isAwaited()) return;
    a.bind(string);
    a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kString)));
    a.jcc(Condition::kNotEqual, slow_[s].label);
    a.mov64(rax, value);
    a.shl64(rax, 16);
    a.shr64(rax, 16);
    a.mov32(result, Mem(rax, offset::kWord));
    a.or64(result, kIntTag);
    a.jmp(done);
  });
  push(result, speculates_ ? Known::kInt : Known::kNothing);
}

}  // namespace devvm::jit
