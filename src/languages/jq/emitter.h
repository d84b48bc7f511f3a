// One function under construction: locals, captured values, regions. Private to the compiler.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bytecode/builder.h"
#include "languages/jq/compiler.h"

namespace devvm::jq {

struct FunctionState;

/// Where a value lives: a local of a function (seen from functions inside it as a captured value), or a global.
struct Place {
  FunctionState* function = nullptr;
  uint16_t local = 0;
  std::string global;
};

/// A value that code can load any number of times.
struct Operand {
  enum class Kind : uint8_t { kNull, kTrue, kFalse, kNumber, kString, kPlace } kind = Kind::kNull;
  Place place;
  double number = 0;
  std::string text;
};

/// A value with its path; the path is meaningful only while paths are wanted.
struct Datum {
  Operand value;
  Operand path;
  bool tracked = false;
};

struct Region {
  FunctionState* function = nullptr;
  bytecode::Label start, handler;
  bool open = false;
  std::vector<std::pair<bytecode::Label, bytecode::Label>> pieces;
};

/// What happens with every output. `tail`: the function returns right behind it.
struct Continuation {
  std::function<void(const Datum&, bool tail)> run;
  bool cheap = false;                   ///< so little code that it may be emitted twice
  std::optional<Operand> closure = {};  ///< it does nothing but call this closure (value, path)
};

struct Scope {
  enum class Kind : uint8_t { kVariable, kFunction, kParameter, kRuntimeParameter, kLabel } kind = Kind::kVariable;
  const Scope* outer = nullptr;
  std::string name;
  size_t arity = 0;
  Place place;                       ///< kVariable, kRuntimeParameter, kLabel
  Definition* definition = nullptr;  ///< kFunction
  const Scope* home = nullptr;       ///< kFunction: what its body sees besides itself; null: this scope
  Node* argument = nullptr;          ///< kParameter
  const Scope* argumentScope = nullptr;
  struct LabelState* label = nullptr;
};

struct LabelState {
  FunctionState* function = nullptr;
  bytecode::Label end;
  Place identity;
  bool remote = false;  ///< some break is in another function
};

/// A recursive function compiled for one place.
struct Instance {
  const Definition* definition = nullptr;
  const Scope* home = nullptr;
  bool tracked = false, single = false;
  uint32_t child = 0;  ///< index in Function::children
  bool capturesLocals = false;
  uint16_t local = UINT16_MAX;  ///< where the closure is kept if it captures none
};

struct FunctionState {
  FunctionState(bytecode::Function& f, FunctionState* p) : function(f), builder(f), parent(p) {}
  bytecode::Function& function;
  bytecode::FunctionBuilder builder;
  FunctionState* parent;
  uint32_t index = 0;
  std::vector<uint16_t> freeValues, freeRaws;
  std::vector<uint16_t> allocated;  ///< locals in use, in the order in which they were taken
  /// Gives back the locals taken since there were `mark`, but not the one that holds `kept`.
  void keepOnly(size_t mark, const Operand& kept);
  std::vector<bytecode::SlotKind> kinds;
  std::vector<Instance> instances;
  // The recursive function that this is, if it is one.
  const Definition* definition = nullptr;
  const Scope* home = nullptr;
  bool tracked = false, single = false;
};

}  // namespace devvm::jq
