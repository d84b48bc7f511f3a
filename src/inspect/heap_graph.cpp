#include "inspect/heap_graph.h"

#include <unordered_set>

#include "heap/phase_scope.h"
#include "inspect/object_names.h"
#include "runtime/dict.h"
#include "runtime/fiber.h"
#include "runtime/frames.h"
#include "runtime/kinds.h"
#include "runtime/objects.h"
#include "runtime/weak.h"

namespace devvm::inspect {

using namespace runtime;

uint32_t NameTable::indexOf(std::string_view name) {
  auto [at, fresh] = indices_.try_emplace(std::string(name), static_cast<uint32_t>(names_.size()));
  if (fresh) names_.emplace_back(name);
  return at->second;
}

namespace {

/// The slots of all shapes, which outside of collections are told as roots.
class ShapeSlots final : public heap::SlotVisitor {
 public:
  std::unordered_set<const Value*> slots;

 protected:
  void visitSlots(Value* first, size_t count) override {
    for (size_t i = 0; i < count; i++) slots.insert(first + i);
  }
  void visitPointer(Object**) override {}
  void visitWeak(Value* s) override { slots.insert(s); }
  void visitEphemeron(Value*, Value*) override {}
  void visitWeakPair(Value*, Value*) override {}
  void visitDeferred(Object*) override {}
};

/// Walks the objects breadth first, so that the first way to an object is a shortest one.
class Capture final : public heap::SlotVisitor {
 public:
  Capture(Isolate& isolate, HeapGraph& graph)
      : iso_(isolate), graph_(graph), names_(graph.names), objectNames_(isolate) {
    moves_ = false;
  }

  void run() {
    synthetic("(roots)");
    property("(globals)", iso_.globals);
    property("(registry)", iso_.registry);
    if (iso_.mainFiber != nullptr && iso_.mainFiber->object != nullptr) {
      edge(EdgeType::kProperty, names_.indexOf("(main coroutine)"), nodeOf(iso_.mainFiber->object));
    }
    // A table holds its metatable, whatever its shape says; what else shapes hold, names of fields, is nobody's.
    ShapeSlots shapes;
    iso_.shapes.visitAll(shapes);
    shapeSlots_ = &shapes.slots;
    iso_.visitRoots(*this, false);
    shapeSlots_ = nullptr;
    auto shapesNode = static_cast<uint32_t>(graph_.nodes.size());
    edge(EdgeType::kInternal, names_.indexOf("(shapes)"), shapesNode);
    closeEdges(0);
    synthetic("(shapes)");
    for (size_t i = 1; i < graph_.nodes.size(); i++) {
      graph_.nodes[i].firstEdge = static_cast<uint32_t>(graph_.edges.size());
      if (i == shapesNode) {
        graph_.nodes[i].bytes = iso_.shapes.bytes();
        for (const Value* slot : shapes.slots) {
          if (loadSlot(slot).isString()) internal("", loadSlot(slot));
        }
      } else {
        object(i, objects_[i]);
      }
      closeEdges(i);
    }
    addWeakEdges();
  }

 protected:
  void visitSlots(Value* first, size_t count) override {
    for (size_t i = 0; i < count; i++) {
      // What the main coroutine's frames hold is told as its own.
      const Fiber* main = iso_.mainFiber;
      bool roots = shapeSlots_ != nullptr;
      if (roots &&
          (shapeSlots_->contains(first + i) || (main != nullptr && first >= main->low && first < main->high))) {
        continue;
      }
      internal("", loadSlot(first + i));
    }
  }
  void visitPointer(Object** p) override { edge(EdgeType::kInternal, names_.indexOf(""), nodeOf(*p)); }
  void visitWeak(Value* s) override { weak("", loadSlot(s)); }
  void visitEphemeron(Value* key, Value* value) override {
    weak("(key)", loadSlot(key));
    internal("(value)", loadSlot(value));
  }
  void visitWeakPair(Value* key, Value* value) override {
    weak("(key)", loadSlot(key));
    weak("(value)", loadSlot(value));
  }
  void visitDeferred(Object*) override {}

 private:
  struct WeakReference {
    uint32_t from, name;
    const Object* to;
  };

