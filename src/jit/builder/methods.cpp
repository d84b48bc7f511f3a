// Methods that depend on the shape of their object. The way from the lookup to the call stands in as many copies as
// there are methods, each with its own as a constant: the shape is asked for once, and what is taken in knows it.
//
//     get_local o; self "area"      table = check_table o
//     get_local k                   has_shape 7 table?  -> callee is Square.area,  k, call;  -> join
//     call 2 1                      check_shape 9 table -> callee is Circle.area,  k, call;  -> join

#include <algorithm>

#include "jit/builder/graph_builder.h"
#include "runtime/tables.h"

namespace devvm::jit {

using bytecode::Op;
using ir::Block;
using runtime::String;

namespace {

/// Components of instructions between lookup and call, at most: they are built once for each method.
constexpr unsigned kMostBetween = 8;
/// Bytes of bytecode that copies of a method for each shape may have together.
constexpr size_t kMostCopied = 200;

/// How the operand stack grows by an argument's instruction, if that is simple enough to have several copies.
bool isSimple(Op op, int& grows) {
  switch (op) {
    case Op::kNop: grows = 0; return true;
    case Op::kNil:
    case Op::kTrue:
    case Op::kFalse:
    case Op::kInt8:
    case Op::kInt16:
    case Op::kConst:
    case Op::kConstW:
    case Op::kGetLocal:
    case Op::kGetLocalW:
    case Op::kGetUpvalue:
    case Op::kGetCell: grows = 1; return true;
    case Op::kGetProperty:
    case Op::kGetField: grows = 0; return true;
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul: grows = -1; return true;
    default: return false;
  }
}

}  // namespace

/// Whether the function finds fields in different places in objects of different shapes.
bool FunctionBuilder::hasUnlikeFields(const runtime::Code& code, const Ways& ways) const {
  runtime::ShapeTable& shapes = context_.request.isolate.shapes;
  for (const Instruction& whole : bytecode::Instructions({code.entry, code.codeSize})) {
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(whole, parts);
    for (unsigned p = 0; p < count; p++) {
      bool isField = parts[p].op == Op::kGetField || parts[p].op == Op::kGetProperty || parts[p].op == Op::kSetField;
      if (!isField && parts[p].op != Op::kSetFieldL) continue;
      const String* key = runtime::asString(code.constant(static_cast<uint32_t>(parts[p].operands[isField ? 0 : 1])));
      uint32_t slot = shapes.find(shapes[ways[0].shape], key);
      bool isUnlike = std::any_of(ways.begin(), ways.end(),
                                  [&](const Way& w) { return shapes.find(shapes[w.shape], key) != slot; });
      if (isUnlike) return true;
    }
  }
  return false;
}

/// The number of the instruction in the block that calls the method which is looked up here; 0: there is none, or what
/// is in between is not simple.
size_t FunctionBuilder::callOfMethod() const {
  int depth = 1;  // arguments
  unsigned components = 0;
  for (size_t i = at_ + 1; i < instructions_.size(); i++) {
    std::array<Instruction, 4> parts;
    unsigned count = bytecode::expandComponents(instructions_[i], parts);
    for (unsigned p = 0; p < count; p++) {
      Op op = parts[p].op;
      if ((op == Op::kCall || op == Op::kTailCall) && p + 1 == count) return parts[p].operands[0] == depth ? i : 0;
      int grows = 0;
      if (++components > kMostBetween || !isSimple(op, grows)) return 0;
      depth += grows;
      if (depth < 1) return 0;
    }
  }
  return 0;
}

/// Whether the table has one of the shapes: the block for that; block_ is the one for all others.
Block* FunctionBuilder::hasOneOf(Node* table, std::span<const uint32_t> shapes) {
  Block* holds = graph_.newBlock();
  for (uint32_t shape : shapes) {
    relyOn(shape);
    emit(ir::Op::kBranch, {emit(ir::Op::kHasShape, {table}, shape)});
    Block* away = graph_.newBlock();
    if (shapes.size() == 1) {
      graph_.connect(block_, holds);
    } else {
      // A branch has no successor that has several ways in.
      Block* way = graph_.newBlock();
      graph_.connect(block_, way);
      Block* from = std::exchange(block_, way);
      joinAt(holds);
      block_ = from;
    }
    graph_.connect(block_, away);
    block_ = away;
  }
  return holds;
}

/// A lookup of a method that is one of several constants, by the shape of the object, behind which the call follows
/// soon. False: nothing was done.
bool FunctionBuilder::selfApart(Node* object, uint32_t key, uint32_t cell) {
  if (objectOf(object) != nullptr || callOfMethod() == 0) return false;
  String* name = runtime::asString(code_.constant(key));
  auto [ways, rest, asksEpoch] = waysToRead(name, cell);
  bool open = rest != Rest::kNone;
  if (ways.size() < 2 || asksEpoch) return false;
  // Shapes that have the same method go together.
  struct Group {
    Node* method;
    Ways ways;
  };
  std::vector<Group> groups;
  for (const Way& w : ways) {
    Node* method = constantOf(w);
    if (method == nullptr || constantCallee(method) == nullptr) return false;
    auto group = std::find_if(groups.begin(), groups.end(), [method](const Group& g) { return g.method == method; });
    if (group == groups.end()) {
      groups.push_back({method, {w}});
    } else {
      group->ways.push_back(w);
    }
  }
  if (groups.size() < 2) {
    // A small method that finds its fields in different places has a copy for each shape.
    const runtime::Code& code = *constantCallee(groups[0].method);
    if (code.codeSize * ways.size() > kMostCopied || !hasUnlikeFields(code, ways)) return false;
    Node* method = groups[0].method;
    groups.clear();
    for (const Way& w : ways) groups.push_back({method, {w}});
  }
  // What is expected of all that come last is a guard, which may have a set.
  auto most = std::max_element(groups.begin(), groups.end(),
                               [](const Group& a, const Group& b) { return a.ways.size() < b.ways.size(); });
  std::rotate(most, most + 1, groups.end());
  Node* table = toTable(object);
  auto goOn = [&](Block* block, Node* method) {
    apart_.push_back({block, environment_});
    apart_.back().environment.push_back(method);
    apart_.back().environment.push_back(object);
  };
  for (size_t i = 0; i < groups.size(); i++) {
    std::vector<uint32_t> shapes;
    for (const Way& w : groups[i].ways) shapes.push_back(w.shape);
    if (i + 1 < groups.size() || open) {
      goOn(hasOneOf(table, shapes), groups[i].method);
      continue;
    }
    if (shapes.size() == 1) {
      checkShape(table, shapes[0]);
    } else {
      for (uint32_t shape : shapes) relyOn(shape);
      emit(ir::Op::kCheckShapes, {table}, reinterpret_cast<uintptr_t>(graph_.shapeSet(shapes)));
    }
    goOn(block_, groups[i].method);
  }
  if (open) {
    block_->isRare = rest == Rest::kRare;
    Node* method = leaf(ir::Leaf::kGetField, {table, graph_.constant(code_.constant(key))});
    goOn(block_, isStrict() ? emit(ir::Op::kCheckNotNil, {method}) : method);
  }
  block_ = nullptr;
  return true;
}

/// Builds the ways up to the call, and brings them together behind it.
void FunctionBuilder::buildApart() {
  std::vector<Apart> ways = std::exchange(apart_, {});
  size_t lookup = at_, call = callOfMethod();
  std::vector<Apart> ends;
  for (Apart& way : ways) {
    block_ = way.block;
    environment_ = std::move(way.environment);
    for (at_ = lookup + 1; at_ <= call && block_ != nullptr; at_++) {
      live_ = &lives_[at_];
      instruction(instructions_[at_]);
      if (context_.refusal != nullptr) return;
    }
    if (block_ == nullptr) continue;
    emit(ir::Op::kJump, {})->state = stateOf(whole_.end(), environment_, *live_);
    ends.push_back({block_, environment_});
  }
  at_ = call;
  live_ = &lives_[call];
  block_ = nullptr;
  if (ends.empty()) return;
  block_ = graph_.newBlock();
  for (const Apart& e : ends) graph_.connect(e.block, block_);
  environment_ = ends[0].environment;
  for (size_t i = 0; i < environment_.size(); i++) {
    bool same =
        std::all_of(ends.begin(), ends.end(), [&](const Apart& e) { return e.environment[i] == environment_[i]; });
    if (same) continue;
    environment_[i] = newPhi(block_, whole_.offset);
    for (const Apart& e : ends) graph_.addInput(environment_[i], e.environment[i]);
  }
}

}  // namespace devvm::jit
