// Tokens to syntax tree, by recursive descent. Depth of recursion is limited as in the reference, whose
// limit is observable ("C stack overflow").
#pragma once

#include "languages/lua/compiler/ast.h"
#include "languages/lua/compiler/lexer.h"
#include "languages/lua/compiler/resolver.h"

namespace devvm::lua {

class Parser {
 public:
  /// `nesting`: levels of the reference's C stack in use when compilation begins (see CompileOptions).
  Parser(Arena& arena, Lexer& lexer, uint32_t nesting);

  /// The main function. Meaningless if the lexer has failed afterwards.
  Function* parseChunk();

 private:
  static constexpr uint32_t kMaxNesting = 200;
  /// A table constructor stores its positional values whenever so many have piled up.
  static constexpr uint32_t kItemsPerStore = 50;

  /// Counts a level of recursion for as long as it lives.
  class Level {
   public:
    Level(Parser& parser, const Token& at) : parser_(parser) {
      if (++parser_.nesting_ >= kMaxNesting) parser_.lexer_.stackOverflow(at);
    }
    ~Level() { --parser_.nesting_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  // ---- tokens ----
  void advance();
  /// The kind of the token after the current one.
  Tok lookAhead();
  /// Line that the lexer has reached, which errors and the positions of operators go by.
  uint32_t currentLine() const { return hasAhead_ ? ahead_.line : token_.line; }
  bool at(Tok kind) const { return token_.kind == kind; }
  bool at(char c) const { return token_.kind == tok(c); }
  bool accept(Tok kind);
  bool accept(char c) { return accept(tok(c)); }
  void expect(Tok kind);
  void expect(char c) { expect(tok(c)); }
  /// Expects the token that closes `opening`, which was read on `line`.
  void expectClosing(Tok closing, Tok opening, uint32_t line);
  Symbol* expectName();
  void syntaxError(std::string_view message) { lexer_.errorNear(message, token_); }
  bool blockEnds(bool withUntil) const;

  // ---- positions and registers ----
  /// Notes that the value of `e` is needed now: its last operation gets the line of the last token read.
  void discharge(Expr* e) {
    for (;;) {
      if (e->line == 0) e->line = lastLine_;
      // The last operand of `and` and `or` is the value.
      if (e->kind == ExprKind::kLogical) {
        e = static_cast<LogicalExpr*>(e)->operands.back();
      } else if (e->kind == ExprKind::kParen) {
        e = static_cast<ParenExpr*>(e)->inner;
      } else {
        return;
      }
    }
  }
  /// The same, and the value occupies a register from `level` on.
  void toRegister(Expr* e, uint32_t level);
  /// The last value of a list of `count` whose first one is in register `level`. A call has its register
  /// already.
  void endList(Expr* last, uint32_t level, uint32_t count) {
    if (last->kind == ExprKind::kCall || last->kind == ExprKind::kMethodCall) return;
    toRegister(last, level + count - 1);
  }
  /// The register level while the left operand `e` waits: variables and constants take none.
  void holdOperand(Expr* e, uint32_t level);

  // ---- statements (parser_statements.cpp) ----
  void parseStatements(Block* block);
  Block* parseBlock();
  Stat* parseStatement();
  Stat* parseIf(uint32_t line);
  Stat* parseWhile(uint32_t line);
  Stat* parseFor(uint32_t line);
  void parseNumericFor(NumericForStat* stat, Symbol* name, uint32_t line);
  void parseGenericFor(GenericForStat* stat, Symbol* name);
  Block* parseForBody(uint32_t& doLine, uint32_t variables);
  Stat* parseRepeat(uint32_t line);
  Stat* parseFunctionStatement(uint32_t line);
  Stat* parseLocalFunction();
  Stat* parseLocal();
  Attribute parseAttribute();
  void parseLabel(Block* block, uint32_t line);
  Stat* parseReturn();
  Stat* parseGoto(uint32_t line);
  Stat* parseBreak(uint32_t line);
  Stat* parseExpressionStatement();
  void parseAssignment(AssignStat* stat);

  // ---- expressions (parser_expressions.cpp) ----
  Expr* parseExpression() { return parseSubexpression(0); }
  /// Operators that bind tighter than `limit`.
  Expr* parseSubexpression(int limit);
  Expr* parseSimple();
  Expr* parsePrimary();
  Expr* parseSuffixed();
  Expr* parseVariable();
  Expr* parseField(Expr* object, uint32_t level);
  Expr* parseIndex(Expr* object, uint32_t level);
  Expr* parseMethodCall(Expr* object, uint32_t level, uint32_t line);
  /// `line` is that of the call as a whole, which errors name for its parenthesis.
  void parseArguments(ExprList& arguments, uint32_t line);
  Expr* parseTable();
  TableField parseTableField();
  /// Parses a function from its parameters on; `method` adds self.
  FunctionExpr* parseFunction(bool method, uint32_t line, std::string_view name);
  void parseParameters(Function* function);
  /// A comma-separated list; all values but the last are in registers afterwards.
  void parseExpressionList(ExprList& list);
  Expr* makeUnary(UnaryOp op, Expr* operand, const Token& at);
  Expr* makeLogical(bool isAnd, Expr* left, Expr* right);
  Expr* makeConcat(Expr* left, Expr* right, const Token& at);
  Expr* makeBinary(BinaryOp op, Expr* left, Expr* right, const Token& at);
  /// Notes that the current token is what `e` stands for in the text.
  template <typename T>
  T* here(T* e) {
    e->textLine = token_.line;
    e->column = token_.column;
    return e;
  }

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    return arena_.make<T>(std::forward<Args>(args)...);
  }

  Arena& arena_;
  Lexer& lexer_;
  Token token_;
  Token ahead_;
  bool hasAhead_ = false;
  uint32_t lastLine_ = 1;  ///< of the last token read
  uint32_t lastEnd_ = 0;   ///< where that token ends in the text
  uint32_t nesting_;
  Block* block_ = nullptr;
  Resolver resolver_;
};

}  // namespace devvm::lua