  void synthetic(const char* name) {
    // Objects have odd identities.
    graph_.nodes.push_back({NodeType::kSynthetic, names_.indexOf(name), (graph_.nodes.size() + 1) * 2, 0, 0, 0});
    objects_.push_back(nullptr);
  }

  void closeEdges(size_t node) {
    graph_.nodes[node].edgeCount = static_cast<uint32_t>(graph_.edges.size()) - graph_.nodes[node].firstEdge;
  }

  void edge(EdgeType type, uint32_t name, uint32_t to) { graph_.edges.push_back({type, name, to}); }
  /// References to what is no object are part of who refers.
  void reference(EdgeType type, uint32_t name, Value v) {
    if (v.isHeap()) edge(type, name, nodeOf(v.asObject()));
  }
  void property(std::string_view name, Value v) {
    if (v.isHeap()) reference(EdgeType::kProperty, names_.indexOf(name), v);
  }
  void internal(std::string_view name, Value v) {
    if (v.isHeap()) reference(EdgeType::kInternal, names_.indexOf(name), v);
  }
  void weak(std::string_view name, Value v) {
    if (v.isHeap()) weak_.push_back({current_, names_.indexOf(name), v.asObject()});
  }

  uint32_t nodeOf(Object* o) {
    auto [at, fresh] = indices_.try_emplace(o, static_cast<uint32_t>(graph_.nodes.size()));
    if (!fresh) return at->second;
    HeapNode n;
    n.id = iso_.weakMaps->identityOf(iso_.heap, o) * 2 + 1;
    n.bytes = heap::objectSize(o, kKindInfos[o->kind]);
    n.type = typeOf(o);
    n.name = names_.indexOf(objectNames_.nameOf(o));
    graph_.nodes.push_back(n);
    objects_.push_back(o);
    return at->second;
  }

  static NodeType typeOf(const Object* o) {
    switch (kindOf(o)) {
      case Kind::kString: return NodeType::kString;
      case Kind::kWideInt: return NodeType::kNumber;
      case Kind::kTable: return NodeType::kObject;
      case Kind::kClosure:
      case Kind::kNative: return NodeType::kClosure;
      case Kind::kPrototype: return NodeType::kCode;
      case Kind::kUserdata:
      case Kind::kFiber: return NodeType::kNative;
      case Kind::kValueArray:
      case Kind::kDict:
      case Kind::kWeakDict:
      case Kind::kList:
      case Kind::kBlock:
      case Kind::kArray: return NodeType::kArray;
      default: return NodeType::kHidden;
    }
  }

  void object(size_t node, Object* o) {
    current_ = static_cast<uint32_t>(node);
    switch (kindOf(o)) {
      case Kind::kTable: return table(node, static_cast<Table*>(o));
      case Kind::kClosure: return closure(static_cast<Closure*>(o));
      case Kind::kFiber:
        if (Fiber* f = static_cast<FiberObject*>(o)->fiber; f != nullptr) fiber(node, *f);
        break;
      case Kind::kCell: return property("(value)", loadSlot(&static_cast<Cell*>(o)->value));
      case Kind::kPrototype:
        if (const Code* code = static_cast<PrototypeObject*>(o)->code) graph_.nodes[node].bytes += code->bytes();
        break;
      case Kind::kUserdata: property("(metatable)", loadSlot(&static_cast<Userdata*>(o)->metatable)); break;
      default: break;
    }
    const heap::KindInfo& k = kKindInfos[o->kind];
    if (k.visit != nullptr) return k.visit(o, *this);
    if (k.slotStart == 0) return;
    auto* first = reinterpret_cast<Value*>(reinterpret_cast<char*>(o) + k.slotStart);
    visitSlots(first, (heap::objectSize(o, k) - k.slotStart) / sizeof(Value));
  }

  void table(size_t node, Table* t) {
    Shape& shape = iso_.shapes.of(t);
    property("(metatable)", shape.metatable);
    auto own = [&](Value storage) {
      graph_.nodes[node].bytes += heap::objectSize(storage.asObject(), kKindInfos[storage.asObject()->kind]);
    };
    if (!(t->array == iso_.emptyArray)) {
      own(t->array);
      ValueArray* a = t->arrayStorage();
      for (uint32_t i = 0; i < a->length; i++) reference(EdgeType::kElement, i + 1, loadSlot(&a->slots[i]));
    }
    if (t->props.isHeap()) own(t->props);
    if (shape.dictionary()) {
      if (t->props.isHeap()) dictionary(as<Dict>(t->props));
      return;
    }
    for (uint32_t i = 0; i < shape.slotCount; i++) {
      Value v = i < t->aux ? loadSlot(&t->inlineSlots[i]) : loadSlot(&as<ValueArray>(t->props)->slots[i - t->aux]);
      if (v.isHeap()) property(asString(iso_.shapes.keyAt(shape, i))->view(), v);
    }
  }

