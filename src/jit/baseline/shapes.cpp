// Fields at sites that have seen one shape: the shape and the place stand in the code itself. When a shape is freed,
// the comparisons of all code that uses it are made to fail (MachineCode::ShapeCheck).

#include <algorithm>
#include <optional>
#include <utility>

#include "jit/baseline/compiler.h"

namespace devvm::jit {

using namespace x64;
using runtime::CacheKind;
using runtime::CacheWay;
using runtime::FeedbackCell;

namespace {

Mem tableField(Gpr table, int64_t field) { return Mem(table, kTableBias, Scale::k1, static_cast<int32_t>(field)); }
Mem element(Gpr storage, uint32_t i) {
  return Mem(storage, kOtherBias, Scale::k1, offset::kArraySlots + 8 * static_cast<int32_t>(i));
}

/// Misses of a site until it counts as one that sees many shapes, whatever its cell holds now.
constexpr uint16_t kMostMisses = 12;

}  // namespace

/// The one way that the site's cell has, if it may be relied on.
std::optional<CacheWay> Compiler::onlyWay(uint32_t index) const {
  const FeedbackCell& cell = code_.feedback()[index];
  if (cell.misses > kMostMisses) return std::nullopt;
  std::optional<CacheWay> only;
  if (cell.shape != 0) {
    only = CacheWay{cell.shape, cell.offset, 0, static_cast<uint16_t>(CacheKind::kOwnInline), cell.plain};
  }
  for (const CacheWay& w : cell.ways) {
    if (w.shape == 0) continue;
    if (only) return std::nullopt;
    only = w;
  }
  if (!only || only->shape == CacheWay::kStrings || only->slot > (1u << 20)) return std::nullopt;
  bool throughMetatable = static_cast<CacheKind>(only->how) > CacheKind::kOwnOverflow || only->plain == 2;
  if (throughMetatable && cell.epoch != code_.isolate->shapes.prototypeEpoch) return std::nullopt;
  return only;
}

/// Leaves unless the object, in `table`, is a table of that shape. Destroys rax.
void Compiler::checkShape(const Operand& o, Gpr table, uint32_t shape) {
  useShape(shape);
  if (shapeOf(o) == shape) return;
  if (knownOf(o) != Known::kTable) checkTable(table, slow());
  a.cmp32(tableField(table, offset::kWord), Imm(static_cast<int32_t>(shape)));
  shapeChecks.push_back({a.position(), shape < 128});
  a.jcc(Condition::kNotEqual, slow(), Distance::kNear);
  learnShape(o, shape);
}

/// Leaves if a prototype has changed since the site's cell was filled. Destroys rax.
void Compiler::checkEpoch() {
  if (epochIsCertain_) return;
  a.cmp32(Mem(kIsolate, offset::kPrototypeEpoch), Imm(static_cast<int32_t>(code_.isolate->shapes.prototypeEpoch)));
  a.jcc(Condition::kNotEqual, slow(), Distance::kNear);
  epochIsCertain_ = true;
}

/// The code is to be dropped when the shape is.
void Compiler::useShape(uint32_t shape) {
  if (std::find(shapes.begin(), shapes.end(), shape) == shapes.end()) shapes.push_back(shape);
}

bool Compiler::getFieldOfShape(const Operand& object, uint32_t index) {
  std::optional<CacheWay> way = speculates_ ? onlyWay(index) : std::nullopt;
  if (!way) return false;
  auto how = static_cast<CacheKind>(way->how);
  if (how > CacheKind::kAbsent) return false;
  Gpr table = toRegister(object);
  if (how == CacheKind::kAbsent) {
    checkShape(object, table, way->shape);
    checkEpoch();
    stack_.push(Operand::constant(Value::kNilBits));
    return true;
  }
  Gpr result = allocate();
  checkShape(object, table, way->shape);
  auto slot = static_cast<int32_t>(way->slot);
  switch (how) {
    case CacheKind::kOwnInline: a.mov64(result, tableField(table, slot)); break;
    case CacheKind::kOwnOverflow:
      a.mov64(rax, tableField(table, offset::kTableProps));
      a.mov64(result, element(rax, way->slot));
      break;
    default: {
      checkEpoch();
      useShape(way->holderShape);
      const runtime::Shape& holder = code_.isolate->shapes[way->holderShape];
      a.mov64(rax, addressOf(&holder));
      a.mov64(rax, Mem(rax, offset::kShapeOwner));
      if (how == CacheKind::kHolderInline) {
        a.mov64(result, tableField(rax, slot));
      } else {
        a.mov64(rax, tableField(rax, offset::kTableProps));
        a.mov64(result, element(rax, way->slot));
      }
      break;
    }
  }
  bool own = how <= CacheKind::kOwnOverflow;
  if (!own || way->plain != 1) {
    a.cmp64(result, a.literal64(Value::kNilBits));
    a.jcc(Condition::kEqual, own && way->plain == 2 ? unlessEpoch() : slow(), Distance::kNear);
  }
  if (epochAsked_ != nullptr) a.bind(*std::exchange(epochAsked_, nullptr));
  push(result, resultIsFloat());
  return true;
}

/// A way that comes back, to the label in epochAsked_, unless a prototype has changed since the compilation.
Label& Compiler::unlessEpoch() {
  Label &ask = newLabel(), &back = newLabel();
  epochAsked_ = &back;
  cold_.add([this, &ask, &back, s = slowIndex(), epoch = code_.isolate->shapes.prototypeEpoch] {
    a.mark(places_[slow_[s].place].offset);
    a.bind(ask);
    a.cmp32(Mem(kIsolate, offset::kPrototypeEpoch), Imm(static_cast<int32_t>(epoch)));
    a.jcc(Condition::kEqual, back);
    a.jmp(slow_[s].label);
  });
  return ask;
}

/// Stores a value, in `v` unless it is a float in a vector register, into a slot of the object at `holder` + bias, a
/// register of layout.h. Destroys rax, rcx, rdx.
void Compiler::store(Gpr holder, Gpr bias, const Mem& slot, const Operand& value, Gpr v) {
  Label &check = newLabel(), &done = newLabel();
  testBarrier(Mem(holder, bias, Scale::k1, offset::kGc), value);
  a.jcc(Condition::kNotZero, check, Distance::kNear);
  value.isXmm() ? a.movsd(slot, value.xmm) : a.mov64(slot, v);
  a.bind(done);
  cold_.add([this, &check, &done, holder, bias, slot, value, v, place = now_] {
    a.mark(places_[place].offset);
    a.bind(check);
    a.lea64(rax, Mem(holder, bias));
    a.lea64(rcx, slot);
    value.isXmm() ? a.movq(rdx, value.xmm) : a.mov64(rdx, v);
    a.call(Outside(stubs_.store));
    a.jmp(done);
  });
}

bool Compiler::isNeverNil(const Operand& o) const {
  if (o.isConstant()) return !Value::fromBits(o.bits).isNil();
  return knownOf(o) != Known::kNothing;
}

/// `object` is told what shape it has then.
bool Compiler::setFieldOfShape(Operand& object, const Operand& value, uint32_t index) {
  std::optional<CacheWay> way = speculates_ ? onlyWay(index) : std::nullopt;
  if (!way) return false;
  auto how = static_cast<CacheKind>(way->how);
  bool adds = how == CacheKind::kAddInline;
  if (how != CacheKind::kOwnInline && how != CacheKind::kOwnOverflow && !adds) return false;
  Gpr table = toRegister(object), v = value.isXmm() ? rax : toRegister(value);
  Gpr props = how == CacheKind::kOwnOverflow ? allocate() : rax;
  checkShape(object, table, way->shape);
  auto slot = static_cast<int32_t>(way->slot);
  if (adds) {
    checkEpoch();
    useShape(way->holderShape);
    a.mov32(tableField(table, offset::kWord), Imm(static_cast<int32_t>(way->holderShape)));
    store(table, kTableBias, tableField(table, slot), value, v);
    // Other names of the same table would be of the old shape.
    bool epoch = epochIsCertain_;
    forgetShapes();
    epochIsCertain_ = epoch;
    learnShape(object, way->holderShape);
    object.known = Known::kTable;
    object.shape = way->holderShape;
    shapesAreKnown_ = true;
    return true;
  }
  Gpr holder = table, bias = kTableBias;
  Mem field = tableField(table, slot);
  if (how == CacheKind::kOwnOverflow) {
    a.mov64(props, tableField(table, offset::kTableProps));
    holder = props;
    bias = kOtherBias;
    field = element(props, way->slot);
  }
  if (way->plain != 1) {
    a.mov64(rcx, a.literal64(Value::kNilBits));
    a.cmp64(rcx, field);
    a.jcc(Condition::kEqual, way->plain == 2 ? unlessEpoch() : slow(), Distance::kNear);
    if (epochAsked_ != nullptr) a.bind(*std::exchange(epochAsked_, nullptr));
  }
  store(holder, bias, field, value, v);
  return true;
}

}  // namespace devvm::jit
