#include "inspect/heap_report.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "inspect/units.h"

namespace devvm::inspect {

namespace {

struct TypeSum {
  uint64_t count = 0, bytes = 0;
  uint64_t retained = 0;  ///< by objects of the type that no object of the type dominates
};

/// Strings, functions and code each by their kind; objects by their names.
std::string typeOf(const HeapGraph& graph, const HeapNode& n) {
  switch (n.type) {
    case NodeType::kSynthetic: return "(roots)";
    case NodeType::kString: return "(string)";
    case NodeType::kCode: return "(code)";
    case NodeType::kClosure: return "(function)";
    case NodeType::kNumber: return "(boxed integer)";
    case NodeType::kArray:
    case NodeType::kHidden: return "(" + graph.nameOf(n) + ")";
    default: return graph.nameOf(n);
  }
}

class Report {
 public:
  Report(const HeapGraph& graph, const HeapReportOptions& options)
      : graph_(graph), options_(options), d_(dominatorsOf(graph)) {
    std::unordered_map<std::string, uint32_t> indices;
    typeIndex_.reserve(graph.nodes.size());
    for (const HeapNode& n : graph.nodes) {
      std::string name = typeOf(graph, n);
      auto [at, fresh] = indices.try_emplace(name, static_cast<uint32_t>(types_.size()));
      if (fresh) {
        types_.push_back(name);
        sums_.emplace_back();
      }
      typeIndex_.push_back(at->second);
      sums_[at->second].count++;
      sums_[at->second].bytes += n.bytes;
      total_ += n.bytes;
    }
    children_.resize(graph.nodes.size());
    for (uint32_t i = 1; i < graph.nodes.size(); i++) {
      if (d_.parent[i] != Dominators::kNone) children_[d_.parent[i]].push_back(i);
    }
    sumRetained();
  }

  const Dominators& dominators() const { return d_; }
  uint64_t total() const { return total_; }

  void heading(std::string_view text) {
    out += options_.colour ? "\033[1m" : "";
    out += text;
    out += options_.colour ? "\033[0m\n" : "\n";
  }

  void types() {
    heading(padLeft("objects", 10) + padLeft("own", 11) + padLeft("retained", 11) + "         type");
    std::vector<uint32_t> order(types_.size());
    for (uint32_t i = 0; i < order.size(); i++) order[i] = i;
    std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return sums_[a].bytes != sums_[b].bytes ? sums_[a].bytes > sums_[b].bytes : a < b;
    });
    size_t shown = 0;
    for (uint32_t i : order) {
      const TypeSum& s = sums_[i];
      if (types_[i] == "(roots)") continue;
      if (shown++ == options_.rows) break;
      out += padLeft(std::to_string(s.count), 10) + padLeft(bytesText(s.bytes), 11) +
             padLeft(bytesText(s.retained), 11) + padLeft(percentText(part(s.retained)), 8) + " " + types_[i] + "\n";
    }
  }

  void biggest() {
    heading(padLeft("retained", 10) + padLeft("own", 11) + "  object and the way to it");
    std::vector<uint32_t> order;
    for (uint32_t i = 1; i < graph_.nodes.size(); i++) {
      if (d_.parent[i] != Dominators::kNone) order.push_back(i);
    }
    size_t rows = std::min(options_.rows, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(rows), order.end(),
                      [this](uint32_t a, uint32_t b) {
                        return d_.retained[a] != d_.retained[b] ? d_.retained[a] > d_.retained[b] : a < b;
                      });
    for (size_t i = 0; i < rows; i++) {
      const HeapNode& n = graph_.nodes[order[i]];
      out += padLeft(bytesText(d_.retained[order[i]]), 10) + padLeft(bytesText(n.bytes), 11) + "  " + label(order[i]) +
             "   " + wayTo(graph_, d_, order[i]) + "\n";
    }
  }

  /// What dominates what, down to a hundredth of the heap; small ones of one type stand together.
  void tree() {
    heading("what keeps what alive (from a hundredth of the heap on)");
    branch(0, 0);
  }

  std::string label(uint32_t node) const {
    const HeapNode& n = graph_.nodes[node];
    std::string name = graph_.nameOf(n).substr(0, 60);
    for (char& c : name) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    return n.type == NodeType::kString ? '"' + name + '"' : name;
  }

  std::string out;

 private:
  double part(uint64_t bytes) const {
    return total_ == 0 ? 0.0 : static_cast<double>(bytes) / static_cast<double>(total_);
  }

  /// Goes down the tree of dominators, knowing which types are open above.
  void sumRetained() {
    std::vector<uint32_t> open(types_.size(), 0);
    struct Place {
      uint32_t node;
      size_t next;
    };
    std::vector<Place> stack = {{0, 0}};
    auto enter = [&](uint32_t node) {
      uint32_t type = typeIndex_[node];
      if (open[type]++ == 0) sums_[type].retained += d_.retained[node];
    };
    enter(0);
    while (!stack.empty()) {
      Place& top = stack.back();
      if (top.next == children_[top.node].size()) {
        open[typeIndex_[top.node]]--;
        stack.pop_back();
        continue;
      }
      uint32_t child = children_[top.node][top.next++];
      enter(child);
      stack.push_back({child, 0});
    }
  }

