// The middle steps of FunctionBuilder::finish(): jump threading, small rewritings that are always right,
// dropping unreachable code, and fusion. Targets are instruction indices here.
#include <algorithm>
#include <unordered_map>

#include "bytecode/builder.h"

namespace devvm::bytecode {
namespace {

bool isTestJump(Op op) { return op == Op::kJumpIfFalse || op == Op::kJumpIfTrue; }
Op opposite(Op testJump) { return testJump == Op::kJumpIfFalse ? Op::kJumpIfTrue : Op::kJumpIfFalse; }

/// Truth of what a constant-pushing instruction pushes: 1, 0, or -1 if it is no such instruction.
int constantTruth(Op op) {
  switch (op) {
    case Op::kNil:
    case Op::kFalse: return 0;
    case Op::kTrue:
    case Op::kInt8:
    case Op::kInt16: return 1;
    default: return -1;
  }
}

uint64_t sequenceKey(const Op* ops, unsigned count) {
  uint64_t key = count;
  for (unsigned i = 0; i < count; ++i) key = key << 10 | static_cast<uint64_t>(ops[i]);
  return key;
}

/// Fusions by the sequence that they stand for.
const std::unordered_map<uint64_t, const FusionInfo*>& fusionTable() {
  static const auto table = [] {
    std::unordered_map<uint64_t, const FusionInfo*> result;
    size_t count = 0;
    const FusionInfo* all = fusions(count);
    for (size_t i = 0; i < count; ++i) result.emplace(sequenceKey(all[i].components.data(), all[i].count), &all[i]);
    return result;
  }();
  return table;
}

/// Whether some fusion has a sequence that begins with `op`.
bool beginsFusion(Op op) {
  static const auto begins = [] {
    std::array<bool, kOpTableSize> result{};
    size_t count = 0;
    const FusionInfo* all = fusions(count);
    for (size_t i = 0; i < count; ++i) result[static_cast<size_t>(all[i].components[0])] = true;
    return result;
  }();
  return begins[static_cast<size_t>(op)];
}

}  // namespace

template <typename Visitor>
void FunctionBuilder::forEachTarget(const Instruction& instruction, Visitor visit) {
  if (instruction.op == Op::kSwitch) {
    for (uint32_t target : switches_[static_cast<size_t>(instruction.operands[0])].targets) visit(target);
  } else if (instruction.target != kNoTarget) {
    visit(instruction.target);
  }
}

/// Lets jumps to unconditional jumps go to the end of the chain, and jumps of `and`/`or` that land on a
/// test go where the test sends them.
void FunctionBuilder::threadJumps() {
  // Chains are followed a bounded number of steps, which keeps this linear and ends cycles.
  constexpr int kMaxSteps = 16;
  auto end = static_cast<uint32_t>(instructions_.size());
  auto follow = [&](uint32_t target) {
    for (int step = 0; step < kMaxSteps && target < end; ++step) {
      // A loop that is left at once is part of the chain.
      uint32_t next = target;
      while (next < end && instructions_[next].op == Op::kLoopHead) ++next;
      if (next == end || instructions_[next].op != Op::kJump) break;
      target = instructions_[next].target;
    }
    return target;
  };
  for (Instruction& in : instructions_) {
    if (in.target == kNoTarget) continue;
    // Back-edges must stay backward: the first instruction of the loop may be a jump out of it.
    if (in.op == Op::kLoop || in.op == Op::kForLoop || in.op == Op::kForInTest) continue;
    in.target = follow(in.target);
    if (in.op == Op::kJump && in.target < end && instructions_[in.target].op == Op::kLoop) {
      uint32_t head = instructions_[in.target].target;
      if (head <= static_cast<uint32_t>(&in - instructions_.data())) {  // a back-edge from here as well
        in.op = Op::kLoop;
        in.target = head;
        continue;
      }
    }
    for (int step = 0; step < kMaxSteps && in.target < end; ++step) {
      bool keepFalse = in.op == Op::kJumpIfFalseKeep;
      if (!keepFalse && in.op != Op::kJumpIfTrueKeep) break;
      const Instruction& next = instructions_[in.target];
      bool pops = isTestJump(next.op);
      if (!pops && next.op != Op::kJumpIfFalseKeep && next.op != Op::kJumpIfTrueKeep) break;
      bool nextOnFalse = next.op == Op::kJumpIfFalse || next.op == Op::kJumpIfFalseKeep;
      bool taken = nextOnFalse == keepFalse;
      // A test that is not taken pops; so does a taken one without keep.
      if (pops || !taken) in.op = keepFalse ? Op::kJumpIfFalse : Op::kJumpIfTrue;
      in.target = follow(taken ? next.target : in.target + 1);
    }
  }
  for (SwitchTable& table : switches_) {
    for (uint32_t& target : table.targets) target = follow(target);
  }
}

/// Which instructions (and the end) are a jump target or the boundary or handler of a region.
std::vector<bool> FunctionBuilder::findTargets() {
  std::vector<bool> isTarget(instructions_.size() + 1);
  for (const Instruction& in : instructions_) {
    forEachTarget(in, [&isTarget](uint32_t target) { isTarget[target] = true; });
  }
  for (const PendingRegion& region : regions_) {
    isTarget[region.start] = isTarget[region.end] = isTarget[region.handler] = true;
  }
  return isTarget;
}

/// Rewrites targets, regions and variables after instructions moved; empty regions go away.
void FunctionBuilder::renumber(const std::vector<uint32_t>& newIndex) {
  for (Instruction& in : instructions_) {
    if (in.target != kNoTarget) in.target = newIndex[in.target];
  }
  for (SwitchTable& table : switches_) {
    for (uint32_t& target : table.targets) target = newIndex[target];
  }
  for (PendingRegion& region : regions_) {
    region.start = newIndex[region.start];
    region.end = newIndex[region.end];
    region.handler = newIndex[region.handler];
  }
  std::erase_if(regions_, [](const PendingRegion& region) { return region.start >= region.end; });
  for (PendingVariable& variable : variables_) {
    variable.start = newIndex[variable.start];
    variable.end = newIndex[variable.end];
  }
  std::erase_if(variables_, [](const PendingVariable& variable) { return variable.start >= variable.end; });
}

/// Tries to merge the test `jump` with what precedes it in `out`. Returns true if the jump is gone
/// altogether; otherwise `jump` (perhaps rewritten) is still to be appended.
bool FunctionBuilder::simplifyJump(const std::vector<bool>& isTarget, uint32_t index, Instruction& jump,
                                   std::vector<Instruction>& out, std::vector<bool>& outIsTarget) {
  if (isTarget[index]) return false;
  auto dropLast = [&] {
    out.pop_back();
    outIsTarget.pop_back();
  };
  while (!out.empty() && isTestJump(jump.op)) {
    Op last = out.back().op;
    bool lastIsTarget = outIsTarget.back();
    if (last == Op::kNot) {
      jump.op = opposite(jump.op);
      dropLast();
    } else if (int truth = constantTruth(last); truth >= 0) {
      bool taken = (truth == 1) == (jump.op == Op::kJumpIfTrue);
      dropLast();
      if (!taken) return true;
      jump.op = Op::kJump;
    } else if (last == Op::kEq || last == Op::kNe) {
      bool jumpsIfEqual = (last == Op::kEq) == (jump.op == Op::kJumpIfTrue);
      if (!lastIsTarget && out.size() >= 2 && out[out.size() - 2].op == Op::kNil) {
        // Comparing with nil never calls a metamethod.
        jump.op = jumpsIfEqual ? Op::kJumpIfNil : Op::kJumpIfNotNil;
        dropLast();
        dropLast();
      } else if (jump.op == Op::kJumpIfTrue) {
        // The fused comparisons end in jump_if_false.
        out.back().op = last == Op::kEq ? Op::kNe : Op::kEq;
        jump.op = Op::kJumpIfFalse;
      }
      return false;
    } else {
      return false;
    }
    // What was dropped may itself have been a target: then nothing further may be merged.
    if (lastIsTarget) return false;
  }
  return false;
}

/// One pass that rewrites short sequences inside basic blocks, and drops what follows a terminator up to
/// the next target.
void FunctionBuilder::simplify() {
  std::vector<bool> isTarget = findTargets();
  std::vector<Instruction> out;
  out.reserve(instructions_.size());
  std::vector<bool> outIsTarget;
  std::vector<uint32_t> newIndex(instructions_.size() + 1);
  bool reachable = true;
  auto end = static_cast<uint32_t>(instructions_.size());
  bool targetPending = false;  // a target whose instruction was dropped falls to the next one
  for (uint32_t i = 0; i < end; ++i) {
    newIndex[i] = static_cast<uint32_t>(out.size());
    reachable = reachable || isTarget[i];
    if (!reachable) continue;
    targetPending = targetPending || isTarget[i];
    Instruction in = instructions_[i];
    // What does nothing goes, unless a debugger would miss a step: its line has no other instruction.
    if (in.op == Op::kNop || (in.op == Op::kJump && in.target == i + 1)) {
      uint32_t next = i + 1;
      while (next < end && instructions_[next].op == Op::kLoopHead) ++next;
      size_t last = out.size();
      while (last > 0 && out[last - 1].op == Op::kLoopHead) --last;
      uint32_t before = last > 0 ? out[last - 1].line : 0, after = next < end ? instructions_[next].line : 0;
      if (in.line == before || in.line == after || in.line == 0) continue;
      in.op = Op::kNop;
      in.target = kNoTarget;
    }
    if (isTestJump(in.op) && !targetPending) {
      size_t before = out.size();
      bool gone = simplifyJump(isTarget, i, in, out, outIsTarget);
      // Labels of instructions merged away lead to what replaces them.
      newIndex[i] = static_cast<uint32_t>(out.size());
      if (out.size() < before) {
        targetPending = true;  // what was merged away may have been one
        for (uint32_t k = i; k > 0 && newIndex[k - 1] > out.size(); --k)
          newIndex[k - 1] = static_cast<uint32_t>(out.size());
      }
      if (gone) continue;
    }
    out.push_back(in);
    outIsTarget.push_back(targetPending);
    targetPending = false;
    if (opInfo(in.op).flags & kTerminates) reachable = false;
  }
  newIndex[instructions_.size()] = static_cast<uint32_t>(out.size());
  instructions_ = std::move(out);
  renumber(newIndex);
}

/// Drops instructions that control cannot reach. A handler is reachable when its region has a reachable
/// instruction.
void FunctionBuilder::dropUnreachable() {
  auto count = static_cast<uint32_t>(instructions_.size());
  // Regions nest, so each instruction has an innermost one and each region a parent; once a region is
  // active so are all around it, which keeps the whole search linear (sorting apart).
  std::vector<uint32_t> order(regions_.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    if (regions_[a].start != regions_[b].start) return regions_[a].start < regions_[b].start;
    if (regions_[a].end != regions_[b].end) return regions_[a].end > regions_[b].end;
    return a > b;
  });
  std::vector<uint32_t> parent(regions_.size(), kNoTarget), innermost(regions_.empty() ? 0 : count, kNoTarget), open;
  bool nested = true;
  size_t next = 0;
  for (uint32_t i = 0; i < innermost.size(); ++i) {
    while (!open.empty() && regions_[open.back()].end <= i) open.pop_back();
    while (next < order.size() && regions_[order[next]].start == i) {
      uint32_t region = order[next++];
      if (!open.empty()) {
        parent[region] = open.back();
        nested = nested && regions_[region].end <= regions_[open.back()].end;
      }
      open.push_back(region);
    }
    if (!open.empty()) innermost[i] = open.back();
  }

