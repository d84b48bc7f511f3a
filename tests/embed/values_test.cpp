// Values, tables, loading and errors through the C interface.
#include <cmath>
#include <cstddef>

#include "host_fixture.h"

extern "C" int useFromC(void);

TEST(Embed, IsUsableFromC) { EXPECT_EQ(useFromC(), 42); }

TEST(Embed, ConfigurationsOfOtherVersions) {
  struct {
    devvm_config config;
    uint64_t later;
  } longer = {};
  longer.config.size = sizeof longer;
  devvm_isolate* vm = devvm_create(&longer.config);
  ASSERT_NE(vm, nullptr);
  devvm_destroy(vm);
  longer.later = 1;
  EXPECT_EQ(devvm_create(&longer.config), nullptr);
  // A host of the first version: it had no fields behind the flags.
  devvm_config shorter = {};
  shorter.size = offsetof(devvm_config, jit_bytes);
  shorter.jit_bytes = UINT64_MAX;
  vm = devvm_create(&shorter);
  ASSERT_NE(vm, nullptr);
  devvm_destroy(vm);
  longer.config.size = 8;
  EXPECT_EQ(devvm_create(&longer.config), nullptr);
  devvm_destroy(nullptr);
  EXPECT_EQ(devvm_abi_version(), static_cast<uint32_t>(DEVVM_ABI_VERSION));
}

TEST(Embed, ScalarsGoInAndOut) {
  Host vm;
  int64_t i = 0;
  double d = 0;
  for (int64_t v : {int64_t{0}, int64_t{-1}, INT64_MAX, INT64_MIN, int64_t{1} << 50}) {
    devvm_ref r = devvm_integer(vm, v);
    EXPECT_EQ(devvm_kind_of(vm, r), DEVVM_KIND_INTEGER);
    ASSERT_TRUE(devvm_get_integer(vm, r, &i));
    EXPECT_EQ(i, v);
  }
  devvm_ref half = devvm_double(vm, 0.5), nan = devvm_double(vm, std::nan("0x12345"));
  EXPECT_FALSE(devvm_get_integer(vm, half, &i));
  EXPECT_TRUE(devvm_get_double(vm, half, &d));
  EXPECT_EQ(d, 0.5);
  EXPECT_EQ(devvm_kind_of(vm, nan), DEVVM_KIND_DOUBLE);
  EXPECT_TRUE(devvm_get_double(vm, nan, &d) && std::isnan(d));
  EXPECT_STREQ(devvm_get_string(vm, half, nullptr), "0.5");
  EXPECT_EQ(devvm_kind_of(vm, DEVVM_NONE), DEVVM_KIND_NIL);
  EXPECT_EQ(devvm_kind_of(vm, 123456), DEVVM_KIND_NIL);
  EXPECT_EQ(devvm_kind_of(vm, 0x80001234), DEVVM_KIND_NIL);
  EXPECT_FALSE(devvm_is_true(vm, devvm_boolean(vm, false)));
  EXPECT_TRUE(devvm_is_true(vm, devvm_integer(vm, 0)));
  size_t n = 0;
  devvm_ref bytes = devvm_string(vm, "a\0b", 3);
  const char* text = devvm_get_string(vm, bytes, &n);
  EXPECT_EQ(std::string(text, n), std::string("a\0b", 3));
  devvm_collect(vm);
  EXPECT_EQ(std::string(text, n), std::string("a\0b", 3));
  EXPECT_EQ(devvm_get_string(vm, devvm_boolean(vm, true), nullptr), nullptr);
}

