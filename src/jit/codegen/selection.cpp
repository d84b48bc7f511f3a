#include "jit/codegen/selection.h"

#include <algorithm>

#include "jit/assembler/x64/cpu.h"
#include "jit/codegen/frame_layout.h"
#include "jit/codegen/leaves.h"
#include "jit/ir/vector_program.h"

namespace devvm::jit {

using ir::Node;
using ir::Op;
using ir::Type;
using regalloc::Bank;
using regalloc::Step;

namespace {

/// What is known of the uses of a value, those by frame states apart.
struct Uses {
  uint32_t count = 0;
  const Node* user = nullptr;  ///< the last one seen
  bool inState = false;
  bool wantsGpr = false;    ///< by something that is no store, return, call or check of floats
  bool wantsFloat = false;  ///< by a check that it is a float
  bool notIndex = false;    ///< by something else than as an index of elements
  bool notTable = false;    ///< by something else than as the table of an access
  bool notAddress = false;  ///< by something else than as the array of an access, or across a call
};

class Selector {
 public:
  Selector(const ir::Graph& graph, Selection& out) : graph_(graph), out_(out), c_(out.constraints) {}
  const char* run();

 private:
  void orderBlocks();
  void flatten(const ir::Block* header, std::vector<const ir::Block*>& order);
  void findSame();
  void findUses();
  void use(const Node* user, uint32_t i);
  void chooseForms();
  bool mayFuse(const Node* n) const;
  Bank bankOf(const Node* n) const;
  void demands();
  void demand(const Node* n);
  Uses& uses(const Node* n) { return uses_[c_.sameAs[n->id]->id]; }
  const Uses& uses(const Node* n) const { return uses_[c_.sameAs[n->id]->id]; }

  // ---- for demand() ----
  void add(const Node* n, bool needsRegister, bool isLate = false) { c_.uses.push_back({n, needsRegister, isLate}); }
  void any(const Node* n) { add(n, false); }
  void reg(const Node* n) { add(n, true); }
  void condition(const Node* n);
  void comparison(const Node* n);
  void index(const Node* n);
  void stored(const Node* n);

