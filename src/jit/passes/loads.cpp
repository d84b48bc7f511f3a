// Loads of what is known, stores of what is there already, and checks of shapes and epochs that hold.
//
// Each kind of memory (memory.h) has a version at each place: writes make a new one, and so do joins whose ways in
// disagree and loops that write it. What was loaded or stored holds where its version does, in blocks below.
#include "jit/passes/dominator_walk.h"
#include "jit/passes/facts.h"
#include "jit/passes/memory.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

class Loads {
 public:
  Loads(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), dominators_(graph), atEnd_(graph.blocks().size()) {}

  void run() {
    std::vector<KindSet> inLoops = writtenInLoops(graph_);
    for (Block* b : graph_.blocks()) {
      enter(b, inLoops[b->number]);
      forEach(b, [this](Node* n) { visit(n); });
      atEnd_[b->number] = versions_;
    }
  }

 private:
  using Versions = std::array<uint32_t, kMemoryKinds>;
  /// Memory of a kind holds `value` at an object (and index) as long as it has this version.
  struct Known {
    const Node* object;
    const Node* index;
    uint64_t aux;
    Node* value;  ///< of shapes and epochs: the guard
    uint32_t version;
    const Block* block;
  };
  static constexpr size_t kLooksBack = 24;
  static constexpr uint64_t kPlain = UINT64_MAX;  ///< in place of a shape

  void enter(const Block* b, const KindSet& inLoop) {
    block_ = b;
    if (b->number == 0) {
      versions_.fill(0);
      return;
    }
    versions_ = atEnd_[b->predecessors[0]->number];
    for (uint32_t k = 0; k < kMemoryKinds; k++) {
      bool changed = b->isLoop && inLoop.has(k);
      for (size_t i = 1; i < b->predecessors.size() && !b->isLoop && !changed; i++) {
        changed = atEnd_[b->predecessors[i]->number][k] != versions_[k];
      }
      if (changed) versions_[k] = ++lastVersion_;
    }
    learn(b);
  }

  static const Node* indexOf(const Node* n) {
    bool hasIndex = n->op == Op::kLoadElement || n->op == Op::kStoreElement || n->op == Op::kLoadItem ||
                    n->op == Op::kStoreItem || n->op == Op::kLoadByte || n->op == Op::kStoreByte;
    if (!hasIndex) return nullptr;
    const Node* i = n->input(1);
    return i->op == Op::kCheckIndex ? i->input(0) : i;
  }

  /// Newest first, and only so many.
  template <typename F>
  Known* search(uint32_t kind, F fits) {
    auto& all = known_[kind];
    for (size_t i = all.size(); i-- > 0 && i + kLooksBack >= all.size();) {
      Known& k = all[i];
      if (k.version == versions_[kind] && fits(k) && dominators_.dominates(k.block, block_)) return &k;
    }
    return nullptr;
  }
  Known* find(uint32_t kind, const Node* object, const Node* index, uint64_t aux) {
    return search(kind, [&](const Known& k) { return k.object == object && k.index == index && k.aux == aux; });
  }
  void remember(uint32_t kind, const Node* object, const Node* index, uint64_t aux, Node* value) {
    known_[kind].push_back({object, index, aux, value, versions_[kind], block_});
  }

  /// And no set of shapes, which is an address.
  static bool isShape(uint64_t aux) { return aux <= UINT32_MAX; }

  /// Behind a branch the shape is the one that was asked for.
  void learn(const Block* b) {
    if (b->predecessors.size() != 1 || b->predecessors[0]->last->op != Op::kBranch) return;
    const Block* from = b->predecessors[0];
    Node* condition = from->last->input(0);
    if (condition->op != Op::kHasShape || condition->block != from || b != from->successors[0]) return;
    for (const Node* n = condition->next; n != nullptr; n = n->next) {
      if (n->has(ir::kWrites) || n->has(ir::kCalls)) return;
    }
    Node* table = condition->input(0);
    remember(memoryKind(condition), unguarded(table), nullptr, condition->aux, table);
  }

