// The part of the verifier that looks at instructions one by one, and at the shape of the control flow.
#include <algorithm>

#include "bytecode/abstract_interpreter.h"

namespace devvm::bytecode {

/// The runtime stores wanted results in a byte of which 255 means "all".
constexpr int64_t kMaxResults = 254;

bool AbstractInterpreter::scan() {
  const auto size = static_cast<uint32_t>(function_.code.size());
  isStart_.assign(size + 1u, false);
  tracked_.assign(function_.locals, kNone);
  std::vector<bool> slotUsed(function_.feedbackSlots);
  Op expectedTail = Op::kNop;
  for (uint32_t offset = 0; offset < size;) {
    Instruction in;
    switch (decode(function_.code, offset, in)) {
      case DecodeStatus::kTruncated: return failAt(offset, "the last instruction is incomplete");
      case DecodeStatus::kNoSuchOpcode: return failAt(offset, "no such opcode");
      case DecodeStatus::kOk: break;
    }
    isStart_[offset] = true;
    offset_ = offset;
    mnemonic_ = in.info->mnemonic;
    if (expectedTail != Op::kNop && in.op != expectedTail) {
      return fail("must be " + std::string(opInfo(expectedTail).mnemonic) +
                  ", the tail of the fused instruction before it");
    }
    expectedTail = tailOf(in.op);
    std::array<Instruction, 4> parts;
    unsigned count = expandComponents(in, parts);
    for (unsigned i = 0; i < count; ++i) {
      if (!scanOperands(parts[i]) || !scanCounts(parts[i])) return false;
    }
    if (int f = in.find('f'); f >= 0) {
      auto slot = static_cast<size_t>(in.operands[static_cast<size_t>(f)]);
      if (slot >= slotUsed.size()) return fail("feedback slot " + std::to_string(slot) + " does not exist");
      if (slot != kSharedFeedbackSlot && slotUsed[slot]) {
        return fail("feedback slot " + std::to_string(slot) + " belongs to another instruction");
      }
      slotUsed[slot] = true;
    }
    offset = in.end();
  }
  if (size == 0) return failAt(0, "there is no code");
  if (expectedTail != Op::kNop) {
    return failAt(offset_,
                  "the tail of the fused instruction, " + std::string(opInfo(expectedTail).mnemonic) + ", is missing");
  }
  isStart_[size] = true;
  if (makesLists_) {
    for (size_t i = 0; i < tracked_.size() && i <= UINT8_MAX; ++i) tracked_[i] = 0;
  }
  for (size_t i = 0; i < tracked_.size(); ++i) {
    bool isRaw = declaredKind(static_cast<int64_t>(i)) != Kind::kValue;
    tracked_[i] = tracked_[i] == 0 || isRaw ? trackedCount_++ : kNone;
  }
  return scanRegions() && scanTargets();
}

bool AbstractInterpreter::scanOperands(const Instruction& in) {
  for (unsigned i = 0; i < in.operandCount; ++i) {
    int64_t value = in.operands[i];
    auto outside = [&](const char* what, size_t count) {
      return fail(std::string(what) + " " + std::to_string(value) + " does not exist (there are " +
                  std::to_string(count) + ")");
    };
    switch (in.info->operands[i]) {
      case 'l':
      case 'L':
        if (value >= function_.locals) return outside("local", function_.locals);
        break;
      case 'u':
        if (static_cast<size_t>(value) >= function_.upvalues.size())
          return outside("upvalue", function_.upvalues.size());
        break;
      case 'k':
      case 'K':
        // new_record's k comes with a count; scanCounts looks at it.
        if (in.op == Op::kNewRecord) break;
        if (static_cast<size_t>(value) >= function_.constants.size())
          return outside("constant", function_.constants.size());
        if (!scanConstant(in, static_cast<uint32_t>(value))) return false;
        break;
      case 'p':
        if (static_cast<size_t>(value) >= function_.children.size())
          return outside("child function", function_.children.size());
        break;
      case 't':
        if (value != 0) return fail("the type feedback operand must be 0");
        break;
      default: break;
    }
  }
  return true;
}

/// The constant's type: pushes take any, raw pushes their own, everything else uses it as a name.
bool AbstractInterpreter::scanConstant(const Instruction& in, uint32_t index) {
  const Constant& constant = function_.constants[index];
  const char* wanted = nullptr;
  switch (in.op) {
    case Op::kConst:
    case Op::kConstW: return true;
    case Op::kI64Const:
      if (!std::holds_alternative<int64_t>(constant)) wanted = "an integer";
      break;
    case Op::kF64Const:
      if (!std::holds_alternative<double>(constant)) wanted = "a float";
      break;
    default:
      if (!std::holds_alternative<std::string>(constant)) wanted = "a string";
      break;
  }
  return wanted == nullptr || fail("constant " + std::to_string(index) + " must be " + wanted);
}

bool AbstractInterpreter::scanCounts(const Instruction& in) {
  auto localsExist = [&](int64_t first, int64_t count) {
    if (first + count <= function_.locals) return true;
    return fail("locals " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                " do not all exist (there are " + std::to_string(function_.locals) + ")");
  };
  auto resultsFit = [&](int64_t count) { return count <= kMaxResults || fail("more than 254 results"); };
  switch (in.op) {
    case Op::kLocalNil: return localsExist(in.operands[0], in.operands[1]);
    case Op::kNewCell: tracked_[static_cast<size_t>(in.operands[0])] = 0; return true;
    case Op::kPackList: makesLists_ = true; return true;
    case Op::kConcat: return in.operands[0] >= 2 || fail("needs at least two values");
    case Op::kForPrep:
    case Op::kForLoop: return localsExist(in.operands[0], 4);
    case Op::kForInCall:
      if (in.operands[1] < 1) return fail("needs at least one result");
      return resultsFit(in.operands[1]) && localsExist(in.operands[0], 4);
    case Op::kForInTest:
      if (in.operands[1] < 1) return fail("needs at least one result");
      return localsExist(in.operands[0], 4 + in.operands[1]);
    case Op::kCall:
    case Op::kCallVar:
    case Op::kCoResume:
    case Op::kCoYield: return resultsFit(in.operands[1]);
    case Op::kVararg:
    case Op::kVarargOpen:
    case Op::kVarargCount: return function_.isVararg() || fail("the function has no variable arguments");
    case Op::kNewRecord: {
      auto count = static_cast<uint32_t>(in.operands[0]), first = static_cast<uint32_t>(in.operands[1]);
      if (first + count > function_.constants.size()) {
        return fail("constants " + std::to_string(first) + " to " + std::to_string(first + count - 1) +
                    " do not all exist");
      }
      for (uint32_t i = 0; i < count; ++i) {
        if (!scanConstant(in, first + i)) return false;
      }
      return true;
    }
    default: return true;
  }
}

bool AbstractInterpreter::scanTargets() {
  const auto size = static_cast<uint32_t>(function_.code.size());
  leaderAt_.assign(size, kNone);
  auto addLeader = [this](uint32_t offset) {
    if (leaderAt_[offset] == kNone) leaderAt_[offset] = 0;
  };
  addLeader(0);
  for (const ExceptionRegion& region : function_.regions) addLeader(region.handler);
  for (const Instruction& in : Instructions(function_.code)) {
    offset_ = in.offset;
    mnemonic_ = in.info->mnemonic;
    auto check = [&](int64_t target) {
      if (target < 0 || target >= int64_t{size})
        return fail("jumps out of the code, to byte " + std::to_string(target));
      auto to = static_cast<uint32_t>(target);
      if (!isStart_[to]) return fail("jumps into the middle of an instruction, to byte " + std::to_string(target));
      addLeader(to);
      bool charged = in.op == Op::kLoop || in.op == Op::kForLoop || in.op == Op::kForInTest;
      if (charged && to > in.offset) return fail("a back-edge must lead backward");
      if (!charged && to <= in.offset) unchargedBackEdge_ = true;
      return true;
    };
    if (in.op == Op::kSwitch) {
      for (unsigned i = 0; i <= in.switchCases; ++i) {
        if (!check(in.switchTarget(i))) return false;
      }
    } else if (in.find('j') >= 0 && !check(in.target())) {
      return false;
    }
  }
  for (uint32_t offset = 0; offset < size; ++offset) {
    if (leaderAt_[offset] == kNone) continue;
    leaderAt_[offset] = static_cast<uint32_t>(leaders_.size());
    leaders_.push_back(offset);
  }
  return !unchargedBackEdge_ || scanCycles();
}

bool AbstractInterpreter::scanRegions() {
  const auto size = static_cast<uint32_t>(function_.code.size());
  const auto& regions = function_.regions;
  auto splitsFused = [&](uint32_t at) {
    // A boundary must not separate a fused instruction from its tail: both run as one.
    for (uint32_t back = 1; back <= at && back <= 16; ++back) {
      if (!isStart_[at - back]) continue;
      return tailOf(decodeVerified(function_.code, at - back).op) != Op::kNop;
    }
    return false;
  };
  for (const ExceptionRegion& region : regions) {
    mnemonic_ = {};
    offset_ = region.start;
    if (region.start >= region.end || region.end > size || region.handler >= size) {
      return fail("an exception region does not lie in the code");
    }
    if (!isStart_[region.start] || !isStart_[region.end] || !isStart_[region.handler]) {
      return fail("an exception region does not begin and end at instructions");
    }
    if (splitsFused(region.start) || splitsFused(region.end))
      return fail("an exception region splits a fused instruction");
    if (region.depth >= function_.maxStack) return fail("an exception region's depth exceeds the operand stack");
    if (region.handler < region.end) unchargedBackEdge_ = true;
  }
  // Sweep in order of start, outer regions first; open regions form a stack.
  std::vector<uint32_t> order(regions.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    if (regions[a].start != regions[b].start) return regions[a].start < regions[b].start;
    if (regions[a].end != regions[b].end) return regions[a].end > regions[b].end;
    return a > b;
  });
  std::vector<uint32_t> open;
  auto note = [this](uint32_t offset, uint32_t region) {
    if (!regionMap_.empty() && regionMap_.back().first == offset) {
      regionMap_.back().second = region;
    } else {
      regionMap_.emplace_back(offset, region);
    }
  };
  auto closeUpTo = [&](uint32_t offset) {
    while (!open.empty() && regions[open.back()].end <= offset) {
      uint32_t end = regions[open.back()].end;
      open.pop_back();
      note(end, open.empty() ? kNone : open.back());
    }
  };
  for (uint32_t index : order) {
    const ExceptionRegion& region = regions[index];
    closeUpTo(region.start);
    if (!open.empty()) {
      const ExceptionRegion& outer = regions[open.back()];
      offset_ = region.start;
      if (region.end > outer.end) return fail("exception regions overlap without nesting");
      if (index > open.back()) return fail("an inner exception region must be listed before the outer one");
      if (region.depth < outer.depth)
        return fail("an inner exception region keeps less of the stack than the outer one");
    }
    open.push_back(index);
    note(region.start, index);
  }
  closeUpTo(size);
  return true;
}

