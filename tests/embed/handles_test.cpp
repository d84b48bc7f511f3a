// What is told of kept references that are not treated as they should be.

#include <cstdlib>

#include "host_fixture.h"

namespace {

class Handles : public testing::Test {
 protected:
  void SetUp() override { setenv("DEVVM_CHECK_HANDLES", "1", 1); }
  void TearDown() override { unsetenv("DEVVM_CHECK_HANDLES"); }
  /// What is written to standard error while `f` runs with an isolate, and while that is destroyed.
  template <typename F>
  std::string told(F f) {
    testing::internal::CaptureStderr();
    {
      Host host;
      f(host);
    }
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Handles, ReleasedOnesAreFine) {
  EXPECT_EQ(told([](Host& vm) {
              devvm_ref a = devvm_keep(vm, devvm_integer(vm, 1)), b = devvm_keep(vm, devvm_text(vm, "text"));
              devvm_release(vm, a);
              devvm_ref c = devvm_keep(vm, devvm_table(vm, 0, 0));
              EXPECT_NE(c, a);  // numbers do not come back
              EXPECT_EQ(devvm_kind_of(vm, c), DEVVM_KIND_TABLE);
              devvm_release(vm, b);
              devvm_release(vm, c);
            }),
            "");
}

TEST_F(Handles, LeaksAreToldWithKindAndPlace) {
  std::string text = told([](Host& vm) {
    devvm_keep(vm, devvm_table(vm, 0, 0));
    devvm_release(vm, devvm_keep(vm, devvm_integer(vm, 1)));
    devvm_keep(vm, devvm_text(vm, "text"));
  });
  size_t table = text.find("devvm: a kept reference to a table is left at the end of its isolate: kept at ");
  size_t string = text.find("devvm: a kept reference to a string is left at the end of its isolate: kept at ");
  EXPECT_NE(table, text.npos) << text;
  EXPECT_NE(string, text.npos) << text;
  EXPECT_NE(text.find("test_embed+0x"), text.npos) << text;
  EXPECT_EQ(text.find("a number"), text.npos) << text;
}

TEST_F(Handles, SecondReleases) {
  std::string text = told([](Host& vm) {
    devvm_ref a = devvm_keep(vm, devvm_integer(vm, 1));
    devvm_release(vm, a);
    devvm_release(vm, a);
    devvm_release(vm, a + 100);
  });
  EXPECT_NE(text.find("devvm: a kept reference is released twice: kept at "), text.npos) << text;
  EXPECT_NE(text.find(" and again at "), text.npos) << text;
  EXPECT_NE(text.find("devvm: a reference that devvm_keep never gave is released at "), text.npos) << text;
}

TEST_F(Handles, UseAfterRelease) {
  std::string text = told([](Host& vm) {
    devvm_ref a = devvm_keep(vm, devvm_integer(vm, 1));
    devvm_release(vm, a);
    EXPECT_EQ(devvm_kind_of(vm, a), DEVVM_KIND_NIL);
    EXPECT_EQ(devvm_kind_of(vm, a), DEVVM_KIND_NIL);
  });
  size_t first = text.find("devvm: a kept reference is used after its release: kept at ");
  EXPECT_NE(first, text.npos) << text;
  EXPECT_EQ(text.find("used after", first + 40), text.npos) << text;  // told once
}

TEST(HandlesOutsideOfDebugBuilds, NobodyChecks) {
#ifndef NDEBUG
  GTEST_SKIP();
#endif
  unsetenv("DEVVM_CHECK_HANDLES");
  testing::internal::CaptureStderr();
  {
    Host vm;
    devvm_ref a = devvm_keep(vm, devvm_integer(vm, 1));
    devvm_release(vm, a);
    devvm_release(vm, a);
    EXPECT_EQ(devvm_keep(vm, devvm_nil(vm)), a);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
