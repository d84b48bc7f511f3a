// jq source text to a syntax tree.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "languages/jq/ast.h"

namespace devvm::jq {

/// What is wrong with a program and where, for messages in the reference's form.
struct SourceError {
  std::string message;
  uint32_t begin = 0, end = 0;
};

/// "jq: error: MESSAGE at FILE, line L, column C:" with the line and carets, and a line end.
std::string renderError(const SourceError& error, std::string_view source, std::string_view file);

/// Parses a program, or with `module` a file of definitions. Null with errors.
std::unique_ptr<Program> parse(std::string_view source, bool module, std::vector<SourceError>& errors);

}  // namespace devvm::jq
