// New objects: the nursery's top moves up, and the object is written below it. Where there is no room, a stub makes
// some, and it is tried again. Allocations that follow each other ask for room once, and what is stored in objects that
// no collection has seen yet is nothing that the collector must be told.

#include <algorithm>

#include "jit/baseline/leaf_calls.h"
#include "jit/codegen/emitter.h"
#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;
using ir::Op;
using runtime::Kind;

namespace {

constexpr size_t kTableBytes = runtime::Table::kInlineOffset, kCellBytes = sizeof(runtime::Cell),
                 kArrayBytes = offset::kArraySlots, kClosureBytes = offset::kUpvalues;
/// Larger objects, and all for which room is made at once, are rare.
constexpr size_t kMostBytes = Emitter::kMostBumped;

uint32_t elementsOf(const Node* newTable) { return static_cast<uint32_t>(newTable->aux); }
uint8_t slotsOf(const Node* newTable) {
  return runtime::ShapeTable::inlineClass(static_cast<uint32_t>(newTable->aux >> 32));
}
/// The object that a store writes to.
int holderInput(Op op) {
  return op == Op::kStoreField || op == Op::kStoreCell || op == Op::kStoreProp || op == Op::kStoreElement ||
                 op == Op::kStoreBlockField
             ? 0
             : -1;
}

}  // namespace

/// 0: it is no allocation that is made here.
size_t Emitter::bytesOf(const Node* n) const {
  switch (n->op) {
    case Op::kNewTable: {
      size_t elements = elementsOf(n) != 0 ? kArrayBytes + 8 * size_t{elementsOf(n)} : 0;
      return kTableBytes + 8 * size_t{slotsOf(n)} + elements;
    }
    case Op::kNewCell: return kCellBytes;
    case Op::kNewBlock: return sizeof(heap::Object) + 8 * size_t{n->inputCount()};
    case Op::kNewClosure: return kClosureBytes + 8 * size_t{n->inputCount()};
    default: return 0;
  }
}

void Emitter::planAllocations() {
  roomFor_.assign(c_.steps.size(), 0);
  initializes_.assign(c_.steps.size(), 0);
  std::vector<const Node*> fresh;
  for (const auto& block : c_.blocks) {
    fresh.clear();
    uint32_t leader = UINT32_MAX;
    for (uint32_t i = block.first; i < block.end; i++) {
      const regalloc::Step& s = c_.steps[i];
      const Node* n = s.node;
      if (size_t bytes = bytesOf(n); bytes != 0) {
        if (leader != UINT32_MAX && roomFor_[leader] + bytes <= kMostBytes) {
          roomFor_[leader] += static_cast<uint32_t>(bytes);
        } else {
          leader = i;
          roomFor_[i] = static_cast<uint32_t>(bytes);
          fresh.clear();
        }
        fresh.push_back(n);
        continue;
      }
      // Others may take the room, or move what is there.
      if (s.isSafepoint || s.clobbersAll || n->has(ir::kCalls) || n->has(ir::kSafepoint)) {
        leader = UINT32_MAX;
        fresh.clear();
      }
      if (int h = holderInput(n->op); h >= 0) {
        const Node* holder = s_.same(n->input(static_cast<uint32_t>(h)));
        initializes_[i] = std::find(fresh.begin(), fresh.end(), holder) != fresh.end();
      }
    }
  }
}

/// Until the nursery has room for so many bytes; the code is left if there is none.
void Emitter::waitForRoom(uint32_t bytes) {
  a.mov32(rax, bytes);
  a.call(Outside(r_.leaving.room));
  exitRecord(step_, ExitKind::kMemory);
}

/// rax is the end of so many new bytes.
void Emitter::bump(size_t bytes) {
  Op op = c_.steps[step_].node->op;
  auto size = static_cast<int32_t>(bytes);
  auto room = op == Op::kBoxInt ? size : static_cast<int32_t>(roomFor_[step_]);
  if (room == 0) {
    a.mov64(rax, Mem(kIsolate, offset::kNurseryTop));
    a.add64(rax, Imm(size));
    a.mov64(Mem(kIsolate, offset::kNurseryTop), rax);
    return;
  }
  Label &again = newLabel(), &full = newLabel();
  a.bind(again);
  a.mov64(rax, Mem(kIsolate, offset::kNurseryTop));
  a.add64(rax, Imm(room));
  a.cmp64(rax, Mem(kIsolate, offset::kNurseryEnd));
  a.jcc(Condition::kAbove, full, Distance::kNear);
  if (room != size) a.sub64(rax, Imm(room - size));
  a.mov64(Mem(kIsolate, offset::kNurseryTop), rax);
  cold([this, room, &again, &full] {
    a.bind(full);
    waitForRoom(static_cast<uint32_t>(room));
    a.jmp(again);
  });
}

// ---- contents, relative to rax ----

void Emitter::header(int at, Kind kind, uint32_t word, uint8_t aux) {
  a.mov32(Mem(rax, Imm(at)), Imm(static_cast<int32_t>(word)));
  a.mov32(Mem(rax, Imm(at + 4)), Imm(static_cast<int32_t>(kind) | aux << 16));
}

