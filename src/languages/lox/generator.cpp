#include "languages/lox/generator.h"

#include "frontend/emitter.h"

namespace devvm::lox {

using bytecode::Label;
using bytecode::Op;
using frontend::FunctionEmitter;
using frontend::ModuleEmitter;

namespace {

constexpr uint32_t kMostFieldsAtOnce = 16;

Op operatorOf(Tok t) {
  switch (t) {
    case Tok::kPlus: return Op::kAdd;
    case Tok::kMinus: return Op::kSub;
    case Tok::kStar: return Op::kMul;
    case Tok::kSlash: return Op::kDiv;
    case Tok::kEqualEqual: return Op::kEq;
    case Tok::kBangEqual: return Op::kNe;
    case Tok::kLess: return Op::kLt;
    case Tok::kLessEqual: return Op::kLe;
    case Tok::kGreater: return Op::kGt;
    default: return Op::kGe;
  }
}

class Generator {
 public:
  Generator(ModuleEmitter& module, FunctionEmitter* parent, Function* function, bool isMain)
      : module_(module),
        function_(function),
        f_(module, parent, function->scope,
           {.name = isMain ? "" : function->name->text,
            .place = function->place,
            .parameters = static_cast<uint8_t>(isMain ? 0 : function->parameters.size() + 1),
            .flags = static_cast<uint8_t>(isMain ? 0 : bytecode::kExactArity),
            .isMain = isMain}) {}

  FunctionEmitter& run() {
    f_.at(function_->place);
    if (function_->self != nullptr) f_.parameter(function_->self);
    for (Variable* p : function_->parameters) f_.parameter(p);
    for (Stat* s : function_->body) statement(s);
    if (f_.code().reachable()) {
      f_.at({function_->place.end, function_->place.end});
      leave();
    }
    f_.finish();
    return f_;
  }

 private:
  // ---- statements: the operand stack is empty before and behind ----

  void statement(Stat* s) {
    if (!f_.code().reachable()) return;
    f_.at(s->place);
    switch (s->kind) {
      case StatKind::kExpression: return effect(s->expr);
      case StatKind::kPrint:
        f_.loadGlobal("(print)");
        value(s->expr);
        f_.at(s->place);
        return f_.emit(Op::kCall, 1, 0);
      case StatKind::kVar:
        begin(s);
        s->expr != nullptr ? value(s->expr) : f_.emit(Op::kNil);
        return define(s);
      case StatKind::kBlock: {
        size_t open = f_.openVariables();
        for (Stat* inner : s->list) statement(inner);
        return f_.endVariables(open);
      }
      case StatKind::kIf: return ifStatement(s);
      case StatKind::kWhile: return whileStatement(s);
      case StatKind::kFunction: {
        // It may call itself: the variable is there before its closure is made.
        if (s->variable != nullptr && s->variable->needsCell()) {
          f_.emit(Op::kNil);
          f_.initialize(s->variable);
          closure(s->function);
          return f_.store(s->variable);
        }
        begin(s);
        closure(s->function);
        return define(s);
      }
      case StatKind::kReturn:
        if (s->expr == nullptr) return leave();
        value(s->expr);
        return f_.emit(Op::kReturn1);
      case StatKind::kClass: return classStatement(s);
    }
  }

  /// What a definition of a global needs below the value.
  void begin(Stat* s) {
    if (s->variable != nullptr) return;
    f_.loadGlobal("(define)");
    f_.string(s->name->text);
  }
  void define(Stat* s) {
    if (s->variable != nullptr) return f_.initialize(s->variable);
    f_.emit(Op::kCall, 2, 0);
  }

  void leave() {
    function_->isInitializer ? f_.load(function_->self) : f_.emit(Op::kNil);
    f_.emit(Op::kReturn1);
  }

  void ifStatement(Stat* s) {
    Label end = f_.label();
    for (; s != nullptr; s = s->otherwise) {
      if (s->kind != StatKind::kIf) {
        statement(s);
        break;
      }
      f_.at(s->place);
      Label next = f_.label();
      jumpIfFalse(s->expr, next);
      statement(s->then);
      if (s->otherwise != nullptr && f_.code().reachable()) f_.jump(Op::kJump, end);
      f_.bind(next);
    }
    f_.bind(end);
  }

