// Syntax tree to bytecode, one FunctionGenerator a function.
//
// Conventions of the code made: statements begin and end with an empty operand stack; parameters and locals
// have the slots that the resolver gave them, and a statement may use slots above those for itself; a
// captured local's slot holds a cell from its declaration on. Operands are read when the reference reads
// them, which matters where a call in a later operand assigns a captured variable.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "bytecode/builder.h"
#include "bytecode/module.h"
#include "languages/lua/compiler/ast.h"

namespace devvm::lua {

using bytecode::Op;

/// What the functions of one module share while they are generated.
class ModuleGenerator {
 public:
  /// `bytes`: what the syntax tree takes, for the watcher.
  ModuleGenerator(uint32_t symbols, base::Watcher watcher, size_t bytes)
      : constants_(symbols), watcher_(watcher), bytes_(bytes) {}
  /// The watcher ended the work.
  bool stopped() const { return stopped_; }

  /// Generates `main` and all functions inside it into `module`. False, with a message and a line, if some
  /// table of the format overflows.
  bool generate(Function* main, bytecode::Module& module, std::string& error, uint32_t& errorLine);

 private:
  friend class FunctionGenerator;

  /// Where a symbol is in the constants of the function that used it last.
  struct SymbolConstant {
    uint32_t function = UINT32_MAX;
    uint32_t index = 0;
  };

  uint32_t addFunction(Function* function);
  void fail(std::string message, uint32_t line);
  /// Called for every statement and table field. False: the work is in vain.
  bool mayGoOn() {
    constexpr uint32_t kBetweenLooks = 1024;
    if (watcher_.mayGoOn == nullptr || ++sinceLook_ < kBetweenLooks) return !stopped_;
    sinceLook_ = 0;
    if (!stopped_ && !watcher_.mayGoOn(watcher_.context, bytes_)) {
      stopped_ = true;
      fail("stopped", 0);
    }
    return !stopped_;
  }

  std::deque<bytecode::Function> functions_;  // addresses must stay
  std::vector<SymbolConstant> constants_;     // by symbol id
  std::string error_;
  uint32_t errorLine_ = 0;
  base::Watcher watcher_;
  size_t bytes_;
  uint32_t sinceLook_ = 0;
  bool stopped_ = false;
};

class FunctionGenerator {
 public:
  FunctionGenerator(ModuleGenerator& module, Function* function, uint32_t index);

  void generate();

 private:
  /// A jump target that need not be used.
  struct Target {
    bytecode::Label label;
  };
  /// The scope of a to-be-closed variable: a finally region in pieces, because code that closes the variable
  /// (on the way out of its scope) is not protected by it.
  struct CloseScope {
    uint16_t slot;
    uint16_t blockDepth;
    uint32_t line;
    CloseScope* outer;
    bool open = false;  ///< a piece has begun
    bytecode::Label start;
    std::vector<std::pair<bytecode::Label, bytecode::Label>> pieces;
  };
  /// The while loop that control goes back to behind the statement being generated, if nothing is left to do
  /// before that.
  struct LoopTail {
    bytecode::Label start;
    CloseScope* scope = nullptr;
  };
  struct LabelCode {
    Target forward;
    bytecode::Label back;
    CloseScope* scope = nullptr;  ///< innermost one where the label stands
  };
  /// What a call leaves: so many results, an open list, or the frame.
  struct Results {
    enum class Kind : uint8_t { kFixed, kOpen, kTail } kind;
    uint32_t count = 0;
  };
  /// A place that a multiple assignment stores to, its parts evaluated.
  struct Place {
    enum class Kind : uint8_t { kVariable, kField, kIndexLocal, kIndexInteger } kind;
    Expr* variable = nullptr;
    Symbol* field = nullptr;
    uint16_t object = 0, key = 0;  ///< local slots
    Expr* lateObject = nullptr;    ///< variables to be read into those slots before the store
    Expr* lateKey = nullptr;
    int64_t integer = 0;
  };
  /// A multiple assignment under way.
  struct Assignment {
    AssignStat* stat;
    bool calls;          ///< evaluating it calls functions, which may assign captured variables
    uint32_t temporary;  ///< next free slot
  };

