// Verification and heap walks: a trace that changes nothing, from the roots.
#include <algorithm>
#include <cstdio>

#include "heap/heap_impl.h"
#include "heap/marking_cycle.h"

namespace devvm::heap {

namespace {

/// A set of addresses.
class ObjectSet {
 public:
  /// False if it was there already.
  bool insert(const Object* o) {
    if ((count_ + 1) * 2 > table_.size()) grow();
    const Object** p = find(o);
    if (*p != nullptr) return false;
    *p = o;
    count_++;
    return true;
  }
  bool contains(const Object* o) { return count_ != 0 && *find(o) != nullptr; }

 private:
  const Object** find(const Object* o) {
    size_t mask = table_.size() - 1;
    size_t i = static_cast<size_t>((reinterpret_cast<uintptr_t>(o) >> 3) * 0x9E3779B97F4A7C15u >> 20) & mask;
    while (table_[i] != nullptr && table_[i] != o) i = (i + 1) & mask;
    return &table_[i];
  }
  void grow() {
    Growable<const Object*> old;
    old.swap(table_);
    table_.assignBytes(old.empty() ? 1024 : old.size() * 2, 0);
    for (const Object* o : old) {
      if (o != nullptr) *find(o) = o;
    }
  }
  Growable<const Object*> table_;
  size_t count_ = 0;
};

/// Visits everything reachable, weakly held objects included (their slots must be sound too).
class Walker final : public SlotVisitor {
 public:
  Walker(HeapImpl& impl, bool check) : h_(impl), check_(check) {
    keepsWeak_ = true;
    moves_ = false;
  }

  void run() {
    if (check_) collectTables();
    h_.embedder.visitRoots(*this, false);
    while (!stack_.empty() && complaint.empty()) {
      Object* o = stack_.pop();
      order.push(o);
      youngSeen_ = nullptr;
      holder_ = o;
      const KindLayout& k = h_.layouts[o->kind];
      if (k.scan == KindLayout::kCustom) {
        h_.kind(o).visit(o, *this);
      } else if (k.scan == KindLayout::kSlots) {
        char* p = reinterpret_cast<char*>(o);
        visitSlots(reinterpret_cast<Value*>(p + k.slotStart), (k.size(o) - k.slotStart) / sizeof(Value));
      }
      if (check_ && youngSeen_ != nullptr && (o->gc & kOld)) checkRemembered(o);
    }
    if (check_ && complaint.empty()) checkOverlap();
  }

  Growable<Object*> order;
  std::string complaint;

 protected:
  void visitSlots(Value* first, size_t count) override {
    for (size_t i = 0; i < count; i++) {
      Value v = loadSlot(first + i);
      if (!v.isHeap()) continue;
      slot_ = first + i;
      found(v.asObject());
      if (check_ && complaint.empty() && h_.kind(v.asObject()).tag != v.tag())
        complain("tag and kind differ", v.asObject());
      if (!complaint.empty()) return;
    }
  }
  void visitPointer(Object** p) override {
    slot_ = p;
    found(*p);
  }
  void visitWeak(Value* s) override { visitSlots(s, 1); }
  void visitEphemeron(Value* key, Value* value) override {
    visitSlots(key, 1);
    visitSlots(value, 1);
  }
  void visitWeakPair(Value* key, Value* value) override { visitEphemeron(key, value); }
  void visitDeferred(Object*) override {}

 private:
  void found(Object* o) {
    if (!complaint.empty()) return;
    if (check_ && !checkObject(o)) return;
    if (h_.isYoung(o)) {
      youngSeen_ = slot_;
      if (check_ && holder_ != nullptr && (holder_->gc & kOld) && h_.hasCards(holder_)) checkCard();
    }
    if (seen_.insert(o)) stack_.push(o);
  }

  void complain(const char* what, const Object* o) {
    char text[256];
    std::snprintf(text, sizeof text, "%s: object %p, slot %p, holder %p (kind %s)", what, static_cast<const void*>(o),
                  slot_, static_cast<const void*>(holder_), holder_ == nullptr ? "root" : h_.kind(holder_).name);
    complaint = text;
  }

  bool fail(const char* what, const Object* o) {
    complain(what, o);
    return false;
  }

