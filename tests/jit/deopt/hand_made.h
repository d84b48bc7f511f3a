// An isolate whose `outer` runs optimized code that was written by hand, with `inner` taken in:
//
//     function inner(x, p) local y = x * 2; p(y); return y + x end
//     function outer(a, p, f)
//       local c = a + 0.5
//       local r = f(c, p)
//       return r + c
//     end
//
// The code keeps values where the interpreter would not: c as a raw double in the word of a, y in those of the inlined
// frame's header, p in y's. All other words hold garbage that no collector survives.
#pragma once

#include <string>
#include <vector>

#include "jit/deopt/deoptimizer.h"
#include "jit/deopt/stubs.h"
#include "runtime/isolate.h"

namespace devvm::jit::testing {

/// The least that compilers do: run machine code, and take its frames apart.
struct HandMadeTiers final : runtime::Tiers {
  explicit HandMadeTiers(const Stubs& stubs) : stubs(stubs) {}
  void loaded(runtime::Code& code) override { code.machineEntry = reinterpret_cast<const uint8_t*>(stubs.interpreted); }
  void functionIsHot(runtime::Isolate&, runtime::Code&) override {}
  const uint8_t* loopReached(runtime::Isolate&, runtime::Code&, uint32_t) override { return nullptr; }
  void observe(runtime::Isolate&) override {}
  void requestSlice(runtime::Isolate&, runtime::Code&) override {}
  void polled(runtime::Isolate&, bool optimized) override { (optimized ? quietPolls : polls)++; }
  void collected(heap::Heap&) override {}
  void maintain(runtime::Isolate&) override {}
  void enter(runtime::Isolate& isolate, const uint8_t* address, heap::Value* calleeSlot, heap::Value result) override {
    entries++;
    stubs.enter(&isolate, address, calleeSlot, result.bits());
  }
  void deoptimized(runtime::Isolate&, runtime::Code&, const uint8_t* from) override { exits.push_back(from); }
  void materialize(runtime::Fiber& fiber, heap::Value* callee) override {
    settled++;
    jit::materialize(fiber, callee);
  }
  void materializeReturned(runtime::Fiber& fiber, const uint8_t* address) override {
    settled++;
    jit::materializeReturned(fiber, address);
  }
  void factChanged(runtime::Isolate&, const runtime::ShapeFact&) override {}
  void upvalueChanged(runtime::Isolate&) override {}
  void visitYoung(heap::SlotVisitor&) override {}
  void findShapes(const runtime::Isolate&, std::vector<uint8_t>&) const override {}
  void shapesFreed(runtime::Isolate&, const std::vector<uint8_t>&, uint8_t) override {}
  void release(runtime::Code& code) override { code.machine = nullptr; }

  const Stubs& stubs;
  int polls = 0, quietPolls = 0, entries = 0, settled = 0;
  std::vector<const uint8_t*> exits;
};

class HandMade {
 public:
  /// `optimized` false: everything is interpreted.
  HandMade(bool optimized, const runtime::IsolateOptions& options = {});
  ~HandMade();
  runtime::Isolate& isolate() { return *isolate_; }
  HandMadeTiers& tiers() { return *tiers_; }
  /// Runs a chunk; what it returns as text, or its error.
  std::string run(const std::string& text);

 private:
  void install();

  CodeMemory memory_;
  Stubs stubs_;
  OptimizedStubs optimizedStubs_;
  CodeBlock block_;
  std::unique_ptr<runtime::Isolate> isolate_;
  HandMadeTiers* tiers_ = nullptr;
};

}  // namespace devvm::jit::testing
