// From modules to running code.
#include <algorithm>
#include <new>

#include "bytecode/chunk_id.h"
#include "bytecode/code_hash.h"
#include "bytecode/decode.h"
#include "runtime/language.h"
#include "runtime/code.h"
#include "runtime/constant_upvalues.h"
#include "runtime/isolate.h"

namespace devvm::runtime {

namespace {

/// Slots that a frame may need beyond its own: header, spare word, and what a handler pushes to call a metamethod.
constexpr uint32_t kFrameMargin = 24;

/// Whether collections must ask which slots of a frame are raw.
bool hasRawSlots(const bytecode::Function& f) {
  for (bytecode::SlotKind k : f.localKinds) {
    if (k != bytecode::SlotKind::kValue) return true;
  }
  for (const bytecode::Instruction& i : bytecode::Instructions(f.code)) {
    std::array<bytecode::Instruction, 4> parts;
    unsigned n = bytecode::expandComponents(i, parts);
    for (unsigned p = 0; p < n; p++) {
      if (parts[p].info->effect.find_first_of("id") != std::string_view::npos) return true;
    }
  }
  return false;
}

/// Feedback cells are aligned to themselves, so that none lies in two cache lines.
constexpr size_t kAlign = sizeof(FeedbackCell);

bool makeMemory(Code& code) {
  size_t constants = heap::roundUp8(size_t{code.constantCount} * sizeof(Value));
  size_t bytes = constants + size_t{code.feedbackCount} * sizeof(FeedbackCell) + kAlign;
  code.memory.reset(new (std::nothrow) char[bytes]);
  if (code.memory == nullptr) return false;
  auto start = reinterpret_cast<uintptr_t>(code.memory.get()) + constants;
  code.base = reinterpret_cast<char*>((start + kAlign - 1) & ~(kAlign - 1));
  Value* slots = code.constants();
  for (uint32_t i = 0; i < code.constantCount; i++) slots[i] = Value::nil();
  for (uint32_t i = 0; i < code.feedbackCount; i++) code.feedback()[i] = FeedbackCell{};
  return true;
}

/// A constant as a value, in the fixed space if it is an object. MAY COLLECT. absent() when out of memory.
Value constantValue(Isolate& isolate, const bytecode::Constant& c) {
  if (const bool* b = std::get_if<bool>(&c)) return Value::boolean(*b);
  if (const double* d = std::get_if<double>(&c)) return Value::canonical(*d);
  if (const int64_t* i = std::get_if<int64_t>(&c)) {
    if (Value::fitsInt(*i)) return Value::smallInt(*i);
    Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kWideInt), 0, 0, heap::Space::kFixed);
    if (o == nullptr) return Value::absent();
    static_cast<WideInt*>(o)->value = *i;
    return Value::pointer(Tag::kWideInt, o);
  }
  if (const std::string* s = std::get_if<std::string>(&c)) {
    Value v = intern(isolate, *s);
    return v.isNil() ? Value::absent() : v;
  }
  return Value::nil();
}

/// The code of one function, without children; owned by `prototype` afterwards. MAY COLLECT.
bool makeCode(Isolate& isolate, Handle prototype, bytecode::Function&& source,
              const std::shared_ptr<ModuleInfo>& module, uint32_t index) {
  auto* code = new (std::nothrow) Code{};
  if (code == nullptr) return false;
  prototype.as<PrototypeObject>()->code = code;
  code->isolate = &isolate;
  code->next = isolate.codes;
  if (code->next != nullptr) code->next->previous = code;
  isolate.codes = code;

  code->module = module;
  code->index = index;
  code->function = std::make_unique<bytecode::Function>(std::move(source));
  bytecode::Function& f = *code->function;
  code->raw = hasRawSlots(f);
  code->entry = code->start = f.code.data();
  code->codeSize = static_cast<uint32_t>(f.code.size());
  code->locals = f.locals;
  code->maxStack = f.maxStack;
  code->parameters = f.parameters;
  code->vararg = f.isVararg();
  code->mainChunk = f.flags & bytecode::kMainChunk;
  code->exactArity = (f.flags & bytecode::kExactArity) && !f.isVararg();
  code->language = findLanguage(isolate, module->language);
  code->constantCount = static_cast<uint32_t>(f.constants.size());
  code->feedbackCount = std::max<uint32_t>(f.feedbackSlots, 1);  // the shared slot is always there
  code->stackNeeded = uint32_t{f.locals} + f.maxStack + kFrameMargin;
  code->childCount = static_cast<uint32_t>(f.children.size());
  code->children = std::make_unique<Value[]>(code->childCount);
  if (!makeMemory(*code)) {
    code->constantCount = code->feedbackCount = 0;
    return false;
  }
  for (uint32_t i = 0; i < code->constantCount; i++) {
    Value v = constantValue(isolate, f.constants[i]);
    if (v.isAbsent()) return false;
    reinterpret_cast<Value*>(code->base)[-1 - static_cast<int64_t>(i)] = v;
  }
  size_t bytes = code->bytes();
  isolate.external += bytes;
  isolate.heap.adjustExternal(static_cast<ptrdiff_t>(bytes));
  code->accounted = bytes;
  isolate.boundSlice(code->codeSize);
  if (isolate.tiers != nullptr) isolate.tiers->loaded(*code);
  return true;
}

}  // namespace

