// From bytecode and feedback to the optimizing compiler's graph: abstract interpretation of the operand stack, block by
// block in reverse postorder, with calls inlined on the way (docs/graph-builder.md).
//
// The graph is loose (docs/ir.md): phis have no type yet, and raw values stand where values are wanted; the pass
// `representation` settles both. Values are raw as soon as their type is known, so arithmetic on them needs no checks.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "bytecode/verifier.h"
#include "jit/builder/bytecode_graph.h"
#include "jit/feedback/feedback.h"
#include "jit/ir/ir.h"
#include "runtime/fiber.h"
#include "runtime/isolate.h"

namespace devvm::jit {

struct BuildRequest {
  static constexpr uint32_t kWhole = UINT32_MAX;
  runtime::Isolate& isolate;
  const runtime::Code& code;
  uint32_t entryOffset = 0;            ///< 0, or a loop
  const heap::Value* frame = nullptr;  ///< one of the function that stands there, for guesses of types; may be null
  heap::Value closure;                 ///< one of the function's, or nil: it is expected to be the only one
  /// How many compilations were left at an instruction of a function, because of it: 0, 1, many. At kWhole: whether it
  /// was no gain to take the function in.
  std::function<uint32_t(const runtime::Code&, uint32_t offset)> failures;
  int32_t varargs = -1;  ///< variable arguments of a call of it that is under way; negative: not known
};

/// Whether a call was taken in, and why, or why not.
struct InlineDecision {
  const runtime::Code* caller;
  uint32_t offset;  ///< of the call
  const runtime::Code* callee;
  uint32_t depth;
  bool inlined;
  const char* reason;
};

/// What a compilation relies on besides its checks, and what it decided.
struct Reliance {
  std::vector<uint32_t> shapes;  ///< when one of them is freed, the code is useless
  std::vector<runtime::ShapeFact> facts;
  std::unique_ptr<runtime::CodeObjects> objects;  ///< null: none
  bool upvalues = false;                          ///< captured variables that nobody assigns are constants
  std::vector<InlineDecision> inlining;
};

/// Fills the graph. False: `refusal` says why not. Neither allocates in the heap nor collects.
bool buildGraph(const BuildRequest& request, ir::Graph& graph, Reliance& reliance, const char** refusal);

// ---- for the files of this folder ----

/// What all functions of one graph share while it is built.
struct BuildContext {
  const BuildRequest& request;
  ir::Graph& graph;
  Reliance& reliance;
  const char* refusal = nullptr;
  uint32_t inlinedBytes = 0;  ///< of bytecode so far
};

class FunctionBuilder {
 public:
  using Node = ir::Node;
  using Instruction = bytecode::Instruction;

  /// `caller`: the state behind the call that is inlined, or null for the outermost function.
  FunctionBuilder(BuildContext& context, ir::Function* function, ir::FrameState* caller, Node* callee, uint32_t depth);

  /// The outermost function: locals come from the frame.
  bool buildOutermost(uint32_t entryOffset);
  /// An inlined call: goes on from `at`. The results that its caller wants come together at `end` (null: it never
  /// returns).
  bool buildInlined(ir::Block* at, std::span<Node* const> arguments, ir::Block*& end, std::vector<Node*>& results);

 private:
  using Nodes = std::vector<Node*>;
  using Environment = std::vector<Node*>;  ///< locals, variable arguments if inlined, operands; null: dead
  /// A way into a block whose nodes are not made yet.
  struct Incoming {
    ir::Block* from;
    Environment environment;
    uint32_t offset;  ///< of the instruction that jumps
  };
  struct BlockState {
    ir::Block* block = nullptr;   ///< where ways in arrive
    ir::Block* header = nullptr;  ///< of a loop: behind `block`
    std::vector<Incoming> incoming;
    std::vector<Node*> phis;  ///< of a loop: by local or operand; null: it does not change in the loop
    bool done = false;
  };
  /// Node::mark of phis that get no more inputs.
  static constexpr uint16_t kComplete = 1;
  enum class Mode : uint8_t { kInts, kFloats, kGeneric, kUnseen };
  static constexpr uint32_t kAll = UINT32_MAX;  ///< results
  static constexpr uint32_t kMostVarargs = 16;  ///< of a call that is taken in, or expected in code of their number