  const ir::Graph& graph_;
  Selection& out_;
  regalloc::Constraints& c_;
  std::vector<Uses> uses_;
  std::vector<uint32_t> callsBefore_;  ///< by node id: guest calls in front of it, in order
  std::vector<const ir::Block*> order_;
  std::vector<uint8_t> rare_;  ///< by number of the block
  const char* refusal_ = nullptr;
};

/// Guards that give what they were given.
bool givesInput(Op op) {
  switch (op) {
    case Op::kCheckTable:
    case Op::kCheckString:
    case Op::kCheckShape:
    case Op::kCheckShapes:
    case Op::kCheckClosure:
    case Op::kCheckNative:
    case Op::kCheckNotNil:
    case Op::kCheckIs:
    case Op::kCheckIdentity:
    case Op::kCheckNoFloat:
    case Op::kCheckBlock:
    case Op::kCheckBlockField:
    case Op::kCheckItems:
    case Op::kCheckBuffer:
    case Op::kCheckIndex:
    case Op::kCheckNotZero:
    case Op::kCheckSmall: return true;
    default: return false;
  }
}

bool isElementAccess(Op op) {
  return op == Op::kLoadElement || op == Op::kStoreElement || op == Op::kLoadItem || op == Op::kStoreItem;
}
bool isArrayAccess(Op op) {
  return isElementAccess(op) || op == Op::kLoadLength || op == Op::kLoadProp || op == Op::kStoreProp;
}
bool isVectorArray(Op op, uint32_t input) {
  return (op == Op::kVectorMap || op == Op::kVectorMapInts) && input >= ir::kVectorFirstArray &&
         input < ir::kVectorFirstScalar;
}
/// The input that is stored, or -1.
int storedInput(Op op) {
  switch (op) {
    case Op::kStoreField:
    case Op::kStoreProp:
    case Op::kStoreBlockField:
    case Op::kStoreCell: return 1;
    case Op::kStoreElement:
    case Op::kStoreItem:
    case Op::kAppendElement: return 2;
    default: return -1;
  }
}
bool isLoad(Op op) {
  return op == Op::kLoadField || op == Op::kLoadProp || op == Op::kLoadElement || op == Op::kLoadCell ||
         op == Op::kLoadBlockField || op == Op::kLoadItem || op == Op::kSlot;
}
bool losesRegisters(Op op) {
  return op == Op::kCall || op == Op::kCallFast || op == Op::kCallLeaf || op == Op::kFloatMod || op == Op::kFloatPow ||
         op == Op::kTypeName || op == Op::kVectorMap || op == Op::kVectorMapInts;
}
/// Offsets of this size are folded into addresses of elements.
constexpr int64_t kMostOffset = 1 << 24;

/// Blocks in reverse postorder, but those of a loop next to each other, and the rare ones last. What is behind a rare
/// block only is rare.
void Selector::orderBlocks() {
  std::vector<std::vector<const ir::Block*>> inside(graph_.blocks().size());
  std::vector<const ir::Block*> outermost;
  for (const ir::Block* b : graph_.blocks()) {
    const ir::Block* around = b->loop == b ? b->outer : b->loop;
    (around != nullptr ? inside[around->number] : outermost).push_back(b);
  }
  // Headers stand for their loops.
  std::vector<const ir::Block*> stack(outermost.rbegin(), outermost.rend());
  while (!stack.empty()) {
    const ir::Block* b = stack.back();
    stack.pop_back();
    order_.push_back(b);
    const auto& nested = inside[b->number];
    stack.insert(stack.end(), nested.rbegin(), nested.rend());
  }
  rare_.assign(graph_.blocks().size(), 0);
  for (const ir::Block* b : graph_.blocks()) {
    rare_[b->number] = b->isRare || (b->dominator != b && rare_[b->dominator->number] != 0);
  }
  rare_[0] = 0;
  std::vector<const ir::Block*> order;
  for (uint8_t r : {0, 1}) {
    for (const ir::Block* b : order_) {
      if (rare_[b->number] == r) order.push_back(b);
    }
  }
  order_ = std::move(order);
}

void Selector::findSame() {
  for (const ir::Block* b : order_) {
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      c_.sameAs[n->id] = givesInput(n->op) ? c_.sameAs[n->input(0)->id] : n;
    }
  }
}

void Selector::use(const Node* user, uint32_t i) {
  const Node* n = user->input(i);
  Uses& u = uses(n);
  u.count++;
  u.user = user;
  Op op = user->op;
  bool keepsForm = op == Op::kReturn || op == Op::kPhi || op == Op::kCall || op == Op::kCallFast ||
                   static_cast<int>(i) == storedInput(op);
  bool isFloat = op == Op::kCheckFloat || op == Op::kUnboxFloat;
  if (isFloat) u.wantsFloat = true;
  if (!keepsForm && !isFloat) u.wantsGpr = true;
  if (!isElementAccess(op) || i != 1) u.notIndex = true;
  bool isTableAccess = op == Op::kLoadField || op == Op::kLoadProps || op == Op::kLoadArray || op == Op::kCheckShape ||
                       op == Op::kCheckShapes || op == Op::kCheckTable || op == Op::kCheckPlain;
  if (!isTableAccess || i != 0) u.notTable = true;
  bool sameStretch = !out_.hasCalls || (user->block == c_.sameAs[n->id]->block &&
                                        callsBefore_[user->id] == callsBefore_[c_.sameAs[n->id]->id]);
  bool asArray = (isArrayAccess(op) && i == 0) || (op == Op::kAppendElement && i == 1) || isVectorArray(op, i);
  if (!asArray || !sameStretch) u.notAddress = true;
}

void Selector::findUses() {
  uint32_t calls = 0;
  for (const ir::Block* b : order_) {
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      callsBefore_[n->id] = calls;
      calls += n->has(ir::kCalls);
    }
  }
  out_.hasCalls = calls != 0;
  for (const ir::Block* b : order_) {
    const ir::FrameState* last = nullptr;
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      for (uint32_t i = 0; i < n->inputCount(); i++) {
        // Contents of virtual objects are in frame states.
        ir::isVirtual(n) ? void(uses(n->input(i)).inState = true) : use(n, i);
      }
      if (n->state == last) continue;
      last = n->state;
      for (const ir::FrameState* s = n->state; s != nullptr; s = s->caller) {
        for (uint32_t i = 0; i < s->count; i++) {
          if (const Node* v = s->value(i)) uses(v).inState = true;
        }
        if (s->callee != nullptr) uses(s->callee->resolve()).inState = true;
      }
    }
  }
}

