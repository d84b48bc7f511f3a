#include <random>
#include <set>

#include "fixture.h"

namespace devvm::runtime::testing {
namespace {

TEST(Strings, ShortOnesAreShared) {
  TestIsolate t;
  EXPECT_TRUE(newString(*t, "") == t->emptyString);
  EXPECT_TRUE(newString(*t, "x") == newString(*t, "x"));
  EXPECT_TRUE(newString(*t, std::string_view("\0", 1)) == t->singleBytes[0]);
  EXPECT_TRUE(newString(*t, "\xff") == t->singleBytes[255]);
  EXPECT_TRUE(asString(newString(*t, "x"))->interned());
}

TEST(Strings, InterningIsOnDemand) {
  TestIsolate t(Mode::kMoveAlways);
  Handle a = t.root(newString(*t, "hello")), b = t.root(newString(*t, "hello"));
  EXPECT_FALSE(*a == *b);
  EXPECT_EQ(findInterned(*t, "hello"), nullptr);
  EXPECT_EQ(findInterned(*t, a.string()), nullptr);
  Handle i = t.root(intern(*t, *a));
  EXPECT_TRUE(*i == intern(*t, *b));
  EXPECT_TRUE(*i == intern(*t, "hello"));
  EXPECT_EQ(findInterned(*t, b.string()), i.string());
  EXPECT_TRUE(stringEqualsFast(a.string(), i.string()));
  EXPECT_EQ(i.string()->view(), "hello");
  EXPECT_EQ(i.string()->bytes[5], '\0');
}

TEST(Strings, InternedOnesDieUnused) {
  TestIsolate t;
  size_t before = t->interned.count();
  for (int i = 0; i < 10000; i++) intern(*t, "temporary " + std::to_string(i));
  Handle kept = t.string("temporary 77");
  EXPECT_GE(t->interned.count(), before + 10000);
  t.collect();
  EXPECT_LE(t->interned.count(), before + 1);
  EXPECT_TRUE(*kept == intern(*t, "temporary 77"));
  EXPECT_EQ(findInterned(*t, "temporary 78"), nullptr);
}

TEST(Strings, Substrings) {
  TestIsolate t(Mode::kMoveAlways);
  Handle s = t.root(newString(*t, "abcdef"));
  EXPECT_EQ(asString(substring(*t, *s, 1, 3))->view(), "bcd");
  EXPECT_EQ(asString(substring(*t, *s, 5, 1))->view(), "f");
  EXPECT_EQ(asString(substring(*t, *s, 6, 0))->view(), "");
  EXPECT_TRUE(substring(*t, *s, 0, 6) == *s);
  EXPECT_TRUE(newStringRaw(*t, kMaxString + 1).isNil());
}

TEST(Strings, CompareBytewise) {
  TestIsolate t;
  auto compare = [&](std::string_view a, std::string_view b) {
    Handle x = t.root(newString(*t, a)), y = t.root(newString(*t, b));
    int order = stringCompare(x.string(), y.string());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  };
  EXPECT_EQ(compare("a", "b"), -1);
  EXPECT_EQ(compare("a", "a"), 0);
  EXPECT_EQ(compare("ab", "a"), 1);
  EXPECT_EQ(compare(std::string_view("a\0b", 3), std::string_view("a\0a", 3)), 1);
  EXPECT_EQ(compare(std::string_view("a\0", 2), "a"), 1);
  EXPECT_EQ(compare("\xff", "a"), 1);
}

TEST(Strings, HashesSpreadAndDependOnTheSeed) {
  IsolateOptions one, two;
  one.hashSeed = 1;
  two.hashSeed = 2;
  Isolate a(one), b(two);
  std::set<uint32_t> hashes;
  int same = 0;
  for (int n = 0; n < 100; n++) {
    for (int i = 0; i < 100; i++) {
      std::string s(static_cast<size_t>(n), 'x');
      s += std::to_string(i);
      uint32_t h = stringHash(a, asString(intern(a, s)));
      hashes.insert(h);
      same += h == stringHash(b, asString(intern(b, s)));
    }
  }
  EXPECT_GE(hashes.size(), 9990u);
  EXPECT_LE(same, 3);
}

}  // namespace
}  // namespace devvm::runtime::testing
