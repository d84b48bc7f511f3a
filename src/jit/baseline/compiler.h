// The baseline compiler: one pass over verified bytecode, an instruction at a time (docs/baseline-jit.md).
//
// Frames have the interpreter's layout, and every instruction that meets something rare gives it to the interpreter:
// operands are written to their slots as they were when the instruction began, and the interpreter goes on there. Code
// that is reached only otherwise may then be certain of types (facts.h). Instructions that were left so more than a few
// times are compiled to come back instead: the interpreter's own handler (or slow path) runs, and if the fiber then
// stands at the next instruction, machine code goes on there.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "base/arena.h"
#include "bytecode/decode.h"
#include "jit/baseline/cold_pieces.h"
#include "jit/baseline/layout.h"
#include "jit/baseline/metamethods.h"
#include "jit/baseline/stubs.h"
#include "jit/baseline/value_stack.h"
#include "jit/feedback/feedback.h"
#include "runtime/code.h"

namespace devvm::jit {

using bytecode::Instruction;
using bytecode::Op;
using x64::Assembler;
using x64::Condition;
using x64::Imm;

/// A slow path of the interpreter (interpreter/slow_paths.h), or interpreter::stepOne.
using SlowPath = void (*)(runtime::Isolate&);

/// Visits of an instruction of which nothing was seen before, until its function is compiled again.
inline constexpr uint32_t kVisitsUntilSeen = 100;

/// What a compilation goes by, besides the bytecode and its inline caches.
struct CompilerOptions {
  const FeedbackVector* feedback = nullptr;  ///< null: nothing was seen
  const Value* frame = nullptr;              ///< one of the function that is running, for guesses of types; may be null
  bool speculates = true;  ///< whether to leave where something is not as expected, and to be certain behind
  /// Offsets of instructions at which the function's code was left before, ascending.
  std::span<const uint32_t> left = {};
  /// Those that come back now.
  std::span<const uint32_t> leftOften = {};
};

class Compiler {
 public:
  class Memory;

  /// The memory serves one compilation at a time.
  Compiler(Assembler& assembler, const runtime::Code& code, const Stubs& stubs, const CompilerOptions& options,
           Memory& memory);
  ~Compiler();
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;

  /// False: the code cannot be compiled (refusal() says why).
  bool compile();
  const char* refusal() const { return refusal_; }
  /// For viewers, before compile(): cold pieces are marked with their instruction, too. With `counters`, the code
  /// counts in counters[offset] how often the interpreter did the instruction at that offset of the bytecode, and in
  /// counters[size of the bytecode] the calls that came from machine code.
  void describe(uint64_t* counters = nullptr) {
    described_ = true;
    counters_ = counters;
  }

  // ---- results ----
  uint32_t callEntry = 0, bodyEntry = 0;  ///< offsets in the machine code
  std::vector<runtime::MachineCode::Place> returns, loops;
  std::vector<uint32_t> shapes;  ///< on whose ids the code relies
  std::vector<runtime::MachineCode::ShapeCheck> shapeChecks;
  uint32_t components = 0;
  runtime::CodeSections sections;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  /// A boundary between instructions.
  struct Place {
    uint32_t offset = 0;
    Label hot;             ///< where straight code arrives
    Label entry;           ///< with all operands in their slots
    StackState state;      ///< what straight code expects
    StackState slowState;  ///< what its rare cases find: operands that made room for others are in memory by then
    bool isTarget = false, isLoop = false, isHandler = false;
    int32_t depth = -1;      ///< operands on the stack; -1: cannot be reached
    uint32_t loopEnd = 0;    ///< of a loop: offset of its last back-edge
    uint32_t facts = kNone;  ///< in factPool_: what is certain where all jumps so far arrive, or at a loop
  };
  /// The rare cases of one instruction, which the interpreter does.
  struct SlowCase {
    uint32_t place;       ///< index of the instruction's place
    bool leaves;          ///< the interpreter goes on behind the instruction, too
    uint32_t metamethod;  ///< in metamethods_, what may be called instead, or kNone
    Label label;          ///< operands are as in the place's state
    Label flushed;        ///< operands are in their slots
    Label early;          ///< as `leave`, from before the instruction's code: operands are where they were then
    Label leave;          ///< as `label`, but leaves in any case
  };
  /// A metamethod that an instruction may call, with these operands.
  struct MetamethodSite {
    runtime::Meta meta = runtime::Meta::kIndex;
    MetamethodResult wanted = MetamethodResult::kAny;
    uint32_t count = 0;
    Operand operands[3];
  };
  /// Where an instruction goes on that called one.
  struct Behind {
    bool possible = false;  ///< else only the interpreter can
    bool stores = false;    ///< no result is wanted
    int slot = 0;           ///< of the callee and the result, from fp
    uint32_t end = kNone;   ///< place behind the instruction
    uint32_t ways[2] = {};  ///< if they differ, the result decides
    Instruction tail;       ///< the instruction at `end`
  };
  /// An instruction at `offset` writes a local.
  struct Write {
    uint32_t local, offset;
    auto operator<=>(const Write&) const = default;
  };

