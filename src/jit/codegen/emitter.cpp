#include "jit/codegen/emitter.h"

#include <algorithm>

#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;
using regalloc::Allocation;
using regalloc::Move;

namespace {

using Emit = void (Emitter::*)(const Node*);

}  // namespace

// ---- order ----

/// Blocks that do nothing but jump are left out: who jumps there goes on at once.
void Emitter::prepare() {
  auto count = static_cast<uint32_t>(c_.blocks.size());
  blockLabels_.resize(count);
  layout_.resize(count);
  isEmpty_.assign(count, 0);
  orderOf_.assign(r_.graph.blocks().size(), 0);
  for (uint32_t b = 0; b < count; b++) orderOf_[c_.blocks[b].block->number] = b;
  for (uint32_t b = 1; b < count; b++) {
    const auto& block = c_.blocks[b];
    isEmpty_[b] = block.end - block.first == 1 && c_.steps[block.first].node->op == ir::Op::kJump &&
                  block.block->successors[0] != block.block && !block.block->first->isPhi();
  }
  for (uint32_t i = 0; i < count; i++) {
    layout_[i] = r_.graph.layout.empty() ? i : orderOf_[r_.graph.layout[i]->number];
  }
  for (const auto& e : l_.edgeMoves) isEmpty_[e.block] = 0;
  uint32_t b = 0;
  for (const auto& m : l_.stepMoves) {
    while (b + 1 < count && c_.blocks[b + 1].first <= m.step) b++;
    isEmpty_[b] = 0;
  }
  // Ways through several of them end, since loops have polls.
  for (b = count; b-- > 0;) {
    uint32_t to = b;
    for (uint32_t n = 0; isEmpty_[to] != 0 && n < count; n++) {
      to = orderOf_[c_.blocks[to].block->successors[0]->number];
    }
    orderOf_[c_.blocks[b].block->number] = to;
  }
  nextOf_.assign(count, UINT32_MAX);
  for (uint32_t i = count, next = UINT32_MAX; i-- > 0;) {
    nextOf_[layout_[i]] = next;
    if (isEmpty_[layout_[i]] == 0) next = layout_[i];
  }
}

void Emitter::countUnitsAhead() {
  unitsAhead_.assign(c_.steps.size(), 0);
  for (const auto& block : c_.blocks) {
    // What a block takes before it polls was taken where it comes from.
    uint8_t ahead = 0;
    for (uint32_t i = block.first; i < block.end; i++) {
      ir::Op op = c_.steps[i].node->op;
      if (op == ir::Op::kPoll || op == ir::Op::kPollMany || op == ir::Op::kPollAhead) break;
      ahead += op == ir::Op::kUnit ? 1 : 0;
    }
    for (uint32_t i = block.first; i < block.end; i++) {
      const Node* n = c_.steps[i].node;
      if (n->op == ir::Op::kPollAhead) ahead = static_cast<uint8_t>(n->aux);
      if (n->op == ir::Op::kPollMany) ahead = static_cast<uint8_t>(n->aux - 1);
      if (n->op == ir::Op::kUnit) ahead--;
      unitsAhead_[i] = ahead;
    }
  }
}

Label& Emitter::labelOf(const ir::Block* block) { return blockLabels_[orderOf_[block->number]]; }

/// Offset in the outermost function's bytecode, of the call where the node is from an inlined one.
uint32_t Emitter::tagOf(const Node* n) const {
  const ir::Function* f = n->origin.function;
  uint32_t offset = n->origin.offset;
  for (; f != nullptr && f->caller != nullptr; f = f->caller) offset = f->callOffset;
  return offset;
}

/// What follows belongs to the node's instruction.
void Emitter::mark(const Node* n) {
  uint32_t tag = tagOf(n);
  if (tag != lastTag_) a.mark(tag);
  lastTag_ = tag;
  if (r_.nodeTags != nullptr) r_.nodeTags->push_back({a.position(), n->id});
}

// ---- moves ----

