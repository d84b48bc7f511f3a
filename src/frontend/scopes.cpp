#include "frontend/scopes.h"

#include <algorithm>

namespace devvm::frontend {

FunctionScope* Scopes::openFunction(uint32_t firstSlot) {
  auto* scope = arena_.make<FunctionScope>();
  if (!functions_.empty()) {
    scope->parent = functions_.back().scope;
    scope->loopDepth = functions_.back().loops;
  }
  scope->slots = firstSlot;
  functions_.push_back({scope, variables_.size(), blocks_.size(), firstSlot, 0});
  return scope;
}

void Scopes::closeFunction() {
  const Function& f = functions_.back();
  for (size_t i = f.firstVariable; i < variables_.size(); i++) variables_[i]->name->bindings--;
  variables_.resize(f.firstVariable);
  blocks_.resize(f.firstBlock);
  functions_.pop_back();
}

void Scopes::closeBlock() {
  Block b = blocks_.back();
  for (size_t i = b.firstVariable; i < variables_.size(); i++) variables_[i]->name->bindings--;
  variables_.resize(b.firstVariable);
  functions_.back().nextSlot = b.slot;
  blocks_.pop_back();
}

Variable* Scopes::declare(Symbol* name, Span place) {
  Function& f = functions_.back();
  auto* v = arena_.make<Variable>();
  v->name = name;
  v->declared = place;
  v->owner = f.scope;
  v->slot = static_cast<uint16_t>(f.nextSlot++);
  v->loopDepth = f.loops;
  f.scope->slots = std::max(f.scope->slots, f.nextSlot);
  name->bindings++;
  variables_.push_back(v);
  return v;
}

Variable* Scopes::inThisBlock(const Symbol* name) const {
  size_t first = functions_.back().firstVariable;
  if (depth() > 0) first = std::max(first, blocks_.back().firstVariable);
  if (name->bindings == 0) return nullptr;
  for (size_t i = variables_.size(); i-- > first;) {
    if (variables_[i]->name == name) return variables_[i];
  }
  return nullptr;
}

Variable* Scopes::find(const Symbol* name) {
  if (name->bindings == 0) return nullptr;
  size_t owner = functions_.size() - 1;
  for (size_t i = variables_.size(); i-- > 0;) {
    while (i < functions_[owner].firstVariable) owner--;
    if (variables_[i]->name != name) continue;
    Variable* v = variables_[i];
    v->isUsed = true;
    if (owner + 1 < functions_.size()) capture(v, owner);
    return v;
  }
  return nullptr;
}

void Scopes::capture(Variable* v, size_t owner) {
  FunctionScope* by = functions_[owner + 1].scope;
  v->isCaptured = true;
  // A copy is as good where one closure at most is made while the variable lives, after it got its value.
  if (!v->isReady || (v->by != nullptr && v->by != by) || by->loopDepth > v->loopDepth) v->isShared = true;
  v->by = by;
  if (v->lastUser == functions_.back().scope) return;
  v->lastUser = functions_.back().scope;
  for (size_t i = owner + 1; i < functions_.size(); i++) {
    auto& captures = functions_[i].scope->captures;
    bool isNew = true;
    for (Variable* c : captures) isNew = isNew && c != v;
    if (isNew) captures.append(arena_, v);
  }
}

uint32_t Scopes::locals() const { return static_cast<uint32_t>(variables_.size() - functions_.back().firstVariable); }

std::vector<std::string_view> Scopes::visibleNames() const {
  std::vector<std::string_view> names;
  for (size_t i = variables_.size(); i-- > 0;) names.push_back(variables_[i]->name->text);
  return names;
}

}  // namespace devvm::frontend
