// A picture of everything that is alive: objects, and the references between them with their names.
//
// What a table, a function or a coroutine owns alone (storage of elements and fields, stacks) is counted as part of it,
// so that the graph shows what programs see.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/isolate.h"

namespace devvm::inspect {

/// What a node is. The names are those that Chrome's viewer knows.
enum class NodeType : uint8_t {
  kSynthetic,
  kObject,
  kArray,
  kString,
  kCode,
  kClosure,
  kNumber,
  kNative,
  kHidden,
  kCount
};
/// What a reference is: a named field, an element, a captured variable, something of the engine's, or one that keeps
/// nothing alive.
enum class EdgeType : uint8_t { kProperty, kElement, kContext, kInternal, kWeak, kCount };

struct HeapNode {
  NodeType type = NodeType::kHidden;
  uint32_t name = 0;   ///< index in HeapGraph::names
  uint64_t id = 0;     ///< the same in all graphs of one run for the same object
  uint64_t bytes = 0;  ///< of its own
  uint32_t firstEdge = 0, edgeCount = 0;
};

struct HeapEdge {
  EdgeType type;
  uint32_t name;  ///< index in HeapGraph::names; of elements the index itself
  uint32_t to;    ///< index in HeapGraph::nodes
};

/// Nodes in order of their discovery from node 0, which stands for the roots; the edges of a node stand together.
struct HeapGraph {
  std::vector<HeapNode> nodes;
  std::vector<HeapEdge> edges;
  std::vector<std::string> names;

  /// The name of a reference: "x", "[3]", "(metatable)".
  std::string edgeName(const HeapEdge& e) const {
    return e.type == EdgeType::kElement ? "[" + std::to_string(e.name) + "]" : names[e.name];
  }
  const std::string& nameOf(const HeapNode& n) const { return names[n.name]; }
};

/// Collects (a full collection) and looks at all that is alive then. Optimized frames become the interpreter's, as for
/// any look at their variables. MAY COLLECT. Uses memory of the process, not of the isolate's limit.
HeapGraph captureHeap(runtime::Isolate& isolate);

/// Adds strings once each.
class NameTable {
 public:
  explicit NameTable(std::vector<std::string>& names) : names_(names) {}
  uint32_t indexOf(std::string_view name);

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::string, uint32_t> indices_;
};

}  // namespace devvm::inspect
