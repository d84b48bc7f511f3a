// From a graph whose representations are chosen to machine code (docs/codegen.md).
#pragma once

#include "jit/assembler/x64/assembler.h"
#include "jit/baseline/stubs.h"
#include "jit/codegen/stubs.h"
#include "jit/deopt/exit_table.h"
#include "jit/ir/ir.h"
#include "jit/regalloc/allocation.h"
#include "runtime/machine_code.h"

namespace devvm::jit {

struct CodegenRequest {
  const ir::Graph& graph;     ///< strict, without critical edges, ordered
  const runtime::Code* code;  ///< of the outermost function; null in tests of straight code
  const Stubs& stubs;
  const CodegenStubs& own;
  LeavingStubs leaving;
  regalloc::Method allocator = regalloc::Method::kLinear;
  bool verify = false;  ///< follow all ways through the allocation; a wrong one is refused
  /// Ids of the shapes of new tables, by ShapeTable::inlineClass; 0, or null for all: they are made out of line.
  const uint32_t* rootShapes = nullptr;
  bool forcesExits = false;  ///< guards count down Isolate::guardsUntilExit, and fail when it gets negative
  /// Gets the id of each node from whose position on code is its; null: nobody asks.
  std::vector<CodeTag>* nodeTags = nullptr;
};

/// What registers cost, and how long the parts took.
struct CodegenProfile {
  uint64_t selectNanos = 0, allocateNanos = 0, emitNanos = 0;  ///< of the thread's processor time
  bool coloured = false;                                       ///< by graph colouring
  uint32_t values = 0, moves = 0, words = 0;
};

/// What belongs to code besides its bytes.
struct OptimizedCode {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t callEntry = kNone;  ///< as MachineCode::callEntry; kNone: the code is entered at a loop
  uint32_t bodyEntry = kNone;  ///< as MachineCode::bodyEntry
  uint32_t loopEntry = kNone;  ///< all locals are in their words
  uint32_t gap = 0;            ///< as regalloc::Allocation::gap
  uint32_t frameWords = 0;     ///< below the header that it may write
  ExitTable exits;
  std::vector<runtime::MachineCode::Place> returns;
  std::vector<uint32_t> shapes;  ///< on whose ids the code relies
  std::vector<runtime::MachineCode::ShapeCheck> shapeChecks;
  std::vector<const runtime::Code*> functions;  ///< others whose addresses or constants are in the code
  runtime::CodeSections sections;
  std::string allocation;  ///< as text, if asked for
  CodegenProfile profile;
};

/// Writes the code, finished, into `assembler`. False: there can be none, `refusal` says why.
bool generate(const CodegenRequest& request, x64::Assembler& assembler, OptimizedCode& out, const char** refusal,
              bool describe = false);

}  // namespace devvm::jit
