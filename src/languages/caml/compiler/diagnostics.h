// What the Caml front end says about a program, and how the reference writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontend/source.h"

namespace devvm::caml {

struct Note {
  frontend::Span span;
  std::string text;
};

struct Diagnostic {
  bool isWarning = false;
  frontend::Span span;
  std::string text;         ///< behind "Error: " or "Warning N [name]: "; lines are indented by `render`
  int warning = 0;          ///< number of a warning
  const char* name = "";    ///< and its name
  std::vector<Note> notes;  ///< further places
};

/// Errors and warnings of one program, in the order in which they were found.
class Diagnostics {
 public:
  void error(frontend::Span span, std::string text, std::vector<Note> notes = {}) {
    hasErrors_ = true;
    all_.push_back({false, span, std::move(text), 0, "", std::move(notes)});
  }
  void warning(frontend::Span span, int number, const char* name, std::string text) {
    all_.push_back({true, span, std::move(text), number, name, {}});
  }
  bool hasErrors() const { return hasErrors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  std::vector<Diagnostic>& all() { return all_; }

 private:
  std::vector<Diagnostic> all_;
  bool hasErrors_ = false;
};

/// The text that `ocaml FILE` writes to standard error for it: place, lines of source with the place marked, message.
std::string render(const Diagnostic& diagnostic, const frontend::SourceFile& source);

}  // namespace devvm::caml
