#include "jit/builder/graph_builder.h"

#include <algorithm>

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using ir::Block;
using ir::FrameState;
using ir::Type;
using runtime::Code;

bool buildGraph(const BuildRequest& request, ir::Graph& graph, Reliance& reliance, const char** refusal) {
  BuildContext context{request, graph, reliance};
  ir::Function* function = graph.newFunction();
  function->code = &request.code;
  function->locals = request.code.locals;
  graph.entryOffset = request.entryOffset;
  FunctionBuilder builder(context, function, nullptr, nullptr, 0);
  bool done = builder.buildOutermost(request.entryOffset) && context.refusal == nullptr;
  if (done) graph.order();
  *refusal = context.refusal;
  return done;
}

FunctionBuilder::FunctionBuilder(BuildContext& context, ir::Function* function, FrameState* caller, Node* callee,
                                 uint32_t depth)
    : context_(context),
      graph_(context.graph),
      code_(*function->code),
      feedback_(feedbackOf(code_)),
      function_(function),
      caller_(caller),
      callee_(callee),
      depth_(depth),
      locals_(function->locals) {}

bool FunctionBuilder::buildOutermost(uint32_t entryOffset) {
  if (!bytecode_.build(code_, entryOffset)) {
    refuse(bytecode_.refusal());
    return false;
  }
  Block* entry = graph_.newBlock();
  block_ = entry;
  Environment environment(locals_);
  uint32_t given = entryOffset == 0 ? code_.parameters : locals_;
  for (uint32_t l = 0; l < locals_; l++) environment[l] = l < given ? fromFrame(l) : unset(l);
  if (entryOffset != 0) expectSteps(entryOffset, environment);
  return build(entry, std::move(environment), entryOffset);
}

/// Numeric loops around the entry have begun already. Where the bytecode in front of one sets a constant step, this is
/// expected to be it.
void FunctionBuilder::expectSteps(uint32_t entryOffset, Environment& environment) {
  std::span<const uint8_t> code{code_.entry, code_.codeSize};
  whole_ = bytecode::decodeVerified(code, entryOffset);
  if (failures() > 0) return;
  live_ = &bytecode_.block(bytecode_.order().front()).live;
  beginning_ = environment;
  before_ = nullptr;
  std::vector<int64_t> constants(locals_), steps(locals_);  // 0: unknown
  int64_t pushed = 0;
  auto component = [&](const Instruction& c) {
    auto l = static_cast<uint32_t>(c.operands[0]);
    if (c.op == Op::kForPrep) steps[l] = constants[l + 2];
    forLocals(
        c, [](uint32_t, uint32_t) {},
        [&](uint32_t first, uint32_t count) { std::fill_n(constants.begin() + first, count, 0); });
    if (c.op == Op::kSetLocal) constants[l] = pushed;
    pushed = c.op == Op::kInt8 || c.op == Op::kInt16 ? c.operands[0] : 0;
    bool encloses = c.op == Op::kForLoop && static_cast<uint32_t>(c.target()) <= entryOffset && entryOffset <= c.offset;
    if (!encloses || steps[l] == 0 || environment[l + 2]->op != ir::Op::kSlot) return;
    Node* expected = graph_.intConstant(steps[l]);
    emit(ir::Op::kCheckTrue, {emit(ir::Op::kIntEq, {toInt(environment[l + 2]), expected})});
    environment[l + 2] = expected;
  };
  for (uint32_t offset = 0; offset < code.size();) {
    Instruction i = bytecode::decodeVerified(code, offset);
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(i, parts);
    for (unsigned p = 0; p < count; p++) component(parts[p]);
    offset = i.end();
  }
}

