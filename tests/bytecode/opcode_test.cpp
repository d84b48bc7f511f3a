#include <set>

#include "bytecode/literals.h"
#include "bytecode/stack_effect.h"
#include "helpers.h"

namespace devvm::bytecode {
namespace {

std::vector<Op> allOps() {
  std::vector<Op> ops;
  for (unsigned i = 0; i < kOpTableSize; ++i) {
    if (!opInfo(static_cast<Op>(i)).mnemonic.empty()) ops.push_back(static_cast<Op>(i));
  }
  return ops;
}

TEST(Opcode, MnemonicsAreUniqueAndMeaningsWritten) {
  std::set<std::string_view> seen;
  for (Op op : allOps()) {
    EXPECT_TRUE(seen.insert(opInfo(op).mnemonic).second) << opInfo(op).mnemonic;
    EXPECT_FALSE(opInfo(op).meaning.empty());
    EXPECT_FALSE(opInfo(op).family.empty());
    EXPECT_LE(opInfo(op).operands.size(), kMaxOperands);
  }
  EXPECT_GT(seen.size(), 250u);
}

TEST(Opcode, NumbersOutsideTheTableAreNoOpcodes) {
  EXPECT_TRUE(opInfo(Op::kPage0End).mnemonic.empty());
  EXPECT_TRUE(opInfo(static_cast<Op>(kPrefixByte)).mnemonic.empty());
  EXPECT_TRUE(opInfo(Op::kPage1End).mnemonic.empty());
  EXPECT_TRUE(opInfo(static_cast<Op>(5000)).mnemonic.empty());
  EXPECT_EQ(fusionOf(static_cast<Op>(5000)), nullptr);
}

TEST(Opcode, JumpOperandIsLastAndFlagsAgree) {
  for (Op op : allOps()) {
    const OpInfo& info = opInfo(op);
    size_t jump = info.operands.find('j');
    if (jump != std::string_view::npos) {
      EXPECT_EQ(jump + 1, info.operands.size()) << info.mnemonic;
      EXPECT_TRUE(info.flags & kJumps) << info.mnemonic;
    } else if (fusionOf(op) == nullptr && op != Op::kSwitch) {
      EXPECT_FALSE(info.flags & kJumps) << info.mnemonic;
    }
    // The table's order puts feedback operands behind the others.
    bool feedbackSeen = false;
    for (char letter : info.operands) {
      EXPECT_FALSE(feedbackSeen && !isFeedbackOperand(letter)) << info.mnemonic;
      feedbackSeen = feedbackSeen || isFeedbackOperand(letter);
    }
  }
}

/// Encodes `op` with the given value for every operand, by hand.
std::vector<uint8_t> encodeByHand(Op op, int64_t value) {
  std::vector<uint8_t> code;
  auto number = static_cast<unsigned>(op);
  if (number >= kPage1) code.push_back(kPrefixByte);
  code.push_back(static_cast<uint8_t>(number));
  for (char letter : opInfo(op).operands) {
    if (letter == 's') {
      base::appendLittle<uint16_t>(code, 1);
      base::appendLittle<int32_t>(code, 5);
      base::appendLittle<int32_t>(code, -5);
      continue;
    }
    switch (operandBytes(letter)) {
      case 1: code.push_back(static_cast<uint8_t>(value)); break;
      case 2: base::appendLittle<uint16_t>(code, static_cast<uint16_t>(value)); break;
      default: base::appendLittle<uint32_t>(code, static_cast<uint32_t>(value)); break;
    }
  }
  return code;
}

TEST(Decode, EveryOpcodeWithEveryEdgeValue) {
  for (Op op : allOps()) {
    for (int64_t value : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{100}, int64_t{-128}, int64_t{0x12345678}}) {
      std::vector<uint8_t> code = encodeByHand(op, value);
      Instruction in;
      ASSERT_EQ(decode(code, 0, in), DecodeStatus::kOk) << opInfo(op).mnemonic;
      EXPECT_EQ(in.op, op);
      EXPECT_EQ(in.length, code.size());
      EXPECT_EQ(instructionLength(code.data()), code.size());
      if (op == Op::kSwitch) {
        EXPECT_EQ(in.switchCases, 1);
        EXPECT_EQ(in.switchTarget(0), int64_t{in.end()} + 5);
        EXPECT_EQ(in.switchTarget(1), int64_t{in.end()} - 5);
        continue;
      }
      EXPECT_EQ(encodedSize(op), code.size());
      ASSERT_EQ(in.operandCount, opInfo(op).operands.size());
      for (unsigned i = 0; i < in.operandCount; ++i) {
        int64_t expected = 0;
        switch (opInfo(op).operands[i]) {
          case 'i': expected = static_cast<int8_t>(value); break;
          case 'I': expected = static_cast<int16_t>(value); break;
          case 'j': expected = int64_t{static_cast<int32_t>(value)} + in.end(); break;
          case 'l':
          case 'u':
          case 't':
          case 'n': expected = static_cast<uint8_t>(value); break;
          case 'K':
          case 'q': expected = static_cast<uint32_t>(value); break;
          default: expected = static_cast<uint16_t>(value); break;
        }
        EXPECT_EQ(in.operands[i], expected) << opInfo(op).mnemonic << " operand " << i;
      }
      // Every shorter input is truncated, never read beyond.
      for (size_t size = 0; size < code.size(); ++size) {
        std::vector<uint8_t> part(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(decode(part, 0, in), DecodeStatus::kTruncated);
      }
    }
  }
}

TEST(Decode, NoSuchOpcode) {
  Instruction in;
  std::vector<uint8_t> code{static_cast<uint8_t>(Op::kPage0End)};
  EXPECT_EQ(decode(code, 0, in), DecodeStatus::kNoSuchOpcode);
  code = {kPrefixByte, 0xFE};
  EXPECT_EQ(decode(code, 0, in), DecodeStatus::kNoSuchOpcode);
  code = {kPrefixByte, 0xFF};
  EXPECT_EQ(decode(code, 0, in), DecodeStatus::kNoSuchOpcode);
}

TEST(Fusion, OperandsAreThoseOfTheComponents) {
  size_t count = 0;
  const FusionInfo* all = fusions(count);
  ASSERT_GT(count, 50u);
  for (size_t i = 0; i < count; ++i) {
    const FusionInfo& fusion = all[i];
    std::string operands;
    uint8_t flags = 0;
    for (unsigned c = 0; c < fusion.count; ++c) {
      const OpInfo& part = opInfo(fusion.components[c]);
      EXPECT_EQ(fusionOf(fusion.components[c]), nullptr);
      if (c + fusion.tail < fusion.count) operands += part.operands;
      flags |= part.flags;
      // Only the last component may jump or end the block.
      if (c + 1 < fusion.count) {
        EXPECT_FALSE(part.flags & (kJumps | kTerminates | kProducesOpen | kConsumesOpen));
      }
    }
    EXPECT_EQ(opInfo(fusion.fused).operands, operands) << opInfo(fusion.fused).mnemonic;
    EXPECT_EQ(opInfo(fusion.fused).flags, flags) << opInfo(fusion.fused).mnemonic;
    EXPECT_EQ(fusionOf(fusion.fused), &fusion);
    EXPECT_EQ(tailOf(fusion.fused), fusion.tail ? fusion.components[fusion.count - 1] : Op::kNop);
    // At most one component has side effects or may call out; it comes after all pure ones.
    for (unsigned c = 0; c + 1 < fusion.count - fusion.tail; ++c) {
      EXPECT_FALSE(opInfo(fusion.components[c]).flags & (kMayRaise | kMayRunGuest)) << opInfo(fusion.fused).mnemonic;
    }
  }
}

TEST(StackEffect, EveryFixedRow) {
  for (Op op : allOps()) {
    const OpInfo& info = opInfo(op);
    if (info.effect == "*") continue;
    std::vector<uint8_t> code = encodeByHand(op, 1);
    StackEffect effect = stackEffect(decodeVerified(code, 0));
    size_t arrow = info.effect.find('>');
    ASSERT_NE(arrow, std::string_view::npos) << info.mnemonic;
    EXPECT_EQ(info.effect.find_first_not_of("vid?>"), std::string_view::npos) << info.mnemonic;
    EXPECT_EQ(effect.pops, arrow) << info.mnemonic;
    EXPECT_EQ(effect.pushes, info.effect.size() - arrow - 1) << info.mnemonic;
  }
}

StackEffect effectOf(const std::string& instruction) {
  Module module = assembled(body("locals=20 params=0 vararg", "L: " + instruction + "\nreturn0"));
  return stackEffect(decodeVerified(module.functions[0].code, 0));
}

void expectEffect(const std::string& instruction, uint32_t pops, uint32_t pushes, uint32_t jumpPushes) {
  StackEffect effect = effectOf(instruction);
  EXPECT_EQ(effect.pops, pops) << instruction;
  EXPECT_EQ(effect.pushes, pushes) << instruction;
  EXPECT_EQ(effect.jumpPushes, jumpPushes) << instruction;
}

TEST(StackEffect, ComputedRows) {
  struct Row {
    const char* text;
    uint32_t pops, pushes;
  };
  for (const Row& row : std::initializer_list<Row>{{"pop_n 3", 3, 0},
                                                   {"dup", 1, 2},
                                                   {"swap", 2, 2},
                                                   {"rot", 3, 3},
                                                   {"pick 0", 1, 2},
                                                   {"pick 4", 5, 6},
                                                   {"get_local 1", 0, 1},
                                                   {"set_local 1", 1, 0},
                                                   {"tee_local 1", 1, 1},
                                                   {"get_local_w 1", 0, 1},
                                                   {"set_local_w 1", 1, 0},
                                                   {"concat 4", 4, 1},
                                                   {"for_in_call 0 3", 0, 3},
                                                   {"for_in_test 0 3 L", 3, 0},
                                                   {"call 2 3", 3, 3},
                                                   {"call 0 0", 1, 0},
                                                   {"call_open 2", 3, 0},
                                                   {"call_var 1 2", 2, 2},
                                                   {"call_var_open 1", 2, 0},
                                                   {"tail_call 2", 3, 0},
                                                   {"tail_call_var 2", 3, 0},
                                                   {"return 3", 3, 0},
                                                   {"return_var 2", 2, 0},
                                                   {"vararg 4", 0, 4},
                                                   {"vararg_open", 0, 0},
                                                   {"pack_list 2", 2, 1},
                                                   {"unpack_list", 1, 0},
                                                   {"init_field \"x\"", 2, 1},
                                                   {"init_index", 3, 1},
                                                   {"set_list 3 0", 4, 1},
                                                   {"set_list_var 3 0", 4, 1},
                                                   {"co_resume 2 1", 3, 1},
                                                   {"co_yield 2 3", 2, 3},
                                                   {"new_block 1 4", 4, 1},
                                                   {"set_prototype", 2, 1},
                                                   {"new_record 2 #0", 2, 1}}) {
    expectEffect(row.text, row.pops, row.pushes, row.pushes);
  }
  expectEffect("jump_if_false_keep L", 1, 0, 1);
  expectEffect("jump_if_true_keep L", 1, 0, 1);
}

TEST(StackEffect, FusedIsTheCompositionOfItsComponents) {
  struct Row {
    const char* text;
    uint32_t pops, pushes, peak;
  };
  for (const Row& row : std::initializer_list<Row>{{"get_local2 0 1", 0, 2, 2},
                                                   {"add_l 0", 1, 1, 1},
                                                   {"add_ll 0 1", 0, 1, 2},
                                                   {"add_li_set 0 1", 0, 1, 2},
                                                   {"eq_jump", 2, 1, 0},
                                                   {"eq_ll_jump 0 1", 0, 1, 2},
                                                   {"lt_i_jump 1", 1, 1, 1},
                                                   {"false_l_jump 0", 0, 1, 1},
                                                   {"get_field_l 0 \"x\"", 0, 1, 1},
                                                   {"self_l 0 \"x\"", 0, 2, 2},
                                                   {"return_l 0", 0, 0, 1},
                                                   {"get_index_l 0", 1, 1, 1},
                                                   {"for_in 0 2", 0, 2, 2}}) {
    StackEffect effect = effectOf(row.text);
    EXPECT_EQ(effect.pops, row.pops) << row.text;
    EXPECT_EQ(effect.pushes, row.pushes) << row.text;
    EXPECT_EQ(effect.peak, row.peak) << row.text;
  }
}

TEST(Literals, FloatsReadBack) {
  for (double value : {0.0, -0.0, 1.0, 0.1, 1e300, 5e-324, 123456789.125, 1e15, 1e16, 1e22}) {
    std::string text = floatText(value);
    EXPECT_NE(text.find_first_of(".e"), std::string::npos) << text;
    Module module = assembled(body("", "const " + text + "\nreturn1"));
    EXPECT_EQ(constantKey(module.functions[0].constants[0]), constantKey(value)) << text;
  }
}

}  // namespace
}  // namespace devvm::bytecode
