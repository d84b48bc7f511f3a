// Polls of one block that nothing but straight code separates take their units of fuel at once. Who leaves between them
// gives back what the program has not taken yet (ExitRecord::ahead), so fuel ends where it would without this.
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
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->op == Op::kPoll) {
          if (group_.size() == kMost) merge();
          group_.push_back(n);
        } else if (seesBudget(n)) {
          merge();
        }
      }
      merge();
    }
  }

 private:
  void merge() {
    if (group_.size() > 1) {
      group_[0]->op = Op::kPollMany;
      group_[0]->aux = group_.size();
      for (size_t i = 1; i < group_.size(); i++) {
        group_[i]->op = Op::kUnit;
        group_[i]->state = nullptr;
        context_.changes++;
      }
    }
    group_.clear();
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<Node*> group_;
};

}  // namespace

void mergePolls(Graph& graph, PassContext& context) { Polls(graph, context).run(); }

}  // namespace devvm::jit::passes
