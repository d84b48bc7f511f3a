// Calls: special forms, functions in place, recursive functions.
#include "languages/jq/generator.h"

namespace devvm::jq {

using bytecode::SlotKind;

void Generator::undefined(const Node* n) {
  fail(n->text + "/" + std::to_string(n->children.size()) + " is not defined", n);
}

Node* Generator::synthesize(const std::string& name) {
  auto& nodes = programs_.front()->nodes;
  nodes.emplace_back();
  nodes.back().kind = NodeKind::kCall;
  nodes.back().text = name;
  return &nodes.back();
}

void Generator::pushCall(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  const Scope* f = findCall(scope, n->text, n->children.size());
  if (f == nullptr) {
    if (pushSpecial(n, in, scope, k, tail)) return;
    if (!isNativeFilter(n->text, n->children.size())) return undefined(n);
    std::vector<const Node*> nodes(n->children.begin(), n->children.end());
    std::vector<Operand> values(nodes.size());
    return pushCartesian(
        nodes, 0, in.value, scope, values, true,
        [&](bool t) {
          std::vector<Operand> arguments = values;
          arguments.insert(arguments.begin(), in.value);
          Operand v = callNativeList(n->text + "/" + std::to_string(values.size()), arguments);
          if (!in.tracked) return k.run({v, {}, false}, t);
          Operand path = callNative("pathOf", {&in.path, &in.value, &v});
          k.run({v, path, true}, t);
        },
        tail);
  }
  if (f->kind == Scope::Kind::kParameter) return push(f->argument, in, f->argumentScope, k, tail);
  if (f->kind == Scope::Kind::kRuntimeParameter) {
    Operand closure{Operand::Kind::kPlace, f->place, 0, ""};
    Operand after = reifyShared(k, in.tracked);
    load(closure);
    load(in.value);
    load(in.tracked ? in.path : Operand{});
    load(after);
    return emitCall(3, tail);
  }
  if (isRecursive(f->definition)) return pushInstance(f, n, in, scope, k, tail);
  pushValueArguments(
      f, n, 0, in.value, scope, nullptr,
      [&](const Scope* inner, bool t) { push(f->definition->body, in, inner, k, t); }, tail);
}

/// Filters that are neither functions in jq nor natives.
bool Generator::pushSpecial(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  size_t arity = n->children.size();
  if (n->text == "empty" && arity == 0) return true;
  if (n->text == "error" && arity == 0) {
    callNative("error/0", {&in.value});
    return true;
  }
  if (n->text == "path" && arity == 1) {
    Operand root = callNative("arrayNew", {});
    Continuation each;
    each.run = [&](const Datum& d, bool t) {
      callNative("checkPath", {&d.path, &d.value});
      if (!in.tracked) return k.run({d.path, {}, false}, t);
      Operand path = callNative("pathOf", {&in.path, &in.value, &d.path});
      k.run({d.path, path, true}, t);
    };
    push(n->children[0], {in.value, root, true}, scope, each, tail);
    return true;
  }
  if ((n->text == "_limit" || n->text == "_skip") && arity == 2) {
    // (a number, a filter): its first outputs, or those behind them.
    Operand count = evaluate(n->children[0], in.value, scope);
    Operand one{Operand::Kind::kNumber, {}, 1, ""};
    CellPlace seen = newCell({Operand::Kind::kNumber, {}, 0, ""});
    bool limits = n->text == "_limit";
    LabelState* out = newLabelState();
    Continuation each;
    each.run = [&](const Datum& d, bool) {
      Operand now = loadCell(seen);
      Operand next = callNative("add", {&now, &one});
      storeCell(seen, next);
      Label on = label();
      Operand reached = callNative(limits ? "ge" : "gt", {&next, &count});
      if (limits) k.run(d, false);
      load(reached);
      jump(Op::kJumpIfFalse, on);
      if (limits) {
        leave(*out);
      } else {
        k.run(d, false);
      }
      bind(on);
    };
    enter(*out, [&] { push(n->children[1], in, scope, each, false); });
    return true;
  }
  if (n->text == "getpath" && arity == 1 && in.tracked) {
    pushValue(
        n->children[0], in.value, scope,
        [&](const Operand& p, bool t) {
          Operand path = callNative("pathJoin", {&in.path, &p, &in.value});
          Operand v = callNative("getPathOrNull", {&in.value, &p});
          k.run({v, path, true}, t);
        },
        tail);
    return true;
  }
  if (n->text == "range" && arity == 2) {
    std::vector<const Node*> nodes(n->children.begin(), n->children.end());
    std::vector<Operand> values(2);
    pushCartesian(
        nodes, 0, in.value, scope, values, false,
        [&](bool) {
          callNative("rangeCheck", {&values[0], &values[1]});
          uint16_t at = newLocal(SlotKind::kF64), end = newLocal(SlotKind::kF64), item = newLocal();
          auto number = [&](const Operand& o, uint16_t into) {
            Operand plain = callNative("toDouble", {&o});
            load(plain);
            emit(Op::kUnboxF64);
            emit(Op::kSetLocal, into);
          };
          number(values[0], at);
          number(values[1], end);
          Label back = label(), exit = label();
          emit(Op::kLoopHead);
          bind(back);
          emit(Op::kGetLocal, at);
          emit(Op::kGetLocal, end);
          emit(Op::kF64Lt);
          jump(Op::kJumpIfFalse, exit);
          emit(Op::kGetLocal, at);
          emit(Op::kBoxF64);
          emit(Op::kSetLocal, item);
          emit(Op::kGetLocal, at);
          emit(Op::kF64Const, fs_->builder.constant(1.0));
          emit(Op::kF64Add);
          emit(Op::kSetLocal, at);
          Operand v = localOperand(item);
          if (in.tracked) {
            Operand path = callNative("pathOf", {&in.path, &in.value, &v});
            k.run({v, path, true}, false);
          } else {
            k.run({v, {}, false}, false);
          }
          jump(Op::kLoop, back);
          bind(exit);
        },
        false);
    return true;
  }
  return false;
}

/// Binds the parameters: values are computed in every combination, closures stand for their arguments.
void Generator::pushValueArguments(const Scope* function, const Node* call, size_t i, const Operand& in,
                                   const Scope* scope, const Scope* bound,
                                   const std::function<void(const Scope*, bool)>& k, bool tail) {
  if (i == 0) bound = home(function);
  const auto& parameters = function->definition->parameters;
  if (i == parameters.size()) return k(bound, tail);
  if (!parameters[i].isValue) {
    Scope* s = newScope(bound, Scope::Kind::kParameter, parameters[i].name);
    s->argument = call->children[i];
    s->argumentScope = scope;
    return pushValueArguments(function, call, i + 1, in, scope, s, k, tail);
  }
  pushValue(
      call->children[i], in, scope,
      [&](const Operand& v, bool t) {
        pushValueArguments(function, call, i + 1, in, scope, bindValue(parameters[i].name, v, bound), k, t);
      },
      tail);
}

/// A variable, and the filter of the same name.
const Scope* Generator::bindValue(const std::string& name, const Operand& v, const Scope* outer) {
  Scope* s = newScope(outer, Scope::Kind::kVariable, name);
  if (v.kind == Operand::Kind::kPlace) {
    s->place = v.place;
  } else {
    uint16_t local = newLocal();
    assign(local, v);
    s->place = {fs_, local, ""};
  }
  Node* variable = synthesize(name);
  variable->kind = NodeKind::kVariable;
  Scope* f = newScope(s, Scope::Kind::kParameter, name);
  f->argument = variable;
  f->argumentScope = s;
  return f;
}

/// A closure (value, path, continuation) of an argument.
Operand Generator::closureOf(const Node* argument, const Scope* scope) {
  uint16_t result = newLocal();
  FunctionState* parent = fs_;
  FunctionState* child = beginFunction(3, "");
  Continuation k = calling(localOperand(2));
  push(argument, {localOperand(0), localOperand(1), true}, scope, k, true);
  endFunction();
  parent->function.children.push_back(child->index);
  emit(Op::kClosure, static_cast<int64_t>(parent->function.children.size() - 1));
  emit(Op::kSetLocal, result);
  return localOperand(result);
}

/// The closure of a recursive function for calls from here. Its parameters: itself, the input, then for functions
/// with one output those of the definition; for others the path, the continuation and those of the definition.
Operand Generator::instance(const Scope* function, bool tracked, bool single) {
  for (FunctionState* s = fs_; s != nullptr; s = s->parent) {
    if (s->definition == function->definition && s->home == function && s->tracked == tracked && s->single == single) {
      return {Operand::Kind::kPlace, {s, 0, ""}, 0, ""};
    }
  }
  Instance* known = nullptr;
  for (Instance& i : fs_->instances) {
    if (i.definition == function->definition && i.home == function && i.tracked == tracked && i.single == single)
      known = &i;
  }
  FunctionState* parent = fs_;
  if (known == nullptr) {
    const auto& parameters = function->definition->parameters;
    auto first = static_cast<uint8_t>(single ? 2 : 4);
    if (parameters.size() > 200) {
      fail("function has too many parameters", nullptr);
      return {};
    }
    FunctionState* child = beginFunction(static_cast<uint8_t>(first + parameters.size()), function->definition->name);
    child->definition = function->definition;
    child->home = function;
    child->tracked = tracked;
    child->single = single;
    const Scope* scope = home(function);
    for (size_t i = 0; i < parameters.size(); i++) {
      Operand parameter = localOperand(static_cast<uint16_t>(first + i));
      if (parameters[i].isValue) {
        scope = bindValue(parameters[i].name, parameter, scope);
      } else {
        Scope* s = newScope(scope, Scope::Kind::kRuntimeParameter, parameters[i].name);
        s->place = parameter.place;
        scope = s;
      }
    }
    if (single) {
      evaluateTail(function->definition->body, localOperand(1), scope);
    } else {
      Continuation k = calling(localOperand(3));
      Datum d{localOperand(1), {}, tracked};
      if (tracked) d.path = localOperand(2);
      push(function->definition->body, d, scope, k, true);
    }
    endFunction();
    parent->function.children.push_back(child->index);
    Instance made;
    made.definition = function->definition;
    made.home = function;
    made.tracked = tracked;
    made.single = single;
    made.child = static_cast<uint32_t>(parent->function.children.size() - 1);
    for (const bytecode::Upvalue& u : child->function.upvalues)
      made.capturesLocals |= u.from != bytecode::Upvalue::From::kParentUpvalue;
    if (parent->parent == nullptr && child->function.upvalues.size() == 1) made.capturesLocals = false;
    if (!made.capturesLocals && parent->kinds.size() < 200) {
      // A local for the whole activation; it begins as nil.
      parent->kinds.push_back(SlotKind::kValue);
      made.local = static_cast<uint16_t>(parent->kinds.size() - 1);
    }
    parent->instances.push_back(made);
    known = &parent->instances.back();
  }
  if (known->local != UINT16_MAX) {
    Operand kept = localOperand(known->local);
    Label there = label();
    load(kept);
    jump(Op::kJumpIfNotNil, there);
    emit(Op::kClosure, known->child);
    emit(Op::kSetLocal, known->local);
    bind(there);
    return kept;
  }
  uint16_t local = newLocal();
  emit(Op::kClosure, known->child);
  emit(Op::kSetLocal, local);
  return localOperand(local);
}

void Generator::pushInstance(const Scope* function, const Node* call, const Datum& in, const Scope* scope,
                             const Continuation& k, bool tail) {
  const auto& parameters = function->definition->parameters;
  // Closure parameters get their arguments as closures; values come in every combination.
  std::vector<const Node*> nodes;
  for (size_t i = 0; i < parameters.size(); i++) {
    if (parameters[i].isValue) nodes.push_back(call->children[i]);
  }
  Operand after = reifyShared(k, in.tracked);
  Operand self = instance(function, in.tracked, false);
  std::vector<Operand> closures;
  for (size_t i = 0; i < parameters.size(); i++) {
    if (!parameters[i].isValue) closures.push_back(closureOf(call->children[i], scope));
  }
  std::vector<Operand> values(nodes.size());
  pushCartesian(
      nodes, 0, in.value, scope, values, false,
      [&](bool t) {
        load(self);
        load(self);
        load(in.value);
        load(in.tracked ? in.path : Operand{});
        load(after);
        size_t v = 0, c = 0;
        for (const auto& p : parameters) load(p.isValue ? values[v++] : closures[c++]);
        auto count = static_cast<int64_t>(4 + parameters.size());
        emitCall(count, t);
      },
      tail);
}

}  // namespace devvm::jq
