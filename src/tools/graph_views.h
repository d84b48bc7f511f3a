// Graphs of the optimizing compiler for programs that draw or read them, and what passes changed.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "jit/optimizer/description.h"
#include "tools/graph_report.h"

namespace devvm::tools {

class GraphViews {
 public:
  explicit GraphViews(GraphForm form);
  /// Graphs of a function for one entry. `refusal`: why there are none; `fault`: of the verifier.
  void add(const runtime::Code& code, uint32_t entry, const jit::Description& description, const std::string& refusal,
           const std::string& fault);
  std::string take();

 private:
  void dot(const std::string& title, const jit::DescribedGraph& graph);
  void diff(const jit::DescribedGraph& before, const jit::DescribedGraph& after);
  void json(const jit::DescribedGraph& graph);

  GraphForm form_;
  std::string out_;
  base::JsonWriter json_;
};

}  // namespace devvm::tools
