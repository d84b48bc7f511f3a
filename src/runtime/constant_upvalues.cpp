#include "runtime/constant_upvalues.h"

#include <array>

#include "bytecode/decode.h"

namespace devvm::runtime {

using bytecode::Instruction;
using bytecode::Op;
using bytecode::Upvalue;

namespace {

constexpr uint32_t kMost = 64;

uint64_t bit(uint32_t i) { return i < kMost ? uint64_t{1} << i : 0; }

/// What one function assigns: upvalues, and locals with cells (by slot; variables that share a slot count as one).
struct Assigned {
  uint64_t upvalues = 0;
  std::vector<bool> cells;
};

/// `local function f`: the cell is made, then the closure, which alone can know of it, and then the cell gets it.
bool isFirstValue(const Instruction& store, const Instruction& before, const Instruction& first) {
  return before.op == Op::kClosure && first.op == Op::kNewCell && first.operands[0] == store.operands[0];
}

Assigned assignedBy(const bytecode::Function& f) {
  Assigned out;
  out.cells.resize(f.locals);
  Instruction first, before;
  std::array<Instruction, 4> parts;
  uint32_t offset = 0;
  while (offset < f.code.size()) {
    Instruction whole = bytecode::decodeVerified({f.code.data(), f.code.size()}, offset);
    unsigned count = bytecode::expandComponents(whole, parts);
    for (unsigned i = 0; i < count; i++) {
      const Instruction& c = parts[i];
      if (c.op == Op::kSetUpvalue) out.upvalues |= bit(static_cast<uint32_t>(c.operands[0]));
      if (c.op == Op::kSetCell && !isFirstValue(c, before, first)) {
        out.cells[static_cast<size_t>(c.operands[0])] = true;
      }
      first = before;
      before = c;
    }
    offset += whole.length;
  }
  return out;
}

}  // namespace

std::vector<uint64_t> constantUpvalues(const bytecode::Module& module) {
  size_t count = module.functions.size();
  std::vector<Assigned> assigned;
  std::vector<uint32_t> order{module.mainFunction};  // parents before their children; each function has one parent
  for (const bytecode::Function& f : module.functions) assigned.push_back(assignedBy(f));
  for (size_t i = 0; i < order.size() && order.size() <= count; i++) {
    const auto& children = module.functions[order[i]].children;
    order.insert(order.end(), children.begin(), children.end());
  }
  std::vector<uint64_t> constant(count);
  if (order.size() > count) return constant;
  // What a function assigns its parents' variables are assigned, ...
  for (size_t i = order.size(); i-- > 0;) {
    for (uint32_t child : module.functions[order[i]].children) {
      const auto& upvalues = module.functions[child].upvalues;
      for (uint32_t u = 0; u < upvalues.size(); u++) {
        if (u < kMost && (assigned[child].upvalues & bit(u)) == 0) continue;
        if (upvalues[u].from == Upvalue::From::kParentLocal) assigned[order[i]].cells[upvalues[u].index] = true;
        if (upvalues[u].from == Upvalue::From::kParentUpvalue) assigned[order[i]].upvalues |= bit(upvalues[u].index);
      }
    }
  }
  // ... and what nobody assigns is constant in all of them.
  constant[module.mainFunction] = ~assigned[module.mainFunction].upvalues;
  for (uint32_t parent : order) {
    for (uint32_t child : module.functions[parent].children) {
      const auto& upvalues = module.functions[child].upvalues;
      for (uint32_t u = 0; u < upvalues.size() && u < kMost; u++) {
        bool is = true;
        if (upvalues[u].from == Upvalue::From::kParentLocal) is = !assigned[parent].cells[upvalues[u].index];
        if (upvalues[u].from == Upvalue::From::kParentUpvalue) is = (constant[parent] & bit(upvalues[u].index)) != 0;
        if (is) constant[child] |= bit(u);
      }
    }
  }
  return constant;
}

}  // namespace devvm::runtime
