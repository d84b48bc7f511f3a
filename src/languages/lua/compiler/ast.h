// The syntax tree of a Lua chunk. The parser builds it with names resolved, so that it tells locals, upvalues
// and globals apart. All nodes live in one arena.
//
// Lines are those that the reference reports at run time. They differ from where a node stands in the text:
// an index operation, for one, belongs to the line of the last token read when its value is first needed.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "frontend/symbols.h"

namespace devvm::lua {

using base::Arena;
using base::ArenaList;
using frontend::Symbol;

struct Expr;
struct Stat;
struct Block;
struct Function;
struct FunctionExpr;

// ---- names ------------------------------------------------------------------------------------------

enum class Attribute : uint8_t { kNone, kConst, kClose };

/// One declaration of a local variable.
struct LocalVariable {
  Symbol* name = nullptr;
  Expr* constant = nullptr;  ///< a compile-time constant with this literal as its value, and no slot
  uint16_t slot = 0;         ///< valid once its scope has begun
  Attribute attribute = Attribute::kNone;
  bool captured = false;    ///< an inner function uses it: it lives in a cell
  bool reassigned = false;  ///< assigned after its initialisation, here or in an inner function
};

/// One upvalue of a function.
struct UpvalueEntry {
  Symbol* name = nullptr;
  bool fromLocal = false;             ///< a local of the enclosing function, else one of its upvalues
  uint8_t index = 0;                  ///< slot or upvalue index there
  LocalVariable* variable = nullptr;  ///< the declaration; null for the environment of the chunk
};

/// Target of goto and break.
struct Label {
  Symbol* name = nullptr;
  uint32_t line = 0;
  uint32_t activeLocals = 0;        ///< locals in scope there
  uint16_t blockDepth = 0;          ///< depth of the block that it stands in
  bool afterBlock = false;          ///< nothing but void statements follow: it stands behind the end of the block
  bool backward = false;            ///< some goto jumps back to it
  uint32_t codeIndex = UINT32_MAX;  ///< for the code generator
};

// ---- expressions ------------------------------------------------------------------------------------

enum class ExprKind : uint8_t {
  kNil,
  kTrue,
  kFalse,
  kInteger,
  kFloat,
  kString,
  kVararg,
  kFunction,
  kLocal,
  kUpvalue,
  kGlobal,
  kIndex,
  kCall,
  kMethodCall,
  kUnary,
  kBinary,
  kLogical,
  kConcat,
  kTable,
  kParen,
};

struct Expr {
  ExprKind kind;
  bool hasCall = false;   ///< evaluating it calls a function (metamethods are not counted)
  uint32_t line = 0;      ///< reported at run time; 0 until the parser has seen where the value is needed
  uint32_t textLine = 0;  ///< where its token (the operator, name, parenthesis) stands
  uint32_t column = 0;    ///< on textLine; 0: unknown

