// Names, instances and messages of the checker.
#include "languages/caml/compiler/checker.h"

#include <algorithm>

#include "languages/caml/compiler/parser.h"

namespace devvm::caml {

Checker::Checker(base::Arena& arena, Diagnostics& diagnostics)
    : arena_(arena), diagnostics_(diagnostics), types_(arena) {
  makeBuiltins();
}

// ---- errors ---------------------------------------------------------------------------------------

void Checker::fail(Span span, std::string text, std::vector<Note> notes) {
  if (failed_) return;
  failed_ = true;
  if (inLibrary_) text = "in the standard library, byte " + std::to_string(span.begin) + ": " + text;
  diagnostics_.error(span, std::move(text), std::move(notes));
}

void Checker::warn(Span span, int number, const char* name, std::string text) {
  if (inLibrary_ || failed_) return;
  diagnostics_.warning(span, number, name, std::move(text));
}

void Checker::flushWarnings() {
  auto checks = std::move(delayed_);
  delayed_.clear();
  if (failed_) return;
  for (auto& check : checks) check();
}

std::string Checker::show(Type* type) { return TypePrinter(types_).print(type); }

/// "first TYPE second TYPE", broken into lines as the reference's pretty printer does: 7 columns are taken.
std::string Checker::mismatchText(const std::string& first, Type* actual, const std::string& second, Type* expected,
                                  const Mismatch& why) {
  constexpr size_t kColumns = 78 - 7;
  TypePrinter printer(types_);
  std::string a = printer.print(actual), b = printer.print(expected);
  std::string out = first;
  size_t column = first.size();
  auto add = [&](const std::string& text, size_t indent) {
    if (column + 1 + text.size() >= kColumns) {
      out += '\n' + std::string(indent, ' ') + text;
      column = indent + text.size();
    } else {
      out += ' ' + text;
      column += 1 + text.size();
    }
  };
  add(a, 2);
  add(second, 0);
  add(b, 2);
  if (why.tooLarge) return out + "\nThe types are too large to be compared";
  if (why.variable != nullptr) {
    return out + "\nThe type variable " + printer.print(why.variable) + " occurs inside " + printer.print(why.inside);
  }
  // The innermost pair, if it is not what stands above already.
  if (why.pairs.size() > 1) {
    auto [x, y] = why.pairs.back();
    if (types_.expand(x) != types_.expand(actual)) {
      out += "\nType ";
      std::string left = printer.print(x), right = printer.print(y);
      column = 5;
      out += left;
      column += left.size();
      add("is not compatible with type", 0);
      add(right, 2);
      out += ' ';
    }
  }
  return out;
}

void Checker::unifyExpr(Span span, Type* actual, Type* expected, Because because) {
  if (failed_) return;
  Mismatch why;
  if (types_.unify(actual, expected, why)) return;
  std::string text =
      mismatchText("This expression has type", actual, "but an expression was expected of type", expected, why);
  auto reason = [&](const char* place) { text += std::string("\nbecause it is in ") + place; };
  switch (because) {
    case Because::kNothing: break;
    case Because::kNoElse: reason("the result of a conditional with no else branch"); break;
    case Because::kWhile: reason("the condition of a while-loop"); break;
    case Because::kFor: reason("a for-loop start or stop index"); break;
    case Because::kSequence: reason("the left-hand side of a sequence"); break;
    case Because::kAssert: reason("the condition of an assertion"); break;
    case Because::kIf: reason("the condition of an if-statement"); break;
    case Because::kGuard: reason("a when-guard"); break;
  }
  fail(span, text);
}

void Checker::unifyPattern(Span span, Type* actual, Type* expected) {
  if (failed_) return;
  Mismatch why;
  if (types_.unify(actual, expected, why)) return;
  fail(span, mismatchText("This pattern matches values of type", actual,
                          "but a pattern was expected which matches values of type", expected, why));
}

namespace {

/// Edits from one word to the other: insertions, deletions, replacements, exchanges of neighbours; `limit` + 1 if more.
size_t editDistance(std::string_view a, std::string_view b, size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); i++) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); j++) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    for (size_t j = 1; j <= b.size(); j++) {
      size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + same});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string Checker::hint(std::string_view name, const std::vector<std::string_view>& candidates) {
  size_t limit = name.size() <= 2 ? 0 : name.size() <= 4 ? 1 : name.size() <= 6 ? 2 : 3;
  std::vector<std::string> best;
  size_t least = limit;
  for (std::string_view c : candidates) {
    size_t d = editDistance(name, c, limit);
    if (d > least || d == 0) continue;
    if (d < least) best.clear();
    least = d;
    if (std::find(best.begin(), best.end(), c) == best.end()) best.emplace_back(c);
  }
  if (best.empty()) return {};
  std::sort(best.begin(), best.end());
  std::string text = "\nHint: Did you mean ";
  for (size_t i = 0; i < best.size(); i++) {
    if (i != 0) text += i + 1 == best.size() ? " or " : ", ";
    text += best[i];
  }
  return text + '?';
}

