#include "tools/graph_views.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "runtime/code.h"

namespace devvm::tools {

using jit::DescribedBlock;
using jit::DescribedGraph;
using jit::DescribedNode;

namespace {

std::string textOf(const DescribedNode& n) { return n.note.empty() ? n.text : n.text + "  " + n.note; }

/// Within a quoted string of Graphviz.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string headOf(const DescribedBlock& b) {
  std::string text = "b" + std::to_string(b.id) + ":";
  if (b.isLoop) text += " loop";
  if (b.isRare) text += " rare";
  return text;
}

}  // namespace

GraphViews::GraphViews(GraphForm form) : form_(form) {
  if (form != GraphForm::kJson) return;
  json_.beginObject();
  json_.key("graphs");
  json_.beginArray();
}

std::string GraphViews::take() {
  if (form_ != GraphForm::kJson) return std::move(out_);
  json_.endArray();
  json_.endObject();
  return json_.take() + "\n";
}

void GraphViews::add(const runtime::Code& code, uint32_t entry, const jit::Description& d, const std::string& refusal,
                     const std::string& fault) {
  const std::string& own = code.function->name;
  uint32_t first = code.function->lineDefined;
  std::string name = !own.empty() ? own : first == 0 ? "main chunk" : "(anonymous)";
  std::string place = code.module->shortName + ":" + std::to_string(first);
  uint32_t line = runtime::lineAt(code, entry);
  std::string title = name + " " + place + (entry == 0 ? "" : ", loop of line " + std::to_string(line));
  if (form_ == GraphForm::kJson) {
    json_.line();
    json_.beginObject();
    json_.field("function", name);
    json_.field("source", code.module->shortName);
    json_.field("line", uint64_t{first});
    json_.field("entry", uint64_t{entry});
    if (entry != 0) json_.field("entryLine", uint64_t{line});
    if (!refusal.empty()) json_.field("refusal", refusal);
    if (!fault.empty()) json_.field("fault", fault);
    json_.key("functions");
    json_.beginArray();
    for (const jit::DescribedFunction& f : d.functions) {
      json_.beginObject();
      json_.field("name", f.name);
      json_.field("line", uint64_t{f.line});
      if (f.caller >= 0) {
        json_.field("caller", static_cast<uint64_t>(f.caller));
        json_.field("callLine", uint64_t{f.callLine});
      }
      json_.endObject();
    }
    json_.endArray();
    json_.key("stages");
    json_.beginArray();
    for (const DescribedGraph& g : d.graphs) json(g);
    json_.endArray();
    json_.endObject();
    return;
  }
  const char* comment = form_ == GraphForm::kDot ? "// " : "";
  if (!refusal.empty() || !fault.empty()) out_ += comment + title + ": " + refusal + fault + "\n";
  for (size_t i = 0; i < d.graphs.size(); i++) {
    std::string stage = title + ", after " + d.graphs[i].stage;
    if (form_ == GraphForm::kDot) {
      dot(stage, d.graphs[i]);
    } else if (i != 0) {
      out_ += stage + ":\n";
      diff(d.graphs[i - 1], d.graphs[i]);
    }
  }
}

void GraphViews::dot(const std::string& title, const DescribedGraph& graph) {
  out_ += "digraph \"" + escaped(title) + "\" {\n  label=\"" + escaped(title) +
          "\"; labelloc=t; fontname=monospace;\n  node [shape=box, fontname=monospace, fontsize=10];\n";
  std::unordered_map<uint32_t, size_t> order;
  for (size_t i = 0; i < graph.blocks.size(); i++) order[graph.blocks[i].id] = i;
  for (size_t i = 0; i < graph.blocks.size(); i++) {
    const DescribedBlock& b = graph.blocks[i];
    std::string id = "b" + std::to_string(b.id);
    out_ += "  " + id + " [label=\"" + headOf(b) + "\\l";
    for (const DescribedNode& n : b.nodes) out_ += escaped(textOf(n)) + "\\l";
    out_ += '"';
    if (b.isLoop) out_ += ", penwidth=2";
    if (b.isRare) out_ += ", color=gray, fontcolor=gray";
    out_ += "];\n";
    for (size_t s = 0; s < b.successors.size(); s++) {
      out_ += "  " + id + " -> b" + std::to_string(b.successors[s]);
      std::string attributes;
      if (b.successors.size() == 2) attributes = s == 0 ? "label=yes" : "label=no";
      if (auto to = order.find(b.successors[s]); to != order.end() && to->second <= i) {
        attributes += std::string(attributes.empty() ? "" : ", ") + "style=dashed";
      }
      out_ += attributes.empty() ? ";\n" : " [" + attributes + "];\n";
    }
  }
  out_ += "}\n";
}

