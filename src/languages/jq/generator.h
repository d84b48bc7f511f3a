// The code generator's class. Private to the compiler; see docs/jq.md for the scheme.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "languages/jq/emitter.h"

namespace devvm::jq {

/// A mutable variable of the generator's own: a cell, so that continuations that became closures can set it.
struct CellPlace {
  FunctionState* function = nullptr;
  uint16_t local = 0;
};

class Generator {
 public:
  Generator(std::string_view source, const CompileOptions& options, std::vector<std::string>& messages);
  std::unique_ptr<CompiledProgram> run(std::unique_ptr<Program> program);

 private:
  using Op = bytecode::Op;
  using Label = bytecode::Label;

  // ---- emitting (emitter.cpp) ----
  void emit(Op op);
  void emit(Op op, int64_t a);
  void emit(Op op, int64_t a, int64_t b);
  void emit(Op op, int64_t a, int64_t b, int64_t c);
  void jump(Op op, Label target);
  Label label() { return fs_->builder.newLabel(); }
  void bind(Label l) { fs_->builder.bind(l); }
  uint16_t newLocal(bytecode::SlotKind kind = bytecode::SlotKind::kValue);
  Operand localOperand(uint16_t local) { return {Operand::Kind::kPlace, {fs_, local, ""}, 0, ""}; }
  void load(const Operand& operand);
  void loadPlace(const Place& place);
  void global(std::string_view name);
  /// Upvalue of `fs` that is the local of an outer function.
  int64_t upvalue(FunctionState* fs, FunctionState* owner, uint16_t local, bool cell);
  /// Calls a native with operands; the result in a fresh local.
  Operand callNative(std::string_view name, std::initializer_list<const Operand*> arguments);
  void callNativeInto(uint16_t result, std::string_view name, std::initializer_list<const Operand*> arguments);
  Operand callNativeList(std::string_view name, const std::vector<Operand>& arguments);
  void assign(uint16_t local, const Operand& value);
  CellPlace newCell(const Operand& value);
  void storeCell(const CellPlace& cell, const Operand& value);
  Operand loadCell(const CellPlace& cell);
  FunctionState* beginFunction(uint8_t parameters, const std::string& name);
  void endFunction();
  Region openRegion();
  void suspend(Region& region);
  void resume(Region& region);
  /// Closes it and begins the handler; the exception is on the stack.
  void beginHandler(Region& region);
  void fail(std::string message, const Node* node);

  // ---- analysis (analysis.cpp) ----
  bool isSingle(const Node* n, const Scope* scope);
  bool patternIsSingle(const Pattern* p, const Scope* scope);
  void bindNames(const Pattern* p, const Scope*& scope);
  bool computeSingle(const Node* n, const Scope* scope);
  bool callIsSingle(const Node* n, const Scope* scope);
  /// No outputs: empty, break, error.
  bool isSilent(const Node* n, const Scope* scope);
  bool isRecursive(const Definition* definition);
  const Scope* find(const Scope* scope, const std::string& name, size_t arity, Scope::Kind kind);
  const Scope* findCall(const Scope* scope, const std::string& name, size_t arity);
  const Scope* bindArguments(const Scope* function, const Node* call, const Scope* callerScope);
  Scope* newScope(const Scope* outer, Scope::Kind kind, std::string name);
  const Scope* home(const Scope* function) const { return function->home != nullptr ? function->home : function; }

  // ---- filters with exactly one output (evaluate.cpp) ----
  Operand evaluate(const Node* n, const Operand& in, const Scope* scope);
  Operand evaluateNode(const Node* n, const Operand& in, const Scope* scope);
  /// Emits code that returns the output, with tail calls.
  void evaluateTail(const Node* n, const Operand& in, const Scope* scope);
  void addModule(const Import& import, const std::string& from, const Scope*& scope, int depth);
  Operand evaluateCall(const Node* n, const Operand& in, const Scope* scope);
  Operand evaluateIf(const Node* n, const Operand& in, const Scope* scope);
  Operand evaluateObject(const Node* n, const Operand& in, const Scope* scope);
  Operand evaluateTry(const Node* n, const Operand& in, const Scope* scope);
  Operand evaluateAlternative(const Node* n, const Operand& in, const Scope* scope);
  Operand collect(const Node* body, const Operand& in, const Scope* scope);
  Operand reduce(const Node* n, const Operand& in, const Operand& start, const Scope* scope);
  Operand assignPaths(const Node* n, const Operand& in, const Operand& value, const Scope* scope);
  Operand update(const Node* n, const Operand& in, const Scope* scope);
  Operand toText(const Operand& value, const std::string& format);
  void jumpIfFalse(const Node* condition, const Operand& in, const Scope* scope, Label target);

