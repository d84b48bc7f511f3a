#include "jit/optimizer/description.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>

#include "bytecode/module.h"
#include "runtime/code.h"
#include "runtime/native.h"
#include "runtime/strings.h"

namespace devvm::jit {

size_t DescribedGraph::nodeCount() const {
  size_t sum = 0;
  for (const DescribedBlock& b : blocks) sum += b.nodes.size();
  return sum;
}

bool isCheckOrLoad(ir::Op op) {
  using ir::Op;
  if (op == Op::kNewTable || op == Op::kNewCell || op == Op::kNewClosure || op == Op::kCallFast ||
      op == Op::kCallLeaf || op == Op::kToTagged) {
    return false;
  }
  uint8_t flags = ir::opInfo(op).flags;
  return (flags & ir::kTerminator) == 0 && (flags & (ir::kGuard | ir::kReads)) != 0;
}

namespace {

uint32_t lineOf(const ir::Function& f, uint32_t offset) {
  return f.code != nullptr && offset < f.code->codeSize ? runtime::lineAt(*f.code, offset) : 0;
}

DescribedFunction describe(const ir::Function& f) {
  DescribedFunction d;
  d.code = f.code;
  if (f.code != nullptr) {
    d.name = f.code->function->name;
    d.source = f.code->module->shortName;
    d.line = f.code->function->lineDefined;
  }
  if (f.caller != nullptr) {
    d.caller = static_cast<int32_t>(f.caller->number);
    d.callOffset = f.callOffset;
    d.callLine = lineOf(*f.caller, f.callOffset);
  }
  return d;
}

/// What a node's aux stands for, where the text has a number that says nothing.
std::string noteOf(const ir::Node& n) {
  using ir::Op;
  switch (n.op) {
    case Op::kIsClosure:
    case Op::kCheckClosure:
    case Op::kNewClosure:
    case Op::kVirtualClosure:
    case Op::kTailCall: {
      if (n.aux == 0) return "";  // a function that is not known
      const bytecode::Function& f = *n.pointer<runtime::Code>()->function;
      return f.name.empty() ? "function of line " + std::to_string(f.lineDefined) : f.name;
    }
    case Op::kCheckNative:
    case Op::kCallFast: {
      const char* name = n.pointer<runtime::NativeInfo>()->name;
      return name != nullptr ? name : "";
    }
    case Op::kConstant: {
      heap::Value v = n.value();
      if (v.isString()) return "\"" + std::string(runtime::asString(v)->view().substr(0, 40)) + "\"";
      return v.isTable() ? "a table" : v.isFunction() ? "a function" : "";
    }
    default: return "";
  }
}

DescribedNode describe(const ir::Node& n) {
  DescribedNode d;
  d.id = n.id;
  d.op = n.op;
  d.type = n.type;
  d.text = ir::print(n);
  if (n.state != nullptr) {
    if (size_t at = d.text.find(" ["); at != d.text.npos) {
      d.state = d.text.substr(at + 1);
      d.text.resize(at);
    }
  }
  if (n.origin.function == nullptr || n.origin.function->code != nullptr) d.note = noteOf(n);
  for (uint32_t i = 0; i < n.inputCount(); i++) d.inputs.push_back(n.input(i)->id);
  if (n.origin.function != nullptr) {
    d.function = n.origin.function->number;
    d.offset = n.origin.offset;
    d.line = lineOf(*n.origin.function, n.origin.offset);
  }
  return d;
}

}  // namespace

void Describer::observe(const ir::Graph& graph, passes::PassOptions& options) {
  stage("graph building", graph);
  options.printAfter = ~passes::PassSet{0};
  options.printContext = this;
  options.print = [](void* context, std::string_view, const char* pass, const ir::Graph& g) {
    static_cast<Describer*>(context)->stage(pass, g);
  };
}

void Describer::calls(const std::vector<InlineDecision>& decisions) {
  for (const InlineDecision& d : decisions) {
    DescribedCall& c = out_.calls.emplace_back();
    c.caller = d.caller;
    c.offset = d.offset;
    c.line = runtime::lineAt(*d.caller, d.offset);
    c.callee = d.callee;
    c.name = d.callee->function->name;
    c.calleeLine = d.callee->function->lineDefined;
    c.bytes = d.callee->codeSize;
    c.depth = d.depth;
    c.inlined = d.inlined;
    c.reason = d.reason;
  }
}

void Describer::stage(const char* name, const ir::Graph& graph) {
  auto began = std::chrono::steady_clock::now();
  while (out_.functions.size() < graph.functions.size()) {
    out_.functions.push_back(describe(graph.functions[out_.functions.size()]));
  }
  DescribedGraph g;
  g.stage = name;
  for (const ir::Block* b : graph.blocks()) {
    DescribedBlock& d = g.blocks.emplace_back();
    d.id = b->id;
    if (b->loop != nullptr) d.loop = b->loop->id;
    d.loopDepth = b->loopDepth;
    d.isLoop = b->isLoop;
    d.isRare = b->isRare;
    for (const ir::Block* p : b->predecessors) d.predecessors.push_back(p->id);
    for (const ir::Block* s : b->successors) d.successors.push_back(s->id);
    for (const ir::Node* n = b->first; n != nullptr; n = n->next) d.nodes.push_back(describe(*n));
  }
  if (out_.graphs.empty()) {
    out_.nodesBuilt = static_cast<uint32_t>(g.nodeCount());
    out_.blocksBuilt = static_cast<uint32_t>(g.blocks.size());
  } else {
    compare(name, out_.graphs.back(), g);
    if (!out_.allStages) out_.graphs.clear();
  }
  out_.graphs.push_back(std::move(g));
  out_.nanos += static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began).count());
}

void Describer::compare(const char* pass, const DescribedGraph& before, const DescribedGraph& after) {
  struct Counts {
    uint32_t before = 0, after = 0;
    uint32_t depthBefore = 0, depthAfter = 0;
  };
  std::map<std::tuple<uint32_t, uint32_t, ir::Op>, Counts> all;
  auto count = [&all](const DescribedGraph& g, uint32_t Counts::* number, uint32_t Counts::* depth) {
    for (const DescribedBlock& b : g.blocks) {
      for (const DescribedNode& n : b.nodes) {
        if (!isCheckOrLoad(n.op)) continue;
        Counts& c = all[{n.function, n.line, n.op}];
        c.*number += 1;
        c.*depth += b.loopDepth;
      }
    }
  };
  count(before, &Counts::before, &Counts::depthBefore);
  count(after, &Counts::after, &Counts::depthAfter);
  PassChanges p{pass, {}};
  for (const auto& [key, c] : all) {
    CheckChange change{std::get<2>(key), std::get<0>(key), std::get<1>(key)};
    if (c.after < c.before) change.removed = c.before - c.after;
    if (c.after > c.before) change.added = c.after - c.before;
    if (c.after == c.before && c.depthAfter < c.depthBefore) {
      change.moved = std::min(c.after, c.depthBefore - c.depthAfter);
    }
    if (change.removed + change.added + change.moved != 0) p.changes.push_back(change);
  }
  if (!p.changes.empty()) out_.passes.push_back(std::move(p));
}

}  // namespace devvm::jit