  // ---- compiler.cpp: the pass. What returns bool tells whether control reaches the next instruction. ----
  bool findPlaces();
  void findDepths();
  uint32_t placeAt(uint32_t offset) const { return placeOf_[offset]; }
  void prologue();
  bool instruction(const Instruction& whole);
  bool component(const Instruction& c, const Instruction& whole);
  bool rare(const Instruction& whole);
  void afterRare(const Instruction& whole);
  bool wasLeftOften(uint32_t offset) const;
  bool hasEvidence(const Instruction& whole) const;
  bool wasNeverReached(const Instruction& whole) const;
  void countVisits();
  bool consumeOpenList(const Instruction& whole);
  void stepWhole(const Instruction& whole);
  void goOnBehind(const Instruction& whole, bool next);
  void goOnAt(uint32_t place);
  void coldPieces();
  void slowCases();
  void noteRare(uint32_t offset);
  void entries();
  void count(uint32_t counter);
  /// Where the instruction's rare cases jump to. Registers must be allocated before, never behind such a jump.
  Label& slow() { return slowCase().label; }
  Label& slowFlushed() { return slowCase().flushed; }
  /// As slow(), for what the interpreter shall not come back from.
  Label& leaveHere() { return slowCase().leave; }
  SlowCase& slowCase();
  uint32_t slowIndex() {
    slowCase();
    return currentSlow_;
  }
  void setPosition(uint32_t place, uint32_t depth);
  void leaveAt(uint32_t place, uint32_t depth);
  void leaveInCold(Label& label, uint32_t place);
  void callSlowPath(SlowPath function);
  void compareWithPlace(uint32_t place);
  void jumpTo(uint32_t place, Condition c);
  void jumpTo(uint32_t place);
  Label& newLabel() { return *arena_.make<Label>(); }

  // ---- metamethods.cpp ----
  bool callsMetamethods() const;
  void mayCallMetamethod(runtime::Meta m, const Operand& x, const Operand& y);
  void mayCallMetamethod(runtime::Meta m, std::initializer_list<const Operand*> operands,
                         MetamethodResult wanted = MetamethodResult::kAny);
  Behind behindMetamethod(const Instruction& whole) const;
  void goOnBehindMetamethod(const Behind& b);
  void awaitMetamethod(const Instruction& whole);
  void callMetamethod(const SlowCase& s, bool inMemory);

  // ---- operands.cpp ----
  Gpr allocate();
  Xmm allocateXmm();
  void makeRoom(unsigned count);
  void spill(uint32_t i);
  void spilled(uint32_t i, const Operand& was);
  Gpr toRegister(const Operand& o);
  Gpr toShifted(const Operand& o);
  Xmm toXmm(const Operand& o, Xmm scratch, bool asInteger = false);
  void load(Gpr to, const Operand& o);
  Operand popValue();
  void pushCopy(uint32_t i);
  void flush(StackState state);
  void flushAll();
  void storeOperand(const Operand& o, int slot);
  Mem local(uint32_t l) const { return Mem(kFrame, localOffset(l)); }
  void beforeLocalChanges(uint32_t l);
  void setLocal(uint32_t l);
  void getLocal(uint32_t l);
  void push(Gpr r, bool isFloat = false) {
    stack_.push(Operand::inRegister(r));
    stack_.top().isFloat = isFloat;
  }
  void push(Gpr r, Known known) { stack_.push(Operand::inRegister(r, known)); }
  Known knownOf(const Operand& o) const;
  uint32_t shapeOf(const Operand& o) const;
  Fact factOf(const Operand& o) const;
  void learn(const Operand& o, Known known);
  void learnShape(const Operand& o, uint32_t shape);

