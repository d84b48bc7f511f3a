#include "jit/tiering/compile_budget.h"

#include "runtime/isolate.h"

namespace devvm::jit {

CompileBudget::Spending::~Spending() { budget_.spent_ += runtime::monotonicNanos() - began_; }

}  // namespace devvm::jit
