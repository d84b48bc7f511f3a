// Stores that another one overwrites before anybody can see what they stored.
//
// Blocks are gone through from their ends, successors first, with the places that are certainly overwritten from there
// on before they are read. Whoever may leave optimized code, run other code or stop for the collector sees all of
// memory, and so does who comes by a back-edge, on which there is a poll.
#include <algorithm>

#include "jit/passes/facts.h"
#include "jit/passes/memory.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

/// A place in memory: a field, an element, the content of a cell, or the shape of a table.
struct Place {
  uint32_t kind;
  const Node* object;
  const Node* index;  ///< of elements
  uint64_t aux;

  bool operator==(const Place&) const = default;
};

bool isStore(const Node* n) {
  switch (n->op) {
    case Op::kStoreField:
    case Op::kStoreProp:
    case Op::kStoreElement:
    case Op::kStoreCell:
    case Op::kStoreShape: return true;
    default: return false;
  }
}

/// What a store writes, or a load or check without side effects reads.
Place placeOf(const Node* n) {
  bool isElement = n->op == Op::kStoreElement || n->op == Op::kLoadElement;
  const Node* index = isElement ? n->input(1) : nullptr;
  if (index != nullptr && index->op == Op::kCheckIndex) index = index->input(0);
  // A shape is not a part of its place, as an offset is.
  bool isShape = memoryKind(n) == static_cast<uint32_t>(ir::Alias::kShapes);
  return {memoryKind(n), unguarded(n->input(0)), index, isShape ? 0 : n->aux};
}

bool areDistinctPlaces(const Place& a, const Place& b) {
  if (a.kind != b.kind || a.aux != b.aux || areDistinct(a.object, b.object)) return true;
  return a.index != nullptr && b.index != nullptr && areDistinctIndices(a.index, b.index);
}

class DeadStores {
 public:
  DeadStores(Graph& graph, PassContext& context) : graph_(graph), context_(context), atStart_(graph.blocks().size()) {}

  void run() {
    if (!hasTwoOfAKind()) return;
    const auto& blocks = graph_.blocks();
    for (size_t i = blocks.size(); i-- > 0;) {
      enter(blocks[i]);
      for (Node *n = blocks[i]->last, *before; n != nullptr; n = before) {
        before = n->previous;
        visit(n);
      }
      // Passes may put checks and polls in front of loops later.
      if (!blocks[i]->isLoop) atStart_[i] = overwritten_;
    }
  }

 private:
  static constexpr size_t kMostPlaces = 32;

  bool hasTwoOfAKind() const {
    KindSet seen;
    for (const Block* b : graph_.blocks()) {
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        if (!isStore(n)) continue;
        uint32_t kind = memoryKind(n);
        if (seen.has(kind)) return true;
        seen.add(kind);
      }
    }
    return false;
  }

  /// At the end of a block: what all ways on overwrite.
  void enter(const Block* b) {
    overwritten_.clear();
    for (size_t i = 0; i < b->successors.size(); i++) {
      const Block* to = b->successors[i];
      if (to->number <= b->number) return overwritten_.clear();
      const auto& there = atStart_[to->number];
      if (i == 0) {
        overwritten_ = there;
      } else {
        std::erase_if(overwritten_,
                      [&](const Place& p) { return std::find(there.begin(), there.end(), p) == there.end(); });
      }
    }
  }

  void visit(Node* n) {
    if (isStore(n)) return store(n);
    if (n->op == Op::kUnit || n->op == Op::kJump || n->op == Op::kBranch || overwritten_.empty()) return;
    constexpr uint8_t kSeesAll = ir::kGuard | ir::kWrites | ir::kCalls | ir::kSafepoint | ir::kTerminator;
    if ((n->info().flags & kSeesAll) != 0) return overwritten_.clear();
    if (!n->has(ir::kReads)) return;
    Place read = placeOf(n);
    std::erase_if(overwritten_, [&](const Place& p) { return !areDistinctPlaces(p, read); });
  }

  void store(Node* n) {
    Place place = placeOf(n);
    if (std::find(overwritten_.begin(), overwritten_.end(), place) != overwritten_.end()) {
      context_.changes++;
      return graph_.unlink(n);
    }
    if (overwritten_.size() < kMostPlaces) overwritten_.push_back(place);
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<Place> overwritten_;           ///< from where the pass is on, before anybody can look
  std::vector<std::vector<Place>> atStart_;  ///< of blocks, by their numbers
};

}  // namespace

void removeDeadStores(Graph& graph, PassContext& context) { DeadStores(graph, context).run(); }

}  // namespace devvm::jit::passes