  // ---- facts.cpp ----
  static bool hasSeveralOperations(Op op);
  void noteWrites(const Instruction& whole);
  bool isWritten(uint32_t l, uint32_t from, uint32_t to) const;
  void forgetLocals(uint32_t first, uint32_t count);
  void forgetShapes();
  void saveFacts(Place& place);
  void noteJump(uint32_t target);
  void expectFacts(const Place& place);
  void checkLocal(uint32_t l, Known known, Label& otherwise);
  void checkConstant(uint32_t l, uint64_t bits, Label& otherwise);
  void checkBeforeLoop(const Place& place);
  void meetFacts(Place& place, bool falls);
  void loopEntries();

  // ---- typed.cpp: what is done where the types are certain, or guessed and checked ----
  enum class Types : uint8_t { kInts, kFloats, kMixed };
  enum class Guess : uint8_t { kInt, kFloat, kOther };
  Guess guess(const Operand& o, unsigned operand) const;
  Types typesOf(const Operand& x, const Operand& y, bool equality) const;
  bool resultIsFloat() const;
  bool addsNegation() const;
  bool typedArithmetic(Op op, const Operand& x, const Operand& y);
  void typedInts(Op op, const Operand& x, const Operand& y);
  void typedFloats(Op op, const Operand& x, const Operand& y);
  bool typedComparison(Op op, const Operand& x, const Operand& y, const Instruction* jump);

  // ---- arithmetic.cpp ----
  void arithmetic(Op op);
  void addOrSubtract(const Operand& a, const Operand& b, bool subtract);
  void multiply(const Operand& a, const Operand& b);
  void divide(const Operand& a, const Operand& b);
  void modulo(const Operand& a, const Operand& b, bool quotient);
  void bitwise(Op op, const Operand& a, const Operand& b);
  void shift(const Operand& a, const Operand& b, bool left);
  void negate(const Operand& a);
  void power();
  void complement(const Operand& a);
  void concat(uint32_t count);
  void compareByMetamethod(Op op, const Operand& x, const Operand& y, bool branches);
  void comparison(Op op, const Instruction* jump);
  template <typename Otherwise>
  Label& unlessInts(const Operand& x, Gpr left, const Operand& y, Gpr right, Otherwise otherwise);
  void pushInt(Gpr result, const Operand& x, const Operand& y);
  void checkInts(Gpr left, const Operand& b, Gpr right, Label& otherwise);
  void toDoubles(Gpr left, Gpr right, Label& otherwise);
  void loadFloats(const Operand& x, const Operand& y, Gpr left, Gpr right, Label& otherwise);
  template <typename Integers, typename Floats>
  void twoPaths(const Operand& x, const Operand& y, Gpr left, Gpr right, Gpr result, Label& done, Integers integers,
                Floats floats);
  void moduloPowerOfTwo(const Operand& a, const Operand& b, bool quotient);
  Label& leafBinary(uint32_t s, int64_t function, Gpr left, const Operand& y, Gpr right, Gpr result, Label& done);
  void branchFalsy(Gpr value, uint32_t place, bool ifFalsy);
  void branchPlace(const Instruction& jump);

  // ---- tables.cpp ----
  void loadCell(uint32_t index);
  void otherWays(Gpr table, Gpr result, uint32_t key, Label& otherwise);
  void setByWays(Gpr table, Gpr value, uint32_t key, Label& otherwise);
  void callLeaf(int64_t function);
  void testBarrier(const Mem& gc, const Operand& value);
  Gpr keyRegister(const Operand& key);
  void loadKey(const Operand& key, Gpr keyRegister);
  void elementAddress(Gpr table, const Operand& key, Gpr keyRegister, Label& otherwise);
  void checkTable(Gpr value, Label& otherwise);
  void checkTable(const Operand& o, Gpr value);
  void getField(const Operand& object, uint32_t key, uint32_t index);
  void getProperty(const Operand& object, uint32_t index);
  void fieldOfCell(const Operand& object, Gpr table, uint32_t index, Gpr result, Label& otherShape);
  void getGlobal(const Operand& table, uint32_t index);
  void self(const Operand& object, uint32_t key, uint32_t index);
  void setField(Operand object, const Operand& value, uint32_t key, uint32_t index);
  void initField(uint32_t key, uint32_t index);
  void getIndex(const Operand& object, const Operand& key);
  void setIndex(const Operand& object, const Operand& key, const Operand& value);
  void setIndexOfLocals(const Operand& object, const Operand& key);
  void store(Gpr holder, Gpr bias, const Mem& slot, const Operand& value, Gpr v);
  void loadUpvalue(Gpr to, uint32_t index);
  void length(const Operand& o);

