// Types and names of a program: Hindley-Milner with levels, in the manner and with the messages of the reference.
// Expected types are pushed inward, so that an error is found at the smallest expression that is wrong.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "languages/caml/compiler/diagnostics.h"
#include "languages/caml/compiler/typed.h"

namespace devvm::caml {

using frontend::Mismatch;
using frontend::TypePrinter;
using frontend::Types;

/// Types that the language itself knows.
struct Builtins {
  TypeInfo *int_, *char_, *string, *bytes, *float_, *bool_, *unit, *exn, *array, *list, *option, *format, *lazy, *int32,
      *int64, *nativeint;
};

class Checker {
 public:
  Checker(base::Arena& arena, Diagnostics& diagnostics);

  /// Checks a file. The first error ends it, as in the reference. `units()` has then, in order, what must run.
  bool check(Program* program, std::string_view text);
  const std::vector<Unit*>& units() const { return units_; }
  Types& types() { return types_; }
  const Builtins& builtins() const { return builtins_; }
  ModuleInfo* standard() const { return standard_; }

 private:
  friend class MatchChecker;

  /// Why something was expected, for messages.
  enum class Because : uint8_t { kNothing, kNoElse, kWhile, kFor, kSequence, kAssert, kIf, kGuard };

  // ---- checker.cpp: errors, names, instances ----
  void fail(Span span, std::string text, std::vector<Note> notes = {});
  void warn(Span span, int number, const char* name, std::string text);
  void unifyExpr(Span span, Type* actual, Type* expected, Because because = Because::kNothing);
  void unifyPattern(Span span, Type* actual, Type* expected);
  std::string mismatchText(const std::string& first, Type* actual, const std::string& second, Type* expected,
                           const Mismatch& why);
  std::string show(Type* type);
  std::string_view keep(const std::string& text) { return arena_.copy(text); }
  Scope* push(Scope* outer, ModuleInfo* module);
  Scope* push(Scope* outer, Variable* value);
  void flushWarnings();
  std::string hint(std::string_view name, const std::vector<std::string_view>& candidates);
  std::string pathText(const Path& path, size_t parts = SIZE_MAX);

  Variable* findValue(Scope* scope, const Path& path);
  TypeInfo* findType(Scope* scope, const Path& path);
  ModuleInfo* findModule(Scope* scope, const Path& path, size_t parts);
  ModuleInfo* moduleNamed(Scope* scope, std::string_view name);
  ModuleTypeInfo* findModuleType(Scope* scope, const Path& path);
  std::vector<Constructor*> constructorsNamed(Scope* scope, const Path& path, bool& moduleFound);
  std::vector<Field*> fieldsNamed(Scope* scope, const Path& path);
  Constructor* findConstructor(Scope* scope, const Path& path, Type* expected, bool inPattern, Span span);
  /// The field of that name of a record's type; null after an error.
  Field* fieldOf(const TypeInfo* owner, const Path& name);
  Field* findField(Scope* scope, const Path& path, Type* expected, const std::vector<std::string_view>& others,
                   Span span);
  ModuleInfo* loadStandard(std::string_view name);

  Variable* newVariable(std::string_view name, Type* type, Span span);
  void makeGlobal(Variable* v);
  TypeInfo* newType(std::string_view name, uint32_t arity);
  void makeBuiltins();
  TypeInfo* infoOf(Type* type);

  // ---- checker_types.cpp ----
  Type* typeOf(Scope* scope, TypeExpr* t);
  Type* typeInside(Scope* scope, TypeExpr* t);
  Type* schemeOf(Scope* scope, TypeExpr* t);
  void declareTypes(Scope* scope, ModuleInfo* into, Item* item);
  void declareConstructor(Scope* scope, TypeInfo* info, ConstructorDecl& decl, Constructor* c);
  void declareFields(Scope* scope, TypeInfo* info, Seq<LabelDecl> labels);
  void exportType(ModuleInfo* into, TypeInfo* info, std::string_view name);
  Constructor* declareException(Scope* scope, ExceptionDecl* decl, std::string_view prefix);