  explicit Expr(ExprKind kind) : kind(kind) {}
};

using ExprList = ArenaList<Expr*>;

/// nil, true, false and `...` have no fields of their own and are plain Expr.
struct IntegerExpr : Expr {
  int64_t value;
  explicit IntegerExpr(int64_t value) : Expr(ExprKind::kInteger), value(value) {}
};

struct FloatExpr : Expr {
  double value;
  explicit FloatExpr(double value) : Expr(ExprKind::kFloat), value(value) {}
};

struct StringExpr : Expr {
  Symbol* value;
  explicit StringExpr(Symbol* value) : Expr(ExprKind::kString), value(value) {}
};

struct LocalExpr : Expr {
  LocalVariable* variable;
  explicit LocalExpr(LocalVariable* variable) : Expr(ExprKind::kLocal), variable(variable) {}
};

struct UpvalueExpr : Expr {
  uint8_t index;
  LocalVariable* variable;  ///< null for the environment of the chunk
  UpvalueExpr(uint8_t index, LocalVariable* variable) : Expr(ExprKind::kUpvalue), index(index), variable(variable) {}
};

/// A field of whatever `_ENV` names here.
struct GlobalExpr : Expr {
  Symbol* name;
  Expr* environment;  ///< LocalExpr (perhaps a constant) or UpvalueExpr
  GlobalExpr(Symbol* name, Expr* environment) : Expr(ExprKind::kGlobal), name(name), environment(environment) {}
};

struct IndexExpr : Expr {
  Expr* object;
  Expr* key;
  IndexExpr(Expr* object, Expr* key) : Expr(ExprKind::kIndex), object(object), key(key) {}
};

struct CallExpr : Expr {
  Expr* callee;
  ExprList arguments;
  explicit CallExpr(Expr* callee) : Expr(ExprKind::kCall), callee(callee) {}
};

struct MethodCallExpr : Expr {
  Expr* object;
  Symbol* name;
  uint32_t nameLine = 0, nameColumn = 0;
  ExprList arguments;
  MethodCallExpr(Expr* object, Symbol* name) : Expr(ExprKind::kMethodCall), object(object), name(name) {}
};

enum class UnaryOp : uint8_t { kMinus, kBitNot, kNot, kLength };

struct UnaryExpr : Expr {
  UnaryOp op;
  Expr* operand;
  UnaryExpr(UnaryOp op, Expr* operand) : Expr(ExprKind::kUnary), op(op), operand(operand) {}
};

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kMod,
  kPow,
  kDiv,
  kIDiv,
  kBitAnd,
  kBitOr,
  kBitXor,
  kShl,
  kShr,  // arithmetic
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,  // comparison
};

inline bool isComparison(BinaryOp op) { return op >= BinaryOp::kEq; }

/// Arithmetic and comparison. Chains of these nest to the left without bound: never recurse into `left`.
struct BinaryExpr : Expr {
  BinaryOp op;
  Expr* left;
  Expr* right;
  BinaryExpr(BinaryOp op, Expr* left, Expr* right) : Expr(ExprKind::kBinary), op(op), left(left), right(right) {}
};

/// `a and b and c` or `a or b or c`: two or more operands.
struct LogicalExpr : Expr {
  bool isAnd;
  ExprList operands;
  explicit LogicalExpr(bool isAnd) : Expr(ExprKind::kLogical), isAnd(isAnd) {}
};

/// `a .. b .. c`: two or more operands.
struct ConcatExpr : Expr {
  ExprList operands;
  ConcatExpr() : Expr(ExprKind::kConcat) {}
};

struct TableField {
  Expr* key = nullptr;  ///< null for a positional field
  Expr* value = nullptr;
  uint32_t line = 0;  ///< of the store
};

struct TableExpr : Expr {
  ArenaList<TableField> fields;
  uint32_t positional = 0, keyed = 0;
  uint32_t endLine = 0;
  TableExpr() : Expr(ExprKind::kTable) {}
};

struct FunctionExpr : Expr {
  Function* function;
  explicit FunctionExpr(Function* function) : Expr(ExprKind::kFunction), function(function) {}
};

/// Parentheses: one value, and nothing that can be assigned to.
struct ParenExpr : Expr {
  Expr* inner;
  explicit ParenExpr(Expr* inner) : Expr(ExprKind::kParen), inner(inner) {}
};

// ---- statements -------------------------------------------------------------------------------------

enum class StatKind : uint8_t {
  kLocal,
  kLocalFunction,
  kAssign,
  kCall,
  kDo,
  kWhile,
  kRepeat,
  kIf,
  kNumericFor,
  kGenericFor,
  kFunction,
  kReturn,
  kGoto,
  kLabel,
};

struct Stat {
  StatKind kind;
  uint32_t line = 0, column = 0;  ///< of its first token
  uint32_t endLine = 0;           ///< of its last token, where stores happen

  explicit Stat(StatKind kind) : kind(kind) {}
};

struct Block {
  ArenaList<Stat*> statements;
  uint16_t depth = 0;    ///< in its function, from 1
  uint16_t slots = 0;    ///< local slots in use where it begins
  uint32_t endLine = 0;  ///< of its last token
};

