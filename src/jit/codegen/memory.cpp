// Loads and stores.

#include "jit/codegen/emitter.h"
#include "jit/codegen/leaves.h"
#include "runtime/objects.h"

namespace devvm::jit {

using namespace x64;

namespace {

Mem at(const Mem& object, int64_t field) {
  Imm displacement(static_cast<int32_t>(object.displacement() + field));
  return object.hasIndex() ? Mem(object.base(), object.index(), Scale::k1, displacement)
                           : Mem(object.base(), displacement);
}

constexpr int64_t slotOffset(uint64_t index) { return offset::kArraySlots + 8 * static_cast<int64_t>(index); }

}  // namespace

// ---- where ----

Emitter::Slot Emitter::tableSlot(const Node* table, int64_t field) {
  Mem object(gpr(table), kTableBias);
  return {at(object, field), object};
}

/// Of an object with the tag "other", or at an address.
Emitter::Slot Emitter::otherSlot(const Node* object, int64_t field) {
  const Node* same = s_.same(object);
  Mem mem = s_.isAddress[same->id] != 0 ? Mem(gpr(object)) : Mem(gpr(object), kOtherBias);
  return {at(mem, field), mem};
}

/// Element of an array, at an index from 0. Takes rax, unless the array is known by its address or the index is
/// constant.
Emitter::Slot Emitter::elementSlot(const Node* array, const Node* index) {
  auto [base, by] = indexParts(s_, index);
  if (isConstant(base)) return otherSlot(array, slotOffset(bitsOf(base) + static_cast<uint64_t>(by)));
  Gpr object = gpr(array);
  if (s_.isAddress[s_.same(array)->id] == 0) {
    a.lea64(rax, Mem(object, kOtherBias));
    object = rax;
  }
  Imm displacement(static_cast<int32_t>(slotOffset(0) + 8 * by));
  return {Mem(object, gpr(base), Scale::k8, displacement), Mem(object)};
}

// ---- loads ----

void Emitter::loadInto(const Node*, const Mem& from) {
  resultIsXmm() ? a.movsd(floatResult(), from) : a.mov64(result(), from);
}

void Emitter::emitLoadField(const Node* n) { loadInto(n, tableSlot(n->input(0), static_cast<int64_t>(n->aux)).mem); }

void Emitter::emitLoadProps(const Node* n) {
  a.mov64(result(), tableSlot(n->input(0), offset::kTableProps).mem);
  if (s_.isAddress[n->id] != 0) a.add64(result(), kOtherBias);
}

void Emitter::emitLoadProp(const Node* n) { loadInto(n, otherSlot(n->input(0), slotOffset(n->aux)).mem); }

void Emitter::emitShapeOwner(const Node* n) {
  a.mov64(rax, static_cast<int64_t>(n->aux));
  a.mov64(result(), Mem(rax, offset::kShapeOwner));
}

void Emitter::emitLoadArray(const Node* n) {
  a.mov64(result(), tableSlot(n->input(0), offset::kTableArray).mem);
  if (s_.isAddress[n->id] != 0) a.add64(result(), kOtherBias);
}

void Emitter::emitLoadLength(const Node* n) { a.mov32(result(), otherSlot(n->input(0), offset::kArrayLength).mem); }

void Emitter::emitLoadElement(const Node* n) { loadInto(n, elementSlot(n->input(0), n->input(1)).mem); }

void Emitter::emitLoadUpvalue(const Node* n) {
  // Function and bias make the address.
  Gpr function = gpr(n->input(0), result());
  a.mov64(rax, a.literal64(0 - heap::tagBits(heap::Tag::kFunction)));
  a.mov64(result(), Mem(rax, function, Scale::k1, Imm(offset::kUpvalues + 8 * static_cast<int32_t>(n->aux))));
}

void Emitter::emitLoadCell(const Node* n) { loadInto(n, otherSlot(n->input(0), offset::kCellValue).mem); }

void Emitter::emitStringLength(const Node* n) {
  // The string may have turned out to be a constant, which has no register.
  load(rax, n->input(0));
  a.add64(rax, a.literal64(0 - heap::tagBits(heap::Tag::kString)));
  a.mov32(result(), Mem(rax, offset::kWord));
}

void Emitter::emitStringByte(const Node* n) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
  constexpr int32_t kBytes = offsetof(runtime::String, bytes);
#pragma GCC diagnostic pop
  load(rax, n->input(0));
  a.add64(rax, a.literal64(0 - heap::tagBits(heap::Tag::kString)));
  const Node* index = n->input(1);
  if (isConstant(index)) return a.movzx8to32(result(), Mem(rax, Imm(kBytes + static_cast<int32_t>(bitsOf(index)))));
  a.movzx8to32(result(), Mem(rax, gpr(index), Scale::k1, Imm(kBytes)));
}

// ---- stores ----

