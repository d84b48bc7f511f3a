// Hidden classes (Chambers, Ungar & Lee, "An efficient implementation of SELF", OOPSLA 1989).
//
// A shape says where the named fields of a table are and what its metatable is. Shapes form a transition tree per
// inline capacity; tables that serve as globals, modules, metatables or __index get a shape of their own ("unique"),
// which grows in place; tables that behave like maps are in dictionary mode. Shapes are C++ objects owned by the
// ShapeTable, found by a 32-bit id, collected in full collections when no table has them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/objects.h"

namespace devvm::runtime {

enum ShapeFlag : uint8_t {
  kUniqueShape = 1,      ///< belongs to one table (`owner`), grows in place, slots never move
  kDictionaryShape = 2,  ///< props is a Dict; no slots
  kWeakShape = 4,        ///< dictionary without array part: a weak table
  kIsPrototype = 8,      ///< the unique table serves as metatable or __index of another: adding keys ends caches
  kWatchedShape = 32,    ///< compiled code relies on what it says: it is told of changes
  kChurningShape = 16,   ///< one of very many roots for metatables: its tables are better dictionaries
};

/// Names of metamethods that the runtime looks up, see metamethods.def.
enum class Meta : uint8_t {
#define META(name, text) k##name,
#include "runtime/metamethods.def"
#undef META
  kCount
};

/// Map from interned key to slot number, with the keys in slot order: a list while small, then with a hash index.
class PropertyMap {
 public:
  PropertyMap() : keys_(few_) {}
  PropertyMap(const PropertyMap&) = delete;
  PropertyMap& operator=(const PropertyMap&) = delete;
  ~PropertyMap();
  uint32_t count() const { return count_; }
  Value keyAt(uint32_t slot) const { return keys_[slot]; }
  Value* keySlots() { return keys_; }
  /// Slot of `key`, or UINT32_MAX.
  uint32_t find(const String* key) const;
  void add(const String* key);  ///< gets slot count()
  size_t bytes() const;

 private:
  static constexpr uint32_t kFew = 4;
  Value* keys_;                // few_, or allocated
  uint32_t* index_ = nullptr;  // slot + 1, or 0
  uint32_t count_ = 0, capacity_ = kFew, indexSize_ = 0;
  Value few_[kFew];
  void grow();
};

struct Shape {
  uint32_t id = 0;
  uint32_t parent = 0;     ///< shape this one extends by `key` (0: none)
  uint32_t slotCount = 0;  ///< named fields
  uint8_t inlineCapacity = 0;
  uint8_t flags = 0;
  bool marked = false;           ///< reached by the running full collection
  bool megamorphicMeta = false;  ///< too many metatables met here: setmetatable goes to dictionary mode
  uint8_t idle = 0;              ///< full collections in a row that found neither table nor machine code with it
  uint8_t watchedChanges = 0;    ///< how often compiled code was wrong about keys or metatable. Sticks at its maximum
  uint16_t metaTransitions = 0;  ///< transitions to other metatables
  uint32_t transitionCount = 0;
  Value key;        ///< the interned name of the last field (nil for roots)
  Value metatable;  ///< table or nil
  Value owner;      ///< shapes that belong to one table: that table (weak)
  /// Bit m: the table that serves as a metatable (its shape has an owner) surely has no field named by Meta m.
  uint32_t absentMeta = 0;
  /// What is known of the slots of a unique shape, which never move.
  struct Slots {
    uint16_t meta[static_cast<size_t>(Meta::kCount)] = {};  ///< 1 + that of each Meta's field, if looked up and found
    /// Whether it got another value since the shape was made. Slots that did not are constants on which compiled code
    /// may rely: no cache has a way to store there. Shorter than the list of slots at times.
    std::vector<bool> reassigned;
  };
  std::unique_ptr<Slots> slots;  ///< null: nothing (there are programs with very many metatables)
  PropertyMap* map = nullptr;    ///< built on demand; always there for unique shapes
  struct Transition {
    uint64_t key;  ///< key string address, or metatable's shape id << 1 | 1; 0: empty
    uint32_t target;
  };
  std::vector<Transition> transitions;  ///< a list of up to 8, then a hash table
  /// If `owner` is a metatable: the shapes without fields, and the dictionary shapes, of tables that have it, as a list
  /// linked by nextInstance.
  uint32_t firstInstance = 0;
  uint32_t nextInstance = 0;

