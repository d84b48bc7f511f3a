#include "frontend/names.h"

#include <gtest/gtest.h>

namespace devvm::frontend {
namespace {

TEST(Names, Distances) {
  EXPECT_EQ(editDistance("", "", 5), 0u);
  EXPECT_EQ(editDistance("count", "count", 5), 0u);
  EXPECT_EQ(editDistance("coutn", "count", 5), 1u) << "an exchange";
  EXPECT_EQ(editDistance("cont", "count", 5), 1u) << "an insertion";
  EXPECT_EQ(editDistance("ccount", "count", 5), 1u) << "a deletion";
  EXPECT_EQ(editDistance("kitten", "sitting", 5), 3u);
  EXPECT_EQ(editDistance("kitten", "sitting", 2), 3u) << "above the limit";
  EXPECT_EQ(editDistance("abcdef", "uvwxyz", 2), 3u);
  EXPECT_EQ(editDistance("a", "abcdefgh", 2), 3u);
}

TEST(Names, Nearest) {
  std::vector<std::string_view> known = {"count", "length", "print", "x", "Account"};
  EXPECT_EQ(nearestName("coutn", known), "count");
  EXPECT_EQ(nearestName("lenght", known), "length");
  EXPECT_EQ(nearestName("PRINT", known), "print");
  EXPECT_EQ(nearestName("account", known), "Account");
  EXPECT_EQ(nearestName("y", known), "");
  EXPECT_EQ(nearestName("xy", known), "") << "nothing but the limit in common";
  EXPECT_EQ(nearestName("banana", known), "");
  EXPECT_EQ(nearestName("", known), "");
  EXPECT_EQ(nearestName(std::string(1000, 'a'), known), "");
  EXPECT_EQ(didYouMean("prnit", known), "did you mean 'print'?");
  EXPECT_EQ(didYouMean("banana", known), "");
}

}  // namespace
}  // namespace devvm::frontend
