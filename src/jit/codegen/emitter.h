// Writes the machine code of a graph: one emitter for each operation (emit...), blocks in the order of
// the selection, what is rare behind them.
//
// An emitter jumps to its exits before it writes its result: the frame state may be in the register that the result
// gets. rax and xmm0 are scratch, of emitters and of moves.
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "jit/baseline/layout.h"
#include "jit/codegen/codegen.h"
#include "jit/codegen/frame_layout.h"
#include "jit/codegen/leaves.h"
#include "jit/codegen/selection.h"
#include "jit/regalloc/allocation.h"

namespace devvm::jit {

using ir::Node;
using regalloc::Place;
using x64::Assembler;
using x64::Condition;
using x64::Imm;

class Emitter {
 public:
  /// Larger objects, and all for which room is made at once, are rare.
  static constexpr size_t kMostBumped = 1024;
  Emitter(const CodegenRequest& request, const Selection& selection, const regalloc::Allocation& allocation,
          Assembler& assembler, OptimizedCode& out)
      : r_(request), s_(selection), c_(selection.constraints), l_(allocation), a(assembler), out_(out) {}
  /// Null, or why there can be no code.
  const char* run();

 private:
  /// What the flags say.
  struct Test {
    Condition condition;
    bool parityIsFalse = false;  ///< it does not hold where the parity flag is set
    bool negated = false;        ///< it holds where the rest says that it does not
    Test opposite() const {
      if (!parityIsFalse) return {x64::negate(condition)};
      return {condition, true, !negated};
    }
  };
  struct ExitSite {
    Label label;
    uint32_t step;
    ExitKind kind;
  };
  struct Cold {
    uint32_t step;
    std::function<void()> write;
  };

  // ---- emitter.cpp: blocks, moves, cold code ----
  void prepare();
  void countUnitsAhead();
  void prologue();
  void block(uint32_t b);
  void step(uint32_t i);
  void coldPieces();
  void moves(uint32_t first, uint32_t end);
  void moveAll(std::vector<regalloc::Move>& moves);
  void move(const Place& from, const Place& to);
  Label& labelOf(const ir::Block* block);
  uint32_t tagOf(const Node* n) const;
  void mark(const Node* n);
  Label& newLabel() { return labels_.emplace_back(); }
  void cold(std::function<void()> write) { cold_.push_back({step_, std::move(write)}); }
  void refuse(const char* why) {
    if (refusal_ == nullptr) refusal_ = why;
  }