  std::vector<bool> reached(count), active(regions_.size());
  std::vector<uint32_t> queue;
  auto reach = [&](uint32_t target) {
    if (target < count && !reached[target]) {
      reached[target] = true;
      queue.push_back(target);
    }
  };
  if (count > 0) reach(0);
  if (!nested) {
    for (const PendingRegion& region : regions_) reach(region.handler);
  }
  while (!queue.empty()) {
    uint32_t i = queue.back();
    queue.pop_back();
    if (!innermost.empty()) {
      for (uint32_t r = innermost[i]; r != kNoTarget && !active[r]; r = parent[r]) {
        active[r] = true;
        reach(regions_[r].handler);
      }
    }
    const Instruction& in = instructions_[i];
    forEachTarget(in, reach);
    if (!(opInfo(in.op).flags & kTerminates)) reach(i + 1);
  }

  std::vector<uint32_t> newIndex(count + 1);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; ++i) {
    newIndex[i] = kept;
    if (!reached[i]) continue;
    if (instructions_[i].op == Op::kJump) {
      // A jump over nothing but dropped code is not needed. (A backward jump cannot look like this.)
      uint32_t after = i + 1;
      while (after < count && !reached[after] && after < instructions_[i].target) ++after;
      if (after == instructions_[i].target && after < count) {
        while (after + 1 < count && instructions_[after].op == Op::kLoopHead && reached[after + 1]) ++after;
        uint32_t line = instructions_[i].line, before = kept > 0 ? instructions_[kept - 1].line : 0;
        if (line == before || line == instructions_[after].line || line == 0) continue;
        instructions_[i].op = Op::kNop;  // a step of its own, as in simplify()
        instructions_[i].target = kNoTarget;
      }
    }
    instructions_[kept++] = instructions_[i];
  }
  newIndex[count] = kept;
  instructions_.resize(kept);
  renumber(newIndex);
}

