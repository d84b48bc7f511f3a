#include "events/text_lines.h"

#include <string>

namespace devvm::events {

namespace {

constexpr const char* kNames[] = {
#define EVENT(id, name, fields) name,
#include "events/events.def"
#undef EVENT
};

}  // namespace

void TextLines::onEvent(const Event& e) {
  std::string line = std::string(topic_) + ": ";
  for (const char* c = kNames[static_cast<size_t>(e.kind)]; *c != '\0'; c++) line += *c == '_' ? ' ' : *c;
  if (e.tier != nullptr) (line += ' ') += e.tier;
  if (!e.function.empty()) (line += ' ') += e.function;
  if (e.line > 0) line += ", line " + std::to_string(e.line);
  if (e.bytes >= 0) line += ", " + std::to_string(e.bytes) + " bytes";
  if (!e.text.empty()) (line += ": ") += e.text;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), file_);
}

}  // namespace devvm::events