std::string Checker::pathText(const Path& path, size_t parts) {
  std::string text;
  for (size_t i = 0; i < path.parts.size && i < parts; i++) {
    if (i != 0) text += '.';
    text += path.parts[i];
  }
  return text;
}

// ---- scopes ---------------------------------------------------------------------------------------

Scope* Checker::push(Scope* outer, ModuleInfo* module) {
  scopes_.push_back({outer, module, nullptr, nullptr});
  return &scopes_.back();
}

Scope* Checker::push(Scope* outer, Variable* value) {
  scopes_.push_back({outer, nullptr, value, nullptr});
  return &scopes_.back();
}

ModuleInfo* Checker::moduleNamed(Scope* scope, std::string_view name) {
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->module == nullptr) continue;
    if (auto m = s->module->modules.find(name); m != s->module->modules.end()) return m->second;
  }
  return loadStandard(name);
}

ModuleInfo* Checker::findModule(Scope* scope, const Path& path, size_t parts) {
  ModuleInfo* m = moduleNamed(scope, path.parts[0]);
  if (m == nullptr) {
    if (!failed_) {
      std::vector<std::string_view> names = standardNames();
      for (Scope* s = scope; s != nullptr; s = s->outer) {
        if (s->module == nullptr) continue;
        for (auto& [name, module] : s->module->modules) names.push_back(name);
      }
      fail(path.span, "Unbound module " + std::string(path.parts[0]) + hint(path.parts[0], names));
    }
    return nullptr;
  }
  for (size_t i = 1; i < parts; i++) {
    auto next = m->modules.find(path.parts[i]);
    if (next == m->modules.end()) {
      ModuleInfo* library = m == standard_ ? loadStandard(path.parts[i]) : nullptr;
      if (library == nullptr) {
        fail(path.span, "Unbound module " + pathText(path, i + 1));
        return nullptr;
      }
      m = library;
      continue;
    }
    m = next->second;
  }
  return m;
}

Variable* Checker::findValue(Scope* scope, const Path& path) {
  std::string_view name = path.last();
  if (!path.isSimple()) {
    ModuleInfo* m = findModule(scope, path, path.parts.size - 1);
    if (m == nullptr) return nullptr;
    auto v = m->values.find(name);
    if (v != m->values.end()) return v->second;
    std::vector<std::string_view> names;
    for (auto& [other, value] : m->values) names.push_back(other);
    fail(path.span, "Unbound value " + pathText(path) + hint(name, names));
    return nullptr;
  }
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->value != nullptr && s->value->name == name) return s->value;
    if (s->module == nullptr) continue;
    if (auto v = s->module->values.find(name); v != s->module->values.end()) return v->second;
  }
  std::vector<std::string_view> names;
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->value != nullptr) names.push_back(s->value->name);
    if (s->module == nullptr) continue;
    for (auto& [other, value] : s->module->values) names.push_back(other);
  }
  fail(path.span, "Unbound value " + std::string(name) + hint(name, names));
  return nullptr;
}

TypeInfo* Checker::findType(Scope* scope, const Path& path) {
  std::string_view name = path.last();
  if (!path.isSimple()) {
    ModuleInfo* m = findModule(scope, path, path.parts.size - 1);
    if (m == nullptr) return nullptr;
    if (auto t = m->types.find(name); t != m->types.end()) return t->second;
    fail(path.span, "Unbound type constructor " + pathText(path));
    return nullptr;
  }
  std::vector<std::string_view> names;
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->type != nullptr && s->type->constructor->name == name) return s->type;
    if (s->module == nullptr) continue;
    if (auto t = s->module->types.find(name); t != s->module->types.end()) return t->second;
    for (auto& [other, type] : s->module->types) names.push_back(other);
  }
  fail(path.span, "Unbound type constructor " + std::string(name) + hint(name, names));
  return nullptr;
}

