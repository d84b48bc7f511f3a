// Parses Lox and resolves its names. Errors are those of the reference, several of them, found in its order.
#pragma once

#include <string>
#include <vector>

#include "frontend/diagnostics.h"
#include "languages/lox/ast.h"

namespace devvm::lox {

/// Codes of diagnostics: that of errors without a token's text is told from the others by it.
inline constexpr std::string_view kSyntaxCode = "lox.syntax", kLexicalCode = "lox.character", kScopeCode = "lox.scope";

class Parser {
 public:
  Parser(base::Arena& arena, frontend::Diagnostics& said, std::string_view text);

  /// The main function. To be used only if there were no errors.
  Function* parse();

 private:
  enum class FunctionKind : uint8_t { kScript, kFunction, kMethod, kInitializer };
  struct OpenFunction {
    FunctionKind kind;
    Function* node;
  };

  // ---- tokens and errors ----
  void advance();
  bool check(Tok kind) const { return current_.kind == kind; }
  bool match(Tok kind);
  void consume(Tok kind, const char* message);
  void errorAt(const Token& token, std::string_view code, std::string_view message);
  void error(const char* message) { errorAt(previous_, kSyntaxCode, message); }
  void scopeError(const char* message) { errorAt(previous_, kScopeCode, message); }
  void synchronize();
  Symbol* symbol(const Token& t) { return symbols_.intern(lexer_.text(t), true); }
  bool enter();

  // ---- declarations and statements ----
  Stat* declaration();
  Stat* classDeclaration();
  void classBody(Class* c);
  void makerOf(Class* c);
  Stat* funDeclaration();
  Function* function(FunctionKind kind, const Token& name);
  Stat* varDeclaration();
  Stat* statement();
  Stat* forStatement();
  Stat* ifStatement();
  Stat* whileStatement();
  Stat* returnStatement();
  Stat* block();
  Stat* newStat(StatKind kind) { return arena_.make<Stat>(Stat{.kind = kind, .place = previous_.span}); }

  // ---- variables ----
  Variable* declareVariable(const Token& name);
  Variable* hidden(std::string_view name);
  Variable* declare(Symbol* name, Span place);
  void resolve(Expr* e, Symbol* name);

  // ---- expressions ----
  Expr* expression();
  Expr* assignment();
  Expr* binary(int level);
  Expr* unary();
  Expr* call();
  void arguments(Expr* e);
  Expr* primary();
  Expr* superExpression();
  Expr* newExpr(ExprKind kind, Span place) { return arena_.make<Expr>(Expr{.kind = kind, .place = place}); }

  base::Arena& arena_;
  frontend::Diagnostics& said_;
  frontend::SymbolTable symbols_;
  frontend::Scopes scopes_;
  Lexer lexer_;
  Token current_, previous_;
  std::vector<OpenFunction> functions_;
  std::vector<Class*> classes_;
  bool panic_ = false;
  bool stopped_ = false;  ///< too deep: the rest of the text is skipped, and says nothing
  uint32_t nesting_ = 0;
};

}  // namespace devvm::lox
