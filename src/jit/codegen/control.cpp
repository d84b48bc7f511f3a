// Jumps, fuel, returns.

#include "interpreter/calls.h"
#include "jit/codegen/emitter.h"
#include "runtime/code.h"

namespace devvm::jit {

using namespace x64;
using runtime::Link;

namespace {

constexpr uint32_t kTailCalledBit = 55 - 32;

}  // namespace

void Emitter::emitJump(const Node* n) {
  if (jumped_) return;
  uint32_t to = orderOf_[n->block->successors[0]->number];
  if (to != nextOf_[block_]) a.jmp(blockLabels_[to]);
}

void Emitter::emitBranch(const Node* n) {
  const ir::Block *yes = n->block->successors[0], *no = n->block->successors[1];
  uint32_t next = nextOf_[block_];
  Test t = test(n->input(0));
  // Where both are elsewhere, one jump is enough on the way that is taken more often.
  bool noFirst = n->aux != 0 && n->aux < 50 && orderOf_[no->number] != next;
  if (orderOf_[yes->number] == next || noFirst) {
    std::swap(yes, no);
    t = t.opposite();
  }
  jumpIf(t, labelOf(yes));
  if (orderOf_[no->number] != next) a.jmp(labelOf(no));
}

void Emitter::emitUnit(const Node*) {}

void Emitter::emitPoll(const Node* n) { poll(n, 1); }
void Emitter::emitPollMany(const Node* n) { poll(n, static_cast<int32_t>(n->aux)); }
void Emitter::emitPollAhead(const Node* n) { poll(n, static_cast<int32_t>(n->aux)); }

void Emitter::poll(const Node* n, int32_t units) {
  Label& used = newLabel();
  a.sub64(Mem(kIsolate, offset::kBudget), Imm(units));
  // At the end of a loop the way back is the jump.
  const auto& block = c_.blocks[block_];
  const Node* last = c_.steps[block.end - 1].node;
  if (step_ + 2 == block.end && last->op == ir::Op::kJump && !hasMovesAtEnd_) {
    uint32_t to = orderOf_[n->block->successors[0]->number];
    if (to != nextOf_[block_]) {
      jumped_ = true;
      Label& back = blockLabels_[to];
      a.jcc(Condition::kNoSign, back);
      a.jmp(used);
      cold([this, &used, &back] {
        a.bind(used);
        a.call(Outside(r_.leaving.poll));
        exitRecord(step_, ExitKind::kPoll);
        a.jmp(back);
      });
      return;
    }
  }
  Label& go = newLabel();
  a.jcc(Condition::kSign, used, Distance::kNear);
  a.bind(go);
  cold([this, &used, &go] {
    a.bind(used);
    a.call(Outside(r_.leaving.poll));
    exitRecord(step_, ExitKind::kPoll);
    a.jmp(go);
  });
}

void Emitter::emitLeave(const Node* n) { emitExit(n); }
void Emitter::emitExit(const Node*) {
  a.call(Outside(r_.leaving.exit));
  exitRecord(step_, ExitKind::kGuard);
}

/// What stubs and other functions expect in r13 and r14; rsp is the host's stack.
void Emitter::restoreFixed() {
  if (usesHostStack_) a.mov64(kHostStack, rsp);
  if (usesIntTag_) a.mov64(kIntTag, static_cast<int64_t>(heap::tagBits(heap::Tag::kInt)));
}

/// The callee stands above the header, its parameters below.
void Emitter::emitTailCall(const Node* n) {
  const auto* code = n->pointer<runtime::Code>();
  // Arguments above the header would have to go.
  a.test32(Mem(kFrame, 4), Imm(0x3FFFFF));
  a.jcc(Condition::kNotZero, exit());
  if (code == nullptr) {
    // Any closure with as many parameters: rdx is its code.
    load(rax, n->input(0));
    a.shr64(rax, heap::kTagShift);
    a.cmp32(rax, Imm(static_cast<int32_t>(heap::Tag::kFunction)));
    a.jcc(Condition::kNotEqual, exit());
    load(rax, n->input(0));
    a.shl64(rax, 16);
    a.shr64(rax, 16);
    a.cmp8(Mem(rax, offset::kKind), Imm(static_cast<int32_t>(runtime::Kind::kClosure)));
    a.jcc(Condition::kNotEqual, exit());
    a.mov64(rax, Mem(rax, offset::kClosureCode));
    a.cmp16(Mem(rax, offset::kCodeParameters), Imm(static_cast<int32_t>(n->inputCount() - 1)));
    a.jcc(Condition::kNotEqual, exit());
    a.movsxd(rax, Mem(rax, offset::kStackNeeded));
    a.neg64(rax);
    a.lea64(rax, Mem(kFrame, rax, Scale::k8));
    a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
    a.jcc(Condition::kBelow, exit());
  } else if (code->stackNeeded > out_.frameWords) {
    a.lea64(rax, Mem(kFrame, Imm(-8 * static_cast<int>(code->stackNeeded))));
    a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
    a.jcc(Condition::kBelow, exit());
  }
  constexpr int32_t kCalleeWord = -3;
  std::vector<regalloc::Move> moves{{placeOf(n->input(0)), Place::word(kCalleeWord), n->input(0)}};
  for (uint32_t i = 1; i < n->inputCount(); i++) {
    moves.push_back({placeOf(n->input(i)), Place::word(static_cast<int32_t>(i - 1)), n->input(i)});
  }
  moveAll(moves);
  restoreFixed();
  a.or32(Mem(kFrame, 4), Imm(1 << kTailCalledBit));
  if (code != nullptr) {
    a.mov64(rdx, addressOf(code));
  } else {
    a.mov64(rdx, Mem(kFrame, 16));
    a.shl64(rdx, 16);
    a.shr64(rdx, 16);
    a.mov64(rdx, Mem(rdx, offset::kClosureCode));
  }
  a.jmp(Mem(rdx, offset::kCodeMachineEntry));
}

void Emitter::emitReturn(const Node* n) { n->inputCount() <= 1 ? returnOne(n) : returnSeveral(n); }

/// One value, or none, to machine code that wants one at most; the rest out of line.
void Emitter::returnOne(const Node* n) {
  bool one = n->inputCount() == 1;
  one ? load(rax, n->input(0)) : loadConstant(rax, Value::kNilBits);
  restoreFixed();
  Label &other = newLabel(), &leave = newLabel();
  a.mov32(rcx, Mem(kFrame, 4));
  a.cmp32(rcx, Imm(static_cast<int32_t>((Link::kMachine | uint64_t{1} << 56) >> 32)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.bind(leave);
  a.lea64(rdx, Mem(kFrame, 16));
  a.lea64(rsp, Mem(kFrame, 8));
  a.ret();
  cold([this, &other, &leave, one] {
    Label interpreter;
    auto linkFor = [](uint8_t wanted) {
      return Imm(static_cast<int32_t>((Link::kMachine | uint64_t{wanted} << 56) >> 32));
    };
    a.bind(other);
    a.btr32(rcx, kTailCalledBit);
    a.cmp32(rcx, linkFor(1));
    a.jcc(Condition::kEqual, leave);
    a.cmp32(rcx, linkFor(0));
    a.jcc(Condition::kEqual, leave);
    a.cmp32(rcx, linkFor(Link::kOpen));
    a.jcc(Condition::kNotEqual, interpreter);
    // An open list of one or none.
    a.mov64(rcx, Mem(kIsolate, offset::kFiber));
    a.mov32(Mem(rcx, offset::kOpenCount), Imm(one ? 1 : 0));
    a.lea64(rdx, Mem(kFrame, one ? 16 : 24));
    a.mov64(Mem(rcx, offset::kFiberSp), rdx);
    if (one) a.mov64(Mem(kFrame, 16), rax);
    a.jmp(leave);
    a.bind(interpreter);
    if (one) a.mov64(word(0), rax);
    a.lea64(rsi, Mem(kFrame, wordOffset(-1)));
    a.mov32(rcx, one ? 1 : 0);
    a.jmp(Outside(r_.stubs.giveBack));
  });
}

/// Several values lie in words one below the other, as operands do.
void Emitter::returnSeveral(const Node* n) {
  uint32_t count = n->inputCount();
  moveToWords(n, 0, scratchWords_);
  restoreFixed();
  Label &other = newLabel(), &copy = newLabel();
  a.mov32(rcx, Mem(kFrame, 4));
  a.btr32(rcx, kTailCalledBit);
  a.cmp32(rcx, Imm(static_cast<int32_t>((Link::kMachine | uint64_t{static_cast<uint8_t>(count)} << 56) >> 32)));
  a.jcc(Condition::kNotEqual, other, Distance::kNear);
  a.bind(copy);
  a.mov64(rcx, Mem(kFrame, 8));
  for (uint32_t i = 0; i < count; i++) {
    a.mov64(rax, word(scratchWords_ + i));
    a.mov64(Mem(kFrame, Imm(16 - 8 * static_cast<int>(i))), rax);
  }
  // The second result took the place of the return address, which goes below the results.
  a.lea64(rdx, Mem(kFrame, 16));
  a.lea64(rsp, Mem(kFrame, Imm(-8 * static_cast<int>(count))));
  a.mov64(Mem(rsp), rcx);
  a.ret();
  cold([this, &other, &copy, count] {
    Label interpreter;
    a.bind(other);
    a.cmp32(rcx, Imm(static_cast<int32_t>((Link::kMachine | uint64_t{Link::kOpen} << 56) >> 32)));
    a.jcc(Condition::kNotEqual, interpreter);
    a.mov64(rcx, Mem(kIsolate, offset::kFiber));
    a.mov32(Mem(rcx, offset::kOpenCount), Imm(static_cast<int32_t>(count)));
    a.lea64(rdx, Mem(kFrame, Imm(16 - 8 * (static_cast<int>(count) - 1))));
    a.mov64(Mem(rcx, offset::kFiberSp), rdx);
    a.jmp(copy);
    a.bind(interpreter);
    a.lea64(rsi, Mem(kFrame, Imm(wordOffset(scratchWords_) + 8)));
    a.mov32(rcx, count);
    a.jmp(Outside(r_.stubs.giveBack));
  });
}

}  // namespace devvm::jit