struct LocalStat : Stat {
  ArenaList<LocalVariable*> variables;
  ExprList values;
  LocalVariable* closed = nullptr;  ///< the variable with the attribute close
  LocalStat() : Stat(StatKind::kLocal) {}
};

struct LocalFunctionStat : Stat {
  LocalVariable* variable;
  FunctionExpr* function = nullptr;
  explicit LocalFunctionStat(LocalVariable* variable) : Stat(StatKind::kLocalFunction), variable(variable) {}
};

struct AssignStat : Stat {
  ExprList targets;
  ExprList values;
  AssignStat() : Stat(StatKind::kAssign) {}
};

struct CallStat : Stat {
  Expr* call;
  explicit CallStat(Expr* call) : Stat(StatKind::kCall), call(call) {}
};

struct DoStat : Stat {
  Block* body;
  explicit DoStat(Block* body) : Stat(StatKind::kDo), body(body) {}
};

struct WhileStat : Stat {
  Expr* condition = nullptr;
  Block* body = nullptr;
  Label* breakLabel = nullptr;
  WhileStat() : Stat(StatKind::kWhile) {}
};

struct RepeatStat : Stat {
  Block* body = nullptr;
  Expr* condition = nullptr;  ///< in the scope of the body
  Label* breakLabel = nullptr;
  RepeatStat() : Stat(StatKind::kRepeat) {}
};

struct IfClause {
  Expr* condition = nullptr;
  Block* body = nullptr;
};

struct IfStat : Stat {
  ArenaList<IfClause> clauses;
  Block* otherwise = nullptr;
  IfStat() : Stat(StatKind::kIf) {}
};

/// `base` .. base+2 hold the loop's state, base+3 the variable.
struct NumericForStat : Stat {
  LocalVariable* variable = nullptr;
  uint16_t base = 0;
  Expr* start = nullptr;
  Expr* limit = nullptr;
  Expr* step = nullptr;  ///< null: 1
  Block* body = nullptr;
  Label* breakLabel = nullptr;
  uint32_t doLine = 0;
  NumericForStat() : Stat(StatKind::kNumericFor) {}
};

/// `base` .. base+3 hold iterator, state, control and closing value, the variables follow.
struct GenericForStat : Stat {
  ArenaList<LocalVariable*> variables;
  uint16_t base = 0;
  ExprList values;
  Block* body = nullptr;
  Label* breakLabel = nullptr;
  uint32_t doLine = 0;
  uint32_t valuesLine = 0;  ///< of the first token after `in`: the iterator is called there
  GenericForStat() : Stat(StatKind::kGenericFor) {}
};

/// `function a.b:c() ... end`
struct FunctionStat : Stat {
  Expr* target = nullptr;
  FunctionExpr* function = nullptr;
  FunctionStat() : Stat(StatKind::kFunction) {}
};

struct ReturnStat : Stat {
  ExprList values;
  ReturnStat() : Stat(StatKind::kReturn) {}
};

/// goto and break.
struct GotoStat : Stat {
  Label* label = nullptr;
  bool backward = false;
  GotoStat() : Stat(StatKind::kGoto) {}
};

struct LabelStat : Stat {
  Label* label;
  explicit LabelStat(Label* label) : Stat(StatKind::kLabel), label(label) {}
};

struct Function {
  Function* parent = nullptr;
  std::string_view name;  ///< as in its definition, for tools; may be empty
  ArenaList<LocalVariable*> parameters;
  ArenaList<UpvalueEntry> upvalues;
  Block* body = nullptr;
  uint32_t lineDefined = 0, lastLine = 0;
  uint16_t slots = 0;  ///< local slots that its variables need
  bool isVararg = false;
};

// ---- access -----------------------------------------------------------------------------------------

