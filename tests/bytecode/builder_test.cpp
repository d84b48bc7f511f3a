#include <chrono>

#include "bytecode/stack_effect.h"
#include "helpers.h"

namespace devvm::bytecode {
namespace {

/// A function with a builder and a few locals.
struct Fixture {
  explicit Fixture(uint16_t locals = 20) : builder(function) { function.locals = locals; }
  std::string finish(bool fuse = true) { return finished(builder, function, fuse); }
  std::string failure() {
    std::string error;
    EXPECT_FALSE(builder.finish(error));
    return error;
  }
  /// Verifies the function as the main function of a module.
  std::string verdict() {
    Module module;
    module.functions.push_back(function);
    return rejection(module);
  }
  Function function;
  FunctionBuilder builder;
};

/// Emits one component with small operands; jumps go to `target`.
void emitComponent(FunctionBuilder& b, Op op, Label target) {
  std::string_view operands = opInfo(op).operands;
  std::vector<int64_t> values;
  for (char letter : operands) {
    if (isFeedbackOperand(letter) || letter == 'j') continue;
    values.push_back(letter == 'k' ? b.constant(std::string("name")) : letter == 'n' ? 1 : 2);
  }
  if (operands.find('j') != std::string_view::npos) {
    if (values.empty()) return b.emitJump(op, target);
    if (values.size() == 1) return b.emitJump(op, values[0], target);
    return b.emitJump(op, values[0], values[1], target);
  }
  switch (values.size()) {
    case 0: return b.emit(op);
    case 1: return b.emit(op, values[0]);
    case 2: return b.emit(op, values[0], values[1]);
    default: return b.emit(op, values[0], values[1], values[2]);
  }
}

/// Values that the sequence needs below what it pushes itself.
void emitInputs(FunctionBuilder& b, const FusionInfo& fusion) {
  Function scratch;
  scratch.locals = 20;
  int64_t depth = 0, lowest = 0;
  for (unsigned i = 0; i < fusion.count; ++i) {
    FunctionBuilder one(scratch);
    Instruction in;
    in.op = fusion.components[i];
    in.info = &opInfo(in.op);
    in.operandCount = static_cast<uint8_t>(in.info->operands.size());
    for (unsigned k = 0; k < in.operandCount; ++k) in.operands[k] = in.info->operands[k] == 'n' ? 1 : 2;
    StackEffect effect = stackEffect(in);
    lowest = std::min(lowest, depth - effect.pops);
    depth += int64_t{effect.pushes} - effect.pops;
  }
  for (; lowest < 0; ++lowest) b.emit(Op::kVararg, 1);
}

TEST(Fusion, EverySequenceIsFused) {
  size_t count = 0;
  const FusionInfo* all = fusions(count);
  for (size_t i = 0; i < count; ++i) {
    const FusionInfo& fusion = all[i];
    Fixture t;
    t.function.flags = kVararg;
    t.function.upvalues.resize(3);
    Label top = t.builder.newLabel(), out = t.builder.newLabel();
    t.builder.bind(top);
    emitInputs(t.builder, fusion);
    for (unsigned c = 0; c < fusion.count; ++c) {
      emitComponent(t.builder, fusion.components[c], fusion.components[c] == Op::kForInTest ? top : out);
    }
    if (t.builder.reachable()) t.builder.emit(Op::kReturn0);
    t.builder.bind(out);
    t.builder.emit(Op::kReturn0);
    std::string text = t.finish();
    std::string expected(opInfo(fusion.fused).mnemonic);
    if (fusion.tail) expected += " " + std::string(opInfo(fusion.components[fusion.count - 1u]).mnemonic);
    EXPECT_NE(text.find(expected), std::string::npos) << expected << " in " << text;
    EXPECT_EQ(t.verdict(), "") << text;
    // The components decode with the operands that were emitted.
    for (const Instruction& in : Instructions(t.function.code)) {
      if (in.op != fusion.fused) continue;
      std::array<Instruction, 4> parts;
      unsigned parted = expandComponents(in, parts);
      ASSERT_EQ(parted, static_cast<unsigned>(fusion.count - fusion.tail));
      for (unsigned c = 0; c < parted; ++c) {
        EXPECT_EQ(parts[c].op, fusion.components[c]);
        for (unsigned k = 0; k < parts[c].operandCount; ++k) {
          char letter = parts[c].info->operands[k];
          if (letter == 'l' || letter == 'i' || letter == 'u') {
            EXPECT_EQ(parts[c].operands[k], 2);
          }
        }
      }
    }
  }
}

TEST(Fusion, NotWhenSwitchedOff) {
  Fixture t;
  t.builder.emit(Op::kGetLocal, 0);
  t.builder.emit(Op::kInt8, 1);
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kSetLocal, 0);
  t.builder.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(false), "get_local int8 add set_local return0");
}