uint32_t AbstractInterpreter::regionAt(uint32_t offset) const {
  auto after = std::upper_bound(regionMap_.begin(), regionMap_.end(), offset,
                                [](uint32_t value, const auto& entry) { return value < entry.first; });
  return after == regionMap_.begin() ? kNone : std::prev(after)->second;
}

/// Edges of the control flow that cost no fuel. Nodes are the offsets of leaders; behind them, regions. One
/// edge to each region that the block meets is enough: whoever enters the block later enters at a leader.
void AbstractInterpreter::successors(uint32_t node, std::vector<uint32_t>& out) const {
  const auto size = static_cast<uint32_t>(function_.code.size());
  out.clear();
  if (node >= size) {
    out.push_back(function_.regions[node - size].handler);
    return;
  }
  uint32_t lastRegion = kNone;
  for (uint32_t offset = node; offset < size;) {
    Instruction in = decodeVerified(function_.code, offset);
    uint32_t region = regionAt(offset);
    if (region != kNone && region != lastRegion) out.push_back(size + region);
    lastRegion = region;
    if (in.op == Op::kSwitch) {
      for (unsigned i = 0; i <= in.switchCases; ++i) out.push_back(static_cast<uint32_t>(in.switchTarget(i)));
    } else if (in.find('j') >= 0 && in.op != Op::kLoop && in.op != Op::kForLoop && in.op != Op::kForInTest) {
      out.push_back(static_cast<uint32_t>(in.target()));
    }
    if (in.has(kTerminates)) return;
    offset = in.end();
    if (offset < size && leaderAt_[offset] != kNone) {
      out.push_back(offset);
      return;
    }
  }
}

/// Depth-first search for a cycle without a charged back-edge. Needed only if some uncharged edge leads
/// backward at all.
bool AbstractInterpreter::scanCycles() {
  enum : uint8_t { kNew, kOpen, kDone };
  const size_t size = function_.code.size();
  std::vector<uint8_t> color(size + function_.regions.size(), kNew);
  struct Visit {
    uint32_t node;
    std::vector<uint32_t> next;
  };
  std::vector<Visit> path;
  auto enter = [&](uint32_t node) {
    color[node] = kOpen;
    path.push_back({node, {}});
    successors(node, path.back().next);
  };
  enter(0);
  while (!path.empty()) {
    Visit& top = path.back();
    if (top.next.empty()) {
      color[top.node] = kDone;
      path.pop_back();
      continue;
    }
    uint32_t next = top.next.back();
    top.next.pop_back();
    if (color[next] == kOpen) {
      return failAt(next < size ? next : function_.regions[next - size].handler, "a cycle without a loop instruction");
    }
    if (color[next] == kNew) enter(next);
  }
  return true;
}

}  // namespace devvm::bytecode