/// Calls `f` with the node in its own type.
template <typename F>
decltype(auto) visit(Expr* e, F&& f) {
  switch (e->kind) {
    case ExprKind::kNil:
    case ExprKind::kTrue:
    case ExprKind::kFalse:
    case ExprKind::kVararg: break;
    case ExprKind::kInteger: return f(static_cast<IntegerExpr*>(e));
    case ExprKind::kFloat: return f(static_cast<FloatExpr*>(e));
    case ExprKind::kString: return f(static_cast<StringExpr*>(e));
    case ExprKind::kFunction: return f(static_cast<FunctionExpr*>(e));
    case ExprKind::kLocal: return f(static_cast<LocalExpr*>(e));
    case ExprKind::kUpvalue: return f(static_cast<UpvalueExpr*>(e));
    case ExprKind::kGlobal: return f(static_cast<GlobalExpr*>(e));
    case ExprKind::kIndex: return f(static_cast<IndexExpr*>(e));
    case ExprKind::kCall: return f(static_cast<CallExpr*>(e));
    case ExprKind::kMethodCall: return f(static_cast<MethodCallExpr*>(e));
    case ExprKind::kUnary: return f(static_cast<UnaryExpr*>(e));
    case ExprKind::kBinary: return f(static_cast<BinaryExpr*>(e));
    case ExprKind::kLogical: return f(static_cast<LogicalExpr*>(e));
    case ExprKind::kConcat: return f(static_cast<ConcatExpr*>(e));
    case ExprKind::kTable: return f(static_cast<TableExpr*>(e));
    case ExprKind::kParen: return f(static_cast<ParenExpr*>(e));
  }
  return f(e);
}

template <typename F>
decltype(auto) visit(Stat* s, F&& f) {
  switch (s->kind) {
    case StatKind::kLocal: return f(static_cast<LocalStat*>(s));
    case StatKind::kLocalFunction: return f(static_cast<LocalFunctionStat*>(s));
    case StatKind::kAssign: return f(static_cast<AssignStat*>(s));
    case StatKind::kCall: return f(static_cast<CallStat*>(s));
    case StatKind::kDo: return f(static_cast<DoStat*>(s));
    case StatKind::kWhile: return f(static_cast<WhileStat*>(s));
    case StatKind::kRepeat: return f(static_cast<RepeatStat*>(s));
    case StatKind::kIf: return f(static_cast<IfStat*>(s));
    case StatKind::kNumericFor: return f(static_cast<NumericForStat*>(s));
    case StatKind::kGenericFor: return f(static_cast<GenericForStat*>(s));
    case StatKind::kFunction: return f(static_cast<FunctionStat*>(s));
    case StatKind::kReturn: return f(static_cast<ReturnStat*>(s));
    case StatKind::kGoto: return f(static_cast<GotoStat*>(s));
    case StatKind::kLabel: break;
  }
  return f(static_cast<LabelStat*>(s));
}

/// The expression without parentheses, and a constant variable's value.
inline Expr* strip(Expr* e) {
  for (;;) {
    if (e->kind == ExprKind::kParen) {
      e = static_cast<ParenExpr*>(e)->inner;
    } else if (e->kind == ExprKind::kLocal && static_cast<LocalExpr*>(e)->variable->constant != nullptr) {
      e = static_cast<LocalExpr*>(e)->variable->constant;
    } else {
      return e;
    }
  }
}

/// The expression as T if its kind (after strip()) is `kind`, else null.
template <typename T>
T* as(Expr* e, ExprKind kind) {
  e = strip(e);
  return e->kind == kind ? static_cast<T*>(e) : nullptr;
}

/// Whether the expression can have any number of values.
inline bool isMulti(const Expr* e) {
  return e->kind == ExprKind::kCall || e->kind == ExprKind::kMethodCall || e->kind == ExprKind::kVararg;
}

/// Whether a stripped expression is a literal constant.
inline bool isLiteral(const Expr* e) { return e->kind <= ExprKind::kString; }
inline bool isFalsyLiteral(const Expr* e) { return e->kind == ExprKind::kNil || e->kind == ExprKind::kFalse; }
/// Whether a stripped expression is never nil or false, whatever happens.
inline bool isTruthy(const Expr* e) {
  return (isLiteral(e) && !isFalsyLiteral(e)) || e->kind == ExprKind::kTable || e->kind == ExprKind::kFunction;
}

}  // namespace devvm::lua