TEST(Fusion, NotAcrossLabels) {
  for (int at = 1; at <= 3; ++at) {
    Fixture t;
    Label label = t.builder.newLabel();
    t.builder.emit(Op::kLoopHead);
    // At each place the operand stack holds what the loop brings.
    auto here = [&](int place) {
      if (place == at) t.builder.bind(label);
    };
    t.builder.emit(Op::kGetLocal, 0);
    here(1);
    t.builder.emit(Op::kInt8, 1);
    here(2);
    t.builder.emit(Op::kAdd);
    here(3);
    t.builder.emit(Op::kSetLocal, 0);
    for (int i = 0; i < (at == 2 ? 2 : 1); ++i) t.builder.emit(Op::kGetLocal, 0);
    t.builder.emitJump(Op::kLoop, label);
    std::string text = t.finish();
    if (at == 1) {
      EXPECT_EQ(text.find("loop_head get_local add_i_set "), 0u) << text;
    }
    if (at == 2) {
      EXPECT_EQ(text.find("loop_head get_local int8 add_set set_local"), 0u) << text;
    }
    if (at == 3) {
      EXPECT_EQ(text.find("loop_head add_li set_get "), 0u) << text;
    }
  }
}

TEST(Fusion, UnreferencedLabelsDoNotMatter) {
  Fixture t;
  t.builder.emit(Op::kGetLocal, 0);
  t.builder.bind(t.builder.newLabel());
  t.builder.emit(Op::kInt8, 1);
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kReturn1);
  EXPECT_EQ(t.finish(), "add_li return1");
}

TEST(Fusion, NotAcrossRegionBoundaries) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label start = b.newLabel(), end = b.newLabel(), handler = b.newLabel();
  b.emit(Op::kGetLocal, 0);
  b.bind(start);
  b.emit(Op::kInt8, 1);
  b.emit(Op::kAdd);
  b.bind(end);
  b.emit(Op::kSetLocal, 0);
  b.emit(Op::kReturn0);
  b.bind(handler);
  b.emit(Op::kReturn1);
  b.addRegion(ExceptionRegion::Kind::kCatch, start, end, handler, 0);
  EXPECT_EQ(t.finish(), "get_local add_i set_local return0 return1");
  ASSERT_EQ(t.function.regions.size(), 1u);
  EXPECT_EQ(t.function.regions[0].start, 2u);
  EXPECT_EQ(t.verdict(), "");
}

TEST(Fusion, FewestDispatchesWin) {
  // A greedy choice of get_local2 would leave int8 and add outside of add_li_set.
  Fixture t;
  t.builder.emit(Op::kGetLocal, 5);
  t.builder.emit(Op::kGetLocal, 0);
  t.builder.emit(Op::kInt8, 1);
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kSetLocal, 0);
  t.builder.emit(Op::kReturn1);
  EXPECT_EQ(t.finish(), "get_local add_li_set set_local return1");
}

TEST(Fusion, LongestSequenceWins) {
  Fixture t;
  t.builder.emit(Op::kGetLocal, 5);
  t.builder.emit(Op::kGetLocal, 0);
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kSetLocal, 3);
  t.builder.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "add_ll_set set_local return0");
}

TEST(Fusion, WideLocalsAndConstantsAreLeftAlone) {
  Fixture t(400);
  t.builder.emit(Op::kGetLocal, 300);
  t.builder.emit(Op::kInt8, 1);
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kSetLocal, 301);
  t.builder.emit(Op::kGetLocal, 1);
  t.builder.emit(Op::kGetLocal, 2);
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kSetLocal, 302);
  t.builder.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "get_local_w add_i set_local_w add_ll set_local_w return0");
  EXPECT_EQ(t.verdict(), "");
}

TEST(Fusion, LineIsThatOfTheLastComponentThatMayRaise) {
  Fixture t;
  t.builder.setPosition(1);
  t.builder.emit(Op::kGetLocal, 0);
  t.builder.setPosition(2);
  t.builder.emit(Op::kGetLocal, 1);
  t.builder.setPosition(3);
  t.builder.emit(Op::kAdd);
  t.builder.setPosition(4);
  t.builder.emit(Op::kReturn1);
  EXPECT_EQ(t.finish(), "add_ll return1");
  ASSERT_EQ(t.function.lines.size(), 2u);
  EXPECT_EQ(t.function.lines[0].line, 3u);
  EXPECT_EQ(t.function.lines[1].line, 4u);
}

