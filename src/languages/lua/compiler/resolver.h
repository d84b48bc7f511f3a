// Scopes: which variable a name means, which locals are captured, where gotos lead.
//
// The parser drives it while it reads, because the language reports errors of scope in the order of the
// text, mixed with errors of syntax. When the text has been read every LocalVariable knows whether it is
// captured or reassigned, and every goto its label; code generation begins after that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "languages/lua/compiler/ast.h"
#include "languages/lua/compiler/lexer.h"

namespace devvm::lua {

class Resolver {
 public:
  static constexpr uint32_t kMaxLocals = 200;
  static constexpr uint32_t kMaxUpvalues = 255;
  static constexpr uint32_t kMaxRegisters = 255;

  /// `current` is the parser's current token, which error messages name.
  Resolver(Arena& arena, Lexer& lexer, const Token& current);

  // ---- functions and blocks ----
  void openFunction(Function* function);
  /// Ends the innermost function; reports gotos that found no label.
  void closeFunction();
  Function* function() const { return functions_.back().node; }

  /// Opens a block; `breakLabel` is null unless it is a loop.
  void openBlock(Block* block, Label* breakLabel = nullptr);
  /// Ends the variables and labels of the innermost block.
  void closeBlock();
  /// Notes that the innermost block has a to-be-closed variable.
  void markClose();
  /// Whether a return here leaves the scope of a to-be-closed variable.
  bool insideClose() const { return blocks_.back().insideClose; }

  // ---- local variables ----
  /// Declares a variable, whose scope begins with activate(). Reports too many.
  LocalVariable* declare(Symbol* name);
  /// Declares one without a name that programs can say, such as the state of a loop.
  LocalVariable* declareHidden(std::string_view name);
  /// Begins the scope of the `count` variables declared longest ago whose scope has not begun.
  void activate(uint32_t count);
  /// First free local slot.
  uint16_t slotLevel() const { return functions_.back().slots; }

  // ---- names ----
  /// A LocalExpr, UpvalueExpr or GlobalExpr.
  Expr* resolve(Symbol* name);
  /// Notes an assignment to a variable; reports one that must not be assigned.
  void assign(Expr* target);

  // ---- goto ----
  void addGoto(GotoStat* statement, Symbol* name, uint32_t line);
  void addBreak(GotoStat* statement, uint32_t line);
  /// Reports a visible label of the same name.
  void checkRepeated(Symbol* name);
  /// `last`: only void statements follow in the block.
  Label* addLabel(Symbol* name, uint32_t line, bool last);

  // ---- registers ----
  // The language limits how many values a function may need at a time, temporaries included.
  uint32_t registers() const { return functions_.back().registers; }
  void setRegisters(uint32_t level) { functions_.back().registers = level; }
  void reserve(uint32_t count);

 private:
  struct FunctionState {
    Function* node;
    uint32_t firstLocal;  ///< into declared_
    uint32_t active = 0;  ///< how many of its variables are in scope
    uint32_t firstLabel;
    uint32_t firstBlock;
    uint16_t slots = 0;
    uint32_t registers = 0;
  };
  struct BlockState {
    Block* node;
    Label* breakLabel;
    uint32_t active;
    uint16_t slots;
    bool insideClose;
    uint32_t firstLabel, firstGoto;
  };
  struct PendingGoto {
    Symbol* name;
    uint32_t line;
    uint32_t active;
    GotoStat* statement;
  };

  Expr* resolveVariable(Symbol* name);
  Expr* resolveIn(size_t functionIndex, Symbol* name, bool capture);
  LocalVariable* findLocal(const FunctionState& state, Symbol* name) const;
  int addUpvalue(FunctionState& state, UpvalueEntry entry);
  Label* findLabel(Symbol* name) const;
  void removeVariables(uint32_t active);
  void limitError(const FunctionState& state, uint32_t limit, std::string_view what);
  void semanticError(const std::string& message) { lexer_.error(message, current_); }
  static std::string text(const Symbol* name) { return std::string(name->text); }

  Arena& arena_;
  Lexer& lexer_;
  const Token& current_;
  Symbol* environmentName_;
  Symbol* breakName_;
  std::vector<FunctionState> functions_;
  std::vector<BlockState> blocks_;
  std::vector<LocalVariable*> declared_;  ///< of all open functions, in scope or about to be
  std::vector<Label*> labels_;            ///< visible ones of all open functions
  std::vector<PendingGoto> gotos_;        ///< forward ones whose label has not been seen
};

}  // namespace devvm::lua