  // ---- operands.cpp ----
  Place placeOf(const Node* n) const { return l_.at(n, regalloc::readAt(step_)); }
  Place resultPlace() const { return l_.at(c_.steps[step_].node, regalloc::writeAt(step_)); }
  Gpr result() const { return static_cast<Gpr>(resultPlace().index); }
  Xmm floatResult() const { return static_cast<Xmm>(resultPlace().index); }
  bool resultIsXmm() const { return resultPlace().kind == Place::kXmm; }
  /// With bits that are known now.
  bool isConstant(const Node* n) const { return s_.same(n)->isConstant() && s_.same(n)->op != ir::Op::kObject; }
  uint64_t bitsOf(const Node* n) const { return s_.same(n)->aux; }
  bool isSmallConstant(const Node* n) const {
    return isConstant(n) && static_cast<int64_t>(bitsOf(n)) == static_cast<int32_t>(bitsOf(n));
  }
  Mem word(int64_t w) const { return Mem(kFrame, Imm(wordOffset(w))); }
  bool isIn(const Node* n, Gpr r) const { return placeOf(n) == Place::gpr(code(r)); }
  bool isIn(const Node* n, Xmm r) const { return placeOf(n) == Place::xmm(code(r)); }
  Gpr gpr(const Node* n, Gpr scratch = x64::rax);
  Xmm xmm(const Node* n, Xmm scratch = x64::xmm0);
  Xmm xmmBesideRax(const Node* n);
  void load(Gpr to, const Node* n);
  void load(Xmm to, const Node* n);
  Mem objectOnStack(const Node* n);
  void loadConstant(Gpr to, uint64_t bits);
  void loadConstant(Xmm to, uint64_t bits);
  /// Calls f with the node as an operand of an instruction of 64 bits: a register, memory, or a constant.
  template <typename F>
  void operand(const Node* n, F f) {
    Place p = placeOf(n);
    if (p.kind == Place::kGpr) return f(static_cast<Gpr>(p.index));
    if (p.kind == Place::kWord) return f(word(p.index));
    if (p.kind == Place::kXmm) {
      a.movq(x64::rax, static_cast<Xmm>(p.index));
      return f(x64::rax);
    }
    if (isSmallConstant(n)) return f(Imm(static_cast<int32_t>(bitsOf(n))));
    if (!isConstant(n)) return f(objectOnStack(n));
    f(a.literal64(bitsOf(n)));
  }
  template <typename F>
  void floatOperand(const Node* n, F f) {
    Place p = placeOf(n);
    if (p.kind == Place::kXmm) return f(static_cast<Xmm>(p.index));
    if (p.kind == Place::kWord) return f(word(p.index));
    if (p.kind == Place::kConstant) return f(a.literal64(bitsOf(n)));
    a.movq(x64::xmm0, static_cast<Gpr>(p.index));
    f(x64::xmm0);
  }
  void storeResult(Gpr r);
  /// Compares a register with the tag of integers.
  void compareWithIntTag(Gpr r);
  void countVarargs();
  void poll(const Node* n, int32_t units);
  void orIntTag(Gpr r);

  // ---- exits.cpp ----
  Label& exit(ExitKind kind = ExitKind::kGuard);
  void exitRecord(uint32_t step, ExitKind kind);
  ValuePlace valuePlace(const Node* n, regalloc::Position p, ExitRecord& record);
  ValuePlace objectPlace(const Node* n, regalloc::Position p, ExitRecord& record);
  void livePlaces(uint32_t step, std::vector<ValuePlace>& out) const;
  void writeExits();

  // ---- one for each operation: the file is that of the section of ops.def ----
#define IR(name, ...) void emit##name(const Node* n);
#include "jit/ir/ops.def"

  // ---- checks.cpp ----
  void checkTag(const Node* value, heap::Tag tag);
  void checkFunction(const Node* value, int field, uint64_t pointer);
  void useShape(uint32_t shape);
  void useFunction(const runtime::Code* code);

  // ---- integers.cpp ----
  template <typename F>
  void commutative(const Node* n, F f);
  x64::Gpr divideSmall(const Node* n, bool quotient, Label& wide, Label& done);
  void divide(const Node* n, bool quotient);
  void divideToZero(const Node* n, bool quotient);
  void divideByPowerOfTwo(const Node* n, uint64_t divisor, bool quotient);
  void divideByConstant(const Node* n, int64_t divisor, bool quotient);
  void shift(const Node* n, bool left);
  void shiftByConstant(const Node* n, bool left, int64_t count);

  // ---- floats.cpp ----
  template <typename F, typename V>
  void twoFloats(const Node* first, const Node* second, F f, V v);
  static std::optional<x64::Xmm> keptFloat(Place p);
  void round(const Node* n, x64::Rounding how);
  void callOfDoubles(const Node* n, double (*function)(double, double));

  // ---- vectors.cpp ----
  void vectorRound(uint64_t program);
  void vectorIntRound(uint64_t program, Label& end);
  void vectorMap(const Node* n, bool ints);

  // ---- conditions.cpp ----
  Test test(const Node* condition);
  Test compare(const Node* n);
  Test ofType(const Node* x, ir::ValueType type);
  Test tagged(heap::Tag tag);
  void jumpIf(Test t, Label& target);
  void setBool(Test t, Gpr to);
  void comparison(const Node* n);

