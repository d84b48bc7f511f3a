// All filters: each output goes to a continuation, whose code is emitted in place.
#include "languages/jq/generator.h"

namespace devvm::jq {

using bytecode::SlotKind;

const char* nameOf(Operator op);

void Generator::push(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  if (failed_) return;
  if (++depth_ > 2000 || ++work_ > 300000) {
    fail("filter is too large", n);
    return;
  }
  size_t mark = fs_->allocated.size();
  FunctionState* here = fs_;
  if (here->kinds.size() - here->freeValues.size() > 150 && !k.cheap) {
    // So many values are alive that what follows goes into a function of its own.
    pushNode(n, in, scope, shareable(k, in.tracked), tail);
  } else {
    pushNode(n, in, scope, k, tail);
  }
  here->keepOnly(mark, {});
  depth_--;
}

void Generator::pushNode(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  if (n->kind == NodeKind::kIdentity) return k.run(in, tail);
  if (!in.tracked && isSingle(n, scope)) {
    Operand value = evaluate(n, in.value, scope);
    return k.run({value, {}, false}, tail);
  }
  switch (n->kind) {
    case NodeKind::kPipe: {
      Continuation next;
      next.run = [&](const Datum& d, bool t) { push(n->children[1], d, scope, k, t); };
      return push(n->children[0], in, scope, next, tail);
    }
    case NodeKind::kComma: {
      bool once = isSilent(n->children[0], scope) || isSilent(n->children[1], scope);
      Continuation both = once ? k : shareable(k, in.tracked);
      push(n->children[0], in, scope, both, false);
      return push(n->children[1], in, scope, both, tail);
    }
    case NodeKind::kIterate: {
      Continuation each;
      each.run = [&](const Datum& d, bool) { pushIterate(d, k); };
      return push(n->children[0], in, scope, each, false);
    }
    case NodeKind::kIndex: return pushIndex(n, in, scope, k, tail);
    case NodeKind::kSlice: return pushSlice(n, in, scope, k, tail);
    case NodeKind::kIf: return pushIf(n, in, scope, k, tail);
    case NodeKind::kAlternative: return pushAlternative(n, in, scope, k, tail);
    case NodeKind::kTry: return pushTry(n, in, scope, k, tail);
    case NodeKind::kReduce: return pushReduce(n, in, scope, k, tail);
    case NodeKind::kForeach: return pushForeach(n, in, scope, k, tail);
    case NodeKind::kLabel: return pushLabel(n, in, scope, k);
    case NodeKind::kBreak: return pushBreak(n, scope);
    case NodeKind::kFunction: {
      Scope* s = newScope(scope, Scope::Kind::kFunction, n->definition->name);
      s->arity = n->definition->parameters.size();
      s->definition = n->definition;
      return push(n->children[0], in, s, k, tail);
    }
    case NodeKind::kBind: return pushBind(n, in, scope, k, tail);
    case NodeKind::kCall: return pushCall(n, in, scope, k, tail);
    case NodeKind::kRecurseDefault: {
      Node* call = synthesize("recurse");
      return pushCall(call, in, scope, k, tail);
    }
    default: break;
  }
  if (!in.tracked) return pushOther(n, in.value, scope, k, tail);
  // No path leads there, unless the value is the one at hand.
  pushValue(
      n, in.value, scope,
      [&](const Operand& v, bool t) {
        Operand path = callNative("pathOf", {&in.path, &in.value, &v});
        k.run({v, path, true}, t);
      },
      tail);
}

void Generator::pushValue(const Node* n, const Operand& in, const Scope* scope,
                          const std::function<void(const Operand&, bool)>& k, bool tail) {
  Continuation plain;
  plain.run = [&](const Datum& d, bool t) { k(d.value, t); };
  push(n, {in, {}, false}, scope, plain, tail);
}

/// A closure (value, path) of the continuation.
Operand Generator::reify(const Continuation& k, bool tracked) {
  uint16_t result = newLocal();
  FunctionState* parent = fs_;
  FunctionState* child = beginFunction(2, "");
  Datum d{localOperand(0), {}, tracked};
  if (tracked) d.path = localOperand(1);
  k.run(d, true);
  endFunction();
  parent->function.children.push_back(child->index);
  emit(Op::kClosure, static_cast<int64_t>(parent->function.children.size() - 1));
  emit(Op::kSetLocal, result);
  return localOperand(result);
}

/// The closure that a continuation calls, or a new one that does what it does.
Operand Generator::reifyShared(const Continuation& k, bool tracked) {
  return k.closure ? *k.closure : reify(k, tracked);
}

/// The continuation that calls a closure.
Continuation Generator::calling(const Operand& closure) {
  Continuation k;
  k.cheap = true;
  k.closure = closure;
  k.run = [this, closure](const Datum& d, bool tail) {
    load(closure);
    load(d.value);
    load(d.tracked ? d.path : Operand{});
    emitCall(2, tail);
  };
  return k;
}

/// A call without results of the callee and arguments on the stack.
void Generator::emitCall(int64_t arguments, bool tail) {
  if (!tail) return emit(Op::kCall, arguments, 0);
  emit(Op::kTailCall, arguments);
  Label next = label();
  bind(next);  // for the builder, which stops at calls that do not come back
}

Continuation Generator::shareable(const Continuation& k, bool tracked) {
  if (k.cheap || failed_) return k;
  return calling(reify(k, tracked));
}

void Generator::pushIterate(const Datum& d, const Continuation& k) {
  size_t mark = fs_->allocated.size();
  FunctionState* here = fs_;
  Operand list = callNative("iterate", {&d.value});
  Operand keys;
  if (d.tracked) keys = callNative("iterateKeys", {&d.value, &d.path});
  uint16_t i = newLocal(SlotKind::kI64), end = newLocal(SlotKind::kI64), item = newLocal();
  load(list);
  emit(Op::kI64Small, 0);
  emit(Op::kArrayGet);
  emit(Op::kUnboxI64);
  emit(Op::kI64Small, 2);
  emit(Op::kI64Add);
  emit(Op::kSetLocal, end);
  emit(Op::kI64Small, 2);
  emit(Op::kSetLocal, i);
  Label back = label(), exit = label();
  emit(Op::kLoopHead);
  bind(back);
  emit(Op::kGetLocal, i);
  emit(Op::kGetLocal, end);
  emit(Op::kI64Lt);
  jump(Op::kJumpIfFalse, exit);
  load(list);
  emit(Op::kGetLocal, i);
  emit(Op::kArrayGet);
  emit(Op::kSetLocal, item);
  Datum each{localOperand(item), {}, d.tracked};
  if (d.tracked) {
    uint16_t path = newLocal();
    global("pathAt");
    load(d.path);
    load(keys);
    emit(Op::kGetLocal, i);
    emit(Op::kBoxI64);
    emit(Op::kCall, 3, 1);
    emit(Op::kSetLocal, path);
    each.path = localOperand(path);
  }
  emit(Op::kGetLocal, i);
  emit(Op::kI64Small, 1);
  emit(Op::kI64Add);
  emit(Op::kSetLocal, i);
  k.run(each, false);
  jump(Op::kLoop, back);
  bind(exit);
  here->keepOnly(mark, {});
}

/// What `n` pushes, indexed by `key`.
void Generator::pushIndexed(const Node* n, const Operand& key, const Datum& in, const Scope* scope,
                            const Continuation& k, bool tail) {
  Continuation term;
  term.run = [&](const Datum& d, bool t) {
    Datum out{{}, {}, d.tracked};
    if (d.tracked) out.path = callNative("pathAdd", {&d.path, &key, &d.value});
    out.value = callNative("index", {&d.value, &key});
    k.run(out, t);
  };
  push(n, in, scope, term, tail);
}

void Generator::pushIndex(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  auto indexed = [&](const Operand& key, bool t) { pushIndexed(n->children[0], key, in, scope, k, t); };
  pushValue(n->children[1], in.value, scope, indexed, tail);
}

void Generator::pushSlice(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  auto bound = [&](const Node* b, const std::function<void(const Operand&, bool)>& next, bool t) {
    if (b == nullptr) return next({}, t);
    pushValue(b, in.value, scope, next, t);
  };
  auto between = [&](const Operand& from, bool t) {
    auto sliced = [&](const Operand& to, bool t2) {
      pushIndexed(n->children[0], callNative("sliceKey", {&from, &to}), in, scope, k, t2);
    };
    bound(n->children[2], sliced, t);
  };
  bound(n->children[1], between, tail);
}

void Generator::pushIf(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  static const Node kIdentityNode;
  const Node *then = n->children[1], *otherwise = n->children[2] != nullptr ? n->children[2] : &kIdentityNode;
  bool once = isSilent(then, scope) || isSilent(otherwise, scope);
  bool merged = !once && !in.tracked && isSingle(then, scope) && isSingle(otherwise, scope);
  Continuation both = once || merged ? k : shareable(k, in.tracked);
  pushValue(
      n->children[0], in.value, scope,
      [&](const Operand& condition, bool t) {
        Label other = label(), end = label();
        uint16_t result = merged ? newLocal() : uint16_t{0};
        auto branch = [&](const Node* b) {
          if (merged) return assign(result, evaluate(b, in.value, scope));
          push(b, in, scope, both, t);
        };
        load(condition);
        jump(Op::kJumpIfFalse, other);
        branch(then);
        jump(Op::kJump, end);
        bind(other);
        branch(otherwise);
        bind(end);
        if (merged) both.run({localOperand(result), {}, false}, t);
      },
      tail);
}

/// Code of `k` within the protected code of a try must not be protected: errors from there are not the try's.
Continuation Generator::guarded(Region* region, const Operand& id, const Continuation& k) {
  Continuation g;
  g.run = [this, region, id, &k](const Datum& d, bool) {
    if (region->function == fs_) {
      suspend(*region);
      k.run(d, false);
      resume(*region);
      return;
    }
    // In another function, called from the protected code: the error is marked as one that only passes through.
    Region own = openRegion();
    Label end = label();
    k.run(d, false);
    jump(Op::kJump, end);
    beginHandler(own);
    uint16_t caught = newLocal();
    emit(Op::kSetLocal, caught);
    Operand exception = localOperand(caught);
    callNative("passThrough", {&exception, &id});
    bind(end);
  };
  return g;
}

void Generator::pushTry(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  const Node* handler = n->children[1];
  bool once = handler == nullptr || isSilent(handler, scope);
  Label end = label();
  uint16_t caught = newLocal();
  if (once && !in.tracked && isSingle(n->children[0], scope)) {
    uint16_t result = newLocal();
    Label after = label();
    Region region = openRegion();
    assign(result, evaluate(n->children[0], in.value, scope));
    jump(Op::kJump, after);
    beginHandler(region);
    emit(Op::kSetLocal, caught);
    Operand exception = localOperand(caught), none;
    Operand error = callNative("caught", {&exception, &none});
    if (handler != nullptr) push(handler, {error, {}, false}, scope, k, false);
    jump(Op::kJump, end);
    bind(after);
    k.run({localOperand(result), {}, false}, tail);
    bind(end);
    return;
  }
  Continuation both = once ? k : shareable(k, in.tracked);
  Operand id = callNative("labelNew", {});
  Region region = openRegion();
  push(n->children[0], in, scope, guarded(&region, id, both), false);
  jump(Op::kJump, end);
  beginHandler(region);
  emit(Op::kSetLocal, caught);
  Operand exception = localOperand(caught);
  Operand error = callNative("caught", {&exception, &id});
  if (handler != nullptr) {
    if (in.tracked) {
      Operand none{Operand::Kind::kFalse, {}, 0, ""};
      push(handler, {error, none, true}, scope, both, tail);
    } else {
      push(handler, {error, {}, false}, scope, both, tail);
    }
  }
  bind(end);
}

void Generator::pushAlternative(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  Continuation both = shareable(k, in.tracked);
  Label end = label();
  CellPlace found = newCell({Operand::Kind::kFalse, {}, 0, ""});
  Continuation each;
  each.run = [&](const Datum& d, bool) {
    Label skip = label();
    load(d.value);
    jump(Op::kJumpIfFalse, skip);
    storeCell(found, {Operand::Kind::kTrue, {}, 0, ""});
    both.run(d, false);
    bind(skip);
  };
  push(n->children[0], in, scope, each, false);
  load(loadCell(found));
  jump(Op::kJumpIfTrue, end);
  push(n->children[1], in, scope, both, tail);
  bind(end);
}

void Generator::pushReduce(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  if (!in.tracked) {
    return pushValue(
        n->children[1], in.value, scope,
        [&](const Operand& start, bool t) {
          Operand result = reduce(n, in.value, start, scope);
          k.run({result, {}, false}, t);
        },
        tail);
  }
  // As in the reference, each round begins with the path of the start.
  Continuation begin;
  begin.run = [&](const Datum& start, bool t) {
    CellPlace value = newCell(start.value);
    pushRounds(n, in, scope, [&](const Scope* inner) {
      Operand now = loadCell(value);
      storeCell(value, {});
      Continuation set;
      set.cheap = true;
      set.run = [&](const Datum& d, bool) { storeCell(value, d.value); };
      push(n->children[2], {now, start.path, true}, inner, set, false);
    });
    Operand v = loadCell(value);
    k.run({v, start.path, true}, t);
  };
  push(n->children[1], in, scope, begin, tail);
}

/// One round for each item of a reduce or foreach and each way in which the patterns bind it.
void Generator::pushRounds(const Node* n, const Datum& in, const Scope* scope,
                           const std::function<void(const Scope*)>& round) {
  auto bound = [&](const Scope* inner, bool) { round(inner); };
  auto each = [&](const Operand& item, bool) { bindPatterns(n->patterns, item, in.value, scope, bound, false); };
  pushValue(n->children[0], in.value, scope, each, false);
}

void Generator::pushForeach(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool) {
  Continuation begin;
  begin.run = [&](const Datum& start, bool) {
    CellPlace value = newCell(start.value);
    pushRounds(n, in, scope, [&](const Scope* inner) {
      Operand nowValue = loadCell(value);
      Continuation set;
      set.run = [&](const Datum& d, bool) {
        storeCell(value, d.value);
        if (n->children[3] == nullptr) return k.run(d, false);
        push(n->children[3], d, inner, k, false);
      };
      push(n->children[2], {nowValue, start.path, in.tracked}, inner, set, false);
    });
  };
  push(n->children[1], in, scope, begin, false);
}

LabelState* Generator::newLabelState() {
  labels_.emplace_back();
  return &labels_.back();
}

void Generator::enter(LabelState& state, const std::function<void()>& body) {
  state.function = fs_;
  state.end = label();
  Operand id = callNative("labelNew", {});
  state.identity = id.place;
  Region region = openRegion();
  body();
  jump(Op::kJump, state.end);
  if (state.remote) {
    uint16_t caught = newLocal();
    beginHandler(region);
    emit(Op::kSetLocal, caught);
    Operand exception = localOperand(caught);
    callNative("labelCaught", {&exception, &id});
  }
  bind(state.end);
}

void Generator::leave(LabelState& state) {
  if (state.function == fs_) return jump(Op::kJump, state.end);
  state.remote = true;
  Operand id{Operand::Kind::kPlace, state.identity, 0, ""};
  callNative("labelThrow", {&id});
}

void Generator::pushLabel(const Node* n, const Datum& in, const Scope* scope, const Continuation& k) {
  LabelState* state = newLabelState();
  Scope* s = newScope(scope, Scope::Kind::kLabel, n->text);
  s->label = state;
  enter(*state, [&] { push(n->children[0], in, s, k, false); });
}

void Generator::pushBreak(const Node* n, const Scope* scope) {
  const Scope* s = find(scope, n->text, 0, Scope::Kind::kLabel);
  if (s == nullptr) return fail("$*label-" + n->text + " is not defined", n);
  leave(*s->label);
  Label l = label();
  bind(l);  // the builder goes on
}

void Generator::pushBind(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail) {
  if (n->patterns.size() == 1) {
    return pushValue(
        n->children[0], in.value, scope,
        [&](const Operand& value, bool t) {
          bindPatterns(
              n->patterns, value, in.value, scope,
              [&](const Scope* inner, bool t2) { push(n->children[1], in, inner, k, t2); }, t);
        },
        tail);
  }
  Continuation shared = shareable(k, in.tracked);
  pushValue(
      n->children[0], in.value, scope,
      [&](const Operand& value, bool) {
        // Each alternative in turn; an error in one, or in what it is bound for, leads to the next. The last one's
        // stand.
        std::map<std::string, uint16_t> names;
        const Scope* all = scope;
        for (const Pattern* p : n->patterns) {
          const Scope* added = nullptr;
          bindNames(p, added);
          for (; added != nullptr; added = added->outer) names.emplace(added->name, 0);
        }
        for (auto& [name, local] : names) {
          local = newLocal();
          Scope* s = newScope(all, Scope::Kind::kVariable, name);
          s->place = {fs_, local, ""};
          all = s;
        }
        Label end = label();
        for (size_t i = 0; i < n->patterns.size(); i++) {
          for (auto& [name, local] : names) assign(local, {});
          bool last = i + 1 == n->patterns.size();
          if (last) {
            destructure(
                n->patterns[i], 0, value, in.value, all,
                [&](const Scope* inner, bool) { push(n->children[1], in, inner, shared, false); }, false, &names);
            break;
          }
          Operand id = callNative("labelNew", {});
          Region region = openRegion();
          Continuation guard = guarded(&region, id, shared);
          destructure(
              n->patterns[i], 0, value, in.value, all,
              [&](const Scope* inner, bool) { push(n->children[1], in, inner, guard, false); }, false, &names);
          jump(Op::kJump, end);
          beginHandler(region);
          uint16_t caught = newLocal();
          emit(Op::kSetLocal, caught);
          Operand exception = localOperand(caught);
          callNative("caught", {&exception, &id});
        }
        bind(end);
      },
      false);
}

void Generator::bindPatterns(const std::vector<Pattern*>& patterns, const Operand& value, const Operand& in,
                             const Scope* scope, const std::function<void(const Scope*, bool)>& body, bool tail) {
  if (patterns.size() == 1) return destructure(patterns[0], 0, value, in, scope, body, tail, nullptr);
  // reduce and foreach with alternatives: the body stands once, behind what binds.
  fail("?// is not supported in reduce and foreach", nullptr);
}

void Generator::destructure(const Pattern* p, size_t entry, const Operand& value, const Operand& in, const Scope* scope,
                            const std::function<void(const Scope*, bool)>& body, bool tail,
                            const std::map<std::string, uint16_t>* shared) {
  auto bindTo = [&](const std::string& name, const Operand& v) -> const Scope* {
    if (shared != nullptr) {
      auto it = shared->find(name);
      assign(it->second, v);
      return scope;
    }
    Scope* s = newScope(scope, Scope::Kind::kVariable, name);
    if (v.kind == Operand::Kind::kPlace) {
      s->place = v.place;
    } else {
      uint16_t local = newLocal();
      assign(local, v);
      s->place = {fs_, local, ""};
    }
    return s;
  };
  if (p->kind == Pattern::Kind::kVariable) return body(bindTo(p->name, value), tail);
  if (entry == p->entries.size()) return body(scope, tail);
  const Pattern::Entry& e = p->entries[entry];
  auto with = [&](const Operand& key, const Scope* s, bool t) {
    Operand part = callNative("index", {&value, &key});
    auto rest = [&, part](const Scope* after, bool t2) {
      destructure(p, entry + 1, value, in, after, body, t2, shared);
    };
    if (e.value == nullptr) return rest(s, t);
    destructure(e.value, 0, part, in, s, rest, t, shared);
  };
  if (p->kind == Pattern::Kind::kArray) {
    return with({Operand::Kind::kNumber, {}, static_cast<double>(entry), ""}, scope, tail);
  }
  pushValue(
      e.key, in, scope,
      [&](const Operand& key, bool t) {
        const Scope* s = scope;
        if (!e.variable.empty()) {
          Operand part = callNative("index", {&value, &key});
          s = bindTo(e.variable, part);
        }
        with(key, s, t);
      },
      tail);
}

/// Values of several filters in every combination.
void Generator::pushCartesian(const std::vector<const Node*>& nodes, size_t i, const Operand& in, const Scope* scope,
                              std::vector<Operand>& values, bool lastFirst, const std::function<void(bool)>& k,
                              bool tail) {
  if (i == nodes.size()) return k(tail);
  size_t at = lastFirst ? nodes.size() - 1 - i : i;
  pushValue(
      nodes[at], in, scope,
      [&](const Operand& v, bool t) {
        values[at] = v;
        pushCartesian(nodes, i + 1, in, scope, values, lastFirst, k, t);
      },
      tail);
}

/// Operators, constructors and the like with operands that have several outputs.
void Generator::pushOther(const Node* n, const Operand& in, const Scope* scope, const Continuation& k, bool tail) {
  auto give = [&](const Operand& v, bool t) { k.run({v, {}, false}, t); };
  std::vector<const Node*> nodes(n->children.begin(), n->children.end());
  std::vector<Operand> values(nodes.size());
  switch (n->kind) {
    case NodeKind::kBinary:
      return pushCartesian(
          nodes, 0, in, scope, values, true,
          [&](bool t) { give(callNative(nameOf(n->op), {&values[0], &values[1]}), t); }, tail);
    case NodeKind::kNegate:
      return pushCartesian(
          nodes, 0, in, scope, values, true, [&](bool t) { give(callNative("negate", {&values[0]}), t); }, tail);
    case NodeKind::kObject: {
      return pushCartesian(
          nodes, 0, in, scope, values, false, [&](bool t) { give(callNativeList("object", values), t); }, tail);
    }
    case NodeKind::kInterpolation: {
      return pushCartesian(
          nodes, 0, in, scope, values, true,
          [&](bool t) {
            std::vector<Operand> texts;
            for (size_t i = 0; i < nodes.size(); i++)
              texts.push_back(nodes[i]->kind == NodeKind::kString ? values[i] : toText(values[i], n->text));
            uint16_t result = newLocal();
            for (const Operand& o : texts) load(o);
            if (texts.size() > 1) emit(Op::kConcat, static_cast<int64_t>(texts.size()));
            emit(Op::kSetLocal, result);
            give(localOperand(result), t);
          },
          tail);
    }
    case NodeKind::kAnd:
    case NodeKind::kOr: {
      bool isAnd = n->kind == NodeKind::kAnd;
      Continuation both = shareable(k, false);
      pushValue(
          nodes[0], in, scope,
          [&](const Operand& a, bool) {
            Label other = label(), end = label();
            load(a);
            jump(isAnd ? Op::kJumpIfFalse : Op::kJumpIfTrue, other);
            pushValue(
                nodes[1], in, scope,
                [&](const Operand& b, bool t) {
                  uint16_t result = newLocal();
                  load(b);
                  emit(Op::kNot);
                  emit(Op::kNot);
                  emit(Op::kSetLocal, result);
                  both.run({localOperand(result), {}, false}, t);
                },
                false);
            jump(Op::kJump, end);
            bind(other);
            both.run({{isAnd ? Operand::Kind::kFalse : Operand::Kind::kTrue, {}, 0, ""}, {}, false}, false);
            bind(end);
          },
          false);
      return;
    }
    case NodeKind::kAssign:
    case NodeKind::kArithmeticUpdate:
    case NodeKind::kAlternativeUpdate:
      return pushValue(
          n->children[1], in, scope, [&](const Operand& v, bool t) { give(assignPaths(n, in, v, scope), t); }, tail);
    default: fail("filter cannot be compiled", n);
  }
}

}  // namespace devvm::jq
