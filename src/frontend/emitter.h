// Bytecode of whole modules for front ends that resolve names with scopes.h: functions inside each other, variables in
// slots, cells and upvalues, globals in an environment table, loops, exceptions, positions and the variable table.
//
//   ModuleEmitter module("@a.x", "x", source);
//   FunctionEmitter main(module, nullptr, scope, {.name = "", .isMain = true});
//   main.at(span);  main.load(variable);  main.code().emit(Op::kReturn1);
//   main.finish();
//
// Statements should begin and end with an empty operand stack: then loops and exceptions need no further care.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bytecode/builder.h"
#include "bytecode/module.h"
#include "frontend/scopes.h"

namespace devvm::frontend {

class ModuleEmitter {
 public:
  /// `source` outlives it.
  ModuleEmitter(const SourceFile& source, std::string chunkName, std::string language);

  /// The module; call it once, when the main function is finished. False: `error` says which limit of the format a
  /// function exceeded, `line` where that function begins.
  bool take(bytecode::Module& module, std::string& error, uint32_t& line);
  const SourceFile& source() const { return source_; }

 private:
  friend class FunctionEmitter;
  const SourceFile& source_;
  std::string chunkName_, language_;
  std::deque<bytecode::Function> functions_;  // addresses stay
  std::string error_;
  uint32_t errorLine_ = 0;
};

struct FunctionFacts {
  std::string_view name = {};
  Span place = {};
  uint8_t parameters = 0;
  uint8_t flags = 0;  ///< bytecode::FunctionFlag
  bool isMain = false;
};

class FunctionEmitter {
 public:
  /// `parent`: of the function around it, alive as long as this one; null for main.
  FunctionEmitter(ModuleEmitter& module, FunctionEmitter* parent, const FunctionScope* scope,
                  const FunctionFacts& facts);

  bytecode::FunctionBuilder& code() { return builder_; }
  void emit(bytecode::Op op) { builder_.emit(op); }
  template <typename... Operands>
  void emit(bytecode::Op op, Operands... operands) {
    builder_.emit(op, static_cast<int64_t>(operands)...);
  }
  /// Position of the instructions that follow.
  void at(Span span);

  // ---- constants ----
  void number(double value) { builder_.emitConstant(value); }
  void string(std::string_view text) { builder_.emitConstant(std::string(text)); }
  /// Index of a string in the constant table, for operands.
  int64_t name(std::string_view text) { return builder_.constant(std::string(text)); }

  // ---- variables ----
  void load(const Variable* v);
  /// Pops a value into a variable that has had one.
  void store(const Variable* v);
  /// Pops the first value of a variable of this function, which begins to be visible to debuggers.
  void initialize(const Variable* v);
  /// The same for a parameter, which has its value already.
  void parameter(const Variable* v);
  /// The scopes of all but the first `count` variables end; the number of those that are open.
  size_t openVariables() const { return open_.size(); }
  void endVariables(size_t count);

  // ---- globals: fields of the environment, upvalue 0 of main ----
  void loadGlobal(std::string_view name) { emit(bytecode::Op::kGetGlobal, environment(), this->name(name)); }
  void storeGlobal(std::string_view name) { emit(bytecode::Op::kSetGlobal, environment(), this->name(name)); }

  // ---- control flow ----
  bytecode::Label label() { return builder_.newLabel(); }
  void bind(bytecode::Label l) { builder_.bind(l); }
  void jump(bytecode::Op op, bytecode::Label target) { builder_.emitJump(op, target); }
  /// A loop: what comes behind beginLoop() runs again after endLoop(), which binds `end`, too.
  struct Loop {
    bytecode::Label start, again, end;
  };
  Loop beginLoop();
  /// Where control comes back to the beginning; `again` (for `continue`) leads here.
  void endLoop(Loop& loop);
  /// body() is protected: an exception goes on at handler() with the exception on the stack, which it must take. Both
  /// begin and end with an empty stack.
  template <typename Body, typename Handler>
  void protect(Body body, Handler handler) {
    bytecode::Label start = label(), end = label(), caught = label(), after = label();
    bind(start);
    body();
    bind(end);
    if (builder_.reachable()) jump(bytecode::Op::kJump, after);
    bind(caught);
    handler();
    bind(after);
    builder_.addRegion(bytecode::ExceptionRegion::Kind::kCatch, start, end, caught, 0);
  }

  // ---- functions ----
  /// Ends this function. False: it exceeds a limit (ModuleEmitter::take tells).
  bool finish();
  /// Pushes a closure of a function that was emitted with this one as its parent, and is finished.
  void closure(const FunctionEmitter& child);

 private:
  int64_t environment();
  /// Index among the upvalues, added if new.
  int64_t upvalueOf(const Variable* v);
  int64_t addUpvalue(const Variable* v, bytecode::Upvalue upvalue);

  ModuleEmitter& module_;
  FunctionEmitter* parent_;
  const FunctionScope* scope_;
  uint32_t index_;
  bytecode::Function& out_;
  bytecode::FunctionBuilder builder_;
  std::vector<const Variable*> upvalues_;  // by index; null: the environment
  std::vector<uint32_t> open_;             // entries of the variable table
};

}  // namespace devvm::frontend
