#include "jit/feedback/recorder.h"

#include <algorithm>
#include <new>

#include "bytecode/decode.h"
#include "interpreter/interpreter.h"

namespace devvm::jit {

using namespace runtime;
using bytecode::Instruction;

namespace {

Value localOf(const Fiber& f, uint32_t i) { return f.fp[-1 - static_cast<int64_t>(i)]; }

/// An operand before the instruction runs; absent if there is none to look at.
Value operandValue(const Fiber& f, uint16_t from) {
  uint32_t i = sourceIndex(from);
  switch (sourceOf(from)) {
    case Source::kStack: return f.sp[i];
    case Source::kLocal: return localOf(f, i);
    case Source::kUpvalue: {
      Value cell = as<Closure>(f.fp[2])->upvalues[i];
      return isKind(cell, Kind::kCell) ? loadSlot(&as<Cell>(cell)->value) : Value::absent();
    }
    default: return Value::absent();
  }
}

uint8_t accessOf(Value object, Value key) {
  if (!object.isTable()) return kNotATable;
  if (key.isString()) return kByString;
  if (!key.isInt()) return kElsewhere;
  uint32_t length = asTable(object)->arrayStorage()->length;
  auto index = static_cast<uint64_t>(key.asInt()) - 1;
  return index < length ? kInArray : index == length ? kAppended : kElsewhere;
}

/// Whether an operation leaves its one result on top of the stack.
bool hasResult(const Site& site) {
  switch (site.kind) {
    case SiteKind::kArithmetic:
    case SiteKind::kField:
    case SiteKind::kElement:
    case SiteKind::kAllocation: return true;
    default: return false;
  }
}

/// The type that arithmetic on two plain numbers gives, as handlers that go past a tail do it.
TypeSet sumType(TypeSet left, TypeSet right) {
  return left.has(TypeSet::kFloat) || right.has(TypeSet::kFloat) ? TypeSet::kFloat : TypeSet::kInt;
}

}  // namespace

void Recorder::begin(Isolate& isolate) {
  if (!isolate.profiling) slices++;
  left_ = kSlice;
  begun_.reserve(kMostBegun);
  interpreter::setProfiling(isolate, true);
}

void Recorder::end(Isolate& isolate) {
  begun_.clear();
  interpreter::setProfiling(isolate, false);
}

void Recorder::forget(const Code& code) {
  std::erase_if(begun_, [&code](const Begun& b) { return b.code == &code; });
  std::erase_if(followed_, [&code](const Followed& t) { return t.code == &code; });
}

void Recorder::observe(Isolate& isolate) {
  const Fiber& f = *isolate.fiber;
  const Code* code = codeOf(f.fp);
  auto frame = static_cast<uint32_t>(f.high - f.fp);
  uint32_t offset = code->offsetOf(f.pc);
  steps++;
  // Frames that are gone, and what this frame began last.
  while (!begun_.empty()) {
    const Begun last = begun_.back();
    if (last.fiber == &f && last.frame < frame) break;
    begun_.pop_back();
    if (last.fiber != &f || last.frame != frame || last.code != code) continue;
    settle(f, last, *feedbackOf(*code), offset);
    break;
  }
  if (left_ == 0 || --left_ == 0) return end(isolate);
  FeedbackVector* vector = feedbackOf(*code);
  if (vector == nullptr) return;
  countUp(vector->steps);
  Site* site = vector->find(offset);
  if (site == nullptr) return;
  record(isolate, f, *vector, *site);
  if (begun_.size() == kMostBegun) begun_.erase(begun_.begin());
  Begun begun{&f, code, frame, offset, offset + site->length, {}};
  if (site->kind == SiteKind::kArithmetic && f.sp < f.fp) {
    // The left operand of a sum that follows: below what the product takes off the stack.
    int below = 0;
    for (uint16_t from : site->sources) below += sourceOf(from) == Source::kStack;
    const Value* at = f.sp + below;
    if (at < f.fp - code->locals - 1) begun.left = TypeSet::of(*at);
  }
  begun_.push_back(begun);
}

void Recorder::follow(const Begun& begun, Value table) {
  if (!table.isTable() || followed_.size() == kMostFollowed) return;
  followed_.push_back({table.asObject(), begun.code, begun.offset});
}

void Recorder::collected(heap::Heap& heap) {
  for (const Followed& t : followed_) {
    FeedbackVector* vector = feedbackOf(*t.code);
    const Site* site = vector != nullptr ? vector->find(t.offset) : nullptr;
    if (site == nullptr || site->kind != SiteKind::kAllocation) continue;
    AllocationFate& fate = vector->fateOf(*site);
    bool lives = heap.isLive(t.table);
    countUp(fate.sampled);
    countUp(lives ? fate.survived : fate.died);
    // What died is whole still: nothing of the memory has been used again.
    auto* table = static_cast<Table*>(lives ? heap.forwarded(t.table) : t.table);
    Object* storage = table->array.asObject();
    if (heap.isLive(storage)) storage = heap.forwarded(storage);
    const auto* elements = static_cast<const ValueArray*>(storage);
    fate.elements = std::max(fate.elements, elements->length);
    if (elements->length > 0) fate.elementTypes.add(TypeSet::of(loadSlot(&elements->slots[0])));
    const Shape& shape = t.code->isolate->shapes.of(table);
    if (!shape.dictionary()) fate.fields = std::max(fate.fields, shape.slotCount);
  }
  followed_.clear();
}

/// The operation at `begun` is over, and its frame stands at `offset`.
void Recorder::settle(const Fiber& f, const Begun& begun, FeedbackVector& vector, uint32_t offset) {
  Site* site = vector.find(begun.offset);
  if (site == nullptr) return;
  if (site->isBranch()) {
    if (offset == begun.end) {
      countUp(site->other);
    } else {
      countUp(site->count);
    }
    return;
  }
  const uint8_t* pc = begun.code->entry;
  if (offset == begun.end) {
    if (site->kind == SiteKind::kAllocation) follow(begun, f.sp[0]);
    if (hasResult(*site)) site->result.add(TypeSet::of(site->op == Op::kSelf ? f.sp[1] : f.sp[0]));
    if (site->kind == SiteKind::kCall && site->op == Op::kCall && pc[begun.offset + site->length - 3] == 1) {
      site->result.add(TypeSet::of(f.sp[0]));
    }
    return;
  }
  // A tail was done, too, or a function that ends with this calls itself in the same frame.
  if (begun.end >= begun.code->codeSize) return;
  Site* tail = vector.find(begun.end);
  Instruction next = bytecode::decodeVerified({pc, begun.code->codeSize}, begun.end);
  if (next.op == Op::kSetLocal && offset == next.end()) {
    site->result.add(TypeSet::of(localOf(f, static_cast<uint32_t>(next.operands[0]))));
  }
  if (tail == nullptr) return;
  if (tail->isBranch()) {
    if (offset == next.end()) {
      countUp(tail->other);
    } else if (offset == static_cast<uint32_t>(next.target())) {
      countUp(tail->count);
    }
  } else if (offset != next.end()) {
    return;
  } else if (tail->kind == SiteKind::kArithmetic) {
    TypeSet product = sumType(site->operands[0], site->operands[1]);
    site->result.add(product);
    tail->operands[0].add(begun.left);
    tail->operands[1].add(product);
    tail->result.add(TypeSet::of(f.sp[0]));
    countUp(tail->count);
  } else if (tail->kind == SiteKind::kSetElement) {
    Value object = operandValue(f, tail->sources[0]), key = operandValue(f, tail->sources[1]);
    tail->operands[0].add(TypeSet::of(object));
    if (!key.isAbsent()) tail->operands[1].add(TypeSet::of(key));
    tail->access |= accessOf(object, key);
    if (tail->access & kInArray && key.isInt()) {
      TypeSet stored = TypeSet::of(loadSlot(&asTable(object)->arrayStorage()->slots[key.asInt() - 1]));
      tail->operands[2].add(stored);
      site->result.add(stored);
    }
    countUp(tail->count);
  }
}

void Recorder::record(Isolate&, const Fiber& f, FeedbackVector& vector, Site& site) {
  Value values[Site::kOperands];
  for (unsigned i = 0; i < Site::kOperands; i++) {
    values[i] = operandValue(f, site.sources[i]);
    if (!values[i].isAbsent()) site.operands[i].add(TypeSet::of(values[i]));
  }
  switch (site.kind) {
    case SiteKind::kBranch:
    case SiteKind::kLoop: return;  // counted when it is known where they lead
    case SiteKind::kElement:
    case SiteKind::kSetElement:
      if (sourceOf(site.sources[1]) == Source::kFixed) values[1] = Value::smallInt(1);
      site.access |= accessOf(values[0], values[1]);
      break;
    case SiteKind::kField:
    case SiteKind::kSetField:
      if (values[0].isTable()) vector.metShape(site, asTable(values[0])->word);
      break;
    case SiteKind::kArithmetic:
    case SiteKind::kCompare:
      // Of operands the first table has the say.
      for (unsigned i = 0; i < 2; i++) {
        if (!values[i].isTable()) continue;
        vector.metShape(site, asTable(values[i])->word);
        break;
      }
      break;
    case SiteKind::kCall: recordCall(f, vector, site, f.pc); break;
    default:
      if (site.op == Op::kConcat) {
        for (uint32_t i = 0; i < f.pc[1]; i++) site.operands[0].add(TypeSet::of(f.sp[i]));
      }
      break;
  }
  countUp(site.count);
}

void Recorder::recordCall(const Fiber& f, FeedbackVector& vector, Site& site, const uint8_t* pc) {
  Value callee;
  if (site.op == Op::kForInCall) {
    callee = operandValue(f, site.sources[0]);
  } else {
    bool open = site.op == Op::kCallVar || site.op == Op::kCallVarOpen || site.op == Op::kTailCallVar;
    // call_l pushes the last argument itself.
    uint32_t below = pc[1] + (open ? f.openCount : 0);
    callee = f.sp[below];
    site.operands[0].add(TypeSet::of(callee));
  }
  CallTargets* targets = vector.makeTargets(site);
  if (targets == nullptr) return;
  if (!callee.isFunction()) return countUp(targets->others);
  if (isKind(callee, Kind::kNative)) return targets->add(*as<Native>(callee)->info, 1);
  targets->add(*const_cast<Code*>(as<Closure>(callee)->code), 1);
}

}  // namespace devvm::jit