/// A comparison can be made by its only user, in the same block with nothing between that destroys registers.
bool Selector::mayFuse(const Node* n) const {
  const Uses& u = uses(n);
  if (u.count != 1 || u.inState || u.user->block != n->block) return false;
  Op op = u.user->op;
  if (op != Op::kBranch && op != Op::kCheckTrue && op != Op::kCheckFalse && op != Op::kBoxBool && op != Op::kNot &&
      op != Op::kIntSelect) {
    return false;
  }
  const Node* compared = n;
  while (compared->op == Op::kNot && out_.form(compared->input(0)) == Form::kCondition) compared = compared->input(0);
  bool reads = compared->has(ir::kReads);
  constexpr int kNear = 24;
  int steps = 0;
  for (const Node* at = n->next; at != u.user; at = at->next) {
    if (losesRegisters(at->op) || ++steps > kNear) return false;
    if (reads && at->has(ir::kWrites) && at->op != Op::kUnit) return false;
  }
  return true;
}

Bank Selector::bankOf(const Node* n) const {
  switch (n->type) {
    case Type::kInt:
    case Type::kBool: return Bank::kGpr;
    case Type::kFloat: return Bank::kXmm;
    case Type::kTagged: {
      const Uses& u = uses(n);
      if (u.wantsGpr) return Bank::kGpr;
      if (n->op == Op::kBoxFloat) return Bank::kXmm;
      return u.wantsFloat && (isLoad(n->op) || n->isPhi()) ? Bank::kXmm : Bank::kGpr;
    }
    default: return Bank::kNone;
  }
}

void Selector::chooseForms() {
  for (const ir::Block* b : order_) {
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      Form& form = out_.forms[n->id];
      if (givesInput(n->op)) {
        c_.sameAs[n->id] = c_.sameAs[n->input(0)->id];
        form = Form::kSame;
        continue;
      }
      if (n->isConstant() || ir::isVirtual(n)) continue;
      const Uses& u = uses_[n->id];
      if (n->op == Op::kShapeOwner && out_.hasCalls && !u.inState && !u.notTable) {
        form = Form::kAgain;
        continue;
      }
      if (n->type == Type::kBool && !n->isPhi() && mayFuse(n)) {
        // A negation is part of what its own user makes.
        form = Form::kCondition;
        continue;
      }
      if ((n->op == Op::kIntAdd || n->op == Op::kIntSub) && (u.count != 0 || u.inState) && !u.notIndex) {
        const Node *in = c_.sameAs[n->input(0)->id], *by = n->input(1);
        if (by->op == Op::kIntConstant && std::abs(by->integer()) < kMostOffset && !in->isConstant()) {
          // Frame states have what it is added to.
          c_.sameAs[n->id] = in;
          form = Form::kOffset;
          continue;
        }
      }
      if (n->op == Op::kCheckInt && u.count == 0 && !u.inState) {
        // Only the check is wanted.
        form = Form::kSame;
        continue;
      }
      Bank bank = bankOf(n);
      // Floats and their values have the same bits.
      bool isFloat = n->op == Op::kBoxFloat || n->op == Op::kCheckFloat || n->op == Op::kUnboxFloat;
      if (isFloat && bank == Bank::kXmm) {
        const Node* in = c_.sameAs[n->input(0)->id];
        if (c_.banks[in->id] == Bank::kXmm || (n->op == Op::kBoxFloat && in->isConstant())) {
          c_.sameAs[n->id] = in;
          form = Form::kSame;
          continue;
        }
      }
      c_.banks[n->id] = bank;
      bool isArray = n->op == Op::kLoadArray || n->op == Op::kLoadProps;
      out_.isAddress[n->id] = isArray && u.count != 0 && !u.notAddress && !u.inState;
    }
  }
}

// ---- what steps want ----

void Selector::comparison(const Node* n) {
  switch (n->op) {
    case Op::kFloatEq:
      reg(n->input(0));
      any(n->input(1));
      break;
    case Op::kFloatLt:
    case Op::kFloatLe:  // is greater with the sides exchanged
      any(n->input(0));
      reg(n->input(1));
      break;
    case Op::kIntEq:
    case Op::kIntLt:
    case Op::kIntLe:
    case Op::kIntLtU:
    case Op::kSame:
      reg(n->input(0));
      any(n->input(1));
      break;
    case Op::kHasShape: reg(n->input(0)); break;
    case Op::kNot: condition(n->input(0)); break;
    default: any(n->input(0)); break;
  }
}

void Selector::condition(const Node* n) {
  if (out_.form(n) == Form::kCondition) {
    comparison(n);
  } else {
    any(n);
  }
}

void Selector::index(const Node* n) { reg(indexParts(out_, n).node); }

/// A value that is stored: from any register, or by way of one.
void Selector::stored(const Node* n) { any(n); }

