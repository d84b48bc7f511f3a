#include "bytecode/chunk_id.h"

namespace devvm::bytecode {

std::string chunkId(std::string_view chunkName) {
  constexpr size_t kMaxLength = 59;
  constexpr std::string_view kPrefix = "[string \"", kSuffix = "\"]", kDots = "...";
  // Names come from C interfaces too, where a zero byte ends them.
  chunkName = chunkName.substr(0, chunkName.find('\0'));
  if (chunkName.starts_with('=')) return std::string(chunkName.substr(1, kMaxLength));
  if (chunkName.starts_with('@')) {
    std::string_view file = chunkName.substr(1);
    if (file.size() <= kMaxLength) return std::string(file);
    return std::string(kDots) += file.substr(file.size() - (kMaxLength - kDots.size()));
  }
  constexpr size_t kRoom = kMaxLength - kPrefix.size() - kDots.size() - kSuffix.size();
  size_t lineEnd = chunkName.find('\n');
  std::string result(kPrefix);
  if (lineEnd == std::string_view::npos && chunkName.size() < kRoom) {
    result += chunkName;
  } else {
    result += chunkName.substr(0, lineEnd).substr(0, kRoom);
    result += kDots;
  }
  return result += kSuffix;
}

}  // namespace devvm::bytecode
