#include "bytecode/verifier.h"

#include "bytecode/abstract_interpreter.h"

namespace devvm::bytecode {
namespace {

constexpr uint32_t kNoParent = UINT32_MAX;
constexpr size_t kMaxUpvalues = 256;
/// Work on one module (see AbstractInterpreter): seconds. Real modules need a few units a byte of code; a
/// hostile file could ask for hours.
constexpr size_t kMaxWork = size_t{1} << 30;

/// Checks of the module as a whole and of the tables around the code.
class ModuleVerifier {
 public:
  ModuleVerifier(const Module& module, VerifyError& error) : module_(module), error_(error) {}

  bool run() {
    if (module_.mainFunction >= module_.functions.size()) return fail(0, 0, "the main function does not exist");
    for (uint32_t i = 0; i < module_.functions.size(); ++i) {
      if (!checkTables(i)) return false;
    }
    if (!linkParents() || !resolveUpvalues()) return false;
    size_t workLeft = kMaxWork;
    for (uint32_t i = 0; i < module_.functions.size(); ++i) {
      AbstractInterpreter::Context context{&module_, isCell_[i], &workLeft};
      AbstractInterpreter interpreter(module_.functions[i], &context);
      if (!interpreter.run()) return fail(i, interpreter.errorOffset(), interpreter.error());
    }
    return true;
  }

 private:
  bool fail(uint32_t function, uint32_t offset, std::string message) {
    error_ = {function, offset, std::move(message)};
    return false;
  }

  bool checkTables(uint32_t index) {
    const Function& f = module_.functions[index];
    if (f.code.size() > INT32_MAX) return fail(index, 0, "the code is too large");
    if (f.locals < f.parameters) return fail(index, 0, "there are fewer locals than parameters");
    if (!f.localKinds.empty() && f.localKinds.size() != f.locals)
      return fail(index, 0, "the kinds of locals are not as many as the locals");
    for (size_t i = 0; i < f.localKinds.size(); ++i) {
      if (f.localKinds[i] > SlotKind::kF64) return fail(index, 0, "local " + std::to_string(i) + " has no such kind");
      if (i < f.parameters && f.localKinds[i] != SlotKind::kValue)
        return fail(index, 0, "parameter " + std::to_string(i) + " must be of kind value");
    }
    if (f.upvalues.size() > kMaxUpvalues) return fail(index, 0, "there are more than 256 upvalues");
    if (f.children.size() > size_t{UINT16_MAX} + 1) return fail(index, 0, "there are too many child functions");
    int64_t last = -1;
    for (const LineEntry& line : f.lines) {
      if (int64_t{line.offset} <= last || line.offset >= f.code.size())
        return fail(index, line.offset, "the line table is not in order");
      last = line.offset;
    }
    for (const VariableEntry& variable : f.variables) {
      if (variable.start > variable.end || variable.end > f.code.size() || variable.slot >= f.locals) {
        return fail(index, variable.start, "the variable table names places or locals that do not exist");
      }
    }
    return true;
  }

  /// Every function has at most one parent, and parents form no cycle.
  bool linkParents() {
    parent_.assign(module_.functions.size(), kNoParent);
    for (uint32_t i = 0; i < module_.functions.size(); ++i) {
      for (uint32_t child : module_.functions[i].children) {
        if (child >= module_.functions.size())
          return fail(i, 0, "child function " + std::to_string(child) + " does not exist");
        if (child == module_.mainFunction) return fail(i, 0, "the main function cannot be a child");
        if (parent_[child] != kNoParent && parent_[child] != i)
          return fail(child, 0, "the function is a child of two functions");
        parent_[child] = i;
      }
    }
    // Parents first: a function whose parent never gets placed lies on a cycle.
    std::vector<std::vector<uint32_t>> childrenOf(module_.functions.size());
    for (uint32_t i = 0; i < parent_.size(); ++i) {
      if (parent_[i] == kNoParent) {
        order_.push_back(i);
      } else {
        childrenOf[parent_[i]].push_back(i);
      }
    }
    for (size_t next = 0; next < order_.size(); ++next) {
      for (uint32_t child : childrenOf[order_[next]]) order_.push_back(child);
    }
    if (order_.size() == module_.functions.size()) return true;
    std::vector<bool> placed(module_.functions.size());
    for (uint32_t i : order_) placed[i] = true;
    uint32_t lost = 0;
    while (placed[lost]) ++lost;
    return fail(lost, 0, "the function is its own descendant");
  }