  void whileStatement(Stat* s) {
    auto loop = f_.beginLoop();
    if (s->expr != nullptr) jumpIfFalse(s->expr, loop.end);
    statement(s->then);
    if (s->increment != nullptr && f_.code().reachable()) {
      f_.at(s->place);
      effect(s->increment);
    }
    f_.endLoop(loop);
  }

  void jumpIfFalse(Expr* e, Label target) {
    bool negated = e->kind == ExprKind::kUnary && e->op == Tok::kBang;
    value(negated ? e->first : e);
    f_.jump(negated ? Op::kJumpIfTrue : Op::kJumpIfFalse, target);
  }

  // ---- classes ----

  void classStatement(Stat* s) {
    Class* c = s->klass;
    if (s->variable != nullptr) {
      f_.emit(Op::kNil);
      f_.initialize(s->variable);
    }
    size_t open = f_.openVariables();
    if (c->superclass != nullptr) {
      f_.loadGlobal("(superclass)");
      value(c->superclass);
      f_.at(c->superclass->place);
      f_.emit(Op::kCall, 1, 1);
      f_.initialize(c->super);
    }
    f_.loadGlobal("(class)");
    f_.string(c->name->text);
    c->superclass != nullptr ? f_.load(c->super) : f_.emit(Op::kNil);
    f_.emit(Op::kCall, 2, 2);
    f_.initialize(c->metatable);
    f_.initialize(c->methods);
    for (Function* m : c->list) {
      f_.load(c->methods);
      closure(m);
      f_.emit(Op::kSetField, f_.name(m->name->text));
    }
    if (c->maker == nullptr) {
      begin(s);
      f_.loadGlobal("(inherit)");
      value(c->superclass);
      f_.load(c->metatable);
      f_.emit(Op::kCall, 2, 1);
    } else {
      f_.loadGlobal("(setter)");
      f_.initialize(c->setter);
      if (c->initializer != nullptr) {
        f_.load(c->methods);
        f_.emit(Op::kGetProperty, f_.name("init"));
        f_.initialize(c->init);
      }
      begin(s);
      maker(c);
    }
    s->variable != nullptr ? f_.store(s->variable) : define(s);
    f_.endVariables(open);
  }

  /// The function that makes an instance; its first upvalue is the metatable.
  void maker(Class* c) {
    size_t count = c->initializer != nullptr ? c->initializer->parameters.size() : 0;
    std::string name = std::string(kClassPrefix) + std::string(c->name->text);
    Span place = c->initializer != nullptr ? c->initializer->place : Span{};
    FunctionEmitter m(
        module_, &f_, c->maker,
        {.name = name, .place = place, .parameters = static_cast<uint8_t>(count + 1), .flags = bytecode::kExactArity});
    m.at(place);
    m.load(c->metatable);
    m.emit(Op::kPop);
    m.load(c->setter);
    m.emit(Op::kNewTable, 0, c->initializer != nullptr ? std::min(c->initializer->fields, kMostFieldsAtOnce) : 0);
    m.load(c->metatable);
    m.emit(Op::kCall, 2, 1);
    if (c->initializer != nullptr) {
      m.emit(Op::kSetLocal, 0);
      m.load(c->init);
      for (size_t i = 0; i <= count; i++) m.emit(Op::kGetLocal, i);
      m.emit(Op::kCall, count + 1, 0);
      m.emit(Op::kGetLocal, 0);
    }
    m.emit(Op::kReturn1);
    m.finish();
    f_.closure(m);
  }

  void closure(Function* function) {
    Generator inner(module_, &f_, function, false);
    f_.closure(inner.run());
  }

  // ---- expressions ----

  /// Evaluates for the effects alone.
  void effect(Expr* e) {
    switch (e->kind) {
      case ExprKind::kCall: return pushed(e, 0);
      case ExprKind::kAssign: return assign(e, false);
      case ExprKind::kSet: return pushed(e, 0);
      default: value(e); return f_.emit(Op::kPop);
    }
  }

  void value(Expr* e) { pushed(e, 1); }

  /// Pushes the value of e, or (calls and stores) nothing.
  void pushed(Expr* e, int results) {
    // Down to what is evaluated first, and back up: chains are as long as they like.
    size_t bottom = spine_.size();
    for (Expr* n = e; n != nullptr; n = n->first) spine_.push_back(n);
    while (spine_.size() > bottom) {
      Expr* n = spine_.back();
      spine_.pop_back();
      finish(n, n == e ? results : 1, spine_.size() > bottom ? spine_.back() : nullptr);
    }
  }

