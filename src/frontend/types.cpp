#include "frontend/types.h"

#include <algorithm>

namespace devvm::frontend {

namespace {

constexpr uint32_t kDeepest = 20'000;  // nested parts of a type

/// A walk over shared parts visits each once.
struct Visits {
  std::unordered_map<Type*, bool> seen;
  bool first(Type* t) { return seen.emplace(t, true).second; }
};

}  // namespace

Type* Types::make(Type::Kind kind, uint32_t parts) {
  auto* t = arena_.make<Type>();
  t->kind = kind;
  t->count = parts;
  if (parts != 0) t->parts = static_cast<Type**>(arena_.allocate(sizeof(Type*) * parts));
  return t;
}

Type* Types::variable() {
  Type* t = make(Type::Kind::kVariable, 0);
  t->level = level_;
  return t;
}

Type* Types::quantified() {
  Type* t = make(Type::Kind::kVariable, 0);
  t->level = kGeneric;
  return t;
}

Type* Types::arrow(Type* from, Type* to, uint8_t label, std::string_view name) {
  Type* t = make(Type::Kind::kArrow, 2);
  t->parts[0] = from;
  t->parts[1] = to;
  t->label = label;
  t->name = name;
  return t;
}

Type* Types::tuple(const std::vector<Type*>& items) {
  Type* t = make(Type::Kind::kTuple, static_cast<uint32_t>(items.size()));
  std::copy(items.begin(), items.end(), t->parts);
  return t;
}

Type* Types::applied(TypeConstructor* constructor, const std::vector<Type*>& arguments) {
  Type* t = make(Type::Kind::kApplied, static_cast<uint32_t>(arguments.size()));
  t->constructor = constructor;
  std::copy(arguments.begin(), arguments.end(), t->parts);
  return t;
}

Type* Types::find(Type* type) {
  Type* t = type;
  while (t->kind == Type::Kind::kLink) t = t->parts[0];
  while (type->kind == Type::Kind::kLink && type->parts[0] != t) {
    Type* next = type->parts[0];
    type->parts[0] = t;
    type = next;
  }
  return t;
}

Type* Types::expand(Type* type) {
  Type* t = find(type);
  // A chain of abbreviations is no longer than the program; declarations with cycles were refused.
  for (uint32_t i = 0; i < kDeepest && t->kind == Type::Kind::kApplied && t->constructor->manifest != nullptr; i++) {
    TypeConstructor* c = t->constructor;
    t = find(c->parameters.empty() ? c->manifest : substitute(c->manifest, c->parameters, t->parts));
  }
  return t;
}

Type* Types::substitute(Type* type, const std::vector<Type*>& parameters, Type* const* arguments) {
  struct Copier {
    Types& types;
    std::unordered_map<Type*, Type*> done;
    Type* copy(Type* t, uint32_t depth) {
      t = find(t);
      auto known = done.find(t);
      if (known != done.end()) return known->second;
      if (t->kind == Type::Kind::kVariable || t->count == 0 || depth > kDeepest) return t;
      std::vector<Type*> parts(t->count);
      bool changed = false;
      for (uint32_t i = 0; i < t->count; i++) {
        parts[i] = copy(t->parts[i], depth + 1);
        changed = changed || parts[i] != find(t->parts[i]);
      }
      Type* result = t;
      if (changed) {
        result = types.make(t->kind, t->count);
        result->constructor = t->constructor;
        result->label = t->label;
        result->name = t->name;
        std::copy(parts.begin(), parts.end(), result->parts);
      }
      done[t] = result;
      return result;
    }
  };
  Copier copier{*this, {}};
  for (size_t i = 0; i < parameters.size(); i++) copier.done[find(parameters[i])] = arguments[i];
  return copier.copy(type, 0);
}

Type* Types::replace(Type* type, const std::unordered_map<TypeConstructor*, TypeConstructor*>& with) {
  struct Copier {
    Types& types;
    const std::unordered_map<TypeConstructor*, TypeConstructor*>& with;
    std::unordered_map<Type*, Type*> done;
    Type* copy(Type* t, uint32_t depth) {
      t = find(t);
      if (t->kind == Type::Kind::kVariable || depth > kDeepest) return t;
      auto known = done.find(t);
      if (known != done.end()) return known->second;
      Type* result = types.make(t->kind, t->count);
      result->label = t->label;
      result->name = t->name;
      result->constructor = t->constructor;
      if (t->kind == Type::Kind::kApplied) {
        auto other = with.find(t->constructor);
        if (other != with.end()) result->constructor = other->second;
      }
      for (uint32_t i = 0; i < t->count; i++) result->parts[i] = copy(t->parts[i], depth + 1);
      done[t] = result;
      return result;
    }
  };
  Copier copier{*this, with, {}};
  return copier.copy(type, 0);
}

// ---- unification ----------------------------------------------------------------------------------

/// Whether the variable occurs in the type; lowers the levels of the variables in there.
bool Types::occurs(Type* variable, Type* type) {
  mark_++;
  std::vector<Type*> todo{type};
  bool found = false;
  while (!todo.empty()) {
    Type* t = find(todo.back());
    todo.pop_back();
    if (t == variable) found = true;
    if (t->mark == mark_) continue;
    t->mark = mark_;
    steps_++;
    if (t->kind == Type::Kind::kVariable) {
      if (t->level != kGeneric) t->level = std::min(t->level, variable->level);
      continue;
    }
    for (uint32_t i = 0; i < t->count; i++) todo.push_back(t->parts[i]);
  }
  return found;
}

bool Types::unifyNow(Type* a, Type* b, Mismatch& why, uint32_t depth) {
  a = find(a);
  b = find(b);
  if (a == b) return true;
  if (++steps_ > kMostSteps || depth > kDeepest) {
    why.tooLarge = true;
    return false;
  }
  using Kind = Type::Kind;
  auto bind = [&](Type* variable, Type* type) {
    if (occurs(variable, type)) {
      // It may be hidden in an abbreviation that drops it.
      Type* other = expand(type);
      if (other == variable) return true;
      if (other == find(type) || occurs(variable, other)) {
        why.variable = variable;
        why.inside = type;
        return false;
      }
      type = other;
    }
    variable->kind = Kind::kLink;
    variable->count = 1;
    variable->parts = static_cast<Type**>(arena_.allocate(sizeof(Type*)));
    variable->parts[0] = type;
    return true;
  };
  if (a->kind == Kind::kVariable && a->level != kGeneric) {
    if (b->kind == Kind::kVariable && b->level != kGeneric && b->name.empty() && !a->name.empty()) return bind(b, a);
    return bind(a, b);
  }
  if (b->kind == Kind::kVariable && b->level != kGeneric) return bind(b, a);
  if (a->kind == Kind::kApplied && b->kind == Kind::kApplied && a->constructor == b->constructor &&
      a->count == b->count) {
    bool ok = true;
    if (a->constructor->manifest == nullptr) {
      for (uint32_t i = 0; i < a->count && ok; i++) ok = unifyNow(a->parts[i], b->parts[i], why, depth + 1);
      if (!ok) why.pairs.insert(why.pairs.begin(), {a, b});
      return ok;
    }
    if (a->count == 0) return true;
  }
  Type* x = expand(a);
  Type* y = expand(b);
  if (x != a || y != b) return unifyNow(x, y, why, depth + 1);
  bool ok = false;
  if (a->kind == b->kind && a->count == b->count) {
    if (a->kind == Kind::kTuple) {
      ok = true;
      for (uint32_t i = 0; i < a->count && ok; i++) ok = unifyNow(a->parts[i], b->parts[i], why, depth + 1);
    } else if (a->kind == Kind::kArrow) {
      ok = a->label == b->label && a->name == b->name && unifyNow(a->parts[0], b->parts[0], why, depth + 1) &&
           unifyNow(a->parts[1], b->parts[1], why, depth + 1);
    }
  }
  if (!ok) why.pairs.insert(why.pairs.begin(), {a, b});
  return ok;
}

bool Types::unify(Type* a, Type* b, Mismatch& why) { return unifyNow(a, b, why, 0); }

// ---- polymorphism ---------------------------------------------------------------------------------

void Types::walkLevels(Type* type, uint32_t level, bool generic) {
  mark_++;
  std::vector<Type*> todo{type};
  while (!todo.empty()) {
    Type* t = find(todo.back());
    todo.pop_back();
    if (t->mark == mark_) continue;
    t->mark = mark_;
    steps_++;
    if (t->kind == Type::Kind::kVariable) {
      if (t->level > level && t->level != kGeneric) t->level = generic ? kGeneric : level;
      continue;
    }
    for (uint32_t i = 0; i < t->count; i++) todo.push_back(t->parts[i]);
  }
}

void Types::generalize(Type* type) { walkLevels(type, level_, true); }
void Types::keepUnknown(Type* type) { walkLevels(type, level_, false); }

void Types::generalizeCovariant(Type* type, bool (*covariant)(TypeConstructor*)) {
  // First what occurs elsewhere stays unknown, then the rest is quantified.
  std::vector<std::pair<Type*, bool>> todo{{type, true}};
  uint32_t steps = 0;
  while (!todo.empty()) {
    auto [each, positive] = todo.back();
    todo.pop_back();
    Type* t = find(each);
    if (!positive || ++steps > 100'000) {
      keepUnknown(t);
      continue;
    }
    if (t->kind == Type::Kind::kVariable) continue;
    for (uint32_t i = 0; i < t->count; i++) {
      bool good = t->kind == Type::Kind::kTuple || (t->kind == Type::Kind::kArrow && i == 1) ||
                  (t->kind == Type::Kind::kApplied && covariant(t->constructor));
      todo.emplace_back(t->parts[i], good);
    }
  }
  generalize(type);
}

bool Types::hasVariables(Type* type) {
  mark_++;
  std::vector<Type*> todo{type};
  while (!todo.empty()) {
    Type* t = find(todo.back());
    todo.pop_back();
    if (t->mark == mark_) continue;
    t->mark = mark_;
    if (t->kind == Type::Kind::kVariable) return true;
    for (uint32_t i = 0; i < t->count; i++) todo.push_back(t->parts[i]);
  }
  return false;
}

bool Types::mentions(Type* type, TypeConstructor* constructor) {
  std::vector<Type*> todo{type};
  Visits visits;
  uint32_t steps = 0;
  while (!todo.empty() && ++steps < 100'000) {
    Type* t = find(todo.back());
    todo.pop_back();
    if (!visits.first(t)) continue;
    if (t->kind == Type::Kind::kApplied) {
      if (t->constructor == constructor) return true;
      if (t->constructor->manifest != nullptr) todo.push_back(t->constructor->manifest);
    }
    for (uint32_t i = 0; i < t->count; i++) todo.push_back(t->parts[i]);
  }
  return false;
}

/// Parts without quantified variables are shared with the original.
Type* Types::copyGeneric(Type* type) {
  Type* t = find(type);
  if (t->mark == mark_) return t->copy;
  t->mark = mark_;
  t->copy = t;
  steps_++;
  if (t->kind == Type::Kind::kVariable) {
    if (t->level == kGeneric) {
      t->copy = variable();
      t->copy->mark = 0;
    }
    return t->copy;
  }
  Type* result = nullptr;
  for (uint32_t i = 0; i < t->count; i++) {
    Type* part = copyGeneric(t->parts[i]);
    if (result == nullptr && part != find(t->parts[i])) {
      result = make(t->kind, t->count);
      result->constructor = t->constructor;
      result->label = t->label;
      result->name = t->name;
      for (uint32_t k = 0; k < i; k++) result->parts[k] = t->parts[k];
    }
    if (result != nullptr) result->parts[i] = part;
  }
  if (result != nullptr) t->copy = result;
  return t->copy;
}

Type* Types::instantiate(Type* type) {
  mark_++;
  return copyGeneric(type);
}

Type* Types::instantiateMore(Type* type) { return copyGeneric(type); }

bool Types::isInstance(Type* general, Type* special, Mismatch& why) {
  struct Matcher {
    Types& types;
    Mismatch& why;
    std::unordered_map<Type*, Type*> bound;
    bool same(Type* a, Type* b, uint32_t depth) {
      a = find(a);
      b = find(b);
      if (a == b) return true;
      a = types.expand(a);
      b = types.expand(b);
      if (a == b) return true;
      bool ok = a->kind == b->kind && a->count == b->count && a->constructor == b->constructor &&
                a->label == b->label && a->name == b->name && a->kind != Type::Kind::kVariable && depth < kDeepest;
      for (uint32_t i = 0; ok && i < a->count; i++) ok = same(a->parts[i], b->parts[i], depth + 1);
      return ok;
    }
    bool match(Type* g, Type* s, uint32_t depth) {
      g = find(g);
      s = find(s);
      if (depth > kDeepest) return false;
      if (g->kind == Type::Kind::kVariable) {
        if (g->level != kGeneric) {
          if (g == s) return true;
          // A variable of the implementation that is not known yet becomes what the interface says.
          return types.unify(g, s, why);
        }
        auto [known, added] = bound.emplace(g, s);
        return added || same(known->second, s, 0);
      }
      if (g->kind == Type::Kind::kApplied && s->kind == Type::Kind::kApplied && g->constructor == s->constructor &&
          g->constructor->manifest == nullptr && g->count == s->count) {
        for (uint32_t i = 0; i < g->count; i++) {
          if (!match(g->parts[i], s->parts[i], depth + 1)) return false;
        }
        return true;
      }
      Type* x = types.expand(g);
      Type* y = types.expand(s);
      if (x != g || y != s) return match(x, y, depth + 1);
      if (g->kind != s->kind || g->count != s->count || g->constructor != s->constructor) return false;
      if (g->label != s->label || (g->kind == Type::Kind::kArrow && g->name != s->name)) return false;
      for (uint32_t i = 0; i < g->count; i++) {
        if (!match(g->parts[i], s->parts[i], depth + 1)) return false;
      }
      return true;
    }
  };
  Matcher matcher{*this, why, {}};
  return matcher.match(general, special, 0);
}

// ---- printing -------------------------------------------------------------------------------------

std::string TypePrinter::nameOf(Type* v) {
  for (auto& [type, name] : names_) {
    if (type == v) return name;
  }
  auto taken = [&](const std::string& name) {
    return std::any_of(names_.begin(), names_.end(), [&](const auto& n) { return n.second == name; });
  };
  std::string name;
  if (!v->name.empty() && !taken("'" + std::string(v->name))) {
    name = "'" + std::string(v->name);
  } else {
    do {
      name = std::string("'") + static_cast<char>('a' + next_ % 26);
      if (next_ >= 26) name += std::to_string(next_ / 26);
      next_++;
    } while (taken(name));
  }
  names_.emplace_back(v, name);
  return name;
}

void TypePrinter::write(Type* type, Context context, std::string& out) {
  Type* t = Types::find(type);
  if (out.size() > kLongest) {
    if (!out.ends_with("...")) out += "...";
    return;
  }
  switch (t->kind) {
    case Type::Kind::kLink: return;
    case Type::Kind::kVariable: out += nameOf(t); return;
    case Type::Kind::kArrow: {
      bool parenthesized = context != kTop;
      if (parenthesized) out += '(';
      if (t->label != 0) {
        if (t->label == 2) out += '?';
        out += std::string(t->name) + ':';
        Type* from = types_.expand(t->parts[0]);
        // An optional parameter shows what its option holds.
        write(t->label == 2 && from->kind == Type::Kind::kApplied && from->count == 1 ? from->parts[0] : t->parts[0],
              kArrowLeft, out);
      } else {
        write(t->parts[0], kArrowLeft, out);
      }
      out += " -> ";
      write(t->parts[1], kTop, out);
      if (parenthesized) out += ')';
      return;
    }
    case Type::Kind::kTuple: {
      bool parenthesized = context == kTupleItem || context == kArgument;
      if (parenthesized) out += '(';
      for (uint32_t i = 0; i < t->count; i++) {
        if (i != 0) out += " * ";
        write(t->parts[i], kTupleItem, out);
      }
      if (parenthesized) out += ')';
      return;
    }
    case Type::Kind::kApplied:
      if (t->count == 1) {
        write(t->parts[0], kArgument, out);
        out += ' ';
      } else if (t->count > 1) {
        out += '(';
        for (uint32_t i = 0; i < t->count; i++) {
          if (i != 0) out += ", ";
          write(t->parts[i], kTop, out);
        }
        out += ") ";
      }
      out += t->constructor->name;
      return;
  }
}

std::string TypePrinter::print(Type* type) {
  std::string out;
  write(type, kTop, out);
  return out;
}

}  // namespace devvm::frontend
