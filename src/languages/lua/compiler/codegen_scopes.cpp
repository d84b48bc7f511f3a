// Scopes of to-be-closed variables, labels, and the slots that blocks leave behind.
//
// A variable is protected by a finally region from its declaration to the end of its scope. Whatever leaves
// the scope normally closes the variable itself, and that code is outside of the region of this variable but
// inside those of the variables around it. So regions come in pieces. Their handlers stand behind the
// function's code, each inside the regions of the scopes around its own.
#include <algorithm>

#include "languages/lua/compiler/codegen.h"

namespace devvm::lua {

void FunctionGenerator::openCloseScope(uint16_t slot, uint16_t blockDepth, uint32_t line) {
  closeScopes_.push_back({slot, blockDepth, line, scope_, false, {}, {}});
  scope_ = &closeScopes_.back();
  reopen_ = true;
}

/// Begins the pieces of all scopes that have none, at the next instruction.
void FunctionGenerator::reopenScopes() {
  reopen_ = false;
  for (CloseScope* scope = scope_; scope != nullptr; scope = scope->outer) {
    if (scope->open) continue;
    scope->open = true;
    scope->start = builder_.newLabel();
    builder_.bind(scope->start);
  }
}

void FunctionGenerator::endPiece(CloseScope* scope) {
  if (!scope->open) return;
  scope->open = false;
  bytecode::Label end = builder_.newLabel();
  builder_.bind(end);
  scope->pieces.emplace_back(scope->start, end);
}

void FunctionGenerator::leaveScopes(CloseScope* outermost) {
  if (!prepare()) return;
  for (CloseScope* scope = scope_; scope != outermost; scope = scope->outer) {
    endPiece(scope);
    builder_.emit(Op::kClose, scope->slot);
  }
}

void FunctionGenerator::endCloseScope(uint32_t line) {
  CloseScope* scope = scope_;
  bool closes = prepare();
  endPiece(scope);
  scope_ = scope->outer;
  endedScopes_.push_back(scope);
  if (!closes) return;
  atLine(line);
  emit(Op::kClose, scope->slot);
}

FunctionGenerator::CloseScope* FunctionGenerator::scopeAt(const GotoStat* stat) {
  if (stat->backward) return code(stat->label).scope;
  // A forward jump enters no scope, so those at the label are the ones here that its block lies inside of.
  CloseScope* scope = scope_;
  uint16_t depth = stat->label->blockDepth;
  while (scope != nullptr && (stat->label->afterBlock ? scope->blockDepth >= depth : scope->blockDepth > depth))
    scope = scope->outer;
  return scope;
}

void FunctionGenerator::emitHandlers() {
  scope_ = nullptr;
  for (CloseScope* scope : endedScopes_) {
    if (scope->pieces.empty()) continue;
    bytecode::Label start = builder_.newLabel(), end = builder_.newLabel();
    builder_.bind(start);
    atLine(scope->line);
    builder_.emit(Op::kCloseError, scope->slot);
    builder_.emit(Op::kRethrow);
    builder_.bind(end);
    for (CloseScope* outer = scope->outer; outer != nullptr; outer = outer->outer)
      outer->pieces.emplace_back(start, end);
    // Scopes around this one come later in the list, so nothing is added to its pieces any more.
    for (auto [pieceStart, pieceEnd] : scope->pieces) {
      builder_.addRegion(bytecode::ExceptionRegion::Kind::kFinally, pieceStart, pieceEnd, start, 0);
    }
  }
}

// ---- labels -----------------------------------------------------------------------------------------

FunctionGenerator::LabelCode& FunctionGenerator::code(Label* label) {
  if (label->codeIndex == UINT32_MAX) {
    label->codeIndex = static_cast<uint32_t>(labels_.size());
    labels_.emplace_back();
  }
  return labels_[label->codeIndex];
}

void FunctionGenerator::labelStatement(Label* label) {
  LabelCode& here = code(label);
  bind(here.forward);
  here.scope = scope_;
  if (!label->backward || !prepare()) return;
  emit(Op::kLoopHead);
  here.back = builder_.newLabel();
  builder_.bind(here.back);
}

void FunctionGenerator::gotoStatement(GotoStat* stat) {
  if (!reachable()) return;
  atLine(stat->line);
  CloseScope* outermost = scopeAt(stat);
  if (scope_ != outermost && !stat->backward) {
    // For debuggers the jump comes first, and the variables are closed where it leads.
    if (stat != quietBreak_) emit(Op::kNop);
    if (stat->label->line != 0) onLine(stat->label->line);
  }
  leaveScopes(outermost);
  if (stat->backward) {
    if (prepare()) builder_.emitJump(Op::kLoop, code(stat->label).back);
  } else {
    jump(Op::kJump, code(stat->label).forward);
  }
  reenterScopes();
}

// ---- slots ------------------------------------------------------------------------------------------

/// A value in a slot whose variable is gone would stay alive until something else uses the slot, which
/// programs can see (weak tables, finalizers). The last statement of a block leaves this to the statement
/// around it: clearing once behind a loop costs nothing, clearing in every iteration would.
void FunctionGenerator::clearSlots(uint32_t first, Stat* next, uint32_t line) {
  if (next == nullptr || used_ <= first || !reachable()) return;
  onLine(line != 0 ? line : firstLine(next));
  for (uint32_t slot = first; slot < used_;) {
    uint32_t count = std::min<uint32_t>(used_ - slot, UINT8_MAX);
    emit(Op::kLocalNil, slot, count);
    slot += count;
  }
  used_ = top_;
}

}  // namespace devvm::lua
