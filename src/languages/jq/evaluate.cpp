// Filters with exactly one output: straight code that leaves it in a local.
#include "languages/jq/generator.h"

namespace devvm::jq {

namespace {

const char* operatorName(Operator op) {
  switch (op) {
    case Operator::kAdd: return "add";
    case Operator::kSubtract: return "subtract";
    case Operator::kMultiply: return "multiply";
    case Operator::kDivide: return "divide";
    case Operator::kModulo: return "modulo";
    case Operator::kEqual: return "eq";
    case Operator::kUnequal: return "ne";
    case Operator::kLess: return "lt";
    case Operator::kLessEqual: return "le";
    case Operator::kGreater: return "gt";
    case Operator::kGreaterEqual: return "ge";
  }
  return "";
}

}  // namespace

const char* nameOf(Operator op) { return operatorName(op); }

/// The canonical text of a number literal if a double cannot say it, else empty (number_text.cpp).
std::string exactText(const std::string& literal, double& value);

Operand Generator::toText(const Operand& value, const std::string& format) {
  Operand name{Operand::Kind::kString, {}, 0, format.empty() ? "@text" : format};
  return callNative("format", {&value, &name});
}

Operand Generator::evaluate(const Node* n, const Operand& in, const Scope* scope) {
  size_t mark = fs_->allocated.size();
  FunctionState* here = fs_;
  Operand result = evaluateNode(n, in, scope);
  here->keepOnly(mark, result);
  return result;
}

Operand Generator::evaluateNode(const Node* n, const Operand& in, const Scope* scope) {
  if (failed_) return {};
  auto constant = [](Operand::Kind kind) { return Operand{kind, {}, 0, ""}; };
  switch (n->kind) {
    case NodeKind::kIdentity: return in;
    case NodeKind::kNull: return constant(Operand::Kind::kNull);
    case NodeKind::kTrue: return constant(Operand::Kind::kTrue);
    case NodeKind::kFalse: return constant(Operand::Kind::kFalse);
    case NodeKind::kString: return {Operand::Kind::kString, {}, 0, n->text};
    case NodeKind::kNumber: {
      double value;
      std::string exact = exactText(n->text, value);
      if (exact.empty()) return {Operand::Kind::kNumber, {}, value, ""};
      auto [it, added] = literals_.emplace(exact, "#" + std::to_string(literals_.size()));
      if (added) result_->literals.push_back({it->second, exact});
      return {Operand::Kind::kPlace, {nullptr, 0, it->second}, 0, ""};
    }
    case NodeKind::kVariable: {
      if (const Scope* s = find(scope, n->text, 0, Scope::Kind::kVariable))
        return {Operand::Kind::kPlace, s->place, 0, ""};
      for (const std::string& g : options_.globals) {
        if (g == n->text) return {Operand::Kind::kPlace, {nullptr, 0, "$" + g}, 0, ""};
      }
      fail("$" + n->text + " is not defined", n);
      return {};
    }
    case NodeKind::kLocation: {
      size_t line = 1;
      for (size_t i = 0; i < n->begin && i < source_.size(); i++) line += source_[i] == '\n';
      return callNativeList("object", {{Operand::Kind::kString, {}, 0, "file"},
                                       {Operand::Kind::kString, {}, 0, std::string(file_)},
                                       {Operand::Kind::kString, {}, 0, "line"},
                                       {Operand::Kind::kNumber, {}, static_cast<double>(line), ""}});
    }
    case NodeKind::kFormat: return toText(in, n->text);
    case NodeKind::kInterpolation: {
      Operand sum;
      uint16_t result = newLocal();
      std::vector<Operand> texts;
      for (const Node* part : n->children) {
        if (part->kind == NodeKind::kString) {
          texts.push_back({Operand::Kind::kString, {}, 0, part->text});
          continue;
        }
        Operand v = evaluate(part, in, scope);
        texts.push_back(toText(v, n->text));
      }
      if (texts.size() > 200) {
        fail("filter is too large: a string has too many parts", n);
        return {};
      }
      for (const Operand& t : texts) load(t);
      if (texts.size() > 1) emit(Op::kConcat, static_cast<int64_t>(texts.size()));
      emit(Op::kSetLocal, result);
      return localOperand(result);
    }
    case NodeKind::kArray:
      if (n->children.empty()) return callNative("arrayNew", {});
      return collect(n->children[0], in, scope);
    case NodeKind::kObject: return evaluateObject(n, in, scope);
    case NodeKind::kIndex: {
      Operand key = evaluate(n->children[1], in, scope);
      Operand of = evaluate(n->children[0], in, scope);
      return callNative("index", {&of, &key});
    }
    case NodeKind::kSlice: {
      Operand from = n->children[1] != nullptr ? evaluate(n->children[1], in, scope) : Operand{};
      Operand to = n->children[2] != nullptr ? evaluate(n->children[2], in, scope) : Operand{};
      Operand of = evaluate(n->children[0], in, scope);
      Operand key = callNative("sliceKey", {&from, &to});
      return callNative("index", {&of, &key});
    }
    case NodeKind::kNegate: {
      Operand of = evaluate(n->children[0], in, scope);
      return callNative("negate", {&of});
    }
    case NodeKind::kPipe: {
      const Node* rest = n;
      Operand value = in;
      while (rest->kind == NodeKind::kPipe) {
        value = evaluate(rest->children[0], value, scope);
        rest = rest->children[1];
      }
      return evaluate(rest, value, scope);
    }
    case NodeKind::kBinary: {
      Operand b = evaluate(n->children[1], in, scope);
      Operand a = evaluate(n->children[0], in, scope);
      return callNative(operatorName(n->op), {&a, &b});
    }
    case NodeKind::kAnd:
    case NodeKind::kOr: {
      uint16_t result = newLocal();
      Label decided = label(), end = label();
      bool isAnd = n->kind == NodeKind::kAnd;
      auto test = [&](const Node* part) {
        load(evaluate(part, in, scope));
        jump(isAnd ? Op::kJumpIfFalse : Op::kJumpIfTrue, decided);
      };
      test(n->children[0]);
      test(n->children[1]);
      emit(isAnd ? Op::kTrue : Op::kFalse);
      emit(Op::kSetLocal, result);
      jump(Op::kJump, end);
      bind(decided);
      emit(isAnd ? Op::kFalse : Op::kTrue);
      emit(Op::kSetLocal, result);
      bind(end);
      return localOperand(result);
    }
    case NodeKind::kAlternative: return evaluateAlternative(n, in, scope);
    case NodeKind::kIf: return evaluateIf(n, in, scope);
    case NodeKind::kTry: return evaluateTry(n, in, scope);
    case NodeKind::kReduce: {
      Operand start = evaluate(n->children[1], in, scope);
      return reduce(n, in, start, scope);
    }
    case NodeKind::kFunction: {
      Scope* s = newScope(scope, Scope::Kind::kFunction, n->definition->name);
      s->arity = n->definition->parameters.size();
      s->definition = n->definition;
      return evaluate(n->children[0], in, s);
    }
    case NodeKind::kBind: {
      uint16_t result = newLocal();
      Operand source = evaluate(n->children[0], in, scope);
      bindPatterns(
          n->patterns, source, in, scope,
          [&](const Scope* inner, bool) { assign(result, evaluate(n->children[1], in, inner)); }, false);
      return localOperand(result);
    }
    case NodeKind::kAssign:
    case NodeKind::kArithmeticUpdate:
    case NodeKind::kAlternativeUpdate: {
      Operand value = evaluate(n->children[1], in, scope);
      return assignPaths(n, in, value, scope);
    }
    case NodeKind::kUpdate: return update(n, in, scope);
    case NodeKind::kCall: return evaluateCall(n, in, scope);
    default: break;
  }
  fail("filter cannot be compiled", n);
  return {};
}

Operand Generator::evaluateObject(const Node* n, const Operand& in, const Scope* scope) {
  constexpr size_t kMostAtOnce = 60;
  std::vector<Operand> parts;
  Operand object;
  bool begun = false;
  auto flush = [&] {
    if (begun) parts.insert(parts.begin(), object);
    Operand next = callNativeList(begun ? "objectMore" : "object", parts);
    parts.clear();
    object = next;
    begun = true;
  };
  for (size_t i = 0; i < n->children.size(); i += 2) {
    Operand key = evaluate(n->children[i], in, scope);
    Operand value = evaluate(n->children[i + 1], in, scope);
    parts.push_back(key);
    parts.push_back(value);
    if (parts.size() >= kMostAtOnce) flush();
  }
  if (!parts.empty() || !begun) flush();
  return object;
}

void Generator::jumpIfFalse(const Node* condition, const Operand& in, const Scope* scope, Label target) {
  load(evaluate(condition, in, scope));
  jump(Op::kJumpIfFalse, target);
}

Operand Generator::evaluateIf(const Node* n, const Operand& in, const Scope* scope) {
  uint16_t result = newLocal();
  Label otherwise = label(), end = label();
  jumpIfFalse(n->children[0], in, scope, otherwise);
  assign(result, evaluate(n->children[1], in, scope));
  jump(Op::kJump, end);
  bind(otherwise);
  assign(result, n->children[2] != nullptr ? evaluate(n->children[2], in, scope) : in);
  bind(end);
  return localOperand(result);
}

Operand Generator::evaluateTry(const Node* n, const Operand& in, const Scope* scope) {
  uint16_t result = newLocal(), caught = newLocal();
  Label end = label();
  Region region = openRegion();
  assign(result, evaluate(n->children[0], in, scope));
  jump(Op::kJump, end);
  beginHandler(region);
  emit(Op::kSetLocal, caught);
  Operand exception = localOperand(caught), none;
  Operand error = callNative("caught", {&exception, &none});
  assign(result, evaluate(n->children[1], error, scope));
  bind(end);
  return localOperand(result);
}

Operand Generator::evaluateAlternative(const Node* n, const Operand& in, const Scope* scope) {
  uint16_t result = newLocal();
  Label end = label();
  assign(result, evaluate(n->children[0], in, scope));
  emit(Op::kGetLocal, result);
  jump(Op::kJumpIfTrue, end);
  assign(result, evaluate(n->children[1], in, scope));
  bind(end);
  return localOperand(result);
}

Operand Generator::collect(const Node* body, const Operand& in, const Scope* scope) {
  Operand empty = callNative("arrayNew", {});
  CellPlace list = newCell(empty);
  Continuation append;
  append.cheap = true;
  append.run = [&](const Datum& d, bool) {
    Operand now = loadCell(list);
    Operand next = callNative("arrayPush", {&now, &d.value});
    storeCell(list, next);
  };
  push(body, {in, {}, false}, scope, append, false);
  return loadCell(list);
}

Operand Generator::reduce(const Node* n, const Operand& in, const Operand& start, const Scope* scope) {
  CellPlace state = newCell(start);
  pushValue(
      n->children[0], in, scope,
      [&](const Operand& item, bool) {
        bindPatterns(
            n->patterns, item, in, scope,
            [&](const Scope* inner, bool) {
              Operand now = loadCell(state);
              if (isSingle(n->children[2], inner)) {
                storeCell(state, evaluate(n->children[2], now, inner));
              } else {
                storeCell(state, {});
                pushValue(n->children[2], now, inner, [&](const Operand& v, bool) { storeCell(state, v); }, false);
              }
            },
            false);
      },
      false);
  return loadCell(state);
}

/// `=`, `op=` and `//=` with a value for the right side.
Operand Generator::assignPaths(const Node* n, const Operand& in, const Operand& value, const Scope* scope) {
  CellPlace state = newCell(in);
  Operand root = callNative("arrayNew", {});
  Continuation k;
  k.cheap = false;
  k.run = [&](const Datum& d, bool) {
    callNative("checkPath", {&d.path, &d.value});
    Operand now = loadCell(state);
    Operand changed = value;
    if (n->kind != NodeKind::kAssign) {
      Operand old = callNative("getPath", {&now, &d.path});
      if (n->kind == NodeKind::kArithmeticUpdate) {
        changed = callNative(operatorName(n->op), {&old, &value});
      } else {
        uint16_t result = newLocal();
        Label keep = label();
        assign(result, old);
        emit(Op::kGetLocal, result);
        jump(Op::kJumpIfTrue, keep);
        assign(result, value);
        bind(keep);
        changed = localOperand(result);
      }
    }
    Operand next = callNative("setPath", {&now, &d.path, &changed});
    storeCell(state, next);
  };
  push(n->children[0], {in, root, true}, scope, k, false);
  return loadCell(state);
}

/// `paths |= f`: the first output of f replaces the value; without one the path is deleted, at the end.
Operand Generator::update(const Node* n, const Operand& in, const Scope* scope) {
  CellPlace state = newCell(in);
  Operand root = callNative("arrayNew", {});
  CellPlace deleted = newCell({});
  Continuation k;
  k.run = [&](const Datum& d, bool) {
    callNative("checkPath", {&d.path, &d.value});
    Operand now = loadCell(state);
    Operand old = callNative("getPath", {&now, &d.path});
    if (isSingle(n->children[1], scope)) {
      Operand changed = evaluate(n->children[1], old, scope);
      // Evaluating it may not have changed the state, but it may have been long: nothing else holds it.
      Operand next = callNative("setPath", {&now, &d.path, &changed});
      storeCell(state, next);
    } else {
      LabelState* out = newLabelState();
      Continuation take;
      take.cheap = true;
      take.run = [&](const Datum& changed, bool) {
        Operand current = loadCell(state);
        Operand next = callNative("setPath", {&current, &d.path, &changed.value});
        storeCell(state, next);
        leave(*out);
      };
      enter(*out, [&] {
        push(n->children[1], {old, {}, false}, scope, take, false);
        Operand list = loadCell(deleted);
        Operand more = callNative("pathListPush", {&list, &d.path});
        storeCell(deleted, more);
      });
    }
  };
  push(n->children[0], {in, root, true}, scope, k, false);
  Operand now = loadCell(state), list = loadCell(deleted);
  return callNative("deletePaths", {&now, &list});
}

void Generator::evaluateTail(const Node* n, const Operand& in, const Scope* scope) {
  if (failed_) return;
  if (++depth_ > 2000) return fail("filter is too large", n);
  switch (n->kind) {
    case NodeKind::kPipe: {
      Operand first = evaluate(n->children[0], in, scope);
      evaluateTail(n->children[1], first, scope);
      break;
    }
    case NodeKind::kIf: {
      Label otherwise = label();
      jumpIfFalse(n->children[0], in, scope, otherwise);
      evaluateTail(n->children[1], in, scope);
      bind(otherwise);
      if (n->children[2] != nullptr) {
        evaluateTail(n->children[2], in, scope);
      } else {
        load(in);
        emit(Op::kReturn1);
      }
      break;
    }
    case NodeKind::kCall: {
      const Scope* f = findCall(scope, n->text, n->children.size());
      if (f != nullptr && f->kind == Scope::Kind::kFunction && isRecursive(f->definition)) {
        Operand self = instance(f, false, true);
        std::vector<Operand> arguments{self, in};
        for (size_t i = 0; i < n->children.size(); i++) {
          arguments.push_back(f->definition->parameters[i].isValue ? evaluate(n->children[i], in, scope)
                                                                   : closureOf(n->children[i], scope));
        }
        load(self);
        for (const Operand& a : arguments) load(a);
        emit(Op::kTailCall, static_cast<int64_t>(arguments.size()));
        break;
      }
      if (f != nullptr && f->kind == Scope::Kind::kParameter) {
        evaluateTail(f->argument, in, f->argumentScope);
        break;
      }
      [[fallthrough]];
    }
    default: load(evaluate(n, in, scope)); emit(Op::kReturn1);
  }
  depth_--;
}

Operand Generator::evaluateCall(const Node* n, const Operand& in, const Scope* scope) {
  if (++depth_ > 2000 || ++work_ > 300000) {
    if (!failed_) fail("filter is too large", n);
    return {};
  }
  struct Leave {
    uint32_t& depth;
    ~Leave() { depth--; }
  } leave{depth_};
  size_t arity = n->children.size();
  const Scope* f = findCall(scope, n->text, arity);
  if (f == nullptr) {
    if (n->text == "error" && arity == 0) {
      callNative("error/0", {&in});
      return {};
    }
    if (!isNativeFilter(n->text, arity)) {
      undefined(n);
      return {};
    }
    std::vector<Operand> arguments(arity);
    for (size_t i = arity; i-- > 0;) arguments[i] = evaluate(n->children[i], in, scope);
    arguments.insert(arguments.begin(), in);
    return callNativeList(n->text + "/" + std::to_string(arity), arguments);
  }
  if (f->kind == Scope::Kind::kParameter) return evaluate(f->argument, in, f->argumentScope);
  uint16_t result = newLocal();
  if (isRecursive(f->definition)) {
    Operand self = instance(f, false, true);
    std::vector<Operand> arguments{self, in};
    for (size_t i = 0; i < arity; i++) {
      arguments.push_back(f->definition->parameters[i].isValue ? evaluate(n->children[i], in, scope)
                                                               : closureOf(n->children[i], scope));
    }
    load(self);
    for (const Operand& a : arguments) load(a);
    emit(Op::kCall, static_cast<int64_t>(arguments.size()), 1);
    emit(Op::kSetLocal, result);
    return localOperand(result);
  }
  pushValueArguments(
      f, n, 0, in, scope, nullptr,
      [&](const Scope* inner, bool) { assign(result, evaluate(f->definition->body, in, inner)); }, false);
  return localOperand(result);
}

}  // namespace devvm::jq
