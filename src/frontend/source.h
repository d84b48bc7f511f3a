// Source texts and places in them, for every language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace devvm::frontend {

/// A line and a column (in bytes), both counted from 1; 0 means unknown.
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const Position&) const = default;
};

/// Bytes [begin, end) of a source text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const Span&) const = default;
  /// From the beginning of one to the end of another.
  Span to(Span last) const { return {begin, last.end}; }
};

/// A named source text and where its lines begin. Owns copies of both.
class SourceFile {
 public:
  SourceFile(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  uint32_t lineCount() const { return static_cast<uint32_t>(lineStarts_.size()); }
  /// The position of a byte; offsets behind the end give the place behind the last byte.
  Position positionOf(uint32_t offset) const;
  /// A line without its line end; empty for lines that do not exist.
  std::string_view line(uint32_t number) const;
  /// The bytes of a span.
  std::string_view slice(Span span) const { return text().substr(span.begin, span.end - span.begin); }

 private:
  std::string name_;
  std::string text_;
  std::vector<uint32_t> lineStarts_;
};

}  // namespace devvm::frontend
