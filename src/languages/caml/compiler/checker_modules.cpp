// Structures, signatures and functors.
//
// Modules exist while a program is compiled and no longer: their values are globals (or locals, of modules made in
// expressions), a signature is another view of the same values, and a functor's body is elaborated anew for each
// application, from its source, with the argument known.
#include <algorithm>

#include "languages/caml/compiler/checker.h"
#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

void Checker::openInto(ModuleInfo* from, ModuleInfo* into) {
  for (auto& [name, v] : from->values) into->values[name] = v;
  for (auto& [name, t] : from->types) into->types[name] = t;
  for (auto& [name, m] : from->modules) into->modules[name] = m;
  for (auto& [name, t] : from->moduleTypes) into->moduleTypes[name] = t;
  for (auto& [name, list] : from->constructors) {
    auto& to = into->constructors[name];
    to.insert(to.end(), list.begin(), list.end());
  }
  for (auto& [name, list] : from->fields) {
    auto& to = into->fields[name];
    to.insert(to.end(), list.begin(), list.end());
  }
}

void Checker::include(ModuleInfo* from, ModuleInfo* into, ModuleInfo* segment) {
  openInto(from, into);
  if (segment != into) openInto(from, segment);
}

/// Types are shown with the module that they are in.
void Checker::qualify(ModuleInfo* module, const std::string& prefix) {
  for (auto& [name, t] : module->types) {
    if (t->qualified) continue;
    t->qualified = true;
    t->constructor->name = keep(prefix + std::string(t->constructor->name));
  }
  for (auto& [name, m] : module->modules) {
    if (m != nullptr && m->name.empty()) {
      m->name = name;
      for (auto& [typeName, t] : m->types) {
        if (t->qualified && t->constructor->name.find('.') != std::string_view::npos &&
            !t->constructor->name.starts_with(prefix)) {
          t->constructor->name = keep(prefix + std::string(t->constructor->name));
        }
      }
    }
  }
}

Scope* Checker::structure(Scope* scope, Seq<Item*> items, ModuleInfo* into, std::vector<Item*>& run, bool isTop) {
  ModuleInfo* segment = into;
  Scope* inner = push(scope, segment);
  for (Item* each : items) {
    if (failed_) break;
    inner = item(inner, each, into, segment, run);
    if (isTop) {
      typeVariables_.clear();
      flushWarnings();
    }
  }
  return inner;
}

Scope* Checker::item(Scope* scope, Item* item, ModuleInfo* into, ModuleInfo*& segment, std::vector<Item*>& run) {
  auto define = [&](Variable* v) {
    into->values[v->name] = v;
    segment->values[v->name] = v;
  };
  auto declared = [&](auto&& declare) {
    // Types, constructors and fields go to both.
    ModuleInfo* both = &modules_.emplace_back();
    declare(both);
    include(both, into, segment);
  };
  switch (item->kind) {
    case ItemKind::kLet: {
      std::vector<Variable*> made;
      let(scope, item->bindings, item->recursive, true, &made);
      if (failed_) return scope;
      for (Variable* v : made) {
        if (depth_ == 0) makeGlobal(v);
        v->warns = false;
        define(v);
      }
      run.push_back(item);
      return scope;
    }
    case ItemKind::kEval: {
      types_.enter();
      infer(scope, item->expr);
      types_.leave();
      run.push_back(item);
      return scope;
    }
    case ItemKind::kExternal: {
      Variable* v = newVariable(item->name, schemeOf(scope, item->type), item->span);
      v->where = Variable::Where::kPrimitive;
      v->primitive = item->primitive[0];
      for (Type* t = types_.expand(v->type); t->kind == Type::Kind::kArrow; t = types_.expand(t->parts[1])) v->arity++;
      define(v);
      return scope;
    }
    case ItemKind::kValue: {
      Variable* v = newVariable(item->name, schemeOf(scope, item->type), item->span);
      v->where = Variable::Where::kAbstract;
      define(v);
      return scope;
    }
    case ItemKind::kType: declared([&](ModuleInfo* both) { declareTypes(scope, both, item); }); return scope;
    case ItemKind::kException: {
      Constructor* c = declareException(scope, item->exception, "");
      if (c == nullptr) return scope;
      declared([&](ModuleInfo* both) { both->constructors[c->name].push_back(c); });
      if (item->exception->made != nullptr) run.push_back(item);
      return scope;
    }
    case ItemKind::kModule: {
      ModuleInfo* m = nullptr;
      if (item->moduleType != nullptr) {
        m = signature(scope, item->moduleType);
      } else {
        m = moduleExpr(scope, item->module, run);
      }
      if (m == nullptr || failed_) return scope;
      if (item->name != "_") {
        into->modules[item->name] = m;
        segment->modules[item->name] = m;
        qualify(m, std::string(item->name) + '.');
      }
      return scope;
    }
    case ItemKind::kModuleType: {
      moduleTypes_.push_back({item->moduleType, scope, item->name});
      ModuleTypeInfo* t = &moduleTypes_.back();
      if (item->moduleType != nullptr) signature(scope, item->moduleType);  // its own errors
      into->moduleTypes[item->name] = t;
      segment->moduleTypes[item->name] = t;
      return scope;
    }
    case ItemKind::kOpen: {
      ModuleInfo* m = moduleExpr(scope, item->module, run);
      if (m == nullptr) return scope;
      segment = &modules_.emplace_back();
      return push(push(scope, m), segment);
    }
    case ItemKind::kInclude: {
      ModuleInfo* m =
          item->moduleType != nullptr ? signature(scope, item->moduleType) : moduleExpr(scope, item->module, run);
      if (m != nullptr) include(m, into, segment);
      return scope;
    }
  }
  return scope;
}