  /// The rest of an expression whose `first` is on the stack. `user`: what it is the first of.
  void finish(Expr* e, int results, const Expr* user) {
    switch (e->kind) {
      case ExprKind::kNil: return f_.emit(Op::kNil);
      case ExprKind::kTrue: return f_.emit(Op::kTrue);
      case ExprKind::kFalse: return f_.emit(Op::kFalse);
      case ExprKind::kNumber: return f_.number(e->number);
      case ExprKind::kString: return f_.string(e->name->text);
      case ExprKind::kVariable:
      case ExprKind::kThis: variable(e); break;
      case ExprKind::kAssign: return assign(e, true);
      case ExprKind::kUnary: f_.at(e->place); return f_.emit(e->op == Tok::kBang ? Op::kNot : Op::kUnm);
      case ExprKind::kBinary:
        value(e->second);
        f_.at(e->place);
        return f_.emit(operatorOf(e->op));
      case ExprKind::kLogical: {
        Label end = f_.label();
        f_.jump(e->op == Tok::kAnd ? Op::kJumpIfFalseKeep : Op::kJumpIfTrueKeep, end);
        value(e->second);
        return f_.bind(end);
      }
      case ExprKind::kCall: return call(e, results);
      case ExprKind::kGet:
        f_.at(e->place);
        // A call wants the receiver, too, and no bound method.
        if (user != nullptr && user->kind == ExprKind::kCall && e->op == Tok::kEnd) {
          return f_.emit(Op::kSelf, f_.name(e->name->text));
        }
        f_.emit(Op::kGetProperty, f_.name(e->name->text));
        break;
      case ExprKind::kSet:
        value(e->second);
        if (results != 0) {
          // object value -> value object value
          f_.emit(Op::kDup);
          f_.emit(Op::kRot);
          f_.emit(Op::kSwap);
        }
        f_.at(e->place);
        return f_.emit(Op::kSetField, f_.name(e->name->text));
      case ExprKind::kSuper: return super(e, user);
    }
    // Any other callee gets nil as its receiver.
    if (user != nullptr && user->kind == ExprKind::kCall) f_.emit(Op::kNil);
  }

  void variable(const Expr* e) {
    if (e->variable != nullptr) return f_.load(e->variable);
    f_.at(e->place);
    f_.loadGlobal(e->name->text);
  }

  void assign(Expr* e, bool keep) {
    value(e->second);
    if (keep) f_.emit(Op::kDup);
    if (e->variable != nullptr) return f_.store(e->variable);
    f_.at(e->place);
    f_.storeGlobal(e->name->text);
  }

  void call(Expr* e, int results) {
    // The callee is there; those that are neither methods nor names have no receiver below the arguments yet.
    switch (e->first->kind) {
      case ExprKind::kVariable:
      case ExprKind::kThis:
      case ExprKind::kGet:
      case ExprKind::kSuper: break;
      default: f_.emit(Op::kNil);
    }
    for (Expr* a : e->arguments) value(a);
    f_.at(e->place);
    f_.emit(Op::kCall, e->arguments.size() + 1, results);
  }

  void super(Expr* e, const Expr* user) {
    bool isCalled = user != nullptr && user->kind == ExprKind::kCall;
    if (!isCalled) {
      f_.loadGlobal("(bind)");
      f_.load(e->receiver);
    }
    f_.load(e->variable);
    f_.at(e->place);
    f_.emit(Op::kGetProperty, f_.name(e->name->text));
    if (isCalled) return f_.load(e->receiver);
    f_.emit(Op::kCall, 2, 1);
  }

  ModuleEmitter& module_;
  Function* function_;
  FunctionEmitter f_;
  std::vector<Expr*> spine_;
};

}  // namespace

bool generate(Function* main, const frontend::SourceFile& source, std::string chunkName, bytecode::Module& module,
              std::string& error, uint32_t& line) {
  ModuleEmitter emitter(source, std::move(chunkName), "lox");
  Generator(emitter, nullptr, main, true).run();
  return emitter.take(module, error, line);
}

}  // namespace devvm::lox
