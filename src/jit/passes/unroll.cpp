// Loop unrolling: small innermost loops that count their rounds down do several of them at a time, as long as so many
// remain. In front of the loop stands another one whose round is that many rounds without the tests between them; the
// last few are left to the loop itself, which stays as it is.
//
//   before: jump header                       before: branch (K <= left) wide, few
//   header: ... branch (left == 0) out, latch wide:   K rounds; branch (K <= left - K) wide, few
//   latch:  poll; jump header                 few:    jump header
//
// So whatever ends a loop early is a guard's matter, and each of those has the state of its own round. Rounds are
// straight code, and become one block, where one poll takes the fuel of all of them (polls.cpp), and where what one
// round loads or computes is there for the next.
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "jit/passes/pass.h"
#include "jit/passes/region_copy.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;

namespace {

/// So often, if a round has so many nodes at most. (Larger ones gain nothing that can be measured.)
constexpr int64_t kTimes = 4;
constexpr size_t kMostNodes = 24;

class Loop {
 public:
  Loop(Graph& graph, Block* header) : graph_(graph), header_(header), copies_(graph) {}

  bool unroll() {
    if (!hasForm() || !findTest() || !findMembers() || !isSmall()) return false;
    change();
    return true;
  }

 private:
  bool hasForm() {
    if (header_->isRare || header_->predecessors.size() != 2 || header_->entryState == nullptr) return false;
    before_ = header_->predecessors[0];
    latch_ = header_->predecessors[1];
    if (before_->last->op != Op::kJump || latch_->last->op != Op::kJump) return false;
    // What vectorize has dealt with has a few rounds left for the loop.
    for (const Node* n = before_->first; n != nullptr; n = n->next) {
      if (n->op == Op::kVectorMap || n->op == Op::kVectorMapInts) return false;
    }
    return true;
  }

  bool isMember(const Block* b) const { return std::find(members_.begin(), members_.end(), b) != members_.end(); }

  /// The branch that leaves the loop where the rounds that are left have come to 0: each round comes by it.
  bool findTest() {
    for (Block* b = latch_;; b = b->dominator) {
      if (b->last->op == Op::kBranch && isTest(b->last->input(0))) test_ = b;
      if (b == header_) return test_ != nullptr;
    }
  }
  bool isTest(const Node* is) {
    auto isInt = [](const Node* n, int64_t i) { return n->op == Op::kIntConstant && n->integer() == i; };
    if (is->op != Op::kIntEq || !isInt(is->input(1), 0)) return false;
    Node* left = is->input(0);
    if (!left->isPhi() || left->block != header_) return false;
    const Node* next = left->input(1);
    if (next->op != Op::kIntAdd || next->input(0) != left || !isInt(next->input(1), -1)) return false;
    left_ = left;
    return true;
  }

  /// The loop's blocks, and those to which nothing but them leads and where the code ends. Nothing leads out of these
  /// but the test.
  bool findMembers() {
    const Block* out = test_->successors[0];
    for (Block* b : graph_.blocks()) {
      if (b->loop != nullptr && b->loop != header_ && b->loop->outer == header_) return false;
      bool ends = b->successors.empty() && b != out && b->loop != header_ && !b->predecessors.empty();
      for (const Block* p : b->predecessors) ends = ends && p->loop == header_;
      if (b->loop == header_ || ends) members_.push_back(b);
      // Polls of rounds with branches would stay as many as they are.
      if (b->loop == header_ && b != header_ && b != latch_) return false;
    }
    for (const Block* b : members_) {
      for (const Block* s : b->successors) {
        if (isMember(s) == (b == test_ && s == out)) return false;
      }
    }
    return true;
  }

  bool isSmall() {
    size_t nodes = 0;
    for (const Block* b : members_) {
      for (const Node* n = b->first; n != nullptr; n = n->next) {
        // Beside a call the rest of a round is nothing.
        bool calls = n->has(ir::kCalls) || n->op == Op::kCallFast || n->op == Op::kCallLeaf || ir::isVirtual(n);
        if (calls && !b->isRare) return false;
        if (n->has(ir::kFresh) && n->op != Op::kBoxInt) return false;
        if (!n->isPhi() && !b->isRare) nodes++;
      }
    }
    return nodes <= kMostNodes;
  }

  // ---- copies ----

  Node* make(Block* b, Op op, std::initializer_list<Node*> inputs) {
    Node* n = graph_.newNode(op, inputs);
    n->origin = origin_;
    graph_.append(b, n);
    return n;
  }