  Shape() = default;
  Shape(const Shape&) = delete;
  Shape& operator=(const Shape&) = delete;
  ~Shape() { delete map; }
  bool unique() const { return flags & kUniqueShape; }
  bool dictionary() const { return flags & kDictionaryShape; }
  bool weak() const { return flags & kWeakShape; }
  /// Belongs to one table: a unique shape, or the dictionary shape of a metatable.
  bool owned() const { return !owner.isNil(); }
  /// The slot (of a unique shape) has had only one value.
  bool isConstant(uint32_t slot) const {
    return unique() && (slots == nullptr || slot >= slots->reassigned.size() || !slots->reassigned[slot]);
  }
};

/// All shapes of an isolate.
class ShapeTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kMaxFields = 64;          ///< of shapes that tables share
  static constexpr uint32_t kMaxUniqueFields = 4096;  ///< more are kept in a dictionary, which the heap accounts for
  static constexpr uint32_t kMaxShared = 16384;       ///< shapes that tables share

  explicit ShapeTable(Isolate& isolate) : isolate_(isolate) {}
  ~ShapeTable();
  ShapeTable(const ShapeTable&) = delete;
  ShapeTable& operator=(const ShapeTable&) = delete;

  Shape& operator[](uint32_t id) { return *shapes_[id]; }
  Shape& of(const Table* t) { return *shapes_[t->word]; }

  /// Root shape (no fields, no metatable) for tables with so many inline slots (rounded up by inlineClass()).
  Shape& root(uint8_t inlineCapacity) {
    uint32_t id = roots_[inlineCapacity];
    return id != 0 ? *shapes_[id] : makeRoot(inlineCapacity);
  }
  /// The inline capacities in use: 0, 2, 4, 6, 8, 12, 16, 24, 32.
  static uint8_t inlineClass(uint32_t wanted);
  /// Dictionary-mode shape with the given metatable (nil, or a table whose shape has an owner) and inline capacity.
  Shape& dictionary(Value metatable, uint8_t inlineCapacity, bool weak);
  /// Shape without fields, with the given metatable as above.
  Shape& withoutFields(Value metatable, uint8_t inlineCapacity) {
    return metatable.isNil() ? root(inlineCapacity) : instance(metatable, inlineCapacity, 0);
  }
  /// The shape after adding a field to a shared shape; 0 if the table should become a dictionary instead (too many
  /// fields or shapes).
  uint32_t addField(Shape& from, const String* key);
  /// Adds a field to a unique shape; it gets slot slotCount - 1. Invalidates caches that found it absent.
  void addUniqueField(Shape& shape, const String* key);
  /// The slot of a unique shape is about to get another value.
  void reassign(Shape& shape, uint32_t slot);
  /// The table of a shape serves as a metatable from now on, or has got a field named by `m`.
  void noteMetas(Shape& shape);
  void noteMeta(unsigned m);
  /// Bit m: some table that serves as a metatable has had a field named by Meta m.
  uint32_t usedMeta = 0;
  /// Changes that end facts (ShapeFact) of any shape.
  uint64_t factChanges = 0;
  /// The shape with another metatable (nil, or a table whose shape has an owner) and the same fields, for a shared
  /// shape; 0 if the table should become a dictionary.
  uint32_t withMetatable(Shape& from, Value metatable);
  /// Changes the metatable of a shape that has an owner.
  void setOwnedMetatable(Shape& shape, Value metatable);
  /// A new unique shape with the fields of `from`.
  Shape& makeUnique(Shape& from, Value owner);
  /// A new dictionary shape that belongs to `owner`, whose shape was `from`; takes over what depends on it.
  Shape& makeOwnedDictionary(Shape& from, Value owner, bool weak);
  /// Slot of `key` in `shape`, or kNone. Not for dictionaries.
  uint32_t find(Shape& shape, const String* key) {
    PropertyMap* map = shape.map;
    return (map != nullptr ? map : buildMap(shape))->find(key);
  }
  /// Notes in a unique shape where the field named by `m` is, if there is memory for that.
  void noteMetaSlot(Shape& shape, Meta m, uint32_t slot);
  /// Name of the field in `slot`.
  Value keyAt(Shape& shape, uint32_t slot) { return (shape.map != nullptr ? shape.map : buildMap(shape))->keyAt(slot); }
  /// To be called before making shapes where a collection is welcome: when there are too many, collects those without
  /// tables, and raises the limit if there are none. MAY COLLECT.
  void makeRoom();
  /// A key was added to a dictionary or unique shape with kIsPrototype, or the value of `__index` or `__newindex` there
  /// is about to change.
  void prototypeChanged(Shape& shape, const String* key);