/// Block by block, by the text of operations without frame states: these change with every value that does.
void GraphViews::diff(const DescribedGraph& before, const DescribedGraph& after) {
  using Lines = std::vector<std::string>;
  auto linesOf = [](const DescribedBlock& b) {
    Lines lines;
    for (const DescribedNode& n : b.nodes) lines.push_back(textOf(n));
    return lines;
  };
  std::map<uint32_t, Lines> old;
  for (const DescribedBlock& b : before.blocks) old[b.id] = linesOf(b);
  bool changed = false;
  auto show = [&](const std::string& head, const Lines& from, const Lines& to) {
    std::string text;
    std::map<std::string, int> count;
    for (const std::string& line : to) count[line]++;
    for (const std::string& line : from) {
      if (count[line]-- <= 0) text += "  - " + line + "\n";
    }
    count.clear();
    for (const std::string& line : from) count[line]++;
    for (const std::string& line : to) {
      if (count[line]-- <= 0) text += "  + " + line + "\n";
    }
    if (text.empty()) return;
    changed = true;
    out_ += head + "\n" + text;
  };
  for (const DescribedBlock& b : after.blocks) {
    auto at = old.find(b.id);
    show(headOf(b) + (at == old.end() ? " (new)" : ""), at == old.end() ? Lines() : at->second, linesOf(b));
    if (at != old.end()) old.erase(at);
  }
  for (const DescribedBlock& b : before.blocks) {
    if (auto at = old.find(b.id); at != old.end()) show(headOf(b) + " (gone)", at->second, {});
  }
  if (!changed) out_ += "  nothing has changed\n";
}

void GraphViews::json(const DescribedGraph& graph) {
  json_.line();
  json_.beginObject();
  json_.field("stage", graph.stage);
  json_.key("blocks");
  json_.beginArray();
  for (const DescribedBlock& b : graph.blocks) {
    json_.line();
    json_.beginObject();
    json_.field("id", uint64_t{b.id});
    json_.field("loopDepth", uint64_t{b.loopDepth});
    json_.key("loop");
    b.loop < 0 ? json_.null() : json_.number(static_cast<uint64_t>(b.loop));
    json_.key("isLoop");
    json_.boolean(b.isLoop);
    json_.key("isRare");
    json_.boolean(b.isRare);
    json_.key("nodes");
    json_.beginArray();
    for (const DescribedNode& n : b.nodes) {
      json_.beginObject();
      json_.field("id", uint64_t{n.id});
      json_.field("operation", jit::ir::opInfo(n.op).mnemonic);
      json_.field("type", jit::ir::typeName(n.type));
      json_.field("text", n.text);
      if (!n.note.empty()) json_.field("note", n.note);
      if (!n.state.empty()) json_.field("state", n.state);
      json_.key("inputs");
      json_.beginArray();
      for (uint32_t i : n.inputs) json_.number(i);
      json_.endArray();
      json_.field("function", uint64_t{n.function});
      json_.field("line", uint64_t{n.line});
      json_.endObject();
    }
    json_.endArray();
    json_.endObject();
  }
  json_.endArray();
  json_.line();
  json_.key("edges");
  json_.beginArray();
  for (const DescribedBlock& b : graph.blocks) {
    for (uint32_t s : b.successors) {
      json_.beginObject();
      json_.field("from", uint64_t{b.id});
      json_.field("to", uint64_t{s});
      json_.endObject();
    }
  }
  json_.endArray();
  json_.endObject();
}

}  // namespace devvm::tools
