// What frame states alone want is not worth a register, or a store in each round: they take what is there anyway.
//
// A checked integer that only states want stays tagged: they have what was checked. And where m = n + c has taken n's
// place, states behind it say m - c: exits write such sums, and no code makes them (docs/codegen.md).
#include <cstdlib>
#include <unordered_map>
#include <vector>

#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

/// As exits' records have them.
constexpr int64_t kMostOffset = 1 << 24;

class States {
 public:
  States(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    facts_.resize(graph_.nodeCount());
    countUses();
    keepTagged();
    findSums();
    if (sums_.empty()) return;
    rejectSums();
    if (!sums_.empty()) useSums();
  }

 private:
  struct Facts {
    uint32_t uses = 0;      ///< by operations
    uint32_t position = 0;  ///< in order
    bool inState = false;
    bool isCompared = false;  ///< by something that wants it in a register
  };
  struct Sum {
    Node* sum;             ///< m
    Node* back = nullptr;  ///< m - c
  };

  /// `f(Node*&)` for all that the state has.
  template <typename F>
  static void each(FrameState* s, F f) {
    for (; s != nullptr; s = s->caller) {
      for (uint32_t i = 0; i < s->count; i++) {
        if (s->value(i) != nullptr) f(s->values[i]);
      }
      if (s->callee != nullptr) f(s->callee = s->callee->resolve());
    }
  }

  void countUses() {
    uint32_t position = 0;
    for (Block* b : graph_.blocks()) {
      FrameState* last = nullptr;
      auto note = [this](Node*& v) { facts_[v->id].inState = true; };
      each(b->entryState, note);
      for (Node* n = b->first; n != nullptr; n = n->next) {
        facts_[n->id].position = position++;
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          Facts& f = facts_[n->input(i)->id];
          if (ir::isVirtual(n)) {
            f.inState = true;
            continue;
          }
          f.uses++;
          bool isIndex = (n->op == Op::kLoadElement || n->op == Op::kStoreElement) && i == 1;
          if (!isIndex) f.isCompared = true;
        }
        if (n->state != last) each(n->state, note);
        last = n->state;
      }
    }
  }

  bool staysTagged(const Node* n) const {
    const Facts& f = facts_[n->id];
    bool unboxes =
        n->op == Op::kCheckInt || n->op == Op::kUnboxInt || n->op == Op::kCheckFloat || n->op == Op::kUnboxFloat;
    return unboxes && f.uses == 0 && f.inState;
  }

  void keepTagged() {
    auto keep = [this](Node*& v) {
      while (v->id < facts_.size() && staysTagged(v)) {
        v = v->input(0);
        facts_[v->id].inState = true;
        context_.changes++;
      }
    };
    for (Block* b : graph_.blocks()) {
      FrameState* last = nullptr;
      each(b->entryState, keep);
      for (Node* n = b->first; n != nullptr; n = n->next) {
        for (uint32_t i = 0; ir::isVirtual(n) && i < n->inputCount(); i++) {
          Node* in = n->input(i);
          keep(in);
          n->setInput(i, in);
        }
        if (n->state != last) each(n->state, keep);
        last = n->state;
      }
    }
  }

  /// Behind it in all executions.
  bool isBehind(const Node* n, const Node* sum) const {
    if (n->block == sum->block) return facts_[n->id].position > facts_[sum->id].position;
    return sum->block->dominates(n->block);
  }

  void findSums() {
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->op != Op::kIntAdd || n->input(1)->op != Op::kIntConstant || !facts_[n->id].isCompared) continue;
        const Node* of = n->input(0);
        if (of->isConstant() || !facts_[of->id].inState || std::abs(n->input(1)->integer()) >= kMostOffset) continue;
        sums_.try_emplace(of, Sum{n});
      }
    }
  }

  /// Sums behind which an operation still wants what they are of.
  void rejectSums() {
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr; n = n->next) {
        for (uint32_t i = 0; i < n->inputCount(); i++) {
          auto at = sums_.find(n->input(i));
          if (at == sums_.end() || n == at->second.sum) continue;
          // A phi wants it at the end of the block from which it comes.
          const Node* where = n->isPhi() ? n->block->predecessors[i]->last : n;
          if (isBehind(where, at->second.sum)) sums_.erase(at);
        }
      }
    }
  }

  void useSums() {
    // States that somebody has who is not behind the sum keep what they have.
    std::unordered_map<FrameState*, std::vector<const Node*>> users;
    auto note = [&](FrameState* s, const Node* user) {
      for (; s != nullptr; s = s->caller) {
        bool isOne = false;
        for (uint32_t i = 0; i < s->count && !isOne; i++) isOne = s->value(i) != nullptr && sums_.contains(s->value(i));
        if (isOne) users[s].push_back(user);
      }
    };
    for (Block* b : graph_.blocks()) {
      if (b->entryState != nullptr) note(b->entryState, b->predecessors[0]->last);
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->state != nullptr) note(n->state, n);
      }
    }
    for (auto& [state, nodes] : users) {
      for (uint32_t i = 0; i < state->count; i++) {
        auto at = state->value(i) != nullptr ? sums_.find(state->value(i)) : sums_.end();
        if (at == sums_.end()) continue;
        Sum& s = at->second;
        bool allBehind = true;
        for (const Node* n : nodes) allBehind = allBehind && isBehind(n, s.sum);
        if (!allBehind) continue;
        if (s.back == nullptr) {
          s.back = graph_.newNode(Op::kIntAdd, {s.sum, graph_.intConstant(-s.sum->input(1)->integer())});
          s.back->origin = s.sum->origin;
          graph_.insertBefore(s.sum->next, s.back);
        }
        state->values[i] = s.back;
        context_.changes++;
      }
    }
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<Facts> facts_;
  std::unordered_map<const Node*, Sum> sums_;  ///< by n
};

}  // namespace

void spareStates(Graph& graph, PassContext& context) { States(graph, context).run(); }

}  // namespace devvm::jit::passes
