#include "jit/passes/region_copy.h"

#include <vector>

namespace devvm::jit::passes {

using ir::FrameState;
using ir::Node;

FrameState* RegionCopy::now(FrameState* s) {
  if (s == nullptr) return nullptr;
  auto [at, isNew] = states_.try_emplace(s, nullptr);
  if (!isNew) return at->second;
  std::vector<Node*> values(s->count);
  bool differs = false;
  for (uint32_t i = 0; i < s->count; i++) {
    Node* was = s->value(i);
    values[i] = was != nullptr ? now(was) : nullptr;
    differs = differs || values[i] != was;
  }
  FrameState* caller = now(s->caller);
  Node* was = s->callee != nullptr ? s->callee->resolve() : nullptr;
  Node* callee = was != nullptr ? now(was) : nullptr;
  FrameState* copy = s;
  if (differs || caller != s->caller || callee != was) {
    copy = graph_.newState(s->function, s->offset, values);
    copy->depth = s->depth;
    copy->wanted = s->wanted;
    copy->tailCalled = s->tailCalled;
    copy->caller = caller;
    copy->callee = callee;
  }
  return states_[s] = copy;
}

Node* RegionCopy::copy(Node* n) {
  std::vector<Node*> inputs;
  for (uint32_t i = 0; i < n->inputCount(); i++) inputs.push_back(now(n->input(i)));
  Node* copy = graph_.newNode(n->op, inputs, n->aux);
  copy->type = n->type;
  copy->origin = n->origin;
  copy->state = now(n->state);
  set(n, copy);
  return copy;
}

}  // namespace devvm::jit::passes