// ---- rewriting ----

TEST(Simplify, NotBeforeJump) {
  Fixture t;
  Label out = t.builder.newLabel();
  t.builder.emit(Op::kVarargCount);
  t.function.flags = kVararg;
  t.builder.emit(Op::kNot);
  t.builder.emitJump(Op::kJumpIfFalse, out);
  t.builder.emit(Op::kReturn0);
  t.builder.bind(out);
  t.builder.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "vararg_count jump_if_true return0 return0");
}

TEST(Simplify, ComparisonWithNil) {
  struct Case {
    Op compare, jump;
    const char* expected;
  };
  for (const Case& c : std::initializer_list<Case>{{Op::kEq, Op::kJumpIfFalse, "jump_if_not_nil"},
                                                   {Op::kNe, Op::kJumpIfFalse, "jump_if_nil"},
                                                   {Op::kEq, Op::kJumpIfTrue, "jump_if_nil"},
                                                   {Op::kNe, Op::kJumpIfTrue, "jump_if_not_nil"}}) {
    Fixture t;
    Label out = t.builder.newLabel();
    t.builder.emit(Op::kGetLocal, 0);
    t.builder.emit(Op::kNil);
    t.builder.emit(c.compare);
    t.builder.emitJump(c.jump, out);
    t.builder.emit(Op::kReturn0);
    t.builder.bind(out);
    t.builder.emit(Op::kReturn0);
    EXPECT_EQ(t.finish(), std::string("get_local ") + c.expected + " return0 return0");
  }
}

TEST(Simplify, NotAcrossATarget) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label middle = b.newLabel(), out = b.newLabel();
  b.emit(Op::kGetLocal, 0);
  b.emit(Op::kDup);
  b.emitJump(Op::kJumpIfNil, middle);
  b.emit(Op::kNot);
  b.bind(middle);
  b.emitJump(Op::kJumpIfFalse, out);
  b.emit(Op::kReturn0);
  b.bind(out);
  b.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "get_local dup jump_if_nil not jump_if_false return0 return0");
}

TEST(Simplify, TargetOnWhatIsMergedAway) {
  // The jump to `nil` must come out at the merged instruction.
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label compare = b.newLabel(), out = b.newLabel();
  b.emit(Op::kGetLocal, 0);
  b.emit(Op::kDup);
  b.emitJump(Op::kJumpIfTrue, compare);
  b.emit(Op::kTeeLocal, 1);
  b.bind(compare);
  b.emit(Op::kNil);
  b.emit(Op::kEq);
  b.emitJump(Op::kJumpIfFalse, out);
  b.emit(Op::kReturn0);
  b.bind(out);
  b.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "get_local dup jump_if_true tee_local jump_if_not_nil return0 return0");
  Instruction jump = decodeVerified(t.function.code, 3);
  EXPECT_EQ(decodeVerified(t.function.code, static_cast<uint32_t>(jump.target())).op, Op::kJumpIfNotNil);
}

TEST(Simplify, ConstantConditions) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label out = b.newLabel();
  b.emit(Op::kTrue);
  b.emitJump(Op::kJumpIfFalse, out);
  b.emit(Op::kGetLocal, 0);
  b.emit(Op::kReturn1);
  b.bind(out);
  b.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "return_l");
}

TEST(Simplify, ComparisonThenJumpIfTrue) {
  Fixture t;
  Label out = t.builder.newLabel();
  t.builder.emit(Op::kGetLocal, 0);
  t.builder.emit(Op::kGetLocal, 1);
  t.builder.emit(Op::kEq);
  t.builder.emitJump(Op::kJumpIfTrue, out);
  t.builder.emit(Op::kReturn0);
  t.builder.bind(out);
  t.builder.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "ne_ll_jump jump_if_false return0 return0");
}

TEST(Threading, JumpsToJumps) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label first = b.newLabel(), second = b.newLabel(), last = b.newLabel();
  b.emit(Op::kGetLocal, 0);
  b.emitJump(Op::kJumpIfNil, first);
  b.emit(Op::kReturn0);
  b.bind(first);
  b.emitJump(Op::kJump, second);
  b.bind(second);
  b.emitJump(Op::kJump, last);
  b.bind(last);
  b.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "get_local jump_if_nil return0 return0");
}

