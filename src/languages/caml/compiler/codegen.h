// Checked syntax tree to bytecode.
//
// Integers, characters and floats are raw on the operand stack and in locals of their own; everything that is passed,
// returned, captured or stored in a block is a value. A function of n parameters is a closure of n parameters; calls of
// functions whose arity is known are plain calls, all others go through the native `apply`. Top-level values are fields
// of the table of globals. Operands are evaluated from right to left, as the reference's bytecode does.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bytecode/builder.h"
#include "languages/caml/compiler/checker.h"

namespace devvm::caml {

using bytecode::Op;
using bytecode::SlotKind;

struct FunctionCode;

/// What becomes of a value: it is pushed in some kind, dropped, or returned.
struct Destination {
  enum class Mode : uint8_t { kPush, kDrop, kReturn } mode = Mode::kPush;
  SlotKind kind = SlotKind::kValue;
};

class CodeGenerator {
 public:
  CodeGenerator(Checker& checker, base::Arena& arena, const frontend::SourceFile& source);

  /// All units into one module. False with a message if something does not fit the format.
  bool generate(bytecode::Module& module, std::string& error);

 private:
  friend struct FunctionCode;

  /// Where the value that patterns look at is: a local, or parts of a tuple that is not made.
  struct Subject {
    uint16_t slot = 0;
    SlotKind kind = SlotKind::kValue;
    Type* type = nullptr;
    std::vector<Subject> parts;
  };
  /// Operands that wait on the stack while others are evaluated: handlers keep them.
  struct Pending {
    Pending(CodeGenerator& g, uint32_t n);
    ~Pending();
    CodeGenerator& generator;
    uint32_t count;
  };
  using Label = bytecode::Label;

  // ---- codegen.cpp: functions, slots, variables ----
  FunctionCode* begin(FunctionCode* parent, std::string_view name, uint32_t parameters);
  void finish(FunctionCode* f);
  uint16_t newSlot(SlotKind kind);
  void freeSlot(uint16_t slot);
  void items(const std::vector<Item*>& list);
  void item(Item* item);
  void exception(Constructor* c);
  void at(Span span);
  bytecode::FunctionBuilder& out();
  void fail(const std::string& message);
  SlotKind kindOf(Type* type);
  TypeInfo* infoOf(Type* type);
  static Variable* resolve(Variable* v);
  void bindSlot(Variable* v);
  void store(Variable* v, SlotKind have);
  void pushVariable(Variable* v, Type* type, SlotKind want);
  uint8_t upvalueOf(FunctionCode* f, Variable* v);
  void getGlobal(std::string_view name);
  void setGlobal(std::string_view name);
  void convert(SlotKind have, SlotKind want);
  void deliver(SlotKind have, Destination to);
  void constant(const Constant& c, SlotKind want);
  void intConstant(int64_t value, SlotKind want);
  void getLocal(uint16_t slot);
  void setLocal(uint16_t slot);

  // ---- codegen_expressions.cpp ----
  void generate(Expr* e, Destination to);
  void push(Expr* e, SlotKind want) { generate(e, {Destination::Mode::kPush, want}); }
  void branch(Expr* e, Label target, bool when);
  void operands(const std::vector<Expr*>& list, const std::vector<SlotKind>& kinds);
  bool isSimple(Expr* e);
  void function(Expr* e, Variable* self);
  void functionValue(Expr* e, Variable* v);
  void letExpr(Seq<Binding> bindings, bool recursive, bool isTop);
  void construct(Expr* e, Destination to);
  void record(Expr* e, Destination to);
  void forLoop(Expr* e);
  void whileLoop(Expr* e);
  void makeBlock(uint32_t tag, uint32_t size);
  void sequence(Expr* e, Destination to);
  void lazy(Expr* e);
  void assertion(Expr* e, Destination to);
  void raiseAt(const char* exception, Span span);

  // ---- codegen_calls.cpp ----
  void apply(Expr* e, Destination to);
  void callNative(const char* name, const std::vector<Expr*>& arguments, Destination to);
  void nativeOnStack(std::string_view name, uint32_t count);
  bool primitive(std::string_view name, Expr* e, const std::vector<Expr*>& arguments, Destination to);
  bool compare(std::string_view name, const std::vector<Expr*>& arguments, Label* target, bool when);
  void primitiveClosure(Variable* v, Type* type);
  void partial(Expr* f, Variable* v, const std::vector<Expr*>& arguments, Destination to);
  void partialWithHoles(Expr* e, Destination to);
  void applyValue(const std::vector<Argument>& arguments, size_t from, Destination to);
  void argument(const Argument& a);
  static bool callsItself(Expr* e, Variable* v);

  // ---- codegen_match.cpp ----
  void match(Expr* e, Destination to);
  void tryExpr(Expr* e, Destination to);
  void cases(const std::vector<Case*>& list, const Subject& subject, Destination to,
             const std::function<void()>& otherwise);
  void test(Pattern* p, const Subject& subject, Label fail, bool tagKnown = false);
  void testTag(Constructor* c, const Subject& subject, Label fail);
  void jumpUnlessConstant(const Subject& subject, TypeInfo* type, Label target);
  void testConstant(const Constant& c, const Subject& subject, Label fail);
  void part(Pattern* p, const Subject& block, uint32_t index, Label fail);
  void bind(Variable* v, const Subject& subject);
  bool dispatch(const std::vector<Case*>& list, const Subject& subject, const std::vector<Label>& entries,
                const std::vector<Label>& inside);
  void pushSubject(const Subject& s, SlotKind want);
  void makeSlots(Pattern* p);
  void freeSlots(Pattern* p);
  bool refutable(Pattern* p);
  Subject subjectFor(Expr* e, const std::vector<Pattern*>& patterns);
  void freeSubject(const Subject& s);

  Checker& checker_;
  base::Arena& arena_;
  const frontend::SourceFile& source_;
  std::deque<FunctionCode> functions_;
  FunctionCode* now_ = nullptr;
  std::string error_;
  bool inLibrary_ = false;
};

/// One function while its code is made.
struct FunctionCode {
  FunctionCode(FunctionCode* outer, bytecode::Function* function) : parent(outer), out(function), builder(*function) {}
  FunctionCode* parent;
  bytecode::Function* out;
  bytecode::FunctionBuilder builder;
  uint32_t index = 0;
  std::unordered_map<Variable*, uint8_t> upvalues;
  std::vector<SlotKind> kinds;
  std::vector<uint16_t> freeSlots[3];
  uint32_t pending = 0;  ///< operands on the stack
  uint32_t tries = 0;    ///< regions around: no tail calls
  Variable* self = nullptr;
  bytecode::Label start;  ///< for calls of itself
  bool selfCalled = false;
  std::vector<std::pair<uint16_t, SlotKind>> parameters;  ///< where self calls store their arguments
  std::vector<bytecode::ExceptionRegion::Kind> regions;
};

/// Notes for every variable whether a closure captures it.
class CaptureAnalysis {
 public:
  void items(const std::vector<Item*>& list) {
    for (Item* i : list) item(i);
  }

 private:
  void item(Item* i);
  void expr(Expr* e);
  void pattern(Pattern* p);
  void use(Variable* v);
  std::unordered_map<Variable*, uint32_t> homes_;
  uint32_t function_ = 0, functions_ = 0;
};

}  // namespace devvm::caml