void Emitter::initialize(int at, const Node* value) {
  Place p = placeOf(value);
  if (p.kind == Place::kGpr) return a.mov64(Mem(rax, Imm(at)), static_cast<Gpr>(p.index));
  if (isSmallConstant(value)) return a.mov64(Mem(rax, Imm(at)), Imm(static_cast<int32_t>(bitsOf(value))));
  a.movsd(Mem(rax, Imm(at)), xmmBesideRax(value));
}

void Emitter::initializeNil(int at, size_t count) {
  if (count == 0) return;
  a.movsd(xmm0, a.literal64(Value::kNilBits));
  for (size_t i = 0; i < count; i++) a.movsd(Mem(rax, Imm(at + 8 * static_cast<int>(i))), xmm0);
}

void Emitter::emitNewTable(const Node* n) {
  auto bytes = static_cast<int>(bytesOf(n));
  uint8_t slots = slotsOf(n);
  bool isInline = static_cast<uint32_t>(n->aux >> 32) <= runtime::ShapeTable::kMaxFields && bytesOf(n) <= kMostBytes &&
                  r_.rootShapes != nullptr && r_.rootShapes[slots] != 0;
  if (!isInline) return tableOutOfLine(n);
  bump(bytesOf(n));
  int table = -bytes;
  if (uint32_t elements = elementsOf(n); elements != 0) {
    header(-bytes, Kind::kValueArray, elements, 0);
    a.mov64(Mem(rax, Imm(-bytes + offset::kArrayLength)), 0);
    initializeNil(-bytes + offset::kArraySlots, elements);
    table = -bytes + static_cast<int>(kArrayBytes) + 8 * static_cast<int>(elements);
  }
  header(table, Kind::kTable, r_.rootShapes[slots], slots);
  initializeNil(table + offset::kTableProps, 1 + size_t{slots});
  if (elementsOf(n) == 0) {
    a.movsd(xmm0, Mem(kIsolate, offset::kEmptyArray));
    a.movsd(Mem(rax, Imm(table + offset::kTableArray)), xmm0);
    a.lea64(result(), Mem(rax, Imm(table)));
  } else {
    Gpr out = result();
    a.lea64(out, Mem(rax, Imm(-bytes)));
    a.sub64(out, kOtherBias);
    a.mov64(Mem(rax, Imm(table + offset::kTableArray)), out);
    a.lea64(out, Mem(rax, Imm(table)));
  }
  a.sub64(result(), kTableBias);
}

/// A large one.
void Emitter::tableOutOfLine(const Node* n) {
  auto fields = static_cast<uint32_t>(n->aux >> 32);
  Label &again = newLabel(), &full = newLabel();
  a.bind(again);
  a.push(Imm(static_cast<int32_t>(elementsOf(n))));
  a.push(Imm(static_cast<int32_t>(n->aux >> 32)));
  a.push(rax);
  callLeafStub(addressOf(&leafNewTable));
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  // Dictionaries are the interpreter's business.
  a.jcc(Condition::kEqual, fields > runtime::ShapeTable::kMaxFields ? exit() : full, Distance::kNear);
  storeResult(rax);
  cold([this, n, &again, &full] {
    a.bind(full);
    waitForRoom(static_cast<uint32_t>(std::min<size_t>(bytesOf(n), UINT32_MAX)));
    a.jmp(again);
  });
}

void Emitter::emitNewCell(const Node* n) {
  constexpr int kBytes = static_cast<int>(kCellBytes);
  bump(kCellBytes);
  header(-kBytes, Kind::kCell, 0, 0);
  initialize(-kBytes + offset::kCellValue, n->input(0));
  a.lea64(result(), Mem(rax, Imm(-kBytes)));
  a.sub64(result(), kOtherBias);
}

void Emitter::emitNewClosure(const Node* n) {
  const auto* made = n->pointer<runtime::Code>();
  if (bytesOf(n) > kMostBytes) return refuse("a closure with very many upvalues");
  auto bytes = static_cast<int>(bytesOf(n));
  bump(bytesOf(n));
  header(-bytes, Kind::kClosure, n->inputCount(), 0);
  // Prototypes do not move.
  uint64_t prototype = made != nullptr ? runtime::otherValue(made->prototype).bits() : Value::kNilBits;
  a.movsd(xmm0, a.literal64(prototype));
  a.movsd(Mem(rax, Imm(-bytes + offset::kClosurePrototype)), xmm0);
  for (uint32_t i = 0; i < n->inputCount(); i++) {
    initialize(-bytes + offset::kUpvalues + 8 * static_cast<int>(i), n->input(i));
  }
  a.movsd(xmm0, a.literal64(reinterpret_cast<uintptr_t>(made)));
  a.movsd(Mem(rax, Imm(-bytes + offset::kClosureCode)), xmm0);
  a.lea64(result(), Mem(rax, Imm(-bytes)));
  a.add64(result(), a.literal64(heap::tagBits(heap::Tag::kFunction)));
}

// Exits make them; they are no steps.
void Emitter::emitVirtualTable(const Node*) {}
void Emitter::emitVirtualCell(const Node*) {}
void Emitter::emitVirtualClosure(const Node*) {}

}  // namespace devvm::jit