  void dictionary(Dict* d) {
    uint8_t weakness = kindOf(d) == Kind::kWeakDict ? d->aux : 0;
    for (uint32_t i = 0; i < d->used; i++) {
      const DictEntry& e = d->entries[i];
      if (!entryIsLive(e) || entryIsDead(e)) continue;
      bool weakKey = (weakness & Dict::kWeakKeys) != 0, weakValue = (weakness & Dict::kWeakValues) != 0;
      std::string name = objectNames_.keyText(e.key);
      if (!e.key.isString() && e.key.isHeap()) weakKey ? weak("(key)", e.key) : internal("(key)", e.key);
      weakValue ? weak(name, e.value) : property(name, e.value);
    }
  }

  void closure(Closure* c) {
    internal("(prototype)", c->prototype);
    const auto& upvalues = c->code->function->upvalues;
    for (uint32_t i = 0; i < c->word; i++) {
      Value v = loadSlot(&c->upvalues[i]);
      std::string_view name = i < upvalues.size() ? std::string_view(upvalues[i].name) : "";
      if (v.isHeap()) reference(EdgeType::kContext, names_.indexOf(name), v);
    }
  }

  /// Locals by name, innermost frame first.
  void fiber(size_t node, Fiber& f) {
    graph_.nodes[node].bytes += static_cast<size_t>(f.high - f.sp) * sizeof(Value);
    Frame frame;
    for (bool more = innermostFrame(f, frame); more; more = callerFrame(frame, frame)) {
      Value callee = frame.callee();
      std::string function = objectNames_.nameOf(callee.asObject());
      reference(EdgeType::kContext, names_.indexOf(function), callee);
      if (frame.isNative()) continue;
      for (int n = 1;; n++) {
        LocalPlace place = localVariable(frame, n);
        if (place.slot == nullptr) break;
        Value v = loadSlot(place.slot);
        if (v.isHeap()) reference(EdgeType::kContext, names_.indexOf(place.name + " in " + function), v);
      }
    }
    if (f.isMain) f.visit(*this);  // the kind leaves its stack to the roots
  }

  /// Of weak references only those to what is alive otherwise.
  void addWeakEdges() {
    if (weak_.empty()) return;
    std::vector<HeapEdge> all;
    all.reserve(graph_.edges.size() + weak_.size());
    size_t next = 0;  // they were met in order of their holders
    for (uint32_t i = 0; i < graph_.nodes.size(); i++) {
      HeapNode& n = graph_.nodes[i];
      auto begin = graph_.edges.begin() + n.firstEdge;
      n.firstEdge = static_cast<uint32_t>(all.size());
      all.insert(all.end(), begin, begin + n.edgeCount);
      for (; next < weak_.size() && weak_[next].from == i; next++) {
        auto at = indices_.find(weak_[next].to);
        if (at != indices_.end()) all.push_back({EdgeType::kWeak, weak_[next].name, at->second});
      }
      n.edgeCount = static_cast<uint32_t>(all.size()) - n.firstEdge;
    }
    graph_.edges.swap(all);
  }

  Isolate& iso_;
  HeapGraph& graph_;
  NameTable names_;
  ObjectNames objectNames_;
  std::unordered_map<const Object*, uint32_t> indices_;
  std::vector<Object*> objects_;  // of each node
  std::vector<WeakReference> weak_;
  const std::unordered_set<const Value*>* shapeSlots_ = nullptr;  // while roots are visited
  uint32_t current_ = 0;
};

}  // namespace

HeapGraph captureHeap(Isolate& isolate) {
  isolate.heap.collectFull("heap snapshot");
  HeapGraph graph;
  Capture(isolate, graph).run();
  return graph;
}

}  // namespace devvm::inspect