bool FunctionBuilder::buildInlined(Block* at, std::span<Node* const> arguments, Block*& end, Nodes& results) {
  Environment environment(locals_);
  block_ = at;
  for (uint32_t l = 0; l < locals_; l++) {
    bool isVararg = l >= code_.locals;
    uint32_t argument = isVararg ? l - code_.locals + code_.parameters : l;
    environment[l] = argument < arguments.size() && (isVararg || l < code_.parameters) ? arguments[argument] : unset(l);
  }
  end = nullptr;
  if (!build(at, std::move(environment), 0)) return false;
  if (returned_.empty()) return true;
  end = graph_.newBlock();
  results = returned_[0].values;
  if (returned_.size() > 1) {
    for (Node*& r : results) r = newPhi(end, 0);
  }
  for (const Returned& r : returned_) {
    Node* jump = graph_.newNode(ir::Op::kJump, {});
    jump->state = r.state;
    jump->origin = {function_, 0};
    graph_.append(r.block, jump);
    graph_.connect(r.block, end);
    for (size_t i = 0; i < results.size() && returned_.size() > 1; i++) graph_.addInput(results[i], r.values[i]);
  }
  return true;
}

/// A phi without inputs yet, behind those that the block has.
ir::Node* FunctionBuilder::newPhi(Block* block, uint32_t offset) {
  Node* phi = graph_.newNode(ir::Op::kPhi, {});
  phi->origin = {function_, offset};
  graph_.append(block, phi);
  return phi;
}

/// The bytecode's blocks are found already.
bool FunctionBuilder::build(Block* at, Environment environment, uint32_t entryOffset) {
  states_.resize(1 + *std::max_element(bytecode_.order().begin(), bytecode_.order().end()));
  uint32_t first = bytecode_.order().front();
  block_ = at;
  environment_ = std::move(environment);
  // The entry is charged here; the outermost function's in the prologue.
  whole_ = bytecode::decodeVerified({code_.entry, code_.codeSize}, entryOffset);
  live_ = &bytecode_.block(first).live;
  beginning_ = environment_;
  before_ = nullptr;
  if (entryOffset == 0) emit(ir::Op::kPoll, {});
  if (depth_ == 0) expectClosure();
  Block* block = graph_.newBlock();
  states_[first].block = block;
  states_[first].incoming.push_back({at, environment_, entryOffset});
  Node* jump = emit(ir::Op::kJump, {});
  jump->state = before();
  graph_.connect(at, block);
  block_ = nullptr;
  for (uint32_t n : bytecode_.order()) {
    current_ = n;
    if (!enterBlock(n)) continue;
    const BytecodeBlock& b = bytecode_.block(n);
    bytecode_.liveWithin(n, instructions_, lives_);
    for (at_ = 0; at_ < instructions_.size() && block_ != nullptr; at_++) {
      live_ = &lives_[at_];
      if (std::exchange(skips_, false)) continue;
      instruction(instructions_[at_]);
      if (!apart_.empty()) buildApart();
      if (context_.refusal != nullptr) return false;
    }
    // Into the next block by itself.
    if (block_ != nullptr) goTo(b.end, instructions_.back());
  }
  return context_.refusal == nullptr;
}

/// Makes the environment at the beginning of a block. False: control does not get there.
bool FunctionBuilder::enterBlock(uint32_t n) {
  BlockState& state = states_[n];
  state.done = true;
  open_ = openBefore_ = 0;
  if (state.incoming.empty()) return false;
  const BytecodeBlock& b = bytecode_.block(n);
  block_ = state.block;
  merge(state, b, block_);
  if (!b.isLoop) return true;
  // What the loop's code writes comes from two sides: the way in is this block, a preheader.
  live_ = &b.live;
  whole_ = bytecode::decodeVerified({code_.entry, code_.codeSize}, b.start);
  beginning_ = environment_;
  before_ = nullptr;
  FrameState* entry = before();
  Node* jump = emit(ir::Op::kJump, {});
  jump->state = entry;
  state.header = graph_.newBlock();
  state.header->entryState = entry;
  graph_.connect(block_, state.header);
  block_ = state.header;
  state.phis.assign(environment_.size(), nullptr);
  for (uint32_t i = 0; i < environment_.size(); i++) {
    if (environment_[i] == nullptr || (i < locals_ && (i >= code_.locals || !b.written.has(i))) || !isNeeded(b.live, i))
      continue;
    Node* phi = newPhi(block_, b.start);
    phi->type = typeOfPhi(i, b.start);
    graph_.addInput(phi, environment_[i]);
    state.phis[i] = environment_[i] = phi;
  }
  return true;
}

