// Locals, captured values, regions, calls of natives.
#include <algorithm>

#include "languages/jq/generator.h"

namespace devvm::jq {

using bytecode::SlotKind;
using bytecode::Upvalue;

namespace {
constexpr uint16_t kMostLocals = 250;
}

void Generator::emit(Op op) { fs_->builder.emit(op); }
void Generator::emit(Op op, int64_t a) { fs_->builder.emit(op, a); }
void Generator::emit(Op op, int64_t a, int64_t b) { fs_->builder.emit(op, a, b); }
void Generator::emit(Op op, int64_t a, int64_t b, int64_t c) { fs_->builder.emit(op, a, b, c); }
void Generator::jump(Op op, Label target) { fs_->builder.emitJump(op, target); }

uint16_t Generator::newLocal(SlotKind kind) {
  auto& free = kind == SlotKind::kValue ? fs_->freeValues : fs_->freeRaws;
  for (size_t i = free.size(); i-- > 0;) {
    if (fs_->kinds[free[i]] != kind) continue;
    uint16_t local = free[i];
    free.erase(free.begin() + static_cast<std::ptrdiff_t>(i));
    fs_->allocated.push_back(local);
    return local;
  }
  if (fs_->kinds.size() >= kMostLocals) {
    fail("filter is too large: too many values at once", nullptr);
    return 0;
  }
  fs_->kinds.push_back(kind);
  fs_->allocated.push_back(static_cast<uint16_t>(fs_->kinds.size() - 1));
  return static_cast<uint16_t>(fs_->kinds.size() - 1);
}

void FunctionState::keepOnly(size_t mark, const Operand& kept) {
  bool found = false;
  for (size_t i = mark; i < allocated.size(); i++) {
    uint16_t local = allocated[i];
    if (kept.kind == Operand::Kind::kPlace && kept.place.function == this && kept.place.global.empty() &&
        kept.place.local == local) {
      found = true;
      continue;
    }
    (kinds[local] == SlotKind::kValue ? freeValues : freeRaws).push_back(local);
  }
  if (allocated.size() > mark) allocated.resize(mark);
  if (found) allocated.push_back(kept.place.local);
}

void Generator::global(std::string_view name) { emit(Op::kGetGlobal, 0, fs_->builder.constant(std::string(name))); }

void Generator::load(const Operand& o) {
  switch (o.kind) {
    case Operand::Kind::kNull: return emit(Op::kNil);
    case Operand::Kind::kTrue: return emit(Op::kTrue);
    case Operand::Kind::kFalse: return emit(Op::kFalse);
    case Operand::Kind::kNumber: return fs_->builder.emitConstant(o.number);
    case Operand::Kind::kString: return fs_->builder.emitConstant(o.text);
    case Operand::Kind::kPlace: return loadPlace(o.place);
  }
}

void Generator::loadPlace(const Place& p) {
  if (!p.global.empty()) return global(p.global);
  if (p.function == fs_) return emit(Op::kGetLocal, p.local);
  emit(Op::kGetCapture, upvalue(fs_, p.function, p.local, false));
}

int64_t Generator::upvalue(FunctionState* fs, FunctionState* owner, uint16_t local, bool cell) {
  bool direct = fs->parent == owner;
  if (fs->parent == nullptr) {
    fail("filter cannot be compiled (a value is out of reach)", nullptr);
    return 0;
  }
  Upvalue wanted;
  if (direct) {
    wanted.from = cell ? Upvalue::From::kParentLocal : Upvalue::From::kParentValue;
    wanted.index = static_cast<uint8_t>(local);
  } else {
    wanted.from = Upvalue::From::kParentUpvalue;
    wanted.index = static_cast<uint8_t>(upvalue(fs->parent, owner, local, cell));
  }
  auto& list = fs->function.upvalues;
  for (size_t i = 0; i < list.size(); i++) {
    if (list[i].from == wanted.from && list[i].index == wanted.index) return static_cast<int64_t>(i);
  }
  if (list.size() >= kMostLocals) {
    fail("filter is too large: too many values are captured", nullptr);
    return 0;
  }
  list.push_back(wanted);
  return static_cast<int64_t>(list.size() - 1);
}

void Generator::callNativeInto(uint16_t result, std::string_view name,
                               std::initializer_list<const Operand*> arguments) {
  global(name);
  for (const Operand* a : arguments) load(*a);
  emit(Op::kCall, static_cast<int64_t>(arguments.size()), 1);
  emit(Op::kSetLocal, result);
}

Operand Generator::callNative(std::string_view name, std::initializer_list<const Operand*> arguments) {
  uint16_t result = newLocal();
  callNativeInto(result, name, arguments);
  return localOperand(result);
}

Operand Generator::callNativeList(std::string_view name, const std::vector<Operand>& arguments) {
  uint16_t result = newLocal();
  global(name);
  for (const Operand& a : arguments) load(a);
  emit(Op::kCall, static_cast<int64_t>(arguments.size()), 1);
  emit(Op::kSetLocal, result);
  return localOperand(result);
}

void Generator::assign(uint16_t local, const Operand& value) {
  load(value);
  emit(Op::kSetLocal, local);
}

CellPlace Generator::newCell(const Operand& value) {
  CellPlace cell{fs_, newLocal()};
  load(value);
  emit(Op::kSetLocal, cell.local);
  emit(Op::kNewCell, cell.local);
  return cell;
}

void Generator::storeCell(const CellPlace& cell, const Operand& value) {
  load(value);
  if (cell.function == fs_) return emit(Op::kSetCell, cell.local);
  emit(Op::kSetUpvalue, upvalue(fs_, cell.function, cell.local, true));
}

Operand Generator::loadCell(const CellPlace& cell) {
  uint16_t result = newLocal();
  if (cell.function == fs_) {
    emit(Op::kGetCell, cell.local);
  } else {
    emit(Op::kGetUpvalue, upvalue(fs_, cell.function, cell.local, true));
  }
  emit(Op::kSetLocal, result);
  return localOperand(result);
}

FunctionState* Generator::beginFunction(uint8_t parameters, const std::string& name) {
  functions_.emplace_back();
  bytecode::Function& f = functions_.back();
  f.name = name;
  f.parameters = parameters;
  states_.push_back(std::make_unique<FunctionState>(f, fs_));
  FunctionState* state = states_.back().get();
  state->index = static_cast<uint32_t>(functions_.size() - 1);
  state->kinds.assign(parameters, SlotKind::kValue);
  // The environment, which holds the natives.
  f.upvalues.push_back({fs_ == nullptr ? Upvalue::From::kParentLocal : Upvalue::From::kParentUpvalue, 0, "_ENV"});
  fs_ = state;
  return state;
}

void Generator::endFunction() {
  emit(Op::kReturn0);
  FunctionState* state = fs_;
  state->builder.useLocals(static_cast<uint16_t>(state->kinds.size()));
  bool raw = std::any_of(state->kinds.begin(), state->kinds.end(), [](SlotKind k) { return k != SlotKind::kValue; });
  if (raw) state->function.localKinds = state->kinds;
  std::string error;
  if (!failed_ && !state->builder.finish(error)) fail("filter is too large: " + error, nullptr);
  fs_ = state->parent;
}

Region Generator::openRegion() {
  Region r;
  r.function = fs_;
  r.handler = label();
  resume(r);
  return r;
}

void Generator::resume(Region& r) {
  r.start = label();
  bind(r.start);
  r.open = true;
}

void Generator::suspend(Region& r) {
  if (!r.open) return;
  Label end = label();
  // A label makes what follows reachable for the builder: only code that can be reached goes on.
  bool reachable = fs_->builder.reachable();
  bind(end);
  if (!reachable) emit(Op::kReturn0);
  r.pieces.emplace_back(r.start, end);
  r.open = false;
}

void Generator::beginHandler(Region& r) {
  suspend(r);
  bind(r.handler);
  for (auto [start, end] : r.pieces) {
    fs_->builder.addRegion(bytecode::ExceptionRegion::Kind::kCatch, start, end, r.handler, 0);
  }
}

void Generator::fail(std::string message, const Node* node) {
  failed_ = true;
  if (node == nullptr) {
    messages_.push_back("jq: error: " + message + "\n");
    return;
  }
  messages_.push_back(renderError({std::move(message), node->begin, node->end}, source_, file_));
}

}  // namespace devvm::jq