void Emitter::move(const Place& from, const Place& to) {
  // Aside is rax; what goes from word to word goes through xmm0.
  auto gprOf = [](const Place& p) { return p.kind == Place::kNone ? rax : static_cast<Gpr>(p.index); };
  bool fromGpr = from.kind == Place::kGpr || from.kind == Place::kNone;
  bool toGpr = to.kind == Place::kGpr || to.kind == Place::kNone;
  bool isObject = from.kind == Place::kConstant && from.constant->op == ir::Op::kObject;
  if (isObject || (from.kind == Place::kConstant && from.constant->op == ir::Op::kShapeOwner)) {
    // Constants are moved when nothing is aside in rax any more.
    a.mov64(toGpr ? gprOf(to) : rax, static_cast<int64_t>(from.constant->aux));
    static_assert(offsetof(runtime::CodeObject, value) == 0);
    Mem owner(toGpr ? gprOf(to) : rax, isObject ? 0 : offset::kShapeOwner);
    if (toGpr) return a.mov64(gprOf(to), owner);
    Xmm by = to.kind == Place::kXmm ? static_cast<Xmm>(to.index) : xmm0;
    a.movsd(by, owner);
    if (to.isWord()) a.movsd(word(to.index), xmm0);
    return;
  }
  if (from.kind == Place::kConstant) {
    uint64_t bits = from.constant->aux;
    if (toGpr) return loadConstant(gprOf(to), bits);
    if (to.kind == Place::kXmm) return loadConstant(static_cast<Xmm>(to.index), bits);
    if (static_cast<int64_t>(bits) == static_cast<int32_t>(bits)) {
      return a.mov64(word(to.index), Imm(static_cast<int32_t>(bits)));
    }
    a.movsd(xmm0, a.literal64(bits));
    return a.movsd(word(to.index), xmm0);
  }
  if (fromGpr) {
    if (toGpr) return a.mov64(gprOf(to), gprOf(from));
    if (to.kind == Place::kXmm) return a.movq(static_cast<Xmm>(to.index), gprOf(from));
    return a.mov64(word(to.index), gprOf(from));
  }
  if (from.kind == Place::kXmm) {
    if (toGpr) return a.movq(gprOf(to), static_cast<Xmm>(from.index));
    if (to.kind == Place::kXmm) return a.movaps(static_cast<Xmm>(to.index), static_cast<Xmm>(from.index));
    return a.movsd(word(to.index), static_cast<Xmm>(from.index));
  }
  if (toGpr) return a.mov64(gprOf(to), word(from.index));
  if (to.kind == Place::kXmm) return a.movsd(static_cast<Xmm>(to.index), word(from.index));
  a.movsd(xmm0, word(from.index));
  a.movsd(word(to.index), xmm0);
}

void Emitter::moveAll(std::vector<Move>& moves) {
  regalloc::sequence(moves);
  for (const Move& m : moves) move(m.from, m.to);
}

void Emitter::moves(uint32_t first, uint32_t end) {
  buffer_.assign(l_.moves.begin() + first, l_.moves.begin() + end);
  moveAll(buffer_);
}

// ---- blocks ----

void Emitter::step(uint32_t i) {
  static constexpr Emit kEmitters[] = {
#define IR(name, ...) &Emitter::emit##name,
#include "jit/ir/ops.def"
  };
  step_ = i;
  currentExit_ = UINT32_MAX;
  const Node* n = c_.steps[i].node;
  if (r_.forcesExits && n->has(ir::kGuard) && n->state != nullptr && !c_.steps[i].statesAreLate &&
      n->op != ir::Op::kExit && n->op != ir::Op::kLeave) {
    a.sub64(Mem(kIsolate, offset::kGuardsUntilExit), 1);
    a.jcc(Condition::kSign, exit(ExitKind::kGuard), Distance::kNear);
  }
  (this->*kEmitters[static_cast<size_t>(n->op)])(n);
  if (c_.steps[i].result == regalloc::Bank::kNone) return;
  if (Place to = l_.storeOf(n); to.isWord()) move(resultPlace(), to);
}

void Emitter::block(uint32_t b) {
  const auto& block = c_.blocks[b];
  block_ = b;
  if (isEmpty_[b] != 0) return;
  // The processor fetches whole lines: a loop that begins with one runs better.
  if (block.block->isLoop && !block.block->isRare) a.align(16);
  a.bind(blockLabels_[b]);
  mark(c_.steps[block.first].node);
  auto edge = std::lower_bound(l_.edgeMoves.begin(), l_.edgeMoves.end(), b,
                               [](const auto& e, uint32_t wanted) { return e.block < wanted; });
  if (edge != l_.edgeMoves.end() && edge->block == b && !edge->atEnd) {
    moves(edge->first, edge->end);
    ++edge;
  }
  for (const Node* n = block.block->first; n != nullptr && n->isPhi(); n = n->next) {
    if (Place to = l_.storeOf(n); to.isWord()) move(l_.at(n, regalloc::gapBefore(block.first)), to);
  }
  auto here = std::lower_bound(l_.stepMoves.begin(), l_.stepMoves.end(), block.first,
                               [](const auto& m, uint32_t wanted) { return m.step < wanted; });
  bool movesEdge = edge != l_.edgeMoves.end() && edge->block == b;
  auto lastMoves = std::lower_bound(here, l_.stepMoves.end(), block.end - 1,
                                    [](const auto& m, uint32_t wanted) { return m.step < wanted; });
  hasMovesAtEnd_ = movesEdge || (lastMoves != l_.stepMoves.end() && lastMoves->step == block.end - 1);
  jumped_ = false;
  for (uint32_t i = block.first; i < block.end; i++) {
    mark(c_.steps[i].node);
    if (here != l_.stepMoves.end() && here->step == i) {
      moves(here->first, here->end);
      ++here;
    }
    if (i + 1 == block.end && movesEdge) moves(edge->first, edge->end);
    step(i);
  }
}