void Selector::demand(const Node* n) {
  Step s;
  s.node = n;
  s.firstUse = static_cast<uint32_t>(c_.uses.size());
  s.result = c_.banks[n->id];
  switch (n->op) {
    case Op::kSlot:
    case Op::kSlotInt:
    case Op::kSlotFloat:
      s.hasHome = true;
      s.home = static_cast<int32_t>(n->aux);
      break;
    case Op::kCallee:
      // Above return address and link, where exits do not look.
      s.hasHome = !uses(n).inState;
      s.home = -3;
      break;
    case Op::kCheckInt:
    case Op::kCheckFloat:
    case Op::kCheckNumber:
    case Op::kUnboxInt:
    case Op::kUnboxFloat:
      any(n->input(0));
      s.like = 0;
      break;
    case Op::kCheckTable:
    case Op::kCheckString:
    case Op::kCheckClosure:
    case Op::kCheckNative:
    case Op::kCheckNotNil:
    case Op::kCheckIs:
    case Op::kCheckIdentity:
    case Op::kCheckNoFloat:
    case Op::kCheckBlock:
    case Op::kCheckItems:
    case Op::kCheckBuffer:
    case Op::kCheckSmall: any(n->input(0)); break;
    case Op::kCheckNotZero:
    case Op::kCheckShape:
    case Op::kCheckShapes: reg(n->input(0)); break;
    case Op::kCheckTrue:
    case Op::kCheckFalse:
    case Op::kBranch: condition(n->input(0)); break;
    case Op::kBoxBool: condition(n->input(0)); break;
    case Op::kCheckIndex:
      reg(n->input(0));
      any(n->input(1));
      break;
    case Op::kCheckTruncated:
    case Op::kCheckIntegral:
    case Op::kCheckEpoch:
      if (n->inputCount() != 0) reg(n->input(0));
      break;
    case Op::kIntAdd:
    case Op::kIntSub:
    case Op::kIntMul:
    case Op::kIntAnd:
    case Op::kIntOr:
    case Op::kIntXor:
      any(n->input(0));
      any(n->input(1));
      s.like = n->input(0)->isConstant() ? 1 : 0;
      break;
    case Op::kIntSelect:
      condition(n->input(0));
      any(n->input(1));
      any(n->input(2));
      s.like = static_cast<int8_t>(c_.uses.size() - s.firstUse - (n->input(2)->isConstant() ? 2 : 1));
      break;
    case Op::kIntQuot:
    case Op::kIntRem:
    case Op::kIntDiv:
    case Op::kIntMod: {
      // The emitter looks through checks: of a divisor that is 0, say.
      bool isConstant = c_.sameAs[n->input(1)->id]->isConstant();
      any(n->input(0));
      isConstant ? any(n->input(1)) : reg(n->input(1));
      s.clobberedGprs = 1u << x64::code(x64::rdx);
      if (isConstant) s.gprTemps = 1;
      s.like = 0;
      break;
    }
    case Op::kIntShl:
    case Op::kIntShr:
      any(n->input(0));
      reg(n->input(1));
      if (!n->input(1)->isConstant()) s.clobberedGprs = 1u << x64::code(x64::rcx);
      s.like = 0;
      break;
    case Op::kFloatAdd:
      // Of two NaNs the sum is the second one.
      any(n->input(0));
      any(n->input(1));
      s.like = n->input(1)->isConstant() ? 0 : 1;
      break;
    case Op::kFloatSub:
    case Op::kFloatMul:
    case Op::kFloatDiv:
      any(n->input(0));
      any(n->input(1));
      s.like = 0;
      break;
    case Op::kFloatMod:
    case Op::kFloatPow:
    case Op::kVectorMap:
    case Op::kVectorMapInts:
      for (uint32_t i = 0; i < n->inputCount(); i++) any(n->input(i));
      s.clobbersAll = true;
      break;
    case Op::kIntEq:
    case Op::kIntLt:
    case Op::kIntLe:
    case Op::kIntLtU:
    case Op::kFloatEq:
    case Op::kFloatLt:
    case Op::kFloatLe:
    case Op::kSame:
    case Op::kIsNil:
    case Op::kIsInt:
    case Op::kIsFalsy:
    case Op::kIsOfType:
    case Op::kHasShape:
    case Op::kIsClosure:
    case Op::kNot: comparison(n); break;
    case Op::kLoadItem:
    case Op::kLoadElement:
      reg(n->input(0));
      index(n->input(1));
      break;
    case Op::kStoreItem:
    case Op::kStoreElement:
      reg(n->input(0));
      index(n->input(1));
      stored(n->input(2));
      break;
    case Op::kCheckPlain:
      reg(n->input(0));
      s.gprTemps = 1;
      break;
    case Op::kAppendElement:
      any(n->input(0));
      reg(n->input(1));
      stored(n->input(2));
      s.gprTemps = 1;
      s.isSafepoint = true;
      break;
    case Op::kLoadByte:
      any(n->input(0));
      reg(n->input(1));
      break;
    case Op::kStoreByte:
      any(n->input(0));
      reg(n->input(1));
      reg(n->input(2));
      break;
    case Op::kStoreBlockField:
    case Op::kStoreField:
    case Op::kStoreProp:
    case Op::kStoreCell:
      reg(n->input(0));
      stored(n->input(1));
      break;
    case Op::kStringByte:
      reg(n->input(0));
      reg(n->input(1));
      break;
    case Op::kNewTable: s.isSafepoint = true; break;
    case Op::kNewCell:
      any(n->input(0));
      s.isSafepoint = true;
      break;
    case Op::kBoxInt:
      reg(n->input(0));
      s.like = 0;
      s.isSafepoint = true;
      break;
    case Op::kCall:
    case Op::kCallFast:
    case Op::kCallLeaf:
    case Op::kTypeName:
    case Op::kNewBlock:
    case Op::kNewClosure:
      for (uint32_t i = 0; i < n->inputCount(); i++) any(n->input(i));
      // Where a leaf is rarely called, a stub keeps all registers: the usual way has them to itself. Those for fields
      // find most of them without C++.
      s.clobbersAll = n->op != Op::kNewClosure && n->op != Op::kNewBlock &&
                      !(n->op == Op::kCallLeaf && (rare_[n->block->number] != 0 || isFieldLeaf(n)));
      if (n->op == Op::kCall) {
        s.isGuestCall = true;
        s.calleeWord = calleeWordOf(*n->state);
      } else {
        s.statesAreLate = n->state != nullptr && s.clobbersAll;
        s.isSafepoint =
            n->op == Op::kNewClosure || n->op == Op::kNewBlock || (n->op == Op::kCallLeaf && ir::mayCollect(n));
      }
      break;
    case Op::kReturn:
    case Op::kTailCall:
      for (uint32_t i = 0; i < n->inputCount(); i++) any(n->input(i));
      break;
    case Op::kResult:         // the call itself has no value
    case Op::kVararg: break;  // the check of their number gives nothing that is needed
    default:
      // One input at most, in a register, and the result anywhere.
      for (uint32_t i = 0; i < n->inputCount(); i++) reg(n->input(i));
      if (n->inputCount() == 1 && n->type != Type::kNone) s.like = 0;
      break;
  }
  s.useCount = static_cast<uint32_t>(c_.uses.size()) - s.firstUse;
  c_.steps.push_back(s);
}

