// Tokens to syntax tree: recursive descent, with precedence climbing for operators. Messages are the reference's.
#pragma once

#include <string>
#include <vector>

#include "languages/caml/compiler/ast.h"
#include "languages/caml/compiler/lexer.h"

namespace devvm::caml {

class Parser {
 public:
  /// Nested constructs beyond this are refused. The caller runs the front end on a stack that is large enough for it.
  static constexpr uint32_t kMostNested = 50'000;

  Parser(std::string_view text, base::Arena& arena, Diagnostics& diagnostics, uint32_t begin = 0);

  /// A whole file. Null after an error, which has been reported: the first one ends the parse, as in the reference.
  Program* parseProgram();
  /// A module expression that begins at the parser's first byte: functors are elaborated anew for each application.
  ModuleExpr* parseModule() {
    ModuleExpr* m = moduleExpr();
    return failed_ ? nullptr : m;
  }

  /// The same for `(X : S) ... = M`, what follows a module's name.
  ModuleExpr* parseModuleBody() {
    ModuleExpr* m = moduleBody();
    return failed_ ? nullptr : m;
  }

 private:
  struct Depth {
    explicit Depth(Parser& p) : parser(p) {
      if (++p.depth_ > kMostNested) p.fail(p.now().span, "This program is nested too deeply");
    }
    ~Depth() { parser.depth_--; }
    Parser& parser;
  };

  // ---- tokens (parser.cpp) ----
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead(size_t n = 1) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  bool is(Tok kind) const { return now().kind == kind; }
  bool isOp(Tok kind, std::string_view text) const { return now().kind == kind && now().text == text; }
  Token take();
  bool accept(Tok kind);
  Token expect(Tok kind);
  /// The closing counterpart of `open`: without it the message names both.
  void close(Tok kind, const Token& open, const char* closing);
  void fail(Span span, std::string message, std::vector<Note> notes = {});
  void failHere();
  void expecting(const char* what);
  uint32_t endOfLast() const { return at_ == 0 ? 0 : tokens_[at_ - 1].span.end; }
  Span from(uint32_t begin) const { return {begin, endOfLast()}; }
  /// A node of the syntax tree, from `begin` to here.
  template <typename Node>
  Node* make(decltype(Node::kind) kind, uint32_t begin) {
    auto* node = arena_.make<Node>();
    node->kind = kind;
    node->span = from(begin);
    return node;
  }
  /// The same with children.
  template <typename Node>
  Node* makeOf(decltype(Node::kind) kind, const std::vector<Node*>& children, uint32_t begin) {
    auto* node = make<Node>(kind, begin);
    node->items = seqOf(arena_, children);
    return node;
  }
  template <typename Node>
  Node* makeAround(decltype(Node::kind) kind, Node* child, uint32_t begin) {
    return makeOf<Node>(kind, {child}, begin);
  }
  bool attribute();
  void attributes();

  // ---- names ----
  Name lowerName();
  Name valueName();
  bool isValueName() const;
  bool operatorName(Name& name);
  Path path(bool lower, bool upper);
  Path pathOf(std::vector<std::string_view> parts, uint32_t begin);
  Path onePart(std::string_view text, Span span);
  bool isOpenAhead() const;

  // ---- expressions (parser_expressions.cpp) ----
  Expr* sequence();
  Expr* expression();
  Expr* tupleOrBelow();
  Expr* binary(int least);
  Expr* unary();
  Expr* application();
  Expr* postfix();
  Expr* simple();
  Expr* postfixOfPrefix();
  Expr* bracketed(const Token& open);
  Expr* listLiteral();
  Expr* arrayLiteral();
  Expr* braces();
  Expr* letExpr();
  Expr* bindingOperator();
  Expr* ifExpr();
  Expr* funExpr();
  Expr* functionExpr();
  Expr* matchExpr(bool isTry);
  Expr* forExpr();
  Expr* whileExpr();
  Expr* makeFun(std::vector<Parameter> parameters, Expr* body, TypeExpr* result, uint32_t begin);
  Seq<Case> cases();
  bool startsSimple() const;
  bool startsExpression() const;
  bool argument(std::vector<Argument>& arguments);
  std::vector<Parameter> parametersUntil(Tok end, Tok otherEnd);
  bool parameter(std::vector<Parameter>& parameters);
  Seq<Binding> bindings();
  Binding binding();
  Pattern* constrained(Pattern* pattern, uint32_t begin);
  Expr* nameExpr(std::string_view text, Span span);
  Expr* unitExpr(Span span);
  Expr* constructExpr(std::string_view name, Span span, Expr* argument);
  Expr* applyNamed(std::string_view function, Span functionSpan, std::vector<Expr*> arguments, uint32_t begin);
  Expr* applyPath(std::vector<std::string_view> function, std::vector<Expr*> arguments, uint32_t begin);
  Expr* negated(Expr* e, bool isFloat, Span op, uint32_t begin);
  bool constant(Constant& c, bool negative);

  // ---- patterns and types (parser_patterns.cpp) ----
  Pattern* pattern();
  Pattern* patternOr();
  Pattern* patternTuple();
  Pattern* patternCons();
  Pattern* patternApply();
  Pattern* patternSimple();
  bool startsPattern() const;
  Pattern* constructPattern(std::string_view name, Span span, Pattern* argument);
  Pattern* variablePattern(const Name& name);
  Pattern* recordPattern();
  TypeExpr* type();
  TypeExpr* typeArrow();
  TypeExpr* typeTuple();
  TypeExpr* typeApplied();
  TypeExpr* typeSimple();
  TypeExpr* polyType();

  // ---- structures and signatures (parser_items.cpp) ----
  Seq<Item*> structureItems(bool isFile);
  Item* structureItem();
  Seq<Item*> signatureItems();
  Item* signatureItem();
  Seq<TypeDecl> typeDeclarations();
  TypeDecl typeDeclaration();
  void typeBody(TypeDecl& decl);
  ConstructorDecl constructorDecl();
  Seq<LabelDecl> labels();
  ExceptionDecl* exceptionDecl();
  ModuleExpr* moduleExpr();
  ModuleExpr* moduleSimple();
  ModuleType* moduleType();
  Item* moduleItem(uint32_t begin);
  ModuleExpr* moduleBody();
  Item* moduleTypeItem(uint32_t begin);

  base::Arena& arena_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  uint32_t depth_ = 0;
  bool failed_ = false;
};

}  // namespace devvm::caml
