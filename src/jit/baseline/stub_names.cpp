#include "jit/baseline/stubs.h"

namespace devvm::jit {

const char* stubName(const Stubs& stubs, uintptr_t address) {
  const struct {
    uintptr_t address;
    const char* name;
  } kNames[] = {
      {reinterpret_cast<uintptr_t>(stubs.enter), "enter"},
      {stubs.leave, "leave"},
      {stubs.exit, "exit"},
      {stubs.slow, "slow"},
      {stubs.slowAgain, "slowAgain"},
      {stubs.call, "call"},
      {stubs.goOn, "goOn"},
      {stubs.callOpen, "callOpen"},
      {stubs.goOnOpen, "goOnOpen"},
      {stubs.tailCall, "tailCall"},
      {stubs.tailCallOpen, "tailCallOpen"},
      {stubs.giveBack, "giveBack"},
      {stubs.fieldWays, "fieldWays"},
      {stubs.setWays, "setWays"},
      {stubs.leaf, "leaf"},
      {stubs.store, "store"},
      {stubs.interpreted, "interpreted"},
      {stubs.grow, "grow"},
  };
  // A field that was added to Stubs needs its name here.
  static_assert(sizeof(Stubs) == sizeof(kNames) / sizeof(kNames[0]) * sizeof(uintptr_t) + sizeof(CodeBlock));
  for (const auto& known : kNames) {
    if (known.address == address) return known.name;
  }
  return nullptr;
}

}  // namespace devvm::jit