ModuleTypeInfo* Checker::findModuleType(Scope* scope, const Path& path) {
  if (!path.isSimple()) {
    ModuleInfo* m = findModule(scope, path, path.parts.size - 1);
    if (m == nullptr) return nullptr;
    if (auto t = m->moduleTypes.find(path.last()); t != m->moduleTypes.end()) return t->second;
  } else {
    for (Scope* s = scope; s != nullptr; s = s->outer) {
      if (s->module == nullptr) continue;
      if (auto t = s->module->moduleTypes.find(path.last()); t != s->module->moduleTypes.end()) return t->second;
    }
  }
  fail(path.span, "Unbound module type " + pathText(path));
  return nullptr;
}

std::vector<Constructor*> Checker::constructorsNamed(Scope* scope, const Path& path, bool& moduleFound) {
  std::vector<Constructor*> result;
  moduleFound = true;
  if (!path.isSimple()) {
    ModuleInfo* m = findModule(scope, path, path.parts.size - 1);
    moduleFound = m != nullptr;
    if (m == nullptr) return result;
    if (auto c = m->constructors.find(path.last()); c != m->constructors.end()) {
      result.assign(c->second.rbegin(), c->second.rend());
    }
    return result;
  }
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->module == nullptr) continue;
    if (auto c = s->module->constructors.find(path.last()); c != s->module->constructors.end()) {
      result.insert(result.end(), c->second.rbegin(), c->second.rend());
    }
  }
  return result;
}

TypeInfo* Checker::infoOf(Type* type) {
  Type* t = Types::find(type);
  // The nearest declaration with constructors or fields on the way through abbreviations.
  for (int i = 0; i < 100 && t->kind == Type::Kind::kApplied; i++) {
    auto* info = static_cast<TypeInfo*>(t->constructor->declaration);
    if (info != nullptr && info->kind != TypeInfo::Kind::kAbstract) return info;
    if (t->constructor->manifest == nullptr) return info;
    t = Types::find(types_.substitute(t->constructor->manifest, t->constructor->parameters, t->parts));
  }
  return nullptr;
}

Constructor* Checker::findConstructor(Scope* scope, const Path& path, Type* expected, bool inPattern, Span span) {
  TypeInfo* info = infoOf(expected);
  if (info != nullptr && path.isSimple() && info->kind == TypeInfo::Kind::kVariant) {
    for (Constructor* c : info->constructors) {
      if (c->name == path.last()) return c;
    }
  }
  bool moduleFound = true;
  std::vector<Constructor*> all = constructorsNamed(scope, path, moduleFound);
  if (!moduleFound) return nullptr;
  if (info != nullptr) {
    for (Constructor* c : all) {
      if (c->type == info) return c;
      if (c->isException && info == builtins_.exn) return c;
    }
  }
  if (!all.empty()) {
    if (info == nullptr || info->kind != TypeInfo::Kind::kVariant || all.front()->isException) return all.front();
    // Another type's constructor: unification says so, unless the type has none of that name.
    if (path.isSimple() == path.isSimple() && all.front()->type != info) {
      std::string what = inPattern ? "This variant pattern is expected to have type"
                                   : "This variant expression is expected to have type";
      std::vector<std::string_view> names;
      for (Constructor* c : info->constructors) names.push_back(c->name);
      fail(inPattern ? path.span : path.span, mismatchText(what, expected, "", expected, {}).substr(0, what.size()) +
                                                  ' ' + show(expected) + "\nThere is no constructor " +
                                                  std::string(path.last()) + " within type " +
                                                  std::string(info->constructor->name) + hint(path.last(), names));
      return nullptr;
    }
    return all.front();
  }
  if (info != nullptr && info->kind == TypeInfo::Kind::kVariant) {
    std::vector<std::string_view> names;
    for (Constructor* c : info->constructors) names.push_back(c->name);
    std::string what = inPattern ? "This variant pattern is expected to have type "
                                 : "This variant expression is expected to have type ";
    fail(path.span, what + show(expected) + "\nThere is no constructor " + std::string(path.last()) + " within type " +
                        std::string(info->constructor->name) + hint(path.last(), names));
    return nullptr;
  }
  (void)span;
  std::vector<std::string_view> names;
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->module == nullptr) continue;
    for (auto& [other, list] : s->module->constructors) names.push_back(other);
  }
  fail(path.span, "Unbound constructor " + pathText(path) + hint(path.last(), names));
  return nullptr;
}

