// Snapshots: what is written is read again; broken files are refused with a reason, whatever is broken.

#include "inspect/heap_snapshot.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

#include "inspect/heap_report.h"

namespace devvm::inspect {
namespace {

HeapGraph sample() {
  HeapGraph g;
  g.names = {"(roots)", "a \"name\"\n", std::string("bytes \xFF\x00", 8), ""};
  g.nodes = {
      {NodeType::kSynthetic, 0, 2, 0, 0, 3}, {NodeType::kObject, 1, 3, 40, 3, 1}, {NodeType::kString, 2, 5, 24, 4, 0}};
  g.edges = {
      {EdgeType::kProperty, 1, 1}, {EdgeType::kElement, 12, 2}, {EdgeType::kInternal, 3, 1}, {EdgeType::kWeak, 1, 2}};
  return g;
}

class Snapshots : public testing::Test {
 protected:
  void SetUp() override { path_ = testing::TempDir() + "devvm-snapshot-" + std::to_string(getpid()); }
  void TearDown() override { std::remove(path_.c_str()); }
  void write(std::string_view text) {
    std::FILE* f = std::fopen(path_.c_str(), "w");
    std::fwrite(text.data(), 1, text.size(), f);
    std::fclose(f);
  }
  std::string written() {
    std::FILE* f = std::fopen(path_.c_str(), "w");
    EXPECT_TRUE(writeSnapshot(sample(), f));
    std::fclose(f);
    std::string text(10'000, 0);
    f = std::fopen(path_.c_str(), "r");
    text.resize(std::fread(text.data(), 1, text.size(), f));
    std::fclose(f);
    return text;
  }
  std::string path_;
};

TEST_F(Snapshots, AreReadAsTheyWereWritten) {
  HeapGraph before = sample(), g;
  written();
  std::string problem;
  ASSERT_TRUE(readSnapshot(path_, g, problem)) << problem;
  ASSERT_EQ(g.nodes.size(), before.nodes.size());
  for (size_t i = 0; i < g.nodes.size(); i++) {
    const HeapNode &a = before.nodes[i], &b = g.nodes[i];
    EXPECT_EQ(a.type, b.type);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.bytes, b.bytes);
    EXPECT_EQ(a.firstEdge, b.firstEdge);
    EXPECT_EQ(a.edgeCount, b.edgeCount);
  }
  ASSERT_EQ(g.edges.size(), before.edges.size());
  for (size_t i = 0; i < g.edges.size(); i++) {
    EXPECT_EQ(before.edges[i].type, g.edges[i].type);
    EXPECT_EQ(before.edges[i].name, g.edges[i].name);
    EXPECT_EQ(before.edges[i].to, g.edges[i].to);
  }
  EXPECT_EQ(g.names[1], before.names[1]);
}

TEST_F(Snapshots, OtherFilesAreRefused) {
  for (std::string_view text : {"", "{", "[]", "{\"snapshot\":{}}", "null", "{\"nodes\":[1,2,3],\"edges\":[]}"}) {
    write(text);
    HeapGraph g;
    std::string problem;
    EXPECT_FALSE(readSnapshot(path_, g, problem)) << text;
    EXPECT_FALSE(problem.empty()) << text;
  }
  HeapGraph g;
  std::string problem;
  EXPECT_FALSE(readSnapshot("/no such file", g, problem));
  EXPECT_EQ(problem, "No such file or directory");
  write(std::string(1'000'000, '['));
  EXPECT_FALSE(readSnapshot(path_, g, problem));
}

TEST_F(Snapshots, BrokenOnesHarmNobody) {
  std::string text = written();
  std::mt19937 random(7);
  HeapReportOptions options;
  for (int round = 0; round < 600; round++) {
    std::string broken = text;
    for (unsigned n = 1 + static_cast<unsigned>(random()) % 3; n > 0; n--) {
      size_t at = random() % broken.size();
      switch (random() % 3) {
        case 0: broken[at] = static_cast<char>('0' + random() % 10); break;
        case 1: broken.erase(at, 1 + random() % 4); break;
        default: broken[at] = static_cast<char>(random()); break;
      }
    }
    write(broken);
    HeapGraph g;
    std::string problem;
    if (readSnapshot(path_, g, problem)) {
      heapText(g, options);
      growthText(g, g, options);
    } else {
      EXPECT_FALSE(problem.empty());
    }
  }
}

}  // namespace
}  // namespace devvm::inspect
