// Variable arguments. Those of an inlined function are nodes of its environment; those of the outermost one lie in its
// frame, and their number is expected to be that of a call that was seen. What `select` asks of them needs no such
// expectation.

#include <cstring>

#include "jit/builder/graph_builder.h"
#include "runtime/native.h"

namespace devvm::jit {

using bytecode::Op;
using heap::Value;
using ir::Type;

namespace {

/// Among so many an index that is not constant is looked for one by one.
constexpr size_t kMostCompared = 8;

bool isSelect(const runtime::NativeInfo* native) {
  return native != nullptr && native->name != nullptr && std::strcmp(native->name, "select") == 0;
}

bool asksForCount(const ir::Node* n) {
  return n->op == ir::Op::kConstant && n->value().isString() && runtime::asString(n->value())->view() == "#";
}

}  // namespace

/// All of them, if their number is known.
bool FunctionBuilder::knownVarargs(Nodes& values) {
  if (depth_ > 0) {
    values.assign(environment_.begin() + code_.locals, environment_.begin() + locals_);
    return true;
  }
  int32_t expected = context_.request.varargs;
  if (expected < 0 || expected > static_cast<int32_t>(kMostVarargs) || failures() > 1) return false;
  Node* count = emit(ir::Op::kCheckVarargs, {}, static_cast<uint64_t>(expected));
  for (int32_t left = expected; left > 0; left--) {
    values.push_back(emit(ir::Op::kVararg, {count}, static_cast<uint64_t>(left)));
  }
  return true;
}

ir::Node* FunctionBuilder::varargCount() {
  return depth_ > 0 ? graph_.intConstant(function_->varargs) : emit(ir::Op::kVarargCount, {});
}

/// Of the outermost function: one, or nil where there are fewer.
ir::Node* FunctionBuilder::varargAt(Node* index0) {
  ir::Block* away = branchAway(emit(ir::Op::kIntLtU, {index0, varargCount()}));
  ir::Block* join = graph_.newBlock();
  Node* phi = newPhi(join, whole_.offset);
  graph_.addInput(phi, emit(ir::Op::kVarargAt, {index0}));
  joinAt(join);
  block_ = away;
  graph_.addInput(phi, nil());
  joinAt(join);
  block_ = join;
  return phi;
}

void FunctionBuilder::vararg(uint32_t count) {
  Nodes values;
  if (knownVarargs(values)) {
    for (uint32_t i = 0; i < count; i++) push(i < values.size() ? values[i] : nil());
  } else if (count <= kMostCompared) {
    for (uint32_t i = 0; i < count; i++) push(varargAt(graph_.intConstant(i)));
  } else {
    exit();
  }
}

void FunctionBuilder::varargOpen() {
  if (depth_ == 0 && selectHere()) return;
  Nodes values;
  if (!knownVarargs(values)) return exit();
  for (Node* v : values) push(v);
  open_ = static_cast<uint32_t>(values.size());
}

/// `select(x, ...)` of the outermost function, from where its open list is pushed on: both instructions are done.
bool FunctionBuilder::selectHere() {
  Instruction next = bytecode::decodeVerified({code_.entry, code_.codeSize}, whole_.end());
  if (next.op != Op::kCallVar || next.operands[0] != 1 || next.operands[1] > 1) return false;
  Node *which = environment_[environment_.size() - 1], *callee = environment_[environment_.size() - 2];
  const Site* site = site_;
  site_ = feedback_ != nullptr ? feedback_->find(next.offset) : nullptr;
  std::vector<const runtime::Code*> codes;
  const runtime::NativeInfo* native = knownCallees(callee, codes);
  site_ = site;
  bool counts = asksForCount(which);
  if (!isSelect(native) ||
      !(counts || which->type == Type::kInt || (which->type == Type::kTagged && failures() == 0))) {
    return false;
  }
  checkNative(*native, callee);
  Node* result = nullptr;
  if (counts) {
    result = varargCount();
  } else {
    which = toInt(which);
    emit(ir::Op::kCheckTrue, {emit(ir::Op::kIntLt, {graph_.intConstant(0), which})});
    result = varargAt(emit(ir::Op::kIntSub, {which, graph_.intConstant(1)}));
  }
  environment_.resize(environment_.size() - 2);
  if (next.operands[1] == 1) push(result);
  skips_ = true;
  return true;
}

/// `select` of arguments that are all known. False: it is not called, or nobody knows which one is wanted; nothing was
/// done.
bool FunctionBuilder::selectOf(const runtime::NativeInfo& native, Node* callee, std::span<Node* const> arguments,
                               uint32_t wanted, Nodes& results) {
  if (!isSelect(&native) || arguments.empty()) return false;
  Node* which = arguments[0];
  std::span<Node* const> rest = arguments.subspan(1);
  if (asksForCount(which)) {
    results = {graph_.intConstant(static_cast<int64_t>(rest.size()))};
  } else if (which->op == ir::Op::kIntConstant && which->integer() > 0) {
    uint64_t skipped = std::min<uint64_t>(static_cast<uint64_t>(which->integer()) - 1, rest.size());
    results.assign(rest.begin() + static_cast<ptrdiff_t>(skipped), rest.end());
  } else if (wanted == 1 && which->type == Type::kInt && rest.size() <= kMostCompared) {
    emit(ir::Op::kCheckTrue, {emit(ir::Op::kIntLt, {graph_.intConstant(0), which})});
    Node* result = nil();
    for (size_t i = 0; i < rest.size(); i++) {
      Node* isIt = emit(ir::Op::kIntEq, {which, graph_.intConstant(static_cast<int64_t>(i) + 1)});
      result = choose(result, rest[i], isIt);
    }
    results = {result};
  } else {
    return false;
  }
  checkNative(native, callee);
  if (wanted != kAll) results.resize(wanted, nil());
  return true;
}

}  // namespace devvm::jit
