#include "languages/lua/compiler/resolver.h"

#include <algorithm>

namespace devvm::lua {

Resolver::Resolver(Arena& arena, Lexer& lexer, const Token& current)
    : arena_(arena),
      lexer_(lexer),
      current_(current),
      environmentName_(lexer.symbols().intern("_ENV", true)),
      breakName_(lexer.symbols().intern("break", true)) {
  // The environment is a variable around the chunk: a lookup of its name can always succeed.
  environmentName_->bindings = 1;
}

void Resolver::limitError(const FunctionState& state, uint32_t limit, std::string_view what) {
  uint32_t line = state.node->lineDefined;
  std::string where = line == 0 ? "main function" : "function at line " + std::to_string(line);
  lexer_.errorNear("too many " + std::string(what) + " (limit is " + std::to_string(limit) + ") in " + where, current_);
}

// ---- functions and blocks ---------------------------------------------------------------------------

void Resolver::openFunction(Function* function) {
  function->parent = functions_.empty() ? nullptr : functions_.back().node;
  FunctionState state{};
  state.node = function;
  state.firstLocal = static_cast<uint32_t>(declared_.size());
  state.firstLabel = static_cast<uint32_t>(labels_.size());
  state.firstBlock = static_cast<uint32_t>(blocks_.size());
  functions_.push_back(state);
  if (function->parent == nullptr) addUpvalue(functions_.back(), {environmentName_, true, 0, nullptr});
}

void Resolver::closeFunction() {
  closeBlock();
  functions_.pop_back();
}

void Resolver::openBlock(Block* block, Label* breakLabel) {
  const FunctionState& state = functions_.back();
  bool outermost = blocks_.size() == state.firstBlock;
  block->depth = static_cast<uint16_t>(blocks_.size() - state.firstBlock + 1);
  block->slots = state.slots;
  blocks_.push_back({block, breakLabel, state.active, state.slots, !outermost && blocks_.back().insideClose,
                     static_cast<uint32_t>(labels_.size()), static_cast<uint32_t>(gotos_.size())});
  if (breakLabel != nullptr) breakLabel->blockDepth = block->depth;
}

void Resolver::closeBlock() {
  FunctionState& state = functions_.back();
  BlockState block = blocks_.back();
  removeVariables(block.active);
  state.slots = block.slots;
  state.registers = block.slots;
  labels_.resize(block.firstLabel);
  blocks_.pop_back();
  if (blocks_.size() > state.firstBlock) {
    // What is still pending looks for its label in the block around.
    for (size_t i = block.firstGoto; i < gotos_.size(); ++i)
      gotos_[i].active = std::min(gotos_[i].active, block.active);
  } else if (block.firstGoto < gotos_.size()) {
    const PendingGoto& pending = gotos_[block.firstGoto];
    std::string line = std::to_string(pending.line);
    if (pending.name == breakName_) {
      semanticError("break outside loop at line " + line);
    } else {
      semanticError("no visible label '" + text(pending.name) + "' for <goto> at line " + line);
    }
    gotos_.resize(block.firstGoto);
  }
}

void Resolver::markClose() { blocks_.back().insideClose = true; }

// ---- local variables --------------------------------------------------------------------------------

LocalVariable* Resolver::declare(Symbol* name) {
  if (declared_.size() + 1 - functions_.back().firstLocal > kMaxLocals)
    limitError(functions_.back(), kMaxLocals, "local variables");
  auto* variable = arena_.make<LocalVariable>();
  variable->name = name;
  declared_.push_back(variable);
  return variable;
}

LocalVariable* Resolver::declareHidden(std::string_view name) { return declare(lexer_.symbols().intern(name, true)); }

void Resolver::activate(uint32_t count) {
  FunctionState& state = functions_.back();
  for (; count > 0 && state.firstLocal + state.active < declared_.size(); --count) {
    LocalVariable* variable = declared_[state.firstLocal + state.active++];
    ++variable->name->bindings;
    variable->slot = state.slots;
    if (variable->constant == nullptr) ++state.slots;
  }
  state.node->slots = std::max(state.node->slots, state.slots);
}

void Resolver::removeVariables(uint32_t active) {
  FunctionState& state = functions_.back();
  for (uint32_t i = state.firstLocal + active; i < state.firstLocal + state.active; ++i) --declared_[i]->name->bindings;
  state.active = active;
  declared_.resize(state.firstLocal + active);
}

void Resolver::reserve(uint32_t count) {
  uint32_t level = functions_.back().registers += count;
  if (level >= kMaxRegisters) lexer_.errorNear("function or expression needs too many registers", current_);
}

// ---- names ------------------------------------------------------------------------------------------

LocalVariable* Resolver::findLocal(const FunctionState& state, Symbol* name) const {
  for (uint32_t i = state.firstLocal + state.active; i-- > state.firstLocal;) {
    if (declared_[i]->name == name) return declared_[i];
  }
  return nullptr;
}

int Resolver::addUpvalue(FunctionState& state, UpvalueEntry entry) {
  uint32_t index = state.node->upvalues.size();
  if (index >= kMaxUpvalues) {
    limitError(state, kMaxUpvalues, "upvalues");
    return 0;
  }
  state.node->upvalues.append(arena_, entry);
  return static_cast<int>(index);
}

/// The variable `name` as seen from an open function, or null. `capture`: it is used by an inner one.
Expr* Resolver::resolveIn(size_t functionIndex, Symbol* name, bool capture) {
  FunctionState& state = functions_[functionIndex];
  if (LocalVariable* variable = findLocal(state, name)) {
    if (capture && variable->constant == nullptr) variable->captured = true;
    return arena_.make<LocalExpr>(variable);
  }
  int index = 0;
  for (const UpvalueEntry& entry : state.node->upvalues) {
    if (entry.name == name) return arena_.make<UpvalueExpr>(static_cast<uint8_t>(index), entry.variable);
    ++index;
  }
  if (functionIndex == 0) return nullptr;
  Expr* outer = resolveIn(functionIndex - 1, name, true);
  if (outer == nullptr) return nullptr;
  if (outer->kind == ExprKind::kLocal) {
    LocalVariable* variable = static_cast<LocalExpr*>(outer)->variable;
    if (variable->constant != nullptr) return outer;
    index = addUpvalue(state, {name, true, static_cast<uint8_t>(variable->slot), variable});
    return arena_.make<UpvalueExpr>(static_cast<uint8_t>(index), variable);
  }
  auto* upvalue = static_cast<UpvalueExpr*>(outer);
  index = addUpvalue(state, {name, false, upvalue->index, upvalue->variable});
  return arena_.make<UpvalueExpr>(static_cast<uint8_t>(index), upvalue->variable);
}

Expr* Resolver::resolveVariable(Symbol* name) {
  // Most names are globals; no open function declares them.
  if (name->bindings == 0) return nullptr;
  return resolveIn(functions_.size() - 1, name, false);
}

Expr* Resolver::resolve(Symbol* name) {
  if (Expr* variable = resolveVariable(name)) return variable;
  return arena_.make<GlobalExpr>(name, resolveVariable(environmentName_));
}

void Resolver::assign(Expr* target) {
  LocalVariable* variable = nullptr;
  if (target->kind == ExprKind::kLocal) variable = static_cast<LocalExpr*>(target)->variable;
  if (target->kind == ExprKind::kUpvalue) variable = static_cast<UpvalueExpr*>(target)->variable;
  if (variable == nullptr) return;
  if (variable->attribute != Attribute::kNone) {
    semanticError("attempt to assign to const variable '" + text(variable->name) + "'");
  }
  variable->reassigned = true;
}

// ---- goto -------------------------------------------------------------------------------------------

Label* Resolver::findLabel(Symbol* name) const {
  for (size_t i = functions_.back().firstLabel; i < labels_.size(); ++i) {
    if (labels_[i]->name == name) return labels_[i];
  }
  return nullptr;
}

void Resolver::addGoto(GotoStat* statement, Symbol* name, uint32_t line) {
  if (Label* label = findLabel(name)) {
    statement->label = label;
    statement->backward = true;
    label->backward = true;
    return;
  }
  gotos_.push_back({name, line, functions_.back().active, statement});
}

void Resolver::addBreak(GotoStat* statement, uint32_t line) {
  for (size_t i = blocks_.size(); i-- > functions_.back().firstBlock;) {
    if (blocks_[i].breakLabel == nullptr) continue;
    statement->label = blocks_[i].breakLabel;
    return;
  }
  gotos_.push_back({breakName_, line, functions_.back().active, statement});
}

void Resolver::checkRepeated(Symbol* name) {
  if (Label* label = findLabel(name)) {
    semanticError("label '" + text(name) + "' already defined on line " + std::to_string(label->line));
  }
}

Label* Resolver::addLabel(Symbol* name, uint32_t line, bool last) {
  const FunctionState& state = functions_.back();
  const BlockState& block = blocks_.back();
  auto* label = arena_.make<Label>();
  label->name = name;
  label->line = line;
  label->blockDepth = block.node->depth;
  label->afterBlock = last;
  label->activeLocals = last ? block.active : state.active;
  labels_.push_back(label);
  auto solved = [&](const PendingGoto& pending) {
    if (pending.name != name) return false;
    if (pending.active < label->activeLocals) {
      semanticError("<goto " + text(name) + "> at line " + std::to_string(pending.line) +
                    " jumps into the scope of local '" + text(declared_[state.firstLocal + pending.active]->name) +
                    "'");
    }
    pending.statement->label = label;
    return true;
  };
  gotos_.erase(std::remove_if(gotos_.begin() + block.firstGoto, gotos_.end(), solved), gotos_.end());
  return label;
}

}  // namespace devvm::lua