  void collectTables() {
    for (LargeHeader* l : h_.large.all()) large_.insert(l->object());
    for (Object* o : h_.remembered) remembered_.insert(o);
    for (Object* o : h_.dirtyArrays) remembered_.insert(o);
  }

  /// Whether `o` can be an object: first where it lies, then its header.
  bool checkObject(const Object* o) {
    auto* p = reinterpret_cast<const char*>(o);
    const Nursery& n = h_.nursery;
    if (reinterpret_cast<uintptr_t>(o) % 8 != 0) return fail("misaligned pointer", o);
    if (h_.isYoung(o)) {
      bool inside = (p >= n.edenStart() && p < h_.edenTop()) || (p >= n.survivorsStart() && p < n.survivorsEnd());
      if (!inside) return fail("pointer into the unused nursery", o);
      if (o->gc & (kOld | kMarked | kFixed | kLarge)) return fail("young object with bits of an old one", o);
    } else if (large_.contains(o)) {
      if ((o->gc & (kOld | kFixed | kLarge)) != (kOld | kFixed | kLarge))
        return fail("large object without its bits", o);
    } else if (h_.study != nullptr && h_.study->contains(o)) {
      if ((o->gc & (kOld | kFixed | kLarge)) != kOld) return fail("old object with wrong bits", o);
    } else {
      if (!h_.pool.contains(o)) return fail("pointer outside the heap", o);
      const BlockInfo& b = Chunk::infoOf(o);
      if (b.state == BlockState::kFixed) {
        if ((p - Chunk::blockStart(o)) % b.cellBytes != 0) return fail("pointer into a fixed cell", o);
        if (o->kind == kFreeCellKind) return fail("pointer to a free cell", o);
        if ((o->gc & (kOld | kFixed | kLarge)) != (kOld | kFixed)) return fail("fixed object without its bits", o);
      } else if (b.state == BlockState::kOld) {
        if ((o->gc & (kOld | kFixed | kLarge)) != kOld) return fail("old object with wrong bits", o);
      } else {
        return fail("pointer into a free block", o);
      }
    }
    if (o->kind >= h_.kindCount()) return fail("no such kind", o);
    if (o->gc & kForwarded) return fail("pointer to a moved object", o);
    if ((o->gc & kOld) && (o->gc & kMarked) != h_.color && h_.cycle == nullptr)
      return fail("pointer to an object that was swept", o);
    return true;
  }

  void checkRemembered(Object* o) {
    if (h_.hasCards(o)) return;  // see found()
    slot_ = youngSeen_;
    if (o->gc & kNeedsBarrier) return complain("old object refers to a young one and is not remembered", o);
    if (!remembered_.contains(o)) return complain("old object looks remembered but is not in the set", o);
  }

  void checkCard() {
    if (!(holder_->gc & kLarge)) {
      bool listed = (holder_->gc & kDirty) != 0 && remembered_.contains(holder_);
      if (Chunk::of(holder_)->cards[Chunk::lineIndex(slot_)] == 0 || !listed)
        complain("young pointer under a clean card", holder_);
      return;
    }
    LargeHeader* l = LargeHeader::of(holder_);
    size_t card =
        static_cast<size_t>(static_cast<const char*>(slot_) - reinterpret_cast<const char*>(holder_)) / kCardBytes;
    if (l->cards[card] == 0 || !l->dirty) complain("young pointer under a clean card", holder_);
  }

  /// No two objects share bytes.
  void checkOverlap() {
    std::sort(order.begin(), order.end());
    for (size_t i = 1; i < order.size(); i++) {
      const Object* a = order[i - 1];
      if (reinterpret_cast<const char*>(a) + h_.sizeOf(a) > reinterpret_cast<const char*>(order[i])) {
        holder_ = nullptr;
        return complain("objects overlap", order[i]);
      }
    }
  }

  HeapImpl& h_;
  bool check_;
  Object* holder_ = nullptr;
  const void* slot_ = nullptr;
  const void* youngSeen_ = nullptr;
  Growable<Object*> stack_;
  ObjectSet seen_, large_, remembered_;
};

}  // namespace

std::string Heap::verify() {
  Walker walker(*impl_, true);
  walker.run();
  return walker.complaint;
}

void Heap::forEachObject(const std::function<void(Object*)>& f) {
  Walker walker(*impl_, false);
  walker.run();
  for (Object* o : walker.order) f(o);
}

}  // namespace devvm::heap
