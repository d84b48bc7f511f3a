#include "jit/tiering/code_chain.h"

#include <algorithm>

#include "interpreter/interpreter.h"

namespace devvm::jit {

using namespace runtime;

namespace {

int rank(const MachineCode& m) {
  if (m.discarded) return 3;
  if (m.callEntry == nullptr) return 2;
  return m.maps != nullptr ? 0 : 1;
}

}  // namespace

void addToChain(Code& code, std::unique_ptr<MachineCode> machine) {
  machine->previous = std::move(code.machine);
  code.machine = std::move(machine);
}

bool orderChain(Code& code) {
  std::vector<std::unique_ptr<MachineCode>> all;
  while (code.machine != nullptr) {
    all.push_back(std::move(code.machine));
    code.machine = std::move(all.back()->previous);
  }
  bool enterable = std::any_of(all.begin(), all.end(), [](const auto& m) { return rank(*m) < 2; });
  for (auto& m : all) m->discarded = m->discarded || !enterable;
  std::vector<std::unique_ptr<MachineCode>> sorted;
  for (int r = 0; r < 4; r++) {
    for (auto& m : all) {
      if (m != nullptr && rank(*m) == r) sorted.push_back(std::move(m));
    }
  }
  for (size_t i = sorted.size(); i-- > 0;) addToChain(code, std::move(sorted[i]));
  return enterable;
}

void enterFirst(Code& code) {
  code.machine->dormant = code.machine->awaitsSlice = false;
  code.start = interpreter::kEnterMachineCode;
  code.machineEntry = code.machine->callEntry;
}

}  // namespace devvm::jit
