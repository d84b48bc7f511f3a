// Calls between generated functions: known ones, any, several results, what lives across them.
#include "machine.h"

namespace devvm::jit::testing {
namespace {

constexpr const char* kFibonacci =
    "fn 0 locals 1\n"
    "b0:\n"
    "  n1 = slot 0\n"
    "  n5 = callee\n"
    "  n3 = int 2\n"
    "  n7 = int 1\n"
    "  n2 = check_int n1 [0 @0 n1]\n"
    "  n4 = int_lt n2 n3\n"
    "  branch n4 b1 b2\n"
    "b1:\n"
    "  return n1\n"
    "b2:\n"
    "  n6 = check_closure %0 n5 [0 @1 n1]\n"
    "  n8 = int_sub n2 n7\n"
    "  n9 = box_small n8\n"
    "  n10 = call 1 n6 n9 [0 @10 *1 n1]\n"
    "  n11 = int_sub n2 n3\n"
    "  n12 = box_small n11\n"
    "  n13 = call 1 n6 n12 [0 @12 *1 n1 n10]\n"
    "  n14 = check_int n10 [0 @13 n1]\n"
    "  n15 = check_int n13 [0 @13 n1]\n"
    "  n16 = int_add n14 n15\n"
    "  n17 = box_small n16\n"
    "  return n17\n";

TEST(Calls, Recursion) {
  for (bool known : {true, false}) {
    Machine m;
    std::string text = kFibonacci;
    if (!known) {  // by the stub of calls
      for (size_t at; (at = text.find("call 1 n6")) != std::string::npos;) text.replace(at, 9, "call 1 n5");
    }
    ASSERT_FALSE(m.function(text, 1).isNil());
    ASSERT_TRUE(m.compile(text));
    EXPECT_EQ(m.call({integer(20)}), integer(6765));
  }
}

/// Raw and tagged values in words, arguments from everywhere, a result that is not wanted.
TEST(Calls, ValuesAcross) {
  Machine m;
  Value f = m.function(
      "fn 0 locals 3\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = slot 2\n  n4 = check_int n1 [0 @0 n1 n2 n3]\n"
      "  n5 = check_float n3 [0 @0 n1 n2 n3]\n  n6 = int_to_float n4\n  n7 = float_sub n6 n5\n"
      "  n8 = box_float n7\n  return n8\n",
      3);
  ASSERT_TRUE(f.isFunction());
  std::string text =
      "fn 0 locals 12\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = slot 2\n  n10 = int 1\n  n11 = constant 2.5\n"
      "  n4 = check_int n2 [0 @0 n1 n2 n3 - - - - - - - - -]\n  n5 = check_float n3 [0 @0 n1 n2 n3 - - - - - - - - -]\n"
      "  n6 = CALLEE\n";
  std::string sum = "  n900 = int 0\n";
  std::string state = "[0 @7 *1 n1 - n3";
  std::string add;
  for (int i = 0; i < 6; i++) {
    std::string v = std::to_string(100 + i), w = std::to_string(200 + i);
    text += "  n" + v + " = int_mul n4 n" + (i == 0 ? "10" : std::to_string(99 + i)) + "\n";
    text += "  n" + w + " = float_add n5 n" + (i == 0 ? "5" : std::to_string(199 + i)) + "\n";
    if (i < 4) state += " n" + v + " n" + w;
  }
  text += "  n20 = call 1 n6 n2 n11 n3 " + state + " -]\n  n21 = call 0 n6 n2 n1 n3 " + state + " -]\n" +
          "  n22 = check_float n20 [0 @8 n1 - n3 n100 n200 n101 n201 n102 n202 n103 n203 -]\n"
          "  n23 = float_add n22 n203\n  n24 = int_to_float n103\n  n25 = float_add n23 n24\n  n26 = box_float n25\n"
          "  return n26\n";
  for (bool known : {true, false}) {
    std::string whole = text;
    whole.replace(whole.find("CALLEE"), 6,
                  known ? "check_closure %0 n1 [0 @0 n1 n2 n3 - - - - - - - - -]"
                        : "check_not_nil n1 [0 @0 n1 n2 n3 - - - - - - - - -]");
    ASSERT_TRUE(m.compile(whole)) << m.code.allocation;
    // f(3, 2.5, 0.5) = 2.5; then 5 * 0.5 and 3^4.
    EXPECT_EQ(m.call({f, integer(3), number(0.5)}), number(2.5 + 2.5 + 81.0));
    // The records: where the collector finds values.
    bool found = false;
    for (size_t i = 0; i < m.code.exits.count(); i++) {
      ExitRecord r;
      ASSERT_TRUE(m.code.exits.find(m.code.exits.machineOf(i), r));
      if (r.kind != ExitKind::kCall) continue;
      found = true;
      EXPECT_EQ(r.frames[0].offset, 7u);
      EXPECT_EQ(r.frames[0].values[3].form, ValuePlace::kInt);
      EXPECT_EQ(r.frames[0].values[3].kind, ValuePlace::kWord);
      EXPECT_LT(r.frames[0].values[3].index, 13u);
      EXPECT_FALSE(r.tagged.empty());
      for (uint32_t w : r.tagged) EXPECT_LT(w, 13u);
    }
    EXPECT_TRUE(found);
  }
}

/// Fewer and more arguments than parameters, and more values across than there is room for.
TEST(Calls, Mismatches) {
  Machine m;
  Value f = m.function(
      "fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  n3 = is_nil n2\n  n4 = box_bool n3\n  return n4\n", 2);
  for (const char* arguments : {"n2", "n2 n2", "n2 n2 n2"}) {
    ASSERT_TRUE(m.compile(std::string("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n"
                                      "  n3 = check_closure %0 n1 [0 @0 n1 n2]\n  n4 = call 1 n3 ") +
                          arguments + " [0 @3 *1 n1 n2]\n  return n4\n"));
    EXPECT_EQ(m.call({f, integer(1)}), Value::boolean(std::string(arguments) == "n2"));
  }
  std::string text = "fn 0 locals 1\nb0:\n  n1 = slot 0\n  n2 = check_int n1 [0 @0 n1]\n  n9 = int 1\n";
  std::string sum = "n50";
  for (int i = 0; i < 8; i++) text += "  n" + std::to_string(10 + i) + " = int_add n2 n" + std::to_string(9 + i) + "\n";
  text += "  n40 = call 1 n1 [0 @3 *1 n1]\n  n50 = check_int n40 [0 @4 n1]\n";
  for (int i = 0; i < 8; i++) {
    text +=
        "  n" + std::to_string(51 + i) + " = int_add n" + std::to_string(50 + i) + " n" + std::to_string(10 + i) + "\n";
  }
  text += "  n60 = box_small n58\n  return n60\n";
  EXPECT_NE(m.refusalOf(text).find("across a call"), std::string::npos);
}

TEST(Calls, SeveralResultsAndWhatCallersWant) {
  Machine m;
  ASSERT_TRUE(m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  return\n"));
  EXPECT_EQ(m.call({integer(1), integer(2)}), Value::nil());
  // Machine code that wants two values finds them where the callee was.
  ASSERT_TRUE(m.compile("fn 0 locals 2\nb0:\n  n1 = slot 0\n  n2 = slot 1\n  return n2 n1\n"));
  m.wanted = 2;
  m.call({integer(1), integer(2)});
  EXPECT_EQ(m.results[0], integer(2));
  EXPECT_EQ(m.results[1], integer(1));
}

}  // namespace
}  // namespace devvm::jit::testing