  // ---- graph_builder.cpp ----
  bool build(ir::Block* at, Environment environment, uint32_t entryOffset);
  void expectSteps(uint32_t entryOffset, Environment& environment);
  Node* newPhi(ir::Block* block, uint32_t offset);
  bool enterBlock(uint32_t n);
  void merge(BlockState& state, const BytecodeBlock& b, ir::Block* into);
  bool isNeeded(const LocalSet& live, uint32_t slot) const { return slot >= code_.locals || live.has(slot); }
  void goTo(uint32_t offset, const Instruction& from);
  uint64_t odds(bool jumps) const;
  void branch(Node* condition, uint32_t ifTrue, uint32_t ifFalse, const Instruction& from);
  ir::Block* wayTo(uint32_t offset, const Instruction& from);
  void backEdge(uint32_t n, const Instruction& from);
  void succeedBy(ir::Block* here, uint32_t offset, const Instruction& from);
  ir::Block* branchAway(Node* condition);
  void joinAt(ir::Block* join);
  void exit();
  void leave();
  ir::FrameState* stateOf(uint32_t offset, const Environment& values, const LocalSet& live);
  ir::FrameState* before();
  Node* emit(ir::Op op, std::initializer_list<Node*> inputs, uint64_t aux = 0);
  Node* emit(ir::Op op, std::span<Node* const> inputs, uint64_t aux = 0);
  void refuse(const char* why) {
    if (context_.refusal == nullptr) context_.refusal = why;
    block_ = nullptr;
  }
  void instruction(const Instruction& whole);
  void component(const Instruction& c);
  void push(Node* n) { environment_.push_back(n); }
  Node* pop() {
    Node* n = environment_.back();
    environment_.pop_back();
    return n;
  }
  Node* local(uint32_t l) { return environment_[l]; }
  void setLocal(uint32_t l, Node* n) { environment_[l] = n; }
  Node* constant(heap::Value v);
  Node* nil() { return constant(heap::Value::nil()); }
  uint32_t failures() const;

  // ---- arithmetic.cpp ----
  TypeSet typesOf(Node* n, unsigned operand) const;
  Mode modeOf(Node* a, Node* b) const;
  Node* toInt(Node* n);
  Node* toFloat(Node* n, TypeSet types);
  Node* toExactFloat(Node* n, TypeSet types);
  Node* asLoaded(Node* n, TypeSet seen);
  void arithmetic(bytecode::Op op);
  Node* floatSum(bytecode::Op op, Node* a, Node* b);
  Node* equalsInt(Node* a, Node* integer);
  Node* mixed(bytecode::Op op, Node* a, Node* b);
  Node* ints(bytecode::Op op, Node* a, Node* b);
  Node* bitwise(bytecode::Op op, Node* a, Node* b);
  void negate();
  void comparison(bytecode::Op op);
  Node* equality(Node* a, Node* b);
  Node* leaf(ir::Leaf f, std::initializer_list<Node*> inputs);
  Node* isFalsy(Node* n);

  // ---- fields.cpp, tables.cpp ----
  struct Way : runtime::CacheWay {
    bool certain = false;  ///< what it says of metatables holds whenever the code runs
  };
  using Ways = std::vector<Way>;
  Ways waysOf(uint32_t cell, runtime::String* key, bool stores, bool& complete) const;
  bool asksEpoch(Ways& ways, runtime::String* key, bool stores);
  static uint32_t slotOf(const runtime::Shape& holder, const runtime::CacheWay& way);
  Node* toTable(Node* n);
  Node* checkShape(Node* table, uint32_t shape);
  void checkEpoch();
  void relyOn(uint32_t shape);
  Node* loadWay(Node* table, const Way& way, runtime::String* key);
  void storeWay(Node* table, Node* value, const runtime::CacheWay& way);
  enum class Rest : uint8_t { kNone, kRare, kSome };  ///< other shapes that come to a site
  Rest restOf(bool complete) const;
  struct WaysHere {
    Ways ways;
    Rest rest = Rest::kNone;
    bool asksEpoch = false;  ///< some hold in an epoch only
  };
  WaysHere waysToRead(runtime::String* key, uint32_t cell);
  Node* constantOf(const Way& way);
  template <typename Each, typename Otherwise>
  Node* byShape(Node* object, const Ways& ways, bool hasResult, Rest rest, Each each, Otherwise otherwise);
  Node* getField(Node* object, uint32_t key, uint32_t cell);
  Node* getProperty(Node* object, uint32_t key, uint32_t cell);
  bool isStrict() const;
  bool setField(Node* object, Node* value, uint32_t key, uint32_t cell);
  bool hasPlainTables() const;
  Node* getIndex(Node* object, Node* key);
  void setIndex(Node* object, Node* key, Node* value);
  template <typename Elsewhere>
  void appendOr(Node* table, Node* array, Node* from0, Node* length, Node* value, Elsewhere elsewhere);
  template <typename InArray, typename Elsewhere>
  Node* arrayOrElsewhere(Node* array, Node* from0, Node* length, bool seesNil, InArray inArray, Elsewhere elsewhere);

