#include "jit/builder/bytecode_graph.h"

#include <algorithm>

#include "bytecode/stack_effect.h"

namespace devvm::jit {

using bytecode::Instruction;
using bytecode::Op;
using runtime::Code;

namespace {

constexpr uint32_t kNone = UINT32_MAX;
/// Where copies would have more bytecode, the loops around the entry are taken as they come.
constexpr size_t kMostCopied = size_t{16} << 10;

std::span<const uint8_t> bytesOf(const Code& code) { return {code.entry, code.codeSize}; }
/// Control never reaches what follows; the tail of a fused instruction does follow.
bool ends(const Instruction& i) { return i.has(bytecode::kTerminates) && bytecode::tailOf(i.op) == Op::kNop; }
bool jumps(const Instruction& i) { return i.has(bytecode::kJumps) && i.info->operands.ends_with('j'); }

}  // namespace

bool BytecodeGraph::build(const Code& code, uint32_t entry) {
  code_ = &code;
  findBlocks();
  if (refusal_ != nullptr) return false;
  uint32_t first = blockAt_[entry];
  // The interpreter changes over at the heads of loops, where statements begin.
  if (first == kNone || blocks_[first].depth != 0) {
    refusal_ = "a loop with operands around it";
    return false;
  }
  if (entry != 0) {
    findOrder(blockAt_[0]);
    if (!copyAround(first)) return false;
    first = copyOf(first, 0);
  }
  findOrder(first);
  if (!findLoops()) return false;
  findLive();
  return true;
}

/// Blocks begin where jumps lead and behind jumps; depths are found on the way.
void BytecodeGraph::findBlocks() {
  const Code& code = *code_;
  std::vector<int32_t> depths(code.codeSize + 1, -1);
  std::vector<bool> leads(code.codeSize + 1);
  std::vector<uint32_t> open;
  auto reach = [&](uint32_t offset, uint32_t depth, bool leader) {
    if (leader) leads[offset] = true;
    if (depths[offset] >= 0) return false;
    depths[offset] = static_cast<int32_t>(depth);
    return true;
  };
  reach(0, 0, true);
  open.push_back(0);
  while (!open.empty()) {
    uint32_t offset = open.back();
    open.pop_back();
    for (;;) {
      Instruction i = bytecode::decodeVerified(bytesOf(code), offset);
      bytecode::StackEffect effect = bytecode::stackEffect(i);
      uint32_t below = static_cast<uint32_t>(depths[offset]) - effect.pops;
      if (i.op == Op::kSwitch) {
        for (unsigned n = 0; n <= i.switchCases; n++) {
          auto target = static_cast<uint32_t>(i.switchTarget(n));
          if (reach(target, below, true)) open.push_back(target);
        }
      } else if (const auto* caught = handlerOf(i); caught != nullptr) {
        if (reach(caught->handler, caught->depth + 1, true)) open.push_back(caught->handler);
      } else if (jumps(i)) {
        auto target = static_cast<uint32_t>(i.target());
        if (reach(target, below + effect.jumpPushes, true)) open.push_back(target);
        if (!ends(i)) leads[i.end()] = true;
      }
      if (ends(i) || !reach(i.end(), below + effect.pushes, leads[i.end()])) break;
      offset = i.end();
    }
  }
  blockAt_.assign(code.codeSize + 1, kNone);
  for (uint32_t offset = 0; offset < code.codeSize; offset += bytecode::instructionLength(code.entry + offset)) {
    if (depths[offset] < 0) continue;
    if (leads[offset]) {
      blockAt_[offset] = static_cast<uint32_t>(blocks_.size());
      BytecodeBlock& b = blocks_.emplace_back();
      b.original = blockAt_[offset];
      b.start = offset;
      b.depth = static_cast<uint32_t>(depths[offset]);
    }
    BytecodeBlock& b = blocks_.back();
    b.end = offset + bytecode::instructionLength(code.entry + offset);
  }
  for (uint32_t n = 0; n < blocks_.size(); n++) {
    BytecodeBlock& b = blocks_[n];
    auto add = [&](uint32_t offset) {
      uint32_t to = blockAt_[offset];
      b.successors.push_back(to);
      blocks_[to].predecessors.push_back(n);
    };
    Instruction last;
    const bytecode::ExceptionRegion* before = nullptr;
    for (uint32_t offset = b.start; offset < b.end; offset = last.end()) {
      last = bytecode::decodeVerified(bytesOf(code), offset);
      const auto* caught = handlerOf(last);
      if (caught != nullptr && caught != before) add(caught->handler);
      if (caught != nullptr) before = caught;
    }
    if (last.op == Op::kSwitch) {
      for (unsigned i = 0; i <= last.switchCases; i++) add(static_cast<uint32_t>(last.switchTarget(i)));
    } else if (jumps(last))
      add(static_cast<uint32_t>(last.target()));
    if (!ends(last)) add(last.end());
  }
}

const bytecode::ExceptionRegion* BytecodeGraph::regionAt(uint32_t offset) const {
  // Of nested regions the innermost is listed first.
  for (const auto& r : code_->function->regions) {
    if (r.start <= offset && offset < r.end) return r.kind == bytecode::ExceptionRegion::Kind::kCatch ? &r : nullptr;
  }
  return nullptr;
}

/// Functions that are called may be taken in, and raise what is caught here.
const bytecode::ExceptionRegion* BytecodeGraph::handlerOf(const Instruction& i) const {
  bool raises = i.op == Op::kThrow || i.op == Op::kCall || i.op == Op::kCallL;
  return raises ? regionAt(i.offset) : nullptr;
}

void BytecodeGraph::findOrder(uint32_t first) {
  number_.assign(blocks_.size(), kNone);
  std::vector<std::pair<uint32_t, size_t>> stack{{first, 0}};
  std::vector<uint32_t> postorder;
  constexpr uint32_t kSeen = kNone - 1;
  number_[first] = kSeen;
  while (!stack.empty()) {
    auto& [n, next] = stack.back();
    const BytecodeBlock& b = blocks_[n];
    if (next == b.successors.size()) {
      postorder.push_back(n);
      stack.pop_back();
      continue;
    }
    // A jump's target first: what follows comes next in reverse postorder.
    uint32_t to = b.successors[next++];
    if (number_[to] != kNone) continue;
    number_[to] = kSeen;
    stack.emplace_back(to, 0);
  }
  order_.assign(postorder.rbegin(), postorder.rend());
  for (uint32_t i = 0; i < order_.size(); i++) number_[order_[i]] = i;
}

/// Calls each(header, block) for the blocks of all loops, a loop at a time; the header comes first. False: a loop has
/// several ways in.
template <typename Each>
bool BytecodeGraph::forLoopMembers(Each each) {
  std::vector<uint32_t> mark(blocks_.size(), kNone), work;
  for (uint32_t n : order_) {
    work.clear();
    for (uint32_t p : blocks_[n].predecessors) {
      if (number_[p] != kNone && number_[p] >= number_[n]) work.push_back(p);
    }
    if (work.empty()) continue;
    each(n, n);
    mark[n] = n;
    while (!work.empty()) {
      uint32_t b = work.back();
      work.pop_back();
      if (mark[b] == n) continue;
      if (number_[b] < number_[n]) {
        refusal_ = "a loop with several ways in";
        return false;
      }
      mark[b] = n;
      each(n, b);
      for (uint32_t p : blocks_[b].predecessors) {
        if (number_[p] != kNone) work.push_back(p);
      }
    }
  }
  return true;
}

/// In which copy of a block control arrives that comes from the given copy. What is in no loop around that has begun
/// or is to begin again stands once.
uint32_t BytecodeGraph::contextOf(uint32_t original, uint32_t copy) const {
  for (auto loop = static_cast<uint32_t>(around_.size()); loop-- > copy;) {
    if (around_[loop][original] == 2) return loop + 1;
  }
  while (copy < around_.size() && around_[copy][original] == 0) copy++;
  return copy;
}

bool BytecodeGraph::copyAround(uint32_t first) {
  std::vector<std::pair<uint32_t, std::vector<uint8_t>>> loops;  // with their sizes
  auto keepLast = [&] {
    if (!loops.empty() && (loops.back().second[first] != 1)) loops.pop_back();
  };
  uint32_t last = kNone;
  bool reducible = forLoopMembers([&](uint32_t header, uint32_t block) {
    if (header != last) {
      keepLast();
      loops.emplace_back(0, std::vector<uint8_t>(blocks_.size()));
      last = header;
    }
    loops.back().first++;
    loops.back().second[block] = header == block ? 2 : 1;
  });
  if (!reducible) return false;
  keepLast();
  if (loops.empty()) return true;
  std::sort(loops.begin(), loops.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& loop : loops) around_.push_back(std::move(loop.second));
  copies_.assign(around_.size() + 1, std::vector<uint32_t>(blocks_.size(), kNone));
  std::vector<BytecodeBlock> made;
  size_t bytes = 0;
  auto copy = [&](uint32_t original, uint32_t from) {
    uint32_t context = contextOf(original, from);
    uint32_t& n = copies_[context][original];
    if (n == kNone) {
      n = static_cast<uint32_t>(made.size());
      const BytecodeBlock& b = blocks_[original];
      bytes += b.end - b.start;
      BytecodeBlock& c = made.emplace_back();
      c.start = b.start;
      c.end = b.end;
      c.depth = b.depth;
      c.copy = context;
      c.original = original;
    }
    return n;
  };
  copy(first, 0);
  for (uint32_t n = 0; n < made.size() && bytes <= kMostCopied; n++) {
    for (uint32_t successor : blocks_[made[n].original].successors) {
      uint32_t to = copy(successor, made[n].copy);
      made[n].successors.push_back(to);
      made[to].predecessors.push_back(n);
    }
  }
  if (bytes > kMostCopied) {
    around_.clear();
    copies_.clear();
    return true;
  }
  blocks_ = std::move(made);
  return true;
}

bool BytecodeGraph::findLoops() {
  uint32_t locals = code_->locals;
  std::vector<LocalSet> writes(blocks_.size(), LocalSet(locals));
  for (uint32_t n : order_) {
    for (uint32_t offset = blocks_[n].start; offset < blocks_[n].end;) {
      Instruction i = bytecode::decodeVerified(bytesOf(*code_), offset);
      forLocals(
          i, [](uint32_t, uint32_t) {},
          [&](uint32_t first, uint32_t count) {
            for (uint32_t l = first; l < first + count; l++) writes[n].add(l);
          });
      offset = i.end();
    }
  }
  return forLoopMembers([&](uint32_t header, uint32_t block) {
    BytecodeBlock& h = blocks_[header];
    if (header == block) {
      h.isLoop = true;
      h.written = writes[header];
    } else {
      h.written.addAll(writes[block]);
    }
  });
}

void BytecodeGraph::addVariables(uint32_t offset, LocalSet& live) const {
  for (const auto& v : code_->function->variables) {
    if (v.start <= offset && offset < v.end) live.add(v.slot);
  }
  // Errors are caught by the interpreter, which goes on in the handler.
  const auto& regions = code_->function->regions;
  for (size_t i = 0; i < handlersRead_.size(); i++) {
    if (regions[i].start <= offset && offset < regions[i].end) live.addAll(handlersRead_[i]);
  }
}

/// What handlers may read. Those of generic loops close one local and raise the error again; others may read any.
void BytecodeGraph::findHandlers() {
  const auto& regions = code_->function->regions;
  std::span<const uint8_t> code = bytesOf(*code_);
  handlersRead_.assign(regions.size(), LocalSet(code_->locals));
  for (size_t r = 0; r < regions.size(); r++) {
    LocalSet& reads = handlersRead_[r];
    auto readAll = [&] {
      for (uint32_t l = 0; l < code_->locals; l++) reads.add(l);
    };
    for (uint32_t offset = regions[r].handler;;) {
      Instruction i = bytecode::decodeVerified(code, offset);
      bool isWithinRegion = std::any_of(regions.begin(), regions.end(),
                                        [&](const auto& q) { return q.start <= offset && offset < q.end; });
      if ((i.op != Op::kCloseError && i.op != Op::kRethrow && i.op != Op::kNop) || isWithinRegion) {
        readAll();
        break;
      }
      if (i.op == Op::kCloseError) reads.add(static_cast<uint32_t>(i.operands[0]));
      if (ends(i)) break;
      offset = i.end();
    }
  }
}

void BytecodeGraph::before(const Instruction& i, LocalSet& live) const {
  forLocals(
      i, [](uint32_t, uint32_t) {},
      [&](uint32_t first, uint32_t count) {
        for (uint32_t l = first; l < first + count; l++) live.remove(l);
      });
  forLocals(
      i,
      [&](uint32_t first, uint32_t count) {
        for (uint32_t l = first; l < first + count; l++) live.add(l);
      },
      [](uint32_t, uint32_t) {});
  // Closures capture cells and values of locals.
  if (i.op != Op::kClosure) return;
  const Code* made = runtime::as<runtime::PrototypeObject>(code_->children[static_cast<size_t>(i.operands[0])])->code;
  for (const bytecode::Upvalue& u : made->function->upvalues) {
    if (u.from != bytecode::Upvalue::From::kParentUpvalue) live.add(u.index);
  }
}

void BytecodeGraph::liveWithin(uint32_t n, std::vector<Instruction>& instructions, std::vector<LocalSet>& live) const {
  const BytecodeBlock& b = blocks_[n];
  instructions.clear();
  for (uint32_t offset = b.start; offset < b.end; offset = instructions.back().end()) {
    instructions.push_back(bytecode::decodeVerified(bytesOf(*code_), offset));
  }
  LocalSet now(code_->locals);
  for (uint32_t s : b.successors) now.addAll(blocks_[s].live);
  live.assign(instructions.size(), LocalSet());
  for (size_t i = instructions.size(); i-- > 0;) {
    before(instructions[i], now);
    live[i] = now;
    addVariables(instructions[i].offset, live[i]);
  }
}

void BytecodeGraph::findLive() {
  findHandlers();
  for (BytecodeBlock& b : blocks_) b.live = LocalSet(code_->locals);
  std::vector<Instruction> instructions;
  std::vector<LocalSet> live;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = order_.size(); i-- > 0;) {
      liveWithin(order_[i], instructions, live);
      changed = blocks_[order_[i]].live.addAll(live.front()) || changed;
    }
  }
}

}  // namespace devvm::jit
