#include <algorithm>

#include "jit/ir/ir.h"

namespace devvm::jit::ir {

Block* Graph::newBlock() {
  Block& b = allBlocks_.emplace_back();
  b.id = nextBlock_++;
  if (blocks_.empty()) blocks_.push_back(&b);  // the entry comes first
  return &b;
}

Function* Graph::newFunction() {
  Function& f = functions.emplace_back();
  f.number = static_cast<uint32_t>(functions.size() - 1);
  return &f;
}

Node* Graph::newNode(Op op, std::span<Node* const> inputs, uint64_t aux) {
  Node* n = arena_.make<Node>();
  n->id = nextNode_++;
  n->op = op;
  n->type = opInfo(op).type;
  n->aux = aux;
  n->count_ = n->capacity_ = static_cast<uint32_t>(inputs.size());
  if (!inputs.empty()) {
    n->inputs_ = static_cast<Node**>(arena_.allocate(inputs.size() * sizeof(Node*)));
    std::copy(inputs.begin(), inputs.end(), n->inputs_);
  }
  return n;
}

FrameState* Graph::newState(const Function* function, uint32_t offset, std::span<Node* const> values) {
  FrameState* s = arena_.make<FrameState>();
  s->id = nextState_++;
  s->function = function;
  s->offset = offset;
  s->count = static_cast<uint32_t>(values.size());
  s->depth = s->count - std::min(s->count, function->locals);
  s->values = static_cast<Node**>(arena_.allocate(values.size() * sizeof(Node*) + 1));
  std::copy(values.begin(), values.end(), s->values);
  return s;
}

const ShapeSet* Graph::shapeSet(std::span<const uint32_t> shapes) {
  ShapeSet set;
  set.count = static_cast<uint32_t>(shapes.size());
  std::copy(shapes.begin(), shapes.end(), set.shapes);
  std::sort(set.shapes, set.shapes + set.count);
  auto same = std::find(shapeSets_.begin(), shapeSets_.end(), set);
  return same != shapeSets_.end() ? &*same : &shapeSets_.emplace_back(set);
}

void Graph::append(Block* block, Node* n) {
  n->block = block;
  n->previous = block->last;
  n->next = nullptr;
  (block->last != nullptr ? block->last->next : block->first) = n;
  block->last = n;
}

void Graph::insertBefore(Node* at, Node* n) {
  n->block = at->block;
  n->next = at;
  n->previous = at->previous;
  (at->previous != nullptr ? at->previous->next : at->block->first) = n;
  at->previous = n;
}

void Graph::insertAtStart(Block* block, Node* n) {
  Node* at = block->first;
  while (at != nullptr && at->isPhi() && !n->isPhi()) at = at->next;
  at != nullptr ? insertBefore(at, n) : append(block, n);
}

void Graph::addInput(Node* n, Node* input) {
  if (n->count_ == n->capacity_) {
    n->capacity_ = std::max(4u, 2 * n->capacity_);
    auto** wider = static_cast<Node**>(arena_.allocate(n->capacity_ * sizeof(Node*)));
    std::copy(n->inputs_, n->inputs_ + n->count_, wider);
    n->inputs_ = wider;
  }
  n->inputs_[n->count_++] = input;
}

void Graph::removeInput(Node* n, uint32_t i) {
  std::copy(n->inputs_ + i + 1, n->inputs_ + n->count_, n->inputs_ + i);
  n->count_--;
}

void Graph::unlink(Node* n) {
  if (n->block == nullptr) return;
  (n->previous != nullptr ? n->previous->next : n->block->first) = n->next;
  (n->next != nullptr ? n->next->previous : n->block->last) = n->previous;
  n->block = nullptr;
  n->previous = n->next = nullptr;
}

void Graph::replace(Node* n, Node* by) {
  by = by->resolve();
  if (by == n) return;
  n->forward_ = by;
  unlink(n);
}

Node* Graph::constantOf(Op op, uint64_t aux) {
  if (2 * constantCount_ >= constants_.size()) {
    std::vector<Node*> old = std::move(constants_);
    constants_.assign(std::max<size_t>(64, 2 * old.size()), nullptr);
    for (Node* n : old) {
      if (n == nullptr) continue;
      size_t at = (n->aux * 0x9E3779B97F4A7C15u + static_cast<size_t>(n->op)) >> 20;
      while (constants_[at & (constants_.size() - 1)] != nullptr) at++;
      constants_[at & (constants_.size() - 1)] = n;
    }
  }
  size_t at = (aux * 0x9E3779B97F4A7C15u + static_cast<size_t>(op)) >> 20;
  for (;; at++) {
    Node*& n = constants_[at & (constants_.size() - 1)];
    if (n == nullptr) {
      n = newNode(op, {}, aux);
      constantCount_++;
      insertAtStart(entry(), n);
      return n;
    }
    if (n->op == op && n->aux == aux) {
      if (n->block == nullptr) insertAtStart(entry(), n);
      return n;
    }
  }
}

// ---- order ----

void Graph::order() {
  layout.clear();
  // Postorder with an explicit stack: graphs may be deep.
  std::vector<Block*> postorder;
  std::vector<std::pair<Block*, size_t>> stack;
  for (Block& b : allBlocks_) {
    b.number = UINT32_MAX;
    b.dominator = b.loop = b.outer = nullptr;
    b.domDepth = b.loopDepth = 0;
  }
  constexpr uint32_t kSeen = UINT32_MAX - 1;
  Block* first = entry();
  first->number = kSeen;
  stack.emplace_back(first, 0);
  while (!stack.empty()) {
    auto& [block, next] = stack.back();
    if (next < block->successors.size()) {
      // The last successor first, so that the first one comes next in reverse postorder.
      Block* to = block->successors[block->successors.size() - 1 - next++];
      if (to->number == UINT32_MAX) {
        to->number = kSeen;
        stack.emplace_back(to, 0);
      }
      continue;
    }
    postorder.push_back(block);
    stack.pop_back();
  }
  blocks_.assign(postorder.rbegin(), postorder.rend());
  for (uint32_t i = 0; i < blocks_.size(); i++) blocks_[i]->number = i;
  // Edges from what cannot be reached.
  for (Block* b : blocks_) {
    for (size_t i = b->predecessors.size(); i-- > 0;) {
      if (b->predecessors[i]->number != UINT32_MAX) continue;
      b->predecessors.erase(b->predecessors.begin() + static_cast<ptrdiff_t>(i));
      for (Node* n = b->first; n != nullptr && n->isPhi(); n = n->next) removeInput(n, static_cast<uint32_t>(i));
    }
  }
  first->dominator = first;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 1; i < blocks_.size(); i++) {
      Block *b = blocks_[i], *meet = nullptr;
      for (Block* p : b->predecessors) {
        if (p->dominator == nullptr) continue;
        if (meet == nullptr) {
          meet = p;
          continue;
        }
        Block* other = p;
        while (meet != other) {
          while (meet->number > other->number) meet = meet->dominator;
          while (other->number > meet->number) other = other->dominator;
        }
      }
      if (b->dominator == meet) continue;
      b->dominator = meet;
      changed = true;
    }
  }
  for (size_t i = 1; i < blocks_.size(); i++) blocks_[i]->domDepth = blocks_[i]->dominator->domDepth + 1;
  // Loops, the inner ones first: their headers come later.
  std::vector<Block*> work;
  for (size_t i = blocks_.size(); i-- > 0;) {
    Block* header = blocks_[i];
    header->isLoop = false;
    for (Block* p : header->predecessors) {
      if (p->number >= header->number && header->dominates(p)) {
        header->isLoop = true;
        work.push_back(p);
      }
    }
    if (!header->isLoop) continue;
    while (!work.empty()) {
      Block* b = work.back();
      work.pop_back();
      // Up to the outermost loop known so far that holds it.
      Block* l = b->loop;
      if (l == nullptr && b != header) {
        b->loop = header;
      } else {
        while (l != nullptr && l != header && l->outer != nullptr) l = l->outer;
        if (b == header || l == header) continue;
        l->outer = header;
        b = l;
      }
      for (Block* p : b->predecessors) {
        if (p->number > b->number && b->isLoop && b->dominates(p)) continue;  // its own back-edge
        work.push_back(p);
      }
    }
    header->loop = header;
  }
  for (Block* b : blocks_) {
    for (Block* l = b->loop; l != nullptr; l = l->outer) b->loopDepth++;
  }
}

