// Calls, inlined where that is worth it; returns.

#include <algorithm>

#include "jit/builder/graph_builder.h"
#include "runtime/native.h"

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using ir::Type;
using runtime::Code;

namespace {

constexpr uint32_t kMostInlined = 300;    ///< bytes of bytecode of one function
constexpr uint32_t kMostTogether = 2600;  ///< and of all in one graph
constexpr uint32_t kDeepest = 6;
/// Functions so small cost no more than their calls.
constexpr uint32_t kTiny = 40, kMostTinyTogether = 3400, kDeepestTiny = 10;
constexpr uint32_t kMostResults = 16;

}  // namespace

/// Why the function is not taken into its caller here; null: it is.
const char* FunctionBuilder::whyNotInlined(const Code& code, size_t arguments) const {
  bool isTiny = code.codeSize <= kTiny;
  if (context_.request.failures && context_.request.failures(code, BuildRequest::kWhole) > 0) {
    return "it was left too often where it was taken in";
  }
  if (code.vararg && arguments > code.parameters + kMostVarargs) return "it has many variable arguments here";
  if (code.refuses(static_cast<uint32_t>(arguments))) return "it takes another number of arguments";
  // Generic loops have regions, too: they close a variable that is nil nearly always.
  const auto& regions = code.function->regions;
  if (std::any_of(regions.begin(), regions.end(), [](const auto& r) { return r.depth != 0; })) {
    return "it catches errors and keeps operands";
  }
  // A body of which there is nothing to know may be known before it was called often.
  if (feedbackOf(code) == nullptr && (!isTiny || FeedbackVector::make(code) != nullptr)) {
    return "it was seldom called so far";
  }
  if (code.codeSize > kMostInlined) return "it is too large";
  if (depth_ >= (isTiny ? kDeepestTiny : kDeepest)) return "the call is too deep within others";
  if (context_.inlinedBytes + code.codeSize > (isTiny ? kMostTinyTogether : kMostTogether)) {
    return "the graph is large already";
  }
  // A function that calls itself is taken in once, small ones that give numbers once more: these need no boxes then.
  int same = 0;
  for (const ir::Function* f = function_; f != nullptr; f = f->caller) same += f->code == &code;
  bool givesNumbers = site_ != nullptr && (site_->result.isOnlyInts() || site_->result.isOnlyFloats());
  return same < (isTiny && givesNumbers ? 3 : 2) ? nullptr : "it calls itself";
}

/// Whom the call at this place called so far: only bytecode functions, or one native (the result).
const runtime::NativeInfo* FunctionBuilder::knownCallees(const Node* callee, std::vector<const Code*>& codes) const {
  if (const Value* object = objectOf(callee); object != nullptr && object->isFunction()) {
    if (const Code* code = constantCallee(callee)) {
      codes.push_back(code);
      return nullptr;
    }
    if (failures() < 2) return runtime::as<runtime::Native>(*object)->info;
  }
  const CallTargets* targets = feedback_ != nullptr && site_ != nullptr && site_->kind == SiteKind::kCall
                                   ? feedback_->targetsOf(*site_)
                                   : nullptr;
  if (targets == nullptr || targets->megamorphic || targets->others != 0 || failures() > 1) return nullptr;
  const runtime::NativeInfo* native = nullptr;
  uint32_t natives = 0;
  for (const CallTargets::Target& t : targets->targets) {
    if (!t.isUsed()) continue;
    if (t.native != nullptr) {
      native = t.native;
      natives++;
    } else if (t.function->code != nullptr) {
      codes.push_back(t.function->code);
    }
  }
  if (natives == 0) return nullptr;
  if (!codes.empty() || natives > 1) native = nullptr;
  codes.clear();
  return native;
}