  // ---- control.cpp ----
  void returnOne(const Node* n);
  void returnSeveral(const Node* n);
  void restoreFixed();

  // ---- memory.cpp ----
  /// A word of an object.
  struct Slot {
    Mem mem;
    Mem object;  ///< where the object begins
    int gc() const { return object.displacement() + offset::kGc; }
  };
  void loadInto(const Node* n, const Mem& from);
  void store(const Slot& slot, const Node* value);
  Slot tableSlot(const Node* table, int64_t field);
  Slot otherSlot(const Node* object, int64_t field);
  Slot elementSlot(const Node* array, const Node* index);
  Slot itemSlot(const Node* array, const Node* index);
  x64::Mem byteOf(const Node* buffer, const Node* index);
  void checkKind(const Node* value, runtime::Kind kind);

  // ---- allocations.cpp ----
  void waitForRoom(uint32_t bytes);
  void planAllocations();
  size_t bytesOf(const Node* n) const;
  void bump(size_t bytes);
  void tableOutOfLine(const Node* n);
  void header(int at, runtime::Kind kind, uint32_t word, uint8_t aux);
  void initialize(int at, const Node* value);
  void initializeNil(int at, size_t count);
  bool isInitializing() const { return initializes_[step_] != 0; }

  // ---- calls.cpp ----
  void callLeafStub(int64_t function, const Node* const (&arguments)[3]);
  void pushLeafArguments(const Node* const (&arguments)[3]);
  void callLeafStub(int64_t function);
  void askAgain(const LeafFunction& function);
  uint32_t calleeWord() const { return c_.steps[step_].calleeWord + l_.gap; }
  void callKnown(const Node* n, const runtime::Code& code);
  void callAny(const Node* n);
  void afterCall(const Node* n, int slot);
  void moveToWords(const Node* n, uint32_t from, uint32_t word);

  const CodegenRequest& r_;
  const Selection& s_;
  const regalloc::Constraints& c_;
  const regalloc::Allocation& l_;
  Assembler& a;
  OptimizedCode& out_;
  ExitTableBuilder exits_;
  std::vector<Label> blockLabels_;  ///< by place in the order
  std::vector<uint32_t> orderOf_;   ///< by block number: place in the order, behind blocks that only jump
  std::vector<uint32_t> layout_;    ///< places in the order, as the code has them
  std::vector<uint32_t> nextOf_;    ///< by place in the order: what the code has behind it; UINT32_MAX: nothing
  std::vector<uint8_t> isEmpty_;    ///< by place in the order
  std::deque<ExitSite> exitSites_;
  std::deque<Cold> cold_;
  std::deque<Label> labels_;
  std::vector<regalloc::Move> buffer_;
  std::vector<const Node*> objects_;  ///< virtual, of the record that is being made
  Label callEntry_;
  std::vector<uint8_t> unitsAhead_;  ///< by step: ExitRecord::ahead
  bool hasMovesAtEnd_ = false;       ///< of the present block, in front of its last step
  bool jumped_ = false;              ///< the block's jump is done
  uint32_t step_ = 0;
  uint32_t lastTag_ = UINT32_MAX;
  uint32_t block_ = 0;                 ///< place in the order
  uint32_t currentExit_ = UINT32_MAX;  ///< in exitSites_, of the present step
  uint32_t resultWords_ = 0;           ///< behind those, and behind the callee of a call with several results
  uint32_t scratchWords_ = 0;          ///< behind the words in use: arguments of natives, results
  bool usesHostStack_ = false, usesIntTag_ = false;  ///< r13, r14 hold values
  std::vector<uint32_t> roomFor_;  ///< by step: bytes of an allocation and of those behind it for which it makes room
  std::vector<uint8_t> initializes_;  ///< by step: a store into an object that no collection has seen
  const char* refusal_ = nullptr;
};

}  // namespace devvm::jit