/// Replaces sequences by fused instructions so that the fewest dispatches remain in each basic block; among
/// equally good choices the longest sequence wins. get_local2 counts a little more than other instructions,
/// because it spares no work on the stack.
void FunctionBuilder::fuseInstructions() {
  constexpr uint32_t kCost = 4, kPairCost = 5;
  auto count = static_cast<uint32_t>(instructions_.size());
  std::vector<bool> isTarget = findTargets();
  const auto& table = fusionTable();
  std::vector<uint32_t> cost(count + 1);
  std::vector<const FusionInfo*> choice(count, nullptr);
  for (uint32_t i = count; i-- > 0;) {
    cost[i] = kCost + cost[i + 1];
    // An index that needs the wide form cannot be fused.
    auto isWide = [&](const Instruction& in) {
      if (in.op == Op::kGetLocal || in.op == Op::kSetLocal) return in.operands[0] > UINT8_MAX;
      return in.op == Op::kConst && in.operands[0] > UINT16_MAX;
    };
    if (!beginsFusion(instructions_[i].op) || isWide(instructions_[i])) continue;
    Op ops[4];
    unsigned length = 0;
    do {
      ops[length] = instructions_[i + length].op;
      ++length;
      if (length < 2) continue;
      auto found = table.find(sequenceKey(ops, length));
      if (found == table.end()) continue;
      // A tail that may raise or ends the function has to be on the same line: lines are counted by instruction.
      const Instruction& last = instructions_[i + length - 1];
      if (found->second->tail && last.line != instructions_[i + length - 2].line &&
          (opInfo(last.op).flags & (kMayRaise | kTerminates))) {
        continue;
      }
      uint32_t with = (found->second->fused == Op::kGetLocal2 ? kPairCost : kCost) + cost[i + length];
      if (with < cost[i] || (with == cost[i] && choice[i] != nullptr)) {
        cost[i] = with;
        choice[i] = found->second;
      }
    } while (length < 4 && i + length < count && !isTarget[i + length] && !isWide(instructions_[i + length]));
  }

  std::vector<Instruction> out;
  out.reserve(count);
  std::vector<uint32_t> newIndex(count + 1);
  for (uint32_t i = 0; i < count;) {
    const FusionInfo* fusion = choice[i];
    auto here = static_cast<uint32_t>(out.size());
    if (fusion == nullptr) {
      newIndex[i] = here;
      out.push_back(instructions_[i++]);
      continue;
    }
    Instruction fused{};
    fused.op = fusion->fused;
    fused.line = instructions_[i].line;
    fused.column = instructions_[i].column;
    unsigned swallowed = fusion->count - fusion->tail;
    for (unsigned c = 0; c < swallowed; ++c) {
      const Instruction& part = instructions_[i + c];
      newIndex[i + c] = here;
      for (unsigned k = 0; k < part.count; ++k) fused.operands[fused.count++] = part.operands[k];
      if (opInfo(part.op).flags & kMayRaise) {
        fused.line = part.line;
        fused.column = part.column;
      }
    }
    out.push_back(fused);
    if (fusion->tail) {
      newIndex[i + swallowed] = here + 1;
      out.push_back(instructions_[i + swallowed]);
    }
    i += fusion->count;
  }
  newIndex[count] = static_cast<uint32_t>(out.size());
  instructions_ = std::move(out);

  // A variable that begins or ends inside a fused sequence: inner indices all map to the fused instruction,
  // which would end the variable too early by that one instruction.
  for (PendingVariable& variable : variables_) {
    if (variable.end > 0 && variable.end <= count && newIndex[variable.end] == newIndex[variable.end - 1]) {
      uint32_t end = variable.end;
      while (end < count && newIndex[end] == newIndex[variable.end]) ++end;
      variable.end = end;
    }
  }
  renumber(newIndex);
}

}  // namespace devvm::bytecode