ModuleInfo* Checker::moduleExpr(Scope* scope, ModuleExpr* m, std::vector<Item*>& run) {
  if (failed_) return nullptr;
  switch (m->kind) {
    case ModuleKind::kName: return findModule(scope, m->path, m->path.parts.size);
    case ModuleKind::kStructure: {
      ModuleInfo* into = &modules_.emplace_back();
      structure(scope, m->items, into, run, false);
      return into;
    }
    case ModuleKind::kConstraint: {
      ModuleInfo* inner = moduleExpr(scope, m->body, run);
      if (inner == nullptr) return nullptr;
      return constrain(inner, m->type, scope, true, m->body->span);
    }
    case ModuleKind::kFunctor: {
      functors_.push_back({m->parameter, m->type, m, text_, false, scope});
      ModuleInfo* functor = &modules_.emplace_back();
      functor->functor = &functors_.back();
      functor->functor->keyword = text_.substr(m->span.begin).starts_with("functor");
      // The body is checked once with an abstract parameter.
      ModuleInfo* names = &modules_.emplace_back();
      if (m->type != nullptr) {
        ModuleInfo* parameter = signature(scope, m->type);
        if (parameter == nullptr) return nullptr;
        names->modules[m->parameter] = parameter;
        qualify(parameter, std::string(m->parameter) + '.');
      }
      std::vector<Item*> ignored;
      moduleExpr(push(scope, names), m->body, ignored);
      return functor;
    }
    case ModuleKind::kApply: return applyFunctor(scope, m, run);
    case ModuleKind::kUnpack: break;
  }
  return nullptr;
}

ModuleInfo* Checker::applyFunctor(Scope* scope, ModuleExpr* m, std::vector<Item*>& run) {
  ModuleInfo* functor = moduleExpr(scope, m->body, run);
  if (functor == nullptr || failed_) return nullptr;
  if (functor->functor == nullptr) {
    fail(m->body->span, "This module is not a functor; it cannot be applied.");
    return nullptr;
  }
  if (++applications_ > 10'000) {
    fail(m->span, "Too many functor applications");
    return nullptr;
  }
  FunctorInfo* f = functor->functor;
  ModuleInfo* names = &modules_.emplace_back();
  if (m->argument != nullptr) {
    ModuleInfo* argument = moduleExpr(scope, m->argument, run);
    if (argument == nullptr) return nullptr;
    if (f->parameterType != nullptr) {
      argument = constrain(argument, f->parameterType, f->scope, false, m->argument->span);
      if (argument == nullptr || failed_) return nullptr;
      names->modules[f->parameter] = argument;
    }
  }
  // A fresh tree: the checker writes types into it.
  Parser parser(f->text, arena_, diagnostics_, f->expr->span.begin);
  ModuleExpr* fresh = f->keyword ? parser.parseModule() : parser.parseModuleBody();
  if (fresh == nullptr || fresh->kind != ModuleKind::kFunctor) {
    fail(m->span, "This functor cannot be applied");
    return nullptr;
  }
  std::string_view oldText = text_;
  text_ = f->text;
  auto variables = std::move(typeVariables_);
  typeVariables_.clear();
  ModuleInfo* result = moduleExpr(push(f->scope, names), fresh->body, run);
  typeVariables_ = std::move(variables);
  text_ = oldText;
  if (result == nullptr) return nullptr;
  // Each application has a module of its own.
  ModuleInfo* copy = &modules_.emplace_back(*result);
  copy->name = {};
  return copy;
}