  // ---- allocations.cpp ----
  void allocateByLeaf(int64_t function);
  void newTable(uint32_t elements, uint32_t fields);
  void newCell(uint32_t l);
  void closure(uint32_t child);
  void markClose(uint32_t l);

  // ---- shapes.cpp ----
  std::optional<runtime::CacheWay> onlyWay(uint32_t index) const;
  void checkShape(const Operand& o, Gpr table, uint32_t shape);
  void checkEpoch();
  Label& unlessEpoch();
  void useShape(uint32_t shape);
  bool getFieldOfShape(const Operand& object, uint32_t index);
  bool setFieldOfShape(Operand& object, const Operand& value, uint32_t index);
  bool isNeverNil(const Operand& o) const;

  // ---- calls.cpp ----
  void call(uint32_t count, uint32_t wanted);
  void tailCall(uint32_t count);
  void checkCallee(uint32_t count, Label& other, Label& native);
  void resumeAfterCall(int slot, uint32_t place);
  void noteListed();
  void returnValue(bool one);
  bool returnValues(uint32_t count);
  void varargOpen();
  bool forIn(const Instruction& c);
  void forInTest(const Instruction& c);
  void backEdge(uint32_t place);
  void forLoop(const Instruction& c);
  void forPrep(const Instruction& whole);

  std::span<const Instruction> componentsOf(const Instruction& whole);

  Assembler& a;
  const runtime::Code& code_;
  const Stubs& stubs_;
  CompilerOptions options_;
  Memory& memory_;
  base::Arena& arena_;
  ValueStack& stack_;
  std::vector<Place>& places_;
  std::vector<Instruction>& decoded_;  ///< by place
  std::vector<Fact>& facts_;           ///< about locals
  std::vector<Fact>& factPool_;        ///< about locals at places
  std::vector<Write>& writes_;         ///< ascending
  std::vector<uint8_t>& floatLocals_;  ///< guesses: whether locals hold floats
  std::vector<SlowCase>& slow_;
  std::vector<MetamethodSite>& metamethods_;
  std::vector<uint32_t>& placeOf_;      ///< by bytecode offset
  ColdPieces cold_;                     ///< writers of code out of the straight line
  std::array<Instruction, 4> parts_;    ///< of the instruction being compiled
  uint32_t now_ = 0;                    ///< index of the instruction being compiled
  const Instruction* whole_ = nullptr;  ///< that instruction, its components not yet taken apart
  uint32_t next_ = 0;                   ///< of the one behind it
  uint32_t currentSlow_ = kNone;
  const Site* site_ = nullptr;  ///< what was seen of the instruction
  Op op_ = Op::kNop;            ///< the component being compiled
  bool isLastComponent_ = true;
  Label* epochAsked_ = nullptr;
  bool visitsAreCounted_ = false;  ///< in this block
  bool shapesAreKnown_ = false;    ///< of some local or operand
  bool epochIsCertain_ = false;    ///< no prototype has changed since the compilation
  bool speculates_ = true;         ///< whether the rare cases of the instruction leave
  bool openList_ = false;          ///< the instruction before left an open list
  const char* refusal_ = nullptr;
  bool described_ = false;
  uint64_t* counters_ = nullptr;
  std::vector<runtime::MachineCode::Place> coldOwners_;  ///< first piece, and bytecode offset of its instruction
};

/// What compilations need for a while, kept from one to the next unless it has grown large.
class Compiler::Memory {
  friend class Compiler;
  /// Empty again.
  void reset();
  /// Places of a function beyond which nothing is kept of it.
  static constexpr size_t kMostKept = 8192;

  base::Arena arena;
  ValueStack stack;
  std::vector<Place> places;
  std::vector<Instruction> decoded;
  std::vector<Fact> facts, factPool;
  std::vector<Write> writes;
  std::vector<uint8_t> floatLocals;
  std::vector<SlowCase> slow;
  std::vector<MetamethodSite> metamethods;
  std::vector<uint32_t> placeOf;
};

}  // namespace devvm::jit
