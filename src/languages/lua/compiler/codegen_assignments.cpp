// Assignments to one and to several places.
#include "languages/lua/compiler/codegen.h"
#include "languages/lua/compiler/operands.h"

namespace devvm::lua {
namespace {

/// Whether evaluating `e` reads the local `variable`; may say so where it does not, if `e` is large.
bool mentions(Expr* e, const LocalVariable* variable) {
  constexpr size_t kBudget = 32;
  Expr* queue[kBudget];
  size_t count = 0, next = 0;
  bool overflow = false;
  auto add = [&](Expr* operand) {
    if (count == kBudget) {
      overflow = true;
    } else {
      queue[count++] = operand;
    }
  };
  add(e);
  while (next < count && !overflow) {
    e = strip(queue[next++]);
    switch (e->kind) {
      case ExprKind::kLocal:
        if (static_cast<LocalExpr*>(e)->variable == variable) return true;
        break;
      case ExprKind::kUnary: add(static_cast<UnaryExpr*>(e)->operand); break;
      case ExprKind::kBinary:
        add(static_cast<BinaryExpr*>(e)->left);
        add(static_cast<BinaryExpr*>(e)->right);
        break;
      case ExprKind::kIndex:
        add(static_cast<IndexExpr*>(e)->object);
        add(static_cast<IndexExpr*>(e)->key);
        break;
      case ExprKind::kNil:
      case ExprKind::kTrue:
      case ExprKind::kFalse:
      case ExprKind::kInteger:
      case ExprKind::kFloat:
      case ExprKind::kString:
      case ExprKind::kUpvalue:
      case ExprKind::kVararg: break;
      default: return true;
    }
  }
  return overflow;
}

}  // namespace

// ---- one target -------------------------------------------------------------------------------------

/// Position of a store that happens on `line`.
void FunctionGenerator::atStore(const Expr* target, uint32_t line) {
  builder_.setPosition(line, target->textLine == line ? target->column : 0);
}

/// `storeLine` is where the store happens.
void FunctionGenerator::assign(Expr* target, Expr* value, uint32_t storeLine) {
  if (target->kind == ExprKind::kIndex) return assignIndex(static_cast<IndexExpr*>(target), value, storeLine);
  if (target->kind == ExprKind::kGlobal) {
    auto* global = static_cast<GlobalExpr*>(target);
    if (strip(global->environment)->kind != ExprKind::kUpvalue || !isShort(global->name)) {
      StringExpr key(global->name);
      IndexExpr field(global->environment, &key);
      field.textLine = global->textLine;
      field.column = global->column;
      return assignIndex(&field, value, storeLine);
    }
  }
  if (isUncapturedLocal(target) && assignShortCircuit(static_cast<LocalExpr*>(target)->variable, value)) return;
  push(value);
  if (target->kind == ExprKind::kGlobal) {
    atStore(target, storeLine);
  } else {
    onLine(storeLine);
  }
  storeVariable(target);
}

/// `x = x or e` and `x = x and e`: stores only if e is evaluated.
bool FunctionGenerator::assignShortCircuit(LocalVariable* variable, Expr* value) {
  auto* logical = as<LogicalExpr>(value, ExprKind::kLogical);
  if (logical == nullptr || logical->operands.size() != 2) return false;
  auto* first = as<LocalExpr>(logical->operands.front(), ExprKind::kLocal);
  if (first == nullptr || first->variable != variable) return false;
  Target end;
  jumpIf(!logical->isAnd, first, end);
  push(logical->operands.back());
  emit(Op::kSetLocal, variable->slot);
  bind(end);
  return true;
}

/// Pops into a local, an upvalue, or a global with a short name whose environment is an upvalue.
void FunctionGenerator::storeVariable(Expr* variable) {
  if (variable->kind == ExprKind::kUpvalue) {
    emit(Op::kSetUpvalue, static_cast<UpvalueExpr*>(variable)->index);
  } else if (variable->kind == ExprKind::kLocal) {
    LocalVariable* local = static_cast<LocalExpr*>(variable)->variable;
    emit(local->captured ? Op::kSetCell : Op::kSetLocal, local->slot);
  } else {
    auto* global = static_cast<GlobalExpr*>(variable);
    emit(Op::kSetGlobal, static_cast<UpvalueExpr*>(strip(global->environment))->index, symbolConstant(global->name));
  }
}

/// Pushes an object or key that is stored to when `value` has been pushed behind it. A local variable is no
/// step of its own: reading it belongs to the value.
void FunctionGenerator::pushBefore(Expr* operand, Expr* value) {
  Expr* e = strip(operand);
  if (e->kind != ExprKind::kLocal) return push(operand);
  onLine(firstLine(value));
  pushVariable(e);
}

void FunctionGenerator::assignIndex(IndexExpr* target, Expr* value, uint32_t storeLine) {
  Expr* object = strip(target->object);
  Expr* key = strip(target->key);
  Symbol* field = nullptr;
  if (key->kind == ExprKind::kString && isShort(static_cast<StringExpr*>(key)->value))
    field = static_cast<StringExpr*>(key)->value;

  if (isUncapturedLocal(object) && (field != nullptr || isUncapturedLocal(key) || isSmallInteger(key))) {
    // The object and key are read when the value is known; nothing can have changed them.
    push(value);
    atStore(target, storeLine);
    if (field != nullptr) {
      emit(Op::kSetFieldL, slotOf(object), symbolConstant(field));
    } else if (isSmallInteger(key)) {
      emit(Op::kSetIndexLI, slotOf(object), static_cast<IntegerExpr*>(key)->value);
    } else {
      emit(Op::kSetIndexLL, slotOf(object), slotOf(key));
    }
    return;
  }

  // What calls may change is read last, behind the value, and rotated into its place.
  bool lateObject = (isReadLate(object) && (target->key->hasCall || value->hasCall)) ||
                    (isReassignedUpvalue(object) && field != nullptr && value->hasCall);
  bool lateKey = field == nullptr && isReadLate(key) && value->hasCall;
  bool keyFirst = !lateObject && field == nullptr && target->key->hasCall && isReassignedUpvalue(object);
  if (keyFirst) {
    push(key);
    pushVariable(object);
    emit(Op::kSwap);
  } else {
    if (!lateObject) pushBefore(target->object, field == nullptr && !lateKey && !isLocalOrLiteral(key) ? key : value);
    if (field == nullptr && !lateKey) pushBefore(target->key, value);
  }
  push(value);
  if (lateObject) {
    // Stack: [key] value; with the object on top, one rotation too few brings the value up if there is a key.
    atStore(target, storeLine);
    pushVariable(object);
    if (field != nullptr) {
      emit(Op::kSwap);
    } else if (lateKey) {
      pushVariable(key);
      emit(Op::kRot);
    } else {
      emit(Op::kRot);
      emit(Op::kRot);
    }
  } else if (lateKey) {
    atStore(target, storeLine);
    pushVariable(key);
    emit(Op::kSwap);
  }
  atStore(target, storeLine);
  if (field != nullptr) {
    emit(Op::kSetField, symbolConstant(field));
  } else {
    emit(Op::kSetIndex);
  }
}

// ---- several targets --------------------------------------------------------------------------------

/// Pushes exactly `count` values.
void FunctionGenerator::pushValues(ExprList& values, uint32_t count) {
  uint32_t pushed = 0;
  for (auto* node = values.first(); node != nullptr; node = node->next) {
    if (node->next == nullptr && isMulti(node->value)) {
      uint32_t wanted = count > pushed ? count - pushed : 0;
      pushMany(node->value, wanted);
      pushed += wanted;
    } else if (pushed < count) {
      push(node->value);
      ++pushed;
    } else {
      discard(node->value);
    }
  }
  for (; pushed < count; ++pushed) emit(Op::kNil);
}

/// If all targets are locals and no value reads a target assigned before it, stores each value at once:
/// `i, j = i + 1, j - 1`.
bool FunctionGenerator::assignIndependently(AssignStat* stat) {
  if (stat->targets.size() != stat->values.size()) return false;
  for (Expr* target : stat->targets) {
    if (!isUncapturedLocal(target)) return false;
  }
  auto* value = stat->values.first();
  for (auto* target = stat->targets.first(); target != nullptr; target = target->next, value = value->next) {
    LocalVariable* variable = static_cast<LocalExpr*>(target->value)->variable;
    auto* laterValue = value->next;
    for (auto* later = target->next; later != nullptr; later = later->next, laterValue = laterValue->next) {
      if (static_cast<LocalExpr*>(later->value)->variable == variable) return false;
      if (mentions(laterValue->value, variable)) return false;
    }
  }
  value = stat->values.first();
  for (Expr* target : stat->targets) {
    push(value->value);
    storeVariable(target);
    value = value->next;
  }
  return true;
}

/// The slot of an object or key that is used when all values are known. The reference leaves locals in their
/// registers until then, unless the statement assigns them on the way: stores go from the last target to the
/// first, so only targets after this one count. Then it takes a copy.
uint16_t FunctionGenerator::prepareOperand(Assignment& assignment, ExprList::Node* target, Expr* operand,
                                           bool canBeLate, Expr*& late) {
  Expr* e = strip(operand);
  bool assigned = false;
  for (auto* later = target->next; later != nullptr; later = later->next) {
    if (later->value->kind != e->kind) continue;
    if (e->kind == ExprKind::kLocal) {
      assigned = assigned || static_cast<LocalExpr*>(later->value)->variable == static_cast<LocalExpr*>(e)->variable;
    } else if (e->kind == ExprKind::kUpvalue) {
      assigned = assigned || static_cast<UpvalueExpr*>(later->value)->index == static_cast<UpvalueExpr*>(e)->index;
    }
  }
  if (isUncapturedLocal(e) && !assigned) return slotOf(e);
  uint32_t slot = assignment.temporary++;
  useSlots(assignment.temporary);
  if (canBeLate && assignment.calls && !assigned) {
    late = e;
  } else {
    pushBefore(operand, assignment.stat->values.front());
    emit(Op::kSetLocal, slot);
  }
  return static_cast<uint16_t>(slot);
}

FunctionGenerator::Place FunctionGenerator::preparePlace(Assignment& assignment, ExprList::Node* node) {
  Expr* target = node->value;
  Place place{Place::Kind::kVariable, target};
  Expr* object;
  Expr* key = nullptr;
  if (target->kind == ExprKind::kGlobal) {
    auto* global = static_cast<GlobalExpr*>(target);
    object = global->environment;
    if (strip(object)->kind == ExprKind::kUpvalue && isShort(global->name)) return place;
    place.field = global->name;
  } else if (target->kind == ExprKind::kIndex) {
    object = static_cast<IndexExpr*>(target)->object;
    key = strip(static_cast<IndexExpr*>(target)->key);
    if (key->kind == ExprKind::kString) place.field = static_cast<StringExpr*>(key)->value;
  } else {
    return place;
  }
  Expr* base = strip(object);
  bool late = isReadLate(base) || (isReassignedUpvalue(base) && place.field != nullptr);
  place.object = prepareOperand(assignment, node, object, late, place.lateObject);
  if (place.field != nullptr) {
    place.kind = Place::Kind::kField;
  } else if (isSmallInteger(key)) {
    place.kind = Place::Kind::kIndexInteger;
    place.integer = static_cast<IntegerExpr*>(key)->value;
  } else {
    place.kind = Place::Kind::kIndexLocal;
    place.key = prepareOperand(assignment, node, static_cast<IndexExpr*>(target)->key, isReadLate(key), place.lateKey);
  }
  return place;
}

void FunctionGenerator::storeField(uint16_t object, Symbol* name) {
  if (isShort(name)) return emit(Op::kSetFieldL, object, symbolConstant(name));
  emit(Op::kGetLocal, object);
  emit(Op::kSwap);
  emitString(name);
  emit(Op::kSwap);
  emit(Op::kSetIndex);
}

/// Pops the value.
void FunctionGenerator::store(const Place& place) {
  if (place.lateObject != nullptr) {
    pushVariable(place.lateObject);
    emit(Op::kSetLocal, place.object);
  }
  if (place.lateKey != nullptr) {
    pushVariable(place.lateKey);
    emit(Op::kSetLocal, place.key);
  }
  switch (place.kind) {
    case Place::Kind::kVariable: storeVariable(place.variable); break;
    case Place::Kind::kField: storeField(place.object, place.field); break;
    case Place::Kind::kIndexLocal: emit(Op::kSetIndexLL, place.object, place.key); break;
    case Place::Kind::kIndexInteger: emit(Op::kSetIndexLI, place.object, place.integer); break;
  }
}

void FunctionGenerator::assignMany(AssignStat* stat) {
  if (assignIndependently(stat)) return;
  Assignment assignment{stat, false, top_};
  for (Expr* target : stat->targets) assignment.calls = assignment.calls || target->hasCall;
  for (Expr* value : stat->values) assignment.calls = assignment.calls || value->hasCall;
  std::vector<Place> places;
  places.reserve(stat->targets.size());
  for (auto* target = stat->targets.first(); target != nullptr; target = target->next) {
    places.push_back(preparePlace(assignment, target));
  }
  pushValues(stat->values, stat->targets.size());
  while (!places.empty()) {
    onLine(stat->endLine);
    store(places.back());
    places.pop_back();
  }
}

}  // namespace devvm::lua
