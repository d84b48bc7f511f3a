// Loop peeling: the first round of an innermost loop stands in front of it, where that makes the loop itself better.
//
//   before: jump header                     before: the first round; out of it to where the loop leads
//   header: a = phi nil, b                  header: a = phi b', b
//   ...                                     ...
//
// That is so for loops whose first round is another one than all others: a variable begins as nil or false and is
// tested for that (`if not best or v > best then best = v end`), so behind the first round it is a number, and stays
// raw. And for guards of what does not change in the loop that could not move in front of it: behind the first round
// they have been passed.
//
// (Bacon, Graham & Sharp, "Compiler transformations for high-performance computing", ACM Computing Surveys 1994, 6.3.)
#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "jit/passes/edges.h"
#include "jit/passes/pass.h"
#include "jit/passes/region_copy.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

/// Nodes of a round that is copied, and of all rounds that one compilation copies.
constexpr size_t kMostNodes = 120, kMostCopied = 400;

class Peeling {
 public:
  Peeling(Graph& graph, Block* header) : graph_(graph), header_(header), copies_(graph), outside_(graph) {}

  /// How many nodes were copied; 0: the loop is as it was.
  size_t peel(size_t most) {
    if (!hasForm() || !findMembers() || size_ > most || !pays() || !findUsedOutside()) return 0;
    change();
    return size_;
  }

 private:
  bool hasForm() {
    if (header_->isRare || header_->predecessors.size() != 2 || header_->entryState == nullptr) return false;
    before_ = header_->predecessors[0];
    latch_ = header_->predecessors[1];
    if (before_->last->op != Op::kJump || latch_->last->op != Op::kJump) return false;
    // The poll of the round's end has the state in which the second one begins.
    for (Node* n = latch_->last; n != nullptr && again_ == nullptr; n = n->previous) {
      if (n->op == Op::kPoll) again_ = n->state;
      if (n->op != Op::kPoll && !n->has(ir::kTerminator) && !n->has(ir::kPure)) break;
    }
    const FrameState* entry = header_->entryState;
    return again_ != nullptr && again_->function == entry->function && again_->offset == entry->offset &&
           again_->count == entry->count && again_->depth == entry->depth;
  }

  bool isMember(const Block* b) const { return isMember_.count(b) != 0; }

  /// The loop's blocks, and those to which nothing but them leads and where the code ends. All other edges out of it
  /// lead to one block, to which nothing else leads.
  bool findMembers() {
    for (Block* b : graph_.blocks()) {
      if (b->loop != nullptr && b->loop != header_ && b->loop->outer == header_) return false;
      bool ends = b->successors.empty() && b->loop != header_ && !b->predecessors.empty();
      for (const Block* p : b->predecessors) ends = ends && p->loop == header_;
      if (b->loop != header_ && !ends) continue;
      members_.push_back(b);
      isMember_.insert(b);
      for (const Node* n = b->first; n != nullptr; n = n->next) size_ += n->isPhi() || b->isRare ? 0 : 1;
    }
    for (const Block* b : members_) {
      for (Block* s : b->successors) {
        if (isMember(s)) continue;
        if (out_ != nullptr && out_ != s) return false;
        out_ = s;
      }
    }
    if (out_ == nullptr) return true;
    return !out_->isLoop &&
           std::all_of(out_->predecessors.begin(), out_->predecessors.end(), [&](Block* p) { return isMember(p); });
  }

