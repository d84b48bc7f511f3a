// Hidden classes (Chambers, Ungar & Lee, "An efficient implementation of SELF", OOPSLA 1989).
//
// A shape says where the named fields of a table are and what its metatable is. Shapes form a transition tree per
// inline capacity; tables that serve as globals, modules, metatables or __index get a shape of their own ("unique"),
// which grows in place; tables that behave like maps are in dictionary mode. Shapes are C++ objects owned by the
// ShapeTable, found by a 32-bit id, collected in full collections when no table has them.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/objects.h"

namespace devvm::runtime {

enum ShapeFlag : uint8_t {
  kUniqueShape = 1,      ///< belongs to one table (`owner`), grows in place, slots never move
  kDictionaryShape = 2,  ///< props is a Dict; no slots
  kWeakShape = 4,        ///< dictionary without array part: a weak table
  kIsPrototype = 8,      ///< the unique table serves as metatable or __index of another: adding keys ends caches
};

/// Names of metamethods that the runtime looks up, see metamethods.def.
enum class Meta : uint8_t {
#define META(name, text) k##name,
#include "runtime/metamethods.def"
#undef META
  kCount
};

/// Open-addressed map from interned key to slot number, with the keys in slot order.
class PropertyMap {
 public:
  ~PropertyMap();
  uint32_t count() const { return count_; }
  Value keyAt(uint32_t slot) const { return keys_[slot]; }
  Value* keySlots() { return keys_; }
  /// Slot of `key`, or UINT32_MAX.
  uint32_t find(const String* key) const;
  void add(const String* key);  ///< gets slot count()
  size_t bytes() const;

 private:
  Value* keys_ = nullptr;
  uint32_t* index_ = nullptr;  // slot + 1, or 0
  uint32_t count_ = 0, capacity_ = 0, indexSize_ = 0;
  void grow();
};

struct Shape {
  uint32_t id = 0;
  uint32_t parent = 0;       ///< shape this one extends by `key` (0: none)
  uint32_t slotCount = 0;    ///< named fields
  uint8_t inlineCapacity = 0;
  uint8_t flags = 0;
  bool marked = false;       ///< reached by the running full collection
  bool megamorphicMeta = false;  ///< too many metatables met here: setmetatable goes to dictionary mode
  Value key;                 ///< the interned name of the last field (nil for roots)
  Value metatable;           ///< table or nil
  Value owner;               ///< unique shapes: their table (weak)
  /// Bit m: the unique table that serves as a metatable surely has no field named by Meta m.
  uint32_t absentMeta = 0;
  PropertyMap* map = nullptr;  ///< built on demand; always there for unique shapes
  struct Transition {
    uint64_t key;  ///< key string address, or metatable's shape id << 1 | 1
    uint32_t target;
  };
  std::vector<Transition> transitions;

  bool unique() const { return flags & kUniqueShape; }
  bool dictionary() const { return flags & kDictionaryShape; }
};

/// All shapes of an isolate.
class ShapeTable {
 public:
  explicit ShapeTable(Isolate& isolate) : isolate_(isolate) {}
  ~ShapeTable();

  Shape& operator[](uint32_t id) { return *shapes_[id]; }
  Shape& of(const Table* t) { return *shapes_[t->word]; }

  /// Root shape (no fields, no metatable) for tables with so many inline slots (rounded up by inlineClass()).
  Shape& root(uint8_t inlineCapacity);
  /// The inline capacities in use: 0, 2, 4, 6, 8, 12, 16, 24, 32.
  static uint8_t inlineClass(uint32_t wanted);
  /// Dictionary-mode shape with the given metatable and inline capacity.
  Shape& dictionary(Value metatable, uint8_t inlineCapacity, bool weak);
  /// The shape after adding a field; 0 if the table should become a dictionary instead (too many fields or shapes).
  uint32_t addField(Shape& from, const String* key);
  /// The shape with another metatable and the same fields; 0 if the table should become a dictionary.
  uint32_t withMetatable(Shape& from, Value metatable);
  /// A new unique shape with the fields of `from`.
  Shape& makeUnique(Shape& from, Value owner);
  /// Slot of `key` in `shape`, or UINT32_MAX. Not for dictionaries.
  uint32_t find(Shape& shape, const String* key);
  /// Name of the field in `slot`.
  Value keyAt(Shape& shape, uint32_t slot);

  size_t count() const { return live_; }
  size_t bytes() const { return bytes_; }
  /// A change that may alter what a lookup through metatables finds: all such caches compare this number.
  uint32_t prototypeEpoch = 1;

  // ---- collector ----
  void visitStrong(uint32_t id, heap::SlotVisitor& v);  ///< a live table has this shape
  void visitYoung(heap::SlotVisitor& v);                ///< minor: shapes with young metatables or owners
  void beginFull();
  void sweep(heap::Heap& heap);                         ///< frees unmarked shapes, updates owners and transitions

 private:
  Shape& create();
  PropertyMap& mapOf(Shape& shape);
  Isolate& isolate_;
  std::vector<Shape*> shapes_{nullptr};
  std::vector<uint32_t> freeIds_;
  std::vector<uint32_t> young_;  // ids of shapes whose metatable or owner may be young
  size_t live_ = 0, bytes_ = 0;
  uint32_t roots_[33] = {};
};

}  // namespace devvm::runtime
