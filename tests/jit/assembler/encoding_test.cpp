// Every form of the assembler over registers, memory operands and constants, compared with the system assembler: one
// run for all. Where that picks another encoding, both are disassembled and must mean the same in as few bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "encoding_cases.h"
#include "system_assembler.h"

namespace devvm::jit::test {

namespace {

std::string hex(const uint8_t* bytes, size_t n) {
  std::string text;
  char two[4];
  for (size_t i = 0; i < n; ++i) {
    std::snprintf(two, sizeof two, "%02x ", bytes[i]);
    text += two;
  }
  return text;
}

// Bytes before the int3 at the end.
size_t lengthOf(const uint8_t* slot) {
  size_t n = 16;
  while (n > 0 && slot[n - 1] == 0xCC) --n;
  return n;
}

void compare(void (*add)(Cases&)) {
  Cases cases;
  add(cases);
  cases.end();
  ASSERT_FALSE(cases.assembler().failed()) << codeErrorText(cases.assembler().error());
  auto ours = cases.assembler().bytes();

  std::string text;
  for (const std::string& one : cases.texts()) text += ".p2align 4, 0xcc\n" + one + "\n";
  text += ".p2align 4, 0xcc\n";
  std::string error;
  std::vector<uint8_t> theirs = assemble(text, &error);
  ASSERT_FALSE(theirs.empty()) << error;
  ASSERT_EQ(theirs.size(), ours.size()) << "the last slots differ: is one case longer than another's?";

  std::vector<size_t> different;
  std::vector<uint8_t> ourSlots, theirSlots;
  for (size_t i = 0; i < cases.texts().size(); ++i) {
    size_t begin = size_t{cases.slots()[i]} * 16;
    size_t end = i + 1 < cases.texts().size() ? size_t{cases.slots()[i + 1]} * 16 : ours.size();
    if (std::equal(ours.begin() + static_cast<long>(begin), ours.begin() + static_cast<long>(end),
                   theirs.begin() + static_cast<long>(begin))) {
      continue;
    }
    ASSERT_EQ(end - begin, 16u) << cases.texts()[i];
    different.push_back(i);
    ourSlots.insert(ourSlots.end(), ours.begin() + static_cast<long>(begin), ours.begin() + static_cast<long>(end));
    theirSlots.insert(theirSlots.end(), theirs.begin() + static_cast<long>(begin),
                      theirs.begin() + static_cast<long>(end));
  }
  std::vector<std::string> ourTexts = disassemble(ourSlots, &error), theirTexts = disassemble(theirSlots, &error);
  ASSERT_EQ(error, "");
  size_t wrong = 0;
  for (size_t i = 0; i < different.size(); ++i) {
    const uint8_t *our = ourSlots.data() + i * 16, *their = theirSlots.data() + i * 16;
    bool same = ourTexts[i] == theirTexts[i] && ourTexts[i].find(';') == std::string::npos;
    if (same && lengthOf(our) <= lengthOf(their)) continue;
    if (++wrong <= 20) {
      ADD_FAILURE() << cases.texts()[different[i]] << "\n  ours:   " << hex(our, lengthOf(our)) << " " << ourTexts[i]
                    << "\n  theirs: " << hex(their, lengthOf(their)) << " " << theirTexts[i];
    }
  }
  EXPECT_EQ(wrong, 0u);
  std::printf("%zu instructions compared, %zu by their disassembly, %zu wrong\n", cases.texts().size(),
              different.size(), wrong);
}

}  // namespace

TEST(Encoding, Integer) { compare(addIntegerCases); }
TEST(Encoding, Control) { compare(addControlCases); }
TEST(Encoding, Vector) { compare(addVectorCases); }

}  // namespace devvm::jit::test