  // ---- methods.cpp ----
  /// A way on which the bytecode up to the call of a method is built by itself.
  struct Apart {
    ir::Block* block;
    Environment environment;
  };
  size_t callOfMethod() const;
  bool hasUnlikeFields(const runtime::Code& code, const Ways& ways) const;
  bool selfApart(Node* object, uint32_t key, uint32_t cell);
  ir::Block* hasOneOf(Node* table, std::span<const uint32_t> shapes);
  void buildApart();

  // ---- constants.cpp ----
  enum class Lookup : uint8_t { kUnknown, kAbsent, kFound };
  struct Found {
    const runtime::Shape* holder = nullptr;
    uint32_t slot = 0;
  };
  Node* known(heap::Value v);
  static const heap::Value* objectOf(const Node* n);
  bool relyOnFacts(const std::vector<runtime::ShapeFact>& facts);
  Lookup lookUpBehind(uint32_t shape, const runtime::String* key, Found& found,
                      std::vector<runtime::ShapeFact>& facts) const;
  bool isWithoutNewIndex(uint32_t shape);
  bool isUnused(unsigned meta);
  bool isUnused(runtime::Meta meta) { return isUnused(static_cast<unsigned>(meta)); }
  bool stringsFind(const Way& way);
  Node* constantSlot(const runtime::Shape& holder, uint32_t slot);
  Node* constantField(heap::Value table, runtime::String* key);
  Node* closureHere();
  Node* cellOf(uint32_t upvalue);
  Node* constantUpvalue(uint32_t upvalue, bool isCell);
  Node* loadUpvalue(uint32_t upvalue);
  void expectClosure();
  static const runtime::Code* constantCallee(const Node* callee);
  void noteShape(Node* table, uint32_t shape);
  bool setClass(Node* table, Node* metatable);

  // ---- metamethods.cpp ----
  struct Metamethod {
    uint32_t shape;
    heap::Value function;
  };
  using Metamethods = std::vector<Metamethod>;
  Metamethods metamethodsHere(runtime::Meta m, std::vector<runtime::ShapeFact>& facts) const;
  heap::Value metamethodOf(uint32_t shape, runtime::Meta m, std::vector<runtime::ShapeFact>& facts) const;
  bool callMetamethod(runtime::Meta m, Node* a, Node* b, Node*& result);
  bool compareByMetamethod(bytecode::Op op, Node* a, Node* b);
  bool isTested() const;

  // ---- calls.cpp ----
  void call(uint32_t arguments, uint32_t wanted);
  void tailCall(uint32_t arguments);
  const runtime::NativeInfo* knownCallees(const Node* callee, std::vector<const runtime::Code*>& codes) const;
  Node* callNative(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments);
  void callOpen(uint32_t arguments);
  uint32_t takeOpen() { return std::exchange(open_, 0u); }
  /// What a call's link says of results.
  uint8_t linkWanted(uint32_t wanted) const { return isListed_ ? runtime::Link::kOpen : static_cast<uint8_t>(wanted); }
  static int resultsOf(const runtime::Code& code, bool& isGuess);
  Nodes callAny(std::span<const runtime::Code* const> codes, Node* callee, std::span<Node* const> arguments,
                uint32_t wanted);
  static Nodes constantCallees(const Node* callee, std::vector<const runtime::Code*>& codes);
  ir::FrameState* behindCall();
  void joinBehind(ir::Block* join, std::span<Node* const> results);
  ir::FrameState* withResults(const ir::FrameState* behind, std::span<Node* const> results);
  Nodes callFunction(const runtime::Code* code, Node* callee, std::span<Node* const> arguments, uint32_t wanted);
  bool inlineCall(const runtime::Code& code, Node* callee, std::span<Node* const> arguments, uint32_t wanted,
                  Nodes& results);
  void replaceFrame(std::span<const runtime::Code* const> codes, Node* callee, std::span<Node* const> arguments);
  const char* whyNotInlined(const runtime::Code& code, size_t arguments) const;
  void checkNative(const runtime::NativeInfo& native, Node* callee);
  Node* byteOrNil(Node* string, Node* from0);
  Node* choose(Node* first, Node* second, Node* takeSecond);
  bool bytesOf(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments, uint32_t wanted,
               Nodes& results);
  bool selectOf(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments, uint32_t wanted,
                Nodes& results);
  Node* asserted(Node* x);
  Node* typeTest(Node* a, Node* b);
  bool intrinsic(const runtime::NativeInfo& native, std::span<Node* const> arguments, Node*& result);
  void giveBack(std::span<Node* const> values, ir::FrameState* state);

