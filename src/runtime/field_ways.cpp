#include "runtime/field_ways.h"

#include "runtime/tables.h"

namespace devvm::runtime {

namespace {

constexpr int kDeepest = 16;

/// The way to slot `slot` of tables of a shape.
CacheWay wayToSlot(const Shape& s, uint32_t shape, uint32_t slot, bool isHolder, uint16_t plain) {
  bool isInline = slot < s.inlineCapacity;
  CacheKind how = isHolder ? (isInline ? CacheKind::kHolderInline : CacheKind::kHolderOverflow)
                           : (isInline ? CacheKind::kOwnInline : CacheKind::kOwnOverflow);
  uint32_t at = isInline ? static_cast<uint32_t>(Table::kInlineOffset) + 8 * slot : slot - s.inlineCapacity;
  return {shape, at, isHolder ? s.id : 0, static_cast<uint16_t>(how), plain};
}

/// What tables with this metatable find behind themselves, as a way of tables of `shape`.
std::optional<CacheWay> behind(Isolate& isolate, uint32_t shape, Value metatable, String* key) {
  for (int i = 0; i < kDeepest; i++) {
    Value holder = metatable.isNil() ? metatable : metamethodOf(isolate, metatable, Meta::kIndex);
    if (holder.isNil()) return CacheWay{shape, 0, 0, static_cast<uint16_t>(CacheKind::kAbsent), 0};
    if (!holder.isTable()) return std::nullopt;
    Shape& s = isolate.shapes.of(asTable(holder));
    if (!s.unique() || !(s.flags & kIsPrototype)) return std::nullopt;
    uint32_t slot = isolate.shapes.find(s, key);
    if (slot != ShapeTable::kNone) return wayToSlot(s, shape, slot, true, 0);
    metatable = s.metatable;
  }
  return std::nullopt;
}

}  // namespace

std::optional<CacheWay> wayToRead(Isolate& isolate, uint32_t shape, String* key) {
  Shape& s = isolate.shapes[shape];
  if (s.dictionary()) return std::nullopt;
  uint32_t slot = isolate.shapes.find(s, key);
  if (slot == ShapeTable::kNone) {
    // It may get the key without changing its shape.
    if (s.unique() && !(s.flags & kIsPrototype)) return std::nullopt;
    return behind(isolate, shape, s.metatable, key);
  }
  uint16_t plain = s.unique() ? 2 : 1;
  if (!s.metatable.isNil()) {
    auto next = behind(isolate, shape, s.metatable, key);
    plain = next && next->how == static_cast<uint16_t>(CacheKind::kAbsent) ? 2 : 0;
  }
  return wayToSlot(s, shape, slot, false, plain);
}

std::optional<CacheWay> wayToStore(Isolate& isolate, uint32_t shape, String* key) {
  Shape& s = isolate.shapes[shape];
  if (s.dictionary()) return std::nullopt;
  uint32_t slot = isolate.shapes.find(s, key);
  if (slot == ShapeTable::kNone) return std::nullopt;
  // Stores into constants are seen by everybody.
  if (s.isConstant(slot)) return std::nullopt;
  // What others look up by such names is remembered elsewhere.
  if ((s.flags & kIsPrototype) && (key->flags & kMetaNameString)) return std::nullopt;
  uint16_t plain = s.unique() ? 2 : 1;
  if (!s.metatable.isNil()) plain = metamethodOf(isolate, s.metatable, Meta::kNewIndex).isNil() ? 2 : 0;
  return wayToSlot(s, shape, slot, false, plain);
}

}  // namespace devvm::runtime
