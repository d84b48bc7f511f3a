// JSON lines of events, and the names of --trace.
#include "events/json_lines.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace devvm::events {
namespace {

/// The line that an event becomes, without its time.
std::string lineOf(const Event& event) {
  char* text = nullptr;
  size_t length = 0;
  std::FILE* file = open_memstream(&text, &length);
  JsonLines lines(file);
  lines.onEvent(event);
  std::fclose(file);
  std::string result(text, length);
  std::free(text);
  size_t from = result.find(",\"ns\":"), to = result.find_first_not_of("0123456789", from + 6);
  if (from != result.npos) result.erase(from, to - from);
  return result;
}

TEST(JsonLines, FieldsOfKinds) {
  EXPECT_EQ(lineOf({.kind = EventKind::kCall, .line = 7, .function = "f"}),
            "{\"event\":\"call\",\"function\":\"f\",\"line\":7}\n");
  EXPECT_EQ(lineOf({.kind = EventKind::kInstruction, .offset = 0, .function = "f", .text = "add"}),
            "{\"event\":\"instruction\",\"function\":\"f\",\"offset\":0,\"mnemonic\":\"add\"}\n");
  EXPECT_EQ(lineOf({.kind = EventKind::kAllocation, .offset = 3, .bytes = 64, .function = "f"}),
            "{\"event\":\"allocation\",\"function\":\"f\",\"offset\":3,\"bytes\":64}\n");
  EXPECT_EQ(lineOf({.kind = EventKind::kCollectionEnd, .full = true, .bytes = 10, .text = "why"}),
            "{\"event\":\"collection_end\",\"bytes\":10,\"full\":true,\"reason\":\"why\"}\n");
  EXPECT_EQ(lineOf({.kind = EventKind::kError, .text = "oh"}), "{\"event\":\"error\",\"message\":\"oh\"}\n");
}

TEST(JsonLines, AnyBytesMakeValidText) {
  std::string all;
  for (int c = 0; c < 256; c++) all += static_cast<char>(c);
  std::string line = lineOf({.kind = EventKind::kError, .text = all});
  for (char c : line.substr(0, line.size() - 1)) {
    EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_LT(static_cast<unsigned char>(c), 0x7F);
  }
  EXPECT_NE(line.find("\\u0000\\u0001"), line.npos);
  EXPECT_NE(line.find("!\\\"#"), line.npos);
  EXPECT_NE(line.find("[\\\\]"), line.npos);
  EXPECT_NE(line.find("\\u007f\\u0080"), line.npos);
  EXPECT_NE(line.find("\\u00ff\"}"), line.npos);
}

TEST(EventSets, Names) {
  EventSet set = 0;
  std::string_view unknown;
  EXPECT_TRUE(parseEventSet("calls", set, unknown));
  EXPECT_TRUE(set & setOf(EventKind::kCall));
  EXPECT_TRUE(set & setOf(EventKind::kReturn));
  EXPECT_FALSE(set & setOf(EventKind::kInstruction));
  EXPECT_TRUE(parseEventSet("errors,collections", set, unknown));
  EXPECT_TRUE(set & setOf(EventKind::kError));
  EXPECT_TRUE(set & setOf(EventKind::kCall));
  set = 0;
  EXPECT_TRUE(parseEventSet("all", set, unknown));
  for (unsigned k = 0; k < static_cast<unsigned>(EventKind::kCount); k++) EXPECT_TRUE(set & (EventSet{1} << k)) << k;
  for (const char* wrong : {"", "calls,", ",calls", "call", "Calls", "calls,nope", "all "}) {
    EXPECT_FALSE(parseEventSet(wrong, set, unknown)) << wrong;
  }
  EXPECT_FALSE(parseEventSet("calls,nope,errors", set, unknown));
  EXPECT_EQ(unknown, "nope");
}

TEST(EventBus, SubscribersGetWhatTheyAskedFor) {
  struct Counter : Subscriber {
    int calls = 0, errors = 0;
    void onEvent(const Event& e) override { (e.kind == EventKind::kCall ? calls : errors)++; }
  } one, both;
  EventBus bus;
  EXPECT_FALSE(bus.wants(~EventSet{0}));
  bus.subscribe(one, setOf(EventKind::kCall));
  bus.subscribe(both, setOf(EventKind::kCall) | setOf(EventKind::kError));
  EXPECT_TRUE(bus.wants(setOf(EventKind::kError)));
  EXPECT_FALSE(bus.wants(setOf(EventKind::kInstruction)));
  bus.publish({.kind = EventKind::kCall});
  bus.publish({.kind = EventKind::kError});
  EXPECT_EQ(one.calls + one.errors, 1);
  EXPECT_EQ(both.calls, 1);
  EXPECT_EQ(both.errors, 1);
}

}  // namespace
}  // namespace devvm::events
