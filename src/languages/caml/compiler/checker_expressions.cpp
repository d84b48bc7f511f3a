// Expressions.
#include <algorithm>

#include "languages/caml/compiler/checker.h"

namespace devvm::caml {

Type* Checker::infer(Scope* scope, Expr* e) {
  Type* t = types_.variable();
  expr(scope, e, t);
  return t;
}

void Checker::name(Scope* scope, Expr* e, Type* expected, Because because) {
  Variable* v = findValue(scope, e->path);
  if (v == nullptr) return;
  v->uses++;
  e->variable = v;
  unifyExpr(e->span, types_.instantiate(v->type), expected, because);
}

void Checker::expr(Scope* scope, Expr* e, Type* expected, Because because) {
  if (failed_) return;
  e->typed = expected;
  auto unit = [&] { return types_.applied(builtins_.unit->constructor); };
  auto boolean = [&] { return types_.applied(builtins_.bool_->constructor); };
  auto integer = [&] { return types_.applied(builtins_.int_->constructor); };
  switch (e->kind) {
    case ExprKind::kConstant:
      if (e->constant.kind == ConstantKind::kString && formatLiteral(e, expected)) return;
      unifyExpr(e->span, constantType(e->constant), expected, because);
      return;
    case ExprKind::kName: name(scope, e, expected, because); return;
    case ExprKind::kLet: {
      std::vector<Variable*> made;
      Scope* inner = let(scope, e->bindings, e->recursive, false, &made);
      expr(inner, e->items[0], expected, because);
      unused(made);
      return;
    }
    case ExprKind::kFun: function(scope, e, expected); return;
    case ExprKind::kApply: apply(scope, e, expected, because); return;
    case ExprKind::kMatch: {
      Type* subject = infer(scope, e->items[0]);
      cases(scope, e->cases, subject, expected, false, e->span);
      return;
    }
    case ExprKind::kTry:
      expr(scope, e->items[0], expected, because);
      cases(scope, e->cases, types_.applied(builtins_.exn->constructor), expected, true, e->span);
      return;
    case ExprKind::kTuple: {
      std::vector<Type*> items;
      Type* known = types_.expand(expected);
      if (known->kind == Type::Kind::kTuple && known->count == e->items.size) {
        items.assign(known->parts, known->parts + known->count);
      } else {
        for (uint32_t i = 0; i < e->items.size; i++) items.push_back(types_.variable());
        unifyExpr(e->span, types_.tuple(items), expected, because);
      }
      for (uint32_t i = 0; i < e->items.size; i++) expr(scope, e->items[i], items[i]);
      return;
    }
    case ExprKind::kConstruct: construct(scope, e, expected, because); return;
    case ExprKind::kRecord: record(scope, e, expected, because); return;
    case ExprKind::kField:
    case ExprKind::kSetField: {
      Type* whole = infer(scope, e->items[0]);
      if (failed_) return;
      Field* f = findField(scope, e->field, whole, {}, e->items[0]->span);
      if (f == nullptr) return;
      e->fieldInfo = f;
      types_.beginInstance();
      Type* record = types_.instantiateMore(f->record);
      Type* type = types_.instantiateMore(f->type);
      unifyExpr(e->items[0]->span, whole, record);
      if (e->kind == ExprKind::kField) {
        unifyExpr(e->span, type, expected, because);
        return;
      }
      if (!f->isMutable) {
        fail(e->span, "The record field " + pathText(e->field) + " is not mutable");
        return;
      }
      expr(scope, e->items[1], type);
      unifyExpr(e->span, unit(), expected, because);
      return;
    }
    case ExprKind::kArray: {
      Type* element = types_.variable();
      unifyExpr(e->span, types_.applied(builtins_.array->constructor, {element}), expected, because);
      for (Expr* item : e->items) expr(scope, item, element);
      return;
    }
    case ExprKind::kIf:
      expr(scope, e->items[0], boolean(), Because::kIf);
      if (e->items.size == 2) {
        expr(scope, e->items[1], unit(), Because::kNoElse);
        unifyExpr(e->span, unit(), expected, because);
      } else {
        expr(scope, e->items[1], expected, because);
        expr(scope, e->items[2], expected, because);
      }
      return;
    case ExprKind::kSequence:
      for (uint32_t i = 0; i + 1 < e->items.size; i++) statement(scope, e->items[i]);
      expr(scope, e->items[e->items.size - 1], expected, because);
      return;
    case ExprKind::kWhile:
      expr(scope, e->items[0], boolean(), Because::kWhile);
      statement(scope, e->items[1]);
      unifyExpr(e->span, unit(), expected, because);
      return;
    case ExprKind::kFor: {
      expr(scope, e->items[0], integer(), Because::kFor);
      expr(scope, e->items[1], integer(), Because::kFor);
      Variable* v = newVariable(e->pattern->name.empty() ? "_" : e->pattern->name, integer(), e->pattern->span);
      e->pattern->variable = v;
      statement(push(scope, v), e->items[2]);
      unifyExpr(e->span, unit(), expected, because);
      return;
    }
    case ExprKind::kConstraint: {
      Type* t = typeOf(scope, e->type);
      expr(scope, e->items[0], t);
      unifyExpr(e->span, t, expected, because);
      return;
    }
    case ExprKind::kCoerce: {
      Type* t = typeOf(scope, e->type);
      expr(scope, e->items[0], t);
      unifyExpr(e->span, t, expected, because);
      return;
    }
    case ExprKind::kLetModule: {
      depth_++;
      std::vector<Item*> run;
      ModuleInfo* m = moduleExpr(scope, e->item->module, run);
      depth_--;
      if (m == nullptr) return;
      e->item->elaborated = seqOf(arena_, run);
      modules_.emplace_back();
      modules_.back().modules[e->item->name] = m;
      expr(push(scope, &modules_.back()), e->items[0], expected, because);
      return;
    }
    case ExprKind::kOpen: {
      ModuleInfo* m = findModule(scope, e->path, e->path.parts.size);
      if (m == nullptr) return;
      expr(push(scope, m), e->items[0], expected, because);
      return;
    }
    case ExprKind::kAssert: {
      Expr* condition = e->items[0];
      expr(scope, condition, boolean(), Because::kAssert);
      bool never = condition->kind == ExprKind::kConstruct && condition->constructor != nullptr &&
                   condition->constructor->name == "false";
      if (!never) unifyExpr(e->span, unit(), expected, because);
      return;
    }
    case ExprKind::kLazy: {
      Type* inner = types_.variable();
      unifyExpr(e->span, types_.applied(builtins_.lazy->constructor, {inner}), expected, because);
      expr(scope, e->items[0], inner);
      return;
    }
    case ExprKind::kLetException: {
      Constructor* c = declareException(scope, e->exception, "");
      if (c == nullptr) return;
      e->constructor = c;
      modules_.emplace_back();
      modules_.back().constructors[c->name].push_back(c);
      expr(push(scope, &modules_.back()), e->items[0], expected, because);
      return;
    }
    case ExprKind::kUnreachable: return;
  }
}

/// What stands before a `;`.
void Checker::statement(Scope* scope, Expr* e) {
  Type* t = types_.variable();
  types_.enter();
  expr(scope, e, t);
  types_.leave();
  if (failed_) return;
  Type* found = types_.expand(t);
  if (found->kind == Type::Kind::kApplied && found->constructor == builtins_.unit->constructor) return;
  // The value of the last expression is what is thrown away.
  Expr* last = e;
  while (last->kind == ExprKind::kLet || last->kind == ExprKind::kSequence || last->kind == ExprKind::kOpen ||
         last->kind == ExprKind::kLetModule) {
    last = last->items[last->items.size - 1];
  }
  Span span = last->span;
  if (found->kind == Type::Kind::kArrow) {
    warn(span, 5, "ignored-partial-application",
         "this function application is partial,\nmaybe some arguments are missing.");
  } else if (found->kind == Type::Kind::kVariable) {
    if (found->level > types_.level()) {
      warn(span, 21, "nonreturning-statement", "this statement never returns (or has an unsound type.)");
    }
  } else {
    warn(span, 10, "non-unit-statement", "this expression should have type unit.");
  }
  types_.keepUnknown(t);
}

// ---- functions ------------------------------------------------------------------------------------

void Checker::function(Scope* scope, Expr* e, Type* expected) {
  Type* rest = expected;
  Scope* inner = scope;
  std::vector<Variable*> made;
  for (Parameter& p : e->parameters) {
    if (p.pattern == nullptr) {
      // (type a)
      TypeInfo* t = newType(p.name, 0);
      t->constructor->isVariable = true;
      t->qualified = true;
      scopes_.push_back({inner, nullptr, nullptr, t});
      inner = &scopes_.back();
      continue;
    }
    Type* from = nullptr;
    Type* to = nullptr;
    Type* known = types_.expand(rest);
    if (known->kind == Type::Kind::kArrow && known->label == static_cast<uint8_t>(p.label) && known->name == p.name) {
      from = known->parts[0];
      to = known->parts[1];
    } else {
      from = types_.variable();
      to = types_.variable();
      if (p.label == Label::kOptional) from = types_.applied(builtins_.option->constructor, {from});
      Type* arrow = types_.arrow(from, to, static_cast<uint8_t>(p.label), p.name);
      Mismatch why;
      if (!types_.unify(arrow, rest, why)) {
        if (known->kind != Type::Kind::kArrow && rest != expected) {
          fail(e->span, "This function should have type " + show(expected) + "\nbut its arguments or result differ");
        } else if (known->kind != Type::Kind::kArrow) {
          fail(e->span,
               mismatchText("This expression should not be a function, the expected type is\n" + show(expected), arrow,
                            "", arrow, why)
                   .substr(0, 63 + show(expected).size()));
        } else {
          fail(e->span,
               mismatchText("This expression has type", arrow, "but an expression was expected of type", rest, why));
        }
        return;
      }
    }
    Type* inside = from;
    if (p.label == Label::kOptional) {
      Type* option = types_.expand(from);
      if (option->kind == Type::Kind::kApplied && option->count == 1 && p.otherwise != nullptr)
        inside = option->parts[0];
    }
    p.typed = from;
    if (p.otherwise != nullptr) expr(inner, p.otherwise, inside);
    Bindings bound;
    pattern(inner, p.pattern, inside, bound);
    if (failed_) return;
    checkBinding(p.pattern, inside);
    inner = bindAll(inner, bound);
    for (Variable* v : bound.all) {
      if (v->warns) made.push_back(v);
    }
    rest = to;
  }
  Expr* body = e->items[0];
  if (e->type != nullptr) {
    Type* t = typeOf(inner, e->type);
    unifyExpr(body->span, t, rest);
    rest = t;
  }
  expr(inner, body, rest);
  unused(made);
}

void Checker::apply(Scope* scope, Expr* e, Type* expected, Because because) {
  Expr* f = e->items[0];
  types_.enter();
  Type* type = infer(scope, f);
  types_.leave();
  types_.keepUnknown(type);
  if (failed_) return;
  bool labelled =
      std::any_of(e->arguments.begin(), e->arguments.end(), [](const Argument& a) { return a.label != Label::kNone; });
  // Labels may be left out where all arguments are there.
  uint32_t plain = 0;
  bool anyLabel = false, open = false;
  {
    Type* t = types_.expand(type);
    while (t->kind == Type::Kind::kArrow) {
      if (t->label != static_cast<uint8_t>(Label::kOptional)) plain++;
      anyLabel = anyLabel || t->label != 0;
      t = types_.expand(t->parts[1]);
    }
    open = t->kind == Type::Kind::kVariable;
  }
  bool ignoreLabels = !labelled && anyLabel && !open && e->arguments.size == plain;
  if (ignoreLabels) {
    std::string names;
    uint32_t count = 0;
    for (Type* t = types_.expand(type); t->kind == Type::Kind::kArrow; t = types_.expand(t->parts[1])) {
      if (t->label != static_cast<uint8_t>(Label::kLabelled)) continue;
      names += (count++ != 0 ? ", " : "") + std::string(t->name);
    }
    if (count != 0)
      warn(f->span, 6, "labels-omitted",
           (count == 1 ? "label " + names + " was" : "labels " + names + " were") +
               " omitted in the application of this function.");
  }
  std::vector<Argument> given(e->arguments.begin(), e->arguments.end());
  std::vector<bool> used(given.size());
  std::vector<Argument> ordered;
  std::vector<Type*> wanted;
  size_t left = given.size();
  Type* rest = type;
  std::vector<Type*> laterTypes;
  struct Later {
    Type* arrow;
  };
  std::vector<Later> later;
  while (left > 0 && !failed_) {
    Type* t = types_.expand(rest);
    if (t->kind == Type::Kind::kVariable) {
      size_t next = 0;
      while (used[next]) next++;
      Type* from = types_.variable();
      Type* to = types_.variable();
      Mismatch why;
      Label label = given[next].label == Label::kOptional ? Label::kOptional : given[next].label;
      if (!types_.unify(t, types_.arrow(from, to, static_cast<uint8_t>(label), given[next].name), why)) return;
      t = types_.expand(rest);
    }
    if (t->kind != Type::Kind::kArrow) {
      if (rest == type || types_.expand(type) == t) {
        fail(f->span, "This expression has type " + show(type) + "\nThis is not a function; it cannot be applied.");
      } else {
        fail(f->span,
             "This function has type " + show(type) + "\nIt is applied to too many arguments; maybe you forgot a `;'.");
      }
      return;
    }
    auto label = static_cast<Label>(t->label);
    size_t found = given.size();
    for (size_t i = 0; i < given.size() && found == given.size(); i++) {
      if (used[i]) continue;
      bool fits = label == Label::kNone || ignoreLabels ? given[i].label == Label::kNone && label != Label::kOptional
                                                        : given[i].label != Label::kNone && given[i].name == t->name;
      if (fits) found = i;
    }
    if (found < given.size()) {
      used[found] = true;
      left--;
      Argument a = given[found];
      a.wrap = label == Label::kOptional && a.label == Label::kLabelled;
      ordered.push_back(a);
      wanted.push_back(t->parts[0]);
    } else {
      Argument a;
      a.label = label;
      a.name = t->name;
      bool more = false;
      for (size_t i = 0; i < given.size(); i++) more = more || (!used[i] && given[i].label == Label::kNone);
      if (label == Label::kOptional && more) {
        ordered.push_back(a);  // left out
        wanted.push_back(t->parts[0]);
      } else if (label == Label::kNone || label == Label::kLabelled || label == Label::kOptional) {
        bool anyLeft = false;
        for (size_t i = 0; i < given.size(); i++) {
          if (used[i]) continue;
          // The argument must fit somewhere further on.
          Type* further = types_.expand(t->parts[1]);
          while (further->kind == Type::Kind::kArrow) {
            bool fits = given[i].label == Label::kNone ? further->label == 0 : further->name == given[i].name;
            if (fits) anyLeft = true;
            further = types_.expand(further->parts[1]);
          }
          if (!anyLeft) {
            if (given[i].label != Label::kNone) {
              fail(given[i].value->span, "The function applied to this argument has type " + show(type) +
                                             "\nThis argument cannot be applied with label " +
                                             (given[i].label == Label::kOptional ? "?" : "~") +
                                             std::string(given[i].name));
            } else {
              fail(given[i].value->span, "The function applied to this argument has type\n  " + show(type) +
                                             "\nThis argument cannot be applied without label");
            }
            return;
          }
        }
        a.later = true;
        ordered.push_back(a);
        wanted.push_back(t->parts[0]);
        later.push_back({t});
      }
    }
    rest = t->parts[1];
  }
  // What was left open is still to come.
  Type* result = rest;
  for (size_t i = later.size(); i-- > 0;) {
    Type* arrow = later[i].arrow;
    result = types_.arrow(arrow->parts[0], result, arrow->label, arrow->name);
  }
  e->arguments = seqOf(arena_, ordered);
  for (size_t i = 0; i < ordered.size(); i++) {
    Argument& a = e->arguments[i];
    if (a.value == nullptr) continue;
    if (a.wrap) {
      Type* option = types_.expand(wanted[i]);
      expr(scope, a.value, option->count == 1 ? option->parts[0] : types_.variable());
    } else {
      expr(scope, a.value, wanted[i]);
    }
  }
  unifyExpr(e->span, result, expected, because);
}

// ---- constructors and records ---------------------------------------------------------------------

void Checker::construct(Scope* scope, Expr* e, Type* expected, Because because) {
  Constructor* c = findConstructor(scope, e->path, expected, false, e->span);
  if (c == nullptr || failed_) return;
  e->constructor = c;
  types_.beginInstance();
  Type* result = types_.instantiateMore(c->result);
  std::vector<Type*> arguments;
  for (Type* a : c->arguments) arguments.push_back(types_.instantiateMore(a));
  if (e->downward) {
    // [a; b; c]
    unifyExpr(e->span, result, expected, because);
    for (Expr* item : e->items) {
      if (item != e->items[e->items.size - 1]) expr(scope, item, arguments[0]);
    }
    expr(scope, e->items[e->items.size - 1], result);
    return;
  }
  if (!e->items.empty() && arguments.size() > 1 && e->items.size == 1 && e->items[0]->kind == ExprKind::kTuple)
    e->items = e->items[0]->items;
  if (e->items.size != arguments.size()) {
    fail(e->span, "The constructor " + pathText(e->path) + " expects " + std::to_string(arguments.size()) +
                      " argument(s),\nbut is applied here to " + std::to_string(e->items.size) + " argument(s)");
    return;
  }
  unifyExpr(e->span, result, expected, because);
  for (uint32_t i = 0; i < e->items.size; i++) expr(scope, e->items[i], arguments[i]);
}

void Checker::record(Scope* scope, Expr* e, Type* expected, Because because) {
  std::vector<std::string_view> names;
  for (const FieldValue& f : e->fields) names.push_back(f.name.last());
  Type* base = nullptr;
  if (!e->items.empty()) {
    base = types_.variable();
    expr(scope, e->items[0], base);
    if (failed_) return;
    if (infoOf(expected) == nullptr) unifyExpr(e->span, base, expected, because);
  }
  TypeInfo* owner = nullptr;
  std::vector<Type*> types;
  std::vector<bool> given;
  for (FieldValue& f : e->fields) {
    Field* field = nullptr;
    if (owner == nullptr) {
      field = findField(scope, f.name, expected, names, e->span);
      if (field == nullptr) return;
      owner = field->owner;
      types_.beginInstance();
      Type* whole = types_.instantiateMore(field->record);
      for (Field* each : owner->fields) types.push_back(types_.instantiateMore(each->type));
      given.resize(types.size());
      if (base != nullptr) unifyExpr(e->items[0]->span, base, whole);
      unifyExpr(e->span, whole, expected, because);
      if (failed_) return;
    } else {
      field = fieldOf(owner, f.name);
      if (field == nullptr) return;
    }
    f.field = field;
    if (given[field->index]) {
      fail(e->span, "The record field label " + std::string(field->name) + " is defined several times");
      return;
    }
    given[field->index] = true;
    expr(scope, f.value, types[field->index]);
    if (failed_) return;
  }
  bool all = std::all_of(given.begin(), given.end(), [](bool g) { return g; });
  if (base == nullptr && !all) {
    std::string missing;
    for (Field* f : owner->fields) {
      if (!given[f->index]) missing += ' ' + std::string(f->name);
    }
    fail(e->span, "Some record fields are undefined:" + missing);
  }
  if (base != nullptr && all) {
    warn(e->span, 23, "useless-record-with",
         "all the fields are explicitly listed in this record:\nthe 'with' clause is useless.");
  }
}

// ---- match, let -----------------------------------------------------------------------------------

void Checker::cases(Scope* scope, Seq<Case> list, Type* subject, Type* result, bool isTry, Span span) {
  for (Case& c : list) {
    Bindings bound;
    if (c.pattern->kind == PatternKind::kException && !isTry) {
      c.pattern->typed = types_.applied(builtins_.exn->constructor);
      pattern(scope, c.pattern->items[0], c.pattern->typed, bound);
    } else {
      pattern(scope, c.pattern, subject, bound);
    }
    if (failed_) return;
    Scope* inner = bindAll(scope, bound);
    if (c.guard != nullptr) expr(inner, c.guard, types_.applied(builtins_.bool_->constructor), Because::kGuard);
    expr(inner, c.body, result);
    if (failed_) return;
    std::vector<Variable*> aliases;
    for (Variable* v : bound.all) {
      if (v->warns) aliases.push_back(v);
    }
    unused(aliases);
  }
  checkCases(span, list, subject, isTry);
}

bool Checker::isValue(Expr* e) {
  switch (e->kind) {
    case ExprKind::kConstant:
    case ExprKind::kName:
    case ExprKind::kFun: return true;
    case ExprKind::kTuple:
    case ExprKind::kConstruct:
      return std::all_of(e->items.begin(), e->items.end(), [&](Expr* i) { return isValue(i); });
    case ExprKind::kLazy: return isValue(e->items[0]);
    case ExprKind::kArray: return e->items.empty();
    case ExprKind::kConstraint:
    case ExprKind::kOpen:
    case ExprKind::kLetModule: return isValue(e->items[0]);
    case ExprKind::kField: return isValue(e->items[0]);
    case ExprKind::kLet:
      return std::all_of(e->bindings.begin(), e->bindings.end(), [&](const Binding& b) { return isValue(b.value); }) &&
             isValue(e->items[0]);
    case ExprKind::kIf: return e->items.size == 3 && isValue(e->items[1]) && isValue(e->items[2]);
    case ExprKind::kSequence: return isValue(e->items[e->items.size - 1]);
    case ExprKind::kMatch:
      return isValue(e->items[0]) && std::all_of(e->cases.begin(), e->cases.end(),
                                                 [&](const Case& c) { return c.guard == nullptr && isValue(c.body); });
    case ExprKind::kRecord:
      return e->items.empty() && std::all_of(e->fields.begin(), e->fields.end(), [&](const FieldValue& f) {
               return (f.field == nullptr || !f.field->isMutable) && isValue(f.value);
             });
    case ExprKind::kAssert: return false;
    case ExprKind::kApply: {
      // A partial application that lacks its first argument is a function.
      return e->arguments.size != 0 && e->arguments[0].later &&
             std::all_of(e->arguments.begin(), e->arguments.end(),
                         [&](const Argument& a) { return a.value == nullptr || isValue(a.value); });
    }
    default: return false;
  }
}

Scope* Checker::let(Scope* scope, Seq<Binding> bindings, bool recursive, bool isTop, std::vector<Variable*>* made) {
  types_.enter();
  std::vector<Bindings> bound(bindings.size);
  std::vector<Type*> types;
  std::vector<Type*> schemes(bindings.size);
  for (uint32_t i = 0; i < bindings.size; i++) {
    Binding& b = bindings[i];
    Type* t = types_.variable();
    types.push_back(t);
    bound[i].warns = !isTop;
    // `let f : 'a. t`: the scheme is known before the body.
    Pattern* p = b.pattern;
    if (p->kind == PatternKind::kConstraint && p->type->kind == TypeKind::kPoly &&
        p->items[0]->kind == PatternKind::kVariable) {
      Scope* inner = scope;
      if (p->type->name == "type") {
        // type a b. t
        schemes[i] = nullptr;
        for (std::string_view name : p->type->variables) {
          TypeInfo* rigid = newType(name, 0);
          rigid->constructor->isVariable = true;
          rigid->qualified = true;
          scopes_.push_back({inner, nullptr, nullptr, rigid});
          inner = &scopes_.back();
        }
        fail(p->type->span, "Locally abstract types in this form are not supported");
      }
      schemes[i] = schemeOf(inner, p->type);
      p->typed = t;
      pattern(scope, p->items[0], t, bound[i]);
      if (failed_) return scope;
      bound[i].all[0]->type = schemes[i];
      Mismatch why;
      types_.unify(t, types_.instantiate(schemes[i]), why);
      continue;
    }
    pattern(scope, p, t, bound[i]);
    if (failed_) return scope;
    if (recursive && p->kind != PatternKind::kVariable &&
        !(p->kind == PatternKind::kConstraint && p->items[0]->kind == PatternKind::kVariable)) {
      fail(p->span, "Only variables are allowed as left-hand side of `let rec'");
      return scope;
    }
  }
  Scope* inner = scope;
  if (recursive) {
    for (const Bindings& b : bound) inner = bindAll(inner, b);
  }
  auto arityOf = [](Expr* e) {
    uint32_t n = 0;
    if (e->kind != ExprKind::kFun) return n;
    for (const Parameter& p : e->parameters) n += p.pattern != nullptr ? 1 : 0;
    return n;
  };
  // Functions have their number of parameters from the start: recursive calls are direct.
  for (uint32_t i = 0; i < bindings.size; i++) {
    if (bound[i].all.size() == 1 && (bindings[i].pattern->kind == PatternKind::kVariable ||
                                     bindings[i].pattern->kind == PatternKind::kConstraint)) {
      bound[i].all[0]->arity = arityOf(bindings[i].value);
    }
  }
  std::vector<uint32_t> usesBefore;
  for (uint32_t i = 0; i < bindings.size; i++) {
    if (recursive && bindings[i].value->kind == ExprKind::kName && bindings[i].value->path.isSimple()) {
      for (const Bindings& b : bound) {
        for (Variable* v : b.all) {
          if (v->name == bindings[i].value->path.last()) {
            fail(bindings[i].value->span, "This kind of expression is not allowed as right-hand side of `let rec'");
          }
        }
      }
    }
    if (recursive && !failed_) {
      Expr* value = bindings[i].value;
      bool allowed = value->kind == ExprKind::kFun || value->kind == ExprKind::kConstruct ||
                     value->kind == ExprKind::kTuple || value->kind == ExprKind::kRecord ||
                     value->kind == ExprKind::kLazy || value->kind == ExprKind::kConstant;
      if (!allowed) {
        // Fine unless it uses what it defines.
        std::vector<uint32_t> before;
        for (const Bindings& b : bound) {
          for (Variable* v : b.all) before.push_back(v->uses);
        }
        expr(inner, value, types[i]);
        size_t n = 0;
        for (const Bindings& b : bound) {
          for (Variable* v : b.all) {
            if (v->uses != before[n++] && value->kind != ExprKind::kLet) {
              fail(value->span, "This kind of expression is not allowed as right-hand side of `let rec'");
            }
          }
        }
        continue;
      }
    }
    expr(recursive ? inner : scope, bindings[i].value, types[i]);
  }
  types_.leave();
  if (failed_) return scope;
  for (uint32_t i = 0; i < bindings.size; i++) {
    bool value = isValue(bindings[i].value);
    bindings[i].generalized = value;
    if (schemes[i] != nullptr) {
      // The body must be as general as it was said to be.
      types_.generalize(types[i]);
      Mismatch why;
      if (!types_.isInstance(types[i], schemes[i], why)) {
        fail(bindings[i].value->span,
             mismatchText("This definition has type", types[i], "which is less general than", schemes[i], why));
        return scope;
      }
      continue;
    }
    if (value) {
      types_.generalize(types[i]);
      for (Variable* v : bound[i].all) types_.generalize(v->type);
    } else {
      auto covariant = [](TypeConstructor* c) {
        auto* info = static_cast<TypeInfo*>(c->declaration);
        return info != nullptr && info->covariant;
      };
      types_.generalizeCovariant(types[i], covariant);
    }
    checkBinding(bindings[i].pattern, types[i]);
  }
  Scope* result = scope;
  for (const Bindings& b : bound) {
    result = bindAll(result, b);
    if (made != nullptr) made->insert(made->end(), b.all.begin(), b.all.end());
  }
  return result;
}

void Checker::unused(const std::vector<Variable*>& variables) {
  if (failed_ || inLibrary_) return;
  for (Variable* v : variables) {
    if (v->uses != 0 || !v->warns) continue;
    delayed_.push_back([this, v] { warn(v->span, 26, "unused-var", "unused variable " + std::string(v->name) + '.'); });
  }
}

}  // namespace devvm::caml
