// The optimizing compiler: from a function's bytecode and feedback to machine code, or why not
// (docs/optimizing-jit.md).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "jit/assembler/x64/assembler.h"
#include "jit/codegen/stubs.h"
#include "jit/deopt/exit_table.h"
#include "jit/deopt/stubs.h"
#include "jit/optimizer/description.h"
#include "runtime/isolate.h"

namespace devvm::jit {

struct OptimizeRequest {
  runtime::Isolate& isolate;
  const runtime::Code& code;
  uint32_t entryOffset = 0;            ///< 0, or the loop at which it is entered
  const heap::Value* frame = nullptr;  ///< of the function, which stands at that loop; may be null
  heap::Value closure;                 ///< of the function that is entered, or nil
  /// How many compilations were left at an instruction of a function, because of it; null: none.
  std::function<uint32_t(const runtime::Code&, uint32_t offset)> failures;
  bool forcesExits = false;                            ///< as CodegenRequest::forcesExits
  int level = 0;                                       ///< as passes::PassOptions::level; 0: as the command line has it
  std::shared_ptr<Description> description = nullptr;  ///< is filled; null: nobody looks
  int32_t varargs = -1;                                ///< of a call of the function under way; negative: not known
};

/// Machine code that optimized code calls.
struct OptimizedCodeStubs {
  const Stubs& baseline;
  const OptimizedStubs& optimized;
  const CodegenStubs& codegen;
};

/// What belongs to optimized code besides its bytes. Entries are offsets: of a compilation for calls the first two,
/// else the third.
struct OptimizedFunction {
  uint32_t callEntry = 0, bodyEntry = 0;
  uint32_t loopEntry = 0;
  uint32_t gap = 0;  ///< between locals and operands of frames that were materialized, words
  ExitTable exits;
  std::vector<runtime::MachineCode::Place> returns;
  std::vector<uint32_t> shapes;
  std::vector<runtime::MachineCode::ShapeCheck> shapeChecks;
  std::vector<const runtime::Code*> functions;  ///< others whose addresses or constants are in the code
  std::vector<runtime::ShapeFact> facts;        ///< when one of them changes, the code is useless
  std::unique_ptr<runtime::CodeObjects> objects;
  bool reliesOnUpvalues = false;  ///< as MachineCode::reliesOnUpvalues
  runtime::CodeSections sections;
};
/// What became of a graph, for viewers.
struct GraphReport {
  const char* refusal = nullptr;  ///< why there is none
  std::string fault;              ///< of the verifier; empty: none
  uint32_t blocks = 0, nodes = 0, inlined = 0;
  uint64_t nanos = 0;
  std::vector<std::string> exits;     ///< instructions that the interpreter does, with their lines
  std::vector<std::string> inlining;  ///< calls, what became of them, and why
  std::string text;                   ///< after each stage, if it was asked for
};
/// Makes the graph as a compilation would, and forgets it. Neither allocates in the heap nor collects.
GraphReport describeGraph(const OptimizeRequest& request, bool withText);

}  // namespace devvm::jit
