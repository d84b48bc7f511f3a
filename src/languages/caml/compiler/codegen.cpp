// Functions, slots and variables of the code generator.
#include "languages/caml/compiler/codegen.h"

#include <cstdlib>

namespace devvm::caml {

CodeGenerator::CodeGenerator(Checker& checker, base::Arena& arena, const frontend::SourceFile& source)
    : checker_(checker), arena_(arena), source_(source) {}

CodeGenerator::Pending::Pending(CodeGenerator& g, uint32_t n) : generator(g), count(n) { g.now_->pending += n; }
CodeGenerator::Pending::~Pending() { generator.now_->pending -= count; }

bytecode::FunctionBuilder& CodeGenerator::out() { return now_->builder; }

void CodeGenerator::fail(const std::string& message) {
  if (error_.empty()) error_ = message;
}

void CodeGenerator::at(Span span) {
  if (inLibrary_) {
    out().setPosition(0);
    return;
  }
  frontend::Position p = source_.positionOf(span.begin);
  out().setPosition(p.line, p.column);
}

// ---- functions ------------------------------------------------------------------------------------

FunctionCode* CodeGenerator::begin(FunctionCode* parent, std::string_view name, uint32_t parameters) {
  auto* function = new bytecode::Function();
  functions_.emplace_back(parent, function);
  FunctionCode* f = &functions_.back();
  f->index = static_cast<uint32_t>(functions_.size() - 1);
  function->name = name;
  function->parameters = static_cast<uint8_t>(parameters);
  if (parameters > 0) function->flags |= bytecode::kExactArity;
  bytecode::Upvalue environment;
  environment.from =
      parent == nullptr ? bytecode::Upvalue::From::kParentLocal : bytecode::Upvalue::From::kParentUpvalue;
  environment.index = 0;
  environment.name = "globals";
  function->upvalues.push_back(environment);
  if (parent != nullptr) parent->out->children.push_back(f->index);
  for (uint32_t i = 0; i < parameters; i++) f->kinds.push_back(SlotKind::kValue);
  return f;
}

void CodeGenerator::finish(FunctionCode* f) {
  f->out->localKinds = f->kinds;
  f->out->locals = static_cast<uint16_t>(f->kinds.size());
  bool plain = true;
  for (SlotKind k : f->kinds) plain = plain && k == SlotKind::kValue;
  if (plain) f->out->localKinds.clear();
  f->builder.useLocals(f->out->locals);
  std::string why;
  if (!error_.empty()) return;
  if (f->out->upvalues.size() > 256)
    return fail("function " + f->out->name + " uses more than 255 variables of functions around it");
  if (!f->builder.finish(why)) fail("function " + f->out->name + ": " + why);
}

uint16_t CodeGenerator::newSlot(SlotKind kind) {
  auto& free = now_->freeSlots[static_cast<int>(kind)];
  if (!free.empty()) {
    uint16_t slot = free.back();
    free.pop_back();
    return slot;
  }
  if (now_->kinds.size() >= 60'000) {
    fail("a function has too many variables");
    return 0;
  }
  now_->kinds.push_back(kind);
  return static_cast<uint16_t>(now_->kinds.size() - 1);
}

void CodeGenerator::freeSlot(uint16_t slot) {
  if (slot < now_->kinds.size()) now_->freeSlots[static_cast<int>(now_->kinds[slot])].push_back(slot);
}

void CodeGenerator::getLocal(uint16_t slot) {
  if (slot < 256) {
    out().emit(Op::kGetLocal, slot);
  } else {
    out().emit(Op::kGetLocalW, slot);
  }
}

void CodeGenerator::setLocal(uint16_t slot) {
  if (slot < 256) {
    out().emit(Op::kSetLocal, slot);
  } else {
    out().emit(Op::kSetLocalW, slot);
  }
}

// ---- kinds ----------------------------------------------------------------------------------------

TypeInfo* CodeGenerator::infoOf(Type* type) {
  if (type == nullptr) return nullptr;
  Type* t = checker_.types().expand(type);
  return t->kind == Type::Kind::kApplied ? static_cast<TypeInfo*>(t->constructor->declaration) : nullptr;
}

/// How a value of the type is kept in locals: raw if it is a number, whatever its abbreviations.
SlotKind CodeGenerator::kindOf(Type* type) {
  TypeInfo* info = infoOf(type);
  const Builtins& b = checker_.builtins();
  if (info == nullptr) return SlotKind::kValue;
  if (info == b.int_ || info == b.char_ || info == b.int32 || info == b.int64 || info == b.nativeint)
    return SlotKind::kI64;
  return info == b.float_ ? SlotKind::kF64 : SlotKind::kValue;
}

void CodeGenerator::convert(SlotKind have, SlotKind want) {
  if (have == want) return;
  if (have == SlotKind::kI64 && want == SlotKind::kValue) return out().emit(Op::kBoxI64);
  if (have == SlotKind::kF64 && want == SlotKind::kValue) return out().emit(Op::kBoxF64);
  if (have == SlotKind::kValue && want == SlotKind::kI64) return out().emit(Op::kUnboxI64);
  if (have == SlotKind::kValue && want == SlotKind::kF64) return out().emit(Op::kUnboxF64);
  // Only where the checker was told a lie (Obj.magic).
  convert(have, SlotKind::kValue);
  convert(SlotKind::kValue, want);
}

void CodeGenerator::deliver(SlotKind have, Destination to) {
  switch (to.mode) {
    case Destination::Mode::kPush: convert(have, to.kind); break;
    case Destination::Mode::kDrop: out().emit(Op::kPop); break;
    case Destination::Mode::kReturn:
      convert(have, SlotKind::kValue);
      out().emit(Op::kReturn1);
      break;
  }
}

void CodeGenerator::intConstant(int64_t value, SlotKind want) {
  if (want == SlotKind::kI64) {
    if (value >= INT16_MIN && value <= INT16_MAX) {
      out().emit(Op::kI64Small, value);
    } else {
      out().emit(Op::kI64Const, out().constant(value));
    }
  } else {
    out().emitConstant(value);
    if (want == SlotKind::kF64) out().emit(Op::kUnboxF64);
  }
}

void CodeGenerator::constant(const Constant& c, SlotKind want) {
  switch (c.kind) {
    case ConstantKind::kString: out().emitConstant(std::string(c.text)); return;
    case ConstantKind::kFloat: {
      double d = std::strtod(std::string(c.text).c_str(), nullptr);
      if (want == SlotKind::kF64) {
        out().emit(Op::kF64Const, out().constant(d));
      } else {
        out().emitConstant(d);
      }
      return;
    }
    default: intConstant(c.integer, want);
  }
}

// ---- variables ------------------------------------------------------------------------------------

Variable* CodeGenerator::resolve(Variable* v) {
  while (v->same != nullptr) v = v->same;
  return v;
}

/// Gives a local variable its slot in the current function.
void CodeGenerator::bindSlot(Variable* v) {
  v = resolve(v);
  v->home = now_;
  // Closures copy values: a captured number is boxed once, here.
  SlotKind kind = v->captured || v->isCell ? SlotKind::kValue : kindOf(v->type);
  v->kind = static_cast<uint8_t>(kind);
  v->slot = newSlot(kind);
}

/// Pops what is on the stack into the variable.
void CodeGenerator::store(Variable* v, SlotKind have) {
  v = resolve(v);
  if (v->where == Variable::Where::kGlobal) {
    convert(have, SlotKind::kValue);
    setGlobal(v->global);
    return;
  }
  if (v->isCell) {
    convert(have, SlotKind::kValue);
    out().emit(Op::kSetCell, v->slot);
    return;
  }
  convert(have, static_cast<SlotKind>(v->kind));
  setLocal(v->slot);
}

void CodeGenerator::getGlobal(std::string_view name) {
  uint32_t k = out().constant(std::string(name));
  if (k > UINT16_MAX) return fail("a function has too many constants");
  out().emit(Op::kGetGlobal, 0, k);
}

void CodeGenerator::setGlobal(std::string_view name) {
  uint32_t k = out().constant(std::string(name));
  if (k > UINT16_MAX) return fail("a function has too many constants");
  out().emit(Op::kSetGlobal, 0, k);
}

uint8_t CodeGenerator::upvalueOf(FunctionCode* f, Variable* v) {
  if (auto known = f->upvalues.find(v); known != f->upvalues.end()) return known->second;
  bytecode::Upvalue u;
  u.name = v->name;
  if (v->home == f->parent) {
    if (v->slot > 255) fail("a variable that a function uses is behind 255 others");
    u.from = v->isCell ? bytecode::Upvalue::From::kParentLocal : bytecode::Upvalue::From::kParentValue;
    u.index = static_cast<uint8_t>(v->slot);
  } else if (f->parent == nullptr) {
    fail("variable " + std::string(v->name) + " is not where it is used");
  } else {
    u.from = bytecode::Upvalue::From::kParentUpvalue;
    u.index = upvalueOf(f->parent, v);
  }
  if (f->out->upvalues.size() >= 256) fail("a function uses more than 255 variables of functions around it");
  f->out->upvalues.push_back(u);
  auto index = static_cast<uint8_t>(f->out->upvalues.size() - 1);
  f->upvalues[v] = index;
  return index;
}

void CodeGenerator::pushVariable(Variable* variable, Type* type, SlotKind want) {
  Variable* v = resolve(variable);
  switch (v->where) {
    case Variable::Where::kPrimitive: primitiveClosure(v, type); break;
    case Variable::Where::kAbstract: fail("value " + std::string(v->name) + " has no implementation"); break;
    case Variable::Where::kGlobal: getGlobal(v->global); break;
    case Variable::Where::kLocal:
      if (v->home == now_) {
        if (v->isCell) {
          out().emit(Op::kGetCell, v->slot);
          break;
        }
        getLocal(v->slot);
        return convert(static_cast<SlotKind>(v->kind), want);
      }
      out().emit(v->isCell ? Op::kGetUpvalue : Op::kGetCapture, upvalueOf(now_, v));
      break;
  }
  convert(SlotKind::kValue, want);
}

// ---- items ----------------------------------------------------------------------------------------

/// Makes the identity of an exception: a block with its name and how its arguments are shown.
void CodeGenerator::exception(Constructor* c) {
  std::string shown;
  const Builtins& b = checker_.builtins();
  for (Type* a : c->arguments) {
    TypeInfo* info = infoOf(a);
    shown += info == b.int_     ? 'i'
             : info == b.string ? 's'
             : info == b.float_ ? 'f'
             : info == b.char_  ? 'c'
             : info == b.bool_  ? 'b'
             : info == b.unit   ? 'u'
                                : '_';
  }
  out().emitConstant(std::string(c->name));
  out().emitConstant(shown);
  makeBlock(248, 2);
  if (c->isConstant) {
    // One value for all.
    makeBlock(0, 1);
  }
  setGlobal(c->global);
}

void CodeGenerator::items(const std::vector<Item*>& list) {
  for (Item* i : list) item(i);
}

void CodeGenerator::item(Item* i) {
  at(i->span);
  switch (i->kind) {
    case ItemKind::kLet: letExpr(i->bindings, i->recursive, true); return;
    case ItemKind::kEval: generate(i->expr, {Destination::Mode::kDrop}); return;
    case ItemKind::kException: exception(i->exception->made); return;
    default: return;
  }
}

bool CodeGenerator::generate(bytecode::Module& module, std::string& error) {
  FunctionCode* main = begin(nullptr, "main", 0);
  main->out->flags = bytecode::kMainChunk;
  for (Unit* unit : checker_.units()) {
    CaptureAnalysis().items(unit->items);
    inLibrary_ = !unit->name.empty();
    FunctionCode* f = begin(main, unit->name.empty() ? "main program" : unit->name, 0);
    now_ = f;
    items(unit->items);
    out().emit(Op::kReturn0);
    finish(f);
    now_ = main;
    out().emit(Op::kClosure, static_cast<int64_t>(main->out->children.size() - 1));
    out().emit(Op::kCall, 0, 0);
    if (!error_.empty()) break;
  }
  out().emit(Op::kReturn0);
  finish(main);
  for (FunctionCode& f : functions_) {
    module.functions.push_back(std::move(*f.out));
    delete f.out;
    f.out = nullptr;
  }
  error = error_;
  return error_.empty();
}

// ---- captures -------------------------------------------------------------------------------------

void CaptureAnalysis::use(Variable* v) {
  while (v->same != nullptr) v = v->same;
  auto home = homes_.find(v);
  if (home != homes_.end() && home->second != function_) v->captured = true;
}

void CaptureAnalysis::pattern(Pattern* p) {
  if (p == nullptr) return;
  if (p->variable != nullptr) {
    Variable* v = p->variable;
    while (v->same != nullptr) v = v->same;
    homes_[v] = function_;
  }
  for (Pattern* i : p->items) pattern(i);
  for (FieldPattern& f : p->fields) pattern(f.pattern);
}

void CaptureAnalysis::item(Item* i) {
  for (Binding& b : i->bindings) pattern(b.pattern);
  for (Binding& b : i->bindings) expr(b.value);
  if (i->expr != nullptr) expr(i->expr);
}

void CaptureAnalysis::expr(Expr* e) {
  if (e == nullptr) return;
  if (e->variable != nullptr) use(e->variable);
  if (e->constructor != nullptr && e->constructor->local != nullptr) use(e->constructor->local);
  uint32_t outer = function_;
  if (e->kind == ExprKind::kFun || e->kind == ExprKind::kLazy) function_ = ++functions_;
  for (Parameter& p : e->parameters) {
    pattern(p.pattern);
    expr(p.otherwise);
  }
  pattern(e->pattern);
  for (Binding& b : e->bindings) pattern(b.pattern);
  for (Binding& b : e->bindings) expr(b.value);
  if (e->item != nullptr) {
    for (Item* i : e->item->elaborated) item(i);
  }
  for (Expr* i : e->items) expr(i);
  for (Argument& a : e->arguments) expr(a.value);
  for (Case& c : e->cases) {
    pattern(c.pattern);
    expr(c.guard);
    expr(c.body);
  }
  for (FieldValue& f : e->fields) expr(f.value);
  function_ = outer;
}

}  // namespace devvm::caml
