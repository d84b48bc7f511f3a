// What a compilation of the optimizing compiler was like: its graph after each stage, checks that passes removed, where
// values were, which machine code belongs to which operation. Made only for those who look (docs/jit-tools.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jit/assembler/code_buffer.h"
#include "jit/builder/graph_builder.h"
#include "jit/ir/ir.h"
#include "jit/passes/pass.h"

namespace devvm::jit {

/// A function whose code is part of the graph; number 0 is the one that was compiled.
struct DescribedFunction {
  const runtime::Code* code = nullptr;  ///< may be freed by now: to be compared only
  std::string name;                     ///< as its language wrote it; empty: it has none
  std::string source;                   ///< short name of its chunk
  uint32_t line = 0;                    ///< on which it begins; 0: a main chunk
  int32_t caller = -1;                  ///< number of the function into which the call was taken
  uint32_t callOffset = 0, callLine = 0;
};

struct DescribedNode {
  uint32_t id = 0;
  ir::Op op = ir::Op::kConstant;
  ir::Type type = ir::Type::kNone;
  std::string text;   ///< without its frame state
  std::string state;  ///< empty: none
  std::string note;   ///< what its aux stands for; empty: that is in the text
  std::vector<uint32_t> inputs;
  uint32_t function = 0, offset = 0, line = 0;  ///< where it comes from; offset of the bytecode instruction
};

struct DescribedBlock {
  uint32_t id = 0;
  int64_t loop = -1;  ///< id of the header of the innermost loop around it
  uint32_t loopDepth = 0;
  bool isLoop = false, isRare = false;
  std::vector<uint32_t> predecessors, successors;
  std::vector<DescribedNode> nodes;
};

struct DescribedGraph {
  std::string stage;  ///< "graph building", or the name of a pass
  std::vector<DescribedBlock> blocks;
  size_t nodeCount() const;
};

/// What a pass did to the checks and loads of one line.
struct CheckChange {
  ir::Op op;
  uint32_t function, line;
  uint32_t removed = 0, added = 0;
  uint32_t moved = 0;  ///< to where it runs less often: out of loops
};
struct PassChanges {
  std::string pass;
  std::vector<CheckChange> changes;
};

/// Whether a call was taken in.
struct DescribedCall {
  const runtime::Code* caller = nullptr;  ///< as DescribedFunction::code
  uint32_t offset = 0, line = 0;
  const runtime::Code* callee = nullptr;
  std::string name;  ///< of the callee
  uint32_t calleeLine = 0;
  uint32_t bytes = 0;  ///< of its bytecode
  uint32_t depth = 0;
  bool inlined = false;
  std::string reason;
};

struct Description {
  bool allStages = false;  ///< asked for: `graphs` has them all; else the last one only
  int level = 0;
  uint64_t nanos = 0;  ///< that describing took, by the clock
  uint32_t nodesBuilt = 0, blocksBuilt = 0;
  std::vector<DescribedFunction> functions;
  std::vector<DescribedGraph> graphs;
  std::vector<PassChanges> passes;  ///< in the order in which they ran; those that changed no check are not there
  std::vector<DescribedCall> calls;
  std::string allocation;      ///< regalloc::text
  std::vector<CodeTag> nodes;  ///< from this position on, the machine code belongs to that node (id)

  const DescribedGraph* last() const { return graphs.empty() ? nullptr : &graphs.back(); }
};

/// Whether the operation is one that passes try to get rid of: a check, or a load.
bool isCheckOrLoad(ir::Op op);

/// Takes down what a compilation does, stage by stage.
class Describer {
 public:
  explicit Describer(Description& description) : out_(description) {}
  /// The graph as it is behind a stage. It must be ordered.
  void stage(const char* name, const ir::Graph& graph);
  /// Takes down the graph now, and behind each pass that runs with these options.
  void observe(const ir::Graph& graph, passes::PassOptions& options);
  /// Calls that the builder took in, or not.
  void calls(const std::vector<InlineDecision>& decisions);

 private:
  void compare(const char* pass, const DescribedGraph& before, const DescribedGraph& after);

  Description& out_;
};

}  // namespace devvm::jit
