// The rare opcodes of page 1: raw table access, typed failures, blocks, arrays, objects, buffers, coroutines, debug.

#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "bytecode/opcode.h"
#include "interpreter/drive.h"
#include "interpreter/slow_paths.h"
#include "runtime/frames.h"

namespace devvm::interpreter {

using namespace runtime;
using bytecode::Op;

namespace {

template <typename T>
T operand(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

int64_t raw(Value v) { return static_cast<int64_t>(v.bits()); }
Value rawI64(int64_t i) { return Value::fromBits(static_cast<uint64_t>(i)); }
Value rawF64(double d) { return Value::fromBits(std::bit_cast<uint64_t>(d)); }

/// One rare instruction on a saved fiber. Each member leaves pc behind the instruction or has failed.
class Rare {
 public:
  explicit Rare(Isolate& iso) : iso_(iso), f_(*iso.fiber), pc_(f_.pc) {}

  void run();

 private:
  Value& top(uint32_t i = 0) { return f_.sp[i]; }
  void next(uint32_t length) { f_.pc = pc_ + length; }
  void replace(uint32_t pops, Value v, uint32_t length = 2) {
    f_.sp += pops;
    *--f_.sp = v;
    next(length);
  }
  void drop(uint32_t pops, uint32_t length = 2) {
    f_.sp += pops;
    next(length);
  }
  [[gnu::format(printf, 2, 3)]] void error(const char* format, ...) {
    char buffer[256];
    va_list args;
    va_start(args, format);
    std::vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    iso_.raiseErrorText(buffer);
    fail(iso_);
  }
  void outOfMemory() {
    if (iso_.failure == Failure::kNone) iso_.raiseOutOfMemory();
    fail(iso_);
  }
  bool expect(Value v, Kind kind, const char* what) {
    if (isKind(v, kind)) return true;
    error("%s expected, got %s", what, typeName(v));
    return false;
  }
  bool expectTable(Value v) {
    if (v.isTable()) return true;
    error("table expected, got %s", typeName(v));
    return false;
  }

  void tables(Op op);
  void blocks(Op op);
  void objects(Op op);
  void buffers(Op op);
  void numbers(Op op);
  void coroutines(Op op);
  void print();

  Isolate& iso_;
  Fiber& f_;
  const uint8_t* pc_;
};

void Rare::tables(Op op) {
  switch (op) {
    case Op::kRawEq: return replace(2, Value::boolean(rawEquals(top(1), top(0))));
    case Op::kRawGet:
      if (!expectTable(top(1))) return;
      return replace(2, tableGet(iso_, asTable(top(1)), top(0)));
    case Op::kRawSet: {
      if (!expectTable(top(2))) return;
      Value key = top(1);
      if (key.isNil()) return error("table index is nil");
      if (key.isDouble() && key.asDouble() != key.asDouble()) return error("table index is NaN");
      if (!tableSet(iso_, Handle(&top(2)), Handle(&top(1)), Handle(&top(0)))) return outOfMemory();
      return drop(3);
    }
    default:
      if (top().isString()) return replace(1, Value::smallInt(asString(top())->length()));
      if (!expectTable(top())) return;
      return replace(1, Value::smallInt(tableLength(iso_, asTable(top()))));
  }
}

void Rare::blocks(Op op) {
  switch (op) {
    case Op::kNewBlock: {
      uint8_t tag = pc_[2];
      uint32_t n = operand<uint16_t>(pc_ + 3);
      Object* o = iso_.heap.allocate(static_cast<uint8_t>(Kind::kBlock), n, tag);
      if (o == nullptr) return outOfMemory();
      auto* block = reinterpret_cast<List*>(o);
      for (uint32_t i = 0; i < n; i++) heap::initSlot(&block->slots[i], f_.sp[n - 1 - i]);
      iso_.heap.writeBarrierAll(o);
      return replace(n, otherValue(o), 5);
    }
    case Op::kBlockGet:
    case Op::kBlockSet: {
      bool set = op == Op::kBlockSet;
      Value v = top(set ? 1 : 0);
      if (!expect(v, Kind::kBlock, "block")) return;
      uint32_t i = operand<uint16_t>(pc_ + 2);
      auto* block = as<List>(v);
      if (i >= block->word) return error("field %u outside a block of %u fields", i, block->word);
      if (!set) return replace(1, loadSlot(&block->slots[i]), 4);
      iso_.heap.store(block, &block->slots[i], top());
      return drop(2, 4);
    }
    case Op::kBlockTag:
      if (!expect(top(), Kind::kBlock, "block")) return;
      return replace(1, rawI64(top().asObject()->aux));
    case Op::kBlockSize:
      if (!expect(top(), Kind::kBlock, "block")) return;
      return replace(1, rawI64(top().asObject()->word));
    case Op::kNewArray: {
      int64_t n = raw(top(1));
      if (n < 0 || n > (int64_t{1} << 28)) return error("invalid array length %lld", static_cast<long long>(n));
      if (n > 1024 && !iso_.charge(static_cast<uint64_t>(n) / 64)) return fail(iso_);
      Object* o = iso_.heap.allocate(static_cast<uint8_t>(Kind::kArray), static_cast<uint32_t>(n), 0);
      if (o == nullptr) return outOfMemory();
      auto* array = reinterpret_cast<List*>(o);
      for (int64_t i = 0; i < n; i++) heap::initSlot(&array->slots[i], top());
      iso_.heap.writeBarrierAll(o);
      return replace(2, otherValue(o));
    }
    case Op::kArrayGet:
    case Op::kArraySet: {
      bool set = op == Op::kArraySet;
      Value v = top(set ? 2 : 1);
      if (!expect(v, Kind::kArray, "array")) return;
      auto i = static_cast<uint64_t>(raw(top(set ? 1 : 0)));
      auto* array = as<List>(v);
      if (i >= array->word) {
        return error("index %lld outside an array of %u elements", static_cast<long long>(i), array->word);
      }
      if (!set) return replace(2, loadSlot(&array->slots[i]));
      iso_.heap.store(array, &array->slots[i], top());
      return drop(3);
    }
    default:
      if (!expect(top(), Kind::kArray, "array")) return;
      return replace(1, rawI64(top().asObject()->word));
  }
}

void Rare::objects(Op op) {
  switch (op) {
    case Op::kNewObject: {
      Value t = newTable(iso_, 0, pc_[2]);
      if (t.isNil()) return outOfMemory();
      return replace(0, t, 3);
    }
    case Op::kSetPrototype:
      if (!expectTable(top(1)) || (!top().isNil() && !expectTable(top()))) return;
      if (!tableSetMetatable(iso_, Handle(&top(1)), Handle(&top(0)))) return outOfMemory();
      return drop(1);
    case Op::kNewRecord: {
      uint32_t n = pc_[2], first = operand<uint16_t>(pc_ + 3);
      Rooted t(iso_, newTable(iso_, 0, n));
      if (t.get().isNil()) return outOfMemory();
      for (uint32_t i = 0; i < n; i++) {
        Rooted key(iso_, codeOf(f_.fp)->constant(first + i));
        if (!tableSetString(iso_, t, key, Handle(&top(n - 1 - i)))) return outOfMemory();
      }
      return replace(n, t, 5);
    }
    default: {
      if (!expectTable(top())) return;
      Value key = codeOf(f_.fp)->constant(operand<uint16_t>(pc_ + 2));
      return replace(1, Value::boolean(!tableGetString(iso_, asTable(top()), asString(key)).isNil()), 4);
    }
  }
}

void Rare::buffers(Op op) {
  if (op == Op::kNewBuffer) {
    int64_t n = raw(top());
    if (n < 0 || n > static_cast<int64_t>(kMaxString))
      return error("invalid buffer length %lld", static_cast<long long>(n));
    if (n > 4096 && !iso_.charge(static_cast<uint64_t>(n) / 64)) return fail(iso_);
    Object* o = iso_.heap.allocate(static_cast<uint8_t>(Kind::kBuffer), static_cast<uint32_t>(n), 0);
    if (o == nullptr) return outOfMemory();
    std::memset(reinterpret_cast<Buffer*>(o)->bytes, 0, static_cast<size_t>(n));
    return replace(1, otherValue(o));
  }
  if (op == Op::kBufferLen) {
    if (!expect(top(), Kind::kBuffer, "buffer")) return;
    return replace(1, rawI64(top().asObject()->word));
  }
  bool store = op >= Op::kStore8;
  Value v = top(store ? 2 : 1);
  if (!expect(v, Kind::kBuffer, "buffer")) return;
  static constexpr uint8_t kSizes[] = {1, 1, 2, 2, 4, 4, 8, 4, 8, 1, 2, 4, 8, 4, 8};
  uint32_t size = kSizes[static_cast<int>(op) - static_cast<int>(Op::kLoadI8)];
  auto at = static_cast<uint64_t>(raw(top(store ? 1 : 0)));
  auto* buffer = as<Buffer>(v);
  if (at > buffer->word || buffer->word - at < size) {
    return error("offset %lld outside a buffer of %u bytes", static_cast<long long>(at), buffer->word);
  }
  uint8_t* p = buffer->bytes + at;
  switch (op) {
    case Op::kLoadI8: return replace(2, rawI64(operand<int8_t>(p)));
    case Op::kLoadU8: return replace(2, rawI64(operand<uint8_t>(p)));
    case Op::kLoadI16: return replace(2, rawI64(operand<int16_t>(p)));
    case Op::kLoadU16: return replace(2, rawI64(operand<uint16_t>(p)));
    case Op::kLoadI32: return replace(2, rawI64(operand<int32_t>(p)));
    case Op::kLoadU32: return replace(2, rawI64(operand<uint32_t>(p)));
    case Op::kLoadI64: return replace(2, rawI64(operand<int64_t>(p)));
    case Op::kLoadF32: return replace(2, Value::canonical(static_cast<double>(operand<float>(p))));
    case Op::kLoadF64: return replace(2, Value::canonical(operand<double>(p)));
    case Op::kStoreF32: {
      auto value = static_cast<float>(std::bit_cast<double>(top().bits()));
      std::memcpy(p, &value, 4);
      return drop(3);
    }
    default: {
      uint64_t value = top().bits();  // little endian: the low bytes come first
      std::memcpy(p, &value, size);
      return drop(3);
    }
  }
}

void Rare::numbers(Op op) {
  switch (op) {
    case Op::kBoxI64: {
      Value v = makeInteger(iso_, raw(top()));
      if (v.isNil()) return outOfMemory();
      return replace(1, v);
    }
    case Op::kUnboxI64:
      if (!top().isAnyInt()) return error("integer expected, got %s", typeName(top()));
      return replace(1, rawI64(integerOf(top())));
    case Op::kUnboxF64:
      if (!top().isNumber()) return error("number expected, got %s", typeName(top()));
      return replace(1, rawF64(doubleOf(top())));
    case Op::kF64ToI64: {
      double d = std::trunc(std::bit_cast<double>(top().bits()));
      int64_t i;
      if (!doubleToInteger(d, i)) return error("float has no integer value in range");
      return replace(1, rawI64(i));
    }
    case Op::kF64Floor: return replace(1, rawF64(std::floor(std::bit_cast<double>(top().bits()))));
    case Op::kI64Div:
    case Op::kI64Rem:
    case Op::kI64DivChecked: {
      int64_t a = raw(top(1)), b = raw(top());
      if (b == 0) return error("integer division by zero");
      if (b == -1) {
        if (op == Op::kI64DivChecked && a == INT64_MIN) return error("integer overflow");
        return replace(2, rawI64(op == Op::kI64Rem ? 0 : wrapSub(0, a)));
      }
      return replace(2, rawI64(op == Op::kI64Rem ? a % b : a / b));
    }
    case Op::kI64NegChecked:
      if (raw(top()) == INT64_MIN) return error("integer overflow");
      return replace(1, rawI64(-raw(top())));
    default: return error("integer overflow");
  }
}

void Rare::coroutines(Op op) {
  switch (op) {
    case Op::kCoCreate: {
      if (!top().isFunction()) return error("function expected, got %s", typeName(top()));
      Value v = newFiber(iso_, Handle(&top()));
      if (v.isNil()) return outOfMemory();
      return replace(1, v);
    }
    case Op::kCoStatus: {
      if (!expect(top(), Kind::kFiber, "coroutine")) return;
      static const char* const kNames[] = {"suspended", "running", "normal", "dead"};
      Value s = newString(iso_, kNames[static_cast<int>(as<FiberObject>(top())->fiber->status)]);
      if (s.isNil()) return outOfMemory();
      return replace(1, s);
    }
    default: {  // resume, yield: natives of the engine do it
      bool resume = op == Op::kCoResume;
      uint32_t n = pc_[2], count = resume ? n + 1 : n;
      if (resume) {
        Value co = top(n);
        if (!expect(co, Kind::kFiber, "coroutine")) return;
        auto status = as<FiberObject>(co)->fiber->status;
        if (status == FiberStatus::kDead) return error("cannot resume dead coroutine");
        if (status != FiberStatus::kSuspended) return error("cannot resume non-suspended coroutine");
      }
      f_.sp--;
      std::memmove(static_cast<void*>(f_.sp), f_.sp + 1, count * sizeof(Value));
      f_.sp[count] = resume ? iso_.resumeNative : iso_.yieldNative;
      return invoke(iso_, count, pc_[3], pc_ + 4);
    }
  }
}

void Rare::print() {
  Value v = top();
  char text[64];
  if (v.isString()) {
    std::string_view s = asString(v)->view();
    std::fwrite(s.data(), 1, s.size(), stdout);
  } else if (v.isNumber()) {
    std::fwrite(text, 1, formatNumber(v, text), stdout);
  } else if (v.isBoolean()) {
    std::fputs(v.isTrue() ? "true" : "false", stdout);
  } else {
    std::fputs(typeName(v), stdout);
  }
  std::fputc('\n', stdout);
  drop(1);
}

void Rare::run() {
  Op op = bytecode::readOp(pc_);
  if (op >= Op::kLoadI8 && op <= Op::kStoreF64) return buffers(op);
  switch (op) {
    case Op::kRawEq:
    case Op::kRawGet:
    case Op::kRawSet:
    case Op::kRawLen: return tables(op);
    case Op::kNewBlock:
    case Op::kBlockGet:
    case Op::kBlockSet:
    case Op::kBlockTag:
    case Op::kBlockSize:
    case Op::kNewArray:
    case Op::kArrayGet:
    case Op::kArraySet:
    case Op::kArrayLen: return blocks(op);
    case Op::kNewObject:
    case Op::kSetPrototype:
    case Op::kNewRecord:
    case Op::kHasField: return objects(op);
    case Op::kNewBuffer:
    case Op::kBufferLen: return buffers(op);
    case Op::kCoCreate:
    case Op::kCoResume:
    case Op::kCoYield:
    case Op::kCoStatus: return coroutines(op);
    case Op::kBreakpoint: return next(2);
    case Op::kPrint: return print();
    case Op::kAssert: {
      if (!top().isFalsy()) return drop(1, 4);
      iso_.raiseErrorText(asString(codeOf(f_.fp)->constant(operand<uint16_t>(pc_ + 2)))->view());
      return fail(iso_);
    }
    case Op::kTypeOf: {
      Value s = newString(iso_, typeName(top()));
      if (s.isNil()) return outOfMemory();
      return replace(1, s);
    }
    case Op::kSwitch: {
      uint32_t n = operand<uint16_t>(pc_ + 2);
      auto i = static_cast<uint64_t>(raw(top()));
      const uint8_t* end = pc_ + 4 + 4 * (n + 1);
      int32_t offset = operand<int32_t>(pc_ + 4 + 4 * (i < n ? i : n));
      f_.sp++;
      f_.pc = end + offset;
      return;
    }
    default: return numbers(op);
  }
}

NativeResult resumeFromCode(NativeCall& c) {
  if (c.state() == 0) {
    uint32_t n = c.count();
    if (!c.ensure(n)) return c.raisePending();
    for (uint32_t i = 0; i < n; i++) c.push(c.arg(i));
    return c.resume(n - 1, 1);
  }
  if (c.failed()) return c.raise(c.top());
  return c.retTop(c.results());
}

NativeResult yieldFromCode(NativeCall& c) {
  if (c.state() == 0) {
    uint32_t n = c.count();
    if (!c.ensure(n)) return c.raisePending();
    for (uint32_t i = 0; i < n; i++) c.push(c.arg(i));
    return c.yield(n, 1);
  }
  return c.retTop(c.results());
}

}  // namespace

const NativeInfo kResumeInfo = {
    .function = resumeFromCode, .name = "(resume)", .intrinsic = Intrinsic::kResumePlain, .hidden = true};
const NativeInfo kYieldInfo = {
    .function = yieldFromCode, .name = "(yield)", .intrinsic = Intrinsic::kYield, .hidden = true};

void slowPage1(Isolate& iso) { Rare(iso).run(); }

}  // namespace devvm::interpreter
