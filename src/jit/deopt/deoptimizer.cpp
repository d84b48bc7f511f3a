#include "jit/deopt/deoptimizer.h"

#include <cstdio>
#include <cstdlib>

#include "bytecode/verifier.h"
#include "interpreter/calls.h"
#include "jit/baseline/stubs.h"
#include "runtime/numbers.h"

namespace devvm::jit {

using namespace runtime;
using heap::Tag;
using heap::Value;

namespace {

constexpr int kFrameRegister = 5;  // rbp

[[noreturn]] void noMemory(const char* what) {
  std::fprintf(stderr, "devvm: the system has no memory for %s\n", what);
  std::abort();
}

/// Any integer. In the middle of taking a frame apart nothing may move, so a full heap is no reason to fail.
Value boxed(Isolate& isolate, int64_t i) {
  if (Value::fitsInt(i)) return Value::smallInt(i);
  auto* box = static_cast<WideInt*>(isolate.heap.allocateNoCollect(static_cast<uint8_t>(Kind::kWideInt), 0, 0));
  if (box == nullptr) noMemory("a number");
  box->value = i;
  return Value::pointer(Tag::kWideInt, box);
}

/// Reads places of one optimized frame.
class Reader {
 public:
  Reader(Isolate& isolate, const Value* fp, const RegisterSave* registers)
      : isolate_(isolate), fp_(fp), registers_(registers) {}

  Value read(const ValuePlace& p) const {
    uint64_t bits = 0;
    switch (p.kind) {
      case ValuePlace::kConstant: bits = p.bits; break;
      case ValuePlace::kObject: return reinterpret_cast<const CodeObject*>(p.bits)->value;
      case ValuePlace::kGpr: bits = registers_->gpr[p.index]; break;
      case ValuePlace::kXmm: bits = registers_->xmm[p.index]; break;
      case ValuePlace::kVirtual: return objects_[p.index];
      case ValuePlace::kWord: bits = fp_[-1 - static_cast<int64_t>(p.index)].bits(); break;
      default: return Value::nil();
    }
    switch (p.form) {
      case ValuePlace::kInt: return boxed(isolate_, static_cast<int64_t>(bits));
      case ValuePlace::kIntPlus: return boxed(isolate_, static_cast<int64_t>(bits + p.bits));
      case ValuePlace::kFloat: return Value::canonical(std::bit_cast<double>(bits));
      case ValuePlace::kBool: return Value::boolean((bits & 0xFF) != 0);
      default: return Value::fromBits(bits);
    }
  }

  /// The bits of a slot that the interpreter has as a raw number.
  Value readRaw(const ValuePlace& p, bool isFloat) const {
    if (p.kind == ValuePlace::kDead) return Value::fromBits(0);
    if (p.form == ValuePlace::kInt || p.form == ValuePlace::kIntPlus) {
      ValuePlace bits = p;
      bits.form = ValuePlace::kTagged;
      bits.bits = p.kind == ValuePlace::kConstant ? p.bits : 0;
      uint64_t by = p.form == ValuePlace::kIntPlus ? p.bits : 0;
      return Value::fromBits(read(bits).bits() + by);
    }
    if (p.form == ValuePlace::kFloat) {
      ValuePlace bits = p;
      bits.form = ValuePlace::kTagged;
      return read(bits);
    }
    Value v = read(p);
    if (isFloat) return Value::fromBits(std::bit_cast<uint64_t>(doubleOf(v)));
    return Value::fromBits(static_cast<uint64_t>(integerOf(v)));
  }

  /// Makes an object that the code did without, of which later ones may hold a reference. Nothing may move here.
  void make(const ExitObject& o) {
    auto allocate = [this](Kind kind, uint32_t word, uint8_t aux) {
      heap::Object* object = isolate_.heap.allocateNoCollect(static_cast<uint8_t>(kind), word, aux);
      if (object == nullptr) noMemory("an object");
      return object;
    };
    auto count = static_cast<uint32_t>(o.values.size());
    Value* slots = nullptr;
    switch (o.kind) {
      case ExitObject::kTable: {
        auto* t = static_cast<Table*>(allocate(Kind::kTable, o.shape, static_cast<uint8_t>(count)));
        heap::initSlot(&t->array, isolate_.emptyArray);
        heap::initSlot(&t->props, Value::nil());
        objects_.push_back(tableValue(t));
        slots = t->inlineSlots;
        break;
      }
      case ExitObject::kCell: {
        auto* c = static_cast<Cell*>(allocate(Kind::kCell, 0, 0));
        objects_.push_back(otherValue(c));
        slots = &c->value;
        break;
      }
      case ExitObject::kClosure: {
        auto* c = static_cast<Closure*>(allocate(Kind::kClosure, count, 0));
        c->code = o.code;
        heap::initSlot(&c->prototype, otherValue(o.code->prototype));
        objects_.push_back(functionValue(c));
        slots = c->upvalues;
        break;
      }
    }
    for (uint32_t i = 0; i < count; i++) heap::initSlot(&slots[i], read(o.values[i]));
  }

