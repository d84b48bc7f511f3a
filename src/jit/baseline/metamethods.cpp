// Calls of metamethods by machine code: their frame is laid where the interpreter's slow path would lay it, and returns
// to machine code.

#include "jit/baseline/metamethods.h"

#include "bytecode/stack_effect.h"
#include "interpreter/frame_layout.h"
#include "jit/baseline/compiler.h"

namespace devvm::jit {

using namespace x64;
using namespace runtime;

namespace {

/// Tables that are each other's __index, or __newindex, up to this many; the interpreter does longer chains.
constexpr int kMaxChain = 8;

/// What is called for a field or element that `object` has not; the object becomes the one that is asked for it.
Value indexFunction(Isolate& iso, Value& object, Value key, Meta m) {
  for (int i = 0; i < kMaxChain && object.isTable(); i++) {
    Value metatable = tableMetatable(iso, asTable(object));
    if (metatable.isNil()) break;
    Value found = metamethodOf(iso, metatable, m);
    if (found.isNil() || !tableGet(iso, asTable(object), key).isNil()) break;
    if (found.isFunction()) return found;
    object = found;
  }
  return Value::nil();
}

Value find(Isolate& iso, Value* frame, Meta m) {
  Value a = frame[-1], b = frame[-2];
  if (m == Meta::kIndex || m == Meta::kNewIndex) return indexFunction(iso, frame[-1], b, m);
  if (m == Meta::kEq && (!a.isTable() || !b.isTable() || a == b)) return Value::nil();
  // Numbers and strings mean something without metamethods.
  auto isPlain = [](Value v) { return v.isNumber() || v.isString(); };
  if (isPlain(a) && isPlain(b)) return Value::nil();
  Value found = metamethod(iso, a, m);
  return found.isNil() ? metamethod(iso, b, m) : found;
}

}  // namespace

const Code* layMetamethod(Isolate* iso, Value* frame, Value* caller, uint64_t call, const uint8_t* resume) {
  auto m = static_cast<Meta>(call & 0xFF);
  auto wanted = static_cast<MetamethodResult>(call >> 8);
  Value found = find(*iso, frame, m);
  if (!isKind(found, Kind::kClosure)) return nullptr;
  const Code* code = as<Closure>(found)->code;
  if (code->vararg || code->parameters > (m == Meta::kNewIndex ? 3 : 2)) return nullptr;
  Fiber& f = *iso->fiber;
  FrameList& frames = f.metaFrames;
  auto number = static_cast<uint32_t>(f.high - caller);
  while (frames.size > 0 && frames.items[frames.size - 1] >= number) frames.size--;
  if (frames.size == frames.capacity || frames.size >= interpreter::kMaxNestedMetamethods) return nullptr;
  frames.items[frames.size++] = number;
  frame[2] = found;
  if (wanted >= MetamethodResult::kTruth) {
    // The native that the interpreter would call, with (metamethod, a, b, whether to negate), as it waits.
    Value* native = frame + kCompareDistance;
    const Value arguments[] = {iso->compareNative, found, frame[-1], frame[-2],
                               Value::boolean(wanted == MetamethodResult::kUntruth)};
    for (int i = 0; i < 5; i++) native[7 - i] = arguments[i];
    native[2] = iso->compareNative;
    native[1] = Value::fromBits(reinterpret_cast<uint64_t>(resume));
    native[0] = Value::fromBits(Link::make(static_cast<uint32_t>(caller - native), 5, 1).bits | Link::kMachine);
    native[-1] = interpreter::waitingState(1, false, 1);
    caller = native;
  }
  Link link = Link::make(static_cast<uint32_t>(caller - frame), 0, wanted == MetamethodResult::kNone ? 0 : 1);
  frame[0] = Value::fromBits(link.bits | Link::kMachine);
  return code;
}

/// Whether operands were seen with which the instruction calls a metamethod, as it seems.
bool Compiler::callsMetamethods() const {
  return site_->operands[0].has(TypeSet::kTable) || site_->operands[1].has(TypeSet::kTable);
}

/// The instruction's rare case may be that a metamethod is called with these operands: all of them in memory, or none.
void Compiler::mayCallMetamethod(Meta m, const Operand& x, const Operand& y) { mayCallMetamethod(m, {&x, &y}); }
void Compiler::mayCallMetamethod(Meta m, std::initializer_list<const Operand*> operands, MetamethodResult wanted) {
  if (speculates_ || !isLastComponent_) return;
  slowCase().metamethod = static_cast<uint32_t>(metamethods_.size());
  MetamethodSite& site = metamethods_.emplace_back();
  site.meta = m;
  site.wanted = m == Meta::kNewIndex ? MetamethodResult::kNone : wanted;
  for (const Operand* o : operands) site.operands[site.count++] = *o;
}

/// Behind an instruction that called a metamethod: where it goes on with its result, in memory, or by its truth.
Compiler::Behind Compiler::behindMetamethod(const Instruction& whole) const {
  Behind b;
  b.end = placeAt(whole.end());
  b.tail = decoded_[placeAt(whole.end())];
  bool branches = b.tail.op == Op::kJumpIfFalse || b.tail.op == Op::kJumpIfTrue;
  b.ways[0] = b.ways[1] = b.end;
  if (!places_[b.end].hot.isBound() && branches) {
    b.ways[0] = placeAt(b.tail.end());
    b.ways[1] = placeAt(static_cast<uint32_t>(b.tail.target()));
  }
  b.possible = places_[b.end].depth >= 0 && places_[b.ways[0]].hot.isBound() && places_[b.ways[1]].hot.isBound();
  if (!b.possible) return b;
  auto depth = static_cast<uint32_t>(places_[b.end].depth);
  b.stores = bytecode::stackEffect(whole).pushes == 0;
  b.slot = stack_.slot(b.stores ? depth : depth - 1);
  return b;
}

/// The metamethod returns here.
void Compiler::goOnBehindMetamethod(const Behind& b) {
  resumeAfterCall(b.slot, b.end);
  if (b.ways[0] != b.ways[1]) {
    a.sub64(rax, a.literal64(Value::kNilBits));
    a.cmp64(rax, 1);
    bool jumpsIfFalse = b.tail.op == Op::kJumpIfFalse;
    a.jcc(jumpsIfFalse ? Condition::kBelowEqual : Condition::kAbove, places_[b.ways[1]].entry);
  } else if (!b.stores) {
    a.mov64(Mem(rdx), rax);
  }
  a.jmp(places_[b.ways[0]].entry);
}

/// The fiber may stand in a metamethod that was called for the instruction, to return behind it (or to its tail, which
/// stays in the code whole): the metamethod gets the code here as its return address.
void Compiler::awaitMetamethod(const Instruction& whole) {
  Behind behind = behindMetamethod(whole);
  if (!behind.possible) {
    a.jmp(Outside(stubs_.leave));
    return;
  }
  Label& returned = newLabel();
  a.mov64(rdx, addressOf(code_.entry + whole.end()));
  a.lea64(rcx, Mem::at(returned));
  a.mov64(rdi, (behind.stores ? 0 : int64_t{1} << 32) | static_cast<uint32_t>(behind.slot));
  a.jmp(Outside(stubs_.called));
  a.bind(returned);
  goOnBehindMetamethod(behind);
}

/// Calls the metamethod of a rare case if that is possible; else control comes out below. Operands are in their slots,
/// and where they were, if that was not there.
void Compiler::callMetamethod(const SlowCase& s, bool inMemory) {
  if (s.metamethod == kNone) return;
  const MetamethodSite& site = metamethods_[s.metamethod];
  if (site.operands[0].isMemory() != inMemory) return;
  const Place& place = places_[s.place];
  Behind behind = behindMetamethod(decoded_[s.place]);
  if (!behind.possible) return;
  Label &otherwise = newLabel(), &returned = newLabel();
  int frame = behind.slot - 8 * metamethodDistance(site.wanted);
  for (uint32_t i = 0; i < site.count; i++) {
    if (inMemory) {
      a.mov64(rax, Mem(kFrame, stack_.slot(place.state.depth - site.count + i)));
      a.mov64(Mem(kFrame, frame + localOffset(i)), rax);
    } else {
      storeOperand(site.operands[i], frame + localOffset(i));
    }
  }
  a.mov64(rdi, kIsolate);
  a.lea64(rsi, Mem(kFrame, frame));
  a.mov64(rdx, kFrame);
  a.mov32(rcx, static_cast<uint32_t>(metamethodCall(site.meta, site.wanted)));
  bool compares = site.wanted >= MetamethodResult::kTruth;
  if (compares) a.lea64(r8, Mem::at(returned));
  a.mov64(rax, addressOf(&layMetamethod));
  a.call(rax);
  a.test64(rax, rax);
  a.jcc(Condition::kZero, otherwise, Distance::kNear);
  if (compares) {
    a.lea64(kFrame, Mem(kFrame, frame));
    a.jmp(Outside(stubs_.compare));
  } else {
    a.lea64(rsp, Mem(kFrame, frame + 16));
    a.lea64(kFrame, Mem(kFrame, frame));
    a.call(Mem(rax, offset::kCodeMachineEntry));
  }
  a.bind(returned);
  goOnBehindMetamethod(behind);
  a.bind(otherwise);
}

}  // namespace devvm::jit