TEST(Embed, Tables) {
  for (uint32_t flags : {0u, static_cast<uint32_t>(DEVVM_GC_STRESS)}) {
    devvm_config config = {};
    config.flags = flags;
    Host vm(config);
    devvm_ref t = devvm_table(vm, 4, 4);
    for (int i = 1; i <= 20; i++) ASSERT_EQ(devvm_set_element(vm, t, i, devvm_integer(vm, i * i)), DEVVM_OK);
    ASSERT_EQ(devvm_set_field(vm, t, "name", devvm_text(vm, "value")), DEVVM_OK);
    ASSERT_EQ(devvm_set(vm, t, devvm_double(vm, 21.0), devvm_boolean(vm, true)), DEVVM_OK);
    EXPECT_EQ(devvm_length(vm, t), 21);
    EXPECT_EQ(devvm_set(vm, t, devvm_nil(vm), t), DEVVM_MISUSE);
    EXPECT_EQ(devvm_set(vm, t, devvm_double(vm, NAN), t), DEVVM_MISUSE);
    EXPECT_EQ(devvm_set(vm, devvm_integer(vm, 1), t, t), DEVVM_MISUSE);
    EXPECT_EQ(devvm_get_field(vm, devvm_integer(vm, 1), "x"), DEVVM_NONE);
    EXPECT_STREQ(devvm_get_string(vm, devvm_get_field(vm, t, "name"), nullptr), "value");
    EXPECT_STREQ(devvm_get_string(vm, devvm_get_element(vm, t, 7), nullptr), "49");
    EXPECT_TRUE(devvm_is_true(vm, devvm_get(vm, t, devvm_integer(vm, 21))));
    devvm_ref key = DEVVM_NONE, value = DEVVM_NONE;
    int entries = 0;
    while (devvm_next(vm, t, &key, &value)) entries++;
    EXPECT_EQ(entries, 22);
    devvm_ref mt = devvm_table(vm, 0, 1);
    ASSERT_EQ(devvm_set_field(vm, mt, "__index", devvm_globals(vm)), DEVVM_OK);
    ASSERT_EQ(devvm_set_metatable(vm, t, mt), DEVVM_OK);
    EXPECT_TRUE(devvm_equal(vm, devvm_get_metatable(vm, t), mt));
    EXPECT_EQ(vm.run("local t = ... return t.name .. t[3] .. type(t.print)", {t}), DEVVM_OK);
    EXPECT_EQ(vm.result, "value9function");
  }
}

TEST(Embed, ScopesAndKeptReferences) {
  Host vm;
  uint32_t scope = devvm_open_scope(vm);
  devvm_ref inner = devvm_text(vm, "inner");
  devvm_ref kept = devvm_keep(vm, inner);
  uint32_t nested = devvm_open_scope(vm);
  for (int i = 0; i < 1000; i++) devvm_integer(vm, i);
  devvm_close_scope(vm, nested);
  EXPECT_STREQ(devvm_get_string(vm, inner, nullptr), "inner");
  devvm_close_scope(vm, scope);
  EXPECT_EQ(devvm_kind_of(vm, inner), DEVVM_KIND_NIL);
  devvm_collect(vm);
  EXPECT_STREQ(devvm_get_string(vm, kept, nullptr), "inner");
  devvm_release(vm, kept);
  devvm_release(vm, kept);
  EXPECT_EQ(devvm_kind_of(vm, kept), DEVVM_KIND_NIL);
}

TEST(Embed, CallsAndResults) {
  Host vm;
  devvm_ref f = vm.load("return select('#', ...), ...");
  devvm_ref arguments[] = {devvm_integer(vm, 5), devvm_text(vm, "x")};
  devvm_ref results[4];
  uint32_t count = 0;
  ASSERT_EQ(devvm_call(vm, f, arguments, 2, results, 4, &count), DEVVM_OK);
  EXPECT_EQ(count, 3u);
  EXPECT_STREQ(devvm_get_string(vm, results[0], nullptr), "2");
  EXPECT_STREQ(devvm_get_string(vm, results[2], nullptr), "x");
  EXPECT_EQ(devvm_kind_of(vm, results[3]), DEVVM_KIND_NIL);
}