void FunctionBuilder::merge(BlockState& state, const BytecodeBlock& b, Block* into) {
  environment_ = state.incoming.front().environment;
  for (uint32_t i = 0; i < environment_.size(); i++) {
    if (!isNeeded(b.live, i)) {
      environment_[i] = nullptr;
      continue;
    }
    bool same = true, dead = false;
    for (const Incoming& in : state.incoming) {
      same = same && in.environment[i] == environment_[i];
      dead = dead || in.environment[i] == nullptr;
    }
    if (dead) environment_[i] = nullptr;
    if (same || dead) continue;
    Node* phi = newPhi(into, b.start);
    phi->type = typeOfPhi(i, b.start);
    for (const Incoming& in : state.incoming) graph_.addInput(phi, in.environment[i]);
    environment_[i] = phi;
  }
  state.incoming.clear();
}

/// The block for a jump from here to the instruction at `offset`, forward.
Block* FunctionBuilder::wayTo(uint32_t offset, const Instruction& from) {
  BlockState& state = states_[bytecode_.target(current_, offset)];
  if (state.block == nullptr) state.block = graph_.newBlock();
  state.incoming.push_back({block_, environment_, from.offset});
  return state.block;
}

void FunctionBuilder::goTo(uint32_t offset, const Instruction& from) {
  uint32_t n = bytecode_.target(current_, offset);
  if (states_[n].done) return backEdge(n, from);
  // A way back that leads ahead: the graph is entered in the middle of the loop.
  if (from.op == Op::kLoop || from.op == Op::kForLoop || from.op == Op::kForInTest) {
    emit(ir::Op::kPoll, {})->state = stateOf(offset, environment_, bytecode_.block(n).live);
  }
  Block* to = wayTo(offset, from);
  Node* jump = emit(ir::Op::kJump, {});
  jump->state = stateOf(offset, environment_, bytecode_.block(n).live);
  graph_.connect(block_, to);
  block_ = nullptr;
}

/// Back to a loop's header, with the unit of fuel that this costs.
void FunctionBuilder::backEdge(uint32_t n, const Instruction& from) {
  BlockState& state = states_[n];
  const BytecodeBlock& b = bytecode_.block(n);
  if (state.header == nullptr) return refuse("a jump backward that is no loop");
  FrameState* target = stateOf(b.start, environment_, b.live);
  if (from.op == Op::kLoop || from.op == Op::kForLoop || from.op == Op::kForInTest) {
    Node* poll = emit(ir::Op::kPoll, {});
    poll->state = target;
  }
  Node* jump = emit(ir::Op::kJump, {});
  jump->state = target;
  graph_.connect(block_, state.header);
  for (size_t i = 0; i < state.phis.size(); i++) {
    if (state.phis[i] == nullptr) continue;
    // A variable whose scope has ended is dead here, though its slot is live where the loop begins.
    graph_.addInput(state.phis[i], environment_[i] != nullptr ? environment_[i] : unset(i));
  }
  block_ = nullptr;
}

/// One of the ways out of a block that ends with a branch. A target that is made already is a loop around this place:
/// the way back gets a block. The unit of fuel of a back-edge is not that of a branch.
void FunctionBuilder::succeedBy(Block* here, uint32_t offset, const Instruction& from) {
  uint32_t n = bytecode_.target(current_, offset);
  block_ = here;
  if (!states_[n].done) return graph_.connect(here, wayTo(offset, from));
  block_ = graph_.newBlock();
  graph_.connect(here, block_);
  Instruction jump = from;
  jump.op = Op::kJump;
  backEdge(n, jump);
}