/// Stores a value and tells the collector, if that wants to know. Values that are certain to be no objects concern it
/// only while it marks, for what they replace.
void Emitter::store(const Slot& slot, const Node* value) {
  if (isInitializing()) {
    Place p = placeOf(value);
    if (p.kind == Place::kGpr) return a.mov64(slot.mem, static_cast<Gpr>(p.index));
    if (isSmallConstant(value)) return a.mov64(slot.mem, Imm(static_cast<int32_t>(bitsOf(value))));
    return a.movsd(slot.mem, xmmBesideRax(value));
  }
  Label &watched = newLabel(), &done = newLabel();
  if (isNoObject(value)) {
    a.cmp8(Mem(kIsolate, offset::kMarking), 0);
  } else {
    a.test8(at(slot.object, offset::kGc), Imm(heap::kNeedsBarrier));
  }
  a.jcc(Condition::kNotZero, watched, Distance::kNear);
  Place p = placeOf(value);
  if (p.kind == Place::kGpr) {
    a.mov64(slot.mem, static_cast<Gpr>(p.index));
  } else if (isSmallConstant(value)) {
    a.mov64(slot.mem, Imm(static_cast<int32_t>(bitsOf(value))));
  } else {
    a.movsd(slot.mem, xmmBesideRax(value));
  }
  a.bind(done);
  bool mayBeInt = !isNoObject(value) && p.kind == Place::kGpr;
  cold([this, slot, p, mayBeInt, &watched, &done] {
    a.bind(watched);
    if (mayBeInt) {
      // Integers concern the collector as other values do that are no objects.
      Label& object = newLabel();
      compareWithIntTag(static_cast<Gpr>(p.index));
      a.jcc(Condition::kBelow, object);
      a.cmp8(Mem(kIsolate, offset::kMarking), 0);
      a.jcc(Condition::kNotZero, object);
      a.mov64(slot.mem, static_cast<Gpr>(p.index));
      a.jmp(done);
      a.bind(object);
    }
    // rax may hold the object: first the address of the slot, by way of the stack.
    a.sub64(rsp, 24);
    if (slot.object.base() == rax) {
      a.mov64(Mem(rsp, 16), rax);
      a.lea64(rax, slot.mem);
      a.mov64(Mem(rsp, 8), rax);
      // With a bias, if the object is a constant.
      a.mov64(rax, Mem(rsp, 16));
      a.lea64(rax, slot.object);
      a.mov64(Mem(rsp, 16), rax);
    } else {
      a.lea64(rax, slot.mem);
      a.mov64(Mem(rsp, 8), rax);
      a.lea64(rax, slot.object);
      a.mov64(Mem(rsp, 16), rax);
    }
    move(p, Place::gpr(code(rax)));
    a.mov64(Mem(rsp), rax);
    a.call(Outside(r_.own.store));
    a.add64(rsp, 24);
    a.jmp(done);
  });
}

void Emitter::emitStoreField(const Node* n) {
  store(tableSlot(n->input(0), static_cast<int64_t>(n->aux)), n->input(1));
}

void Emitter::emitStoreProp(const Node* n) { store(otherSlot(n->input(0), slotOffset(n->aux)), n->input(1)); }

void Emitter::emitStoreShape(const Node* n) {
  auto shape = static_cast<uint32_t>(n->aux);
  useShape(shape);
  a.mov32(tableSlot(n->input(0), offset::kWord).mem, Imm(static_cast<int32_t>(shape)));
}

void Emitter::emitStoreElement(const Node* n) { store(elementSlot(n->input(0), n->input(1)), n->input(2)); }

/// Room, and nothing that the collector wants to know: an object in an array that it watches is told by the function
/// that makes room, too.
void Emitter::emitAppendElement(const Node* n) {
  const Node *array = n->input(1), *value = n->input(2);
  Label &slow = newLabel(), &done = newLabel();
  auto address = static_cast<Gpr>(l_.temp(step_, 0));
  if (s_.isAddress[s_.same(array)->id] != 0) {
    address = gpr(array);
  } else {
    a.lea64(address, Mem(gpr(array), kOtherBias));
  }
  a.mov32(rax, Mem(address, offset::kArrayLength));
  a.cmp32(rax, Mem(address, offset::kWord));
  a.jcc(Condition::kAboveEqual, slow, Distance::kNear);
  if (!isNoObject(value)) {
    a.test8(Mem(address, offset::kGc), Imm(heap::kNeedsBarrier));
    a.jcc(Condition::kNotZero, slow, Distance::kNear);
  }
  Mem slot(address, rax, Scale::k8, offset::kArraySlots);
  Place p = placeOf(value);
  if (p.kind == Place::kGpr) {
    a.mov64(slot, static_cast<Gpr>(p.index));
  } else if (isSmallConstant(value)) {
    a.mov64(slot, Imm(static_cast<int32_t>(bitsOf(value))));
  } else {
    a.movsd(slot, xmmBesideRax(value));
  }
  a.add32(Mem(address, offset::kArrayLength), Imm(1));
  a.bind(done);
  cold([this, n, &slow, &done] {
    a.bind(slow);
    LeafFunction function = appendFunction();
    const Node* arguments[] = {n->input(0), n->input(2), nullptr};
    callLeafStub(function.address, arguments);
    a.test8(rax, rax);
    a.jcc(Condition::kNotZero, done, Distance::kNear);
    askAgain(function);
    a.jmp(done);
  });
}

void Emitter::emitStoreCell(const Node* n) { store(otherSlot(n->input(0), offset::kCellValue), n->input(1)); }

}  // namespace devvm::jit
