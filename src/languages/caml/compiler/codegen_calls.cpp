// Calls: of functions whose arity is known, of unknown ones, of primitives.
#include "languages/caml/compiler/codegen.h"

namespace devvm::caml {

using Mode = Destination::Mode;

namespace {

struct Primitive {
  std::string_view name;
  std::string_view kinds;
  std::vector<Op> code;
};

const std::unordered_map<std::string_view, Primitive>& primitives() {
  static const std::unordered_map<std::string_view, Primitive> table = {
#define PRIMITIVE(name, kinds, ...) {name, {name, kinds, {__VA_ARGS__}}},
#include "languages/caml/compiler/primitives.def"
#undef PRIMITIVE
  };
  return table;
}

SlotKind kindOfLetter(char c) { return c == 'i' ? SlotKind::kI64 : c == 'd' ? SlotKind::kF64 : SlotKind::kValue; }

}  // namespace

/// Whether a call of the function ends its own body.
bool CodeGenerator::callsItself(Expr* e, Variable* v) {
  switch (e->kind) {
    case ExprKind::kLet:
    case ExprKind::kLetModule:
    case ExprKind::kLetException:
    case ExprKind::kOpen:
    case ExprKind::kConstraint:
    case ExprKind::kSequence: return callsItself(e->items[e->items.size - 1], v);
    case ExprKind::kIf: return callsItself(e->items[1], v) || (e->items.size > 2 && callsItself(e->items[2], v));
    case ExprKind::kMatch:
      for (Case& c : e->cases) {
        if (callsItself(c.body, v)) return true;
      }
      return false;
    case ExprKind::kTry:
      for (Case& c : e->cases) {
        if (callsItself(c.body, v)) return true;
      }
      return false;
    case ExprKind::kApply: {
      Expr* f = e->items[0];
      if (f->kind != ExprKind::kName || f->variable == nullptr) return false;
      Variable* callee = resolve(f->variable);
      if (callee == v) return true;
      // `a && f x`, `f @@ x`
      if (callee->where == Variable::Where::kPrimitive && e->arguments.size == 2) {
        for (const Argument& a : e->arguments) {
          if (a.value != nullptr && callsItself(a.value, v)) return true;
        }
      }
      return false;
    }
    default: return false;
  }
}

/// Pushes what a parameter gets.
void CodeGenerator::argument(const Argument& a) {
  if (a.value == nullptr) {
    out().emit(Op::kInt8, 0);  // None
    return;
  }
  push(a.value, SlotKind::kValue);
  if (a.wrap) makeBlock(0, 1);
}

void CodeGenerator::nativeOnStack(std::string_view name, uint32_t count) {
  // The operands are there already: they move above the function.
  std::vector<uint16_t> slots(count);
  for (uint32_t i = count; i-- > 0;) {
    slots[i] = newSlot(SlotKind::kValue);
    setLocal(slots[i]);
  }
  getGlobal(name);
  for (uint32_t i = 0; i < count; i++) {
    getLocal(slots[i]);
    freeSlot(slots[i]);
  }
  out().emit(Op::kCall, count, 1);
}

void CodeGenerator::callNative(const char* name, const std::vector<Expr*>& arguments, Destination to) {
  getGlobal(name);
  Pending waits(*this, 1);
  operands(arguments, std::vector<SlotKind>(arguments.size(), SlotKind::kValue));
  out().emit(Op::kCall, static_cast<int64_t>(arguments.size()), 1);
  deliver(SlotKind::kValue, to);
}

/// Comparisons. With `target` a jump is made instead of a value.
bool CodeGenerator::compare(std::string_view name, const std::vector<Expr*>& arguments, Label* target, bool when) {
  enum How { kEq, kNe, kLt, kLe, kGt, kGe, kNone } how = kNone;
  bool physical = name == "%eq" || name == "%noteq";
  if (name == "%equal" || name == "%eq") how = kEq;
  if (name == "%notequal" || name == "%noteq") how = kNe;
  if (name == "%lessthan") how = kLt;
  if (name == "%lessequal") how = kLe;
  if (name == "%greaterthan") how = kGt;
  if (name == "%greaterequal") how = kGe;
  if (how == kNone || arguments.size() != 2) return false;
  SlotKind kind = kindOf(arguments[0]->typed);
  if (physical && kind == SlotKind::kF64) kind = SlotKind::kValue;
  bool negated = false;
  auto finish = [&] {
    if (target != nullptr) {
      out().emitJump(when != negated ? Op::kJumpIfTrue : Op::kJumpIfFalse, *target);
    } else if (negated) {
      out().emit(Op::kNot);
    }
  };
  auto both = [&](SlotKind k) { operands(arguments, {k, k}); };
  if (kind == SlotKind::kI64 || kind == SlotKind::kF64) {
    bool isInt = kind == SlotKind::kI64;
    both(kind);
    switch (how) {
      case kEq: out().emit(isInt ? Op::kI64Eq : Op::kF64Eq); break;
      case kNe: out().emit(isInt ? Op::kI64Ne : Op::kF64Ne); break;
      case kGt:
      case kLt:
        if (how == kGt) out().emit(Op::kSwap);
        out().emit(isInt ? Op::kI64Lt : Op::kF64Lt);
        break;
      default:
        if (how == kGe) out().emit(Op::kSwap);
        out().emit(isInt ? Op::kI64Le : Op::kF64Le);
        break;
    }
    finish();
    return true;
  }
  TypeInfo* info = infoOf(arguments[0]->typed);
  bool immediate = info != nullptr && info->kind == TypeInfo::Kind::kVariant && info->blocks == 0;
  bool isString = info != nullptr && info == checker_.builtins().string;
  // With a constant constructor on one side the other one need not be looked into.
  for (Expr* a : arguments)
    immediate = immediate || (a->kind == ExprKind::kConstruct && a->items.empty() && a->constructor != nullptr &&
                              !a->constructor->isException);
  if ((how == kEq || how == kNe) && (physical || immediate || isString)) {
    both(SlotKind::kValue);
    out().emit(Op::kRawEq);
    negated = how == kNe;
    finish();
    return true;
  }
  static const char* const kNatives[] = {"caml_equal",     "caml_notequal",    "caml_lessthan",
                                         "caml_lessequal", "caml_greaterthan", "caml_greaterequal"};
  callNative(kNatives[how], arguments, {Mode::kPush, SlotKind::kValue});
  finish();
  return true;
}

/// Code of a primitive that has all its arguments. False: it is a native.
bool CodeGenerator::primitive(std::string_view name, Expr* e, const std::vector<Expr*>& arguments, Destination to) {
  if (auto simple = primitives().find(name); simple != primitives().end()) {
    const Primitive& p = simple->second;
    std::vector<SlotKind> kinds;
    size_t i = 0;
    for (; p.kinds[i] != '>'; i++) kinds.push_back(kindOfLetter(p.kinds[i]));
    operands(arguments, kinds);
    at(e->span);
    for (Op op : p.code) out().emit(op);
    deliver(kindOfLetter(p.kinds[i + 1]), to);
    return true;
  }
  auto unit = [&] {
    if (to.mode == Mode::kDrop) return;
    out().emit(Op::kInt8, 0);
    deliver(SlotKind::kValue, to);
  };
  if (name == "%identity") {
    SlotKind kind = kindOf(arguments[0]->typed);
    if (to.mode == Mode::kDrop) {
      generate(arguments[0], to);
      return true;
    }
    push(arguments[0], kind);
    deliver(kind, to);
    return true;
  }
  if (name == "%ignore") {
    generate(arguments[0], {Mode::kDrop});
    unit();
    return true;
  }
  if (name == "%boolnot") {
    push(arguments[0], SlotKind::kValue);
    out().emit(Op::kNot);
    deliver(SlotKind::kValue, to);
    return true;
  }
  if (name == "%sequand" || name == "%sequor") {
    Label end = out().newLabel();
    push(arguments[0], SlotKind::kValue);
    if (to.mode == Mode::kReturn) {
      out().emitJump(name == "%sequand" ? Op::kJumpIfFalse : Op::kJumpIfTrue, end);
      generate(arguments[1], to);
      out().bind(end);
      out().emit(name == "%sequand" ? Op::kFalse : Op::kTrue);
      out().emit(Op::kReturn1);
      return true;
    }
    out().emitJump(name == "%sequand" ? Op::kJumpIfFalseKeep : Op::kJumpIfTrueKeep, end);
    push(arguments[1], SlotKind::kValue);
    out().bind(end);
    deliver(SlotKind::kValue, to);
    return true;
  }
  if (name == "%succint" || name == "%predint") {
    push(arguments[0], SlotKind::kI64);
    out().emit(Op::kI64Small, 1);
    out().emit(name == "%succint" ? Op::kI63Add : Op::kI63Sub);
    deliver(SlotKind::kI64, to);
    return true;
  }
  if (name == "%fst" || name == "%snd") {
    push(arguments[0], SlotKind::kValue);
    out().emit(Op::kBlockGet, name == "%snd" ? 1 : 0);
    deliver(SlotKind::kValue, to);
    return true;
  }
  if (name == "%raise") {
    push(arguments[0], SlotKind::kValue);
    at(e->span);
    out().emit(Op::kThrow);
    return true;
  }
  if (name == "%array_set") {
    operands(arguments, {SlotKind::kValue, SlotKind::kI64, SlotKind::kValue});
    at(e->span);
    out().emit(Op::kArraySet);
    unit();
    return true;
  }
  if (name == "%bytes_set") {
    operands(arguments, {SlotKind::kValue, SlotKind::kI64, SlotKind::kI64});
    at(e->span);
    out().emit(Op::kStore8);
    unit();
    return true;
  }
  if (name == "%apply" || name == "%revapply") {
    // f @@ x and x |> f are calls; a chain of them is one.
    bool reversed = name == "%revapply";
    Expr* f = reversed ? arguments[1] : arguments[0];
    Expr* x = reversed ? arguments[0] : arguments[1];
    auto* call = arena_.make<Expr>();
    call->kind = ExprKind::kApply;
    call->span = e->span;
    call->typed = e->typed;
    Argument a;
    a.value = x;
    bool merges =
        f->kind == ExprKind::kApply && f->items[0]->kind == ExprKind::kName && (!reversed || (isSimple(x) || true));
    if (merges) {
      for (const Argument& each : f->arguments)
        merges = merges && !each.later && each.value != nullptr && isSimple(each.value);
      Variable* v = resolve(f->items[0]->variable);
      merges = merges && v->arity > f->arguments.size;
    }
    std::vector<Argument> list;
    if (merges) {
      list.assign(f->arguments.begin(), f->arguments.end());
      f = f->items[0];
    }
    list.push_back(a);
    call->items = seqOf(arena_, std::vector<Expr*>{f});
    call->arguments = seqOf(arena_, list);
    apply(call, to);
    return true;
  }
  if (name == "%compare" && kindOf(arguments[0]->typed) == SlotKind::kI64) {
    uint16_t a = newSlot(SlotKind::kI64), b = newSlot(SlotKind::kI64);
    operands(arguments, {SlotKind::kI64, SlotKind::kI64});
    setLocal(b);
    setLocal(a);
    Label notLess = out().newLabel(), notEqual = out().newLabel(), end = out().newLabel();
    getLocal(a);
    getLocal(b);
    out().emit(Op::kI64Lt);
    out().emitJump(Op::kJumpIfFalse, notLess);
    intConstant(-1, SlotKind::kI64);
    out().emitJump(Op::kJump, end);
    out().bind(notLess);
    getLocal(a);
    getLocal(b);
    out().emit(Op::kI64Eq);
    out().emitJump(Op::kJumpIfFalse, notEqual);
    intConstant(0, SlotKind::kI64);
    out().emitJump(Op::kJump, end);
    out().bind(notEqual);
    intConstant(1, SlotKind::kI64);
    out().bind(end);
    freeSlot(a);
    freeSlot(b);
    deliver(SlotKind::kI64, to);
    return true;
  }
  if (compare(name, arguments, nullptr, true)) {
    deliver(SlotKind::kValue, to);
    return true;
  }
  return false;
}

/// A primitive as a value: a closure that does it.
void CodeGenerator::primitiveClosure(Variable* v, Type* type) {
  FunctionCode* outer = now_;
  FunctionCode* f = begin(outer, v->name, v->arity);
  now_ = f;
  auto* call = arena_.make<Expr>();
  call->kind = ExprKind::kApply;
  call->span = v->span;
  std::vector<Expr*> arguments;
  Type* t = checker_.types().expand(type == nullptr ? v->type : type);
  for (uint32_t i = 0; i < v->arity; i++) {
    auto* parameter = arena_.make<Expr>();
    parameter->kind = ExprKind::kName;
    auto* variable = arena_.make<Variable>();
    variable->name = "parameter";
    bool known = t->kind == Type::Kind::kArrow;
    variable->type = known ? t->parts[0] : checker_.types().quantified();
    variable->home = f;
    variable->slot = static_cast<uint16_t>(i);
    parameter->variable = variable;
    parameter->typed = variable->type;
    arguments.push_back(parameter);
    if (known) t = checker_.types().expand(t->parts[1]);
  }
  call->typed = t;
  if (!primitive(v->primitive[0] == '%' && v->primitive == "%compare" ? v->primitive : v->primitive, call, arguments,
                 {Mode::kReturn})) {
    callNative(arena_.copy(std::string(v->primitive == "%compare" ? "caml_compare" : v->primitive) + '\0').data(),
               arguments, {Mode::kReturn});
  }
  finish(f);
  now_ = outer;
  out().emit(Op::kClosure, static_cast<int64_t>(outer->out->children.size() - 1));
}

void CodeGenerator::apply(Expr* e, Destination to) {
  Expr* f = e->items[0];
  while (f->kind == ExprKind::kConstraint || f->kind == ExprKind::kOpen) {
    if (f->kind == ExprKind::kOpen) break;
    f = f->items[0];
  }
  for (const Argument& a : e->arguments) {
    if (a.later) return partialWithHoles(e, to);
  }
  auto n = static_cast<uint32_t>(e->arguments.size);
  if (n > 200) return fail("a call has more than 200 arguments");
  Variable* v = f->kind == ExprKind::kName ? resolve(f->variable) : nullptr;
  // Arguments, those that are left out or wrapped included, as expressions to evaluate.
  std::vector<Expr*> arguments;
  bool plain = true;
  for (const Argument& a : e->arguments) {
    arguments.push_back(a.value);
    plain = plain && a.value != nullptr && !a.wrap;
  }
  if (!plain) {
    // Written as constructors of option.
    for (size_t i = 0; i < arguments.size(); i++) {
      const Argument& a = e->arguments[i];
      if (a.value != nullptr && !a.wrap) continue;
      auto* option = arena_.make<Expr>();
      option->kind = ExprKind::kConstruct;
      option->span = e->span;
      option->constructor = checker_.builtins().option->constructors[a.value == nullptr ? 0 : 1];
      if (a.value != nullptr) option->items = seqOf(arena_, std::vector<Expr*>{a.value});
      arguments[i] = option;
    }
  }
  if (v != nullptr && v->where == Variable::Where::kPrimitive && n >= v->arity && v->arity > 0) {
    std::vector<Expr*> first(arguments.begin(), arguments.begin() + v->arity);
    std::vector<Expr*> more(arguments.begin() + v->arity, arguments.end());
    Destination inner = more.empty() ? to : Destination{Mode::kPush, SlotKind::kValue};
    auto one = [&] {
      if (primitive(v->primitive, e, first, inner)) return;
      callNative(arena_.copy(std::string(v->primitive == "%compare" ? "caml_compare" : v->primitive) + '\0').data(),
                 first, inner);
    };
    if (more.empty()) return one();
    // The rest is applied to the result.
    uint16_t result = newSlot(SlotKind::kValue);
    one();
    setLocal(result);
    getLocal(result);
    freeSlot(result);
    Pending waits(*this, 1);
    operands(more, std::vector<SlotKind>(more.size(), SlotKind::kValue));
    out().emit(Op::kCall, static_cast<int64_t>(more.size()), 1);
    return deliver(SlotKind::kValue, to);
  }
  bool tail = to.mode == Mode::kReturn && now_->tries == 0;
  if (v != nullptr && v == now_->self && now_->start.valid() && tail && n == now_->parameters.size()) {
    // A call of the function by itself: its parameters get new values.
    std::vector<SlotKind> kinds;
    for (auto& [slot, kind] : now_->parameters) kinds.push_back(kind);
    operands(arguments, kinds);
    for (size_t i = n; i-- > 0;) setLocal(now_->parameters[i].first);
    at(e->span);
    out().emitJump(Op::kLoop, now_->start);
    return;
  }
  if (v != nullptr && v->arity > n && n > 0) return partial(f, v, arguments, to);
  // Functions of another arity, and partial applications, are the applier's (library/apply.cpp).
  Pending waits(*this, 1);
  // The function is evaluated after its arguments.
  bool simpleArguments = true;
  for (Expr* a : arguments) simpleArguments = simpleArguments && isSimple(a);
  if (isSimple(f) || simpleArguments) {
    now_->pending--;
    push(f, SlotKind::kValue);
    now_->pending++;
    operands(arguments, std::vector<SlotKind>(n, SlotKind::kValue));
  } else {
    std::vector<Expr*> all{f};
    all.insert(all.end(), arguments.begin(), arguments.end());
    now_->pending--;
    operands(all, std::vector<SlotKind>(n + 1, SlotKind::kValue));
    now_->pending++;
  }
  at(e->span);
  if (tail) {
    out().emit(Op::kTailCall, n);
    return;
  }
  out().emit(Op::kCall, n, 1);
  deliver(SlotKind::kValue, to);
}

/// Fewer arguments than the function is known to have: a closure of the others, which has captured these.
void CodeGenerator::partial(Expr* f, Variable* v, const std::vector<Expr*>& arguments, Destination to) {
  std::vector<Expr*> list(arguments);
  bool isGlobal = v->where == Variable::Where::kGlobal;
  if (!isGlobal) list.insert(list.begin(), f);
  operands(list, std::vector<SlotKind>(list.size(), SlotKind::kValue));
  std::vector<uint16_t> slots(list.size());
  for (size_t i = list.size(); i-- > 0;) {
    slots[i] = newSlot(SlotKind::kValue);
    setLocal(slots[i]);
    if (slots[i] > 255) return fail("a partial application is behind 255 variables");
  }
  auto n = static_cast<uint32_t>(arguments.size());
  FunctionCode* outer = now_;
  FunctionCode* inner = begin(outer, v->name, v->arity - n);
  inner->out->lineDefined = outer->out->lineDefined;
  inner->out->lastLine = outer->out->lastLine;
  for (uint16_t slot : slots) {
    bytecode::Upvalue u;
    u.from = bytecode::Upvalue::From::kParentValue;
    u.index = static_cast<uint8_t>(slot);
    u.name = v->name;
    inner->out->upvalues.push_back(u);
  }
  now_ = inner;
  at(f->span);
  if (isGlobal) getGlobal(v->global);
  for (size_t i = 0; i < slots.size(); i++) out().emit(Op::kGetCapture, static_cast<int64_t>(i) + 1);
  for (uint32_t i = 0; i < v->arity - n; i++) getLocal(static_cast<uint16_t>(i));
  out().emit(Op::kTailCall, v->arity);
  finish(inner);
  now_ = outer;
  out().emit(Op::kClosure, static_cast<int64_t>(outer->out->children.size() - 1));
  for (uint16_t slot : slots) freeSlot(slot);
  deliver(SlotKind::kValue, to);
}

/// f ~b where f has ~a before it: a function of what is missing.
void CodeGenerator::partialWithHoles(Expr* e, Destination to) {
  std::string mask;
  getGlobal("CamlHoles");
  Pending waits(*this, 3);
  push(e->items[0], SlotKind::kValue);
  for (const Argument& a : e->arguments) mask += a.later ? '_' : 'x';
  out().emitConstant(mask);
  uint32_t n = 0;
  for (const Argument& a : e->arguments) {
    if (a.later) continue;
    argument(a);
    now_->pending++;
    n++;
  }
  now_->pending -= n;
  out().emit(Op::kCall, 2 + n, 1);
  deliver(SlotKind::kValue, to);
}

}  // namespace devvm::caml