  // ---- emission (codegen.cpp) ----
  /// False if nothing can get here, so that there is nothing to emit.
  bool prepare();
  void emit(Op op);
  void emit(Op op, int64_t a);
  void emit(Op op, int64_t a, int64_t b);
  void emit(Op op, int64_t a, int64_t b, int64_t c);
  void jump(Op op, Target& target);
  void bind(Target& target);
  bool reachable() const { return builder_.reachable(); }
  uint32_t symbolConstant(Symbol* symbol);
  bool isShort(Symbol* symbol) { return symbolConstant(symbol) <= UINT16_MAX; }
  void emitString(Symbol* symbol) { emit(Op::kConst, symbolConstant(symbol)); }
  void at(const Expr* e) { builder_.setPosition(e->line, e->line == e->textLine ? e->column : 0); }
  void atLine(uint32_t line) { builder_.setPosition(line); }
  /// For instructions that cannot raise: their column is of no interest.
  void onLine(uint32_t line) {
    if (builder_.currentLine() != line) builder_.setPosition(line);
  }
  /// The line where the code of a block, statement or expression begins, for instructions that prepare it.
  uint32_t firstLine(Block* block) const;
  uint32_t firstLine(Stat* stat) const;
  uint32_t firstLine(Expr* e) const;
  void beginVariable(const LocalVariable* variable);
  void beginVariable(std::string_view name, uint16_t slot, bool isCell);
  void endVariables(size_t count);
  /// Notes that slots below `count` are in use.
  void useSlots(uint32_t count);
  void initialise(LocalVariable* variable);
  void makeCell(const LocalVariable* variable);

  // ---- expressions (codegen_expressions.cpp) ----
  /// Pushes one value.
  void push(Expr* e);
  /// Pushes exactly `count` values of an expression with any number of values.
  void pushMany(Expr* e, uint32_t count);
  /// Pushes all values of such an expression as an open list.
  void pushOpen(Expr* e);
  void discard(Expr* e);
  void pushLeaf(Expr* e, Expr* parent);
  void pushSimple(Expr* e);
  void finish(Expr* e);
  void finishBinary(BinaryExpr* e);
  void finishIndex(IndexExpr* e);
  void finishUnary(UnaryExpr* e);
  void finishCall(Expr* e, Results results);
  void pushCall(Expr* e, Results results);
  bool pushArguments(ExprList& arguments, uint32_t& count);
  void pushVariable(Expr* e);
  void pushGlobal(GlobalExpr* e);
  void getField(Symbol* name);
  void pushConcat(ConcatExpr* e);
  void pushTable(TableExpr* e);
  void initialiseKey(TableField& field, uint32_t pending);
  void pushClosure(FunctionExpr* e);
  Expr* firstOperand(Expr* e) const;

  // ---- conditions (codegen_conditions.cpp) ----
  /// Jumps if the value of e is true, or if it is false.
  void jumpIf(bool when, Expr* e, Target& target);
  void jumpIfFalse(Expr* e, Target& target) { jumpIf(false, e, target); }
  void jumpIfTrue(Expr* e, Target& target) { jumpIf(true, e, target); }
  /// The same with the value left on the stack for the jump; without the jump it is gone.
  void jumpIfKeep(bool when, Expr* e, Target& target);
  Expr* jumpUnlessLast(bool when, LogicalExpr* e, Target& otherwise);
  void testConstant(const Expr* e);
  void pushLogical(LogicalExpr* e);