void FunctionBuilder::call(uint32_t count, uint32_t wanted) {
  std::vector<Node*> arguments(environment_.end() - count, environment_.end());
  environment_.resize(environment_.size() - count);
  Node* callee = pop();
  if (wanted > kMostResults || (failures() == 0 && site_ != nullptr && !site_->wasSeen())) return exit();
  std::vector<const Code*> codes;
  const runtime::NativeInfo* native = knownCallees(callee, codes);
  bool isFast = native != nullptr && native->fast != nullptr && (wanted <= 1 || native->oneResult);
  Nodes results;
  bool done = native != nullptr && (bytesOf(*native, callee, arguments, wanted, results) ||
                                    selectOf(*native, callee, arguments, wanted, results) ||
                                    iteratorOf(*native, callee, arguments, wanted, results));
  if (!done && isFast) {
    results = {callNative(*native, callee, arguments)};
    if (wanted != 1) results.resize(wanted, nil());
  } else if (!done) {
    results = callAny(codes, callee, arguments, wanted);
  }
  if (block_ == nullptr) return;
  for (Node* r : results) push(r);
}

/// How many results the function gives, if that is always the same; negative: it is not. `isGuess`: that is true only
/// where it is taken in.
int FunctionBuilder::resultsOf(const Code& code, bool& isGuess) {
  int results = -1;
  std::span<const uint8_t> bytes{code.entry, code.codeSize};
  for (uint32_t offset = 0; offset < code.codeSize;) {
    Instruction whole = bytecode::decodeVerified(bytes, offset);
    offset = whole.end();
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(whole, parts);
    for (unsigned i = 0; i < count; i++) {
      int here = 0;
      switch (parts[i].op) {
        case Op::kReturn0: break;
        case Op::kReturn1: here = 1; break;
        case Op::kReturn: here = static_cast<int>(parts[i].operands[0]); break;
        case Op::kTailCall: {
          // As far as it was seen.
          const runtime::NativeInfo* native = nullptr;
          const FeedbackVector* feedback = feedbackOf(code);
          const Site* site = feedback != nullptr ? feedback->find(whole.offset) : nullptr;
          const CallTargets* targets = site != nullptr ? feedback->targetsOf(*site) : nullptr;
          if (targets != nullptr && targets->others == 0 && !targets->targets[1].isUsed()) {
            native = targets->targets[0].native;
          }
          if (native == nullptr || native->fast == nullptr || !native->oneResult) return -1;
          isGuess = true;
          here = 1;
          break;
        }
        case Op::kReturnVar:
        case Op::kTailCallVar: return -1;
        default: continue;
      }
      if (results >= 0 && results != here) return -1;
      results = here;
    }
  }
  return results;
}

/// A call whose results are an open list: their number has to be known.
void FunctionBuilder::callOpen(uint32_t count) {
  Nodes arguments(environment_.end() - count, environment_.end());
  environment_.resize(environment_.size() - count);
  Node* callee = pop();
  if (failures() == 0 && site_ != nullptr && !site_->wasSeen()) return exit();
  std::vector<const Code*> codes;
  const runtime::NativeInfo* native = knownCallees(callee, codes);
  Nodes results;
  bool done = native != nullptr && selectOf(*native, callee, arguments, kAll, results);
  if (!done && native != nullptr && native->fast != nullptr && native->oneResult) {
    results = {callNative(*native, callee, arguments)};
  } else if (!done) {
    bool isNative = native != nullptr && native->oneResult;
    int wanted = isNative ? 1 : codes.empty() ? -1 : resultsOf(*codes[0], listIsGuess_);
    for (const Code* code : codes) wanted = resultsOf(*code, listIsGuess_) == wanted ? wanted : -1;
    if (isNative) emit(ir::Op::kCheckNative, {callee}, reinterpret_cast<uintptr_t>(native));
    if (wanted < 0 || wanted > static_cast<int>(kMostResults)) return exit();
    isListed_ = true;
    results = callAny(codes, callee, arguments, static_cast<uint32_t>(wanted));
    isListed_ = false;
  }
  listIsGuess_ = false;
  if (block_ == nullptr) return;
  for (Node* r : results) push(r);
  open_ = static_cast<uint32_t>(results.size());
}

