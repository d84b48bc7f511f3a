#include "languages/caml/compiler/diagnostics.h"

#include <algorithm>

namespace devvm::caml {

namespace {

using frontend::Position;
using frontend::SourceFile;
using frontend::Span;

constexpr uint32_t kMostLines = 10;  // shown of a place

/// Byte of the line's beginning.
uint32_t lineStart(const SourceFile& source, uint32_t offset) {
  return offset - (source.positionOf(offset).column - 1);
}

std::string place(const SourceFile& source, Span span) {
  Position begin = source.positionOf(span.begin), end = source.positionOf(span.end);
  std::string result = "File \"" + source.name() + "\", line";
  if (begin.line == end.line) {
    result += ' ' + std::to_string(begin.line);
  } else {
    result += "s " + std::to_string(begin.line) + '-' + std::to_string(end.line);
  }
  // Columns of the end count from its own line.
  result += ", characters " + std::to_string(begin.column - 1) + '-' +
            std::to_string(span.end - lineStart(source, begin.line == end.line ? span.begin : span.end)) + ":\n";
  return result;
}

std::string number(uint32_t line, size_t width) {
  std::string text = std::to_string(line);
  return std::string(width - text.size(), ' ') + text + " | ";
}

std::string quote(const SourceFile& source, Span span) {
  Position begin = source.positionOf(span.begin), end = source.positionOf(span.end);
  if (span.begin >= source.text().size()) return {};
  size_t width = std::to_string(end.line).size();
  if (begin.line == end.line) {
    if (span.end == span.begin) return {};
    std::string result = number(begin.line, width) + std::string(source.line(begin.line)) + '\n';
    std::string mark(width + 3, ' ');
    std::string_view line = source.line(begin.line);
    for (uint32_t i = 0; i + 1 < begin.column; i++) mark += i < line.size() && line[i] == '\t' ? '\t' : ' ';
    mark += std::string(std::max(1u, span.end - span.begin), '^');
    return result + mark + '\n';
  }
  // What does not belong to the place is dotted out.
  std::string result;
  uint32_t lines = end.line - begin.line + 1;
  for (uint32_t n = begin.line; n <= end.line; n++) {
    if (lines > kMostLines && n - begin.line == kMostLines / 2) {
      result += std::string(width, '.') + '\n';
      n = end.line - (kMostLines / 2 - 1) + 1;
    }
    std::string line(source.line(n));
    uint32_t from = n == begin.line ? begin.column - 1 : 0;
    uint32_t to = n == end.line ? end.column - 1 : static_cast<uint32_t>(line.size());
    for (uint32_t i = 0; i < line.size(); i++) {
      if (i < from || i >= to) line[i] = '.';
    }
    result += number(n, width) + line + '\n';
  }
  return result;
}

std::string indented(std::string_view text, size_t by) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    result += text[i];
    if (text[i] == '\n' && !text.substr(i + 1).starts_with("Hint:")) result.append(by, ' ');
  }
  return result;
}

}  // namespace

std::string render(const Diagnostic& d, const SourceFile& source) {
  std::string result = place(source, d.span) + quote(source, d.span);
  if (d.isWarning) {
    result += "Warning " + std::to_string(d.warning) + " [" + d.name + "]: " + d.text + '\n';
  } else {
    result += "Error: " + indented(d.text, 7) + '\n';
  }
  for (const Note& note : d.notes)
    result += place(source, note.span) + quote(source, note.span) + "  " + note.text + '\n';
  return result;
}

}  // namespace devvm::caml