  /// A round whose phis of the header are in copies_; `first` is its header's copy. Afterwards that has the round's
  /// nodes; gives the copy of the latch, without a terminator.
  Block* round(Block* first) {
    copies_.forgetStates();
    std::unordered_map<const Block*, Block*> blocks{{header_, first}};
    for (Block* b : members_) {
      if (b == header_) continue;
      Block* copy = graph_.newBlock();
      copy->isRare = b->isRare;
      blocks[b] = copy;
    }
    for (Block* b : members_) {
      Block* to = blocks[b];
      for (Node* n = b->first; n != nullptr; n = n->next) {
        if (n->isPhi() && b == header_) continue;
        if (n == latch_->last) continue;
        if (n == test_->last) {
          make(to, Op::kJump, {});
          continue;
        }
        graph_.append(to, copies_.copy(n));
      }
      if (b != header_) {
        for (Block* p : b->predecessors) to->predecessors.push_back(blocks[p]);
      }
      if (b == latch_) continue;
      for (Block* s : b->successors) {
        if (isMember(s)) to->successors.push_back(blocks[s]);
      }
    }
    return blocks[latch_];
  }

  void change() {
    std::vector<Node*> phis;
    for (Node* n = header_->first; n != nullptr && n->isPhi(); n = n->next) phis.push_back(n);
    Node* times = graph_.intConstant(kTimes);
    Block *enter = graph_.newBlock(), *wide = graph_.newBlock(), *again = graph_.newBlock();
    Block *skip = graph_.newBlock(), *rest = graph_.newBlock(), *few = graph_.newBlock();

    // Into the wide loop, or past it.
    origin_ = before_->last->origin;
    graph_.unlink(before_->last);
    Node* enough = make(before_, Op::kIntLe, {times, left_->input(0)});
    make(before_, Op::kBranch, {enough});
    before_->successors.clear();
    graph_.connect(before_, enter);
    graph_.connect(before_, skip);
    make(enter, Op::kJump, {});
    graph_.connect(enter, wide);
    wide->isLoop = true;
    wide->entryState = header_->entryState;

    std::vector<Node*> wides;
    copies_.clear();
    for (Node* p : phis) {
      Node* w = graph_.newNode(Op::kPhi, {p->input(0)});
      w->type = p->type;
      w->origin = p->origin;
      graph_.append(wide, w);
      wides.push_back(w);
      copies_.set(p, w);
    }
    Block* first = wide;
    for (int64_t k = 1;; k++) {
      Block* end = round(first);
      std::vector<Node*> next;
      for (Node* p : phis) next.push_back(copies_.now(p->input(1)));
      copies_.clear();
      for (size_t i = 0; i < phis.size(); i++) copies_.set(phis[i], next[i]);
      if (k == kTimes) {
        Node* enoughLeft = make(end, Op::kIntLe, {times, copies_.now(left_)});
        make(end, Op::kBranch, {enoughLeft});
        graph_.connect(end, again);
        graph_.connect(end, rest);
        break;
      }
      first = graph_.newBlock();
      make(end, Op::kJump, {});
      graph_.connect(end, first);
    }
    make(again, Op::kJump, {});
    graph_.connect(again, wide);
    for (size_t i = 0; i < phis.size(); i++) graph_.addInput(wides[i], copies_.now(phis[i]));

    // The rest: as the loop was. Nobody goes on in front of it.
    make(skip, Op::kJump, {});
    graph_.connect(skip, few);
    make(rest, Op::kJump, {});
    graph_.connect(rest, few);
    for (Node* p : phis) {
      Node* f = graph_.newNode(Op::kPhi, {p->input(0), copies_.now(p)});
      f->type = p->type;
      f->origin = p->origin;
      graph_.append(few, f);
      p->setInput(0, f);
    }
    make(few, Op::kJump, {});
    few->successors.push_back(header_);
    header_->predecessors[0] = few;
    header_->entryState = nullptr;
  }

  Graph& graph_;
  Block* header_;
  Block *before_ = nullptr, *latch_ = nullptr, *test_ = nullptr;
  std::vector<Block*> members_;
  Node* left_ = nullptr;
  ir::Origin origin_;  ///< of the jumps and tests that are new
  RegionCopy copies_;  ///< what each node is in the round
};

}  // namespace

void unroll(Graph& graph, PassContext& context) {
  std::vector<Block*> headers;
  for (Block* b : graph.blocks()) {
    if (b->isLoop) headers.push_back(b);
  }
  for (Block* b : headers) {
    if (Loop(graph, b).unroll()) {
      context.changes++;
      graph.order();
    }
  }
}

}  // namespace devvm::jit::passes
