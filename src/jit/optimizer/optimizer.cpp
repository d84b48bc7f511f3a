#include "jit/optimizer/optimizer.h"

#include <ctime>

#include "jit/builder/graph_builder.h"

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
  if (!buildGraph({request.isolate, request.code, request.entryOffset, request.failures}, graph, reliance,
                  &report.refusal)) {
    return report;
  }
  report.nanos = nanos() - began;
  report.blocks = static_cast<uint32_t>(graph.blocks().size());
  for (ir::Block* b : graph.blocks()) forEach(b, [&](ir::Node*) { report.nodes++; });
  report.inlined = static_cast<uint32_t>(graph.functions.size()) - 1;
  (void)withText;
  return report;
}

}  // namespace devvm::jit