  bool resolveUpvalues() {
    isCell_.resize(module_.functions.size());
    for (uint32_t i : order_) {
      const Function& f = module_.functions[i];
      const Function* parent = parent_[i] == kNoParent ? nullptr : &module_.functions[parent_[i]];
      for (size_t u = 0; u < f.upvalues.size(); ++u) {
        const Upvalue& upvalue = f.upvalues[u];
        std::string which = "upvalue " + std::to_string(u);
        if (upvalue.from > Upvalue::From::kParentValue) return fail(i, 0, which + " has no such origin");
        bool fromUpvalue = upvalue.from == Upvalue::From::kParentUpvalue;
        if (parent == nullptr && fromUpvalue)
          return fail(i, 0, which + " comes from an upvalue, but the function has no parent");
        if (parent != nullptr && upvalue.index >= (fromUpvalue ? parent->upvalues.size() : parent->locals)) {
          return fail(i, 0, which + " comes from a slot of the parent that does not exist");
        }
        isCell_[i].push_back(fromUpvalue ? isCell_[parent_[i]][upvalue.index]
                                         : upvalue.from == Upvalue::From::kParentLocal);
      }
    }
    return true;
  }

  const Module& module_;
  VerifyError& error_;
  std::vector<uint32_t> parent_;
  std::vector<uint32_t> order_;  ///< parents before children
  std::vector<std::vector<bool>> isCell_;
};

}  // namespace

std::string VerifyError::text(const Module& module) const {
  std::string result = "function " + std::to_string(function);
  if (function < module.functions.size() && !module.functions[function].name.empty()) {
    result += " (" + module.functions[function].name + ")";
  }
  return result + ", byte " + std::to_string(offset) + ": " + message;
}

bool verify(const Module& module, VerifyError& error) { return ModuleVerifier(module, error).run(); }

// ---- kinds on demand ------------------------------------------------------------------------------

class OperandKinds::Impl {
 public:
  explicit Impl(const Function& function) : interpreter(function, nullptr) { valid = interpreter.run(); }
  AbstractInterpreter interpreter;
  bool valid;
};

OperandKinds::OperandKinds(const Function& function) : impl_(std::make_unique<Impl>(function)) {}
OperandKinds::~OperandKinds() = default;
OperandKinds::OperandKinds(OperandKinds&&) noexcept = default;
OperandKinds& OperandKinds::operator=(OperandKinds&&) noexcept = default;

bool OperandKinds::at(uint32_t offset, std::vector<OperandKind>& kinds) const {
  std::vector<Kind> stack;
  if (!impl_->valid || !impl_->interpreter.stackAt(offset, stack)) return false;
  kinds.clear();
  for (Kind kind : stack) {
    switch (kind) {
      case Kind::kI64: kinds.push_back(OperandKind::kI64); break;
      case Kind::kF64: kinds.push_back(OperandKind::kF64); break;
      case Kind::kList: kinds.push_back(OperandKind::kList); break;
      default: kinds.push_back(OperandKind::kValue);
    }
  }
  return true;
}

bool usesRawKinds(const Function& function) {
  for (SlotKind kind : function.localKinds) {
    if (kind != SlotKind::kValue) return true;
  }
  // Raw slots come into being only by instructions whose effect says so; moves need one to begin with.
  for (const Instruction& in : Instructions(function.code)) {
    if (in.info->effect.find_first_of("id") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace devvm::bytecode