  void branch(uint32_t node, unsigned depth) {
    constexpr unsigned kMostDepth = 8;
    if (depth == kMostDepth) return;
    struct Group {
      uint64_t retained = 0, count = 0;
      uint32_t largest = 0;
    };
    constexpr double kAlone = 0.02;
    std::map<uint32_t, Group> groups;
    std::vector<Group> order;
    for (uint32_t child : children_[node]) {
      if (part(d_.retained[child]) >= kAlone) {
        order.push_back({d_.retained[child], 1, child});
        continue;
      }
      Group& g = groups[typeIndex_[child]];
      if (g.count++ == 0 || d_.retained[child] > d_.retained[g.largest]) g.largest = child;
      g.retained += d_.retained[child];
    }
    for (const auto& [type, g] : groups) {
      if (part(g.retained) >= 0.01) order.push_back(g);
    }
    std::sort(order.begin(), order.end(), [](const Group& a, const Group& b) {
      return a.retained != b.retained ? a.retained > b.retained : a.largest < b.largest;
    });
    for (const Group& g : order) {
      out += padLeft(percentText(part(g.retained)), 7) + padLeft(bytesText(g.retained), 10) + "  " +
             std::string(size_t{2} * depth, ' ');
      if (g.count == 1) {
        const HeapEdge& e = graph_.edges[d_.by[g.largest]];
        std::string by = graph_.edgeName(e);
        bool direct = d_.from[g.largest] == node && !by.empty();
        out += direct ? by + ": " + label(g.largest) + "\n"
                      : label(g.largest) + "   " + wayTo(graph_, d_, g.largest) + "\n";
        branch(g.largest, depth + 1);
      } else {
        out += std::to_string(g.count) + " of " + types_[typeIndex_[g.largest]] + "\n";
      }
    }
  }

  const HeapGraph& graph_;
  const HeapReportOptions& options_;
  Dominators d_;
  std::vector<std::string> types_;
  std::vector<TypeSum> sums_;
  std::vector<uint32_t> typeIndex_;  // of each node
  std::vector<std::vector<uint32_t>> children_;
  uint64_t total_ = 0;
};

}  // namespace

std::string heapText(const HeapGraph& graph, const HeapReportOptions& options) {
  Report r(graph, options);
  r.heading(bytesText(r.total()) + " in " + std::to_string(graph.nodes.size() - 1) + " objects");
  r.out += "\n";
  r.types();
  r.out += "\n";
  r.biggest();
  r.out += "\n";
  r.tree();
  return std::move(r.out);
}

std::string growthText(const HeapGraph& before, const HeapGraph& after, const HeapReportOptions& options) {
  std::unordered_set<uint64_t> old;
  std::unordered_map<std::string, uint64_t> countBefore;
  for (const HeapNode& n : before.nodes) {
    old.insert(n.id);
    countBefore[typeOf(before, n)]++;
  }
  struct Growth {
    uint64_t count = 0, fresh = 0, freshBytes = 0;
    std::map<std::string, uint64_t> ways;  // of new objects, by their number
  };
  Report r(after, options);
  std::map<std::string, Growth> growth;
  constexpr uint64_t kMostWays = 10'000;  // of a type: more say nothing new
  uint64_t bytesBefore = 0;
  for (const HeapNode& n : before.nodes) bytesBefore += n.bytes;
  for (uint32_t i = 1; i < after.nodes.size(); i++) {
    const HeapNode& n = after.nodes[i];
    Growth& g = growth[typeOf(after, n)];
    g.count++;
    if (old.contains(n.id)) continue;
    g.fresh++;
    g.freshBytes += n.bytes;
    if (g.fresh <= kMostWays) g.ways[wayTo(after, r.dominators(), i, true)]++;
  }
  std::vector<std::pair<std::string, const Growth*>> order;
  for (const auto& [type, g] : growth) {
    if (g.fresh != 0 && g.count > countBefore[type]) order.emplace_back(type, &g);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second->freshBytes != b.second->freshBytes ? a.second->freshBytes > b.second->freshBytes
                                                        : a.first < b.first;
  });
  r.heading("from " + bytesText(bytesBefore) + " to " + bytesText(r.total()));
  r.out += "\n";
  if (order.empty()) r.out += "no type has more objects than before\n";
  for (size_t i = 0; i < order.size() && i < options.rows; i++) {
    const auto& [type, g] = order[i];
    r.heading(type + ": " + std::to_string(countBefore[type]) + " -> " + std::to_string(g->count) + ", " +
              std::to_string(g->fresh) + " new ones of " + bytesText(g->freshBytes));
    std::vector<std::pair<uint64_t, std::string>> ways;
    for (const auto& [way, count] : g->ways) ways.emplace_back(count, way);
    std::sort(ways.begin(), ways.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (size_t k = 0; k < ways.size() && k < 3; k++) {
      r.out += padLeft(std::to_string(ways[k].first), 10) + " at " + ways[k].second + "\n";
    }
  }
  return std::move(r.out);
}

}  // namespace devvm::inspect
