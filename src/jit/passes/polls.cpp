// Polls of one block that nothing but straight code separates take their units of fuel at once. Who leaves between them
// gives back what the program has not taken yet (ExitRecord::ahead), so fuel ends where it would without this.
//
// The polls at the beginning of a loop's round follow, as the program runs, those at the end of the round before: these
// take their units, too, and for the first round somebody in front of the loop does.
#include <unordered_map>
#include <vector>

#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

/// As many as an exit's record can tell of.
constexpr size_t kMost = 64;

/// Guest code, natives and leaf functions see the budget, or charge it.
bool seesBudget(const Node* n) { return n->has(ir::kCalls) || n->op == Op::kCallFast || n->op == Op::kCallLeaf; }

class Polls {
 public:
  Polls(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    for (Block* b : graph_.blocks()) {
      if (b->isLoop) rotate(b);
    }
    for (Block* b : graph_.blocks()) {
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->op == Op::kPoll) {
          if (group_.size() == kMost) merge(0);
          group_.push_back(n);
        } else if (seesBudget(n)) {
          merge(0);
        }
      }
      auto ahead = ahead_.find(b);
      merge(ahead != ahead_.end() ? ahead->second : 0);
    }
  }

 private:
  /// The poll at the end of a block that goes back, with nothing that sees the budget behind it; null: there is none.
  static const Node* pollAtEnd(const Block* b) {
    if (b->successors.size() != 1) return nullptr;
    size_t polls = 0;
    const Node* found = nullptr;
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      if (n->op == Op::kPoll && ++polls < kMost / 2) found = n;
      if (seesBudget(n)) found = nullptr;
    }
    return polls < kMost / 2 ? found : nullptr;
  }

  void rotate(Block* header) {
    Block* before = header->predecessors[0];
    if (before->successors.size() != 1 || header->entryState == nullptr) return;
    std::vector<Node*> polls;
    for (Node* n = header->first; n != nullptr && !seesBudget(n); n = n->next) {
      if (n->op == Op::kPoll) polls.push_back(n);
    }
    if (polls.empty() || polls.size() > kMost / 2 || ahead_.contains(header)) return;
    for (size_t i = 1; i < header->predecessors.size(); i++) {
      const Block* latch = header->predecessors[i];
      if (latch == header || latch->isLoop || pollAtEnd(latch) == nullptr) return;
    }
    for (size_t i = 1; i < header->predecessors.size(); i++) ahead_[header->predecessors[i]] = polls.size();
    for (Node* p : polls) toUnit(p);
    Node* first = graph_.newNode(Op::kPollAhead, {}, polls.size());
    first->state = header->entryState;
    first->origin = {header->entryState->function, header->entryState->offset};
    graph_.insertBefore(before->last, first);
  }

  void toUnit(Node* poll) {
    poll->op = Op::kUnit;
    poll->state = nullptr;
    context_.changes++;
  }

  /// `ahead`: units of the next round that the last poll takes as well.
  void merge(size_t ahead) {
    if (group_.size() + ahead > 1) {
      group_[0]->op = Op::kPollMany;
      group_[0]->aux = group_.size() + ahead;
      for (size_t i = 1; i < group_.size(); i++) toUnit(group_[i]);
    }
    group_.clear();
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<Node*> group_;
  std::unordered_map<const Block*, size_t> ahead_;  ///< ends of rounds: units that the next one begins with
};

}  // namespace

void mergePolls(Graph& graph, PassContext& context) { Polls(graph, context).run(); }

}  // namespace devvm::jit::passes
