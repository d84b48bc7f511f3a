#include "jit/passes/memory.h"

#include "jit/passes/facts.h"

namespace devvm::jit::passes {

using ir::Alias;
using ir::Node;
using ir::Op;

namespace {

// Behind the classes that are one kind each: offsets and indices, the far ones sharing kinds.
constexpr uint32_t kFirstField = static_cast<uint32_t>(Alias::kAll) + 1;
constexpr uint32_t kFieldKinds = 64;
constexpr uint32_t kFirstProp = kFirstField + kFieldKinds;
constexpr uint32_t kPropKinds = kMemoryKinds - kFirstProp;
static_assert(kFirstProp + 32 < kMemoryKinds);

}  // namespace

uint32_t memoryKind(const Node* n) {
  switch (n->op) {
    case Op::kLoadField:
    case Op::kStoreField: return kFirstField + static_cast<uint32_t>(n->aux / 8 % kFieldKinds);
    case Op::kLoadProp:
    case Op::kStoreProp: return kFirstProp + static_cast<uint32_t>(n->aux % kPropKinds);
    default: return static_cast<uint32_t>(n->info().alias);
  }
}

bool addWritten(const Node* n, KindSet& written) {
  if (n->op == Op::kCallLeaf && !ir::leafInfo(static_cast<ir::Leaf>(n->aux)).writes) return false;
  if (n->op == Op::kAppendElement) {
    for (Alias a : {Alias::kArrays, Alias::kLengths, Alias::kElements}) written.add(static_cast<uint32_t>(a));
    return true;
  }
  if (n->has(ir::kCalls) || (n->has(ir::kWrites) && n->info().alias == Alias::kAll)) {
    KindSet all;
    all.addAll();
    if (!n->has(ir::kCalls)) {
      // What runs no guest code has no variables to set.
      all.remove(static_cast<uint32_t>(Alias::kCells));
      all.remove(static_cast<uint32_t>(Alias::kUpvalues));
    }
    written.add(all);
    return true;
  }
  if (!n->has(ir::kWrites)) return false;
  written.add(memoryKind(n));
  return true;
}

bool areDistinct(const Node* a, const Node* b) {
  // Arrays are distinct if their tables are.
  while ((a->op == Op::kLoadArray && b->op == Op::kLoadArray) || (a->op == Op::kLoadProps && b->op == Op::kLoadProps)) {
    a = unguarded(a->input(0));
    b = unguarded(b->input(0));
  }
  if (a == b) return false;
  auto isNew = [](const Node* n) {
    return n->op == Op::kNewTable || n->op == Op::kNewCell || n->op == Op::kNewClosure || n->op == Op::kNewBlock;
  };
  // What was there before the code ran.
  auto isOld = [](const Node* n) {
    return n->op == Op::kSlot || n->op == Op::kCallee || n->op == Op::kShapeOwner || n->op == Op::kConstant ||
           n->op == Op::kObject;
  };
  return (isNew(a) && (isNew(b) || isOld(b))) || (isNew(b) && isOld(a));
}

bool areDistinctIndices(const Node* a, const Node* b) {
  auto split = [](const Node* n, uint64_t& by) -> const Node* {
    if (n->op == Op::kCheckIndex || n->op == Op::kCheckSmall) n = n->input(0);
    by = 0;
    if (n->op == Op::kIntConstant) {
      by = n->aux;
      return nullptr;
    }
    if ((n->op == Op::kIntAdd || n->op == Op::kIntSub) && n->input(1)->op == Op::kIntConstant) {
      by = n->op == Op::kIntAdd ? n->input(1)->aux : uint64_t{0} - n->input(1)->aux;
      return n->input(0);
    }
    return n;
  };
  uint64_t x, y;
  return split(a, x) == split(b, y) && x != y;
}

std::vector<KindSet> writtenInLoops(const ir::Graph& graph) {
  std::vector<KindSet> sets(graph.blocks().size());
  for (const ir::Block* b : graph.blocks()) {
    if (b->loop == nullptr) continue;
    KindSet own;
    bool writes = false;
    for (const Node* n = b->first; n != nullptr; n = n->next) writes |= addWritten(n, own);
    if (!writes) continue;
    for (const ir::Block* l = b->loop; l != nullptr; l = l->outer) sets[l->number].add(own);
  }
  return sets;
}

}  // namespace devvm::jit::passes
