#include "frontend/diagnostics.h"

#include <algorithm>

#include "base/json_writer.h"

namespace devvm::frontend {

namespace {

constexpr size_t kWidth = 120;  ///< of an excerpt, in bytes

std::string_view colourOf(Severity severity) {
  switch (severity) {
    case Severity::kError: return "\x1b[1;31m";
    case Severity::kWarning: return "\x1b[1;35m";
    case Severity::kNote: return "\x1b[1;36m";
  }
  return "";
}

bool continuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Text as a terminal may see it.
std::string printable(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    out += control ? '?' : c;
  }
  return out;
}

/// A line with the span underlined by `mark`; `gutter` is as wide as the line numbers.
void excerpt(std::string& out, const SourceFile& source, Span span, char mark, size_t gutter, std::string_view text,
             std::string_view colour) {
  Position from = source.positionOf(span.begin), to = source.positionOf(span.end);
  std::string_view line = source.line(from.line);
  size_t begin = std::min<size_t>(from.column - 1, line.size());
  size_t end = to.line == from.line ? std::min<size_t>(to.column - 1, line.size()) : line.size();
  end = std::max(begin, end);
  // Of a long line the part around the place.
  size_t first = begin > kWidth / 2 && line.size() > kWidth ? begin - kWidth / 2 : 0;
  while (first > 0 && continuesCharacter(line[first])) --first;
  size_t last = std::min(line.size(), first + kWidth);
  while (last < line.size() && continuesCharacter(line[last])) ++last;
  end = std::min(end, last);
  std::string number = std::to_string(from.line);
  out += std::string(gutter - number.size() + 1, ' ') + number + " | ";
  if (first > 0) out += "...";
  out += printable(line.substr(first, last - first));
  if (last < line.size()) out += "...";
  out += '\n' + std::string(gutter + 1, ' ') + " | ";
  if (first > 0) out += "   ";
  // Tabs are kept, so that the marks stand below their columns whatever a tab is worth.
  for (size_t i = first; i < begin; i++) {
    if (!continuesCharacter(line[i])) out += line[i] == '\t' ? '\t' : ' ';
  }
  out += colour;
  out += mark;
  bool start = true;
  for (size_t i = begin; i < end; i++) {
    if (continuesCharacter(line[i])) continue;
    if (!start) out += mark;
    start = false;
  }
  if (to.line != from.line) out += "...";
  if (!text.empty()) out += ' ' + printable(text);
  if (!colour.empty()) out += "\x1b[0m";
  out += '\n';
}

void place(base::JsonWriter& json, const SourceFile& source, Span span) {
  Position from = source.positionOf(span.begin), to = source.positionOf(span.end);
  json.beginObject();
  json.field("line", from.line);
  json.field("column", from.column);
  json.field("endLine", to.line);
  json.field("endColumn", to.column);
  json.field("begin", span.begin);
  json.field("end", span.end);
  json.endObject();
}

}  // namespace

std::string_view severityName(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kNote: return "note";
  }
  return "";
}

Diagnostic& Diagnostics::add(Severity severity, std::string_view code, Span span, std::string message) {
  bool isError = severity == Severity::kError;
  uint32_t& count = isError ? errors_ : warnings_;
  count++;
  Diagnostic one{.severity = severity, .code = code, .span = span, .message = std::move(message)};
  if (count > limit_) return dropped_ = std::move(one);
  return *said_.emplace_back(std::make_unique<Diagnostic>(std::move(one)));
}

void Diagnostics::sort() {
  std::vector<std::pair<uint64_t, std::unique_ptr<Diagnostic>>> keyed;
  for (auto& d : said_) keyed.emplace_back(uint64_t{d->span.begin} << 32 | keyed.size(), std::move(d));
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < keyed.size(); i++) said_[i] = std::move(keyed[i].second);
}

std::string render(const Diagnostic& diagnostic, const SourceFile& source, const RenderOptions& options) {
  std::string_view bold = options.colours ? "\x1b[1m" : "", plain = options.colours ? "\x1b[0m" : "";
  std::string_view colour = options.colours ? colourOf(diagnostic.severity) : "";
  auto where = [&](Span span) {
    Position p = source.positionOf(span.begin);
    return printable(source.name()) + ':' + std::to_string(p.line) + ':' + std::to_string(p.column) + ": ";
  };
  std::string out(bold);
  out += diagnostic.hasPlace ? where(diagnostic.span) : printable(source.name()) + ": ";
  out += colour;
  out += severityName(diagnostic.severity);
  if (!diagnostic.code.empty()) out += '[' + std::string(diagnostic.code) + ']';
  out += ": ";
  out += plain;
  out += printable(diagnostic.message) + '\n';
  uint32_t lastLine = source.positionOf(diagnostic.span.begin).line;
  for (const RelatedPlace& r : diagnostic.related) lastLine = std::max(lastLine, source.positionOf(r.span.begin).line);
  size_t gutter = std::to_string(lastLine).size();
  if (diagnostic.hasPlace && options.excerpts) excerpt(out, source, diagnostic.span, '^', gutter, "", colour);
  for (const RelatedPlace& r : diagnostic.related) {
    if (options.excerpts) {
      excerpt(out, source, r.span, '-', gutter, r.text, options.colours ? colourOf(Severity::kNote) : "");
    } else {
      out += where(r.span) + "note: " + printable(r.text) + '\n';
    }
  }
  for (const std::string& note : diagnostic.notes) out += "note: " + printable(note) + '\n';
  if (!diagnostic.hintText.empty()) out += "hint: " + printable(diagnostic.hintText) + '\n';
  return out;
}

std::string renderAll(const Diagnostics& diagnostics, const RenderOptions& options) {
  std::string out;
  for (const auto& d : diagnostics.all()) out += render(*d, diagnostics.source(), options);
  auto counted = [](uint32_t n, const char* what) { return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s"); };
  uint32_t errors = diagnostics.errors(), warnings = diagnostics.warnings();
  if (errors + warnings < 2) return out;
  if (errors != 0) out += counted(errors, "error");
  if (errors != 0 && warnings != 0) out += ", ";
  if (warnings != 0) out += counted(warnings, "warning");
  return out + '\n';
}

std::string toJson(const Diagnostics& diagnostics) {
  const SourceFile& source = diagnostics.source();
  base::JsonWriter json;
  json.beginObject();
  json.field("file", source.name());
  json.field("errors", diagnostics.errors());
  json.field("warnings", diagnostics.warnings());
  json.key("diagnostics");
  json.beginArray();
  for (const auto& one : diagnostics.all()) {
    const Diagnostic& d = *one;
    json.line();
    json.beginObject();
    json.field("severity", severityName(d.severity));
    json.field("code", d.code);
    json.field("message", d.message);
    if (d.hasPlace) {
      json.key("place");
      place(json, source, d.span);
    }
    json.key("related");
    json.beginArray();
    for (const RelatedPlace& r : d.related) {
      json.beginObject();
      json.key("place");
      place(json, source, r.span);
      json.field("text", r.text);
      json.endObject();
    }
    json.endArray();
    json.key("notes");
    json.beginArray();
    for (const std::string& note : d.notes) json.text(note);
    json.endArray();
    if (!d.hintText.empty()) json.field("hint", d.hintText);
    json.endObject();
  }
  json.line();
  json.endArray();
  json.endObject();
  return json.take() + '\n';
}

}  // namespace devvm::frontend