void Graph::splitCriticalEdges() {
  std::vector<Block*> before = blocks_;
  for (Block* from : before) {
    if (from->successors.size() < 2) continue;
    for (Block*& to : from->successors) {
      if (to->predecessors.size() < 2) continue;
      Block* middle = newBlock();
      middle->isRare = from->isRare || to->isRare;
      append(middle, newNode(Op::kJump, {}));
      middle->terminator()->origin = from->terminator()->origin;
      *std::find(to->predecessors.begin(), to->predecessors.end(), from) = middle;
      middle->predecessors.push_back(from);
      middle->successors.push_back(to);
      to = middle;
    }
  }
  order();
}

// ---- between passes ----

void Graph::markNeeded(std::vector<Node*>& work, Node* n) {
  if (n->mark != 0) return;
  n->mark = 1;
  work.push_back(n);
}

void Graph::tidy() {
  // Phis whose inputs are all the same, or themselves.
  for (bool changed = true; changed;) {
    changed = false;
    for (Block* b : blocks_) {
      for (Node *n = b->first, *next; n != nullptr && n->isPhi(); n = next) {
        next = n->next;
        Node* only = nullptr;
        for (uint32_t i = 0; i < n->count_; i++) {
          Node* in = n->input(i);
          if (in == n || in == only) continue;
          if (only != nullptr) {
            only = n;
            break;
          }
          only = in;
        }
        if (only == nullptr || only == n) continue;
        replace(n, only);
        changed = true;
      }
    }
  }
  std::vector<Node*> work;
  for (Block* b : blocks_) {
    for (Node* n = b->first; n != nullptr; n = n->next) n->mark = 0;
  }
  constexpr uint8_t kStays = kGuard | kWrites | kCalls | kSafepoint | kTerminator;
  for (Block* b : blocks_) {
    for (Node* n = b->first; n != nullptr; n = n->next) {
      // A fresh object that nobody needs goes with its guard.
      uint8_t flags = n->info().flags;
      if ((flags & kStays) != 0 && (flags & kFresh) == 0) markNeeded(work, n);
    }
    for (FrameState* s = b->entryState; s != nullptr; s = s->caller) {
      for (uint32_t i = 0; i < s->count; i++) {
        if (Node* v = s->value(i)) markNeeded(work, v);
      }
      if (s->callee != nullptr) markNeeded(work, s->callee = s->callee->resolve());
    }
  }
  while (!work.empty()) {
    Node* n = work.back();
    work.pop_back();
    for (uint32_t i = 0; i < n->count_; i++) markNeeded(work, n->input(i));
    for (FrameState* s = n->state; s != nullptr; s = s->caller) {
      for (uint32_t i = 0; i < s->count; i++) {
        if (Node* v = s->value(i)) markNeeded(work, v);
      }
      if (s->callee != nullptr) markNeeded(work, s->callee = s->callee->resolve());
    }
  }
  for (Block* b : blocks_) {
    forEach(b, [this](Node* n) {
      if (n->mark == 0) unlink(n);
    });
  }
}

}  // namespace devvm::jit::ir