/// How often of 100 times the instruction, a branch, goes on elsewhere, or at the next one. 0: it was hardly seen.
uint64_t FunctionBuilder::odds(bool jumps) const {
  constexpr uint64_t kFew = 8;
  if (site_ == nullptr || !site_->isBranch()) return 0;
  uint64_t taken = site_->count, all = taken + site_->other;
  if (all < kFew) return 0;
  return std::clamp<uint64_t>(((jumps ? taken : all - taken) * 100 + all / 2) / all, 1, 99);
}

/// Ends the block.
void FunctionBuilder::branch(Node* condition, uint32_t ifTrue, uint32_t ifFalse, const Instruction& from) {
  emit(ir::Op::kBranch, {condition}, odds(ifTrue != whole_.end()));
  Block* here = block_;
  succeedBy(here, ifTrue, from);
  succeedBy(here, ifFalse, from);
  block_ = nullptr;
}

/// Within an instruction: goes on in a new block where the condition holds; the result is the one for where it does
/// not.
Block* FunctionBuilder::branchAway(Node* condition) {
  emit(ir::Op::kBranch, {condition});
  Block *holds = graph_.newBlock(), *away = graph_.newBlock();
  graph_.connect(block_, holds);
  graph_.connect(block_, away);
  block_ = holds;
  return away;
}

/// Within an instruction, which has had no effect so far that doing it again would repeat: ends the block with a jump.
void FunctionBuilder::joinAt(Block* join) {
  emit(ir::Op::kJump, {})->state = before();
  graph_.connect(block_, join);
}

/// Nobody knows what comes here: the interpreter goes on.
void FunctionBuilder::exit() {
  emit(ir::Op::kExit, {});
  block_->isRare = true;
  block_ = nullptr;
}

/// The interpreter goes on, which is no failure of the code.
void FunctionBuilder::leave() {
  emit(ir::Op::kLeave, {});
  block_->isRare = true;
  block_ = nullptr;
}

FrameState* FunctionBuilder::stateOf(uint32_t offset, const Environment& values, const LocalSet& live) {
  FrameState* s = graph_.newState(function_, offset, values);
  for (uint32_t i = 0; i < code_.locals; i++) {
    if (!live.has(i)) s->values[i] = nullptr;
  }
  s->caller = caller_;
  s->callee = callee_;
  s->tailCalled = tailCalled_;
  return s;
}

FrameState* FunctionBuilder::before() {
  if (before_ == nullptr) {
    before_ = stateOf(whole_.offset, beginning_, *live_);
    before_->wanted = static_cast<uint8_t>(openBefore_);
  }
  return before_;
}

ir::Node* FunctionBuilder::emit(ir::Op op, std::initializer_list<Node*> inputs, uint64_t aux) {
  return emit(op, std::span<Node* const>(inputs.begin(), inputs.size()), aux);
}

ir::Node* FunctionBuilder::emit(ir::Op op, std::span<Node* const> inputs, uint64_t aux) {
  Node* n = graph_.newNode(op, inputs, aux);
  n->origin = {function_, whole_.offset};
  const ir::OpInfo& info = n->info();
  // Whatever may have to box an input gets the state for that, too.
  constexpr uint8_t kStops = ir::kGuard | ir::kCalls | ir::kSafepoint;
  bool boxes = info.flags & (ir::kReads | ir::kWrites | ir::kFresh) || op == ir::Op::kReturn || op == ir::Op::kSame ||
               op == ir::Op::kBranch;
  if ((info.flags & kStops) != 0 || boxes) n->state = before();
  graph_.append(block_, n);
  return n;
}

ir::Node* FunctionBuilder::constant(Value v) {
  if (v.isInt()) return graph_.intConstant(v.asInt());
  if (v.isDouble()) return graph_.floatConstant(v.asDouble());
  return graph_.constant(v);
}

uint32_t FunctionBuilder::failures() const {
  return context_.request.failures ? context_.request.failures(code_, whole_.offset) : 0;
}

