#include "hand_made.h"

#include <gtest/gtest.h>

#include "bytecode/decode.h"
#include "interpreter/engine.h"
#include "interpreter/interpreter.h"
#include "jit/baseline/layout.h"
#include "languages/lua/library/library.h"
#include "languages/lua/lua_chunk.h"
#include "runtime/strings.h"

namespace devvm::jit::testing {

using namespace runtime;
using namespace x64;
using Place = ValuePlace;

namespace {

constexpr const char* kFunctions = R"(
function inner(x, p)
  local y = x * 2
  p(y)
  return y + x
end
function outer(a, p, f)
  local c = a + 0.5
  local r = f(c, p)
  return r + c
end
)";

// Words of the frame. outer: a p f c r, spare, operand 0 (callee of inner, return address, link); inner: x p y, spare,
// operand 0 (callee of p), its argument.
constexpr uint32_t kA = 0, kP = 1, kF = 2, kInner = 6, kCallee = 13, kArgument = 14;
// Where the code keeps things across the call.
constexpr uint32_t kKeptC = 0, kKeptY = 7, kKeptP = 11, kKeptA = 4;

Mem word(uint32_t i) { return {kFrame, Imm(localOffset(i))}; }

uint32_t offsetOfNth(const Code& code, bytecode::Op wanted, int n) {
  for (uint32_t at = 0; at < code.codeSize;) {
    bytecode::Instruction i = bytecode::decodeVerified({code.entry, code.codeSize}, at);
    if (i.op == wanted && n-- == 0) return at;
    at = i.end();
  }
  ADD_FAILURE() << "no such instruction";
  return 0;
}

const Code& functionNamed(Isolate& iso, const char* name) {
  Rooted key(iso, intern(iso, name));
  return *as<Closure>(tableGet(iso, asTable(iso.globals), key.get()))->code;
}

struct Exits {
  ExitTableBuilder table;
  struct Awaited {
    Label label;
    ExitRecord record;
    Label* back;  ///< of polls: where the code goes on
  };
  std::deque<Awaited> cold;

  Label& to(ExitRecord record, Label* back = nullptr) {
    cold.push_back({{}, std::move(record), back});
    return cold.back().label;
  }
};

}  // namespace

HandMade::HandMade(bool optimized, const IsolateOptions& options) {
  EXPECT_TRUE(stubs_.make(memory_) && optimizedStubs_.make(memory_, stubs_));
  isolate_ = std::make_unique<Isolate>(options);
  EXPECT_TRUE(interpreter::initializeEngine(*isolate_));
  auto tiers = std::make_unique<HandMadeTiers>(stubs_);
  tiers_ = tiers.get();
  isolate_->tiers = std::move(tiers);
  EXPECT_TRUE(lua::openAll(*isolate_));
  EXPECT_EQ(run(kFunctions), "");
  if (optimized) install();
}

HandMade::~HandMade() {
  EXPECT_EQ(isolate_->heap.verify(), "");
  isolate_.reset();
  for (CodeBlock* b : {&block_, &optimizedStubs_.block, &stubs_.block}) {
    if (*b) memory_.free(*b);
  }
}

std::string HandMade::run(const std::string& text) {
  Isolate& iso = *isolate_;
  Rooted function(iso, Value::nil());
  lua::ChunkError error;
  if (!lua::loadChunk(iso, text, "=test", lua::kTextChunks, "t", Handle(&iso.globals), function, error)) {
    return "does not compile";
  }
  std::vector<Value> results;
  bool ok = iso.call(function.get(), nullptr, 0, results);
  Value v = ok ? (results.empty() ? Value::nil() : results[0]) : iso.pendingError;
  if (!ok && iso.failure != Failure::kError) return "stopped: " + std::to_string(static_cast<int>(iso.failure));
  iso.failure = Failure::kNone;
  return v.isString() ? std::string(asString(v)->view()) : v.isNil() ? "" : typeName(v);
}

