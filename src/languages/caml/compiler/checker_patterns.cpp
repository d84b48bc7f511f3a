// Patterns: their types and the variables they bind.
#include <algorithm>

#include "languages/caml/compiler/checker.h"

namespace devvm::caml {

Type* Checker::constantType(const Constant& c) {
  switch (c.kind) {
    case ConstantKind::kInt: return types_.applied(builtins_.int_->constructor);
    case ConstantKind::kChar: return types_.applied(builtins_.char_->constructor);
    case ConstantKind::kString: return types_.applied(builtins_.string->constructor);
    case ConstantKind::kFloat: return types_.applied(builtins_.float_->constructor);
    case ConstantKind::kInt32: return types_.applied(builtins_.int32->constructor);
    case ConstantKind::kInt64: return types_.applied(builtins_.int64->constructor);
    case ConstantKind::kNativeInt: return types_.applied(builtins_.nativeint->constructor);
  }
  return types_.variable();
}

Scope* Checker::bindAll(Scope* scope, const Bindings& bound) {
  for (Variable* v : bound.all) scope = push(scope, v);
  return scope;
}

void Checker::pattern(Scope* scope, Pattern* p, Type* expected, Bindings& bound) {
  if (failed_) return;
  p->typed = expected;
  auto bind = [&](std::string_view name, Span span) {
    for (Variable* other : bound.all) {
      if (other->name == name) {
        fail(span, "Variable " + std::string(name) + " is bound several times in this matching");
      }
    }
    Variable* v = newVariable(name, expected, span);
    p->variable = v;
    bound.all.push_back(v);
    return v;
  };
  switch (p->kind) {
    case PatternKind::kAny: return;
    case PatternKind::kVariable:
      bind(p->name, p->nameSpan)->warns = bound.warns && p->name[0] != '_' && p->name[0] != '*';
      return;
    case PatternKind::kAlias:
      pattern(scope, p->items[0], expected, bound);
      bind(p->name, p->nameSpan)->warns = p->name[0] != '_';
      return;
    case PatternKind::kConstant: unifyPattern(p->span, constantType(p->constant), expected); return;
    case PatternKind::kInterval:
      if (p->constant.kind != ConstantKind::kChar || p->last.kind != ConstantKind::kChar) {
        fail(p->span, "Only character intervals are supported in patterns.");
        return;
      }
      unifyPattern(p->span, constantType(p->constant), expected);
      return;
    case PatternKind::kTuple: {
      std::vector<Type*> items;
      Type* e = types_.expand(expected);
      if (e->kind == Type::Kind::kTuple && e->count == p->items.size) {
        items.assign(e->parts, e->parts + e->count);
      } else {
        for (uint32_t i = 0; i < p->items.size; i++) items.push_back(types_.variable());
        unifyPattern(p->span, types_.tuple(items), expected);
      }
      for (uint32_t i = 0; i < p->items.size; i++) pattern(scope, p->items[i], items[i], bound);
      return;
    }
    case PatternKind::kConstruct: constructPattern(scope, p, expected, bound); return;
    case PatternKind::kRecord: recordPattern(scope, p, expected, bound); return;
    case PatternKind::kArray: {
      Type* element = types_.variable();
      unifyPattern(p->span, types_.applied(builtins_.array->constructor, {element}), expected);
      for (Pattern* item : p->items) pattern(scope, item, element, bound);
      return;
    }
    case PatternKind::kOr: {
      size_t before = bound.all.size();
      pattern(scope, p->items[0], expected, bound);
      Bindings right;
      right.warns = bound.warns;
      pattern(scope, p->items[1], expected, right);
      if (failed_) return;
      std::vector<Variable*> left(bound.all.begin() + static_cast<std::ptrdiff_t>(before), bound.all.end());
      for (Variable* v : right.all) {
        auto other = std::find_if(left.begin(), left.end(), [&](Variable* l) { return l->name == v->name; });
        if (other == left.end()) {
          fail(p->span, "Variable " + std::string(v->name) + " must occur on both sides of this | pattern");
          return;
        }
        Mismatch why;
        if (!types_.unify((*other)->type, v->type, why)) {
          fail(p->span, mismatchText("The variable " + std::string(v->name) +
                                         " on the left-hand side of this or-pattern has type",
                                     (*other)->type, "but on the right-hand side it has type", v->type, why));
        }
        v->same = *other;
      }
      for (Variable* v : left) {
        if (std::none_of(right.all.begin(), right.all.end(), [&](Variable* r) { return r->name == v->name; })) {
          fail(p->span, "Variable " + std::string(v->name) + " must occur on both sides of this | pattern");
        }
      }
      return;
    }
    case PatternKind::kConstraint: {
      Type* t = typeOf(scope, p->type);
      unifyPattern(p->span, t, expected);
      pattern(scope, p->items[0], t, bound);
      return;
    }
    case PatternKind::kLazy: {
      Type* inner = types_.variable();
      unifyPattern(p->span, types_.applied(builtins_.lazy->constructor, {inner}), expected);
      pattern(scope, p->items[0], inner, bound);
      return;
    }
    case PatternKind::kException: fail(p->span, "Exception patterns are not allowed in this position."); return;
    case PatternKind::kOpen: {
      ModuleInfo* m = findModule(scope, p->path, p->path.parts.size);
      if (m == nullptr) return;
      pattern(push(scope, m), p->items[0], expected, bound);
      return;
    }
  }
}

void Checker::constructPattern(Scope* scope, Pattern* p, Type* expected, Bindings& bound) {
  Constructor* c = findConstructor(scope, p->path, expected, true, p->span);
  if (c == nullptr || failed_) return;
  p->constructor = c;
  types_.beginInstance();
  Type* result = types_.instantiateMore(c->result);
  std::vector<Type*> arguments;
  for (Type* a : c->arguments) arguments.push_back(types_.instantiateMore(a));
  unifyPattern(p->span, result, expected);
  if (p->items.empty()) {
    if (!arguments.empty()) {
      fail(p->span, "The constructor " + pathText(p->path) + " expects " + std::to_string(arguments.size()) +
                        " argument(s),\nbut is applied here to 0 argument(s)");
    }
    return;
  }
  Pattern* argument = p->items[0];
  // C _ stands for any number of arguments.
  if (argument->kind == PatternKind::kAny && !arguments.empty()) {
    p->items = {};
    return;
  }
  // A tuple in parentheses stands for the arguments, unless there is one that is a tuple.
  if (arguments.size() == 1) {
    p->items = seqOf(arena_, std::vector<Pattern*>{argument});
  } else if (argument->kind == PatternKind::kTuple) {
    p->items = argument->items;
  }
  if (p->items.size != arguments.size()) {
    fail(p->span, "The constructor " + pathText(p->path) + " expects " + std::to_string(arguments.size()) +
                      " argument(s),\nbut is applied here to " + std::to_string(p->items.size) + " argument(s)");
    return;
  }
  for (uint32_t i = 0; i < p->items.size; i++) pattern(scope, p->items[i], arguments[i], bound);
}

void Checker::recordPattern(Scope* scope, Pattern* p, Type* expected, Bindings& bound) {
  std::vector<std::string_view> names;
  for (const FieldPattern& f : p->fields) names.push_back(f.name.last());
  TypeInfo* owner = nullptr;
  Type* whole = nullptr;
  std::vector<Type*> fieldTypes;
  for (FieldPattern& f : p->fields) {
    Field* field = nullptr;
    if (owner == nullptr) {
      field = findField(scope, f.name, expected, names, p->span);
      if (field == nullptr) return;
      owner = field->owner;
      types_.beginInstance();
      whole = types_.instantiateMore(field->record);
      for (Field* each : owner->fields) fieldTypes.push_back(types_.instantiateMore(each->type));
      unifyPattern(p->span, whole, expected);
    } else {
      field = fieldOf(owner, f.name);
      if (field == nullptr) return;
    }
    f.field = field;
    if (failed_) return;
    pattern(scope, f.pattern, fieldTypes[field->index], bound);
  }
}

}  // namespace devvm::caml