std::vector<Field*> Checker::fieldsNamed(Scope* scope, const Path& path) {
  std::vector<Field*> result;
  if (!path.isSimple()) {
    ModuleInfo* m = findModule(scope, path, path.parts.size - 1);
    if (m == nullptr) return result;
    if (auto f = m->fields.find(path.last()); f != m->fields.end()) result.assign(f->second.rbegin(), f->second.rend());
    return result;
  }
  for (Scope* s = scope; s != nullptr; s = s->outer) {
    if (s->module == nullptr) continue;
    if (auto f = s->module->fields.find(path.last()); f != s->module->fields.end()) {
      result.insert(result.end(), f->second.rbegin(), f->second.rend());
    }
  }
  return result;
}

Field* Checker::fieldOf(const TypeInfo* owner, const Path& name) {
  for (Field* each : owner->fields) {
    if (each->name == name.last()) return each;
  }
  fail(name.span,
       "The record field " + pathText(name) + " does not belong to type " + std::string(owner->constructor->name));
  return nullptr;
}

Field* Checker::findField(Scope* scope, const Path& path, Type* expected, const std::vector<std::string_view>& others,
                          Span span) {
  TypeInfo* info = infoOf(expected);
  if (info != nullptr && info->kind == TypeInfo::Kind::kRecord) {
    for (Field* f : info->fields) {
      if (f->name == path.last()) return f;
    }
    std::vector<std::string_view> names;
    for (Field* f : info->fields) names.push_back(f->name);
    if (fieldsNamed(scope, path).empty() || true) {
      fail(path.span,
           (others.empty() ? "This expression has type " : "This record expression is expected to have type ") +
               show(expected) + "\nThere is no field " + std::string(path.last()) + " within type " +
               std::string(info->constructor->name) + hint(path.last(), names));
      return nullptr;
    }
  }
  std::vector<Field*> all = fieldsNamed(scope, path);
  if (failed_) return nullptr;
  if (all.empty()) {
    std::vector<std::string_view> names;
    for (Scope* s = scope; s != nullptr; s = s->outer) {
      if (s->module == nullptr) continue;
      for (auto& [other, list] : s->module->fields) names.push_back(other);
    }
    fail(path.span, "Unbound record field " + pathText(path) + hint(path.last(), names));
    return nullptr;
  }
  (void)span;
  for (Field* f : all) {
    bool hasAll = true;
    for (std::string_view other : others) {
      bool found =
          std::any_of(f->owner->fields.begin(), f->owner->fields.end(), [&](Field* g) { return g->name == other; });
      hasAll = hasAll && found;
    }
    if (hasAll) return f;
  }
  return all.front();
}

// ---- things that are made -------------------------------------------------------------------------

Variable* Checker::newVariable(std::string_view name, Type* type, Span span) {
  variables_.emplace_back();
  Variable* v = &variables_.back();
  v->name = name;
  v->type = type;
  v->span = span;
  return v;
}

void Checker::makeGlobal(Variable* v) {
  v->where = Variable::Where::kGlobal;
  v->global = keep(std::string(v->name) + '/' + std::to_string(++globals_));
}

TypeInfo* Checker::newType(std::string_view name, uint32_t arity) {
  constructors_.emplace_back();
  TypeConstructor* c = &constructors_.back();
  c->name = name;
  c->arity = arity;
  for (uint32_t i = 0; i < arity; i++) c->parameters.push_back(types_.quantified());
  infos_.emplace_back();
  infos_.back().constructor = c;
  c->declaration = &infos_.back();
  return &infos_.back();
}