 private:
  Isolate& isolate_;
  const Value* fp_;
  const RegisterSave* registers_;
  std::vector<Value> objects_;
};

/// What the slots of a frame are to hold whose function has raw ones.
class RawKinds {
 public:
  explicit RawKinds(const ExitFrame& frame) : frame_(frame) {
    if (frame.depth == 0) return;  // looking is slow
    const Code& code = *frame.code;
    if (code.kinds == nullptr) code.kinds = std::make_unique<bytecode::OperandKinds>(*code.function);
    code.kinds->at(frame.offset, operands_);
  }
  /// `i`: in ExitFrame::values.
  bytecode::OperandKind of(size_t i) const {
    const auto& locals = frame_.code->function->localKinds;
    if (i < frame_.code->locals) {
      if (i >= locals.size() || locals[i] == bytecode::SlotKind::kValue) return bytecode::OperandKind::kValue;
      return locals[i] == bytecode::SlotKind::kF64 ? bytecode::OperandKind::kF64 : bytecode::OperandKind::kI64;
    }
    size_t first = frame_.code->locals + frame_.varargs;
    return i >= first && i - first < operands_.size() ? operands_[i - first] : bytecode::OperandKind::kValue;
  }

 private:
  const ExitFrame& frame_;
  std::vector<bytecode::OperandKind> operands_;
};

const MachineCode& codeAt(const Value* fp, const uint8_t* returnAddress) {
  return *Fiber::optimizedAt(codeOf(fp), returnAddress);
}

ExitRecord recordOf(const MachineCode& machine, const uint8_t* returnAddress) {
  ExitRecord record;
  const auto& exits = static_cast<const ExitTable&>(*machine.maps);
  if (!exits.find(static_cast<uint32_t>(returnAddress - machine.start), record)) {
    std::fputs("devvm: machine code stopped where it has no exit\n", stderr);
    std::abort();
  }
  return record;
}

}  // namespace

Innermost writeFrames(Fiber& fiber, Value* fp, const ExitRecord& record, const RegisterSave* registers) {
  Isolate& isolate = *fiber.isolate;
  // Old and new places overlap: all is read before anything is written.
  Reader reader(isolate, fp, registers);
  for (const ExitObject& o : record.objects) reader.make(o);
  std::vector<Value> values;
  for (const ExitFrame& f : record.frames) {
    values.push_back(reader.read(f.callee));
    if (!f.code->raw) {
      for (const ValuePlace& p : f.values) values.push_back(reader.read(p));
      continue;
    }
    RawKinds kinds(f);
    for (size_t i = 0; i < f.values.size(); i++) {
      const ValuePlace& p = f.values[i];
      bytecode::OperandKind kind = kinds.of(i);
      bool isFloat = kind == bytecode::OperandKind::kF64;
      values.push_back(isFloat || kind == bytecode::OperandKind::kI64 ? reader.readRaw(p, isFloat) : reader.read(p));
    }
  }
  const Value* value = values.data();
  const ExitFrame* caller = nullptr;
  Value *frame = fp, *sp = fp;
  for (const ExitFrame& f : record.frames) {
    Value callee = *value++;
    if (caller != nullptr) {
      Value* inner = fp - static_cast<int64_t>(f.firstLocal);
      // The parameters' own copies are used no more.
      for (uint32_t i = 0; i < f.extra; i++) inner[2 + f.extra - i] = i == 0 ? callee : Value::nil();
      inner[2] = callee;
      inner[1] = Value::fromBits(reinterpret_cast<uint64_t>(caller->code->entry + caller->offset));
      uint64_t tail = f.tailCalled ? Link::kTailCalled : 0;
      inner[0] = Value::fromBits(Link::make(static_cast<uint32_t>(frame - inner), f.extra, caller->wanted).bits | tail);
      frame = inner;
    }
    for (uint32_t i = 0; i < f.code->locals; i++) frame[-1 - static_cast<int64_t>(i)] = *value++;
    for (uint32_t i = f.varargs; i > 0; i--) frame[2 + i] = *value++;
    sp = frame - 1 - f.code->locals;
    for (uint32_t i = 0; caller == nullptr && i < record.gap; i++) *--sp = Value::nil();
    for (uint32_t i = 0; i < f.depth; i++) *--sp = *value++;
    caller = &f;
  }
  // Boxes are young, and a stack that did not run is not looked at by minor collections.
  if (!fiber.isMain && !fiber.dirty) {
    fiber.dirty = true;
    isolate.dirtyFibers.push_back(&fiber);
  }
  return {frame, sp, caller->code->entry + caller->offset};
}

void materialize(Fiber& fiber, Value* callee) {
  Value* fp = Fiber::callerOf(callee);
  const uint8_t* address = returnAddressOf(callee);
  Innermost inner = writeFrames(fiber, fp, recordOf(codeAt(fp, address), address), nullptr);
  uint64_t rest = linkOf(callee).bits & ~(Link::kMachine | uint64_t{UINT32_MAX});
  callee[0] = Value::fromBits(rest | static_cast<uint64_t>(inner.fp - callee));
  callee[1] = Value::fromBits(reinterpret_cast<uint64_t>(inner.resume));
}

void materializeReturned(Fiber& fiber, const uint8_t* address) {
  Innermost inner = writeFrames(fiber, fiber.fp, recordOf(codeAt(fiber.fp, address), address), nullptr);
  fiber.fp = inner.fp;
  fiber.pc = inner.resume;
}

void leaveOptimized(Isolate* isolate, const RegisterSave* registers, const uint8_t* returnAddress) {
  Fiber& f = *isolate->fiber;
  auto* fp = reinterpret_cast<Value*>(registers->gpr[kFrameRegister]);
  const Code& code = *codeOf(fp);
  ExitRecord record = recordOf(codeAt(fp, returnAddress), returnAddress);
  Innermost inner = writeFrames(f, fp, record, registers);
  f.fp = inner.fp;
  f.sp = inner.sp;
  f.pc = inner.resume;
  f.openCount = record.frames.back().wanted;
  isolate->budget += record.ahead;
  if (record.kind == ExitKind::kPoll) return interpreter::safepoint(*isolate);
  isolate->tiers->deoptimized(*isolate, const_cast<Code&>(code), returnAddress);
}

bool pollOptimized(Isolate* isolate) {
  bool quiet = !isolate->hooksOn && !isolate->leavesMachine && !isolate->finalizersDue && !isolate->profiling &&
               isolate->options.jit.stress == JitOptions::Stress::kNone;
  if (!quiet || !isolate->pollQuietly()) return false;
  isolate->tiers->polled(*isolate, true);
  return true;
}

namespace {

/// While it lives, optimized code stands still where a collection can see its values.
class Stop {
 public:
  Stop(Isolate& isolate, RegisterSave* registers, const uint8_t* returnAddress) : isolate_(isolate) {
    Fiber& f = *isolate.fiber;
    f.fp = reinterpret_cast<Value*>(registers->gpr[kFrameRegister]);
    f.sp = f.fp - 1;
    isolate.stopped = {returnAddress, registers->gpr};
  }
  ~Stop() { isolate_.stopped = {}; }
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

 private:
  Isolate& isolate_;
};

}  // namespace

bool reserveForOptimized(Isolate* isolate, RegisterSave* registers, const uint8_t* returnAddress, uint64_t bytes) {
  Stop stop(*isolate, registers, returnAddress);
  return isolate->heap.reserve(bytes);
}

uint64_t answerForOptimized(Isolate* isolate, RegisterSave* registers, const uint8_t* returnAddress,
                            Value (*function)(Isolate*)) {
  Stop stop(*isolate, registers, returnAddress);
  return function(isolate).bits();
}

bool growForOptimized(Isolate* isolate, uint64_t words) {
  Fiber& f = *isolate->fiber;
  f.sp = f.fp - 1 - codeOf(f.fp)->parameters;
  if (f.sp - words >= f.limit || growStack(f, words)) return true;
  // The interpreter needs less, and has the error if that is too much, too.
  interpretCallee(*isolate, codeOf(f.fp)->entry);
  return false;
}

}  // namespace devvm::jit
