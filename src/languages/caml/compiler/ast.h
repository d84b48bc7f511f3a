// Syntax tree of Caml. Nodes live in an arena and have no destructors. The checker writes types and what names mean
// into them, the code generator reads both.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "frontend/source.h"

namespace devvm::frontend {
struct Type;
}

namespace devvm::caml {

using frontend::Span;
using frontend::Type;

/// A fixed sequence in the arena.
template <typename T>
struct Seq {
  T* data = nullptr;
  uint32_t size = 0;
  T* begin() const { return data; }
  T* end() const { return data + size; }
  T& operator[](size_t i) const { return data[i]; }
  bool empty() const { return size == 0; }
};

template <typename T>
Seq<T> seqOf(base::Arena& arena, const std::vector<T>& items) {
  Seq<T> s;
  s.size = static_cast<uint32_t>(items.size());
  s.data = static_cast<T*>(arena.allocate(sizeof(T) * (items.size() + 1)));
  for (size_t i = 0; i < items.size(); i++) s.data[i] = items[i];
  return s;
}

/// A.B.c: the parts and where the whole stands.
struct Path {
  Seq<std::string_view> parts;
  Span span;
  std::string_view last() const { return parts[parts.size - 1]; }
  bool isSimple() const { return parts.size == 1; }
};

struct Name {
  std::string_view text;
  Span span;
};

enum class Label : uint8_t { kNone, kLabelled, kOptional };

// ---- types ----------------------------------------------------------------------------------------

enum class TypeKind : uint8_t { kAny, kVariable, kArrow, kTuple, kConstructor, kAlias, kPoly };

struct TypeExpr {
  TypeKind kind = TypeKind::kAny;
  Span span;
  std::string_view name;            ///< variable, alias; label of an arrow
  Label label = Label::kNone;       ///< arrow
  Path path;                        ///< constructor
  Seq<TypeExpr*> items;             ///< arguments; both sides of an arrow; members of a tuple; what is aliased
  Seq<std::string_view> variables;  ///< poly
};

// ---- patterns -------------------------------------------------------------------------------------

struct Variable;     // typed.h: a bound variable
struct Constructor;  // typed.h: of a variant or an exception
struct Field;        // typed.h: of a record

enum class ConstantKind : uint8_t { kInt, kChar, kString, kFloat, kInt32, kInt64, kNativeInt };

struct Constant {
  ConstantKind kind = ConstantKind::kInt;
  int64_t integer = 0;
  std::string_view text;  ///< strings, floats
};

enum class PatternKind : uint8_t {
  kAny,
  kVariable,
  kAlias,
  kConstant,
  kInterval,
  kTuple,
  kConstruct,
  kRecord,
  kArray,
  kOr,
  kConstraint,
  kLazy,
  kException,
  kOpen,
};

struct Pattern;
struct FieldPattern {
  Path name;
  Pattern* pattern;
  Field* field = nullptr;
};

struct Pattern {
  PatternKind kind = PatternKind::kAny;
  Span span;
  std::string_view name;  ///< variable, alias
  Span nameSpan;
  Constant constant, last;  ///< interval: both ends
  Path path;                ///< constructor, module of kOpen
  Seq<Pattern*> items;      ///< tuple, array, or (two), argument of a constructor, inner pattern
  Seq<FieldPattern> fields;
  bool open = false;  ///< record with `_`
  TypeExpr* type = nullptr;
  // Filled by the checker:
  Variable* variable = nullptr;
  Constructor* constructor = nullptr;
  Type* typed = nullptr;
};

// ---- expressions ----------------------------------------------------------------------------------

enum class ExprKind : uint8_t {
  kConstant,
  kName,
  kLet,
  kFun,
  kApply,
  kMatch,
  kTry,
  kTuple,
  kConstruct,
  kRecord,
  kField,
  kSetField,
  kArray,
  kIf,
  kSequence,
  kWhile,
  kFor,
  kConstraint,
  kCoerce,
  kLetModule,
  kOpen,
  kAssert,
  kLazy,
  kLetException,
  kUnreachable,
};

struct Expr;
struct Structure;
struct ModuleExpr;

struct Case {
  Pattern* pattern;
  Expr* guard = nullptr;
  Expr* body = nullptr;
};

struct Parameter {
  Label label = Label::kNone;
  std::string_view name;
  Expr* otherwise = nullptr;  ///< of an optional parameter
  Pattern* pattern = nullptr;
  // Filled by the checker: the parameter itself, if the pattern is no variable.
  Variable* variable = nullptr;
  Type* typed = nullptr;
  Span newtypeSpan;
};

struct Argument {
  Label label = Label::kNone;
  std::string_view name;
  Expr* value = nullptr;  ///< null (made by the checker): an optional argument that is left out
  bool wrap = false;      ///< made by the checker: becomes Some
  bool later = false;     ///< made by the checker: left open by a partial application
};

struct Binding {
  Pattern* pattern;
  Expr* value;
  Span span;
  bool generalized = false;
};

struct FieldValue {
  Path name;
  Expr* value;
  Field* field = nullptr;
};

struct Expr {
  ExprKind kind = ExprKind::kConstant;
  Span span;
  Constant constant;
  Path path;                   ///< name, constructor, module that is opened
  std::string_view name;       ///< module of let module; exception of let exception
  Seq<Expr*> items;            ///< tuple, array, sequence; operands of if, while, for, apply's function first ...
  Seq<Argument> arguments;     ///< apply
  Seq<Parameter> parameters;   ///< fun
  Seq<Case> cases;             ///< match, try
  Seq<Binding> bindings;       ///< let
  Seq<FieldValue> fields;      ///< record
  Path field;                  ///< of field and setfield
  TypeExpr* type = nullptr;    ///< constraint; of fun: the type of its result
  bool recursive = false;      ///< let rec
  bool downward = false;       ///< for ... downto
  bool isFunction = false;     ///< match: written `function`
  Pattern* pattern = nullptr;  ///< variable of for
  ModuleExpr* module = nullptr;
  struct ExceptionDecl* exception = nullptr;
  struct Item* item = nullptr;  ///< let module, let open: as items
  // Filled by the checker:
  Type* typed = nullptr;
  Variable* variable = nullptr;  ///< name
  Constructor* constructor = nullptr;
  Field* fieldInfo = nullptr;
  void* extra = nullptr;  ///< format literals: Format; let module: the elaborated items
  bool applicationIsFull = false;
};

// ---- declarations ---------------------------------------------------------------------------------

struct LabelDecl;
struct ConstructorDecl {
  std::string_view name;
  Span span;
  Seq<TypeExpr*> arguments;
  Seq<LabelDecl> record;       ///< inline record
  TypeExpr* result = nullptr;  ///< GADT
};

struct LabelDecl {
  std::string_view name;
  Span span;
  bool isMutable = false;
  TypeExpr* type = nullptr;
};

enum class TypeDeclKind : uint8_t { kAbstract, kVariant, kRecord, kOpen };

struct TypeDecl {
  std::string_view name;
  Span span, nameSpan;
  Seq<std::string_view> parameters;  ///< "_" where there is no name
  TypeDeclKind kind = TypeDeclKind::kAbstract;
  TypeExpr* manifest = nullptr;
  Seq<ConstructorDecl> constructors;
  Seq<LabelDecl> labels;
  bool isPrivate = false;
};

struct ExceptionDecl {
  ConstructorDecl constructor;
  Path same;  ///< exception A = B: parts not empty
  Constructor* made = nullptr;
};

enum class ModuleTypeKind : uint8_t { kName, kSignature, kFunctor, kWith, kTypeOf };

struct WithConstraint {
  bool isModule = false;
  bool destructive = false;  ///< :=
  Path path;
  Seq<std::string_view> parameters;
  TypeExpr* type = nullptr;
  Path module;
};

struct Item;
struct ModuleType {
  ModuleTypeKind kind = ModuleTypeKind::kName;
  Span span;
  Path path;
  Seq<Item*> items;
  std::string_view parameter;
  ModuleType* parameterType = nullptr;
  ModuleType* body = nullptr;
  Seq<WithConstraint> constraints;
  ModuleExpr* module = nullptr;
};

enum class ModuleKind : uint8_t { kName, kStructure, kFunctor, kApply, kConstraint, kUnpack };

struct ModuleExpr {
  ModuleKind kind = ModuleKind::kName;
  Span span;
  Path path;
  Seq<Item*> items;
  std::string_view parameter;
  ModuleType* type = nullptr;      ///< constraint, parameter's type
  ModuleExpr* body = nullptr;      ///< functor, constraint, applied functor
  ModuleExpr* argument = nullptr;  ///< null in F ()
};

enum class ItemKind : uint8_t {
  kLet,
  kEval,
  kExternal,
  kValue,
  kType,
  kException,
  kModule,
  kModuleType,
  kOpen,
  kInclude,
};

/// An item of a structure or of a signature.
struct Item {
  ItemKind kind = ItemKind::kEval;
  Span span;
  std::string_view name;
  Span nameSpan;
  bool recursive = false;
  Seq<Binding> bindings;
  Expr* expr = nullptr;
  TypeExpr* type = nullptr;         ///< external, val
  Seq<std::string_view> primitive;  ///< external
  Seq<TypeDecl> types;
  ExceptionDecl* exception = nullptr;
  ModuleExpr* module = nullptr;
  ModuleType* moduleType = nullptr;
  Path path;
  // Filled by the checker:
  Seq<Item*> elaborated;  ///< of a module: what it does at run time
  Variable* variable = nullptr;
};

/// Rewrites nothing; the tree of one file.
struct Program {
  Seq<Item*> items;
};

}  // namespace devvm::caml
