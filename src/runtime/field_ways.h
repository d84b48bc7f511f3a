// Where a named field of tables of some shape is, found out without a table: what inline caches would hold.
#pragma once

#include <optional>

#include "runtime/isolate.h"

namespace devvm::runtime {

/// How reads of `key` (interned) go from tables of the shape: to an own field, to one of a table behind it by __index,
/// or to nobody (kAbsent). None where a function decides, or where that may change without a change of the prototype
/// epoch. Never allocates in the heap.
std::optional<CacheWay> wayToRead(Isolate& isolate, uint32_t shape, String* key);

/// The same for stores into fields that tables of the shape have.
std::optional<CacheWay> wayToStore(Isolate& isolate, uint32_t shape, String* key);

/// Beside the Metas in ShapeTable::usedMeta and ShapeFact: the library gave strings their metatable, and a program has
/// given them another one.
inline constexpr unsigned kStringsChanged = static_cast<unsigned>(Meta::kCount);
static_assert(kStringsChanged < 32);

}  // namespace devvm::runtime