  void visit(Node* n) {
    switch (n->op) {
      case Op::kLoadField:
      case Op::kLoadProps:
      case Op::kLoadProp:
      case Op::kLoadArray:
      case Op::kLoadLength:
      case Op::kLoadElement:
      case Op::kLoadBlockField:
      case Op::kLoadItem:
      case Op::kLoadUpvalue:
      case Op::kLoadCell: {
        uint32_t kind = memoryKind(n);
        const Node* object = unguarded(n->input(0));
        if (Known* k = find(kind, object, indexOf(n), n->aux)) return replace(n, k->value->resolve());
        return remember(kind, object, indexOf(n), n->aux, n);
      }
      case Op::kCheckShape: {
        uint32_t kind = memoryKind(n);
        const Node* object = unguarded(n->input(0));
        if (Known* k = find(kind, object, nullptr, n->aux)) return replace(n, k->value->resolve());
        return remember(kind, object, nullptr, n->aux, n);
      }
      case Op::kCheckShapes: {
        uint32_t kind = memoryKind(n);
        const Node* object = unguarded(n->input(0));
        if (Known* k = find(kind, object, nullptr, n->aux)) return replace(n, k->value->resolve());
        const auto* set = n->pointer<ir::ShapeSet>();
        if (Known* k = search(kind, [&](const Known& k) { return k.object == object && set->has(k.aux); })) {
          return replace(n, k->value->resolve());
        }
        return remember(kind, object, nullptr, n->aux, n);
      }
      case Op::kHasShape: {
        const Node* object = unguarded(n->input(0));
        Known* k = search(memoryKind(n), [&](const Known& k) { return k.object == object && isShape(k.aux); });
        if (k != nullptr) return replace(n, graph_.boolConstant(k->aux == n->aux));
        return;
      }
      case Op::kCheckPlain: {
        uint32_t kind = memoryKind(n);
        const Node* object = unguarded(n->input(0));
        if (find(kind, object, nullptr, kPlain) != nullptr) {
          context_.changes++;
          return graph_.unlink(n);
        }
        return remember(kind, object, nullptr, kPlain, n);
      }
      case Op::kCheckEpoch: {
        uint32_t kind = memoryKind(n);
        if (find(kind, nullptr, nullptr, n->aux) != nullptr) {
          context_.changes++;
          return graph_.unlink(n);
        }
        return remember(kind, nullptr, nullptr, n->aux, n);
      }
      case Op::kStoreField:
      case Op::kStoreProp:
      case Op::kStoreElement:
      case Op::kStoreBlockField:
      case Op::kStoreItem:
      case Op::kStoreCell:
      case Op::kStoreShape: return store(n);
      case Op::kNewCell: return remember(static_cast<uint32_t>(ir::Alias::kCells), n, nullptr, 0, n->input(0));
      case Op::kNewBlock:
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          remember(static_cast<uint32_t>(ir::Alias::kBlockFields), n, nullptr, i, n->input(i));
        }
        return;
      case Op::kNewClosure:
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          remember(static_cast<uint32_t>(ir::Alias::kUpvalues), n, nullptr, i, n->input(i));
        }
        return;
      default: break;
    }
    KindSet written;
    if (!addWritten(n, written)) return;
    for (uint32_t k = 0; k < kMemoryKinds; k++) {
      if (written.has(k)) versions_[k] = ++lastVersion_;
    }
  }

  void store(Node* n) {
    uint32_t kind = memoryKind(n);
    const Node* object = unguarded(n->input(0));
    const Node* index = indexOf(n);
    bool isShape = n->op == Op::kStoreShape;
    Node* value = isShape ? n->input(0) : n->input(n->inputCount() - 1);
    if (Known* k = find(kind, object, index, n->aux); k != nullptr && (isShape || k->value->resolve() == value)) {
      context_.changes++;
      return graph_.unlink(n);
    }
    // What is certainly elsewhere has the new version, too.
    uint32_t before = versions_[kind], after = ++lastVersion_;
    auto& all = known_[kind];
    for (size_t i = all.size(), end = all.size(); i-- > 0 && i + kLooksBack >= end;) {
      Known k = all[i];
      if (k.version != before || !dominators_.dominates(k.block, block_)) continue;
      bool elsewhere = areDistinct(k.object, object) || (index != nullptr && areDistinctIndices(k.index, index)) ||
                       (!isShape && k.aux != n->aux);
      if (!elsewhere) continue;
      k.version = after;
      k.block = block_;
      all.push_back(k);
    }
    versions_[kind] = after;
    remember(kind, object, index, n->aux, value);
  }

  void replace(Node* n, Node* by) {
    context_.changes++;
    graph_.replace(n, by);
  }

  Graph& graph_;
  PassContext& context_;
  DominatorNumbers dominators_;
  const Block* block_ = nullptr;
  Versions versions_{};
  std::vector<Versions> atEnd_;
  uint32_t lastVersion_ = 0;
  std::array<std::vector<Known>, kMemoryKinds> known_;
};

}  // namespace

void eliminateLoads(Graph& graph, PassContext& context) { Loads(graph, context).run(); }

}  // namespace devvm::jit::passes
