#include "jit/feedback/feedback.h"

#include <algorithm>
#include <array>
#include <new>

#include "bytecode/decode.h"

namespace devvm::jit {

using namespace runtime;
using bytecode::Instruction;

namespace {

/// Functions with more sites are not followed: their vectors would be large, and slices never see much of them.
constexpr size_t kMostSites = 20'000;

/// What a component finds on the stack: where it came from within the fused instruction.
struct Symbol {
  uint16_t from = 0;
  TypeSet fixed;
};

/// The operand stack while the components of one instruction are taken apart.
class Symbols {
 public:
  void push(uint16_t from, TypeSet fixed = {}) { stack_[size_++] = {from, fixed}; }
  Symbol pop() {
    if (size_ > 0) return stack_[--size_];
    return {source(Source::kStack, below_++), {}};
  }

 private:
  std::array<Symbol, 8> stack_;
  unsigned size_ = 0, below_ = 0;
};

void operandIs(Site& site, unsigned operand, const Symbol& s) {
  site.sources[operand] = s.from;
  site.operands[operand].add(s.fixed);
}

/// Fills in where the operands of a site are. Pushes what the component leaves.
void describe(Site& site, const Instruction& c, Symbols& stack) {
  auto local = [&c](unsigned i, unsigned more = 0) {
    return Symbol{source(Source::kLocal, static_cast<uint32_t>(c.operands[i]) + more), {}};
  };
  switch (c.op) {
    case Op::kUnm:
    case Op::kBNot:
    case Op::kLen:
    case Op::kGetField:
    case Op::kGetProperty:
    case Op::kSelf:
    case Op::kJumpIfFalse:
    case Op::kJumpIfTrue:
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep:
    case Op::kJumpIfNil:
    case Op::kJumpIfNotNil: operandIs(site, 0, stack.pop()); break;
    case Op::kSetField:
    case Op::kInitField:
      operandIs(site, 2, stack.pop());
      operandIs(site, 0, stack.pop());
      break;
    case Op::kSetGlobal: operandIs(site, 2, stack.pop()); break;
    case Op::kSetFieldL:
      operandIs(site, 2, stack.pop());
      operandIs(site, 0, local(0));
      break;
    case Op::kSetIndex:
      operandIs(site, 2, stack.pop());
      operandIs(site, 1, stack.pop());
      operandIs(site, 0, stack.pop());
      break;
    case Op::kSetIndexLL:
    case Op::kSetIndexLI:
      operandIs(site, 2, stack.pop());
      operandIs(site, 1, c.op == Op::kSetIndexLL ? local(1) : Symbol{source(Source::kFixed), TypeSet(TypeSet::kInt)});
      operandIs(site, 0, local(0));
      break;
    case Op::kForPrep:
      for (unsigned i = 0; i < 3; i++) operandIs(site, i, local(0, i));
      break;
    case Op::kForLoop: operandIs(site, 0, local(0, 3)); break;
    case Op::kForInCall: operandIs(site, 0, local(0)); break;
    case Op::kGetGlobal:
    case Op::kForInTest:
    case Op::kNewTable:
    case Op::kConcat:
    case Op::kCall:
    case Op::kCallOpen:
    case Op::kCallVar:
    case Op::kCallVarOpen:
    case Op::kTailCall:
    case Op::kTailCallVar: break;  // none, or the recorder looks at the instruction
    default:                       // two operands
      operandIs(site, 1, stack.pop());
      operandIs(site, 0, stack.pop());
      break;
  }
  stack.push(source(Source::kNone));
}

}  // namespace

const char* siteKindName(SiteKind kind) {
  static constexpr const char* kNames[] = {"arithmetic", "compare",     "branch", "loop",    "field",     "set field",
                                           "element",    "set element", "call",   "prepare", "allocation"};
  return kNames[static_cast<size_t>(kind)];
}

bool isSite(Op op, SiteKind& kind) {
  switch (op) {
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
    case Op::kDiv:
    case Op::kMod:
    case Op::kPow:
    case Op::kIDiv:
    case Op::kBAnd:
    case Op::kBOr:
    case Op::kBXor:
    case Op::kShl:
    case Op::kShr:
    case Op::kUnm:
    case Op::kBNot:
    case Op::kLen:
    case Op::kConcat: kind = SiteKind::kArithmetic; return true;
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe: kind = SiteKind::kCompare; return true;
    case Op::kJumpIfFalse:
    case Op::kJumpIfTrue:
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep:
    case Op::kJumpIfNil:
    case Op::kJumpIfNotNil:
    case Op::kForInTest: kind = SiteKind::kBranch; return true;
    case Op::kForLoop: kind = SiteKind::kLoop; return true;
    case Op::kForPrep: kind = SiteKind::kLoopPrepare; return true;
    case Op::kGetField:
    case Op::kGetProperty:
    case Op::kSelf:
    case Op::kGetGlobal: kind = SiteKind::kField; return true;
    case Op::kSetField:
    case Op::kSetFieldL:
    case Op::kInitField:
    case Op::kSetGlobal: kind = SiteKind::kSetField; return true;
    case Op::kGetIndex: kind = SiteKind::kElement; return true;
    case Op::kSetIndex:
    case Op::kSetIndexLL:
    case Op::kSetIndexLI: kind = SiteKind::kSetElement; return true;
    case Op::kCall:
    case Op::kCallOpen:
    case Op::kCallVar:
    case Op::kCallVarOpen:
    case Op::kTailCall:
    case Op::kTailCallVar:
    case Op::kForInCall: kind = SiteKind::kCall; return true;
    case Op::kNewTable: kind = SiteKind::kAllocation; return true;
    default: return false;
  }
}

void CallTargets::add(Code& code, uint32_t calls) {
  if (code.identity == nullptr) code.identity = std::make_shared<FunctionIdentity>(FunctionIdentity{&code});
  add(&code, nullptr, calls);
}

void CallTargets::add(Code* code, const NativeInfo* native, uint32_t calls) {
  Target* empty = nullptr;
  for (Target& t : targets) {
    if (t.isUsed() && t.native == native && (code == nullptr || t.function->code == code)) return addUp(t.count, calls);
    if (empty == nullptr && (!t.isUsed() || (t.function != nullptr && t.function->code == nullptr))) empty = &t;
  }
  if (empty == nullptr) {
    megamorphic = true;
    return addUp(others, calls);
  }
  // A place whose function is gone is used again: functions that come and go are many targets.
  if (empty->isUsed()) megamorphic = true;
  *empty = {code != nullptr ? code->identity : nullptr, native, calls};
}

const Code* CallTargets::onlyFunction() const {
  if (megamorphic || others != 0 || targets[1].isUsed() || targets[0].function == nullptr) return nullptr;
  return targets[0].function->code;
}

std::unique_ptr<FeedbackVector> FeedbackVector::make(const Code& code) {
  std::unique_ptr<FeedbackVector> vector(new (std::nothrow) FeedbackVector);
  if (vector == nullptr) return nullptr;
  uint32_t calls = 0, allocations = 0;
  for (const Instruction& whole : bytecode::Instructions({code.entry, code.codeSize})) {
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(whole, parts);
    Symbols stack;
    for (unsigned i = 0; i < count; i++) {
      const Instruction& c = parts[i];
      Site site;
      if (!isSite(c.op, site.kind)) {
        switch (c.op) {
          case Op::kGetLocal: stack.push(source(Source::kLocal, static_cast<uint32_t>(c.operands[0]))); break;
          case Op::kGetUpvalue: stack.push(source(Source::kUpvalue, static_cast<uint32_t>(c.operands[0]))); break;
          case Op::kInt8: stack.push(source(Source::kFixed), TypeSet::kInt); break;
          case Op::kConst:
            stack.push(source(Source::kFixed), TypeSet::of(code.constant(static_cast<uint32_t>(c.operands[0]))));
            break;
          case Op::kTrue:
          case Op::kFalse: stack.push(source(Source::kFixed), TypeSet::kBoolean); break;
          default: break;
        }
        continue;
      }
      if (vector->sites_.size() == kMostSites) return nullptr;
      site.offset = whole.offset;
      site.length = static_cast<uint8_t>(whole.length);
      site.op = c.op;
      describe(site, c, stack);
      if (site.kind == SiteKind::kCall) site.other = calls++;
      if (site.kind == SiteKind::kAllocation) site.other = allocations++;
      vector->sites_.push_back(site);
    }
  }
  if (vector->sites_.empty()) return nullptr;
  vector->sites_.shrink_to_fit();
  vector->targets_.resize(calls);
  vector->fates_.resize(allocations);
  vector->bytes_ = sizeof *vector + vector->sites_.capacity() * sizeof(Site) +
                   vector->targets_.capacity() * sizeof(vector->targets_[0]) +
                   vector->fates_.capacity() * sizeof(AllocationFate);
  return vector;
}

const Site* FeedbackVector::find(uint32_t offset) const {
  auto at = std::lower_bound(sites_.begin(), sites_.end(), offset,
                             [](const Site& s, uint32_t wanted) { return s.offset < wanted; });
  return at != sites_.end() && at->offset == offset ? &*at : nullptr;
}

void ShapesMet::add(uint32_t shape) {
  for (uint32_t& s : shapes) {
    if (s == shape) return;
    if (s == 0) {
      s = shape;
      return;
    }
  }
  more = true;
}

void FeedbackVector::metShape(Site& field, uint32_t shape) {
  if (field.other == 0) {
    shapes_.emplace_back();
    bytes_ += sizeof(ShapesMet);
    field.other = static_cast<uint32_t>(shapes_.size());
  }
  shapes_[field.other - 1].add(shape);
}

CallTargets* FeedbackVector::makeTargets(const Site& call) {
  auto& targets = targets_[call.other];
  if (targets == nullptr) {
    targets.reset(new (std::nothrow) CallTargets);
    if (targets != nullptr) bytes_ += sizeof(CallTargets);
  }
  return targets.get();
}

}  // namespace devvm::jit
