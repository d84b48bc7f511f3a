#include "jit/optimizer/optimizer.h"

#include <ctime>
#include <optional>

#include "bytecode/opcode.h"
#include "jit/builder/graph_builder.h"
#include "jit/codegen/codegen.h"
#include "jit/passes/pass.h"

namespace devvm::jit {

namespace {

uint64_t nanos() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

regalloc::Method allocatorOf(const passes::PassOptions& options) {
  using Allocator = passes::PassOptions::Allocator;
  bool colours =
      options.allocator == Allocator::kColouring || (options.allocator == Allocator::kByLevel && options.level >= 3);
  return colours ? regalloc::Method::kColouring : regalloc::Method::kLinear;
}

/// The description gets the graph now and behind each pass.
void observePasses(Describer& describer, const ir::Graph& graph, passes::PassOptions& options) {
  describer.stage("graph building", graph);
  options.printAfter = ~passes::PassSet{0};
  options.printContext = &describer;
  options.print = [](void* context, std::string_view, const char* pass, const ir::Graph& g) {
    static_cast<Describer*>(context)->stage(pass, g);
  };
}

}  // namespace

bool optimize(const OptimizeRequest& request, const OptimizedCodeStubs& stubs, x64::Assembler& assembler,
              OptimizedFunction& out, const char** refusal) {
  ir::Graph graph;
  Reliance reliance;
  if (!buildGraph(
          {request.isolate, request.code, request.entryOffset, request.frame, request.closure, request.failures}, graph,
          reliance, refusal)) {
    return false;
  }
  // A fault here is the builder's; passes would not survive it.
  if (!ir::verify(graph).empty()) {
    *refusal = "the graph breaks a rule";
    return false;
  }
  passes::PassOptions options = passes::standardOptions();
  auto failures = request.failures;
  if (failures) {
    options.failuresContext = &failures;
    options.failures = [](void* context, const ir::Function& function, uint32_t offset) {
      return (*static_cast<decltype(failures)*>(context))(*function.code, offset);
    };
  }
  Description* description = request.description;
  std::optional<Describer> describer;
  if (description != nullptr) {
    describer.emplace(*description);
    description->level = options.level;
    describer->calls(reliance.inlining);
    observePasses(*describer, graph, options);
  }
  passes::PassReport passed;
  if (!passes::runPipeline(graph, options, passed)) {
    *refusal = "a pass has broken the graph";
    return false;
  }
  graph.splitCriticalEdges();
  graph.order();
  OptimizedCode code;
  LeavingStubs leaving{stubs.optimized.exit, stubs.optimized.poll, stubs.optimized.grow, stubs.optimized.room,
                       stubs.optimized.again};
  CodegenRequest generating{.graph = graph,
                            .code = &request.code,
                            .stubs = stubs.baseline,
                            .own = stubs.codegen,
                            .leaving = leaving,
                            .allocator = allocatorOf(options),
                            .verify = options.verify,
                            .isolate = &request.isolate,
                            .forcesExits = request.forcesExits,
                            .nodeTags = description != nullptr ? &description->nodes : nullptr};
  if (!generate(generating, assembler, code, refusal, description != nullptr)) return false;
  if (description != nullptr) description->allocation = std::move(code.allocation);
  out.callEntry = code.callEntry;
  out.bodyEntry = code.bodyEntry;
  out.loopEntry = code.loopEntry;
  out.gap = code.gap;
  out.exits = std::move(code.exits);
  out.returns = std::move(code.returns);
  out.shapes = std::move(code.shapes);
  out.shapes.insert(out.shapes.end(), reliance.shapes.begin(), reliance.shapes.end());
  out.facts = std::move(reliance.facts);
  out.objects = std::move(reliance.objects);
  out.reliesOnUpvalues = reliance.upvalues;
  out.shapeChecks = std::move(code.shapeChecks);
  out.sections = code.sections;
  out.functions = std::move(code.functions);
  return true;
}

GraphReport describeGraph(const OptimizeRequest& request, bool withText) {
  GraphReport report;
  uint64_t began = nanos();
  ir::Graph graph;
  Reliance reliance;
  if (!buildGraph(
          {request.isolate, request.code, request.entryOffset, request.frame, request.closure, request.failures}, graph,
          reliance, &report.refusal)) {
    return report;
  }
  report.nanos = nanos() - began;
  report.blocks = static_cast<uint32_t>(graph.blocks().size());
  for (ir::Block* b : graph.blocks()) forEach(b, [&](ir::Node*) { report.nodes++; });
  for (ir::Block* b : graph.blocks()) {
    const ir::Node* last = b->terminator();
    if (last->op != ir::Op::kExit) continue;
    const runtime::Code& code = *last->origin.function->code;
    report.exits.push_back(std::string(bytecode::opInfo(bytecode::readOp(code.entry + last->origin.offset)).mnemonic) +
                           ":" + std::to_string(runtime::lineAt(code, last->origin.offset)));
  }
  for (const InlineDecision& d : reliance.inlining) {
    auto name = [](const runtime::Code& code) {
      const std::string& own = code.function->name;
      return own.empty() ? "line " + std::to_string(code.function->lineDefined) : own;
    };
    report.inlining.push_back(std::string(2 * d.depth, ' ') + std::to_string(runtime::lineAt(*d.caller, d.offset)) +
                              ": " + name(*d.callee) + (d.inlined ? " taken in: " : " called: ") + d.reason);
  }
  report.inlined = static_cast<uint32_t>(graph.functions.size()) - 1;
  std::optional<Describer> describer;
  report.fault = ir::verify(graph);
  if (withText) report.text = "after graph building:\n" + ir::print(graph);
  if (!report.fault.empty()) return report;
  passes::PassOptions options = passes::standardOptions();
  options.verify = true;
  if (withText) {
    options.printAfter = ~passes::PassSet{0};
    options.printContext = &report.text;
    options.print = [](void* context, std::string_view when, const char* pass, const ir::Graph& g) {
      auto& text = *static_cast<std::string*>(context);
      text += "\n" + std::string(when) + " " + pass + ":\n" + ir::print(g);
    };
  }
  if (request.description != nullptr) {
    describer.emplace(*request.description);
    describer->calls(reliance.inlining);
    observePasses(*describer, graph, options);
  }
  passes::PassReport passed;
  passes::runPipeline(graph, options, passed);
  report.fault = passed.fault;
  return report;
}

}  // namespace devvm::jit