void FunctionBuilder::instruction(const Instruction& whole) {
  whole_ = whole;
  site_ = feedback_ != nullptr ? feedback_->find(whole.offset) : nullptr;
  beginning_ = environment_;
  openBefore_ = open_;
  before_ = nullptr;
  std::array<Instruction, 4> parts;
  unsigned count = bytecode::expandComponents(whole, parts);
  for (unsigned i = 0; i < count && block_ != nullptr; i++) {
    literalZero_ = i > 0 && parts[i - 1].op == Op::kInt8 && parts[i - 1].operands[0] == 0;
    component(parts[i]);
  }
}

void FunctionBuilder::component(const Instruction& c) {
  auto operand = [&c](unsigned i) { return static_cast<uint32_t>(c.operands[i]); };
  auto next = whole_.end();
  switch (c.op) {
    case Op::kNop:
    case Op::kLoopHead: return;
    case Op::kPop: pop(); return;
    case Op::kPopN: environment_.resize(environment_.size() - operand(0)); return;
    case Op::kDup: return push(environment_.back());
    case Op::kPick: return push(environment_[environment_.size() - 1 - operand(0)]);
    case Op::kSwap: std::swap(environment_[environment_.size() - 1], environment_[environment_.size() - 2]); return;
    case Op::kRot: std::rotate(environment_.end() - 3, environment_.end() - 2, environment_.end()); return;
    case Op::kNil: return push(nil());
    case Op::kTrue: return push(graph_.boolConstant(true));
    case Op::kFalse: return push(graph_.boolConstant(false));
    case Op::kInt8:
    case Op::kInt16: return push(graph_.intConstant(c.operands[0]));
    case Op::kConst:
    case Op::kConstW: {
      Value v = code_.constant(operand(0));
      if (v.isWideInt()) return push(graph_.intConstant(runtime::integerOf(v)));
      return push(constant(v));
    }
    case Op::kGetLocal:
    case Op::kGetLocalW: return push(local(operand(0)));
    case Op::kSetLocal:
    case Op::kSetLocalW: return setLocal(operand(0), pop());
    case Op::kTeeLocal: return setLocal(operand(0), environment_.back());
    case Op::kLocalNil:
      for (uint32_t i = 0; i < operand(1); i++) setLocal(operand(0) + i, nil());
      return;
    case Op::kNewCell: return setLocal(operand(0), emit(ir::Op::kNewCell, {local(operand(0))}));
    case Op::kGetCell: return push(asLoaded(emit(ir::Op::kLoadCell, {local(operand(0))}), {}));
    case Op::kSetCell: {
      Node* value = pop();
      emit(ir::Op::kStoreCell, {local(operand(0)), value});
      return;
    }
    case Op::kGetUpvalue: return push(loadUpvalue(operand(0)));
    case Op::kSetUpvalue: {
      Node* value = pop();
      emit(ir::Op::kStoreCell, {cellOf(operand(0)), value});
      return;
    }
    case Op::kGetCapture: {
      Node* constant = constantUpvalue(operand(0), false);
      return push(constant != nullptr ? constant : cellOf(operand(0)));
    }
    case Op::kGetGlobal: {
      Node* value = getField(loadUpvalue(operand(0)), operand(1), operand(2));
      if (value != nullptr) push(value);
      return;
    }
    case Op::kSetGlobal: {
      Node* value = pop();
      setField(loadUpvalue(operand(0)), value, operand(1), operand(2));
      return;
    }
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
    case Op::kDiv:
    case Op::kMod:
    case Op::kPow:
    case Op::kIDiv: return arithmetic(c.op);
    case Op::kBAnd:
    case Op::kBOr:
    case Op::kBXor:
    case Op::kShl:
    case Op::kShr: {
      Node *b = pop(), *a = pop();
      if (Node* result = bitwise(c.op, a, b)) push(result);
      return;
    }
    case Op::kUnm: return negate();
    case Op::kBNot: {
      Node* a = pop();
      if (typesOf(a, 0).isEmpty()) return exit();
      return push(emit(ir::Op::kIntNot, {toInt(a)}));
    }
    case Op::kNot: return push(isFalsy(pop()));
    case Op::kLen: {
      Node* o = pop();
      TypeSet types = typesOf(o, 0);
      if (types.isEmpty() && site_ != nullptr && failures() == 0) return exit();
      if (Node * result; types.isOnly(TypeSet::kTable) && !isUnused(runtime::Meta::kLen) &&
                         callMetamethod(runtime::Meta::kLen, o, o, result)) {
        if (block_ != nullptr) push(result);
        return;
      }
      if (o->op == ir::Op::kConstant && o->value().isString()) {
        return push(graph_.intConstant(runtime::asString(o->value())->length()));
      }
      if (types.isOnly(TypeSet::kString)) {
        return push(emit(ir::Op::kStringLength, {emit(ir::Op::kCheckString, {o})}));
      }
      if (types.isOnly(TypeSet::kTable) && failures() < 2) o = toTable(o);
      if (types.isOnly(TypeSet::kTable) && hasPlainTables()) {
        emit(ir::Op::kCheckPlain, {o});
        return push(emit(ir::Op::kLoadLength, {emit(ir::Op::kLoadArray, {o})}));
      }
      return push(emit(ir::Op::kCheckInt, {leaf(ir::Leaf::kLength, {o})}));
    }
    case Op::kEq:
    case Op::kNe:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe: return comparison(c.op);
    case Op::kJump:
    case Op::kLoop: return goTo(static_cast<uint32_t>(c.target()), whole_);
    case Op::kJumpIfFalse: return branch(isFalsy(pop()), static_cast<uint32_t>(c.target()), next, whole_);
    case Op::kJumpIfTrue: return branch(isFalsy(pop()), next, static_cast<uint32_t>(c.target()), whole_);
    case Op::kJumpIfFalseKeep:
    case Op::kJumpIfTrueKeep: {
      // The operand stays where it jumps: that way has an environment of its own.
      Node* kept = environment_.back();
      Node* falsy = isFalsy(kept);
      bool jumpsIfFalsy = c.op == Op::kJumpIfFalseKeep;
      emit(ir::Op::kBranch, {falsy}, odds(jumpsIfFalsy));
      Block* here = block_;
      auto target = static_cast<uint32_t>(c.target());
      if (jumpsIfFalsy) succeedBy(here, target, whole_);
      Node* popped = pop();
      succeedBy(here, next, whole_);
      push(popped);
      if (!jumpsIfFalsy) succeedBy(here, target, whole_);
      block_ = nullptr;
      return;
    }
    case Op::kJumpIfNil:
    case Op::kJumpIfNotNil: {
      Node* isNil = emit(ir::Op::kIsNil, {pop()});
      bool ifNil = c.op == Op::kJumpIfNil;
      auto target = static_cast<uint32_t>(c.target());
      return branch(isNil, ifNil ? target : next, ifNil ? next : target, whole_);
    }
    case Op::kForPrep: return forPrep(c);
    case Op::kForLoop: return forLoop(c);
    case Op::kForInCall: return forIn(c);
    case Op::kGetField: {
      if (Node* value = getField(pop(), operand(0), operand(1))) push(value);
      return;
    }
    case Op::kGetProperty: {
      if (Node* value = getProperty(pop(), operand(0), operand(1))) push(value);
      return;
    }
    case Op::kSelf: {
      Node* object = pop();
      if (selfApart(object, operand(0), operand(1))) return;
      if (Node* value = getField(object, operand(0), operand(1))) {
        // That there is none is the language's error, which the interpreter raises.
        if (isStrict() && value->op == ir::Op::kConstant && value->value().isNil()) return exit();
        if (isStrict() && !value->isConstant()) value = emit(ir::Op::kCheckNotNil, {value});
        push(value);
        push(object);
      }
      return;
    }
    case Op::kSetField: {
      Node *value = pop(), *object = pop();
      setField(object, value, operand(0), operand(1));
      return;
    }
    case Op::kSetFieldL: {
      setField(local(operand(0)), pop(), operand(1), operand(2));
      return;
    }
    case Op::kInitField: {
      Node *value = pop(), *object = pop();
      if (setField(object, value, operand(0), operand(1))) push(object);
      return;
    }
    case Op::kGetIndex: {
      Node *key = pop(), *object = pop();
      if (Node* value = getIndex(object, key)) push(value);
      return;
    }
    case Op::kSetIndex: {
      Node *value = pop(), *key = pop(), *object = pop();
      return setIndex(object, key, value);
    }
    case Op::kSetIndexLL: return setIndex(local(operand(0)), local(operand(1)), pop());
    case Op::kSetIndexLI: return setIndex(local(operand(0)), graph_.intConstant(c.operands[1]), pop());
    case Op::kNewTable: {
      uint8_t slots = runtime::ShapeTable::inlineClass(operand(1));
      graph_.rootShapes[slots] = context_.request.isolate.shapes.root(slots).id;
      return push(emit(ir::Op::kNewTable, {}, uint64_t{operand(0)} | uint64_t{operand(1)} << 32));
    }
    case Op::kClosure: {
      const Code* made = runtime::as<runtime::PrototypeObject>(code_.children[operand(0)])->code;
      Environment captured;
      for (const bytecode::Upvalue& u : made->function->upvalues) {
        captured.push_back(u.from == bytecode::Upvalue::From::kParentUpvalue ? cellOf(u.index) : local(u.index));
      }
      return push(emit(ir::Op::kNewClosure, captured, reinterpret_cast<uintptr_t>(made)));
    }
    case Op::kSetList:
    case Op::kSetListVar: {
      // Done again from its beginning, it does the same. Elements are set one by one, which makes another array of a
      // nil in front of a value than setting all at once.
      if (failures() > 1) return exit();
      uint32_t count = operand(0) + takeOpen();
      Environment values(environment_.end() - count, environment_.end());
      for (uint32_t i = 0; i + 1 < count; i++) values[i] = emit(ir::Op::kCheckNotNil, {values[i]});
      environment_.resize(environment_.size() - count);
      Node* table = toTable(environment_.back());
      for (uint32_t i = 0; i < count; i++) {
        leaf(ir::Leaf::kSetElement, {table, graph_.intConstant(int64_t{operand(1)} + i + 1), values[i]});
      }
      return;
    }
    case Op::kConcat: {
      Node* right = pop();
      for (uint32_t i = 1; i < operand(0); i++) right = leaf(ir::Leaf::kConcat, {pop(), right});
      return push(right);
    }
    case Op::kCall: return call(operand(0), operand(1));
    case Op::kCallOpen: return callOpen(operand(0));
    case Op::kCallVar: return call(operand(0) + takeOpen(), operand(1));
    case Op::kCallVarOpen: return callOpen(operand(0) + takeOpen());
    case Op::kTailCall: return tailCall(operand(0));
    case Op::kTailCallVar: return tailCall(operand(0) + takeOpen());
    case Op::kMarkClose:
    case Op::kClose:
      // nil and false need no closing.
      emit(ir::Op::kCheckTrue, {isFalsy(local(operand(0)))});
      return;
    case Op::kVararg: return vararg(operand(0));
    case Op::kVarargOpen: return varargOpen();
    case Op::kVarargCount: return push(varargCount());
    case Op::kReturn:
    case Op::kReturnVar: {
      uint32_t count = operand(0) + takeOpen();
      Environment values(environment_.end() - count, environment_.end());
      return giveBack(values, before());
    }
    case Op::kReturn0: return giveBack({}, before());
    case Op::kReturn1: {
      Node* value = pop();
      return giveBack({&value, 1}, before());
    }
    default:
      // The interpreter does what has no graph.
      if (!rawComponent(c)) exit();
      return;
  }
}

}  // namespace devvm::jit
