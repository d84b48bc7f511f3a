// The optimizing compiler's intermediate representation: typed SSA over a control-flow graph (docs/ir.md).
//
// A Graph owns blocks and nodes; nodes are linked in the order in which they run, constants included. Whatever may
// leave optimized code has a FrameState: what the interpreter's frames must hold to go on there. A node that another
// one takes the place of only forwards to it (Node::become), and everybody who asks for an input is led there; tidy()
// makes an end of that between passes.
//
// (Cytron et al., "Efficiently computing static single assignment form", TOPLAS 1991, for SSA; frame states are those
// of Duboscq et al., "Graal IR", 2013.)
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "heap/value.h"

namespace devvm::runtime {
struct Code;
struct CodeObject;
}  // namespace devvm::runtime

namespace devvm::jit::ir {

enum class Type : uint8_t { kNone, kTagged, kInt, kFloat, kBool, kSame };
const char* typeName(Type type);

/// Types that programs tell apart: what is_of_type asks for.
enum class ValueType : uint8_t { kBoolean, kNumber, kString, kTable, kFunction };
/// Of a raw value.
constexpr ValueType valueTypeOf(Type raw) { return raw == Type::kBool ? ValueType::kBoolean : ValueType::kNumber; }

enum class Op : uint8_t {
#define IR(name, ...) k##name,
#include "jit/ir/ops.def"
  kCount
};

enum OpFlag : uint8_t {
  kPure = 1,
  kGuard = 2,
  kReads = 4,
  kWrites = 8,
  kCalls = 16,
  kSafepoint = 32,
  kFresh = 64,
  kTerminator = 128,
};

enum class Aux : uint8_t {
  kNone,
  kBits,
  kInt,
  kSlot,
  kOffset,
  kIndex,
  kShape,
  kShapes,
  kPointer,
  kWanted,
  kEpoch,
  kCounts,
  kLeaf,
  kOdds,
};

/// A bit of a call's aux, besides the number of results.
inline constexpr uint64_t kTailCalled = 256;
/// Of a call that wants all results as an open list: from this bit on stands how many there will be.
inline constexpr uint32_t kListedShift = 16;
/// How many `result`s may stand behind a call.
constexpr uint32_t resultsOfCall(uint64_t aux) {
  return static_cast<uint32_t>((aux & 0xFF) == 0xFF ? aux >> kListedShift : aux & 0xFF);
}

/// C++ functions of call_leaf.
enum class Leaf : uint8_t {
#define LEAF(name, ...) k##name,
#include "jit/ir/leaves.def"
  kCount
};
struct LeafInfo {
  const char* mnemonic;
  uint8_t inputs;
  bool writes;    ///< memory of the guest may change
  bool collects;  ///< objects may move
  const char* meaning;
};
const LeafInfo& leafInfo(Leaf leaf);

/// Memory by what can be in it: a store of one class leaves the others as they are.
enum class Alias : uint8_t {
  kNone,
  kShapes,
  kFields,
  kProps,
  kArrays,
  kLengths,
  kElements,
  kUpvalues,
  kCells,
  kBlockFields,
  kItems,
  kBytes,
  kEpoch,
  kAll,
};
const char* aliasName(Alias alias);

struct OpInfo {
  const char* mnemonic;
  int8_t inputs;  ///< -1: any number
  Type type;
  uint8_t flags;  ///< OpFlag
  Aux aux;
  Alias alias;
  const char* meaning;
};
const OpInfo& opInfo(Op op);
/// False: there is no such operation.
bool findOp(std::string_view mnemonic, Op& op);

/// The type that the operation's input `i` must have; of a phi: kSame.
Type inputType(Op op, uint32_t i);

struct Block;
struct FrameState;

/// Shapes that a table may have, for operations that all of them have in common. One for each such set in a graph.
struct ShapeSet {
  static constexpr uint32_t kMost = 8;
  uint32_t count = 0;
  uint32_t shapes[kMost] = {};  ///< ascending
  bool has(uint64_t shape) const { return std::find(shapes, shapes + count, shape) != shapes + count; }
  bool operator==(const ShapeSet&) const = default;
};

/// A function whose code is part of the graph: the one that is compiled (number 0), or an inlined call.
struct Function {
  uint32_t number = 0;
  const runtime::Code* code = nullptr;  ///< null in tests of passes
  uint32_t locals = 0;                  ///< and behind them, of an inlined function, its variable arguments
  uint32_t varargs = 0;                 ///< so many of these
  uint32_t extra = 0;  ///< of an inlined function with `...`: words between its callee's slot and its frame
  const Function* caller = nullptr;  ///< of an inlined call
  uint32_t callOffset = 0;           ///< bytecode offset of the call
};

/// Where a node comes from.
struct Origin {
  const Function* function = nullptr;
  uint32_t offset = 0;  ///< of the bytecode instruction
};

class Node {
 public:
  uint32_t id = 0;  ///< within its graph
  Op op = Op::kConstant;
  Type type = Type::kNone;
  uint16_t mark = 0;  ///< for whichever pass is running
  uint64_t aux = 0;   ///< what OpInfo::aux says
  Block* block = nullptr;
  Node *previous = nullptr, *next = nullptr;
  FrameState* state = nullptr;
  Origin origin;

