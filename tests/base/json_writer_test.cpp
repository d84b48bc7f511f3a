#include "base/json_writer.h"

#include <gtest/gtest.h>

namespace devvm::base {
namespace {

TEST(JsonWriter, CommasAndColons) {
  JsonWriter w;
  w.beginObject();
  w.field("a", uint64_t{1});
  w.key("b");
  w.beginArray();
  w.number(2);
  w.beginObject();
  w.endObject();
  w.null();
  w.endArray();
  w.key("c");
  w.boolean(false);
  w.key("d");
  w.decimal(1.25, 1);
  w.endObject();
  EXPECT_EQ(w.take(), R"({"a":1,"b":[2,{},null],"c":false,"d":1.2})");
}

TEST(JsonWriter, LinesComeBetweenValues) {
  JsonWriter w;
  w.beginArray();
  for (uint64_t i = 0; i < 2; i++) {
    w.line();
    w.number(i);
  }
  w.endArray();
  EXPECT_EQ(w.take(), "[\n0,\n1]");
}

std::string textOf(std::string_view bytes) {
  JsonWriter w;
  w.text(bytes);
  return w.take();
}

TEST(JsonWriter, AnyBytesGiveValidText) {
  EXPECT_EQ(textOf("a\"\\\n\x7f"), R"("a\"\\\u000a\u007f")");
  EXPECT_EQ(textOf("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
  EXPECT_EQ(textOf("\xff"), R"("\u00ff")");
  EXPECT_EQ(textOf("\xc3"), R"("\u00c3")");            // cut off
  EXPECT_EQ(textOf("\xc0\x80"), R"("\u00c0\u0080")");  // longer than it need be
  EXPECT_EQ(textOf("\xe0\x80\x80"), R"("\u00e0\u0080\u0080")");
  EXPECT_EQ(textOf("\xed\xa0\x80"), R"("\u00ed\u00a0\u0080")");            // half of a pair
  EXPECT_EQ(textOf("\xf4\x90\x80\x80"), R"("\u00f4\u0090\u0080\u0080")");  // no such character
}

}  // namespace
}  // namespace devvm::base