size_t Code::bytes() const {
  const bytecode::Function& f = *function;
  size_t n = sizeof(Code) + sizeof f + f.code.capacity() + childCount * sizeof(Value);
  n += constantCount * (sizeof(Value) + sizeof(bytecode::Constant)) + feedbackCount * sizeof(FeedbackCell);
  n += f.lines.capacity() * sizeof(bytecode::LineEntry) + f.variables.capacity() * sizeof(bytecode::VariableEntry);
  n += f.upvalues.capacity() * sizeof(bytecode::Upvalue) + f.regions.capacity() * sizeof(bytecode::ExceptionRegion);
  return n + f.localKinds.capacity() + f.children.capacity() * sizeof(uint32_t);
}

Value loadModule(Isolate& isolate, bytecode::Module&& module) {
  auto info = std::make_shared<ModuleInfo>();
  info->shortName = bytecode::chunkId(module.source);
  info->source = std::move(module.source);
  info->language = std::move(module.language);
  if (isolate.tiers != nullptr && isolate.options.jit.keepsFeedback()) info->codeHash = bytecode::codeHash(module);
  size_t count = module.functions.size();
  std::vector<uint64_t> constant;
  if (isolate.tiers != nullptr) constant = constantUpvalues(module);
  // Prototypes never move, so one list of them as values is enough; it keeps them alive until they know each other.
  std::vector<Value> prototypes(count);
  size_t rooted = isolate.permanentRoots.size();
  for (Value& v : prototypes) isolate.permanentRoots.push_back(&v);
  bool ok = true;
  for (size_t i = 0; ok && i < count; i++) {
    Object* o = isolate.heap.allocate(static_cast<uint8_t>(Kind::kPrototype), 0, 0, heap::Space::kFixed);
    ok = o != nullptr;
    if (!ok) break;
    prototypes[i] = otherValue(o);
    ok = makeCode(isolate, Handle(&prototypes[i]), std::move(module.functions[i]), info, static_cast<uint32_t>(i));
    if (!ok) break;
    as<PrototypeObject>(prototypes[i])->code->prototype = o;
    if (!constant.empty()) as<PrototypeObject>(prototypes[i])->code->constantUpvalues = constant[i];
  }
  Value result;
  if (ok) {
    for (Value p : prototypes) {
      Code* code = as<PrototypeObject>(p)->code;
      for (uint32_t c = 0; c < code->childCount; c++) code->children[c] = prototypes[code->function->children[c]];
      isolate.heap.writeBarrierAll(p.asObject());
    }
    result = prototypes[module.mainFunction];
  }
  isolate.permanentRoots.resize(rooted);
  return result;
}

Value newClosure(Isolate& isolate, Value prototype) {
  const Code* code = as<PrototypeObject>(prototype)->code;
  auto upvalues = static_cast<uint32_t>(code->function->upvalues.size());
  auto* c = static_cast<Closure*>(isolate.heap.allocate(static_cast<uint8_t>(Kind::kClosure), upvalues, 0));
  if (c == nullptr) return Value::nil();
  c->code = code;
  heap::initSlot(&c->prototype, prototype);
  return functionValue(c);
}

Value newMainClosure(Isolate& isolate, Value prototype, Value env) {
  Rooted keepPrototype(isolate, prototype), keepEnv(isolate, env), cell(isolate, Value::nil());
  if (!as<PrototypeObject>(prototype)->code->function->upvalues.empty()) {
    auto* c = static_cast<Cell*>(isolate.heap.allocate(static_cast<uint8_t>(Kind::kCell), 0, 0));
    if (c == nullptr) return Value::nil();
    heap::initSlot(&c->value, *keepEnv);
    cell.set(otherValue(c));
  }
  Value closure = newClosure(isolate, *keepPrototype);
  if (!closure.isNil() && !cell.get().isNil()) heap::initSlot(&as<Closure>(closure)->upvalues[0], *cell);
  return closure;
}

uint32_t lineAt(const Code& code, uint32_t offset) {
  const auto& lines = code.function->lines;
  auto behind = std::upper_bound(lines.begin(), lines.end(), offset,
                                 [](uint32_t wanted, const bytecode::LineEntry& e) { return wanted < e.offset; });
  return behind == lines.begin() ? 0 : (behind - 1)->line;
}

// ---- collector ----

void visitPrototype(Object* o, heap::SlotVisitor& v) {
  Code* code = static_cast<PrototypeObject*>(o)->code;
  if (code == nullptr) return;
  // Constants, children and functions lie in the fixed space.
  if (!v.minor()) {
    v.slots(code->constants(), code->constantCount);
    v.slots(code->children.get(), code->childCount);
  }
  for (MachineCode* m = code->machine.get(); m != nullptr; m = m->previous.get()) {
    if (!v.minor()) v.slots(m->functions.data(), m->functions.size());
    // Objects may be young: a prototype that was remembered for their sake stays so until they are not.
    if (m->objects != nullptr) {
      for (CodeObject& object : *m->objects) v.slot(&object.value);
    }
  }
}

void releasePrototype(Object* o, void* context) {
  Code* code = static_cast<PrototypeObject*>(o)->code;
  if (code == nullptr) return;
  auto* isolate = static_cast<Isolate*>(context);
  (code->previous != nullptr ? code->previous->next : isolate->codes) = code->next;
  if (code->next != nullptr) code->next->previous = code->previous;
  isolate->external -= code->accounted;
  if (code->identity != nullptr) code->identity->code = nullptr;
  if (isolate->tiers != nullptr) isolate->tiers->release(*code);
  delete code;
}

}  // namespace devvm::runtime
