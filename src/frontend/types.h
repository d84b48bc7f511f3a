// Types of statically typed languages: variables, functions, tuples and applied type constructors, with unification,
// abbreviations and let-polymorphism by levels (Rémy, "Extension of ML type system with a sorted equation theory on
// types", 1992; Kiselyov, "How OCaml type checker works", 2013).
//
// A variable has the level of the innermost binding that it may belong to; generalizing turns those of deeper levels
// into quantified ones (kGeneric). Nodes live in an arena; nothing here knows a particular language or the heap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/arena.h"

namespace devvm::frontend {

struct Type;

/// A named type: primitive, abstract, or an abbreviation of another one.
struct TypeConstructor {
  std::string_view name;          ///< as messages show it
  std::vector<Type*> parameters;  ///< quantified variables that `manifest` is written with
  Type* manifest = nullptr;       ///< what it abbreviates
  void* declaration = nullptr;    ///< the language's
  uint32_t arity = 0;
  bool isVariable = false;  ///< stands for a quantified variable while a body is checked against its type
  uint32_t level = 0;       ///< of the binding that made it, where that matters
};

struct Type {
  enum class Kind : uint8_t { kVariable, kLink, kArrow, kTuple, kApplied };
  Kind kind = Kind::kVariable;
  uint8_t label = 0;      ///< arrow: the language's kind of label
  uint32_t level = 0;     ///< variable; an upper bound of the levels inside, for others
  uint32_t count = 0;     ///< parts
  std::string_view name;  ///< label of an arrow; name of a variable that the program gave
  TypeConstructor* constructor = nullptr;
  Type** parts = nullptr;  ///< link: one; arrow: two; tuple; arguments
  // Work space of the algorithms below.
  uint32_t mark = 0;
  Type* copy = nullptr;
};

/// Why two types do not unify: from the outermost pair to the innermost.
struct Mismatch {
  std::vector<std::pair<Type*, Type*>> pairs;
  Type* variable = nullptr;  ///< it would have to occur in `inside`
  Type* inside = nullptr;
  bool tooLarge = false;
};

/// Makes and relates types. Owns none of the arena's nodes.
class Types {
 public:
  static constexpr uint32_t kGeneric = UINT32_MAX;
  /// Unifications of one program beyond this are refused: exponential types end in a clear error.
  static constexpr uint64_t kMostSteps = 200'000'000;

  explicit Types(base::Arena& arena) : arena_(arena) {}

  uint32_t level() const { return level_; }
  void enter() { level_++; }
  void leave() { level_--; }
  /// For a unit that is checked while another one is: its own levels begin at 1. Returns the level to go back to.
  uint32_t setLevel(uint32_t level) {
    uint32_t old = level_;
    level_ = level;
    return old;
  }

  Type* variable();
  Type* quantified();
  Type* arrow(Type* from, Type* to, uint8_t label = 0, std::string_view name = {});
  Type* tuple(const std::vector<Type*>& items);
  Type* applied(TypeConstructor* constructor, const std::vector<Type*>& arguments = {});

  /// What a type is, behind links; abbreviations stay.
  static Type* find(Type* type);
  /// What it is behind abbreviations as well.
  Type* expand(Type* type);

  /// Makes both the same. False, with the reason, if that cannot be; some variables may be bound already then.
  bool unify(Type* a, Type* b, Mismatch& why);
  /// Quantifies the variables of deeper levels than the current one.
  void generalize(Type* type);
  /// Makes variables of deeper levels belong to the current one: they stay unknown.
  void keepUnknown(Type* type);
  /// A copy with fresh variables for quantified ones; several types of one `instance` share them.
  Type* instantiate(Type* type);
  void beginInstance() { mark_++; }
  /// Expressions whose values need not be unknown: those in positions where only results flow (Garrigue, "Relaxing the
  /// value restriction", 2004). `covariant` says of a constructor whether all its parameters are such.
  void generalizeCovariant(Type* type, bool (*covariant)(TypeConstructor*));
  Type* instantiateMore(Type* type);
  /// A copy where quantified variables are replaced as told (parameters[i] by arguments[i]).
  Type* substitute(Type* type, const std::vector<Type*>& parameters, Type* const* arguments);
  /// A copy where some constructors are others.
  Type* replace(Type* type, const std::unordered_map<TypeConstructor*, TypeConstructor*>& with);
  /// Whether `general` has `special` as an instance; binds variables of neither.
  bool isInstance(Type* general, Type* special, Mismatch& why);
  bool hasVariables(Type* type);
  /// Whether `constructor` occurs in the type, abbreviations followed.
  bool mentions(Type* type, TypeConstructor* constructor);

 private:
  Type* make(Type::Kind kind, uint32_t parts);
  bool unifyNow(Type* a, Type* b, Mismatch& why, uint32_t depth);
  bool occurs(Type* variable, Type* type);
  void walkLevels(Type* type, uint32_t level, bool generic);
  Type* copyGeneric(Type* type);

  base::Arena& arena_;
  uint32_t level_ = 1;
  uint32_t mark_ = 0;
  uint64_t steps_ = 0;
};

/// Names of variables and the texts of types, as one message shows them.
class TypePrinter {
 public:
  explicit TypePrinter(Types& types) : types_(types) {}
  std::string print(Type* type);
  /// `int` rather than the tuple or function that needs parentheses around it.
  enum Context { kTop, kArrowLeft, kTupleItem, kArgument };

 private:
  void write(Type* type, Context context, std::string& out);
  std::string nameOf(Type* variable);

  Types& types_;
  std::vector<std::pair<Type*, std::string>> names_;
  uint32_t next_ = 0;
  static constexpr size_t kLongest = 10'000;
};

}  // namespace devvm::frontend
