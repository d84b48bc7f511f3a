// Pattern matching: the cases one after the other, with a jump through a table for the first look at a constructor.
#include <algorithm>
#include <cstdlib>

#include "languages/caml/compiler/codegen.h"

namespace devvm::caml {

using Mode = Destination::Mode;

namespace {

/// Constant constructors that are told from blocks one by one.
constexpr uint32_t kConstantsToCompare = 3;

Pattern* bare(Pattern* p) {
  while (p->kind == PatternKind::kConstraint || p->kind == PatternKind::kOpen) p = p->items[0];
  return p;
}

}  // namespace

void CodeGenerator::pushSubject(const Subject& s, SlotKind want) {
  if (!s.parts.empty()) {
    for (const Subject& each : s.parts) pushSubject(each, SlotKind::kValue);
    makeBlock(0, static_cast<uint32_t>(s.parts.size()));
    convert(SlotKind::kValue, want);
    return;
  }
  getLocal(s.slot);
  convert(s.kind, want);
}

void CodeGenerator::freeSubject(const Subject& s) {
  for (const Subject& each : s.parts) freeSubject(each);
  if (s.parts.empty()) freeSlot(s.slot);
}

/// Evaluates what is matched. A tuple that no pattern wants as a whole is not made.
CodeGenerator::Subject CodeGenerator::subjectFor(Expr* e, const std::vector<Pattern*>& patterns) {
  Subject s;
  s.type = e->typed;
  std::function<bool(Pattern*)> inParts = [&](Pattern* p) {
    p = bare(p);
    if (p->kind == PatternKind::kOr) return inParts(p->items[0]) && inParts(p->items[1]);
    return p->kind == PatternKind::kTuple || p->kind == PatternKind::kAny;
  };
  bool split = e->kind == ExprKind::kTuple && std::all_of(patterns.begin(), patterns.end(), inParts);
  if (split) {
    std::vector<Expr*> list(e->items.begin(), e->items.end());
    std::vector<SlotKind> kinds;
    for (Expr* i : list) kinds.push_back(kindOf(i->typed));
    operands(list, kinds);
    for (size_t i = 0; i < list.size(); i++) {
      Subject part;
      part.kind = kinds[i];
      part.type = list[i]->typed;
      part.slot = newSlot(kinds[i]);
      s.parts.push_back(part);
    }
    for (size_t i = list.size(); i-- > 0;) setLocal(s.parts[i].slot);
    return s;
  }
  s.kind = kindOf(e->typed);
  push(e, s.kind);
  s.slot = newSlot(s.kind);
  setLocal(s.slot);
  return s;
}

/// Slots for all variables of a pattern: before the tests, since cells and or-patterns need them.
void CodeGenerator::makeSlots(Pattern* p) {
  if (p->variable != nullptr && p->variable->same == nullptr && p->variable->where == Variable::Where::kLocal)
    bindSlot(p->variable);
  for (Pattern* i : p->items) makeSlots(i);
  for (FieldPattern& f : p->fields) makeSlots(f.pattern);
}

void CodeGenerator::freeSlots(Pattern* p) {
  if (p->variable != nullptr && p->variable->same == nullptr && p->variable->where == Variable::Where::kLocal)
    freeSlot(p->variable->slot);
  for (Pattern* i : p->items) freeSlots(i);
  for (FieldPattern& f : p->fields) freeSlots(f.pattern);
}

bool CodeGenerator::refutable(Pattern* p) {
  switch (p->kind) {
    case PatternKind::kAny:
    case PatternKind::kVariable: return false;
    case PatternKind::kConstant:
    case PatternKind::kInterval:
    case PatternKind::kArray:
    case PatternKind::kException: return true;
    case PatternKind::kOr: return refutable(p->items[0]) && refutable(p->items[1]);
    case PatternKind::kConstruct: {
      TypeInfo* t = p->constructor->type;
      if (t == nullptr || t->constructors.size() != 1) return true;
      break;
    }
    default: break;
  }
  for (Pattern* i : p->items) {
    if (refutable(i)) return true;
  }
  for (FieldPattern& f : p->fields) {
    if (refutable(f.pattern)) return true;
  }
  return false;
}

void CodeGenerator::bind(Variable* v, const Subject& subject) {
  v = resolve(v);
  if (v->where == Variable::Where::kGlobal) {
    pushSubject(subject, SlotKind::kValue);
    setGlobal(v->global);
    return;
  }
  pushSubject(subject, static_cast<SlotKind>(v->kind));
  setLocal(v->slot);
}

void CodeGenerator::testConstant(const Constant& c, const Subject& subject, Label fail) {
  switch (c.kind) {
    case ConstantKind::kString:
      pushSubject(subject, SlotKind::kValue);
      constant(c, SlotKind::kValue);
      out().emit(Op::kRawEq);
      break;
    case ConstantKind::kFloat:
      pushSubject(subject, SlotKind::kF64);
      constant(c, SlotKind::kF64);
      out().emit(Op::kF64Eq);
      break;
    default:
      pushSubject(subject, SlotKind::kI64);
      constant(c, SlotKind::kI64);
      out().emit(Op::kI64Eq);
      break;
  }
  out().emitJump(Op::kJumpIfFalse, fail);
}

/// Tests a field of a block.
void CodeGenerator::part(Pattern* p, const Subject& block, uint32_t index, Label fail) {
  Pattern* inner = bare(p);
  if (inner->kind == PatternKind::kAny) return;
  if (inner->kind == PatternKind::kVariable) {
    Variable* v = resolve(inner->variable);
    pushSubject(block, SlotKind::kValue);
    out().emit(Op::kBlockGet, index);
    store(v, SlotKind::kValue);
    return;
  }
  Subject s;
  s.type = inner->typed;
  s.kind = kindOf(inner->typed);
  s.slot = newSlot(s.kind);
  pushSubject(block, SlotKind::kValue);
  out().emit(Op::kBlockGet, index);
  convert(SlotKind::kValue, s.kind);
  setLocal(s.slot);
  test(inner, s, fail);
  freeSlot(s.slot);
}

/// Jumps if a variant is no constant constructor.
void CodeGenerator::jumpUnlessConstant(const Subject& subject, TypeInfo* type, Label target) {
  if (type->constants > kConstantsToCompare) {
    getGlobal("CamlIsInt");
    pushSubject(subject, SlotKind::kValue);
    out().emit(Op::kCall, 1, 1);
    out().emitJump(Op::kJumpIfFalse, target);
    return;
  }
  Label isConstant = out().newLabel();
  for (uint32_t k = 0; k < type->constants; k++) {
    pushSubject(subject, SlotKind::kValue);
    out().emit(Op::kInt8, k);
    out().emit(Op::kRawEq);
    out().emitJump(Op::kJumpIfTrue, isConstant);
  }
  out().emitJump(Op::kJump, target);
  out().bind(isConstant);
}

/// Jumps to `fail` unless the subject is made by the constructor.
void CodeGenerator::testTag(Constructor* c, const Subject& subject, Label fail) {
  TypeInfo* t = c->type;
  if (c->isConstant) {
    pushSubject(subject, SlotKind::kValue);
    out().emitConstant(int64_t{c->tag});
    out().emit(Op::kRawEq);
    out().emitJump(Op::kJumpIfFalse, fail);
    return;
  }
  if (t->constants == 1) {
    pushSubject(subject, SlotKind::kValue);
    out().emit(Op::kInt8, 0);
    out().emit(Op::kRawEq);
    out().emitJump(Op::kJumpIfTrue, fail);
  } else if (t->constants > 1) {
    Label isBlock = out().newLabel();
    jumpUnlessConstant(subject, t, isBlock);
    out().emitJump(Op::kJump, fail);
    out().bind(isBlock);
  }
  if (t->blocks == 1) return;
  pushSubject(subject, SlotKind::kValue);
  out().emit(Op::kBlockTag);
  out().emit(Op::kI64Small, c->tag);
  out().emit(Op::kI64Eq);
  out().emitJump(Op::kJumpIfFalse, fail);
}

/// Jumps to `fail` unless the subject matches; binds variables on the way. `tagKnown`: its constructor was looked at.
void CodeGenerator::test(Pattern* p, const Subject& subject, Label fail, bool tagKnown) {
  if (!error_.empty()) return;
  switch (p->kind) {
    case PatternKind::kAny: return;
    case PatternKind::kVariable: bind(p->variable, subject); return;
    case PatternKind::kAlias:
      test(p->items[0], subject, fail, tagKnown);
      bind(p->variable, subject);
      return;
    case PatternKind::kConstant: testConstant(p->constant, subject, fail); return;
    case PatternKind::kInterval:
      constant(p->constant, SlotKind::kI64);
      pushSubject(subject, SlotKind::kI64);
      out().emit(Op::kI64Le);
      out().emitJump(Op::kJumpIfFalse, fail);
      pushSubject(subject, SlotKind::kI64);
      constant(p->last, SlotKind::kI64);
      out().emit(Op::kI64Le);
      out().emitJump(Op::kJumpIfFalse, fail);
      return;
    case PatternKind::kTuple:
      for (uint32_t i = 0; i < p->items.size; i++) {
        if (subject.parts.empty()) {
          part(p->items[i], subject, i, fail);
        } else {
          test(p->items[i], subject.parts[i], fail);
        }
      }
      return;
    case PatternKind::kConstruct: {
      Constructor* c = p->constructor;
      if (c->isException) {
        pushSubject(subject, SlotKind::kValue);
        if (!c->isConstant) out().emit(Op::kBlockGet, 0);
        getGlobal(c->global);
        out().emit(Op::kRawEq);
        out().emitJump(Op::kJumpIfFalse, fail);
        for (uint32_t i = 0; i < p->items.size; i++) part(p->items[i], subject, i + 1, fail);
        return;
      }
      TypeInfo* t = c->type;
      if (t->isBool) {
        pushSubject(subject, SlotKind::kValue);
        out().emitJump(c->name == "true" ? Op::kJumpIfFalse : Op::kJumpIfTrue, fail);
        return;
      }
      if (!tagKnown && t->constructors.size() > 1) {
        testTag(c, subject, fail);
      }
      if (c->record != nullptr) {
        if (!p->items.empty()) test(p->items[0], subject, fail);
        return;
      }
      for (uint32_t i = 0; i < p->items.size; i++) part(p->items[i], subject, i, fail);
      return;
    }
    case PatternKind::kRecord:
      for (FieldPattern& f : p->fields) part(f.pattern, subject, f.field->index, fail);
      return;
    case PatternKind::kArray: {
      pushSubject(subject, SlotKind::kValue);
      out().emit(Op::kArrayLen);
      intConstant(p->items.size, SlotKind::kI64);
      out().emit(Op::kI64Eq);
      out().emitJump(Op::kJumpIfFalse, fail);
      for (uint32_t i = 0; i < p->items.size; i++) {
        Pattern* inner = bare(p->items[i]);
        if (inner->kind == PatternKind::kAny) continue;
        Subject s;
        s.type = inner->typed;
        s.kind = kindOf(inner->typed);
        s.slot = newSlot(s.kind);
        pushSubject(subject, SlotKind::kValue);
        intConstant(i, SlotKind::kI64);
        out().emit(Op::kArrayGet);
        convert(SlotKind::kValue, s.kind);
        setLocal(s.slot);
        test(inner, s, fail);
        freeSlot(s.slot);
      }
      return;
    }
    case PatternKind::kOr: {
      Label next = out().newLabel(), good = out().newLabel();
      test(p->items[0], subject, next, false);
      out().emitJump(Op::kJump, good);
      out().bind(next);
      test(p->items[1], subject, fail, false);
      out().bind(good);
      return;
    }
    case PatternKind::kConstraint:
    case PatternKind::kOpen: test(p->items[0], subject, fail, tagKnown); return;
    case PatternKind::kLazy: {
      Subject s;
      s.type = p->items[0]->typed;
      s.slot = newSlot(SlotKind::kValue);
      pushSubject(subject, SlotKind::kValue);
      uint16_t argument = newSlot(SlotKind::kValue);
      setLocal(argument);
      getGlobal("CamlLazy.force");
      getLocal(argument);
      freeSlot(argument);
      out().emit(Op::kCall, 1, 1);
      setLocal(s.slot);
      test(p->items[0], s, fail);
      freeSlot(s.slot);
      return;
    }
    case PatternKind::kException: return;
  }
}

/// A jump through a table to the first case that the constructor may match: `inside` behind the look at it, `entries`
/// before. False if that does not pay.
bool CodeGenerator::dispatch(const std::vector<Case*>& list, const Subject& subject, const std::vector<Label>& entries,
                             const std::vector<Label>& inside) {
  if (!subject.parts.empty() || list.size() < 3) return false;
  TypeInfo* type = nullptr;
  bool ints = true;
  int64_t least = INT64_MAX, most = INT64_MIN;
  size_t tests = 0;
  for (Case* c : list) {
    Pattern* p = bare(c->pattern);
    if (p->kind == PatternKind::kConstruct && p->constructor->type != nullptr) {
      type = p->constructor->type;
      tests++;
    } else if (p->kind == PatternKind::kConstant && subject.kind == SlotKind::kI64) {
      least = std::min(least, p->constant.integer);
      most = std::max(most, p->constant.integer);
      tests++;
    } else if (p->kind != PatternKind::kAny && p->kind != PatternKind::kVariable && p->kind != PatternKind::kOr &&
               p->kind != PatternKind::kAlias) {
      ints = false;
      if (p->kind != PatternKind::kInterval) return false;
    }
  }
  if (tests < 3) return false;
  std::vector<Label> table;
  if (type != nullptr) {
    if (type->isBool || type->isBool || type->constructors.size() < 3 || subject.kind != SlotKind::kValue) return false;
    for (uint32_t n = 0; n < type->blocks + type->constants; n++) {
      Label target = entries.back();
      for (size_t i = 0; i < list.size(); i++) {
        Pattern* p = bare(list[i]->pattern);
        if (p->kind != PatternKind::kConstruct) {
          target = entries[i];
          break;
        }
        Constructor* c = p->constructor;
        uint32_t number = c->isConstant ? type->blocks + c->tag : c->tag;
        if (number == n) {
          target = inside[i];
          break;
        }
      }
      table.push_back(target);
    }
    if (type->constants > 0) {
      std::vector<Label> constants(table.begin() + type->blocks, table.end());
      Label isBlock = out().newLabel();
      if (type->blocks > 0) jumpUnlessConstant(subject, type, isBlock);
      pushSubject(subject, SlotKind::kI64);
      out().emitSwitch(constants, entries.back());
      out().bind(isBlock);
    }
    if (type->blocks > 0) {
      pushSubject(subject, SlotKind::kValue);
      out().emit(Op::kBlockTag);
      out().emitSwitch(std::vector<Label>(table.begin(), table.begin() + type->blocks), entries.back());
    }
    return true;
  }
  if (!ints || least > most || static_cast<uint64_t>(most) - static_cast<uint64_t>(least) > 4 * tests + 16)
    return false;
  size_t firstOther = list.size();
  for (size_t i = 0; i < list.size(); i++) {
    if (bare(list[i]->pattern)->kind != PatternKind::kConstant) {
      firstOther = i;
      break;
    }
  }
  for (int64_t n = least; n <= most; n++) {
    Label target = entries[std::min(firstOther, list.size())];
    for (size_t i = 0; i < firstOther; i++) {
      if (bare(list[i]->pattern)->constant.integer == n) {
        target = inside[i];
        break;
      }
    }
    table.push_back(target);
  }
  pushSubject(subject, SlotKind::kI64);
  if (least != 0) {
    intConstant(least, SlotKind::kI64);
    out().emit(Op::kI64Sub);
  }
  out().emitSwitch(table, entries[std::min(firstOther, list.size())]);
  return true;
}

/// The cases; `otherwise` makes what happens if none matches.
void CodeGenerator::cases(const std::vector<Case*>& list, const Subject& subject, Destination to,
                          const std::function<void()>& otherwise) {
  std::vector<Label> entries, inside;
  for (size_t i = 0; i <= list.size(); i++) {
    entries.push_back(out().newLabel());
    inside.push_back(out().newLabel());
  }
  Label end = out().newLabel();
  bool jumped = dispatch(list, subject, entries, inside);
  for (size_t i = 0; i < list.size(); i++) {
    Case* c = list[i];
    Pattern* p = bare(c->pattern);
    out().bind(entries[i]);
    at(c->pattern->span);
    makeSlots(c->pattern);
    // What the table looked at is looked at here for those who come from the case before, then both go on.
    bool splits = jumped && (p->kind == PatternKind::kConstruct || p->kind == PatternKind::kConstant);
    if (splits) {
      if (p->kind == PatternKind::kConstant) {
        testConstant(p->constant, subject, entries[i + 1]);
        out().bind(inside[i]);
      } else {
        testTag(p->constructor, subject, entries[i + 1]);
        out().bind(inside[i]);
        test(p, subject, entries[i + 1], true);
      }
    } else {
      out().bind(inside[i]);
      test(c->pattern, subject, entries[i + 1]);
    }
    if (c->guard != nullptr) branch(c->guard, entries[i + 1], false);
    generate(c->body, to);
    if (to.mode != Mode::kReturn) out().emitJump(Op::kJump, end);
    freeSlots(c->pattern);
  }
  out().bind(entries[list.size()]);
  out().bind(inside[list.size()]);
  otherwise();
  out().bind(end);
  // Nobody may get here: the code behind would fall off the end of the function.
  if (to.mode == Mode::kReturn) out().emit(Op::kReturn0);
}

void CodeGenerator::match(Expr* e, Destination to) {
  std::vector<Case*> values, exceptions;
  for (Case& c : e->cases) (c.pattern->kind == PatternKind::kException ? exceptions : values).push_back(&c);
  std::vector<Pattern*> patterns;
  for (Case* c : values) patterns.push_back(c->pattern);
  Label afterAll = out().newLabel();
  Subject subject;
  if (exceptions.empty()) {
    subject = subjectFor(e->items[0], patterns);
  } else {
    Label start = out().newLabel(), end = out().newLabel(), handler = out().newLabel(), go = out().newLabel();
    out().bind(start);
    now_->tries++;
    subject = subjectFor(e->items[0], patterns);
    now_->tries--;
    out().bind(end);
    out().emitJump(Op::kJump, go);
    out().bind(handler);
    uint16_t caught = newSlot(SlotKind::kValue);
    setLocal(caught);
    getGlobal("CamlExn");
    getLocal(caught);
    out().emit(Op::kCall, 1, 1);
    setLocal(caught);
    for (Case* c : exceptions) c->pattern = c->pattern->items[0];
    Subject exception{caught, SlotKind::kValue, nullptr, {}};
    cases(exceptions, exception, to, [&] {
      getLocal(caught);
      out().emit(Op::kThrow);
    });
    if (to.mode != Mode::kReturn) out().emitJump(Op::kJump, afterAll);
    out().addRegion(bytecode::ExceptionRegion::Kind::kCatch, start, end, handler, now_->pending);
    out().bind(go);
    freeSlot(caught);
  }
  cases(values, subject, to, [&] { raiseAt("Match_failure", e->span); });
  out().bind(afterAll);
  if (to.mode == Mode::kReturn) out().emit(Op::kReturn0);
  freeSubject(subject);
}

void CodeGenerator::tryExpr(Expr* e, Destination to) {
  // The body's value waits in a local: handlers begin with the operands from before.
  Label start = out().newLabel(), end = out().newLabel(), handler = out().newLabel(), after = out().newLabel();
  SlotKind kind = to.mode == Mode::kPush ? to.kind : SlotKind::kValue;
  out().bind(start);
  now_->tries++;
  if (to.mode == Mode::kDrop) {
    generate(e->items[0], to);
  } else {
    push(e->items[0], kind);
  }
  now_->tries--;
  out().bind(end);
  if (to.mode == Mode::kReturn) {
    out().emit(Op::kReturn1);
  } else {
    out().emitJump(Op::kJump, after);
  }
  out().bind(handler);
  uint16_t caught = newSlot(SlotKind::kValue);
  setLocal(caught);
  // What the machine itself raises becomes an exception of the language.
  getGlobal("CamlExn");
  getLocal(caught);
  out().emit(Op::kCall, 1, 1);
  setLocal(caught);
  std::vector<Case*> list;
  for (Case& c : e->cases) list.push_back(&c);
  Subject subject{caught, SlotKind::kValue, nullptr, {}};
  cases(list, subject, to, [&] {
    getLocal(caught);
    out().emit(Op::kThrow);
  });
  out().bind(after);
  if (to.mode == Mode::kReturn) out().emit(Op::kReturn0);
  out().addRegion(bytecode::ExceptionRegion::Kind::kCatch, start, end, handler, now_->pending);
  freeSlot(caught);
}

}  // namespace devvm::caml