// ---- signatures -----------------------------------------------------------------------------------

ModuleInfo* Checker::signature(Scope* scope, ModuleType* t) {
  if (failed_) return nullptr;
  switch (t->kind) {
    case ModuleTypeKind::kName: {
      ModuleTypeInfo* info = findModuleType(scope, t->path);
      if (info == nullptr) return nullptr;
      if (info->type == nullptr) return &modules_.emplace_back();
      return signature(info->scope, info->type);
    }
    case ModuleTypeKind::kSignature: {
      ModuleInfo* into = &modules_.emplace_back();
      signatureItems(scope, t->items, into);
      return into;
    }
    case ModuleTypeKind::kTypeOf: {
      std::vector<Item*> ignored;
      return moduleExpr(scope, t->module, ignored);
    }
    case ModuleTypeKind::kFunctor: {
      functors_.push_back({t->parameter, t->parameterType, nullptr, {}, false, scope});
      ModuleInfo* functor = &modules_.emplace_back();
      functor->functor = &functors_.back();
      return functor;
    }
    case ModuleTypeKind::kWith: {
      ModuleInfo* into = signature(scope, t->body);
      if (into == nullptr) return nullptr;
      for (const WithConstraint& w : t->constraints) {
        ModuleInfo* holder = into;
        for (uint32_t i = 0; i + 1 < w.path.parts.size && holder != nullptr; i++) {
          auto next = holder->modules.find(w.path.parts[i]);
          holder = next == holder->modules.end() ? nullptr : next->second;
        }
        if (w.isModule) {
          ModuleInfo* actual = findModule(scope, w.module, w.module.parts.size);
          if (holder == nullptr || actual == nullptr) return nullptr;
          auto part = holder->modules.find(w.path.last());
          if (part == holder->modules.end()) {
            fail(w.path.span, "The signature constrained by `with' has no component named " + pathText(w.path));
            return nullptr;
          }
          for (auto& [name, type] : part->second->types) {
            auto other = actual->types.find(name);
            if (other != actual->types.end() && type->constructor->manifest == nullptr && other->second != type) {
              type->constructor->manifest = types_.applied(other->second->constructor, type->constructor->parameters);
            }
          }
          continue;
        }
        auto found = holder == nullptr ? into->types.end() : holder->types.find(w.path.last());
        if (holder == nullptr || found == holder->types.end()) {
          fail(w.path.span, "The signature constrained by `with' has no component named " + pathText(w.path));
          return nullptr;
        }
        TypeInfo* info = found->second;
        auto outer = std::move(typeVariables_);
        typeVariables_.clear();
        for (uint32_t i = 0; i < w.parameters.size && i < info->constructor->parameters.size(); i++) {
          typeVariables_.emplace_back(w.parameters[i], info->constructor->parameters[i]);
        }
        Type* manifest = typeInside(scope, w.type);
        typeVariables_ = std::move(outer);
        if (!types_.mentions(manifest, info->constructor)) info->constructor->manifest = manifest;
        if (w.destructive) holder->types.erase(w.path.last());
      }
      return into;
    }
  }
  return nullptr;
}

void Checker::signatureItems(Scope* scope, Seq<Item*> items, ModuleInfo* into) {
  std::vector<Item*> ignored;
  ModuleInfo* segment = into;
  Scope* inner = push(scope, into);
  for (Item* each : items) {
    if (failed_) return;
    inner = item(inner, each, into, segment, ignored);
    into->order.push_back(each);
  }
}

ModuleInfo* Checker::constrain(ModuleInfo* module, ModuleType* type, Scope* scope, bool opaque, Span span) {
  ModuleInfo* interface = signature(scope, type);
  if (interface == nullptr || failed_) return nullptr;
  if (interface->functor != nullptr || module->functor != nullptr) {
    // Functors are checked when they are applied.
    return module;
  }
  std::string name = type->kind == ModuleTypeKind::kName ? pathText(type->path) : "sig ... end";
  match(module, interface, opaque, span, name);
  return failed_ ? nullptr : interface;
}

