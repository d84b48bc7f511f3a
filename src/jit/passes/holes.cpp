// Stores over nil: in a plain table they are stores like all others, so a loop that stores into one need not look at
// what is there before. One check_plain in front of the loop takes the place of a load and a comparison a round.
//
// What the checks are for: over nil a metatable may have a say, or the element may be elsewhere. A table without a
// metatable, all of whose elements are in its array part, has neither.
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "jit/passes/facts.h"
#include "jit/passes/memory.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::FrameState;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

class Holes {
 public:
  Holes(Graph& graph, PassContext& context) : graph_(graph), context_(context) {}

  void run() {
    for (const Block* b : graph_.blocks()) {
      if (b->loop == nullptr || b->isRare) continue;
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->op == Op::kCheckNotNil && isForStore(n)) found_.push_back(n);
      }
    }
    if (found_.empty()) return;
    findUses();
    written_ = writtenInLoops(graph_);
    for (Node* n : found_) {
      Node* load = n->input(0);
      if (uses_[n] == 0 && uses_[load] == 1 && isPlain(n, load->input(0)->input(0))) {
        graph_.unlink(n);
        graph_.unlink(load);
        context_.changes++;
      }
    }
  }

 private:
  /// What is stored is not nil, by what it is or by a check in front of the store.
  static bool isNotNilAt(const Node* store) {
    const Node* value = store->input(2);
    if (isNeverNil(value)) return true;
    int looks = 0;
    for (const Node* n = store->previous; n != nullptr && n != value && ++looks < 24; n = n->previous) {
      bool tells = n->op == Op::kCheckInt || n->op == Op::kCheckFloat || n->op == Op::kCheckNumber ||
                   n->op == Op::kCheckNotNil || n->op == Op::kCheckTable || n->op == Op::kCheckString;
      if (tells && n->input(0) == value) return true;
    }
    return false;
  }

  /// The next thing that happens to memory is the store of something at the element that is looked at.
  static bool isForStore(const Node* check) {
    const Node* load = check->input(0);
    if (load->op != Op::kLoadElement || load->input(0)->op != Op::kLoadArray) return false;
    for (const Node* n = check->next; n != nullptr; n = n->next) {
      if (n->op == Op::kStoreElement) {
        return n->input(0) == load->input(0) && n->input(1) == load->input(1) && isNotNilAt(n);
      }
      if (n->has(ir::kWrites) || n->has(ir::kCalls) || n->has(ir::kSafepoint)) return false;
    }
    return false;
  }

  /// Of the checks found, and of their loads.
  void findUses() {
    for (Node* n : found_) uses_[n] = uses_[n->input(0)] = 0;
    auto use = [this](Node* n) {
      auto at = uses_.find(n);
      if (at != uses_.end()) at->second++;
    };
    std::unordered_set<const FrameState*> seen;
    auto useState = [&](const FrameState* s) {
      for (; s != nullptr && seen.insert(s).second; s = s->caller) {
        for (uint32_t i = 0; i < s->count; i++) {
          if (Node* v = s->value(i)) use(v);
        }
      }
    };
    for (const Block* b : graph_.blocks()) {
      useState(b->entryState);
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        for (uint32_t i = 0; i < n->inputCount(); i++) use(n->input(i));
        useState(n->state);
      }
    }
  }

  /// Makes sure in front of the loop that the table is plain, if it stays so in there.
  bool isPlain(const Node* check, Node* table) {
    Block* header = check->block->loop;
    Block* before = header->predecessors[0];
    for (const Block* l = table->block->loop; l != nullptr; l = l->outer) {
      if (l == header) return false;
    }
    if (written_[header->number].has(static_cast<uint32_t>(ir::Alias::kShapes))) return false;
    for (Node* made : made_) {
      if (made->input(0) == table && made->block == before) return true;
    }
    FrameState* state = header->entryState;
    if (before->successors.size() != 1 || state == nullptr) return false;
    if (context_.failed(*state) || context_.failed(check->origin)) return false;
    Node* plain = graph_.newNode(Op::kCheckPlain, {table});
    plain->state = state;
    plain->origin = check->origin;
    graph_.insertBefore(before->last, plain);
    made_.push_back(plain);
    return true;
  }

  Graph& graph_;
  PassContext& context_;
  std::vector<Node*> found_, made_;
  std::unordered_map<const Node*, uint32_t> uses_;
  std::vector<KindSet> written_;
};

}  // namespace

void storeOverHoles(Graph& graph, PassContext& context) { Holes(graph, context).run(); }

}  // namespace devvm::jit::passes
