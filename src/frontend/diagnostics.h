// What a front end says about a source text: several errors and warnings a run, each with its place, a stable code,
// further places, notes and a hint; as text for people and as JSON for programs.
//
//   Diagnostics said(source);
//   said.error("lox.undefined", name.span, "no variable 'coutn'").hint("did you mean 'count'?");
//   std::fputs(renderAll(said).c_str(), stderr);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/source.h"

namespace devvm::frontend {

enum class Severity : uint8_t { kError, kWarning, kNote };
/// "error", "warning", "note".
std::string_view severityName(Severity severity);

/// Another place that belongs to a diagnostic, with what it has to do with it: "first defined here".
struct RelatedPlace {
  Span span;
  std::string text;
};

/// One thing said. The setters return the diagnostic, so that they chain.
struct Diagnostic {
  Severity severity = Severity::kError;
  /// Which kind of mistake it is: stable over versions, "language.words-with-dashes", or empty. A literal: not copied.
  std::string_view code;
  Span span;  ///< where; an empty one is shown as a single caret
  bool hasPlace = true;
  std::string message;
  std::vector<RelatedPlace> related = {};
  std::vector<std::string> notes = {};
  std::string hintText = {};  ///< what to do about it

  Diagnostic& at(Span place, std::string text) {
    related.push_back({place, std::move(text)});
    return *this;
  }
  Diagnostic& note(std::string text) {
    notes.push_back(std::move(text));
    return *this;
  }
  Diagnostic& hint(std::string text) {
    hintText = std::move(text);
    return *this;
  }
};

/// The diagnostics of one source text, in the order in which they were found. After `limit` errors further ones are
/// counted only, so that hostile texts cost no memory.
class Diagnostics {
 public:
  /// `source` must outlive this.
  explicit Diagnostics(const SourceFile& source, uint32_t limit = 100) : source_(source), limit_(limit) {}
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  /// The reference is valid as long as this object.
  Diagnostic& error(std::string_view code, Span span, std::string message) {
    return add(Severity::kError, code, span, std::move(message));
  }
  Diagnostic& warning(std::string_view code, Span span, std::string message) {
    return add(Severity::kWarning, code, span, std::move(message));
  }
  Diagnostic& add(Severity severity, std::string_view code, Span span, std::string message);

  const SourceFile& source() const { return source_; }
  const std::vector<std::unique_ptr<Diagnostic>>& all() const { return said_; }
  uint32_t errors() const { return errors_; }
  uint32_t warnings() const { return warnings_; }
  bool ok() const { return errors_ == 0; }
  /// So many errors that looking for more is in vain.
  bool full() const { return errors_ >= limit_; }
  /// Brings them into the order of the text; equal places stay as they are.
  void sort();

 private:
  const SourceFile& source_;
  uint32_t limit_;
  uint32_t errors_ = 0, warnings_ = 0;
  std::vector<std::unique_ptr<Diagnostic>> said_;
  Diagnostic dropped_;  ///< where those beyond the limit go
};

/// How diagnostics are shown as text.
struct RenderOptions {
  bool colours = false;
  bool excerpts = true;  ///< with the lines of source
};

/// For instance (columns of notes and hints as they are):
///
///   a.lox:2:7: error[lox.undefined]: no variable 'coutn'
///     2 | print coutn;
///       |       ^^^^^
///   hint: did you mean 'count'?
///
/// Characters that a terminal would obey are replaced; of long lines only the part around the place is shown.
std::string render(const Diagnostic& diagnostic, const SourceFile& source, const RenderOptions& options = {});
/// All of them, and a line with their number if that is above one.
std::string renderAll(const Diagnostics& diagnostics, const RenderOptions& options = {});

/// {"file": ..., "errors": N, "warnings": N, "diagnostics": [{"severity", "code", "message", "place", "related",
/// "notes", "hint"}]}; a place is {"line", "column", "endLine", "endColumn", "begin", "end"}: lines and columns from 1
/// in bytes, ends exclusive, offsets from 0.
std::string toJson(const Diagnostics& diagnostics);

}  // namespace devvm::frontend
