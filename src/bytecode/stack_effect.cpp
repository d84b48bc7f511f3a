#include "bytecode/stack_effect.h"

#include <algorithm>

namespace devvm::bytecode {
namespace {

StackEffect fixed(uint32_t pops, uint32_t pushes) {
  StackEffect effect;
  effect.pops = pops;
  effect.pushes = effect.jumpPushes = pushes;
  effect.peak = pushes > pops ? pushes - pops : 0;
  return effect;
}

/// The opcodes whose row says "*", fused ones excepted.
StackEffect computedEffect(const Instruction& in) {
  auto operand = [&in](unsigned i) { return static_cast<uint32_t>(in.operands[i]); };
  switch (in.op) {
    case Op::kPopN: return fixed(operand(0), 0);
    case Op::kDup: return fixed(1, 2);
    case Op::kSwap: return fixed(2, 2);
    case Op::kRot: return fixed(3, 3);
    case Op::kPick: return fixed(operand(0) + 1, operand(0) + 2);
    case Op::kGetLocal:
    case Op::kGetLocalW: return fixed(0, 1);
    case Op::kSetLocal:
    case Op::kSetLocalW: return fixed(1, 0);
    case Op::kTeeLocal: return fixed(1, 1);
    case Op::kConcat: return fixed(operand(0), 1);
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep: {
      StackEffect effect = fixed(1, 0);
      effect.jumpPushes = 1;
      return effect;
    }
    case Op::kForInCall: return fixed(0, operand(1));
    case Op::kForInTest: return fixed(operand(1), 0);
    case Op::kCall:
    case Op::kCallVar: return fixed(operand(0) + 1, operand(1));
    case Op::kCallOpen:
    case Op::kCallVarOpen: return fixed(operand(0) + 1, 0);
    case Op::kTailCall:
    case Op::kTailCallVar: return fixed(operand(0) + 1, 0);
    case Op::kReturn:
    case Op::kReturnVar: return fixed(operand(0), 0);
    case Op::kVararg: return fixed(0, operand(0));
    case Op::kVarargOpen: return fixed(0, 0);
    case Op::kPackList: return fixed(operand(0), 1);
    case Op::kUnpackList: return fixed(1, 0);
    case Op::kInitField:
    case Op::kSetPrototype: return fixed(2, 1);
    case Op::kInitIndex: return fixed(3, 1);
    case Op::kSetList:
    case Op::kSetListVar: return fixed(operand(0) + 1, 1);
    case Op::kCoResume: return fixed(operand(0) + 1, operand(1));
    case Op::kCoYield: return fixed(operand(0), operand(1));
    case Op::kNewBlock: return fixed(operand(1), 1);
    case Op::kNewRecord: return fixed(operand(0), 1);
    default: return fixed(0, 0);  // not reached: the unit tests go through the whole table
  }
}

}  // namespace

StackEffect stackEffect(const Instruction& in) {
  if (fusionOf(in.op) != nullptr) {
    std::array<Instruction, 4> parts;
    unsigned count = expandComponents(in, parts);
    // Depths relative to the entry; `lowest` is how far below it the components reach.
    int64_t depth = 0, lowest = 0, peak = 0;
    StackEffect whole;
    for (unsigned i = 0; i < count; ++i) {
      StackEffect part = stackEffect(parts[i]);
      lowest = std::min(lowest, depth - int64_t{part.pops});
      peak = std::max(peak, depth + int64_t{part.peak});
      depth += int64_t{part.pushes} - int64_t{part.pops};
      whole.consumesOpen = whole.consumesOpen || part.consumesOpen;
      whole.producesOpen = part.producesOpen;
    }
    whole.pops = static_cast<uint32_t>(-lowest);
    whole.pushes = whole.jumpPushes = static_cast<uint32_t>(depth - lowest);
    whole.peak = static_cast<uint32_t>(peak);
    return whole;
  }
  std::string_view text = in.info->effect;
  StackEffect effect;
  if (text == "*") {
    effect = computedEffect(in);
  } else {
    size_t arrow = text.find('>');
    effect = fixed(static_cast<uint32_t>(arrow), static_cast<uint32_t>(text.size() - arrow - 1));
  }
  effect.consumesOpen = in.has(kConsumesOpen);
  effect.producesOpen = in.has(kProducesOpen);
  return effect;
}

namespace {

constexpr uint32_t kUnknown = UINT32_MAX;
constexpr uint32_t kDepthLimit = UINT16_MAX;

/// Walks the code forward from known depths; a place first reached by a backward jump is queued.
class DepthAnalysis {
 public:
  DepthAnalysis(const Function& function, std::string& error, uint32_t& errorOffset)
      : function_(function), error_(error), errorOffset_(errorOffset), depthAt_(function.code.size() + 1, kUnknown) {}

