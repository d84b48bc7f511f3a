// Functions, and what all parts of code generation emit with.
#include "languages/lua/compiler/codegen.h"

#include <algorithm>

namespace devvm::lua {

// ---- modules ----------------------------------------------------------------------------------------

bool ModuleGenerator::generate(Function* main, bytecode::Module& module, std::string& error, uint32_t& errorLine) {
  module.mainFunction = addFunction(main);
  error = error_;
  errorLine = errorLine_;
  if (!error_.empty()) return false;
  module.functions.reserve(functions_.size());
  for (bytecode::Function& function : functions_) module.functions.push_back(std::move(function));
  return true;
}

uint32_t ModuleGenerator::addFunction(Function* function) {
  auto index = static_cast<uint32_t>(functions_.size());
  functions_.emplace_back();
  FunctionGenerator(*this, function, index).generate();
  return index;
}

void ModuleGenerator::fail(std::string message, uint32_t line) {
  if (!error_.empty()) return;
  error_ = std::move(message);
  errorLine_ = line;
}

// ---- functions --------------------------------------------------------------------------------------

FunctionGenerator::FunctionGenerator(ModuleGenerator& module, Function* function, uint32_t index)
    : module_(module), ast_(function), index_(index), out_(module.functions_[index]), builder_(out_) {}

void FunctionGenerator::generate() {
  bool isMain = ast_->parent == nullptr;
  out_.name = ast_->name;
  out_.lineDefined = ast_->lineDefined;
  out_.lastLine = ast_->lastLine;
  out_.flags = static_cast<uint8_t>((ast_->isVararg ? bytecode::kVararg : 0) | (isMain ? bytecode::kMainChunk : 0));
  out_.parameters = static_cast<uint8_t>(ast_->parameters.size());
  for (const UpvalueEntry& upvalue : ast_->upvalues) {
    auto from = upvalue.fromLocal ? bytecode::Upvalue::From::kParentLocal : bytecode::Upvalue::From::kParentUpvalue;
    out_.upvalues.push_back({from, upvalue.index, std::string(upvalue.name->text)});
  }
  builder_.useLocals(ast_->slots);

  // Parameters arrive as values; the variable table says where each becomes a cell.
  atLine(firstLine(ast_->body));
  for (LocalVariable* parameter : ast_->parameters) {
    if (!parameter->captured) {
      beginVariable(parameter);
      continue;
    }
    uint32_t handle = builder_.beginVariable(parameter->name->text, parameter->slot, false);
    makeCell(parameter);
    builder_.endVariable(handle);
    beginVariable(parameter);
  }
  top_ = ast_->parameters.size();
  useSlots(top_);
  blockBody(ast_->body);
  atLine(ast_->body->endLine);
  emit(Op::kReturn0);
  endVariables(0);
  emitHandlers();

  std::string error;
  if (!builder_.finish(error)) module_.fail(error, ast_->lineDefined);
}

// ---- emission ---------------------------------------------------------------------------------------

bool FunctionGenerator::prepare() {
  if (!builder_.reachable()) return false;
  if (reopen_) reopenScopes();
  return true;
}

void FunctionGenerator::emit(Op op) {
  if (prepare()) builder_.emit(op);
}
void FunctionGenerator::emit(Op op, int64_t a) {
  if (prepare()) builder_.emit(op, a);
}
void FunctionGenerator::emit(Op op, int64_t a, int64_t b) {
  if (prepare()) builder_.emit(op, a, b);
}
void FunctionGenerator::emit(Op op, int64_t a, int64_t b, int64_t c) {
  if (prepare()) builder_.emit(op, a, b, c);
}

void FunctionGenerator::jump(Op op, Target& target) {
  if (!prepare()) return;
  if (!target.label.valid()) target.label = builder_.newLabel();
  builder_.emitJump(op, target.label);
}

/// A target that nothing jumps to is not bound, which would end a basic block for nothing.
void FunctionGenerator::bind(Target& target) {
  if (target.label.valid()) builder_.bind(target.label);
}

uint32_t FunctionGenerator::symbolConstant(Symbol* symbol) {
  ModuleGenerator::SymbolConstant& known = module_.constants_[symbol->id];
  if (known.function != index_) known = {index_, builder_.constant(std::string(symbol->text))};
  return known.index;
}

// ---- variables --------------------------------------------------------------------------------------

void FunctionGenerator::beginVariable(std::string_view name, uint16_t slot, bool isCell) {
  variables_.push_back(builder_.beginVariable(name, slot, isCell));
}

void FunctionGenerator::beginVariable(const LocalVariable* variable) {
  beginVariable(variable->name->text, variable->slot, variable->captured);
}

void FunctionGenerator::endVariables(size_t count) {
  while (variables_.size() > count) {
    builder_.endVariable(variables_.back());
    variables_.pop_back();
  }
}

void FunctionGenerator::useSlots(uint32_t count) {
  used_ = std::max(used_, count);
  // The format gives local slots one byte; the parser's count of registers keeps real programs below that.
  if (count > UINT8_MAX) module_.fail("function or expression needs too many registers", ast_->lineDefined);
  builder_.useLocals(static_cast<uint16_t>(count));
}

/// Pops the value of a new variable.
void FunctionGenerator::initialise(LocalVariable* variable) {
  emit(Op::kSetLocal, variable->slot);
  makeCell(variable);
}

void FunctionGenerator::makeCell(const LocalVariable* variable) {
  if (variable->captured) emit(Op::kNewCell, variable->slot);
}

}  // namespace devvm::lua