  // ---- varargs.cpp ----
  bool knownVarargs(Nodes& values);
  Node* varargCount();
  Node* varargAt(Node* index0);
  void vararg(uint32_t count);
  void varargOpen();
  bool selectHere();

  // ---- raw.cpp ----
  bytecode::SlotKind kindOfLocal(uint32_t l) const;
  ir::Type typeOfPhi(uint32_t slot, uint32_t offset);
  Node* unset(uint32_t l);
  Node* fromFrame(uint32_t l);
  Node* wrapped(Node* n);
  Node* shifted(bytecode::Op op, Node* a, Node* b);
  Node* quotient(Node* a, Node* b, bool remainder);
  Node* rawInt(bytecode::Op op, Node* a, Node* b);
  Node* rawFloat(bytecode::Op op, Node* a, Node* b);
  Node* rawEquality(Node* a, Node* b);
  Node* toBlock(Node* n);
  Node* unboxed(Node* n, bool isFloat);
  bool catches() const;
  void raise(Node* exception);
  void switchOver(const Instruction& c, Node* value);
  bool rawComponent(const Instruction& c);

  // ---- loops.cpp ----
  enum class Sign : uint8_t { kUp, kDown, kUnknown };
  Sign signOf(Node* step);
  template <typename Each>
  Node* bySign(Node* step, Sign sign, Each each);
  void leaveIf(Node* condition, uint32_t behind);
  Node* small(Node* n);
  Node* integerLimit(Node* from, Node* limit, TypeSet types, bool up);
  void forPrep(const Instruction& c);
  void forPrepInts(uint32_t l, TypeSet limits, uint32_t behind);
  void forPrepFloats(uint32_t l, const std::array<TypeSet, 3>& types, uint32_t behind);
  void forLoop(const Instruction& c);
  bool iteratorOf(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments, uint32_t wanted,
                  Nodes& results);
  void forIn(const Instruction& c);

  BuildContext& context_;
  ir::Graph& graph_;
  const runtime::Code& code_;
  const FeedbackVector* feedback_;
  ir::Function* function_;
  ir::FrameState* caller_;
  Node* callee_;
  Node* knownClosure_ = nullptr;                             ///< of the outermost function, if that is a constant
  std::vector<std::pair<const Node*, uint32_t>> newShapes_;  ///< of tables made here, the latest last
  uint32_t depth_;                                           ///< of inlining
  bool tailCalled_ = false;
  uint32_t wanted_ = 0;       ///< results, of an inlined function
  bool isListed_ = false;     ///< the results of the call being made are an open list
  bool listIsGuess_ = false;  ///< and their number holds only where the callee is taken in
  uint32_t open_ = 0;         ///< operands on top that are an open list
  uint32_t openBefore_ = 0;   ///< likewise, before the instruction
  bool inTail_ = false;       ///< the call being made takes the place of this function
  uint32_t locals_;           ///< and variable arguments, of an inlined function
  bool literalZero_ = false;  ///< the instruction's second operand is the literal 0
  bool skips_ = false;        ///< the next instruction is done already
  BytecodeGraph bytecode_;
  std::vector<BlockState> states_;
  std::optional<bytecode::OperandKinds> operandKinds_;

  // Where it stands.
  uint32_t current_ = 0;        ///< block of the bytecode
  ir::Block* block_ = nullptr;  ///< null: control does not get here
  Environment environment_;
  Environment beginning_;  ///< before the instruction
  const LocalSet* live_ = nullptr;
  Instruction whole_;
  const Site* site_ = nullptr;
  size_t at_ = 0;  ///< number of the instruction in the block
  std::vector<Apart> apart_;
  ir::FrameState* before_ = nullptr;
  std::vector<Instruction> instructions_;  ///< of the block
  std::vector<LocalSet> lives_;
  // Ways out of an inlined function.
  struct Returned {
    ir::Block* block;
    Nodes values;  ///< as many as the caller wants
    ir::FrameState* state;
  };
  std::vector<Returned> returned_;
  /// Where an inlined function raises what one around it catches.
  std::vector<std::pair<ir::Block*, Node*>> raised_;
  FunctionBuilder* outer_ = nullptr;  ///< whose call is inlined
};

}  // namespace devvm::jit