  bool run(uint16_t& maxStack) {
    bool good = walkAll();
    maxStack = static_cast<uint16_t>(std::min(highest_, kDepthLimit));
    return good;
  }

 private:
  bool walkAll() {
    if (!reach(0, 0, 0)) return false;
    for (const ExceptionRegion& region : function_.regions) {
      if (region.depth >= kDepthLimit) return fail(region.handler, "the operand stack is too deep");
      if (!reach(region.handler, region.depth + 1, region.handler)) return false;
    }
    while (!queue_.empty()) {
      uint32_t offset = queue_.back();
      queue_.pop_back();
      if (!walk(offset)) return false;
    }
    return true;
  }

  bool fail(uint32_t offset, const char* message) {
    error_ = message;
    errorOffset_ = offset;
    return false;
  }

  /// Notes that control can reach `target` with `depth`; queues it the first time.
  bool reach(int64_t target, uint32_t depth, uint32_t from) {
    if (target < 0 || target >= static_cast<int64_t>(function_.code.size())) {
      return fail(from, target == static_cast<int64_t>(function_.code.size()) ? "control reaches the end of the code"
                                                                              : "jump out of the code");
    }
    highest_ = std::max(highest_, depth);
    uint32_t& known = depthAt_[static_cast<size_t>(target)];
    if (known == kUnknown) {
      known = depth;
      queue_.push_back(static_cast<uint32_t>(target));
      return true;
    }
    return known == depth || fail(static_cast<uint32_t>(target), "operand stack depths disagree where control joins");
  }

  bool walk(uint32_t offset) {
    while (true) {
      Instruction in;
      if (decode(function_.code, offset, in) != DecodeStatus::kOk) return fail(offset, "not an instruction");
      uint32_t depth = depthAt_[offset];
      StackEffect effect = stackEffect(in);
      if (depth < effect.pops) return fail(offset, "the operand stack underflows");
      uint32_t after = depth - effect.pops + effect.pushes;
      uint32_t jumped = depth - effect.pops + effect.jumpPushes;
      highest_ = std::max({highest_, depth + effect.peak, after});
      if (highest_ > kDepthLimit) return fail(offset, "the operand stack is too deep");
      if (in.op == Op::kSwitch) {
        for (unsigned i = 0; i <= in.switchCases; ++i) {
          if (!reach(in.switchTarget(i), jumped, offset)) return false;
        }
      } else if (in.find('j') >= 0) {
        if (!reach(in.target(), jumped, offset)) return false;
      }
      if (in.has(kTerminates)) return true;
      offset = in.end();
      if (offset >= function_.code.size()) return fail(in.offset, "control reaches the end of the code");
      if (depthAt_[offset] != kUnknown) {
        return depthAt_[offset] == after || fail(offset, "operand stack depths disagree where control joins");
      }
      depthAt_[offset] = after;
    }
  }

  const Function& function_;
  std::string& error_;
  uint32_t& errorOffset_;
  std::vector<uint32_t> depthAt_;
  std::vector<uint32_t> queue_;
  uint32_t highest_ = 0;
};

}  // namespace

bool computeMaxStack(const Function& function, uint16_t& maxStack, std::string& error, uint32_t& errorOffset) {
  return DepthAnalysis(function, error, errorOffset).run(maxStack);
}

}  // namespace devvm::bytecode