void Selector::demands() {
  for (const ir::Block* b : order_) {
    auto first = static_cast<uint32_t>(c_.steps.size());
    for (const Node* n = b->first; n != nullptr; n = n->next) {
      if (n->isPhi() || n->isConstant() || ir::isVirtual(n)) continue;
      Form form = out_.form(n);
      if (form == Form::kCondition || form == Form::kOffset || form == Form::kAgain) continue;
      // Of the same bits: a step only if there is something to check.
      if (n->op == Op::kBoxFloat && form == Form::kSame) continue;
      if (n->op == Op::kUnboxFloat && form == Form::kSame) continue;
      demand(n);
    }
    c_.blocks.push_back({b, first, static_cast<uint32_t>(c_.steps.size())});
  }
}

const char* Selector::run() {
  uint32_t count = graph_.nodeCount();
  c_.clear();
  c_.banks.assign(count, Bank::kNone);
  c_.sameAs.assign(count, nullptr);
  out_.forms.assign(count, Form::kPlain);
  out_.isAddress.assign(count, 0);
  uses_.assign(count, {});
  callsBefore_.assign(count, 0);
  orderBlocks();
  findSame();
  findUses();
  chooseForms();
  demands();
  return refusal_;
}

}  // namespace

const char* select(const ir::Graph& graph, Selection& selection) { return Selector(graph, selection).run(); }

IndexParts indexParts(const Selection& selection, const Node* index) {
  if (selection.form(index) != Form::kOffset) return {index, 0};
  int64_t by = index->input(1)->integer();
  return {index->input(0), index->op == Op::kIntAdd ? by : -by};
}

bool isNoObject(const Node* value) {
  switch (value->op) {
    case Op::kBoxSmall:
    case Op::kBoxFloat:
    case Op::kBoxBool: return true;
    case Op::kConstant: return !value->value().isHeap();
    default: return value->type == Type::kFloat;
  }
}

}  // namespace devvm::jit
