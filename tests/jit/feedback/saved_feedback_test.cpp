// The file of saved feedback: what is written is read back, and no other bytes do harm.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "base/bytes.h"
#include "jit/feedback/saved_feedback.h"

namespace devvm::jit {
namespace {

SavedFeedback example() {
  SavedFeedback feedback;
  for (uint32_t i = 0; i < 5; i++) {
    SavedFunction f;
    f.codeSize = 100 + i;
    f.compiled = i % 2 == 0;
    f.calls = 7 * i;
    f.loopPolls = i;
    for (uint32_t s = 0; s < 4 * i; s++) {
      SavedSite site;
      site.offset = 5 * s + 1;
      site.op = static_cast<uint16_t>(Op::kAdd);
      site.types[0] = TypeSet::kInt;
      site.types[3] = TypeSet::kInt | TypeSet::kFloat;
      site.access = kInArray;
      site.paths = kRare;
      site.count = s;
      site.other = 3;
      if (s % 3 == 0) site.targets.push_back({true, "math.floor", 0, 0, 5});
      if (s % 3 == 1) site.targets.push_back({false, "", 0x123456789ABCDEF0u, 17, 6});
      site.megamorphic = s % 4 == 2;
      f.sites.push_back(site);
    }
    feedback.add({0x42, i}, f);
  }
  return feedback;
}

/// The checksum behind magic and version, made right for the bytes that follow: so that damage gets past it.
void forge(std::vector<uint8_t>& file) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 12; i < file.size(); i++) {
    crc ^= file[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
  }
  if (file.size() >= 12) base::writeLittle<uint32_t>(file.data() + 8, ~crc);
}

TEST(SavedFeedback, IsReadBackAsItWasWritten) {
  SavedFeedback feedback = example(), again;
  std::vector<uint8_t> bytes = feedback.bytes();
  std::string why;
  ASSERT_TRUE(again.parse(bytes, why)) << why;
  EXPECT_EQ(again.size(), 5u);
  EXPECT_EQ(again.bytes(), bytes);
  const SavedFunction* f = again.find({0x42, 4});
  ASSERT_NE(f, nullptr);
  EXPECT_TRUE(f->compiled);
  EXPECT_EQ(f->codeSize, 104u);
  ASSERT_EQ(f->sites.size(), 16u);
  EXPECT_EQ(f->sites[0].targets.at(0).native, "math.floor");
  EXPECT_EQ(f->sites[1].targets.at(0).index, 17u);
  EXPECT_TRUE(f->sites[2].megamorphic);
  EXPECT_EQ(again.find({0x42, 5}), nullptr);
  EXPECT_EQ(again.find({0x43, 1}), nullptr);
}

TEST(SavedFeedback, WhatTwoRunsSawIsMerged) {
  SavedFeedback feedback = example();
  SavedFunction more = *feedback.find({0x42, 1});
  more.sites[0].types[0] = TypeSet::kString;
  more.sites[0].targets = {{true, "math.floor", 0, 0, 50}, {true, "math.ceil", 0, 0, 1}};
  more.sites[1].offset = 2;
  feedback.add({0x42, 1}, more);
  const SavedFunction* f = feedback.find({0x42, 1});
  ASSERT_EQ(f->sites.size(), 5u);
  EXPECT_EQ(f->sites[0].types[0], TypeSet::kInt | TypeSet::kString);
  EXPECT_EQ(f->sites[0].targets.size(), 2u);
  EXPECT_EQ(f->sites[0].targets[0].count, 50u);
  EXPECT_EQ(f->sites[1].offset, 2u);
  std::string why;
  SavedFeedback again;
  EXPECT_TRUE(again.parse(feedback.bytes(), why)) << why;
}

TEST(SavedFeedback, TruncatedFilesAreRefused) {
  std::vector<uint8_t> bytes = example().bytes();
  for (size_t n = 0; n < bytes.size(); n++) {
    std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(n));
    SavedFeedback feedback;
    std::string why;
    EXPECT_FALSE(feedback.parse(cut, why)) << n;
    EXPECT_FALSE(why.empty());
    forge(cut);
    EXPECT_FALSE(feedback.parse(cut, why)) << n;
    EXPECT_EQ(feedback.size(), 0u);
  }
  bytes.push_back(0);
  forge(bytes);
  SavedFeedback feedback;
  std::string why;
  EXPECT_FALSE(feedback.parse(bytes, why));
  EXPECT_EQ(why, "its contents make no sense");
}

TEST(SavedFeedback, EveryFlippedBitIsNoticed) {
  const std::vector<uint8_t> bytes = example().bytes();
  for (size_t bit = 0; bit < bytes.size() * 8; bit++) {
    std::vector<uint8_t> flipped = bytes;
    flipped[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    SavedFeedback feedback;
    std::string why;
    EXPECT_FALSE(feedback.parse(flipped, why)) << bit;
  }
}

TEST(SavedFeedback, DamageBehindARightChecksumIsBounded) {
  const std::vector<uint8_t> bytes = example().bytes();
  std::mt19937 random(std::random_device{}());
  size_t read = 0;
  for (int i = 0; i < 20'000; i++) {
    std::vector<uint8_t> changed = bytes;
    for (unsigned n = random() % 4 + 1; n > 0; n--) {
      size_t at = 12 + random() % (changed.size() - 12);
      static constexpr uint8_t kNasty[] = {0, 1, 0x7F, 0x80, 0xFF};
      changed[at] = random() % 2 != 0 ? kNasty[random() % 5] : static_cast<uint8_t>(random());
    }
    if (random() % 8 == 0) changed.resize(12 + random() % (changed.size() - 12));
    forge(changed);
    SavedFeedback feedback;
    std::string why;
    if (!feedback.parse(changed, why)) continue;
    read++;
    // Whatever was read can be written and read again.
    SavedFeedback again;
    EXPECT_TRUE(again.parse(feedback.bytes(), why)) << why;
  }
  EXPECT_GT(read, 100u);
}

TEST(SavedFeedback, OtherVersionsAndOtherFiles) {
  std::vector<uint8_t> bytes = example().bytes();
  SavedFeedback feedback;
  std::string why;
  bytes[4] = 99;
  EXPECT_FALSE(feedback.parse(bytes, why));
  EXPECT_EQ(why, "its version is 99, not 1");
  const uint8_t text[] = "print('hello')";
  EXPECT_FALSE(feedback.parse(text, why));
  EXPECT_EQ(why, "it is no feedback file");
  EXPECT_FALSE(readFeedbackFile("/no/such/file", SIZE_MAX, feedback, why));
  EXPECT_FALSE(readFeedbackFile("/", SIZE_MAX, feedback, why));
  EXPECT_FALSE(writeFeedbackFile("/no/such/folder/file", example(), why));
}

}  // namespace
}  // namespace devvm::jit
