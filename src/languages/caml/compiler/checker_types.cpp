// Type expressions and declarations of types and exceptions.
#include <algorithm>

#include "languages/caml/compiler/checker.h"

namespace devvm::caml {

Type* Checker::typeInside(Scope* scope, TypeExpr* t) {
  if (failed_) return types_.variable();
  switch (t->kind) {
    case TypeKind::kAny: return types_.variable();
    case TypeKind::kVariable: {
      for (auto& [name, type] : typeVariables_) {
        if (name == t->name) return type;
      }
      if (!mayNameVariables_) {
        fail(t->span, "The type variable '" + std::string(t->name) + " is unbound in this type declaration.");
        return types_.variable();
      }
      // Known in the whole item: it must not be quantified before that ends.
      uint32_t level = types_.setLevel(2);  // of the bindings of a top-level let
      Type* v = abstractVariables_ ? types_.quantified() : types_.variable();
      types_.setLevel(level);
      v->name = t->name;
      typeVariables_.emplace_back(t->name, v);
      return v;
    }
    case TypeKind::kArrow: {
      Type* from = typeInside(scope, t->items[0]);
      if (t->label == Label::kOptional) from = types_.applied(builtins_.option->constructor, {from});
      Type* to = typeInside(scope, t->items[1]);
      return types_.arrow(from, to, static_cast<uint8_t>(t->label), t->name);
    }
    case TypeKind::kTuple: {
      std::vector<Type*> items;
      for (TypeExpr* item : t->items) items.push_back(typeInside(scope, item));
      return types_.tuple(items);
    }
    case TypeKind::kAlias: {
      Type* inner = typeInside(scope, t->items[0]);
      typeVariables_.emplace_back(t->name, inner);
      return inner;
    }
    case TypeKind::kPoly: {
      // Where no scheme is kept the variables are like any others.
      size_t mark = typeVariables_.size();
      for (std::string_view name : t->variables) {
        Type* v = types_.variable();
        v->name = name;
        typeVariables_.emplace_back(name, v);
      }
      std::rotate(typeVariables_.begin(), typeVariables_.begin() + static_cast<std::ptrdiff_t>(mark),
                  typeVariables_.end());
      Type* inner = typeInside(scope, t->items[0]);
      return inner;
    }
    case TypeKind::kConstructor: {
      TypeInfo* info = findType(scope, t->path);
      if (info == nullptr) return types_.variable();
      if (info->constructor->arity != t->items.size) {
        fail(t->span, "The type constructor " + pathText(t->path) + " expects " +
                          std::to_string(info->constructor->arity) + " argument(s),\nbut is here applied to " +
                          std::to_string(t->items.size) + " argument(s)");
        return types_.variable();
      }
      std::vector<Type*> arguments;
      for (TypeExpr* item : t->items) arguments.push_back(typeInside(scope, item));
      return types_.applied(info->constructor, arguments);
    }
  }
  return types_.variable();
}

Type* Checker::typeOf(Scope* scope, TypeExpr* t) { return typeInside(scope, t); }

/// A type whose variables are all quantified: of val, external, 'a. t.
Type* Checker::schemeOf(Scope* scope, TypeExpr* t) {
  auto outer = std::move(typeVariables_);
  typeVariables_.clear();
  bool oldAbstract = abstractVariables_, oldMay = mayNameVariables_;
  abstractVariables_ = mayNameVariables_ = true;
  if (t->kind == TypeKind::kPoly) {
    for (std::string_view name : t->variables) {
      Type* v = types_.quantified();
      v->name = name;
      typeVariables_.emplace_back(name, v);
    }
    t = t->items[0];
  }
  Type* type = typeInside(scope, t);
  abstractVariables_ = oldAbstract;
  mayNameVariables_ = oldMay;
  typeVariables_ = std::move(outer);
  return type;
}

void Checker::exportType(ModuleInfo* into, TypeInfo* info, std::string_view name) {
  into->types[name] = info;
  for (Constructor* c : info->constructors) into->constructors[c->name].push_back(c);
  for (Field* f : info->fields) into->fields[f->name].push_back(f);
}

void Checker::declareFields(Scope* scope, TypeInfo* info, Seq<LabelDecl> labels) {
  info->kind = TypeInfo::Kind::kRecord;
  Type* whole = types_.applied(info->constructor, info->constructor->parameters);
  for (const LabelDecl& l : labels) {
    fields_.emplace_back();
    Field* f = &fields_.back();
    f->name = l.name;
    f->index = static_cast<uint32_t>(info->fields.size());
    f->isMutable = l.isMutable;
    f->owner = info;
    f->record = whole;
    if (l.type->kind == TypeKind::kPoly && !l.type->variables.empty()) {
      fail(l.span, "Polymorphic fields are not supported");
    }
    f->type = typeInside(scope, l.type);
    for (Field* other : info->fields) {
      if (other->name == l.name) fail(l.span, "Two labels are named " + std::string(l.name));
    }
    info->fields.push_back(f);
  }
}

void Checker::declareConstructor(Scope* scope, TypeInfo* info, ConstructorDecl& decl, Constructor* c) {
  c->name = decl.name;
  c->span = decl.span;
  if (decl.result != nullptr) fail(decl.span, "Generalized algebraic data types are not supported");
  if (!decl.record.empty()) {
    uint32_t arity = info == nullptr ? 0 : info->constructor->arity;
    TypeInfo* record = newType(
        keep((info == nullptr ? std::string() : std::string(info->constructor->name) + '.') + std::string(decl.name)),
        arity);
    record->qualified = true;
    if (info != nullptr) record->constructor->parameters = info->constructor->parameters;
    declareFields(scope, record, decl.record);
    record->inlineOf = c;
    c->record = record;
    c->arguments = {types_.applied(record->constructor, record->constructor->parameters)};
  } else {
    for (TypeExpr* argument : decl.arguments) c->arguments.push_back(typeInside(scope, argument));
  }
  c->isConstant = c->arguments.empty();
}

void Checker::declareTypes(Scope* scope, ModuleInfo* into, Item* item) {
  // The names first: the declarations of one item know each other.
  std::vector<TypeInfo*> infos;
  ModuleInfo* names = &modules_.emplace_back();
  for (const TypeDecl& d : item->types) {
    TypeInfo* info = newType(d.name, static_cast<uint32_t>(d.parameters.size));
    for (uint32_t i = 0; i < d.parameters.size; i++)
      info->constructor->parameters[i]->name = d.parameters[i] == "_" ? std::string_view() : d.parameters[i];
    infos.push_back(info);
    names->types[d.name] = info;
  }
  Scope* inner = item->recursive ? push(scope, names) : scope;
  auto outerVariables = std::move(typeVariables_);
  bool may = mayNameVariables_;
  for (uint32_t n = 0; n < item->types.size; n++) {
    TypeDecl& d = item->types[n];
    TypeInfo* info = infos[n];
    typeVariables_.clear();
    for (uint32_t i = 0; i < d.parameters.size; i++) {
      if (d.parameters[i] != "_") typeVariables_.emplace_back(d.parameters[i], info->constructor->parameters[i]);
    }
    mayNameVariables_ = false;
    if (d.manifest != nullptr) {
      Type* manifest = typeInside(inner, d.manifest);
      if (types_.mentions(manifest, info->constructor)) {
        Type* t = Types::find(manifest);
        // Through a variant or record a type may well mention itself; abbreviations must end.
        if (t->kind == Type::Kind::kApplied || d.kind == TypeDeclKind::kAbstract) {
          fail(d.span, "The type abbreviation " + std::string(d.name) + " is cyclic");
        }
      }
      info->constructor->manifest = manifest;
    }
    if (d.kind == TypeDeclKind::kRecord) {
      declareFields(inner, info, d.labels);
    } else if (d.kind == TypeDeclKind::kVariant) {
      info->kind = TypeInfo::Kind::kVariant;
      Type* whole = types_.applied(info->constructor, info->constructor->parameters);
      for (ConstructorDecl& decl : d.constructors) {
        tags_.emplace_back();
        Constructor* c = &tags_.back();
        c->type = info;
        c->result = whole;
        declareConstructor(inner, info, decl, c);
        c->tag = c->isConstant ? info->constants++ : info->blocks++;
        for (Constructor* other : info->constructors) {
          if (other->name == c->name) fail(decl.span, "Two constructors are named " + std::string(c->name));
        }
        info->constructors.push_back(c);
      }
      if (info->blocks > 240)
        fail(d.span, "Too many non-constant constructors\n-- maximum is 246 non-constant constructors");
    } else if (d.kind == TypeDeclKind::kOpen) {
      fail(d.span, "Extensible types are not supported");
    }
    mayNameVariables_ = may;
  }
  typeVariables_ = std::move(outerVariables);
  for (size_t n = 0; n < infos.size(); n++) {
    // Cycles through several abbreviations.
    TypeConstructor* c = infos[n]->constructor;
    uint32_t steps = 0;
    for (Type* t = c->manifest; t != nullptr && !failed_;) {
      t = Types::find(t);
      if (t->kind != Type::Kind::kApplied) break;
      if (t->constructor == c || ++steps > 1000) {
        fail(item->types[n].span, "The type abbreviation " + std::string(c->name) + " is cyclic");
        break;
      }
      t = t->constructor->manifest;
    }
    // `type t = u = A | B`: the constructors are u's.
    if (c->manifest != nullptr && infos[n]->kind != TypeInfo::Kind::kAbstract && !failed_) {
      TypeInfo* same = infoOf(c->manifest);
      bool equal = same != nullptr && same->kind == infos[n]->kind &&
                   same->constructors.size() == infos[n]->constructors.size() &&
                   same->fields.size() == infos[n]->fields.size();
      if (!equal) {
        fail(item->types[n].span, "This variant or record definition does not match that of type " + show(c->manifest));
      }
    }
    exportType(into, infos[n], item->types[n].name);
  }
}

Constructor* Checker::declareException(Scope* scope, ExceptionDecl* decl, std::string_view prefix) {
  if (!decl->same.parts.empty()) {
    bool found = true;
    std::vector<Constructor*> all = constructorsNamed(scope, decl->same, found);
    if (all.empty() || !all.front()->isException) {
      fail(decl->same.span, "Unbound constructor " + pathText(decl->same));
      return nullptr;
    }
    tags_.push_back(*all.front());
    tags_.back().name = decl->constructor.name;
    return &tags_.back();
  }
  tags_.emplace_back();
  Constructor* c = &tags_.back();
  bool may = mayNameVariables_;
  mayNameVariables_ = false;
  declareConstructor(scope, nullptr, decl->constructor, c);
  mayNameVariables_ = may;
  c->isException = true;
  c->isConstant = c->arguments.empty();
  c->result = types_.applied(builtins_.exn->constructor);
  // C++ finds those of the initial environment by their names.
  bool initial = inLibrary_ && standard_ == nullptr;
  c->global = initial ? c->name : keep(std::string(prefix) + std::string(c->name) + "!" + std::to_string(++globals_));
  decl->made = c;
  return c;
}

}  // namespace devvm::caml