/// The function is left with what the call gives. An inlined one makes room for the callee.
void FunctionBuilder::tailCall(uint32_t count) {
  std::vector<Node*> arguments(environment_.end() - count, environment_.end());
  environment_.resize(environment_.size() - count);
  Node* callee = pop();
  if (failures() == 0 && site_ != nullptr && !site_->wasSeen()) return exit();
  std::vector<const Code*> codes;
  const runtime::NativeInfo* native = knownCallees(callee, codes);
  bool wantsOne = depth_ > 0 && wanted_ <= 1 && caller_->wanted != runtime::Link::kOpen;
  if (native != nullptr && native->fast != nullptr && (native->oneResult || wantsOne)) {
    Node* result = callNative(*native, callee, arguments);
    return giveBack({&result, 1}, before());
  }
  // What is no bytecode function keeps the frame below its own, and has its errors there.
  if (codes.empty() && (native != nullptr || depth_ != 0)) {
    if (!code_.exactArity) return exit();
    if (depth_ == 0) return leave();
  }
  if (codes.empty() && depth_ == 0) {
    Nodes inputs(arguments.begin(), arguments.end());
    inputs.insert(inputs.begin(), callee);
    emit(ir::Op::kTailCall, inputs, 0);
    block_ = nullptr;
    return;
  }
  if (depth_ == 0) return replaceFrame(codes, callee, arguments);
  if (caller_->wanted == runtime::Link::kOpen) return exit();  // nobody knows how many results this has
  inTail_ = true;
  Nodes results = callAny(codes, callee, arguments, wanted_);
  inTail_ = false;
  if (block_ == nullptr) return;
  giveBack(results, results.empty() ? caller_ : withResults(caller_, results));
}

/// The outermost function's tail call.
void FunctionBuilder::replaceFrame(std::span<const Code* const> codes, Node* callee, std::span<Node* const> arguments) {
  for (size_t i = 0; i < codes.size(); i++) {
    auto code = reinterpret_cast<uintptr_t>(codes[i]);
    ir::Block* next = nullptr;
    if (i + 1 < codes.size()) next = branchAway(emit(ir::Op::kIsClosure, {callee}, code));
    bool refuses = codes[i]->refuses(static_cast<uint32_t>(arguments.size()));
    if (refuses && code_.exactArity) {
      leave();
    } else if (codes[i]->vararg || refuses) {
      exit();
    } else {
      Nodes inputs(arguments.begin(), arguments.end());
      inputs.resize(codes[i]->parameters, nil());
      inputs.insert(inputs.begin(), emit(ir::Op::kCheckClosure, {callee}, code));
      emit(ir::Op::kTailCall, inputs, code);
    }
    block_ = next;
  }
}

void FunctionBuilder::checkNative(const runtime::NativeInfo& native, Node* callee) {
  if (objectOf(callee) == nullptr) emit(ir::Op::kCheckNative, {callee}, reinterpret_cast<uintptr_t>(&native));
}

/// A native that needs no frame.
ir::Node* FunctionBuilder::callNative(const runtime::NativeInfo& native, Node* callee,
                                      std::span<Node* const> arguments) {
  checkNative(native, callee);
  Node* result = nullptr;
  if (intrinsic(native, arguments, result)) return result;
  return emit(ir::Op::kCallFast, arguments, reinterpret_cast<uintptr_t>(&native));
}

/// The functions that a method of objects of several shapes can be, with their codes. What else it may be comes last,
/// as null. Empty: nothing is known.
FunctionBuilder::Nodes FunctionBuilder::constantCallees(const Node* callee, std::vector<const Code*>& codes) {
  Nodes constants;
  bool hasOthers = false;
  if (!callee->isPhi() || callee->mark != kComplete) return {};
  for (uint32_t i = 0; i < callee->inputCount(); i++) {
    Node* n = callee->input(i);
    const Code* code = constantCallee(n);
    if (code == nullptr) {
      hasOthers = true;
    } else if (std::find(constants.begin(), constants.end(), n) == constants.end()) {
      constants.push_back(n);
      codes.push_back(code);
    }
  }
  if (!constants.empty() && hasOthers) {
    constants.push_back(nullptr);
    codes.push_back(nullptr);
  }
  return constants;
}

