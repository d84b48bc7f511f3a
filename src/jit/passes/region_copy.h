// Copies of nodes and frame states, for passes that make a loop's round once more.
#pragma once

#include <unordered_map>

#include "jit/ir/ir.h"

namespace devvm::jit::passes {

/// What each node of a region is in the copy that is being made. Nodes that it does not know are themselves.
class RegionCopy {
 public:
  explicit RegionCopy(ir::Graph& graph) : graph_(graph) {}

  void set(const ir::Node* n, ir::Node* now) { nodes_[n] = now; }
  ir::Node* now(ir::Node* n) const {
    auto at = nodes_.find(n);
    return at != nodes_.end() ? at->second : n;
  }
  /// The state with what its values are now; the same one if that is no other.
  ir::FrameState* now(ir::FrameState* state);
  /// A copy of the node with what its inputs are now, in no block yet; from now on it is what `n` is.
  ir::Node* copy(ir::Node* n);

  /// To be called when nodes have become other ones, or states would be stale.
  void forgetStates() { states_.clear(); }
  void clear() {
    nodes_.clear();
    states_.clear();
  }

 private:
  ir::Graph& graph_;
  std::unordered_map<const ir::Node*, ir::Node*> nodes_;
  std::unordered_map<const ir::FrameState*, ir::FrameState*> states_;
};

}  // namespace devvm::jit::passes