TEST(Embed, IncompleteTexts) {
  Host vm;
  devvm_ref f = DEVVM_NONE;
  auto incomplete = [&](const std::string& text) {
    EXPECT_EQ(devvm_load(vm, text.data(), text.size(), "=p", DEVVM_LOAD_TEXT, &f), DEVVM_ERROR) << text;
    return devvm_error_incomplete(vm);
  };
  for (const char* text : {"for i = 1, 2 do", "x =", "return 1 +", "print(", "if a then\n", "x = [[long\n",
                           "function f()", "t = {1,", "repeat x()", "local function", "--[[ begun"})
    EXPECT_TRUE(incomplete(text)) << text;
  for (const char* text : {"x = = 1", "end", "return 1 2", "x = 'open\n", "goto nowhere", "break", "1"})
    EXPECT_FALSE(incomplete(text)) << text;
  // It is about the last load only.
  EXPECT_TRUE(incomplete("do"));
  EXPECT_EQ(devvm_load(vm, "do end", 6, "=p", DEVVM_LOAD_TEXT, &f), DEVVM_OK);
  EXPECT_FALSE(devvm_error_incomplete(vm));
  EXPECT_TRUE(incomplete("do"));
  devvm_call(vm, devvm_nil(vm), nullptr, 0, nullptr, 0, nullptr);
  EXPECT_FALSE(devvm_error_incomplete(vm));
  EXPECT_TRUE(incomplete("do"));
  EXPECT_EQ(devvm_load(vm, "\033Lua", 4, "=p", DEVVM_LOAD_BINARY, &f), DEVVM_ERROR);
  EXPECT_FALSE(devvm_error_incomplete(vm));
}

TEST(Embed, Errors) {
  Host vm;
  devvm_ref f = DEVVM_NONE;
  EXPECT_EQ(devvm_load(vm, "x = = 1", 7, "=bad", DEVVM_LOAD_TEXT, &f), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "bad:1: unexpected symbol near '='");
  EXPECT_EQ(devvm_load(vm, "\033Lua", 4, "=bad", DEVVM_LOAD_TEXT, &f), DEVVM_ERROR);
  EXPECT_EQ(devvm_load(vm, "\033DevVM-garbage", 14, "=bad", DEVVM_LOAD_BINARY, &f), DEVVM_ERROR);
  EXPECT_EQ(vm.run("local function inner() error('boom') end inner()"), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "test:1: boom");
  EXPECT_NE(std::string(devvm_error_traceback(vm)).find("local 'inner'"), std::string::npos)
      << devvm_error_traceback(vm);
  EXPECT_EQ(vm.run("error({code = 7})"), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "(error object is a table value)");
  EXPECT_STREQ(devvm_get_string(vm, devvm_get_field(vm, devvm_error_value(vm), "code"), nullptr), "7");
  EXPECT_EQ(vm.run("error(setmetatable({}, {__tostring = function() return 'as text' end}))"), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "as text");
  EXPECT_EQ(devvm_call(vm, devvm_integer(vm, 1), nullptr, 0, nullptr, 0, nullptr), DEVVM_ERROR);
  EXPECT_EQ(vm.message(), "attempt to call a number value");
  EXPECT_EQ(vm.run("os.exit(3)"), DEVVM_EXIT);
  EXPECT_EQ(devvm_exit_status(vm), 3);
  EXPECT_EQ(vm.run("return 'still here'"), DEVVM_OK);
  EXPECT_EQ(vm.result, "still here");
}

TEST(Embed, BinaryChunks) {
  Host vm;
  ASSERT_EQ(vm.run("dumped = string.dump(function(a) return a + 1 end) return #dumped > 0"), DEVVM_OK);
  size_t n = 0;
  const char* bytes = devvm_get_string(vm, devvm_get_field(vm, devvm_globals(vm), "dumped"), &n);
  std::string copy(bytes, n);
  Host other;
  devvm_ref f = DEVVM_NONE, argument = devvm_integer(other, 41), r;
  EXPECT_EQ(devvm_load(other, copy.data(), copy.size(), "=d", DEVVM_LOAD_TEXT, &f), DEVVM_ERROR);
  ASSERT_EQ(devvm_load(other, copy.data(), copy.size(), "=d", DEVVM_LOAD_BINARY, &f), DEVVM_OK) << other.message();
  ASSERT_EQ(devvm_call(other, f, &argument, 1, &r, 1, nullptr), DEVVM_OK) << other.message();
  EXPECT_STREQ(devvm_get_string(other, r, nullptr), "42");
}

TEST(Embed, FinalizersRunWhenAsked) {
  Host vm;
  ASSERT_EQ(vm.run("log = '' kept = setmetatable({}, {__gc = function() log = log .. 'gone' end})"), DEVVM_OK);
  ASSERT_EQ(devvm_finish(vm), DEVVM_OK);
  EXPECT_EQ(vm.run("return log"), DEVVM_OK);
  EXPECT_EQ(vm.result, "gone");
}
