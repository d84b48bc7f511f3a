#include "tools/graph_report.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "bytecode/decode.h"
#include "jit/optimizer/optimizer.h"
#include "tools/graph_views.h"
#include "tools/jit_listing.h"

namespace devvm::tools {

using runtime::Code;

namespace {

/// Offsets at which the optimizing compiler may enter: 0, and behind loop heads to which there is a way back.
std::vector<uint32_t> entriesOf(const Code& code) {
  std::vector<uint32_t> entries{0};
  for (const bytecode::Instruction& i : bytecode::Instructions({code.entry, code.codeSize})) {
    if (!i.has(bytecode::kJumps) || !i.info->operands.ends_with('j') || i.target() > i.offset) continue;
    auto target = static_cast<uint32_t>(i.target());
    if (std::find(entries.begin(), entries.end(), target) == entries.end()) entries.push_back(target);
  }
  return entries;
}

}  // namespace

namespace {

/// Functions of which anything was seen, those called `name` only if that is not empty.
std::vector<const Code*> functionsOf(const runtime::Isolate& isolate, const std::string& name) {
  std::vector<const Code*> codes;
  for (const Code* c = isolate.codes; c != nullptr; c = c->next) {
    std::string place = c->module->shortName + ":" + std::to_string(c->function->lineDefined);
    if (!name.empty() && !isNamed(c->function->name, c->function->lineDefined, name) && name != place) continue;
    if (c->feedbackVector != nullptr) codes.push_back(c);
  }
  std::reverse(codes.begin(), codes.end());
  return codes;
}

}  // namespace

std::string graphReport(runtime::Isolate& isolate, const std::string& name, GraphForm form) {
  std::vector<const Code*> codes = functionsOf(isolate, name);
  if (form != GraphForm::kText) {
    GraphViews views(form);
    for (const Code* c : codes) {
      for (uint32_t entry : entriesOf(*c)) {
        auto description = std::make_shared<jit::Description>();
        description->allStages = true;
        jit::GraphReport r = jit::describeGraph({.isolate = isolate,
                                                 .code = *c,
                                                 .entryOffset = entry,
                                                 .closure = {},
                                                 .failures = nullptr,
                                                 .description = description},
                                                false);
        views.add(*c, entry, *description, r.refusal != nullptr ? r.refusal : "", r.fault);
      }
    }
    return views.take();
  }
  std::string out;
  if (name.empty()) out += "function                       entry  bytes blocks  nodes inlined     us\n";
  for (const Code* c : codes) {
    const std::string& own = c->function->name;
    std::string place = c->module->shortName + ":" + std::to_string(c->function->lineDefined);
    for (uint32_t entry : entriesOf(*c)) {
      jit::GraphReport r = jit::describeGraph({isolate, *c, entry, nullptr, {}, nullptr}, !name.empty());
      char line[300];
      std::string label = place + (own.empty() ? "" : " " + own);
      if (r.refusal != nullptr) {
        std::snprintf(line, sizeof line, "%-30.30s %5u %6u  refused: %s\n", label.c_str(), entry, c->codeSize,
                      r.refusal);
      } else {
        std::snprintf(line, sizeof line, "%-30.30s %5u %6u %6u %6u %7u %6.0f%s%s\n", label.c_str(), entry, c->codeSize,
                      r.blocks, r.nodes, r.inlined, static_cast<double>(r.nanos) / 1e3, r.fault.empty() ? "" : "  ",
                      r.fault.c_str());
      }
      out += line;
      for (const std::string& line : r.inlining) out += "    " + line + "\n";
      if (!r.exits.empty()) {
        out += "    exits:";
        for (const std::string& e : r.exits) out += " " + e;
        out += "\n";
      }
      out += r.text;
    }
  }
  return out;
}

}  // namespace devvm::tools
