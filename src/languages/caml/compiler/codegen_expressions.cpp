// Code of expressions.
#include "languages/caml/compiler/codegen.h"

namespace devvm::caml {

using Mode = Destination::Mode;

namespace {

bool isPurePrimitive(std::string_view name) {
  static const char* const kPure[] = {"%addint",     "%subint",   "%mulint",   "%andint",   "%orint",    "%xorint",
                                      "%lslint",     "%lsrint",   "%asrint",   "%negint",   "%succint",  "%predint",
                                      "%addfloat",   "%subfloat", "%mulfloat", "%divfloat", "%negfloat", "%absfloat",
                                      "%floatofint", "%identity", "%eq",       "%noteq",    "%boolnot"};
  for (const char* p : kPure) {
    if (name == p) return true;
  }
  return false;
}

}  // namespace

/// Evaluating it has no effect and sees none: it may be done at any time.
bool CodeGenerator::isSimple(Expr* e) {
  switch (e->kind) {
    case ExprKind::kConstant:
    case ExprKind::kName:
    case ExprKind::kFun: return true;
    case ExprKind::kTuple:
    case ExprKind::kConstruct:
      for (Expr* i : e->items) {
        if (!isSimple(i)) return false;
      }
      return true;
    case ExprKind::kField: return !e->fieldInfo->isMutable && isSimple(e->items[0]);
    case ExprKind::kConstraint:
    case ExprKind::kCoerce:
    case ExprKind::kOpen: return isSimple(e->items[0]);
    case ExprKind::kApply: {
      Expr* f = e->items[0];
      if (f->kind != ExprKind::kName || f->variable == nullptr) return false;
      Variable* v = resolve(f->variable);
      if (v->where != Variable::Where::kPrimitive || !isPurePrimitive(v->primitive) || e->arguments.size != v->arity)
        return false;
      for (const Argument& a : e->arguments) {
        if (a.value == nullptr || !isSimple(a.value)) return false;
      }
      return true;
    }
    default: return false;
  }
}

/// Pushes all of them in order, having evaluated from right to left whatever could tell the difference.
void CodeGenerator::operands(const std::vector<Expr*>& list, const std::vector<SlotKind>& kinds) {
  size_t effects = 0, first = list.size();
  for (size_t i = 0; i < list.size(); i++) {
    if (isSimple(list[i])) continue;
    if (effects++ == 0) first = i;
  }
  uint32_t before = now_->pending;
  if (effects <= 1) {
    for (size_t i = 0; i < list.size(); i++) {
      push(list[i], kinds[i]);
      now_->pending++;
    }
    now_->pending = before;
    return;
  }
  std::vector<int> slots(list.size(), -1);
  for (size_t i = list.size(); i-- > first + 1;) {
    if (isSimple(list[i])) continue;
    push(list[i], kinds[i]);
    slots[i] = newSlot(kinds[i]);
    setLocal(static_cast<uint16_t>(slots[i]));
  }
  for (size_t i = 0; i < list.size(); i++) {
    if (slots[i] < 0) {
      push(list[i], kinds[i]);
    } else {
      getLocal(static_cast<uint16_t>(slots[i]));
    }
    now_->pending++;
  }
  now_->pending = before;
  for (int slot : slots) {
    if (slot >= 0) freeSlot(static_cast<uint16_t>(slot));
  }
}

void CodeGenerator::makeBlock(uint32_t tag, uint32_t size) {
  if (size > UINT16_MAX) return fail("a block has too many fields");
  out().emit(Op::kNewBlock, tag, size);
}

void CodeGenerator::generate(Expr* e, Destination to) {
  if (!error_.empty()) return;
  switch (e->kind) {
    case ExprKind::kConstant: {
      if (to.mode == Mode::kDrop) return;
      SlotKind kind = to.mode == Mode::kPush ? to.kind : SlotKind::kValue;
      if (e->constant.kind == ConstantKind::kFloat && kind == SlotKind::kI64) kind = SlotKind::kValue;
      constant(e->constant, kind);
      deliver(kind == SlotKind::kI64 || kind == SlotKind::kF64 ? kind : SlotKind::kValue, to);
      return;
    }
    case ExprKind::kName: {
      if (to.mode == Mode::kDrop) return;
      SlotKind kind = to.mode == Mode::kPush ? to.kind : SlotKind::kValue;
      pushVariable(e->variable, e->typed, kind);
      deliver(kind, to);
      return;
    }
    case ExprKind::kLet:
      letExpr(e->bindings, e->recursive, false);
      generate(e->items[0], to);
      for (Binding& b : e->bindings) freeSlots(b.pattern);
      return;
    case ExprKind::kFun:
      if (to.mode == Mode::kDrop) return;
      function(e, nullptr);
      deliver(SlotKind::kValue, to);
      return;
    case ExprKind::kApply: apply(e, to); return;
    case ExprKind::kMatch: match(e, to); return;
    case ExprKind::kTry: tryExpr(e, to); return;
    case ExprKind::kTuple: {
      std::vector<Expr*> list(e->items.begin(), e->items.end());
      operands(list, std::vector<SlotKind>(list.size(), SlotKind::kValue));
      makeBlock(0, e->items.size);
      deliver(SlotKind::kValue, to);
      return;
    }
    case ExprKind::kConstruct: construct(e, to); return;
    case ExprKind::kRecord: record(e, to); return;
    case ExprKind::kField:
      push(e->items[0], SlotKind::kValue);
      at(e->span);
      out().emit(Op::kBlockGet, e->fieldInfo->index);
      deliver(SlotKind::kValue, to);
      return;
    case ExprKind::kSetField:
      operands({e->items[0], e->items[1]}, {SlotKind::kValue, SlotKind::kValue});
      out().emit(Op::kBlockSet, e->fieldInfo->index);
      if (to.mode == Mode::kDrop) return;
      out().emit(Op::kInt8, 0);
      deliver(SlotKind::kValue, to);
      return;
    case ExprKind::kArray: {
      // new_array fills with one value; then the elements, evaluated from right to left.
      if (e->items.empty()) {
        out().emit(Op::kI64Small, 0);
        out().emit(Op::kInt8, 0);
        out().emit(Op::kNewArray);
        deliver(SlotKind::kValue, to);
        return;
      }
      uint16_t slot = newSlot(SlotKind::kValue);
      intConstant(e->items.size, SlotKind::kI64);
      now_->pending++;
      push(e->items[e->items.size - 1], SlotKind::kValue);
      now_->pending--;
      out().emit(Op::kNewArray);
      setLocal(slot);
      for (uint32_t i = e->items.size - 1; i-- > 0;) {
        getLocal(slot);
        intConstant(i, SlotKind::kI64);
        now_->pending += 2;
        push(e->items[i], SlotKind::kValue);
        now_->pending -= 2;
        out().emit(Op::kArraySet);
      }
      getLocal(slot);
      freeSlot(slot);
      deliver(SlotKind::kValue, to);
      return;
    }
    case ExprKind::kIf: {
      Label otherwise = out().newLabel(), end = out().newLabel();
      branch(e->items[0], otherwise, false);
      generate(e->items[1], to);
      if (to.mode == Mode::kReturn) {
        out().bind(otherwise);
        if (e->items.size > 2) {
          generate(e->items[2], to);
        } else {
          out().emit(Op::kInt8, 0);
          out().emit(Op::kReturn1);
        }
        return;
      }
      if (e->items.size == 2 && to.mode == Mode::kDrop) {
        out().bind(otherwise);
        return;
      }
      out().emitJump(Op::kJump, end);
      out().bind(otherwise);
      if (e->items.size > 2) {
        generate(e->items[2], to);
      } else {
        out().emit(Op::kInt8, 0);
        deliver(SlotKind::kValue, to);
      }
      out().bind(end);
      return;
    }
    case ExprKind::kSequence: sequence(e, to); return;
    case ExprKind::kWhile:
    case ExprKind::kFor:
      e->kind == ExprKind::kFor ? forLoop(e) : whileLoop(e);
      if (to.mode == Mode::kDrop) return;
      out().emit(Op::kInt8, 0);
      deliver(SlotKind::kValue, to);
      return;
    case ExprKind::kConstraint:
    case ExprKind::kCoerce:
    case ExprKind::kOpen: generate(e->items[0], to); return;
    case ExprKind::kLetModule:
      for (Item* i : e->item->elaborated) {
        if (i->kind == ItemKind::kLet) {
          letExpr(i->bindings, i->recursive, false);
        } else {
          item(i);
        }
      }
      generate(e->items[0], to);
      return;
    case ExprKind::kLetException:
      exception(e->constructor);
      generate(e->items[0], to);
      return;
    case ExprKind::kAssert: assertion(e, to); return;
    case ExprKind::kLazy:
      lazy(e);
      deliver(SlotKind::kValue, to);
      return;
    case ExprKind::kUnreachable: raiseAt("Match_failure", e->span); return;
  }
}

void CodeGenerator::sequence(Expr* e, Destination to) {
  for (uint32_t i = 0; i + 1 < e->items.size; i++) generate(e->items[i], {Mode::kDrop});
  generate(e->items[e->items.size - 1], to);
}

/// Jumps to `target` if the condition is `when`, else goes on.
void CodeGenerator::branch(Expr* e, Label target, bool when) {
  while (e->kind == ExprKind::kConstraint || e->kind == ExprKind::kOpen) e = e->items[0];
  if (e->kind == ExprKind::kConstruct && e->constructor != nullptr && e->items.empty()) {
    if ((e->constructor->name == "true") == when) out().emitJump(Op::kJump, target);
    return;
  }
  if (e->kind == ExprKind::kApply && e->items[0]->kind == ExprKind::kName) {
    Variable* v = resolve(e->items[0]->variable);
    if (v->where == Variable::Where::kPrimitive && e->arguments.size == v->arity) {
      std::vector<Expr*> arguments;
      for (const Argument& a : e->arguments) arguments.push_back(a.value);
      if (v->primitive == "%boolnot") return branch(arguments[0], target, !when);
      if (v->primitive == "%sequand" || v->primitive == "%sequor") {
        bool isAnd = v->primitive == "%sequand";
        if (isAnd != when) {
          branch(arguments[0], target, when);
          branch(arguments[1], target, when);
        } else {
          Label out1 = out().newLabel();
          branch(arguments[0], out1, !when);
          branch(arguments[1], target, when);
          out().bind(out1);
        }
        return;
      }
      at(e->span);
      if (compare(v->primitive, arguments, &target, when)) return;
    }
  }
  push(e, SlotKind::kValue);
  out().emitJump(when ? Op::kJumpIfTrue : Op::kJumpIfFalse, target);
}

// ---- functions ------------------------------------------------------------------------------------

/// Pushes a closure. `self`: the variable that it is bound to, whose calls at the end of the function are jumps.
void CodeGenerator::function(Expr* e, Variable* self) {
  uint32_t count = 0;
  for (const Parameter& p : e->parameters) count += p.pattern != nullptr ? 1 : 0;
  if (count == 0) return generate(e->items[0], {Mode::kPush, SlotKind::kValue});  // fun (type a) -> e
  if (count > 200) return fail("a function has more than 200 parameters");
  FunctionCode* outer = now_;
  FunctionCode* f = begin(outer, self != nullptr ? self->name : std::string_view("fun"), count);
  frontend::Position begun = source_.positionOf(e->span.begin), ended = source_.positionOf(e->span.end);
  f->out->lineDefined = inLibrary_ ? 0 : begun.line;
  f->out->lastLine = inLibrary_ ? 0 : ended.line;
  now_ = f;
  f->self = self == nullptr ? nullptr : resolve(self);
  at(e->span);
  // Numbers get raw locals, where calls of the function by itself store them without boxes.
  uint16_t n = 0;
  std::vector<std::function<void()>> later;
  for (Parameter& p : e->parameters) {
    if (p.pattern == nullptr) continue;
    uint16_t parameter = n++;
    Pattern* pattern = p.pattern;
    while (pattern->kind == PatternKind::kConstraint) pattern = pattern->items[0];
    bool plain = pattern->kind == PatternKind::kVariable && p.otherwise == nullptr;
    Variable* v = plain ? resolve(pattern->variable) : nullptr;
    if (v != nullptr) {
      v->home = f;
      SlotKind kind = v->captured ? SlotKind::kValue : kindOf(v->type);
      if (kind == SlotKind::kValue) {
        v->slot = parameter;
        v->kind = static_cast<uint8_t>(kind);
      } else {
        v->slot = newSlot(kind);
        v->kind = static_cast<uint8_t>(kind);
        getLocal(parameter);
        convert(SlotKind::kValue, kind);
        setLocal(v->slot);
      }
      f->parameters.emplace_back(v->slot, kind);
      continue;
    }
    f->parameters.emplace_back(parameter, SlotKind::kValue);
    Parameter* each = &p;
    later.emplace_back([this, each, parameter] {
      Subject subject{parameter, SlotKind::kValue, each->typed, {}};
      uint16_t made = 0;
      bool hasDefault = each->otherwise != nullptr;
      if (hasDefault) {
        // None is the integer 0.
        Label given = out().newLabel(), end = out().newLabel();
        made = newSlot(SlotKind::kValue);
        getLocal(parameter);
        out().emit(Op::kInt8, 0);
        out().emit(Op::kRawEq);
        out().emitJump(Op::kJumpIfFalse, given);
        push(each->otherwise, SlotKind::kValue);
        setLocal(made);
        out().emitJump(Op::kJump, end);
        out().bind(given);
        getLocal(parameter);
        out().emit(Op::kBlockGet, 0);
        setLocal(made);
        out().bind(end);
        subject = {made, SlotKind::kValue, each->pattern->typed, {}};
      }
      makeSlots(each->pattern);
      Label failed = out().newLabel(), done = out().newLabel();
      bool mayFail = refutable(each->pattern);
      test(each->pattern, subject, failed);
      if (mayFail) {
        out().emitJump(Op::kJump, done);
        out().bind(failed);
        raiseAt("Match_failure", each->pattern->span);
        out().bind(done);
      }
    });
  }
  if (f->self != nullptr && callsItself(e->items[0], f->self)) {
    f->start = out().newLabel();
    out().emit(Op::kLoopHead);
    out().bind(f->start);
  }
  for (auto& each : later) each();
  generate(e->items[0], {Mode::kReturn});
  finish(f);
  now_ = outer;
  out().emit(Op::kClosure, static_cast<int64_t>(outer->out->children.size() - 1));
}

/// Pushes the value that a variable is bound to; a function gets the variable's name.
void CodeGenerator::functionValue(Expr* e, Variable* v) {
  Expr* inner = e;
  while (inner->kind == ExprKind::kConstraint) inner = inner->items[0];
  if (inner->kind == ExprKind::kFun && v != nullptr) {
    function(inner, v);
  } else {
    push(e, SlotKind::kValue);
  }
}

void CodeGenerator::letExpr(Seq<Binding> bindings, bool recursive, bool isTop) {
  auto variableOf = [](Pattern* p) -> Variable* {
    while (p->kind == PatternKind::kConstraint) p = p->items[0];
    return p->kind == PatternKind::kVariable ? p->variable : nullptr;
  };
  if (recursive) {
    for (Binding& b : bindings) {
      Variable* v = variableOf(b.pattern);
      if (v == nullptr) continue;
      v = resolve(v);
      if (v->where == Variable::Where::kGlobal) continue;
      v->isCell = v->captured;
      bindSlot(v);
      if (!v->isCell) continue;
      if (v->slot > 255) return fail("a recursive function is behind 255 variables");
      out().emit(Op::kLocalNil, v->slot, 1);
      out().emit(Op::kNewCell, v->slot);
    }
    // Blocks that contain themselves: made with holes, which are filled then.
    struct Hole {
      Variable* variable;
      Expr* value;
    };
    for (Binding& b : bindings) {
      at(b.span);
      Variable* v = variableOf(b.pattern);
      Expr* value = b.value;
      if (v != nullptr && value->kind != ExprKind::kFun &&
          (value->kind == ExprKind::kConstruct || value->kind == ExprKind::kTuple ||
           value->kind == ExprKind::kRecord)) {
        Variable* r = resolve(v);
        // A block of the same size stands for it while its parts are evaluated.
        uint32_t size = value->kind == ExprKind::kRecord ? static_cast<uint32_t>(value->fields.size)
                        : value->kind == ExprKind::kConstruct && value->constructor->record != nullptr
                            ? 0
                            : value->items.size;
        if (size > 0 && !(value->kind == ExprKind::kConstruct && value->downward && value->items.size != 2)) {
          uint32_t tag = value->kind == ExprKind::kConstruct ? value->constructor->tag : 0;
          for (uint32_t i = 0; i < size; i++) out().emit(Op::kNil);
          makeBlock(tag, size);
          store(r, SlotKind::kValue);
          uint16_t made = newSlot(SlotKind::kValue);
          push(value, SlotKind::kValue);
          setLocal(made);
          for (uint32_t i = 0; i < size; i++) {
            pushVariable(r, r->type, SlotKind::kValue);
            getLocal(made);
            out().emit(Op::kBlockGet, i);
            out().emit(Op::kBlockSet, i);
          }
          freeSlot(made);
          continue;
        }
      }
      functionValue(value, v);
      if (v != nullptr) {
        store(v, SlotKind::kValue);
      } else {
        out().emit(Op::kPop);
      }
    }
    return;
  }
  // `let x = a and y = b`: none sees the others, as their names were resolved before.
  for (Binding& b : bindings) {
    at(b.span);
    Variable* v = variableOf(b.pattern);
    Pattern* p = b.pattern;
    while (p->kind == PatternKind::kConstraint) p = p->items[0];
    if (p->kind == PatternKind::kAny || (p->kind == PatternKind::kConstruct && p->constructor->name == "()")) {
      generate(b.value, {Mode::kDrop});
      continue;
    }
    if (v != nullptr) {
      v = resolve(v);
      if (v->where == Variable::Where::kGlobal) {
        functionValue(b.value, v);
        store(v, SlotKind::kValue);
        continue;
      }
      Expr* value = b.value;
      while (value->kind == ExprKind::kConstraint) value = value->items[0];
      if (value->kind == ExprKind::kFun) {
        function(value, nullptr);
        now_->builder.setPosition(now_->builder.currentLine());
        bindSlot(v);
        store(v, SlotKind::kValue);
        continue;
      }
      SlotKind kind = v->captured ? SlotKind::kValue : kindOf(v->type);
      push(b.value, kind);
      bindSlot(v);
      store(v, kind);
      continue;
    }
    Subject subject = subjectFor(b.value, {b.pattern});
    if (!isTop) makeSlots(b.pattern);
    if (isTop) makeSlots(b.pattern);
    Label failed = out().newLabel(), done = out().newLabel();
    bool mayFail = refutable(b.pattern);
    test(b.pattern, subject, failed);
    if (mayFail) {
      out().emitJump(Op::kJump, done);
      out().bind(failed);
      raiseAt("Match_failure", b.pattern->span);
      out().bind(done);
    }
    freeSubject(subject);
  }
}

// ---- data -----------------------------------------------------------------------------------------

void CodeGenerator::construct(Expr* e, Destination to) {
  Constructor* c = e->constructor;
  if (to.mode == Mode::kDrop && e->items.empty()) return;
  if (c->isException) {
    getGlobal(c->global);
    if (!c->isConstant) {
      Pending waits(*this, 1);
      std::vector<Expr*> list(e->items.begin(), e->items.end());
      if (c->record != nullptr) fail("exceptions with records are not supported");
      operands(list, std::vector<SlotKind>(list.size(), SlotKind::kValue));
      makeBlock(0, 1 + static_cast<uint32_t>(list.size()));
    }
    deliver(SlotKind::kValue, to);
    return;
  }
  if (c->type != nullptr && c->type->isBool) {
    out().emit(c->name == "true" ? Op::kTrue : Op::kFalse);
    deliver(SlotKind::kValue, to);
    return;
  }
  if (c->isConstant) {
    out().emitConstant(int64_t{c->tag});
    deliver(SlotKind::kValue, to);
    return;
  }
  if (c->record != nullptr) {
    // The record's fields are the block's. A value of the record's type is such a block already.
    Expr* value = e->items[0];
    if (value->kind == ExprKind::kRecord && value->items.empty()) {
      std::vector<Expr*> list(c->record->fields.size());
      for (const FieldValue& f : value->fields) list[f.field->index] = f.value;
      operands(list, std::vector<SlotKind>(list.size(), SlotKind::kValue));
      makeBlock(c->tag, static_cast<uint32_t>(list.size()));
      deliver(SlotKind::kValue, to);
    } else {
      generate(value, to);
    }
    return;
  }
  if (e->downward) {
    // A list, made from its end.
    uint32_t n = e->items.size - 1;
    uint16_t tail = newSlot(SlotKind::kValue);
    out().emit(Op::kInt8, 0);
    setLocal(tail);
    for (uint32_t i = n; i-- > 0;) {
      push(e->items[i], SlotKind::kValue);
      getLocal(tail);
      makeBlock(c->tag, 2);
      setLocal(tail);
    }
    getLocal(tail);
    freeSlot(tail);
    deliver(SlotKind::kValue, to);
    return;
  }
  std::vector<Expr*> list(e->items.begin(), e->items.end());
  operands(list, std::vector<SlotKind>(list.size(), SlotKind::kValue));
  makeBlock(c->tag, e->items.size);
  deliver(SlotKind::kValue, to);
}

void CodeGenerator::record(Expr* e, Destination to) {
  TypeInfo* owner = e->fields[0].field->owner;
  size_t n = owner->fields.size();
  uint32_t tag = owner->inlineOf != nullptr ? owner->inlineOf->tag : 0;
  std::vector<Expr*> list(n);
  for (const FieldValue& f : e->fields) list[f.field->index] = f.value;
  if (e->items.empty()) {
    operands(list, std::vector<SlotKind>(n, SlotKind::kValue));
    makeBlock(tag, static_cast<uint32_t>(n));
    deliver(SlotKind::kValue, to);
    return;
  }
  // { base with ... }: the new fields first, from right to left, then the base.
  std::vector<int> slots(n, -1);
  for (size_t i = n; i-- > 0;) {
    if (list[i] == nullptr || isSimple(list[i])) continue;
    push(list[i], SlotKind::kValue);
    slots[i] = newSlot(SlotKind::kValue);
    setLocal(static_cast<uint16_t>(slots[i]));
  }
  uint16_t base = newSlot(SlotKind::kValue);
  push(e->items[0], SlotKind::kValue);
  setLocal(base);
  for (size_t i = 0; i < n; i++) {
    if (slots[i] >= 0) {
      getLocal(static_cast<uint16_t>(slots[i]));
      freeSlot(static_cast<uint16_t>(slots[i]));
    } else if (list[i] != nullptr) {
      push(list[i], SlotKind::kValue);
    } else {
      getLocal(base);
      out().emit(Op::kBlockGet, static_cast<int64_t>(i));
    }
  }
  freeSlot(base);
  makeBlock(tag, static_cast<uint32_t>(n));
  deliver(SlotKind::kValue, to);
}

/// A block with a flag and a closure, or with the flag set and the value.
void CodeGenerator::lazy(Expr* e) {
  FunctionCode* outer = now_;
  FunctionCode* f = begin(outer, "lazy", 1);
  now_ = f;
  generate(e->items[0], {Mode::kReturn});
  finish(f);
  now_ = outer;
  out().emit(Op::kInt8, 0);
  out().emit(Op::kClosure, static_cast<int64_t>(outer->out->children.size() - 1));
  makeBlock(246, 2);
}

void CodeGenerator::raiseAt(const char* exception, Span span) {
  // The exception's argument is (file, line, column).
  frontend::Position p = source_.positionOf(span.begin);
  getGlobal(exception);
  out().emitConstant(inLibrary_ ? std::string("stdlib") : source_.name());
  out().emitConstant(int64_t{p.line});
  out().emitConstant(int64_t{p.column} - 1);
  makeBlock(0, 3);
  makeBlock(0, 2);
  out().emit(Op::kThrow);
}

void CodeGenerator::assertion(Expr* e, Destination to) {
  Label good = out().newLabel();
  branch(e->items[0], good, true);
  raiseAt("Assert_failure", e->span);
  out().bind(good);
  if (to.mode == Mode::kDrop) return;
  if (to.mode == Mode::kPush && to.kind != SlotKind::kValue) {
    intConstant(0, to.kind);  // never reached: `assert false`
    return;
  }
  out().emit(Op::kInt8, 0);
  deliver(SlotKind::kValue, to);
}

// ---- loops ----------------------------------------------------------------------------------------

void CodeGenerator::whileLoop(Expr* e) {
  Label start = out().newLabel(), end = out().newLabel();
  out().emit(Op::kLoopHead);
  out().bind(start);
  branch(e->items[0], end, false);
  generate(e->items[1], {Mode::kDrop});
  out().emitJump(Op::kLoop, start);
  out().bind(end);
}

void CodeGenerator::forLoop(Expr* e) {
  uint16_t index = newSlot(SlotKind::kI64), last = newSlot(SlotKind::kI64);
  operands({e->items[0], e->items[1]}, {SlotKind::kI64, SlotKind::kI64});
  setLocal(last);
  setLocal(index);
  Variable* v = e->pattern->variable;
  Label start = out().newLabel(), end = out().newLabel();
  auto test = [&] {
    if (e->downward) {
      getLocal(last);
      getLocal(index);
    } else {
      getLocal(index);
      getLocal(last);
    }
    out().emit(Op::kI64Le);
    out().emitJump(Op::kJumpIfFalse, end);
  };
  test();
  out().emit(Op::kLoopHead);
  out().bind(start);
  if (v->captured) {
    bindSlot(v);
    getLocal(index);
    store(v, SlotKind::kI64);
  } else {
    v->home = now_;
    v->slot = index;
    v->kind = static_cast<uint8_t>(SlotKind::kI64);
  }
  generate(e->items[2], {Mode::kDrop});
  // The last value may be the greatest there is: compare before counting.
  getLocal(e->downward ? last : index);
  getLocal(e->downward ? index : last);
  out().emit(Op::kI64Lt);
  out().emitJump(Op::kJumpIfFalse, end);
  getLocal(index);
  out().emit(Op::kI64Small, 1);
  out().emit(e->downward ? Op::kI63Sub : Op::kI63Add);
  setLocal(index);
  out().emitJump(Op::kLoop, start);
  out().bind(end);
  freeSlot(index);
  freeSlot(last);
}

}  // namespace devvm::caml