  // ---- checker_patterns.cpp ----
  struct Bindings {
    std::vector<Variable*> all;
    bool warns = false;
  };
  void pattern(Scope* scope, Pattern* p, Type* expected, Bindings& bound);
  void constructPattern(Scope* scope, Pattern* p, Type* expected, Bindings& bound);
  void recordPattern(Scope* scope, Pattern* p, Type* expected, Bindings& bound);
  Type* constantType(const Constant& c);
  Scope* bindAll(Scope* scope, const Bindings& bound);
  void checkCases(Span span, const Seq<Case>& cases, Type* type, bool isTry);
  void checkBinding(Pattern* p, Type* type);

  // ---- checker_expressions.cpp ----
  void expr(Scope* scope, Expr* e, Type* expected, Because because = Because::kNothing);
  Type* infer(Scope* scope, Expr* e);
  void name(Scope* scope, Expr* e, Type* expected, Because because);
  void function(Scope* scope, Expr* e, Type* expected);
  void apply(Scope* scope, Expr* e, Type* expected, Because because);
  void construct(Scope* scope, Expr* e, Type* expected, Because because);
  void record(Scope* scope, Expr* e, Type* expected, Because because);
  void cases(Scope* scope, Seq<Case> list, Type* subject, Type* result, bool isTry, Span span);
  Scope* let(Scope* scope, Seq<Binding> bindings, bool recursive, bool isTop, std::vector<Variable*>* made);
  void statement(Scope* scope, Expr* e);
  bool isValue(Expr* e);
  void unused(const std::vector<Variable*>& variables);
  bool formatLiteral(Expr* e, Type* expected);

  // ---- checker_modules.cpp ----
  Scope* structure(Scope* scope, Seq<Item*> items, ModuleInfo* into, std::vector<Item*>& run, bool isTop);
  Scope* item(Scope* scope, Item* item, ModuleInfo* into, ModuleInfo*& segment, std::vector<Item*>& run);
  ModuleInfo* moduleExpr(Scope* scope, ModuleExpr* m, std::vector<Item*>& run);
  ModuleInfo* applyFunctor(Scope* scope, ModuleExpr* m, std::vector<Item*>& run);
  ModuleInfo* signature(Scope* scope, ModuleType* t);
  void signatureItems(Scope* scope, Seq<Item*> items, ModuleInfo* into);
  ModuleInfo* constrain(ModuleInfo* module, ModuleType* type, Scope* scope, bool opaque, Span span);
  void match(ModuleInfo* module, ModuleInfo* interface, bool opaque, Span span, const std::string& name);
  void include(ModuleInfo* from, ModuleInfo* into, ModuleInfo* segment);
  void qualify(ModuleInfo* module, const std::string& prefix);
  void openInto(ModuleInfo* from, ModuleInfo* into);

  base::Arena& arena_;
  Diagnostics& diagnostics_;
  Types types_;
  Builtins builtins_{};
  std::deque<ModuleInfo> modules_;
  std::deque<Variable> variables_;
  std::deque<TypeInfo> infos_;
  std::deque<TypeConstructor> constructors_;
  std::deque<Constructor> tags_;
  std::deque<Field> fields_;
  std::deque<Scope> scopes_;
  std::deque<FunctorInfo> functors_;
  std::deque<ModuleTypeInfo> moduleTypes_;
  std::deque<Unit> unitStore_;
  std::vector<Unit*> units_;
  ModuleInfo* initial_ = nullptr;   ///< builtin types
  ModuleInfo* standard_ = nullptr;  ///< Stdlib
  Scope* base_ = nullptr;
  std::map<std::string_view, ModuleInfo*> loaded_;
  std::vector<std::pair<std::string_view, Type*>> typeVariables_;  ///< 'a of the item that is checked
  bool mayNameVariables_ = true;                                   ///< 'a that is new makes a variable
  bool abstractVariables_ = false;
  std::string_view text_;
  uint32_t globals_ = 0;
  uint32_t depth_ = 0;  ///< of modules that are made in expressions: values are local there
  uint32_t applications_ = 0;
  bool failed_ = false;
  bool inLibrary_ = false;
  struct Check {
    Span span;
    Seq<Case> cases;
    Pattern* single;
    Type* type;
    bool isTry;
  };
  std::vector<std::function<void()>> delayed_;  ///< warnings, at the end of each item
};

/// The standard library's modules that are written in Caml: text, or null.
const char* standardSource(std::string_view name);
/// Their names.
std::vector<std::string_view> standardNames();

}  // namespace devvm::caml