  size_t count() const { return live_; }
  size_t bytes() const { return bytes_; }
  /// A change that may alter what a lookup through metatables, or of a field once found absent, finds: all such caches
  /// compare this number.
  uint32_t prototypeEpoch = 1;
  Shape* const* byId = nullptr;  ///< all shapes, for machine code; changes when there are more

  // ---- collector ----
  void visitStrong(uint32_t id, heap::SlotVisitor& v);  ///< a live table has this shape
  void visitYoung(heap::SlotVisitor& v);                ///< minor: shapes with young metatables or owners
  void updateYoung(heap::Heap& heap);                   ///< minor: after marking
  void visitAll(heap::SlotVisitor& v);                  ///< walks outside collections
  void beginFull();
  bool marking() const { return marking_; }  ///< a full collection is running and tables report shapes
  void sweep(heap::Heap& heap);              ///< frees unmarked shapes, updates owners and transitions

 private:
  Shape& create(uint8_t inlineCapacity, uint8_t flags, Value metatable, Value owner);
  Shape& makeRoot(uint8_t inlineCapacity);
  Shape& instance(Value metatable, uint8_t inlineCapacity, uint8_t flags);
  PropertyMap* buildMap(Shape& shape);
  void factChanged(Shape& shape, uint32_t what);
  void watch(Shape& shape);
  /// Shapes take so many bytes more: the heap has less room at once, or a program that makes shapes would go beyond its
  /// limit until the nursery is full.
  void account(size_t bytes);
  static uint32_t findTransition(const Shape& shape, uint64_t key);
  void addTransition(Shape& from, uint64_t key, uint32_t target);
  bool isRoot(const Shape& shape) const;
  void keepCompiled();
  bool decide(uint32_t id, std::vector<uint8_t>& fate, heap::Heap& heap);
  void dropDeadLinks(Shape& shape, const std::vector<uint8_t>& fate);
  void dropDeadInstances(Shape& meta, const std::vector<uint8_t>& fate);
  void clearFeedback(const std::vector<uint8_t>& fate);

  Isolate& isolate_;
  std::vector<Shape*> shapes_{nullptr};
  std::vector<uint32_t> freeIds_;
  std::vector<uint32_t> young_;  // ids of shapes whose metatable or owner may be young
  size_t live_ = 0, shared_ = 0, bytes_ = 0;
  size_t limit_ = kMaxShared;  // makeRoom() collects when so many are alive
  size_t metaRoots_ = 0;       // shapes without fields that have a metatable
  bool marking_ = false;
  uint32_t roots_[33] = {};
  uint32_t dictionaries_[33][2] = {};  // without metatable: strong, weak
};

}  // namespace devvm::runtime
