// New tables, cells, closures: by leaf calls while the nursery has room, else by the interpreter.

#include "jit/baseline/compiler.h"
#include "jit/baseline/leaf_calls.h"

namespace devvm::jit {

using namespace x64;

/// rax = what the leaf function makes; without room in the nursery the interpreter does it.
void Compiler::allocateByLeaf(int64_t function) {
  callLeaf(function);
  a.cmp64(rax, a.literal64(Value::kAbsentBits));
  a.jcc(Condition::kEqual, slow(), Distance::kNear);
}

void Compiler::newTable(uint32_t elements, uint32_t fields) {
  Gpr result = allocate();
  a.mov32(rax, elements);
  a.mov32(rcx, fields);
  allocateByLeaf(addressOf(&leafNewTable));
  a.mov64(result, rax);
  push(result, Known::kTable);
}

/// The local's value moves into a cell.
void Compiler::newCell(uint32_t l) {
  beforeLocalChanges(l);
  a.mov64(rax, local(l));
  allocateByLeaf(addressOf(&leafNewCell));
  a.mov64(local(l), rax);
  facts_[l] = {};
}

void Compiler::closure(uint32_t child) {
  Gpr result = allocate();
  a.mov32(rax, child);
  a.mov64(rcx, kFrame);
  allocateByLeaf(addressOf(&leafClosure));
  a.mov64(result, rax);
  push(result);
}

/// mark_close and close: nil and false, which most generic loops have there, need no look at metamethods.
void Compiler::markClose(uint32_t l) {
  a.mov64(rax, local(l));
  a.sub64(rax, a.literal64(Value::kNilBits));
  a.cmp64(rax, 1);
  static_assert(Value::kFalseBits == Value::kNilBits + 1);
  a.jcc(Condition::kAbove, slow(), Distance::kNear);
}

}  // namespace devvm::jit