/// Makes `interface` a view of `module`: its values get their implementations, its types what they stand for.
void Checker::match(ModuleInfo* module, ModuleInfo* interface, bool opaque, Span span, const std::string& name) {
  auto mismatch = [&](std::string text, std::vector<Note> notes = {}) {
    fail(span,
         "Signature mismatch:\n" +
             (name.empty() ? std::string() : "Modules do not match: ... is not included in " + name + "\n") + text,
         std::move(notes));
  };
  // Abstract types stand for the actual ones while values are compared, and for good unless the view is opaque.
  std::unordered_map<TypeConstructor*, TypeConstructor*> actual;
  std::vector<std::pair<TypeInfo*, TypeInfo*>> abstract;
  std::function<void(ModuleInfo*, ModuleInfo*)> collect = [&](ModuleInfo* m, ModuleInfo* i) {
    for (auto& [typeName, t] : i->types) {
      auto found = m->types.find(typeName);
      if (found == m->types.end()) {
        mismatch("The type `" + std::string(typeName) + "' is required but not provided");
        return;
      }
      TypeInfo* other = found->second;
      if (other == t) continue;
      if (other->constructor->arity != t->constructor->arity) {
        mismatch("Type declarations do not match:\n  type " + std::string(typeName) + "\nThey have different arities.");
        return;
      }
      actual[t->constructor] = other->constructor;
      if (t->constructor->manifest == nullptr) {
        if (t->kind == TypeInfo::Kind::kAbstract) {
          abstract.emplace_back(t, other);
        } else {
          // The same definition: constructors and fields are seen through both names.
          if (other->kind != t->kind || other->constructors.size() != t->constructors.size() ||
              other->fields.size() != t->fields.size()) {
            TypeInfo* behind = other->constructor->manifest == nullptr ? other : infoOf(other->constructor->manifest);
            if (behind == nullptr || behind->kind != t->kind) {
              mismatch("Type declarations do not match:\n  type " + std::string(typeName));
              return;
            }
          }
          t->constructor->manifest = types_.applied(other->constructor, t->constructor->parameters);
        }
      }
    }
    for (auto& [moduleName, sub] : i->modules) {
      auto found = m->modules.find(moduleName);
      if (found == m->modules.end()) {
        mismatch("The module `" + std::string(moduleName) + "' is required but not provided");
        return;
      }
      if (sub != found->second && sub->functor == nullptr) collect(found->second, sub);
    }
  };
  collect(module, interface);
  if (failed_) return;
  for (auto& [t, other] : abstract)
    t->constructor->manifest = types_.applied(other->constructor, t->constructor->parameters);
  std::function<void(ModuleInfo*, ModuleInfo*)> values = [&](ModuleInfo* m, ModuleInfo* i) {
    // In the order of the signature.
    std::vector<Variable*> all;
    for (auto& [valueName, v] : i->values) all.push_back(v);
    std::sort(all.begin(), all.end(), [](Variable* a, Variable* b) { return a->span.begin < b->span.begin; });
    for (Variable* v : all) {
      if (failed_) return;
      auto found = m->values.find(v->name);
      if (found == m->values.end()) {
        mismatch("The value `" + std::string(v->name) + "' is required but not provided",
                 {{v->span, "Expected declaration"}});
        return;
      }
      Variable* implementation = found->second;
      Mismatch why;
      if (!types_.isInstance(implementation->type, v->type, why)) {
        for (auto& [t, other] : abstract) t->constructor->manifest = nullptr;
        mismatch("Values do not match:\n  val " + std::string(v->name) + " : " + show(implementation->type) +
                     "\nis not included in\n  val " + std::string(v->name) + " : " + show(v->type),
                 {{v->span, "Expected declaration"}, {implementation->span, "Actual declaration"}});
        return;
      }
      while (implementation->same != nullptr) implementation = implementation->same;
      v->same = implementation;
      implementation->uses++;
    }
    for (auto& [constructorName, list] : i->constructors) {
      for (Constructor* c : list) {
        if (!c->isException) continue;
        auto found = m->constructors.find(constructorName);
        Constructor* other = found == m->constructors.end() ? nullptr : found->second.back();
        if (other == nullptr || !other->isException) {
          mismatch("The exception `" + std::string(constructorName) + "' is required but not provided");
          return;
        }
        c->global = other->global;
        c->local = other->local;
      }
    }
    for (auto& [moduleName, sub] : i->modules) {
      ModuleInfo*& part = i->modules[moduleName];
      if (sub->functor != nullptr) {
        part = m->modules[moduleName];
      } else if (sub != m->modules[moduleName]) {
        values(m->modules[moduleName], sub);
      }
    }
  };
  values(module, interface);
  if (opaque) {
    for (auto& [t, other] : abstract) {
      t->constructor->manifest = nullptr;
      t->qualified = false;
      t->covariant = false;
    }
  }
}

}  // namespace devvm::caml
