#include "jit/builder/bytecode_graph.h"

#include <algorithm>

#include "bytecode/stack_effect.h"

namespace devvm::jit {

using bytecode::Instruction;
using bytecode::Op;
using runtime::Code;

namespace {

constexpr uint32_t kNone = UINT32_MAX;

std::span<const uint8_t> bytesOf(const Code& code) { return {code.entry, code.codeSize}; }
/// Control never reaches what follows; the tail of a fused instruction does follow.
bool ends(const Instruction& i) { return i.has(bytecode::kTerminates) && bytecode::tailOf(i.op) == Op::kNop; }
bool jumps(const Instruction& i) { return i.has(bytecode::kJumps) && i.info->operands.ends_with('j'); }

}  // namespace

bool BytecodeGraph::build(const Code& code, uint32_t entry) {
  code_ = &code;
  if (code.raw) {
    refusal_ = "it has raw locals";
    return false;
  }
  findBlocks(entry);
  if (refusal_ != nullptr || !findOrder(entry) || !findLoops()) return false;
  findLive();
  return true;
}

/// Blocks begin where jumps lead and behind jumps; depths are found on the way.
void BytecodeGraph::findBlocks(uint32_t entry) {
  const Code& code = *code_;
  std::vector<int32_t> depths(code.codeSize + 1, -1);
  std::vector<bool> leads(code.codeSize + 1);
  std::vector<uint32_t> open;
  auto reach = [&](uint32_t offset, uint32_t depth, bool leader) {
    if (leader) leads[offset] = true;
    if (depths[offset] >= 0) return false;
    depths[offset] = static_cast<int32_t>(depth);
    return true;
  };
  // Operand stacks are empty at the heads of loops that the interpreter changes over at (their entry is a statement).
  reach(entry, 0, true);
  open.push_back(entry);
  while (!open.empty()) {
    uint32_t offset = open.back();
    open.pop_back();
    for (;;) {
      Instruction i = bytecode::decodeVerified(bytesOf(code), offset);
      if (i.op == Op::kSwitch) {
        refusal_ = "it has a switch";
        return;
      }
      bytecode::StackEffect effect = bytecode::stackEffect(i);
      if (static_cast<int32_t>(effect.pops) > depths[offset]) {
        refusal_ = "a loop with operands around it";
        return;
      }
      uint32_t below = static_cast<uint32_t>(depths[offset]) - effect.pops;
      if (jumps(i)) {
        auto target = static_cast<uint32_t>(i.target());
        if (reach(target, below + effect.jumpPushes, true)) open.push_back(target);
        if (!ends(i)) leads[i.end()] = true;
      }
      if (ends(i) || !reach(i.end(), below + effect.pushes, leads[i.end()])) break;
      offset = i.end();
    }
  }
  blockAt_.assign(code.codeSize + 1, kNone);
  for (uint32_t offset = 0; offset < code.codeSize; offset += bytecode::instructionLength(code.entry + offset)) {
    if (depths[offset] < 0) continue;
    if (leads[offset]) {
      blockAt_[offset] = static_cast<uint32_t>(blocks_.size());
      BytecodeBlock& b = blocks_.emplace_back();
      b.start = offset;
      b.depth = static_cast<uint32_t>(depths[offset]);
    }
    BytecodeBlock& b = blocks_.back();
    b.end = offset + bytecode::instructionLength(code.entry + offset);
  }
  for (uint32_t n = 0; n < blocks_.size(); n++) {
    BytecodeBlock& b = blocks_[n];
    Instruction last;
    for (uint32_t offset = b.start; offset < b.end; offset = last.end()) {
      last = bytecode::decodeVerified(bytesOf(code), offset);
    }
    auto add = [&](uint32_t offset) {
      uint32_t to = blockAt_[offset];
      b.successors.push_back(to);
      blocks_[to].predecessors.push_back(n);
    };
    if (jumps(last)) add(static_cast<uint32_t>(last.target()));
    if (!ends(last)) add(last.end());
  }
}

bool BytecodeGraph::findOrder(uint32_t entry) {
  number_.assign(blocks_.size(), kNone);
  std::vector<std::pair<uint32_t, size_t>> stack{{blockAt_[entry], 0}};
  std::vector<uint32_t> postorder;
  constexpr uint32_t kSeen = kNone - 1;
  number_[blockAt_[entry]] = kSeen;
  while (!stack.empty()) {
    auto& [n, next] = stack.back();
    const BytecodeBlock& b = blocks_[n];
    if (next == b.successors.size()) {
      postorder.push_back(n);
      stack.pop_back();
      continue;
    }
    // A jump's target first: what follows comes next in reverse postorder.
    uint32_t to = b.successors[next++];
    if (number_[to] != kNone) continue;
    number_[to] = kSeen;
    stack.emplace_back(to, 0);
  }
  order_.assign(postorder.rbegin(), postorder.rend());
  for (uint32_t i = 0; i < order_.size(); i++) number_[order_[i]] = i;
  return true;
}

bool BytecodeGraph::findLoops() {
  uint32_t locals = code_->locals;
  std::vector<LocalSet> writes(blocks_.size(), LocalSet(locals));
  for (uint32_t n : order_) {
    for (uint32_t offset = blocks_[n].start; offset < blocks_[n].end;) {
      Instruction i = bytecode::decodeVerified(bytesOf(*code_), offset);
      forLocals(
          i, [](uint32_t, uint32_t) {},
          [&](uint32_t first, uint32_t count) {
            for (uint32_t l = first; l < first + count; l++) writes[n].add(l);
          });
      offset = i.end();
    }
  }
  std::vector<uint32_t> mark(blocks_.size(), kNone), work;
  for (uint32_t n : order_) {
    BytecodeBlock& header = blocks_[n];
    for (uint32_t p : header.predecessors) {
      if (number_[p] == kNone || number_[p] < number_[n]) continue;
      header.isLoop = true;
      work.push_back(p);
    }
    if (!header.isLoop) continue;
    header.written = writes[n];
    mark[n] = n;
    while (!work.empty()) {
      uint32_t b = work.back();
      work.pop_back();
      if (mark[b] == n) continue;
      if (number_[b] < number_[n]) {
        refusal_ = "a loop with several ways in";
        return false;
      }
      mark[b] = n;
      header.written.addAll(writes[b]);
      for (uint32_t p : blocks_[b].predecessors) {
        if (number_[p] != kNone) work.push_back(p);
      }
    }
  }
  return true;
}

void BytecodeGraph::addVariables(uint32_t offset, LocalSet& live) const {
  for (const auto& v : code_->function->variables) {
    if (v.start <= offset && offset < v.end) live.add(v.slot);
  }
  // Errors are caught by the interpreter; its handler may read any local.
  for (const auto& r : code_->function->regions) {
    if (r.start > offset || offset >= r.end) continue;
    for (uint32_t l = 0; l < code_->locals; l++) live.add(l);
  }
}

void BytecodeGraph::before(const Instruction& i, LocalSet& live) const {
  forLocals(
      i, [](uint32_t, uint32_t) {},
      [&](uint32_t first, uint32_t count) {
        for (uint32_t l = first; l < first + count; l++) live.remove(l);
      });
  forLocals(
      i,
      [&](uint32_t first, uint32_t count) {
        for (uint32_t l = first; l < first + count; l++) live.add(l);
      },
      [](uint32_t, uint32_t) {});
  // Closures capture cells and values of locals.
  if (i.op != Op::kClosure) return;
  const Code* made = runtime::as<runtime::PrototypeObject>(code_->children[static_cast<size_t>(i.operands[0])])->code;
  for (const bytecode::Upvalue& u : made->function->upvalues) {
    if (u.from != bytecode::Upvalue::From::kParentUpvalue) live.add(u.index);
  }
}

void BytecodeGraph::liveWithin(uint32_t n, std::vector<Instruction>& instructions, std::vector<LocalSet>& live) const {
  const BytecodeBlock& b = blocks_[n];
  instructions.clear();
  for (uint32_t offset = b.start; offset < b.end; offset = instructions.back().end()) {
    instructions.push_back(bytecode::decodeVerified(bytesOf(*code_), offset));
  }
  LocalSet now(code_->locals);
  for (uint32_t s : b.successors) now.addAll(blocks_[s].live);
  live.assign(instructions.size(), LocalSet());
  for (size_t i = instructions.size(); i-- > 0;) {
    before(instructions[i], now);
    live[i] = now;
    addVariables(instructions[i].offset, live[i]);
  }
}

void BytecodeGraph::findLive() {
  for (BytecodeBlock& b : blocks_) b.live = LocalSet(code_->locals);
  std::vector<Instruction> instructions;
  std::vector<LocalSet> live;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = order_.size(); i-- > 0;) {
      liveWithin(order_[i], instructions, live);
      changed = blocks_[order_[i]].live.addAll(live.front()) || changed;
    }
  }
}

}  // namespace devvm::jit
