// From Caml text to tokens. Comments nest, and strings inside of them are read as such.
#pragma once

#include <vector>

#include "base/arena.h"
#include "languages/caml/compiler/diagnostics.h"
#include "languages/caml/compiler/token.h"

namespace devvm::caml {

class Lexer {
 public:
  /// `text`, `arena` and `diagnostics` must live as long as the tokens. The text has less than 4 GB.
  Lexer(std::string_view text, base::Arena& arena, Diagnostics& diagnostics, uint32_t begin = 0);

  /// The next token; kEof at the end and behind the first error, which has been reported then.
  Token next();
  bool failed() const { return failed_; }

 private:
  bool skipSpace();
  bool skipComment(uint32_t begin);
  Token name(uint32_t begin);
  Token number(uint32_t begin);
  Token string(uint32_t begin);
  bool quotedString(uint32_t begin, Token& token);
  Token quote(uint32_t begin);
  Token symbol(uint32_t begin);
  Token make(Tok kind, uint32_t begin);
  Token fail(uint32_t begin, uint32_t end, std::string message);
  /// Reads an escape behind a backslash; appends what it stands for. False after reporting.
  bool escape(std::string& out, bool inComment);
  char at(uint32_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  std::string_view text_;
  base::Arena& arena_;
  Diagnostics& diagnostics_;
  uint32_t at_;
  bool failed_ = false;
};

}  // namespace devvm::caml