  uint32_t inputCount() const { return count_; }
  Node* input(uint32_t i) const { return inputs_[i] = inputs_[i]->resolve(); }
  void setInput(uint32_t i, Node* n) { inputs_[i] = n; }
  /// This node, or what took its place.
  Node* resolve() {
    if (forward_ == nullptr) [[likely]]
      return this;
    Node* n = forward_;
    while (n->forward_ != nullptr) n = n->forward_;
    forward_ = n;
    return n;
  }
  bool isReplaced() const { return forward_ != nullptr; }
  const OpInfo& info() const { return opInfo(op); }
  bool has(OpFlag flag) const { return info().flags & flag; }
  bool isConstant() const {
    return op == Op::kConstant || op == Op::kIntConstant || op == Op::kFloatConstant || op == Op::kBoolConstant ||
           op == Op::kObject;
  }
  bool isPhi() const { return op == Op::kPhi; }
  heap::Value value() const { return heap::Value::fromBits(aux); }  ///< of a Constant
  int64_t integer() const { return static_cast<int64_t>(aux); }
  double number() const { return std::bit_cast<double>(aux); }
  template <typename T>
  const T* pointer() const {
    return reinterpret_cast<const T*>(aux);
  }

 private:
  friend class Graph;
  uint32_t count_ = 0, capacity_ = 0;
  Node** inputs_ = nullptr;
  Node* forward_ = nullptr;
};

/// What one interpreter frame holds when optimized code stops, and by `caller` those around it. Shared by nodes that
/// stop at the same place with the same values.
struct FrameState {
  const Function* function = nullptr;
  uint32_t offset = 0;  ///< of the bytecode instruction at which the interpreter goes on
  uint32_t depth = 0;   ///< operands; for callers and calls those below the callee's slot
  /// Callers and calls: results that go there (runtime::Link::wanted). Guards: how many operands are an open list.
  uint8_t wanted = 0;
  bool tailCalled = false;  ///< an inlined frame that took the place of one that made a tail call
  FrameState* caller = nullptr;
  Node* callee = nullptr;   ///< of an inlined call: the closure; null for the outermost frame
  Node** values = nullptr;  ///< locals, then operands; null: dead (nil)
  uint32_t count = 0;
  uint32_t id = 0;

  Node* value(uint32_t i) const { return values[i] != nullptr ? values[i] = values[i]->resolve() : nullptr; }
};

struct Block {
  uint32_t id = 0;
  Node *first = nullptr, *last = nullptr;  ///< phis come first, the terminator last
  std::vector<Block*> predecessors;        ///< inputs of phis in this order
  std::vector<Block*> successors;
  bool isLoop = false;  ///< a loop's header: the first predecessor is the way in, all others are back-edges
  bool isRare = false;  ///< seldom runs, as far as is known
  FrameState* entryState = nullptr;  ///< of a loop's header: the interpreter may go on here before the first iteration

  // ---- set by Graph::order and findLoops ----
  uint32_t number = UINT32_MAX;  ///< in reverse postorder; UINT32_MAX: cannot be reached
  Block* dominator = nullptr;    ///< immediate
  uint32_t domDepth = 0;
  Block* loop = nullptr;  ///< header of the innermost loop around it (itself for a header)
  uint32_t loopDepth = 0;

