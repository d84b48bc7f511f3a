#include "jit/regalloc/intervals.h"

namespace devvm::jit::regalloc {

Allocation allocate(const ir::Graph&, const Constraints& constraints, Method method) {
  if (method == Method::kColouring) {
    Allocation result;
    result.constraints = &constraints;
    result.method = method;
    LiveIntervals live(constraints);
    live.build();
    if (colour(live) == nullptr) {
      result.failure = resolve(live, result);
      return result;
    }
  }
  Allocation result;
  result.constraints = &constraints;
  LiveIntervals live(constraints);
  live.build();
  result.failure = linearScan(live);
  if (result.failure == nullptr) result.failure = resolve(live, result);
  return result;
}

}  // namespace devvm::jit::regalloc