/// One of some functions (none: nobody knows whom). What they give comes together; the block may end.
FunctionBuilder::Nodes FunctionBuilder::callAny(std::span<const Code* const> codes, Node* callee,
                                                std::span<Node* const> arguments, uint32_t wanted) {
  std::vector<const Code*> ofConstants;
  Nodes constants = isListed_ ? Nodes() : constantCallees(callee, ofConstants);
  if (!constants.empty()) codes = ofConstants;
  if (codes.empty()) return callFunction(nullptr, callee, arguments, wanted);
  ir::Block* join = nullptr;
  Nodes phis, results;
  for (size_t i = 0; i < codes.size() && context_.refusal == nullptr; i++) {
    auto code = reinterpret_cast<uintptr_t>(codes[i]);
    ir::Block* next = nullptr;
    bool isLast = i + 1 == codes.size();
    Node* checked = callee;
    if (!constants.empty()) {
      if (!isLast) next = branchAway(emit(ir::Op::kSame, {callee, constants[i]}));
      if (constants[i] != nullptr) checked = constants[i];
    } else {
      if (!isLast) next = branchAway(emit(ir::Op::kIsClosure, {callee}, code));
      if (objectOf(callee) == nullptr) checked = emit(ir::Op::kCheckClosure, {callee}, code);
    }
    // What is no function has its error in the frame that makes a tail call.
    if (codes[i] == nullptr && inTail_) {
      exit();
      block_ = next;
      continue;
    }
    results = callFunction(codes[i], checked, arguments, wanted);
    if (codes.size() == 1) return results;
    if (block_ != nullptr) {
      if (join == nullptr) {
        join = graph_.newBlock();
        for (uint32_t r = 0; r < wanted; r++) phis.push_back(newPhi(join, whole_.offset));
      }
      for (uint32_t r = 0; r < wanted; r++) graph_.addInput(phis[r], results[r]);
      joinBehind(join, results);
    }
    block_ = next;
  }
  block_ = join;
  return phis;
}

/// Where control goes on when the call at this place has returned, without results.
ir::FrameState* FunctionBuilder::behindCall() {
  return inTail_ ? caller_ : stateOf(whole_.end(), environment_, *live_);
}

/// Ends the block with a jump, behind a call that gave so many results.
void FunctionBuilder::joinBehind(ir::Block* join, std::span<Node* const> results) {
  ir::FrameState* behind = behindCall();
  behind->wanted = linkWanted(static_cast<uint32_t>(results.size()));
  emit(ir::Op::kJump, {})->state = results.empty() ? behind : withResults(behind, results);
  graph_.connect(block_, join);
}

/// The state with more operands.
ir::FrameState* FunctionBuilder::withResults(const ir::FrameState* behind, std::span<Node* const> results) {
  Environment values(behind->values, behind->values + behind->count);
  values.insert(values.end(), results.begin(), results.end());
  ir::FrameState* s = graph_.newState(behind->function, behind->offset, values);
  s->caller = behind->caller;
  s->callee = behind->callee;
  s->tailCalled = behind->tailCalled;
  if (behind->wanted == runtime::Link::kOpen) s->wanted = static_cast<uint8_t>(results.size());
  return s;
}