  Node* terminator() const { return last; }
  bool dominates(const Block* other) const {
    while (other->domDepth > domDepth) other = other->dominator;
    return other == this;
  }
  /// The header of the loop around the one of which this is the header; null: none.
  Block* outerLoop() const { return dominator != nullptr ? outer : nullptr; }
  Block* outer = nullptr;
};

class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // ---- making ----
  Block* newBlock();
  Function* newFunction();
  /// A node in no block yet. The type is the operation's; phis are given theirs.
  Node* newNode(Op op, std::span<Node* const> inputs, uint64_t aux = 0);
  Node* newNode(Op op, std::initializer_list<Node*> inputs, uint64_t aux = 0) {
    return newNode(op, std::span<Node* const>(inputs.begin(), inputs.size()), aux);
  }
  FrameState* newState(const Function* function, uint32_t offset, std::span<Node* const> values);
  void append(Block* block, Node* node);
  void insertBefore(Node* at, Node* node);
  /// Behind the phis.
  void insertAtStart(Block* block, Node* node);
  void addInput(Node* node, Node* input);
  void removeInput(Node* node, uint32_t i);
  /// Takes the node out of its block.
  void unlink(Node* node);
  /// Whoever has `node` as an input or in a frame state has `by` from now on. The node leaves its block.
  void replace(Node* node, Node* by);
  void connect(Block* from, Block* to) {
    from->successors.push_back(to);
    to->predecessors.push_back(from);
  }
  /// Constants of the entry block, one for each value.
  Node* constant(heap::Value v) { return constantOf(Op::kConstant, v.bits()); }
  Node* intConstant(int64_t i) { return constantOf(Op::kIntConstant, static_cast<uint64_t>(i)); }
  Node* floatConstant(double d) { return constantOf(Op::kFloatConstant, std::bit_cast<uint64_t>(d)); }
  Node* object(const runtime::CodeObject* place) { return constantOf(Op::kObject, reinterpret_cast<uintptr_t>(place)); }
  /// The set of these shapes (kMost at most), in any order.
  const ShapeSet* shapeSet(std::span<const uint32_t> shapes);
  Node* boolConstant(bool b) { return constantOf(Op::kBoolConstant, b); }

  // ---- order ----
  /// Numbers blocks in reverse postorder, drops those that cannot be reached (with their edges and phi inputs), finds
  /// dominators (Cooper, Harvey & Kennedy, "A simple, fast dominance algorithm", 2001) and loops.
  void order();
  /// In reverse postorder, as of the last order().
  const std::vector<Block*>& blocks() const { return blocks_; }
  /// All blocks in the order in which the code is to have them, the entry first; empty: nobody has chosen one since the
  /// last order().
  std::vector<Block*> layout;
  Block* entry() const { return blocks_.front(); }
  /// Splits the edges from a block with several successors to one with several predecessors, and puts the blocks in
  /// order.
  void splitCriticalEdges();

  // ---- between passes ----
  /// Leads all inputs and frame states to what took the place of nodes, drops phis of one input and all nodes that
  /// nobody needs. Frame states keep alive what they hold.
  void tidy();

  uint32_t nodeCount() const { return nextNode_; }  ///< ids are below
  uint32_t blockCount() const { return nextBlock_; }
  size_t bytes() const { return arena_.bytes(); }
  std::deque<Function> functions;
  /// Bytecode offset at which this code is entered: 0, or a loop.
  uint32_t entryOffset = 0;
  /// Shapes of new tables by their inline slots, of those that the graph makes; 0: not known.
  static constexpr uint32_t kMostInlineSlots = 32;
  uint32_t rootShapes[kMostInlineSlots + 1] = {};
  /// Representations are not chosen yet: phis have no type, and what is raw may stand where a tagged value is wanted.
  bool isLoose = true;
  base::Arena& arena() { return arena_; }

 private:
  friend class Parser;

  Node* constantOf(Op op, uint64_t aux);
  void markNeeded(std::vector<Node*>& work, Node* node);

  base::Arena arena_;
  std::deque<ShapeSet> shapeSets_;
  std::deque<Block> allBlocks_;
  std::vector<Block*> blocks_;
  std::vector<Node*> constants_;  ///< open addressing, a power of two
  uint32_t constantCount_ = 0;
  uint32_t nextNode_ = 0, nextBlock_ = 0, nextState_ = 0;
};

/// Calls `f(Node*)` for each node of a block; the node may be unlinked or replaced by it.
template <typename F>
void forEach(Block* block, F f) {
  for (Node *n = block->first, *next; n != nullptr; n = next) {
    next = n->next;
    f(n);
  }
}

/// An object that frame states have, and nobody else: it does not exist.
inline bool isVirtual(const Node* n) {
  return n->op == Op::kVirtualTable || n->op == Op::kVirtualCell || n->op == Op::kVirtualClosure;
}

/// A call_leaf whose function is called again where it may collect, if it wants memory.
inline bool mayCollect(const Node* callLeaf) { return leafInfo(static_cast<Leaf>(callLeaf->aux)).collects; }

/// The graph as text (printer.cpp); parse() reads it again.
std::string print(const Graph& graph);
/// One line of it, without a line end.
std::string print(const Node& node);
/// Reads what print() writes. False: `error` says what is wrong, with its line. (parser.cpp)
bool parse(std::string_view text, Graph& graph, std::string& error);
/// Whether the graph keeps the rules of docs/ir.md: else the first fault, else empty. (verifier.cpp)
std::string verify(const Graph& graph);

}  // namespace devvm::jit::ir
