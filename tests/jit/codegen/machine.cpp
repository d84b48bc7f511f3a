#include "machine.h"

#include <cstddef>
#include <cstdio>

#include "interpreter/interpreter.h"
#include "runtime/code.h"
#include "runtime/fiber.h"

namespace devvm::jit::testing {

using namespace x64;

Machine::Machine() : memory_(std::make_unique<CodeMemory>(CodeMemoryOptions{})), fiber_(isolate.root()) {
  fiber_ = isolate.root(runtime::newFiber(*isolate, isolate.root()));
  EXPECT_TRUE(runtime::growStack(*fiber(), 2000));
  EXPECT_TRUE(stubs_.make(*memory_));
  EXPECT_TRUE(own_.make(*memory_));
  makeStubs();
}

Machine::~Machine() {
  for (CodeBlock& b : blocks_) memory_->free(b);
  functions_.clear();
  for (CodeBlock& b : {std::ref(stubs_.block), std::ref(own_.block), std::ref(testStubs_), std::ref(block_)}) {
    if (b) memory_->free(b);
  }
}

/// Exits write all registers down and leave the machine; so does the return.
void Machine::makeStubs() {
  x64::Assembler a;
  uint32_t at[3];
  auto offsetOf = [](size_t member) { return Imm(static_cast<int32_t>(member)); };
  auto saveAll = [&](uint64_t how) {
    a.push(rax);
    a.mov64(rax, addressOf(&saved_));
    for (unsigned r = 1; r < 16; r++) {
      if (r != x64::code(rsp)) a.mov64(Mem(rax, offsetOf(offsetof(Saved, gpr) + 8 * r)), static_cast<Gpr>(r));
    }
    for (unsigned r = 0; r < 16; r++) a.movsd(Mem(rax, offsetOf(offsetof(Saved, xmm) + 8 * r)), static_cast<Xmm>(r));
    a.pop(rcx);
    a.mov64(Mem(rax, offsetOf(offsetof(Saved, gpr))), rcx);
    a.pop(rcx);
    a.mov64(Mem(rax, offsetOf(offsetof(Saved, from))), rcx);
    a.mov32(rcx, static_cast<uint32_t>(how));
    a.mov64(Mem(rax, offsetOf(offsetof(Saved, how))), rcx);
    a.mov64(kHostStack, Mem(kIsolate, offset::kNativeStack));
    a.jmp(Outside(stubs_.leave));
  };
  at[0] = a.position();
  saveAll(1);
  at[1] = a.position();
  saveAll(2);
  at[2] = a.position();
  a.mov64(rcx, addressOf(&saved_));
  a.mov64(Mem(rcx, offsetOf(offsetof(Saved, result))), rax);
  a.jmp(Outside(stubs_.leave));
  EXPECT_TRUE(a.finish());
  testStubs_ = memory_->place(a);
  EXPECT_TRUE(static_cast<bool>(testStubs_));
  auto base = reinterpret_cast<uintptr_t>(testStubs_.address);
  // Where memory is wanted there is none.
  leaving_ = {.exit = base + at[0], .poll = base + at[1], .grow = 0, .room = base + at[0], .again = base + at[0]};
  returned_ = testStubs_.address + at[2];
}

Value Machine::function(std::string_view text, uint8_t parameters) {
  runtime::Code& c = functions_.emplace_back();
  c.parameters = parameters;
  if (!compile(text)) return Value::nil();
  c.locals = codes_[0].locals;
  c.stackNeeded = 32;
  c.start = interpreter::kEnterMachineCode;
  c.machineEntry = block_.address + code.callEntry;
  c.machine = std::make_unique<runtime::MachineCode>();
  c.machine->bodyEntry = block_.address + code.bodyEntry;
  blocks_.push_back(block_);
  block_ = {};
  heap::Object* o = isolate->heap.allocate(static_cast<uint8_t>(runtime::Kind::kClosure), 0, 0);
  reinterpret_cast<runtime::Closure*>(o)->code = &c;
  return callee_ = isolate.root(runtime::functionValue(o)).get();
}

std::string Machine::refusalOf(std::string_view source) {
  ir::Graph graph;
  std::string error, text(source);
  for (size_t at; (at = text.find('%')) != std::string::npos;) {
    char address[32];
    auto which = static_cast<size_t>(text[at + 1] - '0');
    std::snprintf(address, sizeof address, "%#lx", reinterpret_cast<unsigned long>(&functions_[which]));
    text.replace(at, 2, address);
  }
  if (!ir::parse(text, graph, error)) return error;
  if (error = ir::verify(graph); !error.empty()) return error;
  codes_.clear();
  for (ir::Function& f : graph.functions) {
    runtime::Code& c = codes_.emplace_back();
    c.locals = static_cast<uint16_t>(f.locals);
    c.stackNeeded = f.locals + 16;
    f.code = &c;
  }
  graph.splitCriticalEdges();
  graph.order();
  x64::Assembler a;
  const char* refusal = nullptr;
  code = {};
  CodegenRequest request{graph, &codes_[0], stubs_, own_, leaving_};
  if (!generate(request, a, code, &refusal, true)) return refusal;
  if (block_) memory_->free(block_);
  block_ = memory_->place(a);
  return block_ ? "" : "no memory";
}

bool Machine::compile(std::string_view text) {
  std::string refusal = refusalOf(text);
  EXPECT_EQ(refusal, "") << text;
  return refusal.empty();
}

Value Machine::valueAt(const ValuePlace& place) const {
  const Value* fp = fiber()->fp;
  uint64_t bits = 0;
  switch (place.kind) {
    case ValuePlace::kConstant: bits = place.bits; break;
    case ValuePlace::kGpr: bits = saved_.gpr[place.index]; break;
    case ValuePlace::kXmm: bits = saved_.xmm[place.index]; break;
    case ValuePlace::kWord: bits = fp[-1 - static_cast<int64_t>(place.index)].bits(); break;
    default: return Value::nil();
  }
  switch (place.form) {
    case ValuePlace::kInt: return integer(static_cast<int64_t>(bits));
    case ValuePlace::kIntPlus: return integer(static_cast<int64_t>(bits + place.bits));
    case ValuePlace::kBool: return Value::boolean((bits & 1) != 0);
    default: return Value::fromBits(bits);
  }
}

Outcome Machine::run(std::initializer_list<Value> arguments) {
  runtime::Isolate& iso = *isolate;
  runtime::Fiber& f = *fiber();
  iso.fiber = &f;
  iso.stackLimit = f.limit;
  if (iso.budget <= 0) iso.budget = 1 << 20;
  Value* fp = f.high - 8;
  fp[0] = Value::fromBits(runtime::Link::kMachine | uint64_t{wanted} << 56);
  fp[1] = Value::fromBits(reinterpret_cast<uint64_t>(returned_));
  fp[2] = callee_;
  // What is in no word must not matter.
  for (int64_t i = 0; i < 200; i++) fp[-1 - i] = Value::fromBits(0x0BAD'0BAD'0BAD'0BAD);
  int64_t i = 0;
  for (Value v : arguments) fp[-1 - i++] = v;
  f.fp = fp;
  f.sp = fp - 100;
  saved_ = {};
  uint32_t entry = code.callEntry != OptimizedCode::kNone ? code.callEntry : code.loopEntry;
  stubs_.enter(&iso, block_.address + entry, fp + 2, 0);
  Outcome out;
  if (saved_.how == 0) {
    out.value = Value::fromBits(saved_.result);
    for (int64_t r = 0; r < 4; r++) results[r] = fp[2 - r];
  } else {
    out.how = saved_.how == 1 ? Outcome::How::kExit : Outcome::How::kPoll;
    auto machine = static_cast<uint32_t>(saved_.from - reinterpret_cast<uint64_t>(block_.address));
    EXPECT_TRUE(code.exits.find(machine, out.record));
    for (const ExitFrame& frame : out.record.frames) {
      auto& values = out.frames.emplace_back();
      for (const ValuePlace& p : frame.values) values.push_back(valueAt(p));
    }
  }
  // Nothing of this is the collector's business.
  f.fp = nullptr;
  f.sp = f.high;
  iso.fiber = nullptr;
  return out;
}

Value Machine::call(std::initializer_list<Value> arguments) {
  Outcome out = run(arguments);
  EXPECT_EQ(out.how, Outcome::How::kReturned);
  return out.value;
}

std::string Machine::assembly() const {
  const char* path = "/tmp/codegen_test.bin";
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) return "";
  std::fwrite(block_.address, 1, block_.bytes, file);
  std::fclose(file);
  std::string out;
  std::string command = std::string("objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn ") + path;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  char line[256];
  while (std::fgets(line, sizeof line, pipe) != nullptr) out += line;
  pclose(pipe);
  return out;
}

}  // namespace devvm::jit::testing
