// What is known of filters before code is emitted: how many outputs, which functions are recursive, names.
#include "languages/jq/generator.h"

namespace devvm::jq {

Scope* Generator::newScope(const Scope* outer, Scope::Kind kind, std::string name) {
  scopes_.emplace_back();
  Scope* s = &scopes_.back();
  s->outer = outer;
  s->kind = kind;
  s->name = std::move(name);
  return s;
}

const Scope* Generator::find(const Scope* scope, const std::string& name, size_t arity, Scope::Kind kind) {
  for (; scope != nullptr; scope = scope->outer) {
    if (scope->kind == kind && scope->arity == arity && scope->name == name) return scope;
  }
  return nullptr;
}

const Scope* Generator::findCall(const Scope* scope, const std::string& name, size_t arity) {
  for (; scope != nullptr; scope = scope->outer) {
    if (scope->kind == Scope::Kind::kVariable || scope->kind == Scope::Kind::kLabel) continue;
    if (scope->arity == arity && scope->name == name) return scope;
  }
  auto it = builtins_.find(name + "/" + std::to_string(arity));
  return it == builtins_.end() ? nullptr : it->second;
}

namespace {

bool callsItself(const Node* n, const Definition* d) {
  if (n == nullptr) return false;
  if (n->kind == NodeKind::kCall && n->text == d->name && n->children.size() == d->parameters.size()) return true;
  for (const Node* c : n->children) {
    if (callsItself(c, d)) return true;
  }
  return n->definition != nullptr && callsItself(n->definition->body, d);
}

}  // namespace

bool Generator::isRecursive(const Definition* d) {
  auto it = recursive_.find(d);
  if (it != recursive_.end()) return it->second;
  return recursive_[d] = callsItself(d->body, d);
}

/// The scope of a function's body at a call, for the analysis: closure parameters stand for their arguments.
const Scope* Generator::bindArguments(const Scope* function, const Node* call, const Scope* callerScope) {
  auto key = std::make_tuple(function, call, callerScope);
  auto it = bound_.find(key);
  if (it != bound_.end()) return it->second;
  const Scope* scope = home(function);
  bool recursive = isRecursive(function->definition);
  const auto& parameters = function->definition->parameters;
  for (size_t i = 0; i < parameters.size(); i++) {
    Scope* s = newScope(scope,
                        parameters[i].isValue ? Scope::Kind::kVariable
                        : recursive           ? Scope::Kind::kRuntimeParameter
                                              : Scope::Kind::kParameter,
                        parameters[i].name);
    s->argument = call == nullptr ? nullptr : call->children[i];
    s->argumentScope = callerScope;
    scope = s;
    if (parameters[i].isValue) {
      // $name is also a filter called name.
      Scope* f = newScope(scope, Scope::Kind::kRuntimeParameter, parameters[i].name);
      f->argument = nullptr;
      f->label = nullptr;
      scope = f;
    }
  }
  bound_[key] = scope;
  return scope;
}

bool Generator::patternIsSingle(const Pattern* p, const Scope* scope) {
  for (const Pattern::Entry& e : p->entries) {
    // Keys may use variables of the pattern itself: only constant ones are looked into.
    if (e.key != nullptr && e.key->kind != NodeKind::kString) return false;
    if (e.value != nullptr && !patternIsSingle(e.value, scope)) return false;
  }
  return true;
}

void Generator::bindNames(const Pattern* p, const Scope*& scope) {
  if (p->kind == Pattern::Kind::kVariable) scope = newScope(scope, Scope::Kind::kVariable, p->name);
  for (const Pattern::Entry& e : p->entries) {
    if (!e.variable.empty()) scope = newScope(scope, Scope::Kind::kVariable, e.variable);
    if (e.value != nullptr) bindNames(e.value, scope);
  }
}

bool Generator::isSingle(const Node* n, const Scope* scope) {
  if (n == nullptr) return true;
  auto key = std::make_pair(n, scope);
  auto it = single_.find(key);
  if (it != single_.end()) return it->second;
  single_[key] = true;  // what recursive calls may assume
  size_t mark = singleLog_.size();
  singleLog_.push_back(key);
  bool result = computeSingle(n, scope);
  single_[key] = result;
  if (!result) {
    // What was found meanwhile may stand on the assumption.
    for (size_t i = mark + 1; i < singleLog_.size(); i++) single_.erase(singleLog_[i]);
    singleLog_.resize(mark + 1);
  }
  return result;
}

bool Generator::computeSingle(const Node* n, const Scope* scope) {
  auto all = [&] {
    for (const Node* c : n->children) {
      if (!isSingle(c, scope)) return false;
    }
    return true;
  };
  switch (n->kind) {
    case NodeKind::kRecurseDefault:
    case NodeKind::kIterate:
    case NodeKind::kComma:
    case NodeKind::kForeach:
    case NodeKind::kLabel:
    case NodeKind::kBreak: return false;
    case NodeKind::kArray: return true;
    case NodeKind::kReduce: return isSingle(n->children[1], scope);
    case NodeKind::kTry: return n->children[1] != nullptr && all();
    case NodeKind::kFunction: {
      // The same scope object as long as the analysis asks.
      auto key = std::make_tuple(static_cast<const Scope*>(nullptr), n, scope);
      auto it = bound_.find(key);
      const Scope* inner;
      if (it != bound_.end()) {
        inner = it->second;
      } else {
        Scope* s = newScope(scope, Scope::Kind::kFunction, n->definition->name);
        s->arity = n->definition->parameters.size();
        s->definition = n->definition;
        bound_[key] = inner = s;
      }
      return isSingle(n->children[0], inner);
    }
    case NodeKind::kBind: {
      if (n->patterns.size() != 1 || !isSingle(n->children[0], scope)) return false;
      if (!patternIsSingle(n->patterns[0], scope)) return false;
      auto key = std::make_tuple(static_cast<const Scope*>(nullptr), n, scope);
      auto it = bound_.find(key);
      if (it == bound_.end()) {
        const Scope* inner = scope;
        bindNames(n->patterns[0], inner);
        it = bound_.emplace(key, inner).first;
      }
      return isSingle(n->children[1], it->second);
    }
    case NodeKind::kAssign:
    case NodeKind::kArithmeticUpdate:
    case NodeKind::kAlternativeUpdate: return isSingle(n->children[1], scope);
    case NodeKind::kUpdate: return true;
    case NodeKind::kCall: return callIsSingle(n, scope);
    default: return all();
  }
}

bool Generator::callIsSingle(const Node* n, const Scope* scope) {
  size_t arity = n->children.size();
  const Scope* f = findCall(scope, n->text, arity);
  if (f == nullptr) {
    if (n->text == "empty" || n->text == "path" || n->text == "range" || n->text == "error" || n->text == "_limit" ||
        n->text == "_skip")
      return n->text == "error" && arity == 0;
    for (const Node* c : n->children) {
      if (!isSingle(c, scope)) return false;
    }
    return true;
  }
  if (f->kind == Scope::Kind::kParameter) return isSingle(f->argument, f->argumentScope);
  if (f->kind == Scope::Kind::kRuntimeParameter) return false;
  const auto& parameters = f->definition->parameters;
  for (size_t i = 0; i < parameters.size(); i++) {
    if (parameters[i].isValue && !isSingle(n->children[i], scope)) return false;
  }
  if (depth_ > 200) return false;
  depth_++;
  bool result = isSingle(f->definition->body,
                         isRecursive(f->definition) ? bindArguments(f, nullptr, nullptr) : bindArguments(f, n, scope));
  depth_--;
  return result;
}

bool Generator::isSilent(const Node* n, const Scope* scope) {
  if (n == nullptr) return false;
  switch (n->kind) {
    case NodeKind::kBreak: return true;
    case NodeKind::kCall: return n->text == "empty" && n->children.empty() && findCall(scope, n->text, 0) == nullptr;
    case NodeKind::kPipe:
      return isSilent(n->children[0], scope) ||
             (n->children[1]->kind != NodeKind::kFunction && isSilent(n->children[1], scope));
    case NodeKind::kComma: return isSilent(n->children[0], scope) && isSilent(n->children[1], scope);
    case NodeKind::kIf:
      return n->children[2] != nullptr && isSilent(n->children[1], scope) && isSilent(n->children[2], scope);
    default: return false;
  }
}

}  // namespace devvm::jq
