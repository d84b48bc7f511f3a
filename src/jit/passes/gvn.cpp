// Global value numbering: of operations with the same result only the first stays, where it dominates the others.
// Guards are among them: what was checked once holds in all blocks below, and so do conditions behind their branches.
//
// (Scoped hashing over the dominator tree, as in Briggs, Cooper & Simpson, "Value numbering", 1997.)
#include "jit/passes/dominator_walk.h"
#include "jit/passes/facts.h"
#include "jit/passes/pass.h"

namespace devvm::jit::passes {

using ir::Block;
using ir::Graph;
using ir::Node;
using ir::Op;
using ir::Type;

namespace {

struct Expression {
  Op op;
  uint32_t inputs;
  uint64_t aux;
  const Node* first;
  const Node* second;

  friend bool operator==(const Expression&, const Expression&) = default;
};

struct HashExpression {
  size_t operator()(const Expression& e) const {
    uint64_t h = static_cast<uint64_t>(e.op) * 0x9E3779B97F4A7C15u;
    h = (h ^ e.aux) * 0xD6E8FEB86659FD93u;
    h = (h ^ (e.first != nullptr ? e.first->id + 1 : 0)) * 0xD6E8FEB86659FD93u;
    h = (h ^ (e.second != nullptr ? e.second->id + 1 : 0)) * 0xD6E8FEB86659FD93u;
    return h >> 24;
  }
};

class Numbering {
 public:
  Numbering(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), table_(graph.nodeCount()), conditions_(graph.nodeCount() / 4) {}

  void run() {
    for (Block* b : dominatorPreorder(graph_)) {
      table_.enter(b);
      conditions_.enter(b);
      bool holds = false;
      if (Node* condition = conditionOn(b, holds)) learn(condition, holds);
      forEach(b, [this](Node* n) { visit(n); });
    }
  }

 private:
  static bool isNumbered(const Node* n) {
    if (n->isPhi() || n->isConstant() || n->inputCount() > 2) return false;
    // Boxes of wide integers are told apart by nobody.
    return n->has(ir::kPure) || n->op == Op::kBoxInt;
  }
  /// What the operation says does not depend on which guards its inputs have passed.
  static bool looksThroughGuards(Op op) {
    switch (op) {
      case Op::kCheckInt:
      case Op::kCheckFloat:
      case Op::kCheckNumber:
      case Op::kCheckTable:
      case Op::kCheckString:
      case Op::kCheckClosure:
      case Op::kCheckNative:
      case Op::kCheckNotNil:
      case Op::kCheckIs:
      case Op::kCheckIdentity:
      case Op::kCheckInteger:
      case Op::kCheckNoFloat:
      case Op::kCheckBlock:
      case Op::kCheckBlockField:
      case Op::kCheckItems:
      case Op::kCheckBuffer:
      case Op::kBlockTag:
      case Op::kObjectLength:
      case Op::kTypeName:
      case Op::kSame:
      case Op::kIsNil:
      case Op::kIsInt:
      case Op::kIsOfType:
      case Op::kIsFalsy:
      case Op::kStringLength:
      case Op::kStringByte: return true;
      default: return false;
    }
  }

  Expression expressionOf(const Node* n) const {
    Node* a = n->inputCount() > 0 ? n->input(0) : nullptr;
    Node* b = n->inputCount() > 1 ? n->input(1) : nullptr;
    if (looksThroughGuards(n->op)) {
      a = unguarded(a);
      if (b != nullptr) b = unguarded(b);
    }
    if (isCommutative(n->op) && a->id > b->id) std::swap(a, b);
    return {n->op, n->inputCount(), n->aux, a, b};
  }