  bool isInvariant(const Node* n) const {
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      if (isMember(n->input(i)->block)) return false;
    }
    return true;
  }

  bool pays() const {
    for (const Block* b : members_) {
      bool always = b->loop == header_ && b->dominates(latch_) && !b->isRare;
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        if (n->op == Op::kIsNil || n->op == Op::kIsFalsy) {
          const Node* p = n->input(0);
          if (p->isPhi() && p->block == header_ && p->input(1) != p && isNothing(p->input(0)) && !b->isRare)
            return true;
        }
        if (always && !graph_.isLoose && n->has(ir::kGuard) && n->has(ir::kPure) && isInvariant(n)) return true;
      }
    }
    return false;
  }
  static bool isNothing(const Node* n) {
    return n->op == Op::kConstant && (n->value().isNil() || n->value().isFalse());
  }

  /// The loop's values that are wanted behind it. False: some cannot be a phi's.
  bool findUsedOutside() {
    auto use = [&](Node* n) {
      if (n != nullptr && isMember(n->block) && wanted_.insert(n).second) usedOutside_.push_back(n);
    };
    std::unordered_set<const FrameState*> seen;
    auto useState = [&](FrameState* s) {
      for (; s != nullptr && seen.insert(s).second; s = s->caller) {
        for (uint32_t i = 0; i < s->count; i++) use(s->value(i));
        if (s->callee != nullptr) use(s->callee->resolve());
      }
    };
    for (Block* b : graph_.blocks()) {
      if (isMember(b)) continue;
      useState(b->entryState);
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (!(n->isPhi() && b == out_)) {
          for (uint32_t i = 0; i < n->inputCount(); i++) use(n->input(i));
        }
        useState(n->state);
      }
    }
    return std::all_of(usedOutside_.begin(), usedOutside_.end(),
                       [](const Node* n) { return n->type != Type::kBool && !ir::isVirtual(n); });
  }

  /// The values that a condition's nil and constants decide; -1: it is not certain.
  static int known(const Node* n) {
    bool opposite = false;
    for (; n->op == Op::kNot; n = n->input(0)) opposite = !opposite;
    int holds = -1;
    if (n->op == Op::kBoolConstant) holds = n->aux != 0;
    if ((n->op == Op::kIsNil || n->op == Op::kIsFalsy) && n->input(0)->op == Op::kConstant) {
      heap::Value v = n->input(0)->value();
      holds = v.isNil() || (n->op == Op::kIsFalsy && v.isFalse());
    }
    return holds < 0 ? -1 : holds ^ static_cast<int>(opposite);
  }

  void change() {
    std::vector<Node*> phis;
    for (Node* n = header_->first; n != nullptr && n->isPhi(); n = n->next) {
      phis.push_back(n);
      copies_.set(n, n->input(0));
    }
    std::unordered_map<const Block*, Block*> blocks;
    for (Block* b : members_) {
      Block* copy = graph_.newBlock();
      copy->isRare = b->isRare;
      blocks[b] = copy;
    }
    for (Block* b : members_) {
      Block* to = blocks[b];
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (!(n->isPhi() && b == header_)) graph_.append(to, copies_.copy(n));
      }
      if (b != header_) {
        for (Block* p : b->predecessors) to->predecessors.push_back(blocks[p]);
      }
      for (Block* s : b->successors) to->successors.push_back(isMember(s) ? blocks[s] : s);
    }
    leaveAlsoFrom(blocks);

    // Into the first round, and from its end into the loop.
    Block *first = blocks[header_], *end = blocks[latch_];
    before_->successors[0] = first;
    first->predecessors.push_back(before_);
    end->successors[0] = header_;
    header_->predecessors[0] = end;
    header_->entryState = copies_.now(again_);
    for (Node* p : phis) p->setInput(0, copies_.now(p->input(1)));

    // What the first round knows: so in a loose graph phis have the types of those ways that there are.
    for (Block* b : members_) {
      Block* copy = blocks[b];
      if (copy->last->op != Op::kBranch) continue;
      int holds = known(copy->last->input(0));
      if (holds >= 0) keepOnly(graph_, copy, holds != 0 ? 0 : 1);
    }
  }

  /// The block behind the loop has more ways in, and phis for the loop's values.
  void leaveAlsoFrom(const std::unordered_map<const Block*, Block*>& blocks) {
    if (out_ == nullptr) return;
    size_t ways = out_->predecessors.size();
    for (size_t i = 0; i < ways; i++) out_->predecessors.push_back(blocks.at(out_->predecessors[i]));
    for (Node* p = out_->first; p != nullptr && p->isPhi(); p = p->next) {
      for (size_t i = 0; i < ways; i++) graph_.addInput(p, copies_.now(p->input(static_cast<uint32_t>(i))));
    }
    for (Node* n : usedOutside_) {
      Node* phi = graph_.newNode(Op::kPhi, {});
      phi->type = graph_.isLoose ? Type::kSame : n->type;
      phi->origin = n->origin;
      for (size_t i = 0; i < ways; i++) graph_.addInput(phi, n);
      for (size_t i = 0; i < ways; i++) graph_.addInput(phi, copies_.now(n));
      graph_.insertBefore(out_->first, phi);
      outside_.set(n, phi);
    }
    for (Block* b : graph_.blocks()) {
      if (isMember(b)) continue;
      b->entryState = outside_.now(b->entryState);
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (!(n->isPhi() && b == out_)) {
          for (uint32_t i = 0; i < n->inputCount(); i++) n->setInput(i, outside_.now(n->input(i)));
        }
        n->state = outside_.now(n->state);
      }
    }
  }

  Graph& graph_;
  Block* header_;
  Block *before_ = nullptr, *latch_ = nullptr;
  Block* out_ = nullptr;         ///< where the loop leads; null: it has no end but those within it
  FrameState* again_ = nullptr;  ///< in which the second round begins
  size_t size_ = 0;              ///< nodes of a round
  std::vector<Block*> members_;  ///< in reverse postorder
  std::unordered_set<const Block*> isMember_;
  std::vector<Node*> usedOutside_;
  std::unordered_set<const Node*> wanted_;
  RegionCopy copies_;   ///< what each node is in the first round
  RegionCopy outside_;  ///< and behind the loop
};

}  // namespace

void peel(Graph& graph, PassContext& context) {
  std::vector<Block*> headers;
  for (Block* b : graph.blocks()) {
    if (b->isLoop) headers.push_back(b);
  }
  size_t left = kMostCopied;
  for (Block* b : headers) {
    size_t copied = Peeling(graph, b).peel(std::min(left, kMostNodes));
    if (copied == 0) continue;
    left -= copied;
    context.changes++;
    graph.order();
  }
}

}  // namespace devvm::jit::passes