TEST(Threading, AndOrLandingOnTests) {
  // (a and b) as a condition: the first test goes straight to where the second one would send it.
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label after = b.newLabel(), out = b.newLabel();
  b.emit(Op::kGetLocal, 0);
  b.emitJump(Op::kJumpIfFalseKeep, after);
  b.emit(Op::kGetLocal, 1);
  b.bind(after);
  b.emitJump(Op::kJumpIfFalse, out);
  b.emit(Op::kInt8, 1);
  b.emit(Op::kReturn1);
  b.bind(out);
  b.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "false_l_jump jump_if_false false_l_jump jump_if_false int8 return1 return0");
  EXPECT_EQ(t.verdict(), "");
}

TEST(Threading, OrLandingOnTheOppositeTest) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label after = b.newLabel(), out = b.newLabel();
  b.emit(Op::kGetLocal, 0);
  b.emitJump(Op::kJumpIfTrueKeep, after);
  b.emit(Op::kGetLocal, 1);
  b.bind(after);
  b.emitJump(Op::kJumpIfFalse, out);
  b.emit(Op::kInt8, 1);
  b.emit(Op::kReturn1);
  b.bind(out);
  b.emit(Op::kReturn0);
  EXPECT_EQ(t.finish(), "true_l_jump jump_if_true false_l_jump jump_if_false int8 return1 return0");
  EXPECT_EQ(t.verdict(), "");
}

TEST(Threading, CyclesOfJumpsEnd) {
  Fixture t;
  Label here = t.builder.newLabel();
  t.builder.bind(here);
  t.builder.emitJump(Op::kJump, here);
  EXPECT_EQ(t.finish(), "jump");
  EXPECT_NE(t.verdict().find("cycle"), std::string::npos);
}

TEST(Unreachable, CodeAfterTerminatorsIsDropped) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  b.emit(Op::kReturn0);
  EXPECT_FALSE(b.reachable());
  b.emit(Op::kNil);
  b.emit(Op::kAdd);
  b.bind(b.newLabel());
  EXPECT_TRUE(b.reachable());
  b.emit(Op::kAdd);
  b.emit(Op::kReturn1);
  EXPECT_EQ(t.finish(), "return0");
}

TEST(Unreachable, HandlersOfUnreachableRegionsGoToo) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label start = b.newLabel(), end = b.newLabel(), handler = b.newLabel();
  b.emit(Op::kReturn0);
  b.bind(start);
  b.emit(Op::kNil);
  b.emit(Op::kThrow);
  b.bind(end);
  b.bind(handler);
  b.emit(Op::kReturn1);
  b.addRegion(ExceptionRegion::Kind::kCatch, start, end, handler, 0);
  EXPECT_EQ(t.finish(), "return0");
  EXPECT_TRUE(t.function.regions.empty());
}

TEST(Unreachable, NestedHandlersStay) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label outerStart = b.newLabel(), outerEnd = b.newLabel(), outerHandler = b.newLabel();
  Label innerStart = b.newLabel(), innerEnd = b.newLabel(), innerHandler = b.newLabel();
  b.bind(outerStart);
  b.bind(innerStart);
  b.emit(Op::kNil);
  b.emit(Op::kThrow);
  b.bind(innerEnd);
  b.bind(innerHandler);
  b.emit(Op::kThrow);
  b.bind(outerEnd);
  b.bind(outerHandler);
  b.emit(Op::kReturn1);
  b.addRegion(ExceptionRegion::Kind::kFinally, innerStart, innerEnd, innerHandler, 0);
  b.addRegion(ExceptionRegion::Kind::kCatch, outerStart, outerEnd, outerHandler, 0);
  EXPECT_EQ(t.finish(), "nil throw throw return1");
  ASSERT_EQ(t.function.regions.size(), 2u);
  EXPECT_EQ(t.function.regions[0].handler, 2u);
  EXPECT_EQ(t.verdict(), "");
}

// ---- encoding ----

TEST(Builder, ConstantsAreShared) {
  Fixture t;
  EXPECT_EQ(t.builder.constant(int64_t{1000}), 0u);
  EXPECT_EQ(t.builder.constant(1000.0), 1u);
  EXPECT_EQ(t.builder.constant(0.0), 2u);
  EXPECT_EQ(t.builder.constant(-0.0), 3u);
  EXPECT_EQ(t.builder.constant(std::string("a")), 4u);
  EXPECT_EQ(t.builder.constant(std::string("a\0", 2)), 5u);
  EXPECT_EQ(t.builder.constant(true), 6u);
  EXPECT_EQ(t.builder.constant(false), 7u);
  EXPECT_EQ(t.builder.constant(std::monostate{}), 8u);
  EXPECT_EQ(t.builder.constant(0.0), 2u);
  EXPECT_EQ(t.builder.constant(-0.0), 3u);
  EXPECT_EQ(t.function.constants.size(), 9u);
}