  void visit(Node* n) {
    for (uint32_t i = 0; i < n->inputCount() && !n->isPhi(); i++) {
      Node* in = n->input(i);
      if (in->type != Type::kBool || in->isConstant()) continue;
      if (bool* known = conditions_.find(in)) {
        n->setInput(i, graph_.boolConstant(*known));
        context_.changes++;
      }
    }
    if (n->op == Op::kCheckTrue || n->op == Op::kCheckFalse) {
      bool wanted = n->op == Op::kCheckTrue;
      Node* condition = n->input(0);
      if (condition->op == Op::kBoolConstant && (condition->aux != 0) == wanted) {
        context_.changes++;
        return graph_.unlink(n);
      }
      return learn(condition, wanted);
    }
    if (n->op == Op::kCheckShape || n->op == Op::kCheckShapes) return tellNotNil(n);
    if (n->isPhi()) return visitPhi(n);
    if (!isNumbered(n)) return;
    Expression e = expressionOf(n);
    if (Node** same = table_.find(e)) return replace(n, *same);
    if (n->op == Op::kIsNil || n->op == Op::kIsFalsy) {
      // Falsy may still be false.
      Expression notNil{Op::kCheckNotNil, 1, 0, unguarded(n->input(0)), nullptr};
      if (n->op == Op::kIsNil && table_.find(notNil) != nullptr) return replace(n, graph_.boolConstant(false));
    }
    if (n->op == Op::kCheckNumber) {
      Expression as = e;
      as.op = Op::kCheckFloat;
      if (Node** known = table_.find(as)) return replace(n, *known);
      as.op = Op::kCheckInt;
      if (Node** known = table_.find(as)) {
        Node* converted = graph_.newNode(Op::kIntToFloat, {*known});
        converted->origin = n->origin;
        graph_.insertBefore(n, converted);
        replace(n, converted);
        return visit(converted);
      }
    }
    table_.insert(e, n);
    if (n->has(ir::kGuard) && looksThroughGuards(n->op)) tellNotNil(n);
  }

  /// Phis of one block with the same inputs are one.
  void visitPhi(Node* n) {
    uint64_t where = uint64_t{n->block->number} << 8 | static_cast<uint64_t>(n->type);
    Expression e{Op::kPhi, n->inputCount(), where, n->input(0), n->input(n->inputCount() - 1)};
    Node** same = table_.find(e);
    if (same == nullptr) return table_.insert(e, n);
    for (uint32_t i = 0; i < n->inputCount(); i++) {
      if (n->input(i) != (*same)->input(i)) return;
    }
    replace(n, *same);
  }

  /// Behind this guard its input is not nil.
  void tellNotNil(Node* n) {
    bool mayBeNil = n->op == Op::kCheckIdentity || n->op == Op::kTypeName;
    if (n->op == Op::kCheckNotNil || mayBeNil || (n->op == Op::kCheckIs && n->value().isNil())) return;
    Node* known = n->type == Type::kTagged ? n : n->input(0);
    table_.insert({Op::kCheckNotNil, 1, 0, unguarded(n->input(0)), nullptr}, known);
    bool tellsShape = n->op == Op::kCheckShape || n->op == Op::kCheckShapes;
    if (tellsShape) table_.insert({Op::kCheckTable, 1, 0, unguarded(n->input(0)), nullptr}, n);
  }

  void learn(Node* condition, bool holds) {
    while (condition->op == Op::kNot) {
      conditions_.insert(condition, holds);
      condition = condition->input(0);
      holds = !holds;
    }
    if (condition->isConstant()) return;
    conditions_.insert(condition, holds);
    if (!holds && (condition->op == Op::kIsNil || condition->op == Op::kIsFalsy)) {
      Node* x = condition->input(0);
      table_.insert({Op::kCheckNotNil, 1, 0, unguarded(x), nullptr}, x);
    }
  }

  void replace(Node* n, Node* by) {
    context_.changes++;
    graph_.replace(n, by);
  }

  Graph& graph_;
  PassContext& context_;
  ScopedTable<Expression, Node*, HashExpression> table_;
  ScopedTable<const Node*, bool, HashNode> conditions_;
};

}  // namespace

void numberValues(Graph& graph, PassContext& context) { Numbering(graph, context).run(); }

}  // namespace devvm::jit::passes