  // ---- assignments (codegen_assignments.cpp) ----
  void assign(Expr* target, Expr* value, uint32_t storeLine);
  void assignIndex(IndexExpr* target, Expr* value, uint32_t storeLine);
  void pushBefore(Expr* operand, Expr* value);
  void atStore(const Expr* target, uint32_t line);
  bool assignShortCircuit(LocalVariable* variable, Expr* value);
  void assignMany(AssignStat* stat);
  bool assignIndependently(AssignStat* stat);
  Place preparePlace(Assignment& assignment, ExprList::Node* target);
  uint16_t prepareOperand(Assignment& assignment, ExprList::Node* target, Expr* operand, bool canBeLate, Expr*& late);
  void store(const Place& place);
  void storeVariable(Expr* variable);
  void storeField(uint16_t object, Symbol* name);
  void pushValues(ExprList& values, uint32_t count);

  // ---- statements (codegen_statements.cpp) ----
  void block(Block* block);
  /// A block but for the end of its variables' ranges in the variable table.
  void blockBody(Block* block);
  void statements(Block* block);
  void statement(Stat* stat, Stat* next);
  void localStatement(LocalStat* stat);
  void localFunction(LocalFunctionStat* stat);
  void statementOfKind(Stat* stat, Stat* next);
  void ifStatement(IfStat* stat, Stat* next);
  /// Leaves a branch of an `if`.
  void leaveBranch(Target& end);
  bool conditionalJump(IfClause& clause);
  void repeatCondition(Expr* condition, bytecode::Label start, Target& end);
  void whileStatement(WhileStat* stat, Stat* next);
  void repeatStatement(RepeatStat* stat, Stat* next);
  void numericFor(NumericForStat* stat, Stat* next);
  void genericFor(GenericForStat* stat, Stat* next);
  void returnStatement(ReturnStat* stat);
  void gotoStatement(GotoStat* stat);
  void labelStatement(Label* label);
  /// Stores the values of an initialisation into `variables` as they come.
  void initialiseMany(LocalVariable* const* variables, uint32_t count, ExprList& values);
  /// Clears slots from `first` on that the statement just generated used, so that they keep nothing alive;
  /// `next` is the statement after it in its block, or null. For debuggers this is part of that statement, or
  /// of `line`.
  void clearSlots(uint32_t first, Stat* next, uint32_t line = 0);

  // ---- scopes of to-be-closed variables (codegen_scopes.cpp) ----
  void openCloseScope(uint16_t slot, uint16_t blockDepth, uint32_t line);
  void endPiece(CloseScope* scope);
  /// Ends the innermost scope, closing its variable if control gets here.
  void endCloseScope(uint32_t line);
  /// Emits what closes the scopes inside `outermost` (not itself), for a jump or return that follows at once.
  void leaveScopes(CloseScope* outermost);
  /// After that jump or return: the scopes are active again.
  void reenterScopes() { reopen_ = true; }
  void reopenScopes();
  /// The innermost scope at the place that a goto leads to.
  CloseScope* scopeAt(const GotoStat* stat);
  void emitHandlers();
  LabelCode& code(Label* label);

  ModuleGenerator& module_;
  Function* ast_;
  uint32_t index_;
  bytecode::Function& out_;
  bytecode::FunctionBuilder builder_;
  std::vector<Expr*> spine_;         // see push()
  std::vector<uint32_t> variables_;  // open entries of the variable table
  std::vector<Label*> endLabels_;    // labels to bind behind the current block
  std::deque<LabelCode> labels_;
  std::deque<CloseScope> closeScopes_;
  std::vector<CloseScope*> endedScopes_;  // inner ones first
  CloseScope* scope_ = nullptr;           // innermost active one
  LoopTail loopTail_;
  const GotoStat* quietBreak_ = nullptr;  // `if c then break`: part of the condition for debuggers
  bool reopen_ = false;
  bool afterDeclaration_ = false;  // the statement before declared locals without values
  uint16_t blockDepth_ = 0;
  uint16_t loopDepth_ = 0;
  uint32_t top_ = 0;   // slots of the variables in scope
  uint32_t used_ = 0;  // slots used since clearSlots() last looked
};

}  // namespace devvm::lua