void Checker::makeBuiltins() {
  modules_.emplace_back();
  initial_ = &modules_.back();
  auto type = [&](const char* name, uint32_t arity) {
    TypeInfo* t = newType(name, arity);
    t->qualified = true;
    initial_->types[t->constructor->name] = t;
    return t;
  };
  auto applied = [&](TypeInfo* t) { return types_.applied(t->constructor, t->constructor->parameters); };
  auto constructor = [&](TypeInfo* t, const char* name, std::vector<Type*> arguments) {
    t->kind = TypeInfo::Kind::kVariant;
    tags_.emplace_back();
    Constructor* c = &tags_.back();
    c->name = name;
    c->isConstant = arguments.empty();
    c->arguments = std::move(arguments);
    c->result = applied(t);
    c->tag = c->isConstant ? t->constants++ : t->blocks++;
    c->type = t;
    t->constructors.push_back(c);
    initial_->constructors[c->name].push_back(c);
  };
  Builtins& b = builtins_;
  b.int_ = type("int", 0);
  b.char_ = type("char", 0);
  b.string = type("string", 0);
  b.bytes = type("bytes", 0);
  b.float_ = type("float", 0);
  b.bool_ = type("bool", 0);
  b.bool_->isBool = true;
  constructor(b.bool_, "false", {});
  constructor(b.bool_, "true", {});
  b.unit = type("unit", 0);
  constructor(b.unit, "()", {});
  b.exn = type("exn", 0);
  b.array = type("array", 1);
  b.list = type("list", 1);
  constructor(b.list, "[]", {});
  constructor(b.list, "::", {b.list->constructor->parameters[0], applied(b.list)});
  b.option = type("option", 1);
  constructor(b.option, "None", {});
  constructor(b.option, "Some", {b.option->constructor->parameters[0]});
  b.list->covariant = b.option->covariant = true;
  b.format = type("format6", 6);
  b.lazy = type("lazy_t", 1);
  b.lazy->covariant = true;
  b.int32 = type("int32", 0);
  b.int64 = type("int64", 0);
  b.nativeint = type("nativeint", 0);
  base_ = push(nullptr, initial_);
}

// ---- units ----------------------------------------------------------------------------------------

/// A module of the library is checked when a program names it for the first time.
ModuleInfo* Checker::loadStandard(std::string_view name) {
  if (auto known = loaded_.find(name); known != loaded_.end()) return known->second;
  const char* source = standardSource(name);
  if (source == nullptr || failed_) return nullptr;
  name = keep(std::string(name));
  loaded_[name] = nullptr;
  bool wasInLibrary = inLibrary_;
  std::string_view oldText = text_;
  uint32_t level = types_.setLevel(1);
  auto variables = std::move(typeVariables_);
  auto delayed = std::move(delayed_);
  uint32_t depth = depth_;
  bool mayName = mayNameVariables_, abstractNames = abstractVariables_;
  mayNameVariables_ = true;
  abstractVariables_ = false;
  depth_ = 0;
  delayed_.clear();
  inLibrary_ = true;
  text_ = source;
  Parser parser(source, arena_, diagnostics_);
  Program* program = parser.parseProgram();
  if (program == nullptr) failed_ = true;
  unitStore_.emplace_back();
  Unit* unit = &unitStore_.back();
  unit->name = name;
  modules_.emplace_back();
  ModuleInfo* module = &modules_.back();
  module->name = name;
  unit->module = module;
  if (program != nullptr) structure(base_, program->items, module, unit->items, true);
  if (name != "Stdlib") qualify(module, std::string(name) + ".");
  units_.push_back(unit);
  loaded_[name] = module;
  inLibrary_ = wasInLibrary;
  text_ = oldText;
  types_.setLevel(level);
  typeVariables_ = std::move(variables);
  delayed_ = std::move(delayed);
  depth_ = depth;
  mayNameVariables_ = mayName;
  abstractVariables_ = abstractNames;
  return module;
}

bool Checker::check(Program* program, std::string_view text) {
  standard_ = loadStandard("Stdlib");
  if (failed_) return false;
  base_ = push(base_, standard_);
  modules_.emplace_back();
  modules_.back().modules["Stdlib"] = standard_;
  base_ = push(base_, &modules_.back());
  text_ = text;
  unitStore_.emplace_back();
  Unit* unit = &unitStore_.back();
  modules_.emplace_back();
  unit->module = &modules_.back();
  structure(base_, program->items, unit->module, unit->items, true);
  units_.push_back(unit);
  return !failed_;
}

}  // namespace devvm::caml