void HandMade::install() {
  Isolate& iso = *isolate_;
  const Code &outer = functionNamed(iso, "outer"), &inner = functionNamed(iso, "inner");
  EXPECT_EQ(outer.locals, 5);
  EXPECT_EQ(inner.locals, 3);
  uint32_t innerCall = offsetOfNth(outer, bytecode::Op::kCall, 0), pCall = offsetOfNth(inner, bytecode::Op::kCall, 0);
  uint32_t behindInner = innerCall + bytecode::instructionLength(outer.entry + innerCall),
           behindP = pCall + bytecode::instructionLength(inner.entry + pCall);
  Exits exits;
  Assembler a;
  auto single = [&](ExitKind kind, uint32_t offset, std::vector<Place> values) {
    ExitRecord r{.machine = 0, .kind = kind, .reason = ir::Op::kCheckFloat, .frames = {}, .tagged = {}};
    r.frames.push_back({.code = &outer, .offset = offset, .values = {}});
    r.frames[0].depth = static_cast<uint32_t>(values.size()) - outer.locals;
    r.frames[0].values = std::move(values);
    return r;
  };
  auto tagged = [](uint32_t w) { return Place::word(w, Place::kTagged); };
  std::vector<Place> atEntry = {tagged(kA), tagged(kP), tagged(kF), Place::dead(), Place::dead()};

  // ---- entries: stack, fuel ----
  Label enough, grow, polled, polledInside;
  uint32_t callEntry = a.position();
  a.mov64(rsp, kHostStack);
  a.bind(enough);
  a.lea64(rax, word(200));
  a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
  a.jcc(Condition::kBelow, grow);
  a.sub64(Mem(kIsolate, offset::kBudget), 1);
  a.jcc(Condition::kSign, exits.to(single(ExitKind::kPoll, 0, atEntry), &polled));
  a.bind(polled);
  uint32_t bodyEntry = a.position();
  a.lea64(rax, word(200));
  a.cmp64(rax, Mem(kIsolate, offset::kStackLimit));
  Label growBody, body;
  a.jcc(Condition::kBelow, growBody);
  a.bind(body);

  // ---- c = a + 0.5: a is an integer here ----
  a.mov64(rax, word(kA));
  a.cmp64(rax, kIntTag);
  a.jcc(Condition::kBelow, exits.to(single(ExitKind::kGuard, 0, atEntry)));
  a.mov64(r13, rax);  // the registers of the roles may be used
  a.shl64(r13, 16);
  a.sar64(r13, 16);
  a.cvtsi2sd64(xmm9, r13);
  a.mov64(rax, static_cast<int64_t>(std::bit_cast<uint64_t>(0.5)));
  a.movq(xmm1, rax);
  a.addsd(xmm9, xmm1);
  // f is `inner`; if not, a is still in its register.
  a.mov64(rax, word(kF));
  a.mov64(rcx, rax);
  a.shl64(rcx, 16);
  a.shr64(rcx, 16);
  a.cmp8(Mem(rcx, offset::kKind), Imm(static_cast<int32_t>(Kind::kClosure)));
  auto otherCallee = [&] {
    ExitRecord r = single(ExitKind::kGuard, innerCall,
                          {Place::gpr(code(r13), Place::kInt), tagged(kP), tagged(kF), Place::xmm(9), Place::dead(),
                           tagged(kF), Place::xmm(9), tagged(kP)});
    r.reason = ir::Op::kCheckClosure;
    return r;
  };
  a.jcc(Condition::kNotEqual, exits.to(otherCallee()));
  a.mov64(rdx, reinterpret_cast<int64_t>(&inner));
  // A number that is wide for all a but 0: nobody asks for it any more, but the exit has to box it.
  a.shl64(r13, 40);
  a.cmp64(rdx, Mem(rcx, offset::kClosureCode));
  a.jcc(Condition::kNotEqual, exits.to(otherCallee()));
  a.sar64(r13, 40);

  // ---- inner: its unit of fuel, then y = x * 2; p(y) ----
  ExitRecord entered{.machine = 0, .kind = ExitKind::kPoll, .frames = {}, .tagged = {}};
  entered.frames.push_back({.code = &outer, .offset = behindInner, .depth = 0, .wanted = 1, .values = {}});
  entered.frames[0].values = {Place::gpr(code(r13), Place::kInt), tagged(kP), tagged(kF), Place::xmm(9), Place::dead()};
  entered.frames.push_back({.code = &inner, .offset = 0, .values = {}});
  entered.frames[1].callee = Place::gpr(code(rax), Place::kTagged);
  entered.frames[1].values = {Place::xmm(9), tagged(kP), Place::dead()};
  a.sub64(Mem(kIsolate, offset::kBudget), 1);
  a.jcc(Condition::kSign, exits.to(entered, &polledInside));
  a.bind(polledInside);
  a.movsd(xmm2, xmm9);
  a.addsd(xmm2, xmm2);
  a.mov64(rcx, word(kP));
  a.mov64(word(kKeptA), r13);
  a.movsd(word(kKeptC), xmm9);
  a.movsd(word(kKeptY), xmm2);
  a.mov64(word(kInner), rax);
  a.mov64(word(kKeptP), rcx);
  a.mov64(word(kCallee), rcx);
  a.movsd(word(kArgument), xmm2);
  a.mov64(rdx, static_cast<int64_t>(heap::tagBits(heap::Tag::kTable) | 0xDEAD0));
  for (uint32_t i : {1u, 2u, 3u, 5u, 8u, 9u, 10u, 12u}) a.mov64(word(i), rdx);
  Label behind;
  a.mov32(rdi, 1);
  a.lea64(rcx, Mem::at(behind));
  a.lea64(rsi, word(kArgument));
  a.mov64(rdx, reinterpret_cast<int64_t>(inner.entry + pCall));
  a.mov64(kHostStack, Mem(kIsolate, offset::kNativeStack));
  a.jmp(Outside(stubs_.call));
  a.bind(behind);
  ExitRecord call{.machine = a.position(), .kind = ExitKind::kCall, .frames = {}, .tagged = {kInner, kKeptP}};
  call.frames.push_back({.code = &outer, .offset = behindInner, .depth = 0, .wanted = 1, .values = {}});
  call.frames[0].values = {Place::word(kKeptA, Place::kInt), tagged(kKeptP), tagged(kInner),
                           Place::word(kKeptC, Place::kFloat), Place::dead()};
  call.frames.push_back({.code = &inner, .offset = behindP, .depth = 0, .wanted = 0, .values = {}});
  call.frames[1].callee = tagged(kInner);
  call.frames[1].values = {Place::word(kKeptC, Place::kFloat), tagged(kKeptP), Place::word(kKeptY, Place::kFloat)};
  exits.table.add(call);
  a.lea64(kFrame, Mem(rdx, Imm(-localOffset(kCallee))));
  a.mov64(kHostStack, Mem(kIsolate, offset::kNativeStack));
  a.mov64(rsp, kHostStack);

  // ---- y + x, r + c ----
  a.movsd(xmm3, word(kKeptY));
  a.addsd(xmm3, word(kKeptC));
  a.movsd(xmm15, word(kKeptC));
  a.mov64(rax, static_cast<int64_t>(std::bit_cast<uint64_t>(1000.0)));
  a.movq(xmm1, rax);
  a.ucomisd(xmm3, xmm1);
  uint32_t lastAdd = behindInner;
  while (bytecode::readOp(outer.entry + lastAdd) == bytecode::Op::kSetLocal) {
    lastAdd += bytecode::instructionLength(outer.entry + lastAdd);
  }
  a.jcc(Condition::kAbove, exits.to(single(ExitKind::kGuard, lastAdd,
                                           {Place::word(kKeptA, Place::kInt), tagged(kKeptP), tagged(kInner),
                                            Place::xmm(15), Place::xmm(3)})));
  a.addsd(xmm3, xmm15);
  a.movsd(word(0), xmm3);
  a.lea64(rsi, Mem(kFrame, Imm(localOffset(0) + 8)));
  a.mov32(rcx, 1);
  a.jmp(Outside(stubs_.giveBack));

  // ---- cold ----
  a.bind(grow);
  a.mov32(rax, 200);
  a.call(Outside(optimizedStubs_.grow));
  a.jmp(enough);
  a.bind(growBody);
  a.mov32(rax, 200);
  a.call(Outside(optimizedStubs_.grow));
  a.jmp(body);
  for (Exits::Awaited& e : exits.cold) {
    a.bind(e.label);
    bool poll = e.record.kind == ExitKind::kPoll;
    a.call(Outside(poll ? optimizedStubs_.poll : optimizedStubs_.exit));
    e.record.machine = a.position();
    exits.table.add(e.record);
    if (poll) a.jmp(*e.back);
  }
  ASSERT_TRUE(a.finish()) << codeErrorText(a.error());
  block_ = memory_.place(a);
  ASSERT_TRUE(block_);

  auto machine = std::make_unique<MachineCode>();
  machine->start = block_.address;
  machine->size = block_.bytes;
  machine->callEntry = block_.address + callEntry;
  machine->bodyEntry = block_.address + bodyEntry;
  machine->returns = {{call.machine, behindInner}};
  machine->maps = std::make_unique<ExitTable>(exits.table.finish());
  auto& mutableOuter = const_cast<Code&>(outer);
  mutableOuter.machineEntry = machine->callEntry;
  mutableOuter.machine = std::move(machine);
  mutableOuter.start = interpreter::kEnterMachineCode;
}

}  // namespace devvm::jit::testing