  // ---- all filters (push.cpp) ----
  void push(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushValue(const Node* n, const Operand& in, const Scope* scope,
                 const std::function<void(const Operand&, bool)>& k, bool tail);
  void pushIterate(const Datum& d, const Continuation& k);
  void pushRounds(const Node* n, const Datum& in, const Scope* scope, const std::function<void(const Scope*)>& round);
  void pushIndexed(const Node* n, const Operand& key, const Datum& in, const Scope* scope, const Continuation& k,
                   bool tail);
  void pushIndex(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushSlice(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushIf(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushAlternative(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushTry(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushReduce(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushForeach(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  LabelState* newLabelState();
  void enter(LabelState& state, const std::function<void()>& body);
  void leave(LabelState& state);
  void pushLabel(const Node* n, const Datum& in, const Scope* scope, const Continuation& k);
  void pushNode(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushBreak(const Node* n, const Scope* scope);
  void pushBind(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void pushCartesian(const std::vector<const Node*>& nodes, size_t i, const Operand& in, const Scope* scope,
                     std::vector<Operand>& values, bool lastFirst, const std::function<void(bool)>& k, bool tail);
  void pushOther(const Node* n, const Operand& in, const Scope* scope, const Continuation& k, bool tail);
  void pushAssignment(const Node* n, const Operand& in, const Scope* scope, const Continuation& k, bool tail);
  void bindPatterns(const std::vector<Pattern*>& patterns, const Operand& value, const Operand& in, const Scope* scope,
                    const std::function<void(const Scope*, bool)>& body, bool tail);
  void destructure(const Pattern* p, size_t entry, const Operand& value, const Operand& in, const Scope* scope,
                   const std::function<void(const Scope*, bool)>& body, bool tail,
                   const std::map<std::string, uint16_t>* shared);
  Continuation guarded(Region* region, const Operand& id, const Continuation& k);
  /// A continuation that may be emitted several times.
  Continuation shareable(const Continuation& k, bool tracked);
  Operand reifyShared(const Continuation& k, bool tracked);
  Continuation calling(const Operand& closure);
  void emitCall(int64_t arguments, bool tail);
  Operand reify(const Continuation& k, bool tracked);

  // ---- calls (calls.cpp) ----
  void pushCall(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  bool pushSpecial(const Node* n, const Datum& in, const Scope* scope, const Continuation& k, bool tail);
  void inlineCall(const Scope* function, const Node* call, const Datum& in, const Scope* scope, const Continuation& k,
                  bool tail);
  void pushValueArguments(const Scope* function, const Node* call, size_t i, const Operand& in, const Scope* scope,
                          const Scope* bound, const std::function<void(const Scope*, bool)>& k, bool tail);
  const Scope* bindValue(const std::string& name, const Operand& v, const Scope* outer);
  Node* synthesize(const std::string& name);
  void pushInstance(const Scope* function, const Node* call, const Datum& in, const Scope* scope, const Continuation& k,
                    bool tail);
  Operand instance(const Scope* function, bool tracked, bool single);
  Operand closureOf(const Node* argument, const Scope* scope);
  void undefined(const Node* n);

  std::string_view source_;
  const CompileOptions& options_;
  std::vector<std::string>& messages_;
  std::string_view file_ = "<top-level>";
  std::unique_ptr<CompiledProgram> result_;
  std::deque<bytecode::Function> functions_;  // stable while they are built
  std::deque<std::unique_ptr<FunctionState>> states_;
  std::deque<Scope> scopes_;
  std::deque<LabelState> labels_;
  FunctionState* fs_ = nullptr;
  std::unordered_map<std::string, Scope*> builtins_;  // name/arity
  std::vector<std::unique_ptr<Program>> programs_;
  std::map<std::pair<const Node*, const Scope*>, bool> single_;
  std::vector<std::pair<const Node*, const Scope*>> singleLog_;
  std::map<std::tuple<const Scope*, const Node*, const Scope*>, const Scope*> bound_;
  std::map<const Definition*, bool> recursive_;
  std::map<std::string, std::string> literals_;
  uint32_t work_ = 0, depth_ = 0;
  bool failed_ = false;

  friend struct DepthGuard;
};

/// Whether a native filter of this name exists (library.cpp).
bool isNativeFilter(const std::string& name, size_t arity);
/// The definitions in jq itself.
std::string_view preludeSource();

}  // namespace devvm::jq