void Emitter::coldPieces() {
  for (size_t i = 0; i < cold_.size(); i++) {
    step_ = cold_[i].step;
    currentExit_ = UINT32_MAX;
    mark(c_.steps[step_].node);
    cold_[i].write();
  }
}

/// Callers come with the frame laid out and arguments in the first locals, baseline code and stubs likewise; loops are
/// entered with all locals in their words.
void Emitter::prologue() {
  Label &grow = newLabel(), &enough = newLabel();
  auto compareRoom = [this] {
    a.lea64(rax, Mem(kFrame, Imm(wordOffset(static_cast<int64_t>(out_.frameWords) - 1))));
    a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
  };
  if (r_.graph.entryOffset != 0) {
    out_.loopEntry = a.position();
    compareRoom();
    a.jcc(Condition::kBelow, grow, Distance::kNear);
    cold([this, &grow] {
      // Nothing was done yet: the interpreter goes on.
      a.bind(grow);
      a.lea64(rsi, word(r_.code->locals));
      a.mov64(rdx, addressOf(r_.code->entry + r_.graph.entryOffset));
      a.jmp(Outside(r_.stubs.exit));
    });
    return;
  }
  Label& body = newLabel();
  out_.callEntry = a.position();
  a.bind(callEntry_);
  a.mov64(rsp, kHostStack);
  a.bind(body);
  compareRoom();
  a.jcc(Condition::kBelow, grow, Distance::kNear);
  a.bind(enough);
  cold([this, &grow, &enough, &body] {
    a.bind(grow);
    a.mov32(rax, out_.frameWords);
    a.call(Outside(r_.leaving.grow));
    a.jmp(enough);
    // The stub of calls has taken the unit of fuel that the function takes itself.
    out_.bodyEntry = a.position();
    a.add64(Mem(kIsolate, offset::kBudget), 1);
    a.jmp(body);
  });
}

const char* Emitter::run() {
  for (const ir::Function& f : r_.graph.functions) useFunction(f.code);
  usesHostStack_ = (l_.usedGprs >> code(kHostStack) & 1) != 0;
  usesIntTag_ = (l_.usedGprs >> code(kIntTag) & 1) != 0;
  scratchWords_ = resultWords_ = l_.words;
  out_.frameWords = l_.words + 1;
  uint32_t results = 0;
  for (const auto& s : c_.steps) {
    const Node* n = s.node;
    if (n->state != nullptr) out_.frameWords = std::max(out_.frameWords, wordsNeededBy(*n->state) + l_.gap);
    out_.frameWords = std::max(out_.frameWords, l_.words + n->inputCount() + 1);
    if (s.isGuestCall) {
      uint32_t callee = s.calleeWord + l_.gap;
      out_.frameWords = std::max(out_.frameWords, callee + n->inputCount() + 4);
      resultWords_ = std::max(resultWords_, callee);
      results = std::max(results, ir::resultsOfCall(n->aux));
    }
  }
  out_.frameWords = std::max(out_.frameWords, resultWords_ + results + 1);
  if (r_.code != nullptr) {
    // As the interpreter measures it, from the last argument as it was pushed.
    out_.frameWords = std::max(out_.frameWords, r_.code->stackNeeded + r_.code->parameters);
  }
  prepare();
  countUnitsAhead();
  planAllocations();
  mark(c_.steps[0].node);
  prologue();
  if (orderOf_[c_.blocks[0].block->number] != 0) a.jmp(labelOf(c_.blocks[0].block));
  for (size_t i = 0; i < layout_.size() && refusal_ == nullptr; i++) block(layout_[i]);
  out_.sections.cold = a.position();
  coldPieces();
  out_.sections.rare = a.position();
  writeExits();
  out_.sections.entries = a.position();
  if (refusal_ == nullptr && !a.finish()) refusal_ = codeErrorText(a.error());
  out_.sections.constants = a.codeSize();
  if (refusal_ == nullptr) out_.exits = exits_.finish();
  std::sort(out_.returns.begin(), out_.returns.end(),
            [](const auto& x, const auto& y) { return x.machine < y.machine; });
  return refusal_;
}

}  // namespace devvm::jit
