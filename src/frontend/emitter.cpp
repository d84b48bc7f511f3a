#include "frontend/emitter.h"

#include <algorithm>

namespace devvm::frontend {

using bytecode::Op;
using bytecode::Upvalue;

namespace {
constexpr size_t kMostUpvalues = 255;
constexpr uint32_t kMostSlots = 65'000;
constexpr const char* kEnvironmentName = "_ENV";
}  // namespace

ModuleEmitter::ModuleEmitter(const SourceFile& source, std::string chunkName, std::string language)
    : source_(source), chunkName_(std::move(chunkName)), language_(std::move(language)) {}

bool ModuleEmitter::take(bytecode::Module& module, std::string& error, uint32_t& line) {
  if (!error_.empty()) {
    error = std::move(error_);
    line = errorLine_;
    return false;
  }
  module.source = std::move(chunkName_);
  module.language = std::move(language_);
  module.functions.assign(std::make_move_iterator(functions_.begin()), std::make_move_iterator(functions_.end()));
  module.mainFunction = 0;
  return true;
}

FunctionEmitter::FunctionEmitter(ModuleEmitter& module, FunctionEmitter* parent, const FunctionScope* scope,
                                 const FunctionFacts& facts)
    : module_(module),
      parent_(parent),
      scope_(scope),
      index_(static_cast<uint32_t>(module.functions_.size())),
      out_(module.functions_.emplace_back()),
      builder_(out_) {
  out_.name = facts.name;
  out_.parameters = facts.parameters;
  out_.flags = facts.flags;
  if (facts.isMain) {
    out_.flags |= bytecode::kMainChunk | bytecode::kVararg;
    addUpvalue(nullptr, {Upvalue::From::kParentLocal, 0, kEnvironmentName});
  } else {
    out_.lineDefined = module.source_.positionOf(facts.place.begin).line;
  }
  out_.lastLine = module.source_.positionOf(facts.place.end).line;
}

void FunctionEmitter::at(Span span) {
  Position p = module_.source_.positionOf(span.begin);
  builder_.setPosition(p.line, p.column);
}

int64_t FunctionEmitter::addUpvalue(const Variable* v, Upvalue upvalue) {
  upvalues_.push_back(v);
  out_.upvalues.push_back(std::move(upvalue));
  if (upvalues_.size() > kMostUpvalues && module_.error_.empty()) {
    module_.error_ = "too many captured variables in function";
    module_.errorLine_ = out_.lineDefined;
  }
  return static_cast<int64_t>(std::min(upvalues_.size(), kMostUpvalues) - 1);
}

int64_t FunctionEmitter::upvalueOf(const Variable* v) {
  auto found = std::find(upvalues_.begin(), upvalues_.end(), v);
  if (found != upvalues_.end()) {
    return std::min<int64_t>(found - upvalues_.begin(), int64_t{kMostUpvalues} - 1);
  }
  std::string name(v != nullptr ? v->name->text : kEnvironmentName);
  if (v != nullptr && v->owner == parent_->scope_) {
    auto from = v->needsCell() ? Upvalue::From::kParentLocal : Upvalue::From::kParentValue;
    return addUpvalue(v, {from, static_cast<uint8_t>(v->slot), std::move(name)});
  }
  auto outer = static_cast<uint8_t>(parent_->upvalueOf(v));
  return addUpvalue(v, {Upvalue::From::kParentUpvalue, outer, std::move(name)});
}

int64_t FunctionEmitter::environment() { return upvalueOf(nullptr); }

void FunctionEmitter::load(const Variable* v) {
  if (v->owner != scope_) {
    int64_t index = upvalueOf(v);
    return emit(v->needsCell() ? Op::kGetUpvalue : Op::kGetCapture, index);
  }
  if (v->needsCell()) return emit(Op::kGetCell, v->slot);
  emit(v->slot <= UINT8_MAX ? Op::kGetLocal : Op::kGetLocalW, v->slot);
}

void FunctionEmitter::store(const Variable* v) {
  if (v->owner != scope_) return emit(Op::kSetUpvalue, upvalueOf(v));
  if (v->needsCell()) return emit(Op::kSetCell, v->slot);
  emit(v->slot <= UINT8_MAX ? Op::kSetLocal : Op::kSetLocalW, v->slot);
}

void FunctionEmitter::initialize(const Variable* v) {
  emit(v->slot <= UINT8_MAX ? Op::kSetLocal : Op::kSetLocalW, v->slot);
  parameter(v);
}

void FunctionEmitter::parameter(const Variable* v) {
  if (v->needsCell()) {
    emit(Op::kNewCell, v->slot);
    if (v->slot > UINT8_MAX && module_.error_.empty()) {
      module_.error_ = "too many local variables in function";
      module_.errorLine_ = out_.lineDefined;
    }
  }
  builder_.useLocals(static_cast<uint16_t>(v->slot + 1));
  open_.push_back(builder_.beginVariable(v->name->text, v->slot, v->needsCell()));
}

void FunctionEmitter::endVariables(size_t count) {
  for (; open_.size() > count; open_.pop_back()) builder_.endVariable(open_.back());
}

FunctionEmitter::Loop FunctionEmitter::beginLoop() {
  Loop loop{label(), label(), label()};
  emit(Op::kLoopHead);
  bind(loop.start);
  return loop;
}

void FunctionEmitter::endLoop(Loop& loop) {
  if (!builder_.isBound(loop.again)) bind(loop.again);
  if (builder_.reachable()) jump(Op::kLoop, loop.start);
  bind(loop.end);
}

bool FunctionEmitter::finish() {
  endVariables(0);
  std::string error;
  bool tooMany = scope_->slots > kMostSlots;
  if (!tooMany) builder_.useLocals(static_cast<uint16_t>(scope_->slots));
  if (tooMany || !builder_.finish(error)) {
    if (module_.error_.empty()) {
      module_.error_ = tooMany ? "too many local variables in function" : error;
      module_.errorLine_ = out_.lineDefined;
    }
    return false;
  }
  return true;
}

void FunctionEmitter::closure(const FunctionEmitter& child) {
  auto place = static_cast<int64_t>(out_.children.size());
  out_.children.push_back(child.index_);
  if (place > UINT16_MAX && module_.error_.empty()) {
    module_.error_ = "too many functions in function";
    module_.errorLine_ = out_.lineDefined;
  }
  emit(Op::kClosure, std::min<int64_t>(place, UINT16_MAX));
}

}  // namespace devvm::frontend
