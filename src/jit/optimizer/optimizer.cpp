#include "jit/optimizer/optimizer.h"

#include <ctime>
#include <optional>

#include "bytecode/opcode.h"
#include "jit/builder/graph_builder.h"
#include "jit/passes/pass.h"

namespace devvm::jit {

namespace {

uint64_t nanos() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

}  // namespace

GraphReport describeGraph(const OptimizeRequest& request, bool withText) {
  GraphReport report;
  uint64_t began = nanos();
  ir::Graph graph;
  Reliance reliance;
  if (!buildGraph({request.isolate, request.code, request.entryOffset, request.frame, request.closure, request.failures,
                   request.varargs},
                  graph, reliance, &report.refusal)) {
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
    describer->observe(graph, options);
  }
  passes::PassReport passed;
  passes::runPipeline(graph, options, passed);
  report.fault = passed.fault;
  return report;
}

}  // namespace devvm::jit
