// What the straight line leaves to the interpreter, and how it comes back.

#include "interpreter/interpreter.h"
#include "interpreter/slow_paths.h"
#include "jit/baseline/compiler.h"
#include "jit/feedback/feedback.h"

namespace devvm::jit {

using namespace runtime;
using namespace x64;
namespace paths = interpreter;

namespace {

/// Slow paths that do the whole instruction: for opcodes that have no straight case worth its code.
SlowPath wholeSlowPath(Op op) {
  switch (op) {
    case Op::kSetList: return paths::slowSetList;
    case Op::kInitIndex: return paths::slowInitIndex;
    case Op::kForPrep: return paths::slowForPrep;
    case Op::kCloseError: return paths::slowCloseError;
    default: return interpreter::stepOne;
  }
}

}  // namespace

Compiler::SlowCase& Compiler::slowCase() {
  if (currentSlow_ == kNone) {
    currentSlow_ = static_cast<uint32_t>(slow_.size());
    slow_.push_back({now_, speculates_, kNone, {}, {}, {}, {}});
  }
  return slow_[currentSlow_];
}

/// rdx = address of the place, rsi = sp for so many operands.
void Compiler::setPosition(uint32_t place, uint32_t depth) {
  a.lea64(rsi, Mem(kFrame, stack_.spOffset(depth)));
  a.mov64(rdx, static_cast<int64_t>(reinterpret_cast<uintptr_t>(code_.entry + places_[place].offset)));
}

/// Leaves for the interpreter, which goes on at the place: something was not as expected. Operands are in their slots.
void Compiler::leaveAt(uint32_t place, uint32_t depth) {
  setPosition(place, depth);
  a.call(Outside(stubs_.deoptimize));
}

/// Code out of the straight line that leaves so, if anything jumps to the label.
void Compiler::leaveInCold(Label& label, uint32_t place) {
  cold_.add([this, &label, place, depth = stack_.depth()] {
    if (!label.isAwaited()) return;
    a.mark(places_[place].offset);
    a.bind(label);
    leaveAt(place, depth);
  });
}

void Compiler::callSlowPath(SlowPath function) {
  a.mov64(rax, static_cast<int64_t>(reinterpret_cast<uintptr_t>(function)));
  a.call(Outside(stubs_.slow));
}

/// Compares the address at which the fiber stands with that of a place.
void Compiler::compareWithPlace(uint32_t place) {
  a.mov64(rcx, static_cast<int64_t>(reinterpret_cast<uintptr_t>(code_.entry + places_[place].offset)));
  a.cmp64(rax, rcx);
}

void Compiler::stepWhole(const Instruction& whole) {
  uint32_t depth = stack_.depth();
  flushAll();
  setPosition(now_, depth);
  callSlowPath(wholeSlowPath(whole.op));
  compareWithPlace(next_);
  Label& elsewhere = newLabel();
  a.jcc(Condition::kNotEqual, elsewhere, Distance::kNear);
  cold_.add([this, &elsewhere, whole] {
    a.mark(whole.offset);
    a.bind(elsewhere);
    goOnBehind(whole, false);
  });
}

/// The fiber stands at the address in rax: goes on at one of the places where an instruction may have led. Fused ones
/// may stop before their tail, behind it, or where it jumps.
void Compiler::goOnBehind(const Instruction& whole, bool next) {
  if (next) goOnAt(placeAt(whole.end()));
  Instruction last = whole;
  if (bytecode::tailOf(whole.op) != Op::kNop) {
    last = decoded_[placeAt(whole.end())];
    goOnAt(placeAt(last.end()));
  }
  if (last.has(bytecode::kJumps) && last.info->operands.ends_with('j')) {
    goOnAt(placeAt(static_cast<uint32_t>(last.target())));
  }
  if (whole.has(bytecode::kMayRunGuest) && whole.end() < code_.codeSize) return awaitMetamethod(whole);
  a.jmp(Outside(stubs_.leave));
}

void Compiler::slowCases() {
  for (SlowCase& s : slow_) {
    Place& place = places_[s.place];
    a.mark(place.offset);
    if (s.label.isAwaited()) {
      a.bind(s.label);
      flush(place.slowState);
      callMetamethod(s, false);
    }
    if (s.flushed.isAwaited()) {
      a.bind(s.flushed);
      callMetamethod(s, true);
    }
    if (s.label.isBound() || s.flushed.isBound()) {
      count(place.offset);
      noteRare(place.offset);
      if (s.leaves) {
        leaveAt(s.place, place.state.depth);
      } else {
        setPosition(s.place, place.state.depth);
        callSlowPath(interpreter::stepOne);
        goOnBehind(decoded_[s.place], true);
      }
    }
    for (bool early : {true, false}) {
      Label& leave = early ? s.early : s.leave;
      if (!leave.isAwaited()) continue;
      a.bind(leave);
      flush(early ? place.state : place.slowState);
      leaveAt(s.place, place.state.depth);
    }
  }
}

/// Tells the function's feedback that the instruction was left to the interpreter; destroys rax and the flags.
void Compiler::noteRare(uint32_t offset) {
  const FeedbackVector* feedback = feedbackOf(code_);
  const Site* site = feedback != nullptr ? feedback->find(offset) : nullptr;
  if (site == nullptr) return;
  a.mov64(rax, addressOf(&site->paths));
  a.or8(Mem(rax), Imm(kRare));
}

/// Counts for viewers; destroys rax and the flags.
void Compiler::count(uint32_t counter) {
  if (counters_ == nullptr) return;
  a.mov64(rax, addressOf(&counters_[counter]));
  a.add64(Mem(rax), 1);
}

void Compiler::goOnAt(uint32_t place) {
  if (!places_[place].hot.isBound()) return;  // nothing was compiled there
  compareWithPlace(place);
  a.jcc(Condition::kEqual, places_[place].entry);
}

void Compiler::entries() {
  for (Place& place : places_) {
    if (!place.entry.isAwaited()) continue;
    a.mark(place.offset);
    a.bind(place.entry);
    for (uint32_t i = 0; i < place.state.depth; i++) {
      const Operand& o = stack_.saved(place.state, i);
      if (o.hasGpr()) a.mov64(o.reg, Mem(kFrame, stack_.slot(i)));
      if (o.isShifted()) a.shl64(o.reg, 16);
      if (o.isXmm()) a.movsd(o.xmm, Mem(kFrame, stack_.slot(i)));
    }
    a.jmp(place.hot);
  }
}

}  // namespace devvm::jit
