// Walks over the dominator tree with tables that remember what holds in the blocks below.
#pragma once

#include <vector>

#include "jit/ir/ir.h"

namespace devvm::jit::passes {

/// The blocks so that each comes behind the one that dominates it, and all that one dominates come together.
std::vector<ir::Block*> dominatorPreorder(const ir::Graph& graph);

/// Answers whether a block dominates another in constant time.
class DominatorNumbers {
 public:
  explicit DominatorNumbers(const ir::Graph& graph);
  bool dominates(const ir::Block* a, const ir::Block* b) const {
    return place_[a->number] <= place_[b->number] && place_[b->number] < place_[a->number] + size_[a->number];
  }

 private:
  std::vector<uint32_t> place_, size_;  ///< in dominatorPreorder(), and how many blocks a block dominates
};

/// The way into a block, if there is one only and it is one side of a branch. null: no; else the branch's condition.
inline ir::Node* conditionOn(const ir::Block* b, bool& holds) {
  if (b->predecessors.size() != 1) return nullptr;
  const ir::Block* from = b->predecessors[0];
  if (from->last->op != ir::Op::kBranch || from->successors[0] == from->successors[1]) return nullptr;
  holds = from->successors[0] == b;
  return from->last->input(0);
}

/// For tables with nodes as keys.
struct HashNode {
  size_t operator()(const ir::Node* n) const { return n->id * size_t{0x9E3779B9u} >> 4; }
};

/// A hash table from a key to what holds for it in the current block and those that it dominates.
/// Hash: size_t(const Key&); keys are compared with ==.
template <typename Key, typename T, typename Hash>
class ScopedTable {
 public:
  explicit ScopedTable(size_t expected) {
    size_t size = 16;
    while (size < 2 * expected) size *= 2;
    heads_.assign(size, kNone);
  }

  /// Leaves the scopes of blocks that do not dominate `b`, and opens one for it. In dominatorPreorder().
  void enter(const ir::Block* b) {
    while (!scopes_.empty() && scopes_.back().depth >= b->domDepth) {
      while (entries_.size() > scopes_.back().size) {
        Entry& e = entries_.back();
        heads_[e.bucket] = e.next;
        entries_.pop_back();
      }
      scopes_.pop_back();
    }
    scopes_.push_back({b->domDepth, entries_.size()});
  }
  /// The newest entry; null: none.
  T* find(const Key& key) {
    for (uint32_t i = heads_[bucket(key)]; i != kNone; i = entries_[i].next) {
      if (entries_[i].key == key) return &entries_[i].value;
    }
    return nullptr;
  }
  void insert(const Key& key, T value) {
    auto at = static_cast<uint32_t>(bucket(key));
    entries_.push_back({key, value, at, heads_[at]});
    heads_[at] = static_cast<uint32_t>(entries_.size() - 1);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Entry {
    Key key;
    T value;
    uint32_t bucket, next;
  };
  struct Scope {
    uint32_t depth;
    size_t size;
  };
  size_t bucket(const Key& key) const { return Hash()(key) & (heads_.size() - 1); }

  std::vector<uint32_t> heads_;
  std::vector<Entry> entries_;
  std::vector<Scope> scopes_;
};

}  // namespace devvm::jit::passes
