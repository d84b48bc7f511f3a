// Tally, a small language on DevVM's framework: numbers, texts, closures, loops, errors with suggestions. The tutorial
// docs/new-language.md goes through this file; the tests compile and run it.
//
//     tally FILE.tally

#include <cstdio>
#include <fstream>
#include <iterator>

#include "frontend/cursor.h"
#include "frontend/emitter.h"
#include "frontend/front_end.h"
#include "frontend/names.h"
#include "base/numeral.h"
#include "bytecode/verifier.h"
#include "interpreter/engine.h"
#include "jit/tiering/tiers.h"
#include "runtime/code.h"
#include "runtime/native.h"
#include "runtime/tables.h"

namespace tally {

using namespace devvm;
using bytecode::Op;
using frontend::Span;
using frontend::Symbol;
using frontend::Variable;

// ---- 1. Tokens ----
enum class Tok { kEnd, kName, kNumber, kText, kSign, kBad };
struct Token {
  Tok kind = Tok::kEnd;
  Span span;
};

Token nextToken(frontend::Cursor& cursor) {
  cursor.takeWhile([](int c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  uint32_t begin = cursor.offset();
  auto token = [&](Tok kind) { return Token{kind, cursor.since(begin)}; };
  if (cursor.atEnd()) return token(Tok::kEnd);
  if (frontend::isNameStart(cursor.peek())) return cursor.takeName(), token(Tok::kName);
  if (frontend::isDigit(cursor.peek())) return cursor.takeDecimal(true), token(Tok::kNumber);
  int c = cursor.next();
  if (c == '"') {
    cursor.takeWhile([](int b) { return b != '"' && b != '\n'; });
    return token(cursor.take('"') ? Tok::kText : Tok::kBad);
  }
  if (c == '=' || c == '<') cursor.take('=');
  return token(std::string_view("=<+-*/(){},").find(static_cast<char>(c)) != std::string_view::npos ? Tok::kSign
                                                                                                    : Tok::kBad);
}

// ---- 2. The tree ----
enum class Kind { kNumber, kText, kName, kBinary, kCall, kFunction, kLet, kAssign, kIf, kWhile, kReturn, kBlock };

struct Node {
  Kind kind;
  Span span;
  std::string_view text = {};    // operator, literal or name
  Variable* variable = nullptr;  // null: a global
  Node *a = nullptr, *b = nullptr, *c = nullptr;
  base::ArenaList<Node*> list = {};  // arguments or statements
  base::ArenaList<Variable*> parameters = {};
  frontend::FunctionScope* scope = nullptr;
};

// ---- 3. Parser and names ----
constexpr std::string_view kPrint = "print";  // the only global
constexpr uint32_t kDeepest = 200;

class Parser {
 public:
  Parser(base::Arena& arena, frontend::Diagnostics& said)
      : arena_(arena), said_(said), cursor_(said.source().text()), symbols_(arena), scopes_(arena) {
    advance();
  }

  Node* parse() {
    Node* main = make(Kind::kFunction);
    main->scope = scopes_.openFunction();
    main->a = statementsUntil("");
    scopes_.closeFunction();
    return main;
  }

 private:
  Node* make(Kind kind) { return arena_.make<Node>(Node{.kind = kind, .span = token_.span}); }
  std::string_view text() const { return said_.source().slice(token_.span); }
  bool is(std::string_view what) const { return token_.kind != Tok::kText && text() == what; }
  void advance() { token_ = nextToken(cursor_); }
  bool take(std::string_view what) {
    if (!is(what)) return false;
    advance();
    return true;
  }
  void expect(std::string_view what) {
    if (!take(what)) error("tally.syntax", "'" + std::string(what) + "' expected");
  }
  void error(std::string_view code, std::string message) {
    said_.error(code, token_.span, std::move(message));
    while (token_.kind != Tok::kEnd) advance();
  }
  Symbol* name() {
    Symbol* s = symbols_.intern(text(), true);
    token_.kind == Tok::kName ? advance() : error("tally.syntax", "a name expected");
    return s;
  }

  Node* statementsUntil(std::string_view end) {
    Node* block = make(Kind::kBlock);
    scopes_.openBlock();
    while (token_.kind != Tok::kEnd && !is(end)) block->list.append(arena_, statement());
    scopes_.closeBlock();
    return block;
  }

  Node* block() {
    expect("{");
    Node* b = ++depth_ < kDeepest ? statementsUntil("}") : make(Kind::kBlock);
    if (depth_-- >= kDeepest) error("tally.limit", "blocks too deep in each other");
    expect("}");
    return b;
  }

  Node* statement() {
    Node* s = make(Kind::kLet);
    if (take("let")) {
      Span place = token_.span;
      Symbol* n = name();
      expect("=");
      s->a = expression();
      s->variable = scopes_.declare(n, place);
      s->variable->isReady = true;
      return s;
    }
    if (take("fun")) {
      Span place = token_.span;
      s->variable = scopes_.declare(name(), place);
      s->a = function(s->variable->name->text);
      s->variable->isReady = true;
      return s;
    }
    if (take("if") || is("while")) {
      s->kind = take("while") ? Kind::kWhile : Kind::kIf;
      if (s->kind == Kind::kWhile) scopes_.openLoop();
      s->a = expression();
      s->b = block();
      if (s->kind == Kind::kWhile) scopes_.closeLoop();
      if (s->kind == Kind::kIf && take("else")) s->c = block();
      return s;
    }
    if (take("return")) {
      s->kind = Kind::kReturn;
      s->a = expression();
      return s;
    }
    Node* e = expression();
    if (!is("=")) return e;
    if (e->kind != Kind::kName || e->variable == nullptr) error("tally.assign", "only variables can be assigned");
    advance();
    s->kind = Kind::kAssign;
    s->variable = e->variable;
    if (s->variable != nullptr) s->variable->isAssigned = true;
    s->a = expression();
    return s;
  }

  Node* function(std::string_view called) {
    Node* f = make(Kind::kFunction);
    f->text = called;
    f->scope = scopes_.openFunction();
    expect("(");
    while (token_.kind == Tok::kName && f->parameters.size() < 200) {
      Span place = token_.span;
      f->parameters.append(arena_, scopes_.declare(name(), place));
      f->parameters.back()->isReady = true;
      if (!take(",")) break;
    }
    expect(")");
    f->a = block();
    scopes_.closeFunction();
    return f;
  }

  // Operators from weak to strong; all of them group to the left.
  Node* expression(int level = 0) {
    static constexpr std::string_view kOperators[][2] = {{"==", "<"}, {"+", "-"}, {"*", "/"}};
    if (level == 3) return call();
    Node* left = expression(level + 1);
    while (is(kOperators[level][0]) || is(kOperators[level][1])) {
      Node* e = make(Kind::kBinary);
      e->text = text();
      advance();
      e->a = left;
      e->b = expression(level + 1);
      left = e;
    }
    return left;
  }

  Node* call() {
    Node* callee = primary();
    while (is("(")) {
      Node* e = make(Kind::kCall);
      advance();
      e->a = callee;
      while (token_.kind != Tok::kEnd && !is(")") && e->list.size() < 200) {
        e->list.append(arena_, expression());
        if (!take(",")) break;
      }
      expect(")");
      callee = e;
    }
    return callee;
  }

  Node* primary() {
    Node* e = make(Kind::kNumber);
    e->text = text();
    bool isText = token_.kind == Tok::kText;
    if (isText) e->kind = Kind::kText;
    if (isText || token_.kind == Tok::kNumber) return advance(), e;
    if (take("(")) {
      e = ++depth_ < kDeepest ? expression() : e;
      if (depth_-- >= kDeepest) error("tally.limit", "parentheses too deep in each other");
      expect(")");
      return e;
    }
    if (take("fun")) return function("");
    e->kind = Kind::kName;
    Symbol* called = name();
    e->variable = scopes_.find(called);
    if (e->variable != nullptr || called->text == kPrint || token_.kind == Tok::kEnd) return e;
    std::vector<std::string_view> known = scopes_.visibleNames();
    known.push_back(kPrint);
    said_.error("tally.name", e->span, "there is no '" + std::string(called->text) + "'")
        .hint(frontend::didYouMean(called->text, known));
    return e;
  }

  base::Arena& arena_;
  frontend::Diagnostics& said_;
  frontend::Cursor cursor_;
  frontend::SymbolTable symbols_;
  frontend::Scopes scopes_;
  Token token_;
  uint32_t depth_ = 0;
};

// ---- 4. Code ----
class Generator {
 public:
  Generator(frontend::ModuleEmitter& module, frontend::FunctionEmitter* parent, Node* function)
      : module_(module),
        function_(function),
        f_(module, parent, function->scope,
           {.name = function->text,
            .place = function->span,
            .parameters = static_cast<uint8_t>(function->parameters.size()),
            .flags = static_cast<uint8_t>(parent == nullptr ? 0 : bytecode::kExactArity),
            .isMain = parent == nullptr}) {}

  frontend::FunctionEmitter& run() {
    for (Variable* p : function_->parameters) f_.parameter(p);
    statement(function_->a);
    if (f_.code().reachable()) f_.emit(Op::kNil), f_.emit(Op::kReturn1);
    f_.finish();
    return f_;
  }

 private:
  void statement(Node* s) {
    if (!f_.code().reachable()) return;
    f_.at(s->span);
    switch (s->kind) {
      case Kind::kLet:
        if (s->variable->needsCell()) f_.emit(Op::kNil), f_.initialize(s->variable);
        value(s->a);
        s->variable->needsCell() ? f_.store(s->variable) : f_.initialize(s->variable);
        return;
      case Kind::kAssign: value(s->a); return f_.store(s->variable);
      case Kind::kReturn: value(s->a); return f_.emit(Op::kReturn1);
      case Kind::kBlock: {
        size_t open = f_.openVariables();
        for (Node* inner : s->list) statement(inner);
        return f_.endVariables(open);
      }
      case Kind::kIf: {
        bytecode::Label otherwise = f_.label(), end = f_.label();
        value(s->a);
        f_.jump(Op::kJumpIfFalse, otherwise);
        statement(s->b);
        if (f_.code().reachable()) f_.jump(Op::kJump, end);
        f_.bind(otherwise);
        if (s->c != nullptr) statement(s->c);
        return f_.bind(end);
      }
      case Kind::kWhile: {
        auto loop = f_.beginLoop();
        value(s->a);
        f_.jump(Op::kJumpIfFalse, loop.end);
        statement(s->b);
        return f_.endLoop(loop);
      }
      default: value(s); f_.emit(Op::kPop);
    }
  }

  void value(Node* e) {
    switch (e->kind) {
      case Kind::kNumber: {
        base::Number n{};
        base::parseNumber(e->text, n);
        return f_.number(n.isInteger ? static_cast<double>(n.integer) : n.real);
      }
      case Kind::kText: return f_.string(e->text.substr(1, e->text.size() - 2));
      case Kind::kName: return e->variable != nullptr ? f_.load(e->variable) : f_.loadGlobal(e->text);
      case Kind::kFunction: {
        Generator inner(module_, &f_, e);
        return f_.closure(inner.run());
      }
      case Kind::kCall:
        value(e->a);
        for (Node* argument : e->list) value(argument);
        f_.at(e->span);
        return f_.emit(Op::kCall, e->list.size(), 1);
      default: {
        value(e->a);
        value(e->b);
        f_.at(e->span);
        static constexpr Op kOps[] = {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv, Op::kLt};
        f_.emit(e->text == "==" ? Op::kEq : kOps[std::string_view("+-*/<").find(e->text)]);
      }
    }
  }

  frontend::ModuleEmitter& module_;
  Node* function_;
  frontend::FunctionEmitter f_;
};

bool compile(frontend::Diagnostics& said, const frontend::CompileRequest& request, bytecode::Module& module) {
  base::Arena arena(request.watcher);
  Node* main = Parser(arena, said).parse();  // the tree lives in the arena
  if (!said.ok()) return false;
  frontend::ModuleEmitter emitter(said.source(), request.chunkName, "tally");
  Generator(emitter, nullptr, main).run();
  std::string error;
  uint32_t line;
  if (!emitter.take(module, error, line)) said.error("tally.limit", main->span, error);
  return said.ok();
}

// ---- 5. Library and program ----
runtime::NativeResult print(runtime::NativeCall& c) {
  runtime::Value v = c.arg(0);
  if (v.isString()) {
    std::puts(std::string(c.stringArg(0)).c_str());
  } else if (v.isDouble()) {
    std::printf("%g\n", v.asDouble());
  } else {
    std::puts(v.isNil() ? "nothing" : v.isTrue() ? "yes" : v.isFalsy() ? "no" : "a function");
  }
  return c.ret();
}

const runtime::LibraryEntry kLibrary[] = {
    {"print", {.function = print, .name = "print", .signature = "print(value)", .documentation = "Shows a value."}}};

int run(const char* path) {
  std::ifstream file(path);
  frontend::SourceFile source(path, std::string(std::istreambuf_iterator<char>(file), {}));
  frontend::Diagnostics said(source);
  bytecode::Module module;
  bool ok = compile(said, {.chunkName = std::string("@") + path, .watcher = {}}, module);
  std::fputs(frontend::renderAll(said).c_str(), stderr);
  if (!ok) return 65;

  runtime::IsolateOptions options;
  options.jit.mode = runtime::JitOptions::Mode::kOptimizing;
  runtime::Isolate isolate(options);
  const char* problem = nullptr;
  if (!interpreter::initializeEngine(isolate)) return 1;
  jit::enable(isolate, &problem);
  runtime::Rooted globals(isolate, runtime::newTable(isolate));
  runtime::registerLibrary(isolate, globals, kLibrary, std::size(kLibrary));
  runtime::Rooted prototype(isolate, runtime::loadModule(isolate, std::move(module)));
  runtime::Rooted main(isolate, runtime::newMainClosure(isolate, prototype, globals));
  std::vector<runtime::Value> results;
  if (isolate.call(main, nullptr, 0, results)) return 0;
  std::fprintf(stderr, "%s\n", std::string(runtime::asString(isolate.pendingError)->view()).c_str());
  return 70;
}

}  // namespace tally

int main(int argc, char** argv) { return argc == 2 ? tally::run(argv[1]) : 2; }
