#include "events/json_lines.h"

#include <cinttypes>
#include <ctime>
#include <string>

namespace devvm::events {

namespace {

constexpr const char* kNames[] = {
#define EVENT(id, name, fields) name,
#include "events/events.def"
#undef EVENT
};

/// Quoted. Bytes that are not ASCII stand as code points of Latin-1, so that any string makes valid JSON.
void appendText(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void appendNumber(std::string& out, const char* name, int64_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  out += std::to_string(value);
}

}  // namespace

void JsonLines::onEvent(const Event& e) {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  std::string line = "{\"event\":\"";
  line += kNames[static_cast<size_t>(e.kind)];
  line += '"';
  appendNumber(line, "ns", static_cast<int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec);
  if (!e.function.empty()) {
    line += ",\"function\":";
    appendText(line, e.function);
  }
  if (e.line >= 0) appendNumber(line, "line", e.line);
  if (e.offset >= 0) appendNumber(line, "offset", e.offset);
  if (e.before >= 0) appendNumber(line, "before", e.before);
  if (e.bytes >= 0) appendNumber(line, "bytes", e.bytes);
  if (e.survival >= 0) appendNumber(line, "survival", e.survival);
  if (e.nanos >= 0) appendNumber(line, "nanos", e.nanos);
  if (e.tier != nullptr) {
    line += ",\"tier\":";
    appendText(line, e.tier);
  }
  if (setOf(e.kind) & kCollectionEvents) line += e.full ? ",\"full\":true" : ",\"full\":false";
  if (!e.text.empty()) {
    line += e.kind == EventKind::kInstruction ? ",\"mnemonic\":"
            : e.kind == EventKind::kError     ? ",\"message\":"
                                              : ",\"reason\":";
    appendText(line, e.text);
  }
  line += "}\n";
  std::fwrite(line.data(), 1, line.size(), file_);
}

bool parseEventSet(std::string_view names, EventSet& out, std::string_view& unknown) {
  static constexpr struct {
    std::string_view name;
    EventSet events;
  } kSets[] = {{"calls", kCallEvents},
               {"instructions", setOf(EventKind::kInstruction)},
               {"allocation", setOf(EventKind::kAllocation)},
               {"collections", kCollectionEvents},
               {"tuning", kTuningEvents},
               {"compilation", kCompilationEvents},
               {"errors", setOf(EventKind::kError)},
               {"all", (EventSet{1} << static_cast<unsigned>(EventKind::kCount)) - 1}};
  for (;;) {
    size_t comma = names.find(',');
    std::string_view name = names.substr(0, comma);
    bool known = false;
    for (const auto& set : kSets) {
      if (name != set.name) continue;
      out |= set.events;
      known = true;
    }
    unknown = name;
    if (!known) return false;
    if (comma == names.npos) return true;
    names.remove_prefix(comma + 1);
  }
}

}  // namespace devvm::events
