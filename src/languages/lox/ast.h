// The syntax tree of Lox: nodes in an arena.
#pragma once

#include "base/arena.h"
#include "frontend/scopes.h"
#include "languages/lox/lexer.h"

namespace devvm::lox {

using base::ArenaList;
using frontend::Span;
using frontend::Symbol;
using frontend::Variable;

enum class ExprKind : uint8_t {
  kNil,
  kTrue,
  kFalse,
  kNumber,
  kString,
  kVariable,  ///< variable, or the global `name`
  kAssign,    ///< the same, of the value `second`
  kUnary,     ///< op first
  kBinary,    ///< first op second
  kLogical,   ///< first and second, first or second
  kCall,      ///< first(arguments)
  kGet,       ///< first.name
  kSet,       ///< first.name = second
  kThis,      ///< variable
  kSuper,     ///< super.name: variable is `super`, receiver is `this`
};

/// `first` is evaluated first. Chains of it have any length (1 + 1 + ..., f()()...): never recurse into it.
struct Expr {
  ExprKind kind;
  Tok op = Tok::kEnd;
  Span place;  ///< of the token that errors of its evaluation name
  Expr* first = nullptr;
  Expr* second = nullptr;
  Variable* variable = nullptr;
  Variable* receiver = nullptr;
  Symbol* name = nullptr;  ///< of strings the text
  double number = 0;
  ArenaList<Expr*> arguments = {};
};

struct Stat;

struct Function {
  Symbol* name = nullptr;
  Span place;
  frontend::FunctionScope* scope = nullptr;
  Variable* self = nullptr;  ///< slot 0: `this` of methods, else without a name
  ArenaList<Variable*> parameters = {};
  ArenaList<Stat*> body = {};
  uint32_t fields = 0;  ///< names assigned to `this`, as a hint
  bool isInitializer = false;
};

/// Hidden variables of a class statement, and the function that makes instances.
struct Class {
  Symbol* name = nullptr;
  Expr* superclass = nullptr;
  Variable *super = nullptr, *methods = nullptr, *metatable = nullptr, *setter = nullptr, *init = nullptr;
  ArenaList<Function*> list = {};
  Function* initializer = nullptr;
  frontend::FunctionScope* maker = nullptr;  ///< null: that of the superclass serves
};

enum class StatKind : uint8_t { kExpression, kPrint, kVar, kBlock, kIf, kWhile, kFunction, kReturn, kClass };

struct Stat {
  StatKind kind;
  Span place;
  Variable* variable = nullptr;  ///< of what is declared; null: a global
  Symbol* name = nullptr;
  Expr* expr = nullptr;       ///< value or condition, or null
  Expr* increment = nullptr;  ///< of a for loop
  Stat* then = nullptr;       ///< branch or body
  Stat* otherwise = nullptr;
  Function* function = nullptr;
  Class* klass = nullptr;
  ArenaList<Stat*> list = {};  ///< of a block
};

}  // namespace devvm::lox
