// Scopes: which variable a name means, what is captured by closures, and how (DESIGN, D4).
//
// A parser drives it while it reads. When the text has been read every Variable knows whether closures capture it and
// whether it is assigned again, and code generation (emitter.h) begins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/arena.h"
#include "frontend/source.h"
#include "frontend/symbols.h"

namespace devvm::frontend {

struct Variable;

/// A function while its names are resolved, and afterwards: an arena node.
struct FunctionScope {
  FunctionScope* parent = nullptr;
  uint32_t loopDepth = 0;                    ///< loops around the place where its closure is made, in the parent
  uint32_t slots = 0;                        ///< local slots that it needs
  base::ArenaList<Variable*> captures = {};  ///< of other functions, that it or those inside need
};

/// A local variable: an arena node.
struct Variable {
  Symbol* name = nullptr;
  Span declared;
  FunctionScope* owner = nullptr;
  uint16_t slot = 0;
  uint32_t loopDepth = 0;
  bool isReady = false;     ///< it has its first value: reads before that are for the language to judge
  bool isAssigned = false;  ///< again, after its first value
  bool isUsed = false;
  bool isCaptured = false;
  bool isShared = false;        ///< more than one closure may capture the same instance, or one before it has a value
  FunctionScope* by = nullptr;  ///< the function directly inside the owner that captures it
  FunctionScope* lastUser = nullptr;  ///< innermost function that used it last

  /// It lives in a heap cell; otherwise captures copy it.
  bool needsCell() const { return isCaptured && (isAssigned || isShared); }
};

class Scopes {
 public:
  explicit Scopes(base::Arena& arena) : arena_(arena) {}

  // ---- functions, blocks, loops: opened and closed in pairs ----
  /// Slots below `firstSlot` are the caller's (hidden parameters).
  FunctionScope* openFunction(uint32_t firstSlot = 0);
  void closeFunction();
  FunctionScope* function() const { return functions_.back().scope; }
  bool isMain() const { return functions_.size() == 1; }
  void openBlock() { blocks_.push_back({variables_.size(), functions_.back().nextSlot}); }
  void closeBlock();
  /// Blocks open in the innermost function; 0: its outermost scope.
  size_t depth() const { return blocks_.size() - functions_.back().firstBlock; }
  void openLoop() { functions_.back().loops++; }
  void closeLoop() { functions_.back().loops--; }

  // ---- variables ----
  /// Declares a variable in the innermost block. It is found at once, and is ready when the language says so.
  Variable* declare(Symbol* name, Span place);
  /// One of the innermost block with that name, or null: for languages that forbid a second one.
  Variable* inThisBlock(const Symbol* name) const;
  /// The visible variable of that name, noted as used here (and captured, if that is inside another function); null if
  /// there is none: a global, or a mistake.
  Variable* find(const Symbol* name);
  /// Variables of the innermost function that are in scope now.
  uint32_t locals() const;
  /// Names that are visible now, the nearest first, for suggestions (names.h).
  std::vector<std::string_view> visibleNames() const;

 private:
  struct Function {
    FunctionScope* scope;
    size_t firstVariable, firstBlock;
    uint32_t nextSlot, loops;
  };
  struct Block {
    size_t firstVariable;
    uint32_t slot;
  };

  void capture(Variable* v, size_t owner);

  base::Arena& arena_;
  std::vector<Function> functions_;
  std::vector<Block> blocks_;         // of all open functions
  std::vector<Variable*> variables_;  // in scope, of all open functions
};

}  // namespace devvm::frontend