TEST(Builder, ShortestConstantInstruction) {
  Fixture t;
  for (const Constant& c :
       std::initializer_list<Constant>{std::monostate{}, true, false, int64_t{-128}, int64_t{127}, int64_t{128},
                                       int64_t{-32768}, int64_t{32768}, 1.0, std::string("s")}) {
    t.builder.emitConstant(c);
  }
  t.builder.emit(Op::kReturn, 10);
  EXPECT_EQ(t.finish(), "nil true false int8 int8 const const const const const return");
  EXPECT_EQ(t.function.maxStack, 10);
}

TEST(Builder, WideConstants) {
  Fixture t;
  for (int64_t i = 0; i < 70'000; ++i) t.builder.constant(i + 100'000);
  t.builder.emitConstant(int64_t{100'005});
  t.builder.emitConstant(int64_t{169'999});
  t.builder.emit(Op::kAdd);
  t.builder.emit(Op::kReturn1);
  EXPECT_EQ(t.finish(), "const const_w add_return return1");
  EXPECT_EQ(t.verdict(), "");
}

TEST(Builder, FeedbackSlotsAreNumberedFromOne) {
  Fixture t;
  uint32_t name = t.builder.constant(std::string("x"));
  for (int i = 0; i < 3; ++i) {
    t.builder.emit(Op::kGetLocal, 0);
    t.builder.emit(Op::kGetField, name);
    t.builder.emit(Op::kPop);
  }
  t.builder.emit(Op::kReturn0);
  t.finish();
  EXPECT_EQ(t.function.feedbackSlots, 4);
  int64_t expected = 1;
  for (const Instruction& in : Instructions(t.function.code)) {
    if (int f = in.find('f'); f >= 0) {
      EXPECT_EQ(in.operands[static_cast<size_t>(f)], expected++);
    }
  }
  EXPECT_EQ(expected, 4);
}

TEST(Builder, TooManyFeedbackSlotsShareSlotZero) {
  Fixture t;
  uint32_t name = t.builder.constant(std::string("x"));
  for (int i = 0; i < 66'000; ++i) {
    t.builder.emit(Op::kGetLocal, 0);
    t.builder.emit(Op::kSetFieldL, 0, name);
  }
  t.builder.emit(Op::kReturn0);
  t.finish();
  EXPECT_EQ(t.function.feedbackSlots, 65'001);
  EXPECT_EQ(t.verdict(), "");
  uint32_t shared = 0;
  for (const Instruction& in : Instructions(t.function.code)) {
    if (int f = in.find('f'); f >= 0 && in.operands[static_cast<size_t>(f)] == kSharedFeedbackSlot) ++shared;
  }
  EXPECT_EQ(shared, 1'000u);
}

TEST(Builder, Switch) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  Label zero = b.newLabel(), one = b.newLabel(), other = b.newLabel();
  b.emit(Op::kI64Small, 1);
  b.emitSwitch({zero, one}, other);
  b.bind(zero);
  b.emit(Op::kReturn0);
  b.bind(one);
  b.emit(Op::kNil);
  b.emit(Op::kReturn1);
  b.bind(other);
  b.emitJump(Op::kJump, zero);
  EXPECT_EQ(t.finish(), "i64_small switch return0 nil return1");
  Instruction in = decodeVerified(t.function.code, 4);
  ASSERT_EQ(in.op, Op::kSwitch);
  EXPECT_EQ(in.switchCases, 2);
  EXPECT_EQ(in.switchTarget(0), in.end());
  EXPECT_EQ(in.switchTarget(1), in.end() + 1);
  EXPECT_EQ(in.switchTarget(2), in.end());
  EXPECT_EQ(t.verdict(), "");
}

TEST(Builder, VariablesAndLines) {
  Fixture t;
  FunctionBuilder& b = t.builder;
  b.setPosition(10, 3);
  uint32_t outer = b.beginVariable("outer", 0, false);
  b.emit(Op::kInt8, 1);
  b.emit(Op::kSetLocal, 1);
  uint32_t inner = b.beginVariable("inner", 1, true);
  b.setPosition(11);
  b.emit(Op::kGetLocal, 1);
  b.endVariable(inner);
  b.emit(Op::kReturn1);
  b.endVariable(outer);
  b.beginVariable("open", 2, false);
  b.emit(Op::kNil);  // unreachable
  EXPECT_EQ(t.finish(), "set_int return_l");
  ASSERT_EQ(t.function.variables.size(), 2u);  // "open" has no code
  EXPECT_EQ(t.function.variables[0].name, "outer");
  EXPECT_EQ(t.function.variables[0].end, 5u);
  EXPECT_EQ(t.function.variables[1].start, 3u);
  EXPECT_EQ(t.function.variables[1].end, 5u) << "a variable ends behind the fused instruction that uses it";
  EXPECT_TRUE(t.function.variables[1].isCell);
  ASSERT_EQ(t.function.lines.size(), 2u);
  EXPECT_EQ(t.function.lines[0].column, 3u);
}

TEST(Builder, Errors) {
  {
    Fixture t;
    t.builder.emitJump(Op::kJump, t.builder.newLabel());
    EXPECT_NE(t.failure().find("never bound"), std::string::npos);
  }
  {
    Fixture t;
    EXPECT_NE(t.failure().find("end of the code"), std::string::npos);
  }
  {
    Fixture t;
    t.builder.emit(Op::kNil);
    EXPECT_NE(t.failure().find("end of the code"), std::string::npos);
  }
  {
    Fixture t;
    Label end = t.builder.newLabel();
    t.builder.emitJump(Op::kJump, end);
    t.builder.bind(end);
    EXPECT_NE(t.failure().find("end of the code"), std::string::npos);
  }
  {
    Fixture t;
    t.builder.emit(Op::kAdd);
    t.builder.emit(Op::kReturn1);
    EXPECT_NE(t.failure().find("underflow"), std::string::npos);
  }
  {
    Fixture t;
    t.builder.emit(Op::kNewCell, 256);
    t.builder.emit(Op::kReturn0);
    EXPECT_NE(t.failure().find("out of range"), std::string::npos);
  }
  {
    Fixture t;
    t.builder.emit(Op::kInt8, 128);
    t.builder.emit(Op::kReturn1);
    EXPECT_NE(t.failure().find("out of range"), std::string::npos);
  }
  {
    Fixture t;
    t.builder.emit(Op::kGetLocal);
    t.builder.emit(Op::kReturn1);
    EXPECT_NE(t.failure().find("too few operands"), std::string::npos);
  }
  {
    Fixture t;
    Label out = t.builder.newLabel();
    t.builder.emit(Op::kGetLocal, 0);
    t.builder.emitJump(Op::kJumpIfNil, out);
    t.builder.emit(Op::kNil);
    t.builder.bind(out);
    t.builder.emit(Op::kReturn0);
    EXPECT_NE(t.failure().find("disagree"), std::string::npos);
  }
}

TEST(Builder, AUnusedLabelAtTheEndIsFine) {
  Fixture t;
  Label end = t.builder.newLabel();
  t.builder.emit(Op::kReturn0);
  t.builder.bind(end);
  EXPECT_EQ(t.finish(), "return0");
}

TEST(Builder, LargeFunctionsTakeLinearTime) {
  auto seconds = [](int size) {
    Fixture t;
    FunctionBuilder& b = t.builder;
    auto start = std::chrono::steady_clock::now();
    std::vector<Label> ends;
    for (int i = 0; i < size; ++i) {
      Label begin = b.newLabel(), end = b.newLabel(), handler = b.newLabel();
      b.bind(begin);
      b.emit(Op::kGetLocal, 0);
      b.emit(Op::kNil);
      b.emit(Op::kEq);
      b.emitJump(Op::kJumpIfFalse, end);
      b.emit(Op::kTrue);
      b.emit(Op::kThrow);
      b.bind(end);
      b.addRegion(ExceptionRegion::Kind::kCatch, begin, end, handler, 0);
      Label next = b.newLabel();
      b.emitJump(Op::kJump, next);
      b.bind(handler);
      b.emit(Op::kPop);
      b.bind(next);
    }
    b.emit(Op::kReturn0);
    t.finish();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  seconds(1'000);
  double small = seconds(5'000), large = seconds(50'000);
  // Ten times the size may take noise more than ten times the time, but not a hundred.
  EXPECT_LT(large, small * 40 + 0.5);
}

}  // namespace
}  // namespace devvm::bytecode