/// Calls a bytecode function (null: nobody knows whom), inlined where that is worth it. Gives its results, raw if the
/// only one always was of one type; the block may end.
FunctionBuilder::Nodes FunctionBuilder::callFunction(const Code* code, Node* callee, std::span<Node* const> arguments,
                                                     uint32_t wanted) {
  Nodes results;
  if (code != nullptr) {
    const char* whyNot = whyNotInlined(*code, arguments.size());
    InlineDecision decision{&code_, whole_.offset, code, depth_ + 1, whyNot == nullptr, whyNot};
    if (whyNot == nullptr) {
      if (inlineCall(*code, callee, arguments, wanted, results)) {
        decision.reason = objectOf(callee) != nullptr ? "its function is constant" : "its function is expected";
        context_.reliance.inlining.push_back(decision);
        return results;
      }
      decision.inlined = false;
      decision.reason = "it has an instruction that no graph can have";
    }
    context_.reliance.inlining.push_back(decision);
  }
  if (context_.refusal != nullptr) return {};
  if (isListed_ && listIsGuess_) {
    exit();
    return {};
  }
  // Its own state is that behind it: what has to be boxed for it is boxed before.
  Nodes inputs{callee};
  for (Node* n : arguments) inputs.push_back(n->type == Type::kTagged ? n : emit(ir::Op::kToTagged, {n}));
  uint64_t aux = linkWanted(wanted) | (inTail_ ? ir::kTailCalled : 0);
  if (isListed_) aux |= uint64_t{wanted} << ir::kListedShift;
  Node* n = emit(ir::Op::kCall, inputs, aux);
  n->state = behindCall();
  n->state->wanted = linkWanted(wanted);
  if (wanted > 1 || isListed_) {
    for (uint32_t i = 0; i < wanted; i++) results.push_back(emit(ir::Op::kResult, {n}, i));
    return results;
  }
  if (wanted == 0) return {};
  TypeSet seen = site_ != nullptr ? site_->result : TypeSet();
  if (failures() > 0 || (!seen.isOnlyInts() && !seen.isOnlyFloats())) return {n};
  // The call is not made again where the result is not as expected.
  ir::FrameState* behind = withResults(n->state, {&n, 1});
  Node* result = asLoaded(n, seen);
  result->state = behind;
  return {result};
}

/// False: it cannot be taken in, and nothing was done.
bool FunctionBuilder::inlineCall(const Code& code, Node* callee, std::span<Node* const> arguments, uint32_t wanted,
                                 Nodes& results) {
  ir::Function* function = graph_.newFunction();
  function->code = &code;
  function->locals = code.locals;
  if (code.vararg) {
    function->varargs = static_cast<uint32_t>(std::max<size_t>(arguments.size(), code.parameters)) - code.parameters;
    function->locals += function->varargs;
    function->extra = code.parameters + function->varargs + 1;
  }
  function->caller = inTail_ ? function_->caller : function_;
  function->callOffset = inTail_ ? function_->callOffset : whole_.offset;
  ir::FrameState* caller = behindCall();
  caller->wanted = linkWanted(wanted);
  FunctionBuilder inner(context_, function, caller, callee, depth_ + 1);
  if (!inner.bytecode_.build(code, 0)) {
    graph_.functions.pop_back();
    return false;
  }
  context_.inlinedBytes += code.codeSize;
  inner.tailCalled_ = inTail_;
  inner.wanted_ = wanted;
  inner.outer_ = this;
  ir::Block* end = nullptr;
  if (!inner.buildInlined(block_, arguments, end, results)) {
    refuse("an inlined function");
    return true;
  }
  for (auto [block, exception] : inner.raised_) {
    block_ = block;
    Environment here = environment_;
    raise(exception);
    environment_ = std::move(here);
  }
  block_ = end;
  return true;
}

/// `state`: with which the value may be boxed where ways come together.
void FunctionBuilder::giveBack(std::span<Node* const> values, ir::FrameState* state) {
  if (depth_ == 0) {
    emit(ir::Op::kReturn, values);
  } else {
    Nodes wanted(values.begin(), values.end());
    wanted.resize(wanted_, nil());
    returned_.push_back({block_, std::move(wanted), state});
  }
  block_ = nullptr;
}

}  // namespace devvm::jit
