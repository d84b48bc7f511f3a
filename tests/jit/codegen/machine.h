// Runs graphs that are given as text: compiled by generate(), on the main fiber of an isolate, by the real way in.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "../../runtime/fixture.h"
#include "jit/baseline/layout.h"
#include "jit/codegen/codegen.h"
#include "runtime/code.h"
#include "runtime/fiber.h"

namespace devvm::jit::testing {

using heap::Value;
using runtime::testing::integer;
using runtime::testing::number;

/// How code was left.
struct Outcome {
  enum class How { kReturned, kExit, kPoll } how = How::kReturned;
  Value value;        ///< of a return
  ExitRecord record;  ///< of an exit
  /// Values of the record's frames, outermost first, locals and operands: raw ones boxed.
  std::vector<std::vector<Value>> frames;
};

class Machine {
 public:
  Machine();
  ~Machine();

  /// Compiles text. False (and a failed test): it cannot be.
  bool compile(std::string_view text);
  /// Compiles text into a function that others can call: its closure. %N in a text is the code of function N.
  Value function(std::string_view text, uint8_t parameters);
  /// Why not; empty: it could be compiled.
  std::string refusalOf(std::string_view text);
  /// Runs it with these arguments in its first words.
  Outcome run(std::initializer_list<Value> arguments);
  Value call(std::initializer_list<Value> arguments);

  runtime::testing::TestIsolate isolate;
  uint8_t wanted = 1;  ///< results
  Value results[4];    ///< where the callee was, downwards
  OptimizedCode code;
  std::string assembly() const;

 private:
  void makeStubs();
  Value valueAt(const ValuePlace& place) const;

  std::unique_ptr<CodeMemory> memory_;
  std::deque<runtime::Code> codes_;      ///< of the graph's functions
  std::deque<runtime::Code> functions_;  ///< that function() made
  std::vector<CodeBlock> blocks_;        ///< theirs
  Value callee_;                         ///< who runs
  runtime::Handle fiber_;
  runtime::Fiber* fiber() const { return runtime::as<runtime::FiberObject>(fiber_.get())->fiber; }
  Stubs stubs_;
  CodegenStubs own_;
  LeavingStubs leaving_;
  CodeBlock testStubs_, block_;
  const uint8_t* returned_ = nullptr;
  struct Saved {
    uint64_t gpr[16], xmm[16], result, how, from;
  } saved_;
};

}  // namespace devvm::jit::testing
