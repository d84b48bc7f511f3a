#include "random_program.h"

namespace devvm::jit::regalloc {

using ir::Node;
using ir::Op;

RandomProgram::RandomProgram(uint32_t seed, const ProgramShape& shape) : shape_(shape), random_(seed) {
  block_ = graph.newBlock();
  function_ = graph.newFunction();
  function_->locals = shape.values;
  for (uint32_t i = 0; i < shape.values; i++) {
    Node* n = nullptr;
    if (chance(60)) {
      n = add(Op::kSlot, {}, i);
      if (isFloat(i)) n = add(Op::kUnboxFloat, {n});
    } else {
      n = isFloat(i) ? graph.floatConstant(i) : graph.intConstant(i);
    }
    variables_.push_back(n);
  }
  statements(shape.statements, 0);
  Node* end = add(Op::kReturn, {});
  for (Node* v : variables_) graph.addInput(end, v);
  graph.splitCriticalEdges();
  graph.order();
  demand();
}

Node* RandomProgram::add(Op op, std::initializer_list<Node*> inputs, uint64_t aux) {
  Node* n = graph.newNode(op, inputs, aux);
  graph.append(block_, n);
  return n;
}

Node* RandomProgram::use(bool isFloat) {
  for (;;) {
    size_t v = below(static_cast<uint32_t>(variables_.size()));
    if (this->isFloat(v) == isFloat) return variables_[v];
  }
}

ir::FrameState* RandomProgram::state() {
  std::vector<Node*> values = variables_;
  for (Node*& n : values) {
    if (chance(30)) n = nullptr;
  }
  return graph.newState(function_, 0, values);
}

void RandomProgram::simple() {
  size_t target = below(static_cast<uint32_t>(variables_.size()));
  Node* n = nullptr;
  if (chance(shape_.callsInHundred)) {
    n = add(Op::kCall, {use(false), use(true), use(false)}, 1);
    n->state = state();
    if (isFloat(target)) n = add(Op::kUnboxFloat, {n});
  } else if (!isFloat(target) && chance(shape_.statesInHundred / 2)) {
    n = add(Op::kCheckSmall, {use(false)});
    n->state = state();
  } else if (chance(shape_.statesInHundred)) {
    n = add(isFloat(target) ? Op::kCheckFloat : Op::kCheckInt, {use(false)});
    n->state = state();
  } else if (isFloat(target)) {
    n = add(Op::kFloatAdd, {use(true), use(true)});
  } else {
    constexpr Op kOps[] = {Op::kIntAdd, Op::kIntSub, Op::kIntDiv, Op::kIntShl};
    n = add(kOps[below(4)], {use(false), use(false)});
  }
  variables_[target] = n;
}

void RandomProgram::statements(uint32_t count, uint32_t depth) {
  while (count > 0) {
    uint32_t part = std::min(count, 4 + below(16));
    if (depth < 4 && part > 6 && chance(40)) {
      chance(50) ? branch(part, depth + 1) : loop(part, depth + 1);
    } else {
      for (uint32_t i = 0; i < part; i++) simple();
    }
    count -= part;
  }
}

void RandomProgram::branch(uint32_t count, uint32_t depth) {
  Node* condition = add(Op::kIntLt, {use(false), use(false)});
  add(Op::kBranch, {condition});
  ir::Block *from = block_, *yes = graph.newBlock(), *no = graph.newBlock(), *join = graph.newBlock();
  bool wasRare = rare_;
  bool rare = chance(shape_.rareInHundred);
  graph.connect(from, yes);
  graph.connect(from, no);
  std::vector<Node*> before = variables_;
  yes->isRare = wasRare;
  block_ = yes;
  statements(count / 2, depth);
  add(Op::kJump, {});
  graph.connect(block_, join);
  std::vector<Node*> first = variables_;
  variables_ = before;
  rare_ = wasRare || rare;
  no->isRare = rare_;
  block_ = no;
  statements(count - count / 2, depth);
  add(Op::kJump, {});
  graph.connect(block_, join);
  rare_ = wasRare;
  block_ = join;
  join->isRare = rare_;
  for (size_t i = 0; i < variables_.size(); i++) {
    if (first[i] == variables_[i]) continue;
    Node* phi = graph.newNode(Op::kPhi, {first[i], variables_[i]});
    phi->type = isFloat(i) ? ir::Type::kFloat : ir::Type::kInt;
    graph.append(join, phi);
    variables_[i] = phi;
  }
}

void RandomProgram::loop(uint32_t count, uint32_t depth) {
  ir::Block *header = graph.newBlock(), *after = graph.newBlock();
  header->isRare = after->isRare = rare_;
  add(Op::kJump, {});
  graph.connect(block_, header);
  block_ = header;
  std::vector<Node*> phis(variables_.size());
  for (size_t i = 0; i < variables_.size(); i++) {
    if (chance(40)) continue;
    phis[i] = graph.newNode(Op::kPhi, {variables_[i]});
    phis[i]->type = isFloat(i) ? ir::Type::kFloat : ir::Type::kInt;
    graph.append(header, phis[i]);
    variables_[i] = phis[i];
  }
  std::vector<Node*> atHeader = variables_;
  statements(count, depth);
  for (size_t i = 0; i < variables_.size(); i++) {
    if (phis[i] == nullptr) variables_[i] = atHeader[i];
  }
  add(Op::kPoll, {})->state = state();
  Node* condition = add(Op::kIntLt, {use(false), use(false)});
  add(Op::kBranch, {condition});
  graph.connect(block_, header);
  graph.connect(block_, after);
  for (size_t i = 0; i < variables_.size(); i++) {
    if (phis[i] != nullptr) graph.addInput(phis[i], variables_[i]);
  }
  block_ = after;
}

/// The invented machine: sums may come from memory, differences read their second input late, quotients destroy rdx,
/// shifts want a register of their own.
void RandomProgram::demand() {
  Constraints& c = constraints;
  c.banks.assign(graph.nodeCount(), Bank::kNone);
  c.sameAs.assign(graph.nodeCount(), nullptr);
  for (ir::Block* b : graph.blocks()) {
    for (Node* n = b->first; n != nullptr; n = n->next) c.sameAs[n->id] = n;
  }
  c.gprs = static_cast<uint16_t>((1u << shape_.gprs) - 1);
  c.xmms = static_cast<uint16_t>((1u << shape_.xmms) - 1);
  c.mostWords = 1000;
  auto bankOf = [](const Node* n) {
    if (n->isConstant() || n->type == ir::Type::kNone) return Bank::kNone;
    return n->type == ir::Type::kFloat ? Bank::kXmm : Bank::kGpr;
  };
  auto block = [&](ir::Block* b) {
    auto first = static_cast<uint32_t>(c.steps.size());
    for (Node* n = b->first; n != nullptr; n = n->next) {
      bool isSame = n->op == Op::kCheckSmall;  // gives what it checks
      if (isSame) c.sameAs[n->id] = c.sameAs[n->input(0)->id];
      c.banks[n->id] = isSame ? Bank::kNone : bankOf(n);
      if (n->isPhi() || n->isConstant()) continue;
      Step s;
      s.node = n;
      s.firstUse = static_cast<uint32_t>(c.uses.size());
      s.useCount = static_cast<uint16_t>(n->inputCount());
      for (uint32_t i = 0; i < n->inputCount(); i++) {
        bool any = n->op == Op::kCall || n->op == Op::kReturn || (n->op == Op::kIntAdd && i == 1);
        c.uses.push_back({n->input(i), !any, n->op == Op::kIntSub && i == 1});
      }
      s.result = c.banks[n->id];
      if (n->op == Op::kIntAdd || n->op == Op::kFloatAdd || n->op == Op::kIntSub) s.like = 0;
      if (n->op == Op::kIntDiv && shape_.clobbers) s.clobberedGprs = 4;
      if (n->op == Op::kIntShl && shape_.clobbers) s.gprTemps = 1;
      if (n->op == Op::kCheckFloat && shape_.clobbers) s.resultIsEarly = s.statesAreLate = true;
      if (n->op == Op::kCall) {
        s.clobbersAll = s.isGuestCall = true;
        s.calleeWord = 40 + 4 * shape_.values;
      }
      if (n->op == Op::kSlot) {
        s.hasHome = true;
        s.home = static_cast<int32_t>(n->aux);
      }
      c.steps.push_back(s);
    }
    c.blocks.push_back({b, first, static_cast<uint32_t>(c.steps.size())});
  };
  for (ir::Block* b : graph.blocks()) {
    if (!b->isRare) block(b);
  }
  for (ir::Block* b : graph.blocks()) {
    if (b->isRare) block(b);
  }
}

}  // namespace devvm::jit::regalloc
