// Blocks and statements.
#include <algorithm>

#include "languages/lua/compiler/codegen.h"
#include "languages/lua/compiler/operands.h"
#include "languages/lua/compiler/resolver.h"

namespace devvm::lua {

// ---- blocks -----------------------------------------------------------------------------------------

void FunctionGenerator::block(Block* block) {
  uint32_t top = top_;
  size_t variables = variables_.size();
  blockBody(block);
  endVariables(variables);
  top_ = top;
}

void FunctionGenerator::blockBody(Block* block) {
  size_t endLabels = endLabels_.size();
  CloseScope* outer = scope_;
  ++blockDepth_;
  statements(block);
  while (scope_ != outer) endCloseScope(block->endLine);
  // A goto to the end of the block has left the scopes already, so it lands behind the code that does.
  for (size_t i = endLabels; i < endLabels_.size(); ++i) labelStatement(endLabels_[i]);
  endLabels_.resize(endLabels);
  --blockDepth_;
}

void FunctionGenerator::statements(Block* block) {
  for (auto* node = block->statements.first(); node != nullptr && module_.mayGoOn(); node = node->next) {
    // What control cannot reach is left out; only a label can change that.
    if (!reachable() && node->value->kind != StatKind::kLabel) continue;
    statement(node->value, node->next != nullptr ? node->next->value : nullptr);
  }
}

void FunctionGenerator::statement(Stat* stat, Stat* next) {
  LoopTail tail = loopTail_;
  if (next != nullptr) loopTail_ = {};
  if (stat->kind != StatKind::kLocal) afterDeclaration_ = false;
  statementOfKind(stat, next);
  afterDeclaration_ = stat->kind == StatKind::kLocal && static_cast<LocalStat*>(stat)->values.empty();
  loopTail_ = tail;
}

void FunctionGenerator::statementOfKind(Stat* stat, Stat* next) {
  switch (stat->kind) {
    case StatKind::kLocal: localStatement(static_cast<LocalStat*>(stat)); break;
    case StatKind::kLocalFunction: localFunction(static_cast<LocalFunctionStat*>(stat)); break;
    case StatKind::kAssign: {
      auto* assignment = static_cast<AssignStat*>(stat);
      if (assignment->targets.size() == 1 && assignment->values.size() == 1) {
        assign(assignment->targets.front(), assignment->values.front(), assignment->endLine);
      } else {
        assignMany(assignment);
      }
      break;
    }
    case StatKind::kCall: pushCall(static_cast<CallStat*>(stat)->call, {Results::Kind::kFixed, 0}); break;
    case StatKind::kDo:
      block(static_cast<DoStat*>(stat)->body);
      clearSlots(top_, next);
      break;
    case StatKind::kWhile: whileStatement(static_cast<WhileStat*>(stat), next); break;
    case StatKind::kRepeat: repeatStatement(static_cast<RepeatStat*>(stat), next); break;
    case StatKind::kIf: ifStatement(static_cast<IfStat*>(stat), next); break;
    case StatKind::kNumericFor: numericFor(static_cast<NumericForStat*>(stat), next); break;
    case StatKind::kGenericFor: genericFor(static_cast<GenericForStat*>(stat), next); break;
    case StatKind::kFunction: {
      auto* definition = static_cast<FunctionStat*>(stat);
      // The definition happens on the first line of the statement.
      assign(definition->target, definition->function, definition->line);
      break;
    }
    case StatKind::kReturn: returnStatement(static_cast<ReturnStat*>(stat)); break;
    case StatKind::kGoto: gotoStatement(static_cast<GotoStat*>(stat)); break;
    case StatKind::kLabel: {
      Label* label = static_cast<LabelStat*>(stat)->label;
      if (label->afterBlock) {
        endLabels_.push_back(label);
      } else {
        labelStatement(label);
      }
      break;
    }
  }
}

/// A condition without any code.
static bool isTruthyLiteral(Expr* condition) {
  Expr* e = strip(condition);
  return isLiteral(e) && !isFalsyLiteral(e);
}

uint32_t FunctionGenerator::firstLine(Block* block) const {
  return block->statements.empty() ? block->endLine : firstLine(block->statements.front());
}

uint32_t FunctionGenerator::firstLine(Stat* stat) const {
  switch (stat->kind) {
    case StatKind::kLocal: {
      auto* local = static_cast<LocalStat*>(stat);
      return local->values.empty() ? stat->endLine : firstLine(local->values.front());
    }
    case StatKind::kLocalFunction: return static_cast<LocalFunctionStat*>(stat)->function->line;
    case StatKind::kAssign: {
      auto* assignment = static_cast<AssignStat*>(stat);
      Expr* target = assignment->targets.front();
      // Reading a local variable to store into it is part of the value.
      bool isStep =
          target->kind == ExprKind::kIndex && strip(static_cast<IndexExpr*>(target)->object)->kind != ExprKind::kLocal;
      return firstLine(isStep ? static_cast<IndexExpr*>(target)->object : assignment->values.front());
    }
    case StatKind::kCall: return firstLine(static_cast<CallStat*>(stat)->call);
    case StatKind::kDo: return firstLine(static_cast<DoStat*>(stat)->body);
    case StatKind::kWhile: {
      auto* loop = static_cast<WhileStat*>(stat);
      return isTruthyLiteral(loop->condition) ? firstLine(loop->body) : firstLine(loop->condition);
    }
    case StatKind::kRepeat: return firstLine(static_cast<RepeatStat*>(stat)->body);
    case StatKind::kIf: {
      const IfClause& clause = static_cast<IfStat*>(stat)->clauses.front();
      return isTruthyLiteral(clause.condition) ? firstLine(clause.body) : firstLine(clause.condition);
    }
    case StatKind::kNumericFor: return firstLine(static_cast<NumericForStat*>(stat)->start);
    case StatKind::kGenericFor: return firstLine(static_cast<GenericForStat*>(stat)->values.front());
    case StatKind::kFunction: {
      auto* definition = static_cast<FunctionStat*>(stat);
      auto* target =
          definition->target->kind == ExprKind::kIndex ? static_cast<IndexExpr*>(definition->target) : nullptr;
      bool isStep = target != nullptr && strip(target->object)->kind != ExprKind::kLocal;
      return isStep ? firstLine(target->object) : definition->function->line;
    }
    case StatKind::kReturn: {
      auto* result = static_cast<ReturnStat*>(stat);
      return result->values.empty() ? stat->endLine : firstLine(result->values.front());
    }
    case StatKind::kGoto:
    case StatKind::kLabel: break;
  }
  return stat->line;
}

// ---- local variables --------------------------------------------------------------------------------

void FunctionGenerator::initialiseMany(LocalVariable* const* variables, uint32_t count, ExprList& values) {
  uint32_t next = 0;
  for (auto* node = values.first(); node != nullptr; node = node->next) {
    Expr* value = node->value;
    if (next == count) {
      discard(value);
    } else if (node->next == nullptr && isMulti(value) && next + 1 < count) {
      pushMany(value, count - next);
      for (uint32_t i = count; i-- > next;) initialise(variables[i]);
      next = count;
    } else {
      // No later value can see the variable, so it takes its slot at once.
      if (variables[next]->constant == nullptr) {
        push(value);
        // Parts of `and` and `or` on several lines lead to here: the variable gets its value as part of each of them.
        uint32_t line = builder_.currentLine();
        bool several = strip(value)->kind == ExprKind::kLogical && firstLine(value) != line;
        if (several) atLine(0);
        initialise(variables[next]);
        if (several) atLine(line);
      }
      ++next;
    }
  }
  if (next == count) return;
  emit(Op::kLocalNil, variables[next]->slot, count - next);
  for (; next < count; ++next) makeCell(variables[next]);
}

void FunctionGenerator::localStatement(LocalStat* stat) {
  // Several declarations without values in a row are one step.
  if (stat->values.empty() && !afterDeclaration_) atLine(stat->endLine);
  uint32_t count = stat->variables.size() - (stat->variables.back()->constant != nullptr ? 1 : 0);
  useSlots(top_ + count);
  LocalVariable* variables[Resolver::kMaxLocals + 1];
  uint32_t declared = 0;
  for (LocalVariable* variable : stat->variables) variables[declared++] = variable;
  initialiseMany(variables, declared, stat->values);
  top_ += count;
  for (LocalVariable* variable : stat->variables) {
    if (variable->constant == nullptr) beginVariable(variable);
  }
  if (stat->closed != nullptr) {
    atLine(stat->endLine);
    emit(Op::kMarkClose, stat->closed->slot);
    openCloseScope(stat->closed->slot, blockDepth_, stat->endLine);
  }
}

void FunctionGenerator::localFunction(LocalFunctionStat* stat) {
  LocalVariable* variable = stat->variable;
  useSlots(++top_);
  at(stat->function);
  bool recursive = false;
  for (const UpvalueEntry& upvalue : stat->function->function->upvalues)
    recursive = recursive || (upvalue.fromLocal && upvalue.variable == variable);
  if (recursive) {
    // The closure captures the cell, so the cell comes first.
    emit(Op::kLocalNil, variable->slot, 1);
    makeCell(variable);
    pushClosure(stat->function);
    emit(Op::kSetCell, variable->slot);
  } else {
    pushClosure(stat->function);
    initialise(variable);
  }
  beginVariable(variable);
}

// ---- if ---------------------------------------------------------------------------------------------

/// `if c then break end` and the like: the condition jumps by itself. True if that was it.
bool FunctionGenerator::conditionalJump(IfClause& clause) {
  if (clause.body->statements.size() != 1) return false;
  Stat* stat = clause.body->statements.front();
  if (stat->kind != StatKind::kGoto) return false;
  auto* jumpStat = static_cast<GotoStat*>(stat);
  if (jumpStat->backward || scopeAt(jumpStat) != scope_) return false;
  // A goto on a line of its own is a step of its own for debuggers; a break is not.
  bool isBreak = jumpStat->label->name == nullptr;
  if (!isBreak && jumpStat->line != clause.condition->line) return false;
  jumpIfTrue(clause.condition, code(jumpStat->label).forward);
  return true;
}

void FunctionGenerator::leaveBranch(Target& end) {
  // At the end of a while loop's body there is no need to go to the jump back first.
  if (loopTail_.start.valid() && loopTail_.scope == scope_) {
    if (prepare()) builder_.emitJump(Op::kLoop, loopTail_.start);
  } else {
    jump(Op::kJump, end);
  }
}

void FunctionGenerator::ifStatement(IfStat* stat, Stat* next) {
  Target end;
  for (auto* node = stat->clauses.first(); node != nullptr; node = node->next) {
    if (!reachable()) break;
    if (conditionalJump(node->value)) continue;
    Target isFalse;
    jumpIfFalse(node->value.condition, isFalse);
    Block* body = node->value.body;
    if (!body->statements.empty() && body->statements.front()->kind == StatKind::kGoto) {
      auto* first = static_cast<GotoStat*>(body->statements.front());
      if (first->label->name == nullptr) quietBreak_ = first;
    }
    block(body);
    if (node->next != nullptr || stat->otherwise != nullptr) leaveBranch(end);
    bind(isFalse);
  }
  if (stat->otherwise != nullptr && reachable()) block(stat->otherwise);
  bind(end);
  // Elsewhere this would cost more than it gives: an `if` is too frequent to clear up after.
  if (ast_->parent == nullptr && loopDepth_ == 0) clearSlots(top_, next);
}

// ---- loops ------------------------------------------------------------------------------------------

void FunctionGenerator::whileStatement(WhileStat* stat, Stat* next) {
  ++loopDepth_;
  stat->breakLabel->line = stat->endLine;
  Target& end = code(stat->breakLabel).forward;
  emit(Op::kLoopHead);  // no step of its own for debuggers: it keeps the position before it
  bytecode::Label start = builder_.newLabel();
  builder_.bind(start);
  jumpIfFalse(stat->condition, end);
  loopTail_ = {start, scope_};
  block(stat->body);
  atLine(stat->body->endLine);
  if (prepare()) builder_.emitJump(Op::kLoop, start);
  bind(end);
  --loopDepth_;
  clearSlots(top_, next);
}

/// Leaves a repeat loop if its condition holds. Where that has several lines, each part of it goes back from its own.
void FunctionGenerator::repeatCondition(Expr* condition, bytecode::Label start, Target& end) {
  Expr* e = strip(condition);
  auto* parts = e->kind == ExprKind::kLogical ? static_cast<LogicalExpr*>(e) : nullptr;
  if (parts == nullptr || !parts->isAnd || firstLine(parts->operands.front()) == firstLine(parts->operands.back()))
    return jumpIfTrue(condition, end);
  for (auto* node = parts->operands.first(); node != nullptr; node = node->next) {
    if (node->next == nullptr) return jumpIfTrue(node->value, end);
    Target holds;
    jumpIfTrue(node->value, holds);
    if (prepare()) builder_.emitJump(Op::kLoop, start);
    bind(holds);
  }
}

void FunctionGenerator::repeatStatement(RepeatStat* stat, Stat* next) {
  ++loopDepth_;
  loopTail_ = {};
  stat->breakLabel->line = stat->endLine;
  Target& end = code(stat->breakLabel).forward;
  emit(Op::kLoopHead);  // no step of its own for debuggers: it keeps the position before it
  bytecode::Label start = builder_.newLabel();
  builder_.bind(start);

  // As block(), but the condition belongs to the scope, and two ways lead out of it.
  uint32_t top = top_;
  size_t variables = variables_.size();
  CloseScope* outer = scope_;
  blockDepth_ = static_cast<uint16_t>(blockDepth_ + 2);
  statements(stat->body);
  if (scope_ == outer) {
    repeatCondition(stat->condition, start, end);
  } else {
    Target again;
    jumpIfFalse(stat->condition, again);
    leaveScopes(outer);
    jump(Op::kJump, end);
    reenterScopes();
    bind(again);
    while (scope_ != outer) endCloseScope(stat->endLine);
  }
  atLine(stat->endLine);
  if (prepare()) builder_.emitJump(Op::kLoop, start);
  endVariables(variables);
  blockDepth_ = static_cast<uint16_t>(blockDepth_ - 2);
  top_ = top;

  bind(end);
  --loopDepth_;
  clearSlots(top_, next);
}

void FunctionGenerator::numericFor(NumericForStat* stat, Stat* next) {
  const uint16_t base = stat->base;
  stat->breakLabel->line = stat->endLine;
  Target& end = code(stat->breakLabel).forward;
  uint32_t top = top_, usedBefore = used_;
  size_t variables = variables_.size();
  useSlots(base + 4u);
  push(stat->start);
  emit(Op::kSetLocal, base);
  push(stat->limit);
  emit(Op::kSetLocal, base + 1);
  if (stat->step != nullptr) {
    push(stat->step);
  } else {
    emit(Op::kInt8, 1);
  }
  emit(Op::kSetLocal, base + 2);
  for (uint16_t i = 0; i < 3; ++i) beginVariable("(for state)", static_cast<uint16_t>(base + i), false);
  atLine(stat->doLine);
  if (prepare()) {
    if (!end.label.valid()) end.label = builder_.newLabel();
    builder_.emitJump(Op::kForPrep, base, end.label);
  }

  ++loopDepth_;
  loopTail_ = {};
  emit(Op::kLoopHead);
  bytecode::Label body = builder_.newLabel();
  builder_.bind(body);
  size_t stateVariables = variables_.size();
  top_ = base + 4u;
  blockDepth_ = static_cast<uint16_t>(blockDepth_ + 2);
  onLine(firstLine(stat->body));
  makeCell(stat->variable);
  beginVariable(stat->variable);
  block(stat->body);
  endVariables(stateVariables);
  atLine(stat->line);
  if (prepare()) builder_.emitJump(Op::kForLoop, base, body);
  endVariables(variables);
  bind(end);
  blockDepth_ = static_cast<uint16_t>(blockDepth_ - 2);
  --loopDepth_;

  top_ = top;
  // The loop's own slots hold numbers, unless the program assigned the variable.
  bool numbersOnly = !stat->variable->captured && !stat->variable->reassigned;
  uint32_t first = base + (numbersOnly ? 4u : 3u);
  if (used_ <= first) {
    used_ = std::max(usedBefore, top_);
  } else {
    clearSlots(first, next);
  }
}

void FunctionGenerator::genericFor(GenericForStat* stat, Stat* next) {
  const uint16_t base = stat->base;
  const uint32_t results = stat->variables.size();
  stat->breakLabel->line = stat->endLine;
  Target& end = code(stat->breakLabel).forward;
  uint32_t top = top_;
  size_t variables = variables_.size();
  useSlots(base + 4u + results);
  LocalVariable state[4];
  LocalVariable* stateVariables[4];
  for (uint16_t i = 0; i < 4; ++i) {
    state[i].slot = static_cast<uint16_t>(base + i);
    stateVariables[i] = &state[i];
  }
  initialiseMany(stateVariables, 4, stat->values);
  for (uint16_t i = 0; i < 4; ++i) beginVariable("(for state)", static_cast<uint16_t>(base + i), false);
  atLine(stat->doLine);
  blockDepth_ = static_cast<uint16_t>(blockDepth_ + 1);
  // Without a fourth value there is nothing to close.
  bool closes = stat->values.size() > 3 || isMulti(stat->values.back());
  if (closes) {
    emit(Op::kMarkClose, base + 3);
    openCloseScope(static_cast<uint16_t>(base + 3), blockDepth_, stat->line);
  }

  ++loopDepth_;
  loopTail_ = {};
  Target test;
  emit(Op::kLoopHead);
  jump(Op::kJump, test);
  bytecode::Label body = builder_.newLabel();
  builder_.bind(body);
  size_t loopVariables = variables_.size();
  top_ = base + 4u + results;
  ++blockDepth_;
  onLine(firstLine(stat->body));
  for (LocalVariable* variable : stat->variables) {
    makeCell(variable);
    beginVariable(variable);
  }
  block(stat->body);
  endVariables(loopVariables);
  --blockDepth_;
  bind(test);
  atLine(stat->valuesLine);
  emit(Op::kForInCall, base, results);
  if (prepare()) builder_.emitJump(Op::kForInTest, base, results, body);
  bind(end);
  if (closes) endCloseScope(stat->endLine);
  endVariables(variables);
  blockDepth_ = static_cast<uint16_t>(blockDepth_ - 1);
  --loopDepth_;
  top_ = top;
  clearSlots(base, next, stat->endLine);
}

// ---- return -----------------------------------------------------------------------------------------

void FunctionGenerator::returnStatement(ReturnStat* stat) {
  uint32_t count = stat->values.size();
  atLine(stat->endLine);
  if (count > 0 && isMulti(stat->values.back())) {
    Expr* lastValue = stat->values.back();
    if (count == 1 && scope_ == nullptr && lastValue->kind != ExprKind::kVararg) {
      return pushCall(lastValue, {Results::Kind::kTail});
    }
    for (auto* node = stat->values.first(); node->next != nullptr; node = node->next) push(node->value);
    pushOpen(lastValue);
    atLine(stat->endLine);
    if (scope_ == nullptr) return emit(Op::kReturnVar, count - 1);
    // An open list does not survive calls, which closing makes.
    emit(Op::kPackList, count - 1);
    leaveScopes(nullptr);
    emit(Op::kUnpackList);
    emit(Op::kReturnVar, 0);
    return reenterScopes();
  }
  for (Expr* value : stat->values) push(value);
  atLine(stat->endLine);
  leaveScopes(nullptr);
  if (count == 0) {
    emit(Op::kReturn0);
  } else if (count == 1) {
    emit(Op::kReturn1);
  } else {
    emit(Op::kReturn, count);
  }
  reenterScopes();
}

}  // namespace devvm::lua
