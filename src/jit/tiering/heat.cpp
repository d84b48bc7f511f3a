#include "jit/tiering/heat.h"

#include "interpreter/interpreter.h"

namespace devvm::jit {

using namespace runtime;

void HeatPolicy::decay(Isolate& isolate) const {
  for (Code* code = isolate.codes; code != nullptr; code = code->next) {
    if (code->start != interpreter::kCountCode || code->machine != nullptr) continue;
    uint32_t all = untilHot(*code);
    // Functions that wait for longer than usual, or are nearly there for a special reason, go on as they are.
    if (code->heat < all) code->heat = all - (all - code->heat) / 2;
    if (code->loopHeat != 0 && code->loopHeat < loopPolls()) code->loopHeat = loopPolls();
  }
}

}  // namespace devvm::jit
