// What names of a Caml program mean: variables, types, constructors, fields, modules. The checker makes these, the code
// generator reads them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontend/types.h"
#include "languages/caml/compiler/ast.h"

namespace devvm::caml {

using frontend::TypeConstructor;

struct FunctionCode;  // codegen.h

/// A bound value.
struct Variable {
  enum class Where : uint8_t { kLocal, kGlobal, kPrimitive, kAbstract };
  std::string_view name;
  Type* type = nullptr;
  Span span;
  Where where = Where::kLocal;
  std::string_view global;     ///< key in the table of globals
  std::string_view primitive;  ///< of an external
  Variable* same = nullptr;    ///< the implementation that a signature shows
  uint32_t uses = 0;
  uint32_t arity = 0;  ///< bound to a function with so many parameters; 0: not known
  bool warns = false;  ///< unused is worth a warning
  // For the code generator:
  FunctionCode* home = nullptr;
  uint16_t slot = 0;
  uint8_t kind = 0;  ///< of the slot: bytecode::SlotKind
  bool isCell = false;
  bool captured = false;
};

struct TypeInfo;

struct Constructor {
  std::string_view name;
  std::vector<Type*> arguments;  ///< with quantified variables shared with `result`
  Type* result = nullptr;
  uint32_t tag = 0;  ///< number among the constant ones, or tag of the block
  bool isConstant = false;
  bool isException = false;
  TypeInfo* type = nullptr;    ///< null for exceptions
  TypeInfo* record = nullptr;  ///< inline record
  std::string_view global;     ///< exception: where its identity is kept
  Variable* local = nullptr;   ///< let exception: its identity
  Span span;
};

struct Field {
  std::string_view name;
  uint32_t index = 0;
  bool isMutable = false;
  Type* type = nullptr;
  Type* record = nullptr;
  TypeInfo* owner = nullptr;
};

struct TypeInfo {
  enum class Kind : uint8_t { kAbstract, kVariant, kRecord };
  Kind kind = Kind::kAbstract;
  TypeConstructor* constructor = nullptr;
  std::vector<Constructor*> constructors;
  std::vector<Field*> fields;
  uint32_t constants = 0, blocks = 0;
  bool isBool = false;
  bool qualified = false;  ///< its name says its module
  bool covariant = false;
  Constructor* inlineOf = nullptr;
};

struct Scope;
struct ModuleInfo;

struct FunctorInfo {
  std::string_view parameter;
  ModuleType* parameterType = nullptr;
  ModuleExpr* expr = nullptr;
  std::string_view text;  ///< source of `expr`: its body is elaborated anew for each application
  bool keyword = false;   ///< functor (X : S) -> ..., not (X : S) = ...
  Scope* scope = nullptr;
};

struct ModuleTypeInfo {
  ModuleType* type = nullptr;  ///< null: abstract
  Scope* scope = nullptr;
  std::string_view name;
};

struct ModuleInfo {
  std::string_view name;
  std::map<std::string_view, Variable*> values;
  std::map<std::string_view, TypeInfo*> types;
  std::map<std::string_view, std::vector<Constructor*>> constructors;  ///< the latest one last
  std::map<std::string_view, std::vector<Field*>> fields;
  std::map<std::string_view, ModuleInfo*> modules;
  std::map<std::string_view, ModuleTypeInfo*> moduleTypes;
  FunctorInfo* functor = nullptr;
  std::vector<Item*> order;  ///< signatures: their items, for messages
};

/// One step outward from a place: a module's contents, or one local value.
struct Scope {
  Scope* outer = nullptr;
  ModuleInfo* module = nullptr;
  Variable* value = nullptr;
  TypeInfo* type = nullptr;  ///< (type a)
};

/// One compiled file: the program, or a module of the standard library.
struct Unit {
  std::string_view name;
  std::vector<Item*> items;
  ModuleInfo* module = nullptr;
};

}  // namespace devvm::caml
