#include "frontend/source.h"

#include <algorithm>

namespace devvm::frontend {
namespace {

bool isLineEnd(char c) { return c == '\n' || c == '\r'; }

}  // namespace

SourceFile::SourceFile(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  lineStarts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (!isLineEnd(text_[i])) continue;
    // Either order of carriage return and line feed is one line end.
    if (i + 1 < text_.size() && isLineEnd(text_[i + 1]) && text_[i + 1] != text_[i]) ++i;
    lineStarts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

Position SourceFile::positionOf(uint32_t offset) const {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  auto next = std::upper_bound(lineStarts_.begin(), lineStarts_.end(), offset);
  return {static_cast<uint32_t>(next - lineStarts_.begin()), offset - *(next - 1) + 1};
}

std::string_view SourceFile::line(uint32_t number) const {
  if (number == 0 || number > lineStarts_.size()) return {};
  size_t begin = lineStarts_[number - 1];
  size_t end = number < lineStarts_.size() ? lineStarts_[number] : text_.size();
  while (end > begin && isLineEnd(text_[end - 1])) --end;
  return std::string_view(text_).substr(begin, end - begin);
}

}  // namespace devvm::frontend
